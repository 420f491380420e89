/* Exact search: the ids of brute force in f64, ties, widths, what is left out, odd rows. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_matryoshka_search, .forms = FORM_ROWS, .in_memory = 1, .empty_is_ok = 1)
{
    int64_t n = m->n_samples;
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = (m->narrowest + 1) / 2 };
    lamella_matryoshka_search_result result = { .struct_size = sizeof result };
    const lamella_view *ids = matrix_out(m, "ids", LAMELLA_I64, n, 4), *scores = matrix_out(m, "scores", LAMELLA_F64, n, 4);
    const lamella_view *found = matrix_out(m, "found", LAMELLA_I64, n);
    lamella_status status = lamella_matryoshka_search(m->ctx, m->view, matrix_second_view(m), 4, ids, scores, &options,
                                                      WITH(lamella_matryoshka_search_outputs, .found = found), &result);
    matrix_number(m, "n_zero_rows", (double)result.n_zero_rows);
    matrix_number(m, "n_zero_queries", (double)result.n_zero_queries);
    matrix_number(m, "n_short_queries", (double)result.n_short_queries);
    return status;
}

/* A query that lies in the base finds itself by cosine and is left out by its id; DOT. */
OPERATION(lamella_matryoshka_search, .as = "dot", .forms = FORM_ROWS, .in_memory = 1, .empty_is_ok = 1)
{
    int64_t n = m->n_samples, numbers[300];
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .similarity = LAMELLA_MATRYOSHKA_SEARCH_DOT };
    for (int64_t i = 0; i < n; i++)
        numbers[i] = 1000 - i;
    const lamella_view *own = matrix_input(m, LAMELLA_I64, numbers, n), *others = matrix_input(m, LAMELLA_I64, numbers, n);
    const lamella_view *ids = matrix_out(m, "ids", LAMELLA_I64, n, 3), *scores = matrix_out(m, "scores", LAMELLA_F64, n, 3);
    return lamella_matryoshka_search(m->ctx, m->view, matrix_second_view(m), 3, ids, scores,
                                     (options.base_ids = own, options.query_ids = others, &options), NULL, NULL);
}

/* ---- brute force in f64 ---- */

static uint64_t state = 88172645463325252u;

static float random_float(void)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (float)((double)(int64_t)state * 0x1p-63);
}

static double lanes_dot(const float *x, const float *y, int64_t n)
{
    double lane[16] = { 0 };
    for (int64_t i = 0; i < n; i++)
        lane[i % 16] += (double)x[i] * (double)y[i];
    for (int half = 8; half; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

static double brute_score(const float *q, const float *x, int64_t width, int dot)
{
    double qq = lanes_dot(q, q, width), xx = lanes_dot(x, x, width);
    if (dot)
        return lanes_dot(q, x, width);
    return qq > 0 && xx > 0 ? lanes_dot(q, x, width) / sqrt(qq * xx) : 0;
}

typedef struct problem {
    float  *x, *q;
    int64_t n_x, n_q, dim, width, k;
    int     dot;
} problem;

static lamella_context *context_of_threads(int32_t threads)
{
    lamella_context_options options = { .struct_size = sizeof options, .threads = threads };
    lamella_context *ctx;
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

static void search_problem(lamella_context *ctx, const problem *p, int64_t *ids, double *scores)
{
    lamella_view x = view_of(LAMELLA_F32, p->x, p->n_x, p->dim), q = view_of(LAMELLA_F32, p->q, p->n_q, p->dim);
    lamella_view i = view_of(LAMELLA_I64, ids, p->n_q, p->k), s = view_of(LAMELLA_F64, scores, p->n_q, p->k);
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = p->width,
                                                  .similarity = p->dot ? LAMELLA_MATRYOSHKA_SEARCH_DOT : LAMELLA_MATRYOSHKA_SEARCH_COSINE };
    ok(lamella_matryoshka_search(ctx, &x, &q, p->k, &i, &s, &options, NULL, NULL));
}

/* The next row after (score, id), by falling score and rising id. */
static int64_t brute_next(const double *score, int64_t n, double after, int64_t after_id)
{
    int64_t best = -1;
    for (int64_t i = 0; i < n; i++)
        if ((score[i] < after || (score[i] == after && i > after_id)) && (best < 0 || score[i] > score[best]))
            best = i;
    return best;
}

static void equals_brute_force(const problem *p)
{
    int64_t *ids = malloc((size_t)(p->n_q * p->k) * sizeof *ids);
    double *scores = malloc((size_t)(p->n_q * p->k) * sizeof *scores), *all = malloc((size_t)(p->n_x + 1) * sizeof *all);
    lamella_context *ctx = context_of_threads(2);
    int64_t n_other = 0;
    search_problem(ctx, p, ids, scores);
    for (int64_t i = 0; i < p->n_q; i++) {
        double after = INFINITY;
        int64_t id = -1;
        for (int64_t j = 0; j < p->n_x; j++)
            all[j] = brute_score(p->q + i * p->dim, p->x + j * p->dim, p->width, p->dot);
        for (int64_t r = 0; r < p->k; r++) {
            id = brute_next(all, p->n_x, after, id);
            n_other += ids[i * p->k + r] != id;
            if (id < 0) {
                n_other += !isnan(scores[i * p->k + r]);
                break;
            }
            after = all[id];
            n_other += scores[i * p->k + r] != after;
        }
    }
    equal(n_other, 0);
    lamella_context_free(ctx);
    free(ids);
    free(scores);
    free(all);
}

static problem random_problem(int64_t n_x, int64_t n_q, int64_t dim, int64_t k)
{
    problem p = { malloc((size_t)(n_x * dim) * sizeof(float)), malloc((size_t)(n_q * dim) * sizeof(float)), n_x, n_q, dim, dim, k, 0 };
    for (int64_t i = 0; i < n_x * dim; i++)
        p.x[i] = random_float();
    for (int64_t i = 0; i < n_q * dim; i++)
        p.q[i] = random_float();
    return p;
}

static void problem_free(problem *p)
{
    free(p->x);
    free(p->q);
}

/* ---- the figures ---- */

static const int64_t cuts[] = { 8, 16, 32, 64, 128, 256, 384 };

TEST(equals_the_oracle)
{
    for (int w = 0; w < 7; w += 3) /* 8, 64, 384 */
        for (int kind = 0; kind < 2; kind++) {
            static int64_t ids[200 * 10];
            static double scores[200 * 10];
            char name[64];
            lamella_view i = view_of(LAMELLA_I64, ids, 200, 10), s = view_of(LAMELLA_F64, scores, 200, 10);
            lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = cuts[w] };
            ok(lamella_matryoshka_search(NULL, example("retrieval/docs"), example(kind ? "retrieval/queries.lemma" : "retrieval/queries.example"), 10,
                                         &i, &s, &options, NULL, NULL));
            snprintf(name, sizeof name, "matryoshka/search/%s.ids.%d", kind ? "lemma" : "example", (int)cuts[w]);
            near_golden(&i, name);
            snprintf(name, sizeof name, "matryoshka/search/%s.scores.%d", kind ? "lemma" : "example", (int)cuts[w]);
            near_golden(&s, name);
        }
}

/* examples/data/README.md */
TEST(so_many_queries_find_their_document_among_the_first_ten)
{
    static const int expected[2][7] = { { 8, 21, 36, 63, 72, 85, 88 }, { 16, 35, 54, 85, 97, 118, 117 } };
    for (int w = 0; w < 7; w++)
        for (int kind = 0; kind < 2; kind++) {
            static int64_t ids[200 * 10];
            static double scores[200 * 10];
            int hits = 0;
            lamella_view i = view_of(LAMELLA_I64, ids, 200, 10), s = view_of(LAMELLA_F64, scores, 200, 10);
            lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = cuts[w] };
            const lamella_view *relevant = example(kind ? "retrieval/queries.lemma.relevant" : "retrieval/queries.example.relevant");
            ok(lamella_matryoshka_search(NULL, example("retrieval/docs"), example(kind ? "retrieval/queries.lemma" : "retrieval/queries.example"), 10,
                                         &i, &s, &options, NULL, NULL));
            for (int64_t q = 0; q < 200; q++)
                for (int r = 0; r < 10; r++)
                    hits += ids[q * 10 + r] == ((const int32_t *)relevant->data)[q];
            equal(hits, expected[kind][w]);
        }
}

/* ---- the laws ---- */

TEST(blocks_and_parts_are_joined)
{
    problem p = random_problem(9001, 400, 5, 7); /* more than a block of queries and a part of rows */
    equals_brute_force(&p);
    p.dot = 1;
    p.n_q = 1;
    equals_brute_force(&p);
    problem_free(&p);
}

TEST(long_rows_and_long_lists)
{
    problem p = random_problem(700, 9, 1100, 650);
    equals_brute_force(&p);
    p.width = 513;
    p.dot = 1;
    equals_brute_force(&p);
    problem_free(&p);
}

/* Rows that differ from each other by less than f32 can tell: the first pass ranks them at random. */
TEST(trap_ranked_in_f32)
{
    problem p = random_problem(500, 20, 64, 20);
    for (int64_t i = 1; i < p.n_x; i++)
        for (int64_t j = 0; j < p.dim; j++)
            p.x[i * p.dim + j] = (float)((double)p.x[j] * (1 + 4e-8 * (double)(random_float() > 0)));
    equals_brute_force(&p);
    p.dot = 1;
    equals_brute_force(&p);
    for (int64_t i = 0; i < p.n_q * p.dim; i++) /* products of a size at which a bound in f32 vanishes */
        p.q[i] *= 0x1p-139f;
    equals_brute_force(&p);
    problem_free(&p);
}

/* Every step of the first row's chain loses what it adds, almost half of the bound in all; the second row's loses nothing. */
TEST(trap_rounded_to_one_side)
{
    problem p = random_problem(2, 8, 1000, 1);
    p.dot = 1;
    for (int64_t j = 0; j < p.dim; j++) {
        const float small = 0.99f * 0x1.6a09e6p-13f; /* 0.99 * 2^-12.5: small^2 is under half a step below 1 */
        p.x[j] = j ? small : 1;
        p.x[p.dim + j] = j ? 0 : 1 + 2.5e-5f;
        for (int64_t i = 0; i < p.n_q; i++)
            p.q[i * p.dim + j] = 8 * p.x[j];
    }
    equals_brute_force(&p);
    int64_t ids[8];
    double scores[8];
    search_problem(NULL, &p, ids, scores);
    equal(ids[7], 0);
    problem_free(&p);
}

TEST(equal_rows_come_by_lowest_id)
{
    problem p = random_problem(5000, 12, 6, 9);
    for (int64_t i = 0; i < p.n_x; i++) /* three different rows, over and over */
        memcpy(p.x + i * p.dim, p.x + i % 3 * p.dim, (size_t)p.dim * sizeof *p.x);
    equals_brute_force(&p);
    problem_free(&p);
}

/* Multiples by a power of two have the same cosine to the bit, and equal rows have 1. */
TEST(a_row_is_its_own_nearest)
{
    problem p = random_problem(300, 300, 37, 1);
    int64_t ids[300];
    double scores[300];
    for (int64_t i = 0; i < p.n_q * p.dim; i++)
        p.q[i] = p.x[i] * (i % 2 ? 4 : 4);
    search_problem(NULL, &p, ids, scores);
    for (int64_t i = 0; i < 300; i++)
        check(ids[i] == i && scores[i] == 1);
    problem_free(&p);
}

/* Norms from the smallest f32 to the largest, whose products no f32 holds. */
TEST(rows_of_any_norm)
{
    problem p = random_problem(600, 40, 24, 30);
    for (int64_t i = 0; i < p.n_x; i++) {
        static const float factor[] = { 1e-44f, 1e-38f, 1e-20f, 1, 1e18f, 1e37f, 3e38f, 0 };
        for (int64_t j = 0; j < p.dim; j++) {
            p.x[i * p.dim + j] *= factor[i % 8];
            if (i < p.n_q)
                p.q[i * p.dim + j] *= factor[i / 2 % 8];
        }
    }
    equals_brute_force(&p);
    p.dot = 1;
    equals_brute_force(&p);
    for (int64_t i = 0; i < p.n_q; i++) { /* and one at a time */
        problem one = p;
        one.q = p.q + i * p.dim;
        one.n_q = 1;
        equals_brute_force(&one);
    }
    problem_free(&p);
}

TEST(a_width_is_a_search_of_the_cut_rows)
{
    problem p = random_problem(400, 30, 40, 8);
    int64_t ids[240], cut_ids[240];
    double scores[240], cut_scores[240];
    for (p.width = 1; p.width <= 40; p.width += 13) {
        lamella_view x = view_of(LAMELLA_F32, p.x, p.n_x, p.dim), q = view_of(LAMELLA_F32, p.q, p.n_q, p.dim), x_cut, q_cut;
        lamella_view i = view_of(LAMELLA_I64, cut_ids, 30, 8), s = view_of(LAMELLA_F64, cut_scores, 30, 8);
        search_problem(NULL, &p, ids, scores);
        ok(lamella_tensor_slice(&x, 1, 0, p.width, 1, &x_cut));
        ok(lamella_tensor_slice(&q, 1, 0, p.width, 1, &q_cut));
        ok(lamella_matryoshka_search(NULL, &x_cut, &q_cut, 8, &i, &s, NULL, NULL, NULL));
        equal_bits(cut_ids, ids, sizeof ids);
        equal_bits(cut_scores, scores, sizeof scores);
    }
    problem_free(&p);
}

/* Slicing alone ranks by the norms of prefixes. */
TEST(trap_prefixes_not_renormalised)
{
    float x[] = { 3, 0, 4, 0.6f, 0.6f, 0.52915f }, q[] = { 1, 1, 0 };
    problem p = { x, q, 2, 1, 3, 2, 1, 0 };
    int64_t id;
    double score;
    search_problem(NULL, &p, &id, &score);
    check(id == 1 && score > 0.9999999);
    p.dot = 1;
    search_problem(NULL, &p, &id, &score);
    check(id == 0 && score == 3);
}

TEST(the_row_itself_is_left_out_by_its_id)
{
    float x[] = { 1, 0, 1, 0, 0, 1, 1, 0 };
    int32_t base_ids[] = { 40, 30, 20, 40 }, query_ids[] = { 40, 30, -1, 7 };
    int64_t ids[4 * 3], found[4];
    double scores[4 * 3];
    lamella_view b = view_of(LAMELLA_F32, x, 4, 2), bi = view_of(LAMELLA_I32, base_ids, 4), qi = view_of(LAMELLA_I32, query_ids, 4);
    lamella_view i = view_of(LAMELLA_I64, ids, 4, 3), s = view_of(LAMELLA_F64, scores, 4, 3), f = view_of(LAMELLA_I64, found, 4);
    lamella_matryoshka_search_result result = { .struct_size = sizeof result };
    ok(lamella_matryoshka_search(NULL, &b, &b, 3, &i, &s, WITH(lamella_matryoshka_search_options, .base_ids = &bi, .query_ids = &qi),
                                 WITH(lamella_matryoshka_search_outputs, .found = &f), &result));
    const int64_t expected[] = { 30, 20, -1, 40, 40, 20, 20, 30, 40, 30, 40, 40 }, counts[] = { 2, 3, 3, 3 };
    equal_bits(ids, expected, sizeof expected);
    equal_bits(found, counts, sizeof counts);
    equal(result.n_short_queries, 1);
    check(isnan(scores[2]));
}

TEST(more_than_there_is_and_nothing_at_all)
{
    float x[] = { 1, 2, 3, 4 };
    for (int64_t n_x = 0; n_x <= 2; n_x++)
        for (int64_t n_q = 0; n_q <= 2; n_q++) {
            int64_t ids[10] = { 0 }, found[2] = { 9, 9 };
            double scores[10] = { 0 };
            lamella_view b = view_of(LAMELLA_F32, x, n_x, 2), q = view_of(LAMELLA_F32, x, n_q, 2);
            lamella_view i = view_of(LAMELLA_I64, ids, n_q, 5), s = view_of(LAMELLA_F64, scores, n_q, 5), f = view_of(LAMELLA_I64, found, n_q);
            lamella_matryoshka_search_result result = { .struct_size = sizeof result };
            ok(lamella_matryoshka_search(NULL, &b, &q, 5, &i, &s, NULL, WITH(lamella_matryoshka_search_outputs, .found = &f), &result));
            equal(result.n_short_queries, n_q);
            for (int64_t j = 0; j < n_q * 5; j++)
                check(j % 5 < n_x ? ids[j] >= 0 && isfinite(scores[j]) : ids[j] == -1 && isnan(scores[j]));
            for (int64_t j = 0; j < n_q; j++)
                equal(found[j], n_x);
        }
}

TEST(zero_rows_and_queries_have_similarity_zero_and_are_counted)
{
    float x[] = { -1, 0, 0, 0, 1, 0, 0, 5 }, q[] = { 1, 0, 0, 0 };
    int64_t ids[8];
    double scores[8];
    lamella_view b = view_of(LAMELLA_F32, x, 4, 2), qv = view_of(LAMELLA_F32, q, 2, 2);
    lamella_view i = view_of(LAMELLA_I64, ids, 2, 4), s = view_of(LAMELLA_F64, scores, 2, 4);
    lamella_matryoshka_search_result result = { .struct_size = sizeof result };
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = 1 };
    ok(lamella_matryoshka_search(NULL, &b, &qv, 4, &i, &s, NULL, NULL, &result));
    const int64_t expected[] = { 2, 1, 3, 0, 0, 1, 2, 3 };
    const double values[] = { 1, 0, 0, -1, 0, 0, 0, 0 };
    equal_bits(ids, expected, sizeof ids);
    for (int j = 0; j < 8; j++)
        check(scores[j] == values[j]);
    equal(result.n_zero_rows, 1);
    equal(result.n_zero_queries, 1);
    ok(lamella_matryoshka_search(NULL, &b, &qv, 4, &i, &s, &options, NULL, &result));
    equal(result.n_zero_rows, 2); /* at width 1 the last row is one too */
}

TEST(bad_arguments_are_named)
{
    float x[6] = { 1, 2, 3, 4, 5, 6 }, q[4] = { 1, 2, 3, 4 };
    int64_t ids[8];
    double scores[8];
    int32_t numbers[2] = { 3, -4 };
    lamella_view b = view_of(LAMELLA_F32, x, 2, 3), wrong = view_of(LAMELLA_F32, q, 2, 2), flat = view_of(LAMELLA_F32, x, 6);
    lamella_view i = view_of(LAMELLA_I64, ids, 2, 2), s = view_of(LAMELLA_F64, scores, 2, 2), n = view_of(LAMELLA_I32, numbers, 2);
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = 4 };
#define SEARCH(base, queries, k, given) lamella_matryoshka_search(NULL, base, queries, k, &i, &s, (options.base_ids = given, &options), NULL, NULL)
    refused(SEARCH(&b, &b, 2, NULL), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_search: options.width is 4, expected 0 to 3 (= base.shape[1])");
    options.width = 0;
    refused(SEARCH(&b, &wrong, 2, NULL), LAMELLA_ERR_SHAPE, "lamella_matryoshka_search: queries.shape[1] is 2, expected 3 (= base.shape[1])");
    refused(SEARCH(&b, &b, 0, NULL), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_search: k is 0, expected at least 1");
    refused(SEARCH(&flat, &b, 2, NULL), LAMELLA_ERR_SHAPE, "lamella_matryoshka_search: base.rank is 1, expected 2: [row, dim]");
    refused(SEARCH(&b, &b, 2, &n), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_search: options.base_ids[1] is -4, expected 0 or more");
    refused(SEARCH(&b, &b, 3, NULL), LAMELLA_ERR_SHAPE, "lamella_matryoshka_search: ids.shape[1] is 2, expected 3");
    options.similarity = 3;
    refused(SEARCH(&b, &b, 2, NULL), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_search: options.similarity is 3, expected 0 to 2");
    options.similarity = 0;
    x[4] = -INFINITY;
    refused(SEARCH(&b, &b, 2, NULL), LAMELLA_ERR_NONFINITE, "lamella_matryoshka_search: base is -inf at row 1, column 1, expected a finite number");
    double far[] = { 1, 1e39, 2 };
    lamella_view f = view_of(LAMELLA_F64, far, 1, 3);
    refused(SEARCH(&f, &f, 2, NULL), LAMELLA_ERR_SHAPE, "lamella_matryoshka_search: ids.shape[0] is 2, expected 1");
    i.shape[0] = s.shape[0] = 1;
    refused(SEARCH(&f, &f, 2, NULL), LAMELLA_ERR_NUMERIC, "lamella_matryoshka_search: queries is 1e+39 at row 0, column 1, expected a number that f32 holds");
    float held[] = { 1, 2, 3 };
    const lamella_view near_ = view_of(LAMELLA_F32, held, 1, 3);
    refused(SEARCH(&f, &near_, 2, NULL), LAMELLA_ERR_NUMERIC, "lamella_matryoshka_search: base is 1e+39 at row 0, column 1, expected a number that f32 holds");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_matryoshka_search_options options;
    ok(lamella_matryoshka_search_options_init(&options, sizeof options));
    equal(options.struct_size, sizeof options);
    equal(options.similarity, 0); /* an index has its own */
    equal(options.width, 0);
}
