/* How a pass is cut: every query and row once, in pieces of bounded room, by sizes alone. */
#include "similar/similar.h" /* before Check, which has a macro fail */
#include "support/test.h"

static const int64_t FEWEST = 28 * TILE_BLOCK_ROWS, LARGEST = 455 * TILE_BLOCK_ROWS, ROOM = 32 << 20;

static similar_pass cut(int64_t n_queries, int64_t n_rows, int64_t fixed, int64_t of_query)
{
    static f32_rows queries;
    static f32_blocks base;
    queries = (f32_rows){ NULL, n_queries, 1, 1 }, base = f32_blocks_of(&(f32_rows){ NULL, n_rows, 1, 1 });
    similar_pass p = { .queries = &queries, .base = &base, .width = 1 };
    similar_cut(&p, fixed, of_query);
    return p;
}

TEST(blocks_of_queries_are_as_large_as_their_room_allows)
{
    static const int64_t queries[] = { 0, 1, 7, 8, 9, 383, 384, 385, 5000 }, rooms[] = { 0, 1, 100, 87381, 87382, 1 << 20, 4 << 20, (4 << 20) + 1, 40 << 20 };
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < 9; k++) {
            similar_pass p = cut(queries[i], 10, 640, rooms[k]);
            int64_t wanted = MIN((MAX(queries[i], 1) + 7) / 8 * 8, 384);
            check(p.block_queries % 8 == 0 && p.block_queries >= 8 && p.block_queries <= wanted);
            check(p.block_queries * rooms[k] <= ROOM || p.block_queries == 8);
            check(p.block_queries == wanted || (p.block_queries + 8) * rooms[k] > ROOM);
            equal(p.room_bytes, 640 + p.block_queries * rooms[k]);
        }
}

TEST(parts_of_rows_are_whole_tiles_and_cover_all)
{
    static const int64_t rows[] = { 0, 1, TILE_BLOCK_ROWS, 28 * TILE_BLOCK_ROWS, 28 * TILE_BLOCK_ROWS + 1, 100000, 16 * 28 * TILE_BLOCK_ROWS, 20000000 };
    static const int64_t queries[] = { 0, 1, 384, 385, 384 * 4, 384 * 16, 384 * 100 };
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 7; k++) {
            similar_pass p = cut(queries[k], rows[i], 0, 0);
            int64_t blocks = MAX((queries[k] + 383) / 384, 1), wanted = rows[i] / 16 * blocks;
            check(p.part_rows % TILE_BLOCK_ROWS == 0 && p.part_rows >= FEWEST && p.part_rows <= LARGEST);
            check(p.part_rows == FEWEST || p.part_rows == LARGEST || (p.part_rows >= wanted && p.part_rows < wanted + TILE_BLOCK_ROWS));
            check(wanted > FEWEST || p.part_rows == FEWEST);
            check(wanted < LARGEST || p.part_rows == LARGEST);
            check(p.n_parts * p.part_rows >= rows[i] && (p.n_parts - 1) * p.part_rows < MAX(rows[i], 1));
        }
}

static void no_tile(const similar_tile *tile, void *room, void *data)
{
    (void)tile, (void)room, (void)data;
}

static lamella_status pass_of(call *c, int64_t width)
{
    float x[4] = { 0 };
    f32_rows one = { x, 1, width, width };
    f32_blocks none = f32_blocks_of(&(f32_rows){ x, 0, width, width });
    similar_pass p = { .queries = &one, .base = &none, .width = width, .epilogue = no_tile };
    similar_cut(&p, 0, 0);
    return similar_tiles(c, &p);
}

static lamella_status passing(int64_t width)
{
    CALL(NULL, pass_of(c, width));
}

TEST(rows_that_no_memory_packs_are_refused)
{
    const int64_t beside = (8 + 512) * TILE_BLOCK_ROWS * 4 + 128, most = (INT64_MAX - beside) / (8 * 4); /* eight queries and the block of rows */
    ok(passing(most));
    refused(passing(most + 1), LAMELLA_ERR_MEMORY, "passing: rows of 288230376151702380 dims do not fit into memory");
    refused(passing((int64_t)1 << 60), LAMELLA_ERR_MEMORY, "passing: rows of 1152921504606846976 dims do not fit into memory");
}
