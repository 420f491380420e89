/* Casts: rounded once, range checked, between all pairs of dtypes. */
#include "support/elements.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_tensor_cast, .dtypes = EVERY_DTYPE, .in_memory = 1, .forms = WITHOUT_MASK, .nonfinite = 1, .empty_is_ok = 1, .any_output = 1)
{
    const int64_t *n = m->view->shape;
    return lamella_tensor_cast(m->ctx, m->view, matrix_outputs(m, "out", LAMELLA_F64, 1, NULL, 1, n, m->view->rank));
}

OPERATION(lamella_tensor_cast, .as = "to f16", .dtypes = EVERY_DTYPE, .in_memory = 1, .forms = WITHOUT_MASK, .nonfinite = 1, .empty_is_ok = 1, .any_output = 1,
          .absolute = 1)
{
    const int64_t *n = m->view->shape;
    return lamella_tensor_cast(m->ctx, m->view, matrix_outputs(m, "out", LAMELLA_F16, 1, NULL, 1, n, m->view->rank));
}

static lamella_status cast_one(int32_t from, const void *value, int32_t to, void *out)
{
    lamella_view x = view_of(from, (void *)(uintptr_t)value, 1), y = view_of(to, out, 1);
    return lamella_tensor_cast(NULL, &x, &y);
}

/* f64 -> f16 through f32 would round 1 + 2^-11 + 2^-40 down to a tie and then to even. */
TEST(f64_to_f16_rounds_once)
{
    uint16_t out;
    double x = 1 + ldexp(1, -11) + ldexp(1, -40);
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_F16, &out));
    equal(out, 0x3c01);
    x = 1 + ldexp(1, -11);
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_F16, &out));
    equal(out, 0x3c00);
    x = 1 + ldexp(3, -11) - ldexp(1, -40);
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_F16, &out));
    equal(out, 0x3c01);
    x = -(1 + ldexp(1, -8) + ldexp(1, -40));
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_BF16, &out));
    equal(out, 0xbf81);
}

TEST(i64_to_bf16_rounds_once)
{
    uint16_t out;
    int64_t x = ((int64_t)1 << 62) + ((int64_t)1 << 54) + 1; /* just over a tie of bf16 */
    ok(cast_one(LAMELLA_I64, &x, LAMELLA_BF16, &out));
    equal(out, 0x5e81);
    x -= 1;
    ok(cast_one(LAMELLA_I64, &x, LAMELLA_BF16, &out));
    equal(out, 0x5e80);
    x = -x - 1;
    ok(cast_one(LAMELLA_I64, &x, LAMELLA_BF16, &out));
    equal(out, 0xde81);
}

TEST(integers_truncate_towards_zero_and_must_fit)
{
    int8_t i8;
    uint8_t u8;
    int64_t i64;
    double x = -1.9;
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_I8, &i8));
    equal(i8, -1);
    x = 127.9;
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_I8, &i8));
    equal(i8, 127);
    x = 128;
    refused(cast_one(LAMELLA_F64, &x, LAMELLA_I8, &i8), LAMELLA_ERR_NUMERIC,
            "lamella_tensor_cast: x is 128 at element 0, expected a number that i8 holds");
    x = -0.5;
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_U8, &u8));
    equal(u8, 0);
    x = -9223372036854775808.0;
    ok(cast_one(LAMELLA_F64, &x, LAMELLA_I64, &i64));
    check(i64 == INT64_MIN);
    x = 9223372036854775808.0;
    returns(cast_one(LAMELLA_F64, &x, LAMELLA_I64, &i64), LAMELLA_ERR_NUMERIC);
    x = NAN;
    refused(cast_one(LAMELLA_F64, &x, LAMELLA_I64, &i64), LAMELLA_ERR_NONFINITE,
            "lamella_tensor_cast: x is nan at element 0, expected a number that i64 holds");
    i64 = 300;
    returns(cast_one(LAMELLA_I64, &i64, LAMELLA_U8, &u8), LAMELLA_ERR_NUMERIC);
}

TEST(a_number_that_the_float_does_not_hold_is_refused)
{
    float x[3] = { 1, 70000, 2 };
    uint16_t out[3];
    lamella_view from = view_of(LAMELLA_F32, x, 3), to = view_of(LAMELLA_F16, out, 3);
    refused(lamella_tensor_cast(NULL, &from, &to), LAMELLA_ERR_NUMERIC,
            "lamella_tensor_cast: x is 70000 at element 1, expected a number that f16 holds");
    x[1] = INFINITY;
    ok(lamella_tensor_cast(NULL, &from, &to));
    equal(out[1], 0x7c00);
}

TEST(bool_is_zero_or_not)
{
    float x[] = { 0, -0.0f, 0.25f, -3 };
    unsigned char out[4];
    static const unsigned char expected[] = { 0, 0, 1, 1 };
    lamella_view from = view_of(LAMELLA_F32, x, 4), to = view_of(LAMELLA_BOOL, out, 4);
    ok(lamella_tensor_cast(NULL, &from, &to));
    equal_bits(out, expected, 4);
    unsigned char truth[] = { 0, 1, 255, 7 };
    from = view_of(LAMELLA_BOOL, truth, 4), to = view_of(LAMELLA_U8, out, 4);
    ok(lamella_tensor_cast(NULL, &from, &to));
    static const unsigned char ones[] = { 0, 1, 1, 1 };
    equal_bits(out, ones, 4);
}

/* Every f16 goes through every float type and back. */
TEST(f16_survives_the_wider_types)
{
    static uint16_t halves[63488], back[63488]; /* all but NaN and infinities */
    static double wide[63488];
    for (uint32_t i = 0, n = 0; i < 65536; i++)
        if ((i & 0x7c00) != 0x7c00)
            halves[n++] = (uint16_t)i;
    lamella_view from = view_of(LAMELLA_F16, halves, 63488), to = view_of(LAMELLA_F16, back, 63488);
    static const int32_t types[] = { LAMELLA_F32, LAMELLA_F64 };
    for (int t = 0; t < 2; t++) {
        lamella_view middle = view_of(types[t], wide, 63488);
        ok(lamella_tensor_cast(NULL, &from, &middle));
        ok(lamella_tensor_cast(NULL, &middle, &to));
        equal_bits(back, halves, sizeof halves);
    }
}

TEST(outputs_in_place_are_refused)
{
    float x[4] = { 0 };
    lamella_view v = view_of(LAMELLA_F32, x, 4);
    refused(lamella_tensor_cast(NULL, &v, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_cast: out shares memory with x, expected an output apart from the inputs");
}

/* Whole pieces by kernels and one element at a time, between any two dtypes. */
TEST(every_dtype_becomes_every_other_however_it_lies)
{
    enum { N = 40 };
    for (int32_t from = LAMELLA_F32; from <= LAMELLA_BOOL; from++)
        for (int32_t to = LAMELLA_F32; to <= LAMELLA_BOOL; to++)
            for (int strides = 0; strides < 4; strides++) {
                char x[2 * N * 8], out[2 * N * 8];
                lamella_view v = view_of(from, x, N), o = view_of(to, out, N);
                v.stride[0] = 1 + (strides & 1);
                o.stride[0] = 1 + (strides >> 1);
                for (int64_t i = 0; i < N; i++)
                    store(from, element_at(&v, i), from > LAMELLA_BF16 ? (double)(i % 7) : (double)(i % 7) + (i % 2) * 0.5);
                ok(lamella_tensor_cast(NULL, &v, &o));
                int wrong = 0;
                for (int64_t i = 0; i < N; i++) {
                    double value = element(&v, i);
                    wrong += element(&o, i) != (to == LAMELLA_BOOL ? value != 0 : to > LAMELLA_BF16 ? trunc(value) : value);
                }
                equal(wrong, 0);
            }
}

TEST(what_no_dtype_holds_is_refused_however_it_lies)
{
    static const struct { int32_t to; double most, over, least, under; } ends[] = {
        { LAMELLA_F32, 3.4028234663852886e38, 3.5e38, -3.4028234663852886e38, -1e300 }, { LAMELLA_F16, 65504, 65536, -65504, -1e10 },
        { LAMELLA_BF16, 3.3895313892515355e38, 3.4e38, -3.3895313892515355e38, -1e300 }, { LAMELLA_I8, 127, 128, -128, -129 },
        { LAMELLA_U8, 255, 256, 0, -1 }, { LAMELLA_I32, 2147483647, 2147483648.0, -2147483648.0, -2147483649.0 },
        { LAMELLA_I64, 9223372036854774784.0, 9223372036854775808.0, -9223372036854775808.0, -9223372036854777856.0 },
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (int stride = 1; stride < 3; stride++) {
            char out[6 * 8];
            double x[6] = { 0 };
            lamella_view v = view_of(LAMELLA_F64, x, 3), o = view_of(ends[i].to, out, 3);
            v.stride[0] = o.stride[0] = stride;
            x[stride] = ends[i].most, x[2 * stride] = ends[i].least;
            ok(lamella_tensor_cast(NULL, &v, &o));
            near(element(&o, 1), ends[i].most, ABSOLUTE, 0);
            near(element(&o, 2), ends[i].least, ABSOLUTE, 0);
            x[stride] = ends[i].over;
            returns(lamella_tensor_cast(NULL, &v, &o), LAMELLA_ERR_NUMERIC);
            x[stride] = 0, x[2 * stride] = ends[i].under;
            returns(lamella_tensor_cast(NULL, &v, &o), LAMELLA_ERR_NUMERIC);
            x[2 * stride] = INFINITY;
            if (ends[i].to <= LAMELLA_BF16) {
                ok(lamella_tensor_cast(NULL, &v, &o));
                check(isinf(element(&o, 2)));
            } else
                returns(lamella_tensor_cast(NULL, &v, &o), LAMELLA_ERR_NONFINITE);
        }
}

/* One rounding, to the nearest: against all neighbours of 16 bits. */
TEST(integers_and_doubles_round_to_the_nearest_half)
{
    for (int32_t to = LAMELLA_F16; to <= LAMELLA_BF16; to++)
        for (uint64_t i = 1; i < 1000; i++) {
            uint64_t h = i * 0x9e3779b97f4a7c15u;
            double value = ldexp((double)(int64_t)h, (int)(i % 20) - 70) * (to == LAMELLA_F16 ? 1 : 1e5);
            int64_t whole = (int64_t)(h >> (to == LAMELLA_F16 ? 50 : i % 40)) * (i % 2 ? 1 : -1);
            uint16_t got;
            ok(cast_one(LAMELLA_F64, &value, to, &got));
            for (int from = 0; from < 2; from++) {
                uint16_t next[2];
                double exact = from ? (double)whole : value;
                ok(cast_one(from ? LAMELLA_I64 : LAMELLA_F64, from ? (void *)&whole : (void *)&value, to, &got));
                lamella_view v = view_of(to, &got, 1), n = view_of(to, next, 2);
                next[0] = got + 1, next[1] = got ? got - 1 : 1;
                for (int64_t k = 0; k < 2; k++)
                    if (isfinite(element(&n, k)))
                        check(fabs(element(&v, 0) - exact) <= fabs(element(&n, k) - exact) || fabs(exact) > 0x1p53);
            }
        }
}

TEST(the_first_element_that_does_not_fit_is_numbered_across_runs_and_pieces)
{
    enum { RUN = 65537 + 65536, RUNS = 2 };
    static const int64_t at[] = { 0, 65535, 65536, 131072, RUN, RUN + 65536, 2 * RUN - 1 };
    float *x = calloc(2 * RUN * RUNS, sizeof *x);
    uint16_t *out = malloc(RUN * RUNS * sizeof *out);
    for (int gap = 1; gap < 3; gap++)
        for (int i = 0; i < 7; i++) {
            char said[96];
            lamella_view v = view_of(LAMELLA_F32, x, RUNS, RUN), o = view_of(LAMELLA_F16, out, RUNS, RUN);
            v.stride[0] *= gap, v.stride[1] = gap;
            x[at[i] * gap] = 65536 + 64 * (float)i, x[(RUN * RUNS - 1) * gap] = 1e30f; /* behind it another */
            x[at[i] * gap] = 65536 + 64 * (float)i;
            snprintf(said, sizeof said, "lamella_tensor_cast: x is %d at element %lld, expected a number that f16 holds", 65536 + 64 * i, (long long)at[i]);
            refused(lamella_tensor_cast(NULL, &v, &o), LAMELLA_ERR_NUMERIC, said);
            x[at[i] * gap] = 0;
        }
    free(x), free(out);
}

/* C's own conversions, for elements that no kernel takes. */
TEST(numbers_become_floats_as_the_language_has_it)
{
    static const int64_t whole[] = { 0, -1, 16777217, -16777219, 9007199254740993, INT64_MAX, INT64_MIN, 123456789012345678 };
    static const double real[] = { 0.1, -1e-40, 1e-45, 3.4028235e38, 16777217, -2.5e-39, 1 / 3.0, -7e22 };
    for (int i = 0; i < 8; i++) {
        float f;
        double d;
        ok(cast_one(LAMELLA_I64, &whole[i], LAMELLA_F32, &f));
        check(f == (float)whole[i]);
        ok(cast_one(LAMELLA_I64, &whole[i], LAMELLA_F64, &d));
        check(d == (double)whole[i]);
        double apart[3] = { real[i], 5, -real[i] };
        float out[2];
        lamella_view from = view_of(LAMELLA_F64, apart, 2), to = view_of(LAMELLA_F32, out, 2);
        from.stride[0] = 2;
        ok(lamella_tensor_cast(NULL, &from, &to));
        check(out[0] == (float)real[i] && out[1] == -(float)real[i]);
    }
}

TEST(a_bool_is_made_of_what_is_finite)
{
    static const double values[] = { 1e300, -1e-300, 0.5, 0, -0.0 };
    unsigned char out;
    for (int i = 0; i < 5; i++) {
        ok(cast_one(LAMELLA_F64, &values[i], LAMELLA_BOOL, &out));
        equal(out, i < 3);
    }
    double none = NAN, most = INFINITY;
    int64_t big = (int64_t)1 << 40;
    refused(cast_one(LAMELLA_F64, &none, LAMELLA_BOOL, &out), LAMELLA_ERR_NONFINITE,
            "lamella_tensor_cast: x is nan at element 0, expected a number that bool holds");
    refused(cast_one(LAMELLA_F64, &most, LAMELLA_BOOL, &out), LAMELLA_ERR_NONFINITE,
            "lamella_tensor_cast: x is inf at element 0, expected a number that bool holds");
    ok(cast_one(LAMELLA_I64, &big, LAMELLA_BOOL, &out));
    equal(out, 1);
}

/* Integers of every length, at a tie of bf16, one under it and one over it. */
TEST(integers_around_a_tie_go_to_their_side)
{
    for (int bits = 10; bits < 63; bits++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int beside = -1; beside <= 1; beside++)
                for (int64_t odd = 0; odd < 2; odd++) { /* bf16 has 8 bits */
                    int64_t ulp = (int64_t)1 << (bits - 7), low = ((int64_t)1 << bits) + odd * ulp, x = sign * (low + ulp / 2 + beside);
                    double expected = (double)sign * (double)(beside < 0 || (beside == 0 && !odd) ? low : low + ulp);
                    uint16_t out;
                    ok(cast_one(LAMELLA_I64, &x, LAMELLA_BF16, &out));
                    lamella_view v = view_of(LAMELLA_BF16, &out, 1);
                    near(element(&v, 0), expected, ABSOLUTE, 0);
                }
}
