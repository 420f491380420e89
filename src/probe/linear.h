/* The linear probe from inside: the object, which lies in memory as the file it would be, and the work of fitting one.
 *   linear_image    the arrays of the object, their file, and what a loaded one must be
 *   linear_plan     inputs checked: classes, folds, groups, weights
 *   linear_units    which rows each fit sees
 *   linear_solve    logistic fits;  linear_ridge  ridge from second moments
 *   linear_scores   decision values, scores by fold, best penalties, intervals
 *   linear_run      all of it, after the runs that choose each fold's own penalty from its training rows */
#ifndef PROBE_LINEAR_H
#define PROBE_LINEAR_H

#include "lamella/probe/fit.h"
#include "io/fitted.h"
#include "measure/measure.h"
#include "samples/samples.h"
#include "solve/solve.h"

/* ---- the object ---- */

/* Extents of the arrays. */
typedef struct linear_sizes {
    int64_t        n_layers, n_tasks, n_penalties, n_folds, n_fits, n_outputs, n_classes, n_scored;
    const int64_t *dim; /* [n_layers] */
    int64_t        nested; /* 1: there are arrays of each fold's own penalty */
} linear_sizes;

enum { SCORE_ACCURACY, SCORE_F1, SCORE_AUC, N_SCORES };

typedef struct linear_score {
    double *by_fold, *mean, *pooled, *low, *high, *nested;
} linear_score;

/* Where they lie in the file; NULL where there is none. */
typedef struct linear_arrays {
    double       **weights; /* [n_layers] */
    double        *intercepts, *objective, *gradient_norm, *penalties;
    int64_t       *iterations, *n_scored_folds, *nested_penalty, *best_penalty, *depths, *dims, *classes, *class_offsets, *output_offsets, *rows,
                  *groups, *fold;
    int32_t       *flags;
    unsigned char *edge, *correct;
    linear_score   score[N_SCORES];
} linear_arrays;

struct lamella_probe_linear {
    fitted         file;   /* first */
    linear_sizes   sizes;
    linear_arrays  array;
    /* for scores: the weights of the best penalties, of the last fit */
    float        **score_weights;    /* [n_layers], each [output, dim] */
    double        *score_intercepts; /* [n_layers, output] */
    const kernels *simd;             /* where a call brings no context */
};

LAMELLA_INTERNAL_DATA const fitted_kind linear_kind;

/* Of an axis of the table: l layers, t tasks, q penalties, f fits, k folds, o outputs, d dims of a layer, c classes, u tasks + 1, s scored rows. */
LAMELLA_INTERNAL int64_t        axis_extent(const linear_sizes *z, char axis, int64_t layer);
/* Zeroed arrays of these sizes, to be filled and sealed; the object frees itself if the call fails. */
LAMELLA_INTERNAL lamella_status linear_create(call *c, const linear_sizes *sizes, lamella_probe_linear **probe);
/* Once the arrays stand: the weights that scores use. */
LAMELLA_INTERNAL lamella_status linear_prepare_scores(call *c, lamella_probe_linear *probe);

/* ---- the work ---- */

/* One fit: a task's rows outside one fold, or all of them. */
typedef struct linear_unit {
    int64_t   task, fit;
    int64_t   n_rows;
    int64_t  *row;        /* [n_rows], rising */
    double   *weight;     /* by row; NULL = 1 each */
    int64_t   n_present;  /* classes among the rows */
    int64_t  *present;    /* [n_present], of the task's classes */
    int32_t   trains;     /* there are two classes */
    int32_t   tests;      /* rows of two classes at least in the fold; of the last fit: nothing to test */
    int32_t   one_class;  /* to train on, or to test */
} linear_unit;

/* What is asked for: checked inputs, and from them the fits. Nothing writes to it once it is planned. */
typedef struct linear_plan {
    samples  s;
    lamella_probe_linear_options o;
    linear_sizes sizes;
    const kernels *simd;
    sample_labels labels;
    sample_groups groups;
    int64_t *output_offset;    /* [task + 1] */
    int64_t  most_classes;     /* that a task has */
    int32_t *fold;             /* [n]: that tests the row, -1 = always trained on */
    int64_t *scored;           /* [n_scored] rows that a fold tests */
    const double *penalty;     /* [n_penalties] as given */
    int64_t *rising;           /* [n_penalties]: their places by rising value */
    double  *rising_penalty;
    linear_unit *unit;         /* [task, fit] */
} linear_plan;

/* Where what is made goes. */
typedef struct linear_made {
    const linear_arrays *array;     /* of the probe */
    unsigned char      **constant;  /* [layer][dim]: 1 = some fit left the column out as a constant */
} linear_made;

LAMELLA_INTERNAL int64_t        task_classes(const linear_plan *p, int64_t task);
LAMELLA_INTERNAL int64_t        task_outputs(const linear_plan *p, int64_t task);
/* Of a row: its class among the task's; -1: it has no label. */
LAMELLA_INTERNAL int32_t        label_of(const linear_plan *p, int64_t task, int64_t row);
LAMELLA_INTERNAL const linear_unit *unit_of(const linear_plan *p, int64_t task, int64_t fit);
LAMELLA_INTERNAL int            is_present(const linear_unit *u, int64_t class);

LAMELLA_INTERNAL lamella_status linear_plan_options(call *c, const lamella_probe_linear_options *options, lamella_probe_linear_options *o);
/* Of a plan that has its samples and options, all but the units. */
LAMELLA_INTERNAL lamella_status linear_plan_inputs(call *c, const lamella_view *labels, linear_plan *p);
/* Returns in `possible` how many folds of all tasks can be scored. */
LAMELLA_INTERNAL lamella_status linear_plan_units(call *c, linear_plan *p, int64_t *possible);

/* Place of a cell in the arrays over layer x task x penalty x fit (or fold). */
LAMELLA_INTERNAL int64_t        cell_of(const linear_sizes *z, int64_t l, int64_t task, int64_t penalty, int64_t n, int64_t i);
LAMELLA_INTERNAL double        *cell_weights(const linear_sizes *z, const linear_arrays *a, int64_t l, int64_t penalty, int64_t fit, int64_t output);
LAMELLA_INTERNAL double        *cell_intercept(const linear_sizes *z, const linear_arrays *a, int64_t l, int64_t penalty, int64_t fit, int64_t output);
/* An output of a unit without a fit: the class has no training row, and is never chosen, or there is but one class. */
LAMELLA_INTERNAL void           put_absent(const linear_plan *p, const linear_unit *u, int64_t l, int64_t penalty, int64_t output, const linear_arrays *a);
/* Adds one fit's report to its unit's cell: several fits of one-vs-rest make one. */
LAMELLA_INTERNAL void           add_report(const linear_sizes *z, const linear_unit *u, int64_t l, int64_t penalty, const fit_report *r,
                                           const linear_arrays *a);
/* Notes the columns that a fit found constant, where these are standardised. */
LAMELLA_INTERNAL void           add_constant(const linear_plan *p, int64_t l, const unsigned char *constant, const linear_made *to);

LAMELLA_INTERNAL lamella_status linear_solve(call *c, const linear_plan *p, const linear_made *to);
LAMELLA_INTERNAL lamella_status linear_ridge(call *c, const linear_plan *p, const linear_made *to);
LAMELLA_INTERNAL lamella_status linear_scores(call *c, const linear_plan *p, int64_t l, const linear_arrays *a);
/* All fits and their scores, nested if that is asked for. */
LAMELLA_INTERNAL lamella_status linear_run(call *c, const linear_plan *p, const linear_made *to);

#endif
