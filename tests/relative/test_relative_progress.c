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
    lamella_relative_project_options rules[] = { RULES(0), RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN,
                                                                 .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE) };
    for (int i = 0; i < 4; i++) {
        lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = 1 + i / 2, .tolerance = 1e-3 };
        ok(lamella_relative_stitch(ctx, &h->stack, &h->label, &h->anchors, &h->train, &h->test, (options.projection = &rules[i % 2], &options),
                                   WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy), NULL));
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
        lamella_relative_anchors_options options = { .struct_size = sizeof options, .distance_layer = layer < 0 ? 0 : layer,
                                                           .method = layer < 0 ? LAMELLA_RELATIVE_ANCHORS_RANDOM : LAMELLA_RELATIVE_ANCHORS_FARTHEST };
        ok(lamella_relative_anchors(ctx, &h->stack, ANCHORS, &anchors, &options, WITH(lamella_relative_anchors_outputs, .condition = &condition),
                                    NULL));
        told_well(&t, layer < 0 ? 0.3 : 0.11); /* a ninth of what choosing takes, or half a layer's figures */
    }
    ok(lamella_relative_anchors(ctx, &h->stack, ANCHORS, &anchors, WITH(lamella_relative_anchors_options, .given = &h->anchors), NULL, NULL));
    told_well(&t, 0.3);
    lamella_context_free(ctx);
}

TEST(B12_progress_of_projections)
{
    heard *h = filled();
    told t;
    lamella_context *ctx = context_told(&t);
    static float out_of[LAYERS][ROWS * ANCHORS];
    lamella_relative_project_options rules[] = {
        RULES(0), RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_BASIS),
        RULES(.similarity = LAMELLA_RELATIVE_L1, .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN,
              .relative_transform = LAMELLA_RELATIVE_TRANSFORM_CENTRE),
        RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE),
    };
    lamella_view out[LAYERS];
    for (int l = 0; l < LAYERS; l++)
        out[l] = view_of(LAMELLA_F32, out_of[l], ROWS, ANCHORS);
    for (int i = 0; i < 4; i++) {
        lamella_relative_project *project;
        ok(lamella_relative_project_fit(ctx, &h->stack, (rules[i].anchors = &h->anchors, &rules[i]), &project, NULL));
        told_well(&t, 0.3);
        ok(lamella_relative_project_apply(ctx, project, &h->stack, out, NULL));
        told_well(&t, 0.3);
        lamella_relative_project_free(project);
    }
    lamella_context_free(ctx);
}

/* ---- what has been told when a pass over a layer that is read begins ---- */

static lamella_stack read_from(heard *h, passes *p, const told *t)
{
    *p = (passes){ .t = t, .x = h->x[0], .row_floats = DIM };
    for (int l = 0; l < LAYERS; l++)
        h->layer[l].data = NULL;
    lamella_stack stack = h->stack;
    stack.read = pass_by, stack.user = p;
    return stack;
}

static void began_at(const passes *p, const double *expected, int64_t n)
{
    equal(p->n, n);
    for (int64_t i = 0; i < n; i++)
        near(p->at[i], expected[i], ABSOLUTE, 1e-12);
}

TEST(choosing_anchors_is_nine_tenths_of_it)
{
    heard *h = filled();
    double expected[1 + ANCHORS - 1 + LAYERS] = { 0 };
    int64_t found[ANCHORS];
    const lamella_view anchors = view_of(LAMELLA_I64, found, ANCHORS);
    for (int farthest = 0; farthest < 2; farthest++) {
        told t;
        passes p;
        lamella_context *ctx = context_told(&t);
        const lamella_stack stack = read_from(h, &p, &t);
        lamella_relative_anchors_options options = { .struct_size = sizeof options, .method = farthest ? LAMELLA_RELATIVE_ANCHORS_FARTHEST : 0,
                                                    .distance_layer = 2 };
        int64_t n = 0;
        for (int64_t i = -1; i < ANCHORS - 1 && farthest; i++)
            expected[n++] = i < 0 ? 0 : 0.9 * (double)i / ANCHORS;
        for (int64_t l = 0; l < LAYERS; l++)
            expected[n++] = farthest ? 0.9 + 0.1 * (double)l / LAYERS : (double)l / LAYERS;
        ok(lamella_relative_anchors(ctx, &stack, ANCHORS, &anchors, &options, NULL, NULL));
        began_at(&p, expected, n);
        for (int64_t l = 0; l < LAYERS; l++)
            check(was_told(&t, (farthest ? 0.9 : 0) + (farthest ? 0.1 : 1) * ((double)l + 0.5) / LAYERS)); /* rows are gathered, then measured */
        lamella_context_free(ctx);
    }
}

TEST(a_fit_gathers_transforms_and_compares)
{
    heard *h = filled();
    static float out_of[LAYERS][ROWS * ANCHORS];
    double expected[LAYERS];
    lamella_view out[LAYERS];
    lamella_relative_project_options rules = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN,
                                                   .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE);
    told t;
    passes p;
    lamella_context *ctx = context_told(&t);
    lamella_stack stack = read_from(h, &p, &t);
    lamella_relative_project *project;
    ok(lamella_relative_project_fit(ctx, &stack, (rules.anchors = &h->anchors, &rules), &project, NULL));
    for (int64_t l = 0; l < LAYERS; l++) {
        expected[l] = (double)l / LAYERS;
        out[l] = view_of(LAMELLA_F32, out_of[l], ROWS, ANCHORS);
        check(was_told(&t, ((double)l + 0.4) / LAYERS));
        check(was_told(&t, ((double)l + 0.7) / LAYERS));
    }
    began_at(&p, expected, LAYERS);
    t = (told){ 0 }, p.n = 0;
    ok(lamella_relative_project_apply(ctx, project, &stack, out, NULL));
    began_at(&p, expected, LAYERS);
    lamella_relative_project_free(project);
    lamella_context_free(ctx);
}

/* Two threads train two heads at once: their spaces are projected for it one after the other. */
TEST(stitching_fits_trains_and_tests)
{
    heard *h = filled();
    double accuracy_of[LAYERS * LAYERS], expected[3 * LAYERS];
    for (int64_t n_spaces = 1; n_spaces <= LAYERS; n_spaces++) {
        told t;
        passes p;
        lamella_context *ctx = context_told(&t);
        lamella_stack stack = read_from(h, &p, &t);
        const lamella_view accuracy = view_of(LAMELLA_F64, accuracy_of, n_spaces, n_spaces);
        lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = LAMELLA_RELATIVE_HEAD_RIDGE };
        stack.n_layers = n_spaces;
        for (int64_t l = 0; l < n_spaces; l++) {
            const double n = (double)n_spaces;
            expected[l] = 0.1 * (double)l / n;
            expected[n_spaces + l] = 0.1 + 0.8 * (l % 2 ? (double)l - 0.7 : (double)l) / n;
            expected[2 * n_spaces + l] = 0.9 + 0.1 * (double)l / n;
        }
        ok(lamella_relative_stitch(ctx, &stack, &h->label, &h->anchors, &h->train, &h->test, &options,
                                   WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy), NULL));
        began_at(&p, expected, 3 * n_spaces);
        for (int64_t l = 0; l < n_spaces; l++) {
            const int64_t alone = l % 2 == 0 && l == n_spaces - 1;
            check(was_told(&t, 0.9 + 0.1 * ((double)l + 0.3) / (double)n_spaces));
            check(l % 2 || was_told(&t, 0.1 + 0.8 * ((double)l + (alone ? 0.3 : 0.6)) / (double)n_spaces));
            check(l % 2 || was_told(&t, 0.1 + 0.8 * ((double)l + (alone ? 1 : 2)) / (double)n_spaces));
        }
        lamella_context_free(ctx);
    }
}
