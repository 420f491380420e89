/* Fitting a projection on the anchors of each layer: the transform T, then what the similarities need, then t on those of the anchors. */
#include "relative/projection.h"
#include "moments/moments.h"

#include <math.h>
#include <string.h>

/* Rows in memory as a stack of one layer. */
static lamella_status stack_of_rows(call *c, double *rows, int64_t n, int64_t dim, stack *s)
{
    return stack_of_own(c, s, &(lamella_view){ .data = rows, .shape = { n, dim }, .dtype = LAMELLA_F64, .rank = 2 }, F64, "anchors");
}

/* ---- transforms ---- */

/* Means and what to divide by of the columns of x [n, dim]; low, scale NULL: not wanted. Constant columns are divided by 1. */
static lamella_status fit_columns(call *c, double *x, int64_t n, int64_t dim, double *mean, double *low, double *scale, int64_t *n_constant)
{
    double *room;
    TAKE(c, room, column_moments_doubles(dim));
    column_moments m = column_moments_in(room, dim);
    column_moments_of(simd_of(c), &(panel){ .data = x, .stride = dim, .n = n, .dim = dim }, NULL, &m);
    memcpy(mean, m.mean, (size_t)dim * sizeof *mean);
    if (low)
        memcpy(low, m.low, (size_t)dim * sizeof *low);
    for (int64_t j = 0; scale && j < dim; j++) {
        double unit = range_unit(m.largest[j]);
        int constant = column_is_constant(&m, j);
        scale[j] = constant ? 1 : sqrt(column_variance(&m, j, unit)) * unit;
        *n_constant += constant;
    }
    return LAMELLA_OK;
}

static lamella_status fit_whitening(call *c, lamella_relative_project *of, int64_t l, int32_t dtype, int64_t *n_constant)
{
    projection *p = &of->layer[l];
    const lamella_relative_project_options *o = &of->rules;
    const int unscaled = o->directions == LAMELLA_RELATIVE_RANK_UNSCALED;
    rank_rule rule = { .rcond = o->rcond > 0 ? o->rcond : unscaled ? 1e-6 : default_rcond(dtype, p->dim), .unscaled = unscaled };
    rank_found found;
    gram g;
    stack rows;
    TRY(stack_of_rows(c, p->anchors, p->n_anchors, p->dim, &rows));
    TRY(gram_take_units(c, p->dim, &g));
    TRY(gram_of_rows(c, &(gram_rows){ .s = &rows, .n_layers = 1 }, &g));
    TRY(inverse_root_of_gram(c, &g, p->dim, &rule, o->shrinkage, p->root, &found));
    for (int64_t j = 0; j < p->dim; j++) {
        p->mean[j] = g.mean[j] * g.unit[j];
        p->low[j] = g.low[j] * g.unit[j];
    }
    of->rank[l] = found.rank;
    of->dropped[l] = found.dropped;
    *n_constant += found.n_constant;
    return LAMELLA_OK;
}

static lamella_status fit_transform(call *c, lamella_relative_project *of, int64_t l, int32_t dtype, int64_t *n_constant)
{
    projection *p = &of->layer[l];
    if (of->rules.transform == LAMELLA_RELATIVE_TRANSFORM_WHITEN)
        return fit_whitening(c, of, l, dtype, n_constant);
    return p->mean ? fit_columns(c, p->anchors, p->n_anchors, p->dim, p->mean, p->low, p->scale, n_constant) : LAMELLA_OK;
}

/* ---- what similarities need ---- */

static lamella_status fit_basis(call *c, const lamella_relative_project *of, projection *p, int32_t dtype, int64_t *rank)
{
    double *s, *inverse, rcond = of->rules.basis_rcond > 0 ? of->rules.basis_rcond : sqrt(default_rcond(dtype, p->dim));
    TAKE(c, s, p->n_anchors * p->dim);
    TAKE(c, inverse, p->n_anchors * p->dim);
    memcpy(s, p->points, (size_t)(p->n_anchors * p->dim) * sizeof *s);
    TRY(pseudo_inverse(c, s, p->n_anchors, p->dim, rcond, inverse, rank)); /* S^+ [dim, anchor]; (S^T)^+ is its transpose */
    matrix_transpose(inverse, p->dim, p->n_anchors, p->n_anchors, p->basis, p->dim);
    return LAMELLA_OK;
}

typedef struct distance_sums {
    const projection *p;
    double           *sum; /* [n_anchors, DISTANCE_KINDS] of the distances to the anchors before */
} distance_sums;

static void sum_distances(int64_t i, void *data)
{
    const distance_sums *d = data;
    const projection *p = d->p;
    double *sum = d->sum + i * DISTANCE_KINDS;
    memset(sum, 0, DISTANCE_KINDS * sizeof *sum);
    for (int64_t j = 0; j < i; j++) {
        const double *x = p->points + i * p->dim, *y = p->points + j * p->dim;
        sum[DISTANCE_EUCLIDEAN] += euclidean_distance(x, y, p->dim);
        sum[DISTANCE_L1] += absolute_distance(x, y, p->dim);
        sum[DISTANCE_LINF] += largest_distance(x, y, p->dim);
    }
}

/* Means over all n x n pairs, the zeros of an anchor and itself among them; 1 where all anchors are equal. */
static lamella_status fit_distances(call *c, const lamella_relative_project *of, projection *p)
{
    distance_sums d = { .p = p };
    for (int kind = 0; kind < DISTANCE_KINDS; kind++)
        p->distance[kind] = of->rules.distances == LAMELLA_RELATIVE_DISTANCES_RAW;
    if (of->rules.distances == LAMELLA_RELATIVE_DISTANCES_RAW)
        return LAMELLA_OK;
    TAKE(c, d.sum, p->n_anchors * DISTANCE_KINDS);
    TRY(parallel(c, p->n_anchors, sum_distances, &d));
    for (int kind = 0; kind < DISTANCE_KINDS; kind++) {
        for (int64_t i = 0; i < p->n_anchors; i++)
            p->distance[kind] += d.sum[i * DISTANCE_KINDS + kind];
        double mean = 2 * p->distance[kind] / (double)p->n_anchors / (double)p->n_anchors;
        p->distance[kind] = mean > 0 ? mean : 1;
    }
    return LAMELLA_OK;
}

/* ---- the relative transform ---- */

typedef struct kept_rows {
    double *rows;
    int64_t width;
} kept_rows;

static void keep_row(int64_t vector, const float *row, void *data)
{
    const kept_rows *k = data;
    for (int64_t j = 0; j < k->width; j++)
        k->rows[vector * k->width + j] = row[j];
}

/* The anchors go through the projection as any row would; t is not set yet, so it leaves their similarities alone. */
static lamella_status fit_relative_transform(call *c, const lamella_relative_project *of, int64_t l, int64_t *n_zero_rows)
{
    projection *p = &of->layer[l];
    double *mean = p->relative_mean, *scale = p->relative_scale;
    int64_t n_constant = 0; /* an anchor as similar to all: its column is centred */
    kept_rows kept = { .width = p->width };
    stack rows;
    TRY(stack_of_rows(c, p->anchors, p->n_anchors, p->dim, &rows));
    TAKE(c, kept.rows, p->n_anchors * p->width);
    p->relative_mean = p->relative_scale = NULL;
    TRY(projection_apply(c, of, l, &rows, 0, &(projection_target){ keep_row, &kept }, n_zero_rows));
    p->relative_mean = mean;
    p->relative_scale = scale;
    return fit_columns(c, kept.rows, p->n_anchors, p->width, mean, NULL, scale, &n_constant);
}

/* ---- all of it ---- */

static int64_t zero_anchors(const projection *p)
{
    int64_t n = 0;
    for (int64_t i = 0; i < p->n_anchors; i++)
        n += is_zero_row(p->points + i * p->dim, p->dim);
    return n;
}

/* Numbers of the anchors as large as f64 goes may leave it on the way; an array that is not finite would be no projection, nor load. */
static lamella_status check_arrays_finite(call *c, const lamella_relative_project *of, int64_t l)
{
    const fitted_kind *k = &projection_kind;
    for (const fitted_field *f = k->field; f < k->field + k->n_fields; f++) {
        int64_t n = 1;
        for (const char *axis = f->axes; *axis; axis++)
            n *= k->extent(&of->file, *axis, l);
        if (strpbrk(f->axes, k->each) && fitted_has(&of->file, f) && !matrix_is_finite(fitted_data(&of->file, f, l), 1, n, n))
            return fail(c, LAMELLA_ERR_NUMERIC, "the %s of stack.layer[%lld] does not fit f64, expected numbers less than 1e150", f->name,
                        (long long)l);
    }
    return LAMELLA_OK;
}

/* Of a layer's time, as far as progress tells of it: reading the anchors, then fitting the transform; the rest is what needs both. */
#define GATHER_SHARE 0.4
#define TRANSFORM_SHARE 0.7

static lamella_status fit_layer(call *c, lamella_relative_project *of, const stack *s, int64_t l, const row_numbers *anchors,
                                lamella_relative_project_result *found)
{
    int64_t n_zero_rows = 0;
    const int32_t dtype = s->layer[l].dtype;
    arena_mark before = arena_now(&c->memory);
    projection *p = &of->layer[l];
    TRY_SPAN("reading anchors", 0, GATHER_SHARE, rows_gather(c, s, l, anchors, p->anchors));
    TRY_SPAN("fitting", GATHER_SHARE, TRANSFORM_SHARE, fit_transform(c, of, l, dtype, &found->n_constant_columns));
    TRY(projection_settle(c, of, l));
    if (!matrix_is_finite(p->points, p->n_anchors, p->dim, p->dim))
        return fail(c, LAMELLA_ERR_NUMERIC, "the anchors of stack.layer[%lld] do not fit f64 once transformed", (long long)l);
    if (p->basis)
        TRY(fit_basis(c, of, p, dtype, &of->rank[l]));
    if (p->distance)
        TRY(fit_distances(c, of, p));
    if (p->relative_mean)
        TRY_SPAN("fitting", TRANSFORM_SHARE, 1, fit_relative_transform(c, of, l, &n_zero_rows));
    TRY(check_arrays_finite(c, of, l));
    found->n_zero_rows += zero_anchors(p);
    arena_rewind(&c->memory, before);
    return progress(c, 1, 1);
}

lamella_status projections_fit(call *c, const stack *s, const row_numbers *anchors, const lamella_relative_project_options *rules,
                               lamella_relative_project **made, lamella_relative_project_result *found)
{
    TRY(stack_check_not_empty(c, s));
    TRY(fitted_create(c, &projection_kind, made));
    (*made)->rules = *rules;
    (*made)->rules.anchors = NULL; /* the host's, of the call only */
    TRY(projections_take(c, *made, s->n_layers));
    for (int64_t l = 0; l < s->n_layers; l++)
        TRY(projection_size(c, *made, l, anchors->n, stack_dim(s, l)));
    TRY(fitted_lay(c, &(*made)->file));
    for (int64_t l = 0; l < s->n_layers; l++) {
        (*made)->rank[l] = stack_dim(s, l);
        TRY_ITEMS(NULL, l, 1, s->n_layers, fit_layer(c, *made, s, l, anchors, found));
    }
    return LAMELLA_OK;
}
