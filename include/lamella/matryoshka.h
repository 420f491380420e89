/* matryoshka: layers and dims cut short */
#ifndef LAMELLA_MATRYOSHKA_H
#define LAMELLA_MATRYOSHKA_H

#include "lamella/matryoshka/ridge.h"    /* ridge: linear probes of every layer at every width, from one Gram and one Cholesky factor per layer and penalty */
#include "lamella/matryoshka/truncate.h" /* truncate: prefixes of every layer, renormalised, at a list of widths */

#endif
