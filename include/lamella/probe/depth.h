/* depth: the layer where a concept is decided: jump, converging and settled points, and the layers no worse than the best */
#ifndef LAMELLA_PROBE_DEPTH_H
#define LAMELLA_PROBE_DEPTH_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means default. */
typedef struct lamella_probe_depth_options {
    uint32_t struct_size;
    uint32_t reserved0;
    double   jump;        /* {over 0; 0 = 1.1} a rise by this factor or more */
    double   flat;        /* {over 0; 0 = 0.03} a step is flat if its factor is nearer to 1 than this; one that lies exactly here is not */
    int64_t  n_depths;    /* {0 or more} 0 = the number of layers given; what depths are measured against, so that of the whole model */
    int64_t  n_bootstrap; /* {1 or more; 0 = 1000} resamples */
    double   confidence;  /* {over 0, under 1; 0 = 0.95} */
    int64_t  seed; /* {any} */
    const lamella_view *groups;
    const int64_t      *depths;
    int64_t             n_layers;
} lamella_probe_depth_options;

/* What is wanted. */
typedef struct lamella_probe_depth_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *accuracy;
    const lamella_view *beta;
    const lamella_view *as_good;
    const lamella_view *difference;
} lamella_probe_depth_outputs;

/* Depths are shares of n_depths, 0 to 1; NaN: there is no such point, which is an answer. Size-led: the caller sets struct_size only. */
typedef struct lamella_probe_depth_result {
    uint32_t struct_size;
    uint32_t reserved0;
    double   jump;       /* the first layer that rises by options->jump over the one before; a rise from 0 has no factor */
    double   converging; /* the last flat step, which need not be followed by flat ones only */
    double   settled;    /* the first layer after which every step is flat; none if that is the last layer */
    int64_t  best;       /* place of the layer with the highest accuracy, of equal ones the first */
    int64_t  n_best;     /* layers that the bootstrap does not tell from it, itself among them */
    int64_t  n_left_out; /* samples that are not scored (255) */
} lamella_probe_depth_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_probe_depth_options_init(lamella_probe_depth_options *options, uint32_t struct_size);

/**
 * Where along the layers an accuracy jumps, converges and settles, and which layers are as good as the best.
 *
 *   beta_l = accuracy_l / accuracy_(l-1);   jump: first beta >= 1.1;   converging: last |beta - 1| < 0.03;   settled: all after it flat
 *
 * Factors are quotients of counts, rounded once: a rise from 20 rows of 50 to 22 is exactly 1.1, and one of three hundredths is no flat step.
 * The layers that are as good: those whose difference to the best has 0 in its paired bootstrap interval, the same rows drawn for both.
 * A highest accuracy alone is no depth: neighbours differ by less than the rows can tell. Samples that are 255 at every layer are left out,
 * as if they were not given: they had no label, or their fold could not be tested. 255 at some layers only is refused.
 *
 * @paper     Exploring Concept Depth: How Large Language Models Acquire Knowledge at Different Layers?
 * @in        correct    u8|bool [layer, sample] 1 = the layer's probe had the row right, u8 255 = not scored; of a fitted probe: its array `correct`, one task
 * @in        options    options {optional} NULL: default
 * @in        options.groups     i32|i64 [sample] resampled whole; of a fitted probe: its array `groups`; NULL: each row a group of its own
 * @in        options.depths     list i64 [layer] of each layer, rising from 0 or more, at most n_depths; NULL: 0, 1, ...
 * @out       outputs    outputs {optional} NULL: none
 * @out       outputs.accuracy   f64 [layer]
 * @out       outputs.beta       f64 [layer] NaN for the first, and after an accuracy of 0
 * @out       outputs.as_good    u8 [layer] 1 = not told from the best
 * @out       outputs.difference f64 [layer, 2] interval of the accuracy less the best layer's
 * @out       result     result
 * @return    OK; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(n_bootstrap * layers * samples)
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_probe_depth(lamella_context *ctx, const lamella_view *correct,
    const lamella_probe_depth_options *options, const lamella_probe_depth_outputs *outputs, lamella_probe_depth_result *result);

#ifdef __cplusplus
}
#endif

#endif
