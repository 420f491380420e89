/* Views and stacks: filling them, slicing them, and as text for a log. */
#include "lamella/tensor.h"
#include "tensor/tensor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static lamella_status fill_view(call *c, void *data, int32_t dtype, int32_t rank, const int64_t *shape, const int64_t *stride, uint32_t flags,
                                lamella_view *out)
{
    lamella_view v = { .data = data, .dtype = dtype, .rank = rank, .flags = flags }, checked;
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected a view to fill");
    if (rank > 0 && !shape)
        return fail(c, LAMELLA_ERR_ARGUMENT, "shape is NULL, expected %d extents", (int)rank);
    for (int32_t a = 0; a < rank && a < LAMELLA_MAX_RANK; a++) {
        v.shape[a] = shape[a];
        v.stride[a] = stride ? stride[a] : 0;
        if (stride && stride[a] == 0 && shape[a] > 1)
            v.flags |= LAMELLA_BROADCAST;
    }
    TRY(view_check(c, &checked, &v, ANY_DTYPE, "view"));
    *out = checked;
    return LAMELLA_OK;
}

static lamella_status readonly_view(call *c, const void *data, int32_t dtype, int32_t rank, const int64_t *shape, const int64_t *stride,
                                    lamella_view *out)
{
    void *unwritten; /* the view says READONLY */
    memcpy(&unwritten, &data, sizeof data);
    return fill_view(c, unwritten, dtype, rank, shape, stride, LAMELLA_READONLY, out);
}

lamella_status lamella_tensor_view(const void *data, int32_t dtype, int32_t rank, const int64_t *shape, const int64_t *stride, lamella_view *out)
{
    CALL(NULL, readonly_view(c, data, dtype, rank, shape, stride, out));
}

lamella_status lamella_tensor_view_mutable(void *data, int32_t dtype, int32_t rank, const int64_t *shape, const int64_t *stride,
                                           lamella_view *out)
{
    CALL(NULL, fill_view(c, data, dtype, rank, shape, stride, 0, out));
}

static lamella_status check_axis(call *c, const lamella_view *x, int32_t axis, const lamella_view *out)
{
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected a view to fill");
    if (axis < 0 || axis >= x->rank)
        return fail(c, LAMELLA_ERR_ARGUMENT, "axis is %d, expected 0 to %d (= x.rank - 1)", (int)axis, (int)x->rank - 1);
    return LAMELLA_OK;
}

static lamella_status slice(call *c, const lamella_view *x, int32_t axis, int64_t start, int64_t stop, int64_t step, lamella_view *out)
{
    lamella_view v;
    TRY(VIEW(c, v, x, ANY_DTYPE));
    TRY(check_axis(c, &v, axis, out));
    if (start < 0 || start > v.shape[axis])
        return fail(c, LAMELLA_ERR_ARGUMENT, "start is %lld, expected 0 to %lld (= x.shape[%d])", (long long)start, (long long)v.shape[axis],
                    (int)axis);
    if (stop < start || stop > v.shape[axis])
        return fail(c, LAMELLA_ERR_ARGUMENT, "stop is %lld, expected %lld (= start) to %lld (= x.shape[%d])", (long long)stop, (long long)start,
                    (long long)v.shape[axis], (int)axis);
    if (step < 1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "step is %lld, expected at least 1", (long long)step);
    int64_t count = stop - start, taken = count ? (count - 1) / step + 1 : 0;
    if (taken)
        v.data = (char *)v.data + start * v.stride[axis] * dtype_size(v.dtype);
    v.shape[axis] = taken;
    v.stride[axis] = taken > 1 ? v.stride[axis] * step : 1;
    *out = v;
    return LAMELLA_OK;
}

lamella_status lamella_tensor_slice(const lamella_view *x, int32_t axis, int64_t start, int64_t stop, int64_t step, lamella_view *out)
{
    CALL(NULL, slice(c, x, axis, start, stop, step, out));
}

static lamella_status pick_index(call *c, const lamella_view *x, int32_t axis, int64_t i, lamella_view *out)
{
    lamella_view v;
    TRY(VIEW(c, v, x, ANY_DTYPE));
    TRY(check_axis(c, &v, axis, out));
    if (i < 0 || i >= v.shape[axis])
        return fail(c, LAMELLA_ERR_ARGUMENT, "i is %lld, expected 0 to %lld (= x.shape[%d] - 1)", (long long)i, (long long)v.shape[axis] - 1, (int)axis);
    if (i && view_elements(&v)) /* an empty view may have none */
        v.data = (char *)v.data + i * v.stride[axis] * dtype_size(v.dtype);
    int64_t behind = LAMELLA_MAX_RANK - 1 - axis;
    memmove(v.shape + axis, v.shape + axis + 1, (size_t)behind * sizeof *v.shape);
    memmove(v.stride + axis, v.stride + axis + 1, (size_t)behind * sizeof *v.stride);
    v.shape[LAMELLA_MAX_RANK - 1] = v.stride[LAMELLA_MAX_RANK - 1] = 0;
    v.rank--;
    *out = v;
    return LAMELLA_OK;
}

lamella_status lamella_tensor_pick(const lamella_view *x, int32_t axis, int64_t i, lamella_view *out)
{
    CALL(NULL, pick_index(c, x, axis, i, out));
}

/* ---- as text ---- */

typedef struct line {
    char   *text;
    int64_t size, used;
} line;

__attribute__((format(printf, 2, 3))) static void line_add(line *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(t->text + t->used, (size_t)(t->size - t->used), format, arguments);
    va_end(arguments);
    t->used = MIN(t->used + wanted, t->size - 1);
}

static int rank_is_known(int32_t rank)
{
    return rank >= 0 && rank <= LAMELLA_MAX_RANK;
}

static void line_add_extents(line *t, const int64_t *extents, int32_t rank)
{
    if (!rank_is_known(rank)) {
        line_add(t, " rank %d", (int)rank);
        return;
    }
    line_add(t, " [");
    for (int32_t a = 0; a < rank; a++)
        line_add(t, a ? ", %lld" : "%lld", (long long)extents[a]);
    line_add(t, "]");
}

/* The last extent of a view that may have any rank. */
static int64_t width_of(const lamella_view *v)
{
    return v->rank > 0 && rank_is_known(v->rank) ? v->shape[v->rank - 1] : 0;
}

static lamella_status line_open(call *c, line *t, char *text, int64_t size)
{
    if (!text)
        return fail(c, LAMELLA_ERR_ARGUMENT, "text is NULL, expected %lld bytes", (long long)size);
    if (size < 1)
        return fail(c, LAMELLA_ERR_ARGUMENT, "size is %lld, expected at least 1", (long long)size);
    *t = (line){ text, size, 0 };
    text[0] = 0;
    return LAMELLA_OK;
}

static lamella_status view_describe(call *c, const lamella_view *view, char *text, int64_t size)
{
    line t;
    TRY(line_open(c, &t, text, size));
    if (!view) {
        line_add(&t, "NULL");
        return LAMELLA_OK;
    }
    int spelled = rank_is_known(view->rank) && view->flags & LAMELLA_BROADCAST;
    for (int32_t a = 0; rank_is_known(view->rank) && a < view->rank; a++)
        spelled |= view->stride[a] != 0;
    line_add(&t, "%s", dtype_name(view->dtype));
    line_add_extents(&t, view->shape, view->rank);
    if (spelled) {
        line_add(&t, " stride");
        line_add_extents(&t, view->stride, view->rank);
    }
    line_add(&t, "%s%s%s", view->flags & LAMELLA_READONLY ? " readonly" : "", view->flags & LAMELLA_BROADCAST ? " broadcast" : "",
             view->flags & LAMELLA_FINITE ? " finite" : "");
    return LAMELLA_OK;
}

lamella_status lamella_tensor_view_describe(const lamella_view *view, char *text, int64_t size)
{
    CALL(NULL, view_describe(c, view, text, size));
}

static lamella_status stack_describe(call *c, const lamella_stack *theirs, char *text, int64_t size)
{
    line t;
    lamella_stack s;
    TRY(line_open(c, &t, text, size));
    if (!theirs) {
        line_add(&t, "NULL");
        return LAMELLA_OK;
    }
    TRY(read_sized(c, &s, (int64_t)sizeof s, 8, theirs, "stack"));
    line_add(&t, "%lld layer%s", (long long)s.n_layers, s.n_layers == 1 ? "" : "s");
    int widths_differ = 0;
    for (int64_t l = 1; s.layer && l < s.n_layers; l++)
        widths_differ |= width_of(&s.layer[l]) != width_of(&s.layer[0]);
    if (s.layer && s.n_layers > 0) {
        line_add(&t, " of %s", dtype_name(s.layer[0].dtype));
        line_add_extents(&t, s.layer[0].shape, s.layer[0].rank);
    }
    line_add(&t, "%s, %s%s%s%s", widths_differ ? " and other widths" : "", s.read ? "read" : "in memory", s.offsets ? ", ragged" : "",
             s.mask ? ", masked" : "", s.flags & LAMELLA_LAST_NORMED ? ", last normed" : "");
    return LAMELLA_OK;
}

lamella_status lamella_tensor_stack_describe(const lamella_stack *stack, char *text, int64_t size)
{
    CALL(NULL, stack_describe(c, stack, text, size));
}

static lamella_status sizes(call *c, const lamella_stack *theirs, int64_t layer, int64_t *n_samples, int64_t *dim)
{
    stack s;
    if (!n_samples || !dim)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a number to fill", n_samples ? "dim" : "n_samples");
    TRY(stack_check(c, &s, theirs, ANY_DTYPE, "stack"));
    if (layer < 0 || layer >= s.n_layers)
        return fail(c, LAMELLA_ERR_ARGUMENT, "layer is %lld, expected 0 to %lld", (long long)layer, (long long)s.n_layers - 1);
    *n_samples = s.n_samples;
    *dim = stack_dim(&s, layer);
    return LAMELLA_OK;
}

lamella_status lamella_tensor_sizes(const lamella_stack *stack, int64_t layer, int64_t *n_samples, int64_t *dim)
{
    CALL(NULL, sizes(c, stack, layer, n_samples, dim));
}
