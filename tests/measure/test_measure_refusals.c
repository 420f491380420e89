/* What the functions of measure refuse at the edges of options and shapes; what is wrong with one function's numbers stands in its own file. */
#include "support/test.h"
#include <math.h>

enum { N = 6 };

static double number[3 * N] = { 1, 4, 2, 7, 3, 5, 1, 2, 3, 4, 5, 6 };
static int64_t label[3 * N] = { 0, 1, 1, 0, 1, 0 };

static lamella_view by_row(void *data, int32_t dtype)
{
    return view_of(dtype, data, N);
}

static lamella_view of_rank(void *data, int32_t dtype, int32_t rank)
{
    lamella_view v = { .data = data, .dtype = dtype, .rank = rank, .shape = { N, 1, 1 } };
    return v;
}

TEST(scores_are_by_row_or_by_row_and_class)
{
    lamella_view labels = by_row(label, LAMELLA_I64), three = of_rank(number, LAMELLA_F64, 3), none = of_rank(number, LAMELLA_F64, 0);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    refused(lamella_measure_classification(NULL, &three, &labels, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: scores.rank is 3, expected 1 or 2");
    refused(lamella_measure_classification(NULL, &none, &labels, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: scores.rank is 0, expected 1 or 2");
    lamella_measure_bootstrap_result b = { .struct_size = sizeof b };
    lamella_measure_bootstrap_options o = { .struct_size = sizeof o };
    refused(lamella_measure_bootstrap(NULL, &three, (o.gold = &labels, o.groups = NULL,
                                                     &o), &b), LAMELLA_ERR_SHAPE,
            "lamella_measure_bootstrap: scores.rank is 3, expected 1 or 2");
    o.statistic = LAMELLA_MEASURE_STATISTIC_MEAN;
    lamella_view two = of_rank(number, LAMELLA_F64, 2);
    refused(lamella_measure_bootstrap(NULL, &two, &o, &b), LAMELLA_ERR_SHAPE,
            "lamella_measure_bootstrap: scores.rank is 2, expected 1");
}

TEST(columns_are_as_many_as_classes)
{
    lamella_view labels = by_row(label, LAMELLA_I64), three = view_of(LAMELLA_F64, number, N, 3), one = view_of(LAMELLA_F64, number, N, 1);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    const int64_t classes[] = { 0, 1, 2, 3 };
    refused(lamella_measure_classification(NULL, &three, &labels, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: scores has 3 columns, expected 2 (= the number of classes) or 1");
    refused(lamella_measure_classification(NULL, &one, &labels, WITH(lamella_measure_classification_options, .classes = classes, .n_classes = 3), &r),
            LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: scores has 1 columns, expected 3 (= the number of classes)");
    refused(lamella_measure_classification(NULL, &three, &labels, WITH(lamella_measure_classification_options, .classes = classes, .n_classes = 4),
                                           &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: scores has 3 columns, expected 4 (= the number of classes)");
    ok(lamella_measure_classification(NULL, &one, &labels, NULL, &r));
}

/* n_classes is read with classes only. */
TEST(a_number_of_classes_without_them_is_not_read)
{
    lamella_view labels = by_row(label, LAMELLA_I64), scores = by_row(number, LAMELLA_F64);
    lamella_measure_classification_result r[2] = { { .struct_size = sizeof *r }, { .struct_size = sizeof *r } };
    for (int k = 0; k < 2; k++)
        ok(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .n_classes = 7 * k), &r[k]));
    equal_bits(&r[0], &r[1], sizeof r[0]);
}

TEST(masks_weights_gold_and_groups_are_by_row)
{
    unsigned char mask[N] = { 1, 1, 1, 1, 1, 1 };
    lamella_view labels = by_row(label, LAMELLA_I64), scores = by_row(number, LAMELLA_F64), few = view_of(LAMELLA_U8, mask, N - 1);
    lamella_view square = of_rank(mask, LAMELLA_U8, 2), few_weights = view_of(LAMELLA_F64, number, N - 1), few_labels = view_of(LAMELLA_I64, label,
            N - 1);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    lamella_measure_bootstrap_result b = { .struct_size = sizeof b };
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .mask = &few), &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: options.mask.shape[0] is 5, expected 6");
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .mask = &square), &r),
            LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: options.mask.rank is 2, expected 1");
    refused(lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .weights = &few_weights), &r),
            LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: options.weights.shape[0] is 5, expected 6");
    refused(lamella_measure_classification(NULL, &scores, &few_labels, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_classification: labels.shape[0] is 5, expected 6");
    refused(lamella_measure_bootstrap(NULL, &scores, WITH(lamella_measure_bootstrap_options, .gold = &labels, .groups = &few_labels), &b),
            LAMELLA_ERR_SHAPE,
            "lamella_measure_bootstrap: options.groups.shape[0] is 5, expected 6");
    lamella_measure_bootstrap_options o = { .struct_size = sizeof o, .statistic = LAMELLA_MEASURE_STATISTIC_PEARSON };
    refused(lamella_measure_bootstrap(NULL, &scores, (o.gold = &few_weights, o.groups = NULL,
                                                      &o), &b), LAMELLA_ERR_SHAPE,
            "lamella_measure_bootstrap: options.gold.shape[0] is 5, expected 6");
}

TEST(numbers_are_by_row_and_as_many)
{
    lamella_view scores = by_row(number, LAMELLA_F64), two = of_rank(number, LAMELLA_F64, 2), few = view_of(LAMELLA_F64, number, N - 1);
    lamella_measure_regression_result r = { .struct_size = sizeof r };
    lamella_measure_correlation_result c = { .struct_size = sizeof c };
    refused(lamella_measure_regression(NULL, &two, &scores, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_regression: predicted.rank is 2, expected 1");
    refused(lamella_measure_regression(NULL, &scores, &two, NULL, &r), LAMELLA_ERR_SHAPE, "lamella_measure_regression: gold.rank is 2, expected 1");
    refused(lamella_measure_regression(NULL, &scores, &few, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_regression: gold.shape[0] is 5, expected 6");
    refused(lamella_measure_regression(NULL, NULL, &scores, NULL, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_regression: predicted is NULL, expected a view");
    refused(lamella_measure_regression(NULL, &scores, NULL, NULL, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_regression: gold is NULL, expected a view");
    refused(lamella_measure_correlation(NULL, &scores, &two, NULL, &c), LAMELLA_ERR_SHAPE, "lamella_measure_correlation: y.rank is 2, expected 1");
    refused(lamella_measure_correlation(NULL, NULL, &scores, NULL, &c), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_correlation: x is NULL, expected a view");
    refused(lamella_measure_correlation(NULL, &scores, NULL, NULL, &c), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_correlation: y is NULL, expected a view");
}

/* The first number that is none is named, wherever it lies: in which input, row and column. */
TEST(the_first_number_that_is_none_is_named)
{
    double x[N], y[N], scores[3 * N];
    lamella_view xs = view_of(LAMELLA_F64, x, N), ys = view_of(LAMELLA_F64, y, N), columns = view_of(LAMELLA_F64, scores, N, 3);
    int64_t three[N] = { 0, 1, 2, 0, 1, 2 };
    lamella_view labels = view_of(LAMELLA_I64, three, N);
    lamella_measure_regression_result r = { .struct_size = sizeof r };
    lamella_measure_correlation_result c = { .struct_size = sizeof c };
    lamella_measure_classification_result k = { .struct_size = sizeof k };
    char text[160];
    for (int at = 0; at < N; at++) {
        for (int i = 0; i < N; i++) {
            x[i] = y[i] = i;
            for (int j = 0; j < 3; j++)
                scores[3 * i + j] = i + j;
        }
        x[at] = NAN;
        x[N - 1] = NAN;
        snprintf(text, sizeof text, "lamella_measure_regression: predicted is nan at row %d, column 0, expected a finite number", at);
        refused(lamella_measure_regression(NULL, &xs, &ys, NULL, &r), LAMELLA_ERR_NONFINITE, text);
        snprintf(text, sizeof text, "lamella_measure_regression: gold is nan at row %d, column 0, expected a finite number", at);
        refused(lamella_measure_regression(NULL, &ys, &xs, NULL, &r), LAMELLA_ERR_NONFINITE, text);
        snprintf(text, sizeof text, "lamella_measure_correlation: y is nan at row %d, column 0, expected a finite number", at);
        refused(lamella_measure_correlation(NULL, &ys, &xs, NULL, &c), LAMELLA_ERR_NONFINITE, text);
        snprintf(text, sizeof text, "lamella_measure_correlation: x is nan at row %d, column 0, expected a finite number", at);
        refused(lamella_measure_correlation(NULL, &xs, &ys, NULL, &c), LAMELLA_ERR_NONFINITE, text);
        scores[3 * at + at % 3] = INFINITY;
        snprintf(text, sizeof text, "lamella_measure_classification: scores is inf at row %d, column %d, expected a finite number", at, at % 3);
        refused(lamella_measure_classification(NULL, &columns, &labels, NULL, &k), LAMELLA_ERR_NONFINITE, text);
        snprintf(text, sizeof text, "lamella_measure_classification: options.weights is nan at row %d, column 0, expected a finite number", at);
        scores[3 * at + at % 3] = 0;
        refused(lamella_measure_classification(NULL, &columns, &labels, WITH(lamella_measure_classification_options, .weights = &xs), &k),
                LAMELLA_ERR_NONFINITE, text);
    }
}

TEST(options_of_measure_at_their_edges)
{
    static const struct { double value; lamella_status status; const char *text; } wrong[] = {
        { 1, LAMELLA_ERR_ARGUMENT, "1" }, { -0.1, LAMELLA_ERR_ARGUMENT, "-0.1" }, { NAN, LAMELLA_ERR_NONFINITE, "nan" } };
    lamella_view labels = by_row(label, LAMELLA_I64), scores = by_row(number, LAMELLA_F64);
    lamella_measure_correlation_result cr = { .struct_size = sizeof cr };
    lamella_measure_bootstrap_result br = { .struct_size = sizeof br };
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    int32_t fold[N];
    lamella_view folds = view_of(LAMELLA_I32, fold, N);
    char text[160];
    for (int k = 0; k < 3; k++) {
        lamella_measure_correlation_options c = { .struct_size = sizeof c, .confidence = wrong[k].value };
        lamella_measure_bootstrap_options b = { .struct_size = sizeof b, .confidence = wrong[k].value };
        lamella_measure_folds_options f = { .struct_size = sizeof f, .holdout = wrong[k].value };
        snprintf(text, sizeof text, "lamella_measure_correlation: options.confidence is %s, expected over 0, under 1, or 0 for 0.95", wrong[k].text);
        refused(lamella_measure_correlation(NULL, &scores, &scores, &c, &cr), wrong[k].status, text);
        snprintf(text, sizeof text, "lamella_measure_bootstrap: options.confidence is %s, expected over 0, under 1, or 0 for 0.95", wrong[k].text);
        refused(lamella_measure_bootstrap(NULL, &scores, (b.gold = &labels, b.groups = NULL,
                                                          &b), &br), wrong[k].status, text);
        snprintf(text, sizeof text, "lamella_measure_folds: options.holdout is %s, expected 0 or more, under 1", wrong[k].text);
        refused(lamella_measure_folds(NULL, N, &folds, &f, NULL), wrong[k].status, text);
    }
    lamella_measure_bootstrap_options b = { .struct_size = sizeof b, .threshold = INFINITY };
    refused(lamella_measure_bootstrap(NULL, &scores, (b.gold = &labels, b.groups = NULL,
                                                      &b), &br), LAMELLA_ERR_NONFINITE,
            "lamella_measure_bootstrap: options.threshold is inf, expected a finite number");
    b = (lamella_measure_bootstrap_options){ .struct_size = sizeof b, .n_resamples = -1 };
    refused(lamella_measure_bootstrap(NULL, &scores, (b.gold = &labels, b.groups = NULL,
                                                      &b), &br), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: options.n_resamples is -1, expected 1 or more, or 0 for 1000");
    b = (lamella_measure_bootstrap_options){ .struct_size = sizeof b, .n_resamples = INT64_MAX / 2 + 1 };
    refused(lamella_measure_bootstrap(NULL, &scores, (b.gold = &labels, b.groups = NULL,
                                                      &b), &br), LAMELLA_ERR_MEMORY,
            "lamella_measure_bootstrap: 4611686018427387904 resamples do not fit into memory");
    lamella_measure_classification_options o = { .struct_size = sizeof o, .threshold = NAN };
    refused(lamella_measure_classification(NULL, &scores, &labels, &o, &r), LAMELLA_ERR_NONFINITE,
            "lamella_measure_classification: options.threshold is nan, expected a finite number");
    o = (lamella_measure_classification_options){ .struct_size = sizeof o, .reserved0 = 1 };
    refused(lamella_measure_classification(NULL, &scores, &labels, &o, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: options.reserved0 is 1, expected 0");
    lamella_measure_correlation_options c = { .struct_size = sizeof c, .reserved0 = 1 };
    refused(lamella_measure_correlation(NULL, &scores, &scores, &c, &cr), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_correlation: options.reserved0 is 1, expected 0");
    lamella_measure_folds_options f = { .struct_size = sizeof f, .order = 3 };
    refused(lamella_measure_folds(NULL, N, &folds, &f, NULL), LAMELLA_ERR_ARGUMENT, "lamella_measure_folds: options.order is 3, expected 0 to 2");
    f = (lamella_measure_folds_options){ .struct_size = sizeof f, .n_folds = INT32_MAX };
    refused(lamella_measure_folds(NULL, N, &folds, &f, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: n_folds is 2147483647, expected at most 6 (= the number of rows)");
    f = (lamella_measure_folds_options){ .struct_size = sizeof f, .n_folds = (int64_t)INT32_MAX + 1 };
    refused(lamella_measure_folds(NULL, N, &folds, &f, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: n_folds is 2147483648, expected 2 to the number of rows");
    refused(lamella_measure_folds(NULL, -1, &folds, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: n_samples is -1, expected at least 1");
}

/* A confidence may be as near to 0 and to 1 as f64 is. */
TEST(a_confidence_between_is_taken)
{
    lamella_view scores = by_row(number, LAMELLA_F64);
    lamella_measure_correlation_result r = { .struct_size = sizeof r };
    lamella_measure_correlation_options o = { .struct_size = sizeof o, .confidence = 1 - 0x1p-53 };
    ok(lamella_measure_correlation(NULL, &scores, &scores, &o, &r));
    o.confidence = 0x1p-1000;
    ok(lamella_measure_correlation(NULL, &scores, &scores, &o, &r));
}

/* ---- structs: as many bytes as their sizes say ---- */

typedef union any_result {
    uint32_t                              struct_size;
    lamella_measure_classification_result classification;
    lamella_measure_bootstrap_result      bootstrap;
    lamella_measure_correlation_result    correlation;
    lamella_measure_regression_result     regression;
    lamella_measure_folds_result          folds;
    char                                  bytes[256];
} any_result;

enum { CLASSIFICATION, BOOTSTRAP, CORRELATION, REGRESSION, FOLDS, CALLS };
static const char *const call_names[] = { "classification", "bootstrap", "correlation", "regression", "folds" };
static const size_t result_size[] = { sizeof(lamella_measure_classification_result), sizeof(lamella_measure_bootstrap_result),
                                      sizeof(lamella_measure_correlation_result), sizeof(lamella_measure_regression_result), sizeof(lamella_measure_folds_result) };

/* `options` NULL: the default ones. */
static lamella_status measure_by(int which, void *options, void *result)
{
    static int32_t fold[N];
    lamella_view labels = by_row(label, LAMELLA_I64), scores = by_row(number, LAMELLA_F64), folds = view_of(LAMELLA_I32, fold, N);
    lamella_measure_bootstrap_options *with_gold = options ? options : WITH(lamella_measure_bootstrap_options, .n_resamples = 0);
    switch (which) {
    case CLASSIFICATION: return lamella_measure_classification(NULL, &scores, &labels, options, result);
    case BOOTSTRAP:
        with_gold->gold = &labels;
        return lamella_measure_bootstrap(NULL, &scores, with_gold, result);
    case CORRELATION: return lamella_measure_correlation(NULL, &scores, &scores, options, result);
    case REGRESSION: return lamella_measure_regression(NULL, &scores, &scores, options, result);
    default: return lamella_measure_folds(NULL, N, &folds, options, result);
    }
}

TEST(results_are_there_and_as_large_as_they_say)
{
    char text[160];
    for (int which = 0; which < CALLS; which++) {
        any_result whole, other;
        memset(&whole, 0x55, sizeof whole);
        whole.struct_size = (uint32_t)result_size[which];
        check(measure_by(which, NULL, &whole) >= 0);
        for (size_t i = result_size[which]; i < sizeof whole; i++)
            equal(whole.bytes[i], 0x55);
        for (uint32_t size = 8; size <= sizeof whole; size += 8) { /* shorter and longer ones of other versions */
            memset(&other, 0x55, sizeof other);
            other.struct_size = size;
            check(measure_by(which, NULL, &other) >= 0);
            equal(other.struct_size, size);
            for (size_t i = 4; i < sizeof other; i++)
                equal(other.bytes[i], i >= size ? 0x55 : i < result_size[which] ? whole.bytes[i] : 0);
        }
        static const uint32_t wrong[] = { 0, 7, 4097 };
        for (int k = 0; k < 3; k++) {
            other.struct_size = wrong[k];
            snprintf(text, sizeof text, "lamella_measure_%s: result.struct_size is %d, expected its sizeof (8 to 4096)", call_names[which],
                     (int)wrong[k]);
            refused(measure_by(which, NULL, &other), LAMELLA_ERR_ARGUMENT, text);
            snprintf(text, sizeof text, "lamella_measure_%s: options.struct_size is %d, expected its sizeof (8 to 4096)", call_names[which],
                     (int)wrong[k]);
            refused(measure_by(which, &other, &whole), LAMELLA_ERR_ARGUMENT, text);
        }
        snprintf(text, sizeof text, "lamella_measure_%s: result is NULL, expected a struct to fill", call_names[which]);
        if (which == FOLDS)
            ok(measure_by(which, NULL, NULL));
        else
            refused(measure_by(which, NULL, NULL), LAMELLA_ERR_ARGUMENT, text);
    }
}

typedef union any_options {
    uint32_t                               struct_size;
    lamella_measure_classification_options classification;
    lamella_measure_bootstrap_options      bootstrap;
    lamella_measure_correlation_options    correlation;
    lamella_measure_regression_options     regression;
    lamella_measure_folds_options          folds;
    char                                   bytes[256];
} any_options;

static lamella_status init_of(int which, any_options *o, uint32_t size)
{
    switch (which) {
    case CLASSIFICATION: return lamella_measure_classification_options_init((void *)o, size);
    case BOOTSTRAP: return lamella_measure_bootstrap_options_init((void *)o, size);
    case CORRELATION: return lamella_measure_correlation_options_init((void *)o, size);
    case REGRESSION: return lamella_measure_regression_options_init((void *)o, size);
    default: return lamella_measure_folds_options_init((void *)o, size);
    }
}

/* What zero means, spelled out, in as many bytes as the caller has. */
TEST(default_options_are_what_no_options_are)
{
    static const size_t size[] = { sizeof(lamella_measure_classification_options), sizeof(lamella_measure_bootstrap_options),
                                   sizeof(lamella_measure_correlation_options), sizeof(lamella_measure_regression_options),
                                   sizeof(lamella_measure_folds_options) };
    char text[160];
    for (int which = 0; which < CALLS; which++) {
        any_options whole, few;
        any_result given = { .struct_size = (uint32_t)result_size[which] }, none = given;
        memset(&whole, 0x55, sizeof whole);
        memset(&few, 0x55, sizeof few);
        ok(init_of(which, &whole, (uint32_t)size[which] + 8));
        equal(whole.struct_size, size[which] + 8);
        for (size_t i = size[which]; i < sizeof whole; i++)
            equal(whole.bytes[i], i < size[which] + 8 ? 0 : 0x55);
        ok(init_of(which, &few, 16));
        equal(few.struct_size, 16);
        for (size_t i = 4; i < sizeof few; i++)
            equal(few.bytes[i], i < 16 ? whole.bytes[i] : 0x55);
        check(measure_by(which, &whole, &given) >= 0);
        check(measure_by(which, NULL, &none) >= 0);
        equal_bits(&given, &none, result_size[which]);
        snprintf(text, sizeof text, "lamella_measure_%s_options_init: options is NULL, expected a struct to fill", call_names[which]);
        refused(init_of(which, NULL, 64), LAMELLA_ERR_ARGUMENT, text);
        snprintf(text, sizeof text, "lamella_measure_%s_options_init: struct_size is 7, expected the struct's sizeof (8 to 4096)", call_names[which]);
        refused(init_of(which, &few, 7), LAMELLA_ERR_ARGUMENT, text);
    }
}

/* The labels of classes are the host's too: no result lies over them, nor over anything else that is read. */
TEST(results_lie_apart_from_what_is_read)
{
    lamella_view labels = by_row(label, LAMELLA_I64), scores = by_row(number, LAMELLA_F64);
    union { int64_t classes[40]; lamella_measure_classification_result c; lamella_measure_bootstrap_result b; uint32_t struct_size; } shared = { { 0,
            1 } };
    static const int64_t two[] = { 256, 1 }; /* of a result that is 256 bytes long */
    labels.data = (int64_t[]){ 256, 1, 1, 256, 1, 256 };
    memcpy(shared.classes, two, sizeof two);
    refused(lamella_measure_classification(NULL, &scores, &labels,
                                           WITH(lamella_measure_classification_options, .classes = shared.classes,
                                                .n_classes = 2), &shared.c), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: result shares memory with options.classes, expected an output apart from the inputs");
    refused(lamella_measure_bootstrap(NULL, &scores, WITH(lamella_measure_bootstrap_options, .gold = &labels, .classes = shared.classes,
                                                          .n_classes = 2), &shared.b), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_bootstrap: result shares memory with options.classes, expected an output apart from the inputs");
    equal_bits(shared.classes, two, sizeof two);
    lamella_measure_regression_result r[2] = { { .struct_size = sizeof *r } };
    double numbers[N] = { 0 };
    memcpy(numbers, r, sizeof *r < sizeof numbers ? sizeof *r : sizeof numbers);
    lamella_view over = view_of(LAMELLA_F64, numbers, N);
    refused(lamella_measure_regression(NULL, &scores, &over, NULL, (void *)numbers), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_regression: result shares memory with gold, expected an output apart from the inputs");
}

TEST(so_many_classes_are_too_many)
{
    lamella_view labels = by_row(label, LAMELLA_I64), scores = by_row(number, LAMELLA_F64);
    lamella_measure_classification_result r = { .struct_size = sizeof r };
    refused(lamella_measure_classification(NULL, &scores, &labels,
                                           WITH(lamella_measure_classification_options, .classes = label,
                                                .n_classes = (int64_t)INT32_MAX + 1), &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_classification: options.n_classes is 2147483648, expected at least 2");
}
