/* Samples: what labels, masks, groups, weights and ids are by. Level 3.
 *
 * A sample takes part unless it is under a mask or, of a stack with tokens, has none. What is given of one that does not is never read.
 * Arrays that come of views are in the call's arena, [n] by sample, 0 where the sample takes no part. */
#ifndef SAMPLES_SAMPLES_H
#define SAMPLES_SAMPLES_H

#include "reduce/reduce.h"

typedef struct samples {
    int64_t              n;
    const unsigned char *valid;   /* NULL = all take part, or [n] */
    int64_t              n_valid;
    const int64_t       *listed;  /* NULL = 0 .. n - 1, or [n_valid]: those that take part, rising */
    double              *weight;  /* [n], once weighed; NULL = 1 each */
    /* of a stack */
    stack                rows;    /* [sample, dim(l)]: one row a sample; of a stack without tokens that stack as it is */
    int64_t              n_empty; /* samples without a valid token */
} samples;

/* The i-th of those that take part. */
static inline int64_t sample_at(const samples *s, int64_t i)
{
    return s->listed ? s->listed[i] : i;
}

/* ---- which: samples/samples.c. EMPTY if none takes part ---- */

/* Of a checked stack, which stays as long as they; not WEIGHTED. Rows of tokens are made as they are asked for, f32, bit for bit those of
 * lamella_fusion_pool. */
LAMELLA_INTERNAL lamella_status samples_of_stack(call *c, const stack *given, int32_t readout, samples *s);
/* Of n rows without a stack; mask: the host's u8|bool [n], or NULL. */
LAMELLA_INTERNAL lamella_status samples_of_rows(call *c, int64_t n, const lamella_view *mask, samples *s);
/* Of n rows of which it is known which take part: valid [n] stays as long as they. */
LAMELLA_INTERNAL lamella_status samples_of_valid(call *c, int64_t n, const unsigned char *valid, samples *s);

/* ---- what is given by sample: samples/given.c ---- */

/* The host's i32|i64 [n]. */
LAMELLA_INTERNAL lamella_status samples_integers(call *c, const samples *s, const lamella_view *theirs, const char *name, int64_t **x);
/* A checked float view [n] or [n, k], row-major: finite, or NONFINITE. */
LAMELLA_INTERNAL lamella_status samples_numbers(call *c, const samples *s, const lamella_view *v, const char *name, double **x);
/* Their weights: the host's f32|f64 [n], each finite and 0 or more; NULL: 1 each. */
LAMELLA_INTERNAL lamella_status samples_weigh(call *c, samples *s, const lamella_view *theirs, const char *name);

typedef struct sample_groups {
    int64_t        n;
    const int64_t *of; /* [samples]: 0 .. n - 1, by rising label; NULL = every sample is one */
} sample_groups;

/* Of labels [n], which are overwritten: first with those of the samples that take part. */
LAMELLA_INTERNAL lamella_status samples_grouped(call *c, const samples *s, int64_t *label, sample_groups *g);
/* The host's i32|i64 [n], any integers; NULL: every sample that takes part is a group of its own. */
LAMELLA_INTERNAL lamella_status samples_groups(call *c, const samples *s, const lamella_view *theirs, const char *name, sample_groups *g);

/* ---- labels to classes: samples/labels.c ---- */

enum { FEW_CLASSES = 32 };

/* The host's i32|i64 [task, n], or [n] for one task; mask: u8|bool alike, 0 = no label, NULL: all have one. Memory is taken only for tasks of
 * more classes than a few. */
typedef struct label_reader {
    const samples *s;
    int64_t        n_tasks;
    lamella_view   labels, mask; /* [task, n] */
    int            has_mask;
    const int64_t *classes;      /* [n_classes] of the task read last: the labels that occur, rising */
    int64_t        n_classes;
    int64_t        few[FEW_CLASSES];
    int64_t       *many;         /* [s->n_valid], and room to sort, taken with the first task of more classes */
    keyed_row     *sorted;
} label_reader;

LAMELLA_INTERNAL lamella_status label_reader_open(call *c, const samples *s, const lamella_view *labels, const lamella_view *mask, label_reader *r);
/* class_of [n]: which of the task's classes; -1: no label, or the sample takes no part. */
LAMELLA_INTERNAL lamella_status label_reader_task(call *c, label_reader *r, int64_t task, int32_t *class_of);

/* All of them, kept. */
typedef struct sample_labels {
    int64_t  n_tasks;
    int64_t *offset;   /* [task + 1] of a task's classes in `classes` */
    int64_t *classes;  /* of all tasks in turn */
    int32_t *class_of; /* [task, n] */
} sample_labels;

LAMELLA_INTERNAL lamella_status samples_labels(call *c, const samples *s, const lamella_view *labels, const lamella_view *mask, sample_labels *l);

typedef struct sample_classes {
    int64_t        n;
    const int32_t *of;        /* [samples]: 0 .. n - 1 */
    int64_t        n_present;
} sample_classes;

/* The host's i32|i64 [n]: of the classes that a list names, in its order, or (NULL) of those that occur, two at least. */
LAMELLA_INTERNAL lamella_status samples_classes(call *c, const samples *s, const lamella_view *theirs, const char *name, const int64_t *named,
                                                int64_t n_named, sample_classes *k);

#endif
