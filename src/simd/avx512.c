/* AVX-512 with F, BW, DQ and VL. Whole vectors here; what is left, fewer than a vector's or 16 lanes' worth, goes to the reference. */
#include "simd/tables.h"

#if defined(__x86_64__)

SIMD_TARGET_PUSH("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl")

static void avx512_f16_to_f32(const uint16_t *x, int64_t n, float *out)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(out + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(x + i))));
    if (i < n)
        simd_reference.f16_to_f32(x + i, n - i, out + i);
}

static void avx512_bf16_to_f32(const uint16_t *x, int64_t n, float *out)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(x + i)));
        _mm512_storeu_si512(out + i, _mm512_slli_epi32(low, 16));
    }
    if (i < n)
        simd_reference.bf16_to_f32(x + i, n - i, out + i);
}

static void avx512_f32_to_f16(const float *x, int64_t n, uint16_t *out)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256((__m256i *)(out + i), _mm512_cvtps_ph(_mm512_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    if (i < n)
        simd_reference.f32_to_f16(x + i, n - i, out + i);
}

static void avx512_f32_to_bf16(const float *x, int64_t n, uint16_t *out)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512i bits = _mm512_loadu_si512(x + i);
        __m512i upper = _mm512_srli_epi32(bits, 16);
        __m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
        __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd), 16);
        __m512i magnitude = _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff));
        __mmask16 is_nan = _mm512_cmpgt_epi32_mask(magnitude, _mm512_set1_epi32(0x7f800000));
        __m512i chosen = _mm512_mask_or_epi32(rounded, is_nan, upper, _mm512_set1_epi32(0x40));
        _mm256_storeu_si256((__m256i *)(out + i), _mm512_cvtepi32_epi16(chosen));
    }
    if (i < n)
        simd_reference.f32_to_bf16(x + i, n - i, out + i);
}

static void avx512_f64_to_f32(const double *x, int64_t n, float *out)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm512_cvtpd_ps(_mm512_loadu_pd(x + i)));
    if (i < n)
        simd_reference.f64_to_f32(x + i, n - i, out + i);
}

static inline __m512d avx512_widen(const float *x)
{
    return _mm512_cvtps_pd(_mm256_loadu_ps(x));
}

static void avx512_f32_to_f64(const float *x, int64_t n, double *out)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm512_storeu_pd(out + i, avx512_widen(x + i));
    if (i < n)
        simd_reference.f32_to_f64(x + i, n - i, out + i);
}

#define AVX512_NONFINITE 0x99 /* quiet NaN, +inf, -inf, signalling NaN */

static int64_t avx512_nonfinite_f32(const float *x, int64_t n)
{
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) {
        __mmask16 a = _mm512_fpclass_ps_mask(_mm512_loadu_ps(x + i), AVX512_NONFINITE);
        __mmask16 b = _mm512_fpclass_ps_mask(_mm512_loadu_ps(x + i + 16), AVX512_NONFINITE);
        __mmask16 c = _mm512_fpclass_ps_mask(_mm512_loadu_ps(x + i + 32), AVX512_NONFINITE);
        __mmask16 d = _mm512_fpclass_ps_mask(_mm512_loadu_ps(x + i + 48), AVX512_NONFINITE);
        if (a | b | c | d)
            break;
    }
    return i < n ? i + simd_reference.nonfinite_f32(x + i, n - i) : n;
}

static int64_t avx512_nonfinite_f64(const double *x, int64_t n)
{
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __mmask8 a = _mm512_fpclass_pd_mask(_mm512_loadu_pd(x + i), AVX512_NONFINITE);
        __mmask8 b = _mm512_fpclass_pd_mask(_mm512_loadu_pd(x + i + 8), AVX512_NONFINITE);
        __mmask8 c = _mm512_fpclass_pd_mask(_mm512_loadu_pd(x + i + 16), AVX512_NONFINITE);
        __mmask8 d = _mm512_fpclass_pd_mask(_mm512_loadu_pd(x + i + 24), AVX512_NONFINITE);
        if (a | b | c | d)
            break;
    }
    return i < n ? i + simd_reference.nonfinite_f64(x + i, n - i) : n;
}

/* Multiply and add stay apart: of f64 the reference rounds both, of f32 it makes no difference and the sums wait for less. */
static inline __m512d avx512_add_product(__m512d sum, __m512d x, __m512d y)
{
    return _mm512_add_pd(sum, _mm512_mul_pd(x, y));
}

static void avx512_square_lanes_f32(const float *x, int64_t n, double *lanes)
{
    __m512d a = _mm512_loadu_pd(lanes), b = _mm512_loadu_pd(lanes + 8);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512d p = avx512_widen(x + i), q = avx512_widen(x + i + 8);
        a = avx512_add_product(a, p, p);
        b = avx512_add_product(b, q, q);
    }
    _mm512_storeu_pd(lanes, a);
    _mm512_storeu_pd(lanes + 8, b);
    if (i < n)
        simd_reference.square_lanes_f32(x + i, n - i, lanes);
}

static void avx512_dot_lanes_f32(const float *x, const float *y, int64_t n, double *lanes)
{
    __m512d a = _mm512_loadu_pd(lanes), b = _mm512_loadu_pd(lanes + 8);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = avx512_add_product(a, avx512_widen(x + i), avx512_widen(y + i));
        b = avx512_add_product(b, avx512_widen(x + i + 8), avx512_widen(y + i + 8));
    }
    _mm512_storeu_pd(lanes, a);
    _mm512_storeu_pd(lanes + 8, b);
    if (i < n)
        simd_reference.dot_lanes_f32(x + i, y + i, n - i, lanes);
}

static void avx512_dot_lanes_f64(const double *x, const double *y, int64_t n, double *lanes)
{
    __m512d a = _mm512_loadu_pd(lanes), b = _mm512_loadu_pd(lanes + 8);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = avx512_add_product(a, _mm512_loadu_pd(x + i), _mm512_loadu_pd(y + i));
        b = avx512_add_product(b, _mm512_loadu_pd(x + i + 8), _mm512_loadu_pd(y + i + 8));
    }
    _mm512_storeu_pd(lanes, a);
    _mm512_storeu_pd(lanes + 8, b);
    if (i < n)
        simd_reference.dot_lanes_f64(x + i, y + i, n - i, lanes);
}

static void avx512_square_lanes_f64(const double *x, int64_t n, double *lanes)
{
    avx512_dot_lanes_f64(x, x, n, lanes);
}

static void avx512_scale_f32(const float *x, int64_t n, double factor, float *out)
{
    const __m512d f = _mm512_set1_pd(factor);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256 low = _mm512_cvtpd_ps(_mm512_mul_pd(avx512_widen(x + i), f));
        __m256 high = _mm512_cvtpd_ps(_mm512_mul_pd(avx512_widen(x + i + 8), f));
        _mm256_storeu_ps(out + i, low);
        _mm256_storeu_ps(out + i + 8, high);
    }
    if (i < n)
        simd_reference.scale_f32(x + i, n - i, factor, out + i);
}

static void avx512_add_f32(const float *x, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        _mm512_storeu_pd(sum + i, _mm512_add_pd(_mm512_loadu_pd(sum + i), avx512_widen(x + i)));
        _mm512_storeu_pd(sum + i + 8, _mm512_add_pd(_mm512_loadu_pd(sum + i + 8), avx512_widen(x + i + 8)));
    }
    if (i < n)
        simd_reference.add_f32(x + i, n - i, sum + i);
}

static void avx512_add_scaled_f32(const float *x, int64_t n, double weight, double *sum)
{
    const __m512d w = _mm512_set1_pd(weight);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        _mm512_storeu_pd(sum + i, avx512_add_product(_mm512_loadu_pd(sum + i), w, avx512_widen(x + i)));
        _mm512_storeu_pd(sum + i + 8, avx512_add_product(_mm512_loadu_pd(sum + i + 8), w, avx512_widen(x + i + 8)));
    }
    if (i < n)
        simd_reference.add_scaled_f32(x + i, n - i, weight, sum + i);
}

/* 64 columns a turn: four chains hide the latency of one. */
static int64_t avx512_add_rows_by_64(const float *const *rows, int64_t n_rows, const float *factor, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) {
        __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;
        for (int64_t r = 0; r < n_rows; r++) {
            const __m512 f = _mm512_set1_ps(factor[r]);
            const float *x = rows[r] + i;
            a = _mm512_fmadd_ps(f, _mm512_loadu_ps(x), a);
            b = _mm512_fmadd_ps(f, _mm512_loadu_ps(x + 16), b);
            c = _mm512_fmadd_ps(f, _mm512_loadu_ps(x + 32), c);
            d = _mm512_fmadd_ps(f, _mm512_loadu_ps(x + 48), d);
        }
        float chain[64];
        _mm512_storeu_ps(chain, a);
        _mm512_storeu_ps(chain + 16, b);
        _mm512_storeu_ps(chain + 32, c);
        _mm512_storeu_ps(chain + 48, d);
        for (int64_t j = 0; j < 64; j += 8)
            _mm512_storeu_pd(sum + i + j, _mm512_add_pd(_mm512_loadu_pd(sum + i + j), avx512_widen(chain + j)));
    }
    return i;
}

static void avx512_add_rows_f32(const float *const *rows, int64_t n_rows, const float *factor, int64_t n, double *sum)
{
    for (int64_t i = avx512_add_rows_by_64(rows, n_rows, factor, n, sum); i < n; i++) {
        float chain = 0;
        for (int64_t r = 0; r < n_rows; r++)
            chain = __builtin_fmaf(factor[r], rows[r][i], chain);
        sum[i] += (double)chain;
    }
}

/* maxps is x > best ? x : best: the second operand if they are equal or one is NaN. */
static void avx512_max_f32(const float *x, int64_t n, float *best)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(best + i, _mm512_max_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(best + i)));
    if (i < n)
        simd_reference.max_f32(x + i, n - i, best + i);
}

static void avx512_add_f64(const double *x, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm512_storeu_pd(sum + i, _mm512_add_pd(_mm512_loadu_pd(sum + i), _mm512_loadu_pd(x + i)));
    if (i < n)
        simd_reference.add_f64(x + i, n - i, sum + i);
}

static void avx512_add_square_deviation_f64(const double *x, const double *mean, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m512d deviation = _mm512_sub_pd(_mm512_loadu_pd(x + i), _mm512_loadu_pd(mean + i));
        _mm512_storeu_pd(sum + i, avx512_add_product(_mm512_loadu_pd(sum + i), deviation, deviation));
    }
    if (i < n)
        simd_reference.add_square_deviation_f64(x + i, mean + i, n - i, sum + i);
}

/* ---- f32 products ---- */

/* The first n of 16 lanes; none if n is 0 or less. */
static inline __mmask16 avx512_first(int64_t n)
{
    return (__mmask16)(n >= 16 ? 0xffff : n > 0 ? (1u << n) - 1 : 0);
}

#define AVX512_DOT_STEP(sum, at) sum = _mm512_fmadd_ps(_mm512_loadu_ps(x + (at)), _mm512_loadu_ps(y + (at)), sum)
#define AVX512_DOT_REST(sum, at)                                                                            \
    do {                                                                                                    \
        __mmask16 m_ = avx512_first(n - (at));                                                              \
        sum = _mm512_mask3_fmadd_ps(_mm512_maskz_loadu_ps(m_, x + (at)), _mm512_maskz_loadu_ps(m_, y + (at)), sum, m_); \
    } while (0)

static float avx512_dot_f32(const float *x, const float *y, int64_t n)
{
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + DOT_LANES <= n; i += DOT_LANES) {
        AVX512_DOT_STEP(a, i);
        AVX512_DOT_STEP(b, i + 16);
        AVX512_DOT_STEP(c, i + 32);
        AVX512_DOT_STEP(d, i + 48);
    }
    if (i < n) {
        AVX512_DOT_REST(a, i);
        AVX512_DOT_REST(b, i + 16);
        AVX512_DOT_REST(c, i + 32);
        AVX512_DOT_REST(d, i + 48);
    }
    __m512 sixteen = _mm512_add_ps(_mm512_add_ps(a, c), _mm512_add_ps(b, d));
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

#define avx512_pack_f32 NULL /* AVX2's: it waits for memory */

#define AVX512_TILE_LOAD(i)                                                                                    \
    __m512 a##i = _mm512_loadu_ps(scores + (i) * stride), b##i = _mm512_loadu_ps(scores + (i) * stride + 16), \
           c##i = _mm512_loadu_ps(scores + (i) * stride + 32)
#define AVX512_TILE_STEP(i)             \
    q = _mm512_set1_ps(queries[i]);     \
    a##i = _mm512_fmadd_ps(q, x, a##i); \
    b##i = _mm512_fmadd_ps(q, y, b##i); \
    c##i = _mm512_fmadd_ps(q, z, c##i)
#define AVX512_TILE_STORE(i)                            \
    _mm512_storeu_ps(scores + (i) * stride, a##i);      \
    _mm512_storeu_ps(scores + (i) * stride + 16, b##i); \
    _mm512_storeu_ps(scores + (i) * stride + 32, c##i)

/* 24 sums, 3 vectors of rows and a query: 28 of the 32 registers. */
static void avx512_tile_f32(const float *queries, const float *rows, int64_t dim, float *scores, int64_t stride)
{
    AVX512_TILE_LOAD(0);
    AVX512_TILE_LOAD(1);
    AVX512_TILE_LOAD(2);
    AVX512_TILE_LOAD(3);
    AVX512_TILE_LOAD(4);
    AVX512_TILE_LOAD(5);
    AVX512_TILE_LOAD(6);
    AVX512_TILE_LOAD(7);
    for (int64_t j = 0; j < dim; j++, queries += TILE_QUERIES, rows += TILE_ROWS) {
        __m512 x = _mm512_loadu_ps(rows), y = _mm512_loadu_ps(rows + 16), z = _mm512_loadu_ps(rows + 32), q;
        AVX512_TILE_STEP(0);
        AVX512_TILE_STEP(1);
        AVX512_TILE_STEP(2);
        AVX512_TILE_STEP(3);
        AVX512_TILE_STEP(4);
        AVX512_TILE_STEP(5);
        AVX512_TILE_STEP(6);
        AVX512_TILE_STEP(7);
    }
    AVX512_TILE_STORE(0);
    AVX512_TILE_STORE(1);
    AVX512_TILE_STORE(2);
    AVX512_TILE_STORE(3);
    AVX512_TILE_STORE(4);
    AVX512_TILE_STORE(5);
    AVX512_TILE_STORE(6);
    AVX512_TILE_STORE(7);
}

static int64_t avx512_reach_f32(const float *score, const float *scale, const float *slack, float least, int64_t n, int32_t *index)
{
    const __m512 bound = _mm512_set1_ps(least);
    int64_t found = 0;
    for (int64_t i = 0; i < n; i += 16) {
        __mmask16 here = avx512_first(n - i);
        __m512 most = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(here, score + i), _mm512_maskz_loadu_ps(here, scale + i),
                                      _mm512_maskz_loadu_ps(here, slack + i));
        unsigned hits = _mm512_mask_cmp_ps_mask(here, most, bound, _CMP_NLT_UQ);
        for (; hits; hits &= hits - 1)
            index[found++] = (int32_t)i + __builtin_ctz(hits);
    }
    return found;
}

SIMD_TARGET_POP

/* AVX2's serve. */
#define avx512_add_deviation_f64 NULL
#define avx512_max_size_f64 NULL
#define avx512_dot_f16_f32 NULL
#define avx512_dot_bf16_f32 NULL

SIMD_TABLE simd_avx512 = {
#define KERNEL(result, name, parameters, arguments) .name = avx512_##name,
#include "simd/kernels.inc"
#undef KERNEL
};

#else

SIMD_TABLE simd_avx512 = { 0 };

#endif
