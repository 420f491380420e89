/* R2 and the mean squared error: the figures, the laws, the edges. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_measure_regression, .in_memory = 1, .forms = FORM_ROWS)
{
    lamella_measure_regression_result result = { .struct_size = sizeof result };
    lamella_status status = LAMELLA_OK;
    lamella_view ends[2];
    if (m->view->shape[1] < m->dim)
        return LAMELLA_ERR_SHAPE;
    const lamella_view *views[] = { m->view, matrix_second_view(m) };
    for (int64_t j = 0; j < m->dim && status >= 0 && status != LAMELLA_STOPPED; j++) {
        for (int i = 0; i < 2; i++) {
            ok(lamella_tensor_slice(views[i], 1, j, j + 1, 1, &ends[i]));
            ends[i].rank = 1;
            ends[i].flags |= LAMELLA_BROADCAST;
            ends[i].shape[1] = ends[i].stride[1] = 0;
        }
        status = lamella_measure_regression(m->ctx, &ends[0], &ends[1],
                                            WITH(lamella_measure_regression_options, .weights = matrix_weights(m, LAMELLA_F32)), &result);
        if (j % 16 == 0) {
            matrix_number(m, "r2", result.r2);
            matrix_number(m, "mean_squared_error", result.mean_squared_error);
        }
    }
    return m->dim ? status : LAMELLA_ERR_SHAPE;
}

TEST(equals_the_oracle)
{
    const lamella_view *p = golden("measure/regression/predicted"), *y = golden("measure/regression/gold");
    lamella_measure_regression_result plain = { .struct_size = sizeof plain }, weighted = { .struct_size = sizeof weighted };
    ok(lamella_measure_regression(NULL, p, y, NULL, &plain));
    ok(lamella_measure_regression(NULL, p, y, WITH(lamella_measure_regression_options, .weights = golden("measure/regression/weight")), &weighted));
    double figures[] = { plain.r2, plain.mean_squared_error, weighted.r2, weighted.mean_squared_error };
    lamella_view view = view_of(LAMELLA_F64, figures, 4);
    near_golden(&view, "measure/regression/figures");
    equal(plain.n_rows, 100);
}

static lamella_status of_rows(const double *p, const double *y, int64_t n, const unsigned char *mask, lamella_measure_regression_result *r)
{
    lamella_view a = view_of(LAMELLA_F64, (double *)p, n), b = view_of(LAMELLA_F64, (double *)y, n);
    lamella_view v;
    if (mask)
        v = view_of(LAMELLA_BOOL, (unsigned char *)mask, n);
    *r = (lamella_measure_regression_result){ .struct_size = sizeof *r };
    return lamella_measure_regression(NULL, &a, &b, WITH(lamella_measure_regression_options, .mask = mask ? &v : NULL), r);
}

TEST(the_mean_explains_nothing_and_the_gold_everything)
{
    const double y[] = { 1, 2, 6 }, mean[] = { 3, 3, 3 };
    lamella_measure_regression_result r;
    ok(of_rows(y, y, 3, NULL, &r));
    near(r.r2, 1, ABSOLUTE, 0);
    ok(of_rows(mean, y, 3, NULL, &r));
    near(r.r2, 0, ABSOLUTE, 1e-15);
    near(r.mean_squared_error, 14.0 / 3, RELATIVE, 1e-15);
}

TEST(a_constant_gold_is_flagged)
{
    const double y[] = { 0.1, 0.1, 0.1 }, p[] = { 1, 2, 3 };
    lamella_measure_regression_result r;
    returns(of_rows(p, y, 3, NULL, &r), LAMELLA_NOTE);
    equal(r.flags, LAMELLA_MEASURE_SCORE_CONSTANT);
    near(r.r2, NAN, ABSOLUTE, 0);
    check(r.mean_squared_error > 0);
    returns(of_rows(p, p, 1, NULL, &r), LAMELLA_NOTE);
}

TEST(masked_rows_are_never_read)
{
    const double p[] = { 1, NAN, 2 }, y[] = { 1, 5, 4 };
    const unsigned char mask[] = { 1, 0, 1 };
    lamella_measure_regression_result r;
    ok(of_rows(p, y, 3, mask, &r));
    equal(r.n_rows, 2);
    near(r.r2, 1 - 4 / 4.5, RELATIVE, 1e-14);
}

/* The squared correlation is not R2: it forgives a wrong scale. */
TEST(trap_r2_is_not_the_squared_correlation)
{
    const double p[] = { 10, 20, 30 }, y[] = { 1, 2, 3 };
    lamella_measure_regression_result r;
    ok(of_rows(p, y, 3, NULL, &r));
    near(r.r2, 1 - 1134.0 / 2, RELATIVE, 1e-14);
}

/* Means and squares of numbers near either end of f64 are what they are on smaller ones; what does not fit is said. */
TEST(sizes_near_the_ends_of_f64_change_nothing)
{
    const double p[] = { 1, 2.5, 2, 5 }, y[] = { 1, 2, 3, 4 }, sizes[] = { 0x1p511, 0x1p-300, 0x1p-500 };
    lamella_measure_regression_result r;
    for (int k = 0; k < 3; k++) {
        double a[4], b[4];
        for (int i = 0; i < 4; i++)
            a[i] = p[i] * sizes[k], b[i] = y[i] * sizes[k];
        ok(of_rows(a, b, 4, NULL, &r));
        near(r.r2, 1 - 2.25 / 5, RELATIVE, 1e-14);
        near(r.mean_squared_error, 2.25 / 4 * sizes[k] * sizes[k], RELATIVE, 1e-14);
    }
    const double small[] = { 1e-160, 2e-160, 4e-160 }, far[] = { 1, 1, 1 }; /* its squares are subnormal */
    ok(of_rows(small, (const double[]){ 1e-160, 2e-160, 3e-160 }, 3, NULL, &r));
    near(r.r2, 0.5, RELATIVE, 1e-14);
    refused(of_rows(far, small, 3, NULL, &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_regression: R2 is beyond f64: predicted is 1 and gold 1e-160 at row 0, expected numbers nearer to each other");
}

TEST(figures_beyond_f64_are_refused_and_their_row_is_named)
{
    const double p[] = { 1, 1e154, -1.7e308 }, y[] = { 2, -1e155, 1.7e308 };
    const unsigned char mask[] = { 1, 1, 0 };
    lamella_measure_regression_result r;
    refused(of_rows(p, y, 3, NULL, &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_regression: the mean squared error is beyond f64: predicted is -1.7e+308 and gold 1.7e+308 at row 2, expected numbers nearer "
            "to each other");
    refused(of_rows(p, y, 3, mask, &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_regression: the mean squared error is beyond f64: predicted is 1e+154 and gold -1e+155 at row 1, expected numbers nearer to "
            "each other");
    for (int row = 0; row < 6; row++) { /* wherever it lies, among others that are nearly as far; of equal ones the first */
        double x[6] = { 1e155, -1e155, 1e155, 1.01e155, 1e155, 1e155 }, z[6] = { -1e155, 1e155, -0.99e155, -1e155, -1e155, 1e155 };
        char text[240];
        x[row] = 1.5e155, z[row] = -0.6e155;
        snprintf(text, sizeof text, "lamella_measure_regression: the mean squared error is beyond f64: predicted is 1.5e+155 and gold -6e+154 at row %d, "
                 "expected numbers nearer to each other", row);
        refused(of_rows(x, z, 6, NULL, &r), LAMELLA_ERR_NUMERIC, text);
    }
    const double level_x[] = { 1e155, 1e155 }, level_y[] = { -1e155, -1e155 };
    refused(of_rows(level_x, level_y, 2, NULL, &r), LAMELLA_ERR_NUMERIC,
            "lamella_measure_regression: the mean squared error is beyond f64: predicted is 1e+155 and gold -1e+155 at row 0, expected numbers nearer to each "
            "other");
    const double largest[] = { 1e154, 1e154, 1e154 }, gold[] = { 0, 0, 1e153 }; /* the sum of the squares does not fit, their mean does */
    ok(of_rows(largest, gold, 3, NULL, &r));
    near(r.mean_squared_error, (2 + 0.81) / 3 * 1e308, RELATIVE, 1e-14);
}

/* A shift that is exact changes nothing, however far. */
TEST(a_shift_far_from_zero_changes_nothing)
{
    enum { N = 600 };
    double p[N], y[N], far_p[N], far_y[N];
    lamella_measure_regression_result near_zero, far;
    for (int i = 0; i < N; i++) {
        p[i] = (i % 5 - 2) * 0x1p-12, y[i] = (i * i % 7 - 3) * 0x1p-12;
        far_p[i] = p[i] + 0x1p36, far_y[i] = y[i] + 0x1p36;
    }
    ok(of_rows(p, y, N, NULL, &near_zero));
    ok(of_rows(far_p, far_y, N, NULL, &far));
    near(far.r2, near_zero.r2, RELATIVE, 1e-12);
    near(far.mean_squared_error, near_zero.mean_squared_error, RELATIVE, 1e-12);
}
