/* Predictions beside gold, ready for a statistic on all rows or on what a resample drew. */
#ifndef MEASURE_EVALUATE_H
#define MEASURE_EVALUATE_H

#include "lamella/measure.h"
#include "measure/measure.h"
#include "samples/samples.h"

/* ---- what comes in: measure/inputs.c ---- */

/* Samples of a prediction: mask and weights are the host's, or NULL. Weights go to a largest of 1/2 to 1, by a power of two: figures are
 * ratios, and sums and products of weights stay within f64. */
LAMELLA_INTERNAL lamella_status measured_samples(call *c, int64_t n, const lamella_view *mask, const lamella_view *weights, samples *s);

/* ---- what is evaluated: measure/evaluate.c ---- */

typedef struct evaluation {
    int32_t      statistic; /* LAMELLA_MEASURE_STATISTIC_... */
    int64_t      n_columns; /* of two classes 1 */
    scored_rows *of_class;  /* [n_columns]; AUC and AP: by rising score */
    classed_rows classed;   /* of three classes and more: accuracy and F1 */
    paired_rows  paired;    /* R2, PEARSON, SPEARMAN; MEAN: x */
    const int64_t *x_order, *y_order;
} evaluation;

/* Scores of classes. `scores` is a checked float view [row] or [row, class]. Serves ACCURACY, F1, AUC and AP. */
LAMELLA_INTERNAL lamella_status evaluate_classes(call *c, const lamella_view *scores, const char *name, const sample_classes *gold,
                                                 double threshold, const samples *rows, evaluation *e);
/* Numbers by row; y NULL for MEAN. */
LAMELLA_INTERNAL lamella_status evaluate_numbers(call *c, const double *x, const double *y, const samples *rows, evaluation *e);
/* Bytes of room that evaluation_value needs. */
LAMELLA_INTERNAL int64_t evaluation_room(const evaluation *e, int64_t n_rows);
/* On any thread; times NULL: every row once; asks NULL on workers. NaN: not defined. */
LAMELLA_INTERNAL double  evaluation_value(const evaluation *e, const int32_t *times, asking *asks, void *room);
/* Of every row once, on the calling thread; the bits of evaluation_flags join `flags`. */
LAMELLA_INTERNAL lamella_status evaluate_all_rows(call *c, const evaluation *e, void *room, double *value, uint32_t *flags);
/* Why it is NaN, as bits LAMELLA_MEASURE_SCORE_...; 0 if it is not. */
LAMELLA_INTERNAL uint32_t evaluation_flags(const evaluation *e, double value);

#endif
