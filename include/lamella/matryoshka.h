/* matryoshka: layers and dims cut short */
#ifndef LAMELLA_MATRYOSHKA_H
#define LAMELLA_MATRYOSHKA_H

#include "lamella/matryoshka/grid.h"     /* grid: similarities of pairs at every layer and prefix width, and how they rank against gold */
#include "lamella/matryoshka/ridge.h"    /* ridge: linear probes of every layer at every width, from one Gram and one Cholesky factor per layer and penalty */
#include "lamella/matryoshka/search.h"   /* search: the k most similar rows, exactly, at any prefix width */
#include "lamella/matryoshka/truncate.h" /* truncate: prefixes of every layer, renormalised, at a list of widths */

#endif
