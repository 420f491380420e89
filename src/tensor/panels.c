/* Every panel of one or several layers: for rows one by one, or summed in the panels' order. */
#include "tensor/tensor.h"

typedef struct panel_pass {
    rows             r;
    const panel_sum *sum;
    scratch          pieces; /* each: the panels that are looked at together, then the work's room */
    int64_t          panel_bytes, state_bytes;
    char            *states; /* [panel of the block] */
} panel_pass;

static void task(int64_t i, void *data)
{
    panel_pass *pass = data;
    char *piece = scratch_claim(&pass->pieces);
    const panel_task t = { &pass->r, i, pass->panel_bytes, piece, piece + pass->sum->together * pass->panel_bytes };
    pass->sum->of_panel(&t, pass->states + i * pass->state_bytes, pass->sum->data);
    scratch_release(&pass->pieces, piece);
}

lamella_status sum_panels(call *c, const panel_sum *sum)
{
    panel_pass pass = { .sum = sum, .state_bytes = whole_lines(sum->sums ? sum->n_sums * (int64_t)sizeof(double) : sum->state_bytes) };
    arena_mark before = arena_now(&c->memory);
    TRY(rows_open(c, sum->s, sum->first_layer, sum->n_layers, sum->precision, &pass.r));
    pass.r.keep_nonfinite = sum->keep_nonfinite;
    pass.panel_bytes = whole_lines(rows_scratch(&pass.r));
    TRY(scratch_open(c, sum->together * pass.panel_bytes + sum->room_bytes, &pass.pieces));
    const int64_t most = (MIN(pass.r.block_vectors, sum->s->n_vectors) + PANEL_ROWS - 1) / PANEL_ROWS;
    pass.states = call_take(c, &c->memory, most, pass.state_bytes);
    if (!pass.states)
        return c->failed;
    do {
        TRY(rows_next(c, &pass.r));
        TRY(parallel(c, pass.r.n_panels, task, &pass));
        TRY(rows_fault(c, &pass.r));
        for (int64_t i = 0; i < pass.r.n_panels; i++) {
            char *state = pass.states + i * pass.state_bytes;
            for (int64_t j = 0; j < sum->n_sums; j++)
                sum->sums[j] += ((double *)state)[j];
            if (sum->join)
                sum->join(state, sum->data);
        }
    } while (pass.r.n);
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

/* ---- rows one by one ---- */

typedef struct each_work {
    void (*work)(const panel *p, void *room, void *data);
    void  *data;
} each_work;

static void each_of_layer(const panel_task *t, void *state, void *data)
{
    const each_work *each = data;
    panel p;
    (void)state;
    if (task_panel(t, 0, 0, &p))
        each->work(&p, t->room, each->data);
}

lamella_status each_panel(call *c, const stack *s, int64_t l, int32_t precision, int64_t room_bytes,
                          void (*work)(const panel *p, void *room, void *data), void *data)
{
    each_work each = { work, data };
    return sum_panels(c, &(panel_sum){ .s = s, .first_layer = l, .n_layers = 1, .precision = precision, .together = 1, .room_bytes = room_bytes,
                                       .of_panel = each_of_layer, .data = &each });
}
