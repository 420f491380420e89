/* Opening a file: what kind it is, and its header by the parser of that kind. */
#include "io/io.h"
#include "options/options.h"

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

/* By its path, or of bytes; the other is not asked for. */
static lamella_status open_either(call *c, int by_path, const char *path, const lamella_view *bytes, const lamella_io_file_options *options,
                                  lamella_io_file **file, lamella_io_fault *fault)
{
    lamella_io_file_options o;
    lamella_io_file *opened;
    lamella_io_fault found = { .rule = 0 };
    TRY(HANDLE(c, file));
    TRY(RESULT_OPTIONAL(c, fault));
    TRY(OPTIONS(c, o, options, io_file));
    if (by_path)
        TRY(check_path(c, path));
    lamella_status status = by_path ? file_open(c, file_operations_of_system(), path, o.raw_dtype, &opened, &found)
                                    : file_of_bytes(c, bytes, o.raw_dtype, &opened, &found);
    write_sized(fault, &found, (int64_t)sizeof found);
    if (status == LAMELLA_OK)
        *file = opened;
    return status;
}

lamella_status lamella_io_file_open(lamella_context *ctx, const char *path, const lamella_io_file_options *options,
    lamella_io_file **file, lamella_io_fault *fault)
{
    CALL(ctx, open_either(c, 1, path, NULL, options, file, fault));
}

lamella_status lamella_io_file_load(lamella_context *ctx, const lamella_view *bytes, const lamella_io_file_options *options,
    lamella_io_file **file, lamella_io_fault *fault)
{
    CALL(ctx, open_either(c, 0, NULL, bytes, options, file, fault));
}

void file_free(lamella_io_file *file)
{
    if (!file)
        return;
    source_close(&file->from);
    object_free(file);
}

void lamella_io_file_free(lamella_io_file *file)
{
    file_free(file);
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
