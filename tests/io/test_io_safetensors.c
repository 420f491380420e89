/* .safetensors: every rule, at the first offending byte; what has to be accepted; every truncation. In a header, '@' marks the byte at
 * fault and is taken out. */
#include "io/files.h"

typedef struct corpus {
    const char *name, *header;
    int64_t     n, data_bytes;
    int32_t     rule; /* 0 = accepted */
    const char *key;
} corpus;

#define TEXT_RULE LAMELLA_IO_RULE_TEXT
#define GRAMMAR LAMELLA_IO_RULE_GRAMMAR
#define SCHEMA LAMELLA_IO_RULE_SCHEMA
#define DUPLICATE LAMELLA_IO_RULE_DUPLICATE
#define OVERFLOWS LAMELLA_IO_RULE_OVERFLOW
#define LAYOUT LAMELLA_IO_RULE_LAYOUT

#define H(header) header, sizeof(header) - 1
#define ENTRY(dtype, shape, offsets) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define A ENTRY("F32", "[2]", "[0,8]")
#define B ENTRY("F32", "[2]", "[8,16]")
#define EMPTY_AT(offset) ENTRY("F32", "[0]", "[" #offset "," #offset "]")

static const corpus refused_files[] = {
    { "a byte that is no UTF-8",       H("{\"a@\xff\":" A "}"), 8, TEXT_RULE, "" },
    { "an overlong NUL",               H("{\"@\xc0\x80\":" A "}"), 8, TEXT_RULE, "" },
    { "a surrogate in UTF-8",          H("{\"@\xed\xa0\x80\":" A "}"), 8, TEXT_RULE, "" },
    { "half a surrogate pair",         H("{\"@\\ud800\":" A "}"), 8, TEXT_RULE, "" },
    { "a low surrogate alone",         H("{\"@\\udc00\":" A "}"), 8, TEXT_RULE, "" },
    { "a raw NUL in a key",            H("{\"a@\0b\":" A "}"), 8, TEXT_RULE, "" },
    { "a raw control character",       H("{\"a@\1\":" A "}"), 8, TEXT_RULE, "" },
    { "a byte order mark",             H("@\xef\xbb\xbf{\"a\":" A "}"), 8, TEXT_RULE, "" },
    { "a NUL after the object",        H("{\"a\":" A "}@\0"), 8, TEXT_RULE, "" },
    { "a second object",               H("{\"a\":" A "}@{}"), 8, TEXT_RULE, "" },
    { "an escaped NUL in a key",       H("{\"a@\\u0000\":" A "}"), 8, TEXT_RULE, "" },
    { "keys equal up to a NUL",        H("{\"a\":" A ",\"a@\\u0000b\":" B "}"), 16, TEXT_RULE, "" },
    { "a NUL in a metadata key",       H("{\"__metadata__\":{\"k@\\u0000\":\"v\"}}"), 0, TEXT_RULE, "__metadata__" },
    { "a NUL in a metadata value",     H("{\"__metadata__\":{\"k\":\"v@\\u0000\"}}"), 0, TEXT_RULE, "__metadata__" },
    { "an array",                      H("@[1]"), 0, GRAMMAR, "" },
    { "a number",                      H("@12"), 0, GRAMMAR, "" },
    { "an object that does not end",   H("{ @"), 0, GRAMMAR, "" },
    { "a string that does not end",    H("{\"a@"), 0, GRAMMAR, "" },
    { "a comment",                     H("{@//\n\"a\":" A "}"), 8, GRAMMAR, "" },
    { "a trailing comma",              H("{\"a\":" A ",@}"), 8, GRAMMAR, "" },
    { "a trailing comma in a shape",   H("{\"a\":" ENTRY("F32", "[2,@]", "[0,8]") "}"), 8, GRAMMAR, "a" },
    { "no comma",                      H("{\"a\":" A "@\"b\":" B "}"), 16, GRAMMAR, "" },
    { "no colon",                      H("{\"a\"@," A "}"), 8, GRAMMAR, "a" },
    { "single quotes",                 H("{@'a':" A "}"), 8, GRAMMAR, "" },
    { "NaN",                           H("{\"a\":" ENTRY("F32", "[@NaN]", "[0,8]") "}"), 8, GRAMMAR, "a" },
    { "a leading zero",                H("{\"a\":" ENTRY("F32", "[0@2]", "[0,8]") "}"), 8, GRAMMAR, "a" },
    { "an escape that is none",        H("{\"a@\\x41\":" A "}"), 8, GRAMMAR, "" },
    { "a point without digits",        H("{\"a\":{\"x\":1.@,\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, GRAMMAR, "a" },
    { "a word that is none",           H("{\"a\":{\"x\":@nul,\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, GRAMMAR, "a" },
    { "nested deeper than 4",          H("{\"a\":{\"x\":[[@[0]]],\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, GRAMMAR, "a" },
    { "dtype missing",                 H("{\"a\":@{\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, SCHEMA, "a" },
    { "shape missing",                 H("{\"a\":@{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}"), 8, SCHEMA, "a" },
    { "data_offsets missing",          H("{\"a\":@{\"dtype\":\"F32\",\"shape\":[2]}}"), 8, SCHEMA, "a" },
    { "an unknown dtype",              H("{\"a\":{\"dtype\":@\"F12\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, SCHEMA, "a" },
    { "a lower-case dtype",            H("{\"a\":{\"dtype\":@\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, SCHEMA, "a" },
    { "dtype a number",                H("{\"a\":{\"dtype\":@3,\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, SCHEMA, "a" },
    { "shape null",                    H("{\"a\":" ENTRY("F32", "@null", "[0,8]") "}"), 8, SCHEMA, "a" },
    { "shape a text",                  H("{\"a\":" ENTRY("F32", "@\"2\"", "[0,8]") "}"), 8, SCHEMA, "a" },
    { "an extent 2.0",                 H("{\"a\":" ENTRY("F32", "[@2.0]", "[0,8]") "}"), 8, SCHEMA, "a" },
    { "an extent 2e0",                 H("{\"a\":" ENTRY("F32", "[@2e0]", "[0,8]") "}"), 8, SCHEMA, "a" },
    { "a negative extent",             H("{\"a\":" ENTRY("F32", "[@-2]", "[0,8]") "}"), 8, SCHEMA, "a" },
    { "an extent -0",                  H("{\"a\":" ENTRY("F32", "[@-0]", "[0,0]") "}"), 0, SCHEMA, "a" },
    { "an extent a text",              H("{\"a\":" ENTRY("F32", "[@\"2\"]", "[0,8]") "}"), 8, SCHEMA, "a" },
    { "one offset",                    H("{\"a\":" ENTRY("F32", "[2]", "@[8]") "}"), 8, SCHEMA, "a" },
    { "three offsets",                 H("{\"a\":" ENTRY("F32", "[2]", "@[0,8,8]") "}"), 8, SCHEMA, "a" },
    { "offsets an object",             H("{\"a\":" ENTRY("F32", "[2]", "@{\"0\":8}") "}"), 8, SCHEMA, "a" },
    { "a negative offset",             H("{\"a\":" ENTRY("F32", "[2]", "[@-8,0]") "}"), 8, SCHEMA, "a" },
    { "metadata a number",             H("{\"__metadata__\":{\"k\":@1}}"), 0, SCHEMA, "__metadata__" },
    { "metadata nested",               H("{\"__metadata__\":{\"k\":@{}}}"), 0, SCHEMA, "__metadata__" },
    { "a tensor named __metadata__",   H("{\"__metadata__\":{\"dtype\":\"F32\",\"shape\":@[2],\"data_offsets\":[0,8]}}"), 8, SCHEMA, "__metadata__" },
    { "a tensor that is a list",       H("{\"a\":@[]}"), 0, SCHEMA, "a" },
    { "dtype twice",                   H("{\"a\":{\"dtype\":\"F32\",@\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, DUPLICATE, "a" },
    { "dtype twice, escaped",          H("{\"a\":{\"dtype\":\"F32\",@\"dtyp\\u0065\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, DUPLICATE, "a" },
    { "an unknown field twice",        H("{\"a\":{\"x\":1,@\"x\":1,\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, DUPLICATE, "a" },
    { "__metadata__ twice",            H("{\"__metadata__\":{},@\"__metadata__\":{}}"), 0, DUPLICATE, "__metadata__" },
    { "same key, same value",          H("{\"a\":" A ",@\"a\":" A "}"), 8, DUPLICATE, "a" },
    { "same key, I32 then F32",        H("{\"a\":" ENTRY("I32", "[2]", "[0,8]") ",@\"a\":" A "}"), 8, DUPLICATE, "a" },
    { "a and \\u0061",                 H("{\"a\":" A ",@\"\\u0061\":" B "}"), 16, DUPLICATE, "a" },
    { "a key hidden by an empty twin", H("{\"a\":" A ",\"b\":" B ",@\"a\":" EMPTY_AT(0) "}"), 16, DUPLICATE, "a" },
    { "a metadata key twice",          H("{\"__metadata__\":{\"k\":\"1\",\"j\":\"2\",@\"k\":\"1\"}}"), 0, DUPLICATE, "k" },
    { "three equal keys",              H("{\"b\":" A ",\"a\":" B ",@\"b\":" A ",\"b\":" A "}"), 16, DUPLICATE, "b" },
    { "2^32 x 2^32",                   H("{\"a\":" ENTRY("F32", "@[4294967296,4294967296]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "2^62 x 4",                      H("{\"a\":" ENTRY("U8", "@[4611686018427387904,4]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "2^62 of F32",                   H("{\"a\":" ENTRY("F32", "@[4611686018427387904]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "2^61 of U8, as bits",           H("{\"a\":" ENTRY("U8", "@[2305843009213693952]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "2^64",                          H("{\"a\":" ENTRY("U8", "[@18446744073709551616]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "2^63 x 2^63 x 0",               H("{\"a\":" ENTRY("U8", "@[9223372036854775808,9223372036854775808,0]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "0 x 2^63 x 2^63",               H("{\"a\":" ENTRY("U8", "@[0,9223372036854775808,9223372036854775808]", "[0,0]") "}"), 0, OVERFLOWS, "a" },
    { "a product of 4 modulo 2^64",    H("{\"a\":" ENTRY("U8", "@[4194305,4194305,211106198978564]", "[0,4]") "}"), 4, OVERFLOWS, "a" },
    { "2^53 + 1 bytes",                H("{\"a\":" ENTRY("U8", "@[9007199254740993]", "[0,9007199254740992]") "}"), 0, OVERFLOWS, "a" },
    { "identical overlap",             H("{\"a\":" A ",\"b\":" ENTRY("F32", "[2]", "@[0,8]") "}"), 8, LAYOUT, "b" },
    { "partial overlap",               H("{\"a\":" A ",\"b\":" ENTRY("F32", "[2]", "@[4,12]") "}"), 12, LAYOUT, "b" },
    { "a hole at the start",           H("{\"a\":" ENTRY("F32", "[2]", "@[4,12]") "}"), 12, LAYOUT, "a" },
    { "a hole inside",                 H("{\"a\":" A ",\"b\":" ENTRY("F32", "[2]", "@[12,20]") "}"), 20, LAYOUT, "b" },
    { "offsets reversed",              H("{\"a\":" ENTRY("F32", "[2]", "@[8,0]") "}"), 8, LAYOUT, "a" },
    { "offsets 2^64 - 16 .. 0",        H("{\"a\":" ENTRY("U8", "[16]", "@[18446744073709551600,0]") "}"), 0, LAYOUT, "a" },
    { "an offset past the file",       H("{\"a\":" A ",\"b\":" ENTRY("F32", "[2]", "@[800,808]") "}"), 16, LAYOUT, "b" },
    { "offsets past 2^63",             H("{\"a\":" ENTRY("F32", "[2]", "@[9223372036854775808,9223372036854775816]") "}"), 16, LAYOUT, "a" },
    { "shape and offsets differ",      H("{\"a\":" ENTRY("F32", "[3]", "@[0,8]") "}"), 8, LAYOUT, "a" },
    { "an empty tensor in another",    H("{\"a\":" A ",\"b\":" ENTRY("F32", "[0]", "@[4,4]") "}"), 8, LAYOUT, "b" },
    { "a zip archive at the end",      H("{\"a\":" A "}"), 8, LAYOUT, "" },
    { "no tensor, but data",           H("{}"), 4, LAYOUT, "" },
    { "an odd number of F4",           H("{\"a\":" ENTRY("F4", "@[3]", "[0,2]") "}"), 2, LAYOUT, "a" },
};

static const corpus accepted_files[] = {
    { "one tensor",                    H("{\"a\":" A "}"), 8, 0, "" },
    { "keys unsorted",                 H("{\"b\":" A ",\"a\":" B "}"), 16, 0, "" },
    { "leading blanks",                H("   {\"a\":" A "}"), 8, 0, "" },
    { "trailing blanks",               H("{\"a\":" A "}      "), 8, 0, "" },
    { "tabs and newlines",             H("\t\n{\r\n\"a\" :\t" A "\n}\n\t\r"), 8, 0, "" },
    { "nothing",                       H("{}"), 0, 0, "" },
    { "a scalar",                      H("{\"a\":" ENTRY("F32", "[]", "[0,4]") "}"), 4, 0, "" },
    { "an empty tensor",               H("{\"a\":" ENTRY("F32", "[3,0]", "[0,0]") "}"), 0, 0, "" },
    { "an empty tensor before",        H("{\"e\":" EMPTY_AT(0) ",\"a\":" A "}"), 8, 0, "" },
    { "an empty tensor between",       H("{\"a\":" A ",\"e\":" EMPTY_AT(8) ",\"b\":" B "}"), 16, 0, "" },
    { "metadata null",                 H("{\"__metadata__\":null,\"a\":" A "}"), 8, 0, "" },
    { "an unknown field",              H("{\"a\":{\"x\":[1.5e-3,{}],\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"), 8, 0, "" },
    { "F32 from byte 1 on",            H("{\"u\":" ENTRY("U8", "[1]", "[0,1]") ",\"a\":" ENTRY("F32", "[2]", "[1,9]") "}"), 9, 0, "" },
    { "a header of an odd length",          H("{\"a\":{\"dtype\":\"F32\",\"shape\":[2] ,\"data_offsets\":[0,8]}}       "), 8, 0, "" },
    { "BOOL of any byte",              H("{\"a\":" ENTRY("BOOL", "[9]", "[0,9]") "}"), 9, 0, "" },
    { "an empty name",                 H("{\"\":" A "}"), 8, 0, "" },
    { "a name that looks like a path", H("{\"../../etc/passwd\":" A "}"), 8, 0, "" },
    { "an even number of F4",          H("{\"a\":" ENTRY("F4", "[4]", "[0,2]") "}"), 2, 0, "" },
    { "a surrogate pair",              H("{\"\\ud83d\\ude00\":" A "}"), 8, 0, "" },
};

static bytes corpus_bytes(const corpus *f)
{
    bytes b = safetensors(f->header, f->n, f->data_bytes);
    if (!strcmp(f->name, "a zip archive at the end")) {
        b.at = realloc(b.at, (size_t)b.n + 4);
        memcpy(b.at + b.n, "PK\3\4", 4);
        b.marked = b.n;
        b.n += 4;
    }
    return b;
}

static void refuses(const char *name, bytes b, int32_t rule, int64_t offset, const char *key)
{
    lamella_io_fault fault;
    lamella_status status = load_both_ways(b, 0, &fault);
    if (status != (rule == LAMELLA_IO_RULE_LIMIT ? LAMELLA_ERR_LIMIT : LAMELLA_ERR_FORMAT) || fault.rule != rule || fault.offset != offset ||
        strcmp(fault.key, key))
        ck_abort_msg("%s: %s, rule %d at %lld, key \"%s\", expected rule %d at %lld, key \"%s\": %s", name, lamella_status_name(status), fault.rule,
                     (long long)fault.offset, fault.key, rule, (long long)offset, key, lamella_last_error());
    free(b.at);
}

TEST(every_rule_is_told_at_its_first_offending_byte)
{
    folder_make();
    for (size_t i = 0; i < sizeof refused_files / sizeof *refused_files; i++) {
        const corpus *f = &refused_files[i];
        bytes b = corpus_bytes(f);
        refuses(f->name, b, f->rule, b.marked >= 0 ? b.marked : 8 + f->n, f->key);
    }
    folder_remove();
}

TEST(what_is_unusual_and_unambiguous_is_accepted)
{
    folder_make();
    for (size_t i = 0; i < sizeof accepted_files / sizeof *accepted_files; i++) {
        lamella_io_fault fault;
        bytes b = corpus_bytes(&accepted_files[i]);
        if (load_both_ways(b, 0, &fault) != LAMELLA_OK)
            ck_abort_msg("%s: %s", accepted_files[i].name, lamella_last_error());
        free(b.at);
    }
    folder_remove();
}

/* n bytes of length, then `rest` bytes. */
static bytes with_length(uint64_t n, int64_t rest)
{
    bytes b = { calloc((size_t)rest + 9, 1), 8 + rest, -1 };
    for (int i = 0; i < 8; i++)
        b.at[i] = (char)(n >> 8 * i);
    memset(b.at + 8, ' ', (size_t)rest);
    return b;
}

static void refuses_size(bytes b, int64_t expected)
{
    lamella_io_fault fault;
    returns(load_both_ways(b, 0, &fault), LAMELLA_ERR_FORMAT);
    equal(fault.rule, LAMELLA_IO_RULE_SIZE);
    equal(fault.offset, 0);
    equal(fault.expected, expected);
    equal(fault.found, b.n);
    equal_text(fault.key, "");
    free(b.at);
}

/* A file that is there in full, but for a few holes on the disk: the limit is named, not another format. */
TEST(B13_a_header_over_the_limit_is_named)
{
    enum { OVER = 132000000 };
    char expected[300];
    lamella_io_file *file;
    lamella_io_fault fault = { .struct_size = sizeof fault };
    folder_make();
    bytes b = with_length(OVER, 1);
    b.at[8] = '{';
    const char *path = folder_write("f", b);
    equal(truncate(path, 8 + OVER), 0);
    snprintf(expected, sizeof expected, "lamella_io_file_open: %s: byte 0: a header of 132000000 bytes, over the limit of 100000000", path);
    refused(lamella_io_file_open(NULL, path, NULL, &file, &fault), LAMELLA_ERR_LIMIT, expected);
    check(fault.rule == LAMELLA_IO_RULE_LIMIT && fault.kind == LAMELLA_IO_SAFETENSORS);
    free(b.at);
    folder_remove();
}

TEST(a_size_that_does_not_fit_is_told_with_both_sizes)
{
    folder_make();
    refuses_size(bytes_of("", 0), 10);
    refuses_size(bytes_of("1234567", 7), 10);
    refuses_size(with_length(0, 0), 10);
    refuses_size(with_length(1000, 10), 1008);
    refuses_size(with_length(100000001, 10), 100000009);
    refuses_size(with_length(UINT64_C(1) << 63, 10), INT64_MAX);
    refuses_size(with_length(UINT64_MAX, 10), INT64_MAX);
    refuses_size(with_length(UINT64_MAX - 7, 10), INT64_MAX);
    lamella_io_fault fault;
    bytes over = with_length(100000001, 100000001); /* there as it says */
    over.at[8] = '{';
    returns(load_both_ways(over, 0, &fault), LAMELLA_ERR_LIMIT);
    check(fault.rule == LAMELLA_IO_RULE_LIMIT && strstr(lamella_last_error(), "a header of 100000001 bytes, over the limit of 100000000"));
    free(over.at);
    static const char header[] = "{\"a\":" A "}";
    refuses_size(safetensors(H(header), 7), 8 + (int64_t)sizeof header - 1 + 8);
    refuses_size(safetensors(H(header), 12), 8 + (int64_t)sizeof header - 1 + 8);
    folder_remove();
}

/* before, n times the piece, after; `%d` in the piece is the count. */
static bytes repeated(const char *before, const char *piece, int64_t n, const char *after)
{
    int64_t most = (int64_t)strlen(before) + n * ((int64_t)strlen(piece) + 12) + (int64_t)strlen(after), used;
    char *header = malloc((size_t)most + 1);
    used = sprintf(header, "%s", before);
    for (int64_t i = 0; i < n; i++)
        used += sprintf(header + used, piece, (int)i);
    used += sprintf(header + used, "%s", after);
    bytes b = safetensors(header, used, 0);
    free(header);
    return b;
}

TEST(limits_and_deep_nesting_are_refused)
{
    folder_make();
    char key[256];
    memset(key, 'n', 255);
    key[255] = 0;
    refuses("nested 1,000 deep", repeated("{\"a\":{\"x\":", "[", 1000, ""), GRAMMAR, 8 + 10 + 2, "a");
    refuses("nested 100,000 deep", repeated("{\"a\":{\"x\":", "[", 100000, ""), GRAMMAR, 8 + 10 + 2, "a");
    refuses("a list 100,000 deep", repeated("", "[", 100000, ""), GRAMMAR, 8, "");
    refuses("rank 10,000", repeated("{\"a\":{\"shape\":[1", ",1", 9999, "]}}"), LAMELLA_IO_RULE_LIMIT, 8 + 14, "a");
    refuses("rank 65", repeated("{\"a\":{\"dtype\":\"U8\",\"shape\":[1", ",1", 64, "],\"data_offsets\":[0,1]}}"), LAMELLA_IO_RULE_LIMIT, 8 + 27, "a");
    refuses("a name of 4,097 bytes", repeated("{\"", "n", 4097, "\":" ENTRY("U8", "[0]", "[0,0]") "}"), LAMELLA_IO_RULE_LIMIT, 8 + 1, key);
    refuses("9 unknown fields", repeated("{\"a\":{\"dtype\":\"U8\"", ",\"x%d\":0", 9, "}}"), LAMELLA_IO_RULE_LIMIT, 8 + 18 + 7 * 8 + 1, "a");
    folder_remove();
}

TEST(rank_64_and_a_name_of_4096_bytes_are_listed)
{
    lamella_io_file *file;
    lamella_io_fault fault;
    bytes b = repeated("{\"a\":{\"dtype\":\"U8\",\"shape\":[1", ",1", 63, "],\"data_offsets\":[0,0]}}");
    returns(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT); /* 1 byte claimed as none */
    free(b.at);
    b = repeated("{\"a\":{\"dtype\":\"U8\",\"shape\":[0", ",7", 63, "],\"data_offsets\":[0,0]}}");
    returns(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT); /* 7^63 */
    equal(fault.rule, LAMELLA_IO_RULE_OVERFLOW);
    free(b.at);
    b = repeated("{\"a\":{\"dtype\":\"U8\",\"shape\":[0", ",1", 63, "],\"data_offsets\":[0,0]}}");
    ok(load(NULL, b, 0, &file, &fault));
    lamella_io_entry e = entry_at(file, 0);
    lamella_view v;
    equal(e.rank, 64);
    equal(e.shape[63], 1);
    refused(lamella_io_file_get(file, "a", &v), LAMELLA_ERR_UNSUPPORTED, "lamella_io_file_get: bytes: \"a\" has rank 64, expected at most 6");
    lamella_io_file_free(file);
    free(b.at);
    b = repeated("{\"", "\\u0041", 4096, "\":" ENTRY("U8", "[0]", "[0,0]") "}");
    ok(load(NULL, b, 0, &file, &fault));
    equal(strlen(entry_at(file, 0).name), 4096);
    lamella_io_file_free(file);
    free(b.at);
}

TEST(every_truncation_is_refused)
{
    static const char header[] = "{\"__metadata__\":{\"k\":\"v\"},\"a\":" A ",\"b\":" B "}";
    bytes whole = safetensors(H(header), 16);
    folder_make();
    for (int64_t n = 0; n < whole.n; n++) {
        lamella_io_fault fault;
        bytes cut = bytes_of(whole.at, n);
        returns(load_both_ways(cut, 0, &fault), LAMELLA_ERR_FORMAT);
        equal(fault.rule, LAMELLA_IO_RULE_SIZE);
        free(cut.at);
    }
    free(whole.at);
    folder_remove();
}

/* Any byte changed: refused, or two arrays that fill the file as before. */
TEST(every_changed_byte_is_refused_or_harmless)
{
    static const char header[] = "{\"__metadata__\":{\"k\":\"v\"},\"a\":" A ",\"b\":" B "}";
    bytes b = safetensors(H(header), 16);
    for (int64_t i = 0; i < b.n; i++) {
        char kept = b.at[i];
        for (int value = 0; value < 256; value++) {
            lamella_io_file *file;
            lamella_io_fault fault;
            b.at[i] = (char)value;
            if (load(NULL, b, 0, &file, &fault) == LAMELLA_OK) {
                int64_t n, pairs, total = 0;
                ok(lamella_io_sizes_get(file, &n, &pairs));
                for (int64_t e = 0; e < n; e++)
                    total += entry_at(file, e).n_bytes;
                equal(total, 16);
            } else {
                check(fault.rule != 0 && fault.offset >= 0 && fault.offset <= b.n && file == NULL);
            }
            lamella_io_file_free(file);
        }
        b.at[i] = kept;
    }
    free(b.at);
}

static void peak_is_bounded(const char *name, bytes b, int32_t rule)
{
    test_allocator a = { 0 };
    lamella_context *ctx = context_of(&a);
    lamella_io_file *file;
    lamella_io_fault fault;
    a.peak_bytes = a.live_bytes;
    int64_t before = a.live_bytes;
    load(ctx, b, 0, &file, &fault);
    if (fault.rule != rule || a.peak_bytes - before > 2 * b.n + (1 << 20) || a.live_bytes != before)
        ck_abort_msg("%s: rule %d, expected %d; peak %lld of %lld", name, fault.rule, rule, (long long)(a.peak_bytes - before), (long long)b.n);
    lamella_context_free(ctx);
    equal(a.live, 0);
    equal(a.mistakes, 0);
    free(b.at);
}

TEST(a_hostile_header_costs_at_most_twice_its_bytes)
{
    peak_is_bounded("a long list", repeated("{\"a\":{\"x\":[0", ",0", 1000000, "]}}"), SCHEMA);
    peak_is_bounded("many tensors", repeated("{", "\"%d\":" ENTRY("U8", "[]", "[0,1]") ",", 100000, "\"x\":" ENTRY("U8", "[]", "[0,1]") "}"), LAYOUT);
    peak_is_bounded("many pairs", repeated("{\"__metadata__\":{", "\"%d\":\"\",", 99999, "\"0\":\"\"}}"), DUPLICATE);
    peak_is_bounded("too many pairs", repeated("{\"__metadata__\":{", "\"%d\":\"\",", 100000, "\"x\":\"\"}}"), LAMELLA_IO_RULE_LIMIT);
    peak_is_bounded("braces in a text", repeated("{\"__metadata__\":{\"", "{", 3000000, "\":0}}"), SCHEMA);
}

TEST(names_come_unescaped_and_in_natural_order)
{
    static const char header[] = "{\"__metadata__\":{\"k\\\"\":\"l\\u00e9\\n\"},\"layer.10\":" ENTRY("U8", "[0]", "[0,0]") ",\"layer.2\":"
        ENTRY("U8", "[0]", "[0,0]") ",\"\\u006cayer.1\":" ENTRY("U8", "[0]", "[0,0]") ",\"z\\ud83d\\ude00\":" ENTRY("U8", "[0]", "[0,0]") "}";
    lamella_io_file *file;
    lamella_io_fault fault;
    const char *key, *value;
    bytes b = safetensors(H(header), 0);
    ok(load(NULL, b, 0, &file, &fault));
    equal_text(entry_at(file, 0).name, "layer.1");
    equal_text(entry_at(file, 1).name, "layer.2");
    equal_text(entry_at(file, 2).name, "layer.10");
    equal_text(entry_at(file, 3).name, "z\xf0\x9f\x98\x80");
    ok(lamella_io_metadata_get(file, 0, &key, &value));
    equal_text(key, "k\"");
    equal_text(value, "l\xc3\xa9\n");
    lamella_io_file_free(file);
    free(b.at);
}

TEST(dtypes_without_a_view_are_listed_and_their_neighbours_read)
{
    static const char *const names[] = { "I16", "U16", "U32", "U64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F6_E2M3", "F6_E3M2",
                                         "F4", "C64" };
    static const int bits[] = { 16, 16, 32, 64, 8, 8, 8, 8, 8, 6, 6, 4, 64 };
    char header[4000];
    int used = sprintf(header, "{\"near\":" ENTRY("F32", "[1]", "[0,4]")), at = 4;
    for (int i = 0; i < 13; i++) {
        used += sprintf(header + used, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[8],\"data_offsets\":[%d,%d]}", names[i], names[i], at, at + bits[i]);
        at += bits[i];
    }
    used += sprintf(header + used, "}");
    lamella_io_file *file;
    lamella_io_fault fault;
    bytes b = safetensors(header, used, at);
    ok(load(NULL, b, 0, &file, &fault));
    for (int i = 0; i < 14; i++) {
        lamella_io_entry e = entry_at(file, i);
        lamella_view v;
        equal_text(e.file_dtype, strcmp(e.name, "near") ? e.name : "F32");
        equal(lamella_io_file_get(file, e.name, &v), e.dtype ? LAMELLA_OK : LAMELLA_ERR_UNSUPPORTED);
    }
    float value, expected;
    lamella_view into = view_of(LAMELLA_F32, &value, 1);
    ok(lamella_io_file_read(NULL, file, "near", 0, &into));
    memcpy(&expected, "\1\2\3\4", 4);
    equal_bits(&value, &expected, 4);
    lamella_io_file_free(file);
    free(b.at);
}
