/* OpenBLAS behind one door: sizes checked before, zeros handled here, each call between blas_enter and blas_leave (linalg/door.c).
 *
 * Zeros: kernels differ in whether 0 * NaN reaches C, so alpha = 0 never calls BLAS and beta = 0 clears C first.
 * LAPACK goes by its Fortran names, columns first: a row-major lower triangle is its upper one, and A there is A^T here. The lengths
 * of its text arguments follow the others. */
#include "linalg/blas.h"
#include "par/par.h"

#include <cblas.h>
#include <string.h>

#define BLAS_LARGEST INT32_MAX

void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info, size_t);
void dtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *lda, int *info, size_t, size_t);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work, const int *lwork,
             int *iwork, const int *liwork, int *info, size_t, size_t);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu, double *vt,
             const int *ldvt, double *work, const int *lwork, int *iwork, int *info, size_t);
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info);
void dgeqp3_(const int *m, const int *n, double *a, const int *lda, int *jpvt, double *tau, double *work, const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work, const int *lwork,
             int *info);

/* ---- checks ---- */

static lamella_status check_blas_stride(call *c, const char *matrix, int64_t stride, int64_t columns)
{
    if (stride < columns)
        return fail(c, LAMELLA_ERR_SHAPE, "the row stride of %s is %lld, expected at least its %lld columns", matrix, (long long)stride,
                    (long long)columns);
    if (stride > BLAS_LARGEST)
        return fail(c, LAMELLA_ERR_LIMIT, "the row stride of %s is %lld, expected at most %lld", matrix, (long long)stride,
                    (long long)BLAS_LARGEST);
    return LAMELLA_OK;
}

lamella_status blas_product_check(call *c, const blas_product *p)
{
    if (p->m < 0 || p->n < 0 || p->k < 0)
        return fail(c, LAMELLA_ERR_SHAPE, "a product is %lld x %lld x %lld, expected no negative extent", (long long)p->m, (long long)p->k,
                    (long long)p->n);
    if (p->m > BLAS_LARGEST || p->n > BLAS_LARGEST || p->k > BLAS_LARGEST || p->m * p->n > BLAS_LARGEST || p->m * p->k > BLAS_LARGEST
        || p->k * p->n > BLAS_LARGEST)
        return fail(c, LAMELLA_ERR_LIMIT, "a product is %lld x %lld x %lld, expected at most %lld elements in each of its matrices",
                    (long long)p->m, (long long)p->k, (long long)p->n, (long long)BLAS_LARGEST);
    TRY(check_blas_stride(c, "A", p->a_stride, p->a_transposed ? p->m : p->k));
    TRY(check_blas_stride(c, "B", p->b_stride, p->b_transposed ? p->k : p->n));
    TRY(check_blas_stride(c, "C", p->c_stride, p->n));
    return blas_warm(c);
}

lamella_status blas_product_check_f32(call *c, const blas_product_f32 *p)
{
    return blas_product_check(c, &(blas_product){ .m = p->m, .n = p->n, .k = p->k, .a_stride = p->a_stride, .b_stride = p->b_stride,
                                                  .c_stride = p->c_stride, .a_transposed = p->a_transposed,
                                                  .b_transposed = p->b_transposed });
}

lamella_status blas_matrix_check(call *c, const char *matrix, int64_t rows, int64_t columns, int64_t stride)
{
    if (rows < 0 || columns < 0)
        return fail(c, LAMELLA_ERR_SHAPE, "%s is %lld x %lld, expected no negative extent", matrix, (long long)rows, (long long)columns);
    if (rows > BLAS_LARGEST || columns > BLAS_LARGEST || rows * columns > BLAS_LARGEST)
        return fail(c, LAMELLA_ERR_LIMIT, "%s is %lld x %lld, expected at most %lld elements", matrix, (long long)rows, (long long)columns,
                    (long long)BLAS_LARGEST);
    TRY(check_blas_stride(c, matrix, stride, columns));
    return blas_warm(c);
}

/* ---- products ---- */

static void scale_result(const blas_product *p)
{
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            double *c = p->c + i * p->c_stride + j;
            *c = p->beta == 0 ? 0 : p->beta * *c;
        }
}

static void scale_result_f32(const blas_product_f32 *p)
{
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            float *c = p->c + i * p->c_stride + j;
            *c = p->beta == 0 ? 0 : p->beta * *c;
        }
}

void blas_product_run(const blas_product *p)
{
    const int nothing_to_add = p->alpha == 0 || p->k == 0;
    if (p->m == 0 || p->n == 0)
        return;
    if (nothing_to_add || p->beta == 0)
        scale_result(p);
    if (nothing_to_add)
        return;
    blas_enter();
    cblas_dgemm(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans, p->b_transposed ? CblasTrans : CblasNoTrans, (int)p->m,
                (int)p->n, (int)p->k, p->alpha, p->a, (int)p->a_stride, p->b, (int)p->b_stride, p->beta, p->c, (int)p->c_stride);
    blas_leave();
}

void blas_product_run_f32(const blas_product_f32 *p)
{
    const int nothing_to_add = p->alpha == 0 || p->k == 0;
    if (p->m == 0 || p->n == 0)
        return;
    if (nothing_to_add || p->beta == 0)
        scale_result_f32(p);
    if (nothing_to_add)
        return;
    blas_enter();
    cblas_sgemm(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans, p->b_transposed ? CblasTrans : CblasNoTrans, (int)p->m,
                (int)p->n, (int)p->k, p->alpha, p->a, (int)p->a_stride, p->b, (int)p->b_stride, p->beta, p->c, (int)p->c_stride);
    blas_leave();
}

void blas_gram_f64(const double *x, int64_t k, int64_t n, int64_t x_stride, double beta, double *c, int64_t c_stride)
{
    for (int64_t i = 0; (beta == 0 || k == 0) && i < n; i++)
        for (int64_t j = 0; j <= i; j++)
            c[i * c_stride + j] = beta == 0 ? 0 : beta * c[i * c_stride + j];
    if (n == 0 || k == 0)
        return;
    blas_enter();
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)k, 1, x, (int)x_stride, beta, c, (int)c_stride);
    blas_leave();
}

void blas_gram_f32(const float *x, int64_t k, int64_t n, int64_t x_stride, float beta, float *c, int64_t c_stride)
{
    for (int64_t i = 0; (beta == 0 || k == 0) && i < n; i++)
        for (int64_t j = 0; j <= i; j++)
            c[i * c_stride + j] = beta == 0 ? 0 : beta * c[i * c_stride + j];
    if (n == 0 || k == 0)
        return;
    blas_enter();
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)k, 1, x, (int)x_stride, beta, c, (int)c_stride);
    blas_leave();
}

/* ---- triangles ---- */

void blas_triangular_solve(const double *l, int64_t n, int64_t l_stride, int transposed, double *b, int64_t k, int64_t b_stride)
{
    if (n == 0 || k == 0)
        return;
    blas_enter();
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, (int)n, (int)k, 1, l,
                (int)l_stride, b, (int)b_stride);
    blas_leave();
}

int64_t blas_cholesky_f64(double *a, int64_t n, int64_t stride)
{
    int size = (int)n, lda = (int)stride, info = 0;
    if (n == 0)
        return 0;
    blas_enter();
    dpotrf_("U", &size, a, &lda, &info, 1);
    blas_leave();
    return info;
}

int64_t blas_cholesky_f32(float *a, int64_t n, int64_t stride)
{
    int size = (int)n, lda = (int)stride, info = 0;
    if (n == 0)
        return 0;
    blas_enter();
    spotrf_("U", &size, a, &lda, &info, 1);
    blas_leave();
    return info;
}

int64_t blas_triangular_invert_f64(double *l, int64_t n, int64_t stride)
{
    int size = (int)n, lda = (int)stride, info = 0;
    if (n == 0)
        return 0;
    blas_enter();
    dtrtri_("U", "N", &size, l, &lda, &info, 1, 1);
    blas_leave();
    return info;
}

/* ---- decompositions: each asks LAPACK for its room first ---- */

static lamella_status check_blas_room(call *c, const char *what, int64_t elements)
{
    if (elements > BLAS_LARGEST)
        return fail(c, LAMELLA_ERR_LIMIT, "%s needs %lld elements of workspace, expected at most %lld", what, (long long)elements,
                    (long long)BLAS_LARGEST);
    return LAMELLA_OK;
}

static lamella_status check_blas_info(call *c, const char *what, int info)
{
    return info ? fail(c, LAMELLA_ERR_NUMERIC, "%s did not converge (%d)", what, info) : LAMELLA_OK;
}

lamella_status blas_eigen(call *c, double *a, int64_t n, int64_t stride, int vectors, double *values)
{
    const char *job = vectors ? "V" : "N";
    int size = (int)n, lda = (int)stride, ask = -1, n_work, n_ints, info = 0, int_room;
    double room, *work;
    int *ints;
    TRY(check_blas_room(c, "an eigendecomposition", 1 + 6 * n + 2 * n * n));
    blas_enter();
    dsyevd_(job, "U", &size, a, &lda, values, &room, &ask, &int_room, &ask, &info, 1, 1);
    blas_leave();
    n_work = (int)room, n_ints = int_room;
    TAKE(c, work, n_work);
    TAKE(c, ints, n_ints);
    blas_enter();
    dsyevd_(job, "U", &size, a, &lda, values, work, &n_work, ints, &n_ints, &info, 1, 1);
    blas_leave();
    return check_blas_info(c, "an eigendecomposition", info);
}

lamella_status blas_svd(call *c, double *a, int64_t m, int64_t n, double *u, double *s, double *vt)
{
    const char *job = u ? "S" : "N"; /* A^T = V diag(s) U^T: what is U there is Vt here */
    int64_t least = MIN(m, n);
    int rows = (int)n, columns = (int)m, r = (int)least, ask = -1, n_work, info = 0;
    double room, *work;
    int *ints;
    TRY(check_blas_room(c, "a singular value decomposition", 4 * least * least + 7 * least + 64 * MAX(m, n)));
    blas_enter();
    dgesdd_(job, &rows, &columns, a, &rows, s, vt, &rows, u, &r, &room, &ask, &r, &info, 1);
    blas_leave();
    n_work = (int)room;
    TAKE(c, work, n_work);
    TAKE(c, ints, 8 * least);
    blas_enter();
    dgesdd_(job, &rows, &columns, a, &rows, s, vt, &rows, u, &r, work, &n_work, ints, &info, 1);
    blas_leave();
    return check_blas_info(c, "a singular value decomposition", info);
}

static int run_qr(int m, int n, double *a, int *jpvt, double *tau, double *work, int n_work)
{
    int info = 0;
    if (jpvt)
        dgeqp3_(&m, &n, a, &m, jpvt, tau, work, &n_work, &info);
    else
        dgeqrf_(&m, &n, a, &m, tau, work, &n_work, &info);
    return info;
}

lamella_status blas_qr(call *c, double *a, int64_t m, int64_t n, double *r, int64_t *pivot)
{
    int rows = (int)m, columns = (int)n, ask = -1, n_work, info = 0, *jpvt = NULL;
    double room, room_of_q, *tau, *work;
    TAKE(c, tau, n);
    if (pivot)
        TAKE(c, jpvt, n);
    for (int64_t j = 0; pivot && j < n; j++)
        jpvt[j] = 0; /* free to move */
    blas_enter();
    run_qr(rows, columns, a, jpvt, tau, &room, ask);
    dorgqr_(&rows, &columns, &columns, a, &rows, tau, &room_of_q, &ask, &info);
    blas_leave();
    n_work = (int)MAX(room, room_of_q);
    TAKE(c, work, n_work);
    blas_enter();
    info = run_qr(rows, columns, a, jpvt, tau, work, n_work);
    blas_leave();
    TRY(check_blas_info(c, "a QR decomposition", info));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            r[i * n + j] = j < i ? 0 : a[j * m + i];
    for (int64_t j = 0; pivot && j < n; j++)
        pivot[j] = jpvt[j] - 1;
    blas_enter();
    dorgqr_(&rows, &columns, &columns, a, &rows, tau, work, &n_work, &info);
    blas_leave();
    return check_blas_info(c, "a QR decomposition", info);
}

/* ---- threads ---- */

lamella_status blas_parallel(call *c, int64_t n, void (*task)(int64_t i, void *data), void *data)
{
    TRY(blas_warm(c));
    return parallel(c, n, task, data);
}
