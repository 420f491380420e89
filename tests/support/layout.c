/* Views in every layout, over memory that is watched. */
#include "support/case.h"

piece *piece_take(piece **list, int64_t bytes)
{
    piece *p = calloc(1, sizeof *p);
    p->bytes = bytes;
    p->memory = malloc((size_t)(bytes ? bytes : 1));
    p->next = *list;
    return *list = p;
}

void pieces_free(piece **list)
{
    while (*list) {
        piece *p = *list;
        *list = p->next;
        free(p->memory);
        free(p->copy);
        free(p);
    }
}

static void strides_of_layout(enum layout layout, const int64_t *shape, int32_t rank, int64_t *stride)
{
    int is_cut = layout == LAYOUT_SLICED || layout == LAYOUT_CUT;
    int64_t padded[LAMELLA_MAX_RANK] = { 0 };
    for (int32_t i = 0; i < rank; i++)
        padded[i] = shape[i] + (layout == LAYOUT_PADDED && i == rank - 1 ? 3 : is_cut && shape[i] != 1 ? 2 : 0);
    row_major(padded, rank, stride);
    if (layout == LAYOUT_TRANSPOSED)
        for (int32_t i = 0, step = 1; i < rank; step *= (int32_t)(shape[i] ? shape[i] : 1), i++)
            stride[i] = step;
    if (layout == LAYOUT_STRIDED)
        for (int32_t i = 0; i < rank; i++)
            stride[i] *= 2;
    if (layout == LAYOUT_REVERSED && rank)
        stride[0] = -stride[0];
}

/* Whether nothing changes along an axis of a dense array. */
static int is_constant_along(const char *dense, int64_t size, const int64_t *shape, int32_t rank, int32_t axis)
{
    int64_t step = size, n = 1;
    for (int32_t i = axis + 1; i < rank; i++)
        step *= shape[i];
    for (int32_t i = 0; i < axis; i++)
        n *= shape[i];
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 1; k < shape[axis]; k++)
            if (memcmp(dense + (i * shape[axis] + k) * step, dense + i * shape[axis] * step, (size_t)step))
                return 0;
    return 1;
}

lamella_view lay_out(piece **list, int32_t dtype, const int64_t *shape, int32_t rank, enum layout layout, const char *from)
{
    static const int64_t anything[] = { 0, 7, INT64_MAX, INT64_MIN, -1, 1 }; /* where no step leads */
    lamella_view v = { .dtype = dtype, .rank = rank };
    int64_t size = element_bytes(dtype), low = 0, high = 0;
    int is_broadcast = layout == LAYOUT_BROADCAST && from;
    memcpy(v.shape, shape, (size_t)rank * sizeof *shape);
    strides_of_layout(layout, shape, rank, v.stride);
    for (int32_t i = 0; i < rank && is_broadcast; i++)
        v.stride[i] = is_constant_along(from, size, shape, rank, i) ? 0 : v.stride[i];
    for (int32_t i = 0; i < rank; i++)
        *(v.stride[i] < 0 ? &low : &high) += (shape[i] ? shape[i] - 1 : 0) * v.stride[i];
    for (int32_t i = 0; i < rank && layout == LAYOUT_CUT; i++)
        v.stride[i] = shape[i] == 1 ? anything[i] : v.stride[i];
    v.flags = layout == LAYOUT_CUT || is_broadcast ? LAMELLA_BROADCAST : 0; /* zeros are meant */
    if (layout == LAYOUT_CONTIGUOUS || layout == LAYOUT_UNALIGNED)
        memset(v.stride, 0, sizeof v.stride);
    int64_t ahead = layout == LAYOUT_UNALIGNED;
    piece *p = piece_take(list, ahead + (elements_of(&v) ? (high - low + 1) * size : 0));
    memset(p->memory, 0xff, (size_t)p->bytes);
    v.data = p->memory + ahead - low * size;
    if (from) {
        view_scatter(&v, from);
        v.flags |= LAMELLA_READONLY;
        p->copy = malloc((size_t)p->bytes + 1);
        memcpy(p->copy, p->memory, (size_t)p->bytes);
    }
    return v;
}
