/* Scores of predictions: the figures, the laws, the edges, the traps. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

static lamella_status classify_columns(matrix *m, const lamella_view *weights)
{
    int64_t dim = m->dim, classes[64], n_classes = dim > 1 ? dim : 2;
    lamella_measure_classification_result result = { .struct_size = sizeof result };
    for (int64_t k = 0; k < n_classes; k++)
        classes[k] = k;
    lamella_status status = lamella_measure_classification(m->ctx, m->view, matrix_integers(m, LAMELLA_I64, m->n_samples, n_classes),
                                                           WITH(lamella_measure_classification_options, .classes = classes, .n_classes = n_classes,
                                                                .weights = weights), &result);
    matrix_number(m, "accuracy", result.accuracy);
    matrix_number(m, "f1", result.f1);
    matrix_number(m, "auc", result.auc);
    matrix_number(m, "ap", result.ap);
    matrix_number(m, "flags", result.flags);
    return status;
}

OPERATION(lamella_measure_classification, .in_memory = 1, .forms = FORM_ROWS)
{
    return classify_columns(m, NULL);
}

OPERATION(lamella_measure_classification, .as = "weighted", .in_memory = 1, .forms = FORM_ROWS)
{
    return classify_columns(m, matrix_weights(m, LAMELLA_F64));
}

static const lamella_view *array(const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "measure/classification/%s", name);
    return golden(full);
}

static void figures_equal(const lamella_measure_classification_result *result, const char *name)
{
    double figures[] = { result->accuracy, result->f1, result->auc, result->ap };
    char full[64];
    lamella_view view = view_of(LAMELLA_F64, figures, 4);
    snprintf(full, sizeof full, "measure/classification/%s", name);
    near_golden(&view, full);
}

TEST(equals_the_oracle)
{
    lamella_measure_classification_result result = { .struct_size = sizeof result };
    ok(lamella_measure_classification(NULL, array("score"), array("gold"), NULL, &result));
    figures_equal(&result, "plain.figures");
    equal(result.n_rows, 125);
    equal(result.n_classes, 2);
    ok(lamella_measure_classification(NULL, array("score"), array("gold"), WITH(lamella_measure_classification_options, .weights = array("weight")),
                                      &result));
    figures_equal(&result, "weighted.figures");
}

TEST(the_size_of_weights_is_nothing)
{
    double weight[125], size[] = { 1, 0x1p-700, 0x1p1020 };
    lamella_view weights = view_of(LAMELLA_F64, weight, 125);
    lamella_measure_classification_result result = { .struct_size = sizeof result };
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 125; i++)
            weight[i] = size[k] * ((const double *)array("weight")->data)[i];
        ok(lamella_measure_classification(NULL, array("score"), array("gold"), WITH(lamella_measure_classification_options, .weights = &weights),
                                          &result));
        figures_equal(&result, "weighted.figures");
    }
}

TEST(ties_are_averaged)
{
    lamella_measure_classification_result result = { .struct_size = sizeof result };
    ok(lamella_measure_classification(NULL, array("tied"), array("gold"), NULL, &result));
    figures_equal(&result, "tied.figures");
    ok(lamella_measure_classification(NULL, array("tied"), array("gold"), WITH(lamella_measure_classification_options, .weights = array("weight")),
                                      &result));
    lamella_view auc = view_of(LAMELLA_F64, &result.auc, 1);
    near_golden(&auc, "measure/classification/tied.weighted_auc");
}

TEST(three_classes_and_more_equal_the_oracle)
{
    lamella_measure_classification_result result = { .struct_size = sizeof result };
    const int64_t *names = array("classes.names")->data;
    ok(lamella_measure_classification(NULL, array("classes.scores"), array("classes.gold"), NULL, &result));
    figures_equal(&result, "classes.figures");
    equal(result.n_classes, 5);
    ok(lamella_measure_classification(NULL, array("classes.scores"), array("classes.gold"),
                                      WITH(lamella_measure_classification_options, .classes = names, .n_classes = 5,
                                           .mask = array("classes.present")), &result));
    figures_equal(&result, "classes.absent_figures");
    equal(result.n_classes, 4);
}

/* One row a label of 0, 1 with f64 scores. */
static lamella_status of_two(const double *score, const int32_t *gold, int64_t n, const double *weight, const unsigned char *mask,
                             lamella_measure_classification_result *result)
{
    static const int64_t classes[] = { 0, 1 };
    lamella_view s = view_of(LAMELLA_F64, (double *)score, n), g = view_of(LAMELLA_I32, (int32_t *)gold, n);
    lamella_view w, v;
    if (weight)
        w = view_of(LAMELLA_F64, (double *)weight, n);
    if (mask)
        v = view_of(LAMELLA_U8, (unsigned char *)mask, n);
    *result = (lamella_measure_classification_result){ .struct_size = sizeof *result };
    return lamella_measure_classification(NULL, &s, &g, WITH(lamella_measure_classification_options, .classes = classes, .n_classes = 2,
                                                             .mask = mask ? &v : NULL, .weights = weight ? &w : NULL), result);
}

TEST(scores_all_equal_are_worth_chance)
{
    const double score[6] = { 0 };
    const int32_t gold[] = { 1, 0, 0, 1, 0, 0 };
    lamella_measure_classification_result r;
    ok(of_two(score, gold, 6, NULL, NULL, &r));
    near(r.auc, 0.5, ABSOLUTE, 0);
    double ap = 0; /* over all 15 places of two positives among six */
    for (int i = 1; i <= 6; i++)
        for (int j = i + 1; j <= 6; j++)
            ap += (1.0 / i + 2.0 / j) / 2 / 15;
    near(r.ap, ap, RELATIVE, 1e-14);
}

TEST(equal_weights_change_nothing_and_a_weight_of_two_is_a_row_twice)
{
    const double score[] = { 3, 2, 2, 2, 1, 1, -1, 2 }, five[] = { 5, 5, 5, 5, 5, 5, 5 }, twice[] = { 1, 1, 1, 2, 1, 1, 1 };
    const int32_t gold[] = { 1, 0, 1, 1, 0, 1, 0, 1 };
    lamella_measure_classification_result plain, weighted, doubled, longer;
    ok(of_two(score, gold, 7, NULL, NULL, &plain));
    ok(of_two(score, gold, 7, five, NULL, &weighted));
    near(weighted.ap, plain.ap, RELATIVE, 1e-14);
    near(weighted.f1, plain.f1, RELATIVE, 1e-14);
    ok(of_two(score, gold, 7, twice, NULL, &doubled));
    ok(of_two(score, gold, 8, NULL, NULL, &longer));
    near(doubled.accuracy, longer.accuracy, RELATIVE, 1e-14);
    near(doubled.f1, longer.f1, RELATIVE, 1e-14);
    near(doubled.auc, longer.auc, RELATIVE, 1e-14);
}

TEST(f1_is_zero_without_a_hit)
{
    const double none[] = { -1, -2, -3 }, wrong[] = { -1, 2, 3 };
    const int32_t gold[] = { 1, 0, 0 };
    lamella_measure_classification_result r;
    ok(of_two(none, gold, 3, NULL, NULL, &r));
    near(r.f1, 0, ABSOLUTE, 0);
    ok(of_two(wrong, gold, 3, NULL, NULL, &r));
    near(r.f1, 0, ABSOLUTE, 0);
    const int32_t zeros[] = { 0, 0, 0 };
    returns(of_two(none, zeros, 3, NULL, NULL, &r), LAMELLA_NOTE); /* nothing to find, nothing claimed: not 0/0 */
    near(r.f1, 0, ABSOLUTE, 0);
}

TEST(a_row_of_weight_zero_is_not_there)
{
    const double score[] = { 2, 2, 2, 2, 1 }, weight[] = { 1, 1, 0, 0, 1 }, fewer[] = { 2, 2, 1 };
    const int32_t gold[] = { 1, 0, 0, 1, 1 }, kept[] = { 1, 0, 1 };
    lamella_measure_classification_result a, b;
    ok(of_two(score, gold, 5, weight, NULL, &a));
    ok(of_two(fewer, kept, 3, NULL, NULL, &b));
    near(a.ap, b.ap, RELATIVE, 1e-15);
    near(a.auc, b.auc, RELATIVE, 1e-15);
}

TEST(of_equal_scores_the_first_class_wins)
{
    const double score[] = { 1, 1, 0, 0, 2, 2, 3, 3, 3 };
    const int32_t gold[] = { 0, 1, 2 };
    lamella_view scores = view_of(LAMELLA_F64, (double *)score, 3, 3), labels = view_of(LAMELLA_I32, (int32_t *)gold, 3);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    ok(lamella_measure_classification(NULL, &scores, &labels, NULL, &r));
    near(r.accuracy, 2.0 / 3, RELATIVE, 1e-15);
}

TEST(one_class_is_flagged_not_half)
{
    const double score[] = { 1, -2, 3 };
    const int32_t zeros[] = { 0, 0, 0 }, ones[] = { 1, 1, 1 };
    lamella_measure_classification_result r;
    returns(of_two(score, zeros, 3, NULL, NULL, &r), LAMELLA_NOTE);
    equal(r.flags, LAMELLA_MEASURE_SCORE_ONE_CLASS);
    equal(r.n_classes, 1);
    near(r.auc, NAN, ABSOLUTE, 0);
    near(r.ap, NAN, ABSOLUTE, 0);
    near(r.accuracy, 1.0 / 3, RELATIVE, 1e-15);
    returns(of_two(score, ones, 3, NULL, NULL, &r), LAMELLA_NOTE);
    near(r.auc, NAN, ABSOLUTE, 0);
    near(r.ap, 1, ABSOLUTE, 0);
    near(r.f1, 0.8, RELATIVE, 1e-15);
}

TEST(weights_of_zero_leave_nothing)
{
    const double score[] = { 1, -2 }, weight[] = { 0, 0 };
    const int32_t gold[] = { 0, 1 };
    lamella_measure_classification_result r;
    returns(of_two(score, gold, 2, weight, NULL, &r), LAMELLA_NOTE);
    equal(r.flags, LAMELLA_MEASURE_SCORE_WEIGHTLESS);
    near(r.accuracy, NAN, ABSOLUTE, 0);
}

TEST(masked_rows_are_never_read)
{
    const double score[] = { NAN, 1, -2, INFINITY }, weight[] = { -1, 2, 1, NAN };
    const int32_t gold[] = { 77, 1, 0, 78 };
    const unsigned char mask[] = { 0, 1, 2, 0 }, none[4] = { 0 };
    lamella_measure_classification_result r;
    ok(of_two(score, gold, 4, weight, mask, &r));
    equal(r.n_rows, 2);
    near(r.accuracy, 1, ABSOLUTE, 0);
    near(r.auc, 1, ABSOLUTE, 0);
    refused(of_two(score, gold, 4, weight, none, &r), LAMELLA_ERR_EMPTY,
            "lamella_measure_classification: none of 4 samples takes part, expected at least 1");
}

TEST(two_columns_are_the_second_less_the_first)
{
    const double two[] = { 0.9, 0.1, 0.2, 0.8, 0.4, 0.6, 0.5, 0.5 }, one[] = { -0.8, 0.6, 0.2, 0 };
    const int32_t gold[] = { 0, 1, 0, 1 };
    lamella_view scores = view_of(LAMELLA_F64, (double *)two, 4, 2), labels = view_of(LAMELLA_I32, (int32_t *)gold, 4);
    lamella_measure_classification_result a = { .struct_size = sizeof a }, b;
    ok(lamella_measure_classification(NULL, &scores, &labels, NULL, &a));
    ok(of_two(one, gold, 4, NULL, NULL, &b));
    near(a.accuracy, b.accuracy, ABSOLUTE, 0);
    near(a.f1, b.f1, ABSOLUTE, 0);
    near(a.auc, b.auc, ABSOLUTE, 0);
}

TEST(two_columns_whose_difference_is_beyond_f64_are_refused)
{
    const double two[] = { 0, 1, -1e308, 1e308 };
    const int32_t gold[] = { 0, 1 };
    lamella_view scores = view_of(LAMELLA_F64, (double *)two, 2, 2), labels = view_of(LAMELLA_I32, (int32_t *)gold, 2);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    refused(lamella_measure_classification(NULL, &scores, &labels, NULL, &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_classification: scores: the second column less the first is beyond f64 at row 1, expected numbers nearer to each other");
}

TEST(probabilities_take_a_threshold)
{
    const double p[] = { 0.9, 0.2, 0.6, 0.4 };
    const int32_t gold[] = { 1, 0, 0, 1 };
    lamella_view scores = view_of(LAMELLA_F64, (double *)p, 4), labels = view_of(LAMELLA_I32, (int32_t *)gold, 4);
    lamella_measure_classification_options options = { .struct_size = sizeof options, .threshold = 0.5 };
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    ok(lamella_measure_classification(NULL, &scores, &labels, &options, &r));
    near(r.accuracy, 0.5, ABSOLUTE, 0);
    options.threshold = 0;
    ok(lamella_measure_classification(NULL, &scores, &labels, &options, &r));
    near(r.f1, 2.0 * 2 / (4 + 2), RELATIVE, 1e-15);
}

/* Precision at each group's end, as scikit-learn takes it, depends on nothing but is no expectation. */
TEST(trap_ties_in_the_order_of_rows)
{
    const double score[] = { 1, 1, 1, 1 };
    const int32_t first[] = { 1, 1, 0, 0 }, last[] = { 0, 0, 1, 1 };
    lamella_measure_classification_result a, b;
    ok(of_two(score, first, 4, NULL, NULL, &a));
    ok(of_two(score, last, 4, NULL, NULL, &b));
    near(a.ap, b.ap, ABSOLUTE, 0);
    near(a.auc, 0.5, ABSOLUTE, 0);
    check(a.ap > 0.5 && a.ap < 1);
}

TEST(bad_arguments_are_named)
{
    double x[] = { 1, 2, NAN, 4, 5, 6 }, w[] = { 1, -1, 1 };
    int32_t g[] = { 4, 4, 4 }, three[] = { 1, 2, 3 };
    static const int64_t same[] = { 4, 4 }, other[] = { 1, 2 };
    lamella_view scores = view_of(LAMELLA_F64, x, 3), labels = view_of(LAMELLA_I32, g, 3), weights = view_of(LAMELLA_F64, w, 3);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    refused(lamella_measure_classification(NULL, &scores, &labels, NULL, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: labels holds one label only, 4, expected two and more, or options.classes to name them");
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .classes = same, .n_classes = 2), &r),
            LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: options.classes[1] is 4, as options.classes[0] is, expected each label once");
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .classes = same, .n_classes = 1), &r),
            LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: options.n_classes is 1, expected at least 2");
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .classes = other, .n_classes = 2),
                                           &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: labels[0] is 4, expected one of the 2 classes");
    labels = view_of(LAMELLA_I32, three, 3);
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .weights = &weights), &r),
            LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: options.weights is -1 at row 1, expected 0 or more");
    refused(lamella_measure_classification(NULL, &scores, &labels, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: scores has 1 columns, expected 3 (= the number of classes)");
    three[2] = 1;
    refused(lamella_measure_classification(NULL, &scores, &labels, NULL, &r), LAMELLA_ERR_NONFINITE,
            "lamella_measure_classification: scores is nan at row 2, column 0, expected a finite number");
    refused(lamella_measure_classification(NULL, &scores, &labels, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: result is NULL, expected a struct to fill");
    labels = view_of(LAMELLA_I32, three, 2);
    refused(lamella_measure_classification(NULL, &scores, &labels, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: labels.shape[0] is 2, expected 3");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_measure_classification_options options;
    ok(lamella_measure_classification_options_init(&options, sizeof options));
    equal(options.struct_size, sizeof options);
    near(options.threshold, 0, ABSOLUTE, 0);
}
