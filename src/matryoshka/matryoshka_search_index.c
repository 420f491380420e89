/* An index: rows in f32 with the bounds of their full width, searched any number of times; as a file the rows and what they are compared by. */
#include "io/fitted.h"
#include "matryoshka/search.h"
#include "options/options.h"

#include <stddef.h>
#include <string.h>

struct lamella_matryoshka_index {
    fitted        file; /* first */
    int64_t       n, dim;
    int32_t       has_ids, similarity;
    float        *rows;
    int64_t      *ids;
    searched_rows s;
};

/* r: rows, d: dim. */
static const fitted_field fields[] = {
    { "ids", LAMELLA_I64, "r", offsetof(lamella_matryoshka_index, ids), 1 },
    { "rows", LAMELLA_F32, "rd", offsetof(lamella_matryoshka_index, rows), 0 },
};

static const char *const similarity_names[] = { "cosine", "dot" };

static int64_t extent_of(const fitted *x, char axis, int64_t layer)
{
    const lamella_matryoshka_index *index = (const lamella_matryoshka_index *)x;
    (void)layer;
    return axis == 'r' ? index->n : index->dim;
}

static int has_field(const fitted *x, const fitted_field *f)
{
    return !f->only || ((const lamella_matryoshka_index *)x)->has_ids;
}

static const char *metadata_of(const fitted *x, int64_t i, const char **value, char room[24])
{
    (void)room;
    *value = similarity_names[((const lamella_matryoshka_index *)x)->similarity - 1];
    return i ? NULL : "similarity";
}

static lamella_status measure_index(call *c, fitted *x)
{
    lamella_matryoshka_index *index = (lamella_matryoshka_index *)x;
    const char *text;
    int64_t shape[2];
    TRY(model_text(c, x->file, "similarity", &text));
    index->similarity = !strcmp(text, similarity_names[0]) ? 1 : !strcmp(text, similarity_names[1]) ? 2 : 0;
    if (!index->similarity)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: similarity is \"%.32s\", expected \"cosine\" or \"dot\"", x->name, text);
    TRY(fitted_shape(c, x, "rows", LAMELLA_F32, 2, shape));
    if (shape[1] < 1)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"rows\" has 0 dims, expected at least 1", x->name);
    index->n = shape[0];
    index->dim = shape[1];
    index->has_ids = file_find(x->file, "ids") != NULL;
    return LAMELLA_OK;
}

static lamella_status settle_index(call *c, fitted *x)
{
    lamella_matryoshka_index *index = (lamella_matryoshka_index *)x;
    const int64_t n = index->n * index->dim, at = simd_of(c)->nonfinite_f32(index->rows, n);
    if (at < n)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"rows\" has a number that is not finite", x->name);
    for (int64_t i = 0; index->has_ids && i < index->n; i++)
        if (index->ids[i] < 0)
            return fail(c, LAMELLA_ERR_FORMAT, "%s: \"ids\"[%lld] is %lld, expected 0 or more", x->name, (long long)i, (long long)index->ids[i]);
    index->s = (searched_rows){ .rows = { index->rows, index->n, index->dim, index->dim }, .ids = index->ids, .similarity = index->similarity,
                                .width = index->dim };
    return searched_rows_bound(c, &x->memory, &index->s);
}

/* Its rows are known to be finite. */
static lamella_status get_array(call *c, const fitted *x, const char *name, lamella_view *out)
{
    TRY(fitted_array(c, x, name, out));
    if (!strcmp(name, "rows"))
        out->flags |= LAMELLA_FINITE;
    return LAMELLA_OK;
}

static const fitted_kind index_kind = { .name = "matryoshka.index", .thing = "an index", .argument = "index",
                                        .size = sizeof(lamella_matryoshka_index), .field = fields, .n_fields = LENGTH(fields), .extent = extent_of,
                                        .has = has_field, .metadata = metadata_of, .measure = measure_index, .settle = settle_index,
                                        .get = get_array };

/* ---- made ---- */

static lamella_status create(call *c, const lamella_view *base, const lamella_matryoshka_index_options *options,
                                   lamella_matryoshka_index **index)
{
    lamella_matryoshka_index_options o;
    lamella_matryoshka_index *made;
    lamella_view b, b_ids;
    TRY(HANDLE(c, index));
    TRY(check_row_matrix(c, &b, base, "base"));
    TRY(OPTIONS(c, o, options, matryoshka_index));
    TRY(check_row_ids(c, &b_ids, o.base_ids, "options.base_ids", b.shape[0]));
    TRY(fitted_create(c, &index_kind, &made));
    made->n = b.shape[0];
    made->dim = b.shape[1];
    made->has_ids = o.base_ids != NULL;
    made->similarity = o.similarity;
    TRY(fitted_lay(c, &made->file));
    TRY(searched_rows_open(c, &(searched_keeper){ &made->file.memory, made->rows, made->ids }, &b, o.base_ids ? &b_ids : NULL, o.similarity, b.shape[1], &made->s));
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
    TRY(fitted_check(c, &index_kind, index, "index"));
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

/* ---- by its arrays, as a file and as bytes ---- */

lamella_status lamella_matryoshka_index_get(const lamella_matryoshka_index *index, const char *name, lamella_view *out)
{
    CALL(NULL, fitted_get(c, &index_kind, index, name, out));
}

lamella_status lamella_matryoshka_index_save(lamella_context *ctx, lamella_matryoshka_index *index, const char *path)
{
    CALL(ctx, fitted_save(c, &index_kind, index, path));
}

lamella_status lamella_matryoshka_index_bytes(lamella_matryoshka_index *index, lamella_view *bytes)
{
    CALL(NULL, fitted_bytes(c, &index_kind, index, bytes));
}

lamella_status lamella_matryoshka_index_open(lamella_context *ctx, const char *path, lamella_matryoshka_index **index)
{
    CALL(ctx, fitted_open(c, &index_kind, path, index));
}

lamella_status lamella_matryoshka_index_load(lamella_context *ctx, const lamella_view *bytes, lamella_matryoshka_index **index)
{
    CALL(ctx, fitted_load(c, &index_kind, bytes, index));
}

void lamella_matryoshka_index_free(lamella_matryoshka_index *index)
{
    fitted_free(index);
}
