/* The call: messages, undos, objects, notes, the version. */
#include "support/allocator.h"
#include "support/test.h"
#include "base/base.h"
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static int undone[2];

static void undo_count(void *data)
{
    ++*(int *)data;
}

static lamella_status with_undos(call *c, lamella_status status)
{
    TRY(call_undo(c, UNDO_ALWAYS, undo_count, &undone[0]));
    TRY(call_undo(c, UNDO_ON_FAILURE, undo_count, &undone[1]));
    return status;
}

static lamella_status undoing(lamella_status status)
{
    undone[0] = undone[1] = 0;
    CALL(NULL, with_undos(c, status));
}

TEST(undos_run_at_the_end_or_on_failure)
{
    returns(undoing(LAMELLA_OK), LAMELLA_OK);
    check(undone[0] == 1 && undone[1] == 0);
    returns(undoing(LAMELLA_ERR_IO), LAMELLA_ERR_IO);
    check(undone[0] == 1 && undone[1] == 1);
    returns(undoing(LAMELLA_STOPPED), LAMELLA_STOPPED);
    check(undone[0] == 1 && undone[1] == 1);
    returns(undoing(LAMELLA_NOTE), LAMELLA_NOTE);
    check(undone[0] == 1 && undone[1] == 0);
}

static lamella_status notes_both(call *c)
{
    TRY(LAMELLA_NOT_CONVERGED);
    TRY(LAMELLA_NOTE);
    return LAMELLA_OK;
}

static lamella_status noting(void)
{
    CALL(NULL, notes_both(c));
}

TEST(not_converged_wins_over_note)
{
    returns(noting(), LAMELLA_NOT_CONVERGED);
}

static lamella_status fails_with_number(call *c, double value)
{
    number n;
    return fail(c, LAMELLA_ERR_ARGUMENT, "x is %s", number_text(value, &n));
}

static lamella_status failing(double value)
{
    CALL(NULL, fails_with_number(c, value));
}

TEST(messages_know_no_locale)
{
    refused(failing(-0.25), LAMELLA_ERR_ARGUMENT, "failing: x is -0.25");
    if (setlocale(LC_ALL, "de_DE.UTF-8"))
        refused(failing(1.5e-7), LAMELLA_ERR_ARGUMENT, "failing: x is 1.5e-07");
    setlocale(LC_ALL, "C");
}

static void *other_thread(void *unused)
{
    (void)unused;
    const char *fresh = lamella_last_error();
    return (void *)(intptr_t)(fresh[0] == 0 && failing(2) == LAMELLA_ERR_ARGUMENT);
}

TEST(a_message_belongs_to_its_thread)
{
    pthread_t thread;
    void *fine;
    returns(failing(1), LAMELLA_ERR_ARGUMENT);
    check(!pthread_create(&thread, NULL, other_thread, NULL));
    check(!pthread_join(thread, &fine));
    check(fine != NULL);
    equal_text(lamella_last_error(), "failing: x is 1");
    ok(undoing(LAMELLA_OK));
    equal_text(lamella_last_error(), "failing: x is 1");
}

TEST(statuses_have_names)
{
    static const struct { lamella_status status; const char *name; } named[] = {
        { 0, "OK" }, { 1, "STOPPED" }, { 2, "NOT_CONVERGED" }, { 3, "NOTE" }, { 4, "unknown" }, { -1, "ERR_ARGUMENT" }, { -2, "ERR_SHAPE" },
        { -3, "ERR_DTYPE" }, { -4, "ERR_NONFINITE" }, { -5, "ERR_EMPTY" }, { -6, "ERR_MEMORY" }, { -7, "ERR_LIMIT" }, { -8, "ERR_IO" },
        { -9, "ERR_FORMAT" }, { -10, "ERR_NUMERIC" }, { -11, "ERR_UNSUPPORTED" }, { -12, "ERR_CALLBACK" }, { -13, "unknown" },
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        equal_text(lamella_status_name(named[i].status), named[i].name);
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", LAMELLA_VERSION_MAJOR, LAMELLA_VERSION_MINOR, LAMELLA_VERSION_PATCH);
    equal_text(lamella_version(), version);
}

typedef struct thing { arena memory; int64_t *numbers; } thing;

static lamella_status makes_thing(call *c, thing **out, lamella_status end)
{
    void *made;
    TRY(object_create(c, sizeof **out, &made));
    *out = made;
    TAKE_FROM(c, &(*out)->memory, (*out)->numbers, 1000);
    (*out)->numbers[999] = 5;
    return end;
}

static lamella_status making(lamella_context *ctx, thing **out, lamella_status end)
{
    CALL(ctx, makes_thing(c, out, end));
}

TEST(an_object_outlives_its_context_and_a_failed_call_frees_it)
{
    test_allocator a = { 0 };
    lamella_context_options options = { .struct_size = sizeof options, .allocate = test_allocate, .release = test_release, .user = &a, .threads = 1 };
    lamella_context *ctx;
    thing *made;
    ok(lamella_context_create(&options, &ctx));
    int64_t live = a.live;
    returns(making(ctx, &made, LAMELLA_ERR_IO), LAMELLA_ERR_IO);
    equal(a.live, live);
    ok(making(ctx, &made, LAMELLA_OK));
    lamella_context_free(ctx);
    check(a.live > 0);
    equal(made->numbers[999], 5);
    object_free(made);
    object_free(NULL);
    equal(a.live, 0);
    equal(a.mistakes, 0);
}

static lamella_status takes(call *c, int64_t count)
{
    double *x;
    TAKE(c, x, count);
    return LAMELLA_OK;
}

static lamella_status taking(lamella_context *ctx, int64_t count)
{
    CALL(ctx, takes(c, count));
}

TEST(memory_that_is_not_there_is_said)
{
    lamella_context_options options = { .struct_size = sizeof options, .max_workspace_bytes = 1000, .threads = 1 };
    lamella_context *ctx;
    ok(lamella_context_create(&options, &ctx));
    refused(taking(ctx, 1000), LAMELLA_ERR_LIMIT, "taking: max_workspace_bytes is 1000, expected at least 8000");
    refused(taking(NULL, INT64_MAX / 4), LAMELLA_ERR_MEMORY, "taking: 2305843009213693951 elements of 8 bytes do not fit into memory");
    refused(taking(NULL, INT64_MAX / 16), LAMELLA_ERR_MEMORY, "taking: out of memory for 4611686018427387896 bytes");
    lamella_context_free(ctx);
}

static lamella_status notes_one(call *c, lamella_status noted, lamella_status end)
{
    TRY(noted);
    return end;
}

static lamella_status noting_one(lamella_status noted, lamella_status end)
{
    CALL(NULL, notes_one(c, noted, end));
}

/* What is noted and what is returned: a failure, else NOT_CONVERGED, else NOTE. */
TEST(the_weightiest_status_is_returned)
{
    static const lamella_status rising[] = { LAMELLA_OK, LAMELLA_NOTE, LAMELLA_NOT_CONVERGED, LAMELLA_STOPPED, LAMELLA_ERR_IO };
    for (int noted = 0; noted < 5; noted++)
        for (int end = 0; end < 5; end++)
            returns(noting_one(rising[noted], rising[end]), noted > 2 ? rising[noted] : rising[noted > end ? noted : end]);
}

TEST(a_number_is_written_with_nine_digits)
{
    static const double values[] = { 0, -0.0, 1, -1.5, 123456789, 1234567890, 0.1, 1. / 3, 1e300, -1e-300, 5e-324, 1.7976931348623157e308, HUGE_VAL, -HUGE_VAL };
    for (int i = 0; i < LENGTH(values); i++) {
        char expected[40], said[60];
        snprintf(expected, sizeof expected, "%.9g", values[i]); /* the tests' locale is C */
        snprintf(said, sizeof said, "failing: x is %s", expected);
        refused(failing(values[i]), LAMELLA_ERR_ARGUMENT, said);
    }
}

TEST(the_clock_and_the_space_are_the_systems)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double before = (double)now.tv_sec + (double)now.tv_nsec / 1e9, time = clock_seconds();
    clock_gettime(CLOCK_MONOTONIC, &now);
    double after = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    check(time >= before - 1e-6 && time <= after + 1e-6);
    equal(space_for(4096), 1);
    equal(space_for(INT64_C(1) << 60), 0);
    equal(id_of_process(), getpid());
}

/* Whatever allocation of an object fails, nothing is left. */
TEST(an_object_that_cannot_be_made_leaves_nothing)
{
    test_allocator a = { 0 };
    lamella_context_options options = { .struct_size = sizeof options, .allocate = test_allocate, .release = test_release, .user = &a, .threads = 1 };
    lamella_context *ctx;
    thing *made;
    ok(lamella_context_create(&options, &ctx));
    int64_t live = a.live;
    int failed = 0;
    for (int64_t k = 1;; k++) {
        test_allocator_fail(&a, k, 0);
        lamella_status status = making(ctx, &made, LAMELLA_OK);
        if (status == LAMELLA_OK)
            break;
        returns(status, LAMELLA_ERR_MEMORY);
        equal(a.live, live);
        failed++;
    }
    check(failed >= 3); /* the object, its undo, its numbers */
    object_free(made);
    lamella_context_free(ctx);
    check(a.live == 0 && a.mistakes == 0);
}
