/* Linear probes on the whole layers x dims grid (2D Matryoshka Sentence Embeddings: every layer and prefix is an embedding of its own).
 *
 *   min_w,b  sum_i (y_i - b - w . x_i[:m])^2 + penalty |w|^2,   scored by e_i = (y_i - yhat_i) / (1 - h_i)
 *
 * ridge_widths.c has the algebra; this file checks, turns labels into -1 and 1, and picks penalties. As scikit-learn's RidgeClassifierCV,
 * which answers one layer, width and task a call: the same targets, errors and choice, the first of equal penalties. */
#include "lamella/matryoshka/ridge.h"
#include "matryoshka/ridge_widths.h"
#include "matryoshka/widths.h"
#include "measure/measure.h"
#include "reduce/reduce.h"

#include <math.h>
#include <string.h>

/* ---- targets ---- */

static int takes_part(const stack *s, int64_t i)
{
    return !s->valid || s->valid[i];
}

/* The two values of a task among the rows that take part; 0: only one. */
static lamella_status two_classes(call *c, const stack *s, const lamella_view *labels, int64_t t, int64_t classes[2], int *n_classes)
{
    *n_classes = 0;
    for (int64_t i = 0; i < s->n_vectors; i++) {
        const int64_t at[] = { t, i };
        TRY(ask_row(c, t * s->n_vectors + i));
        if (!takes_part(s, i))
            continue;
        int64_t label = load_i64(labels->dtype, view_at(labels, at));
        int known = 0;
        for (int k = 0; k < *n_classes; k++)
            known |= classes[k] == label;
        if (known)
            continue;
        if (*n_classes == 2)
            return fail(c, LAMELLA_ERR_ARGUMENT, "labels[%lld] has the values %lld, %lld and %lld, expected two: pass one task a class",
                        (long long)t, (long long)classes[0], (long long)classes[1], (long long)label);
        classes[(*n_classes)++] = label;
    }
    return LAMELLA_OK;
}

static lamella_status read_targets(call *c, const stack *s, const lamella_view *labels, int64_t n_tasks, double *target, unsigned char *possible)
{
    for (int64_t t = 0; t < n_tasks; t++) {
        int64_t classes[2] = { 0, 0 };
        int n_classes;
        TRY(two_classes(c, s, labels, t, classes, &n_classes));
        possible[t] = n_classes == 2;
        int64_t higher = MAX(classes[0], classes[1]);
        for (int64_t i = 0; i < s->n_vectors; i++) {
            const int64_t at[] = { t, i };
            target[i * n_tasks + t] = load_i64(labels->dtype, view_at(labels, at)) == higher ? 1 : -1;
        }
    }
    return LAMELLA_OK;
}

/* ---- checks ---- */

static lamella_status check_penalties(call *c, const double *penalties, int64_t n_penalties)
{
    number n;
    if (n_penalties < 1)
        return fail(c, n_penalties ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "n_penalties is %lld, expected at least 1", (long long)n_penalties);
    if (!penalties)
        return fail(c, LAMELLA_ERR_ARGUMENT, "penalties is NULL, expected %lld numbers", (long long)n_penalties);
    TRY(call_reads(c, (lent){ .low = (const char *)penalties, .high = (const char *)(penalties + n_penalties) }, "penalties"));
    for (int64_t i = 0; i < n_penalties; i++)
        if (!(penalties[i] > 0 && isfinite(penalties[i])))
            return fail(c, LAMELLA_ERR_ARGUMENT, "penalties[%lld] is %s, expected a finite number over 0", (long long)i,
                        number_text(penalties[i], &n));
    return LAMELLA_OK;
}

typedef struct ridge_out {
    lamella_view error, accuracy, best, flags;
} ridge_out;

static lamella_status check_ridge_outputs(call *c, const stack *s, const ridge_problem *p, const lamella_view *error, const lamella_view *accuracy,
                                          const lamella_view *best, const lamella_view *flags, ridge_out *out)
{
    const int64_t grid[] = { s->n_layers, p->n_widths, p->n_penalties, p->n_tasks }, cells[] = { s->n_layers, p->n_widths, p->n_tasks };
    TRY(view_check_out(c, &out->error, error, F64, "error", grid, 4));
    TRY(view_check_out(c, &out->accuracy, accuracy, F64, "accuracy", grid, 4));
    TRY(view_check_out(c, &out->best, best, I64, "best", cells, 3));
    return view_check_out(c, &out->flags, flags, DTYPE_BIT(LAMELLA_U8), "flags", cells, 3);
}

/* ---- figures of one layer ---- */

typedef struct ridge_cells {
    const ridge_problem *p;
    const int64_t *place;            /* [width]: where the caller has it */
    const unsigned char *possible;   /* [task] */
    const double *error, *accuracy;  /* [penalty, width, task], widths rising */
} ridge_cells;

/* By value, as the list may be in any order: several, and none is less, or none greater. */
static int is_at_edge(const ridge_problem *p, int64_t best)
{
    int less = 0, greater = 0;
    for (int64_t i = 0; i < p->n_penalties; i++) {
        less |= p->penalty[i] < p->penalty[best];
        greater |= p->penalty[i] > p->penalty[best];
    }
    return less != greater;
}

static uint8_t put_cell(const ridge_cells *f, const ridge_out *out, int64_t l, int64_t k, int64_t t)
{
    const ridge_problem *p = f->p;
    const int64_t cell[] = { l, f->place[k], t };
    double least = INFINITY;
    int64_t best = -1;
    uint8_t flags = f->possible[t] ? 0 : LAMELLA_RIDGE_IMPOSSIBLE;
    for (int64_t i = 0; i < p->n_penalties; i++) {
        const int64_t index[] = { l, f->place[k], i, t };
        int64_t at = (i * p->n_widths + k) * p->n_tasks + t;
        double error = f->possible[t] ? f->error[at] : NAN, accuracy = f->possible[t] ? f->accuracy[at] : NAN;
        memcpy(view_at(&out->error, index), &error, sizeof error);
        memcpy(view_at(&out->accuracy, index), &accuracy, sizeof accuracy);
        if (f->possible[t] && isnan(error))
            flags |= LAMELLA_RIDGE_UNSTABLE;
        if (error < least) {
            least = error;
            best = i;
        }
    }
    if (best >= 0 && is_at_edge(p, best))
        flags |= LAMELLA_RIDGE_EDGE;
    memcpy(view_at(&out->best, cell), &best, sizeof best);
    memcpy(view_at(&out->flags, cell), &flags, sizeof flags);
    return flags;
}

static void put_ridge_layer(const ridge_cells *f, const ridge_out *out, int64_t l, lamella_matryoshka_ridge_result *found)
{
    for (int64_t k = 0; k < f->p->n_widths; k++)
        for (int64_t t = 0; t < f->p->n_tasks; t++) {
            uint8_t flags = put_cell(f, out, l, k, t);
            found->n_edge += (flags & LAMELLA_RIDGE_EDGE) != 0;
            found->n_unstable += (flags & LAMELLA_RIDGE_UNSTABLE) != 0;
        }
}

/* ---- the call ---- */

static lamella_status plan_ridge(call *c, const stack *s, const lamella_view *labels, ridge_problem *p, unsigned char **possible)
{
    lamella_view v;
    double *target;
    TRY(VIEW(c, v, labels, I32 | I64));
    if (v.rank != 1 && v.rank != 2)
        return fail(c, LAMELLA_ERR_SHAPE, "labels.rank is %d, expected 2: task, sample, or 1: sample", (int)v.rank);
    if (v.shape[v.rank - 1] != s->n_vectors)
        return fail(c, LAMELLA_ERR_SHAPE, "labels.shape[%d] is %lld, expected %lld (= samples of stack)", (int)v.rank - 1,
                    (long long)v.shape[v.rank - 1], (long long)s->n_vectors);
    if (v.rank == 1) /* [sample] is [1, sample] */
        v = (lamella_view){ .data = v.data, .dtype = v.dtype, .rank = 2, .shape = { 1, v.shape[0] }, .stride = { 0, v.stride[0] } };
    p->n_tasks = v.shape[0];
    if (!p->n_tasks)
        return fail(c, LAMELLA_ERR_EMPTY, "labels.shape[0] is 0, expected at least 1 task");
    TAKE(c, target, s->n_vectors * p->n_tasks);
    TAKE(c, *possible, p->n_tasks);
    p->target = target;
    return read_targets(c, s, &v, p->n_tasks, target, *possible);
}

static lamella_status ridge_grid(call *c, const lamella_stack *stack_, const lamella_view *labels, const double *penalties, int64_t n_penalties,
                                 const int64_t *widths, int64_t n_widths, const lamella_matryoshka_ridge_options *options,
                                 const lamella_view *error_, const lamella_view *accuracy_, const lamella_view *best, const lamella_view *flags,
                                 lamella_matryoshka_ridge_result *result)
{
    lamella_matryoshka_ridge_options o;
    lamella_matryoshka_ridge_result found = { .struct_size = sizeof found };
    readout_rows pooled;
    stack s;
    ridge_out out;
    unsigned char *possible = NULL;
    int64_t *rising = NULL, *place = NULL;
    double *error, *accuracy;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(check_penalties(c, penalties, n_penalties));
    TRY(check_widths(c, &s, widths, n_widths));
    TRY(OPTIONS(c, o, options));
    TRY(check_choice(c, &o.readout, LAMELLA_READOUT_FIRST_MEAN, LAMELLA_READOUT_MEAN, "options.readout"));
    if (o.readout == LAMELLA_READOUT_WEIGHTED)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.readout is WEIGHTED, expected one without weights");
    TRY(rising_widths(c, widths, n_widths, &rising, &place));
    TRY(readout_rows_open(c, &s, o.readout, &pooled));
    ridge_problem p = { .s = &pooled.s, .penalty = penalties, .n_penalties = n_penalties, .widths = rising, .n_widths = n_widths };
    TRY(plan_ridge(c, &pooled.s, labels, &p, &possible));
    found.n_rows = pooled.s.n_vectors - stack_masked(&pooled.s);
    found.n_empty_samples = pooled.n_empty;
    if (!found.n_rows)
        return fail(c, LAMELLA_ERR_EMPTY, "stack has no row to take part, expected at least 1");
    TRY(check_ridge_outputs(c, &s, &p, error_, accuracy_, best, flags, &out));
    TRY(RESULT_OPTIONAL(c, result));
    for (int64_t t = 0; t < p.n_tasks; t++)
        found.n_impossible += !possible[t];
    if (found.n_impossible == p.n_tasks)
        return fail(c, LAMELLA_ERR_EMPTY, "labels have no task of two classes");

    TAKE(c, error, n_penalties * n_widths * p.n_tasks);
    TAKE(c, accuracy, n_penalties * n_widths * p.n_tasks);
    const ridge_cells cells = { &p, place, possible, error, accuracy };
    const double pooling = stack_has_tokens(&s) ? 0.1 : 0;
    progress_part all = progress_enter(c, 0, pooling);
    TRY(readout_rows_pool(c, &pooled));
    progress_leave(c, all);
    all = progress_enter(c, pooling, 1);
    for (int64_t l = 0; l < s.n_layers; l++) {
        TRY(ridge_layer(c, &p, l, error, accuracy));
        put_ridge_layer(&cells, &out, l, &found);
    }
    progress_leave(c, all);
    write_sized(result, &found, (int64_t)sizeof found);
    return found.n_impossible || found.n_unstable || found.n_empty_samples ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_matryoshka_ridge(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const double *penalties,
                                        int64_t n_penalties, const int64_t *widths, int64_t n_widths,
                                        const lamella_matryoshka_ridge_options *options, const lamella_view *error, const lamella_view *accuracy,
                                        const lamella_view *best, const lamella_view *flags, lamella_matryoshka_ridge_result *result)
{
    CALL(ctx, ridge_grid(c, stack, labels, penalties, n_penalties, widths, n_widths, options, error, accuracy, best, flags, result));
}

static lamella_status ridge_defaults(call *c, lamella_matryoshka_ridge_options *options, uint32_t struct_size)
{
    const lamella_matryoshka_ridge_options defaults = { .readout = LAMELLA_READOUT_MEAN };
    return init_sized(c, options, struct_size, &defaults, (int64_t)sizeof defaults);
}

lamella_status lamella_matryoshka_ridge_options_init(lamella_matryoshka_ridge_options *options, uint32_t struct_size)
{
    CALL(NULL, ridge_defaults(c, options, struct_size));
}
