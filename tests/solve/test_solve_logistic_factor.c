/* The columns and the factors of a logistic fit, each against its formula, on arrays that end at walls. */
#include "solve/parts.h"

/* ---- columns ---- */

static void columns_are_plain(parts *s)
{
    logistic *m = work_of(s);
    const logistic_problem *q = &m->problem;
    int64_t n = s->p.n_rows, step = s->p.standardise ? 1 : n / 64 < 1 ? 1 : n / 64 > 8 ? 8 : n / 64;
    double total = 0;
    find_columns(m);
    for (int64_t i = 0; i < n; i++)
        total += weight_at(s, i);
    near(q->total_weight, total, RELATIVE, 1e-12);
    for (int64_t j = 0; j < q->dim; j++) {
        double all = 0, mean = 0, square = 0;
        for (int64_t i = 0; i < n; i += step) {
            all += weight_at(s, i);
            mean += weight_at(s, i) * number_at(s, i, j);
        }
        mean /= all;
        for (int64_t i = 0; i < n; i += step)
            square += weight_at(s, i) * pow(number_at(s, i, j) - mean, 2) / all;
        near(q->mean[j], mean, ABSOLUTE, 1e-12);
        near(q->inverse_spread[j], !s->p.standardise ? 1 : square > 1e-12 ? 1 / sqrt(square) : 0, RELATIVE, 1e-10);
        if (s->p.standardise)
            equal(s->p.constant[j], square < 1e-12);
    }
    equal(q->far, 0);
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
        find_columns(m);
        equal(m->problem.far, k & 1);
    }
}

/* ---- factors ---- */

/* In f32 where A is well conditioned, else in f64; of every few rows at first, of all of them later; of panels of 256. */
TEST(a_factor_is_that_of_its_hessian)
{
    static const struct { int64_t n, dim; } cases[] = { { 9, 1 }, { 30, 15 }, { 70, 17 }, { 20, 33 }, { 1100, 5 }, { 1028, 4 } };
    static const double penalties[] = { 1e-3, 0.7, 1e5 };
    for (int k = 0; k < 6 * 3; k++) {
        int64_t dim = cases[k / 3].dim;
        parts s = make_parts(cases[k / 3].n, dim, k % 2 ? 3 : 2, k & 1 ? 4 : 1);
        find_columns(work_of(&s));
        s.m.point.penalty = penalties[k % 3];
        factor_is_plain(&s, 0);
        equal(s.m.frame.has_gram, 1);
        s.m.point.penalty *= 4; /* the Gram of the penalty before serves; all rows weigh what they weigh */
        work_of(&s);
        logistic_factor(&s.m.problem, &s.m.point, 0, guarded(NULL, (size_t)logistic_factor_room(s.m.problem.dim)), &s.m.frame);
        near(product_of_factor(&s.m, dim - 1, 0), s.m.point.penalty * (double)s.m.frame.gram[(dim - 1) * dim] + (dim == 1), RELATIVE, 1e-4);
        near(s.m.frame.intercept_scale[0], 1 / sqrt(s.m.point.penalty * s.m.problem.total_weight * first_share(&s)), RELATIVE, 1e-12);
        if (s.m.problem.outputs == 1)
            for (int precise = 0; precise < 2; precise++) {
                s.m.point.precise = precise;
                factor_is_plain(&s, 1);
            }
    }
}

TEST(of_too_many_dims_the_diagonal_is_kept)
{
    for (int k = 0; k < 4; k++) {
        parts s = make_parts(6, LOGISTIC_FULL_FACTOR + 1, k & 2 ? 3 : 2, k & 1 ? 5 : 2);
        find_columns(work_of(&s));
        factor_is_plain(&s, 0);
        if (s.m.problem.outputs == 1)
            factor_is_plain(&s, 1);
        s.m.frame.factor[LOGISTIC_FULL_FACTOR] = INFINITY;
        check(!logistic_factor_is_finite(&s.m.frame, s.m.problem.dim));
    }
    parts s = make_parts(6, 5, 2, 0);
    find_columns(work_of(&s));
    factor_is_plain(&s, 0);
    s.m.frame.factor[4 * 5 + 4] = NAN;
    check(!logistic_factor_is_finite(&s.m.frame, s.m.problem.dim));
}

TEST(a_copied_factor_is_the_same)
{
    static const int64_t dims[] = { 1, 17, LOGISTIC_FULL_FACTOR + 1 };
    for (int k = 0; k < 6; k++) {
        parts s = make_parts(7, dims[k / 2], k & 1 ? 3 : 2, 0), to = make_parts(7, dims[k / 2], k & 1 ? 3 : 2, 0);
        int64_t bytes = logistic_factor_floats(dims[k / 2]) * 4;
        find_columns(work_of(&s));
        factor_is_plain(&s, 0);
        logistic_factor_copy(&s.m.problem, &s.m.frame, &to.m.frame);
        equal_bits(to.m.frame.factor, s.m.frame.factor, bytes);
        equal_bits(to.m.frame.intercept_scale, s.m.frame.intercept_scale, s.m.problem.outputs * 8);
        equal(to.m.frame.has_gram, s.m.frame.has_gram);
        if (dims[k / 2] <= LOGISTIC_FULL_FACTOR)
            equal_bits(to.m.frame.gram, s.m.frame.gram, bytes);
    }
}
