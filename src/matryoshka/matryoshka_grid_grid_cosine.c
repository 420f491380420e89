/* Cosines of pairs at every layer and prefix width (2D Matryoshka Sentence Embeddings, section 4: sub-embeddings of any layer and size),
 * and the dot products that they are made of (Matryoshka Representation Learning: every nested m of one representation).
 *
 *   cosine[l, k, p] = a[:m] . b[:m] / (|a[:m]| |b[:m]|),   m = widths[k]
 *
 * a . b, |a|^2 and |b|^2 run once over the dims and are read off at each cut, so all widths cost one pass.
 * Differs from the codes: they slice and score every cell anew; a zero prefix has cosine 0 and is counted. */
#include "matryoshka/grid.h"
#include "matryoshka/widths.h"
#include "options/options.h"

#include <math.h>
#include <string.h>

#define SUM_LANES 16

/* dot[i] and cosine[i] for rising widths; returns how many have a zero prefix. */
static int64_t prefix_cosines(const kernels *k, const float *a, const float *b, const int64_t *widths, int64_t n_widths, double *dot,
                              double *cosine)
{
    double ab[SUM_LANES] = { 0 }, aa[SUM_LANES] = { 0 }, bb[SUM_LANES] = { 0 };
    int64_t done = 0, n_zero = 0; /* done: a multiple of SUM_LANES, so that element i keeps its lane i % 16 */
    for (int64_t i = 0; i < n_widths; i++) {
        double cut_ab[SUM_LANES], cut_aa[SUM_LANES], cut_bb[SUM_LANES];
        int64_t whole = widths[i] / SUM_LANES * SUM_LANES;
        k->dot_lanes_f32(a + done, b + done, whole - done, ab);
        k->square_lanes_f32(a + done, whole - done, aa);
        k->square_lanes_f32(b + done, whole - done, bb);
        done = whole;
        memcpy(cut_ab, ab, sizeof ab);
        memcpy(cut_aa, aa, sizeof aa);
        memcpy(cut_bb, bb, sizeof bb);
        for (int64_t j = whole; j < widths[i]; j++) {
            cut_ab[j - whole] += (double)a[j] * (double)b[j];
            cut_aa[j - whole] += (double)a[j] * (double)a[j];
            cut_bb[j - whole] += (double)b[j] * (double)b[j];
        }
        double square_a = lanes_sum(cut_aa), square_b = lanes_sum(cut_bb);
        dot[i] = lanes_sum(cut_ab);
        cosine[i] = cosine_of_sums(dot[i], square_a, square_b);
        n_zero += square_a == 0 || square_b == 0;
    }
    return n_zero;
}

int is_masked_pair(const pair_grid *g, int64_t p)
{
    return (g->first.valid && !g->first.valid[g->pair[2 * p]]) || (g->second.valid && !g->second.valid[g->pair[2 * p + 1]]);
}

/* ---- one layer ---- */

#define PAIRS_PER_TASK 64
#define GATHER_BYTES (16 << 20) /* of rows whose partner is read later */
#define NEAR_SHARE 0.5          /* of a layer's time where there are such rows, as far as progress tells of it */

typedef struct layer_grid {
    pair_grid          *g;
    const kernels      *simd;
    const lamella_view *cosine, *dot;
    rows                of[2];      /* of each stack */
    int64_t             n_stacks;
    scratch             pieces;
    int64_t             rows_bytes; /* of a piece: a row of a, a row of b, their cosines and dots */
    const int64_t      *list;       /* pairs of the tasks at hand, and what they do with each */
    int64_t             n_list;
    void              (*work)(struct layer_grid *w, int64_t at, char *piece);
    float              *gathered;   /* [pair of the batch, 2, dim] rows of pairs that are read apart */
    int64_t             row_floats;
} layer_grid;

/* Those of the rows that the pairs have on this side. */
static rows *rows_of_side(layer_grid *w, int side)
{
    return &w->of[MIN(side, w->n_stacks - 1)];
}

/* What a pair has at rising widths, to the caller's order. */
static void put_widths_of_pair(const pair_grid *g, const lamella_view *out, int64_t p, const double *rising)
{
    for (int64_t k = 0; k < g->n_widths; k++)
        PUT(out, rising[k], g->place[k], p);
}

/* room: [2, n_widths] */
static void put_pair(layer_grid *w, int64_t p, const float *a, const float *b, double *room)
{
    const pair_grid *g = w->g;
    double *cosine = room, *dot = room + g->n_widths;
    tally_add(&w->g->n_zero_cosines, prefix_cosines(w->simd, a, b, g->rising, g->n_widths, dot, cosine));
    put_widths_of_pair(g, w->cosine, p, cosine);
    put_widths_of_pair(g, w->dot, p, dot);
}

/* A pair whose rows are both in the block. */
static void near_pair(layer_grid *w, int64_t at, char *piece)
{
    const int64_t *pair = &w->g->pair[2 * w->list[at]];
    panel a, b;
    if (rows_vectors(rows_of_side(w, 0), 0, pair[0], 1, piece, &a) && rows_vectors(rows_of_side(w, 1), 0, pair[1], 1, piece + w->rows_bytes, &b))
        put_pair(w, w->list[at], a.data, b.data, (double *)(piece + 2 * w->rows_bytes));
}

static void gathered_pair(layer_grid *w, int64_t at, char *piece)
{
    const float *a = w->gathered + 2 * at * w->row_floats;
    put_pair(w, w->list[at], a, a + w->row_floats, (double *)(piece + 2 * w->rows_bytes));
}

/* Rows of the block that the pair waits for. */
static void gather_pair(layer_grid *w, int64_t at, char *piece)
{
    for (int side = 0; side < 2; side++) {
        rows *r = rows_of_side(w, side);
        int64_t row = w->g->pair[2 * w->list[at] + side];
        panel p;
        if (row >= r->first && row < r->first + r->n && rows_vectors(r, 0, row, 1, piece, &p))
            memcpy(w->gathered + (2 * at + side) * w->row_floats, p.data, (size_t)p.dim * sizeof(float));
    }
}

static void task(int64_t i, void *data)
{
    layer_grid *w = data;
    char *piece = scratch_claim(&w->pieces);
    for (int64_t at = i * PAIRS_PER_TASK; at < MIN((i + 1) * PAIRS_PER_TASK, w->n_list); at++)
        w->work(w, at, piece);
    scratch_release(&w->pieces, piece);
}

static lamella_status over_list(call *c, layer_grid *w, const int64_t *list, int64_t n, void (*work)(layer_grid *w, int64_t at, char *piece))
{
    w->list = list;
    w->n_list = n;
    w->work = work;
    return parallel(c, (n + PAIRS_PER_TASK - 1) / PAIRS_PER_TASK, task, w);
}

static lamella_status open_pass(call *c, layer_grid *w, int64_t l)
{
    const stack *const stacks[] = { &w->g->first, &w->g->second };
    w->n_stacks = 1 + w->g->has_second;
    return rows_open_in_step(c, stacks, w->n_stacks, l, 1, LAMELLA_F32, w->of);
}

/* Pairs by the block that has both rows, those of no block at the end: a counting sort. Returns the number of blocks. */
static lamella_status sort_by_block(call *c, const layer_grid *w, int64_t **order, int64_t **start, int64_t *n_blocks)
{
    const pair_grid *g = w->g;
    int64_t block = w->of[0].block_vectors, *next;
    *n_blocks = MAX(g->first.n_vectors, g->second.n_vectors) / block + 1;
    TAKE(c, *order, g->n_pairs);
    TAKE_ZEROS(c, *start, *n_blocks + 3);
    next = *start + 2; /* counts, then places; becomes start itself */
    for (int placing = 0; placing < 2; placing++) {
        for (int64_t p = 0; p < g->n_pairs; p++) {
            TRY(ask_row(c, p));
            if (is_masked_pair(g, p))
                continue;
            int64_t a = g->pair[2 * p] / block, b = g->pair[2 * p + 1] / block, at = a == b ? a : *n_blocks;
            if (placing)
                (*order)[next[at - 1]++] = p;
            else
                next[at]++;
        }
        for (int64_t i = 0; !placing && i <= *n_blocks; i++)
            next[i] += next[i - 1];
    }
    return LAMELLA_OK;
}

static lamella_status gather_far_pairs(call *c, layer_grid *w, int64_t l, const int64_t *far, int64_t n_far)
{
    int64_t bytes = GATHER_BYTES, pair_bytes = 2 * w->row_floats * (int64_t)sizeof(float);
    if (c->memory.limit)
        bytes = MIN(bytes, (c->memory.limit - c->memory.taken) / 4);
    int64_t batch = MIN(MAX(bytes / pair_bytes, 1), n_far);
    TAKE(c, w->gathered, batch * 2 * w->row_floats);
    for (int64_t first = 0; first < n_far; first += batch) {
        int64_t n = MIN(batch, n_far - first);
        arena_mark before = arena_now(&c->memory);
        span all = span_open(c, NULL, (double)first / (double)n_far, ((double)first + (double)n / 2) / (double)n_far);
        TRY(open_pass(c, w, l));
        do {
            TRY(rows_next_in_step(c, w->of, w->n_stacks));
            TRY(over_list(c, w, far + first, n, gather_pair));
        } while (rows_of_side(w, 0)->n || rows_of_side(w, 1)->n);
        TRY(over_list(c, w, far + first, n, gathered_pair));
        span_close(c, all);
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}

static void put_masked(const pair_grid *g, const lamella_view *out)
{
    const double none = NAN;
    for (int64_t p = 0; p < g->n_pairs; p++)
        for (int64_t k = 0; k < g->n_widths && is_masked_pair(g, p); k++)
            PUT(out, none, k, p);
}

lamella_status grid_layer(call *c, pair_grid *g, int64_t l, const lamella_view *cosine, const lamella_view *dot)
{
    layer_grid w = { .g = g, .simd = simd_of(c), .cosine = cosine, .dot = dot,
                     .row_floats = MAX(stack_dim(&g->first, l), stack_dim(&g->second, l)) };
    int64_t *order = NULL, *start = NULL, n_blocks = 0, block = 0;
    arena_mark before = arena_now(&c->memory);
    put_masked(g, cosine);
    put_masked(g, dot);
    TRY(open_pass(c, &w, l));
    w.rows_bytes = whole_lines(MAX(rows_scratch(rows_of_side(&w, 0)), rows_scratch(rows_of_side(&w, 1))));
    TRY(scratch_open(c, 2 * w.rows_bytes + 2 * g->n_widths * (int64_t)sizeof(double), &w.pieces));
    TRY(sort_by_block(c, &w, &order, &start, &n_blocks));
    const int64_t n_far = start[n_blocks + 1] - start[n_blocks];
    span whole = span_open(c, NULL, 0, n_far ? NEAR_SHARE : 1);
    do {
        TRY(rows_next_in_step(c, w.of, w.n_stacks));
        if (rows_of_side(&w, 0)->n && rows_of_side(&w, 1)->n)
            TRY(over_list(c, &w, order + start[block], start[block + 1] - start[block], near_pair));
        block++;
    } while (rows_of_side(&w, 0)->n && rows_of_side(&w, 1)->n); /* no pair is near where one of the stacks has ended */
    span_close(c, whole);
    if (n_far)
        TRY_SPAN(NULL, NEAR_SHARE, 1, gather_far_pairs(c, &w, l, order + start[n_blocks], n_far));
    arena_rewind(&c->memory, before);
    return progress(c, 1, 1);
}

/* ---- the call ---- */

static lamella_status check_pooled(call *c, const stack *s, const char *name)
{
    if (stack_has_tokens(s))
        return fail(c, LAMELLA_ERR_SHAPE, "%s has tokens, expected layers [sample, dim]: pool them first (lamella_fusion_pool)", name);
    return LAMELLA_OK;
}

static lamella_status check_pairs(call *c, const lamella_view *pairs, pair_grid *g)
{
    lamella_view v;
    int64_t *numbers;
    TRY(VIEW(c, v, pairs, I32 | I64));
    if (v.rank != 2)
        return fail(c, LAMELLA_ERR_SHAPE, "pairs.rank is %d, expected 2: [pair, 2]", (int)v.rank);
    if (v.shape[1] != 2)
        return fail(c, LAMELLA_ERR_SHAPE, "pairs.shape[1] is %lld, expected 2", (long long)v.shape[1]);
    if (!v.shape[0])
        return fail(c, LAMELLA_ERR_EMPTY, "pairs.shape[0] is 0, expected at least 1");
    TAKE(c, numbers, 2 * v.shape[0]);
    for (int64_t i = 0; i < 2 * v.shape[0]; i++) {
        const int64_t at[] = { i / 2, i % 2 }, n = i % 2 ? g->second.n_samples : g->first.n_samples;
        TRY(ask_row(c, i));
        numbers[i] = load_i64(v.dtype, view_at(&v, at));
        if (numbers[i] < 0 || numbers[i] >= n)
            return fail(c, LAMELLA_ERR_ARGUMENT, "pairs[%lld, %lld] is %lld, expected 0 to %lld (= samples of %s - 1)", (long long)at[0],
                        (long long)at[1], (long long)numbers[i], (long long)n - 1, i % 2 && g->has_second ? "options.second" : "first");
    }
    g->pair = numbers;
    g->n_pairs = v.shape[0];
    for (int64_t p = 0; p < g->n_pairs; p++)
        g->n_masked_pairs += is_masked_pair(g, p);
    return LAMELLA_OK;
}

lamella_status grid_open(call *c, const lamella_stack *first, const lamella_view *pairs, const int64_t *widths, int64_t n_widths,
                         const lamella_matryoshka_grid_options *options, pair_grid *g)
{
    lamella_matryoshka_grid_options o;
    TRY(OPTIONS(c, o, options, matryoshka_grid));
    *g = (pair_grid){ .has_second = o.second != NULL };
    TRY(stack_check(c, &g->first, first, FLOATS, "first"));
    TRY(check_pooled(c, &g->first, "first"));
    g->second = g->first;
    if (o.second) {
        TRY(stack_check(c, &g->second, o.second, FLOATS, "options.second"));
        TRY(check_pooled(c, &g->second, "options.second"));
        if (g->second.n_layers != g->first.n_layers)
            return fail(c, LAMELLA_ERR_SHAPE, "options.second.n_layers is %lld, expected %lld (= first.n_layers)", (long long)g->second.n_layers,
                        (long long)g->first.n_layers);
        TRY(stacks_check_ids(c, &g->first, &g->second));
    }
    if (!g->first.n_samples || !g->second.n_samples)
        return fail(c, LAMELLA_ERR_EMPTY, "%s has no samples, expected at least 1", g->first.n_samples ? "options.second" : "first");
    TRY(check_pairs(c, pairs, g));
    TRY(check_widths(c, &g->first, widths, n_widths));
    g->first.by_direction = g->second.by_direction = 1;
    TRY(check_widths(c, &g->second, widths, n_widths));
    g->n_widths = n_widths;
    return rising_integers(c, widths, n_widths, &g->rising, &g->place);
}

/* Layer l of an output [layer, width, pair]. */
static lamella_view grid_cells(const lamella_view *out, int64_t l)
{
    const int64_t corner[] = { l, 0, 0 };
    if (!view_is_wanted(out))
        return *out;
    return (lamella_view){ .data = view_at(out, corner), .dtype = LAMELLA_F64, .rank = 2, .shape = { out->shape[1], out->shape[2] },
                           .stride = { out->stride[1], out->stride[2] } };
}

static lamella_status grid_of_cosines(call *c, const lamella_stack *first, const lamella_view *pairs, const int64_t *widths, int64_t n_widths,
                                      const lamella_view *cosine, const lamella_matryoshka_grid_options *options,
                                      const lamella_matryoshka_grid_outputs *outputs, lamella_matryoshka_grid_result *result)
{
    lamella_matryoshka_grid_outputs wanted;
    lamella_matryoshka_grid_result found = { .struct_size = sizeof found };
    lamella_view cosines, dots;
    pair_grid g;
    TRY(grid_open(c, first, pairs, widths, n_widths, options, &g));
    const int64_t shape[] = { g.first.n_layers, n_widths, g.n_pairs };
    TRY(view_check_out(c, &cosines, cosine, F64, "cosine", shape, 3));
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &dots, wanted.dot, F64, "outputs.dot", shape, 3));
    TRY(RESULT_OPTIONAL(c, result));

    for (int64_t l = 0; l < g.first.n_layers; l++) {
        const lamella_view cosines_of_layer = grid_cells(&cosines, l), dots_of_layer = grid_cells(&dots, l);
        TRY_ITEMS(NULL, l, 1, g.first.n_layers, grid_layer(c, &g, l, &cosines_of_layer, &dots_of_layer));
    }
    found.n_zero_cosines = g.n_zero_cosines;
    found.n_masked_pairs = g.n_masked_pairs;
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_grid_cosine(lamella_context *ctx, const lamella_stack *first, const lamella_view *pairs, const int64_t *widths,
                                              int64_t n_widths, const lamella_view *cosine, const lamella_matryoshka_grid_options *options,
                                              const lamella_matryoshka_grid_outputs *outputs, lamella_matryoshka_grid_result *result)
{
    CALL(ctx, grid_of_cosines(c, first, pairs, widths, n_widths, cosine, options, outputs, result));
}
