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
