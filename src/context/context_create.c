/* Contexts: options checked, threads started, BLAS warmed, all memory from the host's allocator. */
#include "base/base.h"
#include "linalg/blas.h"
#include "options/options.h"
#include "par/par.h"
#include "simd/simd.h"

#include <stddef.h>

#define MOST_THREADS 256

/* A context is an object: its arena comes first. */
typedef struct context_home {
    arena           memory;
    lamella_context context;
} context_home;

static lamella_status choose_defaults(call *c, lamella_context_options *o)
{
    o->threads = o->threads ? o->threads : MIN(cpus_of_affinity_mask(), MOST_THREADS);
    o->simd = o->simd ? o->simd : simd_best();
    if (!(simd_present() >> o->simd & 1))
        return fail(c, LAMELLA_ERR_UNSUPPORTED, "options.simd is %d, a level this processor does not have, expected 0 to %d", (int)o->simd,
                    (int)simd_best());
    return LAMELLA_OK;
}

static lamella_status check_context_allocator(call *c, const lamella_context_options *o)
{
    if (o->allocate && !o->release)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.release is NULL, expected a function, since options.allocate is set");
    if (o->release && !o->allocate)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.allocate is NULL, expected a function, since options.release is set");
    return LAMELLA_OK;
}

static void take_context_options(lamella_context *ctx, const lamella_context_options *o, allocator memory)
{
    ctx->memory = memory;
    ctx->threads = o->threads;
    ctx->simd_level = o->simd;
    ctx->simd = simd_kernels(o->simd);
    ctx->own_blas = o->own_blas;
    ctx->process = id_of_process();
    ctx->max_workspace_bytes = o->max_workspace_bytes;
    ctx->deadline_seconds = o->deadline_seconds;
    ctx->parallel_for = o->parallel_for;
    ctx->log = o->log;
    ctx->progress = o->progress;
    ctx->user = o->user;
}

static void set_own_blas(call *c)
{
    if (blas_threads() == 1)
        return;
    blas_set_one_thread();
    call_log(c, LAMELLA_LOG_INFO, "own_blas: BLAS now uses one thread, in the whole process");
}

static lamella_status create_context(call *c, const lamella_context_options *options, lamella_context **ctx)
{
    lamella_context_options o;
    void *home;

    /* check */
    if (!ctx)
        return fail(c, LAMELLA_ERR_ARGUMENT, "ctx is NULL, expected where to put the context");
    *ctx = NULL;
    TRY(OPTIONS(c, o, options, context));
    TRY(choose_defaults(c, &o));
    TRY(check_context_allocator(c, &o));

    /* from here on, this call's memory is the host's */
    if (o.allocate)
        c->memory.source = (allocator){ o.allocate, o.release, o.user };
    TRY(object_create(c, sizeof(context_home), &home));
    lamella_context *made = &((context_home *)home)->context;
    take_context_options(made, &o, c->memory.source);
    TRY(blas_warm(c));
    if (o.threads > 1 && !o.parallel_for)
        TRY(pool_create(c, o.threads, &made->pool));

    /* from here on, nothing fails */
    *ctx = c->ctx = made;
    if (o.own_blas)
        set_own_blas(c);
    return LAMELLA_OK;
}

lamella_status lamella_context_create(const lamella_context_options *options, lamella_context **ctx)
{
    CALL(NULL, create_context(c, options, ctx));
}

void lamella_context_free(lamella_context *ctx)
{
    if (!ctx)
        return;
    if (ctx->pool)
        pool_free(ctx->pool);
    object_free((char *)ctx - offsetof(context_home, context));
}
