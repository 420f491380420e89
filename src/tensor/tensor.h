/* Checked views and stacks, and the row iterator: what an operation knows of dtype, strides, masks, ragged tokens and reading. */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include "base/base.h"
#include "order/order.h"
#include "simd/simd.h"

/* Sets of dtypes, as bits. */
#define DTYPE_BIT(dtype) (1u << (dtype))
#define F32 DTYPE_BIT(LAMELLA_F32)
#define F64 DTYPE_BIT(LAMELLA_F64)
#define FLOATS (F32 | F64 | DTYPE_BIT(LAMELLA_F16) | DTYPE_BIT(LAMELLA_BF16))
#define I32 DTYPE_BIT(LAMELLA_I32)
#define I64 DTYPE_BIT(LAMELLA_I64)
#define BYTES (DTYPE_BIT(LAMELLA_U8) | DTYPE_BIT(LAMELLA_BOOL))
#define ANY_DTYPE 0x3feu
#define DTYPES_TEXT 40 /* bytes that hold the names of all */

LAMELLA_INTERNAL int         dtype_is_known(int32_t dtype);
LAMELLA_INTERNAL int         dtype_is_float(int32_t dtype);
LAMELLA_INTERNAL int64_t     dtype_size(int32_t dtype);
LAMELLA_INTERNAL const char *dtype_name(int32_t dtype);
LAMELLA_INTERNAL void        dtypes_text(uint32_t dtypes, char *text); /* "f32|f64" */

/* ---- views: tensor/view.c ---- */

/* Copies a caller's view with its strides spelled out, after every check of its own: rank, dtype (one of the set), extents,
 * strides, flags, reserved fields, address range, data; and apart from the call's outputs. Messages name it `name`. */
#define VIEW(c, v, view, dtypes) view_check((c), &(v), (view), (dtypes), #view)
LAMELLA_INTERNAL lamella_status view_check(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name);

/* The same, but data may be NULL: layers that are read. */
LAMELLA_INTERNAL lamella_status view_check_type_and_shape(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name);
LAMELLA_INTERNAL lamella_status view_check_shape(call *c, const lamella_view *v, const char *name, const int64_t *shape, int64_t rank);

/* view_check, and exactly the shape given (rank extents). */
LAMELLA_INTERNAL lamella_status view_check_in(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name,
                                              const int64_t *shape, int64_t rank);

/* Besides that: writable, no element twice, exactly the shape given (rank extents), and apart from all that the call reads or writes
 * under another name, whichever of them is checked first. */
#define VIEW_OUT(c, v, view, dtypes, ...) \
    view_check_out((c), &(v), (view), (dtypes), #view, (const int64_t[]){ __VA_ARGS__ }, LENGTH(((const int64_t[]){ __VA_ARGS__ })))
LAMELLA_INTERNAL lamella_status view_check_out(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name,
                                               const int64_t *shape, int64_t rank);

/* The same of an output that may be left out: NULL leaves a view of no dtype, of which PUT writes nothing. */
LAMELLA_INTERNAL lamella_status view_check_wanted(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name,
                                                  const int64_t *shape, int64_t rank);
static inline int view_is_wanted(const lamella_view *v)
{
    return v->dtype != 0;
}

/* Writes one element, in the output's dtype, at an index of v->rank entries. */
#define PUT(v, value, ...) put_element((v), &(value), (const int64_t[]){ __VA_ARGS__ })
LAMELLA_INTERNAL void    put_element(const lamella_view *v, const void *value, const int64_t *index);

/* A checked view [n] becomes [1, n]. */
LAMELLA_INTERNAL void    view_as_row(lamella_view *v);
/* The bytes of a checked view; none if it is empty or read. */
LAMELLA_INTERNAL lent    view_lent(const lamella_view *v);
LAMELLA_INTERNAL int64_t view_elements(const lamella_view *v);
LAMELLA_INTERNAL int     view_is_row_major(const lamella_view *v);
/* Address of an element of a checked view: its index has v->rank entries. */
LAMELLA_INTERNAL char   *view_at(const lamella_view *v, const int64_t *index);

/* Row-major runs of a view: the start of the next run along the last axis for run = 0 .. view_runs(v) - 1. */
LAMELLA_INTERNAL int64_t view_runs(const lamella_view *v);
LAMELLA_INTERNAL char   *view_run(const lamella_view *v, int64_t run);
/* Elements from one run to the next if that is the same everywhere, else 0. */
LAMELLA_INTERNAL int64_t run_step(const lamella_view *v);
LAMELLA_INTERNAL int64_t run_length(const lamella_view *v);
LAMELLA_INTERNAL int64_t run_stride(const lamella_view *v);

/* n elements of `size` bytes, `stride` elements apart, to consecutive ones; returns the end of what was written. */
LAMELLA_INTERNAL char   *copy_run(char *to, const char *from, int64_t n, int64_t stride, int64_t size);

/* A run of an f32 output as an array, or NULL where stride or alignment forbid. */
LAMELLA_INTERNAL float  *run_in_place_f32(const lamella_view *out, int64_t run);
/* n elements of a dtype, side by side and aligned, as f32. */
LAMELLA_INTERNAL void    run_to_f32(const kernels *k, int32_t dtype, const void *run, int64_t n, float *out);
/* Writes an f32 row to a run of an output, whatever its stride and alignment. */
LAMELLA_INTERNAL void    store_run_f32(const lamella_view *out, int64_t run, const float *row);

/* "name[i]" for messages about arrays of views. */
LAMELLA_INTERNAL const char *indexed_name(char *text, int64_t size, const char *name, int64_t i);

/* One element as f64 or i64; `p` may be unaligned. */
LAMELLA_INTERNAL double  load_f64(int32_t dtype, const void *p);
LAMELLA_INTERNAL int64_t load_i64(int32_t dtype, const void *p);

/* The numbers of a checked view [n]: finite, or NONFINITE. */
LAMELLA_INTERNAL lamella_status view_numbers(call *c, const lamella_view *v, const char *name, double *to);

/* ---- stacks: tensor/stack.c ---- */

/* Rows that the library makes itself, layer by layer and in order, instead of the host's memory or `read`. */
typedef struct row_source {
    lamella_status (*begin)(call *c, const struct row_source *source, int64_t l, void **pass); /* memory of the call's */
    lamella_status (*next)(call *c, void *pass, int64_t n, float *rows);                       /* the next n: [n, dim(l)] */
} row_source;

/* A checked stack. A "vector" is one row of dim numbers: a token, or a sample without tokens. */
typedef struct stack {
    const char          *name;       /* of the argument, for messages; NULL: "stack" */
    lamella_stack        host;       /* zero-extended copy; its pointers are the caller's */
    const lamella_view  *layer;      /* [n_layers], strides spelled out */
    int64_t              n_layers;
    int64_t              n_samples;
    int64_t              n_vectors;  /* the same in every layer */
    int64_t              n_rows;     /* extent of the first axis: what `read` counts */
    int64_t              per_row;    /* vectors of one row: tokens of a dense sample, else 1 */
    const int64_t       *offsets;    /* NULL, or [n_samples + 1]: first vector of each sample */
    const unsigned char *valid;      /* NULL, or [n_vectors]: 0 = padding */
    const row_source    *source;     /* NULL, or what makes the rows: layers are f32 [n_vectors, dim] without data */
    int                  is_own;     /* stack_of_own */
    int                  is_view;    /* 1: of one view, and `name` is its own */
    int                  by_direction; /* 1: set where rows are compared with one another; an f64 row that f32 rounds to nothing is a fault */
} stack;

#define STACK(c, s, stack, dtypes) stack_check((c), &(s), (stack), (dtypes), #stack)
LAMELLA_INTERNAL lamella_status stack_check(call *c, stack *s, const lamella_stack *theirs, uint32_t dtypes, const char *name);
/* A matrix that the library checked or owns as a stack of one layer: not compared with the call's outputs. */
LAMELLA_INTERNAL lamella_status stack_of_own(call *c, stack *s, const lamella_view *matrix, uint32_t dtypes, const char *name);

/* Stacks that meet in one call: where both have ids, those of b are those of a. */
LAMELLA_INTERNAL lamella_status stacks_check_ids(call *c, const stack *a, const stack *b);

/* Rows are made or read: none lie in memory. */
static inline int stack_streams(const stack *s)
{
    return s->host.read || s->source;
}

LAMELLA_INTERNAL const char *stack_name(const stack *s);
/* "stack.layer[l]", under the argument's own name. */
LAMELLA_INTERNAL const char *layer_name(char *text, int64_t size, const stack *s, int64_t l);
LAMELLA_INTERNAL int64_t stack_dim(const stack *s, int64_t l);
LAMELLA_INTERNAL int64_t stack_depth(const stack *s, int64_t l);
LAMELLA_INTERNAL int64_t stack_widest(const stack *s);
LAMELLA_INTERNAL int     stack_has_tokens(const stack *s); /* ragged, or a token or canvas axis */
/* Vectors [first, end) of a sample. */
LAMELLA_INTERNAL void    sample_vectors(const stack *s, int64_t sample, int64_t *first, int64_t *end);
/* The sample that a vector belongs to. */
LAMELLA_INTERNAL int64_t vector_sample(const stack *s, int64_t vector);
/* The leading axes of a layer and then `last`: the shape of an output with one row per vector. Returns its rank. */
LAMELLA_INTERNAL int32_t stack_lead_shape(const stack *s, int64_t last, int64_t *shape);
/* Vectors under the mask. */
LAMELLA_INTERNAL int64_t stack_masked(const stack *s);
/* A flat array over the leading axes (mask, weights): its entry of each vector, as elements of `size` bytes in the view's own type.
 * Points into the view where it is contiguous, else at a copy in the call's arena. */
LAMELLA_INTERNAL lamella_status stack_check_lead(call *c, const stack *s, lamella_view *v, const lamella_view *theirs, uint32_t dtypes,
                                                 const char *name);
LAMELLA_INTERNAL lamella_status view_flatten(call *c, const lamella_view *v, const void **flat);
/* EMPTY where a layer has no dim, or no row is outside the mask. */
LAMELLA_INTERNAL lamella_status stack_check_not_empty(call *c, const stack *s);
/* An output of every layer, an array of views: [lead.., width(l)], a width NULL meaning dim(l). */
LAMELLA_INTERNAL lamella_status stack_check_outs(call *c, const stack *s, const lamella_view *theirs, uint32_t dtypes, const char *name,
                                                 const int64_t *lead, int32_t n_lead, const int64_t *width, lamella_view **out);
/* An output f64 [dim(l)] of every layer that may be left out: NULL leaves views of which PUT writes nothing. */
LAMELLA_INTERNAL lamella_status stack_check_columns(call *c, const stack *s, const lamella_view *theirs, const char *name, lamella_view **out);

/* ---- rows: tensor/rows.c, the only caller of `read` ---- */

/* Asks for n rows of a layer from row `first` on, row-major at `to`: `got` is a view of those that came. */
LAMELLA_INTERNAL lamella_status stack_read(call *c, const stack *s, int64_t l, int64_t first, int64_t n, void *to, lamella_view *got);

#define PANEL_ROWS 256

/* Blocks of vectors of one or several layers of a stack, in rising order; a block starts at a multiple of PANEL_ROWS whatever
 * reads deliver:
 *
 *     TRY(rows_open(c, &s, l, 1, LAMELLA_F32, &r));
 *     do {
 *         TRY(rows_next(c, &r));
 *         TRY(parallel(c, r.n_panels, task, &state));    each task calls rows_panel
 *     } while (r.n);
 */
typedef struct rows {
    const stack   *s;
    int64_t        first_layer, n_layers;
    int64_t        block_vectors;  /* at most; a multiple of PANEL_ROWS */
    int64_t        first, n;       /* the current block: vectors first .. first + n - 1; n is 0 at the end */
    int64_t        n_panels;       /* of the current block; the last may be short */
    int32_t        precision;      /* LAMELLA_F32 or LAMELLA_F64: what panels hold */
    int32_t        keep_nonfinite; /* set after rows_open; else a NaN, an infinity or an f32 overflow in a valid vector ends the pass */
    const kernels *simd;
    lowest         fault;
    struct rows_layer *layer;      /* what was read, per layer */
} rows;

/* Vectors of a panel at most: a host that asks for one row at a time needs the memory of one. */
static inline int64_t panel_most(const stack *s)
{
    return MIN(PANEL_ROWS, MAX(s->n_vectors, 1));
}

/* 256 vectors of one layer as f32 or f64: the host's memory where type and strides allow, else a converted copy in scratch.
 * Vectors under the mask are zeros. */
typedef struct panel {
    const void          *data;    /* const float * or const double * */
    int64_t              stride;  /* between vectors, in elements */
    int64_t              first;   /* vector number of the first */
    int64_t              n;
    int64_t              dim;
    const unsigned char *valid;   /* NULL = all, or [n] */
} panel;

LAMELLA_INTERNAL lamella_status rows_open(call *c, const stack *s, int64_t first_layer, int64_t n_layers, int32_t precision, rows *r);
/* The next block. Reads, reports progress, and reports a fault that rows_panel found in the block before: calling thread only. */
LAMELLA_INTERNAL lamella_status rows_next(call *c, rows *r);
/* Passes over several stacks, or over layers that are not neighbours, whose blocks begin and end at the same vectors; one that is shorter has
 * empty blocks in the end. */
LAMELLA_INTERNAL lamella_status rows_open_in_step(call *c, const stack *const *s, int64_t n, int64_t first_layer, int64_t n_layers,
                                                  int32_t precision, rows *r);
LAMELLA_INTERNAL lamella_status rows_next_in_step(call *c, rows *r, int64_t n);
/* Bytes of scratch that one rows_panel call may need. */
LAMELLA_INTERNAL int64_t        rows_scratch(const rows *r);
/* Panel i of the current block, of layer first_layer + l. Any thread. Returns 0 if a fault was found: then the task just returns. */
LAMELLA_INTERNAL int            rows_panel(rows *r, int64_t l, int64_t i, void *scratch, panel *p);
/* The same for up to PANEL_ROWS vectors from any place of the current block. */
LAMELLA_INTERNAL int            rows_vectors(rows *r, int64_t l, int64_t first, int64_t n, void *scratch, panel *p);
LAMELLA_INTERNAL lamella_status rows_fault(call *c, const rows *r);

/* What a task of sum_panels has: a panel of each layer. */
typedef struct panel_task {
    rows   *r;
    int64_t panel;        /* of the block */
    int64_t panel_bytes;
    char   *scratch;      /* `together` times panel_bytes */
    void   *room;
} panel_task;

/* The task's panel of layer first_layer + l, in place `at` of those that are looked at together; 0 after a fault. */
static inline int task_panel(const panel_task *t, int64_t l, int64_t at, panel *p)
{
    return rows_panel(t->r, l, t->panel, t->scratch + at * t->panel_bytes, p);
}

/* Sums over rows whose bits depend on neither threads nor blocks nor reads: of_panel makes what one adds, on any thread, and join takes
 * it, panel by panel in their order, on the calling one. */
typedef struct panel_sum {
    const stack *s;
    int64_t      first_layer, n_layers;
    int32_t      precision, keep_nonfinite;
    int64_t      together;    /* panels that a task looks at together: over 0 */
    int64_t      room_bytes;  /* scratch of a task */
    int64_t      state_bytes; /* what a panel leaves; both aligned to 64, of any contents */
    void       (*of_panel)(const panel_task *t, void *state, void *data);
    void       (*join)(void *state, void *data); /* NULL: nothing else is summed */
    double      *sums;        /* NULL, or [n_sums] to which a state of doubles is added; state_bytes is theirs then */
    int64_t      n_sums;
    void        *data;
} panel_sum;

LAMELLA_INTERNAL lamella_status sum_panels(call *c, const panel_sum *sum);

/* Runs work(panel, room, data) for every panel of one layer, on all threads, in no order: for operations that treat rows one by
 * one. `room` is room_bytes of scratch, aligned to 64. */
LAMELLA_INTERNAL lamella_status each_panel(call *c, const stack *s, int64_t l, int32_t precision, int64_t room_bytes,
                                           void (*work)(const panel *p, void *room, void *data), void *data);

/* ---- rows by number: tensor/row_numbers.c. A "row" is a vector of the stack: a sample, or a token ---- */

typedef struct row_numbers {
    const int64_t *row;
    int64_t        n;
} row_numbers;

/* Checks an i32|i64 view [n] of row numbers: within the stack and not under its mask. */
LAMELLA_INTERNAL lamella_status row_numbers_check(call *c, const stack *s, const lamella_view *theirs, const char *name, row_numbers *r);
/* Every row outside the mask; EMPTY if there is none. */
LAMELLA_INTERNAL lamella_status row_numbers_all(call *c, const stack *s, row_numbers *r);
/* How many stand earlier in the list. */
LAMELLA_INTERNAL lamella_status row_numbers_repeated(call *c, const row_numbers *r, int64_t *n_repeated);
/* rows [n, dim(l)] in f64, in the list's order, from one pass that converts nothing else. */
LAMELLA_INTERNAL lamella_status rows_gather(call *c, const stack *s, int64_t l, const row_numbers *r, double *rows);

#endif
