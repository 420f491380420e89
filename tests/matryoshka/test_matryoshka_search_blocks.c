/* A base that is not f32 rows in place is searched block by block: what is found, to the bit, is what the same rows in f32 give, in the
 * memory of a block. */
#include "support/elements.h"
#include "support/progress.h"

enum { ROWS = 9000, DIM = 1024, BLOCK = 4096 /* rows: 16 MB of f32 */, MANY = 4100 /* queries: two waves */, K = 40, WIDTH = 8 };

static float   x[ROWS * DIM], queries[MANY * DIM];
static double  given[ROWS * DIM]; /* the base in any dtype */
static int64_t base_ids[ROWS], query_ids[MANY];

typedef struct finds {
    int64_t ids[MANY * K], found[MANY];
    double  scores[MANY * K];
    lamella_matryoshka_search_result result;
} finds;

/* Small integers times powers of two, which every dtype holds: many scores are equal. Only the first dims say something. */
static void fill(int sizes)
{
    uint32_t state = 4;
    memset(x, 0, sizeof x);
    memset(queries, 0, sizeof queries);
    for (int64_t i = 0; i < ROWS; i++) {
        const int exponent = !sizes ? 0 : i < BLOCK ? -118 : i < 2 * BLOCK ? -130 : 100; /* of each block another */
        for (int64_t j = 0; j < WIDTH + 3 && i % 1000 != 3; j++)
            x[i * DIM + j] = (float)ldexp((int)((state = state * 1664525u + 1013904223u) >> 24) - 128, exponent);
        base_ids[i] = i * 7919 % ROWS / 2; /* two of each */
    }
    for (int64_t i = 0; i < MANY; i++) {
        for (int64_t j = 0; j < WIDTH + 3 && i % 1000 != 5; j++)
            queries[i * DIM + j] = (float)((state = state * 1664525u + 1013904223u) >> 24) - 128;
        query_ids[i] = i;
    }
}

static lamella_view base_of(int32_t dtype, int strided)
{
    lamella_view v = view_of(dtype, given, ROWS, DIM);
    v.stride[0] = strided ? 1 : DIM, v.stride[1] = strided ? ROWS : 1;
    memset(given, 0, sizeof given);
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t j = 0; j < WIDTH + 3; j++)
            store(dtype, (char *)given + (i * v.stride[0] + j * v.stride[1]) * element_bytes(dtype), (double)x[i * DIM + j]);
    return v;
}

static lamella_status search(lamella_context *ctx, const lamella_view *base, int64_t n_queries, int32_t similarity, int64_t width, int with_ids,
                             finds *f)
{
    const lamella_view asked = view_of(LAMELLA_F32, queries, n_queries, DIM), of_base = view_of(LAMELLA_I64, base_ids, ROWS),
                       of_queries = view_of(LAMELLA_I64, query_ids, n_queries), ids = view_of(LAMELLA_I64, f->ids, n_queries, K),
                       scores = view_of(LAMELLA_F64, f->scores, n_queries, K), found = view_of(LAMELLA_I64, f->found, n_queries);
    const lamella_matryoshka_search_options o = { .struct_size = sizeof o, .similarity = similarity, .width = width,
                                                  .base_ids = with_ids ? &of_base : NULL, .query_ids = with_ids ? &of_queries : NULL };
    memset(f, 0, sizeof *f);
    f->result.struct_size = sizeof f->result;
    return lamella_matryoshka_search(ctx, base, &asked, K, &ids, &scores, &o, WITH(lamella_matryoshka_search_outputs, .found = &found), &f->result);
}

static lamella_context *context_of(int32_t threads, int64_t bytes)
{
    const lamella_context_options o = { .struct_size = sizeof o, .threads = threads, .max_workspace_bytes = bytes };
    lamella_context *ctx;
    ok(lamella_context_create(&o, &ctx));
    return ctx;
}

TEST(blocks_of_every_dtype_give_the_bits_of_f32_rows)
{
    static const struct { int32_t dtype, strided; } bases[] = { { LAMELLA_BF16, 0 }, { LAMELLA_F16, 0 }, { LAMELLA_F64, 0 }, { LAMELLA_F32, 1 }, { LAMELLA_BF16, 1 } };
    static finds whole, f;
    lamella_context *one = context_of(1, 0), *three = context_of(3, 0);
    const lamella_view rows = view_of(LAMELLA_F32, x, ROWS, DIM);
    for (int sizes = 0; sizes < 2; sizes++) {
        fill(sizes);
        for (int i = 0; i < 5; i++) {
            if (sizes && bases[i].dtype == LAMELLA_F16)
                continue;
            const lamella_view base = base_of(bases[i].dtype, bases[i].strided);
            for (int32_t similarity = LAMELLA_MATRYOSHKA_SEARCH_COSINE; similarity <= LAMELLA_MATRYOSHKA_SEARCH_DOT; similarity++)
                for (int64_t n = i ? 40 : 1; n <= 40; n += 39) {
                    ok(search(three, &rows, n, similarity, WIDTH, i % 2, &whole));
                    equal(whole.result.n_zero_rows, 9);
                    ok(search(three, &base, n, similarity, WIDTH, i % 2, &f));
                    equal_bits(&f, &whole, sizeof f);
                    if (i)
                        continue;
                    ok(search(one, &base, n, similarity, WIDTH, i % 2, &f));
                    equal_bits(&f, &whole, sizeof f);
                }
        }
    }
    lamella_context_free(one);
    lamella_context_free(three);
}

TEST(every_wave_of_queries_meets_every_block)
{
    static finds whole, f;
    const lamella_view rows = view_of(LAMELLA_F32, x, ROWS, DIM);
    fill(0);
    const lamella_view base = base_of(LAMELLA_BF16, 0);
    ok(search(NULL, &rows, MANY, LAMELLA_MATRYOSHKA_SEARCH_COSINE, WIDTH, 1, &whole));
    ok(search(NULL, &base, MANY, LAMELLA_MATRYOSHKA_SEARCH_COSINE, WIDTH, 1, &f));
    equal_bits(&f, &whole, sizeof f);
    equal(f.result.n_zero_rows, 9);
    equal(f.result.n_zero_queries, 5);
}

/* 37 MB of f32, of which 16 are there at a time. */
TEST(a_base_larger_than_the_workspace)
{
    static finds whole, f;
    lamella_context *ctx = context_of(1, 20 << 20);
    fill(0);
    const lamella_view base = base_of(LAMELLA_BF16, 0);
    ok(search(NULL, &base, 20, 0, 0, 1, &whole));
    ok(search(ctx, &base, 20, 0, 0, 1, &f));
    equal_bits(&f, &whole, sizeof f);
    lamella_context_free(ctx);
}

/* The base is looked at last, and the first of its rows first; there need not be a query. */
TEST(what_is_wrong_with_any_block_is_said)
{
    static finds f;
    const lamella_view base = view_of(LAMELLA_BF16, given, ROWS, DIM);
    uint16_t *bits = (uint16_t *)(void *)given;
    fill(0);
    base_of(LAMELLA_BF16, 0);
    queries[1] = NAN;
    base_ids[2] = -1;
    refused(search(NULL, &base, 1, 0, 0, 1, &f), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_search: options.base_ids[2] is -1, expected 0 or more");
    refused(search(NULL, &base, 1, 0, 0, 0, &f), LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_search: queries is nan at row 0, column 1, expected a finite number");
    queries[1] = 0;
    base_ids[2] = 2;
    bits[(2 * BLOCK + 1) * DIM + 3] = 0x7f80;
    for (int with_ids = 0; with_ids < 2; with_ids++)
        for (int64_t n = 0; n < 2; n++)
            refused(search(NULL, &base, n, 0, 0, with_ids, &f), LAMELLA_ERR_NONFINITE,
                    "lamella_matryoshka_search: base is inf at row 8193, column 3, expected a finite number");
    bits[(BLOCK + 1) * DIM + 5] = 0xff80;
    refused(search(NULL, &base, 1, 0, WIDTH, 1, &f), LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_search: base is -inf at row 4097, column 5, expected a finite number");
}

/* ---- what the host hears ---- */

TEST(progress_of_a_search_goes_on_from_block_to_block)
{
    static finds f;
    told t;
    lamella_context *ctx = context_told(&t);
    fill(0);
    const lamella_view base = base_of(LAMELLA_BF16, 0);
    for (int64_t n = 1; n <= 20; n += 19) {
        ok(search(ctx, &base, n, 0, WIDTH, 0, &f));
        for (int64_t first = 0; first < ROWS; first += BLOCK)
            check(was_told(&t, 0.1 + 0.9 * (0.1 + 0.9 * (double)first / ROWS)));
        told_well(&t, 0.5);
    }
    lamella_context_free(ctx);
}

static int64_t asked, stop_at;

static int32_t ask(double fraction, const char *stage, void *user)
{
    (void)fraction, (void)stage, (void)user;
    return ++asked == stop_at ? LAMELLA_STOP : 0;
}

TEST(a_search_stops_in_any_block)
{
    static finds f;
    const lamella_context_options o = { .struct_size = sizeof o, .threads = 1, .progress = ask };
    lamella_context *ctx;
    ok(lamella_context_create(&o, &ctx));
    fill(0);
    const lamella_view base = base_of(LAMELLA_BF16, 0);
    asked = stop_at = 0;
    ok(search(ctx, &base, 1, 0, WIDTH, 0, &f));
    const int64_t n = asked;
    for (stop_at = 1; stop_at <= n; stop_at++) {
        asked = 0;
        returns(search(ctx, &base, 1, 0, WIDTH, 0, &f), LAMELLA_STOPPED);
        equal(asked, stop_at);
    }
    lamella_context_free(ctx);
}
