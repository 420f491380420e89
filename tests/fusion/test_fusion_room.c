/* Nothing is read or written behind the memory that an operation took, whatever it held before; and what comes out is the same. */
#include "support/elements.h"
#include "support/guarded.h"
#include "support/progress.h"

#include <math.h>

enum { MOST = 60000 };

static float *out[2][4];

/* Of the library's own memory and of the guarded one; they end where memory does. */
static void make_outputs(int64_t n0, int64_t n1, int64_t n2, int64_t n3)
{
    const int64_t n[] = { n0, n1, n2, n3 };
    for (int i = 0; i < 8; i++)
        out[i / 4][i % 4] = guarded(NULL, (size_t)n[i % 4] * sizeof(float));
}

/* Numbers of 0 to 1 of any float dtype, the last axis first in memory: they are gathered, and converted. */
static lamella_view given(int which, int32_t dtype, int turned, int32_t rank, const int64_t *shape)
{
    lamella_view v = { .dtype = dtype, .rank = rank };
    int64_t n = 1;
    memcpy(v.shape, shape, (size_t)rank * sizeof *shape);
    for (int a = 0; a < rank; a++) {
        int axis = turned ? a : rank - 1 - a;
        v.stride[axis] = n, n *= shape[axis];
    }
    check(n <= MOST);
    v.data = guarded(NULL, (size_t)(n * element_bytes(dtype)));
    for (int64_t i = 0; i < n; i++)
        store(dtype, (char *)v.data + i * element_bytes(dtype), (double)((i * 37 + which * 11) % 129) / 128);
    return v;
}

#define GIVEN(which, dtype, turned, ...) \
    given(which, dtype, turned, (int32_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[]){ __VA_ARGS__ })

typedef struct sizes { int64_t layers, pixels, channels; } sizes;

/* Many pixels; one whose layers or channels fill a block alone. */
static const sizes canvases[] = { { 3, 600, 3 }, { 2, 1025, 1 }, { 5000, 3, 2 }, { 3, 2, 9001 } };

static void paint(lamella_context *ctx, const sizes *s, int32_t dtype, int turned, int way, float **to)
{
    lamella_view c = GIVEN(0, dtype, turned, s->layers, s->pixels, s->channels), a = GIVEN(1, dtype, turned, s->layers, s->pixels);
    lamella_view d = GIVEN(2, dtype, turned, s->layers, s->pixels), b = GIVEN(3, dtype, turned, s->pixels, s->channels);
    lamella_view g = GIVEN(4, dtype, turned, s->pixels, s->channels), gt = GIVEN(5, dtype, turned, s->pixels);
    lamella_view o = view_of(LAMELLA_F32, to[0], s->pixels, s->channels), t = view_of(LAMELLA_F32, to[1], s->pixels);
    lamella_view dc = view_of(LAMELLA_F32, to[2], s->layers, s->pixels, s->channels), da = view_of(LAMELLA_F32, to[3], s->layers, s->pixels);
    ok(lamella_fusion_over(ctx, &c, &a, &o, WITH(lamella_fusion_over_options, .depth = way & 1 ? &d : NULL, .background = way & 2 ? &b : NULL),
                           WITH(lamella_fusion_over_outputs, .transmittance = &t), NULL));
    ok(lamella_fusion_over_backward(ctx, &c, &a, &g, WITH(lamella_fusion_over_options, .depth = way & 1 ? &d : NULL,
                                                          .background = way & 2 ? &b : NULL, .g_transmittance = way & 2 ? &gt : NULL), WITH(lamella_fusion_over_backward_outputs, .d_colours = &dc, .d_alpha = &da)));
}

static void same(int64_t n0, int64_t n1, int64_t n2, int64_t n3)
{
    const int64_t n[] = { n0, n1, n2, n3 };
    for (int i = 0; i < 4; i++)
        equal_bits(out[0][i], out[1][i], n[i] * (int64_t)sizeof(float));
}

TEST(canvases_stay_in_their_memory)
{
    for (size_t i = 0; i < sizeof canvases / sizeof *canvases; i++)
        for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_F16; dtype++)
            for (int way = 0; way < 4; way++) {
                const sizes *s = &canvases[i];
                lamella_context *ctx = guarded_context(1);
                make_outputs(s->pixels * s->channels, s->pixels, s->layers * s->pixels * s->channels, s->layers * s->pixels);
                paint(NULL, s, dtype, way != 1, way, out[0]);
                paint(ctx, s, dtype, way != 1, way, out[1]);
                same(s->pixels * s->channels, s->pixels, s->layers * s->pixels * s->channels, s->layers * s->pixels);
                lamella_context_free(ctx);
            }
}

static void join(lamella_context *ctx, const sizes *s, int32_t dtype, int turned, float **to)
{
    lamella_view c = GIVEN(0, dtype, turned, s->pixels, s->channels), t = GIVEN(1, dtype, turned, s->pixels), d = GIVEN(2, dtype, turned, s->pixels,
            s->channels);
    lamella_view u = GIVEN(3, dtype, turned, s->pixels), o = view_of(LAMELLA_F32, to[0], s->pixels, s->channels), p = view_of(LAMELLA_F32, to[1],
            s->pixels);
    ok(lamella_fusion_over_merge(ctx, &c, &t, &d, &u, &o, WITH(lamella_fusion_over_outputs, .transmittance = &p)));
}

TEST(joined_canvases_stay_in_their_memory)
{
    static const sizes joined[] = { { 0, 600, 3 }, { 0, 256, 16 }, { 0, 300, 64 } };
    for (int i = 0; i < 3; i++)
        for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_F16; dtype++)
            for (int turned = 0; turned < 2; turned++) {
                lamella_context *ctx = guarded_context(1);
                make_outputs(joined[i].pixels * joined[i].channels, joined[i].pixels, 0, 0);
                join(NULL, &joined[i], dtype, turned, out[0]);
                join(ctx, &joined[i], dtype, turned, out[1]);
                same(joined[i].pixels * joined[i].channels, joined[i].pixels, 0, 0);
                lamella_context_free(ctx);
            }
}

static void mix(lamella_context *ctx, int64_t rows, int64_t dim, int32_t dtype, int32_t how, int turned, float **to)
{
    lamella_view layer[3] = { GIVEN(0, dtype, turned, rows, dim), GIVEN(1, dtype, turned, rows, dim), GIVEN(2, dtype, turned, rows, dim) };
    lamella_view g = GIVEN(3, dtype, turned, rows, dim), w = GIVEN(4, LAMELLA_F64, 0, 3);
    lamella_view mixed = view_of(LAMELLA_F32, to[0], rows, dim), dw = view_of(LAMELLA_F64, to[1], 3);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
    lamella_fusion_mix_options o = { .struct_size = sizeof o, .rows = how,
                                    .weighting = turned ? LAMELLA_FUSION_WEIGHTING_SOFTMAX : LAMELLA_FUSION_WEIGHTING_GIVEN };
    double *d_gamma = (double *)to[2];
    ok(lamella_fusion_mix(ctx, &stack, &mixed, (o.weights = &w, &o), NULL));
    ok(lamella_fusion_mix_backward(ctx, &stack, &g, &dw, (o.weights = &w, &o), WITH(lamella_fusion_mix_backward_outputs, .d_gamma = d_gamma)));
}

TEST(mixed_rows_stay_in_their_memory)
{
    for (int64_t dim = 16; dim <= 640; dim *= 40)
        for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_F16; dtype++)
            for (int32_t how = LAMELLA_FUSION_ROWS_RAW; how <= LAMELLA_FUSION_ROWS_LAYER_NORM; how++) {
                int64_t rows = dim == 16 ? 600 : 90;
                lamella_context *ctx = guarded_context(1);
                make_outputs(rows * dim, 6, 2, 0);
                mix(NULL, rows, dim, dtype, how, how % 2, out[0]);
                mix(ctx, rows, dim, dtype, how, how % 2, out[1]);
                same(rows * dim, 6, 2, 0);
                lamella_context_free(ctx);
            }
}

static void pool(lamella_context *ctx, int32_t dtype, int32_t readout, int turned, float **to)
{
    enum { N = 30, T = 7, DIM = 48 };
    lamella_view layer[2] = { GIVEN(0, dtype, turned, N, T, DIM), GIVEN(1, dtype, turned, N, T, DIM / 3) }, w = GIVEN(2, LAMELLA_F64, turned, N, T);
    lamella_view mask = GIVEN(3, LAMELLA_U8, 0, N, T), pooled[2] = { view_of(LAMELLA_F32, to[0], N, DIM), view_of(LAMELLA_F32, to[1], N, DIM / 3) };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2, .mask = &mask };
    lamella_fusion_pool_options o = { .struct_size = sizeof o, .readout = readout };
    for (int i = 0; i < N * T; i++)
        ((unsigned char *)mask.data)[i] = i / T != 4 && i % 5 != 2;
    returns(lamella_fusion_pool(ctx, &stack, pooled, (o.weights = readout == LAMELLA_READOUT_WEIGHTED ? &w : NULL, &o), NULL), LAMELLA_NOTE);
}

TEST(pooled_tokens_stay_in_their_memory)
{
    for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_F16; dtype++)
        for (int32_t readout = LAMELLA_READOUT_MEAN; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++) {
            lamella_context *ctx = guarded_context(1);
            make_outputs(30 * 48, 30 * 16, 0, 0);
            pool(NULL, dtype, readout, readout % 2, out[0]);
            pool(ctx, dtype, readout, readout % 2, out[1]);
            same(30 * 48, 30 * 16, 0, 0);
            lamella_context_free(ctx);
        }
}

/* Where one pixel alone takes long, fewer of them are painted between two questions whether to go on. */
TEST(pixels_of_many_layers_are_painted_a_few_at_a_time)
{
    enum { LAYERS = 300000, PIXELS = 6 };
    static float number[2] = { 0.5f, 0 };
    told heard;
    lamella_context *ctx = context_told(&heard);
    make_outputs(PIXELS, 0, 0, 0);
    lamella_view c = view_of(LAMELLA_F32, number, LAYERS, PIXELS, 1), a = view_of(LAMELLA_F32, number + 1, LAYERS, PIXELS), o = view_of(LAMELLA_F32,
            out[0][0], PIXELS, 1);
    c.flags = a.flags = LAMELLA_BROADCAST;
    memset(c.stride, 0, sizeof c.stride), memset(a.stride, 0, sizeof a.stride);
    ok(lamella_fusion_over(ctx, &c, &a, &o, NULL, NULL, NULL));
    told_well(&heard, 0.5);
    for (int i = 0; i < PIXELS; i++)
        check(out[0][0][i] == 0);
    lamella_context_free(ctx);
}
