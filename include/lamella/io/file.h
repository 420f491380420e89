/* file: .npy and .safetensors by pread or from memory, written by temp file and rename */
#ifndef LAMELLA_IO_FILE_H
#define LAMELLA_IO_FILE_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An open file, or bytes in memory read like one. Const once open: threads may share it. */
typedef struct lamella_io_file lamella_io_file;

/* What a file is, told by its first bytes. */
enum {
    LAMELLA_IO_SAFETENSORS = 1,
    LAMELLA_IO_NPY         = 2,
    LAMELLA_IO_GGUF        = 3, /* from here on: recognised, named and refused */
    LAMELLA_IO_ZIP         = 4, /* .npz, .pt */
    LAMELLA_IO_PICKLE      = 5,
    LAMELLA_IO_HDF5        = 6,
    LAMELLA_IO_PARQUET     = 7,
    LAMELLA_IO_INDEX       = 8, /* *.index.json of a sharded checkpoint */
    LAMELLA_IO_LFS         = 9, /* a Git LFS pointer */
    LAMELLA_IO_WEB_PAGE    = 10,
    LAMELLA_IO_EMPTY       = 11,
    LAMELLA_IO_UNKNOWN     = 12
};

/* Which rule a refused file broke. */
enum {
    LAMELLA_IO_RULE_SIZE      = 1, /* the file is shorter or longer than it says */
    LAMELLA_IO_RULE_TEXT      = 2, /* not UTF-8, a control character, a NUL, something after the end */
    LAMELLA_IO_RULE_GRAMMAR   = 3, /* not JSON; for .npy not a Python dict of literals */
    LAMELLA_IO_RULE_SCHEMA    = 4, /* a field missing, or of another type than it has to be */
    LAMELLA_IO_RULE_DUPLICATE = 5, /* one key twice */
    LAMELLA_IO_RULE_OVERFLOW  = 6, /* sizes whose product does not fit */
    LAMELLA_IO_RULE_LAYOUT    = 7, /* overlap, hole, reversed or mismatched offsets */
    LAMELLA_IO_RULE_LIMIT     = 8, /* over rank 64, 4,096 bytes of name, 1,000,000 tensors, 100,000 metadata pairs, 10,000 bytes of .npy header */
    LAMELLA_IO_RULE_KIND      = 9, /* another format: see `kind` */
    LAMELLA_IO_RULE_DTYPE     = 10 /* nothing is wrong with the file, but its dtype is not read */
};

/* Why a file was refused. Size-led: the caller sets struct_size only; all zero if nothing was refused. */
typedef struct lamella_io_fault {
    uint32_t struct_size;
    int32_t  rule;     /* {LAMELLA_IO_RULE_...} */
    int32_t  kind;     /* {LAMELLA_IO_...} what the first bytes say */
    int32_t  reserved0;
    int64_t  offset;   /* {in bytes} of the first offending byte, from the file's start; 0 for SIZE */
    int64_t  expected; /* {in bytes} of a size; -1 where the rule has none */
    int64_t  found;    /* {in bytes} */
    char     key[256]; /* the tensor or field at fault, cut to fit; "" if none */
} lamella_io_fault;

/* One array of a file. Size-led: the caller sets struct_size only. */
typedef struct lamella_io_entry {
    uint32_t    struct_size;
    int32_t     dtype;          /* {LAMELLA_F32 ...} 0 where Lamella has no view of the file's dtype */
    int64_t     rank;           /* up to 64 is listed; a view has at most LAMELLA_MAX_RANK */
    int64_t     shape[64];      /* {length rank} */
    int64_t     offset;         /* {in bytes} of the first byte, from the file's start */
    int64_t     n_bytes;        /* {in bytes} */
    char        file_dtype[16]; /* as the file spells it, "F16", "<f2" */
    const char *name;           /* "" for .npy; owned by the file */
} lamella_io_entry;

/* How to read. Zero means default. */
typedef struct lamella_io_file_options {
    uint32_t struct_size;
    int32_t  raw_dtype; /* {LAMELLA_BF16} what .npy's raw 2-byte type |V2 means; 0 = it is refused */
} lamella_io_file_options;

/**
 * Tells what a file is from its first bytes, whatever its name.
 *
 * @in     path path
 * @out    kind i64 {LAMELLA_IO_SAFETENSORS ...}
 * @return OK; ARGUMENT, IO
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_kind(lamella_context *ctx, const char *path, int32_t *kind);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_io_file_options_init(lamella_io_file_options *options, uint32_t struct_size);

/**
 * Opens a .safetensors or .npy file and checks its whole header; data is read by pread when asked for.
 *
 * @in     path    path
 * @in     options options {optional} NULL: default
 * @out    file    handle lamella_io_file; NULL on failure
 * @out    fault   result {optional; filled on FORMAT, LIMIT and UNSUPPORTED}
 * @return OK; ARGUMENT, MEMORY, LIMIT, IO, FORMAT, UNSUPPORTED for .npy of text, objects, records or complex numbers, CALLBACK, STOPPED
 * @cost   at most 2 x the header + 1 MiB of memory
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_file_open(lamella_context *ctx, const char *path, const lamella_io_file_options *options,
    lamella_io_file **file, lamella_io_fault *fault);

/**
 * Opens the bytes of a .safetensors or .npy file in memory; they stay the host's and have to outlive the file.
 *
 * @in     bytes   u8 [byte] contiguous
 * @in     options options {optional} NULL: default
 * @out    file    handle lamella_io_file; NULL on failure
 * @out    fault   result {optional; filled on FORMAT, LIMIT and UNSUPPORTED}
 * @return OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, FORMAT, UNSUPPORTED as lamella_io_file_open, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_file_load(lamella_context *ctx, const lamella_view *bytes, const lamella_io_file_options *options,
    lamella_io_file **file, lamella_io_fault *fault);

/**
 * Closes a file; what it filled ends with it.
 *
 * @inout  file handle lamella_io_file; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_io_file_free(lamella_io_file *file);

/**
 * A READONLY view of a named array, without data where the bytes are on disk (or byte-swapped): lamella_io_file_read copies them.
 *
 * @in     file handle lamella_io_file
 * @in     name text "" for .npy
 * @out    out  any [lead] valid until the file is freed
 * @return OK; ARGUMENT if there is no such array, UNSUPPORTED if no view has its dtype or rank
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_file_get(const lamella_io_file *file, const char *name, lamella_view *out);

/**
 * What the file lists under a number, in natural order of the names: runs of digits compare as numbers, so layer.2 stands before
 * layer.10.
 *
 * @in     file  handle lamella_io_file
 * @in     index i64 0 .. the number of arrays - 1
 * @out    entry result
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_entry_get(const lamella_io_file *file, int64_t index, lamella_io_entry *entry);

/**
 * A pair of the file's metadata by number, in natural order of the keys.
 *
 * @in     file  handle lamella_io_file
 * @in     index i64 0 .. the number of pairs - 1
 * @out    key   text owned by the file
 * @out    value text owned by the file
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_metadata_get(const lamella_io_file *file, int64_t index, const char **key, const char **value);

/**
 * How many arrays and metadata pairs a file has.
 *
 * @in     file       handle lamella_io_file
 * @out    n_entries  i64
 * @out    n_metadata i64
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_sizes_get(const lamella_io_file *file, int64_t *n_entries, int64_t *n_metadata);

/**
 * Copies rows of a named array, from disk or memory, in the array's dtype.
 *
 * @in        file      handle lamella_io_file
 * @in        name      text "" for .npy
 * @in        first_row i64
 * @out       into      f32|f64|f16|bf16|i8|u8|i32|i64|bool [row, lead] {of the caller's size} rows first_row .. first_row + row - 1 of the first axis
 * @nonfinite copied as they are
 * @return    OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, IO, UNSUPPORTED, CALLBACK, STOPPED
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_io_file_read(lamella_context *ctx, const lamella_io_file *file, const char *name, int64_t first_row,
    const lamella_view *into);

typedef struct lamella_io_file_save_options {
    uint32_t           struct_size;
    uint32_t           reserved0;
    const char *const *metadata;
    int64_t            n_metadata;
} lamella_io_file_save_options;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_io_file_save_options_init(lamella_io_file_save_options *options, uint32_t struct_size);

/**
 * Saves named arrays as .safetensors: data from a multiple of 64 on, arrays by falling element size, then name, metadata by key. The
 * file is written beside `path` and renamed into place: there is the old file or the new one, never half of one. Symbolic links are
 * followed, a file that is replaced leaves its mode and owner, the folder is written to the disk as well; what a killed process left
 * half written (NAME.0.tmp) the next save to the same path removes.
 *
 * @in        path       path
 * @in        names      list text [array]
 * @in        arrays[array] f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]
 * @in        n_arrays   i64
 * @in        options    options {optional} NULL: no metadata
 * @in        options.metadata list text [2 * pair] key, value, key, value ...; n_metadata counts pairs; NULL: none
 * @nonfinite saved as they are
 * @return    OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, IO, CALLBACK, STOPPED
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_io_file_save(lamella_context *ctx, const char *path, const char *const *names,
    const lamella_view *arrays, int64_t n_arrays, const lamella_io_file_save_options *options);

/**
 * Saves one array as .npy version 1, row-major; bf16 as |V2. Written as lamella_io_file_save does.
 *
 * @in        path  path
 * @in        array f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]
 * @nonfinite saved as they are
 * @return    OK; ARGUMENT, SHAPE, DTYPE, MEMORY, IO, CALLBACK, STOPPED
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_io_npy_save(lamella_context *ctx, const char *path, const lamella_view *array);

#ifdef __cplusplus
}
#endif

#endif
