/* Finite check by bits: exponent all ones is NaN or infinite, exponent zero with a fraction is subnormal. */
#include "lamella/tensor.h"
#include "tensor/pieces.h"

#include <string.h>

typedef struct float_layout {
    uint64_t exponent, fraction; /* masks */
} float_layout;

static float_layout layout_of(int32_t dtype)
{
    switch (dtype) {
    case LAMELLA_F16: return (float_layout){ 0x7c00, 0x03ff };
    case LAMELLA_BF16: return (float_layout){ 0x7f80, 0x007f };
    case LAMELLA_F32: return (float_layout){ 0x7f800000, 0x007fffff };
    default: return (float_layout){ 0x7ff0000000000000, 0x000fffffffffffff };
    }
}

typedef struct work {
    lamella_view x;
    float_layout layout;
    int64_t      n_nan, n_infinite, n_subnormal; /* of all tasks */
    lowest       first;
} work;

static uint64_t bits_at(const char *p, int64_t size)
{
    uint64_t bits = 0;
    switch (size) { /* little-endian */
    case 2: memcpy(&bits, p, 2); break;
    case 4: memcpy(&bits, p, 4); break;
    default: memcpy(&bits, p, 8); break;
    }
    return bits;
}

static void count_piece(int64_t run, int64_t first, int64_t n, void *data)
{
    work *w = data;
    int64_t size = dtype_size(w->x.dtype), step = run_stride(&w->x) * size, n_nan = 0, n_infinite = 0, n_subnormal = 0;
    const char *p = view_run(&w->x, run) + first * step;
    for (int64_t i = 0; i < n; i++, p += step) {
        uint64_t bits = bits_at(p, size), exponent = bits & w->layout.exponent, fraction = bits & w->layout.fraction;
        if (exponent == w->layout.exponent) {
            *(fraction ? &n_nan : &n_infinite) += 1;
            lowest_report(&w->first, run * run_length(&w->x) + first + i);
        } else if (!exponent && fraction)
            n_subnormal++;
    }
    tally_add(&w->n_nan, n_nan);
    tally_add(&w->n_infinite, n_infinite);
    tally_add(&w->n_subnormal, n_subnormal);
}

static lamella_status count_nonfinite(call *c, const lamella_view *x, lamella_tensor_finite_result *result)
{
    work w = { .n_nan = 0 };
    TRY(VIEW(c, w.x, x, ANY_DTYPE));
    TRY(RESULT(c, result));
    lowest_reset(&w.first);
    if (dtype_is_float(w.x.dtype)) {
        pieces p = pieces_of(&w.x);
        w.layout = layout_of(w.x.dtype);
        TRY(pieces_run(c, &p, count_piece, &w));
    }
    int64_t first = lowest_get(&w.first);
    lamella_tensor_finite_result total = { .n_nan = w.n_nan, .n_infinite = w.n_infinite, .n_subnormal = w.n_subnormal,
                                           .first = first == INT64_MAX ? -1 : first };
    write_sized(result, &total, (int64_t)sizeof total);
    return total.first >= 0 ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_tensor_finite(lamella_context *ctx, const lamella_view *x, lamella_tensor_finite_result *result)
{
    CALL(ctx, count_nonfinite(c, x, result));
}
