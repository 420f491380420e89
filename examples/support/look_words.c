#include "support/look.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

/* ---- labels ---- */

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static label label_of(const char *name, const lamella_view *v)
{
    int64_t n = 1;
    for (int32_t axis = 0; axis < v->rank; axis++)
        n *= v->shape[axis];
    label found = { .name = name, .n = n };
    int64_t *value = take(n, sizeof *value);
    for (int64_t i = 0; i < n; i++)
        value[i] = ((const int64_t *)v->data)[i];
    qsort(value, (size_t)n, sizeof *value, compare_values);
    for (int64_t i = 0; i < n; i++)
        found.n_distinct += !i || value[i] != value[i - 1];
    found.least = n ? value[0] : 0;
    found.greatest = n ? value[n - 1] : 0;
    return found;
}

/* Labels that are no integers are arrays beside the stack like any other. */
void layers_label(layers *s, const lamella_io_file *file, const contents *c)
{
    s->labels = take(c->n, sizeof *s->labels);
    for (int64_t i = 0; i < c->n; i++) {
        lamella_view v;
        if (!strncmp(c->array[i].name, "label.", 6) && lamella_io_label_get(file, c->array[i].name + 6, &v) == LAMELLA_OK)
            s->labels[s->n_labels++] = label_of(c->array[i].name + 6, &v);
    }
}

static int is_label(const layers *s, const char *name)
{
    for (int64_t i = 0; i < s->n_labels; i++)
        if (!strncmp(name, "label.", 6) && !strcmp(name + 6, s->labels[i].name))
            return 1;
    return 0;
}

/* The prefix taken, then digits only; or the tensor taken. */
static int is_layer(const layers *s, const char *name)
{
    size_t length = strlen(s->prefix);
    if (s->form_number != LAMELLA_IO_FORM_LAYERS)
        return !strcmp(name, s->prefix);
    return !strncmp(name, s->prefix, length) && name[length] && !name[length + strspn(name + length, "0123456789")];
}

void layers_besides(const layers *s, const contents *c, char *keep)
{
    static const char *const parts[] = { "offsets", "mask", "sample_id" };
    for (int64_t i = 0; i < c->n; i++) {
        const char *name = c->array[i].name;
        keep[i] = !is_layer(s, name) && !is_label(s, name);
        for (int p = 0; p < 3; p++)
            keep[i] &= strcmp(name, parts[p]) != 0;
    }
}

/* ---- findings ---- */

#define ENTRIES_NAMED 5
#define DIMS_NAMED 6

static char *dims_text(const int64_t *dim, int64_t n)
{
    char *text = text_format(n == 1 ? " (dim" : " (dims");
    for (int64_t i = 0; i < n && i < DIMS_NAMED; i++)
        text = text_format("%s%s %lld", text, i ? "," : "", (long long)dim[i]);
    return text_format(n > DIMS_NAMED ? "%s, ...)" : "%s)", text);
}

const int64_t *layer_dims(const layer *l, int32_t column, int64_t *n)
{
    const int64_t *dim = column == LAMELLA_COUNT_ZERO_COLUMNS ? l->zero : column == LAMELLA_COUNT_CONSTANT_COLUMNS ? l->constant : l->outlier;
    *n = column == LAMELLA_COUNT_ZERO_COLUMNS ? l->n_zero : column == LAMELLA_COUNT_CONSTANT_COLUMNS ? l->n_constant
         : column == LAMELLA_COUNT_OUTLIER_COLUMNS ? l->n_outliers : 0;
    return dim;
}

/* 1 if a count is the same in both layers, and of the same dims. */
static int same_finding(const layer *a, const layer *b, int32_t column)
{
    int64_t n, m;
    const int64_t *x = layer_dims(a, column, &n), *y = layer_dims(b, column, &m);
    return a->count[column] == b->count[column] && n == m && (!n || !memcmp(x, y, (size_t)n * sizeof *x));
}

static char *finding_in(const layer *first, const layer *last, int32_t column)
{
    int64_t n;
    const int64_t *dim = layer_dims(first, column, &n);
    char *text = text_format("%s in ", text_integer(first->count[column]));
    text = first == last ? text_format("%slayer %lld", text, (long long)first->depth)
                         : text_format("%seach of layers %lld to %lld", text, (long long)first->depth, (long long)last->depth);
    return n && n < first->width ? text_format("%s%s", text, dims_text(dim, n)) : text;
}

/* Neighbours that say the same are one entry; NULL: nothing was counted in any layer. */
static const char *finding_of(const layers *s, const count_name *name)
{
    char *text = text_format("%s: ", name->many);
    int64_t found = 0, more = 0;
    for (int64_t l = 0, end; l < s->n; l = end) {
        for (end = l + 1; end < s->n && same_finding(&s->layer[l], &s->layer[end], name->column); end++)
            ;
        if (!s->layer[l].count[name->column])
            continue;
        if (found++ < ENTRIES_NAMED)
            text = text_format("%s%s%s", text, found > 1 ? "; " : "", finding_in(&s->layer[l], &s->layer[end - 1], name->column));
        else
            more += end - l;
    }
    return !found ? NULL : more ? text_format("%s; and in %s", text, text_count(more, "more layer")) : text;
}

int64_t layers_findings(const layers *s, const char **finding)
{
    int64_t n = 0;
    for (int i = 0; i < N_COUNT_NAMES; i++)
        if ((finding[n] = finding_of(s, &count_names[i])))
            n++;
    return n;
}

/* ---- facts ---- */

static char *label_text(const label *l)
{
    return text_format("%s (%s, %lld to %lld)", text_shown(l->name, 40), text_count(l->n_distinct, "value"), (long long)l->least,
                       (long long)l->greatest);
}

static const char *labels_text(const layers *s)
{
    char *text = text_format("%s", s->n_labels ? "" : "none");
    for (int64_t i = 0; i < s->n_labels && i < 12; i++)
        text = text_format("%s%s%s", text, i ? ", " : "", label_text(&s->labels[i]));
    if (s->n_labels > 12)
        text = text_format("%s, and %s more", text, text_integer(s->n_labels - 12));
    return s->n_cast ? text_format("%s; %s widened to i64", text, text_integer(s->n_cast)) : text;
}

static const char *besides_text(const layers *s, const contents *c)
{
    char *keep = take(c->n + 1, 1), *text = text_format("%s", "");
    int64_t n;
    layers_besides(s, c, keep);
    listed_row *row = contents_rows(c, keep, &n);
    for (int64_t i = 0; i < n && i < 8; i++)
        text = text_format("%s%s%s %s %s", text, i ? ", " : "", text_shown(row[i].name, 40), row[i].dtype, row[i].shape);
    return n > 8 ? text_format("%s, and %s more", text, text_integer(n - 8)) : text;
}

static const char *metadata_of(const contents *c, const char *key)
{
    for (int64_t i = 0; i < c->n_metadata; i++)
        if (!strcmp(c->key[i], key))
            return c->value[i];
    return "";
}

int look_facts(const layers *s, const contents *c, const char *fact[][2])
{
    int n = 0;
    const char *all[][2] = {
        { "samples", text_integer(s->n_samples) },
        { "tokens", *s->tokens ? s->tokens : "none: one row a sample" },
        { "taken", s->taken },
        { "labels", labels_text(s) },
        { "also there", besides_text(s, c) },
        { "source", text_shown(metadata_of(c, "source"), 400) },
        { "depths", s->n_depths != s->n ? text_format("%lld in the model, %lld here", (long long)s->n_depths, (long long)s->n) : "" },
        { "final norm", s->last_normed ? "the last layer already went through it" : "" },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (*all[i][1]) {
            fact[n][0] = all[i][0];
            fact[n++][1] = all[i][1];
        }
    return n;
}
