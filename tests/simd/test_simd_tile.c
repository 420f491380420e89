/* The products of rows in f32: what a tile, its packing, one dot and the pick of candidates are, in numbers that can be written down. */
#include "simd/levels.h"
#include <math.h>

enum { DIM = 100 };

static uint64_t state = 0x9e3779b97f4a7c15;

static void fill_random(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)random_unit(&state);
}

TEST(a_tile_is_a_chain_of_fma_in_order)
{
    static float q[TILE_QUERIES * DIM], x[TILE_ROWS * DIM];
    fill_random(q, LENGTH(q));
    fill_random(x, LENGTH(x));
    FOR_LEVELS(k) {
        for (int64_t dim = 0; dim <= DIM; dim += 25) {
            float scores[TILE_QUERIES * 50] = { 0 };
            int64_t n_other = 0;
            k->tile_f32(q, x, dim, scores, 50);
            for (int64_t i = 0; i < TILE_QUERIES; i++)
                for (int64_t r = 0; r < TILE_ROWS; r++) {
                    float sum = 0;
                    for (int64_t j = 0; j < dim; j++)
                        sum = fmaf(q[j * TILE_QUERIES + i], x[j * TILE_ROWS + r], sum);
                    n_other += scores[i * 50 + r] != sum;
                }
            for (int64_t i = 0; i < TILE_QUERIES; i++)
                n_other += scores[i * 50 + 48] != 0 || scores[i * 50 + 49] != 0;
            equal(n_other, 0);
        }
    }
}

/* A chain cut anywhere and gone on with has the bits of the whole one. */
TEST(a_tile_goes_on_where_another_ended)
{
    static float q[TILE_QUERIES * DIM], x[TILE_ROWS * DIM];
    fill_random(q, LENGTH(q));
    fill_random(x, LENGTH(x));
    FOR_LEVELS(k) {
        float whole[TILE_QUERIES * TILE_ROWS] = { 0 };
        k->tile_f32(q, x, DIM, whole, TILE_ROWS);
        for (int64_t cut = 1; cut < DIM; cut += 7) {
            float parts[TILE_QUERIES * TILE_ROWS] = { 0 };
            k->tile_f32(q, x, cut, parts, TILE_ROWS);
            k->tile_f32(q + cut * TILE_QUERIES, x + cut * TILE_ROWS, DIM - cut, parts, TILE_ROWS);
            equal_bits(parts, whole, sizeof whole);
        }
    }
}

TEST(packing_turns_rows_into_columns_and_fills_with_zeros)
{
    static float rows[60 * 37], panel[37 * 48];
    for (int64_t i = 0; i < LENGTH(rows); i++)
        rows[i] = (float)(i + 1);
    FOR_LEVELS(k) {
        for (int64_t lanes = 8; lanes <= 48; lanes += 40)
            for (int64_t n = 0; n <= lanes; n++)
                for (int64_t dim = 1; dim <= 37; dim += 6) {
                    memset(panel, 0xff, sizeof panel);
                    k->pack_f32(rows, 41, n, dim, lanes, panel);
                    int64_t n_other = 0;
                    for (int64_t j = 0; j < dim; j++)
                        for (int64_t i = 0; i < lanes; i++)
                            n_other += panel[j * lanes + i] != (i < n ? rows[i * 41 + j] : 0);
                    equal(n_other, 0);
                }
    }
}

TEST(a_dot_of_small_integers_is_exact)
{
    float x[300], y[300];
    for (int64_t i = 0; i < 300; i++)
        x[i] = (float)(i + 1), y[i] = 2;
    FOR_LEVELS(k) {
        for (int64_t n = 0; n <= 300; n++)
            check(k->dot_f32(x, y, n) == (float)(n * (n + 1)));
    }
}

/* Even where the other row is 0. */
TEST(a_dot_is_its_own_finite_check)
{
    static const float bad[] = { NAN, INFINITY, -INFINITY };
    FOR_LEVELS(k) {
        int64_t n_finite = 0;
        for (int64_t n = 1; n <= 200; n++)
            for (int64_t i = 0; i < n; i++) {
                float x[200] = { 0 }, y[200] = { 0 };
                x[i] = bad[(n + i) % 3];
                n_finite += isfinite(k->dot_f32(x, y, n)) || isfinite(k->dot_f32(y, x, n));
            }
        equal(n_finite, 0);
    }
}

TEST(candidates_reach_the_bound_or_are_no_numbers)
{
    float score[70], scale[70], slack[70];
    int32_t index[70];
    for (int64_t i = 0; i < 70; i++)
        score[i] = (float)(i % 10), scale[i] = 2, slack[i] = 1;
    score[33] = NAN;
    slack[35] = INFINITY;
    FOR_LEVELS(k) {
        for (int64_t n = 0; n <= 70; n++) {
            int64_t found = k->reach_f32(score, scale, slack, 17, n, index), expected = 0;
            for (int64_t i = 0; i < n; i++)
                if (i % 10 >= 8 || i == 33 || i == 35)
                    check(expected < found && index[expected++] == i);
            equal(found, expected);
        }
    }
}
