/* Anchors against plain loops: the farthest of all rows by all distances; conditions and ranks of matrices whose singular values are known. */
#include "support/golden.h"
#include <math.h>

enum { ROWS = 600, DIM = 5, LAYERS = 3, MOST = 40 };

static double        x[LAYERS][ROWS * DIM];
static unsigned char valid[ROWS];

static void fill(int64_t rows)
{
    uint32_t state = 17;
    for (int64_t i = 0; i < rows; i++) {
        valid[i] = i % 6 != 1;
        for (int64_t j = 0; j < LAYERS * DIM; j++) {
            state = state * 1664525u + 1013904223u;
            x[j % LAYERS][i * DIM + j / LAYERS] = valid[i] ? (double)(state >> 8) / (1 << 23) - 1 + (double)(j % 2) : NAN;
        }
    }
}

static double apart(const double *rows, int64_t a, int64_t b, int unit)
{
    double square = 0, aa = 0, bb = 0;
    for (int64_t j = 0; j < DIM && unit; j++)
        aa += rows[a * DIM + j] * rows[a * DIM + j], bb += rows[b * DIM + j] * rows[b * DIM + j];
    for (int64_t j = 0; j < DIM; j++) {
        double d = rows[a * DIM + j] / (unit ? sqrt(aa) : 1) - rows[b * DIM + j] / (unit ? sqrt(bb) : 1);
        square += d * d;
    }
    return sqrt(square);
}

/* The row whose nearest anchor is farthest; no two distances are equal here. */
static int64_t farthest_of(const double *rows, int64_t n_rows, const int64_t *anchors, int64_t n, int unit)
{
    int64_t best = -1;
    double most = -1;
    for (int64_t i = 0; i < n_rows; i++) {
        double least = INFINITY;
        for (int64_t a = 0; a < n && valid[i]; a++)
            least = anchors[a] == i ? -1 : fmin(least, apart(rows, i, anchors[a], unit));
        if (valid[i] && least > most) {
            most = least;
            best = i;
        }
    }
    return best;
}

TEST(each_anchor_is_farthest_from_those_before)
{
    static const int64_t sizes[] = { 50, 256, 257, ROWS };
    for (int64_t k = 0; k < 4 * LAYERS * 2; k++) {
        const int64_t rows = sizes[k % 4], layer = k / 4 % LAYERS, start = k % 2 ? 0 : rows - 2;
        const int unit = k / 4 / LAYERS == 0;
        int64_t anchors[MOST];
        lamella_view v[LAYERS], to = view_of(LAMELLA_I64, anchors, MOST), mask = view_of(LAMELLA_U8, valid, rows);
        fill(rows);
        valid[start] = 1;
        for (int l = 0; l < LAYERS; l++) {
            v[l] = view_of(LAMELLA_F64, x[l], rows, DIM);
            for (int j = 0; j < DIM; j++)
                x[l][start * DIM + j] = 0.3 * (j + 1);
        }
        const lamella_stack stack = { .struct_size = sizeof stack, .layer = v, .n_layers = LAYERS, .mask = &mask };
        const lamella_relative_anchors_options options = { .struct_size = sizeof options, .method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .start = start,
                                                           .distance_layer = layer, .farthest = unit ? 0 : LAMELLA_RELATIVE_FARTHEST_RAW };
        ok(lamella_relative_anchors(NULL, &stack, MOST, &to, &options, NULL, NULL));
        equal(anchors[0], start);
        for (int64_t n = 1; n < MOST; n++)
            equal(anchors[n], farthest_of(x[layer], rows, anchors, n, unit));
    }
}

/* ---- figures ---- */

typedef struct figures {
    double  condition[2];
    int64_t rank[2], duplicates[2];
} figures;

static lamella_status measure(const lamella_view *layer, int64_t n, figures *f)
{
    int64_t numbers[16], anchors[16];
    for (int64_t i = 0; i < n; i++)
        numbers[i] = n - 1 - i; /* any order */
    const lamella_view given = view_of(LAMELLA_I64, numbers, n), to = view_of(LAMELLA_I64, anchors, n), condition = view_of(LAMELLA_F64, f->condition,
            2),
                       rank = view_of(LAMELLA_I64, f->rank, 2), duplicates = view_of(LAMELLA_I64, f->duplicates, 2);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_status status = lamella_relative_anchors(NULL, &stack, n, &to, WITH(lamella_relative_anchors_options, .given = &given),
                                                     WITH(lamella_relative_anchors_outputs, .condition = &condition, .rank = &rank,
                                                          .duplicates = &duplicates), NULL);
    equal_bits(anchors, numbers, n * (int64_t)sizeof *anchors);
    return status;
}

/* Rows that stand at right angles to each other: their lengths are the singular values. */
TEST(the_condition_is_the_longest_over_the_shortest_singular_value)
{
    double tall[] = { 0, 12, 3, 0, 0, -4, 4, 0 }, wide[] = { 1, 1, 1, 1, 5, -5, 5, -5, 0, 0, 0, 0, 7, 7, -7, -7 };
    const lamella_view layer[] = { view_of(LAMELLA_F64, tall, 4, 2), view_of(LAMELLA_F64, wide, 4, 4) };
    figures f;
    ok(measure(layer, 4, &f));
    near(f.condition[0], sqrt(160.0) / 5, RELATIVE, 1e-12); /* columns of lengths 5 and sqrt 160 */
    check(f.condition[1] > 1e15); /* a row of nothing */
    equal(f.rank[0], 2);
    equal(f.rank[1], 3);
    wide[8] = wide[9] = 0.5, wide[10] = wide[11] = -0.5;
    wide[12] = 7, wide[13] = -7, wide[14] = -7, wide[15] = 7;
    ok(measure(layer, 4, &f));
    near(f.condition[1], 14, RELATIVE, 1e-12);
    equal(f.rank[1], 4);
}

/* By the stored dtype, over columns of unit length: eps^2 of f32 over eigenvalues of the Gram, here 1 +- c. */
TEST(the_rank_forgets_what_the_dtype_cannot_tell)
{
    double d[] = { 1, 1, 1, 1 + 1e-6, 1, 1 - 1e-6 }, scaled[] = { 1, 1e9, 1, -1e9, 1, 2e9 };
    lamella_view layer[] = { view_of(LAMELLA_F64, d, 3, 2), view_of(LAMELLA_F64, scaled, 3, 2) };
    figures f;
    ok(measure(layer, 2, &f));
    equal(f.rank[0], 2);
    equal(f.rank[1], 2); /* whatever unit a column has */
    for (int i = 1; i < 6; i += 2)
        scaled[i] *= 1e-18;
    ok(measure(layer, 2, &f));
    equal(f.rank[1], 2);
    d[3] = 1 + 1e-8, d[5] = 1 - 1e-8; /* 1 - c is under 2 x 2.2e-16 */
    ok(measure(layer, 2, &f));
    equal(f.rank[0], 1);
    double zero[6] = { 0, 3, 0, 4, 0, 5 };
    layer[0] = view_of(LAMELLA_F64, zero, 3, 2);
    ok(measure(layer, 3, &f));
    equal(f.rank[0], 1);
    check(isinf(f.condition[0]));
    memset(zero, 0, sizeof zero);
    layer[1] = layer[0];
    returns(measure(layer, 3, &f), LAMELLA_NOTE);
    check(isinf(f.condition[0]));
    equal(f.rank[0], 0);
    equal(f.duplicates[0], 2);
}

TEST(duplicates_are_rows_that_equal_an_earlier_one_of_any)
{
    float a[] = { 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 5, 2, 1 }, b[14];
    const lamella_view layer[] = { view_of(LAMELLA_F32, a, 7, 2), view_of(LAMELLA_F32, b, 7, 2) };
    figures f;
    for (int i = 0; i < 14; i++)
        b[i] = (float)i;
    returns(measure(layer, 7, &f), LAMELLA_NOTE);
    equal(f.duplicates[0], 3);
    equal(f.duplicates[1], 0);
    b[0] = 12, b[1] = 13;
    a[4] = a[6] = a[8] = 9;
    a[8] = 10;
    returns(measure(layer, 7, &f), LAMELLA_NOTE);
    equal(f.duplicates[0], 0);
    equal(f.duplicates[1], 1);
}

/* What the hash of a row's first entry leaves: with it a second entry can be found that gives two rows one hash. */
static uint64_t hash_of_entry(double value)
{
    uint64_t bits, h = 0xcbf29ce484222325u;
    memcpy(&bits, &value, sizeof bits);
    h = (h ^ bits) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

/* Rows A and B of one hash, in any order: only equal ones are duplicates. */
TEST(rows_of_one_hash_are_told_apart)
{
    static const char *const orders[] = { "AB", "ABA", "ABBA", "AABB", "BABA", "BBBA" };
    double a[2] = { 3, 5 }, b[2] = { 4, 0 }, rows[8];
    uint64_t bits;
    memcpy(&bits, &a[1], sizeof bits);
    bits ^= hash_of_entry(a[0]) ^ hash_of_entry(b[0]);
    memcpy(&b[1], &bits, sizeof bits);
    check(isfinite(b[1]));
    for (int k = 0; k < 6; k++) {
        int64_t n = (int64_t)strlen(orders[k]);
        figures f;
        for (int64_t i = 0; i < n; i++)
            memcpy(rows + 2 * i, orders[k][i] == 'A' ? a : b, sizeof a);
        const lamella_view layer[] = { view_of(LAMELLA_F64, rows, n, 2), view_of(LAMELLA_F64, rows, n, 2) };
        returns(measure(layer, n, &f), n > 2 ? LAMELLA_NOTE : LAMELLA_OK);
        equal(f.duplicates[0], n - 2);
    }
}

/* ---- rows by number ---- */

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    const int64_t n = n_rows < 37 ? n_rows : 37, *dims = user;
    memcpy(into->data, x[depth] + first_row * *dims, (size_t)(n * *dims) * sizeof(double));
    return n;
}

/* In any order, some twice, first and last, from memory and read in small deliveries. */
TEST(listed_rows_are_gathered_in_the_order_of_the_list)
{
    int64_t numbers[] = { ROWS - 1, 3, 255, 0, 256, 3, 511, 512, 0, 257 }, dims = DIM;
    enum { LISTED = 10 };
    fill(ROWS);
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t j = 0; j < DIM * LAYERS; j++)
            x[j % LAYERS][i * DIM + j / LAYERS] = (double)(i * 100 + j);
    lamella_view v[LAYERS], given = view_of(LAMELLA_I64, numbers, LISTED), kept;
    for (int l = 0; l < LAYERS; l++)
        v[l] = view_of(LAMELLA_F64, x[l], ROWS, DIM);
    for (int read = 0; read < 2; read++) {
        lamella_stack stack = { .struct_size = sizeof stack, .layer = v, .n_layers = LAYERS, .read = read ? deliver : NULL, .user = &dims };
        lamella_relative_project *project;
        for (int l = 0; l < LAYERS; l++)
            v[l].data = read ? NULL : x[l];
        const lamella_relative_project_options plain = { .struct_size = sizeof plain, .transform = LAMELLA_RELATIVE_TRANSFORM_NONE,
                                                         .anchors = &given };
        ok(lamella_relative_project_fit(NULL, &stack, &plain, &project, NULL));
        for (int l = 0; l < LAYERS; l++) {
            char name[32];
            snprintf(name, sizeof name, "anchors.%d", l);
            ok(lamella_relative_project_get(project, name, &kept));
            equal(kept.shape[0], LISTED);
            equal(kept.shape[1], DIM);
            for (int64_t i = 0; i < LISTED; i++)
                equal_bits((const double *)kept.data + i * DIM, x[l] + numbers[i] * DIM, DIM * (int64_t)sizeof(double));
        }
        lamella_relative_project_free(project);
    }
    lamella_relative_anchors_result result = { .struct_size = sizeof result };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = v, .n_layers = 1 };
    int64_t anchors[LISTED];
    const lamella_view to = view_of(LAMELLA_I64, anchors, LISTED);
    v[0].data = x[0];
    returns(lamella_relative_anchors(NULL, &stack, LISTED, &to, WITH(lamella_relative_anchors_options, .given = &given), NULL, &result),
            LAMELLA_NOTE);
    equal(result.n_repeated, 2);
}

/* ---- whether to stop ---- */

static int64_t asked, stop_at;

static int32_t ask(double fraction, const char *stage, void *user)
{
    (void)fraction, (void)stage, (void)user;
    return ++asked == stop_at ? LAMELLA_STOP : 0;
}

TEST(M14_long_lists_ask_whether_to_stop)
{
    enum { LONG = 1 << 18 /* rows between questions */, MERGES = 15 /* of a sort */ };
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = ask };
    lamella_context *ctx;
    float *rows = malloc(LONG * sizeof *rows);
    int64_t *numbers = malloc(LONG * sizeof *numbers), *anchors = malloc(LONG * sizeof *anchors), n[2];
    for (int64_t i = 0; i < LONG; i++) {
        rows[i] = (float)i;
        numbers[i] = (i * 7919) % LONG;
    }
    ok(lamella_context_create(&options, &ctx));
    for (int whole = 0; whole < 2; whole++) {
        const int64_t listed = LONG - !whole;
        const lamella_view layer = view_of(LAMELLA_F32, rows, LONG, 1), given = view_of(LAMELLA_I64, numbers, listed), to = view_of(LAMELLA_I64,
                anchors, listed);
        const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
        asked = stop_at = 0;
        ok(lamella_relative_anchors(ctx, &stack, listed, &to, WITH(lamella_relative_anchors_options, .given = &given), NULL, NULL));
        n[whole] = asked;
        for (stop_at = 1; stop_at <= asked && whole; stop_at += n[1] / 3) {
            asked = 0;
            returns(lamella_relative_anchors(ctx, &stack, listed, &to, WITH(lamella_relative_anchors_options, .given = &given), NULL, NULL),
                    LAMELLA_STOPPED);
            equal(asked, stop_at);
            asked = n[1];
        }
    }
    equal(n[1] - n[0], 1); /* the list itself */
    ck_assert_int_ge(n[0], 3 * MERGES); /* two sorts of row numbers and one of hashes */
    lamella_context_free(ctx);
    free(rows), free(numbers), free(anchors);
}
