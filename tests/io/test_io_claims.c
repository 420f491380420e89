/* Files that claim or repeat much: what costs a file nothing costs its reader nothing, and a header of 25 MB is read in linear time. */
#include "io/io.h"
#include "io/files.h"

#include <stdarg.h>
#include <time.h>

/* ---- what is claimed ---- */

static bytes of_text(const char *header)
{
    return safetensors(header, (int64_t)strlen(header), 0);
}

TEST(M5_layers_that_cost_the_file_nothing_are_limited)
{
    static const char *const headers[] = { "{\"x\":{\"dtype\":\"F32\",\"shape\":[20000000,0,4],\"data_offsets\":[0,0]}}",
                                           "{\"x\":{\"dtype\":\"F32\",\"shape\":[0,20000000,4],\"data_offsets\":[0,0]}}",
                                           "{\"x\":{\"dtype\":\"F32\",\"shape\":[65537,3,0],\"data_offsets\":[0,0]}}" };
    char expected[300];
    lamella_io_file *file;
    test_allocator a = { 0 };
    folder_make();
    for (int i = 0; i < 3; i++) {
        lamella_io_stack_options options = { .struct_size = sizeof options, .layer_axis = i == 1 ? 2 : 1 };
        bytes b = of_text(headers[i]);
        const char *path = folder_write("f", b);
        lamella_context *ctx = context_of(&a);
        lamella_stack opened = { .struct_size = sizeof opened };
        snprintf(expected, sizeof expected, "lamella_io_stack_open: %s has %d layers, expected at most 65536", path, i == 2 ? 65537 : 20000000);
        refused(lamella_io_stack_open(ctx, path, &options, &file, &opened, NULL, NULL), LAMELLA_ERR_LIMIT, expected);
        check(file == NULL);
        check(a.peak_bytes < 1 << 20);
        lamella_context_free(ctx);
        free(b.at);
    }
    folder_remove();
}

/* ---- what is repeated ---- */

#ifdef LAMELLA_CHECKED
#define HEADER_BYTES 4000000 /* only whether it is right */
#define SECONDS 60
#else
#define HEADER_BYTES 25000000
#define SECONDS 1.5
#endif

typedef struct text {
    char   *at;
    int64_t n;
} text;

static text text_start(void)
{
    return (text){ malloc(HEADER_BYTES + 16384), 1 };
}

static void text_add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void text_add(text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    t->n += vsprintf(t->at + t->n, format, arguments);
    va_end(arguments);
}

#define NOTHING ":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Opens the header, closes it, and says how long the processor took; `n` things of it are listed in natural order. */
static void opens_in_time(const char *name, text *t, int64_t n_arrays, int64_t n_pairs)
{
    lamella_io_file *file;
    lamella_io_fault fault;
    t->at[0] = '{';
    t->at[t->n - 1] = '}';
    bytes b = safetensors(t->at, t->n, 0);
    double start = seconds();
    ok(load(NULL, b, 0, &file, &fault));
    double took = seconds() - start;
    int64_t entries, pairs;
    ok(lamella_io_sizes_get(file, &entries, &pairs));
    equal(entries, n_arrays);
    equal(pairs, n_pairs);
    if (took > SECONDS)
        ck_abort_msg("%s: %lld bytes took %.2f s", name, (long long)t->n, took);
    if (getenv("LAMELLA_SAY"))
        printf("%s: %lld bytes took %.2f s\n", name, (long long)t->n, took);
    lamella_io_file_free(file);
    free(b.at);
    free(t->at);
}

static int64_t mixed_number(int64_t i)
{
    return (int64_t)((uint64_t)i * 0x9e3779b97f4a7c15u >> 40);
}

TEST(M9_metadata_keys_with_one_long_prefix_are_linear)
{
    char prefix[481];
    memset(prefix, 'p', 480);
    prefix[480] = 0;
    text t = text_start();
    int64_t n = 0;
    text_add(&t, "\"__metadata__\":{");
    for (; n < 100000 && t.n < HEADER_BYTES - 600; n++)
        text_add(&t, "%s\"%s%lld.%lld\":\"\"", n ? "," : "", prefix, (long long)mixed_number(n), (long long)n);
    text_add(&t, "},");
    opens_in_time("keys with one prefix", &t, 0, n);
}

TEST(M9_long_names_are_linear)
{
    char prefix[4001];
    memset(prefix, '1', 4000);
    prefix[4000] = 0;
    text t = text_start();
    int64_t n = 0;
    for (; t.n < HEADER_BYTES - 8192; n++)
        text_add(&t, "\"%s%lld.%lld\"" NOTHING ",", prefix, (long long)mixed_number(n), (long long)n);
    opens_in_time("names of 4 KB", &t, n, 0);
}

TEST(M9_a_million_names_are_linear)
{
    text t = text_start();
    int64_t n = 0;
    for (; n < 1000000 && t.n < HEADER_BYTES - 200; n++)
        text_add(&t, "\"%llx\"" NOTHING ",", (long long)(mixed_number(n) << 20 | n));
    opens_in_time("a million names", &t, n, 0);
}

TEST(M9_nested_names_are_linear)
{
    text t = text_start();
    int64_t n = 0;
    for (int64_t l = 1; t.n < HEADER_BYTES - 10000; l = l % 2040 + 1, n++) {
        text_add(&t, "\"%lld", (long long)n);
        for (int64_t i = 0; i < l; i++)
            text_add(&t, ".1");
        text_add(&t, "\"" NOTHING ",");
    }
    opens_in_time("nested names", &t, n, 0);
}

/* The order does not depend on how it is found: against one comparison of two names at a time. */
TEST(names_are_listed_in_natural_order)
{
    static const char *const parts[] = { "0", "00", "1", "01", "9", "10", "010", "99999999999999999999", "a", ".", "\xc3\xa9", "b-", "0123456789",
                                         "a long part without digits", "1000000000000000000000000000000000000000000000000000000000000000000000000000000"
                                         "00000000000000000000000000000000000000000000000000000000000000001", "layer.", "z" };
    lamella_io_file *file;
    lamella_io_fault fault;
    text t = text_start();
    int64_t state = 1;
    for (int64_t i = 0; i < 3000; i++) {
        text_add(&t, "\"");
        for (int64_t k = mixed_number(state++) % 6; k >= 0; k--)
            text_add(&t, "%s", parts[mixed_number(state++) % LENGTH(parts)]);
        text_add(&t, "%s%lld\"" NOTHING ",", i % 2 ? "~" : "", (long long)i);
    }
    t.at[0] = '{';
    t.at[t.n - 1] = '}';
    bytes b = safetensors(t.at, t.n, 0);
    ok(load(NULL, b, 0, &file, &fault));
    for (int64_t i = 1; i < 3000; i++)
        if (name_compare(entry_at(file, i - 1).name, entry_at(file, i).name) >= 0)
            ck_abort_msg("\"%s\" stands before \"%s\"", entry_at(file, i - 1).name, entry_at(file, i).name);
    lamella_io_file_free(file);
    free(b.at);
    free(t.at);
}

/* ---- kinds ---- */

/* Of another kind of file only the header is read and nothing is taken for the rest: there is none, but for a hole on the disk. */
TEST(M5_the_kind_of_a_model_is_looked_at_first)
{
    static const char header[] = "{\"__metadata__\":{\"lamella.kind\":\"another\",\"lamella.format\":\"1\"},"
                                 "\"x\":{\"dtype\":\"U8\",\"shape\":[4000000000],\"data_offsets\":[0,4000000000]}}";
    char expected[300];
    test_allocator a = { 0 };
    lamella_context *ctx = context_of(&a);
    lamella_relative_project *project;
    folder_make();
    bytes b = of_text(header);
    const char *path = folder_write("f", b);
    equal(truncate(path, b.n + 4000000000), 0);
    snprintf(expected, sizeof expected, "lamella_relative_project_open: %s: lamella.kind is \"another\", expected \"relative.project\"", path);
    refused(lamella_relative_project_open(ctx, path, &project), LAMELLA_ERR_FORMAT, expected);
    check(a.peak_bytes < 1 << 20);
    lamella_context_free(ctx);
    free(b.at);
    folder_remove();
}

/* ---- a host that stops ---- */

typedef struct stopper {
    int64_t calls, stop_at;
    double  before;
    int     fell;
} stopper;

static int32_t stop_or_go(double fraction, const char *stage, void *user)
{
    stopper *s = user;
    (void)stage;
    s->fell |= fraction < s->before || fraction > 1;
    s->before = fraction;
    return ++s->calls == s->stop_at ? LAMELLA_STOP : 0;
}

static lamella_status open_until(const char *path, stopper *s, lamella_io_file **file)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = stop_or_go, .user = s };
    ok(lamella_context_create(&options, &ctx));
    s->calls = s->fell = 0;
    s->before = 0;
    lamella_status status = lamella_io_file_open(ctx, path, NULL, file, NULL);
    lamella_context_free(ctx);
    return status;
}

static void stops_everywhere(text *t)
{
    stopper s = { .stop_at = 0 };
    lamella_io_file *file;
    t->at[0] = '{';
    t->at[t->n - 1] = '}';
    bytes b = safetensors(t->at, t->n, 0);
    const char *path = folder_write("f", b);
    ok(open_until(path, &s, &file));
    int64_t calls = s.calls;
    check(calls >= 4 && !s.fell && s.before == 1);
    lamella_io_file_free(file);
    for (s.stop_at = 1; s.stop_at <= calls; s.stop_at++) {
        returns(open_until(path, &s, &file), LAMELLA_STOPPED);
        check(file == NULL && s.calls == s.stop_at);
    }
    free(b.at);
    free(t->at);
}

TEST(M14_opening_asks_whether_to_stop)
{
    text arrays = text_start(), pairs = text_start();
    folder_make();
    for (int64_t n = 0; arrays.n < 3000000; n++)
        text_add(&arrays, "\"%lld\"" NOTHING ",", (long long)n);
    stops_everywhere(&arrays);
    text_add(&pairs, "\"__metadata__\":{\"\":\"\"");
    for (int64_t n = 0; pairs.n < 3000000; n++)
        text_add(&pairs, ",\"%lld\":\"%0100d\"", (long long)n, 0);
    text_add(&pairs, "},");
    stops_everywhere(&pairs);
    folder_remove();
}

TEST(M14_reading_asks_whether_to_stop)
{
    enum { N = 40 << 20 };
    stopper s = { .stop_at = 0 };
    lamella_io_file *file;
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = stop_or_go, .user = &s };
    char *x = calloc(2, N);
    lamella_view v = view_of(LAMELLA_U8, x, N), apart = view_of(LAMELLA_U8, x, N);
    apart.stride[0] = 2;
    folder_make();
    ok(lamella_io_npy_save(NULL, in_folder("x"), &v));
    ok(lamella_context_create(&options, &ctx));
    ok(lamella_io_file_open(ctx, in_folder("x"), NULL, &file, NULL));
    for (int i = 0; i < 2; i++) {
        s = (stopper){ .stop_at = 0 };
        ok(lamella_io_file_read(ctx, file, "", 0, i ? &apart : &v));
        check(s.calls >= 3 && !s.fell && s.before == 1);
        s = (stopper){ .stop_at = 2 };
        returns(lamella_io_file_read(ctx, file, "", 0, i ? &apart : &v), LAMELLA_STOPPED);
        equal(s.calls, 2);
    }
    lamella_io_file_free(file);
    lamella_context_free(ctx);
    free(x);
    folder_remove();
}

static int64_t count_reads(int64_t depth, int64_t first, int64_t n, const lamella_view *into, void *user)
{
    (void)depth, (void)first, (void)into;
    ++*(int64_t *)user;
    return n;
}

/* A shape that costs a file nothing: eight million blocks of rows that hold no number. */
TEST(M5_rows_of_nothing_are_saved_at_once)
{
    int64_t asked = 0;
    lamella_view layer = lamella_tensor_view_shape(LAMELLA_F32, 2, (const int64_t[]){ INT64_C(1) << 43, 0 });
    lamella_io_file *file;
    lamella_io_entry entry = { .struct_size = sizeof entry };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = &layer, .n_layers = 1, .read = count_reads, .user = &asked };
    folder_make();
    ok(lamella_io_stack_save(NULL, in_folder("s"), &stack, NULL));
    equal(asked, 0);
    ok(lamella_io_file_open(NULL, in_folder("s"), NULL, &file, NULL));
    ok(lamella_io_entry_get(file, 0, &entry));
    equal(entry.shape[0], INT64_C(1) << 43);
    lamella_io_file_free(file);
    folder_remove();
}
