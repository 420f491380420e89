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

enum { TOKENS = 6, CANVAS_X = 3, ROOM_X = 4 /* with room for what is masked */ };

/* ---- numbers ---- */

enum { SAMPLE_KEYS = 16 }; /* keys of one sample's tokens */

static uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
    return x ^ (x >> 32);
}

/* Eight significant bits, so that bf16, f16, f32 and f64 all hold it; zeros, a zero row and numbers that are subnormal in f16. */
static double value_at(int64_t layer, int64_t key, int64_t column)
{
    uint64_t h = mixed((uint64_t)((layer * 100003 + key) * 1009 + column + 1));
    if (key == 2 * SAMPLE_KEYS)
        return 0;
    if (h % 37 == 0)
        return 0x1p-20;
    return (double)((int64_t)(h >> 8) % 255 - 127) / 16;
}

static double far_value(const matrix_case *c, double value)
{
    int64_t far = c->setting.at[AXIS_FAR];
    return far == FAR_SHIFTED ? value + 0x1p30 : far == FAR_HUGE ? ldexp(value, FAR_EXPONENT) : far == FAR_TINY ? ldexp(value, -FAR_EXPONENT) : value;
}

/* An integer dtype gets the values times 16, all whole. */
static void store_value(int32_t dtype, char *p, double value)
{
    store(dtype, p, dtype > LAMELLA_BF16 ? value * 16 : value);
}

static enum layout layout_of_source(const matrix_case *c)
{
    return c->setting.at[AXIS_SOURCE] >= SOURCE_READ ? LAYOUT_CONTIGUOUS : (enum layout)c->setting.at[AXIS_SOURCE];
}

/* ---- which tokens there are, and where ---- */

static int form_is(const matrix_case *c, int64_t forms)
{
    return (c->setting.at[AXIS_FORM] & forms) != 0;
}

static int is_ragged(const matrix_case *c)
{
    return form_is(c, FORM_RAGGED | FORM_RAGGED_MASKED);
}

static int has_mask(const matrix_case *c)
{
    return form_is(c, FORM_ROWS_MASKED | FORM_LEFT | FORM_RIGHT | FORM_RAGGED_MASKED | FORM_CANVAS_MASKED);
}

/* The sample whose numbers this one has. */
static int64_t model_of(const matrix_case *c, int64_t sample)
{
    return c->setting.at[AXIS_REPEAT] == REPEAT_SAMPLES ? 0 : sample;
}

/* Valid tokens of a sample; uneven: the second of three or more has none. */
static int64_t tokens_of(const matrix_case *c, int64_t sample)
{
    int64_t count = c->setting.at[AXIS_COUNT], s = model_of(c, sample);
    if (!count)
        count = form_is(c, FORM_ROWS)                                ? COUNT_ONE
              : form_is(c, FORM_ROWS_MASKED)                         ? COUNT_SOME
              : form_is(c, FORM_TOKENS | FORM_CANVAS | FORM_STRIP)   ? COUNT_FULL
                                                                     : COUNT_UNEVEN;
    return count == COUNT_ONE    ? 1
         : count == COUNT_FULL   ? TOKENS
         : count == COUNT_SOME   ? s == 0 || mixed((uint64_t)s + 5) % 4 != 0
         : s == 1 && c->m.n_samples >= 3 ? 0
                                 : 1 + (int64_t)(mixed((uint64_t)s + 77) % (TOKENS - 1));
}

/* The tokens of a sample by their numbers, -1 for what is masked: between them, and up to `room` of a dense form behind them or, with
 * padding on the left, ahead of them. Returns how many entries there are. */
static int64_t lay_tokens(const matrix_case *c, int64_t sample, int64_t room, int64_t *token)
{
    int64_t n = tokens_of(c, sample), used = 0, s = model_of(c, sample);
    int64_t free = is_ragged(c) ? form_is(c, FORM_RAGGED_MASKED) ? n + 1 : 0 : room - n;
    for (int64_t k = 0; k <= n; k++) {
        if (free && (k || is_ragged(c)) && mixed((uint64_t)(s * 31 + k * 7 + 9)) % 3 == 0)
            token[used++] = -1, free--;
        if (k < n)
            token[used++] = k;
    }
    while (!is_ragged(c) && used < room)
        token[used++] = -1;
    for (int64_t i = 0; form_is(c, FORM_LEFT) && 2 * i < used; i++) {
        int64_t last = used - 1 - i, kept = token[i];
        token[i] = token[last] < 0 ? -1 : n - 1 - token[last];
        token[last] = kept < 0 ? -1 : n - 1 - kept;
    }
    return used;
}

/* The leading axes; returns the tokens that a sample of a dense form has room for. */
static int64_t lead_of_form(matrix_case *c)
{
    int64_t count = c->setting.at[AXIS_COUNT], x = form_is(c, WITHOUT_MASK) ? CANVAS_X : ROOM_X, y = 2;
    int is_canvas = form_is(c, FORM_CANVAS | FORM_STRIP | FORM_CANVAS_MASKED);
    if (form_is(c, FORM_STRIP))
        x *= y, y = 1;
    if (form_is(c, WITHOUT_MASK) && count == COUNT_ONE)
        x = y = 1;
    c->n_lead = is_canvas ? 3 : form_is(c, FORM_TOKENS | FORM_LEFT | FORM_RIGHT) ? 2 : 1;
    memcpy(c->lead, is_canvas ? (int64_t[]){ c->m.n_samples, y, x } : (int64_t[]){ c->m.n_samples, x * y, 0 }, 3 * sizeof *c->lead);
    return c->n_lead == 1 ? 1 : x * y;
}

static void place_tokens(matrix_case *c)
{
    int64_t n = c->m.n_samples, room = lead_of_form(c), most = n * (2 * TOKENS + 1), token[2 * TOKENS + 1];
    c->valid = (unsigned char *)piece_take(&c->inputs, most)->memory;
    c->key = (int64_t *)piece_take(&c->inputs, most * (int64_t)sizeof *c->key)->memory;
    c->start = (int64_t *)piece_take(&c->inputs, (n + 1) * (int64_t)sizeof *c->start)->memory;
    c->start[0] = 0;
    for (int64_t s = 0; s < n; s++) {
        int64_t first = c->start[s], here = lay_tokens(c, s, room, token);
        for (int64_t i = 0; i < here; i++) {
            c->valid[first + i] = token[i] >= 0;
            c->key[first + i] = model_of(c, s) * SAMPLE_KEYS + (c->setting.at[AXIS_REPEAT] == REPEAT_TOKENS ? 0 : token[i]);
        }
        c->start[s + 1] = first + here;
    }
    c->n_vectors = c->start[n];
    if (is_ragged(c))
        c->lead[0] = c->n_vectors;
}

/* ---- the stack ---- */

/* What the operation reads; one of a single view does not look beyond the first layer. */
static void number_input(matrix_case *c, const piece *p)
{
    if (c->n_inputs_at == MOST_INPUTS)
        case_failed(c, "more than %d inputs", MOST_INPUTS);
    c->input_at[c->n_inputs_at++] = p->memory;
    case_lie(c);
}

static void mask_and_offsets(matrix_case *c, input *in)
{
    int64_t n = c->m.n_samples;
    if (has_mask(c)) {
        char *mask = piece_take(&c->inputs, c->n_vectors)->memory;
        for (int64_t v = 0; v < c->n_vectors; v++)
            mask[v] = (char)(c->valid[v] ? 1 + v % 200 : 0);
        in->mask = lay_out(&c->inputs, form_is(c, FORM_LEFT) ? LAMELLA_U8 : LAMELLA_BOOL, c->lead, (int32_t)c->n_lead, layout_of_source(c), mask);
        in->stack.mask = &in->mask;
        if (!c->operation->in_memory)
            number_input(c, c->inputs);
    }
    if (is_ragged(c)) {
        int32_t dtype = form_is(c, FORM_RAGGED) ? LAMELLA_I64 : LAMELLA_I32;
        int64_t shape[] = { n + 1 }, size = element_bytes(dtype);
        char *offsets = piece_take(&c->inputs, (n + 1) * size)->memory;
        for (int64_t s = 0; s <= n; s++)
            memcpy(offsets + s * size, &c->start[s], (size_t)size); /* little-endian: the low half of an i64 is the i32 */
        in->offsets = lay_out(&c->inputs, dtype, shape, 1, layout_of_source(c), offsets);
        in->stack.offsets = &in->offsets;
        if (!c->operation->in_memory)
            number_input(c, c->inputs);
    }
}

/* The second stack has the next dtype where that changes no result. */
static int32_t dtype_of_input(const matrix_case *c, const input *in)
{
    int32_t dtype = (int32_t)c->setting.at[AXIS_DTYPE];
    if (in == c->input || c->operation->keeps_dtype || dtype > LAMELLA_BF16 || c->setting.at[AXIS_FAR])
        return dtype;
    return dtype == LAMELLA_BF16 ? LAMELLA_F32 : dtype + 1;
}

static void build_layer(matrix_case *c, input *in, int64_t l)
{
    int32_t dtype = dtype_of_input(c, in), rank = (int32_t)c->n_lead + 1, is_second = in != c->input;
    int64_t dim = widths_of_layers[c->setting.at[AXIS_WIDTHS]].dim[l], size = element_bytes(dtype), shape[LAMELLA_MAX_RANK];
    memcpy(shape, c->lead, (size_t)c->n_lead * sizeof *shape);
    shape[c->n_lead] = dim;
    in->dense[l] = piece_take(&c->inputs, c->n_vectors * dim * size)->memory;
    for (int64_t v = 0; v < c->n_vectors; v++)
        for (int64_t j = 0; j < dim; j++) {
            double value = value_at(l + is_second * MOST_LAYERS, c->key[v], c->setting.at[AXIS_REPEAT] == REPEAT_DIMS ? 0 : j);
            store_value(dtype, in->dense[l] + (v * dim + j) * size, c->valid[v] ? far_value(c, value) : NAN);
        }
    in->layer[l] = lay_out(&c->inputs, dtype, shape, rank, layout_of_source(c), in->dense[l]);
    if (c->setting.at[AXIS_SOURCE] >= SOURCE_READ)
        in->layer[l].data = NULL;
    else if (!l || !c->operation->in_memory)
        number_input(c, c->inputs);
}

static void build_input(matrix_case *c, input *in)
{
    const layer_widths *w = &widths_of_layers[c->setting.at[AXIS_WIDTHS]];
    in->of = c;
    in->stack = (lamella_stack){ .struct_size = sizeof(lamella_stack), .layer = in->layer, .n_layers = w->n_layers, .depth = c->depth,
                                 .n_depths = depth_of_layer[MOST_LAYERS - 1] + 1 };
    if (c->setting.at[AXIS_SOURCE] >= SOURCE_READ) {
        in->stack.read = case_deliver;
        in->stack.user = in;
    }
    for (int64_t l = 0; l < w->n_layers; l++)
        build_layer(c, in, l);
    mask_and_offsets(c, in);
    if (!c->n_inputs++)
        c->n_inputs_kept = c->n_inputs_at;
}

void case_input(matrix_case *c)
{
    const layer_widths *w = &widths_of_layers[c->setting.at[AXIS_WIDTHS]];
    int64_t samples = c->setting.at[AXIS_SAMPLES];
    c->m.n_samples = samples == MANY && form_is(c, WITH_TOKENS) ? MANY_OF_TOKENS : samples;
    place_tokens(c);
    c->m.dim = c->m.narrowest = w->dim[0];
    for (int64_t l = 0; l < w->n_layers; l++) {
        c->m.narrowest = w->dim[l] < c->m.narrowest ? w->dim[l] : c->m.narrowest;
        c->depth[l] = depth_of_layer[l];
    }
    build_input(c, &c->input[0]);
    c->m.stack = c->input[0].stack;
    c->m.view = c->input[0].layer;
}

input *case_second(matrix_case *c)
{
    if (c->n_inputs < 2)
        build_input(c, &c->input[1]);
    return &c->input[1];
}

const lamella_stack *matrix_second(matrix *m)
{
    return &case_second(m->inside)->stack;
}

const lamella_view *matrix_second_view(matrix *m)
{
    return case_second(m->inside)->layer;
}

void case_plant(matrix_case *c, input *in, int64_t layer, int64_t vector, int64_t column, double value)
{
    lamella_view *v = &in->layer[layer];
    int64_t dim = v->shape[v->rank - 1], number = vector * dim + column, size = element_bytes(v->dtype);
    store_value(v->dtype, in->dense[layer] + number * size, value);
    if (!v->data)
        return;
    char *p = element_at(v, number);
    store_value(v->dtype, p, value);
    for (piece *i = c->inputs; i; i = i->next)
        if (i->copy && p >= i->memory && p < i->memory + i->bytes)
            memcpy(i->copy, i->memory, (size_t)i->bytes);
}

/* ---- more inputs ---- */

/* Into the first or the last of n elements that the operation has to look at, of one or several a vector. */
static void plant_nan(const matrix_case *c, int32_t dtype, char *dense, int64_t n, int at_end)
{
    int64_t per = c->n_vectors && n % c->n_vectors == 0 ? n / c->n_vectors : 0, vector = at_end ? c->n_vectors - 1 : 0;
    while (per && !c->valid[vector])
        vector += at_end ? -1 : 1;
    int64_t first = per ? vector * per : 0, last = per ? first + per - 1 : n - 1;
    store(dtype, dense + (at_end ? last : first) * element_bytes(dtype), NAN);
}

/* Lays a dense array out, with the mistake that it is to have. */
static const lamella_view *small_input(matrix_case *c, int32_t dtype, const int64_t *shape, int32_t rank, const char *from, int any_length)
{
    mistake *wrong = &c->mistake;
    int is_wrong = wrong->number == c->n_small++;
    lamella_view *v = (lamella_view *)piece_take(&c->of_call, sizeof *v)->memory;
    int64_t n = 1, longer[LAMELLA_MAX_RANK];
    for (int32_t i = 0; i < rank; i++)
        n *= longer[i] = shape[i];
    int64_t bytes = n * element_bytes(dtype), row = rank && shape[0] ? bytes / shape[0] : 0;
    char *dense = piece_take(&c->of_call, bytes + row)->memory;
    memcpy(dense, from, (size_t)bytes);
    memcpy(dense + bytes, from, (size_t)row);
    if (is_wrong && wrong->what == INPUT_NAN && dtype <= LAMELLA_BF16 && n) {
        plant_nan(c, dtype, dense, n, (int)wrong->other);
        wrong->made = 1;
    }
    if (is_wrong && wrong->what == INPUT_LONGER && row && !any_length) {
        longer[0]++;
        wrong->made = 1;
    }
    *v = lay_out(&c->of_call, dtype, longer, rank, layout_of_source(c), dense);
    number_input(c, c->of_call);
    return v;
}

void matrix_forget(matrix *m, const lamella_view *view)
{
    for (int64_t i = 0; i < m->inside->n_inputs_at; i++)
        if (m->inside->input_at[i] == view->data)
            m->inside->input_at[i] = NULL;
}

const lamella_view *matrix_weights(matrix *m, int32_t dtype)
{
    matrix_case *c = m->inside;
    int64_t size = element_bytes(dtype);
    char *dense = piece_take(&c->of_call, c->n_vectors * size)->memory;
    for (int64_t v = 0; v < c->n_vectors; v++)
        store(dtype, dense + v * size, c->valid[v] ? (double)(1 + mixed((uint64_t)c->key[v]) % 8) / 4 : NAN);
    return small_input(c, dtype, c->lead, (int32_t)c->n_lead, dense, 0);
}

const lamella_view *matrix_numbers(matrix *m)
{
    matrix_case *c = m->inside;
    int64_t shape[LAMELLA_MAX_RANK];
    float *dense = (float *)piece_take(&c->of_call, c->n_vectors * m->dim * (int64_t)sizeof *dense)->memory;
    for (int64_t v = 0; v < c->n_vectors; v++)
        for (int64_t j = 0; j < m->dim; j++)
            dense[v * m->dim + j] = c->valid[v] ? (float)value_at(2 * MOST_LAYERS, c->key[v], j) : NAN;
    memcpy(shape, c->lead, sizeof shape);
    shape[c->n_lead] = m->dim;
    return small_input(c, LAMELLA_F32, shape, (int32_t)c->n_lead + 1, (char *)dense, 0);
}

const lamella_view *matrix_integers(matrix *m, int32_t dtype, int64_t n, int64_t below)
{
    matrix_case *c = m->inside;
    n = n < MOST_EXTENT ? n : MOST_EXTENT;
    int64_t size = element_bytes(dtype), shape[] = { n };
    char *dense = piece_take(&c->of_call, n * size)->memory;
    for (int64_t i = 0; i < n; i++) {
        int64_t picked = (int64_t)(mixed((uint64_t)i / 2 + 3) % (uint64_t)(below ? below : 1));
        memcpy(dense + i * size, &picked, (size_t)size);
    }
    return small_input(c, dtype, shape, 1, dense, 0);
}

const lamella_view *matrix_inputs(matrix *m, int32_t dtype, const void *values, const int64_t *shape, int32_t rank)
{
    return small_input(m->inside, dtype, shape, rank, values, 0);
}

const lamella_view *matrix_list(matrix *m, int32_t dtype, const void *values, int64_t n)
{
    return small_input(m->inside, dtype, &n, 1, values, 1);
}
