/* Prefix truncation with renormalisation (Matryoshka Representation Learning, section 3: every prefix of the vector is itself an embedding).
 *
 *   out[l, k] = x[:m] / |x[:m]|,   m = widths[k]
 *
 * The squares of one row are summed once, in f64 over fixed lanes; a norm is read off at each cut (reduce/norm.c). So all widths cost
 * one pass, and the bits do not depend on SIMD level, threads or the other widths.
 * Differs from the codes: they slice only, or renormalise each width in a pass of its own; a zero prefix stays zero without a floor. */
#include "lamella/matryoshka/truncate.h"
#include "reduce/reduce.h"

#include <stdlib.h>
#include <string.h>

typedef struct truncate_work {
    const kernels      *simd;
    int32_t             normalise;
    const int64_t      *widths;      /* rising */
    int64_t             n_widths;
    const lamella_view *out;         /* [n_widths], of one layer */
    int64_t             n_zero_rows;
} truncate_work;

static void cut_row(truncate_work *w, const float *x, int64_t vector, double *norms, float *row)
{
    prefix_norms_f32(w->simd, x, w->widths, w->n_widths, norms);
    for (int64_t k = 0; k < w->n_widths; k++) {
        if (norms[k] == 0) {
            tally_add(&w->n_zero_rows, 1);
            memset(row, 0, (size_t)w->widths[k] * sizeof *row);
            store_run_f32(&w->out[k], vector, row);
        } else if (w->normalise == LAMELLA_NORMALISE_NONE) {
            store_run_f32(&w->out[k], vector, x);
        } else {
            float *place = run_in_place_f32(&w->out[k], vector), *to = place ? place : row;
            w->simd->scale_f32(x, w->widths[k], 1 / norms[k], to);
            if (!place)
                store_run_f32(&w->out[k], vector, row);
        }
    }
}

static void cut_panel(const panel *p, void *room, void *data)
{
    truncate_work *w = data;
    float *row = room; /* as wide as the widest cut, then a norm per cut */
    double *norms = (double *)((char *)room + round_up(w->widths[w->n_widths - 1] * (int64_t)sizeof *row, 64));
    for (int64_t i = 0; i < p->n; i++)
        if (!p->valid || p->valid[i])
            cut_row(w, (const float *)p->data + i * p->stride, p->first + i, norms, row);
        else
            for (int64_t k = 0; k < w->n_widths; k++) /* the panel holds zeros there */
                store_run_f32(&w->out[k], p->first + i, (const float *)p->data + i * p->stride);
}

static int64_t cut_room(const truncate_work *w)
{
    return round_up(w->widths[w->n_widths - 1] * (int64_t)sizeof(float), 64) + w->n_widths * (int64_t)sizeof(double);
}

static lamella_status check_widths(call *c, const stack *s, const int64_t *widths, int64_t n_widths)
{
    if (n_widths < 1)
        return fail(c, n_widths ? LAMELLA_ERR_ARGUMENT : LAMELLA_ERR_EMPTY, "n_widths is %lld, expected at least 1", (long long)n_widths);
    if (!widths)
        return fail(c, LAMELLA_ERR_ARGUMENT, "widths is NULL, expected %lld widths", (long long)n_widths);
    for (int64_t l = 0; l < s->n_layers; l++)
        for (int64_t k = 0; k < n_widths; k++)
            if (widths[k] < 1 || widths[k] > stack_dim(s, l))
                return fail(c, LAMELLA_ERR_SHAPE, "widths[%lld] is %lld, expected 1 to %lld (= dim of stack->layer[%lld])", (long long)k,
                            (long long)widths[k], (long long)stack_dim(s, l), (long long)l);
    return LAMELLA_OK;
}

typedef struct width_place {
    int64_t width, place;
} width_place;

static int by_width(const void *a, const void *b)
{
    const width_place *x = a, *y = b;
    return x->width != y->width ? (x->width > y->width) - (x->width < y->width) : (x->place > y->place) - (x->place < y->place);
}

/* Rising widths, and the checked outputs of every layer in that order. */
static lamella_status plan(call *c, const stack *s, const int64_t *widths, int64_t n_widths, const lamella_view *out, int64_t **rising,
                           lamella_view **checked)
{
    width_place *order;
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected %lld views (layers x widths)", (long long)(s->n_layers * n_widths));
    TAKE(c, order, n_widths);
    TAKE(c, *rising, n_widths);
    TAKE(c, *checked, s->n_layers * n_widths);
    for (int64_t k = 0; k < n_widths; k++)
        order[k] = (width_place){ widths[k], k };
    qsort(order, (size_t)n_widths, sizeof *order, by_width);
    for (int64_t k = 0; k < n_widths; k++)
        (*rising)[k] = order[k].width;
    for (int64_t i = 0; i < s->n_layers * n_widths; i++) {
        char name[64];
        int64_t shape[LAMELLA_MAX_RANK], l = i / n_widths, place = order[i % n_widths].place;
        int32_t rank = stack_lead_shape(s, order[i % n_widths].width, shape);
        indexed_name(name, sizeof name, "out", l * n_widths + place);
        TRY(check_out_apart(c, s, &(*checked)[i], &out[l * n_widths + place], F32, name, shape, rank));
    }
    return LAMELLA_OK;
}

static lamella_status cut_stack(call *c, const lamella_stack *stack_, const int64_t *widths, int64_t n_widths,
                               const lamella_matryoshka_truncate_options *options, const lamella_view *out,
                               lamella_matryoshka_truncate_result *result)
{
    lamella_matryoshka_truncate_options o;
    lamella_matryoshka_truncate_result found = { 0 };
    stack s;
    int64_t *rising = NULL;
    lamella_view *checked = NULL;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(check_widths(c, &s, widths, n_widths));
    TRY(OPTIONS(c, o, options));
    TRY(check_choice(c, &o.normalise, LAMELLA_NORMALISE_NONE, LAMELLA_NORMALISE_L2, "options->normalise"));
    TRY(plan(c, &s, widths, n_widths, out, &rising, &checked));
    TRY(RESULT_OPTIONAL(c, result));

    truncate_work w = { .simd = simd_of(c), .normalise = o.normalise, .widths = rising, .n_widths = n_widths };
    for (int64_t l = 0; l < s.n_layers; l++) {
        w.out = checked + l * n_widths;
        TRY(each_panel(c, &s, l, LAMELLA_F32, cut_room(&w), cut_panel, &w));
    }
    found.n_zero_rows = w.n_zero_rows;
    found.n_masked_rows = stack_masked(&s);
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_truncate(lamella_context *ctx, const lamella_stack *stack, const int64_t *widths, int64_t n_widths,
                                           const lamella_matryoshka_truncate_options *options, const lamella_view *out,
                                           lamella_matryoshka_truncate_result *result)
{
    CALL(ctx, cut_stack(c, stack, widths, n_widths, options, out, result));
}

static lamella_status truncate_defaults(call *c, lamella_matryoshka_truncate_options *options, uint32_t struct_size)
{
    const lamella_matryoshka_truncate_options defaults = { .normalise = LAMELLA_NORMALISE_L2 };
    return init_sized(c, options, struct_size, &defaults, (int64_t)sizeof defaults);
}

lamella_status lamella_matryoshka_truncate_options_init(lamella_matryoshka_truncate_options *options, uint32_t struct_size)
{
    CALL(NULL, truncate_defaults(c, options, struct_size));
}
