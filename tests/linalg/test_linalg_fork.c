/* Every entry of BLAS and LAPACK in a forked child beside the parent that goes on: none hangs, all give the parent's bits. */
#include "linalg/everything.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 10, SECONDS = WATCHED ? 300 : 30 };

static int child_agrees(const results *expected)
{
    results r;
    alarm(SECONDS); /* a hang ends the child */
    return run_everything(&r) == LAMELLA_OK && !memcmp(&r, expected, sizeof r);
}

TEST(every_entry_works_in_a_forked_child_and_beside_it)
{
    results expected, again;
    ok(run_everything(&expected));
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        if (child == 0)
            _exit(child_agrees(&expected) ? 0 : 1);
        check(child > 0);
        ok(run_everything(&again));
        equal_bits(&again, &expected, sizeof again);
        int status;
        equal(waitpid(child, &status, 0), child);
        check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}
