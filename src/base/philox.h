/* Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"): draw i of a seed is a function of both, so
 * results do not depend on threads or on how work is cut. */
#ifndef BASE_PHILOX_H
#define BASE_PHILOX_H

#include "base/base.h"

/* Four draws of 32 bits. counter[0..1] numbers the draw, counter[2..3] the stream; the key is the seed. */
LAMELLA_INTERNAL void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t draws[4]);

#endif
