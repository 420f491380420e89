/* A file of layers as a stack that is read: views without data, and a `read` that finds each layer's rows on the disk. */
#include "io/stack.h"
#include "options/options.h"

#define MOST_LAYERS 65536 /* an extent beside a 0 costs its file nothing */

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
    for (int64_t l = 0; l < form->n_layers; l++) {
        const file_entry *e = &f->entry[form->layers.member[l].entry];
        TRY(entry_view(c, f, e, &f->stack.layer[l]));
        f->stack.rows[l] = rows_of_entry(f, e, &f->stack.layer[l]);
        f->stack.depth[l] = form->layers.member[l].number;
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
    const file_entry *e = &f->entry[form->entry];
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
    if (form->n_layers > MOST_LAYERS)
        return fail(c, LAMELLA_ERR_LIMIT, "%s has %lld layers, expected at most %d", f->name, (long long)form->n_layers, MOST_LAYERS);
    TAKE_FROM(c, &f->memory, f->stack.layer, form->n_layers);
    TAKE_FROM(c, &f->memory, f->stack.rows, form->n_layers);
    TAKE_FROM(c, &f->memory, f->stack.depth, form->n_layers);
    TRY(form->form == LAMELLA_IO_FORM_LAYERS ? family_layers(c, f, form) : array_layers(c, f, form));
    f->stack.n_layers = form->n_layers;
    for (int64_t l = 0; l < form->n_layers; l++) /* row-major, as `read` delivers */
        memset(f->stack.layer[l].stride, 0, sizeof f->stack.layer[l].stride);
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

static lamella_status refuse_metadata(const refusal *r, const char *key, const char *value, const char *expected)
{
    char shown[64];
    text_cut(shown, LENGTH(shown), value, (int64_t)strlen(value));
    return refuse(r, LAMELLA_IO_RULE_SCHEMA, r->file->header_at, key, "the metadata %s is \"%s\", expected %s", key, shown, expected);
}

/* As the file says, else the last depth and one. */
static lamella_status read_n_depths(const refusal *r, int64_t *n)
{
    const lamella_io_file *f = r->file;
    const char *text = file_metadata(f, "n_depths");
    int64_t digits = text ? (int64_t)strspn(text, "0123456789") : 0, number = 0;
    if (text && (!digits || text[digits] || digits > 18))
        return refuse_metadata(r, "n_depths", text, "a number of 1 to 18 digits");
    for (int64_t i = 0; i < digits; i++)
        number = number * 10 + (text[i] - '0');
    *n = number ? number : f->stack.depth[f->stack.n_layers - 1] + 1;
    return LAMELLA_OK;
}

static int is_word(const char *text, const char *word)
{
    while (*word && (*text | 32) == *word)
        text++, word++;
    return !*word && !*text;
}

static lamella_status read_last_normed(const refusal *r, uint32_t *flags)
{
    const char *text = file_metadata(r->file, "last_normed");
    if (!text || !strcmp(text, "0") || is_word(text, "false"))
        return LAMELLA_OK;
    if (strcmp(text, "1") && !is_word(text, "true"))
        return refuse_metadata(r, "last_normed", text, "true or false, 1 or 0");
    *flags |= LAMELLA_LAST_NORMED;
    return LAMELLA_OK;
}

static const lamella_view *part_or_none(const lamella_view *v)
{
    return v->dtype ? v : NULL;
}

static lamella_status stack_of_file(const refusal *r, lamella_stack *stack)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    *stack = (lamella_stack){ .struct_size = (uint32_t)sizeof(lamella_stack), .layer = f->stack.layer, .n_layers = f->stack.n_layers,
        .depth = f->stack.depth, .mask = part_or_none(&f->stack.mask), .offsets = part_or_none(&f->stack.offsets),
        .sample_id = part_or_none(&f->stack.sample_id), .read = read_layer, .user = f };
    TRY(read_n_depths(r, &stack->n_depths));
    return read_last_normed(r, &stack->flags);
}

/* ---- the call ---- */

static lamella_status fill(const refusal *r, const lamella_io_stack_options *o, lamella_stack *filled, lamella_io_stack_result *result)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    stack_form form;
    stack checked;
    TRY(read_format(c, f));
    TRY(stack_form_find(c, f, o->prefix, o->layer_axis, &form));
    if (!form.n_layers)
        return fail(c, LAMELLA_ERR_EMPTY, "%s: \"%s\" has no layers", f->name, entry_name(f, &f->entry[form.entry]));
    TRY(open_layers(c, f, &form));
    TRY(stack_parts_read(c, f, o->mask_marks, result));
    TRY(stack_of_file(r, filled));
    TRY(stack_check(c, &checked, filled, ANY_DTYPE, "stack"));
    result->form = form.form;
    form_name(f, &form, result->name, LENGTH(result->name));
    return LAMELLA_OK;
}

lamella_status stack_open(call *c, const file_operations *ops, const char *path, const lamella_io_stack_options *options, lamella_io_file **file,
                          lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault)
{
    lamella_io_stack_options o;
    lamella_io_file *opened;
    lamella_io_fault found = { .rule = 0 };
    lamella_io_stack_result taken = { .n_cast = 0 };
    lamella_stack filled;
    TRY(HANDLE(c, file));
    TRY(RESULT(c, stack));
    TRY(RESULT_OPTIONAL(c, result));
    TRY(RESULT_OPTIONAL(c, fault));
    TRY(OPTIONS(c, o, options, io_stack));
    TRY(check_path(c, path));
    lamella_status status = file_open(c, ops, path, o.raw_dtype, &opened, &found);
    if (status == LAMELLA_OK)
        status = fill(&(refusal){ c, opened, &found }, &o, &filled, &taken);
    write_sized(fault, &found, (int64_t)sizeof found);
    TRY(status);
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
