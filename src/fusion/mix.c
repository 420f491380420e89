#include "fusion/mix.h"
#include "options/options.h"
#include "reduce/reduce.h"

static lamella_status check_mixed_stack(call *c, const lamella_stack *stack_, layer_mix *m)
{
    *m = (layer_mix){ .simd = simd_of(c) };
    TRY(stack_check(c, &m->s, stack_, FLOATS, "stack"));
    m->dim = stack_dim(&m->s, 0);
    for (int64_t l = 1; l < m->s.n_layers; l++)
        if (stack_dim(&m->s, l) != m->dim)
            return fail(c, LAMELLA_ERR_SHAPE, "stack.layer[%lld] has dim %lld, expected %lld (= dim of stack.layer[0])", (long long)l,
                        (long long)stack_dim(&m->s, l), (long long)m->dim);
    return LAMELLA_OK;
}

static lamella_status check_mix_weights(call *c, layer_mix *m)
{
    lamella_view v;
    int64_t n = m->s.n_layers;
    TAKE(c, m->share, n);
    for (int64_t l = 0; l < n; l++)
        m->share[l] = 1.0 / (double)n;
    if (!m->o.weights)
        return LAMELLA_OK;
    TRY(view_check_in(c, &v, m->o.weights, F32 | F64, "options.weights", &n, 1));
    TRY(view_numbers(c, &v, "options.weights", m->share));
    if (m->o.weighting == LAMELLA_FUSION_WEIGHTING_SOFTMAX)
        softmax(m->share, n);
    return LAMELLA_OK;
}

lamella_status mix_check(call *c, const lamella_stack *stack_, const lamella_fusion_mix_options *options, layer_mix *m)
{
    TRY(check_mixed_stack(c, stack_, m));
    TRY(OPTIONS(c, m->o, options, fusion_mix));
    m->s.by_direction = m->o.rows != LAMELLA_FUSION_ROWS_RAW;
    return check_mix_weights(c, m);
}

row_norm mix_row_of(layer_mix *m, const float *x)
{
    row_norm row = { 0, 1 };
    if (m->o.rows == LAMELLA_FUSION_ROWS_UNIT) {
        double norm;
        prefix_norms_f32(m->simd, x, &m->dim, 1, &norm);
        row.factor = norm > 0 ? 1 / norm : 0;
    } else if (m->o.rows == LAMELLA_FUSION_ROWS_LAYER_NORM)
        row = layer_norm_f32(x, m->dim, 0);
    if (row.factor == 0)
        tally_add(&m->n_zero_rows, 1);
    return row;
}
