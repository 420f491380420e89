/* Sorting names and keys: against a plain comparison of two at a time, wherever runs of digits begin, end and grow long. */
#include "io/io.h"
#include "support/test.h"

/* The rule by itself, another way than the library: names cut into runs, digits by value, then what comes first in the text. */
static int run_length_of(const char *p)
{
    return (int)strspn(p, "0123456789");
}

static int by_value(const char *a, int n, const char *b, int m)
{
    while (n > 0 && *a == '0')
        a++, n--;
    while (m > 0 && *b == '0')
        b++, m--;
    return n != m ? n - m : memcmp(a, b, (size_t)n);
}

static int plain_order(const char *a, const char *b)
{
    const char *x = a, *y = b;
    for (;;) {
        int n = run_length_of(x), m = run_length_of(y), order = n && m ? by_value(x, n, y, m) : (unsigned char)*x - (unsigned char)*y;
        if (order)
            return order;
        if (!*x)
            return strcmp(a, b);
        x += n ? n : 1;
        y += m ? m : 1;
    }
}

static int by_plain_order(const void *a, const void *b)
{
    return plain_order(*(char *const *)a, *(char *const *)b);
}

enum { MOST_NAMES = 4000 };

typedef struct names {
    char    *text, *sorted[MOST_NAMES];
    uint32_t place[MOST_NAMES];
    int64_t  used, n;
} names;

static void add_name(names *s, const char *head, int zeros, int digits, char first, const char *tail)
{
    char *to = s->text + s->used;
    strcpy(to, head);
    memset(to + strlen(head), '0', (size_t)zeros);
    memset(to + strlen(head) + zeros, first, (size_t)digits);
    strcpy(to + strlen(head) + zeros + digits, tail);
    s->place[s->n] = (uint32_t)s->used;
    s->sorted[s->n++] = to;
    s->used += (int64_t)strlen(to) + 1;
}

/* In the plain order, whatever order they stood in; each is found, and nothing that is not there. */
static void sorts_and_finds(names *s)
{
    keyed *k = malloc((size_t)s->n * sizeof *k);
    uint32_t *place = malloc((size_t)s->n * sizeof *place);
    for (int64_t i = 0; i < s->n; i++) /* scattered */
        place[i] = s->place[i * 2503 % s->n];
    names_sort(&(named_items){ s->text, place, sizeof *place, s->n }, k);
    qsort(s->sorted, (size_t)s->n, sizeof *s->sorted, by_plain_order);
    for (int64_t i = 0; i < s->n; i++)
        if (s->text + place[k[i].index] != s->sorted[i])
            ck_abort_msg("%lld is %.300s, expected %.300s", (long long)i, s->text + place[k[i].index], s->sorted[i]);
    for (int64_t i = 0; i < s->n; i++)
        s->place[i] = (uint32_t)(s->sorted[i] - s->text);
    named_items sorted = { s->text, s->place, sizeof *s->place, s->n };
    for (int64_t i = 0; i < s->n; i++) {
        char longer[2000];
        equal(names_find(&sorted, s->sorted[i]), i);
        snprintf(longer, sizeof longer, "%s!", s->sorted[i]);
        equal(names_find(&sorted, longer), -1);
        for (int64_t j = i + 1; j < s->n && j < i + 4; j++)
            check(name_compare(s->sorted[i], s->sorted[j]) < 0 && name_compare(s->sorted[j], s->sorted[i]) > 0);
    }
    equal(names_find(&sorted, "\x01"), -1);
    free(place);
    free(k);
}

static names names_none(void)
{
    return (names){ .text = malloc(8 << 20) };
}

/* A key holds eight bytes, of digits first how many: runs begin at each place of it, and are short, of 127, 128 and more. */
TEST(digits_count_by_value_wherever_they_begin)
{
    static const char *const heads[] = { "", "a", "ab", "abc", "abcd", "bbcd", "abcde", "bbcde", "abcdef", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnop" };
    static const char *const tails[] = { "", "~", "\xc3\xa9", "~7", "~a10", "~a9" };
    static const int digits[] = { 0, 1, 2, 9, 127, 128, 129, 300 };
    names s = names_none();
    for (int h = 0; h < LENGTH(heads); h++)
        for (int t = 0; t < LENGTH(tails); t++)
            for (int d = 0; d < LENGTH(digits); d++)
                for (int zeros = 0; zeros < (t == 1 ? 3 : 1); zeros++)
                    for (char first = '1'; first <= (digits[d] ? '3' : '1'); first = (char)(first + 2))
                        if (digits[d] || zeros || *heads[h] || *tails[t])
                            add_name(&s, heads[h], zeros, digits[d], first, tails[t]);
    sorts_and_finds(&s);
    free(s.text);
}

/* Two runs in one key, and equal texts so far. */
TEST(digits_count_again_behind_what_is_equal)
{
    static const char *const numbers[] = { "0", "00", "1", "01", "001", "2", "10", "010", "99" };
    names s = names_none();
    for (int a = 0; a < LENGTH(numbers); a++)
        for (int b = 0; b < LENGTH(numbers); b++)
            for (int c = 0; c < LENGTH(numbers); c++) {
                char name[40];
                snprintf(name, sizeof name, "%s.%s-x%s", numbers[a], numbers[b], numbers[c]);
                add_name(&s, name, 0, 0, '0', "");
            }
    sorts_and_finds(&s);
    free(s.text);
}

/* ---- keys ---- */

/* The next key is a digit of the index: from the highest down, then nothing. */
static int next_digit(keyed *k, const void *data)
{
    const int64_t *digits = data;
    if (k->at == (uint32_t)*digits)
        return 0;
    k->key = k->index >> 4 * (uint32_t)(*digits - 1 - k->at++) & 3; /* only two of the four bits: equal numbers remain */
    return 1;
}

TEST(keys_are_sorted_by_all_that_follows_and_in_the_end_by_index)
{
    enum { N = 600 };
    static const int64_t digits = 3;
    for (int n = 0; n <= N; n += n < 20 ? 1 : 97) {
        keyed k[N];
        for (int i = 0; i < n; i++)
            k[i] = (keyed){ .key = 7, .index = (uint32_t)((i * 7919 + 3) % (n ? n : 1)) };
        keyed_sort(k, n, next_digit, &digits);
        for (int i = 1; i < n; i++) {
            uint32_t a = k[i - 1].index & 0x333, b = k[i].index & 0x333;
            check(a < b || (a == b && k[i - 1].index < k[i].index));
        }
        for (int i = 0; i < n; i++)
            k[i] = (keyed){ .key = UINT64_MAX - (uint64_t)i / 3, .index = (uint32_t)(n - i) };
        keyed_sort(k, n, NULL, NULL);
        for (int i = 1; i < n; i++) {
            int64_t a = n - k[i - 1].index, b = n - k[i].index;
            check(a / 3 > b / 3 || (a / 3 == b / 3 && a > b));
        }
    }
}

/* ---- in place ---- */

static int64_t n_swaps, n_asked;

static int rises(int64_t i, int64_t j, const void *data)
{
    n_asked++;
    return ((const int *)data)[i] < ((const int *)data)[j];
}

static void change_places(int64_t i, int64_t j, void *data)
{
    int *x = data, kept = x[i];
    n_swaps++;
    check(i != j);
    x[i] = x[j];
    x[j] = kept;
}

TEST(what_is_in_order_is_looked_at_once)
{
    int x[50];
    for (int n = 0; n <= 50; n++)
        for (int equals = 1; equals < 4; equals++) {
            for (int i = 0; i < n; i++)
                x[i] = i / equals;
            n_swaps = n_asked = 0;
            sort_in_place(n, rises, change_places, x);
            equal(n_swaps, 0);
            equal(n_asked, n ? n - 1 : 0);
        }
}

/* Every order of up to six, with and without equals. */
TEST(every_order_of_a_few_is_sorted)
{
    for (int n = 1; n <= 6; n++) {
        int orders = 1;
        for (int i = 2; i <= n; i++)
            orders *= i;
        for (int order = 0; order < orders; order++)
            for (int equals = 1; equals <= 2; equals++) {
                int x[8], left[8], code = order;
                for (int i = 0; i < n; i++)
                    left[i] = i;
                for (int i = 0, many = n; i < n; i++, many--) {
                    x[i] = left[code % many] / equals;
                    memmove(left + code % many, left + code % many + 1, (size_t)(many - 1 - code % many) * sizeof *left);
                    code /= many;
                }
                x[n] = -1; /* behind them, smaller than all */
                sort_in_place(n, rises, change_places, x);
                int wrong = x[n] != -1;
                for (int i = 0; i < n; i++)
                    wrong += x[i] != i / equals;
                equal(wrong, 0);
            }
    }
}
