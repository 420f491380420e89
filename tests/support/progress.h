/* A host that hears of progress: what it is told never falls, ends at 1, and is under 1 as long as work comes. */
#ifndef SUPPORT_PROGRESS_H
#define SUPPORT_PROGRESS_H

#include "support/test.h"

typedef struct told {
    double  first, last, largest_step;
    int64_t n;            /* times told */
    int     fell, early;  /* it fell; work came after 1 was told */
} told;

static inline int32_t hear(double fraction, const char *stage, void *user)
{
    told *t = user;
    t->fell |= fraction < t->last || !stage;
    t->largest_step = fraction - t->last > t->largest_step ? fraction - t->last : t->largest_step;
    t->first = t->n ? t->first : fraction;
    t->last = fraction;
    t->n++;
    return 0;
}

static inline int32_t work_after(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    told *t = user;
    t->early |= t->n && t->last >= 1;
    for (int64_t i = 0; i < n; i++)
        task(i, data);
    return 0;
}

/* A context that tells t. */
static inline lamella_context *context_told(told *t)
{
    lamella_context *ctx;
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .parallel_for = work_after, .progress = hear, .user = t };
    *t = (told){ 0 };
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

/* After one call: no step is longer than this share of the whole. */
static inline void told_well(told *t, double longest_step)
{
    check(!t->fell);
    check(!t->early);
    near(t->last, 1, ABSOLUTE, 0);
    ck_assert_double_le(t->largest_step, longest_step);
    *t = (told){ 0 };
}

#endif
