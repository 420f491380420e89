/* The token sweep: one pass over the vectors of a layer, one row per sample.
 *
 * A sample is summed by one task, token by token, so bits depend on neither threads nor blocks. Where a block ends inside a sample
 * (only a read stack or a long ragged sample does that), its state is carried into the next block: one sample at most. */
#include "reduce/reduce.h"

#include <math.h>
#include <string.h>

/* ---- spans and weights ---- */

static int token_counts(const token_sweep *t, int64_t vector)
{
    return (!t->s->valid || t->s->valid[vector]) && (!t->weights || t->weights[vector] > 0);
}

static token_span span_of(const token_sweep *t, int64_t sample)
{
    token_span span;
    sample_vectors(t->s, sample, &span.first, &span.end);
    while (span.first < span.end && !token_counts(t, span.first))
        span.first++;
    while (span.end > span.first && !token_counts(t, span.end - 1))
        span.end--;
    if (span.first < span.end && t->readout == LAMELLA_READOUT_CLS)
        span.end = span.first + 1;
    if (span.first < span.end && t->readout == LAMELLA_READOUT_LAST)
        span.first = span.end - 1;
    return span;
}

/* Weights matter by their ratios only: a power of two a sample keeps their sums in range and changes no bit of the ratios. */
static void scale_token_weights(const stack *s, int64_t sample, double *weights)
{
    int64_t first, end;
    double largest = 0;
    sample_vectors(s, sample, &first, &end);
    for (int64_t v = first; v < end; v++)
        largest = fmax(largest, weights[v]);
    for (int64_t v = first; largest > 0 && v < end; v++)
        weights[v] = ldexp(weights[v], -ilogb(largest));
}

static lamella_status read_weights(call *c, const stack *s, const lamella_view *theirs, const double **weights)
{
    lamella_view v;
    double *own;
    TRY(stack_check_lead(c, s, &v, theirs, F32 | F64, "options.weights"));
    TAKE(c, own, s->n_vectors);
    int64_t length = run_length(&v), step = run_stride(&v) * dtype_size(v.dtype);
    for (int64_t i = 0; i < s->n_vectors; i++) {
        int masked = s->valid && !s->valid[i];
        own[i] = masked ? 0 : load_f64(v.dtype, view_run(&v, i / length) + i % length * step);
        if (own[i] >= 0 && own[i] <= 1.7976931348623157e308)
            continue;
        number n;
        return fail(c, isfinite(own[i]) ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_NONFINITE,
                    "options.weights is %s at token %lld, expected a finite number of 0 or more", number_text(own[i], &n), (long long)i);
    }
    for (int64_t i = 0; i < s->n_samples; i++)
        scale_token_weights(s, i, own);
    *weights = own;
    return LAMELLA_OK;
}

/* ---- the state of one sample ---- */

typedef struct token_state {
    double *sum;    /* [dim] */
    float  *row;    /* [dim]: the first, last or greatest */
    int64_t n;      /* tokens seen */
    double  weight; /* their sum */
} token_state;

static int64_t state_bytes(int64_t dim)
{
    return whole_lines(dim * (int64_t)sizeof(double)) + whole_lines(dim * (int64_t)sizeof(float));
}

static token_state state_in(void *room, int64_t dim)
{
    return (token_state){ .sum = room, .row = (float *)((char *)room + whole_lines(dim * (int64_t)sizeof(double))) };
}

static void state_copy(token_state *to, const token_state *from, int64_t dim)
{
    memcpy(to->sum, from->sum, (size_t)dim * sizeof *to->sum);
    memcpy(to->row, from->row, (size_t)dim * sizeof *to->row);
    to->n = from->n;
    to->weight = from->weight;
}

static void state_clear(token_state *state, int64_t dim)
{
    memset(state->sum, 0, (size_t)dim * sizeof *state->sum);
    state->n = 0;
    state->weight = 0;
}

static void state_add(const kernels *k, int32_t readout, token_state *state, const float *x, int64_t dim, double weight)
{
    if (readout == LAMELLA_READOUT_MAX && state->n)
        k->max_f32(x, dim, state->row);
    else if (readout == LAMELLA_READOUT_LAST || (readout != LAMELLA_READOUT_MEAN && !state->n))
        memcpy(state->row, x, (size_t)dim * sizeof *x);
    if (readout == LAMELLA_READOUT_MEAN || readout == LAMELLA_READOUT_FIRST_MEAN)
        k->add_f32(x, dim, state->sum);
    if (readout == LAMELLA_READOUT_WEIGHTED)
        k->add_scaled_f32(x, dim, weight, state->sum);
    state->weight += weight;
    state->n++;
}

static void state_finish(int32_t readout, token_state *state, int64_t dim)
{
    double divisor = readout == LAMELLA_READOUT_WEIGHTED ? state->weight : (double)state->n;
    if (readout == LAMELLA_READOUT_MEAN || readout == LAMELLA_READOUT_WEIGHTED)
        for (int64_t j = 0; j < dim; j++)
            state->row[j] = (float)(state->sum[j] / divisor);
    if (readout == LAMELLA_READOUT_FIRST_MEAN)
        for (int64_t j = 0; j < dim; j++)
            state->row[j] = (float)(((double)state->row[j] + state->sum[j] / divisor) / 2);
}

/* ---- the pass over one layer ---- */

typedef struct sweep_pass {
    const token_sweep  *t;
    rows                r;
    scratch             pieces;
    int64_t             dim, rows_bytes;
    int64_t             next;     /* samples before it are done */
    int64_t             summed;   /* tokens before it are: those of `next` that came in an earlier block */
    token_state         carried_in, carried_out;
    /* of the samples at hand */
    const lamella_view *pooled;
    int64_t             first_of_pooled, first, end, per_task;
} sweep_pass;

static int64_t block_end(const sweep_pass *pass)
{
    return pass->r.first + pass->r.n;
}

static int is_empty(const sweep_pass *pass, int64_t sample)
{
    return pass->t->span[sample].first == pass->t->span[sample].end;
}

static int add_vectors(sweep_pass *pass, token_state *state, int64_t first, int64_t end, void *piece)
{
    const token_sweep *t = pass->t;
    for (int64_t v = first; v < end; v += PANEL_ROWS) {
        panel p;
        if (!rows_vectors(&pass->r, 0, v, MIN(PANEL_ROWS, end - v), piece, &p))
            return 0;
        for (int64_t i = 0; i < p.n; i++)
            if (token_counts(t, v + i))
                state_add(pass->r.simd, t->readout, state, (const float *)p.data + i * p.stride, p.dim, t->weights ? t->weights[v + i] : 1);
    }
    return 1;
}

static void sweep_sample(sweep_pass *pass, int64_t sample, char *piece)
{
    token_span span = pass->t->span[sample];
    token_state state = state_in(piece + pass->rows_bytes, pass->dim);
    const int empty = is_empty(pass, sample);
    if (!empty && span.first < pass->r.first)
        state_copy(&state, &pass->carried_in, pass->dim);
    else
        state_clear(&state, pass->dim);
    if (!add_vectors(pass, &state, MAX(span.first, pass->r.first), MIN(span.end, block_end(pass)), piece))
        return;
    if (!empty && span.end > block_end(pass)) {
        state_copy(&pass->carried_out, &state, pass->dim);
        return;
    }
    if (empty)
        memset(state.row, 0, (size_t)pass->dim * sizeof *state.row);
    else
        state_finish(pass->t->readout, &state, pass->dim);
    store_run_f32(pass->pooled, sample - pass->first_of_pooled, state.row);
}

static void sweep_task(int64_t i, void *data)
{
    sweep_pass *pass = data;
    int64_t first = pass->first + i * pass->per_task, end = MIN(first + pass->per_task, pass->end);
    char *piece = scratch_claim(&pass->pieces);
    for (int64_t sample = first; sample < end; sample++)
        sweep_sample(pass, sample, piece);
    scratch_release(&pass->pieces, piece);
}

/* Samples from `next` on that begin in the block, up to `end`; one of them may go on in the block after. */
static lamella_status sweep_block(call *c, sweep_pass *pass, int64_t end)
{
    const token_span *span = pass->t->span;
    int64_t goes_on = -1;
    pass->first = pass->end = pass->next;
    for (; pass->end < end && (is_empty(pass, pass->end) || span[pass->end].first < block_end(pass)); pass->end++)
        if (!is_empty(pass, pass->end) && span[pass->end].end > block_end(pass))
            goes_on = pass->end;
    const int64_t n = pass->end - pass->first;
    pass->per_task = MAX(PANEL_ROWS * n / MAX(pass->r.n, 1), 1); /* about a panel of tokens */
    TRY(parallel(c, (n + pass->per_task - 1) / pass->per_task, sweep_task, pass));
    TRY(rows_fault(c, &pass->r));
    token_state swap = pass->carried_in;
    pass->carried_in = pass->carried_out;
    pass->carried_out = swap;
    pass->next = goes_on < 0 ? pass->end : goes_on;
    pass->summed = goes_on < 0 ? 0 : block_end(pass);
    return LAMELLA_OK;
}

static lamella_status sweep_begin(call *c, const token_sweep *t, int64_t l, sweep_pass *pass)
{
    char *carried;
    *pass = (sweep_pass){ .t = t, .dim = stack_dim(t->s, l) };
    TRY(rows_open(c, t->s, l, 1, LAMELLA_F32, &pass->r));
    pass->rows_bytes = whole_lines(rows_scratch(&pass->r));
    TRY(scratch_open(c, pass->rows_bytes + state_bytes(pass->dim), &pass->pieces));
    TAKE(c, carried, 2 * state_bytes(pass->dim));
    pass->carried_in = state_in(carried, pass->dim);
    pass->carried_out = state_in(carried + state_bytes(pass->dim), pass->dim);
    return LAMELLA_OK;
}

/* The samples up to `end`, from where the last step ended, to rows 0 .. of pooled. */
static lamella_status sweep_step(call *c, sweep_pass *pass, int64_t end, const lamella_view *pooled)
{
    pass->pooled = pooled;
    pass->first_of_pooled = pass->next;
    while (pass->next < end) {
        const int64_t token = MAX(pass->t->span[pass->next].first, pass->summed);
        if (token >= block_end(pass) && !is_empty(pass, pass->next))
            TRY(rows_next(c, &pass->r));
        else
            TRY(sweep_block(c, pass, end));
    }
    return LAMELLA_OK;
}

lamella_status sweep_layer(call *c, const token_sweep *t, int64_t l, const lamella_view *pooled)
{
    sweep_pass pass;
    arena_mark before = arena_now(&c->memory);
    TRY(sweep_begin(c, t, l, &pass));
    TRY(sweep_step(c, &pass, t->s->n_samples, pooled));
    arena_rewind(&c->memory, before);
    return progress(c, 1, 1);
}

/* ---- rows for others ---- */

static lamella_status begin_rows(call *c, const row_source *source, int64_t l, void **pass)
{
    sweep_pass *p;
    TAKE(c, p, 1);
    *pass = p;
    return sweep_begin(c, (const token_sweep *)source, l, p);
}

static lamella_status next_rows(call *c, void *pass, int64_t n, float *rows_)
{
    sweep_pass *p = pass;
    return sweep_step(c, p, p->next + n, &(lamella_view){ .data = rows_, .dtype = LAMELLA_F32, .rank = 2, .shape = { n, p->dim }, .stride = { p->dim, 1 } });
}

lamella_status sweep_open(call *c, const stack *s, int32_t readout, const lamella_view *weights, token_sweep *t)
{
    token_span *span;
    *t = (token_sweep){ .source = { begin_rows, next_rows }, .s = s, .readout = readout };
    if (readout == LAMELLA_READOUT_WEIGHTED && !weights)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.weights is not given, expected a number for each token, since options.readout is WEIGHTED");
    if (readout == LAMELLA_READOUT_WEIGHTED)
        TRY(read_weights(c, s, weights, &t->weights));
    else if (weights)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.weights is given, expected none unless options.readout is WEIGHTED");
    TAKE(c, span, s->n_samples);
    for (int64_t i = 0; i < s->n_samples; i++) {
        span[i] = span_of(t, i);
        t->n_empty += span[i].first == span[i].end;
    }
    t->span = span;
    return LAMELLA_OK;
}
