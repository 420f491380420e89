/* Two lists of found rows to one: top-k lists are a mergeable state, so shards can be searched apart. */
#include "matryoshka/search.h"

#include <math.h>
#include <string.h>

typedef struct found_lists {
    lamella_view ids, scores;
} found_lists;

static found_row found_at(const found_lists *l, int64_t query, int64_t j)
{
    const int64_t at[] = { query, j };
    found_row row;
    memcpy(&row.id, view_at(&l->ids, at), sizeof row.id);
    memcpy(&row.score, view_at(&l->scores, at), sizeof row.score);
    return row;
}

static lamella_status check_found(call *c, found_lists *l, const lamella_view *ids, const lamella_view *scores, const char *which)
{
    char ids_name[32], scores_name[32];
    strcat(strcpy(ids_name, which), "_ids");
    strcat(strcpy(scores_name, which), "_scores");
    TRY(view_check(c, &l->ids, ids, I64, ids_name));
    if (l->ids.rank != 2)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 2: [query, found]", ids_name, (int)l->ids.rank);
    TRY(view_check(c, &l->scores, scores, F64, scores_name));
    TRY(view_check_shape(c, &l->scores, scores_name, l->ids.shape, 2));
    for (int64_t i = 0; i < l->ids.shape[0]; i++)
        for (int64_t j = 0; j < l->ids.shape[1]; j++) {
            TRY(ask_row(c, i * l->ids.shape[1] + j));
            found_row row = found_at(l, i, j), before = j ? found_at(l, i, j - 1) : row;
            number n;
            if (row.id >= 0 && !isfinite(row.score))
                return fail(c, LAMELLA_ERR_NONFINITE, "%s is %s at row %lld, column %lld, expected a finite number", scores_name,
                            number_text(row.score, &n), (long long)i, (long long)j);
            if (row.id >= 0 && (before.id < 0 || by_score_then_id(&before, &row) > 0))
                return fail(c, LAMELLA_ERR_ARGUMENT, "%s rises at row %lld, column %lld, expected what a search found", scores_name,
                            (long long)i, (long long)j);
        }
    return LAMELLA_OK;
}

static int64_t n_found(const found_lists *l, int64_t query)
{
    int64_t n = 0;
    while (n < l->ids.shape[1] && found_at(l, query, n).id >= 0)
        n++;
    return n;
}

static void merge_query(const found_lists *a, const found_lists *b, int64_t query, int64_t k, const found_lists *out)
{
    int64_t i = 0, j = 0, n_a = n_found(a, query), n_b = n_found(b, query);
    for (int64_t at = 0; at < k; at++) {
        found_row row = { NAN, -1 }, x, y;
        if (i < n_a)
            x = found_at(a, query, i);
        if (j < n_b)
            y = found_at(b, query, j);
        if (i < n_a && (j >= n_b || by_score_then_id(&x, &y) <= 0))
            row = x, i++;
        else if (j < n_b)
            row = y, j++;
        PUT(&out->ids, row.id, query, at);
        PUT(&out->scores, row.score, query, at);
    }
}

static lamella_status merge_found(call *c, const lamella_view *first_ids, const lamella_view *first_scores, const lamella_view *second_ids,
                                  const lamella_view *second_scores, int64_t k, const lamella_matryoshka_search_merge_outputs *outputs)
{
    lamella_matryoshka_search_merge_outputs wanted;
    found_lists a, b, out;
    TRY(check_found(c, &a, first_ids, first_scores, "first"));
    TRY(check_found(c, &b, second_ids, second_scores, "second"));
    if (a.ids.shape[0] != b.ids.shape[0])
        return fail(c, LAMELLA_ERR_SHAPE, "second_ids.shape[0] is %lld, expected %lld (= first_ids.shape[0])", (long long)b.ids.shape[0],
                    (long long)a.ids.shape[0]);
    if (k < 1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "k is %lld, expected at least 1", (long long)k);
    const int64_t shape[] = { a.ids.shape[0], k };
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out.ids, wanted.ids, I64, "outputs.ids", shape, 2));
    TRY(view_check_wanted(c, &out.scores, wanted.scores, F64, "outputs.scores", shape, 2));
    for (int64_t query = 0; query < shape[0]; query++) {
        merge_query(&a, &b, query, k, &out);
        TRY(ask_rows(c, query * k, k));
    }
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_search_merge(lamella_context *ctx, const lamella_view *first_ids, const lamella_view *first_scores,
                                               const lamella_view *second_ids, const lamella_view *second_scores, int64_t k,
                                               const lamella_matryoshka_search_merge_outputs *outputs)
{
    CALL(ctx, merge_found(c, first_ids, first_scores, second_ids, second_scores, k, outputs));
}
