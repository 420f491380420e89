/* The monoid of canvases: the laws, the edges. */
#include "fusion/shells.h"

OPERATION(lamella_fusion_over_merge, .in_memory = 1, .forms = WITHOUT_MASK, .empty_is_ok = 1)
{
    return lamella_fusion_over_merge(m->ctx, m->view, matrix_weights(m, LAMELLA_F32), matrix_second_view(m), matrix_weights(m, LAMELLA_F64),
                                     matrix_out(m, "out", LAMELLA_F32, LAYER_LEAD, LAYER_DIM), WITH(lamella_fusion_over_outputs,
                                             .transmittance = matrix_out(m, "transmittance", LAMELLA_F32, LAYER_LEAD)));
}

/* Layers [from, to) of the golden shells, painted without a background. */
typedef struct painted {
    float        colours[120 * 3], through[120];
    lamella_view c, t;
} painted;

static void place_views(painted *p)
{
    p->c = view_of(LAMELLA_F32, p->colours, 10, 12, 3);
    p->t = view_of(LAMELLA_F32, p->through, 10, 12);
}

static void paint(painted *p, int64_t from, int64_t to)
{
    lamella_view colours, alpha;
    place_views(p);
    ok(lamella_tensor_slice(golden("fusion/over/colours"), 0, from, to, 1, &colours));
    ok(lamella_tensor_slice(golden("fusion/over/alpha"), 0, from, to, 1, &alpha));
    ok(lamella_fusion_over(NULL, &colours, &alpha, &p->c, NULL, WITH(lamella_fusion_over_outputs, .transmittance = &p->t), NULL));
}

static void join(painted *near_, painted *far, painted *out)
{
    place_views(out);
    ok(lamella_fusion_over_merge(NULL, &near_->c, &near_->t, &far->c, &far->t, &out->c, WITH(lamella_fusion_over_outputs, .transmittance = &out->t)));
}

TEST(any_split_joined_is_the_whole)
{
    painted whole, far, near_, joined;
    paint(&whole, 0, 8);
    for (int64_t cut = 0; cut <= 8; cut++) {
        paint(&far, 0, cut);
        paint(&near_, cut, 8);
        join(&near_, &far, &joined);
        near_all(&joined.c, &whole.c, ABSOLUTE, 2e-7);
        near_all(&joined.t, &whole.t, ABSOLUTE, 1e-7);
        near_golden(&whole.c, "fusion/over/painted");
    }
}

TEST(how_three_are_bracketed_does_not_matter)
{
    painted far, middle, near_, a, b, left, right;
    paint(&far, 0, 3);
    paint(&middle, 3, 5);
    paint(&near_, 5, 8);
    join(&near_, &middle, &a);
    join(&a, &far, &left);
    join(&middle, &far, &b);
    join(&near_, &b, &right);
    near_all(&left.c, &right.c, ABSOLUTE, 2e-7);
    near_all(&left.t, &right.t, ABSOLUTE, 1e-7);
}

TEST(nothing_painted_is_neutral)
{
    painted some, none, out;
    paint(&some, 2, 6);
    paint(&none, 0, 0);
    join(&some, &none, &out);
    equal_bits(out.colours, some.colours, sizeof some.colours);
    join(&none, &some, &out);
    equal_bits(out.colours, some.colours, sizeof some.colours);
    equal_bits(out.through, some.through, sizeof some.through);
}

/* The far part may stand on a background; the nearer one joins it as over the picture. */
TEST(the_background_comes_with_the_far_part)
{
    painted far, near_, out;
    lamella_view colours, alpha;
    paint(&near_, 4, 8);
    place_views(&far);
    ok(lamella_tensor_slice(golden("fusion/over/colours"), 0, 0, 4, 1, &colours));
    ok(lamella_tensor_slice(golden("fusion/over/alpha"), 0, 0, 4, 1, &alpha));
    ok(lamella_fusion_over(NULL, &colours, &alpha, &far.c, WITH(lamella_fusion_over_options, .background = golden("fusion/over/background")),
                           WITH(lamella_fusion_over_outputs, .transmittance = &far.t), NULL));
    join(&near_, &far, &out);
    near_all(&out.c, golden("fusion/over/out"), ABSOLUTE, 2e-7);
}

TEST(trap_the_order_of_parts_matters)
{
    painted far, near_, right, wrong;
    paint(&far, 0, 4);
    paint(&near_, 4, 8);
    join(&near_, &far, &right);
    join(&far, &near_, &wrong);
    double most = 0;
    for (int i = 0; i < 360; i++)
        most = fmax(most, fabs(right.colours[i] - wrong.colours[i]));
    check(most > 0.1);
    near_all(&wrong.t, &right.t, ABSOLUTE, 1e-7);
}

TEST(bad_arguments_are_named)
{
    float x[6] = { 0 }, t[2] = { 0 }, to[6];
    lamella_view c = view_of(LAMELLA_F32, x, 2, 3), through = view_of(LAMELLA_F32, t, 2), out = view_of(LAMELLA_F32, to, 2, 3);
    lamella_view other = view_of(LAMELLA_F32, x, 3, 2);
    refused(lamella_fusion_over_merge(NULL, &c, &c, &c, &through, &out, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over_merge: near_transmittance.rank is 2, expected 1");
    refused(lamella_fusion_over_merge(NULL, &c, &through, &other, &through, &out, NULL), LAMELLA_ERR_SHAPE,
            "lamella_fusion_over_merge: far_colours.shape[0] is 3, expected 2");
    refused(lamella_fusion_over_merge(NULL, &c, &through, &c, &through, &c, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_fusion_over_merge: out shares memory with near_colours, expected an output apart from the inputs");
    t[1] = NAN;
    refused(lamella_fusion_over_merge(NULL, &c, &through, &c, &through, &out, NULL), LAMELLA_ERR_NONFINITE,
            "lamella_fusion_over_merge: near_transmittance is nan at pixel 1, channel 0, expected a finite number");
}

TEST(what_overflows_is_named)
{
    float x[6] = { 1, 1, 1, 1, 3e38f, 1 }, t[2] = { 1, 1 }, to[6], through_to[2];
    lamella_view c = view_of(LAMELLA_F32, x, 2, 3), through = view_of(LAMELLA_F32, t, 2), out = view_of(LAMELLA_F32, to, 2, 3);
    lamella_view t_out = view_of(LAMELLA_F32, through_to, 2);
    refused(lamella_fusion_over_merge(NULL, &c, &through, &c, &through, &out, NULL), LAMELLA_ERR_NUMERIC,
            "lamella_fusion_over_merge: out overflows f32 at pixel 1, channel 1, expected smaller colours and transmittances");
    x[4] = 1, t[0] = 1e20f;
    ok(lamella_fusion_over_merge(NULL, &c, &through, &c, &through, &out, NULL));
    refused(lamella_fusion_over_merge(NULL, &c, &through, &c, &through, &out, WITH(lamella_fusion_over_outputs, .transmittance = &t_out)),
            LAMELLA_ERR_NUMERIC,
            "lamella_fusion_over_merge: outputs.transmittance overflows f32 at pixel 0, channel 0, expected smaller colours and transmittances");
}
