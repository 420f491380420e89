/* A Gram state to and from bytes: it lies in memory as the file it would be. */
#include "io/io.h"
#include "moments/gram_object.h"

#include <stdlib.h>

static lamella_status bytes_of_gram(call *c, lamella_moments_gram *gram, lamella_view *bytes)
{
    TRY(gram_object_check(c, gram, "gram"));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    TRY(model_seal(c, &gram->image));
    *bytes = gram->image;
    return LAMELLA_OK;
}

lamella_status lamella_moments_gram_bytes(lamella_moments_gram *gram, lamella_view *bytes)
{
    CALL(NULL, bytes_of_gram(c, gram, bytes));
}

/* ---- loading ---- */

/* A number in decimal digits; -1 if it is none. */
static int64_t size_of_text(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || digits > 10 || text[digits] ? -1 : strtoll(text, NULL, 10);
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

/* Shapes are checked before there is memory for them. */
static lamella_status read_gram(call *c, const lamella_io_file *file, lamella_moments_gram **made)
{
    const char *text;
    int64_t all, square[2];
    TRY(model_text(c, file, "cross_dim", &text));
    TRY(model_shape(c, file, "mean", LAMELLA_F64, 1, &all));
    TRY(model_shape(c, file, "square", LAMELLA_F64, 2, square));
    int64_t cross_dim = size_of_text(text);
    if (cross_dim < 0 || cross_dim >= all || square[0] != all || square[1] != all)
        return fail(c, LAMELLA_ERR_FORMAT, "bytes: %lld means of which %.16s of y and a square of %lld x %lld are no Gram state", (long long)all,
                    text, (long long)square[0], (long long)square[1]);
    TRY(gram_object_create(c, all - cross_dim, cross_dim, made));
    gram *g = &(*made)->sums;
    TRY(model_array(c, file, "n", LAMELLA_I64, 0, NULL, &g->n));
    TRY(model_array(c, file, "weight", LAMELLA_F64, 0, NULL, &g->weight));
    TRY(model_array(c, file, "mean", LAMELLA_F64, 1, &all, g->mean));
    TRY(model_array(c, file, "mean_low", LAMELLA_F64, 1, &all, g->low));
    TRY(model_array(c, file, "square", LAMELLA_F64, 2, square, g->square));
    if (!is_gram(g))
        return fail(c, LAMELLA_ERR_FORMAT, "bytes: the numbers are no moments of any rows");
    gram_object_note(*made);
    return LAMELLA_OK;
}

static lamella_status load_gram(call *c, const lamella_view *bytes, lamella_moments_gram **gram)
{
    lamella_io_file *file;
    lamella_moments_gram *made = NULL;
    if (!gram)
        return fail(c, LAMELLA_ERR_ARGUMENT, "gram is NULL, expected a handle to fill");
    *gram = NULL;
    TRY(model_open(c, NULL, bytes, GRAM_KIND, &file));
    TRY(read_gram(c, file, &made));
    lamella_io_file_free(file);
    *gram = made;
    return LAMELLA_OK;
}

lamella_status lamella_moments_gram_load(lamella_context *ctx, const lamella_view *bytes, lamella_moments_gram **gram)
{
    CALL(ctx, load_gram(c, bytes, gram));
}
