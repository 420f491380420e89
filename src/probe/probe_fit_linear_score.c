/* Scores of states by a fitted probe. A host that watches a model calls this once a token: one row costs little over its product. */
#include "probe/linear.h"

#include <math.h>
#include <string.h>

static float dot_of_row(const kernels *k, const lamella_view *x, const float *weights, int64_t dim)
{
    return x->dtype == LAMELLA_F32 ? k->dot_f32(x->data, weights, dim)
         : x->dtype == LAMELLA_F16 ? k->dot_f16_f32(x->data, weights, dim)
                                   : k->dot_bf16_f32(x->data, weights, dim);
}

/* One row of f32, or of halves that are widened in the product, f32 scores, no gaps. A product that is not finite sends the call the long
 * way, where the reason is found. */
static int score_at_once(const kernels *k, const lamella_probe_linear *p, int64_t layer, const lamella_view *x, const lamella_view *scores)
{
    int64_t dim = p->sizes.dim[layer], n = p->sizes.n_outputs;
    const float *weights = p->score_weights[layer];
    const double *intercepts = p->score_intercepts + layer * n;
    for (int64_t o = 0; o < n; o++) {
        float score = (float)((double)dot_of_row(k, x, weights + o * dim, dim) + intercepts[o]);
        if (!(score - score == 0))
            return 0;
        ((float *)scores->data)[o] = score;
    }
    return 1;
}

static int is_plain(const lamella_view *v, int32_t rank, int64_t first, int64_t last)
{
    return v->rank == rank && v->shape[0] == first && v->shape[rank - 1] == last && v->data
           && (uintptr_t)v->data % (uintptr_t)dtype_size(v->dtype) == 0 && !v->reserved0 && !v->reserved1
           && ((v->stride[0] == 0 && v->stride[rank - 1] == 0) || v->stride[rank - 1] == 1) && !(v->flags & ~(uint32_t)LAMELLA_FINITE);
}

static int is_one_row(const lamella_probe_linear *p, int64_t layer, const lamella_view *x, const lamella_view *scores)
{
    if (!p || layer < 0 || layer >= p->sizes.n_layers || !x || !scores || x->rank < 1 || x->rank > 2 || scores->rank != x->rank)
        return 0;
    int64_t dim = p->sizes.dim[layer], n = p->sizes.n_outputs;
    if (scores->dtype != LAMELLA_F32 || (x->dtype != LAMELLA_F32 && x->dtype != LAMELLA_F16 && x->dtype != LAMELLA_BF16))
        return 0;
    lamella_view readable = *x;
    readable.flags &= ~(uint32_t)LAMELLA_READONLY;
    return is_plain(&readable, x->rank, x->rank == 1 ? dim : 1, dim) && is_plain(scores, x->rank, x->rank == 1 ? n : 1, n)
           && ((char *)scores->data + n * 4 <= (char *)x->data || (char *)x->data + dim * dtype_size(x->dtype) <= (char *)scores->data);
}

/* ---- the long way: any dtype, strides, number of rows ---- */

typedef struct work {
    const lamella_probe_linear *p;
    const kernels              *simd;
    int64_t                     layer;
    const lamella_view         *scores;
    lowest                      overflow;
} work;

static void score_panel(const panel *p, void *room, void *data)
{
    work *w = data;
    int64_t n = w->p->sizes.n_outputs;
    const double *intercepts = w->p->score_intercepts + w->layer * n;
    float *scores = room;
    for (int64_t i = 0; i < p->n; i++) {
        for (int64_t o = 0; o < n; o++) {
            const float *weights = w->p->score_weights[w->layer] + o * p->dim;
            scores[o] = (float)((double)w->simd->dot_f32((const float *)p->data + i * p->stride, weights, p->dim) + intercepts[o]);
            if (!(scores[o] - scores[o] == 0) && isfinite(intercepts[o]))
                lowest_report(&w->overflow, p->first + i);
        }
        store_run_f32(w->scores, p->first + i, scores);
    }
}

static lamella_status score_rows(call *c, const lamella_probe_linear *probe, int64_t layer, const lamella_view *x_, const lamella_view *scores_)
{
    lamella_view x, scores;
    stack s;
    TRY(fitted_check(c, &linear_kind, probe, "probe"));
    if (layer < 0 || layer >= probe->sizes.n_layers)
        return fail(c, LAMELLA_ERR_ARGUMENT, "layer is %lld, expected 0 to %lld", (long long)layer, (long long)probe->sizes.n_layers - 1);
    int64_t dim = probe->sizes.dim[layer], n = probe->sizes.n_outputs;
    TRY(view_check(c, &x, x_, FLOATS, "x"));
    int32_t rank = x.rank;
    TRY(view_check_shape(c, &x, "x", rank == 1 ? &dim : (const int64_t[]){ x.shape[0], dim }, rank == 1 ? 1 : 2));
    if (rank == 1)
        view_as_row(&x);
    if (x.shape[0] < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "x has no row, expected at least 1");
    TRY(view_check_out(c, &scores, scores_, F32, "scores", rank == 1 ? &n : (const int64_t[]){ x.shape[0], n }, rank));
    TRY(stack_of_own(c, &s, &x, FLOATS, "x"));
    s.is_view = 1;
    work w = { .p = probe, .simd = simd_of(c), .layer = layer, .scores = &scores };
    lowest_reset(&w.overflow);
    TRY(each_panel(c, &s, 0, LAMELLA_F32, n * (int64_t)sizeof(float), score_panel, &w));
    if (lowest_get(&w.overflow) != INT64_MAX)
        return fail(c, LAMELLA_ERR_NUMERIC, "a score of row %lld is not finite, expected one that f32 holds", (long long)lowest_get(&w.overflow));
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_score(lamella_context *ctx, const lamella_probe_linear *probe, int64_t layer,
    const lamella_view *x, const lamella_view *scores)
{
    if (is_one_row(probe, layer, x, scores) && score_at_once(ctx ? ctx->simd : probe->simd, probe, layer, x, scores))
        return LAMELLA_OK;
    CALL(ctx, score_rows(c, probe, layer, x, scores));
}
