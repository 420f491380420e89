/* L2 logistic and multinomial fits, many at once.
 *
 * Each problem is an L-BFGS in variables in which the Hessian is near I (logistic_factor.c), or Newton's method; what it does after each look
 * at the rows is in logistic_step.c. All problems of a chunk look at a block of rows while it is in the first cache. A problem that is done
 * drops out; the next penalty starts from its weights. */
#include "solve/logistic.h"
#include "linalg/linalg.h"

#include <string.h>

#define LOGISTIC_WAVE 32
#define LOGISTIC_WAVE_BYTES (64 << 20)
#define LOGISTIC_CHUNKS 8        /* that a wave is cut into, if it has as many problems */
#define LOGISTIC_STEPS 16        /* passes between two polls for a stop */
#define LOGISTIC_NARROW 96       /* rows so narrow begin with Newton's method */

typedef struct wave {
    logistic          *m;
    int64_t            n;
    const fit_options *options;
    int64_t            chunk;
    int64_t           *like;    /* [n]: the problem of the wave whose first factor is the same, or -1 */
    int64_t           *factors; /* problems whose factor is made in this stage */
    int64_t            n_factors;
    scratch            room;
} wave;

int64_t fit_outputs(int64_t n_classes)
{
    return n_classes == 2 ? 1 : n_classes;
}

/* ---- memory ---- */

/* Hardly less than logistic_create takes: so many of them share a wave, on which no bit depends. */
static int64_t logistic_bytes(const fit_problem *p)
{
    int64_t dim = p->rows->dim, size = fit_outputs(p->n_classes) * (dim + 1);
    return (lbfgs_doubles(size) + 16 * size) * (int64_t)sizeof(double) + 2 * logistic_factor_floats(dim) * (int64_t)sizeof(float);
}

static lamella_status logistic_create(call *c, const fit_problem *p, logistic *m)
{
    int64_t outputs = fit_outputs(p->n_classes), dim = p->rows->dim, size = outputs * (dim + 1);
    double *memory;
    *m = (logistic){ .problem = { .given = p, .simd = simd_of(c), .outputs = outputs, .dim = dim, .width = dim + 1, .size = size },
                     .search = { .newton = outputs == 1 && dim <= LOGISTIC_NARROW } };
    TAKE(c, m->problem.mean, dim);
    TAKE(c, m->problem.inverse_spread, dim);
    TAKE_ZEROS(c, m->point.v, size);
    TAKE(c, m->point.gradient, size);
    TAKE(c, m->point.weights, outputs * dim);
    TAKE(c, m->point.intercepts, outputs);
    TAKE(c, m->point.weights_f32, outputs * dim);
    TAKE(c, m->pass.curved, dim);
    TAKE(c, m->pass.sums, outputs * dim);
    TAKE(c, m->pass.residuals, outputs);
    TAKE(c, m->pass.scores, outputs);
    TAKE(c, m->pass.row_f64, dim);
    TAKE(c, m->pass.block, outputs * LOGISTIC_BLOCK);
    TAKE(c, m->frame.base, size);
    TAKE(c, m->frame.factor, logistic_factor_floats(dim));
    TAKE(c, m->frame.gram, logistic_factor_floats(dim));
    TAKE(c, m->frame.intercept_scale, outputs);
    TAKE_ZEROS(c, m->frame.shift, dim);
    TAKE(c, m->search.gradient, size);
    TAKE(c, m->search.room, dim);
    TAKE(c, memory, lbfgs_doubles(size));
    lbfgs_in(&m->search.lbfgs, memory, size, m->problem.simd);
    return LAMELLA_OK;
}

/* ---- stages ---- */

static void factor_task(int64_t i, void *data)
{
    wave *w = data;
    logistic *m = &w->m[w->factors[i]];
    void *room = scratch_claim(&w->room);
    logistic_factor(&m->problem, &m->point, m->search.refresh, room, &m->frame);
    scratch_release(&w->room, room);
}

static void iterate_task(int64_t i, void *data)
{
    wave *w = data;
    int64_t first = i * w->chunk, end = MIN(first + w->chunk, w->n), last = 0;
    for (int64_t j = first; j < end; j++) {
        logistic *m = &w->m[j];
        if (m->search.state == LOGISTIC_NEEDS_FACTOR) {
            if (!m->search.refresh && w->like[j] >= 0)
                logistic_factor_copy(&m->problem, &w->m[w->like[j]].frame, &m->frame);
            if (logistic_factor_is_finite(&m->frame, m->problem.dim))
                logistic_after_factor(m);
            else
                logistic_finish_penalty(m, 0); /* penalty times squares beyond f32: said, not hidden */
        }
        last = MAX(last, m->problem.given->rows->n);
    }
    for (int step = 0; step < LOGISTIC_STEPS; step++) {
        int active = 0;
        for (int64_t j = first; j < end; j++)
            if (w->m[j].search.state == LOGISTIC_ITERATING) {
                logistic_pass_open(&w->m[j].problem, &w->m[j].point, &w->m[j].pass);
                active = 1;
            }
        for (int64_t row = 0; active && row < last; row += LOGISTIC_BLOCK)
            for (int64_t j = first; j < end; j++)
                if (w->m[j].search.state == LOGISTIC_ITERATING)
                    logistic_pass_rows(&w->m[j].problem, &w->m[j].point, row + LOGISTIC_BLOCK, &w->m[j].pass);
        for (int64_t j = first; j < end; j++)
            if (w->m[j].search.state == LOGISTIC_ITERATING)
                logistic_advance(&w->m[j], w->options);
    }
}

static void columns_task(int64_t i, void *data)
{
    wave *w = data;
    logistic_columns(&w->m[i].problem, w->m[i].point.gradient, w->m[i].pass.row_f64);
}

/* ---- a wave ---- */

/* The first factor is shared by problems over the same rows at the same penalty: labels do not enter it. Of more penalties each needs its own. */
static void find_alike(wave *w)
{
    for (int64_t i = 0; i < w->n; i++) {
        w->like[i] = -1;
        for (int64_t j = 0; j < i && w->like[i] < 0; j++) {
            const fit_problem *p = w->m[i].problem.given, *q = w->m[j].problem.given;
            if (w->like[j] < 0 && p->n_penalties == 1 && p->rows == q->rows && p->row == q->row && p->n_rows == q->n_rows
                && p->weight == q->weight && p->n_classes == q->n_classes && p->standardise == q->standardise && p->penalty[0] == q->penalty[0])
                w->like[i] = j;
        }
    }
}

static int64_t count_done(const wave *w)
{
    int64_t n = 0;
    for (int64_t i = 0; i < w->n; i++)
        n += w->m[i].search.state == LOGISTIC_DONE;
    return n;
}

static lamella_status run_wave(call *c, wave *w, int64_t before, int64_t total)
{
    find_alike(w);
    TRY(parallel(c, w->n, columns_task, w));
    for (int64_t i = 0; i < w->n; i++)
        logistic_begin_penalty(&w->m[i]);
    for (int64_t done; (done = count_done(w)) < w->n;) {
        TRY(progress(c, before + done, total));
        w->n_factors = 0;
        for (int64_t i = 0; i < w->n; i++)
            if (w->m[i].search.state == LOGISTIC_NEEDS_FACTOR && (w->m[i].search.refresh || w->like[i] < 0))
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
        wave w = { .options = options };
        int64_t room = 0;
        w.n = n = wave_length(problems + first, n_problems - first);
        w.chunk = MAX(n / LOGISTIC_CHUNKS, 1);
        TAKE(c, w.m, n);
        TAKE(c, w.like, n);
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
