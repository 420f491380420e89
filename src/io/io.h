/* Files: where bytes come from, what a file is, its arrays by name, rows of them, and writing beside and renaming. Level 3.
 * Each file of this folder leans on those before it only, here as in the headers above: stack.h, files of layers, and fitted.h, fitted objects.
 *   source, json, order               bytes by pread or from memory; the text of headers; names in natural order
 *   types, refusal                    dtypes; what is wrong with a file, in words
 *   kind, entries                     what a file is by its first bytes; what an open one holds, by name
 *   safetensors_check, safetensors    its header, strictly
 *   npy                               likewise
 *   file, read                        open, rows
 *   output, npy_save, save            temporary file, fsync, rename */
#ifndef IO_IO_H
#define IO_IO_H

#include "lamella/io.h"
#include "base/base.h"
#include "io/json.h"
#include "tensor/tensor.h"

#include <string.h>

#define IO_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define IO_BLOCK (1 << 20)
#define IO_RANK 64
#define IO_NAME_BYTES 4096
#define IO_ARRAYS 1000000
#define IO_PAIRS 100000
#define IO_HEADER_BYTES 100000000
#define IO_NPY_HEADER_BYTES 10000
#define IO_DATA_BYTES (INT64_C(1) << 53) /* no array is larger: readers that count in doubles agree up to here */

/* ---- source.c: bytes by pread or from memory ---- */

#define IO_ERROR_BYTES 32 /* of what has no name here: "system error 12345" */

/* What the operating system is asked for; tests hand in tables of which one entry fails. Each returns -1 and sets errno. */
typedef struct file_operations {
    int     (*open)(const char *path, int flags, int mode);
    int     (*size)(int fd, int64_t *bytes); /* -1 and EISDIR or EINVAL for what is no regular file */
    int64_t (*pread)(int fd, void *to, int64_t n, int64_t offset);
    int64_t (*write)(int fd, const void *from, int64_t n);
    int     (*fsync)(int fd);
    int     (*close)(int fd);
    int     (*rename)(const char *from, const char *to);
    int     (*unlink)(const char *path);
    int     (*lock)(int fd, const char *path);  /* until it is closed, and the path is this file: regular, ours, without another name; else EWOULDBLOCK */
    int     (*adopt)(int fd, const char *like); /* owner, group and mode of a file, where there is one */
} file_operations;

LAMELLA_INTERNAL const file_operations *file_operations_of_system(void);
/* 1: a regular file of one name that belongs to this process's user. Where new files get another owner it says 0 of those too. */
LAMELLA_INTERNAL int descriptor_is_ours(int fd);
/* Opens, again where a signal came between: 0, or an errno and *fd -1. */
LAMELLA_INTERNAL int descriptor_open(const file_operations *ops, const char *path, int flags, int mode, int *fd);
/* Where a save to this path goes: links are followed, also those that lead to nothing yet. 0, or an errno. */
LAMELLA_INTERNAL int path_target(const char *path, char *target, int64_t size);
/* The errno that says why a file must not be put in this place: a directory, a device or a pipe is there. 0: it may. */
LAMELLA_INTERNAL int path_refusal(const char *path);

typedef struct source {
    const file_operations *ops;
    const char            *memory; /* NULL: a descriptor */
    int                    fd;
    int32_t                reserved;
    int64_t                bytes;
} source;

/* The end of a path for messages: at most 200 bytes, whole characters. */
LAMELLA_INTERNAL const char    *path_shown(const char *path);
/* "no such file or directory" ...; thread-safe, knows no locale. */
LAMELLA_INTERNAL const char    *error_text(int code, char room[IO_ERROR_BYTES]);
LAMELLA_INTERNAL lamella_status check_path(call *c, const char *path);
LAMELLA_INTERNAL lamella_status source_open(call *c, const file_operations *ops, const char *path, source *s);
LAMELLA_INTERNAL void           source_close(source *s);
/* All n bytes from offset on: 0, or an errno; ENODATA where the file ended early. */
LAMELLA_INTERNAL int            source_read(const source *s, int64_t offset, void *to, int64_t n);
LAMELLA_INTERNAL lamella_status source_fail(const call *c, const char *name, int code);

/* ---- order.c ---- */

/* Names in natural order: runs of digits compare as numbers, so layer.2 stands before layer.10; 0 only for equal bytes. */
LAMELLA_INTERNAL int  name_compare(const char *a, const char *b);
/* Sorts n items in place, nothing allocated, O(n) where they are in order. */
LAMELLA_INTERNAL void sort_in_place(int64_t n, int (*less)(int64_t i, int64_t j, const void *data), void (*swap)(int64_t i, int64_t j, void *data),
                                    void *data);

/* What is sorted under a key lies side by side in memory, which names and entries do not. */
typedef struct keyed {
    uint64_t key;
    uint32_t index, at; /* `at` is for `more` */
} keyed;

/* Sorts by key in place; equal keys are asked for `more`: it sets the key to what comes next, or returns 0 where nothing does (all that are equal
 * so far end alike). In the end, and where `more` is NULL, by index. O(n log n) and the bytes of the keys, whatever a file is made of. */
LAMELLA_INTERNAL void keyed_sort(keyed *k, int64_t n, int (*more)(keyed *k, const void *data), const void *data);

/* Things that each begin with a uint32_t: the place in `text` of a name. */
typedef struct named_items {
    const char *text;
    const void *items;
    int64_t     size; /* of one */
    int64_t     n;
} named_items;

LAMELLA_INTERNAL uint32_t name_place(const named_items *of, int64_t i);
/* Sorts k[0 .. n - 1] into the natural order of the names of the items k[i].index. */
LAMELLA_INTERNAL void    names_sort(const named_items *of, keyed *k);
/* The item of this name among items in natural order; -1 = none. */
LAMELLA_INTERNAL int64_t names_find(const named_items *of, const char *name);

/* ---- types.c: the dtypes that files know ---- */

typedef struct file_type {
    char    name[12]; /* of safetensors */
    char    npy[4];   /* kind and size in .npy; "" = not in .npy */
    int32_t bits;
    int32_t dtype;    /* LAMELLA_F32 ..., 0 = no view of it */
} file_type;

LAMELLA_INTERNAL const file_type *file_type_get(int32_t index);
LAMELLA_INTERNAL int32_t          file_type_named(json_text name); /* -1 = none */
LAMELLA_INTERNAL int32_t          file_type_of_npy(const char *kind, int64_t n);
LAMELLA_INTERNAL const file_type *file_type_of_dtype(int32_t dtype);
/* Bits of the array; 0 if the extents that are not 0 need over IO_DATA_BYTES. */
LAMELLA_INTERNAL int              array_bits(const int64_t *shape, int64_t rank, int32_t bits_each, int64_t *bits);

/* ---- an open file ---- */

/* 32 bytes an array, so that a header of a million arrays needs less memory for them than for its text. */
typedef struct file_entry {
    uint32_t name, shape, layout; /* where they stand, from the header's start; the name is unescaped there and ends with NUL */
    uint8_t  type, rank;
    uint16_t reserved;
    int64_t  begin, end;          /* of the data, from the file's start */
} file_entry;

typedef struct file_pair {
    uint32_t key, value; /* likewise */
} file_pair;

/* Row i of an array lies at begin + i * stride and has `bytes`; in Fortran order at column * n_rows + i elements instead. */
typedef struct file_rows {
    int64_t begin, bytes, stride;
    int64_t n_rows;
    int32_t size;    /* of an element */
    int32_t swap;    /* 1: other byte order than this machine's */
    int32_t fortran;
    int32_t rank;
    int64_t shape[LAMELLA_MAX_RANK];
} file_rows;

typedef struct file_label {
    const char      *name;
    const file_type *type;
    lamella_view     view; /* dtype 0: no view holds it */
} file_label;

/* What lamella_io_stack_open fills. */
typedef struct file_stack {
    lamella_view *layer;
    file_rows    *rows;
    int64_t      *depth;
    int64_t       n_layers;
    lamella_view  mask, offsets, sample_id;
    file_label   *label;
    int64_t       n_labels;
} file_stack;

struct lamella_io_file {
    arena       memory; /* first: an object is its arena */
    source      from;
    const char *name;   /* for messages: the path's end, or "bytes" */
    int32_t     kind;
    int32_t     raw_dtype;
    char       *header;
    int64_t     header_bytes, header_at; /* its length, its place in the file */
    file_entry *entry;
    int64_t     n_entries;
    file_pair  *pair;
    int64_t     n_pairs;
    char        descr[16]; /* .npy: as the file spells it */
    int32_t     swap, fortran;
    file_stack  stack;
};

/* ---- refusal.c ---- */

/* A refusal: the message, the fault, and FORMAT, or LIMIT or UNSUPPORTED for that rule. Sizes of -1 are none; `key` may hold anything. */
typedef struct refusal {
    call             *c;
    lamella_io_file  *file;
    lamella_io_fault *fault;
} refusal;

LAMELLA_INTERNAL lamella_status refuse(const refusal *r, int32_t rule, int64_t offset, const char *key, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
LAMELLA_INTERNAL lamella_status refuse_size(const refusal *r, int64_t expected, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The file ends where its header says, at `expected`. */
LAMELLA_INTERNAL lamella_status check_end(const refusal *r, int64_t expected);
/* Copies whole characters, control characters as '?', and ends with NUL. */
LAMELLA_INTERNAL void           text_cut(char *to, int64_t size, const char *from, int64_t n);
/* Copies `n` bytes of header into the file's arena, ended with NUL. */
LAMELLA_INTERNAL lamella_status header_read(const refusal *r, int64_t at, int64_t n);

/* ---- kind.c ---- */

/* A whole number as .safetensors begins with. */
LAMELLA_INTERNAL uint64_t       little_endian(const char bytes[8]);
LAMELLA_INTERNAL int32_t        kind_of_bytes(const char *bytes, int64_t n, int64_t file_bytes);
LAMELLA_INTERNAL lamella_status kind_of_source(call *c, const source *s, const char *name, int32_t *kind);
LAMELLA_INTERNAL lamella_status refuse_kind(const refusal *r, int32_t kind);

/* ---- entries.c ---- */

LAMELLA_INTERNAL const char       *entry_name(const lamella_io_file *f, const file_entry *e);
LAMELLA_INTERNAL void              entry_shown(const lamella_io_file *f, const file_entry *e, char room[256]); /* cut to fit */
LAMELLA_INTERNAL int32_t           entry_dtype(const lamella_io_file *f, const file_entry *e);
LAMELLA_INTERNAL const char       *entry_type_name(const lamella_io_file *f, const file_entry *e);
LAMELLA_INTERNAL void              entry_shape(const lamella_io_file *f, const file_entry *e, int64_t *shape);
LAMELLA_INTERNAL const file_entry *file_find(const lamella_io_file *f, const char *name);
LAMELLA_INTERNAL lamella_status    file_check(call *c, const lamella_io_file *file);
LAMELLA_INTERNAL lamella_status    file_find_checked(call *c, const lamella_io_file *file, const char *name, const file_entry **entry);
LAMELLA_INTERNAL const char       *file_metadata(const lamella_io_file *f, const char *key); /* NULL = none */
LAMELLA_INTERNAL lamella_status    entry_view(call *c, const lamella_io_file *f, const file_entry *e, lamella_view *view);

/* ---- the two headers ---- */

LAMELLA_INTERNAL lamella_status safetensors_parse(const refusal *r);
/* Names, keys and layout, once the entries are filled as they stand in the text; sorts them by name. */
LAMELLA_INTERNAL lamella_status safetensors_check(const refusal *r);
LAMELLA_INTERNAL lamella_status npy_parse(const refusal *r);

/* ---- file.c ---- */

LAMELLA_INTERNAL lamella_status file_open(call *c, const file_operations *ops, const char *path, int32_t raw_dtype, lamella_io_file **file,
                                          lamella_io_fault *fault);
/* Of bytes that outlive it. */
LAMELLA_INTERNAL lamella_status file_of_bytes(call *c, const lamella_view *bytes, int32_t raw_dtype, lamella_io_file **file,
                                              lamella_io_fault *fault);
LAMELLA_INTERNAL void           file_free(lamella_io_file *file); /* NULL: nothing */

/* ---- read.c ---- */

LAMELLA_INTERNAL file_rows rows_of_entry(const lamella_io_file *f, const file_entry *e, const lamella_view *view);
/* Rows first .. first + n - 1, row-major, in this machine's byte order: 0, or an errno as source_read gives. No memory is asked for. */
LAMELLA_INTERNAL int       file_rows_read(const source *s, const file_rows *r, int64_t first, int64_t n, char *to);
LAMELLA_INTERNAL void      swap_bytes(char *data, int64_t n, int64_t size);

/* ---- output.c: written beside, renamed into place ---- */

typedef struct output {
    const file_operations *ops;
    const char            *path;      /* as given, for messages */
    char                  *target;    /* where it leads */
    char                  *temporary;
    int                    fd;        /* -1 = closed */
    int32_t                exists;    /* the temporary file */
    char                  *block;     /* [IO_BLOCK], the first `used` not yet written */
    int64_t                used;
    int64_t                done, total;
} output;

LAMELLA_INTERNAL lamella_status output_open(call *c, const file_operations *ops, const char *path, int64_t total, output **o);
LAMELLA_INTERNAL lamella_status output_write(call *c, output *o, const void *bytes, int64_t n);
LAMELLA_INTERNAL lamella_status output_write_view(call *c, output *o, const lamella_view *view); /* checked; row-major, little-endian */
LAMELLA_INTERNAL lamella_status output_finish(call *c, output *o);

/* ---- save.c ---- */

/* An array to save: a checked view, or (its data NULL and `read` set) one whose rows come by the stack's read. */
typedef struct save_array {
    const char          *name;
    lamella_view         view;
    const stack         *read;
    int64_t              layer;
    char                *staging; /* [staged_rows] rows, where the stack is read */
    int64_t              staged_rows;
} save_array;

LAMELLA_INTERNAL lamella_status safetensors_save(call *c, const file_operations *ops, const char *path, save_array *arrays, int64_t n_arrays,
                                                 const char *const *metadata, int64_t n_metadata);
LAMELLA_INTERNAL lamella_status check_utf8(call *c, const char *text, const char *name);
LAMELLA_INTERNAL lamella_status npy_save(call *c, const file_operations *ops, const char *path, const lamella_view *array);

#endif
