/* One logistic or multinomial problem while it is solved. The files: logistic.c drives, logistic_step.c decides after each look,
 * logistic_pass.c looks at rows, logistic_factor.c makes the change of variables. */
#ifndef SOLVE_LOGISTIC_H
#define SOLVE_LOGISTIC_H

#include "solve/lbfgs.h"
#include "solve/solve.h"

#define LOGISTIC_BLOCK 16         /* rows that all problems of a chunk look at while they are near */
#define LOGISTIC_VALUES 21        /* of the objective that tell how it falls: two tens of steps */
#define LOGISTIC_FULL_FACTOR 1024 /* dims up to which the factor is a triangle */

/* What is fitted: rows, their columns centred and scaled as `mean` and `inverse_spread` say. Only read once these are known. */
typedef struct logistic_problem {
    const fit_problem *given;
    const kernels     *simd;
    int64_t  outputs, dim, width, size; /* width: dim + 1; size: outputs * width */
    double  *mean, *inverse_spread;     /* [dim] */
    double   total_weight;
    int32_t  far;                       /* some column is: precise from the start */
} logistic_problem;

/* Where the objective is looked at: v of the scaled columns, which leaves the penalty on them, and an intercept, output by output
 * [outputs, dim + 1]; the same in raw units, as a pass reads it. */
typedef struct logistic_point {
    double   penalty;
    double  *v, *gradient;              /* [size] */
    double   value;
    double  *weights, *intercepts;      /* [outputs, dim], [outputs] */
    float   *weights_f32;
    int32_t  precise;                   /* scores in f64 */
} logistic_point;

/* A look at the rows: what it sums, and its room. */
typedef struct logistic_pass {
    int64_t  cursor;                    /* into the problem's rows */
    double   loss, product;             /* of factors whose logarithm is to be added to the loss */
    int64_t  n_factors;
    double   curvature;                 /* of the intercepts: sum of s p (1 - p); several classes: of s times the least p, no more than it is */
    double  *curved;                    /* [dim]: sum of s p (1 - p) x; of two classes, precise, where L is a diagonal */
    double  *sums;                      /* [outputs, dim]: sum of residual times row */
    double  *residuals;                 /* [outputs] */
    double  *scores;                    /* [outputs], of the row at hand */
    double  *row_f64;                   /* [dim] */
    float   *block;                     /* [outputs, LOGISTIC_BLOCK]: residuals of a block's rows */
} logistic_pass;

/* The variables t that L-BFGS sees: v = base + L^-T t, with L L^T near the Hessian, and b = its base + scale t_b - shift.(v - base): beside
 * rows about `shift` the intercept is of no concern to the other variables. */
typedef struct logistic_frame {
    double  *base;                      /* [size] */
    float   *factor;                    /* L: [dim, dim] lower, or its diagonal [dim] if the dims are too many */
    double  *intercept_scale;           /* [outputs] */
    double  *shift;                     /* [dim] */
    float   *gram;                      /* [dim, dim], of the first factor: kept for the next penalty */
    int32_t  has_gram;
} logistic_frame;

/* How far the fit is along its penalties. */
typedef struct logistic_search {
    lbfgs    lbfgs;
    double  *gradient;                  /* [size], in t */
    float   *room;                      /* [dim] */
    int64_t  at_penalty, iterations, since_factor;
    double   values[LOGISTIC_VALUES];   /* at the last points, the latest first */
    int64_t  n_values;                  /* in these coordinates and this precision; more than those kept */
    int32_t  state;
    int32_t  newton;                    /* from now on, larger penalties too */
    int32_t  refresh;                   /* the next factor is of the Hessian at v */
    int32_t  known;                     /* value and gradient at v are, whatever the coordinates */
} logistic_search;

enum { LOGISTIC_NEEDS_FACTOR = 1, LOGISTIC_ITERATING = 2, LOGISTIC_DONE = 3 };

typedef struct logistic {
    logistic_problem problem;
    logistic_point   point;
    logistic_pass    pass;
    logistic_frame   frame;
    logistic_search  search;
} logistic;

/* ---- logistic_step.c ---- */

LAMELLA_INTERNAL void    logistic_begin_penalty(logistic *m);
LAMELLA_INTERNAL void    logistic_after_factor(logistic *m);
/* Weights and report are handed out, then begins the next penalty, or all is done. */
LAMELLA_INTERNAL void    logistic_finish_penalty(logistic *m, int converged);
/* After a pass at v. */
LAMELLA_INTERNAL void    logistic_advance(logistic *m, const fit_options *o);

/* ---- logistic_pass.c ---- */

/* Centre, spread and total weight of the problem's rows, and whether columns are far from 0. Rooms: [dim] */
LAMELLA_INTERNAL void    logistic_columns(logistic_problem *q, double *sum, double *square);
LAMELLA_INTERNAL void    logistic_pass_open(const logistic_problem *q, const logistic_point *at, logistic_pass *s);
/* The problem's rows up to row number `end`. */
LAMELLA_INTERNAL void    logistic_pass_rows(const logistic_problem *q, const logistic_point *at, int64_t end, logistic_pass *s);
/* Value and gradient in v, from the sums of a pass at weights that are v's. */
LAMELLA_INTERNAL void    logistic_evaluate(const logistic_problem *q, const logistic_pass *s, logistic_point *at);
/* Objective and gradient of the weights as they are handed out; v is theirs from then on. */
LAMELLA_INTERNAL void    logistic_measure(const logistic_problem *q, logistic_point *at, logistic_pass *s, fit_report *report);
LAMELLA_INTERNAL int     logistic_sums_curved(const logistic_problem *q, const logistic_point *at);
/* p (1 - p) of a row; of two classes, for a Hessian is taken of no others. Room: [dim] */
LAMELLA_INTERNAL double  logistic_curvature(const logistic_problem *q, const logistic_point *at, const float *x, double *room);

static inline int64_t logistic_row(const logistic_problem *q, int64_t i)
{
    return q->given->row ? q->given->row[i] : i;
}

static inline double logistic_weight(const logistic_problem *q, int64_t row)
{
    return q->given->weight ? q->given->weight[row] : 1;
}

static inline const float *logistic_x(const logistic_problem *q, int64_t row)
{
    return q->given->rows->x + row * q->given->rows->stride;
}

/* ---- logistic_factor.c ---- */

LAMELLA_INTERNAL int64_t logistic_factor_floats(int64_t dim);
LAMELLA_INTERNAL int64_t logistic_factor_room(int64_t dim); /* bytes */
/* The factor of the rows' Gram, or of the Hessian at the point, and what goes with it. Calls BLAS. */
LAMELLA_INTERNAL void    logistic_factor(const logistic_problem *q, const logistic_point *at, int hessian, void *room, logistic_frame *f);
LAMELLA_INTERNAL int     logistic_factor_is_finite(const logistic_frame *f, int64_t dim);
LAMELLA_INTERNAL void    logistic_factor_copy(const logistic_problem *q, const logistic_frame *from, logistic_frame *to);
LAMELLA_INTERNAL void    logistic_to_v(const logistic_problem *q, const logistic_frame *f, const double *t, double *v);
LAMELLA_INTERNAL void    logistic_gradient_to_t(const logistic_problem *q, const logistic_frame *f, const double *gradient, float *room, double *t_gradient);

#endif
