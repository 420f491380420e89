/* Rows of any array, against plain indices: along any axis, in any order of axes and of bytes, in pieces of any size, there and back. */
#include "io/stacks.h"

enum { MOST_CELLS = 20000 };

static float cells[MOST_CELLS];

static void count_cells(void)
{
    for (int i = 0; i < MOST_CELLS; i++)
        cells[i] = (float)i;
}

static int64_t product(const int64_t *shape, int32_t rank)
{
    int64_t n = 1;
    for (int a = 0; a < rank; a++)
        n *= shape[a];
    return n;
}

/* Where the element that is number i of layer l, axis `axis` taken out, stands in the whole array. */
static int64_t place_of_cell(const int64_t *shape, int32_t rank, int32_t axis, int64_t l, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int a = rank - 1; a >= 0; a--) {
        at += (a == axis ? l : i % shape[a]) * step;
        i /= a == axis ? 1 : shape[a];
        step *= shape[a];
    }
    return at;
}

TEST(layers_along_any_axis_are_read_as_by_plain_indices)
{
    static const struct { int32_t rank; int64_t shape[5]; } arrays[] = { { 3, { 3, 4, 5 } }, { 3, { 1, 7, 2 } }, { 3, { 6, 1, 3 } },
                                                                        { 4, { 2, 3, 4, 5 } }, { 4, { 3, 5, 1, 4 } },
                                                                         { 5, { 2, 3, 2, 3, 4 } }, { 5, { 3, 2, 4, 1, 2 } } };
    lamella_io_file *file;
    folder_make();
    count_cells();
    for (int k = 0; k < (int)(sizeof arrays / sizeof *arrays); k++) {
        const int64_t *shape = arrays[k].shape;
        int32_t rank = arrays[k].rank;
        lamella_view v = view_make(LAMELLA_F32, cells, shape, rank);
        save_arrays("f", (const char *[]){ "x" }, &v, 1);
        ok(lamella_io_npy_save(NULL, in_folder("n"), &v));
        for (int32_t axis = 0; axis < 2; axis++)
            for (int npy = 0; npy < 2; npy++) {
                ok(open_with(npy ? "n" : "f", NULL, axis + 1, &file));
                equal(opened.n_layers, shape[axis]);
                equal(opened.layer[0].rank, rank - 1);
                for (int a = 0; a < LAMELLA_MAX_RANK; a++) /* and nothing behind its own axes */
                    equal(opened.layer[0].shape[a], a < rank - 1 ? shape[a + (a >= axis)] : 0);
                int64_t n = product(opened.layer[0].shape, rank - 1), rows = opened.layer[0].shape[0];
                for (int64_t l = 0; l < opened.n_layers; l++)
                    for (int64_t most = 1; most <= rows; most++)
                        for (int64_t row = 0; row < rows; row += most) {
                            static float got[MOST_CELLS];
                            lamella_view into = opened.layer[l];
                            into.data = got;
                            into.shape[0] = most < rows - row ? most : rows - row;
                            equal(opened.read(opened.depth[l], row, into.shape[0], &into, opened.user), into.shape[0]);
                            for (int64_t i = 0; i < into.shape[0] * n / rows; i++)
                                if (got[i] != cells[place_of_cell(shape, rank, axis, l, row * n / rows + i)])
                                    ck_abort_msg("%d: axis %d, layer %d, [%d] is %g", k, (int)axis, (int)l, (int)i, (double)got[i]);
                        }
                lamella_io_file_free(file);
            }
    }
    folder_remove();
}

/* A .npy of f8 in either order of axes and of bytes, over several pieces. */
static void write_f8(const char *name, const int64_t *shape, int32_t rank, int fortran, int big)
{
    char header[200], extents[100] = "";
    size_t used = 0;
    int64_t n = product(shape, rank);
    for (int a = 0; a < rank; a++)
        used += (size_t)snprintf(extents + used, sizeof extents - used, "%lld,", (long long)shape[a]);
    snprintf(header, sizeof header, "{'descr': '%cf8', 'fortran_order': %s, 'shape': (%s), }", big ? '>' : '<', fortran ? "True" : "False", extents);
    bytes b = npy(header, (int64_t)strlen(header), n * 8);
    char *data = b.at + b.n - n * 8;
    for (int64_t i = 0; i < n; i++) {
        int64_t at = i, rest = i, step = 1, place = 0;
        char number[8];
        double value = (double)i + 0.25;
        if (fortran) {
            int64_t index[6];
            for (int a = rank - 1; a >= 0; a--) {
                index[a] = rest % shape[a];
                rest /= shape[a];
            }
            for (int a = 0; a < rank; a++) {
                place += index[a] * step;
                step *= shape[a];
            }
            at = place;
        }
        memcpy(number, &value, 8);
        for (int k = 0; k < 8; k++)
            data[at * 8 + k] = number[big ? 7 - k : k];
    }
    folder_write(name, b);
    free(b.at);
}

TEST(rows_in_any_order_of_axes_and_bytes_are_the_same_numbers)
{
    static const struct { int32_t rank; int64_t shape[4]; } arrays[] = { { 1, { 1500 } }, { 2, { 1100, 3 } }, { 3, { 513, 2, 3 } },
                                                                        { 4, { 5, 2, 3, 2 } }, { 2, { 512, 2 } }, { 2, { 1, 9 } } };
    static double got[8000], apart[16000];
    lamella_io_file *file;
    folder_make();
    for (int k = 0; k < 6; k++)
        for (int way = 0; way < 4; way++) {
            const int64_t *shape = arrays[k].shape;
            int64_t n = product(shape, arrays[k].rank), each = n / shape[0];
            write_f8("x", shape, arrays[k].rank, way & 1, way & 2);
            ok(lamella_io_file_open(NULL, in_folder("x"), NULL, &file, NULL));
            for (int64_t first = 0; first < shape[0]; first += 1 + shape[0] / 3)
                for (int64_t rows = 1; first + rows <= shape[0]; rows += 1 + shape[0] / 2) {
                    lamella_view into = view_make(LAMELLA_F64, got, shape, arrays[k].rank);
                    into.shape[0] = rows;
                    memset(got, 0xff, sizeof got);
                    ok(lamella_io_file_read(NULL, file, "", first, &into));
                    for (int64_t i = 0; i < rows * each; i++)
                        if (got[i] != (double)(first * each + i) + 0.25)
                            ck_abort_msg("%d, way %d, from %d: [%d] is %g", k, way, (int)first, (int)i, got[i]);
                    equal_bits(got + rows * each, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
                    into.data = apart;
                    int64_t step = 2;
                    for (int a = arrays[k].rank - 1; a >= 0; a--) {
                        into.stride[a] = step;
                        step *= shape[a];
                    }
                    ok(lamella_io_file_read(NULL, file, "", first, &into));
                    for (int64_t i = 0; i < rows * each; i++)
                        check(apart[2 * i] == got[i]);
                }
            lamella_io_file_free(file);
        }
    folder_remove();
}

/* ---- writing ---- */

/* Sizes around a block of the writer, dense and with every second number left out. */
TEST(files_of_any_size_hold_what_was_given)
{
    static const int64_t sizes[] = { 0, 1, 4095, 4096, 4097, (1 << 20) - 200, (1 << 20) - 128, (1 << 20) - 127, 1 << 20, (1 << 20) + 1,
                                    (2 << 20) - 128, (2 << 20) + 5, 3 << 20 };
    uint8_t *x = malloc(6 << 20);
    folder_make();
    for (int i = 0; i < 6 << 20; i++)
        x[i] = (uint8_t)(i * 2654435761u >> 24);
    for (int k = 0; k < (int)(sizeof sizes / sizeof *sizes); k++)
        for (int apart = 1; apart <= 2; apart++) {
            lamella_view v = view_of(LAMELLA_U8, x, sizes[k]);
            v.stride[0] = apart;
            ok(lamella_io_npy_save(NULL, in_folder("x"), &v));
            bytes b = file_bytes(in_folder("x"));
            equal(b.n, 128 + sizes[k]);
            for (int64_t i = 0; i < sizes[k]; i++)
                if ((uint8_t)b.at[128 + i] != x[apart * i])
                    ck_abort_msg("%lld apart %d: [%lld]", (long long)sizes[k], apart, (long long)i);
            free(b.at);
        }
    free(x);
    folder_remove();
}

/* Every element size, in any order of axes, through pieces of 4096 bytes. */
TEST(strided_arrays_of_any_size_of_element_are_saved_in_order)
{
    static const int32_t dtypes[] = { LAMELLA_U8, LAMELLA_F16, LAMELLA_F32, LAMELLA_F64 };
    static char from[8 * 3 * 700 * 5];
    folder_make();
    for (int i = 0; i < (int)sizeof from; i++)
        from[i] = (char)(i * 2654435761u >> 24);
    for (int d = 0; d < 4; d++) {
        int64_t size = 1 << d, at = 128;
        lamella_view v = view_of(dtypes[d], from, 3, 700, 5);
        v.stride[0] = 5, v.stride[1] = 15, v.stride[2] = 1; /* of [700, 3, 5] */
        if (d % 2)
            v.stride[0] = 700, v.stride[1] = 1, v.stride[2] = 2100; /* of [5, 3, 700] */
        ok(lamella_io_npy_save(NULL, in_folder("x"), &v));
        bytes b = file_bytes(in_folder("x"));
        equal(b.n, 128 + 3 * 700 * 5 * size);
        for (int64_t i = 0; i < 3; i++)
            for (int64_t j = 0; j < 700; j++)
                for (int64_t k = 0; k < 5; k++, at += size)
                    check(!memcmp(b.at + at, from + (i * v.stride[0] + j * v.stride[1] + k * v.stride[2]) * size, (size_t)size));
        free(b.at);
    }
    folder_remove();
}

TEST(how_many_arrays_and_pairs_are_saved_is_limited)
{
    float x_[1] = { 1 };
    lamella_view a = view_of(LAMELLA_F32, x_, 1);
    const char *name = "x", *pair[] = { "k", "v" };
    folder_make();
    const char *path = in_folder("x");
    refused(lamella_io_file_save(NULL, path, &name, &a, -1, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: n_arrays is -1, expected 0 to 1000000");
    refused(lamella_io_file_save(NULL, path, &name, &a, 1000001, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: n_arrays is 1000001, expected 0 to 1000000");
    refused(lamella_io_file_save(NULL, path, NULL, &a, 1, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_file_save: names is NULL, expected 1");
    refused(lamella_io_file_save(NULL, path, &name, NULL, 1, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_file_save: arrays is NULL, expected 1");
    refused(lamella_io_file_save(NULL, path, &name, &a, 1, WITH(lamella_io_file_save_options, .metadata = pair, .n_metadata = -1)),
            LAMELLA_ERR_ARGUMENT, "lamella_io_file_save: options.n_metadata is -1, expected 0 to 100000");
    refused(lamella_io_file_save(NULL, path, &name, &a, 1, WITH(lamella_io_file_save_options, .metadata = pair, .n_metadata = 100001)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.n_metadata is 100001, expected 0 to 100000");
    refused(lamella_io_file_save(NULL, path, &name, &a, 1, WITH(lamella_io_file_save_options, .n_metadata = 1)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.n_metadata is 1, expected 0 (options.metadata is NULL)");
    ok(lamella_io_file_save(NULL, path, &name, &a, 1, WITH(lamella_io_file_save_options, .metadata = pair, .n_metadata = 1)));
    ok(lamella_io_file_save(NULL, path, NULL, NULL, 0, NULL));
    folder_remove();
}
