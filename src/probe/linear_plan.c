/* Inputs of a fit, checked one by one: options, penalties, labels to classes, folds, groups, weights. */
#include "options/options.h"
#include "probe/linear.h"

#include <math.h>
#include <string.h>

int64_t task_classes(const linear_work *w, int64_t task)
{
    return w->labels.offset[task + 1] - w->labels.offset[task];
}

int32_t label_of(const linear_work *w, int64_t task, int64_t row)
{
    return w->labels.class_of[task * w->s.n + row];
}

int64_t task_outputs(const linear_work *w, int64_t task)
{
    return w->output_offset[task + 1] - w->output_offset[task];
}

/* ---- penalties ---- */

static lamella_status plan_penalties(call *c, linear_work *w)
{
    static const double one = 1;
    const double *given = w->o.penalties ? w->o.penalties : &one;
    int64_t n = w->sizes.n_penalties = w->o.penalties ? w->o.n_penalties : 1;
    double *rising;
    keyed_row *room;
    number text;
    if (n < 1)
        return fail(c, n ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "options.n_penalties is %lld, expected at least 1", (long long)n);
    if (w->o.penalties)
        TRY(call_reads(c, (lent){ .low = (const char *)given, .high = (const char *)(given + n) }, "options.penalties"));
    for (int64_t q = 0; q < n; q++)
        if (!(given[q] > 0) || !isfinite(given[q]))
            return fail(c, isfinite(given[q]) ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_NONFINITE, "options.penalties[%lld] is %s, expected a number over 0",
                        (long long)q, number_text(given[q], &text));
    TAKE(c, rising, n);
    TAKE(c, w->rising, n);
    TAKE(c, room, sort_room(n));
    order_rows(given, 1, NULL, n, w->rising, room);
    for (int64_t q = 0; q < n; q++)
        rising[q] = given[w->rising[q]];
    w->penalty = given;
    w->rising_penalty = rising;
    return LAMELLA_OK;
}

/* ---- labels ---- */

/* A task of one class, or none, keeps an output: its cells are impossible. */
static lamella_status plan_labels(call *c, const lamella_view *labels, linear_work *w)
{
    TRY(samples_labels(c, &w->s, labels, w->o.label_mask, &w->labels));
    w->sizes.n_tasks = w->labels.n_tasks;
    TAKE(c, w->output_offset, w->sizes.n_tasks + 1);
    w->output_offset[0] = 0;
    for (int64_t t = 0; t < w->sizes.n_tasks; t++)
        w->output_offset[t + 1] = w->output_offset[t] + MAX(fit_outputs(task_classes(w, t)), 1);
    w->sizes.n_classes = w->labels.offset[w->sizes.n_tasks];
    w->sizes.n_outputs = w->output_offset[w->sizes.n_tasks];
    return LAMELLA_OK;
}

/* ---- rows: weights, folds ---- */

static lamella_status plan_weights(call *c, linear_work *w)
{
    double sum = 0;
    TRY(samples_weigh(c, &w->s, w->o.sample_weights, "options.sample_weights"));
    for (int64_t i = 0; w->s.weight && i < w->s.n; i++)
        sum += w->s.weight[i];
    return isfinite(sum) ? LAMELLA_OK : fail(c, LAMELLA_ERR_NUMERIC, "options.sample_weights sum to more than f64 holds");
}

/* Rows of one group that a task has labels of share a fold, or one would be trained on to answer for the other. */
static lamella_status folds_keep_groups(call *c, const linear_work *w)
{
    int64_t *first; /* row of each group */
    if (!w->groups.of)
        return LAMELLA_OK;
    TAKE(c, first, w->groups.n);
    for (int64_t t = 0; t < w->sizes.n_tasks; t++) {
        memset(first, 255, (size_t)w->groups.n * sizeof *first);
        for (int64_t i = 0; i < w->s.n; i++) {
            int64_t *of_group = &first[w->groups.of[i]];
            TRY(ask_rows(c, t * w->s.n + i, 1));
            if (label_of(w, t, i) < 0)
                continue;
            if (*of_group < 0)
                *of_group = i;
            if (w->fold[i] != w->fold[*of_group])
                return fail(c, LAMELLA_ERR_ARGUMENT, "options.folds[%lld] is %lld, but options.folds[%lld] is %lld, expected one fold for rows of one group", (long long)i,
                            (long long)w->fold[i], (long long)*of_group, (long long)w->fold[*of_group]);
        }
    }
    return LAMELLA_OK;
}

static lamella_status given_folds(call *c, linear_work *w)
{
    int64_t most = -1, *given;
    TRY(samples_integers(c, &w->s, w->o.folds, "options.folds", &given));
    for (int64_t i = 0; i < w->s.n_valid; i++) {
        int64_t row = sample_at(&w->s, i), f = given[row];
        TRY(ask_row(c, i));
        if (f < -1 || f >= w->s.n)
            return fail(c, LAMELLA_ERR_ARGUMENT, "options.folds[%lld] is %lld, expected -1 to %lld", (long long)row, (long long)f, (long long)w->s.n - 1);
        w->fold[row] = (int32_t)f;
        most = MAX(most, f);
    }
    if (most < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.folds has -1 only, expected rows that a fold tests");
    w->sizes.n_folds = most + 1;
    return folds_keep_groups(c, w);
}

/* Samples that take no part change nothing of the others' folds. */
static lamella_status made_folds(call *c, linear_work *w)
{
    fold_plan p = { .n_rows = w->s.n_valid, .n_groups = w->groups.n, .n_folds = w->o.n_folds, .holdout = w->o.holdout, .seed = (uint64_t)w->o.seed };
    int64_t *group;
    int32_t *fold;
    TAKE(c, fold, p.n_rows);
    if (w->o.groups) {
        TAKE(c, group, p.n_rows);
        for (int64_t i = 0; i < p.n_rows; i++)
            group[i] = w->groups.of[sample_at(&w->s, i)];
        p.group = group;
    }
    TRY(folds_assign(c, &p, fold));
    for (int64_t i = 0; i < p.n_rows; i++)
        w->fold[sample_at(&w->s, i)] = fold[i];
    w->sizes.n_folds = p.holdout > 0 ? 1 : p.n_folds;
    return LAMELLA_OK;
}

static lamella_status plan_folds(call *c, linear_work *w)
{
    TAKE(c, w->fold, w->s.n);
    TAKE(c, w->scored, w->s.n);
    for (int64_t i = 0; i < w->s.n; i++)
        w->fold[i] = -1;
    TRY(w->o.folds ? given_folds(c, w) : made_folds(c, w));
    if (w->o.nested && w->sizes.n_folds < 3)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.nested is 1 with %lld fold%s, expected at least 3", (long long)w->sizes.n_folds,
                    w->sizes.n_folds == 1 ? "" : "s");
    w->sizes.n_fits = w->sizes.n_folds == 1 ? 1 : w->sizes.n_folds + 1;
    for (int64_t i = 0; i < w->s.n; i++)
        if (w->fold[i] >= 0)
            w->scored[w->sizes.n_scored++] = i;
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

lamella_status linear_plan(call *c, const lamella_view *labels, linear_work *w)
{
    TRY(plan_labels(c, labels, w));
    TRY(samples_groups(c, &w->s, w->o.groups, "options.groups", &w->groups));
    TRY(plan_weights(c, w));
    TRY(plan_penalties(c, w));
    return plan_folds(c, w);
}
