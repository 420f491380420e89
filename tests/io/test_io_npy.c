/* .npy: every rule, at the first offending byte; what has to be accepted; every truncation; Fortran order and the other byte order.
 * In a header, '@' marks the byte at fault and is taken out. */
#include "io/files.h"

typedef struct corpus {
    const char *name, *header;
    int64_t     n, data_bytes;
    int32_t     rule; /* 0 = accepted */
    const char *key;
} corpus;

#define GRAMMAR LAMELLA_IO_RULE_GRAMMAR
#define SCHEMA LAMELLA_IO_RULE_SCHEMA
#define DUPLICATE LAMELLA_IO_RULE_DUPLICATE
#define OVERFLOWS LAMELLA_IO_RULE_OVERFLOW
#define UNREAD LAMELLA_IO_RULE_DTYPE

#define H(header) header, sizeof(header) - 1
#define DICT(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"
#define SHAPE(shape) DICT("'<f4'", "False", shape)
#define DESCR(descr) DICT(descr, "False", "(2,)")

static const corpus refused_files[] = {
    { "a list",                H("@['descr', '<f4']"), 8, GRAMMAR, "" },
    { "a call",                H("@dict(descr='<f4')"), 8, GRAMMAR, "" },
    { "a NUL",                 H("{'descr': '<f4',@\0 'fortran_order': False, 'shape': (2,), }"), 8, LAMELLA_IO_RULE_TEXT, "" },
    { "descr missing",         H("@{'fortran_order': False, 'shape': (2,), }"), 8, SCHEMA, "descr" },
    { "fortran_order missing", H("@{'descr': '<f4', 'shape': (2,), }"), 8, SCHEMA, "fortran_order" },
    { "shape missing",         H("@{'descr': '<f4', 'fortran_order': False, }"), 8, SCHEMA, "shape" },
    { "a fourth key",          H("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), @'x': 1}"), 8, SCHEMA, "" },
    { "descr twice",           H("{'descr': '<f4', @'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"), 8, DUPLICATE, "descr" },
    { "a second dict",         H(SHAPE("(2,)") "@{}"), 8, LAMELLA_IO_RULE_TEXT, "" },
    { "no colon",              H("{'descr' @'<f4', 'fortran_order': False, 'shape': (2,), }"), 8, GRAMMAR, "descr" },
    { "no comma",              H("{'descr': '<f4' @'fortran_order': False, 'shape': (2,), }"), 8, GRAMMAR, "" },
    { "an escape in a key",    H("{'des@\\x63r': '<f4', 'fortran_order': False, 'shape': (2,), }"), 8, GRAMMAR, "" },
    { "u'descr'",              H("{@u'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"), 8, GRAMMAR, "" },
    { "shape a list",          H(SHAPE("@[2]")), 8, SCHEMA, "shape" },
    { "shape a number",        H(SHAPE("@2")), 8, SCHEMA, "shape" },
    { "shape (2)",             H(SHAPE("@(2)")), 8, SCHEMA, "shape" },
    { "an extent True",        H(SHAPE("(@True,)")), 4, SCHEMA, "shape" },
    { "an extent 2.0",         H(SHAPE("(@2.0,)")), 8, SCHEMA, "shape" },
    { "a negative extent",     H(SHAPE("(@-2,)")), 8, SCHEMA, "shape" },
    { "a hexadecimal extent",  H(SHAPE("(@0x2,)")), 8, SCHEMA, "shape" },
    { "an extent 1_6",         H(SHAPE("(@1_6,)")), 64, SCHEMA, "shape" },
    { "an extent 4L",          H(SHAPE("(@4L,)")), 16, SCHEMA, "shape" },
    { "a leading zero",        H(SHAPE("(@02,)")), 8, SCHEMA, "shape" },
    { "two extents, no comma", H(SHAPE("(1 @2)")), 8, GRAMMAR, "shape" },
    { "2^63",                  H(SHAPE("@(9223372036854775808,)")), 0, OVERFLOWS, "shape" },
    { "2^64 + 2",              H(SHAPE("@(18446744073709551618,)")), 8, OVERFLOWS, "shape" },
    { "a product of 0",        H(SHAPE("@(4294967296, 4294967296)")), 0, OVERFLOWS, "shape" },
    { "2^62 x 4",              H(SHAPE("@(4611686018427387904, 4)")), 0, OVERFLOWS, "shape" },
    { "0 x 2^63 - 1",          H(SHAPE("@(0, 9223372036854775807)")), 0, OVERFLOWS, "shape" },
    { "fortran_order 1",       H(DICT("'<f4'", "@1", "(2,)")), 8, SCHEMA, "fortran_order" },
    { "f4",                    H(DESCR("@'f4'")), 8, SCHEMA, "descr" },
    { "|f4",                   H(DESCR("@'|f4'")), 8, SCHEMA, "descr" },
    { "<q9",                   H(DESCR("@'<q9'")), 8, SCHEMA, "descr" },
    { "<f16",                  H(DESCR("@'<f16'")), 32, UNREAD, "descr" },
    { "<c8",                   H(DESCR("@'<c8'")), 16, UNREAD, "descr" },
    { "<U1",                   H(DESCR("@'<U1'")), 8, UNREAD, "descr" },
    { "|S4",                   H(DESCR("@'|S4'")), 8, UNREAD, "descr" },
    { "<M8[ns]",               H(DESCR("@'<M8[ns]'")), 16, UNREAD, "descr" },
    { "|O",                    H(DESCR("@'|O'")), 16, UNREAD, "descr" },
    { "records",               H(DESCR("@[('a', '<f4')]")), 8, UNREAD, "descr" },
    { "a sub-array",           H(DESCR("@('<f4', (2,))")), 16, SCHEMA, "descr" },
    { "<m8",                   H(DESCR("@'<m8'")), 16, UNREAD, "descr" },
    { ">U12",                  H(DESCR("@'>U12'")), 96, UNREAD, "descr" },
    { "records of records",    H(DESCR("@[('a', [('b', '<f4'), ('c]', '|S3', (2,))])]")), 16, UNREAD, "descr" },
    { "a list without an end", H("{'fortran_order': False, 'shape': (2,), 'descr': @[('a', '<f4')"), 8, GRAMMAR, "descr" },
    { "text with broken shape", H("{'descr': '<U1', 'fortran_order': False, 'shape': @[2]}"), 8, SCHEMA, "shape" },
    { "<U",                    H(DESCR("@'<U'")), 8, SCHEMA, "descr" },
    { "<U01",                  H(DESCR("@'<U01'")), 8, SCHEMA, "descr" },
    { "<M8[ns",                H(DESCR("@'<M8[ns'")), 16, SCHEMA, "descr" },
    { "<U8[ns]",               H(DESCR("@'<U8[ns]'")), 16, SCHEMA, "descr" },
    { "|O8",                   H(DESCR("@'|O8'")), 16, SCHEMA, "descr" },
    { "|V0",                   H(DESCR("@'|V0'")), 0, SCHEMA, "descr" },
    { "|V4",                   H(DESCR("@'|V4'")), 8, UNREAD, "descr" },
    { ">V2",                   H(DESCR("@'>V2'")), 4, SCHEMA, "descr" },
};

static const corpus accepted_files[] = {
    { "as NumPy writes it",   H(SHAPE("(2,)")), 8, 0, "" },
    { "blanks at the end",    H(SHAPE("(2, 1)") "         "), 8, 0, "" },
    { "double quotes",        H("{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,)}"), 8, 0, "" },
    { "keys in another order", H("{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}"), 8, 0, "" },
    { "no blanks",            H("{'descr':'<f4','fortran_order':False,'shape':(2,)}"), 8, 0, "" },
    { "a scalar",             H(SHAPE("()")), 4, 0, "" },
    { "no rows",              H(SHAPE("(0, 3)")), 0, 0, "" },
    { "Fortran order",        H(DICT("'<f4'", "True", "(2, 3)")), 24, 0, "" },
    { ">f4",                  H(DESCR("'>f4'")), 8, 0, "" },
    { "=f4",                  H(DESCR("'=f4'")), 8, 0, "" },
    { "<f2",                  H(DESCR("'<f2'")), 4, 0, "" },
    { "|V2",                  H(DESCR("'|V2'")), 4, 0, "" },
    { "<V2",                  H(DESCR("'<V2'")), 4, 0, "" },
    { "|b1",                  H(DESCR("'|b1'")), 2, 0, "" },
    { "<u4, listed only",     H(DESCR("'<u4'")), 8, 0, "" },
};

static void refuses(const char *name, bytes b, int32_t rule, int64_t offset, const char *key)
{
    lamella_io_fault fault;
    lamella_status status = load_both_ways(b, 0, &fault);
    const lamella_status expected = rule == LAMELLA_IO_RULE_LIMIT ? LAMELLA_ERR_LIMIT : rule == UNREAD ? LAMELLA_ERR_UNSUPPORTED : LAMELLA_ERR_FORMAT;
    if (status != expected || fault.rule != rule || fault.offset != offset ||
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
        bytes b = npy(f->header, f->n, f->data_bytes);
        refuses(f->name, b, f->rule, b.marked, f->key);
    }
    folder_remove();
}

/* Nothing is wrong with these files: what they hold, and what would be read. */
TEST(B7_a_sound_file_of_another_dtype_says_what_would_be_read)
{
    static const char *const said[][2] = {
        { "'<U3'", "<U3 is not read: the file holds text: save numbers in its place, numpy.unique(x, return_inverse=True)[1]" },
        { "'|S3'", "|S3 is not read: the file holds text: save numbers in its place, numpy.unique(x, return_inverse=True)[1]" },
        { "'|O'", "|O is not read: the file holds Python objects: save numbers, x.astype(\"f4\")" },
        { "'<c16'", "<c16 is not read: the file holds complex numbers: save x.real and x.imag" },
        { "'<M8[D]'", "<M8[D] is not read: the file holds times: save x.astype(\"i8\")" },
        { "'<f16'", "<f16 is not read: the file holds floats of over 64 bits: save x.astype(\"f8\")" },
        { "'|V7'", "|V7 is not read: the file holds raw bytes of no dtype: save x.view() of the dtype that they are" },
        { "[('a', '<f4')]", "[('a', '<f4')] is not read: the file holds records: save each field as an array of its own, x[\"name\"]" },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char header[200], expected[300];
        lamella_io_file *file;
        lamella_io_fault fault;
        int n = snprintf(header, sizeof header, DICT("%s", "False", "(2,)"), said[i][0]);
        bytes b = npy(header, n, 8);
        snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: byte 20: \"descr\": %s", said[i][1]);
        refused(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_UNSUPPORTED, expected);
        free(b.at);
    }
}

TEST(what_numpy_writes_and_reads_alike_is_accepted)
{
    folder_make();
    for (size_t i = 0; i < sizeof accepted_files / sizeof *accepted_files; i++) {
        lamella_io_fault fault;
        bytes b = npy(accepted_files[i].header, accepted_files[i].n, accepted_files[i].data_bytes);
        if (load_both_ways(b, 0, &fault) != LAMELLA_OK)
            ck_abort_msg("%s: %s", accepted_files[i].name, lamella_last_error());
        free(b.at);
    }
    folder_remove();
}

static bytes with_version(int major, int minor, uint32_t length, const char *rest)
{
    char head[12] = "\x93NUMPY";
    int n = major == 1 ? 10 : 12;
    head[6] = (char)major;
    head[7] = (char)minor;
    for (int i = 0; i < 4; i++)
        head[8 + i] = (char)(length >> 8 * i);
    bytes b = { malloc(strlen(rest) + 13), n + (int64_t)strlen(rest), -1 };
    memcpy(b.at, head, (size_t)n);
    memcpy(b.at + n, rest, strlen(rest));
    return b;
}

#define LINE SHAPE("(2,)") "\n"

TEST(versions_2_and_3_are_read_and_others_refused)
{
    folder_make();
    lamella_io_fault fault;
    for (int major = 1; major <= 3; major++) {
        bytes b = with_version(major, 0, sizeof LINE - 1, LINE "8 bytes.");
        ok(load_both_ways(b, 0, &fault));
        free(b.at);
    }
    refuses("version 0", with_version(0, 0, 4, "{}  "), SCHEMA, 6, "version");
    refuses("version 4", with_version(4, 0, 4, "{}  "), SCHEMA, 6, "version");
    refuses("version 1.1", with_version(1, 1, 4, "{}  "), SCHEMA, 6, "version");
    folder_remove();
}

static void refuses_size(bytes b, int64_t expected)
{
    lamella_io_fault fault;
    returns(load_both_ways(b, 0, &fault), LAMELLA_ERR_FORMAT);
    equal(fault.rule, LAMELLA_IO_RULE_SIZE);
    equal(fault.offset, 0);
    equal(fault.expected, expected);
    equal(fault.found, b.n);
    free(b.at);
}

TEST(a_size_that_does_not_fit_is_told_with_both_sizes)
{
    folder_make();
    refuses_size(bytes_of("\x93NUMPY", 6), 10);
    refuses_size(bytes_of("\x93NUMPY\1\0v", 9), 10);
    refuses_size(bytes_of("\x93NUMPY\2\0v\0\0", 11), 12);
    refuses_size(with_version(1, 0, 500, "{"), 510);
    refuses_size(with_version(2, 0, UINT32_MAX, "{"), 12 + (int64_t)UINT32_MAX);
    refuses_size(npy(H(SHAPE("(2,)")), 7), 10 + (int64_t)sizeof LINE - 1 + 8);
    refuses_size(npy(H(SHAPE("(2,)")), 12), 10 + (int64_t)sizeof LINE - 1 + 8);
    refuses_size(npy(H(SHAPE("(274877906944,)")), 16), 10 + (int64_t)sizeof SHAPE("(274877906944,)") + (INT64_C(1) << 40));
    folder_remove();
}

TEST(limits_nesting_and_odd_ends_are_refused)
{
    char text[25000];
    folder_make();
    memset(text, ' ', 20000);
    refuses("20,000 blanks", npy(text, 20000, 0), LAMELLA_IO_RULE_LIMIT, 8, "");
    memset(text, '(', 5000);
    refuses("5,000 parentheses", npy(text, 5000, 0), GRAMMAR, 10, "");
    refuses("no newline", with_version(1, 0, sizeof SHAPE("(2,)") - 1, SHAPE("(2,)") "8 bytes."), GRAMMAR, 10 + sizeof SHAPE("(2,)") - 1, "");
    refuses("no header", with_version(1, 0, 0, ""), GRAMMAR, 10, "");
    int used = sprintf(text, "{'descr': '<f4', 'fortran_order': False, 'shape': @(");
    for (int i = 0; i < 65; i++)
        used += sprintf(text + used, "1, ");
    used += sprintf(text + used, "), }");
    bytes b = npy(text, used, 4);
    refuses("rank 65", b, LAMELLA_IO_RULE_LIMIT, b.marked, "shape");
    b = npy(H(SHAPE("(2,)")), 8);
    b.at = realloc(b.at, (size_t)b.n + 4);
    memcpy(b.at + b.n, "PK\3\4", 4);
    b.n += 4;
    refuses("a zip archive at the end", b, LAMELLA_IO_RULE_LAYOUT, b.n - 4, "");
    folder_remove();
}

TEST(every_truncation_is_refused)
{
    bytes whole = npy(H(DICT("'<f4'", "True", "(2, 3)")), 24);
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

TEST(every_changed_byte_is_refused_or_harmless)
{
    bytes b = npy(H(SHAPE("(2, 3)") "      "), 24);
    for (int64_t i = 0; i < b.n; i++) {
        char kept = b.at[i];
        for (int value = 0; value < 256; value++) {
            lamella_io_file *file;
            lamella_io_fault fault;
            b.at[i] = (char)value;
            if (load(NULL, b, 0, &file, &fault) == LAMELLA_OK)
                equal(entry_at(file, 0).n_bytes, 24);
            else
                check(fault.rule != 0 && fault.offset >= 0 && fault.offset <= b.n && file == NULL);
            lamella_io_file_free(file);
        }
        b.at[i] = kept;
    }
    free(b.at);
}

TEST(raw_two_byte_elements_are_bf16_if_asked_only)
{
    lamella_io_file *file;
    lamella_io_fault fault;
    lamella_view v;
    bytes b = npy(H(DESCR("'<V2'")), 4);
    ok(load(NULL, b, 0, &file, &fault));
    equal(entry_at(file, 0).dtype, 0);
    equal_text(entry_at(file, 0).file_dtype, "<V2");
    refused(lamella_io_file_get(file, "", &v), LAMELLA_ERR_UNSUPPORTED,
            "lamella_io_file_get: bytes: \"\" is <V2, of which there is no view: if it holds bf16, set options.raw_dtype = LAMELLA_BF16");
    lamella_io_file_free(file);
    ok(load(NULL, b, LAMELLA_BF16, &file, &fault));
    ok(lamella_io_file_get(file, "", &v));
    equal(v.dtype, LAMELLA_BF16);
    lamella_io_file_free(file);
    free(b.at);
}

/* x[i][j] = 10 i + j for 5 rows of 3, column by column, big-endian as i32. */
static bytes fortran_file(void)
{
    bytes b = npy(H(DICT("'>i4'", "True", "(5, 3)")), 60);
    for (int j = 0, at = 0; j < 3; j++)
        for (int i = 0; i < 5; i++, at += 4)
            memcpy(b.at + b.n - 60 + at, (char[]){ 0, 0, 0, (char)(10 * i + j) }, 4);
    return b;
}

TEST(fortran_order_and_the_other_byte_order_read_like_any)
{
    lamella_io_file *file[2];
    lamella_io_fault fault;
    lamella_view v;
    int32_t x[5][3], wide[5][3][2];
    folder_make();
    bytes b = fortran_file();
    ok(load(NULL, b, 0, &file[0], &fault));
    ok(lamella_io_file_open(NULL, folder_write("f.npy", b), NULL, &file[1], NULL));
    for (int way = 0; way < 2; way++) {
        ok(lamella_io_file_get(file[way], "", &v));
        check(v.data == NULL && v.stride[0] == 1 && v.stride[1] == 5 && v.flags == LAMELLA_READONLY);
        for (int first = 0; first < 5; first++)
            for (int n = 0; first + n <= 5; n++) {
                lamella_view into = view_of(LAMELLA_I32, x, n, 3), apart = view_of(LAMELLA_I32, wide, n, 3);
                apart.stride[0] = 6;
                apart.stride[1] = 2;
                ok(lamella_io_file_read(NULL, file[way], "", first, &into));
                ok(lamella_io_file_read(NULL, file[way], "", first, &apart));
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < 3; j++) {
                        equal(x[i][j], 10 * (first + i) + j);
                        equal(wide[i][j][0], 10 * (first + i) + j);
                    }
            }
        lamella_io_file_free(file[way]);
    }
    free(b.at);
    folder_remove();
}

TEST(fortran_order_in_memory_is_a_strided_view)
{
    lamella_io_file *file;
    lamella_io_fault fault;
    lamella_view v;
    bytes b = npy(H(DICT("'<i4'", "True", "(2, 3, 2)")), 48);
    ok(load(NULL, b, 0, &file, &fault));
    ok(lamella_io_file_get(file, "", &v));
    check(v.stride[0] == 1 && v.stride[1] == 2 && v.stride[2] == 6 && (char *)v.data == b.at + b.n - 48);
    int32_t x[2][3][2];
    lamella_view into = view_of(LAMELLA_I32, x, 2, 3, 2);
    ok(lamella_io_file_read(NULL, file, "", 0, &into));
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 2; k++)
                equal_bits(&x[i][j][k], (char *)v.data + 4 * (i + 2 * j + 6 * k), 4);
    lamella_io_file_free(file);
    free(b.at);
}
