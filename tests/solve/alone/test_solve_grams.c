/* How many Grams fits take, and of how many rows: this file's cblas_ssyrk and cblas_dsyrk stand before the library's, and count. */
#include "solve/solve.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <cblas.h>

enum { ROWS = 2000, DIM = 100, NARROW = 12, PANEL = 256 };

/* Of f32, which begin fits, and of f64, which are Hessians. */
static int64_t grams[2], gram_rows_seen[2], calls[2];

static void count_gram(int kind, enum CBLAS_ORDER order, enum CBLAS_UPLO uplo, enum CBLAS_TRANSPOSE op, int rows, int begins)
{
    check(order == CblasRowMajor && uplo == CblasLower && op == CblasTrans && rows <= PANEL);
    __atomic_add_fetch(&calls[kind], 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&grams[kind], begins, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&gram_rows_seen[kind], rows, __ATOMIC_SEQ_CST);
}

void cblas_ssyrk(enum CBLAS_ORDER order, enum CBLAS_UPLO uplo, enum CBLAS_TRANSPOSE op, int n, int k, float alpha, const float *x, int x_stride,
                 float beta, float *c, int c_stride)
{
    count_gram(0, order, uplo, op, k, beta == 0);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = 0;
            for (int r = 0; r < k; r++)
                sum += (double)x[r * x_stride + i] * (double)x[r * x_stride + j];
            c[i * c_stride + j] = (beta == 0 ? 0 : beta * c[i * c_stride + j]) + alpha * (float)sum;
        }
}

void cblas_dsyrk(enum CBLAS_ORDER order, enum CBLAS_UPLO uplo, enum CBLAS_TRANSPOSE op, int n, int k, double alpha, const double *x, int x_stride,
                 double beta, double *c, int c_stride)
{
    count_gram(1, order, uplo, op, k, beta == 0);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = 0;
            for (int r = 0; r < k; r++)
                sum += x[r * x_stride + i] * x[r * x_stride + j];
            c[i * c_stride + j] = (beta == 0 ? 0 : beta * c[i * c_stride + j]) + alpha * sum;
        }
}

/* ---- problems ---- */

static float    x[2][ROWS * DIM];
static int32_t  label[3][ROWS];
static double   weight[ROWS];
static fit_rows rows_of[2];

enum { MOST = 5, PENALTIES = 3 };
static const double penalties[] = { 0.01, 0.02, 0.03 }, others[] = { 0.5 };
static double     weights[MOST][PENALTIES * 3 * DIM], intercepts[MOST][PENALTIES * 3];
static fit_report report[MOST][PENALTIES];

static void make_rows(int64_t n, int64_t dim)
{
    for (int l = 0; l < 2; l++) {
        for (int64_t i = 0; i < n * dim; i++)
            x[l][i] = (float)(((uint64_t)(i + l * 1000003) * 0x9e3779b97f4a7c15u >> 40) % 2048) / 1024 - 1;
        rows_of[l] = (fit_rows){ .x = x[l], .n = n, .dim = dim, .stride = dim };
    }
    for (int64_t i = 0; i < n; i++) {
        label[0][i] = x[0][i * dim] > 0.2f;
        label[1][i] = x[0][i * dim + 1] > -0.3f;
        label[2][i] = (int32_t)(i % 3);
        weight[i] = 1 + (double)(i % 2);
    }
}

static fit_problem problem(int which, int l, int labels)
{
    return (fit_problem){ .rows = &rows_of[l], .n_rows = rows_of[l].n, .label = label[labels], .n_classes = labels == 2 ? 3 : 2, .penalty = penalties, .n_penalties = 1,
                          .weights = weights[which], .intercepts = intercepts[which], .report = report[which] };
}

static lamella_status run_problems(const fit_problem *p, int64_t n)
{
    const fit_options o = { 300, 1e-6 };
    memset(grams, 0, sizeof grams);
    memset(gram_rows_seen, 0, sizeof gram_rows_seen);
    memset(calls, 0, sizeof calls);
    CALL(NULL, logistic_fit(c, p, n, &o));
}

/* Every few rows, of which at least as many are left as there are dims; panels of 256. */
TEST(the_first_gram_is_of_every_few_rows)
{
    static const struct { int64_t n, dim, step; } cases[] = { { 60, DIM, 1 }, { 199, DIM, 1 }, { 200, DIM, 2 }, { 399, DIM, 3 }, { 400, DIM, 4 },
                                                            { 1024, DIM, 4 }, { 1025, DIM, 4 }, { ROWS, DIM, 4 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        make_rows(cases[k].n, cases[k].dim);
        fit_problem p = problem(0, 0, 0);
        ok(run_problems(&p, 1));
        int64_t taken = (cases[k].n + cases[k].step - 1) / cases[k].step;
        equal(grams[0], 1);
        equal(gram_rows_seen[0], taken);
        equal(calls[0], (taken + PANEL - 1) / PANEL);
        equal(calls[1], 0);
    }
}

/* Labels do not enter it: problems that differ in nothing else have one, in whatever order they come. */
TEST(problems_alike_share_their_first_gram)
{
    make_rows(150, DIM);
    fit_problem alike[] = { problem(0, 0, 0), problem(1, 1, 0), problem(2, 0, 1), problem(3, 1, 1), problem(4, 0, 0) };
    for (int n = 1; n <= MOST; n++) {
        ok(run_problems(alike, n));
        equal(grams[0], n < 2 ? 1 : 2);
    }
    ok(run_problems(alike + 2, 3));
    equal(grams[0], 2);
    for (int k = 0; k < 6; k++) { /* what tells two of them apart */
        fit_problem two[] = { problem(0, 0, 0), problem(1, 0, 1) };
        static int64_t row[150];
        static unsigned char constant[2][DIM];
        for (int i = 0; i < 150; i++)
            row[i] = i;
        two[0].constant = constant[0];
        two[1].constant = constant[1];
        ok(run_problems(two, 2));
        equal(grams[0], 1);
        switch (k) {
        case 0: two[1].row = row; break;
        case 1: two[1].n_rows = 149; break;
        case 2: two[1].weight = weight; break;
        case 3: two[1].standardise = 1; break;
        case 4: two[1].penalty = others; break;
        default: two[1].label = label[2], two[1].n_classes = 3;
        }
        ok(run_problems(two, 2));
        equal(grams[0], 2);
    }
}

/* Its Gram is kept from penalty to penalty; problems with several share none, for each has its own from there on. */
TEST(penalties_share_a_gram_and_problems_with_several_do_not)
{
    make_rows(150, DIM);
    fit_problem two[] = { problem(0, 0, 0), problem(1, 0, 1) };
    two[0].n_penalties = PENALTIES;
    ok(run_problems(two, 1));
    equal(grams[0], 1);
    ok(run_problems(two, 2)); /* one of them with one penalty, after the other */
    equal(grams[0], 1);
    two[1].n_penalties = PENALTIES;
    ok(run_problems(two, 2));
    equal(grams[0], 2);
}

/* Narrow rows of two classes begin with Newton's method: a Hessian is of all rows. */
TEST(a_hessian_is_of_all_rows)
{
    make_rows(700, NARROW);
    fit_problem p = problem(0, 0, 0);
    ok(run_problems(&p, 1));
    equal(calls[0], 0);
    check(grams[1] > 1 && grams[1] < 12);
    equal(gram_rows_seen[1], 700 * grams[1]);
    equal(calls[1], 3 * grams[1]);
    p = problem(0, 0, 2); /* three classes have none */
    ok(run_problems(&p, 1));
    equal(grams[0], 1);
    equal(calls[1], 0);
}
