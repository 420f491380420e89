/* A view's rows as the tile takes them: f32, one after the other, finite. */
#include "similar/similar.h"

#include <math.h>
#include <string.h>

#define LANES_OF_SQUARES 16
#define BLOCK_BYTES (16 << 20) /* of f32 */

static void copy_task(int64_t i, void *data)
{
    f32_blocks *b = data;
    panel p;
    void *piece = scratch_claim(&b->pieces);
    if (rows_panel(&b->r, 0, i, piece, &p) && b->memory)
        for (int64_t row = 0; row < p.n; row++)
            memcpy(b->memory + (p.first - b->first + row) * p.dim, (const float *)p.data + row * p.stride, (size_t)p.dim * sizeof(float));
    scratch_release(&b->pieces, piece);
}

int is_f32_rows(const lamella_view *v)
{
    return v->dtype == LAMELLA_F32 && v->stride[1] == 1 && (uintptr_t)v->data % sizeof(float) == 0;
}

static lamella_status open_rows(call *c, f32_blocks *b)
{
    TRY(rows_open(c, &b->s, 0, 1, LAMELLA_F32, &b->r));
    return scratch_open(c, rows_scratch(&b->r), &b->pieces);
}

/* All at once, to b->memory or only looked at. */
static lamella_status copy_rows(call *c, f32_blocks *b)
{
    arena_mark before = arena_now(&c->memory);
    TRY(open_rows(c, b));
    do {
        TRY(rows_next(c, &b->r));
        TRY(parallel(c, b->r.n_panels, copy_task, b));
    } while (b->r.n);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

f32_blocks f32_blocks_of(const f32_rows *r)
{
    return (f32_blocks){ .block = *r, .n = r->n, .most = r->n };
}

static f32_blocks blocks_of_stack(const stack *s)
{
    const lamella_view *v = s->layer;
    f32_blocks b = f32_blocks_of(&(f32_rows){ v->data, v->shape[0], v->shape[1], v->stride[0] });
    b.s = *s;
    return b;
}

stack stack_of_view(const lamella_view *v, const char *name)
{
    return (stack){ .name = name, .is_view = 1, .by_direction = 1, .layer = v, .n_layers = 1, .n_samples = v->shape[0],
                    .n_vectors = v->shape[0], .n_rows = v->shape[0], .per_row = 1 };
}

lamella_status f32_rows_open(call *c, float *to, const lamella_view *v, const char *name, f32_rows *r)
{
    stack s = stack_of_view(v, name);
    f32_blocks b = blocks_of_stack(&s);
    b.memory = to;
    if (!to && !is_f32_rows(v))
        TAKE(c, b.memory, b.n * b.block.dim);
    *r = b.memory ? (f32_rows){ b.memory, b.n, b.block.dim, b.block.dim } : b.block;
    return copy_rows(c, &b);
}

lamella_status f32_blocks_open(call *c, const stack *s, f32_blocks *b)
{
    const int64_t dim = s->layer->shape[1];
    *b = blocks_of_stack(s);
    if (!stack_streams(s) && is_f32_rows(s->layer))
        return copy_rows(c, b);
    TRY(open_rows(c, b));
    b->r.block_vectors = MIN(b->r.block_vectors, MAX(BLOCK_BYTES / (int64_t)sizeof(float) / dim / PANEL_ROWS, 1) * PANEL_ROWS);
    b->most = MIN(b->r.block_vectors, b->n);
    TAKE(c, b->memory, b->most * dim);
    b->block.n = 0;
    return LAMELLA_OK;
}

lamella_status f32_blocks_next(call *c, f32_blocks *b)
{
    if (!b->memory)
        return LAMELLA_OK;
    const int64_t dim = b->s.layer->shape[1];
    TRY(rows_next(c, &b->r));
    b->first = b->r.first;
    b->block = (f32_rows){ b->memory, b->r.n, dim, dim };
    TRY(parallel(c, b->r.n_panels, copy_task, b));
    return rows_fault(c, &b->r);
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
