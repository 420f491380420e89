/* Grids of ridge probes in memory, for the tests of this folder. */
#ifndef MATRYOSHKA_RIDGES_H
#define MATRYOSHKA_RIDGES_H

#include "support/golden.h"
#include <math.h>

enum { MOST = 4096 };

typedef struct grid {
    int64_t n_layers, n_widths, n_penalties, n_tasks;
    double  error[MOST], accuracy[MOST];
    int64_t best[MOST];
    int32_t flags[MOST];
    lamella_matryoshka_ridge_result result;
} grid;

static inline lamella_status probe_tokens(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const double *penalties,
                            int64_t n_penalties, const int64_t *widths, int64_t n_widths, int32_t readout, grid *g)
{
    g->n_layers = stack->n_layers, g->n_widths = n_widths, g->n_penalties = n_penalties, g->n_tasks = labels->rank == 1 ? 1 : labels->shape[0];
    lamella_view error = view_of(LAMELLA_F64, g->error, g->n_layers, n_widths, n_penalties, g->n_tasks);
    lamella_view accuracy = view_of(LAMELLA_F64, g->accuracy, g->n_layers, n_widths, n_penalties, g->n_tasks);
    lamella_view best = view_of(LAMELLA_I64, g->best, g->n_layers, n_widths, g->n_tasks);
    lamella_view flags = view_of(LAMELLA_I32, g->flags, g->n_layers, n_widths, g->n_tasks);
    const lamella_matryoshka_ridge_options options = { .struct_size = sizeof options, .readout = readout };
    g->result.struct_size = sizeof g->result;
    return lamella_matryoshka_ridge(ctx, stack, labels, penalties, n_penalties, widths, n_widths, &options,
                                    WITH(lamella_matryoshka_ridge_outputs, .error = &error, .accuracy = &accuracy, .best = &best,
                                         .flags = &flags), &g->result);
}

/* Of rows. */
static inline lamella_status probe(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const double *penalties,
                                   int64_t n_penalties, const int64_t *widths, int64_t n_widths, grid *g)
{
    return probe_tokens(ctx, stack, labels, penalties, n_penalties, widths, n_widths, 0, g);
}

static inline lamella_stack stack_of(const lamella_view *layer, int64_t n)
{
    return (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = layer, .n_layers = n };
}

/* In -1 .. 1. */
static inline float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (1 << 23) - 1;
}

#endif
