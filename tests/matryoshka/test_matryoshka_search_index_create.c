/* The index: the same ids and scores, to the bit, as a search of the rows it keeps. */
#include "support/matrix.h"
#include <math.h>

static lamella_status search_index(matrix *m, const lamella_view *base, const lamella_view *queries, int64_t k, int64_t width, int32_t similarity)
{
    lamella_matryoshka_index_options options = { .struct_size = sizeof options, .similarity = similarity };
    lamella_matryoshka_index *index = NULL;
    int64_t n = m->n_samples;
    lamella_status status = lamella_matryoshka_index_create(m->ctx, base, &options, &index);
    matrix_forget(m, base);
    const lamella_view *ids = matrix_out(m, "ids", LAMELLA_I64, n, k), *scores = matrix_out(m, "scores", LAMELLA_F64, n, k);
    lamella_matryoshka_search_options at = { .struct_size = sizeof at, .width = width };
    if (status == LAMELLA_OK)
        status = lamella_matryoshka_index_search(m->ctx, index, queries, k, ids, scores, &at, NULL, NULL);
    lamella_matryoshka_index_free(index);
    return status;
}

OPERATION(lamella_matryoshka_index_create, .forms = FORM_ROWS, .in_memory = 1, .empty_is_ok = 1)
{
    return search_index(m, m->view, matrix_second_view(m), 2, 0, LAMELLA_MATRYOSHKA_SEARCH_DOT);
}

OPERATION(lamella_matryoshka_index_search, .forms = FORM_ROWS, .in_memory = 1, .empty_is_ok = 1)
{
    return search_index(m, matrix_second_view(m), m->view, 5, (m->narrowest + 1) / 2, LAMELLA_MATRYOSHKA_SEARCH_COSINE);
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

static void search_whole(int64_t width, lists *l)
{
    lamella_view b = view_of(LAMELLA_F32, x, ROWS, DIM), qv = view_of(LAMELLA_F32, q, QUERIES, DIM);
    lamella_view i = view_of(LAMELLA_I64, l->ids, QUERIES, K), s = view_of(LAMELLA_F64, l->scores, QUERIES, K);
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = width };
    ok(lamella_matryoshka_search(NULL, &b, &qv, K, &i, &s, &options, NULL, NULL));
}

TEST(an_index_finds_what_a_search_finds_in_batches_and_one_at_a_time)
{
    static const int64_t widths[] = { 0, 24, 7, 16 };
    static lists whole, batch, one;
    lamella_view b = view_of(LAMELLA_F32, x, ROWS, DIM), qv = view_of(LAMELLA_F32, q, QUERIES, DIM);
    lamella_matryoshka_index *index;
    fill_rows();
    ok(lamella_matryoshka_index_create(NULL, &b, NULL, &index));
    for (int w = 0; w < 4; w++) {
        lamella_view i = view_of(LAMELLA_I64, batch.ids, QUERIES, K), s = view_of(LAMELLA_F64, batch.scores, QUERIES, K);
        lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = widths[w] };
        search_whole(widths[w], &whole);
        ok(lamella_matryoshka_index_search(NULL, index, &qv, K, &i, &s, &options, NULL, NULL));
        for (int64_t j = 0; j < QUERIES; j++) {
            lamella_view q1 = view_of(LAMELLA_F32, q + j * DIM, 1, DIM), i1 = view_of(LAMELLA_I64, one.ids + j * K, 1, K);
            lamella_view s1 = view_of(LAMELLA_F64, one.scores + j * K, 1, K);
            ok(lamella_matryoshka_index_search(NULL, index, &q1, K, &i1, &s1, &options, NULL, NULL));
        }
        equal_bits(&batch, &whole, sizeof whole);
        equal_bits(&one, &whole, sizeof whole);
    }
    lamella_matryoshka_index_free(index);
}

TEST(an_index_keeps_its_own_rows_and_shows_them)
{
    float rows[] = { 3, 4, 0, 5 };
    int64_t numbers[] = { 8, 6 };
    lamella_view b = view_of(LAMELLA_F32, rows, 2, 2), n = view_of(LAMELLA_I64, numbers, 2), v;
    lamella_matryoshka_index *index;
    ok(lamella_matryoshka_index_create(NULL, &b, WITH(lamella_matryoshka_index_options, .base_ids = &n), &index));
    memset(rows, 0, sizeof rows);
    ok(lamella_matryoshka_index_get(index, "rows", &v));
    const float expected[] = { 3, 4, 0, 5 };
    equal_bits(v.data, expected, sizeof expected);
    check(v.flags == (LAMELLA_READONLY | LAMELLA_FINITE) && v.shape[0] == 2 && v.shape[1] == 2 && v.stride[0] == 2 && v.stride[1] == 1);
    ok(lamella_matryoshka_index_get(index, "ids", &v));
    equal_bits(v.data, numbers, sizeof numbers);
    check(v.flags == LAMELLA_READONLY);
    refused(lamella_matryoshka_index_get(index, "row", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_get: name is \"row\", expected an array of an index, as \"ids\"");
    lamella_matryoshka_index_free(index);
    lamella_matryoshka_index_free(NULL);
}

TEST(an_index_may_be_told_its_own_similarity)
{
    float rows[] = { 3, 4, 0, 5 };
    int64_t ids[2];
    double scores[2];
    lamella_view b = view_of(LAMELLA_F32, rows, 2, 2), i = view_of(LAMELLA_I64, ids, 2, 1), s = view_of(LAMELLA_F64, scores, 2, 1);
    for (int32_t similarity = LAMELLA_MATRYOSHKA_SEARCH_COSINE; similarity <= LAMELLA_MATRYOSHKA_SEARCH_DOT; similarity++) {
        const lamella_matryoshka_index_options options = { .struct_size = sizeof options, .similarity = similarity };
        const lamella_matryoshka_search_options at = { .struct_size = sizeof at, .similarity = similarity };
        lamella_matryoshka_index *index;
        ok(lamella_matryoshka_index_create(NULL, &b, &options, &index));
        ok(lamella_matryoshka_index_search(NULL, index, &b, 1, &i, &s, &at, NULL, NULL));
        near(scores[0], similarity == LAMELLA_MATRYOSHKA_SEARCH_DOT ? 25 : 1, ABSOLUTE, 1e-12);
        lamella_matryoshka_index_free(index);
    }
}

TEST(an_index_says_what_is_wrong)
{
    float rows[] = { 3, 4, 0, 5 };
    int64_t ids[2];
    double scores[2];
    lamella_view b = view_of(LAMELLA_F32, rows, 2, 2), i = view_of(LAMELLA_I64, ids, 2, 1), s = view_of(LAMELLA_F64, scores, 2, 1);
    lamella_matryoshka_index_options options;
    lamella_matryoshka_index *index;
    ok(lamella_matryoshka_index_options_init(&options, sizeof options));
    equal(options.similarity, LAMELLA_MATRYOSHKA_SEARCH_COSINE);
    ok(lamella_matryoshka_index_create(NULL, &b, &options, &index));
    lamella_matryoshka_search_options at = { .struct_size = sizeof at, .width = 3 };
    refused(lamella_matryoshka_index_search(NULL, index, &b, 1, &i, &s, &at, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_search: options.width is 3, expected 0 to 2 (= base.shape[1])");
    at.similarity = LAMELLA_MATRYOSHKA_SEARCH_DOT;
    refused(lamella_matryoshka_index_search(NULL, index, &b, 1, &i, &s, &at, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_search: options.similarity is 2, expected 0 or 1 (that of the index)");
    refused(lamella_matryoshka_index_search(NULL, NULL, &b, 1, &i, &s, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_search: index is NULL, expected an index");
    lamella_matryoshka_index_free(index);
    rows[1] = NAN;
    refused(lamella_matryoshka_index_create(NULL, &b, NULL, &index), LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_index_create: base is nan at row 0, column 1, expected a finite number");
    check(!index);
}
