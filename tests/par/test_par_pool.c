/* The pool: every task once, whatever the numbers; in a forked child; with the caller's rounding and without its signals. */
#include "par/par.h"
#include "support/allocator.h"
#include "support/test.h"
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 1000 };

static const int32_t widths[] = { 1, 2, 5 };
static const int64_t counts[] = { 0, 1, 5, MOST };

/* A context of so many threads, as far as this room goes. */
static lamella_status start_pool(lamella_context *ctx)
{
    CALL(NULL, pool_create(c, ctx->threads, &ctx->pool));
}

/* No checks where another thread may be: a pool that does not start shows as threads = 0. */
static lamella_context context_of(int32_t threads)
{
    lamella_context ctx = { .memory = allocator_of_libc(), .threads = threads };
    if (threads > 1 && start_pool(&ctx) != LAMELLA_OK)
        ctx.threads = 0;
    return ctx;
}

static void end_context(lamella_context *ctx)
{
    if (ctx->pool)
        pool_free(ctx->pool);
}

static lamella_status run(lamella_context *ctx, int64_t n, void (*task)(int64_t i, void *data), void *data)
{
    CALL(ctx, parallel(c, n, task, data));
}

/* ---- tasks ---- */

typedef struct squares { int64_t of[MOST]; int64_t times[MOST]; } squares;

static void square(int64_t i, void *data)
{
    squares *s = data;
    s->of[i] = i * i;
    s->times[i]++;
}

/* 1: squares of 0 .. n - 1, each computed once. */
static int squares_are_right(lamella_context *ctx, int64_t n)
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

/* ---- the laws ---- */

TEST(every_task_runs_once)
{
    for (int w = 0; w < LENGTH(widths); w++) {
        lamella_context ctx = context_of(widths[w]);
        equal(ctx.threads, widths[w]);
        for (int repeat = 0; repeat < 50; repeat++)
            for (int k = 0; k < LENGTH(counts); k++)
                check(squares_are_right(&ctx, counts[k]));
        end_context(&ctx);
    }
}

TEST(no_context_runs_on_the_calling_thread)
{
    check(squares_are_right(NULL, MOST));
}

static void harmonic(int64_t i, void *data)
{
    double *part = data, sum = 0;
    for (int64_t k = 1; k <= 100; k++)
        sum += 1.0 / (double)(100 * i + k);
    part[i] = sum;
}

TEST(sums_have_the_same_bits_at_every_width)
{
    static double expected[MOST], actual[MOST];
    for (int64_t i = 0; i < MOST; i++)
        harmonic(i, expected);
    for (int w = 0; w < LENGTH(widths); w++) {
        lamella_context ctx = context_of(widths[w]);
        memset(actual, 0, sizeof actual);
        ok(run(&ctx, MOST, harmonic, actual));
        equal_bits(actual, expected, sizeof actual);
        end_context(&ctx);
    }
}

/* The tasks of a job wait for each other: they end only if as many run at once. */
typedef struct meeting { int64_t expected, arrived; } meeting;

static void meet(int64_t i, void *data)
{
    meeting *m = data;
    (void)i;
    __atomic_fetch_add(&m->arrived, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&m->arrived, __ATOMIC_RELAXED) < m->expected)
        usleep(100);
}

TEST(as_many_tasks_run_at_once_as_there_are_threads)
{
    lamella_context ctx = context_of(5);
    for (int repeat = 0; repeat < 5; repeat++) {
        meeting m = { 5, 0 };
        ok(run(&ctx, 5, meet, &m));
        equal(m.arrived, 5);
        usleep(repeat * 2000); /* workers asleep and workers awake */
    }
    end_context(&ctx);
}

static void nest(int64_t i, void *data)
{
    static const int64_t tens = 10;
    lamella_context inner = context_of(2);
    squares *s = calloc(1, sizeof *s);
    int64_t sum = 0;
    if (s && run(&inner, tens, square, s) == LAMELLA_OK)
        for (int64_t k = 0; k < tens; k++)
            sum += s->of[k];
    free(s);
    end_context(&inner);
    ((int64_t *)data)[i] = sum;
}

TEST(a_task_may_use_a_context_of_its_own)
{
    int64_t sums[20] = { 0 };
    lamella_context ctx = context_of(3);
    ok(run(&ctx, 20, nest, sums));
    for (int i = 0; i < 20; i++)
        equal(sums[i], 285);
    end_context(&ctx);
}

static void *many_runs(void *argument)
{
    lamella_context ctx = context_of(2);
    static const int64_t n = 7;
    squares *s = calloc(1, sizeof *s);
    for (int repeat = 0; repeat < 200; repeat++)
        if (run(&ctx, n, square, s) != LAMELLA_OK)
            *(int *)argument = 0;
    for (int64_t i = 0; i < n; i++)
        if (s->times[i] != 200)
            *(int *)argument = 0;
    free(s);
    end_context(&ctx);
    return NULL;
}

TEST(contexts_on_several_threads_do_not_meet)
{
    pthread_t thread[4];
    int right[4] = { 1, 1, 1, 1 };
    for (int i = 0; i < 4; i++)
        equal(pthread_create(&thread[i], NULL, many_runs, &right[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        check(right[i]);
    }
}

/* ---- fork: left out under ThreadSanitizer, whose runtime cannot start threads in a forked child ---- */

#if defined(__SANITIZE_THREAD__)
#define FORK_TESTS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FORK_TESTS 0
#endif
#endif
#ifndef FORK_TESTS
#define FORK_TESTS 1
#endif

#if FORK_TESTS

static void child_succeeds(pid_t child)
{
    int status = -1;
    check(child > 0 && waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        ck_abort_msg("the child ended with status %d", status);
}

/* In the child: two jobs that need all threads, and the end of the context. A pool that still counted on the parent's workers hangs. */
static void work_in_child(lamella_context *ctx)
{
    alarm(20);
    meeting m = { ctx->threads, 0 };
    int right = run(ctx, m.expected, meet, &m) == LAMELLA_OK && squares_are_right(ctx, MOST);
    end_context(ctx);
    _exit(right ? 0 : 1);
}

TEST(parent_and_child_both_go_on)
{
    lamella_context ctx = context_of(5);
    for (int repeat = 0; repeat < 5; repeat++) {
        check(squares_are_right(&ctx, MOST));
        pid_t child = fork();
        if (child == 0)
            work_in_child(&ctx);
        check(squares_are_right(&ctx, MOST));
        child_succeeds(child);
    }
    end_context(&ctx);
}

TEST(a_child_may_free_without_having_run)
{
    lamella_context ctx = context_of(3);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        end_context(&ctx);
        _exit(0);
    }
    child_succeeds(child);
    end_context(&ctx);
}

typedef struct forking { lamella_context *ctx; pid_t child; int64_t finished; } forking;

static void fork_in_the_middle(int64_t i, void *data)
{
    forking *f = data;
    if (i == 20) {
        pid_t child = fork(); /* the others are working, asleep, or hold the lock */
        if (child == 0)
            work_in_child(f->ctx);
        __atomic_store_n(&f->child, child, __ATOMIC_RELAXED);
    }
    __atomic_fetch_add(&f->finished, 1, __ATOMIC_RELAXED);
}

TEST(a_fork_in_the_middle_of_a_job_leaves_both_working)
{
    lamella_context ctx = context_of(5);
    for (int repeat = 0; repeat < 5; repeat++) {
        forking f = { &ctx, 0, 0 };
        ok(run(&ctx, 100, fork_in_the_middle, &f));
        equal(f.finished, 100);
        child_succeeds(f.child);
    }
    end_context(&ctx);
}

#else
TEST(forks_are_not_run)
{
    printf("not run under ThreadSanitizer: fork\n");
    fflush(stdout);
}
#endif

/* ---- what workers share with the caller, and what not ---- */

static void thirds(int64_t i, void *data)
{
    volatile double one = 1, three = 3;
    usleep(1000); /* so that others come in */
    ((double *)data)[i] = one / three;
}

TEST(workers_round_as_the_caller_does)
{
    static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TONEAREST };
    lamella_context ctx = context_of(5);
    for (int m = 0; m < LENGTH(modes); m++) {
        double expected[1], actual[20];
        fesetround(modes[m]);
        thirds(0, expected);
        ok(run(&ctx, 20, thirds, actual));
        for (int i = 0; i < 20; i++)
            equal_bits(&actual[i], expected, 8);
    }
    end_context(&ctx);
}

static void signal_mask(int64_t i, void *data)
{
    sigset_t blocked;
    meeting *m = data;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    int open = !sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGUSR1) || sigismember(&blocked, SIGSEGV);
    meet(i, &m[1]);
    __atomic_fetch_add(&m->arrived, open, __ATOMIC_RELAXED);
}

TEST(workers_take_none_of_the_host_s_signals)
{
    lamella_context ctx = context_of(5);
    meeting m[2] = { { 0, 0 }, { 5, 0 } };
    ok(run(&ctx, 5, signal_mask, m));
    equal(m[0].arrived, 1); /* the calling thread only */
    end_context(&ctx);
}

/* ---- failures ---- */

static lamella_status start_with(test_allocator *a, lamella_context *ctx)
{
    call opened, *c = &opened;
    call_open(c, NULL, "start_with");
    c->memory.source = (allocator){ test_allocate, test_release, a };
    return call_close(c, pool_create(c, ctx->threads, &ctx->pool));
}

TEST(memory_that_runs_out_is_survived)
{
    for (int64_t k = 1;; k++) {
        test_allocator a = { 0 };
        lamella_context ctx = { .threads = 4 };
        test_allocator_fail(&a, k, 0);
        lamella_status status = start_with(&a, &ctx);
        if (status == LAMELLA_OK) {
            check(k > 1);
            end_context(&ctx);
            equal(a.live, 0);
            break;
        }
        equal(status, LAMELLA_ERR_MEMORY);
        equal(a.live, 0);
        equal(a.mistakes, 0);
    }
}

static lamella_status start_then_fail(lamella_context *ctx)
{
    call opened, *c = &opened;
    call_open(c, NULL, "start_then_fail");
    lamella_status status = pool_create(c, ctx->threads, &ctx->pool);
    return call_close(c, status < 0 ? status : LAMELLA_ERR_ARGUMENT);
}

TEST(a_call_that_fails_later_ends_the_workers)
{
    lamella_context ctx = { .threads = 4 };
    for (int repeat = 0; repeat < 50; repeat++)
        returns(start_then_fail(&ctx), LAMELLA_ERR_ARGUMENT);
}
