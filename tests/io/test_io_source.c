/* Bytes from a disk or from memory, and what the table of the operating system's calls promises. */
#include "io/files.h"
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

/* Any range around the ends; a plain rule says which are there. */
TEST(a_range_is_read_whole_or_not_at_all)
{
    enum { N = 9 };
    char text[N + 1] = "abcdefghi", got[N + 4];
    folder_make();
    bytes b = bytes_of(text, N);
    source from[2] = { { .memory = text, .fd = -1, .bytes = N },
                       { .ops = file_operations_of_system(), .fd = open(folder_write("f", b), O_RDONLY), .bytes = N } };
    for (int s = 0; s < 2; s++)
        for (int64_t offset = -3; offset <= N + 3; offset++)
            for (int64_t n = -3; n <= N + 3; n++) {
                memset(got, '!', sizeof got);
                int there = offset >= 0 && n >= 0 && offset + n <= N;
                equal(source_read(&from[s], offset, got, n), there ? 0 : ENODATA);
                for (int64_t i = 0; i < N + 4; i++)
                    equal(got[i], there && i < n ? text[offset + i] : '!');
            }
    equal(source_read(&from[0], 0, got, INT64_MAX), ENODATA);
    equal(source_read(&from[0], INT64_MAX, got, 1), ENODATA);
    close(from[1].fd);
    free(b.at);
    folder_remove();
}

/* ---- a file that is only counted ---- */

static struct counted {
    int64_t next, most, calls;
    int     opened, closed;
} counted;

static int counted_open(const char *path, int flags, int mode)
{
    (void)path, (void)flags, (void)mode;
    counted.opened++;
    return 0; /* as good a descriptor as any, where the host closed its own */
}

static int counted_size(int fd, int64_t *n)
{
    equal(fd, 0);
    *n = 100;
    return 0;
}

static int64_t counted_pread(int fd, void *to, int64_t n, int64_t offset)
{
    (void)to;
    equal(fd, 0);
    equal(offset, counted.next);
    counted.calls++;
    counted.most = MAX(counted.most, n);
    counted.next += n;
    return n;
}

static int counted_close(int fd)
{
    equal(fd, 0);
    counted.closed++;
    return 0;
}

static const file_operations counted_operations = { .open = counted_open, .size = counted_size, .pread = counted_pread, .close = counted_close };

TEST(much_is_asked_for_by_gibibytes)
{
    char nothing[8];
    source s = { .ops = &counted_operations, .fd = 0, .bytes = INT64_C(3) << 30 };
    counted = (struct counted){ .next = 0 };
    equal(source_read(&s, 0, nothing, s.bytes), 0);
    equal(counted.most, INT64_C(1) << 30);
    equal(counted.calls, 3);
    equal(counted.next, s.bytes);
}

static lamella_status open_body(call *c, const file_operations *ops, source *s)
{
    return source_open(c, ops, "path", s);
}

static lamella_status open_counted(source *s)
{
    CALL(NULL, open_body(c, &counted_operations, s));
}

TEST(a_descriptor_of_0_is_one_and_is_closed_once)
{
    source s;
    counted = (struct counted){ .next = 0 };
    ok(open_counted(&s));
    check(s.fd == 0 && s.bytes == 100 && counted.opened == 1 && counted.closed == 0);
    source_close(&s);
    equal(counted.closed, 1);
    source_close(&s);
    equal(counted.closed, 1);
    s = (source){ .ops = &counted_operations, .memory = "bytes", .fd = 0, .bytes = 5 };
    source_close(&s);
    equal(counted.closed, 1); /* memory has none */
}

/* ---- what the table promises ---- */

TEST(each_call_of_the_system_returns_minus_1_and_says_why)
{
    const file_operations *ops = file_operations_of_system();
    int64_t n = -7;
    char byte;
    folder_make();
    bytes b = bytes_of("12345", 5);
    int fd = ops->open(folder_write("f", b), O_RDWR, 0), none = ops->open(in_folder("none"), O_RDONLY, 0);
    equal(none, -1);
    equal(errno, ENOENT);
    equal(ops->size(fd, &n), 0);
    equal(n, 5);
    int directory = open(folder, O_RDONLY), null = open("/dev/null", O_RDONLY);
    equal(ops->size(directory, &n), -1);
    equal(errno, EISDIR);
    equal(ops->size(null, &n), -1);
    equal(errno, EINVAL);
    equal(ops->size(-1, &n), -1);
    equal(errno, EBADF);
    equal(n, 5);
    equal(ops->pread(fd, &byte, 1, 3), 1);
    equal(byte, '4');
    equal(ops->pread(-1, &byte, 1, 3), -1);
    equal(ops->write(fd, "ab", 2), 2);
    equal(ops->pread(fd, &byte, 1, 1), 1);
    equal(byte, 'b');
    equal(ops->adopt(fd, in_folder("none")), 0); /* nothing to be like */
    equal(ops->adopt(fd, in_folder("f/x")), -1);
    equal(errno, ENOTDIR);
    equal(ops->adopt(-1, in_folder("f")), -1);
    equal(errno, EBADF);
    equal(ops->adopt(fd, in_folder("f")), 0);
    close(directory);
    close(null);
    close(fd);
    free(b.at);
    folder_remove();
}

/* A lock is had of a file that stands there; it is ours to remove if it is a file of this name alone, and we made it. */
TEST(a_lock_is_had_of_what_stands_there_and_ours_has_one_name)
{
    const file_operations *ops = file_operations_of_system();
    folder_make();
    bytes b = bytes_of("12345", 5);
    const char *path = folder_write("f", b), *other = folder_write("g", b);
    int fd = open(path, O_RDWR), second = open(path, O_RDWR);
    equal(ops->lock(fd, path), 0);
    errno = 0;
    equal(ops->lock(second, path), -1); /* had by another */
    equal(errno, EWOULDBLOCK);
    close(second);
    errno = 0;
    equal(ops->lock(fd, other), -1); /* another file */
    equal(errno, EWOULDBLOCK);
    equal(ops->lock(fd, in_folder("none")), -1);
    equal(errno, EWOULDBLOCK);
    equal(symlink("f", in_folder("link")), 0);
    equal(ops->lock(fd, in_folder("link")), -1);
    equal(link(path, in_folder("twin")), 0);
    equal(ops->lock(fd, path), 0);
    check(!descriptor_is_ours(fd));
    unlink(in_folder("twin"));
    check(descriptor_is_ours(fd));
    if (geteuid() == 0) {
        equal(chown(path, 1234, (gid_t)-1), 0);
        check(!descriptor_is_ours(fd));
        equal(chown(path, 0, (gid_t)-1), 0);
        check(descriptor_is_ours(fd));
    }
    int directory = open(folder, O_RDONLY);
    check(!descriptor_is_ours(directory) && !descriptor_is_ours(-1)); /* no regular file */
    close(directory);
    close(fd);
    free(b.at);
    folder_remove();
}

TEST(a_file_is_put_in_no_other_things_place)
{
    folder_make();
    bytes b = bytes_of("12345", 5);
    equal(path_refusal(folder_write("f", b)), 0);
    equal(path_refusal(in_folder("none")), 0);
    equal(path_refusal(in_folder("f/x")), 0); /* opening says it */
    equal(path_refusal(folder), EISDIR);
    equal(path_refusal("/dev/null"), EINVAL);
    free(b.at);
    folder_remove();
}

/* ---- what is said ---- */

TEST(each_error_has_its_words)
{
    static const struct { int code; const char *text; } errors[] = {
        { ENOENT, "no such file or directory" }, { EACCES, "permission denied" }, { EPERM, "permission denied" }, { EISDIR, "is a directory" },
        { ENOTDIR, "a part of the path is no directory" }, { EINVAL, "is no regular file" }, { ENAMETOOLONG, "the name is too long" },
        { ELOOP, "too many symbolic links" }, { EMFILE, "too many open files" }, { ENFILE, "too many open files" },
        { ENOSPC, "no space left on the device" }, { EDQUOT, "the disk quota is used up" }, { EFBIG, "the file would be too large" },
        { EROFS, "the file system is read-only" }, { EIO, "input/output error" }, { ENOMEM, "the system is out of memory" },
        { ENODATA, "the file ends early: it was cut short after it was opened" }, { 12345, "system error 12345" },
        { INT32_MIN, "system error -2147483648" },
    };
    char room[IO_ERROR_BYTES];
    for (int i = 0; i < LENGTH(errors); i++)
        equal_text(error_text(errors[i].code, room), errors[i].text);
}

/* The last 200 bytes, from the first whole character on. */
TEST(a_path_is_shown_by_its_last_200_bytes)
{
    char path[600];
    for (int n = 0; n < 410; n++) {
        memset(path, 'p', sizeof path);
        path[n] = 0;
        path[0] = n ? '/' : 0;
        equal(path_shown(path) - path, n > 200 ? n - 200 : 0);
    }
    for (int shift = 0; shift < 3; shift++) {
        int n = shift;
        memset(path, 'p', sizeof path);
        for (; n < 300; n += 3)
            memcpy(path + n, "\xe2\x82\xac", 3);
        path[n] = 0;
        int first = n - 200; /* then on to where a character begins */
        while ((first - shift) % 3)
            first++;
        equal(path_shown(path) - path, first);
    }
    memset(path, 0x80, 150); /* of no characters at all: as it is */
    path[150] = 0;
    check(path_shown(path) == path);
}
