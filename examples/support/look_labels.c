/* Labels and groups: where they are found, and what is refused. */
#include "support/arrays.h"
#include "support/look.h"
#include "support/text.h"
#include "support/values.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_CLASSES 30

int probes_refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("look: no probes: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return 1;
}

/* ---- where they come from ---- */

static const char *labels_there(const layers *s)
{
    char *text = text_format("%s", "");
    for (int64_t i = 0; i < s->n_labels && i < 12; i++)
        text = text_format("%s%s%s", text, i ? ", " : "", text_shown(s->labels[i].name, 40));
    return *text ? text_format("labels there: %s", text) : "the file has no labels; name a file of one value a sample";
}

/* What was found under a name. */
typedef struct found {
    values      x;
    const char *name, *source; /* in words */
    const char *why;           /* NULL, or why it is not read */
} found;

/* label.NAME of the file, or an array of that name. 0: neither. */
static int find_in_file(lamella_context *ctx, const request *r, const lamella_io_file *file, const char *name, found *f)
{
    lamella_view v;
    const char *label = !strncmp(name, "label.", 6) ? name + 6 : name;
    const lamella_status status = lamella_io_label_get(file, label, &v);
    *f = (found){ .name = text_shown(label, 60), .source = "of the file" };
    if (status == LAMELLA_OK)
        f->why = values_of_view(ctx, &v, &f->x);
    else if (status == LAMELLA_ERR_UNSUPPORTED)
        f->why = lamella_last_error();
    else
        f->why = values_of_array(ctx, r->path, file, name, &f->x);
    return status == LAMELLA_OK || status == LAMELLA_ERR_UNSUPPORTED || f->x.n >= 0;
}

/* The file itself, or FILE:COLUMN. 0: there is none. */
static int find_file(lamella_context *ctx, const char *name, int64_t n_samples, found *f)
{
    const char *colon = strrchr(name, ':'), *slash = strrchr(name, '/'), *path = name, *column = NULL;
    if (access(path, R_OK) && colon) {
        path = text_format("%.*s", (int)(colon - name), name);
        column = colon + 1;
    }
    if (access(path, R_OK))
        return 0;
    *f = (found){ .name = text_shown(slash ? slash + 1 : name, 60), .source = "of a file of their own" };
    f->why = values_of_file(ctx, path, column, n_samples, &f->x);
    return 1;
}

/* 1, with the reason on stderr: not there, not read, or not one for each sample. */
static int find(lamella_context *ctx, const request *r, const layers *s, const lamella_io_file *file, const char *name, const char *what, found *f)
{
    if (!find_in_file(ctx, r, file, name, f) && !find_file(ctx, name, s->n_samples, f))
        return probes_refuse("there are no %s %s in %s, and no file of that name; %s", what, text_quoted(text_shown(name, 60)),
                             text_shown(r->title, 80), labels_there(s));
    if (f->why)
        return probes_refuse("%s: %s", f->name, text_shown(f->why, 0));
    if (f->x.n != s->n_samples)
        return probes_refuse("%s holds %s %s, expected %lld: one for each sample", f->name, text_count(f->x.n, "value"), f->x.shape,
                             (long long)s->n_samples);
    return 0;
}

/* ---- classes ---- */

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

const double *reals_distinct(const double *x, int64_t n, int64_t *n_distinct)
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

static int classes_of_words(const found *f, lamella_view *classes, const char **what)
{
    int64_t n_distinct, *place;
    const char **word = values_classes(&f->x, &n_distinct, &place);
    char *names = text_format("%s", "");
    if (n_distinct < 2)
        return probes_refuse("%s is %s for every sample: there is nothing to tell", f->name, f->x.n ? text_quoted(text_shown(word[0], 40)) : "nothing");
    if (n_distinct > MOST_CLASSES)
        return probes_refuse("%s holds %s different words, expected at most %d classes", f->name, text_integer(n_distinct), MOST_CLASSES);
    for (int64_t i = 0; i < n_distinct; i++)
        names = text_format("%s%s%s", names, i ? ", " : "", text_shown(word[i], 24));
    *classes = array_of(place, LAMELLA_I64, 2, (const int64_t[]){ 1, f->x.n });
    *what = text_format("%lld classes (%s)", (long long)n_distinct, names);
    return 0;
}

/* Up to 30 whole numbers are classes; more, or fractions, are split at their median. */
static int classes_of_numbers(const found *f, lamella_view *classes, const char **what)
{
    int64_t n = f->x.n, n_distinct;
    const double *value = values_as_reals(&f->x);
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(value[i]))
            return probes_refuse("%s is %g for sample %lld, expected a number", f->name, value[i], (long long)i);
    const double *different = reals_distinct(value, n, &n_distinct);
    if (n_distinct < 2)
        return probes_refuse("%s is %g for every sample: there is nothing to tell", f->name, n ? value[0] : NAN);
    int split = n_distinct > MOST_CLASSES || !are_integers(different, n_distinct);
    double middle = array_median(value, n);
    if (middle == different[n_distinct - 1]) /* over half of the rows share the greatest number */
        middle = different[n_distinct - 2];
    *classes = array_take(LAMELLA_I64, 2, (const int64_t[]){ 1, n });
    for (int64_t i = 0; i < n; i++)
        ((int64_t *)classes->data)[i] = split ? value[i] > middle : (int64_t)value[i];
    *what = split ? text_format("%s over %g, its median", f->name, middle) : text_format("%lld classes", (long long)n_distinct);
    return 0;
}

int labels_find(lamella_context *ctx, const request *r, const layers *s, const lamella_io_file *file, lamella_view *classes, probed *p)
{
    found f;
    if (find(ctx, r, s, file, r->labels, "labels", &f))
        return 1;
    p->name = f.name;
    p->source = f.source;
    return f.x.kind == VALUES_WORDS ? classes_of_words(&f, classes, &p->what) : classes_of_numbers(&f, classes, &p->what);
}

/* ---- groups ---- */

/* The arrays of the file that are called groups: one name, NULL for none; two are refused. */
static int name_groups(const request *r, const contents *c, const char **name)
{
    static const char *const names[] = { "group", "groups", "group_id", "group_ids", "label.group", "label.groups", "label.group_id", "label.group_ids" };
    *name = r->groups;
    for (size_t k = 0; k < sizeof names / sizeof *names && !r->groups; k++)
        for (int64_t i = 0; i < c->n; i++) {
            if (strcmp(c->array[i].name, names[k]) || !strcmp(names[k], r->labels) || (!strncmp(names[k], "label.", 6) && !strcmp(names[k] + 6, r->labels)))
                continue;
            if (*name)
                return probes_refuse("%s and %s are both there: type --groups %s or --groups %s for the rows that stay together, --groups none for "
                                     "neither", *name, names[k], *name, names[k]);
            *name = names[k];
        }
    if (*name && !strcmp(*name, "none"))
        *name = NULL;
    return 0;
}

int groups_find(lamella_context *ctx, const request *r, const layers *s, const contents *c, const lamella_io_file *file, lamella_view *groups,
                const char **name)
{
    found f;
    int64_t n_distinct, *place;
    if (name_groups(r, c, name))
        return 1;
    if (!*name)
        return 0;
    if (find(ctx, r, s, file, *name, "groups", &f))
        return probes_refuse("--groups none leaves the groups %s aside", text_quoted(text_shown(*name, 60)));
    if (f.x.kind == VALUES_REAL)
        return probes_refuse("groups %s are %s, expected whole numbers or words; --groups none leaves them aside", *name, f.x.dtype);
    if (f.x.kind == VALUES_WORDS)
        values_classes(&f.x, &n_distinct, &place);
    *groups = array_of(f.x.kind == VALUES_WORDS ? place : (int64_t *)f.x.whole, LAMELLA_I64, 1, &f.x.n);
    return 0;
}
