/* Work over the elements of a view: pieces of its runs along the last axis, a few thousand elements a task. */
#ifndef TENSOR_PIECES_H
#define TENSOR_PIECES_H

#include "tensor/tensor.h"

typedef struct pieces {
    int64_t n_runs, run_length;
    int64_t length;   /* of a piece; the last of a run may be short */
    int64_t per_run, per_task, n_tasks;
    void  (*work)(int64_t run, int64_t first, int64_t n, void *data);
    void   *data;
    int64_t first_task; /* of the batch under way */
} pieces;

/* Calls work(run, first, n, data) for elements first .. first + n - 1 of every run; polls for a stop between batches. */
LAMELLA_INTERNAL pieces         pieces_of(const lamella_view *v);
LAMELLA_INTERNAL lamella_status pieces_run(call *c, pieces *p, void (*work)(int64_t run, int64_t first, int64_t n, void *data), void *data);

#endif
