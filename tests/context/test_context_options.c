/* What a call meets of its context's options. */
#include "linalg/blas.h" /* before Check, which has a macro fail */
#include "par/par.h"
#include "support/allocator.h"
#include "support/test.h"

/* What the callbacks of one host saw. */
typedef struct host {
    test_allocator memory;
    int64_t logs, reports, jobs, tasks;
    int32_t level, answer;
    double  fraction;
    char    message[200], stage[64];
} host;

static void host_log(int32_t level, const char *message, void *user)
{
    host *h = user;
    h->logs++;
    h->level = level;
    snprintf(h->message, sizeof h->message, "%s", message);
}

static int32_t host_progress(double fraction, const char *stage, void *user)
{
    host *h = user;
    h->reports++;
    h->fraction = fraction;
    snprintf(h->stage, sizeof h->stage, "%s", stage);
    return h->answer;
}

static int32_t host_parallel_for(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    host *h = user;
    h->jobs++;
    h->tasks += n;
    for (int64_t i = n; i-- > 0;) /* any order will do */
        task(i, data);
    return h->answer;
}

static lamella_context *context_of(lamella_context_options o)
{
    lamella_context *ctx;
    o.struct_size = sizeof o;
    ok(lamella_context_create(&o, &ctx));
    return ctx;
}

static void square_task(int64_t i, void *data)
{
    ((int64_t *)data)[i] = i * i;
}

/* An operation as any other: takes memory, works in parallel, reports. */
static lamella_status sum_squares(call *c, int64_t n, int64_t *sum)
{
    int64_t *square;
    TAKE(c, square, n);
    TRY(parallel(c, n, square_task, square));
    *sum = 0;
    for (int64_t i = 0; i < n; i++) {
        *sum += square[i];
        TRY(progress(c, i + 1, n));
    }
    return LAMELLA_OK;
}

static lamella_status test_sum(lamella_context *ctx, int64_t n, int64_t *sum)
{
    CALL(ctx, sum_squares(c, n, sum));
}

static lamella_status say(call *c, const char *text)
{
    call_log(c, LAMELLA_LOG_WARN, "%s", text);
    return LAMELLA_OK;
}

static lamella_status test_say(lamella_context *ctx, const char *text)
{
    CALL(ctx, say(c, text));
}

TEST(memory_of_a_call_comes_from_the_host_and_goes_back)
{
    host h = { .memory = { 0 } };
    int64_t sum;
    lamella_context *ctx = context_of((lamella_context_options){ .threads = 2, .allocate = test_allocate, .release = test_release, .user = &h });
    int64_t live = h.memory.live, asked = h.memory.calls;
    ok(test_sum(ctx, 100000, &sum));
    check(h.memory.calls > asked);
    check(h.memory.peak_bytes >= 800000);
    equal(h.memory.live, live);
    lamella_context_free(ctx);
    equal(h.memory.live, 0);
    equal(h.memory.mistakes, 0);
}

TEST(max_workspace_bytes_bounds_a_call_and_names_what_is_needed)
{
    int64_t sum;
    lamella_context *ctx = context_of((lamella_context_options){ .threads = 1, .max_workspace_bytes = 65536 });
    ok(test_sum(ctx, 100, &sum));
    equal(sum, 328350);
    refused(test_sum(ctx, 100000, &sum), LAMELLA_ERR_LIMIT, "test_sum: max_workspace_bytes is 65536, expected at least 800000");
    lamella_context_free(ctx);
}

TEST(a_deadline_stops_each_call_by_itself)
{
    int64_t sum;
    lamella_context *hurried = context_of((lamella_context_options){ .threads = 1, .deadline_seconds = 1e-9 });
    returns(test_sum(hurried, 100, &sum), LAMELLA_STOPPED);
    lamella_context_free(hurried);
    lamella_context *patient = context_of((lamella_context_options){ .threads = 1, .deadline_seconds = 0.2 });
    for (int i = 0; i < 3; i++) {
        ok(test_sum(patient, 100, &sum));
        double start = clock_seconds();
        while (clock_seconds() < start + 0.1)
            ;
    }
    lamella_context_free(patient);
}

TEST(progress_is_reported_and_answers)
{
    host h = { .memory = { 0 } };
    int64_t sum;
    lamella_context *ctx = context_of((lamella_context_options){ .threads = 1, .progress = host_progress, .user = &h });
    ok(test_sum(ctx, 40, &sum));
    equal(h.reports, 40);
    near(h.fraction, 1, ABSOLUTE, 0);
    equal_text(h.stage, "test_sum");
    h.answer = LAMELLA_STOP;
    returns(test_sum(ctx, 40, &sum), LAMELLA_STOPPED);
    equal(h.reports, 41);
    h.answer = 7;
    refused(test_sum(ctx, 40, &sum), LAMELLA_ERR_CALLBACK, "test_sum: progress returned 7, expected 0 or LAMELLA_STOP");
    lamella_context_free(ctx);
}

TEST(the_log_is_the_hosts)
{
    host h = { .memory = { 0 } };
    lamella_context *ctx = context_of((lamella_context_options){ .threads = 1, .log = host_log, .user = &h });
    equal(h.logs, 0);
    ok(test_say(ctx, "rounded"));
    equal(h.logs, 1);
    equal(h.level, LAMELLA_LOG_WARN);
    equal_text(h.message, "rounded");
    lamella_context_free(ctx);
    ctx = context_of((lamella_context_options){ .threads = 1 });
    ok(test_say(ctx, "to nobody"));
    lamella_context_free(ctx);
}

TEST(own_blas_says_so_when_it_changes_something)
{
    host h = { .memory = { 0 } };
    const int64_t changes = blas_threads() != 1;
    const lamella_context_options o = { .threads = 1, .own_blas = 1, .log = host_log, .user = &h };
    lamella_context_free(context_of(o));
    equal(h.logs, changes);
    if (changes)
        equal_text(h.message, "own_blas: BLAS now uses one thread, in the whole process");
    lamella_context_free(context_of(o));
    equal(h.logs, changes);
}

TEST(the_hosts_parallel_for_does_the_work)
{
    host h = { .memory = { 0 } };
    int64_t sum;
    lamella_context *ctx = context_of((lamella_context_options){ .threads = 4, .parallel_for = host_parallel_for, .user = &h });
    check(ctx->pool == NULL);
    ok(test_sum(ctx, 100, &sum));
    equal(sum, 328350);
    equal(h.jobs, 1);
    equal(h.tasks, 100);
    h.answer = LAMELLA_STOP;
    returns(test_sum(ctx, 100, &sum), LAMELLA_STOPPED);
    h.answer = 3;
    returns(test_sum(ctx, 100, &sum), LAMELLA_ERR_CALLBACK);
    lamella_context_free(ctx);
}

TEST(two_contexts_in_turns_do_not_meet)
{
    host a = { .memory = { 0 } }, b = { .memory = { 0 } };
    lamella_context *first = context_of((lamella_context_options){ .threads = 2, .allocate = test_allocate, .release = test_release,
                                                                   .progress = host_progress, .log = host_log, .user = &a });
    lamella_context *second = context_of((lamella_context_options){ .threads = 3, .simd = LAMELLA_SIMD_REFERENCE, .parallel_for = host_parallel_for,
                                                                    .allocate = test_allocate, .release = test_release,
                                                                    .max_workspace_bytes = 4096, .user = &b });
    const int64_t a_asked = a.memory.calls;
    for (int i = 0; i < 1000; i++) {
        int64_t sum = 0;
        ok(test_sum(first, 10, &sum));
        equal(sum, 285);
        ok(test_say(first, "first"));
        ok(test_sum(second, 100, &sum));
        equal(sum, 328350);
        ok(test_say(second, "second"));
        returns(test_sum(second, 1000, &sum), LAMELLA_ERR_LIMIT);
        ok(test_sum(first, 1000, &sum));
        equal(sum, 332833500);
    }
    equal(a.reports, 1000 * (10 + 1000));
    equal(a.logs, 1000);
    equal_text(a.message, "first");
    equal(a.jobs, 0);
    check(a.memory.calls - a_asked >= 2000);
    equal(b.reports + b.logs, 0);
    equal(b.jobs, 1000);
    equal(b.tasks, 100000);
    lamella_context_free(first);
    equal(a.memory.live, 0);
    lamella_context_free(second);
    equal(b.memory.live, 0);
    equal(a.memory.mistakes + b.memory.mistakes, 0);
}
