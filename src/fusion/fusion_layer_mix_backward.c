/* Gradients of scalar mixing (LLMs are Also Effective Embedding Models: An In-depth Overview, section on layers) to weights and gamma.
 *
 *   d_l = sum_rows g . x_l;   ds = gamma d;   dw = ds, or with softmax dw_l = s_l (ds_l - sum_m s_m ds_m);   dgamma = sum_l s_l d_l
 *
 * One number a layer is all that the rows leave: it is summed panel by panel, and the panels are joined in order. */
#include "fusion/mix.h"
#include "fusion/pixels.h"

#include <math.h>
#include <string.h>

typedef struct mix_gradient {
    layer_mix *m;
    pixels     g;
    double    *d;     /* [layer]: d_l of all rows */
    lowest     fault; /* row * dim + column of g */
} mix_gradient;

/* One row of g; NULL: not finite. */
static const float *load_gradient(mix_gradient *w, int64_t row, char *room)
{
    const float *g = pixels_f32(&w->g, w->m->simd, 0, row, 1, room);
    int64_t at = w->m->simd->nonfinite_f32(g, w->m->dim);
    if (at == w->m->dim)
        return g;
    lowest_report(&w->fault, row * w->m->dim + at);
    return NULL;
}

/* g . (x - shift) factor */
static double dot_mixed(layer_mix *m, const float *g, const float *x)
{
    double lanes[DOT_LANES] = { 0 }, g_sum = 0;
    row_norm row = mix_row_of(m, x);
    m->simd->dot_lanes_f32(g, x, m->dim, lanes);
    for (int64_t j = 0; row.mean != 0 && j < m->dim; j++)
        g_sum += (double)g[j];
    return row.factor * (lanes_sum(lanes) - row.mean * g_sum);
}

static void panel_products(const panel_task *t, void *state, void *data)
{
    mix_gradient *w = data;
    double *sum = state;
    int64_t good = 1;
    panel p;
    for (int64_t l = 0; l < w->m->s.n_layers && good; l++) {
        sum[l] = 0;
        good = task_panel(t, l, 0, &p);
        for (int64_t row = 0; row < p.n && good; row++) {
            if (p.valid && !p.valid[row])
                continue;
            const float *g = load_gradient(w, p.first + row, t->room);
            good = g != NULL;
            sum[l] += good ? dot_mixed(w->m, g, (const float *)p.data + row * p.stride) : 0;
        }
    }
}

static lamella_status gradient_fault(call *c, const mix_gradient *w)
{
    int64_t at = lowest_get(&w->fault);
    if (at == INT64_MAX)
        return LAMELLA_OK;
    double value = pixel_f64(&w->g, 0, at / w->m->dim, at % w->m->dim);
    number n;
    return fail(c, isfinite(value) ? LAMELLA_ERR_NUMERIC : LAMELLA_ERR_NONFINITE, "g_mixed is %s at row %lld, column %lld, expected %s",
                number_text(value, &n), (long long)(at / w->m->dim), (long long)(at % w->m->dim),
                isfinite(value) ? "a number that f32 holds" : "a finite number");
}

/* d to the gradient of the weights, in place; returns the one of gamma. */
static double weights_from_products(const layer_mix *m, double *d)
{
    double d_gamma = 0;
    for (int64_t l = 0; l < m->s.n_layers; l++)
        d_gamma += m->share[l] * d[l];
    for (int64_t l = 0; l < m->s.n_layers; l++)
        d[l] = m->o.gamma * (m->o.weighting == LAMELLA_FUSION_WEIGHTING_SOFTMAX ? m->share[l] * (d[l] - d_gamma) : d[l]);
    return d_gamma;
}

static lamella_status mix_gradients(call *c, const lamella_stack *stack_, const lamella_view *g_mixed, const lamella_view *d_weights,
                                    const lamella_fusion_mix_options *options, const lamella_fusion_mix_backward_outputs *outputs)
{
    lamella_fusion_mix_backward_outputs wanted;
    layer_mix m;
    mix_gradient w = { .m = &m };
    lamella_view g, out;
    int64_t shape[LAMELLA_MAX_RANK], n_layers;

    TRY(mix_check(c, stack_, options, &m));
    int32_t rank = stack_lead_shape(&m.s, m.dim, shape);
    TRY(view_check_in(c, &g, g_mixed, FLOATS, "g_mixed", shape, rank));
    n_layers = m.s.n_layers;
    TRY(view_check_out(c, &out, d_weights, F64, "d_weights", &n_layers, 1));
    TRY(OUTPUTS(c, wanted, outputs));

    w.g = pixels_of(&g, WITH_CHANNELS);
    lowest_reset(&w.fault);
    TAKE_ZEROS(c, w.d, n_layers);
    TRY(sum_panels(c, &(panel_sum){ .s = &m.s, .n_layers = n_layers, .precision = LAMELLA_F32, .together = 1, .room_bytes = pixels_room(&w.g, 1),
                                    .sums = w.d, .n_sums = n_layers, .of_panel = panel_products, .data = &w }));
    TRY(gradient_fault(c, &w));
    double *d = w.d, of_gamma = weights_from_products(&m, d);
    for (int64_t l = 0; l < n_layers; l++)
        if (!isfinite(d[l]))
            return fail(c, LAMELLA_ERR_NUMERIC, "d_weights overflows f64 at layer %lld, expected smaller weights, gamma or gradients", (long long)l);
    if (wanted.d_gamma && !isfinite(of_gamma))
        return fail(c, LAMELLA_ERR_NUMERIC, "outputs.d_gamma overflows f64, expected smaller weights or gradients");
    for (int64_t l = 0; l < n_layers; l++)
        memcpy(view_at(&out, &l), &d[l], sizeof *d);
    if (wanted.d_gamma)
        *wanted.d_gamma = of_gamma;
    return LAMELLA_OK;
}

lamella_status lamella_fusion_mix_backward(lamella_context *ctx, const lamella_stack *stack, const lamella_view *g_mixed,
                                           const lamella_view *d_weights, const lamella_fusion_mix_options *options,
                                           const lamella_fusion_mix_backward_outputs *outputs)
{
    CALL(ctx, mix_gradients(c, stack, g_mixed, d_weights, options, outputs));
}
