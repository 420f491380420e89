/* The host's parallel_for, honest and not; the width; tasks that ask; the lowest number reported; the CPUs. */
#include "par/pools.h"
#include <pthread.h>

typedef void task_function(int64_t i, void *data);

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

/* ---- tasks that ask ---- */

static lamella_status run_asking(lamella_context *ctx, int64_t n, int64_t at_once, task_function *task, int64_t *times)
{
    CALL(ctx, parallel_asking(c, n, at_once, task, times));
}

static struct { double told[16], stop_at; int n; } heard;

static int32_t hear(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    heard.told[MIN(heard.n, 15)] = fraction;
    __atomic_fetch_add(&heard.n, 1, __ATOMIC_RELEASE);
    return fraction >= heard.stop_at ? LAMELLA_STOP : 0;
}

static void heard_is(const double *told, int n)
{
    equal(heard.n, n);
    for (int i = 0; i < n; i++)
        near(heard.told[i], told[i], ABSOLUTE, 1e-15);
    heard.n = 0;
}

static void ran(const int64_t *times, int64_t n, int64_t of)
{
    for (int64_t i = 0; i < of; i++)
        equal(times[i], i < n);
}

TEST(whoever_runs_tasks_alone_asks_after_each)
{
    static const double all[] = { 0, 0.2, 0.4, 0.6, 0.8, 1, 1 };
    lamella_context ctx = { .memory = allocator_of_libc(), .threads = 1, .progress = hear };
    int64_t times[5] = { 0 }, stopped[5] = { 0 };
    heard.stop_at = 2;
    ok(run_asking(&ctx, 5, 2, count, times));
    ran(times, 5, 5);
    heard_is(all, 7);
    heard.stop_at = 0.5;
    returns(run_asking(&ctx, 5, 2, count, stopped), LAMELLA_STOPPED);
    ran(stopped, 3, 5);
    heard_is(all, 4);
}

TEST(no_tasks_are_all_done)
{
    static const double all[] = { 1 };
    lamella_context ctx = { .memory = allocator_of_libc(), .threads = 1, .progress = hear };
    heard.stop_at = 2;
    ok(run_asking(&ctx, 0, 2, count, NULL));
    heard_is(all, 1);
}

TEST(a_host_with_threads_of_its_own_is_asked_after_so_many_at_once)
{
    static const double all[] = { 0, 0.4, 0.8, 1 };
    lamella_context ctx = context_of_host(on_three_threads);
    int64_t times[10] = { 0 }, stopped[10] = { 0 };
    ctx.progress = hear;
    heard.stop_at = 2;
    ok(run_asking(&ctx, 10, 4, count, times));
    ran(times, 10, 10);
    heard_is(all, 4);
    heard.stop_at = 0.5;
    returns(run_asking(&ctx, 10, 4, count, stopped), LAMELLA_STOPPED);
    ran(stopped, 8, 10);
    heard_is(all, 3);
}

TEST(the_calling_thread_asks_while_workers_work)
{
    lamella_context ctx = context_of(2);
    static int64_t times[10000];
    ctx.progress = hear;
    heard.stop_at = 2;
    ok(run_asking(&ctx, 10000, 1, count, times));
    ran(times, 10000, 10000);
    check(heard.n > 2); /* unless the worker ran them all */
    near(heard.told[0], 0, ABSOLUTE, 0);
    heard.n = 0;
    end_context(&ctx);
}

static pthread_t caller;

/* Workers do nothing before the calling thread has asked. */
static void count_later(int64_t i, void *data)
{
    while (!pthread_equal(pthread_self(), caller) && __atomic_load_n(&heard.n, __ATOMIC_ACQUIRE) < 2)
        usleep(100);
    if (!pthread_equal(pthread_self(), caller))
        usleep(1000);
    count(i, data);
}

TEST(workers_leave_undone_what_is_left_once_the_caller_hears_stop)
{
    static int64_t times[10000];
    lamella_context ctx = context_of(2);
    int64_t n = 0;
    ctx.progress = hear;
    caller = pthread_self();
    heard.stop_at = 1e-4; /* after the first that the calling thread ran */
    returns(run_asking(&ctx, 10000, 1, count_later, times), LAMELLA_STOPPED);
    for (int i = 0; i < 10000; i++)
        n += times[i];
    check(n > 0 && n < 10000);
    end_context(&ctx);
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
