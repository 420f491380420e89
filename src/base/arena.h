/* Memory that is freed at once. A call owns an arena, an object is one. The only callers of an allocator. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

typedef struct allocator {
    void *(*allocate)(int64_t bytes, int64_t alignment, void *user);
    void  (*release)(void *memory, int64_t bytes, int64_t alignment, void *user);
    void   *user;
} allocator;

LAMELLA_INTERNAL allocator allocator_of_libc(void);

typedef struct arena_block arena_block;

typedef struct arena {
    allocator    source;
    arena_block *blocks;
    char        *next, *end; /* what is left of the newest block */
    int64_t      taken;      /* bytes given out */
    int64_t      limit;      /* 0 = none */
    int64_t      wanted;     /* what `taken` would have been when the limit was met; 0 = it never was */
} arena;

LAMELLA_INTERNAL void  arena_open(arena *a, allocator source, int64_t limit);
/* Aligned to 64. NULL: no memory, or (then `wanted` is set) over the limit. Not zeroed. */
LAMELLA_INTERNAL void *arena_take(arena *a, int64_t bytes);
LAMELLA_INTERNAL void  arena_close(arena *a);

/* What was taken after the mark is given back: for a pass that is repeated layer by layer. */
typedef struct arena_mark {
    arena_block *block;
    char        *next;
    int64_t      taken;
} arena_mark;

LAMELLA_INTERNAL arena_mark arena_now(const arena *a);
LAMELLA_INTERNAL void       arena_rewind(arena *a, arena_mark mark);

#endif
