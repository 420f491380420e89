/* Zero-shot stitching (Relative representations enable zero-shot latent space communication, section 5): a head that was trained on the
 * representations of one space reads those of another.
 *
 *   head_j = fit(r_j(x), y) on the train rows,   accuracy[j, i] = mean over the test rows of [argmax head_j(r_i(x)) = y]
 *
 * Heads are linear and see each row alone. Differs from the codes: theirs normalise over the test batch, so that a score depends on which
 * rows are tested together.
 * Spaces are projected and fitted a few at a time, one for each thread, then projected again to be tested: the workspace holds the train
 * rows of a few and the test rows of one. */
#include "lamella/relative/stitch.h"
#include "measure/measure.h"
#include "relative/projection.h"
#include "solve/solve.h"

#include <math.h>
#include <string.h>

/* A list of rows, their classes, and where each vector of the stack stands in the list. */
typedef struct picked_rows {
    row_numbers numbers;
    int64_t    *place;    /* [n_vectors]; -1: not in it */
    int32_t    *class_of; /* [n]; -1: a class of no train row */
} picked_rows;

typedef struct stitching {
    const stack                    *s;
    const lamella_relative_project *project;
    lamella_relative_stitch_options o;
    picked_rows                     train, test;
    int64_t                         n_classes;
    double                        **weights;    /* [space] [n_outputs, width] */
    double                        **intercepts; /* [space] [n_outputs] */
    fit_report                     *report;     /* [space] */
} stitching;

/* ---- representations of listed rows ---- */

typedef struct picked_target {
    const picked_rows *of;
    float             *rows; /* [n, width] */
    int64_t            width;
} picked_target;

static void put_picked(int64_t vector, const float *row, void *data)
{
    const picked_target *t = data;
    int64_t place = t->of->place[vector];
    if (place >= 0)
        memcpy(t->rows + place * t->width, row, (size_t)t->width * sizeof *row);
}

/* The stack with only these rows outside the mask: others are neither looked at nor projected. */
static lamella_status mask_all_but(call *c, const stack *s, const picked_rows *of, stack *masked)
{
    unsigned char *valid;
    TAKE(c, valid, s->n_vectors);
    for (int64_t i = 0; i < s->n_vectors; i++)
        valid[i] = of->place[i] >= 0;
    *masked = *s;
    masked->valid = valid;
    return LAMELLA_OK;
}

static lamella_status project_picked(call *c, const stitching *t, int64_t space, const picked_rows *of, float *rows)
{
    int64_t n_zero_rows = 0;
    stack masked;
    picked_target target = { of, rows, t->project->width[space] };
    arena_mark before = arena_now(&c->memory);
    TRY(mask_all_but(c, t->s, of, &masked));
    TRY(projection_apply(c, t->project, space, &masked, space, &(projection_target){ put_picked, &target }, &n_zero_rows));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

/* ---- heads ---- */

static lamella_status fit_heads(call *c, stitching *t, int64_t first, int64_t n)
{
    fit_problem *problem;
    fit_rows *rows;
    const fit_options options = { t->o.max_iterations, t->o.tolerance };
    arena_mark before = arena_now(&c->memory);
    TAKE(c, problem, n);
    TAKE(c, rows, n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t space = first + i, width = t->project->width[space], n_rows = t->train.numbers.n;
        float *x;
        TAKE(c, x, n_rows * width);
        TRY(project_picked(c, t, space, &t->train, x));
        rows[i] = (fit_rows){ .x = x, .n = n_rows, .dim = width, .stride = width };
        problem[i] = (fit_problem){ .rows = &rows[i], .n_rows = n_rows, .label = t->train.class_of, .n_classes = t->n_classes,
                                    .penalty = &t->o.penalty, .n_penalties = 1, .weights = t->weights[space],
                                    .intercepts = t->intercepts[space], .report = &t->report[space] };
    }
    TRY(t->o.head == LAMELLA_HEAD_RIDGE ? ridge_fit(c, problem, n) : logistic_fit(c, problem, n, &options));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

static lamella_status train_heads(call *c, stitching *t)
{
    const int64_t n_spaces = t->s->n_layers, at_once = parallel_width(c), n_outputs = fit_outputs(t->n_classes);
    TAKE(c, t->weights, n_spaces);
    TAKE(c, t->intercepts, n_spaces);
    TAKE(c, t->report, n_spaces);
    for (int64_t space = 0; space < n_spaces; space++) {
        TAKE(c, t->weights[space], n_outputs * t->project->width[space]);
        TAKE(c, t->intercepts[space], n_outputs);
    }
    for (int64_t first = 0; first < n_spaces; first += at_once)
        TRY(fit_heads(c, t, first, MIN(at_once, n_spaces - first)));
    return LAMELLA_OK;
}

/* ---- scores ---- */

typedef struct stitch_cell {
    double  accuracy, f1;
    int32_t flags, reserved;
} stitch_cell;

typedef struct space_test {
    const stitching *t;
    const kernels   *simd;
    const float     *rows; /* [n test rows, width] of one space */
    int64_t          width;
    scratch          room;
    stitch_cell     *cell; /* [space of the head] */
} space_test;

/* sum over classes of their test rows x F1, over all test rows: classes that no head can name count as 0. counts [3 * n_classes]. */
static double weighted_f1(const int32_t *predicted, const int32_t *gold, int64_t n, int64_t n_classes, double *counts)
{
    double *hits = counts, *claimed = counts + n_classes, *support = counts + 2 * n_classes, sum = 0;
    memset(counts, 0, (size_t)(3 * n_classes) * sizeof *counts);
    for (int64_t i = 0; i < n; i++) {
        claimed[predicted[i]]++;
        if (gold[i] < 0)
            continue;
        support[gold[i]]++;
        hits[gold[i]] += predicted[i] == gold[i];
    }
    for (int64_t k = 0; k < n_classes; k++)
        sum += hits[k] > 0 ? support[k] * 2 * hits[k] / (claimed[k] + support[k]) : 0;
    return sum / (double)n;
}

static int64_t space_test_room(const stitching *t, int64_t width)
{
    int64_t doubles = width + 4 * t->n_classes;
    return round_up(doubles * (int64_t)sizeof(double), 64) + t->test.numbers.n * (int64_t)sizeof(int32_t);
}

static void test_head(int64_t head, void *data)
{
    space_test *e = data;
    const stitching *t = e->t;
    const int64_t n = t->test.numbers.n, n_outputs = fit_outputs(t->n_classes);
    stitch_cell *cell = &e->cell[head];
    *cell = (stitch_cell){ .accuracy = NAN, .f1 = NAN, .flags = t->report[head].converged ? 0 : LAMELLA_STITCH_NOT_CONVERGED };
    if (t->project->width[head] != e->width) {
        cell->flags |= LAMELLA_STITCH_WIDTHS;
        return;
    }
    char *piece = scratch_claim(&e->room);
    double *x = (double *)piece, *scores = x + e->width, *counts = scores + t->n_classes;
    int32_t *predicted = (int32_t *)(piece + round_up((e->width + 4 * t->n_classes) * (int64_t)sizeof(double), 64));
    for (int64_t i = 0; i < n; i++) {
        fit_scores(e->simd, e->rows + i * e->width, t->weights[head], t->intercepts[head], n_outputs, e->width, x, scores);
        predicted[i] = n_outputs == 1 ? scores[0] > 0 : class_of_scores(scores, 1, n_outputs);
    }
    cell->accuracy = class_accuracy(&(classed_rows){ .n = n, .predicted = predicted, .gold = t->test.class_of, .n_classes = t->n_classes });
    cell->f1 = weighted_f1(predicted, t->test.class_of, n, t->n_classes, counts);
    scratch_release(&e->room, piece);
}

/* cells [head, space]. */
static lamella_status test_heads(call *c, const stitching *t, stitch_cell *cells)
{
    const int64_t n_spaces = t->s->n_layers;
    for (int64_t space = 0; space < n_spaces; space++) {
        float *rows;
        arena_mark before = arena_now(&c->memory);
        space_test e = { .t = t, .simd = simd_of(c), .width = t->project->width[space] };
        TAKE(c, rows, t->test.numbers.n * e.width);
        TRY(project_picked(c, t, space, &t->test, rows));
        e.rows = rows;
        TAKE(c, e.cell, n_spaces);
        TRY(scratch_open(c, space_test_room(t, e.width), &e.room));
        TRY(parallel(c, n_spaces, test_head, &e));
        for (int64_t head = 0; head < n_spaces; head++)
            cells[head * n_spaces + space] = e.cell[head];
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}

/* ---- the call ---- */

static lamella_status check_picked(call *c, const stack *s, const lamella_view *theirs, const char *name, picked_rows *p)
{
    TRY(row_numbers_check(c, s, theirs, name, &p->numbers));
    TAKE(c, p->place, s->n_vectors);
    for (int64_t i = 0; i < s->n_vectors; i++)
        p->place[i] = -1;
    for (int64_t i = 0; i < p->numbers.n; i++) {
        int64_t row = p->numbers.row[i];
        if (p->place[row] >= 0)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s[%lld] is %lld, which stands at %s[%lld] already", name, (long long)i, (long long)row, name,
                        (long long)p->place[row]);
        p->place[row] = i;
    }
    TAKE(c, p->class_of, p->numbers.n);
    return LAMELLA_OK;
}

/* Classes are the labels of the train rows, in rising order. */
static lamella_status check_labels(call *c, const stack *s, const lamella_view *theirs, stitching *t)
{
    lamella_view v;
    keyed_row *room;
    int64_t *label, *group, *distinct;
    const row_numbers *train = &t->train.numbers, *test = &t->test.numbers;
    TRY(view_check(c, &v, theirs, I32 | I64, "labels"));
    TRY(view_check_shape(c, &v, "labels", &s->n_samples, 1));
    TAKE(c, label, train->n);
    TAKE(c, group, train->n);
    TAKE(c, distinct, train->n);
    TAKE(c, room, 2 * train->n);
    for (int64_t i = 0; i < train->n; i++)
        label[i] = load_i64(v.dtype, view_at(&v, &train->row[i]));
    t->n_classes = group_rows(label, train->n, group, distinct, room);
    if (t->n_classes < 2)
        return fail(c, LAMELLA_ERR_ARGUMENT, "labels of the train rows are all %lld, expected at least two classes", (long long)label[0]);
    for (int64_t i = 0; i < train->n; i++)
        t->train.class_of[i] = (int32_t)group[i];
    for (int64_t i = 0; i < test->n; i++) {
        int64_t low = 0, high = t->n_classes, wanted = load_i64(v.dtype, view_at(&v, &test->row[i]));
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            *(distinct[middle] < wanted ? &low : &high) = distinct[middle] < wanted ? middle + 1 : middle;
        }
        t->test.class_of[i] = low < t->n_classes && distinct[low] == wanted ? (int32_t)low : -1;
    }
    return LAMELLA_OK;
}

static lamella_status stitch_check_options(call *c, const lamella_relative_stitch_options *options, lamella_relative_stitch_options *o)
{
    number n;
    TRY(read_sized(c, o, (int64_t)sizeof *o, 8, options, "options"));
    TRY(check_choice(c, &o->head, LAMELLA_HEAD_RIDGE, LAMELLA_HEAD_LOGISTIC, "options->head"));
    if (!(o->penalty >= 0 && isfinite(o->penalty)))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->penalty is %s, expected a finite number over 0", number_text(o->penalty, &n));
    if (!(o->tolerance >= 0 && isfinite(o->tolerance)))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->tolerance is %s, expected a finite number over 0", number_text(o->tolerance, &n));
    if (o->max_iterations < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->max_iterations is %lld, expected 0 or more", (long long)o->max_iterations);
    o->penalty = o->penalty > 0 ? o->penalty : 1;
    o->tolerance = o->tolerance > 0 ? o->tolerance : FIT_TOLERANCE;
    o->max_iterations = o->max_iterations ? o->max_iterations : FIT_MAX_ITERATIONS;
    return LAMELLA_OK;
}

typedef struct stitch_out {
    lamella_view accuracy, f1, flags;
    int          has_f1, has_flags;
} stitch_out;

static lamella_status stitch_check_out(call *c, const stack *s, const lamella_view *accuracy, const lamella_view *f1, const lamella_view *flags,
                                       stitch_out *out)
{
    const int64_t square[] = { s->n_layers, s->n_layers };
    out->has_f1 = f1 != NULL;
    out->has_flags = flags != NULL;
    TRY(view_check_out(c, &out->accuracy, accuracy, F64, "accuracy", square, 2));
    TRY(f1 ? view_check_out(c, &out->f1, f1, F64, "f1", square, 2) : LAMELLA_OK);
    return flags ? view_check_out(c, &out->flags, flags, I32, "flags", square, 2) : LAMELLA_OK;
}

static int64_t count_met(const picked_rows *rows, const row_numbers *others)
{
    int64_t n = 0;
    for (int64_t i = 0; i < others->n; i++)
        n += rows->place[others->row[i]] >= 0;
    return n;
}

/* Cells go out; what they come to. */
static lamella_status put_cells(const stack *s, const stitch_cell *cells, const stitch_out *out, lamella_relative_stitch_result *found)
{
    const int64_t n = s->n_layers;
    lamella_status status = LAMELLA_OK;
    for (int64_t i = 0; i < n * n; i++) {
        const int64_t index[] = { i / n, i % n };
        const stitch_cell *cell = &cells[i];
        memcpy(view_at(&out->accuracy, index), &cell->accuracy, sizeof cell->accuracy);
        if (out->has_f1)
            memcpy(view_at(&out->f1, index), &cell->f1, sizeof cell->f1);
        if (out->has_flags)
            memcpy(view_at(&out->flags, index), &cell->flags, sizeof cell->flags);
        if (cell->flags & LAMELLA_STITCH_NOT_CONVERGED)
            status = LAMELLA_NOT_CONVERGED;
        else if (cell->flags && status == LAMELLA_OK)
            status = LAMELLA_NOTE;
        if (cell->flags & LAMELLA_STITCH_WIDTHS)
            continue;
        if (index[0] == index[1])
            found->accuracy_within += cell->accuracy / (double)n;
        else
            found->accuracy_between += cell->accuracy;
        found->n_pairs += index[0] != index[1];
    }
    found->accuracy_between = found->n_pairs ? found->accuracy_between / (double)found->n_pairs : NAN;
    return status;
}

static lamella_status stitch_spaces(call *c, const lamella_stack *stack_, const lamella_view *labels, const lamella_view *anchors,
                                    const lamella_view *train, const lamella_view *test, const lamella_relative_project_options *projection,
                                    const lamella_relative_stitch_options *options, const lamella_view *accuracy, const lamella_view *f1,
                                    const lamella_view *flags, lamella_relative_stitch_result *result)
{
    lamella_relative_project_options rules;
    lamella_relative_project_result fitted = { 0 };
    lamella_relative_stitch_result found = { 0 };
    lamella_relative_project *project;
    stitching t = { 0 };
    stitch_out out;
    row_numbers numbers;
    stitch_cell *cells;
    stack s;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    if (stack_has_tokens(&s))
        return fail(c, LAMELLA_ERR_SHAPE, "stack has tokens, expected layers [sample, dim]: pool them first");
    TRY(row_numbers_check(c, &s, anchors, "anchors", &numbers));
    TRY(check_picked(c, &s, train, "train", &t.train));
    TRY(check_picked(c, &s, test, "test", &t.test));
    TRY(check_labels(c, &s, labels, &t));
    TRY(OPTIONS(c, rules, projection));
    TRY(projection_check_rules(c, &rules));
    TRY(stitch_check_options(c, options, &t.o));
    TRY(stitch_check_out(c, &s, accuracy, f1, flags, &out));
    TRY(RESULT_OPTIONAL(c, result));

    TRY(projections_fit(c, &s, &numbers, &rules, &project, &fitted));
    t.s = &s;
    t.project = project;
    TRY(train_heads(c, &t));
    TAKE(c, cells, s.n_layers * s.n_layers);
    TRY(test_heads(c, &t, cells));
    object_free(project); /* where something failed the call has freed it */
    lamella_status status = put_cells(&s, cells, &out, &found);
    found.n_trained_tests = count_met(&t.train, &t.test.numbers);
    found.n_anchor_tests = count_met(&t.test, &numbers);
    write_sized(result, &found, (int64_t)sizeof found);
    return status == LAMELLA_OK && (found.n_trained_tests || found.n_anchor_tests) ? LAMELLA_NOTE : status;
}

lamella_status lamella_relative_stitch(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const lamella_view *anchors,
                                       const lamella_view *train, const lamella_view *test, const lamella_relative_project_options *projection,
                                       const lamella_relative_stitch_options *options, const lamella_view *accuracy, const lamella_view *f1,
                                       const lamella_view *flags, lamella_relative_stitch_result *result)
{
    CALL(ctx, stitch_spaces(c, stack, labels, anchors, train, test, projection, options, accuracy, f1, flags, result));
}

static lamella_status stitch_defaults(call *c, lamella_relative_stitch_options *options, uint32_t struct_size)
{
    const lamella_relative_stitch_options defaults = { .head = LAMELLA_HEAD_LOGISTIC, .penalty = 1, .max_iterations = FIT_MAX_ITERATIONS,
                                                       .tolerance = FIT_TOLERANCE };
    return init_sized(c, options, struct_size, &defaults, (int64_t)sizeof defaults);
}

lamella_status lamella_relative_stitch_options_init(lamella_relative_stitch_options *options, uint32_t struct_size)
{
    CALL(NULL, stitch_defaults(c, options, struct_size));
}
