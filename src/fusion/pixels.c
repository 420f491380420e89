#include "fusion/pixels.h"

#include <string.h>

pixels pixels_of(const lamella_view *v, int axes)
{
    pixels p = { .one = *v, .n_layers = 1, .n = 1 };
    if (axes & WITH_LAYERS) {
        p.n_layers = v->shape[0];
        p.layer_step = v->stride[0];
        p.one.rank--;
        memmove(p.one.shape, p.one.shape + 1, (size_t)p.one.rank * sizeof *p.one.shape);
        memmove(p.one.stride, p.one.stride + 1, (size_t)p.one.rank * sizeof *p.one.stride);
    }
    if (!(axes & WITH_CHANNELS)) {
        p.one.shape[p.one.rank] = p.one.stride[p.one.rank] = 1;
        p.one.rank++;
    }
    for (int32_t a = 0; a + 1 < p.one.rank; a++)
        p.n *= p.one.shape[a];
    p.n_channels = p.one.shape[p.one.rank - 1];
    p.step = run_step(&p.one);
    return p;
}

/* The first channel of a pixel. */
static char *pixel_at(const pixels *p, int64_t layer, int64_t pixel)
{
    int64_t size = dtype_size(p->one.dtype);
    char *at = p->step ? (char *)p->one.data + pixel * p->step * size : view_run(&p->one, pixel);
    return at + layer * p->layer_step * size;
}

int64_t pixels_room(const pixels *p, int64_t n)
{
    int64_t size = p->one.dtype == LAMELLA_F32 ? 0 : dtype_size(p->one.dtype); /* gathered in its own dtype, then converted */
    return whole_lines(n * p->n_channels * (int64_t)sizeof(float)) + whole_lines(n * p->n_channels * size);
}

const float *pixels_f32(const pixels *p, const kernels *simd, int64_t layer, int64_t first, int64_t n, void *room)
{
    int64_t size = dtype_size(p->one.dtype), stride = run_stride(&p->one), cells = n * p->n_channels;
    int is_f32 = p->one.dtype == LAMELLA_F32;
    float *out = room;
    const char *from = pixel_at(p, layer, first);
    int dense = stride == 1 && (n == 1 || p->step == p->n_channels) && (uintptr_t)from % (uintptr_t)size == 0;
    if (!dense) {
        char *to = is_f32 ? room : (char *)room + whole_lines(cells * (int64_t)sizeof *out);
        from = to;
        for (int64_t i = 0; i < n; i++)
            to = copy_run(to, pixel_at(p, layer, first + i), p->n_channels, stride, size);
    }
    if (is_f32)
        return (const float *)(const void *)from;
    run_to_f32(simd, p->one.dtype, from, cells, out);
    return out;
}

void pixels_f64(const pixels *p, const kernels *simd, int64_t layer, int64_t first, int64_t n, void *room, double *out)
{
    if (p->one.dtype == LAMELLA_F64)
        for (int64_t i = 0; i < n; i++)
            memcpy(&out[i], pixel_at(p, layer, first + i), sizeof *out);
    else
        simd->f32_to_f64(pixels_f32(p, simd, layer, first, n, room), n, out);
}

double pixel_f64(const pixels *p, int64_t layer, int64_t pixel, int64_t channel)
{
    return load_f64(p->one.dtype, pixel_at(p, layer, pixel) + channel * run_stride(&p->one) * dtype_size(p->one.dtype));
}

void pixels_store(const pixels *p, int64_t layer, int64_t first, int64_t n, const float *from)
{
    int64_t stride = run_stride(&p->one), size = (int64_t)sizeof *from;
    for (int64_t i = 0; i < n; i++, from += p->n_channels) {
        char *to = pixel_at(p, layer, first + i);
        if (stride == 1)
            memcpy(to, from, (size_t)(p->n_channels * size));
        else
            for (int64_t k = 0; k < p->n_channels; k++)
                memcpy(to + k * stride * size, from + k, (size_t)size);
    }
}
