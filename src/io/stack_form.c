/* Which arrays of a file are the layers: a family of names prefix + integer, or one array. Where two would do, the caller chooses. */
#include "io/io.h"

#include <stdio.h>

#define PLAUSIBLE_LAYERS 160 /* more than any model's; fewer than the samples of most files */

/* Bytes before the integer that ends a name; -1 = it ends with none. */
static int64_t name_prefix_bytes(const char *name)
{
    int64_t n = (int64_t)strlen(name), bytes = n;
    while (bytes > 0 && name[bytes - 1] >= '0' && name[bytes - 1] <= '9')
        bytes--;
    return bytes < n && n - bytes <= 18 ? bytes : -1;
}

int64_t family_number(const char *name, int64_t bytes)
{
    int64_t number = 0;
    if (name_prefix_bytes(name) != bytes)
        return -1;
    for (const char *p = name + bytes; *p; p++)
        number = number * 10 + (*p - '0');
    return number;
}

/* Natural order puts the names that start with prefix + digit side by side, and the members among them by rising number. */
static int shares_prefix(const lamella_io_file *f, int64_t first, int64_t bytes, int64_t i)
{
    const char *a = entry_name(f, &f->entry[first]), *b = entry_name(f, &f->entry[i]);
    return !strncmp(a, b, (size_t)bytes) && b[bytes] >= '0' && b[bytes] <= '9';
}

int64_t family_next(const lamella_io_file *f, int64_t first, int64_t bytes, int64_t i)
{
    for (; i < f->n_entries && shares_prefix(f, first, bytes, i); i++)
        if (family_number(entry_name(f, &f->entry[i]), bytes) >= 0)
            return i;
    return f->n_entries;
}

static int is_first_of_family(const lamella_io_file *f, int64_t i, int64_t *bytes)
{
    *bytes = name_prefix_bytes(entry_name(f, &f->entry[i]));
    if (*bytes < 0)
        return 0;
    for (int64_t j = i - 1; j >= 0 && shares_prefix(f, i, *bytes, j); j--)
        if (family_number(entry_name(f, &f->entry[j]), *bytes) >= 0)
            return 0;
    return 1;
}

/* ---- families ---- */

static int entry_is_float(const lamella_io_file *f, const file_entry *e)
{
    return dtype_is_float(entry_dtype(f, e));
}

/* NULL, or why the entry is no layer beside the first. */
static const char *misfit(const lamella_io_file *f, const file_entry *first, const file_entry *e)
{
    int64_t a[IO_RANK], b[IO_RANK];
    entry_shape(f, first, a);
    entry_shape(f, e, b);
    if (!entry_dtype(f, e))
        return "has a dtype of which there is no view";
    if (e->rank < 2 || e->rank > 4)
        return "is no layer: its rank is not 2 to 4";
    if (e->rank != first->rank || memcmp(a, b, (size_t)(e->rank - 1) * sizeof *a))
        return "differs from the first in more than its last axis";
    return NULL;
}

static const char *family_misfit(const lamella_io_file *f, int64_t first, int64_t bytes, int64_t *at)
{
    int64_t number = -1;
    for (int64_t i = first; i < f->n_entries; i = family_next(f, first, bytes, i + 1)) {
        int64_t next = family_number(entry_name(f, &f->entry[i]), bytes);
        const char *why = next == number ? "has the number of the one before" : misfit(f, &f->entry[first], &f->entry[i]);
        *at = i;
        if (why)
            return why;
        number = next;
    }
    return NULL;
}

static int family_is_float(const lamella_io_file *f, int64_t first, int64_t bytes)
{
    for (int64_t i = first; i < f->n_entries; i = family_next(f, first, bytes, i + 1))
        if (!entry_is_float(f, &f->entry[i]))
            return 0;
    return 1;
}

static int64_t family_find(const lamella_io_file *f, const char *prefix)
{
    int64_t bytes, n = (int64_t)strlen(prefix);
    for (int64_t i = 0; i < f->n_entries; i++)
        if (!strncmp(entry_name(f, &f->entry[i]), prefix, (size_t)n) && is_first_of_family(f, i, &bytes) && bytes == n)
            return i;
    return -1;
}

static lamella_status take_family(call *c, const lamella_io_file *f, int64_t first, int32_t layer_axis, stack_form *form)
{
    int64_t bytes = name_prefix_bytes(entry_name(f, &f->entry[first])), at;
    const char *why = family_misfit(f, first, bytes, &at);
    if (layer_axis)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->layer_axis is %d, expected 0 where each layer is an array of its own", (int)layer_axis);
    if (why) {
        char shown[256];
        text_cut(shown, LENGTH(shown), entry_name(f, &f->entry[at]), (int64_t)strlen(entry_name(f, &f->entry[at])));
        return fail(c, LAMELLA_ERR_SHAPE, "%s: \"%s\" %s", f->name, shown, why);
    }
    *form = (stack_form){ LAMELLA_IO_FORM_LAYERS, first, bytes, 0 };
    for (int64_t i = first; i < f->n_entries; i = family_next(f, first, bytes, i + 1))
        form->n_layers++;
    return LAMELLA_OK;
}

/* ---- one array ---- */

static lamella_status axis_in_doubt(call *c, const lamella_io_file *f, const lamella_view *v, const char *name)
{
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s: \"%s\" is [%lld, %lld, %lld]: set options->layer_axis = 1 if that means [layer, sample, dim], 2 if "
                "[token, layer, dim]", f->name, name, (long long)v->shape[0], (long long)v->shape[1], (long long)v->shape[2]);
}

static lamella_status take_entry(call *c, const lamella_io_file *f, int64_t i, int32_t layer_axis, stack_form *form)
{
    lamella_view v;
    char shown[256];
    const file_entry *e = &f->entry[i];
    text_cut(shown, LENGTH(shown), entry_name(f, e), (int64_t)strlen(entry_name(f, e)));
    TRY(entry_view(c, f, e, &v));
    if (v.rank < 2 || v.rank > 5)
        return fail(c, LAMELLA_ERR_SHAPE, "%s: \"%s\" has rank %d, expected [sample, dim] or [layer, sample, dim]", f->name, shown, (int)v.rank);
    if (layer_axis && v.rank != 3)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options->layer_axis is %d, expected 0: \"%s\" has rank %d, not 3", (int)layer_axis, shown, (int)v.rank);
    if (f->fortran && v.rank > 2)
        return fail(c, LAMELLA_ERR_UNSUPPORTED, "%s is in Fortran order, which scatters the layers: save it with numpy.ascontiguousarray", f->name);
    if (v.rank == 3 && !layer_axis && !(v.shape[0] <= PLAUSIBLE_LAYERS && v.shape[1] > PLAUSIBLE_LAYERS))
        return axis_in_doubt(c, f, &v, shown);
    *form = v.rank == 2 ? (stack_form){ LAMELLA_IO_FORM_ONE_LAYER, i, 0, 1 }
          : layer_axis == 2 ? (stack_form){ LAMELLA_IO_FORM_LAYER_SECOND, i, 0, v.shape[1] }
                            : (stack_form){ LAMELLA_IO_FORM_LAYER_FIRST, i, 0, v.shape[0] };
    return LAMELLA_OK;
}

/* ---- choosing ---- */

/* Names of what would do, for the message that asks to choose. */
typedef struct form_choices {
    int64_t n, first;
    int64_t used;
    char    text[300];
} form_choices;

static void add_choice(form_choices *l, const char *name, int64_t bytes, int64_t entry)
{
    char shown[80];
    if (l->n++ == 0)
        l->first = entry;
    text_cut(shown, LENGTH(shown), name, bytes);
    if (l->used >= 0 && l->n <= 8 && l->used + (int64_t)strlen(shown) + 12 < LENGTH(l->text))
        l->used += snprintf(l->text + l->used, (size_t)(LENGTH(l->text) - l->used), "%s\"%s\"", l->n > 1 ? ", " : "", shown);
    else if (l->used >= 0) {
        memcpy(l->text + l->used, ", ...", 6);
        l->used = -1;
    }
}

static int is_part(const char *name)
{
    return !strcmp(name, "offsets") || !strcmp(name, "mask") || !strcmp(name, "sample_id") || !strncmp(name, "label.", 6);
}

static void find_families(const lamella_io_file *f, form_choices *l)
{
    int64_t bytes, at;
    for (int64_t i = 0; i < f->n_entries; i++)
        if (is_first_of_family(f, i, &bytes) && !is_part(entry_name(f, &f->entry[i])) && family_is_float(f, i, bytes) &&
            !family_misfit(f, i, bytes, &at))
            add_choice(l, entry_name(f, &f->entry[i]), bytes, i);
}

static void find_arrays(const lamella_io_file *f, int32_t least_rank, int32_t most_rank, form_choices *l)
{
    for (int64_t i = 0; i < f->n_entries; i++) {
        const file_entry *e = &f->entry[i];
        if (e->rank >= least_rank && e->rank <= most_rank && entry_is_float(f, e) && !is_part(entry_name(f, e)))
            add_choice(l, entry_name(f, e), (int64_t)strlen(entry_name(f, e)), i);
    }
}

static lamella_status choose(call *c, const lamella_io_file *f, const form_choices *l, const char *what)
{
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s could be several stacks: set options->prefix to one of the %s %s", f->name, what, l->text);
}

static lamella_status find_named(call *c, const lamella_io_file *f, const char *prefix, int32_t layer_axis, stack_form *form)
{
    char shown[256];
    int64_t family = family_find(f, prefix);
    const file_entry *e = file_find(f, prefix);
    if (family >= 0)
        return take_family(c, f, family, layer_axis, form);
    if (e)
        return take_entry(c, f, e - f->entry, layer_axis, form);
    text_cut(shown, LENGTH(shown), prefix, (int64_t)strlen(prefix));
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s: options->prefix is \"%s\", expected the name of an array or what stands before the integers of several",
                f->name, shown);
}

lamella_status stack_form_find(call *c, const lamella_io_file *f, const char *prefix, int32_t layer_axis, stack_form *form)
{
    form_choices families = { .n = 0 }, blocks = { .n = 0 }, matrices = { .n = 0 };
    if (prefix)
        return find_named(c, f, prefix, layer_axis, form);
    if (f->kind == LAMELLA_IO_NPY)
        return take_entry(c, f, 0, layer_axis, form);
    int64_t layers = family_find(f, "layer.");
    if (layers >= 0)
        return take_family(c, f, layers, layer_axis, form);
    find_families(f, &families);
    if (families.n == 1)
        return take_family(c, f, families.first, layer_axis, form);
    if (families.n > 1)
        return choose(c, f, &families, "prefixes");
    find_arrays(f, 3, 5, &blocks);
    if (blocks.n == 1)
        return take_entry(c, f, blocks.first, layer_axis, form);
    if (blocks.n > 1)
        return choose(c, f, &blocks, "arrays");
    find_arrays(f, 2, 2, &matrices);
    if (matrices.n == 1)
        return take_entry(c, f, matrices.first, layer_axis, form);
    if (matrices.n > 1)
        return choose(c, f, &matrices, "arrays");
    return fail(c, LAMELLA_ERR_SHAPE, "%s holds no stack: expected arrays layer.0, layer.1 ... of [sample, dim], or one of [layer, sample, dim], of "
                "floats", f->name);
}
