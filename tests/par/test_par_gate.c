#include "par/gate.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 3, THREADS = 12, ROUNDS = 20 };

static gate tested_gate;
static int64_t inside, most_inside;

static void pause_for_a_moment(void)
{
    nanosleep(&(struct timespec){ 0, 200000 }, NULL);
}

static void *pass_often(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        gate_enter(&tested_gate, LIMIT);
        int64_t now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST), most = __atomic_load_n(&most_inside, __ATOMIC_SEQ_CST);
        while (now > most && !__atomic_compare_exchange_n(&most_inside, &most, now, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            ;
        pause_for_a_moment();
        __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        gate_leave(&tested_gate, NULL);
    }
    return NULL;
}

TEST(at_most_the_limit_is_inside)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        equal(pthread_create(&threads[i], NULL, pass_often, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    equal(most_inside, LIMIT);
    equal((uint32_t)tested_gate.state, 0);
}

TEST(a_forked_child_finds_the_gate_open)
{
    int status;
    for (int i = 0; i < LIMIT; i++)
        gate_enter(&tested_gate, LIMIT);
    pid_t child = fork();
    if (child == 0) {
        alarm(10); /* a child that waits for threads it does not have is killed */
        for (int i = 0; i < LIMIT; i++)
            gate_enter(&tested_gate, LIMIT);
        _exit((uint32_t)tested_gate.state == LIMIT ? 0 : 1);
    }
    waitpid(child, &status, 0);
    check(WIFEXITED(status));
    equal(WEXITSTATUS(status), 0);
    equal((uint32_t)tested_gate.state, LIMIT);
}
