/* QR with and without column pivoting: LAPACK on a copy whose columns lie one after the other. */
#include "linalg/linalg.h"

/* A negative pivot turns its row of R and its column of Q. */
static void turn_negative_pivots(double *q, int64_t m, int64_t n, double *r)
{
    for (int64_t k = 0; k < n; k++)
        if (r[k * n + k] < 0) {
            for (int64_t j = k; j < n; j++)
                r[k * n + j] = -r[k * n + j];
            for (int64_t i = 0; i < m; i++)
                q[i * n + k] = -q[i * n + k];
        }
}

lamella_status qr(call *c, double *a, int64_t m, int64_t n, double *q, double *r, int64_t *pivot)
{
    arena_mark before = arena_now(&c->memory);
    if (m < n)
        return fail(c, LAMELLA_ERR_SHAPE, "a matrix for QR is %lld x %lld, expected at least as many rows as columns", (long long)m,
                    (long long)n);
    if (n == 0)
        return LAMELLA_OK;
    TRY(blas_matrix_check(c, "A", m, n, n));
    if (!matrix_is_finite(a, m, n, n))
        return fail(c, LAMELLA_ERR_NUMERIC, "a matrix for QR holds a number that is not finite");
    matrix_transpose(a, m, n, n, q, m);
    TRY(blas_qr(c, q, m, n, r, pivot));
    arena_rewind(&c->memory, before);
    matrix_transpose(q, n, m, m, a, n);
    for (int64_t i = 0; i < m * n; i++)
        q[i] = a[i];
    if (!matrix_is_finite(q, m, n, n) || !matrix_is_finite(r, n, n, n))
        return fail(c, LAMELLA_ERR_NUMERIC, "a QR decomposition left the range of f64");
    turn_negative_pivots(q, m, n, r);
    return LAMELLA_OK;
}
