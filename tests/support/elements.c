#include "support/elements.h"
#include <math.h>

int64_t element_bytes(int32_t dtype)
{
    static const int64_t bytes[] = { 0, 4, 8, 2, 2, 1, 1, 4, 8, 1 };
    return bytes[dtype];
}

int64_t elements_of(const lamella_view *v)
{
    int64_t n = 1;
    for (int32_t i = 0; i < v->rank; i++)
        n *= v->shape[i];
    return n;
}

void row_major(const int64_t *shape, int32_t rank, int64_t *stride)
{
    int64_t step = 1;
    for (int32_t i = rank - 1; i >= 0; i--) {
        stride[i] = step;
        step *= shape[i];
    }
}

char *element_at(const lamella_view *v, int64_t number)
{
    int64_t spelled[LAMELLA_MAX_RANK], at = 0;
    const int64_t *stride = v->stride;
    int32_t set = (v->flags & LAMELLA_BROADCAST) != 0;
    for (int32_t i = 0; i < v->rank; i++)
        set |= stride[i] != 0;
    if (!set) {
        row_major(v->shape, v->rank, spelled);
        stride = spelled;
    }
    for (int32_t i = v->rank - 1; i >= 0; i--) {
        at += number % v->shape[i] * stride[i];
        number /= v->shape[i];
    }
    return (char *)v->data + at * element_bytes(v->dtype);
}

/* All elements in order, a run along the last axis at a time. */
static void copy_elements(const lamella_view *v, char *dense, int into_view)
{
    int64_t size = element_bytes(v->dtype), n = elements_of(v), width = v->rank ? v->shape[v->rank - 1] : 1;
    for (int64_t i = 0; i < n; i += width) {
        char *first = element_at(v, i);
        int64_t step = width > 1 ? element_at(v, i + 1) - first : 0;
        for (int64_t j = 0; j < width; j++)
            memcpy(into_view ? first + j * step : dense + (i + j) * size, into_view ? dense + (i + j) * size : first + j * step, (size_t)size);
    }
}

void view_gather(const lamella_view *v, char *dense)
{
    copy_elements(v, dense, 0);
}

void view_scatter(const lamella_view *v, const char *dense)
{
    copy_elements(v, (char *)dense, 1); /* read only */
}

static uint16_t f16_bits(double x)
{
    uint16_t sign = signbit(x) ? 0x8000 : 0;
    if (isnan(x))
        return 0x7e00;
    if (isinf(x))
        return sign | 0x7c00;
    int exponent;
    double fraction = frexp(fabs(x), &exponent); /* |x| = fraction * 2^exponent, fraction in [1/2, 1) */
    if (fraction == 0)
        return sign;
    if (exponent < -13)
        return sign | (uint16_t)ldexp(fabs(x), 24);
    return sign | (uint16_t)((exponent + 14) << 10) | ((uint16_t)ldexp(fraction, 11) & 0x3ff);
}

void store(int32_t dtype, char *p, double value)
{
    float f = (float)value;
    uint32_t bits;
    uint16_t half;
    int64_t whole = isfinite(value) ? (int64_t)value : 0;
    int32_t word = (int32_t)whole;
    memcpy(&bits, &f, 4);
    switch (dtype) {
    case LAMELLA_F32:  memcpy(p, &f, 4); break;
    case LAMELLA_F64:  memcpy(p, &value, 8); break;
    case LAMELLA_F16:  half = f16_bits(value); memcpy(p, &half, 2); break;
    case LAMELLA_BF16: half = (uint16_t)(bits >> 16); memcpy(p, &half, 2); break;
    case LAMELLA_I32:  memcpy(p, &word, 4); break;
    case LAMELLA_I64:  memcpy(p, &whole, 8); break;
    case LAMELLA_BOOL: *p = whole & 1; break;
    default:           *p = (char)whole; break;
    }
}

static double f16_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
    double size = exponent == 31 ? (fraction ? NAN : INFINITY)
                : exponent       ? ldexp(1024 + fraction, exponent - 25)
                                 : ldexp(fraction, -24);
    return bits >> 15 ? -size : size;
}

double element(const lamella_view *v, int64_t number)
{
    const char *p = element_at(v, number);
    float f;
    double d;
    uint16_t half;
    uint32_t bits;
    int32_t word;
    int64_t whole;
    switch (v->dtype) {
    case LAMELLA_F32:  memcpy(&f, p, 4); return f;
    case LAMELLA_F64:  memcpy(&d, p, 8); return d;
    case LAMELLA_F16:  memcpy(&half, p, 2); return f16_value(half);
    case LAMELLA_BF16: memcpy(&half, p, 2); bits = (uint32_t)half << 16; memcpy(&f, &bits, 4); return f;
    case LAMELLA_I8:   return *(const signed char *)p;
    case LAMELLA_U8:   return *(const unsigned char *)p;
    case LAMELLA_I32:  memcpy(&word, p, 4); return word;
    case LAMELLA_I64:  memcpy(&whole, p, 8); return (double)whole;
    default:           return *p != 0;
    }
}
