/* context: allocator, threads, limits, progress, log; what the library is built of */
#ifndef LAMELLA_CONTEXT_H
#define LAMELLA_CONTEXT_H

#include "lamella/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One thread at a time uses a context; a call on another one meanwhile is refused (ARGUMENT). Every function takes NULL for one: then
 * malloc, no thread of ours, no limit, no callbacks. */
typedef struct lamella_context lamella_context;

/* Kernel levels; 0 in the options means the best one that the processor has. */
enum {
    LAMELLA_SIMD_REFERENCE = 1,
    LAMELLA_SIMD_AVX2      = 2, /* with FMA and F16C */
    LAMELLA_SIMD_AVX512    = 3  /* F, BW, DQ, VL */
};

/* Levels of a log message. */
enum {
    LAMELLA_LOG_INFO = 1,
    LAMELLA_LOG_WARN = 2
};

/* Zero means default in every field. Callbacks other than allocate, release and parallel_for's tasks run on the calling thread only.
 * Objects made with a context keep its allocator: they call release(user) when they are freed, also after the context was, so `user` has
 * to live as long. In a forked child contexts and objects work on; threads start anew there, and the first time that two of them share a
 * context the second is not refused. */
typedef struct lamella_context_options {
    uint32_t struct_size;
    int32_t  threads;             /* {0 to 256} 0 = the CPUs of the affinity mask, 1 = no thread of ours */
    int32_t  simd;                /* {LAMELLA_SIMD_...} 0 = the best; a level that the processor has */
    int32_t  own_blas;            /* {0 or 1} 1 = OpenBLAS has one thread from here on, in the whole process; 0 = while it works for us */
    int64_t  max_workspace_bytes; /* {0 or more; in bytes} 0 = no limit; what one call may allocate beside its outputs */
    double   deadline_seconds;    /* {0 or more; in seconds} 0 = none; budget of each call, then STOPPED */
    /* Both or neither; release gets the bytes that were asked for. */
    void   *(*allocate)(int64_t bytes, int64_t alignment, void *user);
    void    (*release)(void *memory, int64_t bytes, int64_t alignment, void *user);
    /* Runs task(0, data) .. task(n - 1, data), all before it returns; `threads` at once are of use, those beyond wait for memory of theirs. */
    int32_t (*parallel_for)(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user);
    void    (*log)(int32_t level, const char *message, void *user); /* what a file's reader took or left aside; what a saver could not make sure */
    int32_t (*progress)(double fraction, const char *stage, void *user); /* stage: the function and what it does; the same fraction again only asks */
    void    *user;
} lamella_context_options;

/* The first thing in a bug report. Size-led: the caller sets struct_size only. */
typedef struct lamella_build {
    uint32_t struct_size;
    int32_t  simd_present;  /* bits 1 << LAMELLA_SIMD_...: levels that this processor has */
    int32_t  simd_chosen;   /* {LAMELLA_SIMD_...} */
    int32_t  threads;       /* of this context; 1 for NULL */
    int32_t  blas_threads;  /* of the BLAS library, as the host has them */
    int32_t  reserved0;
    char     version[16];
    char     compiler[64];
    char     blas[128];     /* the BLAS library's own configuration text */
    char     blas_core[32]; /* the kernels it chose */
} lamella_build;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_context_options_init(lamella_context_options *options, uint32_t struct_size);

/**
 * Creates a context: starts its threads and lets BLAS take its first memory, so that later calls meet neither. While calls work, BLAS
 * has one thread, ours beside it, and its own number after: a host that uses BLAS on another thread meanwhile sees that, and own_blas
 * makes it lasting.
 *
 * @in     options options {optional} NULL: all default
 * @out    ctx     handle lamella_context; NULL on failure
 * @return OK; ARGUMENT, MEMORY, UNSUPPORTED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_context_create(const lamella_context_options *options, lamella_context **ctx);

/**
 * Frees a context and joins its threads. Objects made with it live on, and call its allocator's release with its `user` when freed.
 *
 * @inout  ctx handle lamella_context; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_context_free(lamella_context *ctx);

/**
 * What this library is built of and what it chose: version, compiler, BLAS and its core type, kernels, threads.
 *
 * @out    build result
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_build_info(lamella_context *ctx, lamella_build *build);

#ifdef __cplusplus
}
#endif

#endif
