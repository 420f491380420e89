/* values: one value a sample, from an array of any dtype, or from a file of numbers or words. What is returned lives until the program ends. */
#ifndef SUPPORT_VALUES_H
#define SUPPORT_VALUES_H

#include <lamella.h>

enum values_kind { VALUES_WHOLE, VALUES_REAL, VALUES_WORDS };

typedef struct values {
    enum values_kind kind;
    int64_t          n;
    const int64_t   *whole;
    const double    *real;
    const char     **word;
    const char      *dtype; /* as its file spells it, or "text" */
    const char      *shape; /* in words */
} values;

/* Each returns NULL, or in words why not. */
const char *values_of_view(lamella_context *ctx, const lamella_view *v, values *x);
/* An array of an open file that lies at `path`, of whole types that have no view too. */
const char *values_of_array(lamella_context *ctx, const char *path, const lamella_io_file *file, const char *name, values *x);
/* A .npy of numbers or text, a JSON list, or text with one value a line; a column of .csv or .tsv is chosen by `column` (NULL: the only one),
 * its name or number. A first line is a title if the rest are `n_expected`. */
const char *values_of_file(lamella_context *ctx, const char *path, const char *column, int64_t n_expected, values *x);

/* Every value as f64. */
const double *values_as_reals(const values *x);
/* The different words, rising, and each value as its place among them. */
const char  **values_classes(const values *x, int64_t *n_distinct, int64_t **place);

#endif
