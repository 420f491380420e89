/* layer: all layers of a row become one, by a weight for each layer */
#ifndef LAMELLA_FUSION_LAYER_H
#define LAMELLA_FUSION_LAYER_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the weights are. */
enum {
    LAMELLA_FUSION_WEIGHTING_GIVEN   = 1, /* the default: they count as they are, of any sign and sum */
    LAMELLA_FUSION_WEIGHTING_SOFTMAX = 2  /* exp(w_l) / sum_m exp(w_m), as a host trains them */
};

/* What happens to a row before it is mixed, so that no layer counts by its norm alone. */
enum {
    LAMELLA_FUSION_ROWS_RAW        = 1, /* the default */
    LAMELLA_FUSION_ROWS_UNIT       = 2, /* x / |x| */
    LAMELLA_FUSION_ROWS_LAYER_NORM = 3  /* (x - mean x) / std x, ddof 0, without scale and shift */
};

typedef struct lamella_fusion_mix_options {
    uint32_t struct_size;
    int32_t  weighting; /* {LAMELLA_FUSION_WEIGHTING_...; 0 = GIVEN} */
    int32_t  rows;      /* {LAMELLA_FUSION_ROWS_...; 0 = RAW} */
    int32_t  reserved0;
    double   gamma;     /* {finite; 0 = 1} factor of the whole */
    const lamella_view *weights;
} lamella_fusion_mix_options;

typedef struct lamella_fusion_mix_backward_outputs {
    uint32_t struct_size;
    uint32_t reserved0;
    double  *d_gamma;
} lamella_fusion_mix_backward_outputs;

typedef struct lamella_fusion_mix_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_zero_rows;   /* of one layer: of norm 0 (UNIT) or constant (LAYER_NORM); they add zeros */
    int64_t  n_masked_rows; /* written as zeros */
} lamella_fusion_mix_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_fusion_mix_options_init(lamella_fusion_mix_options *options, uint32_t struct_size);

/**
 * Mixes the layers of a stack row by row: the read-out between "the last layer" and "all of them".
 *
 *   mixed = gamma sum_l s_l x_l,   s = w or softmax(w)
 *
 * Sums run in f64, layer by layer in order, and are rounded once: the same bits at every SIMD level and for any thread count.
 *
 * @paper     LLMs are Also Effective Embedding Models: An In-depth Overview
 * @in        stack   stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is mixed; all of one dim
 * @out       mixed   f32 [lead, dim] rows under the mask are zeros
 * @in        options options {optional} NULL: the mean of the layers, raw rows
 * @in        options.weights f32|f64 [layer] NULL: the mean of the layers
 * @out       result  result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, NUMERIC, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, sums f64
 * @cost      O(layers * rows * dim) time, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_fusion_mix(lamella_context *ctx, const lamella_stack *stack, const lamella_view *mixed,
    const lamella_fusion_mix_options *options, lamella_fusion_mix_result *result);

/**
 * Gradients of lamella_fusion_mix to its weights and to gamma, so that a host can train them on any loss.
 *
 *   ds_l = gamma sum_rows g . x_l;   dw = ds, or with softmax dw_l = s_l (ds_l - sum_m s_m ds_m);   dgamma = sum_l s_l sum_rows g . x_l
 *
 * @paper     LLMs are Also Effective Embedding Models: An In-depth Overview
 * @in        stack     stack f32|f64|f16|bf16 [layer, sample, dim] as in lamella_fusion_mix
 * @in        g_mixed   f32|f64|f16|bf16 [lead, dim] gradient of the loss to `mixed`; never read under the mask
 * @out       d_weights f64 [layer]
 * @in        options   options {optional} NULL: as in lamella_fusion_mix
 * @in        options.weights f32|f64 [layer] NULL: the mean of the layers
 * @out       outputs   outputs {optional} NULL: none
 * @out       outputs.d_gamma f64 the gradient to gamma
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, NUMERIC, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, sums f64
 * @cost      O(layers * rows * dim) time, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_fusion_mix_backward(lamella_context *ctx, const lamella_stack *stack, const lamella_view *g_mixed,
    const lamella_view *d_weights, const lamella_fusion_mix_options *options, const lamella_fusion_mix_backward_outputs *outputs);

#ifdef __cplusplus
}
#endif

#endif
