#define _GNU_SOURCE /* dl_iterate_phdr, RTLD_DEFAULT */
#include "support/malloc.h"
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdlib.h>

static int64_t calls, fail_at, fail_onward;
static uintptr_t watched_low, watched_high; /* the code of one library; none: of all */

void malloc_fail(int64_t k, int onward)
{
    __atomic_store_n(&fail_onward, onward, __ATOMIC_SEQ_CST);
    __atomic_store_n(&calls, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&fail_at, k, __ATOMIC_SEQ_CST);
}

static int find_library(struct dl_phdr_info *info, size_t size, void *function)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t low = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, high = low + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && low <= *(uintptr_t *)function && *(uintptr_t *)function < high) {
            watched_low = low;
            watched_high = high;
            return 1;
        }
    }
    return 0;
}

void malloc_watch(const char *function)
{
    uintptr_t address = function ? (uintptr_t)dlsym(RTLD_DEFAULT, function) : 0;
    watched_low = watched_high = 0;
    if (address && dl_iterate_phdr(find_library, &address) && (uintptr_t)&malloc_watch - watched_low < watched_high - watched_low)
        watched_low = watched_high = 0;
    if (function && !watched_high)
        watched_low = watched_high = 1; /* nobody's */
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

/* What watches a program's memory may have put its own in our place. */
int malloc_is_ours(void)
{
    uintptr_t low = watched_low, high = watched_high;
    int64_t before = malloc_calls();
    watched_low = watched_high = 0;
    void *volatile memory = malloc(1);
    free(memory);
    watched_low = low;
    watched_high = high;
    return malloc_calls() > before;
}

static int fails_now(const void *caller)
{
    if (watched_high && (uintptr_t)caller - watched_low >= watched_high - watched_low)
        return 0;
    int64_t call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST), at = __atomic_load_n(&fail_at, __ATOMIC_SEQ_CST);
    if (!at || (__atomic_load_n(&fail_onward, __ATOMIC_SEQ_CST) ? call < at : call != at))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t bytes)
{
    return fails_now(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    return fails_now(__builtin_return_address(0)) ? NULL : __libc_calloc(n, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    return fails_now(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
    return fails_now(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return fails_now(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    void *taken = fails_now(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
    if (!taken)
        return ENOMEM;
    *memory = taken;
    return 0;
}

#endif
