/* Singular values and vectors, values falling, signs fixed by the right vectors; the pseudo-inverse from them. */
#include "linalg/linalg.h"

static lamella_status svd_checked(call *c, double *a, int64_t m, int64_t n, double *u, double *s, double *vt)
{
    arena_mark before = arena_now(&c->memory);
    int64_t r = MIN(m, n);
    if (r == 0)
        return LAMELLA_OK;
    TRY(blas_matrix_check(c, "A", m, n, n));
    if (!matrix_is_finite(a, m, n, n)) /* LAPACK would print */
        return fail(c, LAMELLA_ERR_NUMERIC, "a matrix to find the singular values of holds a number that is not finite");
    TRY(blas_svd(c, a, m, n, u, s, vt));
    arena_rewind(&c->memory, before);
    if (!matrix_is_finite(s, 1, r, r) || (u && (!matrix_is_finite(u, m, r, r) || !matrix_is_finite(vt, r, n, n))))
        return fail(c, LAMELLA_ERR_NUMERIC, "singular values left the range of f64");
    return LAMELLA_OK;
}

lamella_status singular_values(call *c, double *a, int64_t m, int64_t n, double *s)
{
    return svd_checked(c, a, m, n, NULL, s, NULL);
}

lamella_status svd(call *c, double *a, int64_t m, int64_t n, double *u, double *s, double *vt)
{
    int64_t r = MIN(m, n);
    TRY(svd_checked(c, a, m, n, u, s, vt));
    for (int64_t k = 0; k < r; k++)
        if (sign_of_largest(vt + k * n, n) < 0) {
            scale_row(vt + k * n, n, -1);
            for (int64_t i = 0; i < m; i++)
                u[i * r + k] = -u[i * r + k];
        }
    return LAMELLA_OK;
}

/* A^+ = V diag(1 / s) U^T over the values that are kept. */
lamella_status pseudo_inverse(call *c, double *a, int64_t m, int64_t n, double rcond, double *inverse, int64_t *rank)
{
    arena_mark before = arena_now(&c->memory);
    int64_t r = MIN(m, n), kept = 0;
    double *u, *s, *vt;
    TAKE(c, u, m * r);
    TAKE(c, s, r);
    TAKE(c, vt, r * n);
    TRY(svd(c, a, m, n, u, s, vt));
    while (kept < r && s[kept] > rcond * s[0])
        kept++;
    for (int64_t k = 0; k < kept; k++)
        scale_row(vt + k * n, n, 1 / s[k]);
    TRY(product_f64(c, &(blas_product){ .m = n, .n = m, .k = kept, .alpha = 1, .a = vt, .a_stride = n, .a_transposed = 1, .b = u,
                                        .b_stride = r, .b_transposed = 1, .c = inverse, .c_stride = m }));
    arena_rewind(&c->memory, before);
    *rank = kept;
    return LAMELLA_OK;
}
