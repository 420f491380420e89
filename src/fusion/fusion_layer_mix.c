/* Scalar mixing of layers (LLMs are Also Effective Embedding Models: An In-depth Overview, section on layers: the weighted sum of all of them).
 *
 *   mixed = gamma sum_l s_l x_l,   s = w or softmax(w)
 *
 * A task takes one panel through all layers, in order, in f64, and rounds once, so the bits depend on neither threads nor reads.
 * Differs from the codes: a row's own normalisation looks at that row alone (there the layer norm is over the padded batch, so that a
 * text's vector depends on its neighbours), and a zero row stays zero without a floor. */
#include "fusion/mix.h"
#include "fusion/pixels.h"

#include <string.h>

typedef struct work {
    layer_mix *m;
    pixels     mixed;
    lowest     fault; /* row * dim + column of a sum that f32 does not hold */
} work;

static void add_mixed(const layer_mix *m, const float *x, row_norm row, double weight, double *sum)
{
    double factor = weight * row.factor;
    if (row.mean == 0)
        m->simd->add_scaled_f32(x, m->dim, factor, sum);
    else
        for (int64_t j = 0; j < m->dim; j++)
            sum[j] += factor * ((double)x[j] - row.mean);
}

/* room: the sums of the panel's rows, then one of them rounded. */
static void mix_panel(const panel_task *t, void *state, void *data)
{
    work *w = data;
    int64_t dim = w->m->dim, n_layers = w->m->s.n_layers, most = panel_most(&w->m->s), good = 1;
    double *sum = t->room;
    float *rounded = (float *)(sum + most * dim);
    panel p = { .n = 0 };
    (void)state;
    memset(sum, 0, (size_t)(most * dim) * sizeof *sum);
    for (int64_t l = 0; l < n_layers && good; l++) {
        good = task_panel(t, l, 0, &p);
        for (int64_t row = 0; row < p.n && good; row++) {
            const float *x = (const float *)p.data + row * p.stride;
            if (!p.valid || p.valid[row])
                add_mixed(w->m, x, mix_row_of(w->m, x), w->m->share[l], sum + row * dim);
        }
    }
    for (int64_t row = 0; row < p.n && good; row++) {
        for (int64_t j = 0; j < dim; j++)
            rounded[j] = (float)(w->m->o.gamma * sum[row * dim + j]);
        int64_t at = w->m->simd->nonfinite_f32(rounded, dim);
        if (at < dim)
            lowest_report(&w->fault, (p.first + row) * dim + at);
        pixels_store(&w->mixed, 0, p.first + row, 1, rounded);
    }
}

static lamella_status mix_layers(call *c, const lamella_stack *stack_, const lamella_view *mixed, const lamella_fusion_mix_options *options,
                                 lamella_fusion_mix_result *result)
{
    layer_mix m;
    work w = { .m = &m };
    lamella_view out;
    lamella_fusion_mix_result found = { 0 };
    int64_t shape[LAMELLA_MAX_RANK];

    TRY(mix_check(c, stack_, options, &m));
    int32_t rank = stack_lead_shape(&m.s, m.dim, shape);
    TRY(view_check_out(c, &out, mixed, F32, "mixed", shape, rank));
    TRY(RESULT_OPTIONAL(c, result));

    w.mixed = pixels_of(&out, WITH_CHANNELS);
    lowest_reset(&w.fault);
    TRY(sum_panels(c, &(panel_sum){ .s = &m.s, .n_layers = m.s.n_layers, .precision = LAMELLA_F32, .together = 1,
                                    .room_bytes = m.dim * (panel_most(&m.s) * (int64_t)sizeof(double) + (int64_t)sizeof(float)),
                                    .of_panel = mix_panel, .data = &w }));
    int64_t at = lowest_get(&w.fault);
    if (at != INT64_MAX)
        return fail(c, LAMELLA_ERR_NUMERIC, "mixed overflows f32 at row %lld, column %lld, expected smaller weights, gamma or rows",
                    (long long)(at / m.dim), (long long)(at % m.dim));
    found.n_zero_rows = m.n_zero_rows;
    found.n_masked_rows = stack_masked(&m.s);
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_fusion_mix(lamella_context *ctx, const lamella_stack *stack, const lamella_view *mixed,
                                  const lamella_fusion_mix_options *options, lamella_fusion_mix_result *result)
{
    CALL(ctx, mix_layers(c, stack, mixed, options, result));
}
