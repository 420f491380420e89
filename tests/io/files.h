/* Files of a test: built from bytes, in memory or in a folder that ends with the test. */
#ifndef IO_FILES_H
#define IO_FILES_H

#include "support/allocator.h"
#include "support/test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct bytes {
    char   *at;
    int64_t n;
    int64_t marked; /* where '@' stood in the header that was built in, from the file's start; -1 = nowhere */
} bytes;

static inline bytes bytes_of(const void *at, int64_t n)
{
    bytes b = { malloc((size_t)n + 1), n, -1 };
    memcpy(b.at, at, (size_t)n);
    return b;
}

/* head, then the header without its '@', then data_bytes bytes 1, 2, 3 ... */
static inline bytes bytes_with_header(const char *head, int64_t n_head, const char *header, int64_t n, int64_t data_bytes)
{
    bytes b = { malloc((size_t)(n_head + n + data_bytes) + 1), n_head, -1 };
    memcpy(b.at, head, (size_t)n_head);
    for (int64_t i = 0; i < n; i++) {
        if (header[i] == '@')
            b.marked = b.n;
        else
            b.at[b.n++] = header[i];
    }
    for (int64_t i = 0; i < data_bytes; i++)
        b.at[b.n++] = (char)(i + 1);
    return b;
}

static inline bytes safetensors(const char *header, int64_t n, int64_t data_bytes)
{
    char head[8] = { 0 };
    int64_t length = n - (memchr(header, '@', (size_t)n) != NULL);
    for (int i = 0; i < 8; i++)
        head[i] = (char)(length >> 8 * i);
    return bytes_with_header(head, 8, header, n, data_bytes);
}

/* Version 1, a newline after the header. */
static inline bytes npy(const char *header, int64_t n, int64_t data_bytes)
{
    char head[10] = "\x93NUMPY\1\0";
    int64_t length = n - (memchr(header, '@', (size_t)n) != NULL) + 1;
    char *line = malloc((size_t)n + 1);
    memcpy(line, header, (size_t)n);
    line[n] = '\n';
    head[8] = (char)(length & 0xff);
    head[9] = (char)(length >> 8);
    bytes b = bytes_with_header(head, 10, line, n + 1, data_bytes);
    free(line);
    return b;
}

/* ---- a folder ---- */

static char folder[64];

static inline void folder_make(void)
{
    snprintf(folder, sizeof folder, "%s/lamella-io-XXXXXX", folder_of_files());
    check(mkdtemp(folder) != NULL);
}

/* The path of a file there; eight at a time. */
static inline const char *in_folder(const char *name)
{
    static char path[8][400];
    static int next;
    next = (next + 1) % 8;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

static inline const char *folder_write(const char *name, bytes b)
{
    const char *path = in_folder(name);
    FILE *f = fopen(path, "wb");
    check(f && fwrite(b.at, 1, (size_t)b.n, f) == (size_t)b.n && !fclose(f));
    return path;
}

static inline bytes file_bytes(const char *path)
{
    bytes b = { malloc(1 << 22), 0, -1 };
    FILE *f = fopen(path, "rb");
    check(f != NULL);
    b.n = (int64_t)fread(b.at, 1, 1 << 22, f);
    fclose(f);
    return b;
}

static inline int64_t folder_count(void)
{
    int64_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static inline void folder_remove(void)
{
    char path[400];
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) {
            snprintf(path, sizeof path, "%s/%.300s", folder, e->d_name);
            unlink(path);
        }
    closedir(d);
    rmdir(folder);
}

/* ---- opening ---- */

static inline lamella_status load(lamella_context *ctx, bytes b, int32_t raw_dtype, lamella_io_file **file, lamella_io_fault *fault)
{
    lamella_view v = view_of(LAMELLA_U8, b.at, b.n);
    lamella_io_file_options options = { .struct_size = sizeof options, .raw_dtype = raw_dtype };
    *fault = (lamella_io_fault){ .struct_size = sizeof *fault };
    return lamella_io_file_load(ctx, &v, &options, file, fault);
}

/* The same from a path: one status and one fault. */
static inline lamella_status load_both_ways(bytes b, int32_t raw_dtype, lamella_io_fault *fault)
{
    lamella_io_file *file;
    lamella_io_fault other = { .struct_size = sizeof other };
    lamella_io_file_options options = { .struct_size = sizeof options, .raw_dtype = raw_dtype };
    lamella_status status = load(NULL, b, raw_dtype, &file, fault);
    check((status == LAMELLA_OK) == (file != NULL));
    lamella_io_file_free(file);
    returns(lamella_io_file_open(NULL, folder_write("file", b), &options, &file, &other), status);
    check((status == LAMELLA_OK) == (file != NULL));
    lamella_io_file_free(file);
    equal_bits(&other, fault, sizeof other);
    return status;
}

static inline lamella_context *context_of(test_allocator *a)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .allocate = test_allocate, .release = test_release, .user = a };
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

static inline lamella_io_entry entry_at(const lamella_io_file *file, int64_t i)
{
    lamella_io_entry e = { .struct_size = sizeof e };
    ok(lamella_io_entry_get(file, i, &e));
    return e;
}

#endif
