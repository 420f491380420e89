/* Views of canvases: [layer, pixel.., channel], where the axis of layers or of channels may be missing. Any dtype, any strides. */
#ifndef FUSION_PIXELS_H
#define FUSION_PIXELS_H

#include "tensor/tensor.h"

typedef struct pixels {
    lamella_view one;        /* a layer: [pixel.., channel] */
    int64_t      n_layers;
    int64_t      n;          /* pixels of a layer */
    int64_t      n_channels;
    int64_t      layer_step; /* elements */
    int64_t      step;       /* elements from pixel to pixel; 0: not the same everywhere */
} pixels;

enum { WITH_LAYERS = 1, WITH_CHANNELS = 2 };

/* Of a checked view. */
LAMELLA_INTERNAL pixels       pixels_of(const lamella_view *v, int axes);
/* Bytes that pixels_f32 may need for n pixels, a multiple of 64. */
LAMELLA_INTERNAL int64_t      pixels_room(const pixels *p, int64_t n);
/* Pixels first .. first + n - 1 of a layer as [n, n_channels]: the host's memory where it is that already, else in room. */
LAMELLA_INTERNAL const float *pixels_f32(const pixels *p, const kernels *simd, int64_t layer, int64_t first, int64_t n, void *room);
/* The same of one channel in f64, into `out`; room as for n pixels. */
LAMELLA_INTERNAL void         pixels_f64(const pixels *p, const kernels *simd, int64_t layer, int64_t first, int64_t n, void *room, double *out);
/* One number. */
LAMELLA_INTERNAL double       pixel_f64(const pixels *p, int64_t layer, int64_t pixel, int64_t channel);
/* Writes [n, n_channels] to an f32 output. */
LAMELLA_INTERNAL void         pixels_store(const pixels *p, int64_t layer, int64_t first, int64_t n, const float *from);

#endif
