/* AVX2 with FMA and F16C: products of f32 rows, of one pair and of a tile of queries and rows. */
#include "simd/tables.h"

#if defined(__x86_64__)

SIMD_TARGET_PUSH("avx2,fma,f16c")

#define AVX2_DOT_STEP(sum, at) sum = _mm256_fmadd_ps(_mm256_loadu_ps(x + (at)), _mm256_loadu_ps(y + (at)), sum)

/* 64 lanes, l[0] the first 8: what is left of n joins its lanes one by one, then halves are added. */
static float avx2_dot_rest(const float *x, const float *y, int64_t i, int64_t n, __m256 *l)
{
    for (float *lanes = (float *)l; i < n; i++) /* __m256 may alias */
        lanes[i % DOT_LANES] = __builtin_fmaf(x[i], y[i], lanes[i % DOT_LANES]);
    __m256 eight = _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(l[0], l[4]), _mm256_add_ps(l[2], l[6])),
                                 _mm256_add_ps(_mm256_add_ps(l[1], l[5]), _mm256_add_ps(l[3], l[7])));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

float avx2_dot_f32(const float *x, const float *y, int64_t n)
{
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    int64_t i = 0;
    for (; i + DOT_LANES <= n; i += DOT_LANES) {
        AVX2_DOT_STEP(a, i);
        AVX2_DOT_STEP(b, i + 8);
        AVX2_DOT_STEP(c, i + 16);
        AVX2_DOT_STEP(d, i + 24);
        AVX2_DOT_STEP(e, i + 32);
        AVX2_DOT_STEP(f, i + 40);
        AVX2_DOT_STEP(g, i + 48);
        AVX2_DOT_STEP(h, i + 56);
    }
    __m256 lanes[] = { a, b, c, d, e, f, g, h };
    return avx2_dot_rest(x, y, i, n, lanes);
}

#define AVX2_F16_AT(at) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(x + (at))))
#define AVX2_BF16_AT(at) _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(x + (at)))), 16))

/* dot_f32 of halves: each eight is widened on its way. */
#define AVX2_DOT_OF(name, WIDE, widen)                                                         \
    float name(const uint16_t *x, const float *y, int64_t n)                                   \
    {                                                                                          \
        __m256 l[8] = { _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), \
                        _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps() }; \
        float rest[DOT_LANES];                                                                 \
        int64_t i = 0;                                                                         \
        for (; i + DOT_LANES <= n; i += DOT_LANES) {                                           \
            l[0] = _mm256_fmadd_ps(WIDE(i), _mm256_loadu_ps(y + i), l[0]);                     \
            l[1] = _mm256_fmadd_ps(WIDE(i + 8), _mm256_loadu_ps(y + i + 8), l[1]);             \
            l[2] = _mm256_fmadd_ps(WIDE(i + 16), _mm256_loadu_ps(y + i + 16), l[2]);           \
            l[3] = _mm256_fmadd_ps(WIDE(i + 24), _mm256_loadu_ps(y + i + 24), l[3]);           \
            l[4] = _mm256_fmadd_ps(WIDE(i + 32), _mm256_loadu_ps(y + i + 32), l[4]);           \
            l[5] = _mm256_fmadd_ps(WIDE(i + 40), _mm256_loadu_ps(y + i + 40), l[5]);           \
            l[6] = _mm256_fmadd_ps(WIDE(i + 48), _mm256_loadu_ps(y + i + 48), l[6]);           \
            l[7] = _mm256_fmadd_ps(WIDE(i + 56), _mm256_loadu_ps(y + i + 56), l[7]);           \
        }                                                                                      \
        widen(x + i, n - i, rest);                                                             \
        return avx2_dot_rest(rest, y + i, 0, n - i, l);                                        \
    }
AVX2_DOT_OF(avx2_dot_f16_f32, AVX2_F16_AT, simd_avx2.f16_to_f32)
AVX2_DOT_OF(avx2_dot_bf16_f32, AVX2_BF16_AT, simd_avx2.bf16_to_f32)

/* 8 rows of 8 to 8 columns of 8. */
static inline void avx2_transpose(const float *rows, int64_t stride, float *to, int64_t to_stride)
{
#define AVX2_ROW(i) _mm256_loadu_ps(rows + (i) * stride)
    __m256 r0 = AVX2_ROW(0), r1 = AVX2_ROW(1), r2 = AVX2_ROW(2), r3 = AVX2_ROW(3);
    __m256 r4 = AVX2_ROW(4), r5 = AVX2_ROW(5), r6 = AVX2_ROW(6), r7 = AVX2_ROW(7);
    __m256 a0 = _mm256_unpacklo_ps(r0, r1), a1 = _mm256_unpackhi_ps(r0, r1), a2 = _mm256_unpacklo_ps(r2, r3), a3 = _mm256_unpackhi_ps(r2, r3);
    __m256 a4 = _mm256_unpacklo_ps(r4, r5), a5 = _mm256_unpackhi_ps(r4, r5), a6 = _mm256_unpacklo_ps(r6, r7), a7 = _mm256_unpackhi_ps(r6, r7);
    __m256 b0 = _mm256_shuffle_ps(a0, a2, 0x44), b1 = _mm256_shuffle_ps(a0, a2, 0xee);
    __m256 b2 = _mm256_shuffle_ps(a1, a3, 0x44), b3 = _mm256_shuffle_ps(a1, a3, 0xee);
    __m256 b4 = _mm256_shuffle_ps(a4, a6, 0x44), b5 = _mm256_shuffle_ps(a4, a6, 0xee);
    __m256 b6 = _mm256_shuffle_ps(a5, a7, 0x44), b7 = _mm256_shuffle_ps(a5, a7, 0xee);
#undef AVX2_ROW
    _mm256_storeu_ps(to, _mm256_permute2f128_ps(b0, b4, 0x20));
    _mm256_storeu_ps(to + to_stride, _mm256_permute2f128_ps(b1, b5, 0x20));
    _mm256_storeu_ps(to + 2 * to_stride, _mm256_permute2f128_ps(b2, b6, 0x20));
    _mm256_storeu_ps(to + 3 * to_stride, _mm256_permute2f128_ps(b3, b7, 0x20));
    _mm256_storeu_ps(to + 4 * to_stride, _mm256_permute2f128_ps(b0, b4, 0x31));
    _mm256_storeu_ps(to + 5 * to_stride, _mm256_permute2f128_ps(b1, b5, 0x31));
    _mm256_storeu_ps(to + 6 * to_stride, _mm256_permute2f128_ps(b2, b6, 0x31));
    _mm256_storeu_ps(to + 7 * to_stride, _mm256_permute2f128_ps(b3, b7, 0x31));
}

void avx2_pack_f32(const float *rows, int64_t stride, int64_t n, int64_t dim, int64_t lanes, float *panel)
{
    int64_t whole = n / 8 * 8, blocks = dim / 8 * 8;
    for (int64_t i = 0; i < whole; i += 8) /* few rows at a time: they are read from afar, and the processor reads ahead */
        for (int64_t j = 0; j < blocks; j += 8)
            avx2_transpose(rows + i * stride + j, stride, panel + j * lanes + i, lanes);
    for (int64_t k = 0; k < dim; k++)
        for (int64_t i = k < blocks ? whole : 0; i < lanes; i++)
            panel[k * lanes + i] = i < n ? rows[i * stride + k] : 0;
}

#define AVX2_TILE_LOAD(i)                                                                               \
    __m256 a##i = _mm256_loadu_ps(scores + (i) * stride), b##i = _mm256_loadu_ps(scores + (i) * stride + 8), \
           c##i = _mm256_loadu_ps(scores + (i) * stride + 16)
#define AVX2_TILE_STEP(i)                 \
    q = _mm256_broadcast_ss(queries + (i)); \
    a##i = _mm256_fmadd_ps(q, x, a##i);   \
    b##i = _mm256_fmadd_ps(q, y, b##i);   \
    c##i = _mm256_fmadd_ps(q, z, c##i)
#define AVX2_TILE_STORE(i)                                \
    _mm256_storeu_ps(scores + (i) * stride, a##i);        \
    _mm256_storeu_ps(scores + (i) * stride + 8, b##i);    \
    _mm256_storeu_ps(scores + (i) * stride + 16, c##i)

/* 4 queries by 24 rows: 12 sums, 3 vectors of rows and a query fill the 16 registers. */
static void avx2_tile_quarter(const float *queries, const float *rows, int64_t dim, float *scores, int64_t stride)
{
    AVX2_TILE_LOAD(0);
    AVX2_TILE_LOAD(1);
    AVX2_TILE_LOAD(2);
    AVX2_TILE_LOAD(3);
    for (int64_t j = 0; j < dim; j++, queries += TILE_QUERIES, rows += TILE_ROWS) {
        __m256 x = _mm256_loadu_ps(rows), y = _mm256_loadu_ps(rows + 8), z = _mm256_loadu_ps(rows + 16), q;
        AVX2_TILE_STEP(0);
        AVX2_TILE_STEP(1);
        AVX2_TILE_STEP(2);
        AVX2_TILE_STEP(3);
    }
    AVX2_TILE_STORE(0);
    AVX2_TILE_STORE(1);
    AVX2_TILE_STORE(2);
    AVX2_TILE_STORE(3);
}

void avx2_tile_f32(const float *queries, const float *rows, int64_t dim, float *scores, int64_t stride)
{
    for (int64_t r = 0; r < TILE_ROWS; r += 24)
        for (int64_t q = 0; q < TILE_QUERIES; q += 4)
            avx2_tile_quarter(queries + q, rows + r, dim, scores + q * stride + r, stride);
}

int64_t avx2_reach_f32(const float *score, const float *scale, const float *slack, float least, int64_t n, int32_t *index)
{
    const __m256 bound = _mm256_set1_ps(least);
    int64_t found = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 most = _mm256_fmadd_ps(_mm256_loadu_ps(score + i), _mm256_loadu_ps(scale + i), _mm256_loadu_ps(slack + i));
        int hits = _mm256_movemask_ps(_mm256_cmp_ps(most, bound, _CMP_NLT_UQ));
        for (; hits; hits &= hits - 1)
            index[found++] = (int32_t)i + __builtin_ctz((unsigned)hits);
    }
    for (; i < n; i++)
        if (!(__builtin_fmaf(score[i], scale[i], slack[i]) < least))
            index[found++] = (int32_t)i;
    return found;
}

SIMD_TARGET_POP

#endif
