/* Every element to another dtype, rounded once.
 *
 * Between float types whose hub f32 holds the value exactly, kernels work on whole pieces. All other pairs go element by element:
 * a narrower float is reached through f32 rounded to odd (Boldo and Melquiond: then the second rounding is the only one), an
 * integer by truncation with a range check. */
#include "lamella/tensor.h"
#include "tensor/pieces.h"

#include <math.h>
#include <string.h>

typedef struct work {
    lamella_view   x, out;
    const kernels *simd;
    lowest         fault; /* row-major number of the first element that does not fit */
} work;

/* f32 with the last bit set where the value is not exact: a later rounding to 11 or 8 bits then sees which side it lies on. */
static float f32_rounded_to_odd(double value)
{
    float f = (float)value;
    uint32_t bits;
    if ((double)f == value || value != value || isinf(f))
        return f;
    memcpy(&bits, &f, sizeof bits);
    if (fabs((double)f) > fabs(value))
        bits--;
    bits |= 1;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* An f64 on the same side of every f32 rounding boundary as the integer: where f64 may not hold it, odd multiples of 2048 lie between. */
static double f64_beside(int64_t value)
{
    const int64_t held = (int64_t)1 << 53, coarse = value >> 11 | ((value & 2047) != 0);
    return value > -held && value < held ? (double)value : (double)coarse * 2048;
}

static int store_float(const kernels *k, int32_t dtype, double value, char *to)
{
    float f = dtype == LAMELLA_F32 ? (float)value : f32_rounded_to_odd(value);
    uint16_t half;
    switch (dtype) {
    case LAMELLA_F64:
        memcpy(to, &value, sizeof value);
        return 1;
    case LAMELLA_F32:
        memcpy(to, &f, sizeof f);
        return !isinf(f) || isinf(value);
    case LAMELLA_F16: k->f32_to_f16(&f, 1, &half); break;
    default: k->f32_to_bf16(&f, 1, &half); break;
    }
    memcpy(to, &half, sizeof half);
    return !isinf(load_f64(dtype, to)) || isinf(value);
}

#define STORE_IF_FITS(type, least, most)            \
    do {                                            \
        type stored_ = (type)value;                 \
        if (value < (least) || value > (most))      \
            return 0;                               \
        memcpy(to, &stored_, sizeof stored_);       \
        return 1;                                   \
    } while (0)

static int store_integer(int32_t dtype, int64_t value, char *to)
{
    switch (dtype) {
    case LAMELLA_I8: STORE_IF_FITS(int8_t, INT8_MIN, INT8_MAX);
    case LAMELLA_U8: STORE_IF_FITS(uint8_t, 0, UINT8_MAX);
    case LAMELLA_I32: STORE_IF_FITS(int32_t, INT32_MIN, INT32_MAX);
    case LAMELLA_BOOL:
        *to = value != 0;
        return 1;
    default:
        memcpy(to, &value, sizeof value);
        return 1;
    }
}

static int element(const kernels *k, int32_t from_type, const char *from, int32_t to_type, char *to)
{
    if (dtype_is_float(from_type)) {
        double value = load_f64(from_type, from);
        if (dtype_is_float(to_type))
            return store_float(k, to_type, value, to);
        if (to_type == LAMELLA_BOOL && isfinite(value))
            return store_integer(to_type, value != 0, to);
        if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0))
            return 0;
        return store_integer(to_type, (int64_t)value, to);
    }
    int64_t value = load_i64(from_type, from);
    if (!dtype_is_float(to_type))
        return store_integer(to_type, value, to);
    if (to_type == LAMELLA_F32 || to_type == LAMELLA_F64) {
        float f = (float)value;
        double d = (double)value;
        memcpy(to, to_type == LAMELLA_F32 ? (void *)&f : (void *)&d, (size_t)dtype_size(to_type));
        return 1;
    }
    return store_float(k, to_type, f64_beside(value), to);
}

/* Whole pieces to or from f32. */
static int by_kernel(const kernels *k, int32_t from_type, const void *from, int32_t to_type, void *to, int64_t n)
{
    if (to_type == LAMELLA_F32)
        switch (from_type) {
        case LAMELLA_F16: k->f16_to_f32(from, n, to); return 1;
        case LAMELLA_BF16: k->bf16_to_f32(from, n, to); return 1;
        case LAMELLA_F64: k->f64_to_f32(from, n, to); return 1;
        default: return 0;
        }
    if (from_type == LAMELLA_F32)
        switch (to_type) {
        case LAMELLA_F16: k->f32_to_f16(from, n, to); return 1;
        case LAMELLA_BF16: k->f32_to_bf16(from, n, to); return 1;
        case LAMELLA_F64: k->f32_to_f64(from, n, to); return 1;
        default: return 0;
        }
    return 0;
}

static int is_aligned_run(const lamella_view *v, const char *p)
{
    return run_stride(v) == 1 && (uintptr_t)p % (uintptr_t)dtype_size(v->dtype) == 0;
}

static void piece(int64_t run, int64_t first, int64_t n, void *data)
{
    work *w = data;
    int64_t from_step = run_stride(&w->x) * dtype_size(w->x.dtype), to_step = run_stride(&w->out) * dtype_size(w->out.dtype);
    const char *from = view_run(&w->x, run) + first * from_step;
    char *to = view_run(&w->out, run) + first * to_step;
    int whole = is_aligned_run(&w->x, from) && is_aligned_run(&w->out, to) &&
                by_kernel(w->simd, w->x.dtype, from, w->out.dtype, to, n);
    for (int64_t i = 0; i < n; i++, from += from_step, to += to_step) {
        int fits;
        if (whole)
            fits = w->out.dtype == LAMELLA_F64 || !isinf(load_f64(w->out.dtype, to)) || isinf(load_f64(w->x.dtype, from));
        else
            fits = element(w->simd, w->x.dtype, from, w->out.dtype, to);
        if (!fits) {
            lowest_report(&w->fault, run * run_length(&w->x) + first + i);
            return;
        }
    }
}

static lamella_status does_not_fit(call *c, const work *w, int64_t at)
{
    int64_t length = run_length(&w->x), size = dtype_size(w->x.dtype);
    double value = load_f64(w->x.dtype, view_run(&w->x, at / length) + at % length * run_stride(&w->x) * size);
    number n;
    return fail(c, isfinite(value) ? LAMELLA_ERR_NUMERIC : LAMELLA_ERR_NONFINITE, "x is %s at element %lld, expected a number that %s holds",
                number_text(value, &n), (long long)at, dtype_name(w->out.dtype));
}

static lamella_status cast(call *c, const lamella_view *x, const lamella_view *out)
{
    work w;
    TRY(VIEW(c, w.x, x, ANY_DTYPE));
    TRY(view_check_out(c, &w.out, out, ANY_DTYPE, "out", w.x.shape, w.x.rank));
    w.simd = simd_of(c);
    lowest_reset(&w.fault);
    pieces p = pieces_of(&w.x);
    TRY(pieces_run(c, &p, piece, &w));
    int64_t at = lowest_get(&w.fault);
    return at == INT64_MAX ? LAMELLA_OK : does_not_fit(c, &w, at);
}

lamella_status lamella_tensor_cast(lamella_context *ctx, const lamella_view *x, const lamella_view *out)
{
    CALL(ctx, cast(c, x, out));
}
