/* Views of rows to arrays of f64; what is masked is never read. */
#include "measure/evaluate.h"

#include <math.h>

int64_t columns_of(const lamella_view *v)
{
    return v->rank == 2 ? v->shape[1] : 1;
}

lamella_status check_by_row(call *c, const lamella_view *v, const char *name, int64_t n_rows)
{
    if (v->rank != 1)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 1", name, (int)v->rank);
    if (v->shape[0] != n_rows)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.shape[0] is %lld, expected %lld", name, (long long)v->shape[0], (long long)n_rows);
    return LAMELLA_OK;
}

static lamella_status list_valid(call *c, const lamella_view *mask, measured_rows *rows)
{
    unsigned char *valid = NULL;
    int64_t *listed;
    TAKE(c, listed, rows->n_rows);
    if (mask)
        TAKE(c, valid, rows->n_rows);
    for (int64_t row = 0; row < rows->n_rows; row++) {
        if (mask)
            valid[row] = *view_at(mask, &row) != 0;
        if (!mask || valid[row])
            listed[rows->n++] = row;
        TRY(ask_rows(c, row, 1));
    }
    rows->valid = valid;
    rows->listed = listed;
    if (!rows->n)
        return fail(c, LAMELLA_ERR_EMPTY, "no row is left, expected at least 1 of %lld", (long long)rows->n_rows);
    return LAMELLA_OK;
}

/* To a largest of 1/2 to 1, by a power of two: figures are ratios, and sums and products of weights stay within f64. */
static void scale_weights(const measured_rows *rows, double *weight)
{
    double largest = 0;
    int exponent;
    for (int64_t i = 0; i < rows->n; i++)
        largest = fmax(largest, weight[rows->listed[i]]);
    frexp(largest, &exponent);
    for (int64_t i = 0; i < rows->n; i++)
        weight[rows->listed[i]] = ldexp(weight[rows->listed[i]], -exponent);
}

lamella_status measured_rows_of(call *c, int64_t n_rows, const lamella_view *mask, const lamella_view *weights, measured_rows *rows)
{
    lamella_view v;
    double *weight;
    *rows = (measured_rows){ .n_rows = n_rows };
    if (mask) {
        TRY(view_check(c, &v, mask, BYTES, "mask"));
        TRY(check_by_row(c, &v, "mask", n_rows));
    }
    TRY(list_valid(c, mask ? &v : NULL, rows));
    if (!weights)
        return LAMELLA_OK;
    TRY(view_check(c, &v, weights, F32 | F64, "weights"));
    TRY(check_by_row(c, &v, "weights", n_rows));
    TRY(numbers_by_row(c, &v, "weights", rows, &weight));
    for (int64_t i = 0; i < rows->n; i++)
        if (weight[rows->listed[i]] < 0) {
            number n;
            return fail(c, LAMELLA_ERR_ARGUMENT, "weights is %s at row %lld, expected 0 or more", number_text(weight[rows->listed[i]], &n),
                        (long long)rows->listed[i]);
        }
    scale_weights(rows, weight);
    rows->weight = weight;
    return LAMELLA_OK;
}

lamella_status numbers_by_row(call *c, const lamella_view *v, const char *name, const measured_rows *rows, double **numbers)
{
    int64_t n_columns = columns_of(v), cells;
    double *x;
    if (!size_mul(rows->n_rows, n_columns, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "%s does not fit into memory", name);
    TAKE(c, x, cells);
    for (int64_t row = 0; row < rows->n_rows; row++) {
        TRY(ask_rows(c, row * n_columns, n_columns));
        for (int64_t k = 0; k < n_columns; k++) {
            int64_t index[2] = { row, k };
            double *cell = &x[row * n_columns + k];
            *cell = rows->valid && !rows->valid[row] ? 0 : load_f64(v->dtype, view_at(v, index));
            if (!isfinite(*cell)) {
                number n;
                return fail(c, LAMELLA_ERR_NONFINITE, "%s is %s at row %lld, column %lld, expected a finite number", name, number_text(*cell, &n),
                            (long long)row, (long long)k);
            }
        }
    }
    *numbers = x;
    return LAMELLA_OK;
}

lamella_status check_confidence(call *c, double *confidence)
{
    number n;
    if (!(*confidence >= 0 && *confidence < 1))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.confidence is %s, expected over 0 and under 1", number_text(*confidence, &n));
    if (*confidence == 0)
        *confidence = 0.95;
    return LAMELLA_OK;
}

lamella_status groups_of_view(call *c, const lamella_view *v, int64_t n, int64_t *n_groups, const int64_t **group)
{
    int64_t *labels, *numbers;
    keyed_row *room;
    *n_groups = n;
    *group = NULL;
    if (!v)
        return LAMELLA_OK;
    TAKE(c, numbers, n);
    TAKE(c, labels, n);
    TAKE(c, room, sort_room(n));
    for (int64_t row = 0; row < n; row++) {
        labels[row] = load_i64(v->dtype, view_at(v, &row));
        TRY(ask_rows(c, row, 1));
    }
    TRY(group_rows_asking(c, labels, n, numbers, NULL, room, n_groups));
    *group = numbers;
    return LAMELLA_OK;
}
