/* truncate: prefixes of every layer, renormalised, at a list of widths */
#ifndef LAMELLA_MATRYOSHKA_TRUNCATE_H
#define LAMELLA_MATRYOSHKA_TRUNCATE_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What happens to a prefix. */
enum {
    LAMELLA_MATRYOSHKA_NORMALISE_L2   = 1, /* the default */
    LAMELLA_MATRYOSHKA_NORMALISE_NONE = 2  /* sliced only */
};

typedef struct lamella_matryoshka_truncate_options {
    uint32_t struct_size;
    int32_t  normalise; /* {LAMELLA_MATRYOSHKA_NORMALISE_...; 0 = L2} */
} lamella_matryoshka_truncate_options;

typedef struct lamella_matryoshka_truncate_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_zero_rows;   /* prefixes of norm 0, over all layers and widths: they stay zero */
    int64_t  n_masked_rows; /* rows under the mask, of one layer at one width: written as zeros */
} lamella_matryoshka_truncate_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_matryoshka_truncate_options_init(lamella_matryoshka_truncate_options *options, uint32_t struct_size);

/**
 * Cuts every row of every layer to its first m dims and renormalises it, for each of a list of widths.
 *
 *   out[l, k] = x[:m] / |x[:m]|,   m = widths[k]
 *
 * The norms of all widths come from one pass of running sums, in f64 over fixed lanes: the same bits at every SIMD level.
 *
 * @paper     Matryoshka Representation Learning
 * @in        stack   stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token's row is cut
 * @in        widths  list i64 [width] each 1 .. dim of every layer, in any order
 * @in        n_widths i64 at least 1
 * @out       out[layer, width] f32 [lead, widths[k]] rows under the mask are zeros
 * @in        options options {optional} NULL: L2
 * @out       result  result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, NUMERIC if f32 does not hold an f64 row, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, norms f64
 * @cost      O(layers * rows * dim) time, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_truncate(lamella_context *ctx, const lamella_stack *stack,
    const int64_t *widths, int64_t n_widths, const lamella_view *out, const lamella_matryoshka_truncate_options *options,
    lamella_matryoshka_truncate_result *result);

#ifdef __cplusplus
}
#endif

#endif
