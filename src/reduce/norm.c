#include "reduce/reduce.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LANES 16

/* The squares left f64's range: once more over x scaled by a power of two, which changes no bit of the mantissas. */
static double norm_scaled(const double *x, int64_t n)
{
    double largest = 0, lanes[LANES] = { 0 };
    for (int64_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    if (largest == 0)
        return 0;
    int exponent = ilogb(largest);
    for (int64_t i = 0; i < n; i++) {
        double scaled = ldexp(x[i], -exponent);
        lanes[i % LANES] += scaled * scaled;
    }
    return ldexp(sqrt(lanes_sum(lanes)), exponent);
}

double norm_f64(const kernels *k, const double *x, int64_t n)
{
    const double safe_least = 1e-280, safe_most = 1e300;
    double lanes[LANES] = { 0 };
    k->square_lanes_f64(x, n, lanes);
    double sum = lanes_sum(lanes);
    return sum > safe_least && sum < safe_most ? sqrt(sum) : norm_scaled(x, n);
}

double unit_row(const kernels *k, const double *x, int64_t n, double *unit)
{
    const double safe_least = 1e-280, safe_most = 1e300;
    double norm = norm_f64(k, x, n), inverse = 1 / norm;
    if (norm == 0)
        memset(unit, 0, (size_t)n * sizeof *unit);
    else if (norm > safe_least && norm < safe_most)
        for (int64_t i = 0; i < n; i++)
            unit[i] = x[i] * inverse;
    else /* 1 / norm would leave f64's range */
        for (int64_t i = 0; i < n; i++)
            unit[i] = x[i] / norm;
    return norm;
}

double cosine_f64(const kernels *k, const double *x, const double *y, int64_t n, double x_norm, double y_norm)
{
    double lanes[LANES] = { 0 }, product = x_norm * y_norm;
    if (product > 1e-280 && product < 1e300)
        return dot_f64(k, x, y, n) / product;
    for (int64_t i = 0; i < n; i++) /* the products would leave f64's range */
        lanes[i % LANES] += x[i] / x_norm * (y[i] / y_norm);
    return lanes_sum(lanes);
}

void prefix_norms_f32(const kernels *k, const float *x, const int64_t *widths, int64_t n_widths, double *norms)
{
    double running[LANES] = { 0 }, cut[LANES];
    int64_t done = 0; /* a multiple of LANES, so that element i keeps its lane i % 16 */
    for (int64_t i = 0; i < n_widths; i++) {
        int64_t whole = widths[i] / LANES * LANES;
        k->square_lanes_f32(x + done, whole - done, running);
        done = whole;
        memcpy(cut, running, sizeof cut);
        for (int64_t j = whole; j < widths[i]; j++)
            cut[j - whole] += (double)x[j] * (double)x[j];
        norms[i] = sqrt(lanes_sum(cut));
    }
}

/* ---- numbers of any size ---- */

double range_unit(double largest)
{
    const int most = 1000; /* both the unit and 1 / unit are normal */
    if (largest == 0 || (largest > 0x1p-400 && largest < 0x1p+400) || !isfinite(largest))
        return 1;
    return ldexp(1, MAX(MIN(ilogb(largest), most), -most));
}

int is_constant_column(int64_t n, double mean, double variance)
{
    double rounding = (double)n * DBL_EPSILON;
    return variance <= rounding * variance + rounding * mean * (rounding * mean);
}

/* ---- LayerNorm and RMS norm ---- */

static row_norm normed(double mean, double variance, double unit, int64_t n, double epsilon)
{
    if (epsilon == 0 && is_constant_column(n, mean, variance))
        return (row_norm){ mean * unit, 0 };
    return (row_norm){ mean * unit, 1 / (epsilon == 0 ? sqrt(variance) * unit : hypot(sqrt(variance) * unit, sqrt(epsilon))) };
}

row_norm layer_norm_f32(const float *x, int64_t n, double epsilon)
{
    double mean = 0, variance = 0;
    for (int64_t j = 0; j < n; j++)
        mean += (double)x[j];
    mean = n ? mean / (double)n : 0;
    for (int64_t j = 0; j < n; j++)
        variance += ((double)x[j] - mean) * ((double)x[j] - mean);
    return normed(mean, n ? variance / (double)n : 0, 1, n, epsilon);
}

row_norm layer_norm_f64(const double *x, int64_t n, double epsilon)
{
    double mean = 0, variance = 0, largest = 0;
    for (int64_t j = 0; j < n; j++)
        largest = fmax(largest, fabs(x[j]));
    const double unit = range_unit(largest), per_unit = 1 / unit;
    for (int64_t j = 0; j < n; j++)
        mean += x[j] * per_unit;
    mean = n ? mean / (double)n : 0;
    for (int64_t j = 0; j < n; j++)
        variance += (x[j] * per_unit - mean) * (x[j] * per_unit - mean);
    return normed(mean, n ? variance / (double)n : 0, unit, n, epsilon);
}

row_norm rms_norm_f64(const kernels *k, const double *x, int64_t n, double epsilon)
{
    double rms = n ? norm_f64(k, x, n) / sqrt((double)n) : 0, length = epsilon == 0 ? rms : hypot(rms, sqrt(epsilon));
    return (row_norm){ 0, length > 0 ? 1 / length : 0 };
}

double softmax(double *w, int64_t n)
{
    double largest = n ? w[0] : 0, sum = 0;
    for (int64_t l = 1; l < n; l++)
        largest = fmax(largest, w[l]);
    for (int64_t l = 0; l < n; l++)
        sum += w[l] = exp(w[l] - largest);
    for (int64_t l = 0; l < n; l++)
        w[l] /= sum;
    return largest + log(sum);
}
