/* Rows through a projection, eight at a time: transform, compare with every anchor, transform the similarities, hand out.
 *
 * Cosines come from the similarity tile over unit rows in f32; its chain runs over dim in order, so a row's bits depend on nothing but the
 * row and the anchor. Everything else is summed in f64 from differences. */
#include "relative/projection.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kernels           *simd;
    const projection        *p;
    const lamella_relative_project_options *rules;
    int32_t                  precision; /* of the panels: LAMELLA_F32 where a cosine needs no more of the row */
    int64_t                  stride;    /* of a row of similarities */
    const projection_target *to;
    lowest                   overflow;  /* the first row with a similarity that f32 does not hold */
    int64_t                  n_zero_rows;
} work;

/* A task's room, for TILE_QUERIES rows. */
typedef struct projection_room {
    double *x;      /* [TILE_QUERIES, dim] transformed */
    double *unit;   /* [dim] */
    float  *units;  /* [TILE_QUERIES, dim] of norm 1 */
    float  *tile;   /* the same, packed */
    float  *values; /* [TILE_QUERIES, stride] similarities */
} projection_room;

static int64_t projection_room_bytes(const work *w)
{
    int64_t rows = whole_lines(TILE_QUERIES * w->p->dim * (int64_t)sizeof(float));
    return whole_lines((TILE_QUERIES + 1) * w->p->dim * (int64_t)sizeof(double)) + 2 * rows + TILE_QUERIES * w->stride * (int64_t)sizeof(float);
}

static projection_room room_in(const work *w, char *piece)
{
    int64_t dim = w->p->dim, rows = whole_lines(TILE_QUERIES * dim * (int64_t)sizeof(float));
    projection_room r = { .x = (double *)piece, .unit = (double *)piece + TILE_QUERIES * dim };
    piece += whole_lines((TILE_QUERIES + 1) * dim * (int64_t)sizeof(double));
    r.units = (float *)piece;
    r.tile = (float *)(piece + rows);
    r.values = (float *)(piece + 2 * rows);
    return r;
}

void projection_transform(const kernels *k, const projection *p, const double *x, double *room, double *out)
{
    double *centred = p->root ? room : out;
    if (!p->mean)
        memmove(out, x, (size_t)p->dim * sizeof *out);
    else if (p->scale)
        for (int64_t j = 0; j < p->dim; j++)
            out[j] = (x[j] - p->mean[j] - p->low[j]) / p->scale[j];
    else
        for (int64_t j = 0; j < p->dim; j++)
            centred[j] = x[j] - p->mean[j] - p->low[j];
    for (int64_t j = 0; p->root && j < p->dim; j++) /* symmetric: a row is a column */
        out[j] = dot_f64(k, centred, p->root + j * p->dim, p->dim);
}

/* Rounding of unit rows takes the cosine of a row and itself over 1. */
static void clamp_cosines(float *cosine, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        cosine[j] = MAX(-1, MIN(1, cosine[j]));
}

/* ---- similarities of the rows of a group; values + q * stride is row q ---- */

static void put_row_cosines(const work *w, const projection_room *r, int64_t n)
{
    const projection *p = w->p;
    w->simd->pack_f32(r->units, p->dim, n, p->dim, TILE_QUERIES, r->tile);
    memset(r->values, 0, (size_t)(TILE_QUERIES * w->stride) * sizeof *r->values);
    for (int64_t first = 0; first < p->n_anchors; first += TILE_ROWS)
        w->simd->tile_f32(r->tile, p->tiles + first * p->dim, p->dim, r->values + first, w->stride);
    for (int64_t q = 0; q < n; q++)
        clamp_cosines(r->values + q * w->stride, p->n_anchors);
}

static double similarity_to(const work *w, int32_t similarity, const double *x, int64_t anchor)
{
    const projection *p = w->p;
    const double *point = p->points + anchor * p->dim;
    switch (similarity) {
    case LAMELLA_RELATIVE_ANGULAR: return angular_distance(x, p->units + anchor * p->dim, p->dim);
    case LAMELLA_RELATIVE_BASIS: return dot_f64(w->simd, x, p->basis + anchor * p->dim, p->dim);
    case LAMELLA_RELATIVE_EUCLIDEAN: return euclidean_distance(x, point, p->dim) / p->distance[DISTANCE_EUCLIDEAN];
    case LAMELLA_RELATIVE_L1: return absolute_distance(x, point, p->dim) / p->distance[DISTANCE_L1];
    default: return largest_distance(x, point, p->dim) / p->distance[DISTANCE_LINF];
    }
}

static void put_each(const work *w, const projection_room *r, int64_t n, int32_t similarity, int64_t first_column)
{
    for (int64_t a = 0; a < w->p->n_anchors; a++)
        for (int64_t q = 0; q < n; q++)
            r->values[q * w->stride + first_column + a] = (float)similarity_to(w, similarity, r->x + q * w->p->dim, a);
}

static void put_similarities(const work *w, const projection_room *r, int64_t n)
{
    const int64_t dim = w->p->dim, n_anchors = w->p->n_anchors;
    switch (w->rules->similarity) {
    case LAMELLA_RELATIVE_COSINE: put_row_cosines(w, r, n); break;
    case LAMELLA_RELATIVE_ABSOLUTE:
        for (int64_t q = 0; q < n; q++)
            w->simd->f64_to_f32(r->x + q * dim, dim, r->values + q * w->stride);
        break;
    case LAMELLA_RELATIVE_PRODUCT: /* the tile fills up to a multiple of its rows: distances come after it */
        put_row_cosines(w, r, n);
        put_each(w, r, n, LAMELLA_RELATIVE_EUCLIDEAN, n_anchors);
        put_each(w, r, n, LAMELLA_RELATIVE_L1, 2 * n_anchors);
        put_each(w, r, n, LAMELLA_RELATIVE_LINF, 3 * n_anchors);
        break;
    default:
        for (int64_t q = 0; q < n && w->p->units; q++)
            unit_row(w->simd, r->x + q * dim, dim, r->x + q * dim);
        put_each(w, r, n, w->rules->similarity, 0);
    }
}

/* ---- a panel ---- */

int is_zero_row(const double *x, int64_t n)
{
    int64_t j = 0;
    while (j < n && x[j] == 0)
        j++;
    return j == n;
}

/* A row that is f32 already and compared as it is: the bits are those of the way through f64. */
static int unit_row_f32(const kernels *k, const float *x, int64_t n, float *unit)
{
    double lanes[16] = { 0 };
    k->square_lanes_f32(x, n, lanes);
    double norm = sqrt(lanes_sum(lanes));
    if (norm == 0)
        memset(unit, 0, (size_t)n * sizeof *unit);
    else
        k->scale_f32(x, n, 1 / norm, unit);
    return norm == 0;
}

static int prepare_row(const work *w, const projection_room *r, const panel *p, int64_t i, int64_t q)
{
    double *x = r->x + q * p->dim;
    if (w->precision == LAMELLA_F32)
        return unit_row_f32(w->simd, (const float *)p->data + i * p->stride, p->dim, r->units + q * p->dim);
    projection_transform(w->simd, w->p, (const double *)p->data + i * p->stride, r->unit, x);
    if (w->p->tiles) {
        unit_row(w->simd, x, p->dim, r->unit);
        w->simd->f64_to_f32(r->unit, p->dim, r->units + q * p->dim);
    }
    return is_zero_row(x, p->dim);
}

static void finish_row(work *w, int64_t vector, float *row)
{
    const projection *p = w->p;
    for (int64_t j = 0; p->relative_mean && j < p->width; j++)
        row[j] = (float)((row[j] - p->relative_mean[j]) / (p->relative_scale ? p->relative_scale[j] : 1));
    if (w->simd->nonfinite_f32(row, p->width) < p->width)
        lowest_report(&w->overflow, vector);
    w->to->put(vector, row, w->to->data);
}

static void project_panel(const panel *p, void *piece, void *data)
{
    work *w = data;
    projection_room r = room_in(w, piece);
    int64_t vector[TILE_QUERIES], n = 0;
    for (int64_t i = 0; i < p->n; i++) {
        if (!p->valid || p->valid[i]) {
            tally_add(&w->n_zero_rows, prepare_row(w, &r, p, i, n));
            vector[n++] = p->first + i;
        }
        if (n == TILE_QUERIES || (n && i == p->n - 1)) {
            put_similarities(w, &r, n);
            for (int64_t q = 0; q < n; q++)
                finish_row(w, vector[q], r.values + q * w->stride);
            n = 0;
        }
    }
    memset(r.values, 0, (size_t)w->stride * sizeof *r.values);
    for (int64_t i = 0; p->valid && i < p->n; i++)
        if (!p->valid[i])
            w->to->put(p->first + i, r.values, w->to->data);
}

lamella_status projection_apply(call *c, const lamella_relative_project *of, int64_t of_layer, const stack *s, int64_t l,
                                const projection_target *to, int64_t *n_zero_rows)
{
    const projection *p = &of->layer[of_layer];
    int plain = !p->mean && of->rules.similarity == LAMELLA_RELATIVE_COSINE;
    work w = { .simd = simd_of(c), .p = p, .rules = &of->rules, .to = to,
                          .precision = plain && s->layer[l].dtype != LAMELLA_F64 ? LAMELLA_F32 : LAMELLA_F64,
                          .stride = MAX(p->width, p->tiles ? round_up(p->n_anchors, TILE_ROWS) : 0) };
    lowest_reset(&w.overflow);
    TRY(each_panel(c, s, l, w.precision, projection_room_bytes(&w), project_panel, &w));
    if (lowest_get(&w.overflow) != INT64_MAX)
        return fail(c, LAMELLA_ERR_NUMERIC, "stack.layer[%lld]: row %lld has a similarity that f32 does not hold", (long long)l,
                    (long long)lowest_get(&w.overflow));
    *n_zero_rows += w.n_zero_rows;
    return LAMELLA_OK;
}
