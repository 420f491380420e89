/* What rooms build on: Grams of layers side by side with targets, their prefixes, threads and limits, means far from 0, inverse roots. */
#include "moments/moments.h"
#include "support/golden.h"

#include <math.h>

static lamella_context *context_of(int32_t threads, int64_t limit, int own_blas)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = threads, .max_workspace_bytes = limit, .own_blas = own_blas };
    ok(lamella_context_create(&options, &ctx));
    return ctx;
}

static void states(lamella_view *layer, int64_t dim)
{
    for (int l = 0; l < 7; l++) {
        char name[32];
        snprintf(name, sizeof name, "states/layer.%d", l);
        ok(lamella_tensor_slice(example(name), 1, 0, dim, 1, &layer[l]));
    }
}

/* The Gram of layers first .. first + n - 1, beside `extra`, as [mean, square]. */
static lamella_status gram_into(call *c, const lamella_view *layer, const lamella_view *mask, int64_t first, int64_t n, const double *weight,
                                const double *extra, int64_t extra_dim, double *out)
{
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = 7, .mask = mask };
    stack s;
    gram g;
    TRY(stack_check(c, &s, &theirs, FLOATS, "stack"));
    gram_rows rows = { .s = &s, .first_layer = first, .n_layers = n, .weight = weight, .extra = extra, .extra_dim = extra_dim,
                       .extra_stride = extra_dim };
    TRY(gram_take(c, &c->memory, gram_rows_dim(&rows), &g));
    TRY(gram_of_rows(c, &rows, &g));
    memcpy(out, g.mean, (size_t)g.dim * sizeof *out);
    memcpy(out + g.dim, g.square, (size_t)(g.dim * g.dim) * sizeof *out);
    return LAMELLA_OK;
}

static lamella_status gram_of(lamella_context *ctx, const lamella_view *layer, const lamella_view *mask, int64_t first, int64_t n,
                              const double *weight, const double *extra, int64_t extra_dim, double *out)
{
    CALL(ctx, gram_into(c, layer, mask, first, n, weight, extra, extra_dim, out));
}

enum { D = 384, SMALL = 20 };

/* Leading blocks to rounding: BLAS may round in another order. */
TEST(the_prefix_of_the_gram_is_the_gram_of_the_prefix)
{
    static double whole[D + D * D], part[D + D * D];
    static const int64_t widths[] = { 1, 7, 64, 128, 129, 300, 383 };
    lamella_view layer[7];
    states(layer, D);
    ok(gram_of(NULL, layer, NULL, 3, 1, NULL, NULL, 0, whole));
    for (int k = 0; k < 7; k++) {
        int64_t d = widths[k];
        states(layer, d);
        ok(gram_of(NULL, layer, NULL, 3, 1, NULL, NULL, 0, part));
        equal_bits(part, whole, d * 8);
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++)
                near(part[d + i * d + j], whole[D + i * D + j], ABSOLUTE, 1e-13 * whole[D]);
    }
}

TEST(bits_do_not_depend_on_threads_or_room)
{
    enum { W = 2 * 200 };
    static double one[W + W * W], other[W + W * W];
    lamella_view layer[7];
    states(layer, 200);
    for (int own_blas = 0; own_blas < 2; own_blas++)
        for (int32_t threads = 1; threads <= 5; threads++)
            for (int64_t limit = 0; limit <= 8 << 20; limit += 4 << 20) {
                lamella_context *ctx = context_of(threads, limit, own_blas);
                ok(gram_of(ctx, layer, NULL, 2, 2, NULL, NULL, 0, threads == 1 && !limit ? one : other));
                if (threads > 1 || limit)
                    equal_bits(other, one, sizeof one);
                lamella_context_free(ctx);
            }
    for (int64_t i = 0; i < W; i++) /* both triangles */
        for (int64_t j = 0; j < i; j++)
            check(one[W + i * W + j] == one[W + j * W + i]);
}

/* [layer 5 | layer 6 | target] has the blocks of each alone, whatever is masked or weighs nothing. */
TEST(layers_stand_side_by_side_with_targets)
{
    enum { W = 2 * SMALL + 1 };
    static double together[W + W * W], alone[SMALL + SMALL * SMALL], target[500], weight[500];
    static unsigned char mask[500];
    lamella_view layer[7], valid = view_of(LAMELLA_U8, mask, 500);
    states(layer, SMALL);
    double sum = 0, sum_of_weights = 0;
    for (int i = 0; i < 500; i++) {
        mask[i] = i % 5 != 1;
        weight[i] = i % 3 ? i % 4 + 1 : 0;
        target[i] = mask[i] && weight[i] > 0 ? i % 2 : NAN; /* not read */
        sum_of_weights += mask[i] * weight[i];
        sum += mask[i] && weight[i] > 0 ? weight[i] * target[i] : 0;
    }
    ok(gram_of(NULL, layer, &valid, 5, 2, weight, target, 1, together));
    for (int l = 0; l < 2; l++) {
        ok(gram_of(NULL, layer, &valid, 5 + l, 1, weight, NULL, 0, alone));
        equal_bits(together + l * SMALL, alone, SMALL * 8);
        for (int i = 0; i < SMALL; i++)
            for (int j = 0; j < SMALL; j++)
                near(together[W + (l * SMALL + i) * W + l * SMALL + j], alone[SMALL + i * SMALL + j], ABSOLUTE, 1e-12);
    }
    double p = sum / sum_of_weights;
    near(together[W - 1], p, RELATIVE, 1e-15);
    near(together[W + W * W - 1], sum_of_weights * p * (1 - p), RELATIVE, 1e-14); /* of zeros and ones */
}

/* Numbers whose squares are summed in units of their own leave them, for those who ask for no units. */
TEST(a_factor_comes_back_squared)
{
    enum { N = 4 };
    static const double factors[] = { 1, 0x1p420, 0x1p-420 };
    double plain[N + N * N], scaled[N + N * N], x[40 * N];
    for (int f = 0; f < 3; f++) {
        for (int i = 0; i < 40 * N; i++)
            x[i] = (i * i % 23 - 7) * (i % N == 2 ? factors[f] : 1); /* one column */
        lamella_view layer[7];
        for (int l = 0; l < 7; l++)
            layer[l] = view_of(LAMELLA_F64, x, 40, N);
        ok(gram_of(NULL, layer, NULL, 0, 1, NULL, NULL, 0, f ? scaled : plain));
        for (int j = 0; f && j < N + N * N; j++) {
            int i = (j - N) / N, k = j % N;
            double factor = (j >= N && i == 2 ? factors[f] : 1) * (k == 2 ? factors[f] : 1);
            near(scaled[j] / factor, plain[j], ABSOLUTE, 1e-10);
        }
    }
}

TEST(a_masked_nan_is_not_read_and_another_is_named)
{
    float x[12] = { 1, 2, NAN, INFINITY, 5, 6, 7, 8, 9, 1, 2, NAN };
    unsigned char mask[] = { 1, 0, 1, 1, 1, 0 };
    double out[6];
    lamella_view layer[7], valid = view_of(LAMELLA_U8, mask, 6);
    for (int l = 0; l < 7; l++)
        layer[l] = view_of(LAMELLA_F32, x, 6, 2);
    ok(gram_of(NULL, layer, &valid, 4, 1, NULL, NULL, 0, out));
    near(out[0], 5.5, ABSOLUTE, 0);
    mask[5] = 1;
    refused(gram_of(NULL, layer, &valid, 4, 1, NULL, NULL, 0, out), LAMELLA_ERR_NONFINITE,
            "gram_of: stack.layer[4] is nan at row 5, column 1, expected a finite number");
}

/* Panels of one row, of none and of all but one join as their rows would. */
TEST(panels_with_few_rows_that_count_equal_a_plain_sum)
{
    enum { N = 1100, DIM = 3 };
    static float x[N * DIM];
    static unsigned char mask[N];
    double weight[N], out[DIM + DIM * DIM];
    lamella_view layer[7], valid = view_of(LAMELLA_U8, mask, N);
    for (int i = 0; i < N * DIM; i++)
        x[i] = (float)(sin(i * 0.7) + i % DIM * 5);
    for (int l = 0; l < 7; l++)
        layer[l] = view_of(LAMELLA_F32, x, N, DIM);
    for (int first_rows = 0; first_rows < 3; first_rows++)
        for (int weighted = 0; weighted < 2; weighted++) {
            double mean[DIM] = { 0 }, square[DIM * DIM] = { 0 }, all = 0;
            for (int i = 0; i < N; i++) {
                mask[i] = i < 256 ? i < first_rows : i < 512 ? i == 300 : i >= 768 && i != 1000;
                weight[i] = weighted ? 0.5 + i % 3 : 1;
                all += mask[i] ? weight[i] : 0;
                for (int j = 0; j < DIM; j++)
                    mean[j] += mask[i] ? weight[i] * x[i * DIM + j] : 0;
            }
            for (int i = 0; i < N; i++)
                for (int j = 0; j < DIM * DIM && mask[i]; j++)
                    square[j] += weight[i] * (x[i * DIM + j / DIM] - mean[j / DIM] / all) * (x[i * DIM + j % DIM] - mean[j % DIM] / all);
            ok(gram_of(NULL, layer, &valid, 2, 1, weighted ? weight : NULL, NULL, 0, out));
            for (int j = 0; j < DIM; j++)
                near(out[j], mean[j] / all, ABSOLUTE, 1e-13);
            for (int j = 0; j < DIM * DIM; j++)
                if (j / DIM >= j % DIM) /* the lower triangle */
                    near(out[DIM + j], square[j], ABSOLUTE, 1e-12 * all);
        }
}

static double next_number(void)
{
    static uint64_t state = 7;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(UINT64_C(1) << 52) - 1;
}

/* Spread 1 about a mean of 1e6, which f64 holds to 1e-10: sums of raw squares keep 4 digits, these 10; and so where the first rows lie
 * elsewhere. */
TEST(trap_means_far_from_zero)
{
    enum { N = 2000, D = 3 };
    static double far[N * D], near_zero[N * D];
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        lamella_moments_gram *a, *b;
        for (int i = 0; i < N * D; i++) {
            double shift = elsewhere && i < 300 * D ? -1e6 : 1e6;
            far[i] = (next_number() + i % D) + shift;
            near_zero[i] = (far[i] - shift) + (elsewhere && i < 300 * D ? -2e6 : 0); /* exact */
        }
        lamella_view x = view_of(LAMELLA_F64, far, N, D), z = view_of(LAMELLA_F64, near_zero, N, D), u, v;
        ok(lamella_moments_gram_create(NULL, D, 0, &a));
        ok(lamella_moments_gram_create(NULL, D, 0, &b));
        ok(lamella_moments_gram_update(NULL, a, &x, NULL));
        ok(lamella_moments_gram_update(NULL, b, &z, NULL));
        ok(lamella_moments_gram_get(a, "gram", &u));
        ok(lamella_moments_gram_get(b, "gram", &v));
        for (int i = 0; i < D * D; i++) /* off the diagonal, sums of both signs */
            near(((double *)u.data)[i], ((double *)v.data)[i], ABSOLUTE, 1e-10 * ((double *)v.data)[0]);
        lamella_moments_gram_free(a);
        lamella_moments_gram_free(b);
    }
}

/* ---- inverse roots ---- */

static lamella_status root_into(call *c, const rank_rule *rule, double ridge, double *root, rank_found *found, const double *x, int64_t n,
                                int64_t d)
{
    lamella_view v = view_make(LAMELLA_F64, (void *)(uintptr_t)x, (const int64_t[]){ n, d }, 2);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &v, .n_layers = 1 };
    stack s;
    gram g;
    TRY(stack_check(c, &s, &theirs, FLOATS, "stack"));
    TRY(gram_take(c, &c->memory, d, &g));
    TRY(gram_of_rows(c, &(gram_rows){ .s = &s, .n_layers = 1 }, &g));
    return inverse_root_of_gram(c, &g, d, rule, ridge, root, found);
}

static lamella_status root_of(const rank_rule *rule, double ridge, double *root, rank_found *found, const double *x, int64_t n, int64_t d)
{
    CALL(NULL, root_into(c, rule, ridge, root, found, x, n, d));
}

enum { X = 24, Y = 5, Z = X + Y };

/* Layer 5 and 6 of the states beside each other, as the golden values have them. */
static void side_by_side(double *z)
{
    lamella_view layer[7], part[] = { view_of(LAMELLA_F64, z, 500, X), view_of(LAMELLA_F64, z + X, 500, Y) };
    states(layer, X);
    part[0].stride[0] = part[1].stride[0] = Z;
    part[0].stride[1] = part[1].stride[1] = 1;
    layer[6].shape[1] = Y;
    ok(lamella_tensor_cast(NULL, &layer[5], &part[0]));
    ok(lamella_tensor_cast(NULL, &layer[6], &part[1]));
}

TEST(inverse_roots_equal_the_oracle)
{
    static double z[500 * Z], root[Z * Z];
    lamella_view v = view_of(LAMELLA_F64, root, Z, Z);
    const rank_rule house = { .rcond = default_rcond(LAMELLA_F64, Z) }, sheet = { .rcond = 0.1, .unscaled = 1 };
    rank_found found;
    side_by_side(z);
    ok(root_of(&house, 0, root, &found, z, 500, Z));
    equal(found.rank, Z);
    near_golden(&v, "moments/gram/whiten");
    ok(root_of(&house, 0.1, root, &found, z, 500, Z));
    near_golden(&v, "moments/gram/shrunk");
    ok(root_of(&sheet, 0, root, &found, z, 500, Z));
    equal(found.rank, ((const int64_t *)golden("moments/gram/dropped.rank")->data)[0]);
    check(found.rank < Z);
    near_golden(&v, "moments/gram/dropped");
}

/* Whitened rows have unit covariance on as many directions as there are: W C W is the projection on them. 1 / sqrt of the null
 * direction would show as entries of 1e7. */
TEST(trap_whitening_leaves_the_null_direction_out)
{
    enum { N = 200, K = 6 };
    static double x[N * K], root[K * K];
    double product[K * K] = { 0 }, trace = 0, largest = 0;
    rank_found found;
    for (int i = 0; i < N; i++) {
        double *row = x + i * K;
        for (int j = 0; j < K; j++)
            row[j] = sin(1.0 + i * (j + 2)) * pow(10, j - 3) + 5;
        row[4] = 2 * row[0] - row[1]; /* to rounding */
        row[5] = 3;
    }
    ok(root_of(&(rank_rule){ .rcond = default_rcond(LAMELLA_F64, K) }, 0, root, &found, x, N, K));
    equal(found.rank, 4);
    equal(found.n_constant, 1);
    for (int i = 0; i < N; i++)
        for (int a = 0; a < K; a++) {
            double white = 0;
            for (int b = 0; b < K; b++) {
                double mean = 0;
                for (int r = 0; r < N; r++)
                    mean += x[r * K + b] / N;
                white += (x[i * K + b] - mean) * root[b * K + a];
            }
            product[a * K + a] += white * white / N;
        }
    for (int a = 0; a < K; a++)
        trace += product[a * K + a];
    for (int i = 0; i < K * K; i++)
        largest = fmax(largest, fabs(root[i]));
    near(trace, 4, ABSOLUTE, 1e-6);
    check(largest < 1e5);
}

TEST(nothing_to_whiten_gives_zeros)
{
    double x[] = { 1, 2, 1, 2, 1, 2 }, root[4];
    rank_found found;
    ok(root_of(&(rank_rule){ .rcond = 1e-12 }, 0.1, root, &found, x, 3, 2));
    equal(found.rank, 0);
    equal(found.n_constant, 2);
    static const double zeros[4];
    equal_bits(root, zeros, sizeof zeros);
}
