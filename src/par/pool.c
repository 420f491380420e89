/* Workers that sleep until there is a job, and the caller who works on it with them.
 *
 * A job is open from the moment it is posted until the caller finds no task left. Workers join an open job under the lock, and
 * the caller leaves only when all who joined are gone: so no worker ever sees the tasks of one job and the counter of the next,
 * and nobody waits for a worker that slept through the job. */
#include "par/pool.h"
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#define POOL_LOOKS 100 /* at what one waits for before going to sleep: some microseconds */

struct pool {
    arena           memory; /* first: the pool is an object */
    pid_t           process; /* that the workers belong to; 0: none were started */
    int32_t         n_workers;
    pthread_mutex_t lock;
    pthread_cond_t  posted, left;
    uint64_t        jobs;    /* posted so far */
    int32_t         stopping;
    int32_t         open;
    int32_t         joined;  /* workers inside the job */
    /* the job */
    int64_t         next, n;
    void          (*task)(int64_t i, void *data);
    void           *data;
    fenv_t          rounding; /* the caller's: host threads may differ in rounding and in flushing subnormals */
    pthread_t       worker[];
};

static void work(pool *p)
{
    for (;;) {
        int64_t i = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED);
        if (i >= p->n)
            return;
        p->task(i, p->data);
    }
}

/* Waits for a job after number `seen`, awake at first. Returns its number; the lock is held. */
static uint64_t await_job(pool *p, uint64_t seen)
{
    for (int look = 0; look < POOL_LOOKS && __atomic_load_n(&p->jobs, __ATOMIC_RELAXED) == seen; look++)
        sched_yield();
    pthread_mutex_lock(&p->lock);
    while (p->jobs == seen)
        pthread_cond_wait(&p->posted, &p->lock);
    return p->jobs;
}

static void *pool_worker(void *argument)
{
    pool *p = argument;
    uint64_t seen = 0;
    for (;;) {
        seen = await_job(p, seen);
        if (p->stopping)
            break;
        if (!p->open) {
            pthread_mutex_unlock(&p->lock);
            continue;
        }
        __atomic_fetch_add(&p->joined, 1, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&p->lock);

        fesetenv(&p->rounding);
        work(p);

        pthread_mutex_lock(&p->lock);
        if (__atomic_sub_fetch(&p->joined, 1, __ATOMIC_RELEASE) == 0)
            pthread_cond_signal(&p->left);
        pthread_mutex_unlock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void post(pool *p)
{
    __atomic_fetch_add(&p->jobs, 1, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&p->posted);
}

/* Joins the workers. In a forked child there are none. */
static void stop(void *object)
{
    pool *p = object;
    if (p->process != getpid())
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = 1;
    post(p);
    pthread_mutex_unlock(&p->lock);
    for (int32_t i = 0; i < p->n_workers; i++)
        pthread_join(p->worker[i], NULL);
    p->n_workers = 0;
    p->process = 0;
}

/* The host's signals are for the host's threads; only what a fault of the thread itself raises gets through. */
static void block_signals(sigset_t *before)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
    sigset_t blocked;
    sigfillset(&blocked);
    for (int i = 0; i < LENGTH(faults); i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, before);
}

/* Whatever state a fork left the pool in is forgotten: the lock may be held, and the workers inside, in the parent only. */
static lamella_status pool_start(call *c, pool *p, int32_t n_workers)
{
    sigset_t before;
    int32_t started = 0;

    p->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    p->posted = p->left = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    p->jobs = 0;
    p->stopping = p->open = p->joined = 0;
    p->process = getpid();

    block_signals(&before);
    while (started < n_workers && pthread_create(&p->worker[started], NULL, pool_worker, p) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    p->n_workers = started;
    if (started == n_workers)
        return LAMELLA_OK;
    stop(p);
    p->n_workers = n_workers;
    return fail(c, LAMELLA_ERR_MEMORY, "the system let %d threads start, expected %d", (int)started, (int)n_workers);
}

lamella_status pool_create(call *c, int32_t threads, pool **p)
{
    int32_t n_workers = threads - 1;
    void *made;
    TRY(object_create(c, (int64_t)sizeof(pool) + n_workers * (int64_t)sizeof(pthread_t), &made));
    TRY(call_undo(c, UNDO_ON_FAILURE, stop, made));
    TRY(pool_start(c, made, n_workers));
    *p = made;
    return LAMELLA_OK;
}

void pool_free(pool *p)
{
    stop(p);
    object_free(p);
}

lamella_status pool_run(call *c, pool *p, int64_t n, void (*task)(int64_t i, void *data), void *data)
{
    if (p->process != getpid())
        TRY(pool_start(c, p, p->n_workers));

    pthread_mutex_lock(&p->lock);
    p->next = 0;
    p->n = n;
    p->task = task;
    p->data = data;
    fegetenv(&p->rounding);
    p->open = 1;
    post(p);
    pthread_mutex_unlock(&p->lock);

    work(p);

    for (int look = 0; look < POOL_LOOKS && __atomic_load_n(&p->joined, __ATOMIC_ACQUIRE); look++)
        sched_yield();
    pthread_mutex_lock(&p->lock);
    p->open = 0;
    while (p->joined)
        pthread_cond_wait(&p->left, &p->lock);
    pthread_mutex_unlock(&p->lock);
    return LAMELLA_OK;
}
