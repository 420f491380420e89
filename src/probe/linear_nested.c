/* Nested cross-validation: the penalty at which a fold is scored is chosen without its rows.
 *
 * For each fold, the others are the folds of a run over the rows outside it. Its units have the rows of that fold neither to train on nor
 * to test, and its best penalties, by the rule for all, are the fold's own. */
#include "probe/linear.h"

#include <string.h>

/* What a run adds up instead of writing. */
static void clear_reports(const linear_work *w)
{
    const linear_sizes *z = &w->sizes;
    double *objective = w->probe->array.objective, *norm = w->probe->array.gradient_norm;
    int64_t *iterations = w->probe->array.iterations;
    int32_t *flags = w->probe->array.flags;
    for (int64_t i = 0; i < z->n_layers * z->n_tasks * z->n_penalties * z->n_fits; i++) {
        objective[i] = norm[i] = 0;
        iterations[i] = flags[i] = 0;
    }
}

static lamella_status run_outside(call *c, const linear_work *w, int64_t fold)
{
    linear_work outside = *w;
    const linear_sizes *z = &w->sizes;
    int64_t possible;
    outside.nested = NULL;
    outside.o.n_bootstrap = 0;
    TAKE(c, outside.labels.class_of, z->n_tasks * w->s.n);
    for (int64_t i = 0; i < z->n_tasks * w->s.n; i++)
        outside.labels.class_of[i] = w->fold[i % w->s.n] == fold ? -1 : w->labels.class_of[i];
    TRY(linear_units(c, &outside, &possible));
    for (int64_t t = 0; t < z->n_tasks; t++) /* without rows to test they choose nothing */
        unit_of(&outside, t, fold)->trains = unit_of(&outside, t, z->n_fits - 1)->trains = 0;
    TRY(linear_run(c, &outside));
    const int64_t *best = w->probe->array.best_penalty;
    for (int64_t i = 0; i < z->n_layers * z->n_tasks; i++)
        w->nested[i * z->n_folds + fold] = best[i];
    clear_reports(w);
    return LAMELLA_OK;
}

lamella_status linear_nested(call *c, linear_work *w)
{
    int64_t runs = w->sizes.n_folds;
    TAKE(c, w->nested, w->sizes.n_layers * w->sizes.n_tasks * runs);
    for (int64_t f = 0; f < runs; f++) {
        arena_mark before = arena_now(&c->memory);
        span all = span_open_items(c, NULL, f, 1, runs + 1);
        TRY(run_outside(c, w, f));
        span_close(c, all);
        arena_rewind(&c->memory, before);
    }
    memcpy(w->probe->array.nested_penalty, w->nested, (size_t)(w->sizes.n_layers * w->sizes.n_tasks * runs) * sizeof *w->nested);
    return LAMELLA_OK;
}
