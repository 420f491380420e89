/* search: the k most similar rows, exactly, at any prefix width */
#ifndef LAMELLA_MATRYOSHKA_SEARCH_H
#define LAMELLA_MATRYOSHKA_SEARCH_H

#include "lamella/base.h"
#include "lamella/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Similarities that a search ranks by, over the first `width` dims. */
enum {
    LAMELLA_MATRYOSHKA_SEARCH_COSINE = 1, /* the default: prefixes renormalised */
    LAMELLA_MATRYOSHKA_SEARCH_DOT    = 2
};

/* Rows kept for repeated searches, at any width. */
typedef struct lamella_matryoshka_index lamella_matryoshka_index;

typedef struct lamella_matryoshka_search_options {
    uint32_t struct_size;
    int32_t  similarity; /* {LAMELLA_MATRYOSHKA_SEARCH_...} 0 = COSINE, or that of the index */
    int64_t  width;      /* {0 or more} 0 = all dims; else the first 1 .. dim */
    const lamella_view *base_ids; /* not of an index, which has its own */
    const lamella_view *query_ids;
} lamella_matryoshka_search_options;

typedef struct lamella_matryoshka_search_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *found;
} lamella_matryoshka_search_outputs;

typedef struct lamella_matryoshka_index_options {
    uint32_t struct_size;
    int32_t  similarity; /* {LAMELLA_MATRYOSHKA_SEARCH_...; 0 = COSINE} */
    const lamella_view *base_ids;
} lamella_matryoshka_index_options;

/* What is wanted. */
typedef struct lamella_matryoshka_search_merge_outputs {
    uint32_t            struct_size;
    uint32_t            reserved0;
    const lamella_view *ids;
    const lamella_view *scores;
} lamella_matryoshka_search_merge_outputs;

typedef struct lamella_matryoshka_search_result {
    uint32_t struct_size;
    uint32_t reserved0;
    int64_t  n_zero_rows;     /* of the base, at this width: similarity 0 to everything */
    int64_t  n_zero_queries;  /* at this width: similarity 0 to every row, so the lowest ids are found */
    int64_t  n_short_queries; /* that found fewer than k rows */
} lamella_matryoshka_search_result;

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_matryoshka_search_options_init(lamella_matryoshka_search_options *options, uint32_t struct_size);

/** Writes the default options, at most struct_size bytes of them. */
LAMELLA_API lamella_status lamella_matryoshka_index_options_init(lamella_matryoshka_index_options *options, uint32_t struct_size);

/**
 * The k rows most similar to each query, exactly: ids equal those of brute force in f64, ties by the lowest id.
 *
 *   score = q[:m] . x[:m] / (|q[:m]| |x[:m]|),   or q[:m] . x[:m] for DOT;   m = width
 *
 * Scores are f64 sums over 16 fixed lanes of the rows as f32; rows are ordered by falling score, then rising id. An f32 pass only picks
 * rows that its rounding bound cannot rule out. So ids and scores have the same bits at every SIMD level, thread count and batch.
 *
 * @paper     Matryoshka Representation Learning
 * @in        base      f32|f64|f16|bf16 [row, dim]
 * @in        queries   f32|f64|f16|bf16 [query, dim]
 * @in        k         i64 at least 1; may be more than there are rows
 * @out       ids       i64 [query, k] -1 where there is no further row
 * @out       scores    f64 [query, k] NaN there
 * @in        options   options {optional} NULL: cosine over all dims
 * @in        options.base_ids  i32|i64 [row] 0 or more, what is found and breaks ties; NULL: row numbers
 * @in        options.query_ids i32|i64 [query] rows of this id are left out, -1 leaves out none; NULL: none are
 * @out       outputs   outputs {optional} NULL: none
 * @out       outputs.found i64 [query] how many there are
 * @out       result    result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32 to pick rows, f64 to rank them
 * @cost      O(queries * rows * width) time; O(rows) workspace, and a block of 16 MB for a base that is not f32 with unit stride
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_search(lamella_context *ctx, const lamella_view *base, const lamella_view *queries, int64_t k,
    const lamella_view *ids, const lamella_view *scores, const lamella_matryoshka_search_options *options,
    const lamella_matryoshka_search_outputs *outputs, lamella_matryoshka_search_result *result);

/**
 * Joins what two searches of the same queries found in two parts of a base: the k best of both, as one search of the whole would find them.
 *
 * @paper     Matryoshka Representation Learning
 * @in        first_ids     i64 [query, first_found] of different rows than second_ids; -1: none
 * @in        first_scores  f64 [query, first_found] falling
 * @in        second_ids    i64 [query, second_found]
 * @in        second_scores f64 [query, second_found]
 * @in        k             i64 at least 1
 * @out       outputs       outputs {optional} NULL: none
 * @out       outputs.ids    i64 [query, k] -1 where there is no further row
 * @out       outputs.scores f64 [query, k] NaN there
 * @nonfinite a NaN of id -1 is no row; any other is refused
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision exact
 * @cost      O(queries * (first_found + second_found))
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_search_merge(lamella_context *ctx, const lamella_view *first_ids,
    const lamella_view *first_scores, const lamella_view *second_ids, const lamella_view *second_scores, int64_t k,
    const lamella_matryoshka_search_merge_outputs *outputs);

/**
 * Keeps a copy of rows in f32, with what a search needs to know of them.
 *
 * @paper     Matryoshka Representation Learning
 * @in        base     f32|f64|f16|bf16 [row, dim]
 * @in        options  options {optional} NULL: cosine
 * @in        options.base_ids i32|i64 [row] 0 or more; NULL: row numbers
 * @out       index    handle lamella_matryoshka_index; NULL on failure
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC, EMPTY, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32
 * @cost      O(rows * dim) time and memory
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_create(lamella_context *ctx, const lamella_view *base,
    const lamella_matryoshka_index_options *options, lamella_matryoshka_index **index);

/**
 * Searches the rows of an index: the ids and scores, to the bit, of lamella_matryoshka_search. Any number of threads may search one index.
 * A width below the full one costs one more pass over the rows.
 *
 * @in        index     handle lamella_matryoshka_index
 * @in        queries   f32|f64|f16|bf16 [query, dim]
 * @in        k         i64 at least 1; may be more than there are rows
 * @out       ids       i64 [query, k] -1 where there is no further row
 * @out       scores    f64 [query, k] NaN there
 * @in        options   options {optional} NULL: all dims; similarity 0, or that of the index
 * @in        options.query_ids i32|i64 [query] rows of this id are left out, -1 leaves out none; NULL: none are
 * @out       outputs   outputs {optional} NULL: none
 * @out       outputs.found i64 [query] how many there are
 * @out       result    result {optional}
 * @return    OK; ARGUMENT, SHAPE, DTYPE, NONFINITE, NUMERIC, MEMORY, LIMIT, CALLBACK, STOPPED
 * @precision f32 to pick rows, f64 to rank them
 * @cost      O(queries * rows * width) time
 * @since     0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_search(lamella_context *ctx, const lamella_matryoshka_index *index,
    const lamella_view *queries, int64_t k, const lamella_view *ids, const lamella_view *scores,
    const lamella_matryoshka_search_options *options, const lamella_matryoshka_search_outputs *outputs,
    lamella_matryoshka_search_result *result);

/**
 * A named array of an index, READONLY, valid until it is freed: "rows" f32 [row, dim], "ids" i64 [row] if there were base_ids.
 *
 * @in     index handle lamella_matryoshka_index
 * @in     name  text
 * @out    out   f32|i64 [lead] the view
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_get(const lamella_matryoshka_index *index, const char *name, lamella_view *out);

/**
 * Saves an index as .safetensors: its arrays; in the metadata `similarity`, `lamella.kind`, `lamella.format` and `lamella.crc32`, as a
 * probe's. Searches of other threads may go on.
 *
 * @inout  index handle lamella_matryoshka_index
 * @in     path  path
 * @return OK; ARGUMENT, MEMORY, IO, CALLBACK, STOPPED
 * @cost   O(rows * dim)
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_save(lamella_context *ctx, lamella_matryoshka_index *index, const char *path);

/**
 * Opens a saved index; it gives the bits of the one that was saved.
 *
 * @paper  Matryoshka Representation Learning
 * @in     path  path
 * @out    index handle lamella_matryoshka_index; NULL on failure
 * @return OK; ARGUMENT, MEMORY, LIMIT, IO, FORMAT, CALLBACK, STOPPED
 * @cost   O(rows * dim)
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_open(lamella_context *ctx, const char *path, lamella_matryoshka_index **index);

/**
 * The bytes of the file that _save writes, without a copy: READONLY. Their checksum is made here, in one pass over them.
 *
 * @inout  index handle lamella_matryoshka_index
 * @out    bytes u8 [byte] valid until the index is freed
 * @return OK; ARGUMENT
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_bytes(lamella_matryoshka_index *index, lamella_view *bytes);

/**
 * An index from the bytes of its file.
 *
 * @paper  Matryoshka Representation Learning
 * @in     bytes u8 [byte] contiguous; not needed afterwards
 * @out    index handle lamella_matryoshka_index; NULL on failure
 * @return OK; ARGUMENT, SHAPE, DTYPE, MEMORY, LIMIT, FORMAT, CALLBACK, STOPPED
 * @cost   O(rows * dim)
 * @since  0.1
 */
LAMELLA_API lamella_status lamella_matryoshka_index_load(lamella_context *ctx, const lamella_view *bytes, lamella_matryoshka_index **index);

/**
 * Frees an index; views of its arrays end with it.
 *
 * @inout  index handle lamella_matryoshka_index; NULL is nothing to free
 * @since  0.1
 */
LAMELLA_API void lamella_matryoshka_index_free(lamella_matryoshka_index *index);

#ifdef __cplusplus
}
#endif

#endif
