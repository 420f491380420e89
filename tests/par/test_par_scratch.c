/* Scratch: a piece is never in two hands at once, and nobody goes without. */
#include "par/par.h"
#include "support/test.h"
#include <pthread.h>
#include <sched.h>

static lamella_status start_pool(lamella_context *ctx)
{
    CALL(NULL, pool_create(c, ctx->threads, &ctx->pool));
}

/* The memory, and how many words were found changed; no checks in tasks: they belong to the calling thread. */
typedef struct shared { scratch s; int64_t mixed; } shared;

static void use_piece(int64_t i, void *data)
{
    shared *u = data;
    int64_t words = u->s.bytes / 8, *piece = scratch_claim(&u->s);
    for (int64_t k = 0; k < words; k++)
        piece[k] = i;
    sched_yield();
    for (int64_t k = 0; k < words; k++)
        if (piece[k] != i)
            __atomic_fetch_add(&u->mixed, 1, __ATOMIC_RELAXED);
    scratch_release(&u->s, piece);
}

static lamella_status use_scratch(lamella_context *ctx, int64_t bytes, int64_t tasks)
{
    call opened, *c = &opened;
    shared u = { .mixed = 0 };
    call_open(c, ctx, "use_scratch");
    lamella_status status = scratch_open(c, bytes, &u.s);
    if (status == LAMELLA_OK) {
        check(u.s.bytes >= bytes && u.s.bytes % 64 == 0 && u.s.n == parallel_width(c));
        status = parallel(c, tasks, use_piece, &u);
    }
    equal(u.mixed, 0);
    return call_close(c, status);
}

TEST(a_piece_is_never_in_two_hands)
{
    static const int32_t widths[] = { 1, 2, 5, 8 };
    for (int w = 0; w < LENGTH(widths); w++) {
        lamella_context ctx = { .memory = allocator_of_libc(), .threads = widths[w] };
        if (widths[w] > 1)
            ok(start_pool(&ctx));
        ok(use_scratch(&ctx, 1000, 3000));
        if (ctx.pool)
            pool_free(ctx.pool);
    }
    ok(use_scratch(NULL, 1000, 100));
}

static int32_t refuse_to_run(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    (void)n, (void)task, (void)data, (void)user;
    return 0;
}

/* All pieces claimed at once are different, inside the memory and aligned; released, they can be claimed again. */
TEST(there_are_as_many_pieces_as_threads)
{
    static const int32_t widths[] = { 1, 2, 63, 64, 65, 128, 200, 255, 256 };
    for (int w = 0; w < LENGTH(widths); w++) {
        lamella_context ctx = { .memory = allocator_of_libc(), .threads = widths[w], .parallel_for = refuse_to_run };
        call opened, *c = &opened;
        scratch s;
        call_open(c, &ctx, "claim");
        ok(scratch_open(c, 100, &s));
        equal(s.n, widths[w]);
        for (int repeat = 0; repeat < 2; repeat++) {
            char seen[256] = { 0 };
            for (int64_t k = 0; k < s.n; k++) {
                char *piece = scratch_claim(&s);
                int64_t i = (piece - s.memory) / s.bytes;
                check((uintptr_t)piece % 64 == 0 && piece == s.memory + i * s.bytes);
                check(i >= 0 && i < s.n && !seen[i]++);
            }
            for (int64_t word = 0; word < 4; word++)
                check(s.taken[word] == ~(uint64_t)0);
            for (int64_t k = 0; k < s.n; k++)
                scratch_release(&s, s.memory + k * s.bytes);
        }
        ok(call_close(c, LAMELLA_OK));
    }
}

typedef struct share { int64_t first, n; void (*task)(int64_t i, void *data); void *data; } share;

static void *run_share(void *argument)
{
    share *s = argument;
    for (int64_t i = s->first; i < s->n; i += 8)
        s->task(i, s->data);
    return NULL;
}

static int32_t on_eight_threads(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    pthread_t thread[8];
    share s[8];
    (void)user;
    for (int k = 0; k < 8; k++) {
        s[k] = (share){ k, n, task, data };
        pthread_create(&thread[k], NULL, run_share, &s[k]);
    }
    for (int k = 0; k < 8; k++)
        pthread_join(thread[k], NULL);
    return 0;
}

/* A host that runs more tasks at once than it said makes them wait, no more. */
TEST(too_many_tasks_at_once_wait)
{
    lamella_context ctx = { .memory = allocator_of_libc(), .threads = 3, .parallel_for = on_eight_threads };
    ok(use_scratch(&ctx, 4096, 2000));
}

TEST(nothing_asked_for_is_a_piece_too)
{
    ok(use_scratch(NULL, 0, 3));
}

TEST(more_than_there_is_is_refused)
{
    returns(use_scratch(NULL, INT64_MAX - 64, 1), LAMELLA_ERR_MEMORY);
    lamella_context ctx = { .memory = allocator_of_libc(), .threads = 4, .parallel_for = on_eight_threads };
    returns(use_scratch(&ctx, INT64_MAX / 2, 1), LAMELLA_ERR_MEMORY);
    ctx.max_workspace_bytes = 1000;
    returns(use_scratch(&ctx, 1024, 1), LAMELLA_ERR_LIMIT);
}
