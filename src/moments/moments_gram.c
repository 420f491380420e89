/* Second moments as an object: rows come in by shards, states join, views look in.
 *
 * An update sums its rows in memory of the call and joins them at the end, so nothing happens to the state until nothing can fail. */
#include "moments/gram_object.h"
#include "options/options.h"
#include "samples/samples.h"

#include <float.h>
#include <math.h>

lamella_status lamella_moments_gram_create(lamella_context *ctx, int64_t dim, int64_t cross_dim, lamella_moments_gram **gram)
{
    CALL(ctx, gram_object_create(c, dim, cross_dim, gram));
}

/* ---- joining ---- */

/* No entry of S is larger than the largest of its diagonal: if the diagonal fits f64, all does. */
static lamella_status join_grams(call *c, lamella_moments_gram *state, const gram *from, const char *name, const char *name_of_y)
{
    const gram *into = &state->sums;
    const double weight = into->weight + from->weight, both = from->n && into->n ? into->weight * (from->weight / weight) : 0;
    int64_t n;
    if (!size_add(into->n, from->n, &n))
        return fail(c, LAMELLA_ERR_LIMIT, "%s and the state have more rows than 64 bits count", name);
    if (!isfinite(weight))
        return fail(c, LAMELLA_ERR_NUMERIC, "the weights of %s and of the state do not fit f64 together", name);
    for (int64_t j = 0; j < into->dim; j++) {
        double step = both > 0 ? (from->mean[j] - into->mean[j]) + (from->low[j] - into->low[j]) : 0;
        if (!isfinite(into->square[j * into->dim + j] + from->square[j * into->dim + j] + both * (step * step)))
            return fail_squares(c, j < state->dim ? name : name_of_y);
    }
    gram_merge(&state->sums, from);
    gram_object_note(state);
    return LAMELLA_OK;
}

static lamella_status merge_grams(call *c, lamella_moments_gram *gram, const lamella_moments_gram *other)
{
    TRY(fitted_check(c, &gram_kind, gram, "gram"));
    TRY(fitted_check(c, &gram_kind, other, "other"));
    if (gram->dim != other->dim || gram->cross_dim != other->cross_dim)
        return fail(c, LAMELLA_ERR_SHAPE, "other has dims %lld and %lld, expected %lld and %lld (= those of gram)", (long long)other->dim,
                    (long long)other->cross_dim, (long long)gram->dim, (long long)gram->cross_dim);
    return join_grams(c, gram, &other->sums, "other", "other");
}

lamella_status lamella_moments_gram_merge(lamella_context *ctx, lamella_moments_gram *gram, const lamella_moments_gram *other)
{
    CALL(ctx, merge_grams(c, gram, other));
}

/* ---- updating ---- */

static lamella_status check_rows(call *c, const lamella_moments_gram *gram, const lamella_view *x, const lamella_view *y, lamella_view *layer)
{
    TRY(view_check(c, &layer[0], x, FLOATS, "x"));
    TRY(view_check_shape(c, &layer[0], "x", (const int64_t[]){ layer[0].shape[0], gram->dim }, 2));
    if (!gram->cross_dim && y)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.y is given, expected none, since the state has cross_dim 0");
    if (gram->cross_dim)
        TRY(view_check_in(c, &layer[1], y, FLOATS, "options.y", (const int64_t[]){ layer[0].shape[0], gram->cross_dim }, 2));
    return LAMELLA_OK;
}

/* Out of their units: an S of which f64 holds all that is not 0. */
static lamella_status leave_units(call *c, const lamella_moments_gram *state, gram *g)
{
    for (int64_t i = 0; i < g->dim; i++) {
        const char *name = i < state->dim ? "x" : "options.y";
        const int64_t column = i < state->dim ? i : i - state->dim;
        double *row = g->square + i * g->dim, in_units = row[i];
        for (int64_t j = 0; j < g->dim; j++)
            row[j] = row[j] * g->unit[i] * g->unit[j];
        if (!isfinite(row[i]))
            return fail_squares(c, name);
        if (in_units > 0 && row[i] / g->weight < DBL_MIN / DBL_EPSILON)
            return fail(c, LAMELLA_ERR_NUMERIC, "%s has numbers whose squares do not fit f64: column %lld spreads less than 1e-145", name,
                        (long long)column);
        if (in_units > 0 && row[i] < DBL_MIN)
            return fail(c, LAMELLA_ERR_NUMERIC, "weights are so small that squares of column %lld of %s do not fit f64 with them", (long long)column,
                        name);
        g->mean[i] *= g->unit[i];
        g->low[i] *= g->unit[i];
    }
    g->unit = NULL;
    return LAMELLA_OK;
}

static lamella_status update_gram(call *c, lamella_moments_gram *state, const lamella_view *x, const lamella_moments_gram_update_options *options)
{
    static const char *const names[] = { "x", "options.y" };
    lamella_moments_gram_update_options o;
    lamella_view layer[2];
    gram sums;
    TRY(fitted_check(c, &gram_kind, state, "gram"));
    TRY(OPTIONS(c, o, options, moments_gram_update));
    TRY(check_rows(c, state, x, o.y, layer));
    stack s = { .layer = layer, .n_layers = state->cross_dim ? 2 : 1, .n_samples = layer[0].shape[0], .n_vectors = layer[0].shape[0],
                .n_rows = layer[0].shape[0], .per_row = 1 };
    samples all = { .n = s.n_rows, .n_valid = s.n_rows };
    TRY(samples_weigh(c, &all, o.weights, "options.weights"));
    gram_rows rows = { .s = &s, .n_layers = s.n_layers, .names = names, .weight = all.weight };
    TRY(gram_take_units(c, state->sums.dim, &sums));
    TRY(gram_of_rows(c, &rows, &sums));
    TRY(leave_units(c, state, &sums));
    return join_grams(c, state, &sums, "x", "options.y");
}

lamella_status lamella_moments_gram_update(lamella_context *ctx, lamella_moments_gram *gram, const lamella_view *x,
                                           const lamella_moments_gram_update_options *options)
{
    CALL(ctx, update_gram(c, gram, x, options));
}

/* ---- by its arrays and as bytes ---- */

lamella_status lamella_moments_gram_get(const lamella_moments_gram *gram, const char *name, lamella_view *out)
{
    CALL(NULL, fitted_get(c, &gram_kind, gram, name, out));
}

lamella_status lamella_moments_gram_bytes(lamella_moments_gram *gram, lamella_view *bytes)
{
    CALL(NULL, fitted_bytes(c, &gram_kind, gram, bytes));
}

lamella_status lamella_moments_gram_load(lamella_context *ctx, const lamella_view *bytes, lamella_moments_gram **gram)
{
    CALL(ctx, fitted_load(c, &gram_kind, bytes, gram));
}

void lamella_moments_gram_free(lamella_moments_gram *gram)
{
    fitted_free(gram);
}
