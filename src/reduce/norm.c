#include "reduce/reduce.h"

#include <math.h>
#include <string.h>

#define LANES 16

static double square_sum_f64(const kernels *k, const double *x, int64_t n)
{
    double lanes[LANES] = { 0 };
    k->square_lanes_f64(x, n, lanes);
    return lanes_sum(lanes);
}

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
    double sum = square_sum_f64(k, x, n);
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
    if (product > 1e-280 && product < 1e300) {
        k->dot_lanes_f64(x, y, n, lanes);
        return lanes_sum(lanes) / product;
    }
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
