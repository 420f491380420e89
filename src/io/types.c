/* The dtypes that files know, and whether Lamella has a view of them. */
#include "io/io.h"

static const file_type file_types[] = {
    { "F64", "f8", 64, LAMELLA_F64 },
    { "F32", "f4", 32, LAMELLA_F32 },
    { "F16", "f2", 16, LAMELLA_F16 },
    { "BF16", "", 16, LAMELLA_BF16 },
    { "I64", "i8", 64, LAMELLA_I64 },
    { "I32", "i4", 32, LAMELLA_I32 },
    { "I8", "i1", 8, LAMELLA_I8 },
    { "U8", "u1", 8, LAMELLA_U8 },
    { "BOOL", "b1", 8, LAMELLA_BOOL },
    { "I16", "i2", 16, 0 },
    { "U16", "u2", 16, 0 },
    { "U32", "u4", 32, 0 },
    { "U64", "u8", 64, 0 },
    { "C64", "", 64, 0 },
    { "F8_E4M3", "", 8, 0 },
    { "F8_E5M2", "", 8, 0 },
    { "F8_E8M0", "", 8, 0 },
    { "F8_E4M3FNUZ", "", 8, 0 },
    { "F8_E5M2FNUZ", "", 8, 0 },
    { "F6_E2M3", "", 6, 0 },
    { "F6_E3M2", "", 6, 0 },
    { "F4", "", 4, 0 },
    { "", "V2", 16, 0 }, /* raw: the options say what it is */
};

const file_type *file_type_get(int32_t index)
{
    return &file_types[index];
}

int32_t file_type_named(json_text name)
{
    for (int32_t i = 0; i < LENGTH(file_types); i++)
        if (*file_types[i].name && json_is(name, file_types[i].name))
            return i;
    return -1;
}

int32_t file_type_of_npy(const char *kind, int64_t n)
{
    for (int32_t i = 0; i < LENGTH(file_types); i++)
        if (n == 2 && !memcmp(kind, file_types[i].npy, 2))
            return i;
    return -1;
}

const file_type *file_type_of_dtype(int32_t dtype)
{
    for (int32_t i = 0; i < LENGTH(file_types); i++)
        if (file_types[i].dtype == dtype)
            return &file_types[i];
    return NULL;
}

int array_bits(const int64_t *shape, int64_t rank, int32_t bits_each, int64_t *bits)
{
    int64_t product = bits_each, empty = 0;
    for (int64_t i = 0; i < rank; i++) {
        empty |= shape[i] == 0;
        if (shape[i] > 0 && !size_mul(product, shape[i], &product))
            return 0;
    }
    if (product > 8 * IO_DATA_BYTES)
        return 0;
    *bits = empty ? 0 : product;
    return 1;
}
