/* The process that we are guests of. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/base.h"

LAMELLA_INTERNAL int32_t id_of_process(void);
/* 1 if so many bytes more could be mapped now. */
LAMELLA_INTERNAL int     space_for(int64_t bytes);

#endif
