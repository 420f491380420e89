/* Folds: groups kept whole, strata spread evenly, the order shuffled by Philox.
 *
 * One rule for rows and groups (a row without groups is a group of one): the largest groups first, equal ones by the stratum of their
 * first row, then in shuffled order; each goes to the fold where its strata are rarest so far,
 *
 *   least sum over its rows of  n(stratum of the row, fold) / n(stratum)^2,
 *
 * which is the fold that keeps sum over strata and folds of (share of the stratum in the fold)^2 lowest; of equal ones the fold with
 * the fewest rows, then the lowest. Without groups each stratum, and all rows together, are within one of even.
 * A hold-out takes every so-manieth group of the same order, ceil(share * groups) of them, as scikit-learn's splitters count. */
#include "measure/measure.h"

#include <math.h>
#include <string.h>

typedef struct fold_group {
    int64_t first, n; /* rows listed[first .. first + n - 1] */
} fold_group;

typedef struct fold_work {
    const fold_plan *p;
    int64_t         *listed;   /* rows, group by group, rising in each */
    fold_group      *groups;   /* in the order in which they are dealt */
    int64_t         *in_stratum; /* rows of each stratum */
} fold_work;

static int64_t stratum_of(const fold_plan *p, int64_t row)
{
    return p->stratum ? p->stratum[row] : 0;
}

static int64_t group_of(const fold_plan *p, int64_t row)
{
    return p->group ? p->group[row] : row;
}

/* Rows by group, then the groups by `place`: in the order of their first rows, or shuffled and sorted. */
static lamella_status list_groups(call *c, fold_work *w)
{
    const fold_plan *p = w->p;
    fold_group *found;
    int64_t *at, *place;
    keyed_row *sorted;
    TAKE(c, w->listed, p->n_rows);
    TAKE(c, w->groups, p->n_groups);
    TAKE(c, w->in_stratum, p->n_strata);
    TAKE(c, found, p->n_groups);
    TAKE(c, at, p->n_groups);
    TAKE(c, place, p->n_groups);
    TAKE(c, sorted, 2 * MAX(p->n_groups, 1));
    memset(found, 0, (size_t)p->n_groups * sizeof *found);
    memset(w->in_stratum, 0, (size_t)p->n_strata * sizeof *w->in_stratum);
    for (int64_t row = 0; row < p->n_rows; row++) {
        found[group_of(p, row)].n++;
        w->in_stratum[stratum_of(p, row)]++;
    }
    for (int64_t g = 0, first = 0; g < p->n_groups; first += found[g].n, g++)
        at[g] = found[g].first = first;
    for (int64_t row = 0; row < p->n_rows; row++)
        w->listed[at[group_of(p, row)]++] = row;

    for (int64_t g = 0; g < p->n_groups; g++)
        sorted[g] = (keyed_row){ w->listed[found[g].first], g };
    sort_keyed(sorted, p->n_groups, sorted + p->n_groups); /* by first row: names of groups do not matter */
    for (int64_t g = 0; g < p->n_groups; g++)
        place[g] = sorted[g].row;
    if (!p->in_order) {
        shuffle_rows(p->seed, STREAM_FOLDS, place, p->n_groups);
        for (int pass = 0; pass < 2; pass++) { /* by stratum, then by falling size; equal keys keep their places */
            for (int64_t i = 0; i < p->n_groups; i++) {
                const fold_group *g = &found[place[i]];
                sorted[i] = (keyed_row){ pass ? -g->n : stratum_of(p, w->listed[g->first]), i };
            }
            sort_keyed(sorted, p->n_groups, sorted + p->n_groups);
            for (int64_t i = 0; i < p->n_groups; i++)
                at[i] = place[sorted[i].row];
            memcpy(place, at, (size_t)p->n_groups * sizeof *at);
        }
    }
    for (int64_t i = 0; i < p->n_groups; i++)
        w->groups[i] = found[place[i]];
    return LAMELLA_OK;
}

static void put_group(const fold_work *w, const fold_group *g, int64_t to, int32_t *fold)
{
    for (int64_t i = g->first; i < g->first + g->n; i++)
        fold[w->listed[i]] = (int32_t)to;
}

/* As KFold: the first (groups % folds) folds have one group more. */
static void deal_in_order(const fold_work *w, int32_t *fold)
{
    int64_t folds = w->p->n_folds, n = w->p->n_groups, i = 0;
    for (int64_t f = 0; f < folds; f++)
        for (int64_t end = i + n / folds + (f < n % folds); i < end; i++)
            put_group(w, &w->groups[i], f, fold);
}

static void deal_holdout(const fold_work *w, int64_t n_held, int32_t *fold)
{
    int64_t n = w->p->n_groups;
    for (int64_t i = 0, carried = 0; i < n; i++) {
        carried += n_held;
        put_group(w, &w->groups[i], carried >= n ? 0 : -1, fold);
        carried -= carried >= n ? n : 0;
    }
}

static lamella_status deal_evenly(call *c, const fold_work *w, int32_t *fold)
{
    const fold_plan *p = w->p;
    int64_t *count, *rows, cells; /* [stratum, fold]; rows of a fold */
    if (!size_mul(p->n_strata, p->n_folds, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "%lld strata in %lld folds do not fit into memory", (long long)p->n_strata, (long long)p->n_folds);
    TAKE(c, count, cells);
    TAKE(c, rows, p->n_folds);
    memset(count, 0, (size_t)cells * sizeof *count);
    memset(rows, 0, (size_t)p->n_folds * sizeof *rows);
    for (int64_t i = 0; i < p->n_groups; i++) {
        const fold_group *g = &w->groups[i];
        int64_t best = 0;
        double least = INFINITY;
        for (int64_t f = 0; f < p->n_folds; f++) {
            double cost = 0;
            for (int64_t j = g->first; j < g->first + g->n; j++) {
                int64_t s = stratum_of(p, w->listed[j]);
                cost += (double)count[s * p->n_folds + f] / ((double)w->in_stratum[s] * (double)w->in_stratum[s]);
            }
            if (cost < least || (cost == least && rows[f] < rows[best])) {
                least = cost;
                best = f;
            }
        }
        put_group(w, g, best, fold);
        rows[best] += g->n;
        for (int64_t j = g->first; j < g->first + g->n; j++)
            count[stratum_of(p, w->listed[j]) * p->n_folds + best]++;
        if (i % 1024 == 0)
            TRY(progress(c, i, p->n_groups));
    }
    return LAMELLA_OK;
}

static lamella_status check_folds(call *c, const fold_plan *p, int64_t *n_held)
{
    const char *of = p->group ? "groups" : "rows";
    if (p->holdout > 0) {
        *n_held = (int64_t)ceil(p->holdout * (double)p->n_groups);
        if (*n_held < 1 || *n_held >= p->n_groups)
            return fail(c, LAMELLA_ERR_ARGUMENT, "the hold-out share takes %lld of %lld %s, expected some on either side", (long long)*n_held,
                        (long long)p->n_groups, of);
        return LAMELLA_OK;
    }
    if (p->n_folds < 2 || p->n_folds > INT32_MAX)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_folds is %lld, expected 2 to the number of %s", (long long)p->n_folds, of);
    if (p->n_folds > p->n_groups)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_folds is %lld, expected at most %lld (= the number of %s)", (long long)p->n_folds,
                    (long long)p->n_groups, of);
    return LAMELLA_OK;
}

lamella_status folds_assign(call *c, const fold_plan *p, int32_t *fold)
{
    fold_plan plan = *p;
    fold_work w = { .p = &plan };
    int64_t n_held = 0;
    plan.n_strata = p->stratum ? p->n_strata : 1;
    plan.n_groups = p->group ? p->n_groups : p->n_rows;
    TRY(check_folds(c, &plan, &n_held));
    TRY(list_groups(c, &w));
    if (p->holdout > 0)
        deal_holdout(&w, n_held, fold);
    else if (p->in_order)
        deal_in_order(&w, fold);
    else
        TRY(deal_evenly(c, &w, fold));
    return LAMELLA_OK;
}
