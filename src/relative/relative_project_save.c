/* Projections as files and bytes: the fitted arrays of every layer by name, the rules in the metadata. What is made from them (points, unit
 * rows, tiles) is made again, by the code of the fit, so an opened projection gives the same bits. */
#include "io/io.h"
#include "relative/projection.h"

#include <stdio.h>

#define PROJECT_KIND "relative.project"

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

/* ---- out ---- */

static lamella_view saved_view(int32_t dtype, void *data, int32_t rank, const int64_t *shape)
{
    lamella_view v = { .data = data, .dtype = dtype, .rank = rank };
    v.shape[0] = shape[0];
    v.shape[1] = rank > 1 ? shape[1] : 0;
    v.stride[rank - 1] = 1;
    v.stride[0] = rank > 1 ? shape[1] : 1;
    return v;
}

static lamella_status list_projection_arrays(call *c, lamella_relative_project *of, save_array **arrays, int64_t *n_arrays)
{
    enum { ARRAY_NAME_BYTES = 48 };
    char *name;
    int64_t n = 0;
    TAKE(c, *arrays, of->n_layers * PROJECTION_ARRAYS + 2);
    TAKE(c, name, of->n_layers * PROJECTION_ARRAYS * ARRAY_NAME_BYTES);
    for (int64_t l = 0; l < of->n_layers; l++)
        for (int64_t which = 0; which < PROJECTION_ARRAYS; which++, name += ARRAY_NAME_BYTES) {
            int64_t shape[2] = { 0 };
            double *data = *projection_array(&of->layer[l], which);
            int32_t rank = projection_array_shape(&of->layer[l], which, shape);
            snprintf(name, ARRAY_NAME_BYTES, "%s.%lld", projection_array_name(which), (long long)l);
            if (data)
                (*arrays)[n++] = (save_array){ .name = name, .view = saved_view(LAMELLA_F64, data, rank, shape) };
        }
    (*arrays)[n++] = (save_array){ .name = "rank", .view = saved_view(LAMELLA_I64, of->rank, 1, &of->n_layers) };
    (*arrays)[n++] = (save_array){ .name = "dropped", .view = saved_view(LAMELLA_F64, of->dropped, 1, &of->n_layers) };
    *n_arrays = n;
    return LAMELLA_OK;
}

lamella_status projections_compose(call *c, lamella_relative_project *of)
{
    save_array *arrays;
    int64_t n_arrays = 0;
    const char *metadata[2 * SAVED_CHOICES];
    for (int64_t i = 0; i < SAVED_CHOICES; i++) {
        metadata[2 * i] = saved_choices[i].key;
        metadata[2 * i + 1] = saved_choices[i].names[*saved_choice_of(&of->rules, i) - 1];
    }
    TRY(list_projection_arrays(c, of, &arrays, &n_arrays));
    return model_image(c, &of->memory, PROJECT_KIND, arrays, n_arrays, metadata, SAVED_CHOICES, &of->image);
}

static lamella_status save_project(call *c, const lamella_relative_project *project, const char *path)
{
    TRY(project_check(c, project));
    return model_save(c, path, &project->image);
}

lamella_status lamella_relative_project_save(lamella_context *ctx, const lamella_relative_project *project, const char *path)
{
    CALL(ctx, save_project(c, project, path));
}

static lamella_status bytes_of_project(call *c, const lamella_relative_project *project, lamella_view *bytes)
{
    TRY(project_check(c, project));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    *bytes = project->image;
    return LAMELLA_OK;
}

lamella_status lamella_relative_project_bytes(const lamella_relative_project *project, lamella_view *bytes)
{
    CALL(NULL, bytes_of_project(c, project, bytes));
}

/* ---- in ---- */

static lamella_status read_choice(call *c, const lamella_io_file *f, const saved_choice *choice, int32_t *value)
{
    const char *text;
    TRY(model_text(c, f, choice->key, &text));
    for (*value = 1; *value <= choice->n; ++*value)
        if (!strcmp(text, choice->names[*value - 1]))
            return LAMELLA_OK;
    return fail(c, LAMELLA_ERR_FORMAT, "%s: %s is \"%.32s\", which is none of ours", f->name, choice->key, text);
}

/* Divisors are over 0, or rows would leave as infinities. */
static lamella_status check_divisors(call *c, const lamella_io_file *f, const double *x, int64_t n, const char *name, int64_t l)
{
    for (int64_t i = 0; x && i < n; i++)
        if (!(x[i] > 0))
            return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s.%lld\"[%lld] is not over 0", f->name, name, (long long)l, (long long)i);
    return LAMELLA_OK;
}

/* All arrays that the rules ask for beside the anchors are there before memory is taken: a row of anchors must not claim a square of its length. */
static lamella_status check_shapes(call *c, const lamella_io_file *f, const lamella_relative_project *of, int64_t l, const int64_t *anchors)
{
    projection p = { 0 };
    TRY(projection_size(c, of, anchors[0], anchors[1], &p));
    for (int64_t which = 1; which < PROJECTION_ARRAYS; which++) {
        char name[48];
        int64_t expected[2];
        int32_t rank = projection_array_shape(&p, which, expected);
        if (!projection_array_is_kept(&of->rules, which))
            continue;
        snprintf(name, sizeof name, "%s.%lld", projection_array_name(which), (long long)l);
        TRY(model_check(c, f, name, LAMELLA_F64, rank, expected));
    }
    return LAMELLA_OK;
}

static lamella_status read_projection(call *c, const lamella_io_file *f, lamella_relative_project *of, int64_t l)
{
    char name[48];
    int64_t shape[2];
    projection *p = &of->layer[l];
    snprintf(name, sizeof name, "anchors.%lld", (long long)l);
    TRY(model_shape(c, f, name, LAMELLA_F64, 2, shape));
    if (shape[0] < 1 || shape[1] < 1)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" is empty", f->name, name);
    TRY(check_shapes(c, f, of, l, shape));
    TRY(projection_take(c, of, l, shape[0], shape[1]));
    for (int64_t which = 0; which < PROJECTION_ARRAYS; which++) {
        double *to = *projection_array(p, which);
        int32_t rank = projection_array_shape(p, which, shape);
        snprintf(name, sizeof name, "%s.%lld", projection_array_name(which), (long long)l);
        if (to)
            TRY(model_array(c, f, name, LAMELLA_F64, rank, shape, to));
    }
    TRY(check_divisors(c, f, p->scale, p->dim, "scale", l));
    TRY(check_divisors(c, f, p->distance, DISTANCE_KINDS, "distance", l));
    TRY(check_divisors(c, f, p->relative_scale, p->width, "relative_scale", l));
    return projection_settle(c, of, l);
}

static lamella_status read_project(call *c, const char *path, const lamella_view *bytes, lamella_relative_project **project)
{
    lamella_io_file *f;
    lamella_relative_project *made;
    lamella_relative_project_options rules = { .distances = LAMELLA_RELATIVE_DISTANCES_RAW, .directions = LAMELLA_RELATIVE_RANK_SCALED };
    int64_t n_layers;
    TRY(project_check_handle(c, project));
    if (!bytes)
        TRY(check_path(c, path));
    TRY(model_open(c, path, bytes, PROJECT_KIND, &f));
    for (int64_t i = 0; i < SAVED_CHOICES; i++)
        TRY(read_choice(c, f, &saved_choices[i], saved_choice_of(&rules, i)));
    TRY(model_shape(c, f, "rank", LAMELLA_I64, 1, &n_layers));
    if (n_layers < 1)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"rank\" is empty", f->name);
    TRY(projections_create(c, &rules, n_layers, &made));
    for (int64_t l = 0; l < n_layers; l++)
        TRY(read_projection(c, f, made, l));
    TRY(model_array(c, f, "rank", LAMELLA_I64, 1, &n_layers, made->rank));
    TRY(model_array(c, f, "dropped", LAMELLA_F64, 1, &n_layers, made->dropped));
    TRY(projections_compose(c, made));
    lamella_io_file_free(f);
    *project = made;
    return LAMELLA_OK;
}

lamella_status lamella_relative_project_open(lamella_context *ctx, const char *path, lamella_relative_project **project)
{
    CALL(ctx, read_project(c, path, NULL, project));
}

static lamella_status load_project(call *c, const lamella_view *bytes, lamella_relative_project **project)
{
    TRY(project_check_handle(c, project));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view");
    return read_project(c, NULL, bytes, project);
}

lamella_status lamella_relative_project_load(lamella_context *ctx, const lamella_view *bytes, lamella_relative_project **project)
{
    CALL(ctx, load_project(c, bytes, project));
}
