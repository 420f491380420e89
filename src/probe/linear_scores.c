/* Decision values of the rows that folds test, scores by fold, mean and pooled, the best penalty, and bootstrap intervals there.
 *
 * Scored rows are numbered 0 .. n_scored - 1 from here on; pooled means the rows of all folds that are possible, each with the decision
 * value of the fold that tests it. */
#include "probe/linear.h"

#include <math.h>
#include <string.h>

/* Rows of one task with one set of decision values, ready for the three scores. */
typedef struct task_rows {
    int64_t        n, n_classes, n_columns;
    const double  *decision;  /* [n_columns, n_scored] */
    int64_t        n_scored;
    int64_t       *rows;      /* [n], rising */
    int64_t       *order;     /* [n_columns, n_scored], the first n by rising decision */
    unsigned char *gold;      /* [n_columns, n_scored]: 1 = of the column's class */
    int32_t       *label;     /* [n_scored] */
    int32_t       *predicted; /* [n_scored] */
    double        *room;      /* [3 * n_classes] */
} task_rows;

/* A layer while it is scored. */
typedef struct work {
    const linear_plan   *p;
    const linear_arrays *a;
    int64_t              l;
    int32_t              precision;
    int64_t             *place;    /* [n]: number among the scored rows, -1 = none */
    double              *decision; /* [penalty, output, n_scored] */
    scratch              room;
    asking_tasks         asks;
    task_rows           *best;     /* [task]: pooled rows at the best penalty */
} work;

/* ---- decision values ---- */

static void decide_panel(const panel *of, void *room, void *data)
{
    work *s = data;
    const linear_plan *p = s->p;
    const linear_sizes *z = &p->sizes;
    double *x = room;
    for (int64_t i = 0; i < of->n; i++) {
        int64_t at = s->place[of->first + i], fit = p->fold[of->first + i];
        if (at < 0)
            continue;
        if (s->precision == LAMELLA_F64)
            memcpy(x, (const double *)of->data + i * of->stride, (size_t)of->dim * sizeof *x);
        else
            p->simd->f32_to_f64((const float *)of->data + i * of->stride, of->dim, x);
        for (int64_t q = 0; q < z->n_penalties; q++)
            for (int64_t k = 0; k < z->n_outputs; k++)
                s->decision[(q * z->n_outputs + k) * z->n_scored + at] = dot_f64(p->simd, x, cell_weights(z, s->a, s->l, q, fit, k), of->dim)
                                                                         + *cell_intercept(z, s->a, s->l, q, fit, k);
    }
}

/* ---- three scores ---- */

static int64_t task_rows_bytes(int64_t n_scored, int64_t n_classes)
{
    int64_t columns = fit_outputs(MAX(n_classes, 2));
    return whole_lines((1 + columns) * n_scored * 8 + 3 * n_classes * 8 + 2 * n_scored * 4 + columns * n_scored);
}

static task_rows task_rows_in(const linear_plan *p, int64_t task, const double *decision, void *memory)
{
    task_rows r = { .n_classes = task_classes(p, task), .n_columns = task_outputs(p, task), .n_scored = p->sizes.n_scored, .decision = decision };
    r.rows = memory;
    r.order = r.rows + r.n_scored;
    r.room = (double *)(r.order + r.n_columns * r.n_scored);
    r.label = (int32_t *)(r.room + 3 * r.n_classes);
    r.predicted = r.label + r.n_scored;
    r.gold = (unsigned char *)(r.predicted + r.n_scored);
    return r;
}

/* The task's rows of one fold, or with fold -1 of all that are possible. */
static void task_rows_pick(const linear_plan *p, int64_t task, int64_t fold, keyed_row *sorted, asking *asks, task_rows *r)
{
    r->n = 0;
    for (int64_t i = 0; i < r->n_scored && !told_to_stop_after(asks, r->n_columns); i++) {
        int64_t row = p->scored[i];
        const linear_unit *u = unit_of(p, task, p->fold[row]);
        if (label_of(p, task, row) >= 0 && u->trains && u->tests && (fold < 0 || fold == p->fold[row]))
            r->rows[r->n++] = i;
        r->label[i] = label_of(p, task, row);
        r->predicted[i] = r->n_columns == 1 ? r->decision[i] > 0 : class_of_scores(r->decision + i, r->n_scored, r->n_columns);
        for (int64_t k = 0; k < r->n_columns; k++)
            r->gold[k * r->n_scored + i] = r->label[i] == (r->n_columns == 1 ? 1 : k);
    }
    for (int64_t k = 0; k < r->n_columns; k++)
        order_listed(r->decision + k * r->n_scored, 1, r->rows, r->n, r->order + k * r->n_scored, sorted, asks);
}

static void task_scores(const task_rows *r, const int32_t *times, asking *asks, double *scores)
{
    double sum = 0;
    int64_t present = 0;
    if (r->n_columns == 1) {
        scored_rows rows_ = { .n = r->n, .order = r->order, .score = r->decision, .gold = r->gold, .times = times, .asks = asks };
        scores[SCORE_ACCURACY] = binary_accuracy(&rows_);
        scores[SCORE_F1] = binary_f1(&rows_);
        scores[SCORE_AUC] = binary_auc(&rows_);
        return;
    }
    classed_rows classed = { .n = r->n, .rows = r->rows, .predicted = r->predicted, .gold = r->label, .n_classes = r->n_classes, .times = times,
                             .asks = asks };
    scores[SCORE_ACCURACY] = class_accuracy(&classed);
    scores[SCORE_F1] = class_f1(&classed, r->room);
    for (int64_t k = 0; k < r->n_columns; k++) {
        scored_rows rows_ = { .n = r->n, .order = r->order + k * r->n_scored, .score = r->decision + k * r->n_scored,
                              .gold = r->gold + k * r->n_scored, .times = times, .asks = asks };
        double auc = binary_auc(&rows_);
        if (isfinite(auc)) {
            sum += auc;
            present++;
        }
    }
    scores[SCORE_AUC] = present ? sum / (double)present : NAN;
}

/* ---- cells ---- */

static const double *task_decision(const work *s, int64_t task, int64_t penalty)
{
    return s->decision + (penalty * s->p->sizes.n_outputs + s->p->output_offset[task]) * s->p->sizes.n_scored;
}

static void cell_task(int64_t i, void *data)
{
    work *s = data;
    const linear_plan *p = s->p;
    const linear_sizes *z = &p->sizes;
    int64_t task = i / z->n_penalties, penalty = i % z->n_penalties, possible = 0;
    char *memory = scratch_claim(&s->room);
    keyed_row *sorted = (keyed_row *)memory;
    asking asks = asking_of_task(&s->asks);
    task_rows r = task_rows_in(p, task, task_decision(s, task, penalty), memory + whole_lines(sort_room(z->n_scored) * (int64_t)sizeof(keyed_row)));
    double sum[N_SCORES] = { 0 }, scores[N_SCORES];
    for (int64_t f = 0; f < z->n_folds; f++) {
        const linear_unit *u = unit_of(p, task, f);
        for (int k = 0; k < N_SCORES; k++)
            scores[k] = NAN;
        if (u->trains && u->tests) {
            task_rows_pick(p, task, f, sorted, &asks, &r);
            task_scores(&r, NULL, &asks, scores);
            possible++;
        }
        for (int k = 0; k < N_SCORES; k++) {
            s->a->score[k].by_fold[cell_of(z, s->l, task, penalty, z->n_folds, f)] = scores[k];
            sum[k] += u->trains && u->tests ? scores[k] : 0;
        }
    }
    int64_t cell = cell_of(z, s->l, task, penalty, 1, 0);
    if (z->n_folds > 1 || !possible) { /* else the one fold's are all */
        task_rows_pick(p, task, -1, sorted, &asks, &r);
        task_scores(&r, NULL, &asks, scores);
    }
    for (int k = 0; k < N_SCORES; k++) {
        s->a->score[k].mean[cell] = possible ? sum[k] / (double)possible : NAN;
        s->a->score[k].pooled[cell] = possible ? scores[k] : NAN;
    }
    s->a->n_scored_folds[cell] = possible;
    scratch_release(&s->room, memory);
}

static void flag_cells(const linear_plan *p, int64_t l, int32_t *flags)
{
    const linear_sizes *z = &p->sizes;
    for (int64_t i = 0; i < z->n_tasks * z->n_fits; i++) {
        const linear_unit *u = &p->unit[i];
        for (int64_t q = 0; q < z->n_penalties && !(u->trains && u->tests); q++)
            flags[cell_of(z, l, u->task, q, z->n_fits, u->fit)] |= LAMELLA_CELL_IMPOSSIBLE | (u->one_class ? LAMELLA_CELL_ONE_CLASS : 0);
    }
}

/* Highest mean accuracy; of equal ones, or where no fold is possible, the strongest penalty, which is the least C or the greatest alpha. */
static void pick_penalty(const linear_plan *p, int64_t l, int64_t task, const linear_arrays *a)
{
    int64_t n = p->sizes.n_penalties, cell = l * p->sizes.n_tasks + task;
    int64_t weaker = p->o.kind == LAMELLA_PROBE_RIDGE ? -1 : 1, best = p->o.kind == LAMELLA_PROBE_RIDGE ? n - 1 : 0;
    const double *mean = a->score[SCORE_ACCURACY].mean + cell * n;
    for (int64_t at = best; at >= 0 && at < n; at += weaker)
        if (mean[p->rising[at]] > mean[p->rising[best]])
            best = at;
    a->best_penalty[cell] = p->rising[best];
    int scored = !isnan(mean[p->rising[best]]); /* else nothing was picked */
    a->edge[cell] = scored && n > 1 && (best == 0 || best == n - 1);
}

/* ---- at the best penalty ---- */

static void mark_correct(const task_rows *r, unsigned char *correct)
{
    memset(correct, 255, (size_t)r->n_scored);
    for (int64_t i = 0; i < r->n; i++)
        correct[r->rows[i]] = r->predicted[r->rows[i]] == r->label[r->rows[i]];
}

/* class_f1 needs room of its own: resamples run side by side. */
static void resample_scores(const int32_t *times, void *room, double *values, asking *asks, void *data)
{
    const work *s = data;
    for (int64_t t = 0; t < s->p->sizes.n_tasks; t++) {
        task_rows r = s->best[t];
        r.room = room;
        task_scores(&r, times, asks, values + t * N_SCORES);
    }
}

static lamella_status intervals(call *c, work *s)
{
    const linear_plan *p = s->p;
    const linear_sizes *z = &p->sizes;
    int64_t n_values = z->n_tasks * N_SCORES, n = p->o.n_bootstrap;
    bootstrap_plan b = { .n_rows = z->n_scored, .n_groups = z->n_scored, .n_resamples = n, .seed = (uint64_t)p->o.seed };
    double *values = NULL;
    keyed_row *sorted = NULL;
    if (p->groups.of) { /* numbered anew among the scored rows */
        const int64_t *labels = s->a->groups;
        int64_t *group;
        TAKE(c, group, z->n_scored);
        TAKE(c, sorted, sort_room(z->n_scored));
        TRY(group_rows_asking(c, labels, z->n_scored, group, NULL, sorted, &b.n_groups));
        b.group = group;
    }
    if (n) {
        TAKE(c, values, n * n_values);
        TAKE(c, sorted, sort_room(n));
        TRY(bootstrap_run(c, &b, n_values, 3 * p->most_classes * (int64_t)sizeof(double), resample_scores, s, values));
    }
    for (int64_t i = 0; i < n_values; i++) {
        int64_t cell = s->l * z->n_tasks + i / N_SCORES;
        interval found = { NAN, NAN };
        if (n)
            found = bootstrap_interval(values + i, NULL, n_values, n, p->o.confidence, sorted).percentile;
        s->a->score[i % N_SCORES].low[cell] = found.low;
        s->a->score[i % N_SCORES].high[cell] = found.high;
    }
    return LAMELLA_OK;
}

/* A task's decision values, each row's at the penalty of its fold. */
static const double *nested_decision(const work *s, int64_t task, double *decision)
{
    const linear_plan *p = s->p;
    const linear_sizes *z = &p->sizes;
    const int64_t *penalty = s->a->nested_penalty + (s->l * z->n_tasks + task) * z->n_folds;
    for (int64_t k = 0; k < task_outputs(p, task); k++)
        for (int64_t i = 0; i < z->n_scored; i++)
            decision[k * z->n_scored + i] = task_decision(s, task, penalty[p->fold[p->scored[i]]])[k * z->n_scored + i];
    return decision;
}

/* The rows that intervals and `correct` are of. */
static lamella_status pick_best(call *c, const work *s, int64_t task, keyed_row *sorted)
{
    const linear_plan *p = s->p;
    const linear_sizes *z = &p->sizes;
    int64_t cell = s->l * z->n_tasks + task, best = s->a->best_penalty[cell];
    const double *decision = task_decision(s, task, best);
    double *own, scores[N_SCORES];
    char *memory;
    if (p->o.nested) {
        TAKE(c, own, task_outputs(p, task) * z->n_scored);
        decision = nested_decision(s, task, own);
    }
    TAKE(c, memory, task_rows_bytes(z->n_scored, task_classes(p, task)));
    s->best[task] = task_rows_in(p, task, decision, memory);
    asking asks = { .c = c };
    task_rows_pick(p, task, -1, sorted, &asks, &s->best[task]);
    TRY(asks.status);
    mark_correct(&s->best[task], s->a->correct + (task * z->n_layers + s->l) * z->n_scored);
    if (!p->o.nested)
        return LAMELLA_OK;
    task_scores(&s->best[task], NULL, &asks, scores);
    TRY(asks.status);
    for (int k = 0; k < N_SCORES; k++)
        s->a->score[k].nested[cell] = s->best[task].n ? scores[k] : NAN;
    return LAMELLA_OK;
}

lamella_status linear_scores(call *c, const linear_plan *p, int64_t l, const linear_arrays *a)
{
    const linear_sizes *z = &p->sizes;
    arena_mark before = arena_now(&c->memory);
    work s = { .p = p, .a = a, .l = l, .asks = { .c = c } };
    keyed_row *sorted;
    TAKE(c, s.place, p->s.n);
    TAKE(c, s.decision, z->n_penalties * z->n_outputs * z->n_scored);
    TAKE(c, s.best, z->n_tasks);
    TAKE(c, sorted, sort_room(z->n_scored));
    memset(s.place, 255, (size_t)p->s.n * sizeof *s.place);
    for (int64_t i = 0; i < z->n_scored; i++)
        s.place[p->scored[i]] = i;
    s.precision = p->o.kind == LAMELLA_PROBE_RIDGE ? LAMELLA_F64 : LAMELLA_F32; /* as the rows were fitted */
    TRY_SPAN(NULL, 0, 0.3, each_panel(c, &p->s.rows, l, s.precision, z->dim[l] * (int64_t)sizeof(double), decide_panel, &s));
    span all = span_open(c, NULL, 0.3, 1);
    TRY(scratch_open(c, whole_lines(sort_room(z->n_scored) * (int64_t)sizeof(keyed_row)) + task_rows_bytes(z->n_scored, p->most_classes), &s.room));
    TRY(parallel(c, z->n_tasks * z->n_penalties, cell_task, &s));
    TRY(s.asks.status);
    flag_cells(p, l, a->flags);
    for (int64_t t = 0; t < z->n_tasks; t++) {
        pick_penalty(p, l, t, a);
        TRY(pick_best(c, &s, t, sorted));
    }
    TRY(intervals(c, &s));
    span_close(c, all);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}
