#include "support/values.h"
#include "support/arrays.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

/* ---- arrays ---- */

const char *values_of_view(lamella_context *ctx, const lamella_view *v, values *x)
{
    static const char *const dtype[] = { "", "F32", "F64", "F16", "BF16", "I8", "U8", "I32", "I64", "BOOL" };
    lamella_view wide;
    int real = v->dtype <= LAMELLA_BF16;
    *x = (values){ .kind = real ? VALUES_REAL : VALUES_WHOLE, .n = array_length(v), .dtype = dtype[v->dtype], .shape = text_shape(v->shape, v->rank) };
    if (array_cast(ctx, v, real ? LAMELLA_F64 : LAMELLA_I64, &wide) < 0)
        return lamella_last_error();
    x->real = real ? wide.data : NULL;
    x->whole = real ? NULL : wide.data;
    return NULL;
}

/* Whole types that no view has, "I16" and "U64" of .safetensors, "<i2" and ">u8" of .npy. */
typedef struct wide_type {
    int bytes, is_unsigned, is_big;
} wide_type;

static int wide_type_of(const char *dtype, wide_type *t)
{
    int is_npy = strchr("<>=|", dtype[0]) != NULL, number = atoi(dtype + is_npy + 1);
    *t = (wide_type){ is_npy ? number : number / 8, strchr("uU", dtype[is_npy]) != NULL, dtype[0] == '>' };
    return strchr("uUiI", dtype[is_npy]) && t->bytes >= 1 && t->bytes <= 8;
}

/* U64 over the most of i64 comes out negative. */
static int64_t decode(const unsigned char *p, const wide_type *t)
{
    uint64_t u = 0;
    for (int i = 0; i < t->bytes; i++)
        u |= (uint64_t)p[t->is_big ? t->bytes - 1 - i : i] << 8 * i;
    int shift = 64 - 8 * t->bytes;
    return t->is_unsigned ? (int64_t)u : (int64_t)(u << shift) >> shift;
}

static const char *read_wide(const char *path, const lamella_io_entry *e, const wide_type *t, values *x)
{
    FILE *in = fopen(path, "rb");
    unsigned char *raw = take(e->n_bytes, 1);
    int whole = in && !fseek(in, (long)e->offset, SEEK_SET) && fread(raw, 1, (size_t)e->n_bytes, in) == (size_t)e->n_bytes;
    if (in)
        fclose(in);
    if (!whole)
        return "its bytes could not be read";
    int64_t *number = take(x->n, sizeof *number);
    for (int64_t i = 0; i < x->n; i++) {
        number[i] = decode(raw + i * t->bytes, t);
        if (t->is_unsigned && number[i] < 0)
            return text_format("it is %s and %llu for sample %lld, over 9223372036854775807, the most of i64", e->file_dtype,
                               (unsigned long long)number[i], (long long)i);
    }
    x->whole = number;
    return NULL;
}

static int entry_named(const lamella_io_file *file, const char *name, lamella_io_entry *e)
{
    int64_t n = 0, n_metadata;
    lamella_io_sizes_get(file, &n, &n_metadata);
    for (int64_t i = 0; i < n; i++)
        if (lamella_io_entry_get(file, i, e) == LAMELLA_OK && !strcmp(e->name, name))
            return 1;
    return 0;
}

const char *values_of_array(lamella_context *ctx, const char *path, const lamella_io_file *file, const char *name, values *x)
{
    lamella_io_entry e = { .struct_size = sizeof e };
    lamella_view v;
    wide_type t;
    *x = (values){ .n = -1 };
    if (!entry_named(file, name, &e))
        return text_format("there is no array %s", text_quoted(name));
    *x = (values){ .kind = VALUES_WHOLE, .n = 1, .dtype = text_format("%s", e.file_dtype), .shape = text_shape(e.shape, e.rank) };
    for (int64_t axis = 0; axis < e.rank; axis++)
        x->n *= e.shape[axis];
    if (!e.dtype && wide_type_of(e.file_dtype, &t))
        return read_wide(path, &e, &t, x);
    return array_read(ctx, file, name, &v) < 0 ? lamella_last_error() : values_of_view(ctx, &v, x);
}

/* ---- what they are ---- */

const double *values_as_reals(const values *x)
{
    double *number = take(x->n, sizeof *number);
    for (int64_t i = 0; i < x->n; i++)
        number[i] = x->kind == VALUES_REAL ? x->real[i] : (double)x->whole[i];
    return number;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **values_classes(const values *x, int64_t *n_distinct, int64_t **place)
{
    const char **sorted = take(x->n, sizeof *sorted);
    memcpy(sorted, x->word, (size_t)x->n * sizeof *sorted);
    qsort(sorted, (size_t)x->n, sizeof *sorted, compare_words);
    *n_distinct = 0;
    for (int64_t i = 0; i < x->n; i++)
        if (!i || strcmp(sorted[i], sorted[*n_distinct - 1]))
            sorted[(*n_distinct)++] = sorted[i];
    *place = take(x->n, sizeof **place);
    for (int64_t i = 0; i < x->n; i++)
        (*place)[i] = (const char **)bsearch(&x->word[i], sorted, (size_t)*n_distinct, sizeof *sorted, compare_words) - sorted;
    return sorted;
}
