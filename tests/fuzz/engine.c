/* libFuzzer's door to one target: -DFUZZ_TARGET=name, -DFUZZ_MODEL where bytes are a saved model, -DFUZZ_NUMBERS where comparisons say nothing. */
#include "fuzz/fuzz.h"

#define FUZZ_NAME_OF(name) fuzz_##name
#define FUZZ_NAME(name) FUZZ_NAME_OF(name)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    FUZZ_NAME(FUZZ_TARGET)(bytes, n);
    return 0;
}

#ifdef FUZZ_MODEL
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t most, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n, size_t most, unsigned seed)
{
    return fuzz_mutate_model(bytes, n, most, seed, LLVMFuzzerMutate);
}
#endif

#ifdef FUZZ_NUMBERS
#include <stdio.h>

static void print_counts(void)
{
    for (const fuzz_count *n = fuzz_calls_counts(); n->name; n++)
        fprintf(stderr, "calls: %s %lld, did their work %lld\n", n->name, (long long)n->made, (long long)n->done);
}

int LLVMFuzzerInitialize(int *n, char ***arguments);
int LLVMFuzzerInitialize(int *n, char ***arguments)
{
    (void)n, (void)arguments;
    return atexit(print_counts);
}

#define NOT_NOTED(kind, type)                                         \
    void __wrap___sanitizer_cov_trace_##kind(type a, type b);         \
    void __wrap___sanitizer_cov_trace_##kind(type a, type b) { (void)a, (void)b; }
NOT_NOTED(cmp1, uint8_t)
NOT_NOTED(cmp2, uint16_t)
NOT_NOTED(cmp4, uint32_t)
NOT_NOTED(cmp8, uint64_t)
NOT_NOTED(const_cmp1, uint8_t)
NOT_NOTED(const_cmp2, uint16_t)
NOT_NOTED(const_cmp4, uint32_t)
NOT_NOTED(const_cmp8, uint64_t)
#endif
