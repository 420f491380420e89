/* Ordered compositing (Efficient 3D Articulated Human Generation with Layered Surface Volumes, section 3: alpha compositing of shells).
 *
 *   T_1 = 1;   C += T_k a_k c_k;   T_{k+1} = T_k (1 - a_k);   out = C + T background,   k = 1 the nearest
 *
 * A pixel is painted by one task, from its nearest layer on, in f64, and rounded once: the bits depend on neither threads nor blocks.
 * Colours are straight: a layer's colour counts with its alpha, once. From densities a = -expm1(-sigma thickness), exact near 0.
 * Differs from renderers: alpha outside 0 .. 1 is refused unless clamping was asked for, and then counted. */
#include "fusion/canvas.h"

typedef struct work {
    pixels out, transmittance;
} work;

/* sum += weight * colour of n pixels; known numbers of channels unroll. */
static inline void add_layer(const float *colour, const double *weight, int64_t n, int64_t channels, double *sum)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < channels; j++)
            sum[i * channels + j] += weight[i] * (double)colour[i * channels + j];
}

/* The nearest layer first; `weight` is room for n numbers. */
static void paint_as_indexed(const canvas *v, const canvas_block *b, double *sum, double *t, double *weight)
{
    for (int64_t k = v->n_layers - 1; k >= 0; k--) {
        const double *alpha = b->alpha + k * b->n;
        for (int64_t i = 0; i < b->n; i++) {
            weight[i] = t[i] * alpha[i];
            t[i] *= 1 - alpha[i];
        }
        switch (v->n_channels) {
        case 3: add_layer(b->colour[k], weight, b->n, 3, sum); break;
        case 4: add_layer(b->colour[k], weight, b->n, 4, sum); break;
        default: add_layer(b->colour[k], weight, b->n, v->n_channels, sum); break;
        }
    }
}

static void paint_by_depth(const canvas *v, const canvas_block *b, double *sum, double *t)
{
    int64_t channels = v->n_channels;
    for (int64_t i = 0; i < b->n; i++)
        for (int64_t place = v->n_layers - 1; place >= 0; place--) {
            int64_t k = layer_at(v, b, i, place);
            double alpha = b->alpha[k * b->n + i], weight = t[i] * alpha;
            add_layer(b->colour[k] + i * channels, &weight, 1, channels, sum + i * channels);
            t[i] *= 1 - alpha;
        }
}

static void paint_block(const canvas *v, const canvas_block *b, void *data)
{
    work *w = data;
    int64_t channels = v->n_channels;
    double *sum = (double *)b->rest, *t = sum + b->n * channels, *weight = t + b->n;
    float *rounded = (float *)(weight + b->n), *t_rounded = rounded + b->n * channels;
    for (int64_t i = 0; i < b->n; i++)
        t[i] = 1;
    for (int64_t i = 0; i < b->n * channels; i++)
        sum[i] = 0;
    if (b->order)
        paint_by_depth(v, b, sum, t);
    else
        paint_as_indexed(v, b, sum, t, weight);
    for (int64_t i = 0; i < b->n; i++) {
        for (int64_t at = i * channels; at < (i + 1) * channels; at++)
            rounded[at] = (float)(b->background ? sum[at] + t[i] * (double)b->background[at] : sum[at]);
        t_rounded[i] = (float)t[i];
    }
    pixels_store(&w->out, 0, b->first, b->n, rounded);
    if (w->transmittance.n)
        pixels_store(&w->transmittance, 0, b->first, b->n, t_rounded);
}

static lamella_status paint_layers(call *c, const lamella_view *colours, const lamella_view *alpha, const lamella_view *out,
                                   const lamella_fusion_over_options *options, const lamella_fusion_over_outputs *outputs,
                                   lamella_fusion_over_result *result)
{
    canvas v;
    lamella_fusion_over_outputs wanted;
    lamella_fusion_over_result found = { 0 };
    work w;

    TRY(canvas_check(c, colours, alpha, options, &v));
    if (v.o.g_transmittance)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.g_transmittance is given, expected none: it is of the gradients");
    TRY(canvas_output(c, &v, out, "out", WITH_CHANNELS, &w.out));
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(canvas_wanted(c, &v, wanted.transmittance, "outputs.transmittance", 0, &w.transmittance));
    TRY(RESULT_OPTIONAL(c, result));

    int64_t extra = (v.n_channels + 2) * (int64_t)(sizeof(double) + sizeof(float));
    TRY(canvas_each(c, &v, extra, paint_block, &w));
    found.n_clamped = v.n_clamped;
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_fusion_over(lamella_context *ctx, const lamella_view *colours, const lamella_view *alpha, const lamella_view *out,
                                   const lamella_fusion_over_options *options, const lamella_fusion_over_outputs *outputs,
                                   lamella_fusion_over_result *result)
{
    CALL(ctx, paint_layers(c, colours, alpha, out, options, outputs, result));
}
