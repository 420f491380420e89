/* Opening stack files of a test, and what their layers read as. */
#ifndef IO_STACKS_H
#define IO_STACKS_H

#include "io/files.h"

static lamella_stack opened;
static lamella_io_stack_result taken;

/* Its memory is full of other bytes before it is given. */
static inline lamella_context *context_of_stacks(void)
{
    static test_allocator a;
    static lamella_context *ctx;
    if (!ctx)
        ctx = context_of(&a);
    return ctx;
}

static inline lamella_status open_with(const char *name, const char *prefix, int32_t layer_axis, lamella_io_file **file)
{
    lamella_io_stack_options options = { .struct_size = sizeof options, .prefix = prefix, .layer_axis = layer_axis };
    opened = (lamella_stack){ .struct_size = sizeof opened };
    taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
    return lamella_io_stack_open(context_of_stacks(), in_folder(name), &options, file, &opened, &taken, NULL);
}

static inline void save_arrays(const char *name, const char *const *names, const lamella_view *arrays, int64_t n)
{
    ok(lamella_io_file_save(NULL, in_folder(name), names, arrays, n, NULL));
}

/* Rows of a layer read one by one, three at a time, all at once. */
static inline void layer_reads_as(int64_t l, const float *expected, int64_t rows, int64_t dim)
{
    float *x = malloc((size_t)(rows * dim) * sizeof *x);
    static const int64_t deliveries[] = { 1, 3, INT64_MAX };
    for (int i = 0; i < 3; i++)
        for (int64_t row = 0; row < rows;) {
            int64_t n = deliveries[i] < rows - row ? deliveries[i] : rows - row;
            lamella_view into = view_of(LAMELLA_F32, x, n, dim);
            check(opened.layer[l].data == NULL && opened.layer[l].stride[0] == 0 && opened.layer[l].stride[1] == 0); /* row-major */
            equal(opened.read(opened.depth[l], row, n, &into, opened.user), n);
            equal_bits(x, expected + row * dim, n * dim * 4);
            row += n;
        }
    lamella_view into = view_of(LAMELLA_F32, x, 1, dim);
    check(opened.read(opened.depth[l], rows, 1, &into, opened.user) == 0);
    check(opened.read(opened.depth[l], -1, 1, &into, opened.user) == 0);
    check(opened.read(opened.depth[l], 0, 0, &into, opened.user) == 0);
    check(opened.read(opened.depth[l], 1, -1, &into, opened.user) == 0);
    check(opened.read(opened.depth[l], rows + 3, 1, &into, opened.user) == 0);
    check(opened.read(12345, 0, 1, &into, opened.user) == 0);
    free(x);
}

static float x[4][5][6]; /* [layer, sample, dim], each number once */

static inline void fill_numbers(void)
{
    for (int i = 0; i < 120; i++)
        (&x[0][0][0])[i] = (float)i + 0.5f;
}

/* ---- files of zeros, and what they are read as ---- */

/* What lamella_io_reading_get lists, one a line: prefix, axis, layers. */
static inline const char *readings_of(const char *name)
{
    static char text[4096];
    lamella_io_file *file;
    lamella_io_reading r = { .struct_size = sizeof r };
    size_t n = 0;
    text[0] = 0;
    ok(lamella_io_file_open(NULL, in_folder(name), NULL, &file, NULL));
    int64_t i = 0;
    for (; lamella_io_reading_get(file, i, &r) == LAMELLA_OK; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s/%d/%d x%lld", i ? " " : "", r.prefix, (int)r.layer_axis, (int)r.form,
                              (long long)r.n_layers);
    returns(lamella_io_reading_get(file, i, &r), LAMELLA_ERR_ARGUMENT);
    returns(lamella_io_reading_get(file, -1, &r), LAMELLA_ERR_ARGUMENT);
    lamella_io_file_free(file);
    return text;
}

/* A file of zeros: arrays of `rank` with extents 4, 5, 6 ... */
typedef struct named_array {
    const char *name;
    int32_t     dtype, rank;
    int64_t     shape[5];
} named_array;

static inline void write_arrays(const char *name, const named_array *array, int64_t n)
{
    static double zeros[4096];
    lamella_view v[32];
    const char *names[32];
    for (int64_t i = 0; i < n; i++) {
        ok(lamella_tensor_view(zeros, array[i].dtype, array[i].rank, array[i].shape, NULL, &v[i]));
        names[i] = array[i].name;
    }
    save_arrays(name, names, v, n);
}

#define FILE_OF(...) write_arrays("f", (const named_array[]){ __VA_ARGS__ }, sizeof((const named_array[]){ __VA_ARGS__ }) / sizeof(named_array))
#define MATRIX(name) { name, LAMELLA_F32, 2, { 4, 5 } }
#define BLOCK(name) { name, LAMELLA_F32, 3, { 4, 5, 6 } }

static int64_t depth_of[8] __attribute__((unused)); /* of the layers that the last call opened */

/* Opens "f": the sentence without the path; "" where it opens. */
static inline const char *says(const char *prefix, int32_t layer_axis, lamella_status status)
{
    lamella_io_file *file;
    static const char start[] = "lamella_io_stack_open: ";
    returns(open_with("f", prefix, layer_axis, &file), status);
    check((status == LAMELLA_OK) == (file != NULL));
    for (int64_t l = 0; file && l < opened.n_layers && l < 8; l++)
        depth_of[l] = opened.depth[l];
    lamella_io_file_free(file);
    if (status == LAMELLA_OK)
        return "";
    check(!strncmp(lamella_last_error(), start, strlen(start)));
    const char *text = lamella_last_error() + strlen(start);
    return strncmp(text, in_folder("f"), strlen(in_folder("f"))) ? text : text + strlen(in_folder("f"));
}

#define TAKES(prefix, axis, expected_name, expected_form, layers)                   \
    do {                                                                            \
        equal_text(says(prefix, axis, LAMELLA_OK), "");                             \
        equal_text(taken.name, expected_name);                                      \
        equal(taken.form, expected_form);                                           \
        equal(opened.n_layers, layers);                                             \
    } while (0)

#endif
