/* measure: ranks, scores of predictions, folds, bootstrap intervals */
#ifndef LAMELLA_MEASURE_H
#define LAMELLA_MEASURE_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a figure of a result is NaN, as bits. */
enum {
    LAMELLA_MEASURE_SCORE_ONE_CLASS  = 1, /* AUC needs two classes in the gold labels, AP a positive */
    LAMELLA_MEASURE_SCORE_CONSTANT   = 2, /* a constant has no correlation, a constant gold no R2 */
    LAMELLA_MEASURE_SCORE_WEIGHTLESS = 4 /* the weights sum to 0 */
};

/* What a bootstrap measures. */
enum {
    LAMELLA_MEASURE_STATISTIC_ACCURACY = 1, /* the default */
    LAMELLA_MEASURE_STATISTIC_F1       = 2,
    LAMELLA_MEASURE_STATISTIC_AUC      = 3,
    LAMELLA_MEASURE_STATISTIC_AP       = 4,
    LAMELLA_MEASURE_STATISTIC_R2       = 5,
    LAMELLA_MEASURE_STATISTIC_PEARSON  = 6,
    LAMELLA_MEASURE_STATISTIC_SPEARMAN = 7,
    LAMELLA_MEASURE_STATISTIC_MEAN     = 8  /* of the scores themselves; no gold: for any figure that is a mean over rows */
};

/* Which rows become a fold. */
enum {
    LAMELLA_MEASURE_FOLDS_SHUFFLED = 1, /* the default */
    LAMELLA_MEASURE_FOLDS_IN_ORDER = 2  /* runs of rows, as KFold without shuffling; takes no strata */
};

typedef struct lamella_measure_classification_options {
    uint32_t struct_size;
    uint32_t reserved0;
    double   threshold; /* {finite} of one score a row: positive if score > threshold. 0 suits decision values, 0.5 probabilities */
    const int64_t      *classes;
    int64_t             n_classes;
    const lamella_view *mask;
    const lamella_view *weights;
} lamella_measure_classification_options;

typedef struct lamella_measure_classification_result {
    uint32_t struct_size;
    uint32_t flags;     /* bits LAMELLA_MEASURE_SCORE_...: what is NaN, and why */
    int64_t  n_rows;    /* not masked */
    int64_t  n_classes; /* that their labels hold */
    double   accuracy;
    double   f1;        /* of the positive class, 0 without a hit; of three classes and more the mean over those present */
    double   auc;       /* of three classes and more: one against the rest, the mean over those present; AP alike */
    double   ap;
} lamella_measure_classification_result;

typedef struct lamella_measure_correlation_options {
    uint32_t struct_size;
    uint32_t reserved0;
    double   confidence; /* {over 0, under 1; 0 = 0.95} */
    const lamella_view *mask;
} lamella_measure_correlation_options;

typedef struct lamella_measure_correlation_result {
    uint32_t struct_size;
    uint32_t flags; /* bits LAMELLA_MEASURE_SCORE_... */
    int64_t  n_rows;    /* not masked */
    double   pearson;
    double   pearson_low; /* Fisher: tanh(atanh r -+ z / sqrt(n - 3)); -1 and 1 for fewer than 4 rows */
    double   pearson_high;
    double   spearman;
} lamella_measure_correlation_result;

typedef struct lamella_measure_regression_options {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *mask;
    const lamella_view *weights;
} lamella_measure_regression_options;

typedef struct lamella_measure_regression_result {
    uint32_t struct_size;
    uint32_t flags; /* bits LAMELLA_MEASURE_SCORE_... */
    int64_t  n_rows;    /* not masked */
    double   r2;
    double   mean_squared_error;
} lamella_measure_regression_result;

typedef struct lamella_measure_folds_options {
    uint32_t struct_size;
    int32_t  order;   /* {LAMELLA_MEASURE_FOLDS_...; 0 = SHUFFLED} */
    int64_t  n_folds; /* {1 or more; 0 = 5} not read with a hold-out */
    double   holdout; /* {0 or more, under 1} over 0: one fold of ceil(share * groups) groups, the rest only trained on */
    uint64_t seed;  /* {any} */
    const lamella_view *groups;
    const lamella_view *strata;
} lamella_measure_folds_options;

typedef struct lamella_measure_folds_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_groups; /* rows, if there are no groups */
    int64_t  smallest; /* rows of the smallest fold */
    int64_t  largest;
    int64_t  n_missing; /* pairs of a stratum and a fold that has no row of it */
} lamella_measure_folds_result;

typedef struct lamella_measure_bootstrap_options {
    uint32_t struct_size;
    int32_t  statistic;   /* {LAMELLA_MEASURE_STATISTIC_...; 0 = ACCURACY} */
    int64_t  n_resamples; /* {1 or more; 0 = 1000} */
    double   confidence;  /* {over 0, under 1; 0 = 0.95} */
    double   threshold;   /* {finite} as in classification */
    uint64_t seed;  /* {any} */
    const lamella_view *gold;
    const lamella_view *versus;
    const int64_t      *classes;
    int64_t             n_classes;
    const lamella_view *groups;
    const lamella_view *mask;
    const lamella_view *weights;
} lamella_measure_bootstrap_options;

typedef struct lamella_measure_bootstrap_result {
    uint32_t struct_size;
    uint32_t flags;      /* bits LAMELLA_MEASURE_SCORE_... of the value itself */
    double   value;          /* of all rows; with `versus` the difference, scores less versus */
    double   low;            /* percentiles, linear between resamples */
    double   high;
    double   standard_error; /* standard deviation of the resamples, ddof 1; NaN for fewer than two */
    int64_t  n_defined;      /* resamples that had a value: the others (one class, a constant) are left out */
    int64_t  n_groups;       /* rows, if there are no groups */
} lamella_measure_bootstrap_result;

/**
 * Ranks along the last axis, from 1; equal numbers share the mean of their ranks.
 *
 * @in        x     f32|f64|f16|bf16 [lead]
 * @out       ranks f64 [lead]
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision exact
 * @cost      O(n log n) for each run of n numbers
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_measure_ranks(lamella_context *ctx, const lamella_view *x, const lamella_view *ranks);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_measure_classification_options_init(lamella_measure_classification_options *options,
    uint32_t struct_size);

/**
 * Accuracy, F1, area under the ROC curve and average precision of decision values.
 *
 *   AUC = P(s+ > s-) + P(s+ = s-) / 2,   AP = mean over positives of the precision at their place
 *
 * Ties have no order: AUC counts a tied pair half, AP is its expectation over the orders of the tied rows (where they have several
 * weights, each counts with their mean). Two classes: one score a row, for the class of the larger label. Three and more: a score
 * for each class, the largest wins, of equal ones the first.
 *
 * @in        scores    f32|f64|f16|bf16 [sample, class] {or [sample]} for two classes; two columns are taken as second less first
 * @in        labels    i32|i64 [sample] {any integers}
 * @in        options   options {optional} NULL: threshold 0
 * @in        options.classes list i64 [label] of each column, or of both classes; NULL: the labels that occur, rising
 * @in        options.mask    u8|bool [sample] 0 = left out, never read; NULL: all rows
 * @in        options.weights f32|f64 [sample] 0 or more; NULL: 1 each
 * @out       result    result
 * @return    OK, NOTE if a figure is not defined; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT; NUMERIC if a difference is beyond f64
 * @precision f64
 * @cost      O(classes * samples log samples) time, O(classes * samples) workspace
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_measure_classification(lamella_context *ctx, const lamella_view *scores, const lamella_view *labels,
    const lamella_measure_classification_options *options, lamella_measure_classification_result *result);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_measure_correlation_options_init(lamella_measure_correlation_options *options, uint32_t struct_size);

/**
 * Pearson's correlation with Fisher's interval, and Spearman's: Pearson's of the ranks, ties averaged.
 *
 * @in        x       f32|f64|f16|bf16 [sample]
 * @in        y       f32|f64|f16|bf16 [sample]
 * @in        options options {optional} NULL: default
 * @in        options.mask u8|bool [sample] 0 = left out, never read; NULL: all rows
 * @out       result  result
 * @return    OK, NOTE if a figure is not defined; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT
 * @precision f64
 * @cost      O(samples log samples) time, O(samples) workspace
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_measure_correlation(lamella_context *ctx, const lamella_view *x, const lamella_view *y,
    const lamella_measure_correlation_options *options, lamella_measure_correlation_result *result);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_measure_regression_options_init(lamella_measure_regression_options *options, uint32_t struct_size);

/**
 * How much of the variance of gold numbers the predicted ones explain.
 *
 *   R2 = 1 - sum w (y - p)^2 / sum w (y - mean y)^2
 *
 * @in        predicted f32|f64|f16|bf16 [sample]
 * @in        gold      f32|f64|f16|bf16 [sample]
 * @in        options   options {optional} NULL: all rows alike
 * @in        options.mask    u8|bool [sample] 0 = left out, never read; NULL: all rows
 * @in        options.weights f32|f64 [sample] 0 or more; NULL: 1 each
 * @out       result    result
 * @return    OK, NOTE if a figure is not defined; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT; NUMERIC if a figure is beyond f64
 * @precision f64
 * @cost      O(samples)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_measure_regression(lamella_context *ctx, const lamella_view *predicted, const lamella_view *gold,
    const lamella_measure_regression_options *options, lamella_measure_regression_result *result);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_measure_folds_options_init(lamella_measure_folds_options *options, uint32_t struct_size);

/**
 * A fold number for every row: the fold that tests it. Groups stay whole, strata are spread evenly, the order is shuffled.
 *
 * Without groups the folds, and each stratum in them, are within one row of even. With groups the largest are placed first, each
 * where its strata are rarest so far. With a hold-out fold 0 is tested, and -1 stands for rows that are only trained on.
 *
 * @in        n_samples i64 number of rows
 * @out       folds     i32 [n_samples] 0 .. n_folds - 1
 * @in        options   options {optional} NULL: 5 folds, shuffled, seed 0
 * @in        options.groups i32|i64 [n_samples] {any integers} rows of one group share a fold; NULL: each row by itself
 * @in        options.strata i32|i64 [n_samples] {any integers} as labels; NULL: one stratum
 * @out       result    result {optional}
 * @return    OK, NOTE if a fold has no row of some stratum; ARGUMENT if there are more folds than groups, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision exact
 * @cost      O(samples * folds)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_measure_folds(lamella_context *ctx, int64_t n_samples, const lamella_view *folds,
    const lamella_measure_folds_options *options, lamella_measure_folds_result *result);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_measure_bootstrap_options_init(lamella_measure_bootstrap_options *options, uint32_t struct_size);

/**
 * Percentile interval of a statistic by resampling rows, or whole groups where there are groups, with replacement.
 *
 * With `versus`, other scores of the same rows, it is the interval of the difference, both on the same resamples: systems differ if
 * it leaves 0 out. A resample on which the statistic is not defined is left out and counted; one beyond f64 is NUMERIC.
 *
 * @in        scores    f32|f64|f16|bf16 [sample, class] {or [sample]} as the statistic wants them
 * @in        options   options accuracy, 1000 resamples, 0.95, seed 0 are what zero means
 * @in        options.gold    i32|i64|f32|f64|f16|bf16 [sample] labels, or numbers for R2, PEARSON, SPEARMAN; NULL: for MEAN only
 * @in        options.versus  f32|f64|f16|bf16 [sample, class] shaped like scores; NULL: no difference
 * @in        options.classes list i64 [label] of each column, or of both classes; NULL: the labels that occur, rising
 * @in        options.groups  i32|i64 [sample] {any integers} NULL: each row by itself
 * @in        options.mask    u8|bool [sample] 0 = left out, never read; NULL: all rows
 * @in        options.weights f32|f64 [sample] 0 or more; not for PEARSON and SPEARMAN; NULL: 1 each
 * @out       result    result
 * @return    OK, NOTE if some resample had no value; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED, NUMERIC
 * @precision f64
 * @cost      O(resamples * classes * samples) time after O(classes * samples log samples), O(threads * samples + resamples) workspace
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_measure_bootstrap(lamella_context *ctx, const lamella_view *scores,
    const lamella_measure_bootstrap_options *options, lamella_measure_bootstrap_result *result);

#ifdef __cplusplus
}
#endif

#endif
