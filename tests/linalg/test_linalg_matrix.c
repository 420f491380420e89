/* Small things of matrices at sizes about a tile, in memory that ends with them; thresholds; what is given back. */
#include "linalg/linalg.h"
#include "support/guarded.h"
#include <math.h>

static const int64_t SIZES[] = { 1, 2, 15, 16, 17, 33 };

static double *fresh(int64_t n, double value)
{
    double *x = guarded(NULL, (size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = isnan(value) ? (double)i : value;
    return x;
}

TEST(transposes_and_mirrors_of_every_size)
{
    for (int a = 0; a < 6; a++)
        for (int b = 0; b < 6; b++)
            for (int gap = 0; gap < 3; gap += 2) {
                int64_t m = SIZES[a], n = SIZES[b], stride = n + gap, out_stride = m + gap;
                double *x = fresh((m - 1) * stride + n, NAN), *y = fresh((n - 1) * out_stride + m, -1);
                matrix_transpose(x, m, n, stride, y, out_stride);
                for (int64_t i = 0; i < (n - 1) * out_stride + m; i++) {
                    int64_t row = i / out_stride, column = i % out_stride;
                    check(y[i] == (column < m ? x[column * stride + row] : -1));
                }
                double *z = fresh((n - 1) * stride + n, NAN);
                matrix_mirror_lower(z, n, stride);
                for (int64_t i = 0; i < (n - 1) * stride + n; i++) {
                    int64_t row = i / stride, column = i % stride;
                    check(z[i] == (double)(column < n && column > row ? column * stride + row : i));
                }
            }
}

TEST(what_is_not_finite_is_seen_anywhere_but_between_the_rows)
{
    static const double bad[] = { NAN, INFINITY, -INFINITY };
    double x[4 * 7];
    check(matrix_is_finite(NULL, 0, 3, 3));
    for (int v = 0; v < 3; v++)
        for (int at = 0; at < 28; at++) {
            for (int i = 0; i < 28; i++)
                x[i] = i % 2 ? -1.7e308 : 1.7e308;
            x[at] = bad[v];
            equal(matrix_is_finite(x, 4, 5, 7), at % 7 >= 5);
        }
}

TEST(the_largest_entry_gives_the_sign_and_a_factor_is_for_all)
{
    equal(sign_of_largest(NULL, 0), 1);
    for (int64_t n = 1; n < 6; n++)
        for (int64_t at = 0; at < n; at++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double *x = fresh(n, -sign * 2.0);
                x[at] = sign * 2.5;
                equal(sign_of_largest(x, n), sign);
                x[at] = sign * 2.0; /* the first of equals */
                equal(sign_of_largest(x, n), at ? -sign : sign);
                scale_row(x, n, -3);
                for (int64_t i = 0; i < n; i++)
                    check(x[i] == (i == at ? -6.0 : 6.0) * sign);
            }
}

static lamella_status inverted(call *c, double *a, int64_t m, int64_t n, double rcond, double *inverse, int64_t *rank)
{
    int64_t taken = c->memory.taken;
    TRY(pseudo_inverse(c, a, m, n, rcond, inverse, rank));
    equal(c->memory.taken, taken);
    return LAMELLA_OK;
}

static lamella_status inverting(double *a, int64_t m, int64_t n, double rcond, double *inverse, int64_t *rank)
{
    CALL(NULL, inverted(c, a, m, n, rcond, inverse, rank));
}

TEST(a_singular_value_at_the_threshold_is_dropped)
{
    static const struct { double rcond; int64_t rank; } cases[] = { { 0, 3 }, { 0.125, 2 }, { 0.25, 1 }, { 0.24, 2 }, { 0.9, 1 }, { 1, 0 } };
    for (int i = 0; i < 6; i++) {
        double a[9] = { 4, 0, 0, 0, 1, 0, 0, 0, 0.5 }, inverse[9];
        int64_t rank;
        ok(inverting(a, 3, 3, cases[i].rcond, inverse, &rank));
        equal(rank, cases[i].rank);
        for (int j = 0; j < 9; j++)
            near(inverse[j], j % 4 || j / 4 >= rank ? 0 : j == 0 ? 0.25 : j == 4 ? 1 : 2, ABSOLUTE, 1e-15);
    }
    double least = 5e-324, inverse;
    int64_t rank;
    refused(inverting(&least, 1, 1, 0, &inverse, &rank), LAMELLA_ERR_NUMERIC, "inverting: a product of matrices left the range of f64");
}

/* Values fall, rows are the vectors, between strides nothing is touched, and memory is given back. */
static lamella_status decompose(call *c, int64_t n, int64_t stride, double *a, double *values, double *q, double *r)
{
    int64_t taken = c->memory.taken, pivot[40];
    TRY(eigen_symmetric(c, a, n, stride, values));
    equal(c->memory.taken, taken);
    TRY(qr(c, q, n, n, q + n * n, r, pivot));
    equal(c->memory.taken, taken);
    return LAMELLA_OK;
}

static lamella_status decomposing(int64_t n, int64_t stride, double *a, double *values, double *q, double *r)
{
    CALL(NULL, decompose(c, n, stride, a, values, q, r));
}

TEST(spectra_of_every_size_give_the_matrix_back)
{
    for (int s = 0; s < 6; s++)
        for (int gap = 0; gap < 3; gap += 2) {
            int64_t n = SIZES[s], stride = n + gap;
            double *a = fresh((n - 1) * stride + n, -1), *values = fresh(n, 0), *q = fresh(2 * n * n, 0), *r = fresh(n * n, 0), kept[33 * 33];
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j < n; j++)
                    kept[i * n + j] = q[i * n + j] = a[i * stride + j] = sin((double)((i + 1) * (j + 1))) + (i == j) * (double)(i % 3);
            ok(decomposing(n, stride, a, values, q, r));
            for (int64_t i = 0; i < n; i++) {
                check(i == 0 || values[i - 1] >= values[i]);
                equal(sign_of_largest(a + i * stride, n), 1);
                check(r[i * n + i] >= 0);
                for (int64_t j = 0; j < n; j++) {
                    double sum = 0;
                    for (int64_t k = 0; k < n; k++)
                        sum += a[k * stride + i] * values[k] * a[k * stride + j];
                    near(sum, kept[i * n + j], ABSOLUTE, 1e-12);
                    check(j >= i || r[i * n + j] == 0);
                }
            }
            for (int64_t i = 0; i + 1 < n; i++)
                for (int64_t j = n; j < stride; j++)
                    check(a[i * stride + j] == -1);
        }
}

TEST(grams_are_added_to_what_is_there)
{
    enum { K = 5, N = 4 };
    double x[K * N], c[N * N], expected[N * N];
    float f[K * N], cf[N * N];
    for (int i = 0; i < K * N; i++)
        x[i] = f[i] = (float)(i % 7 - 3);
    static const double betas[] = { 0, 1, 0.5, -2 };
    for (int b = 0; b < 4; b++)
        for (int64_t k = 0; k <= K; k += K) {
            for (int i = 0; i < N * N; i++) {
                c[i] = cf[i] = i + 1;
                expected[i] = betas[b] * c[i];
                for (int64_t t = 0; t < k; t++)
                    expected[i] += x[t * N + i / N] * x[t * N + i % N];
            }
            blas_gram_f64(x, k, N, N, betas[b], c, N);
            blas_gram_f32(f, k, N, N, (float)betas[b], cf, N);
            for (int i = 0; i < N * N; i++) {
                near(c[i], i % N <= i / N ? expected[i] : i + 1, ABSOLUTE, 0);
                near(cf[i], i % N <= i / N ? expected[i] : i + 1, ABSOLUTE, 0);
            }
        }
}
