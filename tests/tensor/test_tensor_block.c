/* Blocks: layers of ours, and views of a host's array. */
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
