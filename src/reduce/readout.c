#include "reduce/reduce.h"

static lamella_status pooled_layer(call *c, const token_sweep *t, int64_t l, lamella_view *layer)
{
    int64_t n = t->s->n_samples, dim = stack_dim(t->s, l), elements;
    float *x;
    if (!size_mul(n, dim, &elements))
        return fail(c, LAMELLA_ERR_MEMORY, "%lld pooled rows of %lld do not fit into memory", (long long)n, (long long)dim);
    TAKE(c, x, elements);
    *layer = (lamella_view){ .data = x, .dtype = LAMELLA_F32, .rank = 2, .shape = { n, dim }, .stride = { dim, 1 }, .flags = LAMELLA_FINITE };
    return sweep_layer(c, t, l, layer);
}

lamella_status readout_stack(call *c, const stack *s, int32_t readout, stack *rows)
{
    token_sweep t;
    lamella_view *layer;
    *rows = *s;
    if (!stack_has_tokens(s))
        return LAMELLA_OK;
    TRY(sweep_open(c, s, readout, NULL, &t));
    TAKE(c, layer, s->n_layers);
    for (int64_t l = 0; l < s->n_layers; l++)
        TRY(pooled_layer(c, &t, l, &layer[l]));
    rows->host.read = NULL;
    rows->host.mask = rows->host.offsets = NULL;
    rows->layer = layer;
    rows->n_rows = rows->n_vectors = s->n_samples;
    rows->per_row = 1;
    rows->offsets = NULL;
    rows->valid = NULL;
    if (t.n_empty) {
        unsigned char *valid;
        TAKE(c, valid, s->n_samples);
        for (int64_t i = 0; i < s->n_samples; i++)
            valid[i] = t.span[i].first < t.span[i].end;
        rows->valid = valid;
    }
    return LAMELLA_OK;
}
