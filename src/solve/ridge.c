/* Ridge in closed form, from second moments (primal) or from products of rows (dual), whichever is the smaller matrix.
 *
 *   primal  (S + a I) w = Z^T y               S = Z^T Z       [dim, dim]
 *   dual    (K + a I) u = y,  w = Z^T u       K = Z Z^T       [n, n]
 *
 * Z: rows less their mean, times the root of their weight, over the spread where columns are standardised; y likewise, centred. One
 * Cholesky factor a penalty, and one step of refinement with it. All f64. */
#include "solve/solve.h"
#include "linalg/linalg.h"
#include "moments/moments.h"

#include <math.h>
#include <string.h>

#define RIDGE_CONVERGED 1e-6 /* share of the objective by which it may lie over its least value */

/* n equations S w = b with `outputs` right-hand sides, of which the penalties are tasks. */
typedef struct work {
    const double *s;           /* [n, n], both triangles */
    const double *b;           /* [n, outputs] */
    const double *y_square;    /* [outputs] */
    int64_t       n, outputs;
    const double *penalty;
    double       *solution;    /* [n_penalties, n, outputs] */
    fit_report   *report;      /* [n_penalties, outputs] */
    int           dual;
    scratch       room;
} work;

static void product_of(const double *s, const double *x, int64_t n, int64_t outputs, double *out)
{
    blas_product_run(&(blas_product){ .m = n, .n = outputs, .k = n, .alpha = 1, .a = s, .b = x, .c = out, .a_stride = n, .b_stride = outputs,
                                      .c_stride = outputs });
}

/* residual := b - S x - a x; returns the product S x in `sx`. */
static void ridge_residual(const work *w, double penalty, const double *x, double *sx, double *residual)
{
    product_of(w->s, x, w->n, w->outputs, sx);
    for (int64_t i = 0; i < w->n * w->outputs; i++)
        residual[i] = w->b[i] - sx[i] - penalty * x[i];
}

/* One penalty's pieces: l [n, n], the rest [n, outputs]. In the primal the product is the residual itself. */
typedef struct ridge_pieces {
    double *l, *sx, *residual, *solved;    /* solved = L^-1 residual */
    double *product, *product_solved;      /* K residual, and L^-1 of it */
    double  added;                         /* to the diagonal beyond the penalty, so that L exists */
} ridge_pieces;

static int64_t ridge_pieces_doubles(const work *w)
{
    return w->n * w->n + (w->dual ? 5 : 3) * w->n * w->outputs;
}

static ridge_pieces ridge_pieces_in(const work *w, double *memory)
{
    int64_t cells = w->n * w->outputs;
    ridge_pieces r = { .l = memory, .sx = memory + w->n * w->n };
    r.residual = r.sx + cells;
    r.solved = r.residual + cells;
    r.product = w->dual ? r.solved + cells : r.residual;
    r.product_solved = w->dual ? r.product + cells : r.solved;
    return r;
}

/* Objective and gradient in w of one output; in the dual x is u, so that |w|^2 = u.K u and the gradient is -2 Z^T residual. The objective
 * lies over its least value by residual.(S + a I)^-1 residual, in the dual by residual.(K + a I)^-1 K residual. */
static void ridge_report(const work *w, double penalty, int64_t k, const double *x, const ridge_pieces *at, fit_report *r)
{
    double square = 0, gradient = 0, gap = 0, fit = w->y_square[k];
    for (int64_t i = k; i < w->n * w->outputs; i += w->outputs) {
        fit -= 2 * w->b[i] * (w->dual ? at->sx[i] : x[i]);
        fit += at->sx[i] * (w->dual ? at->sx[i] : x[i]);
        square += x[i] * (w->dual ? at->sx[i] : x[i]);
        gradient += 4 * at->residual[i] * at->product[i];
        gap += at->solved[i] * at->product_solved[i];
    }
    gap *= 1 + at->added / penalty; /* L is of more than S + a I */
    r->objective = fit + penalty * square;
    r->gradient_norm = sqrt(fmax(gradient, 0));
    r->iterations = 1;
    r->converged = isfinite(r->objective) && gap <= RIDGE_CONVERGED * fmax(fabs(r->objective), 1e-300);
}

/* A penalty under the rounding of S gets as much more as makes it definite; the report tells. */
static void ridge_factor(const work *w, double penalty, ridge_pieces *r)
{
    int64_t n = w->n;
    double largest = 0;
    for (int64_t i = 0; i < n; i++)
        largest = fmax(largest, w->s[i * n + i] + penalty);
    for (int again = 0; again < 2; again++) {
        r->added = again ? (double)n * 2.2e-16 * largest : 0;
        memcpy(r->l, w->s, (size_t)(n * n) * sizeof *r->l);
        for (int64_t i = 0; i < n; i++)
            r->l[i * n + i] += penalty + r->added;
        if (cholesky_f64(r->l, n, n) == 0)
            return;
    }
}

static void task(int64_t q, void *data)
{
    work *w = data;
    int64_t n = w->n, cells = n * w->outputs;
    double *memory = scratch_claim(&w->room), *x = w->solution + q * cells, penalty = w->penalty[q];
    ridge_pieces r = ridge_pieces_in(w, memory);
    ridge_factor(w, penalty, &r);
    memcpy(x, w->b, (size_t)cells * sizeof *x);
    triangular_solve_f64(r.l, n, n, 0, x, w->outputs, w->outputs);
    triangular_solve_f64(r.l, n, n, 1, x, w->outputs, w->outputs);
    ridge_residual(w, penalty, x, r.sx, r.residual);
    memcpy(r.solved, r.residual, (size_t)cells * sizeof *x);
    triangular_solve_f64(r.l, n, n, 0, r.solved, w->outputs, w->outputs);
    triangular_solve_f64(r.l, n, n, 1, r.solved, w->outputs, w->outputs);
    for (int64_t i = 0; i < cells; i++)
        x[i] += r.solved[i];
    ridge_residual(w, penalty, x, r.sx, r.residual);
    memcpy(r.solved, r.residual, (size_t)cells * sizeof *x);
    triangular_solve_f64(r.l, n, n, 0, r.solved, w->outputs, w->outputs);
    if (w->dual) {
        product_of(w->s, r.residual, n, w->outputs, r.product);
        memcpy(r.product_solved, r.product, (size_t)cells * sizeof *x);
        triangular_solve_f64(r.l, n, n, 0, r.product_solved, w->outputs, w->outputs);
    }
    for (int64_t k = 0; k < w->outputs; k++)
        ridge_report(w, penalty, k, x, &r, &w->report[q * w->outputs + k]);
    scratch_release(&w->room, memory);
}

static lamella_status ridge_solve(call *c, work *w, int64_t n_penalties)
{
    TAKE(c, w->solution, n_penalties * w->n * w->outputs);
    TRY(scratch_open(c, ridge_pieces_doubles(w) * (int64_t)sizeof(double), &w->room));
    return blas_parallel(c, n_penalties, task, w);
}

/* ---- primal ---- */

/* 0 of a constant column, whose weight is 0 then: the intercept does its work. */
static double inverse_spread_of(double mean, double variance, int32_t standardise)
{
    return !standardise ? 1 : is_constant_column(1, mean, variance) ? 0 : 1 / sqrt(variance);
}

/* y - w.mean of means mean + low, y + y_low: with what each product and sum rounds away, for far columns leave little of large numbers. */
static double ridge_intercept(const double *w, const double *mean, const double *low, int64_t dim, double y, double y_low)
{
    double rest = y_low;
    for (int64_t j = 0; j < dim; j++) {
        double product = -w[j] * mean[j], lost;
        rest += fma(-w[j], mean[j], -product) - w[j] * low[j];
        mean_sum(y, product, &y, &lost);
        rest += lost;
    }
    return y + rest;
}

lamella_status ridge_of_gram(call *c, const gram *g, const ridge_fits *f)
{
    int64_t dim = g->dim - f->n_outputs, outputs = f->n_outputs;
    arena_mark before = arena_now(&c->memory);
    double *s, *b, *y_square, *spread;
    TAKE(c, s, dim * dim);
    TAKE(c, b, dim * outputs);
    TAKE(c, y_square, outputs);
    TAKE(c, spread, dim);
    for (int64_t j = 0; j < dim; j++)
        spread[j] = inverse_spread_of(g->mean[j], g->square[j * g->dim + j] / g->weight, f->standardise);
    for (int64_t j = 0; f->standardise && j < dim; j++)
        f->constant[j] = spread[j] == 0;
    for (int64_t i = 0; i < dim; i++) {
        for (int64_t j = 0; j < dim; j++)
            s[i * dim + j] = g->square[i * g->dim + j] * spread[i] * spread[j];
        for (int64_t k = 0; k < outputs; k++)
            b[i * outputs + k] = g->square[i * g->dim + dim + k] * spread[i];
    }
    for (int64_t k = 0; k < outputs; k++)
        y_square[k] = g->square[(dim + k) * g->dim + dim + k];
    work w = { .s = s, .b = b, .y_square = y_square, .n = dim, .outputs = outputs, .penalty = f->penalty, .report = f->report };
    TRY(ridge_solve(c, &w, f->n_penalties));
    for (int64_t q = 0; q < f->n_penalties; q++)
        for (int64_t k = 0; k < outputs; k++) {
            double *out = f->weights + (q * outputs + k) * dim;
            for (int64_t j = 0; j < dim; j++)
                out[j] = w.solution[(q * dim + j) * outputs + k] * spread[j];
            f->intercepts[q * outputs + k] = ridge_intercept(out, g->mean, g->low, dim, g->mean[dim + k], g->low[dim + k]);
        }
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

/* -1 and 1: for two classes of class 1, else of each. */
double ridge_target(int32_t label, int64_t output, int64_t n_outputs)
{
    return label == (n_outputs == 1 ? 1 : output) ? 1 : -1;
}

/* Of all outputs of a problem. */
static void sum_reports(const fit_report *each, int64_t outputs, int64_t n_penalties, fit_report *report)
{
    for (int64_t q = 0; q < n_penalties; q++) {
        double square = 0;
        report[q] = (fit_report){ .iterations = 1, .converged = 1 };
        for (int64_t k = 0; k < outputs; k++) {
            const fit_report *r = &each[q * outputs + k];
            report[q].objective += r->objective;
            square += r->gradient_norm * r->gradient_norm;
            report[q].converged &= r->converged;
        }
        report[q].gradient_norm = sqrt(square);
    }
}

static lamella_status ridge_primal(call *c, const fit_problem *p)
{
    const fit_rows *rows_ = p->rows;
    ridge_fits f = { .n_outputs = fit_outputs(p->n_classes), .standardise = p->standardise, .penalty = p->penalty, .n_penalties = p->n_penalties,
                     .weights = p->weights, .intercepts = p->intercepts, .constant = p->constant };
    lamella_view layer = { .data = rows_->x_f64 ? (void *)rows_->x_f64 : (void *)rows_->x, .dtype = rows_->x_f64 ? LAMELLA_F64 : LAMELLA_F32,
                           .rank = 2, .shape = { rows_->n, rows_->dim }, .stride = { rows_->stride, 1 }, .flags = LAMELLA_FINITE };
    stack s;
    gram g;
    double *weight, *target;
    TRY(stack_of_own(c, &s, &layer, F32 | F64, "rows"));
    TAKE(c, f.report, p->n_penalties * f.n_outputs);
    TAKE_ZEROS(c, weight, rows_->n);
    TAKE_ZEROS(c, target, rows_->n * f.n_outputs);
    for (int64_t i = 0; i < p->n_rows; i++) {
        int64_t row = p->row ? p->row[i] : i;
        weight[row] = p->weight ? p->weight[row] : 1;
        for (int64_t k = 0; k < f.n_outputs; k++)
            target[row * f.n_outputs + k] = ridge_target(p->label[row], k, f.n_outputs);
    }
    gram_rows of = { .s = &s, .n_layers = 1, .weight = weight, .extra = target, .extra_dim = f.n_outputs, .extra_stride = f.n_outputs };
    TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &g));
    TRY(gram_of_rows(c, &of, &g));
    TRY(ridge_of_gram(c, &g, &f));
    sum_reports(f.report, f.n_outputs, p->n_penalties, p->report);
    return LAMELLA_OK;
}

/* ---- dual ---- */

/* Centred, times the root of their weight, and z over the spread. */
typedef struct dual_rows {
    double *z, *y;              /* [n, dim]; [n, outputs] */
    double *mean, *low, *spread;
    double *y_mean, *y_low;
    double  weight;
} dual_rows;

static lamella_status dual_take(call *c, const fit_problem *p, int64_t outputs, dual_rows *d)
{
    int64_t n = p->n_rows, dim = p->rows->dim;
    double *weight, *largest;
    TAKE(c, d->z, n * dim);
    TAKE(c, d->y, n * outputs);
    TAKE(c, d->mean, dim);
    TAKE(c, d->low, dim);
    TAKE(c, d->spread, dim);
    TAKE(c, d->y_mean, outputs);
    TAKE(c, d->y_low, outputs);
    TAKE(c, weight, n);
    TAKE(c, largest, MAX(dim, outputs));
    for (int64_t i = 0; i < n; i++) {
        int64_t row = p->row ? p->row[i] : i, at = row * p->rows->stride;
        if (p->rows->x_f64)
            memcpy(d->z + i * dim, p->rows->x_f64 + at, (size_t)dim * sizeof *d->z);
        else
            simd_of(c)->f32_to_f64(p->rows->x + at, dim, d->z + i * dim);
        for (int64_t k = 0; k < outputs; k++)
            d->y[i * outputs + k] = ridge_target(p->label[row], k, outputs);
        weight[i] = p->weight ? p->weight[row] : 1;
    }
    d->weight = rows_about_mean(d->z, n, dim, weight, d->mean, d->low, largest);
    rows_about_mean(d->y, n, outputs, weight, d->y_mean, d->y_low, largest);
    return LAMELLA_OK;
}

static lamella_status dual_scale(call *c, const fit_problem *p, dual_rows *d)
{
    int64_t n = p->n_rows, dim = p->rows->dim;
    memset(d->spread, 0, (size_t)dim * sizeof *d->spread);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < dim; j++)
            d->spread[j] += d->z[i * dim + j] * d->z[i * dim + j];
    if (!matrix_is_finite(d->spread, 1, dim, dim))
        return fail_squares(c, "the stack");
    for (int64_t j = 0; j < dim; j++)
        d->spread[j] = inverse_spread_of(d->mean[j], d->spread[j] / d->weight, p->standardise);
    for (int64_t i = 0; p->standardise && i < n; i++)
        for (int64_t j = 0; j < dim; j++)
            d->z[i * dim + j] *= d->spread[j];
    for (int64_t j = 0; p->standardise && j < dim; j++)
        p->constant[j] = d->spread[j] == 0;
    return LAMELLA_OK;
}

static lamella_status ridge_dual(call *c, const fit_problem *p)
{
    int64_t n = p->n_rows, dim = p->rows->dim, outputs = fit_outputs(p->n_classes);
    dual_rows d = { 0 };
    double *s, *y_square, *w_t;
    fit_report *each;
    TRY(dual_take(c, p, outputs, &d));
    TRY(dual_scale(c, p, &d));
    TAKE(c, s, n * n);
    TAKE_ZEROS(c, y_square, outputs);
    TAKE(c, w_t, dim * outputs);
    TAKE(c, each, p->n_penalties * outputs);
    TRY(product_f64(c, &(blas_product){ .m = n, .n = n, .k = dim, .alpha = 1, .a = d.z, .b = d.z, .c = s, .a_stride = dim, .b_stride = dim,
                                        .c_stride = n, .b_transposed = 1 }));
    matrix_mirror_lower(s, n, n); /* symmetric to the last bit */
    for (int64_t i = 0; i < n * outputs; i++)
        y_square[i % outputs] += d.y[i] * d.y[i];
    work w = { .s = s, .b = d.y, .y_square = y_square, .n = n, .outputs = outputs, .penalty = p->penalty, .report = each, .dual = 1 };
    TRY(ridge_solve(c, &w, p->n_penalties));
    sum_reports(each, outputs, p->n_penalties, p->report);
    for (int64_t q = 0; q < p->n_penalties; q++) {
        TRY(product_f64(c, &(blas_product){ .m = outputs, .n = dim, .k = n, .alpha = 1, .a = w.solution + q * n * outputs, .b = d.z, .c = w_t,
                                            .a_stride = outputs, .b_stride = dim, .c_stride = dim, .a_transposed = 1 }));
        for (int64_t k = 0; k < outputs; k++) {
            double *out = p->weights + (q * outputs + k) * dim;
            for (int64_t j = 0; j < dim; j++)
                out[j] = w_t[k * dim + j] * d.spread[j];
            p->intercepts[q * outputs + k] = ridge_intercept(out, d.mean, d.low, dim, d.y_mean[k], d.y_low[k]);
        }
    }
    return LAMELLA_OK;
}

lamella_status ridge_fit(call *c, const fit_problem *problems, int64_t n_problems)
{
    for (int64_t i = 0; i < n_problems; i++) {
        const fit_problem *p = &problems[i];
        arena_mark before = arena_now(&c->memory);
        TRY(progress(c, i, n_problems));
        TRY_ITEMS(NULL, i, 1, n_problems, p->n_rows < p->rows->dim ? ridge_dual(c, p) : ridge_primal(c, p));
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}
