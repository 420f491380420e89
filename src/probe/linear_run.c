/* The runs of a fit: over all rows, and before it, where they are nested, one for each fold, so that the penalty at which the fold is scored
 * is chosen without its rows. In such a run the other folds are tested as ever, rows of this one are neither trained on nor tested, and the
 * best penalties, by the rule for all, are the fold's own. */
#include "probe/linear.h"

/* ---- one run ---- */

/* Ridge of more rows than dims goes by second moments and streams; the rest has its rows in memory. */
static lamella_status run(call *c, const linear_plan *p, const linear_made *to)
{
    const int64_t n = p->sizes.n_layers, by_moments = p->o.kind == LAMELLA_PROBE_RIDGE && p->s.n >= stack_widest(&p->s.rows);
    TRY_SPAN("fitting", 0, 0.8, by_moments ? linear_ridge(c, p, to) : linear_solve(c, p, to));
    span whole = span_open(c, "scoring", 0.8, 1);
    for (int64_t l = 0; l < n; l++)
        TRY_ITEMS(NULL, l, 1, n, linear_scores(c, p, l, to->array));
    span_close(c, whole);
    return LAMELLA_OK;
}

/* ---- nested ---- */

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
    TRY(run(c, &outside, to));
    for (int64_t i = 0; i < z->n_layers * z->n_tasks; i++)
        to->array->nested_penalty[i * z->n_folds + fold] = to->array->best_penalty[i];
    clear_reports(z, to->array);
    return LAMELLA_OK;
}

lamella_status linear_run(call *c, const linear_plan *p, const linear_made *to)
{
    const int64_t outside = p->o.nested ? p->sizes.n_folds : 0;
    for (int64_t f = 0; f < outside; f++) {
        arena_mark before = arena_now(&c->memory);
        TRY_ITEMS(NULL, f, 1, outside + 1, run_outside(c, p, f, to));
        arena_rewind(&c->memory, before);
    }
    TRY_ITEMS(NULL, outside, 1, outside + 1, run(c, p, to));
    return LAMELLA_OK;
}
