/* A malloc that fails under BLAS: with two threads OpenBLAS 0.3.21 asks for memory in each product, and prints and exits without. */
#include "linalg/everything.h" /* before Check, which has a macro fail */
#include "support/malloc.h"
#include "support/test.h"

#include <unistd.h>

void openblas_set_num_threads(int num_threads);

/* What is printed while `run` runs goes to a file; returns its bytes. */
static int64_t bytes_printed(void (*run)(int32_t threads), int32_t threads)
{
    FILE *file = tmpfile();
    int kept[2] = { dup(1), dup(2) };
    fflush(NULL);
    for (int fd = 1; fd <= 2; fd++)
        dup2(fileno(file), fd);
    run(threads);
    fflush(NULL);
    for (int fd = 1; fd <= 2; fd++) {
        dup2(kept[fd - 1], fd);
        close(kept[fd - 1]);
    }
    int64_t bytes = lseek(fileno(file), 0, SEEK_END);
    fclose(file);
    return bytes;
}

static void fail_each(int32_t threads)
{
    results expected, again;
    openblas_set_num_threads(threads);
    malloc_fail(0, 0);
    ok(run_everything(&expected));
    int64_t calls = malloc_calls();
    check(calls > 3 || !malloc_is_ours());
    for (int onward = 0; onward <= 1; onward++)
        for (int64_t k = 1; k <= calls; k++) {
            malloc_fail(k, onward);
            lamella_status status = run_everything(&again);
            malloc_fail(0, 0);
            if (status == LAMELLA_OK)
                equal_bits(&again, &expected, sizeof again);
            else
                equal(status, LAMELLA_ERR_MEMORY);
        }
}

TEST(nobody_prints_or_exits_whichever_malloc_fails)
{
    for (int32_t threads = 1; threads <= 2; threads++) {
        equal(bytes_printed(fail_each, threads), 0);
        equal(blas_threads(), threads);
    }
}

TEST(the_threads_of_blas_change_no_bit)
{
    results one, more;
    openblas_set_num_threads(1);
    ok(run_everything(&one));
    for (int32_t threads = 2; threads <= 4; threads++) {
        openblas_set_num_threads(threads);
        ok(run_everything(&more));
        equal_bits(&more, &one, sizeof one);
    }
}
