/* Stack files at their edges: each refusal in its whole sentence, limits reached and passed by one, rows handed over in blocks. */
#include "io/io.h"
#include "io/stacks.h"

/* ---- parts ---- */

#define PART(name, dtype, shape, begin, end) ",\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" #begin "," #end "]}"
#define LAYER "{\"layer.0\":{\"dtype\":\"F32\",\"shape\":[2,3,1],\"data_offsets\":[0,24]}"
#define ROWS "{\"layer.0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}"

/* "f": the header and bytes of data, the last of them given. */
static void write_parts(const char *header, int64_t data_bytes, const char *last, int64_t n)
{
    char text[1000];
    snprintf(text, sizeof text, "%s}", header);
    bytes b = safetensors(text, (int64_t)strlen(text), data_bytes);
    memset(b.at + b.n - data_bytes, 0, (size_t)data_bytes);
    memcpy(b.at + b.n - n, last, (size_t)n);
    folder_write("f", b);
    free(b.at);
}

TEST(a_part_of_another_kind_is_refused_in_a_sentence)
{
    static const struct { const char *header; int64_t bytes; const char *last; int64_t n; lamella_status status; const char *says; } cases[] = {
        { ROWS PART("offsets", "I16", "2", 8, 12), 12, "", 0, LAMELLA_ERR_DTYPE,
         ": \"offsets\" is I16 of rank 1, expected I32 or I64 of [n_samples + 1]" },
        { ROWS PART("offsets", "F64", "2", 8, 24), 24, "", 0, LAMELLA_ERR_DTYPE,
         ": \"offsets\" is F64 of rank 1, expected I32 or I64 of [n_samples + 1]" },
        { ROWS PART("offsets", "I32", "2,1", 8, 16), 16, "", 0, LAMELLA_ERR_DTYPE,
         ": \"offsets\" is I32 of rank 2, expected I32 or I64 of [n_samples + 1]" },
        { ROWS PART("offsets", "I64", "", 8, 16), 16, "", 0, LAMELLA_ERR_DTYPE,
         ": \"offsets\" is I64 of rank 0, expected I32 or I64 of [n_samples + 1]" },
        { ROWS PART("sample_id", "F32", "2", 8, 16), 16, "", 0, LAMELLA_ERR_DTYPE,
         ": \"sample_id\" is F32 of rank 1, expected whole numbers of [n_samples] that i64 holds" },
        { ROWS PART("sample_id", "BF16", "2", 8, 12), 12, "", 0, LAMELLA_ERR_DTYPE,
         ": \"sample_id\" is BF16 of rank 1, expected whole numbers of [n_samples] that i64 holds" },
        { ROWS PART("sample_id", "I32", "2,1", 8, 16), 16, "", 0, LAMELLA_ERR_DTYPE,
         ": \"sample_id\" is I32 of rank 2, expected whole numbers of [n_samples] that i64 holds" },
        { ROWS PART("sample_id", "U64", "2", 8, 24), 24, "\0\0\0\0\0\0\0\x80", 8, LAMELLA_ERR_DTYPE,
          ": \"sample_id\" is U64 of rank 1, expected whole numbers of [n_samples] that i64 holds" },
        { ROWS PART("sample_id", "U64", "2", 8, 24), 24, "\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\0", 16, LAMELLA_ERR_DTYPE,
          ": \"sample_id\" is U64 of rank 1, expected whole numbers of [n_samples] that i64 holds" },
        { LAYER PART("mask", "F8_E4M3", "2,3", 24, 30), 30, "", 0, LAMELLA_ERR_DTYPE,
         ": \"mask\" is F8_E4M3 of rank 2, expected BOOL or whole numbers over the layers' leading axes" },
        { LAYER PART("mask", "U64", "2,3", 24, 72), 72, "\0\0\0\0\0\0\0\x80", 8, LAMELLA_ERR_DTYPE,
          ": \"mask\" is U64 of rank 2, expected 0 for padding and 1 for a token, nothing below 0" },
        { LAYER PART("mask", "U8", "3,2", 24, 30), 30, "", 0, LAMELLA_ERR_SHAPE,
         ": \"mask\" does not fit the layers, expected a number for each of their leading axes" },
        { LAYER PART("mask", "U8", "1,1,1,1,1,1,2,3", 24, 30), 30, "", 0, LAMELLA_ERR_DTYPE, ": \"mask\" is U8 of rank 8, expected at most 6 axes" },
        { LAYER PART("mask", "I64", "2,1,1,1,1,1,3", 24, 72), 72, "", 0, LAMELLA_ERR_DTYPE, ": \"mask\" is I64 of rank 7, expected at most 6 axes" },
        { LAYER PART("padding_mask", "U8", "2,3", 24, 30), 30, "", 0, LAMELLA_ERR_ARGUMENT,
          ": set options.mask_marks = 1 if 1 in \"padding_mask\" is a token, 2 if it is padding" },
    };
    folder_make();
    for (int i = 0; i < LENGTH(cases); i++) {
        write_parts(cases[i].header, cases[i].bytes, cases[i].last, cases[i].n);
        equal_text(says(NULL, 0, cases[i].status), cases[i].says);
    }
    folder_remove();
}

/* Every whole type of two tokens, 1 and 255 as that type has it; either meaning of a padding mask. */
TEST(a_padding_mask_of_any_type_says_the_same)
{
    static const struct { const char *header; int64_t bytes; const char *last; int64_t n; } files[] = {
        { LAYER PART("padding_mask", "BOOL", "2,3", 24, 30), 30, "\0\1\0\1\1\0", 6 }, { LAYER PART("padding_mask", "U8", "2,3", 24, 30), 30,
                                                                                       "\0\x80\0\1\xff\0", 6 },
        { LAYER PART("padding_mask", "I8", "2,3", 24, 30), 30, "\0\1\0\1\x7f\0", 6 }, { LAYER PART("padding_mask", "I16", "2,3", 24, 36), 36,
                                                                                       "\0\0\0\1\0\0\1\0\1\0\0\0", 12 },
        { LAYER PART("padding_mask", "U16", "2,3", 24, 36), 36, "\0\0\0\xff\0\0\1\0\1\0\0\0", 12 },
        { LAYER PART("padding_mask", "U32", "2,3", 24, 48), 48, "\0\0\0\0\0\0\0\xff\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0", 24 },
        { LAYER PART("padding_mask", "U64", "2,3", 24, 72), 72,
         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 48 },
    };
    static const uint8_t marked[] = { 0, 1, 0, 1, 1, 0 };
    folder_make();
    for (int i = 0; i < LENGTH(files); i++)
        for (int32_t marks = 1; marks <= 2; marks++) {
            lamella_io_stack_options options = { .struct_size = sizeof options, .mask_marks = marks };
            lamella_io_file *f;
            write_parts(files[i].header, files[i].bytes, files[i].last, files[i].n);
            opened = (lamella_stack){ .struct_size = sizeof opened };
            taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
            ok(lamella_io_stack_open(context_of_stacks(), in_folder("f"), &options, &f, &opened, &taken, NULL));
            equal_text(taken.mask, "padding_mask");
            check(opened.mask->rank == 2 && opened.mask->shape[0] == 2 && opened.mask->shape[1] == 3 && opened.mask->stride[0] == 0 && opened.mask->stride[1] == 0);
            for (int k = 0; k < 6; k++)
                equal(((const uint8_t *)opened.mask->data)[k] != 0, marked[k] == (marks == LAMELLA_IO_MARKS_TOKENS));
            lamella_io_file_free(f);
        }
    folder_remove();
}

static char said[8][300];
static int  n_said;

static void keep_said(int32_t level, const char *message, void *user)
{
    (void)user;
    equal(level, LAMELLA_LOG_INFO);
    snprintf(said[n_said++ % 8], sizeof said[0], "%s", strrchr(message, '/') + 1);
}

/* What no view holds is kept by name, and why is said when it is asked for. */
TEST(a_label_that_no_view_holds_is_said)
{
    static const char header[] = ROWS PART("label.big", "U64", "2", 8, 24) PART("label.deep", "I32", "1,1,2,1,1,1,1", 24, 32) PART("label.f8",
            "F8_E5M2", "2", 32, 34)
        PART("label.six", "U16", "1,1,2,1,1,1", 34, 38) PART("label.bf", "BF16", "2", 38, 42) PART("label.gap", "I32", "3,0,2", 42,
                                                                                                   42) PART("label.first", "U64", "2", 42, 58);
    static const struct { const char *name, *says; } refusals[] = {
        { "big", "label.big\" is U64, and holds numbers over 9223372036854775807, the most of i64" }, { "first",
                "label.first\" is U64, and holds numbers over 9223372036854775807, the most of i64" },
        { "deep", "label.deep\" is I32, of which there is no view" }, { "f8", "label.f8\" is F8_E5M2, of which there is no view" },
    };
    static const char *const logged[] = { "f: \"label.big\" of U64 was not read", "f: \"label.deep\" of I32 was not read",
                                         "f: \"label.f8\" of F8_E5M2 was not read",
                                          "f: \"label.first\" of U64 was not read", "f: \"label.six\" of U16 was read as i64" };
    char text[1200], expected[400];
    lamella_io_file *f;
    lamella_view v;
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .log = keep_said };
    ok(lamella_context_create(&options, &ctx));
    folder_make();
    snprintf(text, sizeof text, "%s}", header);
    bytes b = safetensors(text, (int64_t)strlen(text), 58);
    memset(b.at + b.n - 58, 0, 58);
    b.at[b.n - 58 + 23] = (char)0x80;         /* the second of big */
    b.at[b.n - 58 + 49] = (char)0x80;         /* the first of first */
    memcpy(b.at + b.n - 58 + 34, "\1\0\xff\xff", 4);
    memcpy(b.at + b.n - 58 + 38, "\x80\x3f\0\x40", 4);
    folder_write("f", b);
    free(b.at);
    n_said = 0;
    opened = (lamella_stack){ .struct_size = sizeof opened };
    taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
    ok(lamella_io_stack_open(ctx, in_folder("f"), NULL, &f, &opened, &taken, NULL));
    equal(taken.n_cast, 1);
    equal(n_said, 5);
    for (int i = 0; i < 5; i++)
        equal_text(said[i], logged[i]);
    for (int i = 0; i < LENGTH(refusals); i++) {
        snprintf(expected, sizeof expected, "lamella_io_label_get: %s: \"%s", in_folder("f"), refusals[i].says);
        refused(lamella_io_label_get(f, refusals[i].name, &v), LAMELLA_ERR_UNSUPPORTED, expected);
    }
    ok(lamella_io_label_get(f, "six", &v));
    check(v.rank == 6 && v.dtype == LAMELLA_I64 && v.shape[2] == 2 && ((int64_t *)v.data)[0] == 1 && ((int64_t *)v.data)[1] == 65535);
    check(v.stride[5] == 1 && v.stride[2] == 1 && v.stride[1] == 2 && v.stride[0] == 2 && v.flags == LAMELLA_READONLY);
    ok(lamella_io_label_get(f, "bf", &v));
    check(v.dtype == LAMELLA_BF16 && !memcmp(v.data, "\x80\x3f\0\x40", 4));
    ok(lamella_io_label_get(f, "gap", &v));
    check(v.rank == 3 && v.shape[1] == 0 && v.stride[0] == 2 && v.stride[1] == 2 && v.stride[2] == 1);
    lamella_io_file_free(f);
    lamella_context_free(ctx);
    folder_remove();
}

/* ---- limits ---- */

TEST(a_stack_has_up_to_65536_layers)
{
    float *zeros = calloc(65537, sizeof *zeros);
    folder_make();
    for (int64_t n = 65535; n <= 65537; n++)
        for (int32_t axis = 1; axis <= 2; axis++) {
            const int64_t shape[] = { axis == 1 ? n : 1, axis == 1 ? 1 : n, 1 };
            lamella_view v = view_make(LAMELLA_F32, zeros, shape, 3);
            save_arrays("f", (const char *[]){ "x" }, &v, 1);
            equal_text(says(NULL, axis, n > 65536 ? LAMELLA_ERR_LIMIT : LAMELLA_OK), n > 65536 ? " has 65537 layers, expected at most 65536" : "");
            if (n <= 65536)
                equal(opened.n_layers, n);
        }
    free(zeros);
    FILE_OF({ "x", LAMELLA_F32, 3, { 0, 2, 3 } });
    equal_text(says(NULL, 1, LAMELLA_ERR_EMPTY), ": \"x\" has no layers");
    FILE_OF({ "x", LAMELLA_F32, 3, { 2, 0, 3 } });
    equal_text(says(NULL, 2, LAMELLA_ERR_EMPTY), ": \"x\" has no layers");
    folder_remove();
}

/* At most 64 are listed, whatever they are readings of. */
TEST(readings_are_listed_up_to_64)
{
    static char name[140][16], expected[300];
    static named_array a[140];
    static const int kinds[][2] = { { 1, 63 }, { 1, 64 }, { 1, 65 }, { 1, 70 }, { 2, 64 }, { 2, 65 }, { 3, 21 }, { 3, 22 }, { 3, 30 } };
    folder_make();
    for (int k = 0; k < LENGTH(kinds); k++) {
        int way = kinds[k][0], n = kinds[k][1], arrays = way == 2 ? 2 * n : n, all = way == 3 ? 3 * n : n, listed = 0;
        lamella_io_reading r = { .struct_size = sizeof r };
        lamella_io_file *f;
        for (int i = 0; i < arrays; i++) {
            if (way == 2)
                snprintf(name[i], sizeof name[i], "%c%cx%d", 'a' + i / 2 / 26, 'a' + i / 2 % 26, i % 2);
            else
                snprintf(name[i], sizeof name[i], "%c%c", 'a' + i / 26, 'a' + i % 26);
            a[i] = way == 3 ? (named_array){ name[i], LAMELLA_F32, 3, { 1, 2, 3 } } : (named_array){ name[i], LAMELLA_F32, 2, { 2, 3 } };
        }
        static float zeros[6];
        lamella_view v[140];
        const char *names[140];
        for (int i = 0; i < arrays; i++) {
            v[i] = view_make(LAMELLA_F32, zeros, a[i].shape, a[i].rank);
            names[i] = name[i];
        }
        save_arrays("f", names, v, arrays);
        ok(lamella_io_file_open(context_of_stacks(), in_folder("f"), NULL, &f, NULL));
        while (lamella_io_reading_get(f, listed, &r) == LAMELLA_OK)
            listed++;
        equal(listed, all < 64 ? all : 64);
        snprintf(expected, sizeof expected, "lamella_io_reading_get: index is %d, expected 0 to %d: there are %d readings", listed, listed - 1,
                 listed);
        refused(lamella_io_reading_get(f, listed, &r), LAMELLA_ERR_ARGUMENT, expected);
        snprintf(expected, sizeof expected, "lamella_io_reading_get: index is -1, expected 0 to %d: there are %d readings", listed - 1, listed);
        refused(lamella_io_reading_get(f, -1, &r), LAMELLA_ERR_ARGUMENT, expected);
        lamella_io_file_free(f);
    }
    folder_remove();
}

/* Of long names as many are told as there is room for, each whole. */
TEST(long_names_are_told_whole_or_not_at_all)
{
    static char name[10][260], expected[1400];
    lamella_view v[10];
    const char *names[10];
    folder_make();
    for (int length = 56; length < 250; length += length < 130 ? 1 : 7) {
        int64_t used = 0, told = 0;
        for (int i = 0; i < 10; i++) {
            memset(name[i], 'n', sizeof name[i]);
            snprintf(name[i] + length, sizeof name[i] - (size_t)length, "%c%d", 'a' + i / 2, i % 2);
            v[i] = view_of(LAMELLA_F32, x, 5, 6);
            names[i] = name[i];
        }
        save_arrays("f", names, v, 10);
        static const char start[] = " could be several stacks: set options.prefix to one of ";
        strcpy(expected, start);
        for (; told < 5; told++) {
            char one[400];
            int n = snprintf(one, sizeof one, "%s\"%.*s\" (2 layers)", told ? ", " : "", length + 1, name[2 * told]);
            if (used + n >= 590)
                break;
            strcat(expected, one);
            used += n;
        }
        if (told < 5 && used + 5 < 600)
            strcat(expected, ", ...");
        equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), expected);
    }
    folder_remove();
}

/* ---- what is no layer, what is no family ---- */

TEST(what_is_no_stack_is_said)
{
    static const char none[] = " holds no stack: expected arrays layer.0, layer.1 ... of [sample, dim], or one of [layer, sample, dim], of floats";
    folder_make();
    FILE_OF({ "x", LAMELLA_F32, 1, { 5 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), none);
    equal_text(says("x", 0, LAMELLA_ERR_SHAPE), ": \"x\" has rank 1, expected [sample, dim] or [layer, sample, dim]");
    FILE_OF({ "h.0", LAMELLA_F32, 1, { 5 } }, { "h.1", LAMELLA_F32, 1, { 5 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), none);
    FILE_OF({ "offsets", LAMELLA_F32, 2, { 2, 3 } }, { "mask", LAMELLA_F32, 2, { 2, 3 } }, { "label.0", LAMELLA_F32, 2, { 2, 3 } },
            { "label.1", LAMELLA_F32, 2, { 2, 3 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), none);
    FILE_OF({ "mask", LAMELLA_I32, 2, { 2, 3 } }, { "x", LAMELLA_I64, 1, { 3 } }, { "y", LAMELLA_U8, 2, { 2, 3 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_DTYPE), " holds no stack: \"y\" is U8, expected floats");
    FILE_OF(MATRIX("z0"), { "z1", LAMELLA_F32, 1, { 5 } });
    equal_text(readings_of("f"), "z0/0/4 x1");
    FILE_OF(MATRIX("h0"), { "h1", LAMELLA_F32, 1, { 5 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"h1\" is no layer: its rank is not 2 to 4");
    lamella_view deep[2];
    float zero[2] = { 0 };
    for (int i = 0; i < 2; i++)
        deep[i] = view_of(LAMELLA_F32, zero, 1, 1, 2, 1, 1, 1);
    save_arrays("f", (const char *[]){ "x" }, deep, 1);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), " holds no stack: expected arrays layer.0, layer.1 ... of [sample, dim], or one of [layer, sample, dim], of floats");
    equal_text(says("x", 1, LAMELLA_ERR_SHAPE), ": \"x\" has rank 6, expected [sample, dim] or [layer, sample, dim]");
    save_arrays("f", (const char *[]){ "layer.0", "layer.1" }, deep, 2);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"layer.0\" is no layer: its rank is not 2 to 4");
    FILE_OF({ "layer.0", LAMELLA_F32, 5, { 1, 2, 1, 2, 3 } });
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"layer.0\" is no layer: its rank is not 2 to 4");
    FILE_OF({ "layer.0", LAMELLA_F32, 4, { 1, 2, 2, 3 } });
    TAKES(NULL, 0, "layer.", LAMELLA_IO_FORM_LAYERS, 1);
    folder_remove();
}

/* Layers are alike but for their last axis. */
TEST(layers_differ_in_their_last_axis_only)
{
    static const struct { named_array second; int fits; } pairs[] = {
        { { "h.1", LAMELLA_F32, 3, { 2, 3, 4 } }, 1 }, { { "h.1", LAMELLA_F32, 3, { 2, 3, 9 } }, 1 }, { { "h.1", LAMELLA_F16, 3, { 2, 3, 1 } }, 1 },
        { { "h.1", LAMELLA_F32, 3, { 2, 5, 4 } }, 0 }, { { "h.1", LAMELLA_F32, 3, { 3, 3, 4 } }, 0 }, { { "h.1", LAMELLA_F32, 2, { 2, 3 } }, 0 },
        { { "h.1", LAMELLA_F32, 4, { 2, 3, 4, 1 } }, 0 }, { { "h.1", LAMELLA_F32, 4, { 2, 3, 1, 4 } }, 0 },
    };
    folder_make();
    for (int i = 0; i < LENGTH(pairs); i++) {
        FILE_OF({ "h.0", LAMELLA_F32, 3, { 2, 3, 4 } }, pairs[i].second);
        equal_text(says(NULL, 0, pairs[i].fits ? LAMELLA_OK : LAMELLA_ERR_SHAPE),
                   pairs[i].fits ? "" : ": \"h.1\" differs from the first in more than its last axis");
    }
    write_parts("{\"layer.0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}" PART("layer.1", "F8_E4M3", "2,1", 8, 10), 10, "", 0);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"layer.1\" is F8_E4M3, of which there is no view");
    write_parts("{\"h.0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}" PART("h.1", "F6_E2M3", "4,1", 8, 11), 11, "", 0);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"h.1\" is F6_E2M3, of which there is no view");
    write_parts("{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[2,1],\"data_offsets\":[0,2]}", 2, "", 0);
    equal_text(says(NULL, 0, LAMELLA_ERR_DTYPE), " holds no stack: \"x\" is F8_E4M3, expected floats");
    FILE_OF(BLOCK("a"), BLOCK("b"), MATRIX("c"));
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), " could be several stacks: set options.prefix to one of \"a\", \"b\", \"c\"");
    equal_text(readings_of("f"), "a/1/2 x4 a/2/3 x5 a/-1/4 x1 b/1/2 x4 b/2/3 x5 b/-1/4 x1 c/0/4 x1");
    folder_remove();
}

TEST(an_axis_that_there_is_not_is_refused_in_a_sentence)
{
    folder_make();
    FILE_OF(MATRIX("layer.0"), MATRIX("layer.1"));
    for (int32_t axis = -1; axis <= 2; axis++) {
        char expected[200];
        snprintf(expected, sizeof expected, "options.layer_axis is %d, expected 0 where each layer is an array of its own", (int)axis);
        equal_text(says(NULL, axis, axis ? LAMELLA_ERR_ARGUMENT : LAMELLA_OK), axis ? expected : "");
        equal_text(says("layer.", axis, axis ? LAMELLA_ERR_ARGUMENT : LAMELLA_OK), axis ? expected : "");
        snprintf(expected, sizeof expected, "options.layer_axis is %d, expected 0: \"layer.1\" has rank 2, no layers", (int)axis);
        equal_text(says("layer.1", axis, axis ? LAMELLA_ERR_ARGUMENT : LAMELLA_OK), axis ? expected : "");
    }
    FILE_OF({ "s", LAMELLA_F32, 5, { 2, 3, 4, 5, 2 } });
    equal_text(says(NULL, -1, LAMELLA_ERR_ARGUMENT), "options.layer_axis is -1, expected 1 or 2: \"s\" has rank 5, one layer 2 to 4");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), ": \"s\" is [2, 3, 4, 5, 2]: set options.layer_axis = 1 if that means [layer, sample, y, x, dim], 2 if [sample, layer, y, x, dim]");
    FILE_OF(MATRIX("h1x"), MATRIX("h12x"), MATRIX("h13x"), MATRIX("h-1"));
    static const char *const none[] = { "h", "h1", "h-", "h1x{}", "{}h", "H" };
    for (int i = 0; i < 6; i++) {
        char expected[300];
        snprintf(expected, sizeof expected, ": options.prefix is \"%s\", expected the name of an array, what stands before the integers of several, or their name with "
                 "{} for the integer", none[i]);
        if (i != 2)
            equal_text(says(none[i], 0, LAMELLA_ERR_ARGUMENT), expected);
    }
    TAKES("h-", 0, "h-", LAMELLA_IO_FORM_LAYERS, 1);
    TAKES("h{}x", 0, "h{}x", LAMELLA_IO_FORM_LAYERS, 3);
    folder_remove();
}

/* ---- metadata ---- */

TEST(long_metadata_is_shown_by_its_first_63_bytes)
{
    char value[100], expected[300];
    lamella_view layer = view_of(LAMELLA_F32, x, 5, 6);
    folder_make();
    for (int n = 60; n < 70; n++) {
        memset(value, 'v', sizeof value);
        value[n] = 0;
        for (int key = 0; key < 3; key++) {
            const char *const pair[] = { (const char *[]){ "n_depths", "last_normed", "lamella.format" }[key], value };
            ok(lamella_io_file_save(NULL, in_folder("f"), (const char *[]){ "layer.4" }, &layer, 1,
                                    WITH(lamella_io_file_save_options, .metadata = pair, .n_metadata = 1)));
            if (key == 2)
                snprintf(expected, sizeof expected, ": lamella.format is \"%.63s\", expected 1: a newer Lamella wrote it", value);
            else
                snprintf(expected, sizeof expected, ": byte 8: \"%s\": the metadata %s is \"%.63s\", expected %s", pair[0], pair[0], value,
                         key ? "true or false, 1 or 0" : "a number of 1 to 18 digits");
            equal_text(says(NULL, 0, key == 2 ? LAMELLA_ERR_UNSUPPORTED : LAMELLA_ERR_FORMAT), expected);
        }
    }
    folder_remove();
}

/* ---- reading and saving by blocks ---- */

static int64_t most_wanted, n_wanted, fails_at, fails_with;

static int64_t read_zeros(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)user;
    most_wanted = MAX(most_wanted, n_rows);
    check(n_rows == into->shape[0] && into->flags == 0);
    if (n_wanted++ == fails_at && first_row >= 0)
        return fails_with == 99 ? n_rows + 1 : fails_with;
    memset(into->data, 0, (size_t)(n_rows * into->shape[1] * dtype_size(into->dtype)));
    return n_rows;
}

/* As many rows of the widest layer as a mebibyte holds, one at least. */
TEST(rows_are_saved_by_blocks_of_a_mebibyte)
{
    static const struct { int32_t dtype; int64_t rows, dims[2], most; } stacks[] = {
        { LAMELLA_U8, (1 << 20) + 3, { 1, 1 }, 1 << 20 }, { LAMELLA_F32, 100000, { 3, 2 }, (1 << 20) / 12 }, { LAMELLA_F32, 100000, { 2, 3 },
                (1 << 20) / 12 },
        { LAMELLA_F64, 3, { 131072, 1 }, 1 }, { LAMELLA_F64, 3, { 131073, 5 }, 1 }, { LAMELLA_F64, 5, { 65536, 5 }, 2 }, { LAMELLA_F64, 5,
                { 65537, 5 }, 1 },
    };
    folder_make();
    for (int i = 0; i < LENGTH(stacks); i++) {
        lamella_view layer[2];
        for (int l = 0; l < 2; l++)
            layer[l] = (lamella_view){ .dtype = stacks[i].dtype, .rank = 2, .shape = { stacks[i].rows, stacks[i].dims[l] },
                                      .flags = LAMELLA_READONLY };
        lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .read = read_zeros };
        most_wanted = n_wanted = 0;
        fails_at = -1;
        ok(lamella_io_stack_save(NULL, in_folder("x"), &s, NULL));
        equal(most_wanted, stacks[i].most);
        equal(n_wanted, 2 * ((stacks[i].rows + stacks[i].most - 1) / stacks[i].most));
    }
    folder_remove();
}

TEST(a_read_that_fails_is_told_with_its_place)
{
    static const struct { int64_t answer; lamella_status status; const char *says; } answers[] = {
        { LAMELLA_ERR_IO, LAMELLA_ERR_IO, "lamella_io_stack_save: stack.read could not get depth 7, rows 1 to 1" },
        { 0, LAMELLA_ERR_CALLBACK, "lamella_io_stack_save: stack.read of depth 7, rows 1 to 1 returned 0, expected 1 or LAMELLA_STOP" },
        { 99, LAMELLA_ERR_CALLBACK, "lamella_io_stack_save: stack.read of depth 7, rows 1 to 1 returned 2, expected 1 or LAMELLA_STOP" },
        { -100, LAMELLA_ERR_CALLBACK, "lamella_io_stack_save: stack.read of depth 7, rows 1 to 1 returned -100, expected 1 or LAMELLA_STOP" },
    };
    static const int64_t depth[] = { 2, 7 };
    folder_make();
    for (int i = 0; i < LENGTH(answers); i++) {
        lamella_view layer[2];
        for (int l = 0; l < 2; l++)
            layer[l] = (lamella_view){ .dtype = LAMELLA_F64, .rank = 2, .shape = { 3, 131072 } };
        lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = 2, .depth = depth, .read = read_zeros };
        n_wanted = 0;
        fails_at = 4; /* after three rows of the first layer, the second of the other */
        fails_with = answers[i].answer;
        refused(lamella_io_stack_save(NULL, in_folder("x"), &s, NULL), answers[i].status, answers[i].says);
        equal(folder_count(), 0);
    }
    folder_remove();
}
