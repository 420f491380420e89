/* The same values give the same bits: each variation alone, then all pairs of them. */
#include "support/case.h"

#define MOST_VALUES 16
typedef struct choices { int64_t n, value[MOST_VALUES]; } choices;

static void choose(choices *list, int64_t value)
{
    list->value[list->n++] = value;
}

/* The first value of each axis is the plain one. */
static void axes_of(const operation *o, choices *axis)
{
    static const choices samples = { 3, { 3, 1, MANY } };
    static const choices widths = { N_WIDTHS, { WIDTHS_3, WIDTHS_1, WIDTHS_17, WIDTHS_64, WIDTHS_MIXED } };
    static const choices hosts = { 5, { 1, 2, 5, HOST_NULL, HOST_BACKWARDS } };
    static const choices outputs = { 6, { LAYOUT_CONTIGUOUS, LAYOUT_PADDED, LAYOUT_TRANSPOSED, LAYOUT_UNALIGNED, LAYOUT_SLICED, LAYOUT_CUT } };
    static const choices sources = { 12, { LAYOUT_CONTIGUOUS, LAYOUT_PADDED, LAYOUT_REVERSED, LAYOUT_STRIDED, LAYOUT_TRANSPOSED, LAYOUT_UNALIGNED,
                                           LAYOUT_SLICED, LAYOUT_CUT, LAYOUT_BROADCAST, SOURCE_READ + 1, SOURCE_READ + 7, SOURCE_READ + 256 } };
    static const choices repeats = { N_REPEATS, { REPEAT_NONE, REPEAT_SAMPLES, REPEAT_TOKENS, REPEAT_DIMS } };
    static const choices only_plain = { 1, { 0 } };
    memset(axis, 0, N_AXES * sizeof *axis);
    for (int64_t dtype = LAMELLA_F32; dtype <= LAMELLA_BOOL; dtype++)
        if ((o->dtypes ? o->dtypes : FLOAT_DTYPES) >> dtype & 1)
            choose(&axis[AXIS_DTYPE], dtype);
    for (int64_t form = 1; form < ANY_FORM; form *= 2)
        if ((o->forms ? o->forms : ANY_FORM) & form)
            choose(&axis[AXIS_FORM], form);
    axis[AXIS_SAMPLES] = samples;
    axis[AXIS_WIDTHS] = widths;
    axis[AXIS_WIDTHS].n -= o->one_width;
    axis[AXIS_SOURCE] = sources;
    axis[AXIS_SOURCE].n -= o->in_memory ? 3 : 0;
    axis[AXIS_OUTPUT] = outputs;
    axis[AXIS_HOST] = hosts;
    axis[AXIS_REPEAT] = repeats;
    axis[AXIS_COUNT] = axis[AXIS_FAR] = only_plain;
    lamella_build build = { .struct_size = sizeof build };
    ok(lamella_build_info(NULL, &build));
    for (int64_t level = LAMELLA_SIMD_REFERENCE; level < MOST_VALUES; level++)
        if (build.simd_present >> level & 1)
            choose(&axis[AXIS_SIMD], level);
}

setting setting_smallest(const operation *o)
{
    choices axis[N_AXES];
    setting s;
    axes_of(o, axis);
    for (int a = 0; a < N_AXES; a++)
        s.at[a] = axis[a].value[0];
    return s;
}

/* ---- what a setting has to equal ---- */

/* The plain way to the same values. */
static setting plain_of(const operation *o, const setting *s)
{
    setting plain = setting_smallest(o);
    plain.at[AXIS_FORM] = s->at[AXIS_FORM];
    plain.at[AXIS_SAMPLES] = s->at[AXIS_SAMPLES];
    plain.at[AXIS_WIDTHS] = s->at[AXIS_WIDTHS];
    plain.at[AXIS_REPEAT] = s->at[AXIS_REPEAT];
    if (o->keeps_dtype || s->at[AXIS_DTYPE] > LAMELLA_BF16)
        plain.at[AXIS_DTYPE] = s->at[AXIS_DTYPE];
    return plain;
}

typedef struct expectation {
    struct expectation *next;
    setting             setting;
    outcome             outcome;
} expectation;

static void run_once(const operation *o, const setting *s, outcome *result, const outcome *expected)
{
    matrix_case c;
    case_open(&c, o, s, NULL);
    case_call(&c, result);
    int is_poor = s->at[AXIS_REPEAT] || s->at[AXIS_SAMPLES] == 1 || s->at[AXIS_WIDTHS] == WIDTHS_1;
    int is_degenerate = is_poor && (result->status == LAMELLA_ERR_NUMERIC || result->status == LAMELLA_ERR_EMPTY);
    if (!succeeded(result->status) && !is_degenerate)
        case_failed(&c, "returned %s: %s", lamella_status_name(result->status), lamella_last_error());
    if (expected)
        outcome_equal(&c, result, expected);
    case_close(&c);
}

static const outcome *expected_of(const operation *o, const setting *s, expectation **known)
{
    setting plain = plain_of(o, s);
    for (expectation *e = *known; e; e = e->next)
        if (!memcmp(&e->setting, &plain, sizeof plain))
            return &e->outcome;
    expectation *e = calloc(1, sizeof *e);
    e->setting = plain;
    e->next = *known;
    *known = e;
    run_once(o, &plain, &e->outcome, NULL);
    return &e->outcome;
}

static void same_bits(const operation *o, const setting *s, expectation **known)
{
    outcome result;
    run_once(o, s, &result, expected_of(o, s, known));
    outcome_free(&result);
}

/* ---- all pairs ---- */

typedef struct pairs {
    choices       axis[N_AXES];
    unsigned char met[N_AXES][MOST_VALUES][N_AXES][MOST_VALUES]; /* axes a < b only */
} pairs;

static int is_met(const pairs *p, int a, int64_t i, int b, int64_t j)
{
    return a < b ? p->met[a][i][b][j] : p->met[b][j][a][i];
}

/* How many pairs value i of axis a would meet with the values picked so far (-1: none yet). */
static int64_t gain(const pairs *p, const int64_t *picked, int a, int64_t i)
{
    int64_t n = 0;
    for (int b = 0; b < N_AXES; b++)
        n += b != a && picked[b] >= 0 && !is_met(p, a, i, b, picked[b]);
    return n;
}

static int first_unmet(const pairs *p, int64_t *picked)
{
    for (int a = 0; a < N_AXES; a++)
        for (int b = a + 1; b < N_AXES; b++)
            for (int64_t i = 0; i < p->axis[a].n; i++)
                for (int64_t j = 0; j < p->axis[b].n; j++)
                    if (!is_met(p, a, i, b, j)) {
                        picked[a] = i;
                        picked[b] = j;
                        return 1;
                    }
    return 0;
}

/* The first pair not met yet, then for each other axis the value that meets most; 0: all pairs are met. */
static int next_row(pairs *p, int64_t *picked)
{
    for (int a = 0; a < N_AXES; a++)
        picked[a] = -1;
    if (!first_unmet(p, picked))
        return 0;
    for (int a = 0; a < N_AXES; a++) {
        if (picked[a] >= 0)
            continue;
        int64_t best = 0;
        for (int64_t i = 1; i < p->axis[a].n; i++)
            best = gain(p, picked, a, i) > gain(p, picked, a, best) ? i : best;
        picked[a] = best;
    }
    for (int a = 0; a < N_AXES; a++)
        for (int b = a + 1; b < N_AXES; b++)
            p->met[a][picked[a]][b][picked[b]] = 1;
    return 1;
}

void matrix_same_bits(const operation *o)
{
    pairs p;
    expectation *known = NULL;
    int64_t picked[N_AXES];
    setting smallest = setting_smallest(o);
    memset(&p, 0, sizeof p);
    axes_of(o, p.axis);
    for (int a = 0; a < N_AXES; a++)
        for (int64_t i = 0; i < p.axis[a].n; i++) {
            setting one = smallest;
            one.at[a] = p.axis[a].value[i];
            same_bits(o, &one, &known);
        }
    while (next_row(&p, picked)) {
        setting s;
        for (int a = 0; a < N_AXES; a++)
            s.at[a] = p.axis[a].value[picked[a]];
        same_bits(o, &s, &known);
    }
    while (known) {
        expectation *e = known;
        known = e->next;
        outcome_free(&e->outcome);
        free(e);
    }
}
