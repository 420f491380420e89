/* The change of variables of a logistic problem.
 *
 *   A = I + C sum_i d_i x_i x_i^T = L L^T,   v = base + L^-T t,   g_t = L^-1 g_v
 *
 * of centred and scaled rows. First d_i = kappa s_i, from every few rows: near enough to the Hessian for L-BFGS to need 12 to 20 passes.
 * For Newton's method d_i = s_i p_i (1 - p_i) at v, all rows: the Hessian. R = L^-1 in f32, for
 * it only shapes the search; A and L are f64. Several classes share one R, made of the mean of their blocks. */
#include "solve/logistic.h"
#include "linalg/linalg.h"

#include <math.h>
#include <string.h>

#define LOGISTIC_KAPPA 0.1
#define LOGISTIC_SPARSE 4 /* the first Gram takes every such row if at least dim rows are left */

static int has_triangle(int64_t dim)
{
    return dim <= LOGISTIC_FULL_FACTOR;
}

int64_t logistic_factor_floats(int64_t dim)
{
    return has_triangle(dim) ? dim * dim : dim;
}

int64_t logistic_factor_room(int64_t dim)
{
    if (!has_triangle(dim))
        return round_up(dim * (int64_t)sizeof(float), 64);
    return round_up(PANEL_ROWS * dim * (int64_t)sizeof(float), 64) + round_up(dim * dim * (int64_t)sizeof(double), 64);
}

/* ---- Gram ---- */

static void weighted_row(const logistic *m, const float *x, double weight, float *out)
{
    double root = sqrt(weight);
    for (int64_t j = 0; j < m->dim; j++)
        out[j] = (float)(root * ((double)x[j] - m->mean[j]) * m->inverse_spread[j]);
}

static void add_panel(const logistic *m, const float *panel, int64_t n, int first)
{
    if (has_triangle(m->dim)) {
        blas_gram_f32(panel, n, m->dim, m->dim, first ? 0.0f : 1.0f, m->gram, m->dim);
        return;
    }
    for (int64_t j = 0; j < m->dim; j++) {
        float sum = first ? 0 : m->gram[j];
        for (int64_t i = 0; i < n; i++)
            sum += panel[i * m->dim + j] * panel[i * m->dim + j];
        m->gram[j] = sum;
    }
}

static double first_weight(const logistic *m)
{
    return fmin(LOGISTIC_KAPPA, m->outputs > 1 ? 1 / (double)m->outputs : 1);
}

/* gram = sum of d_i x_i x_i^T; returns the sum of d_i. */
static double sum_gram(logistic *m, float *panel)
{
    int64_t n = m->p->n_rows, filled = 0, batch = has_triangle(m->dim) ? PANEL_ROWS : 1;
    int64_t step = m->refresh ? 1 : MAX(1, MIN(LOGISTIC_SPARSE, n / m->dim));
    double total = 0;
    int first = 1;
    for (int64_t i = 0; i < n; i += step) {
        int64_t row = logistic_row(m, i);
        const float *x = m->p->rows->x + row * m->p->rows->stride;
        double d = logistic_weight(m, row) * (m->refresh ? logistic_curvature(m, x) : first_weight(m) * (double)step);
        total += d;
        weighted_row(m, x, d, panel + filled * m->dim);
        if (++filled == batch || i + step >= n) {
            add_panel(m, panel, filled, first);
            first = filled = 0;
        }
    }
    return total;
}

/* ---- factor ---- */

static void factor_diagonal(logistic *m)
{
    for (int64_t j = 0; j < m->dim; j++)
        m->factor[j] = (float)(1 / sqrt(1 + m->penalty * (double)m->gram[has_triangle(m->dim) ? j * m->dim + j : j]));
}

static void factor_triangle(logistic *m, double *a)
{
    int64_t d = m->dim;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++)
            a[i * d + j] = m->penalty * (double)m->gram[i * d + j] + (i == j);
    if (cholesky_f64(a, d, d) == 0 && triangular_invert_f64(a, d, d) == 0) {
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j <= i; j++)
                m->factor[i * d + j] = (float)a[i * d + j];
        return;
    }
    memset(m->factor, 0, (size_t)(d * d) * sizeof *m->factor);
    for (int64_t i = 0; i < d; i++)
        m->factor[i * d + i] = (float)(1 / sqrt(1 + m->penalty * (double)m->gram[i * d + i]));
}

void logistic_factor(logistic *m, void *room)
{
    float *panel = room;
    int keep = !m->refresh && m->at_penalty; /* the Gram of the first factor is still there */
    double total = keep ? m->total_weight * first_weight(m) : sum_gram(m, panel);
    if (has_triangle(m->dim))
        factor_triangle(m, (double *)((char *)room + round_up(PANEL_ROWS * m->dim * (int64_t)sizeof(float), 64)));
    else
        factor_diagonal(m);
    for (int64_t k = 0; k < m->outputs; k++)
        m->intercept_scale[k] = 1 / sqrt(fmax(m->penalty * total, 1e-30));
}

void logistic_factor_copy(logistic *m, const logistic *from)
{
    int64_t bytes = logistic_factor_floats(m->dim) * (int64_t)sizeof(float);
    memcpy(m->gram, from->gram, (size_t)bytes);
    memcpy(m->factor, from->factor, (size_t)bytes);
    memcpy(m->intercept_scale, from->intercept_scale, (size_t)m->outputs * sizeof(double));
}

/* ---- between t and v ---- */

void logistic_to_v(const logistic *m, const double *t, double *v)
{
    memcpy(v, m->base, (size_t)m->size * sizeof *v);
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *from = t + k * m->width;
        double *to = v + k * m->width;
        for (int64_t i = 0; i < m->dim; i++)
            if (has_triangle(m->dim))
                m->simd->add_scaled_f32(m->factor + i * m->dim, i + 1, from[i], to);
            else
                to[i] += (double)m->factor[i] * from[i];
        to[m->dim] += m->intercept_scale[k] * from[m->dim];
    }
}

void logistic_gradient_to_t(const logistic *m, const double *gradient, double *t_gradient, float *room)
{
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *from = gradient + k * m->width;
        double *to = t_gradient + k * m->width;
        m->simd->f64_to_f32(from, m->dim, room);
        for (int64_t i = 0; i < m->dim; i++)
            to[i] = has_triangle(m->dim) ? (double)m->simd->dot_f32(m->factor + i * m->dim, room, i + 1) : (double)m->factor[i] * from[i];
        to[m->dim] = m->intercept_scale[k] * from[m->dim];
    }
}
