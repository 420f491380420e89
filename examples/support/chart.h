/* chart: pictures of numbers, as wide as their place; their text keeps its size. What a colour says, a place, shape or number says too. */
#ifndef SUPPORT_CHART_H
#define SUPPORT_CHART_H

#include <stdint.h>
#include <stdio.h>

typedef struct chart_axis {
    double        low, high;
    int           logarithmic;
    int64_t       n; /* ticks */
    const double *at;
    const char  **name;
    const char   *title; /* NULL: none */
} chart_axis;

enum chart_look { CHART_MAIN, CHART_SECOND, CHART_THIN }; /* discs and a line, squares and dashes, a hairline */

typedef struct chart_curve {
    const char     *name;
    int64_t         n;
    const double   *x, *y;     /* NaN: no point */
    const double   *low, *high; /* a band; NULL: none */
    const uint8_t  *filled;    /* 0: a hollow point; NULL: all are filled */
    enum chart_look look;
} chart_curve;

/* A letter under the axis, in a row of its own if it might meet another. */
typedef struct chart_mark {
    double      at;
    const char *text;
    int         row;
} chart_mark;

typedef struct chart {
    const char        *label; /* what the picture shows, read aloud */
    int                height;
    chart_axis         x, y;
    const chart_mark  *mark;
    int                n_marks, n_mark_rows;
    double             level; /* a dashed line across; NaN: none */
    const char        *level_name;
    const chart_curve *curve;
    int                n_curves;
} chart;

void chart_write(FILE *out, const chart *c);
/* The curves by name, with a piece of each. */
void chart_keys(FILE *out, const chart_curve *curve, int n_curves);

/* A value in every cell; the darker the greater. */
typedef struct chart_grid {
    const char    *label, *row_title, *column_title;
    int64_t        n_rows, n_columns;
    const char   **row, **column;
    const double  *value;    /* [row, column]; NaN: an empty cell */
    double         low, high; /* what the palest and the strongest cell stand for */
    const uint8_t *outlined; /* [row, column]; NULL: none */
    int            digits;   /* behind the point */
} chart_grid;

void chart_write_grid(FILE *out, const chart_grid *g);

/* Points with their intervals, one under the other, on an axis from low to high. */
typedef struct chart_interval {
    const char *name;
    double      value, low, high;
    int         filled;
} chart_interval;

void chart_write_intervals(FILE *out, const char *label, const chart_interval *interval, int64_t n, double low, double high);

/* Ticks at round numbers over low .. high, which widen to them; at most `most`. */
chart_axis chart_axis_round(double low, double high, int most);

#endif
