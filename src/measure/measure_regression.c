/* R2 and the mean squared error: the formula of R2 stands in correlation.c. */
#include "measure/evaluate.h"

static lamella_status score_numbers(call *c, const lamella_view *predicted, const lamella_view *gold, const lamella_view *mask,
                                    const lamella_view *weights, lamella_measure_regression_result *result)
{
    lamella_measure_regression_result found = { 0 };
    lamella_view p_view, y_view;
    measured_rows rows;
    evaluation e = { .statistic = LAMELLA_STATISTIC_R2 };
    double *p, *y, *square;

    TRY(VIEW(c, p_view, predicted, FLOATS));
    TRY(check_by_row(c, &p_view, "predicted", -1));
    TRY(VIEW(c, y_view, gold, FLOATS));
    TRY(check_by_row(c, &y_view, "gold", p_view.shape[0]));
    TRY(measured_rows_of(c, p_view.shape[0], mask, weights, &rows));
    TRY(RESULT(c, result));

    TRY(numbers_by_row(c, &p_view, "predicted", &rows, &p));
    TRY(numbers_by_row(c, &y_view, "gold", &rows, &y));
    TRY(evaluate_numbers(c, p, y, &rows, &e));
    TAKE(c, square, rows.n_rows);
    for (int64_t row = 0; row < rows.n_rows; row++)
        square[row] = (y[row] - p[row]) * (y[row] - p[row]);
    found.n_rows = rows.n;
    found.r2 = evaluation_value(&e, NULL, NULL);
    found.flags = evaluation_flags(&e, found.r2);
    found.mean_squared_error = mean_of_rows(square, rows.listed, rows.n, rows.weight, NULL);
    write_sized(result, &found, (int64_t)sizeof found);
    return found.flags ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_measure_regression(lamella_context *ctx, const lamella_view *predicted, const lamella_view *gold,
                                          const lamella_view *mask, const lamella_view *weights, lamella_measure_regression_result *result)
{
    CALL(ctx, score_numbers(c, predicted, gold, mask, weights, result));
}
