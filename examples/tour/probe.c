/* probe: at which layer can a linear probe tell a concept? Cross-validated accuracies of all layers, with intervals. */
#include "support/concept.h"
#include "support/arrays.h"
#include "support/chart.h"
#include "support/page.h"
#include "support/table.h"
#include "support/text.h"
#include "tour/tour.h"
#include <math.h>

#define N_TASKS 3
#define N_SENSES 26

/* WordNet's own names of its 26 files of nouns. */
static const char *const sense_names[N_SENSES] = {
    "Tops", "act", "animal", "artifact", "attribute", "body", "cognition", "communication", "event", "feeling", "food", "group", "location",
    "motive", "object", "person", "phenomenon", "plant", "possession", "process", "quantity", "relation", "shape", "state", "substance", "time",
};

typedef struct probe_found {
    concept *task;  /* [N_TASKS] */
    concept *order; /* one */
    concept *sense; /* [N_SENSES] */
    int64_t  n_drawn, n_layers;
    double  *mean;  /* [layer] of the senses drawn: mean AUC */
    int64_t  words; /* their median number */
} probe_found;

static void measure_tasks(const tour *t, const lamella_stack *stack, const lamella_io_file *file, probe_found *f)
{
    int64_t n;
    const int64_t *vowel = tour_integers(t, file, "label.starts_vowel", &n), *person = tour_integers(t, file, "label.person", &n);
    const int64_t *long_ones = tour_long_ones(t, file, &f->words);
    lamella_view labels = array_take(LAMELLA_I64, 2, (const int64_t[]){ N_TASKS, n });
    int64_t *label = labels.data;
    for (int64_t i = 0; i < n; i++) {
        label[i] = vowel[i];
        label[n + i] = long_ones[i];
        label[2 * n + i] = person[i];
    }
    const concept_task task[N_TASKS] = {
        { "starts_vowel", "the definition starts with a vowel" },
        { "words", text_format("it has more than %lld words, the median", (long long)f->words) },
        { "person", "it defines a person" },
    };
    lamella_status status;
    f->task = concepts_measure(t->ctx, stack, &labels, NULL, task, N_TASKS, &status);
    tour_need(status, "probes of three tasks");
}

static void measure_senses(const tour *t, const lamella_stack *stack, const lamella_io_file *file, probe_found *f)
{
    int64_t n;
    const int64_t *sense = tour_integers(t, file, "label.supersense", &n);
    lamella_view labels = array_take(LAMELLA_I64, 2, (const int64_t[]){ N_SENSES, n });
    concept_task task[N_SENSES];
    for (int64_t s = 0; s < N_SENSES; s++) {
        task[s] = (concept_task){ sense_names[s], "this class against the 25 others" };
        for (int64_t i = 0; i < n; i++)
            ((int64_t *)labels.data)[s * n + i] = sense[i] == s;
    }
    lamella_status status;
    f->sense = concepts_measure(t->ctx, stack, &labels, NULL, task, N_SENSES, &status);
    tour_need(status, "probes of 26 tasks");
    f->n_layers = stack->n_layers;
    f->mean = take(f->n_layers, sizeof *f->mean);
    for (int64_t s = 0; s < N_SENSES; s++)
        f->n_drawn += f->sense[s].possible;
    for (int64_t l = 0; l < f->n_layers; l++)
        for (int64_t s = 0; s < N_SENSES; s++)
            f->mean[l] += f->sense[s].possible ? f->sense[s].auc[l] / (double)f->n_drawn : 0;
}

static void *measure(const tour *t)
{
    const lamella_io_file *file;
    probe_found *f = take(1, sizeof *f);
    lamella_stack states = tour_stack(t, "states.safetensors", &file);
    measure_tasks(t, &states, file, f);
    measure_senses(t, &states, file, f);

    int64_t n;
    lamella_stack order = tour_stack(t, "order.safetensors", &file);
    int64_t *shuffled = (int64_t *)tour_integers(t, file, "label.shuffled", &n), *group = (int64_t *)tour_integers(t, file, "group", &n);
    lamella_view labels = array_of(shuffled, LAMELLA_I64, 2, (const int64_t[]){ 1, n }), groups = array_of(group, LAMELLA_I64, 1, &n);
    lamella_status status;
    const concept_task task = { "word order", "the definition's words were shuffled" };
    f->order = concepts_measure(t->ctx, &order, &labels, &groups, &task, 1, &status);
    tour_need(status, "probes of word order");
    return f;
}

/* ---- as text ---- */

static void text_senses(FILE *out, const probe_found *f)
{
    int64_t rows = 0;
    int n = (int)f->n_layers + 4;
    table_column *column = take(n, sizeof *column);
    static const char *const title[] = { "supersense", "rows" }, *const last[] = { "low", "high" };
    for (int i = 0; i < n; i++)
        column[i] = (table_column){ "AUC by layer", "", i == 0, take(N_SENSES + 1, sizeof *column[i].cell) };
    for (int i = 0; i < 2; i++) {
        column[i].group = "", column[i].name = title[i];
        column[n - 2 + i].group = "interval of the highest", column[n - 2 + i].name = last[i];
    }
    for (int64_t l = 0; l < f->n_layers; l++)
        column[2 + l].name = text_format("%lld", (long long)f->sense[0].depth[l]);
    for (int64_t s = 0; s < N_SENSES; s++) {
        const concept *c = &f->sense[s];
        int64_t top = 0;
        if (!c->possible)
            continue;
        column[0].cell[rows] = c->name;
        column[1].cell[rows] = text_format("%lld", (long long)(c->n_rows - c->n_largest));
        for (int64_t l = 0; l < f->n_layers; l++) {
            column[2 + l].cell[rows] = text_format("%.3f", c->auc[l]);
            top = c->auc[l] > c->auc[top] ? l : top;
        }
        column[n - 2].cell[rows] = text_format("%.3f", c->auc_low[top]);
        column[n - 1].cell[rows++] = text_format("%.3f", c->auc_high[top]);
    }
    for (int i = 0; i < n; i++)
        column[i].cell[rows] = i == 0 ? "mean" : i < 2 || i >= n - 2 ? "" : text_format("%.3f", f->mean[i - 2]);
    table_write(out, column, n, rows + 1, terminal_width(out));
}

/* Rows of the class itself. */
static const char *rows_text(const concept *c)
{
    return text_count(c->n_rows - c->n_largest, "row");
}

/* "Tops (2 rows)": the tasks that no fold could train and test. */
static const char *left_out_text(const probe_found *f)
{
    char *text = text_format("%s", "");
    for (int64_t s = 0; s < N_SENSES; s++)
        if (!f->sense[s].possible)
            text = text_format("%s%s%s (%s)", text, *text ? ", " : "", f->sense[s].name, rows_text(&f->sense[s]));
    return text;
}

static void text_found(FILE *out, const void *found)
{
    const probe_found *f = found;
    concept rows[N_TASKS + 1] = { f->task[0], f->task[1], f->task[2], f->order[0] };
    concept_text(out, rows, N_TASKS + 1);
    for (int i = 0; i < N_TASKS + 1; i++)
        fprintf(out, "%s: %s %s\n", rows[i].name, concept_best_text(&rows[i]), concept_claim_text(&rows[i]));
    fputc('\n', out);
    text_senses(out, f);
    if (f->n_drawn < N_SENSES)
        fprintf(out, "no fold could be trained and tested for: %s\n", left_out_text(f));
}

/* ---- as JSON ---- */

static void json_found(json *j, const void *found)
{
    const probe_found *f = found;
    json_open(j, "tasks", '[');
    for (int i = 0; i < N_TASKS; i++)
        concept_json(j, &f->task[i]);
    json_close(j, ']');
    json_open(j, "supersense", '[');
    for (int i = 0; i < N_SENSES; i++)
        concept_json(j, &f->sense[i]);
    json_close(j, ']');
    json_open(j, "supersense_mean_auc", '[');
    for (int64_t l = 0; l < f->n_layers; l++)
        json_real(j, NULL, f->mean[l]);
    json_close(j, ']');
    json_open(j, "order", '[');
    concept_json(j, f->order);
    json_close(j, ']');
}

/* ---- on the page ---- */

static void draw_task(FILE *out, const concept *c, double low)
{
    page_figure_open(out, c->name, c->what);
    concept_draw(out, c, low);
    page_figure_close(out, text_format("%s %s", concept_best_text(c), concept_claim_text(c)), concept_points_text(c));
}

/* The curves of all classes as hairlines, their mean on top. */
static void draw_senses(FILE *out, const probe_found *f, double low)
{
    chart_curve curve[N_SENSES + 1];
    int n = 0;
    double *x = take(f->n_layers, sizeof *x);
    for (int64_t l = 0; l < f->n_layers; l++)
        x[l] = (double)f->sense[0].depth[l];
    for (int64_t s = 0; s < N_SENSES; s++)
        if (f->sense[s].possible)
            curve[n++] = (chart_curve){ f->sense[s].name, f->n_layers, x, f->sense[s].auc, NULL, NULL, NULL, CHART_THIN };
    curve[n++] = (chart_curve){ "mean", f->n_layers, x, f->mean, NULL, NULL, NULL, CHART_MAIN };
    const char **name = take(f->n_layers, sizeof *name);
    for (int64_t l = 0; l < f->n_layers; l++)
        name[l] = text_format("%lld", (long long)f->sense[0].depth[l]);
    chart picture = { .label = text_format("AUC of probes for %d classes over depth, and their mean", n - 1), .height = 180,
                      .n_mark_rows = 1, .level = .5, .level_name = "chance 0.5", .curve = curve, .n_curves = n };
    picture.x = (chart_axis){ x[0], x[f->n_layers - 1], 0, f->n_layers, x, name, "layer" };
    picture.y = chart_axis_round(low, 1, 7);
    picture.y.title = "AUC";
    page_figure_open(out, "supersense", text_format("one of 26 classes against the rest: %s, their mean in bold", text_count(n - 1, "task")));
    chart_write(out, &picture);
    page_figure_close(out, "Each task with its own interval stands below.", f->n_drawn == N_SENSES ? ""
                      : text_format("Not drawn, since no fold could be trained and tested: %s.", left_out_text(f)));
}

/* The greatest multiple of .1 under every number drawn. */
static double axis_low(const probe_found *f)
{
    double low = .5;
    for (int64_t l = 0; l < f->n_layers; l++) {
        for (int i = 0; i < N_TASKS; i++)
            low = fmin(low, fmin(f->task[i].low[l], concept_chance(&f->task[i])));
        for (int s = 0; s < N_SENSES; s++)
            low = f->sense[s].possible ? fmin(low, f->sense[s].auc[l]) : low;
    }
    return floor(10 * low) / 10;
}

static void page_senses(FILE *out, const probe_found *f)
{
    double low = .5;
    for (int s = 0; s < N_SENSES; s++)
        for (int64_t l = 0; l < f->n_layers && f->sense[s].possible; l++)
            low = isnan(f->sense[s].auc_low[l]) ? low : fmin(low, f->sense[s].auc_low[l]);
    page_title(out, "The classes one by one", "AUC over depth with its 95 % interval; few rows, wide bands");
    fputs("<div class=\"many-small\">\n", out);
    for (int s = 0; s < N_SENSES; s++)
        if (f->sense[s].possible) {
            page_figure_open(out, f->sense[s].name, rows_text(&f->sense[s]));
            concept_draw_auc(out, &f->sense[s], floor(10 * low) / 10);
            page_figure_close(out, "", "");
        }
    fputs("</div>\n", out);
}

static void page_found(FILE *out, const void *found)
{
    static const char *const name[] = { "lamella_probe_linear_fit", "lamella_probe_depth" };
    const probe_found *f = found;
    double low = axis_low(f);
    fputs("<div class=\"four\">\n", out);
    for (int i = 0; i < N_TASKS; i++)
        draw_task(out, &f->task[i], low);
    draw_senses(out, f, low);
    fputs("</div>\n", out);
    page_note(out, "Band: 95 % bootstrap interval. Filled point: a paired bootstrap does not tell this layer from the best one; hollow: it "
                   "does. J, C and S are the paper's jump, converging and settled points, read off the accuracies alone.");
    fputs("<div class=\"two\">\n", out);
    draw_task(out, f->order, floor(10 * fmin(.5, f->order->low[0])) / 10);
    page_figure_open(out, "What the intervals carry", "the same numbers for word order, whose pairs stay on one side of every split");
    concept_write_table(out, f->order);
    page_figure_close(out, "", "");
    fputs("</div>\n", out);
    page_senses(out, f);
    fputs("<details><summary>All accuracies and AUCs of the three tasks</summary>\n", out);
    for (int i = 0; i < N_TASKS; i++) {
        page_title(out, f->task[i].name, f->task[i].what);
        concept_write_table(out, &f->task[i]);
    }
    fputs("</details>\n", out);
    tour_functions(out, name, 2);
}

const verb tour_probe = {
    "probe", "Hidden states of 500 definitions, seven layers. A linear probe is fitted on each layer and asked about definitions it has not "
    "seen, in five folds. How early can a concept be read off?", measure, text_found, json_found, page_found,
};
