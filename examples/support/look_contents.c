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

#define MOST_OFFERS 8

lamella_status stack_open_as(lamella_context *ctx, const request *r, lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *taken,
                             lamella_io_fault *fault)
{
    const lamella_io_stack_options options = { .struct_size = sizeof options, .raw_dtype = r->bf16 ? LAMELLA_BF16 : 0, .prefix = r->prefix,
                                               .layer_axis = r->layer_axis, .mask_marks = r->mask_marks };
    return lamella_io_stack_open(ctx, r->path, &options, file, stack, taken, fault);
}

static char *command_text(const request *r)
{
    char *words = r->prefix ? text_format(" --prefix %s", text_quoted(r->prefix)) : text_format("%s", "");
    if (r->layer_axis)
        words = r->layer_axis < 0 ? text_format("%s --layer-axis none", words) : text_format("%s --layer-axis %d", words, (int)r->layer_axis);
    if (r->mask_marks)
        words = text_format("%s --mask-marks %s", words, r->mask_marks == LAMELLA_IO_MARKS_PADDING ? "padding" : "tokens");
    return text_format("examples/look%s%s %s", words, r->bf16 ? " --bf16" : "", text_quoted(r->file));
}

static const char *const float_dtypes[] = { [LAMELLA_F32] = "f32", [LAMELLA_F64] = "f64", [LAMELLA_F16] = "f16",
                                            [LAMELLA_BF16] = "bf16" };

/* "5 layers of f32 [1797, 32], widths differ" */
static char *stack_text(const lamella_stack *stack)
{
    static const char *const axes[] = { "", "", "", " [sample, token, dim]", " [sample, y, x, dim]" };
    const lamella_view *first = &stack->layer[0];
    int differ = 0;
    for (int64_t l = 1; l < stack->n_layers; l++)
        differ |= stack->layer[l].shape[stack->layer[l].rank - 1] != first->shape[first->rank - 1];
    return text_format("%s of %s %s%s%s", text_count(stack->n_layers, "layer"), float_dtypes[first->dtype],
                       text_shape(first->shape, first->rank), axes[first->rank], differ ? ", widths differ" : "");
}

/* Floats, and some of them. */
static int is_measurable(const lamella_view *layer)
{
    for (int32_t axis = 0; axis < layer->rank; axis++)
        if (!layer->shape[axis])
            return 0;
    return layer->dtype <= LAMELLA_BF16;
}

/* An offer: the library takes it, its numbers are ones that can be measured, and its name can be typed. */
static int try_offer(lamella_context *ctx, const request *as, contents *c)
{
    lamella_io_file *file;
    lamella_stack stack = { .struct_size = sizeof stack };
    if (c->n_offers == MOST_OFFERS || (as->prefix && strcmp(as->prefix, text_shown(as->prefix, 255))) ||
        stack_open_as(ctx, as, &file, &stack, NULL, NULL) < 0)
        return 0;
    int taken = is_measurable(&stack.layer[0]);
    if (taken)
        c->offers[c->n_offers++] = (offer){ command_text(as), stack_text(&stack) };
    lamella_io_file_free(file);
    return taken;
}

/* As it stands, or with each meaning of the mask. */
static int try_masks(lamella_context *ctx, const request *r, contents *c)
{
    request as = *r;
    if (try_offer(ctx, &as, c) || r->mask_marks)
        return 1;
    for (as.mask_marks = LAMELLA_IO_MARKS_TOKENS; as.mask_marks <= LAMELLA_IO_MARKS_PADDING; as.mask_marks++)
        try_offer(ctx, &as, c);
    return 0;
}

void contents_offer(lamella_context *ctx, const request *r, const lamella_io_file *file, contents *c)
{
    request as = *r;
    lamella_io_reading reading = { .struct_size = sizeof reading };
    c->offers = take(MOST_OFFERS, sizeof *c->offers);
    for (int64_t i = 0; lamella_io_reading_get(file, i, &reading) == LAMELLA_OK; i++) {
        as.prefix = *reading.prefix ? text_format("%s", reading.prefix) : NULL;
        as.layer_axis = reading.layer_axis;
        try_masks(ctx, &as, c);
    }
    as = *r;
    as.bf16 = 1;
    if (c->n == 1 && !c->array[0].view_dtype && !r->bf16)
        try_offer(ctx, &as, c);
}
