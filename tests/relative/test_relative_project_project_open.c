/* Saved projections: the same bits again, and files that are none. */
#include "projections.h"
#include <unistd.h>

static const char *saved_path(void)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/lamella-project-%d.safetensors", folder_of_files(), (int)getpid());
    return path;
}

static lamella_relative_project_options kinds[] = {
    { .struct_size = sizeof kinds[0] },
    { .struct_size = sizeof kinds[0], .transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_PRODUCT, .shrinkage = 0.1,
      .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN, .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE },
    { .struct_size = sizeof kinds[0], .transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE, .similarity = LAMELLA_RELATIVE_BASIS },
    { .struct_size = sizeof kinds[0], .similarity = LAMELLA_RELATIVE_ANGULAR, .relative_transform = LAMELLA_RELATIVE_TRANSFORM_CENTRE },
    { .struct_size = sizeof kinds[0], .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_ABSOLUTE },
};

TEST(an_opened_projection_gives_the_same_bits)
{
    const lamella_view *x = example("digits/z0");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        lamella_relative_project *opened, *project = fitted(*x, golden("relative/project/anchors"), kinds[k]);
        lamella_view width, rules, before, after;
        ok(lamella_relative_project_save(NULL, project, saved_path()));
        ok(lamella_relative_project_open(NULL, saved_path(), &opened));
        ok(lamella_relative_project_get(opened, "width", &width));
        ok(lamella_relative_project_get(opened, "rules", &rules));
        const int32_t *rule = rules.data, similarity = kinds[k].similarity, transform = kinds[k].transform;
        check(rule[0] == (transform ? transform : LAMELLA_RELATIVE_TRANSFORM_CENTRE) && rule[1] == (similarity ? similarity : LAMELLA_RELATIVE_COSINE));
        float *a = projected(project, *x, NULL), *b = projected(opened, *x, NULL);
        equal_bits(b, a, x->shape[0] * *(const int64_t *)width.data * (int64_t)sizeof *a);
        ok(lamella_relative_project_bytes(project, &before));
        ok(lamella_relative_project_bytes(opened, &after));
        equal(after.shape[0], before.shape[0]);
        equal_bits(after.data, before.data, before.shape[0]);
        lamella_relative_project_free(project);
        lamella_relative_project_free(opened);
        free(a), free(b);
    }
    unlink(saved_path());
}

TEST(layers_of_two_widths_are_one_file)
{
    lamella_view layer[] = { *example("digits/z3"), *example("digits/z4") }, rank;
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_relative_project *project, *opened;
    ok(lamella_relative_project_fit(NULL, &stack, (kinds[1].anchors = golden("relative/project/anchors"), &kinds[1]), &project, NULL));
    ok(lamella_relative_project_save(NULL, project, saved_path()));
    ok(lamella_relative_project_open(NULL, saved_path(), &opened));
    ok(lamella_relative_project_get(opened, "rank", &rank));
    equal(rank.shape[0], 2);
    lamella_relative_project_free(project);
    lamella_relative_project_free(opened);
    unlink(saved_path());
}

TEST(files_that_are_no_projection_are_refused)
{
    static const char *const names[] = { "x" }, *const metadata[] = { "lamella.kind", "probe.linear", "lamella.format", "1" };
    float x[] = { 1 };
    char expected[256];
    const char *shown = saved_path();
    lamella_view array = view_of(LAMELLA_F32, x, 1);
    lamella_relative_project *project = (lamella_relative_project *)x;
    ok(lamella_io_file_save(NULL, saved_path(), names, &array, 1, WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = 2)));
    snprintf(expected, sizeof expected, "lamella_relative_project_open: %s: lamella.kind is \"probe.linear\", expected \"relative.project\"", shown);
    refused(lamella_relative_project_open(NULL, saved_path(), &project), LAMELLA_ERR_FORMAT, expected);
    check(project == NULL);
    ok(lamella_io_file_save(NULL, saved_path(), names, &array, 1, NULL));
    snprintf(expected, sizeof expected, "lamella_relative_project_open: %s: lamella.kind is missing, expected \"relative.project\"", shown);
    refused(lamella_relative_project_open(NULL, saved_path(), &project), LAMELLA_ERR_FORMAT, expected);
    unlink(saved_path());
    check(lamella_relative_project_open(NULL, saved_path(), &project) == LAMELLA_ERR_IO);
    refused(lamella_relative_project_open(NULL, NULL, &project), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_open: path is NULL, expected the path of a file");
}
