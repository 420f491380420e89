/* Part of a fitted probe: layers, penalties and the last fit, copied array by array.
 *
 * Every array is a box whose axes its field names; an axis that is cut has a list of the places to keep, any other is kept whole. The arrays
 * of scored rows stay empty. */
#include "probe/linear.h"

#include <string.h>

/* Places of an axis that are kept. */
typedef struct kept_axis {
    const int64_t *place;
    int64_t        n, of; /* kept, and how many there were */
} kept_axis;

static const kept_axis kept_one = { (const int64_t[]){ 0 }, 1, 1 }; /* an axis that is not there */

typedef struct kept_parts {
    const lamella_probe_linear *from;
    lamella_probe_linear       *to;
    kept_axis layers, tasks, penalties, folds, fit;
} kept_parts;

static lamella_status whole_axis(call *c, int64_t n, kept_axis *axis)
{
    int64_t *place;
    *axis = (kept_axis){ .n = n, .of = n };
    TAKE(c, place, n);
    for (int64_t i = 0; i < n; i++)
        place[i] = i;
    axis->place = place;
    return LAMELLA_OK;
}

static lamella_status keep_layers(call *c, const int64_t *layers, int64_t n, kept_parts *k)
{
    int64_t of = k->from->sizes.n_layers;
    if (!layers && n)
        return fail(c, LAMELLA_ERR_ARGUMENT, "layers is NULL, expected %lld places (or n_layers 0, for all)", (long long)n);
    TRY(whole_axis(c, of, &k->layers));
    if (!layers)
        return LAMELLA_OK;
    if (n < 1 || n > of)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_layers is %lld, expected 1 to %lld", (long long)n, (long long)of);
    k->layers.n = n;
    k->layers.place = layers;
    for (int64_t i = 0; i < n; i++)
        if (layers[i] < 0 || layers[i] >= of || (i && layers[i] <= layers[i - 1]))
            return fail(c, LAMELLA_ERR_ARGUMENT, "layers[%lld] is %lld, expected rising places of 0 to %lld", (long long)i, (long long)layers[i],
                        (long long)of - 1);
    return LAMELLA_OK;
}

static void mark_penalties(const kept_parts *k, const int64_t *chosen, int64_t each, int64_t *number)
{
    const int64_t n = k->from->sizes.n_tasks * each;
    for (int64_t l = 0; l < k->layers.n; l++)
        for (int64_t i = 0; i < n; i++)
            number[chosen[k->layers.place[l] * n + i]] = 1;
}

static void number_penalties(const kept_parts *k, int64_t *chosen, int64_t each, const int64_t *number)
{
    for (int64_t i = 0; i < k->layers.n * k->from->sizes.n_tasks * each; i++)
        chosen[i] = number[chosen[i]];
}

/* Those that some layer and task kept has as its best, of all rows or of a fold's; number[q] := the new number of penalty q. */
static lamella_status keep_penalties(call *c, kept_parts *k, int64_t *number)
{
    const linear_sizes *z = &k->from->sizes;
    int64_t *place, n = 0;
    TAKE(c, place, z->n_penalties);
    memset(number, 0, (size_t)z->n_penalties * sizeof *number);
    mark_penalties(k, k->from->array.best_penalty, 1, number);
    if (z->nested)
        mark_penalties(k, k->from->array.nested_penalty, z->n_folds, number);
    for (int64_t q = 0; q < z->n_penalties; q++)
        if (number[q]) {
            number[q] = n;
            place[n++] = q;
        }
    k->penalties = (kept_axis){ place, n, z->n_penalties };
    return LAMELLA_OK;
}

/* Elements of `size` bytes of the box [a, b, c, d] whose four places are kept. */
static void copy_box(const kept_axis *const axis[4], int64_t size, const char *from, char *to)
{
    for (int64_t i = 0; i < axis[0]->n; i++)
        for (int64_t j = 0; j < axis[1]->n; j++)
            for (int64_t m = 0; m < axis[2]->n; m++)
                for (int64_t n = 0; n < axis[3]->n; n++, to += size) {
                    int64_t at = (axis[0]->place[i] * axis[1]->of + axis[1]->place[j]) * axis[2]->of + axis[2]->place[m];
                    memcpy(to, from + (at * axis[3]->of + axis[3]->place[n]) * size, (size_t)size);
                }
}

static const kept_axis *axis_kept(const kept_parts *k, char axis)
{
    return axis == 'l' ? &k->layers : axis == 't' ? &k->tasks : axis == 'q' ? &k->penalties : axis == 'f' ? &k->fit : axis == 'k' ? &k->folds : NULL;
}

/* Axes that may be cut, then those that are whole. */
static void keep_array(const kept_parts *k, const fitted_field *f, int64_t from, int64_t to)
{
    const kept_axis *axis[4] = { &kept_one, &kept_one, &kept_one, &kept_one };
    const char *letter = f->axes;
    int64_t size = dtype_size(f->dtype);
    for (int a = 0; *letter && axis_kept(k, *letter); letter++)
        axis[a++] = axis_kept(k, *letter);
    for (; *letter; letter++)
        size *= axis_extent(&k->to->sizes, *letter, to);
    copy_box(axis, size, fitted_data(&k->from->file, f, from), fitted_data(&k->to->file, f, to));
}

static void keep_arrays(const kept_parts *k, const int64_t *number)
{
    for (const fitted_field *f = linear_kind.field; f < linear_kind.field + linear_kind.n_fields; f++)
        for (int64_t l = 0; !strchr(f->axes, 's') && fitted_has(&k->to->file, f) && l < fitted_count(&k->to->file, f); l++)
            keep_array(k, f, k->layers.place[l], l);
    number_penalties(k, k->to->array.best_penalty, 1, number);
    if (k->from->sizes.nested)
        number_penalties(k, k->to->array.nested_penalty, k->from->sizes.n_folds, number);
}

static lamella_status keep_linear(call *c, const lamella_probe_linear *probe, const int64_t *layers, int64_t n_layers, lamella_probe_linear **kept)
{
    kept_parts k = { .from = probe };
    linear_sizes sizes;
    int64_t *number, *dim;
    TRY(HANDLE(c, kept));
    TRY(fitted_check(c, &linear_kind, probe, "probe"));
    sizes = probe->sizes;
    TAKE(c, number, sizes.n_penalties);
    TRY(keep_layers(c, layers, n_layers, &k));
    TRY(keep_penalties(c, &k, number));
    TRY(whole_axis(c, sizes.n_tasks, &k.tasks));
    TRY(whole_axis(c, sizes.n_folds, &k.folds));
    const int64_t last = sizes.n_fits - 1;
    k.fit = (kept_axis){ &last, 1, sizes.n_fits };
    TAKE(c, dim, k.layers.n);
    for (int64_t l = 0; l < k.layers.n; l++)
        dim[l] = probe->sizes.dim[k.layers.place[l]];
    sizes.n_layers = k.layers.n;
    sizes.n_penalties = k.penalties.n;
    sizes.n_fits = 1;
    sizes.n_scored = 0;
    sizes.dim = dim;
    TRY(linear_create(c, &sizes, &k.to));
    keep_arrays(&k, number);
    TRY(fitted_seal(c, &k.to->file));
    TRY(linear_prepare_scores(c, k.to));
    *kept = k.to;
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_keep(lamella_context *ctx, const lamella_probe_linear *probe, const int64_t *layers, int64_t n_layers,
    lamella_probe_linear **kept)
{
    CALL(ctx, keep_linear(c, probe, layers, n_layers, kept));
}
