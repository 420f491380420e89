/* matryoshka: layers and dims cut short */
#ifndef LAMELLA_MATRYOSHKA_H
#define LAMELLA_MATRYOSHKA_H

#include "lamella/matryoshka/truncate.h" /* truncate: prefixes of every layer, renormalised, at a list of widths */

#endif
