/* Inputs of a fit, checked one by one: options, penalties, labels to classes, folds, groups, weights. */
#include "probe/linear.h"

#include <math.h>
#include <string.h>

int64_t task_classes(const linear_work *w, int64_t task)
{
    return w->class_offset[task + 1] - w->class_offset[task];
}

int64_t task_outputs(const linear_work *w, int64_t task)
{
    return w->output_offset[task + 1] - w->output_offset[task];
}

/* ---- penalties ---- */

static lamella_status plan_penalties(call *c, const lamella_view *penalties, linear_work *w)
{
    lamella_view v = { .shape = { 1 } };
    double *given, *rising;
    keyed_row *room;
    if (penalties) {
        TRY(VIEW(c, v, penalties, F32 | F64 | I32 | I64));
        TRY(view_check_shape(c, &v, "penalties", (const int64_t[]){ v.shape[0] }, 1));
        if (v.shape[0] < 1)
            return fail(c, LAMELLA_ERR_EMPTY, "penalties has no element, expected at least 1");
    }
    int64_t n = w->sizes.n_penalties = v.shape[0];
    TAKE(c, given, n);
    TAKE(c, rising, n);
    TAKE(c, w->rising, n);
    TAKE(c, room, sort_room(n));
    given[0] = 1;
    for (int64_t q = 0; penalties && q < n; q++) {
        number text;
        given[q] = load_f64(v.dtype, view_at(&v, &q));
        if (!(given[q] > 0) || !isfinite(given[q]))
            return fail(c, isfinite(given[q]) ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_NONFINITE, "penalties[%lld] is %s, expected a number over 0",
                        (long long)q, number_text(given[q], &text));
    }
    order_rows(given, 1, NULL, n, w->rising, room);
    for (int64_t q = 0; q < n; q++)
        rising[q] = given[w->rising[q]];
    w->penalty = given;
    w->rising_penalty = rising;
    return LAMELLA_OK;
}

/* ---- labels ---- */

/* Rank 2, or 1 for one task. */
static lamella_status check_by_task(call *c, const lamella_view *theirs, uint32_t dtypes, const char *name, int64_t n_tasks, int64_t n, lamella_view *v)
{
    TRY(view_check(c, v, theirs, dtypes, name));
    if (v->rank < 1 || v->rank > 2)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 2: task, sample, or 1: sample", name, (int)v->rank);
    if (v->shape[v->rank - 1] != n)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.shape[%d] is %lld, expected %lld (= samples of stack)", name, (int)v->rank - 1,
                    (long long)v->shape[v->rank - 1], (long long)n);
    if (v->rank == 1) { /* [sample] is [1, sample] */
        v->shape[1] = v->shape[0];
        v->stride[1] = v->stride[0];
        v->shape[0] = 1;
        v->stride[0] = 0;
        v->rank = 2;
    }
    return view_check_shape(c, v, name, (const int64_t[]){ n_tasks < 0 ? v->shape[0] : n_tasks, n }, 2);
}

/* A task of one class, or none, keeps an output: its cells are impossible. */
static lamella_status plan_classes(call *c, const lamella_view *v, int64_t task, int64_t *room, keyed_row *sorted, linear_work *w)
{
    int64_t n = w->n, found = 0, k = 0, *value = room, *classes = w->classes + w->class_offset[task];
    int32_t *label = w->label + task * n;
    const unsigned char *has = w->has_label + task * n;
    int64_t *group = room + n, *distinct = room + 2 * n, *row = room + 3 * n;
    for (int64_t i = 0; i < n; i++) {
        TRY(ask_rows(c, task * n + i, 1));
        if (has[i]) {
            row[found] = i;
            value[found++] = load_i64(v->dtype, view_at(v, (const int64_t[]){ task, i }));
        }
    }
    TRY(group_rows_asking(c, value, found, group, distinct, sorted, &k));
    memset(label, 0, (size_t)n * sizeof *label);
    for (int64_t i = 0; i < found; i++)
        label[row[i]] = (int32_t)group[i];
    memcpy(classes, distinct, (size_t)k * sizeof *classes);
    w->class_offset[task + 1] = w->class_offset[task] + k;
    w->output_offset[task + 1] = w->output_offset[task] + MAX(fit_outputs(k), 1);
    return LAMELLA_OK;
}

static lamella_status plan_labels(call *c, const linear_inputs *in, linear_work *w)
{
    lamella_view labels, mask;
    int64_t n = w->n, *room;
    keyed_row *sorted;
    TRY(check_by_task(c, in->labels, I32 | I64, "labels", -1, n, &labels));
    int64_t tasks = w->sizes.n_tasks = labels.shape[0], cells;
    if (tasks < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "labels has no task, expected at least 1");
    if (in->label_mask)
        TRY(check_by_task(c, in->label_mask, BYTES, "label_mask", tasks, n, &mask));
    if (!size_mul(tasks, n, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "labels does not fit into memory");
    TAKE(c, w->label, cells);
    TAKE(c, w->has_label, cells);
    TAKE(c, w->classes, cells);
    TAKE(c, w->class_offset, tasks + 1);
    TAKE(c, w->output_offset, tasks + 1);
    arena_mark before = arena_now(&c->memory);
    TAKE(c, room, 4 * n);
    TAKE(c, sorted, sort_room(n));
    for (int64_t t = 0; t < tasks; t++)
        for (int64_t i = 0; i < n; i++) {
            TRY(ask_rows(c, t * n + i, 1));
            w->has_label[t * n + i] = (!w->s.valid || w->s.valid[i])
                                      && (!in->label_mask || *(unsigned char *)view_at(&mask, (const int64_t[]){ t, i }));
        }
    w->class_offset[0] = w->output_offset[0] = 0;
    for (int64_t t = 0; t < tasks; t++)
        TRY(plan_classes(c, &labels, t, room, sorted, w));
    arena_rewind(&c->memory, before);
    w->sizes.n_classes = w->class_offset[tasks];
    w->sizes.n_outputs = w->output_offset[tasks];
    return LAMELLA_OK;
}

/* ---- rows: groups, weights, folds ---- */

static lamella_status plan_groups(call *c, const lamella_view *groups, linear_work *w)
{
    lamella_view v;
    if (!groups)
        return groups_of_view(c, NULL, w->n, &w->n_groups, &w->group);
    TRY(VIEW(c, v, groups, I32 | I64));
    TRY(view_check_shape(c, &v, "groups", &w->n, 1));
    return groups_of_view(c, &v, w->n, &w->n_groups, &w->group);
}

static lamella_status plan_weights(call *c, const lamella_view *weights, linear_work *w)
{
    lamella_view v;
    double *weight;
    if (!weights)
        return LAMELLA_OK;
    TRY(view_check(c, &v, weights, F32 | F64, "sample_weights"));
    TRY(view_check_shape(c, &v, "sample_weights", &w->n, 1));
    double sum = 0;
    TAKE(c, weight, w->n);
    for (int64_t i = 0; i < w->n; i++) {
        number text;
        weight[i] = 0;
        TRY(ask_rows(c, i, 1));
        if (w->s.valid && !w->s.valid[i])
            continue;
        weight[i] = load_f64(v.dtype, view_at(&v, &i));
        if (!isfinite(weight[i]) || weight[i] < 0)
            return fail(c, isfinite(weight[i]) ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_NONFINITE, "sample_weights is %s at row %lld, expected 0 or more",
                        number_text(weight[i], &text), (long long)i);
        sum += weight[i];
    }
    if (!isfinite(sum))
        return fail(c, LAMELLA_ERR_NUMERIC, "sample_weights sum to more than f64 holds");
    w->weight = weight;
    return LAMELLA_OK;
}

/* Rows of one group that a task has labels of share a fold, or one would be trained on to answer for the other. */
static lamella_status folds_keep_groups(call *c, const linear_work *w)
{
    int64_t *first; /* row of each group */
    if (!w->group)
        return LAMELLA_OK;
    TAKE(c, first, w->n_groups);
    for (int64_t t = 0; t < w->sizes.n_tasks; t++) {
        memset(first, 255, (size_t)w->n_groups * sizeof *first);
        for (int64_t i = 0; i < w->n; i++) {
            int64_t *of_group = &first[w->group[i]];
            TRY(ask_rows(c, t * w->n + i, 1));
            if (!w->has_label[t * w->n + i])
                continue;
            if (*of_group < 0)
                *of_group = i;
            if (w->fold[i] != w->fold[*of_group])
                return fail(c, LAMELLA_ERR_ARGUMENT, "folds[%lld] is %lld, but folds[%lld] is %lld, expected one fold for rows of one group", (long long)i,
                            (long long)w->fold[i], (long long)*of_group, (long long)w->fold[*of_group]);
        }
    }
    return LAMELLA_OK;
}

static lamella_status given_folds(call *c, const lamella_view *folds, linear_work *w)
{
    lamella_view v;
    int64_t most = -1;
    TRY(VIEW(c, v, folds, I32 | I64));
    TRY(view_check_shape(c, &v, "folds", &w->n, 1));
    for (int64_t i = 0; i < w->n; i++) {
        int64_t f = load_i64(v.dtype, view_at(&v, &i));
        TRY(ask_rows(c, i, 1));
        if (f < -1 || f >= w->n)
            return fail(c, LAMELLA_ERR_ARGUMENT, "folds[%lld] is %lld, expected -1 to %lld", (long long)i, (long long)f, (long long)w->n - 1);
        w->fold[i] = (int32_t)f;
        most = MAX(most, f);
    }
    if (most < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "folds has -1 only, expected rows that a fold tests");
    w->sizes.n_folds = most + 1;
    return folds_keep_groups(c, w);
}

/* Rows under the stack's mask take no part: the folds of the others do not depend on them. */
static lamella_status made_folds(call *c, linear_work *w)
{
    fold_plan p = { .n_folds = w->o.n_folds, .holdout = w->o.holdout, .seed = (uint64_t)w->o.seed };
    int64_t *row, *label = NULL, *group = NULL;
    keyed_row *room;
    int32_t *fold;
    TAKE(c, row, w->n);
    TAKE(c, fold, w->n);
    for (int64_t i = 0; i < w->n; i++)
        if (!w->s.valid || w->s.valid[i])
            row[p.n_rows++] = i;
    p.n_groups = p.n_rows;
    if (w->group) {
        TAKE(c, label, w->n);
        TAKE(c, group, w->n);
        TAKE(c, room, sort_room(w->n));
        for (int64_t i = 0; i < p.n_rows; i++)
            label[i] = w->group[row[i]];
        TRY(group_rows_asking(c, label, p.n_rows, group, NULL, room, &p.n_groups));
        p.group = group;
    }
    TRY(folds_assign(c, &p, fold));
    for (int64_t i = 0; i < p.n_rows; i++)
        w->fold[row[i]] = fold[i];
    w->sizes.n_folds = p.holdout > 0 ? 1 : p.n_folds;
    return LAMELLA_OK;
}

static lamella_status plan_folds(call *c, const lamella_view *folds, linear_work *w)
{
    TAKE(c, w->fold, w->n);
    TAKE(c, w->scored, w->n);
    for (int64_t i = 0; i < w->n; i++)
        w->fold[i] = -1;
    TRY(folds ? given_folds(c, folds, w) : made_folds(c, w));
    if (w->o.nested && w->sizes.n_folds < 3)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.nested is 1 with %lld fold%s, expected at least 3", (long long)w->sizes.n_folds,
                    w->sizes.n_folds == 1 ? "" : "s");
    w->sizes.n_fits = w->sizes.n_folds == 1 ? 1 : w->sizes.n_folds + 1;
    for (int64_t i = 0; i < w->n; i++)
        if (w->fold[i] >= 0 && (!w->s.valid || w->s.valid[i]))
            w->scored[w->sizes.n_scored++] = i;
    return LAMELLA_OK;
}

/* ---- options ---- */

static lamella_status check_number(call *c, double value, double least, double most, const char *name)
{
    number a, b, x;
    if (value >= least && value < most)
        return LAMELLA_OK;
    return fail(c, LAMELLA_ERR_ARGUMENT, "options.%s is %s, expected %s to below %s", name, number_text(value, &x), number_text(least, &a),
                number_text(most, &b));
}

lamella_status linear_plan_options(call *c, lamella_probe_linear_options *o)
{
    TRY(check_choice(c, &o->kind, LAMELLA_PROBE_RIDGE, LAMELLA_PROBE_LOGISTIC, "options.kind"));
    TRY(check_choice(c, &o->classes, LAMELLA_CLASSES_ONE_VS_REST, LAMELLA_CLASSES_MULTINOMIAL, "options.classes"));
    TRY(check_choice(c, &o->readout, LAMELLA_READOUT_FIRST_MEAN, LAMELLA_READOUT_MEAN, "options.readout"));
    if (o->readout == LAMELLA_READOUT_WEIGHTED)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.readout is WEIGHTED, expected another: pool with the weights first");
    TRY(check_choice(c, &o->standardise, 1, 0, "options.standardise"));
    TRY(check_choice(c, &o->balanced, 1, 0, "options.balanced"));
    TRY(check_choice(c, &o->nested, 1, 0, "options.nested"));
    TRY(check_reserved(c, (uint64_t)o->reserved0, "options.reserved0"));
    TRY(check_number(c, o->holdout, 0, 1, "holdout"));
    TRY(check_number(c, o->tolerance, 0, 1, "tolerance"));
    TRY(check_number(c, o->confidence, 0, 1, "confidence"));
    if (o->n_folds < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.n_folds is %lld, expected 0 or more", (long long)o->n_folds);
    if (o->max_iterations < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.max_iterations is %lld, expected 0 or more", (long long)o->max_iterations);
    if (o->n_bootstrap < -1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.n_bootstrap is %lld, expected -1 or more", (long long)o->n_bootstrap);
    o->n_folds = o->n_folds ? o->n_folds : 5;
    o->max_iterations = o->max_iterations ? o->max_iterations : FIT_MAX_ITERATIONS;
    o->tolerance = o->tolerance > 0 ? o->tolerance : FIT_TOLERANCE;
    o->n_bootstrap = o->n_bootstrap ? MAX(o->n_bootstrap, 0) : 1000;
    o->confidence = o->confidence > 0 ? o->confidence : 0.95;
    return LAMELLA_OK;
}

lamella_status linear_plan(call *c, const linear_inputs *in, linear_work *w)
{
    if (w->n < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "n_samples(stack) is 0, expected at least 1");
    if (stack_masked(&w->s) == w->n)
        return fail(c, LAMELLA_ERR_EMPTY, "no sample of the stack is outside its mask, expected at least 1");
    TRY(plan_labels(c, in, w));
    TRY(plan_groups(c, in->groups, w));
    TRY(plan_weights(c, in->sample_weights, w));
    TRY(plan_penalties(c, in->penalties, w));
    return plan_folds(c, in->folds, w);
}
