#include "support/malloc.h"
#include <errno.h>
#include <stddef.h>

static int64_t calls, fail_at, fail_onward;

void malloc_fail(int64_t k, int onward)
{
    __atomic_store_n(&fail_onward, onward, __ATOMIC_SEQ_CST);
    __atomic_store_n(&calls, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&fail_at, k, __ATOMIC_SEQ_CST);
}

int64_t malloc_calls(void)
{
    return __atomic_load_n(&calls, __ATOMIC_SEQ_CST);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

int malloc_is_ours(void)
{
    return 0;
}

#else

/* glibc's own, by the names that stay when malloc is replaced. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

int malloc_is_ours(void)
{
    return 1;
}

static int fails_now(void)
{
    int64_t call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST), at = __atomic_load_n(&fail_at, __ATOMIC_SEQ_CST);
    if (!at || (__atomic_load_n(&fail_onward, __ATOMIC_SEQ_CST) ? call < at : call != at))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t bytes)
{
    return fails_now() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    return fails_now() ? NULL : __libc_calloc(n, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    return fails_now() ? NULL : __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
    return fails_now() ? NULL : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    void *taken = memalign(alignment, bytes);
    if (!taken)
        return ENOMEM;
    *memory = taken;
    return 0;
}

#endif
