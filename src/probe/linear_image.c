/* The object as the file it would be: one block that begins with the header of .safetensors. */
#include "probe/linear.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define IMAGE_NAMED 46 /* arrays besides weights.L, at most */

typedef struct linear_array {
    char    name[32];
    int32_t dtype, rank;
    int64_t shape[4];
} linear_array;

typedef struct linear_list {
    linear_array *array;
    int64_t       n;
} linear_list;

#define LIST_ARRAY(list, name, dtype, ...) \
    list_array((list), (name), (dtype), (int64_t[]){ __VA_ARGS__ }, (int32_t)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))

static void list_array(linear_list *list, const char *name, int32_t dtype, const int64_t *shape, int32_t rank)
{
    linear_array *x = &list->array[list->n++];
    *x = (linear_array){ .dtype = dtype, .rank = rank };
    memcpy(x->shape, shape, (size_t)rank * sizeof *shape);
    snprintf(x->name, sizeof x->name, "%s", name);
}

static void list_scores(linear_list *list, const linear_sizes *z, const char *score)
{
    static const char *const ends[] = { "_mean", "_pooled", "_low", "_high" };
    LIST_ARRAY(list, score, LAMELLA_F64, z->n_layers, z->n_tasks, z->n_penalties, z->n_folds);
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%s", score, ends[i]);
        if (i < 2)
            LIST_ARRAY(list, name, LAMELLA_F64, z->n_layers, z->n_tasks, z->n_penalties);
        else
            LIST_ARRAY(list, name, LAMELLA_F64, z->n_layers, z->n_tasks);
    }
}

/* By falling element size, so that each is aligned. */
static lamella_status list_arrays(call *c, const linear_sizes *z, linear_list *list)
{
    int64_t l = z->n_layers, t = z->n_tasks, q = z->n_penalties, f = z->n_fits;
    list->n = 0;
    TAKE(c, list->array, IMAGE_NAMED + l);
    for (int64_t i = 0; i < l; i++) {
        char name[32];
        snprintf(name, sizeof name, "weights.%lld", (long long)i);
        LIST_ARRAY(list, name, LAMELLA_F64, q, f, z->n_outputs, z->dim[i]);
    }
    LIST_ARRAY(list, "intercepts", LAMELLA_F64, l, q, f, z->n_outputs);
    LIST_ARRAY(list, "objective", LAMELLA_F64, l, t, q, f);
    LIST_ARRAY(list, "gradient_norm", LAMELLA_F64, l, t, q, f);
    LIST_ARRAY(list, "iterations", LAMELLA_I64, l, t, q, f);
    list_scores(list, z, "accuracy");
    list_scores(list, z, "f1");
    list_scores(list, z, "auc");
    LIST_ARRAY(list, "n_scored_folds", LAMELLA_I64, l, t, q);
    if (z->nested) {
        LIST_ARRAY(list, "accuracy_nested", LAMELLA_F64, l, t);
        LIST_ARRAY(list, "f1_nested", LAMELLA_F64, l, t);
        LIST_ARRAY(list, "auc_nested", LAMELLA_F64, l, t);
        LIST_ARRAY(list, "nested_penalty", LAMELLA_I64, l, t, z->n_folds);
    }
    LIST_ARRAY(list, "best_penalty", LAMELLA_I64, l, t);
    LIST_ARRAY(list, "depths", LAMELLA_I64, l);
    LIST_ARRAY(list, "dims", LAMELLA_I64, l);
    LIST_ARRAY(list, "penalties", LAMELLA_F64, q);
    LIST_ARRAY(list, "classes", LAMELLA_I64, z->n_classes);
    LIST_ARRAY(list, "class_offsets", LAMELLA_I64, t + 1);
    LIST_ARRAY(list, "output_offsets", LAMELLA_I64, t + 1);
    LIST_ARRAY(list, "rows", LAMELLA_I64, z->n_scored);
    LIST_ARRAY(list, "groups", LAMELLA_I64, z->n_scored);
    LIST_ARRAY(list, "fold", LAMELLA_I64, z->n_scored);
    LIST_ARRAY(list, "flags", LAMELLA_I32, l, t, q, f);
    LIST_ARRAY(list, "edge", LAMELLA_U8, l, t);
    LIST_ARRAY(list, "correct", LAMELLA_U8, t, l, z->n_scored);
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
    IMAGE_ADD("{\"__metadata__\":{\"lamella.format\":\"%s\",\"lamella.kind\":\"%s\"}", MODEL_FORMAT, PROBE_KIND);
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

static lamella_status open_image(call *c, lamella_probe_linear *probe)
{
    lamella_view bytes = { .data = probe->image, .dtype = LAMELLA_U8, .rank = 1, .shape = { probe->image_bytes }, .stride = { 1 } };
    return model_open(c, NULL, &bytes, PROBE_KIND, &probe->file);
}

static lamella_status object_of_sizes(call *c, lamella_probe_linear **probe)
{
    TRY(object_create(c, (int64_t)sizeof **probe, (void **)probe));
    (*probe)->simd = simd_of(c);
    return LAMELLA_OK;
}

lamella_status linear_create(call *c, const linear_sizes *sizes, lamella_probe_linear **made)
{
    lamella_probe_linear *probe;
    linear_list list;
    TRY(object_of_sizes(c, &probe));
    TRY(list_arrays(c, sizes, &list));
    TRY(make_image(c, &list, probe));
    TRY(open_image(c, probe));
    probe->sizes = *sizes;
    probe->sizes.dim = linear_array_of(probe, "dims");
    memcpy(linear_array_of(probe, "dims"), sizes->dim, (size_t)sizes->n_layers * sizeof *sizes->dim);
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

void *linear_array_of(const lamella_probe_linear *probe, const char *name)
{
    const file_entry *e = file_find(probe->file, name);
    return probe->image + e->begin;
}

double *linear_weights_of(const lamella_probe_linear *probe, int64_t layer)
{
    char name[32];
    snprintf(name, sizeof name, "weights.%lld", (long long)layer);
    return linear_array_of(probe, name);
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
    *z = (linear_sizes){ cells[0], cells[1], cells[2], folds[3], cells[3], intercepts[3], classes[0], scored[0], linear_array_of(probe, "dims"),
                         file_find(probe->file, "nested_penalty") != NULL };
    return LAMELLA_OK;
}

static lamella_status check_arrays(call *c, const lamella_probe_linear *probe)
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
    return LAMELLA_OK;
}

static lamella_status check_chosen(call *c, const lamella_probe_linear *probe, const char *name, int64_t n)
{
    const int64_t *chosen = linear_array_of(probe, name), most = probe->sizes.n_penalties - 1;
    for (int64_t i = 0; i < n; i++)
        if (chosen[i] < 0 || chosen[i] > most)
            return fail(c, LAMELLA_ERR_FORMAT, "%s has %lld, expected 0 to %lld", name, (long long)chosen[i], (long long)most);
    return LAMELLA_OK;
}

/* What scores and a copy of some layers lean on. */
static lamella_status check_values(call *c, const lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *outputs = linear_array_of(probe, "output_offsets"), *classes = linear_array_of(probe, "class_offsets");
    TRY(check_chosen(c, probe, "best_penalty", z->n_layers * z->n_tasks));
    if (z->nested)
        TRY(check_chosen(c, probe, "nested_penalty", z->n_layers * z->n_tasks * z->n_folds));
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
    const int64_t *outputs = linear_array_of(probe, "output_offsets"), dim = z->dim[l];
    const int32_t *flags = (const int32_t *)linear_array_of(probe, "flags") + l * z->n_tasks * z->n_penalties * z->n_fits;
    const double *weights = linear_weights_of(probe, l);
    const double *intercepts = (const double *)linear_array_of(probe, "intercepts") + l * z->n_penalties * z->n_fits * z->n_outputs;
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
    const double *penalty = linear_array_of(probe, "penalties");
    const int64_t *value = linear_array_of(probe, "classes"), *offset = linear_array_of(probe, "class_offsets");
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
    TRY(open_image(c, probe));
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
    const int64_t *best = linear_array_of(probe, "best_penalty"), *offsets = linear_array_of(probe, "output_offsets");
    const double *intercepts = linear_array_of(probe, "intercepts");
    TAKE_FROM(c, &probe->memory, probe->score_weights, z->n_layers);
    TAKE_FROM(c, &probe->memory, probe->score_intercepts, z->n_layers * z->n_outputs);
    for (int64_t l = 0; l < z->n_layers; l++) {
        const double *weights = linear_weights_of(probe, l);
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
