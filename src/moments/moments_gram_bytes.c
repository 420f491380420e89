/* A Gram state to and from bytes. */
#include "moments/gram_object.h"

static lamella_status bytes_of_gram(call *c, lamella_moments_gram *gram, lamella_view *bytes)
{
    TRY(gram_object_check(c, gram, "gram"));
    if (!bytes)
        return fail(c, LAMELLA_ERR_ARGUMENT, "bytes is NULL, expected a view to fill");
    TRY(fitted_seal(c, &gram->file));
    *bytes = fitted_bytes(&gram->file);
    return LAMELLA_OK;
}

lamella_status lamella_moments_gram_bytes(lamella_moments_gram *gram, lamella_view *bytes)
{
    CALL(NULL, bytes_of_gram(c, gram, bytes));
}

static lamella_status load_gram(call *c, const lamella_view *bytes, lamella_moments_gram **gram)
{
    if (!gram)
        return fail(c, LAMELLA_ERR_ARGUMENT, "gram is NULL, expected a handle to fill");
    *gram = NULL;
    return fitted_read(c, &gram_kind, NULL, bytes, gram);
}

lamella_status lamella_moments_gram_load(lamella_context *ctx, const lamella_view *bytes, lamella_moments_gram **gram)
{
    CALL(ctx, load_gram(c, bytes, gram));
}
