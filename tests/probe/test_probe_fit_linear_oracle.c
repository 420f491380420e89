/* Every array of a fitted probe against the header's words written out (plain_probe.h): kinds, weights with zeros, masks, groups, classes that a
 * fold lacks, ties, more dims than rows. */
#include "probe/plain_probe.h"
#include "support/guarded.h"

/* As good as drawn: -1, -31/32 .. 1. */
static double steps_of(int64_t i)
{
    uint64_t z = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((int64_t)(z >> 33) % 65 - 32) / 32;
}

/* Task 0 lacks its last class outside fold 0, so that two are left there, and task 2 outside fold 1, where three are left; task 1 nearly falls
 * apart; task 3 has one class to train on outside fold 3 and one to test in fold 2, and its last class has rows of weight 0 only. */
static int64_t class_for(const plain_probe *s, int64_t t, int64_t i)
{
    double a = s->x[0][i * s->dim[0]], b = s->x[1][i * s->dim[1]];
    switch (t) {
    case 0: return s->fold[i] == 0 && i % 3 == 0 ? 2 : a + steps_of(i + 999) > 0;
    case 1: return a + b / 4 > 0.05;
    case 2: return s->fold[i] == 1 && i % 2 == 0 ? 3 : (b + steps_of(i + 777) / 2 > -0.3) + (b - steps_of(i) > 0.6);
    default: return i % 10 == 4 && s->fold[i] != 2 ? 2 : s->fold[i] == 3 ? i % 4 < 2 : 0;
    }
}

/* Rows go by pairs of one group: fold 0 .. 3, or -1. */
static plain_probe *make_plain(int wide, int bare)
{
    static plain_probe s;
    s = (plain_probe){ .n = wide ? 26 : ROWS, .dim = { 3, wide ? WIDEST : 5 }, .n_folds = FOLDS, .n_fits = FOLDS + 1, .bare = bare,
                      .penalty = { 2, 0.05, 15 },
                       .dtype = LAMELLA_F32,
                       .o = { .struct_size = sizeof s.o, .n_bootstrap = 30, .confidence = 0.8, .seed = 77, .tolerance = 1e-13 },
                       .result = { .struct_size = sizeof s.result } };
    for (int64_t i = 0; i < s.n; i++) {
        s.fold[i] = (i / 2 * 7 + i / 16) % 9 % 5 - 1;
        s.group[i] = bare ? i : 1000 - i / 2 * 3;
        s.valid[i] = bare || i % 12 != 7;
        s.weight[i] = bare ? 1 : i % 10 == 4 ? 0 : 0.5 + (double)(i % 3);
        for (int l = 0; l < LAYERS; l++)
            for (int64_t j = 0; j < s.dim[l]; j++)
                s.x[l][i * s.dim[l] + j] = steps_of(i * 64 + l * 32 + j) + (j == 1 ? 4 : 0);
        s.x[1][i * s.dim[1] + 2] = 0.1f;                                                      /* always constant */
        s.x[0][i * s.dim[0] + 2] = s.fold[i] == 3 ? s.x[0][i * s.dim[0] + 2] : 3;             /* where fold 3 is left out */
    }
    for (int64_t t = 0; t < TASKS; t++)
        for (int64_t i = 0; i < s.n; i++) {
            s.has_label[t * s.n + i] = bare || (i + 5 * t) % 13 != 0 || t == 1;
            s.label[t * s.n + i] = s.has_label[t * s.n + i] ? plain_class[t][class_for(&s, t, i)] : 4711 + (int32_t)i;
        }
    return &s;
}

static lamella_status fit_plain(plain_probe *s, int given_folds)
{
    for (int l = 0; l < LAYERS; l++) {
        for (int64_t i = 0; i < s->n * s->dim[l]; i++)
            s->x_f32[l][i] = (float)(s->valid[i / s->dim[l]] ? s->x[l][i] : (s->x[l][i] = NAN));
        s->layer[l] = s->dtype == LAMELLA_F32 ? view_of(LAMELLA_F32, s->x_f32[l], s->n, s->dim[l]) : view_of(LAMELLA_F64, s->x[l], s->n, s->dim[l]);
    }
    s->labels = view_of(LAMELLA_I32, s->label, TASKS, s->n);
    s->label_mask = view_of(LAMELLA_U8, s->has_label, TASKS, s->n);
    s->mask = view_of(LAMELLA_U8, s->valid, s->n);
    s->folds = view_of(LAMELLA_I64, s->fold, s->n);
    s->groups = view_of(LAMELLA_I64, s->group, s->n);
    s->weights = view_of(LAMELLA_F64, s->weight, s->n);
    s->penalties = view_of(LAMELLA_F64, s->penalty, PENALTIES);
    s->stack = (lamella_stack){ .struct_size = sizeof s->stack, .layer = s->layer, .n_layers = LAYERS, .mask = s->bare ? NULL : &s->mask };
    lamella_context *ctx = guarded_context(1); /* whose memory is full of anything but zeros */
    lamella_status status = lamella_probe_linear_fit(ctx, &s->stack, &s->labels,
                                                     (s->o.label_mask = s->bare ? NULL : &s->label_mask, s->o.groups = s->bare ? NULL : &s->groups,
                                                      s->o.folds = given_folds ? &s->folds : NULL, s->o.sample_weights = s->bare ? NULL : &s->weights, s->o.penalties = s->penalties.data, s->o.n_penalties = s->penalties.shape[0], &s->o), &s->probe, &s->result);
    lamella_context_free(ctx);
    return status;
}

/* ---- fits ---- */

static const double *weights_at(const plain_probe *s, int64_t l, int64_t q, int64_t fit, int64_t output)
{
    return s->found_weights[l] + ((q * s->n_fits + fit) * OUTPUTS + output) * s->dim[l];
}

static double intercept_at(const plain_probe *s, int64_t l, int64_t q, int64_t fit, int64_t output)
{
    return s->found_intercepts[((l * PENALTIES + q) * s->n_fits + fit) * OUTPUTS + output];
}

/* An infinity is near itself only. */
static void near_or_infinite(double found, double expected, double tolerance)
{
    if (isinf(expected))
        check(found == expected);
    else
        near(found, expected, ABSOLUTE, tolerance);
}

static void fits_are_plain(const plain_probe *s)
{
    double weights[CLASSES * WIDEST], intercepts[CLASSES];
    const int32_t *flags = array_of(s->probe, "flags").data;
    int64_t n_impossible = 0;
    for (int64_t i = 0; i < LAYERS * TASKS * PENALTIES * s->n_fits; i++) {
        int64_t fit = i % s->n_fits, cell = i / s->n_fits, q = cell % PENALTIES, t = cell / PENALTIES % TASKS, l = cell / PENALTIES / TASKS;
        double f = plain_task(s, l, t, fit, s->penalty[q], weights, intercepts);
        near(f64_at(s->probe, "objective", i), f, ABSOLUTE, 1e-9 * f);
        int64_t iterations = ((int64_t *)array_of(s->probe, "iterations").data)[i]; /* of a closed form one, where there is a fit */
        check(s->o.kind == LAMELLA_PROBE_RIDGE ? iterations == (f > 0) : iterations > 0 || f == 0);
        equal(flags[i] & ~LAMELLA_CELL_ONE_CLASS, plain_possible(s, t, fit) ? 0 : LAMELLA_CELL_IMPOSSIBLE);
        n_impossible += !plain_possible(s, t, fit);
        for (int64_t k = 0; k < plain_output[t + 1] - plain_output[t]; k++) {
            near_or_infinite(intercept_at(s, l, q, fit, plain_output[t] + k), intercepts[k], 1e-4);
            for (int64_t j = 0; j < s->dim[l]; j++)
                near(weights_at(s, l, q, fit, plain_output[t] + k)[j], weights[k * s->dim[l] + j], ABSOLUTE, 2e-5);
        }
    }
    equal(s->result.n_impossible, n_impossible);
    equal(s->result.n_constant_columns, s->o.standardise ? 2 : 0);
    equal(s->result.n_folds, s->n_folds);
    equal(s->result.n_fits, s->n_fits);
}

/* ---- scores ---- */

static double decision_at(const plain_probe *s, int64_t l, int64_t q, int64_t output, int64_t i)
{
    double z = intercept_at(s, l, q, s->fold[i], output);
    for (int64_t j = 0; j < s->dim[l]; j++)
        z += weights_at(s, l, q, s->fold[i], output)[j] * s->x[l][i * s->dim[l] + j];
    return z;
}

/* Rows of one fold, or of all that are possible (-1), each by the fit that left it out. */
static plain_scores scores_of(const plain_probe *s, int64_t l, int64_t t, int64_t q, int64_t fold)
{
    plain_scores r = { .classes = plain_classes[t] };
    for (int64_t i = 0; i < s->n; i++)
        if (plain_class_of(s, t, i) >= 0 && s->fold[i] >= 0 && plain_possible(s, t, s->fold[i]) && (fold < 0 || s->fold[i] == fold)) {
            r.gold[r.n] = plain_class_of(s, t, i);
            for (int64_t k = 0; k < plain_output[t + 1] - plain_output[t]; k++)
                r.z[r.n][k] = decision_at(s, l, q, plain_output[t] + k, i);
            r.n++;
        }
    return r;
}

static const char *const score_names[] = { "accuracy", "f1", "auc" };
static double (*const score_of[])(const plain_scores *s) = { plain_accuracy, plain_f1, plain_auc };

static double ended(const plain_probe *s, int score, const char *end, int64_t i)
{
    char name[32];
    snprintf(name, sizeof name, "%s%s", score_names[score], end);
    return f64_at(s->probe, name, i);
}

static void scores_are_plain(const plain_probe *s)
{
    for (int64_t i = 0; i < LAYERS * TASKS * PENALTIES; i++) {
        int64_t q = i % PENALTIES, t = i / PENALTIES % TASKS, l = i / PENALTIES / TASKS, possible = 0;
        double sum[3] = { 0 };
        for (int64_t f = 0; f < s->n_folds; f++) {
            plain_scores r = scores_of(s, l, t, q, f);
            int counts = plain_possible(s, t, f);
            possible += counts;
            for (int k = 0; k < 3; k++) {
                double value = counts ? score_of[k](&r) : NAN;
                near(ended(s, k, "", i * s->n_folds + f), value, ABSOLUTE, 1e-14);
                sum[k] += counts ? value : 0;
            }
        }
        plain_scores all = scores_of(s, l, t, q, -1);
        equal(((int64_t *)array_of(s->probe, "n_scored_folds").data)[i], possible);
        for (int k = 0; k < 3; k++) {
            near(ended(s, k, "_mean", i), possible ? sum[k] / (double)possible : NAN, ABSOLUTE, 1e-14);
            near(ended(s, k, "_pooled", i), possible ? score_of[k](&all) : NAN, ABSOLUTE, 1e-14);
        }
    }
}

/* Of the highest means the strongest penalty: the least C, the greatest alpha. */
static int64_t best_of(const plain_probe *s, int64_t cell)
{
    int64_t best = -1, sign = s->o.kind == LAMELLA_PROBE_RIDGE ? -1 : 1;
    for (int64_t q = 0; q < PENALTIES; q++) {
        double mean = ended(s, 0, "_mean", cell * PENALTIES + q), most = best < 0 ? 0 : ended(s, 0, "_mean", cell * PENALTIES + best);
        if (best < 0 || mean > most || (!(mean < most) && (double)sign * s->penalty[q] < (double)sign * s->penalty[best]))
            best = q;
    }
    return best;
}

/* ---- at the best penalty ---- */

/* lamella_measure_bootstrap of the same rows and groups; rows that do not count weigh 0. */
static void intervals_are_those_of_measure(const plain_probe *s, int64_t l, int64_t t, int64_t q)
{
    static const int32_t statistic[] = { LAMELLA_MEASURE_STATISTIC_ACCURACY, LAMELLA_MEASURE_STATISTIC_F1, LAMELLA_MEASURE_STATISTIC_AUC };
    double z[ROWS * CLASSES], weight[ROWS];
    int64_t gold[ROWS], names[CLASSES], n_outputs = plain_output[t + 1] - plain_output[t], n = array_of(s->probe, "rows").shape[0];
    const int64_t *row = array_of(s->probe, "rows").data;
    for (int64_t k = 0; k < plain_classes[t]; k++)
        names[k] = k;
    for (int64_t i = 0; i < n; i++) {
        weight[i] = plain_class_of(s, t, row[i]) >= 0 && plain_possible(s, t, s->fold[row[i]]);
        gold[i] = weight[i] > 0 ? plain_class_of(s, t, row[i]) : 0;
        for (int64_t k = 0; k < n_outputs; k++) {
            double value = decision_at(s, l, q, plain_output[t] + k, row[i]);
            z[i * n_outputs + k] = isfinite(value) ? value : weight[i] > 0 ? -1e300 : 0;
        }
    }
    lamella_view scores = n_outputs > 1 ? view_of(LAMELLA_F64, z, n, n_outputs) : view_of(LAMELLA_F64, z, n), golds = view_of(LAMELLA_I64, gold, n);
    lamella_view weights = view_of(LAMELLA_F64, weight, n), groups = array_of(s->probe, "groups");
    for (int k = 0; k < 3; k++) {
        lamella_measure_bootstrap_options o = { .struct_size = sizeof o, .statistic = statistic[k], .n_resamples = s->o.n_bootstrap,
                                                .confidence = s->o.confidence, .seed = (uint64_t)s->o.seed };
        lamella_measure_bootstrap_result r = { .struct_size = sizeof r };
        check(lamella_measure_bootstrap(NULL, &scores, (o.gold = &golds, o.classes = names, o.n_classes = plain_classes[t],
                                                        o.groups = &groups, o.weights = &weights, &o), &r) >= 0);
        near(ended(s, k, "_low", l * TASKS + t), r.low, ABSOLUTE, 1e-13);
        near(ended(s, k, "_high", l * TASKS + t), r.high, ABSOLUTE, 1e-13);
    }
}

static void best_is_plain(const plain_probe *s)
{
    const int64_t *best = array_of(s->probe, "best_penalty").data, *row = array_of(s->probe, "rows").data, n = array_of(s->probe, "rows").shape[0];
    const unsigned char *edge = array_of(s->probe, "edge").data, *correct = array_of(s->probe, "correct").data;
    int64_t n_edge = 0;
    for (int64_t cell = 0; cell < LAYERS * TASKS; cell++) {
        int64_t l = cell / TASKS, t = cell % TASKS;
        equal(best[cell], best_of(s, cell));
        plain_scores all = scores_of(s, l, t, best[cell], -1);
        equal(edge[cell], all.n > 0 && best[cell] != 0); /* 2 lies between the others */
        n_edge += edge[cell];
        for (int64_t i = 0, at = 0; i < n; i++) {
            int counts = plain_class_of(s, t, row[i]) >= 0 && plain_possible(s, t, s->fold[row[i]]);
            equal(correct[(t * LAYERS + l) * n + i], counts ? plain_predicted(&all, at) == all.gold[at] : 255);
            at += counts;
        }
        if (all.n)
            intervals_are_those_of_measure(s, l, t, best[cell]);
    }
    equal(s->result.n_edge, n_edge);
}

static void rows_are_those_that_folds_test(const plain_probe *s)
{
    int64_t n = 0;
    const int64_t *row = array_of(s->probe, "rows").data;
    for (int64_t i = 0; i < s->n; i++)
        if (s->valid[i] && s->fold[i] >= 0) {
            equal(row[n], i);
            equal(((int64_t *)array_of(s->probe, "fold").data)[n], s->fold[i]);
            equal(((int64_t *)array_of(s->probe, "groups").data)[n++], s->group[i]);
        }
    equal(s->result.n_scored, n);
    equal(array_of(s->probe, "rows").shape[0], n);
}

static void probe_is_plain(plain_probe *s)
{
    int impossible = 0;
    for (int64_t i = 0; i < TASKS * s->n_fits; i++)
        impossible |= !plain_possible(s, i / s->n_fits, i % s->n_fits);
    returns(fit_plain(s, 1), impossible ? LAMELLA_NOTE : LAMELLA_OK);
    s->found_weights[0] = array_of(s->probe, "weights.0").data;
    s->found_weights[1] = array_of(s->probe, "weights.1").data;
    s->found_intercepts = array_of(s->probe, "intercepts").data;
    fits_are_plain(s);
    scores_are_plain(s);
    best_is_plain(s);
    rows_are_those_that_folds_test(s);
    lamella_probe_linear_free(s->probe);
}

/* Any two of standardised, balanced, one against the rest in all four ways; of many dims two of these. */
static void every_option(int32_t kind, int wide)
{
    static const int ways[] = { 3, 6, 0, 5 };
    for (int i = 0; i < (wide ? 2 : 4); i++) {
        int k = ways[i];
        plain_probe *s = make_plain(wide, k % 3 == 2);
        s->o.kind = kind;
        s->o.standardise = k & 1;
        s->o.balanced = k >> 1 & 1;
        s->o.classes = k >> 2 ? LAMELLA_PROBE_CLASSES_ONE_VS_REST : 0;
        s->dtype = k >> 1 & 1 ? LAMELLA_F64 : LAMELLA_F32;
        probe_is_plain(s);
    }
}

/* One fold, and rows that are always trained on: the only fit. */
static void one_fold(int32_t kind, int wide)
{
    for (int k = 0; k < 4; k++) {
        plain_probe *s = make_plain(wide, k & 1);
        s->o.kind = kind;
        s->o.standardise = k >> 1;
        s->o.balanced = !(k >> 1);
        s->n_folds = s->n_fits = 1;
        for (int64_t i = 0; i < s->n; i++)
            s->fold[i] = s->fold[i] == 0 || s->fold[i] == 3 ? 0 : -1;
        probe_is_plain(s);
    }
}

TEST(logistic_probes_are_the_header_written_out)
{
    every_option(LAMELLA_PROBE_LOGISTIC, 0);
    one_fold(LAMELLA_PROBE_LOGISTIC, 0);
}

TEST(logistic_probes_of_more_dims_than_rows_too)
{
    every_option(LAMELLA_PROBE_LOGISTIC, 1);
}

TEST(ridge_probes_are_the_header_written_out)
{
    every_option(LAMELLA_PROBE_RIDGE, 0);
    one_fold(LAMELLA_PROBE_RIDGE, 0);
}

TEST(ridge_probes_of_more_dims_than_rows_too)
{
    every_option(LAMELLA_PROBE_RIDGE, 1);
    one_fold(LAMELLA_PROBE_RIDGE, 1);
}

TEST(the_tasks_have_what_they_are_said_to_have)
{
    for (int wide = 0; wide < 2; wide++) {
        plain_probe *s = make_plain(wide, 0);
        int64_t count[CLASSES];
        equal(plain_count(s, 0, 0, 0, count), 2);
        equal(plain_count(s, 2, 1, 0, count), 3);
        equal(plain_count(s, 3, 3, 0, count), 1);
        equal(plain_count(s, 3, 2, 1, count), 1);
        equal(plain_count(s, 3, FOLDS, 0, count), 2);
        check(!plain_possible(s, 3, 3) && !plain_possible(s, 3, 2) && plain_possible(s, 1, 3));
    }
}

/* ---- folds that the fit makes ---- */

/* Those of lamella_measure_folds over the rows that the stack's mask leaves. */
TEST(folds_are_those_of_the_rows_outside_the_mask)
{
    for (int k = 0; k < 8; k++) { /* groups, hold-out, seed */
        plain_probe *s = make_plain(0, 0);
        int64_t group[ROWS], n = 0, scored = 0;
        int32_t fold[ROWS];
        s->o.kind = LAMELLA_PROBE_RIDGE;
        s->o.n_bootstrap = -1;
        s->o.seed = k & 4 ? -1234567890123 : 3;
        s->o.n_folds = k & 2 ? 0 : 3;
        s->o.holdout = k & 2 ? 0.3 : 0;
        for (int64_t i = 0; i < s->n; i++) {
            s->group[i] = k & 1 ? s->group[i] : 5 * i - 100;
            if (s->valid[i])
                group[n++] = s->group[i];
        }
        lamella_view groups = view_of(LAMELLA_I64, group, n), folds = view_of(LAMELLA_I32, fold, n);
        lamella_measure_folds_options o = { .struct_size = sizeof o, .n_folds = s->o.n_folds, .holdout = s->o.holdout, .seed = (uint64_t)s->o.seed };
        ok(lamella_measure_folds(NULL, n, &folds, (o.groups = &groups, &o), NULL));
        check(fit_plain(s, 0) >= 0);
        equal(s->result.n_folds, k & 2 ? 1 : 3);
        equal(s->result.n_fits, k & 2 ? 1 : 4);
        const int64_t *row = array_of(s->probe, "rows").data, *found = array_of(s->probe, "fold").data;
        for (int64_t i = 0, at = 0; i < s->n; i++) {
            if (s->valid[i] && fold[at] >= 0) {
                equal(row[scored], i);
                equal(found[scored++], fold[at]);
            }
            at += s->valid[i];
        }
        equal(s->result.n_scored, scored);
        lamella_probe_linear_free(s->probe);
    }
}
