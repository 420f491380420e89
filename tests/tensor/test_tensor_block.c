/* Blocks: layers of ours, and views of a host's array. */
#include "support/allocator.h"
#include "support/elements.h"
#include "support/matrix.h"

OPERATION(lamella_tensor_block_load, .dtypes = EVERY_DTYPE, .in_memory = 1, .forms = FORM_TOKENS, .nonfinite = 1, .quick = 1, .keeps_dtype = 1)
{
    lamella_tensor_block *block;
    lamella_stack stack = { .struct_size = sizeof stack };
    lamella_status status = lamella_tensor_block_load(m->ctx, m->view, &block, &stack);
    matrix_number(m, "n_layers", (double)stack.n_layers);
    lamella_tensor_block_free(block);
    return status;
}

TEST(a_created_block_is_zeroed_writable_layers)
{
    lamella_tensor_block *block;
    lamella_stack stack = { .struct_size = sizeof stack };
    ok(lamella_tensor_block_create(NULL, LAMELLA_F32, 3, 4, 5, &block, &stack));
    equal(stack.n_layers, 3);
    for (int l = 0; l < 3; l++) {
        float *x = stack.layer[l].data;
        equal(stack.layer[l].flags, 0);
        for (int i = 0; i < 20; i++)
            check(x[i] == 0);
        x[19] = (float)l;
    }
    int64_t n, dim;
    ok(lamella_tensor_sizes(&stack, 2, &n, &dim));
    check(n == 4 && dim == 5);
    char text[64];
    ok(lamella_tensor_stack_describe(&stack, text, sizeof text));
    equal_text(text, "3 layers of f32 [4, 5], in memory");
    lamella_tensor_block_free(block);
    lamella_tensor_block_free(NULL);
}

TEST(a_loaded_block_is_the_hosts_own_memory)
{
    float x[2 * 3 * 4];
    lamella_view array = view_of(LAMELLA_F32, x, 2, 3, 4);
    lamella_tensor_block *block;
    lamella_stack stack = { .struct_size = sizeof stack };
    ok(lamella_tensor_block_load(NULL, &array, &block, &stack));
    equal(stack.n_layers, 2);
    check(stack.layer[1].data == x + 12 && stack.layer[1].rank == 2 && stack.layer[1].shape[1] == 4);
    lamella_tensor_block_free(block);
}

TEST(every_layer_of_a_loaded_block_lies_where_it_lay)
{
    float x[5 * 2 * 3 * 2];
    lamella_view array = view_of(LAMELLA_F32, x, 5, 2, 3, 2), cut;
    lamella_tensor_block *block;
    lamella_stack stack = { .struct_size = sizeof stack };
    ok(lamella_tensor_slice(&array, 0, 0, 5, 2, &cut));
    ok(lamella_tensor_block_load(NULL, &cut, &block, &stack));
    equal(stack.n_layers, 3);
    for (int l = 0; l < 3; l++) {
        const lamella_view *v = &stack.layer[l];
        check(v->data == x + 2 * l * 12 && v->rank == 3);
        check(v->shape[0] == 2 && v->shape[1] == 3 && v->shape[2] == 2 && v->stride[0] == 6 && v->stride[1] == 2 && v->stride[2] == 1);
        for (int a = 3; a < LAMELLA_MAX_RANK; a++)
            check(v->shape[a] == 0 && v->stride[a] == 0);
    }
    lamella_tensor_block_free(block);
}

TEST(what_no_block_can_be_is_refused)
{
    lamella_tensor_block *block = (lamella_tensor_block *)8;
    lamella_stack stack = { .struct_size = sizeof stack };
    refused(lamella_tensor_block_create(NULL, LAMELLA_F32, 0, 4, 5, &block, &stack), LAMELLA_ERR_EMPTY,
            "lamella_tensor_block_create: n_layers is 0, expected at least 1");
    check(block == NULL);
    refused(lamella_tensor_block_create(NULL, 12, 1, 4, 5, &block, &stack), LAMELLA_ERR_DTYPE,
            "lamella_tensor_block_create: dtype is 12, expected LAMELLA_F32 (1) to LAMELLA_BOOL (9)");
    refused(lamella_tensor_block_create(NULL, LAMELLA_F32, 1, -4, 5, &block, &stack), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_block_create: n_samples is -4, expected 0 or more");
    returns(lamella_tensor_block_create(NULL, LAMELLA_F32, 1 << 20, (int64_t)1 << 40, 5, &block, &stack), LAMELLA_ERR_MEMORY);
    float x[4];
    lamella_view matrix_view = view_of(LAMELLA_F32, x, 2, 2);
    refused(lamella_tensor_block_load(NULL, &matrix_view, &block, &stack), LAMELLA_ERR_SHAPE,
            "lamella_tensor_block_load: array.rank is 2, expected 3 to 5: layer, sample, (token or y, x,) dim");
}

/* Whatever was in the memory before; and the layers follow each other without a gap. */
TEST(layers_of_every_dtype_are_zeros_apart)
{
    test_allocator memory = { 0 };
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &memory };
    ok(lamella_context_create(&options, &ctx));
    for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_BOOL; dtype++) {
        lamella_tensor_block *block;
        lamella_stack stack = { .struct_size = sizeof stack };
        int64_t bytes = 4 * 5 * element_bytes(dtype);
        ok(lamella_tensor_block_create(ctx, dtype, 3, 4, 5, &block, &stack));
        for (int l = 0; l < 3; l++) {
            const lamella_view *v = &stack.layer[l];
            check(v->rank == 2 && v->dtype == dtype && v->shape[0] == 4 && v->shape[1] == 5 && v->stride[0] == 5 && v->stride[1] == 1);
            for (int64_t i = 0; i < bytes; i++)
                equal(((char *)v->data)[i], 0);
            check((char *)v->data == (char *)stack.layer[0].data + l * bytes);
        }
        lamella_tensor_block_free(block);
    }
    for (int64_t dim = 0; dim < 2; dim++) { /* nothing in them */
        lamella_tensor_block *block;
        lamella_stack stack = { .struct_size = sizeof stack };
        ok(lamella_tensor_block_create(ctx, LAMELLA_F32, 2, 1 - dim, dim, &block, &stack));
        check(stack.layer[1].shape[0] == 1 - dim && stack.layer[1].shape[1] == dim);
        lamella_tensor_block_free(block);
    }
    lamella_context_free(ctx);
    equal(memory.live, 0);
    equal(memory.mistakes, 0);
}

TEST(arrays_of_three_to_five_axes_are_loaded)
{
    float x[2 * 3 * 2 * 2 * 2];
    for (int32_t rank = 2; rank <= 6; rank++) {
        lamella_view array = view_make(LAMELLA_F32, x, (const int64_t[]){ 2, 3, 2, 2, 2, 1 }, rank);
        lamella_tensor_block *block = (lamella_tensor_block *)8;
        lamella_stack stack = { .struct_size = sizeof stack };
        char said[128];
        snprintf(said, sizeof said, "lamella_tensor_block_load: array.rank is %d, expected 3 to 5: layer, sample, (token or y, x,) dim", (int)rank);
        lamella_status status = lamella_tensor_block_load(NULL, &array, &block, &stack);
        if (rank < 3 || rank > 5) {
            refused(status, LAMELLA_ERR_SHAPE, said);
            check(!block);
            continue;
        }
        ok(status);
        for (int l = 0; l < 2; l++)
            check(stack.layer[l].data == x + l * (3 << (rank - 2)) && stack.layer[l].rank == rank - 1);
        lamella_tensor_block_free(block);
    }
    lamella_view none = view_of(LAMELLA_F32, x, 2, 0, 3);
    lamella_tensor_block *block;
    lamella_stack stack = { .struct_size = sizeof stack };
    ok(lamella_tensor_block_load(NULL, &none, &block, &stack));
    check(stack.n_layers == 2 && stack.layer[0].data == x && stack.layer[1].data == x); /* no address beside the array */
    lamella_tensor_block_free(block);
}

TEST(blocks_without_a_place_or_a_size_are_refused)
{
    float x[8];
    lamella_view array = view_of(LAMELLA_F32, x, 2, 2, 2), no_layer = view_of(LAMELLA_F32, x, 0, 2, 2);
    lamella_tensor_block *block;
    lamella_stack stack = { .struct_size = sizeof stack }, small = { .struct_size = 7 };
    refused(lamella_tensor_block_create(NULL, LAMELLA_F32, 1, 4, 5, NULL, &stack), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_block_create: block is NULL, expected a handle to fill");
    refused(lamella_tensor_block_create(NULL, LAMELLA_F32, 1, 4, 5, &block, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_block_create: stack is NULL, expected a struct to fill");
    refused(lamella_tensor_block_load(NULL, &array, NULL, &stack), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_block_load: block is NULL, expected a handle to fill");
    block = (lamella_tensor_block *)8;
    returns(lamella_tensor_block_load(NULL, &array, &block, &small), LAMELLA_ERR_ARGUMENT);
    check(!block);
    refused(lamella_tensor_block_load(NULL, NULL, &block, &stack), LAMELLA_ERR_ARGUMENT, "lamella_tensor_block_load: array is NULL, expected a view");
    refused(lamella_tensor_block_load(NULL, &no_layer, &block, &stack), LAMELLA_ERR_EMPTY,
            "lamella_tensor_block_load: n_layers is 0, expected at least 1");
    refused(lamella_tensor_block_create(NULL, LAMELLA_F32, -1, 4, 5, &block, &stack), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_block_create: n_layers is -1, expected at least 1");
    refused(lamella_tensor_block_create(NULL, LAMELLA_F32, 1, 4, -5, &block, &stack), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_block_create: dim is -5, expected 0 or more");
    static const int64_t large[][3] = { { 1, (int64_t)1 << 40, (int64_t)1 << 40 }, { 1, (int64_t)1 << 62, 1 }, { 16, (int64_t)1 << 58, 1 } };
    for (int i = 0; i < 3; i++) { /* elements, bytes of a layer, bytes of all */
        char said[160];
        snprintf(said, sizeof said, "lamella_tensor_block_create: %lld layers of %lld x %lld do not fit into memory", (long long)large[i][0],
                 (long long)large[i][1], (long long)large[i][2]);
        refused(lamella_tensor_block_create(NULL, LAMELLA_F64, large[i][0], large[i][1], large[i][2], &block, &stack), LAMELLA_ERR_MEMORY, said);
        check(!block);
    }
}
