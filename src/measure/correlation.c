/* R2, the mean squared error, Pearson with Fisher's interval, Spearman.
 *
 *   R2 = 1 - sum (y - x)^2 / sum (y - mean y)^2,   r = sum (x - mean x) (y - mean y) / (|x - mean x| |y - mean y|)
 *
 * Two passes in f64, on numbers over their range_unit so that no square leaves the range; what the rounded mean left over is taken out
 * of the sums of the second, so that a shift that is exact changes nothing. A constant, by the house's rule, has no correlation. What f64
 * cannot hold (R2 of a gold that hardly varies, squares over 1e308) is infinite: its caller says so. */
#include "measure/measure.h"
#include "moments/moments.h"

#include <math.h>

static double weight_of_pair(const paired_rows *r, int64_t row)
{
    return (r->weight ? r->weight[row] : 1) * (r->times ? r->times[row] : 1);
}

static double scale_of(const paired_rows *r, const double *x)
{
    double largest = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++)
        largest = fmax(largest, fabs(x[r->rows ? r->rows[i] : i]));
    return 1 / range_unit(largest);
}

/* Of scaled numbers: their mean, and sums over what lies around it. */
typedef struct centred_sums {
    double all; /* weight */
    double x_mean, y_mean, xx, yy, xy;
} centred_sums;

static centred_sums centred_sums_of(const paired_rows *r, double x_scale, double y_scale)
{
    centred_sums s = { 0 };
    double x_left = 0, y_left = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->rows ? r->rows[i] : i;
        double w = weight_of_pair(r, row);
        s.all += w;
        s.x_mean += w * (x_scale * r->x[row]);
        s.y_mean += w * (y_scale * r->y[row]);
    }
    s.x_mean /= s.all;
    s.y_mean /= s.all;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->rows ? r->rows[i] : i;
        double w = weight_of_pair(r, row), x = x_scale * r->x[row] - s.x_mean, y = y_scale * r->y[row] - s.y_mean;
        x_left += w * x;
        y_left += w * y;
        s.xx += w * x * x;
        s.yy += w * y * y;
        s.xy += w * x * y;
    }
    s.xx -= x_left * (x_left / s.all);
    s.yy -= y_left * (y_left / s.all);
    s.xy -= x_left * (y_left / s.all);
    return s;
}

/* sum w (y - x)^2, of scaled numbers. */
static double missed_by(const paired_rows *r, double scale)
{
    double missed = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++) {
        int64_t row = r->rows ? r->rows[i] : i;
        double d = scale * r->y[row] - scale * r->x[row];
        missed += weight_of_pair(r, row) * d * d;
    }
    return missed;
}

double r2_of(const paired_rows *r)
{
    double y_scale = scale_of(r, r->y), scale = fmin(scale_of(r, r->x), y_scale);
    centred_sums s = centred_sums_of(r, scale, y_scale);
    if (!(s.all > 0) || is_constant_column(1, s.y_mean, s.yy / s.all))
        return NAN;
    return 1 - ldexp(missed_by(r, scale) / s.yy, 2 * (ilogb(y_scale) - ilogb(scale)));
}

double mean_squared_error_of(const paired_rows *r)
{
    double scale = fmin(scale_of(r, r->x), scale_of(r, r->y)), all = 0;
    for (int64_t i = 0; i < r->n && !told_to_stop(r->asks); i++)
        all += weight_of_pair(r, r->rows ? r->rows[i] : i);
    return all > 0 ? missed_by(r, scale) / all / scale / scale : NAN;
}

double pearson_of(const paired_rows *r)
{
    centred_sums s = centred_sums_of(r, scale_of(r, r->x), scale_of(r, r->y));
    if (!(s.all > 0) || is_constant_column(1, s.x_mean, s.xx / s.all) || is_constant_column(1, s.y_mean, s.yy / s.all))
        return NAN;
    return fmax(-1, fmin(1, s.xy / (sqrt(s.xx) * sqrt(s.yy))));
}

double spearman_of(const paired_rows *r, const int64_t *x_order, const int64_t *y_order, double *room)
{
    int64_t last = -1;
    for (int64_t i = 0; i < r->n; i++)
        last = MAX(last, x_order[i]);
    paired_rows ranks = { .n = r->n, .rows = x_order, .x = room, .y = room + last + 1, .weight = r->weight, .times = r->times, .asks = r->asks };
    average_ranks(r->x, x_order, r->n, r->times, room, r->asks);
    average_ranks(r->y, y_order, r->n, r->times, room + last + 1, r->asks);
    return pearson_of(&ranks);
}

/* Newton on the logarithm of the upper tail Q(z) = erfc(z / sqrt 2) / 2, which is concave: from above, where Q <= exp(-z^2 / 2) / 2 puts
 * the start, z falls to the root. */
double normal_quantile(double p)
{
    double q = fmin(p, 1 - p), z = sqrt(-2 * log(2 * q)), step = 1;
    for (int i = 0; i < 50 && fabs(step) > 1e-15 * z; i++) {
        double tail = erfc(z * 0.70710678118654752440) / 2, density = 0.39894228040143267794 * exp(-z * z / 2);
        step = tail / density * log(tail / q);
        z += step;
    }
    return p < 0.5 ? -z : z;
}

interval pearson_interval(double r, int64_t n, double confidence)
{
    if (r != r)
        return (interval){ NAN, NAN };
    if (n < 4)
        return (interval){ -1, 1 };
    double half = -normal_quantile((1 - confidence) / 2) / sqrt((double)(n - 3));
    return (interval){ tanh(atanh(r) - half), tanh(atanh(r) + half) };
}
