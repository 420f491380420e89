/* foreign: files of other formats: what they are, and what to type to get arrays out of them. */
#ifndef SUPPORT_FOREIGN_H
#define SUPPORT_FOREIGN_H

#include <stdint.h>

typedef struct foreign {
    const char *what;    /* "a GGUF file, weights for llama.cpp" */
    const char *advice;  /* a sentence; "" = none */
    const char *command; /* to type; "" = none */
} foreign;

/* `kind` is LAMELLA_IO_...; the file's first bytes tell what the library does not (images, archives, text). */
foreign foreign_of(int32_t kind, const char *path, const char *file);

/* The shards that a *.index.json names, in the order of its text; returns how many. */
int64_t foreign_shards(const char *path, const char ***shard);

#endif
