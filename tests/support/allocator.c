#include "support/allocator.h"
#include <stdlib.h>
#include <string.h>

/* Stands right before the memory given out, so that its end is the end of the block and a sanitizer sees every overrun. */
typedef struct allocation {
    int64_t bytes, alignment;
    uint64_t mark;
} allocation;

#define ALLOCATION_MARK 0x6c616d656c6c6121u

static int64_t header_bytes(int64_t alignment)
{
    return alignment > (int64_t)sizeof(allocation) ? alignment : 64;
}

static void raise_peak(test_allocator *a, int64_t live_bytes)
{
    int64_t peak = __atomic_load_n(&a->peak_bytes, __ATOMIC_RELAXED);
    while (live_bytes > peak && !__atomic_compare_exchange_n(&a->peak_bytes, &peak, live_bytes, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

void *test_allocate(int64_t bytes, int64_t alignment, void *user)
{
    test_allocator *a = user;
    int64_t call = __atomic_add_fetch(&a->calls, 1, __ATOMIC_RELAXED);
    if (a->fail_at && (a->fail_onward ? call >= a->fail_at : call == a->fail_at))
        return NULL;
    int64_t header = header_bytes(alignment);
    void *block;
    if (bytes < 0 || bytes > INT64_MAX - header || posix_memalign(&block, (size_t)header, (size_t)(header + bytes)))
        return NULL;
    char *memory = (char *)block + header;
    allocation made = { bytes, alignment, ALLOCATION_MARK };
    memcpy(memory - sizeof made, &made, sizeof made);
    memset(memory, 0xa5, (size_t)bytes);
    __atomic_add_fetch(&a->live, 1, __ATOMIC_RELAXED);
    raise_peak(a, __atomic_add_fetch(&a->live_bytes, bytes, __ATOMIC_RELAXED));
    return memory;
}

void test_release(void *memory, int64_t bytes, int64_t alignment, void *user)
{
    test_allocator *a = user;
    allocation made;
    memcpy(&made, (char *)memory - sizeof made, sizeof made);
    if (made.mark != ALLOCATION_MARK || made.bytes != bytes || made.alignment != alignment)
        __atomic_add_fetch(&a->mistakes, 1, __ATOMIC_RELAXED);
    if (made.mark != ALLOCATION_MARK)
        return;
    memset((char *)memory - sizeof made, 0x5a, (size_t)(made.bytes + (int64_t)sizeof made));
    __atomic_sub_fetch(&a->live, 1, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&a->live_bytes, made.bytes, __ATOMIC_RELAXED);
    free((char *)memory - header_bytes(made.alignment));
}

void test_allocator_fail(test_allocator *a, int64_t k, int onward)
{
    a->calls = 0;
    a->fail_at = k;
    a->fail_onward = onward;
}
