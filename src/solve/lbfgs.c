/* L-BFGS with a weak Wolfe search by bisection (Lewis and Overton).
 *
 *   d = -H g,   H from the last pairs s = x' - x, y = g' - g by the two-loop recursion, started from (s.y / y.y) I
 *
 * Near the optimum differences of values drown in rounding while gradients still tell: there a step is judged by the slope at its end. */
#include "solve/lbfgs.h"
#include "linalg/linalg.h"

#include <math.h>
#include <string.h>

#define LBFGS_DECREASE 1e-4
#define LBFGS_CURVATURE 0.9
#define LBFGS_FLAT 0.8 /* of the first slope: a value equal up to noise is no higher if the slope at the end is below this */
#define LBFGS_TRIES 30
#define LBFGS_LEAST 1e-16 /* s.y over y.y of a pair worth keeping */

int64_t lbfgs_doubles(int64_t n)
{
    return (4 + 2 * LBFGS_PAIRS) * n;
}

void lbfgs_in(lbfgs *b, double *memory, int64_t n, const kernels *simd)
{
    *b = (lbfgs){ .simd = simd, .n = n };
    b->point = memory;
    b->gradient = memory + n;
    b->direction = memory + 2 * n;
    b->trial = memory + 3 * n;
    b->s = memory + 4 * n;
    b->y = b->s + LBFGS_PAIRS * n;
    lbfgs_restart(b);
}

void lbfgs_restart(lbfgs *b)
{
    b->n_pairs = b->next_pair = 0;
    lbfgs_recentre(b);
}

void lbfgs_recentre(lbfgs *b)
{
    memset(b->trial, 0, (size_t)b->n * sizeof *b->trial);
    b->started = 0;
}

static void add_multiple(double *x, double factor, const double *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] += factor * y[i];
}

static void remember_pair(lbfgs *b, const double *gradient)
{
    double *s = b->s + b->next_pair * b->n, *y = b->y + b->next_pair * b->n;
    for (int64_t i = 0; i < b->n; i++) {
        s[i] = b->trial[i] - b->point[i];
        y[i] = gradient[i] - b->gradient[i];
    }
    double product = dot_f64(b->simd, s, y, b->n);
    if (!(product > LBFGS_LEAST * dot_f64(b->simd, y, y, b->n)) || !isfinite(product))
        return;
    b->rho[b->next_pair] = 1 / product;
    b->next_pair = (b->next_pair + 1) % LBFGS_PAIRS;
    b->n_pairs = MIN(b->n_pairs + 1, LBFGS_PAIRS);
}

static void two_loops(lbfgs *b)
{
    double along[LBFGS_PAIRS], *d = b->direction;
    memcpy(d, b->gradient, (size_t)b->n * sizeof *d);
    for (int64_t k = 1; k <= b->n_pairs; k++) {
        int64_t i = (b->next_pair - k + LBFGS_PAIRS) % LBFGS_PAIRS;
        along[i] = b->rho[i] * dot_f64(b->simd, b->s + i * b->n, d, b->n);
        add_multiple(d, -along[i], b->y + i * b->n, b->n);
    }
    if (b->n_pairs) {
        int64_t newest = (b->next_pair - 1 + LBFGS_PAIRS) % LBFGS_PAIRS;
        const double *y = b->y + newest * b->n;
        scale_row(d, b->n, 1 / (b->rho[newest] * dot_f64(b->simd, y, y, b->n)));
    }
    for (int64_t k = b->n_pairs; k >= 1; k--) {
        int64_t i = (b->next_pair - k + LBFGS_PAIRS) % LBFGS_PAIRS;
        double back = b->rho[i] * dot_f64(b->simd, b->y + i * b->n, d, b->n);
        add_multiple(d, along[i] - back, b->s + i * b->n, b->n);
    }
    scale_row(d, b->n, -1);
}

static void set_trial(lbfgs *b)
{
    for (int64_t i = 0; i < b->n; i++)
        b->trial[i] = b->point[i] + b->step * b->direction[i];
}

static void start_search(lbfgs *b)
{
    two_loops(b);
    b->slope = dot_f64(b->simd, b->gradient, b->direction, b->n);
    if (!(b->slope < 0)) { /* pairs spoilt by rounding */
        b->n_pairs = b->next_pair = 0;
        two_loops(b);
        b->slope = dot_f64(b->simd, b->gradient, b->direction, b->n);
    }
    b->step = 1;
    b->low = 0;
    b->high = INFINITY;
    b->tries = 0;
    set_trial(b);
}

static int32_t move(lbfgs *b, double value, const double *gradient)
{
    if (b->started)
        remember_pair(b, gradient);
    memcpy(b->point, b->trial, (size_t)b->n * sizeof *b->point);
    memcpy(b->gradient, gradient, (size_t)b->n * sizeof *b->gradient);
    b->value = value;
    b->started = 1;
    start_search(b);
    return b->slope < 0 ? LBFGS_MOVED : LBFGS_STUCK;
}

int32_t lbfgs_tell(lbfgs *b, double value, const double *gradient, double noise)
{
    if (!b->started)
        return move(b, value, gradient);
    double slope = dot_f64(b->simd, gradient, b->direction, b->n);
    int lower = value <= b->value + LBFGS_DECREASE * b->step * b->slope;
    int level = value <= b->value + noise * fabs(b->value) && slope <= -LBFGS_FLAT * b->slope;
    if (!isfinite(value) || !(lower || level))
        b->high = b->step;
    else if (slope < LBFGS_CURVATURE * b->slope)
        b->low = b->step;
    else
        return move(b, value, gradient);
    if (++b->tries >= LBFGS_TRIES)
        return LBFGS_STUCK;
    b->step = isfinite(b->high) ? (b->low + b->high) / 2 : 2 * b->low;
    set_trial(b);
    return LBFGS_SEARCHING;
}

double lbfgs_promise(const lbfgs *b)
{
    return -b->slope / 2;
}
