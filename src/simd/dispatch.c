/* From a level to its kernels: each level's own, and those of the levels below where it has none. */
#include "simd/tables.h"

#include <pthread.h>

static const kernels *const dispatch_own[] = {
    [LAMELLA_SIMD_REFERENCE] = &simd_reference,
    [LAMELLA_SIMD_AVX2]      = &simd_avx2,
    [LAMELLA_SIMD_AVX512]    = &simd_avx512,
};

static kernels tables[LENGTH(dispatch_own)];

static void overlay(kernels *table, const kernels *own)
{
#define KERNEL(result, name, parameters, arguments) \
    if (own->name)                                  \
        table->name = own->name;
#include "simd/kernels.inc"
#undef KERNEL
}

/* A level that is not present becomes the one below it. */
void dispatch_fill(int32_t present)
{
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level < LENGTH(dispatch_own); level++) {
        tables[level] = tables[level - 1];
        if (present & 1 << level)
            overlay(&tables[level], dispatch_own[level]);
    }
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int32_t present_levels;

static void look(void)
{
    present_levels = cpu_probe();
    dispatch_fill(present_levels);
}

int32_t simd_present(void)
{
    pthread_once(&once, look);
    return present_levels;
}

int32_t simd_best(void)
{
    int32_t present = simd_present(), level = LENGTH(dispatch_own) - 1;
    while (!(present & 1 << level))
        level--;
    return level;
}

const kernels *simd_kernels(int32_t level)
{
    simd_present();
    return &tables[level];
}

const kernels *simd_of(const call *c)
{
    return c->ctx && c->ctx->simd ? c->ctx->simd : simd_kernels(simd_best());
}
