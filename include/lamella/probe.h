/* probe: what layers know */
#ifndef LAMELLA_PROBE_H
#define LAMELLA_PROBE_H

#include "lamella/probe/depth.h" /* depth: the layer where a concept is decided: jump, converging and settled points, and the layers no worse than the best */
#include "lamella/probe/fit.h"   /* fit: linear probes of all layers, cross-validated, their scores and weights */

#endif
