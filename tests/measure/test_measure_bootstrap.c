/* Bootstrap: the figures, the laws, the edges, the traps. */
#include "measure/measure.h"
#include "support/golden.h"
#include "support/guarded.h"
#include "support/matrix.h"
#include <math.h>

static lamella_status bootstrap_columns(matrix *m, int32_t statistic, const lamella_view *versus, const lamella_view *weights)
{
    int64_t dim = m->dim, classes[64], n_classes = dim > 1 ? dim : 2;
    lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = statistic, .n_resamples = 70, .seed = 5 };
    lamella_measure_bootstrap_result result = { .struct_size = sizeof result };
    for (int64_t k = 0; k < n_classes; k++)
        classes[k] = k;
    lamella_status status = lamella_measure_bootstrap(m->ctx, m->view,
                                                      (options.gold = matrix_integers(m, LAMELLA_I32, m->n_samples, n_classes),
                                                       options.versus = versus, options.classes = classes, options.n_classes = n_classes, options.groups = matrix_integers(m, LAMELLA_I64, m->n_samples, 50), options.weights = weights, &options), &result);
    matrix_number(m, "value", result.value);
    matrix_number(m, "low", result.low);
    matrix_number(m, "high", result.high);
    matrix_number(m, "standard_error", result.standard_error);
    matrix_number(m, "n_defined", (double)result.n_defined);
    return status;
}

OPERATION(lamella_measure_bootstrap, .in_memory = 1, .forms = FORM_ROWS)
{
    return bootstrap_columns(m, LAMELLA_MEASURE_STATISTIC_F1, matrix_second_view(m), NULL);
}

OPERATION(lamella_measure_bootstrap, .as = "auc, weighted", .in_memory = 1, .forms = FORM_ROWS)
{
    return bootstrap_columns(m, LAMELLA_MEASURE_STATISTIC_AUC, NULL, matrix_weights(m, LAMELLA_F32));
}

static const lamella_view *array(const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "measure/bootstrap/%s", name);
    return golden(full);
}

static void figures_equal(const lamella_measure_bootstrap_result *r, const char *name)
{
    double figures[] = { r->low, r->high, r->standard_error, (double)r->n_defined };
    char full[64];
    lamella_view view = view_of(LAMELLA_F64, figures, 4);
    snprintf(full, sizeof full, "measure/bootstrap/%s.figures", name);
    near_golden(&view, full);
}

TEST(equals_the_oracle)
{
    static const struct {
        const char *name;
        int32_t     statistic;
        const char *scores, *gold, *versus, *groups;
        lamella_status status;
    } cases[] = {
        { "accuracy", LAMELLA_MEASURE_STATISTIC_ACCURACY, "score", "gold", NULL, NULL, LAMELLA_OK },
        { "f1", LAMELLA_MEASURE_STATISTIC_F1, "score", "gold", NULL, NULL, LAMELLA_OK },
        { "auc", LAMELLA_MEASURE_STATISTIC_AUC, "score", "gold", NULL, NULL, LAMELLA_OK },
        { "auc.groups", LAMELLA_MEASURE_STATISTIC_AUC, "score", "gold", NULL, "group", LAMELLA_OK },
        { "auc.difference", LAMELLA_MEASURE_STATISTIC_AUC, "score", "gold", "other", "group", LAMELLA_OK },
        { "auc.few", LAMELLA_MEASURE_STATISTIC_AUC, "score", "few_gold", NULL, NULL, LAMELLA_NOTE },
        { "r2", LAMELLA_MEASURE_STATISTIC_R2, "score", "words", NULL, NULL, LAMELLA_OK },
        { "spearman", LAMELLA_MEASURE_STATISTIC_SPEARMAN, "score", "words", NULL, NULL, LAMELLA_OK },
        { "mean", LAMELLA_MEASURE_STATISTIC_MEAN, "words", NULL, NULL, "group", LAMELLA_OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = cases[i].statistic, .n_resamples = 200,
                                                      .confidence = 0.9, .seed = 0x123456789ABCDEF };
        lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
        returns(lamella_measure_bootstrap(NULL, array(cases[i].scores),
                                          (options.gold = cases[i].gold ? array(cases[i].gold) : NULL,
                                           options.versus = cases[i].versus ? array(cases[i].versus) : NULL, options.groups = cases[i].groups ? array(cases[i].groups) : NULL, &options), &r),
                cases[i].status);
        figures_equal(&r, cases[i].name);
        equal(r.n_groups, cases[i].groups ? 23 : 60);
    }
}

static lamella_status mean_of(const double *x, int64_t n, const lamella_view *groups, const lamella_view *mask,
                              const lamella_measure_bootstrap_options *options, lamella_measure_bootstrap_result *r)
{
    lamella_view scores = view_of(LAMELLA_F64, (double *)x, n);
    lamella_measure_bootstrap_options o = *options;
    o.struct_size = sizeof o;
    o.statistic = LAMELLA_MEASURE_STATISTIC_MEAN;
    *r = (lamella_measure_bootstrap_result){ .struct_size = sizeof *r };
    return lamella_measure_bootstrap(NULL, &scores, (o.groups = groups,
                                                     o.mask = mask, &o), r);
}

TEST(the_standard_error_of_a_mean_is_the_textbook_one)
{
    static double x[400];
    double square = 0;
    for (int i = 0; i < 400; i++) {
        x[i] = (i * 149) % 401 - 200.5;
        square += x[i] * x[i];
    }
    lamella_measure_bootstrap_options options = { .n_resamples = 4000 };
    lamella_measure_bootstrap_result r;
    ok(mean_of(x, 400, NULL, NULL, &options, &r));
    near(r.standard_error, sqrt(square / 400) / 20, RELATIVE, 0.04); /* a standard error of 4,000 resamples: 1.1 % */
    near((r.high - r.low) / 2 / 1.96, r.standard_error, RELATIVE, 0.06);
    check(r.low < r.value && r.value < r.high);
}

/* Rows of a group are copies: with rows resampled one by one the interval is far too narrow. */
TEST(trap_rows_of_groups_resampled_one_by_one)
{
    static double x[1000];
    static int64_t group[1000];
    for (int i = 0; i < 1000; i++) {
        group[i] = i / 50;
        x[i] = (double)(group[i] * 7 % 20);
    }
    lamella_view groups = view_of(LAMELLA_I64, group, 1000);
    lamella_measure_bootstrap_options options = { .n_resamples = 500 };
    lamella_measure_bootstrap_result whole, apart;
    ok(mean_of(x, 1000, &groups, NULL, &options, &whole));
    ok(mean_of(x, 1000, NULL, NULL, &options, &apart));
    equal(whole.n_groups, 20);
    near(whole.standard_error / apart.standard_error, sqrt(50), RELATIVE, 0.15);
}

TEST(a_difference_of_the_same_scores_is_nothing)
{
    lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_AUC, .n_resamples = 50 };
    lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
    ok(lamella_measure_bootstrap(NULL, array("score"), (options.gold = array("gold"), options.versus = array("score"), options.classes = NULL,
                                                        &options), &r));
    near(r.value, 0, ABSOLUTE, 0);
    near(r.low, 0, ABSOLUTE, 0);
    near(r.high, 0, ABSOLUTE, 0);
}

TEST(masked_rows_are_never_read_nor_drawn)
{
    enum { N = 9 };
    const double x[N] = { NAN, 1, 2, INFINITY, 3, 4, NAN, 5, 6 }, kept[] = { 1, 2, 3, 4, 5, 6 };
    unsigned char valid[N] = { 0, 1, 1, 0, 1, 1, 0, 1, 1 };
    lamella_view mask = view_of(LAMELLA_U8, valid, N);
    lamella_measure_bootstrap_options options = { .n_resamples = 100 };
    lamella_measure_bootstrap_result masked, alone;
    ok(mean_of(x, N, NULL, &mask, &options, &masked));
    ok(mean_of(kept, 6, NULL, NULL, &options, &alone));
    equal_bits(&masked, &alone, sizeof alone);
}

TEST(sizes_near_the_ends_of_f64_change_nothing)
{
    enum { N = 40 };
    static const double sizes[] = { 0x1p1019, 0x1p-900 };
    double x[N], far[N];
    lamella_measure_bootstrap_options options = { .n_resamples = 100 };
    lamella_measure_bootstrap_result plain, sized;
    for (int i = 0; i < N; i++)
        x[i] = i % 23 - 7;
    ok(mean_of(x, N, NULL, NULL, &options, &plain));
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < N; i++)
            far[i] = x[i] * sizes[k];
        ok(mean_of(far, N, NULL, NULL, &options, &sized));
        near(sized.value / sizes[k], plain.value, RELATIVE, 1e-14);
        near(sized.low / sizes[k], plain.low, RELATIVE, 1e-14);
        near(sized.high / sizes[k], plain.high, RELATIVE, 1e-14);
        near(sized.standard_error / sizes[k], plain.standard_error, RELATIVE, 1e-13);
    }
}

TEST(a_standard_error_far_from_zero_is_that_near_it)
{
    enum { N = 40 };
    double x[N], far[N];
    lamella_measure_bootstrap_options options = { .n_resamples = 100 };
    lamella_measure_bootstrap_result plain, shifted;
    for (int i = 0; i < N; i++) {
        x[i] = (i % 23 - 7) * 0x1p-4;
        far[i] = x[i] + 0x1p40;
    }
    ok(mean_of(x, N, NULL, NULL, &options, &plain));
    ok(mean_of(far, N, NULL, NULL, &options, &shifted));
    near(shifted.standard_error, plain.standard_error, RELATIVE, 2e-3); /* a mean at 2^40 is known to 2^-13, of a spread of 2^-4 */
}

TEST(figures_beyond_f64_are_refused)
{
    double x[] = { 1e308, 1.5e308, 1.2e308 }, y[] = { -1e308, -1.5e308, -1.2e308 }, small[] = { 1e-200, 2e-200, 3e-200 };
    lamella_view scores = view_of(LAMELLA_F64, x, 3), versus = view_of(LAMELLA_F64, y, 3), gold = view_of(LAMELLA_F64, small, 3);
    lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_MEAN, .n_resamples = 20 };
    lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
    refused(lamella_measure_bootstrap(NULL, &scores, (options.versus = &versus, &options), &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_bootstrap: the value of all rows is beyond f64, expected numbers nearer to each other");
    options.statistic = LAMELLA_MEASURE_STATISTIC_R2;
    refused(lamella_measure_bootstrap(NULL, &scores, (options.gold = &gold, options.versus = NULL, &options), &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_bootstrap: the statistic of resample 0 is beyond f64, expected numbers nearer to each other");
}

/* Of two rows a resample may draw one twice: the difference is beyond f64 at one end of the interval only. */
TEST(an_interval_with_one_end_beyond_f64_is_refused)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        double x[] = { sign * 1.7e308, 0 }, y[] = { -sign * 1.7e308, 0 };
        lamella_view scores = view_of(LAMELLA_F64, x, 2), versus = view_of(LAMELLA_F64, y, 2);
        lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_MEAN,
                                                     .n_resamples = 100 };
        lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
        refused(lamella_measure_bootstrap(NULL, &scores, (options.versus = &versus, options.classes = NULL,
                                                          &options), &r), LAMELLA_ERR_NUMERIC,
                "lamella_measure_bootstrap: the interval is beyond f64, expected numbers nearer to each other");
    }
}

/* What a resample measures is what its rows, gathered, measure. */
TEST(times_are_rows_repeated)
{
    enum { N = 24 };
    double score[N], y[N], far[4 * N], far_y[4 * N], room[8 * N], more[8 * N];
    unsigned char gold[N], far_gold[4 * N];
    int32_t times[N];
    int64_t order[4 * N], y_order[4 * N], n = 0;
    keyed_row sorted[8 * N];
    for (int i = 0; i < N; i++) {
        score[i] = i * 5 % 7 - 3;
        y[i] = i * 3 % 8;
        gold[i] = i % 3 == 0;
        times[i] = i * 7 % 4;
        for (int t = 0; t < times[i]; t++, n++) {
            far[n] = score[i];
            far_y[n] = y[i];
            far_gold[n] = gold[i];
        }
    }
    scored_rows drawn = { .order = order, .score = score, .gold = gold, .times = times };
    drawn.n = order_rows(score, 1, NULL, N, order, sorted);
    binary_scores a = binary_scores_of(&drawn);
    order_rows(y, 1, NULL, N, y_order, sorted);
    paired_rows pairs = { .n = N, .x = score, .y = y, .times = times };
    double spearman = spearman_of(&pairs, order, y_order, room), pearson = pearson_of(&pairs), r2 = r2_of(&pairs);

    scored_rows gathered = { .order = order, .score = far, .gold = far_gold };
    gathered.n = order_rows(far, 1, NULL, n, order, sorted);
    binary_scores b = binary_scores_of(&gathered);
    order_rows(far_y, 1, NULL, n, y_order, sorted);
    pairs = (paired_rows){ .n = n, .x = far, .y = far_y };
    near(a.accuracy, b.accuracy, RELATIVE, 1e-14);
    near(a.f1, b.f1, RELATIVE, 1e-14);
    near(a.auc, b.auc, RELATIVE, 1e-14);
    near(a.ap, b.ap, RELATIVE, 1e-14);
    near(spearman, spearman_of(&pairs, order, y_order, more), RELATIVE, 1e-13);
    near(pearson, pearson_of(&pairs), RELATIVE, 1e-13);
    near(r2, r2_of(&pairs), RELATIVE, 1e-13);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile_of(const double *sorted, int n, double q)
{
    int below = (int)floor(q * (n - 1));
    double share = q * (n - 1) - below;
    return below + 1 < n ? sorted[below] * (1 - share) + sorted[below + 1] * share : sorted[n - 1];
}

/* Scores of the rows that a resample drew, one after the other, masked ones never: by lamella_measure_classification. */
static double figure_of_drawn(int statistic, int n_columns, double threshold, const double *score, const int64_t *gold, const double *weight,
                              const int64_t *drawn, int64_t n)
{
    enum { MOST = 400 };
    static const int64_t classes[] = { 0, 1, 2 };
    double scores[3 * MOST], weights[MOST];
    int64_t golds[MOST];
    for (int64_t i = 0; i < n; i++) {
        memcpy(scores + i * n_columns, score + drawn[i] * n_columns, sizeof(double) * (size_t)n_columns);
        weights[i] = weight[drawn[i]];
        golds[i] = gold[drawn[i]];
    }
    lamella_view x = view_of(LAMELLA_F64, scores, n, n_columns), y = view_of(LAMELLA_I64, golds, n), w = view_of(LAMELLA_F64, weights, n);
    lamella_measure_classification_options o = { .struct_size = sizeof o, .threshold = threshold };
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    check(lamella_measure_classification(NULL, &x, &y, (o.classes = classes, o.n_classes = n_columns == 1 ? 2 : 3, o.weights = &w, &o),
                                         &r) >= 0);
    return statistic == LAMELLA_MEASURE_STATISTIC_ACCURACY ? r.accuracy : statistic == LAMELLA_MEASURE_STATISTIC_F1 ? r.f1 : statistic == LAMELLA_MEASURE_STATISTIC_AUC ? r.auc : r.ap;
}

/* Weights, masks, groups, a threshold, three classes, two systems: what a resample measures is what its rows, gathered, measure. */
TEST(resamples_are_rows_gathered)
{
    enum { N = 40, B = 31, GROUPS = 9 };
    static const int64_t classes[] = { 0, 1, 2 };
    double score[3 * N], other[3 * N], weight[N], values[B];
    int64_t gold[N], group[N], drawn[10 * N];
    unsigned char valid[N];
    for (int trial = 0; trial < 16; trial++) {
        int statistic = 1 + trial % 4, n_columns = trial & 4 ? 3 : 1, grouped = trial & 8, n_valid = 0, n_values = 0;
        double threshold = n_columns == 1 ? 1 : 0;
        int64_t listed[N];
        for (int i = 0; i < N; i++) {
            gold[i] = i * 7 % 5 % (n_columns == 1 ? 2 : 3);
            group[i] = 100 - i * 5 % GROUPS;
            weight[i] = 1 + i % 3;
            valid[i] = i % 6 != 2;
            for (int k = 0; k < n_columns; k++) {
                score[i * n_columns + k] = (i * 13 + k * 29) % 47 - 20 + (gold[i] == k || (n_columns == 1 && gold[i])) * 9 + 0.01 * i;
                other[i * n_columns + k] = (i * 17 + k * 31) % 43 - 20 + 0.01 * i;
            }
            if (valid[i])
                listed[n_valid++] = i;
        }
        for (int b = 0; b < B; b++) {
            int64_t n = 0, draws = grouped ? GROUPS : n_valid;
            for (int64_t d = 0; d < draws; d++) {
                int64_t at = draw_below(99, (uint64_t)STREAM_BOOTSTRAP + (uint64_t)b, (uint64_t)d, draws);
                if (!grouped)
                    drawn[n++] = listed[at];
                for (int i = 0; i < N && grouped; i++)
                    if (valid[i] && group[i] == 100 - (GROUPS - 1) + at)
                        drawn[n++] = i;
            }
            double value = figure_of_drawn(statistic, n_columns, threshold, score, gold, weight, drawn, n)
                         - figure_of_drawn(statistic, n_columns, threshold, other, gold, weight, drawn, n);
            if (value == value)
                values[n_values++] = value;
        }
        qsort(values, (size_t)n_values, sizeof *values, by_value);
        lamella_view x = view_of(LAMELLA_F64, score, N, n_columns), versus = view_of(LAMELLA_F64, other, N, n_columns), y = view_of(LAMELLA_I64, gold,
                N),
                     g = view_of(LAMELLA_I64, group, N), w = view_of(LAMELLA_F64, weight, N), mask = view_of(LAMELLA_U8, valid, N);
        lamella_measure_bootstrap_options o = { .struct_size = sizeof o, .statistic = statistic, .n_resamples = B, .confidence = 0.7,
                                               .threshold = threshold,
                                                .seed = 99 };
        lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
        lamella_context *ctx = guarded_context(1); /* whose memory is full of anything but zeros */
        check(lamella_measure_bootstrap(ctx, &x, (o.gold = &y, o.versus = &versus, o.classes = classes, o.n_classes = n_columns == 1 ? 2 : 3,
                                                  o.groups = grouped ? &g : NULL, o.mask = &mask, o.weights = &w, &o), &r) >= 0);
        lamella_context_free(ctx);
        equal(r.n_defined, n_values);
        equal(r.n_groups, grouped ? GROUPS : n_valid);
        near(r.value, figure_of_drawn(statistic, n_columns, threshold, score, gold, weight, listed, n_valid)
                    - figure_of_drawn(statistic, n_columns, threshold, other, gold, weight, listed, n_valid), ABSOLUTE, 1e-13);
        near(r.low, quantile_of(values, n_values, 0.15), ABSOLUTE, 1e-12);
        near(r.high, quantile_of(values, n_values, 0.85), ABSOLUTE, 1e-12);
    }
}

TEST(bad_arguments_are_named)
{
    double x[] = { 1, -2, 3 };
    lamella_view scores = view_of(LAMELLA_F64, x, 3), other = view_of(LAMELLA_F64, x, 2);
    lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_PEARSON };
    lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
    refused(lamella_measure_bootstrap(NULL, &scores, &options, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: options.gold is NULL, expected a view");
    refused(lamella_measure_bootstrap(NULL, &scores, (options.gold = &scores, options.weights = &scores, &options), &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: options.weights is -2 at row 1, expected 0 or more");
    x[1] = 2;
    refused(lamella_measure_bootstrap(NULL, &scores, (options.gold = &scores, options.weights = &scores, &options), &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: options.weights is given, expected none for the statistics PEARSON and SPEARMAN");
    refused(lamella_measure_bootstrap(NULL, &scores, (options.weights = NULL, options.versus = &other, &options), &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_bootstrap: options.versus.shape[0] is 2, expected 3");
    options.versus = NULL, options.n_resamples = -1;
    refused(lamella_measure_bootstrap(NULL, &scores, (options.gold = &scores, &options), &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: options.n_resamples is -1, expected 1 or more, or 0 for 1000");
    options = (lamella_measure_bootstrap_options){ .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_MEAN };
    refused(lamella_measure_bootstrap(NULL, &scores, (options.gold = &scores, &options), &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: options.gold is given, expected none for the statistic MEAN");
    options.statistic = LAMELLA_MEASURE_STATISTIC_AUC;
    refused(lamella_measure_bootstrap(NULL, &scores, (options.gold = &scores, &options), &r), LAMELLA_ERR_DTYPE,
            "lamella_measure_bootstrap: options.gold.dtype is 2 (f64), expected i32|i64");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_measure_bootstrap_options options;
    ok(lamella_measure_bootstrap_options_init(&options, sizeof options));
    equal(options.statistic, LAMELLA_MEASURE_STATISTIC_ACCURACY);
    equal(options.n_resamples, 1000);
    near(options.confidence, 0.95, ABSOLUTE, 0);
}
