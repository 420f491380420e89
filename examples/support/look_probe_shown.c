#include "support/look.h"
#include "support/page.h"
#include "support/text.h"
#include <math.h>

void look_text_probed(FILE *out, const probed *p)
{
    fprintf(out, "\nlogistic probes for %s, %s, %s; five folds\n", p->name, p->what, p->source);
    concept_text(out, p->concept, 1);
    fprintf(out, "%s %s\n", concept_best_text(p->concept), concept_claim_text(p->concept));
    if (!p->grid) {
        fprintf(out, "%s\n", p->no_grid);
        return;
    }
    fprintf(out, "\n%s\n", widths_title(p->grid));
    widths_text(out, p->grid);
    fprintf(out, "%s\n", widths_best_text(p->grid));
}

void look_json_probed(json *j, const probed *p)
{
    json_open(j, "probe", '{');
    json_text(j, "labels", p->name);
    json_text(j, "what", p->what);
    json_text(j, "source", p->source);
    json_open(j, "tasks", '[');
    concept_json(j, p->concept);
    json_close(j, ']');
    if (p->grid)
        widths_json(j, "ridge", p->grid);
    json_close(j, '}');
}

/* The greatest multiple of .1 under everything drawn. */
static double axis_low(const concept *c)
{
    double low = concept_chance(c);
    for (int64_t l = 0; l < c->n_layers; l++)
        low = fmin(low, c->low[l]);
    return floor(10 * low) / 10;
}

static void page_grid(FILE *out, const probed *p)
{
    page_figure_open(out, "By layer and dims", widths_title(p->grid));
    widths_draw(out, p->grid);
    page_figure_close(out, text_format("%s The penalty is the best of six in every cell; each column keeps the first dims only.",
                                       widths_best_text(p->grid)), "");
}

void look_page_probed(FILE *out, const probed *p)
{
    const concept *c = p->concept;
    fputs("<h2>Probes for ", out);
    page_text(out, p->name);
    fputs("</h2>\n<p>", out);
    page_text(out, text_format("Labels %s: %s. A linear probe is fitted on each layer and asked about rows it has not seen, in five folds.", p->source,
                               p->what));
    fputs("</p>\n<div class=\"two\">\n", out);
    page_figure_open(out, "By depth", text_format("accuracy of logistic probes, %s", text_count(c->n_rows, "row")));
    concept_draw(out, c, axis_low(c));
    page_figure_close(out, text_format("%s %s", concept_best_text(c), concept_claim_text(c)), concept_points_text(c));
    if (p->grid)
        page_grid(out, p);
    fputs("</div>\n", out);
    page_note(out, text_format("Band: 95 %% bootstrap interval. Filled point: a paired bootstrap does not tell this layer from the best one; hollow: "
                               "it does. J, C and S: jump, converging and settled points of the accuracies alone. %s", p->no_grid));
    fputs("<details><summary>All accuracies and AUCs</summary>\n", out);
    concept_write_table(out, c);
    fputs("</details>\n", out);
}
