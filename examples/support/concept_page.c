#include "support/chart.h"
#include "support/concept.h"
#include "support/page.h"
#include "support/table.h"
#include "support/text.h"
#include <math.h>
#include <string.h>

/* ---- drawn ---- */

#define MOST_TICKS 13

static double *depths_as_numbers(const concept *c)
{
    double *x = take(c->n_layers, sizeof *x);
    for (int64_t l = 0; l < c->n_layers; l++)
        x[l] = (double)c->depth[l];
    return x;
}

enum { N_POINTS = 3 };

/* J, C and S under their depths: in one row if every depth has its tick, else in a row each. */
static void set_marks(const concept *c, chart *picture)
{
    const double share[N_POINTS] = { c->jump, c->converging, c->settled };
    static const char *const letter[N_POINTS] = { "J", "C", "S" };
    chart_mark *mark = take(N_POINTS, sizeof *mark);
    int spread = c->n_layers > MOST_TICKS;
    for (int i = 0, k; i < N_POINTS; i++) {
        double at = (double)llround(share[i] * (double)c->n_depths);
        if (isnan(share[i]))
            continue;
        for (k = 0; k < picture->n_marks && (spread || mark[k].at != at); k++)
            ;
        if (k == picture->n_marks)
            mark[picture->n_marks++] = (chart_mark){ at, letter[i], spread ? i : 0 };
        else
            mark[k].text = text_format("%s %s", mark[k].text, letter[i]);
    }
    picture->mark = mark;
    picture->n_mark_rows = spread ? N_POINTS : 1;
}

/* Every depth, or some if they are many. */
static chart_axis depth_axis(const concept *c)
{
    int64_t n = c->n_layers, stride = (n + MOST_TICKS - 1) / MOST_TICKS;
    chart_axis a = { (double)c->depth[0], (double)c->depth[n - 1], 0, 0, NULL, take(n, sizeof *a.name), NULL };
    double *at = take(n, sizeof *at);
    for (int64_t l = 0; l < n; l += stride) {
        at[a.n] = (double)c->depth[l];
        a.name[a.n++] = text_format("%lld", (long long)c->depth[l]);
    }
    a.at = at;
    return a;
}

void concept_draw(FILE *out, const concept *c, double low)
{
    chart_curve curve = { c->name, c->n_layers, depths_as_numbers(c), c->accuracy, c->low, c->high, c->as_good, CHART_MAIN };
    chart picture = { .label = text_format("Accuracy of probes for %s over depth. %s %s", c->name, concept_best_text(c), concept_claim_text(c)),
                      .height = 180, .level = concept_chance(c), .level_name = text_format("%s class %.3f", concept_larger(c), concept_chance(c)),
                      .curve = &curve, .n_curves = 1 };
    set_marks(c, &picture);
    picture.x = depth_axis(c);
    picture.y = chart_axis_round(low, 1, 7);
    picture.x.title = "layer";
    picture.y.title = "accuracy";
    chart_write(out, &picture);
}

void concept_draw_auc(FILE *out, const concept *c, double low)
{
    chart_curve curve = { c->name, c->n_layers, depths_as_numbers(c), c->auc, c->auc_low, c->auc_high, NULL, CHART_MAIN };
    chart picture = { .label = text_format("AUC of probes for %s over depth", c->name), .height = 64, .level = NAN, .curve = &curve, .n_curves = 1 };
    picture.x = depth_axis(c);
    picture.y = chart_axis_round(low, 1, 3);
    chart_write(out, &picture);
}

static void number_cell(FILE *out, double x, double low, double high)
{
    if (isnan(x))
        fputs("<td class=\"right\">-</td>", out);
    else
        fprintf(out, "<td class=\"right\">%.3f <small>%.3f to %.3f</small></td>", x, low, high);
}

void concept_write_table(FILE *out, const concept *c)
{
    fputs("<table class=\"listing figures\"><thead><tr><th class=\"right\">layer</th><th class=\"right\">accuracy</th><th class=\"right\">AUC</th>"
          "<th>as good as the best</th></tr></thead>\n<tbody>\n", out);
    for (int64_t l = 0; l < c->n_layers; l++) {
        fprintf(out, "<tr><td class=\"right\">%lld</td>", (long long)c->depth[l]);
        number_cell(out, c->accuracy[l], c->low[l], c->high[l]);
        number_cell(out, c->auc[l], c->auc_low[l], c->auc_high[l]);
        fprintf(out, "<td>%s</td></tr>\n", c->as_good[l] ? l == c->best ? "the best" : "yes" : "");
    }
    fputs("</tbody></table>\n", out);
}

/* ---- as text ---- */

static void set_column(table_column *column, const char *group, const char *name, int left, int64_t n)
{
    *column = (table_column){ group, name, left, take(n, sizeof *column->cell) };
}

void concept_text(FILE *out, const concept *c, int64_t n_tasks)
{
    int64_t n_layers = c->n_layers;
    int n = (int)n_layers + 6;
    table_column *column = take(n, sizeof *column);
    static const char *const title[] = { "task", "rows", "one class" }, *const last[] = { "jump", "converging", "settled" };
    for (int i = 0; i < 3; i++) {
        set_column(&column[i], "", title[i], i == 0, n_tasks);
        set_column(&column[n - 3 + i], "point", last[i], 0, n_tasks);
    }
    for (int64_t l = 0; l < n_layers; l++)
        set_column(&column[3 + l], "accuracy by layer, * as good as the best", text_format("%lld ", (long long)c->depth[l]), 0, n_tasks);
    for (int64_t t = 0; t < n_tasks; t++) {
        column[0].cell[t] = text_shown(c[t].name, 40);
        column[1].cell[t] = text_format("%lld", (long long)c[t].n_rows);
        column[2].cell[t] = text_format("%.3f", concept_chance(&c[t]));
        for (int64_t l = 0; l < n_layers; l++)
            column[3 + l].cell[t] = text_format("%.3f%s", c[t].accuracy[l], c[t].as_good[l] ? "*" : " ");
        column[n - 3].cell[t] = concept_depth_text(&c[t], c[t].jump);
        column[n - 2].cell[t] = concept_depth_text(&c[t], c[t].converging);
        column[n - 1].cell[t] = concept_depth_text(&c[t], c[t].settled);
    }
    table_write(out, column, n, n_tasks, terminal_width(out));
}

/* ---- as JSON ---- */

static void write_layer(json *j, const concept *c, int64_t l)
{
    json_open(j, NULL, '{');
    json_integer(j, "depth", c->depth[l]);
    json_real(j, "accuracy", c->accuracy[l]);
    json_real(j, "accuracy_low", c->low[l]);
    json_real(j, "accuracy_high", c->high[l]);
    json_real(j, "auc", c->auc[l]);
    json_real(j, "auc_low", c->auc_low[l]);
    json_real(j, "auc_high", c->auc_high[l]);
    json_bool(j, "as_good_as_best", c->as_good[l]);
    json_close(j, '}');
}

void concept_json(json *j, const concept *c)
{
    json_open(j, NULL, '{');
    json_text(j, "task", c->name);
    json_text(j, "what", c->what);
    json_integer(j, "rows", c->n_rows);
    json_integer(j, "classes", c->n_classes);
    json_integer(j, "rows_of_larger_class", c->n_largest);
    json_bool(j, "possible", c->possible);
    if (c->possible) {
        json_integer(j, "n_depths", c->n_depths);
        json_integer(j, "best_depth", c->depth[c->best]);
        json_real(j, "jump", c->jump);
        json_real(j, "rise", c->rise);
        json_real(j, "rise_low", c->rise_low);
        json_real(j, "rise_high", c->rise_high);
        json_real(j, "converging", c->converging);
        json_real(j, "settled", c->settled);
        json_open(j, "layers", '[');
        for (int64_t l = 0; l < c->n_layers; l++)
            write_layer(j, c, l);
        json_close(j, ']');
    }
    json_close(j, '}');
}
