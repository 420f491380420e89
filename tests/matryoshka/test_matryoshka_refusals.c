/* What each operation of the room says to an argument that it cannot take: each list, number, shape and handle alone, the rest being sound. */
#include "matryoshka/ridges.h"

enum { N = 4, D = 3 };

/* Every argument of every operation, sound. */
typedef struct sound {
    float         x[N * D], out_of[N * D];
    double        penalties[2], error_of[2], accuracy_of[2], cosine_of[2], dot_of[2], rho_of[1], gold_of[2], score_of[2 * N], found_score_of[N];
    int64_t       widths[1], label_of[N], pair_of[4], best_of[1], id_of[2 * N], found_of[N], found_id_of[N];
    int32_t       flag_of[1];
    lamella_view  layer, labels, error, accuracy, best, flags, pairs, gold, cosine, dot, rho, out, ids, scores, found, found_ids, found_scores;
    lamella_stack stack;
} sound;

static sound *fresh(void)
{
    static sound s;
    s = (sound){ .x = { 1, 2, 3, 4, 5, 7, 8, 8, 1, 0, 2, 2 }, .penalties = { 1, 2 }, .widths = { 2 }, .label_of = { 0, 1, 1, 0 },
                 .pair_of = { 0, 1, 2, 3 }, .gold_of = { 1, 2 }, .found_id_of = { 1, 2, 3, 4 } };
    s.layer = view_of(LAMELLA_F32, s.x, N, D);
    s.labels = view_of(LAMELLA_I64, s.label_of, N);
    s.error = view_of(LAMELLA_F64, s.error_of, 1, 1, 2, 1), s.accuracy = view_of(LAMELLA_F64, s.accuracy_of, 1, 1, 2, 1);
    s.best = view_of(LAMELLA_I64, s.best_of, 1, 1, 1), s.flags = view_of(LAMELLA_I32, s.flag_of, 1, 1, 1);
    s.pairs = view_of(LAMELLA_I64, s.pair_of, 2, 2), s.gold = view_of(LAMELLA_F64, s.gold_of, 2);
    s.cosine = view_of(LAMELLA_F64, s.cosine_of, 1, 1, 2), s.dot = view_of(LAMELLA_F64, s.dot_of, 1, 1, 2), s.rho = view_of(LAMELLA_F64, s.rho_of, 1,
            1);
    s.out = view_of(LAMELLA_F32, s.out_of, N, 2);
    s.ids = view_of(LAMELLA_I64, s.id_of, N, 2), s.scores = view_of(LAMELLA_F64, s.score_of, N, 2), s.found = view_of(LAMELLA_I64, s.found_of, N);
    s.found_ids = view_of(LAMELLA_I64, s.found_id_of, N, 1), s.found_scores = view_of(LAMELLA_F64, s.found_score_of, N, 1);
    s.stack = stack_of(&s.layer, 1);
    return &s;
}

static lamella_status ridge_of(sound *s, const double *penalties, int64_t n_penalties, const int64_t *widths, int64_t n_widths)
{
    lamella_matryoshka_ridge_result result = { .struct_size = sizeof result };
    return lamella_matryoshka_ridge(NULL, &s->stack, &s->labels, penalties, n_penalties, widths, n_widths, NULL,
                                    WITH(lamella_matryoshka_ridge_outputs, .error = &s->error, .accuracy = &s->accuracy, .best = &s->best,
                                         .flags = &s->flags), &result);
}

TEST(the_ridge_grid_names_what_it_cannot_take)
{
#define SAYS(status, text) refused(ridge_of(s, s->penalties, 2, s->widths, 1), LAMELLA_ERR_##status, "lamella_matryoshka_ridge: " text)
    sound *s = fresh();
    ok(ridge_of(s, s->penalties, 2, s->widths, 1));
    refused(ridge_of(s, s->penalties, 0, s->widths, 1), LAMELLA_ERR_EMPTY, "lamella_matryoshka_ridge: n_penalties is 0, expected at least 1");
    refused(ridge_of(s, s->penalties, -1, s->widths, 1), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: n_penalties is -1, expected at least 1");
    refused(ridge_of(s, NULL, 2, s->widths, 1), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: penalties is NULL, expected 2 numbers");
    refused(ridge_of(s, s->penalties, 2, s->widths, 0), LAMELLA_ERR_EMPTY, "lamella_matryoshka_ridge: n_widths is 0, expected at least 1");
    refused(ridge_of(s, s->penalties, 2, s->widths, -2), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: n_widths is -2, expected at least 1");
    refused(ridge_of(s, s->penalties, 2, NULL, 1), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: widths is NULL, expected 1 widths");
    s->penalties[1] = INFINITY;
    SAYS(ARGUMENT, "penalties[1] is inf, expected a finite number over 0");
    s->penalties[1] = -1;
    SAYS(ARGUMENT, "penalties[1] is -1, expected a finite number over 0");
    s->penalties[1] = 2, s->widths[0] = 4;
    SAYS(SHAPE, "widths[0] is 4, expected 1 to 3 (= dim of stack.layer[0])");
    s->widths[0] = 0;
    SAYS(SHAPE, "widths[0] is 0, expected 1 to 3 (= dim of stack.layer[0])");
    s = fresh(), s->labels = view_of(LAMELLA_I64, s->label_of, 0, N);
    SAYS(EMPTY, "labels has no task, expected at least 1");
    s = fresh(), s->labels.dtype = LAMELLA_F64;
    SAYS(DTYPE, "labels.dtype is 2 (f64), expected i32|i64");
    s = fresh(), s->error.shape[2] = 1;
    SAYS(SHAPE, "outputs.error.shape[2] is 1, expected 2");
    s = fresh(), s->accuracy.shape[3] = 2;
    SAYS(SHAPE, "outputs.accuracy.shape[3] is 2, expected 1");
    s = fresh(), s->best.shape[1] = 2;
    SAYS(SHAPE, "outputs.best.shape[1] is 2, expected 1");
    s = fresh(), s->flags.dtype = LAMELLA_I8;
    SAYS(DTYPE, "outputs.flags.dtype is 5 (i8), expected i32");
    s = fresh();
    lamella_matryoshka_ridge_result result = { .struct_size = 2 };
    refused(lamella_matryoshka_ridge(NULL, &s->stack, &s->labels, s->penalties, 2, s->widths, 1, NULL,
                                     WITH(lamella_matryoshka_ridge_outputs, .error = &s->error, .accuracy = &s->accuracy, .best = &s->best,
                                          .flags = &s->flags), &result),
            LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_ridge: result.struct_size is 2, expected its sizeof (8 to 4096)");
#undef SAYS
}

static lamella_status cosine_of(sound *s, const lamella_stack *second)
{
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    return lamella_matryoshka_grid_cosine(NULL, &s->stack, &s->pairs, s->widths, 1, &s->cosine,
                                          WITH(lamella_matryoshka_grid_options, .second = second), WITH(lamella_matryoshka_grid_outputs,
                                                  .dot = &s->dot), &result);
}

static lamella_status rho_of(sound *s)
{
    lamella_matryoshka_grid_result result = { .struct_size = sizeof result };
    return lamella_matryoshka_grid_spearman(NULL, &s->stack, &s->pairs, &s->gold, s->widths, 1, &s->rho, NULL, &result);
}

TEST(the_grids_name_what_they_cannot_take)
{
#define SAYS(call, status, text) refused(call, LAMELLA_ERR_##status, "lamella_matryoshka_grid_" text)
    sound *s = fresh();
    ok(cosine_of(s, NULL));
    ok(rho_of(s));
    s->pairs = view_of(LAMELLA_I64, s->pair_of, 1, 3);
    SAYS(cosine_of(s, NULL), SHAPE, "cosine: pairs.shape[1] is 3, expected 2");
    s->pairs = view_of(LAMELLA_I64, s->pair_of, 0, 2);
    SAYS(cosine_of(s, NULL), EMPTY, "cosine: pairs.shape[0] is 0, expected at least 1");
    SAYS(rho_of(s), EMPTY, "spearman: pairs.shape[0] is 0, expected at least 1");
    s = fresh(), s->pair_of[2] = -1;
    SAYS(cosine_of(s, NULL), ARGUMENT, "cosine: pairs[1, 0] is -1, expected 0 to 3 (= samples of first - 1)");
    s->pair_of[2] = 0, s->pair_of[3] = 4;
    SAYS(rho_of(s), ARGUMENT, "spearman: pairs[1, 1] is 4, expected 0 to 3 (= samples of first - 1)");
    s = fresh(), s->pairs.dtype = LAMELLA_F64;
    SAYS(cosine_of(s, NULL), DTYPE, "cosine: pairs.dtype is 2 (f64), expected i32|i64");
    s = fresh(), s->cosine.shape[2] = 1;
    SAYS(cosine_of(s, NULL), SHAPE, "cosine: cosine.shape[2] is 1, expected 2");
    s = fresh(), s->rho.shape[1] = 2;
    SAYS(rho_of(s), SHAPE, "spearman: rho.shape[1] is 2, expected 1");
    s = fresh(), s->gold.shape[0] = 1;
    SAYS(rho_of(s), SHAPE, "spearman: gold.shape[0] is 1, expected 2");
    s = fresh(), s->gold_of[1] = -INFINITY;
    SAYS(rho_of(s), NONFINITE, "spearman: gold is -inf at row 1, expected a finite number");

    s = fresh();
    lamella_view tokens = view_of(LAMELLA_F32, s->x, 2, 2, D), none = view_of(LAMELLA_F32, s->x, 0, D), narrow = view_of(LAMELLA_F32, s->x, N, 1);
    lamella_stack with_tokens = stack_of(&tokens, 1), of_none = stack_of(&none, 1), of_one = stack_of(&narrow, 1);
    SAYS(cosine_of(s, &with_tokens), SHAPE, "cosine: options.second has tokens, expected layers [sample, dim]: pool them first (lamella_fusion_pool)");
    SAYS(cosine_of(s, &of_none), EMPTY, "cosine: options.second has no samples, expected at least 1");
    SAYS(cosine_of(s, &of_one), SHAPE, "cosine: widths[0] is 2, expected 1 to 1 (= dim of stack.layer[0])");
    s->stack = of_none;
    SAYS(cosine_of(s, NULL), EMPTY, "cosine: first has no samples, expected at least 1");
    s = fresh();
    lamella_matryoshka_grid_result result = { .struct_size = 2 };
    SAYS(lamella_matryoshka_grid_cosine(NULL, &s->stack, &s->pairs, s->widths, 1, &s->cosine, NULL, NULL, &result), ARGUMENT,
         "cosine: result.struct_size is 2, expected its sizeof (8 to 4096)");
    SAYS(lamella_matryoshka_grid_spearman(NULL, &s->stack, &s->pairs, &s->gold, s->widths, 1, &s->rho, NULL, &result), ARGUMENT,
         "spearman: result.struct_size is 2, expected its sizeof (8 to 4096)");
#undef SAYS
}

static lamella_status search_of(sound *s, const lamella_view *base, const lamella_view *queries, const lamella_view *base_ids,
                                const lamella_view *query_ids, int64_t width)
{
    lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = width };
    lamella_matryoshka_search_result result = { .struct_size = sizeof result };
    return lamella_matryoshka_search(NULL, base, queries, 2, &s->ids, &s->scores,
                                     (options.base_ids = base_ids, options.query_ids = query_ids, &options), WITH(lamella_matryoshka_search_outputs,
                                             .found = &s->found), &result);
}

TEST(searches_name_what_they_cannot_take)
{
#define SAYS(call, status, text) refused(call, LAMELLA_ERR_##status, "lamella_matryoshka_search: " text)
    sound *s = fresh();
    lamella_view *x = &s->layer, flat = view_of(LAMELLA_F32, s->x, N), nothing = view_of(LAMELLA_F32, s->x, N, 0), numbers = view_of(LAMELLA_I64,
            s->label_of, 3),
                 whole = view_of(LAMELLA_I32, s->x, N, D);
    ok(search_of(s, x, x, NULL, NULL, 0));
    SAYS(search_of(s, x, &flat, NULL, NULL, 0), SHAPE, "queries.rank is 1, expected 2: [row, dim]");
    SAYS(search_of(s, &nothing, x, NULL, NULL, 0), EMPTY, "base.shape[1] is 0, expected at least 1");
    SAYS(search_of(s, x, &nothing, NULL, NULL, 0), EMPTY, "queries.shape[1] is 0, expected at least 1");
    SAYS(search_of(s, &whole, x, NULL, NULL, 0), DTYPE, "base.dtype is 7 (i32), expected f32|f64|f16|bf16");
    SAYS(search_of(s, x, x, &numbers, NULL, 0), SHAPE, "options.base_ids.shape[0] is 3, expected 4");
    SAYS(search_of(s, x, x, NULL, &numbers, 0), SHAPE, "options.query_ids.shape[0] is 3, expected 4");
    SAYS(search_of(s, x, x, &flat, NULL, 0), DTYPE, "options.base_ids.dtype is 1 (f32), expected i32|i64");
    SAYS(search_of(s, x, x, NULL, &flat, 0), DTYPE, "options.query_ids.dtype is 1 (f32), expected i32|i64");
    SAYS(search_of(s, x, x, NULL, NULL, -1), ARGUMENT, "options.width is -1, expected 0 or more");
    SAYS(search_of(s, x, x, NULL, NULL, D + 1), ARGUMENT, "options.width is 4, expected 0 to 3 (= base.shape[1])");
    for (int64_t width = 1; width <= D; width++)
        ok(search_of(s, x, x, NULL, NULL, width));
    s->scores.shape[1] = 3;
    SAYS(search_of(s, x, x, NULL, NULL, 0), SHAPE, "scores.shape[1] is 3, expected 2");
    s = fresh(), s->found.shape[0] = 2;
    SAYS(search_of(s, x, x, NULL, NULL, 0), SHAPE, "outputs.found.shape[0] is 2, expected 4");
    s = fresh(), s->x[5] = NAN;
    SAYS(search_of(s, x, x, NULL, NULL, 0), NONFINITE, "base is nan at row 1, column 2, expected a finite number");
    s = fresh();
    double far[] = { 1, -2e39 };
    lamella_view small = view_of(LAMELLA_F32, s->x, N, 2), queries = view_of(LAMELLA_F64, far, 1, 2);
    s->ids.shape[0] = s->scores.shape[0] = s->found.shape[0] = 1;
    SAYS(search_of(s, &small, &queries, NULL, NULL, 0), NUMERIC, "queries is -2e+39 at row 0, column 1, expected a number that f32 holds");
    far[1] = INFINITY;
    SAYS(search_of(s, &small, &queries, NULL, NULL, 0), NONFINITE, "queries is inf at row 0, column 1, expected a finite number");
    s = fresh();
    lamella_matryoshka_search_result result = { .struct_size = 2 };
    SAYS(lamella_matryoshka_search(NULL, x, x, 2, &s->ids, &s->scores, NULL, NULL, &result), ARGUMENT,
         "result.struct_size is 2, expected its sizeof (8 to 4096)");
#undef SAYS
}

TEST(an_index_names_what_it_cannot_take)
{
    sound *s = fresh();
    lamella_matryoshka_index *index = NULL;
    lamella_view flat = view_of(LAMELLA_F32, s->x, N), numbers = view_of(LAMELLA_I64, s->label_of, 3), v;
    const lamella_matryoshka_index_options other = { .struct_size = sizeof other, .similarity = 3 };
    refused(lamella_matryoshka_index_create(NULL, &s->layer, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_create: index is NULL, expected a handle to fill");
    refused(lamella_matryoshka_index_create(NULL, &flat, NULL, &index), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_index_create: base.rank is 1, expected 2: [row, dim]");
    refused(lamella_matryoshka_index_create(NULL, &s->layer, WITH(lamella_matryoshka_index_options, .base_ids = &numbers), &index), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_index_create: options.base_ids.shape[0] is 3, expected 4");
    refused(lamella_matryoshka_index_create(NULL, &s->layer, &other, &index), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_create: options.similarity is 3, expected 0 to 2");
    check(index == NULL);
    ok(lamella_matryoshka_index_create(NULL, &s->layer, NULL, &index));
    refused(lamella_matryoshka_index_get(NULL, "rows", &v), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_index_get: index is NULL, expected an index");
    refused(lamella_matryoshka_index_get(index, NULL, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_get: name is NULL, expected the name of an array");
    refused(lamella_matryoshka_index_get(index, "rows", NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_get: out is NULL, expected a view to fill");
    refused(lamella_matryoshka_index_get(index, "ids", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_get: name is \"ids\", expected an array of an index, as \"rows\""); /* it has none of its own */
    refused(lamella_matryoshka_index_search(NULL, index, &flat, 2, &s->ids, &s->scores, NULL, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_matryoshka_index_search: queries.rank is 1, expected 2: [row, dim]");
    lamella_matryoshka_index_free(index);
}

TEST(a_merge_names_what_it_cannot_take)
{
#define SAYS(second_ids, second_scores, k, status, text) \
    refused(lamella_matryoshka_search_merge(NULL, &s->found_ids, &s->found_scores, second_ids, second_scores, k, \
                                            WITH(lamella_matryoshka_search_merge_outputs, .ids = &s->ids, .scores = &s->scores)), \
            LAMELLA_ERR_##status, "lamella_matryoshka_search_merge: " text)
    sound *s = fresh();
    lamella_view flat = view_of(LAMELLA_I64, s->label_of, N), few = view_of(LAMELLA_I64, s->label_of, 3, 1), fewer = view_of(LAMELLA_F64, s->gold_of,
            2, 1),
                 few_scores = view_of(LAMELLA_F64, s->found_score_of, 3, 1);
    ok(lamella_matryoshka_search_merge(NULL, &s->found_ids, &s->found_scores, &s->found_ids, &s->found_scores, 2,
                                       WITH(lamella_matryoshka_search_merge_outputs, .ids = &s->ids, .scores = &s->scores)));
    SAYS(&flat, &s->found_scores, 2, SHAPE, "second_ids.rank is 1, expected 2: [query, found]");
    SAYS(&few, &few_scores, 2, SHAPE, "second_ids.shape[0] is 3, expected 4 (= first_ids.shape[0])");
    SAYS(&s->found_ids, &fewer, 2, SHAPE, "second_scores.shape[0] is 2, expected 4");
    SAYS(&s->found_scores, &s->found_scores, 2, DTYPE, "second_ids.dtype is 2 (f64), expected i64");
    SAYS(&s->found_ids, &s->found_ids, 2, DTYPE, "second_scores.dtype is 8 (i64), expected f64");
    SAYS(&s->found_ids, &s->found_scores, 0, ARGUMENT, "k is 0, expected at least 1");
    SAYS(&s->found_ids, &s->found_scores, 3, SHAPE, "outputs.ids.shape[1] is 2, expected 3");
    s->scores.shape[1] = 1;
    SAYS(&s->found_ids, &s->found_scores, 2, SHAPE, "outputs.scores.shape[1] is 1, expected 2");
#undef SAYS
}

TEST(truncation_names_what_it_cannot_take)
{
    sound *s = fresh();
    lamella_view three[] = { s->layer, s->layer, s->layer };
    const lamella_stack stack = stack_of(three, 3);
    lamella_matryoshka_truncate_result result = { .struct_size = 2 };
    refused(lamella_matryoshka_truncate(NULL, &stack, s->widths, 1, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: out is NULL, expected 3 views (layers x widths)");
    refused(lamella_matryoshka_truncate(NULL, &s->stack, s->widths, 1, &s->out, NULL, &result), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: result.struct_size is 2, expected its sizeof (8 to 4096)");
    refused(lamella_matryoshka_truncate(NULL, &s->stack, NULL, 1, &s->out, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: widths is NULL, expected 1 widths");
}

TEST(M2_outputs_lie_apart_from_the_list_of_widths)
{
    sound *s = fresh();
    lamella_view over = view_of(LAMELLA_F64, s->widths, 1, 1, 1), pair = view_of(LAMELLA_I64, s->pair_of, 1, 2), gold = view_of(LAMELLA_F64,
            s->gold_of, 1),
                 rho = view_of(LAMELLA_F64, s->widths, 1, 1), cut = view_of(LAMELLA_F32, s->widths, 1, 2), row = view_of(LAMELLA_F32, s->x, 1, D);
    const lamella_stack one = stack_of(&row, 1);
    refused(lamella_matryoshka_grid_cosine(NULL, &s->stack, &pair, s->widths, 1, &over, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_cosine: cosine shares memory with widths, expected an output apart from the inputs");
    refused(lamella_matryoshka_grid_spearman(NULL, &s->stack, &pair, &gold, s->widths, 1, &rho, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_grid_spearman: rho shares memory with widths, expected an output apart from the inputs");
    refused(lamella_matryoshka_truncate(NULL, &one, s->widths, 1, &cut, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_truncate: out[0] shares memory with widths, expected an output apart from the inputs");
    equal(s->widths[0], 2);
}
