/* table: columns of text for a terminal; those of one group stay together, and groups that do not fit follow below. */
#ifndef SUPPORT_TABLE_H
#define SUPPORT_TABLE_H

#include <stdint.h>
#include <stdio.h>

typedef struct table_column {
    const char  *group; /* "" = none; neighbours of the same group share its title */
    const char  *name;
    int          left;  /* aligned left, else right */
    const char **cell;  /* [n_rows] */
} table_column;

/* width in characters; 0 = as wide as it gets. The first column is repeated where the table continues below. */
void table_write(FILE *out, const table_column *column, int n_columns, int64_t n_rows, int64_t width);

/* Of the terminal that a stream writes to; 0 if it is none. */
int64_t terminal_width(FILE *out);

#endif
