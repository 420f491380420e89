/* Similarities of all pairs of rows, tile by tile, and what is done with a tile. Level 3.
 *
 * Every product of two rows is one f32 FMA chain over dim in order (reference: fmaf), so a score has the same bits at any thread count,
 * batch, position and SIMD level. */
#ifndef SIMILAR_SIMILAR_H
#define SIMILAR_SIMILAR_H

#include "tensor/tensor.h"

/* Rows packed for the tile kernel: groups of PACK_ROWS rows, dim-major inside a group, the last group filled with zeros. */
typedef struct packed_rows {
    int64_t n, dim;
    float  *data;
} packed_rows;

LAMELLA_INTERNAL int64_t        packed_rows_floats(int64_t n, int64_t dim);
/* From a checked f32|f64|f16|bf16 view [n, dim]; finite or NONFINITE, named `name`. `memory` is the call's or an object's arena. */
LAMELLA_INTERNAL lamella_status packed_rows_create(call *c, arena *memory, const lamella_view *v, const char *name, packed_rows *p);

/* One tile: scores[i * stride + j] = q_(first_q + i) . x_(first_x + j) over the first `width` dims. */
typedef struct similar_tile {
    int64_t      first_q, n_q, first_x, n_x;
    const float *scores;
    int64_t      stride;
} similar_tile;

/* Calls epilogue(tile, room, data) for every tile, on all threads; all tiles of one block of queries run on one task in rising x, so an
 * epilogue may keep state per query. room: room_bytes of scratch of the task, zeroed when its block of queries begins;
 * done(first_q, n_q, room, data) ends the block. */
LAMELLA_INTERNAL lamella_status similar_tiles(call *c, const packed_rows *queries, const packed_rows *base, int64_t width, int64_t room_bytes,
                                              void (*epilogue)(const similar_tile *tile, void *room, void *data),
                                              void (*done)(int64_t first_q, int64_t n_q, void *room, void *data), void *data);

#endif
