/* Every operation of the file table failing in turn: a clear status, the old file where it was, no temporary file, no open descriptor. */
#include "io/files.h"
#include "io/stack.h"

#include <errno.h>

/* The table under test counts its calls; call number fail_at fails with `code`, once. Short transfers move one byte. */
static struct faulty {
    int64_t calls, fail_at;
    int     code, short_transfers, interrupted;
    int64_t open_descriptors;
} faulty;

static int fails(void)
{
    if (++faulty.calls != faulty.fail_at)
        return 0;
    errno = faulty.code;
    return 1;
}

/* EINTR before every second call. */
static int interrupted(void)
{
    static int turn;
    errno = EINTR;
    return faulty.interrupted && (turn = !turn);
}

static int faulty_open(const char *path, int flags, int mode)
{
    if (fails() || interrupted())
        return -1;
    int fd = file_operations_of_system()->open(path, flags, mode);
    faulty.open_descriptors += fd >= 0;
    return fd;
}

static int faulty_size(int fd, int64_t *n)
{
    return fails() ? -1 : file_operations_of_system()->size(fd, n);
}

static int64_t faulty_pread(int fd, void *to, int64_t n, int64_t offset)
{
    if (fails() || interrupted())
        return -1;
    return file_operations_of_system()->pread(fd, to, faulty.short_transfers ? 1 : n, offset);
}

static int64_t faulty_write(int fd, const void *from, int64_t n)
{
    if (fails() || interrupted())
        return -1;
    return file_operations_of_system()->write(fd, from, faulty.short_transfers ? 1 : n);
}

static int faulty_fsync(int fd)
{
    return fails() || interrupted() ? -1 : file_operations_of_system()->fsync(fd);
}

static int faulty_close(int fd)
{
    faulty.open_descriptors--;
    file_operations_of_system()->close(fd);
    return fails() ? -1 : 0;
}

static int faulty_rename(const char *from, const char *to)
{
    return fails() ? -1 : file_operations_of_system()->rename(from, to);
}

static int faulty_unlink(const char *path)
{
    return file_operations_of_system()->unlink(path);
}

static int faulty_lock(int fd, const char *path)
{
    return file_operations_of_system()->lock(fd, path);
}

static int faulty_adopt(int fd, const char *like)
{
    return fails() ? -1 : file_operations_of_system()->adopt(fd, like);
}

static const file_operations faulty_operations = { faulty_open, faulty_size, faulty_pread, faulty_write, faulty_fsync, faulty_close, faulty_rename,
                                                   faulty_unlink, faulty_lock, faulty_adopt };

static float values[1000];

/* The public bodies, with the table above. */
static lamella_status save_body(call *c)
{
    static const char *const metadata[] = { "k", "v" };
    save_array a[2] = { { .name = "x" }, { .name = "y" } };
    a[0].view = view_of(LAMELLA_F32, values, 20, 50);
    a[1].view = view_of(LAMELLA_F32, values, 1000);
    return safetensors_save(c, &faulty_operations, in_folder("f.safetensors"), a, 2, metadata, 1);
}

static lamella_status save(void)
{
    CALL(NULL, save_body(c));
}

static lamella_status npy_body(call *c)
{
    lamella_view v = view_of(LAMELLA_F32, values, 20, 50);
    return npy_save(c, &faulty_operations, in_folder("f.npy"), &v);
}

static lamella_status save_npy(void)
{
    CALL(NULL, npy_body(c));
}

static lamella_status open_body(call *c, const char *name, lamella_io_file **file)
{
    lamella_io_fault fault = { 0 };
    lamella_status status = file_open(c, &faulty_operations, in_folder(name), 0, file, &fault);
    equal(fault.rule, 0);
    return status;
}

static lamella_status open_file(const char *name, lamella_io_file **file)
{
    CALL(NULL, open_body(c, name, file));
}

static lamella_status stack_body(call *c, lamella_io_file **file, lamella_stack *stack)
{
    return stack_open(c, &faulty_operations, in_folder("stack"), NULL, file, stack, NULL, NULL);
}

static lamella_status open_stack(lamella_io_file **file, lamella_stack *stack)
{
    CALL(NULL, stack_body(c, file, stack));
}

static int64_t calls_of(lamella_status (*work)(void))
{
    faulty = (struct faulty){ 0 };
    ok(work());
    equal(faulty.open_descriptors, 0);
    return faulty.calls;
}

static void each_fault(lamella_status (*work)(void), const char *name, int code)
{
    int64_t calls = calls_of(work);
    bytes old = bytes_of("the old file", 12);
    enum { LATE = 4 }; /* close; open, fsync and close of the folder: the new file stands already */
    check(calls >= 5 + LATE); /* open, write, adopt, fsync, rename */
    for (int64_t k = 1; k <= calls; k++) {
        folder_write(name, old);
        faulty = (struct faulty){ .fail_at = k, .code = code };
        returns(work(), k > calls - LATE ? LAMELLA_OK : LAMELLA_ERR_IO);
        bytes left = file_bytes(in_folder(name));
        equal(left.n == 12 && !memcmp(left.at, "the old file", 12), k <= calls - LATE);
        equal(folder_count(), 1);
        equal(faulty.open_descriptors, 0);
        free(left.at);
    }
    free(old.at);
    unlink(in_folder(name));
}

TEST(a_failing_save_leaves_the_old_file_and_nothing_else)
{
    folder_make();
    each_fault(save, "f.safetensors", EIO);
    each_fault(save, "f.safetensors", ENOSPC);
    each_fault(save_npy, "f.npy", EIO);
    folder_remove();
}

TEST(a_message_names_path_step_and_reason)
{
    char expected[300];
    folder_make();
    faulty = (struct faulty){ .fail_at = 2, .code = ENOSPC };
    snprintf(expected, sizeof expected, "save: %s/f.safetensors: writing: no space left on the device", folder);
    refused(save(), LAMELLA_ERR_IO, expected);
    faulty = (struct faulty){ .fail_at = 5, .code = 12345 };
    snprintf(expected, sizeof expected, "save: %s/f.safetensors: renaming the temporary file: system error 12345", folder);
    refused(save(), LAMELLA_ERR_IO, expected);
    folder_remove();
}

TEST(short_and_interrupted_transfers_are_carried_on)
{
    lamella_io_file *file;
    folder_make();
    calls_of(save);
    bytes whole = file_bytes(in_folder("f.safetensors"));
    faulty = (struct faulty){ .short_transfers = 1, .interrupted = 1 };
    ok(save());
    bytes pieces = file_bytes(in_folder("f.safetensors"));
    equal(pieces.n, whole.n);
    equal_bits(pieces.at, whole.at, whole.n);
    ok(open_file("f.safetensors", &file));
    float x[1000];
    lamella_view into = view_of(LAMELLA_F32, x, 1000);
    ok(lamella_io_file_read(NULL, file, "y", 0, &into));
    equal_bits(x, values, sizeof x);
    lamella_io_file_free(file);
    equal(faulty.open_descriptors, 0);
    free(whole.at);
    free(pieces.at);
    folder_remove();
}

TEST(a_failing_open_leaves_no_descriptor)
{
    lamella_io_file *file;
    folder_make();
    calls_of(save);
    calls_of(save_npy);
    static const char *const names[] = { "f.safetensors", "f.npy" };
    for (int i = 0; i < 2; i++) {
        faulty = (struct faulty){ 0 };
        ok(open_file(names[i], &file));
        int64_t calls = faulty.calls;
        lamella_io_file_free(file);
        check(calls >= 4); /* open, size, kind, header */
        for (int64_t k = 1; k <= calls; k++) {
            faulty = (struct faulty){ .fail_at = k, .code = EIO };
            returns(open_file(names[i], &file), LAMELLA_ERR_IO);
            equal(faulty.open_descriptors, 0);
        }
    }
    folder_remove();
}

TEST(a_failing_read_of_a_stack_is_told)
{
    lamella_io_file *file;
    lamella_view layer = view_of(LAMELLA_F32, values, 20, 50), label = view_of(LAMELLA_F32, values, 20);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    folder_make();
    ok(lamella_io_stack_save(NULL, in_folder("stack"), &stack,
                             WITH(lamella_io_stack_save_options, .names = (const char *[]){ "l" }, .labels = &label, .n_labels = 1)));
    faulty = (struct faulty){ 0 };
    ok(open_stack(&file, &stack));
    int64_t calls = faulty.calls;
    faulty.fail_at = faulty.calls + 1;
    faulty.code = EIO;
    returns(lamella_io_stack_save(NULL, in_folder("copy"), &stack, NULL), LAMELLA_ERR_IO);
    equal(folder_count(), 1);
    lamella_io_file_free(file);
    for (int64_t k = 1; k <= calls; k++) {
        faulty = (struct faulty){ .fail_at = k, .code = EIO };
        returns(open_stack(&file, &stack), LAMELLA_ERR_IO);
        check(file == NULL);
        equal(faulty.open_descriptors, 0);
    }
    folder_remove();
}

/* A file cut short after it was opened: an error, not a crash, not zeros. */
TEST(a_file_that_shrinks_is_an_error)
{
    lamella_io_file *file;
    float x[1000];
    lamella_view into = view_of(LAMELLA_F32, x, 1000);
    folder_make();
    calls_of(save);
    ok(open_file("f.safetensors", &file));
    check(!truncate(in_folder("f.safetensors"), 5000));
    returns(lamella_io_file_read(NULL, file, "y", 0, &into), LAMELLA_ERR_IO);
    check(strstr(lamella_last_error(), "cut short after it was opened") != NULL);
    lamella_io_file_free(file);
    folder_remove();
}

/* The open file keeps reading the old bytes. */
TEST(a_save_over_an_open_file_disturbs_no_reader)
{
    lamella_io_file *file;
    float old[1000], x[1000];
    lamella_view into = view_of(LAMELLA_F32, x, 1000);
    folder_make();
    for (int i = 0; i < 1000; i++)
        values[i] = old[i] = (float)i;
    calls_of(save);
    ok(open_file("f.safetensors", &file));
    for (int i = 0; i < 1000; i++)
        values[i] = -1;
    calls_of(save);
    ok(lamella_io_file_read(NULL, file, "y", 0, &into));
    equal_bits(x, old, sizeof x);
    lamella_io_file_free(file);
    folder_remove();
}

static int32_t stop_at(double fraction, const char *stage, void *user)
{
    int *left = user;
    (void)stage;
    check(fraction >= 0 && fraction <= 1);
    return (*left)-- == 0 ? LAMELLA_STOP : 0;
}

TEST(a_stopped_save_leaves_the_old_file)
{
    int left;
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = stop_at, .user = &left };
    lamella_view v = view_of(LAMELLA_F32, calloc(1, 5 << 20), 5 << 18);
    ok(lamella_context_create(&options, &ctx));
    folder_make();
    int stops = 0;
    for (int k = 0;; k++, stops++) {
        left = k;
        lamella_status status = lamella_io_npy_save(ctx, in_folder("x"), &v);
        if (status == LAMELLA_OK)
            break;
        returns(status, LAMELLA_STOPPED);
        equal(folder_count(), 0);
    }
    check(stops >= 5);
    lamella_context_free(ctx);
    free(v.data);
    folder_remove();
}
