/* Labels, whatever integers they are, to classes 0, 1, ...: of several tasks at once, or of one by name. */
#include "samples/samples.h"

#include <string.h>

/* ---- several tasks ---- */

/* [task, sample], or [sample] for one task; n_tasks -1: any number. */
static lamella_status check_by_task(call *c, const samples *s, const lamella_view *theirs, uint32_t dtypes, const char *name, int64_t n_tasks,
                                    lamella_view *v)
{
    TRY(view_check(c, v, theirs, dtypes, name));
    if (v->rank < 1 || v->rank > 2)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 2: task, sample, or 1: sample", name, (int)v->rank);
    if (v->shape[v->rank - 1] != s->n)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.shape[%d] is %lld, expected %lld (= samples of stack)", name, (int)v->rank - 1,
                    (long long)v->shape[v->rank - 1], (long long)s->n);
    if (v->rank == 1)
        view_as_row(v);
    return view_check_shape(c, v, name, (const int64_t[]){ n_tasks < 0 ? v->shape[0] : n_tasks, s->n }, 2);
}

lamella_status label_reader_open(call *c, const samples *s, const lamella_view *labels, const lamella_view *mask, label_reader *r)
{
    int64_t cells;
    *r = (label_reader){ .s = s, .has_mask = mask != NULL };
    TRY(check_by_task(c, s, labels, I32 | I64, "labels", -1, &r->labels));
    r->n_tasks = r->labels.shape[0];
    if (r->n_tasks < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "labels has no task, expected at least 1");
    if (!size_mul(r->n_tasks, s->n, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "labels does not fit into memory");
    return mask ? check_by_task(c, s, mask, BYTES, "options.label_mask", r->n_tasks, &r->mask) : LAMELLA_OK;
}

static int has_label(const label_reader *r, int64_t task, int64_t i)
{
    return !r->has_mask || *view_at(&r->mask, (const int64_t[]){ task, i });
}

static int64_t label_at(const label_reader *r, int64_t task, int64_t i)
{
    return load_i64(r->labels.dtype, view_at(&r->labels, (const int64_t[]){ task, i }));
}

/* The labels that occur, if they are few: then there is nothing to sort. */
static lamella_status find_few(call *c, label_reader *r, int64_t task, int *are_few)
{
    const samples *s = r->s;
    *are_few = 1;
    r->classes = r->few;
    r->n_classes = 0;
    for (int64_t i = 0; i < s->n_valid && *are_few; i++) {
        TRY(ask_row(c, i));
        if (!has_label(r, task, sample_at(s, i)))
            continue;
        int64_t label = label_at(r, task, sample_at(s, i)), at = r->n_classes;
        if (place_of_value(r->few, r->n_classes, label) >= 0)
            continue;
        *are_few = r->n_classes < FEW_CLASSES;
        for (; *are_few && at > 0 && r->few[at - 1] > label; at--)
            r->few[at] = r->few[at - 1];
        if (*are_few) {
            r->few[at] = label;
            r->n_classes++;
        }
    }
    return LAMELLA_OK;
}

static lamella_status find_many(call *c, label_reader *r, int64_t task)
{
    const samples *s = r->s;
    int64_t found = 0;
    if (!r->sorted) {
        TAKE(c, r->sorted, sort_room(s->n_valid));
        TAKE(c, r->many, s->n_valid);
    }
    for (int64_t i = 0; i < s->n_valid; i++) {
        TRY(ask_row(c, i));
        if (has_label(r, task, sample_at(s, i)))
            r->sorted[found++] = (keyed_row){ label_at(r, task, sample_at(s, i)), i };
    }
    TRY(sort_keyed_asking(c, r->sorted, found, r->sorted + found));
    r->classes = r->many;
    r->n_classes = 0;
    for (int64_t i = 0; i < found; i++)
        if (i == 0 || r->sorted[i].key != r->sorted[i - 1].key)
            r->many[r->n_classes++] = r->sorted[i].key;
    return LAMELLA_OK;
}

lamella_status label_reader_task(call *c, label_reader *r, int64_t task, int32_t *class_of)
{
    const samples *s = r->s;
    int are_few;
    TRY(find_few(c, r, task, &are_few));
    TRY(are_few ? LAMELLA_OK : find_many(c, r, task));
    memset(class_of, 255, (size_t)s->n * sizeof *class_of);
    for (int64_t i = 0; i < s->n_valid; i++) {
        int64_t at = sample_at(s, i);
        TRY(ask_row(c, i));
        if (has_label(r, task, at))
            class_of[at] = (int32_t)place_of_value(r->classes, r->n_classes, label_at(r, task, at));
    }
    return LAMELLA_OK;
}

lamella_status samples_labels(call *c, const samples *s, const lamella_view *labels, const lamella_view *mask, sample_labels *l)
{
    label_reader r;
    TRY(label_reader_open(c, s, labels, mask, &r));
    *l = (sample_labels){ .n_tasks = r.n_tasks };
    TAKE(c, l->class_of, r.n_tasks * s->n);
    TAKE(c, l->classes, r.n_tasks * s->n);
    TAKE(c, l->offset, r.n_tasks + 1);
    l->offset[0] = 0;
    for (int64_t t = 0; t < r.n_tasks; t++) {
        TRY(label_reader_task(c, &r, t, l->class_of + t * s->n));
        l->offset[t + 1] = l->offset[t] + r.n_classes;
        memcpy(l->classes + l->offset[t], r.classes, (size_t)r.n_classes * sizeof *r.classes);
    }
    return LAMELLA_OK;
}

/* ---- one task, by name ---- */

/* Rising, with the place of each in the list. */
static lamella_status rising_names(call *c, const int64_t *named, int64_t n, int64_t **rising, int64_t **place)
{
    if (n < 2 || n > INT32_MAX)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.n_classes is %lld, expected at least 2", (long long)n);
    TRY(call_reads(c, (lent){ .low = (const char *)named, .high = (const char *)(named + n) }, "options.classes"));
    TRY(rising_integers(c, named, n, rising, place));
    for (int64_t k = 1; k < n; k++)
        if ((*rising)[k] == (*rising)[k - 1])
            return fail(c, LAMELLA_ERR_ARGUMENT, "options.classes[%lld] is %lld, as options.classes[%lld] is, expected each label once",
                        (long long)(*place)[k], (long long)(*rising)[k], (long long)(*place)[k - 1]);
    return LAMELLA_OK;
}

static lamella_status occurring_classes(call *c, const samples *s, int64_t *label, const char *name, sample_classes *k, int32_t *of)
{
    sample_groups g;
    TRY(samples_grouped(c, s, label, &g));
    if (g.n < 2)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s holds one label only, %lld, expected two and more, or options.classes to name them", name,
                    (long long)label[0]);
    if (g.n > INT32_MAX)
        return fail(c, LAMELLA_ERR_LIMIT, "%s holds %lld labels, expected at most %d", name, (long long)g.n, INT32_MAX);
    for (int64_t i = 0; i < s->n; i++)
        of[i] = (int32_t)g.of[i];
    k->n = k->n_present = g.n;
    return LAMELLA_OK;
}

static lamella_status named_classes(call *c, const samples *s, const int64_t *label, const char *name, const int64_t *named, sample_classes *k,
                                    int32_t *of)
{
    int64_t *rising = NULL, *place = NULL;
    unsigned char *seen;
    TRY(rising_names(c, named, k->n, &rising, &place));
    TAKE_ZEROS(c, seen, k->n);
    for (int64_t i = 0; i < s->n_valid; i++) {
        int64_t at = sample_at(s, i), found = place_of_value(rising, k->n, label[at]);
        if (found < 0)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s[%lld] is %lld, expected one of the %lld classes", name, (long long)at, (long long)label[at],
                        (long long)k->n);
        of[at] = (int32_t)place[found];
        k->n_present += !seen[found];
        seen[found] = 1;
        TRY(ask_row(c, i));
    }
    return LAMELLA_OK;
}

lamella_status samples_classes(call *c, const samples *s, const lamella_view *theirs, const char *name, const int64_t *named, int64_t n_named,
                               sample_classes *k)
{
    int64_t *label;
    int32_t *of;
    *k = (sample_classes){ .n = n_named };
    TRY(samples_integers(c, s, theirs, name, &label));
    TAKE_ZEROS(c, of, s->n);
    k->of = of;
    return named ? named_classes(c, s, label, name, named, k, of) : occurring_classes(c, s, label, name, k, of);
}
