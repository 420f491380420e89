/* The depth of a concept: options and results, what may lie where, many samples. */
#include "probe/probes.h"
#include "support/guarded.h"

enum { LAYERS = 5, N = 200 };

/* Five layers; numbers lie in one block, as hosts may have them. */
typedef struct depth_call {
    unsigned char right[LAYERS * N], good[LAYERS];
    int64_t       before[LAYERS], depths[LAYERS];
    double        accuracy[LAYERS], beta[LAYERS], difference[2 * LAYERS];
    lamella_view  correct, accuracies, betas, as_good, differences;
    lamella_probe_depth_options o;
    struct { lamella_probe_depth_result r; int64_t more[2]; } result;
} depth_call;

static depth_call *fresh_call(void)
{
    static depth_call d;
    d = (depth_call){ .depths = { 0, 1, 2, 3, 5 }, .o = { .struct_size = sizeof d.o }, .result = { { .struct_size = sizeof d.result.r }, { 7, 7 } } };
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < N; i++)
            d.right[l * N + i] = (i * 7 + l * 13) % 20 < 8 + 2 * l;
    d.correct = view_of(LAMELLA_U8, d.right, LAYERS, N);
    d.accuracies = view_of(LAMELLA_F64, d.accuracy, LAYERS);
    d.betas = view_of(LAMELLA_F64, d.beta, LAYERS);
    d.as_good = view_of(LAMELLA_U8, d.good, LAYERS);
    d.differences = view_of(LAMELLA_F64, d.difference, LAYERS, 2);
    return &d;
}

static lamella_status depth_by(depth_call *d, const lamella_probe_depth_options *o)
{
    lamella_probe_depth_options options = COPY_OF(lamella_probe_depth_options, o);
    if (options.struct_size >= sizeof options && !options.depths)
        options.depths = d->depths, options.n_layers = LAYERS;
    return lamella_probe_depth(NULL, &d->correct, &options, WITH(lamella_probe_depth_outputs, .accuracy = &d->accuracies, .beta = &d->betas,
                                                                 .as_good = &d->as_good, .difference = &d->differences), &d->result.r);
}

TEST(outputs_over_depths_are_refused)
{
    depth_call *d = fresh_call();
    static const int64_t given[] = { 0, 1, 2, 3, 5 };
    lamella_view *const out[] = { &d->accuracies, &d->betas, &d->differences };
    static const char *const names[] = { "accuracy", "beta", "difference" };
    char text[160];
    for (int k = 0; k < 3; k++) {
        d = fresh_call();
        out[k]->data = k == 2 ? (void *)(d->depths + LAYERS - 1) : (void *)(d->depths - LAYERS + 1); /* the last number, and the first */
        snprintf(text, sizeof text, "lamella_probe_depth: outputs.%s shares memory with options.depths, expected an output apart from the inputs",
                 names[k]);
        refused(depth_by(d, NULL), LAMELLA_ERR_ARGUMENT, text);
        equal_bits(d->depths, given, sizeof given);
    }
    d = fresh_call();
    refused(lamella_probe_depth(NULL, &d->correct, WITH(lamella_probe_depth_options, .depths = d->depths, .n_layers = LAYERS),
                                WITH(lamella_probe_depth_outputs, .accuracy = &d->accuracies, .beta = &d->betas, .as_good = &d->as_good,
                                     .difference = &d->differences), memcpy(d->depths, &d->result.r, sizeof d->depths)),
            LAMELLA_ERR_ARGUMENT, "lamella_probe_depth: result shares memory with options.depths, expected an output apart from the inputs");
}

TEST(sizes_of_options_and_results_are_asked)
{
    depth_call *d = fresh_call();
    d->result.r.struct_size = 7;
    refused(depth_by(d, NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_depth: result.struct_size is 7, expected its sizeof (8 to 4096)");
    d->result.r.struct_size = sizeof d->result.r + 8;
    ok(depth_by(d, NULL));
    check(d->result.r.best == 4 && d->result.more[0] == 0 && d->result.more[1] == 7);
    d->o.struct_size = 7;
    refused(depth_by(d, &d->o), LAMELLA_ERR_ARGUMENT, "lamella_probe_depth: options.struct_size is 7, expected its sizeof (8 to 4096)");
    refused(lamella_probe_depth(NULL, &d->correct, WITH(lamella_probe_depth_options, .n_layers = LAYERS),
                                WITH(lamella_probe_depth_outputs, .accuracy = &d->accuracies, .beta = &d->betas, .as_good = &d->as_good,
                                     .difference = &d->differences), NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth: result is NULL, expected a struct to fill");
    refused(lamella_probe_depth_options_init(NULL, 64), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth_options_init: options is NULL, expected a struct to fill");
    refused(lamella_probe_depth_options_init(&d->o, 7), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_depth_options_init: struct_size is 7, expected the struct's sizeof (8 to 4096)");
}

TEST(shapes_that_do_not_agree_are_named)
{
    int64_t groups[N] = { 0 };
    depth_call *d = fresh_call();
    lamella_view group = view_of(LAMELLA_I64, groups, N - 1), flat = view_of(LAMELLA_U8, d->right, N), empty = view_of(LAMELLA_U8, d->right, LAYERS,
            0);
    lamella_view no_layers = view_of(LAMELLA_U8, d->right, 0, N), one_sample = view_of(LAMELLA_U8, d->right, LAYERS, 1);
    refused(lamella_probe_depth(NULL, &d->correct, WITH(lamella_probe_depth_options, .groups = &group, .n_layers = LAYERS),
                                WITH(lamella_probe_depth_outputs, .accuracy = &d->accuracies, .beta = &d->betas, .as_good = &d->as_good,
                                     .difference = &d->differences), &d->result.r),
            LAMELLA_ERR_SHAPE, "lamella_probe_depth: options.groups.shape[0] is 199, expected 200");
    d->correct = flat;
    refused(depth_by(d, NULL), LAMELLA_ERR_SHAPE, "lamella_probe_depth: correct.rank is 1, expected 2");
    d->correct = empty;
    refused(depth_by(d, NULL), LAMELLA_ERR_EMPTY, "lamella_probe_depth: correct has 5 layers of 0 samples, expected at least 1 of each");
    d->correct = no_layers;
    refused(depth_by(d, NULL), LAMELLA_ERR_EMPTY, "lamella_probe_depth: correct has 0 layers of 200 samples, expected at least 1 of each");
    d->correct = one_sample;
    ok(depth_by(d, NULL));
    d = fresh_call();
    d->differences = view_of(LAMELLA_F64, d->difference, 2, LAYERS);
    refused(depth_by(d, NULL), LAMELLA_ERR_SHAPE, "lamella_probe_depth: outputs.difference.shape[0] is 2, expected 5");
}

TEST(resamples_that_fit_no_memory_are_refused)
{
    depth_call *d = fresh_call();
    d->o.n_bootstrap = INT64_MAX / 2;
    refused(depth_by(d, &d->o), LAMELLA_ERR_MEMORY, "lamella_probe_depth: 4611686018427387903 resamples of 5 layers do not fit into memory");
}

TEST(options_init_spells_out_the_defaults)
{
    depth_call *d = fresh_call(), none;
    ok(lamella_probe_depth_options_init(&d->o, sizeof d->o));
    near(d->o.jump, 1.1, ABSOLUTE, 0);
    near(d->o.flat, 0.03, ABSOLUTE, 0);
    equal(d->o.n_bootstrap, 1000);
    near(d->o.confidence, 0.95, ABSOLUTE, 0);
    ok(depth_by(d, NULL));
    none = *d;
    ok(depth_by(d, &d->o));
    equal_bits(d, &none, sizeof none);
    d->o.confidence = 0.9;
    ok(depth_by(d, &d->o));
    check(memcmp(d->difference, none.difference, sizeof none.difference) != 0);
}

/* ---- many samples ---- */

static int64_t times_asked, stop_at;

static int32_t count_times(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    times_asked++;
    check(fraction < 1 || times_asked > 5);
    return times_asked == stop_at ? LAMELLA_STOP : 0;
}

/* Each pass over 17 << 14 samples asks once in 2^18 rows: of a layer's samples, of both layers' together; and no array is read past its end. */
TEST(many_samples_ask_and_stop)
{
    enum { MANY = 17 << 14 };
    unsigned char *right = guarded(NULL, 2 * MANY);
    int64_t *group = guarded(NULL, MANY * sizeof *group);
    double accuracy[2], beta[2], difference[4];
    unsigned char good[2];
    lamella_view correct = view_of(LAMELLA_U8, right, 2, MANY), groups = view_of(LAMELLA_I64, group, MANY), a = view_of(LAMELLA_F64, accuracy, 2),
                 b = view_of(LAMELLA_F64, beta, 2), g = view_of(LAMELLA_U8, good, 2), d = view_of(LAMELLA_F64, difference, 2, 2);
    lamella_probe_depth_options o = { .struct_size = sizeof o, .n_bootstrap = 2 };
    lamella_probe_depth_result r = { .struct_size = sizeof r };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .progress = count_times, .allocate = guarded_allocate,
                                  .release = guarded_release };
    lamella_context *ctx;
    for (int i = 0; i < MANY; i++) {
        right[i] = i % 3 == 0;
        right[MANY + i] = i % 2 == 0;
        group[i] = i / 2;
    }
    ok(lamella_context_create(&co, &ctx));
    times_asked = stop_at = 0;
    ok(lamella_probe_depth(ctx, &correct, (o.groups = &groups, o.n_layers = 2, &o),
                           WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &b, .as_good = &g, .difference = &d), &r));
    int64_t n = times_asked;
    equal(n, 24);
    for (stop_at = 1; stop_at < n; stop_at += n - 2) {
        times_asked = 0;
        returns(lamella_probe_depth(ctx, &correct, (o.groups = &groups, o.n_layers = 2, &o),
                                    WITH(lamella_probe_depth_outputs, .accuracy = &a, .beta = &b, .as_good = &g,
                                         .difference = &d), &r), LAMELLA_STOPPED);
        equal(times_asked, stop_at);
    }
    lamella_context_free(ctx);
}
