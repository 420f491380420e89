/* Progress of a fit: it never goes back, and equal work has an equal share. */
#include "probe/probes.h"
#include "support/guarded.h"
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
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = 1 + k % 2, .nested = k / 2 % 2, .n_folds = 3, .n_bootstrap = 10,
                                          .tolerance = 1e-3 };
        int n = k & 8 ? 20 : N;
        for (int l = 0; l < 3; l++)
            layer[l] = k & 4 ? view_of(LAMELLA_F32, x + l * N * 4 * DIM, n, 4, DIM) : view_of(LAMELLA_F32, x + l * N * 4 * DIM, n,
                                                                                              k & 8 ? 4 * DIM : DIM);
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
        lamella_view labels = view_of(LAMELLA_I32, labels_of_rows, n), penalties = view_of(LAMELLA_F64, three_penalties, 3);
        ok(lamella_context_create(&co, &ctx));
        check(lamella_probe_linear_fit(ctx, &stack, &labels, (o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p, NULL) >= 0);
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
    lamella_view labels = view_of(LAMELLA_I32, labels_of_rows, n), folds = view_of(LAMELLA_I64, fold, n), penalties = view_of(LAMELLA_F64,
            three_penalties, 3);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
    o.struct_size = sizeof o;
    *f = (fractions){ .n = 0 };
    ok(lamella_context_create(&co, &ctx));
    check(lamella_probe_linear_fit(ctx, &stack, &labels, (o.folds = &folds, o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p,
                                   NULL) >= 0);
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
            static double share[4096];
            int without = share_of(&f, 0, 0.8, share);
            fit_alike((lamella_probe_linear_options){ .kind = kind, .n_bootstrap = 200, .nested = 1 }, wide ? 50 : DIM, &f);
            equal(share_of(&f, 0, 0.8, share), without); /* runs that choose draw no resamples */
        }
}

TEST(layers_of_tokens_have_equal_shares)
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
    ok(lamella_probe_linear_fit(ctx, &stack, &labels, &o, &p, NULL));
    windows_are_alike(&f, 0, 0.8, 5, 4);
    windows_are_alike(&f, 0.8, 1, 5, 3);
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
    (void)stage;
    check(fraction < 1 || a->n > 20);
    return ++a->n == a->stop_at ? LAMELLA_STOP : 0;
}

enum { MANY = 17 << 14 };

/* Arrays that end where they end: two tasks, and every input that may be given. */
typedef struct many_rows {
    lamella_view layer, labels, label_mask, groups, folds, weights, mask;
} many_rows;

static many_rows make_many(void)
{
    float *x = guarded(NULL, MANY * sizeof *x), *weight = guarded(NULL, MANY * sizeof *weight);
    int32_t *y = guarded(NULL, 2 * MANY * sizeof *y), *group = guarded(NULL, MANY * sizeof *group), *fold = guarded(NULL, MANY * sizeof *fold);
    unsigned char *has = guarded(NULL, 2 * MANY), *valid = guarded(NULL, MANY);
    for (int i = 0; i < MANY; i++) {
        x[i] = (float)((uint32_t)i * 2654435761u >> 8) / 4096;
        y[i] = (i * 7 + (int)x[i]) % 5 > 1;
        y[MANY + i] = i % 3;
        has[i] = i % 50 > 0;
        has[MANY + i] = i % 40 > 0;
        group[i] = i / 2;
        fold[i] = i / 2 % 5 - 1;
        weight[i] = (float)(1 + i % 2);
        valid[i] = i % 60 > 0;
    }
    return (many_rows){ view_of(LAMELLA_F32, x, MANY, 1), view_of(LAMELLA_I32, y, 2, MANY), view_of(LAMELLA_U8, has, 2, MANY),
                       view_of(LAMELLA_I32, group, MANY),
                        view_of(LAMELLA_I32, fold, MANY), view_of(LAMELLA_F32, weight, MANY), view_of(LAMELLA_U8, valid, MANY) };
}

static lamella_status fit_many(many_rows *r, int all, int given_folds, int threads, asked_of *a)
{
    lamella_view one = view_of(LAMELLA_I32, r->labels.data, MANY);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &r->layer, .n_layers = 1, .mask = all ? &r->mask : NULL };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.99, .n_bootstrap = all ? 1 : 3 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = threads, .progress = count_asked, .user = a, .allocate = guarded_allocate,
                                   .release = guarded_release };
    lamella_context *ctx;
    lamella_probe_linear *p;
    ok(lamella_context_create(&co, &ctx));
    lamella_status status = lamella_probe_linear_fit(ctx, &stack, all ? &r->labels : &one,
                                                     (o.label_mask = all ? &r->label_mask : NULL, o.groups = all ? &r->groups : NULL,
                                                      o.folds = given_folds ? &r->folds : NULL, o.sample_weights = all ? &r->weights : NULL, &o), &p, NULL);
    check((status < 0 || status == LAMELLA_STOPPED) == (p == NULL));
    lamella_probe_linear_free(p);
    lamella_context_free(ctx);
    return status;
}

/* Every pass, sort, score and single resample of many rows asks while it lasts, whichever thread it runs on: how often is counted, so that one
 * that is left out shows. A host that stops is heard at once, and no array is read past its end. */
TEST(rows_of_many_samples_are_asked_about_and_stopped)
{
    static const struct { int all, given_folds; int64_t asked; } cases[] = { { 0, 0, 110 }, { 1, 0, 231 }, { 1, 1, 272 } };
    if (SANITIZED)
        return; /* the walls see it too, in a quarter of the time */
    many_rows r = make_many();
    for (int k = 0; k < 3; k++) {
        asked_of a = { .n = 0 };
        ok(fit_many(&r, cases[k].all, cases[k].given_folds, 1, &a));
        equal(a.n, cases[k].asked);
    }
    for (int64_t at = cases[0].asked - 2; at > 40; at -= 20) { /* in resamples, scores, sorts; in one of them with two threads */
        asked_of a = { .stop_at = at };
        returns(fit_many(&r, 0, 0, 1 + (at == 67), &a), LAMELLA_STOPPED);
        equal(a.n, a.stop_at);
    }
}
