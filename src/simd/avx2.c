/* AVX2 with FMA and F16C: numbers, sums and norms; products of rows stand in avx2_products.c. Whole vectors here; what is left, fewer than a
 * vector's or 16 lanes' worth, goes to the reference. */
#include "simd/tables.h"

#if defined(__x86_64__)

SIMD_TARGET_PUSH("avx2,fma,f16c")

static void avx2_f16_to_f32(const uint16_t *x, int64_t n, float *out)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(x + i))));
    if (i < n)
        simd_reference.f16_to_f32(x + i, n - i, out + i);
}

static void avx2_bf16_to_f32(const uint16_t *x, int64_t n, float *out)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i low = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(x + i)));
        _mm256_storeu_si256((__m256i *)(out + i), _mm256_slli_epi32(low, 16));
    }
    if (i < n)
        simd_reference.bf16_to_f32(x + i, n - i, out + i);
}

static void avx2_f32_to_f16(const float *x, int64_t n, uint16_t *out)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    if (i < n)
        simd_reference.f32_to_f16(x + i, n - i, out + i);
}

/* The bf16 of each of 8 f32, in the lower half of its 32 bits. */
static inline __m256i avx2_bf16_of(const float *x)
{
    __m256i bits = _mm256_loadu_si256((const __m256i *)x);
    __m256i upper = _mm256_srli_epi32(bits, 16);
    __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
    __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd), 16);
    __m256i magnitude = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
    __m256i is_nan = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(0x7f800000));
    return _mm256_blendv_epi8(rounded, _mm256_or_si256(upper, _mm256_set1_epi32(0x40)), is_nan);
}

static void avx2_f32_to_bf16(const float *x, int64_t n, uint16_t *out)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256i packed = _mm256_packus_epi32(avx2_bf16_of(x + i), avx2_bf16_of(x + i + 8)); /* by halves: 0 2 1 3 */
        _mm256_storeu_si256((__m256i *)(out + i), _mm256_permute4x64_epi64(packed, 0xd8));
    }
    if (i < n)
        simd_reference.f32_to_bf16(x + i, n - i, out + i);
}

static void avx2_f64_to_f32(const double *x, int64_t n, float *out)
{
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        _mm_storeu_ps(out + i, _mm256_cvtpd_ps(_mm256_loadu_pd(x + i)));
    if (i < n)
        simd_reference.f64_to_f32(x + i, n - i, out + i);
}

static inline __m256d avx2_widen(const float *x)
{
    return _mm256_cvtps_pd(_mm_loadu_ps(x));
}

static void avx2_f32_to_f64(const float *x, int64_t n, double *out)
{
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        _mm256_storeu_pd(out + i, avx2_widen(x + i));
    if (i < n)
        simd_reference.f32_to_f64(x + i, n - i, out + i);
}

/* All ones where the 8 f32 at x are not finite. */
static inline __m256i avx2_nonfinite_at(const float *x)
{
    const __m256i exponent = _mm256_set1_epi32(0x7f800000);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_loadu_si256((const __m256i *)x), exponent), exponent);
}

static int64_t avx2_nonfinite_f32(const float *x, int64_t n)
{
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i a = _mm256_or_si256(avx2_nonfinite_at(x + i), avx2_nonfinite_at(x + i + 8));
        __m256i b = _mm256_or_si256(avx2_nonfinite_at(x + i + 16), avx2_nonfinite_at(x + i + 24));
        if (_mm256_movemask_epi8(_mm256_or_si256(a, b)))
            break;
    }
    return i < n ? i + simd_reference.nonfinite_f32(x + i, n - i) : n;
}

/* The same for the 4 f64 at x. */
static inline __m256i avx2_nonfinite_f64_at(const double *x)
{
    const __m256i exponent = _mm256_set1_epi64x((long long)0x7ff << 52);
    return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_loadu_si256((const __m256i *)x), exponent), exponent);
}

static int64_t avx2_nonfinite_f64(const double *x, int64_t n)
{
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256i a = _mm256_or_si256(avx2_nonfinite_f64_at(x + i), avx2_nonfinite_f64_at(x + i + 4));
        __m256i b = _mm256_or_si256(avx2_nonfinite_f64_at(x + i + 8), avx2_nonfinite_f64_at(x + i + 12));
        if (_mm256_movemask_epi8(_mm256_or_si256(a, b)))
            break;
    }
    return i < n ? i + simd_reference.nonfinite_f64(x + i, n - i) : n;
}

/* Multiply and add stay apart: of f64 the reference rounds both, of f32 it makes no difference and the sums wait for less. */
static inline __m256d avx2_add_product(__m256d sum, __m256d x, __m256d y)
{
    return _mm256_add_pd(sum, _mm256_mul_pd(x, y));
}

static void avx2_square_lanes_f32(const float *x, int64_t n, double *lanes)
{
    __m256d a = _mm256_loadu_pd(lanes), b = _mm256_loadu_pd(lanes + 4);
    __m256d c = _mm256_loadu_pd(lanes + 8), d = _mm256_loadu_pd(lanes + 12);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256d p = avx2_widen(x + i), q = avx2_widen(x + i + 4), r = avx2_widen(x + i + 8), s = avx2_widen(x + i + 12);
        a = avx2_add_product(a, p, p);
        b = avx2_add_product(b, q, q);
        c = avx2_add_product(c, r, r);
        d = avx2_add_product(d, s, s);
    }
    _mm256_storeu_pd(lanes, a);
    _mm256_storeu_pd(lanes + 4, b);
    _mm256_storeu_pd(lanes + 8, c);
    _mm256_storeu_pd(lanes + 12, d);
    if (i < n)
        simd_reference.square_lanes_f32(x + i, n - i, lanes);
}

static void avx2_dot_lanes_f32(const float *x, const float *y, int64_t n, double *lanes)
{
    __m256d a = _mm256_loadu_pd(lanes), b = _mm256_loadu_pd(lanes + 4);
    __m256d c = _mm256_loadu_pd(lanes + 8), d = _mm256_loadu_pd(lanes + 12);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = avx2_add_product(a, avx2_widen(x + i), avx2_widen(y + i));
        b = avx2_add_product(b, avx2_widen(x + i + 4), avx2_widen(y + i + 4));
        c = avx2_add_product(c, avx2_widen(x + i + 8), avx2_widen(y + i + 8));
        d = avx2_add_product(d, avx2_widen(x + i + 12), avx2_widen(y + i + 12));
    }
    _mm256_storeu_pd(lanes, a);
    _mm256_storeu_pd(lanes + 4, b);
    _mm256_storeu_pd(lanes + 8, c);
    _mm256_storeu_pd(lanes + 12, d);
    if (i < n)
        simd_reference.dot_lanes_f32(x + i, y + i, n - i, lanes);
}

static void avx2_dot_lanes_f64(const double *x, const double *y, int64_t n, double *lanes)
{
    __m256d a = _mm256_loadu_pd(lanes), b = _mm256_loadu_pd(lanes + 4);
    __m256d c = _mm256_loadu_pd(lanes + 8), d = _mm256_loadu_pd(lanes + 12);
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = avx2_add_product(a, _mm256_loadu_pd(x + i), _mm256_loadu_pd(y + i));
        b = avx2_add_product(b, _mm256_loadu_pd(x + i + 4), _mm256_loadu_pd(y + i + 4));
        c = avx2_add_product(c, _mm256_loadu_pd(x + i + 8), _mm256_loadu_pd(y + i + 8));
        d = avx2_add_product(d, _mm256_loadu_pd(x + i + 12), _mm256_loadu_pd(y + i + 12));
    }
    _mm256_storeu_pd(lanes, a);
    _mm256_storeu_pd(lanes + 4, b);
    _mm256_storeu_pd(lanes + 8, c);
    _mm256_storeu_pd(lanes + 12, d);
    if (i < n)
        simd_reference.dot_lanes_f64(x + i, y + i, n - i, lanes);
}

static void avx2_square_lanes_f64(const double *x, int64_t n, double *lanes)
{
    avx2_dot_lanes_f64(x, x, n, lanes);
}

static void avx2_scale_f32(const float *x, int64_t n, double factor, float *out)
{
    const __m256d f = _mm256_set1_pd(factor);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m128 low = _mm256_cvtpd_ps(_mm256_mul_pd(avx2_widen(x + i), f));
        __m128 high = _mm256_cvtpd_ps(_mm256_mul_pd(avx2_widen(x + i + 4), f));
        _mm_storeu_ps(out + i, low);
        _mm_storeu_ps(out + i + 4, high);
    }
    if (i < n)
        simd_reference.scale_f32(x + i, n - i, factor, out + i);
}

static void avx2_add_f32(const float *x, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm256_storeu_pd(sum + i, _mm256_add_pd(_mm256_loadu_pd(sum + i), avx2_widen(x + i)));
        _mm256_storeu_pd(sum + i + 4, _mm256_add_pd(_mm256_loadu_pd(sum + i + 4), avx2_widen(x + i + 4)));
    }
    if (i < n)
        simd_reference.add_f32(x + i, n - i, sum + i);
}

static void avx2_add_scaled_f32(const float *x, int64_t n, double weight, double *sum)
{
    const __m256d w = _mm256_set1_pd(weight);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm256_storeu_pd(sum + i, avx2_add_product(_mm256_loadu_pd(sum + i), w, avx2_widen(x + i)));
        _mm256_storeu_pd(sum + i + 4, avx2_add_product(_mm256_loadu_pd(sum + i + 4), w, avx2_widen(x + i + 4)));
    }
    if (i < n)
        simd_reference.add_scaled_f32(x + i, n - i, weight, sum + i);
}

static inline void avx2_add_eight(double *sum, __m256 x)
{
    _mm256_storeu_pd(sum, _mm256_add_pd(_mm256_loadu_pd(sum), _mm256_cvtps_pd(_mm256_castps256_ps128(x))));
    _mm256_storeu_pd(sum + 4, _mm256_add_pd(_mm256_loadu_pd(sum + 4), _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))));
}

#define AVX2_ROWS_STEP(chain, at) chain = _mm256_fmadd_ps(f, _mm256_loadu_ps(rows[r] + i + (at)), chain)

/* Four chains at a time, or the loop over rows waits for its one and its pace hangs on where the linker puts it. */
static void avx2_add_rows_f32(const float *const *rows, int64_t n_rows, const float *factor, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
        for (int64_t r = 0; r < n_rows; r++) {
            __m256 f = _mm256_broadcast_ss(factor + r);
            AVX2_ROWS_STEP(a, 0);
            AVX2_ROWS_STEP(b, 8);
            AVX2_ROWS_STEP(c, 16);
            AVX2_ROWS_STEP(d, 24);
        }
        avx2_add_eight(sum + i, a);
        avx2_add_eight(sum + i + 8, b);
        avx2_add_eight(sum + i + 16, c);
        avx2_add_eight(sum + i + 24, d);
    }
    for (; i + 8 <= n; i += 8) {
        __m256 a = _mm256_setzero_ps();
        for (int64_t r = 0; r < n_rows; r++)
            a = _mm256_fmadd_ps(_mm256_broadcast_ss(factor + r), _mm256_loadu_ps(rows[r] + i), a);
        avx2_add_eight(sum + i, a);
    }
    for (; i < n; i++) {
        float chain = 0;
        for (int64_t r = 0; r < n_rows; r++)
            chain = __builtin_fmaf(factor[r], rows[r][i], chain);
        sum[i] += (double)chain;
    }
}

/* maxps is x > best ? x : best: the second operand if they are equal or one is NaN. */
static void avx2_max_f32(const float *x, int64_t n, float *best)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(best + i, _mm256_max_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(best + i)));
    if (i < n)
        simd_reference.max_f32(x + i, n - i, best + i);
}

static void avx2_add_f64(const double *x, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        _mm256_storeu_pd(sum + i, _mm256_add_pd(_mm256_loadu_pd(sum + i), _mm256_loadu_pd(x + i)));
    if (i < n)
        simd_reference.add_f64(x + i, n - i, sum + i);
}

static void avx2_add_deviation_f64(const double *x, const double *from, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256d deviation = _mm256_sub_pd(_mm256_loadu_pd(x + i), _mm256_loadu_pd(from + i));
        _mm256_storeu_pd(sum + i, _mm256_add_pd(_mm256_loadu_pd(sum + i), deviation));
    }
    if (i < n)
        simd_reference.add_deviation_f64(x + i, from + i, n - i, sum + i);
}

static void avx2_max_size_f64(const double *x, int64_t n, double *largest)
{
    const __m256d sign = _mm256_set1_pd(-0.0);
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256d size = _mm256_andnot_pd(sign, _mm256_loadu_pd(x + i));
        _mm256_storeu_pd(largest + i, _mm256_max_pd(size, _mm256_loadu_pd(largest + i)));
    }
    if (i < n)
        simd_reference.max_size_f64(x + i, n - i, largest + i);
}

static void avx2_add_square_deviation_f64(const double *x, const double *mean, int64_t n, double *sum)
{
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256d deviation = _mm256_sub_pd(_mm256_loadu_pd(x + i), _mm256_loadu_pd(mean + i));
        _mm256_storeu_pd(sum + i, avx2_add_product(_mm256_loadu_pd(sum + i), deviation, deviation));
    }
    if (i < n)
        simd_reference.add_square_deviation_f64(x + i, mean + i, n - i, sum + i);
}

SIMD_TARGET_POP

SIMD_TABLE simd_avx2 = {
#define KERNEL(result, name, parameters, arguments) .name = avx2_##name,
#include "simd/kernels.inc"
#undef KERNEL
};

#else

SIMD_TABLE simd_avx2 = { 0 };

#endif
