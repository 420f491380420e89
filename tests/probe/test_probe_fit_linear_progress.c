/* Progress of a fit: it never goes back, and equal work has an equal share. */
#include "probe/probes.h"
#include "support/progress.h"

enum { N = 160, DIM = 6 };

static int32_t labels_of_rows[N];
static double  three_penalties[] = { 1, 1000, 0.01 };

TEST(progress_never_goes_back_and_ends_at_one)
{
    static float x[3 * N * 4 * DIM];
    for (int i = 0; i < 3 * N * 4 * DIM; i++)
        x[i] = (float)((uint32_t)i * 2654435761u >> 20) / 2048 - 1;
    for (int i = 0; i < N; i++)
        labels_of_rows[i] = (i * i + i / 7) % 3 == 1;
    for (int k = 0; k < 16; k++) { /* kind, nested, tokens, more dims than rows */
        told t = { 0 };
        lamella_context *ctx;
        lamella_probe_linear *p;
        lamella_view layer[3];
        lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .progress = hear, .user = &t };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = 1 + k % 2, .nested = k / 2 % 2, .n_folds = 3, .n_bootstrap = 10, .tolerance = 1e-3 };
        int n = k & 8 ? 20 : N;
        for (int l = 0; l < 3; l++)
            layer[l] = k & 4 ? view_of(LAMELLA_F32, x + l * N * 4 * DIM, n, 4, DIM) : view_of(LAMELLA_F32, x + l * N * 4 * DIM, n, k & 8 ? 4 * DIM : DIM);
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
        lamella_view labels = view_of(LAMELLA_I32, labels_of_rows, n), penalties = view_of(LAMELLA_F64, three_penalties, 3);
        ok(lamella_context_create(&co, &ctx));
        check(lamella_probe_linear_fit(ctx, &stack, &labels, NULL, NULL, NULL, NULL, &penalties, &o, &p, NULL) >= 0);
        check(t.n > 10);
        told_well(&t, 0.85);
        lamella_probe_linear_free(p);
        lamella_context_free(ctx);
    }
}

/* ---- equal shares ---- */

typedef struct fractions {
    double at[4096];
    int    n;
} fractions;

static int32_t keep_fraction(double fraction, const char *stage, void *user)
{
    fractions *f = user;
    (void)stage;
    if (f->n < 4096 && (!f->n || fraction > f->at[f->n - 1] + 1e-12))
        f->at[f->n++] = fraction;
    return 0;
}

/* Fractions within [first, end], as shares of it; returns how many. */
static int share_of(const fractions *f, double first, double end, double *share)
{
    int n = 0;
    for (int i = 0; i < f->n; i++)
        if (f->at[i] > first + 1e-9 && f->at[i] < end + 1e-9)
            share[n++] = (f->at[i] - first) / (end - first);
    return n;
}

/* Window after window from `first` to `end`: each reports the same shares of its own, the last of which is all of it. */
static void windows_are_alike(const fractions *f, double first, double end, int windows, int least)
{
    static double one[4096], other[4096];
    double step = (end - first) / windows;
    int n = share_of(f, first, first + step, one);
    check(n >= least);
    near(one[n - 1], 1, ABSOLUTE, 1e-6);
    for (int w = 1; w < windows; w++) {
        equal(share_of(f, first + w * step, first + (w + 1) * step, other), n);
        for (int i = 0; i < n; i++)
            near(other[i], one[i], ABSOLUTE, 1e-6);
    }
}

/* Three layers of the same numbers: of each its scores and, where a layer is fitted after the other, its fits. */
static void fit_alike(lamella_probe_linear_options o, int dims, fractions *f)
{
    static float x[N * DIM * 30];
    static int64_t fold[N];
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .progress = keep_fraction, .user = f };
    lamella_context *ctx;
    lamella_probe_linear *p;
    int n = dims > DIM ? 40 : N;
    for (int i = 0; i < N * DIM * 30; i++)
        x[i] = (float)((uint32_t)i * 2654435761u >> 20) / 2048 - 1;
    for (int i = 0; i < n; i++) {
        labels_of_rows[i] = i / 4 % 2;
        fold[i] = i % 4;
    }
    lamella_view layer[3] = { view_of(LAMELLA_F32, x, n, dims), view_of(LAMELLA_F32, x, n, dims), view_of(LAMELLA_F32, x, n, dims) };
    lamella_view labels = view_of(LAMELLA_I32, labels_of_rows, n), folds = view_of(LAMELLA_I64, fold, n), penalties = view_of(LAMELLA_F64, three_penalties, 3);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
    o.struct_size = sizeof o;
    *f = (fractions){ .n = 0 };
    ok(lamella_context_create(&co, &ctx));
    check(lamella_probe_linear_fit(ctx, &stack, &labels, NULL, NULL, &folds, NULL, &penalties, &o, &p, NULL) >= 0);
    lamella_probe_linear_free(p);
    lamella_context_free(ctx);
    near(f->at[f->n - 1], 1, ABSOLUTE, 0);
}

TEST(layers_and_nested_runs_have_equal_shares)
{
    static fractions f;
    for (int kind = 1; kind <= 2; kind++)
        for (int wide = 0; wide < 2; wide++) {
            fit_alike((lamella_probe_linear_options){ .kind = kind, .n_bootstrap = 200 }, wide ? 50 : DIM, &f);
            windows_are_alike(&f, 0.8, 1, 3, 3); /* 200 resamples are asked after in four batches */
            if (kind == LAMELLA_PROBE_RIDGE && !wide)
                windows_are_alike(&f, 0, 0.8, 3, 4); /* a pass for each fold */
            if (kind == LAMELLA_PROBE_LOGISTIC)
                continue; /* whose fits are counted as they are done */
            fit_alike((lamella_probe_linear_options){ .kind = kind, .n_bootstrap = -1, .nested = 1 }, wide ? 50 : DIM, &f);
            windows_are_alike(&f, 0, 0.8, 4, 10);
        }
}

TEST(tokens_take_the_first_tenth)
{
    static float x[N * 2 * DIM];
    static fractions f;
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .progress = keep_fraction, .user = &f };
    lamella_context *ctx;
    lamella_probe_linear *p;
    lamella_view layer[5], labels = view_of(LAMELLA_I32, labels_of_rows, N);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 5 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .n_bootstrap = 200 };
    for (int i = 0; i < N * 2 * DIM; i++)
        x[i] = (float)((uint32_t)i * 2654435761u >> 20) / 2048 - 1;
    for (int i = 0; i < N; i++)
        labels_of_rows[i] = i / 4 % 2;
    for (int l = 0; l < 5; l++)
        layer[l] = view_of(LAMELLA_F32, x, N, 2, DIM);
    f.n = 0;
    ok(lamella_context_create(&co, &ctx));
    ok(lamella_probe_linear_fit(ctx, &stack, &labels, NULL, NULL, NULL, NULL, NULL, &o, &p, NULL));
    windows_are_alike(&f, 0.1, 0.1 + 0.9 * 0.8, 5, 4);
    windows_are_alike(&f, 0.1 + 0.9 * 0.8, 1, 5, 3);
    check(f.at[0] < 0.1);
    lamella_probe_linear_free(p);
    lamella_context_free(ctx);
}

/* ---- many rows ---- */

typedef struct asked_of {
    int64_t n, stop_at;
} asked_of;

static int32_t count_asked(double fraction, const char *stage, void *user)
{
    asked_of *a = user;
    (void)fraction;
    (void)stage;
    return ++a->n == a->stop_at ? LAMELLA_STOP : 0;
}

/* Sorts, scores and single resamples of many rows ask while they last, whichever thread they run on; a host that stops is heard at once. */
TEST(rows_of_many_samples_are_asked_about_and_stopped)
{
    enum { MANY = 17 << 14 };
    int64_t n = 0;
    static float x[MANY];
    static int32_t y[MANY];
    for (int i = 0; i < MANY; i++) {
        x[i] = (float)((uint32_t)i * 2654435761u >> 8) / 4096;
        y[i] = (i * 7 + (int)x[i]) % 5 > 1;
    }
    lamella_view layer = view_of(LAMELLA_F32, x, MANY, 1), labels = view_of(LAMELLA_I32, y, MANY);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.99, .n_bootstrap = 3 };
    for (int k = 0; k < 3; k++) { /* not stopped; in a resample; earlier, with two threads */
        asked_of a = { .stop_at = k == 0 ? 0 : k == 1 ? n - 6 : n / 2 };
        lamella_context_options co = { .struct_size = sizeof co, .threads = k == 2 ? 2 : 1, .progress = count_asked, .user = &a };
        lamella_context *ctx;
        lamella_probe_linear *p;
        ok(lamella_context_create(&co, &ctx));
        returns(lamella_probe_linear_fit(ctx, &stack, &labels, NULL, NULL, NULL, NULL, NULL, &o, &p, NULL), k ? LAMELLA_STOPPED : LAMELLA_OK);
        n = k ? n : a.n;
        check(k ? p == NULL && a.n == a.stop_at : n > 105 && n < 140);
        lamella_probe_linear_free(p);
        lamella_context_free(ctx);
    }
}
