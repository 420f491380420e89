/* The monoid of canvases (Efficient 3D Articulated Human Generation with Layered Surface Volumes, section 3): what was painted apart is joined.
 *
 *   (C1, T1) (C2, T2) = (C1 + T1 C2, T1 T2),   1 the nearer;   neutral: (0, 1)
 *
 * C is of premultiplied colours, as compositing without a background leaves it. In f64, rounded once: a split over k parts rounds k - 1
 * times more than the whole does. */
#include "fusion/pixels.h"
#include "lamella/fusion/canvas.h"

#include <math.h>

#define MERGED_PIXELS 256
#define MERGES_A_BATCH 1024

enum { MERGE_NEAR, MERGE_NEAR_T, MERGE_FAR, MERGE_FAR_T, N_MERGE_INPUTS };

enum { MERGED_COLOURS = N_MERGE_INPUTS, MERGED_T, N_MERGE_FAULTS };

static const char *const merge_names[N_MERGE_FAULTS] = { "near_colours", "near_transmittance", "far_colours", "far_transmittance", "out",
                                                         "outputs.transmittance" };

typedef struct work {
    pixels         in[N_MERGE_INPUTS], out, transmittance;
    const kernels *simd;
    scratch        pieces;
    int64_t        room[N_MERGE_INPUTS];
    int64_t        first; /* block of the batch */
    lowest         fault; /* (input * pixels + pixel) * channels + channel; after the inputs come what overflows of the outputs */
} work;

/* Whether n pixels are finite; `what` is an input, or an output that may have overflowed. */
static int merged_finite(work *w, int what, int64_t channels, int64_t first, int64_t n, const float *x)
{
    int64_t at = w->simd->nonfinite_f32(x, n * channels);
    if (at >= n * channels)
        return 1;
    lowest_report(&w->fault, (what * w->out.n + first + at / channels) * MAX(w->out.n_channels, 1) + at % channels);
    return 0;
}

static const float *load_merged(work *w, int input, int64_t first, int64_t n, char *room)
{
    const pixels *p = &w->in[input];
    const float *x = pixels_f32(p, w->simd, 0, first, n, room);
    return merged_finite(w, input, p->n_channels, first, n, x) ? x : NULL;
}

static void merge_pixels(const float *const *x, int64_t n, int64_t channels, float *colours, float *t)
{
    for (int64_t i = 0; i < n; i++) {
        double near_t = (double)x[MERGE_NEAR_T][i];
        for (int64_t at = i * channels; at < (i + 1) * channels; at++)
            colours[at] = (float)((double)x[MERGE_NEAR][at] + near_t * (double)x[MERGE_FAR][at]);
        t[i] = (float)(near_t * (double)x[MERGE_FAR_T][i]);
    }
}

static void task(int64_t i, void *data)
{
    work *w = data;
    int64_t first = (w->first + i) * MERGED_PIXELS, n = MIN(MERGED_PIXELS, w->out.n - first), good = 1;
    char *piece = scratch_claim(&w->pieces), *next = piece;
    const float *x[N_MERGE_INPUTS];
    for (int k = 0; k < N_MERGE_INPUTS; next += w->room[k], k++) {
        x[k] = load_merged(w, k, first, n, next);
        good = good && x[k];
    }
    if (good) {
        float *colours = (float *)next, *t = colours + n * w->out.n_channels;
        merge_pixels(x, n, w->out.n_channels, colours, t);
        merged_finite(w, MERGED_COLOURS, w->out.n_channels, first, n, colours);
        if (w->transmittance.n)
            merged_finite(w, MERGED_T, 1, first, n, t);
        pixels_store(&w->out, 0, first, n, colours);
        if (w->transmittance.n)
            pixels_store(&w->transmittance, 0, first, n, t);
    }
    scratch_release(&w->pieces, piece);
}

static lamella_status merge_fault(call *c, const work *w)
{
    int64_t at = lowest_get(&w->fault), channels = MAX(w->out.n_channels, 1);
    if (at == INT64_MAX)
        return LAMELLA_OK;
    int64_t input = at / channels / w->out.n, pixel = at / channels % w->out.n;
    if (input >= N_MERGE_INPUTS)
        return fail(c, LAMELLA_ERR_NUMERIC, "%s overflows f32 at pixel %lld, channel %lld, expected smaller colours and transmittances",
                    merge_names[input], (long long)pixel, (long long)(at % channels));
    double value = pixel_f64(&w->in[input], 0, pixel, at % channels);
    number n;
    return fail(c, isfinite(value) ? LAMELLA_ERR_NUMERIC : LAMELLA_ERR_NONFINITE, "%s is %s at pixel %lld, channel %lld, expected %s",
                merge_names[input], number_text(value, &n), (long long)pixel, (long long)(at % channels),
                isfinite(value) ? "a number that f32 holds" : "a finite number");
}

/* All shapes follow from the first input. */
static lamella_status check_merge(call *c, const lamella_view *const *theirs, const lamella_view *out, const lamella_view *transmittance,
                                  work *w)
{
    lamella_view in[N_MERGE_INPUTS], to;
    int64_t all;
    for (int k = 0; k < N_MERGE_INPUTS; k++) {
        int with = k == MERGE_NEAR || k == MERGE_FAR;
        TRY(view_check(c, &in[k], theirs[k], FLOATS, merge_names[k]));
        if (in[MERGE_NEAR].rank < 1)
            return fail(c, LAMELLA_ERR_SHAPE, "near_colours.rank is 0, expected pixels and channels");
        TRY(view_check_shape(c, &in[k], merge_names[k], in[MERGE_NEAR].shape, in[MERGE_NEAR].rank - !with));
        w->in[k] = pixels_of(&in[k], with ? WITH_CHANNELS : 0);
        w->room[k] = pixels_room(&w->in[k], MERGED_PIXELS);
    }
    if (w->in[0].n_channels > (int64_t)1 << 40 || !size_mul(w->in[0].n, N_MERGE_FAULTS * MAX(w->in[0].n_channels, 1), &all))
        return fail(c, LAMELLA_ERR_SHAPE, "near_colours has %lld pixels of %lld channels, expected fewer", (long long)w->in[0].n,
                    (long long)w->in[0].n_channels);
    TRY(view_check_out(c, &to, out, F32, "out", in[MERGE_NEAR].shape, in[MERGE_NEAR].rank));
    w->out = pixels_of(&to, WITH_CHANNELS);
    if (!transmittance)
        return LAMELLA_OK;
    TRY(view_check_out(c, &to, transmittance, F32, "outputs.transmittance", in[MERGE_NEAR].shape, in[MERGE_NEAR].rank - 1));
    w->transmittance = pixels_of(&to, 0);
    return LAMELLA_OK;
}

static lamella_status merge_canvases(call *c, const lamella_view *const *theirs, const lamella_view *out, const lamella_fusion_over_outputs *outputs)
{
    work w = { .simd = simd_of(c) };
    lamella_fusion_over_outputs wanted;
    lowest_reset(&w.fault);
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(check_merge(c, theirs, out, wanted.transmittance, &w));
    int64_t bytes = (w.out.n_channels + 1) * MERGED_PIXELS * (int64_t)sizeof(float);
    for (int k = 0; k < N_MERGE_INPUTS; k++)
        bytes += w.room[k];
    TRY(scratch_open(c, bytes, &w.pieces));
    int64_t n_blocks = (w.out.n + MERGED_PIXELS - 1) / MERGED_PIXELS;
    for (; w.first < n_blocks; w.first += MERGES_A_BATCH) {
        TRY(progress(c, w.first, n_blocks));
        TRY(parallel(c, MIN(MERGES_A_BATCH, n_blocks - w.first), task, &w));
        TRY(merge_fault(c, &w));
    }
    return progress(c, n_blocks, n_blocks);
}

lamella_status lamella_fusion_over_merge(lamella_context *ctx, const lamella_view *near_colours, const lamella_view *near_transmittance,
                                         const lamella_view *far_colours, const lamella_view *far_transmittance, const lamella_view *out,
                                         const lamella_fusion_over_outputs *outputs)
{
    const lamella_view *const theirs[N_MERGE_INPUTS] = { near_colours, near_transmittance, far_colours, far_transmittance };
    CALL(ctx, merge_canvases(c, theirs, out, outputs));
}
