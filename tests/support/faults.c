/* What can go wrong around an operation: memory that runs out at every allocation, a host that stops at every question, no time,
 * no workspace. Afterwards the same call on the same context gives the same bits. */
#include "support/case.h"
#include "support/malloc.h"

void openblas_set_num_threads(int num_threads);
int  openblas_get_num_threads(void);

/* Enough samples that a retry after half the work would show, few enough for thousands of calls. */
static setting setting_of_faults(const operation *o, int64_t source)
{
    setting s = setting_smallest(o);
    s.at[AXIS_HOST] = 2;
    s.at[AXIS_SOURCE] = o->in_memory ? LAYOUT_TRANSPOSED : source;
    return s;
}

/* Calls once more, undisturbed: the object of the test is that nothing stayed behind. */
static void retry_equals(matrix_case *c, const outcome *expected)
{
    outcome again;
    test_allocator_fail(&c->host.memory, 0, 0);
    c->host.progress_at = c->host.read_at = 0;
    case_call(c, &again);
    outcome_equal(c, &again, expected);
    outcome_free(&again);
}

static void expect_status(matrix_case *c, lamella_status expected, const char *when, int64_t k)
{
    outcome result;
    case_call(c, &result);
    if (result.status != expected)
        case_failed(c, "%s %d: returned %s (%s), expected %s", when, (int)k, lamella_status_name(result.status), lamella_last_error(),
                    lamella_status_name(expected));
    outcome_free(&result);
}

static void memory_runs_out(matrix_case *c, const outcome *expected)
{
    test_allocator_fail(&c->host.memory, 0, 0);
    retry_equals(c, expected);
    int64_t calls = c->host.memory.calls;
    for (int onward = 0; onward <= 1; onward++)
        for (int64_t k = 1; k <= calls; k++) {
            test_allocator_fail(&c->host.memory, k, onward);
            expect_status(c, LAMELLA_ERR_MEMORY, onward ? "no memory from allocation" : "no memory at allocation", k);
            retry_equals(c, expected);
        }
}

/* What BLAS asks malloc for itself, by its number of threads: it gets it or not, and nobody but us says so. */
static void blas_runs_out(matrix_case *c, const outcome *expected)
{
    int threads_before = openblas_get_num_threads();
    for (int threads = 1; threads <= 2; threads++) {
        openblas_set_num_threads(threads);
        malloc_watch("openblas_set_num_threads");
        malloc_fail(0, 0);
        retry_equals(c, expected);
        int64_t calls = malloc_calls();
        for (int64_t k = 1; k <= calls; k++) {
            outcome result;
            malloc_fail(k, k % 2 == 0);
            case_call(c, &result);
            malloc_fail(0, 0);
            if (result.status != LAMELLA_ERR_MEMORY)
                outcome_equal(c, &result, expected);
            outcome_free(&result);
        }
        malloc_watch(NULL);
        if (openblas_get_num_threads() != threads)
            case_failed(c, "BLAS had %d threads and has %d", threads, openblas_get_num_threads());
    }
    openblas_set_num_threads(threads_before);
}

/* `at` is progress_at or read_at of the case's host, asked `n` times in an undisturbed call. */
static void host_answers(matrix_case *c, const outcome *expected, int64_t *at, int64_t n, int64_t answer, lamella_status status,
                         const char *when)
{
    for (int64_t k = 1; k <= n; k++) {
        *at = k;
        c->host.answer = answer;
        expect_status(c, status, when, k);
        retry_equals(c, expected);
    }
}

static void host_stops(matrix_case *c, const outcome *expected)
{
    retry_equals(c, expected);
    int64_t n_progress = c->host.n_progress, n_reads = c->host.n_reads;
    if (!n_progress && !c->operation->quick)
        case_failed(c, "reports no progress");
    if (expected->status >= LAMELLA_OK && c->host.told > 0 && c->host.told < 1)
        case_failed(c, "ends when progress is at %d millionths", (int)(c->host.told * 1e6));
    host_answers(c, expected, &c->host.progress_at, n_progress, LAMELLA_STOP, LAMELLA_STOPPED, "progress stops at call");
    host_answers(c, expected, &c->host.progress_at, n_progress, 7, LAMELLA_ERR_CALLBACK, "progress answers 7 at call");
    host_answers(c, expected, &c->host.read_at, n_reads, LAMELLA_STOP, LAMELLA_STOPPED, "read stops at call");
    host_answers(c, expected, &c->host.read_at, n_reads, 0, LAMELLA_ERR_CALLBACK, "read delivers no row at call");
    host_answers(c, expected, &c->host.read_at, n_reads, 1 << 20, LAMELLA_ERR_CALLBACK, "read delivers too many rows at call");
}

static void no_time(matrix_case *c)
{
    c->host.deadline_seconds = 1e-9;
}

static void time_runs_out(const operation *o)
{
    matrix_case c;
    setting s = setting_of_faults(o, SOURCE_READ + 7);
    case_open(&c, o, &s, no_time);
    expect_status(&c, o->quick ? LAMELLA_OK : LAMELLA_STOPPED, "deadline in nanoseconds:", 1);
    case_close(&c);
}

static int64_t workspace;

static void little_workspace(matrix_case *c)
{
    c->host.max_workspace_bytes = workspace;
}

/* Less and less room, so that a stack that is read passes in several blocks, until there is not enough: LIMIT, or the same bits. */
static void workspace_is_limited(const operation *o)
{
    outcome expected = { 0 };
    setting s = setting_of_faults(o, SOURCE_READ + 7);
    s.at[AXIS_SAMPLES] = MANY;
    s.at[AXIS_WIDTHS] = WIDTHS_64;
    for (workspace = 0; workspace <= 1 << 22; workspace = workspace ? workspace * 2 : 1) {
        matrix_case c;
        outcome result;
        case_open(&c, o, &s, little_workspace);
        case_call(&c, &result);
        if (workspace && result.status != LAMELLA_ERR_LIMIT)
            outcome_equal(&c, &result, &expected);
        case_close(&c);
        if (workspace)
            outcome_free(&result);
        else
            expected = result;
    }
    outcome_free(&expected);
}

void matrix_faults(const operation *o)
{
    static const int64_t sources[] = { LAYOUT_TRANSPOSED, SOURCE_READ + 1 };
    for (int i = 0; i < 2 - (o->in_memory != 0); i++) {
        matrix_case c;
        outcome expected;
        setting s = setting_of_faults(o, sources[i]);
        case_open(&c, o, &s, NULL);
        case_call(&c, &expected);
        if (!succeeded(expected.status))
            case_failed(&c, "returned %s: %s", lamella_status_name(expected.status), lamella_last_error());
        memory_runs_out(&c, &expected);
        blas_runs_out(&c, &expected);
        host_stops(&c, &expected);
        outcome_free(&expected);
        case_close(&c);
    }
    workspace_is_limited(o);
    time_runs_out(o);
}
