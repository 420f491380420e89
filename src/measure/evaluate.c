/* One evaluation: everything that does not change from resample to resample is made once, the orders above all. */
#include "measure/evaluate.h"

#include <math.h>

/* ---- scores of classes ---- */

static lamella_status score_class(call *c, const double *score, const sample_classes *gold, int64_t k, double threshold,
                                  const samples *rows, scored_rows *r)
{
    unsigned char *positive;
    int64_t *order;
    keyed_row *room;
    TAKE(c, positive, rows->n);
    TAKE(c, order, rows->n_valid);
    for (int64_t row = 0; row < rows->n; row++)
        positive[row] = gold->of[row] == k;
    arena_mark before = arena_now(&c->memory);
    TAKE(c, room, sort_room(rows->n));
    *r = (scored_rows){ .order = order, .score = score, .gold = positive, .threshold = threshold, .weight = rows->weight };
    TRY(order_rows_asking(c, score, 1, rows->valid, rows->n, order, &r->n, room));
    TRY(ask_rows(c, k * rows->n, rows->n));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

static lamella_status classify(call *c, const double *scores, const sample_classes *gold, const samples *rows, evaluation *e)
{
    int32_t *predicted;
    TAKE(c, predicted, rows->n);
    for (int64_t row = 0; row < rows->n; row++) {
        predicted[row] = class_of_scores(scores + row * gold->n, 1, gold->n);
        TRY(ask_rows(c, row * gold->n, gold->n));
    }
    e->classed = (classed_rows){ .n = rows->n_valid, .rows = rows->listed, .predicted = predicted, .gold = gold->of,
                                 .n_classes = gold->n, .weight = rows->weight };
    return LAMELLA_OK;
}

/* One score a row for class k; of two columns the second less the first. */
static lamella_status column_of_class(call *c, const double *numbers, int64_t n_columns, int64_t k, const char *name, const samples *rows,
                                      double **column)
{
    TAKE(c, *column, rows->n);
    for (int64_t row = 0; row < rows->n; row++) {
        TRY(ask_rows(c, row, 1));
        (*column)[row] = n_columns == 2 ? numbers[2 * row + 1] - numbers[2 * row] : numbers[row * n_columns + k];
        if (isinf((*column)[row]))
            return fail(c, LAMELLA_ERR_NUMERIC, "%s: the second column less the first is beyond f64 at row %lld, expected numbers nearer to each other",
                        name, (long long)row);
    }
    return LAMELLA_OK;
}

lamella_status evaluate_classes(call *c, const lamella_view *scores, const char *name, const sample_classes *gold, double threshold,
                                const samples *rows, evaluation *e)
{
    int64_t n_columns = scores->rank == 2 ? scores->shape[1] : 1;
    double *numbers, *column;
    if (n_columns != gold->n && !(n_columns == 1 && gold->n == 2))
        return fail(c, LAMELLA_ERR_SHAPE, "%s has %lld columns, expected %lld (= the number of classes)%s", name, (long long)n_columns,
                    (long long)gold->n, gold->n == 2 ? " or 1" : "");
    TRY(samples_numbers(c, rows, scores, name, &numbers));
    e->n_columns = gold->n == 2 ? 1 : gold->n;
    TAKE(c, e->of_class, e->n_columns);
    if (gold->n > 2)
        TRY(classify(c, numbers, gold, rows, e));
    for (int64_t k = 0; k < e->n_columns; k++) {
        TRY(column_of_class(c, numbers, n_columns, k, name, rows, &column));
        TRY(score_class(c, column, gold, gold->n == 2 ? 1 : k, n_columns == 1 ? threshold : 0, rows, &e->of_class[k]));
    }
    return LAMELLA_OK;
}

/* ---- numbers ---- */

lamella_status evaluate_numbers(call *c, const double *x, const double *y, const samples *rows, evaluation *e)
{
    int64_t *x_order, *y_order, n;
    keyed_row *room;
    e->paired = (paired_rows){ .n = rows->n_valid, .rows = rows->listed, .x = x, .y = y, .weight = rows->weight };
    if (e->statistic != LAMELLA_MEASURE_STATISTIC_SPEARMAN)
        return LAMELLA_OK;
    TAKE(c, x_order, rows->n_valid);
    TAKE(c, y_order, rows->n_valid);
    TAKE(c, room, sort_room(rows->n));
    TRY(order_rows_asking(c, x, 1, rows->valid, rows->n, x_order, &n, room));
    TRY(order_rows_asking(c, y, 1, rows->valid, rows->n, y_order, &n, room));
    e->x_order = x_order;
    e->y_order = y_order;
    return LAMELLA_OK;
}

/* ---- values ---- */

int64_t evaluation_room(const evaluation *e, int64_t n_rows)
{
    int64_t doubles = e->statistic == LAMELLA_MEASURE_STATISTIC_F1 ? 3 * e->n_columns : e->statistic == LAMELLA_MEASURE_STATISTIC_SPEARMAN ? 2 * n_rows : 1;
    return doubles * (int64_t)sizeof(double);
}

/* One class against the rest, the mean over classes that the rows drawn hold. */
static double mean_over_classes(const evaluation *e, const int32_t *times, asking *asks, double (*of)(const scored_rows *r))
{
    double sum = 0, present = 0;
    for (int64_t k = 0; k < e->n_columns; k++) {
        scored_rows r = e->of_class[k];
        r.times = times;
        r.asks = asks;
        double value = of(&r);
        if (value == value) {
            sum += value;
            present++;
        }
    }
    return present > 0 ? sum / present : NAN;
}

static double value_of_classes(const evaluation *e, const int32_t *times, asking *asks, void *room)
{
    classed_rows r = e->classed;
    r.times = times;
    r.asks = asks;
    switch (e->statistic) {
    case LAMELLA_MEASURE_STATISTIC_AUC: return mean_over_classes(e, times, asks, binary_auc);
    case LAMELLA_MEASURE_STATISTIC_AP: return mean_over_classes(e, times, asks, binary_ap);
    case LAMELLA_MEASURE_STATISTIC_F1: return e->n_columns > 1 ? class_f1(&r, room) : mean_over_classes(e, times, asks, binary_f1);
    default: return e->n_columns > 1 ? class_accuracy(&r) : mean_over_classes(e, times, asks, binary_accuracy);
    }
}

double evaluation_value(const evaluation *e, const int32_t *times, asking *asks, void *room)
{
    paired_rows r = e->paired;
    r.times = times;
    r.asks = asks;
    switch (e->statistic) {
    case LAMELLA_MEASURE_STATISTIC_R2: return r2_of(&r);
    case LAMELLA_MEASURE_STATISTIC_PEARSON: return pearson_of(&r);
    case LAMELLA_MEASURE_STATISTIC_SPEARMAN: return spearman_of(&r, e->x_order, e->y_order, room);
    case LAMELLA_MEASURE_STATISTIC_MEAN: return told_to_stop_after(asks, r.n) ? NAN : mean_of_rows(r.x, r.rows, r.n, r.weight, times);
    default: return value_of_classes(e, times, asks, room);
    }
}

static int is_weightless(const double *weight, const int64_t *rows, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; weight && i < n; i++)
        sum += weight[rows ? rows[i] : i];
    return weight && sum == 0;
}

uint32_t evaluation_flags(const evaluation *e, double value)
{
    if (value == value)
        return 0;
    int numbers = e->statistic >= LAMELLA_MEASURE_STATISTIC_R2;
    const double *weight = numbers ? e->paired.weight : e->of_class[0].weight;
    if (is_weightless(weight, numbers ? e->paired.rows : e->of_class[0].order, numbers ? e->paired.n : e->of_class[0].n))
        return LAMELLA_MEASURE_SCORE_WEIGHTLESS;
    return numbers ? LAMELLA_MEASURE_SCORE_CONSTANT : LAMELLA_MEASURE_SCORE_ONE_CLASS;
}

lamella_status evaluate_all_rows(call *c, const evaluation *e, void *room, double *value, uint32_t *flags)
{
    asking asks = { .c = c };
    *value = evaluation_value(e, NULL, &asks, room);
    TRY(asks.status);
    *flags |= evaluation_flags(e, *value);
    return LAMELLA_OK;
}
