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
    int32_t     raw_dtype;  /* {LAMELLA_BF16} as in lamella_io_file_options */
    const char *prefix;     /* the name of a tensor, what stands before the integers of several, "h.", or their name with {} for the integer, "blocks.{}.out"; NULL = "layer.", else what leaves no doubt */
    int32_t     layer_axis; /* {-1 to 2} of one tensor of three axes and more: 1 = first, [layer, sample, dim]; 2 = second, [token, layer, dim]; -1 = none, one layer [sample, token, dim]; 0 = refused if in doubt */
    int32_t     mask_marks; /* {LAMELLA_IO_MARKS_...} what 1 means in a padding_mask or key_padding_mask; 0 = such a mask is refused */
} lamella_io_stack_options;

/* What 1 means in a mask. In mask, attention_mask, attn_mask, token_mask, input_mask and valid_mask it is a token. */
enum {
    LAMELLA_IO_MARKS_TOKENS  = 1,
    LAMELLA_IO_MARKS_PADDING = 2
};

/* Which form a stack file had. */
enum {
    LAMELLA_IO_FORM_LAYERS      = 1, /* tensors whose names differ in one integer, one a layer */
    LAMELLA_IO_FORM_LAYER_FIRST = 2, /* one tensor [layer, sample, (token,) dim] */
    LAMELLA_IO_FORM_LAYER_SECOND = 3, /* one tensor [token, layer, dim] or [sample, layer, token, dim] */
    LAMELLA_IO_FORM_ONE_LAYER   = 4  /* one tensor [sample, (token,) dim] */
};

/* What lamella_io_stack_open took. Size-led: the caller sets struct_size only. */
typedef struct lamella_io_stack_result {
    uint32_t struct_size;
    int32_t  form;        /* {LAMELLA_IO_FORM_...} */
    int64_t  n_cast;      /* labels whose I16, U16, U32 or U64 became i64 */
    char     name[256];   /* the prefix or the tensor taken, cut to fit */
    char     mask[64];    /* the tensor taken as the mask, "" = none */
} lamella_io_stack_result;

/* One way to read a file as a stack: what to set in the options. Size-led: the caller sets struct_size only. */
typedef struct lamella_io_reading {
    uint32_t struct_size;
    int32_t  form;        /* {LAMELLA_IO_FORM_...} */
    int32_t  layer_axis;
    int32_t  reserved0;
    int64_t  n_layers;
    char     prefix[256]; /* "" for .npy */
} lamella_io_reading;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_io_stack_options_init(lamella_io_stack_options *options, uint32_t struct_size);

/**
 * Opens a file of layered states as a stack whose rows are read when a call asks for them.
 *
 * The stack file has tensors `layer.K` (K the depth), and as it likes `offsets`, `mask`, `sample_id`, `label.NAME`; metadata
 * `lamella.format`, `n_depths` (a number), `last_normed` (true or 1). Taken as well: the only family of tensors whose names differ in one
 * integer, if that counts layers by the word before it (layer, block, h, hidden_states ...) or runs from 0 up; one matrix; one tensor of more
 * axes whose axis of layers is named. What could be read in two ways is refused, and every way named: lamella_io_reading_get lists them. An
 * array that does not fit its family is refused by its name. Small parts (offsets, mask, ids, labels) are read at once. The mask may be of
 * any whole type and have its usual names; one that fits tokens which the layers do not have is left aside.
 *
 * @in     path    path
 * @in     options options {optional} NULL: default
 * @out    file    handle lamella_io_file; owns what the stack points to; NULL on failure
 * @out    stack   result lamella_stack; valid until the file is freed
 * @out    result  result {optional}
 * @out    fault   result {optional; filled on FORMAT and LIMIT}
 * @return OK; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, IO, FORMAT, UNSUPPORTED, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_stack_open(lamella_context *ctx, const char *path, const lamella_io_stack_options *options,
    lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *result, lamella_io_fault *fault);

/**
 * A way to read a file as a stack, by number, in natural order of the names. A file that leaves no doubt has one; at most 64 are listed.
 *
 * @in     file    handle lamella_io_file
 * @in     index   i64 0 .. the number of readings - 1
 * @out    reading result
 * @return OK; ARGUMENT if there are not so many, MEMORY
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_reading_get(const lamella_io_file *file, int64_t index, lamella_io_reading *reading);

/**
 * A label of an opened stack file, read into memory when the stack was opened: `label.NAME` of an integer type as i64, of a float
 * type as it is.
 *
 * @in     file handle lamella_io_file from lamella_io_stack_open
 * @in     name text NAME, without "label."
 * @out    out  i64|f64|f32|f16|bf16 [lead] valid until the file is freed
 * @return OK; ARGUMENT if there is no such label, UNSUPPORTED if no view holds it: U64 over the most of i64, F8
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_io_label_get(const lamella_io_file *file, const char *name, lamella_view *out);

typedef struct lamella_io_stack_save_options {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const char *const  *names;
    const lamella_view *labels;
    int64_t             n_labels;
    const char         *source; /* where the states come from, for the metadata; NULL = none */
} lamella_io_stack_save_options;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_io_stack_save_options_init(lamella_io_stack_save_options *options, uint32_t struct_size);

/**
 * Saves a stack, in memory or read, as a stack file; blocks of rows pass through, never the whole.
 *
 * @in        path       path
 * @in        stack      stack f32|f64|f16|bf16|i8|u8|i32|i64 [layer, sample, dim], or with tokens
 * @in        options    options {optional} NULL: no labels
 * @in        options.names         list text [label] NAME of each label; NULL: none
 * @in        options.labels[label] i8|u8|bool|i32|i64|f32|f64|f16|bf16 [sample] NULL: none
 * @nonfinite saved as they are
 * @return    OK; ARGUMENT, SHAPE, DTYPE, EMPTY, MEMORY, LIMIT, IO, CALLBACK, STOPPED
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_io_stack_save(lamella_context *ctx, const char *path, const lamella_stack *stack,
    const lamella_io_stack_save_options *options);

#ifdef __cplusplus
}
#endif

#endif
