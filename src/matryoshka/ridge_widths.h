/* Leave-one-out ridge at every width of one layer: the core of matryoshka_ridge_ridge.c. */
#ifndef MATRYOSHKA_RIDGE_WIDTHS_H
#define MATRYOSHKA_RIDGE_WIDTHS_H

#include "moments/moments.h"
#include "tensor/tensor.h"

typedef struct ridge_problem {
    const stack  *s;          /* one row per sample */
    const double *target;     /* [n_vectors, n_tasks]: -1 or 1 */
    int64_t       n_tasks;
    const double *penalty;    /* [n_penalties] */
    int64_t       n_penalties;
    const int64_t *widths;    /* rising */
    int64_t       n_widths;
} ridge_problem;

/* error and accuracy: [penalty, width, task] of one layer, widths rising; NaN where the penalty is too small for the Gram of the width.
 * What a width finds does not depend on which others are asked for. */
LAMELLA_INTERNAL lamella_status ridge_layer(call *c, const ridge_problem *p, int64_t l, double *error, double *accuracy);

/* ---- one panel of rows: ridge_panel.c ---- */

/* Some penalties in f32, or one in f64. */
typedef struct ridge_applied {
    const ridge_problem *p;
    const kernels *simd;
    int32_t        precision;      /* of the panels: LAMELLA_F64 where the layer is f64, as the Gram is of these rows */
    int64_t        dim;            /* the widest width: what lies beyond it is not looked at */
    int64_t        n_rows;         /* of the layer */
    const double  *mean, *low;     /* [dim] the mean of f64 rows is mean + low */
    const double  *y_mean;         /* [task] */
    const double  *unit;           /* [dim]: powers of two near the columns' spreads; in such units whatever f64 holds fits f32 */
    const double  *per_unit;       /* [dim]: 1 / unit */
    double         keep_least;     /* rows under it are counted: r / keep has too few digits */
    int64_t        n_penalties;
    const double  *w;              /* [penalty, dim, task] */
    const float   *inverse;        /* [penalty]: L^-1 in units packed for the tile, in blocks of TILE_QUERIES rows */
    int64_t        inverse_floats; /* of one penalty */
    const double  *inverse_f64;    /* instead: L^-1 [dim, dim], of one penalty */
} ridge_applied;

/* A penalty's figures: [width, {rows under keep_least, then error and hits of each task}]. */
LAMELLA_INTERNAL int64_t ridge_figures(const ridge_problem *p);
LAMELLA_INTERNAL int64_t ridge_panel_bytes(const ridge_applied *a);
/* memory: ridge_panel_bytes(a), aligned to 64; figures: [penalty, ridge_figures(p)]. */
LAMELLA_INTERNAL void    ridge_panel(const ridge_applied *a, const panel *p, char *memory, double *figures);

#endif
