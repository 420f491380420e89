/* Both readers, from memory and by pread: they agree, what they list lies inside the file and in order, and every array can be read. */
#include "fuzz/fuzz.h"
#include "io/stack.h"

/* ---- a disk in memory ---- */

static fuzz_file disk;

static int disk_open(const char *path, int flags, int mode)
{
    (void)path, (void)flags, (void)mode;
    return 3;
}

static int disk_size(int fd, int64_t *n)
{
    (void)fd;
    *n = (int64_t)disk.n;
    return 0;
}

static int64_t disk_pread(int fd, void *to, int64_t n, int64_t offset)
{
    (void)fd;
    MUST(offset >= 0 && n >= 0 && offset <= (int64_t)disk.n);
    n = MIN(n, (int64_t)disk.n - offset);
    memcpy(to, disk.at + offset, (size_t)n);
    return n;
}

static int disk_close(int fd)
{
    (void)fd;
    return 0;
}

static const file_operations disk_operations = { .open = disk_open, .size = disk_size, .pread = disk_pread, .close = disk_close };

/* ---- a file of bytes ---- */

/* Where the last number before the last ']' ends the data, if it has at most four digits. */
static size_t claimed_bytes(const uint8_t *text, size_t n)
{
    size_t end = n, value = 0;
    while (end > 0 && text[end - 1] != ']')
        end--;
    size_t begin = end ? --end : 0;
    while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9')
        begin--;
    for (size_t i = begin; i < end && end - begin <= 4; i++)
        value = value * 10 + (size_t)(text[i] - '0');
    return value;
}

fuzz_file fuzz_safetensors_file(const uint8_t *bytes, size_t n)
{
    if (n == 0 || bytes[0] == 0) {
        fuzz_file whole = { malloc(n), n ? n - 1 : 0 };
        memcpy(whole.at, bytes + (n ? 1 : 0), whole.n);
        return whole;
    }
    size_t length = n - 1, data = claimed_bytes(bytes + 1, length);
    fuzz_file f = { malloc(8 + length + data), 8 + length + data };
    for (int i = 0; i < 8; i++)
        f.at[i] = (char)(length >> 8 * i);
    memcpy(f.at + 8, bytes + 1, length);
    for (size_t i = 0; i < data; i++)
        f.at[8 + length + i] = (char)(i * bytes[0]);
    return f;
}

lamella_view fuzz_view_of(fuzz_file f)
{
    return (lamella_view){ .data = f.at, .shape = { (int64_t)f.n }, .dtype = LAMELLA_U8, .rank = 1 };
}

/* ---- what has to hold ---- */

static lamella_status open_body(call *c, int32_t raw_dtype, lamella_io_file **file, lamella_io_fault *fault)
{
    lamella_status status = file_open(c, &disk_operations, "bytes", raw_dtype, file, fault);
    if (status)
        *file = NULL;
    return status;
}

static lamella_status open_disk(int32_t raw_dtype, lamella_io_file **file, lamella_io_fault *fault)
{
    CALL(NULL, open_body(c, raw_dtype, file, fault));
}

/* Row-major bytes of an array, from `file`; its place is inside the file. */
static void read_array(const lamella_io_file *file, const lamella_io_entry *e, char *to)
{
    lamella_view v;
    MUST(e->offset >= 0 && e->n_bytes >= 0 && e->offset + e->n_bytes <= (int64_t)disk.n);
    if (lamella_io_file_get(file, e->name, &v))
        return;
    MUST(v.rank == e->rank && v.dtype == e->dtype);
    memset(v.stride, 0, sizeof v.stride);
    v.data = to;
    v.flags = 0;
    MUST(lamella_io_file_read(NULL, file, e->name, 0, &v) == LAMELLA_OK);
}

static void same_array(const lamella_io_file *a, const lamella_io_file *b, int64_t i)
{
    lamella_io_entry x = { .struct_size = sizeof x }, y = { .struct_size = sizeof y };
    MUST(!lamella_io_entry_get(a, i, &x) && !lamella_io_entry_get(b, i, &y));
    MUST(!strcmp(x.name, y.name) && !strcmp(x.file_dtype, y.file_dtype) && x.offset == y.offset && x.n_bytes == y.n_bytes && x.rank == y.rank);
    MUST(!memcmp(x.shape, y.shape, sizeof x.shape));
    char *first = calloc(1, (size_t)x.n_bytes + !x.n_bytes), *second = calloc(1, (size_t)x.n_bytes + !x.n_bytes);
    read_array(a, &x, first);
    read_array(b, &y, second);
    MUST(!memcmp(first, second, (size_t)x.n_bytes));
    free(first);
    free(second);
}

static void same_files(const lamella_io_file *a, const lamella_io_file *b)
{
    int64_t n, pairs, m, other;
    const char *before = NULL, *key, *value;
    MUST(!lamella_io_sizes_get(a, &n, &pairs) && !lamella_io_sizes_get(b, &m, &other) && n == m && pairs == other);
    for (int64_t i = 0; i < n; i++)
        same_array(a, b, i);
    for (int64_t i = 0; i < pairs; i++, before = key) {
        MUST(!lamella_io_metadata_get(a, i, &key, &value));
        MUST(!before || name_compare(before, key) < 0);
        MUST(file_metadata(b, key) && !strcmp(file_metadata(b, key), value));
    }
}

static void open_both_ways(fuzz_file f, int32_t raw_dtype)
{
    lamella_io_file *memory, *opened;
    lamella_io_fault fault = { .struct_size = sizeof fault }, other = { 0 };
    lamella_io_file_options options = { .struct_size = sizeof options, .raw_dtype = raw_dtype };
    lamella_view v = fuzz_view_of(f);
    disk = f;
    lamella_status status = lamella_io_file_load(NULL, &v, &options, &memory, &fault);
    MUST(status == LAMELLA_OK || (!memory && fault.rule && fault.offset >= 0 && fault.offset <= (int64_t)f.n));
    MUST(open_disk(raw_dtype, &opened, &other) == status);
    other.struct_size = sizeof other;
    MUST(!memcmp(&fault, &other, sizeof fault));
    if (status == LAMELLA_OK)
        same_files(memory, opened);
    lamella_io_file_free(memory);
    lamella_io_file_free(opened);
    free(f.at);
}

void fuzz_safetensors(const uint8_t *bytes, size_t n)
{
    open_both_ways(fuzz_safetensors_file(bytes, n), 0);
}

void fuzz_npy(const uint8_t *bytes, size_t n)
{
    static const char magic[] = "\x93NUMPY\1\0";
    if (n == 0)
        return;
    size_t length = n - 1, data = bytes[0] >> 2;
    fuzz_file f = { malloc(10 + length + data), 0 };
    if (bytes[0] & 1) {
        memcpy(f.at, magic, 8);
        f.at[8] = (char)(length & 0xff);
        f.at[9] = (char)(length >> 8);
        f.n = 10;
    }
    memcpy(f.at + f.n, bytes + 1, length);
    f.n += length;
    for (size_t i = 0; i < data && bytes[0] & 1; i++)
        f.at[f.n++] = (char)i;
    f.at = realloc(f.at, f.n + !f.n);
    open_both_ways(f, bytes[0] & 2 ? LAMELLA_BF16 : 0);
}

/* ---- stacks ---- */

static lamella_status stack_body(call *c, const lamella_io_stack_options *options, lamella_io_file **file, lamella_stack *stack,
                                 lamella_io_stack_result *result, lamella_io_fault *fault)
{
    return stack_open(c, &disk_operations, "stack", options, file, stack, result, fault);
}

static lamella_status open_stack(const lamella_io_stack_options *options, lamella_io_file **file, lamella_stack *stack,
                                 lamella_io_stack_result *result, lamella_io_fault *fault)
{
    CALL(NULL, stack_body(c, options, file, stack, result, fault));
}

static void read_layer(const lamella_stack *s, int64_t l)
{
    lamella_view v = s->layer[l];
    int64_t rows = v.shape[0], bytes = dtype_size(v.dtype);
    for (int32_t a = 1; a < v.rank; a++)
        bytes *= v.shape[a];
    MUST(bytes * rows <= (int64_t)disk.n && (l == 0 || s->depth[l] > s->depth[l - 1]));
    if (bytes * rows == 0)
        return;
    char *whole = malloc((size_t)(bytes * rows)), *row = malloc((size_t)bytes);
    v.data = whole;
    MUST(s->read(s->depth[l], 0, rows, &v, s->user) == rows);
    v.shape[0] = 1;
    v.data = row;
    for (int64_t i = 0; i < MIN(rows, 4); i++)
        MUST(s->read(s->depth[l], rows - 1 - i, 1, &v, s->user) == 1 && !memcmp(row, whole + (rows - 1 - i) * bytes, (size_t)bytes));
    free(whole);
    free(row);
}

void fuzz_stack(const uint8_t *bytes, size_t n)
{
    static const char *const prefixes[] = { NULL, "layer.", "h.", "x", "" };
    if (n < 3)
        return;
    lamella_io_stack_options options = { .struct_size = sizeof options, .raw_dtype = bytes[0] & 16 ? LAMELLA_BF16 : 0,
        .prefix = prefixes[bytes[0] % 5], .layer_axis = bytes[1] % 3 };
    lamella_io_stack_result result = { .struct_size = sizeof result };
    lamella_io_fault fault = { .struct_size = sizeof fault };
    lamella_stack s = { .struct_size = sizeof s };
    lamella_io_file *file;
    disk = fuzz_safetensors_file(bytes + 2, n - 2);
    lamella_status status = open_stack(&options, &file, &s, &result, &fault);
    MUST((file != NULL) == (status >= 0));
    for (int64_t l = 0; file && l < MIN(s.n_layers, 64); l++)
        read_layer(&s, l);
    for (int64_t i = 0; file && i < file->stack.n_labels; i++) {
        lamella_view v;
        MUST(!lamella_io_label_get(file, file->stack.label[i].name, &v) && v.data == file->stack.label[i].view.data);
    }
    lamella_io_file_free(file);
    free(disk.at);
}
