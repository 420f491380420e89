/* Every panel of a layer, for operations that treat rows one by one. */
#include "tensor/tensor.h"

typedef struct panel_pass {
    rows    r;
    scratch pieces;
    int64_t rows_bytes; /* of a piece; the rest is the work's room */
    void  (*work)(const panel *p, void *room, void *data);
    void   *data;
} panel_pass;

static void task(int64_t i, void *data)
{
    panel_pass *pass = data;
    panel p;
    char *piece = scratch_claim(&pass->pieces);
    if (rows_panel(&pass->r, 0, i, piece, &p))
        pass->work(&p, piece + pass->rows_bytes, pass->data);
    scratch_release(&pass->pieces, piece);
}

lamella_status each_panel(call *c, const stack *s, int64_t l, int32_t precision, int64_t room_bytes,
                          void (*work)(const panel *p, void *room, void *data), void *data)
{
    panel_pass pass = { .work = work, .data = data };
    arena_mark before = arena_now(&c->memory);
    TRY(rows_open(c, s, l, 1, precision, &pass.r));
    pass.rows_bytes = whole_lines(rows_scratch(&pass.r));
    TRY(scratch_open(c, pass.rows_bytes + room_bytes, &pass.pieces));
    do {
        TRY(rows_next(c, &pass.r));
        TRY(parallel(c, pass.r.n_panels, task, &pass));
    } while (pass.r.n);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}
