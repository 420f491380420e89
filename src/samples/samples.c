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
        TRY(view_check_in(c, &v, mask, BYTES, "options.mask", &n, 1));
        TAKE(c, valid, n);
        for (int64_t i = 0; i < n; i++) {
            valid[i] = *view_at(&v, &i) != 0;
            TRY(ask_row(c, i));
        }
    }
    return samples_of_valid(c, n, valid, s);
}

/* ---- of a stack ---- */

/* Layers [sample, dim(l)] in place of those with tokens, which the sweep makes as they are asked for. */
static lamella_status rows_of_tokens(call *c, const stack *given, const token_sweep *sweep, stack *rows)
{
    lamella_view *layer;
    TAKE(c, layer, given->n_layers);
    for (int64_t l = 0; l < given->n_layers; l++) {
        int64_t dim = stack_dim(given, l);
        layer[l] = (lamella_view){ .dtype = LAMELLA_F32, .rank = 2, .shape = { given->n_samples, dim }, .stride = { dim, 1 }, .flags = LAMELLA_FINITE };
    }
    *rows = (stack){ .name = given->name, .host = given->host, .layer = layer, .n_layers = given->n_layers, .n_samples = given->n_samples,
                     .n_vectors = given->n_samples, .n_rows = given->n_samples, .per_row = 1, .source = &sweep->source };
    rows->host.read = NULL;
    rows->host.mask = rows->host.offsets = NULL;
    return LAMELLA_OK;
}

lamella_status samples_of_stack(call *c, const stack *given, int32_t readout, samples *s)
{
    token_sweep *sweep;
    stack rows = *given;
    int64_t n_empty = 0;
    unsigned char *valid;
    if (stack_has_tokens(given)) {
        TAKE(c, sweep, 1);
        TRY(sweep_open(c, given, readout, NULL, sweep));
        TRY(rows_of_tokens(c, given, sweep, &rows));
        n_empty = sweep->n_empty;
    }
    if (n_empty) {
        TAKE(c, valid, given->n_samples);
        for (int64_t i = 0; i < given->n_samples; i++)
            valid[i] = sweep->span[i].first < sweep->span[i].end;
        rows.valid = valid;
    }
    TRY(samples_of_valid(c, given->n_samples, rows.valid, s));
    s->rows = rows;
    s->n_empty = n_empty;
    return LAMELLA_OK;
}
