/* A logistic problem and its work by hand, on arrays that end at walls; and its factor by its formula. */
#ifndef SOLVE_PARTS_H
#define SOLVE_PARTS_H

#include "solve/logistic.h"
#include "solve/plain.h"
#include "support/guarded.h"

enum { MOST_OUTPUTS = 3 };

/* A problem and its work, all by hand. */
typedef struct parts {
    fit_rows    rows;
    fit_problem p;
    logistic    m;
    float      *x;
    double     *weight;
} parts;

static inline double drawn_part(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 40) / (1 << 23) - 1;
}

static inline void *numbers(int64_t n, int64_t size)
{
    return guarded(NULL, (size_t)(n * size));
}

/* Bits: weighted, not all rows, standardised. Rows lie three numbers apart; what lies between them is none. */
static inline parts make_parts(int64_t n, int64_t dim, int64_t classes, int bits)
{
    parts s = { .x = numbers((n - 1) * (dim + 3) + dim, 4) };
    int64_t outputs = fit_outputs(classes), size = outputs * (dim + 1), floats = logistic_factor_floats(dim), n_rows = 0;
    int64_t *row = numbers(n, 8);
    int32_t *label = numbers(n, 4);
    double *penalty = numbers(1, 8);
    s.weight = numbers(n, 8);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < (i + 1 < n ? dim + 3 : dim); j++)
            s.x[i * (dim + 3) + j] = j < dim ? (float)(drawn_part((uint64_t)(i * dim + j)) * (1 + (double)(j % 3)) + (double)(j % 4) / 2) : NAN;
        s.weight[i] = bits & 1 ? 0.5 * (double)(1 + i % 4) : 1;
        label[i] = (int32_t)((i + i / 5) % classes);
        if (!(bits & 2) || i % 5 != 2)
            row[n_rows++] = i;
    }
    memmove(row + (n - n_rows), row, (size_t)n_rows * sizeof *row);
    *penalty = 0.7;
    s.rows = (fit_rows){ .x = s.x, .n = n, .dim = dim, .stride = dim + 3 };
    s.p = (fit_problem){ .row = bits & 2 ? row + (n - n_rows) : NULL, .n_rows = n_rows, .weight = bits & 1 ? s.weight : NULL, .label = label, .n_classes = classes,
                         .standardise = bits >> 2 & 1, .constant = numbers(dim, 1), .penalty = penalty, .n_penalties = 1,
                         .weights = numbers(outputs * dim, 8), .intercepts = numbers(outputs, 8), .report = numbers(1, sizeof(fit_report)) };
    s.m.problem = (logistic_problem){ .simd = simd_kernels(LAMELLA_SIMD_REFERENCE), .outputs = outputs, .dim = dim, .width = dim + 1, .size = size,
                                      .mean = numbers(dim, 8), .inverse_spread = numbers(dim, 8) };
    s.m.point = (logistic_point){ .penalty = *penalty, .v = numbers(size, 8), .gradient = numbers(size, 8), .weights = numbers(outputs * dim, 8),
                                  .intercepts = numbers(outputs, 8), .weights_f32 = numbers(outputs * dim, 4) };
    s.m.pass = (logistic_pass){ .curved = numbers(dim, 8), .sums = numbers(outputs * dim, 8), .residuals = numbers(outputs, 8),
                                .scores = numbers(outputs, 8), .row_f64 = numbers(dim, 8), .block = numbers(outputs * LOGISTIC_BLOCK, 4) };
    s.m.frame = (logistic_frame){ .base = numbers(size, 8), .factor = numbers(floats, 4), .intercept_scale = numbers(outputs, 8),
                                  .shift = numbers(dim, 8), .gram = numbers(floats, 4) };
    s.m.search = (logistic_search){ .gradient = numbers(size, 8), .room = numbers(dim, 4) };
    for (int64_t i = 0; i < outputs * dim; i++) {
        s.m.point.weights[i] = drawn_part((uint64_t)i + 31337) / sqrt((double)dim);
        s.m.point.weights_f32[i] = (float)s.m.point.weights[i];
    }
    for (int64_t k = 0; k < outputs; k++)
        s.m.point.intercepts[k] = drawn_part((uint64_t)k + 777) / 2;
    return s;
}

/* Pointers of a copy are those of the copy. */
static inline logistic *work_of(parts *s)
{
    s->p.rows = &s->rows;
    s->m.problem.given = &s->p;
    return &s->m;
}

static inline void find_columns(logistic *m)
{
    logistic_columns(&m->problem, m->point.gradient, m->pass.row_f64);
}

static inline int64_t row_number(const parts *s, int64_t i)
{
    return s->p.row ? s->p.row[i] : i;
}

static inline double number_at(const parts *s, int64_t i, int64_t j)
{
    return (double)s->x[row_number(s, i) * s->rows.stride + j];
}

static inline double weight_at(const parts *s, int64_t i)
{
    return s->weight[row_number(s, i)];
}

static inline int64_t label_at(const parts *s, int64_t i)
{
    return s->p.label[row_number(s, i)];
}

/* Centred and scaled as the work says. */
static inline double scaled_at(const parts *s, int64_t i, int64_t j)
{
    return (number_at(s, i, j) - s->m.problem.mean[j]) * s->m.problem.inverse_spread[j];
}

/* ---- factors ---- */

static inline double first_share(const parts *s)
{
    return s->m.problem.outputs > 1 && 1 / (double)s->m.problem.outputs < 0.05 ? 1 / (double)s->m.problem.outputs : 0.05;
}

static inline double curvature_at(const parts *s, int64_t i)
{
    double z = s->m.point.intercepts[0];
    for (int64_t j = 0; j < s->m.problem.dim; j++)
        z += s->m.point.weights[j] * number_at(s, i, j);
    return 1 / (1 + exp(-z)) / (1 + exp(z));
}

/* A of every `step` rows, and what goes with it: the sum of d, and where these rows lie. */
static inline double *plain_hessian(const parts *s, int64_t step, int refresh, double *total, double *shift)
{
    int64_t dim = s->m.problem.dim;
    double *a = calloc((size_t)(dim * dim), sizeof *a);
    *total = 0;
    memset(shift, 0, (size_t)dim * sizeof *shift);
    for (int64_t i = 0; i < s->p.n_rows; i += step) {
        double d = weight_at(s, i) * (refresh ? curvature_at(s, i) : first_share(s) * (double)step);
        *total += d;
        for (int64_t j = 0; j < dim; j++) {
            shift[j] += refresh ? d * scaled_at(s, i, j) : 0;
            for (int64_t k = 0; k < dim; k++)
                a[j * dim + k] += d * scaled_at(s, i, j) * scaled_at(s, i, k);
        }
    }
    for (int64_t j = 0; j < dim; j++)
        shift[j] /= *total;
    for (int64_t j = 0; j < dim; j++)
        for (int64_t k = 0; k < dim; k++)
            a[j * dim + k] = s->m.point.penalty * (a[j * dim + k] - *total * shift[j] * shift[k]) + (j == k);
    return a;
}

static inline double product_of_factor(const logistic *m, int64_t i, int64_t j)
{
    double sum = 0;
    for (int64_t k = 0; k <= i && k <= j; k++)
        sum += (double)m->frame.factor[i * m->problem.dim + k] * (double)m->frame.factor[j * m->problem.dim + k];
    return sum;
}

/* The first Gram takes every fourth row at most, if so many are left as there are dims. */
static inline int64_t step_of(const parts *s, int refresh)
{
    int64_t step = s->p.n_rows / s->m.problem.dim;
    return refresh || s->m.problem.dim > LOGISTIC_FULL_FACTOR || step < 1 ? 1 : step > 4 ? 4 : step;
}

static inline void factor_is_plain(parts *s, int refresh)
{
    logistic *m = work_of(s);
    const logistic_problem *q = &m->problem;
    double total, *shift = malloc((size_t)q->dim * sizeof *shift), *a;
    memset(m->frame.shift, 0x55, (size_t)q->dim * sizeof *shift);
    logistic_factor(q, &m->point, refresh, guarded(NULL, (size_t)logistic_factor_room(q->dim)), &m->frame);
    check(logistic_factor_is_finite(&m->frame, q->dim));
    a = plain_hessian(s, step_of(s, refresh), refresh, &total, shift);
    for (int64_t i = 0; i < q->dim; i++) {
        near(m->frame.shift[i], shift[i], ABSOLUTE, 1e-6);
        if (q->dim > LOGISTIC_FULL_FACTOR)
            near(m->frame.factor[i], sqrt(a[i * q->dim + i]), RELATIVE, 1e-6);
        for (int64_t j = 0; j <= i && q->dim <= LOGISTIC_FULL_FACTOR; j++)
            near(product_of_factor(m, i, j), a[i * q->dim + j], ABSOLUTE, 3e-6 * sqrt(a[i * q->dim + i] * a[j * q->dim + j]));
    }
    for (int64_t k = 0; k < q->outputs; k++)
        near(m->frame.intercept_scale[k], 1 / sqrt(m->point.penalty * total), RELATIVE, 1e-6);
    free(a);
    free(shift);
}

#endif
