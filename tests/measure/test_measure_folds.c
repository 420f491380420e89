/* Folds: the figures, the laws, the edges, the traps. */
#include "measure/foldings.h"
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

enum { MOST_ROWS = 1200 };

OPERATION(lamella_measure_folds, .dtypes = 1 << LAMELLA_I32 | 1 << LAMELLA_I64, .in_memory = 1, .forms = FORM_ROWS)
{
    lamella_view groups;
    lamella_measure_folds_options options = { .struct_size = sizeof options, .n_folds = 2, .seed = 7 };
    lamella_measure_folds_result result = { .struct_size = sizeof result };
    int64_t n = m->n_samples;
    if (!m->view->shape[1])
        return LAMELLA_ERR_SHAPE;
    ok(lamella_tensor_slice(m->view, 1, 0, 1, 1, &groups));
    groups.rank = 1;
    groups.flags |= LAMELLA_BROADCAST;
    groups.shape[1] = groups.stride[1] = 0;
    const lamella_view *folds = matrix_out(m, "folds", LAMELLA_I32, n);
    if (n == 1) /* one group makes no two folds: a test below */
        return LAMELLA_OK;
    lamella_status status = lamella_measure_folds(m->ctx, n, folds,
                                                  (options.groups = &groups, options.strata = matrix_integers(m, LAMELLA_I32, n, 3),
                                                   &options), &result);
    matrix_number(m, "n_groups", (double)result.n_groups);
    matrix_number(m, "smallest", (double)result.smallest);
    matrix_number(m, "n_missing", (double)result.n_missing);
    return status == LAMELLA_ERR_ARGUMENT && strstr(lamella_last_error(), "one group") ? LAMELLA_OK : status;
}

static void count_folds(const folding *f, const int32_t *fold, int64_t stratum, int64_t n_folds, int64_t *count)
{
    memset(count, 0, sizeof(int64_t) * (size_t)n_folds);
    for (int64_t i = 0; i < f->n; i++)
        if (stratum < 0 || f->strata[i] == stratum)
            count[fold[i]]++;
}

static int64_t spread(const int64_t *count, int64_t n)
{
    int64_t least = count[0], most = count[0];
    for (int64_t i = 1; i < n; i++) {
        least = count[i] < least ? count[i] : least;
        most = count[i] > most ? count[i] : most;
    }
    return most - least;
}

TEST(folds_in_order_are_those_of_kfold)
{
    int32_t fold[100];
    const folding f = { .n = 100, .options = { .order = LAMELLA_MEASURE_FOLDS_IN_ORDER, .n_folds = 7 } };
    lamella_measure_folds_result result;
    ok(fold_rows(&f, fold, &result));
    lamella_view view = view_of(LAMELLA_I32, fold, 100);
    near_golden(&view, "measure/folds/kfold");
    equal(result.smallest, 14);
    equal(result.largest, 15);
    equal(result.n_groups, 100);
}

TEST(holdouts_have_the_sizes_of_the_splitters)
{
    static int32_t fold[357];
    const lamella_view *shares = golden("measure/folds/shares"), *groups = golden("measure/folds/groups");
    for (int64_t i = 0; i < shares->shape[0]; i++) {
        double share = ((const double *)shares->data)[i];
        folding f = { .n = 357, .options = { .holdout = share, .seed = (uint64_t)i } };
        lamella_measure_folds_result result;
        ok(fold_rows(&f, fold, &result));
        equal(result.largest, ((const int64_t *)golden("measure/folds/held_rows")->data)[i]);

        lamella_measure_folds_options options = { .struct_size = sizeof options, .holdout = share };
        lamella_view out = view_of(LAMELLA_I32, fold, 100);
        ok(lamella_measure_folds(NULL, 100, &out, (options.groups = groups, &options), NULL));
        int64_t held = 0;
        for (int row = 0; row < 100; row++) {
            int first = 1;
            for (int before = 0; before < row; before++)
                if (((const int32_t *)groups->data)[before] == ((const int32_t *)groups->data)[row]) {
                    equal(fold[before], fold[row]);
                    first = 0;
                }
            held += first && fold[row] == 0;
            check(fold[row] == 0 || fold[row] == -1);
        }
        equal(held, ((const int64_t *)golden("measure/folds/held_groups")->data)[i]);
    }
}

TEST(folds_and_strata_are_within_one_of_even)
{
    static int32_t fold[MOST_ROWS];
    static int64_t strata[MOST_ROWS];
    int64_t count[MOST_ROWS];
    for (int64_t n = 7; n <= 1003; n += 83)
        for (int64_t k = 2; k <= 7; k++) {
            for (int64_t i = 0; i < n; i++)
                strata[i] = i * i % 11 < 3 ? 5 : i % 5; /* uneven, some rare */
            const folding f = { .n = n, .strata = strata, .options = { .n_folds = k, .seed = (uint64_t)(n + k) } };
            lamella_measure_folds_result result;
            lamella_status status = fold_rows(&f, fold, &result);
            count_folds(&f, fold, -1, k, count);
            check(spread(count, k) <= 1);
            equal(result.largest - result.smallest, spread(count, k));
            int64_t missing = 0;
            for (int64_t s = 0; s < 6; s++) {
                int64_t rows = 0;
                count_folds(&f, fold, s, k, count);
                check(spread(count, k) <= 1);
                for (int64_t i = 0; i < k; i++)
                    rows += count[i];
                for (int64_t i = 0; i < k && rows; i++)
                    missing += count[i] == 0;
            }
            equal(result.n_missing, missing);
            returns(status, missing ? LAMELLA_NOTE : LAMELLA_OK);
        }
}

TEST(groups_stay_whole_whatever_they_are_called)
{
    static int32_t fold[MOST_ROWS], renamed[MOST_ROWS];
    static int64_t groups[MOST_ROWS], others[MOST_ROWS];
    int64_t fold_of[64], count[5];
    for (int64_t i = 0; i < MOST_ROWS; i++) {
        groups[i] = i * 31 % 61;
        others[i] = INT64_MIN + (60 - groups[i]) * 1000;
    }
    folding f = { .n = MOST_ROWS, .groups = groups };
    lamella_measure_folds_result result;
    ok(fold_rows(&f, fold, &result));
    equal(result.n_groups, 61);
    memset(fold_of, -1, sizeof fold_of);
    for (int64_t i = 0; i < MOST_ROWS; i++) {
        if (fold_of[groups[i]] < 0)
            fold_of[groups[i]] = fold[i];
        equal(fold[i], fold_of[groups[i]]);
    }
    count_folds(&f, fold, -1, 5, count);
    check(spread(count, 5) <= MOST_ROWS / 61 + 1);
    f.groups = others;
    ok(fold_rows(&f, renamed, NULL));
    equal_bits(renamed, fold, sizeof fold);
}

/* Pairs of one row of either class, as a text and the same with its words shuffled: every fold has as many of both. */
TEST(groups_of_mixed_strata_keep_the_balance)
{
    static int32_t fold[600];
    static int64_t groups[600], strata[600];
    int64_t count[4];
    for (int64_t i = 0; i < 600; i++) {
        groups[i] = i % 300;
        strata[i] = i / 300;
    }
    const folding f = { .n = 600, .groups = groups, .strata = strata, .options = { .n_folds = 4 } };
    ok(fold_rows(&f, fold, NULL));
    for (int64_t s = 0; s < 2; s++) {
        count_folds(&f, fold, s, 4, count);
        equal(spread(count, 4), 0);
    }
}

TEST(uneven_groups_are_spread_by_size_and_stratum)
{
    static int32_t fold[500];
    static int64_t groups[500], strata[500];
    int64_t count[5], n = 0;
    for (int64_t g = 0; n < 500; g++)
        for (int64_t j = 0; j < 1 + g * 7 % 13 && n < 500; j++, n++) {
            groups[n] = g;
            strata[n] = g % 3 == 0;
        }
    const folding f = { .n = 500, .groups = groups, .strata = strata };
    ok(fold_rows(&f, fold, NULL));
    count_folds(&f, fold, -1, 5, count);
    check(spread(count, 5) <= 4);
    for (int64_t s = 0; s < 2; s++) {
        count_folds(&f, fold, s, 5, count);
        check(spread(count, 5) <= 3);
    }
}

TEST(a_holdout_takes_its_share_of_every_stratum)
{
    static int32_t fold[1000];
    static int64_t strata[1000];
    for (int64_t i = 0; i < 1000; i++)
        strata[i] = i < 40 ? 0 : i < 300 ? 1 : 2;
    const folding f = { .n = 1000, .strata = strata, .options = { .holdout = 0.25, .seed = 3 } };
    ok(fold_rows(&f, fold, NULL));
    int64_t held[3] = { 0 };
    for (int i = 0; i < 1000; i++)
        held[strata[i]] += fold[i] == 0;
    check(llabs(held[0] - 10) <= 1 && llabs(held[1] - 65) <= 1 && llabs(held[2] - 175) <= 1);
    equal(held[0] + held[1] + held[2], 250);
}

TEST(the_seed_decides_and_nothing_else)
{
    static int32_t a[1000], b[1000], other[1000];
    folding f = { .n = 1000, .options = { .n_folds = 5, .seed = 1 } };
    ok(fold_rows(&f, a, NULL));
    ok(fold_rows(&f, b, NULL));
    equal_bits(a, b, sizeof a);
    f.options.seed = (uint64_t)1 << 40;
    ok(fold_rows(&f, other, NULL));
    int64_t same = 0;
    for (int i = 0; i < 1000; i++)
        same += a[i] == other[i];
    check(same > 120 && same < 280); /* a fifth by chance */
}

/* Rows of `states` are sorted by class: folds in order would test on classes that nothing was trained on. */
TEST(trap_sorted_rows_without_shuffling)
{
    static int32_t fold[500];
    static int64_t strata[500];
    int64_t count[5];
    for (int64_t i = 0; i < 500; i++)
        strata[i] = i / 100;
    folding f = { .n = 500, .strata = NULL };
    ok(fold_rows(&f, fold, NULL));
    f.strata = strata;
    for (int64_t s = 0; s < 5; s++) {
        count_folds(&f, fold, s, 5, count);
        for (int64_t k = 0; k < 5; k++)
            check(count[k] > 5 && count[k] < 40);
    }
}

TEST(leave_one_out_is_as_many_folds_as_rows)
{
    int32_t fold[50];
    int64_t seen[50] = { 0 };
    const folding f = { .n = 50, .options = { .n_folds = 50 } };
    ok(fold_rows(&f, fold, NULL));
    for (int i = 0; i < 50; i++)
        seen[fold[i]]++;
    for (int i = 0; i < 50; i++)
        equal(seen[i], 1);
}

TEST(bad_arguments_are_named)
{
    int32_t fold[6];
    const int64_t groups[] = { 1, 1, 1, 2, 2, 2 };
    folding f = { .n = 6, .groups = groups, .options = { .n_folds = 3 } };
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: n_folds is 3, expected at most 2 (= the number of groups)");
    f.groups = NULL;
    f.options.n_folds = 7;
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT, "lamella_measure_folds: n_folds is 7, expected at most 6 (= the number of rows)");
    f.options.n_folds = 1;
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT, "lamella_measure_folds: n_folds is 1, expected 2 to the number of rows");
    f.options.holdout = 0.99;
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: the hold-out share takes 6 of 6 rows, expected some on either side");
    f.options.holdout = 1;
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT, "lamella_measure_folds: options.holdout is 1, expected 0 or more, under 1");
    f.options = (lamella_measure_folds_options){ .order = LAMELLA_MEASURE_FOLDS_IN_ORDER, .n_folds = 2 };
    f.strata = groups;
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: options.strata is given beside options.order IN_ORDER, expected none, or SHUFFLED");
    const int64_t same[] = { 3, 3, 3, 3, 3, 3 };
    f = (folding){ .n = 6, .groups = same };
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: one group cannot be trained on and tested at once, so neither folds nor a probe can be made of it, expected at least 2");
    f = (folding){ .n = 1 };
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: one sample cannot be trained on and tested at once, so neither folds nor a probe can be made of it, expected at least 2");
    f.options.holdout = 0.5;
    refused(fold_rows(&f, fold, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_measure_folds: one sample cannot be trained on and tested at once, so neither folds nor a probe can be made of it, expected at least 2");
    lamella_view out = view_of(LAMELLA_I32, fold, 6);
    refused(lamella_measure_folds(NULL, 0, &out, NULL, NULL), LAMELLA_ERR_EMPTY,
            "lamella_measure_folds: n_samples is 0, expected at least 1");
    refused(lamella_measure_folds(NULL, 5, &out, NULL, NULL), LAMELLA_ERR_SHAPE,
            "lamella_measure_folds: folds.shape[0] is 6, expected 5");
}

TEST(options_init_spells_out_the_defaults)
{
    lamella_measure_folds_options options;
    ok(lamella_measure_folds_options_init(&options, sizeof options));
    equal(options.order, LAMELLA_MEASURE_FOLDS_SHUFFLED);
    equal(options.n_folds, 5);
}
