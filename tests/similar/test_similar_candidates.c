/* The rows that one query may still find, against plain loops over all of them: who is kept, who is made exact, and when. */
#include "similar/candidates.h" /* before Check, which has a macro fail */
#include "support/test.h"

#include <math.h>

enum { ROWS = 60, DIM = 3, K = 5 };

static uint32_t draws;

static double uniform(void)
{
    draws = draws * 1664525u + 1013904223u;
    return (double)(draws >> 8) * 0x1p-24;
}

typedef struct pruned {
    float         x[ROWS * DIM], q[DIM];
    double        square;
    f32_rows      queries;
    searched_rows s;
    exact_scores  e;
    candidate     entry[2 * ROWS], given[2 * ROWS];
    double        room[2 * ROWS];
    candidates    list;
} pruned;

/* n rows whose scores are known to within slacks of any size, some of them 0; room for `capacity`. */
static pruned *fresh(int64_t n, int64_t capacity, double widest)
{
    static pruned p;
    p = (pruned){ .q = { 1, 0, 0 }, .square = 1 };
    for (int64_t i = 0; i < ROWS; i++) {
        p.x[i * DIM] = (float)uniform();
        p.x[i * DIM + 1] = i % 4 ? (float)uniform() : 0;
    }
    p.queries = (f32_rows){ p.q, 1, DIM, DIM };
    p.s = (searched_rows){ .rows = { p.x, ROWS, DIM, DIM }, .similarity = SIMILAR_DOT, .width = DIM };
    p.e = (exact_scores){ simd_kernels(simd_best()), &p.s, &p.queries, &p.square, K, capacity, 0 };
    p.list = (candidates){ .n = n, .entry = p.entry };
    for (int64_t i = 0; i < n; i++) {
        double slack = i % 3 == 2 ? 0 : widest * uniform();
        p.entry[i] = (candidate){ (double)p.x[i * DIM] + slack * (2 * uniform() - 1), slack, 1000 - i, (int32_t)i, 0 };
    }
    memcpy(p.given, p.entry, sizeof p.entry);
    return &p;
}

static double kth_lower_bound(const candidate *x, int64_t n)
{
    double lower[2 * ROWS], largest = INFINITY;
    for (int64_t i = 0; i < n; i++)
        lower[i] = x[i].score - x[i].slack;
    for (int64_t k = 0; k < K; k++) {
        int64_t best = 0;
        for (int64_t i = 1; i < n; i++)
            best = lower[i] > lower[best] ? i : best;
        largest = lower[best];
        lower[best] = -INFINITY;
    }
    return largest;
}

/* Those whose upper bound reaches the k-th largest lower bound stay, in their order, as they are. */
TEST(who_may_be_among_the_first_stays_and_no_one_else)
{
    for (int64_t n = K; n <= ROWS; n++)
        for (int trial = 0; trial < 20; trial++) {
            pruned *p = fresh(n, 2 * ROWS, trial % 5 * 0.1);
            double least = kth_lower_bound(p->given, n);
            int64_t kept = 0;
            candidates_prune(&p->e, 0, &p->list, p->room);
            check(p->list.bounded);
            check(p->list.least == least);
            for (int64_t i = 0; i < n; i++)
                if (p->given[i].score + p->given[i].slack >= least)
                    equal_bits(&p->entry[kept++], &p->given[i], sizeof *p->entry);
            equal(p->list.n, kept);
            check(kept >= K);
        }
}

TEST(fewer_than_are_asked_for_are_all_kept)
{
    pruned *p = fresh(K - 1, 2 * ROWS, 0.3);
    candidates_prune(&p->e, 0, &p->list, p->room);
    equal(p->list.n, K - 1);
    equal(p->list.bounded, 0);
    equal_bits(p->entry, p->given, (K - 1) * (int64_t)sizeof *p->entry);
}

TEST(the_bound_never_falls)
{
    pruned *p = fresh(ROWS, 2 * ROWS, 0.1);
    p->list.bounded = 1;
    p->list.least = 0.9;
    candidates_prune(&p->e, 0, &p->list, p->room);
    check(p->list.least == fmax(0.9, kth_lower_bound(p->given, ROWS)));
}

/* Over half of the room: the first k, exact and in order. At half of it nothing is made exact. */
TEST(a_list_that_stays_long_is_made_exact)
{
    for (int more = 0; more < 2; more++) {
        pruned *p = fresh(ROWS, 2 * ROWS - 2 * more, 0);
        for (int64_t i = 0; i < ROWS; i++)
            p->entry[i].slack = 50; /* so wide that no one can be dropped */
        candidates_prune(&p->e, 0, &p->list, p->room);
        equal(p->list.n, more ? K : ROWS);
        for (int64_t i = 0; i < p->list.n; i++)
            check(more ? p->entry[i].slack == 0 : p->entry[i].slack == 50);
        check(!more || p->list.least == p->entry[K - 1].score); /* the bound is theirs now */
    }
}

/* By exact score, then id; whatever rows are handed in, in whatever order. */
TEST(what_is_left_at_the_end_is_the_first_k_of_all)
{
    for (int64_t n = 1; n <= ROWS; n += 3) {
        pruned *p = fresh(n, 2 * ROWS, 0.2);
        char taken[ROWS] = { 0 };
        for (int64_t i = 0; i < n; i++)
            if (p->entry[i].slack == 0)
                p->entry[i].score = (double)p->x[i * DIM]; /* exact is exact */
        p->x[0] = p->x[(n / 2) * DIM]; /* two are equal: the lower id, which the later row has */
        p->entry[0] = (candidate){ (double)p->x[0], 1, 1000, 0, 0 };
        candidates_finish(&p->e, 0, &p->list, p->room);
        equal(p->list.n, MIN(n, K));
        for (int64_t k = 0; k < p->list.n; k++) {
            int64_t best = -1;
            for (int64_t i = 0; i < n; i++)
                if (!taken[i] && (best < 0 || p->x[i * DIM] > p->x[best * DIM] || (p->x[i * DIM] == p->x[best * DIM] && i > best)))
                    best = i;
            taken[best] = 1;
            equal(p->entry[k].id, 1000 - best);
            check(p->entry[k].score == (double)p->x[best * DIM] && p->entry[k].slack == 0);
        }
    }
}

TEST(cosines_are_made_exact_as_cosines)
{
    pruned *p = fresh(ROWS, 2 * ROWS, 50);
    p->s.similarity = SIMILAR_COSINE;
    p->q[1] = 2, p->square = 5;
    candidates_finish(&p->e, 0, &p->list, p->room);
    for (int64_t k = 0; k < K; k++) {
        const float *x = p->x + p->entry[k].row * DIM;
        if (p->given[p->entry[k].row].slack > 0)
            near(p->entry[k].score, ((double)x[0] + 2 * (double)x[1]) / sqrt(5 * ((double)x[0] * (double)x[0] + (double)x[1] * (double)x[1])), RELATIVE, 1e-14);
    }
}

/* Rows count from the first of their part. */
TEST(rows_of_a_later_part)
{
    pruned *p = fresh(4, 2 * ROWS, 1);
    p->e.first_row = 30;
    candidates_finish(&p->e, 0, &p->list, p->room);
    for (int64_t k = 0; k < 4; k++)
        if (p->given[p->entry[k].row].slack > 0)
            check(p->entry[k].score == (double)p->x[(30 + p->entry[k].row) * DIM]);
}
