#include "support/test.h"
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

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
}

void equal_bits_at(const char *file, int line, const void *actual, const void *expected, int64_t bytes)
{
    const unsigned char *a = actual, *e = expected;
    for (int64_t i = 0; i < bytes; i++)
        if (a[i] != e[i])
            ck_abort_msg("%s:%d: byte %lld of %lld is %02x, expected %02x", file, line, (long long)i, (long long)bytes, a[i], e[i]);
}

void status_at(const char *file, int line, lamella_status actual, lamella_status expected)
{
    if (actual != expected)
        ck_abort_msg("%s:%d: returned %s (%s), expected %s", file, line, lamella_status_name(actual), lamella_last_error(),
                     lamella_status_name(expected));
}

void refused_at(const char *file, int line, lamella_status actual, lamella_status expected, const char *message)
{
    status_at(file, line, actual, expected);
    if (strcmp(lamella_last_error(), message))
        ck_abort_msg("%s:%d: said\n  %s\nexpected\n  %s", file, line, lamella_last_error(), message);
}

const char *folder_of_files(void)
{
    const char *asked = getenv("LAMELLA_TEST_FILES");
    struct statvfs at;
    if (asked && *asked)
        return asked;
    int has_room = !access("/dev/shm", W_OK) && !statvfs("/dev/shm", &at) && (double)at.f_bavail * (double)at.f_bsize > 1e9;
    return has_room ? "/dev/shm" : P_tmpdir;
}

lamella_view view_make(int32_t dtype, void *data, const int64_t *shape, int32_t rank)
{
    lamella_view v;
    if (lamella_tensor_view_mutable(data, dtype, rank, shape, NULL, &v) != LAMELLA_OK)
        ck_abort_msg("%s", lamella_last_error());
    return v;
}

int emulated(const char *what)
{
    volatile long double one = 1, least = LDBL_EPSILON;
    if (one + least != 1)
        return 0;
    printf("not run under memcheck: %s\n", what);
    return 1;
}

/* Check's handler kills a process group, in one process its own: a forked child whose alarm rings would take the whole test run along. */
static void forget_checks_alarm(void)
{
    signal(SIGALRM, SIG_DFL);
}

/* "test_io_json" for all of test_io_json.c, or the name of one test. */
static int is_named(const TTest *test, const char *name)
{
    const char *file = strrchr(test->file, '/');
    size_t length = strlen(name);
    file = file ? file + 1 : test->file;
    return !strcmp(test->name, name) || (!strncmp(file, name, length) && !strcmp(file + length, ".c"));
}

static int is_asked_for(const TTest *test, char **names, int n)
{
    for (int i = 0; i < n; i++)
        if (is_named(test, names[i]))
            return 1;
    return !n;
}

/* The generic matrix is long. */
static int is_of_matrix(const TTest *test)
{
    static const char *const ends[] = { "_same_bits", "_forms", "_far", "_faults", "_refusals" };
    size_t length = strlen(test->name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (!strncmp(test->name, "lamella_", 8) && length > strlen(ends[i]) && !strcmp(test->name + length - strlen(ends[i]), ends[i]))
            return 1;
    return 0;
}

static int run(const char *program, const test_entry *first, const test_entry *end, char **names, int n, int *n_run)
{
    Suite *suite = suite_create(program);
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 300);
    for (const test_entry *e = first; e != end; e = e->next)
        if (is_asked_for(e->test, names, n))
            tcase_add_test(tests, e->test);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    if (!getenv("CK_FORK")) /* a process for each takes as long as the tests; CK_FORK=yes names one that crashes */
        srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    *n_run += srunner_ntests_run(runner);
    srunner_free(runner);
    return failed;
}

/* Of a file whose name holds this. */
static int is_near(const TTest *test, const char *part)
{
    const char *file = strrchr(test->file, '/');
    return *part && strstr(file ? file + 1 : test->file, part);
}

/* Up to the first failure: tests of files whose name holds `near`, then the others, the generic matrix at the end. */
static int run_to_first_failure(const char *program, const char *near, char **names, int n, int *n_run)
{
    int failed = 0;
    for (int turn = 0; turn < 3; turn++)
        for (test_entry *e = first_entry; e && !failed; e = e->next)
            if (turn == (is_of_matrix(e->test) ? 2 : !is_near(e->test, near)))
                failed += run(program, e, e->next, names, n, n_run);
    return failed;
}

/* usage: test_ROOM [--first=PART] [FILE|TEST...]; --first ends with the first test that fails, those of files with PART in their name first. */
int main(int argc, char **argv)
{
    int only_first = argc > 1 && !strncmp(argv[1], "--first=", 8), failed, n_run = 0;
    char **names = argv + 1 + only_first;
    int n = argc > 1 + only_first ? argc - 1 - only_first : 0;
    pthread_atfork(NULL, NULL, forget_checks_alarm);
    if (only_first)
        failed = run_to_first_failure(argv[0], argv[1] + 8, names, n, &n_run);
    else
        failed = run(argc > 0 ? argv[0] : "tests", first_entry, NULL, names, n, &n_run);
    if (!n_run)
        fprintf(stderr, "there is no such test\n");
    return failed || !n_run;
}
