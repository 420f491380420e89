/* Standardising: the oracle, the laws, statistics out and in, the edges, what is refused. */
#include "support/golden.h"
#include "support/matrix.h"

#include <math.h>

OPERATION(lamella_tensor_standardise)
{
    const lamella_view *mean = matrix_out_layers(m, "fitted_mean", LAMELLA_F64, LAYER_DIM), *low = matrix_out_layers(m, "fitted_mean_low", LAMELLA_F64, LAYER_DIM),
                       *scale = matrix_out_layers(m, "fitted_scale", LAMELLA_F64, LAYER_DIM);
    lamella_tensor_standardise_result result = { .struct_size = sizeof result };
    lamella_status status = lamella_tensor_standardise(m->ctx, &m->stack, matrix_out_layers(m, "out", LAMELLA_F32, LAYER_LEAD, LAYER_DIM), NULL,
                                                       WITH(lamella_tensor_standardise_outputs, .fitted_mean = mean, .fitted_mean_low = low, .fitted_scale = scale), &result);
    matrix_number(m, "n_constant_columns", (double)result.n_constant_columns);
    matrix_number(m, "n_masked_rows", (double)result.n_masked_rows);
    return status;
}

OPERATION(lamella_tensor_standardise, .as = "rows", .empty_is_ok = 1)
{
    lamella_tensor_standardise_result result = { .struct_size = sizeof result };
    lamella_status status = lamella_tensor_standardise(m->ctx, &m->stack, matrix_out_layers(m, "out", LAMELLA_F32, LAYER_LEAD, LAYER_DIM),
                                                       WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_LAYER_NORM), NULL, &result);
    matrix_number(m, "n_zero_rows", (double)result.n_zero_rows);
    return status;
}

/* ---- the oracle ---- */

enum { ROWS = 20, DIM = 384 };

static const int depths[] = { 0, 3, 6 };

typedef struct case_of {
    lamella_view  layer[3], out[3], mean[3], low[3], scale[3];
    float         y[3 * ROWS * DIM];
    double        m[3][DIM], l[3][DIM], s[3][DIM];
    lamella_stack stack;
} case_of;

static case_of *states(void)
{
    static case_of c;
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", depths[i]);
        ok(lamella_tensor_slice(example(name), 0, 0, 500, 25, &c.layer[i]));
        c.out[i] = view_of(LAMELLA_F32, c.y + i * ROWS * DIM, ROWS, DIM);
        c.mean[i] = view_of(LAMELLA_F64, c.m[i], DIM), c.low[i] = view_of(LAMELLA_F64, c.l[i], DIM), c.scale[i] = view_of(LAMELLA_F64, c.s[i], DIM);
    }
    c.stack = (lamella_stack){ .struct_size = sizeof c.stack, .layer = c.layer, .n_layers = 3 };
    return &c;
}

static void near_states(const lamella_view *of, const char *what)
{
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "tensor/standardise/%s.%d", what, depths[i]);
        near_golden(&of[i], name);
    }
}

TEST(columns_are_those_of_the_oracle_and_their_statistics_give_the_same_bits_again)
{
    static float first[3 * ROWS * DIM];
    case_of *c = states();
    lamella_tensor_standardise_result r = { .struct_size = sizeof r }, again = r;
    ok(lamella_tensor_standardise(NULL, &c->stack, c->out, NULL,
                                  WITH(lamella_tensor_standardise_outputs, .fitted_mean = c->mean, .fitted_mean_low = c->low, .fitted_scale = c->scale), &r));
    near_states(c->out, "columns"), near_states(c->mean, "mean"), near_states(c->scale, "scale");
    memcpy(first, c->y, sizeof first);
    memset(c->y, 0xff, sizeof c->y);
    ok(lamella_tensor_standardise(NULL, &c->stack, c->out,
                                  WITH(lamella_tensor_standardise_options, .mean = c->mean, .mean_low = c->low, .scale = c->scale, .n_layers = 3), NULL,
                                  &again));
    equal_bits(c->y, first, sizeof first);
    equal(again.n_constant_columns, r.n_constant_columns);
    equal(r.n_zero_rows + r.n_masked_rows, 0);
}

TEST(rows_are_those_of_the_oracle)
{
    static const struct { int32_t by; const char *name; } kinds[] = { { LAMELLA_TENSOR_STANDARDISE_LAYER_NORM, "layer_norm" },
                                                                      { LAMELLA_TENSOR_STANDARDISE_RMS_NORM, "rms_norm" } };
    case_of *c = states();
    const lamella_view *gain = golden("tensor/standardise/gain"), *bias = golden("tensor/standardise/bias");
    for (int k = 0; k < 2; k++) {
        ok(lamella_tensor_standardise(NULL, &c->stack, c->out,
                                      WITH(lamella_tensor_standardise_options, .by = kinds[k].by, .epsilon = 1e-5, .gain = gain, .bias = bias), NULL,
                                      NULL));
        near_states(c->out, kinds[k].name);
    }
}

/* ---- laws and edges ---- */

static float out[64];

static lamella_status one_layer(lamella_view layer, const lamella_view *mask, const lamella_tensor_standardise_options *o,
                                const lamella_tensor_standardise_outputs *outputs, lamella_tensor_standardise_result *r)
{
    const lamella_view to = view_of(LAMELLA_F32, out, layer.shape[0], layer.shape[1]);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = mask };
    memset(out, 0xff, sizeof out);
    return lamella_tensor_standardise(NULL, &stack, &to, o, outputs, r);
}

static void is_out(const float *expected, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        near(out[i], expected[i], ABSOLUTE, 1e-6);
}

TEST(constant_columns_become_0_and_have_scale_0)
{
    double x[] = { 1, 7, -3, 3, 7, 5 }, scale[3], mean[3];
    const lamella_view s = view_of(LAMELLA_F64, scale, 3), m = view_of(LAMELLA_F64, mean, 3);
    lamella_tensor_standardise_result r = { .struct_size = sizeof r };
    ok(one_layer(view_of(LAMELLA_F64, x, 2, 3), NULL, NULL, WITH(lamella_tensor_standardise_outputs, .fitted_scale = &s, .fitted_mean = &m), &r));
    is_out((const float[]){ -1, 0, -1, 1, 0, 1 }, 6);
    check(scale[0] == 1 && scale[1] == 0 && scale[2] == 4 && mean[0] == 2 && mean[1] == 7 && mean[2] == 1);
    equal(r.n_constant_columns, 1);
}

/* The mean of such columns is no f64: what it lacks comes out, and is asked for. */
TEST(columns_far_from_0_and_of_any_size)
{
    double mean[2], low[2], scale[2];
    const lamella_view m = view_of(LAMELLA_F64, mean, 2), l = view_of(LAMELLA_F64, low, 2), s = view_of(LAMELLA_F64, scale, 2);
    double far[] = { 0x1p53, 1e160, 0x1p53 + 8, 3e160, 0x1p53 + 8, 2e160, 0x1p53 + 16, 2e160 };
    float kept[8];
    const float root = 0.70710678f;
    ok(one_layer(view_of(LAMELLA_F64, far, 4, 2), NULL, NULL, WITH(lamella_tensor_standardise_outputs, .fitted_mean = &m, .fitted_mean_low = &l, .fitted_scale = &s), NULL));
    is_out((const float[]){ -2 * root, -2 * root, 0, 2 * root, 0, 0, 2 * root, 0 }, 8);
    near(scale[1], 1e160 * root, RELATIVE, 1e-7);
    double odd[] = { 0x1p53, 1e-160, 0x1p53 + 8, 3e-160, 0x1p53 + 8, 2e-160 }; /* the mean is 2^53 + 16/3 */
    ok(one_layer(view_of(LAMELLA_F64, odd, 3, 2), NULL, NULL, WITH(lamella_tensor_standardise_outputs, .fitted_mean = &m, .fitted_mean_low = &l, .fitted_scale = &s), NULL));
    is_out((const float[]){ -2 * root, -1.2247449f, root, 1.2247449f, root, 0 }, 6);
    check(fabs(low[0]) > 0.1);
    memcpy(kept, out, sizeof kept);
    ok(one_layer(view_of(LAMELLA_F64, odd, 3, 2), NULL,
                 WITH(lamella_tensor_standardise_options, .mean = &m, .mean_low = &l, .scale = &s, .n_layers = 1), NULL, NULL));
    equal_bits(out, kept, 6 * (int64_t)sizeof *out);
    ok(one_layer(view_of(LAMELLA_F64, odd, 3, 2), NULL, WITH(lamella_tensor_standardise_options, .mean = &m, .scale = &s, .n_layers = 1), NULL, NULL));
    check(fabsf(out[0] - kept[0]) > 0.1f); /* without it */
}

TEST(rows_under_the_mask_are_neither_fitted_nor_read_and_become_zeros)
{
    float x[] = { 1, NAN, 3 };
    unsigned char valid[] = { 1, 0, 1 };
    const lamella_view mask = view_of(LAMELLA_U8, valid, 3);
    lamella_tensor_standardise_result r = { .struct_size = sizeof r };
    ok(one_layer(view_of(LAMELLA_F32, x, 3, 1), &mask, NULL, NULL, &r));
    is_out((const float[]){ -1, 0, 1 }, 3);
    equal(r.n_masked_rows, 1);
    valid[0] = valid[2] = 0;
    refused(one_layer(view_of(LAMELLA_F32, x, 3, 1), &mask, NULL, NULL, NULL), LAMELLA_ERR_EMPTY,
            "lamella_tensor_standardise: stack has no row outside the mask, expected at least 1");
    refused(one_layer(view_of(LAMELLA_F32, x, 0, 1), NULL, NULL, NULL, NULL), LAMELLA_ERR_EMPTY,
            "lamella_tensor_standardise: stack has no row, expected at least 1");
    ok(one_layer(view_of(LAMELLA_F32, x, 3, 1), &mask, WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_RMS_NORM), NULL, &r));
    is_out((const float[]){ 0, 0, 0 }, 3);
}

TEST(a_layer_has_columns)
{
    float x[1];
    refused(one_layer(view_of(LAMELLA_F32, x, 3, 0), NULL, NULL, NULL, NULL), LAMELLA_ERR_EMPTY,
            "lamella_tensor_standardise: stack.layer[0] has dim 0, expected at least 1");
}

TEST(rows_without_spread_become_the_bias)
{
    double x[] = { 2, 2, 0, 0, 1e200, -1e200, 3e-200, 1e-200 };
    double b[] = { 0.5, -1 };
    const lamella_view bias = view_of(LAMELLA_F64, b, 2);
    lamella_tensor_standardise_result r = { .struct_size = sizeof r };
    ok(one_layer(view_of(LAMELLA_F64, x, 4, 2), NULL,
                 WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_LAYER_NORM, .bias = &bias), NULL, &r));
    is_out((const float[]){ 0.5f, -1, 0.5f, -1, 1.5f, -2, 1.5f, -2 }, 8);
    equal(r.n_zero_rows, 2);
    ok(one_layer(view_of(LAMELLA_F64, x, 4, 2), NULL,
                 WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_RMS_NORM, .bias = &bias), NULL, &r));
    is_out((const float[]){ 1.5f, 0, 0.5f, -1, 1.5f, -2, 0.5f + 1.34164079f, -1 + 0.4472136f }, 8);
    equal(r.n_zero_rows, 1);
    ok(one_layer(view_of(LAMELLA_F64, x, 2, 2), NULL,
                 WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_RMS_NORM, .epsilon = 5), NULL, &r));
    is_out((const float[]){ 2.0f / 3, 2.0f / 3, 0, 0 }, 4);
    equal(r.n_zero_rows, 0);
    double y[] = { 1, 5 };
    ok(one_layer(view_of(LAMELLA_F64, y, 1, 2), NULL,
                 WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_LAYER_NORM, .epsilon = 12), NULL, &r));
    is_out((const float[]){ -0.5f, 0.5f }, 2);
}

TEST(rows_have_no_statistics_of_columns)
{
    float x[] = { 1, 2, 3, 5 };
    double mean[2] = { 0 }, low[2] = { 0 }, scale[2] = { 0 };
    const lamella_view m = view_of(LAMELLA_F64, mean, 2), l = view_of(LAMELLA_F64, low, 2), s = view_of(LAMELLA_F64, scale, 2);
    ok(one_layer(view_of(LAMELLA_F32, x, 2, 2), NULL, WITH(lamella_tensor_standardise_options, .by = LAMELLA_TENSOR_STANDARDISE_LAYER_NORM),
                 WITH(lamella_tensor_standardise_outputs, .fitted_mean = &m, .fitted_mean_low = &l, .fitted_scale = &s), NULL));
    for (int j = 0; j < 2; j++)
        check(isnan(mean[j]) && isnan(low[j]) && isnan(scale[j]));
}

/* ---- arguments ---- */

TEST(options_init_spells_out_the_defaults)
{
    lamella_tensor_standardise_options o;
    ok(lamella_tensor_standardise_options_init(&o, sizeof o));
    equal(o.by, LAMELLA_TENSOR_STANDARDISE_COLUMNS);
    check(o.epsilon == 0 && !o.mean && !o.gain);
}

TEST(what_it_cannot_take_is_named)
{
#define SAYS(status, text, ...) \
    refused(one_layer(rows, NULL, WITH(lamella_tensor_standardise_options, __VA_ARGS__), NULL, NULL), LAMELLA_ERR_##status, "lamella_tensor_standardise: " text)
    float x[] = { 1, 2, 3, 5, 4, 4 };
    double d[] = { 1, 1, -1 }, none[] = { 1, NAN };
    const lamella_view rows = view_of(LAMELLA_F32, x, 3, 2), two = view_of(LAMELLA_F64, d, 2), three = view_of(LAMELLA_F64, d, 3),
                       less = view_of(LAMELLA_F64, d + 1, 2), nan = view_of(LAMELLA_F64, none, 2), f32 = view_of(LAMELLA_F32, x, 2);
    SAYS(ARGUMENT, "options.by is 4, expected 0 to 3", .by = 4);
    SAYS(ARGUMENT, "options.epsilon is -1, expected 0 or more", .by = 2, .epsilon = -1);
    SAYS(ARGUMENT, "options.scale is NULL, expected it beside options.mean", .mean = &two, .n_layers = 1);
    SAYS(ARGUMENT, "options.mean is NULL, expected it beside options.scale", .scale = &two, .n_layers = 1);
    SAYS(ARGUMENT, "options.mean_low is given, expected none without options.mean", .mean_low = &two, .n_layers = 1);
    SAYS(SHAPE, "options.n_layers is 2, expected 1 (= layers of stack)", .mean = &two, .scale = &two, .n_layers = 2);
    SAYS(SHAPE, "options.mean[0].shape[0] is 3, expected 2", .mean = &three, .scale = &two, .n_layers = 1);
    SAYS(DTYPE, "options.scale[0].dtype is 1 (f32), expected f64", .mean = &two, .scale = &f32, .n_layers = 1);
    SAYS(NONFINITE, "options.mean[0][1] is nan, expected a finite number", .mean = &nan, .scale = &two, .n_layers = 1);
    SAYS(ARGUMENT, "options.scale[0][1] is -1, expected 0 or more", .mean = &two, .scale = &less, .n_layers = 1);
    SAYS(ARGUMENT, "options.mean is given, expected none, since options.by is of rows", .by = 2, .mean = &two, .scale = &two, .n_layers = 1);
    SAYS(ARGUMENT, "options.scale is given, expected none, since options.by is of rows", .by = 3, .scale = &two, .n_layers = 1);
    SAYS(ARGUMENT, "options.mean_low is given, expected none, since options.by is of rows", .by = 3, .mean_low = &two, .n_layers = 1);
    SAYS(ARGUMENT, "options.gain is given, expected none, since options.by is COLUMNS", .gain = &two);
    SAYS(ARGUMENT, "options.bias is given, expected none, since options.by is COLUMNS", .bias = &two);
    SAYS(ARGUMENT, "options.epsilon is given, expected none, since options.by is COLUMNS", .epsilon = 0.5);
    SAYS(SHAPE, "options.gain.shape[0] is 3, expected 2", .by = 2, .gain = &three);
    SAYS(NONFINITE, "options.bias[1] is nan, expected a finite number", .by = 2, .bias = &nan);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &rows, .n_layers = 1 };
    refused(lamella_tensor_standardise(NULL, &stack, NULL, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_standardise: out is NULL, expected 1 views (one a layer)");
    double tiny[] = { 1e-300, 1e-300 };
    const lamella_view small = view_of(LAMELLA_F64, tiny, 2);
    refused(one_layer(rows, NULL, WITH(lamella_tensor_standardise_options, .mean = &two, .scale = &small, .n_layers = 1), NULL, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_tensor_standardise: stack.layer[0]: row 0 has a number that f32 does not hold once standardised");
    double huge[] = { 1.7e308, -1.7e308 };
    refused(one_layer(view_of(LAMELLA_F64, huge, 2, 1), NULL, NULL, NULL, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_tensor_standardise: the statistics of stack.layer[0] do not fit f64 at column 0");
#undef SAYS
}
