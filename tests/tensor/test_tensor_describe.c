/* Views and stacks as they are filled, cut and told: every edge, and nothing behind the last axis. */
#include "support/guarded.h"
#include "support/test.h"
#include "tensor/tensor.h"

enum { BEHIND = -77 }; /* what a host may leave behind the last axis */

static void nothing_behind(const lamella_view *v)
{
    for (int a = v->rank; a < LAMELLA_MAX_RANK; a++)
        check(v->shape[a] == 0 && v->stride[a] == 0);
}

static float x[720];

TEST(what_no_view_is_made_of_is_said)
{
    const int64_t shape[7] = { 2, 3, 1, 1, 1, 1, 1 };
    lamella_view v;
    refused(lamella_tensor_view(x, LAMELLA_F32, 2, NULL, NULL, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_view: shape is NULL, expected 2 extents");
    refused(lamella_tensor_view_mutable(x, LAMELLA_F32, 1, NULL, NULL, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_view_mutable: shape is NULL, expected 1 extents");
    refused(lamella_tensor_view(x, LAMELLA_F32, 2, shape, NULL, NULL), LAMELLA_ERR_ARGUMENT, "lamella_tensor_view: out is NULL, expected a view to fill");
    refused(lamella_tensor_view(x, LAMELLA_F32, 7, shape, NULL, &v), LAMELLA_ERR_SHAPE, "lamella_tensor_view: view.rank is 7, expected 0 to 6");
    refused(lamella_tensor_view(x, LAMELLA_F32, 7, shape, shape, &v), LAMELLA_ERR_SHAPE, "lamella_tensor_view: view.rank is 7, expected 0 to 6");
    refused(lamella_tensor_view(x, LAMELLA_F32, -1, shape, shape, &v), LAMELLA_ERR_SHAPE, "lamella_tensor_view: view.rank is -1, expected 0 to 6");
}

TEST(only_a_zero_stride_over_more_than_one_element_is_a_broadcast)
{
    static const struct { int64_t extent, stride; uint32_t flags; } cases[] = {
        { 1, 0, 0 }, { 2, 0, LAMELLA_BROADCAST }, { 3, 0, LAMELLA_BROADCAST }, { 1, 5, 0 }, { 2, 5, 0 }, { 3, -5, 0 }, { 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int axis = 0; axis < 2; axis++) {
            int64_t shape[3] = { 1, 1, 9 }, stride[3] = { 1, 1, 0 }; /* the last ones are behind the rank */
            lamella_view v;
            shape[axis] = cases[i].extent, stride[axis] = cases[i].stride;
            ok(lamella_tensor_view_mutable(x + 100, LAMELLA_F32, 2, shape, stride, &v));
            equal(v.flags, cases[i].flags);
            nothing_behind(&v);
        }
}

/* Six axes are as many as there are; their numbers end where those of the dtype begin. */
TEST(six_axes_are_taken_whole)
{
    const int64_t *shape = guarded((const int64_t[]){ 2, 3, 1, 4, 5, 6 }, 6 * sizeof(int64_t));
    const int64_t *stride = guarded((const int64_t[]){ -360, 120, 99, 30, 6, 1 }, 6 * sizeof(int64_t));
    static const int64_t settled[] = { -360, 120, 120, 30, 6, 1 }, plain[] = { 360, 120, 120, 30, 6, 1 };
    lamella_view v, w;
    ok(lamella_tensor_view(x + 360, LAMELLA_F32, 6, shape, stride, &v));
    equal_bits(v.shape, shape, sizeof v.shape);
    equal_bits(v.stride, settled, sizeof v.stride);
    equal(view_elements(&v), 720);
    ok(lamella_tensor_view(x, LAMELLA_F32, 6, shape, NULL, &w));
    equal_bits(w.stride, plain, sizeof w.stride);
    equal(view_is_row_major(&w), 1);
    for (int32_t axis = 0; axis < 6; axis++)
        for (int64_t i = 0; i < shape[axis]; i++) {
            lamella_view one;
            ok(lamella_tensor_pick(&v, axis, i, &one));
            equal(one.rank, 5);
            nothing_behind(&one);
            check(one.data == x + 360 + i * settled[axis] && one.dtype == LAMELLA_F32 && one.flags == LAMELLA_READONLY);
            for (int a = 0; a < 5; a++)
                check(one.shape[a] == shape[a + (a >= axis)]);
            for (int a = 0; a < 5; a++) /* the settled stride of one element is what the axis behind continues to */
                check(one.stride[a] == settled[a + (a >= axis)] || one.shape[a] == 1);
        }
}

TEST(what_lies_behind_the_last_axis_is_not_looked_at)
{
    char text[64];
    for (int32_t rank = 0; rank <= LAMELLA_MAX_RANK; rank++) {
        lamella_view v = { .data = x, .dtype = LAMELLA_F32, .rank = rank }, made;
        for (int32_t a = 0; a < LAMELLA_MAX_RANK; a++)
            v.shape[a] = a < rank ? 2 : BEHIND, v.stride[a] = a < rank ? 0 : BEHIND;
        ok(lamella_tensor_view_describe(&v, text, sizeof text));
        check(!strstr(text, "stride"));
        if (rank) {
            ok(lamella_tensor_slice(&v, 0, 0, 2, 1, &made));
            nothing_behind(&made);
            equal(made.stride[0], 1 << (rank - 1));
            equal(view_elements(&made), 1 << rank);
        }
    }
}

TEST(slices_at_every_edge_and_what_is_none)
{
    lamella_view whole = view_of(LAMELLA_F32, x, 6, 5), v;
    for (int32_t axis = 0; axis < 2; axis++) {
        int64_t n = whole.shape[axis], step_of_axis = whole.stride[axis];
        for (int64_t start = -1; start <= n + 1; start++)
            for (int64_t stop = start - 1; stop <= n + 1; stop++)
                for (int64_t step = 0; step < 5; step++) {
                    int64_t taken = 0, first = start;
                    for (int64_t i = start; step && i < stop; i += step)
                        taken++;
                    lamella_status status = lamella_tensor_slice(&whole, axis, start, stop, step, &v);
                    int good = start >= 0 && start <= n && stop >= start && stop <= n && step >= 1;
                    equal(status, good ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT);
                    if (!good)
                        continue;
                    equal(v.shape[axis], taken);
                    equal(v.stride[axis], taken > 1 ? step * step_of_axis : 1);
                    check(v.data == x + (taken ? first * step_of_axis : 0));
                    check(v.shape[1 - axis] == whole.shape[1 - axis] && v.stride[1 - axis] == whole.stride[1 - axis]);
                }
    }
    refused(lamella_tensor_slice(&whole, 0, -1, 2, 1, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: start is -1, expected 0 to 6 (= x.shape[0])");
    refused(lamella_tensor_slice(&whole, 1, 2, 6, 1, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_slice: stop is 6, expected 2 (= start) to 5 (= x.shape[1])");
    refused(lamella_tensor_slice(&whole, 0, 2, 3, -4, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: step is -4, expected at least 1");
    refused(lamella_tensor_slice(&whole, 0, 2, 3, 1, NULL), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: out is NULL, expected a view to fill");
    refused(lamella_tensor_slice(&whole, -1, 2, 3, 1, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: axis is -1, expected 0 to 1 (= x.rank - 1)");
    refused(lamella_tensor_slice(NULL, 0, 2, 3, 1, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: x is NULL, expected a view");
    refused(lamella_tensor_pick(NULL, 0, 2, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_pick: x is NULL, expected a view");
}

/* ---- as text ---- */

static void says(const lamella_view *v, const char *expected)
{
    char whole[128], cut[128];
    ok(lamella_tensor_view_describe(v, whole, sizeof whole));
    equal_text(whole, expected);
    for (int64_t size = 1; size <= (int64_t)strlen(expected) + 1; size++) { /* what fits, and nothing behind it */
        memset(cut, '#', sizeof cut);
        ok(lamella_tensor_view_describe(v, cut, size));
        equal(strlen(cut), size - 1);
        check(!strncmp(cut, expected, (size_t)size - 1) && cut[size] == '#');
    }
}

TEST(every_part_of_a_view_is_told)
{
    lamella_view v = { .dtype = LAMELLA_BF16, .rank = 3, .shape = { 4, 0, 12 } };
    says(&v, "bf16 [4, 0, 12]");
    v.stride[2] = -3;
    says(&v, "bf16 [4, 0, 12] stride [0, 0, -3]");
    v.stride[2] = 0, v.flags = LAMELLA_BROADCAST | LAMELLA_FINITE;
    says(&v, "bf16 [4, 0, 12] stride [0, 0, 0] broadcast finite");
    v.rank = 0, v.flags = LAMELLA_READONLY;
    says(&v, "bf16 [] readonly");
    v.rank = 6, v.flags = 0, v.dtype = 0;
    says(&v, "no dtype [4, 0, 12, 0, 0, 0]");
    v.rank = 7, v.flags = LAMELLA_BROADCAST;
    says(&v, "no dtype rank 7 broadcast");
    v.rank = -1;
    says(&v, "no dtype rank -1 broadcast");
    says(NULL, "NULL");
}

TEST(text_that_cannot_be_written_is_refused)
{
    char text[8];
    lamella_view v = view_of(LAMELLA_F32, x, 2);
    lamella_stack s = { .struct_size = 7 };
    refused(lamella_tensor_view_describe(&v, NULL, 8), LAMELLA_ERR_ARGUMENT, "lamella_tensor_view_describe: text is NULL, expected 8 bytes");
    refused(lamella_tensor_view_describe(&v, text, 0), LAMELLA_ERR_ARGUMENT, "lamella_tensor_view_describe: size is 0, expected at least 1");
    refused(lamella_tensor_stack_describe(&s, NULL, 8), LAMELLA_ERR_ARGUMENT, "lamella_tensor_stack_describe: text is NULL, expected 8 bytes");
    refused(lamella_tensor_stack_describe(&s, text, -1), LAMELLA_ERR_ARGUMENT, "lamella_tensor_stack_describe: size is -1, expected at least 1");
    text[0] = 'x';
    refused(lamella_tensor_stack_describe(&s, text, 8), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_stack_describe: stack.struct_size is 7, expected its sizeof (8 to 4096)");
    equal_text(text, "");
}

static int64_t reads(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)first_row, (void)into, (void)user;
    return n_rows;
}

static void stack_says(const lamella_stack *s, const char *expected)
{
    char text[128];
    ok(lamella_tensor_stack_describe(s, text, sizeof text));
    equal_text(text, expected);
}

TEST(every_part_of_a_stack_is_told)
{
    lamella_view layer[] = { view_of(LAMELLA_F32, x, 2, 3), view_of(LAMELLA_F32, x, 2, 3), view_of(LAMELLA_F64, x, 2, 4) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 1 };
    stack_says(&s, "1 layer of f32 [2, 3], in memory");
    s.n_layers = 2; /* what lies behind them is no layer */
    stack_says(&s, "2 layers of f32 [2, 3], in memory");
    s.n_layers = 3;
    stack_says(&s, "3 layers of f32 [2, 3] and other widths, in memory");
    s.n_layers = 1, s.mask = s.offsets = layer, s.read = reads;
    stack_says(&s, "1 layer of f32 [2, 3], read, ragged, masked");
    s.offsets = NULL;
    stack_says(&s, "1 layer of f32 [2, 3], read, masked");
    s.mask = NULL, s.n_layers = 0;
    stack_says(&s, "0 layers, read");
    s.n_layers = -2;
    stack_says(&s, "-2 layers, read");
    s.n_layers = 2, s.layer = NULL;
    stack_says(&s, "2 layers, read");
    s.layer = layer, s.n_layers = 2, layer[0].rank = layer[1].rank = 0, layer[1].data = x + 1;
    stack_says(&s, "2 layers of f32 [], read");
    layer[0].rank = layer[1].rank = 6, layer[1].shape[5] = 8;
    stack_says(&s, "2 layers of f32 [2, 3, 0, 0, 0, 0] and other widths, read");
    s = (lamella_stack){ .struct_size = 8 };
    stack_says(&s, "0 layers, in memory");
}

TEST(sizes_of_every_layer_and_of_none)
{
    lamella_view layer[] = { view_of(LAMELLA_F32, x, 2, 3), view_of(LAMELLA_F32, x, 2, 5) };
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2 };
    int64_t n, dim;
    for (int64_t l = 0; l < 2; l++) {
        ok(lamella_tensor_sizes(&s, l, &n, &dim));
        check(n == 2 && dim == layer[l].shape[1]);
    }
    refused(lamella_tensor_sizes(&s, 2, &n, &dim), LAMELLA_ERR_ARGUMENT, "lamella_tensor_sizes: layer is 2, expected 0 to 1");
    refused(lamella_tensor_sizes(&s, -1, &n, &dim), LAMELLA_ERR_ARGUMENT, "lamella_tensor_sizes: layer is -1, expected 0 to 1");
    refused(lamella_tensor_sizes(&s, 0, NULL, &dim), LAMELLA_ERR_ARGUMENT, "lamella_tensor_sizes: n_samples is NULL, expected a number to fill");
    refused(lamella_tensor_sizes(&s, 0, &n, NULL), LAMELLA_ERR_ARGUMENT, "lamella_tensor_sizes: dim is NULL, expected a number to fill");
    refused(lamella_tensor_sizes(NULL, 0, &n, &dim), LAMELLA_ERR_ARGUMENT, "lamella_tensor_sizes: stack is NULL, expected a stack");
}
