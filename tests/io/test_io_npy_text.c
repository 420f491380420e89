/* .npy headers by their text: what NumPy writes for any shape, which texts of dtypes and numbers are read, limits reached and passed by one. */
#include "io/files.h"
#include "io/io.h"

#define DICT(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"

/* ---- writing ---- */

/* As numpy.lib.format writes it: room for the first extent to grow to 21 digits, then blanks to a multiple of 64, at least one byte. */
static int64_t header_of_numpy(char *to, const char *descr, const int64_t *shape, int32_t rank)
{
    char line[600], extents[300] = "", number[24];
    size_t used = 0;
    for (int a = 0; a < rank; a++)
        used += (size_t)sprintf(extents + used, a ? ", %lld" : "%lld", (long long)shape[a]);
    int n = sprintf(line, "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }", descr, extents, rank == 1 ? "," : "");
    int growth = rank ? 21 - sprintf(number, "%lld", (long long)shape[0]) : 0;
    int length = n + growth + 1, padding = 64 - (10 + length) % 64, all = 10 + length + padding;
    memset(to, ' ', (size_t)all);
    memcpy(to, "\x93NUMPY\1\0", 8);
    to[8] = (char)((all - 10) % 256);
    to[9] = (char)((all - 10) / 256);
    memcpy(to + 10, line, (size_t)n);
    to[all - 1] = '\n';
    return all;
}

/* Shapes without elements, so that only the header counts: first extents of 1 to 18 digits, every rank and many lengths. */
TEST(the_header_is_numpys_for_any_shape)
{
    char expected[1024];
    folder_make();
    for (int32_t rank = 0; rank <= 6; rank++)
        for (int tail = 0; tail < (rank > 2 ? 3 : 1); tail++)
            for (int digits = 1; digits <= (rank < 3 ? 18 : tail < 2 ? 13 : 6); digits++) {
                int64_t shape[6] = { 0 }, first = 1;
                for (int k = 1; k < digits; k++)
                    first *= 10;
                for (int a = 1; a < rank; a++)
                    shape[a] = a == 1 ? 0 : tail == 0 ? a : tail == 1 ? 9 + a : 999 + a;
                shape[0] = rank == 1 ? 0 : digits % 2 ? first : first * 10 - 1;
                lamella_view v;
                float element = 1;
                ok(lamella_tensor_view(&element, LAMELLA_F32, rank, shape, NULL, &v));
                ok(lamella_io_npy_save(NULL, in_folder("x"), &v));
                bytes b = file_bytes(in_folder("x"));
                int64_t n = header_of_numpy(expected, "<f4", shape, rank);
                equal(b.n, n + (rank ? 0 : 4));
                equal_bits(b.at, expected, n);
                free(b.at);
            }
    folder_remove();
}

/* ---- reading ---- */

static lamella_io_fault fault;

/* The rule that the header breaks, 0 where it is read; `*entry` is what is listed. */
static int32_t rule_of(const char *header, int64_t n, int64_t data_bytes, lamella_io_entry *entry)
{
    lamella_io_file *file;
    test_allocator a = { 0 };
    lamella_context *ctx = context_of(&a);
    bytes b = npy(header, n, data_bytes);
    lamella_status status = load(ctx, b, 0, &file, &fault);
    if (status == LAMELLA_OK && entry) {
        *entry = entry_at(file, 0);
        equal_text(entry->name, ""); /* in memory that is full of other bytes */
        entry->name = "";
    }
    check((status == LAMELLA_OK) == (fault.rule == 0));
    lamella_io_file_free(file);
    lamella_context_free(ctx);
    check(a.live == 0 && a.mistakes == 0);
    free(b.at);
    return fault.rule;
}

TEST(a_text_of_a_dtype_is_read_unread_or_none)
{
    enum { READ, UNREAD = LAMELLA_IO_RULE_DTYPE, NONE = LAMELLA_IO_RULE_SCHEMA };
    static const struct { const char *descr; int64_t bytes; int32_t rule; } dtypes[] = {
        { "<f2", 4, READ }, { "<f4", 8, READ }, { "<f8", 16, READ }, { ">f2", 4, READ }, { ">f8", 16, READ }, { "=i8", 16, READ }, { "<i2", 4, READ }, { ">u2", 4, READ },
        { "|i1", 2, READ }, { "<u1", 2, READ }, { ">i1", 2, READ }, { "=b1", 2, READ }, { "|b1", 2, READ }, { "<V2", 4, READ }, { "|V2", 4, READ },
        { "=V2", 4, NONE }, { ">V2", 4, NONE }, { "<V4", 8, NONE }, { "|V4", 8, UNREAD }, { "|V10", 20, UNREAD }, { "|f4", 8, NONE }, { "|i2", 4, NONE },
        { "f4", 8, NONE }, { "f44", 8, NONE }, { "<f", 8, NONE }, { "<f44", 8, UNREAD }, { "<f3", 6, NONE }, { "<f16", 32, UNREAD }, { "<f128", 64, NONE }, { ">f12", 24, UNREAD },
        { "", 8, NONE }, { "<", 8, NONE }, { "|", 8, NONE }, { "<4", 8, NONE }, { "xf4", 8, NONE }, { "xU4", 8, NONE }, { " U4", 8, NONE },
        { "<U1", 8, UNREAD }, { "<U9", 72, UNREAD }, { "<U10", 80, UNREAD }, { "<U90", 720, UNREAD }, { "|S1", 2, UNREAD }, { "=U4", 32, UNREAD }, { "<U0", 8, NONE },
        { "<U/", 8, NONE }, { "<U:", 8, NONE }, { "<U1:", 8, NONE }, { "<U1x", 8, NONE }, { "<u3", 6, NONE }, { "<x4", 8, NONE },
        { "|O", 16, UNREAD }, { "|O8", 16, NONE }, { "|O0", 16, NONE }, { "<O", 16, UNREAD }, { "<c8", 16, UNREAD }, { "<c16", 32, UNREAD }, { "<c", 16, NONE },
        { "<M8", 16, UNREAD }, { "<m8", 16, UNREAD }, { "<M8[ns]", 16, UNREAD }, { "<m8[25s]", 16, UNREAD }, { "<M8[]", 16, UNREAD }, { "<M8[ns", 16, NONE },
        { "<M8ns]", 16, NONE }, { "<M8(ns]", 16, NONE }, { "<M16[ns]", 16, NONE }, { "<M[ns]", 16, NONE }, { "<U8[ns]", 16, NONE }, { "<c8[ns]", 16, NONE },
    };
    for (int i = 0; i < LENGTH(dtypes); i++)
        for (int quotes = 0; quotes < 2; quotes++) {
            char header[200];
            lamella_io_entry e = { 0 };
            int n = snprintf(header, sizeof header, quotes ? DICT("\"%s\"", "False", "(2,)") : DICT("'%s'", "False", "(2,)"), dtypes[i].descr);
            int32_t rule = rule_of(header, n, dtypes[i].bytes, &e);
            if (rule != dtypes[i].rule)
                ck_abort_msg("%s: rule %d, expected %d (%s)", dtypes[i].descr, rule, dtypes[i].rule, lamella_last_error());
            if (!rule)
                equal_text(e.file_dtype, dtypes[i].descr);
            else
                equal(fault.offset, 20);
        }
}

/* One byte more than is shown, and one less. */
TEST(long_records_are_shown_by_their_first_40_bytes)
{
    for (int names = 20; names < 34; names++) {
        char field[64], header[200], expected[300];
        lamella_io_file *file;
        memset(field, 'n', sizeof field);
        field[names] = 0;
        char records[120];
        int all = snprintf(records, sizeof records, "[('%s', '<f4')]", field);
        int n = snprintf(header, sizeof header, DICT("%s", "False", "(2,)"), records);
        bytes b = npy(header, n, 8);
        snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: byte 20: \"descr\": %.*s is not read: the file holds records: save each field as an "
                 "array of its own, x[\"name\"]", all < 40 ? all : 40, records);
        refused(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_UNSUPPORTED, expected);
        free(b.at);
    }
}

TEST(an_extent_is_read_to_its_last_digit)
{
    static const struct { const char *text; int rank; int64_t shape[6]; } shapes[] = {
        { "(9,)", 1, { 9 } }, { "(90,)", 1, { 90 } }, { "(109,)", 1, { 109 } }, { "(1, 90, 2)", 3, { 1, 90, 2 } }, { "(0, 99)", 2, { 0, 99 } }, { "(2 ,3)", 2, { 2, 3 } },
        { "( 5 , )", 1, { 5 } }, { "(3 , 0 )", 2, { 3, 0 } }, { "()", 0, { 0 } }, { "( )", 0, { 0 } }, { "(0,)", 1, { 0 } }, { "(4, 4,)", 2, { 4, 4 } },
        { "(0, 1234567890)", 2, { 0, 1234567890 } }, { "(1, 2, 3, 4, 5, 6)", 6, { 1, 2, 3, 4, 5, 6 } },
    };
    static const struct { const char *text; int32_t rule; int at; } wrong[] = {
        { "(00,)", LAMELLA_IO_RULE_SCHEMA, 1 }, { "(1, 02)", LAMELLA_IO_RULE_SCHEMA, 4 }, { "(,)", LAMELLA_IO_RULE_SCHEMA, 1 }, { "(1,,)", LAMELLA_IO_RULE_SCHEMA, 3 },
        { "(1;)", LAMELLA_IO_RULE_SCHEMA, 1 }, { "(/,)", LAMELLA_IO_RULE_SCHEMA, 1 }, { "(:,)", LAMELLA_IO_RULE_SCHEMA, 1 }, { "(1:,)", LAMELLA_IO_RULE_SCHEMA, 1 },
        { "(1 2,)", LAMELLA_IO_RULE_GRAMMAR, 3 }, { "(1, 2 3)", LAMELLA_IO_RULE_GRAMMAR, 6 }, { "(1,2", LAMELLA_IO_RULE_SCHEMA, 3 }, { "(3)", LAMELLA_IO_RULE_SCHEMA, 0 },
        { "(3 )", LAMELLA_IO_RULE_SCHEMA, 0 }, { "3", LAMELLA_IO_RULE_SCHEMA, 0 }, { "(", LAMELLA_IO_RULE_SCHEMA, 1 },
        { "(99999999999999999999999999,)", LAMELLA_IO_RULE_OVERFLOW, 0 }, { "(92233720368547758079,)", LAMELLA_IO_RULE_OVERFLOW, 0 },
        { "(9223372036854775807,)", LAMELLA_IO_RULE_OVERFLOW, 0 }, { "(18446744073709551617, 0)", LAMELLA_IO_RULE_OVERFLOW, 0 },
    };
    for (int i = 0; i < LENGTH(shapes); i++) {
        char header[200];
        lamella_io_entry e = { 0 };
        int64_t elements = 1;
        for (int a = 0; a < shapes[i].rank; a++)
            elements *= shapes[i].shape[a];
        equal(rule_of(header, snprintf(header, sizeof header, DICT("'|u1'", "False", "%s"), shapes[i].text), elements, &e), 0);
        equal(e.rank, shapes[i].rank);
        equal(e.n_bytes, elements);
        for (int a = 0; a < 64; a++)
            equal(e.shape[a], a < shapes[i].rank ? shapes[i].shape[a] : 0);
    }
    for (int i = 0; i < LENGTH(wrong); i++) {
        char header[200];
        static const char before[] = "{'descr': '|u1', 'fortran_order': False, 'shape': ";
        int n = snprintf(header, sizeof header, "%s%s", before, wrong[i].text);
        if (wrong[i].text[n - 51] == ')' || wrong[i].text[1] == 0)
            n += snprintf(header + n, sizeof header - (size_t)n, "}");
        int32_t rule = rule_of(header, n, 6, NULL);
        if (rule != wrong[i].rule || fault.offset - 10 - (int64_t)strlen(before) < wrong[i].at)
            ck_abort_msg("%s: rule %d at %d, expected %d at %d", wrong[i].text, rule, (int)(fault.offset - 10 - (int64_t)strlen(before)), wrong[i].rule, wrong[i].at);
    }
}

/* Where a key stands twice, is another or lacks its colon, it is named. */
TEST(each_key_is_known_once)
{
    static const struct { const char *header; int32_t rule; const char *key; const char *what; } cases[] = {
        { "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'descr': '|u1'}", LAMELLA_IO_RULE_DUPLICATE, "descr", "this key stands twice" },
        { "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'fortran_order': False}", LAMELLA_IO_RULE_DUPLICATE, "fortran_order", "this key stands twice" },
        { "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'shape': (2,)}", LAMELLA_IO_RULE_DUPLICATE, "shape", "this key stands twice" },
        { "{'descr' '|u1', 'fortran_order': False, 'shape': (2,)}", LAMELLA_IO_RULE_GRAMMAR, "descr", "expected ':'" },
        { "{'descr': '|u1', 'fortran_order' False, 'shape': (2,)}", LAMELLA_IO_RULE_GRAMMAR, "fortran_order", "expected ':'" },
        { "{'descr': '|u1', 'fortran_order': False, 'shape' (2,)}", LAMELLA_IO_RULE_GRAMMAR, "shape", "expected ':'" },
        { "{'descx': '|u1'}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{'shapx': (2,)}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{'fortran_ordex': True}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{'descr ': '|u1'}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{'shape ': (2,)}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{'fortran_order ': True}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{descr: '|u1'}", LAMELLA_IO_RULE_GRAMMAR, "", "expected a key in quotes" },
        { "{'descr", LAMELLA_IO_RULE_GRAMMAR, "", "a text that does not end, or an escape" },
        { "{'descr\": '|u1'}", LAMELLA_IO_RULE_SCHEMA, "", "a key other than descr, fortran_order and shape" },
        { "{'descr': '|u1", LAMELLA_IO_RULE_GRAMMAR, "", "a text that does not end, or an escape" },
        { "{'descr': 7}", LAMELLA_IO_RULE_SCHEMA, "descr", "a dtype that is neither a text nor a list" },
        { "{'descr': [(\"a', '<f4')]}", LAMELLA_IO_RULE_GRAMMAR, "", "a text that does not end, or an escape" },
        { "{'descr': [('a', '<f4')", LAMELLA_IO_RULE_GRAMMAR, "descr", "a list that does not end" },
        { "{'fortran_order': true}", LAMELLA_IO_RULE_SCHEMA, "fortran_order", "expected True or False" },
        { "{'fortran_order': Fals}", LAMELLA_IO_RULE_SCHEMA, "fortran_order", "expected True or False" },
        { "{'fortran_order': Tru", LAMELLA_IO_RULE_SCHEMA, "fortran_order", "expected True or False" },
        { "{'fortran_order': Trues}", LAMELLA_IO_RULE_GRAMMAR, "", "expected ',' or '}'" },
        { "[]", LAMELLA_IO_RULE_GRAMMAR, "", "the header has to be a dict" },
        { "{} {}", LAMELLA_IO_RULE_TEXT, "", "something follows the dict" },
        { "{}", LAMELLA_IO_RULE_SCHEMA, "descr", "this key is missing" },
    };
    for (int i = 0; i < LENGTH(cases); i++) {
        if (rule_of(cases[i].header, (int64_t)strlen(cases[i].header), 2, NULL) != cases[i].rule)
            ck_abort_msg("%s: %s", cases[i].header, lamella_last_error());
        equal_text(fault.key, cases[i].key);
        const char *said = lamella_last_error() + strlen(lamella_last_error()) - strlen(cases[i].what);
        equal_text(said, cases[i].what);
    }
}

/* Anything but printable ASCII and the four blanks is told where it stands. */
TEST(each_byte_of_a_header_is_ascii)
{
    for (int b = 0; b < 256; b++) {
        char header[] = "{'des_r': 1}";
        header[5] = (char)b;
        int ascii = (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t' || b == '\r';
        int32_t rule = rule_of(header, sizeof header - 1, 0, NULL);
        if (b == '@') /* marks a place in these tests */
            continue;
        equal(rule == LAMELLA_IO_RULE_TEXT, !ascii);
        if (!ascii)
            equal(fault.offset, 15);
    }
    for (int b = 1; b < 128; b++) { /* and of these, four are blanks */
        char header[] = " ^{'descr':^'|u1'^,'fortran_order'^: False ,'shape':(2 ,)^}^";
        for (char *p = header; *p; p++)
            *p = *p == '^' ? (char)b : *p;
        if (b != '@' && (rule_of(header, sizeof header - 1, 2, NULL) == 0) != (strchr(" \t\n\r", b) != NULL))
            ck_abort_msg("byte %d: %s", b, lamella_last_error());
    }
}

/* ---- limits ---- */

TEST(a_header_of_10000_bytes_is_read_and_one_more_is_not)
{
    char text[10100];
    for (int64_t n = 9998; n <= 10002; n++) { /* with its newline */
        memset(text, ' ', sizeof text);
        memcpy(text, DICT("'|u1'", "False", "(2,)"), sizeof DICT("'|u1'", "False", "(2,)") - 1);
        equal(rule_of(text, n - 1, 2, NULL), n > 10000 ? LAMELLA_IO_RULE_LIMIT : 0);
        if (n > 10000) {
            char expected[200];
            snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: byte 8: a header of %d bytes, expected at most 10000", (int)n);
            equal_text(lamella_last_error(), expected);
        }
    }
}

TEST(rank_64_is_listed_and_6_are_viewed)
{
    for (int rank = 5; rank <= 65; rank += rank == 7 ? 56 : 1) {
        char header[500];
        lamella_io_entry e;
        int n = sprintf(header, "{'descr': '|u1', 'fortran_order': False, 'shape': (");
        for (int a = 0; a < rank; a++)
            n += sprintf(header + n, "1, ");
        n += sprintf(header + n, ")}");
        equal(rule_of(header, n, 1, &e), rank > 64 ? LAMELLA_IO_RULE_LIMIT : 0);
        if (rank > 64)
            continue;
        equal(e.rank, rank);
        lamella_io_file *file;
        lamella_view v;
        bytes b = npy(header, n, 1);
        ok(load(NULL, b, 0, &file, &fault));
        returns(lamella_io_file_get(file, "", &v), rank > 6 ? LAMELLA_ERR_UNSUPPORTED : LAMELLA_OK);
        lamella_io_file_free(file);
        free(b.at);
    }
}

TEST(an_array_has_at_most_2_to_the_53_bytes)
{
    static const struct { const char *descr, *shape; int over; } arrays[] = {
        { "|u1", "(9007199254740992,)", 0 }, { "|u1", "(9007199254740993,)", 1 }, { "<f8", "(1125899906842624,)", 0 }, { "<f8", "(1125899906842625,)", 1 },
        { "<f8", "(1125899906842624, 0)", 0 }, { "<f8", "(0, 1125899906842625)", 1 }, { "<f4", "(4, 562949953421312)", 0 }, { "<f4", "(4, 562949953421313)", 1 },
    };
    for (int i = 0; i < LENGTH(arrays); i++) {
        char header[200];
        int n = snprintf(header, sizeof header, DICT("'%s'", "False", "%s"), arrays[i].descr, arrays[i].shape), none = strstr(arrays[i].shape, " 0)") != NULL;
        equal(rule_of(header, n, 0, NULL), arrays[i].over ? LAMELLA_IO_RULE_OVERFLOW : none ? 0 : LAMELLA_IO_RULE_SIZE);
        if (!arrays[i].over && !none)
            equal(fault.expected, 11 + n + (INT64_C(1) << 53));
    }
}

/* The length has two bytes in version 1 and four after it, the least first; none is looked at that is not there. */
TEST(a_header_is_as_long_as_its_length_says)
{
    static const struct { const char *bytes; int64_t n; int32_t rule; int64_t expected; } starts[] = {
        { "\x93NUMPY", 6, LAMELLA_IO_RULE_SIZE, 10 }, { "\x93NUMPY\x09", 7, LAMELLA_IO_RULE_SIZE, 10 }, { "\x93NUMPY\2", 7, LAMELLA_IO_RULE_SIZE, 10 },
        { "\x93NUMPY\1\0", 8, LAMELLA_IO_RULE_SIZE, 10 }, { "\x93NUMPY\2\0", 8, LAMELLA_IO_RULE_SIZE, 12 }, { "\x93NUMPY\3\0", 8, LAMELLA_IO_RULE_SIZE, 12 },
        { "\x93NUMPY\4\0", 8, LAMELLA_IO_RULE_SCHEMA, -1 }, { "\x93NUMPY\0\0", 8, LAMELLA_IO_RULE_SCHEMA, -1 }, { "\x93NUMPY\1\1", 8, LAMELLA_IO_RULE_SCHEMA, -1 },
        { "\x93NUMPY\1\0\2\1", 10, LAMELLA_IO_RULE_SIZE, 10 + 0x102 }, { "\x93NUMPY\1\0\2\1\7\7", 12, LAMELLA_IO_RULE_SIZE, 10 + 0x102 },
        { "\x93NUMPY\2\0\2\1", 10, LAMELLA_IO_RULE_SIZE, 12 }, { "\x93NUMPY\2\0\4\3\2\1", 12, LAMELLA_IO_RULE_SIZE, 12 + 0x1020304 },
        { "\x93NUMPY\3\0\xff\xff\xff\xff", 12, LAMELLA_IO_RULE_SIZE, 12 + INT64_C(0xffffffff) },
    };
    char expected[200];
    for (int i = 0; i < LENGTH(starts); i++) {
        lamella_io_file *file;
        bytes b = bytes_of(starts[i].bytes, starts[i].n);
        returns(load(NULL, b, 0, &file, &fault), LAMELLA_ERR_FORMAT);
        equal(fault.rule, starts[i].rule);
        equal(fault.expected, starts[i].expected);
        if (starts[i].rule == LAMELLA_IO_RULE_SCHEMA)
            snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: byte 6: \"version\": version %d.%d, expected 1.0, 2.0 or 3.0", starts[i].bytes[6], starts[i].bytes[7]);
        else if (starts[i].expected <= 12)
            snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: the file has %d bytes and ends before the length of its header", (int)starts[i].n);
        else
            snprintf(expected, sizeof expected, "lamella_io_file_load: bytes: the header ends at byte %lld, the file has %d", (long long)starts[i].expected, (int)starts[i].n);
        equal_text(lamella_last_error(), expected);
        free(b.at);
    }
}

/* A view in memory is handed out unless bytes have to change places: of one byte they never do. */
TEST(only_what_is_swapped_has_no_view_of_the_bytes)
{
    static const struct { const char *descr; int64_t bytes; int swapped; } dtypes[] = {
        { "<f4", 8, 0 }, { "=f4", 8, 0 }, { ">f4", 8, 1 }, { ">f2", 4, 1 }, { ">f8", 16, 1 }, { ">i4", 8, 1 }, { ">i8", 16, 1 }, { ">i1", 2, 0 }, { ">u1", 2, 0 },
        { ">b1", 2, 0 }, { "|i1", 2, 0 }, { "=u1", 2, 0 },
    };
    for (int i = 0; i < LENGTH(dtypes); i++)
        for (int fortran = 0; fortran < 2; fortran++) {
            char header[200];
            lamella_io_file *file;
            lamella_view v;
            union { uint64_t aligned[2]; unsigned char bytes[16]; } got;
            int64_t size = dtypes[i].bytes / 2;
            int n = snprintf(header, sizeof header, DICT("'%s'", "%s", "(2,)"), dtypes[i].descr, fortran ? "True" : "False");
            bytes b = npy(header, n, dtypes[i].bytes);
            ok(load(NULL, b, 0, &file, &fault));
            ok(lamella_io_file_get(file, "", &v));
            equal(v.data == NULL, dtypes[i].swapped);
            check(dtypes[i].swapped || (char *)v.data == b.at + b.n - dtypes[i].bytes);
            lamella_view into = view_of(v.dtype, &got, 2);
            ok(lamella_io_file_read(NULL, file, "", 0, &into));
            for (int64_t k = 0; k < dtypes[i].bytes; k++) {
                int64_t from = dtypes[i].swapped ? k / size * size + size - 1 - k % size : k;
                equal(got.bytes[k], from + 1);
            }
            lamella_io_file_free(file);
            free(b.at);
        }
}
