/* Columns to mean 0 and spread 1; LayerNorm (Ba, Kiros and Hinton, 2016) and RMS norm (Zhang and Sennrich, 2019) of rows.
 *
 *   y = (x - mean) / scale   by column;   y = (x - mean(x)) / sqrt(var(x) + epsilon) * gain + bias   by row
 *
 * An operation of tensor that lies here for what it needs: moments of columns whatever their distance from 0 (columns.c), norms of rows
 * (reduce/norm.c). Differs from the codes: ddof 0 as in scikit-learn, a constant column becomes 0 and has scale 0, not 1. */
#include "lamella/tensor.h"
#include "moments/moments.h"
#include "options/options.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct column_statistics {
    double *mean, *low, *scale; /* [dim] */
} column_statistics;

typedef struct work {
    lamella_tensor_standardise_options o;
    const kernels      *simd;
    column_statistics  *columns;    /* [layer], COLUMNS */
    const double       *gain, *bias; /* [dim] or NULL */
    const lamella_view *out;        /* of one layer */
    int64_t             l;
    lowest              unheld;     /* the first number that f32 does not hold */
    int64_t             n_zero_rows;
} work;

/* ---- fitted ---- */

static lamella_status fit_columns(call *c, const stack *s, int64_t l, column_statistics *found)
{
    column_moments all;
    arena_mark before = arena_now(&c->memory);
    TRY(column_moments_of_layer(c, s, l, &all));
    for (int64_t j = 0; j < all.dim; j++) {
        double unit = range_unit(all.largest[j]);
        found->mean[j] = all.mean[j];
        found->low[j] = all.low[j];
        found->scale[j] = column_is_constant(&all, j) ? 0 : sqrt(column_variance(&all, j, unit)) * unit;
    }
    arena_rewind(&c->memory, before);
    return LAMELLA_OK;
}

/* ---- checked ---- */

/* The statistics of one kind of every layer; NULL stays zeros. */
static lamella_status given_columns(call *c, const stack *s, const lamella_view *given, const char *name, size_t place, column_statistics *to)
{
    for (int64_t l = 0; given && l < s->n_layers; l++) {
        char indexed[64];
        lamella_view v;
        const int64_t dim = stack_dim(s, l);
        double *numbers;
        memcpy(&numbers, (char *)&to[l] + place, sizeof numbers);
        TRY(view_check_in(c, &v, &given[l], F64, indexed_name(indexed, sizeof indexed, name, l), &dim, 1));
        TRY(view_numbers(c, &v, indexed, numbers));
    }
    return LAMELLA_OK;
}

static lamella_status check_scales(call *c, const stack *s, const work *w)
{
    number text;
    for (int64_t l = 0; l < s->n_layers; l++)
        for (int64_t j = 0; j < stack_dim(s, l); j++)
            if (w->columns[l].scale[j] < 0)
                return fail(c, LAMELLA_ERR_ARGUMENT, "options.scale[%lld][%lld] is %s, expected 0 or more", (long long)l, (long long)j,
                            number_text(w->columns[l].scale[j], &text));
    return LAMELLA_OK;
}

static lamella_status check_columns(call *c, const stack *s, work *w)
{
    const lamella_tensor_standardise_options *o = &w->o;
    if (!o->mean != !o->scale)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.%s is NULL, expected it beside options.%s", o->mean ? "scale" : "mean", o->mean ? "mean" : "scale");
    if (o->mean_low && !o->mean)
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.mean_low is given, expected none without options.mean");
    if (o->mean && o->n_layers != s->n_layers)
        return fail(c, LAMELLA_ERR_SHAPE, "options.n_layers is %lld, expected %lld (= layers of stack)", (long long)o->n_layers, (long long)s->n_layers);
    TAKE(c, w->columns, s->n_layers);
    for (int64_t l = 0; l < s->n_layers; l++) {
        double *room;
        TAKE_ZEROS(c, room, 3 * stack_dim(s, l));
        w->columns[l] = (column_statistics){ room, room + stack_dim(s, l), room + 2 * stack_dim(s, l) };
    }
    TRY(given_columns(c, s, o->mean, "options.mean", offsetof(column_statistics, mean), w->columns));
    TRY(given_columns(c, s, o->mean_low, "options.mean_low", offsetof(column_statistics, low), w->columns));
    TRY(given_columns(c, s, o->scale, "options.scale", offsetof(column_statistics, scale), w->columns));
    return check_scales(c, s, w);
}

static lamella_status check_affine(call *c, const stack *s, const lamella_view *given, const char *name, const double **numbers)
{
    lamella_view v;
    double *to;
    *numbers = NULL;
    if (!given)
        return LAMELLA_OK;
    TRY(view_check(c, &v, given, FLOATS, name));
    for (int64_t l = 0; l < s->n_layers; l++) {
        const int64_t dim = stack_dim(s, l);
        TRY(view_check_shape(c, &v, name, &dim, 1));
    }
    TAKE(c, to, v.shape[0]);
    *numbers = to;
    return view_numbers(c, &v, name, to);
}

static lamella_status check_options(call *c, const stack *s, const lamella_tensor_standardise_options *options, work *w)
{
    TRY(OPTIONS(c, w->o, options, tensor_standardise));
    const lamella_tensor_standardise_options *o = &w->o;
    const int by_column = o->by == LAMELLA_TENSOR_STANDARDISE_COLUMNS;
    if (!by_column && (o->mean || o->mean_low || o->scale))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.%s is given, expected none, since options.by is of rows", o->mean ? "mean" : o->scale ? "scale" : "mean_low");
    if (by_column && (o->gain || o->bias || o->epsilon > 0))
        return fail(c, LAMELLA_ERR_ARGUMENT, "options.%s is given, expected none, since options.by is COLUMNS", o->gain ? "gain" : o->bias ? "bias" : "epsilon");
    TRY(check_affine(c, s, o->gain, "options.gain", &w->gain));
    TRY(check_affine(c, s, o->bias, "options.bias", &w->bias));
    return by_column ? check_columns(c, s, w) : LAMELLA_OK;
}

/* ---- applied ---- */

static void standardise_row(work *w, const double *x, int64_t dim, double *y)
{
    if (w->columns) {
        const column_statistics *f = &w->columns[w->l];
        for (int64_t j = 0; j < dim; j++)
            y[j] = f->scale[j] > 0 ? (x[j] - f->mean[j] - f->low[j]) / f->scale[j] : 0;
        return;
    }
    const row_norm row = w->o.by == LAMELLA_TENSOR_STANDARDISE_LAYER_NORM ? layer_norm_f64(x, dim, w->o.epsilon)
                                                                          : rms_norm_f64(w->simd, x, dim, w->o.epsilon);
    if (row.factor == 0)
        tally_add(&w->n_zero_rows, 1);
    for (int64_t j = 0; j < dim; j++)
        y[j] = (x[j] - row.mean) * row.factor * (w->gain ? w->gain[j] : 1) + (w->bias ? w->bias[j] : 0);
}

static void standardise_panel(const panel *p, void *room, void *data)
{
    work *w = data;
    double *y = room;
    float *row = (float *)(y + p->dim);
    for (int64_t i = 0; i < p->n; i++) {
        memset(y, 0, (size_t)p->dim * sizeof *y);
        if (!p->valid || p->valid[i])
            standardise_row(w, (const double *)p->data + i * p->stride, p->dim, y);
        w->simd->f64_to_f32(y, p->dim, row);
        if (w->simd->nonfinite_f32(row, p->dim) < p->dim)
            lowest_report(&w->unheld, p->first + i);
        store_run_f32(w->out, p->first + i, row);
    }
}

/* ---- the call ---- */

static lamella_status fit_layers(call *c, const stack *s, const work *w)
{
    for (int64_t l = 0; l < s->n_layers; l++) {
        const column_statistics *f = &w->columns[l];
        TRY_ITEMS("fitting", l, 1, s->n_layers, fit_columns(c, s, l, &w->columns[l]));
        for (int64_t j = 0; j < stack_dim(s, l); j++)
            if (!isfinite(f->mean[j]) || !isfinite(f->scale[j]))
                return fail(c, LAMELLA_ERR_NUMERIC, "the statistics of stack.layer[%lld] do not fit f64 at column %lld", (long long)l, (long long)j);
    }
    return LAMELLA_OK;
}

typedef struct outputs {
    lamella_view *mean, *mean_low, *scale; /* [layer] */
} outputs;

static lamella_status check_outputs(call *c, const stack *s, const lamella_tensor_standardise_outputs *given, outputs *out)
{
    lamella_tensor_standardise_outputs wanted;
    TRY(OUTPUTS(c, wanted, given));
    TRY(stack_check_columns(c, s, wanted.fitted_mean, "outputs.fitted_mean", &out->mean));
    TRY(stack_check_columns(c, s, wanted.fitted_mean_low, "outputs.fitted_mean_low", &out->mean_low));
    return stack_check_columns(c, s, wanted.fitted_scale, "outputs.fitted_scale", &out->scale);
}

static void put_columns(const lamella_view *out, const double *numbers)
{
    for (int64_t j = 0; j < out->shape[0]; j++) {
        const double value = numbers ? numbers[j] : (double)NAN;
        PUT(out, value, j);
    }
}

static void put_statistics(const stack *s, const work *w, const outputs *out)
{
    for (int64_t l = 0; l < s->n_layers; l++) {
        const column_statistics none = { NULL, NULL, NULL }, *f = w->columns ? &w->columns[l] : &none;
        put_columns(&out->mean[l], f->mean);
        put_columns(&out->mean_low[l], f->low);
        put_columns(&out->scale[l], f->scale);
    }
}

static int64_t constant_columns(const stack *s, const work *w)
{
    int64_t n = 0;
    for (int64_t l = 0; w->columns && l < s->n_layers; l++)
        for (int64_t j = 0; j < stack_dim(s, l); j++)
            n += w->columns[l].scale[j] == 0;
    return n;
}

static lamella_status apply_layer(call *c, const stack *s, int64_t l, const lamella_view *out, work *w)
{
    const int64_t dim = stack_dim(s, l);
    w->l = l;
    w->out = out;
    lowest_reset(&w->unheld);
    TRY(each_panel(c, s, l, LAMELLA_F64, dim * (int64_t)(sizeof(double) + sizeof(float)), standardise_panel, w));
    if (lowest_get(&w->unheld) != INT64_MAX)
        return fail(c, LAMELLA_ERR_NUMERIC, "stack.layer[%lld]: row %lld has a number that f32 does not hold once standardised", (long long)l,
                    (long long)lowest_get(&w->unheld));
    return LAMELLA_OK;
}

static lamella_status standardise(call *c, const lamella_stack *stack_, const lamella_view *out, const lamella_tensor_standardise_options *options,
                                  const lamella_tensor_standardise_outputs *outputs_, lamella_tensor_standardise_result *result)
{
    lamella_tensor_standardise_result found = { .struct_size = sizeof found };
    work w = { .simd = simd_of(c) };
    outputs wanted;
    lamella_view *checked;
    stack s;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(check_options(c, &s, options, &w));
    const int fits = w.columns && !w.o.mean;
    if (fits)
        TRY(stack_check_not_empty(c, &s));
    TRY(stack_check_outs(c, &s, out, F32, "out", s.layer->shape, s.layer->rank - 1, NULL, &checked));
    TRY(check_outputs(c, &s, outputs_, &wanted));
    TRY(RESULT_OPTIONAL(c, result));

    if (fits)
        TRY_SPAN(NULL, 0, 0.5, fit_layers(c, &s, &w));
    span whole = span_open(c, NULL, fits ? 0.5 : 0, 1);
    for (int64_t l = 0; l < s.n_layers; l++)
        TRY_ITEMS(NULL, l, 1, s.n_layers, apply_layer(c, &s, l, &checked[l], &w));
    span_close(c, whole);
    put_statistics(&s, &w, &wanted);
    found.n_constant_columns = constant_columns(&s, &w);
    found.n_zero_rows = w.n_zero_rows;
    found.n_masked_rows = stack_masked(&s);
    write_sized(result, &found, (int64_t)sizeof found);
    return LAMELLA_OK;
}

lamella_status lamella_tensor_standardise(lamella_context *ctx, const lamella_stack *stack, const lamella_view *out,
                                          const lamella_tensor_standardise_options *options, const lamella_tensor_standardise_outputs *outputs,
                                          lamella_tensor_standardise_result *result)
{
    CALL(ctx, standardise(c, stack, out, options, outputs, result));
}
