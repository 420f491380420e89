/* Bytes by pread or from memory. The table of the operating system's calls, and what their errors are called. */
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int system_open(const char *path, int flags, int mode)
{
    return open(path, flags, mode);
}

static int system_size(int fd, int64_t *bytes)
{
    struct stat s;
    if (fstat(fd, &s))
        return -1;
    if (!S_ISREG(s.st_mode)) {
        errno = S_ISDIR(s.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    *bytes = (int64_t)s.st_size;
    return 0;
}

int path_refusal(const char *path)
{
    struct stat s;
    if (stat(path, &s))
        return 0; /* nothing there, or opening beside it will say what is wrong */
    return S_ISREG(s.st_mode) ? 0 : S_ISDIR(s.st_mode) ? EISDIR : EINVAL;
}

int path_target(const char *path, char *target, int64_t size)
{
    char link[4096];
    int64_t length = (int64_t)strlen(path), n;
    if (length >= size)
        return ENAMETOOLONG;
    memcpy(target, path, (size_t)length + 1);
    for (int links = 0; (n = readlink(target, link, sizeof link)) >= 0; links++) {
        const char *slash = strrchr(target, '/');
        int64_t folder = slash && link[0] != '/' ? slash + 1 - target : 0;
        if (links == 40)
            return ELOOP;
        if (n == LENGTH(link) || folder + n >= size)
            return ENAMETOOLONG;
        memcpy(target + folder, link, (size_t)n);
        target[folder + n] = 0;
    }
    return 0;
}

static int64_t system_pread(int fd, void *to, int64_t n, int64_t offset)
{
    return pread(fd, to, (size_t)n, (off_t)offset);
}

static int64_t system_write(int fd, const void *from, int64_t n)
{
    return write(fd, from, (size_t)n);
}

int descriptor_is_ours(int fd)
{
    struct stat s;
    return !fstat(fd, &s) && S_ISREG(s.st_mode) && s.st_nlink == 1 && s.st_uid == geteuid();
}

/* A lock ends with its process, so what a killed one left can be told from what another is writing. */
static int system_lock(int fd, const char *path)
{
    struct stat mine, there;
    if (flock(fd, LOCK_EX | LOCK_NB))
        return -1;
    if (!fstat(fd, &mine) && !lstat(path, &there) && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino)
        return 0;
    errno = EWOULDBLOCK;
    return -1;
}

/* Where the group cannot be kept, another one may do no more than everybody. */
static int system_adopt(int fd, const char *like)
{
    struct stat s, mine;
    if (stat(like, &s))
        return errno == ENOENT ? 0 : -1;
    if (fstat(fd, &mine))
        return -1;
    mode_t mode = s.st_mode & 0777;
    if (mine.st_uid != s.st_uid && !fchown(fd, s.st_uid, s.st_gid))
        return fchmod(fd, mode);
    if (mine.st_gid != s.st_gid && fchown(fd, (uid_t)-1, s.st_gid))
        mode &= (mode_t)(0707 | (mode & 7) << 3);
    return fchmod(fd, mode);
}

const file_operations *file_operations_of_system(void)
{
    static const file_operations system = { system_open, system_size, system_pread, system_write, fsync, close, rename, unlink, system_lock,
                                            system_adopt };
    return &system;
}

const char *path_shown(const char *path)
{
    int64_t n = (int64_t)strlen(path);
    const char *shown = path + MAX(n - 200, 0);
    while (shown > path && ((unsigned char)*shown & 0xc0) == 0x80)
        shown++;
    return shown;
}

const char *error_text(int code, char room[IO_ERROR_BYTES])
{
    switch (code) {
    case ENOENT: return "no such file or directory";
    case EACCES:
    case EPERM: return "permission denied";
    case EEXIST: return "every name that it may have is taken";
    case EISDIR: return "is a directory";
    case ENOTDIR: return "a part of the path is no directory";
    case EINVAL: return "is no regular file";
    case ENAMETOOLONG: return "the name is too long";
    case ELOOP: return "too many symbolic links";
    case EMFILE:
    case ENFILE: return "too many open files";
    case ENOSPC: return "no space left on the device";
    case EDQUOT: return "the disk quota is used up";
    case EFBIG: return "the file would be too large";
    case EROFS: return "the file system is read-only";
    case EIO: return "input/output error";
    case ENOMEM: return "the system is out of memory";
    case ENODATA: return "the file ends early: it was cut short after it was opened";
    default:
        snprintf(room, IO_ERROR_BYTES, "system error %d", code);
        return room;
    }
}

lamella_status check_path(call *c, const char *path)
{
    if (!path || !*path)
        return fail(c, LAMELLA_ERR_ARGUMENT, "path is %s, expected the path of a file", path ? "\"\"" : "NULL");
    return LAMELLA_OK;
}

lamella_status source_fail(const call *c, const char *name, int code)
{
    char room[IO_ERROR_BYTES];
    return fail(c, LAMELLA_ERR_IO, "%s: %s", name, error_text(code, room));
}

int descriptor_open(const file_operations *ops, const char *path, int flags, int mode, int *fd)
{
    do
        *fd = ops->open(path, flags, mode);
    while (*fd < 0 && errno == EINTR);
    return *fd < 0 ? errno : 0;
}

void source_close(source *s)
{
    if (!s->memory && s->fd >= 0)
        s->ops->close(s->fd);
    s->fd = -1;
}

static void close_source(void *s)
{
    source_close(s);
}

lamella_status source_open(call *c, const file_operations *ops, const char *path, source *s)
{
    int code;
    *s = (source){ .ops = ops, .fd = -1 };
    TRY(call_undo(c, UNDO_ON_FAILURE, close_source, s));
    code = descriptor_open(ops, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0, &s->fd);
    if (!code && ops->size(s->fd, &s->bytes))
        code = errno;
    return code ? source_fail(c, path_shown(path), code) : LAMELLA_OK;
}

int source_read(const source *s, int64_t offset, void *to, int64_t n)
{
    char *next = to;
    if (offset < 0 || n < 0 || offset > s->bytes || n > s->bytes - offset)
        return ENODATA;
    if (s->memory && n)
        memcpy(to, s->memory + offset, (size_t)n);
    while (!s->memory && n > 0) {
        int64_t got = s->ops->pread(s->fd, next, MIN(n, INT64_C(1) << 30), offset);
        if (got == 0)
            return ENODATA;
        if (got < 0 && errno != EINTR)
            return errno;
        got = MAX(got, 0); /* where a signal came between, again */
        next += got;
        offset += got;
        n -= got;
    }
    return 0;
}
