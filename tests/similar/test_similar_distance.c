/* Distances of two rows against plain sums in long double, at every length around the lanes and at every size that f64 has. */
#include "similar/similar.h" /* before Check, which has a macro fail */
#include "simd/simd.h"
#include "support/test.h"

#include <math.h>

enum { MOST = 50 };

static double x[MOST], y[MOST];

static void fill(int64_t n, double size_x, double size_y)
{
    for (int64_t i = 0; i < n; i++) {
        x[i] = sin((double)(i * 7 + n)) * size_x;
        y[i] = cos((double)(i * 3 + 2 * n)) * size_y;
    }
}

static double plain(int kind, int64_t n)
{
    long double sum = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) {
        long double apart = fabsl((long double)x[i] - (long double)y[i]);
        sum += kind == 2 ? apart * apart : apart;
        largest = apart > largest ? apart : largest;
    }
    return (double)(kind == 0 ? largest : kind == 2 ? sqrtl(sum) : sum);
}

TEST(distances_of_every_length_and_size)
{
    static const double size[] = { 1, 1e-30, 1e-140, 1e-160, 1e-300, 4e-308, 1e140, 1e152, 1e300 };
    if (emulated("distances against long doubles"))
        return;
    for (int64_t n = 0; n < MOST; n++)
        for (int a = 0; a < 9; a++)
            for (int b = 0; b < 9; b++) {
                fill(n, size[a], size[b]);
                near(largest_distance(x, y, n), plain(0, n), RELATIVE, 1e-15);
                near(absolute_distance(x, y, n), plain(1, n), RELATIVE, 1e-14);
                near(euclidean_distance(x, y, n), plain(2, n), RELATIVE, 1e-14);
            }
}

TEST(a_row_lies_at_no_distance_from_itself_and_at_infinity_from_what_f64_cannot_tell)
{
    fill(MOST, 3, 1);
    memcpy(y, x, sizeof x);
    check(euclidean_distance(x, y, MOST) == 0 && absolute_distance(x, y, MOST) == 0 && largest_distance(x, y, MOST) == 0);
    x[20] = 1.5e308, y[20] = -1.5e308;
    check(isinf(euclidean_distance(x, y, MOST)) && isinf(largest_distance(x, y, MOST)));
    for (int64_t i = 0; i < MOST; i++) { /* only the last entry differs */
        memcpy(y, x, sizeof x);
        y[i] += 2;
        check(largest_distance(x, y, i) == 0 && largest_distance(x, y, i + 1) == largest_distance(x + i, y + i, 1));
    }
}

TEST(an_angle_is_a_share_of_pi)
{
    for (int64_t n = 2; n < MOST; n += 5)
        for (int step = 0; step <= 40; step++) {
            const double angle = 3.14159265358979323846 * step / 40;
            memset(x, 0, sizeof x), memset(y, 0, sizeof y);
            x[0] = 1;
            y[0] = cos(angle), y[n - 1] = sin(angle);
            near(angular_distance(x, y, n), step / 40.0, ABSOLUTE, 1e-15);
        }
    memset(x, 0, sizeof x), memset(y, 0, sizeof y);
    check(angular_distance(x, y, MOST) == 0.5);
    x[3] = 1;
    near(angular_distance(x, y, MOST), 0.5, ABSOLUTE, 1e-15);
    y[3] = 1;
    check(angular_distance(x, y, MOST) == 0);
    y[3] = -1;
    check(angular_distance(x, y, MOST) == 1);
    y[3] = sqrt(1 - 1e-24), y[4] = 1e-12; /* arccos of the cosine would give 0 */
    near(angular_distance(x, y, MOST), 1e-12 / 3.14159265358979323846, RELATIVE, 1e-12);
}
