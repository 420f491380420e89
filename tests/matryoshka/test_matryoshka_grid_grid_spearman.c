/* Rank correlations of the grid: the figure, ties, what is undefined. */
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

/* Few samples may leave no cell defined, which is NUMERIC: as an outcome of its own it must be the same in every case. */
OPERATION(lamella_matryoshka_grid_spearman, .forms = FORM_ROWS | FORM_ROWS_MASKED)
{
    const int64_t widths[] = { m->narrowest, (m->narrowest + 1) / 2 }, n = m->n_samples;
    int32_t *numbers = malloc((size_t)(6 * n + 1) * sizeof *numbers), *gold = malloc((size_t)(3 * n + 1) * sizeof *gold);
    for (int64_t p = 0; p < 3 * n; p++) {
        numbers[2 * p] = (int32_t)(p % n);
        numbers[2 * p + 1] = (int32_t)((p * 5 + 1 + p / n) % n);
        gold[p] = (int32_t)(p % 7);
    }
    const lamella_view *pairs = matrix_input(m, LAMELLA_I32, numbers, 3 * n, 2), *golds = matrix_input(m, LAMELLA_I32, gold, 3 * n);
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    lamella_status status = lamella_matryoshka_grid_spearman(m->ctx, &m->stack, pairs, golds, widths, 2,
                                                             matrix_out(m, "rho", LAMELLA_F64, m->stack.n_layers,
                                                                        2), WITH(lamella_matryoshka_grid_options,
                                                                                 .second = matrix_second(m)), &result);
    free(numbers);
    free(gold);
    matrix_number(m, "n_undefined", (double)result.n_undefined);
    return status;
}

TEST(equals_the_oracle)
{
    static const int64_t widths[] = { 384, 8, 16, 100, 1 };
    lamella_view layer[7];
    double rho[35];
    lamella_view out = view_of(LAMELLA_F64, rho, 7, 5);
    for (int l = 0; l < 7; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        layer[l] = *example(name);
    }
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 7 };
    ok(lamella_matryoshka_grid_spearman(NULL, &stack, golden("matryoshka/grid/pairs"), golden("matryoshka/grid/gold"), widths, 5, &out, NULL, NULL));
    near_golden(&out, "matryoshka/grid/rho");
}

/* Unit vectors at given angles to the first. */
static lamella_status rank_angles(const double *angle, const double *gold, int64_t n, unsigned char *mask, double *rho,
                                  lamella_matryoshka_grid_result *result)
{
    float x[2 * 11] = { 1, 0 };
    int64_t numbers[2 * 10] = { 0 };
    static const int64_t width = 2;
    for (int64_t i = 0; i < n; i++) {
        x[2 * i + 2] = (float)cos(angle[i]);
        x[2 * i + 3] = (float)sin(angle[i]);
        numbers[2 * i + 1] = i + 1;
    }
    lamella_view layer = view_of(LAMELLA_F32, x, n + 1, 2), pairs = view_of(LAMELLA_I64, numbers, n, 2), out = view_of(LAMELLA_F64, rho, 1, 1);
    lamella_view golds = view_of(LAMELLA_F64, (void *)(uintptr_t)gold, n), valid = view_of(LAMELLA_U8, mask ? mask : (unsigned char *)numbers, n + 1);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = mask ? &valid : NULL };
    return lamella_matryoshka_grid_spearman(NULL, &stack, &pairs, &golds, &width, 1, &out, NULL, result);
}

TEST(a_falling_order_has_minus_one)
{
    static const double angle[] = { 0.1, 0.2, 0.3, 0.4 }, gold[] = { 1, 2, 3, 1000 };
    double rho;
    ok(rank_angles(angle, gold, 4, NULL, &rho, NULL));
    near(rho, -1, ABSOLUTE, 1e-15);
}

/* scipy.stats.spearmanr([4, 3, 2, 1], [1, 1, 1, 0]) is 0.7745966692414834; ranks in order of place would give 0.4 or 1. */
TEST(trap_ties_ranked_by_place)
{
    static const double angle[] = { 0.1, 0.2, 0.3, 0.4 }, gold[] = { 1, 1, 1, 0 };
    double rho;
    ok(rank_angles(angle, gold, 4, NULL, &rho, NULL));
    near(rho, 0.7745966692414834, ABSOLUTE, 1e-12);
}

TEST(masked_pairs_take_no_part)
{
    static const double angle[] = { 0.1, 0.2, 0.3, 0.4, 0.5 }, gold[] = { 5, 4, 100, 2, 1 };
    unsigned char mask[] = { 1, 1, 1, 0, 1, 1 };
    double rho;
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    ok(rank_angles(angle, gold, 5, mask, &rho, &result));
    near(rho, 1, ABSOLUTE, 1e-15);
    equal(result.n_masked_pairs, 1);
    memset(mask, 0, sizeof mask);
    refused(rank_angles(angle, gold, 5, mask, &rho, &result), LAMELLA_ERR_EMPTY,
            "lamella_matryoshka_grid_spearman: pairs has no pair without a masked sample, expected at least 2");
}

TEST(equal_values_have_no_ranks)
{
    static const double angle[] = { 0.3, 0.3, 0.3 }, other[] = { 0.1, 0.2, 0.3 }, gold[] = { 1, 2, 3 }, same[] = { 2, 2, 2 };
    double rho = 0;
    refused(rank_angles(angle, gold, 3, NULL, &rho, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_matryoshka_grid_spearman: no cell has a rank correlation: of the 3 pairs all have one gold value or one cosine");
    refused(rank_angles(other, same, 3, NULL, &rho, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_matryoshka_grid_spearman: no cell has a rank correlation: of the 3 pairs all have one gold value or one cosine");
}

/* One layer whose rows are all alike beside one that is not. */
TEST(an_undefined_cell_is_counted)
{
    float same[] = { 1, 1, 1, 1, 1, 1 }, other[] = { 1, 0, 1, 1, 0, 1 };
    int64_t numbers[] = { 0, 1, 0, 2 }, width = 2;
    double rho[2];
    float gold[] = { 2, 1 };
    lamella_view layer[] = { view_of(LAMELLA_F32, same, 3, 2), view_of(LAMELLA_F32, other, 3, 2) }, pairs = view_of(LAMELLA_I64, numbers, 2, 2);
    lamella_view out = view_of(LAMELLA_F64, rho, 2, 1), golds = view_of(LAMELLA_F32, gold, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    returns(lamella_matryoshka_grid_spearman(NULL, &stack, &pairs, &golds, &width, 1, &out, NULL, &result), LAMELLA_NOTE);
    equal(result.n_undefined, 1);
    near(rho[0], NAN, ABSOLUTE, 0);
    near(rho[1], 1, ABSOLUTE, 1e-15);
    gold[1] = NAN;
    refused(lamella_matryoshka_grid_spearman(NULL, &stack, &pairs, &golds, &width, 1, &out, NULL, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_matryoshka_grid_spearman: gold is nan at row 1, expected a finite number");
}

/* Widths are ranked as many at once as there are threads: one by one, all at once, and with some left over. */
TEST(threads_change_no_correlation)
{
    enum { N = 9, PAIRS = N * N, WIDE = 8, N_LAYERS = 2 };
    float x[N_LAYERS][N * WIDE];
    int64_t numbers[2 * PAIRS];
    double gold[PAIRS], alone[N_LAYERS * WIDE], rho[N_LAYERS * WIDE];
    int64_t widths[WIDE];
    lamella_view layer[N_LAYERS], pairs = view_of(LAMELLA_I64, numbers, PAIRS, 2), golds = view_of(LAMELLA_F64, gold, PAIRS);
    for (int l = 0; l < N_LAYERS; l++) {
        for (int i = 0; i < N * WIDE; i++)
            x[l][i] = (float)sin((i + 1) * (l + 1.3));
        layer[l] = view_of(LAMELLA_F32, x[l], N, WIDE);
    }
    for (int p = 0; p < PAIRS; p++) {
        numbers[2 * p] = p % N, numbers[2 * p + 1] = p / N;
        gold[p] = p * 7 % 10;
    }
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = N_LAYERS };
    for (int n = 1; n <= WIDE; n++) {
        widths[n - 1] = WIDE + 1 - n;
        lamella_view out = view_of(LAMELLA_F64, alone, N_LAYERS, n);
        ok(lamella_matryoshka_grid_spearman(NULL, &stack, &pairs, &golds, widths, n, &out, NULL, NULL));
        for (int32_t threads = 2; threads <= 6; threads++) {
            const lamella_context_options options = { .struct_size = sizeof options, .threads = threads };
            lamella_context *ctx;
            ok(lamella_context_create(&options, &ctx));
            out.data = rho;
            ok(lamella_matryoshka_grid_spearman(ctx, &stack, &pairs, &golds, widths, n, &out, NULL, NULL));
            equal_bits(rho, alone, N_LAYERS * n * (int64_t)sizeof *rho);
            lamella_context_free(ctx);
        }
    }
}
