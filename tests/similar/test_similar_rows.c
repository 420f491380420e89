/* Rows as f32: what is copied, in whatever order panels come, and what is said of numbers that do not do. */
#include "similar/similar.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <math.h>

enum { ROWS = 700, DIM = 5 };

static int32_t backwards(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    (void)user;
    while (n--)
        task(n, data);
    return 0;
}

static lamella_status rows_in_call(call *c, const lamella_view *v, const lamella_view *ids, int32_t searched, f32_rows *r)
{
    lamella_view checked, of_ids;
    searched_rows s;
    TRY(view_check(c, &checked, v, FLOATS, "rows"));
    if (ids)
        TRY(view_check(c, &of_ids, ids, I32 | I64, "base_ids"));
    if (searched) {
        int64_t n_zero;
        TRY(searched_rows_open(c, NULL, &checked, ids ? &of_ids : NULL, SIMILAR_DOT, checked.shape[1], &s));
        return top_k(c, &s, &(f32_rows){ NULL, 0, checked.shape[1], checked.shape[1] }, NULL, 1, NULL, NULL, &n_zero);
    }
    TRY(f32_rows_open(c, NULL, &checked, "rows", r));
    const float *x = r->data;
    for (int64_t i = 0; i < r->n * r->dim; i++)
        if (x[i / r->dim * r->stride + i % r->dim] != (float)((double)i / 3 - 100))
            return fail(c, LAMELLA_ERR_NUMERIC, "element %lld is another", (long long)i);
    return LAMELLA_OK;
}

static lamella_status rows_of(lamella_context *ctx, const lamella_view *v, const lamella_view *ids, int32_t searched)
{
    f32_rows r;
    CALL(ctx, rows_in_call(c, v, ids, searched, &r));
}

TEST(rows_are_copied_in_whatever_order_their_panels_come)
{
    static double x[ROWS * DIM];
    lamella_context *ctx;
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 3, .parallel_for = backwards };
    ok(lamella_context_create(&options, &ctx));
    for (int64_t i = 0; i < ROWS * DIM; i++)
        x[i] = (double)i / 3 - 100;
    for (int64_t n = ROWS; n > 0; n -= 111) {
        const lamella_view v = view_of(LAMELLA_F64, x, n, DIM);
        ok(rows_of(NULL, &v, NULL, 0));
        ok(rows_of(ctx, &v, NULL, 0));
    }
    lamella_context_free(ctx);
}

TEST(numbers_that_do_not_do_are_named_by_row_and_column)
{
    double x[4 * 3] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3 };
    const lamella_view v = view_of(LAMELLA_F64, x, 4, 3);
    x[3 * 3 + 1] = NAN;
    refused(rows_of(NULL, &v, NULL, 0), LAMELLA_ERR_NONFINITE, "rows_of: rows is nan at row 3, column 1, expected a finite number");
    x[2 * 3 + 0] = -INFINITY; /* the first row counts */
    refused(rows_of(NULL, &v, NULL, 1), LAMELLA_ERR_NONFINITE, "rows_of: base is -inf at row 2, column 0, expected a finite number");
    x[1 * 3 + 2] = 1e39;
    refused(rows_of(NULL, &v, NULL, 0), LAMELLA_ERR_NUMERIC, "rows_of: rows is 1e+39 at row 1, column 2, expected a number that f32 holds");
}

TEST(ids_are_0_or_more)
{
    float x[] = { 1, 2, 3 };
    int64_t ids[] = { 0, 7, -2 };
    int32_t small[] = { -1, 0, 0 };
    const lamella_view v = view_of(LAMELLA_F32, x, 3, 1), of_ids = view_of(LAMELLA_I64, ids, 3), of_small = view_of(LAMELLA_I32, small, 3);
    refused(rows_of(NULL, &v, &of_ids, 1), LAMELLA_ERR_ARGUMENT, "rows_of: options.base_ids[2] is -2, expected 0 or more");
    refused(rows_of(NULL, &v, &of_small, 1), LAMELLA_ERR_ARGUMENT, "rows_of: options.base_ids[0] is -1, expected 0 or more");
    ids[2] = 0;
    ok(rows_of(NULL, &v, &of_ids, 1));
}
