#include "support/concept.h"
#include "support/arrays.h"
#include "support/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a fitted probe holds ---- */

static lamella_view get(const lamella_probe_linear *probe, const char *name)
{
    lamella_view v = { 0 };
    lamella_probe_linear_get(probe, name, &v);
    return v;
}

/* One task's column of an f64 array [layer, task] or [layer, task, 1]. */
static double *column_of(const lamella_probe_linear *probe, const char *name, int64_t task, int64_t n_tasks, int64_t n_layers)
{
    lamella_view v = get(probe, name);
    double *x = take(n_layers, sizeof *x);
    for (int64_t l = 0; l < n_layers; l++)
        x[l] = v.data ? ((const double *)v.data)[l * n_tasks + task] : NAN;
    return x;
}

/* ---- depth ---- */

/* One task's rows right or wrong, u8 [layer, scored]; 255 where no possible fold tests the row. */
static lamella_view correct_of(const lamella_probe_linear *probe, int64_t task)
{
    lamella_view v = get(probe, "correct");
    return array_of((uint8_t *)v.data + task * v.shape[1] * v.shape[2], LAMELLA_U8, 2, &v.shape[1]);
}

static lamella_view layer_as_numbers(const lamella_view *correct, int64_t l)
{
    int64_t n = correct->shape[1];
    lamella_view v = array_take(LAMELLA_F64, 1, &n);
    for (int64_t i = 0; i < n; i++)
        ((double *)v.data)[i] = ((const uint8_t *)correct->data)[l * n + i];
    return v;
}

/* How much the accuracy rises at the jump, with its interval over the same rows before and after. */
static lamella_status measure_rise(lamella_context *ctx, concept *c, const lamella_view *correct, const lamella_view *groups)
{
    lamella_measure_bootstrap_result result = { .struct_size = sizeof result };
    lamella_view scored = array_take(LAMELLA_U8, 1, &correct->shape[1]);
    lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_MEAN, .groups = groups,
                                                  .mask = &scored };
    c->rise = c->rise_low = c->rise_high = NAN;
    for (int64_t i = 0; i < correct->shape[1]; i++)
        ((uint8_t *)scored.data)[i] = ((const uint8_t *)correct->data)[i] != 255;
    for (int64_t l = 1; l < c->n_layers; l++)
        if (llround(c->jump * (double)c->n_depths) == c->depth[l] && !isnan(c->jump)) {
            lamella_view after = layer_as_numbers(correct, l), before = layer_as_numbers(correct, l - 1);
            options.versus = &before;
            lamella_status status = lamella_measure_bootstrap(ctx, &after, &options, &result);
            c->rise = result.value, c->rise_low = result.low, c->rise_high = result.high;
            return status;
        }
    return LAMELLA_OK;
}

static lamella_status measure_depth(lamella_context *ctx, concept *c, const lamella_probe_linear *probe, int64_t task)
{
    int64_t n = c->n_layers;
    lamella_probe_depth_result result = { .struct_size = sizeof result };
    c->as_good = take(n, 1);
    lamella_view correct = correct_of(probe, task), groups = get(probe, "groups");
    lamella_view as_good = array_of(c->as_good, LAMELLA_U8, 1, &n);
    const lamella_probe_depth_options options = { .struct_size = sizeof options, .n_depths = c->n_depths, .groups = &groups, .depths = c->depth,
                                                  .n_layers = n };
    const lamella_probe_depth_outputs outputs = { .struct_size = sizeof outputs, .as_good = &as_good };
    lamella_status status = lamella_probe_depth(ctx, &correct, &options, &outputs, &result);
    c->jump = result.jump, c->converging = result.converging, c->settled = result.settled;
    c->best = result.best, c->n_best = result.n_best;
    return status < 0 || status == LAMELLA_STOPPED ? status : measure_rise(ctx, c, &correct, &groups);
}

/* ---- a task ---- */

static int compare_labels(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void count_classes(concept *c, const int64_t *label, int64_t n)
{
    int64_t *sorted = take(n, sizeof *sorted);
    memcpy(sorted, label, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, compare_labels);
    c->n_rows = n;
    for (int64_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && sorted[end] == sorted[first]; end++)
            ;
        c->n_classes++;
        c->n_largest = end - first > c->n_largest ? end - first : c->n_largest;
    }
}

static int has_number(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            return 1;
    return 0;
}

static lamella_status measure_task(lamella_context *ctx, concept *c, const lamella_probe_linear *probe, int64_t task, int64_t n_tasks)
{
    int64_t n = c->n_layers;
    c->accuracy = column_of(probe, "accuracy_pooled", task, n_tasks, n);
    c->low = column_of(probe, "accuracy_low", task, n_tasks, n);
    c->high = column_of(probe, "accuracy_high", task, n_tasks, n);
    c->auc = column_of(probe, "auc_pooled", task, n_tasks, n);
    c->auc_low = column_of(probe, "auc_low", task, n_tasks, n);
    c->auc_high = column_of(probe, "auc_high", task, n_tasks, n);
    c->possible = has_number(c->accuracy, n);
    return c->possible ? measure_depth(ctx, c, probe, task) : LAMELLA_OK;
}

static const int64_t *depths_of(const lamella_stack *stack)
{
    int64_t *depth = take(stack->n_layers, sizeof *depth);
    for (int64_t l = 0; l < stack->n_layers; l++)
        depth[l] = stack->depth ? stack->depth[l] : l;
    return depth;
}

/* What depths are shares of; a stack that says less than its own last depth is not believed. */
static int64_t depths_of_model(const lamella_stack *stack, const int64_t *depth)
{
    int64_t said = stack->n_depths ? stack->n_depths : stack->n_layers, last = depth[stack->n_layers - 1];
    return last > said ? last + 1 : said;
}

concept *concepts_measure(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const lamella_view *groups,
                          const concept_task *task, int64_t n_tasks, lamella_status *status)
{
    lamella_probe_linear *probe;
    concept *c = take(n_tasks, sizeof *c);
    const int64_t *depth = depths_of(stack);
    int64_t n = labels->shape[labels->rank - 1];
    const lamella_probe_linear_options options = { .struct_size = sizeof options, .groups = groups };
    *status = lamella_probe_linear_fit(ctx, stack, labels, &options, &probe, NULL);
    if (*status < 0 || *status == LAMELLA_STOPPED)
        return NULL;
    lamella_status failed = LAMELLA_OK;
    for (int64_t t = 0; t < n_tasks && failed >= 0 && failed != LAMELLA_STOPPED; t++) {
        c[t] = (concept){ .name = task[t].name, .what = task[t].what, .n_layers = stack->n_layers, .depth = depth,
                          .n_depths = depths_of_model(stack, depth) };
        count_classes(&c[t], (const int64_t *)labels->data + t * n, n);
        failed = measure_task(ctx, &c[t], probe, t, n_tasks);
    }
    lamella_probe_linear_free(probe);
    if (failed < 0 || failed == LAMELLA_STOPPED) {
        *status = failed;
        return NULL;
    }
    return c;
}

/* ---- in words ---- */

double concept_chance(const concept *c)
{
    return (double)c->n_largest / (double)c->n_rows;
}

const char *concept_larger(const concept *c)
{
    return c->n_classes > 2 ? "largest" : "larger";
}

const char *concept_depth_text(const concept *c, double share)
{
    return isnan(share) ? "none" : text_format("%lld/%lld", (long long)llround(share * (double)c->n_depths), (long long)c->n_depths);
}

const char *concept_good_text(const concept *c)
{
    char *text = text_format("%s", "");
    for (int64_t first = 0, end; first < c->n_layers; first = end) {
        for (end = first + 1; end < c->n_layers && c->as_good[first] && c->as_good[end]; end++)
            ;
        if (c->as_good[first])
            text = text_format(end - first > 1 ? "%s%s%lld-%lld" : "%s%s%lld", text, *text ? ", " : "", (long long)c->depth[first],
                               (long long)c->depth[end - 1]);
    }
    return text;
}

const char *concept_best_text(const concept *c)
{
    return text_format("Highest at layer %lld: %.3f (%.3f to %.3f).", (long long)c->depth[c->best], c->accuracy[c->best], c->low[c->best],
                       c->high[c->best]);
}

const char *concept_claim_text(const concept *c)
{
    if (c->low[c->best] <= concept_chance(c))
        return text_format("Its interval reaches the share of the %s class: no layer is shown to tell this label.", concept_larger(c));
    if (c->n_layers == 1)
        return "It is the only layer.";
    if (c->n_best == c->n_layers)
        return "No layer is told from it, so the rows say nothing of depth.";
    if (c->n_best == 1)
        return "Every other layer is told from it.";
    return text_format("Layers as good as it: %s; the others are told from it.", concept_good_text(c));
}

const char *concept_points_text(const concept *c)
{
    const char *carried = isnan(c->jump) ? "" : text_format(", a rise of %.3f (%.3f to %.3f)%s", c->rise, c->rise_low, c->rise_high,
                                                            c->rise_low > 0 ? "" : " that the rows do not carry");
    return text_format("J jump %s%s. C converging %s. S settled %s.", concept_depth_text(c, c->jump), carried,
                       concept_depth_text(c, c->converging), concept_depth_text(c, c->settled));
}
