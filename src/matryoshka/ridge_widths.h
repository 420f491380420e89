/* Leave-one-out ridge at every width of one layer: the core of matryoshka_ridge_ridge.c. */
#ifndef MATRYOSHKA_RIDGE_WIDTHS_H
#define MATRYOSHKA_RIDGE_WIDTHS_H

#include "moments/moments.h"
#include "tensor/tensor.h"

typedef struct ridge_problem {
    const stack  *s;          /* one row per sample */
    const double *target;     /* [n_vectors, n_tasks]: -1 or 1; 0 throughout for an impossible task */
    int64_t       n_tasks;
    const double *penalty;    /* [n_penalties] */
    int64_t       n_penalties;
    const int64_t *widths;    /* rising */
    int64_t       n_widths;
} ridge_problem;

/* error and accuracy: [penalty, width, task] of one layer, widths rising; NaN where the penalty is too small for the Gram. */
LAMELLA_INTERNAL lamella_status ridge_layer(call *c, const ridge_problem *p, int64_t l, double *error, double *accuracy);

#endif
