/* struct lamella_context itself; src/context creates and frees it. */
#ifndef BASE_CONTEXT_H
#define BASE_CONTEXT_H

#include "base/base.h"

struct lamella_context {
    allocator             memory;
    int32_t               threads;
    int32_t               simd_level;
    int32_t               own_blas;
    int32_t               process;     /* that it was made in, or a forked child of it that has used it since */
    uintptr_t             user_thread; /* that is in a call with it; 0: none */
    int64_t               max_workspace_bytes;
    double                deadline_seconds;
    const struct kernels *simd; /* simd/ */
    struct pool          *pool; /* par/; NULL: one thread, or the host's parallel_for */
    int32_t             (*parallel_for)(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user);
    void                (*log)(int32_t level, const char *message, void *user);
    int32_t             (*progress)(double fraction, const char *stage, void *user);
    void                 *user;
};

#endif
