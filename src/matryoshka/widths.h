/* The list of widths that every operation of this room takes. */
#ifndef MATRYOSHKA_WIDTHS_H
#define MATRYOSHKA_WIDTHS_H

#include "tensor/tensor.h"

/* At least one, each 1 .. dim of every layer. */
LAMELLA_INTERNAL lamella_status check_widths(call *c, const stack *s, const int64_t *widths, int64_t n_widths);

#endif
