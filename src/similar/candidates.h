/* The rows that one query may still find: f32 scores with a rigorous bound, made exact only where they have to be. */
#ifndef SIMILAR_CANDIDATES_H
#define SIMILAR_CANDIDATES_H

#include "similar/similar.h"

typedef struct candidate {
    double  score;
    double  slack; /* 0: the score is exact */
    int64_t id;
    int32_t row;   /* within the part */
    int32_t reserved0;
} candidate;

/* One query's, over the rows of one part. */
typedef struct candidates {
    int64_t        n;
    double         least;   /* at least k rows score this or more, once bounded is set */
    int64_t        bounded;
    candidate     *entry;   /* [capacity] */
} candidates;

/* How scores become exact. */
typedef struct exact_scores {
    const kernels       *simd;
    const searched_rows *s;
    const f32_rows      *queries;
    const double        *query_squares;
    int64_t              k;
    int64_t              capacity;
    int64_t              first_row; /* of the part */
} exact_scores;

LAMELLA_INTERNAL int64_t candidates_capacity(int64_t k);
/* Drops what cannot be among the first k, and makes exact what is left if that is over half of the room. room [capacity]. */
LAMELLA_INTERNAL void    candidates_prune(const exact_scores *e, int64_t query, candidates *list, double *room);
/* Leaves the first k, exact but in any order: sorting long lists block by block would take longer than the tiles. */
LAMELLA_INTERNAL void    candidates_settle(const exact_scores *e, int64_t query, candidates *list, double *room);
/* The same in order. */
LAMELLA_INTERNAL void    candidates_finish(const exact_scores *e, int64_t query, candidates *list, double *room);

#endif
