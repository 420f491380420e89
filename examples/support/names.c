#include "support/names.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

typedef struct named {
    const char *name;
    int64_t     index;
} named;

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(const char *s)
{
    return strspn(s, "0123456789");
}

/* strcmp in which every run of digits counts as one and the same letter. */
static int compare_patterns(const char *a, const char *b)
{
    while (*a && (*a == *b || (is_digit(*a) && is_digit(*b)))) {
        int digit = is_digit(*a);
        a += digit ? digits_at(a) : 1;
        b += digit ? digits_at(b) : 1;
    }
    int x = is_digit(*a) ? '0' : (unsigned char)*a, y = is_digit(*b) ? '0' : (unsigned char)*b;
    return (x > y) - (x < y);
}

static int compare_named(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = compare_patterns(x->name, y->name);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int compare_groups(const void *a, const void *b)
{
    const name_group *x = a, *y = b;
    return (x->member[0] > y->member[0]) - (x->member[0] < y->member[0]);
}

/* The distinct numbers that stand at one place of the names: "0-5", "0,3,9" or "0-99, 17 of them". */
static char *numbers_text(uint64_t *number, int64_t n)
{
    int64_t distinct = 0;
    qsort(number, (size_t)n, sizeof *number, compare_numbers);
    for (int64_t i = 0; i < n; i++)
        if (!i || number[i] != number[distinct - 1])
            number[distinct++] = number[i];
    unsigned long long first = number[0], last = number[distinct - 1];
    if (last - first == (unsigned long long)distinct - 1 && distinct > 1)
        return text_format("{%llu-%llu}", first, last);
    char *text = text_format("{%llu", first);
    for (int64_t i = 1; i < distinct && distinct <= 4; i++)
        text = text_format("%s,%llu", text, (unsigned long long)number[i]);
    return distinct <= 4 ? text_format("%s}", text) : text_format("%s-%llu, %lld of them}", text, last, (long long)distinct);
}

/* The pattern of names that differ only in integers: places where all agree keep their digits. */
static char *pattern_of(const named *member, int64_t n)
{
    if (n == 1)
        return text_format("%s", member[0].name);
    const char **at = take(n, sizeof *at);
    uint64_t *number = take(n, sizeof *number);
    char *pattern = take(1, 1);
    for (int64_t i = 0; i < n; i++)
        at[i] = member[i].name;
    while (*at[0]) {
        size_t plain = strcspn(at[0], "0123456789"), digits = digits_at(at[0] + plain);
        int same = 1;
        for (int64_t i = 0; i < n; i++) {
            const char *run = at[i] + plain;
            same &= digits_at(run) == digits && !strncmp(run, at[0] + plain, digits);
            number[i] = strtoull(run, NULL, 10);
        }
        pattern = text_format("%s%.*s%s", pattern, (int)plain, at[0],
                              same ? text_format("%.*s", (int)digits, at[0] + plain) : numbers_text(number, n));
        for (int64_t i = n - 1; i >= 0; i--)
            at[i] += plain + digits_at(at[i] + plain);
    }
    return pattern;
}

int64_t names_group(const char *const *names, int64_t n_names, name_group **groups)
{
    named *sorted = take(n_names, sizeof *sorted);
    int64_t *member = take(n_names, sizeof *member), n_groups = 0;
    *groups = take(n_names, sizeof **groups);
    for (int64_t i = 0; i < n_names; i++)
        sorted[i] = (named){ names[i], i };
    qsort(sorted, (size_t)n_names, sizeof *sorted, compare_named);
    for (int64_t first = 0, end; first < n_names; first = end) {
        for (end = first; end < n_names && !compare_patterns(sorted[first].name, sorted[end].name); end++)
            member[end] = sorted[end].index;
        (*groups)[n_groups++] = (name_group){ pattern_of(sorted + first, end - first), end - first, member + first };
    }
    qsort(*groups, (size_t)n_groups, sizeof **groups, compare_groups);
    return n_groups;
}
