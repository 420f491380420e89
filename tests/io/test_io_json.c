/* The scanner by itself, natural order, and the sort that asks for no memory. */
#include "io/io.h"
#include "support/test.h"

static json scan(const char *text)
{
    json j;
    json_start(&j, text, (int64_t)strlen(text));
    return j;
}

TEST(whole_numbers_are_exact_to_2_64_minus_1)
{
    static const struct { const char *text; uint64_t value; int32_t rule; } cases[] = {
        { "0", 0, 0 }, { "9007199254740993", 9007199254740993u, 0 }, { "18446744073709551615", UINT64_MAX, 0 },
        { "18446744073709551616", 0, LAMELLA_IO_RULE_OVERFLOW }, { "99999999999999999999999", 0, LAMELLA_IO_RULE_OVERFLOW },
        { "-1", 0, LAMELLA_IO_RULE_SCHEMA }, { "1e400", 0, LAMELLA_IO_RULE_SCHEMA }, { "1.0", 0, LAMELLA_IO_RULE_SCHEMA },
        { "01", 0, LAMELLA_IO_RULE_GRAMMAR }, { "1e", 0, LAMELLA_IO_RULE_GRAMMAR }, { "-", 0, LAMELLA_IO_RULE_GRAMMAR },
        { "+1", 0, LAMELLA_IO_RULE_GRAMMAR }, { ".5", 0, LAMELLA_IO_RULE_GRAMMAR }, { "", 0, LAMELLA_IO_RULE_GRAMMAR },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json j = scan(cases[i].text);
        uint64_t value = 0;
        equal(json_whole(&j, &value, "whole"), !cases[i].rule);
        equal(j.rule, cases[i].rule);
        if (!cases[i].rule)
            check(value == cases[i].value);
    }
}

TEST(any_json_value_is_skipped_to_depth_4)
{
    json j = scan(" {\"a\":[1,-2.5e+3,true,false,null,\"x\\n\",{\"b\":[]}],\"c\":{}} ");
    equal(json_skip(&j), 1);
    equal(json_end(&j), 1);
    j = scan("[[[[[]]]]]");
    equal(json_skip(&j), 0);
    equal(j.rule, LAMELLA_IO_RULE_GRAMMAR);
}

TEST(tokens_are_counted_down_to_a_refusal)
{
    json j = scan("[1,2,3]");
    j.tokens = 4;
    equal(json_skip(&j), 1);
    j = scan("[1,2,3]");
    j.tokens = 3;
    equal(json_skip(&j), 0);
    equal(j.rule, LAMELLA_IO_RULE_LIMIT);
}

TEST(texts_are_equal_after_unescaping)
{
    static const char *const same[][2] = { { "a", "\\u0061" }, { "\xc3\xa9", "\\u00E9" }, { "\xf0\x9f\x98\x80", "\\ud83d\\ude00" },
                                            { "\\n", "\\u000a" }, { "/", "\\/" } };
    for (int i = 0; i < 5; i++) {
        json_text a = { same[i][0], (int64_t)strlen(same[i][0]) }, b = { same[i][1], (int64_t)strlen(same[i][1]) };
        check(json_same(a, b) && json_same(b, a));
        check(json_length(a) == json_length(b));
    }
    check(!json_is((json_text){ "ab", 2 }, "a") && !json_is((json_text){ "a", 1 }, "ab"));
}

TEST(names_are_in_natural_order)
{
    static const char *const rising[] = { "", "a", "a1", "a01", "a2", "a2b", "a2b1", "a10", "a99999999999999999999999", "a100000000000000000000000",
                                          "ab", "b", "\xc3\xa9" };
    for (int i = 0; i < 13; i++)
        for (int j = 0; j < 13; j++) {
            int order = name_compare(rising[i], rising[j]);
            if (i != 2 && i != 3 && j != 2 && j != 3)
                equal((order > 0) - (order < 0), (i > j) - (i < j));
            equal(order == 0, i == j);
        }
    check(name_compare("a01", "a1") < 0 && name_compare("a01b", "a1c") < 0 && name_compare("a01c", "a1b") > 0);
}

static int less(int64_t i, int64_t j, const void *data)
{
    const int *x = data;
    return x[i] < x[j];
}

static void swap(int64_t i, int64_t j, void *data)
{
    int *x = data, kept = x[i];
    x[i] = x[j];
    x[j] = kept;
}

TEST(any_order_is_sorted)
{
    for (int n = 0; n < 40; n++)
        for (int step = 1; step < 7; step++) {
            int x[40], count[40] = { 0 };
            for (int i = 0; i < n; i++)
                count[x[i] = i * step * 7 % n]++;
            sort_in_place(n, less, swap, x);
            for (int i = 0; i < n; i++) {
                check(i == 0 || x[i - 1] <= x[i]);
                count[x[i]]--;
            }
            for (int i = 0; i < n; i++)
                equal(count[i], 0);
        }
}

/* ---- the grammar, against a scanner of a few lines ---- */

static void past_blanks(const char **p)
{
    while (**p && strchr(" \t\n\r", **p))
        ++*p;
}

static int plain_string(const char **p)
{
    if (*(*p)++ != '"')
        return 0;
    for (; **p != '"'; ++*p) {
        if ((unsigned char)**p < ' ')
            return 0;
        if (**p != '\\')
            continue;
        ++*p;
        if (**p == 'u') {
            if (strspn(*p + 1, "0123456789abcdefABCDEF") < 4 || !strncmp(*p + 1, "0000", 4) || (*p)[1] == 'd' || (*p)[1] == 'D')
                return 0;
            *p += 4;
        } else if (!**p || !strchr("\"\\/bfnrt", **p))
            return 0;
    }
    ++*p;
    return 1;
}

static int plain_number(const char **p)
{
    *p += **p == '-';
    size_t whole = strspn(*p, "0123456789");
    if (!whole || (**p == '0' && whole > 1))
        return 0;
    *p += whole;
    if (**p == '.') {
        size_t n = strspn(++*p, "0123456789");
        if (!n)
            return 0;
        *p += n;
    }
    if (**p == 'e' || **p == 'E') {
        ++*p;
        *p += **p == '+' || **p == '-';
        size_t n = strspn(*p, "0123456789");
        if (!n)
            return 0;
        *p += n;
    }
    return 1;
}

static int plain_value(const char **p, int depth)
{
    past_blanks(p);
    char open = **p;
    if (open == '"')
        return plain_string(p);
    if (open == '{' || open == '[') {
        if (depth == 4)
            return 0;
        ++*p;
        past_blanks(p);
        char close = open == '{' ? '}' : ']';
        for (int n = 0; **p != close; n++) {
            if (n && *(*p)++ != ',')
                return 0;
            past_blanks(p);
            if (open == '{') {
                if (!plain_string(p))
                    return 0;
                past_blanks(p);
                if (*(*p)++ != ':')
                    return 0;
            }
            if (!plain_value(p, depth + 1))
                return 0;
            past_blanks(p);
        }
        ++*p;
        return 1;
    }
    static const char *const words[] = { "true", "false", "null" };
    for (int i = 0; i < 3; i++)
        if (!strncmp(*p, words[i], strlen(words[i]))) {
            *p += strlen(words[i]);
            return 1;
        }
    return plain_number(p);
}

/* Texts of random pieces, mostly nearly right; each in memory of exactly its length. */
TEST(what_is_json_is_decided_as_a_plain_scanner_does)
{
    static const char *const pieces[] = { "{", "}", "[", "]", ":", ",", "\"a\"", "\"\"", "\"b\"", "1", "0", "-", ".", "e", "E+", "5", "true", "false", "null", "tru", " ",
                                          "\t", "\n", "\r", "\v", "\"\\n\"", "\"\\u0041\"", "\"\\u00g1\"", "\"\\x\"", "\"\\u0000\"", "\"\\ud800\"", "\"", "\\",
                                          "{\"a\":", "[1,", "\"long enough to be read by eights\"", "\"with \\\\ and \\\" in it\"", "\"\x1f\"", "\x7f", "-0.5e-7" };
    uint64_t state = 1;
    int64_t accepted = 0;
    for (int i = 0; i < 60000; i++) {
        char text[600] = "";
        int n = 1 + i % 9;
        for (int k = 0; k < n; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            strcat(text, pieces[(state >> 33) % (sizeof pieces / sizeof *pieces)]);
        }
        if (i % 3 == 0) { /* closed, so that more are right */
            char closed[600] = "";
            snprintf(closed, sizeof closed, i % 2 ? "[%.500s]" : "{\"k\":%.500s}", text);
            memcpy(text, closed, sizeof closed);
        }
        const char *p = text;
        int expected = plain_value(&p, 0);
        past_blanks(&p);
        expected = expected && !*p;
        char *exact = malloc(strlen(text) + !*text);
        memcpy(exact, text, strlen(text));
        json j;
        json_start(&j, exact, (int64_t)strlen(text));
        int got = json_skip(&j) && json_end(&j);
        if (got != expected)
            ck_abort_msg("%s: %d, expected %d (%s)", text, got, expected, j.what ? j.what : "");
        equal(got, j.rule == 0);
        check(got || (j.where >= exact && j.where <= exact + strlen(text)));
        accepted += got;
        free(exact);
    }
    check(accepted > 2000);
}

/* ---- what is said of a text that is refused, and of which byte ---- */

TEST(each_refusal_says_what_is_wrong_at_its_first_byte)
{
    static const struct { const char *text; int64_t where; const char *what; } cases[] = {
        { "", 0, "the JSON text ends too early" }, { "{", 1, "the JSON text ends too early" }, { "[1", 2, "the JSON text ends too early" },
        { "\x01", 0, "a byte that cannot stand outside a string" }, { " \x7f", 1, "a byte that cannot stand outside a string" },
        { "\x80", 0, "a byte that cannot stand outside a string" }, { "{1:2}", 1, "expected a key in double quotes" },
        { "{\"a\":1,}", 7, "expected a key in double quotes" }, { "{\"a\" 1}", 5, "expected ':'" }, { "{\"a\":1 \"b\"}", 7, "expected ',' or '}'" },
        { "[1 2]", 3, "expected ',' or ']'" }, { "[1}", 2, "expected ',' or ']'" }, { "[?]", 1, "no JSON value" }, { "[nul]", 1, "no JSON value" },
        { "[truf]", 1, "no JSON value" }, { "[falsy]", 1, "no JSON value" }, { "[-]", 2, "a digit is missing" }, { "[1.]", 3, "a digit is missing" },
        { "[1e]", 3, "a digit is missing" }, { "[1e+]", 4, "a digit is missing" }, { "[01]", 2, "a number with a leading zero" },
        { "[-00]", 3, "a number with a leading zero" }, { "[[[[[1]]]]]", 4, "nested deeper than 4" }, { "\"ab", 3, "the JSON text ends inside a string" },
        { "\"a\x1f\"", 2, "a raw control character in a string" }, { "\"\xff\"", 1, "not UTF-8" }, { "\"\xc3\"", 1, "not UTF-8" },
        { "\"\\x\"", 1, "a backslash that starts no escape" }, { "\"\\u12g4\"", 1, "a backslash that starts no escape" },
        { "\"\\u0000\"", 1, "a NUL character (\\u0000)" }, { "\"\\udc00\"", 1, "half of a surrogate pair" }, { "\"\\ud800\"", 1, "half of a surrogate pair" },
        { "\"\\ud800\\ud800\"", 1, "half of a surrogate pair" }, { "1 2", 2, "something follows the JSON object" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json j = scan(cases[i].text);
        equal(json_skip(&j) && json_end(&j), 0);
        if (strcmp(j.what, cases[i].what) || j.where - cases[i].text != cases[i].where)
            ck_abort_msg("%s: \"%s\" at %d", cases[i].text, j.what, (int)(j.where - cases[i].text));
    }
}

TEST(a_function_that_succeeds_returns_1)
{
    json_text text;
    uint64_t value;
    int64_t n = 0;
    json j = scan("[\"a long text of over sixteen bytes\", 7, {\"k\": 1}]");
    equal(json_begin(&j, '[', ""), 1);
    equal(json_element(&j, &n), 1);
    equal(json_string(&j, &text, ""), 1);
    equal(text.n, 33);
    equal(json_element(&j, &n), 1);
    equal(json_whole(&j, &value, ""), 1);
    equal(json_element(&j, &n), 1);
    equal(json_skip(&j), 1);
    equal(json_element(&j, &n), 0);
    equal(n, 3);
    equal(json_end(&j), 1);
}
