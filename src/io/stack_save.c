/* Saving a stack, in memory or read, as a stack file. */
#include "io/stack.h"
#include "options/options.h"

#include <stdio.h>

/* ---- rows that are read ---- */

static int64_t row_bytes(const lamella_view *v)
{
    int64_t bytes = dtype_size(v->dtype);
    for (int32_t a = 1; a < v->rank; a++)
        bytes *= v->shape[a];
    return bytes;
}

/* One staging block for all layers. */
static lamella_status stage_layers(call *c, const stack *s, save_array *layers)
{
    int64_t widest = 1;
    char *staging;
    for (int64_t l = 0; l < s->n_layers; l++)
        widest = MAX(widest, row_bytes(&s->layer[l]));
    int64_t rows = MAX(IO_BLOCK / widest, 1);
    TAKE(c, staging, rows * widest);
    for (int64_t l = 0; l < s->n_layers; l++) {
        layers[l].read = s;
        layers[l].staging = staging;
        layers[l].staged_rows = rows;
    }
    return LAMELLA_OK;
}

/* ---- what is saved ---- */

#define LABEL_PREFIX "label."
#define LABEL_BYTES (IO_NAME_BYTES - (int64_t)sizeof LABEL_PREFIX + 1)
#define NUMBERED_BYTES 40

static lamella_status numbered_name(call *c, const char *prefix, int64_t number, const char **name)
{
    char *text;
    TAKE(c, text, NUMBERED_BYTES);
    snprintf(text, NUMBERED_BYTES, "%s%lld", prefix, (long long)number);
    *name = text;
    return LAMELLA_OK;
}

static lamella_status add_layers(call *c, const stack *s, save_array *a, int64_t *n)
{
    for (int64_t l = 0; l < s->n_layers; l++) {
        a[l] = (save_array){ .view = s->layer[l], .layer = l };
        TRY(numbered_name(c, "layer.", stack_depth(s, l), &a[l].name));
    }
    *n = s->n_layers;
    return s->host.read ? stage_layers(c, s, a) : LAMELLA_OK;
}

static lamella_status add_part(call *c, const lamella_view *part, const char *name, save_array *a, int64_t *n)
{
    if (!part)
        return LAMELLA_OK;
    a[*n] = (save_array){ .name = name };
    TRY(view_check(c, &a[*n].view, part, ANY_DTYPE, name));
    ++*n;
    return LAMELLA_OK;
}

static lamella_status add_label(call *c, const stack *s, const char *label, const lamella_view *view, int64_t i, save_array *a, int64_t *n)
{
    char *name, indexed[64];
    TRY(check_utf8(c, label, indexed_name(indexed, sizeof indexed, "options.names", i)));
    int64_t bytes = (int64_t)strlen(label);
    if (bytes > LABEL_BYTES)
        return fail(c, LAMELLA_ERR_LIMIT, "%s has %lld bytes, expected at most %lld", indexed, (long long)bytes, (long long)LABEL_BYTES);
    TAKE(c, name, (int64_t)sizeof LABEL_PREFIX + bytes);
    memcpy(name, LABEL_PREFIX, sizeof LABEL_PREFIX);
    memcpy(name + sizeof LABEL_PREFIX - 1, label, (size_t)bytes + 1);
    indexed_name(indexed, sizeof indexed, "options.labels", i);
    a[*n] = (save_array){ .name = name };
    TRY(view_check(c, &a[*n].view, view, ANY_DTYPE, indexed));
    TRY(view_check_shape(c, &a[*n].view, indexed, &s->n_samples, 1));
    ++*n;
    return LAMELLA_OK;
}

static lamella_status stack_save(call *c, const char *path, const lamella_stack *stack_, const lamella_io_stack_save_options *options)
{
    lamella_io_stack_save_options o;
    stack s;
    save_array *a;
    char depths[24];
    int64_t n = 0;
    TRY(check_path(c, path));
    TRY(stack_check(c, &s, stack_, ANY_DTYPE & ~DTYPE_BIT(LAMELLA_BOOL), "stack"));
    TRY(OPTIONS(c, o, options, io_stack_save));
    if (o.n_labels < 0 || o.n_labels > IO_ARRAYS || (o.n_labels && (!o.names || !o.labels)))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.n_labels is %lld, expected %s", (long long)o.n_labels,
                    o.names && o.labels ? "0 to 1000000" : "0 (options.names or options.labels is NULL)");
    if (o.source)
        TRY(check_utf8(c, o.source, "options.source"));
    TAKE(c, a, s.n_layers + 3 + o.n_labels);
    TRY(add_layers(c, &s, a, &n));
    TRY(add_part(c, s.host.offsets, "offsets", a, &n));
    TRY(add_part(c, s.host.mask, "mask", a, &n));
    TRY(add_part(c, s.host.sample_id, "sample_id", a, &n));
    for (int64_t i = 0; i < o.n_labels; i++)
        TRY(add_label(c, &s, o.names[i], &o.labels[i], i, a, &n));
    snprintf(depths, sizeof depths, "%lld", (long long)(s.host.n_depths ? s.host.n_depths : stack_depth(&s, s.n_layers - 1) + 1));
    const char *metadata[] = { "lamella.format", "1", "n_depths", depths, "last_normed", s.host.flags & LAMELLA_LAST_NORMED ? "1" : "0",
                               "source", o.source };
    return safetensors_save(c, file_operations_of_system(), path, a, n, metadata, o.source ? 4 : 3);
}

lamella_status lamella_io_stack_save(lamella_context *ctx, const char *path, const lamella_stack *stack, const lamella_io_stack_save_options *options)
{
    CALL(ctx, stack_save(c, path, stack, options));
}
