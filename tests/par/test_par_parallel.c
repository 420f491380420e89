/* The host's parallel_for, honest and not; the width; the lowest number reported; the CPUs. */
#include "par/par.h"
#include "support/test.h"
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

typedef void task_function(int64_t i, void *data);

static lamella_status run(lamella_context *ctx, int64_t n, task_function *task, void *data)
{
    CALL(ctx, parallel(c, n, task, data));
}

static void count(int64_t i, void *data)
{
    __atomic_fetch_add((int64_t *)data + i, 1, __ATOMIC_RELAXED);
}

static lamella_context context_of_host(int32_t (*parallel_for)(int64_t n, task_function *task, void *data, void *user))
{
    static int used;
    return (lamella_context){ .memory = allocator_of_libc(), .threads = 3, .parallel_for = parallel_for, .user = &used };
}

static int32_t backwards(int64_t n, task_function *task, void *data, void *user)
{
    for (int64_t i = n - 1; i >= 0; i--)
        task(i, data);
    *(int *)user = 1;
    return 0;
}

typedef struct share { int64_t first, step, n; task_function *task; void *data; } share;

static void *run_share(void *argument)
{
    share *s = argument;
    for (int64_t i = s->first; i < s->n; i += s->step)
        s->task(i, s->data);
    return NULL;
}

static int32_t on_three_threads(int64_t n, task_function *task, void *data, void *user)
{
    pthread_t thread[3];
    share s[3];
    (void)user;
    for (int k = 0; k < 3; k++) {
        s[k] = (share){ k, 3, n, task, data };
        pthread_create(&thread[k], NULL, run_share, &s[k]);
    }
    for (int k = 0; k < 3; k++)
        pthread_join(thread[k], NULL);
    return 0;
}

static int32_t nonsense(int64_t n, task_function *task, void *data, void *user)
{
    backwards(n, task, data, user);
    return 7;
}

static int32_t stopping(int64_t n, task_function *task, void *data, void *user)
{
    (void)n, (void)user;
    task(0, data);
    return LAMELLA_STOP;
}

static int32_t forgetful(int64_t n, task_function *task, void *data, void *user)
{
    return backwards(n - 2, task, data, user);
}

static int32_t beyond(int64_t n, task_function *task, void *data, void *user)
{
    for (int64_t i = 1; i <= n; i++) /* as in a language that counts from 1 */
        task(i, data);
    (void)user;
    return 0;
}

TEST(the_host_s_order_does_not_matter)
{
    lamella_context ctx = context_of_host(backwards);
    for (int64_t n = 0; n <= 20; n++) {
        int64_t times[20] = { 0 };
        ok(run(&ctx, n, count, times));
        for (int64_t i = 0; i < 20; i++)
            equal(times[i], i < n);
    }
    check(*(int *)ctx.user); /* it was asked */
}

TEST(the_host_s_threads_do_every_task_once)
{
    lamella_context ctx = context_of_host(on_three_threads);
    int64_t times[1000] = { 0 };
    ok(run(&ctx, 1000, count, times));
    for (int i = 0; i < 1000; i++)
        equal(times[i], 1);
}

TEST(nonsense_from_the_host_is_refused)
{
    int64_t times[5] = { 0 };
    lamella_context ctx = context_of_host(nonsense);
    refused(run(&ctx, 5, count, times), LAMELLA_ERR_CALLBACK, "run: parallel_for returned 7, expected 0 or LAMELLA_STOP");
}

TEST(a_host_that_stops_stops_the_call)
{
    int64_t times[5] = { 0 };
    lamella_context ctx = context_of_host(stopping);
    returns(run(&ctx, 5, count, times), LAMELLA_STOPPED);
    equal(times[0], 1);
}

TEST(a_host_that_leaves_tasks_out_is_found_out)
{
    int64_t times[5] = { 0 };
    lamella_context ctx = context_of_host(forgetful);
    refused(run(&ctx, 5, count, times), LAMELLA_ERR_CALLBACK, "run: parallel_for ran 3 tasks, expected 5");
}

TEST(a_task_that_does_not_exist_is_not_run)
{
    int64_t times[6] = { 0 };
    lamella_context ctx = context_of_host(beyond);
    refused(run(&ctx, 5, count, times), LAMELLA_ERR_CALLBACK, "run: parallel_for ran 4 tasks, expected 5");
    equal(times[5], 0);
}

static int32_t width(lamella_context *ctx)
{
    call c;
    call_open(&c, ctx, "width");
    int32_t result = parallel_width(&c);
    call_close(&c, LAMELLA_OK);
    return result;
}

TEST(the_width_is_that_of_whoever_runs_the_tasks)
{
    lamella_context host = context_of_host(backwards);
    lamella_context alone = { .memory = allocator_of_libc(), .threads = 1 };
    equal(width(NULL), 1);
    equal(width(&host), 3);
    equal(width(&alone), 1);
}

static void report(int64_t i, void *data)
{
    int64_t value = (i * 7919 + 13) % 1000 + 5; /* each of 5 .. 1004 once */
    lowest_report(data, value);
}

TEST(the_lowest_number_is_kept)
{
    lamella_context ctx = context_of_host(on_three_threads);
    lowest l;
    lowest_reset(&l);
    equal(lowest_get(&l), INT64_MAX);
    ok(run(&ctx, 1000, report, &l));
    equal(lowest_get(&l), 5);
    lowest_report(&l, 6);
    equal(lowest_get(&l), 5);
    lowest_report(&l, -1);
    equal(lowest_get(&l), -1);
}

/* The kernel's own account, as text: "Cpus_allowed:\tff,ffffffff" */
static int cpus_in_status(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[8192];
    int n = 0;
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "Cpus_allowed:", 13) == 0)
            for (char *digit = line + 13; *digit; digit++)
                n += __builtin_popcount((unsigned)strtol((char[]){ *digit, 0 }, NULL, 16));
    if (f)
        fclose(f);
    return n;
}

TEST(cpus_are_those_of_the_affinity_mask)
{
    equal(cpus_of_affinity_mask(), cpus_in_status());
}
