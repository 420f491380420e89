/* Every panel of a layer, once, beside room of its own. */
#include "support/progress.h"
#include "support/test.h"
#include "tensor/tensor.h"

enum { MOST = 700, DIM = 6, LAYERS = 3 };

static double x[LAYERS][MOST * DIM];

typedef struct visit {
    int64_t times[MOST];
    int64_t room_bytes, dim;
    int     layer, bad;
} visit;

static void look_at_panel(const panel *p, void *room, void *data)
{
    visit *v = data;
    v->bad |= (uintptr_t)room % 64 != 0 || p->dim != v->dim;
    memset(room, 0xff, (size_t)v->room_bytes);
    for (int64_t i = 0; i < p->n; i++) {
        v->times[p->first + i]++;
        for (int64_t j = 0; j < p->dim; j++)
            v->bad |= ((const float *)p->data)[i * p->stride + j] != (float)x[v->layer][(p->first + i) * v->dim + j];
    }
}

static lamella_status visit_all(call *c, const lamella_stack *theirs, int64_t l, visit *v)
{
    stack s;
    TRY(stack_check(c, &s, theirs, FLOATS, "stack"));
    int64_t taken = c->memory.taken;
    TRY(each_panel(c, &s, l, LAMELLA_F32, v->room_bytes, look_at_panel, v));
    equal(c->memory.taken, taken); /* all given back */
    return LAMELLA_OK;
}

static lamella_status visiting(lamella_context *ctx, const lamella_stack *theirs, int64_t l, visit *v)
{
    CALL(ctx, visit_all(c, theirs, l, v));
}

TEST(every_panel_of_the_layer_is_visited_once)
{
    static const int64_t lengths[] = { 1, 255, 256, 257, 512, 700 };
    told heard;
    lamella_context *ctx = context_told(&heard);
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < MOST * DIM; i++)
            x[l][i] = (l * 77 + i) % 1013;
    for (int k = 0; k < 6; k++)
        for (int l = 0; l < LAYERS; l++)
            for (int64_t room = 0; room <= 8192; room += 4096) {
                static visit v;
                lamella_view layer[LAYERS];
                for (int i = 0; i < LAYERS; i++)
                    layer[i] = view_of(LAMELLA_F64, x[i], lengths[k], DIM - i);
                lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = LAYERS };
                v = (visit){ .room_bytes = room, .dim = DIM - l, .layer = l };
                ok(visiting(k % 2 ? ctx : NULL, &theirs, l, &v));
                check(!v.bad);
                for (int64_t i = 0; i < MOST; i++)
                    equal(v.times[i], i < lengths[k]);
            }
    lamella_context_free(ctx);
}

TEST(a_panel_with_a_fault_is_not_visited)
{
    static visit v;
    lamella_view layer = view_of(LAMELLA_F64, x[0], 700, DIM);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &layer, .n_layers = 1 };
    v = (visit){ .dim = DIM };
    x[0][300 * DIM] = 1e300;
    refused(visiting(NULL, &theirs, 0, &v), LAMELLA_ERR_NUMERIC,
            "visiting: stack.layer[0] is 1e+300 at row 300, column 0, expected a number that f32 holds");
    check(v.times[0] == 1 && v.times[300] == 0 && v.times[699] == 1);
    x[0][300 * DIM] = 0;
}
