/* Gradients of ordered compositing (Efficient 3D Articulated Human Generation with Layered Surface Volumes, section 3).
 *
 *   dc_k = T_k a_k g,   da_k = T_k g . (c_k - R_k),   R_{k-1} = a_k c_k + (1 - a_k) R_k,   R_n = background
 *
 * R_k is all that lies behind layer k, so one pass from the back carries it, after one from the front has left T_k. The usual form takes
 * R_k from the picture by division by 1 - a_k, which a = 1 makes 0/0; here nothing is divided.
 * The transmittance is the same picture in a channel of its own, where every colour is 0 and the background 1. */
#include "fusion/canvas.h"

typedef struct work {
    pixels d_colours, d_alpha, d_background;
    lowest overflow; /* layer * pixels + pixel of a gradient that f32 does not hold; the others are shares of g */
} work;

/* A block's room. */
typedef struct backward_room {
    double *before; /* [layer, n]: T_k */
    double *t;      /* [n]: T behind all layers */
    double *behind; /* [channel + 1]: R_k of the pixel at work, and its transmittance */
    double *weight; /* [n] */
    float  *alpha;  /* [layer, n]: da_k */
    float  *row;    /* [n, channel] */
} backward_room;

static int64_t bytes_a_pixel(const canvas *v)
{
    return (v->n_layers + v->n_channels + 3) * (int64_t)sizeof(double) + (v->n_layers + v->n_channels) * (int64_t)sizeof(float);
}

static backward_room cut_backward_room(const canvas *v, const canvas_block *b)
{
    backward_room room = { .before = (double *)b->rest };
    room.t = room.before + v->n_layers * b->n;
    room.behind = room.t + b->n;
    room.weight = room.behind + v->n_channels + 1;
    room.alpha = (float *)(room.weight + b->n);
    room.row = room.alpha + v->n_layers * b->n;
    return room;
}

static void transmit(const canvas *v, const canvas_block *b, const backward_room *room)
{
    for (int64_t i = 0; i < b->n; i++)
        room->t[i] = 1;
    for (int64_t place = v->n_layers - 1; place >= 0; place--)
        for (int64_t i = 0; i < b->n; i++) {
            int64_t at = layer_at(v, b, i, place) * b->n + i;
            room->before[at] = room->t[i];
            room->t[i] *= 1 - b->alpha[at];
        }
}

/* g . (c_k - R_k) of one pixel; R steps from behind layer k to behind the next nearer one. */
static double step_forward(const canvas *v, double a, const float *colour, const float *g, double g_t, double *behind)
{
    double sum = 0;
    for (int64_t j = 0; j < v->n_channels; j++) {
        double c = (double)colour[j];
        sum += (double)g[j] * (c - behind[j]);
        behind[j] = a * c + (1 - a) * behind[j];
    }
    sum -= g_t * behind[v->n_channels];
    behind[v->n_channels] *= 1 - a;
    return sum;
}

static void alphas_from_the_back(const canvas *v, const canvas_block *b, const backward_room *room)
{
    int64_t channels = v->n_channels;
    for (int64_t i = 0; i < b->n; i++) {
        double *behind = room->behind, g_t = b->g_transmittance ? (double)b->g_transmittance[i] : 0;
        for (int64_t j = 0; j < channels; j++)
            behind[j] = b->background ? (double)b->background[i * channels + j] : 0;
        behind[channels] = 1;
        for (int64_t place = 0; place < v->n_layers; place++) {
            int64_t k = layer_at(v, b, i, place), at = k * b->n + i;
            double d = step_forward(v, b->alpha[at], b->colour[k] + i * channels, b->g_out + i * channels, g_t, behind);
            room->alpha[at] = (float)(room->before[at] * d * b->slope[at]);
        }
    }
}

/* weight g, of n pixels. */
static void store_weighted(const canvas_block *b, const double *weight, float *row, const pixels *out, int64_t layer)
{
    for (int64_t i = 0; i < b->n; i++)
        for (int64_t at = i * out->n_channels; at < (i + 1) * out->n_channels; at++)
            row[at] = (float)(weight[i] * (double)b->g_out[at]);
    pixels_store(out, layer, b->first, b->n, row);
}

static void backward_block(const canvas *v, const canvas_block *b, void *data)
{
    work *w = data;
    backward_room room = cut_backward_room(v, b);
    transmit(v, b, &room);
    if (w->d_alpha.n) {
        alphas_from_the_back(v, b, &room);
        for (int64_t k = 0; k < v->n_layers; k++) {
            int64_t at = v->simd->nonfinite_f32(room.alpha + k * b->n, b->n);
            if (at < b->n)
                lowest_report(&w->overflow, k * v->n_pixels + b->first + at);
            pixels_store(&w->d_alpha, k, b->first, b->n, room.alpha + k * b->n);
        }
    }
    for (int64_t k = 0; w->d_colours.n && k < v->n_layers; k++) {
        for (int64_t i = 0; i < b->n; i++)
            room.weight[i] = room.before[k * b->n + i] * b->alpha[k * b->n + i];
        store_weighted(b, room.weight, room.row, &w->d_colours, k);
    }
    if (w->d_background.n)
        store_weighted(b, room.t, room.row, &w->d_background, 0);
}

static lamella_status paint_backward(call *c, const lamella_view *colours, const lamella_view *alpha, const lamella_view *g_out,
                                     const lamella_fusion_over_options *options, const lamella_fusion_over_backward_outputs *outputs)
{
    canvas v;
    lamella_fusion_over_backward_outputs wanted;
    work w;

    TRY(canvas_check(c, colours, alpha, options, &v));
    TRY(canvas_input(c, &v, CANVAS_G_OUT, g_out));
    if (v.o.g_transmittance)
        TRY(canvas_input(c, &v, CANVAS_G_TRANSMITTANCE, v.o.g_transmittance));
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(canvas_wanted(c, &v, wanted.d_colours, "outputs.d_colours", WITH_LAYERS | WITH_CHANNELS, &w.d_colours));
    TRY(canvas_wanted(c, &v, wanted.d_alpha, "outputs.d_alpha", WITH_LAYERS, &w.d_alpha));
    TRY(canvas_wanted(c, &v, wanted.d_background, "outputs.d_background", WITH_CHANNELS, &w.d_background));
    lowest_reset(&w.overflow);
    TRY(canvas_each(c, &v, bytes_a_pixel(&v), backward_block, &w));
    int64_t at = lowest_get(&w.overflow);
    if (at != INT64_MAX)
        return fail(c, LAMELLA_ERR_NUMERIC, "outputs.d_alpha overflows f32 at layer %lld, pixel %lld, expected smaller colours, gradients or thickness",
                    (long long)(at / v.n_pixels), (long long)(at % v.n_pixels));
    return LAMELLA_OK;
}

lamella_status lamella_fusion_over_backward(lamella_context *ctx, const lamella_view *colours, const lamella_view *alpha, const lamella_view *g_out,
                                            const lamella_fusion_over_options *options, const lamella_fusion_over_backward_outputs *outputs)
{
    CALL(ctx, paint_backward(c, colours, alpha, g_out, options, outputs));
}
