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

typedef struct work {
    const fold_plan *p;
    int64_t         *listed;     /* rows, group by group, rising in each */
    fold_group      *groups;     /* in the order in which they are dealt */
    int64_t         *in_stratum; /* rows of each stratum */
    fold_group      *spare;      /* [group] */
    keyed_row       *sorted;     /* [2 * group] */
} work;

static int64_t stratum_of(const fold_plan *p, int64_t row)
{
    return p->stratum ? p->stratum[row] : 0;
}

static int64_t group_of(const fold_plan *p, int64_t row)
{
    return p->group ? p->group[row] : row;
}

static lamella_status list_group_rows(call *c, const work *w, int64_t *next)
{
    const fold_plan *p = w->p;
    memset(w->groups, 0, (size_t)p->n_groups * sizeof *w->groups);
    memset(w->in_stratum, 0, (size_t)p->n_strata * sizeof *w->in_stratum);
    for (int64_t row = 0; row < p->n_rows; row++) {
        w->groups[group_of(p, row)].n++;
        w->in_stratum[stratum_of(p, row)]++;
        TRY(ask_rows(c, row, 1));
    }
    for (int64_t g = 0, first = 0; g < p->n_groups; first += w->groups[g].n, g++)
        next[g] = w->groups[g].first = first;
    for (int64_t row = 0; row < p->n_rows; row++) {
        w->listed[next[group_of(p, row)]++] = row;
        TRY(ask_rows(c, row, 1));
    }
    return LAMELLA_OK;
}

static int64_t group_first_row(const work *w, const fold_group *g)
{
    return w->listed[g->first];
}

static int64_t group_first_stratum(const work *w, const fold_group *g)
{
    return stratum_of(w->p, group_first_row(w, g));
}

static int64_t group_falling_size(const work *w, const fold_group *g)
{
    (void)w;
    return -g->n;
}

/* Equal groups keep their order. */
static lamella_status sort_groups(call *c, const work *w, int64_t (*key)(const work *w, const fold_group *g))
{
    int64_t n = w->p->n_groups;
    for (int64_t i = 0; i < n; i++)
        w->sorted[i] = (keyed_row){ key(w, &w->groups[i]), i };
    TRY(sort_keyed_asking(c, w->sorted, n, w->sorted + n));
    memcpy(w->spare, w->groups, (size_t)n * sizeof *w->spare);
    for (int64_t i = 0; i < n; i++) {
        w->groups[i] = w->spare[w->sorted[i].row];
        TRY(ask_rows(c, i, 1));
    }
    return LAMELLA_OK;
}

static lamella_status shuffle_groups(call *c, const work *w, int64_t *order)
{
    int64_t n = w->p->n_groups;
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    TRY(shuffle_rows_asking(c, w->p->seed, STREAM_FOLDS, order, n));
    memcpy(w->spare, w->groups, (size_t)n * sizeof *w->spare);
    for (int64_t i = 0; i < n; i++) {
        w->groups[i] = w->spare[order[i]];
        TRY(ask_rows(c, i, 1));
    }
    return LAMELLA_OK;
}

static lamella_status order_groups(call *c, work *w)
{
    const fold_plan *p = w->p;
    int64_t *numbers;
    TAKE(c, w->listed, p->n_rows);
    TAKE(c, w->groups, p->n_groups);
    TAKE(c, w->in_stratum, p->n_strata);
    TAKE(c, w->spare, p->n_groups);
    TAKE(c, w->sorted, sort_room(p->n_groups));
    TAKE(c, numbers, p->n_groups);
    TRY(list_group_rows(c, w, numbers));
    TRY(sort_groups(c, w, group_first_row)); /* what groups are called does not matter */
    if (!p->in_order) {
        TRY(shuffle_groups(c, w, numbers));
        TRY(sort_groups(c, w, group_first_stratum));
        TRY(sort_groups(c, w, group_falling_size));
    }
    return LAMELLA_OK;
}

static void put_group(const work *w, const fold_group *g, int64_t to, int32_t *fold)
{
    for (int64_t i = g->first; i < g->first + g->n; i++)
        fold[w->listed[i]] = (int32_t)to;
}

/* As KFold: the first (groups % folds) folds have one group more. */
static lamella_status deal_in_order(call *c, const work *w, int32_t *fold)
{
    int64_t folds = w->p->n_folds, n = w->p->n_groups, i = 0;
    for (int64_t f = 0; f < folds; f++)
        for (int64_t end = i + n / folds + (f < n % folds); i < end; i++) {
            put_group(w, &w->groups[i], f, fold);
            TRY(ask_rows(c, w->groups[i].first, w->groups[i].n));
        }
    return LAMELLA_OK;
}

static lamella_status deal_holdout(call *c, const work *w, int64_t n_held, int32_t *fold)
{
    int64_t n = w->p->n_groups;
    for (int64_t i = 0, carried = 0; i < n; i++) {
        carried += n_held;
        put_group(w, &w->groups[i], carried >= n ? 0 : -1, fold);
        carried -= carried >= n ? n : 0;
        TRY(ask_rows(c, i, 1));
    }
    return LAMELLA_OK;
}

static lamella_status deal_evenly(call *c, const work *w, int32_t *fold)
{
    const fold_plan *p = w->p;
    int64_t *count, *rows, cells, tried = 0; /* [stratum, fold]; rows of a fold; rows times folds */
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
        for (int64_t f = 0; f < p->n_folds; f++, tried += g->n) {
            double cost = 0;
            TRY(ask_rows(c, tried, g->n));
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
    }
    return LAMELLA_OK;
}

static lamella_status check_folds(call *c, const fold_plan *p, int64_t *n_held)
{
    const char *of = p->group ? "groups" : "rows";
    if (p->n_groups == 1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "one %s cannot be trained on and tested at once, so neither folds nor a probe can be made of it, expected "
                    "at least 2", p->group ? "group" : "sample");
    if (p->holdout > 0) {
        *n_held = (int64_t)ceil(p->holdout * (double)p->n_groups);
        if (*n_held >= p->n_groups)
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
    work w = { .p = &plan };
    int64_t n_held = 0;
    plan.n_strata = p->stratum ? p->n_strata : 1;
    plan.n_groups = p->group ? p->n_groups : p->n_rows;
    TRY(check_folds(c, &plan, &n_held));
    TRY(order_groups(c, &w));
    if (p->holdout > 0)
        TRY(deal_holdout(c, &w, n_held, fold));
    else if (p->in_order)
        TRY(deal_in_order(c, &w, fold));
    else
        TRY(deal_evenly(c, &w, fold));
    return LAMELLA_OK;
}
