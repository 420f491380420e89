/* Numbers and orders drawn by Philox: two draws of 64 bits a block, numbered, so they depend on neither threads nor how work is cut. */
#include "measure/measure.h"
#include "base/philox.h"

int64_t draw_below(uint64_t seed, uint64_t stream, uint64_t i, int64_t n)
{
    const uint64_t block = i / 2;
    const uint32_t counter[4] = { (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream, (uint32_t)(stream >> 32) };
    const uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };
    uint32_t draws[4];
    philox4x32(counter, key, draws);
    uint64_t bits = i % 2 ? draws[2] | (uint64_t)draws[3] << 32 : draws[0] | (uint64_t)draws[1] << 32;
    return (int64_t)(((unsigned __int128)bits * (uint64_t)n) >> 64); /* the fraction bits / 2^64 of n, rounded down */
}

void shuffle_rows(uint64_t seed, uint64_t stream, int64_t *rows, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = draw_below(seed, stream, (uint64_t)(n - 1 - i), i + 1), moved = rows[i];
        rows[i] = rows[j];
        rows[j] = moved;
    }
}
