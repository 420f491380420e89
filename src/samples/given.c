/* Views by sample to arrays; what takes no part is never read. */
#include "samples/samples.h"

#include <math.h>
#include <string.h>

static int takes_part(const samples *s, int64_t i)
{
    return !s->valid || s->valid[i];
}

lamella_status samples_integers(call *c, const samples *s, const lamella_view *theirs, const char *name, int64_t **x)
{
    lamella_view v;
    TRY(view_check_in(c, &v, theirs, I32 | I64, name, &s->n, 1));
    TAKE(c, *x, s->n);
    for (int64_t i = 0; i < s->n; i++) {
        (*x)[i] = takes_part(s, i) ? load_i64(v.dtype, view_at(&v, &i)) : 0;
        TRY(ask_row(c, i));
    }
    return LAMELLA_OK;
}

lamella_status samples_numbers(call *c, const samples *s, const lamella_view *v, const char *name, double **x)
{
    int64_t n_columns = v->rank == 2 ? v->shape[1] : 1, cells;
    if (!size_mul(s->n, n_columns, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "%s does not fit into memory", name);
    TAKE(c, *x, cells);
    for (int64_t i = 0; i < s->n; i++) {
        TRY(ask_rows(c, i * n_columns, n_columns));
        for (int64_t k = 0; k < n_columns; k++) {
            const int64_t index[2] = { i, k };
            double *cell = &(*x)[i * n_columns + k];
            number n;
            *cell = takes_part(s, i) ? load_f64(v->dtype, view_at(v, index)) : 0;
            if (!isfinite(*cell))
                return fail(c, LAMELLA_ERR_NONFINITE, "%s is %s at row %lld, column %lld, expected a finite number", name, number_text(*cell, &n),
                            (long long)i, (long long)k);
        }
    }
    return LAMELLA_OK;
}

lamella_status samples_weigh(call *c, samples *s, const lamella_view *theirs, const char *name)
{
    lamella_view v;
    if (!theirs)
        return LAMELLA_OK;
    TRY(view_check_in(c, &v, theirs, F32 | F64, name, &s->n, 1));
    TRY(samples_numbers(c, s, &v, name, &s->weight));
    for (int64_t i = 0; i < s->n; i++) {
        number n;
        if (s->weight[i] < 0)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s is %s at row %lld, expected 0 or more", name, number_text(s->weight[i], &n), (long long)i);
    }
    return LAMELLA_OK;
}

lamella_status samples_grouped(call *c, const samples *s, int64_t *label, sample_groups *g)
{
    int64_t *group, *of;
    keyed_row *room;
    TAKE_ZEROS(c, of, s->n);
    g->of = of;
    arena_mark before = arena_now(&c->memory);
    TAKE(c, group, s->n_valid);
    TAKE(c, room, sort_room(s->n_valid));
    for (int64_t i = 0; i < s->n_valid; i++)
        label[i] = label[sample_at(s, i)]; /* which is i or more */
    TRY(group_rows_asking(c, label, s->n_valid, group, NULL, room, &g->n));
    for (int64_t i = 0; i < s->n_valid; i++)
        of[sample_at(s, i)] = group[i];
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

lamella_status samples_groups(call *c, const samples *s, const lamella_view *theirs, const char *name, sample_groups *g)
{
    int64_t *label, *of;
    *g = (sample_groups){ .n = s->n };
    if (!theirs && s->n_valid == s->n)
        return LAMELLA_OK;
    if (theirs) {
        TRY(samples_integers(c, s, theirs, name, &label));
        return samples_grouped(c, s, label, g);
    }
    TAKE_ZEROS(c, of, s->n);
    for (int64_t i = 0; i < s->n_valid; i++)
        of[sample_at(s, i)] = i;
    *g = (sample_groups){ s->n_valid, of };
    return LAMELLA_OK;
}
