/* Stack files: labels, masks and ragged tokens there and back, deliveries of any size. */
#include "io/stacks.h"
#include "support/golden.h"
#include "support/matrix.h"

static int n_logged;

static void count_log(int32_t level, const char *message, void *user)
{
    (void)user;
    equal(level, LAMELLA_LOG_INFO);
    check(strstr(message, "was read as i64") != NULL);
    n_logged++;
}

#define LABEL(name, dtype, begin, end) ",\"label." name "\":{\"dtype\":\"" dtype "\",\"shape\":[2],\"data_offsets\":[" #begin "," #end "]}"

TEST(labels_of_any_integer_type_come_as_i64)
{
    static const char header[] = "{\"layer.0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}" LABEL("i8", "I8", 8, 10) LABEL("u8", "U8",
            10, 12)
        LABEL("bool", "BOOL", 12, 14) LABEL("i16", "I16", 14, 18) LABEL("u16", "U16", 18, 22) LABEL("i32", "I32", 22, 30) LABEL("u32", "U32", 30, 38)
        LABEL("i64", "I64", 38, 54) LABEL("u64", "U64", 54, 70) LABEL("f16", "F16", 70, 74) ",\"label.none\":{\"dtype\":\"U16\",\"shape\":[0],"
        "\"data_offsets\":[74,74]},\"sample_id\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[74,78]}}";
    static const char *const names[] = { "i8", "u8", "bool", "i16", "u16", "i32", "u32", "i64", "u64" };
    static const int64_t first[] = { -1, 255, 1, -2, 65534, -2, 4294967294, -2, INT64_MAX }, second[] = { 127, 1, 0, 257, 257, 257, 257, 257, 258 };
    bytes b = safetensors(header, sizeof header - 1, 78);
    char *data = b.at + b.n - 78;
    memcpy(data + 8, "\xff\x7f\xff\1\1\0\xfe\xff\1\1\xfe\xff\1\1\xfe\xff\xff\xff\1\1\0\0\xfe\xff\xff\xff\1\1\0\0", 30);
    memcpy(data + 38, "\xfe\xff\xff\xff\xff\xff\xff\xff\1\1\0\0\0\0\0\0", 16);
    memcpy(data + 54, "\xff\xff\xff\xff\xff\xff\xff\x7f\2\1\0\0\0\0\0\0", 16);
    memcpy(data + 70, "\0\x3c\0\xc0", 4);
    memcpy(data + 74, "\xff\xff\7\0", 4);
    lamella_io_file *file;
    lamella_view v;
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .log = count_log };
    ok(lamella_context_create(&options, &ctx));
    folder_make();
    folder_write("f", b);
    opened = (lamella_stack){ .struct_size = sizeof opened };
    taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
    ok(lamella_io_stack_open(ctx, in_folder("f"), NULL, &file, &opened, &taken, NULL));
    equal(taken.n_cast, 5);
    equal(n_logged, 5);
    for (int i = 0; i < 9; i++) {
        ok(lamella_io_label_get(file, names[i], &v));
        check(v.dtype == LAMELLA_I64 && v.rank == 1 && v.shape[0] == 2);
        equal(((int64_t *)v.data)[0], first[i]);
        equal(((int64_t *)v.data)[1], second[i]);
    }
    ok(lamella_io_label_get(file, "f16", &v));
    check(v.dtype == LAMELLA_F16 && !memcmp(v.data, "\0\x3c\0\xc0", 4));
    ok(lamella_io_label_get(file, "none", &v));
    equal(v.shape[0], 0);
    returns(lamella_io_label_get(file, "u6", &v), LAMELLA_ERR_ARGUMENT);
    check(strstr(lamella_last_error(), "has no label \"u6\" among the 11") != NULL);
    equal(((int64_t *)opened.sample_id->data)[0], 65535);
    equal(((int64_t *)opened.sample_id->data)[1], 7);
    lamella_io_file_free(file);
    lamella_context_free(ctx);
    free(b.at);
    folder_remove();
}

static int64_t read_some(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    int64_t most = *(int64_t *)user, n = n_rows < most ? n_rows : most;
    memcpy(into->data, x[depth / 3][first_row], (size_t)n * sizeof x[0][0]);
    return n;
}

TEST(a_stack_in_memory_and_one_that_is_read_make_one_file)
{
    static const int64_t depth[] = { 0, 3, 6, 9 };
    lamella_view layer[4], label = view_of(LAMELLA_F32, x[0], 5);
    folder_make();
    fill_numbers();
    memcpy(x[0][0], "\1\0\xc0\x7f\2\0\x80\x7f", 8); /* NaNs with a payload, one signalling */
    for (int l = 0; l < 4; l++)
        layer[l] = view_of(LAMELLA_F32, x[l], 5, 6);
    lamella_stack s = { .struct_size = sizeof s, .flags = LAMELLA_LAST_NORMED, .layer = layer, .n_layers = 4, .depth = depth, .n_depths = 13 };
    ok(lamella_io_stack_save(NULL, in_folder("memory"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "l" }, .labels = &label,
                                                                 .n_labels = 1, .source = "a test")));
    bytes memory = file_bytes(in_folder("memory"));
    for (int64_t most = 1; most <= 5; most += 2) {
        for (int l = 0; l < 4; l++)
            layer[l].data = NULL;
        s.read = read_some;
        s.user = &most;
        ok(lamella_io_stack_save(NULL, in_folder("read"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "l" }, .labels = &label,
                                                                   .n_labels = 1, .source = "a test")));
        bytes read = file_bytes(in_folder("read"));
        equal(read.n, memory.n);
        equal_bits(read.at, memory.at, memory.n);
        free(read.at);
    }
    lamella_io_file *file;
    ok(open_with("memory", NULL, 0, &file));
    equal(opened.flags, LAMELLA_LAST_NORMED);
    equal(opened.n_depths, 13);
    for (int l = 0; l < 4; l++) {
        equal(opened.depth[l], depth[l]);
        layer_reads_as(l, x[l][0], 5, 6);
    }
    ok(lamella_io_stack_save(NULL, in_folder("again"), &opened,
                             WITH(lamella_io_stack_save_options, .names = (const char *[]){ "l" }, .labels = &label, .n_labels = 1,
                                  .source = "a test")));
    bytes again = file_bytes(in_folder("again"));
    equal_bits(again.at, memory.at, memory.n);
    free(again.at);
    free(memory.at);
    lamella_io_file_free(file);
    s.read = NULL; /* of a model whose depths nobody counted, as many as the last one tells */
    s.n_depths = 0;
    for (int l = 0; l < 4; l++)
        layer[l] = view_of(LAMELLA_F32, x[l], 5, 6);
    ok(lamella_io_stack_save(NULL, in_folder("memory"), &s, NULL));
    ok(open_with("memory", NULL, 0, &file));
    equal(opened.n_depths, 10);
    lamella_io_file_free(file);
    folder_remove();
}

/* The host's strides say nothing where it reads: rows are asked for row by row, dense. */
TEST(a_read_stack_is_saved_densely_whatever_its_strides)
{
    static const int64_t depth[] = { 0, 3, 6, 9 };
    int64_t most = 2;
    lamella_view layer[4];
    folder_make();
    fill_numbers();
    for (int way = 0; way < 3; way++) {
        for (int l = 0; l < 4; l++) {
            layer[l] = view_of(LAMELLA_F32, x[l], 5, 6);
            layer[l].data = way ? NULL : x[l];
            layer[l].stride[0] = way == 1 ? 600 : way == 2 ? 1 : 0;
            layer[l].stride[1] = way == 1 ? 7 : way == 2 ? 5 : 0;
        }
        lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 4, .depth = depth, .read = way ? read_some : NULL, .user = &most };
        ok(lamella_io_stack_save(NULL, in_folder(way ? "read" : "memory"), &s, NULL));
        bytes memory = file_bytes(in_folder("memory")), read = file_bytes(in_folder(way ? "read" : "memory"));
        equal(read.n, memory.n);
        equal_bits(read.at, memory.at, memory.n);
        free(memory.at);
        free(read.at);
    }
    folder_remove();
}

/* Under the names that the header says, each with its own numbers. */
TEST(every_part_and_label_is_saved_under_its_name)
{
    static const char *const expected[] = { "label.one", "label.two %s", "label.", "layer.2", "layer.7", "mask", "offsets", "sample_id" };
    static const int64_t depth[] = { 2, 7 };
    uint8_t mask[5] = { 1, 0, 1, 1, 1 };
    int64_t id[3] = { 4, 5, 6 }, label[3][3] = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } };
    int32_t offsets[4] = { 0, 2, 2, 5 };
    lamella_view layer[2] = { view_of(LAMELLA_F32, x[0], 5, 6), view_of(LAMELLA_F32, x[1], 5, 6) }, m = view_of(LAMELLA_U8, mask,
            5), o = view_of(LAMELLA_I32, offsets, 4);
    lamella_view i = view_of(LAMELLA_I64, id, 3), labels[3], v;
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .depth = depth, .mask = &m, .offsets = &o, .sample_id = &i };
    lamella_io_file *file;
    const char *key, *value;
    int64_t entries, pairs;
    for (int k = 0; k < 3; k++)
        labels[k] = view_of(LAMELLA_I64, label[k], 3);
    folder_make();
    ok(lamella_io_stack_save(NULL, in_folder("f"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "one", "two %s", "" },
                                                            .labels = labels, .n_labels = 3, .source = "where it is from")));
    ok(open_with("f", NULL, 0, &file));
    ok(lamella_io_sizes_get(file, &entries, &pairs));
    equal(entries, 8);
    for (int k = 0; k < 8; k++)
        ok(lamella_io_file_get(file, expected[k], &v));
    for (int k = 0; k < 3; k++) {
        ok(lamella_io_label_get(file, (const char *[]){ "one", "two %s", "" }[k], &v));
        equal_bits(v.data, label[k], sizeof label[k]);
    }
    static const char *const metadata[] = { "lamella.format", "1", "last_normed", "0", "n_depths", "8", "source", "where it is from" };
    equal(pairs, 4);
    for (int k = 0; k < 4; k++) {
        ok(lamella_io_metadata_get(file, k, &key, &value));
        equal_text(key, metadata[2 * k]);
        equal_text(value, metadata[2 * k + 1]);
    }
    lamella_io_file_free(file);
    refused(lamella_io_stack_save(NULL, in_folder("g"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "one", NULL },
                                                                 .labels = labels, .n_labels = 2)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.names[1] is NULL, expected a text");
    refused(lamella_io_stack_save(NULL, in_folder("g"), &s, WITH(lamella_io_stack_save_options, .labels = labels, .n_labels = 1)),
            LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.n_labels is 1, expected 0 (options.names or options.labels is NULL)");
    refused(lamella_io_stack_save(NULL, in_folder("g"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "a" }, .labels = labels,
                                                                 .n_labels = -1)), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_save: options.n_labels is -1, expected 0 to 1000000");
    labels[1].shape[0] = 2;
    refused(lamella_io_stack_save(NULL, in_folder("g"), &s, WITH(lamella_io_stack_save_options, .names = (const char *[]){ "a", "b" },
                                                                 .labels = labels, .n_labels = 2)), LAMELLA_ERR_SHAPE,
            "lamella_io_stack_save: options.labels[1].shape[0] is 2, expected 3");
    equal(folder_count(), 1);
    folder_remove();
}

static int64_t read_badly(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)first_row, (void)into;
    return *(int64_t *)user == 99 ? n_rows + 1 : *(int64_t *)user;
}

TEST(a_read_that_stops_or_lies_ends_the_save)
{
    static const int64_t answers[] = { LAMELLA_STOP, 0, 99, -7, LAMELLA_ERR_IO };
    static const lamella_status expected[] = { LAMELLA_STOPPED, LAMELLA_ERR_CALLBACK, LAMELLA_ERR_CALLBACK, LAMELLA_ERR_CALLBACK, LAMELLA_ERR_IO };
    folder_make();
    for (int i = 0; i < 5; i++) {
        lamella_view layer = view_of(LAMELLA_F32, x, 5, 6);
        layer.data = NULL;
        lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .read = read_badly, .user = (void *)&answers[i] };
        returns(lamella_io_stack_save(NULL, in_folder("f"), &s, NULL), expected[i]);
        equal(folder_count(), 0);
    }
    folder_remove();
}

TEST(masked_and_ragged_stacks_come_back)
{
    uint8_t mask[20] = { 1, 0, 1, 1, 0 };
    int32_t offsets[] = { 0, 3, 3, 20 };
    int64_t id[] = { 7, 5, 6 };
    lamella_view layer = view_of(LAMELLA_F32, x, 20, 6), m = view_of(LAMELLA_BOOL, mask, 20), o = view_of(LAMELLA_I32, offsets,
            4), i = view_of(LAMELLA_I64, id, 3);
    lamella_stack s = { .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .mask = &m, .offsets = &o, .sample_id = &i };
    lamella_io_file *file;
    folder_make();
    ok(lamella_io_stack_save(NULL, in_folder("ragged"), &s, NULL));
    ok(open_with("ragged", NULL, 0, &file));
    check(opened.mask->dtype == LAMELLA_BOOL && !memcmp(opened.mask->data, mask, 20));
    check(opened.offsets->dtype == LAMELLA_I32 && !memcmp(opened.offsets->data, offsets, 16));
    equal_bits(opened.sample_id->data, id, 24);
    lamella_io_file_free(file);
    layer = view_of(LAMELLA_F32, x, 4, 5, 6);
    m = view_of(LAMELLA_U8, mask, 4, 5);
    s = (lamella_stack){ .struct_size = sizeof s, .layer = &layer, .n_layers = 1, .mask = &m };
    ok(lamella_io_stack_save(NULL, in_folder("masked"), &s, NULL));
    ok(open_with("masked", NULL, 0, &file));
    check(opened.layer[0].rank == 3 && opened.mask->rank == 2 && !opened.offsets && !memcmp(opened.mask->data, mask, 20));
    lamella_io_file_free(file);
    folder_remove();
}

TEST(parts_that_do_not_fit_are_refused)
{
    lamella_io_file *file;
    int32_t offsets[] = { 0, 3, 2, 5 };
    folder_make();
    lamella_view a[] = { view_of(LAMELLA_F32, x, 5, 6), view_of(LAMELLA_I32, offsets, 4), view_of(LAMELLA_F32, x, 4) };
    save_arrays("falling", (const char *[]){ "layer.0", "offsets" }, a, 2);
    returns(open_with("falling", NULL, 0, &file), LAMELLA_ERR_ARGUMENT);
    check(file == NULL);
    a[1] = a[2];
    save_arrays("float", (const char *[]){ "layer.0", "offsets" }, a, 2);
    returns(open_with("float", NULL, 0, &file), LAMELLA_ERR_DTYPE);
    check(strstr(lamella_last_error(), "\"offsets\" is F32 of rank 1, expected I32 or I64 of [n_samples + 1]") != NULL);
    ok(lamella_io_file_save(NULL, in_folder("newer"), (const char *[]){ "layer.0" }, a, 1,
                            WITH(lamella_io_file_save_options, .metadata = (const char *[]){ "lamella.format", "2" }, .n_metadata = 1)));
    returns(open_with("newer", NULL, 0, &file), LAMELLA_ERR_UNSUPPORTED);
    folder_remove();
}

/* Real data: the committed cuts. */
static lamella_status open_example(const char *name, lamella_io_file **file)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.safetensors", EXAMPLE_DATA, name);
    opened = (lamella_stack){ .struct_size = sizeof opened };
    taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
    return lamella_io_stack_open(NULL, path, NULL, file, &opened, &taken, NULL);
}

TEST(the_example_files_are_what_they_say)
{
    lamella_io_file *file;
    lamella_view v;
    ok(open_example("states", &file));
    check(opened.n_layers == 7 && opened.layer[6].shape[1] == 384 && opened.layer[0].dtype == LAMELLA_F16);
    ok(lamella_io_label_get(file, "supersense", &v));
    equal(v.shape[0], opened.layer[0].shape[0]);
    lamella_io_file_free(file);
    ok(open_example("tokens", &file));
    check(opened.offsets != NULL && opened.n_layers == 7);
    equal(((const int64_t *)opened.offsets->data)[opened.offsets->shape[0] - 1], opened.layer[0].shape[0]);
    lamella_io_file_free(file);
    ok(open_example("digits", &file));
    equal_text(taken.name, "z");
    equal(opened.n_layers, 5);
    lamella_io_file_free(file);
    returns(open_example("retrieval", &file), LAMELLA_ERR_ARGUMENT);
    check(strstr(lamella_last_error(), "\"docs\"") && strstr(lamella_last_error(), "set options.prefix"));
}

static int64_t most_rows;

static int64_t read_in_pieces(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    lamella_view piece = *into;
    const lamella_stack *whole = user;
    piece.shape[0] = n_rows < most_rows ? n_rows : most_rows;
    return whole->read(depth, first_row, piece.shape[0], &piece, whole->user);
}

/* Figures of every layer from the file, in deliveries of 1, 7 and 256 rows, and from memory. */
TEST(a_file_gives_the_same_bits_however_it_is_delivered)
{
    static double norms[4][7][3];
    static int64_t counts[4][7][8];
    lamella_view layer[7];
    lamella_io_file *file;
    ok(open_example("states", &file));
    for (int way = 0; way < 4; way++) {
        most_rows = (int64_t[]){ 1, 7, 256, 0 }[way];
        lamella_stack pieces = opened;
        pieces.read = most_rows ? read_in_pieces : NULL;
        pieces.user = &opened;
        for (int l = 0; l < 7 && !most_rows; l++) {
            char name[32];
            snprintf(name, sizeof name, "states/layer.%d", l);
            layer[l] = *example(name);
            pieces.layer = layer;
        }
        lamella_view n = view_of(LAMELLA_F64, norms[way], 7, 3), k = view_of(LAMELLA_I64, counts[way], 7, 8);
        double shares[21], cosine[7], mean[7][384], variance[7][384];
        lamella_view s = view_of(LAMELLA_F64, shares, 7, 3), c = view_of(LAMELLA_F64, cosine, 7), m[7], v[7];
        for (int l = 0; l < 7; l++) {
            m[l] = view_of(LAMELLA_F64, mean[l], 384);
            v[l] = view_of(LAMELLA_F64, variance[l], 384);
        }
        ok(lamella_moments_layers(NULL, &pieces, NULL, WITH(lamella_moments_layers_outputs, .norms = &n, .counts = &k, .shares = &s, .cosine = &c,
                                                            .mean = m, .variance = v)));
        equal_bits(norms[way], norms[0], sizeof norms[0]);
        equal_bits(counts[way], counts[0], sizeof counts[0]);
    }
    check(norms[0][0][0] > 0);
    lamella_io_file_free(file);
}

OPERATION(lamella_io_stack_save, .dtypes = EVERY_DTYPE & ~(1 << LAMELLA_BOOL), .keeps_dtype = 1, .nonfinite = 1, .empty_is_ok = 1, .keeps_shape = 1,
          .absolute = 1)
{
    lamella_status status = lamella_io_stack_save(m->ctx, matrix_path(m), &m->stack, WITH(lamella_io_stack_save_options, .source = "the matrix"));
    matrix_file(m, "file", matrix_path(m));
    return status;
}
