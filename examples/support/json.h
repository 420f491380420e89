/* json: a writer. Keys are NULL inside arrays; NaN and infinities become null; numbers read back as the same double. */
#ifndef SUPPORT_JSON_H
#define SUPPORT_JSON_H

#include <stdint.h>
#include <stdio.h>

typedef struct json {
    FILE *out;
    int   depth;
    int   filled; /* the innermost object or array has something in it */
} json;

void json_open(json *j, const char *key, char bracket);  /* '{' or '[' */
void json_close(json *j, char bracket);                  /* '}' or ']' */
void json_text(json *j, const char *key, const char *s); /* NULL: null */
void json_integer(json *j, const char *key, int64_t n);
void json_real(json *j, const char *key, double x);
void json_bool(json *j, const char *key, int truth);
void json_integers(json *j, const char *key, const int64_t *list, int64_t n);
void json_end(json *j);

#endif
