/* Columns far from 0: constants are seen wherever they lie, what varies by a few units of the last place is no constant, and a shift that is
 * exact changes nothing but the intercept. */
#include "support/test.h"
#include "solve/solve.h"
#include <math.h>

static lamella_status run_logistic(const fit_problem *p, int64_t n, const fit_options *o)
{
    CALL(NULL, logistic_fit(c, p, n, o));
}

static lamella_status run_ridge(const fit_problem *p, int64_t n)
{
    CALL(NULL, ridge_fit(c, p, n));
}

enum { MOST_ROWS = 10000, MOST_DIMS = 48 };
enum { PRIMAL, DUAL, LOGISTIC, N_WAYS };
static const char *const ways[] = { "primal", "dual", "logistic" };

/* One problem in each of the ways: rows as f64, which f32 holds too where the fit is logistic. */
typedef struct columns_case {
    double        x[MOST_ROWS * MOST_DIMS];
    float         x_f32[MOST_ROWS * MOST_DIMS];
    int32_t       label[MOST_ROWS];
    double        weight[MOST_ROWS];
    int64_t       n, dim;
    double        weights[MOST_DIMS], intercept, penalty;
    unsigned char constant[MOST_DIMS];
    fit_report    report;
} columns_case;

static columns_case cases[2];

/* -1, -7/8 .. 1, as good as drawn. */
static double eighths(int64_t i)
{
    uint64_t z = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    return (double)((int64_t)(z >> 33) % 17 - 8) / 8;
}

static columns_case *case_of(int which, int way, int64_t n)
{
    columns_case *s = &cases[which];
    s->n = n;
    s->dim = way == DUAL ? MOST_DIMS : 4;
    s->penalty = way == LOGISTIC ? 1 : 0.5;
    for (int64_t i = 0; i < s->n; i++) {
        for (int64_t j = 0; j < s->dim; j++)
            s->x[i * s->dim + j] = eighths(i * s->dim + j);
        s->label[i] = s->x[i * s->dim] + eighths(i * 31 + 7) > 0.1;
        s->weight[i] = 0.3 + (double)(i % 7);
    }
    return s;
}

static void fit_case(columns_case *s, int way, int32_t standardise)
{
    for (int64_t i = 0; i < s->n * s->dim; i++)
        s->x_f32[i] = (float)s->x[i];
    fit_rows rows_ = { .x = way == LOGISTIC ? s->x_f32 : NULL, .x_f64 = way == LOGISTIC ? NULL : s->x, .n = s->n, .dim = s->dim, .stride = s->dim };
    fit_problem p = { .rows = &rows_, .n_rows = s->n, .weight = s->weight, .label = s->label, .n_classes = 2, .standardise = standardise,
                      .constant = s->constant, .penalty = &s->penalty, .n_penalties = 1, .weights = s->weights, .intercepts = &s->intercept,
                      .report = &s->report };
    fit_options o = { 1000, 1e-10 };
    memset(s->constant, 7, sizeof s->constant);
    ok(way == LOGISTIC ? run_logistic(&p, 1, &o) : run_ridge(&p, 1));
}

static void set_column(columns_case *s, int64_t j, double value)
{
    for (int64_t i = 0; i < s->n; i++)
        s->x[i * s->dim + j] = value;
}

TEST(a_constant_column_is_seen_wherever_it_lies)
{
    static const double value[] = { 0.1, 1e8 + .3, -1e6, 0, 1e30 };
    for (int way = 0; way < N_WAYS; way++)
        for (int k = 0; k < 5; k++) {
            columns_case *s = case_of(0, way, way == DUAL ? 40 : MOST_ROWS);
            set_column(s, 1, value[k]);
            fit_case(s, way, 1);
            check(s->report.converged);
            for (int64_t j = 0; j < s->dim; j++)
                if (s->constant[j] != (j == 1) || (s->weights[j] == 0) != (j == 1))
                    ck_abort_msg("%s, a column of %g: column %d has constant %d, weight %g", ways[way], value[k], (int)j, s->constant[j], s->weights[j]);
        }
}

/* Of f64 rows a few units of the last place; of f32 rows one, in one row that weighs next to nothing. */
TEST(a_column_that_varies_is_no_constant)
{
    for (int way = 0; way < N_WAYS; way++) {
        columns_case *s = case_of(0, way, way == DUAL ? 40 : MOST_ROWS);
        set_column(s, 1, 1e6);
        set_column(s, 2, -1e6);
        for (int64_t i = 0; way != LOGISTIC && i < s->n; i++) {
            s->x[i * s->dim + 1] += 1e-9 * eighths(i * 5);
            s->x[i * s->dim + 2] += i % 2 ? 0x1p-31 : 0;
        }
        if (way == LOGISTIC) {
            s->weight[s->n / 2] = 1e-9;
            s->x[s->n / 2 * s->dim + 1] += 0.0625;
            s->x[s->n / 2 * s->dim + 2] -= 0.0625;
        }
        fit_case(s, way, 1);
        for (int64_t j = 0; j < s->dim; j++)
            if (s->constant[j])
                ck_abort_msg("%s: column %d is called constant", ways[way], (int)j);
    }
}

/* Exactly w.(x - mean) + mean y in long double, which the intercept is the rest of. */
static void intercept_is_the_rest(const columns_case *s)
{
    long double all = 0, y = 0, rest;
    for (int64_t i = 0; i < s->n; i++) {
        all += s->weight[i];
        y += (long double)s->weight[i] * (s->label[i] ? 1 : -1);
    }
    rest = y / all;
    for (int64_t j = 0; j < s->dim; j++) {
        long double mean = 0;
        for (int64_t i = 0; i < s->n; i++)
            mean += (long double)s->weight[i] * s->x[i * s->dim + j];
        rest -= mean / all * s->weights[j];
    }
    near(s->intercept, (double)rest, ABSOLUTE, 1e-15 + 2.3e-16 * fabs((double)rest));
}

TEST(an_exact_shift_changes_nothing_but_the_intercept)
{
    if (emulated("intercepts against long doubles"))
        return;
    for (int way = 0; way < N_WAYS; way++)
        for (int standardise = 0; standardise < 2; standardise++) {
            columns_case *s = case_of(0, way, way == DUAL ? 40 : 600), *far = case_of(1, way, s->n);
            for (int64_t i = 0; i < s->n * s->dim; i++)
                far->x[i] += way == LOGISTIC ? 0x1p18 : 0x1p40 * (double)(i % s->dim + 1);
            fit_case(s, way, standardise);
            fit_case(far, way, standardise);
            check(s->report.converged && far->report.converged);
            for (int64_t j = 0; j < s->dim; j++)
                near(far->weights[j], s->weights[j], ABSOLUTE, way == LOGISTIC ? 1e-5 : 1e-12);
            near(far->report.objective, s->report.objective, RELATIVE, way == LOGISTIC ? 2e-10 : 1e-12);
            if (way != LOGISTIC) {
                intercept_is_the_rest(s);
                intercept_is_the_rest(far);
            }
        }
}

/* f32 scores of such rows are noise, and what a Hessian or pairs of steps make of it promises far too little: objectives up to 3e-4 over the
 * least were called converged. */
TEST(logistic_fits_of_far_columns_are_within_the_tolerance)
{
    enum { ROWS = 1000, DIM = 4 };
    static float x[ROWS * DIM];
    static int32_t label[ROWS];
    static unsigned char constant[DIM];
    double penalty[] = { 0.01, 1, 100 }, weights[3 * 3 * DIM], intercepts[3 * 3];
    for (int k = 0; k < 16; k++) { /* standardise, two classes or three, many rows or few, how far */
        int64_t n = k & 4 ? 100 : ROWS, classes = k & 2 ? 3 : 2;
        fit_report report[2][3];
        for (int far = 0; far < 2; far++) {
            for (int64_t i = 0; i < n; i++) {
                double z = eighths(i * DIM) + eighths(i * 31 + 7);
                label[i] = classes == 2 ? z > 0.1 : (z > 0.4) + (z > -0.4);
                for (int64_t j = 0; j < DIM; j++)
                    x[i * DIM + j] = (float)(eighths(i * DIM + j) + far * (k & 8 ? 0x1p20 : 0x1p15));
            }
            fit_rows rows_ = { .x = x, .n = n, .dim = DIM, .stride = DIM };
            fit_problem p = { .rows = &rows_, .n_rows = n, .label = label, .n_classes = classes, .standardise = k & 1, .constant = constant,
                              .penalty = penalty, .n_penalties = 3, .weights = weights, .intercepts = intercepts, .report = report[far] };
            ok(run_logistic(&p, 1, &(fit_options){ 1000, 1e-10 }));
        }
        for (int q = 0; q < 3; q++) {
            check(report[0][q].converged && report[1][q].converged);
            near(report[1][q].objective, report[0][q].objective, RELATIVE, 2e-10);
        }
    }
}
