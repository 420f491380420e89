/* What layers look like: the figures on real states and tokens, planted oddities, the edges. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_moments_layers, .nonfinite = 1)
{
    int64_t n = m->stack.n_layers;
    return lamella_moments_layers(m->ctx, &m->stack, NULL, WITH(lamella_moments_layers_outputs, .norms = matrix_out(m, "norms", LAMELLA_F64, n, 3),
                                                                .counts = matrix_out(m, "counts", LAMELLA_I64, n, 8), .shares = matrix_out(m,
                                                                        "shares", LAMELLA_F64, n, 3), .cosine = matrix_out(m, "cosine", LAMELLA_F64,
                                                                                n), .mean = matrix_out_layers(m, "mean", LAMELLA_F64,
                                                                                        LAYER_DIM), .variance = matrix_out_layers(m, "variance",
                                                                                                LAMELLA_F64, LAYER_DIM)));
}

enum { MOST_LAYERS = 7, MOST_DIM = 384 };

typedef struct figures {
    double  norms[MOST_LAYERS][3], shares[MOST_LAYERS][3], cosine[MOST_LAYERS];
    int64_t counts[MOST_LAYERS][8];
    double  mean[MOST_LAYERS * MOST_DIM], variance[MOST_LAYERS * MOST_DIM];
} figures;

static lamella_status look(const lamella_view *layer, int64_t n, figures *f)
{
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = n };
    lamella_view norms = view_of(LAMELLA_F64, f->norms, n, 3), counts = view_of(LAMELLA_I64, f->counts, n, 8);
    lamella_view shares = view_of(LAMELLA_F64, f->shares, n, 3), cosine = view_of(LAMELLA_F64, f->cosine, n), mean[MOST_LAYERS],
                 variance[MOST_LAYERS];
    double *m = f->mean, *v = f->variance;
    for (int64_t l = 0; l < n; l++) {
        int64_t dim = layer[l].shape[layer[l].rank - 1];
        mean[l] = view_of(LAMELLA_F64, m, dim);
        variance[l] = view_of(LAMELLA_F64, v, dim);
        m += dim;
        v += dim;
    }
    return lamella_moments_layers(NULL, &stack, NULL, WITH(lamella_moments_layers_outputs, .norms = &norms, .counts = &counts, .shares = &shares,
                                                           .cosine = &cosine, .mean = mean, .variance = variance));
}

static void equals_oracle(const char *set, const lamella_view *layer, int64_t n, lamella_status status)
{
    static figures f;
    char name[64];
    int64_t dim = layer[0].shape[1];
    returns(look(layer, n, &f), status);
    const struct { const char *name; lamella_view v; } got[] = {
        { "norms", view_of(LAMELLA_F64, f.norms, n, 3) },   { "counts", view_of(LAMELLA_I64, f.counts, n, 8) },
        { "shares", view_of(LAMELLA_F64, f.shares, n, 3) }, { "cosine", view_of(LAMELLA_F64, f.cosine, n) },
        { "mean", view_of(LAMELLA_F64, f.mean, n, dim) },   { "variance", view_of(LAMELLA_F64, f.variance, n, dim) },
    };
    for (size_t i = 0; i < sizeof got / sizeof *got; i++) {
        snprintf(name, sizeof name, "moments/layers/%s.%s", set, got[i].name);
        near_golden(&got[i].v, name);
    }
}

static void example_layers(const char *file, lamella_view *layer)
{
    for (int l = 0; l < 7; l++) {
        char name[32];
        snprintf(name, sizeof name, "%s/layer.%d", file, l);
        layer[l] = *example(name);
    }
}

TEST(states_equal_the_oracle)
{
    lamella_view layer[7];
    example_layers("states", layer);
    equals_oracle("states", layer, 7, LAMELLA_OK);
}

TEST(tokens_equal_the_oracle)
{
    lamella_view layer[7];
    example_layers("tokens", layer);
    equals_oracle("tokens", layer, 7, LAMELLA_OK);
}

TEST(planted_oddities_are_counted_and_left_out)
{
    lamella_view layer[2], all = *golden("moments/layers/planted");
    for (int l = 0; l < 2; l++) {
        layer[l] = all;
        layer[l].rank = 2;
        memmove(layer[l].shape, all.shape + 1, 2 * sizeof *all.shape);
        memmove(layer[l].stride, all.stride + 1, 2 * sizeof *all.stride);
        layer[l].shape[2] = layer[l].stride[2] = 0;
        layer[l].data = (float *)all.data + l * all.shape[1] * all.shape[2];
    }
    equals_oracle("planted", layer, 2, LAMELLA_NOTE);
}

TEST(a_planted_column_a_hundred_times_the_rest_is_an_outlier)
{
    enum { ROWS = 40, DIM = 16 };
    static float x[ROWS * DIM];
    static figures f;
    for (int planted = 0; planted < 2; planted++) {
        for (int i = 0; i < ROWS * DIM; i++)
            x[i] = (i / DIM % 2 ? 1.0f : -1.0f) * (i % DIM == 5 ? planted ? 100.5f : 99.5f : 1);
        lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM);
        ok(look(&layer, 1, &f));
        equal(f.counts[0][LAMELLA_MOMENTS_COUNT_OUTLIER_COLUMNS], planted);
    }
}

TEST(widths_that_differ_have_no_cosine)
{
    float x[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3 };
    static figures f;
    const lamella_view layer[] = { view_of(LAMELLA_F32, x, 2, 3), view_of(LAMELLA_F32, x + 6, 2, 2), view_of(LAMELLA_F32, x + 8, 2, 2) };
    ok(look(layer, 3, &f));
    near(f.cosine[0], NAN, ABSOLUTE, 0);
    near(f.cosine[1], NAN, ABSOLUTE, 0);
    check(f.cosine[2] > 0);
}

TEST(a_zero_row_has_cosine_zero)
{
    float x[] = { 0, 0, 3, 4, 1, 1, 3, 4 };
    static figures f;
    const lamella_view layer[] = { view_of(LAMELLA_F32, x, 2, 2), view_of(LAMELLA_F32, x + 4, 2, 2) };
    ok(look(layer, 2, &f));
    near(f.cosine[1], 0.5, RELATIVE, 1e-15);
    equal(f.counts[0][LAMELLA_MOMENTS_COUNT_ZERO_ROWS], 1);
    equal(f.counts[0][LAMELLA_MOMENTS_COUNT_CONSTANT_ROWS], 1);
    near(f.norms[0][LAMELLA_MOMENTS_NORM_MIN], 0, ABSOLUTE, 0);
}

TEST(norms_do_not_leave_the_range_of_f64)
{
    double x[] = { 3e-200, 4e-200, 3e-200, 4e-200 };
    static figures f;
    const lamella_view layer[] = { view_of(LAMELLA_F64, x, 1, 2), view_of(LAMELLA_F64, x + 2, 1, 2) };
    ok(look(layer, 2, &f));
    near(f.norms[0][LAMELLA_MOMENTS_NORM_MEAN], 5e-200, RELATIVE, 1e-15);
    near(f.cosine[1], 1, RELATIVE, 1e-15);
    equal(f.counts[0][LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS], 0);
}

TEST(squares_beyond_f64_are_refused)
{
    double x[] = { 1e200, -1e200 };
    static figures f;
    const lamella_view layer = view_of(LAMELLA_F64, x, 2, 1);
    refused(look(&layer, 1, &f), LAMELLA_ERR_NUMERIC,
            "lamella_moments_layers: stack.layer[0] has numbers whose squares do not fit f64, expected less than 1e150");
}

TEST(a_layer_without_a_finite_row_is_nan_and_noted)
{
    float x[] = { NAN, 1, INFINITY, 2 };
    static figures f;
    const lamella_view layer = view_of(LAMELLA_F32, x, 2, 2);
    returns(look(&layer, 1, &f), LAMELLA_NOTE);
    near(f.norms[0][0], NAN, ABSOLUTE, 0);
    near(f.shares[0][0], NAN, ABSOLUTE, 0);
    near(f.mean[1], NAN, ABSOLUTE, 0);
    equal(f.counts[0][LAMELLA_MOMENTS_COUNT_NONFINITE_ROWS], 2);
    equal(f.counts[0][LAMELLA_MOMENTS_COUNT_NONFINITE_COLUMNS], 1);
    equal(f.counts[0][LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS], 0);
}

TEST(nothing_at_all_is_refused)
{
    float x[1];
    static figures f;
    const lamella_view no_rows = view_of(LAMELLA_F32, x, 0, 3), no_dims = view_of(LAMELLA_F32, x, 3, 0);
    refused(look(&no_rows, 1, &f), LAMELLA_ERR_EMPTY, "lamella_moments_layers: stack has no row, expected at least 1");
    refused(look(&no_dims, 1, &f), LAMELLA_ERR_EMPTY, "lamella_moments_layers: stack.layer[0] has dim 0, expected at least 1");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_moments_layers_options options;
    ok(lamella_moments_layers_options_init(&options, sizeof options));
    near(options.outlier, 100, ABSOLUTE, 0);
}

/* ---- by hand ---- */

enum { ROWS = 600, LAYERS = 3, DIM = 11, NARROW_DIM = 5 };

typedef struct by_hand {
    float         x[LAYERS][ROWS * DIM];
    unsigned char valid[ROWS];
    figures       expected;
} by_hand;

static int64_t dim_of(int l)
{
    return l == 2 ? NARROW_DIM : DIM;
}

/* Rows of several panels, some of them zero, constant, masked or with a NaN; columns that are 0, constant or ten times the rest. */
static void make_rows(by_hand *h)
{
    for (int i = 0; i < ROWS; i++) {
        h->valid[i] = i % 7 != 3;
        for (int l = 0; l < LAYERS; l++)
            for (int64_t j = 0; j < dim_of(l); j++) {
                float *x = &h->x[l][i * dim_of(l) + j];
                *x = (float)(sin(i * 1.7 + (double)j * 2.3 + l) * (j == 4 ? 10 : 1) + 0.25 * (double)j);
                if (j == 1)
                    *x = 0;
                if (j == 2 && l)
                    *x = 3;
                if (i % 50 == 11 || (i % 50 == 12 && l == 0))
                    *x = i % 50 == 12 ? 2 : 0;
                if (i == 300 && l == 1 && j >= 7)
                    *x = j == 9 ? INFINITY : NAN;
                if (!h->valid[i])
                    *x = NAN;
            }
    }
}

static int counts_by_hand(const by_hand *h, int l, int i)
{
    int finite = h->valid[i];
    for (int64_t j = 0; j < dim_of(l); j++)
        finite &= isfinite(h->x[l][i * dim_of(l) + j]) != 0;
    return finite;
}

static double norm_by_hand(const by_hand *h, int l, int i)
{
    double sum = 0;
    for (int64_t j = 0; j < dim_of(l); j++)
        sum += (double)h->x[l][i * dim_of(l) + j] * h->x[l][i * dim_of(l) + j];
    return sqrt(sum);
}

static void rows_by_hand(by_hand *h, int l, double *n)
{
    double *norms = h->expected.norms[l], cosines = 0, n_cosines = 0;
    int64_t *counts = h->expected.counts[l], dim = dim_of(l);
    norms[1] = INFINITY;
    for (int i = 0; i < ROWS; i++) {
        counts[LAMELLA_MOMENTS_COUNT_ROWS] += h->valid[i];
        counts[LAMELLA_MOMENTS_COUNT_NONFINITE_ROWS] += h->valid[i] && !counts_by_hand(h, l, i);
        if (!counts_by_hand(h, l, i))
            continue;
        const float *x = &h->x[l][i * dim];
        double norm = norm_by_hand(h, l, i);
        int constant = 1;
        for (int64_t j = 1; j < dim; j++)
            constant &= x[j] == x[0];
        counts[LAMELLA_MOMENTS_COUNT_ZERO_ROWS] += norm == 0;
        counts[LAMELLA_MOMENTS_COUNT_CONSTANT_ROWS] += constant;
        norms[0] += norm;
        norms[1] = fmin(norms[1], norm);
        norms[2] = fmax(norms[2], norm);
        *n += 1;
        if (l && dim == dim_of(l - 1) && counts_by_hand(h, l - 1, i)) {
            double dot = 0, other = norm_by_hand(h, l - 1, i);
            for (int64_t j = 0; j < dim; j++)
                dot += (double)x[j] * h->x[l - 1][i * dim + j];
            n_cosines++;
            cosines += norm > 0 && other > 0 ? dot / (norm * other) : 0;
        }
    }
    norms[0] /= *n;
    h->expected.cosine[l] = n_cosines > 0 ? cosines / n_cosines : NAN;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void columns_by_hand(by_hand *h, int l, double n, double outlier, double *mean, double *variance)
{
    int64_t *counts = h->expected.counts[l], dim = dim_of(l);
    double energy[DIM], root[DIM], sorted[DIM], total = 0;
    for (int64_t j = 0; j < dim; j++) {
        int nonfinite = 0, zero = 1;
        mean[j] = variance[j] = 0;
        for (int i = 0; i < ROWS; i++) {
            float x = h->x[l][i * dim + j];
            nonfinite |= h->valid[i] && !isfinite(x);
            if (counts_by_hand(h, l, i))
                mean[j] += x / n, zero &= x == 0;
        }
        for (int i = 0; i < ROWS; i++)
            if (counts_by_hand(h, l, i))
                variance[j] += pow(h->x[l][i * dim + j] - mean[j], 2) / n;
        counts[LAMELLA_MOMENTS_COUNT_NONFINITE_COLUMNS] += nonfinite;
        counts[LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS] += zero;
        counts[LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS] += variance[j] < 1e-20;
        energy[j] = variance[j] + mean[j] * mean[j];
        root[j] = sorted[j] = sqrt(energy[j]);
        total += energy[j];
    }
    qsort(sorted, (size_t)dim, sizeof *sorted, by_size);
    for (int64_t j = 0; j < dim; j++)
        counts[LAMELLA_MOMENTS_COUNT_OUTLIER_COLUMNS] += root[j] > outlier * (sorted[(dim - 1) / 2] + sorted[dim / 2]) / 2;
    for (int part = 0; part < 3; part++)
        for (int64_t j = 0; j < (dim + (8 >> part) - 1) / (8 >> part); j++)
            h->expected.shares[l][part] += energy[j] / total;
}

TEST(every_figure_equals_its_definition_for_rows_of_several_panels)
{
    static by_hand h;
    static const double outliers[] = { 0, 2, 7, 0.5 };
    for (int k = 0; k < 4; k++) {
        static figures f;
        lamella_view layer[LAYERS], mask = view_of(LAMELLA_U8, h.valid, ROWS), mean[LAYERS], variance[LAYERS];
        lamella_moments_layers_options options = { .struct_size = sizeof options, .outlier = outliers[k] };
        memset(&h, 0, sizeof h);
        make_rows(&h);
        for (int l = 0, at = 0; l < LAYERS; at += (int)dim_of(l), l++) {
            double n = 0;
            rows_by_hand(&h, l, &n);
            columns_by_hand(&h, l, n, outliers[k] > 0 ? outliers[k] : 100, h.expected.mean + at, h.expected.variance + at);
            layer[l] = view_of(LAMELLA_F32, h.x[l], ROWS, dim_of(l));
            mean[l] = view_of(LAMELLA_F64, f.mean + at, dim_of(l));
            variance[l] = view_of(LAMELLA_F64, f.variance + at, dim_of(l));
        }
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS, .mask = &mask };
        lamella_view norms = view_of(LAMELLA_F64, f.norms, LAYERS, 3), counts = view_of(LAMELLA_I64, f.counts, LAYERS, 8);
        lamella_view shares = view_of(LAMELLA_F64, f.shares, LAYERS, 3), cosine = view_of(LAMELLA_F64, f.cosine, LAYERS);
        returns(lamella_moments_layers(NULL, &stack, &options, WITH(lamella_moments_layers_outputs, .norms = &norms, .counts = &counts,
                                                                    .shares = &shares, .cosine = &cosine, .mean = mean, .variance = variance)), LAMELLA_NOTE);
        for (int l = 0; l < LAYERS; l++) {
            for (int j = 0; j < 3; j++) {
                near(f.norms[l][j], h.expected.norms[l][j], RELATIVE, 1e-12);
                near(f.shares[l][j], h.expected.shares[l][j], RELATIVE, 1e-12);
            }
            for (int j = 0; j < 8; j++)
                equal(f.counts[l][j], h.expected.counts[l][j]);
            near(f.cosine[l], h.expected.cosine[l], RELATIVE, 1e-12);
        }
        for (int j = 0; j < 2 * DIM + NARROW_DIM; j++) {
            near(f.mean[j], h.expected.mean[j], ABSOLUTE, 1e-12);
            near(f.variance[j], h.expected.variance[j], RELATIVE, 1e-11);
        }
    }
}

TEST(options_that_are_none_are_refused)
{
    static figures f;
    float x[] = { 1, 2 };
    static const struct { lamella_moments_layers_options o; lamella_status status; const char *said; } cases[] = {
        { { .reserved0 = 1 }, LAMELLA_ERR_ARGUMENT, "lamella_moments_layers: options.reserved0 is 1, expected 0" },
        { { .outlier = -2.5 }, LAMELLA_ERR_ARGUMENT, "lamella_moments_layers: options.outlier is -2.5, expected over 0, or 0 for 100" },
        { { .outlier = NAN }, LAMELLA_ERR_NONFINITE, "lamella_moments_layers: options.outlier is nan, expected over 0, or 0 for 100" },
        { { .outlier = INFINITY }, LAMELLA_ERR_NONFINITE, "lamella_moments_layers: options.outlier is inf, expected over 0, or 0 for 100" },
    };
    lamella_view layer = view_of(LAMELLA_F32, x, 2, 1), norms = view_of(LAMELLA_F64, f.norms, 1, 3), counts = view_of(LAMELLA_I64, f.counts, 1, 8);
    lamella_view shares = view_of(LAMELLA_F64, f.shares, 1, 3), cosine = view_of(LAMELLA_F64, f.cosine, 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lamella_moments_layers_options o = cases[i].o;
        o.struct_size = sizeof o;
        refused(lamella_moments_layers(NULL, &stack, &o, WITH(lamella_moments_layers_outputs, .norms = &norms, .counts = &counts, .shares = &shares,
                                                              .cosine = &cosine)), cases[i].status, cases[i].said);
    }
}
