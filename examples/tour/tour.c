/* tour DATA OUT: the four verbs on the bundled cuts of real data. Tables go to standard output; OUT gets index.html and each verb's numbers. */
#include "tour/tour.h"
#include "support/arrays.h"
#include "support/page.h"
#include "support/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const verb *const verbs[] = { &tour_probe, &tour_matryoshka, &tour_relative, &tour_fusion };
enum { N_VERBS = sizeof verbs / sizeof *verbs };

/* ---- files ---- */

#define MOST_FILES 16
static lamella_io_file *opened_files[MOST_FILES];
static int n_opened_files;

static void keep_open(lamella_io_file *file)
{
    if (n_opened_files == MOST_FILES) {
        fprintf(stderr, "tour: more than %d files\n", MOST_FILES);
        exit(1);
    }
    opened_files[n_opened_files++] = file;
}

void tour_need(lamella_status status, const char *what)
{
    if (status >= 0 && status != LAMELLA_STOPPED)
        return;
    fprintf(stderr, "tour: %s: %s\n", what, status < 0 ? lamella_last_error() : "stopped");
    exit(1);
}

const lamella_io_file *tour_file(const tour *t, const char *name)
{
    lamella_io_file *file;
    tour_need(lamella_io_file_open(t->ctx, text_format("%s/%s", t->data, name), NULL, &file, NULL), name);
    keep_open(file);
    return file;
}

lamella_stack tour_stack(const tour *t, const char *name, const lamella_io_file **opened)
{
    lamella_stack stack = { .struct_size = sizeof stack };
    lamella_io_file *file;
    tour_need(lamella_io_stack_open(t->ctx, text_format("%s/%s", t->data, name), NULL, &file, &stack, NULL, NULL), name);
    keep_open(file);
    *opened = file;
    return stack;
}

lamella_view tour_array(const tour *t, const lamella_io_file *file, const char *name)
{
    lamella_view v;
    tour_need(array_read(t->ctx, file, name, &v), name);
    return v;
}

const int64_t *tour_integers(const tour *t, const lamella_io_file *file, const char *name, int64_t *n)
{
    lamella_view x = tour_array(t, file, name), wide;
    tour_need(array_cast(t->ctx, &x, LAMELLA_I64, &wide), name);
    *n = array_length(&wide);
    return wide.data;
}

const int64_t *tour_long_ones(const tour *t, const lamella_io_file *file, int64_t *median)
{
    lamella_view words = tour_array(t, file, "label.words"), x;
    tour_need(array_cast(t->ctx, &words, LAMELLA_F64, &x), "label.words");
    int64_t n = array_length(&x), *is_long = take(n, sizeof *is_long);
    const double *count = x.data, middle = array_median(count, n);
    for (int64_t i = 0; i < n; i++)
        is_long[i] = count[i] > middle;
    *median = (int64_t)middle;
    return is_long;
}

/* ---- the page ---- */

void tour_functions(FILE *out, const char *const *name, int n)
{
    fputs("<p class=\"note\">By ", out);
    for (int i = 0; i < n; i++)
        fprintf(out, "%s<code>%s</code>", !i ? "" : i + 1 < n ? ", " : " and ", name[i]);
    fputs(".</p>\n", out);
}

static void write_json(FILE *out, void *const *found, int first, int end)
{
    json j = { out, 0, 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "lamella", lamella_version());
    for (int v = first; v < end; v++) {
        json_open(&j, verbs[v]->name, '{');
        verbs[v]->json(&j, found[v]);
        json_close(&j, '}');
    }
    json_close(&j, '}');
    json_end(&j);
}

static void write_page(FILE *out, void *const *found)
{
    page_open(out, "One stack of layers, four verbs", "Lamella, the tour",
              "What a model leaves behind, layer by layer: probed, cut short, made comparable, combined. All of it was computed "
              "when this page was made, from the cuts of real data in examples/data.");
    fputs("<nav>", out);
    for (int v = 0; v < N_VERBS; v++)
        fprintf(out, "<a href=\"#%s\">%s</a>", verbs[v]->name, verbs[v]->name);
    fputs("</nav>\n", out);
    for (int v = 0; v < N_VERBS; v++) {
        fprintf(out, "<section class=\"verb\" id=\"%s\">\n<h2>%s</h2>\n<p>%s</p>\n", verbs[v]->name, verbs[v]->name, verbs[v]->lede);
        verbs[v]->page(out, found[v]);
        fputs("</section>\n", out);
    }
    page_data_open(out);
    write_json(out, found, 0, N_VERBS);
    page_data_close(out);
    page_close(out, "examples/run");
}

/* Written beside its place and renamed, so that a reader never sees half a file. */
static FILE *open_beside(const char *path)
{
    FILE *out = fopen(text_format("%s.%ld", path, (long)getpid()), "w");
    if (!out) {
        fprintf(stderr, "tour: %s was not written: %s\n", text_shown(path, 200), strerror(errno));
        exit(1);
    }
    return out;
}

static void put_in_place(FILE *out, const char *path)
{
    const char *beside = text_format("%s.%ld", path, (long)getpid());
    int failed = ferror(out) | fclose(out);
    if (failed || rename(beside, path)) {
        fprintf(stderr, "tour: %s was not written: %s\n", text_shown(path, 200), strerror(errno));
        remove(beside);
        exit(1);
    }
}

static void write_files(const char *folder, void *const *found)
{
    for (int v = 0; v < N_VERBS; v++) {
        const char *path = text_format("%s/%s.json", folder, verbs[v]->name);
        FILE *out = open_beside(path);
        write_json(out, found, v, v + 1);
        put_in_place(out, path);
    }
    const char *page = text_format("%s/index.html", folder);
    FILE *out = open_beside(page);
    write_page(out, found);
    put_in_place(out, page);
    fprintf(stderr, "page: %s\n", text_shown(page, 0));
}

int main(int argc, char **argv)
{
    void *found[N_VERBS];
    tour t = { NULL, argc > 1 ? argv[1] : NULL };
    if (argc != 3) {
        fputs("usage: tour DATA OUT: the folder of the bundled data, and the folder that gets index.html and the numbers\n", stderr);
        return 2;
    }
    lamella_context_options options = { .struct_size = sizeof options };
    tour_need(lamella_context_create(&options, &t.ctx), "a context");
    mkdir(argv[2], 0777);
    for (int v = 0; v < N_VERBS; v++) {
        found[v] = verbs[v]->measure(&t);
        printf("%s\n== %s ==\n", v ? "" : "", verbs[v]->name);
        verbs[v]->text(stdout, found[v]);
        if (fflush(stdout)) {
            fprintf(stderr, "tour: standard output was not written: %s\n", strerror(errno));
            return 1;
        }
    }
    write_files(argv[2], found);
    for (int i = 0; i < n_opened_files; i++)
        lamella_io_file_free(opened_files[i]);
    lamella_context_free(t.ctx);
    return 0;
}
