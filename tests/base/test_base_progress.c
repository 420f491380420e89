/* Progress, its parts, the deadline, the log, and who may be in a call. */
#include "support/allocator.h"
#include "support/test.h"
#include "base/base.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct told {
    test_allocator memory; /* first: `user` of the context */
    double  fraction[64];
    int     n, answer, at;
    char    stage[64][32], logged[64];
    int32_t level;
    lamella_context *ctx;
} told;

static int32_t listen(double fraction, const char *stage, void *user)
{
    told *t = user;
    snprintf(t->stage[t->n], sizeof t->stage[0], "%s", stage);
    t->fraction[t->n++] = fraction;
    return t->n == t->at ? t->answer : 0;
}

static void keep_log(int32_t level, const char *message, void *user)
{
    told *t = user;
    t->level = level;
    snprintf(t->logged, sizeof t->logged, "%s", message);
}

static lamella_context *context_that_tells(told *t, double deadline)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = listen, .log = keep_log, .user = t,
                                        .deadline_seconds = deadline, .allocate = test_allocate, .release = test_release };
    *t = (told){ .n = 0 };
    ok(lamella_context_create(&options, &ctx));
    t->n = 0;
    t->ctx = ctx;
    return ctx;
}

static lamella_status two_parts(call *c)
{
    TRY(progress(c, 0, 10));
    span whole = span_open(c, "the middle", 0.25, 0.75);
    TRY(progress(c, 1, 2)); /* a half of the half in the middle */
    span half = span_open(c, NULL, 0.5, 1);
    TRY(progress(c, 1, 2));
    span_close(c, half);
    span_open(c, "its end", 1, 1);
    TRY(progress(c, 0, 0)); /* nothing to do is all of it */
    span_close(c, whole);
    TRY(progress(c, 1, 10)); /* never back */
    for (int64_t i = 0; i < 5; i += 2) {
        span items = span_open_items(c, "items", i, MIN(2, 5 - i), 5);
        TRY(progress(c, 1, 1));
        span_close(c, items);
    }
    TRY(progress(c, 30, 20)); /* never over 1 */
    return LAMELLA_OK;
}

static lamella_status telling(lamella_context *ctx)
{
    CALL(ctx, two_parts(c));
}

TEST(parts_are_told_of_the_whole_and_never_go_back)
{
    static const double expected[] = { 0, 0.5, 0.625, 0.75, 0.75, 0.75, 0.8, 1, 1 };
    static const char *const stages[] = { "telling", "telling: the middle", "telling: the middle", "telling: its end", "telling", "telling: items",
                                          "telling: items", "telling: items", "telling" };
    told t;
    lamella_context *ctx = context_that_tells(&t, 0);
    ok(telling(ctx));
    equal(t.n, LENGTH(expected));
    for (int i = 0; i < t.n; i++) {
        near(t.fraction[i], expected[i], ABSOLUTE, 1e-15);
        equal_text(t.stage[i], stages[i]);
    }
    ok(telling(NULL));
    lamella_context_free(ctx);
    equal(t.memory.live, 0);
}

static lamella_status answering(int64_t answer, int64_t least, int64_t most)
{
    CALL(NULL, answered(c, answer, least, most, "host.run of layers %d to %d", 2, 5));
}

TEST(an_answer_is_a_status)
{
    ok(answering(0, 0, 0));
    ok(answering(1, 1, 9));
    ok(answering(9, 1, 9));
    returns(answering(LAMELLA_STOP, 0, 0), LAMELLA_STOPPED);
    returns(answering(LAMELLA_STOP, INT64_MIN, INT64_MAX), LAMELLA_STOPPED);
    refused(answering(-2, 0, 0), LAMELLA_ERR_CALLBACK, "answering: host.run of layers 2 to 5 returned -2, expected 0 or LAMELLA_STOP");
    refused(answering(0, 1, 9), LAMELLA_ERR_CALLBACK, "answering: host.run of layers 2 to 5 returned 0, expected 1 to 9 or LAMELLA_STOP");
    refused(answering(10, 1, 9), LAMELLA_ERR_CALLBACK, "answering: host.run of layers 2 to 5 returned 10, expected 1 to 9 or LAMELLA_STOP");
}

TEST(a_host_stops_or_is_told_what_it_may_answer)
{
    told t;
    lamella_context *ctx = context_that_tells(&t, 0);
    t.at = 3, t.answer = LAMELLA_STOP;
    returns(telling(ctx), LAMELLA_STOPPED);
    equal(t.n, 3);
    t.n = 0, t.at = 1, t.answer = 7;
    refused(telling(ctx), LAMELLA_ERR_CALLBACK, "telling: progress returned 7, expected 0 or LAMELLA_STOP");
    t.n = 0, t.at = 0;
    ok(telling(ctx));
    lamella_context_free(ctx);
    ctx = context_that_tells(&t, 1e-9);
    returns(telling(ctx), LAMELLA_STOPPED);
    equal(t.n, 0);
    lamella_context_free(ctx);
    ctx = context_that_tells(&t, 1000);
    ok(telling(ctx));
    lamella_context_free(ctx);
}

static lamella_status logs(call *c)
{
    call_log(c, 2, "%d of %s", 3, "four");
    return LAMELLA_OK;
}

static lamella_status logging(lamella_context *ctx)
{
    CALL(ctx, logs(c));
}

TEST(the_log_hears_what_is_said)
{
    told t;
    lamella_context *ctx = context_that_tells(&t, 0);
    ok(logging(ctx));
    equal_text(t.logged, "3 of four");
    equal(t.level, 2);
    ok(logging(NULL));
    lamella_context_free(ctx);
}

/* ---- who is in a call ---- */

static void *call_elsewhere(void *user)
{
    told *t = user;
    refused(logging(t->ctx), LAMELLA_ERR_ARGUMENT, "logging: ctx is in a call on another thread, expected a context for each thread");
    return NULL;
}

static lamella_status while_others_call(call *c, told *t)
{
    pthread_t other;
    (void)c;
    ok(logging(t->ctx)); /* in a callback of the same thread */
    pthread_create(&other, NULL, call_elsewhere, t);
    pthread_join(other, NULL);
    pid_t child = fork();
    if (!child)
        _exit(logging(t->ctx) == LAMELLA_OK && logging(t->ctx) == LAMELLA_OK ? 0 : 1); /* takes it over; this is its own thread */
    int how = -1;
    waitpid(child, &how, 0);
    equal(how, 0);
    return LAMELLA_OK;
}

static lamella_status calling(lamella_context *ctx, told *t)
{
    CALL(ctx, while_others_call(c, t));
}

static void *call_alone(void *user)
{
    ok(logging(((told *)user)->ctx));
    return NULL;
}

TEST(a_context_is_in_one_call_at_a_time)
{
    told t;
    pthread_t other;
    lamella_context *ctx = context_that_tells(&t, 0);
    ok(calling(ctx, &t));
    pthread_create(&other, NULL, call_alone, &t); /* free again, for any thread */
    pthread_join(other, NULL);
    lamella_context_free(ctx);
}

/* ---- memory of a call ---- */

static lamella_status takes(call *c, int64_t count, int64_t size)
{
    return call_take(c, &c->memory, count, size) ? LAMELLA_OK : c->failed;
}

static lamella_status taking(lamella_context *ctx, int64_t count, int64_t size)
{
    CALL(ctx, takes(c, count, size));
}

TEST(memory_that_cannot_be_is_said_with_its_size)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = 1000 };
    ok(lamella_context_create(&options, &ctx));
    ok(taking(ctx, 10, 96));
    refused(taking(ctx, 100, 16), LAMELLA_ERR_LIMIT, "taking: max_workspace_bytes is 1000, expected at least 1600");
    refused(taking(NULL, INT64_MAX / 4, 8), LAMELLA_ERR_MEMORY, "taking: 2305843009213693951 elements of 8 bytes do not fit into memory");
    refused(taking(NULL, (int64_t)1 << 55, 8), LAMELLA_ERR_MEMORY, "taking: out of memory for 288230376151711744 bytes");
    lamella_context_free(ctx);
}
