/* The only door to BLAS. Its threads are the host's business: if it has one thread, any thread of ours may run a product,
 * else only the calling thread does. Level 2. */
#ifndef LINALG_BLAS_H
#define LINALG_BLAS_H

#include "base/base.h"

/* C[m, n] = alpha op(A)[m, k] op(B)[k, n] + beta C, row-major, strides in elements between stored rows. Where alpha or beta is 0,
 * the matrices it stands before are not read: a NaN there does no harm. */
typedef struct blas_product {
    int64_t       m, n, k;
    double        alpha, beta;
    const double *a, *b;
    double       *c;
    int64_t       a_stride, b_stride, c_stride;
    int32_t       a_transposed, b_transposed; /* 1: A is stored [k, m], B is stored [n, k] */
} blas_product;

/* BLAS counts in 32-bit integers and prints where it is called wrongly: checked once, on the calling thread. LIMIT, SHAPE. */
LAMELLA_INTERNAL lamella_status blas_product_check(call *c, const blas_product *p);
/* A checked product. At most 64 threads are inside BLAS at a time; the others wait here. */
LAMELLA_INTERNAL void           blas_product_run(const blas_product *p);

/* BLAS takes its buffers at the first product and cannot survive not getting them, so that one runs early. */
LAMELLA_INTERNAL lamella_status blas_warm(call *c);
LAMELLA_INTERNAL int32_t        blas_threads(void);
LAMELLA_INTERNAL void           blas_set_one_thread(void); /* process-wide */
LAMELLA_INTERNAL const char    *blas_core(void);
LAMELLA_INTERNAL const char    *blas_config(void);

#endif
