/* Rows by number: in order of a key, in groups of equal labels, drawn and shuffled. Level 2.
 *
 * One thread's work, safe on any thread, without memory of its own: libc's sort may ask malloc. */
#ifndef ORDER_ORDER_H
#define ORDER_ORDER_H

#include "par/asking.h"

/* ---- keyed rows: order/sort.c ---- */

typedef struct keyed_row {
    int64_t key; /* a label, or the bits of a double in an order that integers have */
    int64_t row;
} keyed_row;

/* Keyed rows that a sort of n takes in all: these, and as many to merge into. */
static inline int64_t sort_room(int64_t n)
{
    return 2 * n;
}

/* Sorts by key, equal keys by row; room [n]. */
LAMELLA_INTERNAL void    sort_keyed(keyed_row *rows, int64_t n, keyed_row *room);
/* The same on the calling thread: asks now and then whether to stop. */
LAMELLA_INTERNAL lamella_status sort_keyed_asking(call *c, keyed_row *rows, int64_t n, keyed_row *room);
/* x < y exactly if key(x) < key(y); -0 and 0 have one key. */
LAMELLA_INTERNAL int64_t key_of_double(double x);
LAMELLA_INTERNAL double  double_of_key(int64_t key);

/* Rows of x by rising value, equal ones (-0 and 0 are) by rising row: x[row * stride] of those with valid[row] != 0, NULL meaning all.
 * Fills order and returns how many; room [sort_room(n)]. */
LAMELLA_INTERNAL int64_t order_rows(const double *x, int64_t stride, const unsigned char *valid, int64_t n, int64_t *order, keyed_row *room);
LAMELLA_INTERNAL lamella_status order_rows_asking(call *c, const double *x, int64_t stride, const unsigned char *valid, int64_t n, int64_t *order,
                                                  int64_t *n_valid, keyed_row *room);
/* The same of the rows listed. */
LAMELLA_INTERNAL void    order_listed(const double *x, int64_t stride, const int64_t *rows, int64_t n, int64_t *order, keyed_row *room, asking *asks);

/* ---- groups: order/groups.c ---- */

/* Any integers to 0 .. n_groups - 1, in rising order of the integers; `distinct` (NULL, or [n]) gets them. room [sort_room(n)]. */
LAMELLA_INTERNAL int64_t group_rows(const int64_t *labels, int64_t n, int64_t *group, int64_t *distinct, keyed_row *room);
LAMELLA_INTERNAL lamella_status group_rows_asking(call *c, const int64_t *labels, int64_t n, int64_t *group, int64_t *distinct, keyed_row *room,
                                                  int64_t *n_groups);

/* The same integers rising, equal ones in their order, and where each stood: [n] in the call's arena. */
LAMELLA_INTERNAL lamella_status rising_integers(call *c, const int64_t *x, int64_t n, int64_t **rising, int64_t **place);

/* Place of a value in a rising list; -1: it is not there. */
LAMELLA_INTERNAL int64_t place_of_value(const int64_t *rising, int64_t n, int64_t value);

/* ---- draws: order/draws.c. Philox: draw i of (seed, stream) is a function of the three ---- */

/* A number 0 .. n - 1, each as likely up to n / 2^64. */
LAMELLA_INTERNAL int64_t draw_below(uint64_t seed, uint64_t stream, uint64_t i, int64_t n);
/* times[j] := how often n draws of 0 .. n - 1, numbers 0 .. n - 1 of the stream, gave j. */
LAMELLA_INTERNAL void    draw_with_replacement(uint64_t seed, uint64_t stream, int64_t n, int32_t *times, asking *asks);
/* Fisher-Yates with draws 0 .. n - 2 of the stream. */
LAMELLA_INTERNAL void    shuffle_rows(uint64_t seed, uint64_t stream, int64_t *rows, int64_t n);
LAMELLA_INTERNAL lamella_status shuffle_rows_asking(call *c, uint64_t seed, uint64_t stream, int64_t *rows, int64_t n);

/* Names of the streams: what draws for one purpose never meets another's. */
#define STREAM_FOLDS     ((uint64_t)1)
#define STREAM_BOOTSTRAP ((uint64_t)1 << 32) /* + number of the resample; no enumerator holds it */

#endif
