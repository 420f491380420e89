/* What is taken for one layer is given back before the next: many layers need the workspace of one, and what a projection keeps of each. */
#include "relative/projections.h"
#include "support/room.h"

enum { N = 300, D = 24, ANCHORS = 70, TRAIN = 60 };

static float   x[N * D], out_of[MANY_LAYERS][N * ANCHORS];
static int64_t label[N], number[N], found[ANCHORS], duplicate_of[MANY_LAYERS], rank_of[MANY_LAYERS];
static double  accuracy_of[MANY_LAYERS * MANY_LAYERS];

static const lamella_stack *layers(int64_t n)
{
    static lamella_view layer[MANY_LAYERS];
    static lamella_stack stack;
    uint32_t state = 1;
    for (int i = 0; i < N * D; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 8) / (1 << 23) - 1;
    }
    for (int i = 0; i < N; i++)
        label[i] = i % 2, number[i] = i;
    for (int64_t l = 0; l < n; l++)
        layer[l] = view_of(LAMELLA_F32, x, N, D);
    stack = (lamella_stack){ .struct_size = sizeof stack, .layer = layer, .n_layers = n };
    return &stack;
}

static lamella_status anchors(lamella_context *ctx, int64_t n)
{
    const lamella_view to = view_of(LAMELLA_I64, found, ANCHORS), ranks = view_of(LAMELLA_I64, rank_of, n), duplicates = view_of(LAMELLA_I64,
            duplicate_of, n);
    return lamella_relative_anchors(ctx, layers(n), ANCHORS, &to, NULL,
                                    WITH(lamella_relative_anchors_outputs, .rank = &ranks, .duplicates = &duplicates), NULL);
}

static lamella_status fit_by(lamella_context *ctx, int64_t n, lamella_relative_project_options rules)
{
    const lamella_view listed = view_of(LAMELLA_I64, number, ANCHORS);
    lamella_relative_project *project;
    lamella_status status = lamella_relative_project_fit(ctx, layers(n), (rules.anchors = &listed, &rules), &project, NULL);
    lamella_relative_project_free(project);
    return status;
}

static lamella_status fit_cosine(lamella_context *ctx, int64_t n)
{
    return fit_by(ctx, n, RULES(.relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
}

static lamella_status fit_whitened(lamella_context *ctx, int64_t n)
{
    return fit_by(ctx, n, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_BASIS));
}

static lamella_status fit_distances(lamella_context *ctx, int64_t n)
{
    return fit_by(ctx, n, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_L1,
                                .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN));
}

static lamella_status apply(lamella_context *ctx, int64_t n)
{
    static lamella_view out[MANY_LAYERS];
    const lamella_view listed = view_of(LAMELLA_I64, number, ANCHORS);
    lamella_relative_project *project;
    for (int64_t l = 0; l < n; l++)
        out[l] = view_of(LAMELLA_F32, out_of[l], N, ANCHORS);
    ok(lamella_relative_project_fit(NULL, layers(n), WITH(lamella_relative_project_options, .anchors = &listed), &project, NULL));
    lamella_status status = lamella_relative_project_apply(ctx, project, layers(n), out, NULL);
    lamella_relative_project_free(project);
    return status;
}

static lamella_status stitch(lamella_context *ctx, int64_t n)
{
    const lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = LAMELLA_RELATIVE_HEAD_RIDGE };
    const lamella_view labels = view_of(LAMELLA_I64, label, N), listed = view_of(LAMELLA_I64, number, 9), train = view_of(LAMELLA_I64, number + 9,
            TRAIN),
                       test = view_of(LAMELLA_I64, number + 9 + TRAIN, N - 9 - TRAIN), accuracy = view_of(LAMELLA_F64, accuracy_of, n, n);
    return lamella_relative_stitch(ctx, layers(n), &labels, &listed, &train, &test, &options,
                                   WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy), NULL);
}

TEST(many_layers_need_the_workspace_of_one)
{
    /* a view of the layer and of its output; what a fit lists for its file; heads and cells of a stitching */
    static const struct { call_in_room run; int64_t most; } calls[] = {
        { anchors, 300 }, { fit_cosine, 1500 }, { fit_whitened, 1500 }, { fit_distances, 2000 }, { apply, 400 }, { stitch, 2000 },
    };
    for (int i = 0; i < 6; i++)
        ck_assert_int_lt(room_of_a_layer(calls[i].run), calls[i].most);
}
