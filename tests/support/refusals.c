/* What an operation must refuse, by status, and what it must survive: numbers that are none, other dtypes, nothing at all, outputs
 * that it must not write to. */
#include "support/case.h"
#include <math.h>

/* ---- numbers that are none ---- */

static struct { int64_t layer, vector, column; double value; } planted;

static void plant(matrix_case *c)
{
    case_plant(c, planted.layer, planted.vector, planted.column, planted.value);
}

static void try_nonfinite(const operation *o, const setting *s)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, plant);
    case_call(&c, &result);
    int right = o->nonfinite ? succeeded(result.status) : result.status == LAMELLA_ERR_NONFINITE;
    if (!right)
        case_failed(&c, "%g in layer %d, vector %d, column %d: returned %s (%s), expected %s", planted.value, (int)planted.layer,
                    (int)planted.vector, (int)planted.column, lamella_status_name(result.status), lamella_last_error(),
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

static void nonfinite_numbers(const operation *o, const setting *s)
{
    static const double values[] = { NAN, INFINITY, -INFINITY };
    const layer_widths *w = &widths_of_layers[s->at[AXIS_WIDTHS]];
    int64_t place[3];
    valid_places(o, s, place);
    for (int64_t l = 0; l < w->n_layers; l++)
        for (int p = 0; p < 3; p++)
            for (int v = 0; v < 3; v++) {
                planted.layer = l;
                planted.vector = place[p];
                planted.column = p * (w->dim[l] - 1) / 2;
                planted.value = values[v];
                try_nonfinite(o, s);
            }
}

/* In every float dtype and, so that the last vector lies in the last panel, in a long masked stack; functions of a view see one layer. */
static void nonfinite_is_refused(const operation *o)
{
    uint32_t dtypes = o->dtypes ? o->dtypes : FLOAT_DTYPES, forms = o->forms ? o->forms : ANY_FORM;
    setting s = setting_smallest(o);
    s.at[AXIS_HOST] = 2;
    s.at[AXIS_SAMPLES] = MANY;
    s.at[AXIS_WIDTHS] = o->in_memory ? WIDTHS_17 : WIDTHS_3;
    for (int64_t form = 1; form < ANY_FORM; form *= 2)
        if (forms & form & ~(uint32_t)(FORM_CANVAS | FORM_STRIP))
            s.at[AXIS_FORM] = form;
    for (int64_t dtype = LAMELLA_F32; dtype <= LAMELLA_BF16; dtype++)
        if (dtypes >> dtype & 1) {
            s.at[AXIS_DTYPE] = dtype;
            nonfinite_numbers(o, &s);
        }
    if (!o->in_memory) {
        s.at[AXIS_SOURCE] = SOURCE_READ + 7;
        nonfinite_numbers(o, &s);
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
    if (!right(result.status) && !(c.output_flags && !c.n_outputs))
        case_failed(&c, "%s: returned %s (%s), expected %s", what, lamella_status_name(result.status), lamella_last_error(), expected);
    outcome_free(&result);
    case_close(&c);
}

static int is_dtype(lamella_status status)
{
    return status == LAMELLA_ERR_DTYPE;
}

static int is_argument(lamella_status status)
{
    return status == LAMELLA_ERR_ARGUMENT;
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
        c->layer[l].shape[c->n_lead] = 0;
    c->m.narrowest = 0;
}

static void no_layers(matrix_case *c)
{
    c->m.stack.n_layers = 0;
}

static void all_masked(matrix_case *c)
{
    if (!c->mask.data)
        return;
    char *zeros = calloc(1, (size_t)c->n_vectors);
    view_scatter(&c->mask, zeros);
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

/* ---- outputs ---- */

static void outputs_readonly(matrix_case *c)
{
    c->output_flags = LAMELLA_READONLY;
}

static struct { int64_t output, over; } lie;

static void output_lies(matrix_case *c)
{
    c->laid = lie.output + 1;
    c->laid_over = lie.over;
}

/* 0: there is no such input or output. */
static int lying_is_refused(const operation *o, const setting *s)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, output_lies);
    case_call(&c, &result);
    int is_laid = c.is_laid;
    if (is_laid && result.status != LAMELLA_ERR_ARGUMENT)
        case_failed(&c, "output %d lies over %s %d: returned %s (%s), expected ERR_ARGUMENT", (int)lie.output, lie.over < 0 ? "output" : "input",
                    (int)(lie.over < 0 ? -1 - lie.over : lie.over), lamella_status_name(result.status), lamella_last_error());
    outcome_free(&result);
    case_close(&c);
    return is_laid;
}

static int64_t outputs_of(const operation *o, const setting *s)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, NULL);
    case_call(&c, &result);
    int64_t n = c.n_outputs;
    outcome_free(&result);
    case_close(&c);
    return n;
}

/* Every output over every input and over every output made before it; with a mask, with offsets, with both. */
static void outputs_lie_apart(const operation *o)
{
    static const int64_t forms[] = { FORM_ROWS, FORM_ROWS_MASKED, FORM_LEFT, FORM_RAGGED, FORM_RAGGED_MASKED };
    setting s = setting_smallest(o);
    for (int f = 0; f < (int)(sizeof forms / sizeof *forms); f++) {
        s.at[AXIS_FORM] = (o->forms ? o->forms : ANY_FORM) & (uint32_t)forms[f] ? forms[f] : setting_smallest(o).at[AXIS_FORM];
        int64_t n = outputs_of(o, &s);
        for (lie.output = 0; lie.output < n; lie.output++) {
            for (lie.over = -lie.output; lie.over < 0; lie.over++)
                lying_is_refused(o, &s);
            while (lying_is_refused(o, &s))
                lie.over++;
        }
        if (o->in_memory)
            return;
    }
}

static void outputs_are_guarded(const operation *o)
{
    setting s = setting_smallest(o);
    expect(o, &s, outputs_readonly, is_argument, "an output is READONLY", "ERR_ARGUMENT");
    outputs_lie_apart(o);
}

void matrix_refusals(const operation *o)
{
    nonfinite_is_refused(o);
    other_dtypes_are_refused(o);
    nothing_at_all(o);
    outputs_are_guarded(o);
}
