/* Rows by number. */
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_tensor_gather, .dtypes = EVERY_DTYPE, .in_memory = 1, .forms = WITHOUT_MASK, .nonfinite = 1, .keeps_dtype = 1, .empty_is_ok = 1)
{
    int64_t shape[LAMELLA_MAX_RANK], n = m->view->shape[0];
    memcpy(shape, m->view->shape, sizeof shape);
    shape[0] = n ? 2 * n + 1 : 0;
    return lamella_tensor_gather(m->ctx, m->view, matrix_integers(m, LAMELLA_I32, shape[0], n),
                                 matrix_outputs(m, "out", m->view->dtype, 1, NULL, 1, shape, m->view->rank));
}

TEST(rows_come_in_the_order_asked_for)
{
    int32_t x[] = { 0, 1, 10, 11, 20, 21 }, out[8];
    int64_t pick[] = { 2, 0, 2, 1 };
    lamella_view from = view_of(LAMELLA_I32, x, 3, 2), index = view_of(LAMELLA_I64, pick, 4), to = view_of(LAMELLA_I32, out, 4, 2);
    ok(lamella_tensor_gather(NULL, &from, &index, &to));
    static const int32_t expected[] = { 20, 21, 0, 1, 20, 21, 10, 11 };
    equal_bits(out, expected, sizeof expected);
}

TEST(single_elements_are_gathered)
{
    double x[] = { 5, 6, 7 }, out[2];
    int32_t pick[] = { 2, 0 };
    lamella_view from = view_of(LAMELLA_F64, x, 3), index = view_of(LAMELLA_I32, pick, 2), to = view_of(LAMELLA_F64, out, 2);
    ok(lamella_tensor_gather(NULL, &from, &index, &to));
    check(out[0] == 7 && out[1] == 5);
}

TEST(numbers_outside_are_refused)
{
    double x[] = { 5, 6, 7 }, out[2];
    int32_t pick[] = { 2, 3 };
    lamella_view from = view_of(LAMELLA_F64, x, 3), index = view_of(LAMELLA_I32, pick, 2), to = view_of(LAMELLA_F64, out, 2);
    refused(lamella_tensor_gather(NULL, &from, &index, &to), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_gather: index[1] is 3, expected 0 to 2 (= x.shape[0] - 1)");
    pick[1] = -1;
    refused(lamella_tensor_gather(NULL, &from, &index, &to), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_gather: index[1] is -1, expected 0 to 2 (= x.shape[0] - 1)");
}

/* A run longer than a piece of work comes in several. */
TEST(long_rows_are_whole)
{
    enum { LONG = 150000 };
    static float x[2 * LONG], out[3 * LONG];
    int32_t index[] = { 1, 0, 1 };
    int64_t wrong = 0;
    for (int64_t i = 0; i < 2 * LONG; i++)
        x[i] = (float)i;
    lamella_view from = view_of(LAMELLA_F32, x, 2, LONG), picks = view_of(LAMELLA_I32, index, 3), to = view_of(LAMELLA_F32, out, 3, LONG);
    ok(lamella_tensor_gather(NULL, &from, &picks, &to));
    for (int64_t i = 0; i < 3 * LONG; i++)
        wrong += out[i] != (float)(index[i / LONG] * LONG + i % LONG);
    equal(wrong, 0);
    static double wide[2 * LONG];
    lamella_view cast = view_of(LAMELLA_F64, wide, 2, LONG);
    ok(lamella_tensor_cast(NULL, &from, &cast));
    for (int64_t i = 0; i < 2 * LONG; i++)
        wrong += wide[i] != x[i];
    equal(wrong, 0);
    lamella_tensor_finite_result found = { .struct_size = sizeof found };
    x[LONG + 140000] = x[LONG + 149999] = (float)NAN;
    x[LONG - 1] = (float)INFINITY;
    returns(lamella_tensor_finite(NULL, &from, &found), LAMELLA_NOTE);
    check(found.n_nan == 2 && found.n_infinite == 1 && found.first == LONG - 1);
}

TEST(picks_and_rows_that_are_none_are_refused)
{
    float x[6] = { 0 }, out[6];
    int32_t pick[4] = { 0 };
    lamella_view one = { .data = x, .dtype = LAMELLA_F32 }, rows = view_of(LAMELLA_F32, x, 3, 2), index = view_of(LAMELLA_I32, pick, 2, 2);
    lamella_view to = view_of(LAMELLA_F32, out, 2, 2), floats = view_of(LAMELLA_F32, out, 2), none = view_of(LAMELLA_F32, x, 0, 2);
    refused(lamella_tensor_gather(NULL, &one, &index, &to), LAMELLA_ERR_SHAPE, "lamella_tensor_gather: x.rank is 0, expected at least 1");
    refused(lamella_tensor_gather(NULL, &rows, &index, &to), LAMELLA_ERR_SHAPE, "lamella_tensor_gather: index.rank is 2, expected 1");
    refused(lamella_tensor_gather(NULL, &rows, &floats, &to), LAMELLA_ERR_DTYPE, "lamella_tensor_gather: index.dtype is 1 (f32), expected i32|i64");
    refused(lamella_tensor_gather(NULL, NULL, &index, &to), LAMELLA_ERR_ARGUMENT, "lamella_tensor_gather: x is NULL, expected a view");
    refused(lamella_tensor_gather(NULL, &rows, NULL, &to), LAMELLA_ERR_ARGUMENT, "lamella_tensor_gather: index is NULL, expected a view");
    index = view_of(LAMELLA_I32, pick, 3);
    refused(lamella_tensor_gather(NULL, &rows, &index, &to), LAMELLA_ERR_SHAPE, "lamella_tensor_gather: out.shape[0] is 2, expected 3");
    index = view_of(LAMELLA_I32, pick, 2);
    refused(lamella_tensor_gather(NULL, &none, &index, &to), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_gather: index[0] is 0, expected 0 to -1 (= x.shape[0] - 1)");
    to.dtype = LAMELLA_I32;
    refused(lamella_tensor_gather(NULL, &rows, &index, &to), LAMELLA_ERR_DTYPE, "lamella_tensor_gather: out.dtype is 7 (i32), expected f32");
    index.shape[0] = 0, to = view_of(LAMELLA_F32, out, 0, 2);
    ok(lamella_tensor_gather(NULL, &none, &index, &to)); /* nothing of nothing */
    ok(lamella_tensor_gather(NULL, &rows, &index, &to));
}

/* Rows of several axes, longer than a piece of work, between views of any strides. */
TEST(rows_of_several_axes_are_whole_however_they_lie)
{
    enum { A = 2, B = 3, N = 3, PICKS = 4 };
    static const int64_t lengths[] = { 1, 5, 65537 };
    static const int64_t pick[PICKS] = { 2, 0, 2, 1 };
    for (int k = 0; k < 3; k++)
        for (int strides = 0; strides < 4; strides++) {
            int64_t n = lengths[k], gap = 1 + (strides & 1), to_gap = 1 + (strides >> 1), wrong = 0;
            uint16_t *x = malloc((size_t)(N * A * B * n * gap) * sizeof *x), *out = malloc((size_t)(PICKS * A * B * n * to_gap) * sizeof *out);
            lamella_view from = view_of(LAMELLA_F16, x, N, A, B, n), to = view_of(LAMELLA_F16, out, PICKS, A, B, n);
            lamella_view index = view_of(LAMELLA_I64, (int64_t *)(uintptr_t)pick, PICKS);
            for (int a = 0; a < 4; a++)
                from.stride[a] *= gap, to.stride[a] *= to_gap;
            for (int64_t i = 0; i < N * A * B * n; i++)
                x[i * gap] = (uint16_t)(i * 7);
            ok(lamella_tensor_gather(NULL, &from, &index, &to));
            for (int64_t i = 0; i < PICKS * A * B * n; i++)
                wrong += out[i * to_gap] != (uint16_t)((pick[i / (A * B * n)] * A * B * n + i % (A * B * n)) * 7);
            equal(wrong, 0);
            free(x), free(out);
        }
}
