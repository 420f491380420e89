/* Ranks with ties: the figures, the laws, the edges. */
#include "measure/measure.h"
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_measure_ranks, .in_memory = 1, .forms = WITHOUT_MASK, .empty_is_ok = 1)
{
    return lamella_measure_ranks(m->ctx, m->view, matrix_out(m, "ranks", LAMELLA_F64, LAYER_LEAD, LAYER_DIM));
}

TEST(equals_the_oracle)
{
    const lamella_view *x = golden("measure/ranks/x");
    double *buffer = malloc(sizeof(double) * (size_t)(x->shape[0] * x->shape[1]));
    lamella_view ranks = view_of(LAMELLA_F64, buffer, x->shape[0], x->shape[1]);
    ok(lamella_measure_ranks(NULL, x, &ranks));
    near_golden(&ranks, "measure/ranks/ranks");
    free(buffer);
}

TEST(equal_numbers_share_the_mean_of_their_ranks)
{
    const double x[] = { 2, -0.0, 2, -5, 0.0, 1e300, 2 }, expected[] = { 5, 2.5, 5, 1, 2.5, 7, 5 };
    double out[7];
    lamella_view view = view_of(LAMELLA_F64, (double *)x, 7), ranks = view_of(LAMELLA_F64, out, 7);
    ok(lamella_measure_ranks(NULL, &view, &ranks));
    equal_bits(out, expected, sizeof expected);
}

TEST(long_runs_are_sorted_right)
{
    enum { N = 5003 };
    static double x[N], out[N];
    for (int i = 0; i < N; i++)
        x[i] = (i * 1237) % N - N / 2; /* N is prime: each number once */
    lamella_view view = view_of(LAMELLA_F64, x, N), ranks = view_of(LAMELLA_F64, out, N);
    ok(lamella_measure_ranks(NULL, &view, &ranks));
    for (int i = 0; i < N; i++)
        near(out[i], x[i] + N / 2 + 1, ABSOLUTE, 0);
}

TEST(a_number_alone_has_rank_one)
{
    double x = -7, out = 0;
    lamella_view view = view_make(LAMELLA_F64, &x, NULL, 0), ranks = view_make(LAMELLA_F64, &out, NULL, 0);
    ok(lamella_measure_ranks(NULL, &view, &ranks));
    near(out, 1, ABSOLUTE, 0);
}

TEST(bad_arguments_are_named)
{
    double x[] = { 1, NAN, 3, 4 }, out[4];
    lamella_view view = view_of(LAMELLA_F64, x, 2, 2), ranks = view_of(LAMELLA_F64, out, 4), over = view_of(LAMELLA_F64, x, 2, 2);
    refused(lamella_measure_ranks(NULL, &view, &ranks), LAMELLA_ERR_SHAPE, "lamella_measure_ranks: ranks.rank is 1, expected 2");
    refused(lamella_measure_ranks(NULL, &view, &over), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_ranks: ranks shares memory with x, expected an output apart from the inputs");
    ranks = view_of(LAMELLA_F64, out, 2, 2);
    refused(lamella_measure_ranks(NULL, &view, &ranks), LAMELLA_ERR_NONFINITE,
            "lamella_measure_ranks: x is nan at element 1 (row-major), expected a finite number");
}
