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

int64_t logistic_row(const logistic *m, int64_t i)
{
    return m->p->row ? m->p->row[i] : i;
}

double logistic_weight(const logistic *m, int64_t row)
{
    return m->p->weight ? m->p->weight[row] : 1;
}

static const float *row_of(const logistic *m, int64_t row)
{
    return m->p->rows->x + row * m->p->rows->stride;
}

/* ---- columns ---- */

/* Sums of weight times row over every few rows; returns the sum of their weights. */
static double sum_columns(logistic *m, int64_t step)
{
    double weight = 0;
    memset(m->mean, 0, (size_t)m->dim * sizeof *m->mean);
    m->total_weight = 0;
    for (int64_t i = 0; i < m->p->n_rows; i++) {
        int64_t row = logistic_row(m, i);
        m->total_weight += logistic_weight(m, row);
        if (i % step)
            continue;
        m->simd->add_scaled_f32(row_of(m, row), m->dim, logistic_weight(m, row), m->mean);
        weight += logistic_weight(m, row);
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
void logistic_columns(logistic *m)
{
    int64_t n = m->p->n_rows, step = m->p->standardise ? 1 : MAX(1, MIN(LOGISTIC_CENTRE, n / LOGISTIC_CENTRED));
    double *sum = m->gradient, *square = m->row_f64, weight = sum_columns(m, step);
    memset(sum, 0, (size_t)m->dim * sizeof *sum);
    memset(square, 0, (size_t)m->dim * sizeof *square);
    for (int64_t j = 0; j < m->dim; j++)
        m->mean[j] = (double)(float)(m->mean[j] / weight);
    for (int64_t i = 0; i < n; i += step) {
        int64_t row = logistic_row(m, i);
        add_about(row_of(m, row), m->mean, m->dim, logistic_weight(m, row), sum, square);
    }
    for (int64_t j = 0; j < m->dim; j++) {
        double left = sum[j] / weight, variance = fmax(square[j] / weight - left * left, 0);
        m->mean[j] += left;
        int constant = is_constant_column(1, m->mean[j], variance);
        m->far |= !constant && fabs(m->mean[j]) > LOGISTIC_FAR * sqrt(variance);
        m->inverse_spread[j] = 1;
        if (m->p->standardise) { /* a constant column has weight 0: the intercept does its work */
            m->p->constant[j] = (unsigned char)constant;
            m->inverse_spread[j] = constant ? 0 : 1 / sqrt(variance);
        }
    }
}

/* ---- one row ---- */

static void score_row(logistic *m, const float *x)
{
    if (m->precise) {
        fit_scores(m->simd, x, m->weights, m->intercepts, m->outputs, m->dim, m->row_f64, m->scores);
        return;
    }
    for (int64_t k = 0; k < m->outputs; k++)
        m->scores[k] = (double)m->simd->dot_f32(x, m->weights_f32 + k * m->dim, m->dim) + m->intercepts[k];
}

void fit_scores(const kernels *k, const float *x, const double *weights, const double *intercepts, int64_t n_outputs, int64_t dim, double *room,
                double *scores)
{
    k->f32_to_f64(x, dim, room);
    for (int64_t o = 0; o < n_outputs; o++) {
        double lanes[16] = { 0 };
        k->dot_lanes_f64(room, weights + o * dim, dim, lanes);
        scores[o] = lanes_sum(lanes) + intercepts[o];
    }
}

static void add_log_of_products(logistic *m)
{
    m->loss += log(m->log_product);
    m->log_product = 1;
    m->n_factors = 0;
}

static double binary_residual(logistic *m, double weight, int positive)
{
    double z = m->scores[0], margin = positive ? z : -z;
    double small = m->precise ? exp(-fabs(z)) : (double)expf(-fabsf((float)z)); /* no better than the f32 score it comes from */
    if (margin < 0)
        m->loss -= weight * margin;
    if (weight == 1) {
        m->log_product *= 1 + small;
        if (++m->n_factors == LOGISTIC_FACTORS)
            add_log_of_products(m);
    } else {
        m->loss += weight * log1p(small);
    }
    double other = margin >= 0 ? small / (1 + small) : 1 / (1 + small); /* the share of the wrong class */
    m->curvature += weight * other * (1 - other);
    return positive ? -weight * other : weight * other;
}

/* Scores become probabilities; returns log sum exp. */
static double softmax_scores(double *z, int64_t n)
{
    double most = z[0], sum = 0;
    for (int64_t k = 1; k < n; k++)
        most = fmax(most, z[k]);
    for (int64_t k = 0; k < n; k++)
        sum += z[k] = exp(z[k] - most);
    for (int64_t k = 0; k < n; k++)
        z[k] /= sum;
    return most + log(sum);
}

/* A row's loss is added; its scores become residuals. */
static void residuals_of_row(logistic *m, int64_t row)
{
    double weight = logistic_weight(m, row);
    int32_t label = m->p->label[row];
    score_row(m, row_of(m, row));
    if (m->outputs == 1) {
        m->residuals[0] += m->scores[0] = binary_residual(m, weight, label);
        return;
    }
    double gold = m->scores[label];
    m->loss += weight * (softmax_scores(m->scores, m->outputs) - gold);
    double least = m->scores[0];
    for (int64_t k = 1; k < m->outputs; k++)
        least = fmin(least, m->scores[k]);
    m->curvature += weight * least;
    m->scores[label] -= 1;
    for (int64_t k = 0; k < m->outputs; k++)
        m->residuals[k] += m->scores[k] *= weight;
}

int logistic_sums_curved(const logistic *m)
{
    return m->precise && m->outputs == 1 && m->dim > LOGISTIC_FULL_FACTOR;
}

static void look_at_row(logistic *m, int64_t row)
{
    double curvature = m->curvature;
    residuals_of_row(m, row);
    if (logistic_sums_curved(m))
        m->simd->add_scaled_f32(row_of(m, row), m->dim, m->curvature - curvature, m->curved);
    for (int64_t k = 0; k < m->outputs; k++)
        m->simd->add_scaled_f32(row_of(m, row), m->dim, m->scores[k], m->sums + k * m->dim);
}

/* Rows while scores are f32: a block of residuals (the same rows however these are numbered), then its part of the gradient, f32 within
 * the block. */
static void look_at_block(logistic *m, int64_t first, int64_t n)
{
    const float *x[LOGISTIC_BLOCK];
    for (int64_t i = 0; i < n; i++)
        x[i] = row_of(m, logistic_row(m, first + i));
    for (int64_t i = 0; i < n && m->outputs == 1; i++) {
        int64_t row = logistic_row(m, first + i);
        score_row(m, x[i]);
        double r = binary_residual(m, logistic_weight(m, row), m->p->label[row]);
        m->residuals[0] += r;
        m->block[i] = (float)r;
    }
    for (int64_t i = 0; i < n && m->outputs > 1; i++) {
        residuals_of_row(m, logistic_row(m, first + i));
        for (int64_t k = 0; k < m->outputs; k++)
            m->block[k * LOGISTIC_BLOCK + i] = (float)m->scores[k];
    }
    for (int64_t k = 0; k < m->outputs; k++)
        m->simd->add_rows_f32(x, n, m->block + k * LOGISTIC_BLOCK, m->dim, m->sums + k * m->dim);
}

double logistic_curvature(logistic *m, const float *x)
{
    score_row(m, x);
    double small = exp(-fabs(m->scores[0]));
    return small / ((1 + small) * (1 + small));
}

/* ---- all rows ---- */

void logistic_pass_open(logistic *m)
{
    m->cursor = 0;
    m->loss = m->curvature = 0;
    if (logistic_sums_curved(m))
        memset(m->curved, 0, (size_t)m->dim * sizeof *m->curved);
    m->log_product = 1;
    m->n_factors = 0;
    memset(m->sums, 0, (size_t)(m->outputs * m->dim) * sizeof *m->sums);
    memset(m->residuals, 0, (size_t)m->outputs * sizeof *m->residuals);
}

void logistic_pass_rows(logistic *m, int64_t end)
{
    while (m->cursor < m->p->n_rows) {
        int64_t n = m->precise ? 1 : MIN(LOGISTIC_BLOCK, m->p->n_rows - m->cursor);
        if (logistic_row(m, m->cursor + n - 1) >= end)
            return;
        if (m->precise)
            look_at_row(m, logistic_row(m, m->cursor));
        else
            look_at_block(m, m->cursor, n);
        m->cursor += n;
    }
}

void logistic_pass_close(logistic *m)
{
    add_log_of_products(m);
}

/* The gradient in v, from the sums of a pass at weights that are v's. */
void logistic_gradient(const logistic *m, const double *v, double *gradient)
{
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *sums = m->sums + k * m->dim, residual = m->residuals[k];
        double *g = gradient + k * m->width;
        for (int64_t j = 0; j < m->dim; j++)
            g[j] = v[k * m->width + j] + m->penalty * m->inverse_spread[j] * (sums[j] - m->mean[j] * residual);
        g[m->dim] = m->penalty * residual;
    }
}

void logistic_measure(logistic *m, const double *weights, const double *intercepts, fit_report *report)
{
    double square = 0, gradient = 0;
    memcpy(m->weights, weights, (size_t)(m->outputs * m->dim) * sizeof *weights);
    memcpy(m->intercepts, intercepts, (size_t)m->outputs * sizeof *intercepts);
    m->precise = 1;
    logistic_pass_open(m);
    logistic_pass_rows(m, INT64_MAX);
    logistic_pass_close(m);
    for (int64_t k = 0; k < m->outputs; k++)
        for (int64_t j = 0; j < m->dim; j++)
            m->v[k * m->width + j] = m->inverse_spread[j] > 0 ? weights[k * m->dim + j] / m->inverse_spread[j] : 0;
    logistic_gradient(m, m->v, m->gradient);
    for (int64_t i = 0; i < m->size && !m->p->standardise; i++) /* of w beside b itself, not beside the centred one */
        if (i % m->width < m->dim)
            m->gradient[i] += m->penalty * m->mean[i % m->width] * m->residuals[i / m->width];
    for (int64_t i = 0; i < m->size; i++) {
        square += i % m->width < m->dim ? m->v[i] * m->v[i] : 0;
        gradient += m->gradient[i] * m->gradient[i];
    }
    report->objective = square / 2 + m->penalty * m->loss;
    report->gradient_norm = sqrt(gradient);
}
