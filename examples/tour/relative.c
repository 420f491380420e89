/* relative: five autoencoders that never met. A head trained on one space reads another, once both are told by similarities to anchors. */
#include "support/arrays.h"
#include "support/chart.h"
#include "support/page.h"
#include "support/table.h"
#include "support/text.h"
#include "tour/tour.h"
#include <math.h>

enum { N_SPACES = 5, N_ANCHORS = 300, N_WAYS = 4 };

/* One way to represent rows. */
typedef struct way {
    const char *name, *what;
    lamella_relative_project_options projection;
    double   accuracy[N_SPACES * N_SPACES], between, within; /* row: the head's space, column: the space it reads */
    int64_t  n_pairs;
} way;

typedef struct relative_found {
    int64_t width[N_SPACES], n_train, n_test;
    way     ways[N_WAYS];
    double  condition[N_SPACES];
    int64_t rank[N_SPACES], anchors[N_ANCHORS]; /* row numbers of the whole */
} relative_found;

/* The way that the picture shows. */
enum { SHOWN = 2 };

static void set_ways(way *w)
{
    const lamella_relative_project_options size = { .struct_size = sizeof size };
    w[0] = (way){ .name = "absolute", .what = "rows as they are: no anchors", .projection = size };
    w[1] = (way){ .name = "cosine", .what = "similarities to the anchors", .projection = size };
    w[2] = (way){ .name = "centred cosine", .what = "the anchors' mean taken out first", .projection = size };
    w[3] = (way){ .name = "whitened cosine", .what = "their covariance as well", .projection = size };
    w[0].projection.transform = w[1].projection.transform = LAMELLA_RELATIVE_TRANSFORM_NONE;
    w[0].projection.similarity = LAMELLA_RELATIVE_ABSOLUTE;
    w[3].projection.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN;
    w[3].projection.shrinkage = .1;
    w[3].projection.directions = LAMELLA_RELATIVE_RANK_UNSCALED;
}

/* Draws among the train rows: as row numbers of the whole. */
static lamella_view draw_anchors(const tour *t, const lamella_view *spaces, const lamella_view *train, relative_found *f)
{
    lamella_view rows[N_SPACES], drawn = array_take(LAMELLA_I64, 1, (const int64_t[]){ N_ANCHORS });
    for (int s = 0; s < N_SPACES; s++) {
        rows[s] = array_take(LAMELLA_F32, 2, (const int64_t[]){ train->shape[0], f->width[s] });
        tour_need(lamella_tensor_gather(t->ctx, &spaces[s], train, &rows[s]), "the train rows");
    }
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = rows, .n_layers = N_SPACES };
    lamella_view condition = array_of(f->condition, LAMELLA_F64, 1, (const int64_t[]){ N_SPACES });
    lamella_view rank = array_of(f->rank, LAMELLA_I64, 1, (const int64_t[]){ N_SPACES });
    const lamella_relative_anchors_outputs outputs = { .struct_size = sizeof outputs, .condition = &condition, .rank = &rank };
    tour_need(lamella_relative_anchors(t->ctx, &stack, N_ANCHORS, &drawn, NULL, &outputs, NULL), "anchors");
    lamella_view anchors = array_of(f->anchors, LAMELLA_I64, 1, drawn.shape);
    tour_need(lamella_tensor_gather(t->ctx, train, &drawn, &anchors), "the anchors' rows");
    return anchors;
}

static void *measure(const tour *t)
{
    relative_found *f = take(1, sizeof *f);
    const lamella_io_file *file = tour_file(t, "digits.safetensors");
    lamella_view spaces[N_SPACES];
    for (int s = 0; s < N_SPACES; s++) {
        spaces[s] = tour_array(t, file, text_format("z%d", s));
        f->width[s] = spaces[s].shape[1];
    }
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = spaces, .n_layers = N_SPACES };
    int64_t n;
    lamella_view labels = array_of((void *)tour_integers(t, file, "labels", &n), LAMELLA_I64, 1, &n);
    lamella_view train = array_of((void *)tour_integers(t, file, "train", &f->n_train), LAMELLA_I64, 1, &f->n_train);
    lamella_view test = array_of((void *)tour_integers(t, file, "test", &f->n_test), LAMELLA_I64, 1, &f->n_test);
    lamella_view anchors = draw_anchors(t, spaces, &train, f);
    set_ways(f->ways);
    for (int w = 0; w < N_WAYS; w++) {
        lamella_relative_stitch_result result = { .struct_size = sizeof result };
        lamella_view accuracy = array_of(f->ways[w].accuracy, LAMELLA_F64, 2, (const int64_t[]){ N_SPACES, N_SPACES });
        const lamella_relative_stitch_options options = { .struct_size = sizeof options, .penalty = 10, .tolerance = 1e-5,
                                                         /* which class is highest needs no more */
                                                          .projection = &f->ways[w].projection };
        const lamella_relative_stitch_outputs outputs = { .struct_size = sizeof outputs, .accuracy = &accuracy };
        tour_need(lamella_relative_stitch(t->ctx, &stack, &labels, &anchors, &train, &test, &options, &outputs, &result), "stitching");
        f->ways[w].between = result.accuracy_between;
        f->ways[w].within = result.accuracy_within;
        f->ways[w].n_pairs = result.n_pairs;
    }
    return f;
}

/* ---- as text and JSON ---- */

static const char *share_text(double x)
{
    return isnan(x) ? "-" : text_format("%.3f", x);
}

static void text_matrix(FILE *out, const way *w)
{
    table_column column[N_SPACES + 1];
    column[0] = (table_column){ "", "head of", 1, take(N_SPACES, sizeof *column->cell) };
    for (int i = 0; i < N_SPACES; i++) {
        column[0].cell[i] = text_format("z%d", i);
        column[i + 1] = (table_column){ "accuracy in the space", text_format("z%d", i), 0, take(N_SPACES, sizeof *column->cell) };
        for (int j = 0; j < N_SPACES; j++)
            column[i + 1].cell[j] = share_text(w->accuracy[j * N_SPACES + i]);
    }
    table_write(out, column, N_SPACES + 1, N_SPACES, terminal_width(out));
}

static void text_found(FILE *out, const void *found)
{
    const relative_found *f = found;
    static const char *const title[] = { "rows told by", "own space", "another", "pairs" };
    table_column column[4];
    fprintf(out, "five autoencoders of digits, heads from %s rows, %s\n", text_integer(f->n_train), f->ways[SHOWN].name);
    text_matrix(out, &f->ways[SHOWN]);
    for (int i = 0; i < 4; i++)
        column[i] = (table_column){ i == 1 || i == 2 ? "mean accuracy" : "", title[i], i == 0, take(N_WAYS, sizeof *column->cell) };
    for (int w = 0; w < N_WAYS; w++) {
        column[0].cell[w] = f->ways[w].name;
        column[1].cell[w] = share_text(f->ways[w].within);
        column[2].cell[w] = share_text(f->ways[w].between);
        column[3].cell[w] = text_integer(f->ways[w].n_pairs);
    }
    fputc('\n', out);
    table_write(out, column, 4, N_WAYS, terminal_width(out));
}

static void json_reals(json *j, const char *key, const double *x, int64_t n)
{
    json_open(j, key, '[');
    for (int64_t i = 0; i < n; i++)
        json_real(j, NULL, x[i]);
    json_close(j, ']');
}

static void json_found(json *j, const void *found)
{
    const relative_found *f = found;
    json_integer(j, "train", f->n_train);
    json_integer(j, "test", f->n_test);
    json_integers(j, "anchors", f->anchors, N_ANCHORS);
    json_integers(j, "widths", f->width, N_SPACES);
    json_integers(j, "anchor_rank", f->rank, N_SPACES);
    json_reals(j, "anchor_condition", f->condition, N_SPACES);
    json_open(j, "stitching", '[');
    for (int w = 0; w < N_WAYS; w++) {
        json_open(j, NULL, '{');
        json_text(j, "rows", f->ways[w].name);
        json_reals(j, "accuracy", f->ways[w].accuracy, N_SPACES * N_SPACES);
        json_real(j, "between", f->ways[w].between);
        json_real(j, "within", f->ways[w].within);
        json_integer(j, "pairs", f->ways[w].n_pairs);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* ---- on the page ---- */

static void draw_matrix(FILE *out, const relative_found *f, const way *w, double low)
{
    const char *head[N_SPACES], *space[N_SPACES];
    uint8_t own[N_SPACES * N_SPACES] = { 0 };
    for (int s = 0; s < N_SPACES; s++) {
        head[s] = text_format("head z%d", s);
        space[s] = text_format("z%d (%lld)", s, (long long)f->width[s]);
        own[s * N_SPACES + s] = 1;
    }
    const chart_grid g = { .label = text_format("Stitching by %s: mean accuracy between spaces %s, within %s", w->name, share_text(w->between),
                                                share_text(w->within)),
                           .row_title = "", .column_title = "space read, and its dims", .n_rows = N_SPACES, .n_columns = N_SPACES, .row = head,
                           .column = space, .value = w->accuracy, .low = low, .high = 1, .outlined = own, .digits = 3 };
    chart_write_grid(out, &g);
}

static void write_ways(FILE *out, const relative_found *f)
{
    fputs("<table class=\"listing figures\"><thead><tr><th>rows</th><th class=\"right\">own space</th><th class=\"right\">another</th>"
          "<th class=\"right\">pairs</th></tr></thead>\n<tbody>\n", out);
    for (const way *w = f->ways; w < f->ways + N_WAYS; w++)
        fprintf(out, "<tr><td>%s<br><small>%s</small></td><td class=\"right\">%s</td><td class=\"right\"><b>%s</b></td><td class=\"right\">%lld</td>"
                     "</tr>\n", w->name, w->what, share_text(w->within), share_text(w->between), (long long)w->n_pairs);
    fputs("</tbody></table>\n", out);
}

static void page_found(FILE *out, const void *found)
{
    static const char *const name[] = { "lamella_relative_anchors", "lamella_relative_stitch" };
    const relative_found *f = found;
    const way *shown = &f->ways[SHOWN];
    double low = 1;
    for (int i = 0; i < N_SPACES * N_SPACES; i++)
        low = fmin(low, shown->accuracy[i]);
    fputs("<div class=\"two\">\n", out);
    page_figure_open(out, "The stitching matrix", "accuracy on digits not trained on; rows told by centred cosine to the anchors");
    draw_matrix(out, f, shown, low);
    page_figure_close(out, text_format("A head trained on one space (row) reads the rows of another (column) that it never saw. On the diagonal, "
                                       "outlined, it reads its own. Mean of %lld pairs: %.3f; own space: %.3f.", (long long)shown->n_pairs,
                                       shown->between, shown->within), "");
    page_figure_open(out, "What the rows are told by", "mean accuracy of the same heads");
    write_ways(out, f);
    page_figure_close(out, text_format("%d anchors drawn at random among the %s train rows, the same for all spaces; heads are logistic. Raw rows "
                                       "can be compared only between spaces of one width.", N_ANCHORS, text_integer(f->n_train)), "");
    fputs("</div>\n", out);
    tour_functions(out, name, 2);
}

const verb tour_relative = {
    "relative", "Five autoencoders of the same digits, trained apart, from other seeds and to other widths: their spaces have nothing in common "
    "but the digits. Told by similarities to a few hundred anchors, they can read each other.", measure, text_found, json_found, page_found,
};
