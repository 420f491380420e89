/* Blocks: layers that Lamella owns, or views of a host's one array. */
#include "lamella/tensor.h"
#include "tensor/tensor.h"

#include <string.h>

struct lamella_tensor_block {
    arena         memory;
    lamella_view *layer;
};

static lamella_status block_open(call *c, int64_t n_layers, const lamella_stack *stack, lamella_tensor_block **made)
{
    void *object;
    TRY(RESULT(c, stack));
    if (n_layers < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_layers is %lld, expected at least 1", (long long)n_layers);
    if (n_layers == 0)
        return fail(c, LAMELLA_ERR_EMPTY, "n_layers is 0, expected at least 1");
    TRY(object_create(c, (int64_t)sizeof **made, &object));
    *made = object;
    TAKE_FROM(c, &(*made)->memory, (*made)->layer, n_layers);
    return LAMELLA_OK;
}

static void give(lamella_tensor_block *made, int64_t n_layers, lamella_tensor_block **block, lamella_stack *stack)
{
    lamella_stack s = { .layer = made->layer, .n_layers = n_layers };
    write_sized(stack, &s, (int64_t)sizeof s);
    *block = made;
}

static lamella_status create(call *c, int32_t dtype, int64_t n_layers, int64_t n_samples, int64_t dim, lamella_tensor_block **block,
                                   lamella_stack *stack)
{
    lamella_tensor_block *made;
    char *data;
    int64_t elements;
    TRY(HANDLE(c, block));
    if (!dtype_is_known(dtype))
        return fail(c, LAMELLA_ERR_DTYPE, "dtype is %d, expected LAMELLA_F32 (1) to LAMELLA_BOOL (9)", (int)dtype);
    if (n_samples < 0 || dim < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is %lld, expected 0 or more", n_samples < 0 ? "n_samples" : "dim",
                    (long long)(n_samples < 0 ? n_samples : dim));
    TRY(block_open(c, n_layers, stack, &made));
    int64_t bytes;
    if (!size_mul(n_samples, dim, &elements) || !size_mul(elements, dtype_size(dtype), &bytes) || !size_mul(bytes, n_layers, &bytes))
        return fail(c, LAMELLA_ERR_MEMORY, "%lld layers of %lld x %lld do not fit into memory", (long long)n_layers, (long long)n_samples,
                    (long long)dim);
    TAKE_FROM(c, &made->memory, data, bytes);
    memset(data, 0, (size_t)bytes);
    for (int64_t l = 0; l < n_layers; l++)
        made->layer[l] = (lamella_view){ .data = data + l * elements * dtype_size(dtype), .dtype = dtype, .rank = 2,
                                         .shape = { n_samples, dim }, .stride = { dim, 1 } };
    give(made, n_layers, block, stack);
    return LAMELLA_OK;
}

lamella_status lamella_tensor_block_create(lamella_context *ctx, int32_t dtype, int64_t n_layers, int64_t n_samples, int64_t dim,
                                           lamella_tensor_block **block, lamella_stack *stack)
{
    CALL(ctx, create(c, dtype, n_layers, n_samples, dim, block, stack));
}

static lamella_status load(call *c, const lamella_view *array, lamella_tensor_block **block, lamella_stack *stack)
{
    lamella_view v;
    lamella_tensor_block *made;
    TRY(HANDLE(c, block));
    TRY(VIEW(c, v, array, ANY_DTYPE));
    if (v.rank < 3 || v.rank > 5)
        return fail(c, LAMELLA_ERR_SHAPE, "array.rank is %d, expected 3 to 5: layer, sample, (token or y, x,) dim", (int)v.rank);
    TRY(block_open(c, v.shape[0], stack, &made));
    for (int64_t l = 0; l < v.shape[0]; l++) {
        lamella_view *layer = &made->layer[l];
        *layer = v;
        layer->rank = v.rank - 1;
        layer->data = view_elements(&v) ? (char *)v.data + l * v.stride[0] * dtype_size(v.dtype) : v.data;
        memmove(layer->shape, v.shape + 1, sizeof v.shape - sizeof *v.shape);
        memmove(layer->stride, v.stride + 1, sizeof v.stride - sizeof *v.stride);
    }
    give(made, v.shape[0], block, stack);
    return LAMELLA_OK;
}

lamella_status lamella_tensor_block_load(lamella_context *ctx, const lamella_view *array, lamella_tensor_block **block, lamella_stack *stack)
{
    CALL(ctx, load(c, array, block, stack));
}

void lamella_tensor_block_free(lamella_tensor_block *block)
{
    object_free(block);
}
