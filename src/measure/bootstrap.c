/* Bootstrap: resamples of rows, or of whole groups, and percentile intervals.
 *
 * A resample is how often it drew each row; statistics run over orders that stand since before the first one. Resample b draws from
 * stream b, so a resample is the same whatever thread makes it, and the same for every statistic: differences are paired. */
#include "measure/measure.h"
#include "moments/moments.h"

#include <math.h>

#define RESAMPLES_A_BATCH 64

/* So few that the host is asked every 2^18 rows or so, and enough for every thread: no bit depends on how resamples are batched. */
static int64_t resamples_a_batch(const call *c, const bootstrap_plan *p, int64_t n_values)
{
    return MAX(parallel_width(c), MIN(RESAMPLES_A_BATCH, ROWS_BETWEEN_ASKS / p->n_rows / n_values));
}

void bootstrap_times(const bootstrap_plan *p, int64_t number, int32_t *times, int32_t *room, asking *asks)
{
    int32_t *drawn = p->group ? room : times;
    draw_with_replacement(p->seed, (uint64_t)STREAM_BOOTSTRAP + (uint64_t)number, p->group ? p->n_groups : p->n_rows, drawn, asks);
    for (int64_t row = 0; p->group && row < p->n_rows; row++)
        times[row] = drawn[p->group[row]];
}

typedef struct work {
    const bootstrap_plan *p;
    int64_t n_values, first; /* of the batch */
    int64_t times_bytes, groups_bytes;
    scratch pieces;
    int32_t long_lasting; /* one resample is: tasks ask */
    asking_tasks          asks;
    bootstrap_statistics *statistics;
    void   *data;
    double *values;
} work;

static void resample_task(int64_t i, void *data)
{
    work *w = data;
    char *piece = scratch_claim(&w->pieces);
    int32_t *times = (int32_t *)piece;
    asking own = asking_of_task(&w->asks), *asks = w->long_lasting ? &own : NULL;
    bootstrap_times(w->p, w->first + i, times, (int32_t *)(piece + w->times_bytes), asks);
    w->statistics(times, piece + w->times_bytes + w->groups_bytes, w->values + (w->first + i) * w->n_values, asks, w->data);
    scratch_release(&w->pieces, piece);
}

lamella_status bootstrap_run(call *c, const bootstrap_plan *p, int64_t n_values, int64_t room_bytes, bootstrap_statistics *statistics, void *data,
                             double *values)
{
    work w = { .p = p, .n_values = n_values, .statistics = statistics, .data = data, .values = values, .asks = { .c = c } };
    w.times_bytes = whole_lines(p->n_rows * (int64_t)sizeof(int32_t));
    w.groups_bytes = p->group ? whole_lines(p->n_groups * (int64_t)sizeof(int32_t)) : 0;
    TRY(scratch_open(c, w.times_bytes + w.groups_bytes + room_bytes, &w.pieces));
    int64_t batch = resamples_a_batch(c, p, n_values);
    w.long_lasting = ROWS_BETWEEN_ASKS / p->n_rows / n_values == 0;
    for (w.first = 0; w.first < p->n_resamples; w.first += batch) {
        TRY(progress(c, w.first, p->n_resamples));
        TRY(parallel(c, MIN(batch, p->n_resamples - w.first), resample_task, &w));
        TRY(w.asks.status);
    }
    return progress(c, p->n_resamples, p->n_resamples);
}

/* Linear between order statistics: at share q of n sorted values stands number q (n - 1). */
static double quantile_of_sorted(const keyed_row *sorted, int64_t n, double q)
{
    double place = q * (double)(n - 1);
    int64_t below = (int64_t)place;
    double low = double_of_key(sorted[below].key), high = double_of_key(sorted[MIN(below + 1, n - 1)].key);
    return low + (high - low) * (place - (double)below);
}

/* Corrected two-pass: what the rounded mean left over is taken out. */
static double spread_of(const keyed_row *values, int64_t n)
{
    double mean = 0, left = 0, square = 0;
    for (int64_t i = 0; i < n; i++)
        mean += double_of_key(values[i].key);
    mean /= (double)n;
    for (int64_t i = 0; i < n; i++) {
        double d = double_of_key(values[i].key) - mean;
        left += d;
        square += d * d;
    }
    return sqrt(fmax(square - left * (left / (double)n), 0) / (double)(n - 1));
}

/* So that neither a difference nor a square leaves f64. */
static double scale_of_values(const double *values, const double *minus, int64_t stride, int64_t n)
{
    double largest = 0;
    for (int64_t i = 0; i < n; i++) {
        double value = fmax(fabs(values[i * stride]), minus ? fabs(minus[i * stride]) : 0);
        largest = isfinite(value) ? fmax(largest, value) : largest;
    }
    return 1 / range_unit(largest);
}

bootstrap_figures bootstrap_interval(const double *values, const double *minus, int64_t stride, int64_t n, double confidence, keyed_row *room)
{
    bootstrap_figures f = { { NAN, NAN }, NAN, 0 };
    double scale = scale_of_values(values, minus, stride, n);
    for (int64_t i = 0; i < n; i++) {
        double value = scale * values[i * stride] - (minus ? scale * minus[i * stride] : 0);
        if (value == value)
            room[f.n_defined++] = (keyed_row){ key_of_double(value), i };
    }
    if (f.n_defined > 1)
        f.standard_error = spread_of(room, f.n_defined) / scale;
    if (f.n_defined > 0) {
        sort_keyed(room, f.n_defined, room + f.n_defined);
        f.percentile.low = quantile_of_sorted(room, f.n_defined, (1 - confidence) / 2) / scale;
        f.percentile.high = quantile_of_sorted(room, f.n_defined, (1 + confidence) / 2) / scale;
    }
    return f;
}

static double scaled_mean_of_rows(const double *contribution, const int64_t *rows, int64_t n, const double *weight, const int32_t *times, double scale)
{
    double sum = 0, all = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : i;
        double w = (weight ? weight[row] : 1) * (times ? times[row] : 1);
        sum += w * (scale * contribution[row]);
        all += w;
    }
    return all > 0 ? sum / all / scale : NAN;
}

double mean_of_rows(const double *contribution, const int64_t *rows, int64_t n, const double *weight, const int32_t *times)
{
    double mean = scaled_mean_of_rows(contribution, rows, n, weight, times, 1);
    return isfinite(mean) ? mean : scaled_mean_of_rows(contribution, rows, n, weight, times, 0x1p-64); /* a sum left f64: the mean does not */
}
