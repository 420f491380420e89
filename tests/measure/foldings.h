/* A call of lamella_measure_folds that can be changed before it is made. */
#ifndef MEASURE_FOLDINGS_H
#define MEASURE_FOLDINGS_H

#include "measure/measure.h"
#include "support/guarded.h"
#include "support/test.h"

typedef struct folding {
    int64_t       n;
    const int64_t *groups, *strata; /* NULL = none */
    lamella_measure_folds_options options;
} folding;

static inline lamella_status fold_rows(const folding *f, int32_t *fold, lamella_measure_folds_result *result)
{
    lamella_view groups, strata, out = view_of(LAMELLA_I32, fold, f->n);
    lamella_measure_folds_options options = f->options;
    options.struct_size = sizeof options;
    if (f->groups)
        groups = view_of(LAMELLA_I64, (int64_t *)f->groups, f->n);
    if (f->strata)
        strata = view_of(LAMELLA_I64, (int64_t *)f->strata, f->n);
    if (result)
        result->struct_size = sizeof *result;
    lamella_context *ctx = guarded_context(1); /* whose memory is full of anything but zeros */
    lamella_status status = lamella_measure_folds(ctx, f->n, out.data ? &out : NULL,
                                                  (options.groups = f->groups ? &groups : NULL, options.strata = f->strata ? &strata : NULL,
                                                   &options), result);
    lamella_context_free(ctx);
    return status;
}

#endif
