/* The finite check. */
#include "support/guarded.h"
#include "support/matrix.h"
#include "support/progress.h"
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

/* The bits of 0, the least and the greatest of each kind of number; in memory that ends behind the last. */
TEST(every_bit_pattern_at_an_edge_is_what_it_is)
{
    static const struct { int32_t dtype, size; uint64_t subnormal[2], normal[2], infinite, nan[2]; } types[] = {
        { LAMELLA_F16, 2, { 1, 0x3ff }, { 0x400, 0x7bff }, 0x7c00, { 0x7c01, 0x7fff } },
        { LAMELLA_BF16, 2, { 1, 0x7f }, { 0x80, 0x7f7f }, 0x7f80, { 0x7f81, 0x7fff } },
        { LAMELLA_F32, 4, { 1, 0x7fffff }, { 0x800000, 0x7f7fffff }, 0x7f800000, { 0x7f800001, 0x7fffffff } },
        { LAMELLA_F64, 8, { 1, 0xfffffffffffff }, { 0x10000000000000, 0x7fefffffffffffff }, 0x7ff0000000000000,
          { 0x7ff0000000000001, 0x7fffffffffffffff } },
    };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int negative = 0; negative < 2; negative++) {
            const uint64_t bits[] = { 0, types[t].subnormal[0], types[t].subnormal[1], types[t].normal[0], types[t].normal[1], types[t].infinite,
                                      types[t].nan[0], types[t].nan[1] };
            char *x = guarded(NULL, 8 * (size_t)types[t].size);
            for (int first = 0; first < 8; first++) { /* each of them is first once */
                for (int i = 0; i < 8; i++) {
                    uint64_t value = bits[(first + i) % 8] | (uint64_t)negative << (8 * types[t].size - 1);
                    memcpy(x + i * types[t].size, &value, (size_t)types[t].size);
                }
                lamella_view v = view_of(types[t].dtype, x, 8);
                lamella_tensor_finite_result result = { .struct_size = sizeof result };
                returns(lamella_tensor_finite(NULL, &v, &result), LAMELLA_NOTE);
                check(result.n_nan == 2 && result.n_infinite == 1 && result.n_subnormal == 2);
                equal(result.first, first < 5 ? 5 - first : 0);
            }
        }
}

TEST(the_first_one_is_numbered_across_runs_and_pieces)
{
    enum { RUN = 131073, RUNS = 3 };
    uint16_t *x = calloc(RUN * RUNS, sizeof *x);
    lamella_view v = view_of(LAMELLA_F16, x, RUNS, RUN);
    static const int64_t at[] = { 0, 1, 65535, 65536, 131071, 131072, RUN, RUN + 65536, 2 * RUN - 1, 2 * RUN + 131072 };
    for (int i = 0; i < 10; i++)
        for (int more = 0; more < 2; more++) {
            lamella_tensor_finite_result result = { .struct_size = sizeof result };
            x[at[i]] = 0x7c00;
            x[RUN * RUNS - 1] = more || at[i] == RUN * RUNS - 1 ? 0x7c00 : 0;
            returns(lamella_tensor_finite(NULL, &v, &result), LAMELLA_NOTE);
            equal(result.first, at[i]);
            equal(result.n_infinite, 1 + (more && at[i] != RUN * RUNS - 1));
            x[at[i]] = 0;
        }
    free(x);
}

/* More pieces of work than go out at once; and more runs of one element than fit a piece. */
TEST(many_pieces_are_all_looked_at)
{
    enum { N = 64 * 65536 + 5, RUNS = 65537 };
    uint16_t *x = calloc(N, sizeof *x);
    lamella_view v = view_of(LAMELLA_F16, x, N), thin = view_of(LAMELLA_F16, x, RUNS, 1);
    lamella_tensor_finite_result result = { .struct_size = sizeof result };
    thin.stride[0] = 2;
    x[N - 1] = 0x7e00;
    told heard;
    lamella_context *ctx = context_told(&heard);
    returns(lamella_tensor_finite(ctx, &v, &result), LAMELLA_NOTE);
    check(result.first == N - 1 && result.n_nan == 1);
    equal(heard.n, 3); /* 64 pieces at a time */
    told_well(&heard, 64.0 / 65);
    lamella_context_free(ctx);
    ok(lamella_tensor_finite(NULL, &thin, &result));
    equal(result.first, -1);
    x[2 * (RUNS - 1)] = 0x7e00;
    returns(lamella_tensor_finite(NULL, &thin, &result), LAMELLA_NOTE);
    check(result.first == RUNS - 1 && result.n_nan == 1);
    free(x);
}

TEST(integers_are_finite_and_a_result_has_a_place)
{
    int64_t x[] = { INT64_MAX, 0x7ff0000000000000 };
    lamella_view v = view_of(LAMELLA_I64, x, 2);
    lamella_tensor_finite_result result = { .struct_size = sizeof result, .n_nan = 9, .first = 9 }, small = { .struct_size = 7 };
    ok(lamella_tensor_finite(NULL, &v, &result));
    check(result.n_nan == 0 && result.n_infinite == 0 && result.n_subnormal == 0 && result.first == -1);
    refused(lamella_tensor_finite(NULL, &v, NULL), LAMELLA_ERR_ARGUMENT, "lamella_tensor_finite: result is NULL, expected a struct to fill");
    returns(lamella_tensor_finite(NULL, &v, &small), LAMELLA_ERR_ARGUMENT);
    refused(lamella_tensor_finite(NULL, NULL, &result), LAMELLA_ERR_ARGUMENT, "lamella_tensor_finite: x is NULL, expected a view");
}
