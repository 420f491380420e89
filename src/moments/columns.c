/* Moments of columns, whatever their distance from 0 and their size.
 *
 * Deviations are taken from the first row, which is exact where a column lies far from 0, so the mean is known to more digits than f64 has:
 * it is kept as a rounded number and what is missing, mean + low. Squares are of deviations in units: powers of two near the largest
 * number of the column, where f64 could not hold the squares; else 1. */
#include "moments/moments.h"

#include <math.h>
#include <string.h>

void mean_sum(double a, double b, double *mean, double *low)
{
    double sum = a + b, of_b = sum - a;
    *mean = sum;
    *low = (a - (sum - of_b)) + (b - of_b);
}

int64_t column_moments_doubles(int64_t dim)
{
    return 4 * dim;
}

column_moments column_moments_in(double *room, int64_t dim)
{
    return (column_moments){ .n = 0, .dim = dim, .mean = room, .low = room + dim, .square = room + 2 * dim, .largest = room + 3 * dim };
}

/* The kernel's square is about the rounded mean and in no units. */
static void settle_square(const panel *p, const unsigned char *keep, int64_t j, column_moments *m)
{
    const double *x = (const double *)p->data + j, per_unit = 1 / range_unit(m->largest[j]), low = m->low[j] * per_unit;
    if (per_unit != 1) {
        m->square[j] = 0;
        for (int64_t i = 0; i < p->n; i++)
            if (!keep || keep[i])
                m->square[j] += (x[i * p->stride] - m->mean[j]) * per_unit * ((x[i * p->stride] - m->mean[j]) * per_unit);
    }
    m->square[j] = fmax(m->square[j] - (double)m->n * (low * low), 0);
}

/* Two passes over a panel that is still in cache. */
void column_moments_of(const kernels *k, const panel *p, const unsigned char *keep, column_moments *m)
{
    const double *x = p->data, *first = NULL;
    keep = keep ? keep : p->valid;
    m->n = 0;
    memset(m->mean, 0, (size_t)column_moments_doubles(m->dim) * sizeof *m->mean);
    for (int64_t i = 0; i < p->n; i++)
        if (!keep || keep[i]) {
            first = first ? first : x + i * p->stride;
            k->add_deviation_f64(x + i * p->stride, first, m->dim, m->mean);
            k->max_size_f64(x + i * p->stride, m->dim, m->largest);
            m->n++;
        }
    if (!first)
        return;
    for (int64_t j = 0; j < m->dim; j++)
        mean_sum(first[j], m->mean[j] / (double)m->n, &m->mean[j], &m->low[j]);
    for (int64_t i = 0; i < p->n; i++)
        if (!keep || keep[i])
            k->add_square_deviation_f64(x + i * p->stride, m->mean, m->dim, m->square);
    for (int64_t j = 0; j < m->dim; j++)
        settle_square(p, keep, j, m);
}

static void merge_column(column_moments *into, const column_moments *from, int64_t j, double share, double both)
{
    double largest = fmax(into->largest[j], from->largest[j]), per_unit = 1 / range_unit(largest);
    double of_into = range_unit(into->largest[j]) * per_unit, of_from = range_unit(from->largest[j]) * per_unit;
    double step = (from->mean[j] - into->mean[j]) + (from->low[j] - into->low[j]);
    into->square[j] = into->square[j] * of_into * of_into + from->square[j] * of_from * of_from + step * per_unit * (step * per_unit) * both;
    into->largest[j] = largest;
    mean_sum(into->mean[j], into->low[j] + step * share, &into->mean[j], &into->low[j]);
}

void column_moments_merge(column_moments *into, const column_moments *from)
{
    if (!from->n)
        return;
    if (!into->n) {
        memcpy(into->mean, from->mean, (size_t)column_moments_doubles(from->dim) * sizeof *into->mean);
        into->n = from->n;
        return;
    }
    double n = (double)(into->n + from->n), share = (double)from->n / n, both = (double)into->n * share;
    for (int64_t j = 0; j < into->dim; j++)
        merge_column(into, from, j, share, both);
    into->n += from->n;
}

/* ---- of a layer ---- */

static void look_at_panel(const panel_task *t, void *state, void *data)
{
    const int64_t dim = ((column_moments *)data)->dim;
    column_moments *m = state;
    panel p;
    *m = column_moments_in((double *)(m + 1), dim);
    if (task_panel(t, 0, 0, &p))
        column_moments_of(t->r->simd, &p, NULL, m);
}

static void join_panel(void *state, void *data)
{
    column_moments_merge(data, state);
}

lamella_status column_moments_of_layer(call *c, const stack *s, int64_t l, column_moments *m)
{
    const int64_t dim = stack_dim(s, l), doubles = column_moments_doubles(dim);
    double *room;
    TAKE(c, room, doubles);
    *m = column_moments_in(room, dim);
    return sum_panels(c, &(panel_sum){ .s = s, .first_layer = l, .n_layers = 1, .precision = LAMELLA_F64, .together = 1,
                                       .state_bytes = (int64_t)sizeof *m + doubles * (int64_t)sizeof *room,
                                       .of_panel = look_at_panel, .join = join_panel, .data = m });
}

/* ---- figures ---- */

double column_variance(const column_moments *m, int64_t j, double unit)
{
    double ratio = range_unit(m->largest[j]) / unit;
    return m->square[j] / (double)m->n * ratio * ratio;
}

int column_is_constant(const column_moments *m, int64_t j)
{
    double unit = range_unit(m->largest[j]);
    return is_constant_column(1, m->mean[j] / unit, column_variance(m, j, unit));
}
