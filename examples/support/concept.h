/* concept: how well linear probes of each layer tell a label, and what that says of its depth: measured, in words, drawn, as JSON. */
#ifndef SUPPORT_CONCEPT_H
#define SUPPORT_CONCEPT_H

#include "support/json.h"
#include <lamella.h>

/* One task. Arrays are [layer]; scores are those of the rows that no training saw, intervals are bootstrapped. */
typedef struct concept {
    const char    *name, *what;
    int64_t        n_rows, n_classes, n_largest; /* n_largest: rows of the most frequent class */
    int64_t        n_layers, n_depths;
    const int64_t *depth;
    int            possible; /* some fold could be trained and tested */
    double        *accuracy, *low, *high, *auc, *auc_low, *auc_high;
    uint8_t       *as_good;  /* 1: a paired bootstrap does not tell it from the best */
    int64_t        best, n_best;
    double         jump, converging, settled; /* shares of n_depths; NaN: none */
    double         rise, rise_low, rise_high; /* in accuracy at the jump, and its paired interval */
} concept;

typedef struct concept_task {
    const char *name, *what;
} concept_task;

/* Logistic probes of every layer for labels [task, sample], in one call; groups (NULL: none) stay together. NULL: *status and
 * lamella_last_error say why. */
concept *concepts_measure(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const lamella_view *groups,
                          const concept_task *task, int64_t n_tasks, lamella_status *status);

double      concept_chance(const concept *c);      /* accuracy of always answering the most frequent class */
const char *concept_larger(const concept *c);      /* "larger" of two classes, "largest" of more */
const char *concept_good_text(const concept *c);   /* "1-5": the depths as good as the best */
const char *concept_depth_text(const concept *c, double share); /* "1/7", "none" */

/* Sentences: the best, what is not told from it, what the points are, and what the intervals do not carry. */
const char *concept_best_text(const concept *c);
const char *concept_claim_text(const concept *c);
const char *concept_points_text(const concept *c);

/* Accuracy over depth, or AUC; y from `low` to 1. */
void concept_draw(FILE *out, const concept *c, double low);
void concept_draw_auc(FILE *out, const concept *c, double low);
/* All scores and intervals of a task. */
void concept_write_table(FILE *out, const concept *c);
/* One line a task: accuracy at every layer, * where it is as good as the best. */
void concept_text(FILE *out, const concept *c, int64_t n_tasks);
void concept_json(json *j, const concept *c);

#endif
