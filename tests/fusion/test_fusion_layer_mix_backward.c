/* Gradients of scalar mixing: the figures, the laws, the edges. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

static lamella_status backward_as(matrix *m, int32_t weighting, int32_t rows)
{
    static const double w[] = { 0.5, -1, 2 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = weighting, .rows = rows };
    double d_gamma = 0;
    lamella_status status = lamella_fusion_mix_backward(m->ctx, &m->stack, matrix_numbers(m),
                                                        matrix_out(m, "d_weights", LAMELLA_F64,
                                                                   m->stack.n_layers), (options.weights = matrix_input(m, LAMELLA_F64, w,
                                                                           m->stack.n_layers), &options), WITH(lamella_fusion_mix_backward_outputs,
                                                                                   .d_gamma = &d_gamma));
    matrix_number(m, "d_gamma", d_gamma);
    return status;
}

OPERATION(lamella_fusion_mix_backward, .one_width = 1, .empty_is_ok = 1)
{
    return backward_as(m, LAMELLA_FUSION_WEIGHTING_SOFTMAX, LAMELLA_FUSION_ROWS_RAW);
}

OPERATION(lamella_fusion_mix_backward, .as = "layer norm", .one_width = 1, .empty_is_ok = 1)
{
    return backward_as(m, LAMELLA_FUSION_WEIGHTING_GIVEN, LAMELLA_FUSION_ROWS_LAYER_NORM);
}

enum { LAYERS = 7 };

TEST(equals_the_oracle)
{
    static const char *const rows[] = { NULL, "raw", "unit", "layer_norm" }, *const weightings[] = { NULL, "given", "softmax" };
    lamella_view layer[LAYERS];
    for (int l = 0; l < LAYERS; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        ok(lamella_tensor_slice(example(name), 0, 0, 500, 50, &layer[l]));
    }
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS };
    for (int32_t r = 1; r <= 3; r++)
        for (int32_t w = 1; w <= 2; w++) {
            char name[64];
            double d[LAYERS], d_gamma;
            lamella_view d_weights = view_of(LAMELLA_F64, d, LAYERS), of_gamma = view_of(LAMELLA_F64, &d_gamma, 1);
            lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = w, .rows = r, .gamma = 1.5 };
            ok(lamella_fusion_mix_backward(NULL, &stack, golden("fusion/mix/g_mixed"), &d_weights,
                                           (options.weights = golden("fusion/mix/weights"), &options), WITH(lamella_fusion_mix_backward_outputs,
                                                   .d_gamma = &d_gamma)));
            snprintf(name, sizeof name, "fusion/mix/%s.%s.d_weights", rows[r], weightings[w]);
            near_golden(&d_weights, name);
            snprintf(name, sizeof name, "fusion/mix/%s.%s.d_gamma", rows[r], weightings[w]);
            near_golden(&of_gamma, name);
        }
}

/* One row of two layers; the last option is on or off. */
static void gradient(const float *x, const double *w, const float *g, int32_t weighting, double *d, double *d_gamma)
{
    lamella_view layer[] = { view_of(LAMELLA_F32, (float *)x, 1, 2), view_of(LAMELLA_F32, (float *)x + 2, 1, 2) };
    lamella_view weights = view_of(LAMELLA_F64, (double *)w, 2), g_mixed = view_of(LAMELLA_F32, (float *)g, 1, 2), out = view_of(LAMELLA_F64, d, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = weighting, .gamma = 2 };
    ok(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &out, (options.weights = &weights, &options),
                                   WITH(lamella_fusion_mix_backward_outputs, .d_gamma = d_gamma)));
}

TEST(gradients_of_a_softmax_sum_to_nothing)
{
    const float x[] = { 1, 2, -3, 5 }, g[] = { 1, -1 };
    const double w[] = { 0.3, 1.1 };
    double d[2], d_gamma;
    gradient(x, w, g, LAMELLA_FUSION_WEIGHTING_SOFTMAX, d, &d_gamma);
    near(d[0] + d[1], 0, ABSOLUTE, 1e-15);
    check(d[0] > 0);
    gradient(x, w, g, LAMELLA_FUSION_WEIGHTING_GIVEN, d, &d_gamma);
    near(d[0], 2 * (1 - 2), ABSOLUTE, 0);
    near(d[1], 2 * (-3 - 5), ABSOLUTE, 0);
    near(d_gamma, 0.3 * -1 + 1.1 * -8, RELATIVE, 1e-15);
}

/* Gradient descent with it finds the mixture that made the target. */
TEST(a_host_can_train_with_it)
{
    enum { N = 40, DIM = 6, DEPTH = 3 };
    static float x[DEPTH][N * DIM], target[N * DIM], mixed[N * DIM], g[N * DIM];
    lamella_view layer[DEPTH], out = view_of(LAMELLA_F32, mixed, N, DIM), g_mixed = view_of(LAMELLA_F32, g, N, DIM);
    const double share[] = { 0.2, 0.7, 0.1 };
    double w[] = { 0, 0, 0 }, d[DEPTH];
    for (int l = 0; l < DEPTH; l++)
        layer[l] = view_of(LAMELLA_F32, x[l], N, DIM);
    for (int i = 0; i < N * DIM; i++)
        for (int l = 0; l < DEPTH; l++) {
            x[l][i] = (float)sin(i * (l + 1) * 1.7 + l);
            target[i] += (float)share[l] * x[l][i];
        }
    lamella_view weights = view_of(LAMELLA_F64, w, DEPTH), d_weights = view_of(LAMELLA_F64, d, DEPTH);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = DEPTH };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = LAMELLA_FUSION_WEIGHTING_SOFTMAX };
    for (int step = 0; step < 400; step++) {
        ok(lamella_fusion_mix(NULL, &stack, &out, (options.weights = &weights, &options), NULL));
        for (int i = 0; i < N * DIM; i++)
            g[i] = 2 * (mixed[i] - target[i]) / N;
        ok(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, (options.weights = &weights, &options), NULL));
        for (int l = 0; l < DEPTH; l++)
            w[l] -= d[l];
    }
    near(w[1] - w[0], log(0.7 / 0.2), ABSOLUTE, 1e-3);
    near(w[1] - w[2], log(0.7 / 0.1), ABSOLUTE, 1e-3);
}

TEST(masked_rows_are_never_read)
{
    float x[] = { NAN, 1, 2, 3 }, g[] = { INFINITY, NAN, 1, 1 };
    unsigned char valid[] = { 0, 1 };
    double d;
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 2), mask = view_of(LAMELLA_U8, valid, 2), g_mixed = view_of(LAMELLA_F32, g, 2, 2);
    lamella_view d_weights = view_of(LAMELLA_F64, &d, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = &mask };
    ok(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, NULL, NULL));
    near(d, 5, ABSOLUTE, 0);
    valid[0] = 1;
    x[0] = 0;
    refused(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, NULL, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_fusion_mix_backward: g_mixed is inf at row 0, column 0, expected a finite number");
    d_weights = view_of(LAMELLA_F32, x, 1);
    refused(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, NULL, NULL), LAMELLA_ERR_DTYPE,
            "lamella_fusion_mix_backward: d_weights.dtype is 1 (f32), expected f64");
}

TEST(what_overflows_is_named)
{
    float x[] = { 1, 2, 30, 40 }, g[] = { 1, 1 };
    double d[2], w[] = { 1, 1e307 }, d_gamma;
    lamella_view layer[] = { view_of(LAMELLA_F32, x, 1, 2), view_of(LAMELLA_F32, x + 2, 1, 2) }, g_mixed = view_of(LAMELLA_F32, g, 1, 2);
    lamella_view d_weights = view_of(LAMELLA_F64, d, 2), weights = view_of(LAMELLA_F64, w, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .gamma = 1e307 };
    refused(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, &options, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_fusion_mix_backward: d_weights overflows f64 at layer 1, expected smaller weights, gamma or gradients");
    refused(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, WITH(lamella_fusion_mix_options, .weights = &weights),
                                        WITH(lamella_fusion_mix_backward_outputs, .d_gamma = &d_gamma)), LAMELLA_ERR_NUMERIC,
            "lamella_fusion_mix_backward: outputs.d_gamma overflows f64, expected smaller weights or gradients");
    ok(lamella_fusion_mix_backward(NULL, &stack, &g_mixed, &d_weights, WITH(lamella_fusion_mix_options, .weights = &weights), NULL));
    check(d[0] == 3 && d[1] == 70);
}
