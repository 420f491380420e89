/* A view's rows as the tile takes them: f32, one after the other, finite. */
#include "similar/similar.h"

#include <math.h>
#include <string.h>

#define LANES_OF_SQUARES 16

typedef struct rows_copy {
    rows    r;
    scratch pieces;
    float  *out; /* NULL: only looked at */
    int64_t dim;
} rows_copy;

static void rows_copy_task(int64_t i, void *data)
{
    rows_copy *w = data;
    panel p;
    void *piece = scratch_claim(&w->pieces);
    if (rows_panel(&w->r, 0, i, piece, &p) && w->out)
        for (int64_t row = 0; row < p.n; row++)
            memcpy(w->out + (p.first + row) * w->dim, (const float *)p.data + row * p.stride, (size_t)w->dim * sizeof(float));
    scratch_release(&w->pieces, piece);
}

static int is_f32_rows(const lamella_view *v)
{
    return v->dtype == LAMELLA_F32 && v->stride[1] == 1 && (uintptr_t)v->data % sizeof(float) == 0;
}

lamella_status f32_rows_open(call *c, float *to, const lamella_view *v, const char *name, f32_rows *r)
{
    stack s = { .name = name, .is_view = 1, .by_direction = 1, .layer = v, .n_layers = 1, .n_samples = v->shape[0], .n_vectors = v->shape[0], .n_rows = v->shape[0], .per_row = 1 };
    rows_copy w = { .dim = v->shape[1], .out = to };
    *r = (f32_rows){ v->data, v->shape[0], v->shape[1], v->stride[0] };
    if (!to && !is_f32_rows(v))
        TAKE(c, w.out, v->shape[0] * v->shape[1]);
    if (w.out) {
        r->data = w.out;
        r->stride = w.dim;
    }
    arena_mark before = arena_now(&c->memory);
    TRY(rows_open(c, &s, 0, 1, LAMELLA_F32, &w.r));
    TRY(scratch_open(c, rows_scratch(&w.r), &w.pieces));
    do {
        TRY(rows_next(c, &w.r));
        TRY(parallel(c, w.r.n_panels, rows_copy_task, &w));
    } while (w.r.n);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

typedef struct squares_work {
    const kernels  *simd;
    const f32_rows *r;
    int64_t         width;
    double         *squares;
} squares_work;

static void squares_task(int64_t i, void *data)
{
    const squares_work *w = data;
    for (int64_t row = i * PANEL_ROWS; row < MIN((i + 1) * PANEL_ROWS, w->r->n); row++) {
        double lanes[LANES_OF_SQUARES] = { 0 };
        w->simd->square_lanes_f32(w->r->data + row * w->r->stride, w->width, lanes);
        w->squares[row] = lanes_sum(lanes);
    }
}

lamella_status f32_rows_squares(call *c, const f32_rows *r, int64_t width, double *squares)
{
    squares_work w = { simd_of(c), r, width, squares };
    return parallel(c, (r->n + PANEL_ROWS - 1) / PANEL_ROWS, squares_task, &w);
}

/* Squares of f32 lie between 1e-90 and 1e77: their product neither under- nor overflows. */
double cosine_of_sums(double xy, double xx, double yy)
{
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}
