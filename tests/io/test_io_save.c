/* Writing: what the reference writers write, every dtype there and back, what is refused before a byte is written. */
#include "io/files.h"
#include "support/golden.h"
#include "support/matrix.h"
#include <sys/stat.h>

static const char *const codes[] = { "F64", "F32", "F16", "I64", "I32", "I8", "U8", "BOOL" };
static const int32_t dtypes[] = { LAMELLA_F64, LAMELLA_F32, LAMELLA_F16, LAMELLA_I64, LAMELLA_I32, LAMELLA_I8, LAMELLA_U8, LAMELLA_BOOL };
static const int64_t sizes[] = { 8, 4, 2, 8, 4, 1, 1, 1 };
static const int64_t shapes[4][3] = { { 3, 5 }, { 0 }, { 0, 4 }, { 2, 1, 3 } };
static const int32_t ranks[] = { 2, 0, 2, 3 };

static const lamella_view *written(const char *what, int i, int k)
{
    char name[64];
    snprintf(name, sizeof name, "io/written/%s.%s.%d", what, codes[i], k);
    return golden(name);
}

/* The named array, read whole, has these bytes. */
static void reads_as(const lamella_io_file *file, const char *name, int32_t dtype, const int64_t *shape, int32_t rank, const lamella_view *raw)
{
    char read[256];
    lamella_view v, into = view_make(dtype, read, shape, rank);
    ok(lamella_io_file_get(file, name, &v));
    equal(v.dtype, dtype);
    equal(v.rank, rank);
    for (int a = 0; a < rank; a++)
        equal(v.shape[a], shape[a]);
    ok(lamella_io_file_read(NULL, file, name, 0, &into));
    equal_bits(read, raw->data, raw->shape[0]);
}

TEST(files_of_numpy_are_read)
{
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 4; k++)
            for (int fortran = 0; fortran < (k == 1 ? 1 : 2); fortran++) {
                lamella_io_file *file;
                const lamella_view *bytes = written(fortran ? "fortran" : "npy", i, k);
                ok(lamella_io_file_load(NULL, bytes, NULL, &file, NULL));
                reads_as(file, "", dtypes[i], shapes[k], ranks[k], written("raw", i, k));
                lamella_io_file_free(file);
            }
}

TEST(a_file_of_the_reference_writer_is_read)
{
    lamella_io_file *file;
    const char *key, *value;
    ok(lamella_io_file_load(NULL, golden("io/written/safetensors"), NULL, &file, NULL));
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 4; k++) {
            char name[16];
            snprintf(name, sizeof name, "%s.%d", codes[i], k);
            reads_as(file, name, dtypes[i], shapes[k], ranks[k], written("raw", i, k));
        }
    ok(lamella_io_metadata_get(file, 0, &key, &value));
    equal_text(key, "who");
    equal_text(value, "the reference writer");
    lamella_io_file_free(file);
}

TEST(npy_is_written_byte_for_byte_as_numpy_does)
{
    folder_make();
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 4; k++) {
            const lamella_view *raw = written("raw", i, k), *expected = written("npy", i, k);
            lamella_view v = view_make(dtypes[i], raw->data, shapes[k], ranks[k]);
            ok(lamella_io_npy_save(NULL, in_folder("x.npy"), &v));
            bytes b = file_bytes(in_folder("x.npy"));
            equal(b.n, expected->shape[0]);
            equal_bits(b.at, expected->data, b.n);
            free(b.at);
        }
    const lamella_view *raw = golden("io/written/raw.BF16.0"), *expected = golden("io/written/npy.BF16.0");
    lamella_view v = view_of(LAMELLA_BF16, raw->data, 3, 5);
    ok(lamella_io_npy_save(NULL, in_folder("x.npy"), &v));
    bytes b = file_bytes(in_folder("x.npy"));
    equal(b.n, expected->shape[0]);
    equal_bits(b.at, expected->data, b.n);
    free(b.at);
    equal(folder_count(), 1);
    folder_remove();
}

/* Every dtype, NaN payloads included, from strided views; the layout of the file. */
TEST(every_dtype_comes_back_from_safetensors)
{
    enum { N = 9 };
    static const char *const names[N] = { "F64", "F32", "F16", "I64", "I32", "I8", "U8", "BOOL", "BF16" };
    static const char *const metadata[] = { "z", "last", "a \"quoted\"\n", "\xc3\xa9" };
    lamella_view arrays[N];
    char scattered[N][512], read[128];
    lamella_io_file *file;
    folder_make();
    for (int i = 0; i < N; i++) {
        const lamella_view *raw = i < 8 ? written("raw", i, 0) : golden("io/written/raw.BF16.0");
        int64_t size = i < 8 ? sizes[i] : 2;
        arrays[i] = view_of(i < 8 ? dtypes[i] : LAMELLA_BF16, scattered[i], 3, 5);
        arrays[i].stride[0] = 1;
        arrays[i].stride[1] = 4;
        for (int64_t e = 0; e < 15; e++)
            memcpy(scattered[i] + (e / 5 + e % 5 * 4) * size, (char *)raw->data + e * size, (size_t)size);
    }
    ok(lamella_io_file_save(NULL, in_folder("all.safetensors"), names, arrays, N,
                            WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = 2)));
    ok(lamella_io_file_open(NULL, in_folder("all.safetensors"), NULL, &file, NULL));
    int64_t before = INT64_MAX, end = 0;
    static const char *const order[N] = { "F64", "I64", "F32", "I32", "BF16", "F16", "BOOL", "I8", "U8" };
    for (int i = 0; i < N; i++) {
        lamella_view v, into;
        const lamella_io_entry none = { 0 };
        lamella_io_entry e = none;
        for (int64_t k = 0; k < N; k++)
            if (!strcmp(entry_at(file, k).name, order[i]))
                e = entry_at(file, k);
        equal(i == 0 ? e.offset % 64 : e.offset - end, 0);
        check(e.n_bytes <= before);
        before = e.n_bytes;
        end = e.offset + e.n_bytes;
        ok(lamella_io_file_get(file, order[i], &v));
        into = view_of(v.dtype, read, 3, 5);
        ok(lamella_io_file_read(NULL, file, order[i], 0, &into));
        char raw[32];
        snprintf(raw, sizeof raw, "io/written/raw.%s.0", order[i]);
        equal_bits(read, golden(raw)->data, e.n_bytes);
    }
    const char *key, *value;
    ok(lamella_io_metadata_get(file, 0, &key, &value));
    equal_text(key, "a \"quoted\"\n");
    equal_text(value, "\xc3\xa9");
    lamella_io_file_free(file);
    folder_remove();
}

TEST(rows_are_read_from_anywhere_into_any_strides)
{
    float x[7][2][3], y[7][3][2][2];
    for (int i = 0; i < 42; i++)
        (&x[0][0][0])[i] = (float)i;
    lamella_view v = view_of(LAMELLA_F32, x, 7, 2, 3);
    lamella_io_file *file;
    folder_make();
    ok(lamella_io_npy_save(NULL, in_folder("x.npy"), &v));
    ok(lamella_io_file_open(NULL, in_folder("x.npy"), NULL, &file, NULL));
    for (int first = 0; first <= 7; first++)
        for (int n = 0; first + n <= 7; n++) {
            lamella_view into = view_of(LAMELLA_F32, y, n, 2, 3);
            into.stride[0] = 12, into.stride[1] = 2, into.stride[2] = 4; /* y[i][k][j][0] */
            memset(y, 0xff, sizeof y);
            ok(lamella_io_file_read(NULL, file, "", first, &into));
            for (int i = 0; i < n; i++)
                for (int j = 0; j < 2; j++)
                    for (int k = 0; k < 3; k++)
                        equal_bits(&y[i][k][j][0], &x[first + i][j][k], 4);
            for (int i = n; i < 7; i++)
                equal_bits(y[i], (char[48]){ [0 ... 47] = -1 }, 48);
        }
    lamella_view into = view_of(LAMELLA_F32, y, 4, 2, 3), wide = view_of(LAMELLA_F64, y, 1, 2, 3), narrow = view_of(LAMELLA_F32, y, 1, 2, 2);
    returns(lamella_io_file_read(NULL, file, "", 4, &into), LAMELLA_ERR_ARGUMENT);
    returns(lamella_io_file_read(NULL, file, "", -1, &into), LAMELLA_ERR_ARGUMENT);
    returns(lamella_io_file_read(NULL, file, "", 0, &wide), LAMELLA_ERR_DTYPE);
    returns(lamella_io_file_read(NULL, file, "", 0, &narrow), LAMELLA_ERR_SHAPE);
    returns(lamella_io_file_read(NULL, file, "y", 0, &into), LAMELLA_ERR_ARGUMENT);
    check(strstr(lamella_last_error(), "x.npy has no array \"y\" among its 1") != NULL);
    into.flags = LAMELLA_READONLY;
    returns(lamella_io_file_read(NULL, file, "", 0, &into), LAMELLA_ERR_ARGUMENT);
    lamella_io_file_free(file);
    folder_remove();
}

TEST(a_strided_read_larger_than_a_block_is_whole)
{
    enum { N = 300001 };
    double *x = malloc(N * sizeof *x), *apart = malloc(2 * N * sizeof *x);
    for (int i = 0; i < N; i++)
        x[i] = i;
    lamella_view v = view_of(LAMELLA_F64, x, N), into = view_of(LAMELLA_F64, apart, N);
    lamella_io_file *file;
    folder_make();
    ok(lamella_io_npy_save(NULL, in_folder("x.npy"), &v));
    ok(lamella_io_file_open(NULL, in_folder("x.npy"), NULL, &file, NULL));
    into.stride[0] = 2;
    ok(lamella_io_file_read(NULL, file, "", 0, &into));
    for (int i = 0; i < N; i++)
        if (apart[2 * i] != i)
            ck_abort_msg("[%d] is %g", i, apart[2 * i]);
    lamella_io_file_free(file);
    free(x);
    free(apart);
    folder_remove();
}

TEST(a_file_in_memory_gives_views_without_a_copy)
{
    lamella_io_file *file;
    lamella_view v;
    const lamella_view *bytes = written("npy", 1, 0);
    ok(lamella_io_file_load(NULL, bytes, NULL, &file, NULL));
    ok(lamella_io_file_get(file, "", &v));
    check(v.data == (char *)bytes->data + bytes->shape[0] - 60 && v.flags == LAMELLA_READONLY);
    v.flags = 0;
    refused(lamella_io_file_read(NULL, file, "", 0, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_read: into shares memory with the file's bytes, expected an output apart from the inputs");
    lamella_io_file_free(file);
}

TEST(what_cannot_be_saved_is_refused_before_a_file_is_made)
{
    float x[4] = { 0 };
    lamella_view a[2] = { view_of(LAMELLA_F32, x, 4), view_of(LAMELLA_F32, x, 4) };
    folder_make();
    const char *path = in_folder("x");
    char name[5000];
    memset(name, 'n', sizeof name);
    name[4097] = 0;
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "x", "x" }, a, 2, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names has \"x\" twice");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "\xff" }, a, 1, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names[0] is not UTF-8 at byte 0");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "__metadata__" }, a, 1, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names[0] is \"__metadata__\", which the format keeps for itself");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ name }, a, 1, NULL), LAMELLA_ERR_LIMIT,
            "lamella_io_file_save: names[0] has 4097 bytes, expected at most 4096");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "x" }, a, 1,
                                 WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "k", "1", "k", "2" },
                                      .n_metadata = 2)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.metadata has the key \"k\" twice");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "x" }, a, 1,
                                 WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "k", NULL },
                                      .n_metadata = 1)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.metadata[1] is NULL, expected a text");
    refused(lamella_io_file_save(NULL, NULL, (const char *[]){ "x" }, a, 1, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: path is NULL, expected the path of a file");
    char *value = malloc(100000001);
    memset(value, 'v', 100000000);
    value[100000000] = 0;
    returns(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "k", value },
                                                                 .n_metadata = 1)), LAMELLA_ERR_LIMIT);
    free(value);
    a[1].dtype = 0;
    returns(lamella_io_file_save(NULL, path, (const char *[]){ "x", "y" }, a, 2, NULL), LAMELLA_ERR_DTYPE);
    equal(folder_count(), 0);
    folder_remove();
}

/* Renaming over a pipe or a device would make it a plain file. */
TEST(what_is_no_regular_file_is_not_replaced)
{
    float x[4] = { 0 };
    lamella_view a = view_of(LAMELLA_F32, x, 4);
    struct stat s;
    folder_make();
    const char *pipe = in_folder("pipe");
    equal(mkfifo(pipe, 0600), 0);
    returns(lamella_io_npy_save(NULL, pipe, &a), LAMELLA_ERR_IO);
    returns(lamella_io_file_save(NULL, pipe, (const char *[]){ "x" }, &a, 1, NULL), LAMELLA_ERR_IO);
    check(strstr(lamella_last_error(), "it cannot be replaced by a file: is no regular file") != NULL);
    equal(stat(pipe, &s), 0);
    check(S_ISFIFO(s.st_mode));
    equal(folder_count(), 1);
    folder_remove();
}

/* Same arrays and metadata in another order: same bytes. */
TEST(order_of_the_arguments_does_not_matter)
{
    float x[2] = { 1, 2 };
    int64_t i[2] = { 3, 4 };
    lamella_view f = view_of(LAMELLA_F32, x, 2), n = view_of(LAMELLA_I64, i, 2);
    folder_make();
    ok(lamella_io_file_save(NULL, in_folder("1"), (const char *[]){ "a", "b" }, (lamella_view[]){ f, n }, 2,
                            WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "k", "1", "j", "2" }, .n_metadata = 2)));
    ok(lamella_io_file_save(NULL, in_folder("2"), (const char *[]){ "b", "a" }, (lamella_view[]){ n, f }, 2,
                            WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "j", "2", "k", "1" }, .n_metadata = 2)));
    bytes first = file_bytes(in_folder("1")), second = file_bytes(in_folder("2"));
    equal(first.n, second.n);
    equal_bits(first.at, second.at, first.n);
    free(first.at);
    free(second.at);
    folder_remove();
}

/* ---- the generic matrix ---- */

OPERATION(lamella_io_npy_save, .dtypes = EVERY_DTYPE, .in_memory = 1, .keeps_dtype = 1, .nonfinite = 1, .empty_is_ok = 1, .keeps_shape = 1,
          .absolute = 1)
{
    lamella_status status = lamella_io_npy_save(m->ctx, matrix_path(m), m->view);
    matrix_file(m, "file", matrix_path(m));
    return status;
}

OPERATION(lamella_io_file_save, .dtypes = EVERY_DTYPE, .in_memory = 1, .keeps_dtype = 1, .nonfinite = 1, .empty_is_ok = 1, .keeps_shape = 1,
          .absolute = 1)
{
    static const char *const names[] = { "first" }, *const metadata[] = { "key", "value" };
    lamella_status status = lamella_io_file_save(m->ctx, matrix_path(m), names, m->view, 1,
                                                 WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = 1));
    matrix_file(m, "file", matrix_path(m));
    return status;
}

/* What is read from bytes in memory is what was saved: it makes the same file again. */
OPERATION(lamella_io_file_load, .dtypes = EVERY_DTYPE, .forms = FORM_ROWS, .in_memory = 1, .keeps_dtype = 1, .nonfinite = 1, .quick = 1,
          .empty_is_ok = 1,
          .keeps_shape = 1, .absolute = 1)
{
    const lamella_view *x = m->view;
    lamella_io_file_options options = { .struct_size = sizeof options, .raw_dtype = LAMELLA_BF16 };
    lamella_io_file *file;
    if (x->shape[0] > m->n_samples || x->shape[1] > m->dim)
        return LAMELLA_ERR_SHAPE; /* a claim that no file could hold */
    ok(lamella_io_npy_save(NULL, matrix_path(m), x));
    bytes b = file_bytes(matrix_path(m));
    char *rows = malloc((size_t)b.n);
    lamella_view v = view_of(LAMELLA_U8, b.at, b.n), into = view_of(x->dtype, rows, x->shape[0], x->shape[1]);
    lamella_status status = lamella_io_file_load(m->ctx, matrix_bytes(m, &v), &options, &file, NULL);
    if (status == LAMELLA_OK)
        status = lamella_io_file_read(m->ctx, file, "", 0, &into);
    if (status == LAMELLA_OK)
        ok(lamella_io_npy_save(NULL, matrix_path(m), &into));
    matrix_file(m, "file", matrix_path(m));
    lamella_io_file_free(file);
    free(rows);
    free(b.at);
    return status;
}

TEST(options_of_saving_are_what_zero_means)
{
    lamella_io_file_save_options file;
    lamella_io_stack_save_options stack;
    memset(&file, 255, sizeof file);
    memset(&stack, 255, sizeof stack);
    ok(lamella_io_file_save_options_init(&file, sizeof file));
    ok(lamella_io_stack_save_options_init(&stack, sizeof stack));
    check(file.struct_size == sizeof file && !file.reserved0 && !file.metadata && !file.n_metadata);
    check(stack.struct_size == sizeof stack && !stack.reserved0 && !stack.names && !stack.labels && !stack.n_labels && !stack.source);
}
