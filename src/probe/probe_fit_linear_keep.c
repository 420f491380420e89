/* Part of a fitted probe: layers, penalties and the last fit, copied array by array.
 *
 * Every array is a box whose axes are named; an axis that is cut has a list of the places to keep, any other is kept whole or not at all. */
#include "probe/linear.h"

#include <stdio.h>
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

static void mark_penalties(const kept_parts *k, const char *name, int64_t each, int64_t *number)
{
    const int64_t *chosen = linear_array_of(k->from, name), n = k->from->sizes.n_tasks * each;
    for (int64_t l = 0; l < k->layers.n; l++)
        for (int64_t i = 0; i < n; i++)
            number[chosen[k->layers.place[l] * n + i]] = 1;
}

static void number_penalties(const kept_parts *k, const char *name, int64_t each, const int64_t *number)
{
    int64_t *chosen = linear_array_of(k->to, name);
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
    mark_penalties(k, "best_penalty", 1, number);
    if (z->nested)
        mark_penalties(k, "nested_penalty", z->n_folds, number);
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

static void keep_array(const kept_parts *k, const char *name, int64_t size, const kept_axis *a, const kept_axis *b, const kept_axis *c, const kept_axis *d)
{
    const kept_axis *const axis[4] = { a, b ? b : &kept_one, c ? c : &kept_one, d ? d : &kept_one };
    copy_box(axis, size, linear_array_of(k->from, name), linear_array_of(k->to, name));
}

static void keep_scores(const kept_parts *k, const char *score)
{
    char name[32];
    const char *const ends[] = { "_mean", "_pooled", "_low", "_high" };
    keep_array(k, score, 8, &k->layers, &k->tasks, &k->penalties, &k->folds);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", score, ends[i]);
        keep_array(k, name, 8, &k->layers, &k->tasks, i < 2 ? &k->penalties : NULL, NULL);
    }
}

static void keep_arrays(const kept_parts *k, const int64_t *number)
{
    const linear_sizes *z = &k->from->sizes;
    for (int64_t l = 0; l < k->layers.n; l++) {
        int64_t block = z->n_outputs * z->dim[k->layers.place[l]] * (int64_t)sizeof(double);
        const kept_axis *const axis[4] = { &k->penalties, &k->fit, &kept_one, &kept_one };
        copy_box(axis, block, (char *)linear_weights_of(k->from, k->layers.place[l]), (char *)linear_weights_of(k->to, l));
    }
    keep_array(k, "intercepts", z->n_outputs * 8, &k->layers, &k->penalties, &k->fit, NULL);
    static const char *const by_fit[] = { "objective", "gradient_norm", "iterations" };
    for (int i = 0; i < 3; i++)
        keep_array(k, by_fit[i], 8, &k->layers, &k->tasks, &k->penalties, &k->fit);
    keep_array(k, "flags", 4, &k->layers, &k->tasks, &k->penalties, &k->fit);
    keep_scores(k, "accuracy");
    keep_scores(k, "f1");
    keep_scores(k, "auc");
    static const char *const nested[] = { "accuracy_nested", "f1_nested", "auc_nested" };
    for (int i = 0; i < 3 && z->nested; i++)
        keep_array(k, nested[i], 8, &k->layers, &k->tasks, NULL, NULL);
    if (z->nested) {
        keep_array(k, "nested_penalty", 8, &k->layers, &k->tasks, &k->folds, NULL);
        number_penalties(k, "nested_penalty", z->n_folds, number);
    }
    keep_array(k, "n_scored_folds", 8, &k->layers, &k->tasks, &k->penalties, NULL);
    keep_array(k, "best_penalty", 8, &k->layers, &k->tasks, NULL, NULL);
    keep_array(k, "edge", 1, &k->layers, &k->tasks, NULL, NULL);
    keep_array(k, "depths", 8, &k->layers, NULL, NULL, NULL);
    keep_array(k, "penalties", 8, &k->penalties, NULL, NULL, NULL);
    memcpy(linear_array_of(k->to, "classes"), linear_array_of(k->from, "classes"), (size_t)z->n_classes * 8);
    memcpy(linear_array_of(k->to, "class_offsets"), linear_array_of(k->from, "class_offsets"), (size_t)(z->n_tasks + 1) * 8);
    memcpy(linear_array_of(k->to, "output_offsets"), linear_array_of(k->from, "output_offsets"), (size_t)(z->n_tasks + 1) * 8);
    number_penalties(k, "best_penalty", 1, number);
}

static lamella_status keep_linear(call *c, const lamella_probe_linear *probe, const int64_t *layers, int64_t n_layers, lamella_probe_linear **kept)
{
    kept_parts k = { .from = probe };
    linear_sizes sizes;
    int64_t *number, *dim;
    if (!kept)
        return fail(c, LAMELLA_ERR_ARGUMENT, "kept is NULL, expected a handle to fill");
    *kept = NULL;
    TRY(linear_check(c, probe));
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
    TRY(linear_prepare_scores(c, k.to));
    *kept = k.to;
    return LAMELLA_OK;
}

lamella_status lamella_probe_linear_keep(lamella_context *ctx, const lamella_probe_linear *probe, const int64_t *layers, int64_t n_layers,
    lamella_probe_linear **kept)
{
    CALL(ctx, keep_linear(c, probe, layers, n_layers, kept));
}
