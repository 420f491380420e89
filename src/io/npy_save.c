/* Saving one array as .npy version 1, byte for byte as numpy.save writes it: also the room it leaves for the first extent to grow. */
#include "io/io.h"

#include <stdio.h>

#define GROWTH_DIGITS 21

static int64_t decimal_digits(int64_t n)
{
    int64_t digits = 1;
    while (n >= 10) {
        n /= 10;
        digits++;
    }
    return digits;
}

static const char *npy_type(int32_t dtype, char text[4])
{
    if (dtype == LAMELLA_BF16)
        return "|V2";
    memcpy(text + 1, file_type_of_dtype(dtype)->npy, 3);
    text[0] = dtype_size(dtype) == 1 ? '|' : '<';
    return text;
}

/* Returns the bytes used; `text` has 512, and rank 6 needs at most 200. */
static int64_t header_text(const lamella_view *v, char *text)
{
    char type[4];
    int64_t n = 10;
    n += snprintf(text + n, 64, "{'descr': '%s', 'fortran_order': False, 'shape': (", npy_type(v->dtype, type));
    for (int32_t a = 0; a < v->rank; a++)
        n += snprintf(text + n, 32, a ? ", %lld" : "%lld", (long long)v->shape[a]);
    n += snprintf(text + n, 16, v->rank == 1 ? ",), }" : "), }");
    int64_t least = n + (v->rank ? GROWTH_DIGITS - decimal_digits(v->shape[0]) : 0) + 1, end = (least / 64 + 1) * 64;
    memset(text + n, ' ', (size_t)(end - n));
    text[end - 1] = '\n';
    memcpy(text, "\x93NUMPY\1\0", 8);
    text[8] = (char)((end - 10) & 0xff);
    text[9] = (char)((end - 10) >> 8);
    return end;
}

lamella_status npy_save(call *c, const file_operations *ops, const char *path, const lamella_view *array)
{
    lamella_view v;
    output *o = NULL;
    char header[512];
    TRY(check_path(c, path));
    TRY(VIEW(c, v, array, ANY_DTYPE));
    int64_t n = header_text(&v, header);
    TRY(output_open(c, ops, path, n + view_elements(&v) * dtype_size(v.dtype), &o));
    TRY(output_write(c, o, header, n));
    TRY(output_write_view(c, o, &v));
    return output_finish(c, o);
}

lamella_status lamella_io_npy_save(lamella_context *ctx, const char *path, const lamella_view *array)
{
    CALL(ctx, npy_save(c, file_operations_of_system(), path, array));
}
