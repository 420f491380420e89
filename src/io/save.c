/* Saving named arrays as .safetensors. Data starts on a multiple of 64; arrays by falling element size, then name, so that each is
 * aligned to its own type as well. */
#include "io/io.h"
#include "options/options.h"

#include <stdio.h>

/* Counts where `text` is NULL, else writes: one function makes both the size and the header. */
typedef struct header_text {
    char   *text;
    int64_t n;
} header_text;

static void header_add(header_text *h, const char *bytes, int64_t n)
{
    if (h->text)
        memcpy(h->text + h->n, bytes, (size_t)n);
    h->n += n;
}

static void header_add_text(header_text *h, const char *text)
{
    header_add(h, text, (int64_t)strlen(text));
}

static void header_add_number(header_text *h, int64_t value)
{
    char digits[24];
    header_add(h, digits, snprintf(digits, sizeof digits, "%lld", (long long)value));
}

static void header_add_quoted(header_text *h, const char *text)
{
    header_add_text(h, "\"");
    for (const char *p = text; *p; p++) {
        char escape[8];
        if (*p == '"' || *p == '\\')
            header_add_text(h, "\\");
        if ((unsigned char)*p >= ' ')
            header_add(h, p, 1);
        else
            header_add(h, escape, snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*p));
    }
    header_add_text(h, "\"");
}

typedef struct save_pair {
    const char *key, *value;
} save_pair;

static int64_t array_bytes(const save_array *a)
{
    return view_elements(&a->view) * dtype_size(a->view.dtype);
}

static void header_add_array(header_text *h, const save_array *a, int64_t begin)
{
    header_add_quoted(h, a->name);
    header_add_text(h, ":{\"dtype\":\"");
    header_add_text(h, file_type_of_dtype(a->view.dtype)->name);
    header_add_text(h, "\",\"shape\":[");
    for (int32_t i = 0; i < a->view.rank; i++) {
        header_add_text(h, i ? "," : "");
        header_add_number(h, a->view.shape[i]);
    }
    header_add_text(h, "],\"data_offsets\":[");
    header_add_number(h, begin);
    header_add_text(h, ",");
    header_add_number(h, begin + array_bytes(a));
    header_add_text(h, "]}");
}

static void header_compose(header_text *h, const save_array *arrays, int64_t n_arrays, const save_pair *pairs, int64_t n_pairs)
{
    int64_t begin = 0;
    header_add_text(h, "{");
    for (int64_t i = 0; i < n_pairs; i++) {
        header_add_text(h, i ? "," : "\"__metadata__\":{");
        header_add_quoted(h, pairs[i].key);
        header_add_text(h, ":");
        header_add_quoted(h, pairs[i].value);
    }
    header_add_text(h, n_pairs ? "}" : "");
    for (int64_t i = 0; i < n_arrays; i++) {
        header_add_text(h, i || n_pairs ? "," : "");
        header_add_array(h, &arrays[i], begin);
        begin += array_bytes(&arrays[i]);
    }
    header_add_text(h, "}");
    for (int64_t data = round_up(8 + h->n, 64); 8 + h->n < data;)
        header_add_text(h, " ");
}

/* ---- checks ---- */

lamella_status check_utf8(call *c, const char *text, const char *name)
{
    if (!text)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a text", name);
    const char *end = text + strlen(text);
    for (const char *p = text; p < end;) {
        int64_t n = utf8_length(p, end);
        if (n == 0)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s is not UTF-8 at byte %lld", name, (long long)(p - text));
        p += n;
    }
    return LAMELLA_OK;
}

static int save_less(int64_t i, int64_t j, const void *data)
{
    const save_array *a = data;
    int64_t x = dtype_size(a[i].view.dtype), y = dtype_size(a[j].view.dtype);
    return x != y ? x > y : strcmp(a[i].name, a[j].name) < 0;
}

static int less_by_name(int64_t i, int64_t j, const void *data)
{
    const save_array *a = data;
    return strcmp(a[i].name, a[j].name) < 0;
}

static void save_swap(int64_t i, int64_t j, void *data)
{
    save_array *a = data, kept = a[i];
    a[i] = a[j];
    a[j] = kept;
}

static lamella_status check_array_names(call *c, save_array *arrays, int64_t n_arrays)
{
    for (int64_t i = 0; i < n_arrays; i++) {
        char name[64];
        TRY(check_utf8(c, arrays[i].name, indexed_name(name, sizeof name, "names", i)));
        if (strlen(arrays[i].name) > IO_NAME_BYTES)
            return fail(c, LAMELLA_ERR_LIMIT, "names[%lld] has %lld bytes, expected at most %d", (long long)i, (long long)strlen(arrays[i].name),
                        IO_NAME_BYTES);
        if (!strcmp(arrays[i].name, "__metadata__"))
            return fail(c, LAMELLA_ERR_ARGUMENT, "names[%lld] is \"__metadata__\", which the format keeps for itself", (long long)i);
    }
    sort_in_place(n_arrays, less_by_name, save_swap, arrays);
    for (int64_t i = 1; i < n_arrays; i++)
        if (!strcmp(arrays[i - 1].name, arrays[i].name)) {
            char shown[256];
            text_cut(shown, LENGTH(shown), arrays[i].name, (int64_t)strlen(arrays[i].name));
            return fail(c, LAMELLA_ERR_ARGUMENT, "names has \"%s\" twice", shown);
        }
    return LAMELLA_OK;
}

static int pair_of_save_less(int64_t i, int64_t j, const void *data)
{
    const save_pair *p = data;
    return strcmp(p[i].key, p[j].key) < 0;
}

static void pair_of_save_swap(int64_t i, int64_t j, void *data)
{
    save_pair *p = data, kept = p[i];
    p[i] = p[j];
    p[j] = kept;
}

/* Sorted by key: the same metadata in another order is the same file. */
static lamella_status sort_metadata(call *c, const char *const *metadata, int64_t n, save_pair **pairs)
{
    save_pair *p;
    char name[64];
    TAKE(c, p, n);
    for (int64_t i = 0; i < 2 * n; i++)
        TRY(check_utf8(c, metadata[i], indexed_name(name, sizeof name, "options.metadata", i)));
    for (int64_t i = 0; i < n; i++)
        p[i] = (save_pair){ metadata[2 * i], metadata[2 * i + 1] };
    sort_in_place(n, pair_of_save_less, pair_of_save_swap, p);
    for (int64_t i = 1; i < n; i++)
        if (!strcmp(p[i - 1].key, p[i].key)) {
            char shown[256];
            text_cut(shown, LENGTH(shown), p[i].key, (int64_t)strlen(p[i].key));
            return fail(c, LAMELLA_ERR_ARGUMENT, "options.metadata has the key \"%s\" twice", shown);
        }
    *pairs = p;
    return LAMELLA_OK;
}

static lamella_status check_data_size(call *c, const save_array *arrays, int64_t n_arrays, int64_t *data)
{
    *data = 0;
    for (int64_t i = 0; i < n_arrays; i++)
        if (!size_add(*data, array_bytes(&arrays[i]), data) || *data > IO_DATA_BYTES)
            return fail(c, LAMELLA_ERR_LIMIT, "the arrays have over 2^53 bytes");
    return LAMELLA_OK;
}

/* ---- writing ---- */

/* Sorts the arrays into the file's order; what stands before them, its length first, and the bytes of their data. */
static lamella_status compose_head(call *c, save_array *arrays, int64_t n_arrays, const char *const *metadata, int64_t n_metadata,
                                   header_text *head, int64_t *data)
{
    header_text counted = { NULL, 0 };
    save_pair *pairs = NULL;
    TRY(check_array_names(c, arrays, n_arrays));
    TRY(sort_metadata(c, metadata, n_metadata, &pairs));
    TRY(check_data_size(c, arrays, n_arrays, data));
    sort_in_place(n_arrays, save_less, save_swap, arrays);
    header_compose(&counted, arrays, n_arrays, pairs, n_metadata);
    if (counted.n > IO_HEADER_BYTES)
        return fail(c, LAMELLA_ERR_LIMIT, "names and metadata make a header of %lld bytes, expected at most %d", (long long)counted.n,
                    IO_HEADER_BYTES);
    TAKE(c, head->text, 8 + counted.n);
    header_text header = { head->text + 8, 0 };
    header_compose(&header, arrays, n_arrays, pairs, n_metadata);
    for (int i = 0; i < 8; i++)
        head->text[i] = (char)(unsigned char)(header.n >> 8 * i);
    head->n = 8 + header.n;
    return LAMELLA_OK;
}

/* Rows that are read keep their own dtype: they go from the host's `read` to the disk without the row iterator, whose panels are f32 or f64.
 * Of rows of nothing nothing is read, however many a file claims. */
static lamella_status save_rows(call *c, output *o, const save_array *a)
{
    int64_t n = view_elements(&a->view) ? a->view.shape[0] : 0;
    for (int64_t row = 0; row < n;) {
        lamella_view got;
        TRY(stack_read(c, a->read, a->layer, row, MIN(a->staged_rows, n - row), a->staging, &got));
        TRY(output_write_view(c, o, &got));
        row += got.shape[0];
    }
    return LAMELLA_OK;
}

lamella_status safetensors_save(call *c, const file_operations *ops, const char *path, save_array *arrays, int64_t n_arrays,
                                const char *const *metadata, int64_t n_metadata)
{
    header_text head = { NULL, 0 };
    int64_t data = 0;
    output *o = NULL;
    TRY(check_path(c, path));
    TRY(compose_head(c, arrays, n_arrays, metadata, n_metadata, &head, &data));
    TRY(output_open(c, ops, path, head.n + data, &o));
    TRY(output_write(c, o, head.text, head.n));
    for (int64_t i = 0; i < n_arrays; i++)
        TRY(arrays[i].read ? save_rows(c, o, &arrays[i]) : output_write_view(c, o, &arrays[i].view));
    return output_finish(c, o);
}

static lamella_status save_arrays(call *c, const char *path, const char *const *names, const lamella_view *arrays, int64_t n_arrays,
                                  const lamella_io_file_save_options *options)
{
    lamella_io_file_save_options o;
    save_array *a;
    if (n_arrays < 0 || n_arrays > IO_ARRAYS)
        return fail(c, LAMELLA_ERR_ARGUMENT, "n_arrays is %lld, expected 0 to %d", (long long)n_arrays, IO_ARRAYS);
    if (n_arrays && (!names || !arrays))
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected %lld", names ? "arrays" : "names", (long long)n_arrays);
    TRY(OPTIONS(c, o, options, io_file_save));
    if (o.n_metadata < 0 || o.n_metadata > IO_PAIRS || (o.n_metadata && !o.metadata))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.n_metadata is %lld, expected %s", (long long)o.n_metadata,
                    o.metadata ? "0 to 100000" : "0 (options.metadata is NULL)");
    TAKE(c, a, n_arrays);
    for (int64_t i = 0; i < n_arrays; i++) {
        char name[64];
        a[i] = (save_array){ .name = names[i] };
        TRY(view_check(c, &a[i].view, &arrays[i], ANY_DTYPE, indexed_name(name, sizeof name, "arrays", i)));
    }
    return safetensors_save(c, file_operations_of_system(), path, a, n_arrays, o.metadata, o.n_metadata);
}

lamella_status lamella_io_file_save(lamella_context *ctx, const char *path, const char *const *names, const lamella_view *arrays, int64_t n_arrays,
                                    const lamella_io_file_save_options *options)
{
    CALL(ctx, save_arrays(c, path, names, arrays, n_arrays, options));
}
