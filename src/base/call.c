/* What every public call goes through: its arena, its undos, its progress. */
#include "base/base.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STAGE_TEXT 96

struct undo {
    struct undo *older;
    void       (*run)(void *data);
    void        *data;
    int          when;
};

/* In a forked child, the thread that had the context may not exist: the first who meets it there takes it over. That it may be one of the
 * child's own is not seen: asking for the process in every call would cost more than many calls do. */
static int take_context(lamella_context *ctx, int32_t *nested)
{
    const uintptr_t me = (uintptr_t)pthread_self();
    uintptr_t user = 0;
    if (__atomic_compare_exchange_n(&ctx->user_thread, &user, me, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return 1;
    *nested = user == me;
    if (*nested)
        return 1;
    int32_t process = id_of_process(), before = __atomic_exchange_n(&ctx->process, process, __ATOMIC_RELAXED);
    return before != process && __atomic_compare_exchange_n(&ctx->user_thread, &user, me, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

lamella_status call_open(call *c, lamella_context *ctx, const char *function)
{
    memset(c, 0, offsetof(call, read));
    c->read.piece = c->written.piece = NULL;
    c->read.n = c->written.n = 0;
    c->function = function;
    c->span.end = 1;
    if (ctx && !take_context(ctx, &c->nested))
        return fail(c, LAMELLA_ERR_ARGUMENT, "ctx is in a call on another thread, expected a context for each thread");
    c->ctx = ctx;
    arena_open(&c->memory, ctx ? ctx->memory : allocator_of_libc(), ctx ? ctx->max_workspace_bytes : 0);
    arena_open(&c->lent_memory, c->memory.source, 0);
    if (ctx && ctx->deadline_seconds > 0)
        c->deadline = clock_seconds() + ctx->deadline_seconds;
    return LAMELLA_OK;
}

lamella_status call_close(call *c, lamella_status status)
{
    int failed = status < 0 || status == LAMELLA_STOPPED;
    for (undo *u = c->undos; u; u = u->older)
        if (failed || u->when == UNDO_ALWAYS)
            u->run(u->data);
    arena_close(&c->memory);
    arena_close(&c->lent_memory);
    if (c->ctx && !c->nested)
        __atomic_store_n(&c->ctx->user_thread, 0, __ATOMIC_RELEASE);
    if (failed)
        return status;
    if (status > 0)
        call_note(c, status);
    return c->noted;
}

void call_note(call *c, lamella_status status)
{
    if (c->noted != LAMELLA_NOT_CONVERGED) /* it wins over NOTE */
        c->noted = status;
}

lamella_status call_undo(call *c, int when, void (*run)(void *data), void *data)
{
    undo *u;
    TAKE(c, u, 1);
    *u = (undo){ c->undos, run, data, when };
    c->undos = u;
    return LAMELLA_OK;
}

void *call_take(call *c, arena *from, int64_t count, int64_t size)
{
    int64_t bytes;
    if (!size_mul(count, size, &bytes)) {
        c->failed = fail(c, LAMELLA_ERR_MEMORY, "%lld elements of %lld bytes do not fit into memory", (long long)count, (long long)size);
        return NULL;
    }
    void *memory = arena_take(from, bytes);
    if (memory)
        return memory;
    if (from->wanted)
        c->failed = fail(c, LAMELLA_ERR_LIMIT, "max_workspace_bytes is %lld, expected at least %lld", (long long)from->limit,
                         (long long)from->wanted);
    else
        c->failed = fail(c, LAMELLA_ERR_MEMORY, "out of memory for %lld bytes", (long long)bytes);
    return NULL;
}

lamella_status object_create(call *c, int64_t size, void **object)
{
    arena memory;
    *object = NULL;
    arena_open(&memory, c->memory.source, 0);
    void *made = call_take(c, &memory, 1, size);
    if (!made)
        return c->failed;
    memset(made, 0, (size_t)size);
    memcpy(made, &memory, sizeof memory);
    lamella_status status = call_undo(c, UNDO_ON_FAILURE, object_free, made);
    if (status < 0) {
        object_free(made);
        return status;
    }
    *object = made;
    return LAMELLA_OK;
}

lamella_status check_handle(call *c, void *handle, const char *name)
{
    if (!handle)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a handle to fill", name);
    memset(handle, 0, sizeof(void *));
    return LAMELLA_OK;
}

void object_free(void *object)
{
    if (!object)
        return;
    arena memory;
    memcpy(&memory, object, sizeof memory);
    arena_close(&memory);
}

static double place_in(const span *s, double share)
{
    return share == 1 ? s->end : s->first + (s->end - s->first) * share;
}

span span_open(call *c, const char *stage, double from, double to)
{
    span outer = c->span;
    c->span.first = place_in(&outer, from);
    c->span.end = place_in(&outer, to);
    if (stage)
        c->span.stage = stage;
    return outer;
}

span span_open_items(call *c, const char *stage, int64_t first, int64_t n, int64_t of)
{
    return span_open(c, stage, (double)first / (double)of, (double)(first + n) / (double)of);
}

void span_close(call *c, span outer)
{
    c->span = outer;
}

lamella_status progress(call *c, int64_t done, int64_t total)
{
    char text[STAGE_TEXT];
    if (!c->ctx)
        return LAMELLA_OK;
    if (c->deadline > 0 && clock_seconds() > c->deadline)
        return LAMELLA_STOPPED;
    if (!c->ctx->progress)
        return LAMELLA_OK;
    c->told = MAX(c->told, MIN(place_in(&c->span, total > 0 ? (double)done / (double)total : 1), 1));
    snprintf(text, sizeof text, "%s%s%s", c->function, c->span.stage ? ": " : "", c->span.stage ? c->span.stage : "");
    return answered(c, c->ctx->progress(c->told, text, c->ctx->user), 0, 0, "progress");
}

lamella_status answered(const call *c, int64_t answer, int64_t least, int64_t most, const char *format, ...)
{
    char asked[256], upper[32] = "";
    va_list arguments;
    if (answer == LAMELLA_STOP)
        return LAMELLA_STOPPED;
    if (answer >= least && answer <= most)
        return LAMELLA_OK;
    va_start(arguments, format);
    vsnprintf(asked, sizeof asked, format, arguments);
    va_end(arguments);
    if (least < most)
        snprintf(upper, sizeof upper, " to %lld", (long long)most);
    return fail(c, LAMELLA_ERR_CALLBACK, "%s returned %lld, expected %lld%s or LAMELLA_STOP", asked, (long long)answer, (long long)least, upper);
}

void call_log(call *c, int32_t level, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    if (!c->ctx || !c->ctx->log)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->ctx->log(level, text, c->ctx->user);
}
