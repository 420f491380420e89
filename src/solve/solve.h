/* Fits of linear models: L2 logistic, multinomial and ridge, many problems over shared rows in one call. Level 3.
 *
 *   logistic     F = 1/2 |w|^2 + penalty sum_i s_i log(1 + exp(-y_i z_i))          penalty is scikit-learn's C; two classes
 *   multinomial  F = 1/2 |W|^2 + penalty sum_i s_i (log sum_k exp(z_ik) - z_iy)    more than two, one weight row a class
 *   ridge        F = sum_i s_i (y_i - z_i)^2 + penalty |w|^2                       penalty is scikit-learn's alpha; y = -1, 1
 *
 * z = w.x + b, and b is not penalised. Rows are f32, exact for f16, bf16 and f32; ridge takes f64 too. A problem's result
 * has the same bits alone and among others, at any number of threads and SIMD level of one BLAS. */
#ifndef SOLVE_SOLVE_H
#define SOLVE_SOLVE_H

#include "moments/moments.h"
#include "tensor/tensor.h"

/* Rows that fits share, in memory: [n, dim], `stride` elements from row to row, finite. */
typedef struct fit_rows {
    const float  *x;
    int64_t       n, dim, stride;
    const double *x_f64; /* instead of x: for ridge, of f64 rows */
} fit_rows;

/* What became of one fit. Objective and gradient come from the weights that are handed out, in a pass of its own in f64. */
typedef struct fit_report {
    double  objective;
    double  gradient_norm; /* of all weights and intercepts; in units of the standardised columns where these are */
    int64_t iterations;
    int32_t converged;
} fit_report;

/* One problem at a list of penalties. Which rows are trained on, how heavy each is and what class it has are its own. */
typedef struct fit_problem {
    const fit_rows *rows;
    const int64_t  *row;         /* [n_rows] rising row numbers; NULL = all */
    int64_t         n_rows;
    const double   *weight;      /* by row number, over 0 on these rows; NULL = 1 each */
    const int32_t  *label;       /* by row number: 0 .. n_classes - 1, each class on one of these rows at least */
    int64_t         n_classes;   /* 2: one output, for class 1; more: one a class */
    int32_t         standardise; /* columns to mean 0 and spread 1 (ddof 0) under the weights of these rows; weights come back in raw units */
    unsigned char  *constant;    /* out [dim] where columns are standardised: 1 = constant on these rows, of weight 0 */
    const double   *penalty;     /* [n_penalties], each over 0; rising is fastest: each starts from the one before */
    int64_t         n_penalties;
    double         *weights;     /* out [n_penalties, n_outputs, dim] */
    double         *intercepts;  /* out [n_penalties, n_outputs] */
    fit_report     *report;      /* out [n_penalties] */
} fit_problem;

typedef struct fit_options {
    int64_t max_iterations; /* of one fit; over 0 */
    double  tolerance;      /* the objective is within this share of its least value, as far as the last steps tell */
} fit_options;

LAMELLA_INTERNAL int64_t        fit_outputs(int64_t n_classes); /* 1 for two classes, else n_classes */

/* All problems, in parallel. OK whatever converged: the reports say. */
LAMELLA_INTERNAL lamella_status logistic_fit(call *c, const fit_problem *problems, int64_t n_problems, const fit_options *options);
LAMELLA_INTERNAL lamella_status ridge_fit(call *c, const fit_problem *problems, int64_t n_problems);

/* The same from second moments, of rows that need not be in memory: the last n_outputs columns are the targets. */
typedef struct ridge_fits {
    int64_t       n_outputs;
    const double *penalty;    /* [n_penalties] */
    int64_t       n_penalties;
    double       *weights;    /* out [n_penalties, n_outputs, dim] */
    double       *intercepts; /* out [n_penalties, n_outputs] */
    fit_report   *report;     /* out [n_penalties, n_outputs] */
    unsigned char *constant;  /* out [dim] as of a fit_problem */
    int32_t       standardise;
} ridge_fits;

LAMELLA_INTERNAL lamella_status ridge_of_gram(call *c, const gram *g, const ridge_fits *f);
LAMELLA_INTERNAL double         ridge_target(int32_t label, int64_t output, int64_t n_outputs);

/* scores[k] = w_k . x + b_k in f64, for n_outputs rows of weights [n_outputs, dim]; any thread. */
LAMELLA_INTERNAL void           fit_scores(const kernels *k, const float *x, const double *weights, const double *intercepts, int64_t n_outputs,
                                           int64_t dim, double *room, double *scores);

#endif
