/* tensor: views and stacks of the host's memory; blocks that own one; cast, gather, slice, finite check */
#ifndef LAMELLA_TENSOR_H
#define LAMELLA_TENSOR_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Owns the memory of a stack of layers of one shape, or only the views into a host's block. */
typedef struct lamella_tensor_block lamella_tensor_block;

/* What a finite check found. Size-led: the caller sets struct_size only. */
typedef struct lamella_tensor_finite_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_nan;
    int64_t  n_infinite;
    int64_t  n_subnormal; /* of the view's dtype; products with them can be a hundred times slower */
    int64_t  first;       /* row-major index of the first NaN or infinity; -1: none */
} lamella_tensor_finite_result;

enum {
    LAMELLA_TENSOR_STANDARDISE_COLUMNS    = 1, /* to mean 0 and spread 1 */
    LAMELLA_TENSOR_STANDARDISE_LAYER_NORM = 2,
    LAMELLA_TENSOR_STANDARDISE_RMS_NORM   = 3
};

/* Size-led; zero means default. */
typedef struct lamella_tensor_standardise_options {
    uint32_t struct_size;
    int32_t  by;              /* {LAMELLA_TENSOR_STANDARDISE_...; 0 = COLUMNS} */
    double   epsilon;         /* {0 or more} LAYER_NORM, RMS_NORM: added to the variance, or to the mean of squares */
    const lamella_view *mean; /* COLUMNS */
    const lamella_view *mean_low;
    const lamella_view *scale;
    int64_t  n_layers;
    const lamella_view *gain; /* LAYER_NORM, RMS_NORM */
    const lamella_view *bias;
} lamella_tensor_standardise_options;

typedef struct lamella_tensor_standardise_outputs {
    uint32_t struct_size;
    uint32_t reserved0;
    const lamella_view *fitted_mean;
    const lamella_view *fitted_mean_low;
    const lamella_view *fitted_scale;
} lamella_tensor_standardise_outputs;

typedef struct lamella_tensor_standardise_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_constant_columns; /* COLUMNS: of all layers; they become 0 */
    int64_t  n_zero_rows;        /* LAYER_NORM, RMS_NORM without epsilon: constant, or zero, rows of all layers; they become the bias */
    int64_t  n_masked_rows;
} lamella_tensor_standardise_result;

/**
 * Fills a READONLY view of host memory.
 *
 * @in     data   address the first element; may be NULL if an extent is 0
 * @in     dtype  i64 {LAMELLA_F32 ...}
 * @in     rank   i64 0 .. LAMELLA_MAX_RANK
 * @in     shape  list i64 [rank]
 * @in     stride list i64 [rank] {optional} in elements; NULL: row-major
 * @out    out    f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead] the view
 * @return OK; ARGUMENT, SHAPE, DTYPE
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_view(const void *data, int32_t dtype, int32_t rank, const int64_t *shape,
    const int64_t *stride, lamella_view *out);

/**
 * Fills a writable view of host memory; the arguments are those of lamella_tensor_view.
 *
 * @in     data   address the first element; may be NULL if an extent is 0
 * @in     dtype  i64 {LAMELLA_F32 ...}
 * @in     rank   i64 0 .. LAMELLA_MAX_RANK
 * @in     shape  list i64 [rank]
 * @in     stride list i64 [rank] {optional} in elements; NULL: row-major
 * @out    out    f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead] the view
 * @return OK; ARGUMENT, SHAPE, DTYPE
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_view_mutable(void *data, int32_t dtype, int32_t rank, const int64_t *shape,
    const int64_t *stride, lamella_view *out);

/* A READONLY row [n] of host memory, for loops that score row after row; retarget it by its `data`. Calls check it, as any view. */
static inline lamella_view lamella_tensor_row(const void *data, int32_t dtype, int64_t n)
{
    union {
        const void *given;
        void       *kept;
    } memory;
    int64_t i;
    lamella_view v;
    memory.given = data;
    v.data = memory.kept;
    for (i = 0; i < LAMELLA_MAX_RANK; i++)
        v.shape[i] = v.stride[i] = 0;
    v.shape[0] = n;
    v.stride[0] = 1;
    v.dtype = dtype;
    v.rank = 1;
    v.flags = LAMELLA_READONLY;
    v.reserved0 = 0;
    v.reserved1 = 0;
    return v;
}

/* A writable row [n] of host memory. */
static inline lamella_view lamella_tensor_row_mutable(void *data, int32_t dtype, int64_t n)
{
    lamella_view v = lamella_tensor_row(data, dtype, n);
    v.flags = 0;
    return v;
}

/* A view without data, as layers of a stack with `read` have; shape [rank]. Calls check it, as any view. */
static inline lamella_view lamella_tensor_view_shape(int32_t dtype, int32_t rank, const int64_t *shape)
{
    int32_t i;
    lamella_view v = lamella_tensor_row(NULL, dtype, 0);
    for (i = 0; i < rank && i < LAMELLA_MAX_RANK; i++)
        v.shape[i] = shape[i];
    v.stride[0] = 0;
    v.rank = rank;
    return v;
}

/**
 * Writes a view as text for a log, as "f16 [4000, 384] stride [384, 1] readonly".
 *
 * @in     view any [lead] may be one that calls refuse
 * @out    text text always ended; cut to size
 * @in     size i64 {in bytes} room at text, at least 1
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_view_describe(const lamella_view *view, char *text, int64_t size);

/**
 * Writes a stack as text for a log, as "7 layers of f16 [4000, 384], in memory".
 *
 * @in     stack stack any [layer, lead] may be one that calls refuse
 * @out    text  text always ended; cut to size
 * @in     size  i64 {in bytes} room at text, at least 1
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_stack_describe(const lamella_stack *stack, char *text, int64_t size);

/**
 * The number of samples of a stack and the width of one of its layers.
 *
 * @in     stack     stack any [layer, lead]
 * @in     layer     i64 index, 0 .. n_layers - 1
 * @out    n_samples i64
 * @out    dim       i64
 * @return OK; ARGUMENT, SHAPE, DTYPE, EMPTY
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_sizes(const lamella_stack *stack, int64_t layer, int64_t *n_samples, int64_t *dim);

/**
 * Creates zeroed layers [n_samples, dim] and a stack of them: outputs for hosts that bring no buffers. Its layers are writable.
 *
 * @in     dtype     i64 {LAMELLA_F32 ...}
 * @in     n_layers  i64 at least 1
 * @in     n_samples i64
 * @in     dim       i64
 * @out    block     handle lamella_tensor_block; owns the layers; NULL on failure
 * @out    stack     result lamella_stack; valid until the block is freed
 * @return OK; ARGUMENT, DTYPE, EMPTY, MEMORY
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_block_create(lamella_context *ctx, int32_t dtype, int64_t n_layers, int64_t n_samples,
    int64_t dim, lamella_tensor_block **block, lamella_stack *stack);

/**
 * Makes a stack of a host's one array, layers first, without a copy.
 *
 * @in     array f32|f64|f16|bf16|i8|u8|i32|i64|bool [layer, sample, dim], or with tokens between; stays the host's
 * @out    block handle lamella_tensor_block; owns the views only; NULL on failure
 * @out    stack result lamella_stack; valid until the block is freed
 * @return OK; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_block_load(lamella_context *ctx, const lamella_view *array, lamella_tensor_block **block,
    lamella_stack *stack);

/**
 * Frees a block; views of its memory end with it.
 *
 * @inout  block handle lamella_tensor_block; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_tensor_block_free(lamella_tensor_block *block);

/**
 * Part of one axis of a view, as start:stop:step in Python. Nothing is copied.
 *
 * @in     x     any [lead]
 * @in     axis  i64 0 .. rank - 1
 * @in     start i64 0 .. shape[axis]
 * @in     stop  i64 start .. shape[axis]
 * @in     step  i64 at least 1
 * @out    out   any [lead] the view
 * @return OK; ARGUMENT, SHAPE, DTYPE
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_slice(const lamella_view *x, int32_t axis, int64_t start, int64_t stop, int64_t step,
    lamella_view *out);

/**
 * One index of an axis, which then is gone, as x[:, i] in Python: of [task, layer, sample] by axis 0 the [layer, sample] of a task.
 *
 * @in     x    any [lead]
 * @in     axis i64 0 .. rank - 1
 * @in     i    i64 0 .. shape[axis] - 1
 * @out    out  any [lead] the view
 * @return OK; ARGUMENT, SHAPE, DTYPE
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_pick(const lamella_view *x, int32_t axis, int64_t i, lamella_view *out);

/**
 * Converts every element to the dtype of the output, rounding once to nearest even; to an integer type towards zero.
 *
 * @in        x   f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]
 * @out       out f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]
 * @nonfinite passed on between float types; refused towards an integer type
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, MEMORY, CALLBACK, STOPPED; NUMERIC if a finite value does not fit the output's dtype
 * @precision exact where the output's dtype holds the value
 * @cost      O(elements)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_tensor_cast(lamella_context *ctx, const lamella_view *x, const lamella_view *out);

/**
 * Rows of the first axis by number, in the order given, repeats allowed.
 *
 *   out[i] = x[index[i]]
 *
 * @in        x     f32|f64|f16|bf16|i8|u8|i32|i64|bool [row, lead]
 * @in        index i32|i64 [pick] each 0 .. row - 1
 * @out       out   dtype(x) [pick, lead]
 * @nonfinite copied as they are
 * @return    OK; ARGUMENT, SHAPE, DTYPE, MEMORY, CALLBACK, STOPPED
 * @precision exact
 * @cost      O(elements of out)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_tensor_gather(lamella_context *ctx, const lamella_view *x, const lamella_view *index,
    const lamella_view *out);

/**
 * Counts what is not finite, and what is subnormal.
 *
 * @in        x      f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]
 * @out       result result
 * @nonfinite counted
 * @return    OK, NOTE if something is not finite; ARGUMENT, SHAPE, DTYPE, MEMORY, CALLBACK, STOPPED
 * @precision exact
 * @cost      O(elements)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_tensor_finite(lamella_context *ctx, const lamella_view *x, lamella_tensor_finite_result *result);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_tensor_standardise_options_init(lamella_tensor_standardise_options *options, uint32_t struct_size);

/**
 * Columns of each layer to mean 0 and spread 1, or rows by LayerNorm or RMS norm.
 *
 *   COLUMNS      y = (x - mean) / scale,   scale^2 = sum over rows (x - mean)^2 / rows;   mean = mean + mean_low
 *   LAYER_NORM   y = (x - mean(x)) / sqrt(var(x) + epsilon) * gain + bias
 *   RMS_NORM     y = x / sqrt(mean(x^2) + epsilon) * gain + bias
 *
 * Statistics of columns are fitted on the rows outside the mask and come out; given, they are used, with the bits of the call that fitted
 * them. A constant column has scale 0 and becomes 0. Rows under the mask become zeros.
 *
 * @in        stack    stack f32|f64|f16|bf16 [layer, lead, dim(l)]
 * @out       out[layer] f32 [lead, dim(l)]
 * @in        options  options {optional} NULL: columns
 * @in        options.mean[layer]     f64 [dim(l)] with scale; NULL: fitted here
 * @in        options.mean_low[layer] f64 [dim(l)] what f64 lost of the mean; NULL: 0
 * @in        options.scale[layer]    f64 [dim(l)] 0 or more
 * @in        options.gain f32|f64|f16|bf16 [dim] NULL: 1
 * @in        options.bias f32|f64|f16|bf16 [dim] NULL: 0
 * @out       outputs  outputs {optional} NULL: none
 * @out       outputs.fitted_mean[layer]     f64 [dim(l)] as used; NaN where rows were normed
 * @out       outputs.fitted_mean_low[layer] f64 [dim(l)] likewise
 * @out       outputs.fitted_scale[layer]    f64 [dim(l)] likewise
 * @out       result   result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f64; a number that f32 does not hold is NUMERIC
 * @cost      O(elements), read twice where columns are fitted
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_tensor_standardise(lamella_context *ctx, const lamella_stack *stack, const lamella_view *out,
    const lamella_tensor_standardise_options *options, const lamella_tensor_standardise_outputs *outputs,
    lamella_tensor_standardise_result *result);

#ifdef __cplusplus
}
#endif

#endif
