/* Similarities of all pairs of rows, tile by tile, and what is done with a tile: the exact top k. Level 3.
 *
 * Every product of two rows is one f32 FMA chain over dim in order (reference: fmaf), so a score has the same bits at any thread count,
 * batch, position and SIMD level. */
#ifndef SIMILAR_SIMILAR_H
#define SIMILAR_SIMILAR_H

#include "tensor/tensor.h"

/* ---- rows in f32: similar/rows.c ---- */

typedef struct f32_rows {
    const float *data;
    int64_t      n, dim;
    int64_t      stride; /* between rows, in elements */
} f32_rows;

LAMELLA_INTERNAL int            is_f32_rows(const lamella_view *v); /* these very rows serve */
/* From a checked f32|f64|f16|bf16 view [n, dim]; finite or NONFINITE, within f32 or NUMERIC, named `name`. `to` NULL: for this call, and
 * where the view is f32 rows already its own memory; else a copy there, [n, dim]. */
LAMELLA_INTERNAL lamella_status f32_rows_open(call *c, float *to, const lamella_view *v, const char *name, f32_rows *r);

/* The stack that a checked view [n, dim] is, whose rows are compared with others. */
LAMELLA_INTERNAL stack          stack_of_view(const lamella_view *v, const char *name);

/* Rows that come in blocks: all at once where they lie in memory as f32 rows, else some at a time, by their sizes alone. */
typedef struct f32_blocks {
    f32_rows block;   /* the current one */
    int64_t  first;   /* number of its first row */
    int64_t  n, most; /* rows of all, of a block at most */
    float   *memory;  /* that blocks are copied to; NULL: the only one is there */
    stack    s;
    rows     r;
    scratch  pieces;
} f32_blocks;

LAMELLA_INTERNAL f32_blocks     f32_blocks_of(const f32_rows *r);
/* Layer 0 of a checked stack of samples [n, dim], in memory or read, of which no row is masked. b stays where it is. */
LAMELLA_INTERNAL lamella_status f32_blocks_open(call *c, const stack *s, f32_blocks *b);
/* The next block. Faults as of f32_rows_open. */
LAMELLA_INTERNAL lamella_status f32_blocks_next(call *c, f32_blocks *b);
static inline int f32_blocks_end(const f32_blocks *b)
{
    return b->first + b->block.n == b->n;
}

/* squares[i] = |x_i[:width]|^2 in f64 over 16 fixed lanes. */
LAMELLA_INTERNAL lamella_status f32_rows_squares(call *c, const f32_rows *r, int64_t width, double *squares);
/* Sums over the same lanes to a cosine; a zero row is similar to nothing. Rows that are equal, or multiples by a power of two, give 1. */
LAMELLA_INTERNAL double         cosine_of_sums(double xy, double xx, double yy);

/* ---- between two rows: similar/distance.c. f64 over 16 fixed lanes: the same bits at every SIMD level ---- */

LAMELLA_INTERNAL double euclidean_distance(const double *x, const double *y, int64_t n); /* squares neither under- nor overflow */
LAMELLA_INTERNAL double absolute_distance(const double *x, const double *y, int64_t n);
LAMELLA_INTERNAL double largest_distance(const double *x, const double *y, int64_t n);
/* 2 atan2(|u - v|, |u + v|) / pi of rows of norm 1: in [0, 1], a zero row is at 1/2 to all. arccos loses half the digits near 0 and 1. */
LAMELLA_INTERNAL double angular_distance(const double *u, const double *v, int64_t n);

/* ---- tiles: similar/tiles.c ---- */

/* scores[i * stride + j] = q_(first_q + i) . x_(first_x + j) over the first `width` dims. */
typedef struct similar_tile {
    int64_t      first_q, n_q, first_x, n_x;
    const float *scores;
    int64_t      stride;
    int64_t      part;
} similar_tile;

enum { TILE_BLOCK_ROWS = 3 * TILE_ROWS }; /* at most, of one tile */

/* Queries come in blocks, and the rows of the base, block by block, in parts; a task has one block of queries and one part and meets its
 * tiles by rising x. An epilogue may keep what it likes: of a task in its room, of a query and a part in its state, over all blocks. */
typedef struct similar_pass {
    const f32_rows *queries;
    f32_blocks     *base;
    int64_t         width;
    int32_t         by_dot;        /* 1: scores only pick rows: one query alone goes by dot_f32 instead of the tile's chain, tiny numbers count as 0 */
    int32_t         reserved0;
    int64_t         block_queries; /* set by similar_cut */
    int64_t         part_rows, n_parts; /* of a block of the base */
    int64_t         room_bytes;    /* scratch of a task, aligned to 64 and zeroed */
    int64_t         state_bytes;
    char           *state;         /* set by similar_tiles, zeroed at first and there after it */
    /* NULL, or a block of the base is there: others of its size may be put in the place of its rows */
    lamella_status (*block)(call *c, void *data);
    void          (*epilogue)(const similar_tile *tile, void *room, void *data);
    /* NULL, or the end of a task: queries first_q .. first_q + n_q - 1 have met the rows of the part, of this block */
    void          (*done)(int64_t first_q, int64_t n_q, int64_t part, void *room, void *data);
    void           *data;
} similar_pass;

/* Cuts the pass by its sizes alone, with a room of fixed_bytes and query_bytes for each query of a block. Call it once queries, base and
 * width stand. */
LAMELLA_INTERNAL void           similar_cut(similar_pass *p, int64_t fixed_bytes, int64_t query_bytes);
LAMELLA_INTERNAL lamella_status similar_tiles(call *c, similar_pass *p);
static inline void *similar_state(const similar_pass *p, int64_t query, int64_t part)
{
    return p->state + (part * p->queries->n + query) * p->state_bytes;
}

/* ---- exact top k: similar/top_k.c, similar/candidates.c ---- */

enum { SIMILAR_COSINE = 1, SIMILAR_DOT = 2 };

/* What is searched: rows that are there, or the current block of a base. scale and slack bound the f64 score of each row from its f32 one,
 * for a query q of norm 1 and the row as it is picked: |score / unit - scale (q . picked)| <= slack. */
typedef struct searched_rows {
    const stack   *base;       /* NULL: the rows are all; else they come out of it in blocks */
    f32_rows       rows;
    f32_rows       picked;     /* the same memory, or a copy times powers of two where norms are far from 1 */
    double         unit;
    const int64_t *ids;        /* NULL = row numbers */
    int32_t        similarity; /* SIMILAR_... */
    int32_t        reserved0;
    int64_t        width;      /* that these stand for */
    float         *scale, *slack;
    int64_t        n_zero_rows;
} searched_rows;

/* Where an object keeps them. */
typedef struct searched_keeper {
    arena   *memory;
    float   *rows; /* [n, dim] */
    int64_t *ids;  /* [n] where there are ids */
} searched_keeper;

/* keeper NULL: for this call, in blocks where f32_rows_open would copy; ids NULL or a checked i32|i64 view [n]. */
LAMELLA_INTERNAL lamella_status searched_rows_open(call *c, const searched_keeper *keeper, const lamella_view *base, const lamella_view *ids,
                                                   int32_t similarity, int64_t width, searched_rows *s);
/* Of rows, ids, similarity and width that are set: the bounds, in `memory`. */
LAMELLA_INTERNAL lamella_status searched_rows_bound(call *c, arena *memory, searched_rows *s);
/* The same rows at another width, bounds from the call's arena. */
LAMELLA_INTERNAL lamella_status searched_rows_cut(call *c, const searched_rows *s, int64_t width, searched_rows *cut);

typedef struct found_row {
    double  score;
    int64_t id; /* -1: there is no further row */
} found_row;

/* Rows by falling score, equal ones by rising id. */
LAMELLA_INTERNAL int            by_score_then_id(const void *a, const void *b);

/* The k rows of highest f64 score for each query: calls found(query, rows, n, data) on the calling thread, by rising query.
 * query_ids: NULL, or [n] ids that a query must not find. Counts the zero rows of a base in blocks. */
LAMELLA_INTERNAL lamella_status top_k(call *c, searched_rows *s, const f32_rows *queries, const int64_t *query_ids, int64_t k,
                                      void (*found)(int64_t query, const found_row *rows, int64_t n, void *data), void *data,
                                      int64_t *n_zero_queries);

#endif
