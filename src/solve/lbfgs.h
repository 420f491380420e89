/* L-BFGS that is told values instead of calling for them, so that many run side by side over one pass of the data. */
#ifndef SOLVE_LBFGS_H
#define SOLVE_LBFGS_H

#include "simd/simd.h"

#define LBFGS_PAIRS 10

typedef struct lbfgs {
    const kernels *simd;
    int64_t n;
    double *point, *gradient; /* the last accepted */
    double *direction;
    double *trial;            /* where the value and the gradient are wanted next */
    double *s, *y;            /* [LBFGS_PAIRS, n], a ring */
    double  rho[LBFGS_PAIRS];
    int64_t n_pairs, next_pair;
    double  value, slope;     /* slope: gradient . direction, below 0 */
    double  step, low, high;  /* of the search along the direction */
    int32_t started, tries;
} lbfgs;

enum { LBFGS_MOVED = 1, LBFGS_SEARCHING = 2, LBFGS_STUCK = 3 };

LAMELLA_INTERNAL int64_t lbfgs_doubles(int64_t n);
LAMELLA_INTERNAL void    lbfgs_in(lbfgs *b, double *memory, int64_t n, const kernels *simd);
/* Forgets point and pairs; the trial becomes 0. */
LAMELLA_INTERNAL void    lbfgs_restart(lbfgs *b);
/* The point becomes 0 in coordinates moved there, or is evaluated anew: the pairs, differences, stay. */
LAMELLA_INTERNAL void    lbfgs_recentre(lbfgs *b);
/* The value and gradient at the trial, right up to `noise` times the value. After MOVED and SEARCHING there is a new trial. */
LAMELLA_INTERNAL int32_t lbfgs_tell(lbfgs *b, double value, const double *gradient, double noise);
/* What the next step promises to win: half the slope. */
LAMELLA_INTERNAL double  lbfgs_promise(const lbfgs *b);

#endif
