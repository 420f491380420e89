/* Anchors: brute force, the laws of the draw, the edges, the traps. */
#include "base/base.h"
#include "support/golden.h"
#include "support/matrix.h"
#include "tensor/tensor.h"
#include <math.h>

/* Rows of a case outside the mask; 1 where the stack is none. */
static int64_t n_valid_rows(const matrix *m)
{
    call c;
    stack s;
    int64_t n = 1;
    call_open(&c, NULL, __func__);
    if (stack_check(&c, &s, &m->stack, FLOATS, "stack") == LAMELLA_OK)
        n = MAX(s.n_vectors - stack_masked(&s), 1);
    call_close(&c, LAMELLA_OK);
    return n;
}

static lamella_status anchors_of_case(matrix *m, int64_t most, const lamella_relative_anchors_options *options)
{
    int64_t n = MIN(n_valid_rows(m), most);
    lamella_relative_anchors_result result = { .struct_size = sizeof result };
    const lamella_view *anchors = matrix_out(m, "anchors", LAMELLA_I64, n), *condition = matrix_out(m, "condition", LAMELLA_F64, m->stack.n_layers),
                       *rank = matrix_out(m, "rank", LAMELLA_I64, m->stack.n_layers),
                       *duplicates = matrix_out(m, "duplicates", LAMELLA_I64, m->stack.n_layers);
    lamella_status status = lamella_relative_anchors(m->ctx, &m->stack, n, anchors, options,
                                                     WITH(lamella_relative_anchors_outputs, .condition = condition, .rank = rank,
                                                          .duplicates = duplicates), &result);
    matrix_number(m, "n_repeated", (double)result.n_repeated);
    return status;
}

OPERATION(lamella_relative_anchors, .keeps_dtype = 1, .rows = "anchors")
{
    return anchors_of_case(m, INT64_MAX, NULL);
}

/* Each anchor is a pass over all rows, so of wide ones a few; where a NaN is looked for (3 dims) all, as of other layers nothing else is read. */
OPERATION(lamella_relative_anchors, .as = "farthest", .forms = FORM_ROWS, .keeps_dtype = 1)
{
    lamella_relative_anchors_options options = { .struct_size = sizeof options, .method = LAMELLA_RELATIVE_ANCHORS_FARTHEST };
    return anchors_of_case(m, m->narrowest > 3 ? 20 : INT64_MAX, &options);
}

/* ---- one layer or several, in memory ---- */

static lamella_status choose(lamella_view *layer, int64_t n_layers, int64_t n, lamella_view *given, lamella_relative_anchors_options options,
                             int64_t *anchors, int64_t *duplicates)
{
    int64_t ignored[8];
    lamella_view to = view_of(LAMELLA_I64, anchors, n), counts = view_of(LAMELLA_I64, duplicates ? duplicates : ignored, n_layers);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = n_layers };
    options.struct_size = sizeof options;
    return lamella_relative_anchors(NULL, &stack, n, &to, (options.given = given, &options),
                                    WITH(lamella_relative_anchors_outputs, .duplicates = duplicates ? &counts : NULL), NULL);
}

#define OPTIONS_OF(...) ((lamella_relative_anchors_options){ __VA_ARGS__ })

static void states(lamella_view *layer)
{
    for (int l = 0; l < 7; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        layer[l] = *example(name);
    }
}

TEST(farthest_points_equal_brute_force)
{
    lamella_view layer[7];
    int64_t anchors[40];
    states(layer);
    const lamella_view found = view_of(LAMELLA_I64, anchors, 40);
    ok(choose(layer, 7, 40, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .start = 7, .distance_layer = 5), anchors, NULL));
    near_golden(&found, "relative/anchors/farthest.unit");
    ok(choose(layer, 7, 40, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .start = 7, .distance_layer = 5,
                                             .farthest = LAMELLA_RELATIVE_FARTHEST_RAW),
              anchors, NULL));
    near_golden(&found, "relative/anchors/farthest.raw");
}

TEST(a_given_list_is_measured)
{
    lamella_view layer[7], given = *golden("relative/anchors/given");
    int64_t anchors[500], duplicates[7], rank[7];
    double condition[7];
    lamella_relative_anchors_result result = { .struct_size = sizeof result };
    lamella_view to = view_of(LAMELLA_I64, anchors, 9), counts = view_of(LAMELLA_I64, duplicates, 7),
                 figures = view_of(LAMELLA_F64, condition, 7), ranks = view_of(LAMELLA_I64, rank, 7);
    states(layer);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 7 };
    returns(lamella_relative_anchors(NULL, &stack, 9, &to, WITH(lamella_relative_anchors_options, .given = &given),
                                     WITH(lamella_relative_anchors_outputs, .condition = &figures, .duplicates = &counts), &result), LAMELLA_NOTE);
    equal(result.n_repeated, 2);
    near_golden(&counts, "relative/anchors/duplicates");
    near_golden(&to, "relative/anchors/given");
    check(condition[0] > 1e9); /* repeated rows span nothing new */
    given = *golden("relative/anchors/distinct");
    to.shape[0] = given.shape[0];
    ok(lamella_relative_anchors(NULL, &stack, given.shape[0], &to, WITH(lamella_relative_anchors_options, .given = &given),
                                WITH(lamella_relative_anchors_outputs, .condition = &figures), &result));
    equal(result.n_repeated, 0);
    near_golden(&figures, "relative/anchors/condition");
    to.shape[0] = 500;
    lamella_status status = lamella_relative_anchors(NULL, &stack, 500, &to, NULL, WITH(lamella_relative_anchors_outputs, .rank = &ranks), NULL);
    check(status == LAMELLA_OK || status == LAMELLA_NOTE);
    near_golden(&ranks, "relative/anchors/rank");
}

/* ---- the draw ---- */

static int64_t draw(int64_t n_rows, int64_t n, int64_t seed, int64_t *anchors)
{
    float *x = malloc((size_t)n_rows * sizeof *x);
    lamella_view layer = view_of(LAMELLA_F32, x, n_rows, 1);
    for (int64_t i = 0; i < n_rows; i++)
        x[i] = (float)i;
    lamella_status status = choose(&layer, 1, n, NULL, OPTIONS_OF(.seed = seed), anchors, NULL);
    free(x);
    return status;
}

TEST(no_row_is_drawn_twice)
{
    int64_t anchors[200];
    unsigned char seen[200] = { 0 };
    ok(draw(200, 200, 5, anchors));
    for (int i = 0; i < 200; i++) {
        check(anchors[i] >= 0 && anchors[i] < 200 && !seen[anchors[i]]);
        seen[anchors[i]] = 1;
    }
}

TEST(the_first_of_many_are_the_draw_of_few)
{
    int64_t many[100], few[30], other[30];
    ok(draw(1000, 100, 3, many));
    ok(draw(1000, 30, 3, few));
    equal_bits(few, many, sizeof few);
    ok(draw(1000, 30, 4, other));
    check(memcmp(few, other, sizeof few));
}

TEST(every_row_is_as_likely)
{
    enum { ROWS = 20, DRAWS = 4000, EACH = 5 };
    int64_t anchors[EACH];
    double times[ROWS] = { 0 }, chi = 0, expected = (double)DRAWS * EACH / ROWS;
    for (int64_t seed = 0; seed < DRAWS; seed++) {
        ok(draw(ROWS, EACH, seed, anchors));
        for (int i = 0; i < EACH; i++)
            times[anchors[i]]++;
    }
    for (int i = 0; i < ROWS; i++)
        chi += (times[i] - expected) * (times[i] - expected) / expected;
    check(chi < 45); /* 19 degrees of freedom: one draw in a thousand of a fair one is over 43.8 */
}

/* ---- edges ---- */

TEST(ties_go_to_the_lowest_row_and_no_row_is_chosen_twice)
{
    float x[] = { 0, 1, 1, -1, -1, 0 };
    int64_t anchors[6];
    lamella_view layer = view_of(LAMELLA_F32, x, 6, 1);
    returns(choose(&layer, 1, 6, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .farthest = LAMELLA_RELATIVE_FARTHEST_RAW), anchors,
                   NULL),
            LAMELLA_NOTE);
    const int64_t expected[] = { 0, 1, 3, 2, 4, 5 };
    equal_bits(anchors, expected, sizeof expected);
}

/* Across panels of 256 rows too; the only row of the last panel is looked at like any other. */
TEST(ties_between_panels_go_to_the_lowest_row)
{
    enum { MANY = 513 };
    float x[MANY] = { 0 };
    int64_t anchors[5];
    lamella_view layer = view_of(LAMELLA_F32, x, MANY, 1);
    x[MANY - 1] = 9, x[300] = x[20] = -9;
    returns(choose(&layer, 1, 5, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .farthest = LAMELLA_RELATIVE_FARTHEST_RAW,
                                                  .start = 100), anchors, NULL), LAMELLA_NOTE);
    const int64_t expected[] = { 100, 20, MANY - 1, 0, 1 };
    equal_bits(anchors, expected, sizeof expected);
}

/* 8 bytes of options are read: the rest means 0. */
TEST(options_of_an_older_host_are_taken)
{
    float x[] = { 1, 2, 3 };
    int64_t anchors[2];
    const lamella_view layer = view_of(LAMELLA_F32, x, 3, 1), to = view_of(LAMELLA_I64, anchors, 2);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    const lamella_relative_anchors_options old = { .struct_size = 8, .method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .start = 70,
                                                  .farthest = 9 }, older = { .struct_size = 7 };
    ok(lamella_relative_anchors(NULL, &stack, 2, &to, &old, NULL, NULL));
    equal(anchors[0], 0);
    refused(lamella_relative_anchors(NULL, &stack, 2, &to, &older, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.struct_size is 7, expected its sizeof (8 to 4096)");
}

TEST(equal_rows_are_a_note_whatever_figures_are_wanted)
{
    float x[] = { 1, 2, 3, 4, 1, 2 };
    int64_t anchors[2], two[] = { 0, 2 }, others[] = { 0, 1 };
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2), to = view_of(LAMELLA_I64, anchors, 2), given = view_of(LAMELLA_I64, two, 2),
                 distinct = view_of(LAMELLA_I64, others, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    returns(lamella_relative_anchors(NULL, &stack, 2, &to, WITH(lamella_relative_anchors_options, .given = &given), NULL, NULL), LAMELLA_NOTE);
    ok(lamella_relative_anchors(NULL, &stack, 2, &to, WITH(lamella_relative_anchors_options, .given = &distinct), NULL, NULL));
}

TEST(masked_rows_are_no_anchors)
{
    float x[] = { 1, NAN, 2, 9, 3 };
    unsigned char valid[] = { 1, 0, 1, 0, 1 };
    int64_t anchors[3], three[] = { 3 };
    lamella_view layer = view_of(LAMELLA_F32, x, 5, 1), mask = view_of(LAMELLA_U8, valid, 5), to = view_of(LAMELLA_I64, anchors, 3),
                 given = view_of(LAMELLA_I64, three, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = &mask };
    lamella_relative_anchors_options options = { .struct_size = sizeof options };
    for (int method = LAMELLA_RELATIVE_ANCHORS_RANDOM; method <= LAMELLA_RELATIVE_ANCHORS_FARTHEST; method++) {
        options.method = method;
        ok(lamella_relative_anchors(NULL, &stack, 3, &to, &options, NULL, NULL));
        equal(anchors[0] + anchors[1] + anchors[2], 6);
    }
    to.shape[0] = 1;
    refused(lamella_relative_anchors(NULL, &stack, 1, &to, WITH(lamella_relative_anchors_options, .given = &given), NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.given[0] is 3, a row under the mask");
    options.start = 1;
    refused(lamella_relative_anchors(NULL, &stack, 1, &to, &options, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.start is 1, expected a row outside the mask, 0 to 4");
}

TEST(equal_rows_are_duplicates_whatever_the_sign_of_zero)
{
    float x[] = { 0, 5, -0.0f, 5, 1, 1, 0, 5 };
    int64_t anchors[4], duplicates;
    lamella_view layer = view_of(LAMELLA_F32, x, 4, 2);
    returns(choose(&layer, 1, 4, NULL, OPTIONS_OF(0), anchors, &duplicates), LAMELLA_NOTE);
    equal(duplicates, 2);
}

TEST(trap_raw_rows_are_not_directions)
{
    float x[] = { 1, 0, 100, 1, 0, 2 }; /* row 1 is far, row 2 is another direction */
    int64_t unit[2], raw[2];
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2);
    ok(choose(&layer, 1, 2, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST), unit, NULL));
    ok(choose(&layer, 1, 2, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .farthest = LAMELLA_RELATIVE_FARTHEST_RAW), raw, NULL));
    equal(unit[1], 2);
    equal(raw[1], 1);
}

TEST(bad_arguments_are_named)
{
    float x[4] = { 1, 2, 3, 4 };
    int64_t anchors[4], numbers[] = { 0, 4 };
    lamella_view layer = view_of(LAMELLA_F32, x, 4, 1), given = view_of(LAMELLA_I64, numbers, 2);
    refused(choose(&layer, 1, 5, NULL, OPTIONS_OF(0), anchors, NULL), LAMELLA_ERR_SHAPE,
            "lamella_relative_anchors: n_anchors is 5, expected at most 4 (= rows outside the mask)");
    refused(choose(&layer, 1, 0, NULL, OPTIONS_OF(0), anchors, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: n_anchors is 0, expected at least 1");
    refused(choose(&layer, 1, 2, &given, OPTIONS_OF(0), anchors, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.given[1] is 4, expected 0 to 3 (= rows of the stack - 1)");
    refused(choose(&layer, 1, 3, &given, OPTIONS_OF(0), anchors, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.given[1] is 4, expected 0 to 3 (= rows of the stack - 1)");
    numbers[1] = 3;
    refused(choose(&layer, 1, 3, &given, OPTIONS_OF(0), anchors, NULL), LAMELLA_ERR_SHAPE,
            "lamella_relative_anchors: options.given.shape[0] is 2, expected 3 (= n_anchors)");
    refused(choose(&layer, 1, 2, NULL, OPTIONS_OF(.method = 3), anchors, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.method is 3, expected 0 to 2");
    refused(choose(&layer, 1, 2, NULL, OPTIONS_OF(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .distance_layer = 1), anchors, NULL),
            LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: options.distance_layer is 1, expected 0 to 0");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_relative_anchors_options options;
    ok(lamella_relative_anchors_options_init(&options, sizeof options));
    equal(options.method, LAMELLA_RELATIVE_ANCHORS_RANDOM);
    equal(options.farthest, LAMELLA_RELATIVE_FARTHEST_UNIT);
}
