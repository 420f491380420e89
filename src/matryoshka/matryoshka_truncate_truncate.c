/* Prefix truncation with renormalisation (Matryoshka Representation Learning, section 3: every prefix of the vector is itself an embedding).
 *
 *   out[l, k] = x[:m] / |x[:m]|,   m = widths[k]
 *
 * The squares of one row are summed once, in f64 over fixed lanes; a norm is read off at each cut (reduce/norm.c). So all widths cost
 * one pass, and the bits do not depend on SIMD level, threads or the other widths.
 * Differs from the codes: they slice only, or renormalise each width in a pass of its own; a zero prefix stays zero without a floor. */
#include "lamella/matryoshka/truncate.h"
#include "matryoshka/widths.h"
#include "options/options.h"
#include "reduce/reduce.h"

#include <string.h>

typedef struct work {
    const kernels      *simd;
    int32_t             normalise;
    const int64_t      *widths;      /* rising */
    int64_t             n_widths;
    const lamella_view *out;         /* [n_widths], of one layer */
    int64_t             n_zero_rows;
} work;

static void cut_row(work *w, const float *x, int64_t vector, double *norms, float *row)
{
    prefix_norms_f32(w->simd, x, w->widths, w->n_widths, norms);
    for (int64_t k = 0; k < w->n_widths; k++) {
        if (norms[k] == 0) {
            tally_add(&w->n_zero_rows, 1);
            memset(row, 0, (size_t)w->widths[k] * sizeof *row);
            store_run_f32(&w->out[k], vector, row);
        } else if (w->normalise == LAMELLA_MATRYOSHKA_NORMALISE_NONE) {
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
    work *w = data;
    float *row = room; /* as wide as the widest cut, then a norm per cut */
    double *norms = (double *)((char *)room + whole_lines(w->widths[w->n_widths - 1] * (int64_t)sizeof *row));
    for (int64_t i = 0; i < p->n; i++)
        if (!p->valid || p->valid[i])
            cut_row(w, (const float *)p->data + i * p->stride, p->first + i, norms, row);
        else
            for (int64_t k = 0; k < w->n_widths; k++) /* the panel holds zeros there */
                store_run_f32(&w->out[k], p->first + i, (const float *)p->data + i * p->stride);
}

static int64_t cut_row_room(const work *w)
{
    return whole_lines(w->widths[w->n_widths - 1] * (int64_t)sizeof(float)) + w->n_widths * (int64_t)sizeof(double);
}

/* Rising widths, and the checked outputs of every layer in that order. */
static lamella_status plan_cuts(call *c, const stack *s, const int64_t *widths, int64_t n_widths, const lamella_view *out, int64_t **rising,
                                lamella_view **checked)
{
    int64_t *place = NULL;
    if (!out)
        return fail(c, LAMELLA_ERR_ARGUMENT, "out is NULL, expected %lld views (layers x widths)", (long long)(s->n_layers * n_widths));
    TRY(rising_integers(c, widths, n_widths, rising, &place));
    TAKE(c, *checked, s->n_layers * n_widths);
    for (int64_t i = 0; i < s->n_layers * n_widths; i++) {
        char name[64];
        int64_t shape[LAMELLA_MAX_RANK], k = i % n_widths, at = i - k + place[k];
        int32_t rank = stack_lead_shape(s, (*rising)[k], shape);
        TRY(view_check_out(c, &(*checked)[i], &out[at], F32, indexed_name(name, sizeof name, "out", at), shape, rank));
    }
    return LAMELLA_OK;
}

static lamella_status cut_stack(call *c, const lamella_stack *stack_, const int64_t *widths, int64_t n_widths,
                               const lamella_view *out, const lamella_matryoshka_truncate_options *options,
                               lamella_matryoshka_truncate_result *result)
{
    lamella_matryoshka_truncate_options o;
    lamella_matryoshka_truncate_result found = { .struct_size = sizeof found };
    stack s;
    int64_t *rising = NULL;
    lamella_view *checked = NULL;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(check_widths(c, &s, widths, n_widths));
    TRY(OPTIONS(c, o, options, matryoshka_truncate));
    TRY(plan_cuts(c, &s, widths, n_widths, out, &rising, &checked));
    TRY(RESULT_OPTIONAL(c, result));

    s.by_direction = o.normalise == LAMELLA_MATRYOSHKA_NORMALISE_L2;
    work w = { .simd = simd_of(c), .normalise = o.normalise, .widths = rising, .n_widths = n_widths };
    for (int64_t l = 0; l < s.n_layers; l++) {
        w.out = checked + l * n_widths;
        TRY_ITEMS(NULL, l, 1, s.n_layers, each_panel(c, &s, l, LAMELLA_F32, cut_row_room(&w), cut_panel, &w));
    }
    found.n_zero_rows = w.n_zero_rows;
    found.n_masked_rows = stack_masked(&s);
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_matryoshka_truncate(lamella_context *ctx, const lamella_stack *stack, const int64_t *widths, int64_t n_widths,
                                           const lamella_view *out, const lamella_matryoshka_truncate_options *options,
                                           lamella_matryoshka_truncate_result *result)
{
    CALL(ctx, cut_stack(c, stack, widths, n_widths, out, options, result));
}
