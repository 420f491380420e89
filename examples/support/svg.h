/* svg: small inline pictures whose x runs from 0 to 1 over the full width, however wide that is; y in pixels. */
#ifndef SUPPORT_SVG_H
#define SUPPORT_SVG_H

#include <stdio.h>

/* `title` is shown on hover and read aloud. */
void svg_open(FILE *out, int height, const char *title);
void svg_line(FILE *out, const char *style, double x1, double y1, double x2, double y2);
void svg_bar(FILE *out, const char *style, double x1, double x2, double y, double height);
void svg_dot(FILE *out, const char *style, double x, double y, double radius);
void svg_close(FILE *out);

#endif
