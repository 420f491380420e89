/* How far a pass over a stack that is read has come: by vectors of the layer that it is on, whatever the host delivers at once. */
#include "io/files.h"
#include "tensor/tensor.h"

enum { LAYERS = 3, DIM = 16384 }; /* 64 KiB a vector, so that a block is 256 of them */

static double  told[64];
static int     n_told, stop_at;
static int64_t most;

static int32_t keep_told(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    told[n_told++ % 64] = fraction;
    return n_told == stop_at ? LAMELLA_STOP : 0;
}

static int64_t deliver_some(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)first_row, (void)into, (void)user; /* nobody looks at them */
    return n_rows < most ? n_rows : most;
}

typedef struct told_pass {
    lamella_stack stack;
    int64_t       first_layer, n_layers;
    double        from, to;
    int64_t       blocks;
} told_pass;

static lamella_status pass_body(call *c, told_pass *p)
{
    stack s;
    rows r;
    TRY(STACK(c, s, &p->stack, FLOATS));
    span_open(c, NULL, p->from, p->to);
    TRY(rows_open(c, &s, p->first_layer, p->n_layers, LAMELLA_F32, &r));
    p->blocks = 0;
    do {
        TRY(rows_next(c, &r));
        p->blocks += r.n > 0;
    } while (r.n);
    return LAMELLA_OK;
}

static lamella_status pass_over(lamella_context *ctx, told_pass *p)
{
    CALL(ctx, pass_body(c, p));
}

static lamella_context *context_that_tells(void)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = keep_told };
    ok(lamella_context_create(&options, &ctx));
    n_told = stop_at = 0;
    return ctx;
}

/* Each layer by itself, as the whole of its share or as a part of it, and all layers at once. */
TEST(a_pass_tells_of_its_layers_whatever_is_delivered)
{
    static const double parts[][2] = { { 0, 1 }, { 0.25, 0.75 }, { 0, 0.5 }, { 0.5, 1 } };
    static const int64_t deliveries[] = { 1, 7, 256, INT64_MAX }, tokens[] = { 1, 3 };
    lamella_context *ctx = context_that_tells();
    for (int t = 0; t < 2; t++)
        for (int d = 0; d < LENGTH(deliveries); d++)
            for (int part = 0; part < LENGTH(parts); part++)
                for (int64_t l = 0; l <= LAYERS; l++) { /* the last: all of them */
                    lamella_view layer[LAYERS];
                    const int64_t rows_of = 600 / tokens[t], vectors = rows_of * tokens[t], block = 256; /* of all layers too: one panel at least */
                    told_pass p = { .first_layer = l % LAYERS, .n_layers = l < LAYERS ? 1 : LAYERS,
                                    .from = parts[part][0], .to = parts[part][1] };
                    for (int k = 0; k < LAYERS; k++)
                        layer[k] = t ? (lamella_view){ .dtype = LAMELLA_F32, .rank = 3, .shape = { rows_of, tokens[t], DIM } }
                                     : (lamella_view){ .dtype = LAMELLA_F32, .rank = 2, .shape = { rows_of, DIM } };
                    p.stack = (lamella_stack){ .struct_size = sizeof p.stack, .layer = layer, .n_layers = LAYERS, .read = deliver_some };
                    most = deliveries[d];
                    n_told = 0;
                    ok(pass_over(ctx, &p));
                    equal(p.blocks, (vectors + block - 1) / block);
                    equal(n_told, p.blocks + 1);
                    for (int64_t k = 0; k <= p.blocks; k++) {
                        double done = (double)MIN(k * block, vectors) / (double)vectors;
                        near(told[k], p.from + (p.to - p.from) * done, ABSOLUTE, 1e-12);
                    }
                }
    lamella_context_free(ctx);
}

TEST(a_pass_is_stopped_between_its_blocks)
{
    lamella_context *ctx = context_that_tells();
    lamella_view layer[LAYERS];
    for (int k = 0; k < LAYERS; k++)
        layer[k] = (lamella_view){ .dtype = LAMELLA_F32, .rank = 2, .shape = { 600, DIM } };
    told_pass p = { .first_layer = 1, .n_layers = 1, .to = 1, .stack = { .struct_size = sizeof p.stack, .layer = layer, .n_layers = LAYERS, .read = deliver_some } };
    most = 5;
    for (stop_at = 1; stop_at <= 4; stop_at++) {
        n_told = 0;
        returns(pass_over(ctx, &p), LAMELLA_STOPPED);
        equal(n_told, stop_at);
        equal(p.blocks, stop_at - 1);
    }
    n_told = 0;
    ok(pass_over(ctx, &p));
    lamella_context_free(ctx);
}
