/* Linear probes of rows that are read, and within a limit. */
#include "probe/probes.h"
#include "support/allocator.h"

typedef struct reading {
    const float *x;
    int64_t      n, dim;
} reading;

static int64_t read_rows(int64_t depth, int64_t first, int64_t n, const lamella_view *into, void *user)
{
    const reading *r = user;
    n = n < 7 ? n : 7;
    memcpy(into->data, r->x + (depth * r->n + first) * r->dim, (size_t)(n * r->dim) * sizeof(float));
    return n;
}

/* Ridge takes rows as they come: a layer that is read need not fit into the workspace. */
TEST(ridge_of_a_stack_ten_times_the_workspace)
{
    enum { ROWS = 8000, WIDE = 256, DEPTH = 4 };
    float *x = malloc(sizeof(float) * DEPTH * ROWS * WIDE);
    static int32_t y[ROWS];
    for (int64_t i = 0; i < (int64_t)DEPTH * ROWS * WIDE; i++)
        x[i] = (float)((i * 2654435761u >> 7) % 1009) / 1009;
    for (int64_t i = 0; i < ROWS; i++)
        y[i] = x[i * WIDE] + x[i * WIDE + 1] > 1;
    lamella_view layer[DEPTH], labels = view_of(LAMELLA_I32, y, ROWS);
    reading r = { x, ROWS, WIDE };
    lamella_probe_linear *p[2];
    for (int k = 0; k < 2; k++) {
        for (int l = 0; l < DEPTH; l++) {
            layer[l] = view_of(LAMELLA_F32, x + (int64_t)l * ROWS * WIDE, ROWS, WIDE);
            layer[l].data = k ? NULL : layer[l].data;
        }
        lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .max_workspace_bytes = k ? DEPTH * ROWS * WIDE * 4 / 10 : 0 };
        lamella_context *ctx;
        ok(lamella_context_create(&co, &ctx));
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = DEPTH, .read = k ? read_rows : NULL, .user = &r };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.2, .n_bootstrap = -1 };
        ok(lamella_probe_linear_fit(ctx, &stack, &labels, &o, &p[k], NULL));
        lamella_context_free(ctx);
    }
    lamella_view a, b;
    ok(lamella_probe_linear_bytes(p[0], &a));
    ok(lamella_probe_linear_bytes(p[1], &b));
    equal_bits(a.data, b.data, a.shape[0]);
    check(f64_at(p[0], "accuracy", 0) > 0.95);
    lamella_probe_linear_free(p[0]);
    lamella_probe_linear_free(p[1]);
    free(x);
}

/* One fit's rows are laid side by side where there is room for it; the bits do not depend on that. */
TEST(logistic_within_a_limit_is_the_same)
{
    lamella_view layer[2] = { *example("states/layer.3"), *example("states/layer.6") };
    int64_t n = layer[0].shape[0], dim = layer[0].shape[1];
    float *x = malloc(sizeof(float) * (size_t)(2 * n * dim));
    for (int l = 0; l < 2; l++)
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < dim; j++)
                x[(l * n + i) * dim + j] = (float)element(&layer[l], i * dim + j);
    reading r = { x, n, dim };
    lamella_probe_linear *p[3];
    for (int k = 0; k < 3; k++) { /* no limit; a limit; a limit and rows that are read */
        lamella_context_options co = { .struct_size = sizeof co, .threads = 2, .max_workspace_bytes = k ? 64 << 20 : 0 };
        lamella_context *ctx;
        ok(lamella_context_create(&co, &ctx));
        for (int l = 0; l < 2; l++) {
            layer[l] = view_of(LAMELLA_F32, x + l * n * dim, n, dim);
            layer[l].data = k < 2 ? layer[l].data : NULL;
        }
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2, .read = k < 2 ? NULL : read_rows, .user = &r };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .holdout = 0.3, .tolerance = 1e-4, .n_bootstrap = -1, .balanced = 1 };
        ok(lamella_probe_linear_fit(ctx, &stack, example("states/label.starts_vowel"), &o, &p[k], NULL));
        lamella_context_free(ctx);
    }
    for (int k = 1; k < 3; k++) {
        lamella_view a, b;
        ok(lamella_probe_linear_bytes(p[0], &a));
        ok(lamella_probe_linear_bytes(p[k], &b));
        equal_bits(a.data, b.data, a.shape[0]);
    }
    for (int k = 0; k < 3; k++)
        lamella_probe_linear_free(p[k]);
    free(x);
}

/* Ridge of f64 rows is of these numbers, more dims than rows or fewer: f32 would round rows of a million to a sixteenth. */
TEST(ridge_takes_f64_rows_as_they_are)
{
    enum { ROWS = 60, WIDE = 100 };
    static double x[2][ROWS * WIDE];
    static int32_t y[ROWS];
    for (int i = 0; i < ROWS * WIDE; i++) {
        x[0][i] = (double)((i * 2654435761u >> 7) % 1009) / 1009;
        x[1][i] = x[0][i] + 1e6;
    }
    for (int i = 0; i < ROWS; i++)
        y[i] = x[0][i * WIDE] + x[0][i * WIDE + 1] > 1;
    lamella_view layer[3] = { view_of(LAMELLA_F64, x[0], ROWS, WIDE), view_of(LAMELLA_F64, x[1], ROWS, WIDE), view_of(LAMELLA_F64, x[1], ROWS, 7) };
    layer[2].stride[0] = WIDE;
    lamella_view labels = view_of(LAMELLA_I32, y, ROWS);
    lamella_probe_linear *p, *narrow;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .holdout = 0.2, .n_bootstrap = -1 };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3 }, alone = { .struct_size = sizeof alone, .layer = layer + 2,
                                                                                                   .n_layers = 1 };
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, &o, &p, NULL));
    ok(lamella_probe_linear_fit(NULL, &alone, &labels, &o, &narrow, NULL));
    for (int j = 0; j < WIDE; j++)
        near(f64_at(p, "weights.1", j), f64_at(p, "weights.0", j), ABSOLUTE, 1e-8);
    for (int j = 0; j < 7; j++) /* beside a layer wider than the rows are many, the same as alone */
        near(f64_at(p, "weights.2", j), f64_at(narrow, "weights.0", j), ABSOLUTE, 1e-8);
    lamella_probe_linear_free(p);
    lamella_probe_linear_free(narrow);
}

/* Its mean is rounded: what is left beside it is no column. And what f64 cannot square is refused, more dims than rows or fewer. */
TEST(f64_columns_of_any_size)
{
    enum { ROWS = 40, WIDE = 60 };
    static double x[ROWS * WIDE];
    static int32_t y[ROWS];
    lamella_view labels = view_of(LAMELLA_I32, y, ROWS);
    for (int64_t dim = 8; dim <= WIDE; dim += WIDE - 8) {
        for (int i = 0; i < ROWS; i++) {
            y[i] = i % 3 == 0;
            for (int j = 0; j < dim; j++)
                x[i * dim + j] = j == 1 ? 123456789.123e15 : (double)(((int64_t)(i * dim + j) * 2654435761u >> 7) % 1009) / 1009;
        }
        lamella_view layer = view_of(LAMELLA_F64, x, ROWS, dim);
        lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .standardise = 1, .n_bootstrap = -1 };
        lamella_probe_linear *p;
        ok(lamella_probe_linear_fit(NULL, &stack, &labels, &o, &p, NULL));
        near(f64_at(p, "weights.0", 1), 0, ABSOLUTE, 0);
        check(f64_at(p, "weights.0", 0) != 0 && fabs(f64_at(p, "intercepts", 0)) < 10);
        lamella_probe_linear_free(p);
        for (int i = 0; i < ROWS * dim; i++)
            x[i] = (i % 7 - 3) * 1e200;
        returns(lamella_probe_linear_fit(NULL, &stack, &labels, &o, &p, NULL), LAMELLA_ERR_NUMERIC);
    }
}

TEST(a_constant_column_has_weight_0_where_columns_are_standardised)
{
    enum { ROWS = 200, DIM = 3 };
    static float x[ROWS * DIM];
    static int32_t y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        x[i * DIM] = (float)((i * 2654435761u >> 7) % 1009) / 1009;
        x[i * DIM + 1] = 3.3f;
        x[i * DIM + 2] = (float)(i % 17);
        y[i] = x[i * DIM] + (float)(i % 5) / 5 > 0.9f;
    }
    lamella_view layer = view_of(LAMELLA_F32, x, ROWS, DIM), labels = view_of(LAMELLA_I32, y, ROWS);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    for (int kind = 1; kind <= 2; kind++) {
        lamella_probe_linear *p;
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = kind, .standardise = 1, .n_bootstrap = -1 };
        ok(lamella_probe_linear_fit(NULL, &stack, &labels, &o, &p, NULL));
        near(f64_at(p, "weights.0", 1), 0, ABSOLUTE, 0);
        check(fabs(f64_at(p, "weights.0", 0)) > 0.1);
        lamella_probe_linear_free(p);
    }
}

typedef struct counted_reading {
    reading of;
    int64_t n_rows;
} counted_reading;

static int64_t count_reads(int64_t depth, int64_t first, int64_t n, const lamella_view *into, void *user)
{
    counted_reading *r = user;
    int64_t got = read_rows(depth, first, n, into, &r->of);
    r->n_rows += got;
    return got;
}

/* A layer is read once for each fold and the rows that none tests, and once for the scores, however many tasks there are, where these train on the
 * same rows; class weights are of a fit and a task. */
TEST(ridge_reads_a_layer_once_a_fold_for_all_tasks)
{
    enum { ROWS = 90, DIM = 3, TASKS = 4, FOLDS = 3 };
    static float x[2 * ROWS * DIM];
    static int32_t y[TASKS * ROWS];
    unsigned char has[TASKS * ROWS];
    int64_t fold[ROWS];
    for (int i = 0; i < 2 * ROWS * DIM; i++)
        x[i] = (float)((i * 2654435761u >> 7) % 1009) / 1009;
    for (int i = 0; i < ROWS; i++) {
        fold[i] = i % 5 == 4 ? -1 : i % FOLDS;
        for (int t = 0; t < TASKS; t++) {
            y[t * ROWS + i] = (i * (t + 3) / 2 + i / 7) % (t % 2 + 2);
            has[t * ROWS + i] = t < 3 || i % 4 > 0; /* the last task has rows of its own */
        }
    }
    for (int k = 0; k < 4; k++) { /* one task, three alike, all four, all four balanced */
        counted_reading r = { .of = { x, ROWS, DIM } };
        int64_t tasks = k == 0 ? 1 : k == 1 ? 3 : 4;
        lamella_view layer[2] = { view_of(LAMELLA_F32, x, ROWS, DIM), view_of(LAMELLA_F32, x, ROWS, DIM) };
        lamella_view labels = view_of(LAMELLA_I32, y, tasks, ROWS), mask = view_of(LAMELLA_U8, has, tasks, ROWS), folds = view_of(LAMELLA_I64, fold,
                ROWS);
        layer[0].data = layer[1].data = NULL;
        lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2, .read = count_reads, .user = &r };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .n_bootstrap = -1, .balanced = k == 3 };
        lamella_probe_linear *p;
        ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.label_mask = &mask, o.folds = &folds, &o), &p, NULL));
        int64_t sets = k < 2 ? 1 : k == 2 ? 2 : 4;
        equal(r.n_rows, 2 * ROWS * (sets * (FOLDS + 1) + 1));
        lamella_probe_linear_free(p);
    }
}

/* Rows as many as dims, or more, pass by once a fold; of fewer each layer is loaded once for all fits. */
TEST(ridge_of_as_many_rows_as_dims_streams)
{
    enum { ROWS = 12, FOLDS = 2 };
    static float x[ROWS * (ROWS + 1)];
    int32_t y[ROWS];
    int64_t fold[ROWS];
    for (int i = 0; i < ROWS * (ROWS + 1); i++)
        x[i] = (float)((i * 2654435761u >> 7) % 1009) / 1009;
    for (int i = 0; i < ROWS; i++) {
        y[i] = i % 2;
        fold[i] = i / 2 % FOLDS;
    }
    for (int64_t dim = ROWS - 1; dim <= ROWS + 1; dim++) {
        counted_reading r = { .of = { x, ROWS, dim } };
        lamella_view layer = view_of(LAMELLA_F32, x, ROWS, dim), labels = view_of(LAMELLA_I32, y, ROWS), folds = view_of(LAMELLA_I64, fold, ROWS);
        layer.data = NULL;
        lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .read = count_reads, .user = &r };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .n_bootstrap = -1 };
        lamella_probe_linear *p;
        ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.folds = &folds, &o), &p, NULL));
        equal(r.n_rows, ROWS * ((dim <= ROWS ? FOLDS + 1 : 1) + 1));
        lamella_probe_linear_free(p);
    }
}

/* Bytes at the most at hand, less those of the probe. */
static int64_t room_of_layers(int64_t n_layers, int32_t kind, int64_t n, int64_t dim)
{
    test_allocator a = { 0 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &a };
    lamella_context *ctx;
    lamella_probe_linear *p;
    lamella_view layer[6], bytes, labels;
    float *x = malloc((size_t)(n * dim) * sizeof *x);
    int32_t *y = malloc((size_t)n * sizeof *y);
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = kind, .n_folds = 2, .n_bootstrap = 1, .tolerance = 1e-3 };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = n_layers };
    for (int64_t i = 0; i < n * dim; i++)
        x[i] = (float)((uint32_t)i * 2654435761u >> 20) / 2048 - 1;
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i * dim] > 0;
    for (int64_t l = 0; l < n_layers; l++)
        layer[l] = view_of(LAMELLA_F32, x, n, dim);
    labels = view_of(LAMELLA_I32, y, n);
    ok(lamella_context_create(&co, &ctx));
    int64_t before = a.live_bytes;
    a.peak_bytes = before;
    check(lamella_probe_linear_fit(ctx, &stack, &labels, &o, &p, NULL) >= 0);
    ok(lamella_probe_linear_bytes(p, &bytes));
    int64_t room = a.peak_bytes - before - bytes.shape[0];
    lamella_probe_linear_free(p);
    lamella_context_free(ctx);
    free(x);
    free(y);
    return room;
}

/* What a layer takes to be fitted and scored is given back before the next one. */
TEST(six_layers_take_no_more_room_than_one)
{
    static const struct { int32_t kind; int64_t n, dim; } cases[] = { { LAMELLA_PROBE_RIDGE, 12000, 2 }, { LAMELLA_PROBE_LOGISTIC, 12000, 2 },
                                                                     { LAMELLA_PROBE_RIDGE, 240, 400 } };
    for (int k = 0; k < 3; k++) {
        int64_t one = room_of_layers(1, cases[k].kind, cases[k].n, cases[k].dim), six = room_of_layers(6, cases[k].kind, cases[k].n, cases[k].dim);
        check(six < one + one / 4);
    }
}
