/* An index: rows in f32 with the bounds of their full width, searched any number of times. */
#include "matryoshka/search.h"
#include "options/options.h"

#include <string.h>

struct lamella_matryoshka_index {
    arena         memory;
    searched_rows s;
};

static lamella_status create(call *c, const lamella_view *base, const lamella_matryoshka_index_options *options,
                                   lamella_matryoshka_index **index)
{
    lamella_matryoshka_index_options o;
    lamella_matryoshka_index *made;
    lamella_view b, b_ids;
    void *object;
    if (!index)
        return fail(c, LAMELLA_ERR_ARGUMENT, "index is NULL, expected a handle to fill");
    *index = NULL;
    TRY(check_row_matrix(c, &b, base, "base"));
    TRY(OPTIONS(c, o, options, matryoshka_index));
    TRY(check_row_ids(c, &b_ids, o.base_ids, "options.base_ids", b.shape[0]));
    TRY(object_create(c, (int64_t)sizeof *made, &object));
    made = object;
    TRY(searched_rows_open(c, &made->memory, &b, o.base_ids ? &b_ids : NULL, o.similarity, b.shape[1], &made->s));
    *index = made;
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_index_create(lamella_context *ctx, const lamella_view *base, const lamella_matryoshka_index_options *options,
                                               lamella_matryoshka_index **index)
{
    CALL(ctx, create(c, base, options, index));
}

static lamella_status index_search(call *c, const lamella_matryoshka_index *index, const search_request *asked)
{
    search_ready ready;
    if (!index)
        return fail(c, LAMELLA_ERR_ARGUMENT, "index is NULL, expected an index");
    TRY(search_check_options(c, asked, &ready));
    if (ready.o.similarity != 0 && ready.o.similarity != index->s.similarity)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.similarity is %d, expected 0 or %d (that of the index)", (int)ready.o.similarity,
                    (int)index->s.similarity);
    if (ready.o.base_ids)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.base_ids is given, expected none: an index has its own");
    TRY(search_check(c, asked, index->s.rows.dim, &ready));
    return search_run(c, &index->s, asked, &ready);
}

lamella_status lamella_matryoshka_index_search(lamella_context *ctx, const lamella_matryoshka_index *index, const lamella_view *queries, int64_t k,
                                               const lamella_view *ids, const lamella_view *scores, const lamella_matryoshka_search_options *options,
                                               const lamella_matryoshka_search_outputs *outputs, lamella_matryoshka_search_result *result)
{
    const search_request asked = { queries, k, ids, scores, options, outputs, result };
    CALL(ctx, index_search(c, index, &asked));
}

static lamella_status get(call *c, const lamella_matryoshka_index *index, const char *name, lamella_view *out)
{
    if (!index || !name || !out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL", !index ? "index" : !name ? "name" : "out");
    const f32_rows *r = &index->s.rows;
    if (!strcmp(name, "rows"))
        *out = (lamella_view){ .data = (void *)(uintptr_t)r->data, .dtype = LAMELLA_F32, .rank = 2, .flags = LAMELLA_READONLY | LAMELLA_FINITE,
                               .shape = { r->n, r->dim }, .stride = { r->stride, 1 } };
    else if (!strcmp(name, "ids") && index->s.ids)
        *out = (lamella_view){ .data = (void *)(uintptr_t)index->s.ids, .dtype = LAMELLA_I64, .rank = 1, .flags = LAMELLA_READONLY,
                               .shape = { r->n }, .stride = { 1 } };
    else
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is \"%s\", expected \"rows\"%s", name, index->s.ids ? " or \"ids\"" : "");
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_index_get(const lamella_matryoshka_index *index, const char *name, lamella_view *out)
{
    CALL(NULL, get(c, index, name, out));
}

void lamella_matryoshka_index_free(lamella_matryoshka_index *index)
{
    object_free(index);
}
