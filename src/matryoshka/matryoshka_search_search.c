/* Exact search at any prefix (Matryoshka Representation Learning, section 4.3: retrieval by the first m dims).
 *
 *   score = q[:m] . x[:m] / (|q[:m]| |x[:m]|)
 *
 * The search itself is a primitive (similar/top_k.c); this file checks and writes.
 * Differs from the codes: both sides are renormalised at every width; ties go to the lowest id; a row can leave itself out by its id. */
#include "matryoshka/search.h"
#include "options/options.h"

#include <math.h>
#include <string.h>

#define ROWS_SHARE 0.1 /* of a search's time, as far as progress tells of it: rows or queries are made ready */

__extension__ _Static_assert((int)LAMELLA_MATRYOSHKA_SEARCH_COSINE == (int)SIMILAR_COSINE && (int)LAMELLA_MATRYOSHKA_SEARCH_DOT == (int)SIMILAR_DOT, "one numbering");

lamella_status check_row_matrix(call *c, lamella_view *v, const lamella_view *theirs, const char *name)
{
    TRY(view_check(c, v, theirs, FLOATS, name));
    if (v->rank != 2)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 2: [row, dim]", name, (int)v->rank);
    if (v->shape[1] < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "%s.shape[1] is 0, expected at least 1", name);
    return LAMELLA_OK;
}

lamella_status check_row_ids(call *c, lamella_view *v, const lamella_view *theirs, const char *name, int64_t n)
{
    if (!theirs)
        return LAMELLA_OK;
    TRY(view_check(c, v, theirs, I32 | I64, name));
    return view_check_shape(c, v, name, &n, 1);
}

lamella_status search_check_options(call *c, const search_request *asked, search_ready *r)
{
    *r = (search_ready){ .k = asked->k };
    return read_matryoshka_search_options(c, &r->o, asked->options, "options");
}

lamella_status search_check(call *c, const search_request *asked, int64_t dim, search_ready *r)
{
    lamella_matryoshka_search_outputs wanted;
    r->width = r->o.width ? r->o.width : dim;
    TRY(check_row_matrix(c, &r->queries, asked->queries, "queries"));
    if (r->queries.shape[1] != dim)
        return fail(c, LAMELLA_ERR_SHAPE, "queries.shape[1] is %lld, expected %lld (= base.shape[1])", (long long)r->queries.shape[1],
                    (long long)dim);
    if (asked->k < 1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "k is %lld, expected at least 1", (long long)asked->k);
    if (r->width > dim)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.width is %lld, expected 0 to %lld (= base.shape[1])", (long long)r->o.width,
                    (long long)dim);
    const int64_t shape[] = { r->queries.shape[0], asked->k };
    TRY(check_row_ids(c, &r->query_ids, r->o.query_ids, "options.query_ids", shape[0]));
    TRY(view_check_out(c, &r->ids, asked->ids, I64, "ids", shape, 2));
    TRY(view_check_out(c, &r->scores, asked->scores, F64, "scores", shape, 2));
    TRY(OUTPUTS(c, wanted, asked->outputs));
    TRY(view_check_wanted(c, &r->found, wanted.found, I64, "outputs.found", shape, 1));
    return check_sized(c, asked->result, "result", 1);
}

static void write_found(int64_t query, const found_row *rows, int64_t n, void *data)
{
    search_ready *r = data;
    for (int64_t j = 0; j < r->k; j++) {
        found_row row = j < n ? rows[j] : (found_row){ NAN, -1 };
        PUT(&r->ids, row.id, query, j);
        PUT(&r->scores, row.score, query, j);
    }
    PUT(&r->found, n, query);
    r->n_short += n < r->k;
}

static lamella_status left_out(call *c, const lamella_view *v, const int64_t **ids)
{
    int64_t *numbers;
    TAKE(c, numbers, v->shape[0]);
    for (int64_t i = 0; i < v->shape[0]; i++) {
        numbers[i] = load_i64(v->dtype, view_at(v, &i));
        TRY(ask_row(c, i));
    }
    *ids = numbers;
    return LAMELLA_OK;
}

lamella_status search_run(call *c, const searched_rows *s, const search_request *asked, search_ready *r)
{
    lamella_matryoshka_search_result found = { .struct_size = sizeof found };
    const int64_t *query_ids = NULL;
    searched_rows cut;
    f32_rows queries;
    if (r->o.query_ids)
        TRY(left_out(c, &r->query_ids, &query_ids));
    TRY_SPAN(NULL, 0, ROWS_SHARE, f32_rows_open(c, NULL, &r->queries, "queries", &queries));
    TRY(searched_rows_cut(c, s, r->width, &cut));
    TRY_SPAN("searching", ROWS_SHARE, 1, top_k(c, &cut, &queries, query_ids, r->k, write_found, r, &found.n_zero_queries));
    found.n_zero_rows = cut.n_zero_rows;
    found.n_short_queries = r->n_short;
    write_sized(asked->result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

static lamella_status search_once(call *c, const lamella_view *base, const search_request *asked)
{
    lamella_view b, b_ids;
    searched_rows s;
    search_ready ready;
    TRY(check_row_matrix(c, &b, base, "base"));
    TRY(search_check_options(c, asked, &ready));
    int32_t similarity = ready.o.similarity ? ready.o.similarity : LAMELLA_MATRYOSHKA_SEARCH_COSINE;
    TRY(check_row_ids(c, &b_ids, ready.o.base_ids, "options.base_ids", b.shape[0]));
    TRY(search_check(c, asked, b.shape[1], &ready));
    TRY_SPAN(NULL, 0, ROWS_SHARE, searched_rows_open(c, NULL, &b, ready.o.base_ids ? &b_ids : NULL, similarity, ready.width, &s));
    TRY_SPAN("searching", ROWS_SHARE, 1, search_run(c, &s, asked, &ready));
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_search(lamella_context *ctx, const lamella_view *base, const lamella_view *queries, int64_t k,
                                         const lamella_view *ids, const lamella_view *scores, const lamella_matryoshka_search_options *options,
                                         const lamella_matryoshka_search_outputs *outputs, lamella_matryoshka_search_result *result)
{
    const search_request asked = { queries, k, ids, scores, options, outputs, result };
    CALL(ctx, search_once(c, base, &asked));
}
