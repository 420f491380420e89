/* One state in a host's loop: no allocation, and hardly longer than the dot itself. */
#include "probe/linear.h"
#include "probe/probes.h"
#include "support/allocator.h"
#include <stdio.h>
#include <time.h>

enum { ROWS = 48, WIDE = 4096, CALLS = 64, ROUNDS = 400 };

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The least of many rounds: other work on the machine only ever adds. */
static void time_both(lamella_context *ctx, const lamella_probe_linear *p, const lamella_view *x, const lamella_view *out, double *score, double *dot)
{
    volatile float sink = 0;
    *score = *dot = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double started = seconds_now();
        for (int i = 0; i < CALLS; i++)
            lamella_probe_linear_score(ctx, p, 0, x, out);
        double between = seconds_now();
        for (int i = 0; i < CALLS; i++)
            sink = p->simd->dot_f32(x->data, p->score_weights[0], WIDE);
        *score = fmin(*score, (between - started) / CALLS);
        *dot = fmin(*dot, (seconds_now() - between) / CALLS);
    }
    (void)sink;
}

TEST(one_state_scores_without_memory_in_at_most_two_dots)
{
    test_allocator a = { 0 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &a };
    lamella_context *ctx;
    static float x[ROWS * WIDE], scores[1];
    static int32_t y[ROWS];
    for (int i = 0; i < ROWS * WIDE; i++)
        x[i] = (float)((i * 2654435761u >> 7) % 1009) / 1009;
    for (int i = 0; i < ROWS; i++)
        y[i] = i % 2;
    lamella_view layer = view_of(LAMELLA_F32, x, ROWS, WIDE), labels = view_of(LAMELLA_I32, y, ROWS), bytes;
    lamella_view row = view_of(LAMELLA_F32, x, WIDE), out = view_of(LAMELLA_F32, scores, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.2, .n_bootstrap = -1 };
    lamella_probe_linear *p, *saved;
    ok(lamella_context_create(&co, &ctx));
    ok(lamella_probe_linear_fit(ctx, &stack, &labels, &o, &p, NULL));
    ok(lamella_probe_linear_bytes(p, &bytes));
    ok(lamella_probe_linear_load(ctx, &bytes, &saved));
    int64_t calls = a.calls;
    double score, dot;
    lamella_view matrix = view_of(LAMELLA_F32, x, 1, WIDE), matrix_out = view_of(LAMELLA_F32, scores, 1, 1);
    time_both(ctx, saved, &row, &out, &score, &dot);
    ok(lamella_probe_linear_score(ctx, saved, 0, &matrix, &matrix_out));
    for (int k = 0; k < 6; k++) { /* strides given or not, flags that change nothing, scores right behind the row and right before it */
        lamella_view in = k & 1 ? matrix : row, to = k & 1 ? matrix_out : out;
        for (int axis = 0; axis < in.rank; axis++)
            in.stride[axis] = to.stride[axis] = k & 2 ? 0 : axis == in.rank - 1 ? 1 : WIDE;
        in.flags = k & 2 ? LAMELLA_FINITE : LAMELLA_READONLY;
        if (k >= 4) {
            in.data = x + WIDE;
            to.data = k & 1 ? x + WIDE - 1 : x + 2 * WIDE;
        }
        ok(lamella_probe_linear_score(ctx, saved, 0, &in, &to));
    }
    equal(a.calls, calls);
    printf("one score of %d dims: %.0f ns, a bare dot %.0f ns, ratio %.2f\n", WIDE, 1e9 * score, 1e9 * dot, score / dot);
#if defined __OPTIMIZE__ && !defined LAMELLA_CHECKED && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    check(score <= 2 * dot);
#endif
    lamella_probe_linear_free(p);
    lamella_probe_linear_free(saved);
    lamella_context_free(ctx);
    equal(a.live, 0);
}

/* What stands in the file before and after the sizes of layers (depths, penalties) is made to look like one more size. */
TEST(a_layer_beyond_either_end_is_named)
{
    enum { DIM = 3 };
    static float x[ROWS * DIM], scores[1];
    int32_t y[ROWS];
    int64_t depth[] = { 0, DIM }, size = DIM;
    double penalty;
    memcpy(&penalty, &size, sizeof penalty);
    for (int i = 0; i < ROWS; i++)
        y[i] = i % 2;
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = (float)(i * i % 7);
    lamella_view layer[2] = { view_of(LAMELLA_F32, x, ROWS, DIM), view_of(LAMELLA_F32, x, ROWS, DIM) }, labels = view_of(LAMELLA_I32, y, ROWS);
    lamella_view row = view_of(LAMELLA_F32, x, DIM), out = view_of(LAMELLA_F32, scores, 1), penalties = view_of(LAMELLA_F64, &penalty, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2, .depth = depth, .n_depths = DIM };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.2, .n_bootstrap = -1 };
    lamella_probe_linear *p;
    check(lamella_probe_linear_fit(NULL, &stack, &labels, (o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p, NULL) >= 0);
    refused(lamella_probe_linear_score(NULL, p, -1, &row, &out), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_score: layer is -1, expected 0 to 1");
    refused(lamella_probe_linear_score(NULL, p, 2, &row, &out), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_score: layer is 2, expected 0 to 1");
    ok(lamella_probe_linear_score(NULL, p, 1, &row, &out));
    lamella_probe_linear_free(p);
}

/* Every form of a row and of a matrix, their flags and strides: the same scores, or the same refusal, by the short way and the long. */
TEST(scores_do_not_depend_on_how_a_row_lies)
{
    enum { DIM = 5, CLASSES = 3 };
    static float x[ROWS * DIM], scores[8 * CLASSES], wide[3 * DIM], expected[CLASSES];
    static double x_f64[DIM];
    int32_t y[ROWS];
    lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.2, .n_bootstrap = -1 };
    for (int i = 0; i < ROWS; i++)
        y[i] = i % 3;
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = (float)(i * i % 11) / 4;
    lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I32, y, ROWS);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, &o, &p, NULL));
    for (int j = 0; j < DIM; j++) {
        x_f64[j] = (double)x[j];
        wide[3 * j] = x[j];
        wide[3 * j + 1] = wide[3 * j + 2] = 1e30f;
    }
    lamella_view out = view_of(LAMELLA_F32, expected, CLASSES), row = view_of(LAMELLA_F32, x, DIM);
    ok(lamella_probe_linear_score(NULL, p, 0, &row, &out));
    const double *w = p->array.weights[0], *b = p->array.intercepts;
    for (int k = 0; k < CLASSES; k++) {
        double z = b[k];
        for (int j = 0; j < DIM; j++)
            z += w[k * DIM + j] * (double)x[j];
        near(expected[k], z, ABSOLUTE, 1e-5);
    }
    lamella_view inputs[] = { row, view_of(LAMELLA_F32, x, 1, DIM), view_of(LAMELLA_F64, x_f64, DIM), view_of(LAMELLA_F64, x_f64, 1, DIM),
                              { .data = wide, .dtype = LAMELLA_F32, .rank = 1, .shape = { DIM }, .stride = { 3 } },
                              { .data = wide, .dtype = LAMELLA_F32, .rank = 2, .shape = { 1, DIM }, .stride = { 3 * DIM, 3 } }, row, row };
    inputs[6].flags = LAMELLA_READONLY;
    inputs[7].flags = LAMELLA_FINITE;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        for (int gap = 1; gap <= 2; gap++) {
            lamella_view to = inputs[i].rank == 1 ? view_of(LAMELLA_F32, scores, CLASSES) : view_of(LAMELLA_F32, scores, 1, CLASSES);
            for (int a = 0; a < to.rank; a++)
                to.stride[a] = gap * (a == to.rank - 1 ? 1 : CLASSES);
            memset(scores, 0, sizeof scores);
            ok(lamella_probe_linear_score(NULL, p, 0, &inputs[i], &to));
            for (int k = 0; k < CLASSES; k++)
                equal_bits(&scores[k * gap], &expected[k], sizeof *scores);
        }
    lamella_view no_rows = view_of(LAMELLA_F32, x, 0, DIM), no_scores = view_of(LAMELLA_F32, scores, 0, CLASSES);
    refused(lamella_probe_linear_score(NULL, p, 0, &no_rows, &no_scores), LAMELLA_ERR_EMPTY,
            "lamella_probe_linear_score: x has no row, expected at least 1");
    lamella_view wrong[] = { out, out, out, out };
    wrong[0].flags = LAMELLA_READONLY;
    wrong[1].reserved1 = 1;
    wrong[2].reserved0 = 1;
    wrong[3].dtype = LAMELLA_F64;
    for (int i = 0; i < 4; i++)
        check(lamella_probe_linear_score(NULL, p, 0, &row, &wrong[i]) < 0);
    lamella_view deep = { .data = x, .dtype = LAMELLA_F32, .rank = 3, .shape = { 1, 1, DIM } }, none = { .data = x, .dtype = LAMELLA_F32 };
    lamella_view deep_out = { .data = scores, .dtype = LAMELLA_F32, .rank = 3, .shape = { 1, 1, CLASSES } };
    refused(lamella_probe_linear_score(NULL, p, 0, &deep, &deep_out), LAMELLA_ERR_SHAPE, "lamella_probe_linear_score: x.rank is 3, expected 2");
    refused(lamella_probe_linear_score(NULL, p, 0, &none, &out), LAMELLA_ERR_SHAPE, "lamella_probe_linear_score: x.rank is 0, expected 2");
    refused(lamella_probe_linear_score(NULL, p, 0, &row, &deep_out), LAMELLA_ERR_SHAPE, "lamella_probe_linear_score: scores.rank is 3, expected 1");
    refused(lamella_probe_linear_score(NULL, p, 0, NULL, &out), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_score: x is NULL, expected a view");
    refused(lamella_probe_linear_score(NULL, p, 0, &row, NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_score: scores is NULL, expected a view");
    refused(lamella_probe_linear_score(NULL, NULL, 0, &row, &out), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_score: probe is NULL, expected a fitted probe");
    for (int shorter = 0; shorter < 2; shorter++) { /* a number too many, or too few */
        lamella_view dims = view_of(LAMELLA_F32, x, DIM + 1 - 2 * shorter), classes = view_of(LAMELLA_F32, scores, CLASSES + 1 - 2 * shorter);
        check(lamella_probe_linear_score(NULL, p, 0, &dims, &out) == LAMELLA_ERR_SHAPE);
        check(lamella_probe_linear_score(NULL, p, 0, &row, &classes) == LAMELLA_ERR_SHAPE);
    }
    lamella_view before = view_of(LAMELLA_F32, x + 3 * DIM - CLASSES + 1, CLASSES), third = view_of(LAMELLA_F32, x + 3 * DIM, DIM);
    check(lamella_probe_linear_score(NULL, p, 0, &third, &before) == LAMELLA_ERR_ARGUMENT); /* the last score is the first number of the row */
    before.data = x + 3 * DIM - CLASSES;
    ok(lamella_probe_linear_score(NULL, p, 0, &third, &before));
    lamella_view over = view_of(LAMELLA_F32, x + DIM - 1, CLASSES); /* the last number of the row is the first score */
    check(lamella_probe_linear_score(NULL, p, 0, &row, &over) == LAMELLA_ERR_ARGUMENT);
    over = view_of(LAMELLA_F32, x + DIM, CLASSES);
    ok(lamella_probe_linear_score(NULL, p, 0, &row, &over));
    lamella_probe_linear_free(p);
}

TEST(a_score_that_f32_does_not_hold_is_refused)
{
    enum { DIM = 2 };
    static float x[ROWS * DIM], scores[2];
    int32_t y[ROWS];
    double penalty = 1e-9;
    for (int i = 0; i < ROWS; i++) {
        y[i] = i * i % 7 > 2;
        x[i * DIM] = (float)y[i] * 1e-4f;
        x[i * DIM + 1] = (float)(i % 5) * 1e-4f;
    }
    lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I32, y, ROWS), penalties = view_of(LAMELLA_F64, &penalty, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.2, .n_bootstrap = -1 };
    lamella_probe_linear *p;
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p, NULL));
    x[0] = x[1] = x[3] = 0;
    x[2] = 3e38f; /* times some 2e4 */
    lamella_view row = view_of(LAMELLA_F32, x + 2, DIM), two = view_of(LAMELLA_F32, x, 2, DIM), one = view_of(LAMELLA_F32, scores, 1);
    lamella_view both = view_of(LAMELLA_F32, scores, 2, 1);
    refused(lamella_probe_linear_score(NULL, p, 0, &row, &one), LAMELLA_ERR_NUMERIC,
            "lamella_probe_linear_score: a score of row 0 is not finite, expected one that f32 holds");
    refused(lamella_probe_linear_score(NULL, p, 0, &two, &both), LAMELLA_ERR_NUMERIC,
            "lamella_probe_linear_score: a score of row 1 is not finite, expected one that f32 holds");
    lamella_probe_linear_free(p);
}
