/* The state behind Grams: cleared, joined, in units that grow, in memory that held something else; and every refusal of the object. */
#include "moments/moments.h"
#include "support/allocator.h"
#include "support/test.h"
#include "support/seal.h"
#include <math.h>

enum { ROWS = 1100, DIM = 4 };

static double x[ROWS * DIM];

/* Columns that keep their size, grow, shrink and turn up late, from panel to panel. */
static void make_rows(int units)
{
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < DIM; j++) {
            int exponent = !units || j == 0 ? 0 : j == 1 ? 150 * (i / 256) : j == 2 ? -150 * (i / 256) : i < 600 ? -1000 : 450;
            x[i * DIM + j] = ldexp(sin(i * 1.3 + j) + j, exponent);
        }
}

static lamella_status sums_into(call *c, int times, int units, gram *g, double *out)
{
    lamella_view layer = view_of(LAMELLA_F64, x, ROWS, DIM);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &layer, .n_layers = 1 };
    stack s;
    TRY(stack_check(c, &s, &theirs, FLOATS, "stack"));
    TRY(units ? gram_take_units(c, DIM, g) : gram_take(c, &c->memory, DIM, g));
    for (int i = 0; i < times; i++) {
        int64_t taken = c->memory.taken;
        TRY(gram_of_rows(c, &(gram_rows){ .s = &s, .n_layers = 1 }, g));
        equal(c->memory.taken, taken);
    }
    memcpy(out, g->mean, DIM * sizeof *out), out += DIM;
    memcpy(out, g->low, DIM * sizeof *out), out += DIM;
    memcpy(out, g->square, DIM * DIM * sizeof *out), out += DIM * DIM;
    for (int j = 0; j < DIM; j++)
        out[j] = units ? g->unit[j] : 1;
    return LAMELLA_OK;
}

static lamella_status sums_of(lamella_context *ctx, int times, int units, gram *g, double *out)
{
    CALL(ctx, sums_into(c, times, units, g, out));
}

static void equal_plain(const gram *g, const double *out)
{
    const double *mean = out, *low = out + DIM, *square = out + 2 * DIM, *unit = square + DIM * DIM;
    long double m[DIM] = { 0 };
    equal(g->n, ROWS);
    near(g->weight, ROWS, ABSOLUTE, 0);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < DIM; j++)
            m[j] += (long double)x[i * DIM + j] / ROWS;
    for (int a = 0; a < DIM; a++) {
        check(fabsl(((long double)mean[a] + low[a]) - m[a] / unit[a]) <= 1e-14L * sqrtl((long double)square[a * DIM + a] / ROWS));
        for (int b = 0; b < DIM; b++) {
            long double sum = 0, size = sqrtl((long double)square[a * DIM + a] * square[b * DIM + b]);
            for (int i = 0; i < ROWS; i++)
                sum += ((long double)x[i * DIM + a] - m[a]) / unit[a] * (((long double)x[i * DIM + b] - m[b]) / unit[b]);
            check(fabsl(square[a * DIM + b] - sum) <= 1e-13L * size);
        }
    }
}

TEST(sums_begin_anew_in_any_memory_and_units_grow_with_the_numbers)
{
    test_allocator memory = { 0 };
    lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .allocate = test_allocate, .release = test_release,
                                       .user = &memory };
    for (int64_t limit = 0; limit <= 60000; limit += 60000) { /* one panel at a time, too */
        lamella_context *ctx;
        options.max_workspace_bytes = limit;
        ok(lamella_context_create(&options, &ctx));
        for (int units = 0; units < 2; units++) {
            gram g;
            double once[2 * DIM + DIM * DIM + DIM], again[2 * DIM + DIM * DIM + DIM];
            make_rows(units);
            ok(sums_of(ctx, 1, units, &g, once));
            equal_plain(&g, once);
            if (units)
                continue; /* the means of g are in units then: it is taken once */
            ok(sums_of(ctx, 2, units, &g, again));
            equal_bits(again, once, sizeof once);
            equal(g.n, ROWS);
            near(g.weight, ROWS, ABSOLUTE, 0);
        }
        lamella_context_free(ctx);
    }
    equal(memory.live, 0);
}

/* ---- the object ---- */

/* A loaded one has the checksum of its file, which stands until rows come in or a state joins. */
TEST(bytes_are_of_what_the_state_is_now)
{
    lamella_moments_gram *gram, *other, *again;
    double numbers[4] = { 1, 2, 3, 4 };
    lamella_view rows = view_of(LAMELLA_F64, numbers, 2, 2), bytes;
    ok(lamella_moments_gram_create(NULL, 2, 0, &gram));
    ok(lamella_moments_gram_bytes(gram, &bytes));
    ok(lamella_moments_gram_load(NULL, &bytes, &other));
    ok(lamella_moments_gram_update(NULL, other, &rows, NULL));
    ok(lamella_moments_gram_bytes(other, &bytes));
    ok(lamella_moments_gram_load(NULL, &bytes, &again));
    ok(lamella_moments_gram_merge(NULL, gram, again));
    lamella_moments_gram_free(again);
    ok(lamella_moments_gram_bytes(gram, &bytes));
    ok(lamella_moments_gram_load(NULL, &bytes, &again));
    ok(lamella_moments_gram_get(again, "n", &bytes));
    equal(*(int64_t *)bytes.data, 2);
    lamella_moments_gram_free(again);
    lamella_moments_gram_free(other);
    lamella_moments_gram_free(gram);
}

TEST(a_state_that_is_none_is_refused_by_every_function)
{
    lamella_moments_gram *gram, *wide;
    double numbers[4] = { 1, 2, 3, 4 };
    lamella_view rows = view_of(LAMELLA_F64, numbers, 2, 2), y = view_of(LAMELLA_F64, numbers, 2, 1), v, bytes;
    ok(lamella_moments_gram_create(NULL, 2, 0, &gram));
    ok(lamella_moments_gram_create(NULL, 2, 1, &wide));
    refused(lamella_moments_gram_create(NULL, 2, 0, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_create: gram is NULL, expected a handle to fill");
    refused(lamella_moments_gram_bytes(NULL, &v), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_bytes: gram is NULL, expected a Gram state");
    refused(lamella_moments_gram_bytes(gram, NULL), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_bytes: bytes is NULL, expected a view to fill");
    refused(lamella_moments_gram_merge(NULL, NULL, gram), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_merge: gram is NULL, expected a Gram state");
    refused(lamella_moments_gram_merge(NULL, gram, NULL), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_merge: other is NULL, expected a Gram state");
    refused(lamella_moments_gram_get(NULL, "n", &v), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_get: gram is NULL, expected a Gram state");
    refused(lamella_moments_gram_get(gram, NULL, &v), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_get: name is NULL, expected the name of an array");
    refused(lamella_moments_gram_get(gram, "n", NULL), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_get: out is NULL, expected a view to fill");
    ok(lamella_moments_gram_bytes(gram, &bytes));
    refused(lamella_moments_gram_load(NULL, &bytes, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_load: gram is NULL, expected a handle to fill");
    lamella_moments_gram *none = gram;
    refused(lamella_moments_gram_load(NULL, NULL, &none), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_load: bytes is NULL, expected a view");
    check(!none);
    none = gram;
    refused(lamella_moments_gram_create(NULL, -1, 0, &none), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_create: dim is -1, expected at least 1");
    check(!none);
    refused(lamella_moments_gram_create(NULL, 2147483648, 0, &none), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_create: dim is 2147483648, expected at most 2147483647");
    refused(lamella_moments_gram_create(NULL, 2147483647, 2147483648, &none), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_create: cross_dim is 2147483648, expected at most 2147483647");
    refused(lamella_moments_gram_create(NULL, 2147483647, 0, &none), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_create: a Gram matrix is 2147483647 x 2147483647, expected at most 2147483647 elements");
    refused(lamella_moments_gram_create(NULL, 1, 2147483647, &none), LAMELLA_ERR_LIMIT,
            "lamella_moments_gram_create: a Gram matrix is 2147483648 x 2147483648, expected at most 2147483647 elements");
    refused(lamella_moments_gram_update(NULL, gram, NULL, NULL), LAMELLA_ERR_ARGUMENT, "lamella_moments_gram_update: x is NULL, expected a view");
    refused(lamella_moments_gram_update(NULL, wide, &rows, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_moments_gram_update: options.y is NULL, expected a view");
    rows.dtype = LAMELLA_I64;
    refused(lamella_moments_gram_update(NULL, gram, &rows, NULL), LAMELLA_ERR_DTYPE,
            "lamella_moments_gram_update: x.dtype is 8 (i64), expected f32|f64|f16|bf16");
    rows.dtype = LAMELLA_F64;
    lamella_view w = view_of(LAMELLA_F64, numbers, 3), halves = view_of(LAMELLA_F16, numbers, 2);
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &w)), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_update: options.weights.shape[0] is 3, expected 2");
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &halves)), LAMELLA_ERR_DTYPE,
            "lamella_moments_gram_update: options.weights.dtype is 3 (f16), expected f32|f64");
    double infinite[] = { INFINITY, 1 };
    w = view_of(LAMELLA_F64, infinite, 2);
    refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .weights = &w)), LAMELLA_ERR_NONFINITE,
            "lamella_moments_gram_update: options.weights is inf at row 0, column 0, expected a finite number");
    refused(lamella_moments_gram_update(NULL, wide, &rows, WITH(lamella_moments_gram_update_options, .y = &rows)), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_update: options.y.shape[1] is 2, expected 1");
    refused(lamella_moments_gram_merge(NULL, gram, wide), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_merge: other has dims 2 and 1, expected 2 and 0 (= those of gram)");
    ok(lamella_moments_gram_update(NULL, wide, &rows, WITH(lamella_moments_gram_update_options, .y = &y)));
    lamella_moments_gram_free(wide);
    ok(lamella_moments_gram_create(NULL, 3, 0, &wide));
    refused(lamella_moments_gram_merge(NULL, gram, wide), LAMELLA_ERR_SHAPE,
            "lamella_moments_gram_merge: other has dims 3 and 0, expected 2 and 0 (= those of gram)");
    lamella_moments_gram_free(gram), lamella_moments_gram_free(wide);
}

/* x and y beside it, of several panels: where the number is that is not finite. */
TEST(a_number_that_is_not_finite_is_found_where_it_is)
{
    enum { N = 600, X = 3, Y = 2 };
    static float of_x[N * X], of_y[N * Y];
    lamella_moments_gram *gram;
    lamella_view rows = view_of(LAMELLA_F32, of_x, N, X), targets = view_of(LAMELLA_F32, of_y, N, Y);
    ok(lamella_moments_gram_create(NULL, X, Y, &gram));
    for (int row = 0; row < N; row += 149)
        for (int column = 0; column < X + Y; column++) {
            char said[128];
            float *at = column < X ? &of_x[row * X + column] : &of_y[row * Y + column - X];
            *at = -INFINITY;
            of_y[(N - 1) * Y] = NAN;
            snprintf(said, sizeof said, "lamella_moments_gram_update: %s is -inf at row %d, column %d, expected a finite number",
                     column < X ? "x" : "options.y", row,
                     column < X ? column : column - X);
            refused(lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = &targets)), LAMELLA_ERR_NONFINITE,
                    said);
            *at = 0;
        }
    lamella_moments_gram_free(gram);
}

/* Bytes of a state of two columns end in: n, square [2, 2], weight. */
TEST(numbers_that_no_rows_leave_are_refused)
{
    double rows[] = { 1, 2, 3, 5 };
    lamella_moments_gram *gram, *loaded;
    lamella_view x_ = view_of(LAMELLA_F64, rows, 2, 2), bytes, v;
    ok(lamella_moments_gram_create(NULL, 2, 0, &gram));
    for (int n = 0; n < 2; n++) {
        if (n)
            ok(lamella_moments_gram_update(NULL, gram, &x_, NULL));
        ok(lamella_moments_gram_bytes(gram, &bytes));
        char *changed = malloc((size_t)bytes.shape[0]);
        const int64_t counts[] = { -1, 0, 2 };
        const double weights[] = { -1, 0, 2 }, square[] = { -1, 0, 7 };
        v = view_of(LAMELLA_U8, changed, bytes.shape[0]);
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++) {
                memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
                memcpy(changed + bytes.shape[0] - 48, &counts[i], 8);
                memcpy(changed + bytes.shape[0] - 8, &weights[k], 8);
                seal(changed, bytes.shape[0]);
                lamella_status status = lamella_moments_gram_load(NULL, &v, &loaded);
                if ((counts[i] == 0 && weights[k] == 0) || (counts[i] == 2 && weights[k] == 2))
                    ok(status);
                else
                    refused(status, LAMELLA_ERR_FORMAT, "lamella_moments_gram_load: bytes: the numbers are no moments of any rows");
                lamella_moments_gram_free(loaded);
            }
        for (int at = 0; at < 4; at++)
            for (int k = 0; k < 3; k++) { /* on the diagonal not under 0, off it the same twice */
                memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
                memcpy(changed + bytes.shape[0] - 40 + 8 * at, &square[k], 8);
                seal(changed, bytes.shape[0]);
                lamella_status status = lamella_moments_gram_load(NULL, &v, &loaded);
                int same = at == 1 || at == 2 ? square[k] == (n ? 3 : 0) : square[k] >= 0;
                equal(status, same ? LAMELLA_OK : LAMELLA_ERR_FORMAT);
                lamella_moments_gram_free(loaded);
            }
        free(changed);
    }
    lamella_moments_gram_free(gram);
}

TEST(a_size_that_is_no_number_is_refused)
{
    lamella_moments_gram *gram, *loaded;
    lamella_view bytes;
    ok(lamella_moments_gram_create(NULL, 5, 100, &gram));
    ok(lamella_moments_gram_bytes(gram, &bytes));
    static const char *const texts[] = { "100", "1 0", "+10", "-10", "10x", "x10", "104", "105", "106", "0.1" };
    char *changed = malloc((size_t)bytes.shape[0]);
    lamella_view v = view_of(LAMELLA_U8, changed, bytes.shape[0]);
    for (int i = 0; i < 10; i++) {
        memcpy(changed, bytes.data, (size_t)bytes.shape[0]);
        char *at = changed + 8, said[128];
        while (memcmp(at, "cross_dim\":\"", 12))
            at++;
        memcpy(at + 12, texts[i], 3);
        seal(changed, bytes.shape[0]);
        snprintf(said, sizeof said, "lamella_moments_gram_load: bytes: 105 means of which %s of y are no Gram state",
                 texts[i]);
        lamella_status status = lamella_moments_gram_load(NULL, &v, &loaded);
        if (i == 0 || i == 6)
            ok(status); /* fewer of y than of all */
        else
            refused(status, LAMELLA_ERR_FORMAT, said);
        lamella_moments_gram_free(loaded);
    }
    free(changed);
    lamella_moments_gram_free(gram);
}
