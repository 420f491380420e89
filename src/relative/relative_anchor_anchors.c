/* Anchors (Relative representations enable zero-shot latent space communication, section 4: the choice of anchors).
 *
 *   random     n rows, uniform, none twice: the head of a Philox shuffle
 *   farthest   a_1 = start, a_(t+1) = argmax_i min_(s <= t) |u_i - u_(a_s)|,  u = x / |x| or x;  ties: the lowest row
 *
 * and of every list: condition and rank of the anchors' rows, and how many equal an earlier one.
 * FARTHEST keeps one distance per row and, of each panel, the row to choose next there, so that no pass needs a row at random: stacks
 * that are read serve as well. Distances come from differences in f64 over fixed lanes; a row of zeros is the direction 0.
 * Differs from the codes: a row is never chosen twice, even where all that are left equal one that was. */
#include "lamella/relative/anchor.h"
#include "moments/moments.h"
#include "options/options.h"
#include "reduce/reduce.h"
#include "similar/similar.h"

#include <math.h>
#include <string.h>

#define STREAM_ANCHORS 2 /* of the Philox draws: beside measure's STREAM_FOLDS */

/* ---- random ---- */

static lamella_status draw_anchors(call *c, int64_t seed, const row_numbers *from, int64_t n, int64_t *anchors)
{
    int64_t *row;
    TAKE(c, row, from->n);
    memcpy(row, from->row, (size_t)from->n * sizeof *row);
    shuffle_rows((uint64_t)seed, STREAM_ANCHORS, row, from->n);
    memcpy(anchors, row, (size_t)n * sizeof *row);
    return LAMELLA_OK;
}

/* ---- farthest ---- */

typedef struct farthest_work {
    const kernels *simd;
    int32_t        unit;
    double        *chosen;  /* [dim], the newest anchor's row */
    double        *nearest; /* [n_vectors] distance to the nearest anchor; -1: never to be chosen */
    int64_t       *best;    /* [panel] its row to choose next; -1: none */
    double        *best_x;  /* [panel, dim] */
} farthest_work;

static void measure_panel(const panel *p, void *room, void *data)
{
    farthest_work *w = data;
    int64_t at = p->first / PANEL_ROWS, *best = &w->best[at];
    double *unit = room;
    *best = -1;
    for (int64_t i = 0; i < p->n; i++) {
        const double *x = (const double *)p->data + i * p->stride;
        double *nearest = &w->nearest[p->first + i];
        if (*nearest < 0)
            continue;
        if (w->unit) {
            unit_row(w->simd, x, p->dim, unit);
            x = unit;
        }
        *nearest = fmin(*nearest, euclidean_distance(x, w->chosen, p->dim));
        if (*best < 0 || *nearest > w->nearest[*best]) {
            *best = p->first + i;
            memcpy(w->best_x + at * p->dim, x, (size_t)p->dim * sizeof *x);
        }
    }
}

/* The farthest of the panels' rows, the lowest of equals, becomes the newest anchor. */
static int64_t take_farthest(farthest_work *w, int64_t n_panels, int64_t dim)
{
    int64_t from = -1;
    for (int64_t at = 0; at < n_panels; at++)
        if (w->best[at] >= 0 && (from < 0 || w->nearest[w->best[at]] > w->nearest[w->best[from]]))
            from = at;
    memcpy(w->chosen, w->best_x + from * dim, (size_t)dim * sizeof *w->chosen);
    w->nearest[w->best[from]] = -1;
    return w->best[from];
}

static lamella_status farthest_anchors(call *c, const stack *s, const lamella_relative_anchors_options *o, int64_t n, int64_t *anchors)
{
    const int64_t l = o->distance_layer, dim = stack_dim(s, l), n_panels = (s->n_vectors + PANEL_ROWS - 1) / PANEL_ROWS;
    farthest_work w = { .simd = simd_of(c), .unit = o->farthest == LAMELLA_RELATIVE_FARTHEST_UNIT };
    TAKE(c, w.nearest, s->n_vectors);
    TAKE(c, w.chosen, dim);
    TAKE(c, w.best, n_panels);
    TAKE(c, w.best_x, n_panels * dim);
    TRY_SPAN(NULL, 0, 0, rows_gather(c, s, l, &(row_numbers){ &o->start, 1 }, w.chosen));
    if (w.unit)
        unit_row(w.simd, w.chosen, dim, w.chosen);
    for (int64_t i = 0; i < s->n_vectors; i++)
        w.nearest[i] = i == o->start || (s->valid && !s->valid[i]) ? -1 : INFINITY;
    anchors[0] = o->start;
    for (int64_t t = 1; t < n; t++) {
        TRY_ITEMS("choosing", t - 1, 1, n, each_panel(c, s, l, LAMELLA_F64, dim * (int64_t)sizeof(double), measure_panel, &w));
        anchors[t] = take_farthest(&w, n_panels, dim);
    }
    return LAMELLA_OK;
}

/* ---- what the rows of a list span ---- */

static int64_t hash_of_row(const double *x, int64_t dim)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (int64_t j = 0; j < dim; j++) {
        double value = x[j] + 0; /* -0 and 0 are equal */
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        h = (h ^ bits) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return (int64_t)h;
}

static int rows_are_equal(const double *x, const double *y, int64_t dim)
{
    int64_t j = 0;
    while (j < dim && x[j] == y[j])
        j++;
    return j == dim;
}

/* Rows that equal an earlier one. */
static lamella_status count_duplicates(call *c, const double *x, int64_t n, int64_t dim, int64_t *n_duplicates)
{
    keyed_row *sorted, *room;
    TAKE(c, sorted, n);
    TAKE(c, room, n);
    for (int64_t i = 0; i < n; i++)
        sorted[i] = (keyed_row){ .key = hash_of_row(x + i * dim, dim), .row = i };
    TRY(sort_keyed_asking(c, sorted, n, room));
    *n_duplicates = 0;
    for (int64_t i = 1; i < n; i++) {
        int64_t j = i - 1;
        while (j >= 0 && sorted[j].key == sorted[i].key && !rows_are_equal(x + sorted[j].row * dim, x + sorted[i].row * dim, dim))
            j--;
        *n_duplicates += j >= 0 && sorted[j].key == sorted[i].key;
    }
    return LAMELLA_OK;
}

/* x is overwritten: its columns go to unit norm; columns of zeros stay. */
static void unit_columns(double *x, int64_t n, int64_t dim)
{
    for (int64_t j = 0; j < dim; j++) {
        double largest = 0, square = 0;
        for (int64_t i = 0; i < n; i++)
            largest = fmax(largest, fabs(x[i * dim + j]));
        for (int64_t i = 0; i < n && largest > 0; i++)
            square += x[i * dim + j] / largest * (x[i * dim + j] / largest);
        for (int64_t i = 0; i < n && largest > 0; i++)
            x[i * dim + j] = x[i * dim + j] / largest / sqrt(square);
    }
}

typedef struct span_figures {
    double  condition;
    int64_t rank, n_duplicates;
} span_figures;

/* x is overwritten. */
static lamella_status span_of_rows(call *c, double *x, int64_t n, int64_t dim, int32_t dtype, span_figures *f)
{
    const int64_t r = MIN(n, dim);
    double *copy, *sigma;
    TAKE(c, copy, n * dim);
    TAKE(c, sigma, r);
    memcpy(copy, x, (size_t)(n * dim) * sizeof *x);
    TRY(singular_values(c, copy, n, dim, sigma));
    f->condition = sigma[0] > 0 ? sigma[0] / sigma[r - 1] : INFINITY;
    unit_columns(x, n, dim);
    TRY(singular_values(c, x, n, dim, sigma));
    double least = default_rcond(dtype, dim) * sigma[0] * sigma[0];
    f->rank = 0;
    while (f->rank < r && sigma[f->rank] > 0 && sigma[f->rank] * sigma[f->rank] >= least)
        f->rank++;
    return LAMELLA_OK;
}

/* spans: condition and rank too, which cost a factorisation. */
static lamella_status figures_of_anchors(call *c, const stack *s, int64_t l, const row_numbers *anchors, int spans, span_figures *f)
{
    const int64_t n = anchors->n, dim = stack_dim(s, l);
    double *x;
    arena_mark before = arena_now(&c->memory);
    TAKE(c, x, n * dim);
    TRY_SPAN(NULL, 0, 0.5, rows_gather(c, s, l, anchors, x));
    TRY(count_duplicates(c, x, n, dim, &f->n_duplicates));
    if (spans)
        TRY(span_of_rows(c, x, n, dim, s->layer[l].dtype, f));
    arena_rewind(&c->memory, before);
    return progress(c, 1, 1);
}

/* ---- the call ---- */

static lamella_status check_options(call *c, const stack *s, const lamella_relative_anchors_options *options,
                                    lamella_relative_anchors_options *o)
{
    TRY(OPTIONS(c, *o, options, relative_anchors));
    if (o->method != LAMELLA_RELATIVE_ANCHORS_FARTHEST)
        return LAMELLA_OK;
    if (o->distance_layer >= s->n_layers)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.distance_layer is %lld, expected 0 to %lld", (long long)o->distance_layer,
                    (long long)(s->n_layers - 1));
    if (o->start >= s->n_vectors || (s->valid && !s->valid[o->start]))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.start is %lld, expected a row outside the mask, 0 to %lld", (long long)o->start,
                    (long long)(s->n_vectors - 1));
    return LAMELLA_OK;
}

typedef struct anchors_out {
    lamella_view anchors, condition, rank, duplicates;
} anchors_out;

/* Whether or not they are wanted, rows that are there twice are told of. */
static lamella_status put_figures(call *c, const stack *s, const row_numbers *chosen, const anchors_out *out, int64_t *n_duplicates)
{
    const int spans = view_is_wanted(&out->condition) || view_is_wanted(&out->rank);
    for (int64_t l = 0; l < s->n_layers; l++) {
        span_figures f = { 0 };
        TRY_ITEMS("measuring", l, 1, s->n_layers, figures_of_anchors(c, s, l, chosen, spans, &f));
        PUT(&out->condition, f.condition, l);
        PUT(&out->rank, f.rank, l);
        PUT(&out->duplicates, f.n_duplicates, l);
        *n_duplicates += f.n_duplicates;
    }
    return LAMELLA_OK;
}

static lamella_status check_anchors_outputs(call *c, const stack *s, int64_t n_anchors, const lamella_view *anchors,
                                            const lamella_relative_anchors_outputs *outputs, anchors_out *out)
{
    lamella_relative_anchors_outputs wanted;
    TRY(view_check_out(c, &out->anchors, anchors, I64, "anchors", &n_anchors, 1));
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out->condition, wanted.condition, F64, "outputs.condition", &s->n_layers, 1));
    TRY(view_check_wanted(c, &out->rank, wanted.rank, I64, "outputs.rank", &s->n_layers, 1));
    return view_check_wanted(c, &out->duplicates, wanted.duplicates, I64, "outputs.duplicates", &s->n_layers, 1);
}

static lamella_status find_anchors(call *c, const lamella_stack *stack_, int64_t n_anchors, const lamella_view *anchors,
                                   const lamella_relative_anchors_options *options, const lamella_relative_anchors_outputs *outputs,
                                   lamella_relative_anchors_result *result)
{
    lamella_relative_anchors_options o;
    lamella_relative_anchors_result found = { .struct_size = sizeof found };
    anchors_out out;
    row_numbers all, chosen;
    stack s;
    int64_t n_duplicates = 0;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(stack_check_not_empty(c, &s));
    if (n_anchors < 1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_anchors is %lld, expected at least 1", (long long)n_anchors);
    TRY(check_options(c, &s, options, &o));
    TRY(o.given ? row_numbers_check(c, &s, o.given, "options.given", &chosen) : row_numbers_all(c, &s, &all));
    if (!o.given && n_anchors > all.n)
        return fail(c, LAMELLA_ERR_SHAPE, "n_anchors is %lld, expected at most %lld (= rows outside the mask)", (long long)n_anchors,
                    (long long)all.n);
    if (o.given && chosen.n != n_anchors)
        return fail(c, LAMELLA_ERR_SHAPE, "options.given.shape[0] is %lld, expected %lld (= n_anchors)", (long long)chosen.n, (long long)n_anchors);
    TRY(check_anchors_outputs(c, &s, n_anchors, anchors, outputs, &out)); /* after the number, by which hosts size them */
    TRY(RESULT_OPTIONAL(c, result));

    const double choosing = !o.given && o.method == LAMELLA_RELATIVE_ANCHORS_FARTHEST ? 0.9 : 0; /* of the time, as far as progress tells of it */
    if (!o.given) {
        int64_t *row;
        TAKE(c, row, n_anchors);
        TRY_SPAN(NULL, 0, choosing, choosing > 0 ? farthest_anchors(c, &s, &o, n_anchors, row) : draw_anchors(c, o.seed, &all, n_anchors, row));
        chosen = (row_numbers){ row, n_anchors };
    }
    TRY(row_numbers_repeated(c, &chosen, &found.n_repeated));
    TRY_SPAN(NULL, choosing, 1, put_figures(c, &s, &chosen, &out, &n_duplicates));
    for (int64_t i = 0; i < n_anchors; i++)
        memcpy(view_at(&out.anchors, &i), &chosen.row[i], sizeof chosen.row[i]);
    write_sized(result, &found, (int64_t)sizeof found);
    return found.n_repeated || n_duplicates ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_relative_anchors(lamella_context *ctx, const lamella_stack *stack, int64_t n_anchors, const lamella_view *anchors,
                                        const lamella_relative_anchors_options *options, const lamella_relative_anchors_outputs *outputs,
                                        lamella_relative_anchors_result *result)
{
    CALL(ctx, find_anchors(c, stack, n_anchors, anchors, options, outputs, result));
}
