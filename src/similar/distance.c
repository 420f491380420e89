/* Distances of two rows, always from their difference: |x|^2 + |y|^2 - 2 x.y gives a row a distance to itself where rows lie far from 0. */
#include "similar/similar.h"

#include <math.h>

#define DISTANCE_LANES 16

/* Element i of the rows joins lane i % 16, as in simd/kernels.inc. Each step takes up to 16 elements. */
static inline void square_step(const double *x, const double *y, int64_t n, double *lanes)
{
    for (int64_t j = 0; j < n; j++)
        lanes[j] += (x[j] - y[j]) * (x[j] - y[j]);
}

static inline void absolute_step(const double *x, const double *y, int64_t n, double *lanes)
{
    for (int64_t j = 0; j < n; j++)
        lanes[j] += fabs(x[j] - y[j]);
}

static inline void largest_step(const double *x, const double *y, int64_t n, double *lanes)
{
    for (int64_t j = 0; j < n; j++)
        lanes[j] = MAX(fabs(x[j] - y[j]), lanes[j]);
}

static inline void together_step(const double *x, const double *y, int64_t n, double *lanes)
{
    for (int64_t j = 0; j < n; j++)
        lanes[j] += (x[j] + y[j]) * (x[j] + y[j]);
}

static inline void steps(void (*step)(const double *, const double *, int64_t, double *), const double *x, const double *y, int64_t n,
                         double *lanes)
{
    int64_t i = 0;
    for (; i + DISTANCE_LANES <= n; i += DISTANCE_LANES)
        step(x + i, y + i, DISTANCE_LANES, lanes); /* a constant: unrolled and vectorised */
    step(x + i, y + i, n - i, lanes);
}

double absolute_distance(const double *x, const double *y, int64_t n)
{
    double lanes[DISTANCE_LANES] = { 0 };
    steps(absolute_step, x, y, n, lanes);
    return lanes_sum(lanes);
}

double largest_distance(const double *x, const double *y, int64_t n)
{
    double lanes[DISTANCE_LANES] = { 0 }, largest = 0;
    steps(largest_step, x, y, n, lanes);
    for (int j = 0; j < DISTANCE_LANES; j++)
        largest = MAX(lanes[j], largest);
    return largest;
}

double euclidean_distance(const double *x, const double *y, int64_t n)
{
    double lanes[DISTANCE_LANES] = { 0 }, square = 0, largest;
    steps(square_step, x, y, n, lanes);
    square = lanes_sum(lanes);
    if (square > 0x1p-900 && square < 0x1p+1000)
        return sqrt(square);
    largest = largest_distance(x, y, n);
    if (largest == 0 || !isfinite(largest))
        return largest;
    square = 0;
    for (int64_t j = 0; j < n; j++)
        square += (x[j] - y[j]) / largest * ((x[j] - y[j]) / largest);
    return largest * sqrt(square);
}

double angular_distance(const double *u, const double *v, int64_t n)
{
    double apart[DISTANCE_LANES] = { 0 }, together[DISTANCE_LANES] = { 0 };
    steps(square_step, u, v, n, apart);
    steps(together_step, u, v, n, together);
    double a = lanes_sum(apart), b = lanes_sum(together);
    return a == 0 && b == 0 ? 0.5 : 2 * atan2(sqrt(a), sqrt(b)) / 3.14159265358979323846;
}
