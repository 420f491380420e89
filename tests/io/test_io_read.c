/* Views of what a file holds and rows of it: strides, bytes in either order, and how far reading has come. */
#include "io/files.h"
#include "io/io.h"

/* ---- views ---- */

/* Row-major, an extent of 0 counting as 1; without data where the bytes are on a disk. */
TEST(a_view_has_the_strides_of_its_shape)
{
    static const struct { int32_t rank; int64_t shape[6], stride[6]; } views[] = {
        { 0, { 0 }, { 0 } }, { 1, { 5 }, { 1 } }, { 2, { 3, 4 }, { 4, 1 } }, { 2, { 3, 0 }, { 1, 1 } }, { 2, { 0, 3 }, { 3, 1 } }, { 3, { 2, 0, 3 },
                { 3, 3, 1 } },
        { 6, { 1, 2, 1, 3, 1, 2 }, { 12, 6, 6, 2, 2, 1 } },
    };
    float x[16] = { 0 };
    folder_make();
    for (int i = 0; i < LENGTH(views); i++) {
        lamella_io_file *file[2];
        lamella_io_fault fault;
        lamella_view v, a = view_make(LAMELLA_F32, x, views[i].shape, views[i].rank);
        ok(lamella_io_file_save(NULL, in_folder("f"), (const char *[]){ "x" }, &a, 1, NULL));
        bytes b = file_bytes(in_folder("f"));
        ok(lamella_io_file_open(NULL, in_folder("f"), NULL, &file[0], NULL));
        ok(load(NULL, b, 0, &file[1], &fault));
        for (int way = 0; way < 2; way++) {
            lamella_io_entry e = entry_at(file[way], 0);
            equal(e.rank, views[i].rank);
            memset(&v, 0xff, sizeof v);
            ok(lamella_io_file_get(file[way], "x", &v));
            check((v.data != NULL) == way && v.rank == views[i].rank && v.flags == LAMELLA_READONLY && v.dtype == LAMELLA_F32 && v.reserved0 == 0);
            check(!way || (char *)v.data == b.at + e.offset);
            for (int k = 0; k < 64; k++)
                equal(e.shape[k], k < views[i].rank ? views[i].shape[k] : 0);
            for (int k = 0; k < 6; k++) {
                equal(v.shape[k], views[i].shape[k]);
                equal(v.stride[k], views[i].stride[k]);
            }
            lamella_io_file_free(file[way]);
        }
        free(b.at);
    }
    folder_remove();
}

/* Seven axes are listed and have no view. */
TEST(seven_axes_have_no_view)
{
    static const char header[] = "{\"x\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}";
    lamella_io_file *file;
    lamella_io_fault fault;
    lamella_view v;
    bytes b = safetensors(header, sizeof header - 1, 1);
    ok(load(NULL, b, 0, &file, &fault));
    equal(entry_at(file, 0).rank, 7);
    refused(lamella_io_file_get(file, "x", &v), LAMELLA_ERR_UNSUPPORTED, "lamella_io_file_get: bytes: \"x\" has rank 7, expected at most 6");
    lamella_io_file_free(file);
    free(b.at);
}

/* ---- bytes ---- */

TEST(bytes_change_places_within_their_element)
{
    for (int64_t size = 1; size <= 8; size *= 2)
        for (int64_t n = 0; n <= 3; n++) {
            char at[32], expected[32];
            for (int64_t i = 0; i < 32; i++)
                at[i] = expected[i] = (char)(i + 1);
            for (int64_t i = 0; i < n * size; i++)
                expected[i] = (char)(i / size * size + size - i % size);
            swap_bytes(at, n, size);
            equal_bits(at, expected, 32);
        }
}

TEST(text_is_cut_between_characters_and_cleaned)
{
    static const struct { const char *from; int64_t n, size; const char *to; } cuts[] = {
        { "abc", 3, 4, "abc" }, { "abc", 3, 3, "ab" }, { "abc", 3, 1, "" }, { "abc", 2, 9, "ab" }, { "a\xc3\xa9z", 4, 4,
                "a\xc3\xa9" }, { "a\xc3\xa9z", 4, 3, "a" },
        { "a\xc3\xa9z", 4, 5, "a\xc3\xa9z" }, { "\x01\x1f \x7f~\n", 6, 9, "?? ?~?" }, { "\xff\xc3", 2, 9, "??" }, { "\xf0\x9f\x98\x80!", 5, 5,
                "\xf0\x9f\x98\x80" },
        { "\xf0\x9f\x98\x80!", 5, 4, "" }, { "", 0, 1, "" }, { "\xe2\x82", 2, 9, "??" },
    };
    for (int i = 0; i < LENGTH(cuts); i++) {
        char to[16];
        memset(to, '#', sizeof to);
        text_cut(to, cuts[i].size, cuts[i].from, cuts[i].n);
        equal_text(to, cuts[i].to);
        equal(to[strlen(to) + 1], '#'); /* and nothing behind */
    }
}

/* ---- how far it has come ---- */

static double told[40];
static int    n_told;

static int32_t keep_told(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    told[n_told++ % 40] = fraction;
    return 0;
}

/* What is row-major comes by 16 MiB, the rest by 1 MiB, of one row at least; what is one piece comes without a word. */
TEST(reading_tells_how_far_it_has_come)
{
    static const struct { int64_t rows, dim, apart, at_once; } reads[] = {
        { 16 << 20, 1, 1, 16 << 20 }, { (16 << 20) + 1, 1, 1, 16 << 20 }, { 1 << 20, 1, 2, 1 << 20 }, { (1 << 20) + 1, 1, 2,
                1 << 20 }, { (3 << 20) - 1, 1, 2, 1 << 20 },
        { 2, (1 << 20) + 1, 2, 1 }, { 3, 1 << 20, 2, 1 }, { 5, 1 << 19, 2, 2 }, { 2, 16 << 20, 1, 1 }, { 2, (16 << 20) - 1, 1, 1 }, { 5, 5 << 20, 1,
                3 },
    };
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = keep_told };
    char *x = calloc(33, 1 << 20);
    ok(lamella_context_create(&options, &ctx));
    folder_make();
    for (int i = 0; i < LENGTH(reads); i++) {
        int64_t rows = reads[i].rows, dim = reads[i].dim, calls = rows > reads[i].at_once ? (rows + reads[i].at_once - 1) / reads[i].at_once : 0;
        char header[200];
        lamella_io_file *file;
        int n = snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': False, 'shape': (%lld, %lld), }", (long long)rows, (long long)dim);
        bytes b = npy(header, n, 0);
        const char *path = folder_write("x", b);
        equal(truncate(path, b.n + rows * dim), 0); /* a hole */
        ok(lamella_io_file_open(ctx, path, NULL, &file, NULL));
        lamella_view into = view_of(LAMELLA_U8, x, rows, dim);
        into.stride[1] = reads[i].apart;
        into.stride[0] = reads[i].apart * dim;
        n_told = 0;
        ok(lamella_io_file_read(ctx, file, "", 0, &into));
        equal(n_told, calls);
        for (int64_t k = 0; k < calls; k++)
            near(told[k], (double)MIN((k + 1) * reads[i].at_once, rows) / (double)rows, ABSOLUTE, 1e-12);
        lamella_io_file_free(file);
        free(b.at);
    }
    lamella_context_free(ctx);
    free(x);
    folder_remove();
}
