/* Pearson, its interval, Spearman: the figures, the laws, the edges. */
#include "measure/measure.h"
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

/* Column `at` of a checked or unchecked matrix [n, dim]. */
static lamella_view column(const lamella_view *x, int64_t at)
{
    lamella_view v;
    ok(lamella_tensor_slice(x, 1, at, at + 1, 1, &v));
    v.rank = 1;
    v.flags |= LAMELLA_BROADCAST; /* the stride as it stands, were it 0 */
    v.shape[1] = v.stride[1] = 0;
    return v;
}

OPERATION(lamella_measure_correlation, .in_memory = 1, .forms = FORM_ROWS, .one_width = 1)
{
    lamella_measure_correlation_result result = { .struct_size = sizeof result };
    lamella_status status = LAMELLA_ERR_SHAPE;
    if (m->view->shape[1] < m->dim)
        return status;
    for (int64_t j = 0; j < m->dim; j++) {
        lamella_view x = column(m->view, j), y = column(matrix_second_view(m), j);
        status = lamella_measure_correlation(m->ctx, &x, &y, NULL, &result);
        if (status < 0 || status == LAMELLA_STOPPED)
            return status;
        if (j % 16 == 0) {
            matrix_number(m, "pearson", result.pearson);
            matrix_number(m, "low", result.pearson_low);
            matrix_number(m, "spearman", result.spearman);
        }
    }
    return status;
}

static void equals_the_figures_of(const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "measure/correlation/%s.x", name);
    const lamella_view *x = golden(full);
    snprintf(full, sizeof full, "measure/correlation/%s.y", name);
    lamella_measure_correlation_options options = { .struct_size = sizeof options, .confidence = 0.99 };
    lamella_measure_correlation_result r = { .struct_size = sizeof r }, wide = { .struct_size = sizeof wide };
    ok(lamella_measure_correlation(NULL, x, golden(full), NULL, &r));
    ok(lamella_measure_correlation(NULL, x, golden(full), &options, &wide));
    double figures[] = { r.pearson, r.pearson_low, r.pearson_high, wide.pearson_low, wide.pearson_high, r.spearman };
    lamella_view view = view_of(LAMELLA_F64, figures, 6);
    snprintf(full, sizeof full, "measure/correlation/%s.figures", name);
    near_golden(&view, full);
}

TEST(equals_the_oracle)
{
    equals_the_figures_of("words");
    equals_the_figures_of("few");
}

TEST(a_shift_and_a_scale_of_any_size_change_nothing)
{
    equals_the_figures_of("shifted");
}

static lamella_status of_pairs(const double *x, const double *y, int64_t n, const unsigned char *mask, lamella_measure_correlation_result *r)
{
    lamella_view a = view_of(LAMELLA_F64, (double *)x, n), b = view_of(LAMELLA_F64, (double *)y, n);
    lamella_view v;
    if (mask)
        v = view_of(LAMELLA_BOOL, (unsigned char *)mask, n);
    *r = (lamella_measure_correlation_result){ .struct_size = sizeof *r };
    return lamella_measure_correlation(NULL, &a, &b, WITH(lamella_measure_correlation_options, .mask = mask ? &v : NULL), r);
}

TEST(a_line_has_one_and_an_interval_of_one)
{
    const double x[] = { 1, 2, 3, 4, 7 }, y[] = { -2, -4, -6, -8, -14 };
    lamella_measure_correlation_result r;
    ok(of_pairs(x, y, 5, NULL, &r));
    near(r.pearson, -1, ABSOLUTE, 1e-15);
    near(r.spearman, -1, ABSOLUTE, 1e-15);
    check(r.pearson_low >= -1 && r.pearson_low <= r.pearson && r.pearson_high >= r.pearson && r.pearson_high < -0.999);
    ok(of_pairs(x, x, 3, NULL, &r));
    near(r.pearson_low, -1, ABSOLUTE, 0);
    near(r.pearson_high, 1, ABSOLUTE, 0);
}

TEST(a_constant_has_no_correlation)
{
    const double x[] = { 1, 2, 3 }, constant[] = { 0.1, 0.1, 0.1 }, rounding[] = { 0.1, 0.1, 0.1 + 1e-17 };
    const double nearly[] = { 1e8, 1e8, 1e8 + 1.5e-8 };
    lamella_measure_correlation_result r;
    returns(of_pairs(x, constant, 3, NULL, &r), LAMELLA_NOTE);
    equal(r.flags, LAMELLA_MEASURE_SCORE_CONSTANT);
    near(r.pearson, NAN, ABSOLUTE, 0);
    near(r.pearson_high, NAN, ABSOLUTE, 0);
    near(r.spearman, NAN, ABSOLUTE, 0);
    returns(of_pairs(rounding, x, 3, NULL, &r), LAMELLA_NOTE);
    returns(of_pairs(nearly, x, 3, NULL, &r), LAMELLA_NOTE); /* one unit in the last place: Spearman still sees an order */
    near(r.pearson, NAN, ABSOLUTE, 0);
    check(r.spearman > 0.8);
    returns(of_pairs(x, x, 1, NULL, &r), LAMELLA_NOTE);
    near(r.spearman, NAN, ABSOLUTE, 0);
}

/* Means of such numbers are rounded to a share of the spread: what they leave over belongs to none of the sums. */
TEST(a_shift_far_from_zero_changes_no_correlation)
{
    enum { N = 601 };
    double x[N], y[N], far_x[N], far_y[N];
    lamella_measure_correlation_result near_zero, far;
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int i = 0; i < N; i++) {
            x[i] = (i % 5 - 2) * 0x1p-12, y[i] = (i * i % 7 - 3 + i % 5) * 0x1p-12;
            far_x[i] = x[i] + 0x1p36 + 1, far_y[i] = y[i] + sign * (0x1p37 + 3);
        }
        ok(of_pairs(x, y, N, NULL, &near_zero));
        ok(of_pairs(far_x, far_y, N, NULL, &far));
        near(far.pearson, near_zero.pearson, RELATIVE, 1e-12);
        near(far.spearman, near_zero.spearman, ABSOLUTE, 0);
    }
}

/* The house's rule: a spread of one rounding of the mean is none, of two it is. */
TEST(two_roundings_of_the_mean_are_a_spread)
{
    const double step[] = { 0, 1, 0, 1 };
    for (int far = 1; far <= 4; far *= 2)
        for (int sign = -1; sign <= 1; sign += 2) {
            double x[4];
            lamella_measure_correlation_result r;
            for (int i = 0; i < 4; i++)
                x[i] = sign * (1 + 0x1p-52 * far * step[i]); /* a spread of far / 2 */
            returns(of_pairs(x, step, 4, NULL, &r), far == 4 ? LAMELLA_OK : LAMELLA_NOTE);
            near(r.pearson, far == 4 ? sign : NAN, ABSOLUTE, 1e-12);
            returns(of_pairs(step, x, 4, NULL, &r), far == 4 ? LAMELLA_OK : LAMELLA_NOTE);
            near(r.pearson, far == 4 ? sign : NAN, ABSOLUTE, 1e-12);
        }
}

TEST(the_largest_and_smallest_numbers_correlate)
{
    const double x[] = { -1e308, 1e308, 0.5e308 }, y[] = { 5e-324, 15e-324, 10e-324 };
    lamella_measure_correlation_result r;
    ok(of_pairs(x, x, 3, NULL, &r));
    near(r.pearson, 1, ABSOLUTE, 1e-15);
    ok(of_pairs(y, y, 3, NULL, &r));
    near(r.pearson, 1, ABSOLUTE, 1e-15);
}

/* A shift that is exact changes nothing, however far. */
TEST(a_shift_far_from_zero_changes_nothing)
{
    enum { N = 600 };
    double x[N], y[N], far_x[N], far_y[N];
    lamella_measure_correlation_result near_zero, far;
    for (int i = 0; i < N; i++) {
        x[i] = (i % 5 - 2) * 0x1p-12, y[i] = (i * i % 7 - 3 + i % 5) * 0x1p-12;
        far_x[i] = x[i] + 0x1p36, far_y[i] = y[i] - 0x1p35;
    }
    ok(of_pairs(x, y, N, NULL, &near_zero));
    ok(of_pairs(far_x, far_y, N, NULL, &far));
    near(far.pearson, near_zero.pearson, RELATIVE, 1e-12);
    near(far.pearson_low, near_zero.pearson_low, RELATIVE, 1e-12);
    near(far.spearman, near_zero.spearman, ABSOLUTE, 0);
}

TEST(the_widest_interval_is_one_still)
{
    const double x[] = { 1, 2, 3, 4, 7 };
    lamella_measure_correlation_options options = { .struct_size = sizeof options, .confidence = 1 - 0x1p-53 };
    lamella_measure_correlation_result r = { .struct_size = sizeof r };
    lamella_view a = view_of(LAMELLA_F64, (double *)x, 5);
    ok(lamella_measure_correlation(NULL, &a, &a, &options, &r));
    near(r.pearson_low, 1, ABSOLUTE, 1e-6);
    near(r.pearson_high, 1, ABSOLUTE, 1e-6);
}

TEST(masked_rows_are_never_read)
{
    const double x[] = { 1, NAN, 2, 4, 3 }, y[] = { 1, 1, 2, 4, INFINITY };
    const unsigned char mask[] = { 1, 0, 1, 1, 0 };
    lamella_measure_correlation_result r;
    ok(of_pairs(x, y, 5, mask, &r));
    equal(r.n_rows, 3);
    near(r.pearson, 1, ABSOLUTE, 1e-15);
    near(r.spearman, 1, ABSOLUTE, 1e-15);
}

TEST(quantiles_of_the_normal)
{
    near(normal_quantile(0.975), 1.959963984540054, RELATIVE, 1e-14);
    near(normal_quantile(0.5), 0, ABSOLUTE, 0);
    near(normal_quantile(0.0013498980316300946), -3, RELATIVE, 1e-14);
    near(normal_quantile(1e-300), -37.0471, RELATIVE, 1e-6);
}

TEST(bad_arguments_are_named)
{
    double x[] = { 1, 2, 3 };
    lamella_view a = view_of(LAMELLA_F64, x, 3), b = view_of(LAMELLA_F64, x, 2), matrix = view_of(LAMELLA_F64, x, 3, 1);
    lamella_measure_correlation_options options = { .struct_size = sizeof options, .confidence = 1 };
    lamella_measure_correlation_result r = { .struct_size = sizeof r };
    refused(lamella_measure_correlation(NULL, &a, &b, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_correlation: y.shape[0] is 2, expected 3");
    refused(lamella_measure_correlation(NULL, &matrix, &a, NULL, &r), LAMELLA_ERR_SHAPE,
            "lamella_measure_correlation: x.rank is 2, expected 1");
    refused(lamella_measure_correlation(NULL, &a, &a, &options, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_correlation: options.confidence is 1, expected over 0, under 1, or 0 for 0.95");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_measure_correlation_options options;
    ok(lamella_measure_correlation_options_init(&options, sizeof options));
    near(options.confidence, 0.95, ABSOLUTE, 0);
}
