/* Numbers and orders drawn by Philox: two draws of 64 bits a block, numbered, so they depend on neither threads nor how work is cut. */
#include "order/order.h"
#include "base/philox.h"

#include <string.h>

typedef struct two_draws {
    uint64_t of[2];
} two_draws;

static two_draws block_of_draws(uint64_t seed, uint64_t stream, uint64_t block)
{
    const uint32_t counter[4] = { (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream, (uint32_t)(stream >> 32) };
    const uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };
    uint32_t draws[4];
    philox4x32(counter, key, draws);
    return (two_draws){ { draws[0] | (uint64_t)draws[1] << 32, draws[2] | (uint64_t)draws[3] << 32 } };
}

/* The fraction bits / 2^64 of n, rounded down. */
static int64_t share_below(uint64_t bits, int64_t n)
{
    __extension__ typedef unsigned __int128 product; /* pedantic hosts compile this too */
    return (int64_t)(((product)bits * (uint64_t)n) >> 64);
}

int64_t draw_below(uint64_t seed, uint64_t stream, uint64_t i, int64_t n)
{
    return share_below(block_of_draws(seed, stream, i / 2).of[i % 2], n);
}

void draw_with_replacement(uint64_t seed, uint64_t stream, int64_t n, int32_t *times, asking *asks)
{
    memset(times, 0, (size_t)n * sizeof *times);
    for (int64_t i = 0; i < n && !told_to_stop_after(asks, 2); i += 2) {
        two_draws two = block_of_draws(seed, stream, (uint64_t)i / 2);
        times[share_below(two.of[0], n)]++;
        if (i + 1 < n)
            times[share_below(two.of[1], n)]++;
    }
}

lamella_status shuffle_rows_asking(call *c, uint64_t seed, uint64_t stream, int64_t *rows, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = draw_below(seed, stream, (uint64_t)(n - 1 - i), i + 1), moved = rows[i];
        rows[i] = rows[j];
        rows[j] = moved;
        TRY(ask_rows(c, n - i, 1));
    }
    return LAMELLA_OK;
}

void shuffle_rows(uint64_t seed, uint64_t stream, int64_t *rows, int64_t n)
{
    shuffle_rows_asking(NULL, seed, stream, rows, n);
}
