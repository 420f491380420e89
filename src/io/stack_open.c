/* A file of layers as a stack that is read: views without data, and a `read` that finds each layer's rows on the disk. */
#include "io/io.h"

#include <stdio.h>

/* ---- reading ---- */

/* An I/O error comes back as LAMELLA_ERR_IO, which is no number of rows. */
static int64_t read_layer(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    const lamella_io_file *f = user;
    const file_stack *s = &f->stack;
    for (int64_t l = 0; l < s->n_layers; l++) {
        if (s->depth[l] != depth)
            continue;
        if (first_row < 0 || n_rows < 1 || n_rows > s->rows[l].n_rows - first_row)
            return 0;
        return file_rows_read(&f->from, &s->rows[l], first_row, n_rows, into->data) ? LAMELLA_ERR_IO : n_rows;
    }
    return 0;
}

/* ---- layers ---- */

static lamella_status family_layers(call *c, lamella_io_file *f, const stack_form *form)
{
    int64_t l = 0;
    for (int64_t i = form->first; i < f->n_entries; i = family_next(f, form->first, form->prefix_bytes, i + 1), l++) {
        const file_entry *e = &f->entry[i];
        TRY(entry_view(c, f, e, &f->stack.layer[l]));
        f->stack.rows[l] = rows_of_entry(f, e, &f->stack.layer[l]);
        f->stack.depth[l] = family_number(entry_name(f, e), form->prefix_bytes);
    }
    return LAMELLA_OK;
}

/* Layer l of one array: its first axis is dropped, or its second. */
static void cut_layer(const stack_form *form, const lamella_view *array, const file_rows *rows, int64_t l, lamella_view *layer, file_rows *r)
{
    int32_t dropped = form->form == LAMELLA_IO_FORM_LAYER_FIRST ? 0 : 1;
    *layer = *array;
    *r = *rows;
    if (form->form == LAMELLA_IO_FORM_ONE_LAYER)
        return;
    layer->rank--;
    for (int32_t a = dropped; a < layer->rank; a++)
        layer->shape[a] = array->shape[a + 1];
    layer->shape[layer->rank] = 0;
    r->n_rows = layer->shape[0];
    r->bytes = r->size;
    for (int32_t a = 1; a < layer->rank; a++)
        r->bytes *= layer->shape[a];
    r->stride = dropped ? r->bytes * form->n_layers : r->bytes;
    r->begin += l * r->bytes * (dropped ? 1 : r->n_rows);
}

static lamella_status array_layers(call *c, lamella_io_file *f, const stack_form *form)
{
    lamella_view array;
    const file_entry *e = &f->entry[form->first];
    TRY(entry_view(c, f, e, &array));
    file_rows rows = rows_of_entry(f, e, &array);
    for (int64_t l = 0; l < form->n_layers; l++) {
        cut_layer(form, &array, &rows, l, &f->stack.layer[l], &f->stack.rows[l]);
        f->stack.depth[l] = l;
    }
    return LAMELLA_OK;
}

static lamella_status open_layers(call *c, lamella_io_file *f, const stack_form *form)
{
    if (form->n_layers > IO_LAYERS)
        return fail(c, LAMELLA_ERR_LIMIT, "%s has %lld layers, expected at most %d", f->name, (long long)form->n_layers, IO_LAYERS);
    TAKE_FROM(c, &f->memory, f->stack.layer, form->n_layers);
    TAKE_FROM(c, &f->memory, f->stack.rows, form->n_layers);
    TAKE_FROM(c, &f->memory, f->stack.depth, form->n_layers);
    TRY(form->form == LAMELLA_IO_FORM_LAYERS ? family_layers(c, f, form) : array_layers(c, f, form));
    f->stack.n_layers = form->n_layers;
    for (int64_t l = 0; l < form->n_layers; l++) { /* row-major, as `read` delivers */
        f->stack.layer[l].data = NULL;
        memset(f->stack.layer[l].stride, 0, sizeof f->stack.layer[l].stride);
    }
    return LAMELLA_OK;
}

/* ---- metadata ---- */

static lamella_status read_format(call *c, const lamella_io_file *f)
{
    char shown[64];
    const char *format = file_metadata(f, "lamella.format");
    if (!format || !strcmp(format, "1"))
        return LAMELLA_OK;
    text_cut(shown, LENGTH(shown), format, (int64_t)strlen(format));
    return fail(c, LAMELLA_ERR_UNSUPPORTED, "%s: lamella.format is \"%s\", expected 1: a newer Lamella wrote it", f->name, shown);
}

/* As the file says, else the last depth and one. */
static int64_t depths_of_model(const lamella_io_file *f)
{
    const char *text = file_metadata(f, "n_depths");
    int64_t n = text && strlen(text) <= 18 ? family_number(text, 0) : -1;
    return n > 0 || f->stack.n_layers == 0 ? MAX(n, 0) : f->stack.depth[f->stack.n_layers - 1] + 1;
}

static const lamella_view *part_or_none(const lamella_view *v)
{
    return v->dtype ? v : NULL;
}

static lamella_stack stack_of_file(lamella_io_file *f)
{
    const char *normed = file_metadata(f, "last_normed");
    return (lamella_stack){ .struct_size = (uint32_t)sizeof(lamella_stack),
        .flags = normed && (!strcmp(normed, "1") || !strcmp(normed, "true")) ? LAMELLA_LAST_NORMED : 0,
        .layer = f->stack.layer, .n_layers = f->stack.n_layers, .depth = f->stack.depth, .n_depths = depths_of_model(f),
        .mask = part_or_none(&f->stack.mask), .offsets = part_or_none(&f->stack.offsets), .sample_id = part_or_none(&f->stack.sample_id),
        .read = read_layer, .user = f };
}

/* ---- the call ---- */

static lamella_status fill(call *c, lamella_io_file *f, const lamella_io_stack_options *o, lamella_stack *filled, lamella_io_stack_result *result)
{
    stack_form form;
    stack checked;
    TRY(read_format(c, f));
    TRY(stack_form_find(c, f, o->prefix, o->layer_axis, &form));
    TRY(open_layers(c, f, &form));
    TRY(stack_parts_read(c, f, &result->n_cast));
    *filled = stack_of_file(f);
    TRY(stack_check(c, &checked, filled, ANY_DTYPE, "stack"));
    const char *name = entry_name(f, &f->entry[form.first]);
    result->form = (int32_t)form.form;
    text_cut(result->name, LENGTH(result->name), name, form.form == LAMELLA_IO_FORM_LAYERS ? form.prefix_bytes : (int64_t)strlen(name));
    return LAMELLA_OK;
}

lamella_status stack_open(call *c, const file_operations *ops, const char *path, const lamella_io_stack_options *options, lamella_io_file **file,
                          lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault)
{
    lamella_io_stack_options o;
    lamella_io_file *opened;
    lamella_io_fault found = { 0 };
    lamella_io_stack_result taken = { 0 };
    lamella_stack filled;
    TRY(check_file_handle(c, file));
    TRY(RESULT(c, stack));
    TRY(RESULT_OPTIONAL(c, result));
    TRY(RESULT_OPTIONAL(c, fault));
    TRY(OPTIONS(c, o, options));
    TRY(file_check_raw(c, o.raw_dtype));
    if (o.layer_axis < 0 || o.layer_axis > 2)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->layer_axis is %d, expected 0 to 2", (int)o.layer_axis);
    if (o.reserved0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->reserved0 is %d, expected 0", (int)o.reserved0);
    TRY(check_path(c, path));
    lamella_status status = file_open(c, ops, path, o.raw_dtype, &opened, &found);
    write_sized(fault, &found, (int64_t)sizeof found);
    TRY(status);
    TRY(fill(c, opened, &o, &filled, &taken));
    write_sized(stack, &filled, (int64_t)sizeof filled);
    write_sized(result, &taken, (int64_t)sizeof taken);
    *file = opened;
    return LAMELLA_OK;
}

lamella_status lamella_io_stack_open(lamella_context *ctx, const char *path, const lamella_io_stack_options *options,
    lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault)
{
    CALL(ctx, stack_open(c, file_operations_of_system(), path, options, file, stack, result, fault));
}

static lamella_status stack_options_init(call *c, lamella_io_stack_options *options, uint32_t struct_size)
{
    static const lamella_io_stack_options defaults = { .prefix = NULL };
    return init_sized(c, options, struct_size, &defaults, (int64_t)sizeof defaults);
}

lamella_status lamella_io_stack_options_init(lamella_io_stack_options *options, uint32_t struct_size)
{
    CALL(NULL, stack_options_init(c, options, struct_size));
}
