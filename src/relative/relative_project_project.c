/* Relative representations (Relative representations enable zero-shot latent space communication, section 3).
 *
 *   r = t(similarity(T x, T s_1), ..., similarity(T x, T s_n))
 *
 * T (projection_fit.c) and t are fitted on the anchors s only, never on the rows at hand: a row's representation does not depend on the
 * batch it comes in. Rows go through in projection_rows.c.
 * Differs from the codes: norms have no floor, a zero row has similarity 0; angles come from |u - v| and |u + v|, distances from
 * differences, so a row is as far from itself as it should be; covariance is whitened over the directions that count. */
#include "options/options.h"
#include "relative/projection.h"

/* ---- fit ---- */

static lamella_status fit_project(call *c, const lamella_stack *stack_, const lamella_relative_project_options *options, lamella_relative_project **project,
                                  lamella_relative_project_result *result)
{
    lamella_relative_project_options o;
    lamella_relative_project_result found = { .struct_size = sizeof found };
    lamella_relative_project *made;
    row_numbers numbers;
    stack s;

    TRY(HANDLE(c, project));
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(OPTIONS(c, o, options, relative_project));
    TRY(o.anchors ? row_numbers_check(c, &s, o.anchors, "options.anchors", &numbers) : row_numbers_all(c, &s, &numbers));
    TRY(RESULT_OPTIONAL(c, result));

    TRY(projections_fit(c, &s, &numbers, &o, &made, &found));
    TRY(fitted_seal(c, &made->file));
    write_sized(result, &found, (int64_t)sizeof found);
    *project = made;
    return LAMELLA_OK;
}

lamella_status lamella_relative_project_fit(lamella_context *ctx, const lamella_stack *stack,
                                            const lamella_relative_project_options *options, lamella_relative_project **project,
                                            lamella_relative_project_result *result)
{
    CALL(ctx, fit_project(c, stack, options, project, result));
}

/* ---- apply ---- */

static void put_in_view(int64_t vector, const float *row, void *data)
{
    store_run_f32(data, vector, row);
}

static lamella_status check_layers_fit(call *c, const lamella_relative_project *project, const stack *s)
{
    if (s->n_layers != project->n_layers)
        return fail(c, LAMELLA_ERR_SHAPE, "stack.n_layers is %lld, expected %lld (= layers of the fit)", (long long)s->n_layers,
                    (long long)project->n_layers);
    for (int64_t l = 0; l < s->n_layers; l++)
        if (stack_dim(s, l) != project->layer[l].dim)
            return fail(c, LAMELLA_ERR_SHAPE, "stack.layer[%lld] has dim %lld, expected %lld (= dim of the fit)", (long long)l,
                        (long long)stack_dim(s, l), (long long)project->layer[l].dim);
    return LAMELLA_OK;
}

static lamella_status apply_project(call *c, const lamella_relative_project *project, const lamella_stack *stack_, const lamella_view *out,
                                    lamella_relative_project_result *result)
{
    lamella_relative_project_result found = { .struct_size = sizeof found };
    lamella_view *checked;
    stack s;

    TRY(fitted_check(c, &projection_kind, project, "project"));
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(check_layers_fit(c, project, &s));
    TRY(stack_check_outs(c, &s, out, F32, "out", s.layer->shape, s.layer->rank - 1, project->width, &checked));
    TRY(RESULT_OPTIONAL(c, result));

    for (int64_t l = 0; l < s.n_layers; l++) {
        const projection_target to = { put_in_view, &checked[l] };
        TRY_ITEMS(NULL, l, 1, s.n_layers, projection_apply(c, project, l, &s, l, &to, &found.n_zero_rows));
    }
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_relative_project_apply(lamella_context *ctx, const lamella_relative_project *project, const lamella_stack *stack,
                                              const lamella_view *out, lamella_relative_project_result *result)
{
    CALL(ctx, apply_project(c, project, stack, out, result));
}

/* ---- by its arrays, as a file and as bytes ---- */

lamella_status lamella_relative_project_get(const lamella_relative_project *project, const char *name, lamella_view *out)
{
    CALL(NULL, fitted_get(c, &projection_kind, project, name, out));
}

lamella_status lamella_relative_project_bytes(const lamella_relative_project *project, lamella_view *bytes)
{
    CALL(NULL, fitted_bytes(c, &projection_kind, project, bytes));
}

lamella_status lamella_relative_project_save(lamella_context *ctx, const lamella_relative_project *project, const char *path)
{
    CALL(ctx, fitted_save(c, &projection_kind, project, path));
}

lamella_status lamella_relative_project_open(lamella_context *ctx, const char *path, lamella_relative_project **project)
{
    CALL(ctx, fitted_open(c, &projection_kind, path, project));
}

lamella_status lamella_relative_project_load(lamella_context *ctx, const lamella_view *bytes, lamella_relative_project **project)
{
    CALL(ctx, fitted_load(c, &projection_kind, bytes, project));
}

void lamella_relative_project_free(lamella_relative_project *project)
{
    fitted_free(project);
}
