/* widths: ridge probes of every layer cut to every width, as a grid of layers x dims: measured, in words, drawn, as JSON. */
#ifndef SUPPORT_WIDTHS_H
#define SUPPORT_WIDTHS_H

#include "support/json.h"
#include <lamella.h>

/* Arrays are [layer, width], means over the tasks. Of one task the accuracy is shown; of several (one class against the rest each), where
 * always answering "the rest" is right most of the time, the share of variance told: 1 - error / variance of the labels. */
typedef struct widths_grid {
    const char    *name;
    int64_t        n_layers, n_widths, n_tasks, n_rows, n_impossible;
    const int64_t *depth, *width;
    double        *accuracy, *error, *told;
    double        *penalty;  /* the best one; NaN: of several tasks */
    double         chance;   /* accuracy of always answering the larger class, mean over the tasks */
    int64_t        best;     /* cell of the highest value shown: of equal ones the narrowest, then the shallowest */
} widths_grid;

/* labels i64 [task, sample], two values each. NULL: *status and lamella_last_error say why. */
widths_grid *widths_measure(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const char *name,
                            lamella_status *status);
const char *widths_measured(const widths_grid *w); /* "accuracy", or what else is shown */
const char *widths_title(const widths_grid *w);    /* the same in full */
int         widths_tell(const widths_grid *w); /* some cell is above what chance gives */
const char *widths_best_text(const widths_grid *w);
void        widths_draw(FILE *out, const widths_grid *w);
void        widths_text(FILE *out, const widths_grid *w);
void        widths_json(json *j, const char *key, const widths_grid *w);

#endif
