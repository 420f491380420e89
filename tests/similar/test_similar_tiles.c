/* Tiles over rows: one chain a score whatever surrounds it, near what BLAS says, all pairs once. */
#include "linalg/blas.h"
#include "similar/similar.h"
#include "support/guarded.h"
#include "support/progress.h"
#include <math.h>

typedef struct all_scores {
    int64_t  n_x;
    float   *score; /* [n_q, n_x] */
    int32_t *times; /* how often a pair was met */
    int32_t *ended; /* [n_q, n_parts] how often a query was done with a part */
    int64_t  n_parts, n_done, rising;
} all_scores;

static void keep_scores(const similar_tile *t, void *room, void *data)
{
    all_scores *a = data;
    int64_t *next = room; /* rooms begin as zeros */
    if (*next > t->first_x)
        a->rising = 0;
    *next = t->first_x + t->n_x;
    for (int64_t i = 0; i < t->n_q; i++)
        for (int64_t j = 0; j < t->n_x; j++) {
            int64_t at = (t->first_q + i) * a->n_x + t->first_x + j;
            a->score[at] = t->scores[i * t->stride + j];
            a->times[at]++;
        }
}

static void count_done(int64_t first_q, int64_t n_q, int64_t part, void *room, void *data)
{
    all_scores *a = data;
    for (int64_t i = 0; i < n_q; i++)
        a->ended[(first_q + i) * a->n_parts + part]++;
    check(*(int64_t *)room > 0 || !a->n_x);
    tally_add(&a->n_done, 1);
}

static float *random_floats(int64_t n)
{
    static uint64_t state = 88172645463325252u;
    float *x = malloc((size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        x[i] = (float)((double)(int64_t)state * 0x1p-63);
    }
    return x;
}

/* Every score of a pass; the caller frees. */
static float *scores_of(lamella_context *ctx, f32_rows q, f32_rows x, int64_t width, int32_t by_dot)
{
    all_scores a = { .n_x = x.n, .score = calloc((size_t)(q.n * x.n), sizeof(float)), .times = calloc((size_t)(q.n * x.n), sizeof(int32_t)),
                     .rising = 1 };
    f32_blocks base = f32_blocks_of(&x);
    similar_pass p = { .queries = &q, .base = &base, .width = width, .by_dot = by_dot, .epilogue = keep_scores, .done = count_done, .data = &a };
    call c;
    call_open(&c, ctx, "tiles");
    similar_cut(&p, 64, 0);
    a.n_parts = p.n_parts;
    a.ended = calloc((size_t)(q.n * p.n_parts + 1), sizeof *a.ended);
    ok(call_close(&c, similar_tiles(&c, &p)));
    check(a.rising);
    equal(a.n_done, (q.n + p.block_queries - 1) / p.block_queries * p.n_parts);
    int64_t n_once = 0;
    for (int64_t i = 0; i < q.n * x.n; i++)
        n_once += a.times[i] == 1;
    equal(n_once, q.n * x.n);
    for (int64_t i = 0; i < q.n * p.n_parts; i++)
        equal(a.ended[i], 1);
    free(a.ended);
    free(a.times);
    return a.score;
}

enum { N_Q = 400, N_X = 4100, DIM = 70, WIDTH = 61 }; /* two blocks of queries, two parts of rows */

TEST(every_score_is_its_chain_at_any_position_level_and_thread_count)
{
    float *q = random_floats(N_Q * DIM), *x = random_floats(N_X * DIM);
    f32_rows queries = { q, N_Q, DIM, DIM }, base = { x, N_X, DIM, DIM };
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level <= LAMELLA_SIMD_AVX512; level++)
        for (int32_t threads = 1; threads <= 5; threads += 2 + level) {
            lamella_context_options options = { .struct_size = sizeof options, .simd = level, .threads = threads };
            lamella_context *ctx;
            if (!(simd_present() & 1 << level))
                continue;
            ok(lamella_context_create(&options, &ctx));
            int64_t n_q = level == LAMELLA_SIMD_REFERENCE ? 11 : N_Q; /* its chains are slow */
            queries.n = n_q;
            float *scores = scores_of(ctx, queries, base, WIDTH, 0);
            int64_t n_other = 0;
            for (int64_t i = 0; i < n_q; i += 7)
                for (int64_t j = 0; j < N_X; j += 13) {
                    float sum = 0;
                    for (int64_t d = 0; d < WIDTH; d++)
                        sum = fmaf(q[i * DIM + d], x[j * DIM + d], sum);
                    n_other += scores[i * N_X + j] != sum;
                }
            equal(n_other, 0);
            free(scores);
            lamella_context_free(ctx);
        }
    free(q);
    free(x);
}

TEST(batch_and_offset_change_no_bit)
{
    static const int64_t batches[] = { 1, 7, 64 };
    float *q = random_floats(64 * DIM), *x = random_floats(300 * DIM);
    f32_rows base = { x, 300, DIM, DIM };
    float *whole = scores_of(NULL, (f32_rows){ q, 64, DIM, DIM }, base, DIM, 0);
    for (int b = 0; b < 3; b++)
        for (int64_t offset = 0; offset < 16; offset++) {
            f32_rows part = { x + offset * DIM, 300 - offset, DIM, DIM };
            float *scores = scores_of(NULL, (f32_rows){ q, batches[b], DIM, DIM }, part, DIM, 0);
            for (int64_t i = 0; i < batches[b]; i++)
                equal_bits(scores + i * part.n, whole + i * 300 + offset, part.n * (int64_t)sizeof *scores);
            free(scores);
        }
    free(whole);
    free(q);
    free(x);
}

/* Longer than what is packed at a time, rows apart in memory: BLAS adds in another order. */
TEST(long_rows_are_near_sgemm)
{
    enum { LONG = 1100, STRIDE = 1111, Q = 20, X = 170 };
    float *q = random_floats(Q * STRIDE), *x = random_floats(X * STRIDE), *expected = calloc(Q * X, sizeof *expected);
    float *scores = scores_of(NULL, (f32_rows){ q, Q, LONG, STRIDE }, (f32_rows){ x, X, LONG, STRIDE }, LONG, 0);
    blas_product_f32 p = { .m = Q, .n = X, .k = LONG, .alpha = 1, .a = q, .b = x, .c = expected, .a_stride = STRIDE, .b_stride = STRIDE,
                           .c_stride = X, .b_transposed = 1 };
    call c;
    call_open(&c, NULL, "sgemm");
    ok(call_close(&c, blas_product_check_f32(&c, &p)));
    blas_set_one_thread(); /* a thread sanitizer does not see how BLAS's own threads wait */
    blas_product_run_f32(&p);
    for (int64_t i = 0; i < Q * X; i++)
        near(scores[i], expected[i], ABSOLUTE, 1100 * 0x1p-24 * 1100 / 3.0);
    double most = 0;
    for (int64_t i = 0; i < Q * X; i++)
        most = fmax(most, fabs(scores[i] - (double)expected[i]));
    check(most < 1e-4); /* random signs: far below the bound */
    free(q);
    free(x);
    free(scores);
    free(expected);
}

TEST(one_query_by_dot_meets_the_same_rows)
{
    float *q = random_floats(DIM), *x = random_floats(N_X * DIM);
    f32_rows query = { q, 1, DIM, DIM }, base = { x, N_X, DIM, DIM };
    float *tile = scores_of(NULL, query, base, DIM, 0), *dot = scores_of(NULL, query, base, DIM, 1);
    int64_t n_other = 0;
    for (int64_t j = 0; j < N_X; j++)
        n_other += !(fabs(dot[j] - tile[j]) < 1e-5) || dot[j] != simd_kernels(simd_best())->dot_f32(q, x + j * DIM, DIM);
    equal(n_other, 0);
    free(q);
    free(x);
    free(tile);
    free(dot);
}

/* Rows whose memory ends with them, one query or several. */
TEST(rows_are_read_to_their_end_and_no_further)
{
    static const int64_t sizes[] = { 1, 47, 48, 144, 145, 4100 };
    for (int k = 0; k < 6; k++)
        for (int64_t n_q = 1; n_q <= 9; n_q += 4) {
            float *x = guarded(NULL, (size_t)(sizes[k] * DIM) * sizeof *x), *q = guarded(NULL, (size_t)(n_q * DIM) * sizeof *q);
            for (int32_t by_dot = 0; by_dot < 2; by_dot++)
                free(scores_of(NULL, (f32_rows){ q, n_q, DIM, DIM }, (f32_rows){ x, sizes[k], DIM, DIM }, DIM, by_dot));
        }
}

TEST(progress_is_of_the_tasks)
{
    told t;
    lamella_context *ctx = context_told(&t);
    float *x = random_floats(N_X * DIM);
    for (int64_t n_q = 1; n_q <= N_Q; n_q += N_Q - 1) {
        t.last = -1; /* the first time it is 0 */
        free(scores_of(ctx, (f32_rows){ x, n_q, DIM, DIM }, (f32_rows){ x, N_X, DIM, DIM }, DIM, 1));
        near(t.first, 0, ABSOLUTE, 0);
        t.largest_step = 0;
        told_well(&t, 1);
    }
    free(x);
    lamella_context_free(ctx);
}

TEST(nothing_has_no_tiles)
{
    float x[4] = { 0 };
    free(scores_of(NULL, (f32_rows){ x, 1, 4, 4 }, (f32_rows){ x, 0, 4, 4 }, 4, 0));
    free(scores_of(NULL, (f32_rows){ x, 0, 4, 4 }, (f32_rows){ x, 1, 4, 4 }, 4, 1));
}

TEST(rows_of_one_kind_stay_where_they_are)
{
    float x[6] = { 1, 2, 3, 4, 5, 6 };
    double d[6] = { 1, 2, 3, 4, 5, 6 };
    lamella_view f32 = view_of(LAMELLA_F32, x, 2, 3), f64 = view_of(LAMELLA_F64, d, 2, 3), v;
    f32_rows r;
    call opened, *c = &opened;
    call_open(c, NULL, "rows");
    ok(view_check(c, &v, &f32, FLOATS, "x"));
    ok(f32_rows_open(c, NULL, &v, "x", &r));
    check(r.data == x && r.n == 2 && r.dim == 3 && r.stride == 3);
    float kept[6];
    ok(f32_rows_open(c, kept, &v, "x", &r));
    check(r.data == kept && r.stride == 3);
    equal_bits(r.data, x, sizeof x);
    ok(view_check(c, &v, &f64, FLOATS, "x"));
    ok(f32_rows_open(c, NULL, &v, "x", &r));
    equal_bits(r.data, x, sizeof x);
    call_close(c, LAMELLA_OK);
}
