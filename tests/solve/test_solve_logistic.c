/* Logistic and multinomial fits against a plain f64 Newton's method, alone and among others, sharp, collinear, separable. */
#include "support/golden.h"
#include "solve/plain.h"
#include "solve/solve.h"

enum { ROWS = 1198, PIXELS = 64 }; /* of the digits */

static lamella_status fit_all(call *c, const fit_problem *p, int64_t n, const fit_options *o)
{
    return logistic_fit(c, p, n, o);
}

static lamella_status run_fits(lamella_context *ctx, const fit_problem *p, int64_t n, double tolerance)
{
    fit_options o = { 1000, tolerance };
    CALL(ctx, fit_all(c, p, n, &o));
}

/* Two classes, the rows of the problem side by side as plain.h takes them. */
static plain_fit plain_of(const fit_problem *p, double penalty)
{
    static double x[ROWS * PIXELS], weight[ROWS];
    static int32_t label[ROWS];
    int64_t dim = p->rows->dim;
    for (int64_t i = 0; i < p->n_rows; i++) {
        int64_t row = p->row ? p->row[i] : i;
        for (int64_t j = 0; j < dim; j++)
            x[i * dim + j] = p->rows->x[row * p->rows->stride + j];
        weight[i] = p->weight ? p->weight[row] : 1;
        label[i] = p->label[row];
    }
    return (plain_fit){ .n = p->n_rows, .dim = dim, .classes = 2, .x = x, .weight = weight, .label = label, .penalty = penalty };
}

static double least_of(const fit_problem *p, double penalty)
{
    double w[PIXELS + 1];
    plain_fit plain = plain_of(p, penalty);
    return plain_logistic(&plain, plain.x, w);
}

/* ---- problems ---- */

enum { N = 120, D = 20 };

typedef struct made_problem {
    float       x[N * D];
    int32_t     label[N];
    double      weight[N], penalty[3], weights[3 * D], intercepts[3];
    fit_report  report[3];
    fit_rows    rows;
    fit_problem p;
} made_problem;

static double noise_of(uint64_t i)
{
    i = (i + 1) * 0x9e3779b97f4a7c15u;
    i = (i ^ i >> 31) * 0xbf58476d1ce4e5b9u;
    i ^= i >> 29;
    return (double)(i >> 11) / (double)((uint64_t)1 << 53) - 0.5;
}

/* Kinds: 0 noisy, 1 separable, 2 collinear, 3 fewer rows than dims, 4 columns of very different size with means far from 0. */
static made_problem *make_problem(int kind, int seed)
{
    made_problem *m = calloc(1, sizeof *m);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < D; j++) {
            double v = noise_of((uint64_t)((seed * N + i) * D + j) * 7919);
            v *= kind == 4 ? pow(10, j % 7 - 3) : 4;
            m->x[i * D + j] = (float)(v + (kind == 4 ? 5 * pow(10, j % 7 - 3) : 0));
        }
        if (kind == 2)
            for (int j = 1; j < D; j += 2)
                m->x[i * D + j] = -2 * m->x[i * D + j - 1];
        double z = m->x[i * D] - m->x[i * D + 2] + (kind == 1 ? 0 : 6 * noise_of((uint64_t)(seed * 1000 + i)));
        m->label[i] = z > (kind == 4 ? 0.1 : 0.2);
        m->weight[i] = 0.5 + i % 3;
    }
    m->label[0] = 0;
    m->label[1] = 1;
    m->rows = (fit_rows){ .x = m->x, .n = N, .dim = D, .stride = D };
    memcpy(m->penalty, ((double[]){ 0.01, 1, 1e4 }), sizeof m->penalty);
    m->p = (fit_problem){ .rows = &m->rows, .n_rows = kind == 3 ? 15 : N, .weight = seed % 2 ? m->weight : NULL, .label = m->label, .n_classes = 2,
                          .penalty = m->penalty, .n_penalties = 3, .weights = m->weights, .intercepts = m->intercepts, .report = m->report };
    return m;
}

/* Reports are honest: the objective is the least one, or the report says that it is not; objective and gradient are those of the weights. */
TEST(sixty_problems_reach_the_reference_and_report_what_is)
{
    for (int k = 0; k < 20; k++) {
        made_problem *m = make_problem(k % 5, k);
        ok(run_fits(NULL, &m->p, 1, 1e-10));
        for (int q = 0; q < 3; q++) {
            double g[D + 1], own[D + 1], norm = 0, least = least_of(&m->p, m->penalty[q]);
            plain_fit plain = plain_of(&m->p, m->penalty[q]);
            memcpy(own, m->weights + q * D, D * sizeof *own);
            own[D] = m->intercepts[q];
            near(m->report[q].objective, plain_objective(&plain, plain.x, own, g, NULL), RELATIVE, 1e-12);
            check(m->report[q].converged);
            check(m->report[q].objective <= least * (1 + 1e-10) + 1e-13);
            for (int j = 0; j <= D; j++)
                norm += g[j] * g[j];
            if (k % 5 != 4 && norm > 1e-16) /* smaller ones are rounding */
                near(m->report[q].gradient_norm, sqrt(norm), RELATIVE, 1e-3);
        }
        free(m);
    }
}

/* At large penalties the Hessian sits on the few rows near the boundary, far from the mean of all: there a step that leaves the intercept to
 * itself crawls (1,129 and 2,981 iterations here; Newton's method takes 14 and 17). */
TEST(sharp_digits_are_reached_in_few_steps)
{
    static int32_t label[ROWS];
    static double weights[2 * PIXELS];
    static unsigned char constant[PIXELS];
    double penalty[] = { 1e3, 1e4 }, intercepts[2];
    fit_report report[2];
    for (int i = 0; i < ROWS; i++)
        label[i] = ((const int32_t *)example("digits/labels")->data)[i] == 9;
    fit_rows rows_ = { .x = example("digits/images")->data, .n = ROWS, .dim = PIXELS, .stride = PIXELS };
    for (int standardise = 0; standardise < 2; standardise++) {
        fit_problem p = { .rows = &rows_, .n_rows = ROWS, .label = label, .n_classes = 2, .standardise = standardise, .penalty = penalty,
                          .n_penalties = 2, .weights = weights, .intercepts = intercepts, .report = report, .constant = constant };
        ok(run_fits(NULL, &p, 1, 1e-10));
        for (int q = 0; q < 2; q++) {
            check(report[q].converged && report[q].iterations < 100);
            if (!standardise)
                near(report[q].objective, least_of(&p, penalty[q]), RELATIVE, 1e-10);
        }
    }
}

TEST(a_problem_has_the_same_bits_alone_and_among_others_at_any_number_of_threads)
{
    enum { MANY = 41 };
    static made_problem *m[MANY];
    static double alone[MANY][3 * D];
    fit_problem p[MANY];
    lamella_context_options one = { .struct_size = sizeof one, .threads = 1, .own_blas = 1 };
    lamella_context *first;
    ok(lamella_context_create(&one, &first));
    for (int k = 0; k < MANY; k++) {
        m[k] = make_problem(k % 5, k);
        ok(run_fits(first, &m[k]->p, 1, 1e-9));
        memcpy(alone[k], m[k]->weights, sizeof alone[k]);
        p[k] = m[k]->p;
    }
    for (int threads = 1; threads <= 5; threads += threads == 1 ? 1 : 3) {
        lamella_context_options o = { .struct_size = sizeof o, .threads = threads, .own_blas = 1 };
        lamella_context *ctx;
        ok(lamella_context_create(&o, &ctx));
        ok(run_fits(ctx, p, MANY, 1e-9));
        lamella_context_free(ctx);
        for (int k = 0; k < MANY; k++)
            equal_bits(m[k]->weights, alone[k], sizeof alone[k]);
    }
    lamella_context_free(first);
    for (int k = 0; k < MANY; k++)
        free(m[k]);
}

TEST(what_is_stopped_early_has_not_converged)
{
    made_problem *m = make_problem(1, 3);
    fit_options o = { 1, 1e-10 };
    call c;
    call_open(&c, NULL, "test");
    ok(logistic_fit(&c, &m->p, 1, &o));
    call_close(&c, LAMELLA_OK);
    check(!m->report[2].converged && m->report[2].iterations == 1 && m->report[2].gradient_norm > 0);
    free(m);
}

/* F is strongly convex in the weights: at the best intercepts no more than |g|^2 / 2 is left to fall. And what the penalty alone decides, the
 * sum over classes, is 0. */
TEST(ten_classes_have_no_gradient_left)
{
    enum { K = 10 };
    const float *x = example("digits/images")->data;
    fit_rows rows_ = { .x = x, .n = 1797, .dim = 64, .stride = 64 };
    static double weights[K * 64], intercepts[K];
    fit_report report;
    double penalty = 1, sum = 0;
    fit_problem p = { .rows = &rows_, .n_rows = 600, .label = example("digits/labels")->data, .n_classes = K, .penalty = &penalty, .n_penalties = 1,
                      .weights = weights, .intercepts = intercepts, .report = &report };
    ok(run_fits(NULL, &p, 1, 1e-10));
    check(report.converged && report.gradient_norm * report.gradient_norm / 2 < 1e-9 * report.objective);
    for (int j = 0; j < 64; j++) { /* the penalty keeps the sum over classes at 0 */
        sum = 0;
        for (int k = 0; k < K; k++)
            sum += weights[k * 64 + j];
        near(sum, 0, ABSOLUTE, 1e-4);
    }
}

static fit_report fit_wide(const float *x, int64_t dim, const int32_t *label, int64_t n_classes, double penalty, double tolerance, double *intercepts)
{
    enum { ROWS = 80 };
    double *weights = malloc((size_t)(n_classes * dim) * sizeof *weights);
    fit_report report;
    fit_rows rows_ = { .x = x, .n = ROWS, .dim = dim, .stride = dim };
    fit_problem p = { .rows = &rows_, .n_rows = ROWS, .label = label, .n_classes = n_classes, .penalty = &penalty, .n_penalties = 1,
                      .weights = weights, .intercepts = intercepts, .report = &report };
    ok(run_fits(NULL, &p, 1, tolerance));
    free(weights);
    return report;
}

/* Separable rows at a large penalty: the first steps are short, and a promise seen from there says nothing of the way to go (2207 was called
 * within a hundredth of 5). What f32 cannot hold is not called converged either, and a small penalty leaves the intercept its log odds. */
TEST(no_fit_is_called_converged_from_afar)
{
    enum { ROWS = 80, WIDE = 1030 };
    static float x[ROWS * WIDE];
    static int32_t three[ROWS], two[ROWS];
    double b[3];
    for (int i = 0; i < ROWS * WIDE; i++)
        x[i] = (float)(noise_of((uint64_t)i * 7919) + noise_of((uint64_t)i * 104729) + noise_of((uint64_t)i * 15485863));
    for (int i = 0; i < ROWS; i++) {
        three[i] = i % 3;
        two[i] = i % 4 == 0;
    }
    fit_report coarse = fit_wide(x, WIDE, three, 3, 1e4, 1e-2, b), fine = fit_wide(x, WIDE, three, 3, 1e4, 1e-10, b);
    check(coarse.converged && fine.converged && coarse.objective < 1.05 * fine.objective);
    check(fit_wide(x, 30, two, 2, 1e-45, 1e-10, b).converged);
    near(b[0], log(20.0 / 60), ABSOLUTE, 1e-6);
    for (int i = 0; i < ROWS * 130; i++)
        x[i] *= 1e20f;
    check(!fit_wide(x, 130, two, 2, 1, 1e-10, b).converged);
    check(!fit_wide(x, 130, three, 3, 1, 1e-10, b).converged);
}

/* More dims than a triangle is made for: L is a diagonal, and what the next step promises is no bound. */
TEST(wide_rows_are_within_the_tolerance)
{
    enum { ROWS = 80, WIDE = 1500 };
    static float x[ROWS * WIDE];
    static int32_t label[ROWS];
    double b;
    for (int seed = 0; seed < 4; seed++) {
        for (int i = 0; i < ROWS * WIDE; i++)
            x[i] = (float)(noise_of((uint64_t)(i + seed * 1000003) * 7919) + noise_of((uint64_t)(i + seed * 1000003) * 104729)) * 3;
        for (int i = 0; i < ROWS; i++)
            label[i] = (i * 7 + seed) % 5 < 2;
        double found = fit_wide(x, WIDE, label, 2, 1, 1e-10, &b).objective, least = fit_wide(x, WIDE, label, 2, 1, 1e-15, &b).objective;
        check(found <= least * (1 + 1e-10));
    }
}

/* ---- progress ---- */

typedef struct progress_seen {
    double   last;
    int64_t  n, backward, between;
} progress_seen;

static int32_t see_progress(double fraction, const char *stage, void *user)
{
    progress_seen *seen = user;
    (void)stage;
    seen->backward += fraction < seen->last;
    seen->between += fraction > 0.3 && fraction < 0.8;
    seen->last = fraction;
    seen->n++;
    return 0;
}

/* Problems that are done: 41 of them are two waves. */
TEST(progress_is_the_share_of_problems_that_are_done)
{
    enum { MANY = 41 };
    fit_problem p[MANY];
    made_problem *m[MANY];
    progress_seen seen = { 0 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .progress = see_progress, .user = &seen };
    lamella_context *ctx;
    for (int k = 0; k < MANY; k++) {
        m[k] = make_problem(k % 5, k);
        p[k] = m[k]->p;
    }
    ok(lamella_context_create(&co, &ctx));
    ok(run_fits(ctx, p, MANY, 1e-9));
    check(seen.backward == 0 && seen.between > 0 && seen.last <= 1 && seen.last > 0.75);
    lamella_context_free(ctx);
    for (int k = 0; k < MANY; k++)
        free(m[k]);
}
