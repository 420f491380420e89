/* How many directions a Gram matrix has, and its inverse root over them.
 *
 * The house's rule: columns scaled to unit spread (uncentred: to unit norm), constant columns (of zeros) left out, then eigenvalues
 * under rcond x the largest are rounding. Hidden states have columns a thousand times the rest, so thresholds on unscaled eigenvalues
 * are a sheet's own option. */
#include "moments/moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

double default_rcond(int32_t dtype, int64_t dim)
{
    double eps = dtype == LAMELLA_F16 ? 0x1p-10 : dtype == LAMELLA_BF16 ? 0x1p-7 : dtype == LAMELLA_F32 ? FLT_EPSILON : DBL_EPSILON;
    return fmax(eps * eps, (double)dim * DBL_EPSILON);
}

/* The leading block of S, or of S + w m m^T. */
static void copy_block(const gram *g, int64_t dim, int32_t uncentred, double *a)
{
    for (int64_t i = 0; i < dim; i++)
        for (int64_t j = 0; j < dim; j++) {
            double offset = uncentred ? g->weight * (g->mean[i] * g->mean[j]) : 0;
            a[i * dim + j] = g->square[i * g->dim + j] + offset;
        }
}

/* 1 / the spread of each column, 0 for a constant one. */
static int64_t inverse_spreads(const gram *g, int64_t dim, int32_t uncentred, const double *a, double *scale)
{
    int64_t n_constant = 0;
    for (int64_t j = 0; j < dim; j++) {
        double square = a[j * dim + j];
        int constant = uncentred ? square == 0 : is_constant_column(1, g->mean[j], square / g->weight);
        scale[j] = constant ? 0 : 1 / sqrt(square);
        n_constant += constant;
    }
    return n_constant;
}

/* Columns as they are are all in one unit, the largest of those that vary: what f64 does not hold beside it is no direction. */
static double one_unit(const gram *g, int64_t dim, double *a)
{
    double unit = 0;
    for (int64_t j = 0; g->unit && j < dim; j++)
        if (a[j * dim + j] > 0)
            unit = fmax(unit, g->unit[j]);
    if (unit == 0)
        return 1;
    for (int64_t i = 0; i < dim; i++)
        for (int64_t j = 0; j < dim; j++)
            a[i * dim + j] *= g->unit[i] / unit * (g->unit[j] / unit);
    return unit;
}

/* Of columns of which some vary: the largest value is over 0. */
static lamella_status values_in_raw_units(call *c, double *values, int64_t n, double unit)
{
    for (int64_t i = 0; i < n; i++)
        values[i] = values[i] * unit * unit;
    if (!isfinite(values[0]) || values[0] < DBL_MIN / DBL_EPSILON)
        return fail(c, LAMELLA_ERR_NUMERIC, "an eigenvalue of the columns as they are does not fit f64: scale the rows");
    return LAMELLA_OK;
}

static void count_kept(const double *values, int64_t n, double rcond, rank_found *found)
{
    double kept = 0, all = 0;
    found->rank = 0;
    while (found->rank < n && values[found->rank] > 0 && values[found->rank] >= rcond * values[0])
        kept += values[found->rank++];
    for (int64_t i = 0; i < n; i++)
        all += fmax(values[i], 0);
    found->dropped = all > 0 ? (all - kept) / all : 0;
}

lamella_status rank_of_gram(call *c, const gram *g, int64_t dim, const rank_rule *rule, double *spectrum, rank_found *found)
{
    arena_mark before = arena_now(&c->memory);
    double *a, *scale, *values, unit = 1;
    TAKE(c, a, dim * dim);
    TAKE(c, scale, dim);
    TAKE(c, values, dim);
    copy_block(g, dim, rule->uncentred, a);
    found->n_constant = inverse_spreads(g, dim, rule->uncentred, a, scale);
    for (int64_t i = 0; i < dim; i++)
        for (int64_t j = 0; j < dim; j++)
            a[i * dim + j] *= rule->unscaled ? scale[i] != 0 && scale[j] != 0 : scale[i] * scale[j];
    if (rule->unscaled)
        unit = one_unit(g, dim, a);
    TRY(eigenvalues_symmetric(c, a, dim, dim, values));
    count_kept(values, dim, rule->rcond, found);
    if (spectrum && unit != 1)
        TRY(values_in_raw_units(c, values, dim, unit));
    if (spectrum)
        memcpy(spectrum, values, (size_t)dim * sizeof *values);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

/* Of an unscaled matrix, eigenvalues under the rounding of the largest are noise whatever the rank. */
static int64_t trusted(const double *values, int64_t dim, int64_t rank)
{
    while (rank > 0 && values[rank - 1] <= (double)dim * DBL_EPSILON * values[0])
        rank--;
    return rank;
}

lamella_status inverse_root_of_gram(call *c, const gram *g, int64_t dim, const rank_rule *rule, double ridge, double *root, rank_found *found)
{
    arena_mark before = arena_now(&c->memory);
    double *vectors, *scaled, *values;
    TRY(rank_of_gram(c, g, dim, rule, NULL, found));
    TAKE(c, vectors, dim * dim);
    TAKE(c, scaled, dim * dim);
    TAKE(c, values, dim);
    copy_block(g, dim, rule->uncentred, vectors);
    const double unit = one_unit(g, dim, vectors);
    for (int64_t i = 0; g->n && i < dim; i++)
        scale_row(vectors + i * dim, dim, 1 / g->weight);
    TRY(eigen_symmetric(c, vectors, dim, dim, values));
    found->rank = trusted(values, dim, found->rank);
    memcpy(scaled, vectors, (size_t)(found->rank * dim) * sizeof *scaled);
    for (int64_t k = 0; k < found->rank; k++)
        scale_row(scaled + k * dim, dim, 1 / sqrt(values[k] + ridge * values[0]) / unit);
    TRY(product_f64(c, &(blas_product){ .m = dim, .n = dim, .k = found->rank, .alpha = 1, .a = vectors, .a_stride = dim, .a_transposed = 1,
                                        .b = scaled, .b_stride = dim, .c = root, .c_stride = dim }));
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}
