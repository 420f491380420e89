/* What stitching is asked, and its core: heads of all spaces, each tested on all. */
#ifndef RELATIVE_STITCH_H
#define RELATIVE_STITCH_H

#include "lamella/relative/stitch.h"
#include "relative/projection.h"
#include "solve/solve.h"

/* A list of rows, their classes, and where each vector of the stack stands in the list. */
typedef struct picked_rows {
    row_numbers numbers;
    int64_t    *place;    /* [n_vectors]; -1: not in it */
    int32_t    *class_of; /* [n]; -1: a class of no train row */
} picked_rows;

typedef struct stitching {
    const stack                    *s;
    lamella_relative_stitch_options o;
    picked_rows                     train, test;
    int64_t                         n_classes;
    /* of the core */
    const lamella_relative_project *project;
    double                        **weights;    /* [space] [n_outputs, width] */
    double                        **intercepts; /* [space] [n_outputs] */
    fit_report                     *report;     /* [space] */
} stitching;

typedef struct stitch_cell {
    double  accuracy, f1;
    int32_t flags;
} stitch_cell;

/* Fits projections on the anchors, heads on the train rows, and tests all: cells [head, space]. */
LAMELLA_INTERNAL lamella_status stitch_heads(call *c, stitching *t, const row_numbers *anchors, const lamella_relative_project_options *rules,
                                             stitch_cell *cells);

#endif
