#include "linalg/blas.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <math.h>

#define PADDING 3
#define UNTOUCHED 1234.5

/* Stored rows x cols with a wider stride; what lies between rows must not be touched. */
typedef struct matrix { int64_t rows, cols, stride; double *x; } matrix;

static double next_number(void)
{
    static uint32_t state = 12345;
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / (1 << 23) - 1;
}

static matrix random_matrix(int64_t rows, int64_t cols)
{
    matrix m = { rows, cols, cols + PADDING, NULL };
    int64_t n = rows * m.stride + 1;
    m.x = malloc((size_t)n * sizeof *m.x);
    for (int64_t i = 0; i < n; i++)
        m.x[i] = i % m.stride < cols && i < rows * m.stride ? next_number() : UNTOUCHED;
    return m;
}

static double element(const matrix *m, int transposed, int64_t i, int64_t j)
{
    return transposed ? m->x[j * m->stride + i] : m->x[i * m->stride + j];
}

static lamella_status check_product(const blas_product *p)
{
    CALL(NULL, blas_product_check(c, p));
}

static blas_product product_of(const matrix *a, int a_transposed, const matrix *b, int b_transposed, const matrix *c, double alpha, double beta)
{
    return (blas_product){ c->rows, c->cols, a_transposed ? a->rows : a->cols, alpha, beta, a->x, b->x, c->x,
                           a->stride, b->stride, c->stride, a_transposed, b_transposed };
}

static void equals_the_triple_loop(int64_t m, int64_t n, int64_t k, int shape, double alpha, double beta)
{
    const int a_transposed = shape & 1, b_transposed = shape >> 1;
    matrix a = a_transposed ? random_matrix(k, m) : random_matrix(m, k);
    matrix b = b_transposed ? random_matrix(n, k) : random_matrix(k, n);
    matrix c = random_matrix(m, n);
    double *expected = malloc((size_t)(m * c.stride + 1) * sizeof *expected);
    memcpy(expected, c.x, (size_t)(m * c.stride + 1) * sizeof *expected);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t t = 0; t < k; t++)
                sum += element(&a, a_transposed, i, t) * element(&b, b_transposed, t, j);
            expected[i * c.stride + j] = alpha * sum + beta * expected[i * c.stride + j];
        }
    blas_product p = product_of(&a, a_transposed, &b, b_transposed, &c, alpha, beta);
    ok(check_product(&p));
    blas_product_run(&p);
    for (int64_t i = 0; i < m * c.stride + 1; i++)
        near_at(__FILE__, __LINE__, i, c.x[i], expected[i], ABSOLUTE, 1e-15 * (double)(k + 1));
    free(a.x), free(b.x), free(c.x), free(expected);
}

TEST(equals_the_triple_loop_at_odd_sizes)
{
    static const int64_t sizes[] = { 1, 2, 3, 7, 17, 65 };
    static const double factors[][2] = { { 1, 0 }, { 1, 1 }, { -0.5, 2 }, { 0, 0.5 }, { 0, 0 } };
    for (int m = 0; m < 6; m++)
        for (int n = 0; n < 6; n++)
            for (int k = 0; k < 6; k++)
                equals_the_triple_loop(sizes[m], sizes[n], sizes[k], (m + n + k) % 4, factors[(m + 2 * n + 3 * k) % 5][0],
                                       factors[(m + 2 * n + 3 * k) % 5][1]);
    for (int shape = 0; shape < 4; shape++)
        equals_the_triple_loop(130, 70, 257, shape, 1.5, -1);
}

TEST(beta_zero_reads_no_result)
{
    matrix a = random_matrix(5, 4), b = random_matrix(4, 3), c = random_matrix(5, 3), clean = random_matrix(5, 3);
    for (int64_t i = 0; i < 5; i++)
        for (int64_t j = 0; j < 3; j++)
            c.x[i * c.stride + j] = (i + j) % 2 ? (double)NAN : (double)INFINITY, clean.x[i * clean.stride + j] = 0;
    blas_product p = product_of(&a, 0, &b, 0, &c, 1, 0), q = product_of(&a, 0, &b, 0, &clean, 1, 0);
    blas_product_run(&p);
    blas_product_run(&q);
    equal_bits(c.x, clean.x, 5 * c.stride * 8);
    free(a.x), free(b.x), free(c.x), free(clean.x);
}

TEST(zero_extents_are_sums_of_nothing)
{
    matrix c = random_matrix(3, 2);
    double kept = c.x[0];
    blas_product p = { .m = 3, .n = 2, .k = 0, .alpha = 1, .beta = 1, .c = c.x, .a_stride = 0, .b_stride = 2, .c_stride = c.stride };
    ok(check_product(&p));
    blas_product_run(&p);
    equal_bits(&c.x[0], &kept, 8);
    p.beta = 0, c.x[1] = NAN;
    blas_product_run(&p);
    for (int64_t i = 0; i < 3 * c.stride; i++)
        near(c.x[i], i % c.stride < 2 ? 0 : UNTOUCHED, ABSOLUTE, 0);
    p.m = 0, p.k = 7, p.a_stride = 7;
    ok(check_product(&p));
    blas_product_run(&p);
    p.m = 3, p.n = 0, p.b_stride = 0;
    ok(check_product(&p));
    blas_product_run(&p);
    free(c.x);
}

TEST(sizes_beyond_32_bits_are_refused)
{
    blas_product p = { .m = 65536, .n = 32768, .k = 1, .a_stride = 1, .b_stride = 32768, .c_stride = 32768 };
    refused(check_product(&p), LAMELLA_ERR_LIMIT,
            "check_product: a product is 65536 x 1 x 32768, expected at most 2147483647 elements in each of its matrices");
    p.m = 3000000000, p.n = 1;
    refused(check_product(&p), LAMELLA_ERR_LIMIT,
            "check_product: a product is 3000000000 x 1 x 1, expected at most 2147483647 elements in each of its matrices");
    p.m = 2, p.n = 1, p.k = 1, p.a_stride = 3000000000;
    refused(check_product(&p), LAMELLA_ERR_LIMIT, "check_product: the row stride of A is 3000000000, expected at most 2147483647");
    p.a_stride = 1, p.b_stride = 0;
    refused(check_product(&p), LAMELLA_ERR_SHAPE, "check_product: the row stride of B is 0, expected at least its 1 columns");
    p.b_stride = 1, p.c_stride = 0;
    refused(check_product(&p), LAMELLA_ERR_SHAPE, "check_product: the row stride of C is 0, expected at least its 1 columns");
    p.k = -1;
    refused(check_product(&p), LAMELLA_ERR_SHAPE, "check_product: a product is 2 x -1 x 1, expected no negative extent");
}

TEST(warming_runs_and_names_the_core)
{
    call warm;
    call_open(&warm, NULL, "warm");
    ok(call_close(&warm, blas_warm(&warm)));
    check(blas_threads() >= 1);
    check(strlen(blas_core()) > 0);
    check(strstr(blas_config(), "OpenBLAS") != NULL);
}

TEST(one_thread_is_process_wide_and_stays)
{
    blas_set_one_thread();
    equal(blas_threads(), 1);
    blas_set_one_thread();
    equal(blas_threads(), 1);
}
