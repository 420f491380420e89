/* What a file is, whatever its name: told by its first bytes, and named when it is refused. */
#include "io/files.h"

typedef struct sample {
    int32_t     kind;
    const char *bytes;
    int64_t     n;
    const char *said; /* NULL: no refusal by kind */
} sample;

#define S(bytes) bytes, sizeof(bytes) - 1

static const sample samples[] = {
    { LAMELLA_IO_SAFETENSORS, S("\2\0\0\0\0\0\0\0{}"), NULL },
    { LAMELLA_IO_SAFETENSORS, S("\200\2\0\0\0\0\0\0{"), NULL }, /* also the start of a pickle: but the brace stands where it should */
    { LAMELLA_IO_NPY, S("\x93NUMPY\1\0"), NULL },
    { LAMELLA_IO_GGUF, S("GGUF\3\0\0\0rest of it"), "a GGUF model file" },
    { LAMELLA_IO_ZIP, S("PK\3\4 and so on"), "a zip archive (.npz or a PyTorch .pt)" },
    { LAMELLA_IO_ZIP, S("PK\5\6 empty one"), "a zip archive" },
    { LAMELLA_IO_PICKLE, S("\200\4\225\20\0\0\0\0\0\0\0}"), "a Python pickle, which can run code" },
    { LAMELLA_IO_HDF5, S("\x89HDF\r\n\x1a\n and so on"), "an HDF5 file" },
    { LAMELLA_IO_PARQUET, S("PAR1 and so on"), "a parquet file" },
    { LAMELLA_IO_LFS, S("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"), "a Git LFS pointer, not the file it stands for" },
    { LAMELLA_IO_WEB_PAGE, S("\xef\xbb\xbf \n<!DOCTYPE HTML><html>"), "a web page, saved under this name" },
    { LAMELLA_IO_WEB_PAGE, S("<HtMl lang=en>"), "a web page" },
    { LAMELLA_IO_INDEX, S("{\"metadata\": {\"total_size\": 5}, \"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-1.safetensors\", "
                          "\"c\": \"model-2.safetensors\"}}"),
      "the index of a sharded checkpoint: open its shards one by one: model-1.safetensors, model-2.safetensors;" },
    { LAMELLA_IO_INDEX, S("{\"weight_map\": broken"), "the index of a sharded checkpoint" },
    { LAMELLA_IO_EMPTY, S(""), NULL },
    { LAMELLA_IO_UNKNOWN, S("just some text that is no array"), NULL },
    { LAMELLA_IO_UNKNOWN, S("{\"json\": \"but no index\"}"), NULL },
};

TEST(kinds_are_told_by_the_first_bytes)
{
    folder_make();
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int32_t kind;
        bytes b = bytes_of(samples[i].bytes, samples[i].n);
        ok(lamella_io_kind(NULL, folder_write("x.safetensors", b), &kind));
        if (kind != samples[i].kind)
            ck_abort_msg("%.20s is of kind %d, expected %d", samples[i].bytes, kind, samples[i].kind);
        free(b.at);
    }
    folder_remove();
}

TEST(other_kinds_are_refused_by_name_with_what_was_expected)
{
    folder_make();
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        lamella_io_fault fault;
        bytes b = bytes_of(samples[i].bytes, samples[i].n);
        lamella_status status = load_both_ways(b, 0, &fault);
        if (samples[i].said) {
            equal(status, LAMELLA_ERR_FORMAT);
            equal(fault.rule, LAMELLA_IO_RULE_KIND);
            equal(fault.kind, samples[i].kind);
            check(strstr(lamella_last_error(), "expected a .safetensors or .npy file") != NULL);
            if (!strstr(lamella_last_error(), samples[i].said))
                ck_abort_msg("said %s, expected %s", lamella_last_error(), samples[i].said);
        } else if (status != LAMELLA_OK) {
            equal(fault.rule, LAMELLA_IO_RULE_SIZE);
        }
        free(b.at);
    }
    folder_remove();
}

TEST(paths_that_are_no_file_are_named_with_the_reason)
{
    lamella_io_file *file;
    int32_t kind;
    char expected[300];
    folder_make();
    snprintf(expected, sizeof expected, "lamella_io_file_open: %s: no such file or directory", in_folder("none"));
    refused(lamella_io_file_open(NULL, in_folder("none"), NULL, &file, NULL), LAMELLA_ERR_IO, expected);
    snprintf(expected, sizeof expected, "lamella_io_kind: %s: is a directory", folder);
    refused(lamella_io_kind(NULL, folder, &kind), LAMELLA_ERR_IO, expected);
    check(!mkfifo(in_folder("pipe"), 0600));
    snprintf(expected, sizeof expected, "lamella_io_kind: %s: is no regular file", in_folder("pipe"));
    refused(lamella_io_kind(NULL, in_folder("pipe"), &kind), LAMELLA_ERR_IO, expected); /* and does not wait for a writer */
    refused(lamella_io_kind(NULL, "", &kind), LAMELLA_ERR_ARGUMENT, "lamella_io_kind: path is \"\", expected the path of a file");
    refused(lamella_io_file_open(NULL, NULL, NULL, &file, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_file_open: path is NULL, expected the path of a file");
    refused(lamella_io_file_open(NULL, "x", NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT, "lamella_io_file_open: file is NULL, expected a handle to fill");
    folder_remove();
}

TEST(a_long_path_is_shown_by_its_end)
{
    char path[3000];
    lamella_io_file *file;
    for (int i = 0; i < 2999; i++)
        path[i] = "/.\xc3\xa9"[i % 4];
    path[2999] = 0;
    returns(lamella_io_file_open(NULL, path, NULL, &file, NULL), LAMELLA_ERR_IO);
    check(strlen(lamella_last_error()) < 300);
    equal(((unsigned char)lamella_last_error()[strlen("lamella_io_file_open: ")] & 0xc0) == 0x80, 0);
}
