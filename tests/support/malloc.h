/* The process's own malloc, which fails on demand: for what a library below allocates without asking the context. */
#ifndef SUPPORT_MALLOC_H
#define SUPPORT_MALLOC_H

#include <stdint.h>

/* Starts counting allocations anew, of any thread and library: the k-th from here fails, once or from there on; k = 0: none. */
void    malloc_fail(int64_t k, int onward);
/* Allocations asked for since, failed ones included. */
int64_t malloc_calls(void);

/* Counts, and fails, only what the library asks for that this function is of; NULL: everything. If it is linked in statically: nothing. */
void    malloc_watch(const char *function);

/* 0 where a sanitizer has a malloc of its own: then nothing is counted and nothing fails. */
int     malloc_is_ours(void);

#endif
