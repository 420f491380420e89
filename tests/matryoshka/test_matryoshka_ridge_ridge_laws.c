/* The grid of ridge probes against its definition: every row left out in turn, the rest fitted by elimination on the normal equations. */
#include "matryoshka/ridges.h"
#include "support/eliminate.h"

enum { ROWS = 300, DIM = 20, LAYERS = 2, TASKS = 8 /* figures of whole lines of memory */, PENALTIES = 4, WIDTHS = 5 };

typedef struct left_out {
    int64_t       n, dim[LAYERS], n_layers, n_penalties, n_widths;
    double        x[LAYERS][ROWS * DIM];
    float         x_f32[LAYERS][ROWS * DIM];
    int64_t       label[TASKS * ROWS];
    double        target[TASKS][ROWS];
    unsigned char mask[ROWS];
    double        penalty[PENALTIES];
    int64_t       width[WIDTHS];
    double        error[LAYERS][WIDTHS][PENALTIES][TASKS], accuracy[LAYERS][WIDTHS][PENALTIES][TASKS];
} left_out;

/* 1 for the higher label, -1 for the lower. */
static void set_targets(left_out *c)
{
    for (int64_t t = 0; t < TASKS; t++) {
        int64_t highest = INT64_MIN;
        for (int64_t i = 0; i < c->n; i++)
            if (c->mask[i] && c->label[t * c->n + i] > highest)
                highest = c->label[t * c->n + i];
        for (int64_t i = 0; i < c->n; i++)
            c->target[t][i] = c->label[t * c->n + i] == highest ? 1 : -1;
    }
}

/* What row `out` is predicted as by the fit of the others. */
static double predicted(const left_out *c, int64_t l, int64_t out, int64_t m, double penalty, int64_t t)
{
    const int64_t d = c->dim[l];
    static double a[DIM * DIM], w[DIM];
    double mean[DIM] = { 0 }, y_mean = 0, n = 0;
    memset(a, 0, sizeof a);
    memset(w, 0, sizeof w);
    for (int64_t i = 0; i < c->n; i++)
        if (i != out && c->mask[i]) {
            n++;
            y_mean += c->target[t][i];
            for (int64_t j = 0; j < m; j++)
                mean[j] += c->x[l][i * d + j];
        }
    y_mean /= n;
    for (int64_t j = 0; j < m; j++)
        mean[j] /= n;
    for (int64_t i = 0; i < c->n; i++)
        for (int64_t j = 0; j < m && i != out && c->mask[i]; j++) {
            double x = c->x[l][i * d + j] - mean[j];
            w[j] += x * (c->target[t][i] - y_mean);
            for (int64_t k = 0; k < m; k++)
                a[j * m + k] += x * (c->x[l][i * d + k] - mean[k]);
        }
    for (int64_t j = 0; j < m; j++)
        a[j * m + j] += penalty;
    eliminate(a, w, m);
    for (int64_t j = 0; j < m; j++)
        y_mean += w[j] * (c->x[l][out * d + j] - mean[j]);
    return y_mean;
}

static void expect_cell(left_out *c, int64_t l, int64_t k, int64_t p, int64_t t)
{
    double error = 0, hits = 0, n = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (!c->mask[i])
            continue;
        double y = c->target[t][i], guess = predicted(c, l, i, c->width[k], c->penalty[p], t);
        n++;
        error += (y - guess) * (y - guess);
        hits += y * guess > 0;
    }
    c->error[l][k][p][t] = error / n;
    c->accuracy[l][k][p][t] = hits / n;
}

/* Of the listed cells: which penalty is best, and whether it is the least or the greatest of several. */
static void check_choice_of(const left_out *c, const grid *g, int64_t l, int64_t k, int64_t t, uint8_t flags)
{
    int64_t best = 0;
    int less = 0, greater = 0;
    for (int64_t p = 1; p < c->n_penalties; p++)
        best = c->error[l][k][p][t] < c->error[l][k][best][t] ? p : best;
    for (int64_t p = 0; p < c->n_penalties; p++) {
        less |= c->penalty[p] < c->penalty[best];
        greater |= c->penalty[p] > c->penalty[best];
    }
    equal(g->best[(l * c->n_widths + k) * TASKS + t], best);
    equal(flags, less == greater ? 0 : LAMELLA_CELL_EDGE);
}

static void equals_definition(left_out *c, int32_t dtype, double tolerance)
{
    static grid g;
    lamella_view layer[LAYERS], labels = view_of(LAMELLA_I64, c->label, TASKS, c->n), mask = view_of(LAMELLA_U8, c->mask, c->n);
    int64_t n_edge = 0, n_rows = 0;
    for (int64_t l = 0; l < c->n_layers; l++)
        layer[l] = dtype == LAMELLA_F64 ? view_of(LAMELLA_F64, c->x[l], c->n, c->dim[l]) : view_of(LAMELLA_F32, c->x_f32[l], c->n, c->dim[l]);
    lamella_stack stack = stack_of(layer, c->n_layers);
    stack.mask = &mask;
    set_targets(c);
    ok(probe(NULL, &stack, &labels, c->penalty, c->n_penalties, c->width, c->n_widths, &g));
    for (int64_t l = 0; l < c->n_layers; l++)
        for (int64_t k = 0; k < c->n_widths; k++)
            for (int64_t t = 0; t < TASKS; t++) {
                for (int64_t p = 0; p < c->n_penalties; p++) {
                    int64_t at = ((l * c->n_widths + k) * c->n_penalties + p) * TASKS + t;
                    expect_cell(c, l, k, p, t);
                    near(g.error[at], c->error[l][k][p][t], RELATIVE, tolerance);
                    near(g.accuracy[at], c->accuracy[l][k][p][t], ABSOLUTE, 1e-12);
                }
                uint8_t flags = g.flags[(l * c->n_widths + k) * TASKS + t];
                check_choice_of(c, &g, l, k, t, flags);
                n_edge += flags != 0;
            }
    for (int64_t i = 0; i < c->n; i++)
        n_rows += c->mask[i];
    equal(g.result.n_rows, n_rows);
    equal(g.result.n_edge, n_edge);
    equal(g.result.n_unstable + g.result.n_impossible, 0);
}

/* Rows around `far`, labels of any two integers that the first columns tell of; every seventh row is masked and holds no number. */
static left_out *case_of(int64_t n, int64_t narrow, int64_t wide, double far)
{
    static left_out c;
    uint32_t state = (uint32_t)(n + wide);
    c = (left_out){ .n = n, .dim = { narrow, wide }, .n_layers = LAYERS, .n_penalties = PENALTIES, .n_widths = WIDTHS,
                    .penalty = { 10, 0.5, 3000, 40 } };
    for (int64_t i = 0; i < n; i++) {
        static const int64_t named[][2] = { { -4, 9 }, { 1, 0 }, { 70, 7 } };
        c.mask[i] = i % 7 != 3;
        for (int64_t l = 0; l < LAYERS; l++)
            for (int64_t j = 0; j < c.dim[l]; j++) {
                double x = c.mask[i] ? (double)noise(&state) + far : NAN;
                c.x_f32[l][i * c.dim[l] + j] = (float)x;
                c.x[l][i * c.dim[l] + j] = (double)(float)x;
            }
        for (int64_t t = 0; t < TASKS; t++)
            c.label[t * n + i] = named[t % 3][c.x[1][i * wide + t % wide] - far + 0.7 * (double)noise(&state) > 0.05 * (double)t];
    }
    return &c;
}

TEST(a_panel_and_more_in_f32_and_f64)
{
    left_out *c = case_of(ROWS, 9, DIM, 0);
    static const int64_t widths[] = { 9, 1, 8 };
    memcpy(c->width, widths, sizeof widths);
    c->n_widths = 3;
    c->n_penalties = 2;
    equals_definition(c, LAMELLA_F32, 3e-5);
    c->n_layers = 1;
    equals_definition(c, LAMELLA_F64, 3e-5);
}

TEST(widths_past_a_tile_penalties_in_any_order)
{
    left_out *c = case_of(60, 17, DIM, 3);
    static const int64_t widths[] = { 17, 2, 16, 9, 2 };
    memcpy(c->width, widths, sizeof widths);
    equals_definition(c, LAMELLA_F32, 1e-4);
}

/* A widest width at, before and after whole tiles; one penalty, or four. */
TEST(widest_widths_around_a_tile)
{
    static const int64_t widest[] = { 1, 7, 8, 9, 15, 16, 17 };
    for (int k = 0; k < 7 * 2; k++) {
        left_out *c = case_of(50, 18, DIM, 1);
        c->width[0] = widest[k / 2], c->width[1] = (widest[k / 2] + 1) / 2;
        c->n_widths = 2, c->n_layers = 1, c->n_penalties = k % 2 ? 4 : 1;
        equals_definition(c, LAMELLA_F32, 3e-5);
    }
}

/* More dims than rows, penalties so small that the fit all but passes through its rows: there f32 has no digit left. */
TEST(fits_that_pass_close_to_their_rows)
{
    left_out *c = case_of(21, 19, DIM, -2);
    static const int64_t widths[] = { 19, 5, 8, 16, 18 };
    static const double penalties[] = { 1e-3, 1e-5, 2, 1e-4 };
    memcpy(c->width, widths, sizeof widths);
    memcpy(c->penalty, penalties, sizeof penalties);
    equals_definition(c, LAMELLA_F32, 2e-4);
    equals_definition(c, LAMELLA_F64, 2e-5);
}

/* One row far out, which the fit all but passes through: f32 would have its error to four digits. */
TEST(a_single_row_that_f32_cannot_tell_is_enough)
{
    left_out *c = case_of(40, 2, 4, 0);
    static const int64_t widths[] = { 2, 1 };
    memcpy(c->width, widths, sizeof widths);
    c->n_widths = c->n_penalties = 2, c->n_layers = 1;
    for (int64_t j = 0; j < 2; j++)
        c->x[0][8 * 2 + j] = c->x_f32[0][8 * 2 + j] = j ? -500 : 1000;
    equals_definition(c, LAMELLA_F32, 1e-8);
    equals_definition(c, LAMELLA_F64, 1e-8);
}

/* Nothing is known of the one who is left out, as the others are one of each class: 0 is on neither side. */
TEST(a_prediction_of_nothing_is_not_right)
{
    static const double penalties[] = { 1 };
    static const int64_t widths[] = { 1 };
    float x[] = { 5, 5, 5 };
    int64_t label[] = { 1, 1, 0 };
    static grid g;
    const lamella_view layer = view_of(LAMELLA_F32, x, 3, 1), labels = view_of(LAMELLA_I64, label, 3);
    const lamella_stack stack = stack_of(&layer, 1);
    ok(probe(NULL, &stack, &labels, penalties, 1, widths, 1, &g));
    near(g.error[0], (1 + 1 + 4) / 3.0, RELATIVE, 1e-6);
    near(g.accuracy[0], 0, ABSOLUTE, 0);
}

/* A class of one row: where that is left out nothing is known of it, the rest is -1 throughout, so it is missed by 2. */
TEST(the_only_row_of_a_class_is_predicted_as_the_other)
{
    enum { N = 30 };
    static const double penalties[] = { 1, 1e7 };
    static const int64_t widths[] = { 1 };
    float x[N];
    int64_t label[N] = { 0 };
    static grid g;
    uint32_t state = 3;
    for (int i = 0; i < N; i++)
        x[i] = noise(&state);
    label[11] = 1;
    const lamella_view layer = view_of(LAMELLA_F32, x, N, 1), labels = view_of(LAMELLA_I64, label, N);
    const lamella_stack stack = stack_of(&layer, 1);
    ok(probe(NULL, &stack, &labels, penalties, 2, widths, 1, &g));
    near(g.error[1], (4 + (N - 1) * 4.0 / (N - 1) / (N - 1)) / N, RELATIVE, 1e-5); /* as good as no x: the others are missed by 2 / (n - 1) */
    for (int p = 0; p < 2; p++)
        near(g.accuracy[p], (N - 1.0) / N, ABSOLUTE, 1e-12);
}

TEST(of_equal_penalties_the_first_is_best)
{
    left_out *c = case_of(40, 3, 4, 0);
    c->width[0] = 3;
    c->penalty[0] = c->penalty[1] = c->penalty[2] = 7;
    c->n_widths = c->n_layers = 1, c->n_penalties = 3;
    equals_definition(c, LAMELLA_F64, 1e-4);
}

/* The mean of such a column is no f64: what it is rounded by is taken off as well. */
TEST(columns_far_from_0_are_fitted_as_near_it)
{
    enum { N = 45, D = 5 };
    static const double penalties[] = { 0.5, 20 };
    static const int64_t widths[] = { 5, 2 };
    static double x[2][N * D];
    static grid g[2];
    int64_t label[N];
    uint32_t state = 5;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < D; j++) {
            x[0][i * D + j] = round(64 * (double)noise(&state)) / 64;
            x[1][i * D + j] = x[0][i * D + j] + ldexp(3 + j, 43);
        }
        label[i] = x[0][i * D + i % 2] > 0;
    }
    for (int far = 0; far < 2; far++) {
        const lamella_view layer = view_of(LAMELLA_F64, x[far], N, D), labels = view_of(LAMELLA_I64, label, N);
        const lamella_stack stack = stack_of(&layer, 1);
        ok(probe(NULL, &stack, &labels, penalties, 2, widths, 2, &g[far]));
    }
    for (int cell = 0; cell < 2 * 2; cell++) {
        near(g[1].error[cell], g[0].error[cell], RELATIVE, 1e-6);
        near(g[1].accuracy[cell], g[0].accuracy[cell], ABSOLUTE, 0);
    }
}
