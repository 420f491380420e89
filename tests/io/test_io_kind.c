/* What a file is, whatever its name: told by its first bytes, and named when it is refused. */
#include "io/files.h"
#include "io/io.h"

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

/* ---- at the edges ---- */

/* In memory of exactly its length. */
static void is_of_kind(const char *bytes, int64_t n, int64_t file_bytes, int32_t expected)
{
    char *exact = malloc((size_t)n + !n);
    memcpy(exact, bytes, (size_t)n);
    int32_t kind = kind_of_bytes(exact, n, file_bytes);
    if (kind != expected)
        ck_abort_msg("%.*s of %lld is of kind %d, expected %d", (int)n, bytes, (long long)n, kind, expected);
    free(exact);
}

/* Each magic in full and one byte short, and with another byte anywhere in it. */
TEST(a_magic_is_compared_to_its_last_byte)
{
    static const struct { const char *bytes; int64_t n; int32_t kind; } magics[] = {
        { S("\x93NUMPY"), LAMELLA_IO_NPY }, { S("GGUF"), LAMELLA_IO_GGUF }, { S("PK\3\4"), LAMELLA_IO_ZIP }, { S("PK\5\6"), LAMELLA_IO_ZIP },
        { S("\x89HDF\r\n\x1a\n"), LAMELLA_IO_HDF5 }, { S("PAR1"), LAMELLA_IO_PARQUET }, { S("version https://git-lfs."), LAMELLA_IO_LFS },
        { S("<!doctype html"), LAMELLA_IO_WEB_PAGE }, { S("<html"), LAMELLA_IO_WEB_PAGE },
        { S("\xef\xbb\xbf\r\n\t <HTML"), LAMELLA_IO_WEB_PAGE }, { S("\r<!DocType HTML"), LAMELLA_IO_WEB_PAGE }, { S("\n<html"), LAMELLA_IO_WEB_PAGE },
        { S("\t<html"), LAMELLA_IO_WEB_PAGE }, { S(" <html"), LAMELLA_IO_WEB_PAGE }, { S("{\"weight_map\""), LAMELLA_IO_INDEX },
        { S(" \r\n{ \"weight_map\""), LAMELLA_IO_INDEX },
    };
    for (int i = 0; i < LENGTH(magics); i++) {
        char changed[64];
        int64_t n = magics[i].n;
        is_of_kind(magics[i].bytes, n, n, magics[i].kind);
        is_of_kind(magics[i].bytes, n - 1, n - 1, LAMELLA_IO_UNKNOWN);
        equal(kind_of_bytes(magics[i].bytes, n - 1, n - 1), LAMELLA_IO_UNKNOWN); /* though the last byte does stand behind them */
        for (int64_t k = 0; k < n; k++) {
            memcpy(changed, magics[i].bytes, (size_t)n);
            if (strchr(" \t\r\n", changed[k]) && magics[i].kind != LAMELLA_IO_HDF5 && magics[i].kind != LAMELLA_IO_LFS)
                continue;
            changed[k] = changed[k] == '~' ? '!' : '~';
            if (!(magics[i].kind == LAMELLA_IO_WEB_PAGE && changed[k] == ' '))
                is_of_kind(changed, n, n, LAMELLA_IO_UNKNOWN);
        }
    }
    is_of_kind("{\"x\": \"weight_map\"}", 19, 19, LAMELLA_IO_INDEX);
    is_of_kind("[\"weight_map\"]", 14, 14, LAMELLA_IO_UNKNOWN);
    is_of_kind("   ", 3, 3, LAMELLA_IO_UNKNOWN);
    is_of_kind("", 0, 0, LAMELLA_IO_EMPTY);
}

TEST(a_pickle_has_a_protocol_of_2_to_5)
{
    for (int protocol = 0; protocol < 8; protocol++) {
        char bytes[] = { (char)0x80, (char)protocol, '.' };
        is_of_kind(bytes, 3, 3, protocol >= 2 && protocol <= 5 ? LAMELLA_IO_PICKLE : LAMELLA_IO_UNKNOWN);
        is_of_kind(bytes, 2, 2, LAMELLA_IO_UNKNOWN);
        bytes[0] = (char)0x81;
        is_of_kind(bytes, 3, 3, LAMELLA_IO_UNKNOWN);
    }
}

/* A header that fits, or a brace where it begins; over the limit both. */
TEST(what_has_no_magic_is_told_by_its_length_and_its_brace)
{
    static const int64_t headers[] = { 2, 1000, 99999999, 100000000, 100000001, INT64_C(1) << 32, INT64_C(1) << 62 };
    for (int i = 0; i < LENGTH(headers); i++)
        for (int64_t spare = -1; spare <= 1; spare++)
            for (int brace = 0; brace < 2; brace++) {
                char bytes[9];
                int64_t h = headers[i], fits = spare >= 0;
                for (int k = 0; k < 8; k++)
                    bytes[k] = (char)(h >> 8 * k);
                bytes[8] = brace ? '{' : 'x';
                is_of_kind(bytes, 9, h + 8 + spare, (h <= 100000000 ? fits || brace : fits && brace) ? LAMELLA_IO_SAFETENSORS : LAMELLA_IO_UNKNOWN);
            }
    is_of_kind("\0\0\0\0\0\0\0\0", 8, 8, LAMELLA_IO_SAFETENSORS);
    is_of_kind("\1\0\0\0\0\0\0\0", 8, 8, LAMELLA_IO_UNKNOWN);
    is_of_kind("\0\0\0\0\0\0\0", 7, 7, LAMELLA_IO_UNKNOWN);
}

/* ---- the shards of an index ---- */

static const char *index_says(const char *text)
{
    lamella_io_fault fault;
    bytes b = bytes_of(text, (int64_t)strlen(text));
    returns(load_both_ways(b, 0, &fault), LAMELLA_ERR_FORMAT);
    free(b.at);
    const char *shards = strstr(lamella_last_error(), "one by one");
    return shards ? shards + strlen("one by one") : lamella_last_error();
}

TEST(the_shards_of_an_index_are_named_once_each_up_to_eight)
{
    static const char rest[] = "; expected a .safetensors or .npy file";
    char text[4000], expected[600];
    folder_make();
    for (int n = 0; n <= 10; n++) {
        size_t used = (size_t)sprintf(text, "{\"metadata\":{\"a\":[1]},\"weight_map\":{");
        size_t said = 0;
        for (int i = 0; i < 2 * n; i++) /* each twice: side by side, or far apart */
            used += (size_t)sprintf(text + used, "%s\"w%d\":\"s%d\"", i ? "," : "", i, n % 2 ? i / 2 : i % n);
        sprintf(text + used, "}}");
        for (int i = 0; i < n && i < 8; i++)
            said += (size_t)sprintf(expected + said, "%ss%d", i ? ", " : ": ", i);
        sprintf(expected + said, "%s%s", n > 8 ? " ..." : "", rest);
        equal_text(index_says(text), expected);
    }
    equal_text(index_says("{\"weight_map\":[\"a\"]}"), rest);
    equal_text(index_says("{\"weight_map\":{\"a\":1,\"b\":\"s\"}}"), rest);
    equal_text(index_says("{\"x\":\"weight_map\",\"y\":{\"a\":\"s\"},\"weight_map\":{\"a\":\"t\"}}"), ": t; expected a .safetensors or .npy file");
    folder_remove();
}

/* As many as there is room for, each of at most 63 bytes. */
TEST(long_names_of_shards_are_cut)
{
    char text[4000], name[101], expected[600];
    size_t used = (size_t)sprintf(text, "{\"weight_map\":{"), said = 0;
    memset(name, 's', sizeof name);
    folder_make();
    for (int i = 0; i < 8; i++) {
        name[90] = (char)('0' + i), name[91] = 0;
        used += (size_t)sprintf(text + used, "%s\"w%d\":\"%d%s\"", i ? "," : "", i, i, name);
        if (i < 6)
            said += (size_t)sprintf(expected + said, "%s%d%.62s", i ? ", " : ": ", i, name);
    }
    sprintf(text + used, "}}");
    sprintf(expected + said, "; expected a .safetensors or .npy file");
    equal_text(index_says(text), expected);
    for (int n = 1; n <= 4; n++) { /* six of them, and one that just fits */
        used = (size_t)sprintf(text, "{\"weight_map\":{");
        said = 0;
        for (int i = 0; i < 6; i++) {
            used += (size_t)sprintf(text + used, "%s\"w%d\":\"%d%s\"", i ? "," : "", i, i, name);
            said += (size_t)sprintf(expected + said, "%s%d%.62s", i ? ", " : ": ", i, name);
        }
        sprintf(text + used, ",\"w\":\"%.*s\"}}", n, "last");
        sprintf(expected + said, "%s%.*s; expected a .safetensors or .npy file", n <= 2 ? ", " : "", n <= 2 ? n : 0, "last");
        equal_text(index_says(text), expected);
    }
    folder_remove();
}
