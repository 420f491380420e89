/* A host that hears of progress: what it is told never falls, ends at 1, and is under 1 as long as work comes. */
#ifndef SUPPORT_PROGRESS_H
#define SUPPORT_PROGRESS_H

#include "support/test.h"
#include <math.h>

typedef struct told {
    double  first, last, largest_step, all[512]; /* the first of all */
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
    if (t->n < 512)
        t->all[t->n] = fraction;
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

/* A context that tells t, with a workspace of at most so many bytes (0: any). */
static inline lamella_context *context_told_in(told *t, int64_t bytes)
{
    lamella_context *ctx;
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .parallel_for = work_after, .progress = hear, .user = t,
                                              .max_workspace_bytes = bytes };
    *t = (told){ 0 };
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

static inline lamella_context *context_told(told *t)
{
    return context_told_in(t, 0);
}

/* Whether this was told. */
static inline int was_told(const told *t, double fraction)
{
    for (int64_t i = 0; i < t->n && i < 512; i++)
        if (fabs(t->all[i] - fraction) < 1e-9)
            return 1;
    return 0;
}

/* Layers in f32 that are read, and what had been told when each pass over one of them began. */
typedef struct passes {
    const told  *t;
    const float *x;             /* of every layer */
    int64_t      row_floats, n;
    double       at[64];
} passes;

static inline int64_t pass_by(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    passes *p = user;
    (void)depth;
    if (first_row == 0)
        p->at[p->n++] = p->t->last;
    memcpy(into->data, p->x + first_row * p->row_floats, (size_t)(n_rows * p->row_floats) * sizeof *p->x);
    return n_rows;
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
