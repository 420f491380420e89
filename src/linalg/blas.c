/* OpenBLAS behind one door: sizes checked before, zeros handled here, a bounded number of callers.
 *
 * Zeros: kernels differ in whether 0 * NaN reaches C, so alpha = 0 never calls BLAS and beta = 0 clears C first.
 * Callers: OpenBLAS 0.3.21 writes past its buffer table when some 200 threads call it at once and warns from 128 on. */
#include "linalg/blas.h"
#include "par/gate.h"

#include <cblas.h>
#include <string.h>

#define BLAS_LARGEST INT32_MAX
#define BLAS_CALLERS 64

/* Of OpenBLAS's cblas.h; the reference's cblas.h, which may be the one installed, lacks them. */
int   openblas_get_num_threads(void);
void  openblas_set_num_threads(int num_threads);
char *openblas_get_corename(void);
char *openblas_get_config(void);

static gate blas_gate;

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
    return check_blas_stride(c, "C", p->c_stride, p->n);
}

static void scale_result(const blas_product *p)
{
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            double *c = p->c + i * p->c_stride + j;
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
    gate_enter(&blas_gate, BLAS_CALLERS);
    cblas_dgemm(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans, p->b_transposed ? CblasTrans : CblasNoTrans, (int)p->m,
                (int)p->n, (int)p->k, p->alpha, p->a, (int)p->a_stride, p->b, (int)p->b_stride, p->beta, p->c, (int)p->c_stride);
    gate_leave(&blas_gate);
}

lamella_status blas_warm(call *c)
{
    enum { WARM_ROWS = 64, WARM_DIM = 256 }; /* too large for the kernels that need no buffer */
    double *rows, *gram;
    TAKE(c, rows, WARM_ROWS * WARM_DIM);
    TAKE(c, gram, WARM_ROWS * WARM_ROWS);
    memset(rows, 0, WARM_ROWS * WARM_DIM * sizeof *rows);
    blas_product_run(&(blas_product){ .m = WARM_ROWS, .n = WARM_ROWS, .k = WARM_DIM, .alpha = 1, .a = rows, .a_stride = WARM_DIM,
                                      .b = rows, .b_stride = WARM_DIM, .b_transposed = 1, .c = gram, .c_stride = WARM_ROWS });
    return LAMELLA_OK;
}

int32_t blas_threads(void)
{
    return openblas_get_num_threads();
}

void blas_set_one_thread(void)
{
    openblas_set_num_threads(1);
}

const char *blas_core(void)
{
    return openblas_get_corename();
}

const char *blas_config(void)
{
    return openblas_get_config();
}
