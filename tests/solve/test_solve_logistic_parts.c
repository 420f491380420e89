/* The parts of a logistic fit one by one, each against its formula, on arrays that end at walls: columns, factors, coordinates, passes. */
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

static double drawn_part(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 40) / (1 << 23) - 1;
}

static void *numbers(int64_t n, int64_t size)
{
    return guarded(NULL, (size_t)(n * size));
}

/* Bits: weighted, not all rows, standardised. Rows lie three numbers apart; what lies between them is none. */
static parts make_parts(int64_t n, int64_t dim, int64_t classes, int bits)
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
        s.weight[i] = bits & 1 ? 0.5 + (double)(i % 4) : 1;
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
    s.m = (logistic){ .simd = simd_kernels(LAMELLA_SIMD_REFERENCE), .outputs = outputs, .dim = dim, .width = dim + 1, .size = size, .penalty = *penalty,
                      .mean = numbers(dim, 8), .inverse_spread = numbers(dim, 8), .base = numbers(size, 8), .v = numbers(size, 8), .gradient = numbers(size, 8),
                      .t_gradient = numbers(size, 8), .weights_f32 = numbers(outputs * dim, 4), .weights = numbers(outputs * dim, 8),
                      .intercepts = numbers(outputs, 8), .curved = numbers(dim, 8), .sums = numbers(outputs * dim, 8), .residuals = numbers(outputs, 8),
                      .scores = numbers(outputs, 8), .block = numbers(outputs * LOGISTIC_BLOCK, 4), .row_f64 = numbers(dim, 8), .row_f32 = numbers(dim, 4),
                      .gram = numbers(floats, 4), .factor = numbers(floats, 4), .intercept_scale = numbers(outputs, 8), .shift = numbers(dim, 8) };
    for (int64_t i = 0; i < outputs * dim; i++) {
        s.m.weights[i] = drawn_part((uint64_t)i + 31337) / sqrt((double)dim);
        s.m.weights_f32[i] = (float)s.m.weights[i];
    }
    for (int64_t k = 0; k < outputs; k++)
        s.m.intercepts[k] = drawn_part((uint64_t)k + 777) / 2;
    return s;
}

/* Pointers of a copy are those of the copy. */
static logistic *work_of(parts *s)
{
    s->p.rows = &s->rows;
    s->m.p = &s->p;
    return &s->m;
}

static int64_t row_number(const parts *s, int64_t i)
{
    return s->p.row ? s->p.row[i] : i;
}

static double number_at(const parts *s, int64_t i, int64_t j)
{
    return (double)s->x[row_number(s, i) * s->rows.stride + j];
}

static double weight_at(const parts *s, int64_t i)
{
    return s->weight[row_number(s, i)];
}

static int64_t label_at(const parts *s, int64_t i)
{
    return s->p.label[row_number(s, i)];
}

/* Centred and scaled as the work says. */
static double scaled_at(const parts *s, int64_t i, int64_t j)
{
    return (number_at(s, i, j) - s->m.mean[j]) * s->m.inverse_spread[j];
}

/* ---- columns ---- */

static void columns_are_plain(parts *s)
{
    logistic *m = work_of(s);
    int64_t n = s->p.n_rows, step = s->p.standardise ? 1 : n / 64 < 1 ? 1 : n / 64 > 8 ? 8 : n / 64;
    double total = 0;
    logistic_columns(m);
    for (int64_t i = 0; i < n; i++)
        total += weight_at(s, i);
    near(m->total_weight, total, RELATIVE, 1e-12);
    for (int64_t j = 0; j < m->dim; j++) {
        double all = 0, mean = 0, square = 0;
        for (int64_t i = 0; i < n; i += step) {
            all += weight_at(s, i);
            mean += weight_at(s, i) * number_at(s, i, j);
        }
        mean /= all;
        for (int64_t i = 0; i < n; i += step)
            square += weight_at(s, i) * pow(number_at(s, i, j) - mean, 2) / all;
        near(m->mean[j], mean, ABSOLUTE, 1e-12);
        near(m->inverse_spread[j], !s->p.standardise ? 1 : square > 1e-12 ? 1 / sqrt(square) : 0, RELATIVE, 1e-10);
        if (s->p.standardise)
            equal(s->p.constant[j], square < 1e-12);
    }
    equal(m->far, 0);
}

TEST(columns_have_their_mean_and_spread)
{
    static const int64_t rows[] = { 1, 2, 63, 64, 127, 128, 129, 512, 600 }, dims[] = { 1, 15, 16, 17, 40 };
    for (int k = 0; k < 9 * 8; k++) {
        parts s = make_parts(rows[k / 8], dims[k % 5], 2, k % 8);
        if (s.p.n_rows)
            columns_are_plain(&s);
    }
}

/* 256 spreads from 0 a column is near, further it is far; a constant one is neither. */
TEST(a_column_is_far_beyond_256_of_its_spreads)
{
    for (int k = 0; k < 8; k++) {
        parts s = make_parts(10, 3, 2, k & 4);
        logistic *m = work_of(&s);
        double far = k & 1 ? 257 : 256, sign = k & 2 ? -1 : 1;
        for (int64_t i = 0; i < 10; i++) {
            s.x[i * 6 + 2] = (float)(sign * far + (i % 2 ? 1 : -1));
            s.x[i * 6 + 1] = 1e6f;
        }
        logistic_columns(m);
        equal(m->far, k & 1);
    }
}

/* ---- factors ---- */

static double first_share(const parts *s)
{
    return s->m.outputs > 1 && 1 / (double)s->m.outputs < 0.05 ? 1 / (double)s->m.outputs : 0.05;
}

static double curvature_at(const parts *s, int64_t i)
{
    double z = s->m.intercepts[0];
    for (int64_t j = 0; j < s->m.dim; j++)
        z += s->m.weights[j] * number_at(s, i, j);
    return 1 / (1 + exp(-z)) / (1 + exp(z));
}

/* A of every `step` rows, and what goes with it: the sum of d, and where these rows lie. */
static double *plain_hessian(const parts *s, int64_t step, int refresh, double *total, double *shift)
{
    int64_t dim = s->m.dim;
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
            a[j * dim + k] = s->m.penalty * (a[j * dim + k] - *total * shift[j] * shift[k]) + (j == k);
    return a;
}

static double product_of_factor(const logistic *m, int64_t i, int64_t j)
{
    double sum = 0;
    for (int64_t k = 0; k <= i && k <= j; k++)
        sum += (double)m->factor[i * m->dim + k] * (double)m->factor[j * m->dim + k];
    return sum;
}

/* The first Gram takes every fourth row at most, if so many are left as there are dims. */
static int64_t step_of(const parts *s, int refresh)
{
    int64_t step = s->p.n_rows / s->m.dim;
    return refresh || s->m.dim > LOGISTIC_FULL_FACTOR || step < 1 ? 1 : step > 4 ? 4 : step;
}

static void factor_is_plain(parts *s, int refresh)
{
    logistic *m = work_of(s);
    double total, *shift = malloc((size_t)m->dim * sizeof *shift), *a;
    m->refresh = refresh;
    memset(m->shift, 0x55, (size_t)m->dim * sizeof *shift);
    logistic_factor(m, guarded(NULL, (size_t)logistic_factor_room(m->dim)));
    check(logistic_factor_is_finite(m));
    a = plain_hessian(s, step_of(s, refresh), refresh, &total, shift);
    for (int64_t i = 0; i < m->dim; i++) {
        near(m->shift[i], shift[i], ABSOLUTE, 1e-6);
        if (m->dim > LOGISTIC_FULL_FACTOR)
            near(m->factor[i], sqrt(a[i * m->dim + i]), RELATIVE, 1e-6);
        for (int64_t j = 0; j <= i && m->dim <= LOGISTIC_FULL_FACTOR; j++)
            near(product_of_factor(m, i, j), a[i * m->dim + j], ABSOLUTE, 3e-6 * sqrt(a[i * m->dim + i] * a[j * m->dim + j]));
    }
    for (int64_t k = 0; k < m->outputs; k++)
        near(m->intercept_scale[k], 1 / sqrt(m->penalty * total), RELATIVE, 1e-6);
    free(a);
    free(shift);
}

/* In f32 where A is well conditioned, else in f64; of every few rows at first, of all of them later; of panels of 256. */
TEST(a_factor_is_that_of_its_hessian)
{
    static const struct { int64_t n, dim; } cases[] = { { 9, 1 }, { 30, 15 }, { 70, 17 }, { 20, 33 }, { 1100, 5 }, { 1028, 4 } };
    static const double penalties[] = { 1e-3, 0.7, 1e5 };
    for (int k = 0; k < 6 * 3; k++) {
        parts s = make_parts(cases[k / 3].n, cases[k / 3].dim, k % 2 ? 3 : 2, k & 1 ? 4 : 1);
        logistic_columns(work_of(&s));
        s.m.penalty = penalties[k % 3];
        factor_is_plain(&s, 0);
        equal(s.m.has_gram, 1);
        s.m.penalty *= 4; /* the Gram of the penalty before serves; all rows weigh what they weigh */
        work_of(&s);
        logistic_factor(&s.m, guarded(NULL, (size_t)logistic_factor_room(s.m.dim)));
        near(product_of_factor(&s.m, s.m.dim - 1, 0), s.m.penalty * (double)s.m.gram[(s.m.dim - 1) * s.m.dim] + (s.m.dim == 1), RELATIVE, 1e-4);
        near(s.m.intercept_scale[0], 1 / sqrt(s.m.penalty * s.m.total_weight * first_share(&s)), RELATIVE, 1e-12);
        if (s.m.outputs == 1)
            for (int precise = 0; precise < 2; precise++) {
                s.m.precise = precise;
                factor_is_plain(&s, 1);
            }
    }
}

TEST(of_too_many_dims_the_diagonal_is_kept)
{
    for (int k = 0; k < 4; k++) {
        parts s = make_parts(6, LOGISTIC_FULL_FACTOR + 1, k & 2 ? 3 : 2, k & 1 ? 5 : 2);
        logistic_columns(work_of(&s));
        factor_is_plain(&s, 0);
        if (s.m.outputs == 1)
            factor_is_plain(&s, 1);
        s.m.factor[LOGISTIC_FULL_FACTOR] = INFINITY;
        check(!logistic_factor_is_finite(&s.m));
    }
    parts s = make_parts(6, 5, 2, 0);
    logistic_columns(work_of(&s));
    factor_is_plain(&s, 0);
    s.m.factor[4 * 5 + 4] = NAN;
    check(!logistic_factor_is_finite(&s.m));
}

TEST(a_copied_factor_is_the_same)
{
    static const int64_t dims[] = { 1, 17, LOGISTIC_FULL_FACTOR + 1 };
    for (int k = 0; k < 6; k++) {
        parts s = make_parts(7, dims[k / 2], k & 1 ? 3 : 2, 0), to = make_parts(7, dims[k / 2], k & 1 ? 3 : 2, 0);
        int64_t bytes = logistic_factor_floats(dims[k / 2]) * 4;
        logistic_columns(work_of(&s));
        factor_is_plain(&s, 0);
        logistic_factor_copy(work_of(&to), &s.m);
        equal_bits(to.m.factor, s.m.factor, bytes);
        equal_bits(to.m.intercept_scale, s.m.intercept_scale, s.m.outputs * 8);
        equal(to.m.has_gram, s.m.has_gram);
        if (dims[k / 2] <= LOGISTIC_FULL_FACTOR)
            equal_bits(to.m.gram, s.m.gram, bytes);
    }
}

/* ---- coordinates ---- */

/* L^T (v - base) = t, the intercept beside its shift; and g.(v - base) = g_t.t, whatever g and t are. */
static void coordinates_are_plain(parts *s)
{
    logistic *m = work_of(s);
    double *t = numbers(m->size, 8), *v = numbers(m->size, 8), inside = 0, outside = 0, size = 0;
    for (int64_t i = 0; i < m->size; i++) {
        m->base[i] = drawn_part((uint64_t)i + 5);
        t[i] = drawn_part((uint64_t)i + 50000);
        m->gradient[i] = drawn_part((uint64_t)i + 90000);
    }
    logistic_to_v(m, t, v);
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *of = v + k * m->width, *base = m->base + k * m->width;
        double b = m->intercept_scale[k] * t[k * m->width + m->dim];
        for (int64_t j = 0; j < m->dim; j++) {
            double sum = m->dim > LOGISTIC_FULL_FACTOR ? (double)m->factor[j] * (of[j] - base[j]) : 0;
            for (int64_t i = j; i < m->dim && m->dim <= LOGISTIC_FULL_FACTOR; i++)
                sum += (double)m->factor[i * m->dim + j] * (of[i] - base[i]);
            near(sum, t[k * m->width + j], ABSOLUTE, 1e-12);
            b -= m->shift[j] * (of[j] - base[j]);
        }
        near(of[m->dim] - base[m->dim], b, ABSOLUTE, 1e-12);
    }
    logistic_gradient_to_t(m, m->gradient, m->t_gradient, m->row_f32);
    for (int64_t i = 0; i < m->size; i++) {
        inside += m->t_gradient[i] * t[i];
        outside += m->gradient[i] * (v[i] - m->base[i]);
        size += fabs(m->t_gradient[i] * t[i]);
    }
    near(inside, outside, ABSOLUTE, 1e-6 * size);
}

TEST(coordinates_go_there_and_back)
{
    static const int64_t dims[] = { 1, 2, 15, 16, 17, 32, 33, LOGISTIC_FULL_FACTOR + 1 };
    for (int k = 0; k < 8 * 2; k++) {
        parts s = make_parts(12, dims[k / 2], k & 1 ? 3 : 2, 1);
        logistic_columns(work_of(&s));
        factor_is_plain(&s, 0);
        if (s.m.outputs == 1)
            factor_is_plain(&s, 1);
        coordinates_are_plain(&s);
    }
}

/* ---- passes ---- */

static void pass_is_plain(parts *s, int precise, int64_t block)
{
    logistic *m = work_of(s);
    double loss = 0, curvature = 0, *sums = calloc((size_t)(m->outputs * m->dim), 8), *curved = calloc((size_t)m->dim, 8), residuals[MOST_OUTPUTS] = { 0 };
    double near_by = precise ? 1e-11 : 2e-4;
    m->precise = precise;
    for (int again = 0; again < 2; again++) { /* nothing is left of the pass before */
        logistic_pass_open(m);
        for (int64_t row = 0; row < s->rows.n; row += block)
            logistic_pass_rows(m, row + block);
        logistic_pass_close(m);
    }
    for (int64_t i = 0; i < s->p.n_rows; i++) {
        double z[MOST_OUTPUTS], all = m->outputs == 1, least = INFINITY;
        for (int64_t k = 0; k < m->outputs; k++) {
            z[k] = m->intercepts[k];
            for (int64_t j = 0; j < m->dim; j++)
                z[k] += m->weights[k * m->dim + j] * number_at(s, i, j);
            all += exp(z[k]);
        }
        loss += weight_at(s, i) * (log(all) - (m->outputs == 1 ? label_at(s, i) * z[0] : z[label_at(s, i)]));
        for (int64_t k = 0; k < m->outputs; k++) {
            double share = exp(z[k]) / all, rest = weight_at(s, i) * (share - (label_at(s, i) == (m->outputs == 1 ? 1 : k)));
            least = fmin(least, m->outputs == 1 ? share * (1 - share) : share);
            residuals[k] += rest;
            for (int64_t j = 0; j < m->dim; j++)
                sums[k * m->dim + j] += rest * number_at(s, i, j);
        }
        curvature += weight_at(s, i) * least;
        for (int64_t j = 0; j < m->dim; j++)
            curved[j] += weight_at(s, i) * least * number_at(s, i, j);
    }
    near(m->loss, loss, RELATIVE, near_by);
    near(m->curvature, curvature, RELATIVE, near_by);
    for (int64_t k = 0; k < m->outputs; k++) {
        near(m->residuals[k], residuals[k], ABSOLUTE, near_by * 10);
        for (int64_t j = 0; j < m->dim; j++)
            near(m->sums[k * m->dim + j], sums[k * m->dim + j], ABSOLUTE, near_by * 10);
    }
    equal(logistic_sums_curved(m), precise && m->outputs == 1 && m->dim > LOGISTIC_FULL_FACTOR);
    for (int64_t j = 0; j < m->dim && logistic_sums_curved(m); j++)
        near(m->curved[j], curved[j], ABSOLUTE, 1e-11);
    double *g = numbers(m->size, 8);
    logistic_gradient(m, m->v, g);
    for (int64_t k = 0; k < m->outputs; k++) {
        for (int64_t j = 0; j < m->dim; j++)
            near(g[k * m->width + j], m->v[k * m->width + j] + m->penalty * (m->sums[k * m->dim + j] - m->mean[j] * m->residuals[k]) * m->inverse_spread[j], ABSOLUTE,
                 1e-9);
        near(g[k * m->width + m->dim], m->penalty * m->residuals[k], RELATIVE, 1e-12);
    }
    free(sums);
    free(curved);
}

/* Losses of unweighted rows are logarithms of products of up to 512 factors. */
TEST(a_pass_sums_what_rows_miss_by)
{
    static const int64_t rows[] = { 1, 15, 16, 17, 31, 33, 511, 512, 513, 1100 }, dims[] = { 1, 3, 16, 19 };
    for (int k = 0; k < 10 * 8; k++) {
        parts s = make_parts(rows[k / 8], dims[k % 4], k & 4 ? 3 : 2, (k + k / 8) % 4);
        if (!s.p.n_rows)
            continue;
        logistic_columns(work_of(&s));
        for (int64_t i = 0; i < s.m.size; i++)
            s.m.v[i] = drawn_part((uint64_t)i + 12);
        pass_is_plain(&s, k & 1, k & 2 ? LOGISTIC_BLOCK : 3 * LOGISTIC_BLOCK);
        pass_is_plain(&s, !(k & 1), LOGISTIC_BLOCK);
    }
    for (int k = 0; k < 4; k++) {
        parts s = make_parts(9, LOGISTIC_FULL_FACTOR + 1, k & 1 ? 3 : 2, k & 2 ? 3 : 0);
        logistic_columns(work_of(&s));
        pass_is_plain(&s, 1, LOGISTIC_BLOCK);
    }
}

/* Far from the boundary, on the right side and on the wrong one: no overflow, and nothing but the margin is lost. */
TEST(rows_far_on_either_side)
{
    for (int wrong = 0; wrong < 2; wrong++)
        for (int precise = 0; precise < 2; precise++) {
            parts s = make_parts(4, 1, 2, 0);
            logistic *m = work_of(&s);
            m->precise = precise;
            m->weights[0] = m->intercepts[0] = 0;
            m->weights_f32[0] = 0;
            m->intercepts[0] = 2000;
            for (int64_t i = 0; i < 4; i++)
                ((int32_t *)s.p.label)[i] = wrong ? 0 : 1;
            logistic_pass_open(m);
            logistic_pass_rows(m, INT64_MAX);
            logistic_pass_close(m);
            near(m->loss, wrong ? 8000 : 0, ABSOLUTE, 1e-9);
            near(m->residuals[0], wrong ? 4 : 0, ABSOLUTE, 1e-9);
        }
}
