/* Loss and gradient of logistic problems, row by row.
 *
 *   two classes   z = w.x + b,  loss = log(1 + e^-m), m = z or -z by the class,  residual = sigma(z) - y
 *   more          loss = log sum_k e^z_k - z_y,  residual_k = p_k - [k = y]
 *
 * Scores are f32 products, or f64 ones once `precise` is set; losses, residuals and the sums over rows are f64. log(1 + e^-|m|) of
 * unweighted rows is taken of products of many factors at once. */
#include "solve/logistic.h"
#include "moments/moments.h"

#include <math.h>
#include <string.h>

#define LOGISTIC_CENTRE 8    /* where columns are not standardised the centre only has to be near the mean: that of every 8th row is, */
#define LOGISTIC_CENTRED 64  /* but of so many at least */
#define LOGISTIC_FAR 256     /* spreads from 0: f32 products lose a column's variation beside its mean */
#define LOGISTIC_FACTORS 512 /* each at most 2: the product stays below 2^512 */

/* ---- columns ---- */

/* Sums of weight times row over every few rows; returns the sum of their weights. */
static double sum_columns(logistic_problem *q, int64_t step)
{
    double weight = 0;
    memset(q->mean, 0, (size_t)q->dim * sizeof *q->mean);
    q->total_weight = 0;
    for (int64_t i = 0; i < q->given->n_rows; i++) {
        int64_t row = logistic_row(q, i);
        q->total_weight += logistic_weight(q, row);
        if (i % step)
            continue;
        q->simd->add_scaled_f32(logistic_x(q, row), q->dim, logistic_weight(q, row), q->mean);
        weight += logistic_weight(q, row);
    }
    return weight;
}

/* sum += w d, square += w d^2, d = x - about */
static void add_about(const float *restrict x, const double *restrict about, int64_t n, double weight, double *restrict sum, double *restrict square)
{
    for (int64_t j = 0; j < n; j++) {
        double d = (double)x[j] - about[j];
        sum[j] += weight * d;
        square[j] += weight * d * d;
    }
}

/* Squares are taken about the f32 next to the rough mean: of a constant column that is the column, so that nothing at all is left. */
void logistic_columns(logistic_problem *q, double *sum, double *square)
{
    int64_t n = q->given->n_rows, step = q->given->standardise ? 1 : MAX(1, MIN(LOGISTIC_CENTRE, n / LOGISTIC_CENTRED));
    double weight = sum_columns(q, step);
    memset(sum, 0, (size_t)q->dim * sizeof *sum);
    memset(square, 0, (size_t)q->dim * sizeof *square);
    for (int64_t j = 0; j < q->dim; j++)
        q->mean[j] = (double)(float)(q->mean[j] / weight);
    for (int64_t i = 0; i < n; i += step) {
        int64_t row = logistic_row(q, i);
        add_about(logistic_x(q, row), q->mean, q->dim, logistic_weight(q, row), sum, square);
    }
    for (int64_t j = 0; j < q->dim; j++) {
        double left = sum[j] / weight, variance = fmax(square[j] / weight - left * left, 0);
        q->mean[j] += left;
        int constant = is_constant_column(1, q->mean[j], variance);
        q->far |= !constant && fabs(q->mean[j]) > LOGISTIC_FAR * sqrt(variance);
        q->inverse_spread[j] = 1;
        if (q->given->standardise) { /* a constant column has weight 0: the intercept does its work */
            q->given->constant[j] = (unsigned char)constant;
            q->inverse_spread[j] = constant ? 0 : 1 / sqrt(variance);
        }
    }
}

/* ---- one row ---- */

/* room: [dim] */
static void score_row(const logistic_problem *q, const logistic_point *at, const float *x, double *room, double *scores)
{
    if (at->precise) {
        fit_scores(q->simd, x, at->weights, at->intercepts, q->outputs, q->dim, room, scores);
        return;
    }
    for (int64_t k = 0; k < q->outputs; k++)
        scores[k] = (double)q->simd->dot_f32(x, at->weights_f32 + k * q->dim, q->dim) + at->intercepts[k];
}

void fit_scores(const kernels *k, const float *x, const double *weights, const double *intercepts, int64_t n_outputs, int64_t dim, double *room,
                double *scores)
{
    k->f32_to_f64(x, dim, room);
    for (int64_t o = 0; o < n_outputs; o++)
        scores[o] = dot_f64(k, room, weights + o * dim, dim) + intercepts[o];
}

static double binary_residual(int precise, double weight, int positive, logistic_pass *s)
{
    double z = s->scores[0], margin = positive ? z : -z;
    double small = precise ? exp(-fabs(z)) : (double)expf(-fabsf((float)z)); /* no better than the f32 score it comes from */
    if (margin < 0)
        s->loss -= weight * margin;
    if (weight == 1) {
        s->product *= 1 + small;
        if (++s->n_factors % LOGISTIC_FACTORS == 0) {
            s->loss += log(s->product);
            s->product = 1;
        }
    } else {
        s->loss += weight * log1p(small);
    }
    double other = margin >= 0 ? small / (1 + small) : 1 / (1 + small); /* the share of the wrong class */
    s->curvature += weight * other * (1 - other);
    return positive ? -weight * other : weight * other;
}

/* A row's loss is added; its scores become residuals. */
static void residuals_of_row(const logistic_problem *q, const logistic_point *at, int64_t row, logistic_pass *s)
{
    double weight = logistic_weight(q, row);
    int32_t label = q->given->label[row];
    score_row(q, at, logistic_x(q, row), s->row_f64, s->scores);
    if (q->outputs == 1) {
        s->residuals[0] += s->scores[0] = binary_residual(at->precise, weight, label, s);
        return;
    }
    double gold = s->scores[label];
    s->loss += weight * (softmax(s->scores, q->outputs) - gold);
    double least = s->scores[0];
    for (int64_t k = 1; k < q->outputs; k++)
        least = fmin(least, s->scores[k]);
    s->curvature += weight * least;
    s->scores[label] -= 1;
    for (int64_t k = 0; k < q->outputs; k++)
        s->residuals[k] += s->scores[k] *= weight;
}

int logistic_sums_curved(const logistic_problem *q, const logistic_point *at)
{
    return at->precise && q->outputs == 1 && q->dim > LOGISTIC_FULL_FACTOR;
}

static void look_at_row(const logistic_problem *q, const logistic_point *at, int64_t row, logistic_pass *s)
{
    const float *x = logistic_x(q, row);
    double curvature = s->curvature;
    residuals_of_row(q, at, row, s);
    if (logistic_sums_curved(q, at))
        q->simd->add_scaled_f32(x, q->dim, s->curvature - curvature, s->curved);
    for (int64_t k = 0; k < q->outputs; k++)
        q->simd->add_scaled_f32(x, q->dim, s->scores[k], s->sums + k * q->dim);
}

/* Rows while scores are f32: a block of residuals (the same rows however these are numbered), then its part of the gradient, f32 within
 * the block. Two classes in a loop of their own take a twentieth less time. */
static void look_at_block(const logistic_problem *q, const logistic_point *at, int64_t n, logistic_pass *s)
{
    const float *x[LOGISTIC_BLOCK];
    for (int64_t i = 0; i < n; i++)
        x[i] = logistic_x(q, logistic_row(q, s->cursor + i));
    for (int64_t i = 0; i < n && q->outputs == 1; i++) {
        int64_t row = logistic_row(q, s->cursor + i);
        score_row(q, at, x[i], s->row_f64, s->scores);
        double r = binary_residual(at->precise, logistic_weight(q, row), q->given->label[row], s);
        s->residuals[0] += r;
        s->block[i] = (float)r;
    }
    for (int64_t i = 0; i < n && q->outputs > 1; i++) {
        residuals_of_row(q, at, logistic_row(q, s->cursor + i), s);
        for (int64_t k = 0; k < q->outputs; k++)
            s->block[k * LOGISTIC_BLOCK + i] = (float)s->scores[k];
    }
    for (int64_t k = 0; k < q->outputs; k++)
        q->simd->add_rows_f32(x, n, s->block + k * LOGISTIC_BLOCK, q->dim, s->sums + k * q->dim);
}

double logistic_curvature(const logistic_problem *q, const logistic_point *at, const float *x, double *room)
{
    double z;
    score_row(q, at, x, room, &z);
    double small = exp(-fabs(z));
    return small / ((1 + small) * (1 + small));
}

/* ---- all rows ---- */

void logistic_pass_open(const logistic_problem *q, const logistic_point *at, logistic_pass *s)
{
    s->cursor = s->n_factors = 0;
    s->loss = s->curvature = 0;
    s->product = 1;
    if (logistic_sums_curved(q, at))
        memset(s->curved, 0, (size_t)q->dim * sizeof *s->curved);
    memset(s->sums, 0, (size_t)(q->outputs * q->dim) * sizeof *s->sums);
    memset(s->residuals, 0, (size_t)q->outputs * sizeof *s->residuals);
}

void logistic_pass_rows(const logistic_problem *q, const logistic_point *at, int64_t end, logistic_pass *s)
{
    while (s->cursor < q->given->n_rows) {
        int64_t n = at->precise ? 1 : MIN(LOGISTIC_BLOCK, q->given->n_rows - s->cursor);
        if (logistic_row(q, s->cursor + n - 1) >= end)
            return;
        if (at->precise)
            look_at_row(q, at, logistic_row(q, s->cursor), s);
        else
            look_at_block(q, at, n, s);
        s->cursor += n;
    }
}

void logistic_evaluate(const logistic_problem *q, const logistic_pass *s, logistic_point *at)
{
    double square = 0;
    for (int64_t k = 0; k < q->outputs; k++) {
        const double *sums = s->sums + k * q->dim, *v = at->v + k * q->width, residual = s->residuals[k];
        double *g = at->gradient + k * q->width;
        for (int64_t j = 0; j < q->dim; j++) {
            square += v[j] * v[j];
            g[j] = v[j] + at->penalty * q->inverse_spread[j] * (sums[j] - q->mean[j] * residual);
        }
        g[q->dim] = at->penalty * residual;
    }
    at->value = square / 2 + at->penalty * (s->loss + log(s->product));
}

void logistic_measure(const logistic_problem *q, logistic_point *at, logistic_pass *s, fit_report *report)
{
    double square = 0;
    at->precise = 1;
    logistic_pass_open(q, at, s);
    logistic_pass_rows(q, at, INT64_MAX, s);
    for (int64_t k = 0; k < q->outputs; k++)
        for (int64_t j = 0; j < q->dim; j++)
            at->v[k * q->width + j] = q->inverse_spread[j] > 0 ? at->weights[k * q->dim + j] / q->inverse_spread[j] : 0;
    logistic_evaluate(q, s, at);
    for (int64_t i = 0; i < q->size; i++) {
        if (!q->given->standardise && i % q->width < q->dim) /* of w beside b itself, not beside the centred one */
            at->gradient[i] += at->penalty * q->mean[i % q->width] * s->residuals[i / q->width];
        square += at->gradient[i] * at->gradient[i];
    }
    report->objective = at->value;
    report->gradient_norm = sqrt(square);
}
