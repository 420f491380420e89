#include "support/look.h"
#include "support/text.h"
#include "support/values.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- labels ---- */

static label label_of(const char *name, const lamella_view *v)
{
    values x = { .n = 0 };
    label found = { .name = name, .why = "", .least = NAN, .greatest = NAN };
    const char *why = values_of_view(NULL, v, &x);
    if (why)
        return (label){ .name = name, .why = why };
    double *finite = (double *)values_as_reals(&x);
    int64_t n = 0;
    for (int64_t i = 0; i < x.n; i++)
        if (isfinite(finite[i]))
            finite[n++] = finite[i];
    const double *different = reals_distinct(finite, n, &found.n_distinct);
    found.n = x.n;
    found.n_nonfinite = x.n - n;
    found.is_whole = x.kind == VALUES_WHOLE;
    if (n) {
        found.least = different[0];
        found.greatest = different[found.n_distinct - 1];
    }
    return found;
}

/* Every label.NAME, those that are not read too; a file opened as a stack has no others. */
void layers_label(layers *s, const lamella_io_file *file, const contents *c)
{
    s->labels = take(c->n, sizeof *s->labels);
    for (int64_t i = 0; i < c->n; i++) {
        lamella_view v;
        const char *name = c->array[i].name + 6;
        if (strncmp(c->array[i].name, "label.", 6))
            continue;
        if (lamella_io_label_get(file, name, &v) == LAMELLA_OK)
            s->labels[s->n_labels++] = label_of(name, &v);
        else
            s->labels[s->n_labels++] = (label){ .name = name, .why = text_format("%s", lamella_last_error()) };
    }
}

static int is_label(const layers *s, const char *name)
{
    for (int64_t i = 0; i < s->n_labels; i++)
        if (!strncmp(name, "label.", 6) && !strcmp(name + 6, s->labels[i].name))
            return 1;
    return 0;
}

/* The tensor taken; or the prefix taken and digits only, or the pattern with digits for its {}. */
static int is_layer(const layers *s, const char *name)
{
    const char *hole = strstr(s->prefix, "{}"), *tail = hole ? hole + 2 : "";
    size_t head = hole ? (size_t)(hole - s->prefix) : strlen(s->prefix), digits;
    if (s->form_number != LAMELLA_IO_FORM_LAYERS)
        return !strcmp(name, s->prefix);
    if (strncmp(name, s->prefix, head))
        return 0;
    digits = strspn(name + head, "0123456789");
    return digits && !strcmp(name + head + digits, tail);
}

void layers_besides(const layers *s, const contents *c, char *keep)
{
    for (int64_t i = 0; i < c->n; i++) {
        const char *name = c->array[i].name;
        keep[i] = !is_layer(s, name) && !is_label(s, name) && strcmp(name, "offsets") && strcmp(name, "sample_id") && strcmp(name, s->mask);
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
    const int64_t *dim = column == LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS ? l->zero : column == LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS ? l->constant : l->outlier;
    *n = column == LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS ? l->n_zero : column == LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS ? l->n_constant
         : column == LAMELLA_MOMENTS_COUNT_OUTLIER_COLUMNS ? l->n_outliers : 0;
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
    const char *holes = l->n_nonfinite ? text_format(", %s not finite", text_integer(l->n_nonfinite)) : "";
    if (isnan(l->least))
        return text_format("%s (%s%s)", text_shown(l->name, 40), text_count(l->n, "value"), holes);
    return text_format(l->is_whole ? "%s (%s, %.0f to %.0f%s)" : "%s (%s, %g to %g%s)", text_shown(l->name, 40), text_count(l->n_distinct, "value"),
                       l->least, l->greatest, holes);
}

static const char *labels_text(const layers *s)
{
    char *text = text_format("%s", "");
    int64_t n_read = 0;
    for (int64_t i = 0; i < s->n_labels; i++)
        if (!*s->labels[i].why && n_read++ < 12)
            text = text_format("%s%s%s", text, n_read > 1 ? ", " : "", label_text(&s->labels[i]));
    if (n_read > 12)
        text = text_format("%s, and %s more", text, text_integer(n_read - 12));
    text = n_read ? text : text_format("none");
    return s->n_cast ? text_format("%s; %s widened to i64", text, text_integer(s->n_cast)) : text;
}

static const char *unread_text(const layers *s)
{
    char *text = text_format("%s", "");
    for (int64_t i = 0; i < s->n_labels; i++)
        if (*s->labels[i].why)
            text = text_format("%s%s%s", text, *text ? "; " : "", text_shown(s->labels[i].why, 0));
    return text;
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
        { "not read", unread_text(s) },
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
