/* A pool in a forked child starts anew. Left out under ThreadSanitizer, whose runtime cannot start threads in a forked child, and under
 * AddressSanitizer, whose allocator may be locked at the fork by a thread that the child does not have: a new thread then waits for ever. */
#include "par/pools.h"
#include <pthread.h>
#include <sys/wait.h>

#if !UNDER_THREAD_SANITIZER && !UNDER_ADDRESS_SANITIZER

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

/* Forks that meet the pool at any moment: between jobs, in one, with the lock held by a thread that the child does not have. */
static void *run_until_told(void *argument)
{
    forking *f = argument;
    while (!__atomic_load_n(&f->finished, __ATOMIC_RELAXED))
        squares_are_right(f->ctx, 5);
    return NULL;
}

TEST(forks_beside_a_busy_pool_leave_the_child_working)
{
    lamella_context ctx = context_of(5);
    forking f = { &ctx, 0, 0 };
    pthread_t busy;
    equal(pthread_create(&busy, NULL, run_until_told, &f), 0);
    for (int repeat = 0; repeat < 200; repeat++) {
        pid_t child = fork();
        if (child == 0 && repeat % 2)
            work_in_child(&ctx);
        if (child == 0) {
            alarm(20);
            end_context(&ctx);
            _exit(0);
        }
        child_succeeds(child);
    }
    __atomic_store_n(&f.finished, 1, __ATOMIC_RELAXED);
    pthread_join(busy, NULL);
    end_context(&ctx);
}

TEST(a_child_whose_threads_cannot_start_is_told_and_may_try_again)
{
    lamella_context ctx = context_of(50);
    equal(ctx.threads, 50);
    pid_t child = fork();
    if (child == 0) {
        static squares s;
        lamella_context other = context_of(50); /* takes the stacks that the parent's workers left behind */
        leave_room_for_some_stacks(1);
        lamella_status status = run(&ctx, 50, square, &s);
        leave_room_for_some_stacks(0);
        if (status != LAMELLA_ERR_MEMORY)
            _exit(2);
        end_context(&other);
        work_in_child(&ctx);
    }
    child_succeeds(child);
    end_context(&ctx);
}

#else
TEST(forks_are_not_run)
{
    printf("not run under sanitizers: fork\n");
    fflush(stdout);
}
#endif
