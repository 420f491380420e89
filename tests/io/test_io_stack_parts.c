/* The parts of a stack file: which masks fit, which readings the parts leave, labels by name, what metadata says. */
#include "io/stack.h"
#include "io/stacks.h"

/* ---- masks ---- */

static int32_t without_ones(const int64_t *shape, int32_t rank, int64_t *to)
{
    int32_t n = 0;
    for (int32_t a = 0; a < rank; a++)
        if (shape[a] != 1)
            to[n++] = shape[a];
    return n;
}

/* Every pair of shapes of up to three axes of 0 to 3. */
TEST(a_mask_fits_if_both_are_equal_without_their_ones)
{
    int64_t mask[3], lead[3], a[3], b[3];
    for (int i = 0; i < 85 * 85; i++) {
        int32_t rank[2];
        for (int side = 0; side < 2; side++) {
            int code = side ? i / 85 : i % 85, n = code < 1 ? 0 : code < 5 ? 1 : code < 21 ? 2 : 3;
            code -= n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 5 : 21;
            rank[side] = n;
            for (int k = 0; k < n; k++, code /= 4)
                (side ? lead : mask)[k] = code % 4;
        }
        int32_t n = without_ones(mask, rank[0], a), m = without_ones(lead, rank[1], b);
        equal(mask_fits(mask, rank[0], lead, rank[1]), n == m && !memcmp(a, b, (size_t)n * sizeof *a));
    }
}

/* One mask under two names is one; two that say another thing of any token are not. */
TEST(masks_that_agree_are_one)
{
    uint8_t mask[20], other[20];
    float wide[20];
    lamella_io_file *file;
    lamella_view a[] = { view_of(LAMELLA_F32, x, 4, 5, 6), view_of(LAMELLA_U8, mask, 4, 5), view_of(LAMELLA_U8, other, 4, 5) };
    char expected[300];
    folder_make();
    for (int i = 0; i < 20; i++) {
        mask[i] = i % 3 ? (uint8_t)i : 0;
        other[i] = i % 3 ? 1 : 0;
    }
    save_arrays("f", (const char *[]){ "layer.0", "mask", "attention_mask" }, a, 3);
    ok(open_with("f", NULL, 0, &file));
    equal_text(taken.mask, "mask");
    equal_bits(opened.mask->data, mask, 20);
    lamella_io_file_free(file);
    save_arrays("f", (const char *[]){ "layer.0", "token_mask", "input_mask" }, a, 3);
    ok(open_with("f", NULL, 0, &file));
    equal_text(taken.mask, "input_mask"); /* the first by name */
    equal_bits(opened.mask->data, other, 20);
    lamella_io_file_free(file);
    for (int i = 0; i < 20; i++) {
        other[i] ^= 1;
        save_arrays("f", (const char *[]){ "layer.0", "mask", "attention_mask" }, a, 3);
        snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"attention_mask\" and \"mask\" differ, expected one mask: leave the other "
                 "out of the file", in_folder("f"));
        refused(open_with("f", NULL, 0, &file), LAMELLA_ERR_ARGUMENT, expected);
        other[i] ^= 1;
    }
    memset(wide, 0, sizeof wide);
    a[1] = view_of(LAMELLA_F32, wide, 4, 5);
    save_arrays("f", (const char *[]){ "layer.0", "mask" }, a, 2);
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"mask\" is F32 of rank 2, expected BOOL or whole numbers over the layers' "
             "leading axes", in_folder("f"));
    refused(open_with("f", NULL, 0, &file), LAMELLA_ERR_DTYPE, expected);
    folder_remove();
}

/* Every whole type marks tokens alike; a number below 0 marks nothing. */
TEST(a_mask_of_any_whole_type_is_read)
{
    static const int32_t dtypes[] = { LAMELLA_BOOL, LAMELLA_U8, LAMELLA_I8, LAMELLA_I32, LAMELLA_I64 };
    int64_t room[20];
    char expected[200];
    lamella_io_file *file;
    folder_make();
    for (int d = 0; d < LENGTH(dtypes); d++)
        for (int bad = -1; bad < 20; bad += 19) {
            int64_t size = dtype_size(dtypes[d]), one = 1, below = -1;
            memset(room, 0, sizeof room);
            for (int i = 0; i < 20; i++)
                if (i % 3)
                    memcpy((char *)room + i * size, &one, (size_t)size);
            if (bad >= 0 && d > 1)
                memcpy((char *)room + bad * size, &below, (size_t)size);
            lamella_view a[] = { view_of(LAMELLA_F32, x, 4, 5, 6), view_of(dtypes[d], room, 4, 5) };
            save_arrays("f", (const char *[]){ "layer.0", "attention_mask" }, a, 2);
            if (bad >= 0 && d > 1) {
                static const char *const codes[] = { "BOOL", "U8", "I8", "I32", "I64" };
                snprintf(expected, sizeof expected, ": \"attention_mask\" is %s of rank 2, expected 0 for padding and 1 for a token, nothing below 0",
                         codes[d]);
                equal_text(says(NULL, 0, LAMELLA_ERR_DTYPE), expected);
                continue;
            }
            ok(open_with("f", NULL, 0, &file));
            for (int i = 0; i < 20; i++)
                equal(((const uint8_t *)opened.mask->data)[i], i % 3 != 0);
            lamella_io_file_free(file);
        }
    folder_remove();
}

static int  n_said;
static char said[400];

static void keep_said(int32_t level, const char *message, void *user)
{
    (void)user;
    equal(level, LAMELLA_LOG_INFO);
    n_said++;
    snprintf(said, sizeof said, "%s", message);
}

/* A mask of tokens beside pooled rows is left aside, and said; one named `mask`, or beside ragged tokens, has to fit. */
TEST(a_mask_of_tokens_that_are_gone_is_left_aside)
{
    uint8_t mask[20] = { 1 };
    int32_t offsets[] = { 0, 2, 5 };
    lamella_io_file *file;
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .log = keep_said };
    lamella_view a[] = { view_of(LAMELLA_F32, x, 5, 6), view_of(LAMELLA_U8, mask, 5, 4), view_of(LAMELLA_I32, offsets, 3) };
    ok(lamella_context_create(&options, &ctx));
    folder_make();
    save_arrays("f", (const char *[]){ "layer.0", "attention_mask" }, a, 2);
    opened = (lamella_stack){ .struct_size = sizeof opened };
    taken = (lamella_io_stack_result){ .struct_size = sizeof taken };
    ok(lamella_io_stack_open(ctx, in_folder("f"), NULL, &file, &opened, &taken, NULL));
    check(!opened.mask && n_said == 1 && !*taken.mask);
    check(strstr(said, ": \"attention_mask\" is left aside: the layers have no tokens") != NULL);
    lamella_io_file_free(file);
    save_arrays("f", (const char *[]){ "layer.0", "mask" }, a, 2);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"mask\" does not fit the layers, expected a number for each of their leading axes");
    save_arrays("f", (const char *[]){ "layer.0", "attention_mask", "offsets" }, a, 3);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"attention_mask\" does not fit the layers, expected a number for each of their leading axes");
    a[0] = view_of(LAMELLA_F32, x, 5, 3, 2);
    save_arrays("f", (const char *[]){ "layer.0", "attention_mask" }, a, 2);
    equal_text(says(NULL, 0, LAMELLA_ERR_SHAPE), ": \"attention_mask\" does not fit the layers, expected a number for each of their leading axes");
    a[1] = view_of(LAMELLA_U8, mask, 1, 5, 3);
    save_arrays("f", (const char *[]){ "layer.0", "attention_mask" }, a, 2);
    n_said = 0;
    ok(lamella_io_stack_open(ctx, in_folder("f"), NULL, &file, &opened, &taken, NULL));
    check(n_said == 1 && strstr(said, ": \"attention_mask\" is the mask of [5, ...]"));
    check(opened.mask->rank == 2 && opened.mask->shape[0] == 5 && opened.mask->shape[1] == 3);
    lamella_io_file_free(file);
    lamella_context_free(ctx);
    folder_remove();
}

/* ---- readings that the parts leave ---- */

/* "x" along its axes, beside parts: which axes are left. */
static const char *left_of(lamella_view whole, const lamella_view *part, const char *const *name, int64_t n)
{
    static char axes[40];
    lamella_view a[4] = { whole };
    const char *names[4] = { "x" };
    lamella_io_file *file;
    lamella_io_reading r = { .struct_size = sizeof r };
    size_t used = 0;
    for (int64_t i = 0; i < n; i++) {
        a[i + 1] = part[i];
        names[i + 1] = name[i];
    }
    save_arrays("f", names, a, n + 1);
    ok(lamella_io_file_open(NULL, in_folder("f"), NULL, &file, NULL));
    axes[0] = 0;
    for (int64_t i = 0; lamella_io_reading_get(file, i, &r) == LAMELLA_OK; i++)
        used += (size_t)snprintf(axes + used, sizeof axes - used, "%s%d", i ? " " : "", (int)r.layer_axis);
    lamella_io_file_free(file);
    return axes;
}

static const char *left_beside(const lamella_view *part, const char *const *name, int64_t n)
{
    return left_of(view_of(LAMELLA_F32, x, 3, 7, 2), part, name, n);
}

#define LEFT(expected, parts, ...)                                                                                             \
    equal_text(left_beside((const lamella_view[]){ __VA_ARGS__ }, (const char *const[])parts, sizeof((lamella_view[]){ __VA_ARGS__ }) / sizeof(lamella_view)), \
               expected)
#define NAMES(...) { __VA_ARGS__ }

TEST(parts_leave_the_readings_that_they_fit)
{
    int32_t to_7[] = { 0, 3, 7 }, to_3[] = { 0, 1, 3 }, to_2[] = { 0, 1, 2 };
    int64_t wide_7[] = { 0, 7 }, ids[8] = { 0 }, lie[] = { 0, 7 + (INT64_C(1) << 32) };
    uint8_t mask[21] = { 0 };
    float f[] = { 7 };
    folder_make();
    LEFT("1", NAMES("offsets"), view_of(LAMELLA_I32, to_7, 3));
    LEFT("2", NAMES("offsets"), view_of(LAMELLA_I32, to_3, 3));
    LEFT("1", NAMES("offsets"), view_of(LAMELLA_I64, wide_7, 2));
    LEFT("1 2 -1", NAMES("offsets"), view_of(LAMELLA_I32, to_2, 3)); /* none fits: all are asked */
    LEFT("1 2 -1", NAMES("offsets"), view_of(LAMELLA_I64, lie, 2));
    LEFT("1 2 -1", NAMES("offsets"), view_of(LAMELLA_I32, to_7, 3, 1));
    LEFT("1 2 -1", NAMES("offsets"), view_of(LAMELLA_F32, f, 1));
    LEFT("1 2 -1", NAMES("offsets"), view_of(LAMELLA_I32, to_7, 0));
    LEFT("1", NAMES("offsets", "sample_id"), view_of(LAMELLA_I32, to_7, 3), view_of(LAMELLA_I64, ids, 2));
    LEFT("1 2 -1", NAMES("offsets", "sample_id"), view_of(LAMELLA_I32, to_7, 3), view_of(LAMELLA_I64, ids, 3));
    LEFT("1", NAMES("sample_id"), view_of(LAMELLA_I64, ids, 7));
    LEFT("2 -1", NAMES("sample_id"), view_of(LAMELLA_I64, ids, 3));
    LEFT("1 2 -1", NAMES("sample_id"), view_of(LAMELLA_I64, ids, 2));
    LEFT("1 2 -1", NAMES("sample_id"), view_of(LAMELLA_I64, ids, 7, 1));
    LEFT("1", NAMES("mask"), view_of(LAMELLA_U8, mask, 7));
    LEFT("2", NAMES("mask"), view_of(LAMELLA_U8, mask, 3));
    LEFT("-1", NAMES("attention_mask"), view_of(LAMELLA_U8, mask, 3, 7));
    LEFT("-1", NAMES("padding_mask"), view_of(LAMELLA_U8, mask, 3, 1, 7));
    LEFT("1 2 -1", NAMES("mask"), view_of(LAMELLA_U8, mask, 7, 3));
    LEFT("1 2 -1", NAMES("mask", "attention_mask"), view_of(LAMELLA_U8, mask, 7), view_of(LAMELLA_U8, mask, 3));
    LEFT("1", NAMES("mask", "sample_id"), view_of(LAMELLA_U8, mask, 7), view_of(LAMELLA_I64, ids, 7));
    LEFT("1 2 -1", NAMES("label.a"), view_of(LAMELLA_I64, ids, 7)); /* labels decide nothing */
    folder_remove();
}

/* With tokens as well: which axes are the layers' leading ones depends on the one that is taken out. */
TEST(a_mask_over_several_axes_leaves_the_reading_that_it_fits)
{
    static const struct { int32_t rank; int64_t shape[5], mask_rank, mask[4]; const char *left; } cases[] = {
        { 4, { 3, 7, 2, 1 }, 2, { 7, 2 }, "1" }, { 4, { 3, 7, 2, 1 }, 2, { 3, 2 }, "2" }, { 4, { 3, 7, 2, 1 }, 3, { 3, 7, 2 }, "-1" }, { 4,
                { 3, 7, 2, 1 }, 2, { 3, 7 }, "1 2 -1" },
        { 4, { 2, 3, 4, 5 }, 2, { 2, 4 }, "2" }, { 4, { 2, 3, 4, 5 }, 2, { 3, 4 }, "1" }, { 4, { 2, 3, 4, 5 }, 2, { 2, 5 }, "1 2 -1" },
        { 5, { 2, 3, 4, 1, 5 }, 3, { 3, 4, 1 }, "1" }, { 5, { 2, 3, 2, 3, 2 }, 3, { 2, 2, 3 }, "2" }, { 5, { 2, 3, 2, 3, 2 }, 3, { 3, 2, 3 }, "1" },
        { 5, { 2, 3, 2, 3, 2 }, 3, { 2, 3, 2 }, "1 2" },
    };
    uint8_t mask[42] = { 0 };
    folder_make();
    for (int i = 0; i < LENGTH(cases); i++) {
        lamella_view part = view_make(LAMELLA_U8, mask, cases[i].mask, (int32_t)cases[i].mask_rank);
        equal_text(left_of(view_make(LAMELLA_F32, x, cases[i].shape, cases[i].rank), &part, (const char *[]){ "mask" }, 1), cases[i].left);
    }
    folder_remove();
}

/* ---- in the other byte order ---- */

static lamella_status parts_body(call *c, lamella_io_file *f, lamella_io_stack_result *result)
{
    return stack_parts_read(c, f, LAMELLA_IO_MARKS_PADDING, result);
}

static lamella_status read_parts(lamella_io_file *f, lamella_io_stack_result *result)
{
    CALL(NULL, parts_body(c, f, result));
}

/* As a machine of the other byte order meets these files: numbers of each size are turned, single bytes are not. */
TEST(parts_in_the_other_byte_order_are_turned)
{
    static const int32_t dtypes[] = { LAMELLA_I8, LAMELLA_U8, LAMELLA_BOOL, LAMELLA_I32, LAMELLA_I64, LAMELLA_F16, LAMELLA_F32, LAMELLA_F64 };
    static const char *const names[] = { "label.i1", "label.u1", "label.b1", "label.i4", "label.i8", "label.f2", "label.f4", "label.f8", "offsets",
                                        "sample_id", "mask", "x" };
    static char numbers[8][2][8], turned[8][16];
    int64_t offsets[] = { 0, 2, 7 }, id[] = { 5, -6 }, turned_offsets[3], turned_id[2];
    int32_t mask[7] = { 0, 1, 0, 1, 1, 1, 0 };
    lamella_view a[12], layer;
    lamella_io_file *f;
    lamella_io_stack_result result = { .struct_size = sizeof result };
    folder_make();
    for (int d = 0; d < 8; d++) {
        int64_t size = dtype_size(dtypes[d]);
        for (int64_t k = 0; k < 2 * size; k++) {
            numbers[d][k / size][k % size] = (char)(dtypes[d] == LAMELLA_BOOL ? k : 16 * d + k + 1);
            turned[d][k / size * size + size - 1 - k % size] = numbers[d][k / size][k % size];
        }
        a[d] = view_of(dtypes[d], turned[d], 2);
    }
    memcpy(turned_offsets, offsets, sizeof offsets);
    memcpy(turned_id, id, sizeof id);
    swap_bytes((char *)turned_offsets, 3, 8);
    swap_bytes((char *)turned_id, 2, 8);
    check(turned_offsets[1] == INT64_C(2) << 56 && turned_id[0] == INT64_C(5) << 56);
    swap_bytes((char *)mask, 7, 4);
    check(mask[1] == 1 << 24);
    a[8] = view_of(LAMELLA_I64, turned_offsets, 3);
    a[9] = view_of(LAMELLA_I64, turned_id, 2);
    a[10] = view_of(LAMELLA_I32, mask, 7);
    a[11] = view_of(LAMELLA_F32, x, 3, 7, 2);
    save_arrays("f", names, a, 12);
    ok(lamella_io_file_open(NULL, in_folder("f"), NULL, &f, NULL));
    f->swap = 1;
    lamella_io_reading r = { .struct_size = sizeof r };
    ok(lamella_io_reading_get(f, 0, &r));
    equal(r.layer_axis, 1); /* by the last offset, 7 */
    returns(lamella_io_reading_get(f, 1, &r), LAMELLA_ERR_ARGUMENT);
    layer = (lamella_view){ .shape = { 7, 2 }, .dtype = LAMELLA_F32, .rank = 2 };
    f->stack.layer = &layer;
    ok(read_parts(f, &result));
    equal_bits(f->stack.offsets.data, offsets, sizeof offsets);
    equal_bits(f->stack.sample_id.data, id, sizeof id);
    equal_bits(f->stack.mask.data, "\0\1\0\1\1\1\0", 7);
    for (int d = 0; d < 8; d++) {
        lamella_view v;
        ok(lamella_io_label_get(f, names[d] + 6, &v));
        for (int k = 0; k < 2; k++) {
            if (dtype_is_float(dtypes[d]))
                equal_bits((char *)v.data + k * dtype_size(dtypes[d]), numbers[d][k], dtype_size(dtypes[d]));
            else
                equal(((int64_t *)v.data)[k], load_i64(dtypes[d], numbers[d][k]));
        }
    }
    lamella_io_file_free(f);
    int32_t few[] = { 0, 3 << 24 };
    a[0] = view_of(LAMELLA_I32, few, 2);
    a[1] = a[11];
    save_arrays("g", (const char *[]){ "offsets", "x" }, a, 2);
    ok(lamella_io_file_open(NULL, in_folder("g"), NULL, &f, NULL));
    f->swap = 1;
    ok(lamella_io_reading_get(f, 0, &r));
    equal(r.layer_axis, 2); /* by the last offset, 3, of four bytes */
    lamella_io_file_free(f);
    folder_remove();
}

/* ---- labels by name ---- */

TEST(each_label_is_found_among_many)
{
    enum { N = 40 };
    static int64_t value[N];
    static char name[N][24];
    lamella_view a[N + 1] = { view_of(LAMELLA_F32, x, 1, 6) }, v;
    const char *names[N + 1] = { "layer.0" };
    lamella_io_file *file;
    folder_make();
    for (int n = 0; n <= N; n += n < 4 ? 1 : 12) {
        for (int i = 0; i < n; i++) {
            snprintf(name[i], sizeof name[i], "label.%s%d", i % 2 ? "a" : "", i * 7 % N);
            value[i] = i;
            names[i + 1] = name[i];
            a[i + 1] = view_of(LAMELLA_I64, &value[i], 1);
        }
        save_arrays("f", names, a, n + 1);
        ok(open_with("f", NULL, 0, &file));
        for (int i = 0; i < n; i++) {
            ok(lamella_io_label_get(file, name[i] + 6, &v));
            equal(*(const int64_t *)v.data, i);
        }
        static const char *const absent[] = { "", "!", "a", "10b", "a39x", "zz" };
        for (int i = 0; i < 6; i++)
            returns(lamella_io_label_get(file, absent[i], &v), LAMELLA_ERR_ARGUMENT);
        lamella_io_file_free(file);
    }
    folder_remove();
}

/* ---- metadata ---- */

static const char *beside_metadata(const char *key, const char *value, lamella_status status)
{
    lamella_view layer = view_of(LAMELLA_F32, x, 5, 6);
    ok(lamella_io_file_save(NULL, in_folder("f"), (const char *[]){ "layer.4" }, &layer, 1,
                            WITH(lamella_io_file_save_options, .metadata = (const char *[]){ key, value }, .n_metadata = 1)));
    return says(NULL, 0, status);
}

TEST(A9_metadata_is_taken_or_refused)
{
    static const char *const yes[] = { "1", "true", "True", "TRUE" }, *const no[] = { "0", "false", "False", "FALSE" };
    static const char *const neither[] = { "", "2", "tru", "truee", "yes", "fals", "falsey", "10", "01", " 1" };
    static const char *const numbers[] = { "", "many", "12x", "x12", "-5", "1.0", "1234567890123456789", "0x5" };
    char expected[200];
    folder_make();
    for (int i = 0; i < 4; i++) {
        beside_metadata("last_normed", yes[i], LAMELLA_OK);
        equal(opened.flags, LAMELLA_LAST_NORMED);
        beside_metadata("last_normed", no[i], LAMELLA_OK);
        equal(opened.flags, 0);
    }
    for (int i = 0; i < LENGTH(neither); i++) {
        snprintf(expected, sizeof expected, ": byte 8: \"last_normed\": the metadata last_normed is \"%s\", expected true or false, 1 or 0",
                 neither[i]);
        equal_text(beside_metadata("last_normed", neither[i], LAMELLA_ERR_FORMAT), expected);
    }
    for (int i = 0; i < LENGTH(numbers); i++) {
        snprintf(expected, sizeof expected, ": byte 8: \"n_depths\": the metadata n_depths is \"%s\", expected a number of 1 to 18 digits",
                 numbers[i]);
        equal_text(beside_metadata("n_depths", numbers[i], LAMELLA_ERR_FORMAT), expected);
    }
    beside_metadata("n_depths", "123456789012345678", LAMELLA_OK);
    equal(opened.n_depths, INT64_C(123456789012345678));
    beside_metadata("n_depths", "13", LAMELLA_OK);
    equal(opened.n_depths, 13);
    beside_metadata("n_depths", "0", LAMELLA_OK);
    equal(opened.n_depths, 5); /* the last depth and one */
    beside_metadata("other", "x", LAMELLA_OK);
    equal(opened.n_depths, 5);
    beside_metadata("lamella.format", "1", LAMELLA_OK);
    equal_text(beside_metadata("lamella.format", "2", LAMELLA_ERR_UNSUPPORTED), ": lamella.format is \"2\", expected 1: a newer Lamella wrote it");
    folder_remove();
}
