#include "samples/samples.h"

#include <string.h>

lamella_status samples_of_valid(call *c, int64_t n, const unsigned char *valid, samples *s)
{
    int64_t *listed;
    *s = (samples){ .n = n, .n_valid = n };
    if (valid && memchr(valid, 0, (size_t)n)) {
        TAKE(c, listed, n);
        s->valid = valid;
        s->listed = listed;
        s->n_valid = 0;
        for (int64_t i = 0; i < n; i++)
            if (valid[i])
                listed[s->n_valid++] = i;
    }
    return s->n_valid ? LAMELLA_OK : fail(c, LAMELLA_ERR_EMPTY, "none of %lld samples takes part, expected at least 1", (long long)n);
}

lamella_status samples_of_rows(call *c, int64_t n, const lamella_view *mask, samples *s)
{
    lamella_view v;
    unsigned char *valid = NULL;
    if (mask) {
        TRY(view_check(c, &v, mask, BYTES, "options.mask"));
        TRY(view_check_shape(c, &v, "options.mask", &n, 1));
        TAKE(c, valid, n);
        for (int64_t i = 0; i < n; i++) {
            valid[i] = *view_at(&v, &i) != 0;
            TRY(ask_row(c, i));
        }
    }
    return samples_of_valid(c, n, valid, s);
}

/* ---- of a stack ---- */

/* Layers [sample, dim(l)] in place of those with tokens; their data comes with samples_pool. */
static lamella_status rows_of_tokens(call *c, const stack *given, stack *rows)
{
    lamella_view *layer;
    TAKE(c, layer, given->n_layers);
    for (int64_t l = 0; l < given->n_layers; l++) {
        int64_t dim = stack_dim(given, l);
        layer[l] = (lamella_view){ .dtype = LAMELLA_F32, .rank = 2, .shape = { given->n_samples, dim }, .stride = { dim, 1 }, .flags = LAMELLA_FINITE };
    }
    *rows = *given;
    rows->host.read = NULL;
    rows->host.mask = rows->host.offsets = NULL;
    rows->layer = layer;
    rows->n_rows = rows->n_vectors = given->n_samples;
    rows->per_row = 1;
    rows->offsets = NULL;
    rows->valid = NULL;
    return LAMELLA_OK;
}

lamella_status samples_of_stack(call *c, const stack *given, int32_t readout, samples *s)
{
    token_sweep sweep = { .s = NULL };
    stack rows = *given;
    unsigned char *valid;
    if (stack_has_tokens(given)) {
        TRY(sweep_open(c, given, readout, NULL, &sweep));
        TRY(rows_of_tokens(c, given, &rows));
    }
    if (sweep.n_empty) {
        TAKE(c, valid, given->n_samples);
        for (int64_t i = 0; i < given->n_samples; i++)
            valid[i] = sweep.span[i].first < sweep.span[i].end;
        rows.valid = valid;
    }
    TRY(samples_of_valid(c, given->n_samples, rows.valid, s));
    s->rows = rows;
    s->n_empty = sweep.n_empty;
    s->sweep = sweep;
    return LAMELLA_OK;
}

lamella_status samples_pool(call *c, const samples *s)
{
    lamella_view *layer = (lamella_view *)s->rows.layer;
    for (int64_t l = 0; s->sweep.s && l < s->rows.n_layers; l++) {
        float *x;
        int64_t n = layer[l].shape[0], dim = layer[l].shape[1], elements;
        if (!size_mul(n, dim, &elements))
            return fail(c, LAMELLA_ERR_MEMORY, "%lld pooled rows of %lld do not fit into memory", (long long)n, (long long)dim);
        TAKE(c, x, elements);
        layer[l].data = x;
        span all = span_open_items(c, "pooling", l, 1, s->rows.n_layers);
        TRY(sweep_layer(c, &s->sweep, l, &layer[l]));
        span_close(c, all);
    }
    return LAMELLA_OK;
}
