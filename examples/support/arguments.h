/* arguments: options and names from a command line; what is wrong ends the program with one line and status 2. */
#ifndef SUPPORT_ARGUMENTS_H
#define SUPPORT_ARGUMENTS_H

#include <stdint.h>

enum argument_kind { ARGUMENT_FLAG, ARGUMENT_TEXT, ARGUMENT_INTEGER };

/* An option and where its value goes: int32_t for a flag (1) and an integer, const char * for a text. */
typedef struct argument {
    const char        *name; /* "--prefix" */
    enum argument_kind kind;
    void              *value;
    int32_t            least, greatest;
} argument;

/* Prints "PROGRAM: message" and the way to --help on stderr, and ends the program with status 2. */
void arguments_refuse(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* Reads options (`--name value`, `--name=value`, `--` ends them) in any order; returns how many other words were put into `words`. */
int arguments_read(const char *program, int argc, char **argv, const argument *options, int n_options, const char **words,
                   int most_words);

#endif
