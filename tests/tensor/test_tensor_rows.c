/* The row iterator: panels of 256 vectors at fixed places, whatever reads deliver; what read may return. */
#include "support/test.h"
#include "tensor/tensor.h"

enum { ROWS = 700, TOKENS = 3, DIM = 5, VECTORS = ROWS * TOKENS };

static float numbers[VECTORS * DIM];

typedef struct reader {
    int64_t most;     /* rows it delivers at once */
    int64_t next;     /* row it expects to be asked for */
    int64_t answer;   /* 0, or what it returns instead */
    int64_t calls;
} reader;

static int64_t read_rows_of(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    reader *r = user;
    int64_t n = n_rows < r->most ? n_rows : r->most;
    r->calls++;
    if (r->answer)
        return r->answer;
    check(depth == 4 && first_row == r->next && into->shape[0] == n_rows && into->rank == 3 && into->dtype == LAMELLA_F32);
    memcpy(into->data, numbers + first_row * TOKENS * DIM, (size_t)(n * TOKENS * DIM) * sizeof(float));
    r->next += n;
    return n;
}

typedef struct seen {
    int64_t n_vectors, n_panels, most_block;
} seen;

static lamella_status walk(call *c, const lamella_stack *stack_, seen *w)
{
    stack s;
    rows r;
    char *room;
    *w = (seen){ 0 };
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(rows_open(c, &s, 0, 1, LAMELLA_F32, &r));
    TAKE(c, room, rows_scratch(&r));
    do {
        TRY(rows_next(c, &r));
        w->most_block = MAX(w->most_block, r.n);
        for (int64_t i = 0; i < r.n_panels; i++, w->n_panels++) {
            panel p;
            check(rows_panel(&r, 0, i, room, &p));
            equal(p.first, w->n_panels * PANEL_ROWS);
            for (int64_t j = 0; j < p.n; j++)
                equal_bits((const float *)p.data + j * p.stride, numbers + (p.first + j) * DIM, DIM * sizeof(float));
            w->n_vectors += p.n;
        }
    } while (r.n);
    return LAMELLA_OK;
}

static lamella_status walking(lamella_context *ctx, const lamella_stack *stack_, seen *w)
{
    CALL(ctx, walk(c, stack_, w));
}

static void fill(void)
{
    for (int i = 0; i < VECTORS * DIM; i++)
        numbers[i] = (float)i;
}

TEST(panels_lie_at_multiples_of_256_whatever_is_delivered)
{
    static const int64_t deliveries[] = { 1, 7, 100, 256, ROWS };
    static const int64_t depth = 4;
    fill();
    lamella_view layer = view_of(LAMELLA_F32, numbers, ROWS, TOKENS, DIM);
    layer.data = NULL;
    reader r = { 0 };
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .depth = &depth, .read = read_rows_of, .user = &r };
    lamella_context_options small = { .struct_size = sizeof small, .max_workspace_bytes = 60000, .threads = 1 };
    lamella_context *ctx;
    ok(lamella_context_create(&small, &ctx));
    for (int i = 0; i < 5; i++)
        for (int limited = 0; limited < 2; limited++) {
            seen w;
            r = (reader){ .most = deliveries[i] };
            ok(walking(limited ? ctx : NULL, &s, &w));
            equal(w.n_vectors, VECTORS);
            equal(w.n_panels, (VECTORS + 255) / 256);
            check(w.most_block % 256 == 0 || !limited);
            check(!limited || w.most_block < VECTORS);
        }
    lamella_context_free(ctx);
}

TEST(in_memory_the_panel_is_the_hosts_memory)
{
    fill();
    lamella_view layer = view_of(LAMELLA_F32, numbers, ROWS, TOKENS, DIM);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1 };
    seen w;
    ok(walking(NULL, &s, &w));
    equal(w.n_vectors, VECTORS);
}

TEST(read_may_stop_and_may_not_lie)
{
    static const int64_t depth = 4;
    lamella_view layer = view_of(LAMELLA_F32, numbers, ROWS, TOKENS, DIM);
    layer.data = NULL;
    reader r = { .answer = LAMELLA_STOP };
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .depth = &depth, .read = read_rows_of, .user = &r };
    seen w;
    returns(walking(NULL, &s, &w), LAMELLA_STOPPED);
    r.answer = ROWS + 1;
    refused(walking(NULL, &s, &w), LAMELLA_ERR_CALLBACK,
            "walking: stack.read of depth 4, rows 0 to 699 returned 701, expected 1 to 700 or LAMELLA_STOP");
    r.answer = -7;
    returns(walking(NULL, &s, &w), LAMELLA_ERR_CALLBACK);
    r.answer = LAMELLA_ERR_IO;
    refused(walking(NULL, &s, &w), LAMELLA_ERR_IO, "walking: stack.read could not get depth 4, rows 0 to 699");
    layer.data = numbers;
    refused(walking(NULL, &s, &w), LAMELLA_ERR_ARGUMENT,
            "walking: stack.layer[0].data is set, expected none (stack.read delivers the rows)");
}

static lamella_status walk_by_direction(call *c, const lamella_stack *stack_, int32_t precision)
{
    stack s;
    rows r;
    char *room;
    panel p;
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    s.by_direction = 1;
    TRY(rows_open(c, &s, 0, 1, precision, &r));
    TAKE(c, room, rows_scratch(&r));
    do {
        TRY(rows_next(c, &r));
        for (int64_t i = 0; i < r.n_panels && rows_panel(&r, 0, i, room, &p); i++)
            ;
    } while (r.n);
    return LAMELLA_OK;
}

static lamella_status walking_by_direction(const lamella_stack *stack_, int32_t precision)
{
    CALL(NULL, walk_by_direction(c, stack_, precision));
}

/* 1.17549435e-38 is the least number that f32 holds to all its digits. */
TEST(a_row_that_f32_rounds_to_nothing_has_no_direction)
{
    double x[] = { 1, 0, 0, 0, 1e-300, 1.1754943508222876e-38, 1e-300, -1e-39 };
    unsigned char valid[] = { 1, 1, 1, 0 };
    lamella_view layer = view_of(LAMELLA_F64, x, 4, 2), mask = view_of(LAMELLA_U8, valid, 4);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .mask = &mask };
    ok(walking_by_direction(&s, LAMELLA_F32));
    valid[3] = 1;
    refused(walking_by_direction(&s, LAMELLA_F32), LAMELLA_ERR_NUMERIC,
            "walking_by_direction: stack.layer[0] has only numbers under 1.2e-38 in row 3, expected some that f32 holds, or a row of zeros");
    ok(walking_by_direction(&s, LAMELLA_F64));
    x[5] = 1.17e-38;
    refused(walking_by_direction(&s, LAMELLA_F32), LAMELLA_ERR_NUMERIC,
            "walking_by_direction: stack.layer[0] has only numbers under 1.2e-38 in row 2, expected some that f32 holds, or a row of zeros");
    float small[] = { 1e-40f, 0, 1, 1 };
    layer = view_of(LAMELLA_F32, small, 2, 2);
    s.mask = NULL;
    ok(walking_by_direction(&s, LAMELLA_F32)); /* what f32 rows hold is theirs */
    x[0] = 1e39;
    layer = view_of(LAMELLA_F64, x, 4, 2);
    refused(walking_by_direction(&s, LAMELLA_F32), LAMELLA_ERR_NUMERIC,
            "walking_by_direction: stack.layer[0] is 1e+39 at row 0, column 0, expected a number that f32 holds");
}
