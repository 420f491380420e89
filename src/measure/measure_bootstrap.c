/* Bootstrap of one statistic, or of its difference between two systems on the same resamples. */
#include "measure/evaluate.h"
#include "options/options.h"

#include <math.h>

typedef struct inputs {
    lamella_measure_bootstrap_options o;
    lamella_view                      scores, versus, gold;
    samples                           rows;
    sample_classes                    classes;
    double                           *numbers; /* gold of R2, PEARSON, SPEARMAN */
} inputs;

static int is_of_classes(const inputs *in)
{
    return in->o.statistic <= LAMELLA_MEASURE_STATISTIC_AP;
}

static lamella_status check_scores(call *c, const inputs *in, const lamella_view *v, const char *name)
{
    if (v->rank != 1 && !(is_of_classes(in) && v->rank == 2))
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 1%s", name, (int)v->rank, is_of_classes(in) ? " or 2" : "");
    return LAMELLA_OK;
}

static lamella_status check_bootstrap_gold(call *c, inputs *in)
{
    if (in->o.statistic == LAMELLA_MEASURE_STATISTIC_MEAN)
        return in->o.gold ? fail(c, LAMELLA_ERR_ARGUMENT, "options.gold is given, expected none for the statistic MEAN") : LAMELLA_OK;
    if (is_of_classes(in))
        return samples_classes(c, &in->rows, in->o.gold, "options.gold", in->o.classes, in->o.n_classes, &in->classes);
    TRY(view_check(c, &in->gold, in->o.gold, FLOATS, "options.gold"));
    TRY(view_check_shape(c, &in->gold, "options.gold", &in->rows.n, 1));
    return samples_numbers(c, &in->rows, &in->gold, "options.gold", &in->numbers);
}

static lamella_status check_bootstrap(call *c, const lamella_view *scores, inputs *in)
{
    TRY(view_check(c, &in->scores, scores, FLOATS, "scores"));
    TRY(check_scores(c, in, &in->scores, "scores"));
    TRY(measured_samples(c, in->scores.shape[0], in->o.mask, in->o.weights, &in->rows));
    if (in->o.weights && (in->o.statistic == LAMELLA_MEASURE_STATISTIC_PEARSON || in->o.statistic == LAMELLA_MEASURE_STATISTIC_SPEARMAN))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.weights is given, expected none for the statistics PEARSON and SPEARMAN");
    TRY(check_bootstrap_gold(c, in));
    if (!in->o.versus)
        return LAMELLA_OK;
    TRY(view_check(c, &in->versus, in->o.versus, FLOATS, "options.versus"));
    return view_check_shape(c, &in->versus, "options.versus", in->scores.shape, in->scores.rank);
}

static lamella_status evaluate_scores(call *c, const inputs *in, const lamella_view *v, const char *name, evaluation *e)
{
    double *x;
    *e = (evaluation){ .statistic = in->o.statistic };
    if (is_of_classes(in))
        return evaluate_classes(c, v, name, &in->classes, in->o.threshold, &in->rows, e);
    TRY(samples_numbers(c, &in->rows, v, name, &x));
    return evaluate_numbers(c, x, in->numbers, &in->rows, e);
}

typedef struct two_systems {
    evaluation of[2];
    int64_t    n; /* 1, or 2 with `versus` */
} two_systems;

static void measure_resample(const int32_t *times, void *room, double *values, asking *asks, void *data)
{
    const two_systems *s = data;
    for (int64_t i = 0; i < s->n; i++)
        values[i] = evaluation_value(&s->of[i], times, asks, room);
}

/* What is infinite is beyond f64: of all rows, of a resample, or of both systems' difference. */
static lamella_status check_figures(call *c, const lamella_measure_bootstrap_result *r, const double *values, int64_t n_resamples, int64_t n_systems)
{
    for (int64_t i = 0; i < n_resamples * n_systems; i++)
        if (isinf(values[i]))
            return fail(c, LAMELLA_ERR_NUMERIC, "the statistic of resample %lld is beyond f64, expected numbers nearer to each other",
                        (long long)(i / n_systems));
    if (isinf(r->value) || isinf(r->low) || isinf(r->high) || isinf(r->standard_error))
        return fail(c, LAMELLA_ERR_NUMERIC, "%s is beyond f64, expected numbers nearer to each other",
                    isinf(r->value) ? "the value of all rows" : isinf(r->standard_error) ? "the standard error" : "the interval");
    return LAMELLA_OK;
}

static lamella_status bootstrap_scores(call *c, const lamella_view *scores, const lamella_measure_bootstrap_options *options,
                                       lamella_measure_bootstrap_result *result)
{
    inputs in = { .numbers = NULL };
    lamella_measure_bootstrap_result found = { 0 };
    sample_groups of_rows;
    two_systems s = { .n = 1 };
    double *values, at_all_rows[2], *room;
    keyed_row *sorted;
    int64_t cells;

    TRY(OPTIONS(c, in.o, options, measure_bootstrap));
    TRY(check_bootstrap(c, scores, &in));
    TRY(samples_groups(c, &in.rows, in.o.groups, "options.groups", &of_rows));
    s.n += in.o.versus != NULL;
    TRY(RESULT(c, result));

    TRY(evaluate_scores(c, &in, &in.scores, "scores", &s.of[0]));
    if (in.o.versus)
        TRY(evaluate_scores(c, &in, &in.versus, "options.versus", &s.of[1]));
    bootstrap_plan plan = { .n_rows = in.rows.n, .n_groups = of_rows.n, .group = of_rows.of, .n_resamples = in.o.n_resamples, .seed = in.o.seed };
    if (!size_mul(plan.n_resamples, 2, &cells))
        return fail(c, LAMELLA_ERR_MEMORY, "%lld resamples do not fit into memory", (long long)plan.n_resamples);
    TAKE(c, values, cells);
    TAKE(c, sorted, cells);
    int64_t room_bytes = evaluation_room(&s.of[0], in.rows.n);
    TAKE(c, room, room_bytes / (int64_t)sizeof *room);
    for (int64_t i = 0; i < s.n; i++)
        TRY(evaluate_all_rows(c, &s.of[i], room, &at_all_rows[i], &found.flags));
    found.value = at_all_rows[0] - (in.o.versus ? at_all_rows[1] : 0);
    TRY(bootstrap_run(c, &plan, s.n, room_bytes, measure_resample, &s, values));
    bootstrap_figures f = bootstrap_interval(values, in.o.versus ? values + 1 : NULL, s.n, plan.n_resamples, in.o.confidence, sorted);
    found.low = f.percentile.low;
    found.high = f.percentile.high;
    found.standard_error = f.standard_error;
    found.n_defined = f.n_defined;
    found.n_groups = plan.n_groups;
    TRY(check_figures(c, &found, values, plan.n_resamples, s.n));
    write_sized(result, &found, (int64_t)sizeof found);
    return f.n_defined < plan.n_resamples || found.flags ? LAMELLA_NOTE : LAMELLA_OK;
}

lamella_status lamella_measure_bootstrap(lamella_context *ctx, const lamella_view *scores, const lamella_measure_bootstrap_options *options,
                                         lamella_measure_bootstrap_result *result)
{
    CALL(ctx, bootstrap_scores(c, scores, options, result));
}
