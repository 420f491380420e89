/* Token pooling (Pooling And Attention: What Are Effective Designs For LLm-Based Embedding Models?, section 3: first, last, mean, max).
 *
 *   mean = sum_t m_t x_t / sum_t m_t,   max_j = max over t with m_t = 1 of x_tj,   weighted = sum_t m_t w_t x_t / sum_t m_t w_t
 *
 * All of it is one sweep over the tokens (reduce/tokens.c); this file checks and counts.
 * Differs from the codes: max is taken over valid tokens (AnglE multiplies by the mask first, so that padding enters as 0); last is the
 * last valid token on either side of padding; the mean in first + mean leaves padding out; an empty sample is a row of zeros, counted. */
#include "lamella/fusion/pool.h"
#include "options/options.h"
#include "reduce/reduce.h"

static lamella_status pool_tokens(call *c, const lamella_stack *stack_, const lamella_view *pooled, const lamella_fusion_pool_options *options,
                                  lamella_fusion_pool_result *result)
{
    lamella_fusion_pool_options o;
    lamella_fusion_pool_result found = { 0 };
    lamella_view *out;
    stack s;
    token_sweep t;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    if (!stack_has_tokens(&s))
        return fail(c, LAMELLA_ERR_SHAPE, "stack.layer[0].rank is 2, expected a token axis or offsets: [sample, dim] is pooled already");
    TRY(OPTIONS(c, o, options, fusion_pool));
    TRY(sweep_open(c, &s, o.readout, o.weights, &t));
    TRY(stack_check_outs(c, &s, pooled, F32, "pooled", &s.n_samples, 1, NULL, &out));
    TRY(RESULT_OPTIONAL(c, result));

    for (int64_t l = 0; l < s.n_layers; l++)
        TRY_ITEMS(NULL, l, 1, s.n_layers, sweep_layer(c, &t, l, &out[l]));
    found.n_empty_samples = t.n_empty;
    write_sized(result, &found, (int64_t)sizeof found);
    return t.n_empty ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_fusion_pool(lamella_context *ctx, const lamella_stack *stack, const lamella_view *pooled,
                                   const lamella_fusion_pool_options *options, lamella_fusion_pool_result *result)
{
    CALL(ctx, pool_tokens(c, stack, pooled, options, result));
}
