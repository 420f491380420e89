/* The host's memory that a call reads and writes. What it writes lies apart from all that it reads and from all else that it writes:
 * each piece is compared with those before it as it is checked, by sorted ranges, so that no operation needs a line for it. */
#ifndef BASE_LENT_H
#define BASE_LENT_H

#include "base/arena.h"

/* Bytes of one view: of [low, high) or, with a period over 0, of the first `inner` of every `period` from low on. */
typedef struct lent {
    const char *low, *high;
    int64_t     period, inner;
    const char *furthest; /* the highest end of the pieces up to this one in its run */
    int64_t     number;   /* in which order they came */
    char        name[40];
} lent;

#define FEW_LENT 4

/* In runs sorted by `low`, as long as the binary digits of n say: 13 pieces are runs of 8, 4 and 1. */
typedef struct lent_list {
    lent   *piece;  /* NULL: few, else [2 * room]; the second half is for merging */
    int64_t n, room;
    lent    few[2 * FEW_LENT];
} lent_list;

typedef struct call call;

/* ARGUMENT: "out shares memory with x, expected an output apart from the inputs". An empty range is apart from everything. */
LAMELLA_INTERNAL lamella_status call_reads(call *c, lent piece, const char *name);
LAMELLA_INTERNAL lamella_status call_writes(call *c, lent piece, const char *name);

#endif
