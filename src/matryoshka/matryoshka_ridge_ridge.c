/* Linear probes on the whole layers x dims grid (2D Matryoshka Sentence Embeddings: every layer and prefix is an embedding of its own).
 *
 *   min_w,b  sum_i (y_i - b - w . x_i[:m])^2 + penalty |w|^2,   scored by e_i = (y_i - yhat_i) / (1 - h_i)
 *
 * ridge_widths.c has the algebra; this file checks, turns labels into -1 and 1, and picks penalties. As scikit-learn's RidgeClassifierCV,
 * which answers one layer, width and task a call: the same targets, errors and choice, the first of equal penalties. */
#include "lamella/matryoshka/ridge.h"
#include "matryoshka/ridge_widths.h"
#include "matryoshka/widths.h"
#include "options/options.h"
#include "samples/samples.h"

#include <math.h>
#include <string.h>

/* ---- targets ---- */

/* -1 for the lower label of a task, 1 for the higher; a task of one is impossible. */
static lamella_status read_targets(call *c, const samples *s, const lamella_view *labels, ridge_problem *p, unsigned char **possible)
{
    label_reader r;
    double *target;
    int32_t *class_of;
    TRY(label_reader_open(c, s, labels, NULL, &r));
    TAKE(c, target, s->n * r.n_tasks);
    TAKE(c, *possible, r.n_tasks);
    arena_mark before = arena_now(&c->memory);
    TAKE(c, class_of, s->n);
    for (int64_t t = 0; t < r.n_tasks; t++) {
        TRY(label_reader_task(c, &r, t, class_of));
        if (r.n_classes > 2)
            return fail(c, LAMELLA_ERR_ARGUMENT, "labels[%lld] has the values %lld, %lld and %lld, expected two: pass one task a class", (long long)t,
                        (long long)r.classes[0], (long long)r.classes[1], (long long)r.classes[2]);
        (*possible)[t] = r.n_classes == 2;
        for (int64_t i = 0; i < s->n; i++)
            target[i * r.n_tasks + t] = class_of[i] == 1 ? 1 : -1;
    }
    arena_rewind(&c->memory, before);
    p->n_tasks = r.n_tasks;
    p->target = target;
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

static lamella_status check_ridge_outputs(call *c, const stack *s, const ridge_problem *p, const lamella_matryoshka_ridge_outputs *outputs,
                                          ridge_out *out)
{
    const int64_t grid[] = { s->n_layers, p->n_widths, p->n_penalties, p->n_tasks }, cells[] = { s->n_layers, p->n_widths, p->n_tasks };
    lamella_matryoshka_ridge_outputs wanted;
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out->error, wanted.error, F64, "outputs.error", grid, 4));
    TRY(view_check_wanted(c, &out->accuracy, wanted.accuracy, F64, "outputs.accuracy", grid, 4));
    TRY(view_check_wanted(c, &out->best, wanted.best, I64, "outputs.best", cells, 3));
    return view_check_wanted(c, &out->flags, wanted.flags, I32, "outputs.flags", cells, 3);
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

static int32_t put_cell(const ridge_cells *f, const ridge_out *out, int64_t l, int64_t k, int64_t t)
{
    const ridge_problem *p = f->p;
    double least = INFINITY;
    int64_t best = -1;
    int32_t flags = f->possible[t] ? 0 : LAMELLA_CELL_IMPOSSIBLE | LAMELLA_CELL_ONE_CLASS;
    for (int64_t i = 0; i < p->n_penalties; i++) {
        int64_t at = (i * p->n_widths + k) * p->n_tasks + t;
        double error = f->possible[t] ? f->error[at] : NAN, accuracy = f->possible[t] ? f->accuracy[at] : NAN;
        PUT(&out->error, error, l, f->place[k], i, t);
        PUT(&out->accuracy, accuracy, l, f->place[k], i, t);
        if (f->possible[t] && isnan(error))
            flags |= LAMELLA_CELL_UNSTABLE;
        if (error < least) {
            least = error;
            best = i;
        }
    }
    if (best >= 0 && is_at_edge(p, best))
        flags |= LAMELLA_CELL_EDGE;
    PUT(&out->best, best, l, f->place[k], t);
    PUT(&out->flags, flags, l, f->place[k], t);
    return flags;
}

/* ---- the call ---- */

static lamella_status ridge_grid(call *c, const lamella_stack *stack_, const lamella_view *labels, const double *penalties, int64_t n_penalties,
                                 const int64_t *widths, int64_t n_widths, const lamella_matryoshka_ridge_options *options,
                                 const lamella_matryoshka_ridge_outputs *outputs, lamella_matryoshka_ridge_result *result)
{
    lamella_matryoshka_ridge_options o;
    lamella_matryoshka_ridge_result found = { .struct_size = sizeof found };
    samples pooled;
    stack s;
    ridge_out out;
    unsigned char *possible = NULL;
    int64_t *rising = NULL, *place = NULL;
    double *error, *accuracy;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(check_penalties(c, penalties, n_penalties));
    TRY(check_widths(c, &s, widths, n_widths));
    TRY(OPTIONS(c, o, options, matryoshka_ridge));
    if (o.readout == LAMELLA_READOUT_WEIGHTED)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.readout is WEIGHTED, expected one without weights");
    TRY(rising_integers(c, widths, n_widths, &rising, &place));
    TRY(samples_of_stack(c, &s, o.readout, &pooled));
    ridge_problem p = { .s = &pooled.rows, .penalty = penalties, .n_penalties = n_penalties, .widths = rising, .n_widths = n_widths };
    TRY(read_targets(c, &pooled, labels, &p, &possible));
    found.n_rows = pooled.n_valid;
    found.n_empty_samples = pooled.n_empty;
    TRY(check_ridge_outputs(c, &s, &p, outputs, &out));
    TRY(RESULT_OPTIONAL(c, result));
    for (int64_t t = 0; t < p.n_tasks; t++)
        found.n_impossible += !possible[t];
    if (found.n_impossible == p.n_tasks)
        return fail(c, LAMELLA_ERR_EMPTY, "labels have no task of two classes");

    TAKE(c, error, n_penalties * n_widths * p.n_tasks);
    TAKE(c, accuracy, n_penalties * n_widths * p.n_tasks);
    const ridge_cells cells = { &p, place, possible, error, accuracy };
    for (int64_t l = 0; l < s.n_layers; l++) {
        TRY_ITEMS(NULL, l, 1, s.n_layers, ridge_layer(c, &p, l, error, accuracy));
        for (int64_t i = 0; i < n_widths * p.n_tasks; i++) {
            int32_t flags = put_cell(&cells, &out, l, i / p.n_tasks, i % p.n_tasks);
            found.n_edge += (flags & LAMELLA_CELL_EDGE) != 0;
            found.n_unstable += (flags & LAMELLA_CELL_UNSTABLE) != 0;
        }
    }
    write_sized(result, &found, (int64_t)sizeof found);
    return found.n_impossible || found.n_unstable || found.n_empty_samples ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_matryoshka_ridge(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const double *penalties,
                                        int64_t n_penalties, const int64_t *widths, int64_t n_widths,
                                        const lamella_matryoshka_ridge_options *options, const lamella_matryoshka_ridge_outputs *outputs,
                                        lamella_matryoshka_ridge_result *result)
{
    CALL(ctx, ridge_grid(c, stack, labels, penalties, n_penalties, widths, n_widths, options, outputs, result));
}
