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
    lamella_status status = lamella_relative_stitch(m->ctx, &m->stack, of, all, train, test, NULL, &options, accuracy, f1, flags, &result);
    matrix_number(m, "accuracy_within", result.accuracy_within);
    matrix_number(m, "n_anchor_tests", (double)result.n_anchor_tests);
    return status;
}

OPERATION(lamella_relative_stitch, .forms = FORM_ROWS)
{
    return stitch_of_case(m, LAMELLA_HEAD_RIDGE);
}

OPERATION(lamella_relative_stitch, .as = "logistic", .forms = FORM_ROWS)
{
    return stitch_of_case(m, LAMELLA_HEAD_LOGISTIC);
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
    return lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, NULL, options, &accuracy, NULL, &flags, &s->result);
}

TEST(two_classes_of_any_labels)
{
    small_case *s = small();
    const lamella_relative_stitch_options ridge = { .struct_size = sizeof ridge, .head = LAMELLA_HEAD_RIDGE };
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
    refused(lamella_relative_stitch(NULL, &stack, &labels, &rows, &rows, &rows, NULL, NULL, &accuracy, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
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
            snprintf(message, sizeof message, "lamella_relative_stitch: %s shares memory with %s, expected an output apart from the inputs", out[o], name[i]);
            refused(lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, NULL, NULL, o ? &apart : &over, o == 1 ? &over : NULL,
                                            o == 2 ? &over : NULL, NULL),
                    LAMELLA_ERR_ARGUMENT, message);
            equal_bits(s->labels, before, sizeof before);
        }
    refused(lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, NULL, NULL, &apart, &apart, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_stitch: f1 shares memory with accuracy, expected an output apart from the others");
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
}

TEST(a_head_that_ran_out_of_steps_is_flagged)
{
    small_case *s = small();
    const lamella_relative_stitch_options options = { .struct_size = sizeof options, .max_iterations = 1, .tolerance = 1e-14, .penalty = 1000 };
    returns(stitch_small(s, &options), LAMELLA_NOT_CONVERGED);
    equal(s->flags[0], LAMELLA_STITCH_NOT_CONVERGED);
    check(!isnan(s->accuracy[0]));
}

TEST(bad_arguments_are_named)
{
    small_case *s = small();
    lamella_relative_stitch_options options = { .struct_size = sizeof options, .penalty = -1 };
    refused(stitch_small(s, &options), LAMELLA_ERR_ARGUMENT, "lamella_relative_stitch: options.penalty is -1, expected a finite number over 0");
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
    equal(options.head, LAMELLA_HEAD_LOGISTIC);
    near(options.penalty, 1, ABSOLUTE, 0);
    near(options.tolerance, 1e-10, ABSOLUTE, 0);
    equal(options.max_iterations, 1000);
}
