/* Folds for a host: checks, and what the folds look like; the dealing is in folds.c. */
#include "measure/evaluate.h"
#include "options/options.h"

#include <string.h>

static lamella_status check_fold_options(call *c, const lamella_measure_folds_options *options, lamella_measure_folds_options *o, fold_plan *p)
{
    TRY(OPTIONS(c, *o, options, measure_folds));
    if (o->strata && o->order == LAMELLA_MEASURE_FOLDS_IN_ORDER)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.strata is given beside options.order IN_ORDER, expected none, or SHUFFLED");
    p->n_folds = o->holdout > 0 ? 1 : o->n_folds;
    p->holdout = o->holdout;
    p->in_order = o->order == LAMELLA_MEASURE_FOLDS_IN_ORDER;
    p->seed = o->seed;
    return LAMELLA_OK;
}

static lamella_status describe_folds(call *c, const fold_plan *p, const int32_t *fold, lamella_measure_folds_result *found)
{
    int64_t n_strata = p->stratum ? p->n_strata : 1, cells = n_strata * p->n_folds, *count; /* of which folds_assign has had as many */
    TAKE(c, count, cells);
    memset(count, 0, (size_t)cells * sizeof *count);
    for (int64_t row = 0; row < p->n_rows; row++) {
        if (fold[row] >= 0)
            count[(p->stratum ? p->stratum[row] : 0) * p->n_folds + fold[row]]++;
        TRY(ask_rows(c, row, 1));
    }
    found->n_groups = p->n_groups;
    found->smallest = p->n_rows;
    for (int64_t f = 0; f < p->n_folds; f++) {
        int64_t rows = 0;
        for (int64_t s = 0; s < n_strata; s++) {
            rows += count[s * p->n_folds + f];
            found->n_missing += count[s * p->n_folds + f] == 0;
        }
        found->smallest = MIN(found->smallest, rows);
        found->largest = MAX(found->largest, rows);
    }
    return LAMELLA_OK;
}

static lamella_status make_folds(call *c, int64_t n_samples, const lamella_view *folds, const lamella_measure_folds_options *options,
                                 lamella_measure_folds_result *result)
{
    lamella_measure_folds_options o;
    lamella_measure_folds_result found = { 0 };
    fold_plan p = { .n_rows = n_samples };
    samples all;
    sample_groups of_groups, of_strata;
    lamella_view out;
    int32_t *fold;

    if (n_samples < 1)
        return fail(c, n_samples ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "n_samples is %lld, expected at least 1", (long long)n_samples);
    TRY(samples_of_rows(c, n_samples, NULL, &all));
    TRY(check_fold_options(c, options, &o, &p));
    TRY(samples_groups(c, &all, o.groups, "options.groups", &of_groups));
    TRY(samples_groups(c, &all, o.strata, "options.strata", &of_strata));
    p.n_groups = of_groups.n, p.group = of_groups.of;
    p.n_strata = of_strata.n, p.stratum = of_strata.of;
    TRY(VIEW_OUT(c, out, folds, I32, n_samples));
    TRY(RESULT_OPTIONAL(c, result));

    TAKE(c, fold, n_samples);
    TRY(folds_assign(c, &p, fold));
    TRY(describe_folds(c, &p, fold, &found));
    TRY(progress(c, 1, 1));
    for (int64_t row = 0; row < n_samples; row++)
        memcpy(view_at(&out, &row), &fold[row], sizeof *fold);
    write_sized(result, &found, (int64_t)sizeof found);
    return found.n_missing ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_measure_folds(lamella_context *ctx, int64_t n_samples, const lamella_view *folds,
                                     const lamella_measure_folds_options *options, lamella_measure_folds_result *result)
{
    CALL(ctx, make_folds(c, n_samples, folds, options, result));
}
