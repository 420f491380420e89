/* Gradients of compositing: the figures, the laws, the edges, the trap. */
#include "fusion/shells.h"

/* A gradient shaped like the picture. */
static const lamella_view *gradient_of_picture(matrix *m, int channels)
{
    enum { MOST = 6 * 64 };
    float numbers[MOST];
    int64_t shape[3] = { 0 };
    int32_t rank = m->view->rank - 1 - !channels;
    for (int i = 0; i < MOST; i++)
        numbers[i] = (float)(i * 7 % 13 - 6) / 4;
    for (int32_t i = 0; i < rank; i++)
        shape[i] = m->view->shape[i + 1] <= MOST ? m->view->shape[i + 1] : 1;
    return matrix_inputs(m, LAMELLA_F32, numbers, shape, rank);
}

OPERATION(lamella_fusion_over_backward, .in_memory = 1, .forms = WITHOUT_MASK, .empty_is_ok = 1, .absolute = 1)
{
    lamella_fusion_over_options options = { .struct_size = sizeof options, .opacity = LAMELLA_FUSION_OPACITY_DENSITY, .thickness = 0.5 };
    return lamella_fusion_over_backward(m->ctx, m->view, matrix_weights(m, LAMELLA_F32), gradient_of_picture(m, 1),
                                        (options.depth = matrix_weights(m, LAMELLA_F32), options.background = NULL,
                                         options.g_transmittance = gradient_of_picture(m, 0), &options), WITH(lamella_fusion_over_backward_outputs,
                                                 .d_colours = canvas_out(m, "d_colours", 1, 1), .d_alpha = canvas_out(m, "d_alpha", 1,
                                                         0), .d_background = canvas_out(m, "d_background", 0, 1)));
}

static const lamella_view *array(const char *name)
{
    char full[48];
    snprintf(full, sizeof full, "fusion/over/%s", name);
    return golden(full);
}

enum { K = 8, Y = 10, X = 12 };

TEST(equals_the_oracle)
{
    static float a[K * Y * X * 3], b[K * Y * X], c[Y * X * 3];
    lamella_view d_colours = view_of(LAMELLA_F32, a, K, Y, X, 3), d_alpha = view_of(LAMELLA_F32, b, K, Y, X), d_background = view_of(LAMELLA_F32, c,
            Y, X, 3);
    ok(lamella_fusion_over_backward(NULL, array("colours"), array("alpha"), array("g_out"),
                                    WITH(lamella_fusion_over_options, .background = array("background"),
                                         .g_transmittance = array("g_transmittance")), WITH(lamella_fusion_over_backward_outputs,
                                                                                            .d_colours = &d_colours, .d_alpha = &d_alpha, .d_background = &d_background)));
    near_golden(&d_colours, "fusion/over/d_colours");
    near_golden(&d_alpha, "fusion/over/d_alpha");
    near_golden(&d_background, "fusion/over/d_background");
}

typedef struct column {
    int64_t n;
    const double *colour, *alpha, *depth;
    double background;
    lamella_fusion_over_options options;
} column;

static lamella_view numbers(const double *x, int64_t n, int32_t rank)
{
    return (lamella_view){ .dtype = LAMELLA_F64, .rank = rank, .shape = { n, rank == 2 }, .data = (void *)x, .flags = LAMELLA_READONLY };
}

static void differentiate(const column *p, double g, float *d_colour, float *d_alpha)
{
    lamella_fusion_over_options options = p->options;
    options.struct_size = sizeof options;
    lamella_view c = numbers(p->colour, p->n, 2), a = numbers(p->alpha, p->n, 1), b = numbers(&p->background, 1, 1), g_out = numbers(&g, 1, 1);
    lamella_view depth = numbers(p->depth, p->n, 1);
    lamella_view dc = view_of(LAMELLA_F32, d_colour, p->n, 1), da = view_of(LAMELLA_F32, d_alpha, p->n);
    ok(lamella_fusion_over_backward(NULL, &c, &a, &g_out, (options.depth = p->depth ? &depth : NULL, options.background = &b,
                                                           options.g_transmittance = NULL, &options), WITH(lamella_fusion_over_backward_outputs,
                                                                   .d_colours = &dc, .d_alpha = &da)));
}

TEST(exact_at_alpha_zero_and_one)
{
    /* back to front; over 10: 10 -> (0) 10 -> (1) 3 -> (0) 3 -> (1) 4 -> (.5) 6 */
    const double colour[] = { 2, 3, 5, 4, 8 }, alpha[] = { 0, 1, 0, 1, 0.5 };
    const column p = { .n = 5, .colour = colour, .alpha = alpha, .background = 10 };
    float dc[5], da[5];
    differentiate(&p, 1, dc, da);
    const float expected_dc[] = { 0, 0, 0, 0.5f, 0.5f }, expected_da[] = { 0, 0, 0, 0.5f * (4 - 3), 8 - 4 };
    equal_bits(dc, expected_dc, sizeof dc);
    for (int k = 0; k < 5; k++)
        near(da[k], expected_da[k], ABSOLUTE, 0);
}

/* T / (1 - a) of the usual form: 0/0 behind an opaque layer. */
TEST(trap_division_by_one_less_alpha)
{
    const double colour[] = { 1, 2, 3 }, alpha[] = { 0.25, 1, 1 };
    const column p = { .n = 3, .colour = colour, .alpha = alpha, .background = 7 };
    float dc[3], da[3];
    differentiate(&p, 2, dc, da);
    near(da[2], 2 * (3 - 2), ABSOLUTE, 0);
    near(da[1], 0, ABSOLUTE, 0);
    near(dc[2], 2, ABSOLUTE, 0);
}

TEST(depths_carry_gradients_to_their_layers)
{
    const double colour[] = { 2, 3, 5 }, alpha[] = { 0.5, 0.25, 0.75 }, depth[] = { 1, 3, 2 };
    const double sorted_colour[] = { 3, 5, 2 }, sorted_alpha[] = { 0.25, 0.75, 0.5 };
    const column p = { .n = 3, .colour = colour, .alpha = alpha, .depth = depth, .background = 1 };
    const column sorted = { .n = 3, .colour = sorted_colour, .alpha = sorted_alpha, .background = 1 };
    static const int place[] = { 2, 0, 1 };
    float dc[3], da[3], sorted_dc[3], sorted_da[3];
    differentiate(&p, 3, dc, da);
    differentiate(&sorted, 3, sorted_dc, sorted_da);
    for (int k = 0; k < 3; k++) {
        near(dc[k], sorted_dc[place[k]], ABSOLUTE, 0);
        near(da[k], sorted_da[place[k]], ABSOLUTE, 0);
    }
}

static double painted(const column *p)
{
    lamella_fusion_over_options options = p->options;
    options.struct_size = sizeof options;
    lamella_view c = numbers(p->colour, p->n, 2), a = numbers(p->alpha, p->n, 1), b = numbers(&p->background, 1, 1);
    float out;
    lamella_view o = view_of(LAMELLA_F32, &out, 1);
    ok(lamella_fusion_over(NULL, &c, &a, &o, (options.depth = NULL, options.background = &b, &options), NULL, NULL));
    return out;
}

TEST(densities_have_the_slope_of_the_picture)
{
    const double colour[] = { 2, -1, 5 };
    double sigma[] = { 0, 0.5, 2 };
    column p = { .n = 3, .colour = colour, .alpha = sigma, .background = 1,
                 .options = { .opacity = LAMELLA_FUSION_OPACITY_DENSITY, .thickness = 0.75 } };
    float dc[3], da[3];
    differentiate(&p, 1, dc, da);
    for (int k = 0; k < 3; k++) {
        const double h = 1e-2, at = sigma[k];
        double ahead[4];
        for (int i = 0; i < 4; i++) { /* one-sided, third order: a density has no left of 0 */
            sigma[k] = at + i * h;
            ahead[i] = painted(&p);
        }
        sigma[k] = at;
        near(da[k], (-11 * ahead[0] + 18 * ahead[1] - 9 * ahead[2] + 2 * ahead[3]) / (6 * h), ABSOLUTE, 1e-3);
    }
}

TEST(a_clamped_alpha_has_no_gradient)
{
    const double colour[] = { 2, 3, 4 }, alpha[] = { 1.5, 0.5, -0.5 };
    const column p = { .n = 3, .colour = colour, .alpha = alpha, .background = 1, .options = { .clamp = 1 } };
    float dc[3], da[3];
    differentiate(&p, 1, dc, da);
    near(da[0], 0, ABSOLUTE, 0);
    near(da[1], 3 - 2, ABSOLUTE, 0);
    near(da[2], 0, ABSOLUTE, 0);
    near(dc[0], 0.5, ABSOLUTE, 0);
}

TEST(gradients_that_are_not_wanted_change_nothing)
{
    static float all[K * Y * X], alone[K * Y * X], rest[K * Y * X * 3];
    lamella_view a = view_of(LAMELLA_F32, all, K, Y, X), b = view_of(LAMELLA_F32, alone, K, Y, X), c = view_of(LAMELLA_F32, rest, K, Y, X, 3);
    ok(lamella_fusion_over_backward(NULL, array("colours"), array("alpha"), array("g_out"), NULL,
                                    WITH(lamella_fusion_over_backward_outputs, .d_colours = &c, .d_alpha = &a)));
    ok(lamella_fusion_over_backward(NULL, array("colours"), array("alpha"), array("g_out"), NULL,
                                    WITH(lamella_fusion_over_backward_outputs, .d_alpha = &b)));
    equal_bits(alone, all, sizeof all);
}

/* The whole photograph: gradients to all alphas by setting each to its ends, on every thousandth pixel. */
TEST(the_photograph_has_the_gradient_of_its_ends)
{
    photo_shells s = shells_of_photo();
    float *d = malloc(sizeof(float) * SHELLS * SHELL_PIXELS), *g = malloc(sizeof(float) * SHELL_PIXELS * 3);
    for (int i = 0; i < SHELL_PIXELS * 3; i++)
        g[i] = (float)(i * 31 % 17 - 8) / 8;
    lamella_view c = view_of(LAMELLA_F32, s.colours, SHELLS, 400, 600, 3), a = view_of(LAMELLA_F32, s.alpha, SHELLS, 400, 600);
    lamella_view g_out = view_of(LAMELLA_F32, g, 400, 600, 3), d_alpha = view_of(LAMELLA_F32, d, SHELLS, 400, 600);
    ok(lamella_fusion_over_backward(NULL, &c, &a, &g_out, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &d_alpha)));
    for (int i = 0; i < SHELL_PIXELS; i += 997)
        for (int k = 0; k < SHELLS; k++) {
            double loss[2] = { 0, 0 };
            for (int end = 0; end < 2; end++) {
                double t = 1;
                for (int n = SHELLS - 1; n >= 0; n--) {
                    double alpha = n == k ? end : (double)s.alpha[n * SHELL_PIXELS + i];
                    for (int j = 0; j < 3; j++)
                        loss[end] += t * alpha * g[3 * i + j] * s.colours[(n * SHELL_PIXELS + i) * 3 + j];
                    t *= 1 - alpha;
                }
            }
            near(d[k * SHELL_PIXELS + i], loss[1] - loss[0], ABSOLUTE, 1e-6);
        }
    shells_free(&s);
    free(d);
    free(g);
}

TEST(bad_arguments_are_named)
{
    float x[12] = { 0 }, a[4] = { 0 }, g[6] = { 0 }, to[4];
    lamella_view c = view_of(LAMELLA_F32, x, 2, 2, 3), alpha = view_of(LAMELLA_F32, a, 2, 2), g_out = view_of(LAMELLA_F32, g, 2, 3);
    lamella_view d_alpha = view_of(LAMELLA_F32, to, 2, 2), over = view_of(LAMELLA_F32, g, 2, 2);
    refused(lamella_fusion_over_backward(NULL, &c, &alpha, &c, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &d_alpha)),
            LAMELLA_ERR_SHAPE,
            "lamella_fusion_over_backward: g_out.rank is 3, expected 2");
    refused(lamella_fusion_over_backward(NULL, &c, &alpha, &g_out, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &over)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over_backward: outputs.d_alpha shares memory with g_out, expected an output apart from the inputs");
    g[4] = NAN;
    refused(lamella_fusion_over_backward(NULL, &c, &alpha, &g_out, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &d_alpha)),
            LAMELLA_ERR_NONFINITE,
            "lamella_fusion_over_backward: g_out is nan at layer 0, pixel 1, channel 1, expected a finite number");
}

TEST(what_overflows_is_named)
{
    float x[12] = { 0 }, a[4] = { .5f, .5f, .5f, .5f }, g[6] = { 1, 1, 1, 2, 1, 1 }, to[4];
    lamella_view c = view_of(LAMELLA_F32, x, 2, 2, 3), alpha = view_of(LAMELLA_F32, a, 2, 2), g_out = view_of(LAMELLA_F32, g, 2, 3);
    lamella_view d_alpha = view_of(LAMELLA_F32, to, 2, 2);
    x[9] = 3e38f; /* layer 1, pixel 1 */
    refused(lamella_fusion_over_backward(NULL, &c, &alpha, &g_out, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &d_alpha)),
            LAMELLA_ERR_NUMERIC,
            "lamella_fusion_over_backward: outputs.d_alpha overflows f32 at layer 1, pixel 1, expected smaller colours, gradients or thickness");
    g[3] = 1;
    ok(lamella_fusion_over_backward(NULL, &c, &alpha, &g_out, NULL, WITH(lamella_fusion_over_backward_outputs, .d_alpha = &d_alpha)));
    near(to[3], 3e38, RELATIVE, 1e-6);
}
