#include "support/test.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>

static test_entry *first_entry, **last_entry = &first_entry;

void test_register(test_entry *entry)
{
    *last_entry = entry;
    last_entry = &entry->next;
}

void near_at(const char *file, int line, int64_t index, double actual, double expected, enum tolerance kind, double tolerance)
{
    double bound = kind == RELATIVE ? tolerance * fabs(expected) : tolerance;
    int same = isnan(expected) ? isnan(actual) : actual == expected || fabs(actual - expected) <= bound;
    if (!same)
        ck_abort_msg("%s:%d: [%lld] is %.17g, expected %.17g within %g", file, line, (long long)index, actual, expected, bound);
    else
        mark_point();
}

void equal_bits_at(const char *file, int line, const void *actual, const void *expected, int64_t bytes)
{
    const unsigned char *a = actual, *e = expected;
    for (int64_t i = 0; i < bytes; i++)
        if (a[i] != e[i])
            ck_abort_msg("%s:%d: byte %lld of %lld is %02x, expected %02x", file, line, (long long)i, (long long)bytes, a[i], e[i]);
    mark_point();
}

void status_at(const char *file, int line, lamella_status actual, lamella_status expected)
{
    if (actual != expected)
        ck_abort_msg("%s:%d: returned %s (%s), expected %s", file, line, lamella_status_name(actual), lamella_last_error(),
                     lamella_status_name(expected));
    mark_point();
}

void refused_at(const char *file, int line, lamella_status actual, lamella_status expected, const char *message)
{
    status_at(file, line, actual, expected);
    if (strcmp(lamella_last_error(), message))
        ck_abort_msg("%s:%d: said\n  %s\nexpected\n  %s", file, line, lamella_last_error(), message);
}

lamella_view view_make(int32_t dtype, void *data, const int64_t *shape, int32_t rank)
{
    lamella_view v;
    if (lamella_tensor_view_mutable(data, dtype, rank, shape, NULL, &v) != LAMELLA_OK)
        ck_abort_msg("%s", lamella_last_error());
    return v;
}

/* Check's handler kills a process group, in one process its own: a forked child whose alarm rings would take the whole test run along. */
static void forget_checks_alarm(void)
{
    signal(SIGALRM, SIG_DFL);
}

int main(int argc, char **argv)
{
    pthread_atfork(NULL, NULL, forget_checks_alarm);
    Suite *suite = suite_create(argc > 0 ? argv[0] : "tests");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 300);
    for (test_entry *e = first_entry; e; e = e->next)
        tcase_add_test(tests, e->test);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
