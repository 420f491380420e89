/* A strict JSON scanner for untrusted text: it knows the length, allocates nothing, writes nothing and never looks back. */
#ifndef IO_JSON_H
#define IO_JSON_H

#include "base/base.h"

#define JSON_DEPTH 4
#define JSON_TOKENS 20000000

/* What stands between two quotes, escapes and all; checked. */
typedef struct json_text {
    const char *start;
    int64_t     n;
} json_text;

/* Once something was refused, every function returns 0 and the first refusal stays. */
typedef struct json {
    const char *at, *end;
    int64_t     tokens; /* still allowed */
    int32_t     depth;
    int32_t     rule;   /* LAMELLA_IO_RULE_..., 0 = none broken */
    const char *where;  /* first offending byte */
    const char *what;   /* static text */
} json;

LAMELLA_INTERNAL void json_start(json *j, const char *text, int64_t n);
LAMELLA_INTERNAL int  json_refuse(json *j, int32_t rule, const char *where, const char *what);

/* The first byte of the next token, not consumed; 0 at the end or where no token can start. */
LAMELLA_INTERNAL char json_peek(json *j);
/* Each consumes one value; one of another type is refused as SCHEMA with `what`. */
LAMELLA_INTERNAL int  json_begin(json *j, char bracket, const char *what);
LAMELLA_INTERNAL int  json_string(json *j, json_text *text, const char *what);
LAMELLA_INTERNAL int  json_whole(json *j, uint64_t *value, const char *what);
LAMELLA_INTERNAL int  json_skip(json *j);
/* After json_begin: the next member (its key and colon consumed) or element; 0 after the last. `*n` counts, from 0. */
LAMELLA_INTERNAL int  json_member(json *j, int64_t *n, json_text *key);
LAMELLA_INTERNAL int  json_element(json *j, int64_t *n);
/* Nothing but blanks is left. */
LAMELLA_INTERNAL int  json_end(json *j);

/* Equal after unescaping. */
LAMELLA_INTERNAL int     json_same(json_text a, json_text b);
LAMELLA_INTERNAL int     json_is(json_text a, const char *ascii);
/* Bytes after unescaping. Unescapes whole characters into at most `room` bytes and returns how many; `to` may be text.start. */
LAMELLA_INTERNAL int64_t json_length(json_text text);
LAMELLA_INTERNAL int64_t json_unescape(json_text text, char *to, int64_t room);

/* Bytes of the UTF-8 character at p (1 to 4), 0 if it is none: no overlong form, surrogate or number over U+10FFFF. */
LAMELLA_INTERNAL int64_t utf8_length(const char *p, const char *end);

#endif
