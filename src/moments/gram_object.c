/* Memory of a Gram state: the image of its file, whose arrays are worked on where they lie, so that its bytes cost nothing. */
#include "io/io.h"
#include "moments/gram_object.h"

#include <stdio.h>
#include <string.h>

/* A file of zeros: all its arrays have elements of 8 bytes, so they lie in it by name. */
static lamella_status gram_image(call *c, arena *memory, int64_t all, int64_t cross_dim, lamella_view *image)
{
    static const double zero;
    char text[24];
    const char *const metadata[] = { "cross_dim", text };
    const lamella_view zeros = { .data = (void *)(uintptr_t)&zero, .dtype = LAMELLA_F64, .flags = LAMELLA_BROADCAST, .shape = { all, all } };
    save_array arrays[] = { { .name = "mean", .view = zeros }, { .name = "mean_low", .view = zeros }, { .name = "n", .view = zeros },
                            { .name = "square", .view = zeros }, { .name = "weight", .view = zeros } };
    arrays[0].view.rank = arrays[1].view.rank = 1;
    arrays[2].view.dtype = LAMELLA_I64;
    arrays[3].view.rank = 2;
    snprintf(text, sizeof text, "%lld", (long long)cross_dim);
    return model_image(c, memory, GRAM_KIND, arrays, LENGTH(arrays), metadata, 1, image);
}

lamella_status gram_object_create(call *c, int64_t dim, int64_t cross_dim, lamella_moments_gram **made)
{
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
    g->dim = dim;
    g->cross_dim = cross_dim;
    TRY(gram_image(c, &g->memory, all, cross_dim, &g->image));
    double *data = (double *)((char *)g->image.data + g->image.shape[0]) - (2 * all + 1 + all * all + 1);
    g->n = (int64_t *)(data + 2 * all);
    g->weight = data + 2 * all + 1 + all * all;
    g->sums = (gram){ .dim = all, .mean = data, .low = data + all, .square = data + 2 * all + 1 };
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
