/* Scores of predictions against definitions written out: all pairs, all orders of ties, all classes, on hundreds of small cases. */
#include "support/guarded.h"
#include "support/test.h"
#include <math.h>

enum { MOST = 9, MOST_CLASSES = 4 };

typedef struct small_case {
    int           n, n_classes, n_columns;
    double        score[MOST * MOST_CLASSES], weight[MOST], threshold;
    int32_t       gold[MOST];
    unsigned char valid[MOST];
    int           weighted, masked;
} small_case;

typedef struct figures {
    double accuracy, f1, auc, ap;
} figures;

static uint64_t state;

static int below(int n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (uint64_t)n);
}

static small_case draw_case(void)
{
    small_case s = { .n = 1 + below(MOST), .n_classes = 2 + below(3), .weighted = below(2), .masked = below(2), .threshold = below(3) - 1 };
    s.n_columns = s.n_classes == 2 ? 1 + below(2) : s.n_classes;
    for (int i = 0; i < s.n; i++) {
        s.gold[i] = below(s.n_classes);
        s.valid[i] = i == 0 || below(4) > 0;
        s.weight[i] = below(4) / 2.0;
        for (int k = 0; k < s.n_columns; k++)
            s.score[i * s.n_columns + k] = below(5) - 2;
    }
    return s;
}

static double weight_at(const small_case *s, int i)
{
    return s->masked && !s->valid[i] ? 0 : s->weighted ? s->weight[i] : 1;
}

/* One number a row for class k against the rest, two columns as their difference. */
static double score_of(const small_case *s, int i, int k)
{
    const double *of = s->score + i * s->n_columns;
    return s->n_columns == 1 ? of[0] : s->n_columns == 2 ? of[1] - of[0] : of[k];
}

static int claimed_class(const small_case *s, int i)
{
    int best = 0;
    if (s->n_classes == 2)
        return score_of(s, i, 1) > (s->n_columns == 1 ? s->threshold : 0);
    for (int k = 1; k < s->n_classes; k++)
        if (score_of(s, i, k) > score_of(s, i, best))
            best = k;
    return best;
}

static double f1_of(const small_case *s, int k)
{
    double hits = 0, wrong = 0, all = 0;
    for (int i = 0; i < s->n; i++) {
        int is = s->gold[i] == k, claim = claimed_class(s, i) == k;
        all += weight_at(s, i);
        hits += is && claim ? weight_at(s, i) : 0;
        wrong += is != claim ? weight_at(s, i) : 0;
    }
    return all > 0 ? hits > 0 ? 2 * hits / (2 * hits + wrong) : 0 : NAN;
}

static double auc_of(const small_case *s, int k)
{
    double won = 0, pairs = 0;
    for (int i = 0; i < s->n; i++)
        for (int j = 0; j < s->n; j++)
            if (s->gold[i] == k && s->gold[j] != k) {
                double w = weight_at(s, i) * weight_at(s, j), d = score_of(s, i, k) - score_of(s, j, k);
                pairs += w;
                won += d > 0 ? w : d == 0 ? w / 2 : 0;
            }
    return pairs > 0 ? won / pairs : NAN;
}

/* The mean over all ways to lay the positives of each tie out; rows of one weight. */
static double ap_of(const small_case *s, int k)
{
    double score[MOST], sum = 0, ways = 0;
    int positive[MOST], n = 0, n_positive = 0;
    for (int i = 0; i < s->n; i++)
        if (weight_at(s, i) > 0) {
            int at = n++;
            for (; at > 0 && score[at - 1] < score_of(s, i, k); at--) {
                score[at] = score[at - 1];
                positive[at] = positive[at - 1];
            }
            score[at] = score_of(s, i, k);
            positive[at] = s->gold[i] == k;
            n_positive += positive[at];
        }
    for (int laid = 0; laid < 1 << n && n_positive; laid++) {
        double ap = 0, seen = 0;
        int fits = 1;
        for (int first = 0, end; first < n; first = end) {
            int balance = 0;
            for (end = first; end < n && score[end] == score[first]; end++)
                balance += positive[end] - (laid >> end & 1);
            fits = fits && !balance;
        }
        for (int i = 0; i < n; i++)
            if (laid >> i & 1)
                ap += ++seen / (i + 1);
        sum += fits ? ap / n_positive : 0;
        ways += fits;
    }
    return ways > 0 ? sum / ways : NAN;
}

static double mean_of_classes(const small_case *s, double (*of)(const small_case *s, int k), int present_only)
{
    double sum = 0, n = 0;
    for (int k = s->n_classes == 2; k < s->n_classes; k++) {
        double value = of(s, k), present = 0;
        for (int i = 0; i < s->n; i++)
            present += s->gold[i] == k ? weight_at(s, i) : 0;
        if (!isnan(value) && (present > 0 || !present_only)) {
            sum += value;
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}

static figures figures_of(const small_case *s)
{
    double right = 0, all = 0;
    for (int i = 0; i < s->n; i++) {
        all += weight_at(s, i);
        right += claimed_class(s, i) == s->gold[i] ? weight_at(s, i) : 0;
    }
    return (figures){ all > 0 ? right / all : NAN, mean_of_classes(s, f1_of, s->n_classes > 2), mean_of_classes(s, auc_of, 0),
                     mean_of_classes(s, ap_of, 0) };
}

TEST(figures_are_their_definitions)
{
    static const int64_t names[] = { -3, 5, 9, 1000 };
    lamella_context *ctx = guarded_context(1); /* whose memory is full of anything but zeros */
    state = 1;
    for (int trial = 0; trial < 3000; trial++) {
        small_case s = draw_case();
        int64_t label[MOST], shape[] = { s.n, s.n_columns }, n_rows = 0, classes = 0;
        for (int i = 0; i < s.n; i++) {
            label[i] = names[s.gold[i]];
            n_rows += !s.masked || s.valid[i];
        }
        for (int k = 0; k < s.n_classes; k++) {
            int found = 0;
            for (int i = 0; i < s.n; i++)
                found |= s.gold[i] == k && (!s.masked || s.valid[i]);
            classes += found;
        }
        lamella_view scores = view_make(LAMELLA_F64, s.score, shape, s.n_columns == 1 ? 1 : 2), gold = view_of(LAMELLA_I64, label, s.n),
                     weights = view_of(LAMELLA_F64, s.weight, s.n), mask = view_of(LAMELLA_U8, s.valid, s.n);
        lamella_measure_classification_options o = { .struct_size = sizeof o, .threshold = s.threshold };
        lamella_measure_classification_result r = { .struct_size = sizeof r };
        lamella_status status = lamella_measure_classification(ctx, &scores, &gold,
                                                               (o.classes = names, o.n_classes = s.n_classes, o.mask = s.masked ? &mask : NULL,
                                                                o.weights = s.weighted ? &weights : NULL, &o), &r);
        figures expected = figures_of(&s);
        near(r.accuracy, expected.accuracy, ABSOLUTE, 1e-12);
        near(r.f1, expected.f1, ABSOLUTE, 1e-12);
        near(r.auc, expected.auc, ABSOLUTE, 1e-12);
        if (!s.weighted)
            near(r.ap, expected.ap, ABSOLUTE, 1e-12);
        equal(r.n_rows, n_rows);
        equal(r.n_classes, classes);
        uint32_t flags = isnan(expected.accuracy) ? LAMELLA_MEASURE_SCORE_WEIGHTLESS : isnan(expected.auc) || isnan(expected.ap) ? LAMELLA_MEASURE_SCORE_ONE_CLASS : 0;
        equal(r.flags, flags);
        returns(status, flags ? LAMELLA_NOTE : LAMELLA_OK);
    }
    lamella_context_free(ctx);
}
