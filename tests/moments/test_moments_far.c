/* Columns far from 0 and of any size: an exact shift and an exact factor change no centred figure. */
#include "moments/moments.h"
#include "support/test.h"
#include "support/seal.h"

#include <math.h>
#include <string.h>

enum { ROWS = 600, DIM = 3 };

/* Steps of 2^-12, so that a shift by a power of two up to 2^40 is exact. */
static void steps_of(double shift, double factor, double *x)
{
    for (int i = 0; i < ROWS; i++) {
        x[i * DIM] = (i % 5 - 2) * 0x1p-12;
        x[i * DIM + 1] = (i * i % 7 - 3) * 0x1p-12;
        x[i * DIM + 2] = (i / 256 * 3 + i % 3) * 0x1p-12; /* panels differ in their means */
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = (x[i * DIM + j] + shift) * factor;
    }
}

/* sum w (x - mean)(x - mean)^T of the steps without a shift, in long double. */
static void expected_square(const double *weight, double *square)
{
    double x[ROWS * DIM];
    long double mean[DIM] = { 0 }, sum[DIM * DIM] = { 0 }, all = 0;
    steps_of(0, 1, x);
    for (int i = 0; i < ROWS; i++) {
        all += weight ? weight[i] : 1;
        for (int j = 0; j < DIM; j++)
            mean[j] += (weight ? weight[i] : 1) * (long double)x[i * DIM + j];
    }
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < DIM * DIM; j++)
            sum[j] += (weight ? weight[i] : 1) * (x[i * DIM + j / DIM] - mean[j / DIM] / all) * (x[i * DIM + j % DIM] - mean[j % DIM] / all);
    for (int j = 0; j < DIM * DIM; j++)
        square[j] = (double)sum[j];
}

static const double shifts[] = { 0, 1, 0x1p30, 0x1p36, -0x1p39 };

static void gram_whole_merged_weighted_and_loaded(double shift, double factor)
{
    double x[ROWS * DIM], weight[ROWS], square[2][DIM * DIM];
    for (int i = 0; i < ROWS; i++)
        weight[i] = 0.25 + i % 4;
    expected_square(NULL, square[0]);
    expected_square(weight, square[1]);
    steps_of(shift, factor, x);
    for (int weighted = 0; weighted < 2; weighted++)
        for (int cut = 1; cut <= ROWS; cut += 599 - 250) {
            lamella_moments_gram *gram, *rest, *loaded;
            lamella_view bytes, found, mean;
            lamella_view head = view_of(LAMELLA_F64, x, cut, DIM), tail = view_of(LAMELLA_F64, x + cut * DIM, ROWS - cut, DIM);
            lamella_view w = view_of(LAMELLA_F64, weight, cut), v = view_of(LAMELLA_F64, weight + cut, ROWS - cut);
            ok(lamella_moments_gram_create(NULL, DIM, 0, &gram));
            ok(lamella_moments_gram_create(NULL, DIM, 0, &rest));
            ok(lamella_moments_gram_update(NULL, gram, &head, WITH(lamella_moments_gram_update_options, .weights = weighted ? &w : NULL)));
            ok(lamella_moments_gram_update(NULL, rest, &tail, WITH(lamella_moments_gram_update_options, .weights = weighted ? &v : NULL)));
            ok(lamella_moments_gram_bytes(rest, &bytes));
            ok(lamella_moments_gram_load(NULL, &bytes, &loaded));
            ok(lamella_moments_gram_merge(NULL, gram, loaded));
            ok(lamella_moments_gram_get(gram, "gram", &found));
            ok(lamella_moments_gram_get(gram, "mean", &mean));
            for (int j = 0; j < DIM * DIM; j++)
                near(((double *)found.data)[j] / factor / factor, square[weighted][j], ABSOLUTE, 1e-13 * square[weighted][8]);
            if (!weighted)
                near(((double *)mean.data)[0] / factor, shift, ABSOLUTE, 1e-18 + fabs(shift) * 0x1p-53);
            lamella_moments_gram_free(gram), lamella_moments_gram_free(rest), lamella_moments_gram_free(loaded);
        }
}

TEST(an_exact_shift_and_factor_leave_the_gram_whole_merged_weighted_and_loaded)
{
    static const double factors[] = { 1, 0x1p420, 0x1p-420 }; /* of the last two, squares are summed in units and then leave them */
    for (int f = 0; f < 3; f++)
        for (int s = 0; s < 5; s++)
            gram_whole_merged_weighted_and_loaded(shifts[s], factors[f]);
}

TEST(an_exact_shift_leaves_variances_and_no_column_is_called_constant)
{
    double x[ROWS * DIM], square[DIM * DIM], norms[3], shares[3], cosine, mean[DIM], variance[DIM];
    int64_t counts[8];
    expected_square(NULL, square);
    for (int s = 0; s < 5; s++) {
        steps_of(shifts[s], 1, x);
        lamella_view layer = view_of(LAMELLA_F64, x, ROWS, DIM), out[] = { view_of(LAMELLA_F64, norms, 1, 3), view_of(LAMELLA_I64, counts, 1, 8),
            view_of(LAMELLA_F64, shares, 1, 3), view_of(LAMELLA_F64, &cosine, 1), view_of(LAMELLA_F64, mean, DIM), view_of(LAMELLA_F64, variance,
                    DIM) };
        lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
        ok(lamella_moments_layers(NULL, &stack, NULL, WITH(lamella_moments_layers_outputs, .norms = &out[0], .counts = &out[1], .shares = &out[2],
                                                           .cosine = &out[3], .mean = &out[4], .variance = &out[5])));
        equal(counts[LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS], 0);
        for (int j = 0; j < DIM; j++)
            near(variance[j], square[j * DIM + j] / ROWS, RELATIVE, 1e-12);
    }
}

/* The spread of a column in steps of f64 at its mean decides: half a step is rounding, two are not. */
TEST(a_column_is_constant_if_it_spreads_less_than_the_rounding_of_its_mean)
{
    check(is_constant_column(1, 1, 0));
    check(is_constant_column(1, 0, 0));
    check(!is_constant_column(1, 0, 1e-300));
    check(is_constant_column(1, -1, 0x1p-104));
    check(!is_constant_column(1, -1, 0x1.0001p-104));
    check(is_constant_column(10, 1, 100 * 0x1p-104));
    check(!is_constant_column(10, 1, 101 * 0x1p-104));
    double x[] = { 1e9 + 0.1, 1e9 + 0.1, 1e9 + 0.1 };
    lamella_moments_gram *gram;
    lamella_view rows = view_of(LAMELLA_F64, x, 3, 1), found;
    ok(lamella_moments_gram_create(NULL, 1, 0, &gram));
    for (int i = 0; i < 3; i++)
        ok(lamella_moments_gram_update(NULL, gram, &rows, NULL));
    ok(lamella_moments_gram_get(gram, "gram", &found));
    near(*(double *)found.data, 0, ABSOLUTE, 0);
    ok(lamella_moments_gram_get(gram, "mean", &found));
    near(*(double *)found.data, x[0], ABSOLUTE, 0);
    lamella_moments_gram_free(gram);
}

/* ---- size ---- */

static void rank_at(const double *x, lamella_moments_rank_options *o, int64_t *rank, int64_t *constant, double *dropped, double *spectrum,
                    lamella_status expected)
{
    lamella_view layer = view_of(LAMELLA_F64, (double *)x, ROWS, DIM), r = view_of(LAMELLA_I64, rank, 1), k = view_of(LAMELLA_I64, constant, 1),
                 d = view_of(LAMELLA_F64, dropped, 1), e = view_of(LAMELLA_F64, spectrum, DIM);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    o->struct_size = sizeof *o;
    returns(lamella_moments_rank(NULL, &stack, &r, o, WITH(lamella_moments_rank_outputs, .constant = &k, .dropped = &d, .spectrum = &e)), expected);
}

TEST(an_exact_factor_changes_no_rank_and_no_share)
{
    static const double factors[] = { 0x1p+540, 0x1p-540, 0x1p-700, 0x1p-1010 };
    double x[ROWS * DIM], y[ROWS * DIM], dropped[2], spectrum[2][DIM];
    int64_t rank[2], constant[2];
    for (int f = 0; f < 4; f++)
        for (int uncentred = 0; uncentred < 2; uncentred++) {
            lamella_moments_rank_options o = { .uncentred = uncentred };
            steps_of(0, 1, x);
            steps_of(0, factors[f], y);
            for (int i = 0; i < ROWS; i++) /* the third column is in no unit, so the others are scaled beside it */
                y[i * DIM + 2] = x[i * DIM + 2];
            rank_at(x, &o, &rank[0], &constant[0], &dropped[0], spectrum[0], LAMELLA_OK);
            rank_at(y, &o, &rank[1], &constant[1], &dropped[1], spectrum[1], LAMELLA_OK);
            equal(rank[1], 3);
            equal(constant[1], 0);
            for (int j = 0; j < DIM; j++)
                near(spectrum[1][j], spectrum[0][j], RELATIVE, 1e-12);
        }
}

TEST(columns_as_they_are_have_their_own_spectrum_or_none_that_fits)
{
    double x[ROWS * DIM], dropped, spectrum[2][DIM];
    int64_t rank, constant;
    lamella_moments_rank_options o = { .unscaled = 1, .rcond = 1e-10 };
    steps_of(0, 1, x);
    rank_at(x, &o, &rank, &constant, &dropped, spectrum[0], LAMELLA_OK);
    steps_of(0, 0x1p-410, x); /* in units, and its squares fit */
    rank_at(x, &o, &rank, &constant, &dropped, spectrum[1], LAMELLA_OK);
    equal(rank, 3);
    for (int j = 0; j < DIM; j++)
        near(spectrum[1][j] * 0x1p+820, spectrum[0][j], RELATIVE, 1e-12);
    for (int i = 0; i < ROWS; i++) /* beside a column of numbers as usual the small ones are no directions, but not constant */
        x[i * DIM] = i % 5;
    rank_at(x, &o, &rank, &constant, &dropped, spectrum[1], LAMELLA_OK);
    equal(rank, 1);
    equal(constant, 0);
    steps_of(0, 0x1p+600, x);
    rank_at(x, &o, &rank, &constant, &dropped, spectrum[1], LAMELLA_ERR_NUMERIC);
    steps_of(0, 0x1p-600, x);
    rank_at(x, &o, &rank, &constant, &dropped, spectrum[1], LAMELLA_ERR_NUMERIC);
}

/* Columns of panels: units that grow, shrink and meet, whatever the order of the merges. */
TEST(columns_of_any_size_merge_in_any_order)
{
    const double size[] = { 1, 0x1p-600, 0x1p+600, 0 };
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) {
            double x[4] = { 1 * size[a], 3 * size[a], 5 * size[b], 9 * size[b] }, room[2][4], largest = fmax(size[a], size[b]);
            const unsigned char keep[] = { 1, 1 };
            column_moments m[2];
            long double mean = 0, square = 0;
            for (int i = 0; i < 2; i++) {
                m[i] = column_moments_in(room[i], 1);
                column_moments_of(simd_kernels(LAMELLA_SIMD_REFERENCE), &(panel){ .data = x + 2 * i, .stride = 1, .n = 2, .dim = 1 }, keep, &m[i]);
            }
            column_moments_merge(&m[0], &m[1]);
            for (int i = 0; i < 4 && largest > 0; i++)
                mean += x[i] / largest / 4;
            for (int i = 0; i < 4 && largest > 0; i++)
                square += (x[i] / largest - mean) * (x[i] / largest - mean) / 4;
            equal(m[0].n, 4);
            near(m[0].mean[0], (double)mean * largest, RELATIVE, 1e-15);
            if (largest > 0)
                near(column_variance(&m[0], 0, largest), (double)square, RELATIVE, 1e-14);
            equal(column_is_constant(&m[0], 0), largest == 0);
        }
}

TEST(squares_under_f64_are_refused_by_a_gram)
{
    double x[] = { 1, 1e-160, 2, 2e-160, 3, 4e-160 };
    lamella_moments_gram *gram;
    lamella_view rows = view_of(LAMELLA_F64, x, 3, 2), n;
    ok(lamella_moments_gram_create(NULL, 2, 0, &gram));
    refused(lamella_moments_gram_update(NULL, gram, &rows, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_moments_gram_update: x has numbers whose squares do not fit f64: column 1 spreads less than 1e-145");
    ok(lamella_moments_gram_get(gram, "n", &n));
    equal(*(int64_t *)n.data, 0);
    x[1] = x[3] = x[5] = 1e-160; /* constant */
    ok(lamella_moments_gram_update(NULL, gram, &rows, NULL));
    for (int i = 0; i < 3; i++)
        x[2 * i + 1] = 0x1p-420 * (i + 1); /* in units on the way, and it fits */
    lamella_moments_gram *other;
    lamella_view square, mean;
    ok(lamella_moments_gram_create(NULL, 2, 0, &other));
    ok(lamella_moments_gram_update(NULL, other, &rows, NULL));
    ok(lamella_moments_gram_get(other, "gram", &square));
    ok(lamella_moments_gram_get(other, "mean", &mean));
    near(((double *)square.data)[3] * 0x1p+840, 2, RELATIVE, 1e-15);
    near(((double *)square.data)[1] * 0x1p+420, 2, RELATIVE, 1e-15);
    near(((double *)square.data)[0], 2, RELATIVE, 1e-15);
    near(((double *)mean.data)[1] * 0x1p+420, 2, RELATIVE, 1e-15);
    lamella_moments_gram_free(gram), lamella_moments_gram_free(other);
}

TEST(rows_beyond_what_64_bits_count_are_refused)
{
    double x[] = { 1, 2 };
    int64_t many = INT64_MAX / 2 + 1;
    lamella_moments_gram *gram, *loaded;
    lamella_view rows = view_of(LAMELLA_F64, x, 2, 1), bytes, n;
    ok(lamella_moments_gram_create(NULL, 1, 0, &gram));
    ok(lamella_moments_gram_update(NULL, gram, &rows, NULL));
    ok(lamella_moments_gram_bytes(gram, &bytes));
    char *copy = malloc((size_t)bytes.shape[0]);
    memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
    memcpy(copy + bytes.shape[0] - 3 * (int64_t)sizeof many, &many, sizeof many); /* before square and weight */
    bytes.data = copy;
    seal(copy, bytes.shape[0]);
    ok(lamella_moments_gram_load(NULL, &bytes, &loaded));
    ok(lamella_moments_gram_get(loaded, "n", &n));
    equal(*(int64_t *)n.data, many);
    refused(lamella_moments_gram_merge(NULL, loaded, loaded), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_merge: other and the state have more rows than 64 bits count");
    double huge = 1.5e308;
    many = 2;
    memcpy(copy + bytes.shape[0] - 3 * (int64_t)sizeof many, &many, sizeof many);
    memcpy(copy + bytes.shape[0] - (int64_t)sizeof huge, &huge, sizeof huge);
    lamella_moments_gram_free(loaded);
    seal(copy, bytes.shape[0]);
    ok(lamella_moments_gram_load(NULL, &bytes, &loaded));
    refused(lamella_moments_gram_merge(NULL, loaded, loaded), LAMELLA_ERR_NUMERIC,
            "lamella_moments_gram_merge: the weights of other and of the state do not fit f64 together");
    lamella_moments_gram_free(gram), lamella_moments_gram_free(loaded);
    free(copy);
}
