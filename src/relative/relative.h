/* What the files of this room share: rows of a stack by number. Level 4.
 * A "row" is a vector of the stack: a sample, or a token. */
#ifndef RELATIVE_RELATIVE_H
#define RELATIVE_RELATIVE_H

#include "tensor/tensor.h"

/* ---- row numbers: relative/row_numbers.c ---- */

typedef struct row_numbers {
    const int64_t *row;
    int64_t        n;
} row_numbers;

/* Checks an i32|i64 view [n] of row numbers: within the stack and not under its mask. */
LAMELLA_INTERNAL lamella_status row_numbers_check(call *c, const stack *s, const lamella_view *theirs, const char *name, row_numbers *r);
/* Every row outside the mask; EMPTY if there is none. */
LAMELLA_INTERNAL lamella_status row_numbers_all(call *c, const stack *s, row_numbers *r);
/* How many stand earlier in the list. */
LAMELLA_INTERNAL lamella_status row_numbers_repeated(call *c, const row_numbers *r, int64_t *n_repeated);
/* rows [n, dim(l)] in f64, in the list's order, from one pass that converts nothing else. */
LAMELLA_INTERNAL lamella_status rows_gather(call *c, const stack *s, int64_t l, const row_numbers *r, double *rows);

/* ---- between two rows: relative/distance.c. f64 over 16 fixed lanes: the same bits at every SIMD level ---- */

LAMELLA_INTERNAL double euclidean_distance(const double *x, const double *y, int64_t n); /* squares neither under- nor overflow */
LAMELLA_INTERNAL double absolute_distance(const double *x, const double *y, int64_t n);
LAMELLA_INTERNAL double largest_distance(const double *x, const double *y, int64_t n);
/* 2 atan2(|u - v|, |u + v|) / pi of rows of norm 1: in [0, 1], a zero row is at 1/2 to all. arccos loses half the digits near 0 and 1. */
LAMELLA_INTERNAL double angular_distance(const double *u, const double *v, int64_t n);
/* unit := x / |x|, zeros if the norm is 0; returns the norm. In place is allowed. */
LAMELLA_INTERNAL double unit_row(const kernels *k, const double *x, int64_t n, double *unit);

#endif
