/* The depth of a concept: definitions, none at all, the set of layers that are as good, samples that are not scored. */
#include "probe/probes.h"
#include "support/guarded.h"

enum { LAYERS = 5, N = 200 };

typedef struct depth_found {
    double        accuracy[LAYERS], beta[LAYERS], difference[2 * LAYERS];
    unsigned char good[LAYERS];
    lamella_probe_depth_result r;
} depth_found;

static unsigned char right[LAYERS][N];

static lamella_status depth_of_rows(depth_found *f, const lamella_view *correct, const lamella_view *groups, const int64_t *depths,
                                    const lamella_probe_depth_options *o)
{
    lamella_view a = view_of(LAMELLA_F64, f->accuracy, LAYERS), b = view_of(LAMELLA_F64, f->beta, LAYERS), g = view_of(LAMELLA_U8, f->good, LAYERS),
                 d = view_of(LAMELLA_F64, f->difference, LAYERS, 2);
    memset(f, 0, sizeof *f);
    f->r.struct_size = sizeof f->r;
    lamella_context *ctx = guarded_context(1); /* whose memory is full of anything but zeros */
    lamella_probe_depth_options options = COPY_OF(lamella_probe_depth_options, o);
    options.groups = groups, options.depths = depths, options.n_layers = LAYERS;
    lamella_status status = lamella_probe_depth(ctx, correct, &options,
                                                WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &b, .as_good = &g,
                                                     .difference = &d), &f->r);
    lamella_context_free(ctx);
    return status;
}

/* Layer l has the first `counts[l]` rows right. */
static depth_found depth_of_counts(const int *counts, const lamella_probe_depth_options *o)
{
    static depth_found f;
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < N; i++)
            right[l][i] = i < counts[l];
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N);
    ok(depth_of_rows(&f, &correct, NULL, NULL, o));
    equal(f.r.n_left_out, 0);
    return f;
}

OPERATION(lamella_probe_depth, .as = "bool", .dtypes = 1 << LAMELLA_BOOL, .in_memory = 1, .forms = FORM_ROWS, .nonfinite = 1)
{
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    lamella_probe_depth_options o = { .struct_size = sizeof o, .n_bootstrap = 20 };
    int64_t n = m->n_samples; /* rows of the view are layers here */
    lamella_status status = lamella_probe_depth(m->ctx, m->view, (o.n_layers = n, &o),
                                                WITH(lamella_probe_depth_outputs, .accuracy = matrix_out(m, "accuracy", LAMELLA_F64, n),
                                                     .beta = matrix_out(m, "beta", LAMELLA_F64, n), .as_good = matrix_out(m, "as_good", LAMELLA_U8,
                                                             n), .difference = matrix_out(m, "difference", LAMELLA_F64, n, 2)), &r);
    matrix_number(m, "best", (double)r.best);
    return status;
}

TEST(points_follow_their_definitions)
{
    depth_found f = depth_of_counts((const int[]){ 100, 120, 122, 180, 181 }, NULL);
    near(f.accuracy[1], 0.6, ABSOLUTE, 1e-15);
    check(isnan(f.beta[0]));
    near(f.beta[3], 180.0 / 122, ABSOLUTE, 1e-12);
    near(f.r.jump, 1.0 / 5, ABSOLUTE, 1e-12);
    near(f.r.converging, 4.0 / 5, ABSOLUTE, 1e-12);
    near(f.r.settled, 3.0 / 5, ABSOLUTE, 1e-12);
    equal(f.r.best, 4);
}

TEST(there_may_be_no_jump_and_no_settled_point)
{
    depth_found f = depth_of_counts((const int[]){ 150, 150, 150, 150, 120 }, NULL);
    check(isnan(f.r.jump) && isnan(f.r.settled));
    near(f.r.converging, 3.0 / 5, ABSOLUTE, 1e-12);
    lamella_probe_depth_options o = { .struct_size = sizeof o, .flat = 1e-9 };
    f = depth_of_counts((const int[]){ 150, 140, 130, 120, 110 }, &o);
    check(isnan(f.r.converging));
}

/* Layer 0 has `before` rows of n right, layer 1 `after`: one row of ones, then zeros, seen from two places. */
static lamella_probe_depth_result step_of(int64_t n, int64_t before, int64_t after, double *beta)
{
    enum { MOST = 50000 };
    static unsigned char ones[2 * MOST];
    double accuracy[2], difference[4];
    unsigned char good[2];
    const int64_t shape[] = { 2, n }, stride[] = { before - after, 1 };
    lamella_view correct, a = view_of(LAMELLA_F64, accuracy, 2), b = view_of(LAMELLA_F64, beta, 2), g = view_of(LAMELLA_U8, good, 2),
                          d = view_of(LAMELLA_F64, difference, 2, 2);
    lamella_probe_depth_options o = { .struct_size = sizeof o, .n_bootstrap = 1 };
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    memset(ones, 1, MOST);
    ok(lamella_tensor_view(ones + MOST - before, LAMELLA_U8, 2, shape, stride, &correct));
    ok(lamella_probe_depth(NULL, &correct, (o.n_layers = 2, &o),
                           WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &b, .as_good = &g, .difference = &d), &r));
    return r;
}

/* Exactly 11 / 10 is at 1.1, exactly 3 / 100 is not under 0.03, and one row decides. */
TEST(trap_thresholds_meet_counts_not_quotients_of_accuracies)
{
    double beta[2];
    for (int64_t k = 1; 11 * k <= 50000; k += k < 70 ? 1 : 1777) {
        int64_t n = k < 70 ? 11 * k + k % 7 : 50000;
        near(step_of(n, 10 * k, 11 * k, beta).jump, 1.0 / 2, ABSOLUTE, 0);
        near(beta[1], 1.1, ABSOLUTE, 0);
        check(isnan(step_of(n, 10 * k, 11 * k - 1, beta).jump));
        if (103 * k > 50000)
            continue;
        n = 103 * k + k % 7 > 50000 ? 50000 : 103 * k + k % 7;
        for (int fall = 0; fall < 2; fall++) {
            check(isnan(step_of(n, 100 * k, fall ? 97 * k : 103 * k, beta).converging));
            near(step_of(n, 100 * k, fall ? 97 * k + 1 : 103 * k - 1, beta).converging, 1.0 / 2, ABSOLUTE, 0);
        }
    }
    near(step_of(50, 20, 22, beta).jump, 1.0 / 2, ABSOLUTE, 0);
}

TEST(trap_the_argmax_is_not_alone)
{
    depth_found f = depth_of_counts((const int[]){ 100, 150, 178, 180, 179 }, NULL);
    equal(f.r.best, 3);
    check(f.good[3] && f.good[4] && f.good[2] && !f.good[0] && !f.good[1]);
    equal(f.r.n_best, 3);
}

/* The same rows are drawn for both layers: two equal layers do not differ in any resample. */
TEST(differences_are_paired)
{
    depth_found f = depth_of_counts((const int[]){ 100, 150, 170, 170, 100 }, NULL);
    near(f.difference[2 * 3], 0, ABSOLUTE, 0);
    near(f.difference[2 * 3 + 1], 0, ABSOLUTE, 0);
    check(f.difference[0] < -0.2 && f.difference[1] < -0.2);
}

/* Every interval is that of lamella_measure_bootstrap of the difference of two means: same groups, seed, confidence, resamples. */
TEST(intervals_are_those_of_a_difference_of_means)
{
    int64_t group[N];
    double score[LAYERS][N];
    depth_found f;
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N), groups = view_of(LAMELLA_I64, group, N);
    for (int i = 0; i < N; i++) {
        group[i] = 50 - i / 3;
        for (int l = 0; l < LAYERS; l++)
            score[l][i] = right[l][i] = (i * 7 + i / 3 * 5 + l * 31) % 100 < 60 + 8 * l - 20 * (l == 4);
    }
    for (int grouped = 0; grouped < 2; grouped++) {
        lamella_probe_depth_options o = { .struct_size = sizeof o, .n_bootstrap = 137, .confidence = 0.8, .seed = 12345 + grouped };
        ok(depth_of_rows(&f, &correct, grouped ? &groups : NULL, NULL, &o));
        equal(f.r.best, 3);
        int64_t n_best = 0;
        for (int l = 0; l < LAYERS; l++) {
            lamella_measure_bootstrap_options b = { .struct_size = sizeof b, .statistic = LAMELLA_MEASURE_STATISTIC_MEAN, .n_resamples = 137,
                                                   .confidence = 0.8,
                                                    .seed = (uint64_t)o.seed };
            lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
            lamella_view x = view_of(LAMELLA_F64, score[l], N), best = view_of(LAMELLA_F64, score[3], N);
            ok(lamella_measure_bootstrap(NULL, &x, (b.versus = &best, b.groups = grouped ? &groups : NULL, &b), &r));
            near(f.difference[2 * l], r.low, ABSOLUTE, 1e-14);
            near(f.difference[2 * l + 1], r.high, ABSOLUTE, 1e-14);
            near(f.accuracy[l] - f.accuracy[3], r.value, ABSOLUTE, 1e-14);
            equal(f.good[l], r.low <= 0 && r.high >= 0);
            n_best += f.good[l];
        }
        equal(f.r.n_best, n_best);
    }
}

/* An interval that ends at 0 holds it: one row of 200 apart is drawn by most resamples, twenty by all. */
TEST(an_interval_that_ends_at_zero_is_as_good)
{
    depth_found f = depth_of_counts((const int[]){ 160, 179, 180, 180, 178 }, NULL);
    equal(f.r.best, 2);
    near(f.difference[2 * 1 + 1], 0, ABSOLUTE, 0);
    check(f.difference[2 * 1] < 0 && f.good[1] && f.good[2] && f.good[3] && f.good[4] && !f.good[0]);
    equal(f.r.n_best, 4);
}

TEST(options_decide_what_a_jump_and_a_flat_step_are)
{
    lamella_probe_depth_options o = { .struct_size = sizeof o, .jump = 1.5, .flat = 0.25 };
    depth_found f = depth_of_counts((const int[]){ 40, 48, 72, 144, 108 }, &o);
    near(f.r.jump, 2.0 / 5, ABSOLUTE, 0);
    near(f.r.converging, 1.0 / 5, ABSOLUTE, 0);
    check(isnan(f.r.settled));
    f = depth_of_counts((const int[]){ 0, 48, 0, 0, 10 }, NULL); /* no factor of nothing */
    check(isnan(f.beta[1]) && f.beta[2] == 0 && isnan(f.beta[3]) && isnan(f.beta[4]));
    check(isnan(f.r.jump) && isnan(f.r.converging) && isnan(f.r.settled));
    f = depth_of_counts((const int[]){ 100, 101, 101, 100, 99 }, NULL);
    near(f.r.settled, 0, ABSOLUTE, 0);
    near(f.r.converging, 4.0 / 5, ABSOLUTE, 0);
}

/* ---- samples that are not scored ---- */

/* Every third sample is not scored, in a group of its own: the others give the bits that they give alone. */
TEST(samples_not_scored_are_as_if_not_given)
{
    enum { MANY = 3 * N / 2 };
    static unsigned char given[LAYERS][MANY];
    int64_t group[N], group_given[MANY];
    depth_found f, alone;
    lamella_view few = view_of(LAMELLA_U8, right, LAYERS, N), many = view_of(LAMELLA_U8, given, LAYERS, MANY);
    lamella_view few_groups = view_of(LAMELLA_I64, group, N), many_groups = view_of(LAMELLA_I64, group_given, MANY);
    for (int k = 0, i = 0; k < MANY; i += k % 3 != 1, k++) {
        group_given[k] = k % 3 == 1 ? -k : i / 4;
        for (int l = 0; l < LAYERS; l++)
            given[l][k] = k % 3 == 1 ? 255 : (i * 7 + l * 31) % 10 < 5 + l;
        if (k % 3 == 1)
            continue;
        group[i] = group_given[k];
        for (int l = 0; l < LAYERS; l++)
            right[l][i] = given[l][k];
    }
    for (int grouped = 0; grouped < 2; grouped++) {
        ok(depth_of_rows(&alone, &few, grouped ? &few_groups : NULL, NULL, NULL));
        ok(depth_of_rows(&f, &many, grouped ? &many_groups : NULL, NULL, NULL));
        equal(f.r.n_left_out, MANY - N);
        f.r.n_left_out = 0;
        equal_bits(&f, &alone, sizeof f);
    }
}

TEST(samples_scored_at_some_layers_only_are_refused)
{
    depth_found f;
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N);
    memset(right, 1, sizeof right);
    right[2][7] = 255;
    refused(depth_of_rows(&f, &correct, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: correct is 255 at layer 2, sample 7, but 1 at layer 0, expected 255 (not scored) at all or none");
    right[2][7] = 1, right[0][8] = 255;
    refused(depth_of_rows(&f, &correct, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: correct is 1 at layer 1, sample 8, but 255 at layer 0, expected 255 (not scored) at all or none");
    memset(right, 255, sizeof right);
    refused(depth_of_rows(&f, &correct, NULL, NULL, NULL), LAMELLA_ERR_EMPTY,
            "lamella_probe_depth: correct is 255 (not scored) at every sample, expected at least 1 that is scored");
    correct.dtype = LAMELLA_BOOL; /* of a bool any byte but 0 is true */
    right[2][7] = 0;
    ok(depth_of_rows(&f, &correct, NULL, NULL, NULL));
    near(f.accuracy[2], (N - 1) / (double)N, ABSOLUTE, 1e-15);
    near(f.accuracy[3], 1, ABSOLUTE, 0);
}

/* Labels that are missing, and a fold that tests one class: a fitted probe's own arrays, as they are. */
TEST(a_probe_with_missing_labels_and_an_impossible_fold_has_a_depth)
{
    enum { ROWS = 500 };
    static unsigned char has[ROWS];
    int32_t y[ROWS];
    int64_t fold[ROWS], left_out = 0;
    lamella_view layer[LAYERS], labels = view_of(LAMELLA_I32, y, ROWS), mask = view_of(LAMELLA_U8, has, ROWS), folds = view_of(LAMELLA_I64, fold,
            ROWS);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1 };
    lamella_probe_linear *p;
    depth_found f;
    for (int l = 0; l < LAYERS; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        layer[l] = *example(name);
    }
    for (int i = 0; i < ROWS; i++) {
        fold[i] = i % 5;
        has[i] = i % 7 != 0;
        y[i] = fold[i] != 2 && ((const int32_t *)example("states/label.person")->data)[i]; /* fold 2 tests one class */
        left_out += !has[i] || fold[i] == 2;
    }
    returns(lamella_probe_linear_fit(NULL, &stack, &labels, (o.label_mask = &mask, o.folds = &folds, &o), &p, NULL), LAMELLA_NOTE);
    lamella_view correct = array_of(p, "correct"), groups = array_of(p, "groups"), one = view_of(LAMELLA_U8, correct.data, LAYERS, ROWS);
    ok(depth_of_rows(&f, &one, &groups, NULL, NULL));
    equal(f.r.n_left_out, left_out);
    for (int l = 0; l < LAYERS; l++)
        near(f.accuracy[l], f64_at(p, "accuracy_pooled", l), ABSOLUTE, 1e-12);
    lamella_probe_linear_free(p);
}

/* ---- depths ---- */

TEST(depths_are_shares_of_the_whole_model)
{
    static const int64_t depths[] = { 0, 3, 6, 9, 12 }, below[] = { -1, 3, 6, 9, 12 }, level[] = { 0, 3, 3, 9, 12 };
    lamella_probe_depth_options o = { .struct_size = sizeof o };
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N);
    depth_found f;
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < N; i++)
            right[l][i] = i < 100 + (l == 4) * 50;
    refused(depth_of_rows(&f, &correct, NULL, depths, &o), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: layer 2 has depth 6, expected at most 5 (= n_depths): set options.n_depths to the number of depths of the whole model");
    o.n_depths = 11;
    refused(depth_of_rows(&f, &correct, NULL, depths, &o), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: layer 4 has depth 12, expected at most 11 (= n_depths): set options.n_depths to the number of depths of the whole model");
    o.n_depths = 13;
    ok(depth_of_rows(&f, &correct, NULL, depths, &o));
    near(f.r.jump, 12.0 / 13, ABSOLUTE, 1e-15);
    near(f.r.converging, 9.0 / 13, ABSOLUTE, 1e-15);
    o.n_depths = 12; /* depths counted from 1, as in the paper: the last is all of it */
    ok(depth_of_rows(&f, &correct, NULL, depths, &o));
    near(f.r.jump, 1, ABSOLUTE, 0);
    o.n_depths = 3;
    refused(depth_of_rows(&f, &correct, NULL, NULL, &o), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: layer 4 has depth 4, expected at most 3 (= n_depths): set options.n_depths to the number of depths of the whole model");
    refused(depth_of_rows(&f, &correct, NULL, below, NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_depth: options.depths[0] is -1, expected over -1");
    refused(depth_of_rows(&f, &correct, NULL, level, NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_depth: options.depths[2] is 3, expected over 3");
}

TEST(bad_arguments_are_named)
{
    double x[LAYERS];
    unsigned char g[LAYERS];
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N), a = view_of(LAMELLA_F64, x, LAYERS), b = view_of(LAMELLA_U8, g, LAYERS);
    memset(right, 0, sizeof right);
    right[1][3] = 2;
    double d[2 * LAYERS], beta[LAYERS];
    lamella_view bv = view_of(LAMELLA_F64, beta, LAYERS), dv = view_of(LAMELLA_F64, d, LAYERS, 2);
    refused(lamella_probe_depth(NULL, &correct, NULL, WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &bv, .as_good = &b,
                                                           .difference = &dv), &r), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: correct is 2 at layer 1, sample 3, expected 0, 1, or 255 for not scored");
    refused(lamella_probe_depth(NULL, &correct, WITH(lamella_probe_depth_options, .depths = (const int64_t[]){ 0, 1, 2, 3 }, .n_layers = 4),
                                WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &bv, .as_good = &b,
                                     .difference = &dv), &r), LAMELLA_ERR_SHAPE,
            "lamella_probe_depth: options.n_layers is 4, expected 5 (= correct.shape[0])");
    static const struct {
        lamella_probe_depth_options o;
        const char                 *message;
        lamella_status              status;
    } wrong[] = {
        { { .jump = -1 }, "lamella_probe_depth: options.jump is -1, expected over 0, or 0 for 1.1", LAMELLA_ERR_ARGUMENT },
        { { .jump = INFINITY }, "lamella_probe_depth: options.jump is inf, expected over 0, or 0 for 1.1", LAMELLA_ERR_NONFINITE },
        { { .flat = -1 }, "lamella_probe_depth: options.flat is -1, expected over 0, or 0 for 0.03", LAMELLA_ERR_ARGUMENT },
        { { .flat = INFINITY }, "lamella_probe_depth: options.flat is inf, expected over 0, or 0 for 0.03", LAMELLA_ERR_NONFINITE },
        { { .confidence = 1 }, "lamella_probe_depth: options.confidence is 1, expected over 0, under 1, or 0 for 0.95", LAMELLA_ERR_ARGUMENT },
        { { .confidence = -0.5 }, "lamella_probe_depth: options.confidence is -0.5, expected over 0, under 1, or 0 for 0.95", LAMELLA_ERR_ARGUMENT },
        { { .n_bootstrap = -1 }, "lamella_probe_depth: options.n_bootstrap is -1, expected 1 or more, or 0 for 1000", LAMELLA_ERR_ARGUMENT },
        { { .n_depths = -2 }, "lamella_probe_depth: options.n_depths is -2, expected 0 or more", LAMELLA_ERR_ARGUMENT },
        { { .reserved0 = 3 }, "lamella_probe_depth: options.reserved0 is 3, expected 0", LAMELLA_ERR_ARGUMENT },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lamella_probe_depth_options o = wrong[i].o;
        o.struct_size = sizeof o;
        refused(lamella_probe_depth(NULL, &correct, (o.n_layers = LAYERS, &o),
                                    WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &bv, .as_good = &b,
                                         .difference = &dv), &r), wrong[i].status, wrong[i].message);
    }
}
