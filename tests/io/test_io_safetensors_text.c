/* .safetensors headers: what is said of each refusal, in whole sentences; limits reached and passed by one; how far opening has come. */
#include "io/files.h"
#include "io/io.h"

#define ENTRY(dtype, shape, offsets) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define A ENTRY("F32", "[2]", "[0,8]")
#define B ENTRY("F32", "[2]", "[8,16]")

static lamella_io_fault fault;

static lamella_status loads(const char *header, int64_t data_bytes)
{
    lamella_io_file *file;
    bytes b = safetensors(header, (int64_t)strlen(header), data_bytes);
    lamella_status status = load(NULL, b, 0, &file, &fault);
    lamella_io_file_free(file);
    free(b.at);
    return status;
}

/* '@' is the byte that is told; blanks stand before what a rule is about. */
TEST(each_refusal_is_a_sentence_with_its_place)
{
    static const struct { const char *header; int64_t data_bytes; int32_t rule; const char *key, *what; } cases[] = {
        { "{\"a\": \t@{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "dtype is missing" },
        { "{\"a\":@{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "shape is missing" },
        { "{\"a\":@{\"dtype\":\"F32\",\"shape\":[2]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "data_offsets is missing" },
        { "{\"a\":{\"dtype\": \n@\"F12\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "a dtype that the format does not know" },
        { "{\"a\":{\"dtype\":@\"\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2, LAMELLA_IO_RULE_SCHEMA, "a", "a dtype that the format does not know" },
        { "{\"a\":{\"dtype\":@7}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "dtype has to be a text" },
        { "{\"a\":@7}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "an array's entry has to be an object" },
        { "{\"a\":{\"shape\":@7}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "shape has to be an array of whole numbers" },
        { "{\"a\":{\"shape\":[1,@\"2\"]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "shape has to be an array of whole numbers" },
        { "{\"a\":{\"data_offsets\": @[1]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "data_offsets has to be an array of two whole numbers" },
        { "{\"a\":{\"data_offsets\": @[0,8,8,8]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "data_offsets has to be an array of two whole numbers" },
        { "{\"a\":{\"data_offsets\":[0,@1.5]}}", 8, LAMELLA_IO_RULE_SCHEMA, "a", "data_offsets has to be an array of two whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",@\"dtype\":\"F32\"}}", 8, LAMELLA_IO_RULE_DUPLICATE, "a", "a field of this array stands twice" },
        { "{\"a\":{\"shape\":[2],@\"shape\":[2]}}", 8, LAMELLA_IO_RULE_DUPLICATE, "a", "a field of this array stands twice" },
        { "{\"a\":{\"data_offsets\":[0,8],@\"data_offsets\":[0,8]}}", 8, LAMELLA_IO_RULE_DUPLICATE, "a", "a field of this array stands twice" },
        { "{\"a\":{\"x\":0,\"y\":0,@\"\\u0079\":0}}", 8, LAMELLA_IO_RULE_DUPLICATE, "a", "a field of this array stands twice" },
        { "{\"a\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,@\"9\":0}}", 8, LAMELLA_IO_RULE_LIMIT, "a", "over 8 unknown fields" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\": @[9007199254740992],\"data_offsets\":[0,8]}}", 8, LAMELLA_IO_RULE_OVERFLOW, "a", "a shape of over 2^53 bytes" },
        { "{\"a\":{\"dtype\":\"F4\",\"shape\": @[3],\"data_offsets\":[0,8]}}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "a shape that is no whole number of bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\": @[8,0]}}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "data_offsets that end before they begin" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\": @[1,0]}}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "data_offsets that end before they begin" },
        { "{\"a\":" ENTRY("F32", "[2]", "@[0,7]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "data_offsets that are not as far apart as dtype and shape say" },
        { "{\"a\":" ENTRY("F32", "[2]", "@[0,9]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "data_offsets that are not as far apart as dtype and shape say" },
        { "{\"a\":" ENTRY("F32", "[2]", "@[9007199254740985,9007199254740993]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "data_offsets over 2^53" },
        { "{\"a\":" ENTRY("F32", "[2]", "@[9007199254740984,9007199254740992]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "a hole of 9007199254740984 bytes stands before it" },
        { "{\"a\":" ENTRY("F32", "[2]", "@[3,11]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "a hole of 3 bytes stands before it" },
        { "{\"a\":" A ",\"b\":" ENTRY("F32", "[2]", "@[7,15]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "b", "its bytes overlap another array's" },
        { "{\"b\":" A ",\"a\":" ENTRY("F32", "[2]", "@[0,8]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "a", "its bytes overlap another array's" },
        { "{\"a\":" A ",\"b\":" ENTRY("F32", "[0]", "@[7,7]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "b", "its bytes overlap another array's" },
        { "{\"a\":" A ",\"b\":" ENTRY("F32", "[0]", "@[9,9]") "}", 8, LAMELLA_IO_RULE_LAYOUT, "b", "a hole of 1 bytes stands before it" },
        { "{\"a\":" A ",@\"a\":" B "}", 16, LAMELLA_IO_RULE_DUPLICATE, "a", "this key stands twice" },
        { "{\"__metadata__\":{\"z\":\"\",\"y\":\"\",@\"z\":\"\",\"y\":\"\"}}", 0, LAMELLA_IO_RULE_DUPLICATE, "z", "this key stands twice" },
        { "{\"__metadata__\":{\"y\":\"\",\"z\":\"\",@\"y\":\"a value that is so long that the keys are sorted with those of the arrays\"}}", 0, LAMELLA_IO_RULE_DUPLICATE, "y",
          "this key stands twice" },
        { "{\"__metadata__\":{},@\"__metadata__\":null}", 0, LAMELLA_IO_RULE_DUPLICATE, "__metadata__", "this key stands twice" },
        { "{\"__metadata__\":@[]}", 0, LAMELLA_IO_RULE_SCHEMA, "__metadata__", "expected an object of texts" },
        { "{\"__metadata__\":{\"k\":@null}}", 0, LAMELLA_IO_RULE_SCHEMA, "__metadata__", "expected a text in double quotes" },
        { "@[]", 0, LAMELLA_IO_RULE_GRAMMAR, "", "the header has to be a JSON object" },
        { "  @7", 0, LAMELLA_IO_RULE_GRAMMAR, "", "the header has to be a JSON object" },
        { "  {} @{}", 0, LAMELLA_IO_RULE_TEXT, "", "something follows the JSON object" },
        { "{\"a\":" A "@;", 8, LAMELLA_IO_RULE_GRAMMAR, "", "expected ',' or '}'" },
    };
    for (int i = 0; i < LENGTH(cases); i++) {
        char text[400], expected[600];
        const char *at = strchr(cases[i].header, '@');
        int64_t place = 8 + (at - cases[i].header);
        snprintf(text, sizeof text, "%.*s%s", (int)(at - cases[i].header), cases[i].header, at + 1);
        snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: byte %lld: %s%s%s%s", (long long)place, *cases[i].key ? "\"" : "", cases[i].key,
                 *cases[i].key ? "\": " : "", cases[i].what);
        refused(loads(text, cases[i].data_bytes), cases[i].rule == LAMELLA_IO_RULE_LIMIT ? LAMELLA_ERR_LIMIT : LAMELLA_ERR_FORMAT, expected);
        equal(fault.rule, cases[i].rule);
        equal(fault.offset, place);
        equal_text(fault.key, cases[i].key);
        check(fault.expected == -1 && fault.found == -1 && fault.kind == LAMELLA_IO_SAFETENSORS);
    }
}

/* Where arrays begin and end an empty one may stand, listed wherever. */
TEST(empty_arrays_stand_at_any_border)
{
    static const char *const entries[] = { "\"e\":" ENTRY("F32", "[0]", "[0,0]"), "\"f\":" ENTRY("F32", "[0]", "[8,8]"), "\"g\":" ENTRY("U8", "[3,0]", "[16,16]"), "\"a\":" A,
                                           "\"b\":" B };
    for (int order = 0; order < 120; order++) {
        int left[] = { 0, 1, 2, 3, 4 }, code = order, n = 5;
        char text[800] = "{";
        for (; n > 0; n--) {
            int take = code % n;
            code /= n;
            strcat(strcat(text, n < 5 ? "," : ""), entries[left[take]]);
            memmove(left + take, left + take + 1, (size_t)(4 - take) * sizeof *left);
        }
        strcat(text, "}");
        ok(loads(text, 16));
        returns(loads(text, 17), LAMELLA_ERR_FORMAT);
        equal(fault.expected, fault.found - 1);
    }
}

TEST(what_a_file_lacks_or_has_too_much_is_a_sentence)
{
    static const struct { const char *bytes; int64_t n, expected; const char *what; } cases[] = {
        { "1234567", 7, 10, "the file has 7 bytes, a .safetensors file at least 10" },
        { "\0\0\0\0\0\0\0\0", 8, 10, "a header of 0 bytes, expected at least 2" },
        { "\1\0\0\0\0\0\0\0{", 9, 10, "a header of 1 bytes, expected at least 2" },
        { "\2\0\0\0\0\0\0\0{", 9, 10, "the header ends at byte 10, the file has 9" },
        { "\3\0\0\0\0\0\0\0{}", 10, 11, "the header ends at byte 11, the file has 10" },
        { "\x01\xe1\xf5\x05\0\0\0\0;", 9, 100000009, "is no .safetensors or .npy file: its first 8 bytes would mean a header of 100000001 bytes, expected at most 100000000" },
        { "\x00\xe1\xf5\x05\0\0\0\0{", 9, 100000008, "the header ends at byte 100000008, the file has 9" },
        { "\1\2\3\4\5\6\7\x08;", 9, INT64_C(0x807060504030209), "is no .safetensors or .npy file: its first 8 bytes would mean a header of 578437695752307201 bytes, expected at most 100000000" },
        { "\xf6\xff\xff\xff\xff\xff\xff\x7f;", 9, INT64_MAX - 1, "is no .safetensors or .npy file: its first 8 bytes would mean a header of 9223372036854775798 bytes, expected at most 100000000" },
        { "\xf7\xff\xff\xff\xff\xff\xff\x7f;", 9, INT64_MAX, "is no .safetensors or .npy file: its first 8 bytes would mean a header of 9223372036854775799 bytes, expected at most 100000000" },
        { "\xf8\xff\xff\xff\xff\xff\xff\x7f;", 9, INT64_MAX, "is no .safetensors or .npy file: its first 8 bytes would mean a header of 9223372036854775800 bytes, expected at most 100000000" },
        { "\2\0\0\0\0\0\0\0{}PK\3", 13, 10, NULL },
    };
    for (int i = 0; i < LENGTH(cases); i++) {
        char expected[300];
        lamella_io_file *file;
        bytes b = bytes_of(cases[i].bytes, cases[i].n);
        if (!cases[i].what) { /* bytes of no array */
            returns(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT);
            equal(fault.rule, LAMELLA_IO_RULE_LAYOUT);
            equal_text(lamella_last_error(), "lamella_io_file_load: bytes: byte 10: bytes that belong to no array");
            free(b.at);
            continue;
        }
        snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: %s", cases[i].what);
        refused(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT, expected);
        check(fault.rule == LAMELLA_IO_RULE_SIZE && fault.offset == 0 && fault.expected == cases[i].expected && fault.found == cases[i].n);
        free(b.at);
    }
}

/* What follows the arrays is told as an archive from four bytes on. */
TEST(what_follows_the_arrays_is_told)
{
    static const struct { const char *tail; int64_t n; int zip; } tails[] = { { "P", 1, 0 }, { "PK", 2, 0 }, { "PK\3", 3, 0 }, { "PK\3\4", 4, 1 }, { "PK\5\6 and more", 13, 1 },
                                                                             { "PL\3\4", 4, 0 }, { "QK\3\4", 4, 0 }, { "something", 9, 0 } };
    static const char header[] = "{\"a\":" A "}";
    for (int i = 0; i < LENGTH(tails); i++) {
        char expected[300];
        lamella_io_file *file;
        bytes b = safetensors(header, sizeof header - 1, 8 + tails[i].n);
        int64_t end = b.n - tails[i].n;
        memcpy(b.at + end, tails[i].tail, (size_t)tails[i].n);
        if (tails[i].zip)
            snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: byte %d: a zip archive follows the arrays", (int)end);
        else
            snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: its arrays end at byte %d, the file has %d: something follows them", (int)end, (int)b.n);
        refused(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT, expected);
        equal(fault.rule, tails[i].zip ? LAMELLA_IO_RULE_LAYOUT : LAMELLA_IO_RULE_SIZE);
        free(b.at);
    }
    refused(loads(header, 7), LAMELLA_ERR_FORMAT, "lamella_io_file_load: bytes: its arrays end at byte 70, the file has 69: it was cut short");
}

/* ---- limits ---- */

/* A name of 4,096 bytes, in any spelling; and up to the limit in bytes of data, of which the file has none. */
TEST(limits_are_reached_and_passed_by_one)
{
    for (int n = 4095; n <= 4097; n++)
        for (int spelling = 0; spelling < 2; spelling++) {
            char *text = malloc(7 * 4097 + 200), *p = text + sprintf(text, "{\"");
            for (int i = 0; i < n; i++)
                p += sprintf(p, i % 2 && spelling ? "\\u0041" : "n");
            sprintf(p, "\":" ENTRY("U8", "[0]", "[0,0]") "}");
            returns(loads(text, 0), n > 4096 ? LAMELLA_ERR_LIMIT : LAMELLA_OK);
            if (n > 4096)
                check(fault.offset == 9 && strstr(lamella_last_error(), ": a name over 4,096 bytes"));
            free(text);
        }
    refused(loads("{\"a\":" ENTRY("U8", "[9007199254740992]", "[0,9007199254740992]") "}", 0), LAMELLA_ERR_FORMAT,
            "lamella_io_file_load: bytes: its arrays end at byte 9007199254741083, the file has 91: it was cut short");
    refused(loads("{\"a\":" ENTRY("U8", "[9007199254740993]", "[0,9007199254740993]") "}", 0), LAMELLA_ERR_FORMAT,
            "lamella_io_file_load: bytes: byte 35: \"a\": a shape of over 2^53 bytes");
    ok(loads("{\"a\":" ENTRY("F4", "[0,18014398509481984]", "[0,0]") "}", 0));
    returns(loads("{\"a\":" ENTRY("F4", "[0,18014398509481985]", "[0,0]") "}", 0), LAMELLA_ERR_FORMAT);
    equal(fault.rule, LAMELLA_IO_RULE_OVERFLOW);
}

TEST(pairs_are_read_up_to_100000)
{
    char *text = malloc(100002 * 16 + 40);
    for (int more = 0; more < 2; more++) {
        char *p = text + sprintf(text, "{\"__metadata__\":{"), *last = p;
        for (int i = 0; i < 100000 + more; i++) {
            last = p + (i > 0);
            p += sprintf(p, "%s\"%d\":\"\"", i ? "," : "", i);
        }
        sprintf(p, "}}");
        returns(loads(text, 0), more ? LAMELLA_ERR_LIMIT : LAMELLA_OK);
        if (more) {
            equal(fault.offset, 8 + (last - text));
            check(strstr(lamella_last_error(), "\"__metadata__\": over 100,000 metadata pairs") != NULL);
        }
    }
    free(text);
}

#ifndef __SANITIZE_ADDRESS__ /* 50 MB of text */
TEST(arrays_are_read_up_to_1000000)
{
    enum { MOST = 1000000, SIZE = 49 };
    static const char one[] = "\"\":" ENTRY("U8", "[]", "[0,1]");
    char *text = malloc((MOST + 2) * (SIZE + 1) + 10), *p = text;
    equal(sizeof one - 1, SIZE);
    *p++ = '{';
    for (int i = 0; i < MOST; i++) {
        memcpy(p, one, SIZE);
        p[SIZE] = ',';
        p += SIZE + 1;
    }
    strcpy(p, "!}"); /* no more, and what is wrong is told there */
    returns(loads(text, 0), LAMELLA_ERR_FORMAT);
    check(fault.rule == LAMELLA_IO_RULE_GRAMMAR && fault.offset == 8 + (p - text));
    sprintf(p, "%s}", one);
    returns(loads(text, 0), LAMELLA_ERR_LIMIT);
    equal(fault.offset, 8 + (p - text));
    check(strstr(lamella_last_error(), ": over 1,000,000 arrays") != NULL);
    free(text);
}

/* A header of 100,000,000 bytes is looked into; what it holds is a hole on the disk. So is an index that names its shards before one. */
TEST(a_header_of_100000000_bytes_is_read_and_one_more_is_not)
{
    lamella_io_file *file;
    folder_make();
    for (int more = 0; more < 2; more++) {
        char head[9] = { (char)more, (char)0xe1, (char)0xf5, 5, 0, 0, 0, 0, '{' };
        bytes b = bytes_of(head, 9);
        const char *path = folder_write("f", b);
        equal(truncate(path, 100000008 + more), 0);
        fault = (lamella_io_fault){ .struct_size = sizeof fault };
        returns(lamella_io_file_open(NULL, path, NULL, &file, &fault), more ? LAMELLA_ERR_LIMIT : LAMELLA_ERR_FORMAT);
        equal(fault.rule, more ? LAMELLA_IO_RULE_LIMIT : LAMELLA_IO_RULE_TEXT);
        equal(fault.offset, more ? 0 : 9);
        free(b.at);
        static const char index[] = "{\"weight_map\":{\"a\":\"shard\",";
        b = bytes_of(index, sizeof index - 1);
        path = folder_write("i", b);
        equal(truncate(path, 100000000 + more), 0);
        returns(lamella_io_file_open(NULL, path, NULL, &file, &fault), LAMELLA_ERR_FORMAT);
        equal(fault.rule, LAMELLA_IO_RULE_KIND);
        equal(strstr(lamella_last_error(), ": shard;") != NULL, !more);
        free(b.at);
    }
    folder_remove();
}
#endif

/* ---- how far it has come ---- */

static double  told[64];
static int64_t n_told;

static int32_t keep_told(double fraction, const char *stage, void *user)
{
    (void)stage, (void)user;
    told[n_told++ % 64] = fraction;
    return 0;
}

static lamella_status opens_telling(bytes b)
{
    lamella_context *ctx;
    lamella_io_file *file;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = keep_told };
    ok(lamella_context_create(&options, &ctx));
    n_told = 0;
    lamella_status status = load(ctx, b, 0, &file, &fault);
    lamella_io_file_free(file);
    lamella_context_free(ctx);
    return status;
}

/* A value that ends its metadata, and `more` bytes behind that. */
static bytes with_value(int64_t metadata_bytes, int64_t more)
{
    static const char before[] = "{\"__metadata__\":{\"k\":\"", after[] = "\"}";
    char *text = malloc((size_t)(metadata_bytes + more) + 1);
    memset(text, ' ', (size_t)(metadata_bytes + more));
    memset(text, 'v', (size_t)metadata_bytes);
    memcpy(text, before, sizeof before - 1);
    memcpy(text + metadata_bytes - 2, after, 2);
    text[metadata_bytes] = '}';
    bytes b = safetensors(text, metadata_bytes + more, 0);
    free(text);
    return b;
}

/* A mebibyte is read without a word; each one more is told of: reading the text was a fifth, going through it is three, sorting the rest. */
TEST(opening_tells_how_far_it_has_come)
{
    enum { MB = 1 << 20 };
    static const struct { int64_t metadata, more; int n; } cases[] = { { MB - 1, 1, 0 }, { MB - 2, 2, 0 }, { MB - 1, 2, 2 }, { MB, 1, 3 }, { MB + 5, 1, 3 }, { 100, MB - 100, 0 },
                                                                      { 100, MB - 99, 2 } };
    for (int i = 0; i < LENGTH(cases); i++) {
        bytes b = with_value(cases[i].metadata, cases[i].more);
        ok(opens_telling(b));
        equal(n_told, cases[i].n);
        double n = (double)(b.n - 8);
        if (n_told == 3)
            near(told[0], (n + 3. * (double)MAX(MB, cases[i].metadata - 1)) / (5 * n), ABSOLUTE, 1e-12); /* behind the value, or its braces */
        if (n_told >= 2) {
            near(told[n_told - 2], 0.9, ABSOLUTE, 1e-12);
            near(told[n_told - 1], 1, ABSOLUTE, 0);
        }
        free(b.at);
    }
}

TEST(each_mebibyte_of_arrays_and_pairs_is_told_once)
{
    for (int pairs = 0; pairs < 2; pairs++) {
        char *text = malloc(3600000), *p = text + sprintf(text, pairs ? "{\"__metadata__\":{\"\":\"\"" : "{\"\":" ENTRY("U8", "[0]", "[0,0]"));
        for (int i = 0; p - text < 3500000; i++)
            p += sprintf(p, pairs ? ",\"%d\":\"a value of more than sixty bytes, so that there are not too many of them\"" : ",\"%d\":" ENTRY("U8", "[0]", "[0,0]"), i);
        p += sprintf(p, pairs ? "}}" : "}");
        bytes b = safetensors(text, p - text, 0);
        ok(opens_telling(b));
        equal(n_told, 5);
        for (int i = 0; i < 3; i++)
            near(told[i], 0.2 + 0.6 * (i + 1) * (1 << 20) / (double)(p - text), ABSOLUTE, 1e-4);
        near(told[3], 0.9, ABSOLUTE, 1e-12);
        near(told[4], 1, ABSOLUTE, 0);
        free(b.at);
        free(text);
    }
}

/* A text of over 16 MiB comes in parts. */
TEST(reading_a_large_header_is_a_fifth_of_the_work)
{
    static const int64_t part = 16 << 20;
    for (int64_t n = part - 1; n <= 2 * part + 1; n += n == part + 1 ? part - 2 : 1) {
        bytes b = { calloc((size_t)n + 8, 1), n + 8, -1 };
        for (int i = 0; i < 8; i++)
            b.at[i] = (char)(n >> 8 * i);
        b.at[8] = '{';
        returns(opens_telling(b), LAMELLA_ERR_FORMAT); /* zeros, which are no JSON */
        equal(fault.rule, LAMELLA_IO_RULE_TEXT);
        equal(n_told, n <= part ? 0 : (n + part - 1) / part);
        for (int i = 0; i < n_told; i++)
            near(told[i], (double)MIN(part * (i + 1), n) / (5 * (double)n), ABSOLUTE, 1e-12);
        free(b.at);
    }
}
