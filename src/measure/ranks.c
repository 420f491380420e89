#include "measure/measure.h"

void average_ranks(const double *x, const int64_t *order, int64_t n, const int32_t *times, double *ranks, asking *asks)
{
    int64_t before = 0; /* rows of lower value, each as often as it was drawn */
    for (int64_t first = 0, end; first < n && !told_to_stop(asks); first = end) {
        int64_t tied = 0;
        for (end = first; end < n && x[order[end]] == x[order[first]]; end++)
            tied += times ? times[order[end]] : 1;
        for (int64_t i = first; i < end; i++)
            ranks[order[i]] = (double)before + (double)(tied + 1) / 2;
        before += tied;
    }
}
