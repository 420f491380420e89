/* One evaluation: everything that does not change from resample to resample is made once, the orders above all. */
#include "measure/evaluate.h"

#include <math.h>

/* ---- labels ---- */

/* The class of a label, by halving the rising list; -1: none. */
static int64_t class_of_label(int64_t label, const keyed_row *rising, int64_t n_classes)
{
    int64_t low = 0, high = n_classes;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (rising[middle].key < label)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n_classes && rising[low].key == label ? rising[low].row : -1;
}

static lamella_status named_classes(call *c, const int64_t *classes, int64_t n_classes, keyed_row **rising)
{
    if (n_classes < 2 || n_classes > INT32_MAX)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_classes is %lld, expected at least 2", (long long)n_classes);
    TRY(call_reads(c, (lent){ .low = (const char *)classes, .high = (const char *)(classes + n_classes) }, "classes"));
    TAKE(c, *rising, sort_room(n_classes));
    for (int64_t k = 0; k < n_classes; k++)
        (*rising)[k] = (keyed_row){ classes[k], k };
    sort_keyed(*rising, n_classes, *rising + n_classes);
    for (int64_t k = 1; k < n_classes; k++)
        if ((*rising)[k].key == (*rising)[k - 1].key)
            return fail(c, LAMELLA_ERR_ARGUMENT, "classes[%lld] is %lld, as classes[%lld] is, expected each label once",
                        (long long)(*rising)[k].row, (long long)(*rising)[k].key, (long long)(*rising)[k - 1].row);
    return LAMELLA_OK;
}

static lamella_status occurring_classes(call *c, const int64_t *label, const char *name, const measured_rows *rows, keyed_row **rising,
                                        int64_t *n_classes)
{
    *n_classes = 0;
    TAKE(c, *rising, sort_room(rows->n));
    for (int64_t i = 0; i < rows->n; i++)
        (*rising)[i] = (keyed_row){ label[rows->listed[i]], i };
    TRY(sort_keyed_asking(c, *rising, rows->n, *rising + rows->n));
    for (int64_t i = 0; i < rows->n; i++)
        if (i == 0 || (*rising)[i].key != (*rising)[*n_classes - 1].key) {
            (*rising)[*n_classes] = (keyed_row){ (*rising)[i].key, *n_classes };
            ++*n_classes;
        }
    if (*n_classes < 2)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s holds one label only, %lld, expected two and more, or `classes` to name them", name,
                    (long long)(*rising)[0].key);
    if (*n_classes > INT32_MAX)
        return fail(c, LAMELLA_ERR_LIMIT, "%s holds %lld labels, expected at most %d", name, (long long)*n_classes, INT32_MAX);
    return LAMELLA_OK;
}

lamella_status gold_classes_of(call *c, const lamella_view *labels, const char *name, const int64_t *classes, int64_t n_classes,
                               const measured_rows *rows, gold_classes *gold)
{
    int64_t *label;
    int32_t *of_row;
    unsigned char *seen;
    keyed_row *rising = NULL;
    *gold = (gold_classes){ .n_classes = n_classes };
    TRY(check_by_row(c, labels, name, rows->n_rows));
    TAKE(c, label, rows->n_rows);
    for (int64_t i = 0; i < rows->n; i++) {
        label[rows->listed[i]] = load_i64(labels->dtype, view_at(labels, &rows->listed[i]));
        TRY(ask_rows(c, i, 1));
    }
    if (classes)
        TRY(named_classes(c, classes, n_classes, &rising));
    else
        TRY(occurring_classes(c, label, name, rows, &rising, &gold->n_classes));
    TAKE(c, of_row, rows->n_rows);
    TAKE(c, seen, gold->n_classes);
    for (int64_t k = 0; k < gold->n_classes; k++)
        seen[k] = 0;
    for (int64_t row = 0; row < rows->n_rows; row++)
        of_row[row] = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        int64_t row = rows->listed[i], k = class_of_label(label[row], rising, gold->n_classes);
        if (k < 0)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s[%lld] is %lld, expected one of the %lld classes", name, (long long)row,
                        (long long)label[row], (long long)gold->n_classes);
        TRY(ask_rows(c, i, 1));
        of_row[row] = (int32_t)k;
        gold->n_present += !seen[k];
        seen[k] = 1;
    }
    gold->of_row = of_row;
    return LAMELLA_OK;
}

/* ---- scores of classes ---- */

static lamella_status score_class(call *c, const double *score, const gold_classes *gold, int64_t k, double threshold,
                                  const measured_rows *rows, scored_rows *r)
{
    unsigned char *positive;
    int64_t *order;
    keyed_row *room;
    TAKE(c, positive, rows->n_rows);
    TAKE(c, order, rows->n);
    for (int64_t row = 0; row < rows->n_rows; row++)
        positive[row] = gold->of_row[row] == k;
    arena_mark before = arena_now(&c->memory);
    TAKE(c, room, sort_room(rows->n_rows));
    *r = (scored_rows){ .order = order, .score = score, .gold = positive, .threshold = threshold, .weight = rows->weight };
    TRY(order_rows_asking(c, score, 1, rows->valid, rows->n_rows, order, &r->n, room));
    TRY(ask_rows(c, k * rows->n_rows, rows->n_rows));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

static lamella_status classify(call *c, const double *scores, const gold_classes *gold, const measured_rows *rows, evaluation *e)
{
    int32_t *predicted;
    TAKE(c, predicted, rows->n_rows);
    for (int64_t row = 0; row < rows->n_rows; row++) {
        predicted[row] = class_of_scores(scores + row * gold->n_classes, 1, gold->n_classes);
        TRY(ask_rows(c, row * gold->n_classes, gold->n_classes));
    }
    e->classed = (classed_rows){ .n = rows->n, .rows = rows->listed, .predicted = predicted, .gold = gold->of_row,
                                 .n_classes = gold->n_classes, .weight = rows->weight };
    return LAMELLA_OK;
}

/* One score a row for class k; of two columns the second less the first. */
static lamella_status column_of_class(call *c, const double *numbers, int64_t n_columns, int64_t k, const char *name, const measured_rows *rows,
                                      double **column)
{
    TAKE(c, *column, rows->n_rows);
    for (int64_t row = 0; row < rows->n_rows; row++) {
        TRY(ask_rows(c, row, 1));
        (*column)[row] = n_columns == 2 ? numbers[2 * row + 1] - numbers[2 * row] : numbers[row * n_columns + k];
        if (isinf((*column)[row]))
            return fail(c, LAMELLA_ERR_NUMERIC, "%s: the second column less the first is beyond f64 at row %lld, expected numbers nearer to each other",
                        name, (long long)row);
    }
    return LAMELLA_OK;
}

lamella_status evaluate_classes(call *c, const lamella_view *scores, const char *name, const gold_classes *gold, double threshold,
                                const measured_rows *rows, evaluation *e)
{
    int64_t n_columns = columns_of(scores);
    double *numbers, *column;
    if (n_columns != gold->n_classes && !(n_columns == 1 && gold->n_classes == 2))
        return fail(c, LAMELLA_ERR_SHAPE, "%s has %lld columns, expected %lld (= the number of classes)%s", name, (long long)n_columns,
                    (long long)gold->n_classes, gold->n_classes == 2 ? " or 1" : "");
    TRY(numbers_by_row(c, scores, name, rows, &numbers));
    e->n_columns = gold->n_classes == 2 ? 1 : gold->n_classes;
    TAKE(c, e->of_class, e->n_columns);
    if (gold->n_classes > 2)
        TRY(classify(c, numbers, gold, rows, e));
    for (int64_t k = 0; k < e->n_columns; k++) {
        TRY(column_of_class(c, numbers, n_columns, k, name, rows, &column));
        TRY(score_class(c, column, gold, gold->n_classes == 2 ? 1 : k, n_columns == 1 ? threshold : 0, rows, &e->of_class[k]));
    }
    return LAMELLA_OK;
}

/* ---- numbers ---- */

lamella_status evaluate_numbers(call *c, const double *x, const double *y, const measured_rows *rows, evaluation *e)
{
    int64_t *x_order, *y_order, n;
    keyed_row *room;
    e->paired = (paired_rows){ .n = rows->n, .rows = rows->listed, .x = x, .y = y, .weight = rows->weight };
    if (e->statistic != LAMELLA_STATISTIC_SPEARMAN)
        return LAMELLA_OK;
    TAKE(c, x_order, rows->n);
    TAKE(c, y_order, rows->n);
    TAKE(c, room, sort_room(rows->n_rows));
    TRY(order_rows_asking(c, x, 1, rows->valid, rows->n_rows, x_order, &n, room));
    TRY(order_rows_asking(c, y, 1, rows->valid, rows->n_rows, y_order, &n, room));
    e->x_order = x_order;
    e->y_order = y_order;
    return LAMELLA_OK;
}

/* ---- values ---- */

int64_t evaluation_room(const evaluation *e, int64_t n_rows)
{
    int64_t doubles = e->statistic == LAMELLA_STATISTIC_F1 ? 3 * e->n_columns : e->statistic == LAMELLA_STATISTIC_SPEARMAN ? 2 * n_rows : 1;
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
    case LAMELLA_STATISTIC_AUC: return mean_over_classes(e, times, asks, binary_auc);
    case LAMELLA_STATISTIC_AP: return mean_over_classes(e, times, asks, binary_ap);
    case LAMELLA_STATISTIC_F1: return e->n_columns > 1 ? class_f1(&r, room) : mean_over_classes(e, times, asks, binary_f1);
    default: return e->n_columns > 1 ? class_accuracy(&r) : mean_over_classes(e, times, asks, binary_accuracy);
    }
}

double evaluation_value(const evaluation *e, const int32_t *times, asking *asks, void *room)
{
    paired_rows r = e->paired;
    r.times = times;
    r.asks = asks;
    switch (e->statistic) {
    case LAMELLA_STATISTIC_R2: return r2_of(&r);
    case LAMELLA_STATISTIC_PEARSON: return pearson_of(&r);
    case LAMELLA_STATISTIC_SPEARMAN: return spearman_of(&r, e->x_order, e->y_order, room);
    case LAMELLA_STATISTIC_MEAN: return told_to_stop_after(asks, r.n) ? NAN : mean_of_rows(r.x, r.rows, r.n, r.weight, times);
    default: return value_of_classes(e, times, asks, room);
    }
}

static int is_weightless(const double *weight, const int64_t *rows, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; weight && i < n; i++)
        sum += weight[rows[i]];
    return weight && sum == 0;
}

uint32_t evaluation_flags(const evaluation *e, double value)
{
    if (value == value)
        return 0;
    int numbers = e->statistic >= LAMELLA_STATISTIC_R2;
    const double *weight = numbers ? e->paired.weight : e->of_class[0].weight;
    if (is_weightless(weight, numbers ? e->paired.rows : e->of_class[0].order, numbers ? e->paired.n : e->of_class[0].n))
        return LAMELLA_SCORE_WEIGHTLESS;
    return numbers ? LAMELLA_SCORE_CONSTANT : LAMELLA_SCORE_ONE_CLASS;
}

lamella_status evaluate_all_rows(call *c, const evaluation *e, void *room, double *value, uint32_t *flags)
{
    asking asks = { .c = c };
    *value = evaluation_value(e, NULL, &asks, room);
    TRY(asks.status);
    *flags |= evaluation_flags(e, *value);
    return LAMELLA_OK;
}
