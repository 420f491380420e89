/* What the processor has and its operating system saves. */
#include "simd/tables.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* Register state that the operating system saves (XCR0). */
#define CPU_YMM_STATE 0x06 /* SSE and AVX */
#define CPU_ZMM_STATE 0xe6 /* and opmask, the upper halves, registers 16 to 31 */

static int saves(uint32_t state)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & state) == state;
}

int32_t cpu_probe(void)
{
    const uint32_t avx2_basic = bit_FMA | bit_OSXSAVE | bit_AVX | bit_F16C;
    const uint32_t avx512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
    int32_t present = 1 << LAMELLA_SIMD_REFERENCE;
    uint32_t a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & avx2_basic) != avx2_basic || !saves(CPU_YMM_STATE))
        return present;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2))
        return present;
    present |= 1 << LAMELLA_SIMD_AVX2;
    if ((b & avx512) == avx512 && saves(CPU_ZMM_STATE))
        present |= 1 << LAMELLA_SIMD_AVX512;
    return present;
}

#define CPU_FLUSH 0x8040u /* MXCSR: results and operands */

uint32_t simd_flush(void)
{
    uint32_t environment = _mm_getcsr();
    _mm_setcsr(environment | CPU_FLUSH);
    return environment;
}

void simd_put_back(uint32_t environment)
{
    _mm_setcsr(environment);
}

#else

int32_t cpu_probe(void)
{
    return 1 << LAMELLA_SIMD_REFERENCE;
}

uint32_t simd_flush(void)
{
    return 0;
}

void simd_put_back(uint32_t environment)
{
    (void)environment;
}

#endif
