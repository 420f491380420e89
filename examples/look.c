/* look FILE: what a file of layered states holds, as a table, as JSON and as one page. */
#include "support/arguments.h"
#include "support/look.h"
#include "support/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const help[] = {
    "Usage: examples/look [OPTION]... FILE [LABELS]",
    "",
    "Shows what a .safetensors or .npy file of layered states holds: for each layer its norms, its odd rows and",
    "columns, how its energy lies along the dims, and how much it differs from the layer before. Of any other file",
    "it says what is in it, which part could be a stack, or why it is not read. FILE may be - for standard input.",
    "",
    "LABELS, if named, is what linear probes of every layer are asked to tell, by cross-validation, and ridge probes at",
    "every width: label.NAME of the file (or just NAME), another array of one value a sample, or a file of such values:",
    ".npy, a JSON list, text with one value a line, or .csv and .tsv, of several columns as FILE:COLUMN. Numbers or words",
    "are classes; over 30 different numbers, or fractions, are split at their median. Rows of one `group` stay together.",
    "",
    "  --groups G        rows of one value of G stay together, found as labels are; none: no groups. Default: the array",
    "                    group, groups, label.group or label.groups of the file",
    "  --prefix P        take the array P, or the arrays P0, P1, P2 ... as layers; {} stands for the number: 'blocks.{}.out'",
    "  --layer-axis N    of one array of three axes and more: 1 = [layer, sample, dim], 2 = [token, layer, dim],",
    "                    none = one layer [sample, token, dim]",
    "  --mask-marks M    what 1 means in a padding_mask: tokens or padding",
    "  --bf16            .npy's raw two-byte type is bf16",
    "  --json            write JSON instead of a table",
    "  --page FILE       write the page there instead of NAME.look.html in the current directory",
    "  --no-page         write no page",
    "  --threads N       use N threads (default: one for each CPU)",
    "  --help, --version",
    "",
    "The table or JSON goes to standard output, everything else to standard error. Status: 0 shown, 1 not readable,",
    "or not probed for LABELS, 2 wrong arguments.",
    "",
    "  norm              length of a row: mean, least, greatest",
    "  rows, columns     how many are all zero, constant, or have a NaN or an infinity (nonfin); a zero one is constant too",
    "  outlier           dims whose root mean square is over a hundred times the median one",
    "  share in first    of the sum of squares, what lies in the first 1/8, 1/4, 1/2 of the dims",
    "  cosine            mean cosine of a row to the same row one layer before; blank if there is none",
};

/* ---- the file ---- */

/* A pipe can be read only once: its bytes become a file without a name. */
static int spool_pipe(request *r, int descriptor)
{
    char block[1 << 16];
    ssize_t n;
    if (!(r->spool = tmpfile()))
        return errno;
    while ((n = read(descriptor, block, sizeof block)) > 0)
        if (fwrite(block, 1, (size_t)n, r->spool) != (size_t)n)
            return errno;
    if (n < 0 || fflush(r->spool))
        return errno;
    r->path = text_format("/dev/fd/%d", fileno(r->spool));
    return 0;
}

/* 0, or the errno that says why there is no file to read. */
static int find_file(request *r)
{
    struct stat facts;
    if (!strcmp(r->file, "-"))
        return spool_pipe(r, 0);
    if (stat(r->file, &facts))
        return errno;
    if (S_ISDIR(facts.st_mode))
        return EISDIR;
    if (!S_ISFIFO(facts.st_mode))
        return 0;
    int descriptor = open(r->file, O_RDONLY);
    return descriptor < 0 ? errno : spool_pipe(r, descriptor);
}

/* The file's own name; "standard input" has none. */
static const char *title_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return !strcmp(file, "-") ? "standard input" : slash ? slash + 1 : file;
}

static char *page_name(const request *r)
{
    const char *name = r->spool ? "stdin" : r->title, *dot = strrchr(name, '.');
    int known = dot && dot > name && (!strcmp(dot, ".safetensors") || !strcmp(dot, ".npy"));
    return text_format("%.*s.look.html", known ? (int)(dot - name) : (int)strlen(name), name);
}

/* ---- the page ---- */

static int is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int is_file_or_new(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) || S_ISREG(facts.st_mode);
}

/* Written beside its place and renamed, so that a reader never sees half a page; a device, a pipe or a link is written to, not
 * replaced. Returns the program's status. */
static int write_page(const request *r, const layers *s, const contents *c)
{
    const char *page = r->page ? r->page : page_name(r);
    int apart = is_file_or_new(page);
    const char *beside = apart ? text_format("%s.%ld", page, (long)getpid()) : page;
    FILE *out = fopen(beside, "w");
    int failed = !out;
    if (out) {
        s ? look_page_stack(out, r, s, c) : look_page_contents(out, r, c);
        failed = ferror(out) | fclose(out);
        failed = failed || (apart && rename(beside, page));
    }
    if (failed) {
        fprintf(stderr, "look: %s was not written: %s; --page FILE names another place, --no-page writes none\n",
                text_shown(page, 200), strerror(errno));
        if (apart)
            remove(beside);
        return 1;
    }
    fprintf(stderr, "page: %s\n", text_shown(page, 0));
    return 0;
}

/* ---- the look ---- */

static int32_t show_progress(double fraction, const char *stage, void *user)
{
    int *shown = user;
    int percent = (int)(100 * fraction);
    (void)stage;
    if (percent != *shown) {
        *shown = percent;
        fprintf(stderr, "\rlook: working, %d %%", percent);
        if (percent == 100)
            fprintf(stderr, "\r\033[K");
    }
    return 0;
}

static int show(const request *r, const layers *s, const contents *c)
{
    if (r->json)
        s ? look_json_stack(stdout, r, s, c) : look_json_contents(stdout, r, c);
    else
        s ? look_text_stack(stdout, r, s, c) : look_text_contents(stdout, r, c);
    if (fflush(stdout)) {
        fprintf(stderr, "look: standard output was not written: %s\n", strerror(errno));
        return 1;
    }
    return r->no_page ? 0 : write_page(r, s, c);
}

/* NULL: no stack, or none that can be measured; *status and the library's message say why. *failed: 1 if probes were asked for in vain. */
static layers *look_at_stack(lamella_context *ctx, const request *r, const contents *c, lamella_status *status, lamella_io_fault *fault,
                             int *failed)
{
    lamella_io_stack_result taken = { .struct_size = sizeof taken };
    lamella_stack stack = { .struct_size = sizeof stack };
    lamella_io_file *file;
    *status = stack_open_as(ctx, r, &file, &stack, &taken, fault);
    if (*status < 0)
        return NULL;
    layers *s = layers_measure(ctx, &stack, &taken, status);
    if (s) {
        layers_label(s, file, c);
        *failed = r->labels ? layers_probe(ctx, r, s, c, &stack, file) : 0;
    }
    lamella_io_file_free(file);
    return s;
}

static int is_about_form(lamella_status status)
{
    return status == LAMELLA_ERR_ARGUMENT || status == LAMELLA_ERR_SHAPE || status == LAMELLA_ERR_DTYPE ||
           status == LAMELLA_ERR_EMPTY || status == LAMELLA_ERR_UNSUPPORTED;
}

/* Arguments that choose are what the library asks for where a file can be read in two ways and more. */
static const char *why_no_stack(const request *r, lamella_status status, const contents *c, const char *message)
{
    int chosen = r->prefix || r->layer_axis || r->mask_marks;
    if (status == LAMELLA_ERR_ARGUMENT && !chosen && c->n_offers > 1)
        return text_format("it can be read in %lld%s ways: which one is meant, you know", (long long)c->n_offers, c->n_offers == 8 ? " and more" : "");
    if (status == LAMELLA_ERR_ARGUMENT && chosen && c->n_offers)
        return "what was chosen is none of the ways to read it";
    return message;
}

/* A stack, or what is in the file instead: unless a part was asked for that is none. */
static int look_at(lamella_context *ctx, const request *r, const lamella_io_file *file, contents *c, lamella_io_fault *fault)
{
    lamella_status status;
    int failed = 0;
    layers *s = look_at_stack(ctx, r, c, &status, fault, &failed);
    if (status == LAMELLA_NOTE)
        fprintf(stderr, "look: some rows are not finite: they are counted and left out of every other figure\n");
    if (s)
        return show(r, s, c) | failed;
    if (!is_about_form(status))
        return look_refuse(r, status, fault, lamella_last_error());
    const char *message = text_format("%s", lamella_last_error());
    contents_offer(ctx, r, file, c);
    c->why = why_no_stack(r, status, c, message);
    if (r->labels)
        fprintf(stderr, "look: labels belong to the samples of a stack, and this file is taken as none\n");
    if (!r->prefix && !r->layer_axis && !r->mask_marks)
        return show(r, NULL, c) | (r->labels != NULL);
    look_refuse(r, status, fault, c->why);
    for (int64_t i = 0; i < c->n_offers; i++)
        fprintf(stderr, "%s    %s\n", i ? "" : "  What could be a stack:\n", text_shown(c->offers[i].command, 0));
    return 1;
}

static int look(lamella_context *ctx, request *r)
{
    lamella_io_file_options options = { .struct_size = sizeof options, .raw_dtype = r->bf16 ? LAMELLA_BF16 : 0 };
    lamella_io_fault fault = { .struct_size = sizeof fault };
    lamella_io_file *file;
    struct stat facts;
    int32_t kind = LAMELLA_IO_UNKNOWN;
    int error = find_file(r);
    if (!error && stat(r->path, &facts))
        error = errno;
    if (error)
        return look_refuse_path(r, error);
    lamella_status status = lamella_io_file_open(ctx, r->path, &options, &file, &fault);
    if (status < 0)
        return look_refuse(r, status, &fault, lamella_last_error());
    lamella_io_kind(ctx, r->path, &kind);
    int result = look_at(ctx, r, file, contents_read(file, kind, facts.st_size), &fault);
    lamella_io_file_free(file);
    return result;
}

/* ---- the arguments ---- */

/* The place of a word in a list that ends with NULL. */
static int32_t chosen(const char *option, const char *word, const char *const *words)
{
    int32_t i = 0;
    if (!word)
        return -1;
    while (words[i] && strcmp(words[i], word))
        i++;
    if (!words[i])
        arguments_refuse("look", "%s is %s, expected %s%s%s%s%s", option, text_quoted(text_shown(word, 40)), words[0], words[2] ? ", " : " or ", words[1],
                         words[2] ? " or " : "", words[2] ? words[2] : "");
    return i;
}

static void check_arguments(request *r)
{
    if (r->page && r->no_page)
        arguments_refuse("look", "--page and --no-page exclude each other");
    if (r->page && (!*r->page || !strcmp(r->page, "-")))
        arguments_refuse("look", "--page needs the name of a file");
    if (r->page && is_same_file(r->page, r->file))
        arguments_refuse("look", "--page would overwrite the file itself");
    if (r->groups && !r->labels)
        arguments_refuse("look", "--groups keeps rows together where probes are fitted: name labels too");
}

static void read_arguments(int argc, char **argv, request *r)
{
    static const char *const axes[] = { "1", "2", "none", NULL }, *const marks[] = { "tokens", "padding", NULL };
    int32_t wants_help = 0, wants_version = 0;
    const char *axis = NULL, *mask = NULL;
    const argument options[] = {
        { "--prefix", ARGUMENT_TEXT, &r->prefix, 0, 0 },        { "--page", ARGUMENT_TEXT, &r->page, 0, 0 },
        { "--layer-axis", ARGUMENT_TEXT, &axis, 0, 0 },         { "--threads", ARGUMENT_INTEGER, &r->threads, 1, 256 },
        { "--groups", ARGUMENT_TEXT, &r->groups, 0, 0 },        { "--mask-marks", ARGUMENT_TEXT, &mask, 0, 0 },
        { "--bf16", ARGUMENT_FLAG, &r->bf16, 0, 0 },            { "--json", ARGUMENT_FLAG, &r->json, 0, 0 },
        { "--no-page", ARGUMENT_FLAG, &r->no_page, 0, 0 },      { "--help", ARGUMENT_FLAG, &wants_help, 0, 0 },
        { "--version", ARGUMENT_FLAG, &wants_version, 0, 0 },
    };
    const char *words[2] = { NULL, NULL };
    int n_words = arguments_read("look", argc, argv, options, sizeof options / sizeof *options, words, 2);
    r->file = words[0];
    r->labels = words[1];
    for (size_t i = 0; wants_help && i < sizeof help / sizeof *help; i++)
        puts(help[i]);
    if (!wants_help && wants_version)
        printf("look, Lamella %s\n", lamella_version());
    if (wants_help || wants_version)
        exit(fflush(stdout) ? 1 : 0);
    if (!n_words)
        arguments_refuse("look", "which file? examples/look FILE");
    check_arguments(r);
    r->layer_axis = (int32_t[]){ 0, 1, 2, -1 }[chosen("--layer-axis", axis, axes) + 1];
    r->mask_marks = chosen("--mask-marks", mask, marks) + 1;
    r->path = r->file;
    r->title = title_of(r->file);
}

int main(int argc, char **argv)
{
    request r = { 0 };
    int shown = 0;
    lamella_context *ctx;
    read_arguments(argc, argv, &r);
    lamella_context_options options = { .struct_size = sizeof options, .threads = r.threads, .user = &shown,
                                        .progress = isatty(2) ? show_progress : NULL };
    if (lamella_context_create(&options, &ctx) < 0) {
        fprintf(stderr, "look: %s\n", lamella_last_error());
        return 1;
    }
    int result = look(ctx, &r);
    lamella_context_free(ctx);
    if (r.spool)
        fclose(r.spool);
    return result;
}
