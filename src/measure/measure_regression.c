/* R2 and the mean squared error: the formulas stand in correlation.c. */
#include "measure/evaluate.h"
#include "options/options.h"

#include <math.h>

/* What is infinite is beyond f64; the row that misses most says where. */
static lamella_status check_fits(call *c, double value, const char *what, const paired_rows *r)
{
    number predicted, gold;
    int64_t most = r->rows ? r->rows[0] : 0;
    if (!isinf(value))
        return LAMELLA_OK;
    for (int64_t i = 1; i < r->n; i++) {
        int64_t row = r->rows ? r->rows[i] : i;
        if (fabs(r->y[row] / 2 - r->x[row] / 2) > fabs(r->y[most] / 2 - r->x[most] / 2))
            most = row;
    }
    return fail(c, LAMELLA_ERR_NUMERIC, "%s is beyond f64: predicted is %s and gold %s at row %lld, expected numbers nearer to each other", what,
                number_text(r->x[most], &predicted), number_text(r->y[most], &gold), (long long)most);
}

static lamella_status score_numbers(call *c, const lamella_view *predicted, const lamella_view *gold, const lamella_measure_regression_options *options,
                                    lamella_measure_regression_result *result)
{
    lamella_measure_regression_options o;
    lamella_measure_regression_result found = { 0 };
    lamella_view p_view, y_view;
    samples rows;
    evaluation e = { .statistic = LAMELLA_MEASURE_STATISTIC_R2 };
    double *p, *y;

    TRY(VIEW(c, p_view, predicted, FLOATS));
    TRY(view_check_shape(c, &p_view, "predicted", p_view.shape, 1));
    TRY(VIEW(c, y_view, gold, FLOATS));
    TRY(view_check_shape(c, &y_view, "gold", p_view.shape, 1));
    TRY(OPTIONS(c, o, options, measure_regression));
    TRY(measured_samples(c, p_view.shape[0], o.mask, o.weights, &rows));
    TRY(RESULT(c, result));

    TRY(samples_numbers(c, &rows, &p_view, "predicted", &p));
    TRY(samples_numbers(c, &rows, &y_view, "gold", &y));
    TRY(evaluate_numbers(c, p, y, &rows, &e));
    found.n_rows = rows.n_valid;
    TRY(evaluate_all_rows(c, &e, NULL, &found.r2, &found.flags));
    found.mean_squared_error = mean_squared_error_of(&e.paired);
    TRY(check_fits(c, found.mean_squared_error, "the mean squared error", &e.paired));
    TRY(check_fits(c, found.r2, "R2", &e.paired));
    TRY(progress(c, 1, 1));
    write_sized(result, &found, (int64_t)sizeof found);
    return found.flags ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_measure_regression(lamella_context *ctx, const lamella_view *predicted, const lamella_view *gold,
                                          const lamella_measure_regression_options *options, lamella_measure_regression_result *result)
{
    CALL(ctx, score_numbers(c, predicted, gold, options, result));
}
