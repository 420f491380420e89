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

SIMD_TARGET_POP

SIMD_TABLE simd_avx512 = {
#define KERNEL(result, name, parameters, arguments) .name = avx512_##name,
#include "simd/kernels.inc"
#undef KERNEL
};

#else

SIMD_TABLE simd_avx512 = { 0 };

#endif
