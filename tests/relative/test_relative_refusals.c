/* What each operation of the room says to an argument that it cannot take: each list, number, shape and handle alone, the rest being sound. */
#include "relative/projections.h"
#include <math.h>

enum { N = 6, D = 2 };

typedef struct sound {
    float         x[N * D], y[N * D], out_of[N * N];
    double        condition_of[2], accuracy_of[4], f1_of[4];
    int64_t       number[N], label_of[N], anchor_of[N], rank_of[2], duplicate_of[2];
    int32_t       flag_of[4];
    unsigned char valid[N];
    lamella_view  layer[2], mask, numbers, labels, train, test, accuracy, f1, flags, anchors, condition, rank, duplicates, out[2];
    lamella_stack stack;
} sound;

static sound *fresh(void)
{
    static sound s;
    s = (sound){ .x = { 1, 2, 3, 4, 5, 7, 8, 8, 1, 0, 2, 9 }, .y = { 4, 0, 1, 1, 2, 7, 3, 8, 9, 0, 5, 2 }, .number = { 0, 1, 2, 3, 4, 5 },
                 .label_of = { 0, 1, 1, 0, 0, 1 } };
    memset(s.valid, 0, N);
    for (int l = 0; l < 2; l++) {
        s.layer[l] = view_of(LAMELLA_F32, l ? s.y : s.x, N, D);
        s.out[l] = view_of(LAMELLA_F32, s.out_of, N, 3);
    }
    s.mask = view_of(LAMELLA_U8, s.valid, N);
    s.numbers = view_of(LAMELLA_I64, s.number, 3), s.labels = view_of(LAMELLA_I64, s.label_of, N);
    s.train = view_of(LAMELLA_I64, s.number, 4), s.test = view_of(LAMELLA_I64, s.number + 4, 2);
    s.accuracy = view_of(LAMELLA_F64, s.accuracy_of, 2, 2), s.f1 = view_of(LAMELLA_F64, s.f1_of, 2, 2), s.flags = view_of(LAMELLA_I32, s.flag_of, 2,
            2);
    s.anchors = view_of(LAMELLA_I64, s.anchor_of, 3), s.condition = view_of(LAMELLA_F64, s.condition_of, 2);
    s.rank = view_of(LAMELLA_I64, s.rank_of, 2), s.duplicates = view_of(LAMELLA_I64, s.duplicate_of, 2);
    s.stack = (lamella_stack){ .struct_size = sizeof s.stack, .layer = s.layer, .n_layers = 2 };
    return &s;
}

static lamella_status anchors_of(sound *s, const lamella_view *given, const lamella_relative_anchors_options *options)
{
    lamella_relative_anchors_result result = { .struct_size = sizeof result };
    lamella_relative_anchors_options o = COPY_OF(lamella_relative_anchors_options, options);
    o.given = given;
    return lamella_relative_anchors(NULL, &s->stack, 3, &s->anchors, &o,
                                    WITH(lamella_relative_anchors_outputs, .condition = &s->condition, .rank = &s->rank,
                                         .duplicates = &s->duplicates), &result);
}

#define CHOICE(...) &(const lamella_relative_anchors_options){ .struct_size = sizeof(lamella_relative_anchors_options), __VA_ARGS__ }

TEST(anchors_name_what_they_cannot_take)
{
#define SAYS(given, options, status, text) refused(anchors_of(s, given, options), LAMELLA_ERR_##status, "lamella_relative_anchors: " text)
    sound *s = fresh();
    lamella_view square = view_of(LAMELLA_I64, s->number, 3, 1), none = view_of(LAMELLA_I64, s->number, 0), real = view_of(LAMELLA_F64,
            s->accuracy_of, 3);
    ok(anchors_of(s, NULL, NULL));
    ok(anchors_of(s, &s->numbers, NULL));
    SAYS(&square, NULL, SHAPE, "options.given.rank is 2, expected 1: row numbers");
    SAYS(&none, NULL, EMPTY, "options.given has no row number, expected at least 1");
    SAYS(&real, NULL, DTYPE, "options.given.dtype is 2 (f64), expected i32|i64");
    s->number[1] = -1;
    SAYS(&s->numbers, NULL, ARGUMENT, "options.given[1] is -1, expected 0 to 5 (= rows of the stack - 1)");
    s->number[1] = N;
    SAYS(&s->numbers, NULL, ARGUMENT, "options.given[1] is 6, expected 0 to 5 (= rows of the stack - 1)");
    SAYS(NULL, CHOICE(.farthest = 3), ARGUMENT, "options.farthest is 3, expected 0 to 2");
    SAYS(NULL, CHOICE(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .start = N), ARGUMENT,
         "options.start is 6, expected a row outside the mask, 0 to 5");
    SAYS(NULL, CHOICE(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .start = -1), ARGUMENT,
         "options.start is -1, expected 0 or more");
    SAYS(NULL, CHOICE(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .distance_layer = -1), ARGUMENT, "options.distance_layer is -1, expected 0 or more");
    SAYS(NULL, CHOICE(.method = LAMELLA_RELATIVE_ANCHORS_FARTHEST, .distance_layer = 2), ARGUMENT, "options.distance_layer is 2, expected 0 to 1");
    ok(anchors_of(s, NULL, CHOICE(.start = N, .distance_layer = 2))); /* RANDOM starts nowhere */
    SAYS(NULL, CHOICE(.reserved0 = 1), ARGUMENT, "options.reserved0 is 1, expected 0");
    s->condition.shape[0] = 1;
    SAYS(NULL, NULL, SHAPE, "outputs.condition.shape[0] is 1, expected 2");
    s = fresh(), s->rank.dtype = LAMELLA_F64;
    SAYS(NULL, NULL, DTYPE, "outputs.rank.dtype is 2 (f64), expected i64");
    s = fresh(), s->duplicates.shape[0] = 1;
    SAYS(NULL, NULL, SHAPE, "outputs.duplicates.shape[0] is 1, expected 2");
    s = fresh(), s->anchors.shape[0] = 2;
    SAYS(NULL, NULL, SHAPE, "anchors.shape[0] is 2, expected 3");
    s = fresh(), s->stack.mask = &s->mask;
    SAYS(NULL, NULL, EMPTY, "stack has no row outside the mask, expected at least 1");
    s = fresh(), s->layer[0].shape[0] = s->layer[1].shape[0] = 0;
    SAYS(NULL, NULL, EMPTY, "stack has no row, expected at least 1");
    s = fresh(), s->layer[1].shape[1] = 0;
    SAYS(NULL, NULL, EMPTY, "stack.layer[1] has dim 0, expected at least 1");
    s = fresh();
    lamella_relative_anchors_result result = { .struct_size = 2 };
    refused(lamella_relative_anchors(NULL, &s->stack, 3, &s->anchors, NULL, NULL, &result), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_anchors: result.struct_size is 2, expected its sizeof (8 to 4096)");
#undef SAYS
}

static lamella_status stitch_of(sound *s, const lamella_relative_project_options *projection, const lamella_relative_stitch_options *options)
{
    lamella_relative_stitch_result result = { .struct_size = sizeof result };
    lamella_relative_stitch_options o = COPY_OF(lamella_relative_stitch_options, options);
    o.projection = projection;
    return lamella_relative_stitch(NULL, &s->stack, &s->labels, &s->numbers, &s->train, &s->test, &o,
                                   WITH(lamella_relative_stitch_outputs, .accuracy = &s->accuracy, .f1 = &s->f1, .flags = &s->flags), &result);
}

#define HEAD(...) &(const lamella_relative_stitch_options){ .struct_size = sizeof(lamella_relative_stitch_options), __VA_ARGS__ }

TEST(stitching_names_what_it_cannot_take)
{
#define SAYS(projection, options, status, text) refused(stitch_of(s, projection, options), LAMELLA_ERR_##status, "lamella_relative_stitch: " text)
    sound *s = fresh();
    const lamella_relative_project_options rules = RULES(.similarity = 9);
    ok(stitch_of(s, NULL, NULL));
    SAYS(&rules, NULL, ARGUMENT, "options.projection.similarity is 9, expected 0 to 8");
    SAYS(NULL, HEAD(.head = 3), ARGUMENT, "options.head is 3, expected 0 to 2");
    SAYS(NULL, HEAD(.penalty = INFINITY), NONFINITE, "options.penalty is inf, expected over 0, or 0 for 1");
    SAYS(NULL, HEAD(.tolerance = -1), ARGUMENT, "options.tolerance is -1, expected over 0, under 1, or 0 for 1e-10");
    SAYS(NULL, HEAD(.tolerance = INFINITY), NONFINITE, "options.tolerance is inf, expected over 0, under 1, or 0 for 1e-10");
    SAYS(NULL, HEAD(.max_iterations = -1), ARGUMENT, "options.max_iterations is -1, expected 1 or more, or 0 for 1000");
    s->test.shape[0] = 0;
    SAYS(NULL, NULL, EMPTY, "test has no row number, expected at least 1");
    s = fresh(), s->train = view_of(LAMELLA_I64, s->number, 2, 2);
    SAYS(NULL, NULL, SHAPE, "train.rank is 2, expected 1: row numbers");
    s = fresh(), s->number[5] = 4;
    SAYS(NULL, NULL, ARGUMENT, "test[1] is 4, which stands at test[0] already");
    s = fresh(), s->labels.shape[0] = 5;
    SAYS(NULL, NULL, SHAPE, "labels.shape[0] is 5, expected 6");
    s = fresh(), s->labels.dtype = LAMELLA_F64;
    SAYS(NULL, NULL, DTYPE, "labels.dtype is 2 (f64), expected i32|i64");
    s = fresh(), s->accuracy.shape[0] = 1;
    SAYS(NULL, NULL, SHAPE, "outputs.accuracy.shape[0] is 1, expected 2");
    s = fresh(), s->f1.shape[1] = 1;
    SAYS(NULL, NULL, SHAPE, "outputs.f1.shape[1] is 1, expected 2");
    s = fresh(), s->flags.dtype = LAMELLA_I64;
    SAYS(NULL, NULL, DTYPE, "outputs.flags.dtype is 8 (i64), expected i32");
    s = fresh(), s->layer[1].shape[1] = 0;
    SAYS(NULL, NULL, EMPTY, "stack.layer[1] has dim 0, expected at least 1");
    s = fresh();
    lamella_relative_stitch_result result = { .struct_size = 2 };
    refused(lamella_relative_stitch(NULL, &s->stack, &s->labels, &s->numbers, &s->train, &s->test, NULL,
                                    WITH(lamella_relative_stitch_outputs, .accuracy = &s->accuracy), &result),
            LAMELLA_ERR_ARGUMENT, "lamella_relative_stitch: result.struct_size is 2, expected its sizeof (8 to 4096)");
#undef SAYS
}

static lamella_status fit_by(const sound *s, const lamella_relative_project_options *rules, lamella_relative_project **project)
{
    lamella_relative_project_options o = COPY_OF(lamella_relative_project_options, rules);
    o.anchors = &s->numbers;
    return lamella_relative_project_fit(NULL, &s->stack, &o, project, NULL);
}

TEST(a_fit_names_what_it_cannot_take)
{
    static const struct { lamella_relative_project_options rules; lamella_status status; const char *text; } wrong[] = {
        { { .transform = -1 }, LAMELLA_ERR_ARGUMENT, "options.transform is -1, expected 0 to 4" },
        { { .similarity = 9 }, LAMELLA_ERR_ARGUMENT, "options.similarity is 9, expected 0 to 8" },
        { { .distances = 3 }, LAMELLA_ERR_ARGUMENT, "options.distances is 3, expected 0 to 2" },
        { { .relative_transform = 4 }, LAMELLA_ERR_ARGUMENT, "options.relative_transform is 4, expected 0 to 3" },
        { { .directions = 3 }, LAMELLA_ERR_ARGUMENT, "options.directions is 3, expected 0 to 2" },
        { { .shrinkage = NAN }, LAMELLA_ERR_NONFINITE, "options.shrinkage is nan, expected 0 or more" },
        { { .rcond = -2 }, LAMELLA_ERR_ARGUMENT, "options.rcond is -2, expected 0 or more" },
        { { .basis_rcond = INFINITY }, LAMELLA_ERR_NONFINITE, "options.basis_rcond is inf, expected 0 or more" },
    };
#define SAYS(rules, status, text) refused(fit_by(s, rules, &project), LAMELLA_ERR_##status, text)
    sound *s = fresh();
    lamella_relative_project *project = (lamella_relative_project *)s;
    char text[160];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lamella_relative_project_options rules = wrong[i].rules;
        rules.struct_size = sizeof rules;
        snprintf(text, sizeof text, "lamella_relative_project_fit: %s", wrong[i].text);
        refused(fit_by(s, &rules, &project), wrong[i].status, text);
        check(project == NULL);
    }
    refused(lamella_relative_project_fit(NULL, &s->stack, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_fit: project is NULL, expected a handle to fill");
    s->layer[1].shape[1] = 0;
    SAYS(NULL, EMPTY, "lamella_relative_project_fit: stack.layer[1] has dim 0, expected at least 1");
    s = fresh(), s->numbers.shape[0] = 0;
    SAYS(NULL, EMPTY, "lamella_relative_project_fit: options.anchors has no row number, expected at least 1");
    s = fresh(), s->layer[0].shape[0] = s->layer[1].shape[0] = 0;
    refused(lamella_relative_project_fit(NULL, &s->stack, NULL, &project, NULL), LAMELLA_ERR_EMPTY,
            "lamella_relative_project_fit: stack has no row, expected at least 1");
    s = fresh(), s->stack.mask = &s->mask;
    refused(lamella_relative_project_fit(NULL, &s->stack, NULL, &project, NULL), LAMELLA_ERR_EMPTY,
            "lamella_relative_project_fit: stack has no row outside the mask, expected at least 1");
    lamella_relative_project_result result = { .struct_size = 2 };
    refused(lamella_relative_project_fit(NULL, &fresh()->stack, NULL, &project, &result), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_fit: result.struct_size is 2, expected its sizeof (8 to 4096)");
#undef SAYS
}

TEST(what_is_done_with_a_projection_names_what_it_cannot_take)
{
    sound *s = fresh();
    lamella_relative_project *project, *other;
    lamella_view v;
    ok(lamella_relative_project_fit(NULL, &s->stack, WITH(lamella_relative_project_options, .anchors = &s->numbers), &project, NULL));
    ok(lamella_relative_project_apply(NULL, project, &s->stack, (const lamella_view[]){ s->out[0], view_of(LAMELLA_F32, (float[N * 3]){ 0 }, N, 3) },
                                      NULL));
    refused(lamella_relative_project_apply(NULL, project, &s->stack, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_apply: out is NULL, expected 2 views (one a layer)");
    refused(lamella_relative_project_apply(NULL, project, &s->stack, s->out, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_apply: out[1] shares memory with out[0], expected an output apart from the others");
    lamella_relative_project_result result = { .struct_size = 2 };
    s->out[1] = view_of(LAMELLA_F32, (float[N * 3]){ 0 }, N, 3);
    refused(lamella_relative_project_apply(NULL, project, &s->stack, s->out, &result), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_apply: result.struct_size is 2, expected its sizeof (8 to 4096)");
    s->stack.n_layers = 1;
    refused(lamella_relative_project_apply(NULL, project, &s->stack, s->out, NULL), LAMELLA_ERR_SHAPE,
            "lamella_relative_project_apply: stack.n_layers is 1, expected 2 (= layers of the fit)");
    refused(lamella_relative_project_bytes(project, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_bytes: bytes is NULL, expected a view to fill");
    refused(lamella_relative_project_bytes(NULL, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_bytes: project is NULL, expected a fitted projection");
    refused(lamella_relative_project_save(NULL, NULL, "x"), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_save: project is NULL, expected a fitted projection");
    refused(lamella_relative_project_get(NULL, "rank", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_get: project is NULL, expected a fitted projection");
    refused(lamella_relative_project_get(project, NULL, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_get: name is NULL, expected the name of an array");
    refused(lamella_relative_project_get(project, "rank", NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_get: out is NULL, expected a view to fill");
    refused(lamella_relative_project_get(project, "mean.2", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_get: name is \"mean.2\", expected an array of a fitted projection, as \"anchors.0\"");
    refused(lamella_relative_project_open(NULL, "x", NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_open: project is NULL, expected a handle to fill");
    ok(lamella_relative_project_bytes(project, &v));
    refused(lamella_relative_project_load(NULL, &v, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_load: project is NULL, expected a handle to fill");
    ok(lamella_relative_project_load(NULL, &v, &other));
    lamella_relative_project_free(other);
    lamella_relative_project_free(project);
}
