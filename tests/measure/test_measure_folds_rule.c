/* The rule of folds, written out once more: the largest groups first, each to the fold where its strata are rarest. */
#include "measure/foldings.h"
#include <math.h>

typedef struct dealt_group {
    int64_t size, first, stratum, place;
} dealt_group;

static int by_rule(const dealt_group *a, const dealt_group *b)
{
    int64_t d = a->size != b->size ? b->size - a->size : a->stratum != b->stratum ? a->stratum - b->stratum : a->place - b->place;
    return d > 0;
}

static int64_t deal_order(const folding *f, dealt_group *g)
{
    int64_t n = 0;
    for (int64_t i = 0; i < f->n; i++) {
        int64_t at = 0;
        while (at < n && f->groups[g[at].first] != f->groups[i])
            at++;
        if (at == n)
            g[n++] = (dealt_group){ .first = i, .stratum = f->strata[i] };
        g[at].size++;
    }
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = draw_below(f->options.seed, STREAM_FOLDS, (uint64_t)(n - 1 - i), i + 1);
        dealt_group moved = g[i];
        g[i] = g[j];
        g[j] = moved;
    }
    for (int64_t i = 0; i < n; i++)
        g[i].place = i;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j + 1 < n; j++)
            if (by_rule(&g[j], &g[j + 1])) {
                dealt_group moved = g[j];
                g[j] = g[j + 1];
                g[j + 1] = moved;
            }
    return n;
}

static int64_t rows_in(const folding *f, const int32_t *fold, int64_t stratum, int64_t of_fold)
{
    int64_t n = 0;
    for (int64_t i = 0; i < f->n; i++)
        n += (stratum < 0 || f->strata[i] == stratum) && (of_fold == -2 || fold[i] == of_fold);
    return n;
}

TEST(folds_are_dealt_by_the_rule)
{
    enum { N = 60, STRATA = 3 };
    int64_t groups[N], strata[N];
    int32_t fold[N], expected[N];
    dealt_group g[N];
    for (uint64_t trial = 0; trial < 60; trial++) {
        folding f = { .n = N, .groups = groups, .strata = strata, .options = { .n_folds = 2 + (int64_t)trial % 4, .seed = trial } };
        for (int64_t i = 0; i < N; i++) {
            groups[i] = -draw_below(trial, 77, (uint64_t)i, trial % 2 ? 20 : 45);
            strata[i] = draw_below(trial, 78, (uint64_t)i, STRATA);
            expected[i] = -1;
        }
        int64_t n = deal_order(&f, g), k = f.options.n_folds;
        for (int64_t at = 0; at < n; at++) {
            int64_t best = 0;
            double least = INFINITY;
            for (int64_t of = 0; of < k; of++) {
                double cost = 0;
                for (int64_t i = 0; i < N; i++)
                    if (groups[i] == groups[g[at].first]) {
                        double all = (double)rows_in(&f, expected, strata[i], -2);
                        cost += (double)rows_in(&f, expected, strata[i], of) / (all * all);
                    }
                if (cost < least || (cost == least && rows_in(&f, expected, -1, of) < rows_in(&f, expected, -1, best))) {
                    least = cost;
                    best = of;
                }
            }
            for (int64_t i = 0; i < N; i++)
                expected[i] = groups[i] == groups[g[at].first] ? (int32_t)best : expected[i];
        }
        check(fold_rows(&f, fold, NULL) >= 0);
        equal_bits(fold, expected, sizeof fold);

        f.options.holdout = 0.3; /* every so-manieth of the same order */
        int64_t held = (int64_t)ceil(0.3 * (double)n);
        for (int64_t at = 0; at < n; at++)
            for (int64_t i = 0; i < N; i++)
                if (groups[i] == groups[g[at].first])
                    expected[i] = (at + 1) * held / n > at * held / n ? 0 : -1;
        check(fold_rows(&f, fold, NULL) >= 0);
        equal_bits(fold, expected, sizeof fold);
    }
}
