/* The scanner's texts and ends: UTF-8 and escapes against an encoder of a few lines, and bytes behind the end, which change nothing. */
#include "io/io.h"
#include "support/test.h"

/* ---- UTF-8 ---- */

/* A code point as UTF-8; nothing for a surrogate. */
static int encode(int32_t code, char *to)
{
    if (code < 0 || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
        return 0;
    int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, code /= 64)
        to[i] = (char)(0x80 + code % 64);
    to[0] = (char)((n == 1 ? 0 : n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) + code);
    return n;
}

TEST(every_character_is_known_by_its_bytes)
{
    int64_t wrong = 0;
    for (int32_t code = 0; code <= 0x10ffff; code++) {
        char text[5] = "", longer[6];
        int n = encode(code, text);
        if (!n)
            continue;
        wrong += utf8_length(text, text + n) != n || utf8_length(text, text + 5) != n;
        for (int cut = 1; cut < n; cut++)
            wrong += utf8_length(text, text + cut) != 0; /* though the rest does stand behind */
        memcpy(longer, text, 5);
        wrong += utf8_length(longer, longer + n) != n;
    }
    equal(wrong, 0);
}

/* All of four bytes from those around each border: what is a character encodes to the same bytes again. */
TEST(no_other_bytes_are_a_character)
{
    static const unsigned char at[] = { 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xff };
    const int many = (int)sizeof at;
    int64_t wrong = 0;
    for (int i = 0; i < many * many * many * many; i++) {
        const unsigned char b[] = { at[i % many], at[i / many % many], at[i / many / many % many], at[i / many / many / many] };
        int32_t code = b[0] < 0x80 ? b[0] : b[0] < 0xe0 ? (b[0] & 31) << 6 | (b[1] & 63) : b[0] < 0xf0 ? (b[0] & 15) << 12 | (b[1] & 63) << 6 | (b[2] & 63)
                                                                                        : (b[0] & 7) << 18 | (b[1] & 63) << 12 | (b[2] & 63) << 6 | (b[3] & 63);
        char again[4];
        int n = encode(code, again);
        wrong += utf8_length((const char *)b, (const char *)b + 4) != (n && !memcmp(again, b, (size_t)n) ? n : 0);
    }
    equal(wrong, 0);
}

/* ---- escapes ---- */

/* What stands between quotes, unescaped; -1 where it is refused. */
static int64_t unescaped(const char *inside, char *to, int64_t room)
{
    char text[100];
    json j;
    json_text t;
    int n = snprintf(text, sizeof text, "\"%s\"", inside);
    json_start(&j, text, n);
    if (!json_string(&j, &t, "")) {
        check(j.rule != 0);
        return -1;
    }
    check(j.at == text + n);
    int64_t used = json_unescape(t, to, room);
    equal(json_length(t), used);
    return used;
}

TEST(every_escape_of_four_digits_means_its_character)
{
    int64_t wrong = 0;
    for (int32_t code = 0; code < 0x10000; code++) {
        char text[16], expected[4], got[16];
        snprintf(text, sizeof text, code % 3 ? "\\u%04X" : "\\u%04x", (unsigned)code);
        int n = code ? encode(code, expected) : 0;
        int64_t used = unescaped(text, got, sizeof got);
        wrong += n ? used != n || memcmp(got, expected, (size_t)n) : used != -1;
    }
    equal(wrong, 0);
}

TEST(two_halves_mean_one_character)
{
    static const int32_t high[] = { 0xd7ff, 0xd800, 0xd801, 0xdaaa, 0xdbfe, 0xdbff, 0xdc00, 0xe000 }, low[] = { 0xdbff, 0xdc00, 0xdc01, 0xdeee, 0xdfff, 0xe000, 0x41 };
    for (int i = 0; i < LENGTH(high); i++)
        for (int k = 0; k < LENGTH(low); k++) {
            char text[32], expected[8] = "", got[16];
            int is_pair = high[i] >= 0xd800 && high[i] < 0xdc00 && low[k] >= 0xdc00 && low[k] < 0xe000;
            int n = is_pair ? encode(0x10000 + (high[i] - 0xd800) * 1024 + low[k] - 0xdc00, expected) : encode(high[i], expected);
            if (!is_pair && n) {
                int m = encode(low[k], expected + n);
                n = m ? n + m : 0;
            }
            snprintf(text, sizeof text, "\\u%04x\\u%04x", (unsigned)high[i], (unsigned)low[k]);
            equal(unescaped(text, got, sizeof got), n ? n : -1);
            equal_bits(got, expected, n);
        }
    char got[16];
    equal(unescaped("\\ud83d\\u", got, 16), -1);
    equal(unescaped("\\ud83dxudc00", got, 16), -1);
    equal(unescaped("\\ud83d\\xdc00", got, 16), -1);
    for (int k = 0; k < 4; k++) /* each digit has to be one */
        for (int bad = 0; bad < 6; bad++) {
            char text[] = "\\u1a2F";
            text[2 + k] = "/:@G`g"[bad];
            equal(unescaped(text, got, 16), -1);
        }
}

TEST(escapes_of_one_letter_mean_their_characters)
{
    for (int b = 1; b < 128; b++) {
        static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
        char text[] = { '\\', (char)b, '!', 0 }, got[8];
        const char *is = strchr(written, b);
        if (b == '"' || b == '\\' || b != 'u') {
            equal(unescaped(text, got, 8), is ? 2 : -1);
            if (is)
                check(got[0] == meant[is - written] && got[1] == '!');
        }
    }
}

/* Whole characters only, and all of them where the room is as long as the text. */
TEST(a_text_is_cut_between_characters)
{
    static const char *const texts[] = { "abc", "a\xc3\xa9\xe2\x82\xac", "a\\u00e9\\u20acz", "\\ud83d\\ude00x", "" };
    for (int i = 0; i < 5; i++) {
        char whole[32], got[40];
        int64_t n = unescaped(texts[i], whole, 32);
        for (int64_t room = 0; room <= n + 3; room++) {
            memset(got, '~', sizeof got);
            int64_t most = room < n ? room : n, used = unescaped(texts[i], whole, 32);
            json_text t = { texts[i], (int64_t)strlen(texts[i]) };
            equal(used, n);
            while (most < n && ((unsigned char)whole[most] & 0xc0) == 0x80)
                most--;
            equal(json_unescape(t, got, room), most);
            equal_bits(got, whole, most);
            equal(got[room > most ? room : most], '~');
        }
    }
}

TEST(texts_differ_where_a_character_does)
{
    static const char *const texts[] = { "", "a", "b", "ab", "ac", "\\u0061c", "\\u0061\\u0062", "abc", "\xc3\xa9", "\\u00ea", "\xc3\xaa", "\\u00e9" };
    for (int i = 0; i < LENGTH(texts); i++)
        for (int k = 0; k < LENGTH(texts); k++) {
            char x[16], y[16];
            json_text a = { texts[i], (int64_t)strlen(texts[i]) }, b = { texts[k], (int64_t)strlen(texts[k]) };
            int64_t n = json_unescape(a, x, 15), m = json_unescape(b, y, 15);
            int same = n == m && !memcmp(x, y, (size_t)n);
            equal(json_same(a, b), same);
            x[n] = 0;
            if (!strchr(texts[k], '\\'))
                equal(json_is(a, texts[k]), same);
        }
}

/* ---- one odd byte, anywhere in a text that is read by eights ---- */

TEST(each_byte_of_a_long_text_is_looked_at)
{
    int64_t wrong = 0;
    for (int length = 1; length <= 26; length++)
        for (int at = 0; at < length; at++)
            for (int b = 0; b < 256; b++) {
                char text[40];
                json j;
                json_text t;
                memset(text, 'a', sizeof text);
                text[0] = '"';
                text[1 + at] = (char)b;
                text[1 + length] = '"';
                json_start(&j, text, length + 2);
                int fine = json_string(&j, &t, ""), plain = b >= 0x20 && b < 0x80 && b != '"' && b != '\\';
                if (b == '"')
                    wrong += !fine || t.n != at || j.at != text + at + 2;
                else if (plain)
                    wrong += !fine || t.n != length || j.at != text + length + 2;
                else
                    wrong += fine || j.where != text + (b == '\\' && at == length - 1 ? length + 2 : 1 + at); /* the last one escapes the quote */
            }
    equal(wrong, 0);
}

/* ---- the end ---- */

typedef struct scanned {
    int     fine, rule;
    int64_t at, where;
} scanned;

static scanned scan(const char *text, int64_t n)
{
    json j;
    json_start(&j, text, n);
    int fine = json_skip(&j) && json_end(&j);
    return (scanned){ fine, j.rule, j.at - text, j.rule ? j.where - text : -1 };
}

/* Of a text that ends anywhere, whatever stands behind it: the same is said as if nothing did. */
TEST(what_stands_behind_the_end_changes_nothing)
{
    static const char *const texts[] = { "[-12.50e+31, 0.5E-7,7e9 , 1]", "{\"a\\u00e9\\n\":[true,false,null]} \t\r\n ", "\"\\ud83d\\ude00\xe2\x82\xac\"", "\"plain text of sixteen\"",
                                         "0", "-0.0", "123456789012345678", " true", "{\"k\" : {\"l\":[[1]]} , \"m\":\"\"}", "1.5", "1e5", "1E+5" };
    static const char behind[][9] = { "        ", "00000000", "\"\"\"\"\"\"\"\"", "........", "eeeeeeee", "++++++++", "}}}}}}}}", "]]]]]]]]", ",,,,,,,,", "\\u0041\\u", "\xbf\xbf\xbf\xbf\xbf\xbf\xbf\xbf" };
    for (int i = 0; i < LENGTH(texts); i++)
        for (int64_t n = 0; n <= (int64_t)strlen(texts[i]); n++) {
            char text[80] = "";
            memcpy(text, texts[i], (size_t)n);
            scanned alone = scan(text, n);
            check(alone.at <= n && alone.where <= n && alone.fine == !alone.rule);
            for (int k = 0; k <= LENGTH(behind); k++) {
                if (k < LENGTH(behind))
                    memcpy(text + n, behind[k], 9);
                else
                    strcpy(text, texts[i]); /* the rest of itself */
                memcpy(text, texts[i], (size_t)n);
                scanned now = scan(text, n);
                if (now.fine != alone.fine || now.rule != alone.rule || now.at != alone.at || now.where != alone.where)
                    ck_abort_msg("%.*s with %.8s behind it: %d %d at %d, where %d; alone %d %d at %d, where %d", (int)n, text, text + n, now.fine, now.rule,
                                 (int)now.at, (int)now.where, alone.fine, alone.rule, (int)alone.at, (int)alone.where);
            }
        }
}

/* ---- what each function returns where the value is another ---- */

TEST(a_value_of_another_type_is_refused_once_and_for_all)
{
    static const char *const values[] = { "{}", "[]", "\"\"", "0", "-1", "true", "false", "null" };
    static const char types[] = "{[\"00tfn";
    for (int i = 0; i < LENGTH(values); i++)
        for (int k = 0; k < 4; k++) {
            json j;
            json_text t;
            uint64_t value;
            json_start(&j, values[i], (int64_t)strlen(values[i]));
            char wanted = "{[\"0"[k];
            int got = k < 2 ? json_begin(&j, wanted, "what") : k == 2 ? json_string(&j, &t, "what") : json_whole(&j, &value, "what");
            int fits = types[i] == wanted && !(k == 3 && values[i][0] == '-');
            equal(got, fits);
            equal(j.rule, fits ? 0 : LAMELLA_IO_RULE_SCHEMA);
            if (fits)
                continue;
            equal_text(j.what, "what");
            check(j.where == values[i]);
            equal(json_begin(&j, '{', "later"), 0); /* and the first refusal stays */
            equal(json_string(&j, &t, "later"), 0);
            equal(json_whole(&j, &value, "later"), 0);
            equal(json_skip(&j), 0);
            equal(json_end(&j), 0);
            equal(json_refuse(&j, LAMELLA_IO_RULE_TEXT, NULL, "later"), 0);
            equal_text(j.what, "what");
        }
}
