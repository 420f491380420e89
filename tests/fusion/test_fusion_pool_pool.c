/* Token pooling: the figures, the laws, the edges, the trap. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

static lamella_status pool_as(matrix *m, int32_t readout)
{
    lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readout };
    lamella_fusion_pool_result result = { .struct_size = sizeof result };
    const lamella_view *weights = readout == LAMELLA_READOUT_WEIGHTED ? matrix_weights(m, LAMELLA_F32) : NULL;
    lamella_status status = lamella_fusion_pool(m->ctx, &m->stack, matrix_out_layers(m, "pooled", LAMELLA_F32, m->n_samples, LAYER_DIM),
                                                (options.weights = weights, &options), &result);
    matrix_number(m, "n_empty_samples", (double)result.n_empty_samples);
    return status;
}

OPERATION(lamella_fusion_pool, .forms = WITH_TOKENS, .empty_is_ok = 1)
{
    return pool_as(m, 0);
}

OPERATION(lamella_fusion_pool, .as = "weighted", .forms = WITH_TOKENS, .empty_is_ok = 1)
{
    return pool_as(m, LAMELLA_READOUT_WEIGHTED);
}

OPERATION(lamella_fusion_pool, .as = "max", .forms = WITH_TOKENS, .empty_is_ok = 1)
{
    return pool_as(m, LAMELLA_READOUT_MAX);
}

OPERATION(lamella_fusion_pool, .as = "first_mean", .forms = WITH_TOKENS, .empty_is_ok = 1)
{
    return pool_as(m, LAMELLA_READOUT_FIRST_MEAN);
}

static const char *const readouts[] = { NULL, "mean", "cls", "last", "max", "weighted", "first_mean" };

TEST(ragged_tokens_equal_the_oracle)
{
    enum { TEXTS = 12, DIM = 384 };
    static float buffer[2 * TEXTS * DIM];
    lamella_view all = view_of(LAMELLA_F32, buffer, 2, TEXTS, DIM), offsets, layer[2];
    ok(lamella_tensor_slice(example("tokens/offsets"), 0, 0, TEXTS + 1, 1, &offsets));
    int64_t end = ((const int64_t *)offsets.data)[TEXTS];
    ok(lamella_tensor_slice(example("tokens/layer.0"), 0, 0, end, 1, &layer[0]));
    ok(lamella_tensor_slice(example("tokens/layer.6"), 0, 0, end, 1, &layer[1]));
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2, .offsets = &offsets };
    lamella_view pooled[] = { view_of(LAMELLA_F32, buffer, TEXTS, DIM), view_of(LAMELLA_F32, buffer + TEXTS * DIM, TEXTS, DIM) };
    for (int32_t readout = 1; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++) {
        char name[48];
        lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readout };
        const lamella_view *weights = readout == LAMELLA_READOUT_WEIGHTED ? golden("fusion/pool/weights") : NULL;
        ok(lamella_fusion_pool(NULL, &stack, pooled, (options.weights = weights, &options), NULL));
        snprintf(name, sizeof name, "fusion/pool/%s", readouts[readout]);
        near_golden(&all, name);
    }
}

/* The trap: zero-padded tokens and a mask give what the texts alone give; AnglE's max lets the padding in. */
TEST(trap_padding_on_either_side_changes_nothing)
{
    enum { TEXTS = 4, DIM = 384 };
    static const char *const sides[] = { "right", "left" };
    float buffer[TEXTS * DIM];
    lamella_view pooled = view_of(LAMELLA_F32, buffer, TEXTS, DIM);
    for (int side = 0; side < 2; side++)
        for (int32_t readout = 1; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++) {
            char name[48];
            if (readout == LAMELLA_READOUT_WEIGHTED)
                continue;
            snprintf(name, sizeof name, "fusion/pool/padded_%s", sides[side]);
            const lamella_view *layer = golden(name);
            snprintf(name, sizeof name, "fusion/pool/mask_%s", sides[side]);
            lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 1, .mask = golden(name) };
            lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readout };
            ok(lamella_fusion_pool(NULL, &stack, &pooled, &options, NULL));
            snprintf(name, sizeof name, "fusion/pool/%s", readouts[readout]);
            lamella_view expected, texts;
            ok(lamella_tensor_slice(golden(name), 0, 1, 2, 1, &expected));
            expected.rank = 2;
            memmove(expected.shape, expected.shape + 1, 2 * sizeof *expected.shape);
            memmove(expected.stride, expected.stride + 1, 2 * sizeof *expected.stride);
            ok(lamella_tensor_slice(&expected, 0, 0, TEXTS, 1, &texts));
            near_all(&pooled, &texts, ABSOLUTE, readout == LAMELLA_READOUT_FIRST_MEAN || readout == LAMELLA_READOUT_MEAN ? 2e-7 : 0);
        }
}

TEST(first_and_last_read_no_other_token)
{
    float x[] = { 1, NAN, 3 }, out[1];
    lamella_view layer = view_of(LAMELLA_F32, x, 1, 3, 1), pooled = view_of(LAMELLA_F32, out, 1, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = LAMELLA_READOUT_CLS };
    ok(lamella_fusion_pool(NULL, &stack, &pooled, &options, NULL));
    near(out[0], 1, ABSOLUTE, 0);
    options.readout = LAMELLA_READOUT_LAST;
    ok(lamella_fusion_pool(NULL, &stack, &pooled, &options, NULL));
    near(out[0], 3, ABSOLUTE, 0);
    x[2] = NAN;
    returns(lamella_fusion_pool(NULL, &stack, &pooled, &options, NULL), LAMELLA_ERR_NONFINITE);
}

static lamella_stack tokens_of(lamella_view *layer, float *x, int64_t n, int64_t t, int64_t dim)
{
    *layer = view_of(LAMELLA_F32, x, n, t, dim);
    return (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = layer, .n_layers = 1 };
}

TEST(an_empty_sample_is_zeros_and_noted)
{
    float x[] = { 1, 2, 3, 4 }, out[4];
    unsigned char mask[] = { 1, 1, 0, 0 };
    lamella_view layer, valid = view_of(LAMELLA_BOOL, mask, 2, 2), pooled = view_of(LAMELLA_F32, out, 2, 1);
    lamella_stack stack = tokens_of(&layer, x, 2, 2, 1);
    stack.mask = &valid;
    for (int32_t readout = 1; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++) {
        lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readout };
        lamella_fusion_pool_result result = { .struct_size = sizeof result };
        float w[] = { 1, 1, 1, 1 };
        lamella_view weights = view_of(LAMELLA_F32, w, 2, 2);
        out[1] = 9;
        returns(lamella_fusion_pool(NULL, &stack, &pooled, (options.weights = readout == LAMELLA_READOUT_WEIGHTED ? &weights : NULL, &options),
                                    &result),
                LAMELLA_NOTE);
        equal(result.n_empty_samples, 1);
        near(out[1], 0, ABSOLUTE, 0);
    }
}

TEST(weights_count_by_their_ratios)
{
    float x[] = { 1, 2, 4 }, out[1], first = 0;
    lamella_view layer, pooled = view_of(LAMELLA_F32, out, 1, 1);
    lamella_stack stack = tokens_of(&layer, x, 1, 3, 1);
    lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = LAMELLA_READOUT_WEIGHTED };
    static const double scales[] = { 1, 1e300, 1e-300 };
    for (int i = 0; i < 3; i++) {
        double w[] = { 3 * scales[i], 0, 1 * scales[i] };
        lamella_view weights = view_of(LAMELLA_F64, w, 1, 3);
        ok(lamella_fusion_pool(NULL, &stack, &pooled, (options.weights = &weights, &options), NULL));
        near(out[0], 1.75, RELATIVE, 1e-7);
        first = out[0];
    }
    near(first, 1.75, RELATIVE, 1e-7);
    double none[] = { 0, 0, 0 }, negative[] = { 1, -1, 1 };
    lamella_view weights = view_of(LAMELLA_F64, none, 1, 3);
    returns(lamella_fusion_pool(NULL, &stack, &pooled, (options.weights = &weights, &options), NULL), LAMELLA_NOTE);
    near(out[0], 0, ABSOLUTE, 0);
    weights = view_of(LAMELLA_F64, negative, 1, 3);
    refused(lamella_fusion_pool(NULL, &stack, &pooled, (options.weights = &weights, &options), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_pool: options.weights is -1 at token 1, expected a finite number of 0 or more");
    options.weights = NULL;
    refused(lamella_fusion_pool(NULL, &stack, &pooled, &options, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_pool: options.weights is not given, expected a number for each token, since options.readout is WEIGHTED");
    refused(lamella_fusion_pool(NULL, &stack, &pooled, WITH(lamella_fusion_pool_options, .weights = &weights), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_pool: options.weights is given, expected none unless options.readout is WEIGHTED");
}

TEST(a_pooled_stack_is_refused)
{
    float x[] = { 1, 2, 3, 4 }, out[4];
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 2), pooled = view_of(LAMELLA_F32, out, 2, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    refused(lamella_fusion_pool(NULL, &stack, &pooled, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_pool: stack.layer[0].rank is 2, expected a token axis or offsets: [sample, dim] is pooled already");
}

/* Long samples end inside blocks: what is carried over must not show. */
typedef struct delivery {
    const float *x;
    int64_t      dim, rows;
} delivery;

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    const delivery *d = user;
    int64_t n = n_rows < d->rows ? n_rows : d->rows;
    (void)depth;
    memcpy(into->data, d->x + first_row * d->dim, (size_t)(n * d->dim) * sizeof(float));
    return n;
}

TEST(samples_longer_than_a_block_are_carried_over)
{
    enum { ROWS = 3000, DIM = 9, SAMPLES = 4 };
    static float x[ROWS * DIM];
    int64_t ends[SAMPLES + 1] = { 0, 2, 2500, 2500, ROWS };
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = (float)((i * 7919) % 1013 - 500) / 64;
    lamella_view offsets = view_of(LAMELLA_I64, ends, SAMPLES + 1), layer = view_of(LAMELLA_F32, x, ROWS, DIM);
    lamella_stack whole = { .struct_size = sizeof whole, .layer = &layer, .n_layers = 1, .offsets = &offsets }, parts = whole;
    lamella_view unread = layer;
    unread.data = NULL;
    delivery d = { x, DIM, 100 };
    parts.layer = &unread;
    parts.read = deliver;
    parts.user = &d;
    lamella_context_options limits = { .struct_size = sizeof limits, .max_workspace_bytes = 200000, .threads = 2 };
    lamella_context *ctx;
    ok(lamella_context_create(&limits, &ctx)); /* the limit makes a block one panel */
    for (int32_t readout = 1; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++) {
        float one[SAMPLES * DIM], two[SAMPLES * DIM];
        lamella_view a = view_of(LAMELLA_F32, one, SAMPLES, DIM), b = view_of(LAMELLA_F32, two, SAMPLES, DIM);
        lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readout };
        lamella_fusion_pool_result result = { .struct_size = sizeof result };
        if (readout == LAMELLA_READOUT_WEIGHTED)
            continue;
        returns(lamella_fusion_pool(NULL, &whole, &a, &options, NULL), LAMELLA_NOTE);
        returns(lamella_fusion_pool(ctx, &parts, &b, &options, &result), LAMELLA_NOTE);
        equal(result.n_empty_samples, 1);
        equal_bits(two, one, sizeof one);
    }
    lamella_context_free(ctx);
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_fusion_pool_options options;
    ok(lamella_fusion_pool_options_init(&options, sizeof options));
    equal(options.readout, LAMELLA_READOUT_MEAN);
}
