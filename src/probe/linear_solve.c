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
static int32_t loaded_dtype(const linear_work *w, int64_t l)
{
    return w->o.kind == LAMELLA_PROBE_RIDGE && w->s.rows.layer[l].dtype == LAMELLA_F64 ? LAMELLA_F64 : LAMELLA_F32;
}

/* The host's own rows serve where they are of that dtype already; they are only looked at for what is not finite. */
static int lies_ready(const linear_work *w, int64_t l)
{
    const lamella_view *v = &w->s.rows.layer[l];
    return !w->s.rows.host.read && !w->s.valid && v->dtype == loaded_dtype(w, l) && view_is_row_major(v) && (uintptr_t)v->data % dtype_size(v->dtype) == 0;
}

/* All rows, or those of one fit side by side: passes over these ask for no others. */
static lamella_status load_layer(call *c, const linear_work *w, int64_t l, const packed_fit *packed, fit_rows *rows_)
{
    int64_t dim = w->sizes.dim[l], n = packed ? packed->n : w->s.n, bytes;
    int32_t dtype = loaded_dtype(w, l);
    layer_load to = { .place = packed ? packed->place : NULL, .bytes = dim * dtype_size(dtype) };
    if (!size_mul(n, to.bytes, &bytes))
        return fail(c, LAMELLA_ERR_MEMORY, "stack.layer[%lld] does not fit into memory", (long long)l);
    if (packed || !lies_ready(w, l))
        TAKE(c, to.x, bytes);
    TRY(each_panel(c, &w->s.rows, l, dtype, 0, load_panel, &to));
    const void *x = to.x ? to.x : w->s.rows.layer[l].data;
    *rows_ = (fit_rows){ .n = n, .dim = dim, .stride = dim, .x = dtype == LAMELLA_F32 ? x : NULL, .x_f64 = dtype == LAMELLA_F64 ? x : NULL };
    return LAMELLA_OK;
}

/* Layers first .. that fit into memory together. */
static int64_t layers_together(const call *c, const linear_work *w, int64_t first)
{
    int64_t budget = c->memory.limit ? MIN(LINEAR_LOADED, (c->memory.limit - c->memory.taken) / 3) : LINEAR_LOADED, bytes = 0, l = first;
    while (l < w->sizes.n_layers && (l == first || bytes + w->s.n * w->sizes.dim[l] * dtype_size(loaded_dtype(w, l)) <= budget)) {
        bytes += w->s.n * w->sizes.dim[l] * dtype_size(loaded_dtype(w, l));
        l++;
    }
    return l - first;
}

/* ---- fits ---- */

/* 0 .. n_present - 1 of the classes present; or 1 for one class and 0 for the rest. */
static lamella_status fit_labels(call *c, const linear_work *w, linear_fit *f)
{
    const int32_t *label = w->labels.class_of + f->u->task * w->s.n;
    int32_t *made, *place;
    if (f->form != FIT_ONE && f->u->n_present == task_classes(w, f->u->task)) {
        f->label = label;
        return LAMELLA_OK;
    }
    TAKE(c, made, w->s.n);
    TAKE(c, place, task_classes(w, f->u->task));
    memset(place, 0, (size_t)task_classes(w, f->u->task) * sizeof *place);
    for (int64_t j = 0; j < f->u->n_present; j++)
        place[f->u->present[j]] = f->form == FIT_ONE ? f->u->present[j] == f->one : (int32_t)j;
    for (int64_t i = 0; i < w->s.n; i++)
        made[i] = label[i] < 0 ? -1 : place[label[i]];
    f->label = made;
    return LAMELLA_OK;
}

static lamella_status pack_fit(call *c, const linear_work *w, const linear_fit *f, packed_fit *packed)
{
    const linear_unit *u = f->u;
    *packed = (packed_fit){ .n = u->n_rows };
    TAKE(c, packed->place, w->s.n);
    TAKE(c, packed->label, u->n_rows);
    if (u->weight)
        TAKE(c, packed->weight, u->n_rows);
    for (int64_t i = 0; i < w->s.n; i++)
        packed->place[i] = -1;
    for (int64_t i = 0; i < u->n_rows; i++) {
        packed->place[u->row[i]] = i;
        packed->label[i] = f->label[u->row[i]];
        if (u->weight)
            packed->weight[i] = u->weight[u->row[i]];
    }
    return LAMELLA_OK;
}

static lamella_status plan_fits(call *c, const linear_work *w, linear_fit **fits, int64_t *n)
{
    int64_t most = w->sizes.n_classes + w->sizes.n_tasks;
    *n = 0;
    TAKE(c, *fits, most * w->sizes.n_fits);
    for (int64_t i = 0; i < w->sizes.n_tasks * w->sizes.n_fits; i++) {
        const linear_unit *u = &w->unit[i];
        int several = task_classes(w, u->task) > 2;
        int apart = several && w->o.kind == LAMELLA_PROBE_LOGISTIC && w->o.classes == LAMELLA_PROBE_CLASSES_ONE_VS_REST;
        for (int64_t j = 0; u->trains && j < (apart ? u->n_present : 1); j++) {
            linear_fit *f = &(*fits)[(*n)++];
            *f = (linear_fit){ .u = u, .one = u->present[j], .n_classes = apart ? 2 : u->n_present };
            f->form = apart ? FIT_ONE : !several ? FIT_BINARY : u->n_present == 2 ? FIT_PAIR : FIT_CLASSES;
            TRY(fit_labels(c, w, f));
        }
    }
    return LAMELLA_OK;
}

static lamella_status make_problem(call *c, const linear_work *w, const linear_fit *f, const packed_fit *packed, const fit_rows *rows_, fit_problem *p)
{
    int64_t outputs = fit_outputs(f->n_classes), q = w->sizes.n_penalties;
    *p = (fit_problem){ .rows = rows_, .row = f->u->row, .n_rows = f->u->n_rows, .weight = f->u->weight, .label = f->label, .n_classes = f->n_classes,
                        .standardise = w->o.standardise, .penalty = w->rising_penalty, .n_penalties = q };
    if (packed) {
        p->row = NULL;
        p->weight = packed->weight;
        p->label = packed->label;
    }
    TAKE(c, p->constant, rows_->dim);
    TAKE(c, p->weights, q * outputs * rows_->dim);
    TAKE(c, p->intercepts, q * outputs);
    TAKE(c, p->report, q);
    return LAMELLA_OK;
}

/* ---- to the task's outputs ---- */

void add_report(const linear_work *w, int64_t l, int64_t task, int64_t penalty, int64_t fit, const fit_report *r)
{
    int64_t cell = cell_of(w, l, task, penalty, w->sizes.n_fits, fit);
    double *objective = w->probe->array.objective, *norm = w->probe->array.gradient_norm;
    int64_t *iterations = w->probe->array.iterations;
    int32_t *flags = w->probe->array.flags;
    objective[cell] += r->objective;
    norm[cell] = sqrt(norm[cell] * norm[cell] + r->gradient_norm * r->gradient_norm);
    iterations[cell] = MAX(iterations[cell], r->iterations);
    flags[cell] |= r->converged ? 0 : LAMELLA_CELL_NOT_CONVERGED;
}

static void put_output(const linear_work *w, int64_t l, int64_t penalty, const linear_fit *f, int64_t output, const double *weights, double intercept,
                       double factor)
{
    int64_t k = w->output_offset[f->u->task] + output;
    double *out = cell_weights(w, l, penalty, f->u->fit, k);
    for (int64_t j = 0; j < w->sizes.dim[l]; j++)
        out[j] = factor * weights[j];
    *cell_intercept(w, l, penalty, f->u->fit, k) = factor * intercept;
}

static void put_fit(const linear_work *w, int64_t l, const linear_fit *f, const fit_problem *p)
{
    int64_t outputs = fit_outputs(f->n_classes);
    add_constant(w, l, p->constant);
    double share = w->o.kind == LAMELLA_PROBE_LOGISTIC ? 0.5 : 1; /* of a pair: softmax of (-z/2, z/2) is sigma(z) */
    for (int64_t i = 0; i < p->n_penalties; i++) {
        int64_t penalty = w->rising[i];
        const double *weights = p->weights + i * outputs * p->rows->dim, *intercepts = p->intercepts + i * outputs;
        if (f->form == FIT_BINARY) {
            put_output(w, l, penalty, f, 0, weights, intercepts[0], 1);
        } else if (f->form == FIT_ONE) {
            put_output(w, l, penalty, f, f->one, weights, intercepts[0], 1);
        } else if (f->form == FIT_PAIR) {
            put_output(w, l, penalty, f, f->u->present[0], weights, intercepts[0], -share);
            put_output(w, l, penalty, f, f->u->present[1], weights, intercepts[0], share);
            if (w->o.kind == LAMELLA_PROBE_RIDGE) /* of two outputs that are one */
                add_report(w, l, f->u->task, penalty, f->u->fit, &p->report[i]);
        } else {
            for (int64_t k = 0; k < outputs; k++)
                put_output(w, l, penalty, f, f->u->present[k], weights + k * p->rows->dim, intercepts[k], 1);
        }
        add_report(w, l, f->u->task, penalty, f->u->fit, &p->report[i]);
    }
}

static lamella_status fit_layers(call *c, const linear_work *w, int64_t first, int64_t n_layers, const linear_fit *fits, int64_t n_fits,
                                 const packed_fit *packed)
{
    fit_rows *rows_;
    fit_problem *problems;
    fit_options o = { .max_iterations = w->o.max_iterations, .tolerance = w->o.tolerance };
    TAKE(c, rows_, n_layers);
    TAKE(c, problems, n_layers * n_fits);
    span all = span_open(c, "loading", 0, 0.1);
    for (int64_t l = 0; l < n_layers; l++) {
        span of_layer = span_open_items(c, NULL, l, 1, n_layers);
        TRY(load_layer(c, w, first + l, packed, &rows_[l]));
        span_close(c, of_layer);
    }
    span_close(c, all);
    span_open(c, NULL, 0.1, 1);
    for (int64_t i = 0; i < n_layers * n_fits; i++)
        TRY(make_problem(c, w, &fits[i % n_fits], packed, &rows_[i / n_fits], &problems[i]));
    if (w->o.kind == LAMELLA_PROBE_LOGISTIC)
        TRY(logistic_fit(c, problems, n_layers * n_fits, &o));
    else
        TRY(ridge_fit(c, problems, n_layers * n_fits));
    span_close(c, all);
    for (int64_t i = 0; i < n_layers * n_fits; i++)
        put_fit(w, first + i / n_fits, &fits[i % n_fits], &problems[i]);
    return LAMELLA_OK;
}

static void fill_absent(const linear_work *w, int64_t l)
{
    for (int64_t i = 0; i < w->sizes.n_tasks * w->sizes.n_fits; i++)
        for (int64_t q = 0; q < w->sizes.n_penalties; q++)
            for (int64_t k = 0; k < task_outputs(w, w->unit[i].task); k++)
                put_absent(w, &w->unit[i], l, q, k);
}

lamella_status linear_solve(call *c, linear_work *w)
{
    linear_fit *fits;
    packed_fit packed;
    int64_t n_fits;
    TRY(plan_fits(c, w, &fits, &n_fits));
    int packs = n_fits == 1 && !c->memory.limit; /* rows of the host need no room of ours as they lie */
    if (packs)
        TRY(pack_fit(c, w, fits, &packed));
    for (int64_t l = 0, n; l < w->sizes.n_layers; l += n) {
        arena_mark before = arena_now(&c->memory);
        n = layers_together(c, w, l);
        for (int64_t i = 0; i < n; i++)
            fill_absent(w, l + i);
        span all = span_open_items(c, NULL, l, n, w->sizes.n_layers);
        TRY(fit_layers(c, w, l, n, fits, n_fits, packs ? &packed : NULL));
        span_close(c, all);
        arena_rewind(&c->memory, before);
    }
    return LAMELLA_OK;
}
