/* Files: where bytes come from, what a file is, its arrays by name, rows of them, and writing beside and renaming. Level 3.
 * The files of this folder, from the disk up:
 *   source, kind, order           bytes by pread or from memory; what they are; names in natural order
 *   json, safetensors, npy, types the two headers, strictly
 *   file, entries, read           open, list, rows
 *   output, save, npy_save        temporary file, fsync, rename
 *   fitted.h: fitted objects and their files
 *   stack_families, stack_readings, stack_form, stack_words   which arrays of a file are its layers
 *   stack_open, stack_parts, stack_save   files of layers */
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
#define IO_LAYERS 65536 /* of a stack: an extent beside a 0 costs its file nothing */
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
LAMELLA_INTERNAL lamella_status source_open(call *c, const file_operations *ops, const char *path, source *s);
LAMELLA_INTERNAL void           source_close(source *s);
/* All n bytes from offset on: 0, or an errno; ENODATA where the file ended early. */
LAMELLA_INTERNAL int            source_read(const source *s, int64_t offset, void *to, int64_t n);
LAMELLA_INTERNAL lamella_status source_fail(const call *c, const char *name, int code);

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

/* ---- file.c ---- */

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

LAMELLA_INTERNAL lamella_status    file_open(call *c, const file_operations *ops, const char *path, int32_t raw_dtype, lamella_io_file **file,
                                             lamella_io_fault *fault);
/* Of bytes that outlive it. */
LAMELLA_INTERNAL lamella_status    file_of_bytes(call *c, const lamella_view *bytes, int32_t raw_dtype, lamella_io_file **file,
                                                 lamella_io_fault *fault);
LAMELLA_INTERNAL lamella_status    check_file_handle(call *c, lamella_io_file **file); /* sets it to NULL */
LAMELLA_INTERNAL lamella_status    check_path(call *c, const char *path);

/* ---- entries.c ---- */

LAMELLA_INTERNAL const char       *entry_name(const lamella_io_file *f, const file_entry *e);
LAMELLA_INTERNAL int32_t           entry_dtype(const lamella_io_file *f, const file_entry *e);
LAMELLA_INTERNAL const char       *entry_type_name(const lamella_io_file *f, const file_entry *e);
LAMELLA_INTERNAL void              entry_shape(const lamella_io_file *f, const file_entry *e, int64_t *shape);
LAMELLA_INTERNAL const file_entry *file_find(const lamella_io_file *f, const char *name);
LAMELLA_INTERNAL lamella_status    file_check(call *c, const lamella_io_file *file);
LAMELLA_INTERNAL lamella_status    file_find_checked(call *c, const lamella_io_file *file, const char *name, const file_entry **entry);
LAMELLA_INTERNAL const char       *file_metadata(const lamella_io_file *f, const char *key); /* NULL = none */
LAMELLA_INTERNAL lamella_status    entry_view(call *c, const lamella_io_file *f, const file_entry *e, lamella_view *view);

/* ---- refusals: file.c ---- */

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

/* ---- kind.c ---- */

#define IO_KIND_BYTES 4096

/* A whole number as .safetensors begins with. */
LAMELLA_INTERNAL uint64_t       little_endian(const char bytes[8]);
LAMELLA_INTERNAL int32_t        kind_of_bytes(const char *bytes, int64_t n, int64_t file_bytes);
/* "a Git LFS pointer ..." and what to do about it. */
LAMELLA_INTERNAL const char    *kind_text(int32_t kind);
LAMELLA_INTERNAL lamella_status kind_of_source(call *c, const source *s, const char *name, int32_t *kind);
LAMELLA_INTERNAL lamella_status refuse_kind(const refusal *r, int32_t kind);

/* ---- the two headers ---- */

LAMELLA_INTERNAL lamella_status safetensors_parse(const refusal *r);
/* Names, keys and layout, once the entries are filled as they stand in the text; sorts them by name. */
LAMELLA_INTERNAL lamella_status safetensors_check(const refusal *r);
LAMELLA_INTERNAL lamella_status npy_parse(const refusal *r);
/* Copies `n` bytes of header into the file's arena, ended with NUL. */
LAMELLA_INTERNAL lamella_status header_read(const refusal *r, int64_t at, int64_t n);

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
LAMELLA_INTERNAL lamella_status save_rows(call *c, output *o, const save_array *a);

/* ---- stacks ---- */

/* ---- stack_families.c: arrays whose names differ in one integer ---- */

/* An integer of a name, with its minus. */
typedef struct family_place {
    int64_t  number;
    uint32_t entry;
    uint16_t head, bytes; /* what stands before it; its own */
} family_place;

typedef struct family {
    family_place *member; /* [n], by rising numbers, in the call's arena */
    int64_t       n;
} family;

/* Those of two arrays and more, in the order of their first; an array is in as many as its name has integers. */
LAMELLA_INTERNAL lamella_status families_find(call *c, const lamella_io_file *f, family **found, int64_t *n_found);
/* That of one name: "h." for h.0, h.1 ..., or a pattern, "blocks.{}.out"; of no or one array too. */
LAMELLA_INTERNAL lamella_status family_named(call *c, const lamella_io_file *f, const char *prefix, family *found);

/* ---- stack_form.c: what of a file is the stack ---- */

typedef struct stack_form {
    int32_t form;       /* LAMELLA_IO_FORM_... */
    int32_t layer_axis; /* what names it beside the prefix, 0 = nothing has to */
    family  layers;     /* FORM_LAYERS */
    int64_t entry;      /* the first array */
    int64_t n_layers;
} stack_form;

LAMELLA_INTERNAL lamella_status stack_form_find(call *c, const lamella_io_file *f, const char *prefix, int32_t layer_axis, stack_form *form);
/* The prefix or the array that names a form, cut to fit; 0 if that is not what options->prefix would take. */
LAMELLA_INTERNAL int            stack_form_name(const lamella_io_file *f, const stack_form *form, char *to, int64_t size);
LAMELLA_INTERNAL void           name_shown(const lamella_io_file *f, int64_t entry, char room[256]);

/* ---- stack_readings.c: every way to read a file ---- */

#define MOST_READINGS 64

typedef struct stack_readings {
    stack_form form[MOST_READINGS];
    int64_t    n;
    int        in_doubt;    /* there were several, if only one can be typed */
    int        one_array;   /* all are readings of one array */
    char       misfit[400]; /* "", or which array is no layer of the family that its name belongs to, and why */
} stack_readings;

LAMELLA_INTERNAL lamella_status readings_find(call *c, const lamella_io_file *f, stack_readings *r);
/* Of one array: along its first axis, its second, or as one layer with tokens; where the file's parts fit one of them only, that one. */
LAMELLA_INTERNAL void           readings_add_array(const lamella_io_file *f, int64_t entry, stack_readings *r);
LAMELLA_INTERNAL stack_form     form_of_family(const family *a);
LAMELLA_INTERNAL stack_form     form_of_array(const lamella_io_file *f, int64_t entry, int32_t layer_axis);
/* 1: all members are layers of one stack; 0: which is not, and why. */
LAMELLA_INTERNAL int            family_fits(const lamella_io_file *f, const family *a, char text[400]);

/* ---- stack_words.c: what names say ---- */

/* What stands before the integer at byte `at` of a name counts layers, or something else. */
LAMELLA_INTERNAL int name_counts_layers(const char *name, int64_t at);
LAMELLA_INTERNAL int name_counts_else(const char *name, int64_t at);
LAMELLA_INTERNAL int name_is_mask(const char *name);
LAMELLA_INTERNAL int name_is_padding_mask(const char *name); /* of which 1 may mark the padding */
LAMELLA_INTERNAL int name_is_part(const char *name);         /* offsets, mask, sample_id or a label: no layer */

/* ---- stack_parts.c ---- */

/* offsets, mask, sample_id, label.*: read, or widened to i64, into the file's memory. */
LAMELLA_INTERNAL lamella_status stack_parts_read(call *c, lamella_io_file *f, int32_t mask_marks, lamella_io_stack_result *result);
/* Equal but for axes of extent 1. */
LAMELLA_INTERNAL int            mask_fits(const int64_t *mask, int32_t rank, const int64_t *lead, int32_t n_lead);
LAMELLA_INTERNAL lamella_status stack_open(call *c, const file_operations *ops, const char *path, const lamella_io_stack_options *options,
                                           lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault);
LAMELLA_INTERNAL lamella_status stack_save(call *c, const file_operations *ops, const char *path, const lamella_stack *stack,
                                           const lamella_io_stack_save_options *options);

#endif
