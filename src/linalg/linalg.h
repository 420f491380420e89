/* Dense linear algebra over the door: row-major f64 (f32 where it says so), strides in elements between rows. Level 2.
 * Every result of LAPACK is looked at again: what is not finite is NUMERIC. Tasks of blas_parallel may call what is marked "any
 * thread", on sizes that passed blas_matrix_check. The rest checks for itself. */
#ifndef LINALG_LINALG_H
#define LINALG_LINALG_H

#include "base/base.h"
#include "linalg/blas.h"
#include "par/par.h"

/* ---- matrices: linalg/matrix.c ---- */

LAMELLA_INTERNAL int  matrix_is_finite(const double *a, int64_t rows, int64_t columns, int64_t stride); /* any thread */
/* out[j * out_stride + i] = a[i * stride + j]; any thread. */
LAMELLA_INTERNAL void matrix_transpose(const double *a, int64_t rows, int64_t columns, int64_t stride, double *out, int64_t out_stride);
/* The upper triangle becomes the lower one's mirror image; any thread. */
LAMELLA_INTERNAL void matrix_mirror_lower(double *a, int64_t n, int64_t stride);
/* -1 if the largest |entry| (the first of equals) is negative, else 1. */
LAMELLA_INTERNAL double sign_of_largest(const double *x, int64_t n);
LAMELLA_INTERNAL void   scale_row(double *x, int64_t n, double factor);

/* ---- Cholesky: linalg/cholesky.c. A = L L^T, L in the lower triangle; the factor of a leading block is the leading block of L ---- */

/* Returns 0, or 1 + the first row whose pivot is not a positive finite number. Any thread. The upper triangle is left as it was. */
LAMELLA_INTERNAL int64_t cholesky_f64(double *a, int64_t n, int64_t stride);
LAMELLA_INTERNAL int64_t cholesky_f32(float *a, int64_t n, int64_t stride);
/* L^-1 in place of L, lower triangle. Any thread. Returns 0, or 1 + the first row of L^-1 that is not finite. */
LAMELLA_INTERNAL int64_t triangular_invert_f64(double *l, int64_t n, int64_t stride);
/* B [n, k] := L^-1 B, or L^-T B if transposed. Any thread. */
LAMELLA_INTERNAL void    triangular_solve_f64(const double *l, int64_t n, int64_t l_stride, int transposed, double *b, int64_t k,
                                              int64_t b_stride);

/* ---- spectra: linalg/eigen.c, linalg/svd.c; values falling, the largest |entry| of each vector positive ---- */

/* Symmetric A [n, n], of which the lower triangle is read: values [n]; row i of A becomes the vector of values[i]. */
LAMELLA_INTERNAL lamella_status eigen_symmetric(call *c, double *a, int64_t n, int64_t stride, double *values);
LAMELLA_INTERNAL lamella_status eigenvalues_symmetric(call *c, double *a, int64_t n, int64_t stride, double *values); /* A is overwritten */
/* A [m, n] = U diag(s) Vt, r = min(m, n): u [m, r], s [r], vt [r, n], row-major without gaps; A is overwritten. The largest |entry| of
 * each row of vt is positive. */
LAMELLA_INTERNAL lamella_status svd(call *c, double *a, int64_t m, int64_t n, double *u, double *s, double *vt);
LAMELLA_INTERNAL lamella_status singular_values(call *c, double *a, int64_t m, int64_t n, double *s);
/* A^+ [n, m] without gaps, of the singular values over rcond x the largest: `rank` of them. A is overwritten. */
LAMELLA_INTERNAL lamella_status pseudo_inverse(call *c, double *a, int64_t m, int64_t n, double rcond, double *inverse, int64_t *rank);

/* ---- QR: linalg/qr.c ---- */

/* A [m, n] P = Q R, m >= n: q [m, n] and upper r [n, n] without gaps; column j of A P is column pivot[j] of A (pivot NULL: P = I).
 * The diagonal of R is not negative, with pivots it falls. A [m, n] has no gaps and is overwritten. */
LAMELLA_INTERNAL lamella_status qr(call *c, double *a, int64_t m, int64_t n, double *q, double *r, int64_t *pivot);

/* ---- products: linalg/product.c ---- */

#define PRODUCT_TILE 256

/* A product in tiles of 256 rows of C at fixed places, on all our threads. The last tile is filled up with zero rows, so
 * that the bits of a row do not depend on how many there are; nor do they on our threads. NUMERIC where C is not finite. */
LAMELLA_INTERNAL lamella_status product_f64(call *c, const blas_product *p);

#endif
