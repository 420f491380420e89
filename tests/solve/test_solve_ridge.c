/* Ridge: primal and dual against the normal equations and scikit-learn. */
#include "support/golden.h"
#include "solve/solve.h"
#include "support/guarded.h"
#include "support/progress.h"
#include <math.h>

static lamella_status run_ridge(const fit_problem *p, int64_t n)
{
    CALL(NULL, ridge_fit(c, p, n));
}

enum { N = 150, D = 384 };

TEST(fewer_rows_than_dims_equal_the_oracle)
{
    static float all[500 * D];
    static int32_t label[N];
    static double weights[D];
    double intercept, penalty = 0.5;
    fit_report report;
    lamella_view x = view_of(LAMELLA_F32, all, 500, D);
    ok(lamella_tensor_cast(NULL, example("states/layer.6"), &x));
    for (int i = 0; i < N; i++)
        label[i] = ((const int32_t *)example("states/label.starts_vowel")->data)[2 * i];
    fit_rows rows_ = { .x = all, .n = N, .dim = D, .stride = 2 * D };
    fit_problem p = { .rows = &rows_, .n_rows = N, .label = label, .n_classes = 2, .penalty = &penalty, .n_penalties = 1, .weights = weights,
                      .intercepts = &intercept, .report = &report };
    ok(run_ridge(&p, 1));
    lamella_view w = view_of(LAMELLA_F64, weights, D);
    near_golden(&w, "probe/linear/dual.weights");
    near(intercept, *(double *)golden("probe/linear/dual.intercept")->data, ABSOLUTE, 1e-9);
    check(report.converged && report.gradient_norm < 1e-8);
}

/* F's gradient, from the rows: 0 with the report's objective, primal or dual, weighted, standardised in the units of the rows. */
TEST(the_report_is_that_of_the_weights)
{
    static float x[500 * 24];
    static double weights[3 * 24], weight[500];
    lamella_view to = view_of(LAMELLA_F32, x, 500, 24), from;
    ok(lamella_tensor_slice(example("states/layer.2"), 1, 0, 24, 1, &from));
    ok(lamella_tensor_cast(NULL, &from, &to));
    for (int i = 0; i < 500; i++)
        weight[i] = 0.5 + i % 4;
    for (int64_t n = 20; n <= 500; n += 480) {
        fit_rows rows_ = { .x = x, .n = 500, .dim = 24, .stride = 24 };
        double penalty[] = { 1e-3, 1, 100 }, intercepts[3];
        fit_report report[3];
        fit_problem p = { .rows = &rows_, .n_rows = n, .label = example("states/label.starts_vowel")->data, .n_classes = 2, .weight = weight,
                          .penalty = penalty, .n_penalties = 3, .weights = weights, .intercepts = intercepts, .report = report };
        ok(run_ridge(&p, 1));
        for (int q = 0; q < 3; q++) {
            double f = 0, g[25] = { 0 }, norm = 0;
            for (int j = 0; j < 24; j++) {
                f += penalty[q] * weights[q * 24 + j] * weights[q * 24 + j];
                g[j] += 2 * penalty[q] * weights[q * 24 + j];
            }
            for (int64_t i = 0; i < n; i++) {
                double z = intercepts[q], y = p.label[i] ? 1 : -1;
                for (int j = 0; j < 24; j++)
                    z += weights[q * 24 + j] * x[i * 24 + j];
                f += weight[i] * (y - z) * (y - z);
                for (int j = 0; j <= 24; j++)
                    g[j] -= 2 * weight[i] * (y - z) * (j < 24 ? x[i * 24 + j] : 1);
            }
            for (int j = 0; j <= 24; j++)
                norm += g[j] * g[j];
            near(report[q].objective, f, RELATIVE, 1e-10);
            check(sqrt(norm) < 1e-8 * f && report[q].converged);
            check(report[q].gradient_norm > 0 && report[q].gradient_norm < 1e-8 * f); /* both are what rounding leaves */
        }
    }
}

/* Whatever unit the rows have: the gradient of rows of 1e15 is large by its rounding alone, the objective is at its least all the same. */
TEST(rows_of_any_scale_converge)
{
    static float x[500 * 24];
    static double weights[2][24], slight[24];
    lamella_view to = view_of(LAMELLA_F32, x, 500, 24), from;
    ok(lamella_tensor_slice(example("states/layer.2"), 1, 0, 24, 1, &from));
    ok(lamella_tensor_cast(NULL, &from, &to));
    for (int64_t n = 20; n <= 500; n += 480)
        for (int k = 0; k < 2; k++) {
            static float scaled[500 * 24];
            const float scale = k ? 0x1p50f : 1;
            for (int i = 0; i < 500 * 24; i++)
                scaled[i] = scale * x[i];
            double penalty = 0.5 * scale * scale, intercept;
            fit_rows rows_ = { .x = scaled, .n = 500, .dim = 24, .stride = 24 };
            fit_report report;
            fit_problem p = { .rows = &rows_, .n_rows = n, .label = example("states/label.starts_vowel")->data, .n_classes = 2, .penalty = &penalty,
                              .n_penalties = 1, .weights = weights[k], .intercepts = &intercept, .report = &report };
            ok(run_ridge(&p, 1));
            check(report.converged);
            for (int j = 0; k && j < 24; j++)
                near(scale * weights[1][j], weights[0][j], RELATIVE, 1e-12);
            penalty = 1e-9; /* of large rows no penalty to speak of */
            p.weights = slight;
            ok(run_ridge(&p, 1));
            check(report.converged || n < 24);
        }
}

/* Columns twice and a penalty far under the rounding of their Gram: whether its factor exists depends on the BLAS. */
TEST(a_singular_gram_gives_the_least_objective_or_says_so)
{
    enum { ROWS = 40, DIM = 6 };
    static float x[ROWS * DIM];
    static int32_t label[ROWS];
    double weights[DIM], intercept, penalty = 1e-30;
    fit_report twice, once;
    for (int i = 0; i < ROWS; i++) {
        label[i] = i * 7 % 5 < 2;
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = (float)((i * 31 + (j % 3) * i * 17) % 23); /* columns 3-5 are columns 0-2 */
    }
    fit_rows rows_ = { .x = x, .n = ROWS, .dim = DIM, .stride = DIM };
    fit_problem p = { .rows = &rows_, .n_rows = ROWS, .label = label, .n_classes = 2, .penalty = &penalty, .n_penalties = 1, .weights = weights,
                      .intercepts = &intercept, .report = &twice };
    ok(run_ridge(&p, 1));
    rows_.dim = 3;
    p.report = &once;
    ok(run_ridge(&p, 1));
    check(once.converged && once.objective > 1);
    check(isfinite(twice.objective) && (!twice.converged || twice.objective <= once.objective * (1 + 1e-6)));
}

static lamella_status run_told(lamella_context *ctx, const fit_problem *p, int64_t n)
{
    CALL(ctx, ridge_fit(c, p, n));
}

/* Of four problems each has a quarter, which the passes over its rows share. */
TEST(problems_have_equal_shares_of_the_progress)
{
    enum { ROWS = 2000, DIM = 3, PROBLEMS = 4 };
    static float x[ROWS * DIM];
    static int32_t label[ROWS];
    double weights[DIM], intercept, penalty = 1;
    fit_report report;
    told t;
    lamella_context *ctx = context_told(&t);
    for (int i = 0; i < ROWS; i++) {
        label[i] = i % 3 == 0;
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = (float)((i * 31 + j * j * 17) % 23);
    }
    fit_rows rows_ = { .x = x, .n = ROWS, .dim = DIM, .stride = DIM };
    fit_problem p[PROBLEMS];
    for (int k = 0; k < PROBLEMS; k++)
        p[k] = (fit_problem){ .rows = &rows_, .n_rows = ROWS, .label = label, .n_classes = 2, .penalty = &penalty, .n_penalties = 1, .weights = weights,
                              .intercepts = &intercept, .report = &report };
    ok(run_told(ctx, p, 1));
    int64_t alone = t.n;
    check(alone > 2 && !t.fell && t.last <= 1);
    t = (told){ 0 };
    ok(run_told(ctx, p, PROBLEMS));
    equal(t.n, PROBLEMS * alone);
    check(!t.fell && !t.early);
    check(t.last > 0.75 && t.last <= 1 && t.largest_step <= 0.25 + 1e-12);
    lamella_context_free(ctx);
}

/* Matrices so large that each is an allocation of its own, which ends at a wall: primal, dual, two classes and three, some of the rows. */
TEST(large_systems_stay_within_their_memory)
{
    enum { DIM = 384, CLASSES = 3 };
    static const struct { int64_t n, dim; } cases[] = { { 384, 392 }, { 420, DIM } };
    for (int k = 0; k < 8; k++) {
        int64_t n = cases[k & 1].n, dim = cases[k & 1].dim, classes = k & 2 ? 3 : 2, outputs = fit_outputs(classes);
        float *x = guarded(NULL, (size_t)(n * dim) * sizeof *x);
        int32_t *label = guarded(NULL, (size_t)n * sizeof *label);
        double *weights = guarded(NULL, (size_t)(outputs * dim) * 8), *intercepts = guarded(NULL, (size_t)outputs * 8), *penalty = guarded(&(double){ 30 }, 8);
        fit_report report;
        for (int64_t i = 0; i < n * dim; i++)
            x[i] = (float)(((uint64_t)i * 0x9e3779b97f4a7c15u >> 40) % 2048) / 1024 - 1;
        for (int64_t i = 0; i < n; i++)
            label[i] = (int32_t)((i + i / 7) % classes);
        fit_rows rows_ = { .x = x, .n = n, .dim = dim, .stride = dim };
        fit_problem p = { .rows = &rows_, .n_rows = n, .label = label, .n_classes = classes, .standardise = k >> 2, .constant = guarded(NULL, (size_t)dim),
                          .penalty = penalty, .n_penalties = 1, .weights = weights, .intercepts = intercepts, .report = &report };
        lamella_context *ctx = guarded_context(1);
        ok(run_told(ctx, &p, 1));
        lamella_context_free(ctx);
        check(report.converged && report.gradient_norm < 1e-9 * report.objective);
        for (int64_t o = 0; o < outputs; o++) { /* the intercept has no penalty: what is left has mean 0 */
            double left = 0;
            for (int64_t i = 0; i < n; i++) {
                left += intercepts[o] - (label[i] == (outputs == 1 ? 1 : o) ? 1 : -1);
                for (int64_t j = 0; j < dim; j++)
                    left += weights[o * dim + j] * (double)x[i * dim + j];
            }
            near(left, 0, ABSOLUTE, 1e-9);
        }
    }
}
