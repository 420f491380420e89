/* Mergeable statistics of rows. Level 3. */
#ifndef MOMENTS_MOMENTS_H
#define MOMENTS_MOMENTS_H

#include "tensor/tensor.h"

/* Mean and summed squared deviation of each column over n rows. */
typedef struct column_moments {
    int64_t n, dim;
    double *mean, *square; /* [dim]; square = sum over rows of (x - mean)^2 */
} column_moments;

LAMELLA_INTERNAL int64_t        column_moments_doubles(int64_t dim); /* that one of them needs */
LAMELLA_INTERNAL column_moments column_moments_in(double *room, int64_t dim);
/* Of the rows of an f64 panel, leaving out those with keep[i] == 0. */
LAMELLA_INTERNAL void           column_moments_of(const kernels *k, const panel *p, const unsigned char *keep, column_moments *m);
/* Pairwise update of Chan, Golub and LeVeque: exact for any cut into shards, up to rounding. */
LAMELLA_INTERNAL void           column_moments_merge(column_moments *into, const column_moments *from);

/* The house's rule: the variance (ddof 0) lies within the rounding bound of its own mean. */
LAMELLA_INTERNAL int            is_constant_column(int64_t n, double mean, double variance);

#endif
