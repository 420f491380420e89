/* L-BFGS against dense BFGS matrices of the same pairs, and the search along a direction against the weak Wolfe rule written out. */
#include "support/test.h"
#include "solve/lbfgs.h"
#include "simd/simd.h"
#include <math.h>

enum { DIM = 19, KEPT = 10 }; /* no multiple of the 16 lanes */

/* times * sum c x^2 / 2 + x^4 / 40 - b x, convex; c from 1 to 1000. */
static double value_at(const double *x, double times, double *g)
{
    double f = 0;
    for (int i = 0; i < DIM; i++) {
        double c = pow(1e3, (double)i / (DIM - 1)), b = (double)(i % 5) - 2;
        f += times * (c * x[i] * x[i] / 2 + x[i] * x[i] * x[i] * x[i] / 40 - b * x[i]);
        g[i] = times * (c * x[i] + x[i] * x[i] * x[i] / 10 - b);
    }
    return f;
}

static double dot(const double *x, const double *y)
{
    double sum = 0;
    for (int i = 0; i < DIM; i++)
        sum += x[i] * y[i];
    return sum;
}

/* The last pairs, the oldest first. */
typedef struct dense_pairs {
    double s[KEPT][DIM], y[KEPT][DIM];
    int    n;
} dense_pairs;

static void keep_pair(dense_pairs *p, const double *s, const double *y)
{
    if (p->n == KEPT) {
        memmove(p->s, p->s + 1, sizeof p->s - sizeof *p->s);
        memmove(p->y, p->y + 1, sizeof p->y - sizeof *p->y);
        p->n--;
    }
    memcpy(p->s[p->n], s, sizeof *p->s);
    memcpy(p->y[p->n++], y, sizeof *p->y);
}

/* H := (I - rho s y^T) H (I - rho y s^T) + rho s s^T, pair by pair from (s.y / y.y) I of the newest; returns -H g. */
static void dense_direction(const dense_pairs *p, const double *g, double *direction)
{
    double h[DIM][DIM] = { { 0 } }, scale = p->n ? dot(p->s[p->n - 1], p->y[p->n - 1]) / dot(p->y[p->n - 1], p->y[p->n - 1]) : 1;
    for (int i = 0; i < DIM; i++)
        h[i][i] = scale;
    for (int k = 0; k < p->n; k++) {
        const double *s = p->s[k], *y = p->y[k], rho = 1 / dot(s, y);
        double hy[DIM], yhy = 0;
        for (int i = 0; i < DIM; i++)
            hy[i] = dot(h[i], y);
        yhy = dot(y, hy);
        for (int i = 0; i < DIM; i++)
            for (int j = 0; j < DIM; j++)
                h[i][j] += -rho * (hy[i] * s[j] + s[i] * hy[j]) + (rho * rho * yhy + rho) * s[i] * s[j];
    }
    for (int i = 0; i < DIM; i++)
        direction[i] = -dot(h[i], g);
}

static void all_near(const double *found, const double *expected, double tolerance)
{
    double size = sqrt(dot(expected, expected));
    for (int i = 0; i < DIM; i++)
        near(found[i], expected[i], ABSOLUTE, tolerance * size + 1e-300);
}

/* Steps until the gradient is small; returns how many points were evaluated. */
static int follow(double times)
{
    static double memory[(4 + 2 * LBFGS_PAIRS) * DIM];
    double g[DIM], at[DIM], before[DIM], g_before[DIM], direction[DIM], f_before = 0, slope = 0, low = 0, high = INFINITY, step = 1;
    dense_pairs pairs = { .n = 0 };
    lbfgs b;
    int looks = 0, points = 0, searched = 0;
    equal(lbfgs_doubles(DIM), (int64_t)(sizeof memory / sizeof *memory));
    lbfgs_in(&b, memory, DIM, simd_kernels(LAMELLA_SIMD_REFERENCE));
    for (int i = 0; i < DIM; i++)
        near(b.trial[i], 0, ABSOLUTE, 0);
    for (; looks < 300; looks++) {
        memcpy(at, b.trial, sizeof at);
        double f = value_at(at, times, g), along = points ? dot(g, direction) : 0;
        int accepts = !points || (f <= f_before + 1e-4 * step * slope && along >= 0.9 * slope);
        int32_t told = lbfgs_tell(&b, f, g, 0);
        if (!accepts) { /* too long, or not long enough: halved between the two, or doubled */
            if (!(f <= f_before + 1e-4 * step * slope))
                high = step;
            else
                low = step;
            step = isfinite(high) ? (low + high) / 2 : 2 * low;
            equal(told, LBFGS_SEARCHING);
            searched++;
        } else {
            double s[DIM], y[DIM];
            for (int i = 0; i < DIM && points; i++) {
                s[i] = at[i] - before[i];
                y[i] = g[i] - g_before[i];
            }
            if (points)
                keep_pair(&pairs, s, y);
            if (sqrt(dot(g, g)) < 1e-5 * times)
                break;
            memcpy(before, at, sizeof at);
            memcpy(g_before, g, sizeof g);
            dense_direction(&pairs, g, direction);
            equal(told, LBFGS_MOVED);
            all_near(b.point, at, 0);
            all_near(b.gradient, g, 0);
            all_near(b.direction, direction, 1e-6);
            memcpy(direction, b.direction, sizeof direction);
            f_before = f;
            slope = dot(g, direction);
            near(b.slope, slope, RELATIVE, 1e-12);
            near(lbfgs_promise(&b), -slope / 2, RELATIVE, 1e-12);
            low = 0, high = INFINITY, step = 1;
            points++;
        }
        for (int i = 0; i < DIM; i++)
            near(b.trial[i], before[i] + step * direction[i], RELATIVE, 1e-12);
    }
    check(looks < 300 && points > KEPT + 5 && searched > 0);
    return looks;
}

TEST(steps_are_those_of_dense_matrices_and_the_wolfe_rule)
{
    check(follow(1) < 140);   /* the first steps are too long */
    check(follow(1e-4) < 160); /* and here too short */
}

/* ---- at the limits of rounding ---- */

/* One step from 0, whose gradient is that of x^2 / 2 about 1. */
static lbfgs begun(double *memory, double *g)
{
    lbfgs b;
    lbfgs_in(&b, memory, DIM, simd_kernels(LAMELLA_SIMD_REFERENCE));
    for (int i = 0; i < DIM; i++)
        g[i] = -1;
    equal(lbfgs_tell(&b, DIM / 2.0, g, 0), LBFGS_MOVED);
    for (int i = 0; i < DIM; i++)
        near(b.trial[i], 1, ABSOLUTE, 0);
    near(b.slope, -DIM, ABSOLUTE, 0);
    return b;
}

/* A value that is higher by noise counts as no higher where the slope has turned to at most 0.8 of what it was. */
TEST(a_value_equal_up_to_noise_is_judged_by_the_slope)
{
    static double memory[(4 + 2 * LBFGS_PAIRS) * DIM];
    static const struct { double over, noise, slope; int32_t told; } cases[] = {
        { 0, 0, 0.5, LBFGS_MOVED }, { 1e-15, 0, 0.5, LBFGS_SEARCHING },
        { 0.9e-3, 1e-3, 0.5, LBFGS_MOVED }, { 1.1e-3, 1e-3, 0.5, LBFGS_SEARCHING },
        { 0.9e-3, 1e-3, 0.79, LBFGS_MOVED }, { 0.9e-3, 1e-3, 0.81, LBFGS_SEARCHING },
        { 0.9e-3, 1e-3, -0.5, LBFGS_MOVED }, { 0.9e-3, 1e-3, -0.91, LBFGS_SEARCHING },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double g[DIM];
        lbfgs b = begun(memory, g);
        for (int i = 0; i < DIM; i++)
            g[i] = cases[k].slope; /* times the direction of ones */
        int32_t told = lbfgs_tell(&b, DIM / 2.0 * (1 + cases[k].over), g, cases[k].noise);
        if (told != cases[k].told)
            ck_abort_msg("case %d: %d", (int)k, (int)told);
        if (told == LBFGS_SEARCHING)
            near(b.step, cases[k].slope < -0.9 ? 2 : 0.5, ABSOLUTE, 0);
    }
}

/* A value is low enough at 1e-4 of what the slope promises, there included; a slope of 0.9 of what it was has turned, there included. */
TEST(limits_of_a_step_are_within)
{
    static double memory[(4 + 2 * LBFGS_PAIRS) * DIM];
    const double limit = DIM / 2.0 + 1e-4 * 1 * -(double)DIM;
    for (int k = 0; k < 4; k++) {
        double g[DIM] = { 0 };
        lbfgs b = begun(memory, g);
        for (int i = 0; i < DIM; i++)
            g[i] = k < 2 ? 0.9 : 0; /* too steep to be equal up to noise */
        g[0] = k < 2 ? 0.9 : 0.9 * -(double)DIM * (k == 2 ? 1 : 1.01); /* the only part of the slope */
        int32_t told = lbfgs_tell(&b, k == 1 ? nextafter(limit, INFINITY) : limit, g, 0);
        equal(told, k == 0 || k == 2 ? LBFGS_MOVED : LBFGS_SEARCHING);
    }
}

TEST(thirty_tries_are_enough)
{
    static double memory[(4 + 2 * LBFGS_PAIRS) * DIM];
    double g[DIM];
    lbfgs b = begun(memory, g);
    for (int tried = 1; tried < 30; tried++) {
        equal(lbfgs_tell(&b, tried % 2 ? NAN : INFINITY, g, 1), LBFGS_SEARCHING);
        near(b.trial[0], ldexp(1, -tried), RELATIVE, 0);
    }
    equal(lbfgs_tell(&b, NAN, g, 1), LBFGS_STUCK);
}

/* No slope is left: there is nowhere to go. A pair whose gradient did not change, or turned against the step, is none. */
TEST(a_gradient_of_zeros_is_the_end_and_a_bad_pair_is_none)
{
    static double memory[(4 + 2 * LBFGS_PAIRS) * DIM];
    double g[DIM] = { 0 };
    lbfgs b;
    lbfgs_in(&b, memory, DIM, simd_kernels(LAMELLA_SIMD_REFERENCE));
    equal(lbfgs_tell(&b, 1, g, 0), LBFGS_STUCK);
    for (int worse = 0; worse < 2; worse++) {
        b = begun(memory, g);
        for (int i = 0; i < DIM; i++)
            g[i] = worse ? -1.05 : -1; /* low enough a value, but the slope as before or steeper: the search goes on */
        equal(lbfgs_tell(&b, -100, g, 0), LBFGS_SEARCHING);
        equal(b.n_pairs, 0);
        for (int i = 0; i < DIM; i++)
            g[i] = i % 2 ? -0.5 : 0.1;
        equal(lbfgs_tell(&b, -100, g, 0), LBFGS_MOVED);
        equal(b.n_pairs, 1);
    }
}

/* What is seen anew from elsewhere keeps its pairs; what begins anew has none. */
TEST(recentred_keeps_pairs_and_restarted_forgets_them)
{
    static double memory[(4 + 2 * LBFGS_PAIRS) * DIM];
    double g[DIM];
    lbfgs b = begun(memory, g);
    for (int i = 0; i < DIM; i++)
        g[i] = 0.25;
    equal(lbfgs_tell(&b, 1, g, 0), LBFGS_MOVED);
    equal(b.n_pairs, 1);
    lbfgs_recentre(&b);
    equal(b.started, 0);
    near(b.trial[3], 0, ABSOLUTE, 0);
    equal(lbfgs_tell(&b, 1, g, 0), LBFGS_MOVED); /* s.y / y.y = 1 / 1.25 */
    equal(b.n_pairs, 1);
    near(b.trial[3], -0.25 / 1.25, RELATIVE, 1e-12);
    lbfgs_restart(&b);
    equal(lbfgs_tell(&b, 1, g, 0), LBFGS_MOVED);
    equal(b.n_pairs, 0);
    near(b.trial[3], -0.25, ABSOLUTE, 0);
}
