/* pool: many token rows of a sample become one */
#ifndef LAMELLA_FUSION_POOL_H
#define LAMELLA_FUSION_POOL_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lamella_fusion_pool_options {
    uint32_t struct_size;
    int32_t  readout; /* {LAMELLA_READOUT_...; 0 = MEAN} */
    const lamella_view *weights;
} lamella_fusion_pool_options;

typedef struct lamella_fusion_pool_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_empty_samples; /* samples without a valid token (WEIGHTED: of weight over 0): their rows are zeros */
} lamella_fusion_pool_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_fusion_pool_options_init(lamella_fusion_pool_options *options, uint32_t struct_size);

/**
 * Pools the tokens of every sample into one row, in every layer: first, last, mean, max or weighted.
 *
 *   mean  = sum_t m_t x_t / sum_t m_t,   max_j = max over t with m_t = 1 of x_tj,   weighted = sum_t m_t w_t x_t / sum_t m_t w_t
 *
 * Sums run in f64, token by token in order: the same bits at every SIMD level and for any thread count.
 * CLS and LAST read no token but the one they take. Max is taken over valid tokens; multiplying by the mask first, as some codes do, lets padding in as 0.
 *
 * @paper     Pooling And Attention: What Are Effective Designs For LLm-Based Embedding Models?
 * @in        stack   stack f32|f64|f16|bf16 [layer, sample, token, dim], masked or ragged; a canvas [layer, sample, y, x, dim] alike
 * @out       pooled[layer] f32 [sample, dim(l)] can stand as `layer` of the next stack
 * @in        options options {optional} NULL: mean
 * @in        options.weights f32|f64 [lead] of each token, 0 or more; never read under the mask. For WEIGHTED, else NULL
 * @out       result  result {optional}
 * @return    OK, NOTE if a sample was empty; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, sums f64
 * @cost      O(layers * tokens * dim) time, one pass over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_fusion_pool(lamella_context *ctx, const lamella_stack *stack, const lamella_view *pooled,
    const lamella_fusion_pool_options *options, lamella_fusion_pool_result *result);

#ifdef __cplusplus
}
#endif

#endif
