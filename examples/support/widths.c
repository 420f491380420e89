#include "support/widths.h"
#include "support/arrays.h"
#include "support/chart.h"
#include "support/table.h"
#include "support/text.h"
#include <math.h>
#include <string.h>

static const double penalties[] = { .01, .1, 1, 10, 100, 1000 };
#define N_PENALTIES ((int64_t)(sizeof penalties / sizeof *penalties))

#define MOST_WIDTHS 7

/* Powers of two from 8, and the full width of the narrowest layer; of many the widest. */
static int64_t *widths_of(const lamella_stack *stack, int64_t *n)
{
    int64_t least = INT64_MAX, *width = take(64, sizeof *width);
    for (int64_t l = 0; l < stack->n_layers; l++) {
        int64_t samples, dim = 0;
        lamella_tensor_sizes(stack, l, &samples, &dim);
        least = dim < least ? dim : least;
    }
    *n = 0;
    for (int64_t w = 8; w < least; w *= 2)
        width[(*n)++] = w;
    width[(*n)++] = least;
    if (*n > MOST_WIDTHS) {
        width += *n - MOST_WIDTHS;
        *n = MOST_WIDTHS;
    }
    return width;
}

/* ---- measured ---- */

/* Buffers of one call, [layer, width, penalty, task] and [layer, width, task]. */
typedef struct scores {
    double  *error, *accuracy;
    int64_t *best;
} scores;

static lamella_status measure(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, widths_grid *w, scores *s)
{
    int64_t cells = w->n_layers * w->n_widths * w->n_tasks;
    const int64_t full[] = { w->n_layers, w->n_widths, N_PENALTIES, w->n_tasks }, picked[] = { w->n_layers, w->n_widths, w->n_tasks };
    *s = (scores){ take(cells * N_PENALTIES, 8), take(cells * N_PENALTIES, 8), take(cells, 8) };
    lamella_view error = array_of(s->error, LAMELLA_F64, 4, full), accuracy = array_of(s->accuracy, LAMELLA_F64, 4, full);
    lamella_view best = array_of(s->best, LAMELLA_I64, 3, picked);
    lamella_matryoshka_ridge_result result = { .struct_size = sizeof result };
    const lamella_matryoshka_ridge_outputs outputs = { .struct_size = sizeof outputs, .error = &error, .accuracy = &accuracy, .best = &best };
    lamella_status status = lamella_matryoshka_ridge(ctx, stack, labels, penalties, N_PENALTIES, w->width, w->n_widths, NULL, &outputs, &result);
    w->n_impossible = result.n_impossible;
    return status;
}

/* The mean over the tasks that have a best penalty, each at its own. */
static void pick_cell(widths_grid *w, const scores *s, const double *larger, int64_t cell)
{
    int64_t n = 0;
    double accuracy = 0, error = 0, told = 0;
    w->penalty[cell] = NAN;
    for (int64_t t = 0; t < w->n_tasks; t++) {
        int64_t best = s->best[cell * w->n_tasks + t], at = (cell * N_PENALTIES + best) * w->n_tasks + t;
        if (best < 0)
            continue;
        n++;
        accuracy += s->accuracy[at];
        error += s->error[at];
        told += 1 - s->error[at] / (4 * larger[t] * (1 - larger[t]));
        w->penalty[cell] = w->n_tasks == 1 ? penalties[best] : NAN;
    }
    w->accuracy[cell] = n ? accuracy / (double)n : NAN;
    w->error[cell] = n ? error / (double)n : NAN;
    w->told[cell] = n ? told / (double)n : NAN;
}

static double larger_share(const int64_t *label, int64_t n)
{
    int64_t n_first = 0;
    for (int64_t i = 0; i < n; i++)
        n_first += label[i] == label[0];
    return (double)(2 * n_first > n ? n_first : n - n_first) / (double)n;
}

static const double *shown(const widths_grid *w)
{
    return w->n_tasks > 1 ? w->told : w->accuracy;
}

static int64_t best_cell(const widths_grid *w)
{
    const double *x = shown(w);
    int64_t best = 0;
    for (int64_t k = 0; k < w->n_widths; k++)
        for (int64_t l = 0; l < w->n_layers; l++) {
            double value = x[l * w->n_widths + k];
            if (value > x[best] || (isnan(x[best]) && !isnan(value)))
                best = l * w->n_widths + k;
        }
    return best;
}

widths_grid *widths_measure(lamella_context *ctx, const lamella_stack *stack, const lamella_view *labels, const char *name,
                            lamella_status *status)
{
    widths_grid *w = take(1, sizeof *w);
    int64_t *depth = take(stack->n_layers, sizeof *depth);
    scores s;
    *w = (widths_grid){ .name = name, .n_layers = stack->n_layers, .depth = depth, .n_rows = labels->shape[1], .n_tasks = labels->shape[0] };
    w->width = widths_of(stack, &w->n_widths);
    int64_t cells = w->n_layers * w->n_widths;
    w->accuracy = take(cells, 8), w->error = take(cells, 8), w->told = take(cells, 8), w->penalty = take(cells, 8);
    for (int64_t l = 0; l < w->n_layers; l++)
        depth[l] = stack->depth ? stack->depth[l] : l;
    *status = measure(ctx, stack, labels, w, &s);
    if (*status < 0 || *status == LAMELLA_STOPPED)
        return NULL;
    double *larger = take(w->n_tasks, sizeof *larger);
    for (int64_t t = 0; t < w->n_tasks; t++) {
        larger[t] = larger_share((const int64_t *)labels->data + t * w->n_rows, w->n_rows);
        w->chance += larger[t] / (double)w->n_tasks;
    }
    for (int64_t cell = 0; cell < cells; cell++)
        pick_cell(w, &s, larger, cell);
    w->best = best_cell(w);
    return w;
}

/* ---- shown ---- */

const char *widths_measured(const widths_grid *w)
{
    return w->n_tasks > 1 ? "variance told" : "accuracy";
}

const char *widths_title(const widths_grid *w)
{
    return w->n_tasks > 1 ? "share of variance that ridge probes tell, each row left out once; each class against the rest, mean over the classes"
                          : "accuracy of ridge probes, each row left out once";
}

/* What the larger class alone would reach in 39 of 40 such samples; a cell under it tells nothing. */
static double most_by_chance(const widths_grid *w)
{
    return w->n_tasks > 1 ? 0 : w->chance + 1.96 * sqrt(w->chance * (1 - w->chance) / (double)w->n_rows);
}

int widths_tell(const widths_grid *w)
{
    return shown(w)[w->best] > most_by_chance(w);
}

/* Where nothing is told, the highest of the cells is no figure to name. */
static const char *nothing_text(const widths_grid *w)
{
    if (w->n_tasks > 1)
        return "No cell is above 0, what always answering each class's share gives: none is shown to tell these classes. Leaving out a row lowers the "
               "share of its class, so figures of noise lie below 0.";
    return text_format("No cell is above %.3f, what always answering the larger class (%.3f) reaches by chance: none is shown to tell this label. "
                       "Leave-one-out of classes of one size lies below a half where there is nothing to tell, because the row left out makes its "
                       "own class the smaller one.", most_by_chance(w), w->chance);
}

const char *widths_best_text(const widths_grid *w)
{
    if (!widths_tell(w))
        return nothing_text(w);
    const char *best = text_format("Highest: %.3f at layer %lld with %lld dims", shown(w)[w->best], (long long)w->depth[w->best / w->n_widths],
                                   (long long)w->width[w->best % w->n_widths]);
    return w->n_tasks > 1 ? text_format("%s; always answering each class's share gives 0.", best)
                          : text_format("%s; always answering the larger class gives %.3f.", best, w->chance);
}

static const char **names_of(const int64_t *number, int64_t n, const char *format)
{
    const char **name = take(n, sizeof *name);
    for (int64_t i = 0; i < n; i++)
        name[i] = text_format(format, (long long)number[i]);
    return name;
}

void widths_draw(FILE *out, const widths_grid *w)
{
    int64_t cells = w->n_layers * w->n_widths;
    uint8_t *outlined = take(cells, 1);
    double low = INFINITY, high = shown(w)[w->best];
    for (int64_t i = 0; i < cells; i++)
        low = shown(w)[i] < low ? shown(w)[i] : low;
    outlined[w->best] = (uint8_t)widths_tell(w);
    if (!widths_tell(w)) /* pale as a whole */
        high = 1;
    const chart_grid g = { .label = text_format("Ridge probes for %s by layer and width: %s. %s", w->name, widths_measured(w), widths_best_text(w)),
                           .row_title = "", .column_title = "dims kept", .n_rows = w->n_layers, .n_columns = w->n_widths,
                           .row = names_of(w->depth, w->n_layers, "layer %lld"), .column = names_of(w->width, w->n_widths, "%lld"),
                           .value = shown(w), .low = low, .high = high, .outlined = outlined, .digits = 3 };
    chart_write_grid(out, &g);
}

void widths_text(FILE *out, const widths_grid *w)
{
    int n = (int)w->n_widths + 1;
    table_column *column = take(n, sizeof *column);
    column[0] = (table_column){ "", "layer", 0, names_of(w->depth, w->n_layers, "%lld") };
    const char **width = names_of(w->width, w->n_widths, "%lld");
    for (int k = 1; k < n; k++) {
        column[k] = (table_column){ text_format("%s by dims kept", widths_measured(w)), width[k - 1], 0, take(w->n_layers, sizeof *column[k].cell) };
        for (int64_t l = 0; l < w->n_layers; l++)
            column[k].cell[l] = text_format("%.3f", shown(w)[l * w->n_widths + k - 1]);
    }
    table_write(out, column, n, w->n_layers, terminal_width(out));
}

static void write_reals(json *j, const char *key, const double *x, int64_t n)
{
    json_open(j, key, '[');
    for (int64_t i = 0; i < n; i++)
        json_real(j, NULL, x[i]);
    json_close(j, ']');
}

void widths_json(json *j, const char *key, const widths_grid *w)
{
    json_open(j, key, '{');
    json_text(j, "task", w->name);
    json_integer(j, "rows", w->n_rows);
    json_integer(j, "tasks", w->n_tasks);
    json_real(j, "larger_class", w->chance);
    json_integers(j, "depths", w->depth, w->n_layers);
    json_integers(j, "widths", w->width, w->n_widths);
    write_reals(j, "accuracy", w->accuracy, w->n_layers * w->n_widths);
    write_reals(j, "error", w->error, w->n_layers * w->n_widths);
    write_reals(j, "variance_told", w->told, w->n_layers * w->n_widths);
    write_reals(j, "penalty", w->penalty, w->n_layers * w->n_widths);
    json_close(j, '}');
}
