#include "support/golden.h"
#include "support/elements.h"
#include <math.h>

/* A file that was read, kept for all tests of the process. */
typedef struct golden_array {
    struct golden_array *next;
    char                 name[128]; /* "folder/file/array", or "file/array" */
    lamella_view         view;
    char                 tolerance[64];
} golden_array;

static golden_array *known_arrays;

static void expect_ok(const char *path, lamella_status status)
{
    if (status != LAMELLA_OK)
        ck_abort_msg("%s: %s", path, lamella_last_error());
}

static void read_array(lamella_io_file *file, const char *path, golden_array *a, const char *array)
{
    expect_ok(path, lamella_io_file_get(file, array, &a->view));
    a->view.data = malloc((size_t)(elements_of(&a->view) * element_bytes(a->view.dtype)) + 1);
    a->view.flags = 0;
    memset(a->view.stride, 0, sizeof a->view.stride);
    expect_ok(path, lamella_io_file_read(NULL, file, array, 0, &a->view));
    a->view.flags = LAMELLA_READONLY;
}

static void read_tolerance(lamella_io_file *file, const char *path, golden_array *a, const char *array)
{
    int64_t n_entries, n_metadata;
    expect_ok(path, lamella_io_sizes_get(file, &n_entries, &n_metadata));
    for (int64_t i = 0; i < n_metadata; i++) {
        const char *key, *value;
        expect_ok(path, lamella_io_metadata_get(file, i, &key, &value));
        if (!strcmp(key, array))
            snprintf(a->tolerance, sizeof a->tolerance, "%s", value);
    }
}

static const golden_array *array_of(const char *folder, const char *name)
{
    char path[1024];
    lamella_io_file *file;
    const char *array = strrchr(name, '/');
    if (!array || strlen(name) >= sizeof known_arrays->name)
        ck_abort_msg("%s is no \"file/array\"", name);
    for (golden_array *a = known_arrays; a; a = a->next)
        if (!strcmp(a->name, name))
            return a;
    golden_array *a = calloc(1, sizeof *a);
    snprintf(a->name, sizeof a->name, "%s", name);
    snprintf(path, sizeof path, "%s/%.*s.safetensors", folder, (int)(array - name), name);
    expect_ok(path, lamella_io_file_open(NULL, path, NULL, &file, NULL));
    read_array(file, path, a, array + 1);
    read_tolerance(file, path, a, array + 1);
    lamella_io_file_free(file);
    a->next = known_arrays;
    return known_arrays = a;
}

const lamella_view *golden(const char *name)
{
    return &array_of(TEST_DATA "/golden", name)->view;
}

const lamella_view *example(const char *name)
{
    return &array_of(EXAMPLE_DATA, name)->view;
}

void near_all_at(const char *file, int line, const lamella_view *actual, const lamella_view *expected, enum tolerance kind,
                 double tolerance)
{
    if (actual->rank != expected->rank || memcmp(actual->shape, expected->shape, (size_t)actual->rank * sizeof *actual->shape))
        ck_abort_msg("%s:%d: the shapes differ", file, line);
    for (int64_t i = 0; i < elements_of(expected); i++)
        near_at(file, line, i, element(actual, i), element(expected, i), kind, tolerance);
}

void near_golden_at(const char *file, int line, const lamella_view *actual, const char *name)
{
    const golden_array *expected = array_of(TEST_DATA "/golden", name);
    char kind[16];
    double tolerance;
    if (sscanf(expected->tolerance, "%15s %lf", kind, &tolerance) != 2)
        ck_abort_msg("%s has no tolerance", name);
    if (actual->dtype != expected->view.dtype)
        ck_abort_msg("%s:%d: %s has another dtype", file, line, name);
    near_all_at(file, line, actual, &expected->view, strcmp(kind, "absolute") ? RELATIVE : ABSOLUTE, tolerance);
}
