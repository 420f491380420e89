/* monitor: scores states one by one with a saved probe, as a host does that watches its model token by token.
 *
 *   monitor [PROBE] [STATES]     fits a probe of examples/data/states.safetensors on first use */
#include <lamella.h>
#include "support/arguments.h"
#include "support/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char HELP[] =
    "usage: monitor [--layer N] [--label NAME] [--every N] [--json] [PROBE] [STATES]\n"
    "\n"
    "Scores every row of a layer of STATES (default: examples/data/states.safetensors) with the probe in the file PROBE (default:\n"
    "build/monitor.safetensors), one call a row, and prints how many are over 0 and how long a call takes. Where there is no file PROBE,\n"
    "one is fitted on STATES and its label first.\n"
    "\n"
    "  --layer N     place of the layer in STATES (default: 3)\n"
    "  --label NAME  what to fit (default: person)\n"
    "  --every N     print the score of every Nth row too\n"
    "  --json        one JSON object on stdout\n"
    "\n"
    "Exit status: 0; 1 if a file cannot be used; 2 for a wrong command line.\n";

typedef struct monitor {
    const char *probe, *states, *label;
    int32_t     layer, every, json, help;
} monitor;

static int complain(void)
{
    fprintf(stderr, "monitor: %s\n", lamella_last_error());
    return 1;
}

static int fit_first(const monitor *m, const lamella_io_file *file, const lamella_stack *stack)
{
    lamella_view labels;
    lamella_probe_linear *probe;
    fprintf(stderr, "monitor: fitting %s on %s\n", m->label, m->states);
    if (lamella_io_label_get(file, m->label, &labels) < 0
        || lamella_probe_linear_fit(NULL, stack, &labels, NULL, &probe, NULL) < 0)
        return complain();
    int failed = lamella_probe_linear_save(NULL, probe, m->probe) < 0 ? complain() : 0;
    lamella_probe_linear_free(probe);
    return failed;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The host's loop: one state, one call, nothing allocated. */
static int watch(const monitor *m, const lamella_probe_linear *probe, const float *x, int64_t n, int64_t dim, int64_t n_outputs)
{
    float *scores = malloc((size_t)n_outputs * sizeof *scores);
    int64_t n_over = 0;
    double seconds = 0;
    json j = { .out = stdout };
    lamella_view out;
    if (!scores || lamella_tensor_view_mutable(scores, LAMELLA_F32, 1, &n_outputs, NULL, &out) < 0)
        return complain();
    if (m->json) {
        json_open(&j, NULL, '{');
        json_open(&j, "scores", '[');
    }
    for (int64_t i = 0; i < n; i++) {
        lamella_view state;
        lamella_tensor_view(x + i * dim, LAMELLA_F32, 1, &dim, NULL, &state);
        double before = seconds_now();
        if (lamella_probe_linear_score(NULL, probe, m->layer, &state, &out) < 0)
            return complain();
        seconds += seconds_now() - before;
        n_over += scores[0] > 0;
        if (m->every && i % m->every == 0 && m->json)
            json_real(&j, NULL, scores[0]);
        else if (m->every && i % m->every == 0)
            printf("row %lld: %+.3f\n", (long long)i, (double)scores[0]);
    }
    free(scores);
    if (!m->json) {
        printf("%lld of %lld states over 0; %.0f ns a call of %lld dims\n", (long long)n_over, (long long)n, 1e9 * seconds / (double)n,
               (long long)dim);
        return 0;
    }
    json_close(&j, ']');
    json_integer(&j, "n_states", n);
    json_integer(&j, "n_over", n_over);
    json_integer(&j, "dim", dim);
    json_real(&j, "nanoseconds", 1e9 * seconds / (double)n);
    json_close(&j, '}');
    json_end(&j);
    return 0;
}

static int score_layer(const monitor *m, const lamella_stack *stack, const lamella_probe_linear *probe)
{
    int64_t n, dim;
    lamella_view dims, outputs;
    if (lamella_tensor_sizes(stack, m->layer, &n, &dim) < 0 || lamella_probe_linear_get(probe, "dims", &dims) < 0
        || lamella_probe_linear_get(probe, "output_offsets", &outputs) < 0)
        return complain();
    float *x = malloc((size_t)(n * dim + 1) * sizeof *x);
    lamella_view row = stack->layer[m->layer], into;
    void *raw = malloc((size_t)(n * dim + 1) * 8);
    if (!x || !raw) {
        fprintf(stderr, "monitor: out of memory\n");
        return 1;
    }
    int64_t depth = stack->depth ? stack->depth[m->layer] : m->layer, shape[] = { n, dim };
    lamella_tensor_view_mutable(raw, row.dtype, 2, shape, NULL, &into);
    for (int64_t first = 0, got; first < n; first += got) {
        lamella_view part = into;
        part.data = (char *)raw + first * dim * (row.dtype == LAMELLA_F64 ? 8 : row.dtype == LAMELLA_F32 ? 4 : 2);
        part.shape[0] = n - first;
        got = stack->read(depth, first, n - first, &part, stack->user);
        if (got < 1)
            return complain();
    }
    lamella_view to;
    lamella_tensor_view_mutable(x, LAMELLA_F32, 2, shape, NULL, &to);
    int failed = lamella_tensor_cast(NULL, &into, &to) < 0 ? complain() : 0;
    if (!failed)
        failed = watch(m, probe, x, n, dim, ((const int64_t *)outputs.data)[outputs.shape[0] - 1]);
    free(raw);
    free(x);
    return failed;
}

static int is_there(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file)
        fclose(file);
    return file != NULL;
}

static int run_monitor(const monitor *m)
{
    lamella_io_file *file;
    lamella_stack stack = { .struct_size = sizeof stack };
    lamella_probe_linear *probe;
    if (lamella_io_stack_open(NULL, m->states, NULL, &file, &stack, NULL, NULL) < 0)
        return complain();
    int failed = is_there(m->probe) ? 0 : fit_first(m, file, &stack);
    if (!failed && lamella_probe_linear_open(NULL, m->probe, &probe) < 0)
        failed = complain();
    else if (!failed) {
        failed = score_layer(m, &stack, probe);
        lamella_probe_linear_free(probe);
    }
    lamella_io_file_free(file);
    return failed;
}

int main(int argc, char **argv)
{
    monitor m = { .probe = "build/monitor.safetensors", .states = "examples/data/states.safetensors", .label = "person", .layer = 3 };
    const char *words[2];
    const argument options[] = {
        { "--layer", ARGUMENT_INTEGER, &m.layer, 0, 1000000 }, { "--label", ARGUMENT_TEXT, &m.label, 0, 0 },
        { "--every", ARGUMENT_INTEGER, &m.every, 1, 1000000 }, { "--json", ARGUMENT_FLAG, &m.json, 0, 0 },
        { "--help", ARGUMENT_FLAG, &m.help, 0, 0 },
    };
    int n = arguments_read("monitor", argc, argv, options, (int)(sizeof options / sizeof *options), words, 2);
    if (m.help)
        return fputs(HELP, stdout) < 0;
    m.probe = n > 0 ? words[0] : m.probe;
    m.states = n > 1 ? words[1] : m.states;
    return run_monitor(&m);
}
