/* Scores of predictions, folds, intervals. Level 3.
 *
 * Cores take plain f64 arrays by row and a list of the rows in play, so that a mask, a fold or a task picks rows and nothing is copied.
 * A score that cannot be had (one class, a constant, no rows) is NaN: the caller flags it. Every core is one thread's work in a fixed
 * order, safe on any thread, and takes what a resample drew: so a bootstrap sorts once and runs over the same order again. */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include "order/order.h"
#include "tensor/tensor.h"

/* ---- ranks: measure/ranks.c ---- */

/* ranks[row] := 1 .. n, equal values share the mean of theirs; x is not strided. `times` as in scored_rows: rows drawn 0 times get none. */
LAMELLA_INTERNAL void    average_ranks(const double *x, const int64_t *order, int64_t n, const int32_t *times, double *ranks,
                                       asking *asks);

/* ---- two classes: measure/binary.c ---- */

/* Rows with decision values. */
typedef struct scored_rows {
    int64_t              n;
    const int64_t       *order;     /* [n] row numbers by rising score, from order_rows; accuracy and F1 take any order */
    const double        *score;     /* by row */
    const unsigned char *gold;      /* by row: 1 = positive */
    double               threshold; /* positive if score > threshold: 0 for decision values, 0.5 for probabilities */
    const double        *weight;    /* by row; NULL = 1 each */
    const int32_t       *times;     /* by row, how often a resample drew it; NULL = once each */
    asking              *asks;      /* NULL on workers */
} scored_rows;

LAMELLA_INTERNAL double binary_accuracy(const scored_rows *r); /* NaN: no rows */
LAMELLA_INTERNAL double binary_f1(const scored_rows *r);       /* 0 when no positive is found; NaN: no rows */
LAMELLA_INTERNAL double binary_auc(const scored_rows *r);      /* ties count half; NaN: one class */
/* Mean over positives of the precision at their place, expected over the order of ties (tied rows weigh their mean); NaN: no positive. */
LAMELLA_INTERNAL double binary_ap(const scored_rows *r);

typedef struct binary_scores {
    double accuracy, f1, auc, ap;
} binary_scores;
LAMELLA_INTERNAL binary_scores binary_scores_of(const scored_rows *r);

/* ---- several classes: measure/classes.c ---- */

typedef struct classed_rows {
    int64_t        n;
    const int64_t *rows;      /* [n]; NULL = 0 .. n - 1 */
    const int32_t *predicted; /* by row: 0 .. n_classes - 1 */
    const int32_t *gold;
    int64_t        n_classes;
    const double  *weight;    /* by row; NULL = 1 each */
    const int32_t *times;     /* by row; NULL = once each */
    asking        *asks;
} classed_rows;

/* The class of the largest of n_classes scores; of equal ones the lowest class. */
LAMELLA_INTERNAL int32_t class_of_scores(const double *scores, int64_t stride, int64_t n_classes);
LAMELLA_INTERNAL double  class_accuracy(const classed_rows *r);
/* Mean F1 over the classes that the gold labels of these rows hold; room [3 * n_classes]. */
LAMELLA_INTERNAL double  class_f1(const classed_rows *r, double *room);

/* ---- numbers: measure/correlation.c ---- */

typedef struct paired_rows {
    int64_t        n;
    const int64_t *rows;   /* [n]; NULL = 0 .. n - 1 */
    const double  *x;      /* by row; predicted, for R2 */
    const double  *y;      /* by row; gold, for R2 */
    const double  *weight; /* by row; NULL = 1 each */
    const int32_t *times;  /* by row; NULL = once each */
    asking        *asks;
} paired_rows;

typedef struct interval {
    double low, high;
} interval;

/* 1 - sum (y - x)^2 / sum (y - mean y)^2; NaN: y is constant; infinite: beyond f64. */
LAMELLA_INTERNAL double   r2_of(const paired_rows *r);
LAMELLA_INTERNAL double   mean_squared_error_of(const paired_rows *r); /* NaN: no weight; infinite: beyond f64 */
LAMELLA_INTERNAL double   pearson_of(const paired_rows *r); /* NaN: x or y is constant, or fewer than 2 rows */
/* Fisher: tanh(atanh r -+ z / sqrt(n - 3)); -1 to 1 for n < 4, as SciPy. */
LAMELLA_INTERNAL interval pearson_interval(double r, int64_t n, double confidence);
/* Pearson of average ranks; x_order and y_order from order_rows over the same rows (r->rows is not read); room: a double by row, twice
 * (2 * (1 + the largest row)). */
LAMELLA_INTERNAL double   spearman_of(const paired_rows *r, const int64_t *x_order, const int64_t *y_order, double *room);
/* z with a share p of the standard normal below it. */
LAMELLA_INTERNAL double   normal_quantile(double p);

/* ---- folds: measure/folds.c ---- */

typedef struct fold_plan {
    int64_t        n_rows;
    int64_t        n_folds;   /* at least 2; 1 with a hold-out share */
    double         holdout;   /* 0, or the share of groups in the one fold */
    int32_t        in_order;  /* 1: folds are runs of groups in their first rows' order, as KFold without shuffling */
    int64_t        n_groups;
    const int64_t *group;     /* by row: 0 .. n_groups - 1; NULL = every row a group */
    int64_t        n_strata;
    const int64_t *stratum;   /* by row: 0 .. n_strata - 1; NULL = one stratum */
    uint64_t       seed;
} fold_plan;

/* fold[row] := the fold that tests the row; -1 (hold-out only): always trained on. More folds than groups: ARGUMENT, before any work. */
LAMELLA_INTERNAL lamella_status folds_assign(call *c, const fold_plan *p, int32_t *fold);

/* ---- bootstrap: measure/bootstrap.c ---- */

typedef struct bootstrap_plan {
    int64_t        n_rows;
    int64_t        n_groups;
    const int64_t *group;       /* by row; NULL = every row a group. Groups are drawn whole, n_groups times with replacement */
    int64_t        n_resamples;
    uint64_t       seed;
} bootstrap_plan;

/* times[row] := how often resample `number` drew the row; room [n_groups] (not needed without groups). Any thread. */
LAMELLA_INTERNAL void bootstrap_times(const bootstrap_plan *p, int64_t number, int32_t *times, int32_t *room, asking *asks);

/* values [n_resamples, n_values]: all statistics of one resample see the same rows, so columns are paired. `statistics` runs on any
 * thread, writes n_values (NaN: not defined on this resample) and has room_bytes of scratch aligned to 64; where a resample lasts long it is
 * given `asks`, and may break off once told to. Reports progress. */
typedef void bootstrap_statistics(const int32_t *times, void *room, double *values, asking *asks, void *data);
LAMELLA_INTERNAL lamella_status bootstrap_run(call *c, const bootstrap_plan *p, int64_t n_values, int64_t room_bytes,
                                              bootstrap_statistics *statistics, void *data, double *values);

typedef struct bootstrap_figures {
    interval percentile;     /* linear between order statistics, as numpy.quantile; NaN if n_defined is 0; infinite: beyond f64 */
    double   standard_error; /* ddof 1; NaN if n_defined < 2; infinite: beyond f64 */
    int64_t  n_defined;      /* resamples that are not NaN: only they count */
} bootstrap_figures;

/* Of values[i * stride], i < n; `minus` NULL, or another column of the same run: of the paired differences. room [sort_room(n)]. */
LAMELLA_INTERNAL bootstrap_figures bootstrap_interval(const double *values, const double *minus, int64_t stride, int64_t n, double confidence,
                                                      keyed_row *room);
/* For statistics that are means: sum of times * weight * contribution over sum of times * weight, over the rows listed (NULL = 0 .. n - 1);
 * finite wherever the contributions are. NaN: no weight. */
LAMELLA_INTERNAL double mean_of_rows(const double *contribution, const int64_t *rows, int64_t n, const double *weight, const int32_t *times);

#endif
