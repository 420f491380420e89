/* Form against form: the same tokens of the same samples give the same bits, dense, masked on either side, ragged, on a canvas or read;
 * and tokens pooled inside are tokens pooled first. */
#include "support/case.h"

/* ---- what several forms can hold ---- */

static const struct { int64_t count; uint32_t forms; } alike[] = {
    { COUNT_ONE, ANY_FORM & ~FORM_ROWS_MASKED },
    { COUNT_SOME, FORM_ROWS_MASKED | FORM_LEFT | FORM_RIGHT | FORM_RAGGED | FORM_RAGGED_MASKED | FORM_CANVAS_MASKED },
    { COUNT_FULL, WITH_TOKENS },
    { COUNT_UNEVEN, FORM_LEFT | FORM_RIGHT | FORM_RAGGED | FORM_RAGGED_MASKED | FORM_CANVAS_MASKED },
};

/* Numbers of vectors become those among the valid ones. */
static void renumber(const matrix_case *c, record *r)
{
    int64_t *number = (int64_t *)r->data;
    for (int64_t i = 0; i < r->bytes / (int64_t)sizeof *number; i++) {
        int64_t n = 0;
        for (int64_t v = 0; v < number[i] && v < c->n_vectors; v++)
            n += c->valid[v];
        number[i] = n;
    }
}

/* Rows of outputs that are no valid vector's fall out. */
static void keep_valid(const matrix_case *c, record *r)
{
    int64_t row = c->n_vectors ? r->bytes / c->n_vectors : 0, kept = 0;
    for (int64_t v = 0; v < c->n_vectors; v++)
        if (c->valid[v])
            memmove(r->data + kept++ * row, r->data + v * row, (size_t)row);
    r->bytes = kept * row;
}

static void without_form(const matrix_case *c, outcome *result)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < result->n_records; i++) {
        record *r = &result->records[i];
        if (r->by_vector)
            keep_valid(c, r);
        else if (c->operation->rows && !strcmp(r->name, c->operation->rows))
            renumber(c, r);
        if (strncmp(r->name, "n_masked", 8)) /* how many are masked is of the form */
            result->records[kept++] = *r;
        else
            free(r->data);
    }
    result->n_records = kept;
    if (result->status == LAMELLA_NOTE)
        result->status = LAMELLA_OK;
}

static void run_form(const operation *o, const setting *s, outcome *expected)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, NULL);
    case_call(&c, &result);
    without_form(&c, &result);
    if (expected->records[0].data || expected->status)
        outcome_equal(&c, &result, expected);
    else
        *expected = result;
    if (result.records[0].data != expected->records[0].data)
        outcome_free(&result);
    case_close(&c);
}

static void every_form(const operation *o, int64_t dtype, int64_t samples, int64_t count, uint32_t forms)
{
    static const int64_t sources[] = { LAYOUT_CONTIGUOUS, LAYOUT_SLICED, LAYOUT_CUT, LAYOUT_BROADCAST, SOURCE_READ + 7 };
    outcome expected = { 0 };
    setting s = setting_smallest(o);
    s.at[AXIS_DTYPE] = dtype;
    s.at[AXIS_SAMPLES] = samples;
    s.at[AXIS_COUNT] = count;
    for (int64_t form = 1; form < ANY_FORM; form *= 2)
        for (int i = 0; i < 5 - (o->in_memory != 0); i++)
            if (forms & (uint32_t)form && (i == 0 || i == 4 || samples == 3)) {
                s.at[AXIS_FORM] = form;
                s.at[AXIS_SOURCE] = sources[i];
                run_form(o, &s, &expected);
            }
    outcome_free(&expected);
}

/* ---- pooled first ---- */

static const char *const pooling[] = {
#define LISTED(function)
#define TAKES_TWO(function)
#define CHANGES(function)
#define POOLS(function) #function,
#include "support/operations.inc"
    NULL
};

static int pools_tokens(const operation *o)
{
    for (int i = 0; pooling[i]; i++)
        if (!strcmp(pooling[i], o->function))
            return 1;
    return 0;
}

static const matrix_case *tokens;

/* The case of masked rows gets the pooled tokens of another, and its numbers of valid ones. */
static void pool_first(matrix_case *c)
{
    const lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = tokens->m.readout };
    int64_t n = c->m.n_samples;
    c->m.readout = options.readout;
    lamella_view pooled[MOST_LAYERS];
    for (int64_t l = 0; l < c->m.stack.n_layers; l++) {
        int64_t shape[] = { n, c->input[0].layer[l].shape[1] };
        pooled[l] = lay_out(&c->inputs, LAMELLA_F32, shape, 2, LAYOUT_CONTIGUOUS, NULL);
    }
    lamella_status status = lamella_fusion_pool(NULL, &tokens->m.stack, pooled, &options, NULL);
    if (!succeeded(status))
        case_failed(tokens, "cannot be pooled: %s", lamella_last_error());
    memcpy(c->input[0].layer, pooled, sizeof pooled);
    char *valid = (char *)piece_take(&c->inputs, n)->memory;
    for (int64_t s = 0; s < n; s++) {
        valid[s] = 0;
        for (int64_t v = tokens->start[s]; v < tokens->start[s + 1]; v++)
            valid[s] |= (char)tokens->valid[v];
        c->valid[s] = (unsigned char)valid[s];
    }
    c->input[0].mask = lay_out(&c->inputs, LAMELLA_U8, &n, 1, LAYOUT_CONTIGUOUS, valid);
}

static void pooled_inside_and_before(const operation *o, int64_t form, int64_t samples, int32_t readout)
{
    matrix_case inside, before;
    outcome expected, result;
    setting s = setting_smallest(o);
    s.at[AXIS_SAMPLES] = samples;
    s.at[AXIS_FORM] = form;
    case_open(&inside, o, &s, NULL);
    inside.m.readout = readout;
    case_call(&inside, &result);
    without_form(&inside, &result);
    tokens = &inside;
    s.at[AXIS_FORM] = FORM_ROWS_MASKED;
    s.at[AXIS_SAMPLES] = inside.m.n_samples;
    case_open(&before, o, &s, pool_first);
    case_call(&before, &expected);
    without_form(&before, &expected);
    outcome_equal(&inside, &result, &expected);
    outcome_free(&expected);
    outcome_free(&result);
    case_close(&before);
    case_close(&inside);
}

void matrix_forms(const operation *o)
{
    static const int32_t readouts[] = { LAMELLA_READOUT_MEAN, LAMELLA_READOUT_CLS, LAMELLA_READOUT_LAST, LAMELLA_READOUT_MAX,
                                        LAMELLA_READOUT_FIRST_MEAN };
    uint32_t forms = o->forms ? o->forms : ANY_FORM;
    const setting smallest = setting_smallest(o);
    for (size_t i = 0; i < sizeof alike / sizeof *alike && !o->keeps_shape; i++)
        for (int64_t samples = 3; samples < 24; samples += 20) {
            every_form(o, smallest.at[AXIS_DTYPE], samples, alike[i].count, alike[i].forms & forms);
            /* where panels of f64 are the host's memory; pooled rows are f32 */
            if (samples == 3 && !pools_tokens(o) && (o->dtypes ? o->dtypes : FLOAT_DTYPES) & 1 << LAMELLA_F64)
                every_form(o, LAMELLA_F64, samples, alike[i].count, alike[i].forms & forms);
        }
    if (pools_tokens(o) && forms & FORM_ROWS_MASKED)
        for (int64_t form = 1; form < ANY_FORM; form *= 2)
            if (forms & (uint32_t)form & WITH_TOKENS)
                for (size_t i = 0; i < sizeof readouts / sizeof *readouts; i++)
                    pooled_inside_and_before(o, form, i ? 23 : MANY, readouts[i]);
}
