/* What every decomposition needs before and after. */
#include "linalg/linalg.h"

#include <math.h>

#define TRANSPOSE_TILE 16 /* two of them fit into the nearest cache */

int matrix_is_finite(const double *a, int64_t rows, int64_t columns, int64_t stride)
{
    for (int64_t i = 0; i < rows; i++) {
        double sum = 0; /* x - x is 0, or NaN for what is not finite */
        for (int64_t j = 0; j < columns; j++)
            sum += a[i * stride + j] - a[i * stride + j];
        if (sum != 0)
            return 0;
    }
    return 1;
}

void matrix_transpose(const double *a, int64_t rows, int64_t columns, int64_t stride, double *out, int64_t out_stride)
{
    for (int64_t first_row = 0; first_row < rows; first_row += TRANSPOSE_TILE)
        for (int64_t first = 0; first < columns; first += TRANSPOSE_TILE)
            for (int64_t i = first_row; i < MIN(first_row + TRANSPOSE_TILE, rows); i++)
                for (int64_t j = first; j < MIN(first + TRANSPOSE_TILE, columns); j++)
                    out[j * out_stride + i] = a[i * stride + j];
}

void matrix_mirror_lower(double *a, int64_t n, int64_t stride)
{
    for (int64_t first_row = 0; first_row < n; first_row += TRANSPOSE_TILE)
        for (int64_t first = 0; first <= first_row; first += TRANSPOSE_TILE)
            for (int64_t i = first_row; i < MIN(first_row + TRANSPOSE_TILE, n); i++)
                for (int64_t j = first; j < MIN(first + TRANSPOSE_TILE, i); j++)
                    a[j * stride + i] = a[i * stride + j];
}

double sign_of_largest(const double *x, int64_t n)
{
    int64_t largest = 0;
    for (int64_t j = 1; j < n; j++)
        if (fabs(x[j]) > fabs(x[largest]))
            largest = j;
    return n && x[largest] < 0 ? -1 : 1;
}

void scale_row(double *x, int64_t n, double factor)
{
    for (int64_t j = 0; j < n; j++)
        x[j] *= factor;
}
