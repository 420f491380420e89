/* The grid of rank correlations (2D Matryoshka Sentence Embeddings, section 4: Spearman's correlation of each layer and size).
 *
 *   rho[l, k] = Pearson of the average ranks of cosine[l, k, :] and of gold
 *
 * Cosines of a layer at all widths come from one pass; gold is ordered once.
 * Differs from the codes: a cell whose cosines are all equal is NaN and counted; a pair with a masked sample takes no part. */
#include "matryoshka/grid.h"
#include "measure/measure.h"

#include <math.h>
#include <string.h>

#define COSINES_SHARE 0.7 /* of a layer's time, as far as progress tells of it; the rest is ranking */

typedef struct rho_work {
    const pair_grid     *g;
    const unsigned char *valid;      /* [pair] */
    const double        *gold;       /* [pair] */
    double              *cosine;     /* [width, pair] */
    const int64_t       *gold_order;
    int64_t              n_valid;
    scratch              pieces;
    double              *rho;        /* [width] */
    int64_t              first;      /* width of the tasks at hand */
} rho_work;

static void rho_task(int64_t i, void *data)
{
    rho_work *w = data;
    int64_t n = w->g->n_pairs, k = w->first + i;
    keyed_row *room = scratch_claim(&w->pieces);
    int64_t *order = (int64_t *)(room + 2 * n);
    paired_rows r = { .n = w->n_valid, .x = w->cosine + k * n, .y = w->gold };
    order_rows(r.x, 1, w->valid, n, order, room);
    w->rho[k] = spearman_of(&r, order, w->gold_order, (double *)(order + n));
    scratch_release(&w->pieces, room);
}

/* As many at once as there are threads: between them the host is asked. */
static lamella_status rank_widths(call *c, rho_work *w)
{
    const int64_t n = w->g->n_widths, at_once = parallel_width(c);
    for (w->first = 0; w->first < n; w->first += at_once) {
        TRY(parallel(c, MIN(at_once, n - w->first), rho_task, w));
        TRY(progress(c, 0, 1));
    }
    return progress(c, 1, 1);
}

static lamella_status check_pair_gold(call *c, const lamella_view *gold, const pair_grid *g, double **values)
{
    lamella_view v;
    number text;
    TRY(view_check_in(c, &v, gold, F32 | F64 | I32 | I64, "gold", &g->n_pairs, 1));
    TAKE(c, *values, g->n_pairs);
    for (int64_t p = 0; p < g->n_pairs; p++) {
        double value = load_f64(v.dtype, view_at(&v, &p));
        TRY(ask_row(c, p));
        if (!isfinite(value))
            return fail(c, LAMELLA_ERR_NONFINITE, "gold is %s at row %lld, expected a finite number", number_text(value, &text), (long long)p);
        (*values)[p] = value;
    }
    return LAMELLA_OK;
}

/* Gold in order, once for all cells. */
static lamella_status open_ranks(call *c, const pair_grid *g, const double *gold, rho_work *w)
{
    unsigned char *valid;
    int64_t *order;
    keyed_row *room;
    TAKE(c, w->cosine, g->n_widths * g->n_pairs);
    TAKE(c, w->rho, g->n_widths);
    TAKE(c, order, g->n_pairs);
    TAKE(c, valid, g->n_pairs);
    TAKE(c, room, 2 * g->n_pairs);
    for (int64_t p = 0; p < g->n_pairs; p++)
        valid[p] = !is_masked_pair(g, p);
    TRY(order_rows_asking(c, gold, 1, valid, g->n_pairs, order, &w->n_valid, room));
    w->g = g;
    w->valid = valid;
    w->gold = gold;
    w->gold_order = order;
    return scratch_open(c, g->n_pairs * (int64_t)(2 * sizeof(keyed_row) + sizeof(int64_t) + 2 * sizeof(double)), &w->pieces);
}

static lamella_status grid_of_rho(call *c, const lamella_stack *first, const lamella_view *pairs, const lamella_view *gold, const int64_t *widths,
                                  int64_t n_widths, const lamella_view *rho, const lamella_matryoshka_grid_options *options,
                                  lamella_matryoshka_grid_result *result)
{
    lamella_matryoshka_grid_result found = { .struct_size = sizeof found };
    lamella_view out;
    double *values = NULL;
    rho_work w;
    pair_grid g;
    TRY(grid_open(c, first, pairs, widths, n_widths, options, &g));
    TRY(check_pair_gold(c, gold, &g, &values));
    const int64_t shape[] = { g.first.n_layers, n_widths };
    TRY(view_check_out(c, &out, rho, F64, "rho", shape, 2));
    TRY(RESULT_OPTIONAL(c, result));

    TRY(open_ranks(c, &g, values, &w));
    if (!w.n_valid)
        return fail(c, LAMELLA_ERR_EMPTY, "pairs has no pair without a masked sample, expected at least 2");
    lamella_view cosine = { .data = w.cosine, .dtype = LAMELLA_F64, .rank = 2, .shape = { n_widths, g.n_pairs },
                            .stride = { g.n_pairs, 1 } };
    for (int64_t l = 0; l < g.first.n_layers; l++) {
        span whole = span_open_items(c, NULL, l, 1, g.first.n_layers);
        TRY_SPAN("cosines", 0, COSINES_SHARE, grid_layer(c, &g, l, &cosine, &(lamella_view){ .dtype = 0 }));
        TRY_SPAN("ranks", COSINES_SHARE, 1, rank_widths(c, &w));
        span_close(c, whole);
        for (int64_t k = 0; k < n_widths; k++) {
            PUT(&out, w.rho[k], l, k);
            found.n_undefined += isnan(w.rho[k]) != 0;
        }
    }
    if (found.n_undefined == g.first.n_layers * n_widths)
        return fail(c, LAMELLA_ERR_NUMERIC, "no cell has a rank correlation: of the %lld pairs all have one gold value or one cosine",
                    (long long)w.n_valid);
    found.n_zero_cosines = g.n_zero_cosines;
    found.n_masked_pairs = g.n_masked_pairs;
    write_sized(result, &found, (int64_t)sizeof found);
    return found.n_undefined ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_matryoshka_grid_spearman(lamella_context *ctx, const lamella_stack *first, const lamella_view *pairs,
                                                const lamella_view *gold, const int64_t *widths, int64_t n_widths, const lamella_view *rho,
                                                const lamella_matryoshka_grid_options *options, lamella_matryoshka_grid_result *result)
{
    CALL(ctx, grid_of_rho(c, first, pairs, gold, widths, n_widths, rho, options, result));
}
