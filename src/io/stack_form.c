/* Which reading of a file is its stack. What could be read in two ways is read in none: each way is named, and the caller chooses. */
#include "io/stack.h"

#include <stdarg.h>
#include <stdio.h>

#define READINGS_NAMED 8

/* ---- asking to choose ---- */

static int64_t say(char *text, int64_t size, int64_t used, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Appends what fits whole; -1 once something did not. */
static int64_t say(char *text, int64_t size, int64_t used, const char *format, ...)
{
    va_list arguments;
    if (used < 0)
        return used;
    va_start(arguments, format);
    int n = vsnprintf(text + used, (size_t)(size - used), format, arguments);
    va_end(arguments);
    if (n >= 0 && used + n < size)
        return used + n;
    text[used] = 0;
    return -1;
}

static lamella_status ask_for_axis(call *c, const lamella_io_file *f, const stack_readings *r)
{
    static const char *const means[3][3] = {
        { "[layer, sample, dim]", "[token, layer, dim]", "one layer [sample, token, dim]" },
        { "[layer, sample, token, dim]", "[sample, layer, token, dim]", "one layer [sample, y, x, dim]" },
        { "[layer, sample, y, x, dim]", "[sample, layer, y, x, dim]", "" },
    };
    char text[300], shape_text[120], shown[256];
    int64_t shape[IO_RANK], used = 0, entry = r->form[0].entry, n = 0;
    int32_t rank = f->entry[entry].rank;
    entry_shape(f, &f->entry[entry], shape);
    for (int32_t a = 0; a < rank; a++)
        n = say(shape_text, LENGTH(shape_text), n, "%s%lld", a ? ", " : "", (long long)shape[a]);
    for (int64_t i = 0; i < r->n; i++) {
        int32_t axis = r->form[i].layer_axis;
        used = say(text, LENGTH(text), used, "%s%d if %s%s", i ? ", " : "", (int)axis, i ? "" : "that means ", means[rank - 3][axis < 0 ? 2 : axis - 1]);
    }
    entry_shown(f, &f->entry[entry], shown);
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s: \"%s\" is [%s]: set options.layer_axis = %s", f->name, shown, shape_text, text);
}

/* "h." (3 layers), "proj." (2 layers), "x" */
static void name_readings(const lamella_io_file *f, const stack_readings *r, char text[600])
{
    char name[256], before[256] = "";
    int64_t used = 0, n_named = 0, i;
    for (i = 0; i < r->n && n_named < READINGS_NAMED; i++) {
        char layers[40] = "";
        form_name(f, &r->form[i], name, LENGTH(name));
        if (n_named && !strcmp(name, before)) /* one array along another axis */
            continue;
        if (r->form[i].form == LAMELLA_IO_FORM_LAYERS)
            snprintf(layers, sizeof layers, " (%lld layers)", (long long)r->form[i].n_layers);
        int64_t more = say(text, 590, used, "%s\"%s\"%s", n_named++ ? ", " : "", name, layers);
        if (more == -1)
            break;
        used = more;
        memcpy(before, name, sizeof name);
    }
    if (i < r->n)
        say(text, 600, used, ", ...");
}

static lamella_status ask_to_choose(call *c, const lamella_io_file *f, const stack_readings *r)
{
    char text[600] = "";
    name_readings(f, r, text);
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s could be several stacks: set options.prefix to one of %s", f->name, text);
}

/* ---- what the caller named ---- */

static lamella_status take_entry(call *c, const lamella_io_file *f, int64_t entry, int32_t layer_axis, stack_form *form)
{
    lamella_view v;
    char shown[256];
    stack_readings r = { .n = 0 };
    entry_shown(f, &f->entry[entry], shown);
    TRY(entry_view(c, f, &f->entry[entry], &v));
    if (v.rank < 2 || v.rank > 5)
        return fail(c, LAMELLA_ERR_SHAPE, "%s: \"%s\" has rank %d, expected [sample, dim] or [layer, sample, dim]", f->name, shown, (int)v.rank);
    if (layer_axis && v.rank < 3)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.layer_axis is %d, expected 0: \"%s\" has rank %d, no layers", (int)layer_axis, shown, (int)v.rank);
    if (layer_axis < 0 && v.rank > 4)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.layer_axis is -1, expected 1 or 2: \"%s\" has rank %d, one layer 2 to 4", shown, (int)v.rank);
    if (f->fortran && v.rank > 2)
        return fail(c, LAMELLA_ERR_UNSUPPORTED, "%s is in Fortran order, which scatters the layers: save it with numpy.ascontiguousarray", f->name);
    if (layer_axis) {
        *form = form_of_array(f, entry, layer_axis);
        return LAMELLA_OK;
    }
    readings_add_array(f, entry, &r);
    *form = r.form[0];
    r.one_array = 1;
    return r.n == 1 ? LAMELLA_OK : ask_for_axis(c, f, &r);
}

static lamella_status take_family(call *c, const lamella_io_file *f, const family *a, int32_t layer_axis, stack_form *form)
{
    char why[400];
    if (layer_axis)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.layer_axis is %d, expected 0 where each layer is an array of its own", (int)layer_axis);
    if (!family_fits(f, a, why))
        return fail(c, LAMELLA_ERR_SHAPE, "%s: %s", f->name, why);
    *form = form_of_family(a);
    return LAMELLA_OK;
}

static lamella_status take_named(call *c, const lamella_io_file *f, const char *prefix, int32_t layer_axis, stack_form *form)
{
    char shown[256];
    family found;
    const file_entry *e = file_find(f, prefix);
    if (e)
        return take_entry(c, f, e - f->entry, layer_axis, form);
    TRY(family_named(c, f, prefix, &found));
    if (found.n)
        return take_family(c, f, &found, layer_axis, form);
    text_cut(shown, LENGTH(shown), prefix, (int64_t)strlen(prefix));
    return fail(c, LAMELLA_ERR_ARGUMENT, "%s: options.prefix is \"%s\", expected the name of an array, what stands before the integers of several, or "
                "their name with {} for the integer", f->name, shown);
}

/* ---- choosing ---- */

static lamella_status fail_without(call *c, const lamella_io_file *f)
{
    char shown[256];
    for (int64_t i = 0; i < f->n_entries; i++)
        if (f->entry[i].rank >= 2 && !dtype_is_float(entry_dtype(f, &f->entry[i])) && !name_is_part(entry_name(f, &f->entry[i]))) {
            entry_shown(f, &f->entry[i], shown);
            return fail(c, LAMELLA_ERR_DTYPE, "%s holds no stack: \"%s\" is %s, expected floats", f->name, shown, entry_type_name(f, &f->entry[i]));
        }
    return fail(c, LAMELLA_ERR_SHAPE, "%s holds no stack: expected arrays layer.0, layer.1 ... of [sample, dim], or one of [layer, sample, dim], of "
                "floats", f->name);
}

lamella_status stack_form_find(call *c, const lamella_io_file *f, const char *prefix, int32_t layer_axis, stack_form *form)
{
    stack_readings *r;
    if (prefix)
        return take_named(c, f, prefix, layer_axis, form);
    if (f->kind == LAMELLA_IO_NPY)
        return take_entry(c, f, 0, layer_axis, form);
    TAKE(c, r, 1);
    TRY(readings_find(c, f, r));
    if (*r->misfit)
        return fail(c, LAMELLA_ERR_SHAPE, "%s: %s", f->name, r->misfit);
    if (!r->n && !r->in_doubt)
        return fail_without(c, f);
    if (r->in_doubt && !r->one_array)
        return ask_to_choose(c, f, r);
    return r->form[0].form == LAMELLA_IO_FORM_LAYERS ? take_family(c, f, &r->form[0].layers, layer_axis, form)
                                                     : take_entry(c, f, r->form[0].entry, layer_axis, form);
}
