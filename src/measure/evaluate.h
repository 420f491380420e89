/* Predictions beside gold, ready for a statistic on all rows or on what a resample drew. */
#ifndef MEASURE_EVALUATE_H
#define MEASURE_EVALUATE_H

#include "lamella/measure.h"
#include "measure/measure.h"

/* ---- what comes in: measure/inputs.c; every copy is in the call's arena ---- */

/* Rows in play of a call: n_rows in all, n of them not masked. */
typedef struct measured_rows {
    int64_t              n_rows, n;
    const unsigned char *valid;  /* NULL = all */
    const int64_t       *listed; /* [n], rising */
    const double        *weight; /* NULL = 1 each; 0 under the mask */
} measured_rows;

/* Checks mask and weights (NULL: none) against n_rows; no row left is EMPTY. */
LAMELLA_INTERNAL lamella_status measured_rows_of(call *c, int64_t n_rows, const lamella_view *mask, const lamella_view *weights,
                                                 measured_rows *rows);
/* A checked float view [n_rows] or [n_rows, k] as f64, row-major: finite where valid, 0 under the mask. */
LAMELLA_INTERNAL lamella_status numbers_by_row(call *c, const lamella_view *v, const char *name, const measured_rows *rows, double **numbers);
/* Columns of a checked view with rows in front: 1, or shape[1]. */
LAMELLA_INTERNAL int64_t columns_of(const lamella_view *v);
/* Checks rank and extent. */
LAMELLA_INTERNAL lamella_status check_by_row(call *c, const lamella_view *v, const char *name, int64_t n_rows);
/* 0 = 0.95; else between 0 and 1. */
LAMELLA_INTERNAL lamella_status check_confidence(call *c, double *confidence);

/* ---- what is evaluated: measure/evaluate.c ---- */

typedef struct gold_classes {
    int64_t        n_classes;
    const int32_t *of_row;  /* by row; 0 under the mask */
    int64_t        n_present;
} gold_classes;

/* Labels to classes: those named, or those that occur. */
LAMELLA_INTERNAL lamella_status gold_classes_of(call *c, const lamella_view *labels, const char *name, const int64_t *classes,
                                                int64_t n_classes, const measured_rows *rows, gold_classes *gold);

typedef struct evaluation {
    int32_t      statistic; /* LAMELLA_STATISTIC_... */
    int64_t      n_columns; /* of two classes 1 */
    scored_rows *of_class;  /* [n_columns]; AUC and AP: by rising score */
    classed_rows classed;   /* of three classes and more: accuracy and F1 */
    paired_rows  paired;    /* R2, PEARSON, SPEARMAN; MEAN: x */
    const int64_t *x_order, *y_order;
} evaluation;

/* Scores of classes. `scores` is a checked float view [row] or [row, class]. Serves ACCURACY, F1, AUC and AP. */
LAMELLA_INTERNAL lamella_status evaluate_classes(call *c, const lamella_view *scores, const char *name, const gold_classes *gold,
                                                 double threshold, const measured_rows *rows, evaluation *e);
/* Numbers by row; y NULL for MEAN. */
LAMELLA_INTERNAL lamella_status evaluate_numbers(call *c, const double *x, const double *y, const measured_rows *rows, evaluation *e);
/* Bytes of room that evaluation_value needs. */
LAMELLA_INTERNAL int64_t evaluation_room(const evaluation *e, int64_t n_rows);
/* On any thread; times NULL: every row once; asks NULL on workers. NaN: not defined. */
LAMELLA_INTERNAL double  evaluation_value(const evaluation *e, const int32_t *times, asking *asks, void *room);
/* Of every row once, on the calling thread; the bits of evaluation_flags join `flags`. */
LAMELLA_INTERNAL lamella_status evaluate_all_rows(call *c, const evaluation *e, void *room, double *value, uint32_t *flags);
/* Why it is NaN, as bits LAMELLA_SCORE_...; 0 if it is not. */
LAMELLA_INTERNAL uint32_t evaluation_flags(const evaluation *e, double value);

#endif
