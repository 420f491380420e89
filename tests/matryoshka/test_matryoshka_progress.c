/* What a host is told while an operation of this room runs: never less than before, 1 at the end and not sooner. */
#include "matryoshka/ridges.h"
#include "support/progress.h"

enum { LAYERS = 4, SAMPLES = 600, TOKENS = 3, DIM = 12 };

static float    x[SAMPLES * TOKENS * DIM];
static int64_t  label[SAMPLES], pair[2 * SAMPLES];
static double   gold[SAMPLES];
static lamella_view layer[LAYERS];

static lamella_stack filled(int with_tokens)
{
    uint32_t state = 1;
    for (int i = 0; i < SAMPLES * TOKENS * DIM; i++)
        x[i] = noise(&state);
    for (int i = 0; i < SAMPLES; i++) {
        label[i] = i % 3 == 0;
        gold[i] = i % 17;
        pair[2 * i] = i;
        pair[2 * i + 1] = SAMPLES - 1 - i; /* near and far ones */
    }
    for (int l = 0; l < LAYERS; l++)
        layer[l] = with_tokens ? view_of(LAMELLA_F32, x, SAMPLES, TOKENS, DIM) : view_of(LAMELLA_F32, x, SAMPLES, DIM);
    return stack_of(layer, LAYERS);
}

TEST(B12_progress_of_the_ridge_grid)
{
    static const double penalties[] = { 1e-12, 1, 10 };
    static const int64_t widths[] = { DIM, 2 };
    static grid g;
    told t;
    lamella_context *ctx = context_told(&t);
    const lamella_view labels = view_of(LAMELLA_I64, label, SAMPLES);
    for (int with_tokens = 0; with_tokens < 2; with_tokens++) {
        lamella_stack stack = filled(with_tokens);
        ok(probe(ctx, &stack, &labels, penalties, 3, widths, 2, &g));
        told_well(&t, 0.2);
    }
    lamella_context_free(ctx);
}

TEST(B12_progress_of_the_other_grids)
{
    static const int64_t widths[] = { DIM, 2 };
    static double cosine[LAYERS * 2 * SAMPLES], rho[LAYERS * 2];
    told t;
    lamella_context *ctx = context_told(&t);
    const lamella_view pairs = view_of(LAMELLA_I64, pair, SAMPLES, 2), golds = view_of(LAMELLA_F64, gold, SAMPLES);
    const lamella_view cosines = view_of(LAMELLA_F64, cosine, LAYERS, 2, SAMPLES), rhos = view_of(LAMELLA_F64, rho, LAYERS, 2);
    lamella_stack stack = filled(0);
    for (int two = 0; two < 2; two++) {
        ok(lamella_matryoshka_grid_cosine(ctx, &stack, two ? &stack : NULL, &pairs, widths, 2, &cosines, NULL, NULL));
        told_well(&t, 0.26);
        ok(lamella_matryoshka_grid_spearman(ctx, &stack, two ? &stack : NULL, &pairs, &golds, widths, 2, &rhos, NULL));
        told_well(&t, 0.26);
    }
    lamella_context_free(ctx);
}

TEST(B12_progress_of_cuts_and_searches)
{
    static const int64_t widths[] = { DIM, 2 };
    static float cut[LAYERS][2][SAMPLES * DIM];
    static int64_t ids[SAMPLES * 2];
    static double scores[SAMPLES * 2];
    told t;
    lamella_context *ctx = context_told(&t);
    lamella_view out[LAYERS * 2], id = view_of(LAMELLA_I64, ids, SAMPLES, 2), score = view_of(LAMELLA_F64, scores, SAMPLES, 2);
    lamella_stack stack = filled(0);
    lamella_matryoshka_index *index;
    for (int i = 0; i < LAYERS * 2; i++)
        out[i] = view_of(LAMELLA_F32, cut[i / 2][i % 2], SAMPLES, widths[i % 2]);
    ok(lamella_matryoshka_truncate(ctx, &stack, widths, 2, NULL, out, NULL));
    told_well(&t, 0.26);
    ok(lamella_matryoshka_search(ctx, &layer[0], &layer[0], 2, NULL, NULL, NULL, &id, &score, NULL, NULL));
    told_well(&t, 1);
    ok(lamella_matryoshka_index_create(ctx, &layer[0], NULL, NULL, &index));
    told_well(&t, 1);
    ok(lamella_matryoshka_index_search(ctx, index, &layer[0], 2, NULL, NULL, &id, &score, NULL, NULL));
    told_well(&t, 1);
    lamella_matryoshka_index_free(index);
    lamella_context_free(ctx);
}

/* 9,000 queries go in waves, each of which is a part of the whole. */
TEST(B12_progress_of_many_queries)
{
    enum { QUERIES = 9000, BASE = 50 };
    static float queries[QUERIES * 2];
    static int64_t ids[QUERIES];
    static double scores[QUERIES];
    told t;
    lamella_context *ctx = context_told(&t);
    uint32_t state = 2;
    for (int i = 0; i < QUERIES * 2; i++)
        queries[i] = noise(&state);
    lamella_view of = view_of(LAMELLA_F32, queries, QUERIES, 2), base = view_of(LAMELLA_F32, queries, BASE, 2);
    lamella_view id = view_of(LAMELLA_I64, ids, QUERIES, 1), score = view_of(LAMELLA_F64, scores, QUERIES, 1);
    ok(lamella_matryoshka_search(ctx, &base, &of, 1, NULL, NULL, NULL, &id, &score, NULL, NULL));
    told_well(&t, 0.5);
    lamella_context_free(ctx);
}
