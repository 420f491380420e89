/* Nothing is read or written behind the memory that was taken or given, whatever it held before; and what comes out is the same. */
#include "support/guarded.h"

#include <math.h>

enum { ROWS = 300, LAYERS = 3 };

static double *out[2][8]; /* of the library's own memory and of the guarded one */

static void make_outputs(const int64_t *n)
{
    for (int i = 0; i < 16; i++)
        out[i / 8][i % 8] = guarded(NULL, (size_t)n[i % 8] * sizeof(double));
}

static void same(const int64_t *n)
{
    for (int i = 0; i < 8; i++)
        equal_bits(out[0][i], out[1][i], n[i] * (int64_t)sizeof(double));
}

static float x[LAYERS][ROWS * 40];

static void make_layers(lamella_view *layer, int64_t dim)
{
    for (int l = 0; l < LAYERS; l++) {
        layer[l] = view_of(LAMELLA_F32, guarded(NULL, (size_t)(ROWS * dim) * sizeof(float)), ROWS, dim);
        for (int64_t i = 0; i < ROWS * dim; i++)
            ((float *)layer[l].data)[i] = x[l][i] = (float)sin((double)(i + l) * 1.1) + (float)(i % dim);
    }
}

static void describe(lamella_context *ctx, const lamella_view *layer, int64_t dim, double **to)
{
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS };
    lamella_view norms = view_of(LAMELLA_F64, to[0], LAYERS, 3), counts = view_of(LAMELLA_I64, to[1], LAYERS, 8), shares = view_of(LAMELLA_F64, to[2],
            LAYERS, 3);
    lamella_view cosine = view_of(LAMELLA_F64, to[3], LAYERS), mean[LAYERS], variance[LAYERS], spectrum[LAYERS];
    lamella_view rank = view_of(LAMELLA_I64, to[1] + 8 * LAYERS, LAYERS), constant = view_of(LAMELLA_I64, to[6],
                                                                                             LAYERS), dropped = view_of(LAMELLA_F64, to[7], LAYERS);
    for (int l = 0; l < LAYERS; l++) {
        mean[l] = view_of(LAMELLA_F64, to[4] + l * dim, dim), variance[l] = view_of(LAMELLA_F64, to[5] + l * dim, dim);
        spectrum[l] = view_of(LAMELLA_F64, to[5] + (LAYERS + l) * dim, dim);
    }
    ok(lamella_moments_layers(ctx, &stack, NULL, WITH(lamella_moments_layers_outputs, .norms = &norms, .counts = &counts, .shares = &shares,
                                                      .cosine = &cosine, .mean = mean, .variance = variance)));
    ok(lamella_moments_rank(ctx, &stack, &rank, NULL, WITH(lamella_moments_rank_outputs, .constant = &constant, .dropped = &dropped,
                                                           .spectrum = spectrum)));
}

TEST(layers_are_described_in_their_memory)
{
    static const int64_t dims[] = { 1, 8, 15, 16, 17, 40 };
    for (int i = 0; i < 6; i++) {
        lamella_view layer[LAYERS];
        const int64_t n[] = { LAYERS * 3, LAYERS * 9, LAYERS * 3, LAYERS, LAYERS * dims[i], 2 * LAYERS * dims[i], LAYERS, LAYERS };
        lamella_context *ctx = guarded_context(1);
        make_layers(layer, dims[i]);
        make_outputs(n);
        describe(NULL, layer, dims[i], out[0]);
        describe(ctx, layer, dims[i], out[1]);
        same(n);
        lamella_context_free(ctx);
    }
}

static void sum(lamella_context *ctx, const lamella_view *layer, const lamella_view *weights, int64_t dim, double *to)
{
    lamella_moments_gram *gram, *loaded;
    lamella_view bytes;
    ok(lamella_moments_gram_create(ctx, dim, dim, &gram));
    ok(lamella_moments_gram_update(ctx, gram, &layer[0], WITH(lamella_moments_gram_update_options, .y = &layer[1], .weights = weights)));
    ok(lamella_moments_gram_update(ctx, gram, &layer[2], WITH(lamella_moments_gram_update_options, .y = &layer[0])));
    ok(lamella_moments_gram_bytes(gram, &bytes));
    ok(lamella_moments_gram_load(ctx, &bytes, &loaded));
    ok(lamella_moments_gram_merge(ctx, loaded, gram));
    ok(lamella_moments_gram_bytes(loaded, &bytes));
    check(bytes.shape[0] >= (4 * dim * dim + 4 * dim + 2) * 8);
    memcpy(to, (char *)bytes.data + bytes.shape[0] - (4 * dim * dim + 4 * dim + 2) * 8, (size_t)(4 * dim * dim + 4 * dim + 2) * 8);
    lamella_moments_gram_free(gram), lamella_moments_gram_free(loaded);
}

TEST(states_are_summed_in_their_memory)
{
    static const int64_t dims[] = { 1, 8, 13, 16 };
    for (int i = 0; i < 4; i++) {
        lamella_view layer[LAYERS], weights = view_of(LAMELLA_F64, guarded(NULL, ROWS * sizeof(double)), ROWS);
        const int64_t n[8] = { 4 * dims[i] * dims[i] + 4 * dims[i] + 2 };
        lamella_context *ctx = guarded_context(1);
        make_layers(layer, dims[i]);
        make_outputs(n);
        for (int j = 0; j < ROWS; j++)
            ((double *)weights.data)[j] = j % 4;
        sum(NULL, layer, &weights, dims[i], out[0][0]);
        sum(ctx, layer, &weights, dims[i], out[1][0]);
        same(n);
        lamella_context_free(ctx);
    }
}
