/* grid: similarities of pairs at every layer and prefix width, and how they rank against gold */
#ifndef LAMELLA_MATRYOSHKA_GRID_H
#define LAMELLA_MATRYOSHKA_GRID_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lamella_matryoshka_grid_options {
    uint32_t             struct_size;
    uint32_t             reserved0;
    const lamella_stack *second;
} lamella_matryoshka_grid_options;

typedef struct lamella_matryoshka_grid_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *dot;
} lamella_matryoshka_grid_outputs;

typedef struct lamella_matryoshka_grid_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_zero_cosines;  /* over all layers, widths and pairs: a prefix of norm 0, so the cosine is 0 */
    int64_t  n_masked_pairs;  /* with a sample under the mask: NaN at every layer and width, left out of ranks */
    int64_t  n_undefined;     /* cells of `rho` that are NaN: the cosines, or the gold values, are all equal */
} lamella_matryoshka_grid_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_matryoshka_grid_options_init(lamella_matryoshka_grid_options *options, uint32_t struct_size);

/**
 * Cosines and dot products of pairs of samples, for every layer and each of a list of prefix widths.
 *
 *   cosine[l, k, p] = a[:m] . b[:m] / (|a[:m]| |b[:m]|),   m = widths[k], a = first[l, pairs[p, 0]], b = second[l, pairs[p, 1]]
 *
 * All widths of a pair come from one pass of running sums, in f64 over fixed lanes: the same bits at every SIMD level. Rows stand as f32;
 * rows of no pair are not looked at.
 *
 * @paper     2D Matryoshka Sentence Embeddings
 * @paper     Matryoshka Representation Learning
 * @in        first    stack f32|f64|f16|bf16 [layer, sample, dim] pool tokens first
 * @in        pairs    i32|i64 [pair, 2] a sample of the first stack and one of the second, each by its row; if both have sample_id, they are the same
 * @in        widths   list i64 [width] each 1 .. dim of every layer, in any order
 * @in        n_widths i64 at least 1
 * @out       cosine   f64 [layer, width, pair] NaN for a pair with a masked sample
 * @in        options  options {optional} NULL: pairs within one stack
 * @in        options.second stack f32|f64|f16|bf16 [layer, other, dim] as many layers; NULL: the first
 * @out       outputs  outputs {optional} NULL: none
 * @out       outputs.dot f64 [layer, width, pair] a[:m] . b[:m], not renormalised; NaN for a pair with a masked sample
 * @out       result   result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f64 sums of f32 rows
 * @cost      O(layers * pairs * dim) time; stacks that are read: one pass for the pairs whose rows are read together, more for the others
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_grid_cosine(lamella_context *ctx, const lamella_stack *first, const lamella_view *pairs,
    const int64_t *widths, int64_t n_widths, const lamella_view *cosine, const lamella_matryoshka_grid_options *options,
    const lamella_matryoshka_grid_outputs *outputs, lamella_matryoshka_grid_result *result);

/**
 * Spearman's rank correlation of those cosines with gold values, for every layer and width: Pearson's of average ranks.
 *
 * @paper     2D Matryoshka Sentence Embeddings
 * @in        first    stack f32|f64|f16|bf16 [layer, sample, dim] pool tokens first
 * @in        pairs    i32|i64 [pair, 2] a sample of the first stack and one of the second, each by its row; if both have sample_id, they are the same
 * @in        gold     f32|f64|i32|i64 [pair] finite, higher for more similar; ties share the mean of their ranks
 * @in        widths   list i64 [width] each 1 .. dim of every layer, in any order
 * @in        n_widths i64 at least 1
 * @out       rho      f64 [layer, width] NaN where the cosines are all equal
 * @in        options  options {optional} NULL: pairs within one stack
 * @in        options.second stack f32|f64|f16|bf16 [layer, other, dim] as many layers; NULL: the first
 * @out       result   result {optional}
 * @return    OK, NOTE if a cell is undefined; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED; NUMERIC if all are
 * @precision f64 sums of f32 rows
 * @cost      O(layers * pairs * (dim + widths * log pairs)) time, O(widths * pairs) workspace; passes as for the cosines
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_grid_spearman(lamella_context *ctx, const lamella_stack *first, const lamella_view *pairs,
    const lamella_view *gold, const int64_t *widths, int64_t n_widths, const lamella_view *rho,
    const lamella_matryoshka_grid_options *options, lamella_matryoshka_grid_result *result);

#ifdef __cplusplus
}
#endif

#endif
