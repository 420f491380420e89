/* Accuracy, F1, AUC and AP of decision values: the formulas stand in binary.c and classes.c. */
#include "measure/evaluate.h"
#include "options/options.h"

#include <math.h>

static lamella_status value_as(call *c, evaluation *e, int32_t statistic, void *room, double *value, uint32_t *flags)
{
    e->statistic = statistic;
    return evaluate_all_rows(c, e, room, value, flags);
}

static lamella_status score_classes(call *c, const lamella_view *scores, const lamella_view *labels,
                                    const lamella_measure_classification_options *options, lamella_measure_classification_result *result)
{
    lamella_measure_classification_options o;
    lamella_measure_classification_result found = { 0 };
    lamella_view s;
    samples rows;
    sample_classes gold;
    evaluation e = { .statistic = LAMELLA_MEASURE_STATISTIC_F1 };
    char *room;

    TRY(VIEW(c, s, scores, FLOATS));
    if (s.rank != 1 && s.rank != 2)
        return fail(c, LAMELLA_ERR_SHAPE, "scores.rank is %d, expected 1 or 2", (int)s.rank);
    TRY(OPTIONS(c, o, options, measure_classification));
    TRY(measured_samples(c, s.shape[0], o.mask, o.weights, &rows));
    TRY(samples_classes(c, &rows, labels, "labels", o.classes, o.n_classes, &gold));
    TRY(RESULT(c, result));

    TRY(evaluate_classes(c, &s, "scores", &gold, o.threshold, &rows, &e));
    TAKE(c, room, evaluation_room(&e, rows.n));
    found.n_rows = rows.n_valid;
    found.n_classes = gold.n_present;
    TRY(value_as(c, &e, LAMELLA_MEASURE_STATISTIC_ACCURACY, room, &found.accuracy, &found.flags));
    TRY(value_as(c, &e, LAMELLA_MEASURE_STATISTIC_F1, room, &found.f1, &found.flags));
    TRY(value_as(c, &e, LAMELLA_MEASURE_STATISTIC_AUC, room, &found.auc, &found.flags));
    TRY(value_as(c, &e, LAMELLA_MEASURE_STATISTIC_AP, room, &found.ap, &found.flags));
    TRY(progress(c, 1, 1));
    write_sized(result, &found, (int64_t)sizeof found);
    return found.flags ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_measure_classification(lamella_context *ctx, const lamella_view *scores, const lamella_view *labels,
                                              const lamella_measure_classification_options *options, lamella_measure_classification_result *result)
{
    CALL(ctx, score_classes(c, scores, labels, options, result));
}
