/* Little address space: BLAS maps 128 MB for each of its callers and tries for ever where it cannot. A program of its own, in which
 * nobody has called BLAS yet. */
#include "linalg/linalg.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MB ((int64_t)1 << 20)

enum { LIMITED = !WATCHED }; /* what watches takes all the space there is */

enum { IS_OK = 10, IS_MEMORY = 11, IS_ELSE = 12, SECONDS = 5 };

static int64_t bytes_mapped(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    equal(fscanf(file, "%lld", &pages), 1);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static int answer_of(lamella_status status)
{
    return status == LAMELLA_OK ? IS_OK : status == LAMELLA_ERR_MEMORY ? IS_MEMORY : IS_ELSE;
}

static int create_context(void)
{
    lamella_context_options o = { .struct_size = sizeof o, .threads = 2 };
    lamella_context *ctx = NULL;
    lamella_status status = lamella_context_create(&o, &ctx);
    lamella_context_free(ctx);
    return answer_of(status);
}

static lamella_status multiply(lamella_context *ctx)
{
    static double a[100 * 100], product[100 * 100];
    CALL(ctx, product_f64(c, &(blas_product){ 100, 100, 100, 1, 0, a, a, product, 100, 100, 100, 0, 0 }));
}

static int multiply_without_context(void)
{
    return answer_of(multiply(NULL));
}

/* All threads at once: who finds no room for a buffer waits for who has one. */
static void multiply_task(int64_t i, void *data)
{
    static double a[100 * 100];
    blas_product_run(&(blas_product){ 100, 100, 100, 1, 0, a, a, (double *)data + i * 100 * 100, 100, 100, 100, 0, 0 });
}

static lamella_status multiply_often(lamella_context *ctx)
{
    static double products[64 * 100 * 100];
    CALL(ctx, blas_parallel(c, 64, multiply_task, products));
}

static int multiply_on_threads(void)
{
    lamella_context_options o = { .struct_size = sizeof o, .threads = 6 };
    lamella_context *ctx = NULL;
    lamella_status status = lamella_context_create(&o, &ctx);
    if (status == LAMELLA_OK)
        status = multiply_often(ctx);
    lamella_context_free(ctx);
    return answer_of(status);
}

/* In a child that is allowed `bytes` of address space, or so many more than it has, and killed if it takes too long. What it has it sees
 * itself: here threads of BLAS are about to map theirs. */
static int run_within(int64_t bytes, int more, int (*run)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        rlim_t most = (rlim_t)(bytes + (more ? bytes_mapped() : 0));
        struct rlimit limit = { most, most };
        alarm(SECONDS);
        setrlimit(RLIMIT_AS, &limit);
        _exit(run());
    }
    equal(waitpid(child, &status, 0), child);
    check(WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST(a_limit_of_any_size_is_ok_or_memory)
{
    int (*const runs[])(void) = { create_context, multiply_without_context, multiply_on_threads };
    for (int r = 0; LIMITED && r < LENGTH(runs); r++)
        for (int64_t megabytes = 64; megabytes <= 1024; megabytes += 96)
            check(run_within(megabytes * MB, 0, runs[r]) != IS_ELSE);
}

TEST(room_for_everything_but_the_buffer_is_memory)
{
    if (!LIMITED)
        return;
    equal(run_within(120 * MB, 1, create_context), IS_MEMORY);
    equal(run_within(120 * MB, 1, multiply_without_context), IS_MEMORY);
    equal(run_within(140 * MB, 1, multiply_without_context), IS_OK);
    equal(run_within(320 * MB, 1, create_context), IS_OK);
}

/* Five stacks of 8 MB and their arenas of 64 MB of address space, one or two buffers. */
TEST(threads_share_the_buffers_that_there_is_room_for)
{
    if (!LIMITED)
        return;
    for (int64_t more = 192; more <= 768; more += 64)
        check(run_within(more * MB, 1, multiply_on_threads) != IS_ELSE);
    equal(run_within(768 * MB, 1, multiply_on_threads), IS_OK);
}

TEST(space_is_found_or_not)
{
    check(space_for(4096));
    check(!space_for((int64_t)1 << 62));
}
