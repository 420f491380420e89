/* What the two grids share: checked inputs, and the cosines and dot products of one layer. */
#ifndef MATRYOSHKA_GRID_H
#define MATRYOSHKA_GRID_H

#include "lamella/matryoshka/grid.h"
#include "similar/similar.h"

typedef struct pair_grid {
    stack          first, second;    /* second: a copy of the first if there is none */
    int            has_second;
    int64_t        n_pairs;
    const int64_t *pair;             /* [n_pairs, 2] */
    int64_t       *rising;           /* [n_widths] widths, rising */
    int64_t       *place;            /* [n_widths] where they stand in the caller's list */
    int64_t        n_widths;
    int64_t        n_masked_pairs;
    int64_t        n_zero_cosines;   /* so far */
} pair_grid;

/* Everything but the outputs. */
LAMELLA_INTERNAL lamella_status grid_open(call *c, const lamella_stack *first, const lamella_view *pairs, const int64_t *widths, int64_t n_widths,
                                          const lamella_matryoshka_grid_options *options, pair_grid *g);
/* Of layer l into checked f64 views [width, pair], NaN for masked pairs; no dot products if `dot` is not wanted. */
LAMELLA_INTERNAL lamella_status grid_layer(call *c, pair_grid *g, int64_t l, const lamella_view *cosine, const lamella_view *dot);
LAMELLA_INTERNAL int            is_masked_pair(const pair_grid *g, int64_t p);

#endif
