/* Pieces of the host's memory, compared as they come. A new piece is a run of one, and runs of one length are merged, so n of them cost
 * n log n in any order; outputs may well lie between one another, row by row, so an overlap of ranges is looked at closer. */
#include "base/base.h"

#include <string.h>

static int meets(const lent *a, const lent *b)
{
    if (a->low >= b->high || b->low >= a->high)
        return 0;
    if (a->period != b->period || !a->period)
        return 1;
    int64_t offset = (int64_t)(((intptr_t)b->low - (intptr_t)a->low) % a->period);
    if (offset < 0)
        offset += a->period;
    return offset < a->inner || offset + b->inner > a->period;
}

static lent *pieces_lent(lent_list *list)
{
    return list->piece ? list->piece : list->few;
}

/* ---- adding ---- */

/* Two sorted runs side by side, the first of n pieces, the second of as many; `spare` holds n. */
static void merge_lent(lent *first, int64_t n, lent *spare)
{
    lent *second = first + n, *end = second + n, *left = spare, *left_end = spare + n;
    if (second[-1].low <= second->low)
        return;
    memcpy(spare, first, (size_t)n * sizeof *spare);
    for (lent *to = first; left < left_end; to++)
        *to = second < end && second->low < left->low ? *second++ : *left++;
}

static lamella_status make_room(call *c, lent_list *list)
{
    lent *more, *pieces = pieces_lent(list);
    int64_t room = list->piece ? list->room : FEW_LENT;
    if (list->n < room)
        return LAMELLA_OK;
    TAKE_FROM(c, &c->lent_memory, more, 4 * room);
    memcpy(more, pieces, (size_t)list->n * sizeof *more);
    list->piece = more;
    list->room = 2 * room;
    return LAMELLA_OK;
}

static lamella_status add_piece(call *c, lent_list *list, lent *piece, const char *name)
{
    int64_t run = 1;
    TRY(make_room(c, list));
    lent *pieces = pieces_lent(list), *spare = pieces + (list->piece ? list->room : FEW_LENT);
    piece->number = list->n;
    strncpy(piece->name, name, sizeof piece->name - 1);
    pieces[list->n++] = *piece;
    for (; !(list->n & run); run *= 2)
        merge_lent(pieces + list->n - 2 * run, run, spare);
    lent *first = pieces + list->n - run;
    for (int64_t i = 0; i < run; i++)
        first[i].furthest = i && first[i - 1].furthest > first[i].high ? first[i - 1].furthest : first[i].high;
    return LAMELLA_OK;
}

/* ---- comparing ---- */

/* Whether any of a sorted run meets the piece: those that start before its end, from the last one back, as far as any reaches it. */
static int run_meets(const lent *run, int64_t n, const lent *piece)
{
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (run[middle].low < piece->high)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- && run[low].furthest > piece->low)
        if (meets(&run[low], piece))
            return 1;
    return 0;
}

/* The first that came of those that meet the piece; NULL: none. */
static const lent *met(lent_list *list, const lent *piece)
{
    const lent *pieces = pieces_lent(list), *first = NULL;
    int64_t start = 0, run = 1;
    while (run <= list->n / 2)
        run *= 2;
    for (; run && !(list->n & run && run_meets(pieces + start, run, piece)); run /= 2)
        start += list->n & run;
    for (int64_t i = 0; run && i < list->n; i++)
        if (meets(&pieces[i], piece) && (!first || pieces[i].number < first->number))
            first = &pieces[i];
    return first;
}

lamella_status call_reads(call *c, lent piece, const char *name)
{
    if (piece.low == piece.high)
        return LAMELLA_OK;
    const lent *out = met(&c->written, &piece);
    if (out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s shares memory with %s, expected an output apart from the inputs", out->name, name);
    return add_piece(c, &c->read, &piece, name);
}

lamella_status call_writes(call *c, lent piece, const char *name)
{
    if (piece.low == piece.high)
        return LAMELLA_OK;
    const lent *in = met(&c->read, &piece);
    if (in)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s shares memory with %s, expected an output apart from the inputs", name, in->name);
    const lent *out = met(&c->written, &piece);
    if (out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s shares memory with %s, expected an output apart from the others", name, out->name);
    return add_piece(c, &c->written, &piece, name);
}
