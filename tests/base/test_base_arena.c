/* Arenas: alignment, limits, rewinding, and nothing left behind. */
#include "support/allocator.h"
#include "support/test.h"
#include "base/base.h"

static arena counted(test_allocator *a, int64_t limit)
{
    arena memory;
    *a = (test_allocator){ 0 };
    arena_open(&memory, (allocator){ test_allocate, test_release, a }, limit);
    return memory;
}

TEST(pieces_are_aligned_and_apart)
{
    test_allocator a;
    arena memory = counted(&a, 0);
    char *before = NULL;
    for (int64_t bytes = 0; bytes < 300; bytes++) {
        char *piece = arena_take(&memory, bytes);
        check(piece && (uintptr_t)piece % 64 == 0 && piece != before);
        memset(piece, (int)bytes, (size_t)bytes);
        before = piece;
    }
    arena_close(&memory);
    equal(a.live, 0);
    equal(a.mistakes, 0);
}

TEST(a_limit_is_kept)
{
    test_allocator a;
    arena memory = counted(&a, 1000);
    check(arena_take(&memory, 600) != NULL);
    check(arena_take(&memory, 600) == NULL);
    check(arena_take(&memory, 128) != NULL);
    arena_close(&memory);
}

TEST(sizes_that_cannot_be_are_refused)
{
    test_allocator a;
    arena memory = counted(&a, 0);
    check(arena_take(&memory, -1) == NULL);
    check(arena_take(&memory, INT64_MAX) == NULL);
    check(arena_take(&memory, INT64_MAX - 100) == NULL);
    equal(a.live, 0);
}

TEST(a_rewound_arena_gives_the_same_memory_again)
{
    test_allocator a;
    arena memory = counted(&a, 0);
    check(arena_take(&memory, 100) != NULL);
    arena_mark mark = arena_now(&memory);
    int64_t live = a.live;
    for (int i = 0; i < 50; i++)
        check(arena_take(&memory, 5000) != NULL);
    arena_rewind(&memory, mark);
    equal(a.live, live);
    equal(memory.taken, mark.taken);
    check(arena_take(&memory, 100) != NULL);
    arena_close(&memory);
    equal(a.live, 0);
}
