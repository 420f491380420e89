/* Zero-shot stitching (Relative representations enable zero-shot latent space communication, section 5): a head that was trained on the
 * representations of one space reads those of another.
 *
 *   head_j = fit(r_j(x), y) on the train rows,   accuracy[j, i] = mean over the test rows of [argmax head_j(r_i(x)) = y]
 *
 * Heads are linear and see each row alone. Differs from the codes: theirs normalise over the test batch, so that a score depends on which
 * rows are tested together. stitch_heads.c does the work; this file checks and writes. */
#include "options/options.h"
#include "relative/stitch.h"
#include "samples/samples.h"

#include <math.h>
#include <string.h>

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
        TRY(ask_row(c, i));
    }
    TAKE(c, p->class_of, p->numbers.n);
    return LAMELLA_OK;
}

/* Classes are the labels of the train rows, in rising order. */
static lamella_status check_labels(call *c, const samples *s, const lamella_view *theirs, stitching *t)
{
    keyed_row *room;
    int64_t *label, *trained, *group, *distinct;
    const row_numbers *train = &t->train.numbers, *test = &t->test.numbers;
    TRY(samples_integers(c, s, theirs, "labels", &label));
    TAKE(c, trained, train->n);
    TAKE(c, group, train->n);
    TAKE(c, distinct, train->n);
    TAKE(c, room, sort_room(train->n));
    for (int64_t i = 0; i < train->n; i++)
        trained[i] = label[train->row[i]];
    TRY(group_rows_asking(c, trained, train->n, group, distinct, room, &t->n_classes));
    if (t->n_classes < 2)
        return fail(c, LAMELLA_ERR_ARGUMENT, "labels of the train rows are all %lld, expected at least two classes", (long long)trained[0]);
    for (int64_t i = 0; i < train->n; i++)
        t->train.class_of[i] = (int32_t)group[i];
    for (int64_t i = 0; i < test->n; i++) {
        TRY(ask_row(c, i));
        t->test.class_of[i] = (int32_t)place_of_value(distinct, t->n_classes, label[test->row[i]]);
    }
    return LAMELLA_OK;
}

typedef struct stitch_out {
    lamella_view accuracy, f1, flags;
} stitch_out;

static lamella_status check_out(call *c, const stack *s, const lamella_relative_stitch_outputs *outputs, stitch_out *out)
{
    lamella_relative_stitch_outputs wanted;
    const int64_t square[] = { s->n_layers, s->n_layers };
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out->accuracy, wanted.accuracy, F64, "outputs.accuracy", square, 2));
    TRY(view_check_wanted(c, &out->f1, wanted.f1, F64, "outputs.f1", square, 2));
    return view_check_wanted(c, &out->flags, wanted.flags, I32, "outputs.flags", square, 2);
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
        const stitch_cell *cell = &cells[i];
        PUT(&out->accuracy, cell->accuracy, i / n, i % n);
        PUT(&out->f1, cell->f1, i / n, i % n);
        PUT(&out->flags, cell->flags, i / n, i % n);
        if (cell->flags & LAMELLA_CELL_NOT_CONVERGED)
            status = LAMELLA_NOT_CONVERGED;
        else if (cell->flags && status == LAMELLA_OK)
            status = LAMELLA_NOTE;
        if (cell->flags & LAMELLA_CELL_IMPOSSIBLE)
            continue;
        if (i / n == i % n)
            found->accuracy_within += cell->accuracy / (double)n;
        else
            found->accuracy_between += cell->accuracy;
        found->n_pairs += i / n != i % n;
    }
    found->accuracy_between = found->n_pairs ? found->accuracy_between / (double)found->n_pairs : NAN;
    return status;
}

static lamella_status spaces(call *c, const lamella_stack *stack_, const lamella_view *labels, const lamella_view *anchors,
                                    const lamella_view *train, const lamella_view *test, const lamella_relative_stitch_options *options,
                                    const lamella_relative_stitch_outputs *outputs, lamella_relative_stitch_result *result)
{
    lamella_relative_project_options rules;
    lamella_relative_stitch_result found = { .struct_size = sizeof found };
    stitching t = { 0 };
    stitch_out out;
    row_numbers numbers;
    stitch_cell *cells;
    samples all;
    stack s;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    if (stack_has_tokens(&s))
        return fail(c, LAMELLA_ERR_SHAPE, "stack has tokens, expected layers [sample, dim]: pool them first (lamella_fusion_pool)");
    TRY(samples_of_stack(c, &s, LAMELLA_READOUT_MEAN, &all));
    TRY(row_numbers_check(c, &s, anchors, "anchors", &numbers));
    TRY(check_picked(c, &s, train, "train", &t.train));
    TRY(check_picked(c, &s, test, "test", &t.test));
    TRY(check_labels(c, &all, labels, &t));
    TRY(OPTIONS(c, t.o, options, relative_stitch));
    TRY(read_relative_project_options(c, &rules, t.o.projection, "options.projection"));
    if (rules.anchors)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.projection.anchors is given, expected none beside anchors");
    TRY(check_out(c, &s, outputs, &out));
    TRY(RESULT_OPTIONAL(c, result));

    t.s = &s;
    TAKE(c, cells, s.n_layers * s.n_layers);
    TRY(stitch_heads(c, &t, &numbers, &rules, cells));
    lamella_status status = put_cells(&s, cells, &out, &found);
    found.n_trained_tests = count_met(&t.train, &t.test.numbers);
    found.n_anchor_tests = count_met(&t.test, &numbers);
    for (int64_t i = 0; i < t.test.numbers.n; i++)
        found.n_unknown_tests += t.test.class_of[i] < 0;
    write_sized(result, &found, (int64_t)sizeof found);
    const int noted = found.n_trained_tests || found.n_anchor_tests || found.n_unknown_tests;
    return status == LAMELLA_OK && noted ? LAMELLA_NOTE : status;
}

lamella_status lamella_relative_stitch(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const lamella_view *anchors,
                                       const lamella_view *train, const lamella_view *test, const lamella_relative_stitch_options *options,
                                       const lamella_relative_stitch_outputs *outputs, lamella_relative_stitch_result *result)
{
    CALL(ctx, spaces(c, stack, labels, anchors, train, test, options, outputs, result));
}
