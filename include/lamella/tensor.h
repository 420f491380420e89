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
 * @in     size i64 bytes at text, at least 1
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_tensor_view_describe(const lamella_view *view, char *text, int64_t size);

/**
 * Writes a stack as text for a log, as "7 layers of f16 [4000, 384], in memory".
 *
 * @in     stack stack any [layer, lead] may be one that calls refuse
 * @out    text  text always ended; cut to size
 * @in     size  i64 bytes at text, at least 1
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

#ifdef __cplusplus
}
#endif

#endif
