/* project: rows as their similarities to anchors, so that spaces become comparable */
#ifndef LAMELLA_RELATIVE_PROJECT_H
#define LAMELLA_RELATIVE_PROJECT_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fitted on the anchors of every layer of a stack. Const once made: threads may share it. */
typedef struct lamella_relative_project lamella_relative_project;

/* What is done to rows x before they are compared, and to similarities after; m, sd (ddof 0), C: mean, spread and covariance of the
 * anchors' rows. A constant column is not scaled. */
enum {
    LAMELLA_RELATIVE_TRANSFORM_NONE   = 1,
    LAMELLA_RELATIVE_TRANSFORM_CENTRE = 2, /* x - m */
    LAMELLA_RELATIVE_TRANSFORM_ZSCORE = 3, /* (x - m) / sd */
    LAMELLA_RELATIVE_TRANSFORM_WHITEN = 4  /* (C + shrinkage lmax I)^-1/2 (x - m), over the directions that count; lmax: the largest eigenvalue of C */
};

/* What a row x and an anchor s, both transformed, become. What changes nothing: */
enum {
    LAMELLA_RELATIVE_COSINE    = 1, /* x.s / (|x| |s|): rotation, a factor for each row; centred also a shift of all */
    LAMELLA_RELATIVE_ANGULAR   = 2, /* arccos(cosine) / pi in [0, 1], 1/2 for a zero row: as cosine */
    LAMELLA_RELATIVE_EUCLIDEAN = 3, /* |x - s|: rotation, shift; BY_MEAN also one factor for all */
    LAMELLA_RELATIVE_L1        = 4, /* sum |x_j - s_j|: shift, permuted and mirrored columns */
    LAMELLA_RELATIVE_LINF      = 5, /* max |x_j - s_j|: as L1 */
    LAMELLA_RELATIVE_BASIS     = 6, /* w = (S^T)^+ x, S [anchor, dim]: every invertible map if the anchors span the space */
    LAMELLA_RELATIVE_PRODUCT   = 7, /* cosine, Euclidean, L1 and Linf side by side: 4 x anchors columns */
    LAMELLA_RELATIVE_ABSOLUTE  = 8  /* x itself, dim columns: what the others are measured against */
};

/* Distances as they are, or over the mean of all anchor x anchor distances. */
enum {
    LAMELLA_RELATIVE_DISTANCES_RAW     = 1,
    LAMELLA_RELATIVE_DISTANCES_BY_MEAN = 2
};

/* Which directions count for WHITEN: eigenvalues of at least rcond times the largest. */
enum {
    LAMELLA_RELATIVE_RANK_SCALED   = 1, /* of columns at unit spread; rcond 0 = max(eps(dtype)^2, dim 2.2e-16) */
    LAMELLA_RELATIVE_RANK_UNSCALED = 2  /* of columns as they are; rcond 0 = 1e-6 */
};

typedef struct lamella_relative_project_options {
    uint32_t struct_size;
    int32_t  transform;          /* {LAMELLA_RELATIVE_TRANSFORM_...; 0 = CENTRE} hidden states share a mean that plain cosine mostly measures */
    int32_t  similarity;         /* {LAMELLA_RELATIVE_...; 0 = COSINE} */
    int32_t  distances;          /* {LAMELLA_RELATIVE_DISTANCES_...; 0 = RAW} */
    int32_t  relative_transform; /* {LAMELLA_RELATIVE_TRANSFORM_...; to ZSCORE; 0 = NONE} fitted on the similarities of the anchors to each other */
    int32_t  directions;         /* {LAMELLA_RELATIVE_RANK_...; 0 = SCALED} */
    double   shrinkage;          /* {0 or more} WHITEN */
    double   rcond;              /* {0 or more} WHITEN: 0 = the rule's own */
    double   basis_rcond;        /* {0 or more} BASIS: singular values over this share of the largest count; 0 = root of max(eps(dtype)^2, dim 2.2e-16) */
    const lamella_view *anchors;
} lamella_relative_project_options;

typedef struct lamella_relative_project_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_zero_rows;        /* rows that are zero once transformed, over all layers; in a fit: anchors */
    int64_t  n_constant_columns; /* of the anchors' rows, over all layers; 0 unless ZSCORE or WHITEN */
} lamella_relative_project_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_relative_project_options_init(lamella_relative_project_options *options, uint32_t struct_size);

/**
 * Fits relative projections, one for each layer, on the same anchors of all.
 *
 *   r = t(similarity(T x, T s_1), ..., similarity(T x, T s_n));   T is fitted on the anchors s, t on r(s_1), ..., r(s_n)
 *
 * Spaces of the same samples (layers, models, modalities) are layers of one stack; they may differ in width.
 *
 * @paper     Relative representations enable zero-shot latent space communication
 * @in        stack   stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token's row is one
 * @in        options options {optional} NULL: centred cosine to every row
 * @in        options.anchors i32|i64 [anchor] row numbers, none under the mask; other rows are not looked at. NULL: every row
 * @out       project handle lamella_relative_project; NULL on failure
 * @out       result  result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision f64
 * @cost      O(layers * anchors * dim), one pass over the rows; O(dim^3) for WHITEN, O(anchors * dim * min(anchors, dim)) for BASIS
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_relative_project_fit(lamella_context *ctx, const lamella_stack *stack,
    const lamella_relative_project_options *options, lamella_relative_project **project, lamella_relative_project_result *result);

/**
 * Every row of every layer by its similarities to the anchors of the layer of that place; rows are treated one by one.
 *
 * Cosines are f32 FMA chains of unit rows over dim in order, the rest f64 sums over fixed lanes: the same bits at every SIMD level, thread
 * count and batch.
 *
 * @in        project handle lamella_relative_project
 * @in        stack   stack f32|f64|f16|bf16 [layer, sample, dim], or with tokens; layers as wide as those of the fit
 * @out       out[layer] f32 [lead, width(project)] rows under the mask are zeros
 * @out       result  result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, EMPTY, MEMORY, LIMIT, NUMERIC, CALLBACK, STOPPED
 * @precision f32; distances, angles and transforms f64
 * @cost      O(rows * anchors * dim) time, one pass over the rows; WHITEN: O(rows * dim^2) more
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_relative_project_apply(lamella_context *ctx, const lamella_relative_project *project,
    const lamella_stack *stack, const lamella_view *out, lamella_relative_project_result *result);

/**
 * A named array, READONLY. Of all layers: "width" i64 [layer], columns of the output; "rank" i64 [layer], directions that count, dim if none
 * was left out; "dropped" f64 [layer], their share of the sum of the eigenvalues; "rules" i32 [5]: transform, similarity, distances,
 * relative_transform and directions of the options. Of layer l: "anchors.l" f64 [anchor, dim]; "mean.l" and "mean_low.l" [dim]
 * (the mean is their sum) unless NONE; "scale.l" [dim] of ZSCORE; "root.l" [dim, dim] of WHITEN; "basis.l" [anchor, dim] of BASIS; "distance.l" f64 [3], what
 * Euclidean, L1 and Linf distances are divided by; "relative_mean.l", "relative_scale.l" [width].
 *
 * @in     project handle lamella_relative_project
 * @in     name    text
 * @out    out     i32|i64|f64 [lead] valid until the object is freed
 * @return OK; ARGUMENT if there is no such array
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_relative_project_get(const lamella_relative_project *project, const char *name, lamella_view *out);

/**
 * Saves a projection as .safetensors: its arrays by name, its rules, and in the metadata `lamella.kind`,
 * `lamella.format` and `lamella.crc32`, as a probe's.
 *
 * @in     project handle lamella_relative_project
 * @in     path    path
 * @return OK; ARGUMENT, MEMORY, LIMIT, IO, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_relative_project_save(lamella_context *ctx, const lamella_relative_project *project, const char *path);

/**
 * Opens a saved projection; it gives the bits of the one that was saved.
 *
 * @paper  Relative representations enable zero-shot latent space communication
 * @in     path    path
 * @out    project handle lamella_relative_project; NULL on failure
 * @return OK; ARGUMENT, MEMORY, LIMIT, IO, FORMAT, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_relative_project_open(lamella_context *ctx, const char *path, lamella_relative_project **project);

/**
 * The bytes of the file that _save writes, READONLY; made with the projection, so nothing is allocated.
 *
 * @in     project handle lamella_relative_project
 * @out    bytes   u8 [byte] valid until the object is freed
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_relative_project_bytes(const lamella_relative_project *project, lamella_view *bytes);

/**
 * A projection from the bytes of its file.
 *
 * @paper  Relative representations enable zero-shot latent space communication
 * @in     bytes   u8 [byte] contiguous; not needed afterwards
 * @out    project handle lamella_relative_project; NULL on failure
 * @return OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, FORMAT, CALLBACK, STOPPED
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_relative_project_load(lamella_context *ctx, const lamella_view *bytes, lamella_relative_project **project);

/**
 * Frees a projection; views of its arrays end with it.
 *
 * @inout  project handle lamella_relative_project; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_relative_project_free(lamella_relative_project *project);

#ifdef __cplusplus
}
#endif

#endif
