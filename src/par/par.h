/* Threads: the context's own pool, the host's parallel_for, or the calling thread alone. Level 1. */
#ifndef PAR_PAR_H
#define PAR_PAR_H

#include "base/base.h"

typedef struct pool pool;

LAMELLA_INTERNAL int32_t cpus_of_affinity_mask(void);
/* threads - 1 workers beside the caller; MEMORY if they cannot be started. */
LAMELLA_INTERNAL lamella_status pool_create(call *c, int32_t threads, pool **p);
LAMELLA_INTERNAL void           pool_free(pool *p);

/* Runs task(0 .. n - 1, data), all before it returns. Work is cut by data, never by the number of threads. Tasks never allocate,
 * log, report progress or set messages. CALLBACK or STOPPED if the host's parallel_for says so. */
LAMELLA_INTERNAL lamella_status parallel(call *c, int64_t n, void (*task)(int64_t i, void *data), void *data);
/* The same for tasks that last: after each that the calling thread ran, progress is told of all that are done, and once it says STOPPED
 * the rest is left undone. A host's parallel_for may run none on that thread, so it gets `at_once` at a time. */
LAMELLA_INTERNAL lamella_status parallel_asking(call *c, int64_t n, int64_t at_once, void (*task)(int64_t i, void *data), void *data);
LAMELLA_INTERNAL int32_t        parallel_width(const call *c);
/* 1 in a task on the thread that made the call. */
LAMELLA_INTERNAL int            parallel_is_caller(const call *c);

/* One piece of memory per thread that can run at once; claimed and released by tasks. */
typedef struct scratch {
    char    *memory;
    int64_t  bytes;  /* of one piece, a multiple of 64 */
    int64_t  n;      /* at most 256 */
    uint64_t taken[4];
} scratch;

LAMELLA_INTERNAL lamella_status scratch_open(call *c, int64_t bytes, scratch *s);
LAMELLA_INTERNAL void          *scratch_claim(scratch *s);
LAMELLA_INTERNAL void           scratch_release(scratch *s, void *piece);

/* The lowest number that any task reported; INT64_MAX: none. */
typedef struct lowest { int64_t value; } lowest;
LAMELLA_INTERNAL void    lowest_reset(lowest *l);
LAMELLA_INTERNAL void    lowest_report(lowest *l, int64_t value);
LAMELLA_INTERNAL int64_t lowest_get(const lowest *l);

#endif
