/* fit: linear probes of all layers, cross-validated, their scores and weights */
#ifndef LAMELLA_PROBE_FIT_H
#define LAMELLA_PROBE_FIT_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fitted probes of layers x tasks x penalties x folds, with their scores. Const once fitted: threads may share it. */
typedef struct lamella_probe_linear lamella_probe_linear;

/* The objective. s: sample weight times class weight; the intercept is never penalised. */
enum {
    LAMELLA_PROBE_LOGISTIC = 1, /* 1/2 |w|^2 + C sum s log loss; C = penalty, as in scikit-learn's LogisticRegression; larger fits closer */
    LAMELLA_PROBE_RIDGE    = 2  /* sum s (y - w.x - b)^2 + alpha |w|^2, y = -1, 1; alpha = penalty, as in RidgeClassifier; larger fits looser */
};

/* What more than two classes are. Two are always one output, for the larger label. */
enum {
    LAMELLA_PROBE_CLASSES_MULTINOMIAL = 1, /* the default; ridge has one output a class either way */
    LAMELLA_PROBE_CLASSES_ONE_VS_REST = 2
};

/* Zero means default. */
typedef struct lamella_probe_linear_options {
    uint32_t struct_size;
    int32_t  kind;           /* {LAMELLA_PROBE_LOGISTIC ...; 0 = LOGISTIC} */
    int32_t  classes;        /* {LAMELLA_PROBE_CLASSES_...; 0 = MULTINOMIAL} */
    int32_t  readout;        /* {LAMELLA_READOUT_...; 0 = MEAN} how tokens are pooled first; not WEIGHTED */
    int32_t  standardise;    /* {0 or 1} 1 = columns to mean 0 and spread 1 on each fit's training rows, under their weights; weights come back in raw units */
    int32_t  balanced;       /* {0 or 1} 1 = class weights that give every class of the training rows the same total: all / (classes x the class's) */
    int64_t  n_folds;        /* {1 or more; 0 = 5} where no fold numbers are given */
    double   holdout;        /* {0 or more, under 1} over 0: one fold, of this share of the rows or groups */
    int64_t  seed;           /* {any} of the shuffle before the folds, and of the bootstrap */
    int64_t  max_iterations; /* {1 or more; 0 = 1000} of each fit */
    double   tolerance;      /* {over 0, under 1; 0 = 1e-10} converged is an objective within this share of its least value; where many steps each win
                                little (several classes, large penalties) that is an estimate, and several times as much may be left */
    int64_t  n_bootstrap;    /* {-1 or more; 0 = 1000} resamples; -1 = no intervals */
    double   confidence;     /* {over 0, under 1; 0 = 0.95} */
    int32_t  nested;         /* {0 or 1} 1 = each fold is also scored at the penalty that its own training rows choose, by the other folds: at least 3 folds;
                                as many fits again for each fold. Intervals and `correct` are of that choice then */
    int32_t  reserved0;
    const lamella_view *label_mask;
    const lamella_view *groups;
    const lamella_view *folds;
    const lamella_view *sample_weights;
    const double       *penalties;
    int64_t             n_penalties;
} lamella_probe_linear_options;

/* Sizes of what was fitted, and what to look at. Size-led: the caller sets struct_size only. */
typedef struct lamella_probe_linear_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_layers;
    int64_t  n_tasks;
    int64_t  n_penalties;
    int64_t  n_folds;
    int64_t  n_fits;          /* n_folds + 1, the last on all rows; 1 with a single fold */
    int64_t  n_outputs;       /* over all tasks: 1 for two classes, else one a class */
    int64_t  n_scored;        /* rows that some fold tests */
    int64_t  n_impossible;    /* cells of layer x task x penalty x fit flagged IMPOSSIBLE */
    int64_t  n_not_converged; /* cells flagged NOT_CONVERGED */
    int64_t  n_edge;          /* layers x tasks whose best penalty, if some fold was possible, is the least or the greatest of several */
    int64_t  n_empty_samples; /* of a stack with tokens: samples without a valid one; they take no part */
    int64_t  n_constant_columns; /* where columns are standardised: those of all layers that are constant on the training rows of some fit, where
                                    their weights are 0 */
} lamella_probe_linear_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_probe_linear_options_init(lamella_probe_linear_options *options, uint32_t struct_size);

/**
 * Fits and scores linear probes: every layer x task x penalty x fold in one call.
 *
 *   w, b of each fold's training rows;   z = w.x + b of its test rows;   accuracy, F1, AUC of z, by fold, mean and pooled
 *
 * Folds are shuffled; rows of one group stay on one side, and given folds that part two of them with labels of one task are refused. Two
 * classes or more come from the labels, whatever integers they are. A fold that has fewer than two of them to train on or to test is
 * impossible: means and pooled scores leave its rows out. The best penalty of a layer and task has the highest mean accuracy, of equal ones
 * the strongest penalty; there the pooled scores have bootstrap intervals, groups resampled whole. Sample and class weights weigh the fits,
 * not the scores.
 *
 * An interval covers which rows (or groups) were tested, for these fits: not other training rows, nor other folds. The best of several
 * penalties is chosen by the rows that its interval is of, so that it lies a little high: on labels that are noise, ten penalties put the low
 * end over a half in 7 % of draws, where 95 % promise 2.5 %, and one penalty in 3.5 %. With options->nested the choice is made without the
 * rows that are scored.
 *
 * @paper     Exploring Concept Depth: How Large Language Models Acquire Knowledge at Different Layers?
 * @in        stack          stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then options->readout pools first; masked rows and samples without a valid token are left out
 * @in        labels         i32|i64 [task, sample] {or [sample]; any integers} for one task
 * @in        options        options {optional} NULL: logistic, 5 folds
 * @in        options.label_mask     u8|bool [task, sample] {or [sample]} 0 = no label; NULL: all have one
 * @in        options.groups         i32|i64 [sample] {any integers} rows that stay together; NULL: each row a group of its own
 * @in        options.folds          i32|i64 [sample] the fold that tests the row, 0, 1, ..., or -1: always trained on; NULL: made here
 * @in        options.sample_weights f32|f64 [sample] 0 or more; a row of weight 0 is tested, not trained on; NULL: 1 each
 * @in        options.penalties      list f64 [penalty] each over 0, in any order; NULL: 1
 * @out       probe          handle lamella_probe_linear; NULL on failure
 * @out       result         result {optional}
 * @return    OK, NOTE if a cell was impossible or a sample empty, NOT_CONVERGED if a fit did not converge; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision mixed: logistic rows f32 (f64 is rounded), loss, steps and the last passes f64; ridge f64
 * @cost      logistic: layers in memory as f32, 10 to 30 passes a fit; ridge: one pass a fold, one Cholesky factor a fit
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_fit(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels,
    const lamella_probe_linear_options *options, lamella_probe_linear **probe, lamella_probe_linear_result *result);

/**
 * A named array, READONLY. Axes: fit = the folds, then (if there are two folds or more) the fit on all rows; output = of all tasks in turn.
 *
 *   accuracy f1 auc                        f64 [layer, task, penalty, fold], NaN where impossible;  f1, auc: macro over more than two classes
 *   accuracy_mean ... accuracy_pooled ...  f64 [layer, task, penalty];  n_scored_folds i64, alike: the folds in the mean
 *   accuracy_low accuracy_high f1_low ...  f64 [layer, task]: the interval of the pooled score at the best penalty
 *   best_penalty i64, edge u8              [layer, task]: its place in penalties; whether it is at the grid's edge (0 if no fold was possible)
 *   nested_penalty i64 [layer, task, fold];  accuracy_nested f1_nested auc_nested f64 [layer, task]: with options->nested, the place of each
 *   fold's own choice, and the pooled scores at these
 *   objective gradient_norm f64, iterations i64, flags i32   [layer, task, penalty, fit], bits LAMELLA_CELL_...
 *   weights.L f64 [penalty, fit, output, dim], L = 0 .. n_layers - 1;  intercepts f64 [layer, penalty, fit, output]
 *   depths dims i64 [layer];  penalties f64;  classes i64 of all tasks in turn;  class_offsets output_offsets i64 [task + 1]
 *   rows i64, groups i64, fold i64 [scored]: rows that a fold tests, their groups as given (NULL: the row);  correct u8 [task, layer, scored] at
 *   the best penalty (nested: at each fold's), 255 where not scored: no label, or an impossible fold
 *
 * A class that no training row had has weights 0 and intercept -infinity; where there was one class only, NaN.
 *
 * @in     probe handle lamella_probe_linear
 * @in     name  text
 * @out    out   any [lead] valid until the probe is freed
 * @return OK; ARGUMENT if there is no such array
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_get(const lamella_probe_linear *probe, const char *name, lamella_view *out);

/**
 * Scores states of one layer by the probes of its best penalties, fitted on all rows (with a single fold, on its training rows).
 *
 *   scores[i, k] = w_k . x_i + b_k
 *
 * One f32 row and f32 scores without gaps take no memory and no lock: the product is its own finite check.
 *
 * @in        probe  handle lamella_probe_linear
 * @in        layer  i64 place of the layer in the stack that was fitted
 * @in        x      f32|f64|f16|bf16 [lead, dim] one row or [sample, dim]
 * @out       scores f32 [lead, output_offsets(probe)] the outputs of all tasks in turn
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED; NUMERIC if a score overflows f32
 * @precision f32, in the 64 lanes of one dot
 * @cost      O(samples * outputs * dim)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_score(lamella_context *ctx, const lamella_probe_linear *probe, int64_t layer,
    const lamella_view *x, const lamella_view *scores);

/**
 * What a monitor needs of a probe, as a probe of its own: some of its layers, the penalties that are the best of one of them, and the last fit,
 * which is on all rows.
 *
 * Scores, depths, classes, intervals and flags of these come along, bit for bit; the fits of the folds and what is by row (rows, groups, fold,
 * correct) do not. A layer is numbered by its place in the list.
 *
 * @in     probe    handle lamella_probe_linear
 * @in     layers   list i64 [layer] {optional} places of layers of the probe, rising; NULL: all of them
 * @in     n_layers i64 at least 1; 0 with NULL
 * @out    kept     handle lamella_probe_linear; NULL on failure
 * @return OK; ARGUMENT, MEMORY, LIMIT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_keep(lamella_context *ctx, const lamella_probe_linear *probe, const int64_t *layers,
    int64_t n_layers, lamella_probe_linear **kept);

/**
 * Saves a probe as .safetensors: its arrays; in the metadata `lamella.kind`, `lamella.format` and
 * `lamella.crc32`, of the whole file with zeros for its 8 digits: one in which anything changed is refused.
 *
 * @in     probe handle lamella_probe_linear
 * @in     path  path
 * @return OK; ARGUMENT, MEMORY, IO, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_save(lamella_context *ctx, const lamella_probe_linear *probe, const char *path);

/**
 * Opens a saved probe.
 *
 * @paper  Exploring Concept Depth: How Large Language Models Acquire Knowledge at Different Layers?
 * @in     path  path
 * @out    probe handle lamella_probe_linear; NULL on failure
 * @return OK; ARGUMENT, MEMORY, LIMIT, IO, FORMAT, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_open(lamella_context *ctx, const char *path, lamella_probe_linear **probe);

/**
 * A probe as the bytes of the file that _save writes, without a copy: READONLY, valid until the probe is freed.
 *
 * @in     probe handle lamella_probe_linear
 * @out    bytes u8 [byte]
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_bytes(const lamella_probe_linear *probe, lamella_view *bytes);

/**
 * A probe from the bytes of its file; they are copied.
 *
 * @paper  Exploring Concept Depth: How Large Language Models Acquire Knowledge at Different Layers?
 * @in     bytes u8 [byte] contiguous
 * @out    probe handle lamella_probe_linear; NULL on failure
 * @return OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, FORMAT, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_probe_linear_load(lamella_context *ctx, const lamella_view *bytes, lamella_probe_linear **probe);

/**
 * Frees a probe; views of its memory end with it.
 *
 * @inout  probe handle lamella_probe_linear; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_probe_linear_free(lamella_probe_linear *probe);

#ifdef __cplusplus
}
#endif

#endif
