#include "support/svg.h"
#include "support/page.h"

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
    fprintf(out, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%g\" r=\"%g\"/>", style, percent(x), y, radius);
}

void svg_close(FILE *out)
{
    fputs("</svg>", out);
}
