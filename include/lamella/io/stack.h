/* stack: files of layered states as stacks, their labels, and writing them */
#ifndef LAMELLA_IO_STACK_H
#define LAMELLA_IO_STACK_H

#include "lamella/base.h"
#include "lamella/context.h"
#include "lamella/io/file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How to find the stack. Zero means default. */
typedef struct lamella_io_stack_options {
    uint32_t    struct_size;
    int32_t     raw_dtype;  /* LAMELLA_BF16, 0 = refused, as in lamella_io_file_options */
    const char *prefix;     /* NULL = "layer." or the only family of names prefix + integer; else takes that family, or that tensor */
    int32_t     layer_axis; /* of one tensor of rank 3: 1 = first, [layer, sample, dim]; 2 = second, [token, layer, dim]; 0 = first, refused if the shape leaves doubt */
    int32_t     reserved0;
} lamella_io_stack_options;

/* Which form a stack file had. */
enum {
    LAMELLA_IO_FORM_LAYERS      = 1, /* tensors prefix + integer, one a layer */
    LAMELLA_IO_FORM_LAYER_FIRST = 2, /* one tensor [layer, sample, (token,) dim] */
    LAMELLA_IO_FORM_LAYER_SECOND = 3, /* one tensor [token, layer, dim] */
    LAMELLA_IO_FORM_ONE_LAYER   = 4  /* one matrix [sample, dim] */
};

/* What lamella_io_stack_open took. Size-led: the caller sets struct_size only. */
typedef struct lamella_io_stack_result {
    uint32_t struct_size;
    int32_t  form;        /* LAMELLA_IO_FORM_... */
    int64_t  n_cast;      /* labels whose I16, U16 or U32 became i64 */
    char     name[256];   /* the prefix or the tensor taken, cut to fit */
} lamella_io_stack_result;

/**
 * Writes the default options, at most struct_size bytes of them.
 *
 * @out    options     options what zero means, spelled out
 * @in     struct_size i64 sizeof(lamella_io_stack_options) of the caller
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_stack_options_init(lamella_io_stack_options *options, uint32_t struct_size);

/**
 * Opens a file of layered states as a stack whose rows are read when a call asks for them.
 *
 * The stack file has tensors `layer.K` (K the depth), and as it likes `offsets`, `mask`, `sample_id`, `label.NAME`; metadata
 * `lamella.format`, `n_depths`, `last_normed`, `source`. Taken as well: any one family of names prefix + integer, one tensor
 * [layer, sample, (token,) dim], one [token, layer, dim] with layer_axis = 2, one matrix. Small parts (offsets, mask, ids, labels) are read at once.
 *
 * @in     path    path
 * @in     options options NULL: default
 * @out    file    handle lamella_io_file; owns what the stack points to; NULL on failure
 * @out    stack   result lamella_stack; valid until the file is freed
 * @out    result  result NULL: not wanted
 * @out    fault   result NULL: not wanted; filled on FORMAT and LIMIT
 * @return OK; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, IO, FORMAT, UNSUPPORTED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_stack_open(lamella_context *ctx, const char *path, const lamella_io_stack_options *options,
    lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault);

/**
 * A label of an opened stack file, read into memory when the stack was opened: `label.NAME` of an integer type as i64 (U64 is not
 * read), of a float type as it is.
 *
 * @in     file handle lamella_io_file from lamella_io_stack_open
 * @in     name text NAME, without "label."
 * @out    out  i64|f64|f32|f16|bf16 [lead] valid until the file is freed
 * @return OK; ARGUMENT if there is no such label
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_label_get(const lamella_io_file *file, const char *name, lamella_view *out);

/**
 * Saves a stack, in memory or read, as a stack file; blocks of rows pass through, never the whole.
 *
 * @in        path       path
 * @in        stack      stack f32|f64|f16|bf16|i8|u8|i32|i64 [layer, sample, dim], or with tokens
 * @in        names      list text [label] NAME of each label; NULL: none
 * @in        labels[label] i32|i64|f32|f64 [sample] NULL: none
 * @in        n_labels   i64
 * @in        source     text where the states come from, for the metadata; NULL: none
 * @nonfinite saved as they are
 * @return    OK; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, IO, CALLBACK, STOPPED
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_io_stack_save(lamella_context *ctx, const char *path, const lamella_stack *stack,
    const char *const *names, const lamella_view *labels, int64_t n_labels, const char *source);

#ifdef __cplusplus
}
#endif

#endif
