/* An allocator that counts, checks what it is given back, and fails on demand. */
#ifndef SUPPORT_ALLOCATOR_H
#define SUPPORT_ALLOCATOR_H

#include <stdint.h>

/* Zeroed, it counts only. A context takes one `user` for all callbacks: it may be any struct that begins with this one. */
typedef struct test_allocator {
    int64_t calls;      /* allocations asked for, failed ones included */
    int64_t live;       /* allocations not released */
    int64_t live_bytes;
    int64_t peak_bytes;
    int64_t mistakes;   /* releases that named another size or alignment than the allocation, or no allocation at all */
    int64_t fail_at;    /* the call of this number fails, counted from 1; 0 = none does */
    int64_t fail_onward;/* and so do all after it */
} test_allocator;

/* For lamella_context_options, with `user` a test_allocator. New memory is full of 0xa5, released memory of 0x5a. Any thread. */
void *test_allocate(int64_t bytes, int64_t alignment, void *user);
void  test_release(void *memory, int64_t bytes, int64_t alignment, void *user);

/* Starts counting calls anew: the k-th from here fails, once or from there on; k = 0: none. */
void test_allocator_fail(test_allocator *a, int64_t k, int onward);

#endif
