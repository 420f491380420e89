/* Inputs of a fit, checked one by one: options, penalties, labels to classes, folds, groups, weights. */
#include "options/options.h"
#include "probe/linear.h"

#include <math.h>
#include <string.h>

int64_t task_classes(const linear_plan *p, int64_t task)
{
    return p->labels.offset[task + 1] - p->labels.offset[task];
}

int32_t label_of(const linear_plan *p, int64_t task, int64_t row)
{
    return p->labels.class_of[task * p->s.n + row];
}

int64_t task_outputs(const linear_plan *p, int64_t task)
{
    return p->output_offset[task + 1] - p->output_offset[task];
}

static lamella_status plan_sizes(call *c, linear_plan *p)
{
    int64_t *dim;
    p->simd = simd_of(c);
    p->sizes.n_layers = p->s.rows.n_layers;
    p->sizes.nested = p->o.nested;
    TAKE(c, dim, p->sizes.n_layers);
    for (int64_t l = 0; l < p->sizes.n_layers; l++) {
        dim[l] = stack_dim(&p->s.rows, l);
        if (dim[l] < 1)
            return fail(c, LAMELLA_ERR_EMPTY, "stack.layer[%lld] has 0 dims, expected at least 1", (long long)l);
    }
    p->sizes.dim = dim;
    return LAMELLA_OK;
}

/* ---- penalties ---- */

static lamella_status plan_penalties(call *c, linear_plan *p)
{
    static const double one = 1;
    const double *given = p->o.penalties ? p->o.penalties : &one;
    int64_t n = p->sizes.n_penalties = p->o.penalties ? p->o.n_penalties : 1;
    double *rising;
    keyed_row *room;
    number text;
    if (n < 1)
        return fail(c, n ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "options.n_penalties is %lld, expected at least 1", (long long)n);
    if (p->o.penalties)
        TRY(call_reads(c, (lent){ .low = (const char *)given, .high = (const char *)(given + n) }, "options.penalties"));
    for (int64_t q = 0; q < n; q++)
        if (!(given[q] > 0) || !isfinite(given[q]))
            return fail(c, isfinite(given[q]) ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_NONFINITE, "options.penalties[%lld] is %s, expected a number over 0",
                        (long long)q, number_text(given[q], &text));
    TAKE(c, rising, n);
    TAKE(c, p->rising, n);
    TAKE(c, room, sort_room(n));
    order_rows(given, 1, NULL, n, p->rising, room);
    for (int64_t q = 0; q < n; q++)
        rising[q] = given[p->rising[q]];
    p->penalty = given;
    p->rising_penalty = rising;
    return LAMELLA_OK;
}

/* ---- labels ---- */

/* A task of one class, or none, keeps an output: its cells are impossible. */
static lamella_status plan_labels(call *c, const lamella_view *labels, linear_plan *p)
{
    TRY(samples_labels(c, &p->s, labels, p->o.label_mask, &p->labels));
    p->sizes.n_tasks = p->labels.n_tasks;
    TAKE(c, p->output_offset, p->sizes.n_tasks + 1);
    p->output_offset[0] = 0;
    for (int64_t t = 0; t < p->sizes.n_tasks; t++) {
        p->output_offset[t + 1] = p->output_offset[t] + MAX(fit_outputs(task_classes(p, t)), 1);
        p->most_classes = MAX(p->most_classes, task_classes(p, t));
    }
    p->sizes.n_classes = p->labels.offset[p->sizes.n_tasks];
    p->sizes.n_outputs = p->output_offset[p->sizes.n_tasks];
    return LAMELLA_OK;
}

/* ---- rows: weights, folds ---- */

static lamella_status plan_weights(call *c, linear_plan *p)
{
    double sum = 0;
    TRY(samples_weigh(c, &p->s, p->o.sample_weights, "options.sample_weights"));
    for (int64_t i = 0; p->s.weight && i < p->s.n; i++)
        sum += p->s.weight[i];
    return isfinite(sum) ? LAMELLA_OK : fail(c, LAMELLA_ERR_NUMERIC, "options.sample_weights sum to more than f64 holds");
}

/* Rows of one group that a task has labels of share a fold, or one would be trained on to answer for the other. */
static lamella_status folds_keep_groups(call *c, const linear_plan *p)
{
    int64_t *first; /* row of each group */
    if (!p->groups.of)
        return LAMELLA_OK;
    TAKE(c, first, p->groups.n);
    for (int64_t t = 0; t < p->sizes.n_tasks; t++) {
        memset(first, 255, (size_t)p->groups.n * sizeof *first);
        for (int64_t i = 0; i < p->s.n; i++) {
            int64_t *of_group = &first[p->groups.of[i]];
            TRY(ask_rows(c, t * p->s.n + i, 1));
            if (label_of(p, t, i) < 0)
                continue;
            if (*of_group < 0)
                *of_group = i;
            if (p->fold[i] != p->fold[*of_group])
                return fail(c, LAMELLA_ERR_ARGUMENT, "options.folds[%lld] is %lld, but options.folds[%lld] is %lld, expected one fold for rows of one group", (long long)i,
                            (long long)p->fold[i], (long long)*of_group, (long long)p->fold[*of_group]);
        }
    }
    return LAMELLA_OK;
}

static lamella_status given_folds(call *c, linear_plan *p)
{
    int64_t most = -1, *given;
    TRY(samples_integers(c, &p->s, p->o.folds, "options.folds", &given));
    for (int64_t i = 0; i < p->s.n_valid; i++) {
        int64_t row = sample_at(&p->s, i), f = given[row];
        TRY(ask_row(c, i));
        if (f < -1 || f >= p->s.n)
            return fail(c, LAMELLA_ERR_ARGUMENT, "options.folds[%lld] is %lld, expected -1 to %lld", (long long)row, (long long)f, (long long)p->s.n - 1);
        p->fold[row] = (int32_t)f;
        most = MAX(most, f);
    }
    if (most < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.folds has -1 only, expected rows that a fold tests");
    p->sizes.n_folds = most + 1;
    return folds_keep_groups(c, p);
}

/* Samples that take no part change nothing of the others' folds. */
static lamella_status made_folds(call *c, linear_plan *p)
{
    fold_plan f = { .n_rows = p->s.n_valid, .n_groups = p->groups.n, .n_folds = p->o.n_folds, .holdout = p->o.holdout, .seed = (uint64_t)p->o.seed };
    int64_t *group;
    int32_t *fold;
    TAKE(c, fold, f.n_rows);
    if (p->o.groups) {
        TAKE(c, group, f.n_rows);
        for (int64_t i = 0; i < f.n_rows; i++)
            group[i] = p->groups.of[sample_at(&p->s, i)];
        f.group = group;
    }
    TRY(folds_assign(c, &f, fold));
    for (int64_t i = 0; i < f.n_rows; i++)
        p->fold[sample_at(&p->s, i)] = fold[i];
    p->sizes.n_folds = f.holdout > 0 ? 1 : f.n_folds;
    return LAMELLA_OK;
}

static lamella_status plan_folds(call *c, linear_plan *p)
{
    TAKE(c, p->fold, p->s.n);
    TAKE(c, p->scored, p->s.n);
    for (int64_t i = 0; i < p->s.n; i++)
        p->fold[i] = -1;
    TRY(p->o.folds ? given_folds(c, p) : made_folds(c, p));
    if (p->o.nested && p->sizes.n_folds < 3)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.nested is 1 with %lld fold%s, expected at least 3", (long long)p->sizes.n_folds,
                    p->sizes.n_folds == 1 ? "" : "s");
    p->sizes.n_fits = p->sizes.n_folds == 1 ? 1 : p->sizes.n_folds + 1;
    for (int64_t i = 0; i < p->s.n; i++)
        if (p->fold[i] >= 0)
            p->scored[p->sizes.n_scored++] = i;
    return LAMELLA_OK;
}

/* ---- options ---- */

lamella_status linear_plan_options(call *c, const lamella_probe_linear_options *options, lamella_probe_linear_options *o)
{
    TRY(OPTIONS(c, *o, options, probe_linear));
    if (o->readout == LAMELLA_READOUT_WEIGHTED)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.readout is WEIGHTED, expected another: pool with the weights first");
    o->n_bootstrap = MAX(o->n_bootstrap, 0);
    return LAMELLA_OK;
}

lamella_status linear_plan_inputs(call *c, const lamella_view *labels, linear_plan *p)
{
    TRY(plan_sizes(c, p));
    TRY(plan_labels(c, labels, p));
    TRY(samples_groups(c, &p->s, p->o.groups, "options.groups", &p->groups));
    TRY(plan_weights(c, p));
    TRY(plan_penalties(c, p));
    return plan_folds(c, p);
}
