/* The reference: every kernel in plain C. The other levels give the same bits, and leave to it what does not fill a vector.
 *
 * NaN: narrowing, and f16 upwards, set the quiet bit and keep the payload's upper bits, as F16C and the C casts do; bf16
 * upwards is a shift. Arithmetic on NaN gives some NaN: compilers swap the operands of a sum, so its payload is not promised. */
#include "simd/tables.h"
#include <math.h>
#include <string.h>

static uint32_t bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x / 2^places, to nearest, ties to even; 1 <= places <= 24. A carry into the exponent above is the right result. */
static uint32_t round_off(uint32_t x, int places)
{
    uint32_t half = 1u << (places - 1), odd = (x >> places) & 1;
    return (x + half - 1 + odd) >> places;
}

static float float_of_f16(uint16_t x)
{
    uint32_t sign = (uint32_t)(x & 0x8000) << 16, exponent = (x >> 10) & 0x1f, fraction = x & 0x3ff;

    if (exponent == 0x1f)
        return float_of_bits(sign | 0x7f800000 | (fraction ? 0x400000 | fraction << 13 : 0));
    if (exponent == 0) /* fraction * 2^-24 */
        return float_of_bits(sign | bits_of_float((float)fraction * 0x1p-24f));
    return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static uint16_t f16_of_float(float x)
{
    uint32_t bits = bits_of_float(x), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff, exponent = magnitude >> 23;

    if (magnitude > 0x7f800000)
        return (uint16_t)(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
    if (magnitude >= 0x477ff000) /* 65,520, half way from the largest f16 to 2^16, and above */
        return (uint16_t)(sign | 0x7c00);
    if (exponent >= 113)
        return (uint16_t)(sign | round_off(magnitude - (112u << 23), 13));
    if (exponent >= 102) /* subnormal, in units of 2^-24 */
        return (uint16_t)(sign | round_off((magnitude & 0x7fffff) | 0x800000, 126 - (int)exponent));
    return (uint16_t)sign;
}

static uint16_t bf16_of_float(float x)
{
    uint32_t bits = bits_of_float(x);

    if ((bits & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)round_off(bits, 16);
}

static void reference_f16_to_f32(const uint16_t *x, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = float_of_f16(x[i]);
}

static void reference_bf16_to_f32(const uint16_t *x, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = float_of_bits((uint32_t)x[i] << 16);
}

static void reference_f32_to_f16(const float *x, int64_t n, uint16_t *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = f16_of_float(x[i]);
}

static void reference_f32_to_bf16(const float *x, int64_t n, uint16_t *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = bf16_of_float(x[i]);
}

static void reference_f64_to_f32(const double *x, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)x[i];
}

static void reference_f32_to_f64(const float *x, int64_t n, double *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (double)x[i];
}

static int64_t reference_nonfinite_f32(const float *x, int64_t n)
{
    int64_t i = 0;
    while (i < n && (bits_of_float(x[i]) & 0x7f800000) != 0x7f800000)
        i++;
    return i;
}

static int64_t reference_nonfinite_f64(const double *x, int64_t n)
{
    const uint64_t exponent = (uint64_t)0x7ff << 52;
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, x + i, sizeof bits);
        if ((bits & exponent) == exponent)
            return i;
    }
    return n;
}

static void reference_square_lanes_f32(const float *x, int64_t n, double *lanes)
{
    for (int64_t i = 0; i < n; i++)
        lanes[i % 16] += (double)x[i] * (double)x[i];
}

static void reference_square_lanes_f64(const double *x, int64_t n, double *lanes)
{
    for (int64_t i = 0; i < n; i++)
        lanes[i % 16] += x[i] * x[i];
}

static void reference_dot_lanes_f32(const float *x, const float *y, int64_t n, double *lanes)
{
    for (int64_t i = 0; i < n; i++)
        lanes[i % 16] += (double)x[i] * (double)y[i];
}

static void reference_dot_lanes_f64(const double *x, const double *y, int64_t n, double *lanes)
{
    for (int64_t i = 0; i < n; i++)
        lanes[i % 16] += x[i] * y[i];
}

static void reference_scale_f32(const float *x, int64_t n, double factor, float *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)((double)x[i] * factor);
}

static void reference_add_f32(const float *x, int64_t n, double *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += (double)x[i];
}

static void reference_add_scaled_f32(const float *x, int64_t n, double weight, double *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += weight * (double)x[i];
}

static void reference_add_rows_f32(const float *const *rows, int64_t n_rows, const float *factor, int64_t n, double *sum)
{
    for (int64_t i = 0; i < n; i++) {
        float chain = 0;
        for (int64_t r = 0; r < n_rows; r++)
            chain = fmaf(factor[r], rows[r][i], chain);
        sum[i] += (double)chain;
    }
}

static void reference_max_f32(const float *x, int64_t n, float *best)
{
    for (int64_t i = 0; i < n; i++)
        best[i] = x[i] > best[i] ? x[i] : best[i];
}

static void reference_add_f64(const double *x, int64_t n, double *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += x[i];
}

static void reference_add_deviation_f64(const double *x, const double *from, int64_t n, double *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += x[i] - from[i];
}

static void reference_max_size_f64(const double *x, int64_t n, double *largest)
{
    for (int64_t i = 0; i < n; i++)
        largest[i] = fabs(x[i]) > largest[i] ? fabs(x[i]) : largest[i];
}

static void reference_add_square_deviation_f64(const double *x, const double *mean, int64_t n, double *sum)
{
    for (int64_t i = 0; i < n; i++) {
        double deviation = x[i] - mean[i];
        sum[i] += deviation * deviation;
    }
}

static float reference_dot_f32(const float *x, const float *y, int64_t n)
{
    float lanes[DOT_LANES] = { 0 };
    for (int64_t i = 0; i < n; i++)
        lanes[i % DOT_LANES] = fmaf(x[i], y[i], lanes[i % DOT_LANES]);
    for (int half = DOT_LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/* Lanes of all blocks of 64 in turn. */
static float dot_of_halves(const uint16_t *x, const float *y, int64_t n, void (*widen)(const uint16_t *x, int64_t n, float *out))
{
    float lanes[DOT_LANES] = { 0 }, wide[DOT_LANES];
    for (int64_t first = 0; first < n; first += DOT_LANES) {
        int64_t here = MIN(DOT_LANES, n - first);
        widen(x + first, here, wide);
        for (int64_t i = 0; i < here; i++)
            lanes[i] = fmaf(wide[i], y[first + i], lanes[i]);
    }
    for (int half = DOT_LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

static float reference_dot_f16_f32(const uint16_t *x, const float *y, int64_t n)
{
    return dot_of_halves(x, y, n, reference_f16_to_f32);
}

static float reference_dot_bf16_f32(const uint16_t *x, const float *y, int64_t n)
{
    return dot_of_halves(x, y, n, reference_bf16_to_f32);
}

static void reference_pack_f32(const float *rows, int64_t stride, int64_t n, int64_t dim, int64_t lanes, float *panel)
{
    for (int64_t j = 0; j < dim; j++)
        for (int64_t i = 0; i < lanes; i++)
            panel[j * lanes + i] = i < n ? rows[i * stride + j] : 0;
}

static void reference_tile_f32(const float *queries, const float *rows, int64_t dim, float *scores, int64_t stride)
{
    for (int64_t q = 0; q < TILE_QUERIES; q++)
        for (int64_t r = 0; r < TILE_ROWS; r++)
            for (int64_t j = 0; j < dim; j++)
                scores[q * stride + r] = fmaf(queries[j * TILE_QUERIES + q], rows[j * TILE_ROWS + r], scores[q * stride + r]);
}

static int64_t reference_reach_f32(const float *score, const float *scale, const float *slack, float least, int64_t n, int32_t *index)
{
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++)
        if (!(fmaf(score[i], scale[i], slack[i]) < least))
            index[found++] = (int32_t)i;
    return found;
}

double lanes_sum(const double *lanes)
{
    double sum[16];
    memcpy(sum, lanes, sizeof sum);
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            sum[i] += sum[i + half];
    return sum[0];
}

SIMD_TABLE simd_reference = {
#define KERNEL(result, name, parameters, arguments) .name = reference_##name,
#include "simd/kernels.inc"
#undef KERNEL
};
