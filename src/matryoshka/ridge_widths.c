/* Leave-one-out ridge at every width of one layer, from one Gram and one factor per penalty.
 *
 *   L L^T = G + penalty I,   Z = L^-1 X^T (rows of X centred),   w = L^-1 X^T y
 *   after the first m rows of Z:   residual r = y - mean y - sum_k w_k z_k,   keep = 1 - 1/n - sum_k z_k^2,   e = r / keep
 *
 * A task takes one panel of rows through all penalties of a pass (ridge_panel.c). Figures are summed per panel and joined in panel order.
 * f32 loses too much where keep is small (a row that the fit passes through): penalties with such widths are done again in f64, and those
 * widths take their figures from there. Where the factor stops at some row, what comes before that row stands. */
#include "matryoshka/ridge_widths.h"

#include <math.h>
#include <string.h>

#define KEEP_LEAST 0.05          /* under it r / keep has too few digits in f32; such penalties are done again in f64 */
#define KEEP_LEAST_OF_F64 0.2    /* the same for rows that are f64, where the caller may want more of them */
#define KEEP_LEAST_IN_F64 1e-9   /* under it, also in f64 */
#define FACTOR_BYTES (256 << 20) /* of the factors that one pass over the rows applies */
#define GRAM_SHARE 0.4           /* of a layer's time, as far as progress tells of it */
#define PASSES_SHARE 0.9         /* that and the passes in f32; few penalties need one in f64 */

typedef struct ridge_pass {
    ridge_applied  a;
    const gram    *g;            /* of [X | y] */
    int64_t        l, first_penalty;
    const int64_t *reach;        /* [penalty of the pass]: dims that have a factor; wider widths have no figures */
} ridge_pass;

/* ---- factors ---- */

/* L^-1 in units, a tile of rows at a time, cut where it has only zeros. rows: [TILE_QUERIES, dim] */
static void pack_inverse(const ridge_applied *a, const double *inverse, float *rows, float *packed)
{
    const int64_t d = a->dim;
    for (int64_t k = 0; k < d; k += TILE_QUERIES) {
        int64_t end = MIN(k + TILE_QUERIES, d);
        memset(rows, 0, (size_t)(TILE_QUERIES * d) * sizeof *rows);
        for (int64_t j = k; j < end; j++)
            for (int64_t i = 0; i <= j; i++)
                rows[(j - k) * d + i] = (float)(inverse[j * d + i] * a->unit[i]);
        a->simd->pack_f32(rows, d, TILE_QUERIES, end, TILE_QUERIES, packed);
        packed += TILE_QUERIES * end;
    }
}

typedef struct factor_work {
    const ridge_applied *a;
    const gram    *g;            /* of [X | y] */
    const double  *penalty;      /* of the pass, like what follows */
    double  *l;                  /* [penalty, dim, dim] */
    float   *rows;               /* [penalty, TILE_QUERIES, dim] */
    float   *packed;             /* NULL: in f64 */
    double  *w;
    int64_t *reach;              /* [penalty] */
} factor_work;

/* L, w = L^-1 X^T y and L^-1 of one penalty, as far as they reach. What lies in the rows after goes into wider figures only, which no one
 * sees. */
static void factor(int64_t i, void *data)
{
    const factor_work *f = data;
    int64_t d = f->a->dim, t = f->a->p->n_tasks, stride = f->g->dim;
    double *l = f->l + i * d * d, *w = f->w + i * d * t;
    for (int64_t j = 0; j < d; j++) {
        memcpy(l + j * d, f->g->square + j * stride, (size_t)d * sizeof *l);
        l[j * d + j] += f->penalty[i];
        memcpy(w + j * t, f->g->square + j * stride + stride - t, (size_t)t * sizeof *w);
    }
    int64_t ended = cholesky_f64(l, d, d);
    f->reach[i] = ended ? ended - 1 : d;
    triangular_solve_f64(l, f->reach[i], d, 0, w, t, t);
    triangular_invert_f64(l, f->reach[i], d); /* an infinity there leaves no row with keep enough */
    if (f->packed)
        pack_inverse(f->a, l, f->rows + i * TILE_QUERIES * d, f->packed + i * f->a->inverse_floats);
}

/* ---- one pass over the rows ---- */

static void panel_figures(const panel_task *t, void *state, void *data)
{
    const ridge_pass *pass = data;
    panel p;
    if (task_panel(t, 0, 0, &p))
        ridge_panel(&pass->a, &p, t->room, state);
}

/* ---- one layer ---- */

/* Penalty i of the pass: a number wherever every row has digits enough; an f64 pass fills what was left NaN. Returns whether f64 may find
 * more. */
static int put_ridge_figures(const ridge_pass *pass, int64_t i, const double *figures, double *error, double *accuracy)
{
    const ridge_problem *p = pass->a.p;
    int64_t at = (pass->first_penalty + i) * p->n_widths * p->n_tasks;
    int left = 0;
    for (int64_t k = 0; k < p->n_widths; k++) {
        int reached = p->widths[k] <= pass->reach[i], found = reached && *figures < 1;
        left |= reached && !found;
        figures++;
        for (int64_t t = 0; t < p->n_tasks; t++, at++, figures += 2) {
            if (pass->a.inverse_f64 && !isnan(error[at]))
                continue;
            error[at] = found ? figures[0] / (double)pass->g->n : NAN;
            accuracy[at] = found ? figures[1] / (double)pass->g->n : NAN;
        }
    }
    return left;
}

/* The penalties first_penalty .. + n_penalties - 1, in f32, or one in f64. left[i]: f64 may find more. */
static lamella_status run_pass(call *c, ridge_pass *pass, int in_f64, double *error, double *accuracy, unsigned char *left)
{
    ridge_applied *a = &pass->a;
    const int64_t d = a->dim, n = a->n_penalties, n_figures = ridge_figures(a->p);
    double *sums;
    arena_mark before = arena_now(&c->memory);
    factor_work f = { .a = a, .g = pass->g, .penalty = a->p->penalty + pass->first_penalty };
    TAKE(c, f.l, n * d * d);
    TAKE(c, f.rows, n * TILE_QUERIES * d);
    TAKE(c, f.w, n * d * a->p->n_tasks);
    if (!in_f64)
        TAKE(c, f.packed, n * a->inverse_floats);
    TAKE(c, f.reach, n);
    TRY(blas_parallel(c, n, factor, &f));
    a->keep_least = in_f64 ? KEEP_LEAST_IN_F64 : a->precision == LAMELLA_F64 ? KEEP_LEAST_OF_F64 : KEEP_LEAST;
    a->w = f.w;
    a->inverse = f.packed;
    a->inverse_f64 = in_f64 ? f.l : NULL;
    pass->reach = f.reach;
    TAKE_ZEROS(c, sums, n * n_figures);
    TRY(sum_panels(c, &(panel_sum){ .s = a->p->s, .first_layer = pass->l, .n_layers = 1, .precision = a->precision, .together = 1,
                                    .room_bytes = ridge_panel_bytes(a), .sums = sums, .n_sums = n * n_figures, .of_panel = panel_figures,
                                    .data = pass }));
    for (int64_t i = 0; i < n; i++)
        left[i] = (unsigned char)put_ridge_figures(pass, i, sums + i * n_figures, error, accuracy);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

/* The same as a part of what from .. to of the layer does for all penalties. */
static lamella_status pass_in_part(call *c, ridge_pass *pass, int in_f64, double from, double to, double *error, double *accuracy,
                                   unsigned char *left)
{
    const ridge_problem *p = pass->a.p;
    double share = (to - from) / (double)p->n_penalties, first = from + share * (double)pass->first_penalty;
    TRY_SPAN("applying factors", first, first + share * (double)pass->a.n_penalties, run_pass(c, pass, in_f64, error, accuracy, left));
    return LAMELLA_OK;
}

/* Each pass over the rows applies several; their figures do not depend on each other. */
static int64_t penalties_at_once(const call *c, int64_t dim)
{
    int64_t bytes = FACTOR_BYTES;
    if (c->memory.limit)
        bytes = MIN(bytes, (c->memory.limit - c->memory.taken) / 4);
    return MAX(bytes / MAX(dim * dim * (int64_t)(sizeof(double) + 2 * sizeof(float)), 1), 1);
}

static lamella_status plan_ridge_layer(call *c, const ridge_problem *p, int64_t l, const gram *g, ridge_applied *a)
{
    double *unit, *per_unit;
    *a = (ridge_applied){ .p = p, .simd = simd_of(c), .dim = p->widths[p->n_widths - 1], .n_rows = g->n, .mean = g->mean, .low = g->low };
    a->precision = p->s->layer[l].dtype == LAMELLA_F64 ? LAMELLA_F64 : LAMELLA_F32;
    a->y_mean = g->mean + g->dim - p->n_tasks;
    a->inverse_floats = round_up(a->dim, TILE_QUERIES) * a->dim;
    TAKE(c, unit, a->dim);
    TAKE(c, per_unit, a->dim);
    for (int64_t j = 0; j < a->dim; j++) {
        int exponent;
        frexp(sqrt(g->square[j * g->dim + j] / (double)g->n), &exponent);
        unit[j] = ldexp(1, exponent);
        per_unit[j] = ldexp(1, -exponent);
    }
    a->unit = unit;
    a->per_unit = per_unit;
    return LAMELLA_OK;
}

lamella_status ridge_layer(call *c, const ridge_problem *p, int64_t l, double *error, double *accuracy)
{
    arena_mark before = arena_now(&c->memory);
    gram g;
    unsigned char *left, still;
    const gram_rows of = { .s = p->s, .first_layer = l, .n_layers = 1, .extra = p->target, .extra_dim = p->n_tasks, .extra_stride = p->n_tasks };
    TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &g));
    TRY_SPAN("second moments", 0, GRAM_SHARE, gram_of_rows(c, &of, &g));
    ridge_pass pass = { .g = &g, .l = l };
    TRY(plan_ridge_layer(c, p, l, &g, &pass.a));
    TAKE(c, left, p->n_penalties);
    for (int64_t first = 0; first < p->n_penalties; first += pass.a.n_penalties) {
        pass.first_penalty = first;
        pass.a.n_penalties = MIN(penalties_at_once(c, pass.a.dim), p->n_penalties - first);
        TRY(pass_in_part(c, &pass, 0, GRAM_SHARE, PASSES_SHARE, error, accuracy, left + first));
    }
    pass.a.n_penalties = 1;
    for (int64_t i = 0; i < p->n_penalties; i++) {
        pass.first_penalty = i;
        if (left[i])
            TRY(pass_in_part(c, &pass, 1, PASSES_SHARE, 1, error, accuracy, &still));
    }
    arena_rewind(&c->memory, before);
    return progress(c, 1, 1);
}
