/* Ranks of layers: the sheets' figures on the states, the constant-column rule, thresholds, edges. */
#include "support/allocator.h"
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

OPERATION(lamella_moments_rank, .keeps_dtype = 1) /* the threshold depends on it */
{
    int64_t n = m->stack.n_layers;
    return lamella_moments_rank(m->ctx, &m->stack, matrix_out(m, "rank", LAMELLA_I64, n), NULL,
                                WITH(lamella_moments_rank_outputs, .constant = matrix_out(m, "constant", LAMELLA_I64, n),
                                     .dropped = matrix_out(m, "dropped", LAMELLA_F64, n), .spectrum = matrix_out_layers(m, "spectrum", LAMELLA_F64,
                                             LAYER_DIM)));
}

OPERATION(lamella_moments_rank, .as = "uncentred, one threshold")
{
    int64_t n = m->stack.n_layers;
    lamella_moments_rank_options options = { .struct_size = sizeof options, .uncentred = 1, .rcond = 1e-6 };
    return lamella_moments_rank(m->ctx, &m->stack, matrix_out(m, "rank", LAMELLA_I64, n), &options,
                                WITH(lamella_moments_rank_outputs, .constant = matrix_out(m, "constant", LAMELLA_I64, n),
                                     .dropped = matrix_out(m, "dropped", LAMELLA_F64, n)));
}

enum { MOST_LAYERS = 7, MOST_DIM = 384 };

typedef struct figures {
    int64_t rank[MOST_LAYERS], constant[MOST_LAYERS];
    double  dropped[MOST_LAYERS], spectrum[MOST_LAYERS * MOST_DIM];
} figures;

static lamella_status rank_of(const lamella_view *layer, int64_t n, const lamella_moments_rank_options *options, figures *f)
{
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = n };
    int64_t dim = layer[0].shape[layer[0].rank - 1];
    lamella_view rank = view_of(LAMELLA_I64, f->rank, n), constant = view_of(LAMELLA_I64, f->constant, n),
                 dropped = view_of(LAMELLA_F64, f->dropped, n), spectrum[MOST_LAYERS];
    for (int64_t l = 0; l < n; l++)
        spectrum[l] = view_of(LAMELLA_F64, f->spectrum + l * dim, dim);
    return lamella_moments_rank(NULL, &stack, &rank, options, WITH(lamella_moments_rank_outputs, .constant = &constant, .dropped = &dropped,
                                                                   .spectrum = spectrum));
}

static void layers_of(const char *file, lamella_view *layer)
{
    for (int l = 0; l < 7; l++) {
        char name[32];
        snprintf(name, sizeof name, "%s/layer.%d", file, l);
        layer[l] = *example(name);
    }
}

static void equals_oracle(const char *set, const lamella_view *layer, const lamella_moments_rank_options *options)
{
    static figures f;
    char name[64];
    ok(rank_of(layer, 7, options, &f));
    const struct { const char *name; lamella_view v; } got[] = {
        { "rank", view_of(LAMELLA_I64, f.rank, 7) },
        { "constant", view_of(LAMELLA_I64, f.constant, 7) },
        { "dropped", view_of(LAMELLA_F64, f.dropped, 7) },
        { "spectrum", view_of(LAMELLA_F64, f.spectrum, 7, 384) },
    };
    for (int i = 0; i < (strcmp(set, "states") ? 3 : 4); i++) {
        snprintf(name, sizeof name, "moments/rank/%s.%s", set, got[i].name);
        near_golden(&got[i].v, name);
    }
}

TEST(states_behind_a_layernorm_have_rank_383)
{
    static figures f;
    lamella_view layer[7];
    layers_of("states", layer);
    equals_oracle("states", layer, NULL);
    ok(rank_of(layer, 7, NULL, &f));
    for (int l = 0; l < 7; l++) {
        equal(f.rank[l], l == 6 ? 382 : 383);
        equal(f.constant[l], l == 6 ? 2 : 0);
        near(f.spectrum[l * 384 + 383] / f.spectrum[l * 384], 0, ABSOLUTE, 2e-9); /* the null direction, and the next one */
        check(l == 6 || f.spectrum[l * 384 + 382] / f.spectrum[l * 384] > 3e-5);
    }
}

TEST(tokens_equal_the_oracle)
{
    lamella_view layer[7];
    layers_of("tokens", layer);
    equals_oracle("tokens", layer, NULL);
}

/* The rounding of f16 counts as rank where f32 is said to be stored. */
TEST(states_cast_to_f32_have_rank_384)
{
    static float x[7][500 * 384];
    lamella_view layer[7], as_f32[7];
    layers_of("states", layer);
    for (int l = 0; l < 7; l++) {
        as_f32[l] = view_of(LAMELLA_F32, x[l], 500, 384);
        ok(lamella_tensor_cast(NULL, &layer[l], &as_f32[l]));
    }
    equals_oracle("cast", as_f32, NULL);
    equal(((const int64_t *)golden("moments/rank/cast.rank")->data)[0], 384);
}

TEST(uncentred_and_unscaled_ranks_equal_the_oracle)
{
    lamella_view layer[7];
    layers_of("states", layer);
    equals_oracle("uncentred", layer, &(lamella_moments_rank_options){ .struct_size = sizeof(lamella_moments_rank_options), .uncentred = 1 });
    equals_oracle("unscaled", layer,
                  &(lamella_moments_rank_options){ .struct_size = sizeof(lamella_moments_rank_options), .unscaled = 1, .rcond = 1e-6 });
    equal(((const int64_t *)golden("moments/rank/unscaled.rank")->data)[6], 381); /* dim 319 counts once scaled */
}

enum { ROWS = 60, DIM = 5 };

static double next_number(void)
{
    static uint64_t state = 3;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(UINT64_C(1) << 52) - 1;
}

/* Column 1 is 1e6 times the others, column 3 is 0.1 throughout, column 4 the sum of 0 and 2. */
static void planted(double *x)
{
    for (int i = 0; i < ROWS; i++) {
        double *row = x + i * DIM;
        row[0] = next_number() + 10;
        row[1] = 1e6 * next_number();
        row[2] = next_number();
        row[3] = 0.1;
        row[4] = row[0] + row[2];
    }
}

TEST(trap_columns_of_other_sizes_do_not_hide_the_rest)
{
    double x[ROWS * DIM];
    static figures f;
    planted(x);
    lamella_view layer = view_of(LAMELLA_F64, x, ROWS, DIM);
    ok(rank_of(&layer, 1, NULL, &f));
    equal(f.rank[0], 3);
    equal(f.constant[0], 1);
    near(f.spectrum[0] + f.spectrum[1] + f.spectrum[2], DIM - 1, ABSOLUTE, 1e-12);
    near(f.dropped[0], 0, ABSOLUTE, 1e-14);
    lamella_moments_rank_options options = { .struct_size = sizeof options, .unscaled = 1, .rcond = 1e-6 };
    ok(rank_of(&layer, 1, &options, &f));
    equal(f.rank[0], 1); /* what an absolute or relative threshold sees */
}

TEST(a_constant_column_counts_once_rows_are_not_centred)
{
    double x[ROWS * DIM];
    static figures f;
    planted(x);
    lamella_view layer = view_of(LAMELLA_F64, x, ROWS, DIM);
    lamella_moments_rank_options options = { .struct_size = sizeof options, .uncentred = 1 };
    ok(rank_of(&layer, 1, &options, &f));
    equal(f.rank[0], 4);
    equal(f.constant[0], 0);
}

TEST(rank_does_not_exceed_rows)
{
    double x[ROWS * DIM];
    static figures f;
    planted(x);
    for (int64_t n = 1; n <= 3; n++) {
        lamella_view layer = view_of(LAMELLA_F64, x, n, DIM);
        ok(rank_of(&layer, 1, NULL, &f));
        equal(f.rank[0], n - 1);
        equal(f.constant[0], n == 1 ? DIM : 1);
    }
    memset(x, 0, sizeof x);
    lamella_view zeros = view_of(LAMELLA_F64, x, 3, DIM);
    lamella_moments_rank_options options = { .struct_size = sizeof options, .uncentred = 1 };
    ok(rank_of(&zeros, 1, &options, &f));
    equal(f.rank[0], 0);
    equal(f.constant[0], DIM);
    near(f.dropped[0], 0, ABSOLUTE, 0);
}

TEST(bad_arguments_are_named)
{
    double x[6] = { 1, 2, 3, 4, 5, 6 };
    static figures f;
    lamella_view layer = view_of(LAMELLA_F64, x, 2, 3), none = view_of(LAMELLA_F64, x, 0, 3);
    lamella_moments_rank_options options = { .struct_size = sizeof options, .unscaled = 1 };
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_rank: options.rcond is 0, expected a threshold, since options.unscaled is set");
    options.rcond = 1;
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_ARGUMENT, "lamella_moments_rank: options.rcond is 1, expected 0 or more, under 1");
    options.rcond = NAN;
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_NONFINITE, "lamella_moments_rank: options.rcond is nan, expected 0 or more, under 1");
    options.rcond = -0.25;
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_ARGUMENT, "lamella_moments_rank: options.rcond is -0.25, expected 0 or more, under 1");
    options.reserved0 = 1;
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_ARGUMENT, "lamella_moments_rank: options.reserved0 is 1, expected 0");
    options.uncentred = -1;
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_ARGUMENT, "lamella_moments_rank: options.uncentred is -1, expected 0 or 1");
    options.uncentred = 0, options.reserved0 = 0;
    options.unscaled = 2;
    refused(rank_of(&layer, 1, &options, &f), LAMELLA_ERR_ARGUMENT, "lamella_moments_rank: options.unscaled is 2, expected 0 or 1");
    refused(rank_of(&none, 1, NULL, &f), LAMELLA_ERR_EMPTY, "lamella_moments_rank: stack has no row, expected at least 1");
    x[1] = 1.5e308, x[4] = -1.5e308;
    refused(rank_of(&layer, 1, NULL, &f), LAMELLA_ERR_NUMERIC,
            "lamella_moments_rank: stack.layer[0] has numbers whose squares do not fit f64, expected less than 1e150");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_moments_rank_options options;
    ok(lamella_moments_rank_options_init(&options, sizeof options));
    equal(options.struct_size, sizeof options);
    near(options.rcond, 0, ABSOLUTE, 0);
}

/* Each layer gives back what it took. */
TEST(ten_layers_take_the_room_of_one)
{
    enum { LAYERS = 10, N = 40, WIDE = 64 };
    static float x[N * WIDE];
    int64_t peak[2];
    lamella_view layer[LAYERS];
    for (int i = 0; i < N * WIDE; i++)
        x[i] = (float)sin(i * 1.3);
    for (int64_t l = 0; l < LAYERS; l++)
        layer[l] = view_of(LAMELLA_F32, x, N, WIDE);
    for (int k = 0; k < 2; k++) {
        int64_t n = k ? LAYERS : 1, rank[LAYERS], constant[LAYERS];
        double dropped[LAYERS];
        test_allocator memory = { 0 };
        lamella_context *ctx;
        lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .allocate = test_allocate, .release = test_release,
                                            .user = &memory };
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = n };
        lamella_view r = view_of(LAMELLA_I64, rank, n), c = view_of(LAMELLA_I64, constant, n), d = view_of(LAMELLA_F64, dropped, n);
        ok(lamella_context_create(&options, &ctx));
        ok(lamella_moments_rank(ctx, &stack, &r, NULL, WITH(lamella_moments_rank_outputs, .constant = &c, .dropped = &d)));
        peak[k] = memory.peak_bytes;
        lamella_context_free(ctx);
    }
    check(peak[1] < peak[0] + WIDE * WIDE * (int64_t)sizeof(double));
}

TEST(an_output_of_a_layer_is_named_by_its_layer)
{
    double x[6] = { 1, 2, 3, 5, 4, 1 };
    static figures f;
    lamella_view layer[2] = { view_of(LAMELLA_F64, x, 2, 3), view_of(LAMELLA_F64, x, 2, 3) };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    lamella_view rank = view_of(LAMELLA_I64, f.rank, 2), constant = view_of(LAMELLA_I64, f.constant, 2), dropped = view_of(LAMELLA_F64, f.dropped, 2),
                 spectrum[2] = { view_of(LAMELLA_F64, f.spectrum, 3), view_of(LAMELLA_F64, f.spectrum + 3, 4) };
    refused(lamella_moments_rank(NULL, &stack, &rank, NULL, WITH(lamella_moments_rank_outputs, .constant = &constant, .dropped = &dropped,
                                                                 .spectrum = spectrum)), LAMELLA_ERR_SHAPE,
            "lamella_moments_rank: outputs.spectrum[1].shape[0] is 4, expected 3");
}
