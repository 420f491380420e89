/* The finite check. */
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_tensor_finite, .dtypes = EVERY_DTYPE, .in_memory = 1, .forms = WITHOUT_MASK, .nonfinite = 1, .keeps_dtype = 1, .empty_is_ok = 1)
{
    lamella_tensor_finite_result result = { .struct_size = sizeof result };
    lamella_status status = lamella_tensor_finite(m->ctx, m->view, &result);
    matrix_number(m, "n_nan", (double)result.n_nan);
    matrix_number(m, "n_infinite", (double)result.n_infinite);
    matrix_number(m, "n_subnormal", (double)result.n_subnormal);
    matrix_number(m, "first", (double)result.first);
    return status;
}

TEST(everything_odd_is_counted)
{
    float x[200000];
    for (int i = 0; i < 200000; i++)
        x[i] = 1;
    x[150000] = NAN, x[70001] = -INFINITY, x[3] = 1e-40f;
    lamella_view v = view_of(LAMELLA_F32, x, 200000);
    lamella_tensor_finite_result result = { .struct_size = sizeof result };
    returns(lamella_tensor_finite(NULL, &v, &result), LAMELLA_NOTE);
    check(result.n_nan == 1 && result.n_infinite == 1 && result.n_subnormal == 1);
    equal(result.first, 70001);
}

TEST(each_float_type_has_its_own_subnormals)
{
    static const uint16_t halves[] = { 0x0001, 0x0400, 0x7c00, 0x7e00, 0x0000 };
    lamella_tensor_finite_result result = { .struct_size = sizeof result };
    lamella_view v;
    ok(lamella_tensor_view(halves, LAMELLA_F16, 1, (const int64_t[]){ 5 }, NULL, &v));
    returns(lamella_tensor_finite(NULL, &v, &result), LAMELLA_NOTE);
    check(result.n_subnormal == 1 && result.n_infinite == 1 && result.n_nan == 1 && result.first == 2);
    v.dtype = LAMELLA_BF16;
    ok(lamella_tensor_finite(NULL, &v, &result));
    check(result.n_subnormal == 1 && result.first == -1);
}
