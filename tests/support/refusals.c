/* What an operation must refuse, by status, and what it must survive: numbers that are none, other dtypes, nothing at all, outputs
 * that it must not write to. */
#include "support/case.h"
#include <math.h>

/* ---- what a body makes ---- */

typedef struct body_makes { int64_t n_outputs, n_small, n_inputs, n_stacks; } body_makes;

static body_makes calls_of(const operation *o, const setting *s)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, NULL);
    case_call(&c, &result);
    body_makes made = { c.n_outputs, c.n_small, c.n_inputs_at, c.n_inputs };
    outcome_free(&result);
    case_close(&c);
    return made;
}

/* ---- numbers that are none ---- */

static struct { int input; int64_t layer, vector, column; double value; } planted;

static void plant(matrix_case *c)
{
    case_plant(c, planted.input ? case_second(c) : c->input, planted.layer, planted.vector, planted.column, planted.value);
}

static void try_nonfinite(const operation *o, const setting *s)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, plant);
    case_call(&c, &result);
    int right = o->nonfinite ? succeeded(result.status) : result.status == LAMELLA_ERR_NONFINITE;
    if (!right)
        case_failed(&c, "%g in layer %d%s, vector %d, column %d: returned %s (%s), expected %s", planted.value, (int)planted.layer,
                    planted.input ? " of the second input" : "", (int)planted.vector, (int)planted.column, lamella_status_name(result.status), lamella_last_error(),
                    o->nonfinite ? "OK or NOTE" : "ERR_NONFINITE");
    outcome_free(&result);
    case_close(&c);
}

/* Vector numbers of the first, a middle and the last valid vector. */
static void valid_places(const operation *o, const setting *s, int64_t *place)
{
    matrix_case c;
    case_open(&c, o, s, NULL);
    place[0] = 0;
    while (!c.valid[place[0]])
        place[0]++;
    place[2] = c.n_vectors - 1;
    while (!c.valid[place[2]])
        place[2]--;
    place[1] = (place[0] + place[2]) / 2;
    while (!c.valid[place[1]])
        place[1]++;
    case_close(&c);
}

static void nonfinite_numbers(const operation *o, const setting *s, int input)
{
    static const double values[] = { NAN, INFINITY, -INFINITY };
    const layer_widths *w = &widths_of_layers[s->at[AXIS_WIDTHS]];
    int64_t place[3];
    valid_places(o, s, place);
    planted.input = input;
    for (int64_t l = 0; l < (o->in_memory ? 1 : w->n_layers); l++)
        for (int p = 0; p < 3; p++)
            for (int v = 0; v < 3; v++) {
                planted.layer = l;
                planted.vector = place[p];
                planted.column = p * (w->dim[l] - 1) / 2;
                planted.value = values[v];
                try_nonfinite(o, s);
            }
}

/* In every float dtype and, so that the last vector lies in the last panel, in a long masked stack. */
static void nonfinite_is_refused(const operation *o)
{
    uint32_t dtypes = o->dtypes ? o->dtypes : FLOAT_DTYPES, forms = o->forms ? o->forms : ANY_FORM;
    setting s = setting_smallest(o);
    s.at[AXIS_HOST] = 2;
    s.at[AXIS_SAMPLES] = MANY;
    for (int64_t form = 1; form < ANY_FORM; form *= 2)
        if (forms & form & ~(uint32_t)(FORM_CANVAS | FORM_STRIP | FORM_CANVAS_MASKED))
            s.at[AXIS_FORM] = form;
    for (int64_t dtype = LAMELLA_F32; dtype <= LAMELLA_BF16; dtype++)
        if (dtypes >> dtype & 1) {
            s.at[AXIS_DTYPE] = dtype;
            nonfinite_numbers(o, &s, 0);
        }
    if (calls_of(o, &s).n_stacks > 1)
        nonfinite_numbers(o, &s, 1);
    if (!o->in_memory) {
        s.at[AXIS_SOURCE] = SOURCE_READ + 7;
        nonfinite_numbers(o, &s, 0);
    }
}

/* ---- one call that must end with a status ---- */

static void expect(const operation *o, const setting *s, void (*plan)(matrix_case *c), int right(lamella_status status),
                   const char *what, const char *expected)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, plan);
    case_call(&c, &result);
    if (!right(result.status))
        case_failed(&c, "%s: returned %s (%s), expected %s", what, lamella_status_name(result.status), lamella_last_error(), expected);
    outcome_free(&result);
    case_close(&c);
}

static int is_dtype(lamella_status status)
{
    return status == LAMELLA_ERR_DTYPE;
}

static int is_empty(lamella_status status)
{
    return status == LAMELLA_ERR_EMPTY;
}

static int is_empty_or_shape(lamella_status status)
{
    return status == LAMELLA_ERR_EMPTY || status == LAMELLA_ERR_SHAPE;
}

static int is_any_of_nothing(lamella_status status)
{
    return succeeded(status) || is_empty_or_shape(status);
}

static int is_empty_or_success(lamella_status status)
{
    return status == LAMELLA_ERR_EMPTY || succeeded(status);
}

/* Another body of the function may leave dtypes out that the function takes. */
static void other_dtypes_are_refused(const operation *o)
{
    if (o->as)
        return;
    setting s = setting_smallest(o);
    for (int64_t dtype = LAMELLA_F32; dtype <= LAMELLA_BOOL; dtype++)
        if (!((o->dtypes ? o->dtypes : FLOAT_DTYPES) >> dtype & 1)) {
            s.at[AXIS_DTYPE] = dtype;
            expect(o, &s, NULL, is_dtype, "a dtype that the header does not list", "ERR_DTYPE");
        }
}

/* ---- nothing at all ---- */

static void no_dims(matrix_case *c)
{
    for (int64_t l = 0; l < c->m.stack.n_layers; l++)
        c->input[0].layer[l].shape[c->n_lead] = 0;
    c->m.dim = c->m.narrowest = 0;
}

static void no_layers(matrix_case *c)
{
    c->m.stack.n_layers = 0;
}

static void all_masked(matrix_case *c)
{
    const lamella_view *mask = &c->input[0].mask;
    if (!mask->data)
        return;
    char *zeros = calloc(1, (size_t)c->n_vectors);
    view_scatter(mask, zeros);
    free(zeros);
    for (piece *p = c->inputs; p; p = p->next)
        if (p->copy)
            memcpy(p->copy, p->memory, (size_t)p->bytes);
}

static void nothing_at_all(const operation *o)
{
    setting s = setting_smallest(o);
    for (int64_t form = 1; form < ANY_FORM; form *= 2)
        if ((o->forms ? o->forms : ANY_FORM) & form) {
            s.at[AXIS_FORM] = form;
            s.at[AXIS_SAMPLES] = 0;
            expect(o, &s, NULL, o->empty_is_ok ? succeeded : is_empty, "no samples", o->empty_is_ok ? "OK" : "ERR_EMPTY");
            s.at[AXIS_SAMPLES] = 3;
            expect(o, &s, no_dims, o->empty_is_ok || o->in_memory ? is_any_of_nothing : is_empty_or_shape, "no dims", "ERR_EMPTY or ERR_SHAPE");
            expect(o, &s, all_masked, is_empty_or_success, "no valid vector", "ERR_EMPTY, OK or NOTE");
        }
    s = setting_smallest(o);
    if (!o->in_memory)
        expect(o, &s, no_layers, is_empty, "no layers", "ERR_EMPTY");
}

/* ---- one argument that is wrong ---- */

static mistake next_mistake;

static void make_mistake(matrix_case *c)
{
    c->mistake = next_mistake;
}

static const struct { const char *what; lamella_status status, or_else; } mistakes[] = {
    [OUTPUT_READONLY]    = { "output %d is READONLY", LAMELLA_ERR_ARGUMENT, LAMELLA_ERR_ARGUMENT },
    [OUTPUT_BROADCAST]   = { "output %d has one element for several", LAMELLA_ERR_SHAPE, LAMELLA_ERR_ARGUMENT },
    [OUTPUT_DTYPE]       = { "output %d has another dtype", LAMELLA_ERR_DTYPE, LAMELLA_ERR_DTYPE },
    [OUTPUT_LONGER]      = { "output %d is one longer", LAMELLA_ERR_SHAPE, LAMELLA_ERR_SHAPE },
    [OUTPUT_OVER_INPUT]  = { "output %d lies over input %d", LAMELLA_ERR_ARGUMENT, LAMELLA_ERR_ARGUMENT },
    [OUTPUT_OVER_OUTPUT] = { "output %d lies over output %d", LAMELLA_ERR_ARGUMENT, LAMELLA_ERR_ARGUMENT },
    [INPUT_NAN]          = { "small input %d has a NaN at its end no. %d", LAMELLA_ERR_NONFINITE, LAMELLA_ERR_ARGUMENT },
    [INPUT_LONGER]       = { "small input %d is one longer", LAMELLA_ERR_SHAPE, LAMELLA_ERR_ARGUMENT },
    [BYTES_CUT]          = { "the bytes end %d of 4 parts on (no. %d)", LAMELLA_ERR_FORMAT, LAMELLA_ERR_EMPTY },
    [BYTES_CLAIM]        = { "the header claims more than the bytes hold (%d), shape no. %d", LAMELLA_ERR_FORMAT, LAMELLA_ERR_LIMIT },
};

/* 0: there was nothing to be wrong. */
static int is_refused(const operation *o, const setting *s, enum wrong what, int64_t number, int64_t other)
{
    matrix_case c;
    outcome result;
    char text[100];
    next_mistake = (mistake){ what, number, other, 0 };
    case_open(&c, o, s, make_mistake);
    case_call(&c, &result);
    int made = c.mistake.made, allowed = (what == INPUT_NAN && o->nonfinite) || (what == OUTPUT_DTYPE && o->any_output && succeeded(result.status));
    if (made && !allowed && result.status != mistakes[what].status && result.status != mistakes[what].or_else) {
        snprintf(text, sizeof text, mistakes[what].what, (int)number, (int)other);
        case_failed(&c, "%s: returned %s (%s), expected %s", text, lamella_status_name(result.status), lamella_last_error(),
                    lamella_status_name(mistakes[what].status));
    }
    outcome_free(&result);
    case_close(&c);
    return made;
}

/* Every output over every input and over every output made before it; with a mask, with offsets, with both. */
static void outputs_lie_apart(const operation *o)
{
    static const int64_t forms[] = { FORM_ROWS, FORM_ROWS_MASKED, FORM_LEFT, FORM_RAGGED, FORM_RAGGED_MASKED };
    setting s = setting_smallest(o);
    for (int f = 0; f < (int)(sizeof forms / sizeof *forms); f++) {
        s.at[AXIS_FORM] = (o->forms ? o->forms : ANY_FORM) & (uint32_t)forms[f] ? forms[f] : setting_smallest(o).at[AXIS_FORM];
        body_makes made = calls_of(o, &s);
        for (int64_t out = 0; out < made.n_outputs; out++) {
            for (int64_t over = 0; over < out; over++)
                is_refused(o, &s, OUTPUT_OVER_OUTPUT, out, over);
            for (int64_t over = 0; over < made.n_inputs; over++)
                is_refused(o, &s, OUTPUT_OVER_INPUT, out, over);
        }
        if (o->in_memory)
            return;
    }
}

static void arguments_are_checked(const operation *o)
{
    static const enum wrong of_outputs[] = { OUTPUT_READONLY, OUTPUT_BROADCAST, OUTPUT_DTYPE, OUTPUT_LONGER };
    setting s = setting_smallest(o);
    body_makes made = calls_of(o, &s);
    for (int w = 0; w < (int)(sizeof of_outputs / sizeof *of_outputs); w++)
        for (int64_t out = 0; out < made.n_outputs; out++)
            is_refused(o, &s, of_outputs[w], out, 0);
    for (int64_t in = 0; in < made.n_small; in++) {
        is_refused(o, &s, INPUT_LONGER, in, 0);
        for (int64_t end = 0; end < 2; end++)
            is_refused(o, &s, INPUT_NAN, in, end);
    }
    outputs_lie_apart(o);
}

/* ---- claims ---- */

static void bytes_hold_what_they_say(const operation *o)
{
    setting s = setting_smallest(o);
    for (int64_t quarter = 0; quarter < 4; quarter++)
        for (int64_t more = 0; more < 3; more++)
            if (!is_refused(o, &s, BYTES_CUT, quarter, more))
                return;
    for (int64_t shape = 0; is_refused(o, &s, BYTES_CLAIM, 0, shape); shape++)
        ;
}

void matrix_refusals(const operation *o)
{
    nonfinite_is_refused(o);
    other_dtypes_are_refused(o);
    nothing_at_all(o);
    arguments_are_checked(o);
    bytes_hold_what_they_say(o);
    matrix_claims(o);
}
