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
    ok(lamella_probe_linear_fit(ctx, &stack, &labels, NULL, NULL, NULL, NULL, NULL, &o, &p, NULL));
    ok(lamella_probe_linear_bytes(p, &bytes));
    ok(lamella_probe_linear_load(ctx, &bytes, &saved));
    int64_t calls = a.calls;
    double score, dot;
    time_both(ctx, saved, &row, &out, &score, &dot);
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
