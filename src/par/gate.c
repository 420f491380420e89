/* The gate is one atomic word. The process id beside the count makes it right in a forked child, where the threads that were
 * inside do not exist; a mutex held by one of them would stay locked for ever. Waiting is rare, so it may poll. */
#include "par/gate.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#define GATE_POLL_NANOSECONDS 50000
#define GATE_CLOSED UINT32_MAX /* as a count: the last one out is in `last` */

static uint64_t gate_process(void)
{
    return (uint64_t)(uint32_t)getpid() << 32;
}

int gate_try(gate *g, uint32_t limit)
{
    const uint64_t process = gate_process();
    uint64_t state = __atomic_load_n(&g->state, __ATOMIC_RELAXED);
    for (;;) {
        const uint64_t inside = state >> 32 == process >> 32 ? (uint32_t)state : 0;
        if (inside == GATE_CLOSED) {
            sched_yield();
            state = __atomic_load_n(&g->state, __ATOMIC_RELAXED);
        } else if (inside >= limit)
            return 0;
        else if (__atomic_compare_exchange_n(&g->state, &state, process | (inside + 1), 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return 1;
    }
}

void gate_wait(void)
{
    nanosleep(&(struct timespec){ 0, GATE_POLL_NANOSECONDS }, NULL);
}

void gate_enter(gate *g, uint32_t limit)
{
    while (!gate_try(g, limit))
        gate_wait();
}

void gate_leave(gate *g, void (*last)(void))
{
    const uint64_t process = gate_process();
    uint64_t state = __atomic_load_n(&g->state, __ATOMIC_RELAXED), next;
    do
        next = last && (uint32_t)state == 1 ? process | GATE_CLOSED : state - 1;
    while (!__atomic_compare_exchange_n(&g->state, &state, next, 1, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    if (next != (process | GATE_CLOSED))
        return;
    last();
    __atomic_store_n(&g->state, process, __ATOMIC_RELEASE);
}
