/* What fuzzing aims at. A target takes any bytes and traps where a promise is broken; sanitizers see the rest. The same targets run under
 * libFuzzer (engine.c, tests/fuzz/run) and replay the committed seeds in every build (replay.c). */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <lamella.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/with.h"

#define MUST(condition)       \
    do {                      \
        if (!(condition))     \
            __builtin_trap(); \
    } while (0)

#define FUZZ_TARGETS(X) \
    X(safetensors)      \
    X(npy)              \
    X(stack)            \
    X(probe)            \
    X(project)          \
    X(gram)             \
    X(index)            \
    X(calls)

#define FUZZ_DECLARE(name) void fuzz_##name(const uint8_t *bytes, size_t n);
FUZZ_TARGETS(FUZZ_DECLARE)

/* How often each operation of the target `calls` was called and did its work, up to the one without a name. */
typedef struct fuzz_count {
    const char *name;
    int64_t     made, done;
} fuzz_count;

const fuzz_count *fuzz_calls_counts(void);

/* Changes a saved model and mends its header's length, so that more than the first check is met. */
size_t fuzz_mutate_model(uint8_t *bytes, size_t n, size_t most, unsigned seed, size_t (*mutate)(uint8_t *, size_t, size_t));

/* Bytes as choices; zeros when they have run out. */
typedef struct choices {
    const uint8_t *at, *end;
} choices;

static inline unsigned choose(choices *c, unsigned n)
{
    return c->at < c->end ? *c->at++ % n : 0;
}

/* A file of bytes in memory of exactly its length, so that a sanitizer sees the byte behind it. */
typedef struct fuzz_file {
    char  *at;
    size_t n;
} fuzz_file;

/* The first byte says how the rest is meant: 0 a whole file; else a header that is given its length, and as many zeros behind it as the first
 * number of 4 digits at most that ends the last data_offsets asks for. */
fuzz_file fuzz_safetensors_file(const uint8_t *bytes, size_t n);
lamella_view fuzz_view_of(fuzz_file f);

#endif
