/* Relative projections: NumPy's values, what changes nothing, the edges, the traps. */
#include "projections.h"
#include "support/matrix.h"
#include <math.h>

/* ---- the generic matrix ---- */

/* Every row is an anchor; for rules that compare all anchors every eighth of many, the first, the middle and the last of 257 among them. */
static lamella_status fit_of_case(matrix *m, const lamella_relative_project_options *rules)
{
    int64_t numbers[64], n = 0;
    lamella_relative_project *project;
    for (int64_t i = 0; rules && i < m->n_samples; i += m->n_samples > 64 ? 8 : 1)
        numbers[n++] = i;
    const lamella_view *anchors = n ? matrix_list(m, LAMELLA_I64, numbers, n) : NULL;
    lamella_relative_project_result result = { .struct_size = sizeof result };
    lamella_relative_project_options options = COPY_OF(lamella_relative_project_options, rules);
    options.anchors = anchors;
    lamella_status status = lamella_relative_project_fit(m->ctx, &m->stack, &options, &project, &result);
    if (status == LAMELLA_OK) {
        matrix_number(m, "n_zero_rows", (double)result.n_zero_rows);
        matrix_number(m, "n_constant_columns", (double)result.n_constant_columns);
        ok(lamella_relative_project_save(NULL, project, matrix_path(m)));
        matrix_file(m, "file", matrix_path(m));
    }
    lamella_relative_project_free(project);
    return status;
}

OPERATION(lamella_relative_project_fit, .absolute = 1)
{
    return fit_of_case(m, NULL);
}

OPERATION(lamella_relative_project_fit, .as = "whitened product", .forms = FORM_ROWS, .keeps_dtype = 1, .absolute = 1)
{
    const lamella_relative_project_options rules = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_PRODUCT,
                                                         .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN, .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE,
                                                         .shrinkage = 0.1);
    return fit_of_case(m, &rules);
}

OPERATION(lamella_relative_project_fit, .as = "basis", .forms = FORM_ROWS, .keeps_dtype = 1, .absolute = 1)
{
    const lamella_relative_project_options rules = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE, .similarity = LAMELLA_RELATIVE_BASIS);
    return fit_of_case(m, &rules);
}

typedef struct fit_of_apply {
    lamella_relative_project_options rules;
    int64_t                          n_anchors, n_layers, dim[3];
} fit_of_apply;

/* Fitted on rows of its own, as wide as the case's layers: once for all calls in a row that need the same. */
static const lamella_relative_project *project_of_case(const matrix *m, int64_t n_anchors, const lamella_relative_project_options *rules)
{
    enum { ANCHORS = 50, MOST = 64 };
    static double x[3][ANCHORS * MOST];
    static fit_of_apply last;
    static lamella_relative_project *project;
    lamella_view layer[3];
    fit_of_apply asked;
    memset(&asked, 0, sizeof asked);
    asked.rules = *rules, asked.n_anchors = n_anchors, asked.n_layers = m->stack.n_layers ? m->stack.n_layers : 1;
    for (int64_t l = 0; l < asked.n_layers; l++) {
        int64_t dim = m->stack.n_layers ? m->stack.layer[l].shape[m->stack.layer[l].rank - 1] : 1;
        asked.dim[l] = dim < 1 ? 1 : dim < MOST ? dim : MOST;
    }
    if (project && !memcmp(&asked, &last, sizeof asked))
        return project;
    for (int64_t l = 0; l < asked.n_layers; l++) {
        for (int64_t i = 0; i < ANCHORS * MOST; i++)
            x[l][i] = sin((double)(i * (l + 2)) * 1.7) * 3 + 1;
        layer[l] = view_of(LAMELLA_F64, x[l], n_anchors, asked.dim[l]);
    }
    const lamella_stack anchors = { .struct_size = sizeof anchors, .layer = layer, .n_layers = asked.n_layers };
    lamella_relative_project_free(project);
    ok(lamella_relative_project_fit(NULL, &anchors, rules, &project, NULL));
    last = asked;
    return project;
}

static lamella_status apply_of_case(matrix *m, int64_t n_anchors, lamella_relative_project_options rules)
{
    const lamella_relative_project *project = project_of_case(m, n_anchors, &rules);
    lamella_relative_project_result result = { .struct_size = sizeof result };
    lamella_view width;
    ok(lamella_relative_project_get(project, "width", &width));
    const lamella_view *out = matrix_out_layers(m, "out", LAMELLA_F32, LAYER_LEAD, *(const int64_t *)width.data);
    lamella_status status = lamella_relative_project_apply(m->ctx, project, &m->stack, out, &result);
    matrix_number(m, "n_zero_rows", (double)result.n_zero_rows);
    return status;
}

OPERATION(lamella_relative_project_apply, .empty_is_ok = 1, .absolute = 1)
{
    return apply_of_case(m, 50, RULES(0)); /* a tile of anchors and more; elsewhere a few, as a case costs what its outputs hold */
}

OPERATION(lamella_relative_project_apply, .as = "plain", .empty_is_ok = 1, .absolute = 1)
{
    return apply_of_case(m, 7, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE));
}

OPERATION(lamella_relative_project_apply, .as = "whitened product", .forms = FORM_ROWS | FORM_ROWS_MASKED, .empty_is_ok = 1, .absolute = 1)
{
    return apply_of_case(m, 7, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_PRODUCT,
                                  .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE, .shrinkage = 0.1));
}

OPERATION(lamella_relative_project_apply, .as = "angular", .forms = FORM_ROWS, .empty_is_ok = 1, .absolute = 1)
{
    return apply_of_case(m, 7, RULES(.similarity = LAMELLA_RELATIVE_ANGULAR));
}

OPERATION(lamella_relative_project_apply, .as = "basis", .forms = FORM_ROWS, .empty_is_ok = 1, .absolute = 1)
{
    return apply_of_case(m, 7, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE, .similarity = LAMELLA_RELATIVE_BASIS));
}

/* ---- the oracle ---- */

typedef struct oracle_case {
    const char                      *name;
    lamella_relative_project_options rules;
} oracle_case;

#define CASE(name, ...) { name, { .struct_size = sizeof(lamella_relative_project_options), .shrinkage = 0.1, \
                                  .directions = LAMELLA_RELATIVE_RANK_UNSCALED, __VA_ARGS__ } }

static const oracle_case oracle_cases[] = {
    CASE("cosine.none", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE),
    CASE("cosine.centre", .transform = LAMELLA_RELATIVE_TRANSFORM_CENTRE),
    CASE("cosine.zscore", .transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE),
    CASE("cosine.whiten", .transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN),
    CASE("angular.centre", .similarity = LAMELLA_RELATIVE_ANGULAR),
    CASE("euclidean.none", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_EUCLIDEAN),
    CASE("euclidean.zscore", .transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE, .similarity = LAMELLA_RELATIVE_EUCLIDEAN),
    CASE("l1.none", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_L1),
    CASE("l1.centre", .similarity = LAMELLA_RELATIVE_L1),
    CASE("linf.none", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_LINF),
    CASE("linf.whiten", .transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_LINF),
    CASE("basis.centre", .similarity = LAMELLA_RELATIVE_BASIS),
    CASE("euclidean.by_mean", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_EUCLIDEAN,
         .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN),
    CASE("l1.by_mean", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_L1,
         .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN),
    CASE("linf.by_mean", .transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_LINF,
         .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN),
    CASE("cosine.relative_zscore", .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE),
    CASE("euclidean.relative_centre", .similarity = LAMELLA_RELATIVE_EUCLIDEAN, .relative_transform = LAMELLA_RELATIVE_TRANSFORM_CENTRE),
};

enum { ORACLE_ROWS = 20, ORACLE_ANCHORS = 60 };

/* Both spaces through one object. */
static void oracle_project(const lamella_relative_project_options *rules, float *out[2], int64_t width)
{
    lamella_view layer[2] = { *example("digits/z0"), *example("digits/z2") }, row[2], to[2];
    lamella_relative_project *project;
    lamella_stack all = { .struct_size = sizeof all, .layer = layer, .n_layers = 2 }, some = { .struct_size = sizeof some, .layer = row,
                                                                                              .n_layers = 2 };
    lamella_relative_project_options options = COPY_OF(lamella_relative_project_options, rules);
    options.anchors = golden("relative/project/anchors");
    ok(lamella_relative_project_fit(NULL, &all, &options, &project, NULL));
    for (int l = 0; l < 2; l++) {
        ok(lamella_tensor_slice(&layer[l], 0, 0, 140, 7, &row[l]));
        out[l] = malloc(sizeof(float) * (size_t)(ORACLE_ROWS * width));
        to[l] = view_of(LAMELLA_F32, out[l], ORACLE_ROWS, width);
    }
    ok(lamella_relative_project_apply(NULL, project, &some, to, NULL));
    lamella_relative_project_free(project);
}

TEST(equals_the_oracle)
{
    for (size_t i = 0; i < sizeof oracle_cases / sizeof *oracle_cases; i++) {
        float *out[2];
        oracle_project(&oracle_cases[i].rules, out, ORACLE_ANCHORS);
        for (int l = 0; l < 2; l++) {
            char name[64];
            const lamella_view v = view_of(LAMELLA_F32, out[l], ORACLE_ROWS, ORACLE_ANCHORS);
            snprintf(name, sizeof name, "relative/project/%s.z%d", oracle_cases[i].name, 2 * l);
            near_golden(&v, name);
            free(out[l]);
        }
    }
}

TEST(a_product_is_its_parts_side_by_side)
{
    static const char *const part[] = { "cosine.none", "euclidean.none", "l1.none", "linf.none" };
    const lamella_relative_project_options rules = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_PRODUCT);
    float *out[2];
    oracle_project(&rules, out, 4 * ORACLE_ANCHORS);
    for (int l = 0; l < 2; l++) {
        lamella_view all = view_of(LAMELLA_F32, out[l], ORACLE_ROWS, 4 * ORACLE_ANCHORS), columns;
        for (int k = 0; k < 4; k++) {
            char name[64];
            snprintf(name, sizeof name, "relative/project/%s.z%d", part[k], 2 * l);
            ok(lamella_tensor_slice(&all, 1, k * ORACLE_ANCHORS, (k + 1) * ORACLE_ANCHORS, 1, &columns));
            near_golden(&columns, name);
        }
        free(out[l]);
    }
}

/* ---- what changes nothing ---- */

/* Rows of a layer of the states as f64, for the test to turn and shift. */
static double *rows_of(const char *name, int64_t *n, int64_t *dim)
{
    const lamella_view *v = example(name);
    *n = v->shape[0];
    *dim = v->shape[1];
    double *x = malloc((size_t)(*n * *dim) * sizeof *x);
    const lamella_view to = view_of(LAMELLA_F64, x, *n, *dim);
    ok(lamella_tensor_cast(NULL, v, &to));
    return x;
}

/* A rotation: an even number of reflections, x -= 2 v (v.x) / (v.v). */
static void rotate_rows(double *x, int64_t n, int64_t dim)
{
    double *v = malloc((size_t)dim * sizeof *v);
    for (int k = 0; k < 8; k++) {
        double square = 0;
        for (int64_t j = 0; j < dim; j++) {
            v[j] = sin((double)((k + 1) * (j + 3)) * 0.7) + 0.1 * cos((double)(j * j + k));
            square += v[j] * v[j];
        }
        for (int64_t i = 0; i < n; i++) {
            double dot = 0;
            for (int64_t j = 0; j < dim; j++)
                dot += v[j] * x[i * dim + j];
            for (int64_t j = 0; j < dim; j++)
                x[i * dim + j] -= 2 * dot / square * v[j];
        }
    }
    free(v);
}

static float *in_f32(const double *x, int64_t n)
{
    float *y = malloc((size_t)n * sizeof *y);
    for (int64_t i = 0; i < n; i++)
        y[i] = (float)x[i];
    return y;
}

enum { N_ANCHORS = 100, FEW_ANCHORS = 30, FEW_ROWS = 5 * FEW_ANCHORS };

/* Every fifth row; of few rows few. */
static lamella_view every_fifth(int64_t *numbers)
{
    for (int64_t i = 0; i < N_ANCHORS; i++)
        numbers[i] = 5 * i;
    return view_of(LAMELLA_I64, numbers, N_ANCHORS);
}

static double largest_difference(const float *a, const float *b, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)a[i] - b[i]));
    return most;
}

/* The row of b [n, width] nearest to a row of a: how many are the row of the same number, or one whose x is equal to that one's. */
static int64_t best_matches(const float *a, const float *b, int64_t n, int64_t width, const double *x, int64_t dim)
{
    int64_t matches = 0;
    for (int64_t i = 0; i < n; i++) {
        double least = INFINITY;
        int64_t best = -1;
        for (int64_t j = 0; j < n; j++) {
            double square = 0;
            for (int64_t k = 0; k < width; k++)
                square += ((double)a[i * width + k] - b[j * width + k]) * ((double)a[i * width + k] - b[j * width + k]);
            if (square < least) {
                least = square;
                best = j;
            }
        }
        matches += best == i || !memcmp(x + best * dim, x + i * dim, (size_t)dim * sizeof *x);
    }
    return matches;
}

TEST(turned_and_three_times_as_large_states_have_the_same_representation)
{
    int64_t numbers[N_ANCHORS], n, dim;
    lamella_view anchors = every_fifth(numbers);
    anchors.shape[0] = FEW_ANCHORS;
    for (int similarity = LAMELLA_RELATIVE_COSINE; similarity <= LAMELLA_RELATIVE_EUCLIDEAN; similarity++) {
        double *x = rows_of("states/layer.6", &n, &dim), *turned = rows_of("states/layer.6", &n, &dim);
        n = FEW_ROWS;
        rotate_rows(turned, n, dim);
        for (int64_t i = 0; i < n * dim; i++)
            turned[i] *= 3;
        float *here = in_f32(x, n * dim), *there = in_f32(turned, n * dim);
        const lamella_relative_project_options rules = RULES(.similarity = similarity, .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN);
        float *a = relative_of(view_of(LAMELLA_F32, here, n, dim), &anchors, rules);
        float *b = relative_of(view_of(LAMELLA_F32, there, n, dim), &anchors, rules);
        check(largest_difference(here, there, n * dim) > 0.1);
        check(largest_difference(a, b, n * FEW_ANCHORS) < 2e-6);
        equal(best_matches(a, b, n, FEW_ANCHORS, x, dim), n);
        free(x), free(turned), free(here), free(there), free(a), free(b);
    }
}

/* How far the representation moves when y = f(x); x has 120 rows of 12 dims. */
static double moves(lamella_relative_project_options rules, void (*f)(double *row, int64_t dim))
{
    enum { ROWS = 120, DIM = 12 };
    double x[ROWS * DIM], y[ROWS * DIM];
    for (int i = 0; i < ROWS * DIM; i++)
        x[i] = y[i] = sin(i * 1.3) + 0.4 * cos(i * 0.11) + 2;
    for (int i = 0; i < ROWS; i++)
        f(y + i * DIM, DIM);
    const lamella_view few = view_of(LAMELLA_I64, ((int64_t[]){ 3, 14, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26, 43, 33, 83, 27 }), 16);
    float *a = relative_of(view_of(LAMELLA_F64, x, ROWS, DIM), &few, rules), *b = relative_of(view_of(LAMELLA_F64, y, ROWS, DIM), &few, rules);
    double most = largest_difference(a, b, ROWS * 16);
    free(a), free(b);
    return most;
}

static void shifted(double *row, int64_t dim)
{
    for (int64_t j = 0; j < dim; j++)
        row[j] += 5 + (double)j;
}

static void permuted_and_mirrored(double *row, int64_t dim)
{
    for (int64_t j = 0; j < dim / 2; j++) {
        double kept = row[j];
        row[j] = -row[dim - 1 - j];
        row[dim - 1 - j] = kept;
    }
    shifted(row, dim);
}

static void columns_scaled(double *row, int64_t dim)
{
    for (int64_t j = 0; j < dim; j++)
        row[j] *= pow(3, (double)j - 6);
    shifted(row, dim);
}

static void sheared(double *row, int64_t dim)
{
    for (int64_t j = 1; j < dim; j++)
        row[j] += 0.8 * row[j - 1];
    shifted(row, dim);
}

static void four_times(double *row, int64_t dim)
{
    for (int64_t j = 0; j < dim; j++)
        row[j] *= 4;
}

TEST(each_similarity_forgets_what_it_should)
{
    const lamella_relative_project_options plain = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE), centred = RULES(0);
    check(moves(centred, shifted) < 1e-6);
    check(moves(plain, shifted) > 0.01);
    check(moves(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_EUCLIDEAN), shifted) < 2e-6);
    check(moves(RULES(.similarity = LAMELLA_RELATIVE_EUCLIDEAN), four_times) > 1);
    check(moves(RULES(.similarity = LAMELLA_RELATIVE_EUCLIDEAN, .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN), four_times) < 1e-6);
    check(moves(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_L1), permuted_and_mirrored) < 4e-6);
    check(moves(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_LINF), permuted_and_mirrored) < 1e-6);
    check(moves(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE), columns_scaled) < 1e-6);
    check(moves(centred, columns_scaled) > 0.1);
    check(moves(RULES(.similarity = LAMELLA_RELATIVE_BASIS), sheared) < 1e-5);
    check(moves(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN), sheared) < 1e-5);
    check(moves(centred, sheared) > 0.05);
}

TEST(a_row_is_as_similar_to_itself_as_can_be)
{
    int64_t n, dim, numbers[N_ANCHORS];
    double *x = rows_of("states/layer.3", &n, &dim);
    lamella_view anchors = every_fifth(numbers);
    anchors.shape[0] = FEW_ANCHORS;
    n = FEW_ROWS;
    for (int64_t i = 0; i < n * dim; i++)
        x[i] += 100; /* |x|^2 + |s|^2 - 2 x.s in f32 gives 0.4 to 1.7 here */
    float *far = in_f32(x, n * dim);
    const struct { int similarity; double self; } expected[] = {
        { LAMELLA_RELATIVE_COSINE, 1 }, { LAMELLA_RELATIVE_ANGULAR, 0 }, { LAMELLA_RELATIVE_EUCLIDEAN, 0 }, { LAMELLA_RELATIVE_L1, 0 },
        { LAMELLA_RELATIVE_LINF, 0 } };
    for (int k = 0; k < 5; k++)
        for (int transform = LAMELLA_RELATIVE_TRANSFORM_NONE; transform <= LAMELLA_RELATIVE_TRANSFORM_ZSCORE; transform++) {
            float *r = relative_of(view_of(LAMELLA_F32, far, n, dim), &anchors,
                                   RULES(.transform = transform, .similarity = expected[k].similarity));
            for (int i = 0; i < FEW_ANCHORS; i++)
                near(r[numbers[i] * FEW_ANCHORS + i], expected[k].self, ABSOLUTE, expected[k].self > 0 ? 2e-6 : 0);
            free(r);
        }
    free(x), free(far);
}

TEST(a_row_does_not_depend_on_its_batch)
{
    const lamella_view *x = example("states/layer.2");
    lamella_view one;
    lamella_relative_project *project = fitted(*x, NULL, RULES(.relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
    float *all = projected(project, *x, NULL);
    for (int64_t i = 0; i < 500; i += 83) {
        ok(lamella_tensor_slice(x, 0, i, i + 1, 1, &one));
        float *alone = projected(project, one, NULL);
        equal_bits(alone, all + i * 500, 500 * sizeof *all);
        free(alone);
    }
    lamella_relative_project_free(project);
    free(all);
}

/* ---- edges ---- */

TEST(a_zero_row_is_similar_to_nothing_and_counted)
{
    float x[] = { 0, 0, 3, 4, -4, 3 };
    int64_t n_zero_rows;
    for (int similarity = LAMELLA_RELATIVE_COSINE; similarity <= LAMELLA_RELATIVE_ANGULAR; similarity++) {
        double nothing = similarity == LAMELLA_RELATIVE_ANGULAR ? 0.5 : 0;
        lamella_relative_project *project = fitted(view_of(LAMELLA_F32, x, 3, 2), NULL,
                                                   RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = similarity));
        float *r = projected(project, view_of(LAMELLA_F32, x, 3, 2), &n_zero_rows);
        equal(n_zero_rows, 1);
        for (int j = 0; j < 3; j++) {
            near(r[j], nothing, ABSOLUTE, 0);
            near(r[3 * j], nothing, ABSOLUTE, 0);
        }
        lamella_relative_project_free(project);
        free(r);
    }
}

TEST(masked_rows_are_zeros_and_never_read)
{
    float x[] = { 1, 2, NAN, 4, -1, 2 }, out[6] = { 9, 9, 9, 9, 9, 9 };
    unsigned char valid[] = { 1, 0, 1 };
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2), mask = view_of(LAMELLA_U8, valid, 3), to = view_of(LAMELLA_F32, out, 3, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = &mask };
    lamella_relative_project *project;
    ok(lamella_relative_project_fit(NULL, &stack, NULL, &project, NULL));
    ok(lamella_relative_project_apply(NULL, project, &stack, &to, NULL));
    const float expected[] = { 1, -1, 0, 0, -1, 1 };
    equal_bits(out, expected, sizeof expected);
    lamella_relative_project_free(project);
}

TEST(a_constant_column_is_not_scaled_and_counted)
{
    float x[] = { 7, 1, 7, 2, 7, 4 };
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2), v;
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_relative_project *project;
    lamella_relative_project_result result = { .struct_size = sizeof result };
    for (int transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE; transform <= LAMELLA_RELATIVE_TRANSFORM_WHITEN; transform++) {
        const lamella_relative_project_options rules = RULES(.transform = transform);
        ok(lamella_relative_project_fit(NULL, &stack, &rules, &project, &result));
        equal(result.n_constant_columns, 1);
        if (transform == LAMELLA_RELATIVE_TRANSFORM_ZSCORE) {
            ok(lamella_relative_project_get(project, "scale.0", &v));
            near(((const double *)v.data)[0], 1, ABSOLUTE, 0);
        }
        ok(lamella_relative_project_get(project, "rank", &v));
        equal(*(const int64_t *)v.data, transform == LAMELLA_RELATIVE_TRANSFORM_WHITEN ? 1 : 2);
        lamella_relative_project_free(project);
    }
}

TEST(directions_without_spread_are_left_out_of_whitening)
{
    int64_t numbers[N_ANCHORS];
    const lamella_view anchors = every_fifth(numbers);
    lamella_view v;
    lamella_relative_project *project = fitted(*example("states/layer.5"), &anchors, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN));
    ok(lamella_relative_project_get(project, "rank", &v));
    equal(*(const int64_t *)v.data, N_ANCHORS - 1); /* centred */
    ok(lamella_relative_project_get(project, "root.0", &v));
    equal(v.shape[0], 384);
    lamella_relative_project_free(project);
}

/* A LayerNorm leaves a direction without spread; of layer 6 two dims are constant, and one is so small that it drowns in the rounding of the
 * largest direction. */
TEST(whitening_drops_what_is_rounding_in_the_stored_dtype)
{
    static const struct { const char *name; int64_t rank; } expected[] = { { "states/layer.5", 383 }, { "states/layer.6", 381 } };
    for (int k = 0; k < 2; k++) {
        lamella_view rank, dropped;
        lamella_relative_project *project = fitted(*example(expected[k].name), NULL, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN));
        ok(lamella_relative_project_get(project, "rank", &rank));
        ok(lamella_relative_project_get(project, "dropped", &dropped));
        equal(*(const int64_t *)rank.data, expected[k].rank);
        check(*(const double *)dropped.data < 1e-6);
        lamella_relative_project_free(project);
    }
}

/* What is fitted of a layer is what is fitted of it alone, under its number. */
TEST(layers_do_not_touch_each_other)
{
    enum { N = 14, WIDE = 9, N_LAYERS = 3 };
    static const char *const arrays[] = { "anchors", "mean", "mean_low", "scale", "root", "basis", "distance", "relative_mean", "relative_scale" };
    double x[N_LAYERS][N * WIDE];
    lamella_view layer[N_LAYERS], a, b;
    for (int l = 0; l < N_LAYERS; l++) {
        for (int i = 0; i < N * WIDE; i++)
            x[l][i] = sin(i * (0.9 + l) + i % 5) * (i % (WIDE - l) < 4 - l ? 1e-5 : 1) + l;
        layer[l] = view_of(LAMELLA_F64, x[l], N, WIDE - l);
    }
    const lamella_stack all = { .struct_size = sizeof all, .layer = layer, .n_layers = N_LAYERS };
    for (int similarity = LAMELLA_RELATIVE_COSINE; similarity <= LAMELLA_RELATIVE_ABSOLUTE; similarity++)
        for (int transform = LAMELLA_RELATIVE_TRANSFORM_NONE; transform <= LAMELLA_RELATIVE_TRANSFORM_WHITEN; transform++) {
            const lamella_relative_project_options rules = RULES(.transform = transform, .similarity = similarity,
                                                                 .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN,
                                                                 .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE, .directions = LAMELLA_RELATIVE_RANK_UNSCALED);
            lamella_relative_project *together;
            ok(lamella_relative_project_fit(NULL, &all, &rules, &together, NULL));
            for (int l = 0; l < N_LAYERS; l++) {
                lamella_relative_project *alone = fitted(layer[l], NULL, rules);
                static const char *const of_layers[] = { "width", "rank", "dropped" };
                for (int k = 0; k < 3; k++) {
                    ok(lamella_relative_project_get(together, of_layers[k], &a));
                    ok(lamella_relative_project_get(alone, of_layers[k], &b));
                    equal(a.shape[0], N_LAYERS);
                    equal_bits((const int64_t *)a.data + l, b.data, 8);
                }
                for (int k = 0; k < 9; k++) {
                    char name[32];
                    snprintf(name, sizeof name, "%s.0", arrays[k]);
                    lamella_status status = lamella_relative_project_get(alone, name, &b);
                    snprintf(name, sizeof name, "%s.%d", arrays[k], l);
                    returns(lamella_relative_project_get(together, name, &a), status);
                    if (status != LAMELLA_OK)
                        continue;
                    equal(a.rank, b.rank);
                    equal_bits(a.shape, b.shape, sizeof a.shape);
                    equal_bits(a.data, b.data, a.shape[0] * (a.rank > 1 ? a.shape[1] : 1) * (int64_t)sizeof(double));
                }
                lamella_relative_project_free(alone);
            }
            lamella_relative_project_free(together);
        }
}

static int64_t rank_by(lamella_view x, lamella_relative_project_options rules)
{
    lamella_view rank;
    lamella_relative_project *project = fitted(x, NULL, rules);
    ok(lamella_relative_project_get(project, "rank", &rank));
    int64_t found = *(const int64_t *)rank.data;
    lamella_relative_project_free(project);
    return found;
}

/* Two columns at right angles, spreads 8 and 1: eigenvalues 1 to 64 as they are, 1 to 1 at unit spread; singular values 1 to 8. */
TEST(rcond_is_a_share_of_the_largest_at_its_edge_and_beside_it)
{
    double x[] = { 8, 1, -8, 1, 8, -1, -8, -1 };
    lamella_view v = view_of(LAMELLA_F64, x, 4, 2);
    const lamella_relative_project_options white = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN,
                                                         .directions = LAMELLA_RELATIVE_RANK_UNSCALED);
    lamella_relative_project_options rules = white;
    for (int k = 0; k < 2; k++) {
        rules.rcond = 1.0 / 64 + k * 1e-12; /* at least that share */
        equal(rank_by(v, rules), 2 - k);
    }
    rules.directions = LAMELLA_RELATIVE_RANK_SCALED;
    equal(rank_by(v, rules), 2);
    rules = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_BASIS);
    for (int k = 0; k < 2; k++) {
        rules.basis_rcond = 1.0 / 8 + (k ? 1e-12 : -1e-12); /* over that share */
        equal(rank_by(v, rules), 2 - k);
    }
}

/* Spreads 1000 and 1 and a little beside it: of eigenvalues as they are a millionth of the largest counts. */
TEST(a_millionth_is_the_default_of_unscaled_directions)
{
    for (int k = 0; k < 2; k++) {
        const double y = k ? 0.99 : 1.2;
        double x[] = { 1000, y, -1000, y, 1000, -y, -1000, -y };
        equal(rank_by(view_of(LAMELLA_F64, x, 4, 2), RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN,
                                                           .directions = LAMELLA_RELATIVE_RANK_UNSCALED)), 2 - k);
    }
}

/* Rows a thousand times as small lie as many means apart. */
TEST(distances_by_their_mean_forget_how_small_rows_are)
{
    enum { N = 12 };
    double x[N * 3], small[N * 3];
    for (int i = 0; i < N * 3; i++) {
        x[i] = sin(i * 1.7) + 2;
        small[i] = ldexp(x[i], -10);
    }
    for (int similarity = LAMELLA_RELATIVE_EUCLIDEAN; similarity <= LAMELLA_RELATIVE_LINF; similarity++) {
        const lamella_relative_project_options rules = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = similarity,
                                                             .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN);
        float *a = relative_of(view_of(LAMELLA_F64, x, N, 3), NULL, rules), *b = relative_of(view_of(LAMELLA_F64, small, N, 3), NULL, rules);
        equal_bits(a, b, N * N * (int64_t)sizeof *a);
        free(a), free(b);
    }
}

/* Of a row and itself, and of a row and its opposite, rounding leaves no more than 1 and no less than -1. */
TEST(A3_no_cosine_leaves_its_range)
{
    enum { N = 64, WIDE = 300 };
    static float x[2 * N * WIDE];
    int64_t number[N];
    for (int i = 0; i < N * WIDE; i++) {
        x[i] = (float)sin(i * 0.7 + i % 13);
        x[N * WIDE + i] = -x[i];
        number[i / WIDE] = i / WIDE;
    }
    const lamella_view anchors = view_of(LAMELLA_I64, number, N);
    float *r = relative_of(view_of(LAMELLA_F32, x, 2 * N, WIDE), &anchors, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE));
    int over = 0, most = 0, least = 0;
    for (int i = 0; i < 2 * N * N; i++) {
        over += !(r[i] <= 1 && r[i] >= -1);
        most += r[i] == 1;
        least += r[i] == -1;
    }
    check(over == 0 && most > N / 4 && most == least);
    free(r);
}

TEST(what_f32_does_not_hold_is_refused)
{
    double x[] = { 1e300, 0, 0, 1e300 };
    float out[4];
    lamella_view layer = view_of(LAMELLA_F64, x, 2, 2), to = view_of(LAMELLA_F32, out, 2, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_relative_project *project = fitted(layer, NULL, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_L1));
    refused(lamella_relative_project_apply(NULL, project, &stack, &to, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_relative_project_apply: stack.layer[0]: row 0 has a similarity that f32 does not hold");
    lamella_relative_project_free(project);
    project = fitted(layer, NULL, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE)); /* directions are no matter of size */
    ok(lamella_relative_project_apply(NULL, project, &stack, &to, NULL));
    const float expected[] = { 1, 0, 0, 1 };
    equal_bits(out, expected, sizeof expected);
    lamella_relative_project_free(project);
}

/* ---- traps ---- */

/* Share of rows of layer 5 whose nearest among the representations of turned layer 6 is their own. */
static double found_across(int transform, const lamella_view *there_anchors)
{
    int64_t numbers[N_ANCHORS], n, dim;
    const lamella_view anchors = every_fifth(numbers);
    double *x = rows_of("states/layer.5", &n, &dim), *y = rows_of("states/layer.6", &n, &dim);
    rotate_rows(y, n, dim);
    float *a = relative_of(view_of(LAMELLA_F64, x, n, dim), &anchors, RULES(.transform = transform));
    float *b = relative_of(view_of(LAMELLA_F64, y, n, dim), there_anchors ? there_anchors : &anchors, RULES(.transform = transform));
    double share = (double)best_matches(a, b, n, N_ANCHORS, x, dim) / (double)n;
    free(x), free(y), free(a), free(b);
    return share;
}

TEST(trap_cosine_on_raw_states)
{
    check(found_across(LAMELLA_RELATIVE_TRANSFORM_CENTRE, NULL) > 0.8);
    check(found_across(LAMELLA_RELATIVE_TRANSFORM_NONE, NULL) < 0.3);
}

TEST(trap_anchors_of_each_space_its_own)
{
    int64_t numbers[N_ANCHORS];
    lamella_view others = every_fifth(numbers);
    for (int i = 0; i < N_ANCHORS; i++)
        numbers[i] += 1;
    check(found_across(LAMELLA_RELATIVE_TRANSFORM_CENTRE, &others) < 0.1);
}

/* ---- arguments ---- */

TEST(named_arrays_are_what_was_fitted)
{
    float x[] = { 1, 2, 3, 6 };
    lamella_view v;
    lamella_relative_project *project = fitted(view_of(LAMELLA_F32, x, 2, 2), NULL, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
    ok(lamella_relative_project_get(project, "anchors.0", &v));
    const double anchors[] = { 1, 2, 3, 6 }, mean[] = { 2, 4 }, scale[] = { 1, 2 };
    equal_bits(v.data, anchors, sizeof anchors);
    check(v.flags & LAMELLA_READONLY);
    ok(lamella_relative_project_get(project, "mean.0", &v));
    equal_bits(v.data, mean, sizeof mean);
    ok(lamella_relative_project_get(project, "scale.0", &v));
    equal_bits(v.data, scale, sizeof scale);
    refused(lamella_relative_project_get(project, "root.0", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_get: name is \"root.0\", expected an array of a fitted projection, as \"anchors.0\"");
    lamella_relative_project_free(project);
    lamella_relative_project_free(NULL);
}

TEST(bad_arguments_are_named)
{
    float x[] = { 1, 2, 3, 4, 5, 6 }, out[6];
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2), to = view_of(LAMELLA_F32, out, 3, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_relative_project *project;
    lamella_relative_project_options rules = RULES(.transform = 5);
    refused(lamella_relative_project_fit(NULL, &stack, &rules, &project, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_fit: options.transform is 5, expected 0 to 4");
    check(project == NULL);
    rules = RULES(.relative_transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN);
    refused(lamella_relative_project_fit(NULL, &stack, &rules, &project, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_fit: options.relative_transform is 4, expected 0 to 3");
    rules = RULES(.shrinkage = -0.5);
    refused(lamella_relative_project_fit(NULL, &stack, &rules, &project, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_fit: options.shrinkage is -0.5, expected 0 or more");
    project = fitted(layer, NULL, RULES(0));
    refused(lamella_relative_project_apply(NULL, project, &stack, &to, NULL), LAMELLA_ERR_SHAPE,
            "lamella_relative_project_apply: out[0].shape[1] is 2, expected 3");
    layer.shape[1] = 1;
    refused(lamella_relative_project_apply(NULL, project, &stack, &to, NULL), LAMELLA_ERR_SHAPE,
            "lamella_relative_project_apply: stack.layer[0] has dim 1, expected 2 (= dim of the fit)");
    refused(lamella_relative_project_apply(NULL, NULL, &stack, &to, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_apply: project is NULL, expected a fitted projection");
    lamella_relative_project_free(project);
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_relative_project_options options;
    ok(lamella_relative_project_options_init(&options, sizeof options));
    equal(options.transform, LAMELLA_RELATIVE_TRANSFORM_CENTRE);
    equal(options.similarity, LAMELLA_RELATIVE_COSINE);
    equal(options.relative_transform, LAMELLA_RELATIVE_TRANSFORM_NONE);
}
