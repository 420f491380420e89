/* Keyed rows against plain sorts: every length around the short runs, ties, asking, groups. */
#include "order/order.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <math.h>

enum { MOST = 300 };

/* Insertion, one row after the other. */
static void sort_plainly(keyed_row *rows, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        for (int64_t j = i; j > 0 && (rows[j].key < rows[j - 1].key || (rows[j].key == rows[j - 1].key && rows[j].row < rows[j - 1].row)); j--) {
            keyed_row moved = rows[j];
            rows[j] = rows[j - 1];
            rows[j - 1] = moved;
        }
}

TEST(every_length_is_sorted_by_key_and_then_by_row)
{
    keyed_row rows[2 * MOST], expected[MOST];
    for (int64_t n = 0; n <= MOST; n++)
        for (int64_t keys = 1; keys <= MOST; keys *= 7) {
            for (int64_t i = 0; i < n; i++)
                rows[i] = expected[i] = (keyed_row){ (i * 7919 + n) % keys - keys / 2, (i * 101) % 307 };
            sort_plainly(expected, n);
            sort_keyed(rows, n, rows + n);
            equal_bits(rows, expected, n * (int64_t)sizeof *rows);
        }
}

TEST(the_ends_of_the_integers_are_keys)
{
    keyed_row rows[6] = { { INT64_MAX, 0 }, { 0, 1 }, { INT64_MIN, 2 } };
    sort_keyed(rows, 3, rows + 3);
    check(rows[0].row == 2 && rows[1].row == 1 && rows[2].row == 0);
}

TEST(rows_of_equal_value_stay_in_the_order_of_rows)
{
    const double x[] = { 0.0, -0.0, -1, 0.0, -0.0, -1 };
    const int64_t expected[] = { 2, 5, 0, 1, 3, 4 }, listed[] = { 4, 3, 2, 1 };
    int64_t order[6];
    keyed_row room[12];
    equal(order_rows(x, 1, NULL, 6, order, room), 6);
    equal_bits(order, expected, sizeof expected);
    order_listed(x, 1, listed, 4, order, room, NULL);
    const int64_t of_listed[] = { 2, 1, 3, 4 };
    equal_bits(order, of_listed, sizeof of_listed);
}

TEST(keys_rise_with_numbers_and_come_back)
{
    const double x[] = { -INFINITY, -1e300, -1, -5e-324, 0, 5e-324, 0.1, 1e300, INFINITY };
    for (int i = 0; i < 9; i++) {
        near(double_of_key(key_of_double(x[i])), x[i], ABSOLUTE, 0);
        check(i == 0 || key_of_double(x[i - 1]) < key_of_double(x[i]));
    }
}

TEST(only_valid_rows_are_ordered)
{
    const double x[] = { 3, 9, 1, 9, 2, 9 };
    const unsigned char valid[] = { 1, 0, 1, 0, 1, 0 };
    const int64_t expected[] = { 2, 1, 0 };
    int64_t order[3];
    keyed_row room[6];
    equal(order_rows(x, 1, valid, 5, order, room), 3);
    check(order[0] == 2 && order[1] == 4 && order[2] == 0);
    equal(order_rows(x, 2, NULL, 3, order, room), 3); /* 3, 1, 2 */
    check(order[0] == expected[1] && order[1] == expected[0] && order[2] == 0);
}

TEST(labels_become_numbers_in_rising_order)
{
    const int64_t labels[] = { 7, -3, 7, INT64_MIN, 40, -3 }, expected[] = { 2, 1, 2, 0, 3, 1 }, values[] = { INT64_MIN, -3, 7, 40 };
    int64_t group[6], distinct[6];
    keyed_row room[12];
    equal(group_rows(labels, 6, group, distinct, room), 4);
    equal_bits(group, expected, sizeof expected);
    equal_bits(distinct, values, sizeof values);
    equal(group_rows(labels, 6, group, NULL, room), 4);
    equal(group_rows(labels, 0, group, NULL, room), 0);
}
