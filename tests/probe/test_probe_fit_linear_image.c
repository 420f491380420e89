/* Every array of a fitted probe by its dtype and axes as the header names them, all extents different; and the file that holds them. */
#include "probe/probes.h"
#include "support/seal.h"

enum { N = 70, LAYERS = 2, TASKS = 3, PENALTIES = 4, FOLDS = 5, FITS = 6, OUTPUTS = 1 + 3 + 4, CLASSES = 2 + 3 + 4, SCORED = N - N / 7 };

static const int64_t dims[LAYERS] = { 9, 11 };

static lamella_probe_linear *probe_of_all_axes(int32_t nested)
{
    static float x[LAYERS][N * 11];
    static int32_t y[TASKS * N];
    static int64_t fold[N], depth[] = { 3, 8 };
    double penalty[] = { 5, 1, 0.2, 30 };
    lamella_view layer[LAYERS], labels = view_of(LAMELLA_I32, y, TASKS, N), penalties = view_of(LAMELLA_F64, penalty,
                                                                                                PENALTIES), folds = view_of(LAMELLA_I64, fold, N);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS, .depth = depth };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .nested = nested, .n_bootstrap = 5 };
    lamella_probe_linear *p;
    for (int i = 0; i < N; i++) {
        fold[i] = i % 7 == 6 ? -1 : i / 7 % FOLDS;
        for (int t = 0; t < TASKS; t++)
            y[t * N + i] = 100 * t + 7 * (i % 7 % (t + 2));
        for (int l = 0; l < LAYERS; l++)
            for (int j = 0; j < dims[l]; j++)
                x[l][i * dims[l] + j] = (float)(((uint32_t)(i * 23 + j * 7 + l) * 2654435761u >> 9) % 4096) / 1024;
    }
    for (int l = 0; l < LAYERS; l++)
        layer[l] = view_of(LAMELLA_F32, x[l], N, dims[l]);
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.folds = &folds, o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p,
                                NULL));
    return p;
}

typedef struct named_array {
    const char *name;
    int32_t     dtype, rank;
    int64_t     shape[4];
} named_array;

#define BY_FIT    4, { LAYERS, TASKS, PENALTIES, FITS }
#define BY_FOLD   4, { LAYERS, TASKS, PENALTIES, FOLDS }
#define BY_CELL   3, { LAYERS, TASKS, PENALTIES }
#define BY_TASK   2, { LAYERS, TASKS }

static const named_array arrays[] = {
    { "accuracy", LAMELLA_F64, BY_FOLD }, { "f1", LAMELLA_F64, BY_FOLD }, { "auc", LAMELLA_F64, BY_FOLD },
    { "accuracy_mean", LAMELLA_F64, BY_CELL }, { "f1_mean", LAMELLA_F64, BY_CELL }, { "auc_mean", LAMELLA_F64, BY_CELL },
    { "accuracy_pooled", LAMELLA_F64, BY_CELL }, { "f1_pooled", LAMELLA_F64, BY_CELL }, { "auc_pooled", LAMELLA_F64, BY_CELL },
    { "accuracy_low", LAMELLA_F64, BY_TASK }, { "f1_low", LAMELLA_F64, BY_TASK }, { "auc_low", LAMELLA_F64, BY_TASK },
    { "accuracy_high", LAMELLA_F64, BY_TASK }, { "f1_high", LAMELLA_F64, BY_TASK }, { "auc_high", LAMELLA_F64, BY_TASK },
    { "n_scored_folds", LAMELLA_I64, BY_CELL }, { "best_penalty", LAMELLA_I64, BY_TASK }, { "edge", LAMELLA_U8, BY_TASK },
    { "objective", LAMELLA_F64, BY_FIT }, { "gradient_norm", LAMELLA_F64, BY_FIT }, { "iterations", LAMELLA_I64, BY_FIT }, { "flags", LAMELLA_I32,
            BY_FIT },
    { "weights.0", LAMELLA_F64, 4, { PENALTIES, FITS, OUTPUTS, 9 } }, { "weights.1", LAMELLA_F64, 4, { PENALTIES, FITS, OUTPUTS, 11 } },
    { "intercepts", LAMELLA_F64, 4, { LAYERS, PENALTIES, FITS, OUTPUTS } },
    { "depths", LAMELLA_I64, 1, { LAYERS } }, { "dims", LAMELLA_I64, 1, { LAYERS } }, { "penalties", LAMELLA_F64, 1, { PENALTIES } },
    { "classes", LAMELLA_I64, 1, { CLASSES } }, { "class_offsets", LAMELLA_I64, 1, { TASKS + 1 } }, { "output_offsets", LAMELLA_I64, 1,
            { TASKS + 1 } },
    { "rows", LAMELLA_I64, 1, { SCORED } }, { "groups", LAMELLA_I64, 1, { SCORED } }, { "fold", LAMELLA_I64, 1, { SCORED } },
    { "correct", LAMELLA_U8, 3, { TASKS, LAYERS, SCORED } },
    { "nested_penalty", LAMELLA_I64, 3, { LAYERS, TASKS, FOLDS } }, /* from here on with options->nested */
    { "accuracy_nested", LAMELLA_F64, BY_TASK }, { "f1_nested", LAMELLA_F64, BY_TASK }, { "auc_nested", LAMELLA_F64, BY_TASK },
};
enum { ARRAYS = sizeof arrays / sizeof *arrays, NESTED_ARRAYS = 4 };

TEST(arrays_have_the_axes_of_the_header_and_there_are_no_others)
{
    for (int32_t nested = 0; nested < 2; nested++) {
        lamella_probe_linear *p = probe_of_all_axes(nested);
        lamella_view bytes, v;
        int n = ARRAYS - (nested ? 0 : NESTED_ARRAYS);
        int64_t end = 0, all = 0;
        ok(lamella_probe_linear_bytes(p, &bytes));
        for (int i = 0; i < ARRAYS; i++) {
            if (i >= n) {
                check(lamella_probe_linear_get(p, arrays[i].name, &v) == LAMELLA_ERR_ARGUMENT);
                continue;
            }
            v = array_of(p, arrays[i].name);
            int same = v.dtype == arrays[i].dtype && v.rank == arrays[i].rank && v.flags & LAMELLA_READONLY;
            for (int a = 0; a < arrays[i].rank; a++)
                same = same && v.shape[a] == arrays[i].shape[a];
            if (!same)
                ck_abort_msg("%s", arrays[i].name);
            int64_t at = (char *)v.data - (char *)bytes.data, size = elements_of(&v) * element_bytes(v.dtype);
            check(at % element_bytes(v.dtype) == 0); /* each lies where its numbers can be read */
            all += size;
            end = at + size > end ? at + size : end;
        }
        equal(end, bytes.shape[0]);
        uint64_t header;
        memcpy(&header, bytes.data, sizeof header);
        equal(8 + (int64_t)header + all, bytes.shape[0]);
        lamella_probe_linear_free(p);
    }
}

TEST(what_does_not_depend_on_a_fit_is_what_was_given)
{
    lamella_probe_linear *p = probe_of_all_axes(0);
    static const int64_t classes[CLASSES] = { 0, 7, 100, 107, 114, 200, 207, 214, 221 }, class_offsets[] = { 0, 2, 5, 9 }, output_offsets[] = { 0, 1,
            4, 8 };
    static const int64_t depths[] = { 3, 8 };
    static const double penalties[] = { 5, 1, 0.2, 30 };
    equal_bits(array_of(p, "classes").data, classes, sizeof classes);
    equal_bits(array_of(p, "class_offsets").data, class_offsets, sizeof class_offsets);
    equal_bits(array_of(p, "output_offsets").data, output_offsets, sizeof output_offsets);
    equal_bits(array_of(p, "depths").data, depths, sizeof depths);
    equal_bits(array_of(p, "dims").data, dims, sizeof dims);
    equal_bits(array_of(p, "penalties").data, penalties, sizeof penalties);
    for (int64_t i = 0, at = 0; i < N; i++)
        if (i % 7 != 6) {
            equal(((int64_t *)array_of(p, "rows").data)[at], i);
            equal(((int64_t *)array_of(p, "groups").data)[at], i);
            equal(((int64_t *)array_of(p, "fold").data)[at++], i / 7 % FOLDS);
        }
    lamella_probe_linear_free(p);
}

/* ---- files of other extents ---- */

/* The same arrays, of which those axes that are of tasks, or of fits, have none: a file as any program can write it. */
static lamella_status load_without(const lamella_probe_linear *p, int64_t axis)
{
    static char text[8192];
    int64_t n = 0, at = 0;
    lamella_probe_linear *loaded;
    n += snprintf(text + n, sizeof text - (size_t)n, "{\"__metadata__\":{\"lamella.crc32\":\"00000000\",\"lamella.format\":\"2\",\"lamella.kind\":\"probe_linear\"}");
    char *data = calloc(1, 1 << 16);
    for (int k = 0; k < 3 * (ARRAYS - NESTED_ARRAYS); k++) { /* long elements first, so that each lies where it can be read */
        int i = k % (ARRAYS - NESTED_ARRAYS);
        lamella_view v = array_of(p, arrays[i].name);
        int64_t size = element_bytes(v.dtype);
        if (size != (int64_t[]){ 8, 4, 1 }[k / (ARRAYS - NESTED_ARRAYS)])
            continue;
        static const char *const types[] = { [LAMELLA_F64] = "F64", [LAMELLA_I64] = "I64", [LAMELLA_I32] = "I32", [LAMELLA_U8] = "U8" };
        n += snprintf(text + n, sizeof text - (size_t)n, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", arrays[i].name, types[v.dtype]);
        for (int a = 0; a < v.rank; a++) {
            int64_t extent = v.shape[a] == axis ? 0 : v.shape[a] == TASKS + 1 && axis == TASKS && v.rank == 1 && strstr(arrays[i].name,
                    "offsets") ? 1 : v.shape[a];
            n += snprintf(text + n, sizeof text - (size_t)n, "%s%d", a ? "," : "", (int)extent);
            size *= extent;
        }
        n += snprintf(text + n, sizeof text - (size_t)n, "],\"data_offsets\":[%d,%d]}", (int)at, (int)(at + size));
        memcpy(data + at, v.data, (size_t)size);
        at += size;
    }
    n += snprintf(text + n, sizeof text - (size_t)n, "}%7s", "");
    n -= n % 8;
    char *file = malloc((size_t)(8 + n + at));
    uint64_t header = (uint64_t)n;
    memcpy(file, &header, 8);
    memcpy(file + 8, text, (size_t)n);
    memcpy(file + 8 + n, data, (size_t)at);
    seal(file, 8 + n + at);
    lamella_view bytes = view_of(LAMELLA_U8, file, 8 + n + at);
    lamella_status status = lamella_probe_linear_load(NULL, &bytes, &loaded);
    check((status < 0) == (loaded == NULL));
    lamella_probe_linear_free(loaded);
    free(file);
    free(data);
    return status;
}

TEST(a_probe_has_a_layer_a_task_and_a_fit)
{
    lamella_probe_linear *p = probe_of_all_axes(0);
    ok(load_without(p, -1)); /* nothing */
    refused(load_without(p, FITS), LAMELLA_ERR_FORMAT,
            "lamella_probe_linear_load: \"flags\" is of 3 tasks and 0 fits, expected at least one of each");
    refused(load_without(p, TASKS), LAMELLA_ERR_FORMAT,
            "lamella_probe_linear_load: \"flags\" is of 0 tasks and 6 fits, expected at least one of each");
    refused(load_without(p, LAYERS), LAMELLA_ERR_FORMAT,
            "lamella_probe_linear_load: \"dims\" is of 0 layers, expected 0 (= those of \"flags\"), at least 1");
    lamella_probe_linear_free(p);
}
