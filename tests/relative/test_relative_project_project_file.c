/* Files of projections: every rule under its name and back, and files that were written by others. */
#include "relative/projections.h"
#include "support/seal.h"
#include <math.h>
#include <unistd.h>

static const char *const transforms[] = { "none", "centre", "zscore", "whiten" };
static const char *const similarities[] = { "cosine", "angular", "euclidean", "l1", "linf", "basis", "product", "absolute" };

static float x[] = { 1, 2, 3, 5, 7, 11, 13, 17, 4, 4, 0, 3 };

static int holds(const lamella_view *bytes, const char *key, const char *value)
{
    char text[64];
    const char *data = bytes->data;
    int length = snprintf(text, sizeof text, "\"%s\":\"%s\"", key, value);
    for (int64_t i = 0; i + length <= bytes->shape[0]; i++)
        if (!memcmp(data + i, text, (size_t)length))
            return 1;
    return 0;
}

TEST(every_rule_stands_by_name_and_comes_back)
{
    const lamella_view rows = view_of(LAMELLA_F32, x, 6, 2);
    for (int i = 0; i < 4 * 8 * 3; i++) {
        const int32_t transform = 1 + i % 4, similarity = 1 + i / 4 % 8, relative = 1 + i / 32;
        lamella_relative_project *project = fitted(rows, NULL,
                                                   RULES(.transform = transform, .similarity = similarity, .relative_transform = relative)), *loaded;
        lamella_view bytes, again, rules, width, rank, dropped;
        ok(lamella_relative_project_bytes(project, &bytes));
        check(bytes.dtype == LAMELLA_U8 && bytes.rank == 1);
        check(holds(&bytes, "transform", transforms[transform - 1]) && holds(&bytes, "similarity", similarities[similarity - 1]));
        check(holds(&bytes, "relative_transform", transforms[relative - 1]));
        ok(lamella_relative_project_load(NULL, &bytes, &loaded));
        ok(lamella_relative_project_get(loaded, "rules", &rules));
        const int32_t *rule = rules.data;
        equal(rules.shape[0], 5);
        check(rule[0] == transform && rule[1] == similarity && rule[3] == relative);
        ok(lamella_relative_project_get(loaded, "width", &width));
        equal(*(const int64_t *)width.data, similarity == LAMELLA_RELATIVE_PRODUCT ? 24 : similarity == LAMELLA_RELATIVE_ABSOLUTE ? 2 : 6);
        ok(lamella_relative_project_get(loaded, "rank", &rank));
        ok(lamella_relative_project_get(loaded, "dropped", &dropped));
        check(*(const int64_t *)rank.data == 2 && *(const double *)dropped.data < 1e-12 && rank.shape[0] == 1 && dropped.shape[0] == 1);
        float *a = projected(project, rows, NULL), *b = projected(loaded, rows, NULL);
        equal_bits(b, a, 6 * *(const int64_t *)width.data * (int64_t)sizeof *a);
        ok(lamella_relative_project_bytes(loaded, &again));
        equal(again.shape[0], bytes.shape[0]);
        equal_bits(again.data, bytes.data, bytes.shape[0]);
        free(a), free(b);
        lamella_relative_project_free(project);
        lamella_relative_project_free(loaded);
    }
}

/* Each array that a rule keeps, by name and shape, and none that it does not. */
TEST(the_arrays_of_each_rule)
{
    static const struct { const char *name; int32_t rank; int64_t shape[2]; } all[] = {
        { "anchors.1", 2, { 6, 2 } }, { "mean.1", 1, { 2 } }, { "mean_low.1", 1, { 2 } }, { "scale.1", 1, { 2 } }, { "root.1", 2, { 2, 2 } },
        { "basis.1", 2, { 6, 2 } }, { "distance.1", 1, { 3 } }, { "relative_mean.1", 1, { -1 } }, { "relative_scale.1", 1, { -1 } },
    };
    const lamella_view layer[] = { view_of(LAMELLA_F32, x, 6, 2), view_of(LAMELLA_F32, x, 6, 2) };
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    for (int i = 0; i < 4 * 8 * 3; i++) {
        const int32_t t = 1 + i % 4, s = 1 + i / 4 % 8, r = 1 + i / 32;
        const int distances = s >= LAMELLA_RELATIVE_EUCLIDEAN && s <= LAMELLA_RELATIVE_LINF;
        const int kept[] = { 1, t > 1, t > 1, t == LAMELLA_RELATIVE_TRANSFORM_ZSCORE, t == LAMELLA_RELATIVE_TRANSFORM_WHITEN,
                            s == LAMELLA_RELATIVE_BASIS,
                             distances || s == LAMELLA_RELATIVE_PRODUCT, r > 1, r == LAMELLA_RELATIVE_TRANSFORM_ZSCORE };
        const lamella_relative_project_options rules = RULES(.transform = t, .similarity = s, .relative_transform = r);
        lamella_relative_project *project;
        ok(lamella_relative_project_fit(NULL, &stack, &rules, &project, NULL));
        for (int k = 0; k < 9; k++) {
            lamella_view v;
            lamella_status status = lamella_relative_project_get(project, all[k].name, &v);
            equal(status, kept[k] ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT);
            if (status)
                continue;
            equal(v.dtype, LAMELLA_F64);
            equal(v.flags, LAMELLA_READONLY);
            equal(v.rank, all[k].rank);
            for (int a = 0; a < v.rank; a++)
                equal(v.shape[a], all[k].shape[a] >= 0 ? all[k].shape[a] : s == LAMELLA_RELATIVE_PRODUCT ? 24 : s == LAMELLA_RELATIVE_ABSOLUTE ? 2 : 6);
        }
        lamella_relative_project_free(project);
    }
}

/* ---- files of others ---- */

enum { ARRAYS = 6 };

/* A projection of one layer, 3 anchors of 2 dims, ZSCORE and L1, array by array. */
typedef struct written {
    double       anchors[6], mean[3], low[2], scale[2], distance[3], dropped[1];
    int64_t      rank[1];
    const char  *name[ARRAYS + 1], *metadata[12];
    lamella_view array[ARRAYS + 1];
    char         path[64];
} written;

static written *sound(void)
{
    static written w;
    w = (written){ .anchors = { 1, 2, 3, 4, 5, 7 }, .mean = { 3, 4 }, .scale = { 1, 2 }, .distance = { 1, 1, 1 }, .rank = { 2 },
                   .name = { "anchors.0", "mean.0", "mean_low.0", "scale.0", "distance.0", "rank", "dropped" },
                   .metadata = { "lamella.kind", "relative.project", "lamella.format", "2", "transform", "zscore", "similarity", "l1",
                                 "relative_transform", "none", "lamella.crc32", "00000000" } };
    w.array[0] = view_of(LAMELLA_F64, w.anchors, 3, 2), w.array[1] = view_of(LAMELLA_F64, w.mean, 2), w.array[2] = view_of(LAMELLA_F64, w.low, 2);
    w.array[3] = view_of(LAMELLA_F64, w.scale, 2), w.array[4] = view_of(LAMELLA_F64, w.distance, 3);
    w.array[5] = view_of(LAMELLA_I64, w.rank, 1), w.array[6] = view_of(LAMELLA_F64, w.dropped, 1);
    snprintf(w.path, sizeof w.path, "%s/lamella-projection-%d.safetensors", folder_of_files(), (int)getpid());
    return &w;
}

static lamella_status open_written(written *w, lamella_relative_project **project)
{
    ok(lamella_io_file_save(NULL, w->path, w->name, w->array, ARRAYS + 1,
                            WITH(lamella_io_file_save_options, .metadata = w->metadata, .n_metadata = 6)));
    seal_file(w->path);
    lamella_status status = lamella_relative_project_open(NULL, w->path, project);
    unlink(w->path);
    return status;
}

TEST(a_file_of_others_projects)
{
    written *w = sound();
    float rows[] = { 4, 8 }, *out;
    lamella_relative_project *project;
    ok(open_written(w, &project));
    out = projected(project, view_of(LAMELLA_F32, rows, 1, 2), NULL);
    for (int a = 0; a < 3; a++) /* |(4 - x) / 1| + |(8 - y) / 2| */
        near(out[a], fabs(4 - w->anchors[2 * a]) + fabs(8 - w->anchors[2 * a + 1]) / 2, RELATIVE, 1e-7);
    free(out);
    lamella_relative_project_free(project);
}

TEST(files_of_others_that_do_not_fit_are_refused)
{
    char said[200];
    lamella_relative_project *project;
    written *w;
#define SAYS(change, text) \
    w = sound(); \
    change; \
    snprintf(said, sizeof said, "lamella_relative_project_open: %s: %s", w->path, text); \
    refused(open_written(w, &project), LAMELLA_ERR_FORMAT, said); \
    check(project == NULL)
    SAYS(w->array[1].shape[0] = 3, "\"mean.0\".shape[0] is 3, expected 2");
    SAYS(w->array[4].shape[0] = 2, "\"distance.0\".shape[0] is 2, expected 3");
    SAYS(w->array[0].shape[0] = 0, "\"anchors.0\" is empty");
    SAYS(w->array[0] = view_of(LAMELLA_F64, w->anchors, 3, 0), "\"anchors.0\" is empty");
    SAYS(w->array[5].shape[0] = 0, "\"rank\" is empty");
    SAYS(w->name[2] = "mean_high.0", "there is no array \"mean_low.0\"");
    SAYS(w->name[0] = "anchors.1", "there is no array \"anchors.0\"");
    SAYS(w->scale[1] = 0, "\"scale.0\"[1] is not over 0");
    SAYS(w->scale[0] = -1, "\"scale.0\"[0] is not over 0");
    SAYS(w->distance[2] = 0, "\"distance.0\"[2] is not over 0");
    SAYS(w->metadata[5] = "zscores", "transform is \"zscores\", which is none of ours");
    SAYS(w->metadata[7] = "", "similarity is \"\", which is none of ours");
    SAYS(w->metadata[9] = "whiten", "relative_transform is \"whiten\", which is none of ours");
    SAYS(w->metadata[9] = "zscore", "there is no array \"relative_mean.0\"");
    SAYS(w->mean[0] = NAN, "\"mean.0\" has a number that is not finite");
#undef SAYS
}
