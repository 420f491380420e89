/* Products in tiles of rows at fixed places. */
#include "linalg/linalg.h"

#include <string.h>

typedef struct work {
    const blas_product *whole;
    int64_t             n_full; /* tiles of PRODUCT_TILE rows */
    blas_product        last;   /* filled up with zero rows, in memory of its own; m = 0: there is none */
} work;

static blas_product product_tile(const blas_product *p, int64_t first, int64_t rows)
{
    blas_product tile = *p;
    tile.m = rows;
    if (p->a) /* NULL where nothing of it is read */
        tile.a += p->a_transposed ? first : first * p->a_stride;
    tile.c += first * p->c_stride;
    return tile;
}

static void task(int64_t i, void *data)
{
    const work *w = data;
    blas_product tile = i < w->n_full ? product_tile(w->whole, i * PRODUCT_TILE, PRODUCT_TILE) : w->last;
    blas_product_run(&tile);
}

static void copy_rows_of(const double *from, int64_t from_stride, double *to, int64_t to_stride, int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++)
        memcpy(to + i * to_stride, from + i * from_stride, (size_t)columns * sizeof *to);
}

static lamella_status pad_last(call *c, const blas_product *rest, blas_product *last)
{
    double *a, *out;
    int64_t lines = rest->a_transposed ? rest->k : rest->m, length = rest->a_transposed ? rest->m : rest->k;
    *last = *rest;
    last->m = PRODUCT_TILE;
    last->a_stride = rest->a_transposed ? PRODUCT_TILE : rest->k;
    last->c_stride = rest->n;
    TRY(blas_product_check(c, last));
    TAKE(c, a, PRODUCT_TILE * rest->k);
    TAKE(c, out, PRODUCT_TILE * rest->n);
    memset(a, 0, (size_t)(PRODUCT_TILE * rest->k) * sizeof *a);
    memset(out, 0, (size_t)(PRODUCT_TILE * rest->n) * sizeof *out);
    if (rest->alpha != 0 && rest->k)
        copy_rows_of(rest->a, rest->a_stride, a, last->a_stride, lines, length);
    if (rest->beta != 0)
        copy_rows_of(rest->c, rest->c_stride, out, last->c_stride, rest->m, rest->n);
    last->a = a;
    last->c = out;
    return LAMELLA_OK;
}

lamella_status product_f64(call *c, const blas_product *p)
{
    arena_mark before = arena_now(&c->memory);
    TRY(blas_product_check(c, p));
    if (p->m == 0 || p->n == 0)
        return LAMELLA_OK;
    work w = { .whole = p, .n_full = p->m / PRODUCT_TILE };
    blas_product rest = product_tile(p, w.n_full * PRODUCT_TILE, p->m % PRODUCT_TILE);
    if (rest.m)
        TRY(pad_last(c, &rest, &w.last));
    TRY(blas_parallel(c, w.n_full + (rest.m > 0), task, &w));
    if (rest.m)
        copy_rows_of(w.last.c, w.last.c_stride, rest.c, rest.c_stride, rest.m, rest.n);
    arena_rewind(&c->memory, before);
    if (!matrix_is_finite(p->c, p->m, p->n, p->c_stride))
        return fail(c, LAMELLA_ERR_NUMERIC, "a product of matrices left the range of f64");
    return LAMELLA_OK;
}
