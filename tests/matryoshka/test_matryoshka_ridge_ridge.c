/* Ridge probes of the whole grid: the figures, the laws, the edges, the trap. */
#include "matryoshka/ridges.h"
#include "support/matrix.h"

OPERATION(lamella_matryoshka_ridge, .keeps_dtype = 1, .absolute = 1) /* f64 rows are done in f64 sooner */
{
    enum { TASKS = 8 };
    static const double penalties[] = { 0.5, 20 };
    const int64_t widths[] = { m->narrowest, 1 }, n = m->n_samples, layers = m->stack.n_layers;
    lamella_matryoshka_ridge_result result = { .struct_size = sizeof result };
    const lamella_matryoshka_ridge_options options = { .struct_size = sizeof options, .readout = m->readout };
    int32_t *labels = malloc((size_t)(TASKS * n + 1) * sizeof *labels);
    for (int64_t i = 0; i < TASKS * n; i++)
        labels[i] = (int32_t)(i % n + i / n < 2 ? i % n : (i % n * 7 + i / n * 3) % 11 < 5); /* two classes from two rows on in some task */
    const lamella_view *task = matrix_input(m, LAMELLA_I32, labels, TASKS, n);
    free(labels);
    lamella_status status = lamella_matryoshka_ridge(m->ctx, &m->stack, task, penalties, 2, widths, 2, &options,
                                                     WITH(lamella_matryoshka_ridge_outputs,
                                                          .error = matrix_out(m, "error", LAMELLA_F64, layers, 2, 2, TASKS), .accuracy = matrix_out(m,
                                                                  "accuracy", LAMELLA_F64, layers, 2, 2, TASKS), .best = matrix_out(m, "best",
                                                                          LAMELLA_I64, layers, 2, TASKS), .flags = matrix_out(m, "flags", LAMELLA_I32,
                                                                                  layers, 2, TASKS)), &result);
    matrix_number(m, "n_rows", (double)result.n_rows);
    matrix_number(m, "n_edge", (double)result.n_edge);
    matrix_number(m, "n_unstable", (double)result.n_unstable);
    int few = status == LAMELLA_ERR_EMPTY && strstr(lamella_last_error(), "no task of two classes"); /* all that one row can show */
    matrix_number(m, "too few rows", few);
    return few ? LAMELLA_OK : status;
}

TEST(equals_the_oracle_and_picks_its_penalties)
{
    static const double penalties[] = { 0.01, 1, 30, 1000 };
    static const int64_t widths[] = { 8, 96, 384 };
    static grid g;
    const lamella_view layer[] = { *example("states/layer.0"), *example("states/layer.6") };
    lamella_stack stack = stack_of(layer, 2);
    ok(probe(NULL, &stack, golden("matryoshka/ridge/labels"), penalties, 4, widths, 3, &g));
    lamella_view error = view_of(LAMELLA_F64, g.error, 2, 3, 4, 2), accuracy = view_of(LAMELLA_F64, g.accuracy, 2, 3, 4, 2);
    lamella_view best = view_of(LAMELLA_I64, g.best, 2, 3, 2);
    near_golden(&error, "matryoshka/ridge/error");
    near_golden(&accuracy, "matryoshka/ridge/accuracy");
    near_golden(&best, "matryoshka/ridge/best");
    equal(g.result.n_rows, 500);
}

/* A law: the grid at width m is the probe of the layer cut to m. */
TEST(a_width_of_the_grid_is_the_layer_cut_there)
{
    static const double penalties[] = { 3 };
    static const int64_t all[] = { 384, 5, 40 };
    static grid whole, alone;
    const lamella_view *labels = golden("matryoshka/ridge/labels"), layer = *example("states/layer.3");
    lamella_stack stack = stack_of(&layer, 1);
    ok(probe(NULL, &stack, labels, penalties, 1, all, 3, &whole));
    for (int k = 1; k < 3; k++) {
        lamella_view prefix;
        ok(lamella_tensor_slice(&layer, 1, 0, all[k], 1, &prefix));
        lamella_stack cut = stack_of(&prefix, 1);
        ok(probe(NULL, &cut, labels, penalties, 1, &all[k], 1, &alone));
        for (int t = 0; t < 2; t++)
            near(whole.error[k * 2 + t], alone.error[t], RELATIVE, 1e-9);
    }
}

/* Rows far from 0, some with more dims than rows: f32 does not hold them, and what it makes of them has other errors and best penalties. */
TEST(f64_rows_are_probed_as_they_are)
{
    enum { ROWS = 100, DIM = 384, PENALTIES = 5 };
    static const double penalties[PENALTIES] = { 1e-3, 1e-2, 0.1, 1, 10 };
    static const int64_t rows[] = { 40, 100 }, dims[] = { 128, 384 };
    static double x[ROWS * DIM], error[2][PENALTIES][2];
    static int64_t best[2][2];
    static grid g;
    const lamella_view *all_labels = golden("matryoshka/ridge/f64_labels");
    uint32_t state = 11;
    for (int64_t i = 0; i < ROWS * DIM; i++)
        x[i] = (double)noise(&state) + 100 + (i % DIM < 8 ? (double)(i / DIM % 2) : 0);
    for (int k = 0; k < 2; k++) {
        lamella_view layer = view_of(LAMELLA_F64, x, rows[k], dims[k]), labels = *all_labels;
        layer.stride[0] = DIM, layer.stride[1] = 1;
        labels.stride[0] = ROWS, labels.stride[1] = 1;
        labels.shape[1] = rows[k];
        lamella_stack stack = stack_of(&layer, 1);
        ok(probe(NULL, &stack, &labels, penalties, PENALTIES, &dims[k], 1, &g));
        memcpy(error[k], g.error, sizeof error[k]);
        memcpy(best[k], g.best, sizeof best[k]);
    }
    lamella_view errors = view_of(LAMELLA_F64, error, 2, PENALTIES, 2), bests = view_of(LAMELLA_I64, best, 2, 2);
    near_golden(&errors, "matryoshka/ridge/f64_error");
    near_golden(&bests, "matryoshka/ridge/f64_best");
}

/* The trap: errors of rows that the fit has seen. With more dims than rows it fits any labels. */
TEST(trap_errors_of_training_rows)
{
    enum { ROWS = 60, DIM = 80 };
    static float x[ROWS * DIM];
    int64_t label[ROWS];
    uint32_t state = 1;
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = noise(&state);
    for (int i = 0; i < ROWS; i++)
        label[i] = noise(&state) > 0;
    static const double penalties[] = { 1e-3 };
    static const int64_t widths[] = { DIM };
    static grid g;
    const lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_stack stack = stack_of(&layer, 1);
    ok(probe(NULL, &stack, &labels, penalties, 1, widths, 1, &g));
    check(g.accuracy[0] < 0.75);
    check(g.error[0] > 0.5);
}

TEST(tasks_of_one_class_are_flagged_and_others_stand)
{
    float x[] = { 1, 2, 3, 4, 5, 7, 8, 8 };
    int32_t label[] = { 5, 5, 5, 5, -7, 2, 2, -7 };
    static const double penalties[] = { 1, 2 };
    static const int64_t widths[] = { 2 };
    static grid g;
    const lamella_view layer = view_of(LAMELLA_F32, x, 4, 2), labels = view_of(LAMELLA_I32, label, 2, 4);
    lamella_stack stack = stack_of(&layer, 1);
    returns(probe(NULL, &stack, &labels, penalties, 2, widths, 1, &g), LAMELLA_NOTE);
    equal(g.flags[0], LAMELLA_CELL_IMPOSSIBLE | LAMELLA_CELL_ONE_CLASS);
    equal(g.best[0], -1);
    near(g.error[0], NAN, ABSOLUTE, 0);
    equal(g.flags[1], LAMELLA_CELL_EDGE);
    check(g.best[1] >= 0 && isfinite(g.error[1]));
    check(g.result.n_impossible == 1 && g.result.n_edge == 1);

    const lamella_view one_class = view_of(LAMELLA_I32, label, 1, 4);
    refused(probe(NULL, &stack, &one_class, penalties, 2, widths, 1, &g), LAMELLA_ERR_EMPTY,
            "lamella_matryoshka_ridge: labels have no task of two classes");
}

TEST(a_penalty_too_small_for_the_gram_is_flagged)
{
    enum { ROWS = 6, DIM = 8 };
    float x[ROWS * DIM];
    int64_t label[] = { 0, 1, 0, 1, 1, 0 };
    uint32_t state = 5;
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = noise(&state);
    static const double penalties[] = { 1e-300, 1 };
    static const int64_t widths[] = { DIM };
    static grid g;
    const lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_stack stack = stack_of(&layer, 1);
    returns(probe(NULL, &stack, &labels, penalties, 2, widths, 1, &g), LAMELLA_NOTE);
    equal(g.flags[0] & LAMELLA_CELL_UNSTABLE, LAMELLA_CELL_UNSTABLE);
    near(g.error[0], NAN, ABSOLUTE, 0);
    equal(g.best[0], 1);
}

/* 20 rows tell nothing of a penalty of 1e-9 at 60 dims, but much at 2. */
TEST(a_wider_width_takes_nothing_from_a_narrower_one)
{
    enum { ROWS = 20, DIM = 60 };
    static float x[ROWS * DIM];
    int64_t label[ROWS];
    uint32_t state = 4;
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = noise(&state);
    for (int i = 0; i < ROWS; i++)
        label[i] = i % 2;
    static const double penalties[] = { 1e-9 };
    static const int64_t widths[] = { 2, DIM };
    static grid alone, both;
    const lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_stack stack = stack_of(&layer, 1);
    ok(probe(NULL, &stack, &labels, penalties, 1, widths, 1, &alone));
    returns(probe(NULL, &stack, &labels, penalties, 1, widths, 2, &both), LAMELLA_NOTE);
    near(both.error[0], alone.error[0], RELATIVE, 1e-9);
    near(both.accuracy[0], alone.accuracy[0], ABSOLUTE, 0);
    near(both.error[1], NAN, ABSOLUTE, 0);
    equal(both.flags[0], 0);
    equal(both.flags[1], LAMELLA_CELL_UNSTABLE);
    equal(both.best[0], 0);
    equal(both.best[1], -1);
    equal(both.result.n_unstable, 1);
}

/* A column that is another one's copy, far from the penalty's scale: the Gram with both may have no factor. */
TEST(columns_beyond_a_width_do_not_matter)
{
    enum { ROWS = 200, DIM = 6 };
    static double x[ROWS * DIM];
    static int64_t label[ROWS];
    uint32_t state = 6;
    for (int i = 0; i < ROWS; i++) {
        label[i] = i % 2;
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = (double)noise(&state) + (j == 1 ? (double)label[i] : 0);
        x[i * DIM + 4] *= 1e9;
        x[i * DIM + 5] = x[i * DIM + 4];
    }
    static const double penalties[] = { 1e-3 };
    static const int64_t widths[] = { 2, 6 };
    static grid whole, cut;
    const lamella_view layer = view_of(LAMELLA_F64, x, ROWS, DIM), labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_view prefix;
    ok(lamella_tensor_slice(&layer, 1, 0, 2, 1, &prefix));
    lamella_stack stack = stack_of(&layer, 1), narrow = stack_of(&prefix, 1);
    ok(probe(NULL, &narrow, &labels, penalties, 1, widths, 1, &cut));
    for (int n_widths = 1; n_widths <= 2; n_widths++) {
        lamella_status status = probe(NULL, &stack, &labels, penalties, 1, widths, n_widths, &whole);
        check(status == LAMELLA_OK || (status == LAMELLA_NOTE && n_widths == 2)); /* whether the copy leaves a factor is up to rounding */
        near(whole.error[0], cut.error[0], RELATIVE, 1e-9);
        near(whole.accuracy[0], cut.accuracy[0], ABSOLUTE, 0);
        equal(whole.flags[0], 0);
    }
}

/* A law: rows in another unit, with the penalty in its square, have the same errors; to the bit if the unit is a power of two. */
TEST(rows_beyond_what_f32_holds_are_probed)
{
    enum { ROWS = 50, DIM = 9 };
    double x[ROWS * DIM], scaled[ROWS * DIM];
    int64_t label[ROWS];
    uint32_t state = 8;
    for (int i = 0; i < ROWS; i++) {
        label[i] = noise(&state) > 0;
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = (double)noise(&state) + 3 + (j == 5 ? (double)label[i] : 0);
    }
    static const double penalties[] = { 0.5, 8 };
    static const int64_t widths[] = { 3, DIM };
    static const int exponent[] = { 200, -200, 128, -140 };
    static grid plain, far;
    const lamella_view layer = view_of(LAMELLA_F64, x, ROWS, DIM), scaled_layer = view_of(LAMELLA_F64, scaled, ROWS, DIM);
    const lamella_view labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_stack stack = stack_of(&layer, 1), scaled_stack = stack_of(&scaled_layer, 1);
    ok(probe(NULL, &stack, &labels, penalties, 2, widths, 2, &plain));
    for (int k = 0; k < 4; k++) {
        const double of_scaled[] = { ldexp(penalties[0], 2 * exponent[k]), ldexp(penalties[1], 2 * exponent[k]) };
        for (int i = 0; i < ROWS * DIM; i++)
            scaled[i] = ldexp(x[i], exponent[k]);
        ok(probe(NULL, &scaled_stack, &labels, of_scaled, 2, widths, 2, &far));
        equal_bits(far.error, plain.error, sizeof far.error);
        equal_bits(far.accuracy, plain.accuracy, sizeof far.accuracy);
    }
}

/* What is out of f32's range whatever the unit: L^-1 of a constant column is 1e150. f64 passes find the number. */
TEST(a_constant_column_changes_nothing_however_small_the_penalty)
{
    enum { ROWS = 30 };
    float x[ROWS * 3], without[ROWS * 2];
    int64_t label[ROWS];
    uint32_t state = 2;
    for (int i = 0; i < ROWS; i++) {
        label[i] = noise(&state) > 0;
        x[i * 3] = without[i * 2] = noise(&state) + (float)label[i];
        x[i * 3 + 1] = 4;
        x[i * 3 + 2] = without[i * 2 + 1] = noise(&state);
    }
    static const double penalties[] = { 1e-300 };
    static const int64_t all[] = { 3 }, two[] = { 2 };
    static grid with, alone;
    const lamella_view layer = view_of(LAMELLA_F32, x, ROWS, 3), kept = view_of(LAMELLA_F32, without, ROWS, 2);
    const lamella_view labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_stack stack = stack_of(&layer, 1), kept_stack = stack_of(&kept, 1);
    ok(probe(NULL, &kept_stack, &labels, penalties, 1, two, 1, &alone));
    ok(probe(NULL, &stack, &labels, penalties, 1, all, 1, &with));
    near(with.error[0], alone.error[0], RELATIVE, 1e-5);
    near(with.accuracy[0], alone.accuracy[0], ABSOLUTE, 0);
}

/* Whether there is a lesser or a greater penalty, not where in the list the best one stands. */
TEST(the_edge_of_a_list_in_any_order_is_by_value)
{
    enum { ROWS = 60, DIM = 10, PENALTIES = 3 };
    float x[ROWS * DIM];
    int64_t label[ROWS];
    uint32_t state = 3;
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = noise(&state);
        label[i] = x[i * DIM] + 0.5f * noise(&state) > 0;
    }
    static const struct { double penalty[PENALTIES]; int64_t best; int32_t flags; } lists[] = {
        { { 0.01, 3, 1000 }, 1, 0 }, { { 3, 0.01, 1000 }, 0, 0 }, { { 0.01, 1000, 3 }, 2, 0 },
        { { 100, 3, 1000 }, 1, LAMELLA_CELL_EDGE }, { { 0.001, 3, 0.01 }, 1, LAMELLA_CELL_EDGE }, { { 3, 3, 3 }, 0, 0 },
    };
    static const int64_t widths[] = { DIM };
    static grid g;
    const lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I64, label, 1, ROWS);
    lamella_stack stack = stack_of(&layer, 1);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        ok(probe(NULL, &stack, &labels, lists[k].penalty, PENALTIES, widths, 1, &g));
        equal(g.best[0], lists[k].best);
        equal(g.flags[0], lists[k].flags);
        equal(g.result.n_edge, lists[k].flags ? 1 : 0);
    }
}

TEST(labels_of_one_task_need_no_axis_for_it)
{
    float x[] = { 1, 2, 3, 4, 5, 7, 8, 8, 2, 1 };
    int32_t label[] = { 1, 9, 0, 9, 1, 9, 0, 9, 0, 9 }; /* every other one: a view with a stride */
    static const double penalties[] = { 1, 4 };
    static const int64_t widths[] = { 1, 2 };
    static grid flat, as_row;
    const lamella_view layer = view_of(LAMELLA_F32, x, 5, 2);
    lamella_view one = view_of(LAMELLA_I32, label, 5), row = view_of(LAMELLA_I32, label, 1, 5);
    one.stride[0] = 2;
    row.stride[0] = 10, row.stride[1] = 2;
    lamella_stack stack = stack_of(&layer, 1);
    ok(probe(NULL, &stack, &one, penalties, 2, widths, 2, &flat));
    ok(probe(NULL, &stack, &row, penalties, 2, widths, 2, &as_row));
    equal_bits(flat.error, as_row.error, sizeof flat.error);
    equal_bits(flat.best, as_row.best, sizeof flat.best);
}

TEST(masked_samples_take_no_part)
{
    float x[] = { 1, 2, NAN, 9, 3, 5, 5, 4, 2, 2 };
    int64_t label[] = { 0, 77, 1, 1, 0 }, kept_label[] = { 0, 1, 1, 0 };
    unsigned char mask[] = { 1, 0, 1, 1, 1 };
    float kept[] = { 1, 2, 3, 5, 5, 4, 2, 2 };
    static const double penalties[] = { 1 };
    static const int64_t widths[] = { 2 };
    static grid masked, alone;
    const lamella_view layer = view_of(LAMELLA_F32, x, 5, 2), labels = view_of(LAMELLA_I64, label, 1, 5), valid = view_of(LAMELLA_U8, mask, 5);
    const lamella_view kept_layer = view_of(LAMELLA_F32, kept, 4, 2), kept_labels = view_of(LAMELLA_I64, kept_label, 1, 4);
    lamella_stack stack = stack_of(&layer, 1), kept_stack = stack_of(&kept_layer, 1);
    stack.mask = &valid;
    ok(probe(NULL, &stack, &labels, penalties, 1, widths, 1, &masked));
    ok(probe(NULL, &kept_stack, &kept_labels, penalties, 1, widths, 1, &alone));
    equal(masked.result.n_rows, 4);
    near(masked.error[0], alone.error[0], RELATIVE, 1e-12);
}

typedef struct reader {
    const float *x;
    int64_t      dim;
} reader;

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    const reader *r = user;
    (void)depth;
    memcpy(into->data, r->x + first_row * r->dim, (size_t)(n_rows * r->dim) * sizeof(float));
    return n_rows;
}

/* Rows, and tokens that are pooled as they come: the pooled ones are five times the workspace. */
TEST(a_stack_ten_times_the_workspace_is_read)
{
    enum { ROWS = 60000, DIM = 64 };
    float *x = malloc(sizeof *x * ROWS * DIM);
    int64_t *label = malloc(sizeof *label * ROWS);
    uint32_t state = 9;
    for (int64_t i = 0; i < ROWS; i++) {
        label[i] = noise(&state) > 0;
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = noise(&state) + (j == 30 ? (float)label[i] : 0);
    }
    static const double penalties[] = { 1, 10, 100 };
    static const int64_t widths[] = { 20, 64 };
    static grid whole, parts;
    lamella_context_options limits = { .struct_size = sizeof limits, .max_workspace_bytes = (int64_t)sizeof(float) * ROWS * DIM / 10, .threads = 1 };
    lamella_context *ctx;
    ok(lamella_context_create(&limits, &ctx));
    for (int64_t tokens = 1; tokens <= 2; tokens++) {
        const int64_t n = ROWS / tokens;
        const lamella_view layer = tokens > 1 ? view_of(LAMELLA_F32, x, n, tokens, DIM) : view_of(LAMELLA_F32, x, n, DIM);
        const lamella_view labels = view_of(LAMELLA_I64, label, 1, n);
        lamella_view unread = layer;
        unread.data = NULL;
        reader r = { x, tokens * DIM };
        lamella_stack stack = stack_of(&layer, 1), read = stack_of(&unread, 1);
        read.read = deliver, read.user = &r;
        ok(probe(NULL, &stack, &labels, penalties, 3, widths, 2, &whole));
        ok(probe(ctx, &read, &labels, penalties, 3, widths, 2, &parts));
        equal_bits(parts.error, whole.error, sizeof parts.error);
        equal_bits(parts.best, whole.best, sizeof parts.best);
        check(tokens > 1 || whole.accuracy[3] > whole.accuracy[0] + 0.1);
    }
    lamella_context_free(ctx);
    free(label);
    free(x);
}

TEST(bad_arguments_are_named)
{
    float x[] = { 1, 2, 3, 4, 5, 7, 8, 8 };
    int64_t label[] = { 0, 1, 2, 1 };
    static const double none[] = { 0 }, one[] = { 1 };
    static const int64_t widths[] = { 2 };
    static grid g;
    const lamella_view layer = view_of(LAMELLA_F32, x, 4, 2), labels = view_of(LAMELLA_I64, label, 1, 4), few = view_of(LAMELLA_I64, label, 1, 3);
    lamella_stack stack = stack_of(&layer, 1);
    refused(probe(NULL, &stack, &labels, one, 1, widths, 1, &g), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_ridge: labels[0] has the values 0, 1 and 2, expected two: pass one task a class");
    refused(probe(NULL, &stack, &labels, none, 1, widths, 1, &g), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_ridge: penalties[0] is 0, expected a finite number over 0");
    refused(probe(NULL, &stack, &few, one, 1, widths, 1, &g), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_ridge: labels.shape[1] is 3, expected 4 (= samples of stack)");
    const lamella_view few_of_one = view_of(LAMELLA_I64, label, 3), cube = view_of(LAMELLA_I64, label, 1, 1, 4);
    refused(probe(NULL, &stack, &few_of_one, one, 1, widths, 1, &g), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_ridge: labels.shape[0] is 3, expected 4 (= samples of stack)");
    refused(probe(NULL, &stack, &cube, one, 1, widths, 1, &g), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_ridge: labels.rank is 3, expected 2: task, sample, or 1: sample");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_matryoshka_ridge_options options;
    ok(lamella_matryoshka_ridge_options_init(&options, sizeof options));
    equal(options.readout, LAMELLA_READOUT_MEAN);
}

/* Penalties and widths are read until the last layer: what is written lies apart from them, too. */
TEST(M2_outputs_lie_apart_from_the_lists)
{
    enum { ROWS = 6, DIM = 2 };
    float x[ROWS * DIM] = { 1, 2, 3, 4, 5, 7, 8, 8, 1, 0, 2, 2 };
    int64_t label[ROWS] = { 0, 1, 0, 1, 1, 0 }, widths[4] = { 1, 2 }, best_of[4];
    double penalties[4] = { 1, 8 }, error_of[8], accuracy_of[8];
    int32_t flags_of[4];
    const lamella_view layer[] = { view_of(LAMELLA_F32, x, ROWS, DIM), view_of(LAMELLA_F32, x, ROWS, DIM) };
    const lamella_stack stack = stack_of(layer, 2);
    const lamella_view labels = view_of(LAMELLA_I64, label, ROWS), flags = view_of(LAMELLA_I32, flags_of, 2, 2, 1);
    lamella_view error = view_of(LAMELLA_F64, penalties, 2, 1, 2, 1), accuracy = view_of(LAMELLA_F64, accuracy_of, 2, 1, 2, 1);
    lamella_view best = view_of(LAMELLA_I64, best_of, 2, 1, 1), few = view_of(LAMELLA_I32, flags_of, 2, 1, 1);
    refused(lamella_matryoshka_ridge(NULL, &stack, &labels, penalties, 2, widths, 1, NULL,
                                     WITH(lamella_matryoshka_ridge_outputs, .error = &error, .accuracy = &accuracy, .best = &best,
                                          .flags = &few), NULL),
            LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: outputs.error shares memory with penalties, expected an output apart from the inputs");
    error = view_of(LAMELLA_F64, error_of, 2, 2, 2, 1);
    accuracy = view_of(LAMELLA_F64, accuracy_of, 2, 2, 2, 1);
    best = view_of(LAMELLA_I64, widths, 2, 2, 1);
    refused(lamella_matryoshka_ridge(NULL, &stack, &labels, penalties, 2, widths, 2, NULL,
                                     WITH(lamella_matryoshka_ridge_outputs, .error = &error, .accuracy = &accuracy, .best = &best,
                                          .flags = &flags), NULL),
            LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: outputs.best shares memory with widths, expected an output apart from the inputs");
    near(penalties[0], 1, ABSOLUTE, 0);
    equal(widths[0], 1);
}
