/* Scalar mixing of layers: the figures, the laws, the edges. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

static const double mixing_weights[] = { 0.5, -1, 2 };

static lamella_status mix_as(matrix *m, lamella_fusion_mix_options options)
{
    lamella_fusion_mix_result result = { .struct_size = sizeof result };
    options.struct_size = sizeof options;
    lamella_status status = lamella_fusion_mix(m->ctx, &m->stack, matrix_out(m, "mixed", LAMELLA_F32, LAYER_LEAD, LAYER_DIM),
                                               (options.weights = matrix_input(m, LAMELLA_F64, mixing_weights, m->stack.n_layers),
                                                &options), &result);
    matrix_number(m, "n_zero_rows", (double)result.n_zero_rows);
    matrix_number(m, "n_masked_rows", (double)result.n_masked_rows);
    return status;
}

OPERATION(lamella_fusion_mix, .one_width = 1, .empty_is_ok = 1)
{
    return mix_as(m, (lamella_fusion_mix_options){ .weighting = LAMELLA_FUSION_WEIGHTING_SOFTMAX });
}

OPERATION(lamella_fusion_mix, .as = "unit rows", .one_width = 1, .empty_is_ok = 1)
{
    return mix_as(m, (lamella_fusion_mix_options){ .rows = LAMELLA_FUSION_ROWS_UNIT, .gamma = 3 });
}

OPERATION(lamella_fusion_mix, .as = "layer norm", .one_width = 1, .empty_is_ok = 1)
{
    return mix_as(m, (lamella_fusion_mix_options){ .rows = LAMELLA_FUSION_ROWS_LAYER_NORM });
}

enum { LAYERS = 7, ROWS = 10, DIM = 384 };

static lamella_stack states(lamella_view *layer)
{
    for (int l = 0; l < LAYERS; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        ok(lamella_tensor_slice(example(name), 0, 0, 500, 50, &layer[l]));
    }
    return (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = layer, .n_layers = LAYERS };
}

TEST(equals_the_oracle)
{
    static const char *const rows[] = { NULL, "raw", "unit", "layer_norm" }, *const weightings[] = { NULL, "given", "softmax" };
    static float buffer[ROWS * DIM];
    lamella_view layer[LAYERS], mixed = view_of(LAMELLA_F32, buffer, ROWS, DIM);
    lamella_stack stack = states(layer);
    for (int32_t r = 1; r <= 3; r++)
        for (int32_t w = 1; w <= 2; w++) {
            char name[48];
            lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = w, .rows = r, .gamma = 1.5 };
            ok(lamella_fusion_mix(NULL, &stack, &mixed, (options.weights = golden("fusion/mix/weights"), &options), NULL));
            snprintf(name, sizeof name, "fusion/mix/%s.%s", rows[r], weightings[w]);
            near_golden(&mixed, name);
        }
    ok(lamella_fusion_mix(NULL, &stack, &mixed, NULL, NULL));
    near_golden(&mixed, "fusion/mix/mean");
}

/* Two layers [n, dim] of f32. */
static lamella_status mix_two(const float *x, int64_t n, int64_t dim, const double *w, const lamella_fusion_mix_options *options, float *out,
                              lamella_fusion_mix_result *result)
{
    lamella_view layer[] = { view_of(LAMELLA_F32, (float *)x, n, dim), view_of(LAMELLA_F32, (float *)x + n * dim, n, dim) };
    lamella_view weights = view_of(LAMELLA_F64, (double *)w, 2), mixed = view_of(LAMELLA_F32, out, n, dim);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_fusion_mix_options o = COPY_OF(lamella_fusion_mix_options, options);
    o.weights = w ? &weights : NULL;
    return lamella_fusion_mix(NULL, &stack, &mixed, &o, result);
}

TEST(a_weight_of_one_alone_is_the_layer_itself)
{
    const float x[] = { 0.1f, 0.2f, 3e38f, 0.3f, 1e-45f, 5 };
    const double last[] = { 0, 1 }, far[] = { -1000, 1000 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = LAMELLA_FUSION_WEIGHTING_SOFTMAX };
    float out[3];
    ok(mix_two(x, 1, 3, last, NULL, out, NULL));
    equal_bits(out, x + 3, sizeof out);
    ok(mix_two(x, 1, 3, far, &options, out, NULL)); /* exp(1000) is no number */
    equal_bits(out, x + 3, sizeof out);
}

TEST(a_shift_of_all_weights_changes_no_softmax)
{
    const float x[] = { 1, 2, 3, 4 };
    const double a[] = { 0, 1 }, b[] = { 700, 701 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .weighting = LAMELLA_FUSION_WEIGHTING_SOFTMAX };
    float one[2], other[2];
    ok(mix_two(x, 1, 2, a, &options, one, NULL));
    ok(mix_two(x, 1, 2, b, &options, other, NULL));
    equal_bits(one, other, sizeof one);
    near(one[0], (1 + 3 * exp(1)) / (1 + exp(1)), RELATIVE, 1e-6);
}

/* One layer of norm 100 and one of norm 1: raw, the first decides; as unit rows both count the same. */
TEST(unit_rows_count_by_their_weight_only)
{
    const float x[] = { 100, 0, 0, 1 };
    const double w[] = { 0.5, 0.5 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .rows = LAMELLA_FUSION_ROWS_UNIT };
    float out[2];
    ok(mix_two(x, 1, 2, w, &options, out, NULL));
    near(out[0], 0.5, ABSOLUTE, 0);
    near(out[1], 0.5, ABSOLUTE, 0);
}

TEST(zero_and_constant_rows_add_nothing_and_are_counted)
{
    const float x[] = { 0, 0, 0, 7, 7, 7, 1, 2, 3, 0, 0, 0 };
    const double w[] = { 1, 1 };
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .rows = LAMELLA_FUSION_ROWS_UNIT };
    lamella_fusion_mix_result result = { .struct_size = sizeof result };
    float out[6];
    ok(mix_two(x, 2, 3, w, &options, out, &result));
    equal(result.n_zero_rows, 2);
    near(out[5], sqrt(1.0 / 3), RELATIVE, 1e-6);
    options.rows = LAMELLA_FUSION_ROWS_LAYER_NORM;
    ok(mix_two(x, 2, 3, w, &options, out, &result));
    equal(result.n_zero_rows, 3);
    near(out[2], sqrt(1.5), RELATIVE, 1e-6);
    near(out[5], 0, ABSOLUTE, 0);
}

TEST(masked_rows_are_zeros_and_never_read)
{
    float x[] = { NAN, 1, 2, 3 }, out[] = { 9, 9, 9, 9 };
    unsigned char valid[] = { 0, 1 };
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 2), mask = view_of(LAMELLA_U8, valid, 2), mixed = view_of(LAMELLA_F32, out, 2, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = &mask };
    lamella_fusion_mix_result result = { .struct_size = sizeof result };
    ok(lamella_fusion_mix(NULL, &stack, &mixed, NULL, &result));
    const float expected[] = { 0, 0, 2, 3 };
    equal_bits(out, expected, sizeof expected);
    equal(result.n_masked_rows, 1);
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .rows = LAMELLA_FUSION_ROWS_UNIT };
    ok(lamella_fusion_mix(NULL, &stack, &mixed, &options, &result));
    equal(result.n_zero_rows, 0); /* a masked row is no zero row */
}

TEST(bad_arguments_are_named)
{
    float x[6] = { 1, 2, 3, 4, 5, 6 }, out[4];
    double w[] = { 1, NAN }, huge[] = { 1e300, 0 };
    lamella_view layer[] = { view_of(LAMELLA_F32, x, 2, 2), view_of(LAMELLA_F32, x, 2, 1) }, mixed = view_of(LAMELLA_F32, out, 2, 2);
    lamella_view three = view_of(LAMELLA_F64, w, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    refused(lamella_fusion_mix(NULL, &stack, &mixed, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_mix: stack.layer[1] has dim 1, expected 2 (= dim of stack.layer[0])");
    layer[1] = layer[0];
    refused(lamella_fusion_mix(NULL, &stack, &mixed, WITH(lamella_fusion_mix_options, .weights = &three), NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_mix: options.weights.shape[0] is 1, expected 2");
    refused(mix_two(x, 1, 2, w, NULL, out, NULL), LAMELLA_ERR_NONFINITE, "lamella_fusion_mix: options.weights[1] is nan, expected a finite number");
    refused(mix_two(x, 1, 2, huge, NULL, out, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_fusion_mix: mixed overflows f32 at row 0, column 0, expected smaller weights, gamma or rows");
    lamella_fusion_mix_options options = { .struct_size = sizeof options, .rows = 4 };
    refused(lamella_fusion_mix(NULL, &stack, &mixed, &options, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_mix: options.rows is 4, expected 0 to 3");
    mixed.data = x;
    refused(lamella_fusion_mix(NULL, &stack, &mixed, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_mix: mixed shares memory with stack.layer[0], expected an output apart from the inputs");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_fusion_mix_options options;
    ok(lamella_fusion_mix_options_init(&options, sizeof options));
    equal(options.weighting, LAMELLA_FUSION_WEIGHTING_GIVEN);
    equal(options.rows, LAMELLA_FUSION_ROWS_RAW);
    near(options.gamma, 1, ABSOLUTE, 0);
}
