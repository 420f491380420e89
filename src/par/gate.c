/* The gate is one atomic word. The process id beside the count makes it right in a forked child, where the threads that were
 * inside do not exist; a mutex held by one of them would stay locked for ever. Waiting is rare, so it may poll. */
#include "par/gate.h"

#include <time.h>
#include <unistd.h>

#define GATE_POLL_NANOSECONDS 50000

void gate_enter(gate *g, uint32_t limit)
{
    const uint64_t process = (uint64_t)(uint32_t)getpid() << 32;
    uint64_t state = __atomic_load_n(&g->state, __ATOMIC_RELAXED);
    for (;;) {
        const uint64_t inside = state >> 32 == process >> 32 ? (uint32_t)state : 0;
        if (inside >= limit) {
            nanosleep(&(struct timespec){ 0, GATE_POLL_NANOSECONDS }, NULL);
            state = __atomic_load_n(&g->state, __ATOMIC_RELAXED);
        } else if (__atomic_compare_exchange_n(&g->state, &state, process | (inside + 1), 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
    }
}

void gate_leave(gate *g)
{
    __atomic_sub_fetch(&g->state, 1, __ATOMIC_RELEASE);
}
