/* Nested cross-validation: the penalty at which a fold is scored is chosen without its rows.
 *
 * For each fold, the others are the folds of a run over the rows outside it. Its units have the rows of that fold neither to train on nor
 * to test, and its best penalties, by the rule for all, are the fold's own. */
#include "probe/linear.h"

/* What a run adds up instead of writing. */
static void clear_reports(const linear_sizes *z, const linear_arrays *a)
{
    for (int64_t i = 0; i < z->n_layers * z->n_tasks * z->n_penalties * z->n_fits; i++) {
        a->objective[i] = a->gradient_norm[i] = 0;
        a->iterations[i] = a->flags[i] = 0;
    }
}

static lamella_status run_outside(call *c, const linear_plan *p, int64_t fold, const linear_made *to)
{
    linear_plan outside = *p;
    const linear_sizes *z = &p->sizes;
    int64_t possible;
    outside.o.nested = 0;
    outside.o.n_bootstrap = 0;
    TAKE(c, outside.labels.class_of, z->n_tasks * p->s.n);
    for (int64_t i = 0; i < z->n_tasks * p->s.n; i++)
        outside.labels.class_of[i] = p->fold[i % p->s.n] == fold ? -1 : p->labels.class_of[i];
    TRY(linear_plan_units(c, &outside, &possible));
    for (int64_t i = 0; i < z->n_tasks * z->n_fits; i++) /* without rows to test they choose nothing */
        if (outside.unit[i].fit == fold || outside.unit[i].fit == z->n_folds)
            outside.unit[i].trains = 0;
    TRY(linear_run(c, &outside, to));
    for (int64_t i = 0; i < z->n_layers * z->n_tasks; i++)
        to->array->nested_penalty[i * z->n_folds + fold] = to->array->best_penalty[i];
    clear_reports(z, to->array);
    return LAMELLA_OK;
}

lamella_status linear_nested(call *c, const linear_plan *p, const linear_made *to)
{
    for (int64_t f = 0; f < p->sizes.n_folds; f++) {
        arena_mark before = arena_now(&c->memory);
        span all = span_open_items(c, NULL, f, 1, p->sizes.n_folds + 1); /* the last is over all rows */
        TRY(run_outside(c, p, f, to));
        span_close(c, all);
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}
