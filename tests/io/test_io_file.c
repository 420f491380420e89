/* The border of open files: structs of any age, arguments that are none, memory that runs out, threads that share. */
#include "io/files.h"

#include <pthread.h>

static bytes two_arrays(void)
{
    static const char header[] = "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                 "\"b\":{\"dtype\":\"I16\",\"shape\":[1,2],\"data_offsets\":[8,12]}}";
    return safetensors(header, sizeof header - 1, 12);
}

TEST(options_begin_as_zero_means)
{
    struct { lamella_io_file_options o; char canary[4]; } file = { .canary = "xyz" };
    struct { lamella_io_stack_options o; char canary[4]; } stack = { .canary = "xyz" };
    memset(&file.o, 0xff, sizeof file.o);
    memset(&stack.o, 0xff, sizeof stack.o);
    ok(lamella_io_file_options_init(&file.o, sizeof file.o));
    ok(lamella_io_stack_options_init(&stack.o, sizeof stack.o));
    check(file.o.struct_size == sizeof file.o && file.o.raw_dtype == 0 && !strcmp(file.canary, "xyz"));
    check(stack.o.struct_size == sizeof stack.o && !stack.o.prefix && !stack.o.layer_axis && !strcmp(stack.canary, "xyz"));
    memset(&stack.o, 0xff, sizeof stack.o);
    ok(lamella_io_stack_options_init(&stack.o, 8));
    check(stack.o.struct_size == 8 && stack.o.raw_dtype == 0 && stack.o.layer_axis == -1);
    returns(lamella_io_file_options_init(NULL, 8), LAMELLA_ERR_ARGUMENT);
    returns(lamella_io_stack_options_init(&stack.o, 4), LAMELLA_ERR_ARGUMENT);
}

TEST(entries_fill_what_the_host_knows)
{
    struct { lamella_io_entry e; char canary[4]; } later;
    lamella_io_file *file;
    lamella_io_fault fault;
    bytes b = two_arrays();
    ok(load(NULL, b, 0, &file, &fault));
    memset(&later, 'x', sizeof later);
    later.e.struct_size = 16; /* an older host: up to rank */
    ok(lamella_io_entry_get(file, 1, &later.e));
    check(later.e.struct_size == 16 && later.e.dtype == 0 && later.e.rank == 2 && later.e.shape[0] == 0x7878787878787878);
    later.e.struct_size = sizeof later; /* a newer one: what we do not know is zero */
    ok(lamella_io_entry_get(file, 1, &later.e));
    check(!strcmp(later.e.name, "b") && !strcmp(later.e.file_dtype, "I16") && later.e.n_bytes == 4 && later.e.offset == b.n - 4);
    check(later.e.shape[0] == 1 && later.e.shape[1] == 2 && later.e.shape[2] == 0 && later.canary[0] == 0);
    refused(lamella_io_entry_get(file, 2, &later.e), LAMELLA_ERR_ARGUMENT, "lamella_io_entry_get: index is 2, expected 0 to 1");
    returns(lamella_io_entry_get(file, -1, &later.e), LAMELLA_ERR_ARGUMENT);
    returns(lamella_io_entry_get(file, 0, NULL), LAMELLA_ERR_ARGUMENT);
    lamella_io_file_free(file);
    free(b.at);
}

TEST(arguments_that_are_none_are_named)
{
    lamella_io_file *file;
    lamella_io_fault fault;
    lamella_view v;
    const char *key, *value;
    int64_t n, pairs;
    float x[2];
    bytes b = two_arrays();
    ok(load(NULL, b, 0, &file, &fault));
    lamella_view into = view_of(LAMELLA_F32, x, 2);
    refused(lamella_io_file_get(NULL, "a", &v), LAMELLA_ERR_ARGUMENT, "lamella_io_file_get: file is NULL, expected an open file");
    refused(lamella_io_file_get(file, NULL, &v), LAMELLA_ERR_ARGUMENT, "lamella_io_file_get: name is NULL, expected the name of an array");
    refused(lamella_io_file_get(file, "c", &v), LAMELLA_ERR_ARGUMENT, "lamella_io_file_get: bytes has no array \"c\" among its 2");
    refused(lamella_io_file_get(file, "a", NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_file_get: out is NULL, expected a view to fill");
    refused(lamella_io_file_get(file, "b", &v), LAMELLA_ERR_UNSUPPORTED, "lamella_io_file_get: bytes: \"b\" is I16, of which there is no view");
    refused(lamella_io_file_read(NULL, file, "a", 0, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_file_read: into is NULL, expected a view to fill");
    refused(lamella_io_file_read(NULL, file, "a", 1, &into), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_read: first_row is 1 with 2 rows wanted, expected rows of 0 to 2");
    refused(lamella_io_metadata_get(file, 1, &key, &value), LAMELLA_ERR_ARGUMENT, "lamella_io_metadata_get: index is 1, expected 0 to 0");
    refused(lamella_io_metadata_get(file, 0, &key, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_metadata_get: value is NULL, expected a text to fill");
    refused(lamella_io_sizes_get(file, &n, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_sizes_get: n_metadata is NULL, expected a number to fill");
    refused(lamella_io_label_get(file, "l", &v), LAMELLA_ERR_ARGUMENT,
            "lamella_io_label_get: bytes has no label \"l\" among the 0 that lamella_io_stack_open read");
    refused(lamella_io_metadata_get(file, -1, &key, &value), LAMELLA_ERR_ARGUMENT, "lamella_io_metadata_get: index is -1, expected 0 to 0");
    refused(lamella_io_metadata_get(file, 0, NULL, &value), LAMELLA_ERR_ARGUMENT, "lamella_io_metadata_get: key is NULL, expected a text to fill");
    refused(lamella_io_sizes_get(file, NULL, &pairs), LAMELLA_ERR_ARGUMENT, "lamella_io_sizes_get: n_entries is NULL, expected a number to fill");
    refused(lamella_io_label_get(file, NULL, &v), LAMELLA_ERR_ARGUMENT, "lamella_io_label_get: name is NULL, expected the name of a label");
    refused(lamella_io_label_get(file, "l", NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_label_get: out is NULL, expected a view to fill");
    refused(lamella_io_file_read(NULL, file, NULL, 0, &into), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_read: name is NULL, expected the name of an array");
    ok(lamella_io_sizes_get(file, &n, &pairs));
    check(n == 2 && pairs == 1);
    lamella_io_file_free(file);
    lamella_io_file_free(NULL);
    lamella_io_entry entry = { .struct_size = sizeof entry };
    lamella_io_reading reading = { .struct_size = sizeof reading };
    refused(lamella_io_entry_get(NULL, 0, &entry), LAMELLA_ERR_ARGUMENT, "lamella_io_entry_get: file is NULL, expected an open file");
    refused(lamella_io_metadata_get(NULL, 0, &key, &value), LAMELLA_ERR_ARGUMENT, "lamella_io_metadata_get: file is NULL, expected an open file");
    refused(lamella_io_sizes_get(NULL, &n, &pairs), LAMELLA_ERR_ARGUMENT, "lamella_io_sizes_get: file is NULL, expected an open file");
    refused(lamella_io_label_get(NULL, "l", &v), LAMELLA_ERR_ARGUMENT, "lamella_io_label_get: file is NULL, expected an open file");
    refused(lamella_io_reading_get(NULL, 0, &reading), LAMELLA_ERR_ARGUMENT, "lamella_io_reading_get: file is NULL, expected an open file");
    refused(lamella_io_file_read(NULL, NULL, "a", 0, &into), LAMELLA_ERR_ARGUMENT, "lamella_io_file_read: file is NULL, expected an open file");
    lamella_io_file_options options = { .struct_size = sizeof options, .raw_dtype = LAMELLA_F32 };
    v = view_of(LAMELLA_U8, b.at, b.n);
    refused(lamella_io_file_load(NULL, &v, &options, &file, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_load: options.raw_dtype is 1, expected 0 or LAMELLA_BF16 (4)");
    v.stride[0] = 2;
    v.shape[0] = b.n / 2;
    returns(lamella_io_file_load(NULL, &v, NULL, &file, NULL), LAMELLA_ERR_SHAPE);
    v = view_of(LAMELLA_I8, b.at, b.n);
    returns(lamella_io_file_load(NULL, &v, NULL, &file, NULL), LAMELLA_ERR_DTYPE);
    free(b.at);
}

TEST(a_refusal_cleans_the_key_it_shows)
{
    static const char header[] = "{\"a\\u001b[31m\\n\xc3\xa9\":{}}";
    lamella_io_file *file;
    lamella_io_fault fault;
    bytes b = safetensors(header, sizeof header - 1, 0);
    returns(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT);
    equal_text(fault.key, "a?[31m?\xc3\xa9");
    refused(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT, "lamella_io_file_load: bytes: byte 27: \"a?[31m?\xc3\xa9\": dtype is missing");
    free(b.at);
}

TEST(an_open_that_runs_out_of_memory_says_so_and_leaves_nothing)
{
    test_allocator a = { 0 };
    lamella_context *ctx = context_of(&a);
    float rows[6] = { 1, 2, 3, 4, 5, 6 };
    int32_t classes[3] = { 1, 2, 3 };
    lamella_view layer = view_of(LAMELLA_F32, rows, 3, 2), label = view_of(LAMELLA_I32, classes, 3);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1 };
    lamella_io_file *file;
    folder_make();
    ok(lamella_io_stack_save(NULL, in_folder("s"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "l" }, .labels = &label,
                                                            .n_labels = 1)));
    int64_t live = a.live;
    test_allocator_fail(&a, 0, 0);
    ok(lamella_io_stack_open(ctx, in_folder("s"), NULL, &file, &s, NULL, NULL));
    lamella_io_file_free(file);
    int64_t calls = a.calls;
    for (int onward = 0; onward <= 1; onward++)
        for (int64_t k = 1; k <= calls; k++) {
            test_allocator_fail(&a, k, onward);
            returns(lamella_io_stack_open(ctx, in_folder("s"), NULL, &file, &s, NULL, NULL), LAMELLA_ERR_MEMORY);
            check(file == NULL);
            equal(a.live, live);
        }
    test_allocator_fail(&a, 0, 0);
    ok(lamella_io_stack_open(ctx, in_folder("s"), NULL, &file, &s, NULL, NULL));
    lamella_context_free(ctx); /* the file outlives it */
    float x[6];
    lamella_view into = view_of(LAMELLA_F32, x, 3, 2);
    ok(lamella_io_file_read(NULL, file, "layer.0", 0, &into));
    check(x[5] == 6);
    lamella_io_file_free(file);
    check(calls > 1 && a.live == 0 && a.mistakes == 0);
    folder_remove();
}

typedef struct shared {
    const lamella_io_file *file;
    int64_t                wrong;
} shared;

static void *read_often(void *data)
{
    shared *s = data;
    for (int k = 0; k < 500; k++) {
        float x[20];
        lamella_view v, into;
        int row = k % 80;
        s->wrong += lamella_io_file_get(s->file, "x", &v) != LAMELLA_OK;
        lamella_tensor_view_mutable(x, LAMELLA_F32, 2, (const int64_t[]){ 20, 1 }, NULL, &into);
        s->wrong += lamella_io_file_read(NULL, s->file, "x", row, &into) != LAMELLA_OK;
        for (int i = 0; i < 20; i++)
            s->wrong += x[i] != (float)(row + i);
    }
    return NULL;
}

TEST(threads_share_an_open_file)
{
    float x[100];
    pthread_t thread[4];
    shared s[4];
    lamella_io_file *file;
    lamella_view v = view_of(LAMELLA_F32, x, 100, 1);
    for (int i = 0; i < 100; i++)
        x[i] = (float)i;
    folder_make();
    ok(lamella_io_file_save(NULL, in_folder("x"), (const char *[]){ "x" }, &v, 1, NULL));
    ok(lamella_io_file_open(NULL, in_folder("x"), NULL, &file, NULL));
    for (int t = 0; t < 4; t++) {
        s[t] = (shared){ file, 0 };
        check(!pthread_create(&thread[t], NULL, read_often, &s[t]));
    }
    for (int t = 0; t < 4; t++) {
        pthread_join(thread[t], NULL);
        equal(s[t].wrong, 0);
    }
    lamella_io_file_free(file);
    folder_remove();
}
