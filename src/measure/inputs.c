#include "measure/evaluate.h"

#include <math.h>

static void scale_weights(const samples *s)
{
    double largest = 0;
    int exponent;
    for (int64_t i = 0; i < s->n_valid; i++)
        largest = fmax(largest, s->weight[sample_at(s, i)]);
    frexp(largest, &exponent);
    for (int64_t i = 0; i < s->n_valid; i++)
        s->weight[sample_at(s, i)] = ldexp(s->weight[sample_at(s, i)], -exponent);
}

lamella_status measured_samples(call *c, int64_t n, const lamella_view *mask, const lamella_view *weights, samples *s)
{
    TRY(samples_of_rows(c, n, mask, s));
    TRY(samples_weigh(c, s, weights, "options.weights"));
    if (weights)
        scale_weights(s);
    return LAMELLA_OK;
}
