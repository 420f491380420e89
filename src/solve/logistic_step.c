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
static void set_weights(const logistic_problem *q, logistic_point *at)
{
    for (int64_t k = 0; k < q->outputs; k++) {
        const double *v = at->v + k * q->width;
        double *w = at->weights + k * q->dim, shift = 0;
        for (int64_t j = 0; j < q->dim; j++) {
            w[j] = v[j] * q->inverse_spread[j];
            shift += w[j] * q->mean[j];
        }
        at->intercepts[k] = v[q->dim] - shift;
    }
    q->simd->f64_to_f32(at->weights, q->outputs * q->dim, at->weights_f32);
}

static void go_to(const logistic_problem *q, const logistic_frame *f, const double *t, logistic_point *at)
{
    logistic_to_v(q, f, t, at->v);
    set_weights(q, at);
}

void logistic_begin_penalty(logistic *m)
{
    logistic_search *s = &m->search;
    m->point.penalty = m->problem.given->penalty[s->at_penalty];
    m->point.precise = m->problem.far;
    s->iterations = s->since_factor = 0;
    s->refresh = s->newton;
    s->known = 0;
    s->state = LOGISTIC_NEEDS_FACTOR;
    set_weights(&m->problem, &m->point); /* the first Hessian looks at them */
}

void logistic_after_factor(logistic *m)
{
    logistic_search *s = &m->search;
    memcpy(m->frame.base, m->point.v, (size_t)m->problem.size * sizeof *m->frame.base);
    lbfgs_restart(&s->lbfgs);
    if (s->known) { /* no pass is needed to see the same point in other coordinates */
        logistic_gradient_to_t(&m->problem, &m->frame, m->point.gradient, s->room, s->gradient);
        lbfgs_tell(&s->lbfgs, m->point.value, s->gradient, 0);
        go_to(&m->problem, &m->frame, s->lbfgs.trial, &m->point);
    }
    s->known = s->refresh = 0;
    s->since_factor = s->n_values = 0;
    s->state = LOGISTIC_ITERATING;
}

static void go_precise(logistic *m)
{
    m->point.precise = 1;
    m->search.n_values = 0;
    memcpy(m->frame.base, m->point.v, (size_t)m->problem.size * sizeof *m->frame.base);
    lbfgs_recentre(&m->search.lbfgs);
}

void logistic_finish_penalty(logistic *m, int converged)
{
    const fit_problem *p = m->problem.given;
    int64_t at = m->search.at_penalty++, outputs = m->problem.outputs, block = outputs * m->problem.dim;
    fit_report *report = &p->report[at];
    memcpy(p->weights + at * block, m->point.weights, (size_t)block * sizeof *p->weights);
    memcpy(p->intercepts + at * outputs, m->point.intercepts, (size_t)outputs * sizeof *p->intercepts);
    *report = (fit_report){ .iterations = m->search.iterations };
    logistic_measure(&m->problem, &m->point, &m->pass, report);
    report->converged = converged && isfinite(report->objective) && isfinite(report->gradient_norm);
    if (at + 1 == p->n_penalties)
        m->search.state = LOGISTIC_DONE;
    else
        logistic_begin_penalty(m);
}

static void note_value(logistic_search *s, double value)
{
    memmove(s->values + 1, s->values, (LOGISTIC_VALUES - 1) * sizeof *s->values);
    s->values[0] = value;
    s->n_values++;
}

/* What falls that shrink by one ratio come to, from the last `steps` and those before. */
static double geometric_rest(const logistic_search *s, int64_t steps)
{
    double last = fmax(s->values[steps] - s->values[0], 0), before = fmax(s->values[2 * steps] - s->values[steps], 0);
    double ratio = before > 0 ? fmin(last / before, LOGISTIC_RATIO) : 0;
    return last * ratio / (1 - ratio);
}

/* Newton's steps need none of it: their promise is of the Hessian itself. */
static double falls_to_come(const logistic_search *s)
{
    if (s->newton)
        return 0;
    if (s->n_values < 4)
        return INFINITY;
    return fmax(geometric_rest(s, 1), s->n_values >= LOGISTIC_VALUES ? geometric_rest(s, LOGISTIC_VALUES / 2) : 0);
}

/* Where the rows that curve lie, about which the intercept is apart from column j. */
static double shift_now(const logistic *m, int64_t j)
{
    const logistic_problem *q = &m->problem;
    if (!logistic_sums_curved(q, &m->point) || !(m->pass.curvature > 0))
        return m->frame.shift[j];
    return (m->pass.curved[j] / m->pass.curvature - q->mean[j]) * q->inverse_spread[j];
}

/* How far the objective can still fall: g.H^-1 g / 2, for H no more than it is: I on what is penalised, and the intercept's own curvature. */
static double gap_bound(const logistic *m)
{
    const logistic_problem *q = &m->problem;
    double square = 0, intercept_curvature = fmax(m->point.penalty * m->pass.curvature, DBL_MIN);
    for (int64_t k = 0; k < q->outputs; k++) {
        const double *g = m->point.gradient + k * q->width;
        for (int64_t j = 0; j < q->dim; j++) {
            double at_best_intercept = g[j] - shift_now(m, j) * g[q->dim];
            square += at_best_intercept * at_best_intercept;
        }
        square += g[q->dim] * g[q->dim] / intercept_curvature;
    }
    if (q->dim > LOGISTIC_FULL_FACTOR) /* a diagonal promises nothing */
        return square / 2;
    double promised = (q->outputs > 1 ? LOGISTIC_MARGIN_CLASSES : LOGISTIC_MARGIN) * lbfgs_promise(&m->search.lbfgs);
    return fmin(square / 2, fmax(promised, falls_to_come(&m->search)));
}

/* `known`: v is where the pass at hand was. */
static void take_hessian(logistic_search *s, int known)
{
    s->newton = s->refresh = 1;
    s->known = known;
    s->state = LOGISTIC_NEEDS_FACTOR;
}

static int factor_is_worn(const logistic *m, double gap)
{
    if (m->problem.outputs > 1)
        return 0;
    if (!m->search.newton)
        return m->search.since_factor >= LOGISTIC_PATIENCE;
    return m->search.since_factor >= (gap <= LOGISTIC_NEAR * fabs(m->point.value) ? LOGISTIC_SERVES : 1);
}

/* `moved`: not the point before seen anew, in other coordinates or more precisely. Those looks are no iterations. */
static void after_move(logistic *m, const fit_options *o, int moved)
{
    logistic_search *s = &m->search;
    note_value(s, m->point.value);
    double gap = gap_bound(m), size = fabs(m->point.value), least = size * (m->point.precise ? o->tolerance : fmax(o->tolerance, LOGISTIC_COARSE));
    s->iterations += moved;
    s->since_factor += moved;
    if (gap <= least || gap <= LOGISTIC_LEVEL * size) {
        if (m->point.precise || o->tolerance > LOGISTIC_COARSE) /* so little asked for, f32 scores can tell */
            logistic_finish_penalty(m, 1);
        else
            go_precise(m);
    } else if (s->iterations >= o->max_iterations) {
        logistic_finish_penalty(m, 0);
    } else if (factor_is_worn(m, gap)) {
        take_hessian(s, 1);
    }
}

static void after_stuck(logistic *m, const fit_options *o)
{
    logistic_search *s = &m->search;
    go_to(&m->problem, &m->frame, s->lbfgs.point, &m->point);
    if (!m->point.precise)
        go_precise(m);
    else if (m->problem.outputs == 1 && s->since_factor > 0 && s->iterations < o->max_iterations)
        take_hessian(s, 0);
    else
        logistic_finish_penalty(m, gap_bound(m) <= fmax(o->tolerance, LOGISTIC_NOISE_F64) * fabs(m->point.value));
}

/* After a pass at v. */
void logistic_advance(logistic *m, const fit_options *o)
{
    logistic_search *s = &m->search;
    int64_t penalty = s->at_penalty;
    int32_t precise = m->point.precise, moves = s->lbfgs.started;
    logistic_evaluate(&m->problem, &m->pass, &m->point);
    logistic_gradient_to_t(&m->problem, &m->frame, m->point.gradient, s->room, s->gradient);
    int32_t told = lbfgs_tell(&s->lbfgs, m->point.value, s->gradient, precise ? LOGISTIC_NOISE_F64 : LOGISTIC_NOISE_F32);
    if (told == LBFGS_MOVED)
        after_move(m, o, moves);
    else if (told == LBFGS_STUCK)
        after_stuck(m, o);
    if (s->state == LOGISTIC_ITERATING && penalty == s->at_penalty && precise == m->point.precise)
        go_to(&m->problem, &m->frame, s->lbfgs.trial, &m->point);
}
