/* Stacks: what is refused, and by which words. */
#include "support/test.h"
#include "tensor/tensor.h"

static lamella_status checks(call *c, const lamella_stack *stack_)
{
    stack s;
    return stack_check(c, &s, stack_, FLOATS, "stack");
}

static lamella_status checking(const lamella_stack *stack_)
{
    CALL(NULL, checks(c, stack_));
}

static float numbers[64];

TEST(layers_agree_in_all_but_width)
{
    lamella_view layer[2] = { view_of(LAMELLA_F32, numbers, 2, 3), view_of(LAMELLA_F32, numbers, 2, 5) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2 };
    ok(checking(&s));
    layer[1] = view_of(LAMELLA_F32, numbers, 3, 5);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.layer[1].shape[0] is 3, expected 2 (= stack.layer[0].shape[0])");
    layer[1] = view_of(LAMELLA_F32, numbers, 2, 1, 5);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.layer[1].rank is 3, expected 2 (= stack.layer[0].rank)");
    layer[1] = view_of(LAMELLA_I32, numbers, 2, 5);
    refused(checking(&s), LAMELLA_ERR_DTYPE, "checking: stack.layer[1].dtype is 7 (i32), expected f32|f64|f16|bf16");
    layer[0] = view_of(LAMELLA_F32, numbers, 6);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.layer[0].rank is 1, expected 2 to 4");
    s.n_layers = 0;
    refused(checking(&s), LAMELLA_ERR_EMPTY, "checking: stack.n_layers is 0, expected at least 1");
    s.n_layers = 1, s.layer = NULL;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.layer is NULL, expected 1 views");
    s.flags = 8;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.flags is 0x8, expected only known bits (0x1)");
    refused(checking(NULL), LAMELLA_ERR_ARGUMENT, "checking: stack is NULL, expected a stack");
}

TEST(sizes_of_all_layers_fit)
{
    lamella_view layer[2] = { view_of(LAMELLA_F32, numbers, 1, (int64_t)1 << 54), view_of(LAMELLA_F32, numbers, 1, 1) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 1 };
    layer[0].flags = layer[1].flags = LAMELLA_BROADCAST;
    refused(checking(&s), LAMELLA_ERR_SHAPE,
            "checking: stack.layer[0] has dim 18014398509481984, expected at most 2^48 dims in all layers");
    layer[0].shape[1] = layer[1].shape[1] = (int64_t)1 << 47;
    s.n_layers = 2;
    ok(checking(&s));
    layer[1].shape[1] += 1;
    refused(checking(&s), LAMELLA_ERR_SHAPE,
            "checking: stack.layer[1] has dim 140737488355329, expected at most 2^48 dims in all layers");
    lamella_view tall[16];
    for (int l = 0; l < 16; l++)
        tall[l] = view_of(LAMELLA_F16, numbers, (int64_t)1 << 60, 1), tall[l].flags = LAMELLA_BROADCAST;
    s.layer = tall, s.n_layers = 16;
    refused(checking(&s), LAMELLA_ERR_SHAPE,
            "checking: stack has 16 layers of 1152921504606846976 rows, expected at most 2^63 - 1 rows in all layers");
}

static lamella_status checks_second(call *c, const lamella_stack *stack_)
{
    stack s;
    return stack_check(c, &s, stack_, FLOATS, "second");
}

static lamella_status checking_second(const lamella_stack *stack_)
{
    CALL(NULL, checks_second(c, stack_));
}

TEST(a_stack_is_called_by_its_argument)
{
    int32_t ends[] = { 0, 4 };
    lamella_view layer = view_of(LAMELLA_F32, numbers, 2, 3), offsets = view_of(LAMELLA_I32, ends, 2);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .offsets = &offsets };
    refused(checking_second(&s), LAMELLA_ERR_ARGUMENT, "checking_second: second.offsets[1] is 4, expected 2 (= second.layer[0].shape[0])");
    layer.rank = 1;
    refused(checking_second(&s), LAMELLA_ERR_SHAPE, "checking_second: second.layer[0].rank is 1, expected 2 (with offsets)");
}

TEST(offsets_start_at_zero_never_fall_and_end_at_the_rows)
{
    lamella_view layer = view_of(LAMELLA_F32, numbers, 5, 3), offsets;
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .offsets = &offsets };
    int32_t ends[] = { 0, 2, 2, 5 };
    offsets = view_of(LAMELLA_I32, ends, 4);
    ok(checking(&s));
    ends[3] = 4;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.offsets[3] is 4, expected 5 (= stack.layer[0].shape[0])");
    ends[2] = 1;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.offsets[2] is 1, expected at least 2");
    ends[0] = 1;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.offsets[0] is 1, expected 0");
    ends[0] = -1;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.offsets[0] is -1, expected 0");
    layer = view_of(LAMELLA_F32, numbers, 5, 1, 3);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.layer[0].rank is 3, expected 2 (with offsets)");
    layer = view_of(LAMELLA_F32, numbers, 5, 3), offsets = view_of(LAMELLA_I32, ends, 0);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.offsets has rank 1 and 0 entries, expected rank 1 and n_samples + 1");
}

TEST(a_mask_covers_the_leading_axes)
{
    unsigned char valid[6] = { 1, 1, 0, 1, 0, 0 };
    lamella_view layer = view_of(LAMELLA_F32, numbers, 2, 3, 4), mask = view_of(LAMELLA_U8, valid, 2, 3);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .mask = &mask };
    ok(checking(&s));
    mask = view_of(LAMELLA_BOOL, valid, 3, 2);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.mask.shape[0] is 3, expected 2");
    mask = view_of(LAMELLA_I32, numbers, 2, 3);
    refused(checking(&s), LAMELLA_ERR_DTYPE, "checking: stack.mask.dtype is 7 (i32), expected u8|bool");
}

static lamella_status checks_apart(call *c, const lamella_stack *stack_, const lamella_view *out)
{
    stack s;
    lamella_view v;
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    return VIEW_OUT(c, v, out, F32, 2, 4);
}

static lamella_status checking_apart(const lamella_stack *stack_, const lamella_view *out)
{
    CALL(NULL, checks_apart(c, stack_, out));
}

TEST(an_output_lies_apart_from_all_of_a_stack)
{
    float memory[16] = { 0 };
    lamella_view layer = view_of(LAMELLA_F32, numbers, 2, 3, 4), mask = view_of(LAMELLA_U8, memory, 2, 3), out = view_of(LAMELLA_F32, memory + 1, 2, 4);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .mask = &mask };
    memset(mask.stride, 0, sizeof mask.stride); /* implied, as most hosts leave them */
    refused(checking_apart(&s, &out), LAMELLA_ERR_ARGUMENT,
            "checking_apart: out shares memory with stack.mask, expected an output apart from the inputs");
    out.data = memory + 2;
    ok(checking_apart(&s, &out));
}

TEST(depths_rise)
{
    int64_t depth[] = { 3, 3 };
    lamella_view layer[] = { view_of(LAMELLA_F32, numbers, 2, 3), view_of(LAMELLA_F32, numbers, 2, 3) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .depth = depth };
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.depth[1] is 3, expected rising depths from 0 on");
    depth[1] = 9;
    ok(checking(&s));
    depth[0] = -1;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.depth[0] is -1, expected rising depths from 0 on");
    depth[0] = 0, s.n_depths = -1;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.n_depths is -1, expected 0 or more");
}

TEST(ids_are_one_a_sample)
{
    int64_t id[] = { 7, 8, 9 };
    lamella_view layer = view_of(LAMELLA_F32, numbers, 2, 3), ids = view_of(LAMELLA_I64, id, 3);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .sample_id = &ids };
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.sample_id.shape[0] is 3, expected 2");
}

static lamella_status meet(call *c, const lamella_stack *a, const lamella_stack *b)
{
    stack of_a, of_b;
    TRY(stack_check(c, &of_a, a, FLOATS, "first"));
    TRY(stack_check(c, &of_b, b, FLOATS, "second"));
    return stacks_check_ids(c, &of_a, &of_b);
}

static lamella_status meeting(const lamella_stack *a, const lamella_stack *b)
{
    CALL(NULL, meet(c, a, b));
}

TEST(stacks_that_meet_have_the_same_ids_or_none)
{
    int64_t id[] = { 7, 8, 9 }, other[] = { 7, 8, 10, 11 };
    lamella_view layer = view_of(LAMELLA_F32, numbers, 3, 2), longer = view_of(LAMELLA_F32, numbers, 4, 2);
    lamella_view ids = view_of(LAMELLA_I64, id, 3), others = view_of(LAMELLA_I64, other, 3), more = view_of(LAMELLA_I64, other, 4);
    lamella_stack a = { .struct_size = sizeof a, .layer = &layer, .n_layers = 1 }, b = a;
    ok(meeting(&a, &b));
    a.sample_id = &ids;
    ok(meeting(&a, &b));
    ok(meeting(&b, &a));
    ok(meeting(&a, &a));
    b.sample_id = &others;
    refused(meeting(&a, &b), LAMELLA_ERR_ARGUMENT,
            "meeting: second.sample_id[2] is 10, expected 9 (= first.sample_id[2]), or none for other samples");
    b.layer = &longer;
    b.sample_id = &more;
    refused(meeting(&a, &b), LAMELLA_ERR_ARGUMENT,
            "meeting: second.sample_id has 4 entries, expected 3 (= samples of first), or none for other samples");
}

TEST(samples_own_their_vectors)
{
    int64_t ends[] = { 0, 2, 2, 5 }, first, end;
    stack s = { .n_samples = 3, .offsets = ends };
    sample_vectors(&s, 2, &first, &end);
    check(first == 2 && end == 5);
    static const int64_t owner[] = { 0, 0, 2, 2, 2 };
    for (int v = 0; v < 5; v++)
        equal(vector_sample(&s, v), owner[v]);
    s = (stack){ .n_samples = 3, .per_row = 4 };
    sample_vectors(&s, 2, &first, &end);
    check(first == 8 && end == 12);
    equal(vector_sample(&s, 7), 1);
}

TEST(stacks_are_described)
{
    char text[96];
    lamella_view layer[] = { view_of(LAMELLA_F32, numbers, 2, 3), view_of(LAMELLA_F32, numbers, 2, 4) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .flags = LAMELLA_LAST_NORMED };
    ok(lamella_tensor_stack_describe(&s, text, sizeof text));
    equal_text(text, "2 layers of f32 [2, 3] and other widths, in memory, last normed");
    ok(lamella_tensor_stack_describe(NULL, text, sizeof text));
    equal_text(text, "NULL");
    layer[0].rank = 7, layer[1].rank = 1000000;
    ok(lamella_tensor_stack_describe(&s, text, sizeof text));
    equal_text(text, "2 layers of f32 rank 7, in memory, last normed");
}

/* ---- every refusal ---- */

static int64_t reads_nothing(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)first_row, (void)into, (void)user;
    return n_rows;
}

TEST(layers_that_are_none_are_named)
{
    lamella_view layer[3] = { view_of(LAMELLA_F32, numbers, 2, 3, 1, 2), view_of(LAMELLA_F32, numbers, 2, 3, 1, 1), view_of(LAMELLA_F32, numbers, 2, 3, 1, 2) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 3 };
    ok(checking(&s));
    for (int l = 1; l < 3; l++)
        for (int a = 0; a < 3; a++) {
            char said[128];
            const lamella_view kept = layer[l];
            layer[l].shape[a] = 4;
            memset(layer[l].stride, 0, sizeof layer[l].stride);
            snprintf(said, sizeof said, "checking: stack.layer[%d].shape[%d] is 4, expected %d (= stack.layer[0].shape[%d])", l, a, (int)layer[0].shape[a], a);
            refused(checking(&s), LAMELLA_ERR_SHAPE, said);
            layer[l] = kept;
        }
    s.n_layers = 1, layer[0] = view_of(LAMELLA_F32, numbers, 1, 1, 1, 1, 2);
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.layer[0].rank is 5, expected 2 to 4");
    layer[0] = view_of(LAMELLA_F32, numbers, 2, 3), layer[0].data = NULL;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.layer[0].data is NULL, expected 6 elements");
    s.read = reads_nothing;
    ok(checking(&s));
    s.read = NULL, layer[0].shape[0] = 0;
    ok(checking(&s));
    s.n_layers = -1;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.n_layers is -1, expected at least 1");
    s.struct_size = 23;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.struct_size is 23, expected its sizeof (24 to 4096)");
    s.struct_size = 24, s.n_layers = 1, s.mask = layer; /* behind what the struct says it has */
    ok(checking(&s));
}

TEST(arrays_beside_the_layers_are_named)
{
    int64_t ends[4] = { 0, 1, 2 };
    float id[2];
    lamella_view layer = view_of(LAMELLA_F32, numbers, 2, 3), offsets = view_of(LAMELLA_I64, ends, 3, 1), ids = view_of(LAMELLA_F32, id, 2),
                 mask = view_of(LAMELLA_U8, id, 2, 1);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .offsets = &offsets };
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.offsets has rank 2 and 3 entries, expected rank 1 and n_samples + 1");
    offsets = view_of(LAMELLA_F32, id, 2);
    refused(checking(&s), LAMELLA_ERR_DTYPE, "checking: stack.offsets.dtype is 1 (f32), expected i32|i64");
    offsets = view_of(LAMELLA_I64, ends, 3);
    ok(checking(&s));
    s.offsets = NULL, s.sample_id = &ids;
    refused(checking(&s), LAMELLA_ERR_DTYPE, "checking: stack.sample_id.dtype is 1 (f32), expected i64");
    s.sample_id = NULL, s.mask = &mask;
    refused(checking(&s), LAMELLA_ERR_SHAPE, "checking: stack.mask.rank is 2, expected 1");
    mask.data = NULL;
    refused(checking(&s), LAMELLA_ERR_ARGUMENT, "checking: stack.mask.data is NULL, expected 2 elements");
    int64_t depth = 0;
    layer = view_of(LAMELLA_F32, numbers, 0, 3), s.mask = NULL, s.depth = &depth, ends[0] = 0;
    offsets = view_of(LAMELLA_I64, ends, 1), s.offsets = &offsets; /* no sample at all */
    ok(checking(&s));
}

TEST(ids_are_compared_one_by_one)
{
    int64_t id[] = { 7, 8, 9 }, other[] = { 7, 0, 8, 0, 9, 0 };
    lamella_view layer = view_of(LAMELLA_F32, numbers, 3, 2), ids = view_of(LAMELLA_I64, id, 3), others = view_of(LAMELLA_I64, other, 3);
    lamella_stack a = { .struct_size = sizeof a, .layer = &layer, .n_layers = 1, .sample_id = &ids }, b = a;
    others.stride[0] = 2, b.sample_id = &others;
    ok(meeting(&a, &b));
    for (int i = 0; i < 3; i++) {
        char said[128];
        other[2 * i]++;
        snprintf(said, sizeof said, "meeting: second.sample_id[%d] is %d, expected %d (= first.sample_id[%d]), or none for other samples", i, 8 + i, 7 + i, i);
        refused(meeting(&a, &b), LAMELLA_ERR_ARGUMENT, said);
        other[2 * i]--;
    }
}
