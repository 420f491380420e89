/* Scores of several classes from the class predicted. */
#include "measure/measure.h"

#include <math.h>

int32_t class_of_scores(const double *scores, int64_t stride, int64_t n_classes)
{
    int64_t best = 0;
    for (int64_t k = 1; k < n_classes; k++)
        if (scores[k * stride] > scores[best * stride])
            best = k;
    return (int32_t)best;
}

static double weight_of_classed(const classed_rows *r, int64_t row)
{
    return (r->weight ? r->weight[row] : 1) * (r->times ? r->times[row] : 1);
}

double class_accuracy(const classed_rows *r)
{
    double right = 0, all = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->rows ? r->rows[i] : i;
        double w = weight_of_classed(r, row);
        all += w;
        right += r->predicted[row] == r->gold[row] ? w : 0;
    }
    return all > 0 ? right / all : NAN;
}

double class_f1(const classed_rows *r, double *room)
{
    double *hits = room, *claimed = room + r->n_classes, *gold = room + 2 * r->n_classes, sum = 0, present = 0;
    for (int64_t k = 0; k < 3 * r->n_classes; k++)
        room[k] = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->rows ? r->rows[i] : i;
        double w = weight_of_classed(r, row);
        claimed[r->predicted[row]] += w;
        gold[r->gold[row]] += w;
        hits[r->gold[row]] += r->predicted[row] == r->gold[row] ? w : 0;
    }
    for (int64_t k = 0; k < r->n_classes; k++)
        if (gold[k] > 0) {
            sum += hits[k] > 0 ? 2 * hits[k] / (claimed[k] + gold[k]) : 0;
            present++;
        }
    return present > 0 ? sum / present : NAN;
}
