/* What a host is told while an operation of this room runs: never less than before, 1 at the end and not sooner; and that it is asked. */
#include "relative/projections.h"
#include "support/progress.h"

enum { LAYERS = 4, ROWS = 300, DIM = 6, ANCHORS = 9 };

typedef struct heard {
    float        x[LAYERS][ROWS * DIM];
    int64_t      labels[ROWS], number[ROWS];
    lamella_view layer[LAYERS], label, anchors, train, test;
    lamella_stack stack;
} heard;

static heard *filled(void)
{
    static heard h;
    uint32_t state = 7;
    for (int i = 0; i < LAYERS * ROWS * DIM; i++) {
        state = state * 1664525u + 1013904223u;
        h.x[i % LAYERS][i / LAYERS] = (float)(state >> 8) / (1 << 23) - 1;
    }
    for (int i = 0; i < ROWS; i++) {
        h.number[i] = i;
        h.labels[i] = i % 3;
    }
    for (int l = 0; l < LAYERS; l++)
        h.layer[l] = view_of(LAMELLA_F32, h.x[l], ROWS, DIM);
    h.label = view_of(LAMELLA_I64, h.labels, ROWS);
    h.anchors = view_of(LAMELLA_I64, h.number, ANCHORS);
    h.train = view_of(LAMELLA_I64, h.number + ANCHORS, 200);
    h.test = view_of(LAMELLA_I64, h.number + 209, ROWS - 209);
    h.stack = (lamella_stack){ .struct_size = sizeof h.stack, .layer = h.layer, .n_layers = LAYERS };
    return &h;
}

TEST(B12_progress_of_stitching)
{
    heard *h = filled();
    told t;
    lamella_context *ctx = context_told(&t);
    double accuracy_of[LAYERS * LAYERS];
    const lamella_view accuracy = view_of(LAMELLA_F64, accuracy_of, LAYERS, LAYERS);
    const lamella_relative_project_options rules[] = { RULES(0), RULES(.transform = LAMELLA_TRANSFORM_WHITEN, .relative_transform = LAMELLA_TRANSFORM_ZSCORE) };
    for (int i = 0; i < 4; i++) {
        const lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = 1 + i / 2, .tolerance = 1e-3 };
        ok(lamella_relative_stitch(ctx, &h->stack, &h->label, &h->anchors, &h->train, &h->test, &rules[i % 2], &options, &accuracy, NULL, NULL, NULL));
        told_well(&t, 0.3);
    }
    lamella_context_free(ctx);
}

TEST(B12_progress_of_anchors)
{
    heard *h = filled();
    told t;
    lamella_context *ctx = context_told(&t);
    int64_t found[ANCHORS];
    double condition_of[LAYERS];
    const lamella_view anchors = view_of(LAMELLA_I64, found, ANCHORS), condition = view_of(LAMELLA_F64, condition_of, LAYERS);
    for (int64_t layer = -1; layer < LAYERS; layer++) {
        const lamella_relative_anchors_options options = { .struct_size = sizeof options, .distance_layer = layer < 0 ? 0 : layer,
                                                           .method = layer < 0 ? LAMELLA_ANCHORS_RANDOM : LAMELLA_ANCHORS_FARTHEST };
        ok(lamella_relative_anchors(ctx, &h->stack, ANCHORS, NULL, &options, &anchors, &condition, NULL, NULL, NULL));
        told_well(&t, layer < 0 ? 0.3 : 0.11); /* a ninth of what choosing takes, or half a layer's figures */
    }
    ok(lamella_relative_anchors(ctx, &h->stack, ANCHORS, &h->anchors, NULL, &anchors, NULL, NULL, NULL, NULL));
    told_well(&t, 0.3);
    lamella_context_free(ctx);
}

TEST(B12_progress_of_projections)
{
    heard *h = filled();
    told t;
    lamella_context *ctx = context_told(&t);
    static float out_of[LAYERS][ROWS * ANCHORS];
    const lamella_relative_project_options rules[] = {
        RULES(0), RULES(.transform = LAMELLA_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_BASIS),
        RULES(.similarity = LAMELLA_RELATIVE_L1, .distances = LAMELLA_DISTANCES_BY_MEAN, .relative_transform = LAMELLA_TRANSFORM_CENTRE),
        RULES(.transform = LAMELLA_TRANSFORM_WHITEN, .relative_transform = LAMELLA_TRANSFORM_ZSCORE),
    };
    lamella_view out[LAYERS];
    for (int l = 0; l < LAYERS; l++)
        out[l] = view_of(LAMELLA_F32, out_of[l], ROWS, ANCHORS);
    for (int i = 0; i < 4; i++) {
        lamella_relative_project *project;
        ok(lamella_relative_project_fit(ctx, &h->stack, &h->anchors, &rules[i], &project, NULL));
        told_well(&t, 0.3);
        ok(lamella_relative_project_apply(ctx, project, &h->stack, out, NULL));
        told_well(&t, 0.3);
        lamella_relative_project_free(project);
    }
    lamella_context_free(ctx);
}
