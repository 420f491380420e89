/* Rows of a stack by number: checked lists, and their rows. */
#include "tensor/tensor.h"

#include <string.h>

static lamella_status check_row_number(call *c, const stack *s, const char *name, int64_t i, int64_t row)
{
    if (row < 0 || row >= s->n_vectors)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s[%lld] is %lld, expected 0 to %lld (= rows of the stack - 1)", name, (long long)i, (long long)row,
                    (long long)(s->n_vectors - 1));
    if (s->valid && !s->valid[row])
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s[%lld] is %lld, a row under the mask", name, (long long)i, (long long)row);
    return LAMELLA_OK;
}

lamella_status row_numbers_check(call *c, const stack *s, const lamella_view *theirs, const char *name, row_numbers *r)
{
    lamella_view v;
    int64_t *row;
    TRY(view_check(c, &v, theirs, I32 | I64, name));
    if (v.rank != 1)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 1: row numbers", name, (int)v.rank);
    if (v.shape[0] == 0)
        return fail(c, LAMELLA_ERR_EMPTY, "%s has no row number, expected at least 1", name);
    TAKE(c, row, v.shape[0]);
    for (int64_t i = 0; i < v.shape[0]; i++) {
        row[i] = load_i64(v.dtype, view_at(&v, &i));
        TRY(check_row_number(c, s, name, i, row[i]));
        TRY(ask_row(c, i));
    }
    *r = (row_numbers){ row, v.shape[0] };
    return LAMELLA_OK;
}

lamella_status row_numbers_all(call *c, const stack *s, row_numbers *r)
{
    int64_t *row, n = 0;
    TAKE(c, row, s->n_vectors);
    for (int64_t i = 0; i < s->n_vectors; i++)
        if (!s->valid || s->valid[i])
            row[n++] = i;
    if (n == 0)
        return fail(c, LAMELLA_ERR_EMPTY, "stack has no row%s, expected at least 1", s->valid ? " outside the mask" : "");
    *r = (row_numbers){ row, n };
    return LAMELLA_OK;
}

/* By rising row number; a row that stands twice keeps the list's order. */
static lamella_status sort_row_numbers(call *c, const row_numbers *r, keyed_row **sorted)
{
    keyed_row *room;
    TAKE(c, *sorted, r->n);
    TAKE(c, room, r->n);
    for (int64_t i = 0; i < r->n; i++)
        (*sorted)[i] = (keyed_row){ .key = r->row[i], .row = i };
    return sort_keyed_asking(c, *sorted, r->n, room);
}

lamella_status row_numbers_repeated(call *c, const row_numbers *r, int64_t *n_repeated)
{
    keyed_row *sorted;
    arena_mark before = arena_now(&c->memory);
    TRY(sort_row_numbers(c, r, &sorted));
    *n_repeated = 0;
    for (int64_t i = 1; i < r->n; i++)
        *n_repeated += sorted[i].key == sorted[i - 1].key;
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

lamella_status rows_gather(call *c, const stack *s, int64_t l, const row_numbers *r, double *out)
{
    rows pass;
    keyed_row *sorted;
    char *piece;
    int64_t i = 0, dim = stack_dim(s, l);
    arena_mark before = arena_now(&c->memory);
    TRY(sort_row_numbers(c, r, &sorted));
    TRY(rows_open(c, s, l, 1, LAMELLA_F64, &pass));
    TAKE(c, piece, rows_scratch(&pass));
    do {
        TRY(rows_next(c, &pass));
        for (panel p; i < r->n && sorted[i].key < pass.first + pass.n; i++)
            if (rows_vectors(&pass, 0, sorted[i].key, 1, piece, &p))
                memcpy(out + sorted[i].row * dim, p.data, (size_t)dim * sizeof *out);
    } while (pass.n);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}
