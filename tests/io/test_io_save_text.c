/* What a save writes, byte for byte, and asks the system for, step by step; what it refuses, in whole sentences. */
#include "io/files.h"
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

/* ---- the header ---- */

static const char *header_saved(const char *name)
{
    static char text[4000];
    bytes b = file_bytes(in_folder(name));
    int64_t n = (int64_t)little_endian(b.at);
    check(n < 4000 && (8 + n) % 64 == 0);
    memcpy(text, b.at + 8, (size_t)n);
    text[n] = 0;
    int64_t end = n;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    check(n - end < 64); /* as few blanks as do */
    text[end] = 0;
    free(b.at);
    return text;
}

TEST(a_header_is_written_as_short_as_it_can_be)
{
    float f[6] = { 1 };
    uint8_t u[3] = { 7, 8, 9 };
    lamella_view a[] = { view_of(LAMELLA_U8, u, 3), view_of(LAMELLA_F32, f, 2, 3), view_of(LAMELLA_F32, f, 0, 4), view_of(LAMELLA_F64, f) };
    static const char *const names[] = { "a b\"c\\d", "\x01\x1f\n~\x7f\xc3\xa9", "", "scalar" }, *const pairs[] = { "k", "", "", "v\t" };
    folder_make();
    ok(lamella_io_file_save(NULL, in_folder("x"), NULL, NULL, 0, NULL));
    equal_text(header_saved("x"), "{}");
    ok(lamella_io_file_save(NULL, in_folder("x"), NULL, NULL, 0, WITH(lamella_io_file_save_options, .metadata = pairs, .n_metadata = 1)));
    equal_text(header_saved("x"), "{\"__metadata__\":{\"k\":\"\"}}");
    ok(lamella_io_file_save(NULL, in_folder("x"), NULL, NULL, 0, WITH(lamella_io_file_save_options, .metadata = pairs, .n_metadata = 2)));
    equal_text(header_saved("x"), "{\"__metadata__\":{\"\":\"v\\u0009\",\"k\":\"\"}}");
    ok(lamella_io_file_save(NULL, in_folder("x"), names, a, 1, NULL));
    equal_text(header_saved("x"), "{\"a b\\\"c\\\\d\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}");
    ok(lamella_io_file_save(NULL, in_folder("x"), names, a, 4, WITH(lamella_io_file_save_options, .metadata = pairs, .n_metadata = 1)));
    equal_text(header_saved("x"), "{\"__metadata__\":{\"k\":\"\"},\"scalar\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},\"\":{\"dtype\":\"F32\",\"shape\":[0,4],"
               "\"data_offsets\":[8,8]},\"\\u0001\\u001f\\u000a~\x7f\xc3\xa9\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},\"a b\\\"c\\\\d\":{\"dtype\":\"U8\",\"shape\":[3],"
               "\"data_offsets\":[32,35]}}");
    folder_remove();
}

TEST(data_begins_at_the_next_multiple_of_64)
{
    char name[80];
    uint8_t u[1] = { 7 };
    lamella_view a = view_of(LAMELLA_U8, u, 1);
    folder_make();
    for (int n = 0; n < 70; n++) {
        memset(name, 'n', sizeof name);
        name[n] = 0;
        ok(lamella_io_file_save(NULL, in_folder("x"), (const char *[]){ name }, &a, 1, NULL));
        bytes b = file_bytes(in_folder("x"));
        equal(b.n, (8 + (int64_t)strlen("{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}") + n + 63) / 64 * 64 + 1);
        equal(b.at[b.n - 1], 7);
        free(b.at);
    }
    folder_remove();
}

/* ---- arrays as they lie ---- */

TEST(arrays_with_strides_and_of_nothing_are_saved_row_by_row)
{
    static double x[60];
    for (int i = 0; i < 60; i++)
        x[i] = i + 0.5;
    static const char *const names[] = { "turned", "none", "no_rows", "scalar", "bytes", "apart" };
    lamella_view a[6];
    a[0] = view_of(LAMELLA_F64, x, 3, 4, 5);
    a[0].stride[0] = 1, a[0].stride[1] = 15, a[0].stride[2] = 3;
    a[1] = view_of(LAMELLA_F32, x, 3, 0, 2);
    a[1].stride[0] = 7, a[1].stride[1] = 9, a[1].stride[2] = 2;
    a[2] = view_of(LAMELLA_I64, x, 0, 2);
    a[3] = view_of(LAMELLA_F16, x);
    a[4] = view_of(LAMELLA_U8, x, 7);
    a[5] = view_of(LAMELLA_F32, x, 4);
    a[5].stride[0] = 3;
    folder_make();
    ok(lamella_io_file_save(NULL, in_folder("x"), names, a, 6, NULL));
    lamella_io_file *file;
    double turned[60];
    float apart[4];
    lamella_view into = view_of(LAMELLA_F64, turned, 3, 4, 5), into_apart = view_of(LAMELLA_F32, apart, 4);
    ok(lamella_io_file_open(NULL, in_folder("x"), NULL, &file, NULL));
    ok(lamella_io_file_read(NULL, file, "turned", 0, &into));
    for (int i = 0; i < 60; i++)
        check(turned[i] == x[i / 20 + i / 5 % 4 * 15 + i % 5 * 3]);
    ok(lamella_io_file_read(NULL, file, "apart", 0, &into_apart));
    for (int i = 0; i < 4; i++)
        check(apart[i] == ((float *)x)[3 * i]);
    lamella_io_file_free(file);
    folder_remove();
}

/* ---- what is refused ---- */

TEST(a_text_that_is_none_is_named_with_its_place)
{
    float x[5] = { 0 };
    lamella_view a[] = { view_of(LAMELLA_F32, x, 1), view_of(LAMELLA_F32, x, 1) }, label[] = { view_of(LAMELLA_F32, x, 1),
                                                                                              view_of(LAMELLA_F32, x, 1) };
    lamella_stack s = { .struct_size = sizeof s, .layer = a, .n_layers = 1 };
    char name[4200], expected[300];
    a[0] = view_of(LAMELLA_F32, x, 1, 5);
    folder_make();
    const char *path = in_folder("x");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "a", "bc\xc3\xa9\xff" }, a, 2, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names[1] is not UTF-8 at byte 4");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "a", NULL }, a, 2, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names[1] is NULL, expected a text");
    refused(lamella_io_file_save(NULL, path, (const char *[]){ "a", "a" }, a, 2, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names has \"a\" twice");
    refused(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options,
                                                                 .metadata = (const char *[]){ "a", "b", "c",
                                                                                              "de\x80" }, .n_metadata = 2)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.metadata[3] is not UTF-8 at byte 2");
    refused(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "a", "b", "c", NULL },
                                                                 .n_metadata = 2)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.metadata[3] is NULL, expected a text");
    refused(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options,
                                                                 .metadata = (const char *[]){ "z", "b", "a", "b", "z",
                                                                                              "c" }, .n_metadata = 3)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.metadata has the key \"z\" twice");
    refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "a", "b\xff" }, .labels = label,
                                                       .n_labels = 2)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.names[1] is not UTF-8 at byte 1");
    refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "a", "a" }, .labels = label,
                                                       .n_labels = 2)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: names has \"label.a\" twice");
    refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .source = "abc\xc3")), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.source is not UTF-8 at byte 3");
    for (int n = 4089; n <= 4097; n++) {
        memset(name, 'n', sizeof name);
        name[n] = 0;
        if (n > 4090) {
            snprintf(expected, sizeof expected, "lamella_io_stack_save: options.names[1] has %d bytes, expected at most 4090", n);
            refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "a", name }, .labels = label,
                                                               .n_labels = 2)), LAMELLA_ERR_LIMIT, expected);
        } else {
            ok(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "a", name }, .labels = label,
                                                          .n_labels = 2)));
        }
        a[1] = a[0];
        if (n > 4096)
            refused(lamella_io_file_save(NULL, path, (const char *[]){ "a", name }, a, 2, NULL), LAMELLA_ERR_LIMIT,
                    "lamella_io_file_save: names[1] has 4097 bytes, expected at most 4096");
        else
            ok(lamella_io_file_save(NULL, path, (const char *[]){ "a", name }, a, 2, NULL));
    }
    folder_remove();
}

/* As many as may be are looked at, and then something else is wrong. */
TEST(counts_are_taken_up_to_their_limits)
{
    float x[5] = { 0 };
    lamella_view layer = view_of(LAMELLA_F32, x, 1, 5), label = view_of(LAMELLA_F32, x, 1);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1 };
    const char *none = NULL;
    folder_make();
    const char *path = in_folder("x");
    refused(lamella_io_file_save(NULL, path, NULL, &layer, 1000000, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: names is NULL, expected 1000000");
    refused(lamella_io_file_save(NULL, path, NULL, &layer, 1000001, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: n_arrays is 1000001, expected 0 to 1000000");
    refused(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options, .metadata = &none, .n_metadata = 100000)),
            LAMELLA_ERR_ARGUMENT, "lamella_io_file_save: options.metadata[0] is NULL, expected a text");
    refused(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options, .metadata = &none, .n_metadata = 100001)),
            LAMELLA_ERR_ARGUMENT, "lamella_io_file_save: options.n_metadata is 100001, expected 0 to 100000");
    refused(lamella_io_file_save(NULL, path, NULL, NULL, 0, WITH(lamella_io_file_save_options, .n_metadata = -1)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_save: options.n_metadata is -1, expected 0 (options.metadata is NULL)");
    refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = &none, .labels = &label, .n_labels = 1000000)),
            LAMELLA_ERR_ARGUMENT, "lamella_io_stack_save: options.names[0] is NULL, expected a text");
    refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = &none, .labels = &label, .n_labels = 1000001)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.n_labels is 1000001, expected 0 to 1000000");
    refused(lamella_io_stack_save(NULL, path, &s, WITH(lamella_io_stack_save_options, .names = &none, .n_labels = 1)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.n_labels is 1, expected 0 (options.names or options.labels is NULL)");
    equal(folder_count(), 0);
    folder_remove();
}

/* ---- sizes that nobody has ---- */

static int full_open(const char *path, int flags, int mode)
{
    (void)path, (void)flags, (void)mode;
    errno = ENOSPC;
    return -1;
}

typedef struct claimed {
    int64_t bytes[2];
} claimed;

static lamella_status claim_body(call *c, const claimed *claim)
{
    static file_operations ops;
    save_array a[2] = { { .name = "a" }, { .name = "b" } };
    ops = *file_operations_of_system();
    ops.open = full_open;
    for (int i = 0; i < 2; i++)
        a[i].view = (lamella_view){ .dtype = LAMELLA_U8, .rank = 1, .shape = { claim->bytes[i] }, .stride = { 1 } };
    return safetensors_save(c, &ops, in_folder("x"), a, 2, NULL, 0);
}

static lamella_status save_claim(const claimed *claim)
{
    CALL(NULL, claim_body(c, claim));
}

TEST(arrays_have_at_most_2_to_the_53_bytes_together)
{
    const int64_t most = INT64_C(1) << 53;
    const claimed fit[] = { { { most, 0 } }, { { most - 1, 1 } }, { { 1, most - 1 } } }, over[] = { { { most + 1, 0 } }, { { most, 1 } },
                                                                                                   { { 1, most } }, { { 1, INT64_MAX } },
                                                                                                { { most, INT64_MAX } } };
    char expected[300];
    folder_make();
    for (int i = 0; i < LENGTH(fit); i++) {
        snprintf(expected, sizeof expected, "save_claim: %s: a temporary file beside it cannot be made: no space left on the device", in_folder("x"));
        refused(save_claim(&fit[i]), LAMELLA_ERR_IO, expected);
    }
    for (int i = 0; i < LENGTH(over); i++)
        refused(save_claim(&over[i]), LAMELLA_ERR_LIMIT, "save_claim: the arrays have over 2^53 bytes");
    folder_remove();
}

/* ---- step by step ---- */

static struct steps {
    char    text[400];
    char    made[400]; /* the last file that was made */
    int     mode, lock_code, zero_writes, opened, closed, unlinked;
    int     open_now[64];
} steps;

static int step_open(const char *path, int flags, int mode)
{
    int fd = file_operations_of_system()->open(path, flags, mode);
    strcat(steps.text, flags & O_DIRECTORY ? " open-folder" : strlen(steps.text) < 300 ? " open" : "");
    if (flags & O_CREAT) {
        steps.mode = mode;
        snprintf(steps.made, sizeof steps.made, "%s", path);
    }
    steps.opened += fd >= 0;
    if (fd >= 0 && fd < 64) {
        equal(steps.open_now[fd], 0);
        steps.open_now[fd] = 1;
    }
    return fd;
}

static int64_t step_write(int fd, const void *from, int64_t n)
{
    strcat(steps.text, strlen(steps.text) < 300 ? " write" : "");
    return steps.zero_writes ? 0 : file_operations_of_system()->write(fd, from, n);
}

static int step_fsync(int fd)
{
    strcat(steps.text, " fsync");
    return file_operations_of_system()->fsync(fd);
}

static int step_close(int fd)
{
    strcat(steps.text, strlen(steps.text) < 300 ? " close" : "");
    steps.closed++;
    check(fd >= 0);
    if (fd < 64) {
        equal(steps.open_now[fd], 1); /* once each */
        steps.open_now[fd] = 0;
    }
    return file_operations_of_system()->close(fd);
}

static int step_rename(const char *from, const char *to)
{
    strcat(steps.text, " rename");
    return file_operations_of_system()->rename(from, to);
}

static int step_unlink(const char *path)
{
    steps.unlinked++;
    strcat(steps.text, strlen(steps.text) < 300 ? " unlink" : "");
    return file_operations_of_system()->unlink(path);
}

static int step_lock(int fd, const char *path)
{
    strcat(steps.text, strlen(steps.text) < 300 ? " lock" : "");
    if (!steps.lock_code)
        return file_operations_of_system()->lock(fd, path);
    errno = steps.lock_code;
    return -1;
}

static int step_adopt(int fd, const char *like)
{
    strcat(steps.text, " adopt");
    return file_operations_of_system()->adopt(fd, like);
}

static lamella_status step_body(call *c, const char *path)
{
    static file_operations ops; /* asked until the call closes */
    float x = 1;
    ops = *file_operations_of_system();
    lamella_view v = view_of(LAMELLA_F32, &x, 1);
    ops.open = step_open, ops.write = step_write, ops.fsync = step_fsync, ops.close = step_close;
    ops.rename = step_rename, ops.unlink = step_unlink, ops.lock = step_lock, ops.adopt = step_adopt;
    return npy_save(c, &ops, path, &v);
}

static lamella_status save_by_steps(const char *path)
{
    CALL(NULL, step_body(c, path));
}

TEST(a_save_takes_these_steps_and_no_other)
{
    folder_make();
    const char *path = in_folder("x.npy");
    for (int again = 0; again < 2; again++) {
        steps = (struct steps){ .mode = 0 };
        ok(save_by_steps(path));
        equal_text(steps.text, " open lock write adopt fsync rename close open-folder fsync close");
        equal(steps.mode, again ? 0600 : 0666); /* nobody else reads what replaces a file, until it has that file's mode */
        equal(steps.opened, steps.closed);
    }
    steps = (struct steps){ .zero_writes = 1 };
    char expected[300];
    snprintf(expected, sizeof expected, "save_by_steps: %s: writing: no space left on the device", path);
    refused(save_by_steps(path), LAMELLA_ERR_IO, expected);
    equal_text(steps.text, " open lock write close unlink");
    bytes junk = bytes_of("half", 4);
    folder_write("x.npy.0.tmp", junk);
    steps = (struct steps){ .mode = 0 };
    ok(save_by_steps(path)); /* the leftover is opened, locked, removed */
    equal_text(steps.text, " open open lock unlink close open lock write adopt fsync rename close open-folder fsync close");
    check(!strcmp(steps.made, in_folder("x.npy.0.tmp"))); /* and its name taken again */
    free(junk.at);
    folder_remove();
}

/* Where a file system has no locks, nobody takes a file for a leftover. A lock that another has is another's file. */
TEST(a_lock_that_cannot_be_had_is_another_savers)
{
    char path[400], expected[600];
    folder_make();
    snprintf(path, sizeof path, "%s", in_folder("x.npy"));
    steps = (struct steps){ .lock_code = ENOLCK };
    ok(save_by_steps(path));
    equal_text(steps.text, " open lock write adopt fsync rename close open-folder fsync close");
    steps = (struct steps){ .lock_code = EWOULDBLOCK };
    snprintf(expected, sizeof expected, "save_by_steps: %s: a temporary file beside it cannot be made: every name that it may have is taken", path);
    refused(save_by_steps(path), LAMELLA_ERR_IO, expected);
    check(steps.opened == 100 && steps.closed == 100 && steps.unlinked == 0); /* each is left to who has it */
    equal(folder_count(), 101);
    folder_remove();
}

/* A hundred names are tried; what stands there and is no leftover stays, and is closed once. */
TEST(a_hundred_names_are_tried)
{
    char name[40], path[400];
    folder_make();
    snprintf(path, sizeof path, "%s", in_folder("x.npy"));
    bytes b = bytes_of("kept", 4);
    folder_write("kept", b);
    for (int i = 0; i < 99; i++) {
        snprintf(name, sizeof name, "x.npy.%d.tmp", i);
        equal(link(in_folder("kept"), in_folder(name)), 0);
    }
    steps = (struct steps){ .mode = 0 };
    ok(save_by_steps(path));
    equal(steps.opened, steps.closed);
    equal(link(in_folder("kept"), in_folder("x.npy.99.tmp")), 0);
    steps = (struct steps){ .mode = 0 };
    returns(save_by_steps(path), LAMELLA_ERR_IO);
    check(steps.opened == 100 && steps.closed == 100 && steps.unlinked == 0);
    equal(folder_count(), 102);
    free(b.at);
    folder_remove();
}

/* Of bytes that are no characters: the name is kept whole, or nothing of it. */
TEST(a_name_of_no_characters_is_saved)
{
    char name[256], path[400];
    folder_make();
    memset(name, 0x80, sizeof name);
    name[250] = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    steps = (struct steps){ .mode = 0 };
    ok(save_by_steps(path));
    equal(folder_count(), 1);
    unlink(path);
    folder_remove();
}

/* The longest path that is tried, and the first that is not: told at its own step. */
TEST(a_path_of_4136_bytes_is_too_long)
{
    char *path = malloc(4200);
    for (int n = 4134; n <= 4138; n++) {
        memset(path, '/', 4200);
        path[n] = 0;
        path[n - 1] = 'x';
        const char *step = n < 4136 ? "a temporary file beside it cannot be made: the name is too long" : "it cannot be replaced by a file: the name is too long";
        returns(save_by_steps(path), LAMELLA_ERR_IO);
        check(strstr(lamella_last_error(), step) != NULL);
    }
    free(path);
}

/* ---- how far it has come ---- */

static double told[16];
static int    n_told;

static int32_t keep_told(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    told[n_told++ % 16] = fraction;
    return 0;
}

/* Each mebibyte written, and what is left of one. */
TEST(saving_tells_how_far_it_has_come)
{
    static const int64_t sizes[] = { 1, (1 << 20) - 129, (1 << 20) - 128, (1 << 20) - 127, (2 << 20) - 128, (3 << 20) + 5 };
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = keep_told };
    char *x = calloc(1, 4 << 20);
    ok(lamella_context_create(&options, &ctx));
    folder_make();
    for (int i = 0; i < LENGTH(sizes); i++) {
        lamella_view v = view_of(LAMELLA_U8, x, sizes[i]);
        int64_t total = sizes[i] + 128, n = (total + (1 << 20) - 1) >> 20;
        n_told = 0;
        ok(lamella_io_npy_save(ctx, in_folder("x"), &v));
        equal(n_told, n);
        for (int64_t k = 0; k < n; k++)
            near(told[k], k == n - 1 ? 1 : (double)((k + 1) << 20) / (double)total, ABSOLUTE, 1e-12);
    }
    lamella_context_free(ctx);
    free(x);
    folder_remove();
}
