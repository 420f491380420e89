/* canvas: layers painted over each other, their merge and their gradients */
#ifndef LAMELLA_FUSION_CANVAS_H
#define LAMELLA_FUSION_CANVAS_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What `alpha` holds. */
enum {
    LAMELLA_FUSION_OPACITY_STRAIGHT = 1, /* the default: the share of what lies behind that a layer hides, 0 .. 1; colours are not multiplied by it */
    LAMELLA_FUSION_OPACITY_DENSITY  = 2  /* sigma, 0 or more: alpha = 1 - exp(-sigma * thickness) */
};

typedef struct lamella_fusion_over_options {
    uint32_t struct_size;
    int32_t  opacity;   /* {LAMELLA_FUSION_OPACITY_...; 0 = STRAIGHT} */
    int32_t  clamp;     /* {0 or 1} 1 = an alpha outside 0 .. 1, or a density under 0, counts as the nearest that is allowed; 0 = it is refused */
    int32_t  reserved0;
    double   thickness; /* {over 0; 0 = 1} of a layer of densities */
    const lamella_view *depth;
    const lamella_view *background;
    const lamella_view *g_transmittance; /* of the gradients only */
} lamella_fusion_over_options;

typedef struct lamella_fusion_over_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *transmittance;
} lamella_fusion_over_outputs;

/* Those that are wanted. */
typedef struct lamella_fusion_over_backward_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *d_colours;
    const lamella_view *d_alpha;
    const lamella_view *d_background;
} lamella_fusion_over_backward_outputs;

typedef struct lamella_fusion_over_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_clamped; /* entries of alpha */
} lamella_fusion_over_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_fusion_over_options_init(lamella_fusion_over_options *options, uint32_t struct_size);

/**
 * Paints layers over each other, and over a background. Layers lie back to front: index 0 is the farthest.
 *
 *   T_1 = 1;   C += T_k a_k c_k;   T_{k+1} = T_k (1 - a_k);   out = C + T background,   k = 1 the nearest, which is the last index
 *
 * With depths every pixel sorts its layers first, the largest depth farthest; equal depths keep the order of indices. Sums run in f64
 * from the nearest layer on and are rounded once. No layer at all gives the background.
 *
 * @paper     Efficient 3D Articulated Human Generation with Layered Surface Volumes
 * @in        colours       f32|f64|f16|bf16 [layer, lead, channel] up to four axes of pixels, or none
 * @in        alpha         f32|f64|f16|bf16 [layer, lead]
 * @out       out           f32 [lead, channel]
 * @in        options       options {optional} NULL: straight alpha, refused outside 0 .. 1
 * @in        options.depth         f32|f64|f16|bf16 [layer, lead] NULL: layers lie as indexed
 * @in        options.background    f32|f64|f16|bf16 [lead, channel] NULL: zeros, so that out is C, of premultiplied colours
 * @out       outputs       outputs {optional} NULL: none
 * @out       outputs.transmittance f32 [lead] T behind the last layer, what is seen of the background
 * @out       result        result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC if an f64 colour does not fit f32, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, sums and alpha f64
 * @cost      O(layers * pixels * channels), and O(pixels * layers log layers) with depths
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_fusion_over(lamella_context *ctx, const lamella_view *colours, const lamella_view *alpha,
    const lamella_view *out, const lamella_fusion_over_options *options, const lamella_fusion_over_outputs *outputs,
    lamella_fusion_over_result *result);

/**
 * Joins two canvases that were painted apart without a background: layers can be split over threads, files and hosts.
 *
 *   (C1, T1) (C2, T2) = (C1 + T1 C2, T1 T2),   1 the nearer
 *
 * @paper     Efficient 3D Articulated Human Generation with Layered Surface Volumes
 * @in        near_colours       f32|f64|f16|bf16 [lead, channel] `out` of lamella_fusion_over without a background
 * @in        near_transmittance f32|f64|f16|bf16 [lead]
 * @in        far_colours        f32|f64|f16|bf16 [lead, channel] may have been painted over a background: then so is out
 * @in        far_transmittance  f32|f64|f16|bf16 [lead]
 * @out       out                f32 [lead, channel]
 * @out       outputs            outputs {optional} NULL: none
 * @out       outputs.transmittance f32 [lead]
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC if an f64 colour or a result does not fit f32, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, products and sums f64
 * @cost      O(pixels * channels)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_fusion_over_merge(lamella_context *ctx, const lamella_view *near_colours,
    const lamella_view *near_transmittance, const lamella_view *far_colours, const lamella_view *far_transmittance,
    const lamella_view *out, const lamella_fusion_over_outputs *outputs);

/**
 * Gradients of lamella_fusion_over.
 *
 *   dc_k = T_k a_k g,   da_k = T_k g . (c_k - R_k),   R_k all that lies behind k:  R_{k-1} = a_k c_k + (1 - a_k) R_k,  from the background on
 *
 * Nothing is divided by 1 - a: exact at a = 0 and a = 1. A clamped alpha has gradient 0; of densities it is the gradient to sigma.
 *
 * @paper     Efficient 3D Articulated Human Generation with Layered Surface Volumes
 * @in        colours         f32|f64|f16|bf16 [layer, lead, channel] as in lamella_fusion_over
 * @in        alpha           f32|f64|f16|bf16 [layer, lead]
 * @in        g_out           f32|f64|f16|bf16 [lead, channel] gradient of the loss to `out`
 * @in        options         options {optional} NULL: as in lamella_fusion_over
 * @in        options.depth           f32|f64|f16|bf16 [layer, lead] NULL: layers lie as indexed; it has no gradient
 * @in        options.background      f32|f64|f16|bf16 [lead, channel] NULL: zeros
 * @in        options.g_transmittance f32|f64|f16|bf16 [lead] to `transmittance`; NULL: zeros
 * @out       outputs         outputs {optional} NULL: none
 * @out       outputs.d_colours       f32 [layer, lead, channel]
 * @out       outputs.d_alpha         f32 [layer, lead]
 * @out       outputs.d_background    f32 [lead, channel]
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC if an f64 colour or a result does not fit f32, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32, sums and alpha f64
 * @cost      O(layers * pixels * channels), and O(pixels * layers log layers) with depths
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_fusion_over_backward(lamella_context *ctx, const lamella_view *colours, const lamella_view *alpha,
    const lamella_view *g_out, const lamella_fusion_over_options *options, const lamella_fusion_over_backward_outputs *outputs);

#ifdef __cplusplus
}
#endif

#endif
