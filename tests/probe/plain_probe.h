/* A linear probe written out from the header's words, beside tests/solve/plain.h: which rows each fit trains on, what becomes of classes without
 * rows, scores by their definitions. */
#ifndef PROBE_PLAIN_PROBE_H
#define PROBE_PLAIN_PROBE_H

#include "probe/probes.h"
#include "solve/plain.h"

enum { ROWS = 84, WIDEST = 28, LAYERS = 2, TASKS = 4, PENALTIES = 3, FOLDS = 4, CLASSES = 4, OUTPUTS = 3 + 1 + 4 + 3 };

/* One call, and all that it is made of. Masked rows hold NaN, rows without a label any number. */
typedef struct plain_probe {
    int64_t       n, dim[LAYERS], n_folds, n_fits; /* a single fold has no fit on all rows */
    int           bare;                            /* no mask, weights or groups are given */
    double        x[LAYERS][ROWS * WIDEST];
    float         x_f32[LAYERS][ROWS * WIDEST];
    int32_t       label[TASKS * ROWS];
    unsigned char has_label[TASKS * ROWS], valid[ROWS];
    int64_t       fold[ROWS], group[ROWS];
    double        weight[ROWS], penalty[PENALTIES];
    int32_t       dtype;
    lamella_view  layer[LAYERS], labels, label_mask, mask, folds, groups, weights, penalties;
    lamella_stack stack;
    lamella_probe_linear_options o;
    lamella_probe_linear_result  result;
    lamella_probe_linear *probe;
    const double *found_weights[LAYERS], *found_intercepts;
} plain_probe;

static const int32_t plain_class[TASKS][CLASSES] = { { -7, 3, 11 }, { -3, 5 }, { 0, 1, 20, 300 }, { 8, 9, 12 } };
static const int64_t plain_classes[TASKS] = { 3, 2, 4, 3 }, plain_output[TASKS + 1] = { 0, 3, 4, 8, 11 };

/* Class of a row by number, or -1: it has none, or is masked. */
static inline int64_t plain_class_of(const plain_probe *s, int64_t t, int64_t i)
{
    for (int64_t k = 0; k < plain_classes[t]; k++)
        if (s->valid[i] && s->has_label[t * s->n + i] && s->label[t * s->n + i] == plain_class[t][k])
            return k;
    return -1;
}

static inline int plain_trains_on(const plain_probe *s, int64_t t, int64_t fit, int64_t i)
{
    return plain_class_of(s, t, i) >= 0 && s->weight[i] > 0 && s->fold[i] != fit;
}

/* Rows of each class that a fit trains on, or that its fold tests; returns how many classes have some. */
static inline int64_t plain_count(const plain_probe *s, int64_t t, int64_t fit, int tested, int64_t *count)
{
    int64_t found = 0;
    memset(count, 0, CLASSES * sizeof *count);
    for (int64_t i = 0; i < s->n; i++)
        if (tested ? plain_class_of(s, t, i) >= 0 && s->fold[i] == fit : plain_trains_on(s, t, fit, i))
            count[plain_class_of(s, t, i)]++;
    for (int64_t k = 0; k < CLASSES; k++)
        found += count[k] > 0;
    return found;
}

static inline int plain_possible(const plain_probe *s, int64_t t, int64_t fit)
{
    int64_t count[CLASSES];
    return plain_count(s, t, fit, 0, count) >= 2 && (fit >= s->n_folds || plain_count(s, t, fit, 1, count) >= 2);
}

/* One fit of classes, or of one against the rest (one >= 0), on a fit's rows; -1, 0, .. say which number each class of the task has in it. */
static inline double plain_fit_of(const plain_probe *s, int64_t l, int64_t t, int64_t fit, double penalty, const int64_t *number, int64_t classes,
                                  double *weights, double *intercepts)
{
    static double x[ROWS * WIDEST], weight[ROWS];
    static int32_t label[ROWS];
    double total[CLASSES] = { 0 }, all = 0;
    int64_t count[CLASSES], present = plain_count(s, t, fit, 0, count);
    plain_fit p = { .dim = s->dim[l], .classes = classes, .x = x, .weight = weight, .label = label, .penalty = penalty,
                    .kind = s->o.kind == LAMELLA_PROBE_RIDGE ? PLAIN_RIDGE : PLAIN_LOGISTIC, .standardise = s->o.standardise };
    for (int64_t i = 0; i < s->n; i++)
        if (plain_trains_on(s, t, fit, i)) {
            total[plain_class_of(s, t, i)] += s->weight[i];
            all += s->weight[i];
        }
    for (int64_t i = 0; i < s->n; i++)
        if (plain_trains_on(s, t, fit, i)) {
            int64_t k = plain_class_of(s, t, i);
            memcpy(x + p.n * p.dim, s->x[l] + i * p.dim, (size_t)p.dim * sizeof *x);
            weight[p.n] = s->weight[i] * (s->o.balanced ? all / ((double)present * total[k]) : 1);
            label[p.n++] = (int32_t)number[k];
        }
    return plain_weights(&p, weights, intercepts);
}

/* Weights [output, dim] and intercepts of all of a task's outputs; returns the objective. */
static inline double plain_task(const plain_probe *s, int64_t l, int64_t t, int64_t fit, double penalty, double *weights, double *intercepts)
{
    int64_t count[CLASSES], present = plain_count(s, t, fit, 0, count), classes = plain_classes[t], number[CLASSES] = { 0 }, dim = s->dim[l], last = 0;
    double made[CLASSES * WIDEST], b[CLASSES], f = 0;
    for (int64_t k = 0; k < classes; k++) {
        intercepts[k] = present < 2 ? NAN : -INFINITY;
        for (int64_t j = 0; j < dim; j++)
            weights[k * dim + j] = present < 2 ? NAN : 0;
        number[k] = count[k] ? last++ : 0;
    }
    if (present < 2)
        return 0;
    if (classes == 2)
        return plain_fit_of(s, l, t, fit, penalty, number, 2, weights, intercepts);
    if (s->o.kind != LAMELLA_PROBE_RIDGE && s->o.classes != LAMELLA_PROBE_CLASSES_ONE_VS_REST) {
        f = plain_fit_of(s, l, t, fit, penalty, number, present, made, b);
        for (int64_t k = 0; k < classes; k++) { /* of two classes halves: the softmax of (-z / 2, z / 2) is sigma(z) */
            double half = present > 2 ? 1 : number[k] ? 0.5 : -0.5;
            int64_t from = present > 2 ? number[k] : 0;
            for (int64_t j = 0; count[k] && j < dim; j++)
                weights[k * dim + j] = half * made[from * dim + j];
            intercepts[k] = count[k] ? half * b[from] : -INFINITY;
        }
        return f;
    }
    for (int64_t one = 0; one < classes; one++) {
        for (int64_t k = 0; k < classes; k++)
            number[k] = k == one;
        f += count[one] ? plain_fit_of(s, l, t, fit, penalty, number, 2, weights + one * dim, intercepts + one) : 0;
    }
    return f;
}

/* ---- scores by their definitions ---- */

/* Decision values [row, class] of the rows in play; of two classes one column. */
typedef struct plain_scores {
    int64_t n, classes;
    double  z[ROWS][CLASSES];
    int64_t gold[ROWS];
} plain_scores;

static inline int64_t plain_predicted(const plain_scores *s, int64_t i)
{
    int64_t best = 0;
    if (s->classes == 2)
        return s->z[i][0] > 0;
    for (int64_t k = 1; k < s->classes; k++)
        best = s->z[i][k] > s->z[i][best] ? k : best;
    return best;
}

static inline double plain_accuracy(const plain_scores *s)
{
    double right = 0;
    for (int64_t i = 0; i < s->n; i++)
        right += plain_predicted(s, i) == s->gold[i];
    return right / (double)s->n;
}

static inline double plain_f1(const plain_scores *s)
{
    double sum = 0, n = 0;
    for (int64_t k = s->classes == 2; k < s->classes; k++) {
        double hit = 0, claimed = 0, gold = 0;
        for (int64_t i = 0; i < s->n; i++) {
            hit += plain_predicted(s, i) == k && s->gold[i] == k;
            claimed += plain_predicted(s, i) == k;
            gold += s->gold[i] == k;
        }
        sum += hit > 0 ? 2 * hit / (claimed + gold) : 0;
        n += s->classes == 2 || gold > 0;
    }
    return sum / n;
}

static inline double plain_auc(const plain_scores *s)
{
    double sum = 0, n = 0;
    for (int64_t k = s->classes == 2; k < s->classes; k++) {
        double won = 0, pairs = 0;
        int64_t column = s->classes == 2 ? 0 : k;
        for (int64_t i = 0; i < s->n; i++)
            for (int64_t j = 0; j < s->n; j++)
                if (s->gold[i] == k && s->gold[j] != k) {
                    won += s->z[i][column] > s->z[j][column] ? 1 : s->z[i][column] == s->z[j][column] ? 0.5 : 0;
                    pairs++;
                }
        sum += pairs > 0 ? won / pairs : 0;
        n += pairs > 0;
    }
    return sum / n;
}

#endif
