/* What an open file holds: arrays and metadata, by name and by number. */
#include "io/io.h"

const char *entry_name(const lamella_io_file *f, const file_entry *e)
{
    return f->header + e->name;
}

void entry_shown(const lamella_io_file *f, const file_entry *e, char room[256])
{
    text_cut(room, 256, entry_name(f, e), (int64_t)strlen(entry_name(f, e)));
}

int32_t entry_dtype(const lamella_io_file *f, const file_entry *e)
{
    const file_type *t = file_type_get(e->type);
    return *t->name ? t->dtype : f->raw_dtype; /* only |V2 has no name */
}

const char *entry_type_name(const lamella_io_file *f, const file_entry *e)
{
    return f->kind == LAMELLA_IO_NPY ? f->descr : file_type_get(e->type)->name;
}

/* The header's text was checked: numbers apart from each other by anything else. */
void entry_shape(const lamella_io_file *f, const file_entry *e, int64_t *shape)
{
    const char *p = f->header + e->shape;
    for (int i = 0; i < e->rank; i++) {
        while (*p < '0' || *p > '9')
            p++;
        for (shape[i] = 0; *p >= '0' && *p <= '9'; p++)
            shape[i] = shape[i] * 10 + (*p - '0');
    }
}

const file_entry *file_find(const lamella_io_file *f, const char *name)
{
    int64_t i = names_find(&(named_items){ f->header, f->entry, (int64_t)sizeof *f->entry, f->n_entries }, name);
    return i < 0 ? NULL : &f->entry[i];
}

const char *file_metadata(const lamella_io_file *f, const char *key)
{
    int64_t i = names_find(&(named_items){ f->header, f->pair, (int64_t)sizeof *f->pair, f->n_pairs }, key);
    return i < 0 ? NULL : f->header + f->pair[i].value;
}

lamella_status entry_view(call *c, const lamella_io_file *f, const file_entry *e, lamella_view *view)
{
    char shown[256];
    int64_t shape[IO_RANK], step = 1;
    int32_t dtype = entry_dtype(f, e);
    entry_shown(f, e, shown);
    if (!dtype)
        return fail(c, LAMELLA_ERR_UNSUPPORTED, "%s: \"%s\" is %s, of which there is no view%s", f->name, shown, entry_type_name(f, e),
                    *file_type_get(e->type)->name ? "" : ": if it holds bf16, set options.raw_dtype = LAMELLA_BF16");
    if (e->rank > LAMELLA_MAX_RANK)
        return fail(c, LAMELLA_ERR_UNSUPPORTED, "%s: \"%s\" has rank %d, expected at most %d", f->name, shown, (int)e->rank, LAMELLA_MAX_RANK);
    *view = (lamella_view){ .dtype = dtype, .rank = e->rank, .flags = LAMELLA_READONLY };
    entry_shape(f, e, shape);
    for (int32_t a = 0; a < view->rank; a++)
        view->shape[a] = shape[a];
    for (int32_t i = 0; i < view->rank; i++) {
        int32_t a = f->fortran ? i : view->rank - 1 - i;
        view->stride[a] = step;
        step *= MAX(view->shape[a], 1);
    }
    if (f->from.memory && !f->swap)
        view->data = (char *)(uintptr_t)(f->from.memory + e->begin);
    return LAMELLA_OK;
}

/* ---- the getters ---- */

lamella_status file_check(call *c, const lamella_io_file *file)
{
    return file ? LAMELLA_OK : fail(c, LAMELLA_ERR_ARGUMENT, "file is NULL, expected an open file");
}

lamella_status file_find_checked(call *c, const lamella_io_file *file, const char *name, const file_entry **entry)
{
    char shown[256];
    TRY(file_check(c, file));
    if (!name)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is NULL, expected the name of an array");
    *entry = file_find(file, name);
    if (*entry)
        return LAMELLA_OK;
    text_cut(shown, LENGTH(shown), name, (int64_t)strlen(name));
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s has no array \"%s\" among its %lld", file->name, shown, (long long)file->n_entries);
}

static lamella_status get_view(call *c, const lamella_io_file *file, const char *name, lamella_view *out)
{
    const file_entry *e;
    TRY(file_find_checked(c, file, name, &e));
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected a view to fill");
    return entry_view(c, file, e, out);
}

lamella_status lamella_io_file_get(const lamella_io_file *file, const char *name, lamella_view *out)
{
    CALL(NULL, get_view(c, file, name, out));
}

static lamella_status get_entry(call *c, const lamella_io_file *file, int64_t index, lamella_io_entry *entry)
{
    lamella_io_entry found = { .shape = { 0 } };
    TRY(file_check(c, file));
    TRY(RESULT(c, entry));
    if (index < 0 || index >= file->n_entries)
        return fail(c, LAMELLA_ERR_ARGUMENT, "index is %lld, expected 0 to %lld", (long long)index, (long long)file->n_entries - 1);
    const file_entry *e = &file->entry[index];
    found.dtype = entry_dtype(file, e);
    found.rank = e->rank;
    entry_shape(file, e, found.shape);
    found.offset = e->begin;
    found.n_bytes = e->end - e->begin;
    memcpy(found.file_dtype, entry_type_name(file, e), strlen(entry_type_name(file, e)));
    found.name = entry_name(file, e);
    write_sized(entry, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_io_entry_get(const lamella_io_file *file, int64_t index, lamella_io_entry *entry)
{
    CALL(NULL, get_entry(c, file, index, entry));
}

static lamella_status get_metadata(call *c, const lamella_io_file *file, int64_t index, const char **key, const char **value)
{
    TRY(file_check(c, file));
    if (!key || !value)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a text to fill", key ? "value" : "key");
    if (index < 0 || index >= file->n_pairs)
        return fail(c, LAMELLA_ERR_ARGUMENT, "index is %lld, expected 0 to %lld", (long long)index, (long long)file->n_pairs - 1);
    *key = file->header + file->pair[index].key;
    *value = file->header + file->pair[index].value;
    return LAMELLA_OK;
}

lamella_status lamella_io_metadata_get(const lamella_io_file *file, int64_t index, const char **key, const char **value)
{
    CALL(NULL, get_metadata(c, file, index, key, value));
}

static lamella_status get_sizes(call *c, const lamella_io_file *file, int64_t *n_entries, int64_t *n_metadata)
{
    TRY(file_check(c, file));
    if (!n_entries || !n_metadata)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a number to fill", n_entries ? "n_metadata" : "n_entries");
    *n_entries = file->n_entries;
    *n_metadata = file->n_pairs;
    return LAMELLA_OK;
}

lamella_status lamella_io_sizes_get(const lamella_io_file *file, int64_t *n_entries, int64_t *n_metadata)
{
    CALL(NULL, get_sizes(c, file, n_entries, n_metadata));
}
