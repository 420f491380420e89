/* Heapsort: libc's qsort may allocate, and threads of ours sort too. */
#include "base/base.h"

#include <string.h>

#define SORTED_BYTES 64

typedef struct sorted {
    char   *base;
    int64_t size;
    int   (*compare)(const void *a, const void *b);
} sorted;

static char *sorted_at(const sorted *s, int64_t i)
{
    return s->base + i * s->size;
}

static void swap_sorted(const sorted *s, int64_t i, int64_t j)
{
    char kept[SORTED_BYTES];
    memcpy(kept, sorted_at(s, i), (size_t)s->size);
    memcpy(sorted_at(s, i), sorted_at(s, j), (size_t)s->size);
    memcpy(sorted_at(s, j), kept, (size_t)s->size);
}

/* Element i goes down until none of its children is larger. */
static void sink_sorted(const sorted *s, int64_t i, int64_t n)
{
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && s->compare(sorted_at(s, child), sorted_at(s, child + 1)) < 0)
            child++;
        if (s->compare(sorted_at(s, i), sorted_at(s, child)) >= 0)
            return;
        swap_sorted(s, i, child);
    }
}

void sort_elements(void *base, int64_t n, int64_t size, int (*compare)(const void *a, const void *b))
{
    const sorted s = { base, size, compare };
    for (int64_t i = n / 2 - 1; i >= 0; i--)
        sink_sorted(&s, i, n);
    for (int64_t last = n - 1; last > 0; last--) {
        swap_sorted(&s, 0, last);
        sink_sorted(&s, 0, last);
    }
}
