#include "support/svg.h"
#include "support/page.h"
#include <math.h>

static double percent(double x)
{
    return 100 * (x < 0 ? 0 : x > 1 ? 1 : x);
}

void svg_open(FILE *out, int height, const char *title)
{
    fprintf(out, "<svg height=\"%d\" role=\"img\"><title>", height);
    page_text(out, title);
    fputs("</title>", out);
}

void svg_line(FILE *out, const char *style, double x1, double y1, double x2, double y2)
{
    fprintf(out, "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%g\" x2=\"%.2f%%\" y2=\"%g\"/>", style, percent(x1), y1, percent(x2), y2);
}

void svg_bar(FILE *out, const char *style, double x1, double x2, double y, double height)
{
    double left = percent(x1), right = percent(x2);
    fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%g\" width=\"%.2f%%\" height=\"%g\"/>", style, left, y,
            right > left ? right - left : 0, height);
}

void svg_dot(FILE *out, const char *style, double x, double y, double radius)
{
    fprintf(out, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%g\"/>", style, percent(x), y, radius);
}

/* Moved by half its size, since x is in percent and the size in pixels. */
void svg_square(FILE *out, const char *style, double x, double y, double half)
{
    fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%g\" height=\"%g\" transform=\"translate(%g %g)\"/>", style,
            percent(x), y, 2 * half, 2 * half, -half, -half);
}

void svg_cell(FILE *out, const char *style, double x1, double x2, double y, double height, double share)
{
    fprintf(out, "<rect class=\"%s\" x=\"%.3f%%\" y=\"%g\" width=\"%.3f%%\" height=\"%g\" fill-opacity=\"%.3f\"/>", style,
            percent(x1), y, percent(x2) - percent(x1), height, share);
}

void svg_text(FILE *out, const char *style, double x, double dx, double y, const char *text)
{
    fprintf(out, "<text class=\"%s\" x=\"%.2f%%\" dx=\"%g\" y=\"%.1f\">", style, percent(x), dx, y);
    page_text(out, text);
    fputs("</text>", out);
}

/* ---- what percents cannot say: paths, stretched to the width ---- */

#define ACROSS 1000

static void open_stretched(FILE *out, int height, const char *style)
{
    fprintf(out, "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\"><path class=\"%s\" d=\"", height,
            ACROSS, height, style);
}

void svg_curve(FILE *out, const char *style, int height, int64_t n, const double *x, const double *y)
{
    open_stretched(out, height, style);
    for (int64_t i = 0; i < n; i++)
        if (!isnan(y[i]))
            fprintf(out, "%c%.1f %.1f", i && !isnan(y[i - 1]) ? 'L' : 'M', ACROSS * x[i], y[i]);
    fputs("\"/></svg>", out);
}

void svg_band(FILE *out, const char *style, int height, int64_t n, const double *x, const double *low, const double *high)
{
    open_stretched(out, height, style);
    for (int64_t first = 0, end; first < n; first = end + 1) {
        for (end = first; end < n && !isnan(low[end]) && !isnan(high[end]); end++)
            fprintf(out, "%c%.1f %.1f", end > first ? 'L' : 'M', ACROSS * x[end], high[end]);
        for (int64_t i = end - 1; i >= first; i--)
            fprintf(out, "L%.1f %.1f", ACROSS * x[i], low[i]);
        fputs(end > first ? "Z" : "", out);
    }
    fputs("\"/></svg>", out);
}

void svg_lower(FILE *out, double y)
{
    fprintf(out, "<g transform=\"translate(0 %g)\">", y);
}

void svg_lift(FILE *out)
{
    fputs("</g>", out);
}

void svg_close(FILE *out)
{
    fputs("</svg>", out);
}
