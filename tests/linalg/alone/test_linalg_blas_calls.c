/* What reaches BLAS: this file's cblas_dgemm stands before the library's and records. */
#include "linalg/blas.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <cblas.h>
#include <pthread.h>
#include <time.h>

enum { CALLERS = 150, MOST_INSIDE = 64 };

/* OpenBLAS's own: what a product takes while it runs. */
void *blas_memory_alloc(int position);
void  blas_memory_free(void *buffer);

int   openblas_get_num_threads(void);
void  openblas_set_num_threads(int num_threads);

static int64_t calls, inside, most_inside;
static __thread double  result_before; /* C[0] as BLAS gets it */
static __thread int64_t rows_seen, stride_seen;
static int64_t many_threads; /* calls that met a BLAS with threads of its own */
static int     recording = 1; /* or, with many callers, staying a while */

void cblas_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE a_op, enum CBLAS_TRANSPOSE b_op, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc)
{
    (void)order, (void)a_op, (void)b_op, (void)n, (void)k, (void)alpha, (void)a, (void)b, (void)ldb, (void)beta, (void)ldc;
    int64_t now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST), most = __atomic_load_n(&most_inside, __ATOMIC_SEQ_CST);
    while (now > most && !__atomic_compare_exchange_n(&most_inside, &most, now, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (openblas_get_num_threads() != 1)
        __atomic_add_fetch(&many_threads, 1, __ATOMIC_SEQ_CST);
    if (!recording) {
        void *buffer = blas_memory_alloc(0);
        nanosleep(&(struct timespec){ 0, 30000000 }, NULL);
        blas_memory_free(buffer);
    } else {
        result_before = c ? c[0] : 0;
        rows_seen = m, stride_seen = lda;
    }
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}

static int64_t calls_of(int64_t m, int64_t n, int64_t k, double alpha, double beta, double *c)
{
    const double factor[4] = { 1, 1, 1, 1 };
    calls = 0;
    blas_product_run(&(blas_product){ m, n, k, alpha, beta, factor, factor, c, MAX(k, 1), MAX(n, 1), MAX(n, 1), 0, 0 });
    return calls;
}

TEST(nothing_to_add_or_nowhere_to_add_it_is_no_call)
{
    double c[4] = { 4, 4, 4, 4 };
    equal(calls_of(2, 2, 2, 0, 1, c), 0);
    near(c[0], 4, ABSOLUTE, 0);
    equal(calls_of(2, 2, 2, 0, 0.5, c), 0);
    near(c[0], 2, ABSOLUTE, 0);
    equal(calls_of(2, 2, 0, 1, 0.5, c), 0);
    near(c[3], 1, ABSOLUTE, 0);
    equal(calls_of(0, 2, 2, 1, 1, c), 0);
    equal(calls_of(2, 0, 2, 1, 1, c), 0);
    equal(calls_of(2, 2, 2, 1, 1, c), 1);
}

TEST(beta_zero_hands_over_a_cleared_result)
{
    double c[4];
    memset(c, 0xff, sizeof c); /* NaN */
    equal(calls_of(2, 2, 2, 1, 0, c), 1);
    near(result_before, 0, ABSOLUTE, 0);
    c[0] = 3;
    equal(calls_of(2, 2, 2, 1, 2, c), 1);
    near(result_before, 3, ABSOLUTE, 0); /* any other beta is BLAS's to apply */
}

TEST(the_largest_sizes_arrive_whole)
{
    call checked;
    blas_product p = { .m = INT32_MAX, .n = 1, .k = 1, .alpha = 1, .beta = 1, .a_stride = INT32_MAX, .b_stride = 1, .c_stride = 1 };
    call_open(&checked, NULL, "checked");
    ok(call_close(&checked, blas_product_check(&checked, &p)));
    blas_product_run(&p);
    equal(rows_seen, INT32_MAX);
    equal(stride_seen, INT32_MAX);
}

static void *multiply_once(void *unused)
{
    const double one = 1;
    double c = 0;
    (void)unused;
    blas_product_run(&(blas_product){ 1, 1, 1, 1, 1, &one, &one, &c, 1, 1, 1, 0, 0 });
    return NULL;
}

/* Each stays a while, so that several are inside. */
static void call_from_many(void)
{
    pthread_t callers[CALLERS];
    recording = 0;
    calls = most_inside = 0;
    for (int i = 0; i < CALLERS; i++)
        equal(pthread_create(&callers[i], NULL, multiply_once, NULL), 0);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
    recording = 1;
}

/* OpenBLAS 0.3.21 with two threads of its own crashes at some 200 callers. */
TEST(at_most_64_callers_are_inside)
{
    call_from_many();
    equal(calls, CALLERS);
    check(most_inside <= MOST_INSIDE);
    check(most_inside > 1);
}

static void *multiply_often(void *unused)
{
    for (int i = 0; i < 2000; i++)
        multiply_once(unused);
    return NULL;
}

/* Entering and leaving all the time, so that the last to leave meets who comes in. */
TEST(whoever_is_inside_meets_a_blas_of_one_thread_and_the_host_has_its_number_back)
{
    pthread_t callers[6];
    many_threads = 0;
    openblas_set_num_threads(3);
    for (int i = 0; i < LENGTH(callers); i++)
        equal(pthread_create(&callers[i], NULL, multiply_often, NULL), 0);
    for (int i = 0; i < LENGTH(callers); i++)
        pthread_join(callers[i], NULL);
    equal(many_threads, 0);
    equal(openblas_get_num_threads(), 3);
}

/* This thread enters twice, as no caller of ours does: with buffers for one it would wait for itself. */
TEST(a_host_that_changes_the_number_meanwhile_has_its_way)
{
    call_from_many();
    openblas_set_num_threads(2);
    blas_enter();
    equal(openblas_get_num_threads(), 1);
    equal(blas_threads(), 2);
    openblas_set_num_threads(4);
    multiply_once(NULL); /* meets one again */
    equal(openblas_get_num_threads(), 1);
    blas_leave();
    equal(openblas_get_num_threads(), 4);
    blas_enter();
    openblas_set_num_threads(3);
    blas_leave();
    equal(openblas_get_num_threads(), 3);
    blas_enter();
    blas_set_one_thread();
    blas_leave();
    equal(openblas_get_num_threads(), 1);
}
