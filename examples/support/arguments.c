#include "support/arguments.h"
#include "support/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void arguments_refuse(const char *program, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "; examples/%s --help lists what there is\n", program);
    va_end(arguments);
    exit(2);
}

static const argument *option_named(const char *program, const char *word, const argument *options, int n_options)
{
    size_t length = strcspn(word, "=");
    for (int i = 0; i < n_options; i++)
        if (strlen(options[i].name) == length && !strncmp(options[i].name, word, length))
            return &options[i];
    arguments_refuse(program, "there is no option %s", text_shown(text_format("%.*s", (int)length, word), 40));
}

static void set_option(const char *program, const argument *option, const char *value)
{
    char *end;
    errno = 0;
    if (option->kind == ARGUMENT_TEXT) {
        *(const char **)option->value = value;
        return;
    }
    long number = strtol(value, &end, 10);
    if (errno || end == value || *end || number < option->least || number > option->greatest)
        arguments_refuse(program, "%s is %s, expected a number from %d to %d", option->name, text_quoted(text_shown(value, 40)),
                         option->least, option->greatest);
    *(int32_t *)option->value = (int32_t)number;
}

int arguments_read(const char *program, int argc, char **argv, const argument *options, int n_options, const char **words,
                   int most_words)
{
    int n_words = 0, only_words = 0;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = strchr(word, '=');
        if (!only_words && !strcmp(word, "--")) {
            only_words = 1;
        } else if (only_words || word[0] != '-' || !word[1]) {
            if (n_words == most_words)
                arguments_refuse(program, "%s is one name too many", text_quoted(text_shown(word, 60)));
            words[n_words++] = word;
        } else {
            const argument *option = option_named(program, word, options, n_options);
            if (option->kind == ARGUMENT_FLAG && value)
                arguments_refuse(program, "%s takes no value", option->name);
            if (option->kind == ARGUMENT_FLAG)
                *(int32_t *)option->value = 1;
            else if (!value && i + 1 == argc)
                arguments_refuse(program, "%s needs a value", option->name);
            else
                set_option(program, option, value ? value + 1 : argv[++i]);
        }
    }
    return n_words;
}
