/* Second moments of rows, from one pass.
 *
 * A panel of 256 rows is centred on its own mean, and the step from the mean of all rows before it joins it as one more row,
 *
 *   delta sqrt(w_a w_b / (w_a + w_b)),   delta = m_b - m_a,
 *
 * whose square is what the pairwise update adds: so every panel is one product, S += Z^T Z, and nothing cancels. Means are taken from a
 * panel's first row and kept as pairs (columns.c); columns whose squares f64 would not hold are summed in units. Tasks centre panels,
 * the calling thread takes the steps in order, then tasks own tiles of S and add the panels to them in order: bits depend on neither
 * threads nor reads. */
#include "moments/moments.h"

#include <math.h>
#include <string.h>

#define GRAM_TILE 128          /* columns */
#define GRAM_STAGED (1 << 20)  /* bytes of centred panels at a time, or one panel for each thread: fresh memory costs more than it gives */

typedef struct gram_panel {
    double *rows;   /* [PANEL_ROWS + 1, dim], or where panels are converted: centred, times the root of their weight; then the step */
    double *mean, *low, *largest; /* [dim] as of columns */
    double  weight;
    int64_t n;      /* rows without the step */
    int64_t n_all;  /* with it */
} gram_panel;

typedef struct work {
    const gram_rows *of;
    rows             r;
    scratch          pieces;      /* where z has several parts; else panels are converted in their place */
    int64_t          dim;
    int64_t          first_panel; /* in the block, of those that are staged */
    gram_panel      *panel;
    int64_t          n_staged;    /* panels */
    double          *square;
    double          *largest;     /* [dim] |z| of the rows so far */
    double          *unit;        /* [dim] in which S is summed */
} work;

int64_t gram_rows_dim(const gram_rows *r)
{
    int64_t dim = r->extra ? r->extra_dim : 0;
    for (int64_t l = 0; l < r->n_layers; l++)
        dim += stack_dim(r->s, r->first_layer + l);
    return dim;
}

/* ---- one panel ---- */

static int gram_counts(const gram_rows *of, int64_t vector)
{
    return (!of->s->valid || of->s->valid[vector]) && (!of->weight || of->weight[vector] > 0);
}

/* Copies the columns of one source, from column `at` on, of the rows that count; x may lie where they go. */
static void stage_columns(const work *w, const gram_panel *to, int64_t at, int64_t first, int64_t n, const double *x, int64_t stride,
                          int64_t columns)
{
    double *out = to->rows + at;
    for (int64_t i = 0; i < n; i++)
        if (gram_counts(w->of, first + i)) {
            if (out != x + i * stride)
                memmove(out, x + i * stride, (size_t)columns * sizeof *out);
            out += w->dim;
        }
}

static int has_parts(const gram_rows *of)
{
    return of->n_layers > 1 || of->extra;
}

static void stage_rows(work *w, gram_panel *to, int64_t i)
{
    int64_t at = 0, first = w->r.first + i * PANEL_ROWS, n = MIN(PANEL_ROWS, w->r.first + w->r.n - first);
    void *piece = has_parts(w->of) ? scratch_claim(&w->pieces) : to->rows;
    for (int64_t l = 0; l < w->of->n_layers; l++) {
        panel p;
        rows_panel(&w->r, l, i, piece, &p);
        stage_columns(w, to, at, p.first, p.n, p.data, p.stride, p.dim);
        at += p.dim;
    }
    if (has_parts(w->of))
        scratch_release(&w->pieces, piece);
    if (w->of->extra)
        stage_columns(w, to, at, first, n, w->of->extra + first * w->of->extra_stride, w->of->extra_stride, w->of->extra_dim);
    to->n = 0;
    for (int64_t v = first; v < first + n; v++)
        to->n += gram_counts(w->of, v);
}

/* x -= first, sum += w x */
static void step_from_first(double *restrict x, const double *restrict first, int64_t n, double weight, double *restrict sum,
                            double *restrict largest)
{
    for (int64_t j = 0; j < n; j++) {
        double size = fabs(x[j]);
        x[j] -= first[j];
        sum[j] += weight * x[j];
        largest[j] = size > largest[j] ? size : largest[j];
    }
}

static void centre_row(double *x, const double *mean, int64_t n, double factor)
{
    for (int64_t j = 0; j < n; j++)
        x[j] = (x[j] - mean[j]) * factor;
}

double rows_about_mean(double *x, int64_t n, int64_t dim, const double *weight, double *mean, double *low, double *largest)
{
    double all = 0;
    memset(low, 0, (size_t)dim * sizeof *low);
    memset(largest, 0, (size_t)dim * sizeof *largest);
    memset(mean, 0, (size_t)dim * sizeof *mean);
    if (n)
        memcpy(mean, x, (size_t)dim * sizeof *mean);
    for (int64_t i = 0; i < n; i++) {
        all += weight[i];
        step_from_first(x + i * dim, mean, dim, weight[i], low, largest);
    }
    for (int64_t j = 0; n && j < dim; j++)
        low[j] /= all;
    for (int64_t i = 0; i < n; i++)
        centre_row(x + i * dim, low, dim, sqrt(weight[i]));
    for (int64_t j = 0; n && j < dim; j++)
        mean_sum(mean[j], low[j], &mean[j], &low[j]);
    return all;
}

static void centre_panel(const work *w, gram_panel *p, int64_t first)
{
    double weight[PANEL_ROWS];
    int64_t row = 0;
    for (int64_t v = first; row < p->n; v++)
        if (gram_counts(w->of, v))
            weight[row++] = w->of->weight ? w->of->weight[v] : 1;
    p->weight = rows_about_mean(p->rows, p->n, w->dim, weight, p->mean, p->low, p->largest);
}

static void centre_task(int64_t i, void *data)
{
    work *w = data;
    stage_rows(w, &w->panel[i], w->first_panel + i);
    centre_panel(w, &w->panel[i], w->r.first + (w->first_panel + i) * PANEL_ROWS);
}

/* ---- all panels ---- */

/* The mean so far moves on to include the panel's. */
static void take_step(const work *w, gram_panel *p, gram *g)
{
    double *step = p->rows + p->n * w->dim;
    p->n_all = p->n;
    if (p->n == 0)
        return;
    double share = p->weight / (g->weight + p->weight), factor = sqrt(g->weight * share);
    for (int64_t j = 0; j < w->dim; j++) {
        double delta = (p->mean[j] - g->mean[j]) + (p->low[j] - g->low[j]);
        step[j] = delta * factor;
        if (g->n)
            mean_sum(g->mean[j], g->low[j] + delta * share, &g->mean[j], &g->low[j]);
        else
            g->mean[j] = p->mean[j], g->low[j] = p->low[j];
        w->largest[j] = fmax(w->largest[j], p->largest[j]);
    }
    p->n_all += g->n > 0;
    g->n += p->n;
    g->weight += p->weight;
}

static void scale_task(int64_t i, void *data)
{
    const work *w = data;
    const gram_panel *p = &w->panel[i];
    for (int64_t row = 0; row < p->n_all; row++)
        for (int64_t j = 0; j < w->dim; j++)
            p->rows[row * w->dim + j] /= w->unit[j];
}

/* S and the staged panels go to the units of the numbers so far; most never leave 1. */
static lamella_status keep_in_units(call *c, work *w)
{
    int scaled = 0;
    for (int64_t j = 0; j < w->dim; j++) {
        double unit = range_unit(w->largest[j]), ratio = w->unit[j] / unit;
        for (int64_t i = 0; ratio != 1 && i < w->dim; i++) {
            w->square[i * w->dim + j] *= ratio;
            w->square[j * w->dim + i] *= ratio;
        }
        w->unit[j] = unit;
        scaled |= unit != 1;
    }
    return scaled ? parallel(c, w->n_staged, scale_task, w) : LAMELLA_OK;
}

/* The i-th tile of the lower triangle, row by row of tiles. */
static void square_task(int64_t i, void *data)
{
    const work *w = data;
    int64_t tile_row = 0;
    while (i > tile_row)
        i -= ++tile_row;
    int64_t a = tile_row * GRAM_TILE, b = i * GRAM_TILE;
    double *to = w->square + a * w->dim + b;
    for (const gram_panel *p = w->panel; p < w->panel + w->n_staged; p++)
        if (a == b)
            blas_gram_f64(p->rows + a, p->n_all, MIN(GRAM_TILE, w->dim - a), w->dim, 1, to, w->dim);
        else
            blas_product_run(&(blas_product){ .m = MIN(GRAM_TILE, w->dim - a), .n = GRAM_TILE, .k = p->n_all, .alpha = 1, .beta = 1,
                                              .a = p->rows + a, .a_stride = w->dim, .a_transposed = 1, .b = p->rows + b,
                                              .b_stride = w->dim, .c = to, .c_stride = w->dim });
}

/* A panel's mean is not finite if a number in it is not, or if their sum left f64: this finds which. */
static lamella_status fail_nonfinite(call *c, work *w, int64_t i)
{
    int64_t first = w->r.first + i * PANEL_ROWS;
    char *piece;
    TAKE(c, piece, rows_scratch(&w->r));
    for (int64_t l = 0; l < w->of->n_layers; l++) {
        char indexed[64];
        number n;
        panel p;
        rows_panel(&w->r, l, i, piece, &p);
        indexed_name(indexed, sizeof indexed, "stack.layer", w->of->first_layer + l);
        for (int64_t v = first; v < first + p.n; v++) {
            const double *x = (const double *)p.data + (v - first) * p.stride;
            int64_t j = gram_counts(w->of, v) ? w->r.simd->nonfinite_f64(x, p.dim) : p.dim;
            if (j < p.dim)
                return fail(c, LAMELLA_ERR_NONFINITE, "%s is %s at row %lld, column %lld, expected a finite number",
                            w->of->names ? w->of->names[l] : indexed, number_text(x[j], &n), (long long)v, (long long)j);
        }
    }
    return LAMELLA_OK;
}

lamella_status fail_squares(const call *c, const char *name)
{
    return fail(c, LAMELLA_ERR_NUMERIC, "%s has numbers whose squares do not fit f64, expected less than 1e150", name);
}

static lamella_status fail_range(call *c, const gram_rows *of)
{
    char indexed[64];
    indexed_name(indexed, sizeof indexed, "stack.layer", of->first_layer);
    return fail_squares(c, of->names ? of->names[0] : indexed);
}

/* The panels of the block at hand, as many at a time as there is room for. */
static lamella_status add_block(call *c, work *w, int64_t most, gram *g)
{
    int64_t tiles = (w->dim + GRAM_TILE - 1) / GRAM_TILE;
    for (w->first_panel = 0; w->first_panel < w->r.n_panels; w->first_panel += w->n_staged) {
        w->n_staged = MIN(most, w->r.n_panels - w->first_panel);
        TRY(parallel(c, w->n_staged, centre_task, w));
        for (int64_t i = 0; i < w->n_staged; i++) {
            if (!matrix_is_finite(w->panel[i].mean, 1, w->dim, w->dim)) {
                TRY(fail_nonfinite(c, w, w->first_panel + i));
                return fail_range(c, w->of);
            }
            take_step(w, &w->panel[i], g);
        }
        TRY(keep_in_units(c, w));
        TRY(blas_parallel(c, tiles * (tiles + 1) / 2, square_task, w));
    }
    return LAMELLA_OK;
}

/* Panels that are staged at a time, and the bytes of one. */
static int64_t panels(const call *c, const work *w, int64_t *bytes)
{
    int64_t most = (w->of->s->n_vectors + PANEL_ROWS - 1) / PANEL_ROWS, room = INT64_MAX;
    *bytes = whole_lines(MAX((PANEL_ROWS + 1) * w->dim * (int64_t)sizeof(double), has_parts(w->of) ? 0 : rows_scratch(&w->r)));
    if (c->memory.limit)
        room = (c->memory.limit - c->memory.taken) / 2 / *bytes;
    return MAX(MIN(MIN(MAX(GRAM_STAGED / *bytes, parallel_width(c)), room), most), 1);
}

static lamella_status take_panels(call *c, work *w, int64_t most, int64_t bytes)
{
    TAKE(c, w->panel, most);
    for (int64_t i = 0; i < most; i++) {
        char *rows;
        TAKE(c, rows, bytes);
        w->panel[i].rows = (double *)rows;
        TAKE(c, w->panel[i].mean, w->dim);
        TAKE(c, w->panel[i].low, w->dim);
        TAKE(c, w->panel[i].largest, w->dim);
    }
    TAKE_ZEROS(c, w->largest, w->dim);
    TAKE(c, w->unit, w->dim);
    for (int64_t j = 0; j < w->dim; j++)
        w->unit[j] = 1;
    return LAMELLA_OK;
}

/* The means go to the units of S, or S leaves them. */
static void settle_units(const work *w, gram *g)
{
    for (int64_t j = 0; j < w->dim; j++)
        if (g->unit) {
            g->unit[j] = w->unit[j];
            g->mean[j] /= w->unit[j];
            g->low[j] /= w->unit[j];
        } else if (w->unit[j] != 1)
            for (int64_t i = 0; i < w->dim; i++) {
                g->square[i * w->dim + j] *= w->unit[j];
                g->square[j * w->dim + i] *= w->unit[j];
            }
}

lamella_status gram_of_rows(call *c, const gram_rows *of, gram *g)
{
    arena_mark before = arena_now(&c->memory);
    work w = { .of = of, .dim = g->dim, .square = g->square };
    int64_t bytes;
    gram_clear(g);
    TRY(blas_matrix_check(c, "a Gram matrix", g->dim, g->dim, g->dim));
    TRY(rows_open(c, of->s, of->first_layer, of->n_layers, LAMELLA_F64, &w.r));
    w.r.keep_nonfinite = 1; /* seen in the means */
    if (has_parts(of))
        TRY(scratch_open(c, rows_scratch(&w.r), &w.pieces));
    int64_t most = panels(c, &w, &bytes);
    TRY(take_panels(c, &w, most, bytes));
    do {
        TRY(rows_next(c, &w.r));
        TRY(add_block(c, &w, most, g));
    } while (w.r.n);
    settle_units(&w, g);
    arena_rewind(&c->memory, before);
    matrix_mirror_lower(g->square, g->dim, g->dim);
    return matrix_is_finite(g->square, g->dim, g->dim, g->dim) ? LAMELLA_OK : fail_range(c, of);
}
