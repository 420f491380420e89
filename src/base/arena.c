/* Memory that is freed at once: blocks of a host's allocator, cut from front to back. */
#include "base/base.h"

#include <stdlib.h>

#define ARENA_ALIGNMENT 64
#define ARENA_FIRST_BLOCK 4096
#define ARENA_LARGEST_STEP (1 << 20) /* blocks double up to here; a larger piece gets a block of its own */

struct arena_block {
    arena_block *older;
    int64_t      bytes; /* with this header */
    char         pad[ARENA_ALIGNMENT - sizeof(arena_block *) - sizeof(int64_t)];
};

static void *libc_allocate(int64_t bytes, int64_t alignment, void *user)
{
    void *memory = NULL;
    (void)user;
    return posix_memalign(&memory, (size_t)alignment, (size_t)bytes) ? NULL : memory;
}

static void libc_release(void *memory, int64_t bytes, int64_t alignment, void *user)
{
    (void)bytes, (void)alignment, (void)user;
    free(memory);
}

allocator allocator_of_libc(void)
{
    return (allocator){ libc_allocate, libc_release, NULL };
}

void arena_open(arena *a, allocator source, int64_t limit)
{
    *a = (arena){ .source = source, .limit = limit };
}

static int arena_grow(arena *a, int64_t piece)
{
    int64_t bytes;
    int64_t step = a->blocks ? MIN(2 * a->blocks->bytes, ARENA_LARGEST_STEP) : ARENA_FIRST_BLOCK;
    if (!size_add(piece, (int64_t)sizeof(arena_block), &bytes))
        return 0;
#ifndef LAMELLA_CHECKED /* there every piece is an allocation of its own, so that sanitizers see the space between */
    bytes = MAX(bytes, step);
#else
    (void)step;
#endif
    arena_block *block = a->source.allocate(bytes, ARENA_ALIGNMENT, a->source.user);
    if (!block)
        return 0;
    block->older = a->blocks;
    block->bytes = bytes;
    a->blocks = block;
    a->next = (char *)(block + 1);
    a->end = (char *)block + bytes;
    return 1;
}

void *arena_take(arena *a, int64_t bytes)
{
    if (bytes < 0 || bytes > INT64_MAX - ARENA_ALIGNMENT)
        return NULL;
#ifdef LAMELLA_CHECKED
    int64_t piece = MAX(bytes, 1);
#else
    int64_t piece = round_up(MAX(bytes, 1), ARENA_ALIGNMENT);
#endif
    if (a->limit && piece > a->limit - a->taken) {
        a->wanted = a->taken > INT64_MAX - piece ? INT64_MAX : a->taken + piece;
        return NULL;
    }
#ifdef LAMELLA_CHECKED
    if (!arena_grow(a, piece))
        return NULL;
#else
    if ((!a->next || a->end - a->next < piece) && !arena_grow(a, piece))
        return NULL;
#endif
    void *memory = a->next;
    a->next += piece;
    a->taken += piece;
    return memory;
}

static void release_until(allocator source, arena_block *block, arena_block *last)
{
    while (block != last) {
        arena_block *older = block->older;
        source.release(block, block->bytes, ARENA_ALIGNMENT, source.user);
        block = older;
    }
}

void arena_close(arena *a)
{
    allocator source = a->source; /* the arena itself may lie in its last block */
    arena_block *newest = a->blocks;
    a->blocks = NULL;
    release_until(source, newest, NULL);
}

arena_mark arena_now(const arena *a)
{
    return (arena_mark){ a->blocks, a->next, a->taken };
}

void arena_rewind(arena *a, arena_mark mark)
{
    release_until(a->source, a->blocks, mark.block);
    a->blocks = mark.block;
    a->next = mark.next;
    a->end = mark.block ? (char *)mark.block + mark.block->bytes : NULL;
    a->taken = mark.taken;
}
