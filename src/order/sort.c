/* Rows in order of a number: a merge sort. */
#include "order/order.h"

#include <string.h>

#define SHORT_RUN 16

static int stands_before(const keyed_row *a, const keyed_row *b)
{
    return a->key != b->key ? a->key < b->key : a->row < b->row;
}

static void sort_short_run(keyed_row *rows, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        keyed_row moved = rows[i];
        int64_t at = i;
        for (; at > 0 && stands_before(&moved, &rows[at - 1]); at--)
            rows[at] = rows[at - 1];
        rows[at] = moved;
    }
}

/* Until one of the two is used up, in strides that cannot run past either. */
static void merge_runs(asking *asks, const keyed_row *a, int64_t n_a, const keyed_row *b, int64_t n_b, keyed_row *to)
{
    int64_t i = 0, j = 0;
    while (i < n_a && j < n_b) {
        int64_t stride = MIN(MIN(n_a - i, n_b - j), ROWS_BETWEEN_ASKS);
        for (int64_t k = 0; k < stride; k++)
            *to++ = stands_before(&b[j], &a[i]) ? b[j++] : a[i++];
        if (told_to_stop_after(asks, stride))
            return;
    }
    memcpy(to, a + i, (size_t)(n_a - i) * sizeof *to);
    memcpy(to + (n_a - i), b + j, (size_t)(n_b - j) * sizeof *to);
}

/* Breaks off, in no order, once told to stop. */
static void merge_sort(asking *asks, keyed_row *rows, int64_t n, keyed_row *room)
{
    keyed_row *from = rows, *to = room, *swap;
    for (int64_t i = 0; i < n; i += SHORT_RUN) {
        sort_short_run(rows + i, MIN(SHORT_RUN, n - i));
        if (told_to_stop_after(asks, SHORT_RUN))
            return;
    }
    for (int64_t run = SHORT_RUN; run < n; run *= 2) {
        for (int64_t i = 0; i < n; i += 2 * run) {
            int64_t n_a = MIN(run, n - i), n_b = MIN(run, n - i - n_a);
            merge_runs(asks, from + i, n_a, from + i + n_a, n_b, to + i);
            if (told_to_stop_after(asks, 0))
                return;
        }
        swap = from;
        from = to;
        to = swap;
    }
    if (from != rows)
        memcpy(rows, from, (size_t)n * sizeof *rows);
}

lamella_status sort_keyed_asking(call *c, keyed_row *rows, int64_t n, keyed_row *room)
{
    asking asks = { .c = c };
    merge_sort(&asks, rows, n, room);
    return asks.status;
}

void sort_keyed(keyed_row *rows, int64_t n, keyed_row *room)
{
    merge_sort(NULL, rows, n, room);
}

/* Bits of a double read as a signed integer rise with it from 0 on, and fall with it below. */
int64_t key_of_double(double x)
{
    int64_t bits;
    x += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

double double_of_key(int64_t key)
{
    double x;
    key = key < 0 ? key ^ INT64_MAX : key;
    memcpy(&x, &key, sizeof x);
    return x;
}

static void rows_of_sorted(asking *asks, keyed_row *room, int64_t n, int64_t *order)
{
    merge_sort(asks, room, n, room + n);
    for (int64_t i = 0; i < n; i++)
        order[i] = room[i].row;
}

lamella_status order_rows_asking(call *c, const double *x, int64_t stride, const unsigned char *valid, int64_t n, int64_t *order, int64_t *n_valid,
                                 keyed_row *room)
{
    asking asks = { .c = c };
    *n_valid = 0;
    for (int64_t row = 0; row < n; row++)
        if (!valid || valid[row])
            room[(*n_valid)++] = (keyed_row){ key_of_double(x[row * stride]), row };
    rows_of_sorted(&asks, room, *n_valid, order);
    return asks.status;
}

int64_t order_rows(const double *x, int64_t stride, const unsigned char *valid, int64_t n, int64_t *order, keyed_row *room)
{
    int64_t n_valid;
    order_rows_asking(NULL, x, stride, valid, n, order, &n_valid, room);
    return n_valid;
}

void order_listed(const double *x, int64_t stride, const int64_t *rows, int64_t n, int64_t *order, keyed_row *room, asking *asks)
{
    if (told_to_stop_after(asks, n))
        return;
    for (int64_t i = 0; i < n; i++)
        room[i] = (keyed_row){ key_of_double(x[rows[i] * stride]), rows[i] };
    rows_of_sorted(asks, room, n, order);
}
