/* Exact top k: f32 tiles pick rows by a rigorous bound, f64 decides.
 *
 * With u = 2^-24, q of norm 1 rounded to f32 and any order of FMAs over n dims, |fl(q . x) - q . x| <= gamma_(n+1) |x| + 2 n 2^-126,
 * gamma_m = m u / (1 - m u) (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), the last term for what underflows, flushed to
 * zero or not. Rounding of scale, product and threshold adds less than 5 u: so the bound is gamma_(n+16) |x| + n 2^-124, and no row that
 * f64 would rank among the first k is ever passed over. Rows whose norms lie beyond 2^+-100 are picked in a copy, times a power of two:
 * each its own for cosines, where only directions count, and one for all by the largest for dot products. */
#include "similar/candidates.h"

#include <math.h>
#include <string.h>

#define LEAST_NORM 0x1p-100
#define MOST_NORM 0x1p100
#define WAVE_QUERIES 4096 /* whose lists lie in memory at once */
#define COPY_SHARE 0.8    /* of the time in which rows are made ready, as far as progress tells of it; the rest is bounds */

/* ---- bounds ---- */

static double gamma_of(int64_t n)
{
    double nu = (double)n * 0x1p-24;
    return nu < 0.5 ? nu / (1 - nu) : INFINITY;
}

/* What brings a norm near 1, as an exponent of two; 0 where it need not be. */
static int shift_of(double norm)
{
    return norm == 0 || (norm >= LEAST_NORM && norm <= MOST_NORM) ? 0 : -ilogb(norm);
}

/* Of a row of this norm, as it is picked. */
static void bound_row(double norm, const searched_rows *s, double gamma, float *scale, float *slack)
{
    double underflow = (double)s->width * 0x1p-124, of_norm = gamma * norm + underflow;
    *scale = norm == 0 ? 0 : s->similarity == SIMILAR_DOT ? 1 : (float)(1 / norm);
    *slack = norm == 0 ? 0 : (float)((s->similarity == SIMILAR_DOT ? of_norm : of_norm / norm) * (1 + 0x1p-20));
}

/* The rows times their powers of two. */
static lamella_status shift_rows(call *c, arena *memory, searched_rows *s, const int *shift)
{
    float *shifted;
    TAKE_FROM(c, memory, shifted, s->rows.n * s->width);
    for (int64_t i = 0; i < s->rows.n; i++)
        simd_of(c)->scale_f32(s->rows.data + i * s->rows.stride, s->width, ldexp(1, shift[i]), shifted + i * s->width);
    s->picked = (f32_rows){ shifted, s->rows.n, s->width, s->width };
    return LAMELLA_OK;
}

/* scale and slack of every row, from `memory`. */
lamella_status searched_rows_bound(call *c, arena *memory, searched_rows *s)
{
    double *squares, gamma = gamma_of(s->width + 16), largest = 0;
    int *shift, any = 0;
    s->picked = s->rows;
    s->n_zero_rows = 0;
    TAKE_FROM(c, memory, s->scale, s->rows.n);
    TAKE_FROM(c, memory, s->slack, s->rows.n);
    arena_mark before = arena_now(&c->memory);
    TAKE(c, squares, s->rows.n);
    TAKE(c, shift, s->rows.n);
    TRY(f32_rows_squares(c, &s->rows, s->width, squares));
    for (int64_t i = 0; i < s->rows.n; i++)
        largest = fmax(largest, squares[i]);
    int common = shift_of(sqrt(largest));
    for (int64_t i = 0; i < s->rows.n; i++) {
        double norm = sqrt(squares[i]);
        TRY(ask_row(c, i));
        shift[i] = s->similarity == SIMILAR_DOT ? common : shift_of(norm);
        any |= shift[i];
        bound_row(ldexp(norm, shift[i]), s, gamma, &s->scale[i], &s->slack[i]);
        s->n_zero_rows += norm == 0;
    }
    s->unit = s->similarity == SIMILAR_DOT ? ldexp(1, -common) : 1;
    if (any)
        TRY(shift_rows(c, memory, s, shift));
    if (!any || memory != &c->memory)
        arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

static lamella_status open_ids(call *c, int64_t *to, const lamella_view *v, const int64_t **ids)
{
    int64_t *numbers = to, n = v->shape[0];
    if (!to)
        TAKE(c, numbers, n);
    for (int64_t i = 0; i < n; i++) {
        numbers[i] = load_i64(v->dtype, view_at(v, &i));
        TRY(ask_row(c, i));
        if (numbers[i] < 0)
            return fail(c, LAMELLA_ERR_ARGUMENT, "options.base_ids[%lld] is %lld, expected 0 or more", (long long)i, (long long)numbers[i]);
    }
    *ids = numbers;
    return LAMELLA_OK;
}

lamella_status searched_rows_open(call *c, const searched_keeper *keeper, const lamella_view *base, const lamella_view *ids, int32_t similarity,
                                  int64_t width, searched_rows *s)
{
    *s = (searched_rows){ .similarity = similarity, .width = width };
    span all = span_open(c, "reading rows", 0, COPY_SHARE);
    TRY(f32_rows_open(c, keeper ? keeper->rows : NULL, base, "base", &s->rows));
    span_close(c, all);
    if (ids)
        TRY(open_ids(c, keeper ? keeper->ids : NULL, ids, &s->ids));
    TRY(searched_rows_bound(c, keeper ? keeper->memory : &c->memory, s));
    return progress(c, 1, 1);
}

lamella_status searched_rows_cut(call *c, const searched_rows *s, int64_t width, searched_rows *cut)
{
    *cut = *s;
    if (width == s->width)
        return LAMELLA_OK;
    cut->width = width;
    return searched_rows_bound(c, &c->memory, cut);
}

int by_score_then_id(const void *a, const void *b)
{
    const found_row *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

/* ---- one pass ---- */

typedef struct top_k_pass {
    exact_scores   exact;     /* first_row is set by each task in its own copy */
    const int64_t *query_ids; /* of the wave, or NULL */
    const double  *unit;      /* [query of the wave] what a score of the unit query is multiplied by */
    int64_t        part_rows, n_parts;
    found_row     *lists;     /* [query of the wave, part, k] */
    int64_t       *n_listed;  /* [query of the wave, part] */
} top_k_pass;

/* The room of a task: a row of numbers for sorting, hits, then each query's list. */
static int64_t fixed_room(int64_t capacity)
{
    return whole_lines(capacity * (int64_t)sizeof(double)) + TILE_BLOCK_ROWS * (int64_t)sizeof(int32_t);
}

static int64_t query_room(int64_t capacity)
{
    return (int64_t)sizeof(candidates) + capacity * (int64_t)sizeof(candidate);
}

static candidates *list_of(const top_k_pass *t, void *room, int64_t i)
{
    candidates *list = (candidates *)((char *)room + fixed_room(t->exact.capacity) + i * query_room(t->exact.capacity));
    list->entry = (candidate *)(list + 1);
    return list;
}

static void add_hits(const top_k_pass *t, const exact_scores *e, const similar_tile *tile, int64_t i, const int32_t *hits, int64_t n_hits,
                     candidates *list, double *room)
{
    const searched_rows *s = e->s;
    int64_t query = tile->first_q + i;
    for (int64_t h = 0; h < n_hits; h++) {
        int64_t row = tile->first_x + hits[h], id = s->ids ? s->ids[row] : row;
        if (t->query_ids && t->query_ids[query] == id)
            continue;
        double unit = t->unit[query], score = (double)tile->scores[i * tile->stride + hits[h]] * (double)s->scale[row] * unit;
        list->entry[list->n++] = (candidate){ score, unit > 0 ? (double)s->slack[row] * unit : 0, id, (int32_t)(row - e->first_row), 0 };
        if (list->n == e->capacity)
            candidates_prune(e, query, list, room);
    }
}

static exact_scores scores_of_part(const top_k_pass *t, int64_t part)
{
    exact_scores e = t->exact;
    e.first_row = part * t->part_rows;
    return e;
}

static void pick_rows(const similar_tile *tile, void *room, void *data)
{
    const top_k_pass *t = data;
    exact_scores e = scores_of_part(t, tile->first_x / t->part_rows);
    int32_t *hits = (int32_t *)((char *)room + fixed_room(e.capacity)) - TILE_BLOCK_ROWS;
    for (int64_t i = 0; i < tile->n_q; i++) {
        candidates *list = list_of(t, room, i);
        float least = list->bounded ? (float)(list->least / t->unit[tile->first_q + i]) : -INFINITY;
        int64_t n_hits = e.simd->reach_f32(tile->scores + i * tile->stride, e.s->scale + tile->first_x, e.s->slack + tile->first_x, least,
                                           tile->n_x, hits);
        add_hits(t, &e, tile, i, hits, n_hits, list, room);
    }
}

static void list_rows(int64_t first_q, int64_t n_q, int64_t part, void *room, void *data)
{
    const top_k_pass *t = data;
    exact_scores e = scores_of_part(t, part);
    for (int64_t i = 0; i < n_q; i++) {
        candidates *list = list_of(t, room, i);
        int64_t at = (first_q + i) * t->n_parts + part;
        candidates_finish(&e, first_q + i, list, room);
        for (int64_t j = 0; j < list->n; j++)
            t->lists[at * e.k + j] = (found_row){ list->entry[j].score, list->entry[j].id };
        t->n_listed[at] = list->n;
    }
}

/* ---- the call ---- */

/* Queries of norm 1 in f32, squares of the given ones, and what turns the score of the one into that of the other. */
static lamella_status unit_queries(call *c, const searched_rows *s, const f32_rows *q, f32_rows *made, double **squares, double **unit)
{
    float *rows;
    TAKE(c, rows, q->n * s->width);
    TAKE(c, *squares, q->n);
    TAKE(c, *unit, q->n);
    TRY(f32_rows_squares(c, q, s->width, *squares));
    for (int64_t i = 0; i < q->n; i++) {
        double norm = sqrt((*squares)[i]);
        simd_of(c)->scale_f32(q->data + i * q->stride, s->width, norm > 0 ? 1 / norm : 0, rows + i * s->width);
        (*unit)[i] = s->similarity == SIMILAR_DOT ? norm * s->unit : 1;
    }
    *made = (f32_rows){ rows, q->n, s->width, s->width };
    return LAMELLA_OK;
}

/* The lists of a query's parts to one. */
static int64_t join_parts(const top_k_pass *t, int64_t query, found_row *joined)
{
    int64_t n = 0, k = t->exact.k;
    for (int64_t part = 0; part < t->n_parts; part++) {
        int64_t at = query * t->n_parts + part;
        memcpy(joined + n, t->lists + at * k, (size_t)t->n_listed[at] * sizeof *joined);
        n += t->n_listed[at];
    }
    if (t->n_parts > 1)
        sort_elements(joined, n, sizeof *joined, by_score_then_id);
    return MIN(n, k);
}

static lamella_status search_wave(call *c, const searched_rows *s, const f32_rows *queries, const int64_t *query_ids, int64_t first, int64_t k,
                                  void (*found)(int64_t query, const found_row *rows, int64_t n, void *data), void *data,
                                  int64_t *n_zero_queries)
{
    f32_rows wave = { queries->data + first * queries->stride, MIN(WAVE_QUERIES, queries->n - first), queries->dim, queries->stride }, unit_rows;
    top_k_pass t = { .exact = { simd_of(c), s, &wave, NULL, k, candidates_capacity(k), 0 }, .query_ids = query_ids ? query_ids + first : NULL };
    similar_pass p = { .queries = &unit_rows, .base = &s->picked, .width = s->width, .by_dot = 1,
                       .epilogue = pick_rows, .done = list_rows, .data = &t };
    double *squares = NULL, *unit = NULL;
    found_row *joined;
    TRY(unit_queries(c, s, &wave, &unit_rows, &squares, &unit));
    t.exact.query_squares = squares;
    t.unit = unit;
    similar_cut(&p, fixed_room(t.exact.capacity), query_room(t.exact.capacity));
    t.part_rows = p.part_rows;
    t.n_parts = p.n_parts;
    TAKE(c, t.n_listed, wave.n * t.n_parts);
    TAKE(c, t.lists, wave.n * t.n_parts * k);
    TAKE(c, joined, t.n_parts * k);
    TRY(similar_tiles(c, &p));
    for (int64_t i = 0; i < wave.n; i++) {
        found(first + i, joined, join_parts(&t, i, joined), data);
        *n_zero_queries += squares[i] == 0;
    }
    return LAMELLA_OK;
}

lamella_status top_k(call *c, const searched_rows *s, const f32_rows *queries, const int64_t *query_ids, int64_t k,
                     void (*found)(int64_t query, const found_row *rows, int64_t n, void *data), void *data, int64_t *n_zero_queries)
{
    int64_t most = MIN(k, MAX(s->rows.n, 1));
    *n_zero_queries = 0;
    for (int64_t first = 0; first < queries->n; first += WAVE_QUERIES) {
        arena_mark before = arena_now(&c->memory);
        span all = span_open_items(c, NULL, first, MIN(WAVE_QUERIES, queries->n - first), queries->n);
        TRY(search_wave(c, s, queries, query_ids, first, most, found, data, n_zero_queries));
        span_close(c, all);
        arena_rewind(&c->memory, before);
    }
    return progress(c, 1, 1);
}
