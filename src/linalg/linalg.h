/* Dense linear algebra over the door: row-major f64 (f32 where it says so), strides in elements between rows. Level 2.
 * Every result of LAPACK is looked at again: what is not finite is NUMERIC. One call never uses more than BLAS's own threads; if BLAS
 * has one thread, tasks of ours may call what is marked "any thread". */
#ifndef LINALG_LINALG_H
#define LINALG_LINALG_H

#include "base/base.h"
#include "linalg/blas.h"
#include "par/par.h"

/* ---- Cholesky: linalg/cholesky.c. A = L L^T, L in the lower triangle; the factor of a leading block is the leading block of L ---- */

/* Returns 0, or 1 + the first row whose pivot is not positive. Any thread. The upper triangle is left as it was. */
LAMELLA_INTERNAL int64_t cholesky_f64(double *a, int64_t n, int64_t stride);
LAMELLA_INTERNAL int64_t cholesky_f32(float *a, int64_t n, int64_t stride);
/* L^-1 in place of L, lower triangle. Any thread. */
LAMELLA_INTERNAL void    triangular_invert_f32(float *l, int64_t n, int64_t stride);
LAMELLA_INTERNAL void    triangular_invert_f64(double *l, int64_t n, int64_t stride);
/* B [n, k] := L^-1 B, or L^-T B if transposed. Any thread. */
LAMELLA_INTERNAL void    triangular_solve_f64(const double *l, int64_t n, int64_t l_stride, int transposed, double *b, int64_t k,
                                              int64_t b_stride);

/* ---- spectra: linalg/eigen.c, linalg/svd.c; values falling, the largest |entry| of each vector positive ---- */

/* Symmetric A [n, n] (both triangles): values [n]; row i of A becomes the vector of values[i]. */
LAMELLA_INTERNAL lamella_status eigen_symmetric(call *c, double *a, int64_t n, int64_t stride, double *values);
/* A [m, n] = U diag(s) Vt, r = min(m, n): u [m, r], s [r], vt [r, n], row-major without gaps; A is overwritten. The largest |entry| of
 * each row of vt is positive. */
LAMELLA_INTERNAL lamella_status svd(call *c, double *a, int64_t m, int64_t n, double *u, double *s, double *vt);
LAMELLA_INTERNAL lamella_status singular_values(call *c, double *a, int64_t m, int64_t n, double *s);

/* ---- QR: linalg/qr.c ---- */

/* A [m, n] P = Q R, m >= n: q [m, n] and upper r [n, n] without gaps; column j of A P is column pivot[j] of A (pivot NULL: P = I).
 * Diagonal of R positive without pivoting, |diagonal| falling with it. A is overwritten. */
LAMELLA_INTERNAL lamella_status qr(call *c, double *a, int64_t m, int64_t n, double *q, double *r, int64_t *pivot);

/* ---- products: linalg/product.c, over blas_product; tiles of 256 rows at fixed places, joined in order ---- */

/* C [m, n] = op(A) op(B), f64 and f32, on all our threads if BLAS has one, else on BLAS's own. Bits do not depend on our threads. */
LAMELLA_INTERNAL lamella_status product_f64(call *c, const blas_product *p);

#endif
