#include "support/arrays.h"
#include "support/look.h"
#include "support/text.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_CLASSES 30

static int refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("look: no probes: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return 1;
}

static const char *library_text(void)
{
    const char *colon = strstr(lamella_last_error(), ": ");
    return text_shown(colon ? colon + 2 : lamella_last_error(), 0);
}

/* ---- where labels come from ---- */

static const char *labels_there(const layers *s)
{
    char *text = text_format("%s", "");
    for (int64_t i = 0; i < s->n_labels && i < 12; i++)
        text = text_format("%s%s%s", text, i ? ", " : "", text_shown(s->labels[i].name, 40));
    return *text ? text_format("labels there: %s", text) : "the file has no labels; name a .npy of one number a sample";
}

static int read_npy(lamella_context *ctx, const char *path, lamella_view *out)
{
    lamella_io_file *file;
    int64_t n = 0, n_metadata;
    if (lamella_io_file_open(ctx, path, NULL, &file, NULL) < 0)
        return refuse("%s: %s", text_shown(path, 200), library_text());
    lamella_io_sizes_get(file, &n, &n_metadata);
    lamella_io_entry entry = { .struct_size = sizeof entry };
    int failed = n != 1 || lamella_io_entry_get(file, 0, &entry) < 0;
    if (failed)
        refuse("%s holds %s, expected one: a .npy of one number a sample", text_shown(path, 200), text_count(n, "array"));
    else if (array_read(ctx, file, entry.name, out) < 0)
        failed = refuse("%s: %s", text_shown(path, 200), library_text());
    lamella_io_file_free(file);
    return failed;
}

/* The label of that name, an array of that name, or a file. */
static int find_labels(lamella_context *ctx, const request *r, const layers *s, const lamella_io_file *file, lamella_view *out, probed *p)
{
    const char *name = !strncmp(r->labels, "label.", 6) ? r->labels + 6 : r->labels;
    p->name = text_shown(name, 60);
    p->source = "of the file";
    if (lamella_io_label_get(file, name, out) >= 0)
        return 0;
    if (array_read(ctx, file, r->labels, out) >= 0)
        return 0;
    if (access(r->labels, R_OK))
        return refuse("there are no labels %s in %s, and no file of that name; %s", text_quoted(text_shown(r->labels, 60)), text_shown(r->title, 80),
                      labels_there(s));
    const char *slash = strrchr(r->labels, '/');
    p->name = text_shown(slash ? slash + 1 : r->labels, 60);
    p->source = "of a file of their own";
    return read_npy(ctx, r->labels, out);
}

/* ---- classes ---- */

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The different numbers, rising. */
static double *distinct(const double *x, int64_t n, int64_t *n_distinct)
{
    double *sorted = take(n, sizeof *sorted);
    memcpy(sorted, x, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, compare_reals);
    *n_distinct = 0;
    for (int64_t i = 0; i < n; i++)
        if (!i || sorted[i] != sorted[*n_distinct - 1])
            sorted[(*n_distinct)++] = sorted[i];
    return sorted;
}

static int are_integers(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (x[i] != floor(x[i]) || fabs(x[i]) > 9e15)
            return 0;
    return 1;
}

/* One number a sample as classes: i64 [1, sample], and in words what they are. */
static int make_classes(lamella_context *ctx, const lamella_view *x, int64_t n_samples, lamella_view *classes, probed *p)
{
    lamella_view numbers;
    int64_t n = array_length(x), n_distinct;
    if (n != n_samples)
        return refuse("%s holds %s %s, expected %lld: one for each sample", p->name, text_count(n, "number"), text_shape(x->shape, x->rank),
                      (long long)n_samples);
    if (array_cast(ctx, x, LAMELLA_F64, &numbers) < 0)
        return refuse("%s: %s", p->name, library_text());
    const double *value = numbers.data;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(value[i]))
            return refuse("%s is %g for sample %lld, expected a number", p->name, value[i], (long long)i);
    const double *different = distinct(value, n, &n_distinct);
    if (n_distinct < 2)
        return refuse("%s is %g for every sample: there is nothing to tell", p->name, n ? value[0] : NAN);
    int split = n_distinct > MOST_CLASSES || !are_integers(different, n_distinct);
    double middle = array_median(value, n);
    if (middle == different[n_distinct - 1]) /* over half of the rows share the greatest number */
        middle = different[n_distinct - 2];
    *classes = array_take(LAMELLA_I64, 2, (const int64_t[]){ 1, n });
    for (int64_t i = 0; i < n; i++)
        ((int64_t *)classes->data)[i] = split ? value[i] > middle : (int64_t)value[i];
    p->what = split ? text_format("%s over %g, its median", p->name, middle) : text_format("%lld classes", (long long)n_distinct);
    return 0;
}

/* Each class against the rest; two classes are one task. */
static lamella_view tasks_of(const lamella_view *classes)
{
    int64_t n = classes->shape[1], n_distinct;
    const int64_t *label = classes->data;
    double *number = take(n, sizeof *number);
    for (int64_t i = 0; i < n; i++)
        number[i] = (double)label[i];
    const double *different = distinct(number, n, &n_distinct);
    if (n_distinct == 2)
        return *classes;
    lamella_view tasks = array_take(LAMELLA_I64, 2, (const int64_t[]){ n_distinct, n });
    for (int64_t t = 0; t < n_distinct; t++)
        for (int64_t i = 0; i < n; i++)
            ((int64_t *)tasks.data)[t * n + i] = number[i] == different[t];
    return tasks;
}

/* ---- probes ---- */

/* The file's own `group`, if it has one number a sample. */
static int find_groups(lamella_context *ctx, const lamella_io_file *file, int64_t n_samples, lamella_view *groups)
{
    lamella_view v;
    return lamella_io_file_get(file, "group", &v) >= 0 && v.rank == 1 && v.shape[0] == n_samples && v.dtype >= LAMELLA_I8 &&
           array_read(ctx, file, "group", &v) >= 0 && array_cast(ctx, &v, LAMELLA_I64, groups) >= 0;
}

int layers_probe(lamella_context *ctx, const request *r, layers *s, const lamella_stack *stack, const lamella_io_file *file)
{
    lamella_view labels, classes, groups, tasks;
    lamella_status status;
    probed *p = take(1, sizeof *p);
    if (find_labels(ctx, r, s, file, &labels, p) || make_classes(ctx, &labels, s->n_samples, &classes, p))
        return 1;
    int grouped = find_groups(ctx, file, s->n_samples, &groups);
    p->concept = concepts_measure(ctx, stack, &classes, grouped ? &groups : NULL, &(concept_task){ p->name, p->what }, 1, &status);
    if (!p->concept)
        return refuse("%s: %s", p->name, library_text());
    if (!p->concept->possible)
        return refuse("%s: no fold has two classes to train on and to test", p->name);
    p->no_grid = grouped ? "There is no grid of widths: it leaves out one row at a time, and rows of one group would tell each other." : "";
    tasks = tasks_of(&classes);
    if (!grouped && !(p->grid = widths_measure(ctx, stack, &tasks, p->name, &status)))
        return refuse("%s at every width: %s", p->name, library_text());
    if (grouped)
        p->source = text_format("%s; rows of one group stay together", p->source);
    s->probed = p;
    return 0;
}
