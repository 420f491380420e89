/* The merge: shards searched apart say what a search of the whole says. */
#include "support/matrix.h"
#include <math.h>

/* The first lists hold nothing, whatever their scores are. */
OPERATION(lamella_matryoshka_search_merge, .forms = FORM_ROWS, .in_memory = 1, .dtypes = 1 << LAMELLA_F64, .quick = 1, .nonfinite = 1,
          .empty_is_ok = 1)
{
    int64_t n = m->n_samples, n_first = m->dim, *none = malloc((size_t)(n * n_first + 1) * sizeof *none), second[300];
    double falling[300];
    for (int64_t i = 0; i < n * n_first; i++)
        none[i] = -1;
    for (int64_t i = 0; i < n; i++)
        second[i] = i, falling[i] = (double)i / 3;
    const lamella_view *first_ids = matrix_input(m, LAMELLA_I64, none, n, n_first), *second_ids = matrix_input(m, LAMELLA_I64, second, n, 1);
    const lamella_view *second_scores = matrix_input(m, LAMELLA_F64, falling, n, 1);
    lamella_status status = lamella_matryoshka_search_merge(m->ctx, first_ids, m->view, second_ids, second_scores, 2,
                                                            WITH(lamella_matryoshka_search_merge_outputs,
                                                                 .ids = matrix_out(m, "ids", LAMELLA_I64, n, 2), .scores = matrix_out(m, "scores",
                                                                         LAMELLA_F64, n, 2)));
    free(none);
    return status;
}

enum { ROWS = 5000, QUERIES = 50, DIM = 24, K = 12 };

static float x[ROWS * DIM], q[QUERIES * DIM];

static void fill_rows(void)
{
    uint64_t state = 88172645463325252u;
    for (int64_t i = 0; i < (ROWS + QUERIES) * DIM; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        *(i < ROWS * DIM ? &x[i] : &q[i - ROWS * DIM]) = (float)((int64_t)(state >> 32) % 4 - 2); /* many ties */
    }
}

typedef struct lists {
    int64_t ids[QUERIES * K];
    double  scores[QUERIES * K];
} lists;

static void search_whole(lists *l)
{
    lamella_view b = view_of(LAMELLA_F32, x, ROWS, DIM), qv = view_of(LAMELLA_F32, q, QUERIES, DIM);
    lamella_view i = view_of(LAMELLA_I64, l->ids, QUERIES, K), s = view_of(LAMELLA_F64, l->scores, QUERIES, K);
    ok(lamella_matryoshka_search(NULL, &b, &qv, K, &i, &s, NULL, NULL, NULL));
}

static void search_shard(int64_t first, int64_t n, int64_t k, int64_t *ids, double *scores)
{
    static int64_t numbers[ROWS];
    for (int64_t i = 0; i < n; i++)
        numbers[i] = first + i;
    lamella_view b = view_of(LAMELLA_F32, x + first * DIM, n, DIM), qv = view_of(LAMELLA_F32, q, QUERIES, DIM);
    lamella_view own = view_of(LAMELLA_I64, numbers, n), i = view_of(LAMELLA_I64, ids, QUERIES, k), s = view_of(LAMELLA_F64, scores, QUERIES, k);
    ok(lamella_matryoshka_search(NULL, &b, &qv, k, &i, &s, WITH(lamella_matryoshka_search_options, .base_ids = &own), NULL, NULL));
}

TEST(merged_shards_equal_the_whole)
{
    static const int64_t splits[] = { 0, 5, 2500, 4999 };
    static lists whole, merged, left, right;
    fill_rows();
    search_whole(&whole);
    for (int c = 0; c < 4; c++) {
        lamella_view li = view_of(LAMELLA_I64, left.ids, QUERIES, K), ls = view_of(LAMELLA_F64, left.scores, QUERIES, K);
        lamella_view ri = view_of(LAMELLA_I64, right.ids, QUERIES, K), rs = view_of(LAMELLA_F64, right.scores, QUERIES, K);
        lamella_view i = view_of(LAMELLA_I64, merged.ids, QUERIES, K), s = view_of(LAMELLA_F64, merged.scores, QUERIES, K);
        search_shard(0, splits[c], K, left.ids, left.scores);
        search_shard(splits[c], ROWS - splits[c], K, right.ids, right.scores);
        ok(lamella_matryoshka_search_merge(NULL, &ri, &rs, &li, &ls, K, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)));
        equal_bits(&merged, &whole, sizeof whole);
    }
}

TEST(a_merge_fills_with_none_and_refuses_what_no_search_found)
{
    int64_t a[] = { 7, 3, -1 }, b[] = { 5 }, ids[5];
    double a_scores[] = { 0.5, 0.25, NAN }, b_scores[] = { 0.5 }, scores[5];
    lamella_view ai = view_of(LAMELLA_I64, a, 1, 3), as = view_of(LAMELLA_F64, a_scores, 1, 3), bi = view_of(LAMELLA_I64, b, 1, 1);
    lamella_view bs = view_of(LAMELLA_F64, b_scores, 1, 1), i = view_of(LAMELLA_I64, ids, 1, 5), s = view_of(LAMELLA_F64, scores, 1, 5);
    ok(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 5, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)));
    const int64_t expected[] = { 5, 7, 3, -1, -1 };
    equal_bits(ids, expected, sizeof ids);
    check(scores[2] == 0.25 && isnan(scores[3]) && isnan(scores[4]));
    a_scores[1] = 0.75;
    refused(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 5, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_search_merge: first_scores rises at row 0, column 1, expected what a search found");
    a_scores[1] = NAN;
    refused(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 5, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)),
            LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_search_merge: first_scores is nan at row 0, column 1, expected a finite number");
}

/* 0 is an id like any other, wherever it stands; of one score the lower id comes first, in both lists and between them. */
TEST(a_merge_takes_the_id_0_and_ties_as_they_come)
{
    int64_t a[] = { 2, 0, 4, -1, 0, 1, 5, 6 }, b[] = { 1, 3, -1, -1, 0, 1, 5, 6 }, ids[2 * 7];
    double a_scores[] = { 1, 0.5, 0.5, NAN, 3, 3, 3, 3 }, b_scores[] = { 0.5, 0.5, NAN, NAN, 3, 3, 3, 2 }, scores[2 * 7];
    lamella_view ai = view_of(LAMELLA_I64, a, 2, 4), as = view_of(LAMELLA_F64, a_scores, 2, 4), bi = view_of(LAMELLA_I64, b, 2, 4);
    lamella_view bs = view_of(LAMELLA_F64, b_scores, 2, 4), i = view_of(LAMELLA_I64, ids, 2, 7), s = view_of(LAMELLA_F64, scores, 2, 7);
    ok(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 7, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)));
    const int64_t expected[] = { 2, 0, 1, 3, 4, -1, -1, 0, 0, 1, 1, 5, 5, 6 };
    equal_bits(ids, expected, sizeof ids);
    check(scores[0] == 1 && scores[1] == 0.5 && scores[4] == 0.5 && isnan(scores[5]) && isnan(scores[6]) && scores[7] == 3 && scores[13] == 3);
    a[6] = a[5], a_scores[6] = a_scores[5]; /* the same row twice does not rise */
    ok(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 7, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)));
    check(ids[7 + 2] == 1 && ids[7 + 3] == 1 && ids[7 + 4] == 1);
    a_scores[1] = INFINITY;
    refused(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 7, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)),
            LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_search_merge: first_scores is inf at row 0, column 1, expected a finite number");
    a_scores[1] = 0.5, b[4] = -1;
    refused(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 7, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_search_merge: second_scores rises at row 1, column 1, expected what a search found"); /* after none, one */
    b[4] = 2;
    refused(lamella_matryoshka_search_merge(NULL, &ai, &as, &bi, &bs, 7, WITH(lamella_matryoshka_search_merge_outputs, .ids = &i, .scores = &s)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_search_merge: second_scores rises at row 1, column 1, expected what a search found"); /* by its id */
}
