#include "support/text.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Every piece hangs on this chain, so that a leak checker sees that nothing was lost. */
static struct piece { struct piece *next; } *pieces;

void *take(int64_t count, int64_t size)
{
    int64_t bytes;
    struct piece *piece = NULL;
    if (!__builtin_mul_overflow(count, size, &bytes) && !__builtin_add_overflow(bytes, 16, &bytes))
        piece = calloc(1, (size_t)bytes);
    if (!piece) {
        fprintf(stderr, "out of memory: %lld x %lld bytes\n", (long long)count, (long long)size);
        exit(1);
    }
    piece->next = pieces;
    pieces = piece;
    return (char *)piece + 16;
}

char *text_format(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = take(length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}

int utf8_next(const char *s, uint32_t *code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *b = (const unsigned char *)s;
    int length = b[0] < 0x80 ? 1 : (b[0] & 0xe0) == 0xc0 ? 2 : (b[0] & 0xf0) == 0xe0 ? 3 : (b[0] & 0xf8) == 0xf0 ? 4 : 0;
    if (!length)
        return 0;
    *code = length == 1 ? b[0] : b[0] & (0x7fu >> length);
    for (int i = 1; i < length; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (b[i] & 0x3f);
    }
    int surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[length] || surrogate || *code > 0x10ffff ? 0 : length;
}

int text_acts(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code >= 0xe0000;
}

static char *text_tamed(const char *s)
{
    char *tamed = take(6 * (int64_t)strlen(s) + 1, 1), *to = tamed;
    while (*s) {
        uint32_t code;
        int length = utf8_next(s, &code);
        if (!length)
            to += sprintf(to, "\\x%02x", (unsigned char)*s);
        else if (text_acts(code))
            to += sprintf(to, code > 0xffff ? "\\U%06x" : "\\u%04x", (unsigned)code);
        else
            to = (char *)memcpy(to, s, (size_t)length) + length;
        s += length ? length : 1;
    }
    return tamed;
}

/* Where the character of this number begins. */
static char *character_at(char *s, int64_t number)
{
    while (number > 0 && *s)
        if ((*++s & 0xc0) != 0x80)
            number--;
    return s;
}

int64_t text_length(const char *s)
{
    int64_t n = 0;
    for (; *s; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}

char *text_shown(const char *s, int64_t limit)
{
    char *tamed = text_tamed(s);
    int64_t length = text_length(tamed);
    if (limit <= 0 || length <= limit)
        return tamed;
    int64_t tail = limit / 3;
    char *last = character_at(tamed, length - tail);
    *character_at(tamed, limit - 1 - tail) = 0;
    return text_format("%s…%s", tamed, last);
}

char *text_quoted(const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+:,@=";
    if (*s && s[strspn(s, plain)] == 0)
        return text_format("%s", s);
    char *quoted = take(4 * (int64_t)strlen(s) + 3, 1), *to = quoted;
    *to++ = '\'';
    for (; *s; s++)
        to += *s == '\'' ? sprintf(to, "'\\''") : sprintf(to, "%c", *s);
    *to = '\'';
    return quoted;
}

char *text_integer(int64_t n)
{
    char *plain = text_format("%lld", (long long)n);
    int64_t length = (int64_t)strlen(plain), first = n < 0;
    char *grouped = take(2 * length + 1, 1), *to = grouped;
    for (int64_t i = 0; i < length; i++) {
        if (i > first && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = plain[i];
    }
    return grouped;
}

char *text_count(int64_t n, const char *noun)
{
    return text_format("%s %s%s", text_integer(n), noun, n == 1 ? "" : "s");
}

char *text_number(double x)
{
    int whole = fabs(x) >= 1e4 && fabs(x) < 1e7;
    char *text = isnan(x) ? text_format("-") : x == 0 ? text_format("0") : text_format(whole ? "%.0f" : "%#.4g", x);
    char *point = strchr(text, '.');
    if (point && !point[1]) /* "1234." */
        *point = 0;
    return text;
}

char *text_bytes(int64_t n)
{
    static const char *const unit[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    double x = (double)n / 1000;
    int u = 0;
    if (n < 1000)
        return text_count(n, "byte");
    for (; x >= 999.95 && u < 5; u++)
        x /= 1000;
    return text_format("%.1f %s", x, unit[u]);
}

char *text_shape(const int64_t *shape, int64_t rank)
{
    char *text = take(21 * rank + 3, 1), *to = text;
    *to++ = '[';
    for (int64_t i = 0; i < rank; i++)
        to += sprintf(to, "%s%lld", i ? ", " : "", (long long)shape[i]);
    *to = ']';
    return text;
}
