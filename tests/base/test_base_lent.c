/* What a call reads and writes lies apart: every new piece against all before it, as two loops say. */
#include "support/test.h"
#include "base/base.h"

enum { MOST = 200, SPACE = 4096 };

typedef struct asked {
    lent piece;
    int  is_written;
} asked;

static char space[SPACE];
static uint64_t state;

static int64_t below(int64_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((state >> 33) % (uint64_t)n);
}

static int covers(const lent *p, const char *at)
{
    return at >= p->low && at < p->high && (!p->period || (at - p->low) % p->period < p->inner);
}

/* Byte by byte where both have one period or none; two periods are taken for whole ranges. */
static int overlap(const lent *a, const lent *b)
{
    if (a->low >= b->high || b->low >= a->high)
        return 0;
    if (a->period != b->period || !a->period)
        return 1;
    for (const char *at = a->low; at < a->high; at++)
        if (covers(a, at) && covers(b, at))
            return 1;
    return 0;
}

static lent any_piece(int64_t longest)
{
    lent p = { .low = space + below(SPACE - longest) };
    p.high = p.low + below(longest);
    if (below(4) == 0) {
        p.period = 16 + 16 * below(2);
        p.inner = 1 + below(p.period - 1);
        if (p.high - p.low < p.inner)
            p.period = p.inner = 0;
        else
            p.high = p.low + (p.high - p.low - p.inner) / p.period * p.period + p.inner;
    }
    return p;
}

/* The first of those before it that it may not meet, or NULL; what is written is named before what it meets is. */
static const asked *first_met(const asked *list, int64_t n, const asked *now, int is_written)
{
    for (int64_t i = 0; i < n; i++)
        if (list[i].is_written == is_written && overlap(&list[i].piece, &now->piece))
            return &list[i];
    return NULL;
}

static void check_order(int64_t longest, int64_t n)
{
    static asked list[MOST];
    static char names[MOST + 1][8];
    int64_t kept = 0;
    call c;
    call_open(&c, NULL, "asking");
    for (int64_t i = 0; i < n; i++) {
        asked now = { any_piece(longest), (int)below(2) };
        char said[200] = "";
        snprintf(names[kept], sizeof names[kept], "p%d", (int)kept);
        int is_empty = now.piece.low == now.piece.high;
        const asked *in = now.is_written && !is_empty ? first_met(list, kept, &now, 0) : NULL, *out = is_empty ? NULL : first_met(list, kept, &now, 1);
        if (in)
            snprintf(said, sizeof said, "asking: %s shares memory with %s, expected an output apart from the inputs", names[kept], names[in - list]);
        else if (out && now.is_written)
            snprintf(said, sizeof said, "asking: %s shares memory with %s, expected an output apart from the others", names[kept], names[out - list]);
        else if (out)
            snprintf(said, sizeof said, "asking: %s shares memory with %s, expected an output apart from the inputs", names[out - list], names[kept]);
        lamella_status status = (now.is_written ? call_writes : call_reads)(&c, now.piece, names[kept]);
        if (said[0])
            refused(status, LAMELLA_ERR_ARGUMENT, said);
        else
            ok(status);
        if (!said[0] && !is_empty)
            list[kept++] = now;
    }
    call_close(&c, LAMELLA_OK);
}

TEST(pieces_are_apart_if_no_byte_is_in_both)
{
    static const int64_t longest[] = { 4, 40, 400 };
    for (int i = 0; i < 3; i++)
        for (int seed = 0; seed < 40; seed++) {
            state = (uint64_t)(seed * 3 + i);
            check_order(longest[i], seed < 20 ? 12 : 150);
        }
}

TEST(pieces_that_touch_are_apart)
{
    call c;
    call_open(&c, NULL, __func__);
    ok(call_reads(&c, (lent){ .low = space + 10, .high = space + 20 }, "x"));
    ok(call_writes(&c, (lent){ .low = space + 20, .high = space + 30 }, "a"));
    ok(call_writes(&c, (lent){ .low = space, .high = space + 10 }, "b"));
    ok(call_writes(&c, (lent){ .low = space + 15, .high = space + 15 }, "nothing"));
    returns(call_writes(&c, (lent){ .low = space + 29, .high = space + 31 }, "d"), LAMELLA_ERR_ARGUMENT);
    call_close(&c, LAMELLA_OK);
}

/* Of long names the first 39 bytes. */
TEST(a_long_name_is_shown_by_its_beginning)
{
    char name[80], said[200];
    for (int n = 37; n <= 42; n++) {
        call c;
        memset(name, 'n', sizeof name);
        name[n] = 0;
        call_open(&c, NULL, "asking");
        ok(call_reads(&c, (lent){ .low = space, .high = space + 10 }, name));
        snprintf(said, sizeof said, "asking: out shares memory with %.39s, expected an output apart from the inputs", name);
        refused(call_writes(&c, (lent){ .low = space + 9, .high = space + 12 }, "out"), LAMELLA_ERR_ARGUMENT, said);
        call_close(&c, LAMELLA_OK);
    }
}
