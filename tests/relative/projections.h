/* Projections of arrays in memory, for the tests of this folder. */
#ifndef RELATIVE_PROJECTIONS_H
#define RELATIVE_PROJECTIONS_H

#include "support/golden.h"

#define RULES(...) ((lamella_relative_project_options){ .struct_size = sizeof(lamella_relative_project_options), __VA_ARGS__ })

/* Fitted on rows `anchors` (NULL: all) of one layer. */
static inline lamella_relative_project *fitted(lamella_view x, const lamella_view *anchors, lamella_relative_project_options rules)
{
    lamella_relative_project *project;
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &x, .n_layers = 1 };
    ok(lamella_relative_project_fit(NULL, &stack, (rules.anchors = anchors, &rules), &project, NULL));
    return project;
}

/* f32 [rows, width] for the caller to free; the number of zero rows goes to n_zero_rows where it is not NULL. */
static inline float *projected(const lamella_relative_project *project, lamella_view x, int64_t *n_zero_rows)
{
    lamella_view width;
    lamella_relative_project_result result = { .struct_size = sizeof result };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &x, .n_layers = 1 };
    ok(lamella_relative_project_get(project, "width", &width));
    int64_t columns = *(const int64_t *)width.data;
    float *out = malloc((size_t)(x.shape[0] * columns) * sizeof *out);
    lamella_view to = view_of(LAMELLA_F32, out, x.shape[0], columns);
    ok(lamella_relative_project_apply(NULL, project, &stack, &to, &result));
    if (n_zero_rows)
        *n_zero_rows = result.n_zero_rows;
    return out;
}

/* Fit on x, apply to x. */
static inline float *relative_of(lamella_view x, const lamella_view *anchors, lamella_relative_project_options rules)
{
    lamella_relative_project *project = fitted(x, anchors, rules);
    float *out = projected(project, x, NULL);
    lamella_relative_project_free(project);
    return out;
}

#endif
