/* Row norms: exact lanes, every prefix, no under- or overflow. */
#include "support/test.h"
#include "reduce/reduce.h"
#include <math.h>

TEST(every_prefix_equals_the_norm_of_that_prefix_alone)
{
    float x[100];
    int64_t widths[100];
    double norms[100];
    const kernels *k = simd_kernels(LAMELLA_SIMD_REFERENCE);
    for (int i = 0; i < 100; i++) {
        x[i] = (float)sin(i);
        widths[i] = i + 1;
    }
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level <= simd_best(); level++) {
        prefix_norms_f32(simd_kernels(level), x, widths, 100, norms);
        for (int i = 0; i < 100; i++) {
            double alone;
            prefix_norms_f32(k, x, &widths[i], 1, &alone);
            check(norms[i] == alone);
            double plain = 0;
            for (int j = 0; j <= i; j++)
                plain += (double)x[j] * x[j];
            near(norms[i], sqrt(plain), RELATIVE, 1e-14);
        }
    }
}

TEST(f64_norms_keep_to_the_range)
{
    const kernels *k = simd_kernels(simd_best());
    static const double scales[] = { 1, 1e-170, 1e-300, 5e-324, 1e170, 1e307 };
    for (int i = 0; i < 6; i++) {
        double x[] = { 3 * scales[i], -4 * scales[i], 0 };
        near(norm_f64(k, x, 3), 5 * scales[i], RELATIVE, 1e-15);
    }
    double zeros[] = { 0, -0.0 };
    check(norm_f64(k, zeros, 2) == 0);
    check(norm_f64(k, zeros, 0) == 0);
}

TEST(cosines_keep_to_the_range)
{
    const kernels *k = simd_kernels(simd_best());
    double x[] = { 1e-200, 1e-200 }, y[] = { 1e-200, 0 };
    near(cosine_f64(k, x, y, 2, norm_f64(k, x, 2), norm_f64(k, y, 2)), sqrt(0.5), RELATIVE, 1e-15);
    double u[] = { 1, 1 }, v[] = { 1, 0 };
    near(cosine_f64(k, u, v, 2, sqrt(2), 1), sqrt(0.5), RELATIVE, 1e-15);
    double up[] = { 3e200, 4e200 }, small[] = { 1e-300, 1e-300 };
    near(cosine_f64(k, up, y, 2, norm_f64(k, up, 2), norm_f64(k, y, 2)), 0.6, RELATIVE, 1e-15);
    near(cosine_f64(k, up, up, 2, norm_f64(k, up, 2), norm_f64(k, up, 2)), 1, RELATIVE, 1e-15);
    near(cosine_f64(k, small, v, 2, norm_f64(k, small, 2), 1), sqrt(0.5), RELATIVE, 1e-15);
}

/* More elements than lanes: each keeps its own. */
TEST(norms_and_cosines_of_long_rows_equal_plain_sums_at_any_scale)
{
    enum { N = 77 };
    static const double scales[] = { 1, 1e-160, 1e160 };
    const kernels *k = simd_kernels(simd_best());
    double a[N], b[N];
    for (int s = 0; s < 3; s++) {
        long double aa = 0, bb = 0, ab = 0;
        for (int i = 0; i < N; i++) {
            double p = sin(i * 1.3), q = cos(i * 0.7) + 0.2;
            a[i] = p * scales[s];
            b[i] = q * scales[s];
            aa += (long double)p * p;
            bb += (long double)q * q;
            ab += (long double)p * q;
        }
        near(norm_f64(k, a, N), (double)sqrtl(aa) * scales[s], RELATIVE, 1e-14);
        near(cosine_f64(k, a, b, N, norm_f64(k, a, N), norm_f64(k, b, N)), (double)(ab / sqrtl(aa * bb)), RELATIVE, 1e-14);
    }
}

TEST(element_i_is_summed_in_lane_i_mod_16)
{
    enum { N = 100 };
    float x[N];
    double norms[N];
    int64_t widths[N];
    for (int i = 0; i < N; i++) {
        x[i] = (float)(sin(i * 0.9) * pow(10, i % 5));
        widths[i] = i + 1;
    }
    prefix_norms_f32(simd_kernels(simd_best()), x, widths, N, norms);
    for (int w = 1; w <= N; w++) {
        double lanes[16] = { 0 };
        for (int i = 0; i < w; i++)
            lanes[i % 16] += (double)x[i] * x[i];
        check(norms[w - 1] == sqrt(lanes_sum(lanes)));
    }
}

/* Around the sums that are taken as they are and those that are scaled first: the same bits either way. */
TEST(norms_do_not_jump_where_they_are_scaled)
{
    enum { N = 33 };
    const kernels *k = simd_kernels(simd_best());
    double x[N], scaled[N];
    for (int i = 0; i < N; i++)
        x[i] = sin(i * 1.1) + 0.5;
    for (int exponent = -1000; exponent < 1000; exponent += 1) {
        for (int i = 0; i < N; i++)
            scaled[i] = ldexp(x[i], exponent);
        check(norm_f64(k, scaled, N) == ldexp(norm_f64(k, x, N), exponent));
        near(cosine_f64(k, scaled, x, N, norm_f64(k, scaled, N), norm_f64(k, x, N)), 1, ABSOLUTE, 1e-15);
        near(cosine_f64(k, scaled, scaled, N, norm_f64(k, scaled, N), norm_f64(k, scaled, N)), 1, ABSOLUTE, 1e-15);
    }
}

TEST(a_unit_row_is_the_row_over_its_norm)
{
    enum { MOST = 50 };
    static const double size[] = { 1, 1e-30, 1e-279, 1e-281, 1e-300, 5e-320, 1e140, 9e299, 2e300, 1e307 };
    const kernels *k = simd_kernels(simd_best());
    double x[MOST], unit[MOST];
    for (int64_t n = 1; n < MOST; n += 3)
        for (int a = 0; a < 10; a++) {
            long double square = 0, largest = 0;
            for (int64_t i = 0; i < n; i++) {
                x[i] = sin((double)(i * 7 + n)) * size[a];
                largest = fmaxl(largest, fabsl((long double)x[i]));
            }
            for (int64_t i = 0; i < n; i++)
                square += (long double)x[i] / largest * ((long double)x[i] / largest);
            double norm = (double)(largest * sqrtl(square));
            near(unit_row(k, x, n, unit), norm, RELATIVE, 1e-14);
            for (int64_t i = 0; i < n; i++)
                near(unit[i], (double)((long double)x[i] / (largest * sqrtl(square))), ABSOLUTE, a == 5 ? 1e-3 : 1e-14);
            near(unit_row(k, x, n, x), norm, RELATIVE, 1e-14); /* in place */
            equal_bits(x, unit, n * (int64_t)sizeof *x);
        }
    memset(x, 0, sizeof x);
    memset(unit, 0xff, sizeof unit);
    check(unit_row(k, x, MOST, unit) == 0);
    equal_bits(unit, x, sizeof x);
}
