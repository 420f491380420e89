/* Rows of an array, from disk or memory, in this machine's byte order. */
#include "io/io.h"

void swap_bytes(char *data, int64_t n, int64_t size)
{
    for (int64_t i = 0; i < n; i++, data += size)
        for (int64_t j = 0; j < size / 2; j++) {
            char byte = data[j];
            data[j] = data[size - 1 - j];
            data[size - 1 - j] = byte;
        }
}

file_rows rows_of_entry(const lamella_io_file *f, const file_entry *e, const lamella_view *view)
{
    file_rows r = { .begin = e->begin, .n_rows = view->rank ? view->shape[0] : 1, .size = (int32_t)dtype_size(view->dtype), .swap = f->swap,
                    .fortran = f->fortran, .rank = view->rank };
    r.bytes = r.size;
    for (int32_t a = 0; a < view->rank; a++) {
        r.shape[a] = view->shape[a];
        r.bytes *= a ? view->shape[a] : 1;
    }
    r.stride = r.bytes;
    return r;
}

/* In Fortran order a column, all rows at one index of the other axes, is what lies together. */
static int read_columns(const source *s, const file_rows *r, int64_t first, int64_t n, char *to)
{
    char piece[4096];
    int64_t index[LAMELLA_MAX_RANK] = { 0 }, most = LENGTH(piece) / r->size, columns = r->bytes / r->size;
    for (int64_t column = 0; column < columns; column++) {
        int64_t place = 0;
        for (int32_t a = 1; a < r->rank; a++)
            place = place * r->shape[a] + index[a];
        for (int64_t row = 0; row < n; row += most) {
            int64_t m = MIN(most, n - row);
            int code = source_read(s, r->begin + (column * r->n_rows + first + row) * r->size, piece, m * r->size);
            if (code)
                return code;
            for (int64_t i = 0; i < m; i++)
                memcpy(to + (row + i) * r->bytes + place * r->size, piece + i * r->size, (size_t)r->size);
        }
        for (int32_t a = 1; a < r->rank && ++index[a] == r->shape[a]; a++)
            index[a] = 0;
    }
    return 0;
}

int file_rows_read(const source *s, const file_rows *r, int64_t first, int64_t n, char *to)
{
    int code = 0;
    if (r->fortran)
        code = read_columns(s, r, first, n, to);
    else if (r->stride == r->bytes)
        code = source_read(s, r->begin + first * r->bytes, to, n * r->bytes);
    else
        for (int64_t i = 0; i < n && !code; i++)
            code = source_read(s, r->begin + (first + i) * r->stride, to + i * r->bytes, r->bytes);
    if (r->swap && !code)
        swap_bytes(to, n * r->bytes / r->size, r->size);
    return code;
}

/* Row-major elements to every run of a view. */
static void scatter(const lamella_view *into, const char *from)
{
    int64_t size = dtype_size(into->dtype), length = run_length(into), step = run_stride(into) * size;
    for (int64_t run = 0; run < view_runs(into); run++) {
        char *to = view_run(into, run);
        for (int64_t i = 0; i < length; i++, from += size, to += step)
            memcpy(to, from, (size_t)size);
    }
}

/* Through a block of rows, where the view is not row-major. */
static lamella_status read_scattered(call *c, const lamella_io_file *f, const file_rows *r, int64_t first, const lamella_view *into)
{
    char *block;
    int64_t n = into->shape[0], most = MIN(n, MAX(IO_BLOCK / r->bytes, 1));
    TAKE(c, block, most * r->bytes);
    for (int64_t row = 0; row < n; row += most) {
        lamella_view part = *into;
        part.shape[0] = MIN(most, n - row);
        part.data = (char *)into->data + row * into->stride[0] * r->size;
        int code = file_rows_read(&f->from, r, first + row, part.shape[0], block);
        if (code)
            return source_fail(c, f->name, code);
        scatter(&part, block);
        if (n > most)
            TRY(progress(c, row + part.shape[0], n));
    }
    return LAMELLA_OK;
}

/* Where the view is row-major; many rows in parts, between which the host may stop the call. */
static lamella_status read_in_parts(call *c, const lamella_io_file *f, const file_rows *r, int64_t first, int64_t n, char *to)
{
    const int64_t most = MAX(16 * IO_BLOCK / r->bytes, 1);
    for (int64_t row = 0, part; row < n; row += part) {
        part = MIN(most, n - row);
        int code = file_rows_read(&f->from, r, first + row, part, to + row * r->bytes);
        if (code)
            return source_fail(c, f->name, code);
        if (n > most)
            TRY(progress(c, row + part, n));
    }
    return LAMELLA_OK;
}

static lamella_status read_into(call *c, const lamella_io_file *file, const char *name, int64_t first_row, const lamella_view *into)
{
    const file_entry *e;
    lamella_view v, array;
    TRY(file_find_checked(c, file, name, &e));
    TRY(entry_view(c, file, e, &array));
    if (!into)
        return fail(c, LAMELLA_ERR_ARGUMENT, "into is NULL, expected a view to fill");
    int64_t rows = array.rank ? array.shape[0] : 1, n = into->rank != array.rank ? 0 : array.rank ? into->shape[0] : 1;
    if (first_row < 0 || first_row > rows || n > rows - first_row)
        return fail(c, LAMELLA_ERR_ARGUMENT, "first_row is %lld with %lld rows wanted, expected rows of 0 to %lld", (long long)first_row,
                    (long long)n, (long long)rows);
    array.shape[0] = array.rank ? n : 0;
    TRY(view_check_out(c, &v, into, DTYPE_BIT(array.dtype), "into", array.shape, array.rank));
    if (view_elements(&v) == 0)
        return LAMELLA_OK;
    if (file->from.memory) {
        const char *bytes = (const char *)file->from.memory;
        TRY(call_reads(c, (lent){ .low = bytes, .high = bytes + file->from.bytes }, "the file's bytes"));
    }
    array.shape[0] = array.rank ? rows : 0;
    file_rows r = rows_of_entry(file, e, &array);
    if (!view_is_row_major(&v))
        return read_scattered(c, file, &r, first_row, &v);
    return read_in_parts(c, file, &r, first_row, n, v.data);
}

lamella_status lamella_io_file_read(lamella_context *ctx, const lamella_io_file *file, const char *name, int64_t first_row,
    const lamella_view *into)
{
    CALL(ctx, read_into(c, file, name, first_row, into));
}
