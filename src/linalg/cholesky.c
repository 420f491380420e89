/* Cholesky factors and triangles.
 *
 * LAPACK reports success over a NaN, so the diagonal is looked at again: whatever is not finite in a row of L reaches its pivot. */
#include "linalg/linalg.h"

#include <math.h>

int64_t cholesky_f64(double *a, int64_t n, int64_t stride)
{
    int64_t ended = blas_cholesky_f64(a, n, stride);
    for (int64_t i = 0; i < (ended ? ended - 1 : n); i++)
        if (!(a[i * stride + i] > 0 && isfinite(a[i * stride + i])))
            return i + 1;
    return ended;
}

int64_t cholesky_f32(float *a, int64_t n, int64_t stride)
{
    int64_t ended = blas_cholesky_f32(a, n, stride);
    for (int64_t i = 0; i < (ended ? ended - 1 : n); i++)
        if (!(a[i * stride + i] > 0 && isfinite(a[i * stride + i])))
            return i + 1;
    return ended;
}

int64_t triangular_invert_f64(double *l, int64_t n, int64_t stride)
{
    int64_t ended = blas_triangular_invert_f64(l, n, stride);
    for (int64_t i = 0; !ended && i < n; i++)
        if (!matrix_is_finite(l + i * stride, 1, i + 1, stride))
            return i + 1;
    return ended;
}

void triangular_solve_f64(const double *l, int64_t n, int64_t l_stride, int transposed, double *b, int64_t k, int64_t b_stride)
{
    blas_triangular_solve(l, n, l_stride, transposed, b, k, b_stride);
}
