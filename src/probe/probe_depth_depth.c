/* Where a concept is decided (Exploring Concept Depth, section 4).
 *
 *   beta_l = acc_l / acc_(l-1),   jump = min { l/d : beta_l >= 1.1 },   converging = max { l/d : |beta_l - 1| < 0.03 }
 *
 * Thresholds meet counts: with k_l rows right, beta_l = k_l / k_(l-1) and |beta_l - 1| = |k_l - k_(l-1)| / k_(l-1), each rounded once, as the
 * threshold itself was, so that a rise of exactly 11 / 10 is at 1.1 whatever the number of rows (a quotient of accuracies misses every third).
 * settled: the first layer after which every |beta - 1| < 0.03; after the last layer there is none to be flat, so that alone settles
 * nothing. The best layer is rarely alone: resamples draw rows (or groups) once for all layers, and a layer is as good as the best if 0 lies
 * in the interval of their difference. Accuracies compare over the same rows only: a sample is scored at every layer or, 255, at none and
 * then left out, with its group if nothing of that is scored.
 * Differs from the paper: none of the three has to exist; read literally the converging point need not be final, so `settled` stands by it. */
#include "lamella/probe/depth.h"
#include "measure/measure.h"
#include "options/options.h"
#include "samples/samples.h"

#include <math.h>
#include <string.h>

enum { NOT_SCORED = 255 }; /* in a fitted probe's `correct` */

typedef struct work {
    int64_t              n_layers;
    samples              s;           /* those that are scored take part */
    const double        *correct;     /* [layer, sample] */
    double              *right, *beta, *step; /* [layer]: rows that are right; beta; |beta - 1| */
} work;

static void resample_accuracies(const int32_t *times, void *room, double *values, asking *asks, void *data)
{
    const work *w = data;
    (void)room;
    for (int64_t l = 0; l < w->n_layers && !told_to_stop_after(asks, w->s.n_valid); l++)
        values[l] = mean_of_rows(w->correct + l * w->s.n, w->s.listed, w->s.n_valid, NULL, times);
}

/* Places of the three points; what does not exist is NaN. */
static void find_points(const work *w, const double *depth, const lamella_probe_depth_options *o, lamella_probe_depth_result *r)
{
    int64_t settled = w->n_layers - 1;
    r->jump = r->converging = r->settled = NAN;
    for (int64_t l = 1; l < w->n_layers; l++) {
        if (isnan(r->jump) && w->beta[l] >= o->jump)
            r->jump = depth[l];
        if (w->step[l] < o->flat)
            r->converging = depth[l];
    }
    while (settled > 0 && w->step[settled] < o->flat)
        settled--;
    if (settled < w->n_layers - 1)
        r->settled = depth[settled];
}

static int score_at(const lamella_view *correct, int64_t l, int64_t i)
{
    int x = *(unsigned char *)view_at(correct, (const int64_t[]){ l, i });
    return correct->dtype == LAMELLA_BOOL ? x != 0 : x;
}

static lamella_status scored_samples(call *c, const lamella_view *correct, samples *s)
{
    int64_t n = correct->shape[1], n_scored = 0;
    unsigned char *scored;
    TAKE(c, scored, n);
    for (int64_t i = 0; i < n; i++) {
        int first = score_at(correct, 0, i);
        TRY(ask_rows(c, i * correct->shape[0], correct->shape[0]));
        for (int64_t l = 0; l < correct->shape[0]; l++) {
            int x = score_at(correct, l, i);
            if (x > 1 && x != NOT_SCORED)
                return fail(c, LAMELLA_ERR_ARGUMENT, "correct is %d at layer %lld, sample %lld, expected 0, 1, or 255 for not scored", x, (long long)l,
                            (long long)i);
            if ((x == NOT_SCORED) != (first == NOT_SCORED))
                return fail(c, LAMELLA_ERR_ARGUMENT, "correct is %d at layer %lld, sample %lld, but %d at layer 0, expected 255 (not scored) at all or none",
                            x, (long long)l, (long long)i, first);
        }
        scored[i] = first != NOT_SCORED;
        n_scored += scored[i];
    }
    if (n_scored < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "correct is 255 (not scored) at every sample, expected at least 1 that is scored");
    return samples_of_valid(c, n, n_scored < n ? scored : NULL, s);
}

static lamella_status scored_values(call *c, const lamella_view *correct, double **value)
{
    int64_t cells, n = correct->shape[1];
    if (!size_mul(correct->shape[0], n, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "correct does not fit into memory");
    TAKE(c, *value, cells);
    for (int64_t i = 0; i < cells; i++) {
        (*value)[i] = score_at(correct, i / n, i % n);
        TRY(ask_row(c, i));
    }
    return LAMELLA_OK;
}

/* A share over 1 is no depth: the layers are some of a model's, and n_depths does not say how many that has. */
static lamella_status depth_shares(call *c, const int64_t *depths, int64_t n_layers, int64_t n_depths, double **share)
{
    TAKE(c, *share, n_layers);
    for (int64_t l = 0; l < n_layers; l++) {
        int64_t depth = depths ? depths[l] : l, above = !depths || l == 0 ? -1 : depths[l - 1];
        if (depth <= above)
            return fail(c, LAMELLA_ERR_ARGUMENT, "options.depths[%lld] is %lld, expected over %lld", (long long)l, (long long)depth, (long long)above);
        if (depth > n_depths)
            return fail(c, LAMELLA_ERR_ARGUMENT, "layer %lld has depth %lld, expected at most %lld (= n_depths): set options.n_depths to the number of "
                        "depths of the whole model", (long long)l, (long long)depth, (long long)n_depths);
        (*share)[l] = (double)depth / (double)n_depths;
    }
    return LAMELLA_OK;
}

typedef struct depth_outputs {
    lamella_view accuracy, beta, as_good, difference;
} depth_outputs;

/* The layers whose difference to the best is not told from 0. */
static lamella_status find_as_good(call *c, const work *w, const bootstrap_plan *plan, double confidence, const depth_outputs *out,
                                   lamella_probe_depth_result *r)
{
    double *values;
    keyed_row *room;
    int64_t cells;
    if (!size_mul(plan->n_resamples, MAX(2, w->n_layers), &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "%lld resamples of %lld layers do not fit into memory", (long long)plan->n_resamples, (long long)w->n_layers);
    TAKE(c, values, cells);
    TAKE(c, room, sort_room(plan->n_resamples));
    TRY(bootstrap_run(c, plan, w->n_layers, 0, resample_accuracies, (void *)w, values));
    for (int64_t l = 0; l < w->n_layers; l++) {
        interval d = bootstrap_interval(values + l, values + r->best, w->n_layers, plan->n_resamples, confidence, room).percentile;
        int good = d.low <= 0 && d.high >= 0;
        r->n_best += good;
        PUT(&out->as_good, (unsigned char){ (unsigned char)good }, l);
        PUT(&out->difference, d.low, l, 0);
        PUT(&out->difference, d.high, l, 1);
    }
    return LAMELLA_OK;
}

static lamella_status compare_layers(call *c, work *w)
{
    TAKE(c, w->right, w->n_layers);
    TAKE(c, w->beta, w->n_layers);
    TAKE(c, w->step, w->n_layers);
    for (int64_t l = 0; l < w->n_layers; l++) {
        w->right[l] = 0;
        for (int64_t i = 0; i < w->s.n_valid; i++)
            w->right[l] += w->correct[l * w->s.n + sample_at(&w->s, i)];
        TRY(ask_rows(c, l * w->s.n_valid, w->s.n_valid));
        int has_factor = l > 0 && w->right[l - 1] > 0;
        w->beta[l] = has_factor ? w->right[l] / w->right[l - 1] : NAN;
        w->step[l] = has_factor ? fabs(w->right[l] - w->right[l - 1]) / w->right[l - 1] : NAN;
    }
    return LAMELLA_OK;
}

static lamella_status depth_of(call *c, const lamella_view *v, const lamella_probe_depth_options *o, const depth_outputs *out,
                               lamella_probe_depth_result *found)
{
    work w = { .n_layers = v->shape[0] };
    sample_groups of_samples;
    double *share = NULL, *correct = NULL;
    TRY(scored_samples(c, v, &w.s));
    TRY(scored_values(c, v, &correct));
    TRY(samples_groups(c, &w.s, o->groups, "options.groups", &of_samples));
    bootstrap_plan plan = { .n_rows = w.s.n, .n_groups = of_samples.n, .group = of_samples.of, .n_resamples = o->n_bootstrap, .seed = (uint64_t)o->seed };
    w.correct = correct;
    found->n_left_out = w.s.n - w.s.n_valid;
    TRY(depth_shares(c, o->depths, w.n_layers, o->n_depths, &share));
    TRY(compare_layers(c, &w));
    for (int64_t l = 0; l < w.n_layers; l++) {
        double accuracy = w.right[l] / (double)w.s.n_valid;
        if (w.right[l] > w.right[found->best])
            found->best = l;
        PUT(&out->accuracy, accuracy, l);
        PUT(&out->beta, w.beta[l], l);
    }
    find_points(&w, share, o, found);
    return find_as_good(c, &w, &plan, o->confidence, out, found);
}

static lamella_status find_depth(call *c, const lamella_view *theirs, const lamella_probe_depth_options *options,
                                 const lamella_probe_depth_outputs *outputs, lamella_probe_depth_result *result)
{
    lamella_probe_depth_options o;
    lamella_probe_depth_outputs wanted;
    lamella_probe_depth_result found = { 0 };
    lamella_view correct;
    depth_outputs out;
    TRY(view_check(c, &correct, theirs, BYTES, "correct"));
    TRY(view_check_shape(c, &correct, "correct", (const int64_t[]){ correct.shape[0], correct.rank > 1 ? correct.shape[1] : 0 }, 2));
    int64_t n_layers = correct.shape[0], n = correct.shape[1];
    if (n_layers < 1 || n < 1)
        return fail(c, LAMELLA_ERR_EMPTY, "correct has %lld layers of %lld samples, expected at least 1 of each", (long long)n_layers, (long long)n);
    TRY(OPTIONS(c, o, options, probe_depth));
    o.n_depths = o.n_depths ? o.n_depths : n_layers;
    if (o.depths && o.n_layers != n_layers)
        return fail(c, LAMELLA_ERR_SHAPE, "options.n_layers is %lld, expected %lld (= correct.shape[0])", (long long)o.n_layers, (long long)n_layers);
    if (o.depths)
        TRY(call_reads(c, (lent){ .low = (const char *)o.depths, .high = (const char *)(o.depths + n_layers) }, "options.depths"));
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out.accuracy, wanted.accuracy, F64, "outputs.accuracy", &n_layers, 1));
    TRY(view_check_wanted(c, &out.beta, wanted.beta, F64, "outputs.beta", &n_layers, 1));
    TRY(view_check_wanted(c, &out.as_good, wanted.as_good, DTYPE_BIT(LAMELLA_U8), "outputs.as_good", &n_layers, 1));
    TRY(view_check_wanted(c, &out.difference, wanted.difference, F64, "outputs.difference", (const int64_t[]){ n_layers, 2 }, 2));
    TRY(RESULT(c, result));
    TRY(depth_of(c, &correct, &o, &out, &found));
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_probe_depth(lamella_context *ctx, const lamella_view *correct, const lamella_probe_depth_options *options,
                                   const lamella_probe_depth_outputs *outputs, lamella_probe_depth_result *result)
{
    CALL(ctx, find_depth(c, correct, options, outputs, result));
}
