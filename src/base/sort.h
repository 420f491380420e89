/* Sorting without memory. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include "base/base.h"

/* As qsort, elements of at most 64 bytes. What compares equal ends in any order, the same one each time. Any thread. */
LAMELLA_INTERNAL void sort_elements(void *base, int64_t n, int64_t size, int (*compare)(const void *a, const void *b));

#endif
