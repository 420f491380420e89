/* The generic matrix: an operation says once how it is called, and is then called with every dtype, layout, form, mask, delivery, odd size,
 * thread count and SIMD level, with memory that runs out, a host that stops it, numbers that are none, that are far from 0 or from 1, and
 * arguments that lie.
 *
 *   OPERATION(lamella_fusion_pool, .forms = WITH_TOKENS)
 *   {
 *       return lamella_fusion_pool(m->ctx, &m->stack, *                                  matrix_out_layers(m, "pooled", LAMELLA_F32, m->n_samples, LAYER_DIM), NULL, NULL);
 *   }
 *
 * A body makes its outputs, calls, frees what it created whatever happened, and returns the first status that is not OK. One function
 * may have several bodies, told apart by `.as = "max"`. */
#ifndef SUPPORT_MATRIX_H
#define SUPPORT_MATRIX_H

#include "support/test.h"

typedef struct matrix {
    lamella_context   *ctx;       /* NULL in one of the cases */
    lamella_stack      stack;     /* the input: masked, ragged, strided, read; of 1, 2 or 3 layers */
    const lamella_view *view;     /* its first layer, for functions of one view (their operations say .in_memory = 1) */
    int64_t            n_samples;
    int64_t            dim;       /* of the first layer, */
    int64_t            narrowest; /* and of the narrowest; whatever a view claims */
    int32_t            readout;   /* for the options of a function that pools tokens first */
    struct matrix_case *inside;
} matrix;

/* How the samples of the input stack lie. FORM_LEFT and FORM_RIGHT: dense tokens, masked, with padding on that side
 * and holes between the valid ones. */
enum {
    FORM_ROWS = 1, FORM_ROWS_MASKED = 2, FORM_TOKENS = 4, FORM_LEFT = 8, FORM_RIGHT = 16, FORM_RAGGED = 32, FORM_RAGGED_MASKED = 64,
    FORM_CANVAS = 128, FORM_STRIP = 256, /* a canvas of one line */
    FORM_CANVAS_MASKED = 512,
    WITH_TOKENS = FORM_TOKENS | FORM_LEFT | FORM_RIGHT | FORM_RAGGED | FORM_RAGGED_MASKED | FORM_CANVAS | FORM_STRIP | FORM_CANVAS_MASKED,
    WITHOUT_MASK = FORM_ROWS | FORM_TOKENS | FORM_CANVAS | FORM_STRIP,
    ANY_FORM = 1023
};

/* Sets of dtypes, as bits 1 << LAMELLA_...; FLOAT_DTYPES is the default. */
enum { FLOAT_DTYPES = 0x01e, INTEGER_DTYPES = 0x1e0, EVERY_DTYPE = 0x3fe };

typedef struct operation {
    const char     *function;
    lamella_status (*body)(matrix *m);
    /* What a body may say of itself; zero means the first. */
    const char *as;        /* what sets it apart from other bodies of the function */
    uint32_t dtypes;       /* of the input: FLOAT_DTYPES, or a set of dtypes; without `as`, others must be refused */
    uint32_t forms;        /* ANY_FORM, or the forms that the function takes */
    int in_memory;         /* it also takes stacks that are read */
    int keeps_dtype;       /* same values give the same bits whatever the dtype; 1: outputs depend on it */
    int one_width;         /* layers may differ in width; 1: they may not */
    int nonfinite;         /* a NaN or an infinity is refused; 1: the header says @nonfinite */
    int quick;             /* progress is reported; 1: it is too short for that */
    int empty_is_ok;       /* no samples are ERR_EMPTY; 1: they are OK */
    int keeps_shape;       /* one form gives what another gives; 1: the outcome depends on how the samples lie */
    const char *rows;      /* the output that holds numbers of vectors */
    int absolute;          /* numbers times 2^k give results times a power of 2^k; 1: something of a fixed size meets them */
    int any_output;        /* outputs have one dtype; 1: any */
} operation;

#define OPERATION(callee, ...) OPERATION_AT(callee, __LINE__, __VA_ARGS__)
#define OPERATION_AT(callee, line, ...) OPERATION_OF(callee, line, __VA_ARGS__)
#define OPERATION_OF(callee, line, ...)                                                                                  \
    static lamella_status callee##_##line(matrix *m);                                                                    \
    static const operation callee##_##line##_operation = { .function = #callee, .body = callee##_##line, __VA_ARGS__ };  \
    TEST(callee##_##line##_same_bits) { matrix_same_bits(&callee##_##line##_operation); }                                \
    TEST(callee##_##line##_forms)     { matrix_forms(&callee##_##line##_operation); }                                    \
    TEST(callee##_##line##_far)       { matrix_far(&callee##_##line##_operation); }                                      \
    TEST(callee##_##line##_faults)    { matrix_faults(&callee##_##line##_operation); }                                   \
    TEST(callee##_##line##_refusals)  { matrix_refusals(&callee##_##line##_operation); }                                 \
    static lamella_status callee##_##line(matrix *m)

void matrix_same_bits(const operation *o); /* matrix.c: the same values give the same bits */
void matrix_forms(const operation *o);     /* forms.c: the same tokens give the same bits however they lie, pooled inside or before */
void matrix_far(const operation *o);       /* far.c: numbers far from 0, huge and tiny ones */
void matrix_faults(const operation *o);    /* faults.c: memory, the host, the deadline, the workspace limit */
void matrix_refusals(const operation *o);  /* refusals.c: non-finite numbers, nothing at all, claims, outputs that must not be written */

/* ---- outputs: guarded on both sides and between elements, compared under their names ---- */

/* matrix_out(m, "ratio", LAMELLA_F64, n_layers, 3) */
#define matrix_out(m, name, dtype, ...) \
    matrix_outputs((m), (name), (dtype), 1, NULL, 1, (const int64_t[]){ __VA_ARGS__ }, MATRIX_COUNT(__VA_ARGS__))

/* One for each layer, of which these axes may speak: matrix_out_layers(m, "mean", LAMELLA_F64, LAYER_DIM). */
#define matrix_out_layers(m, name, dtype, ...) \
    matrix_outputs((m), (name), (dtype), (m)->stack.n_layers, NULL, 1, (const int64_t[]){ __VA_ARGS__ }, MATRIX_COUNT(__VA_ARGS__))

/* One for each layer and width, row-major: matrix_out_widths(m, "out", LAMELLA_F32, widths, 2, LAYER_LEAD, WIDTH). */
#define matrix_out_widths(m, name, dtype, widths, n_widths, ...) \
    matrix_outputs((m), (name), (dtype), (m)->stack.n_layers, (widths), (n_widths), (const int64_t[]){ __VA_ARGS__ }, \
                   MATRIX_COUNT(__VA_ARGS__))

enum { LAYER_DIM = -1, LAYER_LEAD = -2 /* all axes but the last */, WIDTH = -3 };

#define MATRIX_COUNT(...) ((int32_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))

const lamella_view *matrix_outputs(matrix *m, const char *name, int32_t dtype, int64_t n_layers, const int64_t *widths, int64_t n_widths,
                                   const int64_t *axes, int32_t n_axes);

/* An array that the body found, as of a fitted object, compared like an output. */
void matrix_array(matrix *m, const char *name, const lamella_view *array);
/* A number of a result, or a file that the body wrote, compared like an output. */
void matrix_number(matrix *m, const char *name, double value);
/* Where a body may write a file; what else it leaves in that folder fails the test. */
const char *matrix_path(matrix *m);
void matrix_file(matrix *m, const char *name, const char *path);

/* ---- more inputs ---- */

/* Numbers over 0 for every vector of the stack, shaped like its leading axes; NaN under the mask. f32 or f64. */
const lamella_view *matrix_weights(matrix *m, int32_t dtype);

/* Numbers shaped like the first layer, f32; NaN under the mask. */
const lamella_view *matrix_numbers(matrix *m);

/* n integers of 0 .. below - 1 as i32 or i64, some twice. */
const lamella_view *matrix_integers(matrix *m, int32_t dtype, int64_t n, int64_t below);

/* Values of the body's own: matrix_input(m, LAMELLA_I64, numbers, n, 2). */
#define matrix_input(m, dtype, values, ...) \
    matrix_inputs((m), (dtype), (values), (const int64_t[]){ __VA_ARGS__ }, MATRIX_COUNT(__VA_ARGS__))
const lamella_view *matrix_inputs(matrix *m, int32_t dtype, const void *values, const int64_t *shape, int32_t rank);
/* A list of any length, [n]. */
const lamella_view *matrix_list(matrix *m, int32_t dtype, const void *values, int64_t n);

/* The other stack, or view, of a function that takes two: of the same form, with other numbers and, where that is no matter, another dtype. */
const lamella_stack *matrix_second(matrix *m);
const lamella_view  *matrix_second_view(matrix *m);

/* An input that was read by a call before and is none of the one to come: outputs may lie over it. */
void matrix_forget(matrix *m, const lamella_view *view);

/* The bytes of a saved object as they are to be loaded: cut short, or claiming more than they hold, where that is tried. */
const lamella_view *matrix_bytes(matrix *m, const lamella_view *bytes);

/* ---- objects: what a failed call must leave as it was ---- */

/* Keeps the bytes of an object; later says whether it has them still. */
const lamella_view *matrix_keep(matrix *m, const lamella_view *bytes);
void matrix_kept(matrix *m, const lamella_view *before, const lamella_view *now);

#endif
