/* Tiled products: equal to loops, the same bits for any number of our threads and however many rows there are. */
#include "linalg/linalg.h"
#include "support/test.h"

#include <math.h>
#include <pthread.h>
#include <time.h>

enum { PAD = 3 };

/* All 53 bits at work, so that sums round. */
static double next_number(void)
{
    static uint64_t state = 2024;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(UINT64_C(1) << 52) - 1;
}

static double *numbers(int64_t n)
{
    double *x = malloc((size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = next_number();
    return x;
}

static lamella_status product_of(lamella_context *ctx, const blas_product *p)
{
    CALL(ctx, product_f64(c, p));
}

static void equals_loops(int64_t m, int64_t n, int64_t k, int a_transposed, double alpha, double beta)
{
    int64_t a_rows = a_transposed ? k : m, a_stride = (a_transposed ? m : k) + PAD, size = m * (n + PAD);
    double *a = numbers(a_rows * a_stride), *b = numbers(k * n), *c = numbers(size), *expected = malloc((size_t)size * sizeof *c);
    memcpy(expected, c, (size_t)size * sizeof *c);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t t = 0; t < k; t++)
                sum += (a_transposed ? a[t * a_stride + i] : a[i * a_stride + t]) * b[t * n + j];
            expected[i * (n + PAD) + j] = alpha * sum + (beta == 0 ? 0 : beta * expected[i * (n + PAD) + j]);
        }
    ok(product_of(NULL, &(blas_product){ m, n, k, alpha, beta, a, b, c, a_stride, n, n + PAD, a_transposed, 0 }));
    for (int64_t i = 0; i < size; i++)
        near_at(__FILE__, __LINE__, i, c[i], expected[i], ABSOLUTE, 1e-15 * (double)(k + 1));
    free(a), free(b), free(c), free(expected);
}

TEST(equals_loops_about_the_size_of_a_tile)
{
    static const int64_t rows[] = { 1, 2, 255, 256, 257, 511, 512, 600 };
    for (int i = 0; i < 8; i++)
        for (int a_transposed = 0; a_transposed < 2; a_transposed++) {
            equals_loops(rows[i], 3, 7, a_transposed, 1, 0);
            equals_loops(rows[i], 17, 40, a_transposed, -2, 0.5);
            equals_loops(rows[i], 2, 0, a_transposed, 1, 1);
            equals_loops(rows[i], 2, 2, a_transposed, 0, 2);
        }
    equals_loops(0, 2, 2, 0, 1, 0);
    equals_loops(2, 0, 2, 0, 1, 0);
}

/* A row's bits depend on its place, not on how many follow it. Of bare BLAS they do, at these sizes. */
TEST(rows_have_the_same_bits_whatever_follows)
{
    enum { M = 600, N = 17, K = 70 };
    double *a = numbers(M * K), *b = numbers(K * N), *whole = numbers(M * N), *part = numbers(M * N);
    ok(product_of(NULL, &(blas_product){ M, N, K, 1, 0, a, b, whole, K, N, N, 0, 0 }));
    for (int64_t m = 1; m < M; m += 13) {
        ok(product_of(NULL, &(blas_product){ m, N, K, 1, 0, a, b, part, K, N, N, 0, 0 }));
        equal_bits(part, whole, m * N * 8);
    }
    free(a), free(b), free(whole), free(part);
}

TEST(bits_do_not_depend_on_threads)
{
    enum { M = 1500, N = 90, K = 120 };
    double *a = numbers(M * K), *b = numbers(K * N), *one = numbers(M * N), *many = numbers(M * N);
    for (int own_blas = 0; own_blas < 2; own_blas++)
        for (int32_t threads = 1; threads <= 5; threads += threads) {
            lamella_context *ctx;
            lamella_context_options options = { .struct_size = sizeof options, .threads = threads, .own_blas = own_blas };
            ok(lamella_context_create(&options, &ctx));
            ok(product_of(ctx, &(blas_product){ M, N, K, 1, 0, a, b, threads == 1 ? one : many, K, N, N, 0, 0 }));
            if (threads > 1)
                equal_bits(many, one, M * N * 8);
            lamella_context_free(ctx);
        }
    free(a), free(b), free(one), free(many);
}

TEST(a_gram_is_the_lower_triangle_of_a_product)
{
    enum { K = 37, N = 19, STRIDE = 23 };
    double *x = numbers(K * N), c[N * STRIDE];
    float f[K * N], cf[N * STRIDE];
    for (int i = 0; i < K * N; i++)
        f[i] = (float)x[i];
    for (int i = 0; i < N * STRIDE; i++)
        c[i] = cf[i] = i % STRIDE > i / STRIDE ? 5 : NAN;
    blas_gram_f64(x, K, N, N, 0, c, STRIDE);
    blas_gram_f32(f, K, N, N, 0, cf, STRIDE);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < STRIDE; j++) {
            double sum = 0;
            for (int t = 0; t < K && j <= i; t++)
                sum += x[t * N + i] * x[t * N + j];
            near(c[i * STRIDE + j], j <= i ? sum : 5, ABSOLUTE, 1e-13);
            near(cf[i * STRIDE + j], j <= i ? sum : 5, ABSOLUTE, 1e-5);
        }
    blas_gram_f64(x, K, N, N, 1, c, STRIDE);
    blas_gram_f64(NULL, 0, N, N, 0.25, c, STRIDE);
    blas_gram_f64(NULL, 0, 0, 0, 0, NULL, 0);
    double corner = 0;
    for (int t = 0; t < K; t++)
        corner += x[t * N] * x[t * N];
    near(c[0], corner / 2, RELATIVE, 1e-14);
    blas_gram_f32(NULL, 0, N, N, 0, cf, STRIDE);
    near(cf[0], 0, ABSOLUTE, 0);
    free(x);
}

TEST(f32_products_equal_loops_and_keep_the_rules_of_zeros)
{
    enum { M = 9, N = 5, K = 11 };
    float a[K * M], b[N * K], c[M * N];
    for (int i = 0; i < K * M; i++)
        a[i] = (float)next_number();
    for (int i = 0; i < N * K; i++)
        b[i] = (float)next_number();
    for (int i = 0; i < M * N; i++)
        c[i] = NAN;
    blas_product_f32 p = { M, N, K, 2, 0, a, b, c, M, K, N, 1, 1 };
    blas_product_run_f32(&p);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int t = 0; t < K; t++)
                sum += (double)a[t * M + i] * b[j * K + t];
            near(c[i * N + j], 2 * sum, ABSOLUTE, 1e-5);
        }
    a[0] = NAN, p.alpha = 0, p.beta = 0.5f;
    float before = c[0];
    blas_product_run_f32(&p);
    near(c[0], before / 2, ABSOLUTE, 0);
    p.beta = 0, p.n = 0;
    blas_product_run_f32(&p);
}

static lamella_status check_f32(const blas_product_f32 *p)
{
    CALL(NULL, blas_product_check_f32(c, p));
}

TEST(f32_sizes_beyond_32_bits_are_refused)
{
    blas_product_f32 p = { .m = 3000000000, .n = 1, .k = 1, .a_stride = 1, .b_stride = 1, .c_stride = 1 };
    refused(check_f32(&p), LAMELLA_ERR_LIMIT,
            "check_f32: a product is 3000000000 x 1 x 1, expected at most 2147483647 elements in each of its matrices");
    p.m = 1, p.c_stride = 0;
    refused(check_f32(&p), LAMELLA_ERR_SHAPE, "check_f32: the row stride of C is 0, expected at least its 1 columns");
}

TEST(transposing_and_mirroring)
{
    enum { M = 21, N = 35 };
    double *a = numbers(M * N), t[N * M], square[N * N];
    matrix_transpose(a, M, N, N, t, M);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++)
            near(t[j * M + i], a[i * N + j], ABSOLUTE, 0);
    for (int i = 0; i < N * N; i++)
        square[i] = i;
    matrix_mirror_lower(square, N, N);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            near(square[i * N + j], i > j ? i * N + j : j * N + i, ABSOLUTE, 0);
    free(a);
}

TEST(a_product_beyond_f64_is_refused)
{
    double a[2] = { 1e200, 1 }, b[2] = { 1e200, 1 }, c[4];
    refused(product_of(NULL, &(blas_product){ 2, 2, 1, 1, 0, a, b, c, 1, 2, 2, 0, 0 }), LAMELLA_ERR_NUMERIC,
            "product_of: a product of matrices left the range of f64");
    a[0] = 1e100;
    ok(product_of(NULL, &(blas_product){ 2, 2, 1, 1, 0, a, b, c, 1, 2, 2, 0, 0 }));
    near(c[0], 1e300, RELATIVE, 1e-15);
}

TEST(matrices_that_are_not_read_may_be_nowhere)
{
    enum { M = 300, N = 3 };
    double c[M * N];
    for (int i = 0; i < M * N; i++)
        c[i] = i;
    ok(product_of(NULL, &(blas_product){ M, N, 0, 1, 0.5, NULL, NULL, c, 0, N, N, 0, 0 }));
    ok(product_of(NULL, &(blas_product){ M, N, 5, 0, 0.5, NULL, NULL, c, 5, N, N, 0, 0 }));
    for (int i = 0; i < M * N; i++)
        near(c[i], i * 0.25, ABSOLUTE, 0);
    ok(product_of(NULL, &(blas_product){ 0, N, 5, 1, 0, NULL, c, NULL, 5, N, N, 0, 0 }));
}
