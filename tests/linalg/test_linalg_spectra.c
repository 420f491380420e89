/* Eigenvalues, singular values, pseudo-inverses and QR against NumPy's and SciPy's, signs, ranks, edges. */
#include "linalg/linalg.h"
#include "support/golden.h"

#include <math.h>

enum { M = 100, N = 40 };

static lamella_status eigen_of(double *a, int64_t n, int64_t stride, double *values)
{
    CALL(NULL, eigen_symmetric(c, a, n, stride, values));
}

static lamella_status eigenvalues_of(double *a, int64_t n, double *values)
{
    CALL(NULL, eigenvalues_symmetric(c, a, n, n, values));
}

static lamella_status svd_of(double *a, int64_t m, int64_t n, double *u, double *s, double *vt)
{
    CALL(NULL, svd(c, a, m, n, u, s, vt));
}

static lamella_status singular_values_of(double *a, int64_t m, int64_t n, double *s)
{
    CALL(NULL, singular_values(c, a, m, n, s));
}

static lamella_status pseudo_inverse_of(double *a, int64_t m, int64_t n, double rcond, double *inverse, int64_t *rank)
{
    CALL(NULL, pseudo_inverse(c, a, m, n, rcond, inverse, rank));
}

static lamella_status qr_of(double *a, int64_t m, int64_t n, double *q, double *r, int64_t *pivot)
{
    CALL(NULL, qr(c, a, m, n, q, r, pivot));
}

static void copy_golden(double *to, const char *name)
{
    memcpy(to, golden(name)->data, (size_t)(golden(name)->shape[0] * golden(name)->shape[1]) * sizeof *to);
}

TEST(eigen_equals_the_oracle_and_reads_the_lower_triangle)
{
    enum { STRIDE = 45 };
    static double dense[N * N], a[N * STRIDE], values[N];
    lamella_view v = view_of(LAMELLA_F64, dense, N, N), w = view_of(LAMELLA_F64, values, N);
    copy_golden(dense, "linalg/decompositions/gram");
    for (int64_t i = 0; i < N * STRIDE; i++)
        a[i] = i % STRIDE <= i / STRIDE ? dense[i / STRIDE * N + i % STRIDE] : NAN;
    ok(eigen_of(a, N, STRIDE, values));
    for (int64_t i = 0; i < N * N; i++)
        dense[i] = a[i / N * STRIDE + i % N];
    near_golden(&w, "linalg/decompositions/eigenvalues");
    near_golden(&v, "linalg/decompositions/eigenvectors");
    copy_golden(dense, "linalg/decompositions/gram");
    ok(eigenvalues_of(dense, N, values));
    near_golden(&w, "linalg/decompositions/eigenvalues");
}

TEST(svd_equals_the_oracle)
{
    static double a[M * N], u[M * N], s[N], vt[N * N];
    lamella_view left = view_of(LAMELLA_F64, u, M, N), right = view_of(LAMELLA_F64, vt, N, N), values = view_of(LAMELLA_F64, s, N);
    copy_golden(a, "linalg/decompositions/rows");
    ok(svd_of(a, M, N, u, s, vt));
    near_golden(&left, "linalg/decompositions/left");
    near_golden(&values, "linalg/decompositions/singular");
    near_golden(&right, "linalg/decompositions/right");
    copy_golden(a, "linalg/decompositions/rows");
    memset(s, 0, sizeof s);
    ok(singular_values_of(a, M, N, s));
    near_golden(&values, "linalg/decompositions/singular");
}

/* A wide matrix's factors are the transposed tall one's, but for signs. */
TEST(svd_of_a_wide_matrix_gives_it_back)
{
    static double a[N * M], rows[M * N], u[N * N], s[N], vt[N * M];
    copy_golden(rows, "linalg/decompositions/rows");
    matrix_transpose(rows, M, N, N, a, M);
    ok(svd_of(a, N, M, u, s, vt));
    for (int64_t i = 0; i < N; i++)
        for (int64_t j = 0; j < M; j++) {
            double sum = 0;
            for (int64_t k = 0; k < N; k++)
                sum += u[i * N + k] * s[k] * vt[k * M + j];
            near(sum, rows[j * N + i], ABSOLUTE, 1e-13);
        }
    for (int64_t k = 0; k < N; k++)
        near(sign_of_largest(vt + k * M, M), 1, ABSOLUTE, 0);
}

TEST(pseudo_inverse_equals_the_oracle)
{
    static double a[M * N], inverse[N * M];
    int64_t rank;
    lamella_view v = view_of(LAMELLA_F64, inverse, N, M);
    copy_golden(a, "linalg/decompositions/rows");
    ok(pseudo_inverse_of(a, M, N, 1e-12, inverse, &rank));
    equal(rank, N);
    near_golden(&v, "linalg/decompositions/pinv");
}

/* A^+ of a rank-2 matrix: what lies under rcond is left out, not inverted. */
TEST(pseudo_inverse_drops_small_values)
{
    double a[4 * 3], kept[4 * 3], inverse[3 * 4];
    int64_t rank;
    for (int64_t i = 0; i < 4; i++)
        for (int64_t j = 0; j < 3; j++)
            a[i * 3 + j] = kept[i * 3 + j] = (double)((i + 1) * (j + 1)) + (i % 2 ? 2.0 : -1.0) * (double)(j * j);
    ok(pseudo_inverse_of(a, 4, 3, 1e-12, inverse, &rank));
    equal(rank, 2);
    for (int64_t i = 0; i < 4; i++) /* A A^+ A = A */
        for (int64_t j = 0; j < 3; j++) {
            double sum = 0;
            for (int64_t k = 0; k < 4; k++)
                for (int64_t t = 0; t < 3; t++)
                    sum += kept[i * 3 + t] * inverse[t * 4 + k] * kept[k * 3 + j];
            near(sum, kept[i * 3 + j], ABSOLUTE, 1e-12);
        }
    memset(a, 0, sizeof a);
    ok(pseudo_inverse_of(a, 4, 3, 1e-12, inverse, &rank));
    equal(rank, 0);
    near(inverse[5], 0, ABSOLUTE, 0);
}

TEST(qr_equals_the_oracle)
{
    static double a[M * N], q[M * N], r[N * N];
    lamella_view vq = view_of(LAMELLA_F64, q, M, N), vr = view_of(LAMELLA_F64, r, N, N);
    copy_golden(a, "linalg/decompositions/rows");
    ok(qr_of(a, M, N, q, r, NULL));
    near_golden(&vq, "linalg/decompositions/q");
    near_golden(&vr, "linalg/decompositions/r");
}

TEST(pivoted_qr_equals_the_oracle)
{
    static double a[M * N], rows[M * N], q[M * N], r[N * N];
    int64_t pivot[N];
    lamella_view vr = view_of(LAMELLA_F64, r, N, N), vp = view_of(LAMELLA_I64, pivot, N);
    copy_golden(a, "linalg/decompositions/rows");
    copy_golden(rows, "linalg/decompositions/rows");
    ok(qr_of(a, M, N, q, r, pivot));
    near_golden(&vp, "linalg/decompositions/pivot");
    near_golden(&vr, "linalg/decompositions/pivoted_r");
    for (int64_t i = 0; i < M; i++)
        for (int64_t j = 0; j < N; j++) {
            double sum = 0;
            for (int64_t k = 0; k <= j; k++)
                sum += q[i * N + k] * r[k * N + j];
            near(sum, rows[i * N + pivot[j]], ABSOLUTE, 1e-13);
        }
}

/* Columns 0 and 2 are one: the diagonal shows the rank. */
TEST(pivots_show_the_rank)
{
    double a[] = { 1, 0, 1, 2, 1, 2, 0, 3, 0, 4, 1, 4, 1, 1, 1 }, q[15], r[9];
    int64_t pivot[3];
    ok(qr_of(a, 5, 3, q, r, pivot));
    check(r[0] >= r[4] && r[4] > 1);
    near(r[8], 0, ABSOLUTE, 1e-14);
}

TEST(one_number_and_nothing_at_all)
{
    double a = -3, u, s, vt, q, r;
    int64_t pivot, rank;
    ok(eigen_of(&a, 1, 1, &s));
    near(s, -3, ABSOLUTE, 0);
    near(a, 1, ABSOLUTE, 0);
    a = -3;
    ok(svd_of(&a, 1, 1, &u, &s, &vt));
    near(u, -1, ABSOLUTE, 0);
    near(s, 3, ABSOLUTE, 0);
    near(vt, 1, ABSOLUTE, 0);
    a = -3;
    ok(qr_of(&a, 1, 1, &q, &r, &pivot));
    near(q, -1, ABSOLUTE, 0);
    near(r, 3, ABSOLUTE, 0);
    equal(pivot, 0);
    ok(eigen_of(NULL, 0, 0, NULL));
    ok(svd_of(NULL, 0, 4, NULL, NULL, NULL));
    ok(svd_of(NULL, 4, 0, NULL, NULL, NULL));
    ok(qr_of(NULL, 4, 0, NULL, NULL, NULL));
    ok(pseudo_inverse_of(NULL, 0, 4, 0, NULL, &rank));
    equal(rank, 0);
}

TEST(zeros_have_zero_spectra)
{
    double a[9] = { 0 }, u[9], s[3], vt[9];
    ok(eigen_of(a, 3, 3, s));
    near(s[0], 0, ABSOLUTE, 0);
    memset(a, 0, sizeof a);
    ok(svd_of(a, 3, 3, u, s, vt));
    near(s[0], 0, ABSOLUTE, 0);
}

/* The entry is the first of equal size. */
TEST(signs_are_those_of_the_largest_entry)
{
    const double rising[] = { 1, -2, 2 }, flat[] = { 2, -2 };
    near(sign_of_largest(rising, 3), -1, ABSOLUTE, 0);
    near(sign_of_largest(flat, 2), 1, ABSOLUTE, 0);
}

TEST(what_is_not_finite_is_refused)
{
    const double bad[] = { NAN, INFINITY, -INFINITY };
    for (int v = 0; v < 3; v++)
        for (int at = 0; at < 12; at += 11) {
            double a[12], u[9], s[3], vt[9], q[12], r[9];
            for (int i = 0; i < 12; i++)
                a[i] = i == at ? bad[v] : i;
            refused(svd_of(a, 4, 3, q, s, vt), LAMELLA_ERR_NUMERIC,
                    "svd_of: a matrix to find the singular values of holds a number that is not finite");
            refused(singular_values_of(a, 3, 4, s), LAMELLA_ERR_NUMERIC,
                    "singular_values_of: a matrix to find the singular values of holds a number that is not finite");
            refused(qr_of(a, 4, 3, q, r, NULL), LAMELLA_ERR_NUMERIC, "qr_of: a matrix for QR holds a number that is not finite");
            if (at < 9)
                refused(eigen_of(a, 3, 3, u), LAMELLA_ERR_NUMERIC,
                        "eigen_of: a matrix to find the eigenvalues of holds a number that is not finite");
        }
}

TEST(results_that_leave_the_range_are_refused)
{
    double a[4], s[2], q[4], r[4];
    for (int i = 0; i < 4; i++)
        a[i] = 1.5e308;
    refused(singular_values_of(a, 2, 2, s), LAMELLA_ERR_NUMERIC, "singular_values_of: singular values left the range of f64");
    for (int i = 0; i < 4; i++)
        a[i] = 1.5e308;
    refused(eigenvalues_of(a, 2, s), LAMELLA_ERR_NUMERIC, "eigenvalues_of: eigenvalues left the range of f64");
    for (int i = 0; i < 4; i++)
        a[i] = 1.5e308;
    returns(qr_of(a, 2, 2, q, r, NULL), LAMELLA_ERR_NUMERIC);
}

TEST(sizes_that_lapack_cannot_count_are_refused)
{
    refused(qr_of(NULL, 2, 3, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "qr_of: a matrix for QR is 2 x 3, expected at least as many rows as columns");
    refused(svd_of(NULL, 70000, 70000, NULL, NULL, NULL), LAMELLA_ERR_LIMIT,
            "svd_of: A is 70000 x 70000, expected at most 2147483647 elements");
    refused(qr_of(NULL, 3000000000, 1, NULL, NULL, NULL), LAMELLA_ERR_LIMIT,
            "qr_of: A is 3000000000 x 1, expected at most 2147483647 elements");
}
