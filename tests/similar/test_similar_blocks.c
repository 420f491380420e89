/* A pass over a base in blocks, with an epilogue of its own: what it keeps of a query goes on from block to block. */
#include "similar/similar.h" /* before Check, which has a macro fail */
#include "support/elements.h"

#include <math.h>

enum { ROWS = 9000, DIM = 1024, QUERIES = 3, BLOCK = 4096 }; /* of 16 MB in f32: two and a piece */

static uint16_t base[ROWS * DIM];
static float    queries[QUERIES * DIM];

static float value_at(int64_t i)
{
    const uint32_t bits = (uint32_t)base[i] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* In -1 .. 1. */
static float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (1 << 23) - 1;
}

static void fill(void)
{
    uint32_t state = 9;
    for (int64_t i = 0; i < ROWS * DIM; i++)
        store(LAMELLA_BF16, (char *)&base[i], (double)noise(&state) / 8);
    for (int64_t i = 0; i < QUERIES * DIM; i++)
        queries[i] = noise(&state);
}

static lamella_stack stack_of(const lamella_view *layer)
{
    return (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = layer, .n_layers = 1 };
}

/* ---- softmax: the largest score so far, and the sum of exp(score - largest) ---- */

typedef struct softmax {
    double  largest, sum;
    int64_t n, next; /* scores met; the row after the last of them */
} softmax;

static void add_tile(const similar_tile *t, void *room, void *data)
{
    (void)room;
    for (int64_t i = 0; i < t->n_q; i++) {
        softmax *s = similar_state(data, t->first_q + i, t->part);
        check(t->first_x >= s->next);
        for (int64_t j = 0; j < t->n_x; j++) {
            double score = t->scores[i * t->stride + j], largest = s->n ? fmax(s->largest, score) : score;
            s->sum = s->sum * exp(s->largest - largest) + exp(score - largest);
            s->largest = largest;
            s->n++;
        }
        s->next = t->first_x + t->n_x;
    }
}

static lamella_status pass_over(call *c, const stack *s, int64_t times, int64_t *n_blocks, softmax *of)
{
    f32_rows q = { queries, QUERIES, DIM, DIM };
    f32_blocks b;
    similar_pass p = { .queries = &q, .base = &b, .width = DIM, .state_bytes = sizeof(softmax), .epilogue = add_tile, .data = &p };
    while (times--) {
        TRY(f32_blocks_open(c, s, &b));
        similar_cut(&p, 0, 0);
        TRY(similar_tiles(c, &p));
    }
    *n_blocks = (b.n + b.most - 1) / b.most;
    for (int64_t i = 0; i < QUERIES; i++) {
        of[i] = (softmax){ .largest = -INFINITY };
        for (int64_t part = 0; part < p.n_parts; part++) {
            const softmax *x = similar_state(&p, i, part);
            double largest = fmax(of[i].largest, x->largest);
            of[i].sum = of[i].sum * exp(of[i].largest - largest) + x->sum * exp(x->largest - largest);
            of[i].largest = largest;
            of[i].n += x->n;
        }
    }
    return LAMELLA_OK;
}

static lamella_status checked_pass(call *c, const lamella_stack *given, int64_t times, int64_t *n_blocks, softmax *of)
{
    stack s;
    TRY(stack_check(c, &s, given, FLOATS, "base"));
    return pass_over(c, &s, times, n_blocks, of);
}

static lamella_status softmax_of(int32_t threads, const lamella_stack *given, int64_t times, int64_t *n_blocks, softmax *of)
{
    const lamella_context_options options = { .struct_size = sizeof options, .threads = threads };
    lamella_context *ctx;
    call c;
    ok(lamella_context_create(&options, &ctx));
    call_open(&c, ctx, "softmax_of");
    lamella_status status = call_close(&c, checked_pass(&c, given, times, n_blocks, of));
    lamella_context_free(ctx);
    return status;
}

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)user;
    const int64_t n = MIN(n_rows, 777);
    memcpy(into->data, base + first_row * DIM, (size_t)(n * DIM) * sizeof *base);
    return n;
}

TEST(an_epilogue_keeps_its_state_from_block_to_block)
{
    lamella_view layer = view_of(LAMELLA_BF16, base, ROWS, DIM), unread = layer;
    lamella_stack stack = stack_of(&layer), read = stack_of(&unread);
    softmax of[QUERIES], again[QUERIES];
    int64_t n_blocks;
    unread.data = NULL;
    read.read = deliver;
    fill();
    ok(softmax_of(1, &stack, 1, &n_blocks, of));
    equal(n_blocks, 3);
    for (int64_t i = 0; i < QUERIES; i++) {
        double largest = -INFINITY, sum = 0, *score = malloc(ROWS * sizeof *score);
        for (int64_t row = 0; row < ROWS; row++) {
            score[row] = 0;
            for (int64_t j = 0; j < DIM; j++)
                score[row] += (double)queries[i * DIM + j] * (double)value_at(row * DIM + j);
            largest = fmax(largest, score[row]);
        }
        for (int64_t row = 0; row < ROWS; row++)
            sum += exp(score[row] - largest);
        equal(of[i].n, ROWS);
        near(of[i].largest, largest, RELATIVE, 1e-5);
        near(of[i].largest + log(of[i].sum), largest + log(sum), RELATIVE, 1e-5);
        free(score);
    }
    for (int32_t threads = 1; threads <= 3; threads += 2)
        for (int from = 0; from < 2; from++) {
            ok(softmax_of(threads, from ? &read : &stack, threads, &n_blocks, again)); /* three times, with three */
            equal(n_blocks, 3);
            equal_bits(again, of, sizeof of);
        }
}

/* Parts are others, scores are not. */
TEST(rows_in_place_are_one_block)
{
    float *x = malloc(sizeof *x * ROWS * DIM);
    lamella_view layer = view_of(LAMELLA_BF16, base, ROWS, DIM), whole = view_of(LAMELLA_F32, x, ROWS, DIM);
    lamella_stack stack = stack_of(&layer), in_place = stack_of(&whole);
    softmax of[QUERIES], other[QUERIES];
    int64_t n_blocks;
    fill();
    for (int64_t i = 0; i < ROWS * DIM; i++)
        x[i] = value_at(i);
    ok(softmax_of(1, &stack, 1, &n_blocks, of));
    ok(softmax_of(1, &in_place, 1, &n_blocks, other));
    equal(n_blocks, 1);
    for (int64_t i = 0; i < QUERIES; i++) {
        check(other[i].largest == of[i].largest);
        near(other[i].sum, of[i].sum, RELATIVE, 1e-12);
        equal(other[i].n, ROWS);
    }
    free(x);
}

TEST(a_fault_of_a_later_block_is_named)
{
    lamella_view layer = view_of(LAMELLA_BF16, base, ROWS, DIM);
    lamella_stack stack = stack_of(&layer);
    softmax of[QUERIES];
    int64_t n_blocks;
    fill();
    base[(2 * BLOCK + 5) * DIM + 7] = 0x7fc0;
    base[(BLOCK + 5) * DIM + 9] = 0x7f80;
    refused(softmax_of(3, &stack, 1, &n_blocks, of), LAMELLA_ERR_NONFINITE, "softmax_of: base.layer[0] is inf at row 4101, column 9, expected a finite number");
}
