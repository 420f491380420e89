/* A file written beside its place and renamed into it: there is the old file or the new one, never half of one. As a careful editor saves:
 * through symbolic links, with the owner and mode of the file that is replaced, its folder written to the disk as well. The temporary file
 * is locked while it is written: what has no lock was left by a process that was killed, and the next save of the same name removes it. */
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define OUTPUT_TRIES 100
#define OUTPUT_PATH_BYTES 4200 /* more than the longest path */
#define OUTPUT_NAME_BYTES 200  /* of a name that is kept; with what is added it stays under the 255 bytes that a name may have */

static lamella_status output_fail(const call *c, const output *o, const char *step, int code)
{
    char room[IO_ERROR_BYTES];
    return fail(c, LAMELLA_ERR_IO, "%s: %s: %s", path_shown(o->path), step, error_text(code, room));
}

/* Whatever happened: nothing of a temporary file is left. */
static void output_end(void *data)
{
    output *o = data;
    if (o->fd >= 0)
        o->ops->close(o->fd);
    if (o->exists)
        o->ops->unlink(o->temporary);
}

/* FILE.0.tmp beside the file; of a long name its beginning, whole characters, and a number for the whole. */
static void name_temporary(output *o, int try)
{
    const char *slash = strrchr(o->target, '/'), *name = slash ? slash + 1 : o->target;
    int64_t folder = name - o->target, n = (int64_t)strlen(name), kept = MIN(n, OUTPUT_NAME_BYTES);
    uint64_t whole = 0;
    for (const char *p = name; *p; p++)
        whole = (whole ^ (unsigned char)*p) * 0x100000001b3u;
    while (kept > 0 && ((unsigned char)name[kept] & 0xc0) == 0x80)
        kept--;
    if (kept < n)
        snprintf(o->temporary, OUTPUT_PATH_BYTES, "%.*s~%016llx.%d.tmp", (int)(folder + kept), o->target, (unsigned long long)whole, try);
    else
        snprintf(o->temporary, OUTPUT_PATH_BYTES, "%s.%d.tmp", o->target, try);
}

static int open_as(output *o, int flags, int mode)
{
    return descriptor_open(o->ops, o->temporary, flags | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode, &o->fd);
}

/* What nobody writes any more; removed under its lock, so that nobody begins to. */
static int remove_leftover(output *o)
{
    if (open_as(o, 0, 0))
        return 0;
    int removed = !o->ops->lock(o->fd, o->temporary) && descriptor_is_ours(o->fd) && !o->ops->unlink(o->temporary);
    o->ops->close(o->fd);
    o->fd = -1;
    return removed;
}

/* Another process may take the file for a leftover before it is locked: then it is lost. Where there are no locks nobody does. */
static int open_temporary(output *o, int try, int mode)
{
    name_temporary(o, try);
    int code = open_as(o, O_CREAT | O_EXCL, mode);
    if (code == EEXIST && remove_leftover(o))
        code = open_as(o, O_CREAT | O_EXCL, mode);
    if (!code && o->ops->lock(o->fd, o->temporary) && errno == EWOULDBLOCK) {
        o->ops->close(o->fd);
        o->fd = -1;
        return EEXIST;
    }
    o->exists = !code;
    return code;
}

lamella_status output_open(call *c, const file_operations *ops, const char *path, int64_t total, output **made)
{
    output *o;
    TAKE(c, o, 1);
    *o = (output){ .ops = ops, .path = path, .fd = -1, .total = total };
    TAKE(c, o->target, OUTPUT_PATH_BYTES);
    TAKE(c, o->temporary, OUTPUT_PATH_BYTES);
    TAKE(c, o->block, IO_BLOCK);
    TRY(call_undo(c, UNDO_ALWAYS, output_end, o));
    int refused = path_target(path, o->target, OUTPUT_PATH_BYTES - 64), code = EEXIST;
    if (!refused)
        refused = path_refusal(o->target);
    if (refused)
        return output_fail(c, o, "it cannot be replaced by a file", refused);
    int mode = access(o->target, F_OK) ? 0666 : 0600; /* until it adopts the old one's */
    for (int try = 0; try < OUTPUT_TRIES && code == EEXIST; try++)
        code = open_temporary(o, try, mode);
    *made = o;
    return code ? output_fail(c, o, "a temporary file beside it cannot be made", code) : LAMELLA_OK;
}

static lamella_status write_all(call *c, output *o, const char *bytes, int64_t n)
{
    for (int64_t at = 0; at < n;) {
        int64_t wrote = o->ops->write(o->fd, bytes + at, n - at);
        if (wrote < 0 && errno != EINTR)
            return output_fail(c, o, "writing", errno);
        if (wrote == 0)
            return output_fail(c, o, "writing", ENOSPC);
        at += MAX(wrote, 0);
    }
    o->done += n;
    return progress(c, o->done, o->total);
}

static lamella_status flush(call *c, output *o)
{
    int64_t n = o->used;
    o->used = 0;
    return n ? write_all(c, o, o->block, n) : LAMELLA_OK;
}

lamella_status output_write(call *c, output *o, const void *bytes, int64_t n)
{
    for (const char *next = bytes; n > 0;) {
        int64_t m = MIN(n, IO_BLOCK - o->used);
        if (m == IO_BLOCK) {
            TRY(write_all(c, o, next, m));
        } else {
            memcpy(o->block + o->used, next, (size_t)m);
            o->used += m;
        }
        if (o->used == IO_BLOCK)
            TRY(flush(c, o));
        next += m;
        n -= m;
    }
    return LAMELLA_OK;
}

/* A run of elements apart from each other, or in the wrong byte order for the file, goes through a small piece. */
static lamella_status write_run(call *c, output *o, const char *from, int64_t n, int64_t stride, int64_t size)
{
    char piece[4096];
    int64_t most = LENGTH(piece) / size;
    if (stride == 1 && IO_LITTLE_ENDIAN)
        return output_write(c, o, from, n * size);
    for (int64_t i = 0; i < n; i += most) {
        int64_t m = MIN(most, n - i);
        copy_run(piece, from + i * stride * size, m, stride, size);
        if (!IO_LITTLE_ENDIAN)
            swap_bytes(piece, m, size);
        TRY(output_write(c, o, piece, m * size));
    }
    return LAMELLA_OK;
}

lamella_status output_write_view(call *c, output *o, const lamella_view *view)
{
    int64_t size = dtype_size(view->dtype);
    if (view_elements(view) == 0)
        return LAMELLA_OK;
    if (view_is_row_major(view))
        return write_run(c, o, view->data, view_elements(view), 1, size);
    for (int64_t run = 0; run < view_runs(view); run++)
        TRY(write_run(c, o, view_run(view, run), run_length(view), run_stride(view), size));
    return LAMELLA_OK;
}

/* Waits until what was written is on the disk: 0, or an errno. */
static int sync_descriptor(const file_operations *ops, int fd)
{
    int code;
    do
        code = ops->fsync(fd) ? errno : 0;
    while (code == EINTR);
    return code;
}

/* The new name outlasts a power cut once the folder is on the disk. By now the file stands and the old one is gone, so that no failure could
 * say "nothing changed": it is a warning. */
static void sync_folder(call *c, output *o)
{
    char room[IO_ERROR_BYTES], *slash = strrchr(o->target, '/');
    if (slash)
        slash[slash == o->target] = 0;
    int fd, code = descriptor_open(o->ops, slash ? o->target : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, &fd);
    if (!code) {
        code = sync_descriptor(o->ops, fd);
        o->ops->close(fd);
    }
    if (code && code != EINVAL) /* a file system that does not sync folders */
        call_log(c, LAMELLA_LOG_WARN, "%s: writing its folder to the disk: %s", path_shown(o->path), error_text(code, room));
}

lamella_status output_finish(call *c, output *o)
{
    TRY(flush(c, o));
    if (o->ops->adopt(o->fd, o->target))
        return output_fail(c, o, "keeping the file's mode", errno);
    int code = sync_descriptor(o->ops, o->fd);
    if (code)
        return output_fail(c, o, "writing it to the disk", code);
    if (o->ops->rename(o->temporary, o->target))
        return output_fail(c, o, "renaming the temporary file", errno);
    o->exists = 0;
    o->ops->close(o->fd); /* with it the lock; what could fail was on the disk before */
    o->fd = -1;
    sync_folder(c, o);
    return LAMELLA_OK;
}
