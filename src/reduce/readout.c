#include "reduce/reduce.h"

static lamella_status keep_samples(call *c, readout_rows *r)
{
    unsigned char *valid;
    r->s.valid = NULL;
    r->n_empty = r->sweep.n_empty;
    if (!r->n_empty)
        return LAMELLA_OK;
    TAKE(c, valid, r->s.n_samples);
    for (int64_t i = 0; i < r->s.n_samples; i++)
        valid[i] = r->sweep.span[i].first < r->sweep.span[i].end;
    r->s.valid = valid;
    return LAMELLA_OK;
}

lamella_status readout_rows_open(call *c, const stack *given, int32_t readout, readout_rows *r)
{
    lamella_view *layer;
    *r = (readout_rows){ .s = *given };
    if (!stack_has_tokens(given))
        return LAMELLA_OK;
    TRY(sweep_open(c, given, readout, NULL, &r->sweep));
    TAKE(c, layer, given->n_layers);
    for (int64_t l = 0; l < given->n_layers; l++) {
        int64_t dim = stack_dim(given, l);
        layer[l] = (lamella_view){ .dtype = LAMELLA_F32, .rank = 2, .shape = { given->n_samples, dim }, .stride = { dim, 1 }, .flags = LAMELLA_FINITE };
    }
    r->s.host.read = NULL;
    r->s.host.mask = r->s.host.offsets = NULL;
    r->s.layer = layer;
    r->s.n_rows = r->s.n_vectors = given->n_samples;
    r->s.per_row = 1;
    r->s.offsets = NULL;
    return keep_samples(c, r);
}

lamella_status readout_rows_pool(call *c, const readout_rows *r)
{
    lamella_view *layer = (lamella_view *)r->s.layer;
    for (int64_t l = 0; r->sweep.s && l < r->s.n_layers; l++) {
        float *x;
        int64_t n = layer[l].shape[0], dim = layer[l].shape[1], elements;
        if (!size_mul(n, dim, &elements))
            return fail(c, LAMELLA_ERR_MEMORY, "%lld pooled rows of %lld do not fit into memory", (long long)n, (long long)dim);
        TAKE(c, x, elements);
        layer[l].data = x;
        TRY(sweep_layer(c, &r->sweep, l, &layer[l]));
    }
    return LAMELLA_OK;
}

lamella_status readout_stack(call *c, const stack *s, int32_t readout, stack *rows)
{
    readout_rows r;
    TRY(readout_rows_open(c, s, readout, &r));
    TRY(readout_rows_pool(c, &r));
    *rows = r.s;
    return LAMELLA_OK;
}
