#include "support/look.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

static listed listed_of(const lamella_io_file *file, int64_t index)
{
    lamella_io_entry entry = { .struct_size = sizeof entry };
    lamella_io_entry_get(file, index, &entry);
    int64_t *shape = take(entry.rank + 1, sizeof *shape);
    memcpy(shape, entry.shape, (size_t)entry.rank * sizeof *shape);
    return (listed){ entry.name, text_format("%s", entry.file_dtype), entry.rank, shape, entry.n_bytes, entry.dtype };
}

contents *contents_read(const lamella_io_file *file, int32_t kind, int64_t n_bytes)
{
    contents *c = take(1, sizeof *c);
    c->format = kind == LAMELLA_IO_NPY ? "npy" : "safetensors";
    c->n_bytes = n_bytes;
    c->why = "";
    lamella_io_sizes_get(file, &c->n, &c->n_metadata);
    c->array = take(c->n, sizeof *c->array);
    c->key = take(c->n_metadata, sizeof *c->key);
    c->value = take(c->n_metadata, sizeof *c->value);
    for (int64_t i = 0; i < c->n; i++)
        c->array[i] = listed_of(file, i);
    for (int64_t i = 0; i < c->n_metadata; i++)
        lamella_io_metadata_get(file, i, &c->key[i], &c->value[i]);
    c->row = contents_rows(c, NULL, &c->n_rows);
    return c;
}

/* ---- rows ---- */

static int same_rank(const contents *c, const int64_t *member, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (c->array[member[i]].rank != c->array[member[0]].rank)
            return 0;
    return 1;
}

/* "[384, 384]", "[1797, 24-64]" where extents differ, "[1297] ... [500, 3]" where ranks do. */
static char *shapes_text(const contents *c, const int64_t *member, int64_t n)
{
    const listed *first = &c->array[member[0]], *last = &c->array[member[n - 1]];
    if (!same_rank(c, member, n))
        return text_format("%s ... %s", text_shape(first->shape, first->rank), text_shape(last->shape, last->rank));
    char *text = text_format("[");
    for (int64_t axis = 0; axis < first->rank; axis++) {
        int64_t least = first->shape[axis], greatest = least;
        for (int64_t i = 1; i < n; i++) {
            int64_t extent = c->array[member[i]].shape[axis];
            least = extent < least ? extent : least;
            greatest = extent > greatest ? extent : greatest;
        }
        text = text_format(least == greatest ? "%s%s%lld" : "%s%s%lld-%lld", text, axis ? ", " : "", (long long)least,
                           (long long)greatest);
    }
    return text_format("%s]", text);
}

static listed_row listed_row_of(const contents *c, const char *pattern, const int64_t *member, int64_t n)
{
    const listed *first = &c->array[member[0]];
    listed_row row = { *pattern ? pattern : "(the array)", first->dtype, shapes_text(c, member, n), n, 0, member[0] };
    for (int64_t i = 0; i < n; i++) {
        row.n_bytes += c->array[member[i]].n_bytes;
        if (strcmp(c->array[member[i]].dtype, first->dtype))
            row.dtype = "mixed";
    }
    return row;
}

listed_row *contents_rows(const contents *c, const char *keep, int64_t *n_rows)
{
    const char **name = take(c->n, sizeof *name);
    int64_t *number = take(c->n, sizeof *number), n = 0;
    name_group *group;
    for (int64_t i = 0; i < c->n; i++)
        if (!keep || keep[i]) {
            number[n] = i;
            name[n++] = c->array[i].name;
        }
    *n_rows = names_group(name, n, &group);
    listed_row *row = take(*n_rows, sizeof *row);
    for (int64_t g = 0; g < *n_rows; g++) {
        for (int64_t i = 0; i < group[g].n; i++)
            group[g].member[i] = number[group[g].member[i]];
        row[g] = listed_row_of(c, group[g].pattern, group[g].member, group[g].n);
    }
    return row;
}

/* ---- offers ---- */

#define MOST_TRIALS 24
#define MOST_OFFERS 8

static char *command_text(const request *r, const char *prefix, int axis)
{
    char *words = prefix ? text_format(" --prefix %s", text_quoted(prefix)) : text_format("%s", "");
    if (axis)
        words = text_format("%s --layer-axis %d", words, axis);
    return text_format("examples/look%s%s %s", words, r->bf16 ? " --bf16" : "", text_quoted(r->file));
}

static const char *const float_dtypes[] = { [LAMELLA_F32] = "f32", [LAMELLA_F64] = "f64", [LAMELLA_F16] = "f16",
                                            [LAMELLA_BF16] = "bf16" };

/* "5 layers of f32 [1797, 32], widths differ" */
static char *stack_text(const lamella_stack *stack)
{
    const lamella_view *first = &stack->layer[0];
    int differ = 0;
    for (int64_t l = 1; l < stack->n_layers; l++)
        differ |= stack->layer[l].shape[stack->layer[l].rank - 1] != first->shape[first->rank - 1];
    return text_format("%s of %s %s%s", text_count(stack->n_layers, "layer"), float_dtypes[first->dtype],
                       text_shape(first->shape, first->rank), differ ? ", widths differ" : "");
}

/* Floats, and some of them. */
static int is_measurable(const lamella_view *layer)
{
    for (int32_t axis = 0; axis < layer->rank; axis++)
        if (!layer->shape[axis])
            return 0;
    return layer->dtype <= LAMELLA_BF16;
}

/* A trial is an offer if the library takes it, its numbers are ones that can be measured, and its name can be typed. */
static void try_offer(lamella_context *ctx, const request *r, contents *c, const char *prefix, int axis, int64_t n_alike)
{
    lamella_io_stack_options options = { .struct_size = sizeof options, .raw_dtype = r->bf16 ? LAMELLA_BF16 : 0,
                                         .prefix = prefix, .layer_axis = axis };
    lamella_io_file *file;
    lamella_stack stack = { .struct_size = sizeof stack };
    if (c->n_offers == MOST_OFFERS || (prefix && strcmp(prefix, text_shown(prefix, 200))) ||
        lamella_io_stack_open(ctx, r->path, &options, &file, &stack, NULL, NULL) < 0)
        return;
    char *alike = n_alike > 1 ? text_format(", the first of %s alike", text_integer(n_alike)) : text_format("%s", "");
    if (is_measurable(&stack.layer[0]))
        c->offers[c->n_offers++] = (offer){ command_text(r, prefix, axis), text_format("%s%s", stack_text(&stack), alike) };
    lamella_io_file_free(file);
}

static int is_float(const listed *a)
{
    return a->view_dtype >= LAMELLA_F32 && a->view_dtype <= LAMELLA_BF16;
}

static int prefix_is_new(const char *prefix, const char *const *tried, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(tried[i], prefix))
            return 0;
    return 1;
}

/* "z" of "z12"; NULL if the name does not end in digits. */
static char *prefix_of(const char *name)
{
    size_t end = strlen(name), length = end;
    while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9')
        end--;
    return end < length ? text_format("%.*s", (int)end, name) : NULL;
}

/* Families prefix + integer; returns how many prefixes were tried. */
static int offer_families(lamella_context *ctx, const request *r, contents *c, const char **tried)
{
    int n = 0;
    for (int64_t i = 0; i < c->n && n < MOST_TRIALS; i++) {
        char *prefix = is_float(&c->array[i]) && c->array[i].rank > 1 ? prefix_of(c->array[i].name) : NULL;
        if (!prefix || !prefix_is_new(prefix, tried, n))
            continue;
        try_offer(ctx, r, c, prefix, 0, 1);
        tried[n++] = prefix;
    }
    return n;
}

/* The first array of each row, with its axis named where its shape leaves doubt. */
static void offer_arrays(lamella_context *ctx, const request *r, contents *c, const char **tried, int n)
{
    for (int64_t g = 0, trials = 0; g < c->n_rows && trials < MOST_TRIALS; g++) {
        const listed *a = &c->array[c->row[g].first];
        char *prefix = prefix_of(a->name);
        if (!is_float(a) || a->rank < 2 || (prefix && !prefix_is_new(prefix, tried, n)))
            continue;
        const char *name = *a->name ? a->name : NULL;
        int64_t before = c->n_offers;
        trials++;
        try_offer(ctx, r, c, name, 0, c->row[g].n);
        int in_doubt = a->rank == 3 && c->n_offers == before;
        for (int axis = 1; axis <= 2 && in_doubt; axis++)
            try_offer(ctx, r, c, name, axis, c->row[g].n);
    }
}

/* If all is integers, the library's reason (which shape it would take) is beside the point. */
static int has_no_floats(const contents *c)
{
    for (int64_t i = 0; i < c->n; i++)
        if (is_float(&c->array[i]) || !c->array[i].view_dtype)
            return 0;
    return 1;
}

void contents_offer(lamella_context *ctx, const request *r, contents *c)
{
    const char *tried[MOST_TRIALS];
    request as_bf16 = *r;
    c->offers = take(MOST_OFFERS, sizeof *c->offers);
    if (has_no_floats(c)) {
        c->why = "";
        return;
    }
    offer_arrays(ctx, r, c, tried, offer_families(ctx, r, c, tried));
    as_bf16.bf16 = 1;
    if (c->n == 1 && !c->array[0].view_dtype && !r->bf16)
        try_offer(ctx, &as_bf16, c, NULL, 0, 1);
}
