/* anchor: which rows become anchors: given, random or farthest points; how well they span */
#ifndef LAMELLA_RELATIVE_ANCHOR_H
#define LAMELLA_RELATIVE_ANCHOR_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How anchors are chosen. */
enum {
    LAMELLA_RELATIVE_ANCHORS_RANDOM   = 1, /* uniform, none twice; the first k of n are themselves such a draw */
    LAMELLA_RELATIVE_ANCHORS_FARTHEST = 2  /* from the start row on, each time the row farthest from all chosen; ties: the lowest row */
};

/* Between which rows FARTHEST measures. */
enum {
    LAMELLA_RELATIVE_FARTHEST_UNIT = 1, /* rows of norm 1: directions */
    LAMELLA_RELATIVE_FARTHEST_RAW  = 2  /* rows as they are */
};

typedef struct lamella_relative_anchors_options {
    uint32_t struct_size;
    int32_t  method;         /* {LAMELLA_RELATIVE_ANCHORS_...; 0 = RANDOM} not read where anchors are given */
    int64_t  seed;           /* {any} RANDOM */
    int64_t  start;          /* {0 or more} FARTHEST: the first anchor */
    int64_t  distance_layer; /* {0 or more} FARTHEST: the layer whose rows are measured, by its place in the stack */
    int32_t  farthest;       /* {LAMELLA_RELATIVE_FARTHEST_...; 0 = UNIT} */
    int32_t  reserved0;
    const lamella_view *given;
} lamella_relative_anchors_options;

/* How well the anchors span each layer. */
typedef struct lamella_relative_anchors_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *condition;
    const lamella_view *rank;
    const lamella_view *duplicates;
} lamella_relative_anchors_outputs;

typedef struct lamella_relative_anchors_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_repeated; /* anchors whose row number stands earlier in the list */
} lamella_relative_anchors_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_relative_anchors_options_init(lamella_relative_anchors_options *options, uint32_t struct_size);

/**
 * Chooses anchors, or takes a given list, and says how well their rows span each layer.
 *
 *   condition = s_1 / s_r of the anchors' rows S [anchor, dim], r = min(anchor, dim);  infinite if s_r is 0
 *   rank      = singular values of S, columns at unit norm, whose square is at least max(eps(dtype)^2, dim 2.2e-16) of the largest
 *
 * Anchors are parallel across spaces: draw once, and give the same list to every space of the same samples.
 *
 * @paper     Relative representations enable zero-shot latent space communication
 * @in        stack     stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token's row is one; rows under the mask are none, and only FARTHEST looks at rows that are no anchors
 * @in        n_anchors i64 at least 1; of a given list its length
 * @out       anchors   i64 [n_anchors] row numbers
 * @in        options   options {optional} NULL: random, seed 0
 * @in        options.given i32|i64 [given] row numbers, repeats allowed and counted; NULL: chosen by the library
 * @out       outputs   outputs {optional} NULL: none
 * @out       outputs.condition  f64 [layer]
 * @out       outputs.rank       i64 [layer]
 * @out       outputs.duplicates i64 [layer] anchors whose row equals an earlier anchor's, repeats among them
 * @out       result    result {optional}
 * @return    OK, NOTE if a row number stands twice or an anchor's row equals another's; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(layers * anchors * dim * min(anchors, dim)) time and one pass over the rows; FARTHEST: a pass of one layer per anchor
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_relative_anchors(lamella_context *ctx, const lamella_stack *stack, int64_t n_anchors,
    const lamella_view *anchors, const lamella_relative_anchors_options *options, const lamella_relative_anchors_outputs *outputs,
    lamella_relative_anchors_result *result);

#ifdef __cplusplus
}
#endif

#endif
