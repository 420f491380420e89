/* Any number of layers, channels and pixels against plain loops; what stands beside the numbers is not looked at. */
#include "fusion/scenes.h"
#include "support/allocator.h"

/* The layers of one pixel from the nearest on: by least depth, of equal ones the last. */
static void nearest_first(const scene *s, int64_t pixel, int by_depth, int64_t *order)
{
    const float *depth = s->depth.v.data;
    for (int64_t k = 0; k < s->layers; k++) {
        int64_t place = 0;
        for (int64_t other = 0; other < s->layers; other++) {
            float d = by_depth ? depth[other * s->pixels + pixel] - depth[k * s->pixels + pixel] : 0;
            place += d < 0 || (d == 0 && other > k);
        }
        order[place] = k;
    }
}

static void plain_over(const scene *s, int by_depth, int with_background, float *out, float *t)
{
    const float *c = s->colours.v.data, *a = s->alpha.v.data, *b = s->background.v.data;
    for (int64_t i = 0; i < s->pixels; i++) {
        int64_t order[8];
        double through = 1, sum[8] = { 0 };
        nearest_first(s, i, by_depth, order);
        for (int64_t p = 0; p < s->layers; p++) {
            int64_t k = order[p];
            double alpha = (double)a[k * s->pixels + i];
            for (int64_t j = 0; j < s->channels; j++)
                sum[j] += through * alpha * (double)c[(k * s->pixels + i) * s->channels + j];
            through *= 1 - alpha;
        }
        for (int64_t j = 0; j < s->channels; j++)
            out[i * s->channels + j] = (float)(sum[j] + (with_background ? through * (double)b[i * s->channels + j] : 0));
        t[i] = (float)through;
    }
}

/* d of sum g . out + g_t t, each from what lies behind a layer. */
static void plain_backward(const scene *s, int by_depth, int with_background, int with_t, float *dc, float *da, float *db)
{
    const float *c = s->colours.v.data, *a = s->alpha.v.data, *b = s->background.v.data, *g = s->g_out.v.data, *gt = s->g_t.v.data;
    for (int64_t i = 0; i < s->pixels; i++) {
        int64_t order[8];
        nearest_first(s, i, by_depth, order);
        for (int64_t p = 0; p < s->layers; p++) {
            int64_t k = order[p];
            double before = 1, slope = 0, alpha = (double)a[k * s->pixels + i];
            for (int64_t q = 0; q < p; q++)
                before *= 1 - (double)a[order[q] * s->pixels + i];
            for (int64_t j = 0; j < s->channels; j++) {
                double behind = with_background ? (double)b[i * s->channels + j] : 0;
                for (int64_t q = s->layers - 1; q > p; q--) {
                    double other = (double)a[order[q] * s->pixels + i];
                    behind = other * (double)c[(order[q] * s->pixels + i) * s->channels + j] + (1 - other) * behind;
                }
                slope += (double)g[i * s->channels + j] * ((double)c[(k * s->pixels + i) * s->channels + j] - behind);
                dc[(k * s->pixels + i) * s->channels + j] = (float)(before * alpha * (double)g[i * s->channels + j]);
            }
            double rest = 1;
            for (int64_t q = p + 1; q < s->layers; q++)
                rest *= 1 - (double)a[order[q] * s->pixels + i];
            da[k * s->pixels + i] = (float)(before * (slope - (with_t ? (double)gt[i] * rest : 0)));
        }
        double through = 1;
        for (int64_t k = 0; k < s->layers; k++)
            through *= 1 - (double)a[k * s->pixels + i];
        for (int64_t j = 0; j < s->channels; j++)
            db[i * s->channels + j] = (float)(through * (double)g[i * s->channels + j]);
    }
}

static void all_near(const float *x, const float *expected, int64_t n, double tolerance)
{
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - (double)expected[i]) <= tolerance))
            ck_abort_msg("[%lld] is %.9g, expected %.9g", (long long)i, (double)x[i], (double)expected[i]);
}

static const int64_t scenes[][3] = { { 1, 1, 1 }, { 2, 255, 2 }, { 3, 256, 3 }, { 3, 257, 4 }, { 2, 600, 5 }, { 6, 130, 3 }, { 4, 65, 4 },
                                    { 5, 64, 1 }, { 3, 63, 6 } };

TEST(any_layers_pixels_and_channels_are_painted_as_by_a_plain_loop)
{
    scene *s = &painted_scene;
    everywhere_state = 7;
    for (int i = 0; i < (int)(sizeof scenes / sizeof *scenes); i++)
        for (int way = 0; way < 4; way++) {
            scene_make(s, scenes[i][0], scenes[i][1], scenes[i][2]);
            lamella_view out = view_of(LAMELLA_F32, painted_out, s->pixels, s->channels), t = view_of(LAMELLA_F32, painted_t, s->pixels);
            ok(lamella_fusion_over(NULL, &s->colours.v, &s->alpha.v, &out,
                                   WITH(lamella_fusion_over_options, .depth = way & 1 ? &s->depth.v : NULL,
                                        .background = way & 2 ? &s->background.v : NULL), WITH(lamella_fusion_over_outputs,
                                                                                               .transmittance = &t), NULL));
            plain_over(s, way & 1, way & 2, expected_out, expected_t);
            all_near(painted_out, expected_out, s->pixels * s->channels, 1e-6);
            all_near(painted_t, expected_t, s->pixels, 1e-6);
        }
}

TEST(any_gradient_is_that_of_a_plain_loop)
{
    scene *s = &painted_scene;
    everywhere_state = 8;
    for (int i = 0; i < (int)(sizeof scenes / sizeof *scenes); i++)
        for (int way = 0; way < 8; way++) {
            scene_make(s, scenes[i][0], scenes[i][1], scenes[i][2]);
            lamella_view dc = view_of(LAMELLA_F32, got_c, s->layers, s->pixels, s->channels), da = view_of(LAMELLA_F32, got_a, s->layers, s->pixels);
            lamella_view db = view_of(LAMELLA_F32, got_b, s->pixels, s->channels);
            ok(lamella_fusion_over_backward(NULL, &s->colours.v, &s->alpha.v, &s->g_out.v,
                                            WITH(lamella_fusion_over_options, .depth = way & 1 ? &s->depth.v : NULL,
                                                 .background = way & 2 ? &s->background.v : NULL, .g_transmittance = way & 4 ? &s->g_t.v : NULL), WITH(lamella_fusion_over_backward_outputs, .d_colours = &dc, .d_alpha = &da, .d_background = &db)));
            plain_backward(s, way & 1, way & 2, way & 4, expected_c, expected_a, expected_b);
            all_near(got_c, expected_c, s->layers * s->pixels * s->channels, 1e-6);
            all_near(got_a, expected_a, s->layers * s->pixels, 1e-5);
            all_near(got_b, expected_b, s->pixels * s->channels, 1e-6);
        }
}

TEST(any_canvases_are_merged_as_by_a_plain_loop)
{
    everywhere_state = 9;
    for (int64_t pixels = 1; pixels <= 600; pixels += pixels == 1 ? 254 : pixels < 257 ? 1 : 343)
        for (int64_t channels = 1; channels <= 5; channels++) {
            scene *s = &painted_scene;
            scene_make(s, 2, pixels, channels);
            float *near_c = FENCE(&s->background, pixels, channels), *far_c = FENCE(&s->g_out, pixels, channels), *near_t = FENCE(&s->g_t, pixels);
            float *far_t = FENCE(&s->alpha, pixels);
            lamella_view out = view_of(LAMELLA_F32, painted_out, pixels, channels), t = view_of(LAMELLA_F32, painted_t, pixels);
            ok(lamella_fusion_over_merge(NULL, &s->background.v, &s->g_t.v, &s->g_out.v, &s->alpha.v, &out,
                                         WITH(lamella_fusion_over_outputs, .transmittance = &t)));
            for (int64_t i = 0; i < pixels; i++) {
                for (int64_t j = 0; j < channels; j++)
                    near(painted_out[i * channels + j], (float)((double)near_c[i * channels + j] + (double)near_t[i] * (double)far_c[i * channels + j]), ABSOLUTE, 0);
                near(painted_t[i], (float)((double)near_t[i] * (double)far_t[i]), ABSOLUTE, 0);
            }
        }
}

/* The same numbers with the axis of channels or of layers last in memory, and every second pixel of a wider canvas: up to the last byte. */
TEST(any_strides_are_painted_alike)
{
    static fenced planes, inner, wide;
    scene *s = &painted_scene;
    everywhere_state = 13;
    for (int i = 0; i < (int)(sizeof scenes / sizeof *scenes); i++) {
        scene_make(s, scenes[i][0], scenes[i][1], scenes[i][2]);
        int64_t k = s->layers, n = s->pixels, c = s->channels;
        const float *x = s->colours.v.data;
        float *first = FENCE(&planes, k, c, n), *last = FENCE(&inner, n, c, k), *apart = FENCE(&wide, k * n * c * 2 - 1);
        for (int64_t l = 0; l < k; l++)
            for (int64_t p = 0; p < n; p++)
                for (int64_t j = 0; j < c; j++)
                    first[(l * c + j) * n + p] = last[(p * c + j) * k + l] = apart[2 * ((l * n + p) * c + j)] = x[(l * n + p) * c + j];
        lamella_view out = view_of(LAMELLA_F32, painted_out, n, c), again = view_of(LAMELLA_F32, expected_out, n, c), strided[3];
        for (int way = 0; way < 3; way++) {
            const int64_t strides[3][3] = { { c * n, 1, n }, { 1, c * k, k }, { 2 * n * c, 2 * c, 2 } };
            strided[way] = s->colours.v;
            strided[way].data = way == 0 ? first : way == 1 ? last : apart;
            memcpy(strided[way].stride, strides[way], sizeof strides[way]);
            memset(expected_out, 0xff, sizeof *expected_out * (size_t)(n * c));
            ok(lamella_fusion_over(NULL, &s->colours.v, &s->alpha.v, &out,
                                   WITH(lamella_fusion_over_options, .depth = &s->depth.v, .background = &s->background.v), NULL, NULL));
            ok(lamella_fusion_over(NULL, &strided[way], &s->alpha.v, &again,
                                   WITH(lamella_fusion_over_options, .depth = &s->depth.v, .background = &s->background.v), NULL, NULL));
            equal_bits(expected_out, painted_out, (int64_t)sizeof(float) * n * c);
        }
    }
}

/* One pixel, whose place is nothing: [channel] and [] */
TEST(a_single_pixel_needs_no_axis)
{
    float near_c[] = { 1, 2 }, near_t = 0.5f, far_c[] = { 4, 6 }, far_t = 0.25f, out[2], t;
    lamella_view nc = view_of(LAMELLA_F32, near_c, 2), nt = view_make(LAMELLA_F32, &near_t, NULL, 0), fc = view_of(LAMELLA_F32, far_c, 2);
    lamella_view ft = view_make(LAMELLA_F32, &far_t, NULL, 0), o = view_of(LAMELLA_F32, out, 2), to = view_make(LAMELLA_F32, &t, NULL, 0);
    ok(lamella_fusion_over_merge(NULL, &nc, &nt, &fc, &ft, &o, WITH(lamella_fusion_over_outputs, .transmittance = &to)));
    check(out[0] == 3 && out[1] == 5 && t == 0.125f);
    refused(lamella_fusion_over_merge(NULL, &nt, &nt, &fc, &ft, &o, WITH(lamella_fusion_over_outputs, .transmittance = &to)), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over_merge: near_colours.rank is 0, expected pixels and channels");
}

/* ---- mixing ---- */

/* Rows of three layers as a plain loop mixes them; weights and rows stand between NaNs. */
TEST(any_rows_are_mixed_as_by_a_plain_loop)
{
    static fenced x[3], w, g;
    everywhere_state = 12;
    for (int64_t rows = 1; rows <= 600; rows += rows == 1 ? 254 : rows < 257 ? 1 : 343)
        for (int64_t dim = 1; dim <= 5; dim += 2)
            for (int way = 0; way < 6; way++) {
                lamella_view layer[3], mixed = view_of(LAMELLA_F32, painted_out, rows, dim), dw = view_of(LAMELLA_F64, (double[3]){ 0 }, 3);
                double share[3], sum = 0, d_gamma, expected_d[3] = { 0 };
                float *weight = FENCE(&w, 3), *gradient = FENCE(&g, rows, dim);
                for (int l = 0; l < 3; l++) {
                    FENCE(&x[l], rows, dim);
                    layer[l] = x[l].v;
                    sum += share[l] = way % 2 ? exp((double)weight[l]) : (double)weight[l];
                }
                for (int l = 0; l < 3 && way % 2; l++)
                    share[l] /= sum;
                lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 };
                lamella_fusion_mix_options o = { .struct_size = sizeof o,
                                                .weighting = way % 2 ? LAMELLA_FUSION_WEIGHTING_SOFTMAX : LAMELLA_FUSION_WEIGHTING_GIVEN,
                    .rows = way / 2 == 0 ? LAMELLA_FUSION_ROWS_RAW : way / 2 == 1 ? LAMELLA_FUSION_ROWS_UNIT : LAMELLA_FUSION_ROWS_LAYER_NORM, .gamma = 1.5 };
                lamella_fusion_mix_result result = { .struct_size = sizeof result };
                int64_t zeros = 0;
                ok(lamella_fusion_mix(NULL, &stack, &mixed, (o.weights = &w.v, &o), &result));
                ok(lamella_fusion_mix_backward(NULL, &stack, &g.v, &dw, (o.weights = &w.v, &o),
                                               WITH(lamella_fusion_mix_backward_outputs, .d_gamma = &d_gamma)));
                for (int64_t i = 0; i < rows * dim; i++)
                    expected_out[i] = 0;
                for (int64_t i = 0; i < rows; i++) {
                    double of_row[5] = { 0 };
                    for (int l = 0; l < 3; l++) {
                        const float *row = (const float *)layer[l].data + i * dim;
                        double mean = 0, square = 0, factor = 1;
                        for (int64_t j = 0; j < dim; j++)
                            mean += (double)row[j] / (double)dim;
                        mean = way / 2 == 2 ? mean : 0;
                        for (int64_t j = 0; j < dim; j++)
                            square += ((double)row[j] - mean) * ((double)row[j] - mean);
                        if (way / 2)
                            factor = square > 1e-20 ? 1 / sqrt(way / 2 == 2 ? square / (double)dim : square) : 0;
                        zeros += factor == 0;
                        for (int64_t j = 0; j < dim; j++) {
                            of_row[j] += 1.5 * share[l] * factor * ((double)row[j] - mean);
                            expected_d[l] += (double)gradient[i * dim + j] * factor * ((double)row[j] - mean);
                        }
                    }
                    for (int64_t j = 0; j < dim; j++)
                        expected_out[i * dim + j] = (float)of_row[j];
                }
                all_near(painted_out, expected_out, rows * dim, 1e-5);
                equal(result.n_zero_rows, zeros);
                double of_gamma = 0;
                for (int l = 0; l < 3; l++)
                    of_gamma += share[l] * expected_d[l];
                near(d_gamma, of_gamma, ABSOLUTE, 1e-9);
                for (int l = 0; l < 3; l++)
                    near(((double *)dw.data)[l], 1.5 * (way % 2 ? share[l] * (expected_d[l] - of_gamma) : expected_d[l]), ABSOLUTE, 1e-9);
            }
}

TEST(no_gradient_gives_none)
{
    float x[] = { 1, 2, 3, 4 }, g[] = { 0, 0 };
    double d[2] = { 1, 1 }, d_gamma = 1;
    lamella_view layer[] = { view_of(LAMELLA_F32, x, 1, 2), view_of(LAMELLA_F32, x + 2, 1, 2) }, g_mixed = view_of(LAMELLA_F32, g, 1,
            2), dw = view_of(LAMELLA_F64, d, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    ok(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &dw, NULL, WITH(lamella_fusion_mix_backward_outputs, .d_gamma = &d_gamma)));
    check(d[0] == 0 && d[1] == 0 && d_gamma == 0);
}

/* Also where its mean cannot be exact. */
TEST(a_constant_row_is_constant_whatever_its_number)
{
    static const float numbers[] = { 0.1f, -0.7f, 1e-30f, 3e38f, 1e8f, 1.1754944e-38f };
    float x[60], out[60];
    lamella_fusion_mix_options o = { .struct_size = sizeof o, .rows = LAMELLA_FUSION_ROWS_LAYER_NORM };
    for (int64_t dim = 1; dim <= 60; dim++)
        for (int i = 0; i < 6; i++) {
            lamella_fusion_mix_result result = { .struct_size = sizeof result };
            for (int64_t j = 0; j < dim; j++)
                x[j] = numbers[i];
            lamella_view layer = view_of(LAMELLA_F32, x, 1, dim), mixed = view_of(LAMELLA_F32, out, 1, dim);
            lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
            ok(lamella_fusion_mix(NULL, &stack, &mixed, &o, &result));
            equal(result.n_zero_rows, 1);
            for (int64_t j = 0; j < dim; j++)
                check(out[j] == 0);
            if (dim > 1) {
                x[dim - 1] = nextafterf(x[0], 0);
                ok(lamella_fusion_mix(NULL, &stack, &mixed, &o, &result));
                equal(result.n_zero_rows, 0);
            }
        }
}

/* By the rule for columns: what a million numbers differ by in one bit of one of them is rounding. */
TEST(a_million_numbers_that_differ_in_a_bit_are_constant)
{
    enum { DIM = 1000000 };
    float *x = malloc(2 * DIM * sizeof *x);
    lamella_fusion_mix_options o = { .struct_size = sizeof o, .rows = LAMELLA_FUSION_ROWS_LAYER_NORM };
    lamella_fusion_mix_result result = { .struct_size = sizeof result };
    lamella_view layer = view_of(LAMELLA_F32, x, 1, DIM), mixed = view_of(LAMELLA_F32, x + DIM, 1, DIM);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    for (int i = 0; i < DIM; i++)
        x[i] = 0.5f;
    x[DIM - 1] = nextafterf(0.5f, 1);
    ok(lamella_fusion_mix(NULL, &stack, &mixed, &o, &result));
    equal(result.n_zero_rows, 1);
    x[DIM - 1] = 0.51f;
    ok(lamella_fusion_mix(NULL, &stack, &mixed, &o, &result));
    equal(result.n_zero_rows, 0);
    free(x);
}

/* ---- memory ---- */

/* A colour, its sum in f64 and the sum rounded: without them all, a picture would be painted over other memory. */
TEST(each_channel_of_a_pixel_has_room)
{
    enum { CHANNELS = 20000 };
    static float colours[CHANNELS], out[CHANNELS];
    int64_t peak[2];
    for (int i = 0; i < 2; i++) {
        float alpha = 0.5f;
        test_allocator a = { 0 };
        lamella_context *ctx;
        lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .allocate = test_allocate, .release = test_release,
                                           .user = &a };
        ok(lamella_context_create(&options, &ctx));
        lamella_view c = view_of(LAMELLA_F32, colours, 1, 1, CHANNELS / (2 - i)), al = view_of(LAMELLA_F32, &alpha, 1, 1), o = view_of(LAMELLA_F32,
                out, 1, CHANNELS / (2 - i));
        ok(lamella_fusion_over(ctx, &c, &al, &o, NULL, NULL, NULL));
        peak[i] = a.peak_bytes;
        lamella_context_free(ctx);
    }
    check(peak[1] - peak[0] >= CHANNELS / 2 * (int64_t)(2 * sizeof(float) + sizeof(double)));
}

/* ---- progress ---- */

typedef struct told {
    int    n, stop_at;
    double fraction[64];
} told;

static int32_t keep_told(double fraction, const char *stage, void *user)
{
    told *t = user;
    (void)stage;
    t->fraction[t->n++] = fraction;
    return t->n == t->stop_at ? LAMELLA_STOP : 0;
}

/* From 0 to 1 in equal steps, and stopped wherever the host says so. */
static void tells(const char *name, int64_t steps, lamella_status (*work)(lamella_context *ctx))
{
    told t = { .n = 0 };
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = keep_told, .user = &t };
    ok(lamella_context_create(&options, &ctx));
    t = (told){ .n = 0 };
    ok(work(ctx));
    if (t.n != steps + 1)
        ck_abort_msg("%s told %d times, expected %d", name, t.n, (int)steps + 1);
    check(t.fraction[0] == 0 && t.fraction[t.n - 1] == 1);
    for (int i = 1; i + 1 < t.n; i++)
        near(t.fraction[i] - t.fraction[i - 1], t.fraction[1], RELATIVE, 1e-9);
    for (int at = 1; at <= steps + 1; at++) {
        t = (told){ .stop_at = at };
        returns(work(ctx), LAMELLA_STOPPED);
        equal(t.n, at);
    }
    lamella_context_free(ctx);
}

enum { MANY = 1024 * 256 + 1 };
static float   many[4][MANY];
static int64_t how_many;

static lamella_status over_of_many(lamella_context *ctx)
{
    lamella_view c = view_of(LAMELLA_F32, many[0], 1, how_many, 1), a = view_of(LAMELLA_F32, many[1], 1, how_many), out = view_of(LAMELLA_F32,
            many[2], how_many, 1);
    return lamella_fusion_over(ctx, &c, &a, &out, NULL, NULL, NULL);
}

static lamella_status backward_of_many(lamella_context *ctx)
{
    lamella_view c = view_of(LAMELLA_F32, many[0], 1, how_many, 1), a = view_of(LAMELLA_F32, many[1], 1, how_many), g = view_of(LAMELLA_F32, many[3],
            how_many, 1);
    lamella_view da = view_of(LAMELLA_F32, many[2], 1, how_many);
    return lamella_fusion_over_backward(ctx, &c, &a, &g, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &da));
}

static lamella_status merge_of_many(lamella_context *ctx)
{
    lamella_view c = view_of(LAMELLA_F32, many[0], how_many, 1), t = view_of(LAMELLA_F32, many[1], how_many), out = view_of(LAMELLA_F32, many[2],
            how_many, 1);
    return lamella_fusion_over_merge(ctx, &c, &t, &c, &t, &out, NULL);
}

TEST(progress_runs_from_0_to_1_in_batches)
{
    for (how_many = MANY - 1; how_many <= MANY; how_many++) {
        tells("over", 4 + how_many % 2, over_of_many);
        tells("backward", 4 + how_many % 2, backward_of_many);
        tells("merge", 1 + how_many % 2, merge_of_many);
    }
}
