/* Linear probes: the digits figure and what is no probe, folds and groups, tasks without a possible fold. */
#include "probe/probes.h"

/* ---- digits 3 and 8, y = it is an 8 ---- */

#define OPTIMUM 26.485070708
enum { DIGITS = 357, PIXELS = 64, TRAINED = 214 };

typedef struct digits {
    float        x[DIGITS * PIXELS];
    int32_t      y[DIGITS];
    lamella_view layer, labels;
} digits;

static digits *digits_of(float factor)
{
    static digits d;
    const int64_t *row = golden("probe/linear/digits.rows")->data;
    for (int64_t i = 0; i < DIGITS; i++) {
        d.y[i] = ((const int32_t *)example("digits/labels")->data)[row[i]] == 8;
        for (int j = 0; j < PIXELS; j++)
            d.x[i * PIXELS + j] = factor * ((const float *)example("digits/images")->data)[row[i] * PIXELS + j];
    }
    d.layer = view_of(LAMELLA_F32, d.x, DIGITS, PIXELS);
    d.labels = view_of(LAMELLA_I32, d.y, DIGITS);
    return &d;
}

static lamella_probe_linear *fit_layer(const lamella_view *layer, const lamella_view *labels, const lamella_view *folds)
{
    lamella_probe_linear *probe = NULL;
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 1 };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1 };
    ok(lamella_probe_linear_fit(NULL, &stack, labels, (o.folds = folds, &o), &probe, NULL));
    return probe;
}

static double decision_of(const digits *d, int i, const double *w, double b)
{
    double z = b;
    for (int j = 0; j < PIXELS; j++)
        z += w[j] * d->x[i * PIXELS + j];
    return z;
}

/* The objective as the paper writes it, of any weights, over the rows that the figure trains on. */
static double objective_at(const digits *d, const double *w, double b)
{
    const int64_t *fold = golden("probe/linear/digits.fold")->data;
    double value = 0;
    for (int j = 0; j < PIXELS; j++)
        value += w[j] * w[j] / 2;
    for (int i = 0; i < DIGITS; i++) {
        double z = (d->y[i] ? -1 : 1) * decision_of(d, i, w, b);
        value += fold[i] < 0 ? fmax(z, 0) + log1p(exp(-fabs(z))) : 0;
    }
    return value;
}

static int is_optimum(const digits *d, const double *w, double b)
{
    return fabs(objective_at(d, w, b) - OPTIMUM) <= 1e-8;
}

TEST(digits_3_against_8_reach_their_optimum)
{
    digits *d = digits_of(1);
    lamella_probe_linear *p = fit_layer(&d->layer, &d->labels, golden("probe/linear/digits.fold"));
    near(f64_at(p, "objective", 0), OPTIMUM, ABSOLUTE, 1e-8);
    near(f64_at(p, "objective", 0), *(double *)golden("probe/linear/digits.objective")->data, ABSOLUTE, 1e-8);
    near(f64_at(p, "intercepts", 0), -1.632133297, ABSOLUTE, 1e-5);
    near(f64_at(p, "intercepts", 0), *(double *)golden("probe/linear/digits.intercept")->data, ABSOLUTE, 1e-5);
    near(f64_at(p, "accuracy", 0), 142.0 / 143, ABSOLUTE, 1e-12);
    near(f64_at(p, "accuracy", 0), *(double *)golden("probe/linear/digits.accuracy")->data, ABSOLUTE, 1e-12);
    const double *w = array_of(p, "weights.0").data;
    double square = 0;
    for (int j = 0; j < PIXELS; j++) {
        square += w[j] * w[j];
        near(w[j], ((double *)golden("probe/linear/digits.weights")->data)[j], ABSOLUTE, 1e-5);
    }
    near(sqrt(square), 4.914664898, ABSOLUTE, 1e-5);
    lamella_probe_linear_free(p);
}

/* The oracle's trap number `trap` is at the objective that the oracle says, which is not the least; the probe's weights are at the least. */
static void falls_into_no_trap(int trap)
{
    digits *d = digits_of(1);
    lamella_probe_linear *p = fit_layer(&d->layer, &d->labels, golden("probe/linear/digits.fold"));
    const double *w = (double *)golden("probe/linear/digits.traps")->data + trap * (PIXELS + 1);
    near(objective_at(d, w, w[PIXELS]), ((double *)golden("probe/linear/digits.traps.objective")->data)[trap], ABSOLUTE, 1e-6);
    check(!is_optimum(d, w, w[PIXELS]));
    check(is_optimum(d, array_of(p, "weights.0").data, f64_at(p, "intercepts", 0)));
    lamella_probe_linear_free(p);
}

TEST(trap_nearest_centroid_at_its_best_scale)
{
    falls_into_no_trap(0);
}

TEST(trap_fifty_gradient_steps_of_the_best_size)
{
    falls_into_no_trap(1);
}

TEST(trap_intercept_is_penalised)
{
    falls_into_no_trap(2);
}

/* A free intercept leaves nothing to a column of ones, which is penalised. */
TEST(a_column_of_ones_gets_no_weight)
{
    static float x[DIGITS * (PIXELS + 1)];
    digits *d = digits_of(1);
    for (int64_t i = 0; i < DIGITS; i++) {
        memcpy(x + i * (PIXELS + 1), d->x + i * PIXELS, PIXELS * sizeof *x);
        x[i * (PIXELS + 1) + PIXELS] = 1;
    }
    lamella_view layer = view_of(LAMELLA_F32, x, DIGITS, PIXELS + 1);
    lamella_probe_linear *p = fit_layer(&layer, &d->labels, golden("probe/linear/digits.fold"));
    near(f64_at(p, "objective", 0), OPTIMUM, ABSOLUTE, 1e-8);
    near(((double *)array_of(p, "weights.0").data)[PIXELS], 0, ABSOLUTE, 1e-6);
    lamella_probe_linear_free(p);
}

TEST(trap_accuracy_of_the_training_rows)
{
    digits *d = digits_of(1);
    const int64_t *fold = golden("probe/linear/digits.fold")->data;
    lamella_probe_linear *p = fit_layer(&d->layer, &d->labels, golden("probe/linear/digits.fold"));
    int right[2] = { 0 };
    for (int i = 0; i < DIGITS; i++)
        right[fold[i] < 0] += (decision_of(d, i, array_of(p, "weights.0").data, f64_at(p, "intercepts", 0)) > 0) == d->y[i];
    double training = *(double *)golden("probe/linear/digits.training_accuracy")->data;
    near((double)right[1] / TRAINED, training, ABSOLUTE, 1e-12);
    check(fabs(training - 142.0 / 143) > 1e-3);
    near(f64_at(p, "accuracy", 0), (double)right[0] / (DIGITS - TRAINED), ABSOLUTE, 1e-12);
    near(f64_at(p, "accuracy_pooled", 0), 142.0 / 143, ABSOLUTE, 1e-12);
    lamella_probe_linear_free(p);
}

/* The sheet's other two figures: the right objective of another split, and of pixels of 0 to 16. */
TEST(other_splits_and_pixels_have_their_own_optima)
{
    digits *d = digits_of(1);
    lamella_probe_linear *p = fit_layer(&d->layer, &d->labels, golden("probe/linear/digits.by_class.fold"));
    near(f64_at(p, "objective", 0), 26.008, ABSOLUTE, 5e-4);
    near(f64_at(p, "objective", 0), *(double *)golden("probe/linear/digits.by_class.objective")->data, ABSOLUTE, 1e-8);
    lamella_probe_linear_free(p);
    d = digits_of(16);
    p = fit_layer(&d->layer, &d->labels, golden("probe/linear/digits.fold"));
    near(f64_at(p, "objective", 0), 1.034, ABSOLUTE, 5e-4);
    near(f64_at(p, "objective", 0), *(double *)golden("probe/linear/digits.unscaled.objective")->data, ABSOLUTE, 1e-8);
    lamella_probe_linear_free(p);
}

/* ---- groups and folds ---- */

enum { N = 500 };

/* A call that can be changed before it is made: pairs of rows in two folds, two tasks. */
typedef struct paired {
    int32_t       y[2 * N];
    unsigned char has[2 * N], valid[N];
    int64_t       fold[N], group[N];
    lamella_stack stack;
    lamella_view  labels, label_mask, folds, groups, mask;
    lamella_probe_linear_options o;
    lamella_probe_linear_result  result;
    lamella_probe_linear *probe;
} paired;

static paired *pairs(void)
{
    static paired p;
    p = (paired){ .stack = { .struct_size = sizeof p.stack, .layer = example("states/layer.2"), .n_layers = 1, .mask = &p.mask },
                  .labels = view_of(LAMELLA_I32, p.y, 2, N), .label_mask = view_of(LAMELLA_U8, p.has, 2, N), .folds = view_of(LAMELLA_I64, p.fold, N),
                  .groups = view_of(LAMELLA_I64, p.group, N), .mask = view_of(LAMELLA_U8, p.valid, N),
                  .o = { .struct_size = sizeof p.o, .n_bootstrap = -1, .max_iterations = 200 }, .result = { .struct_size = sizeof p.result } };
    for (int i = 0; i < N; i++) {
        p.y[i] = ((const int32_t *)example("states/label.person")->data)[i];
        p.y[N + i] = ((const int32_t *)example("states/label.starts_vowel")->data)[i];
        p.has[i] = p.has[N + i] = p.valid[i] = 1;
        p.fold[i] = i / 2 % 2;
        p.group[i] = 1000 - i / 2;
    }
    return &p;
}

/* Frees the probe of the call before. */
static lamella_status fit_pairs(paired *p, const lamella_view *folds, const lamella_view *penalties)
{
    lamella_probe_linear_free(p->probe);
    return lamella_probe_linear_fit(NULL, &p->stack, &p->labels,
                                    (p->o.label_mask = &p->label_mask, p->o.groups = &p->groups, p->o.folds = folds,
                                     p->o.penalties = penalties ? penalties->data : NULL, p->o.n_penalties = penalties ? penalties->shape[0] : 0, &p->o), &p->probe, &p->result);
}

TEST(trap_folds_that_part_a_group_are_refused)
{
    paired *p = pairs();
    ok(fit_pairs(p, &p->folds, NULL));
    p->fold[41] = 1;
    refused(fit_pairs(p, &p->folds, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: options.folds[41] is 1, but options.folds[40] is 0, expected one fold for rows of one group");
    p->fold[41] = -1; /* always trained on, and so for its pair */
    refused(fit_pairs(p, &p->folds, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: options.folds[41] is -1, but options.folds[40] is 0, expected one fold for rows of one group");
    check(p->probe == NULL);
    p->fold[40] = -1; /* both */
    ok(fit_pairs(p, &p->folds, NULL));
    lamella_probe_linear_free(p->probe);
    for (int64_t first = 0; first < N; first += N - 2) { /* the first pair, the last, of the last task only */
        p = pairs();
        p->fold[first + 1] = !p->fold[first];
        p->has[first] = 0;
        char text[160];
        snprintf(text, sizeof text, "lamella_probe_linear_fit: options.folds[%d] is %d, but options.folds[%d] is %d, expected one fold for rows of one group", (int)first + 1,
                 (int)p->fold[first + 1], (int)first, (int)p->fold[first]);
        refused(fit_pairs(p, &p->folds, NULL), LAMELLA_ERR_ARGUMENT, text);
    }
}

TEST(rows_that_take_no_part_may_have_any_fold)
{
    paired *p = pairs();
    p->fold[41] = p->fold[61] = p->fold[81] = 1;
    p->valid[41] = 0;                /* under the stack's mask */
    p->has[61] = p->has[N + 61] = 0; /* without a label */
    p->has[80] = p->has[N + 81] = 0; /* each row has a label, but of another task */
    ok(fit_pairs(p, &p->folds, NULL));
    p->has[80] = 1;
    refused(fit_pairs(p, &p->folds, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: options.folds[81] is 1, but options.folds[80] is 0, expected one fold for rows of one group");
    check(p->probe == NULL);
}

TEST(groups_come_back_as_given_and_only_their_order_counts)
{
    paired *p = pairs();
    double low[2];
    p->valid[3] = 0; /* so that a row's number is not its place among those scored */
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < N; i++)
            p->group[i] = k ? i / 2 : 7 * (i / 2) - 900;
        p->o.n_bootstrap = 50;
        ok(fit_pairs(p, NULL, NULL));
        const int64_t *row = array_of(p->probe, "rows").data, *group = array_of(p->probe, "groups").data;
        equal(p->result.n_scored, N - 1);
        for (int64_t i = 0; i < N - 1; i++)
            equal(group[i], p->group[row[i]]);
        low[k] = f64_at(p->probe, "accuracy_low", 0);
    }
    equal_bits(&low[0], &low[1], sizeof *low);
    lamella_probe_linear_free(p->probe);
    p->probe = NULL;
    p->o.groups = p->o.label_mask = NULL;
    ok(lamella_probe_linear_fit(NULL, &p->stack, &p->labels, &p->o, &p->probe, NULL));
    equal_bits(array_of(p->probe, "groups").data, array_of(p->probe, "rows").data, (N - 1) * sizeof(int64_t));
    lamella_probe_linear_free(p->probe);
}

/* ---- a task without a possible fold ---- */

TEST(a_task_of_one_class_has_no_penalty_at_the_edge)
{
    double penalty[] = { 1, 0.01, 30 };
    lamella_view penalties = view_of(LAMELLA_F64, penalty, 3);
    paired *p = pairs();
    memset(p->y + N, 0, N * sizeof *p->y);
    for (int kind = LAMELLA_PROBE_LOGISTIC; kind <= LAMELLA_PROBE_RIDGE; kind++) {
        p->o.kind = kind;
        returns(fit_pairs(p, &p->folds, &penalties), LAMELLA_NOTE);
        const unsigned char *edge = array_of(p->probe, "edge").data;
        check(isnan(f64_at(p->probe, "accuracy_mean", 3)) && !isnan(f64_at(p->probe, "accuracy_mean", 0)));
        equal(edge[1], 0);
        equal(p->result.n_edge, edge[0]);
        equal(((int64_t *)array_of(p->probe, "best_penalty").data)[1], kind == LAMELLA_PROBE_LOGISTIC ? 1 : 2); /* the strongest */
    }
    lamella_probe_linear_free(p->probe);
}
