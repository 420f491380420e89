/* Cosines and dot products of pairs at every layer and width: the figures, the laws, the edges, the trap. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

/* Every sample with itself, its neighbour and one far away; n_pairs is 3 for each. */
static lamella_view pairs_of_samples(int64_t n, int32_t *numbers)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t partner[] = { i, (i + 1) % n, (i * 7 + n / 2) % n };
        for (int64_t j = 0; j < 3; j++) {
            numbers[6 * i + 2 * j] = (int32_t)i;
            numbers[6 * i + 2 * j + 1] = (int32_t)partner[j];
        }
    }
    return view_of(LAMELLA_I32, numbers, 3 * n, 2);
}

static lamella_status cosines(matrix *m, const lamella_stack *second)
{
    const int64_t widths[] = { m->narrowest, 1, (m->narrowest + 1) / 2 };
    int32_t *numbers = malloc((size_t)(6 * m->n_samples + 1) * sizeof *numbers);
    pairs_of_samples(m->n_samples, numbers);
    const lamella_view *pairs = matrix_input(m, LAMELLA_I32, numbers, 3 * m->n_samples, 2);
    free(numbers);
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    lamella_status status = lamella_matryoshka_grid_cosine(m->ctx, &m->stack, pairs, widths, 3,
                                                           matrix_out(m, "cosine", LAMELLA_F64, m->stack.n_layers, 3,
                                                                      3 * m->n_samples), WITH(lamella_matryoshka_grid_options,
                                                                                              .second = second), WITH(lamella_matryoshka_grid_outputs,
                                                                                                      .dot = matrix_out(m, "dot", LAMELLA_F64,
                                                                                                              m->stack.n_layers, 3, 3 * m->n_samples)), &result);
    matrix_number(m, "n_zero_cosines", (double)result.n_zero_cosines);
    matrix_number(m, "n_masked_pairs", (double)result.n_masked_pairs);
    return status;
}

OPERATION(lamella_matryoshka_grid_cosine, .forms = FORM_ROWS | FORM_ROWS_MASKED)
{
    return cosines(m, NULL);
}

OPERATION(lamella_matryoshka_grid_cosine, .as = "two stacks", .forms = FORM_ROWS | FORM_ROWS_MASKED)
{
    return cosines(m, matrix_second(m));
}

static lamella_stack stack_of(lamella_view *layer, int64_t n_layers)
{
    return (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = layer, .n_layers = n_layers };
}

/* Layers of the cut that the golden values stand for. */
static lamella_stack states(void)
{
    static lamella_view layer[7];
    for (int l = 0; l < 7; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        layer[l] = *example(name);
    }
    return stack_of(layer, 7);
}

static const int64_t WIDTHS[] = { 384, 8, 16, 100, 1 };

TEST(equals_the_oracle)
{
    static double cosine[7 * 5 * 400];
    lamella_stack stack = states();
    lamella_view out = view_of(LAMELLA_F64, cosine, 7, 5, 400), every_tenth;
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, golden("matryoshka/grid/pairs"), WIDTHS, 5, &out, NULL, NULL, NULL));
    ok(lamella_tensor_slice(&out, 2, 0, 400, 10, &every_tenth));
    near_golden(&every_tenth, "matryoshka/grid/cosine");
}

TEST(dot_products_equal_the_oracle_and_leave_the_cosines_alone)
{
    static double cosine[7 * 5 * 400], dot[7 * 5 * 400], without[7 * 5 * 400];
    lamella_stack stack = states();
    const lamella_view *pairs = golden("matryoshka/grid/pairs");
    lamella_view out = view_of(LAMELLA_F64, cosine, 7, 5, 400), dots = view_of(LAMELLA_F64, dot, 7, 5, 400), every_tenth;
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, pairs, WIDTHS, 5, &out, NULL, WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    ok(lamella_tensor_slice(&dots, 2, 0, 400, 10, &every_tenth));
    near_golden(&every_tenth, "matryoshka/grid/dot");
    out.data = without;
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, pairs, WIDTHS, 5, &out, NULL, NULL, NULL));
    equal_bits(cosine, without, sizeof cosine);
}

/* Every cell is the cosine of rows that truncate wrote, up to the rounding of those to f32. */
TEST(equals_truncation_followed_by_a_dot)
{
    static float cut[2][500 * 100];
    static double cosine[7 * 400];
    static const int64_t width = 100;
    lamella_stack stack = states();
    lamella_view out = view_of(LAMELLA_F64, cosine, 7, 1, 400), rows = view_of(LAMELLA_F32, cut[0], 500, 100);
    const int64_t *pair = golden("matryoshka/grid/pairs")->data;
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, golden("matryoshka/grid/pairs"), &width, 1, &out, NULL, NULL, NULL));
    for (int64_t l = 0; l < 7; l++) {
        lamella_view layer = stack.layer[l];
        lamella_stack one = stack_of(&layer, 1);
        ok(lamella_matryoshka_truncate(NULL, &one, &width, 1, &rows, NULL, NULL));
        for (int64_t p = 0; p < 400; p++) {
            double dot = 0;
            for (int64_t j = 0; j < 100; j++)
                dot += (double)cut[0][pair[2 * p] * 100 + j] * cut[0][pair[2 * p + 1] * 100 + j];
            near(cosine[l * 400 + p], dot, ABSOLUTE, 1e-6);
        }
    }
}

TEST(a_row_with_itself_is_exactly_one)
{
    static double cosine[500];
    static int64_t numbers[1000];
    static const int64_t width = 77;
    lamella_view layer = *example("states/layer.3"), pairs = view_of(LAMELLA_I64, numbers, 500, 2), out = view_of(LAMELLA_F64, cosine, 1, 1, 500);
    lamella_stack stack = stack_of(&layer, 1);
    for (int64_t i = 0; i < 1000; i++)
        numbers[i] = i / 2;
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, &width, 1, &out, NULL, NULL, NULL));
    for (int64_t i = 0; i < 500; i++)
        check(cosine[i] == 1);
}

/* Element j in lane j % 16, then half the lanes added to the others, whatever widths stand before. */
TEST(sums_of_products_and_squares_are_of_sixteen_lanes)
{
    enum { N = 384 };
    static float x[2 * N];
    static const int64_t widths[] = { N, 5, 100, 79 };
    int64_t pair[] = { 0, 1 };
    double cosine[4], dot[4];
    uint64_t state = 88172645463325252u;
    for (int64_t i = 0; i < 2 * N; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        x[i] = (float)((double)(int64_t)state * 0x1p-63);
    }
    lamella_view layer = view_of(LAMELLA_F32, x, 2, N), pairs = view_of(LAMELLA_I64, pair, 1, 2), out = view_of(LAMELLA_F64, cosine, 1, 4, 1);
    lamella_view dots = view_of(LAMELLA_F64, dot, 1, 4, 1);
    lamella_stack stack = stack_of(&layer, 1);
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, widths, 4, &out, NULL, WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    for (int64_t k = 0; k < 4; k++) {
        double sum[3]; /* a . a, a . b, b . b */
        for (int side = 0; side < 3; side++) {
            const float *a = side < 2 ? x : x + N, *b = side ? x + N : x;
            double lanes[16] = { 0 };
            for (int64_t j = 0; j < widths[k]; j++)
                lanes[j % 16] += (double)a[j] * (double)b[j];
            for (int64_t half = 8; half > 0; half /= 2)
                for (int64_t j = 0; j < half; j++)
                    lanes[j] += lanes[j + half];
            sum[side] = lanes[0];
        }
        check(dot[k] == sum[1]);
        check(cosine[k] == sum[1] / sqrt(sum[0] * sum[2]));
    }
}

/* Slicing alone, without the norms of the prefixes. */
TEST(trap_not_renormalised)
{
    float x[] = { 2, 0, 2, 3, 0, 0 };
    int64_t pair[] = { 0, 1 };
    static const int64_t widths[] = { 1, 3 };
    double cosine[2], dot[2];
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 3), pairs = view_of(LAMELLA_I64, pair, 1, 2), out = view_of(LAMELLA_F64, cosine, 1, 2, 1);
    lamella_view dots = view_of(LAMELLA_F64, dot, 1, 2, 1);
    lamella_stack stack = stack_of(&layer, 1);
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, widths, 2, &out, NULL, WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    near(cosine[0], 1, ABSOLUTE, 0);
    near(cosine[1], sqrt(0.5), ABSOLUTE, 1e-15);
    check(dot[0] == 6 && dot[1] == 6);
}

TEST(a_zero_prefix_is_similar_to_nothing_and_counted)
{
    float x[] = { 0, 0, 5, 1, 2, 3 };
    int32_t pair[] = { 0, 1, 1, 1, 0, 0 };
    static const int64_t widths[] = { 3, 2 };
    double cosine[6], dot[6];
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 3), pairs = view_of(LAMELLA_I32, pair, 3, 2), out = view_of(LAMELLA_F64, cosine, 1, 2, 3);
    lamella_view dots = view_of(LAMELLA_F64, dot, 1, 2, 3);
    lamella_stack stack = stack_of(&layer, 1);
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, widths, 2, &out, NULL, WITH(lamella_matryoshka_grid_outputs, .dot = &dots), &result));
    equal(result.n_zero_cosines, 2);
    check(cosine[0] > 0.8 && cosine[1] == 1 && cosine[2] == 1);
    check(cosine[3] == 0 && cosine[4] == 1 && cosine[5] == 0);
    check(dot[0] == 15 && dot[1] == 14 && dot[2] == 25);
    check(dot[3] == 0 && dot[4] == 5 && dot[5] == 0);
}

TEST(a_pair_with_a_masked_sample_has_no_cosine_and_no_dot_product)
{
    float x[] = { NAN, NAN, 1, 2, 3, 4 };
    unsigned char mask[] = { 0, 1, 1 };
    int32_t pair[] = { 0, 1, 1, 2, 2, 0 };
    static const int64_t width = 2;
    double cosine[3], dot[3];
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2), valid = view_of(LAMELLA_U8, mask, 3), pairs = view_of(LAMELLA_I32, pair, 3, 2);
    lamella_view out = view_of(LAMELLA_F64, cosine, 1, 1, 3), dots = view_of(LAMELLA_F64, dot, 1, 1, 3);
    lamella_stack stack = stack_of(&layer, 1);
    stack.mask = &valid;
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    ok(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, &width, 1, &out, NULL, WITH(lamella_matryoshka_grid_outputs, .dot = &dots), &result));
    equal(result.n_masked_pairs, 2);
    check(isnan(cosine[0]) && cosine[1] > 0.9 && isnan(cosine[2]));
    check(isnan(dot[0]) && dot[1] == 11 && isnan(dot[2]));
}

/* ---- stacks of two lengths, and rows that are read long after each other ---- */

enum { FIRST = 3000, SECOND = 1200, DIM = 40, LAYERS = 2, PAIRS = 500 };

static float first_rows[LAYERS][FIRST * DIM], second_rows[LAYERS][SECOND * DIM];

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    const float *rows = user == first_rows ? first_rows[depth] : second_rows[depth];
    int64_t n = n_rows < 100 ? n_rows : 100;
    memcpy(into->data, rows + first_row * DIM, (size_t)(n * DIM) * sizeof *rows);
    return n;
}

TEST(pairs_whose_rows_are_read_apart)
{
    static double in_memory[LAYERS * 2 * PAIRS], read[LAYERS * 2 * PAIRS], dot_in_memory[LAYERS * 2 * PAIRS], dot_read[LAYERS * 2 * PAIRS];
    static int64_t numbers[2 * PAIRS];
    static const int64_t widths[] = { 33, 40 };
    uint64_t state = 88172645463325252u;
    lamella_view a[LAYERS], b[LAYERS];
    for (int64_t l = 0; l < LAYERS; l++) {
        for (int64_t i = 0; i < (FIRST + SECOND) * DIM; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            *(i < FIRST * DIM ? &first_rows[l][i] : &second_rows[l][i - FIRST * DIM]) = (float)((double)(int64_t)state * 0x1p-63);
        }
        a[l] = view_of(LAMELLA_F32, first_rows[l], FIRST, DIM);
        b[l] = view_of(LAMELLA_F32, second_rows[l], SECOND, DIM);
    }
    for (int64_t p = 0; p < PAIRS; p++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        numbers[2 * p] = (int64_t)(state % FIRST);
        numbers[2 * p + 1] = (int64_t)((state >> 32) % SECOND);
    }
    lamella_view pairs = view_of(LAMELLA_I64, numbers, PAIRS, 2), out = view_of(LAMELLA_F64, in_memory, LAYERS, 2, PAIRS);
    lamella_view dots = view_of(LAMELLA_F64, dot_in_memory, LAYERS, 2, PAIRS);
    lamella_stack first = stack_of(a, LAYERS), second = stack_of(b, LAYERS);
    ok(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, widths, 2, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                      WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    for (int64_t p = 0; p < PAIRS; p++) {
        double dot = 0, aa = 0, bb = 0;
        const float *x = first_rows[1] + numbers[2 * p] * DIM, *y = second_rows[1] + numbers[2 * p + 1] * DIM;
        for (int64_t j = 0; j < 33; j++)
            dot += (double)x[j] * y[j], aa += (double)x[j] * x[j], bb += (double)y[j] * y[j];
        near(in_memory[(1 * 2 + 0) * PAIRS + p], dot / sqrt(aa * bb), ABSOLUTE, 1e-14);
        near(dot_in_memory[(1 * 2 + 0) * PAIRS + p], dot, ABSOLUTE, 1e-14);
    }
    for (int64_t l = 0; l < LAYERS; l++)
        a[l].data = b[l].data = NULL;
    first.read = second.read = deliver;
    first.user = first_rows;
    second.user = second_rows;
    out.data = read;
    dots.data = dot_read;
    /* room for blocks of 256 rows and a few dozen pairs */
    lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .max_workspace_bytes = 600000 };
    lamella_context *ctx;
    ok(lamella_context_create(&options, &ctx));
    ok(lamella_matryoshka_grid_cosine(ctx, &first, &pairs, widths, 2, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                      WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    equal_bits(read, in_memory, sizeof read);
    equal_bits(dot_read, dot_in_memory, sizeof dot_read);
    lamella_context_free(ctx);
}

TEST(stacks_that_meet_have_the_same_ids)
{
    float x[] = { 3, 4, 4, 3 };
    int64_t id[] = { 10, 11, 20, 21 }, pair[] = { 0, 1 };
    static const int64_t width = 2;
    double cosine[1], dot[1];
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 2), of_first = view_of(LAMELLA_I64, id, 2), of_second = view_of(LAMELLA_I64, id + 2, 2);
    lamella_view pairs = view_of(LAMELLA_I64, pair, 1, 2), out = view_of(LAMELLA_F64, cosine, 1, 1, 1), dots = view_of(LAMELLA_F64, dot, 1, 1, 1);
    lamella_stack first = stack_of(&layer, 1), second = stack_of(&layer, 1);
    first.sample_id = &of_first;
    second.sample_id = &of_second;
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: options.second.sample_id[0] is 20, expected 10 (= first.sample_id[0]), or none for other samples");
    id[2] = 10;
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: options.second.sample_id[1] is 21, expected 11 (= first.sample_id[1]), or none for other samples");
    id[3] = 11;
    ok(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                      WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    id[3] = 21;
    second.sample_id = NULL;
    ok(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                      WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    check(dot[0] == 24);
    near(cosine[0], 0.96, ABSOLUTE, 1e-15);
    lamella_view longer = view_of(LAMELLA_F32, x, 1, 2), one_id = view_of(LAMELLA_I64, id, 1);
    second = stack_of(&longer, 1);
    second.sample_id = &one_id;
    pair[1] = 0;
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: options.second.sample_id has 1 entries, expected 2 (= samples of first), or none for other samples");
}

TEST(dot_products_lie_apart)
{
    double memory[8] = { 0 }, x[4] = { 1, 2, 3, 4 }, y[4] = { 1, 2, 3, 4 };
    int64_t pair[] = { 0, 1, 1, 1, 0, 0 };
    static const int64_t width = 2;
    lamella_view layer = view_of(LAMELLA_F64, x, 2, 2), other = view_of(LAMELLA_F64, y, 2, 2), pairs = view_of(LAMELLA_I64, pair, 3, 2);
    lamella_view out = view_of(LAMELLA_F64, memory, 1, 1, 3), dots = view_of(LAMELLA_F64, memory + 2, 1, 1, 3);
    lamella_stack first = stack_of(&layer, 1), second = stack_of(&other, 1);
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: outputs.dot shares memory with cosine, expected an output apart from the others");
    dots.data = x;
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: outputs.dot shares memory with first.layer[0], expected an output apart from the inputs");
    dots.data = y + 1;
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: outputs.dot shares memory with options.second.layer[0], expected an output apart from the inputs");
    dots.data = pair;
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: outputs.dot shares memory with pairs, expected an output apart from the inputs");
    dots.data = memory + 3;
    ok(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                      WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL));
    check(memory[3] == 11 && memory[4] == 25 && memory[5] == 5 && memory[6] == 0);
    dots = view_of(LAMELLA_F64, memory + 3, 1, 1, 2);
    refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                           WITH(lamella_matryoshka_grid_outputs, .dot = &dots), NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_grid_cosine: outputs.dot.shape[2] is 2, expected 3");
}

TEST(bad_arguments_are_named)
{
    float x[6] = { 1, 2, 3, 4, 5, 6 };
    int64_t pair[] = { 0, 1 }, wide = 4, width = 3;
    double cosine[1];
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 3), tokens = view_of(LAMELLA_F32, x, 1, 2, 3), pairs = view_of(LAMELLA_I64, pair, 1, 2);
    lamella_view out = view_of(LAMELLA_F64, cosine, 1, 1, 1), flat = view_of(LAMELLA_I64, pair, 2);
    lamella_view twice[] = { layer, layer };
    lamella_stack stack = stack_of(&layer, 1), with_tokens = stack_of(&tokens, 1), two = stack_of(twice, 2);
    refused(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, &wide, 1, &out, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_grid_cosine: widths[0] is 4, expected 1 to 3 (= dim of stack.layer[0])");
    refused(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &two), NULL, NULL),
            LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_grid_cosine: options.second.n_layers is 2, expected 1 (= first.n_layers)");
    refused(lamella_matryoshka_grid_cosine(NULL, &with_tokens, &pairs, &width, 1, &out, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_grid_cosine: first has tokens, expected layers [sample, dim]: pool them first (lamella_fusion_pool)");
    refused(lamella_matryoshka_grid_cosine(NULL, &stack, &flat, &width, 1, &out, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_grid_cosine: pairs.rank is 1, expected 2: [pair, 2]");
    pair[1] = 2;
    refused(lamella_matryoshka_grid_cosine(NULL, &stack, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &stack), NULL,
                                           NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: pairs[0, 1] is 2, expected 0 to 1 (= samples of options.second - 1)");
}

/* Each side of each pair is held against its own stack: 3 samples of the first, 2 of the second. */
TEST(a_pair_out_of_its_stack_is_named)
{
    enum { PAIRS = 5 };
    float x[3] = { 1, 2, 3 };
    int64_t pair[2 * PAIRS] = { 0 };
    static const int64_t width = 1;
    double of_pairs[PAIRS];
    const lamella_view longer = view_of(LAMELLA_F32, x, 3, 1), shorter = view_of(LAMELLA_F32, x, 2, 1), pairs = view_of(LAMELLA_I64, pair, PAIRS, 2),
                       out = view_of(LAMELLA_F64, of_pairs, 1, 1, PAIRS);
    lamella_view layer[] = { longer, shorter };
    const lamella_stack first = stack_of(&layer[0], 1), second = stack_of(&layer[1], 1);
    for (int i = 0; i < 2 * PAIRS; i++)
        for (int two = 0; two < 2; two++) {
            char text[160];
            const int n = two && i % 2 ? 2 : 3;
            pair[i] = n - 1;
            ok(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out,
                                              WITH(lamella_matryoshka_grid_options, .second = two ? &second : NULL), NULL, NULL));
            for (pair[i] = -1; pair[i] <= n; pair[i] += n + 1) {
                snprintf(text, sizeof text, "lamella_matryoshka_grid_cosine: pairs[%d, %d] is %d, expected 0 to %d (= samples of %s - 1)", i / 2,
                         i % 2,
                         (int)pair[i], n - 1, two && i % 2 ? "options.second" : "first");
                refused(lamella_matryoshka_grid_cosine(NULL, &first, &pairs, &width, 1, &out,
                                                       WITH(lamella_matryoshka_grid_options,
                                                            .second = two ? &second : NULL), NULL, NULL), LAMELLA_ERR_ARGUMENT, text);
            }
            pair[i] = 0;
        }
}

static int64_t deliver_threes(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth;
    memcpy(into->data, (const float *)user + first_row * 3, (size_t)(n_rows * 3) * sizeof(float));
    return n_rows;
}

/* Two stacks with masks of their own, more pairs than a task takes, rows that are zero; near pairs in memory, far ones too where they are
 * read in blocks. */
TEST(masked_and_zero_rows_of_either_stack_are_counted)
{
    enum { N = 700, M = 400, WIDE = 3, MANY_PAIRS = 333 };
    static float a[N * WIDE], b[M * WIDE];
    static double cosine[MANY_PAIRS], dot[MANY_PAIRS];
    static int64_t pair[2 * MANY_PAIRS];
    static unsigned char valid_a[N], valid_b[M];
    static const int64_t width = 2;
    int64_t n_masked = 0, n_zero = 0;
    for (int i = 0; i < N * WIDE; i++)
        a[i] = i / WIDE % 5 == 2 && i % WIDE < 2 ? 0 : (float)(i * 7 % 11) - 4.5f;
    for (int i = 0; i < M * WIDE; i++)
        b[i] = i / WIDE % 7 == 3 && i % WIDE < 2 ? 0 : (float)(i * 5 % 13) - 5.5f;
    for (int i = 0; i < N; i++)
        valid_a[i] = i % 9 != 4;
    for (int i = 0; i < M; i++)
        valid_b[i] = i % 11 != 6;
    for (int p = 0; p < MANY_PAIRS; p++) {
        pair[2 * p] = p * 211 % N, pair[2 * p + 1] = p % 3 ? p * 97 % M : p * 211 % N % M;
        const float *x = a + pair[2 * p] * WIDE, *y = b + pair[2 * p + 1] * WIDE;
        const int masked = !valid_a[pair[2 * p]] || !valid_b[pair[2 * p + 1]];
        n_masked += masked;
        n_zero += !masked && ((x[0] == 0 && x[1] == 0) || (y[0] == 0 && y[1] == 0));
    }
    const lamella_view pairs = view_of(LAMELLA_I64, pair, MANY_PAIRS, 2), out = view_of(LAMELLA_F64, cosine, 1, 1,
                                                                                        MANY_PAIRS), dots = view_of(LAMELLA_F64, dot, 1, 1,
                                                                                                MANY_PAIRS),
                       mask_a = view_of(LAMELLA_U8, valid_a, N), mask_b = view_of(LAMELLA_U8, valid_b, M);
    lamella_view of_a = view_of(LAMELLA_F32, a, N, WIDE), of_b = view_of(LAMELLA_F32, b, M, WIDE);
    lamella_stack first = stack_of(&of_a, 1), second = stack_of(&of_b, 1);
    first.mask = &mask_a, second.mask = &mask_b;
    for (int limited = 0; limited < 2; limited++) {
        const lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .max_workspace_bytes = limited ? 60000 : 0 };
        lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
        lamella_context *ctx;
        if (limited) {
            of_a.data = of_b.data = NULL;
            first.read = second.read = deliver_threes;
            first.user = a, second.user = b;
        }
        ok(lamella_context_create(&options, &ctx));
        ok(lamella_matryoshka_grid_cosine(ctx, &first, &pairs, &width, 1, &out, WITH(lamella_matryoshka_grid_options, .second = &second),
                                          WITH(lamella_matryoshka_grid_outputs, .dot = &dots), &result));
        lamella_context_free(ctx);
        equal(result.n_masked_pairs, n_masked);
        equal(result.n_zero_cosines, n_zero);
        for (int p = 0; p < MANY_PAIRS; p++) {
            const float *x = a + pair[2 * p] * WIDE, *y = b + pair[2 * p + 1] * WIDE;
            const int masked = !valid_a[pair[2 * p]] || !valid_b[pair[2 * p + 1]];
            double xy = (double)x[0] * y[0] + (double)x[1] * y[1], xx = (double)x[0] * x[0] + (double)x[1] * x[1], yy = (double)y[0] * y[0] + (double)y[1] * y[1];
            near(dot[p], masked ? NAN : xy, ABSOLUTE, 1e-12);
            near(cosine[p], masked ? NAN : xx == 0 || yy == 0 ? 0 : xy / sqrt(xx * yy), ABSOLUTE, 1e-12);
        }
    }
}

TEST(options_of_a_grid_are_what_zero_means)
{
    lamella_matryoshka_grid_options options;
    memset(&options, 255, sizeof options);
    ok(lamella_matryoshka_grid_options_init(&options, sizeof options));
    check(options.struct_size == sizeof options && !options.reserved0 && !options.second);
}
