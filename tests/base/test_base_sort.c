/* Sorting without memory: against counting, for elements of every size. */
#include "support/test.h"
#include "base/sort.h"

static int by_byte(const void *a, const void *b)
{
    const unsigned char *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

TEST(elements_of_any_size_rise_and_none_is_lost)
{
    enum { MOST = 70 };
    for (int64_t size = 1; size <= 64; size += size < 9 ? 1 : 11)
        for (int64_t n = 0; n <= MOST; n++) {
            unsigned char x[MOST * 64], again[MOST * 64];
            int counts[8] = { 0 };
            memset(x, 0, sizeof x);
            for (int64_t i = 0; i < n; i++) {
                uint64_t h = (uint64_t)(i * 31 + n * 7 + size) * 0x9e3779b97f4a7c15u;
                x[i * size] = (unsigned char)(h >> 60 & 7); /* many equal ones */
                for (int64_t k = 1; k < size; k++)
                    x[i * size + k] = (unsigned char)(x[i * size] * 3 + k); /* an element stays together */
                counts[x[i * size]]++;
            }
            memcpy(again, x, sizeof x);
            sort_elements(x, n, size, by_byte);
            int wrong = 0;
            for (int64_t i = 0, value = 0; i < n; i++) {
                while (value < 7 && !counts[value])
                    value++;
                counts[value]--;
                wrong += x[i * size] != value;
                for (int64_t k = 1; k < size; k++)
                    wrong += x[i * size + k] != (unsigned char)(value * 3 + k);
            }
            for (int64_t i = n * size; i < (int64_t)sizeof x; i++)
                wrong += x[i] != 0;
            equal(wrong, 0);
            sort_elements(again, n, size, by_byte);
            equal_bits(again, x, (int64_t)sizeof x);
        }
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

TEST(rising_and_falling_numbers_are_sorted)
{
    enum { N = 1000 };
    double x[N];
    for (int way = 0; way < 3; way++) {
        for (int i = 0; i < N; i++)
            x[i] = way == 0 ? i : way == 1 ? N - 1 - i : i * 377 % N;
        sort_elements(x, N, sizeof *x, by_number);
        int wrong = 0;
        for (int i = 0; i < N; i++)
            wrong += x[i] != i;
        equal(wrong, 0);
    }
}
