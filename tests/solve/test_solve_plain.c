/* Fits of every kind against the objective written out (plain.h): classes, weights, some of the rows, strides, standardised columns, several
 * problems in one call. */
#include "solve/plain.h"
#include "support/guarded.h"
#include "solve/solve.h"

enum { N = 60, MOST_DIM = 104, PENALTIES = 3, MOST_CLASSES = 5, STRIDE = MOST_DIM + 3 };

typedef struct plain_case {
    float         x[N * STRIDE];
    double        x_f64[N * STRIDE], weight[N];
    int32_t       label[N];
    int64_t       row[N], n_rows, dim, classes;
    double        penalty[PENALTIES], weights[PENALTIES * MOST_CLASSES * MOST_DIM], intercepts[PENALTIES * MOST_CLASSES];
    unsigned char constant[MOST_DIM];
    fit_report    report[PENALTIES];
    int           weighted, listed, standardise, is_f64;
    fit_rows      rows;
} plain_case;

/* Of -1 to 1, as good as drawn. */
static double drawn(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 40) / (1 << 23) - 1;
}

static plain_case *make_case(int64_t dim, int64_t classes, int bits)
{
    plain_case *s = calloc(1, sizeof *s);
    *s = (plain_case){ .dim = dim, .classes = classes, .weighted = bits & 1, .listed = bits >> 1 & 1, .standardise = bits >> 2 & 1, .is_f64 = bits >> 3 & 1,
                       .penalty = { 0.03, 1, 20 } };
    for (int64_t i = 0; i < N; i++) {
        for (int64_t j = 0; j < STRIDE; j++) { /* what lies between rows is not looked at */
            s->x[i * STRIDE + j] = j < dim ? (float)(drawn((uint64_t)(i * STRIDE + j)) * (double)(1 + j % 3) + (double)(j % 4) / 2) : NAN;
            s->x_f64[i * STRIDE + j] = (double)s->x[i * STRIDE + j];
        }
        s->weight[i] = s->weighted ? 0.4 + (double)(i % 4) : 1;
        s->label[i] = (int32_t)(i < classes ? i : (int64_t)((drawn((uint64_t)i + 5000) + 1 + (s->x[i * STRIDE] > 0)) / 3.001 * (double)classes));
        if (!s->listed || i < classes || i % 5 != 3)
            s->row[s->n_rows++] = i;
    }
    s->rows = (fit_rows){ .x = s->is_f64 ? NULL : s->x, .x_f64 = s->is_f64 ? s->x_f64 : NULL, .n = N, .dim = dim, .stride = STRIDE };
    return s;
}

static fit_problem problem_of(plain_case *s)
{
    return (fit_problem){ .rows = &s->rows, .row = s->listed ? s->row : NULL, .n_rows = s->n_rows, .weight = s->weighted ? s->weight : NULL,
                          .label = s->label, .n_classes = s->classes, .standardise = s->standardise, .constant = s->constant, .penalty = s->penalty,
                          .n_penalties = PENALTIES, .weights = s->weights, .intercepts = s->intercepts, .report = s->report };
}

/* The rows of a case side by side. */
static plain_fit plain_of(const plain_case *s, int kind, double penalty)
{
    static double x[N * MOST_DIM], weight[N];
    static int32_t label[N];
    for (int64_t i = 0; i < s->n_rows; i++) {
        for (int64_t j = 0; j < s->dim; j++)
            x[i * s->dim + j] = s->x_f64[s->row[i] * STRIDE + j];
        weight[i] = s->weight[s->row[i]];
        label[i] = s->label[s->row[i]];
    }
    return (plain_fit){ .n = s->n_rows, .dim = s->dim, .classes = s->classes, .x = x, .weight = weight, .label = label, .penalty = penalty, .kind = kind,
                        .standardise = s->standardise };
}

/* The gradient's norm at the weights that were handed out; where columns are standardised in their units, else of w beside b as they are. */
static double norm_at(const plain_case *s, const plain_fit *p, int64_t q, double *objective)
{
    double mean[MOST_DIM], scale[MOST_DIM], w[MOST_CLASSES * (MOST_DIM + 1)], g[MOST_CLASSES * (MOST_DIM + 1)], square = 0, sum_b = 0;
    double *z = plain_scaled(p, mean, scale);
    int64_t outputs = plain_outputs(s->classes), d = s->dim + 1;
    for (int64_t k = 0; k < outputs; k++) {
        const double *found = s->weights + (q * outputs + k) * s->dim;
        w[k * d + s->dim] = s->intercepts[q * outputs + k];
        for (int64_t j = 0; j < s->dim; j++) {
            w[k * d + j] = scale[j] > 0 ? found[j] / scale[j] : 0;
            w[k * d + s->dim] += found[j] * mean[j];
        }
        sum_b += w[k * d + s->dim];
    }
    *objective = plain_objective(p, z, w, g, NULL) - (outputs > 1 ? sum_b * sum_b / 2 : 0);
    for (int64_t i = 0; i < outputs * d; i++) {
        g[i] -= outputs > 1 && i % d == s->dim ? sum_b : 0;
        square += g[i] * g[i];
    }
    free(z);
    return sqrt(square);
}

static void case_is_plain(const plain_case *s, int kind)
{
    double weights[MOST_CLASSES * MOST_DIM], intercepts[MOST_CLASSES], objective, norm;
    int64_t outputs = plain_outputs(s->classes);
    for (int64_t q = 0; q < PENALTIES; q++) {
        plain_fit p = plain_of(s, kind, s->penalty[q]);
        double least = plain_weights(&p, weights, intercepts), near_by = kind == PLAIN_RIDGE ? 1e-9 : 3e-5;
        for (int64_t i = 0; i < outputs * s->dim; i++)
            near(s->weights[q * outputs * s->dim + i], weights[i], ABSOLUTE, near_by);
        for (int64_t k = 0; k < outputs; k++)
            near(s->intercepts[q * outputs + k], intercepts[k], ABSOLUTE, near_by);
        near(s->report[q].objective, least, RELATIVE, 1e-10);
        check(s->report[q].converged && s->report[q].iterations > 0);
        if (kind == PLAIN_RIDGE) {
            equal(s->report[q].iterations, 1); /* a closed form */
            check(s->report[q].gradient_norm <= 1e-10 * least);
            continue;
        }
        norm = norm_at(s, &p, q, &objective);
        near(s->report[q].objective, objective, RELATIVE, 1e-13);
        near(s->report[q].gradient_norm, norm, ABSOLUTE, 1e-3 * norm + 1e-11);
        check(norm < 1e-3 * sqrt(least));
    }
}

static lamella_status run_in(lamella_context *ctx, const fit_problem *p, int64_t n, int kind)
{
    fit_options o = { 1000, 1e-12 };
    CALL(ctx, kind == PLAIN_RIDGE ? ridge_fit(c, p, n) : logistic_fit(c, p, n, &o));
}

/* In memory that is full of anything but zeros. */
static lamella_status run_plain(const fit_problem *p, int64_t n, int kind)
{
    lamella_context *ctx = guarded_context(1);
    lamella_status status = run_in(ctx, p, n, kind);
    lamella_context_free(ctx);
    return status;
}

/* Five problems of a call: each has its own rows, classes and options. */
static void five_are_plain(int kind, int64_t dim, int64_t classes, int bits)
{
    plain_case *s[5];
    fit_problem p[5];
    for (int k = 0; k < 5; k++) {
        s[k] = make_case(dim + k % 2, 2 + (classes - 2 + k) % 4, (bits + 3 * k) % (kind == PLAIN_RIDGE ? 16 : 8));
        p[k] = problem_of(s[k]);
    }
    ok(run_plain(p, 5, kind));
    for (int k = 0; k < 5; k++) {
        case_is_plain(s[k], kind);
        free(s[k]);
    }
}

TEST(logistic_and_multinomial_fits_are_the_least_of_their_objective)
{
    for (int bits = 0; bits < 8; bits++)
        five_are_plain(PLAIN_LOGISTIC, 4, 2 + bits % 4, bits);
    five_are_plain(PLAIN_LOGISTIC, 11, 2, 5);
}

TEST(ridge_fits_are_the_least_of_their_objective)
{
    for (int bits = 0; bits < 16; bits++)
        five_are_plain(PLAIN_RIDGE, bits % 2 ? 6 : 70, 2 + bits % 4, bits);
}

/* The first factor is shared by problems that differ in their labels only: whatever else differs, the bits are those of a problem alone. */
TEST(problems_over_the_same_rows_are_those_they_are_alone)
{
    enum { VARIANTS = 10, DIM = MOST_DIM };
    static plain_case *s[VARIANTS];
    static double alone[VARIANTS][MOST_CLASSES * MOST_DIM];
    fit_problem p[VARIANTS];
    double heavy[N];
    int64_t other[N], iterations[VARIANTS];
    for (int k = 0; k < VARIANTS; k++) {
        s[k] = make_case(DIM, k == 6 ? 3 : 2, 2);
        s[k]->penalty[0] = k == 5 ? 9 : 2;
        p[k] = problem_of(s[k]);
        p[k].n_penalties = k == 8 ? 2 : 1;
        p[k].rows = k == 7 ? &s[k]->rows : &s[0]->rows;
        p[k].row = k == 2 ? NULL : s[0]->row; /* all rows, not some */
        p[k].n_rows = k == 2 ? N : k == 3 ? s[0]->n_rows - 9 : s[0]->n_rows;
    }
    for (int i = 0; i < N; i++) {
        heavy[i] = i % 2 ? 30 : 0.1;
        s[1]->label[i] = (int32_t)(i / 2 % 2);                             /* alike: other labels only */
        for (int j = 0; j < DIM; j++)
            s[7]->x[i * STRIDE + j] *= (float)(1 + j % 5);                  /* other rows */
    }
    for (int64_t i = 0; i < s[0]->n_rows; i++)
        other[i] = N - s[0]->n_rows + i; /* as many, others */
    p[9].row = other;
    p[4].weight = heavy;
    p[1].standardise = p[0].standardise;
    for (int k = 0; k < VARIANTS; k++) {
        ok(run_plain(&p[k], 1, PLAIN_LOGISTIC));
        memcpy(alone[k], s[k]->weights, sizeof alone[k]);
        iterations[k] = s[k]->report[0].iterations;
        memset(s[k]->weights, 0, sizeof alone[k]);
    }
    ok(run_plain(p, VARIANTS, PLAIN_LOGISTIC));
    for (int k = 0; k < VARIANTS; k++) {
        equal_bits(s[k]->weights, alone[k], sizeof alone[k]);
        equal(s[k]->report[0].iterations, iterations[k]);
    }
    fit_problem turned[] = { p[8], p[0] }; /* the one with two penalties first */
    ok(run_plain(turned, 2, PLAIN_LOGISTIC));
    equal_bits(s[0]->weights, alone[0], sizeof alone[0]);
    p[2].standardise = 1; /* and where one is standardised, the other not */
    p[2].row = p[0].row;
    p[2].n_rows = p[0].n_rows;
    ok(run_plain(&p[2], 1, PLAIN_LOGISTIC));
    memcpy(alone[2], s[2]->weights, sizeof alone[2]);
    ok(run_plain(p, 3, PLAIN_LOGISTIC));
    equal_bits(s[2]->weights, alone[2], sizeof alone[2]);
    for (int k = 0; k < VARIANTS; k++)
        free(s[k]);
}

/* Of each output its own weights and intercept; nothing past them is read, and no other score is written. */
TEST(scores_are_products_and_intercepts)
{
    enum { DIM = 19, MOST_OUTPUTS = 4 };
    for (int64_t outputs = 1; outputs <= MOST_OUTPUTS; outputs++) {
        float *x = guarded(NULL, DIM * sizeof *x);
        double *weights = guarded(NULL, (size_t)outputs * DIM * 8), *intercepts = guarded(NULL, (size_t)outputs * 8), *room = guarded(NULL, DIM * 8);
        double *scores = guarded(NULL, (size_t)outputs * 8);
        for (int j = 0; j < DIM; j++)
            x[j] = (float)drawn((uint64_t)j);
        for (int64_t i = 0; i < outputs * DIM; i++)
            weights[i] = drawn((uint64_t)i + 100);
        for (int64_t k = 0; k < outputs; k++)
            intercepts[k] = drawn((uint64_t)k + 900);
        fit_scores(simd_kernels(LAMELLA_SIMD_REFERENCE), x, weights, intercepts, outputs, DIM, room, scores);
        for (int64_t k = 0; k < outputs; k++) {
            double z = intercepts[k];
            for (int j = 0; j < DIM; j++)
                z += weights[k * DIM + j] * (double)x[j];
            near(scores[k], z, ABSOLUTE, 1e-14);
        }
    }
}
