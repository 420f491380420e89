/* Zero-shot stitching: every call in the matrix, the edges. */
#include "support/matrix.h"
#include <math.h>

/* The first rows are anchors, two thirds are trained on, the rest tested: every row is looked at (of one row: nothing to train). */
static lamella_status stitch_of_case(matrix *m, int32_t head)
{
    enum { MOST = 257 };
    int64_t numbers[MOST], labels[MOST], n = m->n_samples, n_train = n - n / 3;
    for (int64_t i = 0; i < n; i++) {
        numbers[i] = i;
        labels[i] = i % (n < 9 ? 2 : 3) - 1;
    }
    if (n == 1)
        return LAMELLA_OK;
    const lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = head, .tolerance = 1e-4 };
    lamella_relative_stitch_result result = { .struct_size = sizeof result };
    const int64_t k = m->stack.n_layers;
    const lamella_view *all = matrix_list(m, LAMELLA_I64, numbers, n < 8 ? n : 8), *train = matrix_list(m, LAMELLA_I64, numbers, n_train),
                       *test = matrix_list(m, LAMELLA_I64, numbers + n_train, n - n_train), *of = matrix_input(m, LAMELLA_I64, labels, n);
    const lamella_view *accuracy = matrix_out(m, "accuracy", LAMELLA_F64, k, k), *f1 = matrix_out(m, "f1", LAMELLA_F64, k, k),
                       *flags = matrix_out(m, "flags", LAMELLA_I32, k, k);
    lamella_status status = lamella_relative_stitch(m->ctx, &m->stack, of, all, train, test, &options,
                                                    WITH(lamella_relative_stitch_outputs, .accuracy = accuracy, .f1 = f1, .flags = flags), &result);
    matrix_number(m, "accuracy_within", result.accuracy_within);
    matrix_number(m, "n_anchor_tests", (double)result.n_anchor_tests);
    return status;
}

OPERATION(lamella_relative_stitch, .forms = FORM_ROWS)
{
    return stitch_of_case(m, LAMELLA_RELATIVE_HEAD_RIDGE);
}

OPERATION(lamella_relative_stitch, .as = "logistic", .forms = FORM_ROWS)
{
    return stitch_of_case(m, LAMELLA_RELATIVE_HEAD_LOGISTIC);
}

/* ---- small cases: 8 rows of 2 dims, a class on each side ---- */

typedef struct small_case {
    float           x[16], y[16];
    unsigned char   valid[8];
    int64_t         labels[8], anchors[4], train[4], test[4];
    lamella_view    layer[2];
    double          accuracy[4];
    int32_t         flags[4];
    lamella_relative_stitch_result result;
} small_case;

static small_case *small(void)
{
    static small_case s;
    for (int i = 0; i < 8; i++) {
        s.x[2 * i] = s.y[2 * i + 1] = (float)(i < 4 ? 1 + i : i - 9);
        s.x[2 * i + 1] = s.y[2 * i] = (float)(i % 2);
        s.valid[i] = 1;
        s.labels[i] = i < 4 ? 70 : -3;
    }
    const int64_t anchors[] = { 0, 1, 4, 5 }, train[] = { 0, 5, 1, 4 }, test[] = { 2, 6, 3, 7 };
    memcpy(s.anchors, anchors, sizeof anchors);
    memcpy(s.train, train, sizeof train);
    memcpy(s.test, test, sizeof test);
    return &s;
}

static lamella_status stitch_small(small_case *s, const lamella_relative_stitch_options *options)
{
    const lamella_view labels = view_of(LAMELLA_I64, s->labels, 8), anchors = view_of(LAMELLA_I64, s->anchors, 4),
                       train = view_of(LAMELLA_I64, s->train, 4), test = view_of(LAMELLA_I64, s->test, 4),
                       accuracy = view_of(LAMELLA_F64, s->accuracy, 2, 2), mask = view_of(LAMELLA_U8, s->valid, 8),
                       flags = view_of(LAMELLA_I32, s->flags, 2, 2);
    s->layer[0] = view_of(LAMELLA_F32, s->x, 8, 2);
    s->layer[1] = view_of(LAMELLA_F32, s->y, 8, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = s->layer, .n_layers = 2, .mask = &mask };
    s->result = (lamella_relative_stitch_result){ .struct_size = sizeof s->result };
    return lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, options,
                                   WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy, .flags = &flags), &s->result);
}

TEST(two_classes_of_any_labels)
{
    small_case *s = small();
    const lamella_relative_stitch_options ridge = { .struct_size = sizeof ridge, .head = LAMELLA_RELATIVE_HEAD_RIDGE };
    ok(stitch_small(s, NULL));
    for (int i = 0; i < 4; i++)
        near(s->accuracy[i], 1, ABSOLUTE, 0);
    ok(stitch_small(s, &ridge));
    near(s->result.accuracy_between, 1, ABSOLUTE, 0);
}

TEST(a_class_that_was_not_trained_is_never_right)
{
    small_case *s = small();
    s->labels[2] = 5;
    for (int64_t head = 1; head <= 2; head++) {
        const lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = (int32_t)head };
        returns(stitch_small(s, &options), LAMELLA_NOTE);
        equal(s->result.n_unknown_tests, 1);
        for (int i = 0; i < 4; i++)
            near(s->accuracy[i], 0.75, ABSOLUTE, 0);
    }
}

TEST(A1_tokens_are_pooled_before)
{
    small_case *s = small();
    const lamella_view labels = view_of(LAMELLA_I64, s->labels, 4), rows = view_of(LAMELLA_I64, s->train, 1),
                       accuracy = view_of(LAMELLA_F64, s->accuracy, 1, 1), layer = view_of(LAMELLA_F32, s->x, 4, 2, 2);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    refused(lamella_relative_stitch(NULL, &stack, &labels, &rows, &rows, &rows, NULL, WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy),
                                    NULL), LAMELLA_ERR_SHAPE,
            "lamella_relative_stitch: stack has tokens, expected layers [sample, dim]: pool them first (lamella_fusion_pool)");
}

TEST(M2_outputs_lie_apart_from_what_is_read)
{
    small_case *s = small();
    const lamella_view labels = view_of(LAMELLA_I64, s->labels, 8), anchors = view_of(LAMELLA_I64, s->anchors, 4),
                       train = view_of(LAMELLA_I64, s->train, 4), test = view_of(LAMELLA_I64, s->test, 4),
                       apart = view_of(LAMELLA_F64, s->accuracy, 2, 2);
    const lamella_view *read[] = { &labels, &anchors, &train, &test };
    static const char *const name[] = { "labels", "anchors", "train", "test" };
    s->layer[0] = view_of(LAMELLA_F32, s->x, 8, 2);
    s->layer[1] = view_of(LAMELLA_F32, s->y, 8, 2);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = s->layer, .n_layers = 2 };
    for (int i = 0; i < 4; i++)
        for (int o = 0; o < 3; o++) {
            static const char *const out[] = { "accuracy", "f1", "flags" };
            const lamella_view over = view_of(o == 2 ? LAMELLA_I32 : LAMELLA_F64, read[i]->data, 2, 2);
            int64_t before[8];
            char message[160];
            memcpy(before, s->labels, sizeof before);
            snprintf(message, sizeof message, "lamella_relative_stitch: outputs.%s shares memory with %s, expected an output apart from the inputs",
                     out[o], name[i]);
            refused(lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, NULL,
                                            WITH(lamella_relative_stitch_outputs, .accuracy = o ? &apart : &over, .f1 = o == 1 ? &over : NULL,
                                                 .flags = o == 2 ? &over : NULL), NULL),
                    LAMELLA_ERR_ARGUMENT, message);
            equal_bits(s->labels, before, sizeof before);
        }
    refused(lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, NULL,
                                    WITH(lamella_relative_stitch_outputs, .accuracy = &apart, .f1 = &apart), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_stitch: outputs.f1 shares memory with outputs.accuracy, expected an output apart from the others");
}

TEST(masked_rows_are_neither_read_nor_listed)
{
    small_case *s = small();
    s->valid[3] = 0;
    s->x[6] = NAN;
    refused(stitch_small(s, NULL), LAMELLA_ERR_ARGUMENT, "lamella_relative_stitch: test[2] is 3, a row under the mask");
    s->test[2] = 0;
    returns(stitch_small(s, NULL), LAMELLA_NOTE);
    near(s->accuracy[1], 1, ABSOLUTE, 0);
}

TEST(tests_among_anchors_and_train_rows_are_counted)
{
    small_case *s = small();
    s->test[0] = 0;
    s->test[1] = 5;
    s->anchors[1] = s->anchors[3] = 6;
    returns(stitch_small(s, NULL), LAMELLA_NOTE);
    equal(s->result.n_trained_tests, 2);
    equal(s->result.n_anchor_tests, 1);
    s = small(); /* the first of a list counts, and one of either kind is enough for a note */
    s->anchors[0] = 2;
    returns(stitch_small(s, NULL), LAMELLA_NOTE);
    check(s->result.n_trained_tests == 0 && s->result.n_anchor_tests == 1 && s->result.n_unknown_tests == 0);
    s = small();
    s->test[3] = s->train[0];
    s->anchors[0] = 7;
    returns(stitch_small(s, NULL), LAMELLA_NOTE);
    check(s->result.n_trained_tests == 1 && s->result.n_anchor_tests == 0 && s->result.n_unknown_tests == 0);
}

TEST(options_of_an_older_host_are_taken)
{
    small_case *s = small();
    const lamella_relative_stitch_options old = { .struct_size = 8, .head = LAMELLA_RELATIVE_HEAD_RIDGE,
                                                 .penalty = -7 }, older = { .struct_size = 7 };
    ok(stitch_small(s, &old));
    refused(stitch_small(s, &older), LAMELLA_ERR_ARGUMENT, "lamella_relative_stitch: options.struct_size is 7, expected its sizeof (8 to 4096)");
}

/* Zeros are the defaults that options_init spells out: in a head of few steps the tolerance shows, in accuracies of noise the penalty. */
TEST(zeros_are_the_defaults)
{
    enum { N = 120, WIDE = 3 };
    static float x[N * WIDE];
    int64_t label[N], number[N];
    double accuracy_of[3], f1_of[3];
    uint32_t state = 3;
    for (int i = 0; i < N * WIDE; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 8) / (1 << 23) - 1;
        label[i / WIDE] = (x[i / WIDE * WIDE] + 0.8f * x[i] > 0.1f) + (x[i / WIDE * WIDE + i % 2] > 0.5f);
        number[i / WIDE] = i / WIDE;
    }
    const lamella_view layer = view_of(LAMELLA_F32, x, N, WIDE), labels = view_of(LAMELLA_I64, label, N), anchors = view_of(LAMELLA_I64, number, 4),
                       train = view_of(LAMELLA_I64, number + 4, 40), test = view_of(LAMELLA_I64, number + 44, N - 44);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    int told_apart = 0, converged = 0;
    for (int64_t steps = 1; steps < 40 && !converged; steps++) {
        const lamella_relative_stitch_options options[] = { { .struct_size = sizeof *options, .max_iterations = steps },
                                                            { .struct_size = sizeof *options, .max_iterations = steps, .penalty = 1,
                                                             .tolerance = 1e-10 },
                                                            { .struct_size = sizeof *options, .max_iterations = steps, .penalty = 2,
                                                             .tolerance = 1e-17 } };
        lamella_status status[3];
        for (int k = 0; k < 3; k++) {
            const lamella_view accuracy = view_of(LAMELLA_F64, &accuracy_of[k], 1, 1), f1 = view_of(LAMELLA_F64, &f1_of[k], 1, 1);
            status[k] = lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, &options[k],
                                                WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy, .f1 = &f1), NULL);
        }
        equal(status[0], status[1]);
        near(accuracy_of[0], accuracy_of[1], ABSOLUTE, 0);
        near(f1_of[0], f1_of[1], ABSOLUTE, 0);
        told_apart |= status[0] != status[2];
        told_apart |= 2 * (accuracy_of[0] != accuracy_of[2]);
        converged = status[0] == LAMELLA_OK;
    }
    check(converged && told_apart == 3);
}

/* Three far groups: no test row of the third, which nobody takes one for; one of the first. */
TEST(classes_that_are_not_there_do_not_count)
{
    float x[9 * 2] = { 9, 0, 8, 1, 9, 1, -9, 5, -8, 4, -9, 4, -1, -9, 0, -8, -1, -8 };
    int64_t label[9] = { 1, 1, 1, 2, 2, 2, 3, 3, 3 }, number[] = { 0, 1, 3, 4, 6, 7, 2, 5 };
    double accuracy_of, f1_of;
    const lamella_view layer = view_of(LAMELLA_F32, x, 9, 2), labels = view_of(LAMELLA_I64, label, 9), train = view_of(LAMELLA_I64, number, 6),
                       test = view_of(LAMELLA_I64, number + 6, 2), accuracy = view_of(LAMELLA_F64, &accuracy_of, 1, 1), f1 = view_of(LAMELLA_F64,
                               &f1_of, 1, 1);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    ok(lamella_relative_stitch(NULL, &stack, &labels, &train, &train, &test, NULL,
                               WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy, .f1 = &f1), NULL));
    near(accuracy_of, 1, ABSOLUTE, 0);
    near(f1_of, 1, ABSOLUTE, 1e-15);
}

static int64_t asked;

static int32_t count(double fraction, const char *stage, void *user)
{
    (void)fraction, (void)stage, (void)user;
    asked++;
    return 0;
}

/* Lists one row over where the host is asked: of train rows as a list, as places and by their labels, of test rows alike. */
TEST(M14_long_lists_ask_whether_to_stop)
{
    enum { LONG = 1 << 18 };
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = count };
    const lamella_relative_stitch_options ridge = { .struct_size = sizeof ridge, .head = LAMELLA_RELATIVE_HEAD_RIDGE };
    lamella_context *ctx;
    float *x = malloc((LONG + 4) * sizeof *x);
    int64_t *number = malloc((LONG + 4) * sizeof *number), *label = malloc((LONG + 4) * sizeof *label);
    double accuracy_of;
    for (int64_t i = 0; i < LONG + 4; i++) {
        x[i] = (float)(i % 7) - 2;
        label[i] = i % 2;
        number[i] = i;
    }
    const lamella_view layer = view_of(LAMELLA_F32, x, LONG + 4, 1), labels = view_of(LAMELLA_I64, label, LONG + 4), anchors = view_of(LAMELLA_I64,
            number, 2),
                       accuracy = view_of(LAMELLA_F64, &accuracy_of, 1, 1);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    ok(lamella_context_create(&options, &ctx));
    for (int tests = 0; tests < 2; tests++) {
        int64_t n[2];
        for (int whole = 0; whole < 2; whole++) {
            const lamella_view few = view_of(LAMELLA_I64, number, 4), many = view_of(LAMELLA_I64, number + 4, LONG - !whole);
            asked = 0;
            returns(lamella_relative_stitch(ctx, &stack, &labels, &anchors, tests ? &few : &many, tests ? &many : &few, &ridge,
                                            WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy), NULL),
                    tests ? LAMELLA_OK : LAMELLA_NOTE);
            n[whole] = asked;
        }
        equal(n[1] - n[0], 3); /* the list, its places, the classes of its labels */
    }
    lamella_context_free(ctx);
    free(x), free(number), free(label);
}

TEST(a_head_that_ran_out_of_steps_is_flagged)
{
    small_case *s = small();
    const lamella_relative_stitch_options options = { .struct_size = sizeof options, .max_iterations = 1, .tolerance = 1e-14, .penalty = 1000 };
    returns(stitch_small(s, &options), LAMELLA_NOT_CONVERGED);
    equal(s->flags[0], LAMELLA_CELL_NOT_CONVERGED);
    check(!isnan(s->accuracy[0]));
}

TEST(bad_arguments_are_named)
{
    small_case *s = small();
    lamella_relative_stitch_options options = { .struct_size = sizeof options, .penalty = -1 };
    refused(stitch_small(s, &options), LAMELLA_ERR_ARGUMENT, "lamella_relative_stitch: options.penalty is -1, expected over 0, or 0 for 1");
    s->train[3] = 5;
    refused(stitch_small(s, NULL), LAMELLA_ERR_ARGUMENT, "lamella_relative_stitch: train[3] is 5, which stands at train[1] already");
    s->train[3] = 4;
    for (int i = 0; i < 8; i++)
        s->labels[i] = 9;
    refused(stitch_small(s, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_stitch: labels of the train rows are all 9, expected at least two classes");
    s->anchors[2] = 8;
    refused(stitch_small(s, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_stitch: anchors[2] is 8, expected 0 to 7 (= rows of the stack - 1)");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_relative_stitch_options options;
    ok(lamella_relative_stitch_options_init(&options, sizeof options));
    equal(options.head, LAMELLA_RELATIVE_HEAD_LOGISTIC);
    near(options.penalty, 1, ABSOLUTE, 0);
    near(options.tolerance, 1e-10, ABSOLUTE, 0);
    equal(options.max_iterations, 1000);
}
