/* Layers of a canvas, back to front, and blocks of its pixels: what compositing and its gradients share. */
#ifndef FUSION_CANVAS_H
#define FUSION_CANVAS_H

#include "fusion/pixels.h"
#include "lamella/fusion/canvas.h"

/* The inputs, in argument order. */
enum { CANVAS_COLOURS, CANVAS_ALPHA, CANVAS_DEPTH, CANVAS_BACKGROUND, CANVAS_G_OUT, CANVAS_G_TRANSMITTANCE, N_CANVAS_INPUTS };

typedef struct canvas {
    lamella_fusion_over_options o;
    pixels         in[N_CANVAS_INPUTS];
    int            has[N_CANVAS_INPUTS];
    lamella_view   view[N_CANVAS_INPUTS]; /* checked */
    int64_t        n_layers, n_channels, n_pixels;
    int64_t        block;                 /* pixels that a task paints at once: by the data's size */
    const kernels *simd;
    lowest         fault;
    int64_t        n_clamped;
} canvas;

/* Checks colours, alpha, the options, and depth and background if there are any. */
LAMELLA_INTERNAL lamella_status canvas_check(call *c, const lamella_view *colours, const lamella_view *alpha,
                                             const lamella_fusion_over_options *options, canvas *v);
/* One input more. */
LAMELLA_INTERNAL lamella_status canvas_input(call *c, canvas *v, int input, const lamella_view *theirs);
/* An f32 output apart from the inputs, shaped like the canvas: axes as in pixels_of. canvas_wanted: NULL leaves pixels to which nothing is
 * stored. */
LAMELLA_INTERNAL lamella_status canvas_wanted(call *c, const canvas *v, const lamella_view *theirs, const char *name, int axes, pixels *p);
LAMELLA_INTERNAL lamella_status canvas_output(call *c, const canvas *v, const lamella_view *theirs, const char *name, int axes, pixels *p);

/* n pixels of all layers. Place j = 0 .. n_layers - 1 of a pixel runs from the farthest layer to the nearest. */
typedef struct canvas_block {
    int64_t       first, n;
    const float **colour;     /* [layer]: [n, channel] */
    double       *alpha;      /* [layer, n] */
    double       *slope;      /* [layer, n]: d alpha / d entry; 0 where clamped */
    int32_t      *order;      /* [n, place]: the layer there; NULL without depths */
    const float  *background; /* [n, channel], or NULL */
    const float  *g_out;      /* [n, channel], or NULL */
    const float  *g_transmittance; /* [n], or NULL */
    char         *rest;       /* room that is left: `extra` bytes a pixel of canvas_each */
} canvas_block;

static inline int64_t layer_at(const canvas *v, const canvas_block *b, int64_t pixel, int64_t place)
{
    return b->order ? b->order[pixel * v->n_layers + place] : place;
}

/* Runs paint(v, block, data) for all blocks, on all threads; then reports what was found wrong. */
LAMELLA_INTERNAL lamella_status canvas_each(call *c, canvas *v, int64_t extra, void (*paint)(const canvas *v, const canvas_block *b, void *data),
                                            void *data);

#endif
