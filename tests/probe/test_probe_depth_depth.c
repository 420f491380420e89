/* The depth of a concept: definitions, none at all, the set of layers that are as good. */
#include "probe/probes.h"

enum { LAYERS = 5, N = 200 };

typedef struct depth_found {
    double        accuracy[LAYERS], beta[LAYERS], difference[2 * LAYERS];
    unsigned char good[LAYERS];
    lamella_probe_depth_result r;
} depth_found;

static unsigned char right[LAYERS][N];

/* Layer l has the first `counts[l]` rows right. */
static depth_found depth_of_counts(const int *counts, const lamella_probe_depth_options *o)
{
    static depth_found f;
    memset(&f, 0, sizeof f);
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < N; i++)
            right[l][i] = i < counts[l];
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N), a = view_of(LAMELLA_F64, f.accuracy, LAYERS), b = view_of(LAMELLA_F64, f.beta, LAYERS),
                 g = view_of(LAMELLA_U8, f.good, LAYERS), d = view_of(LAMELLA_F64, f.difference, LAYERS, 2);
    f.r.struct_size = sizeof f.r;
    ok(lamella_probe_depth(NULL, &correct, NULL, NULL, LAYERS, o, &a, &b, &g, &d, &f.r));
    return f;
}

OPERATION(lamella_probe_depth, .as = "bool", .dtypes = 1 << LAMELLA_BOOL, .in_memory = 1, .forms = FORM_ROWS, .nonfinite = 1)
{
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    lamella_probe_depth_options o = { .struct_size = sizeof o, .n_bootstrap = 20 };
    int64_t n = m->n_samples; /* rows of the view are layers here */
    lamella_status status = lamella_probe_depth(m->ctx, m->view, NULL, NULL, n, &o, matrix_out(m, "accuracy", LAMELLA_F64, n),
                                                matrix_out(m, "beta", LAMELLA_F64, n), matrix_out(m, "as_good", LAMELLA_U8, n),
                                                matrix_out(m, "difference", LAMELLA_F64, n, 2), &r);
    matrix_number(m, "best", (double)r.best);
    return status;
}

TEST(points_follow_their_definitions)
{
    depth_found f = depth_of_counts((const int[]){ 100, 120, 122, 180, 181 }, NULL);
    near(f.accuracy[1], 0.6, ABSOLUTE, 1e-15);
    check(isnan(f.beta[0]));
    near(f.beta[3], 180.0 / 122, ABSOLUTE, 1e-12);
    near(f.r.jump, 1.0 / 5, ABSOLUTE, 1e-12);
    near(f.r.converging, 4.0 / 5, ABSOLUTE, 1e-12);
    near(f.r.settled, 3.0 / 5, ABSOLUTE, 1e-12);
    equal(f.r.best, 4);
}

TEST(there_may_be_no_jump_and_no_settled_point)
{
    depth_found f = depth_of_counts((const int[]){ 150, 150, 150, 150, 120 }, NULL);
    check(isnan(f.r.jump) && isnan(f.r.settled));
    near(f.r.converging, 3.0 / 5, ABSOLUTE, 1e-12);
    lamella_probe_depth_options o = { .struct_size = sizeof o, .flat = 1e-9 };
    f = depth_of_counts((const int[]){ 150, 140, 130, 120, 110 }, &o);
    check(isnan(f.r.converging));
}

TEST(trap_the_argmax_is_not_alone)
{
    depth_found f = depth_of_counts((const int[]){ 100, 150, 178, 180, 179 }, NULL);
    equal(f.r.best, 3);
    check(f.good[3] && f.good[4] && f.good[2] && !f.good[0] && !f.good[1]);
    equal(f.r.n_best, 3);
}

/* The same rows are drawn for both layers: two equal layers do not differ in any resample. */
TEST(differences_are_paired)
{
    depth_found f = depth_of_counts((const int[]){ 100, 150, 170, 170, 100 }, NULL);
    near(f.difference[2 * 3], 0, ABSOLUTE, 0);
    near(f.difference[2 * 3 + 1], 0, ABSOLUTE, 0);
    check(f.difference[0] < -0.2 && f.difference[1] < -0.2);
}

TEST(bad_arguments_are_named)
{
    double x[LAYERS];
    unsigned char g[LAYERS];
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    lamella_view correct = view_of(LAMELLA_U8, right, LAYERS, N), a = view_of(LAMELLA_F64, x, LAYERS), b = view_of(LAMELLA_U8, g, LAYERS);
    memset(right, 0, sizeof right);
    right[1][3] = 2;
    double d[2 * LAYERS], beta[LAYERS];
    lamella_view bv = view_of(LAMELLA_F64, beta, LAYERS), dv = view_of(LAMELLA_F64, d, LAYERS, 2);
    refused(lamella_probe_depth(NULL, &correct, NULL, NULL, LAYERS, NULL, &a, &bv, &b, &dv, &r), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: correct is 2 at layer 1, sample 3, expected 0 or 1");
    refused(lamella_probe_depth(NULL, &correct, NULL, NULL, 4, NULL, &a, &bv, &b, &dv, &r), LAMELLA_ERR_SHAPE,
            "lamella_probe_depth: n_layers is 4, expected 5 (= correct.shape[0])");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_probe_depth_options o;
    ok(lamella_probe_depth_options_init(&o, sizeof o));
    near(o.jump, 1.1, ABSOLUTE, 0);
    near(o.flat, 0.03, ABSOLUTE, 0);
}
