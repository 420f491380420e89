/* L2 logistic and multinomial fits, many at once.
 *
 * Each problem is an L-BFGS in variables in which the Hessian is near I (logistic_factor.c). All problems of a chunk look at a block of
 * rows while it is in the first cache. Scores are f32 until the promise of the next step is small, then f64. A problem that is done drops
 * out; the next penalty starts from its weights. Two classes that L-BFGS does not reach soon (sharp ones at large penalties, where it
 * wanders to where rows are wrong and flat) are fitted by Newton's method: the change of variables is made of the Hessian, step by step.
 *
 * A problem has converged if the objective is within `tolerance` of its least value, by the one bound or the other: |g|^2 / 2 of the part
 * that is penalised (F is strongly convex there), or, seen from steps enough, by a multiple of the promise of the next step and by what
 * the last steps' falls come to if they go on as they did. */
#include "solve/logistic.h"
#include "linalg/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LOGISTIC_WAVE 32
#define LOGISTIC_WAVE_BYTES (64 << 20)
#define LOGISTIC_CHUNKS 8        /* that a wave is cut into, if it has as many problems */
#define LOGISTIC_STEPS 16        /* passes between two polls for a stop */
#define LOGISTIC_COARSE 1e-7     /* share of the objective at which f32 scores end */
#define LOGISTIC_NOISE_F32 1e-6
#define LOGISTIC_NOISE_F64 1e-12
#define LOGISTIC_LEVEL 1e-14     /* a step that promises less than this share cannot be told from none */
#define LOGISTIC_PATIENCE 60     /* steps of L-BFGS before Newton's method begins, from where the penalty began */
#define LOGISTIC_NARROW 96       /* rows so narrow begin with Newton's method */
#define LOGISTIC_MARGIN 8        /* over what the next step promises: pairs know only part of the way. Measured: gaps stay below */
#define LOGISTIC_MARGIN_CLASSES 64 /* of several classes, whose Hessian is never taken */
#define LOGISTIC_RATIO 0.99      /* of one fall to the one before, at most: what is left is taken for their geometric sum */
#define LOGISTIC_NEAR 1e-3       /* share of the objective from which on a Hessian serves several steps */
#define LOGISTIC_SERVES 8

typedef struct logistic_wave {
    logistic          *m;
    int64_t            n;
    const fit_options *options;
    int64_t            chunk;
    int64_t           *factors; /* problems whose factor is made in this stage */
    int64_t            n_factors;
    scratch            room;
} logistic_wave;

int64_t fit_outputs(int64_t n_classes)
{
    return n_classes == 2 ? 1 : n_classes;
}

/* ---- memory ---- */

static int64_t logistic_bytes(const fit_problem *p)
{
    int64_t outputs = fit_outputs(p->n_classes), dim = p->rows->dim, size = outputs * (dim + 1);
    return (lbfgs_doubles(size) + 5 * size + 2 * outputs * dim + 4 * outputs + 6 * dim) * 8 + (2 * logistic_factor_floats(dim) + outputs * dim + outputs * LOGISTIC_BLOCK + dim) * 4;
}

static lamella_status logistic_create(call *c, const fit_problem *p, logistic *m)
{
    double *search;
    *m = (logistic){ .p = p, .simd = simd_of(c), .outputs = fit_outputs(p->n_classes), .dim = p->rows->dim, 
                      .like = -1, .newton = p->n_classes == 2 && p->rows->dim <= LOGISTIC_NARROW };
    m->width = m->dim + 1;
    m->size = m->outputs * m->width;
    TAKE(c, m->mean, m->dim);
    TAKE(c, m->inverse_spread, m->dim);
    TAKE(c, m->base, m->size);
    TAKE(c, m->v, m->size);
    TAKE(c, m->gradient, m->size);
    TAKE(c, m->t_gradient, m->size);
    TAKE(c, m->weights_f32, m->outputs * m->dim);
    TAKE(c, m->weights, m->outputs * m->dim);
    TAKE(c, m->intercepts, m->outputs);
    TAKE(c, m->sums, m->outputs * m->dim);
    TAKE(c, m->residuals, m->outputs);
    TAKE(c, m->scores, m->outputs);
    TAKE(c, m->block, m->outputs * LOGISTIC_BLOCK);
    TAKE(c, m->row_f64, m->dim);
    TAKE(c, m->row_f32, m->dim);
    TAKE(c, m->gram, logistic_factor_floats(m->dim));
    TAKE(c, m->factor, logistic_factor_floats(m->dim));
    TAKE(c, m->intercept_scale, m->outputs);
    TAKE(c, m->shift, m->dim);
    TAKE(c, m->curved, m->dim);
    TAKE(c, search, lbfgs_doubles(m->size));
    lbfgs_in(&m->search, search, m->size, m->simd);
    memset(m->base, 0, (size_t)m->size * sizeof *m->base);
    memset(m->v, 0, (size_t)m->size * sizeof *m->v);
    memset(m->shift, 0, (size_t)m->dim * sizeof *m->shift);
    return LAMELLA_OK;
}

/* ---- states of a problem ---- */

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

static void begin_penalty(logistic *m)
{
    m->penalty = m->p->penalty[m->at_penalty];
    m->iterations = m->since_factor = 0;
    m->precise = 0;
    m->refresh = m->newton;
    m->known = 0;
    m->state = LOGISTIC_NEEDS_FACTOR;
    set_weights(m); /* the first Hessian looks at them */
}

static void after_factor(logistic *m)
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

static void finish_penalty(logistic *m, int converged)
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
        begin_penalty(m);
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
            finish_penalty(m, 1);
        else
            go_precise(m);
    } else if (m->iterations >= o->max_iterations) {
        finish_penalty(m, 0);
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
        finish_penalty(m, gap_bound(m) <= fmax(o->tolerance, LOGISTIC_NOISE_F64) * fabs(value));
}

/* After a pass at v. */
static void logistic_advance(logistic *m, const fit_options *o)
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

/* ---- stages ---- */

static void factor_task(int64_t i, void *data)
{
    logistic_wave *w = data;
    void *room = scratch_claim(&w->room);
    logistic_factor(&w->m[w->factors[i]], room);
    scratch_release(&w->room, room);
}

static void iterate_task(int64_t i, void *data)
{
    logistic_wave *w = data;
    int64_t first = i * w->chunk, end = MIN(first + w->chunk, w->n), last = 0;
    for (int64_t j = first; j < end; j++) {
        logistic *m = &w->m[j];
        if (m->state == LOGISTIC_NEEDS_FACTOR) {
            if (!m->refresh && m->like >= 0)
                logistic_factor_copy(m, &w->m[m->like]);
            if (logistic_factor_is_finite(m))
                after_factor(m);
            else
                finish_penalty(m, 0); /* penalty times squares beyond f32: said, not hidden */
        }
        last = MAX(last, m->p->rows->n);
    }
    for (int step = 0; step < LOGISTIC_STEPS; step++) {
        int active = 0;
        for (int64_t j = first; j < end; j++)
            if (w->m[j].state == LOGISTIC_ITERATING) {
                logistic_pass_open(&w->m[j]);
                active = 1;
            }
        for (int64_t row = 0; active && row < last; row += LOGISTIC_BLOCK)
            for (int64_t j = first; j < end; j++)
                if (w->m[j].state == LOGISTIC_ITERATING)
                    logistic_pass_rows(&w->m[j], row + LOGISTIC_BLOCK);
        for (int64_t j = first; j < end; j++)
            if (w->m[j].state == LOGISTIC_ITERATING) {
                logistic_pass_close(&w->m[j]);
                logistic_advance(&w->m[j], w->options);
            }
    }
}

static void columns_task(int64_t i, void *data)
{
    logistic_wave *w = data;
    logistic_columns(&w->m[i]);
}

/* ---- a wave ---- */

/* The first factor is shared by problems over the same rows at the same penalties: labels do not enter it. */
static void find_alike(logistic_wave *w)
{
    for (int64_t i = 0; i < w->n; i++)
        for (int64_t j = 0; j < i && w->m[i].like < 0; j++) {
            const fit_problem *p = w->m[i].p, *q = w->m[j].p;
            if (w->m[j].like < 0 && p->n_penalties == 1 && q->n_penalties == 1 && p->rows == q->rows && p->row == q->row && p->n_rows == q->n_rows
                && p->weight == q->weight && p->n_classes == q->n_classes && p->standardise == q->standardise && p->penalty[0] == q->penalty[0])
                w->m[i].like = j;
        }
}

static int64_t count_done(const logistic_wave *w)
{
    int64_t n = 0;
    for (int64_t i = 0; i < w->n; i++)
        n += w->m[i].state == LOGISTIC_DONE;
    return n;
}

static lamella_status run_wave(call *c, logistic_wave *w, int64_t before, int64_t total)
{
    find_alike(w);
    TRY(parallel(c, w->n, columns_task, w));
    for (int64_t i = 0; i < w->n; i++)
        begin_penalty(&w->m[i]);
    for (int64_t done; (done = count_done(w)) < w->n;) {
        TRY(progress(c, before + done, total));
        w->n_factors = 0;
        for (int64_t i = 0; i < w->n; i++)
            if (w->m[i].state == LOGISTIC_NEEDS_FACTOR && (w->m[i].refresh || w->m[i].like < 0))
                w->factors[w->n_factors++] = i;
        TRY(blas_parallel(c, w->n_factors, factor_task, w));
        TRY(parallel(c, (w->n + w->chunk - 1) / w->chunk, iterate_task, w));
    }
    return LAMELLA_OK;
}

static int64_t wave_length(const fit_problem *p, int64_t n)
{
    int64_t bytes = 0, i = 0;
    while (i < MIN(n, LOGISTIC_WAVE) && (i == 0 || bytes + logistic_bytes(&p[i]) <= LOGISTIC_WAVE_BYTES))
        bytes += logistic_bytes(&p[i++]);
    return i;
}

lamella_status logistic_fit(call *c, const fit_problem *problems, int64_t n_problems, const fit_options *options)
{
    for (int64_t first = 0, n; first < n_problems; first += n) {
        arena_mark before = arena_now(&c->memory);
        logistic_wave w = { .options = options };
        int64_t room = 0;
        w.n = n = wave_length(problems + first, n_problems - first);
        w.chunk = MAX(n / LOGISTIC_CHUNKS, 1);
        TAKE(c, w.m, n);
        TAKE(c, w.factors, n);
        for (int64_t i = 0; i < n; i++) {
            int64_t dim = problems[first + i].rows->dim;
            TRY(blas_matrix_check(c, "the Gram of the rows", PANEL_ROWS, dim, dim));
            TRY(logistic_create(c, &problems[first + i], &w.m[i]));
            room = MAX(room, logistic_factor_room(dim));
        }
        TRY(scratch_open(c, room, &w.room));
        TRY(run_wave(c, &w, first, n_problems));
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}
