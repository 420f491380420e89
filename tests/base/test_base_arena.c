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

/* CHECKED: a piece ends where it was asked to, so that a byte too far is seen. */
#ifdef LAMELLA_CHECKED
enum { ROUNDED = 1 };
#else
enum { ROUNDED = 64 };
#endif

/* Any order of pieces, marks and rewinds: what is given out lies apart, and the sums are those of a list. */
TEST(pieces_marks_and_rewinds_keep_their_sums)
{
    enum { STEPS = 400, MOST_MARKS = 20 };
    typedef struct given { char *at; int64_t bytes; } given;
    static given pieces[STEPS];
    for (uint64_t seed = 1; seed < 6; seed++) {
        test_allocator a;
        arena memory = counted(&a, 0);
        arena_mark marks[MOST_MARKS];
        int64_t n_marks = 0, n = 0, at_mark[MOST_MARKS], live[MOST_MARKS], taken = 0;
        uint64_t state = seed;
        for (int step = 0; step < STEPS; step++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            int64_t what = (int64_t)(state >> 60), bytes = (int64_t)(state >> 40 & 0xfff) * (what == 3 ? 400 : 1);
            if (what == 1 && n_marks < MOST_MARKS) {
                at_mark[n_marks] = n;
                live[n_marks] = a.live;
                marks[n_marks++] = arena_now(&memory);
            } else if (what == 2 && n_marks) {
                arena_rewind(&memory, marks[--n_marks]);
                for (; n > at_mark[n_marks]; n--)
                    taken -= round_up(MAX(pieces[n - 1].bytes, 1), ROUNDED);
                equal(a.live, live[n_marks]);
            } else {
                char *at = arena_take(&memory, bytes);
                check(at && (uintptr_t)at % 64 == 0);
                int apart = 1;
                for (int64_t i = 0; i < n; i++)
                    apart &= at + bytes <= pieces[i].at || pieces[i].at + pieces[i].bytes <= at;
                check(apart);
                memset(at, 1, (size_t)bytes);
                pieces[n++] = (given){ at, bytes };
                taken += round_up(MAX(bytes, 1), ROUNDED);
            }
            equal(memory.taken, taken);
        }
        arena_close(&memory);
        equal(a.live, 0);
        equal(a.mistakes, 0);
    }
}

TEST(what_a_limit_would_have_to_be_is_known)
{
    test_allocator a;
    arena memory = counted(&a, 1024);
    check(arena_take(&memory, 1024) != NULL);
    check(memory.wanted == 0);
    check(arena_take(&memory, 1) == NULL);
    equal(memory.wanted, 1024 + ROUNDED);
    equal(memory.taken, 1024);
    check(arena_take(&memory, INT64_MAX - 64) == NULL);
    check(memory.wanted == INT64_MAX);
    arena_close(&memory);
    memory = counted(&a, 0);
    test_allocator_fail(&a, 1, 1);
    check(arena_take(&memory, 1) == NULL && memory.wanted == 0 && memory.taken == 0);
    test_allocator_fail(&a, 0, 0);
    check(arena_take(&memory, 1) != NULL);
    arena_close(&memory);
    equal(a.live, 0);
}

#ifndef LAMELLA_CHECKED
/* Few blocks for many pieces: they double up to a mebibyte. */
TEST(blocks_double)
{
    test_allocator a;
    arena memory = counted(&a, 0);
    int given = 0;
    for (int i = 0; i < 16384; i++)
        given += arena_take(&memory, 1024) != NULL;
    equal(given, 16384);
    check(a.calls > 16 && a.calls < 30);
    check(a.peak_bytes < 18 << 20);
    arena_close(&memory);
}
#endif

TEST(an_arena_is_closed_once_however_often)
{
    test_allocator a;
    arena memory = counted(&a, 0);
    check(arena_take(&memory, 10000) != NULL && arena_take(&memory, 100) != NULL);
    arena_close(&memory);
    arena_close(&memory);
    check(a.live == 0 && a.mistakes == 0);
}

/* A limit is reached to the byte and passed by one. */
TEST(a_limit_is_reached_to_its_last_byte)
{
    for (int64_t limit = ROUNDED; limit <= 5 * ROUNDED; limit += ROUNDED)
        for (int64_t first = 1; first <= limit; first += ROUNDED) {
            test_allocator a;
            arena memory = counted(&a, limit);
            check(arena_take(&memory, first) != NULL);
            int64_t left = limit - round_up(first, ROUNDED);
            if (left)
                check(arena_take(&memory, left) != NULL);
            equal(memory.taken, limit);
            check(memory.wanted == 0 && arena_take(&memory, 0) == NULL);
            equal(memory.wanted, limit + (ROUNDED == 1 ? 1 : ROUNDED));
            arena_close(&memory);
            equal(a.live, 0);
        }
}
