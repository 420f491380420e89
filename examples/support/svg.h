/* svg: small inline pictures whose x runs from 0 to 1 over the full width, however wide that is; y in pixels. */
#ifndef SUPPORT_SVG_H
#define SUPPORT_SVG_H

#include <stdint.h>
#include <stdio.h>

/* `title` is shown on hover and read aloud. */
void svg_open(FILE *out, int height, const char *title);
void svg_line(FILE *out, const char *style, double x1, double y1, double x2, double y2);
void svg_bar(FILE *out, const char *style, double x1, double x2, double y, double height);
void svg_dot(FILE *out, const char *style, double x, double y, double radius);
void svg_square(FILE *out, const char *style, double x, double y, double half);

/* One cell of a heat map, as strong as `share` of the colour. */
void svg_cell(FILE *out, const char *style, double x1, double x2, double y, double height, double share);

/* `style` names where the text is tied to x + dx pixels: start, middle or end. */
void svg_text(FILE *out, const char *style, double x, double dx, double y, const char *text);

/* Through points or between two rows of them; a NaN is a gap. */
void svg_curve(FILE *out, const char *style, int height, int64_t n, const double *x, const double *y);
void svg_band(FILE *out, const char *style, int height, int64_t n, const double *x, const double *low, const double *high);
/* What is drawn between lies `y` pixels lower. */
void svg_lower(FILE *out, double y);
void svg_lift(FILE *out);
void svg_close(FILE *out);

#endif
