#include "tensor/pieces.h"

#define PIECE_LENGTH 65536
#define PIECES_BATCH 64 /* tasks between two polls for a stop */

pieces pieces_of(const lamella_view *v)
{
    pieces p = { .n_runs = view_runs(v), .run_length = run_length(v) };
    p.length = MAX(MIN(p.run_length, PIECE_LENGTH), 1);
    p.per_run = (p.run_length + p.length - 1) / p.length;
    p.per_task = PIECE_LENGTH / p.length;
    p.n_tasks = (p.n_runs * p.per_run + p.per_task - 1) / p.per_task;
    return p;
}

static void pieces_task(int64_t i, void *data)
{
    const pieces *p = data;
    int64_t task = p->first_task + i, end = MIN((task + 1) * p->per_task, p->n_runs * p->per_run);
    for (int64_t piece = task * p->per_task; piece < end; piece++) {
        int64_t first = piece % p->per_run * p->length;
        p->work(piece / p->per_run, first, MIN(p->length, p->run_length - first), p->data);
    }
}

lamella_status pieces_run(call *c, pieces *p, void (*work)(int64_t run, int64_t first, int64_t n, void *data), void *data)
{
    p->work = work;
    p->data = data;
    for (p->first_task = 0; p->first_task < p->n_tasks; p->first_task += PIECES_BATCH) {
        TRY(progress(c, p->first_task, p->n_tasks));
        TRY(parallel(c, MIN(PIECES_BATCH, p->n_tasks - p->first_task), pieces_task, p));
    }
    return progress(c, p->n_tasks, p->n_tasks);
}
