/* base: views, stacks, status codes, the last error */
#ifndef LAMELLA_BASE_H
#define LAMELLA_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(LAMELLA_AMALGAMATION_STATIC) || !defined(__GNUC__)
#define LAMELLA_API
#else
#define LAMELLA_API __attribute__((visibility("default")))
#endif
#define LAMELLA_EXPERIMENTAL LAMELLA_API /* of a function whose parameters may still change before 0.1 is out */

#define LAMELLA_VERSION_MAJOR 0
#define LAMELLA_VERSION_MINOR 1
#define LAMELLA_VERSION_PATCH 0
#define LAMELLA_VERSION_NUMBER 100 /* 10000 major + 100 minor + patch, for #if */

#define LAMELLA_MAX_RANK 6

/* What every working call returns. 0 or more: its outputs stand, except after STOPPED. Negative, and STOPPED: it failed; inputs and objects
 * are as they were, handles are NULL, and outputs that it had begun hold anything. */
typedef int32_t lamella_status;

enum {
    LAMELLA_OK              = 0,
    LAMELLA_STOPPED         = 1,   /* the progress callback or the deadline stopped the call */
    LAMELLA_NOT_CONVERGED   = 2,   /* results stand, with flags in the report */
    LAMELLA_NOTE            = 3,   /* results stand, something was counted: look at the report */
    LAMELLA_ERR_ARGUMENT    = -1,
    LAMELLA_ERR_SHAPE       = -2,
    LAMELLA_ERR_DTYPE       = -3,
    LAMELLA_ERR_NONFINITE   = -4,
    LAMELLA_ERR_EMPTY       = -5,
    LAMELLA_ERR_MEMORY      = -6,
    LAMELLA_ERR_LIMIT       = -7,  /* max_workspace_bytes or a format's limit; the message says at least how much is needed */
    LAMELLA_ERR_IO          = -8,
    LAMELLA_ERR_FORMAT      = -9,
    LAMELLA_ERR_NUMERIC     = -10,
    LAMELLA_ERR_UNSUPPORTED = -11,
    LAMELLA_ERR_CALLBACK    = -12
};

/* What a callback returns to stop the call it was called from; 0 goes on, anything else is ERR_CALLBACK. A callback returns: it neither
 * throws nor longjmps, as the call would leave its memory and its threads behind. */
#define LAMELLA_STOP (-1)

/* Element types. bf16 is the upper half of an f32; bool is one byte, 0 or not. */
enum {
    LAMELLA_F32  = 1,
    LAMELLA_F64  = 2,
    LAMELLA_F16  = 3,
    LAMELLA_BF16 = 4,
    LAMELLA_I8   = 5,
    LAMELLA_U8   = 6,
    LAMELLA_I32  = 7,
    LAMELLA_I64  = 8,
    LAMELLA_BOOL = 9
};

/* Flags of a view. */
enum {
    LAMELLA_READONLY  = 1, /* refused where a call writes */
    LAMELLA_BROADCAST = 2, /* strides are meant as they stand, zeros too */
    LAMELLA_FINITE    = 4  /* the caller vouches that every element is finite: not scanned again */
};

/* Flags of a stack. */
enum {
    LAMELLA_LAST_NORMED = 1 /* the last depth already went through the model's final norm (Hugging Face's hidden_states do) */
};

/* Readouts: which tokens make the row of a sample. "Token" means a valid one: under the mask nothing is read. */
enum {
    LAMELLA_READOUT_MEAN       = 1,
    LAMELLA_READOUT_CLS        = 2, /* the first token */
    LAMELLA_READOUT_LAST       = 3, /* the last token, whichever side the padding is on */
    LAMELLA_READOUT_MAX        = 4, /* of each dim, over the valid tokens only */
    LAMELLA_READOUT_WEIGHTED   = 5, /* sum w x / sum w */
    LAMELLA_READOUT_FIRST_MEAN = 6  /* (first + mean) / 2 */
};

/* Flags of a cell: one of the fits or figures that a call makes many of. */
enum {
    LAMELLA_CELL_IMPOSSIBLE    = 1, /* there is nothing to fit or to score: its scores are NaN and left out of means */
    LAMELLA_CELL_NOT_CONVERGED = 2, /* its numbers stand and count */
    LAMELLA_CELL_EDGE          = 4, /* the best of several values is the least or the greatest of them: try more on that side */
    LAMELLA_CELL_UNSTABLE      = 8, /* some value is too small for the numbers at hand: NaN there, never best */
    LAMELLA_CELL_ONE_CLASS     = 16 /* why it is impossible: its rows have one class only */
};

/* A strided array of the host's memory; never owns. 128 bytes on every supported target. */
typedef struct lamella_view {
    void    *data;                     /* element (0, 0, ...); may be unaligned for its type */
    int64_t  shape[LAMELLA_MAX_RANK];
    int64_t  stride[LAMELLA_MAX_RANK]; /* in elements; all zero = row-major, unless BROADCAST is set */
    int32_t  dtype;
    int32_t  rank;                     /* 0 = one element */
    uint32_t flags;
    uint32_t reserved0;
    uint64_t reserved1;
} lamella_view;

/* Layers of one model over the same samples, in depth order. Size-led: set struct_size, zero means default. */
typedef struct lamella_stack {
    uint32_t            struct_size;
    uint32_t            flags;
    const lamella_view *layer;     /* [n_layers], each [sample, dim], [sample, token, dim] or [sample, y, x, dim]; dims may differ */
    int64_t             n_layers;
    const int64_t      *depth;     /* NULL = 0..n_layers-1; 0 = embedding, k = after block k */
    int64_t             n_depths;  /* 0 = n_layers; what relative depth is measured against */
    const lamella_view *mask;      /* NULL, or u8|bool over the layers' leading axes; 0 = padding, never read */
    const lamella_view *offsets;   /* NULL, or i32|i64 [n_samples + 1]: tokens concatenated, each layer [sum of tokens, dim] */
    const lamella_view *sample_id; /* NULL, or i64 [n_samples]; stacks that meet in one call must agree */
    /* NULL = layers are in memory; else their data is NULL and rows of the first axis come in blocks, on the calling thread:
     * fills `into` (row-major, the layer's dtype, n_rows rows from first_row on) and returns how many rows it delivered,
     * 1..n_rows, LAMELLA_STOP, or LAMELLA_ERR_IO if the rows cannot be had. A pass asks for rising rows; there may be many passes. */
    int64_t           (*read)(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user);
    void               *user;
} lamella_stack;

/**
 * The library's version, "major.minor.patch".
 *
 * @return static text
 * @since  0.1
 */
LAMELLA_API const char *lamella_version(void);

/**
 * The name of a status, as "ERR_SHAPE"; "unknown" for a number that is none.
 *
 * @in     status i64 any lamella_status
 * @return static text
 * @since  0.1
 */
LAMELLA_API const char *lamella_status_name(lamella_status status);

/**
 * Why the last failing call on this thread failed: function, argument, value found and value expected.
 *
 * @return text of this thread, never NULL; "" before the first failure; it changes only when a call on this thread fails
 * @since  0.1
 */
LAMELLA_API const char *lamella_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
