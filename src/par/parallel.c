/* Who runs the tasks of a call: the host's parallel_for, the context's pool, or the calling thread alone. */
#include "par/pool.h"
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

int32_t parallel_width(const call *c)
{
    const lamella_context *ctx = c->ctx;
    return ctx && (ctx->pool || ctx->parallel_for) ? MAX(ctx->threads, 1) : 1;
}

int parallel_is_caller(const call *c)
{
    return !c->ctx || c->ctx->user_thread == (uintptr_t)pthread_self();
}

/* The kernel's call itself: libc's wrapper hides behind _GNU_SOURCE and its fixed set of 1,024. */
int32_t cpus_of_affinity_mask(void)
{
    uint64_t mask[256] = { 0 }; /* 16,384 CPUs */
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int32_t n = 0;
    for (long word = 0; word * 8 < bytes; word++)
        n += __builtin_popcountll(mask[word]);
    return MAX(n, 1);
}

/* What the host runs: our task, counted, so that a parallel_for that leaves some out is noticed. */
typedef struct counted_task {
    void  (*task)(int64_t i, void *data);
    void   *data;
    int64_t n;
    int64_t ran;
} counted_task;

static void run_counted_task(int64_t i, void *data)
{
    counted_task *t = data;
    if (i < 0 || i >= t->n)
        return;
    t->task(i, t->data);
    __atomic_fetch_add(&t->ran, 1, __ATOMIC_RELEASE);
}

static lamella_status parallel_on_host(call *c, int64_t n, void (*task)(int64_t i, void *data), void *data)
{
    counted_task counted = { task, data, n, 0 };
    TRY(answered(c, c->ctx->parallel_for(n, run_counted_task, &counted, c->ctx->user), 0, 0, "parallel_for"));
    int64_t ran = __atomic_load_n(&counted.ran, __ATOMIC_ACQUIRE);
    if (ran != n)
        return fail(c, LAMELLA_ERR_CALLBACK, "parallel_for ran %lld tasks, expected %lld", (long long)ran, (long long)n);
    return LAMELLA_OK;
}

lamella_status parallel(call *c, int64_t n, void (*task)(int64_t i, void *data), void *data)
{
    if (n > 1 && c->ctx && c->ctx->parallel_for)
        return parallel_on_host(c, n, task, data);
    if (n > 1 && c->ctx && c->ctx->pool)
        return pool_run(c, c->ctx->pool, n, task, data);
    for (int64_t i = 0; i < n; i++)
        task(i, data);
    return LAMELLA_OK;
}

/* Tasks that last, of which the first is number `first` of n. */
typedef struct asking_task {
    call          *c;
    void         (*task)(int64_t i, void *data);
    void          *data;
    int64_t        first, n, done;
    lamella_status status; /* of the last question; only the calling thread asks, the others look */
} asking_task;

static void run_asking_task(int64_t i, void *data)
{
    asking_task *t = data;
    if (__atomic_load_n(&t->status, __ATOMIC_RELAXED) != LAMELLA_OK)
        return;
    t->task(t->first + i, t->data);
    int64_t done = __atomic_add_fetch(&t->done, 1, __ATOMIC_RELAXED);
    if (parallel_is_caller(t->c))
        __atomic_store_n(&t->status, progress(t->c, done, t->n), __ATOMIC_RELAXED);
}

lamella_status parallel_asking(call *c, int64_t n, int64_t at_once, void (*task)(int64_t i, void *data), void *data)
{
    asking_task t = { c, task, data, 0, n, 0, LAMELLA_OK };
    int64_t step = c->ctx && c->ctx->parallel_for ? at_once : MAX(n, 1);
    TRY(progress(c, 0, n));
    for (; t.first < n; t.first += step) {
        TRY(parallel(c, MIN(step, n - t.first), run_asking_task, &t));
        TRY(t.status);
        TRY(progress(c, t.done, n));
    }
    return LAMELLA_OK;
}

void lowest_reset(lowest *l)
{
    __atomic_store_n(&l->value, INT64_MAX, __ATOMIC_RELAXED);
}

void lowest_report(lowest *l, int64_t value)
{
    int64_t before = lowest_get(l);
    while (value < before && !__atomic_compare_exchange_n(&l->value, &before, value, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

int64_t lowest_get(const lowest *l)
{
    return __atomic_load_n(&l->value, __ATOMIC_RELAXED);
}
