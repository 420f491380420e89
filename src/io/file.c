/* Opening a file and listing what it holds. The header's checks stand in safetensors.c and npy.c. */
#include "io/io.h"
#include "options/options.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- refusals ---- */

void text_cut(char *to, int64_t size, const char *from, int64_t n)
{
    int64_t used = 0;
    for (int64_t i = 0; i < n;) {
        int64_t length = utf8_length(from + i, from + n);
        if (used + MAX(length, 1) >= size)
            break;
        if (length == 0 || (unsigned char)from[i] < ' ' || from[i] == 0x7f)
            to[used] = '?';
        else
            memcpy(to + used, from + i, (size_t)length);
        used += MAX(length, 1);
        i += MAX(length, 1);
    }
    to[used] = 0;
}

static lamella_status refused_status(int32_t rule)
{
    return rule == LAMELLA_IO_RULE_LIMIT ? LAMELLA_ERR_LIMIT : rule == LAMELLA_IO_RULE_DTYPE ? LAMELLA_ERR_UNSUPPORTED : LAMELLA_ERR_FORMAT;
}

lamella_status refuse(const refusal *r, int32_t rule, int64_t offset, const char *key, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lamella_io_fault *f = r->fault;
    *f = (lamella_io_fault){ .rule = rule, .kind = r->file->kind, .offset = offset, .expected = -1, .found = -1 };
    text_cut(f->key, LENGTH(f->key), key, (int64_t)strlen(key));
    if (rule == LAMELLA_IO_RULE_KIND)
        return fail(r->c, LAMELLA_ERR_FORMAT, "%s %s", r->file->name, text);
    if (!*key)
        return fail(r->c, refused_status(rule), "%s: byte %lld: %s", r->file->name, (long long)offset, text);
    return fail(r->c, refused_status(rule), "%s: byte %lld: \"%s\": %s", r->file->name, (long long)offset, f->key, text);
}

lamella_status refuse_size(const refusal *r, int64_t expected, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    *r->fault = (lamella_io_fault){ .rule = LAMELLA_IO_RULE_SIZE, .kind = r->file->kind, .expected = expected, .found = r->file->from.bytes };
    return fail(r->c, LAMELLA_ERR_FORMAT, "%s: %s", r->file->name, text);
}

lamella_status check_end(const refusal *r, int64_t expected)
{
    char tail[8];
    const source *s = &r->file->from;
    if (s->bytes == expected)
        return LAMELLA_OK;
    if (s->bytes < expected)
        return refuse_size(r, expected, "its arrays end at byte %lld, the file has %lld: it was cut short", (long long)expected, (long long)s->bytes);
    int64_t n = MIN(s->bytes - expected, LENGTH(tail));
    int code = source_read(s, expected, tail, n);
    if (code)
        return source_fail(r->c, r->file->name, code);
    if (n >= 4 && !memcmp(tail, "PK", 2)) /* a file that is two: readers would disagree on what it holds */
        return refuse(r, LAMELLA_IO_RULE_LAYOUT, expected, "", "a zip archive follows the arrays");
    return refuse_size(r, expected, "its arrays end at byte %lld, the file has %lld: something follows them", (long long)expected,
                       (long long)s->bytes);
}

/* ---- opening ---- */

lamella_status header_read(const refusal *r, int64_t at, int64_t n)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    TAKE_FROM(c, &f->memory, f->header, n + 1);
    for (int64_t done = 0, part; done < n; done += part) {
        part = MIN(n - done, 16 * IO_BLOCK);
        int code = source_read(&f->from, at + done, f->header + done, part);
        if (code)
            return source_fail(c, f->name, code);
        if (n > part) /* a fifth of the work: see safetensors.c */
            TRY(progress(c, done + part, 5 * n));
    }
    f->header[n] = 0;
    f->header_at = at;
    f->header_bytes = n;
    return LAMELLA_OK;
}

/* What has a name and no bytes left to doubt goes to a parser; what is of no known kind is judged as .safetensors, which has no magic. */
static lamella_status parse_header(const refusal *r)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    TRY(kind_of_source(c, &f->from, f->name, &f->kind));
    switch (f->kind) {
    case LAMELLA_IO_NPY: return npy_parse(r);
    case LAMELLA_IO_SAFETENSORS:
    case LAMELLA_IO_EMPTY:
    case LAMELLA_IO_UNKNOWN: return safetensors_parse(r);
    default: return refuse_kind(r, f->kind);
    }
}

lamella_status check_file_handle(call *c, lamella_io_file **file)
{
    if (!file)
        return fail(c, LAMELLA_ERR_ARGUMENT, "file is NULL, expected a handle to fill");
    *file = NULL;
    return LAMELLA_OK;
}

lamella_status check_path(call *c, const char *path)
{
    if (!path || !*path)
        return fail(c, LAMELLA_ERR_ARGUMENT, "path is %s, expected the path of a file", path ? "\"\"" : "NULL");
    return LAMELLA_OK;
}

static lamella_status file_create(call *c, const char *name, int32_t raw_dtype, lamella_io_file **file)
{
    char *kept;
    int64_t n = (int64_t)strlen(name);
    TRY(object_create(c, (int64_t)sizeof **file, (void **)file));
    TAKE_FROM(c, &(*file)->memory, kept, n + 1);
    memcpy(kept, name, (size_t)n + 1);
    (*file)->name = kept;
    (*file)->raw_dtype = raw_dtype;
    return LAMELLA_OK;
}

lamella_status file_open(call *c, const file_operations *ops, const char *path, int32_t raw_dtype, lamella_io_file **file,
                         lamella_io_fault *fault)
{
    TRY(file_create(c, path_shown(path), raw_dtype, file));
    TRY(source_open(c, ops, path, &(*file)->from));
    return parse_header(&(refusal){ c, *file, fault });
}

static lamella_status open_path(call *c, const char *path, const lamella_io_file_options *options, lamella_io_file **file,
                                lamella_io_fault *fault)
{
    lamella_io_file_options o;
    lamella_io_file *opened;
    lamella_io_fault found = { .rule = 0 };
    TRY(check_file_handle(c, file));
    TRY(RESULT_OPTIONAL(c, fault));
    TRY(OPTIONS(c, o, options, io_file));
    TRY(check_path(c, path));
    lamella_status status = file_open(c, file_operations_of_system(), path, o.raw_dtype, &opened, &found);
    write_sized(fault, &found, (int64_t)sizeof found);
    if (status == LAMELLA_OK)
        *file = opened;
    return status;
}

lamella_status lamella_io_file_open(lamella_context *ctx, const char *path, const lamella_io_file_options *options,
    lamella_io_file **file, lamella_io_fault *fault)
{
    CALL(ctx, open_path(c, path, options, file, fault));
}

lamella_status file_of_bytes(call *c, const lamella_view *bytes, int32_t raw_dtype, lamella_io_file **file, lamella_io_fault *fault)
{
    lamella_view v;
    TRY(VIEW(c, v, bytes, DTYPE_BIT(LAMELLA_U8)));
    if (v.rank != 1 || !view_is_row_major(&v))
        return fail(c, LAMELLA_ERR_SHAPE, "bytes is not one contiguous axis, expected [byte] with stride 1");
    TRY(file_create(c, "bytes", raw_dtype, file));
    (*file)->from.memory = v.shape[0] ? v.data : "";
    (*file)->from.bytes = v.shape[0];
    return parse_header(&(refusal){ c, *file, fault });
}

static lamella_status load_bytes(call *c, const lamella_view *bytes, const lamella_io_file_options *options, lamella_io_file **file,
                                 lamella_io_fault *fault)
{
    lamella_io_file_options o;
    lamella_io_file *opened;
    lamella_io_fault found = { .rule = 0 };
    TRY(check_file_handle(c, file));
    TRY(RESULT_OPTIONAL(c, fault));
    TRY(OPTIONS(c, o, options, io_file));
    lamella_status status = file_of_bytes(c, bytes, o.raw_dtype, &opened, &found);
    write_sized(fault, &found, (int64_t)sizeof found);
    if (status == LAMELLA_OK)
        *file = opened;
    return status;
}

lamella_status lamella_io_file_load(lamella_context *ctx, const lamella_view *bytes, const lamella_io_file_options *options,
    lamella_io_file **file, lamella_io_fault *fault)
{
    CALL(ctx, load_bytes(c, bytes, options, file, fault));
}

void lamella_io_file_free(lamella_io_file *file)
{
    if (!file)
        return;
    source_close(&file->from);
    object_free(file);
}

static lamella_status kind_of_path(call *c, const char *path, int32_t *kind)
{
    source *s;
    TRY(check_path(c, path));
    if (!kind)
        return fail(c, LAMELLA_ERR_ARGUMENT, "kind is NULL, expected a number to fill");
    TAKE(c, s, 1);
    TRY(source_open(c, file_operations_of_system(), path, s));
    lamella_status status = kind_of_source(c, s, path_shown(path), kind);
    source_close(s);
    return status;
}

lamella_status lamella_io_kind(lamella_context *ctx, const char *path, int32_t *kind)
{
    CALL(ctx, kind_of_path(c, path, kind));
}
