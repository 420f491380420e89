/* What a call writes lies apart from all it reads and all else it writes. */
#include "support/test.h"
#include "tensor/tensor.h"
#include <time.h>

enum { MOST_VIEWS = 9 };

typedef struct views {
    const lamella_view *in[MOST_VIEWS], *out[MOST_VIEWS];
    int                 n_in, n_out, outputs_first;
} views;

static lamella_status check_ins(call *c, const views *v)
{
    lamella_view checked;
    char name[16];
    for (int i = 0; i < v->n_in; i++)
        TRY(view_check(c, &checked, v->in[i], ANY_DTYPE, indexed_name(name, sizeof name, "in", i)));
    return LAMELLA_OK;
}

static lamella_status check_outs(call *c, const views *v)
{
    lamella_view checked;
    char name[16];
    for (int i = 0; i < v->n_out; i++)
        TRY(view_check_out(c, &checked, v->out[i], ANY_DTYPE, indexed_name(name, sizeof name, "out", i), v->out[i]->shape, v->out[i]->rank));
    return LAMELLA_OK;
}

static lamella_status check_views(call *c, const views *v)
{
    TRY(v->outputs_first ? check_outs(c, v) : check_ins(c, v));
    return v->outputs_first ? check_ins(c, v) : check_outs(c, v);
}

static lamella_status checking(const views *v)
{
    CALL(NULL, check_views(c, v));
}

static float memory[4096];

TEST(an_output_lies_apart_from_every_input_whichever_is_checked_first)
{
    lamella_view in[MOST_VIEWS], out = view_of(LAMELLA_F32, memory, 10);
    for (int n = 1; n <= MOST_VIEWS; n++)
        for (int bad = 0; bad < n; bad++)
            for (int first = 0; first <= 1; first++) {
                views v = { .n_in = n, .out = { &out }, .n_out = 1, .outputs_first = first };
                char expected[128];
                for (int i = 0; i < n; i++) {
                    in[i] = view_of(LAMELLA_F32, memory + 10 * (1 + i * 7 % MOST_VIEWS), 10); /* in no order, side by side */
                    v.in[i] = &in[i];
                }
                ok(checking(&v));
                in[bad] = view_of(LAMELLA_F32, memory + 9, 10);
                snprintf(expected, sizeof expected, "checking: out[0] shares memory with in[%d], expected an output apart from the inputs", bad);
                refused(checking(&v), LAMELLA_ERR_ARGUMENT, expected);
            }
}

TEST(outputs_lie_apart_from_each_other)
{
    lamella_view out[MOST_VIEWS], in = view_of(LAMELLA_F32, memory, 2);
    views v = { .in = { &in }, .n_in = 1, .n_out = MOST_VIEWS };
    for (int i = 0; i < MOST_VIEWS; i++) {
        out[i] = view_of(LAMELLA_F32, memory + 100 - 10 * i, 10); /* falling */
        v.out[i] = &out[i];
    }
    ok(checking(&v));
    out[7].data = memory + 51;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[7] shares memory with out[4], expected an output apart from the others");
    out[7] = out[3];
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[7] shares memory with out[3], expected an output apart from the others");
}

TEST(inputs_may_be_one_another)
{
    lamella_view in = view_of(LAMELLA_F32, memory, 10), out = view_of(LAMELLA_F32, memory + 10, 10);
    views v = { .in = { &in, &in, &in, &in, &in }, .n_in = 5, .out = { &out }, .n_out = 1 };
    ok(checking(&v));
}

/* A long piece before many short ones: they start behind its start and before its end. */
TEST(a_piece_far_in_front_may_reach_far)
{
    lamella_view in[8], out = view_of(LAMELLA_F32, memory + 500, 10);
    views v = { .n_in = 8, .out = { &out }, .n_out = 1 };
    in[0] = view_of(LAMELLA_F32, memory, 501);
    for (int i = 1; i < 8; i++)
        in[i] = view_of(LAMELLA_F32, memory + 20 * i, 3);
    for (int i = 0; i < 8; i++)
        v.in[i] = &in[i];
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[0] shares memory with in[0], expected an output apart from the inputs");
    in[0].shape[0] = 500;
    ok(checking(&v));
}

/* Layer l of a block [sample, layer, dim], and columns of a table: between one another, and yet apart. */
TEST(views_may_lie_between_one_another)
{
    const int64_t layers[] = { 12, 1 }, columns[] = { 8, 2 }, falling[] = { -12, 1 };
    lamella_view out[3], in;
    views v = { .out = { &out[0], &out[1], &out[2] }, .n_out = 3, .in = { &in }, .n_in = 1 };
    for (int i = 0; i < 3; i++)
        ok(lamella_tensor_view_mutable(memory + 3 * i, LAMELLA_F32, 2, (const int64_t[]){ 5, 3 }, i == 1 ? falling : layers, &out[i]));
    out[1].data = memory + 3 + 48;
    ok(lamella_tensor_view(memory + 9, LAMELLA_F32, 2, (const int64_t[]){ 5, 3 }, layers, &in));
    ok(checking(&v));
    in.shape[1] = 4; /* into the first layer of the next sample */
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[0] shares memory with in[0], expected an output apart from the inputs");
    in.shape[1] = 3, out[2].data = memory + 5;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[2] shares memory with out[1], expected an output apart from the others");
    v.n_out = 2, v.n_in = 0;
    for (int i = 0; i < 2; i++)
        ok(lamella_tensor_view_mutable(memory + i, LAMELLA_F32, 2, (const int64_t[]){ 5, 4 }, columns, &out[i]));
    ok(checking(&v));
    out[1].stride[0] = 10;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[1] shares memory with out[0], expected an output apart from the others");
}

static lamella_status check_layers_and_outputs(call *c, const lamella_stack *stack_, const lamella_view *out, int64_t n)
{
    stack s;
    lamella_view v;
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    for (int64_t i = 0; i < n; i++)
        TRY(view_check_out(c, &v, &out[i], F32, "out", (const int64_t[]){ 2, 2 }, 2));
    return LAMELLA_OK;
}

static lamella_status checking_layers(const lamella_stack *stack_, const lamella_view *out, int64_t n)
{
    CALL(NULL, check_layers_and_outputs(c, stack_, out, n));
}

/* 16,384 layers, in memory rising, falling, and every second one of a thousand blocks; all pairs would take a quarter of a minute. */
TEST(many_layers_are_compared_at_once)
{
    enum { N = 16384 };
    float *block = malloc(2 * N * 4 * sizeof *block);
    lamella_view *layer = malloc(N * sizeof *layer), *out = malloc(N * sizeof *out);
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = N };
    for (int order = 0; order < 3; order++) {
        for (int i = 0; i < N; i++) {
            int64_t at = order == 0 ? i : order == 1 ? N - 1 - i : i % 16 * (N / 16) + i / 16;
            layer[i] = view_of(LAMELLA_F32, block + 8 * at, 2, 2);
            out[i] = view_of(LAMELLA_F32, block + 8 * at + 4, 2, 2);
        }
        clock_t started = clock();
        ok(checking_layers(&s, out, N));
        check((double)(clock() - started) / CLOCKS_PER_SEC < 0.5);
        out[N - 1] = layer[N / 3];
        refused(checking_layers(&s, out, N), LAMELLA_ERR_ARGUMENT,
                "checking_layers: out shares memory with stack.layer[5461], expected an output apart from the inputs");
    }
    free(out);
    free(layer);
    free(block);
}

TEST(depths_are_read_too)
{
    int64_t depth[4] = { 0, 1 };
    lamella_view layer[2] = { view_of(LAMELLA_F32, memory, 2, 2), view_of(LAMELLA_F32, memory + 4, 2, 2) };
    lamella_view out = view_of(LAMELLA_F32, depth, 2, 2);
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .depth = depth };
    refused(checking_layers(&s, &out, 1), LAMELLA_ERR_ARGUMENT,
            "checking_layers: out shares memory with stack.depth, expected an output apart from the inputs");
    out.data = memory + 8;
    ok(checking_layers(&s, &out, 1));
}

TEST(what_is_empty_is_apart_from_all)
{
    lamella_view in = view_of(LAMELLA_F32, memory + 10, 0, 3), out = view_of(LAMELLA_F32, memory + 4, 12);
    views v = { .in = { &in }, .n_in = 1, .out = { &out }, .n_out = 1 };
    ok(checking(&v));
    in.shape[0] = 3, in.shape[1] = 0;
    ok(checking(&v));
    in.shape[1] = 1;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[0] shares memory with in[0], expected an output apart from the inputs");
}

TEST(every_depth_is_read)
{
    int64_t depth[5] = { 0, 1 };
    lamella_view layer[2] = { view_of(LAMELLA_F32, memory, 2, 2), view_of(LAMELLA_F32, memory + 4, 2, 2) };
    lamella_view out = view_of(LAMELLA_F32, depth + 1, 2, 2);
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .depth = depth };
    refused(checking_layers(&s, &out, 1), LAMELLA_ERR_ARGUMENT,
            "checking_layers: out shares memory with stack.depth, expected an output apart from the inputs");
    out.data = depth + 2;
    ok(checking_layers(&s, &out, 1));
}

/* Behind the sixth stride comes the dtype: no axis is made of it. */
TEST(views_of_six_axes_lie_apart)
{
    lamella_view out = view_of(LAMELLA_F32, memory + 100, 2, 2, 1, 2, 1, 3), in = view_of(LAMELLA_F32, memory + 124, 2), front = view_of(LAMELLA_F32, memory + 98, 2);
    views v = { .in = { &in, &front }, .n_in = 2, .out = { &out }, .n_out = 1 };
    ok(checking(&v));
    out.stride[0] = -12, out.data = memory + 112; /* the same backwards */
    ok(checking(&v));
    in.data = memory + 123;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[0] shares memory with in[0], expected an output apart from the inputs");
    in.data = memory + 124, front.data = memory + 99;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: out[0] shares memory with in[1], expected an output apart from the inputs");
}
