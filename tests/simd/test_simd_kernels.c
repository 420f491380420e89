/* Every kernel of the list at every level that this processor has, against the reference: the same bits. Arrays end where unreadable
 * memory begins, so that a kernel that reads or writes one element too many dies. */
#include "simd/levels.h"
#include <math.h>
#include <sys/mman.h>

enum { SHORT = 70, LONG = 3001, FENCED = 1 << 16 };

/* ---- operands ---- */

typedef struct operands {
    char   *half_end, *f32_end, *f64_end, *other_end, *out_end; /* arrays end here */
    double  factor;
    int64_t index; /* what a kernel returned */
} operands;

static char *end_of_fenced_memory(void)
{
    char *memory = mmap(NULL, 2 * FENCED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(memory != MAP_FAILED);
    check(mprotect(memory + FENCED, FENCED, PROT_NONE) == 0);
    return memory + FENCED;
}

static const operands *fenced_operands(void)
{
    static operands o;
    if (!o.out_end) {
        o.half_end = end_of_fenced_memory();
        o.f32_end = end_of_fenced_memory();
        o.f64_end = end_of_fenced_memory();
        o.other_end = end_of_fenced_memory();
        o.out_end = end_of_fenced_memory();
    }
    return &o;
}

#define HALF ((uint16_t *)o->half_end - n)
#define SINGLE ((float *)o->f32_end - n)
#define DOUBLE ((double *)o->f64_end - n)
#define OTHER ((double *)o->other_end - n)
#define OUT(type) ((type *)o->out_end - n)
#define LANES ((double *)o->out_end - 16)
#define TILE ((float *)o->out_end - TILE_QUERIES * TILE_ROWS)
#define OTHER_SINGLE ((float *)o->other_end - n)

/* ---- each kernel of the list, applied; a kernel without a line here does not compile ---- */

/* What a kernel leaves. Results of arithmetic agree up to which NaN a NaN is. */
enum leaves { U16 = 2, F32 = 4, F64 = 8, SUM_F32, SUM_F64, SUM_LANES, SUM_ONE, SUM_TILE, INDEX };

#define APPLY(name, what, call)                                             \
    enum { name##_leaves = what };                                          \
    static void apply_##name(const kernels *k, operands *o, int64_t n) { call; }

APPLY(f16_to_f32, F32, k->f16_to_f32(HALF, n, OUT(float)))
APPLY(bf16_to_f32, F32, k->bf16_to_f32(HALF, n, OUT(float)))
APPLY(f32_to_f16, U16, k->f32_to_f16(SINGLE, n, OUT(uint16_t)))
APPLY(f32_to_bf16, U16, k->f32_to_bf16(SINGLE, n, OUT(uint16_t)))
APPLY(f64_to_f32, F32, k->f64_to_f32(DOUBLE, n, OUT(float)))
APPLY(f32_to_f64, F64, k->f32_to_f64(SINGLE, n, OUT(double)))
APPLY(nonfinite_f32, INDEX, o->index = k->nonfinite_f32(SINGLE, n))
APPLY(nonfinite_f64, INDEX, o->index = k->nonfinite_f64(DOUBLE, n))
APPLY(square_lanes_f32, SUM_LANES, k->square_lanes_f32(SINGLE, n, LANES))
APPLY(square_lanes_f64, SUM_LANES, k->square_lanes_f64(DOUBLE, n, LANES))
APPLY(dot_lanes_f32, SUM_LANES, k->dot_lanes_f32(SINGLE, OTHER_SINGLE, n, LANES))
APPLY(dot_lanes_f64, SUM_LANES, k->dot_lanes_f64(DOUBLE, OTHER, n, LANES))
APPLY(scale_f32, SUM_F32, k->scale_f32(SINGLE, n, o->factor, OUT(float)))
APPLY(add_f32, SUM_F64, k->add_f32(SINGLE, n, OUT(double)))
APPLY(add_scaled_f32, SUM_F64, k->add_scaled_f32(SINGLE, n, o->factor, OUT(double)))
APPLY(add_rows_f32, SUM_F64, k->add_rows_f32((const float *const[]){ SINGLE, OTHER_SINGLE, SINGLE }, 3, OTHER_SINGLE, n < 3 ? 0 : n, OUT(double)))
APPLY(max_f32, F32, k->max_f32(SINGLE, n, OUT(float)))
APPLY(add_f64, SUM_F64, k->add_f64(DOUBLE, n, OUT(double)))
APPLY(add_deviation_f64, SUM_F64, k->add_deviation_f64(DOUBLE, OTHER, n, OUT(double)))
APPLY(max_size_f64, F64, k->max_size_f64(DOUBLE, n, OUT(double)))
APPLY(add_square_deviation_f64, SUM_F64, k->add_square_deviation_f64(DOUBLE, OTHER, n, OUT(double)))
APPLY(dot_f32, SUM_ONE, ((float *)o->out_end)[-1] = k->dot_f32(SINGLE, OTHER_SINGLE, n))
APPLY(dot_f16_f32, SUM_ONE, ((float *)o->out_end)[-1] = k->dot_f16_f32(HALF, OTHER_SINGLE, n))
APPLY(dot_bf16_f32, SUM_ONE, ((float *)o->out_end)[-1] = k->dot_bf16_f32(HALF, OTHER_SINGLE, n))
APPLY(pack_f32, F32, k->pack_f32(SINGLE, n / 8, 7, n / 8, 8, (float *)o->out_end - n / 8 * 8))
APPLY(tile_f32, SUM_TILE, k->tile_f32(OTHER_SINGLE, SINGLE, n / TILE_ROWS, TILE, TILE_ROWS))
APPLY(reach_f32, F32, o->index = k->reach_f32(SINGLE, OTHER_SINGLE, SINGLE, (float)o->factor, n, OUT(int32_t)))

typedef struct applied {
    const char *name;
    enum leaves leaves;
    void      (*apply)(const kernels *k, operands *o, int64_t n);
} applied;

static const applied all_kernels[] = {
#define KERNEL(result, name, parameters, arguments) { #name, (enum leaves)name##_leaves, apply_##name },
#include "simd/kernels.inc"
#undef KERNEL
};

/* ---- numbers ---- */

static uint64_t state = 0x9e3779b97f4a7c15;

static float wild_f32(void)
{
    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0xffbfffff, /* 0, infinity, NaN */
        0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff, 0x477fefff, 0x477ff000, 0x33000000, 0x33000001, /* subnormal, largest, f16's edges */
        0x387fffff, 0xb8800000, 0x7f7f8000, 0x7f7f7fff, 0x3f808000, 0x3f818000, 0x7fffffff, 0xffffffff,
    };
    uint64_t bits = random_bits(&state);
    uint32_t chosen = bits >> 62 ? (uint32_t)bits : special[(bits >> 32) % LENGTH(special)];
    float x;
    memcpy(&x, &chosen, sizeof x);
    return x;
}

static double wild_f64(void)
{
    uint64_t bits = random_bits(&state);
    double x;
    if (bits >> 62 == 0)
        return wild_f32();
    if (bits >> 62 == 1) /* not an f32, within its range */
        return ldexp(random_unit(&state), (int)(bits % 300) - 160);
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Numbers whose sums round at every step. */
static double tame(void)
{
    return ldexp(random_unit(&state), (int)(random_bits(&state) % 20) - 10);
}

static void fill(const operands *o, int64_t n, int wild)
{
    for (int64_t i = 0; i < n; i++) {
        HALF[i] = (uint16_t)random_bits(&state);
        SINGLE[i] = wild ? wild_f32() : (float)tame();
        DOUBLE[i] = wild ? wild_f64() : tame();
        OTHER[i] = wild ? wild_f64() : tame();
    }
    if (!wild) /* read as f32 as well */
        for (int64_t i = 0; i < n; i++)
            OTHER_SINGLE[i] = (float)tame();
}

/* ---- the comparison ---- */

static void one_nan(enum leaves leaves, char *out, int64_t elements)
{
    float *f32 = (float *)out;
    double *f64 = (double *)out;
    for (int64_t i = 0; i < elements; i++)
        if (leaves == SUM_F32 || leaves == SUM_ONE || leaves == SUM_TILE)
            f32[i] = isnan(f32[i]) ? NAN : f32[i];
        else if (leaves == SUM_F64 || leaves == SUM_LANES)
            f64[i] = isnan(f64[i]) ? NAN : f64[i];
}

/* Applies the kernel over a copy of `before`, and leaves what it did in `after`. */
static void run(const applied *a, const kernels *k, operands *o, int64_t n, const char *before, char *after, int64_t elements, int64_t bytes)
{
    memcpy(o->out_end - bytes, before, (size_t)bytes);
    a->apply(k, o, n);
    memcpy(after, o->out_end - bytes, (size_t)bytes);
    one_nan(a->leaves, after, elements);
}

static int64_t elements_left(enum leaves leaves, int64_t n)
{
    switch (leaves) {
    case SUM_LANES: return 16;
    case SUM_ONE: return 1;
    case SUM_TILE: return TILE_QUERIES * TILE_ROWS;
    case INDEX: return 0;
    default: return n;
    }
}

static void compare(const applied *a, operands *o, int64_t n, int wild)
{
    static double before[LONG], expected[LONG], actual[LONG];
    int64_t size = a->leaves == SUM_F32 || a->leaves == SUM_ONE || a->leaves == SUM_TILE ? 4 : a->leaves <= F64 ? (int64_t)a->leaves : 8;
    int64_t elements = elements_left(a->leaves, n);
    int64_t bytes = elements * size;

    for (int64_t i = 0; i < elements; i++)
        if (size == 8)
            before[i] = wild ? wild_f64() : tame();
        else
            ((float *)before)[i] = wild ? wild_f32() : (float)tame();
    o->factor = wild ? wild_f64() : tame();

    run(a, simd_kernels(LAMELLA_SIMD_REFERENCE), o, n, (char *)before, (char *)expected, elements, bytes);
    int64_t index = o->index;
    FOR_LEVELS(k) {
        run(a, k, o, n, (char *)before, (char *)actual, elements, bytes);
        if (memcmp(actual, expected, (size_t)bytes) || o->index != index)
            ck_abort_msg("%s at level %s differs from the reference, n = %lld, %s numbers", a->name, level_names[level_], (long long)n,
                         wild ? "wild" : "tame");
    }
}

static void compare_all(int64_t n, int wild)
{
    operands o = *fenced_operands();
    fill(&o, n, wild);
    for (int i = 0; i < LENGTH(all_kernels); i++)
        compare(&all_kernels[i], &o, n, wild);
}

/* ---- the laws ---- */

TEST(levels_not_run_are_named)
{
    int32_t present = simd_present();
    char text[64] = "";
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level <= LAMELLA_SIMD_AVX512; level++)
        if (!(present & 1 << level))
            strcat(strcat(text, " "), level_names[level]);
    printf("levels not run:%s\n", *text ? text : " none");
    fflush(stdout);
    check(present & 1 << LAMELLA_SIMD_REFERENCE);
}

TEST(short_arrays_have_the_reference_s_bits)
{
    for (int64_t n = 0; n <= SHORT; n++)
        for (int repeat = 0; repeat < 20; repeat++)
            compare_all(n, repeat % 2);
}

TEST(long_arrays_have_the_reference_s_bits)
{
    static const int64_t lengths[] = { 127, 128, 129, 384, 768, 1000, 1024, 2999, 3000, LONG };
    for (int i = 0; i < LENGTH(lengths); i++)
        for (int repeat = 0; repeat < 20; repeat++)
            compare_all(lengths[i], repeat % 2);
}

/* Kernels over arrays of n small integers, where the sums are exact and can be written down. */
TEST(small_integers_give_the_formula)
{
    operands operand = *fenced_operands(), *o = &operand;
    FOR_LEVELS(k) {
        for (int64_t n = 1; n <= 200; n++) {
            double lanes[16] = { 0 }, dots[16] = { 0 }, single[16] = { 0 };
            for (int64_t i = 0; i < n; i++) {
                SINGLE[i] = (float)(i + 1);
                DOUBLE[i] = (double)(i + 1);
                OTHER[i] = 3;
            }
            k->square_lanes_f32(SINGLE, n, single);
            k->square_lanes_f64(DOUBLE, n, lanes);
            k->dot_lanes_f64(DOUBLE, OTHER, n, dots);
            double squares = (double)(n * (n + 1) * (2 * n + 1)) / 6, last = (double)((n + 15) / 16);
            check(lanes_sum(single) == squares && lanes_sum(lanes) == squares);
            check(lanes_sum(dots) == 3 * (double)(n * (n + 1)) / 2);
            check(dots[0] == 3 * (last + 8 * last * (last - 1))); /* 1 + 17 + 33 + ... */

            double sum[200], deviation[200];
            double away[200], largest[200];
            float scaled[200], best[200];
            for (int64_t i = 0; i < n; i++)
                sum[i] = deviation[i] = away[i] = 100, best[i] = 5, largest[i] = 7;
            k->add_f32(SINGLE, n, sum);
            k->add_f64(DOUBLE, n, sum);
            k->add_scaled_f32(SINGLE, n, 10, sum);
            k->add_square_deviation_f64(DOUBLE, OTHER, n, deviation);
            k->add_deviation_f64(OTHER, DOUBLE, n, away);
            k->max_size_f64(away, n, largest);
            k->scale_f32(SINGLE, n, 0.5, scaled);
            k->max_f32(SINGLE, n, best);
            for (int64_t i = 0; i < n; i++) {
                double x = (double)(i + 1);
                check(sum[i] == 100 + 12 * x);
                check(deviation[i] == 100 + (x - 3) * (x - 3));
                check(away[i] == 103 - x);
                check(largest[i] == fmax(7, fabs(103 - x)));
                check(scaled[i] == x / 2);
                check(best[i] == (x > 5 ? x : 5));
            }
        }
    }
}

/* (1 + 2^-29)^2 and the like: the product rounded to f64 first loses its last bit, an FMA keeps it. */
TEST(f64_products_are_rounded_before_they_are_added)
{
    const double x = 1 + 0x1p-29;
    FOR_LEVELS(k) {
        double v[16], mean[16] = { 0 }, lanes[16], dots[16], deviation[16];
        for (int i = 0; i < 16; i++)
            v[i] = x, lanes[i] = dots[i] = deviation[i] = -1;
        k->square_lanes_f64(v, 16, lanes);
        k->dot_lanes_f64(v, v, 16, dots);
        k->add_square_deviation_f64(v, mean, 16, deviation);
        for (int i = 0; i < 16; i++)
            check(lanes[i] == 0x1p-28 && dots[i] == 0x1p-28 && deviation[i] == 0x1p-28);
    }
}

TEST(the_first_nonfinite_element_is_found)
{
    static const float bad[] = { NAN, -NAN, INFINITY, -INFINITY };
    operands operand = *fenced_operands(), *o = &operand;
    FOR_LEVELS(k) {
        for (int64_t n = 1; n <= 150; n++) {
            for (int64_t i = 0; i < n; i++) {
                SINGLE[i] = i % 3 == 0 ? 0x1.fffffep127f : i % 3 == 1 ? -0x1p-149f : 0;
                DOUBLE[i] = i % 3 == 0 ? 0x1.fffffffffffffp1023 : i % 3 == 1 ? -0x1p-1074 : -0.0;
            }
            equal(k->nonfinite_f32(SINGLE, n), n);
            equal(k->nonfinite_f64(DOUBLE, n), n);
            for (int64_t i = n - 1; i >= 0; i--) { /* later ones stay */
                SINGLE[i] = bad[i % 4];
                DOUBLE[i] = bad[(i + 1) % 4];
                if (k->nonfinite_f32(SINGLE, n) != i || k->nonfinite_f64(DOUBLE, n) != i)
                    ck_abort_msg("level %s: element %lld of %lld was not found", level_names[level_], (long long)i, (long long)n);
            }
        }
    }
}

TEST(max_keeps_the_best_where_x_is_not_greater)
{
    const float x[4] = { NAN, -0.0f, 0.0f, 1 }, before[4] = { 1, 0.0f, -0.0f, NAN };
    operands operand = *fenced_operands(), *o = &operand;
    const int64_t n = 64;
    FOR_LEVELS(k) {
        float best[64], expected[64];
        for (int64_t i = 0; i < n; i++)
            SINGLE[i] = x[i % 4], best[i] = expected[i] = before[i % 4];
        k->max_f32(SINGLE, n, best);
        equal_bits(best, expected, sizeof best);
    }
}
