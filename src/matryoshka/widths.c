#include "matryoshka/widths.h"

lamella_status check_widths(call *c, const stack *s, const int64_t *widths, int64_t n_widths)
{
    if (n_widths < 1)
        return fail(c, n_widths ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "n_widths is %lld, expected at least 1", (long long)n_widths);
    if (!widths)
        return fail(c, LAMELLA_ERR_ARGUMENT, "widths is NULL, expected %lld widths", (long long)n_widths);
    TRY(call_reads(c, (lent){ .low = (const char *)widths, .high = (const char *)(widths + n_widths) }, "widths"));
    for (int64_t l = 0; l < s->n_layers; l++)
        for (int64_t k = 0; k < n_widths; k++)
            if (widths[k] < 1 || widths[k] > stack_dim(s, l))
                return fail(c, LAMELLA_ERR_SHAPE, "widths[%lld] is %lld, expected 1 to %lld (= dim of stack.layer[%lld])", (long long)k,
                            (long long)widths[k], (long long)stack_dim(s, l), (long long)l);
    return LAMELLA_OK;
}
