/* Inside the generic matrix: one case, its input, its host and what a call of the body left. */
#ifndef SUPPORT_CASE_H
#define SUPPORT_CASE_H

#include "support/allocator.h"
#include "support/elements.h"
#include "support/matrix.h"
#include <pthread.h>

/* ---- what a case is: a value for each axis ---- */

enum axis {
    AXIS_DTYPE,   /* LAMELLA_F32 ... */
    AXIS_FORM,    /* FORM_ROWS ... */
    AXIS_SAMPLES, /* number of samples; MANY: more than a panel of vectors */
    AXIS_WIDTHS,  /* number in widths_of_layers */
    AXIS_SOURCE,  /* a layout, or SOURCE_READ + rows of a delivery */
    AXIS_OUTPUT,  /* a layout */
    AXIS_HOST,    /* threads of the context, HOST_NULL or HOST_BACKWARDS */
    AXIS_SIMD,    /* LAMELLA_SIMD_..., 0: best */
    AXIS_REPEAT,  /* an axis along which nothing changes */
    AXIS_COUNT,   /* how many valid tokens samples have, COUNT_...; 0: as the form likes it */
    AXIS_FAR,     /* where the numbers lie, f64 only */
    N_AXES
};

typedef struct setting { int64_t at[N_AXES]; } setting;

enum { MANY = 257, MANY_OF_TOKENS = 102 /* more than 256 vectors in any form with tokens */ };
enum { REPEAT_NONE, REPEAT_SAMPLES, REPEAT_TOKENS, REPEAT_DIMS, N_REPEATS };
enum { COUNT_ONE = 1, COUNT_SOME /* none or one */, COUNT_FULL /* TOKENS */, COUNT_UNEVEN /* none to TOKENS - 1 */, N_COUNTS };
enum { FAR_NOT, FAR_SHIFTED /* by 2^30 */, FAR_HUGE /* times 2^FAR_EXPONENT */, FAR_TINY, N_FAR };
enum { FAR_EXPONENT = 532 };
enum { MOST_EXTENT = 1 << 16 }; /* of what the matrix makes, whatever a view claims */
enum { HOST_NULL = 0, HOST_BACKWARDS = -5 };
enum { SOURCE_READ = 1000 };

enum layout { LAYOUT_CONTIGUOUS, LAYOUT_PADDED, LAYOUT_REVERSED, LAYOUT_STRIDED, LAYOUT_TRANSPOSED, LAYOUT_UNALIGNED,
              LAYOUT_SLICED, /* out of an array that is larger along every axis of more than one */
              LAYOUT_CUT,    /* the same, with any stride along an axis of one */
              LAYOUT_BROADCAST /* stride 0 along every axis along which nothing changes */ };

#define MOST_LAYERS 3
typedef struct layer_widths { int64_t n_layers, dim[MOST_LAYERS]; } layer_widths;
extern const layer_widths widths_of_layers[];
enum { WIDTHS_1, WIDTHS_3, WIDTHS_17, WIDTHS_64, WIDTHS_MIXED, N_WIDTHS };

/* "lamella_fusion_pool (max): f16, ragged, 257 samples, ..." */
const char *setting_text(const operation *o, const setting *s, char *text, int64_t size);

/* ---- the host: callbacks that watch what the library does with them ---- */

typedef struct host {
    test_allocator memory;       /* first: `user` of the context */
    pthread_t      thread;       /* the calling one */
    int64_t        n_progress, n_reads;
    double         told;         /* the last progress of the call */
    int64_t        progress_at;  /* this call of progress answers `answer`; 0 = none */
    int64_t        read_at;      /* this call of read answers `answer` */
    int64_t        answer;
    double         deadline_seconds;
    int64_t        max_workspace_bytes;
    const char    *complaint;    /* NULL, or what the library did wrong */
} host;

/* host.c: for lamella_context_options, with `user` a host. */
int32_t host_progress(double fraction, const char *stage, void *user);
int32_t host_parallel_for_backwards(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user);

/* ---- one case ---- */

/* Memory of a case or of one call; inputs keep a copy to be compared with. */
typedef struct piece {
    struct piece *next;
    char         *memory, *copy;
    int64_t       bytes;
} piece;

/* What a stack of the case consists of. */
typedef struct input {
    struct matrix_case *of;
    lamella_stack       stack;
    lamella_view        layer[MOST_LAYERS], mask, offsets;
    char               *dense[MOST_LAYERS]; /* what `read` reads from */
    int64_t             next_row[MOST_LAYERS];
} input;

typedef struct record {
    char    name[64];
    int64_t index, bytes;
    int32_t dtype;
    int     by_vector; /* the leading axes are those of the layers */
    char   *data;
} record;

#define MOST_RECORDS 64
#define MOST_INPUTS 256
typedef struct outcome {
    lamella_status status;
    int64_t        n_records;
    record         records[MOST_RECORDS];
} outcome;

typedef struct output {
    const char   *name;
    int64_t       index;
    int           by_vector;
    lamella_view *view;    /* what the body has */
    piece        *memory;
} output;

/* One thing that is wrong with a call on purpose: with its output, or its small input, of this number. */
enum wrong { WRONG_NOTHING, OUTPUT_READONLY, OUTPUT_BROADCAST, OUTPUT_DTYPE, OUTPUT_LONGER, OUTPUT_OVER_INPUT, OUTPUT_OVER_OUTPUT,
             INPUT_NAN, INPUT_LONGER, BYTES_CUT, BYTES_CLAIM };

typedef struct mistake {
    enum wrong what;
    int64_t    number;
    int64_t    other;  /* number of the input or output that it lies over, place of a NaN, place of a cut */
    int        made;   /* there was such a thing */
} mistake;

typedef struct matrix_case {
    const operation *operation;
    setting          setting;
    matrix           m;
    host             host;
    piece           *inputs, *of_call;
    input            input[2];                       /* the second is made when a body asks for it */
    int              n_inputs;
    int64_t          depth[MOST_LAYERS];
    int64_t          lead[LAMELLA_MAX_RANK], n_lead; /* leading axes of every layer */
    int64_t          n_vectors;
    unsigned char   *valid;                          /* [n_vectors] */
    int64_t         *key;                            /* [n_vectors] which token of which sample: what its numbers come from */
    int64_t         *start;                          /* [n_samples + 1] first vector of each */
    output           outputs[MOST_RECORDS];
    int64_t          n_outputs, n_small;             /* made by the body of the running call; inputs besides stacks */
    char            *input_at[MOST_INPUTS];          /* memory of every input that the operation reads */
    int64_t          n_inputs_at, n_inputs_kept;     /* of the call so far; of them those that the case keeps */
    mistake          mistake;
    lamella_view    *liar;                           /* the output that is to lie over something else, once it is there */
    outcome         *outcome;                        /* where the running call records */
    char             folder[64], path[80];           /* a folder of its own: what else a save leaves there is found */
} matrix_case;

/* Input and context of a setting; `plan` may change both the numbers (case_input) and the host before the context exists. */
void case_open(matrix_case *c, const operation *o, const setting *s, void (*plan)(matrix_case *c));
/* One call of the body with fresh outputs; everything a call must keep is checked. */
void case_call(matrix_case *c, outcome *result);
void case_close(matrix_case *c);
void case_failed(const matrix_case *c, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* Lays an output over what it is to lie over, once both are there. */
void case_lie(matrix_case *c);

void outcome_free(outcome *result);
/* Stops the test unless both have the same status and the same bits. */
void outcome_equal(const matrix_case *c, const outcome *actual, const outcome *expected);
int  succeeded(lamella_status status); /* OK or NOTE */

/* ---- inputs.c ---- */

void    case_input(matrix_case *c);
/* The second stack, made at the first call. */
input  *case_second(matrix_case *c);
int64_t case_deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user); /* host.c */
/* Overwrites an element of a layer of a built input (and its copy), by vector number. */
void    case_plant(matrix_case *c, input *in, int64_t layer, int64_t vector, int64_t column, double value);
piece  *piece_take(piece **list, int64_t bytes);
void    pieces_free(piece **list);
/* A view of this layout over new memory at the end of its block, all bytes 0xff; `from` is dense, or NULL. */
lamella_view lay_out(piece **list, int32_t dtype, const int64_t *shape, int32_t rank, enum layout layout, const char *from);

/* ---- claims.c ---- */

/* What a view claims that costs it nothing costs the call neither memory nor time. */
void matrix_claims(const operation *o);

/* ---- variants.c ---- */

setting setting_smallest(const operation *o);

#endif
