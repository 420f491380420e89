/* Scores of predictions, folds, intervals. Level 3.
 *
 * Cores take plain f64 arrays by row and a list of the rows in play, so that a mask, a fold or a task picks rows and nothing is copied.
 * A score that cannot be had (one class, a constant, no rows) is NaN: the caller flags it. Every core is one thread's work in a fixed
 * order, safe on any thread, and takes what a resample drew: so a bootstrap sorts once and runs over the same order again. */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include "tensor/tensor.h"

/* ---- whether to stop ---- */

/* Loops over rows ask the host every 2^18 of them, which take some milliseconds; nothing is claimed to be done yet. */
enum { ROWS_BETWEEN_ASKS = 1 << 18 };

/* `done` rows are behind, now come `more`. c NULL: never asks, as on a worker. */
static inline lamella_status ask_rows(call *c, int64_t done, int64_t more)
{
    return c && done / ROWS_BETWEEN_ASKS != (done + more) / ROWS_BETWEEN_ASKS ? progress(c, 0, 1) : LAMELLA_OK;
}

/* Row i is behind. */
static inline lamella_status ask_row(call *c, int64_t i)
{
    return ask_rows(c, i, 1);
}

/* Tasks of one call that last long: the thread that made the call asks the host now and then, the others look whether it was told. */
typedef struct asking_tasks {
    call          *c;
    int32_t        told; /* 1: to stop */
    lamella_status status;
} asking_tasks;

/* The same for cores, which return a number: they break off, and their caller looks at the status. */
typedef struct asking {
    call          *c;    /* NULL: on another thread than the call's */
    int64_t        rows; /* seen so far */
    lamella_status status;
    asking_tasks  *of;   /* NULL: no task */
} asking;

/* measure/asking.c: for a task that begins on this thread; and what it hears. */
LAMELLA_INTERNAL asking         asking_of_task(asking_tasks *of);
LAMELLA_INTERNAL lamella_status ask_of_task(asking *a);

/* `more` rows are looked at now. NULL: never asks. */
static inline int told_to_stop_after(asking *a, int64_t more)
{
    if (!a)
        return 0;
    if (a->status == LAMELLA_OK && a->rows / ROWS_BETWEEN_ASKS != (a->rows + more) / ROWS_BETWEEN_ASKS)
        a->status = a->of ? ask_of_task(a) : ask_rows(a->c, a->rows, more);
    a->rows += more;
    return a->status != LAMELLA_OK;
}

static inline int told_to_stop(asking *a)
{
    return told_to_stop_after(a, 1);
}

/* ---- order and ranks: measure/ranks.c ---- */

typedef struct keyed_row {
    int64_t key; /* a label, or the bits of a double in an order that integers have */
    int64_t row;
} keyed_row;

/* Keyed rows that a sort of n takes in all: these, and as many to merge into. */
static inline int64_t sort_room(int64_t n)
{
    return 2 * n;
}

/* Sorts by key, equal keys by row; room [n]. */
LAMELLA_INTERNAL void    sort_keyed(keyed_row *rows, int64_t n, keyed_row *room);
/* The same on the calling thread: asks now and then whether to stop. */
LAMELLA_INTERNAL lamella_status sort_keyed_asking(call *c, keyed_row *rows, int64_t n, keyed_row *room);
/* x < y exactly if key(x) < key(y); -0 and 0 have one key. */
LAMELLA_INTERNAL int64_t key_of_double(double x);
LAMELLA_INTERNAL double  double_of_key(int64_t key);

/* Rows of x by rising value, equal ones (-0 and 0 are) by rising row: x[row * stride] of those with valid[row] != 0, NULL meaning all.
 * Fills order and returns how many; room [sort_room(n)]. */
LAMELLA_INTERNAL int64_t order_rows(const double *x, int64_t stride, const unsigned char *valid, int64_t n, int64_t *order, keyed_row *room);
LAMELLA_INTERNAL lamella_status order_rows_asking(call *c, const double *x, int64_t stride, const unsigned char *valid, int64_t n, int64_t *order,
                                                  int64_t *n_valid, keyed_row *room);
/* The same of the rows listed. */
LAMELLA_INTERNAL void    order_listed(const double *x, int64_t stride, const int64_t *rows, int64_t n, int64_t *order, keyed_row *room, asking *asks);
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

/* ---- draws: measure/draws.c. Philox: draw i of (seed, stream) is a function of the three ---- */

/* A number 0 .. n - 1, each as likely up to n / 2^64. */
LAMELLA_INTERNAL int64_t draw_below(uint64_t seed, uint64_t stream, uint64_t i, int64_t n);
/* times[j] := how often n draws of 0 .. n - 1, numbers 0 .. n - 1 of the stream, gave j. */
LAMELLA_INTERNAL void    draw_with_replacement(uint64_t seed, uint64_t stream, int64_t n, int32_t *times, asking *asks);
/* Fisher-Yates with draws 0 .. n - 2 of the stream. */
LAMELLA_INTERNAL void    shuffle_rows(uint64_t seed, uint64_t stream, int64_t *rows, int64_t n);
LAMELLA_INTERNAL lamella_status shuffle_rows_asking(call *c, uint64_t seed, uint64_t stream, int64_t *rows, int64_t n);

/* Names of the streams: what draws for one purpose never meets another's. */
#define STREAM_FOLDS     ((uint64_t)1)
#define STREAM_BOOTSTRAP ((uint64_t)1 << 32) /* + number of the resample; no enumerator holds it */

/* ---- groups: measure/groups.c ---- */

/* Any integers to 0 .. n_groups - 1, in rising order of the integers; `distinct` (NULL, or [n]) gets them. room [sort_room(n)]. */
LAMELLA_INTERNAL int64_t group_rows(const int64_t *labels, int64_t n, int64_t *group, int64_t *distinct, keyed_row *room);
LAMELLA_INTERNAL lamella_status group_rows_asking(call *c, const int64_t *labels, int64_t n, int64_t *group, int64_t *distinct, keyed_row *room,
                                                  int64_t *n_groups);
/* From a checked i32|i64 view [n] (NULL: every row a group of its own). */
LAMELLA_INTERNAL lamella_status groups_of_view(call *c, const lamella_view *v, int64_t n, int64_t *n_groups, const int64_t **group);

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
