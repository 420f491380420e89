/* libFuzzer's door to one target: -DFUZZ_TARGET=name, and -DFUZZ_MODEL where bytes are a saved model. */
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
