/* Rows to numbers and tokens to rows. Level 3. */
#ifndef REDUCE_REDUCE_H
#define REDUCE_REDUCE_H

#include "tensor/tensor.h"

/* ---- row norms: reduce/norm.c. Sums in f64 over 16 fixed lanes: the same bits at every SIMD level ---- */

/* |x|, without under- or overflow of the squares. */
LAMELLA_INTERNAL double norm_f64(const kernels *k, const double *x, int64_t n);

/* norms[i] = |x[:widths[i]]| for rising widths, from one pass. Squares of f32 neither under- nor overflow in f64. */
LAMELLA_INTERNAL void prefix_norms_f32(const kernels *k, const float *x, const int64_t *widths, int64_t n_widths, double *norms);

/* ---- the token sweep: reduce/tokens.c ---- */

/* Tokens of every sample of one layer to one row: readout is LAMELLA_READOUT_..., weights one per vector or NULL. */
typedef struct token_sweep {
    const stack  *s;
    int32_t       readout;
    const double *weights;   /* WEIGHTED: [n_vectors], checked: finite and not negative where valid */
} token_sweep;

/* pooled: f32 [sample, dim(l)], checked. */
LAMELLA_INTERNAL lamella_status sweep_tokens(call *c, const token_sweep *t, int64_t l, const lamella_view *pooled);
/* Samples without a valid token, or of no weight. */
LAMELLA_INTERNAL int64_t        sweep_empty_samples(const token_sweep *t);

#endif
