/* The object behind lamella_moments_gram. */
#ifndef MOMENTS_GRAM_OBJECT_H
#define MOMENTS_GRAM_OBJECT_H

#include "lamella/moments.h"
#include "moments/moments.h"

#define GRAM_KIND "moments_gram"

struct lamella_moments_gram {
    arena        memory;     /* first: an object is its arena */
    int64_t      dim, cross_dim;
    gram         sums;       /* of [x | y]; its arrays lie in the image */
    lamella_view image;      /* of its file: mean, mean_low, n, square, weight */
    int64_t     *n;          /* there */
    double      *weight;
};

/* Of no rows; checks the sizes. */
LAMELLA_INTERNAL lamella_status gram_object_create(call *c, int64_t dim, int64_t cross_dim, lamella_moments_gram **made);
LAMELLA_INTERNAL lamella_status gram_object_check(call *c, const lamella_moments_gram *gram, const char *name);
/* n and weight go where views and the file see them. */
LAMELLA_INTERNAL void           gram_object_note(lamella_moments_gram *gram);

#endif
