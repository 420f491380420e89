/* A fitted probe by its arrays, as a file and as bytes, and its end. */
#include "probe/linear.h"

static lamella_status get_linear(call *c, const lamella_probe_linear *probe, const char *name, lamella_view *out)
{
    const file_entry *e;
    TRY(linear_check(c, probe));
    if (!name)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is NULL, expected the name of an array");
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected a view to fill");
    e = file_find(probe->file.file, name);
    if (!e)
        return fail(c, LAMELLA_ERR_ARGUMENT, "name is \"%.64s\", expected an array of the probe, as \"accuracy_mean\" or \"weights.0\"", name);
    return entry_view(c, probe->file.file, e, out);
}

lamella_status lamella_probe_linear_get(const lamella_probe_linear *probe, const char *name, lamella_view *out)
{
    CALL(NULL, get_linear(c, probe, name, out));
}

static lamella_status bytes_of_linear(call *c, const lamella_probe_linear *probe, lamella_view *bytes)
{
    TRY(linear_check(c, probe));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    *bytes = fitted_bytes(&probe->file);
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_bytes(const lamella_probe_linear *probe, lamella_view *bytes)
{
    CALL(NULL, bytes_of_linear(c, probe, bytes));
}

static lamella_status save_linear(call *c, const lamella_probe_linear *probe, const char *path)
{
    TRY(linear_check(c, probe));
    return fitted_save(c, &probe->file, path);
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

static lamella_status open_linear(call *c, const char *path, lamella_probe_linear **probe)
{
    TRY(check_probe_handle(c, probe));
    TRY(check_path(c, path));
    return fitted_read(c, &linear_kind, path, NULL, probe);
}

lamella_status lamella_probe_linear_open(lamella_context *ctx, const char *path, lamella_probe_linear **probe)
{
    CALL(ctx, open_linear(c, path, probe));
}

static lamella_status load_linear(call *c, const lamella_view *bytes, lamella_probe_linear **probe)
{
    TRY(check_probe_handle(c, probe));
    return fitted_read(c, &linear_kind, NULL, bytes, probe);
}

lamella_status lamella_probe_linear_load(lamella_context *ctx, const lamella_view *bytes, lamella_probe_linear **probe)
{
    CALL(ctx, load_linear(c, bytes, probe));
}

void lamella_probe_linear_free(lamella_probe_linear *probe)
{
    fitted_free(probe);
}
