/* What one logistic problem does after each pass over its rows.
 *
 * Scores are f32 until the promise of the next step is small, then f64 (from the start where columns lie so far from 0 that f32 would see
 * noise, whose pairs would promise too little later on). Two classes that L-BFGS does not reach soon (sharp ones at large penalties, where it
 * wanders to where rows are wrong and flat) are fitted by Newton's method: the change of variables is made of the Hessian, step by step.
 *
 * A problem has converged if the objective is within `tolerance` of its least value, by the one bound or the other: |g|^2 / 2 of the part
 * that is penalised (F is strongly convex there), or, seen from steps enough, by a multiple of the promise of the next step and by what
 * the last steps' falls come to if they go on as they did. */
#include "solve/logistic.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LOGISTIC_COARSE 1e-7     /* share of the objective at which f32 scores end */
#define LOGISTIC_NOISE_F32 1e-6
#define LOGISTIC_NOISE_F64 1e-12
#define LOGISTIC_LEVEL 1e-14     /* a step that promises less than this share cannot be told from none */
#define LOGISTIC_PATIENCE 60     /* steps of L-BFGS before Newton's method begins, from where the penalty began */
#define LOGISTIC_MARGIN 8        /* over what the next step promises: pairs know only part of the way. Measured: gaps stay below */
#define LOGISTIC_MARGIN_CLASSES 64 /* of several classes, whose Hessian is never taken */
#define LOGISTIC_RATIO 0.99      /* of one fall to the one before, at most: what is left is taken for their geometric sum */
#define LOGISTIC_NEAR 1e-3       /* share of the objective from which on a Hessian serves several steps */
#define LOGISTIC_SERVES 8

/* v in raw units, as the pass reads it. */
static void set_weights(logistic *m)
{
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *v = m->v + k * m->width;
        double *w = m->weights + k * m->dim, shift = 0;
        for (int64_t j = 0; j < m->dim; j++) {
            w[j] = v[j] * m->inverse_spread[j];
            shift += w[j] * m->mean[j];
        }
        m->intercepts[k] = v[m->dim] - shift;
    }
    m->simd->f64_to_f32(m->weights, m->outputs * m->dim, m->weights_f32);
}

void logistic_begin_penalty(logistic *m)
{
    m->penalty = m->p->penalty[m->at_penalty];
    m->iterations = m->since_factor = 0;
    m->precise = m->far;
    m->refresh = m->newton;
    m->known = 0;
    m->state = LOGISTIC_NEEDS_FACTOR;
    set_weights(m); /* the first Hessian looks at them */
}

void logistic_after_factor(logistic *m)
{
    memcpy(m->base, m->v, (size_t)m->size * sizeof *m->base);
    lbfgs_restart(&m->search);
    if (m->known) { /* no pass is needed to see the same point in other coordinates */
        logistic_gradient_to_t(m, m->gradient, m->t_gradient, m->row_f32);
        lbfgs_tell(&m->search, m->value, m->t_gradient, 0);
        logistic_to_v(m, m->search.trial, m->v);
    }
    m->known = m->refresh = 0;
    m->since_factor = m->n_values = 0;
    set_weights(m);
    m->state = LOGISTIC_ITERATING;
}

static void go_precise(logistic *m)
{
    m->precise = 1;
    m->n_values = 0;
    memcpy(m->base, m->v, (size_t)m->size * sizeof *m->base);
    lbfgs_recentre(&m->search);
}

void logistic_finish_penalty(logistic *m, int converged)
{
    int64_t block = m->outputs * m->dim;
    double *weights = m->p->weights + m->at_penalty * block, *intercepts = m->p->intercepts + m->at_penalty * m->outputs;
    fit_report *report = &m->p->report[m->at_penalty];
    memcpy(weights, m->weights, (size_t)block * sizeof *weights);
    memcpy(intercepts, m->intercepts, (size_t)m->outputs * sizeof *intercepts);
    *report = (fit_report){ .iterations = m->iterations };
    logistic_measure(m, weights, intercepts, report);
    report->converged = converged && isfinite(report->objective) && isfinite(report->gradient_norm);
    if (++m->at_penalty == m->p->n_penalties)
        m->state = LOGISTIC_DONE;
    else
        logistic_begin_penalty(m);
}

static double objective_at_v(const logistic *m)
{
    double square = 0;
    for (int64_t k = 0; k < m->outputs; k++)
        for (int64_t j = 0; j < m->dim; j++)
            square += m->v[k * m->width + j] * m->v[k * m->width + j];
    return square / 2 + m->penalty * m->loss;
}

static void note_value(logistic *m, double value)
{
    memmove(m->values + 1, m->values, (LOGISTIC_VALUES - 1) * sizeof *m->values);
    m->values[0] = value;
    m->n_values++;
}

/* What falls that shrink by one ratio come to, from the last `steps` and those before. */
static double geometric_rest(const logistic *m, int64_t steps)
{
    double last = fmax(m->values[steps] - m->values[0], 0), before = fmax(m->values[2 * steps] - m->values[steps], 0);
    double ratio = before > 0 ? fmin(last / before, LOGISTIC_RATIO) : 0;
    return last * ratio / (1 - ratio);
}

/* Newton's steps need none of it: their promise is of the Hessian itself. */
static double falls_to_come(const logistic *m)
{
    if (m->newton)
        return 0;
    if (m->n_values < 4)
        return INFINITY;
    return fmax(geometric_rest(m, 1), m->n_values >= LOGISTIC_VALUES ? geometric_rest(m, LOGISTIC_VALUES / 2) : 0);
}

/* Where the rows that curve lie, about which the intercept is apart from column j. */
static double shift_now(const logistic *m, int64_t j)
{
    if (!logistic_sums_curved(m) || !(m->curvature > 0))
        return m->shift[j];
    return (m->curved[j] / m->curvature - m->mean[j]) * m->inverse_spread[j];
}

/* How far the objective can still fall: g.H^-1 g / 2, for H no more than it is: I on what is penalised, and the intercept's own curvature. */
static double gap_bound(const logistic *m)
{
    double square = 0, intercept_curvature = fmax(m->penalty * m->curvature, DBL_MIN);
    for (int64_t k = 0; k < m->outputs; k++) {
        const double *g = m->gradient + k * m->width;
        for (int64_t j = 0; j < m->dim; j++) {
            double at_best_intercept = g[j] - shift_now(m, j) * g[m->dim];
            square += at_best_intercept * at_best_intercept;
        }
        square += g[m->dim] * g[m->dim] / intercept_curvature;
    }
    if (m->dim > LOGISTIC_FULL_FACTOR) /* a diagonal promises nothing */
        return square / 2;
    double promised = (m->outputs > 1 ? LOGISTIC_MARGIN_CLASSES : LOGISTIC_MARGIN) * lbfgs_promise(&m->search);
    return fmin(square / 2, fmax(promised, falls_to_come(m)));
}

/* At v, where the pass at hand was. */
static void take_hessian(logistic *m, double value)
{
    m->newton = 1;
    m->refresh = 1;
    m->known = 1;
    m->value = value;
    set_weights(m);
    m->state = LOGISTIC_NEEDS_FACTOR;
}

static int factor_is_worn(const logistic *m, double gap, double value)
{
    if (m->outputs > 1)
        return 0;
    if (!m->newton)
        return m->since_factor >= LOGISTIC_PATIENCE;
    return m->since_factor >= (gap <= LOGISTIC_NEAR * fabs(value) ? LOGISTIC_SERVES : 1);
}

/* `moved`: not the point before seen anew, in other coordinates or more precisely. Those looks are no iterations. */
static void after_move(logistic *m, const fit_options *o, double value, int moved)
{
    note_value(m, value);
    double gap = gap_bound(m), least = fabs(value) * (m->precise ? o->tolerance : fmax(o->tolerance, LOGISTIC_COARSE));
    int level = gap <= LOGISTIC_LEVEL * fabs(value);
    m->iterations += moved;
    m->since_factor += moved;
    if (gap <= least || level) {
        if (m->precise || o->tolerance > LOGISTIC_COARSE) /* so little asked for, f32 scores can tell */
            logistic_finish_penalty(m, 1);
        else
            go_precise(m);
    } else if (m->iterations >= o->max_iterations) {
        logistic_finish_penalty(m, 0);
    } else if (factor_is_worn(m, gap, value)) {
        take_hessian(m, value);
    }
}

static void after_stuck(logistic *m, const fit_options *o, double value)
{
    logistic_to_v(m, m->search.point, m->v);
    set_weights(m);
    if (!m->precise)
        go_precise(m);
    else if (m->outputs == 1 && m->since_factor > 0 && m->iterations < o->max_iterations)
        m->newton = m->refresh = 1, m->state = LOGISTIC_NEEDS_FACTOR;
    else
        logistic_finish_penalty(m, gap_bound(m) <= fmax(o->tolerance, LOGISTIC_NOISE_F64) * fabs(value));
}

/* After a pass at v. */
void logistic_advance(logistic *m, const fit_options *o)
{
    double value = objective_at_v(m);
    int64_t at = m->at_penalty;
    int32_t precise = m->precise, moves = m->search.started;
    logistic_gradient(m, m->v, m->gradient);
    logistic_gradient_to_t(m, m->gradient, m->t_gradient, m->row_f32);
    int32_t told = lbfgs_tell(&m->search, value, m->t_gradient, m->precise ? LOGISTIC_NOISE_F64 : LOGISTIC_NOISE_F32);
    if (told == LBFGS_MOVED)
        after_move(m, o, value, moves);
    else if (told == LBFGS_STUCK)
        after_stuck(m, o, value);
    if (m->state != LOGISTIC_ITERATING || at != m->at_penalty)
        return;
    if (precise == m->precise)
        logistic_to_v(m, m->search.trial, m->v);
    set_weights(m);
}
