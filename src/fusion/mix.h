/* Scalar mixing of layers: what forward and backward share. */
#ifndef FUSION_MIX_H
#define FUSION_MIX_H

#include "lamella/fusion/layer.h"
#include "reduce/reduce.h"

typedef struct layer_mix {
    lamella_fusion_mix_options o;
    stack          s;
    int64_t        dim;
    double        *share;    /* [layer]: s_l, without gamma */
    const kernels *simd;
    int64_t        n_zero_rows;
} layer_mix;

/* Checks the stack (all layers of one dim), and the options with their weights. */
LAMELLA_INTERNAL lamella_status mix_check(call *c, const lamella_stack *stack, const lamella_fusion_mix_options *options, layer_mix *m);

/* A row as it is mixed: (x - shift) * factor; factor 0 for a row that adds nothing, which is counted. */
LAMELLA_INTERNAL row_norm mix_row_of(layer_mix *m, const float *x);

#endif
