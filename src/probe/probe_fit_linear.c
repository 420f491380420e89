/* Linear probes of all layers (Exploring Concept Depth, section 3: an L2 logistic probe on every layer's states, scored on held-out rows).
 *
 *   min over w, b of  1/2 |w|^2 + C sum_i s_i log(1 + exp(-y_i (w.x_i + b)))      b is not penalised
 *
 * One call takes every layer, task, penalty and fold: labels become classes once, folds are made once, fits over one layer share its rows
 * and their first factor, and penalties go up from the strongest, each fit starting from the one before (src/solve).
 * Differs from the paper's code: folds or a hold-out keep groups whole (rows of one text on both sides make a probe look better, or, where
 * they differ only by label, worse than chance); fits converge or say so; intervals come with the scores. */
#include "probe/linear.h"
#include "reduce/reduce.h"

#include <math.h>
#include <string.h>

static void copy_numbers(void *to, const void *from, int64_t n)
{
    memcpy(to, from, (size_t)n * 8);
}

/* What does not depend on a layer. */
static lamella_status describe_fit(call *c, const linear_work *w)
{
    int64_t *given = NULL;
    const linear_sizes *z = &w->sizes;
    const linear_arrays *a = &w->probe->array;
    copy_numbers(a->penalties, w->penalty, z->n_penalties);
    copy_numbers(a->classes, w->labels.classes, z->n_classes);
    copy_numbers(a->class_offsets, w->labels.offset, z->n_tasks + 1);
    copy_numbers(a->output_offsets, w->output_offset, z->n_tasks + 1);
    copy_numbers(a->rows, w->scored, z->n_scored);
    for (int64_t l = 0; l < z->n_layers; l++)
        a->depths[l] = stack_depth(&w->s.rows, l);
    if (w->o.groups)
        TRY(samples_integers(c, &w->s, w->o.groups, "options.groups", &given));
    for (int64_t i = 0; i < z->n_scored; i++) {
        a->groups[i] = given ? given[w->scored[i]] : w->scored[i];
        a->fold[i] = w->fold[w->scored[i]];
    }
    return LAMELLA_OK;
}

static lamella_status plan_sizes(call *c, linear_work *w)
{
    int64_t *dim;
    w->simd = simd_of(c);
    w->sizes.n_layers = w->s.rows.n_layers;
    TAKE(c, dim, w->s.rows.n_layers);
    TAKE(c, w->constant, w->s.rows.n_layers);
    for (int64_t l = 0; l < w->s.rows.n_layers; l++) {
        dim[l] = stack_dim(&w->s.rows, l);
        if (dim[l] < 1)
            return fail(c, LAMELLA_ERR_EMPTY, "stack.layer[%lld] has 0 dims, expected at least 1", (long long)l);
        TAKE(c, w->constant[l], dim[l]);
        memset(w->constant[l], 0, (size_t)dim[l]);
    }
    w->sizes.dim = dim;
    return LAMELLA_OK;
}

static lamella_probe_linear_result count_cells(call *c, const linear_work *w)
{
    const linear_sizes *z = &w->sizes;
    const int32_t *flags = w->probe->array.flags;
    const unsigned char *edge = w->probe->array.edge;
    lamella_probe_linear_result r = { .n_layers = z->n_layers, .n_tasks = z->n_tasks, .n_penalties = z->n_penalties, .n_folds = z->n_folds,
                                      .n_fits = z->n_fits, .n_outputs = z->n_outputs, .n_scored = z->n_scored,
                                      .n_empty_samples = w->s.n_empty };
    for (int64_t i = 0; i < z->n_layers * z->n_tasks * z->n_penalties * z->n_fits; i++) {
        r.n_impossible += (flags[i] & LAMELLA_CELL_IMPOSSIBLE) != 0;
        r.n_not_converged += (flags[i] & LAMELLA_CELL_NOT_CONVERGED) != 0;
    }
    for (int64_t i = 0; i < z->n_layers * z->n_tasks; i++)
        r.n_edge += edge[i];
    for (int64_t l = 0; l < z->n_layers; l++)
        for (int64_t j = 0; j < z->dim[l]; j++)
            r.n_constant_columns += w->constant[l][j];
    if (r.n_impossible || r.n_empty_samples)
        call_note(c, LAMELLA_NOTE);
    if (r.n_not_converged)
        call_note(c, LAMELLA_NOT_CONVERGED);
    return r;
}

/* Ridge of more rows than dims goes by second moments and streams; the rest has its rows in memory. */
static int by_moments(const linear_work *w)
{
    return w->o.kind == LAMELLA_PROBE_RIDGE && w->s.n >= stack_widest(&w->s.rows);
}

lamella_status linear_run(call *c, linear_work *w)
{
    int64_t n = w->sizes.n_layers;
    span whole = span_open(c, "fitting", 0, 0.8);
    TRY(by_moments(w) ? linear_ridge(c, w) : linear_solve(c, w));
    span_close(c, whole);
    span_open(c, "scoring", 0.8, 1);
    for (int64_t l = 0; l < n; l++) {
        span all = span_open_items(c, NULL, l, 1, n);
        TRY(linear_scores(c, w, l));
        span_close(c, all);
    }
    span_close(c, whole);
    return LAMELLA_OK;
}

static lamella_status all_runs(call *c, linear_work *w, double done)
{
    const int64_t runs = w->o.nested ? w->sizes.n_folds + 1 : 1;
    span whole = span_open(c, NULL, done, 1);
    if (w->o.nested)
        TRY(linear_nested(c, w));
    span_open_items(c, NULL, runs - 1, 1, runs);
    TRY(linear_run(c, w));
    span_close(c, whole);
    return LAMELLA_OK;
}

static lamella_status fit_linear(call *c, const lamella_stack *stack_, const lamella_view *labels, const lamella_probe_linear_options *options,
                                 lamella_probe_linear **probe, lamella_probe_linear_result *result)
{
    linear_work w = { 0 };
    stack given;
    int64_t possible;
    if (!probe)
        return fail(c, LAMELLA_ERR_ARGUMENT, "probe is NULL, expected a handle to fill");
    *probe = NULL;
    TRY(stack_check(c, &given, stack_, FLOATS, "stack"));
    TRY(linear_plan_options(c, options, &w.o));
    TRY(RESULT_OPTIONAL(c, result));
    TRY(progress(c, 0, 1));
    TRY(samples_of_stack(c, &given, w.o.readout, &w.s));
    TRY(plan_sizes(c, &w));
    TRY(linear_plan(c, labels, &w));
    w.sizes.nested = w.o.nested;
    TRY(linear_units(c, &w, &possible));
    if (!possible)
        return fail(c, LAMELLA_ERR_EMPTY, "no task has a fold with two classes on both sides");
    const double pooling = w.s.rows.layer == given.layer ? 0 : 0.1;
    span all = span_open(c, NULL, 0, pooling);
    TRY(samples_pool(c, &w.s));
    span_close(c, all);
    TRY(linear_create(c, &w.sizes, &w.probe));
    TRY(describe_fit(c, &w));
    TRY(all_runs(c, &w, pooling));
    TRY(fitted_seal(c, &w.probe->file));
    TRY(progress(c, 1, 1));
    TRY(linear_prepare_scores(c, w.probe));
    lamella_probe_linear_result found = count_cells(c, &w);
    write_sized(result, &found, (int64_t)sizeof found);
    *probe = w.probe;
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_fit(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels,
                                        const lamella_probe_linear_options *options, lamella_probe_linear **probe,
                                        lamella_probe_linear_result *result)
{
    CALL(ctx, fit_linear(c, stack, labels, options, probe, result));
}
