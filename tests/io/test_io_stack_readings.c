/* Files that could be read in several ways: which are listed, which one is taken, and what is refused by name. */
#include "io/stacks.h"

/* What lamella_io_reading_get lists, one a line: prefix, axis, layers. */
static const char *readings_of(const char *name)
{
    static char text[4096];
    lamella_io_file *file;
    lamella_io_reading r = { .struct_size = sizeof r };
    size_t n = 0;
    text[0] = 0;
    ok(lamella_io_file_open(NULL, in_folder(name), NULL, &file, NULL));
    int64_t i = 0;
    for (; lamella_io_reading_get(file, i, &r) == LAMELLA_OK; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s/%d/%d x%lld", i ? " " : "", r.prefix, (int)r.layer_axis, (int)r.form, (long long)r.n_layers);
    returns(lamella_io_reading_get(file, i, &r), LAMELLA_ERR_ARGUMENT);
    returns(lamella_io_reading_get(file, -1, &r), LAMELLA_ERR_ARGUMENT);
    lamella_io_file_free(file);
    return text;
}

/* A file of zeros: arrays of `rank` with extents 4, 5, 6 ... */
typedef struct named_array {
    const char *name;
    int32_t     dtype, rank;
    int64_t     shape[5];
} named_array;

static void write_arrays(const char *name, const named_array *array, int64_t n)
{
    static double zeros[4096];
    lamella_view v[20];
    const char *names[20];
    for (int64_t i = 0; i < n; i++) {
        ok(lamella_tensor_view(zeros, array[i].dtype, array[i].rank, array[i].shape, NULL, &v[i]));
        names[i] = array[i].name;
    }
    save_arrays(name, names, v, n);
}

#define FILE_OF(...) write_arrays("f", (const named_array[]){ __VA_ARGS__ }, sizeof((const named_array[]){ __VA_ARGS__ }) / sizeof(named_array))
#define MATRIX(name) { name, LAMELLA_F32, 2, { 4, 5 } }
#define BLOCK(name) { name, LAMELLA_F32, 3, { 4, 5, 6 } }

/* Opens "f": the sentence without the path; "" where it opens. */
static const char *says(const char *prefix, int32_t layer_axis, lamella_status status)
{
    lamella_io_file *file;
    static const char start[] = "lamella_io_stack_open: ";
    returns(open_with("f", prefix, layer_axis, &file), status);
    check((status == LAMELLA_OK) == (file != NULL));
    lamella_io_file_free(file);
    if (status == LAMELLA_OK)
        return "";
    check(!strncmp(lamella_last_error(), start, strlen(start)));
    const char *text = lamella_last_error() + strlen(start);
    return strncmp(text, in_folder("f"), strlen(in_folder("f"))) ? text : text + strlen(in_folder("f"));
}

#define TAKES(prefix, axis, expected_name, expected_form, layers)                   \
    do {                                                                            \
        equal_text(says(prefix, axis, LAMELLA_OK), "");                             \
        equal_text(taken.name, expected_name);                                      \
        equal(taken.form, expected_form);                                           \
        equal(opened.n_layers, layers);                                             \
    } while (0)

TEST(integers_anywhere_in_a_name_count)
{
    folder_make();
    FILE_OF(MATRIX("blocks.0.out"), MATRIX("blocks.1.out"), MATRIX("blocks.10.out"));
    equal_text(readings_of("f"), "blocks.{}.out/0/1 x3");
    TAKES(NULL, 0, "blocks.{}.out", LAMELLA_IO_FORM_LAYERS, 3);
    equal(opened.depth[2], 10);
    TAKES("blocks.{}.out", 0, "blocks.{}.out", LAMELLA_IO_FORM_LAYERS, 3);
    TAKES("blocks.1.out", 0, "blocks.1.out", LAMELLA_IO_FORM_ONE_LAYER, 1);
    FILE_OF(MATRIX("0.x"), MATRIX("1.x"), MATRIX("x.0"));
    TAKES("{}.x", 0, "{}.x", LAMELLA_IO_FORM_LAYERS, 2);
    TAKES(NULL, 0, "{}.x", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("0"), MATRIX("1"));
    TAKES(NULL, 0, "", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("layer_0_0"), MATRIX("layer_0_1"), MATRIX("layer_1_0"), MATRIX("layer_1_1"));
    equal_text(readings_of("f"), "layer_{}_0/0/1 x2 layer_{}_1/0/1 x2");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), " could be several stacks: set options->prefix to one of \"layer_{}_0\" (2 layers), \"layer_{}_1\" (2 layers)");
    TAKES("layer_{}_1", 0, "layer_{}_1", LAMELLA_IO_FORM_LAYERS, 2);
    TAKES("layer_1_", 0, "layer_1_", LAMELLA_IO_FORM_LAYERS, 2); /* asked for by name */
    folder_remove();
}

TEST(an_array_and_the_family_behind_its_name_are_both_reached)
{
    folder_make();
    FILE_OF(MATRIX("h"), MATRIX("h0"), MATRIX("h1"));
    TAKES(NULL, 0, "h{}", LAMELLA_IO_FORM_LAYERS, 2);
    TAKES("h", 0, "h", LAMELLA_IO_FORM_ONE_LAYER, 1);
    TAKES("h{}", 0, "h{}", LAMELLA_IO_FORM_LAYERS, 2);
    folder_remove();
}

TEST(what_its_place_alone_does_not_tell_is_asked)
{
    folder_make();
    FILE_OF(MATRIX("emb_v1"), MATRIX("emb_v2"));
    equal_text(readings_of("f"), "emb_v/0/1 x2 emb_v1/0/4 x1 emb_v2/0/4 x1");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT),
               " could be several stacks: set options->prefix to one of \"emb_v\" (2 layers), \"emb_v1\", \"emb_v2\"");
    TAKES("emb_v", 0, "emb_v", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("batch_0"), MATRIX("batch_1"));
    equal_text(readings_of("f"), "batch_/0/1 x2 batch_0/0/4 x1 batch_1/0/4 x1");
    FILE_OF(MATRIX("z1"), MATRIX("z2")); /* no word, and not from 0 */
    equal_text(readings_of("f"), "z/0/1 x2 z1/0/4 x1 z2/0/4 x1");
    FILE_OF(MATRIX("h.1"), MATRIX("h.2"));
    TAKES(NULL, 0, "h.", LAMELLA_IO_FORM_LAYERS, 2);
    equal(opened.depth[0], 1);
    FILE_OF(MATRIX("Block 1"), MATRIX("Block 2"));
    TAKES(NULL, 0, "Block ", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("layer-1"), MATRIX("layer-2")); /* layer 1, or the last */
    equal_text(readings_of("f"), "layer-/0/1 x2 layer-1/0/4 x1 layer-2/0/4 x1");
    FILE_OF(MATRIX("layer-0"), MATRIX("layer-1"));
    TAKES(NULL, 0, "layer-", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("h.5"));
    TAKES(NULL, 0, "h.5", LAMELLA_IO_FORM_ONE_LAYER, 1);
    equal(opened.depth[0], 0);
    FILE_OF(MATRIX("layer.5"));
    TAKES(NULL, 0, "layer.", LAMELLA_IO_FORM_LAYERS, 1);
    equal(opened.depth[0], 5);
    folder_remove();
}
