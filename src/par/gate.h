/* A gate that a limited number of threads can be inside of. Zero-initialised; survives fork. */
#ifndef PAR_GATE_H
#define PAR_GATE_H

#include "base/base.h"

typedef struct gate { uint64_t state; } gate; /* process id << 32 | threads inside */

LAMELLA_INTERNAL void gate_enter(gate *g, uint32_t limit); /* waits until fewer than limit are inside */
LAMELLA_INTERNAL void gate_leave(gate *g);

#endif
