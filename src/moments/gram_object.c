/* A Gram state: the arrays of its file are worked on where they lie, so that its bytes cost one pass, for their checksum. */
#include "moments/gram_object.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define AT(array) offsetof(lamella_moments_gram, array)

/* a: of [x | y]. */
static const fitted_field fields[] = {
    { "mean", LAMELLA_F64, "a", AT(sums.mean), 0 },
    { "mean_low", LAMELLA_F64, "a", AT(sums.low), 0 },
    { "n", LAMELLA_I64, "", AT(n), 0 },
    { "square", LAMELLA_F64, "aa", AT(sums.square), 0 },
    { "weight", LAMELLA_F64, "", AT(weight), 0 },
};

static int64_t extent_of(const fitted *x, char axis, int64_t layer)
{
    (void)axis, (void)layer;
    return ((const lamella_moments_gram *)x)->sums.dim;
}

static const char *metadata_of(const fitted *x, int64_t i, const char **value, char room[24])
{
    snprintf(room, 24, "%lld", (long long)((const lamella_moments_gram *)x)->cross_dim);
    *value = room;
    return i ? NULL : "cross_dim";
}

/* ---- made ---- */

static lamella_status size_gram(call *c, lamella_moments_gram *g, int64_t dim, int64_t cross_dim)
{
    if (dim < 1)
        return fail(c, dim ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "dim is %lld, expected at least 1", (long long)dim);
    if (cross_dim < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "cross_dim is %lld, expected 0 or more", (long long)cross_dim);
    if (dim > INT32_MAX || cross_dim > INT32_MAX)
        return fail(c, LAMELLA_ERR_LIMIT, "%s is %lld, expected at most %lld", dim > INT32_MAX ? "dim" : "cross_dim",
                    (long long)(dim > INT32_MAX ? dim : cross_dim), (long long)INT32_MAX);
    TRY(blas_matrix_check(c, "a Gram matrix", dim + cross_dim, dim + cross_dim, dim + cross_dim));
    g->dim = dim;
    g->cross_dim = cross_dim;
    g->sums.dim = dim + cross_dim;
    return LAMELLA_OK;
}

lamella_status gram_object_create(call *c, int64_t dim, int64_t cross_dim, lamella_moments_gram **gram)
{
    lamella_moments_gram *g;
    TRY(HANDLE(c, gram));
    TRY(fitted_create(c, &gram_kind, &g));
    TRY(size_gram(c, g, dim, cross_dim));
    TRY(fitted_lay(c, &g->file));
    *gram = g;
    return LAMELLA_OK;
}

void gram_object_note(lamella_moments_gram *gram)
{
    *gram->n = gram->sums.n;
    *gram->weight = gram->sums.weight;
    gram->file.sealed = 0;
}

/* ---- read ---- */

/* A number in decimal digits; -1 if it is none. */
static int64_t size_of_text(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || digits > 10 || text[digits] ? -1 : strtoll(text, NULL, 10);
}

static lamella_status measure_gram(call *c, fitted *x)
{
    const char *text;
    int64_t all;
    TRY(model_text(c, x->file, "cross_dim", &text));
    TRY(fitted_shape(c, x, "mean", LAMELLA_F64, 1, &all));
    int64_t cross_dim = size_of_text(text);
    if (cross_dim < 0 || cross_dim >= all)
        return fail(c, LAMELLA_ERR_FORMAT, "bytes: %lld means of which %.16s of y are no Gram state", (long long)all, text);
    return size_gram(c, (lamella_moments_gram *)x, all - cross_dim, cross_dim);
}

/* What no rows could have left. */
static int is_gram(const gram *g)
{
    int possible = g->n >= 0 && (g->n ? g->weight > 0 : g->weight == 0);
    for (int64_t i = 0; possible && i < g->dim; i++)
        for (int64_t j = 0; possible && j <= i; j++)
            possible = i == j ? g->square[i * g->dim + i] >= 0 : g->square[i * g->dim + j] == g->square[j * g->dim + i];
    return possible;
}

static lamella_status settle_gram(call *c, fitted *x)
{
    lamella_moments_gram *g = (lamella_moments_gram *)x;
    TRY(fitted_is_finite(c, x));
    g->sums.n = *g->n;
    g->sums.weight = *g->weight;
    return is_gram(&g->sums) ? LAMELLA_OK : fail(c, LAMELLA_ERR_FORMAT, "bytes: the numbers are no moments of any rows");
}

/* ---- by its arrays: parts of those in the file ---- */

static lamella_view gram_view(const void *data, int32_t dtype, int32_t rank, int64_t rows, int64_t columns, int64_t stride)
{
    lamella_view v = { .data = (void *)(uintptr_t)data, .dtype = dtype, .rank = rank, .flags = LAMELLA_READONLY };
    if (rank == 2)
        v.shape[0] = rows, v.stride[0] = stride, v.shape[1] = columns, v.stride[1] = 1;
    else if (rank == 1)
        v.shape[0] = columns, v.stride[0] = 1;
    return v;
}

static lamella_status get_array(call *c, const fitted *of, const char *name, lamella_view *out)
{
    const lamella_moments_gram *g = (const lamella_moments_gram *)of;
    const int64_t x = g->dim, y = g->cross_dim, all = x + y;
    const double *mean = g->sums.mean, *square = g->sums.square;
    const struct {
        const char  *name;
        lamella_view view;
    } arrays[] = {
        { "n", gram_view(g->n, LAMELLA_I64, 0, 0, 0, 0) },
        { "weight", gram_view(g->weight, LAMELLA_F64, 0, 0, 0, 0) },
        { "mean", gram_view(mean, LAMELLA_F64, 1, 0, x, 0) },
        { "gram", gram_view(square, LAMELLA_F64, 2, x, x, all) },
        { "cross_mean", gram_view(mean + x, LAMELLA_F64, 1, 0, y, 0) },
        { "cross", gram_view(square + x, LAMELLA_F64, 2, x, y, all) },
        { "cross_gram", gram_view(square + x * all + x, LAMELLA_F64, 2, y, y, all) },
    };
    for (int64_t i = 0; i < LENGTH(arrays); i++)
        if (!strcmp(name, arrays[i].name)) {
            *out = arrays[i].view;
            return LAMELLA_OK;
        }
    return fail(c, LAMELLA_ERR_ARGUMENT, "name is \"%.64s\", expected n, weight, mean, gram, cross_mean, cross or cross_gram", name);
}

LAMELLA_INTERNAL const fitted_kind gram_kind = { .name = "moments_gram", .thing = "a Gram state", .argument = "gram",
                                                 .size = sizeof(lamella_moments_gram), .field = fields, .n_fields = LENGTH(fields),
                                                 .extent = extent_of, .metadata = metadata_of, .measure = measure_gram, .settle = settle_gram,
                                                 .get = get_array };
