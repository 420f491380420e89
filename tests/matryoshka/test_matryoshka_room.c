/* What is taken for one layer is given back before the next: many layers need the workspace of one. */
#include "matryoshka/ridges.h"
#include "support/room.h"

enum { N = 200, D = 16, PAIRS = 300 };

static float         x[N * D], out_of[MANY_LAYERS][N];
static int64_t       label[N], pair[2 * PAIRS], best_of[MANY_LAYERS];
static int32_t       flag_of[MANY_LAYERS];
static double        of_pairs[MANY_LAYERS * PAIRS], gold[PAIRS], error_of[2 * MANY_LAYERS], accuracy_of[2 * MANY_LAYERS];
static const int64_t widths[] = { D };

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)user;
    memcpy(into->data, x + first_row * D, (size_t)(n_rows * D) * sizeof *x);
    return n_rows;
}

static const lamella_stack *layers(int64_t n, int read)
{
    static lamella_view layer[MANY_LAYERS];
    static lamella_stack stack;
    uint32_t state = 1;
    for (int i = 0; i < N * D; i++)
        x[i] = noise(&state);
    for (int i = 0; i < N; i++)
        label[i] = i % 3 == 0;
    for (int i = 0; i < PAIRS; i++) {
        pair[2 * i] = i % N, pair[2 * i + 1] = (i * 7 + 1) % N;
        gold[i] = i % 17;
    }
    for (int64_t l = 0; l < n; l++) {
        layer[l] = view_of(LAMELLA_F32, x, N, D);
        layer[l].data = read ? NULL : x;
    }
    stack = stack_of(layer, n);
    stack.read = read ? deliver : NULL;
    return &stack;
}

static lamella_status ridge(lamella_context *ctx, int64_t n)
{
    static const double penalties[] = { 1, 1e-9 };
    const lamella_view labels = view_of(LAMELLA_I64, label, 12), error = view_of(LAMELLA_F64, error_of, n, 1, 2, 1), accuracy = view_of(LAMELLA_F64,
            accuracy_of, n, 1, 2, 1),
                       best = view_of(LAMELLA_I64, best_of, n, 1, 1), flags = view_of(LAMELLA_I32, flag_of, n, 1, 1);
    const lamella_stack *stack = layers(n, 0);
    for (int64_t l = 0; l < n; l++)
        ((lamella_view *)stack->layer)[l].shape[0] = 12; /* fewer than dims: a pass in f64, too */
    return lamella_matryoshka_ridge(ctx, stack, &labels, penalties, 2, widths, 1, NULL,
                                    WITH(lamella_matryoshka_ridge_outputs, .error = &error, .accuracy = &accuracy, .best = &best,
                                         .flags = &flags), NULL);
}

static lamella_status cosine(lamella_context *ctx, int64_t n)
{
    const lamella_view pairs = view_of(LAMELLA_I64, pair, PAIRS, 2), out = view_of(LAMELLA_F64, of_pairs, n, 1, PAIRS);
    return lamella_matryoshka_grid_cosine(ctx, layers(n, 0), &pairs, widths, 1, &out, NULL, NULL, NULL);
}

static lamella_status cosine_of_read(lamella_context *ctx, int64_t n)
{
    const lamella_view pairs = view_of(LAMELLA_I64, pair, PAIRS, 2), out = view_of(LAMELLA_F64, of_pairs, n, 1, PAIRS);
    return lamella_matryoshka_grid_cosine(ctx, layers(n, 1), &pairs, widths, 1, &out, NULL, NULL, NULL);
}

static lamella_status spearman(lamella_context *ctx, int64_t n)
{
    const lamella_view pairs = view_of(LAMELLA_I64, pair, PAIRS, 2), golds = view_of(LAMELLA_F64, gold, PAIRS), out = view_of(LAMELLA_F64, of_pairs,
            n, 1);
    return lamella_matryoshka_grid_spearman(ctx, layers(n, 0), &pairs, &golds, widths, 1, &out, NULL, NULL);
}

static lamella_status truncate(lamella_context *ctx, int64_t n)
{
    static const int64_t one[] = { 1 };
    static lamella_view out[MANY_LAYERS];
    for (int64_t l = 0; l < n; l++)
        out[l] = view_of(LAMELLA_F32, out_of[l], N, 1);
    return lamella_matryoshka_truncate(ctx, layers(n, 0), one, 1, out, NULL, NULL);
}

TEST(many_layers_need_the_workspace_of_one)
{
    static const call_in_room calls[] = { ridge, cosine, cosine_of_read, spearman, truncate };
    for (int i = 0; i < 5; i++)
        ck_assert_int_lt(room_of_a_layer(calls[i]), 400); /* views of the layer and its outputs */
}
