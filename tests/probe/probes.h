/* What tests of probes share: fits of test arrays, and the arrays of a fitted probe. */
#ifndef PROBE_PROBES_H
#define PROBE_PROBES_H

#include "support/elements.h"
#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

static inline lamella_view array_of(const lamella_probe_linear *probe, const char *name)
{
    lamella_view v;
    ok(lamella_probe_linear_get(probe, name, &v));
    return v;
}

static inline double f64_at(const lamella_probe_linear *probe, const char *name, int64_t i)
{
    return ((double *)array_of(probe, name).data)[i];
}

static inline void record_array(matrix *m, const lamella_probe_linear *probe, const char *name)
{
    lamella_view v = array_of(probe, name);
    matrix_array(m, name, &v);
}

/* A probe of the case's rows; labels and folds depend on the number of rows only. Too few rows to fit are refused, which is all that such
 * a case can show: OK without a probe. */
static inline lamella_status probe_of_case(matrix *m, lamella_probe_linear_options o, lamella_probe_linear **probe)
{
    static int64_t fold[4096];
    static const double penalty[] = { 1, 0.1 };
    for (int64_t i = 0; i < m->n_samples; i++)
        fold[i] = i % 2;
    const lamella_view *labels = matrix_integers(m, LAMELLA_I32, m->n_samples, 2), *folds = matrix_input(m, LAMELLA_I64, fold, m->n_samples);
    o.struct_size = sizeof o;
    lamella_status status = lamella_probe_linear_fit(m->ctx, &m->stack, labels, (o.folds = folds, o.penalties = penalty, o.n_penalties = 2, &o),
                                                     probe, NULL);
    int few = status == LAMELLA_ERR_EMPTY && strstr(lamella_last_error(), "two classes on both sides");
    matrix_number(m, "too few rows", few);
    return few || status > LAMELLA_STOPPED ? LAMELLA_OK : status;
}

#endif
