/* How many steps fits take: what shapes the search (factors, pairs, margins, when scores turn to f64) changes no least value, only how soon it
 * is reached. The counts are those measured when these were chosen, and a tenth. */
#include "support/allocator.h"
#include "support/test.h"
#include "solve/solve.h"
#include <math.h>

enum { MOST_ROWS = 400, MOST_CLASSES = 4 };

static lamella_status run_steps(const fit_problem *p, double tolerance)
{
    fit_options o = { 1000, tolerance };
    CALL(NULL, logistic_fit(c, p, 1, &o));
}

static double drawn_near(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 40) / (1 << 23) - 1;
}

/* Columns of different size, some far from 0, and labels that are half noise; the iterations of the first of the penalties .01, 1, 100, 10000 in all. */
static int64_t steps_of(int64_t n, int64_t dim, int64_t classes, int standardise, double tolerance, int64_t n_penalties)
{
    float *x = malloc((size_t)(n * dim) * sizeof *x);
    double *weights = malloc((size_t)(4 * classes * dim) * sizeof *weights), intercepts[4 * MOST_CLASSES], penalty[] = { 0.01, 1, 100, 1e4 };
    unsigned char *constant = malloc((size_t)dim);
    int32_t label[MOST_ROWS];
    fit_report report[4];
    int64_t all = 0;
    for (int64_t i = 0; i < n; i++) {
        double z = 0;
        for (int64_t j = 0; j < dim; j++) {
            x[i * dim + j] = (float)(pow(3, (double)(j % 4) - 1) * (drawn_near((uint64_t)(i * dim + j)) + (double)(j % 3)));
            z += drawn_near((uint64_t)(i * dim + j)) / sqrt((double)dim);
        }
        label[i] = (int32_t)(i < classes ? i : (int64_t)((tanh(z + drawn_near((uint64_t)i + 7777777)) + 1) / 2.0001 * (double)classes));
    }
    fit_rows rows_ = { .x = x, .n = n, .dim = dim, .stride = dim };
    fit_problem p = { .rows = &rows_, .n_rows = n, .label = label, .n_classes = classes, .standardise = standardise, .constant = constant,
                      .penalty = penalty, .n_penalties = n_penalties, .weights = weights, .intercepts = intercepts, .report = report };
    ok(run_steps(&p, tolerance));
    for (int64_t q = 0; q < n_penalties; q++)
        all += report[q].iterations;
    free(x);
    free(weights);
    free(constant);
    return all;
}

TEST(steps_are_as_few_as_they_were)
{
    static const struct { int64_t n, dim, classes; int standardise; double tolerance; int64_t n_penalties, most; } cases[] = {
        { 400, 12, 2, 0, 1e-10, 4, 16 }, { 400, 12, 2, 1, 1e-10, 4, 13 }, { 60, 90, 2, 0, 1e-10, 4, 34 },       /* Newton's method */
        { 300, 120, 2, 0, 1e-10, 4, 149 }, { 300, 120, 2, 1, 1e-10, 4, 100 }, { 300, 120, 2, 0, 1e-10, 2, 61 },  /* pairs, then Hessians */
        { 300, 120, 2, 0, 1e-5, 2, 30 }, { 300, 120, 2, 0, 1e-2, 2, 15 },
        { 60, 1100, 2, 0, 1e-10, 4, 272 }, { 60, 1100, 2, 1, 1e-6, 4, 57 },                                   /* a diagonal */
        { 400, 12, 3, 0, 1e-10, 4, 57 }, { 400, 12, 4, 1, 1e-10, 4, 50 }, { 400, 30, 4, 0, 1e-2, 2, 13 },      /* several classes */
        { 400, 30, 4, 0, 1e-10, 2, 42 }, { 60, 1100, 3, 1, 1e-10, 2, 40 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t steps = steps_of(cases[i].n, cases[i].dim, cases[i].classes, cases[i].standardise, cases[i].tolerance, cases[i].n_penalties);
        if (steps > cases[i].most)
            ck_abort_msg("case %d: %d steps, at most %d were needed", (int)i, (int)steps, (int)cases[i].most);
    }
}

static lamella_status run_wide(lamella_context *ctx, const fit_problem *p, int64_t n)
{
    const fit_options o = { 50, 1e-2 };
    CALL(ctx, logistic_fit(c, p, n, &o));
}

/* Problems are solved together as far as 64 MB hold them; one that is larger is solved alone. */
TEST(large_problems_are_solved_one_by_one)
{
    enum { ROWS = 6, PROBLEMS = 3 };
    static const struct { int64_t dim, most; } cases[] = { { 150000, 64 << 20 }, { 300000, 128 << 20 } }; /* 47 and 94 MB each */
    for (int k = 0; k < 2; k++) {
        int64_t dim = cases[k].dim, n = k ? 1 : PROBLEMS;
        test_allocator a = { 0 };
        lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &a };
        lamella_context *ctx;
        float *x = malloc((size_t)(ROWS * dim) * sizeof *x);
        double *weights = malloc((size_t)(PROBLEMS * dim) * sizeof *weights), intercepts[PROBLEMS], penalty = 1e-3;
        int32_t label[ROWS] = { 0, 1, 1, 0, 1, 0 };
        fit_report report[PROBLEMS] = { { 0 } };
        fit_problem p[PROBLEMS];
        for (int64_t i = 0; i < ROWS * dim; i++)
            x[i] = (float)drawn_near((uint64_t)i) / 100;
        fit_rows rows_ = { .x = x, .n = ROWS, .dim = dim, .stride = dim };
        for (int i = 0; i < PROBLEMS; i++)
            p[i] = (fit_problem){ .rows = &rows_, .n_rows = ROWS, .label = label, .n_classes = 2, .penalty = &penalty, .n_penalties = 1,
                                  .weights = weights + i * dim, .intercepts = intercepts + i, .report = report + i };
        ok(lamella_context_create(&co, &ctx));
        ok(run_wide(ctx, p, n));
        for (int64_t i = 0; i < n; i++)
            check(report[i].converged && report[i].objective > 0);
        check(a.peak_bytes < cases[k].most);
        lamella_context_free(ctx);
        free(x);
        free(weights);
    }
}
