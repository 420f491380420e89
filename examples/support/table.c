#include "support/table.h"
#include "support/text.h"
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int64_t terminal_width(FILE *out)
{
    struct winsize size;
    return isatty(fileno(out)) && !ioctl(fileno(out), TIOCGWINSZ, &size) ? size.ws_col : 0;
}

static int64_t column_width(const table_column *column, int64_t n_rows)
{
    int64_t width = text_length(column->name);
    for (int64_t i = 0; i < n_rows; i++)
        if (text_length(column->cell[i]) > width)
            width = text_length(column->cell[i]);
    return width;
}

/* One past the last column of the group that begins at `first`. */
static int group_end(const table_column *column, int n_columns, int first)
{
    int end = first + 1;
    while (end < n_columns && !strcmp(column[end].group, column[first].group))
        end++;
    return end;
}

/* Two blanks between columns, three before a group. */
static int gap_before(const table_column *column, int i)
{
    return !i ? 0 : strcmp(column[i].group, column[i - 1].group) ? 3 : 2;
}

static int64_t span_width(const table_column *column, const int64_t *width, int first, int end)
{
    int64_t sum = 0;
    for (int i = first; i < end; i++)
        sum += width[i] + (i > first ? gap_before(column, i) : 0);
    return sum;
}

/* Blanks are held back until something follows them, so that no line ends in blanks. */
static void write_cell(FILE *out, const char *text, int64_t width, int left, int64_t *blanks)
{
    int64_t pad = width - text_length(text);
    *blanks += left ? 0 : pad;
    if (*text) {
        fprintf(out, "%*s%s", (int)*blanks, "", text);
        *blanks = 0;
    }
    *blanks += left ? pad : 0;
}

static void write_groups(FILE *out, const table_column *column, const int64_t *width, const int *pick, int n_picks)
{
    int64_t blanks = 0;
    int titled = 0;
    for (int i = 0; i < n_picks; i++)
        titled |= column[pick[i]].group[0] != 0;
    for (int i = 0; titled && i < n_picks;) {
        int end = i + 1;
        while (end < n_picks && !strcmp(column[pick[end]].group, column[pick[i]].group))
            end++;
        int64_t span = span_width(column, width, pick[i], pick[i] + end - i), free = span - text_length(column[pick[i]].group);
        const char *title = column[pick[i]].group;
        int dashes = *title && free > 2 ? (int)(free - 2) / 2 : 0;
        blanks += i ? gap_before(column, pick[i]) : 0;
        write_cell(out, dashes ? text_format("%.*s %s %.*s", dashes, "--------------------------------", title,
                                             (int)(free - 2 - dashes), "--------------------------------") : title,
                   span, 1, &blanks);
        i = end;
    }
    if (titled)
        fputc('\n', out);
}

static void write_lines(FILE *out, const table_column *column, const int64_t *width, const int *pick, int n_picks, int64_t n_rows)
{
    write_groups(out, column, width, pick, n_picks);
    for (int64_t row = -1; row < n_rows; row++) {
        int64_t blanks = 0;
        for (int i = 0; i < n_picks; i++) {
            const table_column *c = &column[pick[i]];
            blanks += i ? gap_before(column, pick[i]) : 0;
            write_cell(out, row < 0 ? c->name : c->cell[row], width[pick[i]], c->left, &blanks);
        }
        fputc('\n', out);
    }
}

void table_write(FILE *out, const table_column *column, int n_columns, int64_t n_rows, int64_t width)
{
    int64_t *column_widths = take(n_columns, sizeof *column_widths);
    int *pick = take(n_columns + 1, sizeof *pick);
    for (int i = 0; i < n_columns; i++)
        column_widths[i] = column_width(&column[i], n_rows);
    for (int first = 0; first < n_columns;) {
        int n_picks = 0;
        int64_t used = 0;
        if (first) {
            fputc('\n', out);
            used = column_widths[pick[n_picks++] = 0];
        }
        int kept = n_picks;
        while (first < n_columns) {
            int end = group_end(column, n_columns, first);
            int64_t more = span_width(column, column_widths, first, end) + (n_picks ? 3 : 0);
            if (width && n_picks > kept && used + more > width)
                break;
            used += more;
            while (first < end)
                pick[n_picks++] = first++;
        }
        write_lines(out, column, column_widths, pick, n_picks, n_rows);
    }
}
