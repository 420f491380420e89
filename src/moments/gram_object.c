/* Memory of a Gram state: the image of a .safetensors file whose arrays are worked on where they lie, so that its bytes cost nothing.
 *
 * Arrays of 8 bytes by name, data from a multiple of 64 on, as io writes them; little-endian like every machine this runs on so far. */
#include "moments/gram_object.h"

#include <stdio.h>
#include <string.h>

#define GRAM_HEADER 512 /* bytes: three sizes of at most ten digits, offsets of at most nineteen */

/* The whole header, with its length before it; a multiple of 64. */
static int64_t gram_header(char *text, int64_t dim, int64_t cross_dim)
{
    int64_t all = dim + cross_dim, mean = 8 * all, n = mean + 8, square = n + 8 * all * all, weight = square + 8;
    int64_t used = 8 + snprintf(text + 8, GRAM_HEADER - 8,
        "{\"__metadata__\":{\"cross_dim\":\"%lld\",\"dim\":\"%lld\",\"lamella.format\":\"1\",\"lamella.kind\":\"moments_gram\"},"
        "\"mean\":{\"dtype\":\"F64\",\"shape\":[%lld],\"data_offsets\":[0,%lld]},"
        "\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[%lld,%lld]},"
        "\"square\":{\"dtype\":\"F64\",\"shape\":[%lld,%lld],\"data_offsets\":[%lld,%lld]},"
        "\"weight\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[%lld,%lld]}}",
        (long long)cross_dim, (long long)dim, (long long)all, (long long)mean, (long long)mean, (long long)n, (long long)all, (long long)all,
        (long long)n, (long long)square, (long long)square, (long long)weight);
    int64_t end = round_up(used, 64);
    memset(text + used, ' ', (size_t)(end - used));
    for (int64_t i = 0; i < 8; i++)
        text[i] = (char)((end - 8) >> 8 * i);
    return end;
}

lamella_status gram_object_create(call *c, int64_t dim, int64_t cross_dim, lamella_moments_gram **made)
{
    char header[GRAM_HEADER];
    void *object;
    if (dim < 1)
        return fail(c, dim ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "dim is %lld, expected at least 1", (long long)dim);
    if (cross_dim < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "cross_dim is %lld, expected 0 or more", (long long)cross_dim);
    if (dim > INT32_MAX || cross_dim > INT32_MAX)
        return fail(c, LAMELLA_ERR_LIMIT, "%s is %lld, expected at most %lld", dim > INT32_MAX ? "dim" : "cross_dim",
                    (long long)(dim > INT32_MAX ? dim : cross_dim), (long long)INT32_MAX);
    int64_t all = dim + cross_dim;
    TRY(blas_matrix_check(c, "a Gram matrix", all, all, all));
    TRY(object_create(c, (int64_t)sizeof **made, &object));
    lamella_moments_gram *g = object;
    int64_t data = gram_header(header, dim, cross_dim);
    g->dim = dim;
    g->cross_dim = cross_dim;
    g->image_bytes = data + 8 * (all + 1 + all * all + 1);
    TAKE_FROM(c, &g->memory, g->image, g->image_bytes);
    memcpy(g->image, header, (size_t)data);
    g->at_n = data + 8 * all;
    g->at_weight = g->image_bytes - 8;
    g->sums = (gram){ .dim = all, .mean = (double *)(g->image + data), .square = (double *)(g->image + g->at_n + 8) };
    gram_clear(&g->sums);
    gram_object_note(g);
    *made = g;
    return LAMELLA_OK;
}

lamella_status gram_object_check(call *c, const lamella_moments_gram *gram, const char *name)
{
    return gram ? LAMELLA_OK : fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a Gram state", name);
}

void gram_object_note(lamella_moments_gram *gram)
{
    memcpy(gram->image + gram->at_n, &gram->sums.n, 8);
    memcpy(gram->image + gram->at_weight, &gram->sums.weight, 8);
}
