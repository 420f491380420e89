/* Fits over rows in memory: logistic and multinomial ones, and ridge of fewer rows than dims. Layers are loaded as f32, as many at a time
 * as there is room for, and every fit over them goes to `solve` in one call. */
#include "probe/linear.h"

#include <math.h>
#include <string.h>

#define LINEAR_LOADED (256 << 20) /* bytes of layers in memory at a time */

/* How outputs of a fit become outputs of the task. */
enum { FIT_BINARY = 1, FIT_PAIR = 2, FIT_CLASSES = 3, FIT_ONE = 4 };

typedef struct linear_fit {
    const linear_unit *u;
    int32_t            form;
    int64_t            one;     /* FIT_ONE: the class against the rest */
    const int32_t     *label;   /* [n] */
    int64_t            n_classes;
} linear_fit;

/* The rows of the only fit, numbered anew. */
typedef struct packed_fit {
    int64_t  n;
    int64_t *place;  /* [n of the work]: new number, -1 = none */
    int32_t *label;  /* [n] */
    double  *weight; /* [n]; NULL = 1 each */
} packed_fit;

/* ---- layers in memory ---- */

typedef struct layer_load {
    char          *x;     /* NULL: rows are only looked at */
    int64_t        bytes; /* of a row */
    const int64_t *place; /* [n] of a row in x, -1 = not taken; NULL = its own number */
} layer_load;

static void load_panel(const panel *p, void *room, void *data)
{
    const layer_load *to = data;
    (void)room;
    for (int64_t i = 0; to->x && i < p->n; i++) {
        int64_t at = to->place ? to->place[p->first + i] : p->first + i;
        if (at >= 0)
            memcpy(to->x + at * to->bytes, (const char *)p->data + i * p->stride * (to->bytes / p->dim), (size_t)to->bytes);
    }
}

/* Logistic passes read f32; ridge takes f64 rows as they are. */
static int32_t loaded_dtype(const linear_plan *p, int64_t l)
{
    return p->o.kind == LAMELLA_PROBE_RIDGE && p->s.rows.layer[l].dtype == LAMELLA_F64 ? LAMELLA_F64 : LAMELLA_F32;
}

/* The host's own rows serve where they are of that dtype already; they are only looked at for what is not finite. */
static int lies_ready(const linear_plan *p, int64_t l)
{
    const lamella_view *v = &p->s.rows.layer[l];
    return !stack_streams(&p->s.rows) && !p->s.valid && v->dtype == loaded_dtype(p, l) && view_is_row_major(v) && (uintptr_t)v->data % dtype_size(v->dtype) == 0;
}

/* All rows, or those of one fit side by side: passes over these ask for no others. */
static lamella_status load_layer(call *c, const linear_plan *p, int64_t l, const packed_fit *packed, fit_rows *rows_)
{
    int64_t dim = p->sizes.dim[l], n = packed ? packed->n : p->s.n, bytes;
    int32_t dtype = loaded_dtype(p, l);
    layer_load to = { .place = packed ? packed->place : NULL, .bytes = dim * dtype_size(dtype) };
    if (!size_mul(n, to.bytes, &bytes))
        return fail(c, LAMELLA_ERR_MEMORY, "stack.layer[%lld] does not fit into memory", (long long)l);
    if (packed || !lies_ready(p, l))
        TAKE(c, to.x, bytes);
    TRY(each_panel(c, &p->s.rows, l, dtype, 0, load_panel, &to));
    const void *x = to.x ? to.x : p->s.rows.layer[l].data;
    *rows_ = (fit_rows){ .n = n, .dim = dim, .stride = dim, .x = dtype == LAMELLA_F32 ? x : NULL, .x_f64 = dtype == LAMELLA_F64 ? x : NULL };
    return LAMELLA_OK;
}

/* Layers first .. that fit into memory together. */
static int64_t layers_together(const call *c, const linear_plan *p, int64_t first)
{
    int64_t budget = c->memory.limit ? MIN(LINEAR_LOADED, (c->memory.limit - c->memory.taken) / 3) : LINEAR_LOADED, bytes = 0, l = first;
    while (l < p->sizes.n_layers && (l == first || bytes + p->s.n * p->sizes.dim[l] * dtype_size(loaded_dtype(p, l)) <= budget)) {
        bytes += p->s.n * p->sizes.dim[l] * dtype_size(loaded_dtype(p, l));
        l++;
    }
    return l - first;
}

/* ---- fits ---- */

/* 0 .. n_present - 1 of the classes present; or 1 for one class and 0 for the rest. */
static lamella_status fit_labels(call *c, const linear_plan *p, linear_fit *f)
{
    const int32_t *label = p->labels.class_of + f->u->task * p->s.n;
    int32_t *made, *place;
    if (f->form != FIT_ONE && f->u->n_present == task_classes(p, f->u->task)) {
        f->label = label;
        return LAMELLA_OK;
    }
    TAKE(c, made, p->s.n);
    TAKE_ZEROS(c, place, task_classes(p, f->u->task));
    for (int64_t j = 0; j < f->u->n_present; j++)
        place[f->u->present[j]] = f->form == FIT_ONE ? f->u->present[j] == f->one : (int32_t)j;
    for (int64_t i = 0; i < p->s.n; i++)
        made[i] = label[i] < 0 ? -1 : place[label[i]];
    f->label = made;
    return LAMELLA_OK;
}

static lamella_status pack_fit(call *c, const linear_plan *p, const linear_fit *f, packed_fit *packed)
{
    const linear_unit *u = f->u;
    *packed = (packed_fit){ .n = u->n_rows };
    TAKE(c, packed->place, p->s.n);
    TAKE(c, packed->label, u->n_rows);
    if (u->weight)
        TAKE(c, packed->weight, u->n_rows);
    for (int64_t i = 0; i < p->s.n; i++)
        packed->place[i] = -1;
    for (int64_t i = 0; i < u->n_rows; i++) {
        packed->place[u->row[i]] = i;
        packed->label[i] = f->label[u->row[i]];
        if (u->weight)
            packed->weight[i] = u->weight[u->row[i]];
    }
    return LAMELLA_OK;
}

static lamella_status plan_fits(call *c, const linear_plan *p, linear_fit **fits, int64_t *n)
{
    int64_t most = p->sizes.n_classes + p->sizes.n_tasks;
    *n = 0;
    TAKE(c, *fits, most * p->sizes.n_fits);
    for (int64_t i = 0; i < p->sizes.n_tasks * p->sizes.n_fits; i++) {
        const linear_unit *u = &p->unit[i];
        int several = task_classes(p, u->task) > 2;
        int apart = several && p->o.kind == LAMELLA_PROBE_LOGISTIC && p->o.classes == LAMELLA_PROBE_CLASSES_ONE_VS_REST;
        for (int64_t j = 0; u->trains && j < (apart ? u->n_present : 1); j++) {
            linear_fit *f = &(*fits)[(*n)++];
            *f = (linear_fit){ .u = u, .one = u->present[j], .n_classes = apart ? 2 : u->n_present };
            f->form = apart ? FIT_ONE : !several ? FIT_BINARY : u->n_present == 2 ? FIT_PAIR : FIT_CLASSES;
            TRY(fit_labels(c, p, f));
        }
    }
    return LAMELLA_OK;
}

static lamella_status make_problem(call *c, const linear_plan *p, const linear_fit *f, const packed_fit *packed, const fit_rows *rows_, fit_problem *to)
{
    int64_t outputs = fit_outputs(f->n_classes), q = p->sizes.n_penalties;
    *to = (fit_problem){ .rows = rows_, .row = f->u->row, .n_rows = f->u->n_rows, .weight = f->u->weight, .label = f->label, .n_classes = f->n_classes,
                        .standardise = p->o.standardise, .penalty = p->rising_penalty, .n_penalties = q };
    if (packed) {
        to->row = NULL;
        to->weight = packed->weight;
        to->label = packed->label;
    }
    TAKE(c, to->constant, rows_->dim);
    TAKE(c, to->weights, q * outputs * rows_->dim);
    TAKE(c, to->intercepts, q * outputs);
    TAKE(c, to->report, q);
    return LAMELLA_OK;
}

/* ---- to the task's outputs ---- */

void add_report(const linear_sizes *z, const linear_unit *u, int64_t l, int64_t penalty, const fit_report *r, const linear_arrays *a)
{
    int64_t cell = cell_of(z, l, u->task, penalty, z->n_fits, u->fit);
    a->objective[cell] += r->objective;
    a->gradient_norm[cell] = sqrt(a->gradient_norm[cell] * a->gradient_norm[cell] + r->gradient_norm * r->gradient_norm);
    a->iterations[cell] = MAX(a->iterations[cell], r->iterations);
    a->flags[cell] |= r->converged ? 0 : LAMELLA_CELL_NOT_CONVERGED;
}

static void put_output(const linear_plan *p, int64_t l, int64_t penalty, const linear_fit *f, int64_t output, const double *weights, double intercept,
                       double factor, const linear_arrays *a)
{
    int64_t k = p->output_offset[f->u->task] + output;
    double *out = cell_weights(&p->sizes, a, l, penalty, f->u->fit, k);
    for (int64_t j = 0; j < p->sizes.dim[l]; j++)
        out[j] = factor * weights[j];
    *cell_intercept(&p->sizes, a, l, penalty, f->u->fit, k) = factor * intercept;
}

static void put_fit(const linear_plan *p, int64_t l, const linear_fit *f, const fit_problem *of, const linear_made *to)
{
    int64_t outputs = fit_outputs(f->n_classes);
    add_constant(p, l, of->constant, to);
    double share = p->o.kind == LAMELLA_PROBE_LOGISTIC ? 0.5 : 1; /* of a pair: softmax of (-z/2, z/2) is sigma(z) */
    for (int64_t i = 0; i < of->n_penalties; i++) {
        int64_t penalty = p->rising[i];
        const double *weights = of->weights + i * outputs * of->rows->dim, *intercepts = of->intercepts + i * outputs;
        if (f->form == FIT_BINARY || f->form == FIT_ONE) {
            put_output(p, l, penalty, f, f->form == FIT_ONE ? f->one : 0, weights, intercepts[0], 1, to->array);
        } else if (f->form == FIT_PAIR) {
            put_output(p, l, penalty, f, f->u->present[0], weights, intercepts[0], -share, to->array);
            put_output(p, l, penalty, f, f->u->present[1], weights, intercepts[0], share, to->array);
            if (p->o.kind == LAMELLA_PROBE_RIDGE) /* of two outputs that are one */
                add_report(&p->sizes, f->u, l, penalty, &of->report[i], to->array);
        } else {
            for (int64_t k = 0; k < outputs; k++)
                put_output(p, l, penalty, f, f->u->present[k], weights + k * of->rows->dim, intercepts[k], 1, to->array);
        }
        add_report(&p->sizes, f->u, l, penalty, &of->report[i], to->array);
    }
}

static lamella_status fit_layers(call *c, const linear_plan *p, int64_t first, int64_t n_layers, const linear_fit *fits, int64_t n_fits,
                                 const packed_fit *packed, const linear_made *to)
{
    fit_rows *rows_;
    fit_problem *problems;
    fit_options o = { .max_iterations = p->o.max_iterations, .tolerance = p->o.tolerance };
    TAKE(c, rows_, n_layers);
    TAKE(c, problems, n_layers * n_fits);
    span all = span_open(c, "loading", 0, 0.1);
    for (int64_t l = 0; l < n_layers; l++)
        TRY_ITEMS(NULL, l, 1, n_layers, load_layer(c, p, first + l, packed, &rows_[l]));
    span_close(c, all);
    for (int64_t i = 0; i < n_layers * n_fits; i++)
        TRY(make_problem(c, p, &fits[i % n_fits], packed, &rows_[i / n_fits], &problems[i]));
    TRY_SPAN(NULL, 0.1, 1, p->o.kind == LAMELLA_PROBE_LOGISTIC ? logistic_fit(c, problems, n_layers * n_fits, &o)
                                                               : ridge_fit(c, problems, n_layers * n_fits));
    for (int64_t i = 0; i < n_layers * n_fits; i++)
        put_fit(p, first + i / n_fits, &fits[i % n_fits], &problems[i], to);
    return LAMELLA_OK;
}

static void fill_absent(const linear_plan *p, int64_t l, const linear_arrays *a)
{
    for (int64_t i = 0; i < p->sizes.n_tasks * p->sizes.n_fits; i++)
        for (int64_t q = 0; q < p->sizes.n_penalties; q++)
            for (int64_t k = 0; k < task_outputs(p, p->unit[i].task); k++)
                put_absent(p, &p->unit[i], l, q, k, a);
}

lamella_status linear_solve(call *c, const linear_plan *p, const linear_made *to)
{
    linear_fit *fits;
    packed_fit packed;
    int64_t n_fits;
    TRY(plan_fits(c, p, &fits, &n_fits));
    int packs = n_fits == 1 && !c->memory.limit; /* rows of the host need no room of ours as they lie */
    if (packs)
        TRY(pack_fit(c, p, fits, &packed));
    for (int64_t l = 0, n; l < p->sizes.n_layers; l += n) {
        arena_mark before = arena_now(&c->memory);
        n = layers_together(c, p, l);
        for (int64_t i = 0; i < n; i++)
            fill_absent(p, l + i, to->array);
        TRY_ITEMS(NULL, l, n, p->sizes.n_layers, fit_layers(c, p, l, n, fits, n_fits, packs ? &packed : NULL, to));
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}
