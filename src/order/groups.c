/* Any integers as numbers 0, 1, ...: groups, strata, classes. */
#include "order/order.h"

lamella_status group_rows_asking(call *c, const int64_t *labels, int64_t n, int64_t *group, int64_t *distinct, keyed_row *room, int64_t *n_groups)
{
    *n_groups = 0;
    for (int64_t row = 0; row < n; row++)
        room[row] = (keyed_row){ labels[row], row };
    TRY(sort_keyed_asking(c, room, n, room + n));
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || room[i].key != room[i - 1].key) {
            if (distinct)
                distinct[*n_groups] = room[i].key;
            ++*n_groups;
        }
        group[room[i].row] = *n_groups - 1;
        TRY(ask_rows(c, i, 1));
    }
    return LAMELLA_OK;
}

int64_t group_rows(const int64_t *labels, int64_t n, int64_t *group, int64_t *distinct, keyed_row *room)
{
    int64_t n_groups;
    group_rows_asking(NULL, labels, n, group, distinct, room, &n_groups);
    return n_groups;
}

lamella_status rising_integers(call *c, const int64_t *x, int64_t n, int64_t **rising, int64_t **place)
{
    keyed_row *sorted;
    TAKE(c, *rising, n);
    TAKE(c, *place, n);
    TAKE(c, sorted, sort_room(n));
    for (int64_t i = 0; i < n; i++)
        sorted[i] = (keyed_row){ x[i], i };
    sort_keyed(sorted, n, sorted + n);
    for (int64_t i = 0; i < n; i++) {
        (*rising)[i] = sorted[i].key;
        (*place)[i] = sorted[i].row;
    }
    return LAMELLA_OK;
}

int64_t place_of_value(const int64_t *rising, int64_t n, int64_t value)
{
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (rising[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && rising[low] == value ? low : -1;
}
