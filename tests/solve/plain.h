/* Linear fits written out: Newton's method in f64 on the objective as it stands, ridge by its normal equations. Small, slow, and nothing of src. */
#ifndef SOLVE_PLAIN_H
#define SOLVE_PLAIN_H

#include "support/eliminate.h"
#include "support/test.h"

enum { PLAIN_LOGISTIC, PLAIN_RIDGE, PLAIN_MOST = 128 };

/* Two classes have one output, for class 1; more have one each. */
typedef struct plain_fit {
    int64_t        n, dim, classes;
    const double  *x;      /* [n, dim] */
    const double  *weight; /* [n] */
    const int32_t *label;  /* [n] 0 .. classes - 1 */
    double         penalty;
    int            kind, standardise;
} plain_fit;

static inline int64_t plain_outputs(int64_t classes)
{
    return classes == 2 ? 1 : classes;
}

/* Columns to mean 0 and spread 1; a constant one to 0. Returns the rows, to be freed; scale 0 of constants. */
static inline double *plain_scaled(const plain_fit *p, double *mean, double *scale)
{
    double *z = malloc((size_t)(p->n * p->dim) * sizeof *z);
    for (int64_t j = 0; j < p->dim; j++) {
        double all = 0, sum = 0, square = 0;
        for (int64_t i = 0; i < p->n; i++) {
            all += p->weight[i];
            sum += p->weight[i] * p->x[i * p->dim + j];
        }
        mean[j] = p->standardise ? sum / all : 0;
        for (int64_t i = 0; i < p->n; i++)
            square += p->weight[i] * pow(p->x[i * p->dim + j] - sum / all, 2);
        scale[j] = !p->standardise ? 1 : square / all > 1e-20 ? 1 / sqrt(square / all) : 0;
        for (int64_t i = 0; i < p->n; i++)
            z[i * p->dim + j] = (p->x[i * p->dim + j] - mean[j]) * scale[j];
    }
    return z;
}

/* Of parameters [output, dim + 1], the intercept last: the objective, its gradient g and Hessian h (NULL: not wanted). Several classes have one
 * intercept too many: the square of their sum joins, which is 0 at the least. */
static inline double plain_objective(const plain_fit *p, const double *z, const double *w, double *g, double *h)
{
    int64_t d = p->dim + 1, outputs = plain_outputs(p->classes), size = outputs * d;
    double f = 0, sum_b = 0, score[16], share[16], x[PLAIN_MOST];
    check(d <= PLAIN_MOST);
    memset(g, 0, (size_t)size * sizeof *g);
    if (h)
        memset(h, 0, (size_t)(size * size) * sizeof *h);
    for (int64_t k = 0; k < outputs; k++) {
        for (int64_t j = 0; j < p->dim; j++) {
            f += w[k * d + j] * w[k * d + j] / 2;
            g[k * d + j] = w[k * d + j];
            if (h)
                h[(k * d + j) * size + k * d + j] = 1;
        }
        sum_b += w[k * d + p->dim];
    }
    for (int64_t k = 0; k < outputs && outputs > 1; k++) {
        g[k * d + p->dim] += sum_b;
        for (int64_t l = 0; h && l < outputs; l++)
            h[(k * d + p->dim) * size + l * d + p->dim] += 1;
    }
    f += outputs > 1 ? sum_b * sum_b / 2 : 0;
    for (int64_t i = 0; i < p->n; i++) {
        double most = outputs == 1 ? 0 : -INFINITY, all = 0, s = p->penalty * p->weight[i];
        for (int64_t k = 0; k < outputs; k++) {
            score[k] = w[k * d + p->dim];
            for (int64_t j = 0; j < p->dim; j++)
                score[k] += w[k * d + j] * z[i * p->dim + j];
            most = fmax(most, score[k]);
        }
        all = outputs == 1 ? exp(-most) : 0; /* class 0 scores 0 */
        for (int64_t k = 0; k < outputs; k++)
            all += exp(score[k] - most);
        f += s * (most + log(all) - (outputs == 1 ? p->label[i] * score[0] : score[p->label[i]]));
        memcpy(x, z + i * p->dim, (size_t)p->dim * sizeof *x);
        x[p->dim] = 1;
        for (int64_t k = 0; k < outputs; k++) {
            share[k] = exp(score[k] - most) / all;
            double residual = s * (share[k] - (p->label[i] == (outputs == 1 ? 1 : k)));
            for (int64_t j = 0; j < d; j++)
                g[k * d + j] += residual * x[j];
            for (int64_t l = 0; h && l <= k; l++)
                for (int64_t j = 0; j < d; j++) {
                    double factor = s * share[k] * ((k == l) - share[l]) * x[j], *row = h + (k * d + j) * size + l * d;
                    for (int64_t m = 0; m < d; m++)
                        row[m] += factor * x[m];
                }
        }
    }
    for (int64_t i = 0; h && i < size; i++)
        for (int64_t j = 0; j < i; j++)
            h[j * size + i] = h[i * size + j];
    return f;
}

static inline double plain_logistic(const plain_fit *p, const double *z, double *w)
{
    int64_t size = plain_outputs(p->classes) * (p->dim + 1);
    double *g = malloc((size_t)size * 8), *h = malloc((size_t)(size * size) * 8), *next = malloc((size_t)size * 8), *unused = malloc((size_t)size * 8);
    double f = 0;
    memset(w, 0, (size_t)size * sizeof *w);
    for (int step = 0; step < 60; step++) {
        double slope = 0;
        f = plain_objective(p, z, w, g, h);
        memcpy(unused, g, (size_t)size * sizeof *g);
        eliminate(h, g, size);
        for (int64_t i = 0; i < size; i++)
            slope += unused[i] * g[i];
        if (slope <= 1e-16 * f)
            break;
        for (double t = 1; t > 1e-9; t /= 2) {
            for (int64_t i = 0; i < size; i++)
                next[i] = w[i] - t * g[i];
            if (plain_objective(p, z, next, unused, NULL) < f)
                break;
        }
        memcpy(w, next, (size_t)size * sizeof *w);
    }
    free(g);
    free(h);
    free(next);
    free(unused);
    return f;
}

/* Targets -1 and 1 of each output; the intercept is a column of ones without penalty. */
static inline double plain_ridge(const plain_fit *p, const double *z, double *w)
{
    int64_t d = p->dim + 1, outputs = plain_outputs(p->classes);
    double *a = malloc((size_t)(d * d) * 8), f = 0;
    for (int64_t k = 0; k < outputs; k++) {
        double *b = w + k * d;
        memset(a, 0, (size_t)(d * d) * sizeof *a);
        memset(b, 0, (size_t)d * sizeof *b);
        for (int64_t i = 0; i < p->n; i++)
            for (int64_t j = 0; j < d; j++) {
                double x = j < p->dim ? z[i * p->dim + j] : 1, y = p->label[i] == (outputs == 1 ? 1 : k) ? 1 : -1;
                b[j] += p->weight[i] * x * y;
                for (int64_t l = 0; l < d; l++)
                    a[j * d + l] += p->weight[i] * x * (l < p->dim ? z[i * p->dim + l] : 1);
            }
        for (int64_t j = 0; j < p->dim; j++)
            a[j * d + j] += p->penalty;
        eliminate(a, b, d);
        for (int64_t j = 0; j < p->dim; j++)
            f += p->penalty * b[j] * b[j];
        for (int64_t i = 0; i < p->n; i++) {
            double rest = (p->label[i] == (outputs == 1 ? 1 : k) ? 1 : -1) - b[p->dim];
            for (int64_t j = 0; j < p->dim; j++)
                rest -= b[j] * z[i * p->dim + j];
            f += p->weight[i] * rest * rest;
        }
    }
    free(a);
    return f;
}

/* Weights [output, dim] and intercepts [output] in raw units; returns the objective, of standardised columns where these are. */
static inline double plain_weights(const plain_fit *p, double *weights, double *intercepts)
{
    int64_t outputs = plain_outputs(p->classes), d = p->dim + 1;
    double *w = malloc((size_t)(outputs * d) * 8), *mean = malloc((size_t)d * 8), *scale = malloc((size_t)d * 8), *z = plain_scaled(p, mean, scale);
    double f = p->kind == PLAIN_RIDGE ? plain_ridge(p, z, w) : plain_logistic(p, z, w);
    for (int64_t k = 0; k < outputs; k++) {
        intercepts[k] = w[k * d + p->dim];
        for (int64_t j = 0; j < p->dim; j++) {
            weights[k * p->dim + j] = w[k * d + j] * scale[j];
            intercepts[k] -= weights[k * p->dim + j] * mean[j];
        }
    }
    free(w);
    free(mean);
    free(scale);
    free(z);
    return f;
}

#endif
