/* What layers look like: the figures on real states and tokens, planted oddities, the edges. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_moments_layers, .nonfinite = 1)
{
    int64_t n = m->stack.n_layers;
    return lamella_moments_layers(m->ctx, &m->stack, NULL, matrix_out(m, "norms", LAMELLA_F64, n, 3),
                                  matrix_out(m, "counts", LAMELLA_I64, n, 8), matrix_out(m, "shares", LAMELLA_F64, n, 3),
                                  matrix_out(m, "cosine", LAMELLA_F64, n), matrix_out_layers(m, "mean", LAMELLA_F64, LAYER_DIM),
                                  matrix_out_layers(m, "variance", LAMELLA_F64, LAYER_DIM));
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
    return lamella_moments_layers(NULL, &stack, NULL, &norms, &counts, &shares, &cosine, mean, variance);
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
        equal(f.counts[0][LAMELLA_COUNT_OUTLIER_COLUMNS], planted);
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
    equal(f.counts[0][LAMELLA_COUNT_ZERO_ROWS], 1);
    equal(f.counts[0][LAMELLA_COUNT_CONSTANT_ROWS], 1);
    near(f.norms[0][LAMELLA_NORM_MIN], 0, ABSOLUTE, 0);
}

TEST(norms_do_not_leave_the_range_of_f64)
{
    double x[] = { 3e-200, 4e-200, 3e-200, 4e-200 };
    static figures f;
    const lamella_view layer[] = { view_of(LAMELLA_F64, x, 1, 2), view_of(LAMELLA_F64, x + 2, 1, 2) };
    ok(look(layer, 2, &f));
    near(f.norms[0][LAMELLA_NORM_MEAN], 5e-200, RELATIVE, 1e-15);
    near(f.cosine[1], 1, RELATIVE, 1e-15);
    equal(f.counts[0][LAMELLA_COUNT_ZERO_COLUMNS], 0);
}

TEST(squares_beyond_f64_are_refused)
{
    double x[] = { 1e200, -1e200 };
    static figures f;
    const lamella_view layer = view_of(LAMELLA_F64, x, 2, 1);
    refused(look(&layer, 1, &f), LAMELLA_ERR_NUMERIC,
            "lamella_moments_layers: stack->layer[0] has numbers whose squares do not fit f64, expected less than 1e150");
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
    equal(f.counts[0][LAMELLA_COUNT_NONFINITE_ROWS], 2);
    equal(f.counts[0][LAMELLA_COUNT_NONFINITE_COLUMNS], 1);
    equal(f.counts[0][LAMELLA_COUNT_CONSTANT_COLUMNS], 0);
}

TEST(nothing_at_all_is_refused)
{
    float x[1];
    static figures f;
    const lamella_view no_rows = view_of(LAMELLA_F32, x, 0, 3), no_dims = view_of(LAMELLA_F32, x, 3, 0);
    refused(look(&no_rows, 1, &f), LAMELLA_ERR_EMPTY, "lamella_moments_layers: stack has no row, expected at least 1");
    refused(look(&no_dims, 1, &f), LAMELLA_ERR_EMPTY, "lamella_moments_layers: stack->layer[0] has dim 0, expected at least 1");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_moments_layers_options options;
    ok(lamella_moments_layers_options_init(&options, sizeof options));
    near(options.outlier, 100, ABSOLUTE, 0);
}
