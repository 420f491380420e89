#include "support/look.h"
#include "support/page.h"
#include "support/text.h"

#define MOST_ROWS 1000

static void cell(FILE *out, const char *style, const char *text)
{
    fprintf(out, "<td%s>", style);
    page_text(out, text);
    fputs("</td>", out);
}

static void write_rows(FILE *out, const contents *c)
{
    fputs("<h2>Arrays</h2>\n<table class=\"listing\">\n<thead><tr><th>name</th><th class=\"right\">arrays</th><th>dtype</th>"
          "<th>shape</th><th class=\"right\">size</th></tr></thead>\n<tbody>\n", out);
    for (int64_t i = 0; i < c->n_rows && i < MOST_ROWS; i++) {
        const listed_row *row = &c->row[i];
        fputs("<tr>", out);
        cell(out, "", text_shown(row->name, 160));
        cell(out, " class=\"right\"", text_integer(row->n));
        cell(out, "", row->dtype);
        cell(out, "", row->shape);
        cell(out, " class=\"right\"", text_bytes(row->n_bytes));
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n", out);
    if (c->n_rows > MOST_ROWS)
        fprintf(out, "<p>And %s, which are in the numbers of this page.</p>\n", text_count(c->n_rows - MOST_ROWS, "more row"));
}

static void write_offers(FILE *out, const contents *c)
{
    fputs("<h2>What could be a stack</h2>\n", out);
    if (*c->why) {
        fputs("<p>The file as a whole was not taken as one: ", out);
        page_text(out, text_shown(c->why, 0));
        fputs("</p>\n", out);
    }
    if (!c->n_offers)
        fputs("<p>No part of it is layers of floats [sample, dim] or [sample, token, dim].</p>\n", out);
    else
        fputs("<p>To look at a part, type one of these:</p>\n<ul class=\"findings\">\n", out);
    for (int64_t i = 0; i < c->n_offers; i++) {
        fputs("<li><code>", out);
        page_text(out, text_shown(c->offers[i].command, 0));
        fputs("</code><br>", out);
        page_text(out, c->offers[i].what);
        fputs("</li>\n", out);
    }
    if (c->n_offers)
        fputs("</ul>\n", out);
}

static void write_metadata(FILE *out, const contents *c)
{
    const char *(*fact)[2] = take(c->n_metadata, sizeof *fact);
    int n = (int)(c->n_metadata < 100 ? c->n_metadata : 100);
    if (!n)
        return;
    for (int i = 0; i < n; i++) {
        fact[i][0] = text_shown(c->key[i], 40);
        fact[i][1] = text_shown(c->value[i], 400);
    }
    fputs("<h2>Metadata</h2>\n", out);
    page_facts(out, fact, n);
}

void look_page_contents(FILE *out, const request *r, const contents *c)
{
    page_open(out, text_shown(r->title, 120), text_format("%s, %s", c->format, text_bytes(c->n_bytes)),
              text_format("%s, listed. No stack of layers was looked at.", text_count(c->n, "array")));
    write_rows(out, c);
    write_offers(out, c);
    write_metadata(out, c);
    page_data_open(out);
    look_json_contents(out, r, c);
    page_data_close(out);
    page_close(out, "examples/look");
}
