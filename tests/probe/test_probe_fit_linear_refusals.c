/* What a fit refuses, and in which words: each argument and each option at the edge of what it may be. */
#include "probe/probes.h"

enum { N = 20, DIM = 3 };

/* A call that can be changed before it is made; an input without data is not given. */
typedef struct asked {
    float         x[N * DIM];
    int64_t       y[N], folds[N];
    double        weights[N], penalties[2];
    lamella_view  layer, labels, label_mask, groups, fold, weight;
    unsigned char has[N], mask[N];
    lamella_view  valid;
    lamella_stack stack;
    lamella_probe_linear_options o;
    lamella_probe_linear *probe;
} asked;

static asked *fresh(void)
{
    static asked a;
    a = (asked){ .penalties = { 1, 2 }, .o = { .struct_size = sizeof a.o, .n_bootstrap = -1, .n_folds = 2 } };
    for (int i = 0; i < N; i++) {
        a.y[i] = i % 2;
        a.folds[i] = i / 2 % 2;
        a.has[i] = a.mask[i] = 1;
        a.weights[i] = 1;
        for (int j = 0; j < DIM; j++)
            a.x[i * DIM + j] = (float)((i * 7 + j * 5 + i * i) % 11);
    }
    a.layer = view_of(LAMELLA_F32, a.x, N, DIM);
    a.labels = view_of(LAMELLA_I64, a.y, N);
    a.valid = view_of(LAMELLA_U8, a.mask, N);
    a.stack = (lamella_stack){ .struct_size = sizeof a.stack, .layer = &a.layer, .n_layers = 1, .mask = &a.valid };
    return &a;
}

static lamella_status ask(asked *a)
{
    lamella_status status = lamella_probe_linear_fit(NULL, &a->stack, &a->labels,
                                                     (a->o.label_mask = a->label_mask.data ? &a->label_mask : NULL,
                                                      a->o.groups = a->groups.data ? &a->groups : NULL, a->o.folds = a->fold.data ? &a->fold : NULL, a->o.sample_weights = a->weight.data ? &a->weight : NULL, &a->o), &a->probe, NULL);
    check((status < 0) == (a->probe == NULL));
    lamella_probe_linear_free(a->probe);
    return status;
}

#define REFUSES(status, text) refused(ask(a), LAMELLA_ERR_##status, "lamella_probe_linear_fit: " text)

TEST(a_share_is_from_0_to_below_1)
{
    static const struct { size_t at; const char *name, *expected; } share[] = {
        { offsetof(lamella_probe_linear_options, holdout), "holdout", "0 or more, under 1" },
        { offsetof(lamella_probe_linear_options, tolerance), "tolerance", "over 0, under 1, or 0 for 1e-10" },
        { offsetof(lamella_probe_linear_options, confidence), "confidence", "over 0, under 1, or 0 for 0.95" },
    };
    static const struct { double value; const char *text; } wrong[] = { { 1, "1" }, { -0.5, "-0.5" }, { NAN, "nan" }, { 2, "2" } };
    char text[160];
    for (size_t i = 0; i < sizeof share / sizeof *share; i++)
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            asked *a = fresh();
            memcpy((char *)&a->o + share[i].at, &wrong[k].value, sizeof wrong[k].value);
            snprintf(text, sizeof text, "lamella_probe_linear_fit: options.%s is %s, expected %s", share[i].name, wrong[k].text, share[i].expected);
            refused(ask(a), isnan(wrong[k].value) ? LAMELLA_ERR_NONFINITE : LAMELLA_ERR_ARGUMENT, text);
        }
}

TEST(a_count_is_not_negative)
{
    asked *a = fresh();
    a->o.n_folds = -1;
    REFUSES(ARGUMENT, "options.n_folds is -1, expected 1 or more, or 0 for 5");
    a = fresh();
    a->o.max_iterations = -1;
    REFUSES(ARGUMENT, "options.max_iterations is -1, expected 1 or more, or 0 for 1000");
    a = fresh();
    a->o.n_bootstrap = -2;
    REFUSES(ARGUMENT, "options.n_bootstrap is -2, expected -1 or more, or 0 for 1000");
}

TEST(a_choice_is_one_of_those_there_are)
{
    asked *a = fresh();
    a->o.kind = 3;
    REFUSES(ARGUMENT, "options.kind is 3, expected 0 to 2");
    a = fresh();
    a->o.classes = 3;
    REFUSES(ARGUMENT, "options.classes is 3, expected 0 to 2");
    a = fresh();
    a->o.readout = LAMELLA_READOUT_WEIGHTED;
    REFUSES(ARGUMENT, "options.readout is WEIGHTED, expected another: pool with the weights first");
    a = fresh();
    a->o.readout = LAMELLA_READOUT_FIRST_MEAN + 1;
    check(ask(a) == LAMELLA_ERR_ARGUMENT);
    a = fresh();
    a->o.standardise = 2;
    REFUSES(ARGUMENT, "options.standardise is 2, expected 0 or 1");
    a = fresh();
    a->o.balanced = -1;
    REFUSES(ARGUMENT, "options.balanced is -1, expected 0 or 1");
    a = fresh();
    a->o.reserved0 = 1;
    check(ask(a) == LAMELLA_ERR_ARGUMENT && strstr(lamella_last_error(), "reserved0"));
}

TEST(labels_are_by_task_and_sample)
{
    asked *a = fresh();
    a->labels = (lamella_view){ .data = a->y, .dtype = LAMELLA_I64, .rank = 3, .shape = { 1, 1, N } };
    REFUSES(SHAPE, "labels.rank is 3, expected 2: task, sample, or 1: sample");
    a->labels = view_of(LAMELLA_I64, a->y, 2, N / 2);
    REFUSES(SHAPE, "labels.shape[1] is 10, expected 20 (= samples of stack)");
    a->labels = view_of(LAMELLA_I64, a->y, 0, N);
    REFUSES(EMPTY, "labels has no task, expected at least 1");
    a->labels = view_of(LAMELLA_F32, a->x, N);
    check(ask(a) == LAMELLA_ERR_DTYPE && strstr(lamella_last_error(), "labels.dtype"));
    a->labels = (lamella_view){ .data = a->y, .dtype = LAMELLA_I64, .rank = 2, .shape = { INT64_MAX / 8, N }, .stride = { 0, 1 },
                               .flags = LAMELLA_BROADCAST };
    check(ask(a) < 0);
    a = fresh();
    a->label_mask = view_of(LAMELLA_U8, a->has, 2, N / 2);
    REFUSES(SHAPE, "options.label_mask.shape[1] is 10, expected 20 (= samples of stack)");
    a->labels = (lamella_view){ .data = a->y, .dtype = LAMELLA_I64, .rank = 2, .shape = { 2, N }, .stride = { 0, 1 }, .flags = LAMELLA_BROADCAST };
    a->label_mask = view_of(LAMELLA_U8, a->has, N);
    check(ask(a) == LAMELLA_ERR_SHAPE && strstr(lamella_last_error(), "label_mask.shape[0] is 1, expected 2"));
}

TEST(penalties_are_numbers_over_0)
{
    static const struct { double value; lamella_status status; const char *text; } wrong[] = {
        { 0, LAMELLA_ERR_ARGUMENT, "0" }, { NAN, LAMELLA_ERR_NONFINITE, "nan" }, { INFINITY, LAMELLA_ERR_NONFINITE, "inf" } };
    char text[160];
    asked *a = fresh();
    a->o.penalties = a->penalties;
    REFUSES(EMPTY, "options.n_penalties is 0, expected at least 1");
    a->o.n_penalties = -1;
    REFUSES(ARGUMENT, "options.n_penalties is -1, expected at least 1");
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        a = fresh();
        a->o.penalties = a->penalties, a->o.n_penalties = 2;
        a->penalties[1] = wrong[k].value;
        snprintf(text, sizeof text, "lamella_probe_linear_fit: options.penalties[1] is %s, expected a number over 0", wrong[k].text);
        refused(ask(a), wrong[k].status, text);
    }
}

TEST(weights_are_numbers_from_0_whose_sum_f64_holds)
{
    asked *a = fresh();
    a->weight = view_of(LAMELLA_F64, a->weights, N);
    a->weights[3] = -0.5;
    REFUSES(ARGUMENT, "options.sample_weights is -0.5 at row 3, expected 0 or more");
    a->weights[3] = NAN;
    REFUSES(NONFINITE, "options.sample_weights is nan at row 3, column 0, expected a finite number");
    a->mask[3] = 0; /* what is masked is not read */
    ok(ask(a));
    a->weights[4] = a->weights[5] = 1e308;
    REFUSES(NUMERIC, "options.sample_weights sum to more than f64 holds");
    a->weight = view_of(LAMELLA_F64, a->weights, N - 1);
    check(ask(a) == LAMELLA_ERR_SHAPE && strstr(lamella_last_error(), "sample_weights.shape[0] is 19, expected 20"));
}

TEST(folds_are_numbers_below_that_of_rows)
{
    asked *a = fresh();
    a->fold = view_of(LAMELLA_I64, a->folds, N);
    ok(ask(a));
    a->folds[7] = N;
    REFUSES(ARGUMENT, "options.folds[7] is 20, expected -1 to 19");
    a->folds[7] = -2;
    REFUSES(ARGUMENT, "options.folds[7] is -2, expected -1 to 19");
    a->folds[7] = -1;
    ok(ask(a));
    memset(a->folds, 255, sizeof a->folds);
    REFUSES(ARGUMENT, "options.folds has -1 only, expected rows that a fold tests");
    a->fold = view_of(LAMELLA_I64, a->folds, N - 1);
    check(ask(a) == LAMELLA_ERR_SHAPE && strstr(lamella_last_error(), "folds.shape[0] is 19, expected 20"));
    a = fresh();
    a->groups = view_of(LAMELLA_I64, a->folds, N - 1);
    check(ask(a) == LAMELLA_ERR_SHAPE && strstr(lamella_last_error(), "groups.shape[0] is 19, expected 20"));
}

/* The last fold number that may be is that of the last row: so many folds, most of them empty. */
TEST(as_many_folds_as_rows_may_be_named)
{
    asked *a = fresh();
    a->fold = view_of(LAMELLA_I64, a->folds, N);
    a->folds[18] = a->folds[19] = N - 1;
    returns(ask(a), LAMELLA_NOTE);
}

TEST(nothing_to_fit_is_said)
{
    asked *a = fresh();
    a->layer = view_of(LAMELLA_F32, a->x, 0, DIM);
    a->labels = view_of(LAMELLA_I64, a->y, 0);
    a->stack.mask = NULL;
    REFUSES(EMPTY, "none of 0 samples takes part, expected at least 1");
    a = fresh();
    a->layer = view_of(LAMELLA_F32, a->x, N, 0);
    REFUSES(EMPTY, "stack.layer[0] has 0 dims, expected at least 1");
    a = fresh();
    memset(a->mask, 0, sizeof a->mask);
    REFUSES(EMPTY, "none of 20 samples takes part, expected at least 1");
    a = fresh();
    refused(lamella_probe_linear_fit(NULL, &a->stack, &a->labels, &a->o, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: probe is NULL, expected a handle to fill");
}

/* One row may be left, or one group: then there is nothing to train on or to test. */
TEST(one_group_makes_no_folds)
{
    asked *a = fresh();
    a->groups = view_of(LAMELLA_I64, a->folds, N);
    memset(a->folds, 0, sizeof a->folds);
    REFUSES(ARGUMENT, "one group cannot be trained on and tested at once, so neither folds nor a probe can be made of it, expected at least 2");
    a = fresh();
    memset(a->mask + 1, 0, N - 1);
    REFUSES(ARGUMENT, "one sample cannot be trained on and tested at once, so neither folds nor a probe can be made of it, expected at least 2");
}

TEST(results_and_views_that_are_not_there_are_named)
{
    lamella_probe_linear *p, *loaded;
    lamella_view v, bytes;
    static unsigned char copy[1 << 17];
    asked *a = fresh();
    ok(lamella_probe_linear_fit(NULL, &a->stack, &a->labels, &a->o, &p, NULL));
    refused(lamella_probe_linear_get(NULL, "auc", &v), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_get: probe is NULL, expected a fitted probe");
    refused(lamella_probe_linear_get(p, NULL, &v), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_get: name is NULL, expected the name of an array");
    refused(lamella_probe_linear_get(p, "auc", NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_get: out is NULL, expected a view to fill");
    refused(lamella_probe_linear_bytes(NULL, &bytes), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_bytes: probe is NULL, expected a fitted probe");
    refused(lamella_probe_linear_bytes(p, NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_bytes: bytes is NULL, expected a view to fill");
    refused(lamella_probe_linear_save(NULL, NULL, "/tmp/x"), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_save: probe is NULL, expected a fitted probe");
    refused(lamella_probe_linear_save(NULL, p, NULL), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_save: path is NULL, expected the path of a file");
    refused(lamella_probe_linear_save(NULL, p, ""), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_save: path is \"\", expected the path of a file");
    refused(lamella_probe_linear_open(NULL, NULL, &loaded), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_open: path is NULL, expected the path of a file");
    refused(lamella_probe_linear_open(NULL, "", &loaded), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_open: path is \"\", expected the path of a file");
    refused(lamella_probe_linear_open(NULL, "/tmp/x", NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_open: probe is NULL, expected a handle to fill");
    ok(lamella_probe_linear_bytes(p, &bytes));
    refused(lamella_probe_linear_load(NULL, &bytes, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_load: probe is NULL, expected a handle to fill");
    check(2 * bytes.shape[0] <= (int64_t)sizeof copy);
    for (int64_t i = 0; i < bytes.shape[0]; i++)
        copy[2 * i] = ((unsigned char *)bytes.data)[i];
    v = (lamella_view){ .data = copy, .dtype = LAMELLA_U8, .rank = 1, .shape = { bytes.shape[0] }, .stride = { 2 } };
    refused(lamella_probe_linear_load(NULL, &v, &loaded), LAMELLA_ERR_SHAPE,
            "lamella_probe_linear_load: bytes is not one contiguous axis, expected [byte] with stride 1");
    v = view_of(LAMELLA_U8, bytes.data, 1, bytes.shape[0]);
    check(lamella_probe_linear_load(NULL, &v, &loaded) == LAMELLA_ERR_SHAPE && !loaded);
    lamella_probe_linear_free(p);
}

/* ---- options and results ---- */

static lamella_probe_linear *probe_by(asked *a, const lamella_probe_linear_options *o)
{
    lamella_probe_linear *p;
    ok(lamella_probe_linear_fit(NULL, &a->stack, &a->labels, o, &p, NULL));
    return p;
}

/* What zero means, spelled out: the same bytes; and no default is the one beside it. */
TEST(default_options_are_what_no_options_are)
{
    asked *a = fresh();
    lamella_probe_linear_options o;
    lamella_view none, spelled;
    ok(lamella_probe_linear_options_init(&o, sizeof o));
    equal(o.kind, LAMELLA_PROBE_LOGISTIC);
    equal(o.classes, LAMELLA_PROBE_CLASSES_MULTINOMIAL);
    equal(o.readout, LAMELLA_READOUT_MEAN);
    equal(o.max_iterations, 1000);
    equal(o.n_bootstrap, 1000);
    near(o.confidence, 0.95, ABSOLUTE, 0);
    lamella_probe_linear *p = probe_by(a, NULL), *q = probe_by(a, &o);
    ok(lamella_probe_linear_bytes(p, &none));
    ok(lamella_probe_linear_bytes(q, &spelled));
    equal(none.shape[0], spelled.shape[0]);
    equal_bits(none.data, spelled.data, none.shape[0]);
    lamella_probe_linear_free(q);
    const struct { size_t at; double value; } other[] = { { offsetof(lamella_probe_linear_options, confidence), 0.9 },
                                                         { offsetof(lamella_probe_linear_options, tolerance), 1e-2 } };
    for (int k = 0; k < 2; k++) {
        lamella_probe_linear_options changed = o;
        memcpy((char *)&changed + other[k].at, &other[k].value, sizeof(double));
        q = probe_by(a, &changed);
        ok(lamella_probe_linear_bytes(q, &spelled));
        check(memcmp(none.data, spelled.data, (size_t)none.shape[0]) != 0);
        lamella_probe_linear_free(q);
    }
    lamella_probe_linear_free(p);
}

TEST(sizes_of_options_and_results_are_asked)
{
    asked *a = fresh();
    lamella_probe_linear *p = NULL;
    struct { lamella_probe_linear_result r; int64_t more[2]; } result = { { .struct_size = 7 }, { 5, 5 } };
    refused(lamella_probe_linear_fit(NULL, &a->stack, &a->labels, NULL, &p, &result.r), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: result.struct_size is 7, expected its sizeof (8 to 4096)");
    a->o.struct_size = 7;
    REFUSES(ARGUMENT, "options.struct_size is 7, expected its sizeof (8 to 4096)");
    result.r.struct_size = sizeof result.r + 8;
    ok(lamella_probe_linear_fit(NULL, &a->stack, &a->labels, NULL, &p, &result.r));
    check(result.r.n_scored == N && result.more[0] == 0 && result.more[1] == 5);
    lamella_probe_linear_free(p);
    refused(lamella_probe_linear_options_init(NULL, 64), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_options_init: options is NULL, expected a struct to fill");
    refused(lamella_probe_linear_options_init(&a->o, 7), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_options_init: struct_size is 7, expected the struct's sizeof (8 to 4096)");
}
