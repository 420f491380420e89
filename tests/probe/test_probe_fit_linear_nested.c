/* Folds that choose their own penalty; and progress, which never goes back. */
#include "probe/probes.h"
#include "support/guarded.h"
#include "support/seal.h"

enum { N = 160, DIM = 6, FOLDS = 4, PENALTIES = 3, TASKS = 2 };

typedef struct nested_case {
    float         x[2 * N * DIM];
    int32_t       y[TASKS * N];
    unsigned char has[TASKS * N];
    int64_t       fold[N];
    double        penalty[PENALTIES];
    lamella_view  layer[2], labels, mask, folds, penalties;
    lamella_stack stack;
} nested_case;

/* Little signal: folds differ in what they choose. */
static nested_case *noisy(uint32_t seed)
{
    static nested_case s;
    s = (nested_case){ .penalty = { 1, 1000, 0.01 }, .stack = { .struct_size = sizeof s.stack, .layer = s.layer, .n_layers = 2 } };
    for (uint32_t i = 0; i < 2 * N * DIM; i++)
        s.x[i] = (float)(((i + seed * 7919) * 2654435761u >> 9) % 8191) / 4096 - 1;
    for (uint32_t i = 0; i < N; i++) {
        uint32_t noise = ((i + seed) * 2246822519u >> 11) % 1000;
        s.y[i] = (int)noise > 400 - 250 * (s.x[i * DIM] > 0);
        s.y[N + i] = (int)(noise % 3) * 5 - (s.x[i * DIM + 1] > 0.3f && noise % 3 == 1 ? 5 : 0);
        s.fold[i] = i % 9 == 8 ? -1 : (int64_t)((i * 5 + i / 13) % FOLDS);
        s.has[i] = 1;
        s.has[N + i] = i % 11 != 0;
    }
    for (int l = 0; l < 2; l++)
        s.layer[l] = view_of(LAMELLA_F32, s.x + l * N * DIM, N, DIM);
    s.labels = view_of(LAMELLA_I32, s.y, TASKS, N);
    s.mask = view_of(LAMELLA_U8, s.has, TASKS, N);
    s.folds = view_of(LAMELLA_I64, s.fold, N);
    s.penalties = view_of(LAMELLA_F64, s.penalty, PENALTIES);
    return &s;
}

static lamella_probe_linear *fit_nested(const nested_case *s, int32_t kind, int32_t nested)
{
    lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = kind, .nested = nested, .n_bootstrap = nested ? 50 : -1, .balanced = 1 };
    lamella_context *ctx = guarded_context(1); /* whose memory is full of anything but zeros */
    check(lamella_probe_linear_fit(ctx, &s->stack, &s->labels,
                                   (o.label_mask = &s->mask, o.folds = &s->folds, o.penalties = s->penalties.data,
                                    o.n_penalties = s->penalties.shape[0], &o), &p, NULL) >= 0);
    lamella_context_free(ctx);
    return p;
}

/* What row i of a layer and task is taken for by the fit of its fold at penalty q; the same of f64 rows and weights. */
static int64_t predicted(const nested_case *s, const lamella_probe_linear *p, int l, int t, int64_t i, int64_t q)
{
    char name[32];
    int64_t outputs = array_of(p, "intercepts").shape[3], first = t, n = t ? outputs - 1 : 1, best = 0;
    double most = -INFINITY, z = 0;
    snprintf(name, sizeof name, "weights.%d", l);
    const double *w = array_of(p, name).data, *b = array_of(p, "intercepts").data;
    for (int64_t k = 0; k < n; k++) {
        int64_t at = (q * (FOLDS + 1) + s->fold[i]) * outputs + first + k;
        z = b[l * PENALTIES * (FOLDS + 1) * outputs + at];
        for (int j = 0; j < DIM; j++)
            z += w[at * DIM + j] * s->x[(l * N + i) * DIM + j];
        if (z > most) {
            most = z;
            best = k;
        }
    }
    return n == 1 ? z > 0 : best;
}

static int64_t class_of_row(const nested_case *s, const lamella_probe_linear *p, int t, int64_t i)
{
    const int64_t *classes = array_of(p, "classes").data, *offset = array_of(p, "class_offsets").data;
    for (int64_t k = offset[t]; k < offset[t + 1]; k++)
        if (classes[k] == s->y[t * N + i])
            return k - offset[t];
    return -1;
}

TEST(a_fold_is_scored_at_the_penalty_that_its_training_rows_choose)
{
    int differ = 0;
    for (int kind = 1; kind <= 2; kind++) {
        nested_case *s = noisy(1);
        lamella_probe_linear *nested = fit_nested(s, kind, 1), *plain = fit_nested(s, kind, 0);
        static const char *const same[] = { "weights.0", "weights.1", "intercepts", "objective", "gradient_norm", "iterations", "flags", "accuracy",
                                            "f1", "auc", "accuracy_mean", "accuracy_pooled", "best_penalty", "edge", "n_scored_folds" };
        for (int i = 0; i < (int)(sizeof same / sizeof *same); i++) {
            lamella_view a = array_of(nested, same[i]), b = array_of(plain, same[i]);
            equal_bits(a.data, b.data, elements_of(&a) * element_bytes(a.dtype));
        }
        const int64_t *choice = array_of(nested, "nested_penalty").data;
        for (int64_t f = 0; f < FOLDS; f++) {
            for (int64_t i = 0; i < TASKS * N; i++)
                s->has[i] = s->fold[i % N] != f && (i < N || i % N % 11 != 0);
            lamella_probe_linear *outside = fit_nested(s, kind, 0);
            const int64_t *best = array_of(outside, "best_penalty").data;
            for (int i = 0; i < 2 * TASKS; i++)
                equal(choice[i * FOLDS + f], best[i]);
            lamella_probe_linear_free(outside);
        }
        s = noisy(1);
        const unsigned char *correct = array_of(nested, "correct").data;
        const int64_t *row = array_of(nested, "rows").data, n_scored = array_of(nested, "rows").shape[0];
        for (int l = 0; l < 2; l++)
            for (int t = 0; t < TASKS; t++) {
                int right = 0, n = 0;
                for (int64_t i = 0; i < n_scored; i++) {
                    int64_t q = choice[(l * TASKS + t) * FOLDS + s->fold[row[i]]], at = (t * 2 + l) * n_scored + i;
                    differ += q != ((int64_t *)array_of(nested, "best_penalty").data)[l * TASKS + t];
                    equal(correct[at], !s->has[t * N + row[i]] ? 255 : predicted(s, nested, l, t, row[i], q) == class_of_row(s, nested, t, row[i]));
                    n += correct[at] < 255;
                    right += correct[at] == 1;
                }
                double accuracy = f64_at(nested, "accuracy_nested", l * TASKS + t);
                near(accuracy, (double)right / n, ABSOLUTE, 1e-14);
                check(f64_at(nested, "accuracy_low", l * TASKS + t) <= accuracy && accuracy <= f64_at(nested, "accuracy_high", l * TASKS + t));
                check(isfinite(f64_at(nested, "f1_nested", l * TASKS + t)) && isfinite(f64_at(nested, "auc_nested", l * TASKS + t)));
            }
        lamella_probe_linear_free(nested);
        lamella_probe_linear_free(plain);
    }
    check(differ > 0);
}

/* A copy of some layers counts which penalties are chosen: one that there is not is no probe's. */
TEST(a_saved_choice_is_one_of_the_penalties)
{
    nested_case *s = noisy(1);
    lamella_probe_linear *nested = fit_nested(s, LAMELLA_PROBE_RIDGE, 1), *loaded;
    const int64_t n = array_of(nested, "nested_penalty").shape[0] * TASKS * FOLDS, wrong[] = { -1, array_of(nested, "penalties").shape[0],
                                                                                              INT64_C(1) << 40 };
    lamella_view bytes;
    ok(lamella_probe_linear_bytes(nested, &bytes));
    char *copy = malloc((size_t)bytes.shape[0]);
    const lamella_view changed = view_of(LAMELLA_U8, copy, bytes.shape[0]);
    for (int i = 0; i < 3; i++) {
        char message[120];
        memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
        memcpy(copy + ((char *)array_of(nested, "nested_penalty").data - (char *)bytes.data) + (n - 1) * 8, &wrong[i], 8);
        seal(copy, bytes.shape[0]);
        snprintf(message, sizeof message, "lamella_probe_linear_load: nested_penalty has %lld, expected 0 to %lld", (long long)wrong[i],
                 (long long)wrong[1] - 1);
        refused(lamella_probe_linear_load(NULL, &changed, &loaded), LAMELLA_ERR_FORMAT, message);
    }
    free(copy);
    lamella_probe_linear_free(nested);
}

TEST(nested_folds_are_at_least_three)
{
    nested_case *s = noisy(2);
    lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .nested = 1, .n_folds = 2 };
    refused(lamella_probe_linear_fit(NULL, &s->stack, &s->labels, (o.penalties = s->penalties.data, o.n_penalties = s->penalties.shape[0], &o), &p,
                                     NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: options.nested is 1 with 2 folds, expected at least 3");
    o.holdout = 0.3;
    refused(lamella_probe_linear_fit(NULL, &s->stack, &s->labels, (o.penalties = s->penalties.data, o.n_penalties = s->penalties.shape[0], &o), &p,
                                     NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: options.nested is 1 with 1 fold, expected at least 3");
    o.nested = 2;
    refused(lamella_probe_linear_fit(NULL, &s->stack, &s->labels, (o.penalties = s->penalties.data, o.n_penalties = s->penalties.shape[0], &o), &p,
                                     NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_fit: options.nested is 2, expected 0 or 1");
}

/* Of -1 to 1 (splitmix). */
static double unit_of_state(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) / (double)((uint64_t)1 << 52) - 1;
}

/* Labels that are noise, ten penalties: the best one's accuracy lies above a half, that of nested choices about it. */
TEST(noise_scores_a_half_where_the_choice_is_nested)
{
    enum { DRAWS = 60, ROWS = 60 };
    double penalty[10], best = 0, nested = 0;
    lamella_view penalties = view_of(LAMELLA_F64, penalty, 10);
    for (int q = 0; q < 10; q++)
        penalty[q] = pow(10, q - 4);
    for (uint32_t draw = 0; draw < DRAWS; draw++) {
        static float x[ROWS * 20];
        static int32_t y[ROWS];
        uint64_t state = draw * 7919 + 13;
        for (int i = 0; i < ROWS * 20; i++)
            x[i] = (float)unit_of_state(&state);
        for (int i = 0; i < ROWS; i++)
            y[i] = i % 2;
        lamella_view layer = view_of(LAMELLA_F32, x, ROWS, 20), labels = view_of(LAMELLA_I32, y, ROWS);
        lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1 };
        lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .nested = 1, .n_bootstrap = -1, .seed = draw };
        lamella_probe_linear *p;
        ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p, NULL));
        best += f64_at(p, "accuracy_pooled", ((int64_t *)array_of(p, "best_penalty").data)[0]) / DRAWS;
        nested += f64_at(p, "accuracy_nested", 0) / DRAWS;
        lamella_probe_linear_free(p);
    }
    check(best > nested + 0.02);
    check(nested > 0.44 && nested < 0.51);
}
