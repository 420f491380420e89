/* Grids of stacks with tokens: pooled inside is pooled first, then the grid of rows, bit for bit; samples without a token are counted. */
#include "matryoshka/ridges.h"

enum { SAMPLES = 70, TOKENS = 5, DIM = 9, TOKENS_IN_ALL = SAMPLES * TOKENS, EMPTY = 3 };

/* A stack with tokens in any of its forms, and the labels of its samples. */
typedef struct tokens {
    float         x[2][TOKENS_IN_ALL * DIM];
    unsigned char mask[TOKENS_IN_ALL], has_row[SAMPLES];
    int64_t       offsets[SAMPLES + 1], label[2 * SAMPLES];
    lamella_view  layer[2], mask_view, offsets_view, labels;
    lamella_stack stack;
    int64_t       n_empty;
} tokens;

static int is_empty(int64_t i)
{
    return i == 0 || i == 31 || i == SAMPLES - 1;
}

/* Holes between valid tokens; what is under the mask is no number: nothing may read it. */
static void mask_sample(tokens *t, int64_t i, int64_t first, int64_t end)
{
    for (int64_t v = first; v < end; v++) {
        t->mask[v] = !is_empty(i) && (v == first + i % (end - first) || (v * 7 + i) % 3 != 0);
        for (int j = 0; j < 2 * DIM && !t->mask[v]; j++)
            t->x[j / DIM][v * DIM + j % DIM] = NAN;
    }
}

static tokens *tokens_of(int ragged, int masked)
{
    static tokens t;
    uint32_t state = 5;
    t = (tokens){ .stack = stack_of(t.layer, 2), .n_empty = ragged || masked ? EMPTY : 0 };
    for (int i = 0; i < 2 * TOKENS_IN_ALL * DIM; i++)
        t.x[i % 2][i / 2] = noise(&state);
    for (int64_t i = 0; i < SAMPLES; i++) {
        t.has_row[i] = !(t.n_empty && is_empty(i));
        t.label[i] = i * i % 7 > 2 ? 4 : -4;
        t.label[SAMPLES + i] = i % 5 > 1;
        t.offsets[i + 1] = t.offsets[i] + (!ragged ? TOKENS : !masked && is_empty(i) ? 0 : 1 + i * 3 % TOKENS);
        for (int64_t v = t.offsets[i]; v < t.offsets[i + 1]; v++)
            t.x[0][v * DIM + 2] += (float)t.label[i] / 8;
        if (masked)
            mask_sample(&t, i, t.offsets[i], t.offsets[i + 1]);
    }
    if (t.n_empty) /* what an empty sample is labelled as does not matter */
        t.label[0] = 1000, t.label[SAMPLES + 31] = -1000;
    for (int l = 0; l < 2; l++)
        t.layer[l] = ragged ? view_of(LAMELLA_F32, t.x[l], t.offsets[SAMPLES], DIM) : view_of(LAMELLA_F32, t.x[l], SAMPLES, TOKENS, DIM);
    t.mask_view = ragged ? view_of(LAMELLA_U8, t.mask, t.offsets[SAMPLES]) : view_of(LAMELLA_U8, t.mask, SAMPLES, TOKENS);
    t.offsets_view = view_of(LAMELLA_I64, t.offsets, SAMPLES + 1);
    t.labels = view_of(LAMELLA_I64, t.label, 2, SAMPLES);
    t.stack.mask = masked ? &t.mask_view : NULL;
    t.stack.offsets = ragged ? &t.offsets_view : NULL;
    return &t;
}

static const double penalties[] = { 0.1, 4, 100 };
static const int64_t widths[] = { DIM, 3 };

static lamella_status grid_of(const lamella_stack *stack, const tokens *t, int32_t readout, grid *g)
{
    return probe_tokens(NULL, stack, &t->labels, penalties, 3, widths, 2, readout, g);
}

TEST(A1_pooled_inside_is_pooled_first_to_the_bit)
{
    static const int32_t readouts[] = { LAMELLA_READOUT_CLS, LAMELLA_READOUT_LAST, LAMELLA_READOUT_MEAN, LAMELLA_READOUT_MAX,
                                       LAMELLA_READOUT_FIRST_MEAN };
    for (int i = 0; i < 4 * 5; i++) {
        static grid inside, first;
        static float pooled[2][SAMPLES * DIM];
        tokens *t = tokens_of(i & 1, i >> 1 & 1);
        lamella_view layer[] = { view_of(LAMELLA_F32, pooled[0], SAMPLES, DIM), view_of(LAMELLA_F32, pooled[1], SAMPLES, DIM) };
        lamella_view has_row = view_of(LAMELLA_U8, t->has_row, SAMPLES);
        lamella_stack rows = stack_of(layer, 2);
        rows.mask = &has_row;
        const lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readouts[i / 4] };
        const lamella_status expected = t->n_empty ? LAMELLA_NOTE : LAMELLA_OK;
        returns(lamella_fusion_pool(NULL, &t->stack, layer, &options, NULL), expected);
        returns(grid_of(&t->stack, t, readouts[i / 4], &inside), expected);
        ok(grid_of(&rows, t, 0, &first));
        equal(inside.result.n_rows, SAMPLES - t->n_empty);
        equal(inside.result.n_empty_samples, t->n_empty);
        equal(first.result.n_rows, SAMPLES - t->n_empty);
        equal(first.result.n_empty_samples, 0);
        equal_bits(inside.error, first.error, sizeof first.error);
        equal_bits(inside.accuracy, first.accuracy, sizeof first.accuracy);
        equal_bits(inside.best, first.best, sizeof first.best);
        equal_bits(inside.flags, first.flags, sizeof first.flags);
    }
}

/* Pooled rows are f32, be it of one token of f64: they are what lamella_fusion_pool writes, not the rows of f64 that are there without an
 * axis of tokens. */
TEST(one_token_of_f64_is_pooled_to_f32)
{
    enum { N = 20 };
    double x[N * 2];
    float rounded[N * 2];
    int64_t label[N];
    static const double penalty = 1e-3;
    static const int64_t width = 2;
    static grid tokens_grid, of_rounded, of_rows;
    uint32_t state = 3;
    for (int i = 0; i < 2 * N; i++) {
        x[i] = 1000 + (double)noise(&state) / 3;
        rounded[i] = (float)x[i];
        label[i / 2] = i / 2 % 3 == 0;
    }
    const lamella_view token = view_of(LAMELLA_F64, x, N, 1, 2), rows = view_of(LAMELLA_F64, x, N, 2), in_f32 = view_of(LAMELLA_F32, rounded, N, 2),
                       labels = view_of(LAMELLA_I64, label, N);
    const lamella_stack with_token = stack_of(&token, 1), as_rows = stack_of(&rows, 1), as_f32 = stack_of(&in_f32, 1);
    ok(probe(NULL, &with_token, &labels, &penalty, 1, &width, 1, &tokens_grid));
    ok(probe(NULL, &as_f32, &labels, &penalty, 1, &width, 1, &of_rounded));
    ok(probe(NULL, &as_rows, &labels, &penalty, 1, &width, 1, &of_rows));
    equal_bits(tokens_grid.error, of_rounded.error, sizeof of_rounded.error);
    check(of_rows.error[0] != of_rounded.error[0]);
    near(of_rows.error[0], of_rounded.error[0], RELATIVE, 1e-3);
}

TEST(A1_fewer_tokens_than_samples)
{
    tokens *t = tokens_of(1, 0);
    static grid g;
    for (int i = 0; i <= SAMPLES; i++)
        t->offsets[i] = i < 20 ? 0 : i - 20; /* 50 tokens of 70 samples */
    t->label[0] = t->label[1];
    t->label[SAMPLES + 31] = 0;
    t->layer[0].shape[0] = t->layer[1].shape[0] = SAMPLES - 20;
    returns(grid_of(&t->stack, t, 0, &g), LAMELLA_NOTE);
    equal(g.result.n_rows, SAMPLES - 20);
    equal(g.result.n_empty_samples, 20);
    memset(t->mask, 0, sizeof t->mask);
    t->mask_view = view_of(LAMELLA_U8, t->mask, SAMPLES - 20);
    t->stack.mask = &t->mask_view;
    refused(grid_of(&t->stack, t, 0, &g), LAMELLA_ERR_EMPTY, "lamella_matryoshka_ridge: none of 70 samples takes part, expected at least 1");
}

TEST(weights_of_tokens_are_not_for_a_grid)
{
    tokens *t = tokens_of(0, 0);
    static grid g;
    refused(grid_of(&t->stack, t, LAMELLA_READOUT_WEIGHTED, &g), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_ridge: options.readout is WEIGHTED, expected one without weights");
    refused(grid_of(&t->stack, t, 99, &g), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: options.readout is 99, expected 0 to 6");
    t->labels.shape[1] = SAMPLES - 1;
    refused(grid_of(&t->stack, t, 0, &g), LAMELLA_ERR_SHAPE, "lamella_matryoshka_ridge: labels.shape[1] is 69, expected 70 (= samples of stack)");
}
