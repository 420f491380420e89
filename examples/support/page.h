/* page: one self-contained HTML page, light and dark, that needs no script and loads nothing. */
#ifndef SUPPORT_PAGE_H
#define SUPPORT_PAGE_H

#include <stdio.h>

/* Text as HTML shows it. */
void page_text(FILE *out, const char *s);

/* Up to and with the heading; `kicker` stands small above it, `lede` under it. */
void page_open(FILE *out, const char *title, const char *kicker, const char *lede);

/* A list of facts: name and text of each. */
void page_facts(FILE *out, const char *fact[][2], int n);

/* A picture or table with its title and what stands small under it; at its end a caption, then an aside in a softer colour ("": none). */
void page_figure_open(FILE *out, const char *title, const char *under);
void page_figure_close(FILE *out, const char *caption, const char *aside);
void page_title(FILE *out, const char *title, const char *under); /* the same title without a figure */
void page_note(FILE *out, const char *text);

/* Around JSON that escapes "<". */
void page_data_open(FILE *out);
void page_data_close(FILE *out);

/* `program` made it. */
void page_close(FILE *out, const char *program);

#endif
