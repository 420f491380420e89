#include "support/look.h"
#include "support/page.h"
#include "support/svg.h"
#include "support/text.h"
#include <math.h>
#include <string.h>

/* ---- the norm axis, one for all layers ---- */

typedef struct axis {
    double low, high; /* logarithms if `logarithmic` */
    int    logarithmic;
} axis;

static axis norm_axis(const layers *s)
{
    double least = INFINITY, greatest = 0;
    for (int64_t l = 0; l < s->n; l++) {
        double mean = s->layer[l].norm[LAMELLA_MOMENTS_NORM_MEAN], max = s->layer[l].norm[LAMELLA_MOMENTS_NORM_MAX];
        least = mean > 0 && mean < least ? mean : least;
        greatest = max > greatest ? max : greatest;
    }
    int logarithmic = greatest > 100 * least;
    if (!logarithmic)
        return (axis){ 0, greatest > 0 ? greatest : 1, 0 };
    for (int64_t l = 0; l < s->n; l++) {
        double min = s->layer[l].norm[LAMELLA_MOMENTS_NORM_MIN];
        least = min > 0 && min < least ? min : least;
    }
    return (axis){ log10(least), log10(greatest), 1 };
}

static double place(const axis *a, double x)
{
    double at = a->logarithmic ? (x > 0 ? log10(x) : a->low) : x;
    return (at - a->low) / (a->high - a->low);
}

static const char *axis_text(const axis *a)
{
    return a->logarithmic ? text_format("logarithmic from %s to %s", text_number(pow(10, a->low)), text_number(pow(10, a->high)))
                          : text_format("from 0 to %s", text_number(a->high));
}

/* ---- the cells of a layer ---- */

static void draw_norm(FILE *out, double min, double mean, double max, const char *title)
{
    svg_open(out, 16, title);
    svg_line(out, "axis", 0, 8, 1, 8);
    svg_line(out, "span", min, 8, max, 8);
    svg_dot(out, "dot", mean, 8, 5.5);
    svg_close(out);
}

static void norm_cell(FILE *out, const layer *l, const axis *a)
{
    const double *x = l->norm;
    fprintf(out, "<td class=\"norm\" data-name=\"row norm: least, mean, greatest, %s\">", axis_text(a));
    if (isnan(x[LAMELLA_MOMENTS_NORM_MEAN])) {
        fputs("<span class=\"none\">no finite row</span></td>\n", out);
        return;
    }
    draw_norm(out, place(a, x[LAMELLA_MOMENTS_NORM_MIN]), place(a, x[LAMELLA_MOMENTS_NORM_MEAN]), place(a, x[LAMELLA_MOMENTS_NORM_MAX]),
              text_format("layer %lld: norms from %.6g to %.6g, mean %.6g", (long long)l->depth, x[LAMELLA_MOMENTS_NORM_MIN],
                          x[LAMELLA_MOMENTS_NORM_MAX], x[LAMELLA_MOMENTS_NORM_MEAN]));
    fprintf(out, "<div class=\"numbers\"><span>%s</span><b>%s</b><span>%s</span></div></td>\n", text_number(x[LAMELLA_MOMENTS_NORM_MIN]),
            text_number(x[LAMELLA_MOMENTS_NORM_MEAN]), text_number(x[LAMELLA_MOMENTS_NORM_MAX]));
}

/* Three lengths one over the other, longest first; ticks where evenly spread energy would end. */
static void draw_shares(FILE *out, const double *share, const char *title)
{
    svg_open(out, 16, title);
    svg_bar(out, "track", 0, 1, 3, 10);
    svg_bar(out, "pale", 0, share[LAMELLA_MOMENTS_SHARE_HALF], 3, 10);
    svg_bar(out, "mid", 0, share[LAMELLA_MOMENTS_SHARE_QUARTER], 3, 10);
    svg_bar(out, "deep", 0, share[LAMELLA_MOMENTS_SHARE_EIGHTH], 3, 10);
    for (double even = .125; even <= .5; even *= 2)
        svg_line(out, "tick", even, 0, even, 16);
    svg_close(out);
}

static void share_cell(FILE *out, const layer *l)
{
    const double *x = l->share;
    fputs("<td data-name=\"energy in first 1/8, 1/4, 1/2\">", out);
    if (isnan(x[0])) {
        fputs("<span class=\"none\">no finite row</span></td>\n", out);
        return;
    }
    draw_shares(out, x, text_format("layer %lld: the first 1/8 of the dims hold %.6g of the squared sum, 1/4 %.6g, 1/2 %.6g",
                                    (long long)l->depth, x[0], x[1], x[2]));
    fprintf(out, "<div class=\"numbers\"><span>%.1f %%</span><span>%.1f %%</span><span>%.1f %%</span></div></td>\n", 100 * x[0],
            100 * x[1], 100 * x[2]);
}

/* -1 if some layer turns against the one before, else 0: where the axis of the cosines begins. */
static int cosine_low(const layers *s)
{
    for (int64_t l = 0; l < s->n; l++)
        if (s->layer[l].cosine < 0)
            return -1;
    return 0;
}

static void draw_cosine(FILE *out, double cosine, int low, const char *title)
{
    double zero = low ? .5 : 0, at = low ? .5 + cosine / 2 : cosine;
    svg_open(out, 16, title);
    svg_line(out, "axis", 0, 8, 1, 8);
    svg_line(out, "tick", zero, 4, zero, 12);
    svg_line(out, "span", zero, 8, at, 8);
    svg_dot(out, "dot", at, 8, 5.5);
    svg_close(out);
}

static void cosine_cell(FILE *out, const layers *s, int64_t i, int low)
{
    const layer *l = &s->layer[i];
    fprintf(out, "<td data-name=\"cosine to layer before, %s to 1\">", low ? "&minus;1" : "0");
    if (isnan(l->cosine)) {
        const char *why = !i ? "no layer before" : s->layer[i - 1].width != l->width ? "another width before" : "no finite pair";
        fprintf(out, "<span class=\"none\">%s</span></td>\n", why);
        return;
    }
    draw_cosine(out, l->cosine, low, text_format("layer %lld: mean cosine %.6g to layer %lld", (long long)l->depth, l->cosine,
                                                 (long long)s->layer[i - 1].depth));
    fprintf(out, "<div class=\"numbers\"><span></span><b>%.4f</b><span></span></div></td>\n", l->cosine);
}

static char *dims_title(const layer *l, int32_t column)
{
    int64_t n;
    const int64_t *dim = layer_dims(l, column, &n);
    char *text = text_format("%s", n ? "dims" : "");
    for (int64_t i = 0; i < n && i < 40; i++)
        text = text_format("%s %lld", text, (long long)dim[i]);
    return text;
}

static void found_cell(FILE *out, const layer *l)
{
    int n = 0;
    fputs("<td class=\"found\" data-name=\"odd rows and columns\">", out);
    for (int i = 0; i < N_COUNT_NAMES; i++) {
        int64_t count = l->count[count_names[i].column];
        if (count)
            fprintf(out, "%s<li title=\"%s\">%s %s</li>", n++ ? "" : "<ul class=\"odd\">", dims_title(l, count_names[i].column),
                    text_integer(count), count == 1 ? count_names[i].one : count_names[i].many);
    }
    fputs(n ? "</ul></td>\n" : "<span class=\"none\">none</span></td>\n", out);
}

/* ---- the page ---- */

/* 1 if all layers have as many rows, the same width and dtype. */
static int is_even(const layers *s)
{
    for (int64_t l = 1; l < s->n; l++)
        if (s->layer[l].width != s->layer[0].width || strcmp(s->layer[l].dtype, s->layer[0].dtype) ||
            s->layer[l].count[LAMELLA_MOMENTS_COUNT_ROWS] != s->layer[0].count[LAMELLA_MOMENTS_COUNT_ROWS])
            return 0;
    return 1;
}

static void write_layers(FILE *out, const layers *s)
{
    axis a = norm_axis(s);
    int even = is_even(s), low = cosine_low(s);
    fprintf(out, "<h2>Layers</h2>\n<table class=\"layers%s\">\n<thead><tr><th class=\"c0\">layer<small>depth</small></th>"
                 "<th class=\"c1\">row norm: least, mean, greatest<small>%s</small></th><th class=\"c2\">energy in the first dims"
                 "<small>1/8, 1/4, 1/2 of them</small></th><th class=\"c3\">cosine to layer before<small>from %s to 1</small></th>"
                 "<th>odd rows and columns</th></tr></thead>\n<tbody>\n",
            s->n > 30 ? " many" : "", axis_text(&a), low ? "&minus;1" : "0");
    for (int64_t i = 0; i < s->n; i++) {
        const layer *l = &s->layer[i];
        fprintf(out, "<tr><td class=\"depth\">%lld", (long long)l->depth);
        if (!even)
            fprintf(out, "<small>%s wide, %s</small>", text_integer(l->width), l->dtype);
        fputs("</td>\n", out);
        norm_cell(out, l, &a);
        share_cell(out, l);
        cosine_cell(out, s, i, low);
        found_cell(out, l);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n", out);
}

static void write_findings(FILE *out, const layers *s)
{
    const char *finding[N_COUNT_NAMES + 1];
    int64_t n = layers_findings(s, finding);
    fputs("<h2>What stands out</h2>\n", out);
    if (!n)
        fputs("<p>Nothing: no zero, constant or non-finite rows or columns, and no outlier dims.</p>\n", out);
    for (int64_t i = 0; i < n; i++) {
        fputs(i ? "<li>" : "<ul class=\"findings\">\n<li>", out);
        page_text(out, finding[i]);
        fputs(i + 1 < n ? "</li>\n" : "</li>\n</ul>\n", out);
    }
}

static void write_legend(FILE *out)
{
    static const double shares[] = { .2, .36, .62 };
    fputs("<h2>How to read this</h2>\n<dl class=\"legend\">\n<dt>row norm", out);
    draw_norm(out, .2, .5, .85, "an example");
    fputs("</dt><dd>Each sample (or token) is one row of numbers; its norm is its length. The bar runs from the shortest row to the "
          "longest, the dot is the mean. A bar that reaches far to the right has a few very long rows.</dd>\n<dt>energy", out);
    draw_shares(out, shares, "an example");
    fputs("</dt><dd>How much of the sum of all squares lies in the first eighth (strongest colour), quarter and half of the dims. The ticks stand "
          "at 12.5, 25 and 50&nbsp;%, where evenly spread energy would end. Beyond the ticks: the first dims weigh more, as in states "
          "that were trained to be cut short.</dd>\n<dt>cosine", out);
    draw_cosine(out, .7, 0, "an example");
    fputs("</dt><dd>How alike a row is to the same row one layer before, averaged: 1 is the same direction, 0 (the tick) unrelated, "
          "&minus;1 opposite. A low value marks a layer that changes much.</dd>\n"
          "<dt>zero, constant</dt><dd>A row or column of zeros carries nothing; a constant column says the same of every sample. "
          "A few constant columns are usual after a LayerNorm, whole rows of zeros are not.</dd>\n"
          "<dt>non-finite</dt><dd>Rows with a NaN or an infinity. They are counted and left out of every other figure.</dd>\n"
          "<dt>outlier dim</dt><dd>A dim whose root mean square is over a hundred times the median one. It dominates norms and "
          "cosines, so look at the rest without it.</dd>\n</dl>\n", out);
}

/* "384", or "24 to 64". */
static const char *range_text(int64_t least, int64_t greatest)
{
    return least == greatest ? text_integer(least) : text_format("%s to %s", text_integer(least), text_integer(greatest));
}

static const char *lede_text(const layers *s)
{
    const layer *first = &s->layer[0];
    int64_t least_rows = INT64_MAX, most_rows = 0, least = INT64_MAX, most = 0;
    int one_dtype = 1;
    for (int64_t l = 0; l < s->n; l++) {
        int64_t rows = s->layer[l].count[LAMELLA_MOMENTS_COUNT_ROWS], width = s->layer[l].width;
        least_rows = rows < least_rows ? rows : least_rows;
        most_rows = rows > most_rows ? rows : most_rows;
        least = width < least ? width : least;
        most = width > most ? width : most;
        one_dtype &= !strcmp(s->layer[l].dtype, first->dtype);
    }
    return text_format("%s of %s row%s, %s wide, %s.", text_count(s->n, "layer"), range_text(least_rows, most_rows),
                       most_rows == 1 ? "" : "s", range_text(least, most), one_dtype ? first->dtype : "of several dtypes");
}

void look_page_stack(FILE *out, const request *r, const layers *s, const contents *c)
{
    const char *fact[LOOK_FACTS][2];
    int n_facts = look_facts(s, c, fact);
    page_open(out, text_shown(r->title, 120), text_format("stack of layers, %s, %s", c->format, text_bytes(c->n_bytes)), lede_text(s));
    page_facts(out, fact, n_facts);
    if (s->probed)
        look_page_probed(out, s->probed);
    write_findings(out, s);
    write_layers(out, s);
    write_legend(out);
    page_data_open(out);
    look_json_stack(out, r, s, c);
    page_data_close(out);
    page_close(out, "examples/look");
}
