/* fusion: layers, tokens and modalities combined */
#ifndef LAMELLA_FUSION_H
#define LAMELLA_FUSION_H

#include "lamella/fusion/pool.h" /* pool: many token rows of a sample become one */

#endif
