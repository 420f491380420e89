/* Leave-one-out ridge at every width of one layer, from one Gram and one factor per penalty.
 *
 *   L L^T = G + penalty I,   Z = L^-1 X^T (rows of X centred),   w = L^-1 X^T y
 *   after the first m rows of Z:   residual r = y - mean y - sum_k w_k z_k,   keep = 1 - 1/n - sum_k z_k^2,   e = r / keep
 *
 * A task takes one panel of 256 rows through all penalties: Z comes 8 rows at a time from the tile kernel, whose chain is cut where L^-1
 * has zeros, and is used while it is in cache. Errors are summed per panel and joined in panel order. f32 loses too much where keep is
 * small (a row that the fit passes through): such a penalty is done again in f64, plainly. */
#include "matryoshka/ridge_widths.h"

#include <math.h>
#include <string.h>

#define KEEP_LEAST 0.05          /* under it r / keep has too few digits in f32 */
#define KEEP_LEAST_F64 1e-9      /* under it, also in f64 */
#define FACTOR_BYTES (256 << 20) /* of the factors that one pass over the rows applies */

enum { RIDGE_PANEL = 288 };      /* PANEL_ROWS filled up to whole tiles */

typedef struct ridge_pass {
    const ridge_problem *p;
    const gram    *g;            /* of [X | y] */
    int64_t        l, dim;
    int64_t        first_penalty, n_penalties; /* of this pass */
    const float   *inverse;      /* [penalty of the pass]: L^-1 packed for the tile, in blocks of 8 rows */
    int64_t        inverse_floats;
    const double  *inverse_f64;  /* instead: L^-1 [dim, dim], of one penalty */
    const double  *w;            /* [penalty of the pass, dim, task] */
    rows           r;
    scratch        pieces;
    int64_t        rows_bytes;
    double        *of_panel;     /* [panel of the block, penalty of the pass, width, task, {error, hits}] */
    double        *keep_least;   /* [panel of the block, penalty of the pass] */
} ridge_pass;

static int64_t figures_of_penalty(const ridge_problem *p)
{
    return p->n_widths * p->n_tasks * 2;
}

/* ---- factors ---- */

static int64_t packed_floats(int64_t dim)
{
    int64_t floats = 0;
    for (int64_t k = 0; k < dim; k += TILE_QUERIES)
        floats += TILE_QUERIES * MIN(k + TILE_QUERIES, dim);
    return floats;
}

static void pack_inverse(const kernels *simd, const float *inverse, int64_t dim, float *packed)
{
    for (int64_t k = 0; k < dim; k += TILE_QUERIES) {
        int64_t width = MIN(k + TILE_QUERIES, dim);
        simd->pack_f32(inverse + k * dim, dim, MIN(TILE_QUERIES, dim - k), width, TILE_QUERIES, packed);
        packed += TILE_QUERIES * width;
    }
}

typedef struct factor_work {
    const ridge_pass *pass;
    double *l;                   /* [penalty of the pass, dim, dim] */
    float  *inverse;             /* [penalty of the pass, dim, dim] */
    float  *packed;
    double *w;
    unsigned char *failed;       /* [penalty of the pass] */
} factor_work;

/* L, w = L^-1 X^T y and L^-1 of one penalty. */
static void factor(int64_t i, void *data)
{
    const factor_work *f = data;
    const ridge_pass *pass = f->pass;
    int64_t d = pass->dim, t = pass->p->n_tasks, stride = pass->g->dim;
    double *l = f->l + i * d * d, *w = f->w + i * d * t;
    for (int64_t j = 0; j < d; j++) {
        memcpy(l + j * d, pass->g->square + j * stride, (size_t)d * sizeof *l);
        l[j * d + j] += pass->p->penalty[pass->first_penalty + i];
        memcpy(w + j * t, pass->g->square + j * stride + d, (size_t)t * sizeof *w);
    }
    f->failed[i] = cholesky_f64(l, d, d) != 0;
    if (f->failed[i])
        return;
    triangular_solve_f64(l, d, d, 0, w, t, t);
    f->failed[i] = triangular_invert_f64(l, d, d) != 0;
    if (f->failed[i] || !f->inverse)
        return;
    float *inverse = f->inverse + i * d * d;
    for (int64_t j = 0; j < d; j++)
        for (int64_t k = 0; k < d; k++)
            inverse[j * d + k] = k <= j ? (float)l[j * d + k] : 0;
    pack_inverse(pass->r.simd, inverse, d, f->packed + i * pass->inverse_floats);
}

/* ---- one panel ---- */

typedef struct ridge_room {
    float  *x;        /* centred rows, packed in groups of TILE_ROWS */
    float  *z;        /* [TILE_QUERIES, RIDGE_PANEL] */
    float  *keep;     /* [RIDGE_PANEL] */
    float  *residual; /* [task, RIDGE_PANEL] */
    float  *target;   /* [task, RIDGE_PANEL] */
    double *centred;  /* [dim, RIDGE_PANEL]: f64 passes only */
    float  *row;      /* [TILE_ROWS, dim]: rows on their way into a group */
} ridge_room;

static int64_t room_bytes(const ridge_pass *pass, ridge_room *room, char *base)
{
    int64_t d = pass->dim, t = pass->p->n_tasks, at = 0;
    const int64_t floats[] = { d * RIDGE_PANEL, TILE_QUERIES * RIDGE_PANEL, RIDGE_PANEL, t * RIDGE_PANEL, t * RIDGE_PANEL, TILE_ROWS * d };
    float **place[] = { &room->x, &room->z, &room->keep, &room->residual, &room->target, &room->row };
    for (int64_t i = 0; i < LENGTH(place); i++) {
        *place[i] = (float *)(base + at);
        at += round_up(floats[i] * (int64_t)sizeof(float), 64);
    }
    room->centred = (double *)(base + at);
    return at + (pass->inverse_f64 ? d * RIDGE_PANEL * (int64_t)sizeof(double) : 0);
}

/* Rows outside the mask, centred and packed; their targets. Returns how many. */
static int64_t centre_rows(const ridge_pass *pass, const panel *p, ridge_room *room)
{
    const double *mean = pass->g->mean;
    int64_t n = 0, d = pass->dim, t = pass->p->n_tasks;
    memset(room->target, 0, (size_t)(t * RIDGE_PANEL) * sizeof *room->target);
    for (int64_t i = 0; i < p->n; i++) {
        if (p->valid && !p->valid[i])
            continue;
        const float *x = (const float *)p->data + i * p->stride;
        float *row = room->row + n % TILE_ROWS * d;
        for (int64_t j = 0; j < d; j++)
            row[j] = (float)((double)x[j] - mean[j]);
        for (int64_t j = 0; pass->inverse_f64 && j < d; j++)
            room->centred[j * RIDGE_PANEL + n] = (double)x[j] - mean[j];
        for (int64_t k = 0; k < t; k++)
            room->target[k * RIDGE_PANEL + n] = (float)pass->p->target[(p->first + i) * t + k];
        if (++n % TILE_ROWS == 0)
            pass->r.simd->pack_f32(room->row, d, TILE_ROWS, d, TILE_ROWS, room->x + (n - TILE_ROWS) * d);
    }
    if (n % TILE_ROWS)
        pass->r.simd->pack_f32(room->row, d, n % TILE_ROWS, d, TILE_ROWS, room->x + n / TILE_ROWS * TILE_ROWS * d);
    return n;
}

/* Sum of squares and hits of one width and task, in row order over 16 lanes. */
static void add_errors(const float *residual, const float *keep, const float *target, int64_t n, double *error, double *hits)
{
    double lanes[16] = { 0 };
    int64_t right = 0;
    for (int64_t i = 0; i < n; i++) {
        float e = residual[i] / keep[i];
        lanes[i % 16] += (double)e * (double)e;
        right += target[i] * e < 1; /* the sign of y - e is that of y = +-1 */
    }
    *error = lanes_sum(lanes);
    *hits = (double)right;
}

static void block_of_z(const ridge_pass *pass, const float *packed, int64_t k, int64_t n, ridge_room *room)
{
    int64_t width = MIN(k + TILE_QUERIES, pass->dim);
    memset(room->z, 0, TILE_QUERIES * RIDGE_PANEL * sizeof *room->z);
    for (int64_t group = 0; group < n; group += TILE_ROWS)
        pass->r.simd->tile_f32(packed, room->x + group * pass->dim, width, room->z + group, RIDGE_PANEL);
}

static void start_penalty(const ridge_pass *pass, int64_t n, ridge_room *room)
{
    float keep = (float)(1 - 1 / (double)pass->g->n);
    for (int64_t i = 0; i < n; i++)
        room->keep[i] = keep;
    for (int64_t k = 0; k < pass->p->n_tasks; k++)
        for (int64_t i = 0; i < n; i++)
            room->residual[k * RIDGE_PANEL + i] = (float)((double)room->target[k * RIDGE_PANEL + i] - pass->g->mean[pass->dim + k]);
}

static void take_z(const float *z, int64_t n, const double *w, int64_t n_tasks, ridge_room *room)
{
    for (int64_t i = 0; i < n; i++)
        room->keep[i] -= z[i] * z[i];
    for (int64_t k = 0; k < n_tasks; k++) {
        float *residual = room->residual + k * RIDGE_PANEL, w_k = (float)w[k];
        for (int64_t i = 0; i < n; i++)
            residual[i] -= w_k * z[i];
    }
}

static float least_of(const float *x, int64_t n)
{
    float least = INFINITY;
    for (int64_t i = 0; i < n; i++)
        least = x[i] < least ? x[i] : least; /* a NaN fails every comparison of the sums it goes into */
    return least;
}

/* All widths of penalty i of the pass; figures: [width, task, {error, hits}]. Returns the least keep. */
static double penalty_of_panel(const ridge_pass *pass, int64_t i, int64_t n, ridge_room *room, double *figures)
{
    const ridge_problem *p = pass->p;
    const float *packed = pass->inverse + i * pass->inverse_floats;
    const double *w = pass->w + i * pass->dim * p->n_tasks;
    int64_t cut = 0;
    start_penalty(pass, n, room);
    for (int64_t k = 0; k < p->widths[p->n_widths - 1]; k++) {
        if (k % TILE_QUERIES == 0) {
            block_of_z(pass, packed, k, n, room);
            packed += TILE_QUERIES * MIN(k + TILE_QUERIES, pass->dim);
        }
        take_z(room->z + k % TILE_QUERIES * RIDGE_PANEL, n, w + k * p->n_tasks, p->n_tasks, room);
        for (; cut < p->n_widths && p->widths[cut] == k + 1; cut++)
            for (int64_t t = 0; t < p->n_tasks; t++) {
                double *figure = figures + (cut * p->n_tasks + t) * 2;
                add_errors(room->residual + t * RIDGE_PANEL, room->keep, room->target + t * RIDGE_PANEL, n, figure, figure + 1);
            }
    }
    return least_of(room->keep, n);
}

/* ---- the same in f64, plainly: for penalties that pass close to a row, and the reference of the tests ---- */

static void add_errors_f64(const double *residual, const double *keep, const float *target, int64_t n, double *error, double *hits)
{
    *error = *hits = 0;
    for (int64_t i = 0; i < n; i++) {
        double e = residual[i] / keep[i];
        *error += e * e;
        *hits += (double)target[i] * e < 1;
    }
}

static double penalty_of_panel_f64(const ridge_pass *pass, int64_t n, const ridge_room *room, double *figures)
{
    const ridge_problem *p = pass->p;
    double z[RIDGE_PANEL], keep[RIDGE_PANEL], residual[RIDGE_PANEL], least = INFINITY;
    for (int64_t t = 0; t < p->n_tasks; t++) {
        int64_t cut = 0;
        const float *target = room->target + t * RIDGE_PANEL;
        for (int64_t i = 0; i < n; i++) {
            keep[i] = 1 - 1 / (double)pass->g->n;
            residual[i] = (double)target[i] - pass->g->mean[pass->dim + t];
        }
        for (int64_t k = 0; k < p->widths[p->n_widths - 1]; k++) {
            const double *row = pass->inverse_f64 + k * pass->dim;
            memset(z, 0, sizeof z);
            for (int64_t j = 0; j <= k; j++)
                for (int64_t i = 0; i < n; i++)
                    z[i] += row[j] * room->centred[j * RIDGE_PANEL + i];
            for (int64_t i = 0; i < n; i++) {
                keep[i] -= z[i] * z[i];
                residual[i] -= pass->w[k * p->n_tasks + t] * z[i];
            }
            for (; cut < p->n_widths && p->widths[cut] == k + 1; cut++) {
                double *figure = figures + (cut * p->n_tasks + t) * 2;
                add_errors_f64(residual, keep, target, n, figure, figure + 1);
            }
        }
        for (int64_t i = 0; i < n; i++)
            least = keep[i] < least ? keep[i] : least;
    }
    return least;
}

/* ---- one pass over the rows ---- */

static void ridge_panel_task(int64_t i, void *data)
{
    ridge_pass *pass = data;
    panel p;
    ridge_room room;
    char *piece = scratch_claim(&pass->pieces);
    double *figures = pass->of_panel + i * pass->n_penalties * figures_of_penalty(pass->p);
    memset(figures, 0, (size_t)(pass->n_penalties * figures_of_penalty(pass->p)) * sizeof *figures);
    room_bytes(pass, &room, piece + pass->rows_bytes);
    if (rows_panel(&pass->r, 0, i, piece, &p)) {
        int64_t n = centre_rows(pass, &p, &room);
        for (int64_t k = 0; k < pass->n_penalties; k++) {
            double *of_penalty = figures + k * figures_of_penalty(pass->p);
            pass->keep_least[i * pass->n_penalties + k] = pass->inverse_f64 ? penalty_of_panel_f64(pass, n, &room, of_penalty)
                                                                            : penalty_of_panel(pass, k, n, &room, of_penalty);
        }
    }
    scratch_release(&pass->pieces, piece);
}

/* sums: [penalty of the pass, width, task, {error, hits}]; least: [penalty of the pass]. */
static lamella_status sum_panels(call *c, ridge_pass *pass, double *sums, double *least)
{
    ridge_room unused;
    int64_t n_figures = pass->n_penalties * figures_of_penalty(pass->p);
    TRY(rows_open(c, pass->p->s, pass->l, 1, LAMELLA_F32, &pass->r));
    pass->rows_bytes = round_up(rows_scratch(&pass->r), 64);
    TRY(scratch_open(c, pass->rows_bytes + room_bytes(pass, &unused, NULL), &pass->pieces));
    int64_t most_panels = (MIN(pass->r.block_vectors, pass->p->s->n_vectors) + PANEL_ROWS - 1) / PANEL_ROWS;
    TAKE(c, pass->of_panel, most_panels * n_figures);
    TAKE(c, pass->keep_least, most_panels * pass->n_penalties);
    memset(sums, 0, (size_t)n_figures * sizeof *sums);
    for (int64_t k = 0; k < pass->n_penalties; k++)
        least[k] = INFINITY;
    do {
        TRY(rows_next(c, &pass->r));
        TRY(parallel(c, pass->r.n_panels, ridge_panel_task, pass));
        TRY(rows_fault(c, &pass->r));
        for (int64_t i = 0; i < pass->r.n_panels; i++) {
            for (int64_t j = 0; j < n_figures; j++)
                sums[j] += pass->of_panel[i * n_figures + j];
            for (int64_t k = 0; k < pass->n_penalties; k++)
                least[k] = fmin(least[k], pass->keep_least[i * pass->n_penalties + k]);
        }
    } while (pass->r.n);
    return LAMELLA_OK;
}

/* ---- one layer ---- */

static void put_ridge_figures(const ridge_pass *pass, int64_t i, const double *sums, double *error, double *accuracy)
{
    int64_t n_cells = pass->p->n_widths * pass->p->n_tasks, at = (pass->first_penalty + i) * n_cells;
    for (int64_t j = 0; j < n_cells; j++) {
        error[at + j] = sums ? sums[2 * j] / (double)pass->g->n : NAN;
        accuracy[at + j] = sums ? sums[2 * j + 1] / (double)pass->g->n : NAN;
    }
}

/* The penalties first_penalty .. + n_penalties - 1, in f32, or one in f64. kept[i]: the figures can be trusted. */
static lamella_status run_pass(call *c, ridge_pass *pass, int in_f64, double *error, double *accuracy, unsigned char *kept)
{
    int64_t d = pass->dim, n = pass->n_penalties;
    arena_mark before = arena_now(&c->memory);
    factor_work f = { .pass = pass };
    double *sums, *least;
    pass->r.simd = simd_of(c);
    pass->inverse_floats = packed_floats(d);
    TAKE(c, f.l, n * d * d);
    TAKE(c, f.w, n * d * pass->p->n_tasks);
    TAKE(c, f.failed, n);
    if (!in_f64) {
        TAKE(c, f.inverse, n * d * d);
        TAKE(c, f.packed, n * pass->inverse_floats);
        memset(f.packed, 0, (size_t)(n * pass->inverse_floats) * sizeof *f.packed);
    }
    TRY(blas_parallel(c, n, factor, &f));
    pass->w = f.w;
    pass->inverse = f.packed;
    pass->inverse_f64 = in_f64 ? f.l : NULL;
    TAKE(c, sums, n * figures_of_penalty(pass->p));
    TAKE(c, least, n);
    TRY(sum_panels(c, pass, sums, least));
    for (int64_t i = 0; i < n; i++) {
        kept[i] = !f.failed[i] && least[i] >= (in_f64 ? KEEP_LEAST_F64 : KEEP_LEAST);
        put_ridge_figures(pass, i, kept[i] ? sums + i * figures_of_penalty(pass->p) : NULL, error, accuracy);
    }
    arena_rewind(&c->memory, before);
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

lamella_status ridge_layer(call *c, const ridge_problem *p, int64_t l, double *error, double *accuracy)
{
    arena_mark before = arena_now(&c->memory);
    gram g;
    int64_t d = stack_dim(p->s, l);
    unsigned char *kept, again;
    const gram_rows of = { .s = p->s, .first_layer = l, .n_layers = 1, .extra = p->target, .extra_dim = p->n_tasks, .extra_stride = p->n_tasks };
    TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &g));
    TRY(gram_of_rows(c, &of, &g));
    TAKE(c, kept, p->n_penalties);
    ridge_pass pass = { .p = p, .g = &g, .l = l, .dim = d };
    for (int64_t first = 0; first < p->n_penalties; first += pass.n_penalties) {
        pass.first_penalty = first;
        pass.n_penalties = MIN(penalties_at_once(c, d), p->n_penalties - first);
        TRY(run_pass(c, &pass, 0, error, accuracy, kept + first));
    }
    pass.n_penalties = 1;
    for (int64_t i = 0; i < p->n_penalties; i++) {
        pass.first_penalty = i;
        if (!kept[i])
            TRY(run_pass(c, &pass, 1, error, accuracy, &again));
    }
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}
