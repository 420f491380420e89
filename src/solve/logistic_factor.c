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

/* A panel, then A; or the diagonal, then a row. */
int64_t logistic_factor_room(int64_t dim)
{
    return (has_triangle(dim) ? PANEL_ROWS + dim : 2) * dim * (int64_t)sizeof(double);
}

/* ---- Grams ---- */

static double first_weight(const logistic_problem *q)
{
    return fmin(LOGISTIC_KAPPA, q->outputs > 1 ? 1 / (double)q->outputs : 1);
}

/* The first Gram, of every few rows, in f32; returns the sum of d_i. */
static double sum_first_gram(const logistic_problem *q, float *panel, float *gram)
{
    int64_t n = q->given->n_rows, step = MAX(1, MIN(LOGISTIC_SPARSE, n / q->dim)), filled = 0;
    double total = 0;
    int first = 1;
    for (int64_t i = 0; i < n; i += step) {
        int64_t row = logistic_row(q, i);
        const float *x = logistic_x(q, row);
        double d = logistic_weight(q, row) * first_weight(q) * (double)step, root = sqrt(d);
        total += d;
        for (int64_t j = 0; j < q->dim; j++)
            panel[filled * q->dim + j] = (float)(root * ((double)x[j] - q->mean[j]) * q->inverse_spread[j]);
        if (++filled == PANEL_ROWS || i + step >= n) {
            blas_gram_f32(panel, filled, q->dim, q->dim, first ? 0.0f : 1.0f, gram, q->dim);
            first = filled = 0;
        }
    }
    return total;
}

/* Rows that curve the most may lie far from the mean of all: about their own mean the intercept is apart from the other variables. */
static void add_shift(const logistic_problem *q, double d, const float *x, double *shift)
{
    for (int64_t j = 0; j < q->dim; j++)
        shift[j] += d * ((double)x[j] - q->mean[j]) * q->inverse_spread[j];
}

static void divide_shift(double *shift, int64_t dim, double total)
{
    for (int64_t j = 0; j < dim; j++)
        shift[j] = total > 0 ? shift[j] / total : 0;
}

/* The Hessian without the penalty's part, in f64: its small eigenvalues count. */
static double sum_hessian(const logistic_problem *q, const logistic_point *at, double *panel, double *hessian, double *shift)
{
    int64_t filled = 0;
    double total = 0;
    int first = 1;
    for (int64_t i = 0; i < q->given->n_rows; i++) {
        int64_t row = logistic_row(q, i);
        const float *x = logistic_x(q, row);
        double *to = panel + filled * q->dim, d = logistic_weight(q, row) * logistic_curvature(q, at, x, to), root = sqrt(d);
        total += d;
        add_shift(q, d, x, shift);
        for (int64_t j = 0; j < q->dim; j++)
            to[j] = root * ((double)x[j] - q->mean[j]) * q->inverse_spread[j];
        if (++filled == PANEL_ROWS || i + 1 == q->given->n_rows) {
            blas_gram_f64(panel, filled, q->dim, q->dim, first ? 0.0 : 1.0, hessian, q->dim);
            first = filled = 0;
        }
    }
    divide_shift(shift, q->dim, total);
    for (int64_t i = 0; i < q->dim; i++)
        for (int64_t j = 0; j <= i; j++)
            hessian[i * q->dim + j] -= total * shift[i] * shift[j];
    return total;
}

/* ---- factor ---- */

/* gram [d, d] becomes A; of what is not positive definite in f64, the diagonal is used. room: [d] */
static void factor_triangle(double penalty, int64_t d, double *a, double *diagonal, float *factor)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j <= i; j++)
            a[i * d + j] = penalty * a[i * d + j] + (i == j);
        diagonal[i] = a[i * d + i];
    }
    int definite = cholesky_f64(a, d, d) == 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++)
            factor[i * d + j] = (float)(definite ? a[i * d + j] : i == j ? sqrt(diagonal[i]) : 0);
}

/* Well conditioned, f32 does: A is I and something of at most this size. */
static int factor_in_f32(double penalty, int64_t d, const float *gram, float *factor)
{
    double largest = 0;
    for (int64_t i = 0; i < d; i++)
        largest = fmax(largest, penalty * (double)gram[i * d + i]);
    if (!(largest < LOGISTIC_F32_SIZE))
        return 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++)
            factor[i * d + j] = (float)penalty * gram[i * d + j] + (i == j ? 1.0f : 0.0f);
    return cholesky_f32(factor, d, d) == 0;
}

static double triangle_of_rows(const logistic_problem *q, const logistic_point *at, int hessian, double *room, logistic_frame *f)
{
    int64_t d = q->dim;
    double *a = room + PANEL_ROWS * d, total = q->total_weight * first_weight(q);
    if (hessian) {
        total = sum_hessian(q, at, room, a, f->shift);
    } else {
        if (!f->has_gram) /* else that of the penalty before serves */
            total = sum_first_gram(q, (float *)room, f->gram);
        f->has_gram = 1;
        if (factor_in_f32(at->penalty, d, f->gram, f->factor))
            return total;
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j <= i; j++)
                a[i * d + j] = f->gram[i * d + j];
    }
    factor_triangle(at->penalty, d, a, room, f->factor);
    return total;
}

/* Of too many dims only the diagonal is kept. */
static double diagonal_of_rows(const logistic_problem *q, const logistic_point *at, int hessian, double *diagonal, logistic_frame *f)
{
    double total = 0, *room = diagonal + q->dim;
    memset(diagonal, 0, (size_t)q->dim * sizeof *diagonal);
    for (int64_t i = 0; i < q->given->n_rows; i++) {
        int64_t row = logistic_row(q, i);
        const float *x = logistic_x(q, row);
        double d = logistic_weight(q, row) * (hessian ? logistic_curvature(q, at, x, room) : first_weight(q));
        total += d;
        if (hessian)
            add_shift(q, d, x, f->shift);
        for (int64_t j = 0; j < q->dim; j++) {
            double value = ((double)x[j] - q->mean[j]) * q->inverse_spread[j];
            diagonal[j] += d * value * value;
        }
    }
    divide_shift(f->shift, q->dim, total);
    for (int64_t j = 0; j < q->dim; j++)
        f->factor[j] = (float)sqrt(1 + at->penalty * fmax(diagonal[j] - total * f->shift[j] * f->shift[j], 0));
    return total;
}

void logistic_factor(const logistic_problem *q, const logistic_point *at, int hessian, void *room, logistic_frame *f)
{
    memset(f->shift, 0, (size_t)q->dim * sizeof *f->shift);
    double total = has_triangle(q->dim) ? triangle_of_rows(q, at, hessian, room, f) : diagonal_of_rows(q, at, hessian, room, f);
    for (int64_t k = 0; k < q->outputs; k++)
        f->intercept_scale[k] = 1 / sqrt(fmax(at->penalty * total, DBL_MIN));
}

int logistic_factor_is_finite(const logistic_frame *f, int64_t dim)
{
    for (int64_t i = 0; i < dim; i++)
        if (!isfinite(has_triangle(dim) ? f->factor[i * dim + i] : f->factor[i]))
            return 0;
    return 1;
}

void logistic_factor_copy(const logistic_problem *q, const logistic_frame *from, logistic_frame *to)
{
    int64_t bytes = logistic_factor_floats(q->dim) * (int64_t)sizeof(float);
    if (has_triangle(q->dim))
        memcpy(to->gram, from->gram, (size_t)bytes);
    to->has_gram = from->has_gram;
    memcpy(to->factor, from->factor, (size_t)bytes);
    memcpy(to->intercept_scale, from->intercept_scale, (size_t)q->outputs * sizeof(double));
}

/* ---- between t and v ---- */

/* L^T u = t, from the last row up; u takes t's place. */
static void solve_transposed(const logistic_problem *q, const float *factor, double *t)
{
    for (int64_t i = q->dim - 1; i >= 0; i--) {
        const float *row = factor + i * q->dim;
        t[i] /= (double)row[i];
        q->simd->add_scaled_f32(row, i, -t[i], t);
    }
}

/* L t = g less shift times the intercept's, from the first row down: what rows owe to the blocks before theirs has no order among them. room: [dim] */
static void solve_lower(const logistic_problem *q, const logistic_frame *f, const double *g, float *room, double *t)
{
    double g_b = g[q->dim];
    for (int64_t first = 0, end; first < q->dim; first = end) {
        end = MIN(first + LOGISTIC_SOLVED, q->dim);
        for (int64_t i = first; i < end; i++)
            t[i] = g[i] - f->shift[i] * g_b - (double)q->simd->dot_f32(f->factor + i * q->dim, room, first);
        for (int64_t j = first; j < end; j++) {
            t[j] /= (double)f->factor[j * q->dim + j];
            room[j] = (float)t[j];
            for (int64_t i = j + 1; i < end; i++)
                t[i] -= (double)f->factor[i * q->dim + j] * t[j];
        }
    }
}

void logistic_to_v(const logistic_problem *q, const logistic_frame *f, const double *t, double *v)
{
    memcpy(v, t, (size_t)q->size * sizeof *v);
    for (int64_t k = 0; k < q->outputs; k++) {
        double *u = v + k * q->width;
        if (has_triangle(q->dim))
            solve_transposed(q, f->factor, u);
        for (int64_t i = 0; i < q->dim && !has_triangle(q->dim); i++)
            u[i] /= (double)f->factor[i];
        u[q->dim] *= f->intercept_scale[k];
        for (int64_t i = 0; i < q->dim; i++)
            u[q->dim] -= f->shift[i] * u[i];
    }
    for (int64_t i = 0; i < q->size; i++)
        v[i] += f->base[i];
}

void logistic_gradient_to_t(const logistic_problem *q, const logistic_frame *f, const double *gradient, float *room, double *t_gradient)
{
    for (int64_t k = 0; k < q->outputs; k++) {
        const double *from = gradient + k * q->width;
        double *to = t_gradient + k * q->width;
        if (has_triangle(q->dim))
            solve_lower(q, f, from, room, to);
        for (int64_t i = 0; i < q->dim && !has_triangle(q->dim); i++)
            to[i] = (from[i] - f->shift[i] * from[q->dim]) / (double)f->factor[i];
        to[q->dim] = f->intercept_scale[k] * from[q->dim];
    }
}
