/* The only door to BLAS and LAPACK. Whatever number of threads it has, our calls use one of them each, from any thread of ours, and
 * their bits do not depend on it. Row-major throughout, strides in elements between stored rows. Level 2. */
#ifndef LINALG_BLAS_H
#define LINALG_BLAS_H

#include "base/base.h"

/* C[m, n] = alpha op(A)[m, k] op(B)[k, n] + beta C. Where alpha or beta is 0, the matrices it stands before are not read: a NaN there
 * does no harm. */
typedef struct blas_product {
    int64_t       m, n, k;
    double        alpha, beta;
    const double *a, *b;
    double       *c;
    int64_t       a_stride, b_stride, c_stride;
    int32_t       a_transposed, b_transposed; /* 1: A is stored [k, m], B is stored [n, k] */
} blas_product;

typedef struct blas_product_f32 {
    int64_t      m, n, k;
    float        alpha, beta;
    const float *a, *b;
    float       *c;
    int64_t      a_stride, b_stride, c_stride;
    int32_t      a_transposed, b_transposed;
} blas_product_f32;

/* BLAS counts in 32-bit integers, prints where it is called wrongly and needs room of its own: checked once, on the calling thread.
 * LIMIT, SHAPE, MEMORY. */
LAMELLA_INTERNAL lamella_status blas_product_check(call *c, const blas_product *p);
LAMELLA_INTERNAL lamella_status blas_product_check_f32(call *c, const blas_product_f32 *p);
LAMELLA_INTERNAL lamella_status blas_matrix_check(call *c, const char *matrix, int64_t rows, int64_t columns, int64_t stride);

/* From here on sizes are checked. At most 64 threads are inside BLAS at a time, and no more than it has buffers; the others wait. */
LAMELLA_INTERNAL void           blas_product_run(const blas_product *p);
LAMELLA_INTERNAL void           blas_product_run_f32(const blas_product_f32 *p);
/* Lower triangle of C[n, n] = X^T X + beta C, X [k, n]; the upper one is not touched. */
LAMELLA_INTERNAL void           blas_gram_f64(const double *x, int64_t k, int64_t n, int64_t x_stride, double beta, double *c, int64_t c_stride);
LAMELLA_INTERNAL void           blas_gram_f32(const float *x, int64_t k, int64_t n, int64_t x_stride, float beta, float *c, int64_t c_stride);
/* B [n, k] = L^-1 B, or L^-T B. */
LAMELLA_INTERNAL void           blas_triangular_solve(const double *l, int64_t n, int64_t l_stride, int transposed, double *b, int64_t k,
                                                      int64_t b_stride);

/* LAPACK in place on the lower triangle; 0, or 1 + the row where it ended. A NaN does not end it: who calls looks at the result. */
LAMELLA_INTERNAL int64_t        blas_cholesky_f64(double *a, int64_t n, int64_t stride);
LAMELLA_INTERNAL int64_t        blas_cholesky_f32(float *a, int64_t n, int64_t stride);
LAMELLA_INTERNAL int64_t        blas_triangular_invert_f64(double *l, int64_t n, int64_t stride);

/* LAPACK with room from the call's arena; calling thread only. The matrices are not empty and finite: else LAPACK may print. NUMERIC
 * where it did not converge, LIMIT where its room does not count in 32 bits. Outputs without gaps. */

/* Of the lower triangle of A [n, n]: values rise, rows of A become the vectors; without them A is overwritten. */
LAMELLA_INTERNAL lamella_status blas_eigen(call *c, double *a, int64_t n, int64_t stride, int vectors, double *values);
/* A [m, n] = U diag(s) Vt without gaps, r = min(m, n): u [m, r], vt [r, n]; both NULL: values only. A is overwritten. */
LAMELLA_INTERNAL lamella_status blas_svd(call *c, double *a, int64_t m, int64_t n, double *u, double *s, double *vt);
/* Columns lie one after the other here: column j of A [m, n], m >= n, at a + j * m. They become those of Q; r [n, n] is row-major,
 * upper. pivot NULL, or [n]: column j of A P was column pivot[j] of A. */
LAMELLA_INTERNAL lamella_status blas_qr(call *c, double *a, int64_t m, int64_t n, double *r, int64_t *pivot);

/* Tasks that call BLAS, on all our threads. */
LAMELLA_INTERNAL lamella_status blas_parallel(call *c, int64_t n, void (*task)(int64_t i, void *data), void *data);

/* ---- the door itself: linalg/door.c ---- */

LAMELLA_INTERNAL void           blas_enter(void);
LAMELLA_INTERNAL void           blas_leave(void);
/* Lets BLAS take the buffer of its first caller; MEMORY if there is no room. Each caller beside it waits, or gets a buffer of its own. */
LAMELLA_INTERNAL lamella_status blas_warm(call *c);
LAMELLA_INTERNAL int32_t        blas_threads(void);
LAMELLA_INTERNAL void           blas_set_one_thread(void); /* process-wide */
LAMELLA_INTERNAL const char    *blas_core(void);
LAMELLA_INTERNAL const char    *blas_config(void);

#endif
