/* The small parts of a stack file, read when it is opened: offsets, mask, sample_id and the labels. Only .safetensors has them. */
#include "io/stack.h"

static lamella_status part_fail(call *c, const lamella_io_file *f, const file_entry *e, const char *expected)
{
    char shown[256];
    entry_shown(f, e, shown);
    return fail(c, LAMELLA_ERR_DTYPE, "%s: \"%s\" is %s of rank %d, expected %s", f->name, shown, entry_type_name(f, e), (int)e->rank, expected);
}

static lamella_status read_bytes(call *c, const lamella_io_file *f, const file_entry *e, char *to)
{
    int code = source_read(&f->from, e->begin, to, e->end - e->begin);
    if (code)
        return source_fail(c, f->name, code);
    if (f->swap)
        swap_bytes(to, (e->end - e->begin) * 8 / file_type_get(e->type)->bits, file_type_get(e->type)->bits / 8);
    return LAMELLA_OK;
}

static void shape_view(const lamella_io_file *f, const file_entry *e, int32_t dtype, void *data, lamella_view *v)
{
    int64_t shape[IO_RANK], step = 1;
    entry_shape(f, e, shape);
    *v = (lamella_view){ .data = data, .dtype = dtype, .rank = e->rank, .flags = LAMELLA_READONLY };
    for (int32_t a = v->rank - 1; a >= 0; a--) {
        v->shape[a] = shape[a];
        v->stride[a] = step;
        step *= MAX(shape[a], 1);
    }
}

/* As the file has it. */
static lamella_status read_part(call *c, lamella_io_file *f, const file_entry *e, lamella_view *v)
{
    char *data;
    TAKE_FROM(c, &f->memory, data, e->end - e->begin);
    TRY(read_bytes(c, f, e, data));
    shape_view(f, e, entry_dtype(f, e), data, v);
    return LAMELLA_OK;
}

static int is_whole_type(const file_type *t)
{
    return (t->name[0] == 'I' || t->name[0] == 'U' || t->name[0] == 'B') && t->dtype != LAMELLA_BF16;
}

/* U64 over the most that i64 holds comes out negative. */
static int64_t widen(const file_type *t, const char *p)
{
    int8_t i8;
    int16_t i16;
    uint16_t u16;
    uint32_t u32;
    int64_t i64;
    if (t->dtype && t->dtype != LAMELLA_I8)
        return load_i64(t->dtype, p);
    switch (t->name[0] == 'U' ? -t->bits : t->bits) {
    case 8: return memcpy(&i8, p, 1), i8;
    case 16: return memcpy(&i16, p, 2), i16;
    case -16: return memcpy(&u16, p, 2), u16;
    case -32: return memcpy(&u32, p, 4), u32;
    default: return memcpy(&i64, p, 8), i64;
    }
}

/* Any whole type as i64; *fits is 0, and the view as it was, if U64 holds more. */
static lamella_status read_whole(call *c, lamella_io_file *f, const file_entry *e, lamella_view *v, int *fits)
{
    const file_type *t = file_type_get(e->type);
    int64_t size = t->bits / 8, n = (e->end - e->begin) / size, *wide;
    char *raw;
    *fits = 1;
    TAKE(c, raw, e->end - e->begin);
    TRY(read_bytes(c, f, e, raw));
    for (int64_t i = 0; i < n && !strcmp(t->name, "U64"); i++)
        *fits &= widen(t, raw + i * size) >= 0;
    if (!*fits)
        return LAMELLA_OK;
    TAKE_FROM(c, &f->memory, wide, n);
    for (int64_t i = 0; i < n; i++)
        wide[i] = widen(t, raw + i * size);
    shape_view(f, e, LAMELLA_I64, wide, v);
    return LAMELLA_OK;
}

/* ---- the mask ---- */

int mask_fits(const int64_t *mask, int32_t rank, const int64_t *lead, int32_t n_lead)
{
    int32_t a = 0, b = 0;
    while (a < rank || b < n_lead) {
        if (a < rank && b < n_lead && mask[a] == lead[b])
            a++, b++;
        else if (a < rank && mask[a] == 1)
            a++;
        else if (b < n_lead && lead[b] == 1)
            b++;
        else
            return 0;
    }
    return 1;
}

/* 1 where a token stands, over the layers' leading axes; bytes stay as they are, unless they mark the padding. */
static lamella_status read_mask(call *c, lamella_io_file *f, const file_entry *e, int marks_padding, lamella_view *v)
{
    const file_type *t = file_type_get(e->type);
    const lamella_view *layer = &f->stack.layer[0];
    lamella_view wide;
    uint8_t *valid;
    int fits;
    if (!marks_padding && (t->dtype == LAMELLA_U8 || t->dtype == LAMELLA_BOOL)) {
        TRY(read_part(c, f, e, v));
    } else {
        TRY(read_whole(c, f, e, &wide, &fits));
        int64_t n = fits ? view_elements(&wide) : 0;
        const int64_t *number = wide.data;
        TAKE_FROM(c, &f->memory, valid, n);
        for (int64_t i = 0; i < n && fits; i++) {
            fits = number[i] >= 0;
            valid[i] = (number[i] != 0) != marks_padding;
        }
        if (!fits)
            return part_fail(c, f, e, "0 for padding and 1 for a token, nothing below 0");
        *v = (lamella_view){ .data = valid, .dtype = LAMELLA_U8, .flags = LAMELLA_READONLY };
    }
    v->rank = layer->rank - 1;
    memcpy(v->shape, layer->shape, (size_t)v->rank * sizeof *v->shape);
    memset(v->stride, 0, sizeof v->stride);
    return LAMELLA_OK;
}

/* 0: the states have no tokens (any more) that this mask could be of. */
static lamella_status check_mask_part(call *c, const lamella_io_file *f, const file_entry *e, int32_t mask_marks, int *applies)
{
    const char *name = entry_name(f, e);
    const lamella_view *layer = &f->stack.layer[0];
    int64_t shape[IO_RANK];
    entry_shape(f, e, shape);
    *applies = mask_fits(shape, e->rank, layer->shape, layer->rank - 1);
    if (!*applies && strcmp(name, "mask") && layer->rank == 2 && !f->stack.offsets.dtype)
        return LAMELLA_OK;
    if (!*applies)
        return fail(c, LAMELLA_ERR_SHAPE, "%s: \"%s\" does not fit the layers, expected a number for each of their leading axes", f->name, name);
    if (!is_whole_type(file_type_get(e->type)))
        return part_fail(c, f, e, "BOOL or whole numbers over the layers' leading axes");
    if (e->rank > LAMELLA_MAX_RANK)
        return part_fail(c, f, e, "at most 6 axes");
    if (name_is_padding_mask(name) && !mask_marks)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s: set options.mask_marks = 1 if 1 in \"%s\" is a token, 2 if it is padding", f->name, name);
    return LAMELLA_OK;
}

static int same_mask(const lamella_view *a, const lamella_view *b)
{
    for (int64_t i = 0; i < view_elements(a); i++)
        if (!((const char *)a->data)[i] != !((const char *)b->data)[i])
            return 0;
    return 1;
}

static lamella_status read_masks(call *c, lamella_io_file *f, int32_t mask_marks, char taken[64])
{
    const lamella_view *layer = &f->stack.layer[0];
    for (int64_t i = 0; i < f->n_entries; i++) {
        const file_entry *e = &f->entry[i];
        const char *name = entry_name(f, e);
        lamella_view mask;
        int applies;
        if (!name_is_mask(name))
            continue;
        TRY(check_mask_part(c, f, e, mask_marks, &applies));
        if (!applies) {
            call_log(c, LAMELLA_LOG_INFO, "%s: \"%s\" is left aside: the layers have no tokens", f->name, name);
            continue;
        }
        TRY(read_mask(c, f, e, name_is_padding_mask(name) && mask_marks == LAMELLA_IO_MARKS_PADDING, &mask));
        if (*taken && !same_mask(&f->stack.mask, &mask))
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s: \"%s\" and \"%s\" differ, expected one mask: leave the other out of the file", f->name, taken, name);
        if (!*taken || !strcmp(name, "mask")) {
            f->stack.mask = mask;
            text_cut(taken, 64, name, (int64_t)strlen(name));
        }
    }
    if (*taken && strcmp(taken, "mask"))
        call_log(c, LAMELLA_LOG_INFO, "%s: \"%s\" is the mask of [%lld, ...]", f->name, taken, (long long)layer->shape[0]);
    return LAMELLA_OK;
}

/* ---- labels ---- */

/* Whole types as i64, floats as they are; of what neither holds only the name is kept. */
static lamella_status read_label(call *c, lamella_io_file *f, const file_entry *e, int64_t *n_cast)
{
    const file_type *t = file_type_get(e->type);
    file_label *label = &f->stack.label[f->stack.n_labels++];
    int whole = is_whole_type(t), fits = 0;
    char shown[256];
    entry_shown(f, e, shown);
    *label = (file_label){ .name = entry_name(f, e) + strlen("label."), .type = t };
    if (e->rank <= LAMELLA_MAX_RANK && whole)
        TRY(read_whole(c, f, e, &label->view, &fits));
    else if (e->rank <= LAMELLA_MAX_RANK && entry_dtype(f, e))
        TRY(read_part(c, f, e, &label->view));
    if (!label->view.dtype)
        call_log(c, LAMELLA_LOG_INFO, "%s: \"%s\" of %s was not read", f->name, shown, t->name);
    else if (whole && !t->dtype) {
        call_log(c, LAMELLA_LOG_INFO, "%s: \"%s\" of %s was read as i64", f->name, shown, t->name);
        ++*n_cast;
    }
    return LAMELLA_OK;
}

static lamella_status read_labels(call *c, lamella_io_file *f, int64_t *n_cast)
{
    int64_t n = 0;
    for (int64_t i = 0; i < f->n_entries; i++)
        n += !strncmp(entry_name(f, &f->entry[i]), "label.", 6);
    TAKE_FROM(c, &f->memory, f->stack.label, n);
    for (int64_t i = 0; i < f->n_entries; i++)
        if (!strncmp(entry_name(f, &f->entry[i]), "label.", 6))
            TRY(read_label(c, f, &f->entry[i], n_cast));
    return LAMELLA_OK;
}

lamella_status stack_parts_read(call *c, lamella_io_file *f, int32_t mask_marks, lamella_io_stack_result *result)
{
    const file_entry *offsets = file_find(f, "offsets"), *id = file_find(f, "sample_id");
    int fits = 1;
    if (f->kind != LAMELLA_IO_SAFETENSORS)
        return LAMELLA_OK;
    if (offsets) {
        if ((entry_dtype(f, offsets) != LAMELLA_I32 && entry_dtype(f, offsets) != LAMELLA_I64) || offsets->rank != 1)
            return part_fail(c, f, offsets, "I32 or I64 of [n_samples + 1]");
        TRY(read_part(c, f, offsets, &f->stack.offsets));
    }
    TRY(read_masks(c, f, mask_marks, result->mask));
    if (id && is_whole_type(file_type_get(id->type)) && id->rank == 1)
        TRY(read_whole(c, f, id, &f->stack.sample_id, &fits));
    if (id && (!fits || !f->stack.sample_id.dtype))
        return part_fail(c, f, id, "whole numbers of [n_samples] that i64 holds");
    return read_labels(c, f, &result->n_cast);
}

/* ---- the getter ---- */

static const file_label *find_label(const lamella_io_file *f, const char *name)
{
    int64_t low = 0, high = f->stack.n_labels;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (name_compare(name, f->stack.label[middle].name) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->stack.n_labels && !strcmp(name, f->stack.label[low].name) ? &f->stack.label[low] : NULL;
}

static lamella_status get_label(call *c, const lamella_io_file *file, const char *name, lamella_view *out)
{
    char shown[256];
    TRY(file_check(c, file));
    if (!name || !out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected %s", name ? "out" : "name", name ? "a view to fill" : "the name of a label");
    const file_label *label = find_label(file, name);
    text_cut(shown, LENGTH(shown), name, (int64_t)strlen(name));
    if (!label)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s has no label \"%s\" among the %lld that lamella_io_stack_open read", file->name, shown,
                    (long long)file->stack.n_labels);
    if (!label->view.dtype)
        return fail(c, LAMELLA_ERR_UNSUPPORTED, "%s: \"label.%s\" is %s, %s", file->name, shown, label->type->name,
                    strcmp(label->type->name, "U64") ? "of which there is no view" : "and holds numbers over 9223372036854775807, the most of i64");
    *out = label->view;
    return LAMELLA_OK;
}

lamella_status lamella_io_label_get(const lamella_io_file *file, const char *name, lamella_view *out)
{
    CALL(NULL, get_label(c, file, name, out));
}
