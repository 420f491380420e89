/* What the files of simd share: one table per level, and the switch that lets one file use one instruction set. */
#ifndef SIMD_TABLES_H
#define SIMD_TABLES_H

#include "simd/simd.h"

#if defined(__x86_64__)
#include <immintrin.h> /* before any switch: gcc would tie its functions to the set switched to */
#endif

/* One table a level; NULL where it has no kernel of its own. The reference has all. */
LAMELLA_INTERNAL_DATA const kernels simd_reference;
LAMELLA_INTERNAL_DATA const kernels simd_avx2;
LAMELLA_INTERNAL_DATA const kernels simd_avx512;

#ifdef LAMELLA_AMALGAMATION
#define SIMD_TABLE static const kernels
#else
#define SIMD_TABLE const kernels
#endif

#if defined(__x86_64__)
/* In avx2_products.c; the others of AVX2 are avx2.c's own. */
#define KERNEL(result, name, parameters, arguments) LAMELLA_INTERNAL result avx2_##name parameters;
#include "simd/products.inc"
#undef KERNEL
#endif

/* As simd_present says, asked anew. */
LAMELLA_INTERNAL int32_t cpu_probe(void);
/* Called once, before any table is used. */
LAMELLA_INTERNAL void dispatch_fill(int32_t present);

/* Functions between the two may use `features`; compile flags and the rest of the file stay as they are. */
#define SIMD_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define SIMD_TARGET_PUSH(features) SIMD_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define SIMD_TARGET_POP SIMD_PRAGMA(clang attribute pop)
#else
#define SIMD_TARGET_PUSH(features) SIMD_PRAGMA(GCC push_options) SIMD_PRAGMA(GCC target(features))
#define SIMD_TARGET_POP SIMD_PRAGMA(GCC pop_options)
#endif

#endif
