/* The small parts of a stack file, read when it is opened: offsets, mask, sample_id and the labels. Only .safetensors has them. */
#include "io/io.h"

static lamella_status part_fail(call *c, const lamella_io_file *f, const file_entry *e, const char *expected)
{
    char shown[256];
    text_cut(shown, LENGTH(shown), entry_name(f, e), (int64_t)strlen(entry_name(f, e)));
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
    return (t->name[0] == 'I' || t->name[0] == 'U' || t->name[0] == 'B') && t->dtype != LAMELLA_BF16 && strcmp(t->name, "U64");
}

static int64_t widen(const file_type *t, const char *p)
{
    int8_t i8;
    int16_t i16;
    uint16_t u16;
    uint32_t u32;
    if (t->dtype && t->dtype != LAMELLA_I8)
        return load_i64(t->dtype, p);
    switch (t->name[0] == 'U' ? -t->bits : t->bits) {
    case 8: return memcpy(&i8, p, 1), i8;
    case 16: return memcpy(&i16, p, 2), i16;
    case -16: return memcpy(&u16, p, 2), u16;
    default: return memcpy(&u32, p, 4), u32;
    }
}

/* Any whole type but U64 as i64. */
static lamella_status read_whole(call *c, lamella_io_file *f, const file_entry *e, lamella_view *v)
{
    const file_type *t = file_type_get(e->type);
    int64_t size = t->bits / 8, n = (e->end - e->begin) / size, *wide;
    char *raw;
    TAKE(c, raw, e->end - e->begin);
    TAKE_FROM(c, &f->memory, wide, n);
    TRY(read_bytes(c, f, e, raw));
    for (int64_t i = 0; i < n; i++)
        wide[i] = widen(t, raw + i * size);
    shape_view(f, e, LAMELLA_I64, wide, v);
    return LAMELLA_OK;
}

/* Whole types as i64, floats as they are; what has no view is left to its own entry. */
static lamella_status read_label(call *c, lamella_io_file *f, const file_entry *e, int64_t *n_cast)
{
    const file_type *t = file_type_get(e->type);
    file_label *label = &f->stack.label[f->stack.n_labels];
    int whole = is_whole_type(t);
    if (e->rank > LAMELLA_MAX_RANK || (!whole && !entry_dtype(f, e)))
        return LAMELLA_OK;
    label->name = entry_name(f, e) + strlen("label.");
    TRY(whole ? read_whole(c, f, e, &label->view) : read_part(c, f, e, &label->view));
    f->stack.n_labels++;
    if (whole && !t->dtype) {
        char shown[256];
        text_cut(shown, LENGTH(shown), entry_name(f, e), (int64_t)strlen(entry_name(f, e)));
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

lamella_status stack_parts_read(call *c, lamella_io_file *f, int64_t *n_cast)
{
    const file_entry *offsets = file_find(f, "offsets"), *mask = file_find(f, "mask"), *id = file_find(f, "sample_id");
    if (f->kind != LAMELLA_IO_SAFETENSORS)
        return LAMELLA_OK;
    if (offsets) {
        if ((entry_dtype(f, offsets) != LAMELLA_I32 && entry_dtype(f, offsets) != LAMELLA_I64) || offsets->rank != 1)
            return part_fail(c, f, offsets, "I32 or I64 of [n_samples + 1]");
        TRY(read_part(c, f, offsets, &f->stack.offsets));
    }
    if (mask) {
        if ((entry_dtype(f, mask) != LAMELLA_U8 && entry_dtype(f, mask) != LAMELLA_BOOL) || mask->rank > LAMELLA_MAX_RANK)
            return part_fail(c, f, mask, "U8 or BOOL over the layers' leading axes");
        TRY(read_part(c, f, mask, &f->stack.mask));
    }
    if (id) {
        if (!is_whole_type(file_type_get(id->type)) || id->rank != 1)
            return part_fail(c, f, id, "whole numbers of [n_samples]");
        TRY(read_whole(c, f, id, &f->stack.sample_id));
    }
    return read_labels(c, f, n_cast);
}

static lamella_status get_label(call *c, const lamella_io_file *file, const char *name, lamella_view *out)
{
    char shown[256];
    TRY(file_check(c, file));
    if (!name || !out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected %s", name ? "out" : "name", name ? "a view to fill" : "the name of a label");
    for (int64_t i = 0; i < file->stack.n_labels; i++)
        if (!strcmp(file->stack.label[i].name, name)) {
            *out = file->stack.label[i].view;
            return LAMELLA_OK;
        }
    text_cut(shown, LENGTH(shown), name, (int64_t)strlen(name));
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s has no label \"%s\" among the %lld that lamella_io_stack_open read", file->name, shown,
                (long long)file->stack.n_labels);
}

lamella_status lamella_io_label_get(const lamella_io_file *file, const char *name, lamella_view *out)
{
    CALL(NULL, get_label(c, file, name, out));
}
