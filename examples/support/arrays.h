/* arrays: views of a program's own memory, arrays of a file read into it. */
#ifndef SUPPORT_ARRAYS_H
#define SUPPORT_ARRAYS_H

#include <lamella.h>

/* A writable, row-major view. */
lamella_view array_of(void *data, int32_t dtype, int32_t rank, const int64_t *shape);
/* The same of fresh zeros that live until the program ends. */
lamella_view array_take(int32_t dtype, int32_t rank, const int64_t *shape);
int64_t      array_length(const lamella_view *v); /* elements */

/* A whole named array ("" for .npy), copied. */
lamella_status array_read(lamella_context *ctx, const lamella_io_file *file, const char *name, lamella_view *out);
/* Every element as f64 or i64. */
lamella_status array_cast(lamella_context *ctx, const lamella_view *x, int32_t dtype, lamella_view *out);

/* The lower median: at most half of the numbers are above it. */
double array_median(const double *x, int64_t n);

#endif
