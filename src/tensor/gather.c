/* Rows of the first axis by number. */
#include "lamella/tensor.h"
#include "tensor/pieces.h"

#include <string.h>

typedef struct work {
    lamella_view   x, out;
    const int64_t *pick;
    int64_t        runs_per_row;
} work;

static void copy_elements(char *to, int64_t to_stride, const char *from, int64_t from_stride, int64_t n, int64_t size)
{
    if (to_stride == 1) {
        copy_run(to, from, n, from_stride, size);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * to_stride * size, from + i * from_stride * size, (size_t)size);
}

static void piece(int64_t run, int64_t first, int64_t n, void *data)
{
    const work *w = data;
    int64_t size = dtype_size(w->x.dtype), from_stride = run_stride(&w->x), to_stride = run_stride(&w->out);
    char *to = view_run(&w->out, run) + first * to_stride * size;
    const char *from;
    if (w->out.rank == 1) { /* then the one run is the axis of picks itself */
        for (int64_t i = 0; i < n; i++)
            memcpy(to + i * to_stride * size, view_at(&w->x, &w->pick[first + i]), (size_t)size);
        return;
    }
    from = view_run(&w->x, w->pick[run / w->runs_per_row] * w->runs_per_row + run % w->runs_per_row);
    copy_elements(to, to_stride, from + first * from_stride * size, from_stride, n, size);
}

static lamella_status check_pick(call *c, const lamella_view *index, int64_t n_rows, const int64_t **pick)
{
    lamella_view v;
    int64_t *numbers;
    TRY(VIEW(c, v, index, I32 | I64));
    if (v.rank != 1)
        return fail(c, LAMELLA_ERR_SHAPE, "index.rank is %d, expected 1", (int)v.rank);
    TAKE(c, numbers, v.shape[0]);
    for (int64_t i = 0; i < v.shape[0]; i++) {
        numbers[i] = load_i64(v.dtype, view_at(&v, &i));
        if (numbers[i] < 0 || numbers[i] >= n_rows)
            return fail(c, LAMELLA_ERR_ARGUMENT, "index[%lld] is %lld, expected 0 to %lld (= x.shape[0] - 1)", (long long)i, (long long)numbers[i],
                        (long long)n_rows - 1);
    }
    *pick = numbers;
    return LAMELLA_OK;
}

static lamella_status gather(call *c, const lamella_view *x, const lamella_view *index, const lamella_view *out)
{
    work w;
    int64_t shape[LAMELLA_MAX_RANK];
    TRY(VIEW(c, w.x, x, ANY_DTYPE));
    if (w.x.rank < 1)
        return fail(c, LAMELLA_ERR_SHAPE, "x.rank is 0, expected at least 1");
    TRY(check_pick(c, index, w.x.shape[0], &w.pick));
    memcpy(shape, w.x.shape, sizeof shape);
    shape[0] = index->shape[0];
    TRY(view_check_out(c, &w.out, out, DTYPE_BIT(w.x.dtype), "out", shape, w.x.rank));
    w.runs_per_row = 1;
    for (int32_t a = 1; a + 1 < w.x.rank; a++)
        w.runs_per_row *= w.x.shape[a];
    pieces p = pieces_of(&w.out);
    return pieces_run(c, &p, piece, &w);
}

lamella_status lamella_tensor_gather(lamella_context *ctx, const lamella_view *x, const lamella_view *index, const lamella_view *out)
{
    CALL(ctx, gather(c, x, index, out));
}
