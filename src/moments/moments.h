/* Mergeable statistics of rows. Level 3. */
#ifndef MOMENTS_MOMENTS_H
#define MOMENTS_MOMENTS_H

#include "linalg/linalg.h"
#include "reduce/reduce.h"
#include "tensor/tensor.h"

/* ---- columns: moments/columns.c ---- */

/* mean + low = a + b, mean as near as f64 is. */
LAMELLA_INTERNAL void           mean_sum(double a, double b, double *mean, double *low);

/* Mean and summed squared deviation of each column over n rows: arrays [dim], one after the other. */
typedef struct column_moments {
    int64_t n, dim;
    double *mean, *low; /* the mean is mean + low; mean is the f64 next to it */
    double *square;     /* sum over rows of (x - mean - low)^2, over the square of range_unit(largest) */
    double *largest;    /* |x| */
} column_moments;

LAMELLA_INTERNAL int64_t        column_moments_doubles(int64_t dim); /* that one of them needs */
LAMELLA_INTERNAL column_moments column_moments_in(double *room, int64_t dim);
/* Of the rows of an f64 panel, leaving out those with keep[i] == 0, or (keep NULL) those under the mask. */
LAMELLA_INTERNAL void           column_moments_of(const kernels *k, const panel *p, const unsigned char *keep, column_moments *m);
/* Pairwise update of Chan, Golub and LeVeque: exact for any cut into shards, up to rounding. */
LAMELLA_INTERNAL void           column_moments_merge(column_moments *into, const column_moments *from);
/* Of all rows of a layer outside the mask, in the call's memory. */
LAMELLA_INTERNAL lamella_status column_moments_of_layer(call *c, const stack *s, int64_t l, column_moments *m);
/* Over the square of unit; ddof 0. */
LAMELLA_INTERNAL double         column_variance(const column_moments *m, int64_t j, double unit);
LAMELLA_INTERNAL int            column_is_constant(const column_moments *m, int64_t j);

/* ---- second moments: moments/gram.c, moments/gram_rows.c. Their leading blocks are those of every prefix of the columns ---- */

/* Of rows z with weights w over 0. */
typedef struct gram {
    int64_t n;      /* rows */
    int64_t dim;
    double  weight;     /* sum of w; n where there are none */
    double *mean, *low; /* [dim] as of columns: the mean is mean + low */
    double *square;     /* [dim, dim], both triangles: sum of w (z - mean - low)(z - mean - low)^T */
    double *unit;       /* NULL, or [dim] powers of two: all of it is of z / unit */
} gram;

/* Of no rows, in memory of the call's or an object's arena. */
LAMELLA_INTERNAL lamella_status gram_take(call *c, arena *memory, int64_t dim, gram *g);
/* The same with units, which gram_of_rows chooses. */
LAMELLA_INTERNAL lamella_status gram_take_units(call *c, int64_t dim, gram *g);
LAMELLA_INTERNAL void           gram_clear(gram *g);
/* Pairwise update, as for columns, of two without units; an empty one gives its place to the other, bit for bit. */
LAMELLA_INTERNAL void           gram_merge(gram *into, const gram *from);

/* Which rows: z = [layer first_layer | the next one ... | extra], one row for every vector outside the mask whose weight is over 0. What
 * lies in other rows is not read. */
typedef struct gram_rows {
    const stack       *s;
    int64_t            first_layer, n_layers;
    const char *const *names;  /* [n_layers] for messages; NULL: "stack.layer[l]" */
    const double      *weight; /* [n_vectors], finite and not negative; NULL: all 1 */
    const double      *extra;  /* NULL, or finite [n_vectors, extra_dim], extra_stride elements from row to row */
    int64_t            extra_dim, extra_stride;
} gram_rows;

LAMELLA_INTERNAL int64_t        gram_rows_dim(const gram_rows *r);
/* g: taken with gram_rows_dim(r). One pass; bits do not depend on threads or on how the stack is read. NONFINITE, or NUMERIC where
 * squares do not fit f64; without units, squares under its range are 0. */
LAMELLA_INTERNAL lamella_status gram_of_rows(call *c, const gram_rows *r, gram *g);

/* NUMERIC, of numbers that `name` has. */
LAMELLA_INTERNAL lamella_status fail_squares(const call *c, const char *name);

/* Rows x [n, dim], which become theirs about the mean, times the root of their weight; mean and low [dim] as of columns, largest [dim] |x|.
 * Returns the sum of the weights. */
LAMELLA_INTERNAL double         rows_about_mean(double *x, int64_t n, int64_t dim, const double *weight, double *mean, double *low, double *largest);

/* ---- ranks and roots: moments/rank.c ---- */

/* Which eigenvalues count: those of at least rcond x the largest. */
typedef struct rank_rule {
    double  rcond;
    int32_t uncentred; /* of the rows as they are: columns have unit norm, not unit spread */
    int32_t unscaled;  /* of the columns as they are: a sheet's own threshold */
} rank_rule;

typedef struct rank_found {
    int64_t rank;
    int64_t n_constant; /* columns; uncentred: columns of zeros */
    double  dropped;    /* share of the sum of the eigenvalues; 0 if that is 0 */
} rank_found;

/* max(eps of the stored dtype squared, dim x 2.2e-16). */
LAMELLA_INTERNAL double         default_rcond(int32_t dtype, int64_t dim);
/* Of the first dim columns. spectrum: NULL, or [dim]: the eigenvalues, falling, those of constant columns 0; NUMERIC where the columns
 * are not scaled and f64 does not hold them. */
LAMELLA_INTERNAL lamella_status rank_of_gram(call *c, const gram *g, int64_t dim, const rank_rule *rule, double *spectrum, rank_found *found);
/* root [dim, dim] without gaps = (C + ridge x lmax I)^-1/2 over the eigenvectors of C = square / weight that count, lmax the largest
 * eigenvalue: whitening of rows by (z - mean) root. With the house's rule as many of them count as the scaled columns have rank. */
LAMELLA_INTERNAL lamella_status inverse_root_of_gram(call *c, const gram *g, int64_t dim, const rank_rule *rule, double ridge, double *root,
                                                     rank_found *found);

#endif
