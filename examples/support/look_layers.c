#include "support/look.h"
#include "support/text.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const count_name count_names[N_COUNT_NAMES] = {
    { LAMELLA_MOMENTS_COUNT_ZERO_ROWS, "zero_rows", "zero row", "zero rows", "rows", "zero" },
    { LAMELLA_MOMENTS_COUNT_CONSTANT_ROWS, "constant_rows", "constant row", "constant rows", "rows", "const" },
    { LAMELLA_MOMENTS_COUNT_NONFINITE_ROWS, "nonfinite_rows", "non-finite row", "non-finite rows", "rows", "nonfin" },
    { LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS, "zero_columns", "zero column", "zero columns", "columns", "zero" },
    { LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS, "constant_columns", "constant column", "constant columns", "columns", "const" },
    { LAMELLA_MOMENTS_COUNT_NONFINITE_COLUMNS, "nonfinite_columns", "non-finite column", "non-finite columns", "columns", "nonfin" },
    { LAMELLA_MOMENTS_COUNT_OUTLIER_COLUMNS, "outlier_columns", "outlier dim", "outlier dims", "columns", "outlier" },
};

static const char *dtype_text(int32_t dtype)
{
    static const char *const name[] = { "none", "f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "bool" };
    return dtype >= 0 && dtype <= LAMELLA_BOOL ? name[dtype] : "unknown";
}

static lamella_view view_f64(double *data, int32_t rank, int64_t n, int64_t m)
{
    lamella_view v;
    lamella_tensor_view_mutable(data, LAMELLA_F64, rank, (const int64_t[]){ n, m }, NULL, &v);
    return v;
}

/* ---- dims by name ---- */

typedef struct scored {
    double  score;
    int64_t dim;
} scored;

static int compare_scores(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    return x->score > y->score ? -1 : x->score < y->score ? 1 : (x->dim > y->dim) - (x->dim < y->dim);
}

static int compare_dims(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The library counts the outliers; they are the dims of the greatest root mean square. */
static void name_outliers(layer *l, const double *mean, const double *variance)
{
    scored *rank = take(l->width, sizeof *rank);
    l->n_outliers = l->count[LAMELLA_MOMENTS_COUNT_OUTLIER_COLUMNS];
    l->outlier = take(l->n_outliers, sizeof *l->outlier);
    for (int64_t j = 0; j < l->width && l->n_outliers; j++)
        rank[j] = (scored){ variance[j] + mean[j] * mean[j], j };
    if (l->n_outliers)
        qsort(rank, (size_t)l->width, sizeof *rank, compare_scores);
    for (int64_t i = 0; i < l->n_outliers; i++)
        l->outlier[i] = rank[i].dim;
    qsort(l->outlier, (size_t)l->n_outliers, sizeof *l->outlier, compare_dims);
}

/* The header's rules for zero and constant columns, applied to the means and variances that it returns; named only if the counts agree. */
static void name_even_columns(layer *l, const double *mean, const double *variance)
{
    double n = (double)(l->count[LAMELLA_MOMENTS_COUNT_ROWS] - l->count[LAMELLA_MOMENTS_COUNT_NONFINITE_ROWS]), bound = n * DBL_EPSILON;
    l->zero = take(l->width, sizeof *l->zero);
    l->constant = take(l->width, sizeof *l->constant);
    for (int64_t j = 0; j < l->width; j++) {
        double part = bound * mean[j];
        if (variance[j] == 0 && mean[j] == 0)
            l->zero[l->n_zero++] = j;
        if (variance[j] <= bound * variance[j] + part * part)
            l->constant[l->n_constant++] = j;
    }
    if (l->n_constant != l->count[LAMELLA_MOMENTS_COUNT_CONSTANT_COLUMNS])
        l->n_constant = 0;
    if (l->n_zero != l->count[LAMELLA_MOMENTS_COUNT_ZERO_COLUMNS])
        l->n_zero = 0;
}

/* ---- measuring ---- */

typedef struct figures {
    double       *norms, *shares, *cosine;
    int64_t      *counts;
    lamella_view *mean, *variance;
} figures;

static figures figures_take(const lamella_stack *stack)
{
    int64_t n = stack->n_layers;
    figures f = { take(3 * n, 8), take(3 * n, 8), take(n, 8), take(8 * n, 8), take(n, sizeof *f.mean), take(n, sizeof *f.mean) };
    for (int64_t l = 0; l < n; l++) {
        int64_t samples, dim = 0;
        lamella_tensor_sizes(stack, l, &samples, &dim);
        f.mean[l] = view_f64(take(dim, 8), 1, dim, 0);
        f.variance[l] = view_f64(take(dim, 8), 1, dim, 0);
    }
    return f;
}

static lamella_status figures_measure(lamella_context *ctx, const lamella_stack *stack, const figures *f)
{
    int64_t n = stack->n_layers;
    lamella_view norms = view_f64(f->norms, 2, n, 3), shares = view_f64(f->shares, 2, n, 3), cosine = view_f64(f->cosine, 1, n, 0);
    lamella_view counts;
    lamella_tensor_view_mutable(f->counts, LAMELLA_I64, 2, (const int64_t[]){ n, 8 }, NULL, &counts);
    const lamella_moments_layers_outputs outputs = { .struct_size = sizeof outputs, .norms = &norms, .counts = &counts, .shares = &shares,
                                                    .cosine = &cosine, .mean = f->mean, .variance = f->variance };
    return lamella_moments_layers(ctx, stack, NULL, &outputs);
}

static layer layer_of(const lamella_stack *stack, const figures *f, int64_t i)
{
    const lamella_view *v = &stack->layer[i];
    layer l = { .depth = stack->depth ? stack->depth[i] : i, .width = v->shape[v->rank - 1], .dtype = dtype_text(v->dtype),
                .shape = text_shape(v->shape, v->rank), .norm = f->norms + 3 * i, .share = f->shares + 3 * i,
                .cosine = f->cosine[i], .count = f->counts + 8 * i };
    name_outliers(&l, f->mean[i].data, f->variance[i].data);
    name_even_columns(&l, f->mean[i].data, f->variance[i].data);
    return l;
}

/* ---- in words ---- */

static int64_t offset_at(const lamella_view *offsets, int64_t i)
{
    return offsets->dtype == LAMELLA_I32 ? ((const int32_t *)offsets->data)[i] : ((const int64_t *)offsets->data)[i];
}

static const char *tokens_text(const lamella_stack *stack, const char *mask, int64_t rows)
{
    const lamella_view *first = &stack->layer[0];
    if (stack->offsets && stack->offsets->data) {
        int64_t n = stack->offsets->shape[0] - 1, least = INT64_MAX, greatest = 0;
        for (int64_t i = 0; i < n; i++) {
            int64_t length = offset_at(stack->offsets, i + 1) - offset_at(stack->offsets, i);
            least = length < least ? length : least;
            greatest = length > greatest ? length : greatest;
        }
        return text_format("%s, ragged: %s to %s a sample%s", text_integer(rows), text_integer(n ? least : 0),
                           text_integer(greatest), stack->mask ? text_format(", those under %s left out", mask) : "");
    }
    if (first->rank == 3)
        return text_format("%s a sample%s", text_integer(first->shape[1]),
                           stack->mask ? text_format("; %s leaves %s in all", mask, text_integer(rows)) : "");
    if (first->rank == 4)
        return text_format("%lld x %lld places a sample", (long long)first->shape[1], (long long)first->shape[2]);
    return stack->mask ? text_format("none; %s leaves %s of %s samples", mask, text_integer(rows), text_integer(first->shape[0])) : "";
}

/* "h.3" of "h.", "blocks.3.out" of "blocks.{}.out" */
static const char *layer_name(const char *pattern, int64_t depth)
{
    const char *hole = strstr(pattern, "{}");
    return hole ? text_format("%.*s%lld%s", (int)(hole - pattern), pattern, (long long)depth, hole + 2) : text_format("%s%lld", pattern,
            (long long)depth);
}

static const char *taken_text(const lamella_io_stack_result *taken, const lamella_stack *stack)
{
    const char *name = text_shown(taken->name, 60);
    int64_t n = stack->n_layers, first = stack->depth ? stack->depth[0] : 0, last = stack->depth ? stack->depth[n - 1] : n - 1;
    switch (taken->form) {
    case LAMELLA_IO_FORM_LAYERS:
        return text_format(n > 1 ? "%s to %s, one array a layer" : "%s, the only layer", layer_name(name, first), layer_name(name, last));
    case LAMELLA_IO_FORM_LAYER_FIRST:
        return text_format("%s, layers along its first axis", *name ? name : "the array");
    case LAMELLA_IO_FORM_LAYER_SECOND:
        return text_format("%s, layers along its second axis", *name ? name : "the array");
    default:
        return text_format(stack->layer[0].rank > 2 ? "%s, one layer with tokens" : "%s, one matrix as one layer", *name ? name : "the array");
    }
}

static const char *form_text(int32_t form)
{
    static const char *const name[] = { "unknown", "layers", "layer_first", "layer_second", "one_layer" };
    return name[form >= 0 && form <= LAMELLA_IO_FORM_ONE_LAYER ? form : 0];
}

layers *layers_measure(lamella_context *ctx, const lamella_stack *stack, const lamella_io_stack_result *taken, lamella_status *status)
{
    figures f = figures_take(stack);
    *status = figures_measure(ctx, stack, &f);
    if (*status < 0 || *status == LAMELLA_STOPPED)
        return NULL;
    layers *s = take(1, sizeof *s);
    int64_t dim;
    s->n = stack->n_layers;
    s->n_depths = stack->n_depths ? stack->n_depths : s->n;
    s->last_normed = (stack->flags & LAMELLA_LAST_NORMED) != 0;
    lamella_tensor_sizes(stack, 0, &s->n_samples, &dim);
    s->layer = take(s->n, sizeof *s->layer);
    for (int64_t l = 0; l < s->n; l++)
        s->layer[l] = layer_of(stack, &f, l);
    s->mask = text_format("%s", taken->mask);
    s->tokens = tokens_text(stack, !strcmp(s->mask, "mask") ? "the mask" : s->mask, s->layer[0].count[LAMELLA_MOMENTS_COUNT_ROWS]);
    s->taken = taken_text(taken, stack);
    s->prefix = text_format("%s", taken->name);
    s->form = form_text(taken->form);
    s->form_number = taken->form;
    s->n_cast = taken->n_cast;
    return s;
}
