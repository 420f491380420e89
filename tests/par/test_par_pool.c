/* The pool: every task once, whatever the numbers; with the caller's rounding and without its signals; its failures. */
#include "par/pools.h"
#include "support/allocator.h"
#include <dirent.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>

static const int32_t widths[] = { 1, 2, 5 };
static const int64_t counts[] = { 0, 1, 5, MOST };

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

static int count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int n = -2; /* . and .. */
    while (tasks && readdir(tasks))
        n++;
    if (tasks)
        closedir(tasks);
    return n;
}

/* Threads of a process without a pool: the first pool may bring one of a sanitizer. */
static int threads_without_pool(void)
{
    lamella_context first = context_of(2);
    end_context(&first);
    usleep(100000);
    return count_threads();
}

/* The system takes a joined thread off its list a little later. */
static void threads_are(int expected)
{
    for (int look = 0; look < 5000 && count_threads() != expected; look++)
        usleep(1000);
    equal(count_threads(), expected);
}

static lamella_status start_with(test_allocator *a, lamella_context *ctx)
{
    call opened, *c = &opened;
    call_open(c, NULL, "start_with");
    c->memory.source = (allocator){ test_allocate, test_release, a };
    return call_close(c, pool_create(c, ctx->threads, &ctx->pool));
}

TEST(memory_that_runs_out_is_survived)
{
    int threads = threads_without_pool();
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
        threads_are(threads);
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
    int threads = threads_without_pool();
    for (int repeat = 0; repeat < 50; repeat++)
        returns(start_then_fail(&ctx), LAMELLA_ERR_ARGUMENT);
    threads_are(threads);
}

#if !UNDER_ADDRESS_SANITIZER && !UNDER_THREAD_SANITIZER /* they need more addresses than the test leaves */
TEST(threads_that_cannot_start_are_an_error)
{
    lamella_context ctx = { .threads = 200 };
    int threads = threads_without_pool();
    leave_room_for_some_stacks(1);
    lamella_status status = start_pool(&ctx);
    leave_room_for_some_stacks(0);
    returns(status, LAMELLA_ERR_MEMORY);
    check(strstr(lamella_last_error(), "threads start, expected 199"));
    threads_are(threads);
}
#endif
