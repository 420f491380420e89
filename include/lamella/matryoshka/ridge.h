/* ridge: linear probes of every layer at every width, from one Gram and one Cholesky factor per layer and penalty */
#ifndef LAMELLA_MATRYOSHKA_RIDGE_H
#define LAMELLA_MATRYOSHKA_RIDGE_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lamella_matryoshka_ridge_options {
    uint32_t struct_size;
    int32_t  readout; /* {LAMELLA_READOUT_...; 0 = MEAN} how a stack with tokens is pooled first; not WEIGHTED */
} lamella_matryoshka_ridge_options;

/* What is wanted. */
typedef struct lamella_matryoshka_ridge_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *error;
    const lamella_view *accuracy;
    const lamella_view *best;
    const lamella_view *flags;
} lamella_matryoshka_ridge_outputs;

typedef struct lamella_matryoshka_ridge_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_rows;          /* that took part: not masked, not empty */
    int64_t  n_edge;          /* cells flagged EDGE */
    int64_t  n_impossible;    /* tasks with one class */
    int64_t  n_unstable;      /* cells flagged UNSTABLE */
    int64_t  n_empty_samples; /* of a stack with tokens: samples without a valid one; they take no part */
} lamella_matryoshka_ridge_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_matryoshka_ridge_options_init(lamella_matryoshka_ridge_options *options, uint32_t struct_size);

/**
 * Ridge probes of two classes on the first m dims of every layer, for each of a list of widths m and penalties, scored by leaving out
 * one row at a time.
 *
 *   min_w,b  sum_i (y_i - b - w . x_i[:m])^2 + penalty |w|^2,   y = -1 for the lower label, 1 for the higher; b is not penalised
 *   e_i = (y_i - yhat_i) / (1 - h_i),   error = mean e_i^2,   accuracy = share of rows with the sign of y_i - e_i that of y_i
 *
 * With G the centred Gram, L L^T = G + penalty I and Z = L^-1 X^T: the factor of a leading block is the leading block of L, so yhat and
 * the leverage h of width m are sums over the first m rows of Z, and all widths come from one pass. What a width finds does not depend on
 * which others are asked for. Of a class of one row nothing is known where that row is left out: it counts, and as wrong.
 *
 * @paper     2D Matryoshka Sentence Embeddings
 * @in        stack     stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then options->readout pools first; masked samples are left out
 * @in        labels    i32|i64 [task, sample] {or [sample]; any integers} for one task; two values each; more classes: one task a class
 * @in        penalties list f64 [penalty] each over 0
 * @in        n_penalties i64 at least 1
 * @in        widths    list i64 [width] each 1 .. dim of every layer, in any order
 * @in        n_widths  i64 at least 1
 * @in        options   options {optional} NULL: default
 * @out       outputs   outputs {optional} NULL: none
 * @out       outputs.error    f64 [layer, width, penalty, task]
 * @out       outputs.accuracy f64 [layer, width, penalty, task]
 * @out       outputs.best     i64 [layer, width, task] the penalty of least error, the first of equals
 * @out       outputs.flags    i32 [layer, width, task] bits LAMELLA_CELL_...: a task of one class is IMPOSSIBLE, its best -1
 * @out       result    result {optional}
 * @return    OK, NOTE if a task is impossible, a cell unstable or a sample empty; ARGUMENT, SHAPE, DTYPE, NONFINITE, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED; EMPTY if no row takes part or no task is possible
 * @precision mixed: Gram, factors and sums of errors f64, rows of Z and residuals f32, f64 where 1 - h is small (of f64 rows: under 0.2); tokens are pooled to f32 as lamella_fusion_pool does, one token of f64 too
 * @cost      O(layers * penalties * rows * dim^2) time, O(penalties * dim^2) workspace, two passes over the rows
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_ridge(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels,
    const double *penalties, int64_t n_penalties, const int64_t *widths, int64_t n_widths,
    const lamella_matryoshka_ridge_options *options, const lamella_matryoshka_ridge_outputs *outputs,
    lamella_matryoshka_ridge_result *result);

#ifdef __cplusplus
}
#endif

#endif
