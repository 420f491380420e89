/* Panels of every dtype and layout against the elements themselves; which lie in the host's memory; blocks of bounded size; faults. */
#include "support/elements.h"
#include "support/guarded.h"
#include "support/progress.h"
#include "support/test.h"
#include "tensor/tensor.h"
#include <math.h>

enum { ROWS = 30, TOKENS = 10, VECTORS = ROWS * TOKENS, LAYERS = 3, MOST_DIM = 20 };

/* Layers of their own dtype, unaligned by `shift` bytes, elements `gap` apart, row by row forwards or backwards. */
typedef struct layout { int shift, gap, backwards, row_gap; } layout;

typedef struct layers {
    char          memory[LAYERS][VECTORS * (MOST_DIM * 2 + 3) * 8 + 8];
    lamella_view  layer[LAYERS];
    unsigned char valid[VECTORS];
    lamella_view  mask;
    lamella_stack stack;
} layers;

static layers of;

static double value_at(int l, int64_t vector, int64_t j)
{
    return (double)((vector * 7 + j * 3 + l * 5) % 31) - 15; /* every float holds it */
}

static const int64_t DIMS[LAYERS] = { 4, MOST_DIM, 1 };

static void make_layers(int32_t dtype, layout y, int is_masked)
{
    int64_t size = element_bytes(dtype);
    for (int l = 0; l < LAYERS; l++) {
        lamella_view *v = &of.layer[l];
        int64_t row = DIMS[l] * y.gap + y.row_gap;
        *v = view_of(dtype, of.memory[l] + y.shift, ROWS, TOKENS, DIMS[l]);
        v->stride[2] = y.gap, v->stride[1] = row, v->stride[0] = row * TOKENS;
        if (y.backwards)
            v->stride[0] = -v->stride[0], v->data = of.memory[l] + y.shift + (ROWS - 1) * TOKENS * row * size;
        for (int64_t i = 0; i < VECTORS * DIMS[l]; i++)
            store(dtype, element_at(v, i), value_at(l, i / DIMS[l], i % DIMS[l]));
    }
    for (int64_t i = 0; i < VECTORS; i++)
        of.valid[i] = i % 11 != 5;
    of.mask = view_of(LAMELLA_U8, of.valid, ROWS, TOKENS);
    of.stack = (lamella_stack){ .struct_size = sizeof of.stack, .layer = of.layer, .n_layers = LAYERS, .mask = is_masked ? &of.mask : NULL };
}

static double panel_value(const panel *p, int32_t precision, int64_t i, int64_t j)
{
    int64_t at = i * p->stride + j;
    return precision == LAMELLA_F32 ? (double)((const float *)p->data)[at] : ((const double *)p->data)[at];
}

/* All panels of layers 1 and 2, of which each is borrowed or not, in scratch that ends where it says. */
static void hold_what_the_layers_hold(int32_t precision, int first_borrowed, int second_borrowed)
{
    call c;
    stack s;
    rows r;
    int64_t n_panels = 0;
    call_open(&c, NULL, __func__);
    ok(stack_check(&c, &s, &of.stack, FLOATS, "stack"));
    ok(rows_open(&c, &s, 1, 2, precision, &r));
    size_t bytes = (size_t)(rows_scratch(&r) + 7) / 8 * 8;
    char *room = guarded(NULL, bytes);
    do {
        ok(rows_next(&c, &r));
        for (int64_t i = r.n_panels - 1; i >= 0; i--, n_panels++)
            for (int64_t l = 0; l < 2; l++) {
                panel p;
                int borrowed = l ? second_borrowed : first_borrowed;
                memset(room, 0xff, bytes);
                check(rows_panel(&r, l, i, room, &p));
                check(p.first == r.first + i * PANEL_ROWS && p.dim == DIMS[1 + l]);
                check((p.data == room) == !borrowed);
                check(p.valid == (s.valid ? s.valid + p.first : NULL));
                for (int64_t v = 0; v < p.n; v++)
                    for (int64_t j = 0; j < p.dim; j++) {
                        double expected = s.valid && !s.valid[p.first + v] ? 0 : value_at(1 + (int)l, p.first + v, j);
                        check(panel_value(&p, precision, v, j) == expected);
                    }
            }
    } while (r.n);
    equal(n_panels, (VECTORS + PANEL_ROWS - 1) / PANEL_ROWS);
    call_close(&c, LAMELLA_OK);
    munmap(room - (uintptr_t)room % (uintptr_t)sysconf(_SC_PAGESIZE), bytes);
}

TEST(panels_hold_what_the_layers_hold_and_are_borrowed_where_that_is_what_they_are)
{
    static const layout layouts[] = { { 0, 1, 0, 0 }, { 1, 1, 0, 0 }, { 0, 2, 0, 0 }, { 0, 1, 1, 0 }, { 0, 1, 0, 3 }, { 2, 2, 1, 1 } };
    for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_BF16; dtype++)
        for (size_t y = 0; y < sizeof layouts / sizeof *layouts; y++)
            for (int is_masked = 0; is_masked < 2; is_masked++)
                for (int32_t precision = LAMELLA_F32; precision <= LAMELLA_F64; precision++) {
                    make_layers(dtype, layouts[y], is_masked);
                    int plain = dtype == precision && layouts[y].shift == 0 && !layouts[y].backwards && !is_masked;
                    hold_what_the_layers_hold(precision, plain && layouts[y].gap == 1, plain);
                }
}

/* One number a row, two apart: an array of rows all the same. */
TEST(rows_of_one_number_are_borrowed_at_any_stride)
{
    call c;
    stack s;
    rows r;
    panel p;
    float x[600];
    lamella_view layer = view_of(LAMELLA_F32, x, 300, 1);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &layer, .n_layers = 1 };
    for (int i = 0; i < 600; i++)
        x[i] = (float)i;
    for (int64_t rows_n = 1; rows_n <= 300; rows_n += 299)
        for (int64_t stride = 0; stride < 3; stride++) { /* all the same element; then only one row of it is an array */
            float room[PANEL_ROWS * 8];
            layer.shape[0] = rows_n, layer.stride[0] = stride, layer.flags = LAMELLA_BROADCAST;
            call_open(&c, NULL, __func__);
            ok(stack_check(&c, &s, &theirs, FLOATS, "stack"));
            ok(rows_open(&c, &s, 0, 1, LAMELLA_F32, &r));
            ok(rows_next(&c, &r));
            check(rows_panel(&r, 0, r.n_panels - 1, room, &p));
            check((p.data == room) == (stride == 0 && rows_n > 1));
            for (int64_t i = 0; i < p.n; i++)
                check(panel_value(&p, LAMELLA_F32, i, 0) == (double)((p.first + i) * stride));
            call_close(&c, LAMELLA_OK);
        }
}

/* ---- blocks ---- */

typedef struct source {
    int64_t asked, most_asked, next[LAYERS];
    int32_t dtype, rank;
} source;

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    source *from = user;
    int64_t row = 1;
    check(first_row == from->next[depth] && into->shape[0] == n_rows && into->flags == 0 && into->dtype == from->dtype && into->rank == from->rank);
    for (int a = into->rank - 1; a >= 0; a--) {
        equal(into->stride[a], row);
        row *= a ? into->shape[a] : 1;
    }
    from->asked++;
    from->most_asked = MAX(from->most_asked, n_rows);
    from->next[depth] += n_rows;
    memset(into->data, 0, (size_t)(n_rows * row * element_bytes(into->dtype)));
    return n_rows;
}

static lamella_status walk_blocks(call *c, const lamella_stack *theirs, int64_t first_layer, int64_t n_layers, int64_t room, int64_t *sizes)
{
    stack s;
    rows r;
    int64_t bytes = 0, seen = 0;
    TRY(stack_check(c, &s, theirs, FLOATS, "stack"));
    for (int64_t l = first_layer; l < first_layer + n_layers; l++)
        bytes += stack_dim(&s, l) * dtype_size(s.layer[l].dtype);
    if (c->memory.limit && s.host.read)
        room = MIN(room, (c->memory.limit - c->memory.taken) / 4);
    TRY(rows_open(c, &s, first_layer, n_layers, LAMELLA_F32, &r));
    do {
        TRY(rows_next(c, &r));
        equal(r.first, seen);
        equal(r.n_panels, (r.n + PANEL_ROWS - 1) / PANEL_ROWS);
        seen += r.n;
        check(r.n == 0 || r.n % PANEL_ROWS == 0 || seen == s.n_vectors);
        check(r.n * bytes <= room || r.n <= PANEL_ROWS);
        check((r.n + PANEL_ROWS) * bytes > room || seen == s.n_vectors);
        *sizes = MAX(*sizes, r.n);
    } while (r.n);
    equal(seen, s.n_vectors);
    return LAMELLA_OK;
}

static lamella_status walking_blocks(lamella_context *ctx, const lamella_stack *theirs, int64_t first_layer, int64_t n_layers, int64_t *most)
{
    *most = 0;
    CALL(ctx, walk_blocks(c, theirs, first_layer, n_layers, 16 << 20, most));
}

/* 16 MB of all layers, or one panel; what is done is told as a share of all layers. */
TEST(blocks_are_as_large_as_they_may_be)
{
    static float x[4096 * 4];
    static const int64_t dims[LAYERS] = { 4096, 512, 16384 };
    told heard;
    lamella_view layer[LAYERS];
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = LAYERS };
    lamella_context *ctx = context_told(&heard);
    for (int64_t first = 0; first < LAYERS; first++)
        for (int64_t n = 1; first + n <= LAYERS; n++)
            for (int64_t n_rows = 255; n_rows <= 9000; n_rows = n_rows < 257 ? n_rows + 1 : n_rows * 6) {
                int64_t most;
                for (int l = 0; l < LAYERS; l++) {
                    layer[l] = view_of(LAMELLA_F32, x, n_rows, dims[l]);
                    layer[l].stride[0] = 0, layer[l].flags = LAMELLA_BROADCAST;
                }
                heard = (told){ 0 };
                ok(walking_blocks(ctx, &theirs, first, n, &most));
                near(heard.first, 0, ABSOLUTE, 0);
                near(heard.last, 1, ABSOLUTE, 0);
                check(!heard.fell);
                ck_assert_double_le(heard.largest_step, (double)MIN(most, n_rows) / (double)n_rows + 1e-15);
            }
    lamella_context_free(ctx);
}

TEST(read_blocks_leave_room_for_the_rest)
{
    for (int64_t limit = 30000; limit <= 1000000; limit = limit * 5 + 7)
        for (int rank = 2; rank <= 4; rank++) {
            lamella_context *ctx;
            lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = limit };
            source from = { .dtype = LAMELLA_F16, .rank = rank };
            int64_t most;
            lamella_view layer[LAYERS];
            for (int l = 0; l < LAYERS; l++)
                layer[l] = lamella_tensor_view_shape(LAMELLA_F16, rank, rank == 2 ? (const int64_t[]){ 3000, 3 } : rank == 3 ? (const int64_t[]){ 1000, 3, 3 }
                                                                                                                      : (const int64_t[]){ 1000, 3, 1, 3 });
            lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = LAYERS, .read = deliver, .user = &from };
            ok(lamella_context_create(&options, &ctx));
            ok(walking_blocks(ctx, &theirs, 1, 2, &most));
            int64_t per_row = rank == 2 ? 1 : 3;
            check(from.next[0] == 0 && from.next[1] == 3000 / per_row && from.next[2] == from.next[1]);
            check(from.most_asked <= (most + per_row - 1) / per_row);
            check(from.asked == 2 * ((3000 + most - 1) / most));
            lamella_context_free(ctx);
        }
    lamella_context *ctx; /* what is in memory needs no room */
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = 30000 };
    float x[8];
    int64_t most;
    lamella_view layer = view_of(LAMELLA_F32, x, 100000, 8);
    layer.stride[0] = 0, layer.flags = LAMELLA_BROADCAST;
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &layer, .n_layers = 1 };
    ok(lamella_context_create(&options, &ctx));
    ok(walking_blocks(ctx, &theirs, 0, 1, &most));
    equal(most, 100000);
    lamella_context_free(ctx);
}

TEST(a_row_that_no_memory_holds_is_refused)
{
    int64_t most;
    source from = { 0 };
    const int64_t shape[] = { 1, ((int64_t)1 << 61) - 1, 1 };
    lamella_view layer[2] = { lamella_tensor_view_shape(LAMELLA_F32, 3, shape), lamella_tensor_view_shape(LAMELLA_F32, 3, shape) };
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = 2, .read = deliver, .user = &from };
    refused(walking_blocks(NULL, &theirs, 1, 1, &most), LAMELLA_ERR_MEMORY, "walking_blocks: a row of stack.layer[1] does not fit into memory");
}

/* ---- faults ---- */

static lamella_status look(call *c, int64_t first_layer, int64_t n_layers, int32_t precision, int keep, int by_direction)
{
    stack s;
    rows r;
    char *room;
    TRY(stack_check(c, &s, &of.stack, FLOATS, "stack"));
    s.by_direction = by_direction;
    TRY(rows_open(c, &s, first_layer, n_layers, precision, &r));
    r.keep_nonfinite = keep;
    TAKE(c, room, rows_scratch(&r));
    do {
        TRY(rows_next(c, &r));
        for (int64_t i = r.n_panels - 1; i >= 0; i--)
            for (int64_t l = n_layers - 1; l >= 0; l--) {
                panel p;
                rows_panel(&r, l, i, room, &p);
            }
    } while (r.n);
    return LAMELLA_OK;
}

static lamella_status looking(int64_t first_layer, int64_t n_layers, int32_t precision, int keep, int by_direction)
{
    CALL(NULL, look(c, first_layer, n_layers, precision, keep, by_direction));
}

static void put(int l, int64_t vector, int64_t j, double value)
{
    store(of.layer[l].dtype, element_at(&of.layer[l], vector * DIMS[l] + j), value);
}

TEST(the_first_fault_of_the_first_layer_is_named)
{
    static const layout layouts[] = { { 0, 1, 0, 0 }, { 1, 2, 1, 1 } };
    for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_BF16; dtype++)
        for (int y = 0; y < 2; y++)
            for (int64_t vector = 0; vector < VECTORS - 1; vector += 66) {
                char said[128];
                make_layers(dtype, layouts[y], 1);
                if (!of.valid[vector]) {
                    put(1, vector, 3, NAN); /* under the mask: not looked at */
                    ok(looking(0, 3, LAMELLA_F32, 0, 0));
                    continue;
                }
                put(1, vector, vector % MOST_DIM, -INFINITY);
                put(1, VECTORS - 1, 0, NAN), put(2, 0, 0, NAN);
                snprintf(said, sizeof said, "looking: stack.layer[1] is -inf at row %d, column %d, expected a finite number", (int)vector, (int)vector % MOST_DIM);
                refused(looking(1, 2, LAMELLA_F32, 0, 0), LAMELLA_ERR_NONFINITE, said);
                refused(looking(0, 3, LAMELLA_F64, 0, 0), LAMELLA_ERR_NONFINITE, said);
                refused(looking(2, 1, LAMELLA_F32, 0, 0), LAMELLA_ERR_NONFINITE,
                        "looking: stack.layer[2] is nan at row 0, column 0, expected a finite number");
                ok(looking(0, 1, LAMELLA_F32, 0, 0));
                ok(looking(0, 3, LAMELLA_F32, 1, 0));
            }
}

TEST(what_the_caller_vouches_for_is_not_looked_at_unless_f32_may_not_hold_it)
{
    make_layers(LAMELLA_F32, (layout){ 0, 1, 0, 0 }, 0);
    of.layer[1].flags = LAMELLA_FINITE;
    put(1, 7, 2, NAN);
    ok(looking(0, 3, LAMELLA_F32, 0, 0));
    ok(looking(0, 3, LAMELLA_F64, 0, 0));
    make_layers(LAMELLA_F64, (layout){ 0, 1, 0, 0 }, 0);
    of.layer[1].flags = LAMELLA_FINITE;
    put(1, 290, 2, -1e39);
    refused(looking(0, 3, LAMELLA_F32, 0, 0), LAMELLA_ERR_NUMERIC,
            "looking: stack.layer[1] is -1e+39 at row 290, column 2, expected a number that f32 holds");
    ok(looking(0, 3, LAMELLA_F64, 0, 0));
}

TEST(rows_that_vanish_in_f32_are_found_in_any_layer_and_layout)
{
    static const layout layouts[] = { { 0, 1, 0, 0 }, { 1, 2, 1, 1 } };
    for (int y = 0; y < 2; y++)
        for (int64_t j = 0; j < MOST_DIM; j += MOST_DIM - 1) {
            make_layers(LAMELLA_F64, layouts[y], 1);
            for (int64_t k = 0; k < MOST_DIM; k++)
                put(1, 281, k, 0);
            ok(looking(0, 2, LAMELLA_F32, 0, 1)); /* a row of zeros */
            put(1, 281, j, 1e-300);
            refused(looking(1, 1, LAMELLA_F32, 0, 1), LAMELLA_ERR_NUMERIC,
                    "looking: stack.layer[1] has only numbers under 1.2e-38 in row 281, expected some that f32 holds, or a row of zeros");
            ok(looking(0, 2, LAMELLA_F32, 0, 0));
            put(1, 281, MOST_DIM - 1 - j, -1);
            ok(looking(0, 2, LAMELLA_F32, 0, 1));
        }
}
