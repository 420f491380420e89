/* JSON by RFC 8259 and stricter: depth at most 4, no NUL even escaped, no lone surrogate, a budget of tokens. Whole numbers are
 * exact to 2^64 - 1; other numbers are grammar only, and refused where a whole number is wanted. */
#include "io/io.h"

void json_start(json *j, const char *text, int64_t n)
{
    *j = (json){ .at = text, .end = text + n, .tokens = JSON_TOKENS };
}

int json_refuse(json *j, int32_t rule, const char *where, const char *what)
{
    if (!j->rule) {
        j->rule = rule;
        j->where = where;
        j->what = what;
    }
    return 0;
}

static int blank(char b)
{
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
}

/* Outside strings every token is printable ASCII. */
static int text_byte(char b)
{
    return b >= ' ' && b <= '~';
}

char json_peek(json *j)
{
    while (j->at < j->end && blank(*j->at))
        j->at++;
    if (j->rule)
        return 0;
    if (j->at == j->end)
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "the JSON text ends too early"), 0;
    if (!text_byte(*j->at))
        return json_refuse(j, LAMELLA_IO_RULE_TEXT, j->at, "a byte that cannot stand outside a string"), 0;
    return *j->at;
}

static int spend(json *j)
{
    return j->tokens-- > 0 || json_refuse(j, LAMELLA_IO_RULE_LIMIT, j->at, "over 20,000,000 JSON tokens");
}

/* ---- strings ---- */

int64_t utf8_length(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    int64_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if (n == 0 || end - p < n)
        return 0;
    for (int64_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

/* The number of \uXXXX at p; -1 if there is no such escape. */
static int32_t escaped_unit(const char *p, const char *end)
{
    int32_t unit = 0;
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        char lower = (char)(p[i] | 0x20);
        int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static int high_surrogate(int32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
static int low_surrogate(int32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

static int escape(json *j)
{
    const char *p = j->at;
    if (j->end - p >= 2 && p[1] && strchr("\"\\/bfnrt", p[1])) {
        j->at += 2;
        return 1;
    }
    int32_t unit = escaped_unit(p, j->end);
    if (unit < 0)
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, p, "a backslash that starts no escape");
    if (unit == 0)
        return json_refuse(j, LAMELLA_IO_RULE_TEXT, p, "a NUL character (\\u0000)");
    if (low_surrogate(unit) || (high_surrogate(unit) && !low_surrogate(escaped_unit(p + 6, j->end))))
        return json_refuse(j, LAMELLA_IO_RULE_TEXT, p, "half of a surrogate pair");
    j->at += high_surrogate(unit) ? 12 : 6;
    return 1;
}

/* Past ASCII that means itself, eight bytes at a time: a byte of `odd` has its high bit set where the text's is a control character, a quote, a
 * backslash or no ASCII (a borrow from such a byte may mark the next one as well: then that is looked at for nothing). */
static void plain(json *j)
{
    const uint64_t ones = UINT64_MAX / 255, high = ones << 7;
    for (uint64_t b; j->end - j->at >= 8; j->at += 8) {
        memcpy(&b, j->at, 8);
        uint64_t quote = b ^ ones * '"', slash = b ^ ones * '\\';
        if (((b - ones * 0x20) | (quote - ones) | (slash - ones) | b) & high)
            return;
    }
}

/* The rest of a string whose opening quote is consumed. */
static int rest_of_string(json *j, json_text *text)
{
    text->start = j->at;
    while (plain(j), j->at < j->end) {
        unsigned char b = (unsigned char)*j->at;
        if (b == '"') {
            text->n = j->at++ - text->start;
            return 1;
        }
        if (b == '\\') {
            if (!escape(j))
                return 0;
        } else if (b < 0x20) {
            return json_refuse(j, LAMELLA_IO_RULE_TEXT, j->at, "a raw control character in a string");
        } else if (b < 0x80) {
            j->at++;
        } else {
            int64_t n = utf8_length(j->at, j->end);
            if (!n)
                return json_refuse(j, LAMELLA_IO_RULE_TEXT, j->at, "not UTF-8");
            j->at += n;
        }
    }
    return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->end, "the JSON text ends inside a string");
}

/* The next character of a checked text, as UTF-8: its length, 0 at the end. */
static int64_t character(json_text *t, char out[4])
{
    if (t->n == 0)
        return 0;
    const char *p = t->start, *end = p + t->n;
    int64_t used, made = 1;
    if (*p != '\\') {
        used = made = utf8_length(p, end);
        memcpy(out, p, (size_t)used);
    } else if (p[1] != 'u') {
        static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
        out[0] = meant[strchr(written, p[1]) - written];
        used = 2;
    } else {
        int32_t code = escaped_unit(p, end);
        used = high_surrogate(code) ? 12 : 6;
        if (high_surrogate(code))
            code = 0x10000 + ((code - 0xd800) << 10) + (escaped_unit(p + 6, end) - 0xdc00);
        made = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
        for (int64_t i = made - 1; i > 0; i--, code >>= 6)
            out[i] = (char)(0x80 | (code & 0x3f));
        out[0] = (char)(lead[made] | code);
    }
    t->start += used;
    t->n -= used;
    return made;
}

int json_same(json_text a, json_text b)
{
    for (;;) {
        char x[4], y[4];
        int64_t n = character(&a, x), m = character(&b, y);
        if (n != m || memcmp(x, y, (size_t)n))
            return 0;
        if (n == 0)
            return 1;
    }
}

static int has_escapes(json_text text)
{
    return memchr(text.start, '\\', (size_t)text.n) != NULL;
}

int json_is(json_text a, const char *ascii)
{
    int64_t n = (int64_t)strlen(ascii);
    return has_escapes(a) ? json_same(a, (json_text){ ascii, n }) : a.n == n && !memcmp(a.start, ascii, (size_t)n);
}

int64_t json_length(json_text text)
{
    if (!has_escapes(text))
        return text.n;
    int64_t n = 0, m;
    char out[4];
    while ((m = character(&text, out)) > 0)
        n += m;
    return n;
}

int64_t json_unescape(json_text text, char *to, int64_t room)
{
    int64_t used = 0, n;
    char out[4];
    if (text.n <= room && !has_escapes(text)) {
        memmove(to, text.start, (size_t)text.n);
        return text.n;
    }
    while ((n = character(&text, out)) > 0 && used + n <= room) {
        memcpy(to + used, out, (size_t)n);
        used += n;
    }
    return used;
}

/* ---- numbers and names ---- */

static int digits(json *j)
{
    const char *start = j->at;
    while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
        j->at++;
    return j->at > start || json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "a digit is missing");
}

/* Any JSON number; *whole if it has digits only. */
static int json_number(json *j, int *whole)
{
    *whole = *j->at != '-';
    if (!*whole)
        j->at++;
    int zero = j->at < j->end && *j->at == '0';
    const char *start = j->at;
    if (!digits(j))
        return 0;
    if (zero && j->at - start > 1)
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, start + 1, "a number with a leading zero");
    if (j->at < j->end && *j->at == '.') {
        *whole = 0;
        j->at++;
        if (!digits(j))
            return 0;
    }
    if (j->at < j->end && (*j->at == 'e' || *j->at == 'E')) {
        *whole = 0;
        j->at++;
        if (j->at < j->end && (*j->at == '+' || *j->at == '-'))
            j->at++;
        return digits(j);
    }
    return 1;
}

static int literal(json *j, const char *word)
{
    int64_t n = (int64_t)strlen(word);
    if (j->end - j->at < n || memcmp(j->at, word, (size_t)n))
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "no JSON value");
    j->at += n;
    return 1;
}

/* ---- values ---- */

/* What the next value is, by its first byte: { [ " 0 (a number) t f n; refused if none starts here. */
static char json_value(json *j)
{
    char b = json_peek(j);
    if (b == '-' || (b >= '0' && b <= '9'))
        return '0';
    if (b && !strchr("{[\"tfn", b))
        json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "no JSON value");
    return j->rule ? 0 : b;
}

static int expect(json *j, char value, const char *what)
{
    char found = json_value(j);
    if (found && found != value)
        json_refuse(j, LAMELLA_IO_RULE_SCHEMA, j->at, what);
    return !j->rule && spend(j);
}

int json_begin(json *j, char bracket, const char *what)
{
    if (!expect(j, bracket, what))
        return 0;
    if (j->depth == JSON_DEPTH)
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "nested deeper than 4");
    j->depth++;
    j->at++;
    return 1;
}

int json_string(json *j, json_text *text, const char *what)
{
    if (!expect(j, '"', what))
        return 0;
    j->at++;
    return rest_of_string(j, text);
}

int json_whole(json *j, uint64_t *value, const char *what)
{
    int whole;
    if (!expect(j, '0', what))
        return 0;
    const char *start = j->at;
    if (!json_number(j, &whole))
        return 0;
    if (!whole)
        return json_refuse(j, LAMELLA_IO_RULE_SCHEMA, start, what);
    *value = 0;
    for (const char *p = start; p < j->at; p++)
        if (__builtin_mul_overflow(*value, (uint64_t)10, value) || __builtin_add_overflow(*value, (uint64_t)(*p - '0'), value))
            return json_refuse(j, LAMELLA_IO_RULE_OVERFLOW, start, "a number over 2^64 - 1");
    return 1;
}

/* The separator before item *n, or the closing bracket: 1 if an item follows. */
static int item(json *j, int64_t *n, char close, const char *what)
{
    char b = json_peek(j);
    if (!b)
        return 0;
    if (b == close) {
        j->at++;
        j->depth--;
        return 0;
    }
    if ((*n)++ == 0)
        return 1;
    if (b != ',')
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, what);
    j->at++;
    return 1;
}

int json_member(json *j, int64_t *n, json_text *key)
{
    if (!item(j, n, '}', "expected ',' or '}'"))
        return 0;
    if (json_peek(j) != '"')
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "expected a key in double quotes");
    if (!json_string(j, key, ""))
        return 0;
    if (json_peek(j) != ':')
        return json_refuse(j, LAMELLA_IO_RULE_GRAMMAR, j->at, "expected ':'");
    j->at++;
    return 1;
}

int json_element(json *j, int64_t *n)
{
    return item(j, n, ']', "expected ',' or ']'");
}

int json_skip(json *j)
{
    json_text text;
    int64_t n = 0;
    int whole;
    switch (json_value(j)) {
    case '{':
        for (json_begin(j, '{', ""); !j->rule && json_member(j, &n, &text);)
            json_skip(j);
        return !j->rule;
    case '[':
        for (json_begin(j, '[', ""); !j->rule && json_element(j, &n);)
            json_skip(j);
        return !j->rule;
    case '"': return json_string(j, &text, "");
    case '0': return spend(j) && json_number(j, &whole);
    case 't': return spend(j) && literal(j, "true");
    case 'f': return spend(j) && literal(j, "false");
    case 'n': return spend(j) && literal(j, "null");
    default: return 0;
    }
}

int json_end(json *j)
{
    while (j->at < j->end && blank(*j->at))
        j->at++;
    return !j->rule && (j->at == j->end || json_refuse(j, LAMELLA_IO_RULE_TEXT, j->at, "something follows the JSON object"));
}
