/* Memory that ends where a page ends that no one may touch: what is read or written past it ends the test. */
#ifndef SUPPORT_GUARDED_H
#define SUPPORT_GUARDED_H

#include "support/test.h"
#include <sys/mman.h>
#include <unistd.h>

/* A copy of `bytes` bytes, or that many of nothing; aligned to what divides their number. It stays until the process ends. */
static inline void *guarded(const void *from, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
    char *memory = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(memory != MAP_FAILED);
    ck_assert(mprotect(memory + whole, page, PROT_NONE) == 0);
    if (from)
        memcpy(memory + whole - bytes, from, bytes);
    return memory + whole - bytes;
}

/* For lamella_context_options: every block ends so, and is full of NaNs; a block of more than the arena's step is one piece. */
static inline void *guarded_allocate(int64_t bytes, int64_t alignment, void *user)
{
    (void)user;
    char *memory = guarded(NULL, (size_t)((bytes + alignment - 1) / alignment * alignment));
    memset(memory, 0xff, (size_t)bytes);
    return memory;
}

static inline void guarded_release(void *memory, int64_t bytes, int64_t alignment, void *user)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = ((size_t)((bytes + alignment - 1) / alignment * alignment) + page - 1) / page * page;
    (void)user;
    munmap((char *)memory - (uintptr_t)memory % page, whole + page);
}

static inline lamella_context *guarded_context(int32_t threads)
{
    lamella_context *ctx;
    const lamella_context_options options = { .struct_size = sizeof options, .threads = threads, .allocate = guarded_allocate, .release = guarded_release };
    ck_assert_int_eq(lamella_context_create(&options, &ctx), LAMELLA_OK);
    return ctx;
}

#endif
