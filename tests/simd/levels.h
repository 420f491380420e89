/* The levels that this processor has, and numbers to try them on. */
#ifndef TESTS_SIMD_LEVELS_H
#define TESTS_SIMD_LEVELS_H

#include "simd/simd.h"
#include "support/test.h"

static const char *const level_names[] = { "", "reference", "avx2", "avx512" };

/* for each level present, with its table: FOR_LEVELS(k) { ... } */
#define FOR_LEVELS(k)                                                                               \
    for (int32_t level_ = LAMELLA_SIMD_REFERENCE; level_ <= LAMELLA_SIMD_AVX512; level_++)          \
        for (const kernels *k = simd_present() & 1 << level_ ? simd_kernels(level_) : NULL; k; k = NULL)

static inline uint64_t random_bits(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}

static inline double random_unit(uint64_t *state) /* [-1, 1), 53 bits */
{
    return (double)(int64_t)random_bits(state) * 0x1p-63;
}

#endif
