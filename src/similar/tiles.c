/* All pairs of rows by tiles of 8 queries x 48 rows (simd/kernels.inc).
 *
 * A task packs its queries once and then, base block by base block, the rows: a block and a run of CHUNK dims of it lie in the level-2
 * cache while all queries of the task pass over it. Chains longer than CHUNK dims are cut and gone on with, which changes no bit. */
#include "similar/similar.h"

#include <string.h>

#define BLOCK_QUERIES 384
#define CHUNK 512                     /* dims */
#define LARGEST_ROOM (32 << 20)       /* bytes of a task's state, as far as 8 queries allow */
#define FEWEST_PART_ROWS (28 * TILE_BLOCK_ROWS)
#define MOST_PART_ROWS (455 * TILE_BLOCK_ROWS)
#define TASKS_WANTED 16               /* where there are few queries: so many parts that threads have something to share */
#define TASKS_BETWEEN_POLLS 16        /* at most, and no more than there are threads where a few of them take longer */
#define PRODUCTS_BETWEEN_POLLS ((double)(1 << 30)) /* of numbers: some 50 ms of one thread */
#define ROWS_AHEAD 8                  /* asked for while one is multiplied: a fifth faster where memory is the limit */
#define CACHE_LINE 64

typedef struct work {
    const similar_pass *p;
    const kernels      *simd;
    scratch             pieces;
    int64_t             n_blocks;
    int64_t             panel_bytes, rows_bytes, scores_bytes; /* of a piece: packed queries, packed rows, scores, then the room */
} work;

static int64_t blocks_of(const similar_pass *p)
{
    return (p->queries->n + p->block_queries - 1) / p->block_queries;
}

static int64_t parts_of(const similar_pass *p, int64_t rows)
{
    return (rows + p->part_rows - 1) / p->part_rows;
}

void similar_cut(similar_pass *p, int64_t fixed_bytes, int64_t query_bytes)
{
    int64_t affordable = query_bytes ? LARGEST_ROOM / query_bytes / TILE_QUERIES * TILE_QUERIES : BLOCK_QUERIES;
    int64_t wanted = round_up(MAX(p->queries->n, 1), TILE_QUERIES);
    p->block_queries = MAX(MIN(MIN(affordable, wanted), BLOCK_QUERIES), TILE_QUERIES);
    p->room_bytes = fixed_bytes + p->block_queries * query_bytes;
    int64_t rows = p->base->most / TASKS_WANTED * MAX(blocks_of(p), 1), fewest = p->base->most < p->base->n ? 1 : FEWEST_PART_ROWS;
    p->part_rows = round_up(MAX(MIN(rows, MOST_PART_ROWS), fewest), TILE_BLOCK_ROWS);
    p->n_parts = parts_of(p, p->base->most);
}

static void pack_queries(const work *w, int64_t first_q, int64_t n_q, float *panel)
{
    const f32_rows *q = w->p->queries;
    for (int64_t i = 0; i < n_q; i += TILE_QUERIES)
        w->simd->pack_f32(q->data + (first_q + i) * q->stride, q->stride, MIN(n_q - i, TILE_QUERIES), w->p->width, TILE_QUERIES,
                          panel + i * w->p->width);
}

/* Scores of one block of rows; queries packed, `packed` for rows. */
static void fill_scores(const work *w, int64_t n_q, int64_t first_x, int64_t n_x, const float *queries, float *packed, float *scores)
{
    const f32_rows *x = &w->p->base->block;
    int64_t width = w->p->width;
    uint32_t environment = w->p->by_dot ? simd_flush() : 0;
    memset(scores, 0, (size_t)(round_up(n_q, TILE_QUERIES) * TILE_BLOCK_ROWS) * sizeof *scores);
    for (int64_t j = 0; j < width; j += CHUNK) {
        int64_t dims = MIN(CHUNK, width - j);
        for (int64_t r = 0; r < n_x; r += TILE_ROWS)
            w->simd->pack_f32(x->data + (first_x + r) * x->stride + j, x->stride, MIN(n_x - r, TILE_ROWS), dims, TILE_ROWS, packed + r * dims);
        for (int64_t q = 0; q < n_q; q += TILE_QUERIES)
            for (int64_t r = 0; r < n_x; r += TILE_ROWS)
                w->simd->tile_f32(queries + q * width + j * TILE_QUERIES, packed + r * dims, dims, scores + q * TILE_BLOCK_ROWS + r, TILE_BLOCK_ROWS);
    }
    if (w->p->by_dot)
        simd_put_back(environment);
}

static void task(int64_t i, void *data)
{
    work *w = data;
    const similar_pass *p = w->p;
    int64_t part = i / w->n_blocks, first_q = i % w->n_blocks * p->block_queries;
    int64_t n_q = MIN(p->block_queries, p->queries->n - first_q);
    int64_t end = MIN((part + 1) * p->part_rows, p->base->block.n);
    char *piece = scratch_claim(&w->pieces), *room = piece + w->panel_bytes + w->rows_bytes + w->scores_bytes;
    float *queries = (float *)piece, *packed = (float *)(piece + w->panel_bytes), *scores = (float *)(room - w->scores_bytes);
    memset(room, 0, (size_t)p->room_bytes);
    pack_queries(w, first_q, n_q, queries);
    for (int64_t x = part * p->part_rows; x < end; x += TILE_BLOCK_ROWS) {
        similar_tile t = { first_q, n_q, p->base->first + x, MIN(TILE_BLOCK_ROWS, end - x), scores, TILE_BLOCK_ROWS, part };
        fill_scores(w, n_q, x, t.n_x, queries, packed, scores);
        p->epilogue(&t, room, p->data);
    }
    if (p->done)
        p->done(first_q, n_q, part, room, p->data);
    scratch_release(&w->pieces, piece);
}

/* One query waits for memory: rows are read as they lie. */
static void dots_task(int64_t part, void *data)
{
    work *w = data;
    const similar_pass *p = w->p;
    const f32_rows *base = &p->base->block;
    int64_t end = MIN((part + 1) * p->part_rows, base->n);
    char *piece = scratch_claim(&w->pieces), *room = piece + w->panel_bytes + w->rows_bytes + w->scores_bytes;
    float *scores = (float *)(room - w->scores_bytes);
    memset(room, 0, (size_t)p->room_bytes);
    for (int64_t x = part * p->part_rows; x < end; x += TILE_BLOCK_ROWS) {
        similar_tile t = { 0, 1, p->base->first + x, MIN(TILE_BLOCK_ROWS, end - x), scores, TILE_BLOCK_ROWS, part };
        uint32_t environment = simd_flush();
        for (int64_t r = x; r < x + t.n_x; r++) {
            const char *ahead = (const char *)(base->data + MIN(r + ROWS_AHEAD, end - 1) * base->stride);
            for (int64_t byte = 0; byte < p->width * (int64_t)sizeof(float); byte += CACHE_LINE)
                __builtin_prefetch(ahead + byte);
            scores[r - x] = w->simd->dot_f32(p->queries->data, base->data + r * base->stride, p->width);
        }
        simd_put_back(environment);
        p->epilogue(&t, room, p->data);
    }
    if (p->done)
        p->done(0, 1, part, room, p->data);
    scratch_release(&w->pieces, piece);
}

static lamella_status tiles_of_block(call *c, work *w)
{
    const similar_pass *p = w->p;
    double of_task = (double)p->block_queries * (double)p->part_rows * (double)p->width;
    int64_t at_once = MAX(of_task * TASKS_BETWEEN_POLLS <= PRODUCTS_BETWEEN_POLLS ? TASKS_BETWEEN_POLLS : 1, parallel_width(c));
    arena_mark before = arena_now(&c->memory);
    if (p->block)
        TRY(p->block(c, p->data));
    TRY(parallel_asking(c, w->n_blocks * parts_of(p, p->base->block.n), at_once, p->by_dot && p->queries->n == 1 ? dots_task : task, w));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

lamella_status similar_tiles(call *c, similar_pass *p)
{
    work w = { .p = p, .simd = simd_of(c), .n_blocks = blocks_of(p) };
    int64_t panel, bytes;
    w.rows_bytes = TILE_BLOCK_ROWS * MIN(p->width, CHUNK) * (int64_t)sizeof(float);
    w.scores_bytes = p->block_queries * TILE_BLOCK_ROWS * (int64_t)sizeof(float);
    if (!size_mul(p->block_queries, p->width * (int64_t)sizeof(float), &panel) ||
        !size_add(panel, w.rows_bytes + w.scores_bytes + p->room_bytes + 2 * CACHE_LINE, &bytes)) /* it and the whole are rounded up */
        return fail(c, LAMELLA_ERR_MEMORY, "rows of %lld dims do not fit into memory", (long long)p->width);
    w.panel_bytes = whole_lines(panel);
    TAKE(c, p->state, p->queries->n * p->n_parts * p->state_bytes);
    memset(p->state, 0, (size_t)(p->queries->n * p->n_parts * p->state_bytes));
    arena_mark before = arena_now(&c->memory);
    if (p->queries->n && p->base->n)
        TRY(scratch_open(c, w.panel_bytes + w.rows_bytes + w.scores_bytes + p->room_bytes, &w.pieces));
    do {
        TRY(f32_blocks_next(c, p->base));
        TRY_ITEMS(NULL, p->base->first, p->base->block.n, MAX(p->base->n, 1), tiles_of_block(c, &w));
    } while (!f32_blocks_end(p->base));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}
