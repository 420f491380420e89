/* Contexts that have a pool and nothing else, and tasks that tell what was run. */
#ifndef TESTS_PAR_POOLS_H
#define TESTS_PAR_POOLS_H

#include "par/par.h"
#include "support/test.h"
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define UNDER_THREAD_SANITIZER 1
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER 1
#endif

enum { MOST = 1000 };

/* A context of so many threads, as far as this room goes. */
static inline lamella_status start_pool(lamella_context *ctx)
{
    CALL(NULL, pool_create(c, ctx->threads, &ctx->pool));
}

/* No checks where another thread may be: a pool that does not start shows as threads = 0. */
static inline lamella_context context_of(int32_t threads)
{
    lamella_context ctx = { .memory = allocator_of_libc(), .threads = threads };
    if (threads > 1 && start_pool(&ctx) != LAMELLA_OK)
        ctx.threads = 0;
    return ctx;
}

static inline void end_context(lamella_context *ctx)
{
    if (ctx->pool)
        pool_free(ctx->pool);
}

static inline lamella_status run(lamella_context *ctx, int64_t n, void (*task)(int64_t i, void *data), void *data)
{
    CALL(ctx, parallel(c, n, task, data));
}

typedef struct squares { int64_t of[MOST]; int64_t times[MOST]; } squares;

static inline void square(int64_t i, void *data)
{
    squares *s = data;
    s->of[i] = i * i;
    s->times[i]++;
}

/* 1: squares of 0 .. n - 1, each computed once. */
static inline int squares_are_right(lamella_context *ctx, int64_t n)
{
    static squares s;
    memset(&s, 0, sizeof s);
    if (run(ctx, n, square, &s) != LAMELLA_OK)
        return 0;
    for (int64_t i = 0; i < MOST; i++)
        if (s.times[i] != (i < n) || s.of[i] != (i < n ? i * i : 0))
            return 0;
    return 1;
}

/* The tasks of a job wait for each other: they end only if as many run at once. */
typedef struct meeting { int64_t expected, arrived; } meeting;

static inline void meet(int64_t i, void *data)
{
    meeting *m = data;
    (void)i;
    __atomic_fetch_add(&m->arrived, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&m->arrived, __ATOMIC_RELAXED) < m->expected)
        usleep(100);
}

/* Limits the address space to what is used and 50 MiB; 0: no longer. */
static inline void leave_room_for_some_stacks(int limited)
{
    struct rlimit limit;
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    int known = f && fscanf(f, "%ld", &pages) == 1;
    if (f)
        fclose(f);
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = limited && known ? (rlim_t)(pages * sysconf(_SC_PAGESIZE) + (50 << 20)) : limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
}

#endif
