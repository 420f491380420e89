/* Projections against their definition, written out in long double: every transform with every similarity, at sizes around the tiles. */
#include "relative/projections.h"
#include <math.h>

enum { ROWS = 300, DIM = 18, ANCHORS = 50 };

static double        x[ROWS * DIM];
static float         x_f32[ROWS * DIM];
static unsigned char valid[ROWS];
static int64_t       number[ANCHORS];

typedef struct sizes {
    int64_t rows, dim, anchors;
} sizes;

/* Rows around 2, of several scales; anchors stand in the list in no order; some rows are masked, no anchors. */
static void fill(sizes z)
{
    uint32_t state = (uint32_t)(z.rows + z.dim);
    for (int64_t i = 0; i < z.rows; i++) {
        valid[i] = i % 5 != 4 || i >= z.rows - 2;
        for (int64_t j = 0; j < z.dim; j++) {
            state = state * 1664525u + 1013904223u;
            float value = ((float)(state >> 8) / (1 << 23) - 1) * (float)(1 + j % 3) + 2;
            x_f32[i * z.dim + j] = valid[i] ? value : NAN;
            x[i * z.dim + j] = valid[i] ? (double)value : NAN;
        }
    }
    for (int64_t a = 0, row = z.rows - 1; a < z.anchors; a++, row = (row + 7) % z.rows) {
        while (!valid[row])
            row = (row + 1) % z.rows;
        number[a] = row;
    }
}

/* ---- the definition ---- */

/* Means and spreads of the columns of the anchors. */
typedef struct columns {
    long double mean[4 * ANCHORS], scale[4 * ANCHORS];
} columns;

static void columns_of(const long double *rows, int64_t n, int64_t width, columns *c)
{
    for (int64_t j = 0; j < width; j++) {
        long double sum = 0, square = 0;
        for (int64_t a = 0; a < n; a++)
            sum += rows[a * width + j];
        c->mean[j] = sum / (long double)n;
        for (int64_t a = 0; a < n; a++)
            square += (rows[a * width + j] - c->mean[j]) * (rows[a * width + j] - c->mean[j]);
        c->scale[j] = sqrtl(square / (long double)n);
    }
}

static void transformed(const columns *c, int32_t transform, long double *row, int64_t n)
{
    for (int64_t j = 0; j < n && transform > LAMELLA_RELATIVE_TRANSFORM_NONE; j++)
        row[j] = (row[j] - c->mean[j]) / (transform == LAMELLA_RELATIVE_TRANSFORM_ZSCORE ? c->scale[j] : 1);
}

static long double distance_of(int kind, const long double *u, const long double *v, int64_t n)
{
    long double found = 0;
    for (int64_t j = 0; j < n; j++) {
        long double apart = fabsl(u[j] - v[j]);
        found = kind == 0 ? found + apart * apart : kind == 1 ? found + apart : fmaxl(found, apart);
    }
    return kind == 0 ? sqrtl(found) : found;
}

static long double cosine_of(const long double *u, const long double *v, int64_t n)
{
    long double uv = 0, uu = 0, vv = 0;
    for (int64_t j = 0; j < n; j++)
        uv += u[j] * v[j], uu += u[j] * u[j], vv += v[j] * v[j];
    return uv / sqrtl(uu * vv);
}

typedef struct expected {
    long double anchors[ANCHORS * DIM], unit[3], relative[ANCHORS * 4 * ANCHORS];
    columns     of_rows, of_relative;
    int64_t     width;
} expected;

/* A transformed row's similarities. */
static void compared(const expected *e, const lamella_relative_project_options *o, sizes z, const long double *row, long double *out)
{
    const int32_t s = o->similarity;
    for (int64_t a = 0; a < z.anchors; a++) {
        const long double *anchor = e->anchors + a * z.dim;
        if (s == LAMELLA_RELATIVE_COSINE || s == LAMELLA_RELATIVE_PRODUCT)
            out[a] = cosine_of(row, anchor, z.dim);
        if (s == LAMELLA_RELATIVE_ANGULAR)
            out[a] = acosl(fmaxl(fminl(cosine_of(row, anchor, z.dim), 1), -1)) / 3.14159265358979323846L;
        for (int kind = 0; kind < 3; kind++)
            if (s == LAMELLA_RELATIVE_PRODUCT || s == LAMELLA_RELATIVE_EUCLIDEAN + kind)
                out[(s == LAMELLA_RELATIVE_PRODUCT ? 1 + kind : 0) * z.anchors + a] = distance_of(kind, row, anchor, z.dim) / e->unit[kind];
    }
    if (s == LAMELLA_RELATIVE_ABSOLUTE)
        memcpy(out, row, (size_t)z.dim * sizeof *out);
}

static void expect(const lamella_relative_project_options *o, sizes z, expected *e)
{
    const int64_t n = z.anchors;
    e->width = o->similarity == LAMELLA_RELATIVE_PRODUCT ? 4 * n : o->similarity == LAMELLA_RELATIVE_ABSOLUTE ? z.dim : n;
    for (int64_t i = 0; i < n * z.dim; i++)
        e->anchors[i] = (long double)x[number[i / z.dim] * z.dim + i % z.dim];
    columns_of(e->anchors, n, z.dim, &e->of_rows);
    for (int64_t a = 0; a < n; a++)
        transformed(&e->of_rows, o->transform, e->anchors + a * z.dim, z.dim);
    for (int kind = 0; kind < 3; kind++) {
        long double sum = 0;
        for (int64_t a = 0; a < n; a++)
            for (int64_t b = 0; b < n; b++)
                sum += distance_of(kind, e->anchors + a * z.dim, e->anchors + b * z.dim, z.dim);
        e->unit[kind] = o->distances == LAMELLA_RELATIVE_DISTANCES_BY_MEAN && sum > 0 ? sum / (long double)(n * n) : 1;
    }
    for (int64_t a = 0; a < n; a++)
        compared(e, o, z, e->anchors + a * z.dim, e->relative + a * e->width);
    columns_of(e->relative, n, e->width, &e->of_relative);
}

/* ---- the comparison ---- */

static void equals_definition(lamella_relative_project_options o, sizes z, int32_t dtype)
{
    static expected e;
    static float out[ROWS * 4 * ANCHORS];
    const lamella_view layer = dtype == LAMELLA_F64 ? view_of(LAMELLA_F64, x, z.rows, z.dim) : view_of(LAMELLA_F32, x_f32, z.rows, z.dim);
    const lamella_view anchors = view_of(LAMELLA_I64, number, z.anchors), mask = view_of(LAMELLA_U8, valid, z.rows);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .mask = &mask };
    lamella_relative_project *project;
    lamella_relative_project_result result = { .struct_size = sizeof result };
    expect(&o, z, &e);
    const lamella_view to = view_of(LAMELLA_F32, out, z.rows, e.width);
    o.struct_size = sizeof o;
    ok(lamella_relative_project_fit(NULL, &stack, (o.anchors = &anchors, &o), &project, &result));
    equal(result.n_constant_columns + result.n_zero_rows, 0);
    memset(out, 0xff, sizeof out);
    ok(lamella_relative_project_apply(NULL, project, &stack, &to, &result));
    for (int64_t i = 0; i < z.rows; i++) {
        long double row[DIM], found[4 * ANCHORS] = { 0 };
        for (int64_t j = 0; j < z.dim; j++)
            row[j] = (long double)x[i * z.dim + j];
        if (valid[i]) {
            transformed(&e.of_rows, o.transform, row, z.dim);
            compared(&e, &o, z, row, found);
            transformed(&e.of_relative, o.relative_transform, found, e.width);
        }
        for (int64_t j = 0; j < e.width; j++)
            near(out[i * e.width + j], (double)found[j], ABSOLUTE, 2e-6 * (1 + fabs((double)found[j])) * (o.relative_transform ? 8 : 1));
    }
    lamella_relative_project_free(project);
}

TEST(every_transform_with_every_similarity)
{
    static const int32_t similarities[] = { LAMELLA_RELATIVE_COSINE, LAMELLA_RELATIVE_ANGULAR, LAMELLA_RELATIVE_EUCLIDEAN, LAMELLA_RELATIVE_L1,
                                            LAMELLA_RELATIVE_LINF, LAMELLA_RELATIVE_PRODUCT, LAMELLA_RELATIVE_ABSOLUTE };
    const sizes z = { 40, 7, 19 };
    fill(z);
    for (int s = 0; s < 7; s++)
        for (int32_t transform = LAMELLA_RELATIVE_TRANSFORM_NONE; transform <= LAMELLA_RELATIVE_TRANSFORM_ZSCORE; transform++)
            for (int32_t relative = LAMELLA_RELATIVE_TRANSFORM_NONE; relative <= LAMELLA_RELATIVE_TRANSFORM_ZSCORE; relative++)
                for (int32_t distances = LAMELLA_RELATIVE_DISTANCES_RAW; distances <= LAMELLA_RELATIVE_DISTANCES_BY_MEAN; distances++)
                    for (int f64 = 0; f64 < 2; f64++)
                        equals_definition((lamella_relative_project_options){ .transform = transform, .similarity = similarities[s],
                                                                              .relative_transform = relative, .distances = distances },
                                          z, f64 ? LAMELLA_F64 : LAMELLA_F32);
}

/* The mean of such a column is no f64: what it is rounded by is taken off as well. */
TEST(columns_far_from_0_are_projected_as_near_it)
{
    static const int32_t similarities[] = { LAMELLA_RELATIVE_ABSOLUTE, LAMELLA_RELATIVE_EUCLIDEAN, LAMELLA_RELATIVE_COSINE };
    const sizes z = { 40, 7, 19 };
    if (emulated("columns far from 0 against long doubles"))
        return;
    fill(z);
    for (int64_t i = 0; i < z.rows * z.dim; i++)
        x[i] += ldexp((double)(3 + i % z.dim), 36);
    for (int s = 0; s < 3; s++)
        for (int32_t transform = LAMELLA_RELATIVE_TRANSFORM_CENTRE; transform <= LAMELLA_RELATIVE_TRANSFORM_ZSCORE; transform++)
            equals_definition((lamella_relative_project_options){ .transform = transform, .similarity = similarities[s] }, z, LAMELLA_F64);
}

TEST(sizes_around_the_tiles)
{
    static const sizes all[] = { { 8, 2, 5 }, { 9, 2, 3 }, { 17, 16, 16 }, { 25, 17, 17 }, { 300, 3, 48 }, { 50, 18, 33 } };
    for (int k = 0; k < 6; k++) {
        fill(all[k]);
        for (int plain = 0; plain < 2; plain++) {
            const int32_t transform = plain ? LAMELLA_RELATIVE_TRANSFORM_NONE : LAMELLA_RELATIVE_TRANSFORM_CENTRE;
            equals_definition((lamella_relative_project_options){ .transform = transform, .similarity = LAMELLA_RELATIVE_COSINE }, all[k],
                              LAMELLA_F32);
            equals_definition((lamella_relative_project_options){ .transform = transform, .similarity = LAMELLA_RELATIVE_PRODUCT }, all[k],
                              LAMELLA_F32);
        }
    }
}

/* There is no mean distance to divide by: they stay as they are. */
TEST(distances_to_anchors_that_are_all_equal)
{
    float rows[] = { 2, 3, 2, 3, 2, 3 }, other[] = { 5, 7 };
    for (int32_t s = LAMELLA_RELATIVE_EUCLIDEAN; s <= LAMELLA_RELATIVE_LINF; s++) {
        static const double apart[] = { 5, 7, 4 };
        lamella_view distance;
        lamella_relative_project *project = fitted(view_of(LAMELLA_F32, rows, 3, 2), NULL,
                                                   RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = s,
                                                         .distances = LAMELLA_RELATIVE_DISTANCES_BY_MEAN));
        ok(lamella_relative_project_get(project, "distance.0", &distance));
        float *out = projected(project, view_of(LAMELLA_F32, other, 1, 2), NULL);
        for (int a = 0; a < 3; a++) {
            check(((const double *)distance.data)[a] == 1);
            near(out[a], apart[s - LAMELLA_RELATIVE_EUCLIDEAN], RELATIVE, 1e-7);
        }
        free(out);
        lamella_relative_project_free(project);
    }
}

/* Anchors of nothing, wherever they stand, of both layers; with their mean at 0 or without a transform. */
TEST(anchors_of_nothing_are_counted)
{
    for (int mask = 0; mask < 16; mask++) {
        float rows[2][8];
        int64_t n_zero = 0;
        for (int i = 0; i < 8; i++) {
            int nothing = mask >> (i / 2) & 1;
            rows[0][i] = nothing ? 0 : (float)(i + 1);
            rows[1][i] = i == 7 ? 1 : 0; /* one that is not */
            n_zero += nothing && i % 2;
        }
        const lamella_view layer[] = { view_of(LAMELLA_F32, rows[0], 4, 2), view_of(LAMELLA_F32, rows[1], 4, 2) };
        const lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
        const lamella_relative_project_options plain = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE);
        lamella_relative_project_result result = { .struct_size = sizeof result };
        lamella_relative_project *project;
        ok(lamella_relative_project_fit(NULL, &stack, &plain, &project, &result));
        equal(result.n_zero_rows, n_zero + 3);
        equal(result.n_constant_columns, 0);
        lamella_relative_project_free(project);
    }
}

/* W (cov + shrinkage) W = 1 over the anchors, W symmetric; what is mapped is W (x - mean). */
TEST(whitened_anchors_have_unit_covariance)
{
    const sizes z = { 60, 6, 40 };
    lamella_view mean, root;
    float *out;
    fill(z);
    memset(valid, 1, sizeof valid);
    for (int64_t i = 0; i < z.rows * z.dim; i++)
        x[i] = sin((double)(i * i + 3 * i)) * (double)(1 + i % 3) + 2;
    const lamella_view layer = view_of(LAMELLA_F64, x, z.rows, z.dim), anchors = view_of(LAMELLA_I64, number, z.anchors);
    lamella_relative_project *project = fitted(layer, &anchors,
                                               RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_ABSOLUTE));
    ok(lamella_relative_project_get(project, "mean.0", &mean));
    ok(lamella_relative_project_get(project, "root.0", &root));
    const double *w = root.data, *m = mean.data;
    out = projected(project, layer, NULL);
    for (int64_t i = 0; i < z.rows; i++)
        for (int64_t j = 0; j < z.dim; j++) {
            double sum = 0;
            for (int64_t k = 0; k < z.dim; k++)
                sum += w[j * z.dim + k] * (x[i * z.dim + k] - m[k]);
            near(out[i * z.dim + j], sum, ABSOLUTE, 1e-6);
        }
    for (int64_t j = 0; j < z.dim; j++)
        for (int64_t k = 0; k < z.dim; k++) {
            double sum = 0;
            for (int64_t a = 0; a < z.anchors; a++)
                sum += (double)out[number[a] * z.dim + j] * (double)out[number[a] * z.dim + k];
            near(sum / (double)z.anchors, j == k, ABSOLUTE, 1e-5);
            near(w[j * z.dim + k], w[k * z.dim + j], ABSOLUTE, 1e-12);
        }
    free(out);
    lamella_relative_project_free(project);
}

/* Coordinates on more anchors than dims reproduce the row: x = S^T c; on fewer, independent ones they are the least squares. */
TEST(coordinates_on_the_anchors_give_the_row_back)
{
    const sizes z = { 30, 5, 9 };
    fill(z);
    memset(valid, 1, sizeof valid);
    for (int64_t i = 0; i < z.rows * z.dim; i++)
        x[i] = sin((double)(i * i + 3 * i));
    const lamella_view layer = view_of(LAMELLA_F64, x, z.rows, z.dim);
    for (int64_t n = 3; n <= z.anchors; n += 6) {
        const lamella_view anchors = view_of(LAMELLA_I64, number, n);
        float *c = relative_of(layer, &anchors, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_NONE, .similarity = LAMELLA_RELATIVE_BASIS));
        for (int64_t i = 0; i < z.rows; i++) {
            double rest[5];
            for (int64_t j = 0; j < z.dim; j++) {
                rest[j] = x[i * z.dim + j];
                for (int64_t a = 0; a < n; a++)
                    rest[j] -= (double)c[i * n + a] * x[number[a] * z.dim + j];
                check(n < z.dim || fabs(rest[j]) < 1e-5);
            }
            for (int64_t a = 0; a < n; a++) { /* the rest stands at right angles to every anchor */
                double dot = 0;
                for (int64_t j = 0; j < z.dim; j++)
                    dot += rest[j] * x[number[a] * z.dim + j];
                near(dot, 0, ABSOLUTE, 1e-5);
            }
        }
        free(c);
    }
}
