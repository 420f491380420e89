#include "support/look.h"
#include "support/table.h"
#include "support/text.h"
#include <math.h>
#include <string.h>

static const char *cell_of(const layer *l, int i)
{
    const double *x = i < 7 ? &l->norm[i - 4] : i < 14 ? NULL : i < 17 ? &l->share[i - 14] : &l->cosine;
    if (i == 0 || i == 1 || i == 2)
        return text_format("%lld", (long long)(i == 0 ? l->depth : i == 1 ? l->count[LAMELLA_MOMENTS_COUNT_ROWS] : l->width));
    if (i == 3)
        return l->dtype;
    if (!x)
        return text_format("%lld", (long long)l->count[count_names[i - 7].column]);
    if (isnan(*x))
        return i == 17 ? "" : "-";
    return i < 7 ? text_number(*x) : text_format("%.4f", *x);
}

/* depth rows width dtype | norm mean min max | rows | columns | energy in the first 1/8 1/4 1/2 dims | cosine */
static void write_layers(FILE *out, const layers *s)
{
    static const struct { const char *group, *name; } title[] = {
        { "", "depth" }, { "", "rows" }, { "", "width" }, { "", "dtype" }, { "norm", "mean" }, { "norm", "min" }, { "norm", "max" },
        { "", "" }, { "", "" }, { "", "" }, { "", "" }, { "", "" }, { "", "" }, { "", "" },
        { "share in first", "1/8" }, { "share in first", "1/4" }, { "share in first", "1/2" }, { "cosine to", "previous" },
    };
    enum { N = sizeof title / sizeof *title };
    table_column column[N];
    for (int i = 0; i < N; i++) {
        int counts = i >= 7 && i < 14;
        column[i] = (table_column){ counts ? count_names[i - 7].group : title[i].group, counts ? count_names[i - 7].brief : title[i].name,
                                    0, take(s->n, sizeof *column[i].cell) };
        for (int64_t l = 0; l < s->n; l++)
            column[i].cell[l] = cell_of(&s->layer[l], i);
    }
    table_write(out, column, N, s->n, terminal_width(out));
}

void look_text_stack(FILE *out, const request *r, const layers *s, const contents *c)
{
    const char *fact[LOOK_FACTS][2], *finding[N_COUNT_NAMES + 1];
    int n_facts = look_facts(s, c, fact);
    fprintf(out, "%s: a stack of %s, %s\n\n", text_shown(r->title, 80), text_count(s->n, "layer"), text_bytes(c->n_bytes));
    for (int i = 0; i < n_facts; i++)
        fprintf(out, "%-10s  %s\n", fact[i][0], fact[i][1]);
    fputc('\n', out);
    write_layers(out, s);
    fputc('\n', out);
    int64_t n = layers_findings(s, finding);
    for (int64_t i = 0; i < n; i++)
        fprintf(out, "%s\n", finding[i]);
    if (!n)
        fprintf(out, "no zero, constant or non-finite rows or columns, no outlier dims\n");
    if (s->probed)
        look_text_probed(out, s->probed);
}

static void write_rows(FILE *out, const contents *c)
{
    static const char *const title[] = { "name", "arrays", "dtype", "shape", "size" };
    table_column column[5];
    for (int i = 0; i < 5; i++)
        column[i] = (table_column){ "", title[i], i != 1 && i != 4, take(c->n_rows, sizeof *column[i].cell) };
    for (int64_t g = 0; g < c->n_rows; g++) {
        const listed_row *row = &c->row[g];
        column[0].cell[g] = text_shown(row->name, 60);
        column[1].cell[g] = row->n > 1 ? text_format("x%lld", (long long)row->n) : "1";
        column[2].cell[g] = row->dtype;
        column[3].cell[g] = row->shape;
        column[4].cell[g] = text_bytes(row->n_bytes);
    }
    table_write(out, column, 5, c->n_rows, 0);
}

void look_text_contents(FILE *out, const request *r, const contents *c)
{
    fprintf(out, "%s: %s, no stack (%s, %s)\n\n", text_shown(r->title, 80), text_count(c->n, "array"), c->format,
            text_bytes(c->n_bytes));
    write_rows(out, c);
    if (c->n_metadata)
        fprintf(out, "\nmetadata\n");
    for (int64_t i = 0; i < c->n_metadata; i++)
        fprintf(out, "  %s: %s\n", text_shown(c->key[i], 60), text_shown(c->value[i], 160));
    if (*c->why)
        fprintf(out, "\nwhy no stack: %s\n", text_shown(c->why, 0));
    fprintf(out, c->n_offers ? "\nto look at a part as a stack, type\n" : "\nno part of it is layers of floats [sample, dim] or [sample, token, dim]\n");
    for (int64_t i = 0; i < c->n_offers; i++)
        fprintf(out, "  %s    # %s\n", text_shown(c->offers[i].command, 0), c->offers[i].what);
}
