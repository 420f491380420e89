/* Second moments as an object: the figures, shards, bytes, what a failing update leaves behind. */
#include "support/elements.h"
#include "support/golden.h"
#include "support/matrix.h"
#include "support/seal.h"
#include <math.h>

/* A state is no output that the case could make. */
static void record(matrix *m, const lamella_moments_gram *gram, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        lamella_view v;
        ok(lamella_moments_gram_get(gram, names[i], &v));
        matrix_array(m, names[i], &v);
    }
}

static const char *const ALL[] = { "n", "weight", "mean", "gram", "cross_mean", "cross", "cross_gram" };

static lamella_status updated(matrix *m, const lamella_view *y, int64_t cross_dim, const lamella_view *weights, int n_names)
{
    lamella_moments_gram *gram = NULL;
    lamella_view bytes;
    lamella_status status = lamella_moments_gram_create(m->ctx, m->view->shape[1], cross_dim, &gram);
    if (status == LAMELLA_OK)
        status = lamella_moments_gram_bytes(gram, &bytes);
    if (status == LAMELLA_OK) {
        const lamella_view *before = matrix_keep(m, &bytes);
        status = lamella_moments_gram_update(m->ctx, gram, m->view, WITH(lamella_moments_gram_update_options, .y = y, .weights = weights));
        if (status != LAMELLA_OK && lamella_moments_gram_bytes(gram, &bytes) == LAMELLA_OK)
            matrix_kept(m, before, &bytes);
    }
    if (status == LAMELLA_OK)
        record(m, gram, ALL, n_names);
    lamella_moments_gram_free(gram);
    return status;
}

OPERATION(lamella_moments_gram_update, .in_memory = 1, .forms = FORM_ROWS, .empty_is_ok = 1)
{
    return updated(m, NULL, 0, NULL, 4);
}

OPERATION(lamella_moments_gram_update, .as = "beside others, weighted", .in_memory = 1, .forms = FORM_ROWS, .empty_is_ok = 1)
{
    const lamella_view *y = matrix_second_view(m);
    return updated(m, y, y->shape[1], matrix_weights(m, LAMELLA_F32), 7);
}

/* The bytes of a state of the case's rows, loaded; so what is loaded is f64, whatever the case. */
OPERATION(lamella_moments_gram_load, .in_memory = 1, .forms = FORM_ROWS, .empty_is_ok = 1)
{
    lamella_moments_gram *gram = NULL, *loaded = NULL;
    lamella_view bytes;
    lamella_status status = lamella_moments_gram_create(m->ctx, m->view->shape[1], 0, &gram);
    if (status == LAMELLA_OK)
        status = lamella_moments_gram_update(m->ctx, gram, m->view, NULL);
    if (status == LAMELLA_OK) {
        ok(lamella_moments_gram_bytes(gram, &bytes));
        status = lamella_moments_gram_load(m->ctx, matrix_bytes(m, &bytes), &loaded);
    }
    if (status == LAMELLA_OK)
        record(m, loaded, ALL, 4);
    lamella_moments_gram_free(gram);
    lamella_moments_gram_free(loaded);
    return status;
}

/* ---- figures ---- */

enum { ROWS = 500, X = 24, Y = 5 };

/* Rows of the states, layer 5 and 6, first dims. */
static void rows_of_states(int64_t first, int64_t end, lamella_view *x, lamella_view *y)
{
    lamella_view part;
    ok(lamella_tensor_slice(example("states/layer.5"), 0, first, end, 1, &part));
    ok(lamella_tensor_slice(&part, 1, 0, X, 1, x));
    ok(lamella_tensor_slice(example("states/layer.6"), 0, first, end, 1, &part));
    ok(lamella_tensor_slice(&part, 1, 0, Y, 1, y));
}

static void add_states(lamella_moments_gram *gram, int64_t first, int64_t end, int weighted)
{
    lamella_view x, y, w;
    rows_of_states(first, end, &x, &y);
    ok(lamella_tensor_slice(golden("moments/gram/weights"), 0, first, end, 1, &w));
    ok(lamella_moments_gram_update(NULL, gram, &x, WITH(lamella_moments_gram_update_options, .y = &y, .weights = weighted ? &w : NULL)));
}

static lamella_moments_gram *gram_of_states(int64_t first, int64_t end, int weighted)
{
    lamella_moments_gram *gram;
    ok(lamella_moments_gram_create(NULL, X, Y, &gram));
    add_states(gram, first, end, weighted);
    return gram;
}

static double number_of(const lamella_moments_gram *gram, const char *name)
{
    lamella_view v;
    ok(lamella_moments_gram_get(gram, name, &v));
    equal(v.rank, 0);
    equal(v.flags, LAMELLA_READONLY);
    return v.dtype == LAMELLA_I64 ? (double)*(const int64_t *)v.data : *(const double *)v.data;
}

static void equals_oracle(const lamella_moments_gram *gram, const char *set, double n, double weight)
{
    near(number_of(gram, "n"), n, ABSOLUTE, 0);
    near(number_of(gram, "weight"), weight, RELATIVE, 1e-15);
    for (int i = 2; i < 7; i++) {
        char name[64];
        lamella_view v;
        snprintf(name, sizeof name, "moments/gram/%s.%s", set, ALL[i]);
        ok(lamella_moments_gram_get(gram, ALL[i], &v));
        near_golden(&v, name);
    }
}

static double weight_of_states(void)
{
    return (ROWS / 7 * 21 + 0 + 1 + 2) / 4.0; /* 0 .. 6 over and over, over 4 */
}

TEST(moments_equal_the_oracle)
{
    lamella_moments_gram *plain = gram_of_states(0, ROWS, 0), *weighted = gram_of_states(0, ROWS, 1);
    equals_oracle(plain, "plain", ROWS, ROWS);
    equals_oracle(weighted, "weighted", ROWS - 72, weight_of_states());
    lamella_moments_gram_free(plain);
    lamella_moments_gram_free(weighted);
}

TEST(merged_shards_equal_the_whole)
{
    for (int weighted = 0; weighted < 2; weighted++) {
        lamella_moments_gram *whole = gram_of_states(0, 3, weighted), *part = gram_of_states(3, 300, weighted),
                             *rest = gram_of_states(300, 300, weighted);
        add_states(rest, 300, 301, weighted);
        add_states(rest, 301, ROWS, weighted);
        ok(lamella_moments_gram_merge(NULL, rest, part));
        ok(lamella_moments_gram_merge(NULL, whole, rest));
        equals_oracle(whole, weighted ? "weighted" : "plain", weighted ? ROWS - 72 : ROWS, weighted ? weight_of_states() : ROWS);
        lamella_moments_gram_free(whole);
        lamella_moments_gram_free(part);
        lamella_moments_gram_free(rest);
    }
}

static lamella_view bytes_of(lamella_moments_gram *gram)
{
    lamella_view v;
    ok(lamella_moments_gram_bytes(gram, &v));
    equal(v.flags, LAMELLA_READONLY);
    return v;
}

static void same_state(lamella_moments_gram *a, lamella_moments_gram *b)
{
    lamella_view x = bytes_of(a), y = bytes_of(b);
    equal(x.shape[0], y.shape[0]);
    equal_bits(x.data, y.data, x.shape[0]);
}

TEST(an_empty_state_takes_the_other_bit_for_bit)
{
    lamella_moments_gram *gram = gram_of_states(0, 400, 1), *empty = gram_of_states(0, 0, 0);
    lamella_view before = bytes_of(gram);
    char *kept = malloc((size_t)before.shape[0]);
    memcpy(kept, before.data, (size_t)before.shape[0]);
    ok(lamella_moments_gram_merge(NULL, gram, empty));
    equal_bits(bytes_of(gram).data, kept, before.shape[0]);
    ok(lamella_moments_gram_merge(NULL, empty, gram));
    same_state(empty, gram);
    free(kept);
    lamella_moments_gram_free(gram);
    lamella_moments_gram_free(empty);
}

TEST(bytes_come_back_and_are_a_safetensors_file)
{
    lamella_moments_gram *gram = gram_of_states(0, 400, 1), *loaded;
    lamella_view bytes = bytes_of(gram), v;
    lamella_io_file *file;
    ok(lamella_moments_gram_load(NULL, &bytes, &loaded));
    same_state(loaded, gram);
    add_states(gram, 400, ROWS, 1);
    add_states(loaded, 400, ROWS, 1);
    same_state(loaded, gram);
    equals_oracle(loaded, "weighted", ROWS - 72, weight_of_states());
    bytes = bytes_of(loaded);
    ok(lamella_io_file_load(NULL, &bytes, NULL, &file, NULL));
    ok(lamella_io_file_get(file, "square", &v));
    equal(v.shape[0], X + Y);
    near(((const double *)v.data)[X], ((const double *)golden("moments/gram/weighted.cross")->data)[0], ABSOLUTE, 1e-12);
    lamella_io_file_free(file);
    lamella_moments_gram_free(gram);
    lamella_moments_gram_free(loaded);
}

TEST(every_state_has_its_size_in_its_bytes)
{
    static const int64_t sizes[] = { 1, 2, 9, 10, 99, 100, 999, 1000 };
    for (int i = 0; i < 8; i++)
        for (int64_t cross_dim = 0; cross_dim < 11; cross_dim += 5) {
            lamella_moments_gram *gram, *loaded;
            ok(lamella_moments_gram_create(NULL, sizes[i], cross_dim, &gram));
            lamella_view bytes = bytes_of(gram);
            ok(lamella_moments_gram_load(NULL, &bytes, &loaded));
            same_state(loaded, gram);
            lamella_moments_gram_free(gram);
            lamella_moments_gram_free(loaded);
        }
}

/* ---- what fails leaves the state as it was ---- */

static int32_t stop_at_end(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    return fraction >= 1 ? LAMELLA_STOP : 0;
}

TEST(a_failing_update_leaves_the_state_as_it_was)
{
    static float x[600 * 3];
    lamella_moments_gram *gram;
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .progress = stop_at_end };
    ok(lamella_context_create(&options, &ctx));
    for (int i = 0; i < 600 * 3; i++)
        x[i] = (float)(i % 11);
    lamella_view rows = view_of(LAMELLA_F32, x, 600, 3), before, kept = { 0 };
    ok(lamella_moments_gram_create(ctx, 3, 0, &gram));
    ok(lamella_moments_gram_update(NULL, gram, &rows, NULL));
    before = bytes_of(gram);
    kept.data = malloc((size_t)before.shape[0]);
    memcpy(kept.data, before.data, (size_t)before.shape[0]);
    returns(lamella_moments_gram_update(ctx, gram, &rows, NULL), LAMELLA_STOPPED); /* after all rows */
    x[599 * 3 + 2] = NAN;
    refused(lamella_moments_gram_update(NULL, gram, &rows, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_moments_gram_update: x is nan at row 599, column 2, expected a finite number");
    equal_bits(bytes_of(gram).data, kept.data, before.shape[0]);
    free(kept.data);
    lamella_moments_gram_free(gram);
    lamella_context_free(ctx);
}

TEST(squares_that_do_not_fit_are_refused_and_leave_the_state_as_it_was)
{
    double ones[] = { 8e153, -8e153 }, huge[] = { 1e160, -1e160 }, far[] = { 1e155, 1e155 }, sum[] = { 1.5e308, -1.5e308 };
    lamella_moments_gram *gram, *other;
    lamella_view x = view_of(LAMELLA_F64, ones, 2, 1), y = view_of(LAMELLA_F64, huge, 2, 1), z = view_of(LAMELLA_F64, far, 2, 1),
                 w = view_of(LAMELLA_F64, sum, 2, 1);
    static const char message[] = "lamella_moments_gram_update: x has numbers whose squares do not fit f64, expected less than 1e150";
    ok(lamella_moments_gram_create(NULL, 1, 0, &gram));
    ok(lamella_moments_gram_create(NULL, 1, 0, &other));
    refused(lamella_moments_gram_update(NULL, gram, &y, NULL), LAMELLA_ERR_NUMERIC, message);
    refused(lamella_moments_gram_update(NULL, gram, &w, NULL), LAMELLA_ERR_NUMERIC, message);
    ok(lamella_moments_gram_update(NULL, gram, &z, NULL)); /* constant: no square to speak of */
    refused(lamella_moments_gram_update(NULL, gram, &x, NULL), LAMELLA_ERR_NUMERIC, message);
    ok(lamella_moments_gram_update(NULL, other, &x, NULL));
    refused(lamella_moments_gram_merge(NULL, gram, other), LAMELLA_ERR_NUMERIC,
            "lamella_moments_gram_merge: other has numbers whose squares do not fit f64, expected less than 1e150");
    near(number_of(gram, "n"), 2, ABSOLUTE, 0);
    lamella_moments_gram_free(gram);
    lamella_moments_gram_free(other);
}

/* y is called y, its first column 0; when states join as well. */
TEST(squares_of_y_that_do_not_fit_are_told_of_y)
{
    double x[] = { 1, 2, 3, 5, 4, 1 }, small[] = { 1e-160, 2e-160, 7e-160 }, large[] = { 1e160, 2e160, 7e160 }, fits[] = { 8e153, -8e153, 0 },
           far[] = { 1e155, 1e155, 1e155 };
    const lamella_view rows = view_of(LAMELLA_F64, x, 3, 2), y = view_of(LAMELLA_F64, small, 3, 1), z = view_of(LAMELLA_F64, large, 3, 1),
                       v = view_of(LAMELLA_F64, fits, 3, 1), w = view_of(LAMELLA_F64, far, 3, 1);
    static const char message[] = "lamella_moments_gram_update: options.y has numbers whose squares do not fit f64, expected less than 1e150";
    lamella_moments_gram *gram;
    ok(lamella_moments_gram_create(NULL, 2, 1, &gram));
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = &y)), LAMELLA_ERR_NUMERIC,
            "lamella_moments_gram_update: options.y has numbers whose squares do not fit f64: column 0 spreads less than 1e-145");
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = &z)), LAMELLA_ERR_NUMERIC, message);
    ok(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = &w)));
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = &v)), LAMELLA_ERR_NUMERIC, message);
    lamella_moments_gram_free(gram);
}

/* Weights share the squares among the rows; how large they are is nothing, as long as f64 holds both together. */
TEST(weights_of_any_size_weigh_the_same)
{
    double x[] = { 1, 2, 3, 5, 4, 1, 0, 2 }, ordinary[] = { 1, 2, 1, 3 }, small[] = { 1e-300, 2e-300, 1e-300, 3e-300 }, least[] = { 1e-310, 2e-310,
            1e-310, 3e-310 };
    const lamella_view rows = view_of(LAMELLA_F64, x, 4, 2), w[] = { view_of(LAMELLA_F64, ordinary, 4), view_of(LAMELLA_F64, small, 4),
                                                                      view_of(LAMELLA_F64, least, 4) };
    lamella_moments_gram *gram[2];
    lamella_view square[2], mean[2];
    for (int i = 0; i < 2; i++) {
        ok(lamella_moments_gram_create(NULL, 2, 0, &gram[i]));
        ok(lamella_moments_gram_update(NULL, gram[i], &rows, WITH(lamella_moments_gram_update_options, .weights = &w[i])));
        ok(lamella_moments_gram_get(gram[i], "gram", &square[i]));
        ok(lamella_moments_gram_get(gram[i], "mean", &mean[i]));
    }
    for (int k = 0; k < 4; k++)
        near(((double *)square[1].data)[k] * 1e300, ((double *)square[0].data)[k], RELATIVE, 1e-12);
    for (int j = 0; j < 2; j++)
        near(((double *)mean[1].data)[j], ((double *)mean[0].data)[j], RELATIVE, 1e-15);
    refused(lamella_moments_gram_update(NULL, gram[0], &rows, WITH(lamella_moments_gram_update_options, .weights = &w[2])), LAMELLA_ERR_NUMERIC,
            "lamella_moments_gram_update: weights are so small that squares of column 0 of x do not fit f64 with them");
    lamella_moments_gram_free(gram[0]);
    lamella_moments_gram_free(gram[1]);
}

/* Every column is looked at when states join. */
TEST(whichever_column_leaves_f64_when_states_join_is_refused)
{
    for (int column = 0; column < 3; column++) {
        double x[6] = { 1, 2, 3, -1, -2, -3 };
        lamella_moments_gram *gram, *other;
        lamella_view rows = view_of(LAMELLA_F64, x, 2, 3);
        x[column] = 9e153, x[3 + column] = -9e153;
        ok(lamella_moments_gram_create(NULL, 3, 0, &gram));
        ok(lamella_moments_gram_create(NULL, 3, 0, &other));
        ok(lamella_moments_gram_update(NULL, gram, &rows, NULL));
        ok(lamella_moments_gram_update(NULL, other, &rows, NULL));
        returns(lamella_moments_gram_merge(NULL, gram, other), LAMELLA_ERR_NUMERIC);
        near(number_of(gram, "n"), 2, ABSOLUTE, 0);
        lamella_moments_gram_free(gram);
        lamella_moments_gram_free(other);
    }
}

/* Each state is of one number a column, so all of the square is between them. */
TEST(whichever_column_lies_too_far_apart_is_refused)
{
    for (int column = 0; column < 3; column++) {
        double x[3] = { 1, 2, 3 }, y[3] = { 1, 2, 3 };
        lamella_moments_gram *gram;
        lamella_view first = view_of(LAMELLA_F64, x, 1, 3), second = view_of(LAMELLA_F64, y, 1, 3), v;
        x[column] = 1.5e154, y[column] = -1.5e154;
        ok(lamella_moments_gram_create(NULL, 3, 0, &gram));
        ok(lamella_moments_gram_update(NULL, gram, &first, NULL));
        returns(lamella_moments_gram_update(NULL, gram, &second, NULL), LAMELLA_ERR_NUMERIC);
        near(number_of(gram, "n"), 1, ABSOLUTE, 0);
        y[column] = 0.5e154;
        ok(lamella_moments_gram_update(NULL, gram, &second, NULL));
        ok(lamella_moments_gram_get(gram, "gram", &v));
        for (int i = 0; i < 9; i++)
            near(((double *)v.data)[i], i == 4 * column ? 0.5 * 1e154 * 1e154 : 0, RELATIVE, 1e-14);
        lamella_moments_gram_free(gram);
    }
}

/* ---- edges ---- */

TEST(rows_of_weight_zero_are_not_read)
{
    float x[] = { 1, 2, NAN, INFINITY, 3, 6 }, weights[] = { 1, 0, 1 };
    lamella_moments_gram *gram;
    lamella_view rows = view_of(LAMELLA_F32, x, 3, 2), w = view_of(LAMELLA_F32, weights, 3), v;
    ok(lamella_moments_gram_create(NULL, 2, 0, &gram));
    ok(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &w)));
    near(number_of(gram, "n"), 2, ABSOLUTE, 0);
    ok(lamella_moments_gram_get(gram, "gram", &v));
    const double expected[] = { 2, 4, 4, 8 };
    equal_bits(v.data, expected, sizeof expected);
    weights[0] = weights[2] = 0;
    ok(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &w)));
    near(number_of(gram, "n"), 2, ABSOLUTE, 0);
    lamella_moments_gram_free(gram);
}

TEST(one_row_has_no_spread)
{
    double x[] = { 0.1, 1e100 };
    lamella_moments_gram *gram;
    lamella_view rows = view_of(LAMELLA_F64, x, 1, 2), v;
    ok(lamella_moments_gram_create(NULL, 2, 0, &gram));
    ok(lamella_moments_gram_update(NULL, gram, &rows, NULL));
    ok(lamella_moments_gram_get(gram, "mean", &v));
    equal_bits(v.data, x, sizeof x);
    ok(lamella_moments_gram_get(gram, "gram", &v));
    static const double zeros[4];
    equal_bits(v.data, zeros, sizeof zeros);
    lamella_moments_gram_free(gram);
}

TEST(bad_arguments_are_named)
{
    float x[6] = { 1, 2, 3, 4, 5, 6 }, weights[] = { 1, -2 };
    lamella_moments_gram *gram, *other, *none;
    lamella_view rows = view_of(LAMELLA_F32, x, 2, 3), narrow = view_of(LAMELLA_F32, x, 2, 2), short_y = view_of(LAMELLA_F32, x, 1, 1),
                 w = view_of(LAMELLA_F32, weights, 2), v;
    ok(lamella_moments_gram_create(NULL, 3, 0, &gram));
    ok(lamella_moments_gram_create(NULL, 3, 1, &other));
    refused(lamella_moments_gram_create(NULL, 0, 0, &none), LAMELLA_ERR_EMPTY, "lamella_moments_gram_create: dim is 0, expected at least 1");
    check(!none);
    refused(lamella_moments_gram_create(NULL, 1, -1, &none), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_create: cross_dim is -1, expected 0 or more");
    refused(lamella_moments_gram_create(NULL, 1, 3000000000, &none), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_create: cross_dim is 3000000000, expected at most 2147483647");
    refused(lamella_moments_gram_create(NULL, 40000, 40000, &none), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_create: a Gram matrix is 80000 x 80000, expected at most 2147483647 elements");
    refused(lamella_moments_gram_update(NULL, NULL, &rows, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_update: gram is NULL, expected a Gram state");
    refused(lamella_moments_gram_update(NULL, gram, &narrow, NULL), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_update: x.shape[1] is 2, expected 3");
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = &rows)), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_update: options.y is given, expected none, since the state has cross_dim 0");
    refused(lamella_moments_gram_update(NULL, other, &rows, WITH(lamella_moments_gram_update_options, .y = &short_y)), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_update: options.y.shape[0] is 1, expected 2");
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &w)), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_update: options.weights is -2 at row 1, expected 0 or more");
    weights[1] = NAN;
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &w)), LAMELLA_ERR_NONFINITE,
            "lamella_moments_gram_update: options.weights is nan at row 1, column 0, expected a finite number");
    refused(lamella_moments_gram_merge(NULL, gram, other), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_merge: other has dims 3 and 1, expected 3 and 0 (= those of gram)");
    refused(lamella_moments_gram_get(gram, "covariance", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_get: name is \"covariance\", expected n, weight, mean, gram, cross_mean, cross or cross_gram");
    lamella_moments_gram_free(gram);
    lamella_moments_gram_free(other);
    lamella_moments_gram_free(NULL);
}

/* ---- bytes that are no state ---- */

static void replace_text(char *bytes, const char *from, const char *to)
{
    int64_t at = 0;
    while (memcmp(bytes + at, from, strlen(from)))
        check(++at < 700);
    memcpy(bytes + at, to, strlen(to));
}

static void refused_after(const char *from, const char *to, const char *message)
{
    lamella_moments_gram *gram = gram_of_states(0, 100, 0), *loaded;
    lamella_view bytes = bytes_of(gram);
    char *changed = malloc((size_t)bytes.shape[0]);
    memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
    lamella_view v = view_of(LAMELLA_U8, changed, bytes.shape[0]);
    replace_text(changed, from, to);
    seal(changed, bytes.shape[0]);
    refused(lamella_moments_gram_load(NULL, &v, &loaded), LAMELLA_ERR_FORMAT, message);
    check(!loaded);
    free(changed);
    lamella_moments_gram_free(gram);
}

TEST(bytes_that_are_no_state_are_refused)
{
    refused_after("moments_gram", "moments_gran",
                  "lamella_moments_gram_load: bytes: lamella.kind is \"moments_gran\", expected \"moments_gram\"");
    refused_after("format\":\"2", "format\":\"1", "lamella_moments_gram_load: bytes: lamella.format is 1, expected 2");
    refused_after("\"cross_dim\":\"5", "\"cross_dim\":\"x",
                  "lamella_moments_gram_load: bytes: 29 means of which x of y are no Gram state");
    refused_after("\"cross_dim\"", "\"cross_din\"", "lamella_moments_gram_load: bytes: the metadata has no \"cross_dim\"");
    refused_after("square", "squire", "lamella_moments_gram_load: bytes: there is no array \"square\"");
    refused_after("[29,29]", "[841,1]", "lamella_moments_gram_load: bytes: \"square\".shape[0] is 841, expected 29");
    lamella_moments_gram *gram = gram_of_states(0, 100, 0), *loaded;
    lamella_view bytes = bytes_of(gram);
    char *changed = malloc((size_t)bytes.shape[0]);
    lamella_view v = view_of(LAMELLA_U8, changed, bytes.shape[0]);
    for (int64_t at = 0; at < bytes.shape[0]; at += 1 + at / 8) { /* every truncation near the start, some later */
        v.shape[0] = at;
        memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
        check(lamella_moments_gram_load(NULL, &v, &loaded) == LAMELLA_ERR_FORMAT);
        check(!strncmp(lamella_last_error(), "lamella_moments_gram_load: ", 27));
    }
    v.shape[0] = bytes.shape[0];
    const double negative = -1, other = 1e300, none = NAN;
    memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
    memcpy(changed + bytes.shape[0] - 16, &negative, 8); /* the last spread */
    seal(changed, bytes.shape[0]);
    refused(lamella_moments_gram_load(NULL, &v, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_moments_gram_load: bytes: the numbers are no moments of any rows");
    memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
    memcpy(changed + bytes.shape[0] - 24, &other, 8); /* one that has no mirror image */
    seal(changed, bytes.shape[0]);
    refused(lamella_moments_gram_load(NULL, &v, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_moments_gram_load: bytes: the numbers are no moments of any rows");
    memcpy(changed + bytes.shape[0] - 24, &none, 8);
    seal(changed, bytes.shape[0]);
    refused(lamella_moments_gram_load(NULL, &v, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_moments_gram_load: bytes: \"square\" has a number that is not finite");
    free(changed);
    lamella_moments_gram_free(gram);
}

/* The square is not that of the means, and the file says so truly: what it claims, it holds. */
TEST(a_square_of_another_shape_is_refused)
{
    static const char *const shapes[] = { "[29,28]", "[28,29]", "[29,30]", "[30,29]" };
    static const char from[] = "[29,29],\"data_offsets\":[472,7200]},\"weight\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[7200,7208]}";
    lamella_moments_gram *gram = gram_of_states(0, 100, 0), *loaded;
    lamella_view bytes = bytes_of(gram);
    for (int i = 0; i < 4; i++) {
        int rows = atoi(shapes[i] + 1), columns = atoi(shapes[i] + 4), end = 472 + 8 * rows * columns;
        int64_t size = bytes.shape[0] + end - 7200;
        char to[sizeof from], said[128], *changed = calloc(1, (size_t)bytes.shape[0] + 256);
        snprintf(to, sizeof to, "%s,\"data_offsets\":[472,%d]},\"weight\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[%d,%d]}", shapes[i],
                 end, end, end + 8);
        memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
        replace_text(changed, from, to);
        lamella_view v = view_of(LAMELLA_U8, changed, size);
        seal(changed, size);
        snprintf(said, sizeof said, "lamella_moments_gram_load: bytes: \"square\".shape[%d] is %d, expected 29", rows == 29, rows == 29 ? columns : rows);
        refused(lamella_moments_gram_load(NULL, &v, &loaded), LAMELLA_ERR_FORMAT, said);
        free(changed);
    }
    lamella_moments_gram_free(gram);
}

TEST(options_of_an_update_are_what_zero_means)
{
    lamella_moments_gram_update_options options;
    memset(&options, 255, sizeof options);
    ok(lamella_moments_gram_update_options_init(&options, sizeof options));
    check(options.struct_size == sizeof options && !options.reserved0 && !options.y && !options.weights);
}
