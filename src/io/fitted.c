/* Fitted objects: a kind's one table of arrays makes the file that the object is, typed pointers into it, and what is asked of a loaded one. */
#include "io/fitted.h"

#include <stdio.h>

typedef struct listed_array {
    const fitted_field *field;
    int64_t             layer, bytes; /* -1: more than memory counts */
    char                name[48];
    int32_t             rank;
    int64_t             shape[4];
} listed_array;

typedef struct array_list {
    listed_array *array;
    int64_t       n;
} array_list;

int fitted_has(const fitted *x, const fitted_field *f)
{
    return !x->kind->has || x->kind->has(x, f);
}

int64_t fitted_count(const fitted *x, const fitted_field *f)
{
    return x->kind->each && strpbrk(f->axes, x->kind->each) ? x->kind->layers(x) : 1;
}

static void list_array(const fitted *x, const fitted_field *f, int64_t layer, listed_array *a)
{
    *a = (listed_array){ .field = f, .layer = layer, .bytes = dtype_size(f->dtype), .rank = (int32_t)strlen(f->axes) };
    for (int32_t i = 0; i < a->rank; i++) {
        a->shape[i] = x->kind->extent(x, f->axes[i], layer);
        if (a->bytes >= 0 && !size_mul(a->bytes, a->shape[i], &a->bytes))
            a->bytes = -1;
    }
    if (x->kind->each && strpbrk(f->axes, x->kind->each))
        snprintf(a->name, sizeof a->name, "%s.%lld", f->name, (long long)layer);
    else
        snprintf(a->name, sizeof a->name, "%s", f->name);
}

static lamella_status list_arrays(call *c, const fitted *x, array_list *list)
{
    const fitted_kind *k = x->kind;
    int64_t n = 0;
    for (const fitted_field *f = k->field; f < k->field + k->n_fields; f++)
        n += fitted_has(x, f) ? fitted_count(x, f) : 0;
    TAKE(c, list->array, n);
    list->n = 0;
    for (const fitted_field *f = k->field; f < k->field + k->n_fields; f++)
        for (int64_t l = 0; fitted_has(x, f) && l < fitted_count(x, f); l++)
            list_array(x, f, l, &list->array[list->n++]);
    return LAMELLA_OK;
}

/* ---- the image ---- */

/* Counts where text is NULL. */
static int64_t image_header(const fitted *x, const array_list *list, char *text, int64_t size)
{
    int64_t n = 0, at = 0;
    const char *key, *value;
    char number[24];
    size_t room = text ? (size_t)size : 0;
#define IMAGE_ADD(...) n += snprintf(text ? text + n : NULL, text ? room - (size_t)n : 0, __VA_ARGS__)
    IMAGE_ADD("{\"__metadata__\":{\"lamella.format\":\"%s\",\"lamella.kind\":\"%s\",\"%s\":\"%s\"", MODEL_FORMAT, x->kind->name, MODEL_CHECKSUM,
              MODEL_UNSEALED);
    for (int64_t i = 0; x->kind->metadata && (key = x->kind->metadata(x, i, &value, number)) != NULL; i++)
        IMAGE_ADD(",\"%s\":\"%s\"", key, value);
    IMAGE_ADD("}");
    for (const listed_array *a = list->array; a < list->array + list->n; a++) {
        IMAGE_ADD(",\"%s\":{\"dtype\":\"%s\",\"shape\":[", a->name, file_type_of_dtype(a->field->dtype)->name);
        for (int32_t i = 0; i < a->rank; i++)
            IMAGE_ADD("%s%lld", i ? "," : "", (long long)a->shape[i]);
        IMAGE_ADD("],\"data_offsets\":[%lld,%lld]}", (long long)at, (long long)(at + a->bytes));
        at += a->bytes;
    }
    IMAGE_ADD("}");
#undef IMAGE_ADD
    return n;
}

static lamella_status make_image(call *c, const array_list *list, fitted *x)
{
    int64_t data = 0;
    for (int64_t i = 0; i < list->n; i++)
        if (list->array[i].bytes < 0 || !size_add(data, list->array[i].bytes, &data))
            return fail(c, LAMELLA_ERR_MEMORY, "the arrays of %s do not fit into memory", x->kind->thing);
    int64_t text = image_header(x, list, NULL, 0), header = round_up(8 + text, 64) - 8;
    x->image_bytes = 8 + header + data;
    TAKE_FROM(c, &x->memory, x->image, x->image_bytes + 1);
    memset(x->image, 0, (size_t)x->image_bytes);
    for (int i = 0; i < 8; i++)
        x->image[i] = (char)((uint64_t)header >> 8 * i);
    image_header(x, list, x->image + 8, text + 1);
    memset(x->image + 8 + text, ' ', (size_t)(header - text));
    return LAMELLA_OK;
}

static lamella_view image_of(const fitted *x)
{
    return (lamella_view){ .data = x->image, .dtype = LAMELLA_U8, .rank = 1, .flags = LAMELLA_READONLY, .shape = { x->image_bytes }, .stride = { 1 } };
}

/* ---- pointers ---- */

static void *slot_of(fitted *x, const fitted_field *f, int64_t layer)
{
    return x->kind->slot ? x->kind->slot(x, f, layer) : (char *)x + f->place;
}

void *fitted_data(const fitted *x, const fitted_field *f, int64_t layer)
{
    void *data;
    memcpy(&data, slot_of((fitted *)(uintptr_t)x, f, layer), sizeof data);
    return data;
}

static void find_arrays(fitted *x, const array_list *list)
{
    for (const listed_array *a = list->array; a < list->array + list->n; a++) {
        void *data = x->image + file_find(x->file, a->name)->begin;
        memcpy(slot_of(x, a->field, a->layer), &data, sizeof data);
    }
}

/* ---- made ---- */

lamella_status fitted_create(call *c, const fitted_kind *kind, void *made)
{
    fitted *x;
    TRY(object_create(c, kind->size, (void **)&x));
    x->kind = kind;
    memcpy(made, &x, sizeof x);
    return LAMELLA_OK;
}

lamella_status fitted_lay(call *c, fitted *x)
{
    array_list list;
    TRY(list_arrays(c, x, &list));
    TRY(make_image(c, &list, x));
    const lamella_view image = image_of(x);
    TRY(model_header(c, NULL, &image, x->kind->name, &x->file));
    find_arrays(x, &list);
    return LAMELLA_OK;
}

lamella_status fitted_seal(call *c, fitted *x)
{
    const lamella_view image = image_of(x);
    TRY(model_seal(c, &image));
    x->sealed = 1;
    return LAMELLA_OK;
}

/* ---- given ---- */

lamella_status fitted_check(call *c, const fitted_kind *kind, const void *object, const char *name)
{
    return object ? LAMELLA_OK : fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected %s", name, kind->thing);
}

lamella_status fitted_array(call *c, const fitted *x, const char *name, lamella_view *out)
{
    const file_entry *e = file_find(x->file, name);
    if (!e)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is \"%.64s\", expected an array of %s, as \"%.64s\"", name, x->kind->thing,
                    entry_name(x->file, x->file->entry));
    return entry_view(c, x->file, e, out);
}

lamella_status fitted_get(call *c, const fitted_kind *kind, const void *object, const char *name, lamella_view *out)
{
    TRY(fitted_check(c, kind, object, kind->argument));
    if (!name)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is NULL, expected the name of an array");
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected a view to fill");
    return kind->get ? kind->get(c, object, name, out) : fitted_array(c, object, name, out);
}

lamella_status fitted_bytes(call *c, const fitted_kind *kind, const void *object, lamella_view *bytes)
{
    fitted *x = (fitted *)(uintptr_t)object;
    TRY(fitted_check(c, kind, x, kind->argument));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    if (!x->sealed)
        TRY(fitted_seal(c, x));
    *bytes = image_of(x);
    return LAMELLA_OK;
}

lamella_status fitted_save(call *c, const fitted_kind *kind, const void *object, const char *path)
{
    lamella_view image;
    output *o;
    TRY(fitted_check(c, kind, object, kind->argument));
    TRY(check_path(c, path));
    TRY(fitted_bytes(c, kind, object, &image));
    TRY(output_open(c, file_operations_of_system(), path, image.shape[0], &o));
    TRY(output_write(c, o, image.data, image.shape[0]));
    return output_finish(c, o);
}

void fitted_free(void *object)
{
    if (!object)
        return;
    file_free(((fitted *)object)->file);
    object_free(object);
}

/* ---- read ---- */

lamella_status fitted_shape(call *c, const fitted *x, const char *name, int32_t dtype, int32_t rank, int64_t *shape)
{
    int64_t found[IO_RANK];
    const file_entry *e = file_find(x->file, name);
    if (!e)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: there is no array \"%s\"", x->name, name);
    if (entry_dtype(x->file, e) != dtype || e->rank != rank)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" is %s of rank %d, expected %s of rank %d", x->name, name, entry_type_name(x->file, e),
                    (int)e->rank, dtype_name(dtype), (int)rank);
    if (((uintptr_t)x->image + (uintptr_t)e->begin) % (uintptr_t)dtype_size(dtype))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" begins at byte %lld, expected a multiple of %d", x->name, name, (long long)e->begin,
                    (int)dtype_size(dtype));
    entry_shape(x->file, e, found);
    memcpy(shape, found, (size_t)rank * sizeof *shape);
    return LAMELLA_OK;
}

static lamella_status check_arrays(call *c, const fitted *x, const array_list *list)
{
    for (const listed_array *a = list->array; a < list->array + list->n; a++) {
        int64_t shape[4];
        TRY(fitted_shape(c, x, a->name, a->field->dtype, a->rank, shape));
        for (int32_t i = 0; i < a->rank; i++)
            if (shape[i] != a->shape[i])
                return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\".shape[%d] is %lld, expected %lld", x->name, a->name, (int)i, (long long)shape[i],
                            (long long)a->shape[i]);
    }
    return LAMELLA_OK;
}

static lamella_status take_image(call *c, const fitted_kind *kind, const char *name, int64_t bytes, fitted **x)
{
    char *kept;
    TRY(fitted_create(c, kind, x));
    TAKE_FROM(c, &(*x)->memory, kept, (int64_t)strlen(name) + 1);
    strcpy(kept, name);
    (*x)->name = kept;
    (*x)->image_bytes = bytes;
    TAKE_FROM(c, &(*x)->memory, (*x)->image, MAX(bytes, 1));
    return LAMELLA_OK;
}

/* The header says what kind of file it is before there is memory for the rest. */
static lamella_status read_path(call *c, const fitted_kind *kind, const char *path, lamella_io_file **file, fitted **x)
{
    TRY(model_header(c, path, NULL, kind->name, file));
    TRY(take_image(c, kind, (*file)->name, (*file)->from.bytes, x));
    int code = source_read(&(*file)->from, 0, (*x)->image, (*x)->image_bytes);
    if (code)
        return source_fail(c, (*file)->name, code);
    const lamella_view image = image_of(*x);
    TRY(model_check_sum(c, *file, &image));
    return model_header(c, NULL, &image, kind->name, &(*x)->file);
}

static lamella_status read_bytes(call *c, const fitted_kind *kind, const lamella_view *bytes, fitted **x)
{
    lamella_view v;
    TRY(VIEW(c, v, bytes, DTYPE_BIT(LAMELLA_U8)));
    if (v.rank != 1 || !view_is_row_major(&v))
        return fail(c, LAMELLA_ERR_SHAPE, "bytes is not one contiguous axis, expected [byte] with stride 1");
    TRY(take_image(c, kind, "bytes", v.shape[0], x));
    memcpy((*x)->image, v.data ? v.data : "", (size_t)v.shape[0]);
    const lamella_view image = image_of(*x);
    TRY(model_header(c, NULL, &image, kind->name, &(*x)->file));
    return model_check_sum(c, (*x)->file, &image);
}

/* From a file, or if `path` is NULL from bytes. */
static lamella_status read_object(call *c, const fitted_kind *kind, const char *path, const lamella_view *bytes, void *handle)
{
    fitted *x;
    array_list list;
    lamella_io_file *file = NULL;
    TRY(path ? read_path(c, kind, path, &file, &x) : read_bytes(c, kind, bytes, &x));
    TRY(kind->measure(c, x));
    TRY(list_arrays(c, x, &list));
    TRY(check_arrays(c, x, &list));
    find_arrays(x, &list);
    TRY(kind->settle(c, x));
    file_free(file); /* where something failed the call has freed it */
    x->sealed = 1;
    memcpy(handle, &x, sizeof x);
    return LAMELLA_OK;
}

lamella_status fitted_open(call *c, const fitted_kind *kind, const char *path, void *handle)
{
    TRY(check_handle(c, handle, kind->argument));
    TRY(check_path(c, path));
    return read_object(c, kind, path, NULL, handle);
}

lamella_status fitted_load(call *c, const fitted_kind *kind, const lamella_view *bytes, void *handle)
{
    TRY(check_handle(c, handle, kind->argument));
    return read_object(c, kind, NULL, bytes, handle);
}

lamella_status fitted_is_finite(call *c, const fitted *x)
{
    array_list list;
    TRY(list_arrays(c, x, &list));
    for (const listed_array *a = list.array; a < list.array + list.n; a++) {
        const int64_t n = a->bytes / dtype_size(a->field->dtype);
        if (a->field->dtype == LAMELLA_F64 && simd_of(c)->nonfinite_f64(fitted_data(x, a->field, a->layer), n) < n)
            return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" has a number that is not finite", x->name, a->name);
    }
    return LAMELLA_OK;
}
