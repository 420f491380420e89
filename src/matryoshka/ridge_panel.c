/* One panel of 256 rows through the penalties of a pass, at every width.
 *
 *   z_k = row k of L^-1 times x,   residual -= w_k z_k,   keep -= z_k^2,   at each width   e = residual / keep
 *
 * Z comes 8 rows at a time from the tile kernel, whose chain is cut where L^-1 has zeros, and is used while it is in cache. r / keep has
 * too few digits where the fit passes close to a row: such rows are counted, and the pass decides what is done again in f64, row by row. */
#include "matryoshka/ridge_widths.h"

#include <string.h>

enum { RIDGE_PANEL = 288 }; /* PANEL_ROWS filled up to whole tiles */

typedef struct panel_room {
    double *residual_f64; /* [task]: of a row; f64 passes only */
    double *row;          /* [dim]: a centred row */
    float  *group;        /* [TILE_ROWS, dim]: rows on their way into x */
    float  *target;       /* [task, RIDGE_PANEL] */
    float  *x;            /* centred rows in units, packed in groups of TILE_ROWS */
    float  *z;            /* [TILE_QUERIES, RIDGE_PANEL] */
    float  *residual;     /* [task, RIDGE_PANEL] */
    float  *keep;         /* [RIDGE_PANEL] */
} panel_room;

int64_t ridge_figures(const ridge_problem *p)
{
    return p->n_widths * (1 + 2 * p->n_tasks);
}

static int64_t room_in(const ridge_applied *a, char *base, panel_room *room)
{
    int64_t d = a->dim, t = a->p->n_tasks, at = 0;
    const int64_t doubles[] = { t, d };
    const int64_t floats[] = { TILE_ROWS * d, t * RIDGE_PANEL, d * RIDGE_PANEL, TILE_QUERIES * RIDGE_PANEL, t * RIDGE_PANEL, RIDGE_PANEL };
    double **place_f64[] = { &room->residual_f64, &room->row };
    float **place[] = { &room->group, &room->target, &room->x, &room->z, &room->residual, &room->keep };
    for (int64_t i = 0; i < LENGTH(place_f64); i++) {
        *place_f64[i] = (double *)(base + at);
        at += whole_lines(doubles[i] * (int64_t)sizeof(double));
    }
    for (int64_t i = 0; i < LENGTH(place); i++) {
        *place[i] = (float *)(base + at);
        at += whole_lines(floats[i] * (int64_t)sizeof(float));
    }
    return at;
}

int64_t ridge_panel_bytes(const ridge_applied *a)
{
    panel_room unused;
    return room_in(a, NULL, &unused);
}

/* ---- rows ---- */

static void centred(const ridge_applied *a, const panel *p, int64_t i, double *row)
{
    if (a->precision == LAMELLA_F64) {
        const double *x = (const double *)p->data + i * p->stride;
        for (int64_t j = 0; j < a->dim; j++)
            row[j] = x[j] - a->mean[j] - a->low[j];
    } else {
        const float *x = (const float *)p->data + i * p->stride;
        for (int64_t j = 0; j < a->dim; j++)
            row[j] = (double)x[j] - a->mean[j];
    }
}

/* ---- in f32 ---- */

/* Rows outside the mask, centred and packed; their targets. Returns how many. */
static int64_t centre_rows(const ridge_applied *a, const panel *p, panel_room *room)
{
    int64_t n = 0, d = a->dim, t = a->p->n_tasks;
    for (int64_t i = 0; i < p->n; i++) {
        if (p->valid && !p->valid[i])
            continue;
        float *row = room->group + n % TILE_ROWS * d;
        centred(a, p, i, room->row);
        for (int64_t j = 0; j < d; j++)
            row[j] = (float)(room->row[j] * a->per_unit[j]);
        for (int64_t k = 0; k < t; k++)
            room->target[k * RIDGE_PANEL + n] = (float)a->p->target[(p->first + i) * t + k];
        if (++n % TILE_ROWS == 0)
            a->simd->pack_f32(room->group, d, TILE_ROWS, d, TILE_ROWS, room->x + (n - TILE_ROWS) * d);
    }
    if (n % TILE_ROWS)
        a->simd->pack_f32(room->group, d, n % TILE_ROWS, d, TILE_ROWS, room->x + n / TILE_ROWS * TILE_ROWS * d);
    return n;
}

static int64_t rows_under(float least, const float *keep, int64_t n)
{
    int32_t under = 0;
    for (int64_t i = 0; i < n; i++)
        under += !(keep[i] >= least); /* a NaN is */
    return under;
}

/* Sum of squares and hits of one width and task. */
static void add_errors(const kernels *simd, const float *residual, const float *keep, const float *target, int64_t n, double *error,
                       double *hits)
{
    float e[RIDGE_PANEL];
    double lanes[16] = { 0 };
    int32_t right = 0;
    for (int64_t i = 0; i < n; i++) {
        e[i] = residual[i] / keep[i];
        right += target[i] * e[i] < 1; /* the sign of y - e is that of y = +-1 */
    }
    simd->square_lanes_f32(e, n, lanes);
    *error = lanes_sum(lanes);
    *hits = (double)right;
}

static void block_of_z(const ridge_applied *a, const float *packed, int64_t k, int64_t n, panel_room *room)
{
    int64_t width = MIN(k + TILE_QUERIES, a->dim);
    memset(room->z, 0, TILE_QUERIES * RIDGE_PANEL * sizeof *room->z);
    for (int64_t group = 0; group < n; group += TILE_ROWS)
        a->simd->tile_f32(packed, room->x + group * a->dim, width, room->z + group, RIDGE_PANEL);
}

static void start_penalty(const ridge_applied *a, int64_t n, panel_room *room)
{
    float keep = (float)(1 - 1 / (double)a->n_rows);
    for (int64_t i = 0; i < n; i++)
        room->keep[i] = keep;
    for (int64_t k = 0; k < a->p->n_tasks; k++)
        for (int64_t i = 0; i < n; i++)
            room->residual[k * RIDGE_PANEL + i] = (float)((double)room->target[k * RIDGE_PANEL + i] - a->y_mean[k]);
}

static void take_z(const float *z, int64_t n, const double *w, int64_t n_tasks, panel_room *room)
{
    for (int64_t i = 0; i < n; i++)
        room->keep[i] -= z[i] * z[i];
    for (int64_t k = 0; k < n_tasks; k++) {
        float *residual = room->residual + k * RIDGE_PANEL, w_k = (float)w[k];
        for (int64_t i = 0; i < n; i++)
            residual[i] -= w_k * z[i];
    }
}

/* All widths of penalty i of the pass. */
static void penalty_of_panel(const ridge_applied *a, int64_t i, int64_t n, panel_room *room, double *figures)
{
    const ridge_problem *p = a->p;
    const float *packed = a->inverse + i * a->inverse_floats;
    const double *w = a->w + i * a->dim * p->n_tasks;
    int64_t cut = 0;
    start_penalty(a, n, room);
    for (int64_t k = 0; cut < p->n_widths; k++) { /* the widest is dim */
        if (k % TILE_QUERIES == 0) {
            block_of_z(a, packed, k, n, room);
            packed += TILE_QUERIES * MIN(k + TILE_QUERIES, a->dim);
        }
        take_z(room->z + k % TILE_QUERIES * RIDGE_PANEL, n, w + k * p->n_tasks, p->n_tasks, room);
        for (; cut < p->n_widths && p->widths[cut] == k + 1; cut++) {
            *figures++ = (double)rows_under((float)a->keep_least, room->keep, n);
            for (int64_t t = 0; t < p->n_tasks; t++, figures += 2)
                add_errors(a->simd, room->residual + t * RIDGE_PANEL, room->keep, room->target + t * RIDGE_PANEL, n, figures, figures + 1);
        }
    }
}

/* ---- the same in f64, row by row ---- */

static void row_in_f64(const ridge_applied *a, const double *x, const double *target, double *residual, double *figures)
{
    const ridge_problem *p = a->p;
    double keep = 1 - 1 / (double)a->n_rows;
    int64_t cut = 0;
    for (int64_t t = 0; t < p->n_tasks; t++)
        residual[t] = target[t] - a->y_mean[t];
    for (int64_t k = 0; cut < p->n_widths; k++) {
        const double z = dot_f64(a->simd, a->inverse_f64 + k * a->dim, x, k + 1), *w = a->w + k * p->n_tasks;
        keep -= z * z;
        for (int64_t t = 0; t < p->n_tasks; t++)
            residual[t] -= w[t] * z;
        for (; cut < p->n_widths && p->widths[cut] == k + 1; cut++) {
            *figures++ += !(keep >= a->keep_least);
            for (int64_t t = 0; t < p->n_tasks; t++, figures += 2) {
                double e = residual[t] / keep;
                figures[0] += e * e;
                figures[1] += target[t] * e < 1;
            }
        }
    }
}

static void panel_in_f64(const ridge_applied *a, const panel *p, panel_room *room, double *figures)
{
    memset(figures, 0, (size_t)ridge_figures(a->p) * sizeof *figures);
    for (int64_t i = 0; i < p->n; i++)
        if (!p->valid || p->valid[i]) {
            centred(a, p, i, room->row);
            row_in_f64(a, room->row, a->p->target + (p->first + i) * a->p->n_tasks, room->residual_f64, figures);
        }
}

void ridge_panel(const ridge_applied *a, const panel *p, char *memory, double *figures)
{
    panel_room room;
    room_in(a, memory, &room);
    if (a->inverse_f64) {
        panel_in_f64(a, p, &room, figures);
        return;
    }
    int64_t n = centre_rows(a, p, &room);
    for (int64_t k = 0; k < a->n_penalties; k++, figures += ridge_figures(a->p))
        penalty_of_panel(a, k, n, &room, figures);
}
