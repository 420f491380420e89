/* A file written beside its place and renamed into it: there is the old file or the new one, never half of one. */
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define OUTPUT_TRIES 100

static lamella_status output_fail(const call *c, const output *o, const char *step, int code)
{
    char room[32];
    return fail(c, LAMELLA_ERR_IO, "%s: %s: %s", path_shown(o->path), step, error_text(code, room));
}

/* Whatever happened: nothing of a temporary file is left. */
static void output_end(void *data)
{
    output *o = data;
    if (o->fd >= 0)
        o->ops->close(o->fd);
    o->fd = -1;
    if (o->exists)
        o->ops->unlink(o->temporary);
    o->exists = 0;
}

/* A name that no other process or thread takes; what an older crash left is stepped over. */
static int open_temporary(output *o, int64_t size, int try)
{
    snprintf(o->temporary, (size_t)size, "%s.%ld-%llx-%d.tmp", o->path, (long)getpid(), (unsigned long long)(uintptr_t)o, try);
    do
        o->fd = o->ops->open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    while (o->fd < 0 && errno == EINTR);
    o->exists = o->fd >= 0;
    return o->exists ? 0 : errno;
}

lamella_status output_open(call *c, const file_operations *ops, const char *path, int64_t total, output **made)
{
    output *o;
    int64_t size = (int64_t)strlen(path) + 64;
    int code = EEXIST;
    TAKE(c, o, 1);
    *o = (output){ .ops = ops, .path = path, .fd = -1, .total = total };
    TAKE(c, o->temporary, size);
    TAKE(c, o->block, IO_BLOCK);
    TRY(call_undo(c, UNDO_ALWAYS, output_end, o));
    if (path_refusal(path))
        return output_fail(c, o, "it cannot be replaced by a file", path_refusal(path));
    for (int try = 0; try < OUTPUT_TRIES && code == EEXIST; try++)
        code = open_temporary(o, size, try);
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

static lamella_status output_flush(call *c, output *o)
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
            TRY(output_flush(c, o));
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

lamella_status output_finish(call *c, output *o)
{
    int code;
    TRY(output_flush(c, o));
    do
        code = o->ops->fsync(o->fd) ? errno : 0;
    while (code == EINTR);
    if (code)
        return output_fail(c, o, "writing it to the disk", code);
    code = o->ops->close(o->fd) ? errno : 0;
    o->fd = -1;
    if (code && code != EINTR)
        return output_fail(c, o, "closing", code);
    if (o->ops->rename(o->temporary, o->path))
        return output_fail(c, o, "renaming the temporary file", errno);
    o->exists = 0;
    return LAMELLA_OK;
}
