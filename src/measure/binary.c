/* Scores of two classes from decision values.
 *
 *   accuracy = right / all,   F1 = 2 TP / (2 TP + FP + FN),   AUC = P(s+ > s-) + P(s+ = s-) / 2
 *   AP = sum over positives of precision at their place / positives
 *
 * Every sum takes weight * times of a row for "one". Tied rows have no order of their own: AUC counts a tied pair half, and AP is the
 * mean over all orders of the tied rows. Of m tied rows of weight w, p of them positive, after rows of weight N with positives of P:
 *
 *   E = sum_{j=1..m} w (p / m) (P + w (1 + (j - 1) (p - 1) / (m - 1))) / (N + j w)
 *
 * (place j holds a positive with p / m; then each of the j - 1 places before it does with (p - 1) / (m - 1)). Where tied rows have
 * several weights, w is their mean and p the share of the weight times m; a row alone gives w P' / N', as scikit-learn. */
#include "measure/measure.h"

#include <math.h>

static double weight_of_row(const scored_rows *r, int64_t row)
{
    return (r->weight ? r->weight[row] : 1) * (r->times ? r->times[row] : 1);
}

double binary_accuracy(const scored_rows *r)
{
    double right = 0, all = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->order[i];
        double w = weight_of_row(r, row);
        all += w;
        if ((r->score[row] > r->threshold) == (r->gold[row] != 0))
            right += w;
    }
    return all > 0 ? right / all : NAN;
}

double binary_f1(const scored_rows *r)
{
    double hits = 0, claimed = 0, positive = 0, all = 0; /* TP, TP + FP, TP + FN */
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->order[i];
        double w = weight_of_row(r, row);
        int claim = r->score[row] > r->threshold;
        all += w;
        claimed += claim ? w : 0;
        positive += r->gold[row] ? w : 0;
        hits += claim && r->gold[row] ? w : 0;
    }
    if (!(all > 0))
        return NAN;
    return hits > 0 ? 2 * hits / (claimed + positive) : 0;
}

/* Rows that share a score. */
typedef struct tied_rows {
    double  positive, all; /* weights */
    int64_t n;             /* draws of weight over 0 */
} tied_rows;

static void add_tied(const scored_rows *r, int64_t row, tied_rows *t)
{
    told_to_stop(r->asks); /* the loop over ties ends soon, the one around it at once */
    double w = weight_of_row(r, row);
    t->all += w;
    t->positive += r->gold[row] ? w : 0;
    if (w > 0)
        t->n += r->times ? r->times[row] : 1;
}

double binary_auc(const scored_rows *r)
{
    double negative_below = 0, positive = 0, won = 0;
    for (int64_t first = 0, end; first < r->n && !told_to_stop(r->asks); first = end) {
        tied_rows t = { 0 };
        for (end = first; end < r->n && (end == first || r->score[r->order[end]] == r->score[r->order[first]]); end++)
            add_tied(r, r->order[end], &t); /* at least one row: a NaN, which a fit that failed may score, equals not even itself */
        won += t.positive * (negative_below + (t.all - t.positive) / 2);
        negative_below += t.all - t.positive;
        positive += t.positive;
    }
    double pairs = positive * negative_below;
    return pairs > 0 ? won / pairs : NAN;
}

/* E above. */
static double expected_precision(const tied_rows *t, double positive_before, double all_before, asking *asks)
{
    double m = (double)t->n, w = t->all / m, p = t->positive / w, sum = 0;
    for (int64_t j = 1; j <= t->n && !told_to_stop(asks); j++) {
        double earlier = t->n > 1 ? (double)(j - 1) * (p - 1) / (m - 1) : 0;
        sum += (positive_before + w * (1 + earlier)) / (all_before + (double)j * w);
    }
    return w * p / m * sum;
}

double binary_ap(const scored_rows *r)
{
    double positive = 0, all = 0, sum = 0;
    for (int64_t end = r->n, first; end > 0 && !told_to_stop(r->asks); end = first) {
        tied_rows t = { 0 };
        for (first = end; first > 0 && (first == end || r->score[r->order[first - 1]] == r->score[r->order[end - 1]]); first--)
            add_tied(r, r->order[first - 1], &t);
        if (t.positive > 0)
            sum += expected_precision(&t, positive, all, r->asks);
        positive += t.positive;
        all += t.all;
    }
    return positive > 0 ? sum / positive : NAN;
}

binary_scores binary_scores_of(const scored_rows *r)
{
    return (binary_scores){ binary_accuracy(r), binary_f1(r), binary_auc(r), binary_ap(r) };
}
