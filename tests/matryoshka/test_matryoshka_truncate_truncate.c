/* Prefix truncation: the figure, the laws, the edges, the trap. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

static const int64_t NARROW[] = { 1, 1 };

OPERATION(lamella_matryoshka_truncate, .empty_is_ok = 1)
{
    const int64_t widths[] = { m->narrowest, 1, (m->narrowest + 1) / 2 };
    lamella_matryoshka_truncate_result result = { .struct_size = sizeof result };
    lamella_status status = lamella_matryoshka_truncate(m->ctx, &m->stack, widths, 3,
                                                        matrix_out_widths(m, "out", LAMELLA_F32, widths, 3, LAYER_LEAD, WIDTH), NULL, &result);
    matrix_number(m, "n_zero_rows", (double)result.n_zero_rows);
    matrix_number(m, "n_masked_rows", (double)result.n_masked_rows);
    return status;
}

/* One layer [n, dim] cut at one width. */
static lamella_status cut(const float *x, int64_t n, int64_t dim, int64_t width, int32_t normalise, float *out,
                          lamella_matryoshka_truncate_result *result)
{
    lamella_view layer, to = view_of(LAMELLA_F32, out, n, width);
    ok(lamella_tensor_view(x, LAMELLA_F32, 2, (const int64_t[]){ n, dim }, NULL, &layer));
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_matryoshka_truncate_options options = { .struct_size = sizeof options, .normalise = normalise };
    return lamella_matryoshka_truncate(NULL, &stack, &width, 1, &to, &options, result);
}

TEST(equals_the_oracle)
{
    static const int64_t widths[] = { 384, 1, 64, 8 };
    enum { LAYERS = 7, ROWS = 10, CUTS = 4 };
    lamella_view layer[LAYERS], out[LAYERS * CUTS], all[CUTS];
    float *buffer[CUTS];
    for (int k = 0; k < CUTS; k++) {
        buffer[k] = malloc(sizeof(float) * LAYERS * ROWS * (size_t)widths[k]);
        all[k] = view_of(LAMELLA_F32, buffer[k], LAYERS, ROWS, widths[k]);
    }
    for (int l = 0; l < LAYERS; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        ok(lamella_tensor_slice(example(name), 0, 0, 500, 50, &layer[l]));
        for (int k = 0; k < CUTS; k++)
            out[l * CUTS + k] = view_of(LAMELLA_F32, buffer[k] + l * ROWS * widths[k], ROWS, widths[k]);
    }
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS };
    ok(lamella_matryoshka_truncate(NULL, &stack, widths, CUTS, out, NULL, NULL));
    for (int k = 0; k < CUTS; k++) {
        char name[48];
        snprintf(name, sizeof name, "matryoshka/truncate/out.%d", (int)widths[k]);
        near_golden(&all[k], name);
        free(buffer[k]);
    }
}

TEST(a_prefix_has_norm_one)
{
    float x[3 * 40], out[3 * 40];
    for (int i = 0; i < 120; i++)
        x[i] = (float)((i * 37) % 23 - 11);
    for (int64_t width = 1; width <= 40; width++) {
        ok(cut(x, 3, 40, width, 0, out, NULL));
        for (int i = 0; i < 3; i++) {
            double square = 0;
            for (int64_t j = 0; j < width; j++)
                square += (double)out[i * width + j] * out[i * width + j];
            near(square, 1, ABSOLUTE, 1e-6);
        }
    }
}

TEST(widths_do_not_touch_each_other)
{
    float x[50], alone[33], together[33], rest[50];
    static const int64_t widths[] = { 50, 33 };
    for (int i = 0; i < 50; i++)
        x[i] = 1.0f / (float)(i + 3);
    ok(cut(x, 1, 50, 33, 0, alone, NULL));
    lamella_view layer = view_of(LAMELLA_F32, x, 1, 50), out[] = { view_of(LAMELLA_F32, rest, 1, 50), view_of(LAMELLA_F32, together, 1, 33) };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    ok(lamella_matryoshka_truncate(NULL, &stack, widths, 2, out, NULL, NULL));
    equal_bits(together, alone, sizeof alone);
}

TEST(the_smallest_and_largest_numbers_have_norms)
{
    float out[2];
    const float tiny[] = { 1e-45f, 0 }, huge[] = { 3e38f, 3e38f };
    ok(cut(tiny, 1, 2, 2, 0, out, NULL));
    near(out[0], 1, ABSOLUTE, 0);
    ok(cut(huge, 1, 2, 2, 0, out, NULL));
    near(out[0], sqrt(0.5), RELATIVE, 1e-7);
}

TEST(a_zero_prefix_stays_zero_and_is_counted)
{
    const float x[] = { 0, 0, 5, 0, 0, 0 };
    float out[4] = { 9, 9, 9, 9 };
    lamella_matryoshka_truncate_result result = { .struct_size = sizeof result };
    ok(cut(x, 2, 3, 2, 0, out, &result));
    equal(result.n_zero_rows, 2);
    for (int i = 0; i < 4; i++)
        near(out[i], 0, ABSOLUTE, 0);
    ok(cut(x, 2, 3, 2, LAMELLA_MATRYOSHKA_NORMALISE_NONE, out, &result));
    equal(result.n_zero_rows, 2);
}

TEST(without_normalising_it_slices)
{
    const float x[] = { 3, 4, 5, 6, 7, 8 };
    float out[4];
    ok(cut(x, 2, 3, 2, LAMELLA_MATRYOSHKA_NORMALISE_NONE, out, NULL));
    const float expected[] = { 3, 4, 6, 7 };
    equal_bits(out, expected, sizeof expected);
}

TEST(masked_rows_are_zeros_and_never_read)
{
    float x[] = { NAN, INFINITY, 3, 4 }, out[4];
    unsigned char mask[] = { 0, 1 };
    static const int64_t width = 2;
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 2), valid = view_of(LAMELLA_U8, mask, 2), to = view_of(LAMELLA_F32, out, 2, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = &valid };
    lamella_matryoshka_truncate_result result = { .struct_size = sizeof result };
    ok(lamella_matryoshka_truncate(NULL, &stack, &width, 1, &to, NULL, &result));
    equal(result.n_masked_rows, 1);
    const float expected[] = { 0, 0, 0.6f, 0.8f };
    equal_bits(out, expected, sizeof expected);
}

TEST(trap_sliced_without_renormalising)
{
    float out[10 * 64];
    static const int64_t width = 64;
    lamella_view layer, to = view_of(LAMELLA_F32, out, 10, 64);
    ok(lamella_tensor_slice(example("states/layer.6"), 0, 0, 500, 50, &layer));
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_matryoshka_truncate_options options = { .struct_size = sizeof options };
    for (int sliced = 0; sliced < 2; sliced++) {
        options.normalise = sliced ? LAMELLA_MATRYOSHKA_NORMALISE_NONE : LAMELLA_MATRYOSHKA_NORMALISE_L2;
        ok(lamella_matryoshka_truncate(NULL, &stack, &width, 1, &to, &options, NULL));
        double square = 0;
        for (int j = 0; j < 64; j++)
            square += (double)out[j] * out[j];
        check((fabs(square - 1) < 1e-6) == !sliced);
    }
}

TEST(bad_arguments_are_named)
{
    float x[6] = { 1, 2, 3, 4, 5, 6 }, out[6];
    refused(cut(x, 2, 3, 0, 0, out, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_truncate: widths[0] is 0, expected 1 to 3 (= dim of stack.layer[0])");
    refused(cut(x, 2, 3, 4, 0, x, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_truncate: widths[0] is 4, expected 1 to 3 (= dim of stack.layer[0])");
    refused(cut(x, 2, 3, 2, 3, out, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: options.normalise is 3, expected 0 to 2");
    refused(cut(x, 2, 3, 2, 0, x, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: out[0] shares memory with stack.layer[0], expected an output apart from the inputs");
    x[4] = NAN;
    refused(cut(x, 2, 3, 2, 0, out, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_truncate: stack.layer[0] is nan at row 1, column 1, expected a finite number");
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 3), to[] = { view_of(LAMELLA_F32, out, 2, 1), view_of(LAMELLA_F32, out, 3, 1) };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    refused(lamella_matryoshka_truncate(NULL, &stack, NARROW, 2, to, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_truncate: out[1].shape[0] is 3, expected 2");
    refused(lamella_matryoshka_truncate(NULL, &stack, NARROW, 0, to, NULL, NULL), LAMELLA_ERR_EMPTY,
            "lamella_matryoshka_truncate: n_widths is 0, expected at least 1");
    refused(lamella_matryoshka_truncate(NULL, NULL, NARROW, 2, to, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: stack is NULL, expected a stack");
}

TEST(f64_that_f32_does_not_hold_is_refused)
{
    double x[] = { 1, 1e39 };
    float out[2];
    static const int64_t width = 2;
    lamella_view layer = view_of(LAMELLA_F64, x, 1, 2), to = view_of(LAMELLA_F32, out, 1, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    refused(lamella_matryoshka_truncate(NULL, &stack, &width, 1, &to, NULL, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_matryoshka_truncate: stack.layer[0] is 1e+39 at row 0, column 1, expected a number that f32 holds");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_matryoshka_truncate_options options;
    ok(lamella_matryoshka_truncate_options_init(&options, sizeof options));
    equal(options.struct_size, sizeof options);
    equal(options.normalise, LAMELLA_MATRYOSHKA_NORMALISE_L2);
}
