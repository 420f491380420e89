/* Values as people write them: text with one a line, a column of a table, a JSON list, a .npy of text. */
#include "support/arrays.h"
#include "support/text.h"
#include "support/values.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TEXT_BYTES (64 << 20)
#define MOST_COLUMNS 1000

/* ---- words and numbers ---- */

/* A digit comes first, but for a sign or a point: "nan", "inf" and "0x10" are words. */
static int is_number(const char *word, int *is_whole)
{
    char *end;
    const char *p = word + (*word == '-' || *word == '+');
    *is_whole = *p && strspn(p, "0123456789") == strlen(p) && strlen(p) <= 18;
    if (!isdigit((unsigned char)*p) && !(*p == '.' && isdigit((unsigned char)p[1])))
        return 0;
    strtod(word, &end);
    return !*end && !strpbrk(word, "xX");
}

/* All are whole numbers, or numbers, or words; what is neither is named. */
static const char *values_of_words(const char **word, int64_t n, values *x)
{
    int64_t n_numbers = 0, n_whole = 0, odd = 0;
    int whole;
    for (int64_t i = 0; i < n; i++) {
        if (!*word[i])
            return text_format("value %lld is empty", (long long)i + 1);
        n_numbers += is_number(word[i], &whole);
        n_whole += whole;
    }
    *x = (values){ .kind = n_whole == n ? VALUES_WHOLE : n_numbers == n ? VALUES_REAL : VALUES_WORDS, .n = n, .word = word, .dtype = "text",
                   .shape = text_shape(&n, 1) };
    if (n_numbers && n_numbers < n) {
        int odd_is_number = 2 * n_numbers <= n;
        while (is_number(word[odd], &whole) != odd_is_number)
            odd++;
        return text_format("value %lld is %s, the others are %s: numbers and words are not mixed", (long long)odd + 1,
                           text_quoted(text_shown(word[odd], 40)), odd_is_number ? "words" : "numbers");
    }
    int64_t *integer = take(n, sizeof *integer);
    double *real = take(n, sizeof *real);
    for (int64_t i = 0; i < n && n_numbers == n; i++) {
        integer[i] = strtoll(word[i], NULL, 10);
        real[i] = strtod(word[i], NULL);
    }
    x->whole = integer;
    x->real = real;
    return NULL;
}

/* ---- tables ---- */

typedef struct text_table {
    const char **cell; /* [n_rows, n_columns] */
    int64_t      n_rows, n_columns;
} text_table;

static int is_blank(char b)
{
    return b == ' ' || b == '\t';
}

/* The next field, unquoted and without the blanks around it; *at moves to what ended it. delimiter 0: the whole line. */
static char *next_field(char **at, char delimiter)
{
    char *p = *at, *to, *field;
    while (is_blank(*p) && *p != delimiter)
        p++;
    field = to = p;
    if (delimiter && *p == '"') {
        for (p++; *p && (*p != '"' || p[1] == '"'); p++) {
            p += *p == '"';
            *to++ = *p;
        }
        p += *p == '"';
    }
    while (*p && *p != '\n' && (!delimiter || *p != delimiter))
        *to++ = *p++;
    while (to > field && (is_blank(to[-1]) || to[-1] == '\r'))
        to--;
    *at = p;
    return text_format("%.*s", (int)(to - field), field);
}

static const char *parse_table(char *text, char delimiter, text_table *t)
{
    int64_t most = 16, n = 0, in_row;
    *t = (text_table){ take(most, sizeof *t->cell), 0, 0 };
    for (char *at = text; *at; at += *at == '\n') {
        for (in_row = 0;; at++) {
            char *field = next_field(&at, delimiter);
            if (n == most) {
                const char **larger = take(2 * most, sizeof *larger);
                memcpy(larger, t->cell, (size_t)most * sizeof *larger);
                t->cell = larger;
                most *= 2;
            }
            t->cell[n++] = field;
            in_row++;
            if (!delimiter || *at != delimiter || in_row == MOST_COLUMNS)
                break;
        }
        if (t->n_rows++ && in_row != t->n_columns)
            return text_format("line %lld has %s, the first %lld", (long long)t->n_rows, text_count(in_row, "column"), (long long)t->n_columns);
        t->n_columns = in_row;
    }
    return NULL;
}

static char *columns_text(const text_table *t, const char *path)
{
    char *text = text_format("type one of them after a colon,");
    for (int64_t i = 0; i < t->n_columns && i < 8; i++) {
        int whole;
        const char *name = t->cell[i];
        int named = *name && !is_number(name, &whole) && !strcmp(name, text_shown(name, 40));
        text = text_format("%s%s %s", text, i ? "," : "", text_quoted(named ? text_format("%s:%s", path, name) : text_format("%s:%lld", path, (long long)i + 1)));
    }
    return text;
}

/* Its number, from 0; -1 = there is none. *titled is set if the first line names it. */
static int64_t find_column(const text_table *t, const char *column, int *titled)
{
    for (int64_t i = 0; i < t->n_columns; i++)
        if (!strcmp(t->cell[i], column)) {
            *titled = 1;
            return i;
        }
    int64_t number = strtoll(column, NULL, 10);
    return number >= 1 && number <= t->n_columns ? number - 1 : -1;
}

static const char *values_of_table(const text_table *t, const char *path, const char *column, int64_t n_expected, values *x)
{
    int titled = 0;
    int64_t at = column ? find_column(t, column, &titled) : 0;
    if (!column && t->n_columns > 1)
        return text_format("it has %s: %s", text_count(t->n_columns, "column"), columns_text(t, path));
    if (at < 0)
        return text_format("it has no column %s: %s", text_quoted(text_shown(column, 40)), columns_text(t, path));
    int64_t skip = titled || t->n_rows == n_expected + 1, n = t->n_rows - skip;
    const char **word = take(n, sizeof *word);
    for (int64_t i = 0; i < n; i++)
        word[i] = t->cell[(i + skip) * t->n_columns + at];
    return values_of_words(word, n, x);
}

/* ---- JSON ---- */

static void put_utf8(char **to, uint32_t code)
{
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char head[] = { 0, 0xc0, 0xe0, 0xf0 };
    *(*to)++ = (char)(head[more] | code >> 6 * more);
    while (more-- > 0)
        *(*to)++ = (char)(0x80 | (code >> 6 * more & 63));
}

static uint32_t hex4(const char *p)
{
    char digits[5] = { 0 };
    memcpy(digits, p, strnlen(p, 4));
    return (uint32_t)strtoul(digits, NULL, 16);
}

/* The string that starts behind `at`'s quote, unescaped in place; NULL: it does not end. */
static char *json_word(char **at)
{
    static const char escapes[] = "bfnrt", meant[] = "\b\f\n\r\t";
    char *p = *at + 1, *word = p, *to = p;
    for (; *p && *p != '"'; p++) {
        if (*p != '\\') {
            *to++ = *p;
            continue;
        }
        const char *known = *++p ? strchr(escapes, *p) : NULL;
        if (*p == 'u' && strlen(p) > 4) {
            uint32_t code = hex4(p + 1);
            p += 4;
            if (code >= 0xd800 && code < 0xdc00 && p[1] == '\\' && p[2] == 'u' && strlen(p) > 6) {
                code = 0x10000 + ((code & 0x3ff) << 10) + (hex4(p + 3) & 0x3ff);
                p += 6;
            }
            put_utf8(&to, code);
        } else if (*p) {
            *to++ = known ? meant[known - escapes] : *p;
        }
    }
    if (!*p)
        return NULL;
    *at = p + 1;
    *to = 0;
    return word;
}

/* A number, true or false as "1" or "0", or a word; NULL: none of them. */
static const char *json_value(char **at, int64_t *n_quoted)
{
    int whole;
    *n_quoted += **at == '"';
    if (**at == '"')
        return json_word(at);
    size_t length = strcspn(*at, " \t\r\n,]");
    const char *token = text_format("%.*s", (int)length, *at);
    *at += length;
    token = !strcmp(token, "true") ? "1" : !strcmp(token, "false") ? "0" : token;
    return is_number(token, &whole) ? token : NULL;
}

static const char *values_of_json(char *text, values *x)
{
    static const char expected[] = "it is JSON, but no list of numbers or words: [\"cat\", \"dog\"] is one, [1, 0] another";
    static const char blanks[] = " \t\r\n";
    int64_t n = 0, n_quoted = 0;
    const char **word = take((int64_t)strlen(text) / 2 + 1, sizeof *word);
    char *at = text + strspn(text, blanks), last = ',';
    if (*at != '[')
        return expected;
    at += 1 + strspn(at + 1, blanks);
    for (; last == ',' && (n || *at != ']'); n++) {
        if (!(word[n] = json_value(&at, &n_quoted)))
            return expected;
        at += strspn(at, blanks);
        last = *at;
        at += *at ? 1 + strspn(at + 1, blanks) : 0;
    }
    if (n && last != ']')
        return expected;
    return n_quoted && n_quoted < n ? "it mixes numbers and words" : values_of_words(word, n, x);
}

/* ---- .npy of text ---- */

/* "<U5" of one axis; 0: another array. */
static int text_descr(const char *header, char *order, char *kind, int *width, int64_t *n)
{
    const char *descr = strstr(header, "'descr': '"), *shape = strstr(header, "'shape': (");
    return descr && shape && sscanf(descr + 10, "%c%c%d'", order, kind, width) == 3 && (*kind == 'U' || *kind == 'S') && *width > 0 &&
           sscanf(shape + 10, "%lld", (long long *)n) == 1 && *n >= 0 && strlen(shape) > 10 && strcspn(shape, ")") <= strcspn(shape, ",") + 1;
}

/* NULL and x->n = -1: no .npy of text, which is the library's to read. */
static const char *values_of_text_npy(const char *bytes, int64_t size, values *x)
{
    char order, kind;
    int width, wide;
    int64_t n;
    const unsigned char *p = (const unsigned char *)bytes;
    int64_t head = size > 12 && p[6] == 1 ? 10 + p[8] + 256 * p[9] : size > 12 ? 12 + p[8] + 256 * p[9] + 65536 * p[10] : size;
    x->n = -1;
    if (head >= size || !text_descr(text_format("%.*s", (int)head - 10, bytes + 10), &order, &kind, &width, &n))
        return NULL;
    wide = kind == 'U' ? 4 : 1;
    if (n > (size - head) / ((int64_t)width * wide))
        return "it is shorter than its header says";
    const char **word = take(n, sizeof *word);
    for (int64_t i = 0; i < n; i++) {
        char *to = take((int64_t)width * 4 + 1, 1);
        word[i] = to;
        for (int k = 0; k < width; k++) {
            const unsigned char *c = p + head + (i * width + k) * wide;
            uint32_t code = wide == 1 ? *c : order == '>' ? (uint32_t)c[1] << 16 | (uint32_t)c[2] << 8 | c[3] : c[0] | (uint32_t)c[1] << 8 | (uint32_t)c[2] << 16;
            if (code && wide == 4)
                put_utf8(&to, code);
            else if (code)
                *to++ = (char)code;
        }
    }
    return values_of_words(word, n, x);
}

/* ---- a file ---- */

static const char *read_text(const char *path, char **text, int64_t *size)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return "it could not be opened";
    fseek(in, 0, SEEK_END);
    *size = ftell(in);
    rewind(in);
    int fits = *size >= 0 && *size <= MOST_TEXT_BYTES;
    *text = take(fits ? *size + 1 : 1, 1);
    *size = fits ? (int64_t)fread(*text, 1, (size_t)*size, in) : 0;
    fclose(in);
    return fits ? NULL : "it is over 64 MB, which no list of labels is";
}

static const char *values_of_arrays(lamella_context *ctx, const char *path, values *x)
{
    lamella_io_file *file;
    int64_t n = 0, n_metadata;
    lamella_io_entry e = { .struct_size = sizeof e };
    if (lamella_io_file_open(ctx, path, NULL, &file, NULL) < 0)
        return lamella_last_error();
    lamella_io_sizes_get(file, &n, &n_metadata);
    const char *why = n != 1 || lamella_io_entry_get(file, 0, &e) < 0
        ? text_format("it holds %s, expected one of one value a sample", text_count(n, "array")) : values_of_array(ctx, path, file, e.name, x);
    lamella_io_file_free(file);
    return why;
}

static int ends_with(const char *path, const char *end)
{
    return strlen(path) > strlen(end) && !strcmp(path + strlen(path) - strlen(end), end);
}

const char *values_of_file(lamella_context *ctx, const char *path, const char *column, int64_t n_expected, values *x)
{
    char *text;
    int64_t size;
    int32_t kind = LAMELLA_IO_UNKNOWN;
    text_table table;
    const char *why;
    lamella_io_kind(ctx, path, &kind);
    if (kind != LAMELLA_IO_NPY && kind != LAMELLA_IO_UNKNOWN && kind != LAMELLA_IO_EMPTY && kind != LAMELLA_IO_INDEX)
        return values_of_arrays(ctx, path, x);
    if ((why = read_text(path, &text, &size)))
        return kind == LAMELLA_IO_NPY ? values_of_arrays(ctx, path, x) : why;
    if (kind == LAMELLA_IO_NPY)
        return (why = values_of_text_npy(text, size, x)) || x->n >= 0 ? why : values_of_arrays(ctx, path, x);
    if ((int64_t)strlen(text) < size)
        return "it is no text, .npy or .safetensors file";
    while (size && strchr("\r\n", text[size - 1]))
        text[--size] = 0;
    if (!size)
        return "it is empty";
    text += !strncmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    size = (int64_t)strspn(text, " \t\r\n");
    if (ends_with(path, ".json") || (text[size] == '[' && text[size + strcspn(text + size, "\n")] == 0))
        return values_of_json(text, x);
    why = parse_table(text, ends_with(path, ".csv") ? ',' : ends_with(path, ".tsv") ? '\t' : 0, &table);
    return why ? why : values_of_table(&table, path, column, n_expected, x);
}
