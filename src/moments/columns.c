#include "moments/moments.h"

#include <float.h>
#include <string.h>

int64_t column_moments_doubles(int64_t dim)
{
    return 2 * dim;
}

column_moments column_moments_in(double *room, int64_t dim)
{
    return (column_moments){ .n = 0, .dim = dim, .mean = room, .square = room + dim };
}

/* Two passes over a panel that is still in cache: no cancellation. */
void column_moments_of(const kernels *k, const panel *p, const unsigned char *keep, column_moments *m)
{
    const double *x = p->data;
    m->n = 0;
    memset(m->mean, 0, (size_t)m->dim * sizeof *m->mean);
    memset(m->square, 0, (size_t)m->dim * sizeof *m->square);
    for (int64_t i = 0; i < p->n; i++)
        if (keep[i]) {
            k->add_f64(x + i * p->stride, m->dim, m->mean);
            m->n++;
        }
    for (int64_t j = 0; m->n && j < m->dim; j++)
        m->mean[j] /= (double)m->n;
    for (int64_t i = 0; i < p->n; i++)
        if (keep[i])
            k->add_square_deviation_f64(x + i * p->stride, m->mean, m->dim, m->square);
}

void column_moments_merge(column_moments *into, const column_moments *from)
{
    if (!from->n)
        return;
    double n = (double)(into->n + from->n), share = (double)from->n / n, both = (double)into->n * share;
    for (int64_t j = 0; j < into->dim; j++) {
        double step = from->mean[j] - into->mean[j];
        into->mean[j] += step * share;
        into->square[j] += from->square[j] + step * step * both;
    }
    into->n += from->n;
}

int is_constant_column(int64_t n, double mean, double variance)
{
    double rounding = (double)n * DBL_EPSILON;
    return variance <= rounding * variance + rounding * mean * (rounding * mean);
}
