/* Element types: size, name, one element at a time. */
#include "tensor/tensor.h"

#include <string.h>

static const struct { const char *name; int64_t size; } dtype_table[] = {
    [0]            = { "none", 0 },
    [LAMELLA_F32]  = { "f32", 4 },
    [LAMELLA_F64]  = { "f64", 8 },
    [LAMELLA_F16]  = { "f16", 2 },
    [LAMELLA_BF16] = { "bf16", 2 },
    [LAMELLA_I8]   = { "i8", 1 },
    [LAMELLA_U8]   = { "u8", 1 },
    [LAMELLA_I32]  = { "i32", 4 },
    [LAMELLA_I64]  = { "i64", 8 },
    [LAMELLA_BOOL] = { "bool", 1 },
};

int dtype_is_known(int32_t dtype)
{
    return dtype >= LAMELLA_F32 && dtype <= LAMELLA_BOOL;
}

int dtype_is_float(int32_t dtype)
{
    return dtype_is_known(dtype) && (FLOATS & DTYPE_BIT(dtype));
}

int64_t dtype_size(int32_t dtype)
{
    return dtype_is_known(dtype) ? dtype_table[dtype].size : 0;
}

const char *dtype_name(int32_t dtype)
{
    return dtype_is_known(dtype) ? dtype_table[dtype].name : "no dtype";
}

void dtypes_text(uint32_t dtypes, char *text)
{
    text[0] = 0;
    for (int32_t d = LAMELLA_F32; d <= LAMELLA_BOOL; d++)
        if (dtypes & DTYPE_BIT(d)) {
            strcat(text, text[0] ? "|" : "");
            strcat(text, dtype_table[d].name);
        }
}

static double half_as_f64(int32_t dtype, const void *p)
{
    const kernels *k = simd_kernels(LAMELLA_SIMD_REFERENCE);
    uint16_t half;
    float value;
    memcpy(&half, p, sizeof half);
    if (dtype == LAMELLA_F16)
        k->f16_to_f32(&half, 1, &value);
    else
        k->bf16_to_f32(&half, 1, &value);
    return value;
}

#define LOADED_AS(type)               \
    do {                              \
        type value_;                  \
        memcpy(&value_, p, sizeof value_); \
        return value_;                \
    } while (0)

double load_f64(int32_t dtype, const void *p)
{
    switch (dtype) {
    case LAMELLA_F32: LOADED_AS(float);
    case LAMELLA_F64: LOADED_AS(double);
    case LAMELLA_F16:
    case LAMELLA_BF16: return half_as_f64(dtype, p);
    default: return (double)load_i64(dtype, p);
    }
}

int64_t load_i64(int32_t dtype, const void *p)
{
    switch (dtype) {
    case LAMELLA_I8: LOADED_AS(int8_t);
    case LAMELLA_U8: LOADED_AS(uint8_t);
    case LAMELLA_I32: LOADED_AS(int32_t);
    case LAMELLA_I64: LOADED_AS(int64_t);
    case LAMELLA_BOOL: return *(const unsigned char *)p != 0;
    default: return (int64_t)load_f64(dtype, p);
    }
}
