/* Element types: sizes, names, sets of them, single elements. */
#include "support/elements.h"
#include "support/test.h"
#include "tensor/tensor.h"

static const struct { const char *name; int64_t size; int is_float; } TYPES[] = {
    { "no dtype", 0, 0 }, { "f32", 4, 1 }, { "f64", 8, 1 }, { "f16", 2, 1 }, { "bf16", 2, 1 }, { "i8", 1, 0 }, { "u8", 1, 0 },
    { "i32", 4, 0 },      { "i64", 8, 0 }, { "bool", 1, 0 }, { "no dtype", 0, 0 },
};

TEST(every_dtype_has_its_size_and_name)
{
    for (int32_t d = 0; d < 11; d++) {
        equal_text(dtype_name(d), TYPES[d].name);
        equal(dtype_size(d), TYPES[d].size);
        equal(dtype_is_known(d), TYPES[d].size > 0);
        equal(dtype_is_float(d), TYPES[d].is_float);
    }
    equal(dtype_size(-1), 0);
    equal(dtype_is_known(-1), 0);
}

TEST(a_set_of_dtypes_is_told_by_their_names)
{
    for (uint32_t set = 0; set < 1024; set += 2) {
        char text[DTYPES_TEXT], expected[80] = "";
        for (int d = 1; d < 10; d++)
            if (set >> d & 1)
                snprintf(expected + strlen(expected), 8, "%s%s", expected[0] ? "|" : "", TYPES[d].name);
        check(strlen(expected) < DTYPES_TEXT);
        memset(text, '#', sizeof text);
        dtypes_text(set, text);
        equal_text(text, expected);
    }
}

TEST(single_elements_are_read_as_any_number)
{
    static const double values[] = { 0, 1, 3, 100 };
    for (int32_t d = LAMELLA_F32; d <= LAMELLA_BOOL; d++)
        for (int i = 0; i < 4; i++) {
            char bytes[9] = { 0 };
            double expected = d == LAMELLA_BOOL ? (int)values[i] & 1 : values[i];
            store(d, bytes + 1, values[i]); /* unaligned */
            near(load_f64(d, bytes + 1), expected, ABSOLUTE, 0);
            equal(load_i64(d, bytes + 1), (int64_t)expected);
        }
    double x = -2.75;
    int64_t big = INT64_MAX;
    int32_t low = INT32_MIN;
    int8_t small = -128;
    unsigned char byte = 255;
    near(load_f64(LAMELLA_F64, &x), -2.75, ABSOLUTE, 0);
    equal(load_i64(LAMELLA_F64, &x), -2);
    check(load_i64(LAMELLA_I64, &big) == INT64_MAX);
    equal(load_i64(LAMELLA_I32, &low), INT32_MIN);
    equal(load_i64(LAMELLA_I8, &small), -128);
    equal(load_i64(LAMELLA_U8, &byte), 255);
    equal(load_i64(LAMELLA_BOOL, &byte), 1);
}
