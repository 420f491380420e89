/* stitch: a head trained on one space and tested on another, for all ordered pairs of spaces */
#ifndef LAMELLA_RELATIVE_STITCH_H
#define LAMELLA_RELATIVE_STITCH_H

#include "lamella/base.h"
#include "lamella/context.h"
#include "lamella/relative/project.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is trained on the representations of one space. */
enum {
    LAMELLA_RELATIVE_HEAD_LOGISTIC = 1, /* multinomial; of two classes the binary objective */
    LAMELLA_RELATIVE_HEAD_RIDGE    = 2  /* one against the rest, y = -1, 1 */
};

typedef struct lamella_relative_stitch_options {
    uint32_t struct_size;
    int32_t  head;           /* {LAMELLA_RELATIVE_HEAD_...; 0 = LOGISTIC} */
    double   penalty;        /* {over 0; 0 = 1} scikit-learn's C of LOGISTIC (less is smoother), alpha of RIDGE (more is smoother) */
    int64_t  max_iterations; /* {1 or more; 0 = 1000} LOGISTIC */
    double   tolerance;      /* {over 0, under 1; 0 = 1e-10} LOGISTIC: the objective is within this share of its least value */
    const lamella_relative_project_options *projection;
} lamella_relative_stitch_options;

/* What is wanted. */
typedef struct lamella_relative_stitch_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *accuracy;
    const lamella_view *f1;
    const lamella_view *flags;
} lamella_relative_stitch_outputs;

typedef struct lamella_relative_stitch_result {
    uint32_t struct_size;
    uint32_t reserved0;
    double   accuracy_between;  /* mean over the pairs of two spaces; NaN: none has a score */
    double   accuracy_within;   /* mean over the spaces */
    int64_t  n_pairs;           /* of two spaces, with a score */
    int64_t  n_trained_tests;   /* test rows that are also train rows */
    int64_t  n_anchor_tests;    /* test rows that are also anchors */
    int64_t  n_unknown_tests;   /* test rows of a class that no train row has: no head is right about them */
} lamella_relative_stitch_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_relative_stitch_options_init(lamella_relative_stitch_options *options, uint32_t struct_size);

/**
 * Zero-shot stitching: projects every space on the same anchors, trains a head on each and tests it on all.
 *
 *   accuracy[j, i] = share of test rows whose class the head of space j tells from their representations in space i
 *
 * Spaces are layers of one stack: the same samples in every one, widths may differ. The diagonal is the head on its own space: only
 * what stands beside it says whether spaces communicate. Representations are not scaled.
 *
 * @paper     Relative representations enable zero-shot latent space communication
 * @in        stack      stack f32|f64|f16|bf16 [layer, sample, dim]; pool tokens first (lamella_fusion_pool); rows in none of the lists are not looked at
 * @in        labels     i32|i64 [sample] {any integers} at least two among the train rows
 * @in        anchors    i32|i64 [anchor] row numbers
 * @in        train      i32|i64 [train] row numbers, none twice
 * @in        test       i32|i64 [test] row numbers, none twice
 * @in        options    options {optional} of the heads; NULL: logistic, C = 1
 * @in        options.projection options of lamella_relative_project_fit, without anchors; NULL: centred cosine
 * @out       outputs    outputs {optional} NULL: none
 * @out       outputs.accuracy f64 [layer, layer] row: the space of the head, column: the space it is tested on; NaN without a score
 * @out       outputs.f1       f64 [layer, layer] weighted by the classes' test rows
 * @out       outputs.flags    i32 [layer, layer] bits LAMELLA_CELL_...: ABSOLUTE spaces of two widths are IMPOSSIBLE
 * @out       result     result {optional}
 * @return    OK, NOTE if a test row is also a train row or an anchor or of a class of no train row, or a pair has no score, NOT_CONVERGED if a head did not; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision representations f32, heads mixed: loss and steps f64
 * @cost      two passes over the rows of each space, a fit of a head for each; O(threads * train * width) workspace
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_relative_stitch(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels,
    const lamella_view *anchors, const lamella_view *train, const lamella_view *test, const lamella_relative_stitch_options *options,
    const lamella_relative_stitch_outputs *outputs, lamella_relative_stitch_result *result);

#ifdef __cplusplus
}
#endif

#endif
