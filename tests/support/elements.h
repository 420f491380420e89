/* Elements of views, whatever their dtype and strides: the tests' own, independent of the library's. */
#ifndef SUPPORT_ELEMENTS_H
#define SUPPORT_ELEMENTS_H

#include "support/test.h"

int64_t element_bytes(int32_t dtype);
int64_t elements_of(const lamella_view *v);
void    row_major(const int64_t *shape, int32_t rank, int64_t *stride);
/* Where an element lies, by its row-major number. */
char   *element_at(const lamella_view *v, int64_t number);
/* An element as a double, by its row-major number. */
double  element(const lamella_view *v, int64_t number);
/* Between a view and dense row-major memory. */
void    view_gather(const lamella_view *v, char *dense);
void    view_scatter(const lamella_view *v, const char *dense);
/* Exact where the dtype holds the value; f16 and bf16 are cut, not rounded. */
void    store(int32_t dtype, char *p, double value);

#endif
