/* moments: what a stack's layers look like, from one pass over the rows */
#ifndef LAMELLA_MOMENTS_H
#define LAMELLA_MOMENTS_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Columns of `norms`. */
enum {
    LAMELLA_NORM_MEAN = 0,
    LAMELLA_NORM_MIN  = 1,
    LAMELLA_NORM_MAX  = 2
};

/* Columns of `counts`. A zero row or column is also a constant one. */
enum {
    LAMELLA_COUNT_ROWS              = 0, /* not masked, non-finite ones included */
    LAMELLA_COUNT_ZERO_ROWS         = 1,
    LAMELLA_COUNT_CONSTANT_ROWS     = 2,
    LAMELLA_COUNT_NONFINITE_ROWS    = 3,
    LAMELLA_COUNT_ZERO_COLUMNS      = 4,
    LAMELLA_COUNT_CONSTANT_COLUMNS  = 5,
    LAMELLA_COUNT_NONFINITE_COLUMNS = 6, /* columns with a NaN or an infinity in some row */
    LAMELLA_COUNT_OUTLIER_COLUMNS   = 7  /* root mean square over `outlier` times the median one */
};

/* Columns of `shares`. */
enum {
    LAMELLA_SHARE_EIGHTH  = 0,
    LAMELLA_SHARE_QUARTER = 1,
    LAMELLA_SHARE_HALF    = 2
};

typedef struct lamella_moments_layers_options {
    uint32_t struct_size;
    uint32_t reserved0;
    double   outlier; /* 0 = 100: a column is an outlier if its root mean square is over this times the layer's median one */
} lamella_moments_layers_options;

/**
 * Writes the default options, at most struct_size bytes of them.
 *
 * @out    options     options what zero means, spelled out
 * @in     struct_size i64 sizeof(lamella_moments_layers_options) of the caller
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_moments_layers_options_init(lamella_moments_layers_options *options, uint32_t struct_size);

/**
 * Row norms, odd rows and columns, energy of the leading dims, similarity to the layer before, means and variances of the
 * columns: of every layer, from one pass over the rows.
 *
 *   norms   mean, least and greatest L2 norm of the rows
 *   shares  sum of x^2 over the first dim/8, dim/4, dim/2 dims (rounded up) / over all dims; 0 for a layer of zeros
 *   cosine  mean over rows of x_l . x_(l-1) / (|x_l| |x_(l-1)|), a zero row giving 0
 *   mean, variance  of each column, the variance with ddof 0
 *
 * A row with a NaN or an infinity is counted and left out of every other figure of its layer; a cosine needs both rows finite.
 * A column is constant if its variance is within the rounding bound of its mean: var <= n eps var + (n eps mean)^2, eps 2^-52.
 *
 * @in        stack    stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is a row
 * @in        options  options NULL: default
 * @out       norms    f64 [layer, 3] NaN for a layer without a finite row
 * @out       counts   i64 [layer, 8]
 * @out       shares   f64 [layer, 3] NaN for a layer without a finite row
 * @out       cosine   f64 [layer] NaN where there is no layer before, its width differs or no row is finite in both
 * @out       mean[layer]     f64 [dim(l)] NaN for a layer without a finite row; NULL: not wanted
 * @out       variance[layer] f64 [dim(l)] NaN for a layer without a finite row; NULL: not wanted
 * @nonfinite counted by row and column, left out of the rest
 * @return    OK, NOTE if a row was not finite; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(layers * rows * dim) time, O(threads * layers * dim) workspace, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_moments_layers(lamella_context *ctx, const lamella_stack *stack,
    const lamella_moments_layers_options *options, const lamella_view *norms, const lamella_view *counts,
    const lamella_view *shares, const lamella_view *cosine, const lamella_view *mean, const lamella_view *variance);

#ifdef __cplusplus
}
#endif

#endif
