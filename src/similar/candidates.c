/* A score is known within its slack, so k lower bounds give a threshold below which no upper bound needs to be looked at. What stays is
 * made exact in one order of summation (16 lanes in f64), so ids do not depend on the kernel that picked them. */
#include "similar/candidates.h"

#include <math.h>

int64_t candidates_capacity(int64_t k)
{
    return 2 * k + 44;
}

int by_score_then_id(const void *a, const void *b)
{
    const found_row *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

static double lower_bound(const candidate *x)
{
    return x->score - x->slack;
}

/* Hoare's selection; x is reordered. */
static double kth_largest(double *x, int64_t n, int64_t k)
{
    int64_t first = 0, last = n - 1, at = k - 1;
    while (first < last) {
        double pivot = x[(first + last) / 2];
        int64_t i = first, j = last;
        while (i <= j) {
            while (x[i] > pivot)
                i++;
            while (x[j] < pivot)
                j--;
            if (i <= j) {
                double swap = x[i];
                x[i++] = x[j];
                x[j--] = swap;
            }
        }
        if (at <= j)
            last = j;
        else if (at >= i)
            first = i;
        else
            break;
    }
    return x[at];
}

static int by_exact_score(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    const found_row p = { x->score, x->id }, q = { y->score, y->id };
    int order = by_score_then_id(&p, &q);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static double exact_score(const exact_scores *e, int64_t query, int64_t row)
{
    double dot[16] = { 0 }, square[16] = { 0 };
    const float *q = e->queries->data + query * e->queries->stride, *x = e->s->rows.data + row * e->s->rows.stride;
    e->simd->dot_lanes_f32(q, x, e->s->width, dot);
    if (e->s->similarity == SIMILAR_DOT)
        return lanes_sum(dot);
    e->simd->square_lanes_f32(x, e->s->width, square);
    return cosine_of_sums(lanes_sum(dot), e->query_squares[query], lanes_sum(square));
}

static void make_exact(const exact_scores *e, int64_t query, candidates *list)
{
    for (int64_t i = 0; i < list->n; i++) {
        candidate *x = &list->entry[i];
        if (x->slack > 0)
            *x = (candidate){ exact_score(e, query, e->first_row + x->row), 0, x->id, x->row, 0 };
    }
}

static void keep_first(const exact_scores *e, candidates *list)
{
    sort_elements(list->entry, list->n, sizeof *list->entry, by_exact_score);
    list->n = MIN(list->n, e->k);
}

static void raise_least(const exact_scores *e, candidates *list, double *room)
{
    if (list->n < e->k)
        return;
    for (int64_t i = 0; i < list->n; i++)
        room[i] = lower_bound(&list->entry[i]);
    double least = kth_largest(room, list->n, e->k);
    list->least = list->bounded ? fmax(list->least, least) : least;
    list->bounded = 1;
}

static void drop_below_least(candidates *list)
{
    int64_t kept = 0;
    for (int64_t i = 0; list->bounded && i < list->n; i++)
        if (list->entry[i].score + list->entry[i].slack >= list->least)
            list->entry[kept++] = list->entry[i];
    if (list->bounded)
        list->n = kept;
}

void candidates_prune(const exact_scores *e, int64_t query, candidates *list, double *room)
{
    raise_least(e, list, room);
    drop_below_least(list);
    if (2 * list->n > e->capacity) {
        make_exact(e, query, list);
        keep_first(e, list);
        raise_least(e, list, room);
    }
}

void candidates_settle(const exact_scores *e, int64_t query, candidates *list, double *room)
{
    raise_least(e, list, room);
    drop_below_least(list);
    make_exact(e, query, list);
    raise_least(e, list, room);
    drop_below_least(list);
    if (list->n > e->k) /* equal ones at the end */
        keep_first(e, list);
}

void candidates_finish(const exact_scores *e, int64_t query, candidates *list, double *room)
{
    raise_least(e, list, room);
    drop_below_least(list);
    make_exact(e, query, list);
    keep_first(e, list);
}
