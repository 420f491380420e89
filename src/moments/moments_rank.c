/* How many directions every layer has, by the house's rule or a sheet's. */
#include "lamella/moments.h"
#include "moments/moments.h"
#include "options/options.h"

typedef struct rank_out {
    lamella_view  rank, constant, dropped;
    lamella_view *spectrum; /* [layer] */
} rank_out;

static lamella_status rank_of_layer(call *c, const stack *s, int64_t l, const lamella_moments_rank_options *o, const rank_out *out)
{
    arena_mark before = arena_now(&c->memory);
    int64_t dim = stack_dim(s, l);
    rank_rule rule = { .rcond = o->rcond > 0 ? o->rcond : default_rcond(s->layer[l].dtype, dim), .uncentred = o->uncentred,
                       .unscaled = o->unscaled };
    rank_found found;
    double *spectrum;
    gram g;
    TAKE(c, spectrum, dim);
    TRY(gram_take_units(c, dim, &g));
    TRY(gram_of_rows(c, &(gram_rows){ .s = s, .first_layer = l, .n_layers = 1 }, &g));
    TRY(rank_of_gram(c, &g, dim, &rule, spectrum, &found));
    PUT(&out->rank, found.rank, l);
    PUT(&out->constant, found.n_constant, l);
    PUT(&out->dropped, found.dropped, l);
    for (int64_t j = 0; j < dim; j++)
        PUT(&out->spectrum[l], spectrum[j], j);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

static lamella_status rank_layers(call *c, const lamella_stack *stack_, const lamella_view *rank, const lamella_moments_rank_options *options,
                                  const lamella_moments_rank_outputs *outputs)
{
    lamella_moments_rank_options o;
    lamella_moments_rank_outputs wanted;
    rank_out out;
    stack s;
    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(stack_check_not_empty(c, &s));
    TRY(OPTIONS(c, o, options, moments_rank));
    if (o.unscaled && o.rcond == 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.rcond is 0, expected a threshold, since options.unscaled is set");
    TRY(view_check_out(c, &out.rank, rank, I64, "rank", &s.n_layers, 1));
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out.constant, wanted.constant, I64, "outputs.constant", &s.n_layers, 1));
    TRY(view_check_wanted(c, &out.dropped, wanted.dropped, F64, "outputs.dropped", &s.n_layers, 1));
    TRY(stack_check_columns(c, &s, wanted.spectrum, "outputs.spectrum", &out.spectrum));
    for (int64_t l = 0; l < s.n_layers; l++)
        TRY_ITEMS(NULL, l, 1, s.n_layers, rank_of_layer(c, &s, l, &o, &out));
    return LAMELLA_OK;
}

lamella_status lamella_moments_rank(lamella_context *ctx, const lamella_stack *stack, const lamella_view *rank,
                                    const lamella_moments_rank_options *options, const lamella_moments_rank_outputs *outputs)
{
    CALL(ctx, rank_layers(c, stack, rank, options, outputs));
}
