/* Blocks of rows and panels of 256 vectors: the only place that knows dtype, strides, masks and `read` all at once. */
#include "tensor/tensor.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define BLOCK_BYTES (16 << 20) /* of all layers of a block: small enough to poll for a stop, large enough for threads */

struct rows_layer {
    char         *staging;  /* row-major, from the first vector of the block on */
    int64_t       vector_bytes;
    int64_t       staged;   /* vectors in staging */
    int64_t       rows_read;
    void         *pass;     /* of the source */
};

static const lamella_view *layer_of(const rows *r, int64_t l)
{
    return &r->s->layer[r->first_layer + l];
}

static int64_t layer_dim(const rows *r, int64_t l)
{
    return stack_dim(r->s, r->first_layer + l);
}

/* ---- blocks ---- */

static int64_t bytes_per_vector(const rows *r)
{
    int64_t bytes = 0;
    for (int64_t l = 0; l < r->n_layers; l++)
        bytes += layer_dim(r, l) * dtype_size(layer_of(r, l)->dtype);
    return MAX(bytes, 1);
}

/* A read stack has to leave room for the rest of the workspace; in memory only the poll for a stop counts. */
static int64_t block_size(const call *c, const rows *r)
{
    int64_t bytes = BLOCK_BYTES;
    if (stack_streams(r->s) && c->memory.limit)
        bytes = MIN(bytes, (c->memory.limit - c->memory.taken) / 4);
    return MAX(bytes / bytes_per_vector(r) / PANEL_ROWS, 1) * PANEL_ROWS;
}

lamella_status rows_open(call *c, const stack *s, int64_t first_layer, int64_t n_layers, int32_t precision, rows *r)
{
    *r = (rows){ .s = s, .first_layer = first_layer, .n_layers = n_layers, .precision = precision, .simd = simd_of(c) };
    r->block_vectors = block_size(c, r);
    lowest_reset(&r->fault);
    if (!stack_streams(s))
        return LAMELLA_OK;
    TAKE(c, r->layer, n_layers);
    for (int64_t l = 0; l < n_layers; l++) {
        int64_t bytes = layer_dim(r, l) * dtype_size(layer_of(r, l)->dtype), vectors, total;
        /* the vectors of a dense sample arrive together, so up to per_row - 1 of them wait for the next block */
        if (!size_add(MIN(r->block_vectors, s->n_vectors), s->per_row, &vectors) || !size_mul(vectors, bytes, &total))
            return fail(c, LAMELLA_ERR_MEMORY, "a row of %s.layer[%lld] does not fit into memory", stack_name(s), (long long)(first_layer + l));
        r->layer[l] = (struct rows_layer){ .vector_bytes = bytes };
        TAKE(c, r->layer[l].staging, total);
        if (s->source)
            TRY(s->source->begin(c, s->source, first_layer + l, &r->layer[l].pass));
    }
    return LAMELLA_OK;
}

lamella_status stack_read(call *c, const stack *s, int64_t l, int64_t first, int64_t n, void *to, lamella_view *got)
{
    long long depth = stack_depth(s, l), low = first, high = first + n - 1;
    *got = s->layer[l];
    got->data = to;
    got->shape[0] = n;
    got->flags = 0;
    got->stride[got->rank - 1] = 1;
    for (int32_t a = got->rank - 2; a >= 0; a--)
        got->stride[a] = got->stride[a + 1] * MAX(got->shape[a + 1], 1);
    int64_t delivered = s->host.read(depth, first, n, got, s->host.user);
    if (delivered == LAMELLA_ERR_IO)
        return fail(c, LAMELLA_ERR_IO, "%s.read could not get depth %lld, rows %lld to %lld", stack_name(s), depth, low, high);
    TRY(answered(c, delivered, 1, n, "%s.read of depth %lld, rows %lld to %lld", stack_name(s), depth, low, high));
    got->shape[0] = delivered;
    return LAMELLA_OK;
}

/* Drops `used` vectors from the front of what is staged and reads on until the block is full. */
static lamella_status stage(call *c, rows *r, int64_t l, int64_t used)
{
    struct rows_layer *y = &r->layer[l];
    y->staged -= used;
    memmove(y->staging, y->staging + used * y->vector_bytes, (size_t)(y->staged * y->vector_bytes));
    while (y->staged < r->block_vectors && y->rows_read < r->s->n_rows) {
        int64_t n = MIN((r->block_vectors - y->staged + r->s->per_row - 1) / r->s->per_row, r->s->n_rows - y->rows_read);
        char *to = y->staging + y->staged * y->vector_bytes;
        lamella_view got = { .shape = { n } };
        TRY(r->s->source ? r->s->source->next(c, y->pass, n, (float *)to) : stack_read(c, r->s, r->first_layer + l, y->rows_read, n, to, &got));
        y->rows_read += got.shape[0];
        y->staged += got.shape[0] * r->s->per_row;
    }
    return LAMELLA_OK;
}

lamella_status rows_next(call *c, rows *r)
{
    const stack *s = r->s;
    int64_t used = r->n;
    TRY(rows_fault(c, r));
    r->first += used;
    r->n = MIN(r->block_vectors, s->n_vectors - r->first);
    r->n_panels = (r->n + PANEL_ROWS - 1) / PANEL_ROWS;
    TRY(progress(c, r->first, s->n_vectors));
    if (stack_streams(s) && r->n)
        for (int64_t l = 0; l < r->n_layers; l++)
            TRY(stage(c, r, l, used));
    return LAMELLA_OK;
}

lamella_status rows_open_in_step(call *c, const stack *const *s, int64_t n, int64_t first_layer, int64_t n_layers, int32_t precision, rows *r)
{
    int64_t least = INT64_MAX;
    for (int64_t i = 0; i < n; i++) {
        TRY(rows_open(c, s[i], first_layer, n_layers, precision, &r[i]));
        least = MIN(least, r[i].block_vectors);
    }
    for (int64_t i = 0; i < n; i++)
        r[i].block_vectors = least;
    return LAMELLA_OK;
}

lamella_status rows_next_in_step(call *c, rows *r, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        TRY(rows_next(c, &r[i]));
    return LAMELLA_OK;
}

/* ---- panels ---- */

static int64_t precision_size(const rows *r)
{
    return r->precision == LAMELLA_F32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
}

/* A converted panel, one gathered run in its own dtype, one run as f32 on its way to f64. */
int64_t rows_scratch(const rows *r)
{
    int64_t widest = 0;
    for (int64_t l = 0; l < r->n_layers; l++)
        widest = MAX(widest, layer_dim(r, l));
    return widest * (panel_most(r->s) * precision_size(r) + (int64_t)sizeof(double) + (int64_t)sizeof(float)) + 3 * 64;
}

static const char *vector_address(const rows *r, int64_t l, int64_t vector)
{
    if (stack_streams(r->s))
        return r->layer[l].staging + (vector - r->first) * r->layer[l].vector_bytes;
    return view_run(layer_of(r, l), vector);
}

static int64_t vector_stride(const rows *r, int64_t l)
{
    return stack_streams(r->s) ? layer_dim(r, l) : run_step(layer_of(r, l));
}

static int all_valid(const panel *p)
{
    return !p->valid || !memchr(p->valid, 0, (size_t)p->n);
}

/* The host's own memory, where it is already what a panel holds. */
static int borrow(const rows *r, int64_t l, panel *p)
{
    const lamella_view *v = layer_of(r, l);
    const char *first = vector_address(r, l, p->first);
    int unit = stack_streams(r->s) || run_stride(v) == 1; /* as that of one number is */
    if (v->dtype != r->precision || !unit || (uintptr_t)first % (uintptr_t)precision_size(r) || !all_valid(p))
        return 0;
    p->stride = vector_stride(r, l);
    p->data = first;
    return p->stride != 0 || p->n == 1;
}

/* Bytes from one element of a vector to the next. */
static int64_t element_step(const rows *r, int64_t l)
{
    const lamella_view *v = layer_of(r, l);
    return (stack_streams(r->s) ? 1 : run_stride(v)) * dtype_size(v->dtype);
}

/* One vector in its own dtype, contiguous and aligned: in place, or gathered into `room`. */
static const void *contiguous_run(const rows *r, int64_t l, int64_t vector, char *room)
{
    const lamella_view *v = layer_of(r, l);
    const char *run = vector_address(r, l, vector);
    int64_t size = dtype_size(v->dtype), stride = stack_streams(r->s) ? 1 : run_stride(v);
    if (stride == 1 && (uintptr_t)run % (uintptr_t)size == 0)
        return run;
    copy_run(room, run, run_length(v), stride, size);
    return room;
}

void run_to_f32(const kernels *k, int32_t dtype, const void *run, int64_t n, float *out)
{
    switch (dtype) {
    case LAMELLA_F16: k->f16_to_f32(run, n, out); break;
    case LAMELLA_BF16: k->bf16_to_f32(run, n, out); break;
    case LAMELLA_F64: k->f64_to_f32(run, n, out); break;
    default: memcpy(out, run, (size_t)n * sizeof(float)); break;
    }
}

static void run_to_f64(const kernels *k, int32_t dtype, const void *run, int64_t n, float *half, double *out)
{
    if (dtype == LAMELLA_F64) {
        memcpy(out, run, (size_t)n * sizeof(double));
        return;
    }
    if (dtype != LAMELLA_F32) {
        run_to_f32(k, dtype, run, n, half);
        run = half;
    }
    k->f32_to_f64(run, n, out);
}

static void convert(const rows *r, int64_t l, panel *p, char *scratch)
{
    int32_t dtype = layer_of(r, l)->dtype;
    int64_t size = precision_size(r);
    char *room = scratch + whole_lines(panel_most(r->s) * p->dim * size);
    float *half = (float *)(room + whole_lines(p->dim * (int64_t)sizeof(double)));
    p->data = scratch;
    p->stride = p->dim;
    for (int64_t i = 0; i < p->n; i++) {
        char *out = scratch + i * p->dim * size;
        if (p->valid && !p->valid[i]) {
            memset(out, 0, (size_t)(p->dim * size));
            continue;
        }
        const void *run = contiguous_run(r, l, p->first + i, room);
        if (r->precision == LAMELLA_F32)
            run_to_f32(r->simd, dtype, run, p->dim, (float *)out);
        else
            run_to_f64(r->simd, dtype, run, p->dim, half, (double *)out);
    }
}

static int64_t first_nonfinite(const rows *r, const panel *p, int64_t i)
{
    if (r->precision == LAMELLA_F32)
        return r->simd->nonfinite_f32((const float *)p->data + i * p->stride, p->dim);
    return r->simd->nonfinite_f64((const double *)p->data + i * p->stride, p->dim);
}

/* Something in f64, and in f32 nothing that keeps a direction. */
static int vanishes(const rows *r, int64_t l, const panel *p, int64_t i)
{
    const lamella_view *v = layer_of(r, l);
    if (!r->s->by_direction || v->dtype != LAMELLA_F64 || r->precision != LAMELLA_F32 || (p->valid && !p->valid[i]))
        return 0;
    const float *row = (const float *)p->data + i * p->stride;
    for (int64_t j = 0; j < p->dim; j++)
        if (fabsf(row[j]) >= FLT_MIN)
            return 0;
    const char *element = vector_address(r, l, p->first + i);
    for (int64_t j = 0; j < p->dim; j++)
        if (load_f64(v->dtype, element + j * element_step(r, l)) != 0)
            return 1;
    return 0;
}

/* Faults are numbered layer by layer, so that the one reported does not depend on threads. */
static int all_finite(rows *r, int64_t l, const panel *p)
{
    if (r->keep_nonfinite || (layer_of(r, l)->flags & LAMELLA_FINITE && layer_of(r, l)->dtype != LAMELLA_F64))
        return 1;
    for (int64_t i = 0; i < p->n; i++)
        if (first_nonfinite(r, p, i) < p->dim || vanishes(r, l, p, i)) {
            lowest_report(&r->fault, l * r->s->n_vectors + p->first + i);
            return 0;
        }
    return 1;
}

int rows_vectors(rows *r, int64_t l, int64_t first, int64_t n, void *scratch, panel *p)
{
    *p = (panel){ .dim = layer_dim(r, l), .first = first, .n = n, .valid = r->s->valid ? r->s->valid + first : NULL };
    if (!borrow(r, l, p))
        convert(r, l, p, scratch);
    return all_finite(r, l, p);
}

int rows_panel(rows *r, int64_t l, int64_t i, void *scratch, panel *p)
{
    int64_t first = r->first + i * PANEL_ROWS;
    return rows_vectors(r, l, first, MIN(PANEL_ROWS, r->first + r->n - first), scratch, p);
}

static int is_held(const rows *r, double value)
{
    return isfinite(r->precision == LAMELLA_F32 ? (double)(float)value : value);
}

lamella_status rows_fault(call *c, const rows *r)
{
    int64_t at = lowest_get(&r->fault);
    if (at == INT64_MAX)
        return LAMELLA_OK;
    int64_t l = at / r->s->n_vectors, vector = at % r->s->n_vectors;
    const lamella_view *v = layer_of(r, l);
    const char *element = vector_address(r, l, vector);
    int64_t j = 0;
    while (j < run_length(v) && is_held(r, load_f64(v->dtype, element + j * element_step(r, l))))
        j++;
    char name[64];
    number n;
    const char *layer = layer_name(name, sizeof name, r->s, r->first_layer + l);
    if (j == run_length(v))
        return fail(c, LAMELLA_ERR_NUMERIC, "%s has only numbers under 1.2e-38 in row %lld, expected some that f32 holds, or a row of zeros", layer,
                    (long long)vector);
    double value = load_f64(v->dtype, element + j * element_step(r, l));
    if (isfinite(value))
        return fail(c, LAMELLA_ERR_NUMERIC, "%s is %s at row %lld, column %lld, expected a number that f32 holds", layer, number_text(value, &n),
                    (long long)vector, (long long)j);
    return fail(c, LAMELLA_ERR_NONFINITE, "%s is %s at row %lld, column %lld, expected a finite number", layer, number_text(value, &n), (long long)vector,
                (long long)j);
}
