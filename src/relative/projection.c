/* The projection as an object: its rules, its arrays by name, and what is made from them. */
#include "relative/projection.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* ---- arrays ---- */

typedef struct projection_field {
    const char *name;
    size_t      place;
    char        axes[3]; /* a: anchors, d: dim, k: kinds of distance, w: width */
} projection_field;

static const projection_field projection_fields[PROJECTION_ARRAYS] = {
    { "anchors", offsetof(projection, anchors), "ad" },
    { "mean", offsetof(projection, mean), "d" },
    { "mean_low", offsetof(projection, low), "d" },
    { "scale", offsetof(projection, scale), "d" },
    { "root", offsetof(projection, root), "dd" },
    { "basis", offsetof(projection, basis), "ad" },
    { "distance", offsetof(projection, distance), "k" },
    { "relative_mean", offsetof(projection, relative_mean), "w" },
    { "relative_scale", offsetof(projection, relative_scale), "w" },
};

const char *projection_array_name(int64_t which)
{
    return projection_fields[which].name;
}

double **projection_array(projection *p, int64_t which)
{
    return (double **)((char *)p + projection_fields[which].place);
}

int32_t projection_array_shape(const projection *p, int64_t which, int64_t *shape)
{
    const char *axes = projection_fields[which].axes;
    int32_t rank = 0;
    for (; axes[rank]; rank++)
        shape[rank] = axes[rank] == 'a' ? p->n_anchors : axes[rank] == 'd' ? p->dim : axes[rank] == 'k' ? DISTANCE_KINDS : p->width;
    return rank;
}

static int has_distances(int32_t similarity)
{
    return similarity == LAMELLA_RELATIVE_EUCLIDEAN || similarity == LAMELLA_RELATIVE_L1 || similarity == LAMELLA_RELATIVE_LINF ||
           similarity == LAMELLA_RELATIVE_PRODUCT;
}

static int has_cosines(int32_t similarity)
{
    return similarity == LAMELLA_RELATIVE_COSINE || similarity == LAMELLA_RELATIVE_PRODUCT;
}

int projection_array_is_kept(const lamella_relative_project_options *o, int64_t which)
{
    const int kept[] = {
        1,
        o->transform != LAMELLA_RELATIVE_TRANSFORM_NONE,
        o->transform != LAMELLA_RELATIVE_TRANSFORM_NONE,
        o->transform == LAMELLA_RELATIVE_TRANSFORM_ZSCORE,
        o->transform == LAMELLA_RELATIVE_TRANSFORM_WHITEN,
        o->similarity == LAMELLA_RELATIVE_BASIS,
        has_distances(o->similarity),
        o->relative_transform != LAMELLA_RELATIVE_TRANSFORM_NONE,
        o->relative_transform == LAMELLA_RELATIVE_TRANSFORM_ZSCORE,
    };
    return kept[which];
}

/* ---- the object ---- */

lamella_status projections_create(call *c, const lamella_relative_project_options *rules, int64_t n_layers, lamella_relative_project **made)
{
    lamella_relative_project *of;
    TRY(object_create(c, (int64_t)sizeof *of, (void **)&of));
    of->rules = *rules;
    of->rules.anchors = NULL; /* the host's, of the call only */
    of->n_layers = n_layers;
    TAKE_FROM(c, &of->memory, of->layer, n_layers);
    TAKE_FROM(c, &of->memory, of->width, n_layers);
    TAKE_FROM(c, &of->memory, of->rank, n_layers);
    TAKE_FROM(c, &of->memory, of->dropped, n_layers);
    memset(of->layer, 0, (size_t)n_layers * sizeof *of->layer);
    memset(of->dropped, 0, (size_t)n_layers * sizeof *of->dropped);
    *made = of;
    return LAMELLA_OK;
}

lamella_status projection_size(call *c, const lamella_relative_project *of, int64_t n_anchors, int64_t dim, projection *p)
{
    const int32_t similarity = of->rules.similarity;
    int64_t width = similarity == LAMELLA_RELATIVE_ABSOLUTE ? dim : n_anchors;
    if (similarity == LAMELLA_RELATIVE_PRODUCT && !size_mul(n_anchors, 1 + DISTANCE_KINDS, &width))
        return fail(c, LAMELLA_ERR_LIMIT, "%lld anchors are too many", (long long)n_anchors);
    *p = (projection){ .dim = dim, .n_anchors = n_anchors, .width = width };
    return LAMELLA_OK;
}

lamella_status projection_take(call *c, lamella_relative_project *of, int64_t l, int64_t n_anchors, int64_t dim)
{
    projection *p = &of->layer[l];
    TRY(projection_size(c, of, n_anchors, dim, p));
    of->width[l] = p->width;
    of->rank[l] = dim;
    for (int64_t which = 0; which < PROJECTION_ARRAYS; which++) {
        int64_t shape[2], elements = 1;
        for (int32_t a = projection_array_shape(p, which, shape); a > 0; a--)
            if (!size_mul(elements, shape[a - 1], &elements))
                return fail(c, LAMELLA_ERR_LIMIT, "%lld anchors of %lld dims are too many", (long long)n_anchors, (long long)dim);
        if (projection_array_is_kept(&of->rules, which))
            TAKE_FROM(c, &of->memory, *projection_array(p, which), elements);
    }
    return LAMELLA_OK;
}

/* Anchors of norm 1, in f32, packed in groups of TILE_ROWS. */
static lamella_status pack_anchors(call *c, arena *memory, projection *p)
{
    const kernels *k = simd_of(c);
    float *rows;
    double *unit;
    arena_mark before = arena_now(&c->memory);
    TAKE_FROM(c, memory, p->tiles, round_up(p->n_anchors, TILE_ROWS) * p->dim);
    TAKE(c, rows, TILE_ROWS * p->dim);
    TAKE(c, unit, p->dim);
    for (int64_t first = 0; first < p->n_anchors; first += TILE_ROWS) {
        int64_t n = MIN(TILE_ROWS, p->n_anchors - first);
        for (int64_t i = 0; i < n; i++) {
            unit_row(k, p->points + (first + i) * p->dim, p->dim, unit);
            k->f64_to_f32(unit, p->dim, rows + i * p->dim);
        }
        k->pack_f32(rows, p->dim, n, p->dim, TILE_ROWS, p->tiles + first * p->dim);
    }
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

lamella_status projection_settle(call *c, lamella_relative_project *of, int64_t l)
{
    projection *p = &of->layer[l];
    const kernels *k = simd_of(c);
    double *room;
    TAKE(c, room, p->dim);
    TAKE_FROM(c, &of->memory, p->points, p->n_anchors * p->dim);
    for (int64_t i = 0; i < p->n_anchors; i++)
        projection_transform(k, p, p->anchors + i * p->dim, room, p->points + i * p->dim);
    if (of->rules.similarity == LAMELLA_RELATIVE_ANGULAR) {
        TAKE_FROM(c, &of->memory, p->units, p->n_anchors * p->dim);
        for (int64_t i = 0; i < p->n_anchors; i++)
            unit_row(k, p->points + i * p->dim, p->dim, p->units + i * p->dim);
    }
    return has_cosines(of->rules.similarity) ? pack_anchors(c, &of->memory, p) : LAMELLA_OK;
}
