/* Pearson with Fisher's interval, Spearman: the formulas stand in correlation.c. */
#include "measure/evaluate.h"
#include "options/options.h"

static lamella_status correlate(call *c, const lamella_view *x, const lamella_view *y,
                                const lamella_measure_correlation_options *options, lamella_measure_correlation_result *result)
{
    lamella_measure_correlation_options o;
    lamella_measure_correlation_result found = { 0 };
    lamella_view x_view, y_view;
    samples rows;
    evaluation e = { .statistic = LAMELLA_MEASURE_STATISTIC_SPEARMAN };
    double *x_numbers, *y_numbers;
    char *room;

    TRY(VIEW(c, x_view, x, FLOATS));
    TRY(view_check_shape(c, &x_view, "x", x_view.shape, 1));
    TRY(VIEW(c, y_view, y, FLOATS));
    TRY(view_check_shape(c, &y_view, "y", x_view.shape, 1));
    TRY(OPTIONS(c, o, options, measure_correlation));
    TRY(measured_samples(c, x_view.shape[0], o.mask, NULL, &rows));
    TRY(RESULT(c, result));

    TRY(samples_numbers(c, &rows, &x_view, "x", &x_numbers));
    TRY(samples_numbers(c, &rows, &y_view, "y", &y_numbers));
    TRY(evaluate_numbers(c, x_numbers, y_numbers, &rows, &e));
    TAKE(c, room, evaluation_room(&e, rows.n));
    found.n_rows = rows.n_valid;
    TRY(evaluate_all_rows(c, &e, room, &found.spearman, &found.flags));
    e.statistic = LAMELLA_MEASURE_STATISTIC_PEARSON;
    TRY(evaluate_all_rows(c, &e, room, &found.pearson, &found.flags));
    TRY(progress(c, 1, 1));
    interval around = pearson_interval(found.pearson, rows.n_valid, o.confidence);
    found.pearson_low = around.low;
    found.pearson_high = around.high;
    write_sized(result, &found, (int64_t)sizeof found);
    return found.flags ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_measure_correlation(lamella_context *ctx, const lamella_view *x, const lamella_view *y,
                                           const lamella_measure_correlation_options *options, lamella_measure_correlation_result *result)
{
    CALL(ctx, correlate(c, x, y, options, result));
}
