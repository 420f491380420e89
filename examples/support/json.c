#include "support/json.h"
#include "support/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "<" is escaped as well, so that the same text can stand inside a page's <script>; and what would act on a terminal. */
static void write_string(FILE *out, const char *s)
{
    fputc('"', out);
    while (*s) {
        uint32_t code;
        int length = utf8_next(s, &code);
        if (!length)
            fputs("\\ufffd", out);
        else if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (int)code);
        else if (code > 0xffff && text_acts(code))
            fprintf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)), (unsigned)(0xdc00 + (code & 0x3ff)));
        else if (code == '<' || text_acts(code))
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            fwrite(s, 1, (size_t)length, out);
        s += length ? length : 1;
    }
    fputc('"', out);
}

static void begin_value(json *j, const char *key)
{
    if (j->filled)
        fputc(',', j->out);
    if (j->depth)
        fprintf(j->out, "\n%*s", 2 * j->depth, "");
    j->filled = 1;
    if (key) {
        write_string(j->out, key);
        fputs(": ", j->out);
    }
}

void json_open(json *j, const char *key, char bracket)
{
    begin_value(j, key);
    fputc(bracket, j->out);
    j->depth++;
    j->filled = 0;
}

void json_close(json *j, char bracket)
{
    j->depth--;
    if (j->filled)
        fprintf(j->out, "\n%*s", 2 * j->depth, "");
    fputc(bracket, j->out);
    j->filled = 1;
}

void json_text(json *j, const char *key, const char *s)
{
    begin_value(j, key);
    if (s)
        write_string(j->out, s);
    else
        fputs("null", j->out);
}

void json_integer(json *j, const char *key, int64_t n)
{
    begin_value(j, key);
    fprintf(j->out, "%lld", (long long)n);
}

void json_real(json *j, const char *key, double x)
{
    char shortest[32] = "null";
    for (int digits = 15; isfinite(x) && digits <= 17; digits++) {
        snprintf(shortest, sizeof shortest, "%.*g", digits, x);
        if (strtod(shortest, NULL) == x)
            break;
    }
    begin_value(j, key);
    fputs(shortest, j->out);
}

void json_bool(json *j, const char *key, int truth)
{
    begin_value(j, key);
    fputs(truth ? "true" : "false", j->out);
}

void json_integers(json *j, const char *key, const int64_t *list, int64_t n)
{
    begin_value(j, key);
    fputc('[', j->out);
    for (int64_t i = 0; i < n; i++)
        fprintf(j->out, "%s%lld", i ? ", " : "", (long long)list[i]);
    fputc(']', j->out);
}

void json_end(json *j)
{
    fputc('\n', j->out);
}
