/* L2 logistic and multinomial fits, many at once.
 *
 * Each problem is an L-BFGS in variables in which the Hessian is near I (logistic_factor.c), or Newton's method; what it does after each look
 * at the rows is in logistic_step.c. All problems of a chunk look at a block of rows while it is in the first cache. A problem that is done
 * drops out; the next penalty starts from its weights. */
#include "solve/logistic.h"
#include "linalg/linalg.h"

#include <math.h>
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

/* ---- stages ---- */

static void factor_task(int64_t i, void *data)
{
    wave *w = data;
    void *room = scratch_claim(&w->room);
    logistic_factor(&w->m[w->factors[i]], room);
    scratch_release(&w->room, room);
}

static void iterate_task(int64_t i, void *data)
{
    wave *w = data;
    int64_t first = i * w->chunk, end = MIN(first + w->chunk, w->n), last = 0;
    for (int64_t j = first; j < end; j++) {
        logistic *m = &w->m[j];
        if (m->state == LOGISTIC_NEEDS_FACTOR) {
            if (!m->refresh && m->like >= 0)
                logistic_factor_copy(m, &w->m[m->like]);
            if (logistic_factor_is_finite(m))
                logistic_after_factor(m);
            else
                logistic_finish_penalty(m, 0); /* penalty times squares beyond f32: said, not hidden */
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
    wave *w = data;
    logistic_columns(&w->m[i]);
}

/* ---- a wave ---- */

/* The first factor is shared by problems over the same rows at the same penalty: labels do not enter it. Of more penalties each needs its own. */
static void find_alike(wave *w)
{
    for (int64_t i = 1; i < w->n; i++)
        for (int64_t j = 0; j < i && w->m[i].like < 0; j++) {
            const fit_problem *p = w->m[i].p, *q = w->m[j].p;
            if (w->m[j].like < 0 && p->n_penalties == 1 && p->rows == q->rows && p->row == q->row && p->n_rows == q->n_rows
                && p->weight == q->weight && p->n_classes == q->n_classes && p->standardise == q->standardise && p->penalty[0] == q->penalty[0])
                w->m[i].like = j;
        }
}

static int64_t count_done(const wave *w)
{
    int64_t n = 0;
    for (int64_t i = 0; i < w->n; i++)
        n += w->m[i].state == LOGISTIC_DONE;
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
        wave w = { .options = options };
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
