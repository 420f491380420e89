/* Projections as files and bytes. */
#include "relative/projection.h"

static lamella_status save_project(call *c, const lamella_relative_project *project, const char *path)
{
    TRY(project_check(c, project));
    return fitted_save(c, &project->file, path);
}

lamella_status lamella_relative_project_save(lamella_context *ctx, const lamella_relative_project *project, const char *path)
{
    CALL(ctx, save_project(c, project, path));
}

static lamella_status bytes_of_project(call *c, const lamella_relative_project *project, lamella_view *bytes)
{
    TRY(project_check(c, project));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    *bytes = fitted_bytes(&project->file);
    return LAMELLA_OK;
}

lamella_status lamella_relative_project_bytes(const lamella_relative_project *project, lamella_view *bytes)
{
    CALL(NULL, bytes_of_project(c, project, bytes));
}

static lamella_status open_project(call *c, const char *path, lamella_relative_project **project)
{
    TRY(project_check_handle(c, project));
    TRY(check_path(c, path));
    return fitted_read(c, &projection_kind, path, NULL, project);
}

lamella_status lamella_relative_project_open(lamella_context *ctx, const char *path, lamella_relative_project **project)
{
    CALL(ctx, open_project(c, path, project));
}

static lamella_status load_project(call *c, const lamella_view *bytes, lamella_relative_project **project)
{
    TRY(project_check_handle(c, project));
    return fitted_read(c, &projection_kind, NULL, bytes, project);
}

lamella_status lamella_relative_project_load(lamella_context *ctx, const lamella_view *bytes, lamella_relative_project **project)
{
    CALL(ctx, load_project(c, bytes, project));
}
