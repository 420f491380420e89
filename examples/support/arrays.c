#include "support/arrays.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

lamella_view array_of(void *data, int32_t dtype, int32_t rank, const int64_t *shape)
{
    lamella_view v;
    lamella_tensor_view_mutable(data, dtype, rank, shape, NULL, &v);
    return v;
}

lamella_view array_take(int32_t dtype, int32_t rank, const int64_t *shape)
{
    static const int64_t bytes[] = { 0, 4, 8, 2, 2, 1, 1, 4, 8, 1 };
    int64_t n = 1;
    for (int32_t axis = 0; axis < rank; axis++)
        n *= shape[axis];
    return array_of(take(n, bytes[dtype]), dtype, rank, shape);
}

int64_t array_length(const lamella_view *v)
{
    int64_t n = 1;
    for (int32_t axis = 0; axis < v->rank; axis++)
        n *= v->shape[axis];
    return n;
}

lamella_status array_read(lamella_context *ctx, const lamella_io_file *file, const char *name, lamella_view *out)
{
    lamella_view there;
    lamella_status status = lamella_io_file_get(file, name, &there);
    if (status < 0)
        return status;
    *out = array_take(there.dtype, there.rank, there.shape);
    return lamella_io_file_read(ctx, file, name, 0, out);
}

lamella_status array_cast(lamella_context *ctx, const lamella_view *x, int32_t dtype, lamella_view *out)
{
    *out = array_take(dtype, x->rank, x->shape);
    return lamella_tensor_cast(ctx, x, out);
}

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double array_median(const double *x, int64_t n)
{
    double *sorted = take(n, sizeof *sorted);
    memcpy(sorted, x, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, compare_reals);
    return sorted[(n - 1) / 2];
}
