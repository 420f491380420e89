/* Heads of all spaces and their scores on all. Spaces are projected and fitted a few at a time, one for each thread, then projected again
 * to be tested: the workspace holds the train rows of a few and the test rows of one. */
#include "relative/stitch.h"
#include "measure/measure.h"

#include <math.h>
#include <string.h>

/* Of the time, as far as progress tells of it: what is behind once projections, then heads stand; of a head's fit or test, projecting. */
#define FITTED 0.1
#define TRAINED 0.9
#define PROJECTED_SHARE 0.3

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
        TRY_SPAN("projecting", PROJECTED_SHARE * (double)i / (double)n, PROJECTED_SHARE * (double)(i + 1) / (double)n,
                 project_picked(c, t, space, &t->train, x));
        rows[i] = (fit_rows){ .x = x, .n = n_rows, .dim = width, .stride = width };
        problem[i] = (fit_problem){ .rows = &rows[i], .n_rows = n_rows, .label = t->train.class_of, .n_classes = t->n_classes,
                                    .penalty = &t->o.penalty, .n_penalties = 1, .weights = t->weights[space],
                                    .intercepts = t->intercepts[space], .report = &t->report[space] };
    }
    TRY_SPAN("fitting", PROJECTED_SHARE, 1,
             t->o.head == LAMELLA_RELATIVE_HEAD_RIDGE ? ridge_fit(c, problem, n) : logistic_fit(c, problem, n, &options));
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
    for (int64_t first = 0, n; first < n_spaces; first += n) {
        n = MIN(at_once, n_spaces - first);
        TRY_ITEMS(NULL, first, n, n_spaces, fit_heads(c, t, first, n));
    }
    return LAMELLA_OK;
}

/* ---- scores ---- */

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
    return whole_lines(doubles * (int64_t)sizeof(double)) + t->test.numbers.n * (int64_t)sizeof(int32_t);
}

static void test_head(int64_t head, void *data)
{
    space_test *e = data;
    const stitching *t = e->t;
    const int64_t n = t->test.numbers.n, n_outputs = fit_outputs(t->n_classes);
    stitch_cell *cell = &e->cell[head];
    *cell = (stitch_cell){ .accuracy = NAN, .f1 = NAN, .flags = t->report[head].converged ? 0 : LAMELLA_CELL_NOT_CONVERGED };
    if (t->project->width[head] != e->width) {
        cell->flags |= LAMELLA_CELL_IMPOSSIBLE;
        return;
    }
    char *piece = scratch_claim(&e->room);
    double *x = (double *)piece, *scores = x + e->width, *counts = scores + t->n_classes;
    int32_t *predicted = (int32_t *)(piece + whole_lines((e->width + 4 * t->n_classes) * (int64_t)sizeof(double)));
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
        span whole = span_open_items(c, "testing", space, 1, n_spaces);
        TRY_SPAN(NULL, 0, PROJECTED_SHARE, project_picked(c, t, space, &t->test, rows));
        e.rows = rows;
        TAKE(c, e.cell, n_spaces);
        TRY(scratch_open(c, space_test_room(t, e.width), &e.room));
        TRY(parallel(c, n_spaces, test_head, &e));
        for (int64_t head = 0; head < n_spaces; head++)
            cells[head * n_spaces + space] = e.cell[head];
        TRY(progress(c, 1, 1));
        span_close(c, whole);
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}

lamella_status stitch_heads(call *c, stitching *t, const row_numbers *anchors, const lamella_relative_project_options *rules, stitch_cell *cells)
{
    lamella_relative_project *project;
    lamella_relative_project_result fitted = { .struct_size = sizeof fitted };
    TRY_SPAN(NULL, 0, FITTED, projections_fit(c, t->s, anchors, rules, &project, &fitted));
    t->project = project;
    TRY_SPAN(NULL, FITTED, TRAINED, train_heads(c, t));
    TRY_SPAN(NULL, TRAINED, 1, test_heads(c, t, cells));
    fitted_free(project); /* where something failed the call has freed it */
    return LAMELLA_OK;
}
