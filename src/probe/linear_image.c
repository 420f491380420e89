/* The object as the file it would be: one block that begins with the header of .safetensors. */
#include "probe/linear.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct linear_array {
    const linear_field *field;
    int64_t             layer;
    char                name[32];
    int32_t             dtype, rank;
    int64_t             shape[4];
} linear_array;

typedef struct linear_list {
    linear_array *array;
    int64_t       n;
} linear_list;

#define SCORE(name, which)                                                                     \
    { name, LAMELLA_F64, "ltqk", offsetof(linear_arrays, score[which].by_fold), 0 },           \
    { name "_mean", LAMELLA_F64, "ltq", offsetof(linear_arrays, score[which].mean), 0 },       \
    { name "_pooled", LAMELLA_F64, "ltq", offsetof(linear_arrays, score[which].pooled), 0 },   \
    { name "_low", LAMELLA_F64, "lt", offsetof(linear_arrays, score[which].low), 0 },          \
    { name "_high", LAMELLA_F64, "lt", offsetof(linear_arrays, score[which].high), 0 }

/* By falling element size, so that each is aligned. */
static const linear_field fields[] = {
    { "weights", LAMELLA_F64, "qfod", offsetof(linear_arrays, weights), 0 },
    { "intercepts", LAMELLA_F64, "lqfo", offsetof(linear_arrays, intercepts), 0 },
    { "objective", LAMELLA_F64, "ltqf", offsetof(linear_arrays, objective), 0 },
    { "gradient_norm", LAMELLA_F64, "ltqf", offsetof(linear_arrays, gradient_norm), 0 },
    { "iterations", LAMELLA_I64, "ltqf", offsetof(linear_arrays, iterations), 0 },
    SCORE("accuracy", SCORE_ACCURACY),
    SCORE("f1", SCORE_F1),
    SCORE("auc", SCORE_AUC),
    { "n_scored_folds", LAMELLA_I64, "ltq", offsetof(linear_arrays, n_scored_folds), 0 },
    { "accuracy_nested", LAMELLA_F64, "lt", offsetof(linear_arrays, score[SCORE_ACCURACY].nested), 1 },
    { "f1_nested", LAMELLA_F64, "lt", offsetof(linear_arrays, score[SCORE_F1].nested), 1 },
    { "auc_nested", LAMELLA_F64, "lt", offsetof(linear_arrays, score[SCORE_AUC].nested), 1 },
    { "nested_penalty", LAMELLA_I64, "ltk", offsetof(linear_arrays, nested_penalty), 1 },
    { "best_penalty", LAMELLA_I64, "lt", offsetof(linear_arrays, best_penalty), 0 },
    { "depths", LAMELLA_I64, "l", offsetof(linear_arrays, depths), 0 },
    { "dims", LAMELLA_I64, "l", offsetof(linear_arrays, dims), 0 },
    { "penalties", LAMELLA_F64, "q", offsetof(linear_arrays, penalties), 0 },
    { "classes", LAMELLA_I64, "c", offsetof(linear_arrays, classes), 0 },
    { "class_offsets", LAMELLA_I64, "u", offsetof(linear_arrays, class_offsets), 0 },
    { "output_offsets", LAMELLA_I64, "u", offsetof(linear_arrays, output_offsets), 0 },
    { "rows", LAMELLA_I64, "s", offsetof(linear_arrays, rows), 0 },
    { "groups", LAMELLA_I64, "s", offsetof(linear_arrays, groups), 0 },
    { "fold", LAMELLA_I64, "s", offsetof(linear_arrays, fold), 0 },
    { "flags", LAMELLA_I32, "ltqf", offsetof(linear_arrays, flags), 0 },
    { "edge", LAMELLA_U8, "lt", offsetof(linear_arrays, edge), 0 },
    { "correct", LAMELLA_U8, "tls", offsetof(linear_arrays, correct), 0 },
};

const linear_field *linear_fields(int64_t *n)
{
    *n = LENGTH(fields);
    return fields;
}

int64_t axis_extent(const linear_sizes *z, char axis, int64_t layer)
{
    switch (axis) {
    case 'l': return z->n_layers;
    case 't': return z->n_tasks;
    case 'q': return z->n_penalties;
    case 'f': return z->n_fits;
    case 'k': return z->n_folds;
    case 'o': return z->n_outputs;
    case 'd': return z->dim[layer];
    case 'c': return z->n_classes;
    case 'u': return z->n_tasks + 1;
    default: return z->n_scored;
    }
}

static void list_array(linear_list *list, const linear_sizes *z, const linear_field *f, int64_t layer)
{
    linear_array *x = &list->array[list->n++];
    *x = (linear_array){ .field = f, .layer = layer, .dtype = f->dtype, .rank = (int32_t)strlen(f->axes) };
    for (int32_t a = 0; a < x->rank; a++)
        x->shape[a] = axis_extent(z, f->axes[a], layer);
    if (strchr(f->axes, 'd'))
        snprintf(x->name, sizeof x->name, "%s.%lld", f->name, (long long)layer);
    else
        snprintf(x->name, sizeof x->name, "%s", f->name);
}

static lamella_status list_arrays(call *c, const linear_sizes *z, linear_list *list)
{
    list->n = 0;
    TAKE(c, list->array, LENGTH(fields) + z->n_layers);
    for (const linear_field *f = fields; f < fields + LENGTH(fields); f++)
        for (int64_t l = 0; (!f->nested || z->nested) && l < (strchr(f->axes, 'd') ? z->n_layers : 1); l++)
            list_array(list, z, f, l);
    return LAMELLA_OK;
}

static int linear_array_bytes(const linear_array *a, int64_t *bytes)
{
    *bytes = dtype_size(a->dtype);
    for (int32_t i = 0; i < a->rank; i++)
        if (!size_mul(*bytes, a->shape[i], bytes))
            return 0;
    return 1;
}

static const char *file_dtype_name(int32_t dtype)
{
    return file_type_of_dtype(dtype)->name;
}

/* Counts where text is NULL. */
static int64_t image_header(const linear_list *list, char *text, int64_t size)
{
    int64_t n = 0, at = 0;
    size_t room = text ? (size_t)size : 0;
#define IMAGE_ADD(...) n += snprintf(text ? text + n : NULL, text ? room - (size_t)n : 0, __VA_ARGS__)
    IMAGE_ADD("{\"__metadata__\":{\"lamella.format\":\"%s\",\"lamella.kind\":\"%s\",\"%s\":\"%s\"}", MODEL_FORMAT, PROBE_KIND, MODEL_CHECKSUM,
              MODEL_UNSEALED);
    for (const linear_array *a = list->array; a < list->array + list->n; a++) {
        int64_t bytes;
        linear_array_bytes(a, &bytes);
        IMAGE_ADD(",\"%s\":{\"dtype\":\"%s\",\"shape\":[", a->name, file_dtype_name(a->dtype));
        for (int32_t i = 0; i < a->rank; i++)
            IMAGE_ADD("%s%lld", i ? "," : "", (long long)a->shape[i]);
        IMAGE_ADD("],\"data_offsets\":[%lld,%lld]}", (long long)at, (long long)(at + bytes));
        at += bytes;
    }
    IMAGE_ADD("}");
#undef IMAGE_ADD
    return n;
}

static lamella_status make_image(call *c, const linear_list *list, lamella_probe_linear *probe)
{
    int64_t text = image_header(list, NULL, 0), header = round_up(8 + text, 64) - 8, data = 0;
    for (int64_t i = 0; i < list->n; i++) {
        int64_t bytes;
        if (!linear_array_bytes(&list->array[i], &bytes) || !size_add(data, bytes, &data))
            return fail(c, LAMELLA_ERR_MEMORY, "the probes' arrays do not fit into memory");
    }
    probe->image_bytes = 8 + header + data;
    TAKE_FROM(c, &probe->memory, probe->image, probe->image_bytes + 1);
    memset(probe->image, 0, (size_t)probe->image_bytes);
    for (int i = 0; i < 8; i++)
        probe->image[i] = (char)((uint64_t)header >> 8 * i);
    image_header(list, probe->image + 8, text + 1);
    memset(probe->image + 8 + text, ' ', (size_t)(header - text));
    return LAMELLA_OK;
}

/* ---- opening ---- */

lamella_view linear_image(const lamella_probe_linear *probe)
{
    return (lamella_view){ .data = probe->image, .dtype = LAMELLA_U8, .rank = 1, .flags = LAMELLA_READONLY, .shape = { probe->image_bytes },
                           .stride = { 1 } };
}

static lamella_status object_of_sizes(call *c, lamella_probe_linear **probe)
{
    TRY(object_create(c, (int64_t)sizeof **probe, (void **)probe));
    (*probe)->simd = simd_of(c);
    return LAMELLA_OK;
}

static void *array_named(const lamella_probe_linear *probe, const char *name)
{
    return probe->image + file_find(probe->file, name)->begin;
}

/* Once, by name; the arrays of the list are there. */
static lamella_status find_arrays(call *c, lamella_probe_linear *probe, const linear_list *list)
{
    TAKE_FROM(c, &probe->memory, probe->array.weights, probe->sizes.n_layers);
    for (const linear_array *a = list->array; a < list->array + list->n; a++) {
        void *data = array_named(probe, a->name);
        if (a->field->place == offsetof(linear_arrays, weights))
            probe->array.weights[a->layer] = data;
        else
            memcpy((char *)&probe->array + a->field->place, &data, sizeof data);
    }
    return LAMELLA_OK;
}

lamella_status linear_create(call *c, const linear_sizes *sizes, lamella_probe_linear **made)
{
    lamella_probe_linear *probe;
    linear_list list;
    TRY(object_of_sizes(c, &probe));
    TRY(list_arrays(c, sizes, &list));
    TRY(make_image(c, &list, probe));
    const lamella_view image = linear_image(probe);
    TRY(model_header(c, NULL, &image, PROBE_KIND, &probe->file));
    probe->sizes = *sizes;
    TRY(find_arrays(c, probe, &list));
    memcpy(probe->array.dims, sizes->dim, (size_t)sizes->n_layers * sizeof *sizes->dim);
    probe->sizes.dim = probe->array.dims;
    *made = probe;
    return LAMELLA_OK;
}

lamella_status linear_object(call *c, int64_t image_bytes, lamella_probe_linear **probe)
{
    TRY(object_of_sizes(c, probe));
    (*probe)->image_bytes = image_bytes;
    TAKE_FROM(c, &(*probe)->memory, (*probe)->image, MAX(image_bytes, 1));
    return LAMELLA_OK;
}

void linear_free(void *probe)
{
    if (!probe)
        return;
    lamella_io_file_free(((lamella_probe_linear *)probe)->file);
    object_free(probe);
}

void *linear_data(const lamella_probe_linear *probe, const linear_field *field, int64_t layer)
{
    void *data;
    if (field->place == offsetof(linear_arrays, weights))
        return probe->array.weights[layer];
    memcpy(&data, (const char *)&probe->array + field->place, sizeof data);
    return data;
}

lamella_status linear_check(call *c, const lamella_probe_linear *probe)
{
    if (!probe)
        return fail(c, LAMELLA_ERR_ARGUMENT, "probe is NULL, expected a fitted probe");
    return LAMELLA_OK;
}

/* ---- a file's image ---- */

/* Of this dtype and rank, and where its numbers can be read. */
static int shape_found(const lamella_probe_linear *probe, const char *name, int32_t dtype, int32_t rank, int64_t *shape)
{
    const file_entry *e = file_find(probe->file, name);
    if (!e || entry_dtype(probe->file, e) != dtype || e->rank != rank || ((uintptr_t)probe->image + (uintptr_t)e->begin) % (uintptr_t)dtype_size(dtype))
        return 0;
    entry_shape(probe->file, e, shape);
    return 1;
}

static lamella_status missing(call *c, const char *name)
{
    return fail(c, LAMELLA_ERR_FORMAT, "the file has no array \"%s\" of the dtype, shape and alignment of a probe's", name);
}

static lamella_status read_sizes(call *c, lamella_probe_linear *probe)
{
    linear_sizes *z = &probe->sizes;
    int64_t cells[IO_RANK], folds[IO_RANK], intercepts[IO_RANK], classes[IO_RANK], dims[IO_RANK], scored[IO_RANK];
    if (!shape_found(probe, "flags", LAMELLA_I32, 4, cells) || cells[1] < 1 || cells[3] < 1)
        return missing(c, "flags");
    if (!shape_found(probe, "accuracy", LAMELLA_F64, 4, folds))
        return missing(c, "accuracy");
    if (!shape_found(probe, "intercepts", LAMELLA_F64, 4, intercepts))
        return missing(c, "intercepts");
    if (!shape_found(probe, "classes", LAMELLA_I64, 1, classes))
        return missing(c, "classes");
    if (!shape_found(probe, "dims", LAMELLA_I64, 1, dims) || dims[0] != cells[0] || dims[0] < 1)
        return missing(c, "dims");
    if (!shape_found(probe, "rows", LAMELLA_I64, 1, scored))
        return missing(c, "rows");
    *z = (linear_sizes){ cells[0], cells[1], cells[2], folds[3], cells[3], intercepts[3], classes[0], scored[0], array_named(probe, "dims"),
                         file_find(probe->file, "nested_penalty") != NULL };
    return LAMELLA_OK;
}

static lamella_status check_arrays(call *c, lamella_probe_linear *probe)
{
    linear_list list;
    TRY(list_arrays(c, &probe->sizes, &list));
    for (const linear_array *a = list.array; a < list.array + list.n; a++) {
        int64_t shape[IO_RANK];
        if (!shape_found(probe, a->name, a->dtype, a->rank, shape))
            return missing(c, a->name);
        for (int32_t i = 0; i < a->rank; i++)
            if (shape[i] != a->shape[i])
                return missing(c, a->name);
    }
    return find_arrays(c, probe, &list);
}

static lamella_status check_chosen(call *c, const lamella_probe_linear *probe, const char *name, const int64_t *chosen, int64_t n)
{
    const int64_t most = probe->sizes.n_penalties - 1;
    for (int64_t i = 0; i < n; i++)
        if (chosen[i] < 0 || chosen[i] > most)
            return fail(c, LAMELLA_ERR_FORMAT, "%s has %lld, expected 0 to %lld", name, (long long)chosen[i], (long long)most);
    return LAMELLA_OK;
}

/* What scores and a copy of some layers lean on. */
static lamella_status check_values(call *c, const lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *outputs = probe->array.output_offsets, *classes = probe->array.class_offsets;
    TRY(check_chosen(c, probe, "best_penalty", probe->array.best_penalty, z->n_layers * z->n_tasks));
    if (z->nested)
        TRY(check_chosen(c, probe, "nested_penalty", probe->array.nested_penalty, z->n_layers * z->n_tasks * z->n_folds));
    for (int64_t t = 0; t <= z->n_tasks; t++)
        if (t ? outputs[t] <= outputs[t - 1] : outputs[t] != 0)
            return fail(c, LAMELLA_ERR_FORMAT, "output_offsets does not rise from 0");
    for (int64_t t = 0; t < z->n_tasks; t++) {
        int64_t k, n; /* both of numbers from 0 on */
        if (classes[0] || classes[t + 1] < classes[t] || classes[t + 1] > z->n_classes)
            return fail(c, LAMELLA_ERR_FORMAT, "class_offsets does not rise from 0 to %lld", (long long)z->n_classes);
        k = outputs[t + 1] - outputs[t];
        n = classes[t + 1] - classes[t];
        if ((n > 2 ? n : 1) != k)
            return fail(c, LAMELLA_ERR_FORMAT, "class_offsets does not agree with output_offsets");
    }
    if (outputs[z->n_tasks] != z->n_outputs)
        return fail(c, LAMELLA_ERR_FORMAT, "output_offsets ends at %lld, expected %lld", (long long)outputs[z->n_tasks], (long long)z->n_outputs);
    return LAMELLA_OK;
}

/* A cell without a flag has numbers to score with. */
static lamella_status check_saved_weights(call *c, const lamella_probe_linear *probe, int64_t l)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *outputs = probe->array.output_offsets, dim = z->dim[l];
    const int32_t *flags = probe->array.flags + l * z->n_tasks * z->n_penalties * z->n_fits;
    const double *weights = probe->array.weights[l];
    const double *intercepts = probe->array.intercepts + l * z->n_penalties * z->n_fits * z->n_outputs;
    for (int64_t t = 0; t < z->n_tasks; t++)
        for (int64_t i = 0; i < z->n_penalties * z->n_fits; i++)
            for (int64_t k = outputs[t]; k < outputs[t + 1]; k++) {
                int64_t at = i * z->n_outputs + k;
                int absent = intercepts[at] == -INFINITY; /* a class without a training row */
                if (flags[t * z->n_penalties * z->n_fits + i] || ((absent || isfinite(intercepts[at])) && matrix_is_finite(weights + at * dim, 1, dim, dim)))
                    continue;
                return fail(c, LAMELLA_ERR_FORMAT, "\"weights.%lld\" or \"intercepts\" has a number that is not finite at penalty %lld, fit %lld, output %lld",
                            (long long)l, (long long)(i / z->n_fits), (long long)(i % z->n_fits), (long long)k);
            }
    return LAMELLA_OK;
}

static lamella_status check_saved_labels(call *c, const lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const double *penalty = probe->array.penalties;
    const int64_t *value = probe->array.classes, *offset = probe->array.class_offsets;
    for (int64_t q = 0; q < z->n_penalties; q++)
        if (!(penalty[q] > 0) || !isfinite(penalty[q]))
            return fail(c, LAMELLA_ERR_FORMAT, "\"penalties\"[%lld] is not a number over 0", (long long)q);
    for (int64_t t = 0; t < z->n_tasks; t++)
        for (int64_t k = offset[t] + 1; k < offset[t + 1]; k++)
            if (value[k] <= value[k - 1])
                return fail(c, LAMELLA_ERR_FORMAT, "\"classes\" of task %lld do not rise", (long long)t);
    return LAMELLA_OK;
}

lamella_status linear_adopt(call *c, lamella_probe_linear *probe)
{
    const lamella_view image = linear_image(probe);
    TRY(model_open(c, NULL, &image, PROBE_KIND, &probe->file));
    TRY(read_sizes(c, probe));
    TRY(check_arrays(c, probe));
    TRY(check_values(c, probe));
    TRY(check_saved_labels(c, probe));
    for (int64_t l = 0; l < probe->sizes.n_layers; l++)
        TRY(check_saved_weights(c, probe, l));
    return linear_prepare_scores(c, probe);
}

/* ---- scores ---- */

lamella_status linear_prepare_scores(call *c, lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *best = probe->array.best_penalty, *offsets = probe->array.output_offsets;
    const double *intercepts = probe->array.intercepts;
    TAKE_FROM(c, &probe->memory, probe->score_weights, z->n_layers);
    TAKE_FROM(c, &probe->memory, probe->score_intercepts, z->n_layers * z->n_outputs);
    for (int64_t l = 0; l < z->n_layers; l++) {
        const double *weights = probe->array.weights[l];
        TAKE_FROM(c, &probe->memory, probe->score_weights[l], z->n_outputs * z->dim[l]);
        for (int64_t t = 0; t < z->n_tasks; t++)
            for (int64_t k = offsets[t]; k < offsets[t + 1]; k++) {
                int64_t fit = best[l * z->n_tasks + t] * z->n_fits + z->n_fits - 1;
                probe->simd->f64_to_f32(weights + (fit * z->n_outputs + k) * z->dim[l], z->dim[l], probe->score_weights[l] + k * z->dim[l]);
                probe->score_intercepts[l * z->n_outputs + k] = intercepts[(l * z->n_penalties * z->n_fits + fit) * z->n_outputs + k];
            }
    }
    return LAMELLA_OK;
}
