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
