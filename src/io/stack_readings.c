/* Every way in which a file can be read as a stack: families of names that differ in one integer, single arrays along an axis. */
#include "io/stack.h"

#include <stdio.h>

/* ---- arrays ---- */

static int entry_is_float(const lamella_io_file *f, const file_entry *e)
{
    return dtype_is_float(entry_dtype(f, e));
}

/* Floats of any kind, with a view or without. */
static int entry_spells_float(const lamella_io_file *f, const file_entry *e)
{
    const file_type *t = file_type_get(e->type);
    return !*t->name || *t->name == 'F' || entry_is_float(f, e);
}

static int could_be_layer(const lamella_io_file *f, const file_entry *e)
{
    return e->rank >= 2 && e->rank <= 4 && entry_spells_float(f, e);
}

/* ---- families ---- */

/* 1: the array is a layer beside the first; 0: why not. */
static int fits_first(const lamella_io_file *f, const file_entry *first, const file_entry *e, char why[100])
{
    int64_t a[IO_RANK], b[IO_RANK];
    entry_shape(f, first, a);
    entry_shape(f, e, b);
    *why = 0;
    if (!entry_dtype(f, e))
        snprintf(why, 100, "is %s, of which there is no view", entry_type_name(f, e));
    else if (e->rank < 2 || e->rank > 4)
        snprintf(why, 100, "is no layer: its rank is not 2 to 4");
    else if (entry_is_float(f, e) != entry_is_float(f, first))
        snprintf(why, 100, "is %s, the first %s", entry_type_name(f, e), entry_type_name(f, first));
    else if (e->rank != first->rank || memcmp(a, b, (size_t)(e->rank - 1) * sizeof *a))
        snprintf(why, 100, "differs from the first in more than its last axis");
    return !*why;
}

/* 1: all members are layers of one stack; 0: "name" of the one that is not, and why. */
int family_fits(const lamella_io_file *f, const family *a, char text[400])
{
    char why[100], shown[256];
    for (int64_t i = 0; i < a->n; i++) {
        const family_place *p = &a->member[i];
        int fits = fits_first(f, &f->entry[a->member[0].entry], &f->entry[p->entry], why);
        if (entry_name(f, &f->entry[p->entry])[p->head] == '-')
            fits = 0, snprintf(why, sizeof why, "has a negative number: layers are named by their depth, from 0 up");
        else if (i > 0 && p->number == p[-1].number)
            fits = 0, snprintf(why, sizeof why, "has the number of the one before");
        if (fits)
            continue;
        entry_shown(f, &f->entry[p->entry], shown);
        snprintf(text, 400, "\"%s\" %s", shown, why);
        return 0;
    }
    return 1;
}

static int64_t family_count(const lamella_io_file *f, const family *a, int (*is)(const lamella_io_file *, const file_entry *))
{
    int64_t n = 0;
    for (int64_t i = 0; i < a->n; i++)
        n += is(f, &f->entry[a->member[i].entry]);
    return n;
}

/* ---- forms ---- */

stack_form form_of_family(const family *a)
{
    return (stack_form){ LAMELLA_IO_FORM_LAYERS, 0, *a, a->member[0].entry, a->n };
}

stack_form form_of_array(const lamella_io_file *f, int64_t entry, int32_t layer_axis)
{
    int64_t shape[IO_RANK];
    entry_shape(f, &f->entry[entry], shape);
    stack_form form = { LAMELLA_IO_FORM_ONE_LAYER, layer_axis, { NULL, 0 }, entry, 1 };
    if (layer_axis > 0) {
        form.form = layer_axis == 1 ? LAMELLA_IO_FORM_LAYER_FIRST : LAMELLA_IO_FORM_LAYER_SECOND;
        form.n_layers = shape[layer_axis - 1];
    }
    return form;
}

int form_name(const lamella_io_file *f, const stack_form *form, char *to, int64_t size)
{
    const char *name = entry_name(f, &f->entry[form->entry]);
    int64_t bytes = (int64_t)strlen(name);
    if (form->form != LAMELLA_IO_FORM_LAYERS) {
        text_cut(to, size, name, bytes);
        return bytes < size;
    }
    const family_place *p = &form->layers.member[0];
    const char *tail = name + p->head + p->bytes;
    text_cut(to, size, name, p->head);
    int whole = p->head + 2 + (int64_t)strlen(tail) < size && !strstr(to, "{}") && !strstr(tail, "{}");
    if (whole && (*tail || file_find(f, to))) /* "h" would mean the array h, "h{}" means h0, h1 ... */
        snprintf(to + p->head, (size_t)(size - p->head), "{}%s", tail);
    return whole;
}

/* ---- one array ---- */

/* The last of an array of I32 or I64; -1 where there is none. */
static int64_t last_number(const lamella_io_file *f, const file_entry *e)
{
    char bytes[8];
    int32_t dtype = entry_dtype(f, e);
    int64_t size = dtype == LAMELLA_I32 ? 4 : 8;
    if ((dtype != LAMELLA_I32 && dtype != LAMELLA_I64) || e->end - e->begin < size || source_read(&f->from, e->end - size, bytes, size))
        return -1;
    if (f->swap)
        swap_bytes(bytes, 1, size);
    return load_i64(dtype, bytes);
}

/* The parts of the file fit the layers that this reading gives. */
static int parts_fit(const lamella_io_file *f, const stack_form *form)
{
    int64_t shape[IO_RANK], part[IO_RANK];
    int32_t dropped = form->layer_axis > 0, rank = f->entry[form->entry].rank - dropped;
    const file_entry *offsets = file_find(f, "offsets"), *id = file_find(f, "sample_id");
    entry_shape(f, &f->entry[form->entry], shape);
    if (form->layer_axis == 1)
        memmove(shape, shape + 1, (size_t)rank * sizeof *shape);
    if (form->layer_axis == 2)
        memmove(shape + 1, shape + 2, (size_t)(rank - 1) * sizeof *shape);
    if (offsets) {
        entry_shape(f, offsets, part);
        if (rank != 2 || offsets->rank != 1 || last_number(f, offsets) != shape[0])
            return 0;
        shape[0] = part[0] - 1;
    }
    if (id && (entry_shape(f, id, part), id->rank != 1 || part[0] != shape[0]))
        return 0;
    if (offsets)
        return 1;
    for (int64_t i = 0; i < f->n_entries; i++)
        if (name_is_mask(entry_name(f, &f->entry[i])) && (entry_shape(f, &f->entry[i], part), !mask_fits(part, f->entry[i].rank, shape, rank - 1)))
            return 0;
    return 1;
}

/* Appends the readings of one array: along its first axis, its second, or as one layer with tokens. Where its parts fit one only, that is it. */
void readings_add_array(const lamella_io_file *f, int64_t entry, stack_readings *r)
{
    static const int32_t axes[] = { 1, 2, -1 };
    int32_t rank = f->entry[entry].rank;
    int64_t begin = r->n, n_fit = 0;
    if (rank == 2 && r->n < MOST_READINGS)
        r->form[r->n++] = form_of_array(f, entry, 0);
    for (int a = 0; rank > 2 && a < LENGTH(axes) && r->n < MOST_READINGS; a++)
        if (axes[a] > 0 || rank <= 4)
            r->form[r->n++] = form_of_array(f, entry, axes[a]);
    for (int64_t i = begin; i < r->n; i++)
        if (parts_fit(f, &r->form[i]))
            r->form[begin + n_fit++] = r->form[i];
    if (n_fit)
        r->n = begin + n_fit;
}

/* ---- every reading ---- */

/* Nothing but its place says that the integer counts layers: numbers from 0 up, behind no word that counts something else. */
static int family_is_in_doubt(const lamella_io_file *f, const family *a)
{
    const family_place *p = &a->member[0];
    const char *name = entry_name(f, &f->entry[p->entry]);
    if (p->number == 0)
        return name_counts_else(name, p->head);
    return !name_counts_layers(name, p->head) || name[p->head - 1] == '-'; /* "layer-1" may be the last */
}

static int family_is_candidate(const lamella_io_file *f, const family *a, int counts_layers)
{
    const family_place *p = &a->member[0];
    const char *name = entry_name(f, &f->entry[p->entry]);
    return name_counts_layers(name, p->head) == counts_layers && !name_is_part(name) && family_count(f, a, could_be_layer) >= 2 - counts_layers;
}

/* Families whose integers count layers by their word; the others if there are none. Where one is not sure to be layers, its arrays alone as well. */
static lamella_status read_families(call *c, const lamella_io_file *f, stack_readings *r)
{
    family *found;
    int64_t n = 0, n_doubtful; /* n: a compiler of all in one file does not see that it is filled */
    char why[400];
    TRY(families_find(c, f, &found, &n));
    for (int counts_layers = 1; counts_layers >= 0 && !r->n; counts_layers--)
        for (int64_t i = 0; i < n; i++) {
            if (!family_is_candidate(f, &found[i], counts_layers))
                continue;
            if (family_fits(f, &found[i], why)) {
                if (r->n < MOST_READINGS)
                    r->form[r->n++] = form_of_family(&found[i]);
            } else if (!*r->misfit) {
                memcpy(r->misfit, why, sizeof why);
            }
        }
    n_doubtful = r->n == 1 && !*r->misfit && family_is_in_doubt(f, &r->form[0].layers) ? r->form[0].layers.n : 0;
    for (int64_t i = 0; i < n_doubtful; i++)
        readings_add_array(f, r->form[0].layers.member[i].entry, r);
    return LAMELLA_OK;
}

static void read_arrays(const lamella_io_file *f, stack_readings *r)
{
    int64_t n = 0;
    for (int64_t i = 0; i < f->n_entries; i++) {
        const file_entry *e = &f->entry[i];
        if (e->rank < 2 || e->rank > 5 || !entry_is_float(f, e) || name_is_part(entry_name(f, e)))
            continue;
        readings_add_array(f, i, r);
        n++;
    }
    r->one_array = n == 1;
}

/* A reading that cannot be typed is none. */
static void drop_nameless(const lamella_io_file *f, stack_readings *r)
{
    char name[256];
    int64_t n = 0;
    for (int64_t i = 0; i < r->n; i++)
        if (form_name(f, &r->form[i], name, LENGTH(name)))
            r->form[n++] = r->form[i];
    r->n = n;
}

lamella_status readings_find(call *c, const lamella_io_file *f, stack_readings *r)
{
    family layers;
    r->n = r->one_array = 0;
    *r->misfit = 0;
    TRY(family_named(c, f, "layer.", &layers));
    if (layers.n && family_fits(f, &layers, r->misfit))
        r->form[r->n++] = form_of_family(&layers);
    else if (!layers.n)
        TRY(read_families(c, f, r));
    if (!r->n)
        read_arrays(f, r);
    r->in_doubt = r->n > 1;
    if (r->in_doubt)
        drop_nameless(f, r);
    return LAMELLA_OK;
}

/* ---- the query ---- */

static lamella_status get_reading(call *c, const lamella_io_file *file, int64_t index, lamella_io_reading *reading)
{
    stack_readings *r;
    lamella_io_reading found = { .layer_axis = 0 };
    TRY(file_check(c, file));
    TRY(RESULT(c, reading));
    TAKE(c, r, 1);
    TRY(readings_find(c, file, r));
    if (index < 0 || index >= r->n)
        return fail(c, LAMELLA_ERR_ARGUMENT, "index is %lld, expected 0 to %lld: there are %lld readings", (long long)index, (long long)r->n - 1,
                    (long long)r->n);
    found.form = r->form[index].form;
    found.layer_axis = r->form[index].layer_axis;
    found.n_layers = r->form[index].n_layers;
    form_name(file, &r->form[index], found.prefix, LENGTH(found.prefix));
    write_sized(reading, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_io_reading_get(const lamella_io_file *file, int64_t index, lamella_io_reading *reading)
{
    CALL(NULL, get_reading(c, file, index, reading));
}
