/* Cholesky factors and triangles against NumPy's, leading blocks, and what is no factor. */
#include "linalg/linalg.h"
#include "support/golden.h"

#include <float.h>
#include <math.h>

enum { N = 40, STRIDE = 43 };

/* The golden Gram matrix with a wider stride; its upper triangle and the gaps are `kept`. */
static void padded_gram(double *a, double kept)
{
    const double *gram = golden("linalg/decompositions/gram")->data;
    for (int64_t i = 0; i < N * STRIDE; i++)
        a[i] = i % STRIDE <= i / STRIDE ? gram[i / STRIDE * N + i % STRIDE] : kept;
}

static void is_lower(const double *a, double kept, double *dense)
{
    for (int64_t i = 0; i < N * STRIDE; i++)
        if (i % STRIDE > i / STRIDE)
            near(a[i], kept, ABSOLUTE, 0);
    for (int64_t i = 0; i < N * N; i++)
        dense[i] = i % N <= i / N ? a[i / N * STRIDE + i % N] : 0;
}

TEST(factor_and_inverse_equal_the_oracle_and_keep_the_upper_triangle)
{
    static double a[N * STRIDE], dense[N * N];
    lamella_view v = view_of(LAMELLA_F64, dense, N, N);
    padded_gram(a, 77);
    equal(cholesky_f64(a, N, STRIDE), 0);
    is_lower(a, 77, dense);
    near_golden(&v, "linalg/decompositions/cholesky");
    equal(triangular_invert_f64(a, N, STRIDE), 0);
    is_lower(a, 77, dense);
    near_golden(&v, "linalg/decompositions/inverse");
}

TEST(f32_equals_the_oracle_to_f32)
{
    static double a[N * STRIDE];
    static float f[N * STRIDE];
    const double *l = golden("linalg/decompositions/cholesky")->data;
    padded_gram(a, 77);
    for (int64_t i = 0; i < N * STRIDE; i++)
        f[i] = (float)a[i];
    equal(cholesky_f32(f, N, STRIDE), 0);
    for (int64_t i = 0; i < N; i++)
        for (int64_t j = 0; j < N; j++)
            near(f[i * STRIDE + j], j <= i ? l[i * N + j] : 77, ABSOLUTE, 2e-5);
}

TEST(the_factor_of_a_leading_block_is_the_leading_block_of_the_factor)
{
    static double whole[N * STRIDE], part[N * STRIDE];
    padded_gram(whole, 0);
    equal(cholesky_f64(whole, N, STRIDE), 0);
    for (int64_t n = 1; n <= N; n++) {
        padded_gram(part, 0);
        equal(cholesky_f64(part, n, STRIDE), 0);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j <= i; j++)
                near(part[i * STRIDE + j], whole[i * STRIDE + j], ABSOLUTE, 1e-13);
    }
}

TEST(solving_undoes_the_product)
{
    static double l[N * STRIDE], b[N * 5];
    padded_gram(l, NAN); /* the upper triangle is not read */
    equal(cholesky_f64(l, N, STRIDE), 0);
    for (int transposed = 0; transposed < 2; transposed++) {
        for (int64_t i = 0; i < N; i++)
            for (int64_t k = 0; k < 3; k++) {
                b[i * 5 + k] = 0; /* L x or L^T x of x_j = j - k */
                for (int64_t j = 0; j < N; j++)
                    if (transposed ? j >= i : j <= i)
                        b[i * 5 + k] += (transposed ? l[j * STRIDE + i] : l[i * STRIDE + j]) * (double)(j - k);
                b[i * 5 + 3] = b[i * 5 + 4] = 7;
            }
        triangular_solve_f64(l, N, STRIDE, transposed, b, 3, 5);
        for (int64_t i = 0; i < N * 5; i++)
            near(b[i], i % 5 < 3 ? (double)(i / 5 - i % 5) : 7, ABSOLUTE, 1e-11);
    }
}

TEST(what_is_not_positive_ends_it_at_its_row)
{
    double a[] = { 4, 0, 0, 2, 1, 0, 0, 0, 5 }, zero = 0, one = 4, negative = -1;
    equal(cholesky_f64(a, 3, 3), 2); /* pivot 1 - 1 */
    equal(cholesky_f64(&zero, 1, 1), 1);
    equal(cholesky_f64(&negative, 1, 1), 1);
    equal(cholesky_f64(&one, 1, 1), 0);
    near(one, 2, ABSOLUTE, 0);
    equal(cholesky_f64(NULL, 0, 1), 0);
    equal(triangular_invert_f64(NULL, 0, 1), 0);
}

/* LAPACK calls all of these a success. */
TEST(what_is_not_finite_ends_it_at_its_row)
{
    static double a[N * STRIDE];
    static float f[N * STRIDE];
    const double bad[] = { NAN, INFINITY, -INFINITY };
    for (int64_t at = 0; at < N; at += 13)
        for (int v = 0; v < 3; v++) {
            padded_gram(a, 0);
            a[(N - 1) * STRIDE + at] = bad[v];
            equal(cholesky_f64(a, N, STRIDE), N);
            padded_gram(a, 0);
            a[at * STRIDE + at] = bad[v];
            for (int64_t i = 0; i < N * STRIDE; i++)
                f[i] = (float)a[i];
            equal(cholesky_f64(a, N, STRIDE), at + 1);
            equal(cholesky_f32(f, N, STRIDE), at + 1);
        }
}

TEST(an_inverse_that_leaves_the_range_ends_at_its_row)
{
    double l[] = { 1, 0, 0, 0, 1e-300, 0, 0, 1e10, 1e-10 };
    equal(triangular_invert_f64(l, 3, 3), 3);
    double singular[] = { 1, 0, 1, 0 };
    equal(triangular_invert_f64(singular, 2, 2), 2);
}
