/* A projection: what a fit leaves of each layer, and how rows pass through it. */
#ifndef RELATIVE_PROJECTION_H
#define RELATIVE_PROJECTION_H

#include "io/fitted.h"
#include "lamella/relative/project.h"
#include "reduce/reduce.h"
#include "similar/similar.h"

/* Of one layer. Fitted arrays are NULL where the rules need none; they are what is saved. */
typedef struct projection {
    int64_t dim, n_anchors, width;
    double *anchors;        /* [n_anchors, dim] as they came */
    double *mean, *low;     /* [dim] as of columns in moments: the mean is mean + low */
    double *scale;          /* [dim] ZSCORE: what columns are divided by */
    double *root;           /* [dim, dim] WHITEN */
    double *basis;          /* [n_anchors, dim] BASIS: (S^T)^+ */
    double *distance;       /* [DISTANCE_KINDS] what distances are divided by */
    double *relative_mean;  /* [width] */
    double *relative_scale; /* [width] */
    /* made from them */
    double *points;         /* [n_anchors, dim] transformed: distances */
    double *units;          /* [n_anchors, dim] of norm 1: angles */
    float  *tiles;          /* of norm 1, packed: cosines */
} projection;

enum { DISTANCE_EUCLIDEAN, DISTANCE_L1, DISTANCE_LINF, DISTANCE_KINDS };

struct lamella_relative_project {
    fitted                           file;   /* first */
    lamella_relative_project_options rules;  /* every choice made, none 0 */
    int64_t                          n_layers;
    projection                      *layer;
    int64_t                         *width, *rank; /* [n_layers] */
    double                          *dropped;      /* [n_layers] */
};

/* ---- the object: relative/projection.c ---- */

LAMELLA_INTERNAL_DATA const fitted_kind projection_kind;

/* Room for the layers of an object whose rules stand. */
LAMELLA_INTERNAL lamella_status projections_take(call *c, lamella_relative_project *of, int64_t n_layers);
/* Sizes of a layer. */
LAMELLA_INTERNAL lamella_status projection_size(call *c, lamella_relative_project *of, int64_t l, int64_t n_anchors, int64_t dim);
/* points, units and tiles from anchors and transform. */
LAMELLA_INTERNAL lamella_status projection_settle(call *c, lamella_relative_project *of, int64_t l);

/* ---- fit: relative/projection_fit.c ---- */

LAMELLA_INTERNAL lamella_status projections_fit(call *c, const stack *s, const row_numbers *anchors, const lamella_relative_project_options *rules,
                                                lamella_relative_project **made, lamella_relative_project_result *found);

/* ---- rows: relative/projection_rows.c ---- */

/* x := T x in f64; room [dim]. Out may be x. */
LAMELLA_INTERNAL void           projection_transform(const kernels *k, const projection *p, const double *x, double *room, double *out);
LAMELLA_INTERNAL int            is_zero_row(const double *x, int64_t n);
/* Where a projected row goes: f32 [width]. */
typedef struct projection_target {
    void (*put)(int64_t vector, const float *row, void *data); /* any thread; rows under the mask are zeros */
    void  *data;
} projection_target;
/* All rows of layer l of the stack through the projection of layer `of_layer`. */
LAMELLA_INTERNAL lamella_status projection_apply(call *c, const lamella_relative_project *of, int64_t of_layer, const stack *s, int64_t l,
                                                 const projection_target *to, int64_t *n_zero_rows);

#endif
