/* Scenes of numbers that stand between what must not be looked at, and room for what is painted of them. */
#ifndef TESTS_FUSION_SCENES_H
#define TESTS_FUSION_SCENES_H

#include "fusion/shells.h"

#include <sys/mman.h>

enum { MOST = 6 * 4 * 600 };

static uint64_t everywhere_state;

/* -1 to 1 in sixteenths, which every float dtype holds. */
static inline double sixteenth(void)
{
    everywhere_state = everywhere_state * 6364136223846793005u + 1442695040888963407u;
    return (double)((int64_t)(everywhere_state >> 59) - 16) / 16;
}

/* Numbers behind a NaN and before a page that cannot be read: what stands beside them is never looked at. */
typedef struct fenced {
    char        *pages;
    size_t       bytes;
    lamella_view v;
} fenced;

static inline float *fence(fenced *f, int32_t rank, const int64_t *shape)
{
    const size_t page = 4096;
    size_t n = 1;
    for (int a = 0; a < rank; a++)
        n *= (size_t)shape[a];
    if (f->pages)
        munmap(f->pages, f->bytes);
    f->bytes = (n * sizeof(float) + page) / page * page + page;
    f->pages = mmap(NULL, f->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(f->pages != MAP_FAILED && !mprotect(f->pages + f->bytes - page, page, PROT_NONE));
    float *x = (float *)(void *)(f->pages + f->bytes - page) - n;
    x[-1] = NAN;
    for (size_t i = 0; i < n; i++)
        x[i] = (float)sixteenth();
    f->v = view_make(LAMELLA_F32, x, shape, rank);
    return x;
}

#define FENCE(f, ...) fence((f), (int32_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[]){ __VA_ARGS__ })

/* ---- compositing ---- */

typedef struct scene {
    int64_t layers, pixels, channels;
    fenced  colours, alpha, depth, background, g_out, g_t;
} scene;

static inline void scene_make(scene *s, int64_t layers, int64_t pixels, int64_t channels)
{
    s->layers = layers, s->pixels = pixels, s->channels = channels;
    FENCE(&s->colours, layers, pixels, channels);
    float *alpha = FENCE(&s->alpha, layers, pixels), *depth = FENCE(&s->depth, layers, pixels);
    for (int64_t i = 0; i < layers * pixels; i++) {
        alpha[i] = fabsf(alpha[i]);
        depth[i] = depth[i] < 0 ? 0 : depth[i]; /* many equal */
    }
    FENCE(&s->background, pixels, channels);
    FENCE(&s->g_out, pixels, channels);
    FENCE(&s->g_t, pixels);
}

static scene painted_scene __attribute__((unused));
static float __attribute__((unused)) painted_out[MOST], painted_t[MOST], expected_out[MOST], expected_t[MOST];
static float __attribute__((unused)) got_c[MOST], got_a[MOST], got_b[MOST], expected_c[MOST], expected_a[MOST], expected_b[MOST];

#endif
