/* A call: what one public function has while it runs. It opens an arena, names itself in messages, and closes whatever happened. */
#ifndef BASE_CALL_H
#define BASE_CALL_H

#include "base/base.h"

#include <string.h>

typedef struct undo undo;

/* A share of what a call does. */
typedef struct span {
    double      first, end; /* of the whole */
    const char *stage; /* NULL: the whole call */
} span;

struct call {
    lamella_context *ctx; /* NULL: malloc, this thread only, no callbacks */
    const char      *function;
    arena            memory;
    lamella_status   noted;  /* NOT_CONVERGED or NOTE, returned if nothing fails */
    lamella_status   failed; /* of the last failing TAKE */
    double           deadline; /* on base/clock's scale; 0 = none */
    undo            *undos;
    span             span;   /* that progress is told of */
    double           told;   /* the last progress: it never goes back */
    int32_t          nested; /* 1: in a callback of another call of the same thread */
    int32_t          reserved0;
    arena            lent_memory;   /* of the lists: they grow whatever is rewound in `memory` */
    lent_list        read, written; /* last, as they are not zeroed whole */
};

/* ARGUMENT if another thread is in a call with this context: then there is no call, and nothing to close. */
LAMELLA_INTERNAL lamella_status call_open(call *c, lamella_context *ctx, const char *function);
LAMELLA_INTERNAL lamella_status call_close(call *c, lamella_status status);

/* The whole body of a public function: CALL(ctx, operation(c, arguments...)); */
#define CALL(context, body)                                          \
    do {                                                             \
        call opened_, *c = &opened_;                                 \
        lamella_status opening_ = call_open(c, (context), __func__); \
        return opening_ < 0 ? opening_ : call_close(c, (body));      \
    } while (0)

/* Returns on failure and STOPPED; NOT_CONVERGED and NOTE are noted on the call. Needs `c` in scope. */
#define TRY(expression)                                      \
    do {                                                     \
        lamella_status tried_ = (expression);                \
        if (tried_ < 0 || tried_ == LAMELLA_STOPPED)         \
            return tried_;                                   \
        if (tried_ > 0)                                      \
            call_note(c, tried_);                            \
    } while (0)

LAMELLA_INTERNAL void call_note(call *c, lamella_status status);

/* Sets the thread's message to "<function>: <format...>" and returns status. Integers and text only: numbers with a fraction
 * go through number_text, which knows no locale. */
LAMELLA_INTERNAL lamella_status fail(const call *c, lamella_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A double as text of at most 31 bytes, with a point whatever the locale. */
typedef struct number { char text[32]; } number;
LAMELLA_INTERNAL const char *number_text(double value, number *n);

/* count elements from the call's arena, aligned to 64; returns MEMORY or LIMIT from the calling function where there are none. */
#define TAKE(c, pointer, count)                                                         \
    do {                                                                                \
        (pointer) = call_take((c), &(c)->memory, (count), (int64_t)sizeof *(pointer));  \
        if (!(pointer))                                                                 \
            return (c)->failed;                                                         \
    } while (0)

/* The same, of zeros. */
#define TAKE_ZEROS(c, pointer, count)                                    \
    do {                                                                 \
        TAKE((c), (pointer), (count));                                   \
        memset((pointer), 0, (size_t)(count) * sizeof *(pointer));       \
    } while (0)

/* The same from an object's arena. */
#define TAKE_FROM(c, object, pointer, count)                                            \
    do {                                                                                \
        (pointer) = call_take((c), (object), (count), (int64_t)sizeof *(pointer));      \
        if (!(pointer))                                                                 \
            return (c)->failed;                                                         \
    } while (0)

LAMELLA_INTERNAL void *call_take(call *c, arena *from, int64_t count, int64_t size);

/* Runs undo(data) when the call closes: always, or only if it failed or stopped. Register before acquiring where that can fail. */
enum { UNDO_ALWAYS = 1, UNDO_ON_FAILURE = 2 };
LAMELLA_INTERNAL lamella_status call_undo(call *c, int when, void (*undo)(void *data), void *data);

/* An object lives in an arena of its own, which is its first member. The call frees it if it fails after this. Zeroed. */
LAMELLA_INTERNAL lamella_status object_create(call *c, int64_t size, void **object);
LAMELLA_INTERNAL void           object_free(void *object);

/* Where a caller gets an object: NULL until it is there. */
#define HANDLE(c, handle) check_handle((c), (handle), #handle)
LAMELLA_INTERNAL lamella_status check_handle(call *c, void *handle, const char *name);

/* Reports progress and looks at the deadline; calling thread only. STOPPED, or CALLBACK if the callback returned nonsense. */
LAMELLA_INTERNAL lamella_status progress(call *c, int64_t done, int64_t total);

/* The status of what a callback answered: OK from least to most, STOPPED for LAMELLA_STOP, else CALLBACK, "<format...> returned 7, expected
 * 0 or LAMELLA_STOP". */
LAMELLA_INTERNAL lamella_status answered(const call *c, int64_t answer, int64_t least, int64_t most, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Until the span is closed, what is told is of the share from .. to of the one around it, which is returned; stage NULL: that one's. A pass
 * over rows tells of itself alone: whoever makes several gives each its span. */
LAMELLA_INTERNAL span span_open(call *c, const char *stage, double from, double to);
/* The same for items first .. first + n - 1 of `of`. */
LAMELLA_INTERNAL span span_open_items(call *c, const char *stage, int64_t first, int64_t n, int64_t of);
LAMELLA_INTERNAL void span_close(call *c, span outer);

/* TRY in a span of its own: from .. to of the one around it, or items first .. first + n - 1 of `of`. */
#define TRY_IN(opened, expression) \
    do {                           \
        span outer_ = (opened);    \
        TRY(expression);           \
        span_close(c, outer_);     \
    } while (0)
#define TRY_SPAN(stage, from, to, expression) TRY_IN(span_open(c, (stage), (from), (to)), expression)
#define TRY_ITEMS(stage, first, n, of, expression) TRY_IN(span_open_items(c, (stage), (first), (n), (of)), expression)

/* Hands a message to the host's log, if it has one. Integers and text only. */
LAMELLA_INTERNAL void call_log(call *c, int32_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Seconds on a clock that never goes back. */
LAMELLA_INTERNAL double clock_seconds(void);

#endif
