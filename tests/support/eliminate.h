/* Linear equations by elimination, for oracles: nothing of src, nothing of BLAS. */
#ifndef SUPPORT_ELIMINATE_H
#define SUPPORT_ELIMINATE_H

#include <math.h>
#include <stdint.h>

/* a x = b for a [n, n], the largest pivot of a column first; b becomes x, a is used up. */
static inline void eliminate(double *a, double *b, int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        int64_t best = k;
        for (int64_t i = k; i < n; i++)
            best = fabs(a[i * n + k]) > fabs(a[best * n + k]) ? i : best;
        for (int64_t j = 0; j < n; j++) {
            double moved = a[k * n + j];
            a[k * n + j] = a[best * n + j];
            a[best * n + j] = moved;
        }
        double moved = b[k];
        b[k] = b[best];
        b[best] = moved;
        const double *pivot = a + k * n;
        for (int64_t i = k + 1; i < n; i++) {
            double *row = a + i * n, factor = row[k] / pivot[k];
            for (int64_t j = k; j < n; j++)
                row[j] -= factor * pivot[j];
            b[i] -= factor * b[k];
        }
    }
    for (int64_t k = n - 1; k >= 0; k--) {
        for (int64_t j = k + 1; j < n; j++)
            b[k] -= a[k * n + j] * b[j];
        b[k] /= a[k * n + k];
    }
}

#endif
