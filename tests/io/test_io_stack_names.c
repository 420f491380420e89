/* What a name says: which words count layers, which something else, which integers of it count at all. */
#include "io/stack.h"
#include "io/stacks.h"

#include <ctype.h>

static const char *const layer_words[] = { "layer", "layers", "block", "blocks", "blk", "h", "hs", "hidden", "state", "states", "depth", "l" };
static const char *const other_words[] = { "v", "ver", "version", "batch", "batches", "fold", "run", "seed", "trial", "step", "epoch", "head", "heads",
                                           "expert", "experts", "shard", "part", "chunk", "split", "sample", "token", "doc", "rank", "of", "copy" };

static void counts(const char *name, int layers, int other)
{
    int64_t at = (int64_t)strlen(name) - 1;
    if (name_counts_layers(name, at) != layers || name_counts_else(name, at) != other)
        ck_abort_msg("\"%s\": %d %d, expected %d %d", name, name_counts_layers(name, at), name_counts_else(name, at), layers, other);
}

/* Whole, in either case, behind anything that is no letter, at most one separator before the integer. */
static void word_in_every_place(const char *word, int layers, int other)
{
    static const char *const separators[] = { "", ".", "_", "-", "/", " ", "[", "(" };
    static const char *const before[] = { "", "x.", "x_", "\xc3\xa9", "7 " };
    char name[100];
    for (int s = 0; s < LENGTH(separators); s++)
        for (int b = 0; b < LENGTH(before); b++) {
            snprintf(name, sizeof name, "%s%s%s0", before[b], word, separators[s]);
            counts(name, layers, other);
            for (char *p = name; *p; p++)
                *p = (char)toupper((unsigned char)*p);
            counts(name, layers, other);
        }
    snprintf(name, sizeof name, "%s..0", word); /* two separators */
    counts(name, 0, 0);
    snprintf(name, sizeof name, "%s:0", word); /* none of them */
    counts(name, 0, 0);
    for (char b = 'A'; b <= 'z'; b = b == 'Z' ? 'a' : (char)(b + 1)) { /* another word */
        snprintf(name, sizeof name, "%c%s.0", b, word);
        counts(name, 0, 0);
    }
    snprintf(name, sizeof name, "%sq.0", word);
    counts(name, 0, 0);
    snprintf(name, sizeof name, "%.*s%c.0", (int)strlen(word) - 1, word, '{'); /* behind z */
    counts(name, 0, 0);
    snprintf(name, sizeof name, "%.*s`.0", (int)strlen(word) - 1, word); /* before a */
    counts(name, 0, 0);
}

TEST(words_count_layers_or_something_else_or_nothing)
{
    for (int i = 0; i < LENGTH(layer_words); i++)
        word_in_every_place(layer_words[i], 1, 0);
    for (int i = 0; i < LENGTH(other_words); i++)
        word_in_every_place(other_words[i], 0, 1);
    counts("0", 0, 0);
    counts(".0", 0, 0);
    counts("laye.0", 0, 0);
    counts("vers0", 0, 0);
    equal(name_counts_layers("7layer.0", 7), 1); /* the word ends where letters do */
}

/* What stands before a name in memory is no part of it. */
TEST(a_word_begins_with_its_name)
{
    static const char text[] = "xlayer0", other[] = "x.v1", separated[] = "h.0";
    equal(name_counts_layers(text + 1, 5), 1);
    equal(name_counts_layers(text, 6), 0);
    equal(name_counts_layers(text + 2, 4), 0);
    equal(name_counts_else(other + 2, 1), 1);
    equal(name_counts_layers(separated + 2, 0), 0);
    equal(name_counts_layers(separated + 1, 1), 0);
}

/* A minus behind a letter or a digit joins, behind anything else it is a sign. */
TEST(a_minus_is_a_sign_behind_no_letter_and_no_digit)
{
    folder_make();
    for (char b = ' '; b <= '~'; b++) {
        char name[2][8], expected[100];
        for (int l = 0; l < 2; l++)
            snprintf(name[l], sizeof name[l], "%c-%d", b, l);
        FILE_OF(MATRIX(name[0]), MATRIX(name[1]));
        if ((b | 32) == 'v') /* a version, or layers */
            equal_text(readings_of("f") + 3, b == 'v' ? "0/1 x2 v-0/0/4 x1 v-1/0/4 x1" : "0/1 x2 V-0/0/4 x1 V-1/0/4 x1");
        else if (isalnum((unsigned char)b)) {
            equal_text(says(NULL, 0, LAMELLA_OK), "");
            equal(opened.n_layers, 2);
        } else {
            snprintf(expected, sizeof expected, ": \"%s\" has a negative number: layers are named by their depth, from 0 up", name[0]);
            equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), expected);
        }
    }
    folder_remove();
}

TEST(parts_are_known_by_their_whole_names)
{
    static const char *const masks[] = { "mask", "attention_mask", "attn_mask", "token_mask", "input_mask", "valid_mask" };
    static const char *const padding[] = { "padding_mask", "pad_mask", "key_padding_mask", "src_key_padding_mask" };
    char longer[64];
    for (int i = 0; i < LENGTH(masks); i++) {
        check(name_is_mask(masks[i]) && !name_is_padding_mask(masks[i]) && name_is_part(masks[i]));
        snprintf(longer, sizeof longer, "%ss", masks[i]);
        check(!name_is_mask(longer) && !name_is_part(longer));
    }
    for (int i = 0; i < LENGTH(padding); i++) {
        check(name_is_mask(padding[i]) && name_is_padding_mask(padding[i]) && name_is_part(padding[i]));
        snprintf(longer, sizeof longer, "x%s", padding[i]);
        check(!name_is_mask(longer) && !name_is_padding_mask(longer));
    }
    check(name_is_part("offsets") && name_is_part("sample_id") && name_is_part("label.") && name_is_part("label.x") && name_is_part("label.0"));
    check(!name_is_part("offset") && !name_is_part("sample_ids") && !name_is_part("label") && !name_is_part("labels.x") && !name_is_part(""));
}

/* ---- integers ---- */

/* 18 digits are a depth, and one more is text; what is behind such a run counts again. */
TEST(integers_have_at_most_18_digits)
{
    folder_make();
    FILE_OF(MATRIX("h.0"), MATRIX("h.999999999999999999"));
    TAKES(NULL, 0, "h.", LAMELLA_IO_FORM_LAYERS, 2);
    equal(depth_of[1], INT64_C(999999999999999999));
    equal(opened.n_depths, INT64_C(1000000000000000000));
    FILE_OF(MATRIX("h.0"), MATRIX("h.1000000000000000000"));
    equal_text(readings_of("f"), "h.0/0/4 x1 h.1000000000000000000/0/4 x1");
    FILE_OF(MATRIX("x12345678901234567890.layer.0.out"), MATRIX("x12345678901234567890.layer.1.out"));
    TAKES(NULL, 0, "x12345678901234567890.layer.{}.out", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("12345678901234567890h0"), MATRIX("12345678901234567890h1"));
    TAKES(NULL, 0, "12345678901234567890h", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("layer.0"), MATRIX("layer.2"), MATRIX("layer.12345678901234567890"));
    TAKES("layer.", 0, "layer.", LAMELLA_IO_FORM_LAYERS, 2);
    folder_remove();
}

/* Of one name the first four integers may count, each alone. */
TEST(four_integers_of_a_name_may_count)
{
    folder_make();
    for (int varies = 0; varies < 6; varies++) {
        char name[2][100];
        for (int l = 0; l < 2; l++)
            snprintf(name[l], sizeof name[l], "a%db%dc%dd%de%df%d", varies == 0 ? l : 7, varies == 1 ? l : 7, varies == 2 ? l : 7, varies == 3 ? l : 7,
                     varies == 4 ? l : 7, varies == 5 ? l : 7);
        FILE_OF(MATRIX(name[0]), MATRIX(name[1]));
        if (varies >= 4) {
            char expected[300];
            snprintf(expected, sizeof expected, "%s/0/4 x1 %s/0/4 x1", name[0], name[1]);
            equal_text(readings_of("f"), expected);
            continue;
        }
        char pattern[300];
        int head = (int)strcspn(name[0], "0");
        snprintf(pattern, sizeof pattern, "%.*s{}%s", head, name[0], name[0] + head + 1);
        TAKES(NULL, 0, pattern, LAMELLA_IO_FORM_LAYERS, 2);
    }
    folder_remove();
}

TEST(a_minus_is_a_sign_unless_it_joins_two_words)
{
    folder_make();
    FILE_OF(MATRIX("-1"), MATRIX("-2"));
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"-1\" has a negative number: layers are named by their depth, from 0 up");
    FILE_OF(MATRIX("a--0"), MATRIX("a--1"));
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"a--0\" has a negative number: layers are named by their depth, from 0 up");
    FILE_OF(MATRIX("9-0"), MATRIX("9-1"));
    TAKES(NULL, 0, "9-", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("Z-0"), MATRIX("Z-1"));
    TAKES(NULL, 0, "Z-", LAMELLA_IO_FORM_LAYERS, 2);
    FILE_OF(MATRIX("layer-0"), MATRIX("layer-1"));
    TAKES("layer-", 0, "layer-", LAMELLA_IO_FORM_LAYERS, 2);
    equal(depth_of[1], 1);
    folder_remove();
}

/* Wherever the one byte is in which two families differ, both are found. */
TEST(families_that_differ_in_one_byte_are_two)
{
    static const char pattern[] = "ab0cd";
    char name[4][8], text[2][8], expected[64];
    folder_make();
    for (int at = 0; at < 5; at++) {
        if (at == 2)
            continue;
        for (int i = 0; i < 4; i++) {
            memcpy(name[i], pattern, sizeof pattern);
            name[i][at] = i / 2 ? 'z' : pattern[at];
            name[i][2] = (char)('0' + i % 2);
        }
        for (int i = 0; i < 2; i++)
            snprintf(text[i], sizeof text[i], "%.2s{}%.2s", name[2 * i], name[2 * i] + 3);
        FILE_OF(MATRIX(name[0]), MATRIX(name[1]), MATRIX(name[2]), MATRIX(name[3]));
        snprintf(expected, sizeof expected, "%s/0/1 x2 %s/0/1 x2", text[0], text[1]);
        equal_text(readings_of("f"), expected);
    }
    folder_remove();
}

/* ---- what can be typed ---- */

/* A reading is offered by the text that names it: whole, and not a pattern by chance. One that cannot be typed is none. */
TEST(only_what_can_be_typed_is_offered)
{
    char name[2][300], expected[700];
    folder_make();
    for (int n = 252; n <= 258; n++) {
        memset(name, 'n', sizeof name);
        for (int l = 0; l < 2; l++) {
            name[l][n - 1] = (char)('a' + l);
            name[l][n] = 0;
        }
        FILE_OF(MATRIX(name[0]), MATRIX(name[1]), MATRIX("x"));
        snprintf(expected, sizeof expected, n < 256 ? "%s/0/4 x1 %s/0/4 x1 x/0/4 x1" : "x/0/4 x1", name[0], name[1]);
        equal_text(readings_of("f"), expected);
        equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT) + (n < 256 ? strlen(says(NULL, 0, LAMELLA_ERR_ARGUMENT)) : 0),
                   n < 256 ? "" : " could be several stacks: set options.prefix to one of \"x\"");
        memset(name, 'n', sizeof name); /* a family behind a name, and with something behind the integer */
        for (int l = 0; l < 2; l++) {
            name[l][n - 1] = (char)('0' + l);
            name[l][n] = 0;
        }
        FILE_OF(MATRIX(name[0]), MATRIX(name[1]), MATRIX("a.0"), MATRIX("a.1"));
        name[0][n - 1] = 0;
        if (n <= 256)
            snprintf(expected, sizeof expected, "a./0/1 x2 %s/0/1 x2", name[0]);
        equal_text(readings_of("f"), n <= 254 ? expected : "a./0/1 x2");
    }
    FILE_OF(MATRIX("{}.0"), MATRIX("{}.1"), MATRIX("a.0"), MATRIX("a.1"));
    equal_text(readings_of("f"), "a./0/1 x2");
    FILE_OF(MATRIX("0.{}"), MATRIX("1.{}"), MATRIX("a.0"), MATRIX("a.1"));
    equal_text(readings_of("f"), "a./0/1 x2");
    equal_text(says(NULL, 0, LAMELLA_ERR_ARGUMENT), " could be several stacks: set options.prefix to one of \"a.\" (2 layers)");
    folder_remove();
}

/* Eight are named, all are listed. */
TEST(many_readings_are_named_up_to_eight)
{
    char name[24][16];
    named_array a[24];
    folder_make();
    for (int n = 7; n <= 10; n++) {
        for (int i = 0; i < 2 * n; i++) {
            snprintf(name[i], sizeof name[i], "x%c%d", 'a' + i / 2, i % 2);
            a[i] = (named_array)MATRIX(name[i]);
        }
        write_arrays("f", a, 2 * n);
        const char *text = says(NULL, 0, LAMELLA_ERR_ARGUMENT);
        check(strstr(text, "\"xg\" (2 layers)") && !!strstr(text, "\"xh\"") == (n >= 8) && !strstr(text, "\"xi\""));
        check(!!strstr(text, ", ...") == (n > 8));
        check(strstr(readings_of("f"), "xj/0/1 x2") ? n == 10 : n < 10);
    }
    folder_remove();
}
