/* Counting from several threads: the sum does not depend on their order. */
#ifndef BASE_ATOMIC_H
#define BASE_ATOMIC_H

#include <stdint.h>

static inline void tally_add(int64_t *tally, int64_t n)
{
    __atomic_fetch_add(tally, n, __ATOMIC_RELAXED);
}

#endif
