/* f16 and bf16 against what their bits mean: every one of the 65,536 both ways, and every point where rounding turns. */
#include "simd/levels.h"
#include <math.h>

enum { ALL = 1 << 16 };

/* A binary format by its widths; the value of a pattern is built with ldexp. */
typedef struct format {
    const char *name;
    int         fraction_bits, bias;
    uint32_t    infinity; /* pattern of +infinity */
    void      (*up)(const kernels *k, const uint16_t *x, int64_t n, float *out);
    void      (*down)(const kernels *k, const float *x, int64_t n, uint16_t *out);
} format;

static void f16_up(const kernels *k, const uint16_t *x, int64_t n, float *out) { k->f16_to_f32(x, n, out); }
static void f16_down(const kernels *k, const float *x, int64_t n, uint16_t *out) { k->f32_to_f16(x, n, out); }
static void bf16_up(const kernels *k, const uint16_t *x, int64_t n, float *out) { k->bf16_to_f32(x, n, out); }
static void bf16_down(const kernels *k, const float *x, int64_t n, uint16_t *out) { k->f32_to_bf16(x, n, out); }

static const format formats[] = {
    { "f16", 10, 15, 0x7c00, f16_up, f16_down },
    { "bf16", 7, 127, 0x7f80, bf16_up, bf16_down },
};

/* The value of a positive pattern; for infinity what would follow the largest number, so that rounding has an upper neighbour. */
static double magnitude_of(const format *f, uint32_t pattern)
{
    int exponent = (int)(pattern >> f->fraction_bits), fraction = (int)(pattern & ((1u << f->fraction_bits) - 1));
    int least = 1 - f->bias - f->fraction_bits; /* of the last fraction bit of subnormals */
    return exponent == 0 ? ldexp(fraction, least) : ldexp((1 << f->fraction_bits) + fraction, exponent - 1 + least);
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define FOR_FORMATS(f) for (const format *f = formats; f < formats + LENGTH(formats); f++)

static uint16_t pattern[ALL];
static float value[ALL];

static void fill_patterns(void)
{
    for (int i = 0; i < ALL; i++)
        pattern[i] = (uint16_t)i;
}

TEST(every_pattern_has_its_value)
{
    fill_patterns();
    FOR_FORMATS(f) FOR_LEVELS(k) {
        f->up(k, pattern, ALL, value);
        for (uint32_t i = 0; i < ALL; i++) {
            uint32_t positive = i & 0x7fff;
            double expected = positive == f->infinity ? INFINITY : magnitude_of(f, positive);
            int right = positive > f->infinity ? isnan(value[i]) : fabs((double)value[i]) == expected;
            if (!right || !signbit(value[i]) != !(i & 0x8000))
                ck_abort_msg("%s %04x at level %s is %a, expected %a", f->name, i, level_names[level_], value[i], expected);
        }
    }
}

TEST(every_pattern_survives_the_way_up_and_down)
{
    static uint16_t back[ALL];
    fill_patterns();
    FOR_FORMATS(f) FOR_LEVELS(k) {
        uint32_t quiet = 1u << (f->fraction_bits - 1);
        f->up(k, pattern, ALL, value);
        f->down(k, value, ALL, back);
        for (uint32_t i = 0; i < ALL; i++) {
            uint32_t expected = (i & 0x7fff) > f->infinity ? i | quiet : i;
            if (back[i] != expected)
                ck_abort_msg("%s %04x at level %s came back as %04x, expected %04x", f->name, i, level_names[level_], back[i], expected);
        }
    }
}

/* Between neighbours: the point half way goes to the even one, the floats beside it to the nearer one. Both signs. */
TEST(half_way_goes_to_even)
{
    FOR_FORMATS(f) FOR_LEVELS(k) {
        for (uint32_t i = 0; i < f->infinity; i++) {
            float middle = (float)((magnitude_of(f, i) + magnitude_of(f, i + 1)) / 2);
            float below = nextafterf(middle, 0), above = nextafterf(middle, INFINITY);
            const float x[6] = { middle, below, above, -middle, -below, -above };
            const uint32_t even = i % 2 ? i + 1 : i, expected[6] = { even, i, i + 1, even | 0x8000, i | 0x8000, (i + 1) | 0x8000 };
            float many[18]; /* enough to fill a vector at every level */
            uint16_t out[18];
            for (int j = 0; j < 18; j++)
                many[j] = x[j % 6];
            f->down(k, many, 18, out);
            for (int j = 0; j < 18; j++)
                if (out[j] != expected[j % 6])
                    ck_abort_msg("%a to %s at level %s is %04x, expected %04x", many[j], f->name, level_names[level_], out[j], expected[j % 6]);
        }
    }
}

/* x rounded to a multiple of the spacing of the format at x, in f64. */
static double rounded(const format *f, double x)
{
    int exponent;
    frexp(x, &exponent);
    int least = 1 - f->bias - f->fraction_bits;
    double spacing = ldexp(1, exponent - 1 - f->fraction_bits < least ? least : exponent - 1 - f->fraction_bits);
    double result = nearbyint(x / spacing) * spacing;
    return fabs(result) >= magnitude_of(f, f->infinity) ? copysign(INFINITY, x) : result;
}

TEST(random_floats_round_to_the_nearest)
{
    static uint16_t out[ALL];
    static float back[ALL];
    uint64_t state = 88172645463325252;
    FOR_FORMATS(f) for (int wide = 0; wide < 2; wide++) {
        for (int i = 0; i < ALL; i++) {
            uint64_t bits = random_bits(&state); /* exponents of f16's range, or of all floats but NaN */
            value[i] = wide ? of_bits((uint32_t)bits & 0xff7fffff) : (float)ldexp(random_unit(&state), (int)(bits >> 32) % 44 - 26);
        }
        FOR_LEVELS(k) {
            f->down(k, value, ALL, out);
            f->up(k, out, ALL, back);
            for (int i = 0; i < ALL; i++)
                if ((double)back[i] != rounded(f, value[i]) || !signbit(back[i]) != !signbit(value[i]))
                    ck_abort_msg("%a to %s at level %s is %a, expected %a", value[i], f->name, level_names[level_], back[i],
                                 rounded(f, value[i]));
        }
    }
}

/* NaN stays NaN, even if its payload is in the bits cut off; sign and upper payload stay, the quiet bit is set. */
TEST(nan_stays_nan)
{
    uint64_t state = 20240229;
    for (int i = 0; i < ALL; i++) {
        uint32_t payload = i < 23 ? 1u << i : (uint32_t)random_bits(&state) & 0x7fffff;
        value[i] = of_bits(0x7f800000 | (payload ? payload : 1) | (uint32_t)(i % 2) << 31);
    }
    FOR_FORMATS(f) FOR_LEVELS(k) {
        static uint16_t out[ALL];
        f->down(k, value, ALL, out);
        for (int i = 0; i < ALL; i++) {
            uint32_t bits = bits_of(value[i]);
            uint32_t expected = (bits >> 16 & 0x8000) | f->infinity | 1u << (f->fraction_bits - 1) | (bits & 0x7fffff) >> (23 - f->fraction_bits);
            if (out[i] != expected)
                ck_abort_msg("NaN %08x to %s at level %s is %04x, expected %04x", bits, f->name, level_names[level_], out[i], expected);
        }
    }
}
