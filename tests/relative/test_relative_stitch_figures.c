/* Zero-shot stitching of five autoencoders of the digits, to the sheet's figures and scikit-learn's matrices; the traps. */
#include "support/golden.h"
#include <math.h>

enum { SPACES = 5 };

typedef struct stitched {
    double                         accuracy[SPACES * SPACES], f1[SPACES * SPACES];
    int32_t                        flags[SPACES * SPACES];
    lamella_relative_stitch_result result;
} stitched;

static lamella_status stitch_digits(int64_t n_spaces, lamella_relative_project_options projection, int32_t head, double penalty, stitched *s)
{
    lamella_view layer[SPACES];
    for (int i = 0; i < SPACES; i++) {
        char name[32];
        snprintf(name, sizeof name, "digits/z%d", i);
        layer[i] = *example(name);
    }
    /* Which class is highest needs no more: the matrices are those of heads to 1e-10. */
    lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = head, .penalty = penalty, .tolerance = 1e-5 };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = n_spaces };
    const lamella_view accuracy = view_of(LAMELLA_F64, s->accuracy, n_spaces, n_spaces), f1 = view_of(LAMELLA_F64, s->f1, n_spaces, n_spaces),
                       flags = view_of(LAMELLA_I32, s->flags, n_spaces, n_spaces);
    projection.struct_size = sizeof projection;
    s->result = (lamella_relative_stitch_result){ .struct_size = sizeof s->result };
    return lamella_relative_stitch(NULL, &stack, example("digits/labels"), golden("relative/stitch/anchors"), example("digits/train"),
                                   example("digits/test"), (options.projection = &projection, &options), WITH(lamella_relative_stitch_outputs,
                                           .accuracy = &accuracy, .f1 = &f1, .flags = &flags), &s->result);
}

#define PROJECTION(...) ((lamella_relative_project_options){ __VA_ARGS__ })

static void near_matrices(const stitched *s, const char *name)
{
    char golden_name[64];
    const lamella_view accuracy = view_of(LAMELLA_F64, (double *)s->accuracy, SPACES, SPACES),
                       f1 = view_of(LAMELLA_F64, (double *)s->f1, SPACES, SPACES);
    snprintf(golden_name, sizeof golden_name, "relative/stitch/accuracy.%s", name);
    near_golden(&accuracy, golden_name);
    snprintf(golden_name, sizeof golden_name, "relative/stitch/f1.%s", name);
    near_golden(&f1, golden_name);
}

/* Means over the 20 ordered pairs of two spaces, converged heads of C = 10. */
TEST(the_figures_of_five_autoencoders)
{
    static const struct {
        const char                      *name;
        double                           between;
        lamella_relative_project_options projection;
    } figures[] = {
        { "plain", 0.832, { .transform = LAMELLA_RELATIVE_TRANSFORM_NONE } },
        { "centred", 0.9335, { .transform = LAMELLA_RELATIVE_TRANSFORM_CENTRE } },
        { "angular", 0.946, { .similarity = LAMELLA_RELATIVE_ANGULAR } },
        { "euclidean", 0.954, { .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_EUCLIDEAN,
                                .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN } },
        { "whitened", 0.959, { .transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .shrinkage = 0.1, .directions = LAMELLA_RELATIVE_RANK_UNSCALED } },
    };
    for (int k = 0; k < 5; k++) {
        stitched s;
        ok(stitch_digits(SPACES, figures[k].projection, LAMELLA_RELATIVE_HEAD_LOGISTIC, 10, &s));
        near(s.result.accuracy_between, figures[k].between, ABSOLUTE, 0.001);
        check(s.result.accuracy_within > 0.969 && s.result.accuracy_within < 0.979);
        equal(s.result.n_pairs, 20);
        equal(s.result.n_trained_tests + s.result.n_anchor_tests, 0);
        near_matrices(&s, figures[k].name);
    }
}

TEST(ridge_heads_equal_the_oracle)
{
    stitched s;
    ok(stitch_digits(SPACES, PROJECTION(0), LAMELLA_RELATIVE_HEAD_RIDGE, 1, &s));
    near_matrices(&s, "ridge");
}

/* The head of z0 on z1 tells 16.8 %, back 8.0: what both do at home says nothing of it. */
TEST(trap_the_diagonal_says_nothing)
{
    stitched s;
    ok(stitch_digits(2, PROJECTION(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_ABSOLUTE),
                     LAMELLA_RELATIVE_HEAD_LOGISTIC, 10, &s));
    const lamella_view accuracy = view_of(LAMELLA_F64, s.accuracy, 2, 2);
    near_golden(&accuracy, "relative/stitch/accuracy.absolute");
    near(s.accuracy[1], 0.168, ABSOLUTE, 0.0021);
    near(s.accuracy[2], 0.080, ABSOLUTE, 0.0021);
    check(s.result.accuracy_within > 0.97);
    check(s.result.accuracy_between < 0.13);
}

TEST(pairs_of_two_widths_have_no_absolute_score)
{
    stitched s;
    returns(stitch_digits(3, PROJECTION(.similarity = LAMELLA_RELATIVE_ABSOLUTE), LAMELLA_RELATIVE_HEAD_RIDGE, 1, &s), LAMELLA_NOTE);
    equal(s.result.n_pairs, 2);
    check(isnan(s.accuracy[2]) && isnan(s.f1[6]) && !isnan(s.accuracy[1]));
    equal(s.flags[2], LAMELLA_CELL_IMPOSSIBLE);
    equal(s.flags[8], 0);
}
