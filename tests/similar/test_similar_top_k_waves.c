/* Searches for more queries than one wave has, ids and queries left out in each; rows at the edge of what is copied. */
#include "similar/similar.h" /* before Check, which has a macro fail */
#include "support/guarded.h"

#include <math.h>

enum { QUERIES = 4096 + 700, ROWS = 7, DIM = 2, K = 3 };

typedef struct finds {
    found_row rows[QUERIES][K];
    int64_t   n[QUERIES], next, n_zero_queries;
} finds;

static void note(int64_t query, const found_row *rows, int64_t n, void *data)
{
    finds *f = data;
    equal(query, f->next++);
    f->n[query] = n;
    memcpy(f->rows[query], rows, (size_t)n * sizeof *rows);
}

static lamella_status find_in_call(call *c, const float *base, const int64_t *ids, int32_t similarity, const float *queries, int64_t stride,
                                   const int64_t *left_out, int64_t k, finds *f)
{
    lamella_view v = view_of(LAMELLA_F32, (float *)(uintptr_t)base, ROWS, DIM), of_ids = view_of(LAMELLA_I64, (int64_t *)(uintptr_t)ids, ROWS);
    f32_rows q = { queries, QUERIES, DIM, stride };
    searched_rows s;
    *f = (finds){ .next = 0 };
    TRY(searched_rows_open(c, NULL, &v, &of_ids, similarity, DIM, &s));
    int64_t taken = c->memory.taken;
    TRY(top_k(c, &s, &q, left_out, k, note, f, &f->n_zero_queries));
    equal(c->memory.taken, taken);
    return LAMELLA_OK;
}

static lamella_status find(const float *base, const int64_t *ids, int32_t similarity, const float *queries, int64_t stride, const int64_t *left_out,
                           int64_t k, finds *f)
{
    CALL(NULL, find_in_call(c, base, ids, similarity, queries, stride, left_out, k, f));
}

static double score_of(const float *q, const float *x, int32_t similarity)
{
    double xy = (double)q[0] * x[0] + (double)q[1] * x[1], xx = (double)x[0] * x[0] + (double)x[1] * x[1], qq = (double)q[0] * q[0] + (double)q[1] * q[1];
    return similarity == SIMILAR_DOT ? xy : xx > 0 && qq > 0 ? xy / sqrt(xx * qq) : 0;
}

TEST(every_query_of_every_wave_finds_what_a_plain_loop_does)
{
    static const float base[ROWS * DIM] = { 1, 0, 0, 2, -3, 0.5f, 0, 0, 2, 0, 1, 1, 0.5f, -4 };
    static const int64_t ids[ROWS] = { 50, 40, 30, 20, 10, 5, 7 };
    enum { STRIDE = 3 };
    static finds f;
    static int64_t left_out[QUERIES];
    float *queries = guarded(NULL, ((QUERIES - 1) * STRIDE + DIM) * sizeof *queries);
    int64_t zeros = 0;
    for (int64_t i = 0; i < QUERIES; i++) {
        float *q = queries + i * STRIDE;
        q[0] = (float)(i % 17 - 8) / 4, q[1] = (float)(i % 13 - 6) / 8;
        zeros += q[0] == 0 && q[1] == 0;
        left_out[i] = ids[i % (ROWS + 1) % ROWS];
    }
    for (int32_t similarity = SIMILAR_COSINE; similarity <= SIMILAR_DOT; similarity++)
        for (int out = 0; out < 2; out++)
            for (int64_t k = 1; k <= K; k += K - 1) {
                ok(find(base, ids, similarity, queries, STRIDE, out ? left_out : NULL, k, &f));
                equal(f.next, QUERIES);
                equal(f.n_zero_queries, zeros);
                for (int64_t i = 0; i < QUERIES; i++) {
                    int taken[ROWS] = { 0 };
                    equal(f.n[i], k);
                    for (int64_t place = 0; place < k; place++) {
                        int64_t best = -1;
                        for (int64_t row = 0; row < ROWS; row++) {
                            double score = score_of(queries + i * STRIDE, base + row * DIM, similarity);
                            double most = best < 0 ? 0 : score_of(queries + i * STRIDE, base + best * DIM, similarity);
                            if (taken[row] || (out && ids[row] == left_out[i]))
                                continue;
                            if (best < 0 || score > most || (score == most && ids[row] < ids[best]))
                                best = row;
                        }
                        taken[best] = 1;
                        equal(f.rows[i][place].id, ids[best]);
                        near(f.rows[i][place].score, score_of(queries + i * STRIDE, base + best * DIM, similarity), ABSOLUTE, 1e-14);
                    }
                }
            }
}

/* ---- which rows are copied ---- */

static lamella_status open_in_call(call *c, const lamella_view *v, int32_t similarity, searched_rows *s)
{
    int64_t taken = c->memory.taken;
    TRY(searched_rows_open(c, NULL, v, NULL, similarity, v->shape[1], s));
    check(s->picked.data != s->rows.data || c->memory.taken <= taken + 2 * 64); /* scale and slack stay, and nothing else */
    return LAMELLA_OK;
}

static lamella_status opening(const lamella_view *v, int32_t similarity, searched_rows *s)
{
    CALL(NULL, open_in_call(c, v, similarity, s));
}

TEST(rows_with_norms_of_2_to_100_stay_where_they_are)
{
    static const struct { float x; int stays; } cases[] = {
        { 1, 1 }, { 0, 1 }, { 0x1p100f, 1 }, { 0x1.000002p100f, 0 }, { 0x1p-100f, 1 }, { 0x1.fffffep-101f, 0 }, { 0x1p120f, 0 }, { 0x1p-140f, 0 },
    };
    for (int i = 0; i < 8; i++)
        for (int32_t similarity = SIMILAR_COSINE; similarity <= SIMILAR_DOT; similarity++) {
            float x[2] = { cases[i].x, 0 };
            lamella_view v = view_of(LAMELLA_F32, x, 2, 1);
            searched_rows s;
            ok(opening(&v, similarity, &s));
            equal(s.picked.data == x, cases[i].stays);
            equal(s.n_zero_rows, 1 + (cases[i].x == 0));
        }
}

/* Squares in 16 lanes, of whole panels and of what is left, by rows that end where memory does. */
TEST(squares_of_rows_are_those_of_their_first_dims)
{
    static const int64_t lengths[] = { 1, 255, 256, 257, 600 };
    for (int k = 0; k < 5; k++)
        for (int64_t width = 1; width <= 19; width += 6) {
            enum { WIDE = 19, STRIDE = 21 };
            int64_t n = lengths[k];
            float *x = guarded(NULL, (size_t)((n - 1) * STRIDE + WIDE) * sizeof *x);
            double *squares = guarded(NULL, (size_t)n * sizeof *squares);
            call c;
            for (int64_t i = 0; i < (n - 1) * STRIDE + WIDE; i++)
                x[i] = (float)sin((double)i) * 3;
            call_open(&c, NULL, __func__);
            ok(f32_rows_squares(&c, &(f32_rows){ x, n, WIDE, STRIDE }, width, squares));
            call_close(&c, LAMELLA_OK);
            for (int64_t i = 0; i < n; i++) {
                double lanes[16] = { 0 };
                for (int64_t j = 0; j < width; j++)
                    lanes[j % 16] += (double)x[i * STRIDE + j] * x[i * STRIDE + j];
                check(squares[i] == lanes_sum(lanes));
            }
        }
    check(cosine_of_sums(3, 4, 9) == 0.5 && cosine_of_sums(3, 0, 9) == 0 && cosine_of_sums(3, 4, 0) == 0 && cosine_of_sums(-6, 4, 9) == -1);
}

/* Where panels of f32 would not do, and where they do. */
TEST(rows_are_copied_only_where_they_have_to_be)
{
    static const struct { int shift; int64_t stride, step; int stays; } cases[] = { { 0, 3, 1, 1 }, { 0, 5, 1, 1 }, { 0, -3, 1, 1 }, { 2, 3, 1, 0 }, { 0, 6, 2, 0 }, { 0, 1, 4, 0 } };
    for (int i = 0; i < 6; i++) {
        float x[64];
        lamella_view v, given = view_of(LAMELLA_F32, x, 4, 3);
        f32_rows r;
        call c;
        for (int j = 0; j < 64; j++)
            x[j] = 0;
        given.data = (char *)x + cases[i].shift + (cases[i].stride < 0 ? 9 * sizeof *x : 0);
        given.stride[0] = cases[i].stride, given.stride[1] = cases[i].step;
        for (int64_t row = 0; row < 4; row++)
            for (int64_t j = 0; j < 3; j++) {
                float value = (float)(row * 3 + j + 1);
                memcpy((char *)given.data + (row * cases[i].stride + j * cases[i].step) * (int64_t)sizeof *x, &value, sizeof value);
            }
        call_open(&c, NULL, __func__);
        ok(view_check(&c, &v, &given, FLOATS, "v"));
        ok(f32_rows_open(&c, NULL, &v, "v", &r));
        equal(r.data == given.data, cases[i].stays);
        for (int64_t row = 0; row < 4; row++)
            for (int64_t j = 0; j < 3; j++)
                check(r.data[row * r.stride + j] == (float)(row * 3 + j + 1));
        check(r.n == 4 && r.dim == 3);
        call_close(&c, LAMELLA_OK);
    }
}
