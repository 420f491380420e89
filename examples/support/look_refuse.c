#include "support/foreign.h"
#include "support/look.h"
#include "support/text.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const rule_keys[] = { "none", "size", "text", "grammar", "schema", "duplicate", "overflow", "layout", "limit", "kind" };

static const char *const rule_words[] = {
    "", "it is shorter or longer than its header says", "its header holds bytes that no text has", "its header does not follow the grammar",
    "a field of its header is missing or of the wrong type", "its header names something twice", "it claims sizes that no computer holds",
    "its arrays overlap, leave holes or do not match their shapes", "it goes over a limit of the format", "it is another format",
};

static const char *const rule_advice[] = {
    "", "It was probably cut off or added to on the way: compare its size with the original's and copy or download it again.",
    "Write it again with a current writer.", "Write it again with a current writer.", "Write it again with a current writer.",
    "Readers would disagree about which of the two counts: write it again with unique names.",
    "Write it again; if somebody sent it to you, ask where it comes from.", "Write it again with a current writer.", "", "",
};

static const char *const kind_keys[] = { "unknown", "safetensors", "npy", "gguf", "zip", "pickle", "hdf5", "parquet", "index", "lfs", "web_page",
                                         "empty", "unknown" };

static void write_refusal_json(const request *r, const lamella_io_fault *fault, const char *what, const char *advice,
                               const char *command, const char *message)
{
    json j = { stdout, 0, 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "lamella", lamella_version());
    json_text(&j, "file", r->title);
    json_open(&j, "refused", '{');
    json_text(&j, "rule", fault->rule ? rule_keys[fault->rule] : NULL);
    json_text(&j, "kind", fault->rule ? kind_keys[fault->kind] : NULL);
    json_text(&j, "key", fault->key);
    json_integer(&j, "offset", fault->offset);
    json_integer(&j, "expected", fault->expected);
    json_integer(&j, "found", fault->found);
    json_text(&j, "what", what);
    json_text(&j, "advice", advice);
    json_text(&j, "command", command);
    json_text(&j, "message", message);
    json_close(&j, '}');
    json_close(&j, '}');
    json_end(&j);
}

static void write_advice(const char *advice, const char *command)
{
    if (*advice)
        fprintf(stderr, "  %s\n", advice);
    if (*command)
        fprintf(stderr, "    %s\n", text_shown(command, 0));
}

/* At most ten of the files beside an index, in the order of its text; those that are not there are counted. */
static void write_shards(const request *r)
{
    const char **shard, *slash = strrchr(r->file, '/');
    int64_t n = foreign_shards(r->path, &shard), there = 0, missing = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *path = text_format("%.*s%s", slash ? (int)(slash + 1 - r->file) : 0, r->file, shard[i]);
        if (access(path, R_OK)) {
            missing++;
            continue;
        }
        if (there++ == 0)
            fprintf(stderr, "  Look at its shards one by one:\n");
        if (there <= 10)
            fprintf(stderr, "    examples/look %s\n", text_shown(text_quoted(path), 0));
    }
    if (there > 10)
        fprintf(stderr, "    ... and %s\n", text_count(there - 10, "more shard"));
    if (missing)
        fprintf(stderr, "  Not beside it: %lld of its %s; download them into the same folder.\n", (long long)missing, text_count(n, "shard"));
}

static int refuse_foreign(const request *r, const lamella_io_fault *fault)
{
    foreign f = foreign_of(fault->kind, r->path, r->file);
    fprintf(stderr, "look: %s is %s\n", text_shown(r->title, 80), f.what);
    write_advice(f.advice, f.command);
    if (fault->kind == LAMELLA_IO_INDEX)
        write_shards(r);
    if (r->json)
        write_refusal_json(r, fault, f.what, f.advice, f.command, lamella_last_error());
    return 1;
}

static int refuse_broken(const request *r, const lamella_io_fault *fault)
{
    const char *kind = fault->kind == LAMELLA_IO_NPY ? ".npy" : ".safetensors";
    fprintf(stderr, "look: %s is a broken %s file: %s\n", text_shown(r->title, 80), kind, rule_words[fault->rule]);
    fprintf(stderr, "  rule      %s\n", rule_keys[fault->rule]);
    if (*fault->key)
        fprintf(stderr, "  at        %s\n", text_shown(fault->key, 120));
    fprintf(stderr, "  byte      %lld\n", (long long)fault->offset);
    if (fault->expected >= 0)
        fprintf(stderr, "  expected  %s\n  found     %s\n", text_count(fault->expected, "byte"), text_count(fault->found, "byte"));
    fprintf(stderr, "  in full   %s\n", text_shown(lamella_last_error(), 0));
    write_advice(rule_advice[fault->rule], "");
    if (r->json)
        write_refusal_json(r, fault, rule_words[fault->rule], rule_advice[fault->rule], "", lamella_last_error());
    return 1;
}

int look_refuse(const request *r, lamella_status status, const lamella_io_fault *fault, const char *message)
{
    int known = fault->rule > 0 && fault->rule <= LAMELLA_IO_RULE_KIND && fault->kind >= 0 && fault->kind <= LAMELLA_IO_UNKNOWN;
    if (known && fault->kind != LAMELLA_IO_SAFETENSORS && fault->kind != LAMELLA_IO_NPY)
        return refuse_foreign(r, fault);
    if (known)
        return refuse_broken(r, fault);
    lamella_io_fault none = { .expected = -1, .found = -1 };
    fprintf(stderr, "look: %s: %s\n", text_shown(r->title, 80), text_shown(message, 0));
    if (r->json)
        write_refusal_json(r, &none, lamella_status_name(status), "", "", message);
    return 1;
}

static int is_readable_kind(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && (!strcmp(dot, ".safetensors") || !strcmp(dot, ".npy"));
}

static void write_directory(const char *file)
{
    struct dirent **entry = NULL;
    int n = scandir(file, &entry, is_readable_kind, alphasort);
    const char *slash = file[0] && file[strlen(file) - 1] == '/' ? "" : "/";
    fprintf(stderr, n > 0 ? "  Name one of its files:\n" : "  There is no .safetensors or .npy file in it.\n");
    for (int i = 0; i < n; i++) {
        if (i < 10)
            fprintf(stderr, "    examples/look %s\n", text_shown(text_quoted(text_format("%s%s%s", file, slash, entry[i]->d_name)), 0));
        free(entry[i]);
    }
    free(entry);
    if (n > 10)
        fprintf(stderr, "    ... and %s\n", text_count(n - 10, "more file"));
}

int look_refuse_path(const request *r, int error)
{
    lamella_io_fault none = { .expected = -1, .found = -1 };
    fprintf(stderr, "look: %s: %s\n", text_shown(r->file, 200), strerror(error));
    if (error == EISDIR)
        write_directory(r->file);
    if (r->json)
        write_refusal_json(r, &none, strerror(error), "", "", strerror(error));
    return 1;
}
