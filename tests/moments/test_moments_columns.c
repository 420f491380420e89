/* Moments of columns: units, means of two parts, rows that are left out, merges; against plain sums in long double. */
#include "moments/moments.h"
#include "support/guarded.h"
#include <float.h>
#include <math.h>

TEST(units_are_powers_of_two_outside_the_range_that_squares_have)
{
    static const struct { double largest, unit; } cases[] = {
        { 0, 1 }, { 1, 1 }, { 0x1.0001p-400, 1 }, { 0x1p-400, 0x1p-400 }, { 0x1.8p-401, 0x1p-401 }, { 0x1.ffffp399, 1 }, { 0x1p400, 0x1p400 },
        { 0x1.8p700, 0x1p700 }, { 0x1p1000, 0x1p1000 }, { 0x1p1001, 0x1p1000 }, { DBL_MAX, 0x1p1000 }, { 0x1p-1000, 0x1p-1000 },
        { 0x1p-1001, 0x1p-1000 }, { 5e-324, 0x1p-1000 }, { INFINITY, 1 }, { NAN, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(range_unit(cases[i].largest) == cases[i].unit);
}

TEST(what_a_sum_rounds_away_is_its_low_part)
{
    static const double a[] = { 1, 1e16, -1, 3, 0x1p60, 0 }, b[] = { 0x1p-60, 1, 1, -0.1, -0x1p60, 0x1p-1000 };
    for (int i = 0; i < 6; i++)
        for (int swapped = 0; swapped < 2; swapped++) {
            double mean, low;
            mean_sum(swapped ? b[i] : a[i], swapped ? a[i] : b[i], &mean, &low);
            check(mean == a[i] + b[i]);
            check((long double)mean + low == (long double)a[i] + b[i]);
        }
    double mean, low;
    mean_sum(1, 0x1p-60, &mean, &low);
    check(mean == 1 && low == 0x1p-60);
}

enum { MOST_ROWS = 256, DIM = 5, STRIDE = 7 };

static double number_of(int64_t i, int64_t j, double scale)
{
    return (sin((double)(i * 5 + j) * 1.7) + (double)j * 3) * scale;
}

/* Rows first .. first + n - 1 of numbers, which end where memory does. */
static column_moments moments_of(int64_t first, int64_t n, double scale, int leave_out, double *room)
{
    double *x = guarded(NULL, (size_t)((n - 1) * STRIDE + DIM) * sizeof *x);
    unsigned char *keep = guarded(NULL, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        keep[i] = !leave_out || (first + i) % 3 != 1;
        for (int64_t j = 0; j < DIM; j++)
            x[i * STRIDE + j] = keep[i] ? number_of(first + i, j, scale) : NAN;
    }
    column_moments m = column_moments_in(room, DIM);
    memset(room, 0xff, (size_t)column_moments_doubles(DIM) * sizeof *room); /* what was there does not count */
    column_moments_of(simd_kernels(simd_best()), &(panel){ .data = x, .stride = STRIDE, .n = n, .dim = DIM, .first = first }, keep, &m);
    return m;
}

static void equal_plain_sums(const column_moments *m, int64_t n, double scale, int leave_out)
{
    for (int64_t j = 0; j < DIM; j++) {
        long double mean = 0, square = 0, count = 0;
        double largest = 0, unit;
        for (int64_t i = 0; i < n; i++)
            if (!leave_out || i % 3 != 1)
                mean += number_of(i, j, scale), count++, largest = fmax(largest, fabs(number_of(i, j, scale)));
        mean /= count;
        unit = range_unit(largest);
        for (int64_t i = 0; i < n; i++)
            if (!leave_out || i % 3 != 1)
                square += (number_of(i, j, scale) - mean) / unit * ((number_of(i, j, scale) - mean) / unit);
        equal(m->n, (int64_t)count);
        check(m->largest[j] == largest);
        check(fabs((double)((long double)m->mean[j] + m->low[j] - mean)) <= 1e-15 * largest);
        check(m->mean[j] == m->mean[j] + m->low[j]);
        near(m->square[j], (double)square, RELATIVE, 1e-13);
        near(column_variance(m, j, unit), (double)(square / count), RELATIVE, 1e-13);
        near(column_variance(m, j, 2 * unit), (double)(square / count) / 4, RELATIVE, 1e-13);
    }
}

TEST(columns_equal_plain_sums_at_every_size)
{
    static const double scales[] = { 1, 0x1p-500, 0x1p+500 };
    static const int64_t lengths[] = { 1, 2, 16, 17, 256 };
    for (int s = 0; s < 3; s++)
        for (int k = 0; k < 5; k++)
            for (int leave_out = 0; leave_out < 2; leave_out++) {
                double room[4 * DIM];
                equal(column_moments_doubles(DIM), 4 * DIM);
                column_moments m = moments_of(0, lengths[k], scales[s], leave_out, room);
                if (lengths[k] > 2)
                    equal_plain_sums(&m, lengths[k], scales[s], leave_out);
                else
                    near(m.mean[DIM - 1], lengths[k] == 1 || leave_out ? number_of(0, DIM - 1, scales[s])
                         : (number_of(0, DIM - 1, scales[s]) + number_of(1, DIM - 1, scales[s])) / 2, RELATIVE, 4e-15);
            }
}

TEST(parts_join_to_the_whole)
{
    static const double scales[] = { 1, 0x1p-500, 0x1p+500 };
    for (int s = 0; s < 3; s++)
        for (int64_t cut = 1; cut < 200; cut += 66)
            for (int leave_out = 0; leave_out < 2; leave_out++) {
                double room[3][4 * DIM];
                column_moments none = column_moments_in(room[2], DIM);
                column_moments a = moments_of(0, cut, scales[s], leave_out, room[0]), b = moments_of(cut, 256 - cut, scales[s], leave_out, room[1]);
                column_moments_merge(&a, &none);
                column_moments_merge(&none, &a);
                column_moments_merge(&none, &b);
                equal_plain_sums(&none, 256, scales[s], leave_out);
            }
}

TEST(no_row_has_no_moments)
{
    double room[4 * DIM], x[DIM] = { NAN, NAN, NAN, NAN, NAN };
    const unsigned char keep[] = { 0 };
    column_moments m = column_moments_in(room, DIM);
    m.n = 9;
    column_moments_of(simd_kernels(simd_best()), &(panel){ .data = x, .stride = DIM, .n = 1, .dim = DIM }, keep, &m);
    equal(m.n, 0);
    for (int j = 0; j < 4 * DIM; j++)
        check(room[j] == 0);
}
