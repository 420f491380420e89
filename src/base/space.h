/* What is left of the process's address space. */
#ifndef BASE_SPACE_H
#define BASE_SPACE_H

#include "base/base.h"

/* 1 if so many bytes more could be mapped now. */
LAMELLA_INTERNAL int space_for(int64_t bytes);

#endif
