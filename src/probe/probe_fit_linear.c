/* Linear probes of all layers (Exploring Concept Depth, section 3: an L2 logistic probe on every layer's states, scored on held-out rows).
 *
 *   min over w, b of  1/2 |w|^2 + C sum_i s_i log(1 + exp(-y_i (w.x_i + b)))      b is not penalised
 *
 * One call takes every layer, task, penalty and fold: labels become classes once, folds are made once, fits over one layer share its rows
 * and their first factor, and penalties go up from the strongest, each fit starting from the one before (src/solve).
 * Differs from the paper's code: folds or a hold-out keep groups whole (rows of one text on both sides make a probe look better, or, where
 * they differ only by label, worse than chance); fits converge or say so; intervals come with the scores. */
#include "probe/linear.h"

#include <string.h>

static void copy_numbers(void *to, const void *from, int64_t n)
{
    memcpy(to, from, (size_t)n * 8);
}

/* What does not depend on a layer. */
static lamella_status describe_fit(call *c, const linear_plan *p, const linear_arrays *a)
{
    int64_t *given = NULL;
    const linear_sizes *z = &p->sizes;
    copy_numbers(a->penalties, p->penalty, z->n_penalties);
    copy_numbers(a->classes, p->labels.classes, z->n_classes);
    copy_numbers(a->class_offsets, p->labels.offset, z->n_tasks + 1);
    copy_numbers(a->output_offsets, p->output_offset, z->n_tasks + 1);
    copy_numbers(a->rows, p->scored, z->n_scored);
    for (int64_t l = 0; l < z->n_layers; l++)
        a->depths[l] = stack_depth(&p->s.rows, l);
    if (p->o.groups)
        TRY(samples_integers(c, &p->s, p->o.groups, "options.groups", &given));
    for (int64_t i = 0; i < z->n_scored; i++) {
        a->groups[i] = given ? given[p->scored[i]] : p->scored[i];
        a->fold[i] = p->fold[p->scored[i]];
    }
    return LAMELLA_OK;
}

static lamella_status begin_made(call *c, const linear_sizes *z, const linear_arrays *a, linear_made *to)
{
    to->array = a;
    TAKE(c, to->constant, z->n_layers);
    for (int64_t l = 0; l < z->n_layers; l++)
        TAKE_ZEROS(c, to->constant[l], z->dim[l]);
    return LAMELLA_OK;
}

static lamella_probe_linear_result count_cells(call *c, const linear_plan *p, const linear_made *of)
{
    const linear_sizes *z = &p->sizes;
    lamella_probe_linear_result r = { .n_layers = z->n_layers, .n_tasks = z->n_tasks, .n_penalties = z->n_penalties, .n_folds = z->n_folds,
                                      .n_fits = z->n_fits, .n_outputs = z->n_outputs, .n_scored = z->n_scored,
                                      .n_empty_samples = p->s.n_empty };
    for (int64_t i = 0; i < z->n_layers * z->n_tasks * z->n_penalties * z->n_fits; i++) {
        r.n_impossible += (of->array->flags[i] & LAMELLA_CELL_IMPOSSIBLE) != 0;
        r.n_not_converged += (of->array->flags[i] & LAMELLA_CELL_NOT_CONVERGED) != 0;
    }
    for (int64_t i = 0; i < z->n_layers * z->n_tasks; i++)
        r.n_edge += of->array->edge[i];
    for (int64_t l = 0; l < z->n_layers; l++)
        for (int64_t j = 0; j < z->dim[l]; j++)
            r.n_constant_columns += of->constant[l][j];
    if (r.n_impossible || r.n_empty_samples)
        call_note(c, LAMELLA_NOTE);
    if (r.n_not_converged)
        call_note(c, LAMELLA_NOT_CONVERGED);
    return r;
}

static lamella_status fit_linear(call *c, const lamella_stack *stack_, const lamella_view *labels, const lamella_probe_linear_options *options,
                                 lamella_probe_linear **probe, lamella_probe_linear_result *result)
{
    linear_plan p = { 0 };
    linear_made to;
    lamella_probe_linear *made;
    stack given;
    int64_t possible;
    TRY(HANDLE(c, probe));
    TRY(stack_check(c, &given, stack_, FLOATS, "stack"));
    TRY(linear_plan_options(c, options, &p.o));
    TRY(RESULT_OPTIONAL(c, result));
    TRY(progress(c, 0, 1));
    TRY(samples_of_stack(c, &given, p.o.readout, &p.s));
    TRY(linear_plan_inputs(c, labels, &p));
    TRY(linear_plan_units(c, &p, &possible));
    if (!possible)
        return fail(c, LAMELLA_ERR_EMPTY, "no task has a fold with two classes on both sides");
    TRY(linear_create(c, &p.sizes, &made));
    TRY(describe_fit(c, &p, &made->array));
    TRY(begin_made(c, &p.sizes, &made->array, &to));
    TRY(linear_run(c, &p, &to));
    TRY(fitted_seal(c, &made->file));
    TRY(progress(c, 1, 1));
    TRY(linear_prepare_scores(c, made));
    lamella_probe_linear_result found = count_cells(c, &p, &to);
    write_sized(result, &found, (int64_t)sizeof found);
    *probe = made;
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_fit(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels,
                                        const lamella_probe_linear_options *options, lamella_probe_linear **probe,
                                        lamella_probe_linear_result *result)
{
    CALL(ctx, fit_linear(c, stack, labels, options, probe, result));
}

/* ---- by its arrays, as a file and as bytes ---- */

lamella_status lamella_probe_linear_get(const lamella_probe_linear *probe, const char *name, lamella_view *out)
{
    CALL(NULL, fitted_get(c, &linear_kind, probe, name, out));
}

lamella_status lamella_probe_linear_bytes(const lamella_probe_linear *probe, lamella_view *bytes)
{
    CALL(NULL, fitted_bytes(c, &linear_kind, probe, bytes));
}

lamella_status lamella_probe_linear_save(lamella_context *ctx, const lamella_probe_linear *probe, const char *path)
{
    CALL(ctx, fitted_save(c, &linear_kind, probe, path));
}

lamella_status lamella_probe_linear_open(lamella_context *ctx, const char *path, lamella_probe_linear **probe)
{
    CALL(ctx, fitted_open(c, &linear_kind, path, probe));
}

lamella_status lamella_probe_linear_load(lamella_context *ctx, const lamella_view *bytes, lamella_probe_linear **probe)
{
    CALL(ctx, fitted_load(c, &linear_kind, bytes, probe));
}

void lamella_probe_linear_free(lamella_probe_linear *probe)
{
    fitted_free(probe);
}
