/* Many rows: every pass asks the host every 2^18 of them, what it hears never falls and ends at 1, one that stops is heard at once, and no
 * array is read or written past its end. */
#include "support/guarded.h"
#include "support/test.h"

enum { N = 17 << 14 };
enum { CLASSIFY, CLASSIFY_SEVERAL, BOOTSTRAP, BOOTSTRAP_GROUPS, CORRELATE, REGRESS, RANK, FOLDS, FOLDS_IN_ORDER, FOLDS_HELD, FOLDS_ALONE, END };

typedef struct many_rows {
    double        *x, *scores, *ranks;
    int64_t       *two, *three, *group;
    int32_t       *fold;
    unsigned char *valid;
} many_rows;

static many_rows rows;

static void make_rows(void)
{
    rows = (many_rows){ .x = guarded(NULL, N * sizeof(double)), .scores = guarded(NULL, 3 * N * sizeof(double)),
                        .ranks = guarded(NULL, N * sizeof(double)), .two = guarded(NULL, N * sizeof(int64_t)),
                        .three = guarded(NULL, N * sizeof(int64_t)), .group = guarded(NULL, N * sizeof(int64_t)),
                        .fold = guarded(NULL, N * sizeof(int32_t)), .valid = guarded(NULL, N) };
    for (int64_t i = 0; i < N; i++) {
        rows.x[i] = (double)(i * 7919 % 100003);
        rows.two[i] = i % 5 == 0;
        rows.three[i] = i % 7 % 3;
        rows.group[i] = i / 2;
        rows.valid[i] = i % 99 != 4; /* more than 2^18 are left */
        for (int64_t k = 0; k < 3; k++)
            rows.scores[3 * i + k] = (double)((i * 7919 + k * 104729) % 99991);
    }
}

static lamella_status call_of(lamella_context *ctx, int which)
{
    static const int64_t classes[] = { 0, 1, 2 };
    lamella_view x = view_of(LAMELLA_F64, rows.x, N), scores = view_of(LAMELLA_F64, rows.scores, N, 3), ranks = view_of(LAMELLA_F64, rows.ranks, N);
    lamella_view two = view_of(LAMELLA_I64, rows.two, N), three = view_of(LAMELLA_I64, rows.three, N), groups = view_of(LAMELLA_I64, rows.group, N);
    lamella_view fold = view_of(LAMELLA_I32, rows.fold, N), mask = view_of(LAMELLA_U8, rows.valid, N);
    lamella_measure_classification_result c = { .struct_size = sizeof c };
    lamella_measure_bootstrap_options b = { .struct_size = sizeof b, .n_resamples = 1,
                                           .statistic = which == BOOTSTRAP ? LAMELLA_MEASURE_STATISTIC_SPEARMAN : LAMELLA_MEASURE_STATISTIC_MEAN };
    lamella_measure_bootstrap_result br = { .struct_size = sizeof br };
    lamella_measure_correlation_result r = { .struct_size = sizeof r };
    lamella_measure_regression_result e = { .struct_size = sizeof e };
    lamella_measure_folds_options o = { .struct_size = sizeof o, .order = which == FOLDS_IN_ORDER ? LAMELLA_MEASURE_FOLDS_IN_ORDER : 0,
                                       .holdout = which == FOLDS_HELD ? 0.5 : 0 };
    switch (which) {
    case CLASSIFY: return lamella_measure_classification(ctx, &x, &two, WITH(lamella_measure_classification_options, .weights = &x), &c);
    case CLASSIFY_SEVERAL: return lamella_measure_classification(ctx, &scores, &three,
                                                                 WITH(lamella_measure_classification_options, .classes = classes, .n_classes = 3,
                                                                      .mask = &mask), &c);
    case BOOTSTRAP: return lamella_measure_bootstrap(ctx, &x, (b.gold = &x, b.groups = NULL,
                                                               &b), &br);
    case BOOTSTRAP_GROUPS: return lamella_measure_bootstrap(ctx, &x,
                                                            (b.versus = &x, b.groups = &groups,
                                                             b.mask = &mask, b.weights = &x, &b), &br);
    case CORRELATE: return lamella_measure_correlation(ctx, &x, &x, WITH(lamella_measure_correlation_options, .mask = &mask), &r);
    case REGRESS: return lamella_measure_regression(ctx, &x, &x, WITH(lamella_measure_regression_options, .weights = &x), &e);
    case RANK: return lamella_measure_ranks(ctx, &x, &ranks);
    case FOLDS: return lamella_measure_folds(ctx, N, &fold, (o.groups = &groups, o.strata = &three, &o), NULL);
    case FOLDS_IN_ORDER: return lamella_measure_folds(ctx, N, &fold, (o.groups = &groups, &o), NULL);
    default: return lamella_measure_folds(ctx, N, &fold, &o, NULL); /* more than 2^18 groups */
    }
}

typedef struct host_asked {
    double  last;
    int64_t n, stop_at, fell, early; /* early: 1 is told before the end */
} host_asked;

static host_asked host;

static int32_t count_asks(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    host.n++;
    host.early += host.last >= 1;
    host.fell += fraction < host.last;
    host.last = fraction;
    return host.n == host.stop_at ? LAMELLA_STOP : 0;
}

static lamella_context *context_of_host(void)
{
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = count_asks, .allocate = guarded_allocate,
                                       .release = guarded_release };
    lamella_context *ctx;
    make_rows();
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

/* How often is counted, pass by pass (regression: mask, three arrays, five passes of R2, the end), so that one that
 * is left out shows. */
TEST(every_pass_asks_and_the_end_is_told)
{
    static const int64_t asked[] = { 43, 76, 47, 21, 44, 9, 18, 50, 20, 37, 41 };
    lamella_context *ctx = context_of_host();
    for (int which = CLASSIFY; which < END; which++) {
        host = (host_asked){ .n = 0 };
        check(call_of(ctx, which) >= 0);
        near(host.last, 1, ABSOLUTE, 0);
        check(!host.fell && !host.early);
        int64_t n = host.n;
        equal(n, asked[which - CLASSIFY]);
        for (int late = 0; late < 2; late++) { /* and one that stops is heard at once */
            host = (host_asked){ .stop_at = late ? n - 2 : 2 };
            returns(call_of(ctx, which), LAMELLA_STOPPED);
            equal(host.n, host.stop_at);
        }
    }
    lamella_context_free(ctx);
}
