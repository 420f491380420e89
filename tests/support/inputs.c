/* What the matrix feeds to an operation: the same values in every dtype, form, layout and delivery. */
#include "support/case.h"
#include <math.h>

const layer_widths widths_of_layers[] = {
    [WIDTHS_1]     = { 2, { 1, 1 } },
    [WIDTHS_3]     = { 3, { 3, 3, 3 } },
    [WIDTHS_17]    = { 1, { 17 } },
    [WIDTHS_64]    = { 2, { 64, 64 } },
    [WIDTHS_MIXED] = { 3, { 17, 64, 3 } },
};

static const int64_t depth_of_layer[MOST_LAYERS] = { 0, 2, 5 };

enum { TOKENS = 5, CANVAS_Y = 2, CANVAS_X = 3 };

/* ---- numbers ---- */

static uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
    return x ^ (x >> 32);
}

/* Eight significant bits, so that bf16, f16, f32 and f64 all hold it; zeros, a zero row and numbers that are subnormal in f16. */
static double value_at(int64_t layer, int64_t vector, int64_t column)
{
    uint64_t h = mixed((uint64_t)((layer * 100003 + vector) * 1009 + column + 1));
    if (vector == 2)
        return 0;
    if (h % 37 == 0)
        return 0x1p-20;
    return (double)((int64_t)(h >> 8) % 255 - 127) / 16;
}

/* An integer dtype gets the values times 16, all whole. */
static void store_value(int32_t dtype, char *p, double value)
{
    store(dtype, p, dtype > LAMELLA_BF16 ? value * 16 : value);
}

/* ---- memory and views ---- */

piece *piece_take(piece **list, int64_t bytes)
{
    piece *p = calloc(1, sizeof *p);
    p->bytes = bytes;
    p->memory = malloc((size_t)(bytes ? bytes : 1));
    p->next = *list;
    return *list = p;
}

void pieces_free(piece **list)
{
    while (*list) {
        piece *p = *list;
        *list = p->next;
        free(p->memory);
        free(p->copy);
        free(p);
    }
}

static void strides_of_layout(enum layout layout, const int64_t *shape, int32_t rank, int64_t *stride)
{
    int64_t padded[LAMELLA_MAX_RANK] = { 0 };
    for (int32_t i = 0; i < rank; i++)
        padded[i] = shape[i] + (layout == LAYOUT_PADDED && i == rank - 1 ? 3 : layout == LAYOUT_CUT && shape[i] != 1 ? 2 : 0);
    row_major(padded, rank, stride);
    if (layout == LAYOUT_TRANSPOSED)
        for (int32_t i = 0, step = 1; i < rank; step *= (int32_t)(shape[i] ? shape[i] : 1), i++)
            stride[i] = step;
    if (layout == LAYOUT_STRIDED)
        for (int32_t i = 0; i < rank; i++)
            stride[i] *= 2;
    if (layout == LAYOUT_REVERSED && rank)
        stride[0] = -stride[0];
}

lamella_view lay_out(piece **list, int32_t dtype, const int64_t *shape, int32_t rank, enum layout layout, const char *from)
{
    lamella_view v = { .dtype = dtype, .rank = rank };
    int64_t size = element_bytes(dtype), low = 0, high = 0;
    memcpy(v.shape, shape, (size_t)rank * sizeof *shape);
    if (layout != LAYOUT_CONTIGUOUS && layout != LAYOUT_UNALIGNED)
        strides_of_layout(layout, shape, rank, v.stride);
    int64_t stride[LAMELLA_MAX_RANK];
    strides_of_layout(layout, shape, rank, stride);
    for (int32_t i = 0; i < rank && layout == LAYOUT_CUT; i++) { /* along one element no step leads: anything may stand there */
        static const int64_t left[] = { 0, 7, INT64_MAX, INT64_MIN, -1, 1 };
        v.stride[i] = shape[i] == 1 && i != 1 ? left[i] : v.stride[i];
        v.flags = LAMELLA_BROADCAST;
    }
    for (int32_t i = 0; i < rank; i++)
        *(stride[i] < 0 ? &low : &high) += (shape[i] ? shape[i] - 1 : 0) * stride[i];
    int64_t ahead = layout == LAYOUT_UNALIGNED;
    piece *p = piece_take(list, ahead + (elements_of(&v) ? (high - low + 1) * size : 0));
    memset(p->memory, 0xff, (size_t)p->bytes);
    v.data = p->memory + ahead - low * size;
    if (from) {
        view_scatter(&v, from);
        v.flags |= LAMELLA_READONLY;
        p->copy = malloc((size_t)p->bytes + 1);
        memcpy(p->copy, p->memory, (size_t)p->bytes);
    }
    return v;
}

/* ---- the stack ---- */

static int is_ragged(const matrix_case *c)
{
    return c->setting.at[AXIS_FORM] & (FORM_RAGGED | FORM_RAGGED_MASKED);
}

/* Valid tokens of a sample: 1 to TOKENS; the second of three or more has none. */
static int64_t tokens_of(int64_t sample, int64_t n_samples)
{
    return sample == 1 && n_samples >= 3 ? 0 : 1 + (int64_t)(mixed((uint64_t)sample + 77) % TOKENS);
}

static enum layout layout_of_source(const matrix_case *c)
{
    return c->setting.at[AXIS_SOURCE] >= SOURCE_READ ? LAYOUT_CONTIGUOUS : (enum layout)c->setting.at[AXIS_SOURCE];
}

static void lead_of_form(matrix_case *c)
{
    int64_t n = c->m.n_samples, canvas[] = { n, CANVAS_Y, CANVAS_X }, tokens[] = { n, TOKENS };
    int64_t form = c->setting.at[AXIS_FORM];
    int is_canvas = (form & (FORM_CANVAS | FORM_STRIP)) != 0;
    canvas[1] = form == FORM_STRIP ? 1 : canvas[1];
    c->n_lead = is_canvas ? 3 : form & (FORM_TOKENS | FORM_LEFT | FORM_RIGHT) ? 2 : 1;
    memcpy(c->lead, is_canvas ? canvas : tokens, (size_t)c->n_lead * sizeof *tokens);
    if (is_ragged(c)) {
        c->lead[0] = 0;
        for (int64_t s = 0; s < n; s++)
            c->lead[0] += tokens_of(s, n);
    }
    c->n_vectors = 1;
    for (int64_t i = 0; i < c->n_lead; i++)
        c->n_vectors *= c->lead[i];
}

static void validity(matrix_case *c)
{
    int64_t n = c->m.n_samples, form = c->setting.at[AXIS_FORM];
    c->valid = (unsigned char *)piece_take(&c->inputs, c->n_vectors)->memory;
    for (int64_t v = 0; v < c->n_vectors; v++) {
        int64_t sample = v / TOKENS, token = v % TOKENS;
        int hole = token > 0 && token < TOKENS - 1 && mixed((uint64_t)v + 9) % 3 == 0; /* between valid ones, or beside the padding */
        c->valid[v] = form == FORM_LEFT    ? token >= TOKENS - tokens_of(sample, n) && !hole
                      : form == FORM_RIGHT ? token < tokens_of(sample, n) && !hole
                      : form & (FORM_ROWS_MASKED | FORM_RAGGED_MASKED) ? v == 0 || mixed((uint64_t)v + 5) % 4 != 0
                                           : 1;
    }
}

static void mask_and_offsets(matrix_case *c)
{
    int64_t n = c->m.n_samples, form = c->setting.at[AXIS_FORM];
    if (form & (FORM_ROWS_MASKED | FORM_LEFT | FORM_RIGHT | FORM_RAGGED_MASKED)) {
        char *mask = piece_take(&c->inputs, c->n_vectors)->memory;
        for (int64_t v = 0; v < c->n_vectors; v++)
            mask[v] = (char)(c->valid[v] ? 1 + v % 200 : 0);
        c->mask = lay_out(&c->inputs, form == FORM_LEFT ? LAMELLA_U8 : LAMELLA_BOOL, c->lead, (int32_t)c->n_lead, layout_of_source(c), mask);
        c->m.stack.mask = &c->mask;
    }
    if (is_ragged(c)) {
        int32_t dtype = form == FORM_RAGGED ? LAMELLA_I64 : LAMELLA_I32;
        int64_t shape[] = { n + 1 }, sum = 0, size = element_bytes(dtype);
        char *offsets = piece_take(&c->inputs, (n + 1) * size)->memory;
        for (int64_t s = 0; s <= n; sum += tokens_of(s, n), s++)
            memcpy(offsets + s * size, &sum, (size_t)size); /* little-endian: the low half of an i64 is the i32 */
        c->offsets = lay_out(&c->inputs, dtype, shape, 1, layout_of_source(c), offsets);
        c->m.stack.offsets = &c->offsets;
    }
}

static void build_layer(matrix_case *c, int64_t l)
{
    int32_t dtype = (int32_t)c->setting.at[AXIS_DTYPE], rank = (int32_t)c->n_lead + 1;
    int64_t dim = widths_of_layers[c->setting.at[AXIS_WIDTHS]].dim[l], size = element_bytes(dtype), shape[LAMELLA_MAX_RANK];
    memcpy(shape, c->lead, (size_t)c->n_lead * sizeof *shape);
    shape[c->n_lead] = dim;
    c->dense[l] = piece_take(&c->inputs, c->n_vectors * dim * size)->memory;
    for (int64_t v = 0; v < c->n_vectors; v++)
        for (int64_t j = 0; j < dim; j++)
            store_value(dtype, c->dense[l] + (v * dim + j) * size, c->valid[v] ? value_at(l, v, j) : NAN);
    c->layer[l] = lay_out(&c->inputs, dtype, shape, rank, layout_of_source(c), c->dense[l]);
    if (c->setting.at[AXIS_SOURCE] >= SOURCE_READ)
        c->layer[l].data = NULL;
}

void case_input(matrix_case *c)
{
    const layer_widths *w = &widths_of_layers[c->setting.at[AXIS_WIDTHS]];
    int64_t samples = c->setting.at[AXIS_SAMPLES];
    c->m.n_samples = samples == MANY && c->setting.at[AXIS_FORM] & WITH_TOKENS ? MANY / TOKENS * 2 : samples;
    lead_of_form(c);
    validity(c);
    c->m.stack = (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = c->layer, .n_layers = w->n_layers };
    mask_and_offsets(c);
    c->m.narrowest = w->dim[0];
    for (int64_t l = 0; l < w->n_layers; l++) {
        build_layer(c, l);
        c->m.narrowest = w->dim[l] < c->m.narrowest ? w->dim[l] : c->m.narrowest;
        c->depth[l] = depth_of_layer[l];
    }
    c->m.stack.depth = c->depth;
    c->m.stack.n_depths = depth_of_layer[MOST_LAYERS - 1] + 1;
    c->m.view = c->layer;
    if (c->setting.at[AXIS_SOURCE] >= SOURCE_READ) {
        c->m.stack.read = case_deliver;
        c->m.stack.user = c;
    }
}

void case_plant(matrix_case *c, int64_t layer, int64_t vector, int64_t column, double value)
{
    lamella_view *v = &c->layer[layer];
    int64_t dim = v->shape[v->rank - 1], number = vector * dim + column, size = element_bytes(v->dtype);
    store_value(v->dtype, c->dense[layer] + number * size, value);
    if (!v->data)
        return;
    char *p = element_at(v, number);
    store_value(v->dtype, p, value);
    for (piece *i = c->inputs; i; i = i->next)
        if (i->copy && p >= i->memory && p < i->memory + i->bytes)
            memcpy(i->copy, i->memory, (size_t)i->bytes);
}

/* ---- more inputs ---- */

const lamella_view *matrix_weights(matrix *m, int32_t dtype)
{
    matrix_case *c = m->inside;
    int64_t size = element_bytes(dtype);
    char *dense = piece_take(&c->of_call, c->n_vectors * size)->memory;
    for (int64_t v = 0; v < c->n_vectors; v++)
        store(dtype, dense + v * size, c->valid[v] ? (double)(1 + mixed((uint64_t)v) % 8) / 4 : NAN);
    lamella_view *weights = (lamella_view *)piece_take(&c->of_call, sizeof *weights)->memory;
    *weights = lay_out(&c->of_call, dtype, c->lead, (int32_t)c->n_lead, layout_of_source(c), dense);
    return weights;
}

const lamella_view *matrix_integers(matrix *m, int32_t dtype, int64_t n, int64_t below)
{
    matrix_case *c = m->inside;
    int64_t size = element_bytes(dtype), shape[] = { n };
    char *dense = piece_take(&c->of_call, n * size)->memory;
    for (int64_t i = 0; i < n; i++) {
        int64_t picked = (int64_t)(mixed((uint64_t)i / 2 + 3) % (uint64_t)(below ? below : 1));
        memcpy(dense + i * size, &picked, (size_t)size);
    }
    lamella_view *integers = (lamella_view *)piece_take(&c->of_call, sizeof *integers)->memory;
    *integers = lay_out(&c->of_call, dtype, shape, 1, layout_of_source(c), dense);
    return integers;
}
