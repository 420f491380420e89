/* One logistic or multinomial problem while it is solved. The files: logistic.c drives, logistic_step.c decides after each look,
 * logistic_pass.c looks at rows, logistic_factor.c makes the change of variables. */
#ifndef SOLVE_LOGISTIC_H
#define SOLVE_LOGISTIC_H

#include "solve/lbfgs.h"
#include "solve/solve.h"

#define LOGISTIC_BLOCK 16        /* rows that all problems of a chunk look at while they are near */
#define LOGISTIC_VALUES 21        /* of the objective that tell how it falls: two tens of steps */

/* Variables: v of the columns centred and scaled as `mean` and `inverse_spread` say, which leaves the penalty on them, and an intercept
 * b, output by output [outputs, dim + 1]. L-BFGS sees t: v = base + L^-T t, with L L^T near the Hessian,
 * and b = its base + scale t_b - shift.(v - base): beside rows about `shift` the intercept is of no concern to the other variables. */
typedef struct logistic {
    const fit_problem *p;
    const kernels     *simd;
    int64_t  outputs, dim, width, size; /* width: dim + 1; size: outputs * width */
    int64_t  at_penalty;
    double   penalty;
    double  *mean, *inverse_spread;     /* [dim] */
    double  *base, *v, *gradient;       /* [size] */
    double  *t_gradient;                /* [size] */
    /* what a pass reads */
    float   *weights_f32;               /* [outputs, dim], raw units */
    double  *weights, *intercepts;
    /* and fills */
    double   loss;
    double   curvature;                 /* of the intercepts: sum of s p (1 - p); several classes: of s times the least p, no more than it is */
    double  *curved;                    /* [dim]: sum of s p (1 - p) x; of two classes, precise, where L is a diagonal */
    double   log_product;               /* of factors whose logarithm is still to be added */
    int64_t  n_factors;
    double  *sums;                      /* [outputs, dim]: sum of residual times row */
    double  *residuals;                 /* [outputs] */
    double  *scores;                    /* [outputs], of the row at hand */
    float   *block;                     /* [outputs, LOGISTIC_BLOCK]: residuals of a block's rows */
    double  *row_f64;                   /* [dim] */
    float   *row_f32;                   /* [dim] */
    int64_t  cursor;                    /* into the problem's rows */
    int32_t  precise;                   /* scores in f64 */
    int32_t  far;                       /* some column is: precise from the start */
    int32_t  state;
    int32_t  newton;                    /* from now on, larger penalties too */
    int32_t  refresh;                   /* the next factor is of the Hessian at v */
    int32_t  known;                     /* value and gradient at v are, whatever the coordinates */
    double   value;
    int32_t  like;                      /* the problem of the wave whose first factor is the same, or -1 */
    int32_t  has_gram;
    float   *gram;                      /* [dim, dim], of the first factor: kept for the next penalty */
    float   *factor;                    /* L: [dim, dim] lower, or its diagonal [dim] if the dims are too many */
    double  *intercept_scale;           /* [outputs] */
    double  *shift;                     /* [dim] */
    double   total_weight;
    lbfgs    search;
    int64_t  iterations, since_factor;
    double   values[LOGISTIC_VALUES];   /* at the last points, the latest first */
    int64_t  n_values;                  /* in these coordinates and this precision; more than those kept */
} logistic;

enum { LOGISTIC_NEEDS_FACTOR = 1, LOGISTIC_ITERATING = 2, LOGISTIC_DONE = 3 };

#define LOGISTIC_FULL_FACTOR 1024 /* dims up to which the factor is a triangle */

/* ---- logistic_step.c ---- */

LAMELLA_INTERNAL void    logistic_begin_penalty(logistic *m);
LAMELLA_INTERNAL void    logistic_after_factor(logistic *m);
/* Weights and report are handed out, then begins the next penalty, or all is done. */
LAMELLA_INTERNAL void    logistic_finish_penalty(logistic *m, int converged);
/* After a pass at v. */
LAMELLA_INTERNAL void    logistic_advance(logistic *m, const fit_options *o);

/* ---- logistic_pass.c ---- */

/* Centre, spread and total weight of the problem's rows, and whether columns are far from 0. */
LAMELLA_INTERNAL void logistic_columns(logistic *m);
LAMELLA_INTERNAL void logistic_pass_open(logistic *m);
/* The problem's rows up to row number `end`. */
LAMELLA_INTERNAL void logistic_pass_rows(logistic *m, int64_t end);
LAMELLA_INTERNAL void logistic_pass_close(logistic *m);
/* The gradient in v, from the sums of a pass at weights that are v's. */
LAMELLA_INTERNAL void logistic_gradient(const logistic *m, const double *v, double *gradient);
/* Objective and gradient of weights as they are handed out. */
LAMELLA_INTERNAL void logistic_measure(logistic *m, const double *weights, const double *intercepts, fit_report *report);
LAMELLA_INTERNAL int64_t logistic_row(const logistic *m, int64_t i);
LAMELLA_INTERNAL int     logistic_sums_curved(const logistic *m);
LAMELLA_INTERNAL double  logistic_weight(const logistic *m, int64_t row);
/* p (1 - p) of a row at the weights at hand; of two classes, for a Hessian is taken of no others. */
LAMELLA_INTERNAL double  logistic_curvature(logistic *m, const float *x);

/* ---- logistic_factor.c ---- */

LAMELLA_INTERNAL int64_t logistic_factor_floats(int64_t dim);
/* The rows' Gram and its factor; room: factor_room(dim) bytes. Calls BLAS. */
LAMELLA_INTERNAL void    logistic_factor(logistic *m, void *room);
LAMELLA_INTERNAL int64_t logistic_factor_room(int64_t dim);
LAMELLA_INTERNAL int     logistic_factor_is_finite(const logistic *m);
LAMELLA_INTERNAL void    logistic_factor_copy(logistic *m, const logistic *from);
LAMELLA_INTERNAL void    logistic_to_v(const logistic *m, const double *t, double *v);
LAMELLA_INTERNAL void    logistic_gradient_to_t(const logistic *m, const double *gradient, double *t_gradient, float *room);

#endif
