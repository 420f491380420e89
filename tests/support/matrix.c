/* One case of the matrix: its context, its outputs, and what every call must keep. */
#include "support/case.h"
#include <fenv.h>
#include <stdarg.h>
#include <unistd.h>

/* ---- texts ---- */

static const char *form_text(int64_t form)
{
    return form == FORM_ROWS        ? "rows"
         : form == FORM_ROWS_MASKED ? "rows, masked"
         : form == FORM_TOKENS      ? "tokens"
         : form == FORM_LEFT        ? "tokens, padded left"
         : form == FORM_RIGHT       ? "tokens, padded right"
         : form == FORM_RAGGED      ? "ragged"
         : form == FORM_CANVAS      ? "canvas"
         : form == FORM_STRIP       ? "canvas of one line"
         : form == FORM_CANVAS_MASKED ? "canvas, masked"
                                    : "ragged, masked";
}

static const char *const layout_names[] = { "contiguous", "padded", "reversed", "strided", "transposed", "unaligned", "sliced", "cut",
                                             "broadcast" };

const char *setting_text(const operation *o, const setting *s, char *text, int64_t size)
{
    static const char *const dtypes[] = { "", "f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "bool" };
    static const char *const repeats[] = { "", ", all samples alike", ", all tokens alike", ", all dims alike" };
    static const char *const counts[] = { "", ", one token each", ", a token or none each", ", full", ", uneven" };
    static const char *const fars[] = { "", ", far from 0", ", huge", ", tiny" };
    char source[32], host[32];
    int64_t from = s->at[AXIS_SOURCE], threads = s->at[AXIS_HOST];
    if (from >= SOURCE_READ)
        snprintf(source, sizeof source, "read by %d", (int)(from - SOURCE_READ));
    else
        snprintf(source, sizeof source, "%s", layout_names[from]);
    snprintf(host, sizeof host, threads == HOST_NULL ? "no context" : threads == HOST_BACKWARDS ? "parallel_for backwards" : "%d threads",
             (int)threads);
    snprintf(text, (size_t)size, "%s%s%s%s\n  input: %s, %s%s%s%s, %d samples, widths no. %d, %s\n  outputs: %s\n  host: %s, simd %d",
             o->function, o->as ? " (" : "", o->as ? o->as : "", o->as ? ")" : "", dtypes[s->at[AXIS_DTYPE]], form_text(s->at[AXIS_FORM]),
             repeats[s->at[AXIS_REPEAT]], counts[s->at[AXIS_COUNT]], fars[s->at[AXIS_FAR]], (int)s->at[AXIS_SAMPLES], (int)s->at[AXIS_WIDTHS], source, layout_names[s->at[AXIS_OUTPUT]], host, (int)s->at[AXIS_SIMD]);
    return text;
}

void case_failed(const matrix_case *c, const char *format, ...)
{
    char what[1024], where[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    ck_abort_msg("%s\n  %s", setting_text(c->operation, &c->setting, where, sizeof where), what);
    abort(); /* not reached: tells the compiler so */
}

int succeeded(lamella_status status)
{
    return status == LAMELLA_OK || status == LAMELLA_NOTE;
}

/* ---- opening and closing ---- */

static void case_context(matrix_case *c)
{
    int64_t threads = c->setting.at[AXIS_HOST];
    if (threads == HOST_NULL)
        return;
    lamella_context_options options = {
        .struct_size = sizeof options,
        .threads = (int32_t)(threads == HOST_BACKWARDS ? 5 : threads),
        .simd = (int32_t)c->setting.at[AXIS_SIMD],
        .max_workspace_bytes = c->host.max_workspace_bytes,
        .deadline_seconds = c->host.deadline_seconds,
        .allocate = test_allocate,
        .release = test_release,
        .parallel_for = threads == HOST_BACKWARDS ? host_parallel_for_backwards : NULL,
        .progress = host_progress,
        .user = &c->host,
    };
    lamella_status status = lamella_context_create(&options, &c->m.ctx);
    if (status != LAMELLA_OK)
        case_failed(c, "no context: %s", lamella_last_error());
}

void case_open(matrix_case *c, const operation *o, const setting *s, void (*plan)(matrix_case *c))
{
    memset(c, 0, sizeof *c);
    c->operation = o;
    c->setting = *s;
    c->host.thread = pthread_self();
    c->m.inside = c;
    case_input(c);
    if (plan)
        plan(c);
    case_context(c);
}

void case_close(matrix_case *c)
{
    lamella_context_free(c->m.ctx);
    if (c->folder[0]) {
        unlink(c->path);
        if (rmdir(c->folder))
            case_failed(c, "files were left beside the one that was written");
    }
    if (c->host.memory.live)
        case_failed(c, "%d allocations (%d bytes) were not released", (int)c->host.memory.live, (int)c->host.memory.live_bytes);
    if (c->host.memory.mistakes)
        case_failed(c, "%d releases named another size or alignment than was asked for", (int)c->host.memory.mistakes);
    pieces_free(&c->of_call);
    pieces_free(&c->inputs);
}

/* ---- outputs ---- */

void case_lie(matrix_case *c)
{
    const mistake *wrong = &c->mistake;
    if (!c->liar || c->mistake.made)
        return;
    char *over = wrong->what == OUTPUT_OVER_OUTPUT ? (char *)c->outputs[wrong->other].view->data
               : wrong->other < c->n_inputs_at     ? c->input_at[wrong->other] /* NULL: forgotten */
                                                   : NULL;
    if (!over)
        return;
    c->liar->data = over;
    c->mistake.made = 1;
}

/* The first axis of more than one element, or -1. */
static int32_t long_axis(const lamella_view *v)
{
    for (int32_t i = 0; i < v->rank; i++)
        if (v->shape[i] > 1)
            return i;
    return -1;
}

static void spoil_output(matrix_case *c, lamella_view *v)
{
    mistake *wrong = &c->mistake;
    int32_t axis = long_axis(v);
    if (!elements_of(v))
        return;
    switch (wrong->what) {
    case OUTPUT_READONLY:
        v->flags |= LAMELLA_READONLY;
        break;
    case OUTPUT_DTYPE:
        v->dtype = v->dtype == LAMELLA_I8 ? LAMELLA_U8 : LAMELLA_I8;
        break;
    case OUTPUT_LONGER:
        if (!v->rank)
            return;
        v->shape[0]++;
        break;
    case OUTPUT_BROADCAST:
        if (axis < 0)
            return;
        row_major(v->shape, v->rank, v->stride);
        v->stride[axis] = 0;
        v->flags |= LAMELLA_BROADCAST;
        break;
    case OUTPUT_OVER_INPUT:
    case OUTPUT_OVER_OUTPUT:
        c->liar = v;
        case_lie(c);
        return;
    default:
        return;
    }
    wrong->made = 1;
}

static int64_t at_most(int64_t most, int64_t n)
{
    return n < most ? n : most;
}

static void add_output(matrix *m, lamella_view *view, const char *name, int64_t index, int32_t dtype, const int64_t *axes,
                       int32_t n_axes, int64_t layer, int64_t width)
{
    matrix_case *c = m->inside;
    int64_t shape[2 * LAMELLA_MAX_RANK];
    int32_t rank = 0;
    for (int32_t i = 0; i < n_axes; i++) {
        if (axes[i] == LAYER_LEAD)
            for (int64_t k = 0; k < c->n_lead; k++)
                shape[rank++] = c->lead[k];
        else
            shape[rank++] = at_most(MOST_EXTENT, axes[i] == LAYER_DIM ? m->view[layer].shape[c->n_lead] : axes[i] == WIDTH ? width : axes[i]);
    }
    if (c->n_outputs == MOST_RECORDS)
        case_failed(c, "more than %d outputs", MOST_RECORDS);
    *view = lay_out(&c->of_call, dtype, shape, rank, (enum layout)c->setting.at[AXIS_OUTPUT], NULL);
    c->outputs[c->n_outputs] = (output){ name, index, n_axes && axes[0] == LAYER_LEAD, view, c->of_call };
    if (c->mistake.number == c->n_outputs++)
        spoil_output(c, view);
}

const lamella_view *matrix_outputs(matrix *m, const char *name, int32_t dtype, int64_t n_layers, const int64_t *widths, int64_t n_widths,
                                   const int64_t *axes, int32_t n_axes)
{
    lamella_view *views = (lamella_view *)piece_take(&m->inside->of_call, n_layers * n_widths * (int64_t)sizeof *views)->memory;
    for (int64_t i = 0; i < n_layers * n_widths; i++)
        add_output(m, &views[i], name, i, dtype, axes, n_axes, i / n_widths, widths ? widths[i % n_widths] : 0);
    return views;
}

static record *add_record(matrix_case *c, const char *name, int64_t index, int64_t bytes, int32_t dtype)
{
    outcome *o = c->outcome;
    if (o->n_records == MOST_RECORDS)
        case_failed(c, "more than %d records", MOST_RECORDS);
    record *r = &o->records[o->n_records++];
    *r = (record){ .index = index, .bytes = bytes, .dtype = dtype, .data = malloc((size_t)bytes + 1) };
    snprintf(r->name, sizeof r->name, "%s", name);
    return r;
}

void matrix_array(matrix *m, const char *name, const lamella_view *array)
{
    view_gather(array, add_record(m->inside, name, 0, elements_of(array) * element_bytes(array->dtype), array->dtype)->data);
}

void matrix_number(matrix *m, const char *name, double value)
{
    memcpy(add_record(m->inside, name, 0, sizeof value, LAMELLA_F64)->data, &value, sizeof value);
}

const char *matrix_path(matrix *m)
{
    matrix_case *c = m->inside;
    if (!c->folder[0]) {
        snprintf(c->folder, sizeof c->folder, "%s/lamella-matrix-XXXXXX", folder_of_files());
        if (!mkdtemp(c->folder))
            case_failed(c, "no folder for files in %s", folder_of_files());
        snprintf(c->path, sizeof c->path, "%s/file", c->folder);
    }
    return c->path;
}

void matrix_file(matrix *m, const char *name, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return; /* the save failed: its status says so */
    fseek(file, 0, SEEK_END);
    int64_t bytes = ftell(file);
    rewind(file);
    record *r = add_record(m->inside, name, 0, bytes, LAMELLA_U8);
    if ((int64_t)fread(r->data, 1, (size_t)bytes, file) != bytes)
        case_failed(m->inside, "%s: cannot read what was saved", name);
    fclose(file);
}

/* ---- the call ---- */

/* Copies an output out and looks whether its guards, the bytes between its elements, still stand. */
static void collect_output(matrix_case *c, const output *o)
{
    record *r = add_record(c, o->name, o->index, elements_of(o->view) * element_bytes(o->view->dtype), o->view->dtype);
    r->by_vector = o->by_vector;
    view_gather(o->view, r->data);
    char *guard = malloc((size_t)r->bytes + 1);
    memset(guard, 0xff, (size_t)r->bytes);
    view_scatter(o->view, guard);
    free(guard);
    for (int64_t i = 0; i < o->memory->bytes; i++)
        if ((unsigned char)o->memory->memory[i] != 0xff)
            case_failed(c, "output %s[%d]: byte %d beside its elements was written", o->name, (int)o->index, (int)i);
}

/* Rounding mode, and on x86 flush-to-zero and the masks; not the sticky flags, which any inexact result raises. */
static uint32_t float_environment(void)
{
    uint32_t bits = (uint32_t)fegetround();
#ifdef __SSE__
    bits ^= (__builtin_ia32_stmxcsr() & ~0x3fu) << 8;
#endif
    return bits;
}

static void check_inputs(const matrix_case *c, const piece *list)
{
    for (const piece *p = list; p; p = p->next)
        if (p->copy && memcmp(p->memory, p->copy, (size_t)p->bytes))
            case_failed(c, "an input was written");
}

void case_call(matrix_case *c, outcome *result)
{
    int64_t live = c->host.memory.live;
    memset(result, 0, sizeof *result);
    c->outcome = result;
    c->n_outputs = c->n_small = 0;
    c->n_inputs_at = c->n_inputs_kept;
    c->liar = NULL;
    c->host.n_progress = c->host.n_reads = 0;
    c->host.told = 0;
    for (int i = 0; i < 2; i++)
        memset(c->input[i].next_row, 0, sizeof c->input[i].next_row);
    uint32_t environment = float_environment();
    result->status = c->operation->body(&c->m);
    if (float_environment() != environment)
        case_failed(c, "the floating-point environment was changed");
    if (c->host.complaint)
        case_failed(c, "%s", c->host.complaint);
    if (c->host.memory.live != live)
        case_failed(c, "%s left %d allocations", lamella_status_name(result->status), (int)(c->host.memory.live - live));
    check_inputs(c, c->inputs);
    check_inputs(c, c->of_call);
    for (int64_t i = 0; i < c->n_outputs && !c->mistake.what; i++)
        collect_output(c, &c->outputs[i]);
    pieces_free(&c->of_call);
}

void outcome_free(outcome *result)
{
    for (int64_t i = 0; i < result->n_records; i++)
        free(result->records[i].data);
    memset(result, 0, sizeof *result);
}

static void record_equal(const matrix_case *c, const record *a, const record *e)
{
    if (strcmp(a->name, e->name) || a->index != e->index || a->bytes != e->bytes)
        case_failed(c, "%s[%d] of %d bytes stands where %s[%d] of %d bytes was expected", a->name, (int)a->index, (int)a->bytes, e->name,
                    (int)e->index, (int)e->bytes);
    if (!memcmp(a->data, e->data, (size_t)a->bytes))
        return;
    for (int64_t i = 0; i < a->bytes; i++)
        if (a->data[i] != e->data[i]) {
            int64_t size = element_bytes(a->dtype), at = i / size, first = at * size;
            char actual[20] = "", expected[20] = "";
            for (int64_t k = size - 1; k >= 0; k--) {
                snprintf(actual + strlen(actual), 3, "%02x", (unsigned char)a->data[first + k]);
                snprintf(expected + strlen(expected), 3, "%02x", (unsigned char)e->data[first + k]);
            }
            case_failed(c, "%s[%d]: element %d of %d has bits %s, expected %s", a->name, (int)a->index, (int)at, (int)(a->bytes / size), actual, expected);
        }
}

void outcome_equal(const matrix_case *c, const outcome *actual, const outcome *expected)
{
    if (actual->status != expected->status)
        case_failed(c, "returned %s (%s), expected %s", lamella_status_name(actual->status), lamella_last_error(),
                    lamella_status_name(expected->status));
    if (actual->n_records != expected->n_records)
        case_failed(c, "left %d outputs, expected %d", (int)actual->n_records, (int)expected->n_records);
    for (int64_t i = 0; i < actual->n_records; i++)
        record_equal(c, &actual->records[i], &expected->records[i]);
}
