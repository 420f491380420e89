/* Compositing: the figures, the laws, the edges, the traps. */
#include "fusion/shells.h"

static lamella_status over_as(matrix *m, int depth, lamella_fusion_over_options options)
{
    lamella_fusion_over_result result = { .struct_size = sizeof result };
    const lamella_view *alpha = matrix_weights(m, LAMELLA_F32);
    options.struct_size = sizeof options;
    lamella_status status = lamella_fusion_over(m->ctx, m->view, alpha, canvas_out(m, "out", 0, 1),
                                                (options.depth = depth ? matrix_weights(m, LAMELLA_F64) : NULL, options.background = NULL,
                                                 &options), WITH(lamella_fusion_over_outputs,
                                                                 .transmittance = canvas_out(m, "transmittance", 0, 0)), &result);
    matrix_number(m, "n_clamped", (double)result.n_clamped);
    return status;
}

OPERATION(lamella_fusion_over, .in_memory = 1, .forms = WITHOUT_MASK, .empty_is_ok = 1)
{
    return over_as(m, 0, (lamella_fusion_over_options){ .clamp = 1 });
}

OPERATION(lamella_fusion_over, .as = "densities, with depths", .in_memory = 1, .forms = WITHOUT_MASK, .empty_is_ok = 1)
{
    return over_as(m, 1, (lamella_fusion_over_options){ .opacity = LAMELLA_FUSION_OPACITY_DENSITY, .thickness = 0.25 });
}

static const lamella_view *array(const char *name)
{
    char full[48];
    snprintf(full, sizeof full, "fusion/over/%s", name);
    return golden(full);
}

enum { Y = 10, X = 12 };

static void paints(const char *alpha, const char *depth, const char *background, const lamella_fusion_over_options *options,
                   const char *expected)
{
    float buffer[Y * X * 3], through[Y * X];
    char full[48];
    lamella_view out = view_of(LAMELLA_F32, buffer, Y, X, 3), t = view_of(LAMELLA_F32, through, Y, X);
    lamella_fusion_over_options o = COPY_OF(lamella_fusion_over_options, options);
    o.depth = depth ? array(depth) : NULL;
    o.background = background ? array(background) : NULL;
    ok(lamella_fusion_over(NULL, array("colours"), array(alpha), &out, &o, WITH(lamella_fusion_over_outputs, .transmittance = &t), NULL));
    snprintf(full, sizeof full, "fusion/over/%s", expected);
    near_golden(&out, full);
    if (!depth && !options)
        near_golden(&t, "fusion/over/transmittance");
}

TEST(equals_the_oracle)
{
    paints("alpha", NULL, "background", NULL, "out");
    paints("alpha", NULL, NULL, NULL, "painted");
    paints("alpha", "depth", "background", NULL, "sorted");
}

TEST(densities_equal_the_oracle)
{
    lamella_fusion_over_options options = { .struct_size = sizeof options, .opacity = LAMELLA_FUSION_OPACITY_DENSITY, .thickness = 0.7 };
    paints("density", NULL, "background", &options, "of_density");
}

/* One pixel of n layers of one channel. */
static lamella_status one_pixel(const float *colour, const float *alpha, int64_t n, float background, const lamella_fusion_over_options *options,
                                float *out, float *t, lamella_fusion_over_result *result)
{
    lamella_view c = { .dtype = LAMELLA_F32, .rank = 2, .shape = { n, 1 }, .data = (void *)colour };
    lamella_view a = { .dtype = LAMELLA_F32, .rank = 1, .shape = { n }, .data = (void *)alpha };
    lamella_view b = view_of(LAMELLA_F32, &background, 1), painted = view_of(LAMELLA_F32, out, 1), through = view_make(LAMELLA_F32, t, NULL, 0);
    lamella_fusion_over_options o = COPY_OF(lamella_fusion_over_options, options);
    o.background = &b;
    return lamella_fusion_over(NULL, &c, &a, &painted, &o, WITH(lamella_fusion_over_outputs, .transmittance = &through), result);
}

TEST(of_two_opaque_layers_the_last_index_is_seen)
{
    const float colour[] = { 3, 7 }, opaque[] = { 1, 1 };
    float out, t;
    ok(one_pixel(colour, opaque, 2, 9, NULL, &out, &t, NULL));
    near(out, 7, ABSOLUTE, 0);
    near(t, 0, ABSOLUTE, 0);
}

TEST(no_layers_are_the_background)
{
    float out = 0, t = 0;
    ok(one_pixel(NULL, NULL, 0, 0.3f, NULL, &out, &t, NULL));
    near(out, 0.3f, ABSOLUTE, 0);
    near(t, 1, ABSOLUTE, 0);
}

TEST(alpha_zero_is_not_there_and_alpha_one_hides_all)
{
    const float colour[] = { 5, -2e38f, 0.1f, 3e38f }, alpha[] = { 0.5f, 1, 1, 0 };
    float out, t;
    ok(one_pixel(colour, alpha, 4, 11, NULL, &out, &t, NULL));
    near(out, 0.1f, ABSOLUTE, 0);
    ok(one_pixel(colour, (const float[]){ 0, 0, 0, 0 }, 4, 11, NULL, &out, &t, NULL));
    near(out, 11, ABSOLUTE, 0);
    near(t, 1, ABSOLUTE, 0);
}

/* Straight alpha: a grey of half opacity over nothing leaves half of it, once; averaging shells would leave another. */
TEST(trap_colours_multiplied_twice_or_averaged)
{
    const float colour[] = { 0.2f, 0.8f }, alpha[] = { 0.5f, 0.5f };
    float out, t;
    ok(one_pixel(colour, alpha, 2, 0, NULL, &out, &t, NULL));
    near(out, 0.5 * 0.8 + 0.25 * 0.2, RELATIVE, 1e-6);
    near(t, 0.25, ABSOLUTE, 0);
}

TEST(small_densities_are_not_lost)
{
    const float colour[] = { 1 }, sigma[] = { 1e-12f }, dense[] = { 1e30f };
    const lamella_fusion_over_options options = { .struct_size = sizeof options, .opacity = LAMELLA_FUSION_OPACITY_DENSITY };
    float out, t;
    ok(one_pixel(colour, sigma, 1, 0, &options, &out, &t, NULL));
    near(out, 1e-12, RELATIVE, 1e-6);
    ok(one_pixel(colour, dense, 1, 0, &options, &out, &t, NULL));
    near(out, 1, ABSOLUTE, 0);
    near(t, 0, ABSOLUTE, 0);
}

TEST(alpha_outside_is_refused_or_clamped_and_counted)
{
    const float colour[] = { 1, 2, 4 }, alpha[] = { 0.5f, -0.25f, 1.5f };
    lamella_fusion_over_options options = { .struct_size = sizeof options, .clamp = 1 };
    lamella_fusion_over_result result = { .struct_size = sizeof result };
    float out, t;
    refused(one_pixel(colour, alpha, 3, 0, NULL, &out, &t, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over: alpha is -0.25 at layer 1, pixel 0, channel 0, expected 0 to 1, or options.clamp");
    ok(one_pixel(colour, alpha, 3, 0, &options, &out, &t, &result));
    near(out, 4, ABSOLUTE, 0);
    equal(result.n_clamped, 2);
    options.opacity = LAMELLA_FUSION_OPACITY_DENSITY;
    ok(one_pixel(colour, alpha, 2, 0, &options, &out, &t, &result));
    near(out, 1 - exp(-0.5), RELATIVE, 1e-6);
    equal(result.n_clamped, 1);
    options.clamp = 0;
    refused(one_pixel(colour, alpha, 3, 0, &options, &out, &t, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over: alpha is -0.25 at layer 1, pixel 0, channel 0, expected 0 or more, or options.clamp");
}

TEST(two_layers_of_eight_bits_equal_pillow)
{
    const lamella_view *layers = array("pillow.layers"), *expected = array("pillow.out");
    const unsigned char *rgba = layers->data, *theirs = expected->data;
    static float colours[2 * Y * X * 3], alpha[2 * Y * X], buffer[Y * X * 3], through[Y * X];
    for (int i = 0; i < 2 * Y * X; i++) {
        for (int j = 0; j < 3; j++)
            colours[3 * i + j] = (float)rgba[4 * i + j] / 255;
        alpha[i] = (float)rgba[4 * i + 3] / 255;
    }
    lamella_view c = view_of(LAMELLA_F32, colours, 2, Y, X, 3), a = view_of(LAMELLA_F32, alpha, 2, Y, X);
    lamella_view out = view_of(LAMELLA_F32, buffer, Y, X, 3), t = view_of(LAMELLA_F32, through, Y, X);
    ok(lamella_fusion_over(NULL, &c, &a, &out, NULL, WITH(lamella_fusion_over_outputs, .transmittance = &t), NULL));
    for (int i = 0; i < Y * X; i++) {
        near(255 * (1 - through[i]), theirs[4 * i + 3], ABSOLUTE, 1);
        for (int j = 0; j < 3 && through[i] < 1; j++)
            near(255 * buffer[3 * i + j] / (1 - through[i]), theirs[4 * i + j], ABSOLUTE, 1);
    }
}

/* The whole photograph as eight shells, against weights by an exclusive product; and shuffled shells with depths, bit for bit. */
TEST(the_photograph_as_eight_shells)
{
    photo_shells s = shells_of_photo(), mixed = { malloc(sizeof(float) * SHELLS * SHELL_PIXELS * 3), malloc(sizeof(float) * SHELLS * SHELL_PIXELS) };
    float *out = malloc(sizeof(float) * SHELL_PIXELS * 3), *again = malloc(sizeof(float) * SHELL_PIXELS * 3);
    float *depth = malloc(sizeof(float) * SHELLS * SHELL_PIXELS);
    lamella_view c = view_of(LAMELLA_F32, s.colours, SHELLS, 400, 600, 3), a = view_of(LAMELLA_F32, s.alpha, SHELLS, 400, 600);
    lamella_view o = view_of(LAMELLA_F32, out, 400, 600, 3), n = view_of(LAMELLA_F32, again, 400, 600, 3);
    ok(lamella_fusion_over(NULL, &c, &a, &o, NULL, NULL, NULL));
    int64_t ends = 0;
    for (int i = 0; i < SHELL_PIXELS; i += 7)
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int k = 0; k < SHELLS; k++) {
                double weight = s.alpha[k * SHELL_PIXELS + i];
                ends += weight == 0 || weight == 1;
                for (int nearer = k + 1; nearer < SHELLS; nearer++)
                    weight *= 1 - (double)s.alpha[nearer * SHELL_PIXELS + i];
                sum += weight * s.colours[(k * SHELL_PIXELS + i) * 3 + j];
            }
            near(out[3 * i + j], sum, ABSOLUTE, 1e-6);
        }
    check(ends > SHELL_PIXELS / 7 * 3);

    for (int k = 0; k < SHELLS; k++)
        for (int i = 0; i < SHELL_PIXELS; i++) { /* every pixel shuffles its own way */
            int from = k * SHELL_PIXELS + i, to = (k * 5 + i) % SHELLS * SHELL_PIXELS + i;
            memcpy(mixed.colours + 3 * to, s.colours + 3 * from, 3 * sizeof *out);
            mixed.alpha[to] = s.alpha[from];
            depth[to] = (float)(SHELLS - k);
        }
    lamella_view d = view_of(LAMELLA_F32, depth, SHELLS, 400, 600);
    c.data = mixed.colours;
    a.data = mixed.alpha;
    ok(lamella_fusion_over(NULL, &c, &a, &n, WITH(lamella_fusion_over_options, .depth = &d), NULL, NULL));
    equal_bits(again, out, (int64_t)sizeof(float) * SHELL_PIXELS * 3);
    shells_free(&s);
    shells_free(&mixed);
    free(out);
    free(again);
    free(depth);
}

TEST(equal_depths_keep_the_order_of_indices)
{
    float colours[] = { 3, 7, 5 }, alpha[] = { 1, 1, 1 }, depth[] = { 2, 1, 1 }, out;
    lamella_view c = view_of(LAMELLA_F32, colours, 3, 1), a = view_of(LAMELLA_F32, alpha, 3), d = view_of(LAMELLA_F32, depth, 3);
    lamella_view o = view_of(LAMELLA_F32, &out, 1);
    ok(lamella_fusion_over(NULL, &c, &a, &o, WITH(lamella_fusion_over_options, .depth = &d), NULL, NULL));
    near(out, 5, ABSOLUTE, 0);
    depth[0] = 0;
    ok(lamella_fusion_over(NULL, &c, &a, &o, WITH(lamella_fusion_over_options, .depth = &d), NULL, NULL));
    near(out, 3, ABSOLUTE, 0);
}

TEST(channels_first_is_a_matter_of_strides)
{
    enum { K = 3, P = 50 };
    float last[K * P * 3], first[K * P * 3], alpha[K * P], a_out[P * 3], b_out[P * 3];
    for (int i = 0; i < K * P; i++) {
        alpha[i] = (float)(i * 37 % 11) / 10;
        for (int j = 0; j < 3; j++)
            first[(i / P * 3 + j) * P + i % P] = last[3 * i + j] = (float)((3 * i + j) * 29 % 101);
    }
    lamella_view a = view_of(LAMELLA_F32, alpha, K, P), rows = view_of(LAMELLA_F32, last, K, P, 3), planes = view_of(LAMELLA_F32, first, K, P, 3);
    lamella_view to = view_of(LAMELLA_F32, a_out, P, 3), too = view_of(LAMELLA_F32, b_out, P, 3);
    planes.stride[0] = 3 * P;
    planes.stride[1] = 1;
    planes.stride[2] = P;
    ok(lamella_fusion_over(NULL, &rows, &a, &to, NULL, NULL, NULL));
    ok(lamella_fusion_over(NULL, &planes, &a, &too, NULL, NULL, NULL));
    equal_bits(b_out, a_out, sizeof a_out);
}

TEST(bad_arguments_are_named)
{
    float x[12] = { 0 }, a[4] = { 0, 0.5f, 0.5f, 0.5f }, to[6];
    double wide[12] = { 0 };
    lamella_view c = view_of(LAMELLA_F32, x, 2, 2, 3), alpha = view_of(LAMELLA_F32, a, 2, 2), out = view_of(LAMELLA_F32, to, 2, 3);
    lamella_view short_alpha = view_of(LAMELLA_F32, a, 2, 1), flat = view_of(LAMELLA_F32, x, 12), over = view_of(LAMELLA_F32, x, 2, 3);
    lamella_view f64 = view_of(LAMELLA_F64, wide, 2, 2, 3), depth = view_of(LAMELLA_F32, a, 2, 2);
    refused(lamella_fusion_over(NULL, &flat, &alpha, &out, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over: colours.rank is 1, expected 2 to 6: layers, pixels, channels");
    refused(lamella_fusion_over(NULL, &c, &short_alpha, &out, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over: alpha.shape[1] is 1, expected 2");
    refused(lamella_fusion_over(NULL, &c, &alpha, &out, WITH(lamella_fusion_over_options, .background = &c), NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over: options.background.rank is 3, expected 2");
    refused(lamella_fusion_over(NULL, &c, &alpha, &over, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over: out shares memory with colours, expected an output apart from the inputs");
    x[7] = NAN;
    refused(lamella_fusion_over(NULL, &c, &alpha, &out, NULL, NULL, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_fusion_over: colours is nan at layer 1, pixel 0, channel 1, expected a finite number");
    wide[2] = -1e39;
    refused(lamella_fusion_over(NULL, &f64, &alpha, &out, NULL, NULL, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_fusion_over: colours is -1e+39 at layer 0, pixel 0, channel 2, expected a number that f32 holds");
    x[7] = 0;
    a[3] = INFINITY;
    refused(lamella_fusion_over(NULL, &c, &c, &out, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over: alpha.rank is 3, expected 2");
    refused(lamella_fusion_over(NULL, &c, &alpha, &out, NULL, NULL, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_fusion_over: alpha is inf at layer 1, pixel 1, channel 0, expected a finite number");
    float good[4] = { 0 };
    alpha.data = good;
    refused(lamella_fusion_over(NULL, &c, &alpha, &out, WITH(lamella_fusion_over_options, .depth = &depth), NULL, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_fusion_over: options.depth is inf at layer 1, pixel 1, channel 0, expected a finite number");
    lamella_fusion_over_options options = { .struct_size = sizeof options, .clamp = 2 };
    refused(lamella_fusion_over(NULL, &c, &alpha, &out, &options, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over: options.clamp is 2, expected 0 or 1");
    options = (lamella_fusion_over_options){ .struct_size = sizeof options, .thickness = -1 };
    refused(lamella_fusion_over(NULL, &c, &alpha, &out, &options, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over: options.thickness is -1, expected over 0, or 0 for 1");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_fusion_over_options options;
    ok(lamella_fusion_over_options_init(&options, sizeof options));
    equal(options.opacity, LAMELLA_FUSION_OPACITY_STRAIGHT);
    near(options.thickness, 1, ABSOLUTE, 0);
}
