/* The change of variables of a logistic problem.
 *
 *   A = I + C sum_i d_i x_i x_i^T = L L^T,   v = base + L^-T t,   g_t = L^-1 g_v
 *
 * of centred and scaled rows. First d_i = kappa s_i, from every few rows: near enough to the Hessian for L-BFGS to need 12 to 20 passes.
 * For Newton's method d_i = s_i p_i (1 - p_i) at v, all rows: the Hessian. L is kept in f32, for
 * it only shapes the search, and is solved with, never inverted. Several classes share one L. */
#include "solve/logistic.h"
#include "linalg/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LOGISTIC_KAPPA 0.05
#define LOGISTIC_F32_SIZE 1e4
#define LOGISTIC_SOLVED 16 /* rows of L solved together */
#define LOGISTIC_SPARSE 4 /* the first Gram takes every such row if at least dim rows are left */

static int has_triangle(int64_t dim)
{
    return dim <= LOGISTIC_FULL_FACTOR;
}

int64_t logistic_factor_floats(int64_t dim)
{
    return has_triangle(dim) ? dim * dim : dim;
}

/* A panel, then A. */
int64_t logistic_factor_room(int64_t dim)
{
    if (!has_triangle(dim))
        return dim * (int64_t)sizeof(double);
    return (PANEL_ROWS + dim) * dim * (int64_t)sizeof(double);
}

/* ---- Grams ---- */

static double first_weight(const logistic *m)
{
    return fmin(LOGISTIC_KAPPA, m->outputs > 1 ? 1 / (double)m->outputs : 1);
}

static const float *factor_row(const logistic *m, int64_t row)
{
    return m->p->rows->x + row * m->p->rows->stride;
}

/* The first Gram, of every few rows, in f32; returns the sum of d_i. */
static double sum_first_gram(logistic *m, float *panel)
{
    int64_t n = m->p->n_rows, step = MAX(1, MIN(LOGISTIC_SPARSE, n / m->dim)), filled = 0;
    double total = 0;
    int first = 1;
    for (int64_t i = 0; i < n; i += step) {
        int64_t row = logistic_row(m, i);
        const float *x = factor_row(m, row);
        double d = logistic_weight(m, row) * first_weight(m) * (double)step, root = sqrt(d);
        total += d;
        for (int64_t j = 0; j < m->dim; j++)
            panel[filled * m->dim + j] = (float)(root * ((double)x[j] - m->mean[j]) * m->inverse_spread[j]);
        if (++filled == PANEL_ROWS || i + step >= n) {
            blas_gram_f32(panel, filled, m->dim, m->dim, first ? 0.0f : 1.0f, m->gram, m->dim);
            first = filled = 0;
        }
    }
    return total;
}

/* Rows that curve the most may lie far from the mean of all: about their own mean the intercept is apart from the other variables. */
static void add_shift(logistic *m, double d, const float *x)
{
    for (int64_t j = 0; j < m->dim; j++)
        m->shift[j] += d * ((double)x[j] - m->mean[j]) * m->inverse_spread[j];
}

static void divide_shift(logistic *m, double total)
{
    for (int64_t j = 0; j < m->dim; j++)
        m->shift[j] = total > 0 ? m->shift[j] / total : 0;
}

/* The Hessian without the penalty's part, in f64: its small eigenvalues count. */
static double sum_hessian(logistic *m, double *panel, double *hessian)
{
    int64_t filled = 0;
    double total = 0;
    int first = 1;
    memset(m->shift, 0, (size_t)m->dim * sizeof *m->shift);
    for (int64_t i = 0; i < m->p->n_rows; i++) {
        int64_t row = logistic_row(m, i);
        const float *x = factor_row(m, row);
        double d = logistic_weight(m, row) * logistic_curvature(m, x), root = sqrt(d);
        total += d;
        add_shift(m, d, x);
        for (int64_t j = 0; j < m->dim; j++)
            panel[filled * m->dim + j] = root * ((double)x[j] - m->mean[j]) * m->inverse_spread[j];
        if (++filled == PANEL_ROWS || i + 1 == m->p->n_rows) {
            blas_gram_f64(panel, filled, m->dim, m->dim, first ? 0.0 : 1.0, hessian, m->dim);
            first = filled = 0;
        }
    }
    divide_shift(m, total);
    for (int64_t i = 0; i < m->dim; i++)
        for (int64_t j = 0; j <= i; j++)
            hessian[i * m->dim + j] -= total * m->shift[i] * m->shift[j];
    return total;
}

/* Of too many dims only the diagonal is kept. */
static double sum_diagonal(logistic *m, double *diagonal)
{
    double total = 0;
    memset(diagonal, 0, (size_t)m->dim * sizeof *diagonal);
    memset(m->shift, 0, (size_t)m->dim * sizeof *m->shift);
    for (int64_t i = 0; i < m->p->n_rows; i++) {
        int64_t row = logistic_row(m, i);
        const float *x = factor_row(m, row);
        double d = logistic_weight(m, row) * (m->refresh ? logistic_curvature(m, x) : first_weight(m));
        total += d;
        if (m->refresh)
            add_shift(m, d, x);
        for (int64_t j = 0; j < m->dim; j++) {
            double value = ((double)x[j] - m->mean[j]) * m->inverse_spread[j];
            diagonal[j] += d * value * value;
        }
    }
    divide_shift(m, total);
    for (int64_t j = 0; j < m->dim; j++)
        diagonal[j] = fmax(diagonal[j] - total * m->shift[j] * m->shift[j], 0);
    return total;
}

/* ---- factor ---- */

/* gram [d, d] becomes A; of what is not positive definite in f64, the diagonal is used. */
static void factor_triangle(logistic *m, double *a)
{
    int64_t d = m->dim;
    double *diagonal = m->row_f64;
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j <= i; j++)
            a[i * d + j] = m->penalty * a[i * d + j] + (i == j);
        diagonal[i] = a[i * d + i];
    }
    int definite = cholesky_f64(a, d, d) == 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++)
            m->factor[i * d + j] = (float)(definite ? a[i * d + j] : i == j ? sqrt(diagonal[i]) : 0);
}

/* Well conditioned, f32 does: A is I and something of at most this size. */
static int factor_in_f32(logistic *m)
{
    int64_t d = m->dim;
    double largest = 0;
    for (int64_t i = 0; i < d; i++)
        largest = fmax(largest, m->penalty * (double)m->gram[i * d + i]);
    if (!(largest < LOGISTIC_F32_SIZE))
        return 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++)
            m->factor[i * d + j] = (float)m->penalty * m->gram[i * d + j] + (i == j ? 1.0f : 0.0f);
    return cholesky_f32(m->factor, d, d) == 0;
}

static double triangle_of_rows(logistic *m, double *room)
{
    int64_t d = m->dim;
    double *a = room + PANEL_ROWS * d, total = m->total_weight * first_weight(m);
    if (m->refresh) {
        total = sum_hessian(m, room, a);
    } else {
        memset(m->shift, 0, (size_t)m->dim * sizeof *m->shift);
        if (!m->has_gram) /* else that of the penalty before serves */
            total = sum_first_gram(m, (float *)room);
        m->has_gram = 1;
        if (factor_in_f32(m))
            return total;
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j <= i; j++)
                a[i * d + j] = m->gram[i * d + j];
    }
    factor_triangle(m, a);
    return total;
}

static double diagonal_of_rows(logistic *m, double *room)
{
    double total = sum_diagonal(m, room);
    for (int64_t j = 0; j < m->dim; j++)
        m->factor[j] = (float)sqrt(1 + m->penalty * room[j]);
    return total;
}

void logistic_factor(logistic *m, void *room)
{
    double total = has_triangle(m->dim) ? triangle_of_rows(m, room) : diagonal_of_rows(m, room);
    for (int64_t k = 0; k < m->outputs; k++)
        m->intercept_scale[k] = 1 / sqrt(fmax(m->penalty * total, DBL_MIN));
}

int logistic_factor_is_finite(const logistic *m)
{
    for (int64_t i = 0; i < m->dim; i++)
        if (!isfinite(has_triangle(m->dim) ? m->factor[i * m->dim + i] : m->factor[i]))
            return 0;
    return 1;
}

void logistic_factor_copy(logistic *m, const logistic *from)
{
    int64_t bytes = logistic_factor_floats(m->dim) * (int64_t)sizeof(float);
    if (has_triangle(m->dim))
        memcpy(m->gram, from->gram, (size_t)bytes);
    m->has_gram = from->has_gram;
    memcpy(m->factor, from->factor, (size_t)bytes);
    memcpy(m->intercept_scale, from->intercept_scale, (size_t)m->outputs * sizeof(double));
}

/* ---- between t and v ---- */

/* L^T u = t, from the last row up; u takes t's place. */
static void solve_transposed(const logistic *m, double *t)
{
    for (int64_t i = m->dim - 1; i >= 0; i--) {
        const float *row = m->factor + i * m->dim;
        t[i] /= (double)row[i];
        m->simd->add_scaled_f32(row, i, -t[i], t);
    }
}

/* L t = g less shift times the intercept's, from the first row down: what rows owe to the blocks before theirs has no order among them. room: [dim] */
static void solve_lower(const logistic *m, const double *g, double *t, float *room)
{
    double g_b = g[m->dim];
    for (int64_t first = 0, end; first < m->dim; first = end) {
        end = MIN(first + LOGISTIC_SOLVED, m->dim);
        for (int64_t i = first; i < end; i++)
            t[i] = g[i] - m->shift[i] * g_b - (double)m->simd->dot_f32(m->factor + i * m->dim, room, first);
        for (int64_t j = first; j < end; j++) {
            t[j] /= (double)m->factor[j * m->dim + j];
            room[j] = (float)t[j];
            for (int64_t i = j + 1; i < end; i++)
                t[i] -= (double)m->factor[i * m->dim + j] * t[j];
        }
    }
}

void logistic_to_v(const logistic *m, const double *t, double *v)
{
    memcpy(v, t, (size_t)m->size * sizeof *v);
    for (int64_t k = 0; k < m->outputs; k++) {
        double *u = v + k * m->width;
        if (has_triangle(m->dim))
            solve_transposed(m, u);
        for (int64_t i = 0; i < m->dim && !has_triangle(m->dim); i++)
            u[i] /= (double)m->factor[i];
        u[m->dim] *= m->intercept_scale[k];
        for (int64_t i = 0; i < m->dim; i++)
            u[m->dim] -= m->shift[i] * u[i];
    }
    for (int64_t i = 0; i < m->size; i++)
        v[i] += m->base[i];
}

void logistic_gradient_to_t(const logistic *m, const double *gradient, double *t_gradient, float *room)
{
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *from = gradient + k * m->width;
        double *to = t_gradient + k * m->width;
        if (has_triangle(m->dim))
            solve_lower(m, from, to, room);
        for (int64_t i = 0; i < m->dim && !has_triangle(m->dim); i++)
            to[i] = (from[i] - m->shift[i] * from[m->dim]) / (double)m->factor[i];
        to[m->dim] = m->intercept_scale[k] * from[m->dim];
    }
}
