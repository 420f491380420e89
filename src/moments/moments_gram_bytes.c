/* A Gram state to and from bytes: the state lies in memory as the file it would be. */
#include "lamella/io.h"
#include "moments/gram_object.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static lamella_status bytes_of_gram(call *c, const lamella_moments_gram *gram, lamella_view *bytes)
{
    TRY(gram_object_check(c, gram, "gram"));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    *bytes = (lamella_view){ .data = gram->image, .dtype = LAMELLA_U8, .rank = 1, .flags = LAMELLA_READONLY, .shape = { gram->image_bytes },
                             .stride = { 1 } };
    return LAMELLA_OK;
}

lamella_status lamella_moments_gram_bytes(const lamella_moments_gram *gram, lamella_view *bytes)
{
    CALL(NULL, bytes_of_gram(c, gram, bytes));
}

/* ---- loading ---- */

static void close_gram_file(void *data)
{
    lamella_io_file_free(*(lamella_io_file **)data);
}

/* What the reader of files complains of, said of the bytes. */
static lamella_status fail_as_file(call *c, lamella_status status)
{
    char reason[512];
    const char *message = lamella_last_error(), *colon = strstr(message, ": ");
    strncpy(reason, colon ? colon + 2 : message, sizeof reason - 1);
    reason[sizeof reason - 1] = 0;
    return fail(c, status, "%s", reason);
}

/* A value of the metadata by its key; "" if there is none. */
static const char *metadata_of(const lamella_io_file *file, const char *key)
{
    int64_t n_entries, n_metadata;
    const char *found, *value;
    lamella_io_sizes_get(file, &n_entries, &n_metadata);
    for (int64_t i = 0; i < n_metadata; i++) {
        lamella_io_metadata_get(file, i, &found, &value);
        if (!strcmp(found, key))
            return value;
    }
    return "";
}

/* A size in decimal digits; -1 if it is none that a state can have. */
static int64_t size_of_text(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || digits > 10 || text[digits] ? -1 : strtoll(text, NULL, 10);
}

typedef struct gram_array {
    const char *name;
    int32_t     dtype, rank;
    int64_t     extent; /* of each axis */
} gram_array;

static lamella_status check_gram_arrays(call *c, const lamella_io_file *file, const gram_array *arrays, int64_t n)
{
    for (const gram_array *a = arrays; a < arrays + n; a++) {
        lamella_view v;
        if (lamella_io_file_get(file, a->name, &v) < 0 || v.dtype != a->dtype || v.rank != a->rank || v.shape[0] != a->extent
            || (a->rank == 2 && v.shape[1] != a->extent))
            return fail(c, LAMELLA_ERR_FORMAT, "bytes has no array \"%s\" of the dtype and shape of a Gram state", a->name);
    }
    return LAMELLA_OK;
}

/* What no rows could have left. */
static int is_gram(const gram *g)
{
    int possible = g->n >= 0 && isfinite(g->weight) && (g->n ? g->weight > 0 : g->weight == 0)
                   && matrix_is_finite(g->mean, 1, g->dim, g->dim) && matrix_is_finite(g->square, g->dim, g->dim, g->dim);
    for (int64_t i = 0; possible && i < g->dim; i++)
        for (int64_t j = 0; possible && j <= i; j++)
            possible = i == j ? g->square[i * g->dim + i] >= 0 : g->square[i * g->dim + j] == g->square[j * g->dim + i];
    return possible;
}

/* Shapes are checked before there is memory for them. */
static lamella_status read_gram(call *c, const lamella_io_file *file, int64_t dim, int64_t cross_dim, lamella_moments_gram **made)
{
    gram_array arrays[] = {
        { "n", LAMELLA_I64, 1, 1 },
        { "weight", LAMELLA_F64, 1, 1 },
        { "mean", LAMELLA_F64, 1, dim + cross_dim },
        { "square", LAMELLA_F64, 2, dim + cross_dim },
    };
    TRY(check_gram_arrays(c, file, arrays, LENGTH(arrays)));
    TRY(gram_object_create(c, dim, cross_dim, made));
    gram *g = &(*made)->sums;
    void *const places[] = { &g->n, &g->weight, g->mean, g->square };
    for (int64_t i = 0; i < LENGTH(arrays); i++) {
        const gram_array *a = &arrays[i];
        lamella_view into = { .data = places[i], .dtype = a->dtype, .rank = a->rank, .shape = { a->extent, a->rank == 2 ? a->extent : 0 } };
        lamella_status status = lamella_io_file_read(c->ctx, file, a->name, 0, &into);
        if (status < 0)
            return fail_as_file(c, status);
    }
    if (!is_gram(g))
        return fail(c, LAMELLA_ERR_FORMAT, "bytes holds numbers that no rows have as their moments");
    gram_object_note(*made);
    return LAMELLA_OK;
}

static lamella_status load_gram(call *c, const lamella_view *bytes, lamella_moments_gram **gram)
{
    lamella_io_file *file = NULL;
    lamella_moments_gram *made;
    if (!gram)
        return fail(c, LAMELLA_ERR_ARGUMENT, "gram is NULL, expected a handle to fill");
    *gram = NULL;
    TRY(call_undo(c, UNDO_ALWAYS, close_gram_file, &file));
    lamella_status status = lamella_io_file_load(c->ctx, bytes, NULL, &file, NULL);
    if (status < 0)
        return fail_as_file(c, status);
    const char *kind = metadata_of(file, "lamella.kind"), *format = metadata_of(file, "lamella.format");
    if (strcmp(kind, "moments_gram"))
        return fail(c, LAMELLA_ERR_FORMAT, "lamella.kind of bytes is \"%.64s\", expected \"moments_gram\"", kind);
    if (strcmp(format, "1"))
        return fail(c, LAMELLA_ERR_FORMAT, "lamella.format of bytes is \"%.64s\", expected \"1\"", format);
    int64_t dim = size_of_text(metadata_of(file, "dim")), cross_dim = size_of_text(metadata_of(file, "cross_dim"));
    if (dim < 1 || cross_dim < 0)
        return fail(c, LAMELLA_ERR_FORMAT, "dim or cross_dim of bytes is missing, expected sizes");
    TRY(read_gram(c, file, dim, cross_dim, &made));
    *gram = made;
    return LAMELLA_OK;
}

lamella_status lamella_moments_gram_load(lamella_context *ctx, const lamella_view *bytes, lamella_moments_gram **gram)
{
    CALL(ctx, load_gram(c, bytes, gram));
}
