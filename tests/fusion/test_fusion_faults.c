/* Faults and overflows are told by their place, and of several the first; limits and options at their edges. */
#include "fusion/scenes.h"

/* ---- a fault, wherever it stands ---- */

/* Of two faults the one that is first by input, layer, pixel and channel is told, whatever block or thread meets it. */
typedef struct fault_at {
    fenced *in;
    int64_t layer, pixel, channel, channels;
    const char *name;
} fault_at;

static float *place_of(const scene *s, const fault_at *f)
{
    return (float *)f->in->v.data + (f->layer * s->pixels + f->pixel) * f->channels + f->channel;
}

static void each_fault_is_told(scene *s, const fault_at *places, int64_t n, const char *function,
                               lamella_status (*work)(lamella_context *ctx, scene *s))
{
    char expected[200];
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 2 };
    ok(lamella_context_create(&options, &ctx));
    for (int64_t i = 0; i < n; i++)
        for (int64_t later = i; later < n; later += 5) {
            float *first = place_of(s, &places[i]), *second = place_of(s, &places[later]), kept = *first, kept_too = *second;
            *second = INFINITY;
            *first = NAN;
            if (strstr(function, "merge"))
                snprintf(expected, sizeof expected, "%s: %s is nan at pixel %lld, channel %lld, expected a finite number", function, places[i].name,
                         (long long)places[i].pixel, (long long)places[i].channel);
            else
                snprintf(expected, sizeof expected, "%s: %s is nan at layer %lld, pixel %lld, channel %lld, expected a finite number", function,
                         places[i].name,
                         (long long)places[i].layer, (long long)places[i].pixel, (long long)places[i].channel);
            refused(work(i % 2 ? ctx : NULL, s), LAMELLA_ERR_NONFINITE, expected);
            *second = kept_too;
            *first = kept;
        }
    ok(work(ctx, s));
    lamella_context_free(ctx);
}

static lamella_status all_of_over(lamella_context *ctx, scene *s)
{
    lamella_view out = view_of(LAMELLA_F32, painted_out, s->pixels, s->channels), t = view_of(LAMELLA_F32, painted_t, s->pixels);
    return lamella_fusion_over(ctx, &s->colours.v, &s->alpha.v, &out,
                               WITH(lamella_fusion_over_options, .depth = &s->depth.v,
                                    .background = &s->background.v), WITH(lamella_fusion_over_outputs, .transmittance = &t), NULL);
}

static lamella_status all_of_backward(lamella_context *ctx, scene *s)
{
    lamella_view dc = view_of(LAMELLA_F32, got_c, s->layers, s->pixels, s->channels), da = view_of(LAMELLA_F32, got_a, s->layers, s->pixels);
    lamella_view db = view_of(LAMELLA_F32, got_b, s->pixels, s->channels);
    return lamella_fusion_over_backward(ctx, &s->colours.v, &s->alpha.v, &s->g_out.v,
                                        WITH(lamella_fusion_over_options, .depth = &s->depth.v, .background = &s->background.v,
                                             .g_transmittance = &s->g_t.v), WITH(lamella_fusion_over_backward_outputs, .d_colours = &dc,
                                                                                 .d_alpha = &da, .d_background = &db));
}

static lamella_status all_of_merge(lamella_context *ctx, scene *s)
{
    lamella_view out = view_of(LAMELLA_F32, painted_out, s->pixels, s->channels), t = view_of(LAMELLA_F32, painted_t, s->pixels);
    return lamella_fusion_over_merge(ctx, &s->background.v, &s->g_t.v, &s->g_out.v, &s->alpha.v, &out,
                                     WITH(lamella_fusion_over_outputs, .transmittance = &t));
}

/* The ends of inputs and of blocks, in rising order. */
static int64_t faults_of(fault_at *to, fenced *in, const char *name, int64_t layers, int64_t channels)
{
    static const int64_t pixels[] = { 0, 1, 255, 256, 400, 599 };
    int64_t n = 0;
    for (int64_t k = 0; k < layers; k++)
        for (int p = 0; p < 6; p++)
            for (int64_t j = 0; j < channels; j += channels > 1 ? channels - 1 : 1)
                to[n++] = (fault_at){ in, k, pixels[p], j, channels, name };
    return n;
}

TEST(a_fault_is_told_by_its_place_and_of_several_the_first)
{
    enum { LAYERS = 3, PIXELS = 600 };
    fault_at places[200];
    scene *s = &painted_scene;
    everywhere_state = 10;
    for (int64_t channels = 1; channels <= 3; channels += 2) {
        scene_make(s, LAYERS, PIXELS, channels);
        int64_t n = faults_of(places, &s->colours, "colours", LAYERS, channels);
        n += faults_of(places + n, &s->alpha, "alpha", LAYERS, 1);
        n += faults_of(places + n, &s->depth, "options.depth", LAYERS, 1);
        n += faults_of(places + n, &s->background, "options.background", 1, channels);
        each_fault_is_told(s, places, n, "lamella_fusion_over", all_of_over);
        n += faults_of(places + n, &s->g_out, "g_out", 1, channels);
        n += faults_of(places + n, &s->g_t, "options.g_transmittance", 1, 1);
        each_fault_is_told(s, places, n, "lamella_fusion_over_backward", all_of_backward);
        FENCE(&s->alpha, PIXELS);
        n = faults_of(places, &s->background, "near_colours", 1, channels);
        n += faults_of(places + n, &s->g_t, "near_transmittance", 1, 1);
        n += faults_of(places + n, &s->g_out, "far_colours", 1, channels);
        n += faults_of(places + n, &s->alpha, "far_transmittance", 1, 1);
        each_fault_is_told(s, places, n, "lamella_fusion_over_merge", all_of_merge);
    }
}

/* What overflows is named by its own place. */
TEST(an_overflow_is_told_by_its_place)
{
    enum { PIXELS = 600, CHANNELS = 2 };
    static const int64_t at[] = { 0, 1, 255, 256, 300, 599 };
    char expected[200];
    scene *s = &painted_scene;
    everywhere_state = 11;
    for (int i = 0; i < 6; i++)
        for (int64_t k = 0; k < 3; k++) {
            scene_make(s, 3, PIXELS, CHANNELS);
            for (int64_t p = 0; p < 3 * PIXELS; p++)
                ((float *)s->alpha.v.data)[p] = 0.5f;
            ((float *)s->colours.v.data)[(k * PIXELS + at[i]) * CHANNELS + 1] = 3e38f;
            ((float *)s->g_out.v.data)[at[i] * CHANNELS + 1] = 100;
            snprintf(expected, sizeof expected, "lamella_fusion_over_backward: outputs.d_alpha overflows f32 at layer %lld, pixel %lld, expected smaller colours, "
                     "gradients or thickness", 0LL, (long long)at[i]);
            lamella_view da = view_of(LAMELLA_F32, got_a, 3, PIXELS);
            lamella_status status = lamella_fusion_over_backward(NULL, &s->colours.v, &s->alpha.v, &s->g_out.v, NULL,
                                                                 WITH(lamella_fusion_over_backward_outputs, .d_alpha = &da));
            if (k == 0) /* seen from nearer layers it lies behind them: they overflow too, and the first is told */
                refused(status, LAMELLA_ERR_NUMERIC, expected);
            else
                check(status == LAMELLA_ERR_NUMERIC && strstr(lamella_last_error(), "overflows f32 at layer ") &&
                      lamella_last_error()[strlen("lamella_fusion_over_backward: outputs.d_alpha overflows f32 at layer ")] == '0' + (int)k);
            float *near_c = FENCE(&s->background, PIXELS, CHANNELS), *far_c = FENCE(&s->depth, PIXELS, CHANNELS), *near_t = FENCE(&s->g_t, PIXELS);
            FENCE(&s->alpha, PIXELS);
            near_c[at[i] * CHANNELS + k % 2] = far_c[at[i] * CHANNELS + k % 2] = 3e38f;
            near_t[at[i]] = 1;
            snprintf(expected, sizeof expected, "lamella_fusion_over_merge: out overflows f32 at pixel %lld, channel %lld, expected smaller colours and "
                     "transmittances", (long long)at[i], (long long)k % 2);
            lamella_view out = view_of(LAMELLA_F32, painted_out, PIXELS, CHANNELS);
            refused(lamella_fusion_over_merge(NULL, &s->background.v, &s->g_t.v, &s->depth.v, &s->alpha.v, &out, NULL), LAMELLA_ERR_NUMERIC,
                    expected);
        }
}

/* ---- limits and options at their edges ---- */

/* A view of any extents over one number. */
static lamella_view repeated(int32_t rank, int64_t a, int64_t b, int64_t c)
{
    static float number = 1;
    lamella_view v = { .data = &number, .dtype = LAMELLA_F32, .rank = rank, .shape = { a, rank > 1 ? b : 0, rank > 2 ? c : 0 },
                      .flags = LAMELLA_BROADCAST };
    return v;
}

/* Behind the limit the next argument is looked at, which is not there. */
static void canvas_limit(int64_t layers, int64_t pixels, int64_t channels, int within)
{
    char expected[200];
    lamella_view colours = repeated(3, layers, pixels, channels);
    snprintf(expected, sizeof expected, "lamella_fusion_over: colours has %lld layers of %lld pixels and %lld channels, expected fewer",
             (long long)layers,
             (long long)pixels, (long long)channels);
    lamella_status status = lamella_fusion_over(NULL, &colours, NULL, NULL, NULL, NULL, NULL);
    if (within)
        refused(status, LAMELLA_ERR_ARGUMENT, "lamella_fusion_over: alpha is NULL, expected a view");
    else
        refused(status, LAMELLA_ERR_SHAPE, expected);
}

TEST(canvases_are_limited_to_what_64_bits_number)
{
    const int64_t most_layers = INT32_MAX, most_column = INT64_C(1) << 48, most_pixels = INT64_MAX / 6 / 2;
    canvas_limit(most_layers, 0, 0, 1);
    canvas_limit(most_layers + 1, 0, 0, 0);
    canvas_limit(1, 0, most_column - 1, 1);
    canvas_limit(1, 0, most_column, 0);
    canvas_limit(2, 0, most_column / 2 - 1, 1);
    canvas_limit(2, 0, most_column / 2, 0);
    canvas_limit(0, 0, most_column - 1, 1);
    canvas_limit(0, 0, most_column, 0);
    canvas_limit(0, 0, INT64_MAX / 4, 0);
    canvas_limit(INT64_MAX / 4, 0, 0, 0);
    canvas_limit(1, most_pixels, 1, 1);
    canvas_limit(1, most_pixels + 1, 1, 0);
    canvas_limit(0, most_pixels * 2 + 1, 0, 1);
    canvas_limit(0, INT64_MAX / 6 + 1, 0, 0);
}

static void merge_limit(int64_t pixels, int64_t channels, int within)
{
    char expected[200];
    lamella_view colours = repeated(2, pixels, channels, 0), t = repeated(1, pixels, 0, 0);
    snprintf(expected, sizeof expected, "lamella_fusion_over_merge: near_colours has %lld pixels of %lld channels, expected fewer", (long long)pixels,
             (long long)channels);
    lamella_status status = lamella_fusion_over_merge(NULL, &colours, &t, &colours, &t, NULL, NULL);
    if (within)
        refused(status, LAMELLA_ERR_ARGUMENT, "lamella_fusion_over_merge: out is NULL, expected a view");
    else
        refused(status, LAMELLA_ERR_SHAPE, expected);
}

TEST(merged_canvases_are_limited_to_what_64_bits_number)
{
    merge_limit(0, INT64_C(1) << 40, 1);
    merge_limit(0, (INT64_C(1) << 40) + 1, 0);
    merge_limit(INT64_MAX / 6, 1, 1);
    merge_limit(INT64_MAX / 6 + 1, 1, 0);
    merge_limit(INT64_MAX / 6, 0, 1);
    merge_limit(INT64_MAX / 6 + 1, 0, 0);
    merge_limit(INT64_MAX / 18, 3, 1);
    merge_limit(INT64_MAX / 18 + 1, 3, 0);
}

/* Reserved fields are 0 until they mean something; choices are known; numbers are finite. */
TEST(options_are_looked_at)
{
    scene *s = &painted_scene;
    scene_make(s, 2, 3, 2);
    lamella_view out = view_of(LAMELLA_F32, painted_out, 3, 2), da = view_of(LAMELLA_F32, got_a, 2, 3), mixed = view_of(LAMELLA_F32, got_c, 3, 2);
    double d[2], d_gamma;
    lamella_view layer[] = { view_of(LAMELLA_F32, s->background.v.data, 3, 2),
                            view_of(LAMELLA_F32, s->g_out.v.data, 3, 2) }, dw = view_of(LAMELLA_F64, d, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    char expected[200];
    static const struct { lamella_fusion_over_options o; lamella_status status; const char *says; } overs[] = {
        { { .reserved0 = 1 }, LAMELLA_ERR_ARGUMENT, "options.reserved0 is 1, expected 0" }, { { .clamp = -1 }, LAMELLA_ERR_ARGUMENT,
                                                                                             "options.clamp is -1, expected 0 or 1" },
        { { .clamp = 2 }, LAMELLA_ERR_ARGUMENT, "options.clamp is 2, expected 0 or 1" }, { { .opacity = 3 }, LAMELLA_ERR_ARGUMENT,
                                                                                          "options.opacity is 3, expected 0 to 2" },
        { { .opacity = -1 }, LAMELLA_ERR_ARGUMENT, "options.opacity is -1, expected 0 to 2" },
        { { .thickness = -0.5 }, LAMELLA_ERR_ARGUMENT, "options.thickness is -0.5, expected over 0, or 0 for 1" },
        { { .thickness = (double)INFINITY }, LAMELLA_ERR_NONFINITE, "options.thickness is inf, expected over 0, or 0 for 1" },
        { { .thickness = (double)NAN }, LAMELLA_ERR_NONFINITE, "options.thickness is nan, expected over 0, or 0 for 1" },
    };
    for (int i = 0; i < (int)(sizeof overs / sizeof *overs); i++) {
        lamella_fusion_over_options o = overs[i].o;
        o.struct_size = sizeof o;
        snprintf(expected, sizeof expected, "lamella_fusion_over: %s", overs[i].says);
        refused(lamella_fusion_over(NULL, &s->colours.v, &s->alpha.v, &out, &o, NULL, NULL), overs[i].status, expected);
        snprintf(expected, sizeof expected, "lamella_fusion_over_backward: %s", overs[i].says);
        refused(lamella_fusion_over_backward(NULL, &s->colours.v, &s->alpha.v, &s->g_out.v, &o,
                                             WITH(lamella_fusion_over_backward_outputs, .d_alpha = &da)), overs[i].status, expected);
    }
    static const struct { lamella_fusion_mix_options o; lamella_status status; const char *says; } mixes[] = {
        { { .reserved0 = 1 }, LAMELLA_ERR_ARGUMENT, "options.reserved0 is 1, expected 0" },
        { { .weighting = 3 }, LAMELLA_ERR_ARGUMENT, "options.weighting is 3, expected 0 to 2" },
        { { .weighting = -1 }, LAMELLA_ERR_ARGUMENT, "options.weighting is -1, expected 0 to 2" },
        { { .rows = 4 }, LAMELLA_ERR_ARGUMENT, "options.rows is 4, expected 0 to 3" }, { { .rows = -1 }, LAMELLA_ERR_ARGUMENT,
                                                                                        "options.rows is -1, expected 0 to 3" },
        { { .gamma = (double)NAN }, LAMELLA_ERR_NONFINITE, "options.gamma is nan, expected a finite number, or 0 for 1" },
        { { .gamma = -(double)INFINITY }, LAMELLA_ERR_NONFINITE, "options.gamma is -inf, expected a finite number, or 0 for 1" },
    };
    for (int i = 0; i < (int)(sizeof mixes / sizeof *mixes); i++) {
        lamella_fusion_mix_options o = mixes[i].o;
        o.struct_size = sizeof o;
        snprintf(expected, sizeof expected, "lamella_fusion_mix: %s", mixes[i].says);
        refused(lamella_fusion_mix(NULL, &stack, &mixed, &o, NULL), mixes[i].status, expected);
        snprintf(expected, sizeof expected, "lamella_fusion_mix_backward: %s", mixes[i].says);
        refused(lamella_fusion_mix_backward(NULL, &stack, &s->g_out.v, &dw, &o, WITH(lamella_fusion_mix_backward_outputs, .d_gamma = &d_gamma)),
                mixes[i].status, expected);
    }
}
