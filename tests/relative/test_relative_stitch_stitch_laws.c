/* Stitching against its definition: cosines of centred rows, ridge heads by elimination, every head on every space, plain counts. */
#include "relative/projections.h"
#include "support/eliminate.h"

enum { ROWS = 90, DIM = 4, SPACES = 3, ANCHORS = 5, MOST_CLASSES = 4 };

typedef struct setting {
    int64_t n_classes;      /* among the train rows */
    double  penalty;
    int     unknown;        /* some test rows are of a class of no train row */
} setting;

typedef struct spaces {
    double  x[SPACES][ROWS * DIM], relative[SPACES][ROWS * ANCHORS];
    int64_t label[ROWS], anchors[ANCHORS], train[50], test[30], n_train, n_test;
} spaces;

static const int64_t named[] = { -20, 3, 4, 1000 }, of_no_train_row = 50;

static spaces *filled(const setting *g)
{
    static spaces s;
    uint32_t state = 5;
    s = (spaces){ .n_train = 50, .n_test = 30 };
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t k = i * 7 % 11 % g->n_classes;
        s.label[i] = named[k];
        for (int64_t j = 0; j < SPACES * DIM; j++) {
            state = state * 1664525u + 1013904223u;
            s.x[j % SPACES][i * DIM + j / SPACES] = (double)(float)((double)(state >> 8) / (1 << 23) - 1 + (j / SPACES == k ? 0.9 : 0));
        }
    }
    for (int64_t a = 0; a < ANCHORS; a++)
        s.anchors[a] = ROWS - 1 - 2 * a;
    for (int64_t i = 0; i < s.n_train; i++)
        s.train[i] = (i * 3 + 1) % 50; /* all of the first fifty, in another order */
    for (int64_t i = 0; i < s.n_test; i++)
        s.test[i] = 79 - i;
    for (int64_t i = 0; g->unknown && i < s.n_test; i += 7)
        s.label[s.test[i]] = of_no_train_row;
    return &s;
}

/* Cosines of rows and anchors, both less the mean of the anchors. */
static void project(spaces *s)
{
    for (int l = 0; l < SPACES; l++) {
        double mean[DIM] = { 0 };
        for (int64_t a = 0; a < ANCHORS; a++)
            for (int64_t j = 0; j < DIM; j++)
                mean[j] += s->x[l][s->anchors[a] * DIM + j] / ANCHORS;
        for (int64_t i = 0; i < ROWS * ANCHORS; i++) {
            const double *u = s->x[l] + i / ANCHORS * DIM, *v = s->x[l] + s->anchors[i % ANCHORS] * DIM;
            double uv = 0, uu = 0, vv = 0;
            for (int64_t j = 0; j < DIM; j++)
                uv += (u[j] - mean[j]) * (v[j] - mean[j]), uu += (u[j] - mean[j]) * (u[j] - mean[j]), vv += (v[j] - mean[j]) * (v[j] - mean[j]);
            s->relative[l][i] = uv / sqrt(uu * vv);
        }
    }
}

/* One output of a ridge head: 1 for its class, -1 else; weights [ANCHORS], then the intercept. */
static void ridge_head(const spaces *s, int l, int64_t class, double penalty, double *w)
{
    double a[ANCHORS * ANCHORS] = { 0 }, mean[ANCHORS] = { 0 }, y_mean = 0;
    memset(w, 0, ANCHORS * sizeof *w);
    for (int64_t i = 0; i < s->n_train; i++) {
        y_mean += (s->label[s->train[i]] == class ? 1.0 : -1.0) / (double)s->n_train;
        for (int64_t j = 0; j < ANCHORS; j++)
            mean[j] += s->relative[l][s->train[i] * ANCHORS + j] / (double)s->n_train;
    }
    for (int64_t i = 0; i < s->n_train; i++)
        for (int64_t j = 0; j < ANCHORS; j++) {
            const double *r = s->relative[l] + s->train[i] * ANCHORS;
            for (int64_t k = 0; k < ANCHORS; k++)
                a[j * ANCHORS + k] += (r[j] - mean[j]) * (r[k] - mean[k]);
            w[j] += (r[j] - mean[j]) * ((s->label[s->train[i]] == class ? 1.0 : -1.0) - y_mean);
        }
    for (int64_t j = 0; j < ANCHORS; j++)
        a[j * ANCHORS + j] += penalty;
    eliminate(a, w, ANCHORS);
    w[ANCHORS] = y_mean;
    for (int64_t j = 0; j < ANCHORS; j++)
        w[ANCHORS] -= w[j] * mean[j];
}

/* Of `head` on `space`: the share that is right, and F1 of each class of the test rows weighted by how many there are. */
static void expect(const spaces *s, const setting *g, int head, int space, double *accuracy, double *f1)
{
    double w[MOST_CLASSES][ANCHORS + 1], right[MOST_CLASSES] = { 0 }, said[MOST_CLASSES] = { 0 }, there[MOST_CLASSES] = { 0 };
    for (int64_t k = 0; k < g->n_classes; k++)
        ridge_head(s, head, named[k], g->penalty, w[k]);
    *accuracy = *f1 = 0;
    for (int64_t i = 0; i < s->n_test; i++) {
        int64_t best = 0, gold = -1;
        double most = -INFINITY;
        for (int64_t k = 0; k < g->n_classes; k++) {
            double score = w[k][ANCHORS];
            for (int64_t j = 0; j < ANCHORS; j++)
                score += w[k][j] * s->relative[space][s->test[i] * ANCHORS + j];
            if (score > most)
                most = score, best = k;
            if (named[k] == s->label[s->test[i]])
                gold = k;
        }
        said[best]++;
        if (gold >= 0)
            there[gold]++;
        if (gold == best)
            right[best]++;
    }
    for (int64_t k = 0; k < g->n_classes; k++) {
        *accuracy += right[k] / (double)s->n_test;
        *f1 += right[k] > 0 ? there[k] / (double)s->n_test * 2 * right[k] / (said[k] + there[k]) : 0;
    }
}

static void equals_definition(const setting *g)
{
    spaces *s = filled(g);
    double accuracy_of[SPACES * SPACES], f1_of[SPACES * SPACES], within = 0, between = 0;
    lamella_view layer[SPACES], labels = view_of(LAMELLA_I64, s->label, ROWS), anchors = view_of(LAMELLA_I64, s->anchors, ANCHORS),
                 train = view_of(LAMELLA_I64, s->train, s->n_train), test = view_of(LAMELLA_I64, s->test, s->n_test),
                 accuracy = view_of(LAMELLA_F64, accuracy_of, SPACES, SPACES), f1 = view_of(LAMELLA_F64, f1_of, SPACES, SPACES);
    for (int l = 0; l < SPACES; l++)
        layer[l] = view_of(LAMELLA_F64, s->x[l], ROWS, DIM);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = SPACES };
    const lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = LAMELLA_RELATIVE_HEAD_RIDGE, .penalty = g->penalty };
    lamella_relative_stitch_result result = { .struct_size = sizeof result };
    returns(lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, &options,
                                    WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy, .f1 = &f1), &result),
            g->unknown ? LAMELLA_NOTE : LAMELLA_OK);
    project(s);
    for (int i = 0; i < SPACES * SPACES; i++) {
        double expected, expected_f1;
        expect(s, g, i / SPACES, i % SPACES, &expected, &expected_f1);
        near(accuracy_of[i], expected, ABSOLUTE, 1e-12);
        near(f1_of[i], expected_f1, ABSOLUTE, 1e-12);
        *(i / SPACES == i % SPACES ? &within : &between) += expected;
    }
    near(result.accuracy_within, within / SPACES, ABSOLUTE, 1e-12);
    near(result.accuracy_between, between / SPACES / (SPACES - 1), ABSOLUTE, 1e-12);
    equal(result.n_pairs, SPACES * (SPACES - 1));
    equal(result.n_unknown_tests, g->unknown ? 5 : 0);
    equal(result.n_trained_tests + result.n_anchor_tests, 0);
}

TEST(every_head_on_every_space_is_the_definition)
{
    for (int64_t n_classes = 2; n_classes <= MOST_CLASSES; n_classes++)
        for (int k = 0; k < 4; k++)
            equals_definition(&(setting){ .n_classes = n_classes, .penalty = k % 2 ? 0.05 : 3, .unknown = k / 2 });
}

TEST(one_space_has_nothing_between)
{
    spaces *s = filled(&(setting){ .n_classes = 2 });
    double accuracy_of;
    lamella_view layer = view_of(LAMELLA_F64, s->x[0], ROWS, DIM), labels = view_of(LAMELLA_I64, s->label, ROWS),
                 anchors = view_of(LAMELLA_I64, s->anchors, ANCHORS), train = view_of(LAMELLA_I64, s->train, s->n_train),
                 test = view_of(LAMELLA_I64, s->test, s->n_test), accuracy = view_of(LAMELLA_F64, &accuracy_of, 1, 1);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_relative_stitch_result result = { .struct_size = sizeof result };
    ok(lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, NULL, WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy),
                               &result));
    near(result.accuracy_within, accuracy_of, ABSOLUTE, 0);
    check(isnan(result.accuracy_between) && result.n_pairs == 0);
}

/* The fewest steps in which a head converges to a loose tolerance do not do for the default one. */
TEST(a_head_is_fitted_to_the_tolerance_that_is_asked_for)
{
    spaces *s = filled(&(setting){ .n_classes = 3 });
    double accuracy_of;
    lamella_view layer = view_of(LAMELLA_F64, s->x[0], ROWS, DIM), labels = view_of(LAMELLA_I64, s->label, ROWS),
                 anchors = view_of(LAMELLA_I64, s->anchors, ANCHORS), train = view_of(LAMELLA_I64, s->train, s->n_train),
                 test = view_of(LAMELLA_I64, s->test, s->n_test), accuracy = view_of(LAMELLA_F64, &accuracy_of, 1, 1);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
    lamella_status status[2] = { LAMELLA_NOT_CONVERGED, LAMELLA_NOT_CONVERGED };
    for (int64_t steps = 1; steps < 100 && status[1] == LAMELLA_NOT_CONVERGED; steps++)
        for (int loose = 0; loose < 2; loose++) {
            const lamella_relative_stitch_options options = { .struct_size = sizeof options, .max_iterations = steps, .tolerance = loose ? 0.05 : 0,
                                                              .penalty = 30 };
            status[loose] = lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, &options,
                                                    WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy), NULL);
        }
    equal(status[1], LAMELLA_OK);
    equal(status[0], LAMELLA_NOT_CONVERGED);
}

/* Threads, and how many spaces are fitted at once, change no bit; nor does what other spaces there are. */
TEST(spaces_do_not_touch_each_other)
{
    spaces *s = filled(&(setting){ .n_classes = 3 });
    double of_all[SPACES * SPACES], of_two[4];
    lamella_view layer[SPACES], labels = view_of(LAMELLA_I64, s->label, ROWS), anchors = view_of(LAMELLA_I64, s->anchors, ANCHORS),
                 train = view_of(LAMELLA_I64, s->train, s->n_train), test = view_of(LAMELLA_I64, s->test, s->n_test);
    const lamella_view all = view_of(LAMELLA_F64, of_all, SPACES, SPACES), two = view_of(LAMELLA_F64, of_two, 2, 2);
    for (int l = 0; l < SPACES; l++)
        layer[l] = view_of(LAMELLA_F64, s->x[l], ROWS, DIM);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = SPACES }, last = { .struct_size = sizeof last,
            .layer = layer + 1, .n_layers = 2 };
    ok(lamella_relative_stitch(NULL, &last, &labels, &anchors, &train, &test, NULL, WITH(lamella_relative_stitch_outputs, .accuracy = &two), NULL));
    for (int32_t threads = 1; threads <= 4; threads++) {
        const lamella_context_options options = { .struct_size = sizeof options, .threads = threads };
        lamella_context *ctx;
        ok(lamella_context_create(&options, &ctx));
        ok(lamella_relative_stitch(ctx, &stack, &labels, &anchors, &train, &test, NULL, WITH(lamella_relative_stitch_outputs, .accuracy = &all),
                                   NULL));
        for (int i = 0; i < 4; i++)
            near(of_all[(1 + i / 2) * SPACES + 1 + i % 2], of_two[i], ABSOLUTE, 0);
        lamella_context_free(ctx);
    }
}
