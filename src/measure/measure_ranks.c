/* Ranks along the last axis, ties averaged: one task a run. */
#include "lamella/measure.h"
#include "measure/measure.h"

#include <math.h>
#include <string.h>

#define RUNS_A_BATCH 256

typedef struct work {
    lamella_view x, ranks;
    int64_t      first; /* run of the batch */
    scratch      pieces;
    lowest       fault; /* row-major index of the first number that is none */
} work;

/* asks NULL: on a worker. */
static void rank_run(work *w, int64_t run, asking *asks)
{
    lamella_status status = LAMELLA_OK;
    int64_t n = run_length(&w->x), n_ranked, step = run_stride(&w->x) * dtype_size(w->x.dtype);
    int64_t out_step = run_stride(&w->ranks) * (int64_t)sizeof(double);
    const char *from = view_run(&w->x, run);
    char *to = view_run(&w->ranks, run);
    keyed_row *room = scratch_claim(&w->pieces);
    double *x = (double *)(room + 2 * n), *ranks = x + n;
    int64_t *order = (int64_t *)(ranks + n), finite = 1;
    for (int64_t j = 0; j < n && finite; j++) {
        x[j] = load_f64(w->x.dtype, from + j * step);
        finite = isfinite(x[j]);
        if (!finite)
            lowest_report(&w->fault, run * n + j);
    }
    if (finite)
        status = order_rows_asking(asks ? asks->c : NULL, x, 1, NULL, n, order, &n_ranked, room);
    if (asks)
        asks->status = status;
    if (finite && status == LAMELLA_OK) {
        average_ranks(x, order, n, NULL, ranks, asks);
        for (int64_t j = 0; j < n; j++)
            memcpy(to + j * out_step, &ranks[j], sizeof *ranks);
    }
    scratch_release(&w->pieces, room);
}

static void task(int64_t i, void *data)
{
    work *w = data;
    rank_run(w, w->first + i, NULL);
}

static lamella_status not_finite(call *c, const work *w, int64_t at)
{
    int64_t n = run_length(&w->x);
    number text;
    double value = load_f64(w->x.dtype, view_run(&w->x, at / n) + at % n * run_stride(&w->x) * dtype_size(w->x.dtype));
    return fail(c, LAMELLA_ERR_NONFINITE, "x is %s at element %lld (row-major), expected a finite number", number_text(value, &text), (long long)at);
}

static lamella_status rank_runs(call *c, const lamella_view *x, const lamella_view *ranks)
{
    work w = { .first = 0 };
    TRY(VIEW(c, w.x, x, FLOATS));
    TRY(view_check_out(c, &w.ranks, ranks, F64, "ranks", w.x.shape, w.x.rank));
    int64_t n_runs = view_runs(&w.x), bytes;
    if (!size_mul(run_length(&w.x), 2 * (int64_t)sizeof(keyed_row) + 3 * (int64_t)sizeof(double), &bytes))
        return fail(c, LAMELLA_ERR_MEMORY, "x does not fit into memory");
    int64_t batch = n_runs ? MAX(parallel_width(c), MIN(RUNS_A_BATCH, ROWS_BETWEEN_ASKS / MAX(run_length(&w.x), 1))) : 1;
    asking asks = { .c = c };
    lowest_reset(&w.fault);
    TRY(scratch_open(c, bytes, &w.pieces));
    for (; w.first < n_runs; w.first += batch) {
        TRY(progress(c, w.first, n_runs));
        if (n_runs == 1) /* no other run shares the time: this thread ranks it, and can ask */
            rank_run(&w, 0, &asks);
        else
            TRY(parallel(c, MIN(batch, n_runs - w.first), task, &w));
        TRY(asks.status);
        int64_t at = lowest_get(&w.fault);
        if (at != INT64_MAX)
            return not_finite(c, &w, at);
    }
    return progress(c, n_runs, n_runs);
}

lamella_status lamella_measure_ranks(lamella_context *ctx, const lamella_view *x, const lamella_view *ranks)
{
    CALL(ctx, rank_runs(c, x, ranks));
}
