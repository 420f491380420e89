/* A fitted probe by its arrays, as a file and as bytes, and its end. */
#include "probe/linear.h"

#include <string.h>

static lamella_status get_linear(call *c, const lamella_probe_linear *probe, const char *name, lamella_view *out)
{
    const file_entry *e;
    TRY(linear_check(c, probe));
    if (!name)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is NULL, expected the name of an array");
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected a view to fill");
    e = file_find(probe->file, name);
    if (!e)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is \"%.64s\", expected an array of the probe, as \"accuracy_mean\" or \"weights.0\"", name);
    return entry_view(c, probe->file, e, out);
}

lamella_status lamella_probe_linear_get(const lamella_probe_linear *probe, const char *name, lamella_view *out)
{
    CALL(NULL, get_linear(c, probe, name, out));
}

static lamella_status linear_bytes(call *c, const lamella_probe_linear *probe, lamella_view *bytes)
{
    TRY(linear_check(c, probe));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    *bytes = linear_image(probe);
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_bytes(const lamella_probe_linear *probe, lamella_view *bytes)
{
    CALL(NULL, linear_bytes(c, probe, bytes));
}

static lamella_status save_linear(call *c, const lamella_probe_linear *probe, const char *path)
{
    lamella_view image;
    TRY(linear_bytes(c, probe, &image));
    return model_save(c, path, &image);
}

lamella_status lamella_probe_linear_save(lamella_context *ctx, const lamella_probe_linear *probe, const char *path)
{
    CALL(ctx, save_linear(c, probe, path));
}

static lamella_status check_probe_handle(call *c, lamella_probe_linear **probe)
{
    if (!probe)
        return fail(c, LAMELLA_ERR_ARGUMENT, "probe is NULL, expected a handle to fill");
    *probe = NULL;
    return LAMELLA_OK;
}

/* The header says what kind of file it is before there is memory for the rest. */
static lamella_status open_linear(call *c, const char *path, lamella_probe_linear **probe)
{
    lamella_probe_linear *made;
    lamella_io_file *file;
    TRY(check_probe_handle(c, probe));
    TRY(check_path(c, path));
    TRY(model_header(c, path, NULL, PROBE_KIND, &file));
    TRY(linear_object(c, file->from.bytes, &made));
    int code = source_read(&file->from, 0, made->image, made->image_bytes);
    if (code)
        return source_fail(c, file->name, code);
    TRY(linear_adopt(c, made));
    lamella_io_file_free(file);
    *probe = made;
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_open(lamella_context *ctx, const char *path, lamella_probe_linear **probe)
{
    CALL(ctx, open_linear(c, path, probe));
}

static lamella_status load_linear(call *c, const lamella_view *bytes, lamella_probe_linear **probe)
{
    lamella_probe_linear *made;
    lamella_view v;
    TRY(check_probe_handle(c, probe));
    TRY(VIEW(c, v, bytes, DTYPE_BIT(LAMELLA_U8)));
    if (v.rank != 1 || !view_is_row_major(&v))
        return fail(c, LAMELLA_ERR_SHAPE, "bytes is not one contiguous axis, expected [byte] with stride 1");
    TRY(linear_object(c, v.shape[0], &made));
    memcpy(made->image, v.data ? v.data : "", (size_t)v.shape[0]);
    TRY(linear_adopt(c, made));
    *probe = made;
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_load(lamella_context *ctx, const lamella_view *bytes, lamella_probe_linear **probe)
{
    CALL(ctx, load_linear(c, bytes, probe));
}

void lamella_probe_linear_free(lamella_probe_linear *probe)
{
    linear_free(probe);
}
