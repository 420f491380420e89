/* Kernels by name, at the level the processor has or the context asked for. Level 1; intrinsics stand nowhere else. */
#ifndef SIMD_SIMD_H
#define SIMD_SIMD_H

#include "base/base.h"

/* What one call of tile_f32 fills, and the lanes of a dot_f32. */
enum { TILE_QUERIES = 8, TILE_ROWS = 48, DOT_LANES = 64 };

typedef struct kernels {
#define KERNEL(result, name, parameters, arguments) result (*name) parameters;
#include "simd/kernels.inc"
#undef KERNEL
} kernels;

/* Bits 1 << LAMELLA_SIMD_... of the levels that this processor and its operating system have; the reference always. */
LAMELLA_INTERNAL int32_t        simd_present(void);
LAMELLA_INTERNAL int32_t        simd_best(void);
/* The table of a level that is present, holes filled from the levels below. */
LAMELLA_INTERNAL const kernels *simd_kernels(int32_t level);
/* What a call uses: its context's level, else the best. */
LAMELLA_INTERNAL const kernels *simd_of(const call *c);

/* From here on this thread takes numbers under 2^-126 in f32 for 0, where its processor can: they may be a hundred times slower. Returns
 * what puts its floating-point environment back as it was. */
LAMELLA_INTERNAL uint32_t       simd_flush(void);
LAMELLA_INTERNAL void           simd_put_back(uint32_t environment);

/* The 16 lanes to one sum, always in this order: 16 -> 8 -> 4 -> 2 -> 1 by adding the upper half to the lower. */
LAMELLA_INTERNAL double         lanes_sum(const double *lanes);

static inline double dot_f64(const kernels *k, const double *x, const double *y, int64_t n)
{
    double lanes[16] = { 0 };
    k->dot_lanes_f64(x, y, n, lanes);
    return lanes_sum(lanes);
}

#endif
