/* moments: what a stack's layers look like, their ranks, and second moments that merge */
#ifndef LAMELLA_MOMENTS_H
#define LAMELLA_MOMENTS_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Columns of `norms`. */
enum {
    LAMELLA_MOMENTS_NORM_MEAN = 0,
    LAMELLA_MOMENTS_NORM_MIN  = 1,
    LAMELLA_MOMENTS_NORM_MAX  = 2
};

/* Columns of `counts`. A zero row or column is also a constant one. */
enum {
    LAMELLA_MOMENTS_COUNT_ROWS              = 0, /* not masked, non-finite ones included */
    LAMELLA_MOMENTS_COUNT_ZERO_ROWS         = 1,
    LAMELLA_MOMENTS_COUNT_CONSTANT_ROWS     = 2,
    LAMELLA_MOMENTS_COUNT_NONFINITE_ROWS    = 3,
    LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS      = 4,
    LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS  = 5,
    LAMELLA_MOMENTS_COUNT_NONFINITE_COLUMNS = 6, /* columns with a NaN or an infinity in some row */
    LAMELLA_MOMENTS_COUNT_OUTLIER_COLUMNS   = 7  /* root mean square over `outlier` times the median one */
};

/* Columns of `shares`. */
enum {
    LAMELLA_MOMENTS_SHARE_EIGHTH  = 0,
    LAMELLA_MOMENTS_SHARE_QUARTER = 1,
    LAMELLA_MOMENTS_SHARE_HALF    = 2
};

typedef struct lamella_moments_layers_options {
    uint32_t struct_size;
    uint32_t reserved0;
    double   outlier; /* {over 0; 0 = 100} a column is an outlier if its root mean square is over this times the layer's median one */
} lamella_moments_layers_options;

/* What is wanted. */
typedef struct lamella_moments_layers_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *norms;
    const lamella_view *counts;
    const lamella_view *shares;
    const lamella_view *cosine;
    const lamella_view *mean;
    const lamella_view *variance;
} lamella_moments_layers_outputs;

/** Writes the default options, at most struct_size bytes of them. */
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
 * A column is constant if its spread is within the rounding of its mean: at most 2^-52 |mean|, a step or two of f64 there.
 *
 * @in        stack    stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is a row
 * @in        options  options {optional} NULL: default
 * @out       outputs  outputs {optional} NULL: none
 * @out       outputs.norms           f64 [layer, 3] NaN for a layer without a finite row
 * @out       outputs.counts          i64 [layer, 8]
 * @out       outputs.shares          f64 [layer, 3] NaN for a layer without a finite row
 * @out       outputs.cosine          f64 [layer] NaN where there is no layer before, its width differs or no row is finite in both
 * @out       outputs.mean[layer]     f64 [dim(l)] NaN for a layer without a finite row
 * @out       outputs.variance[layer] f64 [dim(l)] NaN for a layer without a finite row, NUMERIC where it does not fit f64
 * @nonfinite counted by row and column, left out of the rest
 * @return    OK, NOTE if a row was not finite; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(layers * rows * dim) time, O(threads * layers * dim) workspace, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_moments_layers(lamella_context *ctx, const lamella_stack *stack,
    const lamella_moments_layers_options *options, const lamella_moments_layers_outputs *outputs);

/* Second moments of rows [x | y], as they come: shards on other machines, rows of today. Its bytes are those of a .safetensors file. */
typedef struct lamella_moments_gram lamella_moments_gram;

/**
 * Creates a state of no rows.
 *
 * @in     dim       i64 columns of x, at least 1
 * @in     cross_dim i64 columns of y, which stand beside x; 0: there is no y
 * @out    gram      handle lamella_moments_gram; NULL on failure
 * @return OK; ARGUMENT, EMPTY, MEMORY, LIMIT
 * @cost   (dim + cross_dim)^2 f64
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_moments_gram_create(lamella_context *ctx, int64_t dim, int64_t cross_dim, lamella_moments_gram **gram);

typedef struct lamella_moments_gram_update_options {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *y;
    const lamella_view *weights;
} lamella_moments_gram_update_options;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_moments_gram_update_options_init(lamella_moments_gram_update_options *options, uint32_t struct_size);

/**
 * Adds rows; on failure or STOPPED the state is as before.
 *
 *   mean = sum w z / sum w,   S = sum w (z - mean)(z - mean)^T,   z = [x | y]
 *
 * Every panel of 256 rows is centred on its own mean and joined by the pairwise update, and means are kept as a number and what f64 has
 * lost of it, so nothing cancels: a shift of a column that is exact leaves S as it is.
 *
 * @inout     gram    handle lamella_moments_gram
 * @in        x       f32|f64|f16|bf16 [row, dim]
 * @in        options options {optional} NULL: no y, weights 1
 * @in        options.y       f32|f64|f16|bf16 [row, cross_dim] of a state that has it
 * @in        options.weights f32|f64 [row] each finite, 0 or more; rows of weight 0 are not read; NULL: 1 each
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, MEMORY, LIMIT, NUMERIC if squares do not fit f64, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(row * (dim + cross_dim)^2) time, O((dim + cross_dim)^2) workspace
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_moments_gram_update(lamella_context *ctx, lamella_moments_gram *gram, const lamella_view *x,
    const lamella_moments_gram_update_options *options);

/**
 * Adds the rows of another state of the same sizes: the whole from its shards, whoever counted them.
 *
 * @inout     gram  handle lamella_moments_gram
 * @in        other handle lamella_moments_gram
 * @return    OK; ARGUMENT, SHAPE, NUMERIC if squares do not fit f64
 * @precision f64
 * @cost      O((dim + cross_dim)^2)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_moments_gram_merge(lamella_context *ctx, lamella_moments_gram *gram, const lamella_moments_gram *other);

/**
 * A READONLY view into the state, valid until it changes or is freed: n i64 [], rows of a weight over 0; weight f64 [], their sum; of x
 * mean [dim] and gram [dim, dim]; of y cross_mean [cross_dim] and cross_gram [cross_dim, cross_dim]; of both cross [dim, cross_dim].
 * The last three are blocks of S: a covariance times the weight. Leading blocks are those of a prefix of the columns.
 *
 * @in     gram handle lamella_moments_gram
 * @in     name text
 * @out    out  f64|i64 [lead]
 * @return OK; ARGUMENT if there is no such array
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_moments_gram_get(const lamella_moments_gram *gram, const char *name, lamella_view *out);

/**
 * The state as the bytes of a .safetensors file (mean, mean_low: what f64 lost of it, n, square = S, weight), without a copy:
 * READONLY, valid until the state changes or is freed. Their checksum is made here, in one pass over them.
 *
 * @inout  gram  handle lamella_moments_gram
 * @out    bytes u8 [byte]
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_moments_gram_bytes(lamella_moments_gram *gram, lamella_view *bytes);

/**
 * Makes a state of the bytes of one; they are copied.
 *
 * @in     bytes u8 [byte] contiguous
 * @out    gram  handle lamella_moments_gram; NULL on failure
 * @return OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, FORMAT, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_moments_gram_load(lamella_context *ctx, const lamella_view *bytes, lamella_moments_gram **gram);

/**
 * Frees a state; views of it end with it.
 *
 * @inout  gram handle lamella_moments_gram; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_moments_gram_free(lamella_moments_gram *gram);

/* What counts as a direction. Zero means default. */
typedef struct lamella_moments_rank_options {
    uint32_t struct_size;
    int32_t  uncentred; /* {0 or 1} 1 = of the rows as they are: columns scaled to unit norm, 0 = to unit spread about their mean */
    int32_t  unscaled;  /* {0 or 1} 1 = eigenvalues of the columns as they are, where `rcond` has to be given */
    int32_t  reserved0;
    double   rcond;     /* {0 or more, under 1} eigenvalues under this times the largest are dropped; 0 = max(eps of the layer's dtype squared, dim x 2^-52) */
} lamella_moments_rank_options;

/* What is wanted. */
typedef struct lamella_moments_rank_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *constant;
    const lamella_view *dropped;
    const lamella_view *spectrum;
} lamella_moments_rank_outputs;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_moments_rank_options_init(lamella_moments_rank_options *options, uint32_t struct_size);

/**
 * How many directions the rows of every layer have.
 *
 *   rank = #{ i : e_i >= rcond e_1 },   e = eigenvalues of the correlation matrix of the columns
 *
 * Constant columns (spread within the rounding of their mean; uncentred: columns of zeros) have no share. States behind a
 * LayerNorm have rank dim - 1; hand them in as they are stored: cast to a wider dtype, the rounding of the narrow one counts as rank.
 *
 * @in        stack    stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is a row
 * @out       rank     i64 [layer]
 * @in        options  options {optional} NULL: default
 * @out       outputs  outputs {optional} NULL: none
 * @out       outputs.constant        i64 [layer] columns
 * @out       outputs.dropped         f64 [layer] share of the sum of the eigenvalues
 * @out       outputs.spectrum[layer] f64 [dim(l)] the eigenvalues, falling
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(layers * rows * dim^2) time, O(dim^2) workspace, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_moments_rank(lamella_context *ctx, const lamella_stack *stack, const lamella_view *rank,
    const lamella_moments_rank_options *options, const lamella_moments_rank_outputs *outputs);

#ifdef __cplusplus
}
#endif

#endif
