/* look: what the program `look` knows of a file, and the three ways it says so: text, JSON, a page. */
#ifndef SUPPORT_LOOK_H
#define SUPPORT_LOOK_H

#include "support/concept.h"
#include "support/json.h"
#include "support/names.h"
#include "support/widths.h"
#include <lamella.h>

/* What was asked for. */
typedef struct request {
    const char *file;  /* as it was typed */
    const char *path;  /* what is opened: the file, or a copy of what came through a pipe */
    const char *title; /* what it is called in text and pages */
    const char *prefix, *page;
    const char *labels; /* what to probe for: a name in the file, or a file; NULL: nothing */
    const char *groups; /* of rows that stay together: likewise, or "none"; NULL: the file's own */
    int32_t     layer_axis, mask_marks, bf16, json, no_page, threads;
    FILE       *spool; /* the copy; NULL: none was needed */
} request;

/* One array that a file lists. */
typedef struct listed {
    const char    *name;
    const char    *dtype; /* as the file spells it */
    int64_t        rank;
    const int64_t *shape;
    int64_t        n_bytes;
    int32_t        view_dtype; /* LAMELLA_F32 ..., 0 = no view of it */
} listed;

/* Arrays whose names differ only in integers, as one row. */
typedef struct listed_row {
    const char *name, *dtype, *shape;
    int64_t     n, n_bytes, first; /* number of the first array */
} listed_row;

/* A way to look at a part of the file as a stack. */
typedef struct offer {
    const char *command, *what;
} offer;

typedef struct contents {
    const char  *format; /* "safetensors", "npy" */
    int64_t      n_bytes, n, n_rows, n_metadata, n_offers;
    listed      *array;
    listed_row  *row;
    const char **key, **value;
    offer       *offers;
    const char  *why; /* it is no stack, or "" */
} contents;

typedef struct label {
    const char *name;
    int64_t     n, n_distinct, n_nonfinite;
    int         is_whole;
    double      least, greatest; /* of the finite ones; NaN: there are none */
    const char *why;             /* "", or why it is not read */
} label;

/* One layer: its shape, and the library's figures. */
typedef struct layer {
    int64_t       depth, width;
    const char   *dtype, *shape;
    const double *norm, *share; /* [3] LAMELLA_MOMENTS_NORM_..., LAMELLA_MOMENTS_SHARE_... */
    double        cosine;
    const int64_t *count;       /* [8] LAMELLA_MOMENTS_COUNT_... */
    int64_t       n_zero, n_constant, n_outliers; /* of the dims named below: as many as counted, or 0 */
    int64_t      *zero, *constant, *outlier;
} layer;

/* Probes of every layer for some labels. */
typedef struct probed {
    const char  *name, *what, *source; /* in words: what is told, and where the labels come from */
    concept     *concept;
    widths_grid *grid;
    const char  *no_grid; /* why there is none; "" */
} probed;

typedef struct layers {
    int64_t     n, n_samples, n_depths, n_labels, n_cast;
    layer      *layer;
    label      *labels;
    const char *tokens; /* in words; "" = none */
    const char *taken;  /* in words: what of the file is the stack */
    const char *prefix; /* the prefix, pattern or tensor taken */
    const char *mask;   /* the tensor taken as the mask; "": none */
    const char *form;
    int32_t     last_normed, form_number;
    probed     *probed; /* NULL: no labels were named, or they cannot be probed for */
} layers;

/* The counts that are worth a word where they are not zero. */
typedef struct count_name {
    int32_t     column; /* LAMELLA_MOMENTS_COUNT_... */
    const char *key, *one, *many, *group, *brief;
} count_name;

#define N_COUNT_NAMES 7
extern const count_name count_names[N_COUNT_NAMES];

/* ---- what is there ---- */

contents *contents_read(const lamella_io_file *file, int32_t kind, int64_t n_bytes);
/* The rows of those arrays that `keep` (NULL: all) marks. */
listed_row *contents_rows(const contents *c, const char *keep, int64_t *n_rows);
/* Which parts could be a stack: the library's readings of the file, each tried. */
void contents_offer(lamella_context *ctx, const request *r, const lamella_io_file *file, contents *c);
/* Opens the stack that was asked for, or that one of another prefix, axis or meaning of the mask. */
lamella_status stack_open_as(lamella_context *ctx, const request *r, lamella_io_file **file, lamella_stack *stack, lamella_io_stack_result *taken,
                             lamella_io_fault *fault);

/* Measures every layer: one call of lamella_moments_layers. NULL: *status and lamella_last_error say why. */
layers *layers_measure(lamella_context *ctx, const lamella_stack *stack, const lamella_io_stack_result *taken,
                       lamella_status *status);
/* Labels of an opened stack file. */
void layers_label(layers *s, const lamella_io_file *file, const contents *c);
/* Probes for the labels that were asked for. 0, or 1 and on stderr why not. */
int layers_probe(lamella_context *ctx, const request *r, layers *s, const contents *c, const lamella_stack *stack, const lamella_io_file *file);
/* The labels that were asked for as classes, i64 [1, sample], and groups of rows, i64 [sample], by name (NULL: none). 0, or 1 likewise. */
int labels_find(lamella_context *ctx, const request *r, const layers *s, const lamella_io_file *file, lamella_view *classes, probed *p);
int groups_find(lamella_context *ctx, const request *r, const layers *s, const contents *c, const lamella_io_file *file, lamella_view *groups,
                const char **name);
/* "look: no probes: ..." on stderr; 1. */
int probes_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The different numbers, rising. */
const double *reals_distinct(const double *x, int64_t n, int64_t *n_distinct);
/* What is not part of the stack: marks it in keep[c->n]. */
void layers_besides(const layers *s, const contents *c, char *keep);
/* The dims that a count is of, if it is one of columns that are named; else *n is 0. */
const int64_t *layer_dims(const layer *l, int32_t column, int64_t *n);
/* "constant columns: 2 in layer 6 (dims 127, 223)", one for each kind of odd row or column; returns how many. */
int64_t layers_findings(const layers *s, const char **finding);

/* ---- how it is said ---- */

/* Sentences about the stack as pairs: name, text. Returns how many pairs; at most LOOK_FACTS. */
#define LOOK_FACTS 12
int look_facts(const layers *s, const contents *c, const char *fact[][2]);

void look_text_stack(FILE *out, const request *r, const layers *s, const contents *c);
void look_text_contents(FILE *out, const request *r, const contents *c);
void look_json_stack(FILE *out, const request *r, const layers *s, const contents *c);
void look_json_contents(FILE *out, const request *r, const contents *c);
void look_page_stack(FILE *out, const request *r, const layers *s, const contents *c);
void look_text_probed(FILE *out, const probed *p);
void look_json_probed(json *j, const probed *p);
void look_page_probed(FILE *out, const probed *p);
void look_page_contents(FILE *out, const request *r, const contents *c);

/* Says on stderr why a file is not read and what to type instead (and as JSON on stdout, if asked). Returns 1. */
int look_refuse(const request *r, lamella_status status, const lamella_io_fault *fault, const char *message);
/* The same for what is not an ordinary file at all: missing, a directory, not permitted. */
int look_refuse_path(const request *r, int error);

#endif
