/* How little workspace an operation does with. */
#ifndef SUPPORT_ROOM_H
#define SUPPORT_ROOM_H

#include "support/test.h"

/* What one layer more costs an operation: the least workspace of FEW_LAYERS and of MANY_LAYERS, which share what each needs for a time. */
enum { FEW_LAYERS = 2, MANY_LAYERS = 24 };

typedef lamella_status (*call_in_room)(lamella_context *ctx, int64_t n_layers);

/* To 256 bytes. */
static inline int64_t least_room(call_in_room run, int64_t n_layers)
{
    int64_t low = 0, high = 1 << 21;
    while (high - low > 256) {
        const int64_t bytes = (low + high) / 2;
        const lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = bytes };
        lamella_context *ctx;
        ok(lamella_context_create(&options, &ctx));
        lamella_status status = run(ctx, n_layers);
        lamella_context_free(ctx);
        ck_assert_msg(status >= LAMELLA_OK || status == LAMELLA_ERR_LIMIT, "%s", lamella_last_error());
        *(status < LAMELLA_OK ? &low : &high) = bytes;
    }
    return high;
}

static inline int64_t room_of_a_layer(call_in_room run)
{
    return (least_room(run, MANY_LAYERS) - least_room(run, FEW_LAYERS)) / (MANY_LAYERS - FEW_LAYERS);
}

#endif
