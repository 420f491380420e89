/* Fitted models as .safetensors files: any language reads the arrays, `lamella.kind` says whose they are, `lamella.format` how they are
 * meant. */
#include "io/io.h"

#include <stdio.h>

lamella_status model_image(call *c, arena *memory, const char *kind, save_array *arrays, int64_t n_arrays, const char *const *metadata,
                           int64_t n_metadata, lamella_view *image)
{
    const char **all;
    char *bytes;
    int64_t n_bytes = 0;
    TAKE(c, all, 2 * n_metadata + 6);
    all[0] = "lamella.kind";
    all[1] = kind;
    all[2] = "lamella.format";
    all[3] = MODEL_FORMAT;
    all[4] = MODEL_CHECKSUM;
    all[5] = MODEL_UNSEALED;
    for (int64_t i = 0; i < 2 * n_metadata; i++)
        all[6 + i] = metadata[i];
    TRY(safetensors_image(c, memory, arrays, n_arrays, all, n_metadata + 3, &bytes, &n_bytes));
    *image = (lamella_view){ .data = bytes, .shape = { n_bytes }, .stride = { 1 }, .dtype = LAMELLA_U8, .rank = 1, .flags = LAMELLA_READONLY };
    return model_seal(c, image);
}

/* ---- the checksum ---- */

enum { CHECKSUM_DIGITS = sizeof MODEL_UNSEALED - 1 };

/* Bytes first .. first + n - 1 of a file whose digits lie at `at`, as if these were zeros. */
static void add_bytes(checksum *sum, const char *bytes, int64_t first, int64_t n, int64_t at)
{
    const int64_t end = first + n, from = MAX(first, MIN(at, end)), to = MAX(first, MIN(at + CHECKSUM_DIGITS, end));
    checksum_add(sum, bytes, from - first);
    checksum_add(sum, MODEL_UNSEALED, to - from);
    checksum_add(sum, bytes + (to - first), end - to);
}

static lamella_status sum_file(call *c, const source *s, const char *name, int64_t at, char text[CHECKSUM_DIGITS + 1])
{
    checksum sum;
    char *block = NULL;
    arena_mark before = arena_now(&c->memory);
    if (!s->memory)
        TAKE(c, block, MIN(IO_BLOCK, s->bytes));
    checksum_begin(&sum);
    for (int64_t done = 0, n; done < s->bytes; done += n) {
        n = MIN(IO_BLOCK, s->bytes - done);
        int code = s->memory ? 0 : source_read(s, done, block, n);
        if (code)
            return source_fail(c, name, code);
        add_bytes(&sum, s->memory ? s->memory + done : block, done, n, at);
        if (n == IO_BLOCK)
            TRY(progress(c, 0, 1));
    }
    arena_rewind(&c->memory, before);
    snprintf(text, CHECKSUM_DIGITS + 1, "%08x", (unsigned)checksum_end(&sum));
    return LAMELLA_OK;
}

lamella_status model_seal(call *c, const lamella_view *image)
{
    static const char before[] = "\"" MODEL_CHECKSUM "\":\"";
    const int64_t length = sizeof before - 1;
    char *bytes = image->data, text[CHECKSUM_DIGITS + 1];
    int64_t at = 0;
    while (memcmp(bytes + at, before, (size_t)length))
        at++;
    TRY(sum_file(c, &(source){ .memory = bytes, .bytes = image->shape[0] }, "the model", at + length, text));
    memcpy(bytes + at + length, text, CHECKSUM_DIGITS);
    return LAMELLA_OK;
}

static lamella_status check_sum(call *c, const lamella_io_file *f)
{
    const char *said = file_metadata(f, MODEL_CHECKSUM);
    char text[CHECKSUM_DIGITS + 1];
    if (!said || strlen(said) != CHECKSUM_DIGITS)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: " MODEL_CHECKSUM " is %.16s, expected 8 hexadecimal digits", f->name, said ? said : "missing");
    TRY(sum_file(c, &f->from, f->name, f->header_at + (said - f->header), text));
    if (strcmp(said, text))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: " MODEL_CHECKSUM " is %.8s, but that of the file is %s: something in it was changed", f->name, said, text);
    return LAMELLA_OK;
}

/* ---- files ---- */

lamella_status model_save(call *c, const char *path, const lamella_view *image)
{
    output *o;
    TRY(check_path(c, path));
    TRY(output_open(c, file_operations_of_system(), path, image->shape[0], &o));
    TRY(output_write(c, o, image->data, image->shape[0]));
    return output_finish(c, o);
}

static lamella_status model_check_kind(call *c, const lamella_io_file *f, const char *kind)
{
    const char *found = file_metadata(f, "lamella.kind"), *format = file_metadata(f, "lamella.format");
    if (!found || strcmp(found, kind))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: lamella.kind is %s%.64s%s, expected \"%s\"", f->name, found ? "\"" : "", found ? found : "missing",
                    found ? "\"" : "", kind);
    if (!format || strcmp(format, MODEL_FORMAT))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: lamella.format is %.16s, expected " MODEL_FORMAT, f->name, format ? format : "missing");
    return LAMELLA_OK;
}

lamella_status model_header(call *c, const char *path, const lamella_view *bytes, const char *kind, lamella_io_file **file)
{
    lamella_io_fault fault = { 0 };
    if (path)
        TRY(file_open(c, file_operations_of_system(), path, 0, file, &fault));
    else
        TRY(file_of_bytes(c, bytes, 0, file, &fault));
    return model_check_kind(c, *file, kind);
}

lamella_status model_open(call *c, const char *path, const lamella_view *bytes, const char *kind, lamella_io_file **file)
{
    TRY(model_header(c, path, bytes, kind, file));
    return check_sum(c, *file);
}

lamella_status model_text(call *c, const lamella_io_file *f, const char *key, const char **value)
{
    *value = file_metadata(f, key);
    return *value ? LAMELLA_OK : fail(c, LAMELLA_ERR_FORMAT, "%s: the metadata has no \"%s\"", f->name, key);
}

static lamella_status model_view(call *c, const lamella_io_file *f, const char *name, int32_t dtype, int32_t rank, const file_entry **e,
                                 lamella_view *v)
{
    *e = file_find(f, name);
    if (!*e)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: there is no array \"%s\"", f->name, name);
    if (entry_dtype(f, *e) != dtype || (*e)->rank != rank)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" is %s of rank %d, expected %s of rank %d", f->name, name, entry_type_name(f, *e),
                    (int)(*e)->rank, dtype_name(dtype), (int)rank);
    return entry_view(c, f, *e, v);
}

lamella_status model_shape(call *c, const lamella_io_file *f, const char *name, int32_t dtype, int32_t rank, int64_t *shape)
{
    const file_entry *e;
    lamella_view v;
    TRY(model_view(c, f, name, dtype, rank, &e, &v));
    memcpy(shape, v.shape, (size_t)rank * sizeof *shape);
    return LAMELLA_OK;
}

static lamella_status model_view_shaped(call *c, const lamella_io_file *f, const char *name, int32_t dtype, int32_t rank, const int64_t *shape,
                                       const file_entry **e, lamella_view *v)
{
    TRY(model_view(c, f, name, dtype, rank, e, v));
    for (int32_t a = 0; a < rank; a++)
        if (v->shape[a] != shape[a])
            return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\".shape[%d] is %lld, expected %lld", f->name, name, (int)a, (long long)v->shape[a],
                        (long long)shape[a]);
    return LAMELLA_OK;
}

lamella_status model_check(call *c, const lamella_io_file *f, const char *name, int32_t dtype, int32_t rank, const int64_t *shape)
{
    const file_entry *e;
    lamella_view v;
    return model_view_shaped(c, f, name, dtype, rank, shape, &e, &v);
}

lamella_status model_array(call *c, const lamella_io_file *f, const char *name, int32_t dtype, int32_t rank, const int64_t *shape, void *to)
{
    const file_entry *e;
    lamella_view v;
    TRY(model_view_shaped(c, f, name, dtype, rank, shape, &e, &v));
    file_rows r = rows_of_entry(f, e, &v);
    int code = file_rows_read(&f->from, &r, 0, r.n_rows, to);
    if (code)
        return source_fail(c, f->name, code);
    int64_t n = view_elements(&v);
    if (dtype == LAMELLA_F64 && simd_of(c)->nonfinite_f64(to, n) < n)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: \"%s\" has a number that is not finite", f->name, name);
    return LAMELLA_OK;
}
