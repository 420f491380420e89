/* Sizes that cannot wrap around. */
#ifndef BASE_SIZES_H
#define BASE_SIZES_H

#include <stdint.h>

/* Each returns 1 and stores the result, or 0 if it does not fit. */
static inline int size_add(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline int size_mul(int64_t a, int64_t b, int64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

static inline int64_t round_up(int64_t n, int64_t multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Up to a whole number of cache lines. */
static inline int64_t whole_lines(int64_t bytes)
{
    return round_up(bytes, 64);
}

#endif
