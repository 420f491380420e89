/* The coordinates and the passes of a logistic fit, each against its formula, on arrays that end at walls. */
#include "solve/parts.h"

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
