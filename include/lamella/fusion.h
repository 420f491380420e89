/* fusion: layers, tokens and modalities combined */
#ifndef LAMELLA_FUSION_H
#define LAMELLA_FUSION_H

#include "lamella/fusion/canvas.h" /* canvas: layers painted over each other, their merge and their gradients */
#include "lamella/fusion/layer.h"  /* layer: all layers of a row become one, by a weight for each layer */
#include "lamella/fusion/pool.h"   /* pool: many token rows of a sample become one */

#endif
