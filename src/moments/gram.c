/* The state of second moments, and how two of them join.
 *
 *   m = m_a + delta w_b / w,   S = S_a + S_b + delta delta^T w_a w_b / w,   delta = m_b - m_a,  w = w_a + w_b
 *
 * (Chan, Golub and LeVeque): each S is about its own mean, and means are pairs mean + low, so nothing cancels however far they lie from
 * 0. */
#include "moments/moments.h"

#include <string.h>

lamella_status gram_take(call *c, arena *memory, int64_t dim, gram *g)
{
    int64_t elements;
    *g = (gram){ .dim = dim };
    if (!size_mul(dim, dim, &elements))
        return fail(c, LAMELLA_ERR_MEMORY, "a Gram matrix of %lld columns does not fit into memory", (long long)dim);
    TAKE_FROM(c, memory, g->mean, dim);
    TAKE_FROM(c, memory, g->low, dim);
    TAKE_FROM(c, memory, g->square, elements);
    gram_clear(g);
    return LAMELLA_OK;
}

lamella_status gram_take_units(call *c, int64_t dim, gram *g)
{
    TRY(gram_take(c, &c->memory, dim, g));
    TAKE(c, g->unit, dim);
    return LAMELLA_OK;
}

void gram_clear(gram *g)
{
    g->n = 0;
    g->weight = 0;
    memset(g->mean, 0, (size_t)g->dim * sizeof *g->mean);
    memset(g->low, 0, (size_t)g->dim * sizeof *g->low);
    memset(g->square, 0, (size_t)(g->dim * g->dim) * sizeof *g->square);
}

static void gram_copy(gram *into, const gram *from)
{
    into->n = from->n;
    into->weight = from->weight;
    memcpy(into->mean, from->mean, (size_t)from->dim * sizeof *from->mean);
    memcpy(into->low, from->low, (size_t)from->dim * sizeof *from->low);
    memcpy(into->square, from->square, (size_t)(from->dim * from->dim) * sizeof *from->square);
}

static double mean_step(const gram *into, const gram *from, int64_t j)
{
    return (from->mean[j] - into->mean[j]) + (from->low[j] - into->low[j]);
}

void gram_merge(gram *into, const gram *from)
{
    if (from->n == 0)
        return;
    if (into->n == 0) {
        gram_copy(into, from);
        return;
    }
    const double weight = into->weight + from->weight, share = from->weight / weight, both = into->weight * share;
    for (int64_t i = 0; i < into->dim; i++)
        for (int64_t j = 0; j < into->dim; j++) {
            double steps = mean_step(into, from, i) * mean_step(into, from, j);
            into->square[i * into->dim + j] += from->square[i * into->dim + j] + both * steps;
        }
    for (int64_t j = 0; j < into->dim; j++)
        mean_sum(into->mean[j], into->low[j] + mean_step(into, from, j) * share, &into->mean[j], &into->low[j]);
    into->n += from->n;
    into->weight = weight;
}
