/* The projection as an object: its rules, the one table of its arrays, and what is made from them (points, unit rows, tiles), by the same code
 * for a fit and for a file, so that an opened projection gives the same bits. */
#include "relative/projection.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- arrays ---- */

#define AT(array) offsetof(projection, array)

enum { EVER, MEANS, SCALES, ROOTS, BASES, DISTANCES, RELATIVE_MEANS, RELATIVE_SCALES }; /* fitted_field.only: what the rules must ask for */

/* Of a layer a: anchors, d: dim, k: kinds of distance, w: width; l: layers. */
static const fitted_field fields[] = {
    { "anchors", LAMELLA_F64, "ad", AT(anchors), EVER },
    { "mean", LAMELLA_F64, "d", AT(mean), MEANS },
    { "mean_low", LAMELLA_F64, "d", AT(low), MEANS },
    { "scale", LAMELLA_F64, "d", AT(scale), SCALES },
    { "root", LAMELLA_F64, "dd", AT(root), ROOTS },
    { "basis", LAMELLA_F64, "ad", AT(basis), BASES },
    { "distance", LAMELLA_F64, "k", AT(distance), DISTANCES },
    { "relative_mean", LAMELLA_F64, "w", AT(relative_mean), RELATIVE_MEANS },
    { "relative_scale", LAMELLA_F64, "w", AT(relative_scale), RELATIVE_SCALES },
    { "rank", LAMELLA_I64, "l", offsetof(lamella_relative_project, rank), EVER },
    { "dropped", LAMELLA_F64, "l", offsetof(lamella_relative_project, dropped), EVER },
};

static const lamella_relative_project *project_of(const fitted *x)
{
    return (const lamella_relative_project *)x;
}

static int64_t n_layers_of(const fitted *x)
{
    return project_of(x)->n_layers;
}

static int64_t extent_of(const fitted *x, char axis, int64_t layer)
{
    const projection *p = &project_of(x)->layer[layer];
    return axis == 'a' ? p->n_anchors : axis == 'd' ? p->dim : axis == 'k' ? DISTANCE_KINDS : axis == 'w' ? p->width : project_of(x)->n_layers;
}

static void *slot_in_project(fitted *x, const fitted_field *f, int64_t layer)
{
    return (f->axes[0] == 'l' ? (char *)x : (char *)&((lamella_relative_project *)x)->layer[layer]) + f->place;
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

static int has_field(const fitted *x, const fitted_field *f)
{
    const lamella_relative_project_options *o = &project_of(x)->rules;
    const int asked[] = {
        [EVER] = 1,
        [MEANS] = o->transform != LAMELLA_RELATIVE_TRANSFORM_NONE,
        [SCALES] = o->transform == LAMELLA_RELATIVE_TRANSFORM_ZSCORE,
        [ROOTS] = o->transform == LAMELLA_RELATIVE_TRANSFORM_WHITEN,
        [BASES] = o->similarity == LAMELLA_RELATIVE_BASIS,
        [DISTANCES] = has_distances(o->similarity),
        [RELATIVE_MEANS] = o->relative_transform != LAMELLA_RELATIVE_TRANSFORM_NONE,
        [RELATIVE_SCALES] = o->relative_transform == LAMELLA_RELATIVE_TRANSFORM_ZSCORE,
    };
    return asked[f->only];
}

/* ---- rules ---- */

/* Choices that an applied projection depends on, under their names in the file. */
typedef struct saved_choice {
    const char *key, *const *names; /* names[value - 1] */
    int32_t     n;
} saved_choice;

static const char *const transform_names[] = { "none", "centre", "zscore", "whiten" };
static const char *const similarity_names[] = { "cosine", "angular", "euclidean", "l1", "linf", "basis", "product", "absolute" };

enum { SAVED_CHOICES = 3 };

static const saved_choice saved_choices[SAVED_CHOICES] = {
    { "transform", transform_names, 4 },
    { "similarity", similarity_names, 8 },
    { "relative_transform", transform_names, 3 },
};

static int32_t *saved_choice_of(lamella_relative_project_options *o, int64_t i)
{
    return i == 0 ? &o->transform : i == 1 ? &o->similarity : &o->relative_transform;
}

static const char *rule_of(const fitted *x, int64_t i, const char **value, char room[24])
{
    lamella_relative_project_options rules = project_of(x)->rules;
    (void)room;
    if (i >= SAVED_CHOICES)
        return NULL;
    *value = saved_choices[i].names[*saved_choice_of(&rules, i) - 1];
    return saved_choices[i].key;
}

/* ---- the object ---- */

lamella_status projections_take(call *c, lamella_relative_project *of, int64_t n_layers)
{
    of->n_layers = n_layers;
    TAKE_FROM(c, &of->file.memory, of->layer, n_layers);
    TAKE_FROM(c, &of->file.memory, of->width, n_layers);
    memset(of->layer, 0, (size_t)n_layers * sizeof *of->layer);
    return LAMELLA_OK;
}

lamella_status projection_size(call *c, lamella_relative_project *of, int64_t l, int64_t n_anchors, int64_t dim)
{
    const int32_t similarity = of->rules.similarity;
    int64_t width = similarity == LAMELLA_RELATIVE_ABSOLUTE ? dim : n_anchors;
    if (similarity == LAMELLA_RELATIVE_PRODUCT && !size_mul(n_anchors, 1 + DISTANCE_KINDS, &width))
        return fail(c, LAMELLA_ERR_LIMIT, "%lld anchors are too many", (long long)n_anchors);
    of->layer[l] = (projection){ .dim = dim, .n_anchors = n_anchors, .width = width };
    of->width[l] = width;
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
    TAKE_FROM(c, &of->file.memory, p->points, p->n_anchors * p->dim);
    for (int64_t i = 0; i < p->n_anchors; i++)
        projection_transform(k, p, p->anchors + i * p->dim, room, p->points + i * p->dim);
    if (of->rules.similarity == LAMELLA_RELATIVE_ANGULAR) {
        TAKE_FROM(c, &of->file.memory, p->units, p->n_anchors * p->dim);
        for (int64_t i = 0; i < p->n_anchors; i++)
            unit_row(k, p->points + i * p->dim, p->dim, p->units + i * p->dim);
    }
    return has_cosines(of->rules.similarity) ? pack_anchors(c, &of->file.memory, p) : LAMELLA_OK;
}

/* ---- read ---- */

static lamella_status read_choice(call *c, const fitted *x, const saved_choice *choice, int32_t *value)
{
    const char *text;
    TRY(model_text(c, x->file, choice->key, &text));
    for (*value = 1; *value <= choice->n; ++*value)
        if (!strcmp(text, choice->names[*value - 1]))
            return LAMELLA_OK;
    return fail(c, LAMELLA_ERR_FORMAT, "%s: %s is \"%.32s\", which is none of ours", x->name, choice->key, text);
}

/* Divisors are over 0, or rows would leave as infinities. */
static lamella_status check_divisors(call *c, const fitted *of, const double *x, int64_t n, const char *name, int64_t l)
{
    for (int64_t i = 0; x && i < n; i++)
        if (!(x[i] > 0))
            return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s.%lld\"[%lld] is not over 0", of->name, name, (long long)l, (long long)i);
    return LAMELLA_OK;
}

static lamella_status measure_project(call *c, fitted *x)
{
    lamella_relative_project *of = (lamella_relative_project *)x;
    int64_t n_layers;
    of->rules = (lamella_relative_project_options){ .distances = LAMELLA_RELATIVE_DISTANCES_RAW, .directions = LAMELLA_RELATIVE_RANK_SCALED };
    for (int64_t i = 0; i < SAVED_CHOICES; i++)
        TRY(read_choice(c, x, &saved_choices[i], saved_choice_of(&of->rules, i)));
    TRY(fitted_shape(c, x, "rank", LAMELLA_I64, 1, &n_layers));
    if (n_layers < 1)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"rank\" is empty", x->name);
    TRY(projections_take(c, of, n_layers));
    for (int64_t l = 0; l < n_layers; l++) {
        char name[48];
        int64_t shape[2];
        snprintf(name, sizeof name, "anchors.%lld", (long long)l);
        TRY(fitted_shape(c, x, name, LAMELLA_F64, 2, shape));
        if (shape[0] < 1 || shape[1] < 1)
            return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" is empty", x->name, name);
        TRY(projection_size(c, of, l, shape[0], shape[1]));
    }
    return LAMELLA_OK;
}

static lamella_status settle_project(call *c, fitted *x)
{
    lamella_relative_project *of = (lamella_relative_project *)x;
    TRY(fitted_is_finite(c, x));
    for (int64_t l = 0; l < of->n_layers; l++) {
        const projection *p = &of->layer[l];
        TRY(check_divisors(c, x, p->scale, p->dim, "scale", l));
        TRY(check_divisors(c, x, p->distance, DISTANCE_KINDS, "distance", l));
        TRY(check_divisors(c, x, p->relative_scale, p->width, "relative_scale", l));
        TRY(projection_settle(c, of, l));
    }
    return LAMELLA_OK;
}

/* Widths and rules follow from the file, which has no arrays of them. */
static lamella_status get_array(call *c, const fitted *x, const char *name, lamella_view *out)
{
    const lamella_relative_project *of = project_of(x);
    const void *rules = &of->rules.transform; /* from transform to directions they lie in a row */
    if (!strcmp(name, "width"))
        *out = (lamella_view){ .data = of->width, .dtype = LAMELLA_I64, .rank = 1, .flags = LAMELLA_READONLY, .shape = { of->n_layers } };
    else if (!strcmp(name, "rules"))
        *out = (lamella_view){ .data = (void *)(uintptr_t)rules, .dtype = LAMELLA_I32, .rank = 1, .flags = LAMELLA_READONLY, .shape = { 5 } };
    else
        return fitted_array(c, x, name, out);
    return LAMELLA_OK;
}

LAMELLA_INTERNAL const fitted_kind projection_kind = { .name = "relative.project", .thing = "a fitted projection", .argument = "project",
                                                       .size = sizeof(lamella_relative_project), .field = fields, .n_fields = LENGTH(fields),
                                                       .each = "adkw", .layers = n_layers_of, .extent = extent_of, .has = has_field,
                                                       .slot = slot_in_project, .metadata = rule_of, .measure = measure_project,
                                                       .settle = settle_project, .get = get_array };
