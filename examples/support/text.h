/* text: memory that is there or the program ends, text that is safe to show, numbers as people write them.
 * What a function here returns lives until the program ends. */
#ifndef SUPPORT_TEXT_H
#define SUPPORT_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* Zeroed; ends the program with a message if there is no memory. */
void *take(int64_t count, int64_t size);

char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One character of UTF-8: its bytes, 0 if they are none. */
int utf8_next(const char *s, uint32_t *code);

/* 1 for characters that act on a terminal or a line instead of standing in it. */
int text_acts(uint32_t code);

/* For a terminal or a page: control and direction characters as \u001b, bytes that are not UTF-8 as \xff, and cut in the
 * middle to `limit` characters (0: as long as it is). */
char *text_shown(const char *s, int64_t limit);

/* As one word of a shell line. */
char *text_quoted(const char *s);

int64_t text_length(const char *s);                   /* in characters */
char *text_integer(int64_t n);                        /* 12,345 */
char *text_count(int64_t n, const char *noun);        /* 1 layer, 7 layers */
char *text_number(double x);                          /* four significant digits; "-" for NaN */
char *text_bytes(int64_t n);                          /* 20.6 MB */
char *text_shape(const int64_t *shape, int64_t rank); /* [500, 384] */

#endif
