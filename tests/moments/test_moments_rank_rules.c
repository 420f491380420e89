/* Thresholds of ranks, exactly at and beside them, on matrices whose eigenvalues are known; roots of these. */
#include "moments/moments.h"
#include "support/test.h"
#include <float.h>
#include <math.h>

enum { MOST = 4 };

/* A state of one weight whose square is this matrix about these means. */
typedef struct made {
    double mean[MOST], low[MOST], square[MOST * MOST], unit[MOST];
} made;

static gram gram_of(made *m, int64_t dim, const double *diagonal, int units)
{
    memset(m, 0, sizeof *m);
    for (int64_t j = 0; j < dim; j++)
        m->square[j * dim + j] = diagonal[j], m->unit[j] = 1;
    return (gram){ .n = 1, .dim = dim, .weight = 1, .mean = m->mean, .low = m->low, .square = m->square, .unit = units ? m->unit : NULL };
}

static lamella_status ranks(call *c, const gram *g, int64_t dim, const rank_rule *rule, double *spectrum, rank_found *found)
{
    int64_t taken = c->memory.taken;
    TRY(rank_of_gram(c, g, dim, rule, spectrum, found));
    equal(c->memory.taken, taken);
    return LAMELLA_OK;
}

static lamella_status ranking(const gram *g, int64_t dim, const rank_rule *rule, double *spectrum, rank_found *found)
{
    CALL(NULL, ranks(c, g, dim, rule, spectrum, found));
}

static lamella_status roots(call *c, const gram *g, int64_t dim, const rank_rule *rule, double ridge, double *root, rank_found *found)
{
    int64_t taken = c->memory.taken;
    TRY(inverse_root_of_gram(c, g, dim, rule, ridge, root, found));
    equal(c->memory.taken, taken);
    return LAMELLA_OK;
}

static lamella_status rooting(const gram *g, int64_t dim, const rank_rule *rule, double ridge, double *root, rank_found *found)
{
    CALL(NULL, roots(c, g, dim, rule, ridge, root, found));
}

TEST(the_threshold_is_the_squared_rounding_of_the_dtype_or_that_of_the_sums)
{
    static const struct { int32_t dtype; double eps; } types[] = {
        { LAMELLA_F16, 0x1p-10 }, { LAMELLA_BF16, 0x1p-7 }, { LAMELLA_F32, 0x1p-23 }, { LAMELLA_F64, 0x1p-52 }, { LAMELLA_I8, 0x1p-52 },
    };
    for (int i = 0; i < 5; i++)
        for (int64_t dim = 1; dim <= (int64_t)1 << 40; dim *= 32)
            check(default_rcond(types[i].dtype, dim) == fmax(types[i].eps * types[i].eps, (double)dim * 0x1p-52));
}

TEST(an_eigenvalue_at_the_threshold_counts)
{
    static const double diagonal[] = { 1, 0.25, 0.0625, 0 };
    static const struct { double rcond; int64_t rank; double dropped; } cases[] = {
        { 1, 1, 0.3125 / 1.3125 }, { 0.2500001, 1, 0.3125 / 1.3125 }, { 0.25, 2, 0.0625 / 1.3125 }, { 0.0625, 3, 0 }, { 0.01, 3, 0 }, { 0, 3, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int64_t dim = 1; dim <= MOST; dim++) {
            made m;
            double spectrum[MOST];
            rank_found found;
            gram g = gram_of(&m, dim, diagonal, 0);
            ok(ranking(&g, dim, &(rank_rule){ .rcond = cases[i].rcond, .unscaled = 1 }, spectrum, &found));
            equal(found.rank, MIN(dim, cases[i].rank));
            equal(found.n_constant, dim == MOST);
            if (dim >= 3)
                near(found.dropped, cases[i].dropped, ABSOLUTE, 1e-15);
            for (int64_t j = 0; j < dim; j++)
                near(spectrum[j], diagonal[j], ABSOLUTE, 1e-15);
            ok(ranking(&g, dim, &(rank_rule){ .rcond = 1e-12 }, spectrum, &found)); /* scaled, each that varies is 1 */
            equal(found.rank, MIN(dim, 3));
            near(found.dropped, 0, ABSOLUTE, 1e-15);
            for (int64_t j = 0; j < dim; j++)
                near(spectrum[j], j < 3, ABSOLUTE, 1e-15);
        }
}

TEST(columns_behind_the_first_dims_and_constant_ones_are_not_read)
{
    static const double diagonal[] = { 2, 1, 1e-40, 9 };
    made m;
    double spectrum[MOST];
    rank_found found;
    gram g = gram_of(&m, MOST, diagonal, 0);
    m.mean[2] = 1; /* about which 1e-40 is rounding */
    m.square[2] = m.square[6] = m.square[8] = m.square[9] = 0.5;
    m.square[3] = m.square[7] = m.square[12] = m.square[13] = 7;
    for (int32_t unscaled = 0; unscaled < 2; unscaled++) {
        ok(ranking(&g, 3, &(rank_rule){ .rcond = 1e-12, .unscaled = unscaled }, spectrum, &found));
        equal(found.rank, 2);
        equal(found.n_constant, 1);
        near(spectrum[0], unscaled ? 2 : 1, RELATIVE, 1e-15);
        near(spectrum[1], 1, RELATIVE, 1e-15);
        near(spectrum[2], 0, ABSOLUTE, 0);
    }
    g.weight = 4; /* uncentred: the means are squared as often as there are rows, and a column of zeros alone is constant */
    m.mean[0] = 3, m.mean[2] = 0, m.square[10] = 0, m.square[2] = m.square[6] = m.square[8] = m.square[9] = 0;
    ok(ranking(&g, 3, &(rank_rule){ .rcond = 1e-12, .uncentred = 1, .unscaled = 1 }, spectrum, &found));
    equal(found.n_constant, 1);
    near(spectrum[0], 2 + 4 * 9, RELATIVE, 1e-15);
    near(spectrum[1], 1, RELATIVE, 1e-15);
}

TEST(a_spectrum_in_units_is_told_in_raw_ones_or_refused)
{
    static const double diagonal[] = { 4, 1 };
    static const struct { double unit; int fits; } cases[] = {
        { 1, 1 }, { 0x1p-480, 1 }, { 0x1p+500, 1 }, { 0x1p-485, 1 }, { 0x1p-486, 1 }, { 0x1p-487, 0 }, { 0x1p+510, 1 }, { 0x1p+511, 0 }, { 0x1p+600, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made m;
        double spectrum[MOST];
        rank_found found;
        const rank_rule rule = { .rcond = 1e-12, .unscaled = 1 };
        gram g = gram_of(&m, 2, diagonal, 1);
        m.unit[0] = m.unit[1] = cases[i].unit;
        ok(ranking(&g, 2, &rule, NULL, &found)); /* the rank needs no spectrum */
        equal(found.rank, 2);
        if (!cases[i].fits) {
            refused(ranking(&g, 2, &rule, spectrum, &found), LAMELLA_ERR_NUMERIC,
                    "ranking: an eigenvalue of the columns as they are does not fit f64: scale the rows");
            continue;
        }
        ok(ranking(&g, 2, &rule, spectrum, &found));
        for (int j = 0; j < 2; j++)
            near(spectrum[j], diagonal[j] * cases[i].unit * cases[i].unit, RELATIVE, 1e-15);
    }
    made m;
    double spectrum[MOST];
    rank_found found;
    gram g = gram_of(&m, 2, (const double[]){ 1, 1 }, 1);
    m.unit[1] = 0x1p-420; /* beside the other column it is no direction, and yet not constant */
    ok(ranking(&g, 2, &(rank_rule){ .rcond = 1e-12, .unscaled = 1 }, spectrum, &found));
    check(found.rank == 1 && found.n_constant == 0 && spectrum[0] == 1);
    m.unit[1] = 1, m.square[3] = 0, m.unit[0] = 0x1p-420; /* of those that vary the largest */
    ok(ranking(&g, 2, &(rank_rule){ .rcond = 1e-12, .unscaled = 1 }, spectrum, &found));
    near(spectrum[0], 0x1p-840, RELATIVE, 1e-15);
}

TEST(roots_are_those_of_the_eigenvalues_that_can_be_trusted)
{
    static const struct { double second; int64_t rank; } cases[] = { { 1, 2 }, { 4 * DBL_EPSILON, 2 }, { 2 * DBL_EPSILON, 1 }, { DBL_EPSILON, 1 }, { 0, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; k < 3; k++) {
            made m;
            double root[MOST];
            rank_found found;
            const double ridge = 0.5 * k, unit = k == 2 ? 0x1p+450 : 1, weight = 4;
            gram g = gram_of(&m, 2, (const double[]){ 1, cases[i].second }, k == 2);
            g.n = 3, g.weight = weight, m.unit[0] = m.unit[1] = unit;
            ok(rooting(&g, 2, &(rank_rule){ .rcond = 1e-12 }, ridge, root, &found));
            equal(found.rank, cases[i].rank);
            near(root[0] * unit, 1 / sqrt((1 + ridge) / weight), RELATIVE, 1e-14);
            near(root[3] * unit, cases[i].rank == 2 ? 1 / sqrt((cases[i].second + ridge) / weight) : 0, RELATIVE, 1e-14);
            near(root[1], 0, ABSOLUTE, 1e-12 / unit);
            near(root[2], 0, ABSOLUTE, 1e-12 / unit);
        }
}

TEST(roots_that_leave_f64_are_refused)
{
    made m;
    double root[1];
    rank_found found;
    gram g = gram_of(&m, 1, (const double[]){ 0x1p-80 }, 1);
    m.unit[0] = 0x1p-983;
    ok(rooting(&g, 1, &(rank_rule){ .rcond = 1e-12 }, 0, root, &found));
    near(root[0], 0x1p+1023, RELATIVE, 1e-15);
    m.unit[0] = 0x1p-984;
    refused(rooting(&g, 1, &(rank_rule){ .rcond = 1e-12 }, 0, root, &found), LAMELLA_ERR_NUMERIC, "rooting: a product of matrices left the range of f64");
}
