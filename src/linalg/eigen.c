/* Spectrum of a symmetric matrix, values falling, signs fixed. */
#include "linalg/linalg.h"

static int lower_is_finite(const double *a, int64_t n, int64_t stride)
{
    for (int64_t i = 0; i < n; i++)
        if (!matrix_is_finite(a + i * stride, 1, i + 1, stride))
            return 0;
    return 1;
}

static lamella_status eigen_checked(call *c, double *a, int64_t n, int64_t stride, int vectors, double *values)
{
    arena_mark before = arena_now(&c->memory);
    if (n == 0)
        return LAMELLA_OK;
    TRY(blas_matrix_check(c, "A", n, n, stride));
    if (!lower_is_finite(a, n, stride)) /* LAPACK would report success */
        return fail(c, LAMELLA_ERR_NUMERIC, "a matrix to find the eigenvalues of holds a number that is not finite");
    TRY(blas_eigen(c, a, n, stride, vectors, values));
    arena_rewind(&c->memory, before);
    if (!matrix_is_finite(values, 1, n, n) || (vectors && !matrix_is_finite(a, n, n, stride)))
        return fail(c, LAMELLA_ERR_NUMERIC, "eigenvalues left the range of f64");
    return LAMELLA_OK;
}

static void swap_vectors(double *x, double *y, int64_t n)
{
    for (int64_t j = 0; j < n; j++) {
        double kept = x[j];
        x[j] = y[j];
        y[j] = kept;
    }
}

lamella_status eigenvalues_symmetric(call *c, double *a, int64_t n, int64_t stride, double *values)
{
    TRY(eigen_checked(c, a, n, stride, 0, values));
    for (int64_t i = 0; i < n / 2; i++)
        swap_vectors(&values[i], &values[n - 1 - i], 1);
    return LAMELLA_OK;
}

lamella_status eigen_symmetric(call *c, double *a, int64_t n, int64_t stride, double *values)
{
    TRY(eigen_checked(c, a, n, stride, 1, values));
    for (int64_t i = 0; i < n / 2; i++) {
        swap_vectors(a + i * stride, a + (n - 1 - i) * stride, n);
        swap_vectors(&values[i], &values[n - 1 - i], 1);
    }
    for (int64_t i = 0; i < n; i++)
        scale_row(a + i * stride, n, sign_of_largest(a + i * stride, n));
    return LAMELLA_OK;
}
