/* matryoshka: how much is left when layers and dims are cut? Ridge probes of every layer at every width, and search on shortened rows. */
#include "support/arrays.h"
#include "support/chart.h"
#include "support/page.h"
#include "support/table.h"
#include "support/text.h"
#include "support/widths.h"
#include "tour/tour.h"
#include <math.h>

static const int64_t widths[] = { 8, 16, 32, 64, 96, 128, 192, 256, 384 };
enum { N_WIDTHS = sizeof widths / sizeof *widths, N_SETS = 2, K = 10 };

/* One set of queries: the share whose relevant document is among the first K, at each width. */
typedef struct recall {
    const char *name, *what;
    int64_t     n_queries, n_found[N_WIDTHS];
    double      value[N_WIDTHS], low[N_WIDTHS], high[N_WIDTHS];
    uint8_t     as_good[N_WIDTHS]; /* the paired interval of the loss against all dims holds 0 */
} recall;

typedef struct matryoshka_found {
    widths_grid *grid;
    int64_t      n_documents;
    recall       set[N_SETS];
} matryoshka_found;

/* 1 or 0 for each query. */
static double *hits_of(const lamella_view *ids, const int64_t *relevant)
{
    int64_t n = ids->shape[0];
    double *hit = take(n, sizeof *hit);
    for (int64_t q = 0; q < n; q++)
        for (int64_t k = 0; k < K; k++)
            if (((const int64_t *)ids->data)[q * K + k] == relevant[q])
                hit[q] = 1;
    return hit;
}

static lamella_measure_bootstrap_result bootstrap(const tour *t, double *hit, double *versus, int64_t n)
{
    lamella_view x = array_of(hit, LAMELLA_F64, 1, &n), y = array_of(versus, LAMELLA_F64, 1, &n);
    lamella_measure_bootstrap_options options = { .struct_size = sizeof options, .statistic = LAMELLA_MEASURE_STATISTIC_MEAN,
                                                  .versus = versus ? &y : NULL };
    lamella_measure_bootstrap_result result = { .struct_size = sizeof result };
    tour_need(lamella_measure_bootstrap(t->ctx, &x, &options, &result), "an interval");
    return result;
}

static void measure_recall(const tour *t, const lamella_io_file *file, const lamella_matryoshka_index *index, recall *r)
{
    int64_t n;
    double *hit[N_WIDTHS];
    lamella_view queries = tour_array(t, file, text_format("queries.%s", r->name));
    const int64_t *relevant = tour_integers(t, file, text_format("queries.%s.relevant", r->name), &n);
    const int64_t shape[] = { n, K };
    lamella_view ids = array_take(LAMELLA_I64, 2, shape), scores = array_take(LAMELLA_F64, 2, shape);
    r->n_queries = n;
    for (int k = 0; k < N_WIDTHS; k++) {
        lamella_matryoshka_search_options options = { .struct_size = sizeof options, .width = widths[k] };
        tour_need(lamella_matryoshka_index_search(t->ctx, index, &queries, K, &ids, &scores, &options, NULL, NULL), "a search");
        hit[k] = hits_of(&ids, relevant);
        lamella_measure_bootstrap_result b = bootstrap(t, hit[k], NULL, n);
        r->value[k] = b.value, r->low[k] = b.low, r->high[k] = b.high;
        r->n_found[k] = llround(b.value * (double)n);
    }
    for (int k = 0; k < N_WIDTHS; k++) {
        lamella_measure_bootstrap_result b = bootstrap(t, hit[k], hit[N_WIDTHS - 1], n);
        r->as_good[k] = b.low <= 0 && b.high >= 0;
    }
}

static void *measure(const tour *t)
{
    const lamella_io_file *file;
    matryoshka_found *f = take(1, sizeof *f);
    lamella_stack states = tour_stack(t, "states.safetensors", &file);
    int64_t n;
    int64_t *person = (int64_t *)tour_integers(t, file, "label.person", &n);
    lamella_view labels = array_of(person, LAMELLA_I64, 2, (const int64_t[]){ 1, n });
    lamella_status status;
    f->grid = widths_measure(t->ctx, &states, &labels, "person", &status);
    tour_need(status, "ridge probes of every width");

    lamella_matryoshka_index *index;
    file = tour_file(t, "retrieval.safetensors");
    lamella_view documents = tour_array(t, file, "docs");
    f->n_documents = documents.shape[0];
    tour_need(lamella_matryoshka_index_create(t->ctx, &documents, NULL, &index), "an index");
    f->set[0] = (recall){ .name = "lemma", .what = "the word that is defined" };
    f->set[1] = (recall){ .name = "example", .what = "a sentence that uses the word" };
    for (int i = 0; i < N_SETS; i++)
        measure_recall(t, file, index, &f->set[i]);
    lamella_matryoshka_index_free(index);
    return f;
}

/* ---- as text and JSON ---- */

static const char *key_text(const recall *r)
{
    return text_format("%s: %s", r->name, r->what);
}

static void text_recall(FILE *out, const matryoshka_found *f)
{
    table_column column[2 + N_SETS * 2];
    int n = 0;
    column[n++] = (table_column){ "", "dims", 0, take(N_WIDTHS, sizeof *column->cell) };
    for (int i = 0; i < N_SETS; i++) {
        const char *group = text_format("recall@%d, %s", K, f->set[i].name);
        column[n++] = (table_column){ group, "value ", 0, take(N_WIDTHS, sizeof *column->cell) };
        column[n++] = (table_column){ group, "interval", 0, take(N_WIDTHS, sizeof *column->cell) };
    }
    for (int k = 0; k < N_WIDTHS; k++) {
        column[0].cell[k] = text_format("%lld", (long long)widths[k]);
        for (int i = 0; i < N_SETS; i++) {
            column[1 + 2 * i].cell[k] = text_format("%.3f%s", f->set[i].value[k], f->set[i].as_good[k] ? "*" : " ");
            column[2 + 2 * i].cell[k] = text_format("%.3f to %.3f", f->set[i].low[k], f->set[i].high[k]);
        }
    }
    table_write(out, column, n, N_WIDTHS, terminal_width(out));
}

static void text_found(FILE *out, const void *found)
{
    const matryoshka_found *f = found;
    fprintf(out, "%s: %s\n", f->grid->name, widths_title(f->grid));
    widths_text(out, f->grid);
    fprintf(out, "%s\n\n", widths_best_text(f->grid));
    fprintf(out, "search among %s, * not told from all dims\n", text_count(f->n_documents, "definition"));
    text_recall(out, f);
}

static void json_found(json *j, const void *found)
{
    const matryoshka_found *f = found;
    widths_json(j, "ridge", f->grid);
    json_open(j, "retrieval", '[');
    for (int i = 0; i < N_SETS; i++) {
        json_open(j, NULL, '{');
        json_text(j, "queries", f->set[i].name);
        json_integer(j, "n_queries", f->set[i].n_queries);
        json_integer(j, "n_documents", f->n_documents);
        json_integer(j, "k", K);
        json_open(j, "widths", '[');
        for (int k = 0; k < N_WIDTHS; k++) {
            json_open(j, NULL, '{');
            json_integer(j, "width", widths[k]);
            json_integer(j, "found", f->set[i].n_found[k]);
            json_real(j, "recall", f->set[i].value[k]);
            json_real(j, "recall_low", f->set[i].low[k]);
            json_real(j, "recall_high", f->set[i].high[k]);
            json_bool(j, "as_good_as_all", f->set[i].as_good[k]);
            json_close(j, '}');
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* ---- on the page ---- */

/* The least width from which on no width is told from all dims. */
static int64_t enough(const recall *r)
{
    int k = N_WIDTHS - 1;
    while (k > 0 && r->as_good[k - 1])
        k--;
    return widths[k];
}

static void draw_recall(FILE *out, const matryoshka_found *f)
{
    static double x[N_WIDTHS];
    static const char *name[N_WIDTHS];
    chart_curve curve[N_SETS];
    double high = 0;
    for (int k = 0; k < N_WIDTHS; k++) {
        x[k] = (double)widths[k];
        name[k] = widths[k] == 96 || widths[k] == 192 || widths[k] == 256 ? "" : text_format("%lld", (long long)widths[k]);
    }
    for (int i = 0; i < N_SETS; i++) {
        const recall *r = &f->set[i];
        curve[i] = (chart_curve){ key_text(r), N_WIDTHS, x, r->value, r->low, r->high, r->as_good, i ? CHART_SECOND : CHART_MAIN };
        high = fmax(high, r->high[N_WIDTHS - 1]);
    }
    chart picture = { .label = "Recall at 10 by width, two sets of queries", .height = 224, .level = NAN, .curve = curve,
                      .n_curves = N_SETS };
    picture.x = (chart_axis){ x[0], x[N_WIDTHS - 1], 1, N_WIDTHS, x, name, "dims" };
    picture.y = chart_axis_round(0, high, 6);
    picture.y.title = text_format("recall@%d", K);
    chart_keys(out, curve, N_SETS);
    chart_write(out, &picture);
}

static void page_found(FILE *out, const void *found)
{
    static const char *const name[] = { "lamella_matryoshka_ridge", "lamella_matryoshka_index_search", "lamella_measure_bootstrap" };
    const matryoshka_found *f = found;
    const recall *lemma = &f->set[0], *example = &f->set[1];
    fputs("<div class=\"two\">\n", out);
    page_figure_open(out, "person, by layer and dims", widths_title(f->grid));
    widths_draw(out, f->grid);
    page_figure_close(out, text_format("%s The penalty is the best of six in every cell. Each column keeps the first dims only; all widths come from "
                                       "one factor for each layer and penalty.", widths_best_text(f->grid)), "");
    page_figure_open(out, "Search, by dims", text_format("share of %lld queries whose definition is among the first %d of %s",
                                                         (long long)lemma->n_queries, K, text_integer(f->n_documents)));
    draw_recall(out, f);
    page_figure_close(out, text_format("Rows and queries are cut to the first dims and renormalised. Filled point: a paired bootstrap does not tell this "
                                       "width from all %lld dims; hollow: it does. Not told from all dims on: %lld for lemmas, %lld for examples. "
                                       "The encoder was not trained to be cut.", (long long)widths[N_WIDTHS - 1], (long long)enough(lemma),
                                       (long long)enough(example)), "");
    fputs("</div>\n", out);
    tour_functions(out, name, 3);
}

const verb tour_matryoshka = {
    "matryoshka", "The first dims of a row as a smaller row. What do shorter rows of earlier layers still tell, and what do they still find?",
    measure, text_found, json_found, page_found,
};
