/* Linear probes: figures, odd cases, traps; the digits figure and what groups and penalties obey: test_probe_fit_linear_laws.c. */
#include "probe/probes.h"
#include "support/allocator.h"

static lamella_status record_fit(matrix *m, int32_t kind, int32_t standardise)
{
    static const char *const names[] = { "intercepts", "objective", "gradient_norm", "iterations", "flags", "accuracy", "auc_pooled", "f1_low",
                                         "auc_high", "best_penalty", "edge", "weights.0", "correct" };
    lamella_probe_linear *probe = NULL;
    lamella_status status = probe_of_case(m, (lamella_probe_linear_options){ .kind = kind, .readout = m->readout, .standardise = standardise,
                                                                            .n_bootstrap = 3, .tolerance = 1e-3 },
                                          &probe);
    for (int i = 0; probe && i < (int)(sizeof names / sizeof *names); i++)
        record_array(m, probe, names[i]);
    lamella_probe_linear_free(probe);
    return status;
}

OPERATION(lamella_probe_linear_fit, .as = "logistic", .forms = FORM_ROWS | FORM_ROWS_MASKED | FORM_RAGGED | FORM_LEFT, .absolute = 1)
{
    return record_fit(m, LAMELLA_PROBE_LOGISTIC, 0);
}

OPERATION(lamella_probe_linear_fit, .as = "ridge, standardised", .absolute = 1)
{
    return record_fit(m, LAMELLA_PROBE_RIDGE, 1);
}

/* ---- figures ---- */

static lamella_probe_linear *fit(const lamella_view *layers, int64_t n_layers, const lamella_view *labels, const lamella_view *folds,
                                 const lamella_view *weights, const lamella_view *penalties, lamella_probe_linear_options o)
{
    lamella_probe_linear *probe = NULL;
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layers, .n_layers = n_layers };
    o.struct_size = sizeof o;
    ok(lamella_probe_linear_fit(NULL, &stack, labels, (o.folds = folds, o.sample_weights = weights, o.penalties = penalties ? penalties->data : NULL,
                                                       o.n_penalties = penalties ? penalties->shape[0] : 0, &o), &probe, NULL));
    return probe;
}

static const lamella_probe_linear_options QUIET = { .n_bootstrap = -1 };

static void take_layers(const char *file, const int *depth, int n, lamella_view *layer)
{
    for (int l = 0; l < n; l++) {
        char name[32];
        snprintf(name, sizeof name, "%s/layer.%d", file, depth[l]);
        layer[l] = *example(name);
    }
}

TEST(order_is_known_from_the_first_block_on)
{
    static const int depth[] = { 0, 1, 2, 3, 4, 5, 6 };
    static const double accuracy[] = { 0.5042, 0.8333, 0.9042, 0.9042, 0.8917, 0.8417, 0.7250 };
    lamella_view layer[7], correct, groups;
    take_layers("order", depth, 7, layer);
    lamella_probe_linear *p = fit(layer, 7, example("order/label.shuffled"), golden("probe/linear/order.fold"), NULL, NULL,
                                  (lamella_probe_linear_options){ 0 });
    for (int l = 0; l < 7; l++) {
        near(f64_at(p, "accuracy", l), accuracy[l], ABSOLUTE, 1.0 / 240 + 5e-5);
        near(f64_at(p, "accuracy", l), ((double *)golden("probe/linear/order.accuracy")->data)[l], ABSOLUTE, 1.0 / 240);
        check(f64_at(p, "accuracy_low", l) <= f64_at(p, "accuracy_pooled", l) && f64_at(p, "accuracy_high", l) >= f64_at(p, "accuracy_pooled", l));
    }
    correct = array_of(p, "correct");
    correct.rank = 2; /* of the one task */
    for (int a = 0; a < 2; a++) {
        correct.shape[a] = correct.shape[a + 1];
        correct.stride[a] = correct.stride[a + 1];
    }
    groups = array_of(p, "groups");
    double acc[7], beta[7], difference[14];
    unsigned char good[7];
    lamella_view a = view_of(LAMELLA_F64, acc, 7), b = view_of(LAMELLA_F64, beta, 7), g = view_of(LAMELLA_U8, good, 7),
                 d = view_of(LAMELLA_F64, difference, 7, 2);
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    ok(lamella_probe_depth(NULL, &correct, WITH(lamella_probe_depth_options, .groups = &groups, .n_layers = 7),
                           WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &b, .as_good = &g, .difference = &d), &r));
    near(r.jump, 1.0 / 7, ABSOLUTE, 1e-12);
    near(r.converging, 4.0 / 7, ABSOLUTE, 1e-12);
    check(isnan(r.settled));
    check(good[2] && good[3] && !good[0] && !good[6] && r.n_best >= 2);
    lamella_probe_linear_free(p);
}

/* Rows of one pair on both sides: the probe of word order by word embeddings falls below chance. */
TEST(trap_pairs_torn_apart)
{
    int64_t fold[600];
    const int64_t *pairs = golden("probe/linear/order.fold")->data;
    lamella_view folds = view_of(LAMELLA_I64, fold, 600);
    for (int i = 0; i < 600; i++)
        fold[i] = i < 300 ? pairs[i] : pairs[(i * 7 + 3) % 300];
    lamella_probe_linear *torn = fit(example("order/layer.0"), 1, example("order/label.shuffled"), &folds, NULL, NULL, QUIET);
    check(f64_at(torn, "accuracy", 0) < 0.45);
    lamella_probe_linear_free(torn);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = example("order/layer.0"), .n_layers = 1 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .holdout = 0.4, .n_bootstrap = -1 };
    ok(lamella_probe_linear_fit(NULL, &stack, example("order/label.shuffled"), (o.groups = example("order/group"), &o), &torn, NULL));
    check(f64_at(torn, "accuracy", 0) > 0.45);
    lamella_probe_linear_free(torn);
}

static lamella_view two_labels(int32_t *y)
{
    memcpy(y, example("states/label.person")->data, 500 * sizeof *y);
    memcpy(y + 500, example("states/label.starts_vowel")->data, 500 * sizeof *y);
    return view_of(LAMELLA_I32, y, 2, 500);
}

TEST(layers_tasks_penalties_and_folds_equal_the_oracle)
{
    static const int depth[] = { 0, 3, 6 };
    static int32_t y[1000];
    double penalty[] = { 1, 0.01, 30 };
    lamella_view layer[3], labels = two_labels(y), penalties = view_of(LAMELLA_F64, penalty, 3);
    const char *const names[] = { "objective", "accuracy", "f1", "auc" };
    take_layers("states", depth, 3, layer);
    lamella_probe_linear *p = fit(layer, 3, &labels, golden("probe/linear/states.fold"), NULL, &penalties, QUIET);
    for (int k = 0; k < 4; k++) {
        char name[64];
        lamella_view found = array_of(p, names[k]);
        snprintf(name, sizeof name, "probe/linear/states.%s", names[k]);
        if (k == 0) { /* without the fit on all rows */
            found.shape[3] = 4;
            for (int a = 3, step = 1; a >= 0; step *= a == 3 ? 5 : (int)found.shape[a], a--)
                found.stride[a] = step;
        }
        near_golden(&found, name);
    }
    lamella_probe_linear_free(p);
}

TEST(weighted_balanced_standardised_weights_are_raw)
{
    lamella_probe_linear_options o = { .n_bootstrap = -1, .balanced = 1, .standardise = 1, .tolerance = 1e-13 }; /* weights, not the objective */
    lamella_probe_linear *p = fit(example("states/layer.3"), 1, example("states/label.person"), golden("probe/linear/states.fold"),
                                  golden("probe/linear/states.weights"), NULL, o);
    lamella_view w = array_of(p, "weights.0"), b = array_of(p, "intercepts");
    lamella_view first = view_of(LAMELLA_F64, w.data, 384), intercept = view_of(LAMELLA_F64, b.data, 1);
    near_golden(&first, "probe/linear/balanced.weights");
    near_golden(&intercept, "probe/linear/balanced.intercept");
    lamella_probe_linear_free(p);
}

TEST(balanced_weights_of_any_size_weigh_the_same)
{
    enum { N = 40 };
    static float x[N * 3];
    static double weight[N];
    int32_t y[N];
    lamella_view layer = view_of(LAMELLA_F32, x, N, 3), labels = view_of(LAMELLA_I32, y, N), weights = view_of(LAMELLA_F64, weight, N), first;
    double size[] = { 1, 0x1p-540, 0x1p540 }, one[3];
    for (int i = 0; i < N * 3; i++)
        x[i] = (float)((i * 2654435761u >> 7) % 1009) / 1009;
    for (int i = 0; i < N; i++)
        y[i] = x[i * 3] + x[i * 3 + 1] > 1.2f;
    for (int k = 0; k < 3; k++) {
        lamella_view penalty = view_of(LAMELLA_F64, &size[k], 1);
        for (int i = 0; i < N; i++)
            weight[i] = size[k];
        lamella_probe_linear_options o = { .kind = LAMELLA_PROBE_RIDGE, .balanced = 1, .n_bootstrap = -1 };
        lamella_probe_linear *p = fit(&layer, 1, &labels, NULL, &weights, &penalty, o);
        first = array_of(p, "weights.0");
        for (int j = 0; j < 3; j++) {
            one[j] = k ? one[j] : ((double *)first.data)[j];
            near(((double *)first.data)[j], one[j], ABSOLUTE, 1e-9);
        }
        lamella_probe_linear_free(p);
    }
}

TEST(ten_classes_are_one_softmax_or_ten_ridges)
{
    double penalty = 0.1;
    lamella_view penalties = view_of(LAMELLA_F64, &penalty, 1);
    lamella_probe_linear *p = fit(example("digits/images"), 1, example("digits/labels"), golden("probe/linear/classes.fold"), NULL, &penalties,
                                  QUIET);
    lamella_view w = array_of(p, "weights.0"), weights = view_of(LAMELLA_F64, w.data, 10, 64);
    near_golden(&weights, "probe/linear/classes.weights");
    near(f64_at(p, "accuracy", 0), *(double *)golden("probe/linear/classes.accuracy")->data, ABSOLUTE, 1e-12);
    near(f64_at(p, "f1", 0), *(double *)golden("probe/linear/classes.f1")->data, ABSOLUTE, 1e-12);
    lamella_probe_linear_free(p);
    penalty = 2;
    p = fit(example("digits/images"), 1, example("digits/labels"), golden("probe/linear/classes.fold"), NULL, &penalties,
            (lamella_probe_linear_options){ .n_bootstrap = -1, .kind = LAMELLA_PROBE_RIDGE });
    w = array_of(p, "weights.0");
    weights.data = w.data;
    near_golden(&weights, "probe/linear/ridge.weights");
    lamella_view b = array_of(p, "intercepts"), intercepts = view_of(LAMELLA_F64, b.data, 10);
    near_golden(&intercepts, "probe/linear/ridge.intercepts");
    near(f64_at(p, "accuracy", 0), *(double *)golden("probe/linear/ridge.accuracy")->data, ABSOLUTE, 1e-12);
    lamella_probe_linear_free(p);
}

TEST(the_result_says_how_large_the_arrays_are)
{
    static int32_t y[1000];
    double penalty[] = { 1, 0.01, 30 };
    lamella_view layer[3], labels = two_labels(y), penalties = view_of(LAMELLA_F64, penalty, 3);
    lamella_probe_linear *probe;
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .n_bootstrap = -1 };
    lamella_probe_linear_result r = { .struct_size = sizeof r };
    take_layers("states", (const int[]){ 0, 3, 6 }, 3, layer);
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.folds = golden("probe/linear/states.fold"), o.penalties = penalties.data,
                                                        o.n_penalties = penalties.shape[0], &o), &probe, &r));
    equal(r.n_layers, 3);
    equal(r.n_tasks, 2);
    equal(r.n_penalties, 3);
    equal(r.n_folds, 4);
    equal(r.n_fits, 5);
    equal(r.n_outputs, 2); /* one a task */
    equal(array_of(probe, "accuracy").shape[2], 3);
    lamella_probe_linear_free(probe);
}

TEST(one_vs_rest_outputs_are_the_binary_probes)
{
    int32_t y[500], three[500];
    const int32_t *classes = example("states/label.supersense")->data;
    lamella_view labels = view_of(LAMELLA_I32, y, 500);
    for (int i = 0; i < 500; i++)
        three[i] = 10 * (classes[i] % 3) - 7;
    lamella_view threes = view_of(LAMELLA_I32, three, 500);
    lamella_probe_linear *all = fit(example("states/layer.5"), 1, &threes, golden("probe/linear/states.fold"), NULL, NULL,
                                    (lamella_probe_linear_options){ .n_bootstrap = -1, .classes = LAMELLA_PROBE_CLASSES_ONE_VS_REST });
    equal(((int64_t *)array_of(all, "classes").data)[1], 3);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 500; i++)
            y[i] = three[i] == 10 * k - 7;
        lamella_probe_linear *one = fit(example("states/layer.5"), 1, &labels, golden("probe/linear/states.fold"), NULL, NULL, QUIET);
        equal_bits((double *)array_of(all, "weights.0").data + k * 384, array_of(one, "weights.0").data, 384 * sizeof(double));
        lamella_probe_linear_free(one);
    }
    lamella_probe_linear_free(all);
}

/* ---- odd cases ---- */

TEST(a_cell_of_one_class_is_flagged_and_left_out)
{
    int32_t y[500];
    int64_t fold[500];
    for (int i = 0; i < 500; i++) {
        fold[i] = i % 3;
        y[i] = fold[i] == 1 ? 5 : i % 2 ? 5 : 9; /* fold 1 tests one class */
    }
    lamella_view labels = view_of(LAMELLA_I32, y, 500), folds = view_of(LAMELLA_I64, fold, 500);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = example("states/layer.1"), .n_layers = 1 };
    lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1 };
    lamella_probe_linear_result r = { .struct_size = sizeof r };
    returns(lamella_probe_linear_fit(NULL, &stack, &labels, (o.folds = &folds, &o), &p, &r), LAMELLA_NOTE);
    equal(r.n_impossible, 1);
    check(isnan(f64_at(p, "accuracy", 1)) && !isnan(f64_at(p, "accuracy", 0)));
    near(f64_at(p, "accuracy_mean", 0), (f64_at(p, "accuracy", 0) + f64_at(p, "accuracy", 2)) / 2, ABSOLUTE, 1e-15);
    equal(((int64_t *)array_of(p, "n_scored_folds").data)[0], 2);
    equal(((int32_t *)array_of(p, "flags").data)[1], LAMELLA_CELL_IMPOSSIBLE | LAMELLA_CELL_ONE_CLASS);
    equal(((int32_t *)array_of(p, "flags").data)[0], 0);
    equal(((unsigned char *)array_of(p, "correct").data)[1], 255);
    lamella_probe_linear_free(p);
    for (int i = 0; i < 500; i++)
        y[i] = 4;
    refused(lamella_probe_linear_fit(NULL, &stack, &labels, (o.folds = &folds, &o), &p, &r), LAMELLA_ERR_EMPTY,
            "lamella_probe_linear_fit: no task has a fold with two classes on both sides");
}

TEST(what_did_not_converge_says_so_and_wins_over_a_note)
{
    lamella_stack stack = { .struct_size = sizeof stack, .layer = example("states/layer.1"), .n_layers = 1 };
    lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1, .max_iterations = 2 };
    returns(lamella_probe_linear_fit(NULL, &stack, example("states/label.person"), &o, &p, NULL), LAMELLA_NOT_CONVERGED);
    equal(((int32_t *)array_of(p, "flags").data)[0], LAMELLA_CELL_NOT_CONVERGED);
    check(f64_at(p, "gradient_norm", 0) > 1e-3 && f64_at(p, "accuracy_mean", 0) > 0.5);
    lamella_probe_linear_free(p);
}

TEST(a_masked_label_is_not_looked_at)
{
    int32_t y[500];
    unsigned char mask[500];
    int64_t fold[500];
    lamella_view labels = view_of(LAMELLA_I32, y, 500), masks = view_of(LAMELLA_U8, mask, 500), folds = view_of(LAMELLA_I64, fold, 500);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = example("states/layer.2"), .n_layers = 1 };
    lamella_probe_linear *p[2];
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1 };
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 500; i++) {
            fold[i] = i % 2;
            mask[i] = i % 5 != 0;
            y[i] = mask[i] ? ((const int32_t *)example("states/label.person")->data)[i] : k ? -99 : i;
        }
        ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.label_mask = &masks, o.folds = &folds, &o), &p[k], NULL));
    }
    equal_bits(array_of(p[0], "weights.0").data, array_of(p[1], "weights.0").data, 3 * 384 * sizeof(double));
    equal_bits(array_of(p[0], "correct").data, array_of(p[1], "correct").data, 500);
    lamella_probe_linear_free(p[0]);
    lamella_probe_linear_free(p[1]);
}

TEST(the_best_penalty_at_the_edge_is_said)
{
    double penalty[] = { 100, 1e-6 };
    lamella_view penalties = view_of(LAMELLA_F64, penalty, 2);
    lamella_probe_linear *p = fit(example("states/layer.4"), 1, example("states/label.person"), golden("probe/linear/states.fold"), NULL, &penalties,
                                  QUIET);
    int64_t best = ((int64_t *)array_of(p, "best_penalty").data)[0];
    equal(((unsigned char *)array_of(p, "edge").data)[0], 1);
    check(f64_at(p, "accuracy_mean", best) >= f64_at(p, "accuracy_mean", 1 - best));
    lamella_probe_linear_free(p);
}

TEST(bad_arguments_are_named)
{
    lamella_stack stack = { .struct_size = sizeof stack, .layer = example("states/layer.1"), .n_layers = 1 };
    lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_folds = 501 };
    double penalty[] = { 1, -1 };
    lamella_view penalties = view_of(LAMELLA_F64, penalty, 2), y;
    refused(lamella_probe_linear_fit(NULL, &stack, example("states/label.person"), &o, &p, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: n_folds is 501, expected at most 500 (= the number of rows)");
    refused(lamella_probe_linear_fit(NULL, &stack, example("states/label.person"),
                                     WITH(lamella_probe_linear_options, .penalties = penalties.data, .n_penalties = penalties.shape[0]), &p, NULL),
            LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_fit: options.penalties[1] is -1, expected a number over 0");
    ok(lamella_tensor_slice(example("states/label.person"), 0, 0, 499, 1, &y));
    refused(lamella_probe_linear_fit(NULL, &stack, &y, NULL, &p, NULL), LAMELLA_ERR_SHAPE,
            "lamella_probe_linear_fit: labels.shape[0] is 499, expected 500 (= samples of stack)");
    check(p == NULL);
}

/* The matrix's smallest case has too few rows to fit. */
TEST(every_allocation_may_fail_and_nothing_leaks)
{
    test_allocator a = { 0 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &a };
    lamella_context *ctx;
    lamella_view layer, labels;
    ok(lamella_context_create(&co, &ctx));
    ok(lamella_tensor_slice(example("states/layer.3"), 0, 0, 500, 25, &layer));
    ok(lamella_tensor_slice(&layer, 1, 0, 12, 1, &layer));
    ok(lamella_tensor_slice(example("states/label.starts_vowel"), 0, 0, 500, 25, &labels));
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    for (int kind = 1; kind <= 2; kind++) {
        lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = 5, .n_folds = 2, .kind = kind };
        int64_t before = a.live;
        lamella_probe_linear *p = NULL;
        lamella_status status = LAMELLA_ERR_MEMORY;
        for (int64_t k = 1; status == LAMELLA_ERR_MEMORY; k++) {
            test_allocator_fail(&a, k, k % 2);
            status = lamella_probe_linear_fit(ctx, &stack, &labels, &o, &p, NULL);
            check(status != LAMELLA_ERR_MEMORY || (p == NULL && a.live == before));
            check(k < 2000);
        }
        test_allocator_fail(&a, 0, 0);
        check(status >= 0 && p);
        lamella_probe_linear_free(p);
        equal(a.live, before);
    }
    lamella_context_free(ctx);
    equal(a.live, 0);
    equal(a.mistakes, 0);
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_probe_linear_options o;
    ok(lamella_probe_linear_options_init(&o, sizeof o));
    equal(o.kind, LAMELLA_PROBE_LOGISTIC);
    equal(o.n_folds, 5);
    near(o.tolerance, 1e-10, ABSOLUTE, 0);
}
