/* Opening stack files of a test, and what their layers read as. */
#ifndef IO_STACKS_H
#define IO_STACKS_H

#include "io/files.h"

static lamella_stack opened;
static lamella_io_stack_result taken;

static inline lamella_status open_with(const char *name, const char *prefix, int32_t layer_axis, lamella_io_file **file)
{
    lamella_io_stack_options options = { .struct_size = sizeof options, .prefix = prefix, .layer_axis = layer_axis };
    opened = (lamella_stack){ .struct_size = sizeof opened };
    taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
    return lamella_io_stack_open(NULL, in_folder(name), &options, file, &opened, &taken, NULL);
}

static inline void save_arrays(const char *name, const char *const *names, const lamella_view *arrays, int64_t n)
{
    ok(lamella_io_file_save(NULL, in_folder(name), names, arrays, n, NULL, 0));
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
            equal(opened.read(opened.depth[l], row, n, &into, opened.user), n);
            equal_bits(x, expected + row * dim, n * dim * 4);
            row += n;
        }
    lamella_view into = view_of(LAMELLA_F32, x, 1, dim);
    check(opened.read(opened.depth[l], rows, 1, &into, opened.user) == 0);
    check(opened.read(opened.depth[l], -1, 1, &into, opened.user) == 0);
    check(opened.read(12345, 0, 1, &into, opened.user) == 0);
    free(x);
}

static float x[4][5][6]; /* [layer, sample, dim], each number once */

static inline void number(void)
{
    for (int i = 0; i < 120; i++)
        (&x[0][0][0])[i] = (float)i + 0.5f;
}

#endif
