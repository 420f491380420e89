/* Every entry of BLAS and LAPACK once, at sizes that BLAS would cut for its threads. */
#ifndef LINALG_EVERYTHING_H
#define LINALG_EVERYTHING_H

#include "linalg/linalg.h"

#include <string.h>

enum { N = 150, ROWS = 300 };

/* The results, summed into one number each. */
typedef struct results { double of[12]; } results;

static double sum_of(const double *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * (double)(i % 7 + 1);
    return sum;
}

static double sum_of_f32(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)(i % 7 + 1);
    return sum;
}

static void fill(double *x, float *f, double *gram)
{
    for (int64_t i = 0; i < ROWS * N; i++)
        f[i] = (float)(x[i] = (double)((i * 7919 + i / N * 104729) % 1009) / 1009 - 0.5);
    memset(gram, 0, N * N * sizeof *gram);
    blas_gram_f64(x, ROWS, N, N, 0, gram, N);
}

static lamella_status everything(call *c, results *r)
{
    static double x[ROWS * N], gram[N * N], a[ROWS * N], q[ROWS * N], s[N], vt[N * N];
    static float f[ROWS * N], g[N * N];
    int64_t pivot[N];
    fill(x, f, gram);
    r->of[0] = sum_of(gram, N * N);
    TRY(product_f64(c, &(blas_product){ ROWS, N, N, 1, 0, x, gram, a, N, N, N, 0, 0 }));
    r->of[1] = sum_of(a, ROWS * N);
    memset(g, 0, sizeof g);
    blas_gram_f32(f, ROWS, N, N, 0, g, N);
    r->of[2] = sum_of_f32(g, N * N) + (double)cholesky_f32(g, N, N);
    r->of[3] = sum_of_f32(g, N * N);
    memcpy(a, gram, sizeof gram);
    r->of[4] = (double)cholesky_f64(a, N, N) + sum_of(a, N * N);
    memcpy(q, x, sizeof x);
    triangular_solve_f64(a, N, N, 0, q, N, N);
    r->of[5] = sum_of(q, N * N) + (double)triangular_invert_f64(a, N, N) + sum_of(a, N * N);
    memcpy(a, gram, sizeof gram);
    matrix_mirror_lower(a, N, N);
    TRY(eigen_symmetric(c, a, N, N, s));
    r->of[6] = sum_of(s, N) + sum_of(a, N * N);
    memcpy(a, x, sizeof x);
    TRY(svd(c, a, ROWS, N, q, s, vt));
    r->of[7] = sum_of(q, ROWS * N) + sum_of(s, N) + sum_of(vt, N * N);
    for (int pivoted = 0; pivoted < 2; pivoted++) {
        memcpy(a, x, sizeof x);
        TRY(qr(c, a, ROWS, N, q, vt, pivoted ? pivot : NULL));
        r->of[8 + pivoted] = sum_of(q, ROWS * N) + sum_of(vt, N * N);
    }
    blas_product_run_f32(&(blas_product_f32){ N, N, ROWS, 1, 0, f, f, g, N, N, N, 1, 0 });
    r->of[10] = sum_of_f32(g, N * N);
    return LAMELLA_OK;
}

static lamella_status run_everything(results *r)
{
    memset(r, 0, sizeof *r);
    CALL(NULL, everything(c, r));
}

#endif
