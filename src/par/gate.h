/* A gate that a limited number of threads can be inside of. Zero-initialised; survives fork. */
#ifndef PAR_GATE_H
#define PAR_GATE_H

#include "base/base.h"

typedef struct gate { uint64_t state; } gate; /* process id << 32 | threads inside */

LAMELLA_INTERNAL int  gate_try(gate *g, uint32_t limit);   /* enters if fewer than limit are inside, and returns 1 */
LAMELLA_INTERNAL void gate_wait(void);                     /* for a moment, before one tries again */
LAMELLA_INTERNAL void gate_enter(gate *g, uint32_t limit); /* waits until fewer than limit are inside */
/* `last`, unless it is NULL, is run by who leaves nobody inside; nobody enters meanwhile. */
LAMELLA_INTERNAL void gate_leave(gate *g, void (*last)(void));

#endif
