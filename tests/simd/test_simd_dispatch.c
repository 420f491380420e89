/* From level to table. */
#include "simd/levels.h"
#include "simd/tables.h"
#include <pthread.h>

TEST(the_reference_is_always_present_and_best_is_the_highest)
{
    int32_t present = simd_present(), best = simd_best();
    check(present & 1 << LAMELLA_SIMD_REFERENCE);
    check(present & 1 << best);
    equal(present >> (best + 1), 0);
}

/* The compiler's own probe agrees. */
TEST(what_is_present_is_what_the_processor_has)
{
    int32_t expected = 1 << LAMELLA_SIMD_REFERENCE;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        expected |= 1 << LAMELLA_SIMD_AVX2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl"))
        expected |= 1 << LAMELLA_SIMD_AVX512;
#endif
    equal(simd_present(), expected);
}

static void no_holes(const kernels *k)
{
#define KERNEL(result, name, parameters, arguments) check(k->name != NULL);
#include "simd/kernels.inc"
#undef KERNEL
}

TEST(no_table_has_a_hole)
{
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level <= LAMELLA_SIMD_AVX512; level++)
        no_holes(simd_kernels(level));
}

static void equals_table(const kernels *k, const kernels *expected)
{
#define KERNEL(result, name, parameters, arguments) check(k->name == expected->name);
#include "simd/kernels.inc"
#undef KERNEL
}

TEST(a_level_that_is_not_present_is_the_one_below)
{
    const int32_t present = simd_present();
    dispatch_fill(1 << LAMELLA_SIMD_REFERENCE);
    equals_table(simd_kernels(LAMELLA_SIMD_AVX512), &simd_reference);
    dispatch_fill(1 << LAMELLA_SIMD_REFERENCE | 1 << LAMELLA_SIMD_AVX2);
    no_holes(simd_kernels(LAMELLA_SIMD_AVX512));
    equals_table(simd_kernels(LAMELLA_SIMD_AVX512), simd_kernels(LAMELLA_SIMD_AVX2));
    dispatch_fill(present);
}

TEST(every_present_level_has_kernels_of_its_own)
{
    FOR_LEVELS(k) {
        if (level_ > LAMELLA_SIMD_REFERENCE)
            check(k->square_lanes_f32 != simd_kernels(level_ - 1)->square_lanes_f32);
    }
}

TEST(a_call_uses_its_context_s_level_else_the_best)
{
    lamella_context ctx = { .simd = simd_kernels(LAMELLA_SIMD_REFERENCE) };
    call c = { .ctx = &ctx };
    check(simd_of(&c) == simd_kernels(LAMELLA_SIMD_REFERENCE));
    c.ctx = NULL;
    check(simd_of(&c) == simd_kernels(simd_best()));
}

static void *first_use(void *argument)
{
    call c = { 0 };
    *(const kernels **)argument = simd_of(&c);
    no_holes(*(const kernels **)argument);
    return NULL;
}

TEST(first_use_may_be_on_many_threads_at_once)
{
    pthread_t thread[8];
    const kernels *seen[8];
    for (int i = 0; i < 8; i++)
        equal(pthread_create(&thread[i], NULL, first_use, &seen[i]), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < 8; i++)
        check(seen[i] == simd_kernels(simd_best()));
}

TEST(lanes_are_summed_upper_half_to_lower)
{
    uint64_t state = 5;
    for (int repeat = 0; repeat < 100; repeat++) {
        double l[16], a[8];
        for (int i = 0; i < 16; i++)
            l[i] = random_unit(&state);
        for (int i = 0; i < 8; i++)
            a[i] = l[i] + l[i + 8];
        check(lanes_sum(l) == ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7])));
    }
}
