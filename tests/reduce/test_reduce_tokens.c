/* The token sweep and readouts against plain sums: every form, readout, weights and blocks that end inside a sample. */
#include "base/base.h"
#include "reduce/reduce.h"
#include "support/elements.h"
#include "support/guarded.h"
#include "support/test.h"
#include <math.h>

enum { DIM = 3, MOST_SAMPLES = 40, MOST_VECTORS = 3000 };

/* Tokens of a case: dense or ragged, masked or not, and what is expected of them. */
typedef struct tokens {
    float         x[MOST_VECTORS * DIM];
    unsigned char valid[MOST_VECTORS];
    double        weight[MOST_VECTORS];
    int64_t       offsets[MOST_SAMPLES + 1], n_samples, n_vectors;
    lamella_view  layer, mask, starts;
    lamella_stack stack;
} tokens;

static uint64_t hash_of(int64_t i)
{
    uint64_t h = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

/* Lengths by sample; `per` is that of all, or 0 for a ragged stack, whose third sample is empty. */
static void make_tokens(tokens *t, int64_t n_samples, int64_t per, int64_t longest, int is_masked)
{
    memset(t, 0, sizeof *t);
    t->n_samples = n_samples;
    for (int64_t s = 0; s < n_samples; s++)
        t->offsets[s + 1] = t->offsets[s] + (per ? per : s == 2 ? 0 : 1 + (int64_t)(hash_of(s) % (uint64_t)longest));
    t->n_vectors = t->offsets[n_samples];
    check(t->n_vectors <= MOST_VECTORS);
    for (int64_t v = 0; v < t->n_vectors; v++) {
        t->valid[v] = !is_masked || hash_of(v + 7) % 3 != 0;
        t->weight[v] = (double)(hash_of(v + 99) % 4) / 2; /* some are 0 */
        for (int64_t j = 0; j < DIM; j++)
            t->x[v * DIM + j] = t->valid[v] ? (float)((int64_t)(hash_of(v * DIM + j + 1000) % 2001) - 1000) / 7 : NAN;
    }
    for (int64_t v = t->offsets[1]; is_masked && v < t->offsets[2]; v++) /* the second sample has no valid token */
        t->valid[v] = 0;
    t->layer = per ? view_of(LAMELLA_F32, t->x, n_samples, per, DIM) : view_of(LAMELLA_F32, t->x, t->n_vectors, DIM);
    t->mask = per ? view_of(LAMELLA_U8, t->valid, n_samples, per) : view_of(LAMELLA_U8, t->valid, t->n_vectors);
    t->starts = view_of(LAMELLA_I64, t->offsets, n_samples + 1);
    t->stack = (lamella_stack){ .struct_size = sizeof t->stack, .layer = &t->layer, .n_layers = 1, .mask = is_masked ? &t->mask : NULL,
                                .offsets = per ? NULL : &t->starts };
}

/* One number of a pooled row, as its definition says; 0 without a token. */
static double pooled_by_hand(const tokens *t, int32_t readout, int64_t sample, int64_t j)
{
    double sum = 0, weight = 0, first = 0, last = 0, most = -INFINITY;
    int64_t n = 0;
    for (int64_t v = t->offsets[sample]; v < t->offsets[sample + 1]; v++) {
        double w = readout == LAMELLA_READOUT_WEIGHTED ? t->weight[v] : 1, x = t->x[v * DIM + j];
        if (!t->valid[v] || w == 0)
            continue;
        first = n++ ? first : x;
        last = x;
        most = fmax(most, x);
        sum += w * x;
        weight += w;
    }
    if (!n)
        return 0;
    return readout == LAMELLA_READOUT_CLS    ? first
         : readout == LAMELLA_READOUT_LAST   ? last
         : readout == LAMELLA_READOUT_MAX    ? most
         : readout == LAMELLA_READOUT_FIRST_MEAN ? (first + sum / weight) / 2
                                             : sum / weight;
}

static int has_token(const tokens *t, int32_t readout, int64_t sample)
{
    for (int64_t v = t->offsets[sample]; v < t->offsets[sample + 1]; v++)
        if (t->valid[v] && (readout != LAMELLA_READOUT_WEIGHTED || t->weight[v] > 0))
            return 1;
    return 0;
}

static void pools_as_by_hand(tokens *t, int32_t readout, lamella_context *ctx)
{
    static float buffer[MOST_SAMPLES * DIM];
    call c;
    stack s;
    token_sweep sweep;
    int64_t n_empty = 0;
    lamella_view pooled = view_of(LAMELLA_F32, buffer, t->n_samples, DIM), out;
    lamella_view weights = { .data = t->weight, .dtype = LAMELLA_F64, .rank = t->layer.rank - 1 };
    memcpy(weights.shape, t->layer.shape, (size_t)weights.rank * sizeof *weights.shape);
    memset(buffer, 0xff, sizeof buffer);
    call_open(&c, ctx, __func__);
    ok(stack_check(&c, &s, &t->stack, FLOATS, "stack"));
    ok(view_check(&c, &out, &pooled, F32, "pooled"));
    ok(sweep_open(&c, &s, readout, readout == LAMELLA_READOUT_WEIGHTED ? &weights : NULL, &sweep));
    ok(sweep_layer(&c, &sweep, 0, &out));
    for (int64_t i = 0; i < t->n_samples; i++) {
        n_empty += !has_token(t, readout, i);
        for (int64_t j = 0; j < DIM; j++) {
            double expected = pooled_by_hand(t, readout, i, j);
            near(buffer[i * DIM + j], expected, ABSOLUTE, 0x1p-23 * (fabs(expected) + 1));
        }
    }
    equal(sweep.n_empty, n_empty);
    call_close(&c, LAMELLA_OK);
}

static void every_readout(tokens *t, lamella_context *ctx)
{
    for (int32_t readout = LAMELLA_READOUT_MEAN; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++)
        pools_as_by_hand(t, readout, ctx);
}

static tokens t;

TEST(every_readout_of_every_form_equals_its_definition)
{
    for (int is_masked = 0; is_masked < 2; is_masked++) {
        make_tokens(&t, 1, 4, 0, is_masked && 0);
        every_readout(&t, NULL);
        make_tokens(&t, 12, 5, 0, is_masked);
        every_readout(&t, NULL);
        make_tokens(&t, 40, 0, 9, is_masked);
        every_readout(&t, NULL);
        make_tokens(&t, 6, 0, 900, is_masked); /* longer than a panel */
        every_readout(&t, NULL);
    }
}

static int64_t delivered_at_once;

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    const tokens *from = user;
    int64_t n = n_rows < delivered_at_once ? n_rows : delivered_at_once, row = 1;
    (void)depth;
    for (int32_t i = 1; i < into->rank; i++)
        row *= into->shape[i];
    memcpy(into->data, from->x + first_row * row, (size_t)(n * row) * sizeof(float));
    return n;
}

TEST(a_sample_goes_on_in_the_next_block)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .max_workspace_bytes = 200000 };
    ok(lamella_context_create(&options, &ctx));
    for (int64_t per = 0; per <= 70; per += 70) {
        make_tokens(&t, per ? 40 : 8, per, 700, 1);
        t.stack.read = deliver;
        t.stack.user = &t;
        t.layer.data = NULL;
        delivered_at_once = per ? 3 : 100;
        every_readout(&t, ctx);
    }
    lamella_context_free(ctx);
}

TEST(weights_matter_by_their_ratios_in_any_range)
{
    static const double scales[] = { 1e-300, 1e300, 4 };
    make_tokens(&t, 12, 5, 0, 1);
    for (int k = 0; k < 3; k++) {
        for (int64_t v = 0; v < t.n_vectors; v++)
            t.weight[v] = (double)(hash_of(v + 99) % 4) * scales[k] / 4;
        pools_as_by_hand(&t, LAMELLA_READOUT_WEIGHTED, NULL);
    }
}

TEST(weights_that_are_none_are_refused_unless_masked)
{
    static const struct { double weight; lamella_status status; const char *said; } cases[] = {
        { -1, LAMELLA_ERR_ARGUMENT, "weights_are: options.weights is -1 at token 7, expected a finite number of 0 or more" },
        { NAN, LAMELLA_ERR_NONFINITE, "weights_are: options.weights is nan at token 7, expected a finite number of 0 or more" },
        { INFINITY, LAMELLA_ERR_NONFINITE, "weights_are: options.weights is inf at token 7, expected a finite number of 0 or more" },
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        call c;
        stack s;
        token_sweep sweep;
        make_tokens(&t, 4, 5, 0, 0);
        t.stack.mask = &t.mask;
        t.weight[7] = cases[i / 2].weight;
        t.valid[7] = i % 2;
        lamella_view weights = view_of(LAMELLA_F64, t.weight, 4, 5);
        call_open(&c, NULL, "weights_are");
        ok(stack_check(&c, &s, &t.stack, FLOATS, "stack"));
        lamella_status status = sweep_open(&c, &s, LAMELLA_READOUT_WEIGHTED, &weights, &sweep);
        if (i % 2)
            refused(status, cases[i / 2].status, cases[i / 2].said);
        else
            ok(status);
        call_close(&c, status);
    }
}

TEST(weights_of_any_layout_belong_to_their_tokens)
{
    enum { N = 4, T = 5 };
    call c;
    stack s;
    token_sweep plain, strided;
    double apart[T * N * 2];
    make_tokens(&t, N, T, 0, 0);
    for (int64_t v = 0; v < N * T; v++)
        apart[(v % T * N + v / T) * 2] = t.weight[v];
    lamella_view weights = view_of(LAMELLA_F64, t.weight, N, T), other = view_of(LAMELLA_F64, apart, N, T);
    other.stride[0] = 2;
    other.stride[1] = 2 * N;
    call_open(&c, NULL, __func__);
    ok(stack_check(&c, &s, &t.stack, FLOATS, "stack"));
    ok(sweep_open(&c, &s, LAMELLA_READOUT_WEIGHTED, &weights, &plain));
    ok(sweep_open(&c, &s, LAMELLA_READOUT_WEIGHTED, &other, &strided));
    equal_bits(strided.weights, plain.weights, N * T * (int64_t)sizeof *plain.weights);
    returns(sweep_open(&c, &s, LAMELLA_READOUT_MEAN, &weights, &plain), LAMELLA_ERR_ARGUMENT);
    call_close(&c, LAMELLA_OK);
}

/* A host that runs the tasks of a block from the last to the first: the sample that goes on is added first, and others after it. */
static int32_t backwards(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    (void)user;
    while (n > 0)
        task(--n, data);
    return 0;
}

TEST(a_sample_goes_on_whoever_was_summed_between)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 2, .max_workspace_bytes = 60000, .parallel_for = backwards };
    ok(lamella_context_create(&options, &ctx));
    for (int is_masked = 0; is_masked < 2; is_masked++) {
        make_tokens(&t, 14, 0, 250, is_masked);
        t.stack.read = deliver;
        t.stack.user = &t;
        t.layer.data = NULL;
        delivered_at_once = 1000;
        every_readout(&t, ctx);
    }
    lamella_context_free(ctx);
}

/* Rows wider than what lies between two pieces of memory, of a layer behind another, in memory that held something else. */
TEST(wide_rows_of_any_layer_are_pooled)
{
    enum { N = 9, T = 4, WIDE = 37 };
    static float x[N * T * WIDE], buffer[N * WIDE];
    static unsigned char valid[N * T];
    lamella_context *ctx = guarded_context(1);
    lamella_view layer[] = { view_of(LAMELLA_F32, x, N, T, 5), view_of(LAMELLA_F32, x, N, T, WIDE) }, mask = view_of(LAMELLA_U8, valid, N, T);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = 2, .mask = &mask };
    for (int i = 0; i < N * T * WIDE; i++)
        x[i] = (float)((i * 37 + i / 7) % 101) - 50;
    for (int v = 0; v < N * T; v++)
        valid[v] = v / T != 3 && v % 3 != 1;
    for (int32_t readout = LAMELLA_READOUT_MEAN; readout <= LAMELLA_READOUT_FIRST_MEAN; readout++) {
        call c;
        stack s;
        token_sweep sweep;
        lamella_view pooled = view_of(LAMELLA_F32, buffer, N, WIDE), out;
        if (readout == LAMELLA_READOUT_WEIGHTED)
            continue;
        memset(buffer, 0xff, sizeof buffer);
        call_open(&c, ctx, __func__);
        ok(stack_check(&c, &s, &theirs, FLOATS, "stack"));
        ok(view_check(&c, &out, &pooled, F32, "pooled"));
        ok(sweep_open(&c, &s, readout, NULL, &sweep));
        int64_t taken = c.memory.taken;
        ok(sweep_layer(&c, &sweep, 1, &out));
        equal(c.memory.taken, taken);
        equal(sweep.n_empty, 1);
        for (int i = 0; i < N * WIDE; i++) {
            double sum = 0, first = 0, last = 0, most = -INFINITY, n = 0;
            for (int v = 0; v < T; v++) {
                double value = x[(i / WIDE * T + v) * WIDE + i % WIDE];
                if (!valid[i / WIDE * T + v])
                    continue;
                first = n > 0 ? first : value, last = value, most = fmax(most, value), sum += value, n++;
            }
            double mean = n > 0 ? sum / n : 0, expected = readout == LAMELLA_READOUT_CLS ? first : readout == LAMELLA_READOUT_LAST ? last
                : readout == LAMELLA_READOUT_MAX ? (n > 0 ? most : 0) : readout == LAMELLA_READOUT_FIRST_MEAN ? (first + mean) / 2 : mean;
            near(buffer[i], expected, ABSOLUTE, 1e-5);
        }
        call_close(&c, LAMELLA_OK);
    }
    lamella_context_free(ctx);
}

static lamella_status opens(call *c, const lamella_stack *theirs, int32_t readout, const lamella_view *weights, double *first)
{
    stack s;
    token_sweep sweep;
    TRY(stack_check(c, &s, theirs, FLOATS, "stack"));
    TRY(sweep_open(c, &s, readout, weights, &sweep));
    *first = sweep.weights ? sweep.weights[0] : 0;
    return LAMELLA_OK;
}

static lamella_status opening(const lamella_stack *theirs, int32_t readout, const lamella_view *weights, double *first)
{
    CALL(NULL, opens(c, theirs, readout, weights, first));
}

TEST(weights_are_given_where_they_are_asked_for)
{
    static double numbers[20];
    double first;
    make_tokens(&t, 4, 5, 0, 0);
    lamella_view weights = view_of(LAMELLA_F64, numbers, 4, 5), short_ = view_of(LAMELLA_F64, numbers, 4, 4), halves = view_of(LAMELLA_F16, numbers,
            4, 5);
    refused(opening(&t.stack, LAMELLA_READOUT_WEIGHTED, NULL, &first), LAMELLA_ERR_ARGUMENT,
            "opening: options.weights is not given, expected a number for each token, since options.readout is WEIGHTED");
    refused(opening(&t.stack, LAMELLA_READOUT_MEAN, &weights, &first), LAMELLA_ERR_ARGUMENT,
            "opening: options.weights is given, expected none unless options.readout is WEIGHTED");
    refused(opening(&t.stack, LAMELLA_READOUT_WEIGHTED, &short_, &first), LAMELLA_ERR_SHAPE, "opening: options.weights.shape[1] is 4, expected 5");
    refused(opening(&t.stack, LAMELLA_READOUT_WEIGHTED, &halves, &first), LAMELLA_ERR_DTYPE, "opening: options.weights.dtype is 3 (f16), expected f32|f64");
    static const double largest[] = { 1.7976931348623157e308, 5e-324, 3, 0.75, 1 }, scaled[] = { 0x1.fffffffffffffp0, 1, 1.5, 1.5, 1 };
    for (int i = 0; i < 5; i++) {
        numbers[0] = largest[i];
        ok(opening(&t.stack, LAMELLA_READOUT_WEIGHTED, &weights, &first));
        near(first, scaled[i], ABSOLUTE, 0);
    }
    numbers[0] = -1, numbers[19] = -2; /* the first one is named, and the last is looked at */
    refused(opening(&t.stack, LAMELLA_READOUT_WEIGHTED, &weights, &first), LAMELLA_ERR_ARGUMENT,
            "opening: options.weights is -1 at token 0, expected a finite number of 0 or more");
    numbers[0] = 0;
    refused(opening(&t.stack, LAMELLA_READOUT_WEIGHTED, &weights, &first), LAMELLA_ERR_ARGUMENT,
            "opening: options.weights is -2 at token 19, expected a finite number of 0 or more");
    numbers[19] = 0;
}
