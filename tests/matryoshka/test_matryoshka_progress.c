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
        ok(lamella_matryoshka_grid_cosine(ctx, &stack, &pairs, widths, 2, &cosines,
                                          WITH(lamella_matryoshka_grid_options, .second = two ? &stack : NULL), NULL, NULL));
        told_well(&t, 0.26);
        ok(lamella_matryoshka_grid_spearman(ctx, &stack, &pairs, &golds, widths, 2, &rhos,
                                            WITH(lamella_matryoshka_grid_options, .second = two ? &stack : NULL), NULL));
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
    ok(lamella_matryoshka_truncate(ctx, &stack, widths, 2, out, NULL, NULL));
    told_well(&t, 0.26);
    ok(lamella_matryoshka_search(ctx, &layer[0], &layer[0], 2, &id, &score, NULL, NULL, NULL));
    told_well(&t, 1);
    ok(lamella_matryoshka_index_create(ctx, &layer[0], NULL, &index));
    told_well(&t, 1);
    ok(lamella_matryoshka_index_search(ctx, index, &layer[0], 2, &id, &score, NULL, NULL, NULL));
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
    ok(lamella_matryoshka_search(ctx, &base, &of, 1, &id, &score, NULL, NULL, NULL));
    told_well(&t, 0.5);
    lamella_context_free(ctx);
}

/* ---- what has been told when a pass begins ---- */

enum { READ_LAYERS = 2 };

static lamella_stack read_rows(passes *p, const told *t, int64_t tokens, int64_t dim)
{
    filled(0);
    *p = (passes){ .t = t, .x = x, .row_floats = tokens * dim };
    for (int l = 0; l < READ_LAYERS; l++) {
        layer[l] = tokens > 1 ? view_of(LAMELLA_F32, x, SAMPLES, tokens, dim) : view_of(LAMELLA_F32, x, SAMPLES, dim);
        layer[l].data = NULL;
    }
    lamella_stack stack = stack_of(layer, READ_LAYERS);
    stack.read = pass_by, stack.user = p;
    return stack;
}

/* Pairs i and n - 1 - i in blocks of 512 rows: 424 are near, 176 far, which go in two batches where memory is short. */
TEST(half_of_a_layer_is_behind_once_its_near_pairs_are)
{
    enum { FAR = 176 };
    static const int64_t widths[] = { DIM, 2 };
    static double cosine[LAYERS * 2 * SAMPLES], rho[LAYERS * 2];
    const lamella_view pairs = view_of(LAMELLA_I64, pair, SAMPLES, 2), golds = view_of(LAMELLA_F64, gold, SAMPLES);
    const lamella_view cosines = view_of(LAMELLA_F64, cosine, READ_LAYERS, 2, SAMPLES), rhos = view_of(LAMELLA_F64, rho, READ_LAYERS, 2);
    int met[2] = { 0 };
    for (int64_t k = 0; k < 2 * 20; k++) {
        told t;
        passes p;
        lamella_context *ctx = context_told_in(&t, 100000 + k / 2 * 10000);
        lamella_stack stack = read_rows(&p, &t, 1, DIM);
        const double share = k % 2 ? 0.7 : 1; /* the rest is ranking */
        lamella_status status = k % 2 ? lamella_matryoshka_grid_spearman(ctx, &stack, &pairs, &golds, widths, 2, &rhos, NULL, NULL)
                                      : lamella_matryoshka_grid_cosine(ctx, &stack, &pairs, widths, 2, &cosines, NULL, NULL, NULL);
        lamella_context_free(ctx);
        if (status != LAMELLA_OK || p.n != 6)
            continue;
        met[k % 2]++;
        for (int l = 0; l < READ_LAYERS; l++) {
            double batch = ((p.at[3 * l + 2] * READ_LAYERS - l) / share - 0.5) * 2 * FAR;
            near(p.at[3 * l], (double)l / READ_LAYERS, ABSOLUTE, 1e-12);
            near(p.at[3 * l + 1], (l + 0.5 * share) / READ_LAYERS, ABSOLUTE, 1e-12);
            near(batch, round(batch), ABSOLUTE, 1e-6);
            check(batch >= FAR / 2.0 && batch < FAR);
            check(was_told(&t, (l + share * (0.5 + 0.5 * batch / 2 / FAR)) / READ_LAYERS)); /* what is read is half of it */
            check(was_told(&t, (l + share * (0.5 + 0.5 * (batch + FAR) / 2 / FAR)) / READ_LAYERS));
        }
    }
    check(met[0] && met[1]);
}

/* More dims than rows: f32 does not do for the small penalties. Memory for the factors of all at once, or of a few. */
TEST(a_ridge_grid_tells_of_its_passes)
{
    enum { FEW = 30, WIDE = 48 };
    static const double penalties[] = { 1, 1e-6, 10, 1e-6 };
    static const int64_t widths[] = { WIDE, 2 };
    static grid whole, g;
    const lamella_view labels = view_of(LAMELLA_I64, label, FEW);
    int met[5] = { 0 };
    for (int64_t k = 0; k < 20; k++) {
        told t;
        passes p;
        lamella_context *ctx = context_told_in(&t, k ? 150000 + k * 30000 : 0);
        lamella_stack stack = read_rows(&p, &t, 1, WIDE);
        layer[0].shape[0] = layer[1].shape[0] = FEW;
        lamella_status status = probe(ctx, &stack, &labels, penalties, 4, widths, 2, k ? &g : &whole);
        lamella_context_free(ctx);
        if (status < LAMELLA_OK)
            continue;
        const double second = (p.at[2] * READ_LAYERS - 0.4) / 0.5 * 4; /* the penalty that the second pass begins with */
        const int64_t factors = second > 3.5 ? 4 : (int64_t)round(second), n_passes = 1 + (3 + factors) / factors + 2;
        met[factors]++;
        equal(p.n, READ_LAYERS * n_passes);
        for (int64_t i = 0; i < p.n; i++) {
            const int64_t pass = i % n_passes, in_f64 = pass - (n_passes - 2);
            const double expected = !pass ? 0 : in_f64 < 0 ? 0.4 + 0.5 * (double)((pass - 1) * factors) / 4 : in_f64 ? 0.975 : 0.925;
            near(p.at[i], ((double)(i / n_passes) + expected) / READ_LAYERS, ABSOLUTE, 1e-12);
        }
        for (int64_t i = 0; i < 2 * 2 * 4 && k; i++) {
            near(g.error[i], whole.error[i], ABSOLUTE, 0);
            near(g.accuracy[i], whole.accuracy[i], ABSOLUTE, 0);
        }
    }
    check(met[4] && met[2] + met[3] > 0);
}

/* Tokens are pooled anew as each pass over their rows comes to them. */
TEST(tokens_are_read_with_each_pass)
{
    static const double penalty = 1;
    static const int64_t width = DIM;
    static grid g;
    told t;
    passes p;
    const lamella_view labels = view_of(LAMELLA_I64, label, SAMPLES);
    lamella_context *ctx = context_told(&t);
    lamella_stack stack = read_rows(&p, &t, TOKENS, DIM);
    ok(probe(ctx, &stack, &labels, &penalty, 1, &width, 1, &g));
    equal(p.n, 2 * READ_LAYERS);
    for (int l = 0; l < READ_LAYERS; l++) {
        near(p.at[2 * l], (double)l / READ_LAYERS, ABSOLUTE, 1e-12);
        near(p.at[2 * l + 1], (l + 0.4) / READ_LAYERS, ABSOLUTE, 1e-12);
    }
    lamella_context_free(ctx);
}

/* A tenth of a search is the rows of the base, a tenth of the rest the queries. */
TEST(rows_and_queries_are_a_tenth_each)
{
    static int64_t ids[SAMPLES];
    static double scores[SAMPLES];
    told t;
    lamella_context *ctx = context_told(&t);
    filled(0);
    const lamella_view rows = view_of(LAMELLA_F32, x, SAMPLES, DIM), id = view_of(LAMELLA_I64, ids, SAMPLES, 1), score = view_of(LAMELLA_F64, scores,
            SAMPLES, 1);
    ok(lamella_matryoshka_search(ctx, &rows, &rows, 1, &id, &score, NULL, NULL, NULL));
    check(was_told(&t, 0.1) && was_told(&t, 0.1 + 0.9 * 0.1));
    lamella_matryoshka_index *index;
    ok(lamella_matryoshka_index_create(ctx, &rows, NULL, &index));
    t = (told){ 0 };
    ok(lamella_matryoshka_index_search(ctx, index, &rows, 1, &id, &score, NULL, NULL, NULL));
    check(was_told(&t, 0.1) && !was_told(&t, 0.1 + 0.9 * 0.1));
    lamella_matryoshka_index_free(index);
    lamella_context_free(ctx);
}
