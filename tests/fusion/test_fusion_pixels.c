/* Pixels of views of every layout: where each lies, what is borrowed and what is gathered, and how they are written. */
#include "fusion/pixels.h"
#include "support/elements.h"
#include "support/guarded.h"

enum { LAYERS = 3, Y = 2, X = 5, CHANNELS = 4 };

static double value_at(int64_t layer, int64_t pixel, int64_t channel)
{
    return (double)((layer * 31 + pixel * 7 + channel) % 64);
}

static pixels checked_pixels(const lamella_view *given, int axes)
{
    call c;
    lamella_view v;
    call_open(&c, NULL, __func__);
    ok(view_check(&c, &v, given, FLOATS, "v"));
    call_close(&c, LAMELLA_OK);
    return pixels_of(&v, axes);
}

/* Strides of layer, y, x and channel. */
static const struct { int64_t stride[4]; int shift, borrowed, one_borrowed; } LAYOUTS[] = {
    { { 40, 20, 4, 1 }, 0, 1, 1 }, { { 40, 20, 4, 1 }, 1, 0, 0 }, { { 60, 30, 5, 1 }, 0, 0, 1 }, { { 50, 25, 4, 1 }, 0, 0, 1 }, { { 80, 40, 8, 2 }, 0, 0, 0 },
    { { 1, 60, 12, 3 }, 0, 0, 0 }, { { -40, 20, 4, 1 }, 0, 1, 1 },
};

TEST(pixels_are_borrowed_where_they_lie_side_by_side)
{
    for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_BF16; dtype++)
        for (size_t y = 0; y < sizeof LAYOUTS / sizeof *LAYOUTS; y++)
            for (int64_t n = 1; n <= 6; n += 5) {
                static char memory[3 * 80 * 8 + 200];
                const kernels *simd = simd_kernels(simd_best());
                int64_t size = element_bytes(dtype);
                lamella_view v = view_of(dtype, memory + LAYOUTS[y].shift, LAYERS, Y, X, CHANNELS);
                memcpy(v.stride, LAYOUTS[y].stride, sizeof LAYOUTS[y].stride);
                if (v.stride[0] < 0)
                    v.data = memory + LAYOUTS[y].shift + 80 * size;
                for (int64_t i = 0; i < LAYERS * Y * X * CHANNELS; i++)
                    store(dtype, element_at(&v, i), value_at(i / 40, i / 4 % 10, i % 4));
                pixels p = checked_pixels(&v, WITH_LAYERS | WITH_CHANNELS);
                check(p.n_layers == LAYERS && p.n == Y * X && p.n_channels == CHANNELS);
                for (int64_t layer = 0; layer < LAYERS; layer++)
                    for (int64_t first = 0; first + n <= Y * X; first++) {
                        char *room = guarded(NULL, (size_t)pixels_room(&p, n));
                        const float *x = pixels_f32(&p, simd, layer, first, n, room);
                        int lies = dtype == LAMELLA_F32 && (n == 1 ? LAYOUTS[y].one_borrowed : LAYOUTS[y].borrowed);
                        check(lies == ((const char *)x >= memory && (const char *)x < memory + sizeof memory));
                        for (int64_t i = 0; i < n * CHANNELS; i++) {
                            check((double)x[i] == value_at(layer, first + i / CHANNELS, i % CHANNELS));
                            near(pixel_f64(&p, layer, first + i / CHANNELS, i % CHANNELS), (double)x[i], ABSOLUTE, 0);
                        }
                        munmap(room - (uintptr_t)room % (uintptr_t)sysconf(_SC_PAGESIZE), 8192);
                    }
            }
}

/* Of a view without channels: every number alone, in f64. */
TEST(numbers_of_pixels_are_read_in_f64)
{
    for (int32_t dtype = LAMELLA_F32; dtype <= LAMELLA_BF16; dtype++)
        for (int64_t gap = 1; gap < 3; gap++) {
            int64_t size = element_bytes(dtype), elements = (LAYERS * X - 1) * gap + 1;
            char *x = guarded(NULL, (size_t)(elements * size));
            double *out = guarded(NULL, X * sizeof *out);
            lamella_view v = view_of(dtype, x, LAYERS, X);
            v.stride[0] = X * gap, v.stride[1] = gap;
            for (int64_t i = 0; i < LAYERS * X; i++)
                store(dtype, x + i * gap * size, value_at(i / X, i % X, 0));
            pixels p = checked_pixels(&v, WITH_LAYERS);
            check(p.n_layers == LAYERS && p.n == X && p.n_channels == 1);
            char room[512];
            for (int64_t layer = 0; layer < LAYERS; layer++)
                for (int64_t first = 0; first < X; first++) {
                    pixels_f64(&p, simd_kernels(simd_best()), layer, first, X - first, room, out + first);
                    for (int64_t i = first; i < X; i++)
                        check(out[i] == value_at(layer, i, 0));
                }
        }
}

TEST(pixels_are_written_where_they_lie_and_nothing_beside_them)
{
    for (size_t y = 0; y < sizeof LAYOUTS / sizeof *LAYOUTS; y++) {
        char memory[3 * 80 * 4 + 200];
        float from[Y * X * CHANNELS];
        int64_t written = 0;
        lamella_view v = view_of(LAMELLA_F32, memory + LAYOUTS[y].shift, LAYERS, Y, X, CHANNELS);
        memcpy(v.stride, LAYOUTS[y].stride, sizeof LAYOUTS[y].stride);
        if (v.stride[0] < 0)
            v.data = memory + LAYOUTS[y].shift + 80 * sizeof(float);
        pixels p = checked_pixels(&v, WITH_LAYERS | WITH_CHANNELS);
        for (int i = 0; i < Y * X * CHANNELS; i++)
            from[i] = 1.5f + (float)i;
        memset(memory, 0x77, sizeof memory);
        pixels_store(&p, 1, 2, 6, from);
        for (int64_t i = 0; i < 6 * CHANNELS; i++)
            check(element(&v, 40 + 2 * CHANNELS + i) == 1.5 + (double)i);
        for (size_t i = 0; i < sizeof memory; i++)
            written += memory[i] != 0x77;
        check(written <= 6 * CHANNELS * 4);
    }
}
