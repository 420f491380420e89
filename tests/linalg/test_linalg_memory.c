/* Decompositions and products of matrices whose memory ends with them, in a workspace that held other numbers: A comes back. */
#define _DEFAULT_SOURCE
#include "linalg/linalg.h" /* before Check, which has a macro fail */
#include "support/guarded.h"

#include <math.h>

/* Memory full of numbers as large as they come. */
static void *allocate_dirty(int64_t bytes, int64_t alignment, void *user)
{
    void *memory;
    (void)user;
    if (posix_memalign(&memory, (size_t)(alignment < 16 ? 16 : alignment), (size_t)bytes))
        return NULL;
    memset(memory, 0x7e, (size_t)bytes);
    return memory;
}

static void release_dirty(void *memory, int64_t bytes, int64_t alignment, void *user)
{
    (void)bytes, (void)alignment, (void)user;
    free(memory);
}

static lamella_context *dirty(void)
{
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .allocate = allocate_dirty, .release = release_dirty };
    lamella_context *ctx;
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

#define ROOM(n) guarded(NULL, (size_t)(n) * sizeof(double))

static double entry(int64_t i, int64_t j)
{
    return sin((double)(7 * i + 3 * j * j + 1)) + (i == j ? 2 : 0);
}

static double *matrix_of(int64_t m, int64_t n)
{
    double *a = ROOM(m * n);
    for (int64_t i = 0; i < m * n; i++)
        a[i] = entry(i / n, i % n);
    return a;
}

/* sum over k of a[i, k] b[k, j], of rank r, near what is expected. */
static double product_at(const double *a, int64_t a_stride, const double *b, int64_t b_stride, int64_t r, int64_t i, int64_t j)
{
    double sum = 0;
    for (int64_t k = 0; k < r; k++)
        sum += a[i * a_stride + k] * b[k * b_stride + j];
    return sum;
}

static lamella_status take_apart(call *c, int64_t m, int64_t n)
{
    const int64_t r = MIN(m, n);
    double *u = ROOM(m * r), *s = ROOM(r), *vt = ROOM(r * n), *only = ROOM(r), *inverse = ROOM(n * m);
    int64_t rank;
    TRY(svd(c, matrix_of(m, n), m, n, u, s, vt));
    TRY(singular_values(c, matrix_of(m, n), m, n, only));
    TRY(pseudo_inverse(c, matrix_of(m, n), m, n, 1e-12, inverse, &rank));
    equal(rank, r);
    for (int64_t k = 0; k < r; k++) {
        near(only[k], s[k], RELATIVE, 1e-12);
        check(s[k] > 0 && (k == 0 || s[k] <= s[k - 1]));
    }
    for (int64_t i = 0; i < m * r; i++)
        u[i] *= s[i % r];
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            near(product_at(u, r, vt, n, r, i, j), entry(i, j), ABSOLUTE, 1e-12);
    double *a = matrix_of(m, n);
    for (int64_t i = 0; i < r; i++) /* a left or a right inverse */
        for (int64_t j = 0; j < r; j++)
            near(m >= n ? product_at(inverse, m, a, n, m, i, j) : product_at(a, n, inverse, m, n, i, j), i == j, ABSOLUTE, 1e-10);
    return LAMELLA_OK;
}

static lamella_status factor_by_qr(call *c, int64_t m, int64_t n)
{
    double *q = ROOM(m * n), *r = ROOM(n * n);
    int64_t *pivot = guarded(NULL, (size_t)n * sizeof *pivot);
    for (int pivoted = 0; pivoted < 2; pivoted++) {
        TRY(qr(c, matrix_of(m, n), m, n, q, r, pivoted ? pivot : NULL));
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++)
                near(product_at(q, n, r, n, n, i, j), entry(i, pivoted ? pivot[j] : j), ABSOLUTE, 1e-12);
        for (int64_t j = 0; j < n; j++) {
            check(r[j * n + j] >= 0);
            for (int64_t i = j + 1; i < n; i++)
                check(r[i * n + j] == 0);
        }
    }
    return LAMELLA_OK;
}

/* Symmetric, only the lower triangle a number, rows `gap` apart. */
static lamella_status find_eigenvalues(call *c, int64_t n, int64_t gap)
{
    const int64_t stride = n + gap;
    double *a = ROOM((n - 1) * stride + n), *b = ROOM((n - 1) * stride + n), *values = ROOM(n), *only = ROOM(n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            a[i * stride + j] = b[i * stride + j] = j > i ? NAN : entry(i, j);
    TRY(eigen_symmetric(c, a, n, stride, values));
    TRY(eigenvalues_symmetric(c, b, n, stride, only));
    for (int64_t i = 0; i < n; i++) {
        near(only[i], values[i], ABSOLUTE, 1e-12);
        check(i == 0 || values[i] <= values[i - 1]);
        for (int64_t j = 0; j < n; j++) { /* A v = value v */
            double sum = 0;
            for (int64_t k = 0; k < n; k++)
                sum += entry(MAX(j, k), MIN(j, k)) * a[i * stride + k];
            near(sum, values[i] * a[i * stride + j], ABSOLUTE, 1e-12);
        }
    }
    return LAMELLA_OK;
}

/* C := alpha op(A) op(B) + beta C, each with rows a little apart, past one tile and at its edges. */
static lamella_status multiply(call *c, int64_t m, int64_t n, int64_t k)
{
    for (int form = 0; form < 8; form++) {
        const int64_t ta = form & 1, tb = form >> 1 & 1, rows_a = ta ? k : m, a_of = ta ? m : k, rows_b = tb ? n : k, b_of = tb ? k : n;
        const double beta = form >> 2 ? -0.5 : 0, alpha = 1.5;
        double *a = ROOM((rows_a - 1) * (a_of + 2) + a_of), *b = ROOM((rows_b - 1) * (b_of + 1) + b_of), *out = ROOM((m - 1) * (n + 3) + n);
        for (int64_t i = 0; i < rows_a * a_of; i++)
            a[i / a_of * (a_of + 2) + i % a_of] = entry(i / a_of, i % a_of);
        for (int64_t i = 0; i < rows_b * b_of; i++)
            b[i / b_of * (b_of + 1) + i % b_of] = entry(i % b_of, i / b_of);
        for (int64_t i = 0; i < m * n; i++)
            out[i / n * (n + 3) + i % n] = beta != 0 ? (double)(i % 5) : NAN;
        TRY(product_f64(c, &(blas_product){ .m = m, .n = n, .k = k, .alpha = alpha, .beta = beta, .a = a, .b = b, .c = out, .a_stride = a_of + 2,
                                            .b_stride = b_of + 1, .c_stride = n + 3, .a_transposed = (int)ta, .b_transposed = (int)tb }));
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                double sum = 0;
                for (int64_t t = 0; t < k; t++)
                    sum += (ta ? entry(t, i) : entry(i, t)) * (tb ? entry(t, j) : entry(j, t));
                near(out[i * (n + 3) + j], alpha * sum + beta * (double)((i * n + j) % 5), ABSOLUTE, 1e-12 * (double)k);
            }
    }
    return LAMELLA_OK;
}

static lamella_status everything_of(call *c)
{
    static const int64_t sizes[][2] = { { 1, 1 }, { 4, 4 }, { 9, 4 }, { 4, 9 }, { 30, 8 }, { 17, 16 } };
    static const int64_t products[][3] = { { 1, 1, 1 }, { 255, 3, 4 }, { 256, 2, 5 }, { 257, 5, 3 }, { 515, 2, 2 } };
    for (int i = 0; i < 6; i++) {
        TRY(take_apart(c, sizes[i][0], sizes[i][1]));
        TRY(factor_by_qr(c, MAX(sizes[i][0], sizes[i][1]), MIN(sizes[i][0], sizes[i][1])));
        TRY(find_eigenvalues(c, sizes[i][0], i % 3));
    }
    for (int i = 0; i < 5; i++)
        TRY(multiply(c, products[i][0], products[i][1], products[i][2]));
    return LAMELLA_OK;
}

static lamella_status run(lamella_context *ctx)
{
    CALL(ctx, everything_of(c));
}

TEST(what_memory_held_before_and_what_lies_behind_it_do_not_matter)
{
    lamella_context *ctx = dirty();
    ok(run(ctx));
    ok(run(NULL));
    lamella_context_free(ctx);
}

/* ---- sizes ---- */

static lamella_status check_product(int64_t m, int64_t n, int64_t k)
{
    CALL(NULL, blas_product_check(c, &(blas_product){ .m = m, .n = n, .k = k, .a_stride = k, .b_stride = n, .c_stride = n }));
}

static lamella_status check_strides(int64_t a, int64_t b, int64_t out)
{
    CALL(NULL, blas_product_check(c, &(blas_product){ .m = 2, .n = 3, .k = 4, .a_stride = a, .b_stride = b, .c_stride = out }));
}

TEST(any_of_the_three_matrices_may_be_too_large)
{
    static const int64_t wide[][3] = { { 50000, 50000, 1 }, { 50000, 1, 50000 }, { 1, 50000, 50000 } }, far = (int64_t)1 << 31;
    for (int i = 0; i < 3; i++) {
        char said[200];
        int64_t extent[] = { 1, 1, 1 };
        snprintf(said, sizeof said, "check_product: a product is %d x %d x %d, expected at most 2147483647 elements in each of its matrices",
                 (int)wide[i][0], (int)wide[i][2], (int)wide[i][1]);
        refused(check_product(wide[i][0], wide[i][1], wide[i][2]), LAMELLA_ERR_LIMIT, said);
        extent[i] = far;
        returns(check_product(extent[0], extent[1], extent[2]), LAMELLA_ERR_LIMIT);
        extent[i] = far - 1;
        ok(check_product(extent[0], extent[1], extent[2]));
        extent[i] = -1;
        returns(check_product(extent[0], extent[1], extent[2]), LAMELLA_ERR_SHAPE);
    }
    ok(check_strides(4, 3, 3));
    refused(check_strides(3, 3, 3), LAMELLA_ERR_SHAPE, "check_strides: the row stride of A is 3, expected at least its 4 columns");
    refused(check_strides(4, 2, 3), LAMELLA_ERR_SHAPE, "check_strides: the row stride of B is 2, expected at least its 3 columns");
    refused(check_strides(4, 3, 2), LAMELLA_ERR_SHAPE, "check_strides: the row stride of C is 2, expected at least its 3 columns");
    refused(check_strides(4, far, 3), LAMELLA_ERR_LIMIT, "check_strides: the row stride of B is 2147483648, expected at most 2147483647");
}

TEST(nothing_has_a_factor)
{
    double d = 5;
    float f = 5;
    equal(cholesky_f64(&d, 0, 0), 0);
    equal(cholesky_f32(&f, 0, 0), 0);
    equal(triangular_invert_f64(&d, 0, 0), 0);
    triangular_solve_f64(&d, 0, 1, 0, &d, 1, 1);
    check(d == 5 && f == 5);
}
