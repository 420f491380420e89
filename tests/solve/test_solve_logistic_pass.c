/* The coordinates and the passes of a logistic fit, each against its formula, on arrays that end at walls. */
#include "solve/parts.h"

/* ---- coordinates ---- */

/* L^T (v - base) = t, the intercept beside its shift; and g.(v - base) = g_t.t, whatever g and t are. */
static void coordinates_are_plain(parts *s)
{
    logistic *m = work_of(s);
    const logistic_problem *q = &m->problem;
    double *t = numbers(q->size, 8), *v = numbers(q->size, 8), inside = 0, outside = 0, size = 0;
    for (int64_t i = 0; i < q->size; i++) {
        m->frame.base[i] = drawn_part((uint64_t)i + 5);
        t[i] = drawn_part((uint64_t)i + 50000);
        m->point.gradient[i] = drawn_part((uint64_t)i + 90000);
    }
    logistic_to_v(q, &m->frame, t, v);
    for (int64_t k = 0; k < q->outputs; k++) {
        const double *of = v + k * q->width, *base = m->frame.base + k * q->width;
        double b = m->frame.intercept_scale[k] * t[k * q->width + q->dim];
        for (int64_t j = 0; j < q->dim; j++) {
            double sum = q->dim > LOGISTIC_FULL_FACTOR ? (double)m->frame.factor[j] * (of[j] - base[j]) : 0;
            for (int64_t i = j; i < q->dim && q->dim <= LOGISTIC_FULL_FACTOR; i++)
                sum += (double)m->frame.factor[i * q->dim + j] * (of[i] - base[i]);
            near(sum, t[k * q->width + j], ABSOLUTE, 1e-12);
            b -= m->frame.shift[j] * (of[j] - base[j]);
        }
        near(of[q->dim] - base[q->dim], b, ABSOLUTE, 1e-12);
    }
    logistic_gradient_to_t(q, &m->frame, m->point.gradient, m->search.room, m->search.gradient);
    for (int64_t i = 0; i < q->size; i++) {
        inside += m->search.gradient[i] * t[i];
        outside += m->point.gradient[i] * (v[i] - m->frame.base[i]);
        size += fabs(m->search.gradient[i] * t[i]);
    }
    near(inside, outside, ABSOLUTE, 1e-6 * size);
}

TEST(coordinates_go_there_and_back)
{
    static const int64_t dims[] = { 1, 2, 15, 16, 17, 32, 33, LOGISTIC_FULL_FACTOR + 1 };
    for (int k = 0; k < 8 * 2; k++) {
        parts s = make_parts(12, dims[k / 2], k & 1 ? 3 : 2, 1);
        find_columns(work_of(&s));
        factor_is_plain(&s, 0);
        if (s.m.problem.outputs == 1)
            factor_is_plain(&s, 1);
        coordinates_are_plain(&s);
    }
}

/* ---- passes ---- */

static void pass_is_plain(parts *s, int precise, int64_t block)
{
    logistic *m = work_of(s);
    const logistic_problem *q = &m->problem;
    double loss = 0, curvature = 0, *sums = calloc((size_t)(q->outputs * q->dim), 8), *curved = calloc((size_t)q->dim, 8), residuals[MOST_OUTPUTS] = { 0 };
    double near_by = precise ? 1e-11 : 2e-4;
    m->point.precise = precise;
    for (int again = 0; again < 2; again++) { /* nothing is left of the pass before */
        logistic_pass_open(q, &m->point, &m->pass);
        for (int64_t row = 0; row < s->rows.n; row += block)
            logistic_pass_rows(q, &m->point, row + block, &m->pass);
    }
    for (int64_t i = 0; i < s->p.n_rows; i++) {
        double z[MOST_OUTPUTS], all = q->outputs == 1, least = INFINITY;
        for (int64_t k = 0; k < q->outputs; k++) {
            z[k] = m->point.intercepts[k];
            for (int64_t j = 0; j < q->dim; j++)
                z[k] += m->point.weights[k * q->dim + j] * number_at(s, i, j);
            all += exp(z[k]);
        }
        loss += weight_at(s, i) * (log(all) - (q->outputs == 1 ? label_at(s, i) * z[0] : z[label_at(s, i)]));
        for (int64_t k = 0; k < q->outputs; k++) {
            double share = exp(z[k]) / all, rest = weight_at(s, i) * (share - (label_at(s, i) == (q->outputs == 1 ? 1 : k)));
            least = fmin(least, q->outputs == 1 ? share * (1 - share) : share);
            residuals[k] += rest;
            for (int64_t j = 0; j < q->dim; j++)
                sums[k * q->dim + j] += rest * number_at(s, i, j);
        }
        curvature += weight_at(s, i) * least;
        for (int64_t j = 0; j < q->dim; j++)
            curved[j] += weight_at(s, i) * least * number_at(s, i, j);
    }
    near(m->pass.loss + log(m->pass.product), loss, RELATIVE, near_by);
    near(m->pass.curvature, curvature, RELATIVE, near_by);
    for (int64_t k = 0; k < q->outputs; k++) {
        near(m->pass.residuals[k], residuals[k], ABSOLUTE, near_by * 10);
        for (int64_t j = 0; j < q->dim; j++)
            near(m->pass.sums[k * q->dim + j], sums[k * q->dim + j], ABSOLUTE, near_by * 10);
    }
    equal(logistic_sums_curved(q, &m->point), precise && q->outputs == 1 && q->dim > LOGISTIC_FULL_FACTOR);
    for (int64_t j = 0; j < q->dim && logistic_sums_curved(q, &m->point); j++)
        near(m->pass.curved[j], curved[j], ABSOLUTE, 1e-11);
    const double *g = m->point.gradient, *v = m->point.v;
    double square = 0;
    logistic_evaluate(q, &m->pass, &m->point);
    for (int64_t k = 0; k < q->outputs; k++) {
        for (int64_t j = 0, at = k * q->width; j < q->dim; j++, at++) {
            double sum = m->pass.sums[k * q->dim + j] - q->mean[j] * m->pass.residuals[k];
            near(g[at], v[at] + m->point.penalty * sum * q->inverse_spread[j], ABSOLUTE, 1e-9);
            square += v[at] * v[at];
        }
        near(g[k * q->width + q->dim], m->point.penalty * m->pass.residuals[k], RELATIVE, 1e-12);
    }
    near(m->point.value, square / 2 + m->point.penalty * loss, RELATIVE, near_by);
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
        find_columns(work_of(&s));
        for (int64_t i = 0; i < s.m.problem.size; i++)
            s.m.point.v[i] = drawn_part((uint64_t)i + 12);
        pass_is_plain(&s, k & 1, k & 2 ? LOGISTIC_BLOCK : 3 * LOGISTIC_BLOCK);
        pass_is_plain(&s, !(k & 1), LOGISTIC_BLOCK);
    }
    for (int k = 0; k < 4; k++) {
        parts s = make_parts(9, LOGISTIC_FULL_FACTOR + 1, k & 1 ? 3 : 2, k & 2 ? 3 : 0);
        find_columns(work_of(&s));
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
            m->point.precise = precise;
            m->point.weights[0] = m->point.intercepts[0] = 0;
            m->point.weights_f32[0] = 0;
            m->point.intercepts[0] = 2000;
            for (int64_t i = 0; i < 4; i++)
                ((int32_t *)s.p.label)[i] = wrong ? 0 : 1;
            logistic_pass_open(&m->problem, &m->point, &m->pass);
            logistic_pass_rows(&m->problem, &m->point, INT64_MAX, &m->pass);
            near(m->pass.loss + log(m->pass.product), wrong ? 8000 : 0, ABSOLUTE, 1e-9);
            near(m->pass.residuals[0], wrong ? 4 : 0, ABSOLUTE, 1e-9);
        }
}
