/* The object behind lamella_moments_gram. */
#ifndef MOMENTS_GRAM_OBJECT_H
#define MOMENTS_GRAM_OBJECT_H

#include "io/fitted.h"
#include "lamella/moments.h"
#include "moments/moments.h"

struct lamella_moments_gram {
    fitted   file; /* first */
    int64_t  dim, cross_dim;
    gram     sums; /* of [x | y]; its arrays lie in the file */
    int64_t *n;    /* there */
    double  *weight;
};

LAMELLA_INTERNAL_DATA const fitted_kind gram_kind;

/* Of no rows; checks what it is given. */
LAMELLA_INTERNAL lamella_status gram_object_create(call *c, int64_t dim, int64_t cross_dim, lamella_moments_gram **gram);
/* After its sums changed: n and weight go where views and the file see them. */
LAMELLA_INTERNAL void           gram_object_note(lamella_moments_gram *gram);

#endif
