/* What every function of io refuses before it does anything: another size of struct, an option out of its range, no path, no handle. */
#include "io/stacks.h"

#include <fcntl.h>

/* ---- size-led structs ---- */

static lamella_io_file *handle; /* of an open file with one layer */
static lamella_view     image;

static lamella_status open_options(void *s, lamella_io_file **f)
{
    return lamella_io_file_open(NULL, in_folder("f"), s, f, NULL);
}

static lamella_status open_fault(void *s, lamella_io_file **f)
{
    return lamella_io_file_open(NULL, in_folder("f"), NULL, f, s);
}

static lamella_status load_options(void *s, lamella_io_file **f)
{
    return lamella_io_file_load(NULL, &image, s, f, NULL);
}

static lamella_status load_fault(void *s, lamella_io_file **f)
{
    return lamella_io_file_load(NULL, &image, NULL, f, s);
}

static lamella_status stack_options(void *s, lamella_io_file **f)
{
    lamella_stack stack = { .struct_size = sizeof stack };
    return lamella_io_stack_open(NULL, in_folder("f"), s, f, &stack, NULL, NULL);
}

static lamella_status stack_itself(void *s, lamella_io_file **f)
{
    return lamella_io_stack_open(NULL, in_folder("f"), NULL, f, s, NULL, NULL);
}

static lamella_status stack_result(void *s, lamella_io_file **f)
{
    lamella_stack stack = { .struct_size = sizeof stack };
    return lamella_io_stack_open(NULL, in_folder("f"), NULL, f, &stack, s, NULL);
}

static lamella_status stack_fault(void *s, lamella_io_file **f)
{
    lamella_stack stack = { .struct_size = sizeof stack };
    return lamella_io_stack_open(NULL, in_folder("f"), NULL, f, &stack, NULL, s);
}

static lamella_status entry_itself(void *s, lamella_io_file **f)
{
    *f = NULL;
    return lamella_io_entry_get(handle, 0, s);
}

static lamella_status reading_itself(void *s, lamella_io_file **f)
{
    *f = NULL;
    return lamella_io_reading_get(handle, 0, s);
}

static const struct {
    const char *function, *name;
    int         optional, filled;
    lamella_status (*call)(void *theirs, lamella_io_file **f);
} structs[] = {
    { "lamella_io_file_open", "options", 1, 0, open_options },   { "lamella_io_file_open", "fault", 1, 1, open_fault },
    { "lamella_io_file_load", "options", 1, 0, load_options },   { "lamella_io_file_load", "fault", 1, 1, load_fault },
    { "lamella_io_stack_open", "options", 1, 0, stack_options }, { "lamella_io_stack_open", "stack", 0, 1, stack_itself },
    { "lamella_io_stack_open", "result", 1, 1, stack_result },   { "lamella_io_stack_open", "fault", 1, 1, stack_fault },
    { "lamella_io_entry_get", "entry", 0, 1, entry_itself },     { "lamella_io_reading_get", "reading", 0, 1, reading_itself },
};

static void one_layer(void)
{
    lamella_view layer = view_of(LAMELLA_F32, x, 5, 6);
    folder_make();
    fill_numbers();
    save_arrays("f", (const char *[]){ "layer.0" }, &layer, 1);
    bytes b = file_bytes(in_folder("f"));
    image = view_of(LAMELLA_U8, b.at, b.n);
    ok(lamella_io_file_open(NULL, in_folder("f"), NULL, &handle, NULL));
}

static void end_of_one_layer(void)
{
    lamella_io_file_free(handle);
    free(image.data);
    folder_remove();
}

TEST(every_struct_of_another_size_is_refused_by_name)
{
    static const uint32_t bad[] = { 0, 4, 7, 4097, UINT32_MAX }, good[] = { 8, 16, 4096 };
    static union { uint32_t size; uint64_t aligned; unsigned char bytes[4200]; } theirs;
    char expected[200];
    one_layer();
    for (int i = 0; i < (int)(sizeof structs / sizeof *structs); i++) {
        for (int k = 0; k < 5; k++) {
            lamella_io_file *f = handle;
            memset(&theirs, 0, sizeof theirs);
            theirs.size = bad[k];
            snprintf(expected, sizeof expected, "%s: %s.struct_size is %u, expected its sizeof (8 to 4096)", structs[i].function, structs[i].name,
                     (unsigned)bad[k]);
            refused(structs[i].call(&theirs, &f), LAMELLA_ERR_ARGUMENT, expected);
            check(f == NULL && theirs.size == bad[k]);
        }
        for (int k = 0; k < 3; k++) {
            lamella_io_file *f = NULL;
            memset(&theirs, structs[i].filled ? 0xff : 0, sizeof theirs);
            theirs.size = good[k];
            ok(structs[i].call(&theirs, &f));
            equal(theirs.size, good[k]);
            if (structs[i].filled) { /* up to there, and not a byte behind */
                check(good[k] < 4096 || theirs.bytes[4095] == 0);
                equal(theirs.bytes[good[k]], 0xff);
            }
            lamella_io_file_free(f);
        }
        lamella_io_file *f = handle;
        snprintf(expected, sizeof expected, "%s: %s is NULL, expected a struct to fill", structs[i].function, structs[i].name);
        if (structs[i].optional)
            ok(structs[i].call(NULL, &f));
        else
            refused(structs[i].call(NULL, &f), LAMELLA_ERR_ARGUMENT, expected);
        lamella_io_file_free(f);
    }
    end_of_one_layer();
}

/* What a host left in its struct is gone. */
TEST(what_is_filled_on_success_is_filled_whole)
{
    static const lamella_io_fault none = { .struct_size = sizeof none };
    lamella_io_fault fault;
    lamella_io_stack_result result;
    lamella_io_reading reading;
    lamella_io_file *f;
    one_layer();
    memset(&fault, 0xff, sizeof fault);
    fault.struct_size = sizeof fault;
    ok(lamella_io_file_open(NULL, in_folder("f"), NULL, &f, &fault));
    equal_bits(&fault, &none, sizeof fault);
    lamella_io_file_free(f);
    memset(&fault, 0xff, sizeof fault);
    fault.struct_size = sizeof fault;
    ok(lamella_io_file_load(NULL, &image, NULL, &f, &fault));
    equal_bits(&fault, &none, sizeof fault);
    lamella_io_file_free(f);
    memset(&fault, 0xff, sizeof fault);
    memset(&result, 0xff, sizeof result);
    memset(&opened, 0xff, sizeof opened);
    fault.struct_size = sizeof fault;
    result.struct_size = sizeof result;
    opened.struct_size = sizeof opened;
    ok(lamella_io_stack_open(NULL, in_folder("f"), NULL, &f, &opened, &result, &fault));
    equal_bits(&fault, &none, sizeof fault);
    check(result.form == LAMELLA_IO_FORM_LAYERS && result.n_cast == 0 && !result.mask[0]);
    check(opened.n_layers == 1 && opened.flags == 0 && opened.n_depths == 1 && !opened.mask && !opened.offsets && !opened.sample_id && opened.user == f);
    lamella_io_file_free(f);
    memset(&reading, 0xff, sizeof reading);
    reading.struct_size = sizeof reading;
    ok(lamella_io_reading_get(handle, 0, &reading));
    check(reading.form == LAMELLA_IO_FORM_LAYERS && reading.layer_axis == 0 && reading.reserved0 == 0 && reading.n_layers == 1);
    equal_text(reading.prefix, "layer.");
    end_of_one_layer();
}

/* A stack that is refused says so in the fault as well. */
TEST(a_refused_stack_file_fills_its_fault)
{
    lamella_io_fault fault = { .struct_size = sizeof fault };
    lamella_stack stack = { .struct_size = sizeof stack };
    lamella_io_file *f;
    folder_make();
    bytes b = bytes_of("GGUF and so on", 14);
    folder_write("g", b);
    returns(lamella_io_stack_open(NULL, in_folder("g"), NULL, &f, &stack, NULL, &fault), LAMELLA_ERR_FORMAT);
    check(fault.rule == LAMELLA_IO_RULE_KIND && fault.kind == LAMELLA_IO_GGUF && fault.expected == -1 && fault.found == -1 && f == NULL);
    free(b.at);
    folder_remove();
}

/* ---- options ---- */

static lamella_status opened_with(lamella_io_stack_options o, lamella_io_file **f)
{
    lamella_stack stack = { .struct_size = sizeof stack };
    o.struct_size = sizeof o;
    return lamella_io_stack_open(NULL, in_folder("f"), &o, f, &stack, NULL, NULL);
}

static lamella_status with_raw(int32_t value, lamella_io_file **f)
{
    return opened_with((lamella_io_stack_options){ .raw_dtype = value }, f);
}

static lamella_status with_raw_open(int32_t value, lamella_io_file **f)
{
    lamella_io_file_options o = { .struct_size = sizeof o, .raw_dtype = value };
    return lamella_io_file_open(NULL, in_folder("f"), &o, f, NULL);
}

static lamella_status with_raw_load(int32_t value, lamella_io_file **f)
{
    lamella_io_file_options o = { .struct_size = sizeof o, .raw_dtype = value };
    return lamella_io_file_load(NULL, &image, &o, f, NULL);
}

static lamella_status with_axis(int32_t value, lamella_io_file **f)
{
    return opened_with((lamella_io_stack_options){ .layer_axis = value }, f);
}

static lamella_status with_marks(int32_t value, lamella_io_file **f)
{
    return opened_with((lamella_io_stack_options){ .mask_marks = value }, f);
}

TEST(every_option_out_of_its_range_is_refused_with_what_it_may_be)
{
    static const struct {
        lamella_status (*call)(int32_t value, lamella_io_file **f);
        const char *function, *name, *range;
        int32_t     bad[6], good[4];
    } options[] = {
        { with_raw, "lamella_io_stack_open", "raw_dtype", "0 or LAMELLA_BF16 (4)", { -1, 1, 3, 5, INT32_MIN, INT32_MAX }, { 0, 4, 0, 4 } },
        { with_raw_open, "lamella_io_file_open", "raw_dtype", "0 or LAMELLA_BF16 (4)", { -1, 1, 3, 5, INT32_MIN, INT32_MAX }, { 0, 4, 0, 4 } },
        { with_raw_load, "lamella_io_file_load", "raw_dtype", "0 or LAMELLA_BF16 (4)", { -1, 1, 3, 5, INT32_MIN, INT32_MAX }, { 0, 4, 0, 4 } },
        { with_axis, "lamella_io_stack_open", "layer_axis", "-1 to 2", { -2, 3, 4, -3, INT32_MIN, INT32_MAX }, { 1, 1, 1, 1 } },
        { with_marks, "lamella_io_stack_open", "mask_marks", "0 to 2", { -1, 3, 4, -2, INT32_MIN, INT32_MAX }, { 0, 1, 2, 0 } },
    };
    char expected[200];
    for (int i = 0; i < (int)(sizeof options / sizeof *options); i++) {
        one_layer();
        if (options[i].call == with_axis)
            FILE_OF(BLOCK("x"));
        for (int k = 0; k < 6; k++) {
            lamella_io_file *f = handle;
            snprintf(expected, sizeof expected, "%s: options.%s is %d, expected %s", options[i].function, options[i].name, (int)options[i].bad[k],
                     options[i].range);
            refused(options[i].call(options[i].bad[k], &f), LAMELLA_ERR_ARGUMENT, expected);
            check(f == NULL);
        }
        for (int k = 0; k < 4; k++) {
            lamella_io_file *f = NULL;
            ok(options[i].call(options[i].good[k], &f));
            lamella_io_file_free(f);
        }
        end_of_one_layer();
    }
    one_layer();
    FILE_OF(BLOCK("x"));
    for (int32_t axis = -1; axis <= 2; axis++) {
        lamella_io_file *f;
        returns(with_axis(axis, &f), axis ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT);
        lamella_io_file_free(f);
    }
    end_of_one_layer();
}

/* A raw array is read as the options say, from a path and in a stack too. */
TEST(a_file_of_raw_elements_is_bf16_if_asked)
{
    lamella_io_file *f;
    folder_make();
    static const char header[] = "{'descr': '<V2', 'fortran_order': False, 'shape': (2, 3), }";
    bytes b = npy(header, sizeof header - 1, 12);
    folder_write("f", b);
    ok(with_raw(LAMELLA_BF16, &f));
    lamella_io_file_free(f);
    image = view_of(LAMELLA_U8, b.at, b.n);
    for (int raw = 0; raw < 2; raw++)
        for (int way = 0; way < 2; way++) {
            ok((way ? with_raw_open : with_raw_load)(raw ? LAMELLA_BF16 : 0, &f));
            equal(entry_at(f, 0).dtype, raw ? LAMELLA_BF16 : 0);
            lamella_io_file_free(f);
        }
    char expected[300];
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"\" is <V2, of which there is no view: if it holds bf16, set options.raw_dtype = "
             "LAMELLA_BF16", in_folder("f"));
    refused(with_raw(0, &f), LAMELLA_ERR_UNSUPPORTED, expected);
    free(b.at);
    folder_remove();
}

/* ---- paths and handles: told before anything else that is wrong, but for structs that cannot be read ---- */

static lamella_status path_of_open(const char *path)
{
    lamella_io_file *f;
    return lamella_io_file_open(NULL, path, NULL, &f, NULL);
}

static lamella_status path_of_stack(const char *path)
{
    lamella_io_file *f;
    lamella_stack stack = { .struct_size = sizeof stack };
    return lamella_io_stack_open(NULL, path, NULL, &f, &stack, NULL, NULL);
}

static lamella_status path_of_kind(const char *path)
{
    return lamella_io_kind(NULL, path, NULL);
}

static lamella_status path_of_npy(const char *path)
{
    return lamella_io_npy_save(NULL, path, NULL);
}

static lamella_status path_of_file_save(const char *path)
{
    return lamella_io_file_save(NULL, path, (const char *const[]){ "\xff" }, &image, 1, NULL);
}

static lamella_status path_of_stack_save(const char *path)
{
    return lamella_io_stack_save(NULL, path, NULL, WITH(lamella_io_stack_save_options, .n_labels = -1));
}

TEST(no_path_is_told_first)
{
    static const struct { const char *function; lamella_status (*call)(const char *path); } calls[] = {
        { "lamella_io_file_open", path_of_open }, { "lamella_io_stack_open", path_of_stack }, { "lamella_io_kind", path_of_kind },
        { "lamella_io_npy_save", path_of_npy }, { "lamella_io_file_save", path_of_file_save }, { "lamella_io_stack_save", path_of_stack_save },
    };
    char expected[200];
    image = view_of(LAMELLA_U8, x, 4);
    for (int i = 0; i < (int)(sizeof calls / sizeof *calls); i++)
        for (int empty = 0; empty < 2; empty++) {
            snprintf(expected, sizeof expected, "%s: path is %s, expected the path of a file", calls[i].function, empty ? "\"\"" : "NULL");
            refused(calls[i].call(empty ? "" : NULL), LAMELLA_ERR_ARGUMENT, expected);
        }
    refused(lamella_io_kind(NULL, "x", NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_kind: kind is NULL, expected a number to fill");
    refused(lamella_io_file_load(NULL, &image, NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_file_load: file is NULL, expected a handle to fill");
    refused(lamella_io_stack_open(NULL, "x", NULL, NULL, &opened, NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_io_stack_open: file is NULL, expected a handle to fill");
    lamella_io_file *f = handle = NULL;
    image = view_of(LAMELLA_U8, x, 4, 2);
    refused(lamella_io_file_load(NULL, &image, NULL, &f, NULL), LAMELLA_ERR_SHAPE,
            "lamella_io_file_load: bytes is not one contiguous axis, expected [byte] with stride 1");
}

/* The bytes of nothing are a file of nothing, wherever they are not. */
TEST(no_bytes_at_all_are_an_empty_file)
{
    lamella_io_file *f;
    lamella_io_fault fault = { .struct_size = sizeof fault };
    lamella_view nothing = view_of(LAMELLA_U8, NULL, 0);
    refused(lamella_io_file_load(NULL, &nothing, NULL, &f, &fault), LAMELLA_ERR_FORMAT,
            "lamella_io_file_load: bytes: the file has 0 bytes, a .safetensors file at least 10");
    check(fault.kind == LAMELLA_IO_EMPTY && fault.found == 0 && fault.expected == 10);
}

static int next_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
}

/* Whatever a call opens it closes, and a file that is freed keeps nothing open. */
TEST(no_descriptor_is_left_open)
{
    int32_t kind;
    lamella_io_file *f;
    one_layer();
    int before = next_descriptor();
    for (int i = 0; i < 3; i++) {
        ok(lamella_io_kind(NULL, in_folder("f"), &kind));
        ok(lamella_io_file_open(NULL, in_folder("f"), NULL, &f, NULL));
        check(next_descriptor() != before);
        lamella_io_file_free(f);
        ok(open_with("f", NULL, 0, &f));
        lamella_io_file_free(f);
        returns(open_with("f", "none", 0, &f), LAMELLA_ERR_ARGUMENT);
        lamella_view layer = view_of(LAMELLA_F32, x, 5, 6);
        ok(lamella_io_npy_save(NULL, in_folder("n"), &layer));
    }
    equal(next_descriptor(), before);
    end_of_one_layer();
}
