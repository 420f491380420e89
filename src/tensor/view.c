/* Views: every check that a view needs by itself, and walking over its elements. */
#include "tensor/tensor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KNOWN_VIEW_FLAGS (LAMELLA_READONLY | LAMELLA_BROADCAST | LAMELLA_FINITE)

/* Strides that are all zero mean row-major ones, unless the view says BROADCAST. */
static void spell_strides(lamella_view *v)
{
    int64_t step = 1;
    for (int32_t a = 0; a < v->rank; a++)
        if (v->stride[a] || v->flags & LAMELLA_BROADCAST)
            return;
    for (int32_t a = v->rank - 1; a >= 0; a--) {
        v->stride[a] = step;
        step *= v->shape[a] > 0 ? v->shape[a] : 1; /* cannot wrap: the product was checked */
    }
}

static lamella_status check_type(call *c, const lamella_view *v, uint32_t dtypes, const char *name)
{
    if (v->rank < 0 || v->rank > LAMELLA_MAX_RANK)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 0 to %d", name, (int)v->rank, LAMELLA_MAX_RANK);
    if (!dtype_is_known(v->dtype) || !(dtypes & DTYPE_BIT(v->dtype))) {
        char expected[DTYPES_TEXT];
        dtypes_text(dtypes, expected);
        return fail(c, LAMELLA_ERR_DTYPE, "%s.dtype is %d (%s), expected %s", name, (int)v->dtype, dtype_name(v->dtype), expected);
    }
    if (v->flags & ~(uint32_t)KNOWN_VIEW_FLAGS)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.flags is 0x%x, expected only known bits (0x%x)", name, (unsigned)v->flags, KNOWN_VIEW_FLAGS);
    if (v->reserved0 || v->reserved1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.reserved is set, expected 0", name);
    return LAMELLA_OK;
}

static lamella_status check_extents(call *c, lamella_view *v, const char *name, int64_t *elements)
{
    int64_t product = 1; /* of the extents over 0, so that an empty view has strides too */
    *elements = 1;
    for (int32_t a = 0; a < v->rank; a++) {
        if (v->shape[a] < 0)
            return fail(c, LAMELLA_ERR_SHAPE, "%s.shape[%d] is %lld, expected 0 or more", name, (int)a, (long long)v->shape[a]);
        if (!size_mul(product, MAX(v->shape[a], 1), &product))
            return fail(c, LAMELLA_ERR_SHAPE, "%s.shape has more elements than 2^63 - 1", name);
        if (v->shape[a] == 0)
            *elements = 0;
    }
    if (!size_mul(product, dtype_size(v->dtype), &product))
        return fail(c, LAMELLA_ERR_SHAPE, "%s.shape has more bytes than 2^63 - 1", name);
    *elements *= product / dtype_size(v->dtype);
    for (int32_t a = v->rank; a < LAMELLA_MAX_RANK; a++)
        v->shape[a] = v->stride[a] = 0;
    return LAMELLA_OK;
}

static lamella_status check_strides(call *c, lamella_view *v, const char *name)
{
    spell_strides(v);
    for (int32_t a = 0; a < v->rank; a++)
        if (v->stride[a] == 0 && v->shape[a] > 1 && !(v->flags & LAMELLA_BROADCAST))
            return fail(c, LAMELLA_ERR_SHAPE, "%s.stride[%d] is 0 over an extent of %lld, expected a step, or the flag LAMELLA_BROADCAST", name,
                        (int)a, (long long)v->shape[a]);
    return LAMELLA_OK;
}

/* No step leads along an axis of one element, so a host may write anything as its stride (slices leave the ones they had). It becomes
 * what continues the axis behind it, and code below the check need not ask for the extent. Only after the addresses were checked: then
 * no product of a stride and its extent overflows. */
static void settle_strides(lamella_view *v)
{
    for (int32_t a = v->rank - 1; a >= 0; a--)
        if (v->shape[a] == 1)
            v->stride[a] = a + 1 < v->rank ? v->stride[a + 1] * v->shape[a + 1] : 1;
}

/* Nothing lies at the addresses of an empty view, or of one that is read: row-major, so that nothing can be made of its strides either. */
static void forget_strides(lamella_view *v)
{
    memset(v->stride, 0, sizeof v->stride);
    v->flags &= ~(uint32_t)LAMELLA_BROADCAST;
    spell_strides(v);
}

/* Every element lies at an address that does not wrap around, nor does the one after the last of any axis. */
static lamella_status check_addresses(call *c, const lamella_view *v, const char *name)
{
    int64_t low = 0, high = 0, size = dtype_size(v->dtype), reach;
    int fits = 1;
    for (int32_t a = 0; a < v->rank; a++) {
        int64_t extent = v->shape[a] == 1 ? 0 : v->shape[a];
        fits = fits && size_mul(extent, v->stride[a], &reach) && size_mul(reach, size, &reach);
        reach = fits ? reach - (extent ? v->stride[a] * size : 0) : 0;
        fits = fits && size_add(reach < 0 ? low : high, reach, reach < 0 ? &low : &high);
    }
    uintptr_t data = (uintptr_t)v->data;
    fits = fits && size_add(high, size, &high) && data <= (uintptr_t)(INTPTR_MAX - high) && (intptr_t)data + low >= 0;
    if (!fits)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.stride reaches outside the address space", name);
    return LAMELLA_OK;
}

lamella_status view_check_type_and_shape(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name)
{
    int64_t elements;
    if (!theirs)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a view", name);
    *v = *theirs;
    TRY(check_type(c, v, dtypes, name));
    TRY(check_extents(c, v, name, &elements));
    TRY(check_strides(c, v, name));
    if (!elements || !v->data)
        forget_strides(v);
    else
        TRY(check_addresses(c, v, name));
    settle_strides(v);
    return LAMELLA_OK;
}

static lamella_status check_data(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name)
{
    TRY(view_check_type_and_shape(c, v, theirs, dtypes, name));
    if (!v->data && view_elements(v))
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.data is NULL, expected %lld elements", name, (long long)view_elements(v));
    return LAMELLA_OK;
}

lamella_status view_check(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name)
{
    TRY(check_data(c, v, theirs, dtypes, name));
    return call_reads(c, view_lent(v), name);
}

/* The axes of more than one element and step, by rising step; returns their number. */
static int32_t axes_by_step(const lamella_view *v, int64_t *step, int64_t *extent)
{
    int32_t n = 0;
    for (int32_t a = 0; a < v->rank; a++) {
        if (v->shape[a] < 2)
            continue;
        int32_t at = n++;
        int64_t of_axis = v->stride[a] < 0 ? -v->stride[a] : v->stride[a];
        for (; at > 0 && step[at - 1] > of_axis; at--) {
            step[at] = step[at - 1];
            extent[at] = extent[at - 1];
        }
        step[at] = of_axis;
        extent[at] = v->shape[a];
    }
    return n;
}

/* Whether two different indices can share an address: refused unless each axis, by rising step, steps over all before it. */
static int repeats_elements(const lamella_view *v)
{
    int64_t step[LAMELLA_MAX_RANK], extent[LAMELLA_MAX_RANK], reach = 0; /* of the axes before */
    int32_t n = view_elements(v) ? axes_by_step(v, step, extent) : 0;
    for (int32_t i = 0; i < n; i++) {
        if (step[i] <= reach)
            return 1;
        reach += step[i] * (extent[i] - 1);
    }
    return 0;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The bytes of a checked view; none if it is empty. Its period divides the longest steps, so many of them that the gap is widest. Views side by side in one
 * block (layers between the samples of an array, columns of a table) have the same. */
lent view_lent(const lamella_view *v)
{
    int64_t step[LAMELLA_MAX_RANK], extent[LAMELLA_MAX_RANK], size = dtype_size(v->dtype), reach = 0, period = 0, gap = 0;
    lent piece = { .low = v->data, .high = v->data };
    if (!view_elements(v) || !v->data)
        return piece;
    for (int32_t a = 0; a < v->rank; a++) {
        int64_t of_axis = (v->shape[a] - 1) * v->stride[a] * size;
        *(of_axis < 0 ? &piece.low : &piece.high) += of_axis;
    }
    piece.high += size;
    int32_t n = axes_by_step(v, step, extent);
    for (int32_t i = 0; i < n; i++)
        reach += step[i] * (extent[i] - 1);
    for (int32_t i = n - 1; i >= 0 && step[i]; i--) {
        period = common_divisor(period, step[i]);
        reach -= step[i] * (extent[i] - 1);
        int64_t of_period = period - 1 - reach;
        if (of_period >= MAX(gap, 1)) {
            gap = of_period;
            piece.period = period * size;
            piece.inner = (reach + 1) * size;
        }
    }
    return piece;
}

lamella_status view_check_shape(call *c, const lamella_view *v, const char *name, const int64_t *shape, int64_t rank)
{
    if (v->rank != rank)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected %d", name, (int)v->rank, (int)rank);
    for (int32_t a = 0; a < rank; a++)
        if (v->shape[a] != shape[a])
            return fail(c, LAMELLA_ERR_SHAPE, "%s.shape[%d] is %lld, expected %lld", name, (int)a, (long long)v->shape[a], (long long)shape[a]);
    return LAMELLA_OK;
}

lamella_status view_check_in(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name, const int64_t *shape,
                             int64_t rank)
{
    TRY(view_check(c, v, theirs, dtypes, name));
    return view_check_shape(c, v, name, shape, rank);
}

void view_as_row(lamella_view *v)
{
    v->rank = 2;
    v->shape[1] = v->shape[0];
    v->stride[1] = v->stride[0];
    v->shape[0] = 1;
    v->stride[0] = 0;
}

lamella_status view_check_out(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name, const int64_t *shape,
                              int64_t rank)
{
    TRY(check_data(c, v, theirs, dtypes, name));
    TRY(view_check_shape(c, v, name, shape, rank));
    if (v->flags & LAMELLA_READONLY)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.flags says READONLY, expected a writable view", name);
    if (repeats_elements(v))
        return fail(c, LAMELLA_ERR_SHAPE, "%s.stride puts two elements at one address, expected an output without overlap", name);
    return call_writes(c, view_lent(v), name);
}

int64_t view_elements(const lamella_view *v)
{
    int64_t n = 1;
    for (int32_t a = 0; a < v->rank; a++)
        n *= v->shape[a]; /* a zero makes the rest harmless: check_extents saw the product of the others */
    return n;
}

int view_is_row_major(const lamella_view *v)
{
    int64_t step = 1;
    for (int32_t a = v->rank - 1; a >= 0; a--) {
        if (v->shape[a] > 1 && v->stride[a] != step)
            return 0;
        step *= v->shape[a];
    }
    return 1;
}

char *view_at(const lamella_view *v, const int64_t *index)
{
    int64_t at = 0;
    for (int32_t a = 0; a < v->rank; a++)
        at += index[a] * v->stride[a];
    return (char *)v->data + at * dtype_size(v->dtype);
}

int64_t view_runs(const lamella_view *v)
{
    int64_t n = 1;
    for (int32_t a = 0; a + 1 < v->rank; a++)
        n *= v->shape[a];
    return v->rank && v->shape[v->rank - 1] == 0 ? 0 : n;
}

char *view_run(const lamella_view *v, int64_t run)
{
    int64_t at = 0;
    for (int32_t a = v->rank - 2; a >= 0; a--) {
        at += run % v->shape[a] * v->stride[a];
        run /= v->shape[a];
    }
    return (char *)v->data + at * dtype_size(v->dtype);
}

int64_t run_step(const lamella_view *v)
{
    int32_t last = v->rank - 2; /* the innermost axis of more than one run */
    while (last > 0 && v->shape[last] == 1)
        last--;
    if (last < 0)
        return 0;
    int64_t reach = v->stride[last] * v->shape[last]; /* over the runs of the axes behind */
    for (int32_t a = last - 1; a >= 0; a--) {
        if (v->shape[a] == 1)
            continue;
        if (v->stride[a] != reach)
            return 0;
        reach = v->stride[a] * v->shape[a];
    }
    return v->stride[last];
}

int64_t run_length(const lamella_view *v)
{
    return v->rank ? v->shape[v->rank - 1] : 1;
}

int64_t run_stride(const lamella_view *v)
{
    return v->rank ? v->stride[v->rank - 1] : 1;
}

#define COPY_ELEMENTS(bytes)                             \
    for (int64_t i = 0; i < n; i++, to += (bytes), from += step) \
    memcpy(to, from, (bytes))

char *copy_run(char *to, const char *from, int64_t n, int64_t stride, int64_t size)
{
    int64_t step = stride * size;
    if (stride == 1) {
        memcpy(to, from, (size_t)(n * size));
        return to + n * size;
    }
    switch (size) { /* constant sizes become plain moves */
    case 1: COPY_ELEMENTS(1); break;
    case 2: COPY_ELEMENTS(2); break;
    case 4: COPY_ELEMENTS(4); break;
    default: COPY_ELEMENTS(8); break;
    }
    return to;
}

float *run_in_place_f32(const lamella_view *out, int64_t run)
{
    char *to = view_run(out, run);
    return run_stride(out) == 1 && (uintptr_t)to % sizeof(float) == 0 ? (float *)to : NULL;
}

void store_run_f32(const lamella_view *out, int64_t run, const float *row)
{
    int64_t n = run_length(out), stride = run_stride(out);
    char *to = view_run(out, run);
    if (stride == 1)
        memcpy(to, row, (size_t)n * sizeof *row);
    else
        for (int64_t i = 0; i < n; i++)
            memcpy(to + i * stride * (int64_t)sizeof *row, row + i, sizeof *row);
}

const char *indexed_name(char *text, int64_t size, const char *name, int64_t i)
{
    snprintf(text, (size_t)size, "%s[%lld]", name, (long long)i);
    return text;
}

lamella_status view_check_wanted(call *c, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name, const int64_t *shape,
                                 int64_t rank)
{
    *v = (lamella_view){ .dtype = 0 };
    return theirs ? view_check_out(c, v, theirs, dtypes, name, shape, rank) : LAMELLA_OK;
}

void put_element(const lamella_view *v, const void *value, const int64_t *index)
{
    if (view_is_wanted(v))
        memcpy(view_at(v, index), value, (size_t)dtype_size(v->dtype));
}

lamella_status view_numbers(call *c, const lamella_view *v, const char *name, double *to)
{
    number text;
    for (int64_t j = 0; j < v->shape[0]; j++) {
        to[j] = load_f64(v->dtype, view_at(v, &j));
        if (!isfinite(to[j]))
            return fail(c, LAMELLA_ERR_NONFINITE, "%s[%lld] is %s, expected a finite number", name, (long long)j, number_text(to[j], &text));
    }
    return LAMELLA_OK;
}
