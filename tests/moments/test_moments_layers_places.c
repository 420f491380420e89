/* What layers look like: where it is written, what may be left out, which layer is named. */
#include "support/test.h"
#include <math.h>

enum { MOST_DIM = 4 };

typedef struct figures {
    double  norms[2][3], shares[2][3], cosine[2], mean[2 * MOST_DIM], variance[2 * MOST_DIM];
    int64_t counts[2][8];
} figures;

typedef struct places {
    lamella_view norms, counts, shares, cosine, mean[2], variance[2];
} places;

static lamella_status look_into(lamella_context *ctx, const lamella_stack *stack, places *p, int with)
{
    return lamella_moments_layers(ctx, stack, NULL, WITH(lamella_moments_layers_outputs, .norms = &p->norms, .counts = &p->counts,
                                                         .shares = &p->shares, .cosine = &p->cosine, .mean = with & 1 ? p->mean : NULL, .variance = with & 2 ? p->variance : NULL));
}

static places places_of(figures *f, int64_t dim)
{
    return (places){ view_of(LAMELLA_F64, f->norms, 2, 3), view_of(LAMELLA_I64, f->counts, 2, 8), view_of(LAMELLA_F64, f->shares, 2, 3),
                     view_of(LAMELLA_F64, f->cosine, 2), { view_of(LAMELLA_F64, f->mean, dim), view_of(LAMELLA_F64, f->mean + dim, dim) },
                     { view_of(LAMELLA_F64, f->variance, dim), view_of(LAMELLA_F64, f->variance + dim, dim) } };
}

TEST(every_output_of_another_shape_is_named)
{
    static figures f;
    float x[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    lamella_view layer[2] = { view_of(LAMELLA_F32, x, 2, 2), view_of(LAMELLA_F32, x + 4, 2, 2) };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    static const char *const names[] = { "norms.shape[1] is 5, expected 3", "counts.shape[1] is 5, expected 8", "shares.shape[1] is 5, expected 3",
                                         "cosine.shape[0] is 5, expected 2", "mean[0].shape[0] is 5, expected 2", "mean[1].shape[0] is 5, expected 2",
                                         "variance[0].shape[0] is 5, expected 2", "variance[1].shape[0] is 5, expected 2" };
    for (int i = 0; i < 8; i++) {
        char said[96];
        places p = places_of(&f, 2);
        lamella_view *of[] = { &p.norms, &p.counts, &p.shares, &p.cosine, &p.mean[0], &p.mean[1], &p.variance[0], &p.variance[1] };
        of[i]->shape[of[i]->rank - 1] = 5, of[i]->stride[0] = of[i]->rank == 2 ? 5 : 1;
        snprintf(said, sizeof said, "lamella_moments_layers: outputs.%s", names[i]);
        refused(look_into(NULL, &stack, &p, 3), LAMELLA_ERR_SHAPE, said);
    }
    for (int with = 0; with < 4; with++) {
        places p = places_of(&f, 2);
        for (int j = 0; j < 4; j++)
            f.mean[j] = f.variance[j] = -7;
        ok(look_into(NULL, &stack, &p, with));
        for (int l = 0; l < 2; l++)
            for (int j = 0; j < 2; j++) {
                near(f.mean[l * 2 + j], with & 1 ? 2 + l * 4 + j : -7, ABSOLUTE, 1e-15);
                near(f.variance[l * 2 + j], with & 2 ? 1 : -7, ABSOLUTE, 1e-15);
            }
    }
}

TEST(a_layer_is_refused_by_its_own_name)
{
    static figures f;
    double x[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    unsigned char valid[] = { 0, 0 };
    lamella_view layer[2] = { view_of(LAMELLA_F64, x, 2, 2), view_of(LAMELLA_F64, x + 4, 2, 2) }, mask = view_of(LAMELLA_U8, valid, 2);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    places p = places_of(&f, 2);
    x[5] = 1e200; /* a variance does not fit, and none is asked for */
    refused(look_into(NULL, &stack, &p, 2), LAMELLA_ERR_NUMERIC,
            "lamella_moments_layers: stack.layer[1] has numbers whose squares do not fit f64, expected less than 1e150");
    ok(look_into(NULL, &stack, &p, 1));
    x[5] = x[7] = 1.7e308; /* nor the sum of the norms, and the mean of the column */
    refused(look_into(NULL, &stack, &p, 0), LAMELLA_ERR_NUMERIC,
            "lamella_moments_layers: stack.layer[1] has numbers whose squares do not fit f64, expected less than 1e150");
    x[5] = x[7] = 6;
    layer[1] = view_of(LAMELLA_F64, x, 2, 0);
    refused(look_into(NULL, &stack, &p, 0), LAMELLA_ERR_EMPTY, "lamella_moments_layers: stack.layer[1] has dim 0, expected at least 1");
    layer[1] = view_of(LAMELLA_F64, x + 4, 2, 2), stack.mask = &mask;
    refused(look_into(NULL, &stack, &p, 0), LAMELLA_ERR_EMPTY, "lamella_moments_layers: stack has no row outside the mask, expected at least 1");
    valid[1] = 1, x[2] = NAN; /* noted, though the last layer is whole */
    returns(look_into(NULL, &stack, &p, 3), LAMELLA_NOTE);
    valid[0] = 1, x[2] = 3, x[6] = INFINITY;
    returns(look_into(NULL, &stack, &p, 3), LAMELLA_NOTE);
    near(f.norms[1][0], hypot(5, 6), RELATIVE, 1e-15);
}
