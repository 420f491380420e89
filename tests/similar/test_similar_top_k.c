/* The exact top k, whatever the size of the numbers: against all scores in long double, and by the rows that had to be made exact. */
#include "similar/similar.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <math.h>
#include <xmmintrin.h>

enum { ROWS = 700, QUERIES = 9, DIM = 40, K = 7 };

static uint32_t draws;

static double uniform(void)
{
    draws = draws * 1664525u + 1013904223u;
    return (double)(draws >> 8) * 0x1p-24;
}

/* How large a row is, or an entry. */
typedef enum sizes { ORDINARY, SMALL, SUBNORMAL, LEAST, LARGE, EVERY_SIZE, HALF_SUBNORMAL, N_SIZES } sizes;

static double size_of_row(sizes how)
{
    switch (how) {
    case SMALL: return 1e-20;
    case SUBNORMAL: return 1e-40;
    case LEAST: return 0x1p-147;
    case LARGE: return 1e36;
    case EVERY_SIZE: return exp(-100 + 180 * uniform());
    default: return 1;
    }
}

static void fill_rows(float *x, int64_t n, sizes how)
{
    for (int64_t i = 0; i < n; i++) {
        double size = size_of_row(how);
        for (int64_t j = 0; j < DIM; j++)
            x[i * DIM + j] = (float)((uniform() - 0.5) * size * (how == HALF_SUBNORMAL && j % 2 ? 1e-40 : 1));
    }
    memset(x + (n - 1) * DIM, 0, DIM * sizeof *x); /* one of nothing */
}

/* ---- what is found ---- */

typedef struct finds {
    found_row rows[QUERIES][K];
    int64_t   n[QUERIES], n_zero_rows, n_zero_queries;
} finds;

static void note_found(int64_t query, const found_row *rows, int64_t n, void *data)
{
    finds *f = data;
    f->n[query] = n;
    memcpy(f->rows[query], rows, (size_t)n * sizeof *rows);
}

static lamella_status find_in_call(call *c, const float *base, const float *queries, int32_t similarity, int64_t width, finds *f)
{
    lamella_view v = view_of(LAMELLA_F32, (float *)base, ROWS, DIM);
    searched_rows whole, cut;
    f32_rows q = { queries, QUERIES, DIM, DIM };
    memset(f, 0, sizeof *f);
    TRY(searched_rows_open(c, NULL, &v, NULL, similarity, DIM, &whole));
    TRY(searched_rows_cut(c, &whole, width, &cut));
    f->n_zero_rows = cut.n_zero_rows;
    return top_k(c, &cut, &q, NULL, K, note_found, f, &f->n_zero_queries);
}

static lamella_status find(lamella_context *ctx, const float *base, const float *queries, int32_t similarity, int64_t width, finds *f)
{
    CALL(ctx, find_in_call(c, base, queries, similarity, width, f));
}

/* ---- what is there ---- */

static long double score_of(const float *x, const float *y, int64_t width, int32_t similarity)
{
    long double xy = 0, xx = 0, yy = 0;
    for (int64_t j = 0; j < width; j++) {
        xy += (long double)x[j] * (long double)y[j];
        xx += (long double)x[j] * (long double)x[j];
        yy += (long double)y[j] * (long double)y[j];
    }
    return similarity == SIMILAR_DOT ? xy : xx > 0 && yy > 0 ? xy / sqrtl(xx * yy) : 0;
}

/* Each find has its row's score; in order; and nobody who was left out scores more than the last. */
static void is_the_top(const finds *f, const float *base, const float *queries, int32_t similarity, int64_t width)
{
    for (int64_t q = 0; q < QUERIES; q++) {
        const float *query = queries + q * DIM;
        char taken[ROWS] = { 0 };
        equal(f->n[q], K);
        for (int64_t k = 0; k < K; k++) {
            const found_row *row = &f->rows[q][k];
            check(row->id >= 0 && row->id < ROWS && !taken[row->id]);
            taken[row->id] = 1;
            near(row->score, (double)score_of(query, base + row->id * DIM, width, similarity), RELATIVE, 1e-12 * DIM);
            check(k == 0 || f->rows[q][k - 1].score > row->score
                  || (f->rows[q][k - 1].score == row->score && f->rows[q][k - 1].id < row->id));
        }
        for (int64_t i = 0; i < ROWS; i++)
            if (!taken[i]) {
                double score = (double)score_of(query, base + i * DIM, width, similarity), last = f->rows[q][K - 1].score;
                check(score <= last + 1e-12 * fabs(last));
            }
    }
}

/* ---- how much of it was exact work ---- */

static int64_t n_exact;
static void  (*dot_of_level)(const float *x, const float *y, int64_t n, double *lanes);

static void counted_dot(const float *x, const float *y, int64_t n, double *lanes)
{
    __atomic_fetch_add(&n_exact, 1, __ATOMIC_RELAXED);
    dot_of_level(x, y, n, lanes);
}

static lamella_context *context_of(int32_t threads)
{
    static kernels counted;
    lamella_context_options o = { .struct_size = sizeof o, .threads = threads };
    lamella_context *ctx;
    ok(lamella_context_create(&o, &ctx));
    counted = *ctx->simd;
    dot_of_level = counted.dot_lanes_f32;
    counted.dot_lanes_f32 = counted_dot;
    ctx->simd = &counted;
    return ctx;
}

static float base[ROWS * DIM], queries[QUERIES * DIM];

TEST(rows_and_queries_of_any_size_are_searched_exactly_by_the_same_work)
{
    lamella_context *one = context_of(1), *three = context_of(3);
    for (int32_t similarity = SIMILAR_COSINE; similarity <= SIMILAR_DOT; similarity++)
        for (int64_t width = DIM; width > 0; width -= 23) {
            int64_t ordinary = 0;
            for (sizes how = ORDINARY; how < N_SIZES; how++)
                for (sizes asked = ORDINARY; asked <= LARGE; asked++) {
                    finds found, again;
                    if (how == LARGE && asked == LARGE && similarity == SIMILAR_DOT)
                        continue; /* nothing new: f64 holds 1e72 */
                    draws = 7;
                    fill_rows(base, ROWS, how);
                    fill_rows(queries, QUERIES, asked);
                    n_exact = 0;
                    ok(find(one, base, queries, similarity, width, &found));
                    if (how == ORDINARY && asked == ORDINARY)
                        ordinary = n_exact;
                    /* the least numbers have few digits: many rows are equal, or nearly so */
                    check(how == LEAST || asked == LEAST || n_exact <= 3 * ordinary);
                    is_the_top(&found, base, queries, similarity, width);
                    check(found.n_zero_rows >= 1 && found.n_zero_queries >= 1);
                    ok(find(three, base, queries, similarity, width, &again));
                    equal_bits(&again, &found, sizeof found);
                }
        }
    lamella_context_free(one);
    lamella_context_free(three);
}

/* ---- the bounds of the proof (top_k.c), for widths and norms of every size ---- */

static lamella_status bounds_in_call(call *c, const lamella_view *v, int32_t similarity, searched_rows *s)
{
    TRY(searched_rows_open(c, NULL, v, NULL, similarity, v->shape[1], s));
    for (int64_t i = 0; i < v->shape[0]; i++) {
        long double square = 0, n = (long double)v->shape[1], u = 0x1p-24L, m = n + 16;
        const f32_rows *r = similarity == SIMILAR_DOT ? &s->rows : &s->picked; /* times one power of two, or each its own */
        for (int64_t j = 0; j < v->shape[1]; j++)
            square += (long double)r->data[i * r->stride + j] * (long double)r->data[i * r->stride + j];
        long double norm = sqrtl(square) / (long double)s->unit, bound = m * u / (1 - m * u) * norm + n * 0x1p-124L;
        if (similarity == SIMILAR_COSINE && norm > 0)
            bound /= norm;
        if (norm == 0) {
            check(s->scale[i] == 0 && s->slack[i] == 0);
            continue;
        }
        near(s->scale[i], similarity == SIMILAR_DOT ? 1 : (double)(1 / norm), RELATIVE, 0x1p-23);
        check((long double)s->slack[i] >= bound && (long double)s->slack[i] <= bound * (1 + 0x1p-19L));
    }
    return LAMELLA_OK;
}

static lamella_status bounds_of(const lamella_view *v, int32_t similarity)
{
    searched_rows s;
    CALL(NULL, bounds_in_call(c, v, similarity, &s));
}

TEST(scale_and_slack_are_those_of_the_proof)
{
    draws = 5;
    for (sizes how = ORDINARY; how < N_SIZES; how++) {
        fill_rows(base, ROWS, how);
        for (int64_t width = 1; width <= DIM; width += 13)
            for (int32_t similarity = SIMILAR_COSINE; similarity <= SIMILAR_DOT; similarity++) {
                lamella_view v = view_of(LAMELLA_F32, base, ROWS, width);
                v.stride[0] = DIM, v.stride[1] = 1;
                ok(bounds_of(&v, similarity));
            }
    }
}

/* Of ordinary rows few are looked at twice: those that come before there is a bound, and hardly one after. */
TEST(bounds_pick_few_rows)
{
    lamella_context *ctx = context_of(1);
    for (int32_t similarity = SIMILAR_COSINE; similarity <= SIMILAR_DOT; similarity++) {
        finds found;
        draws = 11;
        fill_rows(base, ROWS, ORDINARY);
        fill_rows(queries, QUERIES, ORDINARY);
        n_exact = 0;
        ok(find(ctx, base, queries, similarity, DIM, &found));
        ck_assert_int_le(n_exact, QUERIES * ROWS / 5);
    }
    lamella_context_free(ctx);
}

/* ---- more rows than one part has, one query or several ---- */

enum { MANY = 8000, FEW_DIMS = 4 }; /* two parts */

static void note_first(int64_t query, const found_row *rows, int64_t n, void *data)
{
    (void)n;
    memcpy((found_row *)data + query * K, rows, K * sizeof *rows);
}

static lamella_status first_of_many(call *c, const float *x, const float *q, int64_t n_q, const int64_t *left_out, found_row *found)
{
    lamella_view v = view_of(LAMELLA_F32, (float *)x, MANY, FEW_DIMS);
    searched_rows s;
    f32_rows asked = { q, n_q, FEW_DIMS, FEW_DIMS };
    int64_t n_zero;
    TRY(searched_rows_open(c, NULL, &v, NULL, SIMILAR_COSINE, FEW_DIMS, &s));
    return top_k(c, &s, &asked, left_out, K, note_first, found, &n_zero);
}

static lamella_status find_of_many(lamella_context *ctx, const float *x, const float *q, int64_t n_q, const int64_t *left_out, found_row *found)
{
    CALL(ctx, first_of_many(c, x, q, n_q, left_out, found));
}

TEST(parts_of_the_rows_are_joined)
{
    static float x[MANY * FEW_DIMS], q[QUERIES * FEW_DIMS];
    lamella_context *ctx = context_of(2);
    draws = 3;
    for (int64_t i = 0; i < MANY * FEW_DIMS; i++)
        x[i] = (float)(uniform() - 0.5);
    for (int64_t i = 0; i < QUERIES * FEW_DIMS; i++)
        q[i] = (float)(uniform() - 0.5);
    for (int64_t n_q = 1; n_q <= QUERIES; n_q += QUERIES - 1) {
        found_row found[QUERIES * K];
        int64_t left_out[QUERIES];
        for (int64_t j = 0; j < n_q; j++)
            left_out[j] = j * 900 + 7;
        ok(find_of_many(ctx, x, q, n_q, left_out, found));
        for (int64_t j = 0; j < n_q; j++) {
            char taken[MANY] = { 0 };
            taken[left_out[j]] = 1;
            for (int64_t k = 0; k < K; k++) {
                int64_t best = -1;
                long double most = -2;
                for (int64_t i = 0; i < MANY; i++) {
                    long double score = taken[i] ? -2 : score_of(q + j * FEW_DIMS, x + i * FEW_DIMS, FEW_DIMS, SIMILAR_COSINE);
                    if (score > most)
                        most = score, best = i;
                }
                taken[best] = 1;
                equal(found[j * K + k].id, best);
                near(found[j * K + k].score, (double)most, RELATIVE, 1e-14);
            }
        }
    }
    lamella_context_free(ctx);
}

static lamella_status search_one(lamella_context *ctx)
{
    static float x[MANY * FEW_DIMS];
    found_row found[K];
    x[0] = 1;
    return find_of_many(ctx, x, x, 1, NULL, found);
}

TEST(the_floating_point_environment_is_as_it_was)
{
    if (emulated("flushing of subnormal numbers"))
        return;
    lamella_context *ctx = context_of(1);
    finds found;
    fill_rows(base, ROWS, HALF_SUBNORMAL);
    fill_rows(queries, QUERIES, ORDINARY);
    unsigned before = _mm_getcsr();
    ok(find(ctx, base, queries, SIMILAR_COSINE, DIM, &found));
    equal(_mm_getcsr() & 0xffc0, before & 0xffc0); /* all but the sticky flags */
    ok(search_one(ctx));
    equal(_mm_getcsr() & 0xffc0, before & 0xffc0);
    uint32_t kept = simd_flush();
    equal(kept & 0xffc0, before & 0xffc0);
    equal(_mm_getcsr() & 0x8040, 0x8040);
    volatile float tiny = 1e-40f;
    check(tiny * 1 == 0);
    simd_put_back(kept);
    check(tiny * 1 != 0);
    lamella_context_free(ctx);
}
