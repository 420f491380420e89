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

#endif
