/* The pool's side of `parallel`. */
#ifndef PAR_POOL_H
#define PAR_POOL_H

#include "par/par.h"

/* Runs task(0 .. n - 1, data) on the workers and the calling thread; MEMORY if a forked child cannot start workers of its own. */
LAMELLA_INTERNAL lamella_status pool_run(call *c, pool *p, int64_t n, void (*task)(int64_t i, void *data), void *data);

#endif
