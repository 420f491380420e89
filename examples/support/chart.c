#include "support/chart.h"
#include "support/page.h"
#include "support/svg.h"
#include "support/text.h"
#include <math.h>

chart_axis chart_axis_round(double low, double high, int most)
{
    static const double rounds[] = { 1, 2, 5, 10 };
    if (high - low < 1e-9)
        low -= .05, high += .05;
    double least = (high - low) / (most - 1), power = pow(10, floor(log10(least))), step;
    int r = 0;
    do
        step = rounds[r++] * power;
    while (r < 4 && (step < least * (1 - 1e-9) || ceil(high / step - 1e-9) - floor(low / step + 1e-9) > most - 1));
    double first = floor(low / step + 1e-9), last = ceil(high / step - 1e-9);
    int64_t n = (int64_t)(last - first) + 1;
    int digits = step < 1 - 1e-9 ? (int)-floor(log10(step) + 1e-9) : 0;
    double *at = take(n, sizeof *at);
    const char **name = take(n, sizeof *name);
    for (int64_t i = 0; i < n; i++) {
        at[i] = (first + (double)i) * step;
        name[i] = text_format("%.*f", digits, at[i]);
    }
    return (chart_axis){ first * step, last * step, 0, n, at, name, NULL };
}

static double along(const chart_axis *a, double x)
{
    double low = a->low, high = a->high;
    return a->logarithmic ? log(x / low) / log(high / low) : high > low ? (x - low) / (high - low) : .5;
}

/* ---- curves ---- */

/* Pixels from the top. */
static double *down(const chart *c, const double *y, int64_t n)
{
    double *at = take(n, sizeof *at);
    for (int64_t i = 0; i < n; i++)
        at[i] = c->height * (1 - along(&c->y, y[i]));
    return at;
}

static double *across(const chart *c, const double *x, int64_t n)
{
    double *at = take(n, sizeof *at);
    for (int64_t i = 0; i < n; i++)
        at[i] = along(&c->x, x[i]);
    return at;
}

static void draw_axes(FILE *out, const chart *c)
{
    if (c->y.title)
        svg_text(out, "start soft", 0, -30, -9, c->y.title);
    if (c->x.title)
        svg_text(out, "end soft", 0, -8, c->height + 19, c->x.title);
    for (int64_t i = 0; i < c->y.n; i++) {
        double y = c->height * (1 - along(&c->y, c->y.at[i]));
        svg_line(out, "axis", 0, y, 1, y);
        svg_text(out, "end", 0, -8, y + 4, c->y.name[i]);
    }
    for (int64_t i = 0; i < c->x.n; i++) {
        double x = along(&c->x, c->x.at[i]);
        svg_line(out, "axis", x, c->height, x, c->height + 5);
        svg_text(out, "middle", x, 0, c->height + 19, c->x.name[i]);
    }
    for (int i = 0; i < c->n_marks; i++)
        svg_text(out, "middle mark", along(&c->x, c->mark[i].at), 0, c->height + 35 + 15 * c->mark[i].row, c->mark[i].text);
}

static void draw_points(FILE *out, const chart_curve *v, const double *x, const double *y)
{
    for (int64_t i = 0; i < v->n; i++) {
        const char *style = v->filled && !v->filled[i] ? "hollow" : "point";
        if (!isnan(y[i]) && v->look == CHART_MAIN)
            svg_dot(out, style, x[i], y[i], 4.5);
        else if (!isnan(y[i]))
            svg_square(out, text_format("%s other", style), x[i], y[i], 4);
    }
}

static void draw_curve(FILE *out, const chart *c, const chart_curve *v)
{
    static const char *const line[] = { "curve", "curve other", "hair" }, *const band[] = { "band", "band other", "" };
    double *x = across(c, v->x, v->n), *y = down(c, v->y, v->n);
    if (v->low)
        svg_band(out, band[v->look], c->height, v->n, x, down(c, v->low, v->n), down(c, v->high, v->n));
    svg_curve(out, line[v->look], c->height, v->n, x, y);
    if (v->look != CHART_THIN)
        draw_points(out, v, x, y);
}

void chart_write(FILE *out, const chart *c)
{
    int above = c->y.title ? 20 : 0;
    fputs("<div class=\"plot\">", out);
    svg_open(out, above + c->height + 24 + (c->n_mark_rows ? 1 + 15 * c->n_mark_rows : 0), c->label);
    svg_lower(out, above);
    draw_axes(out, c);
    if (!isnan(c->level)) {
        double y = c->height * (1 - along(&c->y, c->level));
        svg_line(out, "level", 0, y, 1, y);
        svg_text(out, "end soft", 1, 0, y > c->height - 18 ? y - 5 : y + 14, c->level_name);
    }
    for (int i = 0; i < c->n_curves; i++)
        draw_curve(out, c, &c->curve[i]);
    svg_lift(out);
    svg_close(out);
    fputs("</div>\n", out);
}

void chart_keys(FILE *out, const chart_curve *curve, int n_curves)
{
    static const double x[] = { 0, 1 }, y[] = { 7, 7 };
    fputs("<p class=\"keys\">", out);
    for (int i = 0; i < n_curves; i++) {
        fputs("<span>", out);
        svg_open(out, 14, curve[i].name);
        svg_curve(out, curve[i].look == CHART_MAIN ? "curve" : "curve other", 14, 2, x, y);
        curve[i].look == CHART_MAIN ? svg_dot(out, "point", .5, 7, 4.5) : svg_square(out, "point other", .5, 7, 4);
        svg_close(out);
        page_text(out, curve[i].name);
        fputs("</span>", out);
    }
    fputs("</p>\n", out);
}

/* ---- grids ---- */

#define CELL 32
#define STRONGEST .55 /* so that text stands out on every cell */

static void draw_cell(FILE *out, const chart_grid *g, int64_t i, int64_t j)
{
    double value = g->value[i * g->n_columns + j], n = (double)g->n_columns, left = (double)j / n, right = (double)(j + 1) / n;
    double y = CELL * (double)i, share = g->high > g->low ? (value - g->low) / (g->high - g->low) : 1;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    if (isnan(value)) {
        svg_text(out, "middle soft", (left + right) / 2, 0, y + 20, "-");
        return;
    }
    svg_cell(out, "cell", left, right, y, CELL, .04 + (STRONGEST - .04) * share);
    if (g->outlined && g->outlined[i * g->n_columns + j])
        svg_cell(out, "outline", left, right, y, CELL, 0);
    svg_text(out, g->outlined && g->outlined[i * g->n_columns + j] ? "middle strong" : "middle", (left + right) / 2, 0, y + 20,
             text_format("%.*f", g->digits, value));
}

void chart_write_grid(FILE *out, const chart_grid *g)
{
    int height = CELL * (int)g->n_rows;
    fputs("<div class=\"plot grid\">", out);
    svg_open(out, height + 42, g->label);
    for (int64_t i = 0; i < g->n_rows; i++) {
        svg_text(out, "end", 0, -8, CELL * (double)i + 20, g->row[i]);
        for (int64_t j = 0; j < g->n_columns; j++)
            if (!g->outlined || !g->outlined[i * g->n_columns + j])
                draw_cell(out, g, i, j);
    }
    for (int64_t k = 0; g->outlined && k < g->n_rows * g->n_columns; k++) /* last, so that no neighbour covers an outline */
        if (g->outlined[k])
            draw_cell(out, g, k / g->n_columns, k % g->n_columns);
    for (int64_t j = 0; j < g->n_columns; j++)
        svg_text(out, "middle", ((double)j + .5) / (double)g->n_columns, 0, height + 17, g->column[j]);
    svg_text(out, "end soft", 1, 0, height + 36, g->column_title);
    svg_text(out, "end soft", 0, -8, height + 17, g->row_title);
    svg_close(out);
    fputs("</div>\n", out);
}

/* ---- intervals ---- */

void chart_write_intervals(FILE *out, const char *label, const chart_interval *interval, int64_t n, double low, double high)
{
    chart_axis a = chart_axis_round(low, high, 6);
    fprintf(out, "<table class=\"intervals\" aria-label=\"");
    page_text(out, label);
    fputs("\"><tbody>\n", out);
    for (int64_t i = 0; i < n; i++) {
        const chart_interval *v = &interval[i];
        fputs("<tr><th>", out);
        page_text(out, v->name);
        fputs("</th><td>", out);
        svg_open(out, 20, text_format("%s: %.4f, from %.4f to %.4f", v->name, v->value, v->low, v->high));
        for (int64_t t = 0; t < a.n; t++)
            svg_line(out, "axis", along(&a, a.at[t]), 0, along(&a, a.at[t]), 20);
        svg_line(out, "span", along(&a, v->low), 10, along(&a, v->high), 10);
        svg_dot(out, v->filled ? "point" : "hollow", along(&a, v->value), 10, 5);
        svg_close(out);
        fprintf(out, "</td><td class=\"right\"><b>%.3f</b> <small>%.3f to %.3f</small></td></tr>\n", v->value, v->low, v->high);
    }
    fputs("<tr class=\"scale\"><th></th><td>", out);
    svg_open(out, 18, "the axis");
    for (int64_t t = 0; t < a.n; t++)
        svg_text(out, t == 0 ? "start soft" : t == a.n - 1 ? "end soft" : "middle soft", along(&a, a.at[t]), 0, 13, a.name[t]);
    svg_close(out);
    fputs("</td><td></td></tr>\n</tbody></table>\n", out);
}
