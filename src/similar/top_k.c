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

/* Rows that f32_rows_open would copy come in blocks. */
static lamella_status open_base(call *c, const lamella_view *v, searched_rows *s)
{
    stack *base;
    if (is_f32_rows(v))
        return f32_rows_open(c, NULL, v, "base", &s->rows);
    TAKE(c, base, 1);
    *base = stack_of_view(v, "base");
    s->base = base;
    return LAMELLA_OK;
}

lamella_status searched_rows_open(call *c, const searched_keeper *keeper, const lamella_view *base, const lamella_view *ids, int32_t similarity,
                                  int64_t width, searched_rows *s)
{
    *s = (searched_rows){ .similarity = similarity, .width = width };
    TRY_SPAN("reading rows", 0, COPY_SHARE, keeper ? f32_rows_open(c, keeper->rows, base, "base", &s->rows) : open_base(c, base, s));
    if (ids)
        TRY(open_ids(c, keeper ? keeper->ids : NULL, ids, &s->ids));
    if (!s->base)
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

/* ---- one pass ---- */

typedef struct top_k_pass {
    similar_pass  *pass;
    searched_rows *s;
    exact_scores   exact;     /* first_row is set by each task in its own copy */
    const int64_t *query_ids; /* of the wave, or NULL */
    const double  *norms;     /* [query of the wave] what a score of the unit query is multiplied by, besides the unit of the rows */
} top_k_pass;

/* The state of a query and part: what the blocks before found, exactly; in order after the last one. */
typedef struct found_list {
    int64_t   n;
    double    least; /* of k rows, and of them alone */
    found_row row[];
} found_list;

/* The next block of a base is what is searched now. */
static lamella_status bound_block(call *c, void *data)
{
    const top_k_pass *t = data;
    searched_rows *s = t->s;
    f32_blocks *base = t->pass->base;
    int64_t n_zero_rows = base->first ? s->n_zero_rows : 0;
    s->rows = base->block;
    TRY(searched_rows_bound(c, &c->memory, s));
    base->block = s->picked;
    s->n_zero_rows += n_zero_rows;
    return LAMELLA_OK;
}

/* The room of a task: a row of numbers for sorting, hits, then each query's list. */
static int64_t fixed_room(int64_t capacity)
{
    return whole_lines(capacity * (int64_t)sizeof(double)) + TILE_BLOCK_ROWS * (int64_t)sizeof(int32_t);
}

static int64_t query_room(int64_t capacity)
{
    return (int64_t)sizeof(candidates) + capacity * (int64_t)sizeof(candidate);
}

/* Of a query of the task; begins with what was found before. */
static candidates *list_of(const top_k_pass *t, void *room, int64_t first_q, int64_t i, int64_t part)
{
    candidates *list = (candidates *)((char *)room + fixed_room(t->exact.capacity) + i * query_room(t->exact.capacity));
    if (list->entry)
        return list;
    const found_list *before = similar_state(t->pass, first_q + i, part);
    list->entry = (candidate *)(list + 1);
    for (int64_t j = 0; j < before->n; j++)
        list->entry[j] = (candidate){ before->row[j].score, 0, before->row[j].id, 0, 0 };
    list->n = before->n;
    list->bounded = before->n == t->exact.k;
    list->least = before->least;
    return list;
}

static double unit_of(const top_k_pass *t, int64_t query)
{
    return t->norms[query] * t->s->unit;
}

static void add_hits(const top_k_pass *t, const exact_scores *e, const similar_tile *tile, int64_t i, const int32_t *hits, int64_t n_hits,
                     candidates *list, double *room)
{
    const searched_rows *s = t->s;
    int64_t query = tile->first_q + i, first = t->pass->base->first;
    for (int64_t h = 0; h < n_hits; h++) {
        int64_t number = tile->first_x + hits[h], id = s->ids ? s->ids[number] : number, row = number - first;
        if (t->query_ids && t->query_ids[query] == id)
            continue;
        double unit = unit_of(t, query), score = (double)tile->scores[i * tile->stride + hits[h]] * (double)s->scale[row] * unit;
        list->entry[list->n++] = (candidate){ score, unit > 0 ? (double)s->slack[row] * unit : 0, id, (int32_t)(row - e->first_row), 0 };
        if (list->n == e->capacity)
            candidates_prune(e, query, list, room);
    }
}

static exact_scores scores_of_part(const top_k_pass *t, int64_t part)
{
    exact_scores e = t->exact;
    e.first_row = part * t->pass->part_rows;
    return e;
}

static void pick_rows(const similar_tile *tile, void *room, void *data)
{
    const top_k_pass *t = data;
    exact_scores e = scores_of_part(t, tile->part);
    int64_t row = tile->first_x - t->pass->base->first;
    int32_t *hits = (int32_t *)((char *)room + fixed_room(e.capacity)) - TILE_BLOCK_ROWS;
    for (int64_t i = 0; i < tile->n_q; i++) {
        candidates *list = list_of(t, room, tile->first_q, i, tile->part);
        float least = list->bounded ? (float)(list->least / unit_of(t, tile->first_q + i)) : -INFINITY;
        int64_t n_hits = e.simd->reach_f32(tile->scores + i * tile->stride, e.s->scale + row, e.s->slack + row, least, tile->n_x, hits);
        add_hits(t, &e, tile, i, hits, n_hits, list, room);
    }
}

static void keep_found(int64_t first_q, int64_t n_q, int64_t part, void *room, void *data)
{
    const top_k_pass *t = data;
    exact_scores e = scores_of_part(t, part);
    for (int64_t i = 0; i < n_q; i++) {
        candidates *list = list_of(t, room, first_q, i, part);
        found_list *found = similar_state(t->pass, first_q + i, part);
        (f32_blocks_end(t->pass->base) ? candidates_finish : candidates_settle)(&e, first_q + i, list, room);
        for (int64_t j = 0; j < list->n; j++)
            found->row[j] = (found_row){ list->entry[j].score, list->entry[j].id };
        found->n = list->n;
        found->least = list->least;
    }
}

/* ---- the call ---- */

/* Queries of norm 1 in f32, squares of the given ones, and what turns the score of the one into that of the other. */
static lamella_status unit_queries(call *c, const searched_rows *s, const f32_rows *q, f32_rows *made, double **squares, double **norms)
{
    float *rows;
    TAKE(c, rows, q->n * s->width);
    TAKE(c, *squares, q->n);
    TAKE(c, *norms, q->n);
    TRY(f32_rows_squares(c, q, s->width, *squares));
    for (int64_t i = 0; i < q->n; i++) {
        double norm = sqrt((*squares)[i]);
        simd_of(c)->scale_f32(q->data + i * q->stride, s->width, norm > 0 ? 1 / norm : 0, rows + i * s->width);
        (*norms)[i] = s->similarity == SIMILAR_DOT ? norm : 1;
    }
    *made = (f32_rows){ rows, q->n, s->width, s->width };
    return LAMELLA_OK;
}

/* The lists of a query's parts to one. */
static int64_t join_parts(const similar_pass *p, int64_t query, int64_t k, found_row *joined)
{
    int64_t n = 0;
    for (int64_t part = 0; part < p->n_parts; part++) {
        const found_list *found = similar_state(p, query, part);
        memcpy(joined + n, found->row, (size_t)found->n * sizeof *joined);
        n += found->n;
    }
    if (p->n_parts > 1)
        sort_elements(joined, n, sizeof *joined, by_score_then_id);
    return MIN(n, k);
}

static lamella_status search_wave(call *c, searched_rows *s, const f32_rows *queries, const int64_t *query_ids, int64_t first, int64_t k,
                                  void (*found)(int64_t query, const found_row *rows, int64_t n, void *data), void *data,
                                  int64_t *n_zero_queries)
{
    f32_blocks base = f32_blocks_of(&s->picked);
    f32_rows wave = { queries->data + first * queries->stride, MIN(WAVE_QUERIES, queries->n - first), queries->dim, queries->stride }, unit_rows;
    top_k_pass t = { .s = s, .exact = { simd_of(c), s, &wave, NULL, k, candidates_capacity(k), 0 },
                     .query_ids = query_ids ? query_ids + first : NULL };
    similar_pass p = { .queries = &unit_rows, .base = &base, .width = s->width, .by_dot = 1,
                       .state_bytes = (int64_t)sizeof(found_list) + k * (int64_t)sizeof(found_row), .block = s->base ? bound_block : NULL,
                       .epilogue = pick_rows, .done = keep_found, .data = &t };
    double *squares = NULL, *norms = NULL;
    found_row *joined;
    if (s->base)
        TRY(f32_blocks_open(c, s->base, &base));
    TRY(unit_queries(c, s, &wave, &unit_rows, &squares, &norms));
    t.pass = &p;
    t.exact.query_squares = squares;
    t.norms = norms;
    similar_cut(&p, fixed_room(t.exact.capacity), query_room(t.exact.capacity));
    TAKE(c, joined, p.n_parts * k);
    TRY(similar_tiles(c, &p));
    for (int64_t i = 0; i < wave.n; i++) {
        found(first + i, joined, join_parts(&p, i, k, joined), data);
        *n_zero_queries += squares[i] == 0;
    }
    return LAMELLA_OK;
}

lamella_status top_k(call *c, searched_rows *s, const f32_rows *queries, const int64_t *query_ids, int64_t k,
                     void (*found)(int64_t query, const found_row *rows, int64_t n, void *data), void *data, int64_t *n_zero_queries)
{
    int64_t first = 0, most = MIN(k, MAX(s->base ? s->base->n_rows : s->rows.n, 1));
    *n_zero_queries = 0;
    do { /* without queries, too, the rows of a base are looked at */
        arena_mark before = arena_now(&c->memory);
        TRY_ITEMS(NULL, first, MIN(WAVE_QUERIES, queries->n - first), MAX(queries->n, 1),
                  search_wave(c, s, queries, query_ids, first, most, found, data, n_zero_queries));
        arena_rewind(&c->memory, before);
        first += WAVE_QUERIES;
    } while (first < queries->n);
    return progress(c, 1, 1);
}
