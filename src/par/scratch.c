/* Pieces of scratch memory, one bit each: whoever sets it has the piece. */
#include "par/par.h"
#include <sched.h>

lamella_status scratch_open(call *c, int64_t bytes, scratch *s)
{
    s->n = parallel_width(c);
    s->bytes = whole_lines(MAX(bytes, 1));
    s->memory = call_take(c, &c->memory, s->n, s->bytes);
    if (!s->memory)
        return c->failed;
    for (int64_t word = 0; word < LENGTH(s->taken); word++) {
        int64_t pieces = MIN(MAX(s->n - 64 * word, 0), 64);
        s->taken[word] = pieces == 64 ? 0 : ~(uint64_t)0 << pieces; /* bits beyond the last piece are never free */
    }
    return LAMELLA_OK;
}

/* A piece of one word of bits that was free and is ours now; -1: none. */
static int scratch_claim_bit(uint64_t *taken)
{
    uint64_t seen = __atomic_load_n(taken, __ATOMIC_RELAXED);
    while (~seen) {
        uint64_t bit = ~seen & (seen + 1); /* the lowest free one */
        seen = __atomic_fetch_or(taken, bit, __ATOMIC_ACQUIRE);
        if (!(seen & bit))
            return __builtin_ctzll(bit);
    }
    return -1;
}

/* At most `threads` tasks run at once, so a piece is free, or about to be where a host runs more. */
void *scratch_claim(scratch *s)
{
    for (int64_t word = 0;; word = (word + 1) % LENGTH(s->taken)) {
        int bit = scratch_claim_bit(&s->taken[word]);
        if (bit >= 0)
            return s->memory + (64 * word + bit) * s->bytes;
        if (word == LENGTH(s->taken) - 1)
            sched_yield();
    }
}

void scratch_release(scratch *s, void *piece)
{
    int64_t i = ((char *)piece - s->memory) / s->bytes;
    __atomic_fetch_and(&s->taken[i / 64], ~((uint64_t)1 << i % 64), __ATOMIC_RELEASE);
}
