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

lamella_status gram_object_create(call *c, int64_t dim, int64_t cross_dim, lamella_moments_gram **made)
{
    lamella_moments_gram *g;
    TRY(fitted_create(c, &gram_kind, &g));
    TRY(size_gram(c, g, dim, cross_dim));
    TRY(fitted_lay(c, &g->file));
    *made = g;
    return LAMELLA_OK;
}

lamella_status gram_object_check(call *c, const lamella_moments_gram *gram, const char *name)
{
    return gram ? LAMELLA_OK : fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a Gram state", name);
}

void gram_object_note(lamella_moments_gram *gram)
{
    *gram->n = gram->sums.n;
    *gram->weight = gram->sums.weight;
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

LAMELLA_INTERNAL const fitted_kind gram_kind = { .name = "moments_gram", .thing = "Gram state", .size = sizeof(lamella_moments_gram), .field = fields,
                                                 .n_fields = LENGTH(fields), .extent = extent_of, .metadata = metadata_of,
                                                 .measure = measure_gram, .settle = settle_gram };
