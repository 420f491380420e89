/* Rows to numbers and tokens to rows. Level 3. */
#ifndef REDUCE_REDUCE_H
#define REDUCE_REDUCE_H

#include "tensor/tensor.h"

/* ---- L2 norms: reduce/norm.c. Sums in f64 over 16 fixed lanes: the same bits at every SIMD level ---- */

/* |x|, without under- or overflow of the squares. */
LAMELLA_INTERNAL double norm_f64(const kernels *k, const double *x, int64_t n);

/* unit := x / |x|, zeros if the norm is 0; returns the norm. In place is allowed. */
LAMELLA_INTERNAL double unit_row(const kernels *k, const double *x, int64_t n, double *unit);

/* x . y / (|x| |y|), the norms given and over 0. */
LAMELLA_INTERNAL double cosine_f64(const kernels *k, const double *x, const double *y, int64_t n, double x_norm, double y_norm);

/* norms[i] = |x[:widths[i]]| for rising widths, from one pass. Squares of f32 neither under- nor overflow in f64. */
LAMELLA_INTERNAL void prefix_norms_f32(const kernels *k, const float *x, const int64_t *widths, int64_t n_widths, double *norms);

/* ---- numbers of any size; rows by LayerNorm and RMS norm: reduce/norm.c ---- */

/* 1, or for numbers whose squares f64 would not hold a power of two near the largest. */
LAMELLA_INTERNAL double range_unit(double largest);

/* The house's rule: the variance (ddof 0) lies within the rounding bound of its own mean. n: numbers that were summed plainly; 1 for a
 * mean that is right to the last bit, as those above are. */
LAMELLA_INTERNAL int    is_constant_column(int64_t n, double mean, double variance);

/* y = (x - mean) * factor; factor 0 where the row is constant (RMS: zero) and epsilon 0. */
typedef struct row_norm {
    double mean, factor;
} row_norm;

/* The mean of a row and 1 / sqrt(variance + epsilon), ddof 0. */
LAMELLA_INTERNAL row_norm layer_norm_f32(const float *x, int64_t n, double epsilon);
LAMELLA_INTERNAL row_norm layer_norm_f64(const double *x, int64_t n, double epsilon);
/* 0 and 1 / sqrt(mean of squares + epsilon). */
LAMELLA_INTERNAL row_norm rms_norm_f64(const kernels *k, const double *x, int64_t n, double epsilon);

/* w := exp(w) / sum exp(w), shifted by the largest, so that no exponential overflows; returns log sum exp(w). */
LAMELLA_INTERNAL double   softmax(double *w, int64_t n);

/* ---- the token sweep: reduce/tokens.c. Tokens of every sample to one row, in token order, sums in f64 ---- */

typedef struct token_span {
    int64_t first, end; /* the vectors that the readout looks at; equal for an empty sample */
} token_span;

typedef struct token_sweep {
    row_source        source;    /* first: the pooled rows, f32, of a stack that has it as its source */
    const stack      *s;
    int32_t           readout;   /* LAMELLA_READOUT_... */
    const double     *weights;   /* WEIGHTED: [n_vectors], scaled within each sample so that the largest is in [1, 2) */
    const token_span *span;      /* [n_samples] */
    int64_t           n_empty;   /* samples without a valid token (WEIGHTED: of weight over 0) */
} token_sweep;

/* Once for all layers. `weights` is the caller's view, NULL unless WEIGHTED; both are checked. */
LAMELLA_INTERNAL lamella_status sweep_open(call *c, const stack *s, int32_t readout, const lamella_view *weights, token_sweep *t);
/* One layer into `pooled`, a checked f32 [sample, dim(l)]; empty samples become zeros. */
LAMELLA_INTERNAL lamella_status sweep_layer(call *c, const token_sweep *t, int64_t l, const lamella_view *pooled);

#endif
